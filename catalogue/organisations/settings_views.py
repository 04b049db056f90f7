"""Settings in force and groupings: what holds here, inherited from where, since when; a new value from a day on."""

from datetime import date

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import clock, once
from catalogue.core.actor import Level
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotVisible
from catalogue.core.forms import version_of
from catalogue.core.web import actor, now, page, permit
from catalogue.core.words import _
from catalogue.organisations import lists, operations, policy, queries
from catalogue.organisations.forms import DayForm, GroupingForm, JoinForm, NewGroupingForm, SettingForm
from catalogue.organisations.models import Organisation
from catalogue.organisations.settings import SETTINGS
from catalogue.organisations.views import RESHAPES, SEES

pages = Blueprint("settings", __name__)


@pages.get("/settings/")
@permit(SEES)
def index() -> ResponseReturnValue:
    """What is in force for one organisation (the actor's own unless another in scope is chosen)."""
    with transaction():
        by, day = actor(), clock.day_of(now())
        own = by.acting_for or next((m.organisation_id for m in by.memberships), 0)
        row = queries.organisation(by, request.args.get("organisation", own, type=int))
        return page(
            "organisations/settings.html", row=row, entries=lists.settings_in_force(row, day), may_set=policy.may_set(by, row),
            choices=queries.choices(by, Level.CITY, Level.DISTRICT, Level.TOWN, day=day),
        )  # fmt: skip


@pages.route("/settings/<int:organisation_id>/<name>", methods=["GET", "POST"])
@permit(RESHAPES)
def change(organisation_id: int, name: str) -> ResponseReturnValue:
    """A new value of one setting from a day on."""
    form = SettingForm()
    with transaction():
        by, day = actor(), clock.day_of(now())
        row = queries.organisation(by, organisation_id)
        operations.require(policy.may_set(by, row))
        if name not in SETTINGS:
            raise NotVisible(_("没有这一项设置。"))
        shown = next(s for s in lists.settings_in_force(row, day) if s.name == name)
        if not form.is_submitted():
            form.value.data = shown.value
        if not form.validate_on_submit():
            return page("organisations/setting.html", form=form, row=row, shown=shown)
        operations.set_setting(row, name, form.value.data, on=form.on.data, by=by, at=now())
    flash(_("已保存。"), "done")
    return redirect(f"/settings/?organisation={organisation_id}")


# ── groupings ─────────────────────────────────────────────────────────────────────────────────────


@pages.get("/groupings/")
@permit(SEES)
def groupings() -> ResponseReturnValue:
    """The groupings of the actor's districts."""
    with transaction():
        return page(
            "organisations/groupings.html",
            rows=lists.groupings(actor(), clock.day_of(now())),
            may_create=RESHAPES(actor()),
        )


@pages.get("/groupings/<int:grouping_id>")
@permit(SEES)
def grouping(grouping_id: int) -> ResponseReturnValue:
    """One grouping with its members of a day."""
    with transaction():
        by, day = actor(), request.args.get("on", clock.day_of(now()), type=_day)
        row = lists.grouping(by, grouping_id)
        return page(
            "organisations/grouping.html", row=row, members=lists.members_of(row.id, day), day=day,
            may_group=policy.may_group(by, row.district_id) and row.ended_on is None,
        )  # fmt: skip


def _day(typed: str) -> date:
    return date.fromisoformat(typed)


@pages.route("/groupings/new", methods=["GET", "POST"])
@permit(RESHAPES)
def create_grouping() -> ResponseReturnValue:
    """A new grouping."""
    form = NewGroupingForm()
    with transaction():
        by = actor()
        form.district_id.choices = queries.choices(by, Level.DISTRICT, day=clock.day_of(now()))
        if not form.validate_on_submit():
            return page("organisations/grouping_form.html", form=form, row=None)
        if there := once.made_before(form):
            return redirect(there)
        district = queries.organisation(by, form.district_id.data)
        row = operations.create_grouping(district, form.name.data, purpose=form.purpose.data, by=by, at=now())
        there = once.led_to(form, f"/groupings/{row.id}/join")
    flash(_("分组已建好，现在把单位加进来。"), "done")
    return redirect(there)


@pages.route("/groupings/<int:grouping_id>/edit", methods=["GET", "POST"])
@permit(RESHAPES)
def edit_grouping(grouping_id: int) -> ResponseReturnValue:
    """Another name or purpose."""
    with transaction():
        row = lists.grouping(actor(), grouping_id)
        operations.require(policy.may_group(actor(), row.district_id))
        form = GroupingForm(obj=row)
        if not form.validate_on_submit():
            return page("organisations/grouping_form.html", form=form, row=row)
        operations.edit_grouping(row, form.name.data, form.purpose.data, by=actor(), at=now(), version=version_of(form))
    flash(_("已保存。"), "done")
    return redirect(f"/groupings/{grouping_id}")


@pages.route("/groupings/<int:grouping_id>/end", methods=["GET", "POST"])
@permit(RESHAPES)
def end_grouping(grouping_id: int) -> ResponseReturnValue:
    """Its last day."""
    with transaction():
        row = lists.grouping(actor(), grouping_id)
        operations.require(policy.may_group(actor(), row.district_id))
        form = DayForm(obj=row)
        if not form.validate_on_submit():
            return page("organisations/end_grouping.html", form=form, row=row)
        operations.end_grouping(row, on=form.on.data, by=actor(), at=now(), version=version_of(form))
    flash(_("分组已停用，以前的统计不变。"), "done")
    return redirect(f"/groupings/{grouping_id}")


@pages.route("/groupings/<int:grouping_id>/join", methods=["GET", "POST"])
@permit(RESHAPES)
def join(grouping_id: int) -> ResponseReturnValue:
    """One more member."""
    form = JoinForm()
    with transaction():
        by = actor()
        row = lists.grouping(by, grouping_id)
        operations.require(policy.may_group(by, row.district_id))
        form.organisation_id.choices = queries.choices(
            by, Level.TOWN, Level.COMMITTEE, Level.UNIT, day=clock.day_of(now())
        )
        if not form.validate_on_submit():
            return page("organisations/join.html", form=form, row=row)
        if once.again(form, f"/groupings/{grouping_id}"):
            return redirect(f"/groupings/{grouping_id}")
        operations.join(row, queries.organisation(by, form.organisation_id.data), on=form.on.data, by=by, at=now())
    flash(_("已加入。"), "done")
    return redirect(f"/groupings/{grouping_id}")


@pages.post("/groupings/<int:grouping_id>/members/<int:organisation_id>/leave")
@permit(RESHAPES)
def leave(grouping_id: int, organisation_id: int) -> ResponseReturnValue:
    """A member's last day is today."""
    with transaction():
        row = lists.grouping(actor(), grouping_id)
        member = db.session.get(Organisation, organisation_id)
        if member is None:
            raise NotVisible(_("没有找到。"))
        operations.leave(row, member, on=clock.day_of(now()), by=actor(), at=now())
    flash(_("今天以后不再算在这个分组里。"), "done")
    return redirect(f"/groupings/{grouping_id}")

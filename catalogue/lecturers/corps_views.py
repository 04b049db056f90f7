"""宣讲团: the list, one corps with its members, and the forms about it."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import clock, once
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.errors import Invalid, NotAllowed, NotVisible
from catalogue.core.forms import options, version_of
from catalogue.core.web import actor, now, page, permit, roles, signed_in
from catalogue.core.words import _
from catalogue.lecturers import appointing, corps, forms, labels, listing, policy, queries
from catalogue.lecturers.models import Corps, CorpsMember
from catalogue.lecturers.part_views import a_year_from
from catalogue.lecturers.views import KEEPERS
from catalogue.organisations.queries import names_of

pages = Blueprint("corps", __name__, url_prefix="/lecturers/corps")
EDITORS = roles(Role.DISTRICT_ADMINISTRATOR, Role.CORPS_LEADER)


def _crumbs(one: Corps | None = None) -> list[tuple[str, str]]:
    found = [(_("讲师"), "/lecturers/"), (_("宣讲团"), "/lecturers/corps/")]
    return found if one is None else [*found, (one.name, f"/lecturers/corps/{one.id}")]


def _form_page(one: Corps | None, form: Any, title: str, label: str, **more: Any) -> ResponseReturnValue:
    back = "/lecturers/corps/" if one is None else f"/lecturers/corps/{one.id}"
    values = {"crumbs": _crumbs(one), "back": back, "lead": "", "template": "_layouts/form.html", **more}
    return page(values.pop("template"), form=form, title=title, label=label, corps=one, **values)


def _done(one: Corps, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(f"/lecturers/corps/{one.id}")


def _editable(corps_id: int) -> Corps:
    """A corps this actor keeps or leads, locked."""
    found = queries.seen_corps(actor(), corps_id, to_change=True)
    if not policy.may_edit_corps(actor(), found, queries.leads(actor(), found, clock.day_of(now()))):
        raise NotAllowed(_("这个宣讲团不归您管理。需要修改的话，请联系区管理员。"))
    return found


def _member(found: Corps, member_id: int) -> CorpsMember:
    row = db.session.scalar(sa.select(CorpsMember).where(CorpsMember.id == member_id, CorpsMember.corps_id == found.id))
    if row is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return row


@pages.get("/")
@permit(signed_in)
def every_corps() -> ResponseReturnValue:
    """The corps of the district."""
    with transaction():
        found = listing.corps_rows(actor(), after=request.args.get("after", ""), before=request.args.get("before", ""))
        return page(
            "lecturers/every_corps.html", found=found, crumbs=_crumbs()[:1], may_create=actor().has(Role.DISTRICT_ADMINISTRATOR)
        )  # fmt: skip


@pages.get("/<int:corps_id>")
@permit(signed_in)
def one_corps(corps_id: int) -> ResponseReturnValue:
    """One corps with its members, then and now."""
    today = clock.day_of(now())
    with transaction():
        found = queries.seen_corps(actor(), corps_id)
        keeps = policy.may_keep(actor(), found)
        edits = policy.may_edit_corps(actor(), found, queries.leads(actor(), found, today))
        appointments = queries.appointments_of_corps(corps_id)
        names = names_of({found.organisation_id, *(i for a in appointments for i in (a.issuer_id, a.scope_id))})
        return page(
            "lecturers/one_corps.html", corps=found, members=queries.members(corps_id), keeps=keeps, edits=edits, appointments=appointments,
            names=names, labels=labels, today=today, history=queries.history_of_corps(corps_id) if edits else [], crumbs=_crumbs(),
        )  # fmt: skip


@pages.route("/new", methods=["GET", "POST"])
@permit(KEEPERS)
def new_corps() -> ResponseReturnValue:
    """A new corps."""
    with transaction():
        form = forms.CorpsForm()
        places = {o.id: o for o in queries.issuing(actor())}
        form.organisation.choices = options({i: o.name for i, o in places.items()})
        if not form.validate_on_submit():
            return _form_page(None, form, _("新建宣讲团"), _("保存"))
        if there := once.made_before(form):
            return redirect(there)
        made = corps.create(places[form.organisation.data], form.name.data, by=actor(), at=now())
        once.led_to(form, f"/lecturers/corps/{made.id}")
        return _done(made, _("宣讲团已建好，接下来请成员入团。"))


@pages.route("/<int:corps_id>/edit", methods=["GET", "POST"])
@permit(EDITORS)
def edit(corps_id: int) -> ResponseReturnValue:
    """Another name."""
    with transaction():
        found = _editable(corps_id)
        form = forms.CorpsForm(data={"name": found.name, "version": found.version})
        del form.organisation
        if not form.validate_on_submit():
            return _form_page(found, form, _("改名称"), _("保存"))
        corps.rename(found, form.name.data, by=actor(), at=now(), version=version_of(form))
        return _done(found, _("已保存。"))


@pages.route("/<int:corps_id>/join", methods=["GET", "POST"])
@permit(EDITORS)
def join(corps_id: int) -> ResponseReturnValue:
    """A lecturer joins: found by ?q=, then chosen."""
    q = request.args.get("q", "").strip()[:40]
    with transaction():
        found = _editable(corps_id)
        people = listing.lecturers_like(actor(), found.district_id, q)
        form = forms.MemberForm(data={"joined_on": clock.day_of(now())})
        form.lecturer.choices = options({x.id: x.display_name for x in people})
        if not policy.may_keep(actor(), found):
            del form.leader
        if not form.validate_on_submit():
            return page(
                "lecturers/join.html", form=form, corps=found, q=q, people=people, crumbs=_crumbs(found), back=f"/lecturers/corps/{found.id}"
            )  # fmt: skip
        new = next((x for x in people if x.id == form.lecturer.data), None)
        if new is None:
            raise Invalid(_("请先找到讲师，再选一位。"), field="lecturer")
        if once.again(form, f"/lecturers/corps/{found.id}"):
            return redirect(f"/lecturers/corps/{found.id}")
        if "leader" in form and form.leader.data:
            corps.lead(found, new, since=form.joined_on.data, by=actor(), at=now())
        else:
            corps.join(found, new, joined_on=form.joined_on.data, by=actor(), at=now())
        return _done(found, _("%(name)s已入团。", name=new.display_name))


@pages.route("/<int:corps_id>/members/<int:member_id>/leave", methods=["GET", "POST"])
@permit(EDITORS)
def leave(corps_id: int, member_id: int) -> ResponseReturnValue:
    """The member's last day."""
    with transaction():
        found = _editable(corps_id)
        member = _member(found, member_id)
        form = forms.UntilForm(data={"until": clock.day_of(now())})
        if not form.validate_on_submit():
            return _form_page(found, form, _("退团"), _("退团"))
        corps.leave(found, member, on=form.until.data, by=actor(), at=now())
        return _done(found, _("已退团。"))


@pages.post("/<int:corps_id>/members/<int:member_id>/lead")
@permit(KEEPERS)
def lead(corps_id: int, member_id: int) -> ResponseReturnValue:
    """Makes a member the leader from today on."""
    with transaction():
        found = _editable(corps_id)
        new = queries.seen(actor(), _member(found, member_id).lecturer_id)
        corps.lead(found, new, by=actor(), at=now())
        return _done(found, _("%(name)s现在是团长。", name=new.display_name))


@pages.route("/<int:corps_id>/appoint", methods=["GET", "POST"])
@permit(KEEPERS)
def appoint(corps_id: int) -> ResponseReturnValue:
    """A 聘书 for the corps as a body."""
    today = clock.day_of(now())
    with transaction():
        found = _editable(corps_id)
        form = forms.AppointmentForm(data={"starts_on": today, "ends_on": a_year_from(today)})
        places = {o.id: o for o in queries.issuing(actor())}
        form.issuer.choices = form.scope.choices = options({i: o.name for i, o in places.items()})
        if not form.validate_on_submit():
            lead = _("聘书发给整个团，在团的讲师都算在聘。")
            return _form_page(found, form, _("发聘书"), _("发聘书"), lead=lead)
        if once.again(form, f"/lecturers/corps/{found.id}"):
            return redirect(f"/lecturers/corps/{found.id}")
        made = appointing.appoint(
            found, issuer=places[form.issuer.data], scope=places[form.scope.data], starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            number=form.number.data or "", by=actor(), at=now(),
        )  # fmt: skip
        return _done(found, _("聘书 %(number)s 已经发出。", number=made.number))


@pages.route("/<int:corps_id>/end", methods=["GET", "POST"])
@permit(KEEPERS)
def end(corps_id: int) -> ResponseReturnValue:
    """The last day of the corps."""
    with transaction():
        found = _editable(corps_id)
        form = forms.EndForm(obj=found, data={"on": clock.day_of(now())})
        if not form.validate_on_submit():
            return _form_page(found, form, _("结束宣讲团"), _("结束"), lead=_("成员同一天退团，过去的记录都保留。"))
        corps.end(found, on=form.on.data, reason=form.reason.data or "", by=actor(), at=now(), version=version_of(form))
        return _done(found, _("宣讲团已结束。"))

"""Rename, kind, move, merge, split, end: one small page each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from catalogue.core import clock
from catalogue.core.db import transaction
from catalogue.core.forms import ActionForm, Form, version_of
from catalogue.core.web import actor, now, page, permit
from catalogue.core.wording import day_text
from catalogue.core.words import _
from catalogue.organisations import lists, operations, policy, queries, reshaping
from catalogue.organisations.errors import Ended
from catalogue.organisations.forms import EndForm, KindForm, MergeForm, MoveForm, RenameForm, SplitForm
from catalogue.organisations.models import Organisation
from catalogue.organisations.operations import PARENT_LEVELS
from catalogue.organisations.views import RESHAPES

pages = Blueprint("reshaping", __name__)


def _change(
    organisation_id: int, template: str, make: Callable[[Organisation], Form], act: Callable[[Organisation, Any], Organisation | None], said: str,
    *, planned: bool = False, closing: bool = False,
) -> ResponseReturnValue:  # fmt: skip
    """The common walk of these pages: load in scope, show or check the form, one operation, back to the organisation.

    planned: a day to come only plans the change, and `said` would not be true yet.
    closing: done once at most; whoever comes again (a double press) is led to what it went on in.
    """
    with transaction():
        row = queries.organisation(actor(), organisation_id)
        operations.require(policy.may_reshape(actor(), row))
        if closing and (there := _went_on(row)):
            return redirect(there)
        form = make(row)
        if not form.validate_on_submit():
            return page(f"organisations/{template}.html", form=form, row=row)
        went_on = act(row, form) or row
        target, day = went_on.id, form["on"].data
    flash(said if day <= clock.day_of(now()) or not planned else _planned(day), "done")
    return redirect(f"/organisations/{target}")


def _went_on(row: Organisation) -> str:
    """Where one that has its last day already goes on, and says so; empty for a living one. Raises Ended when nothing followed it."""
    if row.ended_on is None:
        return ""
    after = lists.links(row.id)[1]
    if not after:
        raise Ended(_("“%(name)s”已经撤销了。", name=row.name))
    names = "”“".join(one.name for one in after)
    flash(_("“%(name)s”已经并入或拆成“%(after)s”，这是现在的单位。", name=row.name, after=names), "done")
    return f"/organisations/{after[0].id}"


def _planned(day: date) -> str:
    return _("定好了，%(day)s起用。到那天以前可以在“以前和以后”里取消。", day=day_text(day))


@pages.route("/organisations/<int:organisation_id>/rename", methods=["GET", "POST"])
@permit(RESHAPES)
def rename(organisation_id: int) -> ResponseReturnValue:
    """Another name from a day on."""

    def act(row: Organisation, form: Any) -> None:
        reshaping.rename(
            row, form.name.data, on=form.on.data, by=actor(), at=now(), version=version_of(form), short_name=form.short_name.data
        )  # fmt: skip

    return _change(organisation_id, "rename", lambda row: RenameForm(obj=row), act, _("名称已改。"), planned=True)


@pages.route("/organisations/<int:organisation_id>/kind", methods=["GET", "POST"])
@permit(RESHAPES)
def set_kind(organisation_id: int) -> ResponseReturnValue:
    """Another kind from a day on."""

    def make(row: Organisation) -> Form:
        form = KindForm(obj=row)
        form.kind.choices = queries.kinds_of(row.level)
        return form

    def act(row: Organisation, form: Any) -> None:
        reshaping.set_kind(row, form.kind.data, on=form.on.data, by=actor(), at=now(), version=version_of(form))

    return _change(organisation_id, "kind", make, act, _("种类已改。"), planned=True)


@pages.route("/organisations/<int:organisation_id>/move", methods=["GET", "POST"])
@permit(RESHAPES)
def move(organisation_id: int) -> ResponseReturnValue:
    """Another parent from a day on."""

    def make(row: Organisation) -> Form:
        form = MoveForm(obj=row)
        levels = [level for level in PARENT_LEVELS[row.level] if level is not None]
        found = queries.choices(actor(), *levels, day=clock.day_of(now()))
        form.parent_id.choices = {i: words for i, words in found.items() if i != row.id}
        return form

    def act(row: Organisation, form: Any) -> None:
        parent = queries.organisation(actor(), form.parent_id.data)
        reshaping.move(row, parent, on=form.on.data, by=actor(), at=now(), version=version_of(form))

    return _change(organisation_id, "move", make, act, _("已移到新的上级下面。"), planned=True)


@pages.post("/organisations/<int:organisation_id>/planned/<any(name, place):what>/cancel")
@permit(RESHAPES)
def call_off(organisation_id: int, what: str) -> ResponseReturnValue:
    """A change dated for later is taken back."""
    form = ActionForm()
    with transaction():
        row = queries.organisation(actor(), organisation_id)
        reshaping.call_off(row, what, by=actor(), at=now(), version=version_of(form))
    flash(_("已取消，照现在的不变。"), "done")
    return redirect(f"/organisations/{organisation_id}")


@pages.route("/organisations/<int:organisation_id>/merge", methods=["GET", "POST"])
@permit(RESHAPES)
def merge(organisation_id: int) -> ResponseReturnValue:
    """Several under the same parent go on as one."""

    def make(row: Organisation) -> Form:
        form = MergeForm()
        beside = lists.children(row.parent_id or 0, clock.day_of(now()))
        form.others.choices = {str(o.id): o.name for o in beside if o.id != row.id and o.level is row.level}
        form.kind.choices = queries.kinds_of(row.level)
        if not form.is_submitted():
            form.kind.data = row.kind
        return form

    def act(row: Organisation, form: Any) -> Organisation:
        others = [queries.organisation(actor(), int(i)) for i in form.others.data or ()]
        parent = queries.organisation(actor(), row.parent_id or 0)
        return reshaping.merge(
            [row, *others], name=form.name.data, short_name=form.short_name.data, kind=form.kind.data, parent=parent, on=form.on.data,
            by=actor(), at=now(),
        )  # fmt: skip

    return _change(organisation_id, "merge", make, act, _("已合并。原来的单子在新单位里都看得到。"), closing=True)


@pages.route("/organisations/<int:organisation_id>/split", methods=["GET", "POST"])
@permit(RESHAPES)
def split(organisation_id: int) -> ResponseReturnValue:
    """One goes on as several under the same parent."""

    def make(row: Organisation) -> Form:
        form = SplitForm()
        form.kind.choices = queries.kinds_of(row.level)
        if not form.is_submitted():
            form.kind.data = row.kind
        return form

    def act(row: Organisation, form: Any) -> Organisation:
        names = [line.strip() for line in form.names.data.split("\n") if line.strip()]
        parts = [reshaping.Part(name, form.kind.data) for name in names]
        return reshaping.split(row, parts, on=form.on.data, by=actor(), at=now())[0]

    return _change(
        organisation_id,
        "split",
        make,
        act,
        _("已拆分。原来的单子在每个新单位里都看得到，人员的岗位请重新给。"),
        closing=True,
    )


@pages.route("/organisations/<int:organisation_id>/end", methods=["GET", "POST"])
@permit(RESHAPES)
def end(organisation_id: int) -> ResponseReturnValue:
    """The last day of an organisation without a successor."""

    def act(row: Organisation, form: Any) -> None:
        reshaping.end(row, on=form.on.data, by=actor(), at=now(), version=version_of(form), reason=form.reason.data)

    return _change(
        organisation_id, "end", lambda row: EndForm(obj=row), act, _("已撤销。以前的单子和统计不变。"), closing=True
    )

"""The tree as pages: list, tree, one organisation, a new one, its details and spellings."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import clock, once
from catalogue.core.actor import Level, Role
from catalogue.core.db import db, transaction
from catalogue.core.forms import version_of
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _, _l
from catalogue.organisations import called, lists, operations, policy, queries
from catalogue.organisations.forms import AliasForm, CodedDetailsForm, DetailsForm, OrganisationForm
from catalogue.organisations.models import Organisation

pages = Blueprint("organisations", __name__)
pages.add_app_template_filter(called.called, "called")

SEES = roles(
    Role.TOWN_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER, Role.DISTRICT_ADMINISTRATOR, Role.AUDITOR, Role.CITY_VIEWER,
    Role.SYSTEM_ADMINISTRATOR,
)  # fmt: skip
EDITS = roles(Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
RESHAPES = roles(Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)


def wanted() -> lists.Wanted:
    """What the URL asks the list for."""
    args = request.args
    return lists.Wanted(
        args.get("q", "")[:60], args.get("level", ""), args.get("kind", ""), None, args.get("ended") == "1"
    )


@pages.get("/organisations/")
@permit(SEES)
def index() -> ResponseReturnValue:
    """All organisations in scope: search, filter, page."""
    with transaction():
        by, day, filters = actor(), clock.day_of(now()), wanted()
        found = lists.listed(
            by, filters, day, after=request.args.get("after", ""), before=request.args.get("before", "")
        )
        return page(
            "organisations/index.html", found=found, wanted=filters, counts=lists.level_counts(by, filters, day), kinds=queries.kinds(),
            may_create=by.has(Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR), levels=LEVELS,
            ways_on=WAYS_ON, went_on=lists.went_on([o.id for o in found.rows]) if filters.ended else {},
        )  # fmt: skip


WAYS_ON = {"": _l("已撤销"), "merge": _l("已合并"), "split": _l("已拆分")}
LEVELS = ((Level.DISTRICT, "区"), (Level.TOWN, "街镇"), (Level.COMMITTEE, "居村"), (Level.UNIT, "其他单位"))


@pages.get("/organisations/tree")
@permit(SEES)
def tree() -> ResponseReturnValue:
    """The tree of today under the actor's own organisations."""
    with transaction():
        return page("organisations/tree.html", tops=lists.tree(actor(), clock.day_of(now())), kinds=queries.kinds())


@pages.get("/organisations/<int:organisation_id>")
@permit(SEES)
def show(organisation_id: int) -> ResponseReturnValue:
    """One organisation: what it is, was, and what stands below it."""
    with transaction():
        return _show(organisation_id, AliasForm())


def _show(organisation_id: int, form: AliasForm) -> ResponseReturnValue:
    by, day = actor(), clock.day_of(now())
    row = queries.organisation(by, organisation_id)
    before, after = lists.links(row.id)
    return page(
        "organisations/show.html", row=row, form=form, kinds=queries.kinds(), children=lists.children(row.id, day),
        names=lists.names_over_time(row.id), places=lists.places_over_time(row.id), aliases=lists.aliases(row.id),
        types=lists.types_on(row.id, day), predecessors=before, successors=after, history=lists.history(row.id),
        may_edit=policy.may_edit(by, row) and not _over(row, day), may_reshape=policy.may_reshape(by, row) and not _over(row, day),
        may_create=policy.may_create_below(by, row) and not _over(row, day) and row.level is not Level.COMMITTEE,
        sees_lessons=by.has(*queries.SEES_ROWS), over=_over(row, day), today=day, ways_on=WAYS_ON, how=lists.went_on([row.id]).get(row.id, "") if after else "", sees={o.id for o in [*before, *after] if _visible(o)},
    )  # fmt: skip


def _over(row: Organisation, day: Any) -> bool:
    return row.ended_on is not None and row.ended_on < day


def _visible(row: Organisation) -> bool:
    return db.session.scalars(queries.visible(actor()).where(Organisation.id == row.id)).first() is not None


@pages.route("/organisations/new", methods=["GET", "POST"])
@permit(RESHAPES)
def create() -> ResponseReturnValue:
    """A new organisation."""
    form = OrganisationForm()
    with transaction():
        by = actor()
        form.parent_id.choices = queries.choices(
            by, Level.CITY, Level.DISTRICT, Level.TOWN, Level.UNIT, day=clock.day_of(now())
        )
        form.kind.choices = queries.kinds_of(Level.DISTRICT, Level.TOWN, Level.COMMITTEE, Level.UNIT)
        if not form.is_submitted():
            form.parent_id.data = request.args.get("parent", type=int)
            form.kind.data = request.args.get("kind", "neighbourhood")
        if not form.validate_on_submit():
            return page("organisations/create.html", form=form)
        if there := once.made_before(form):
            return redirect(there)
        row = operations.create(
            parent=queries.organisation(by, form.parent_id.data), kind=form.kind.data, name=form.name.data, by=by, at=now(), on=form.on.data,
            code=form.code.data, short_name=form.short_name.data, number_prefix=form.number_prefix.data, address=form.address.data,
            telephone=form.telephone.data, latitude=form.latitude.data, longitude=form.longitude.data,
            aliases=[line for line in form.aliases.data.split("\n") if line.strip()],
        )  # fmt: skip
        there = once.led_to(form, f"/organisations/{row.id}")
    flash(_("“%(name)s”已建好。", name=row.name), "done")
    return redirect(there)


@pages.route("/organisations/<int:organisation_id>/edit", methods=["GET", "POST"])
@permit(EDITS)
def edit(organisation_id: int) -> ResponseReturnValue:
    """Address, telephone, place, types of community."""
    with transaction():
        by, day = actor(), clock.day_of(now())
        row = queries.organisation(by, organisation_id)
        operations.require(policy.may_edit(by, row))
        form = (CodedDetailsForm if policy.may_reshape(by, row) else DetailsForm)(obj=row)
        form.types.choices = lists.community_types()
        if not form.is_submitted():
            form.types.data = list(lists.types_on(row.id, day))
        if not form.validate_on_submit():
            return page("organisations/edit.html", form=form, row=row)
        values = {n: form[n].data for n in ("address", "telephone", "latitude", "longitude", "code") if n in form}
        operations.edit(row, values, by=by, at=now(), version=version_of(form))
        if row.level is Level.COMMITTEE:
            operations.set_types(row, form.types.data or [], on=form.on.data, by=by, at=now())
    flash(_("已保存。"), "done")
    return redirect(f"/organisations/{organisation_id}")


@pages.post("/organisations/<int:organisation_id>/aliases")
@permit(EDITS)
def add_alias(organisation_id: int) -> ResponseReturnValue:
    """Another spelling."""
    form = AliasForm()
    with transaction():
        row = queries.organisation(actor(), organisation_id)
        if not form.validate_on_submit():
            return _show(organisation_id, form)
        if once.again(form, f"/organisations/{organisation_id}"):
            return redirect(f"/organisations/{organisation_id}")
        operations.add_alias(row, form.alias.data, by=actor(), at=now())
    flash(_("已添加，按这个写法也找得到了。"), "done")
    return redirect(f"/organisations/{organisation_id}")


@pages.post("/organisations/<int:organisation_id>/aliases/<int:alias_id>/remove")
@permit(EDITS)
def remove_alias(organisation_id: int, alias_id: int) -> ResponseReturnValue:
    """A spelling nobody uses."""
    with transaction():
        row = queries.organisation(actor(), organisation_id)
        operations.remove_alias(row, alias_id, by=actor(), at=now())
    return redirect(f"/organisations/{organisation_id}")

"""Venues: the list, one venue, and every form about it."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import booked, clock, once
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotAllowed, NotVisible
from catalogue.core.forms import ActionForm, options, version_of
from catalogue.core.web import actor, now, page, permit, roles, signed_in
from catalogue.core.wording import WEEKDAYS, short_day
from catalogue.core.words import _
from catalogue.organisations.queries import names_of
from catalogue.venues import forms, listing, operations, policy, queries
from catalogue.venues.labels import KINDS
from catalogue.venues.models import Plaque, Venue, VenueClosure, VenueKind

pages = Blueprint("venues", __name__, url_prefix="/venues")
KEEPERS = roles(Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR)
KEEPERS_AND_COMMITTEES = roles(Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR, Role.ORDERER)


def _crumbs(venue: Venue | None = None) -> list[tuple[str, str]]:
    found = [(_("场地"), "/venues/")]
    return found if venue is None else [*found, (venue.name, f"/venues/{venue.id}")]


def _form_page(venue: Venue | None, form: Any, title: str, label: str, **more: Any) -> ResponseReturnValue:
    back = "/venues/" if venue is None else f"/venues/{venue.id}"
    values = {"crumbs": _crumbs(venue), "back": back, "lead": "", **more}
    template = values.pop("template", "_layouts/form.html")
    return page(template, form=form, title=title, label=label, venue=venue, **values)


def _done(venue: Venue, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(f"/venues/{venue.id}")


def _done_or_mend(venue: Venue, words: str) -> ResponseReturnValue:
    """After an act that may leave lessons without a room: to those, when there are any, else back to the venue."""
    hit = booked.lost(booked.IN_VENUE(actor(), now(), venue.id))
    if not hit:
        return _done(venue, words)
    flash(words + booked.words_of(hit), "wait")
    return redirect(f"/lessons/at-risk?venue={venue.id}")


def _coming(venue: Venue) -> dict[str, Any]:
    """What a form that ends or closes something shows before it is sent."""
    title = _("这里后面还有这些课。不能用的日子里的不会自动取消，保存后要换场地：")
    return {"booked": booked.IN_VENUE(actor(), now(), venue.id), "booked_title": title}


def _kept(venue_id: int) -> Venue:
    """A venue this actor keeps, locked. Raises NotAllowed for one that is only seen."""
    venue = queries.seen(actor(), venue_id, to_change=True)
    if not policy.may_keep(actor(), venue):
        raise NotAllowed(_("这个场地不归您管理。需要修改的话，请联系本街镇管理员。"))
    return venue


# ── looking ────────────────────────────────────────────────────────────────────────────────────


@pages.get("/")
@permit(signed_in)
def venues() -> ResponseReturnValue:
    """The venues this person may know of."""
    asked = request.args
    wanted = listing.Wanted(
        asked.get("q", "").strip()[:60], asked.get("kind", ""), asked.get("town", ""), asked.get("equipment", ""), asked.get("batch", ""),
        asked.get("ended") == "1",
    )  # fmt: skip
    today = clock.day_of(now())
    with transaction():
        found = listing.page_of(actor(), wanted, today, after=asked.get("after", ""), before=asked.get("before", ""))
        return page(
            "venues/venues.html", found=found, wanted=wanted, choices=listing.choices(actor()), total=listing.count(actor(), wanted, today),
            kinds=KINDS, may_create=actor().has(Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR),
        )  # fmt: skip


@pages.get("/<int:venue_id>")
@permit(signed_in)
def venue(venue_id: int) -> ResponseReturnValue:
    """One venue: what it offers, when it is open, its plaques, and for its keepers what was changed."""
    today = clock.day_of(now())
    with transaction():
        found = queries.seen(actor(), venue_id)
        keeps = policy.may_keep(actor(), found)
        return page(
            "venues/venue.html", venue=found, keeps=keeps, may_room=policy.may_edit_own_room(actor(), found),
            may_award=policy.may_award(actor(), found), plaques=queries.plaques_of(venue_id), closures=queries.closures_of(venue_id, today),
            history=queries.history_of(venue_id) if keeps else [], words=listing.equipment_words(), kinds=KINDS, today=today,
            town=names_of([found.town_id] if found.town_id else []).get(found.town_id or 0, ""), halves=forms.HALF_DAYS, weekdays=WEEKDAYS,
            ended=found.ended_on is not None and found.ended_on < today, action=ActionForm(),
        )  # fmt: skip


# ── the row ────────────────────────────────────────────────────────────────────────────────────


def _values(form: forms.RoomForm) -> dict[str, Any]:
    left_out = ("equipment", "version", "csrf_token", "owner", "own_room", "key")
    values = {field.name: field.data for field in form if field.name not in left_out}
    if "kind" in values:
        values["kind"] = VenueKind(values["kind"])
    return {
        name: value or "" if isinstance(value, str | None) and name not in ("latitude", "longitude") else value
        for name, value in values.items()
    }


@pages.route("/new", methods=["GET", "POST"])
@permit(KEEPERS)
def new_venue() -> ResponseReturnValue:
    """A new venue of an organisation this person keeps."""
    with transaction():
        form = forms.NewVenueForm(data={"capacity": 40, "shared": True} if request.method == "GET" else None)
        owners = {o.id: o for o in queries.owners(actor())}
        form.owner.choices = options({i: o.name for i, o in owners.items()})
        form.equipment.choices = options(listing.equipment_words())
        if not form.validate_on_submit():
            return _form_page(None, form, _("新增场地"), _("保存"), template="venues/edit.html")
        if there := once.made_before(form):
            return redirect(there)
        made = operations.create(
            owners[form.owner.data], _values(form), equipment=form.equipment.data or (), own_room=form.own_room.data, by=actor(), at=now()
        )  # fmt: skip
        once.led_to(form, f"/venues/{made.id}")
        return _done(made, _("场地已经建好。"))


@pages.route("/<int:venue_id>/edit", methods=["GET", "POST"])
@permit(KEEPERS_AND_COMMITTEES)
def edit(venue_id: int) -> ResponseReturnValue:
    """All of a venue for its keepers; the details of its own room for a committee."""
    with transaction():
        found = queries.seen(actor(), venue_id, to_change=True)
        if not policy.may_edit(actor(), found):
            raise NotAllowed(_("这个场地不归您管理。需要修改的话，请联系本街镇管理员。"))
        kind = forms.VenueForm if policy.may_keep(actor(), found) else forms.RoomForm
        form = kind(data={**changeable(found), "equipment": [e.equipment_code for e in found.equipment]})
        form.equipment.choices = options(listing.equipment_words())
        if not form.validate_on_submit():
            return _form_page(found, form, _("修改场地"), _("保存"), template="venues/edit.html")
        operations.edit(found, _values(form), by=actor(), at=now(), version=version_of(form))
        operations.set_equipment(found, form.equipment.data or (), by=actor(), at=now())
        return _done(found, _("已保存。"))


def changeable(venue: Venue) -> dict[str, Any]:
    """What the form of a venue begins with."""
    return {name: getattr(venue, name) for name in (*operations.COLUMNS, "version")} | {"kind": venue.kind.value}


@pages.post("/<int:venue_id>/own-room")
@permit(KEEPERS)
def own_room(venue_id: int) -> ResponseReturnValue:
    """Makes this the room of its committee."""
    with transaction():
        found = _kept(venue_id)
        operations.set_own_room(found, by=actor(), at=now())
        return _done(found, _("已设为活动室，这个居村的点单默认在这里上课。"))


@pages.route("/<int:venue_id>/end", methods=["GET", "POST"])
@permit(KEEPERS)
def end(venue_id: int) -> ResponseReturnValue:
    """The venue's last day."""
    with transaction():
        found = _kept(venue_id)
        form = forms.EndForm(obj=found, data={"on": clock.day_of(now())})
        if not form.validate_on_submit():
            lead = _("停用以后不再安排新课，过去的记录都保留。")
            return _form_page(found, form, _("停用场地"), _("停用"), lead=lead, **_coming(found))
        operations.end(
            found, on=form.on.data, reason=form.reason.data or "", by=actor(), at=now(), version=version_of(form)
        )
        return _done_or_mend(found, _("已停用。"))


# ── hours and closures ─────────────────────────────────────────────────────────────────────────


def _typed_hours(found: Venue) -> dict[str, int]:
    typed: dict[str, int] = {}
    for hours in found.hours:
        part = "b" if f"opens_{hours.weekday}a" in typed else "a"
        typed[f"opens_{hours.weekday}{part}"], typed[f"closes_{hours.weekday}{part}"] = hours.opens, hours.closes
    return typed


@pages.route("/<int:venue_id>/hours", methods=["GET", "POST"])
@permit(KEEPERS)
def hours(venue_id: int) -> ResponseReturnValue:
    """The opening hours of an ordinary week."""
    with transaction():
        found = _kept(venue_id)
        form = forms.HoursForm(obj=found, data=_typed_hours(found))
        if not form.validate_on_submit():
            lead = _("一天最多两段；空着的日子不开放。全部空着，就算每天 8:30–21:00。")
            return _form_page(
                found, form, _("开放时间"), _("保存"), lead=lead, template="venues/hours.html", weekdays=WEEKDAYS
            )
        operations.set_hours(found, form.spans(), by=actor(), at=now(), version=version_of(form))
        return _done(found, _("开放时间已保存。"))


@pages.route("/<int:venue_id>/close", methods=["GET", "POST"])
@permit(KEEPERS)
def close(venue_id: int) -> ResponseReturnValue:
    """Days on which the venue is closed."""
    with transaction():
        found = _kept(venue_id)
        form = forms.ClosureForm()
        if not form.validate_on_submit():
            lead = _("已经定在这里的课不会自动改，请联系派单员改期。")
            return _form_page(found, form, _("临时不开放"), _("保存"), lead=lead, **_coming(found))
        if once.again(form, f"/venues/{found.id}"):
            return redirect(f"/venues/{found.id}")
        half_day = HalfDay(form.half_day.data) if form.half_day.data else None
        operations.close(
            found, form.first_day.data, form.last_day.data, half_day=half_day, reason=form.reason.data or "", by=actor(), at=now()
        )  # fmt: skip
        return _done_or_mend(found, _("已记下，这几天不会安排新课。"))


@pages.post("/<int:venue_id>/closures/<int:closure_id>/take-back")
@permit(KEEPERS)
def take_back(venue_id: int, closure_id: int) -> ResponseReturnValue:
    """Open after all."""
    with transaction():
        found = _kept(venue_id)
        closure = db.session.scalar(
            sa.select(VenueClosure).where(VenueClosure.id == closure_id, VenueClosure.venue_id == found.id)
        )
        if closure is None:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        operations.take_back(found, closure, by=actor(), at=now())
        return _done(found, _("已恢复开放。"))


# ── plaques ────────────────────────────────────────────────────────────────────────────────────


@pages.route("/<int:venue_id>/award", methods=["GET", "POST"])
@permit(roles(Role.DISTRICT_ADMINISTRATOR))
def award(venue_id: int) -> ResponseReturnValue:
    """授牌."""
    with transaction():
        found = _kept(venue_id)
        form = forms.PlaqueForm(data={"awarded_on": clock.day_of(now())} if request.method == "GET" else None)
        if not form.validate_on_submit():
            return _form_page(found, form, _("授牌"), _("授牌"))
        if once.again(form, f"/venues/{found.id}"):
            return redirect(f"/venues/{found.id}")
        operations.award(
            found, batch=form.batch.data, number=form.number.data, awarded_on=form.awarded_on.data, by=actor(), at=now()
        )
        return _done(found, _("授牌已记下。"))


@pages.route("/<int:venue_id>/plaques/<int:plaque_id>/withdraw", methods=["GET", "POST"])
@permit(roles(Role.DISTRICT_ADMINISTRATOR))
def withdraw(venue_id: int, plaque_id: int) -> ResponseReturnValue:
    """摘牌."""
    with transaction():
        found = _kept(venue_id)
        plaque = db.session.scalar(sa.select(Plaque).where(Plaque.id == plaque_id, Plaque.venue_id == found.id))
        if plaque is None:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        form = forms.WithdrawForm(data={"on": clock.day_of(now())} if request.method == "GET" else None)
        if not form.validate_on_submit():
            return _form_page(found, form, _("摘牌 %(number)s", number=plaque.number), _("摘牌"), **_coming(found))
        operations.withdraw(found, plaque, on=form.on.data, reason=form.reason.data or "", by=actor(), at=now())
        return _done_or_mend(found, _("已摘牌，%(day)s起不再安排新课。", day=short_day(form.on.data)))

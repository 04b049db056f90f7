"""Venues with their hours and closures, and what already holds time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalogue.calendar.models import Hold, HoldKind
from catalogue.core.db import db
from catalogue.dispatch.problem_orders import open_to
from catalogue.dispatch.span import EXCEPTION_HOURS, Span
from catalogue.matching import problem as m
from catalogue.matching.terms import Kind, Mode
from catalogue.orders.models import Order, Place
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Plaque, Venue, VenueClosure, VenueEquipment, VenueHours

USUAL_HOURS = (510, 1260)  # a venue without hours of its own is open 8:30 to 21:00 daily
KINDS = {HoldKind.LECTURER: Kind.LECTURER, HoldKind.VENUE: Kind.VENUE, HoldKind.ORGANISATION: Kind.COMMITTEE}

_Town = aliased(Organisation)


def _spot_of_venue() -> tuple[sa.Label[float], sa.Label[float]]:
    """Where a venue lies: its own place on the map, else its owner's, else its town's (a room entered without a place is where its committee is)."""
    own = [Venue.latitude, Organisation.latitude, _Town.latitude]
    east = [Venue.longitude, Organisation.longitude, _Town.longitude]
    return sa.func.coalesce(*own).label("latitude"), sa.func.coalesce(*east).label("longitude")


def venues_of(
    orders: Sequence[Order], wanted: Sequence[m.Order], span: Span
) -> tuple[tuple[m.Venue, ...], dict[str, str], frozenset[int]]:
    """The venues named, and those of the district that others may use (for orders that take any, and for ways out)."""
    if not any(Mode.VENUE in (*o.modes, *o.course_modes) for o in wanted):
        return (), {}, frozenset()
    named = {o.venue_id for o in orders if o.venue_id is not None}
    committees = {o.organisation_id for o in orders}
    rows = db.session.execute(
        sa.select(
            Venue.id, Venue.name, Venue.capacity, *_spot_of_venue(), Venue.organisation_id, Venue.own_room, Venue.shared, Venue.ended_on
        )
        .join(Organisation, Organisation.id == Venue.organisation_id)
        .outerjoin(_Town, _Town.id == Organisation.town_id)
        .where(
            sa.or_(Venue.ended_on.is_(None), Venue.ended_on >= span.first),
            sa.or_(
                Venue.id.in_(named), Venue.organisation_id.in_(committees),
                sa.and_(Venue.shared, Venue.district_id.in_({o.district_id for o in orders})),
            ),
        )
        .order_by(Venue.sort_key, Venue.id)
    ).all()  # fmt: skip
    rows = [r for r in rows if r.latitude is not None and r.longitude is not None]
    ids = [r.id for r in rows]
    equipment, week = defaultdict(set), defaultdict(list)
    for venue_id, code in db.session.execute(
        sa.select(VenueEquipment.venue_id, VenueEquipment.equipment_code).where(VenueEquipment.venue_id.in_(ids))
    ):
        equipment[venue_id].add(code)
    for venue_id, weekday, opens, closes in db.session.execute(
        sa.select(VenueHours.venue_id, VenueHours.weekday, VenueHours.opens, VenueHours.closes)
        .where(VenueHours.venue_id.in_(ids))
        .order_by(VenueHours.id)
    ):
        week[venue_id].append((weekday, opens, closes))
    shut = _closures(ids, span)
    for row in rows:
        if row.ended_on is not None and row.ended_on < span.last:  # the last day in use
            shut[row.id].append((((row.ended_on - span.first).days + 1) * 1440, span.days * 1440))
    found = tuple(
        m.Venue(
            id=str(r.id), capacity=r.capacity, location=(r.latitude, r.longitude), open=_open(week.get(r.id), span), closures=tuple(shut[r.id]),
            equipment=frozenset(equipment[r.id]),
            areas=open_to(r, named, committees),
        )
        for r in rows
    )  # fmt: skip
    theirs = {
        o.venue_id for o in orders if o.place is Place.OWN_ROOM
    }  # the own room when it was ordered: a merge moves rooms
    own = frozenset(r.id for r in rows if r.id in theirs or (r.own_room and r.organisation_id in committees))
    return found, {str(r.id): r.name for r in rows}, own


def _open(week: Sequence[tuple[int, int, int]] | None, span: Span) -> tuple[tuple[int, int], ...]:
    rows = week if week else [(weekday, *USUAL_HOURS) for weekday in range(7)]
    return tuple(
        ((first + weekday) * 1440 + opens, (first + weekday) * 1440 + closes)
        for first in range(0, span.days, 7)
        for weekday, opens, closes in rows
    )


def _closures(ids: Sequence[int], span: Span) -> dict[int, list[tuple[int, int]]]:
    """Closed days and half-days, and everything from the day a plaque was withdrawn (until it is awarded again)."""
    shut: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(VenueClosure.venue_id, VenueClosure.first_day, VenueClosure.last_day, VenueClosure.half_day).where(
            VenueClosure.venue_id.in_(ids), VenueClosure.ended.is_(False), VenueClosure.first_day <= span.last, VenueClosure.last_day >= span.first
        )
    ):  # fmt: skip
        start, end = EXCEPTION_HOURS[row.half_day] if row.half_day is not None else (0, 1440)
        first = max(0, (row.first_day - span.first).days)
        last = min(span.days - 1, (row.last_day - span.first).days)
        shut[row.venue_id] += [(day * 1440 + start, day * 1440 + end) for day in range(first, last + 1)]
    plaques: dict[int, list[Any]] = defaultdict(list)
    for plaque in db.session.execute(
        sa.select(Plaque.venue_id, Plaque.awarded_on, Plaque.withdrawn_on)
        .where(Plaque.venue_id.in_(ids))
        .order_by(Plaque.awarded_on)
    ):
        plaques[plaque.venue_id].append(plaque)
    for venue_id, rows in plaques.items():
        ends = [r.withdrawn_on for r in rows if r.withdrawn_on is not None]
        if len(ends) == len(rows) and max(ends) <= span.last:
            first = max(0, (max(ends) - span.first).days)
            shut[venue_id].append((first * 1440, span.days * 1440))
    return shut


def busy_of(span: Span, who: Mapping[HoldKind, Sequence[int]], without: Collection[int]) -> Iterable[m.Busy]:
    """What holds the time of those who are in the problem; city-wide, whoever holds it."""
    rows = db.session.execute(
        sa.select(
            Hold.id, Hold.kind, Hold.resource_id, Hold.busy_from, Hold.busy_until, Hold.latitude, Hold.longitude
        )
        .where(
            Hold.active, Hold.busy_from < span.end, Hold.busy_from >= span.start - timedelta(days=2),
            sa.or_(*(sa.and_(Hold.kind == kind, Hold.resource_id.in_(ids)) for kind, ids in who.items())),
        )
        .order_by(Hold.id)
    )  # fmt: skip
    for row in rows:
        if row.id not in without:
            place = None if row.latitude is None or row.kind is not HoldKind.LECTURER else (row.latitude, row.longitude)
            yield m.Busy(
                KINDS[row.kind], str(row.resource_id), span.minute(row.busy_from), span.minute(row.busy_until), place,
                setup_included=row.kind is HoldKind.LECTURER,
            )  # fmt: skip

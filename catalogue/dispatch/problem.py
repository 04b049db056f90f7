"""Rows → a matching Problem: who may teach, where, when, and what already holds time, in a handful of statements.

Ids are the rows' ids as texts. Minutes count from 00:00 (Shanghai) of a Monday, so a week of the rules is a calendar week.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from catalogue.calendar import queries as calendar
from catalogue.calendar import working_days
from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses.models import CourseVersion, EditionItem
from catalogue.dispatch.models import Dispatch, DispatchOrder, Offer, TeachMode
from catalogue.dispatch.states import OfferState
from catalogue.lecturers.models import (
    Appointment,
    AvailabilityException,
    CorpsMember,
    Lecturer,
    Qualification,
    WeeklyHours,
)
from catalogue.matching import problem as m
from catalogue.matching.explain import Names
from catalogue.matching.terms import Days, Kind, Mode, Window
from catalogue.matching.travel import Travel
from catalogue.orders import queries as ordering
from catalogue.orders.models import Order, Place
from catalogue.orders.states import State
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import settings_of
from catalogue.venues.models import Plaque, Venue, VenueClosure, VenueEquipment, VenueHours

USUAL_HOURS = (510, 1260)  # a venue without hours of its own is open 8:30 to 21:00 daily
EXCEPTION_HOURS = {HalfDay.MORNING: (480, 720), HalfDay.AFTERNOON: (720, 1050), HalfDay.EVENING: (1050, 1290)}
SERVED = (State.PLANNED, State.SCHEDULED, State.DELIVERED, State.CLOSED)
NOT_HELD_AGAINST = ("called_off", "order_cancelled", "redispatched")
"""Reason codes of withdrawals that say nothing about the lecturer: they may be asked again."""
KINDS = {HoldKind.LECTURER: Kind.LECTURER, HoldKind.VENUE: Kind.VENUE, HoldKind.ORGANISATION: Kind.COMMITTEE}


@dataclass(frozen=True)
class Span:
    """Days on the problem's clock."""

    first: date
    last: date

    @classmethod
    def around(cls, first: date, last: date) -> "Span":
        """Whole weeks around some days: the first day is a Monday."""
        return cls(first - timedelta(days=first.weekday()), last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return clock.at(self.first, 0)

    @property
    def end(self) -> datetime:
        return clock.at(self.last + timedelta(days=1), 0)

    def minute(self, instant: datetime) -> int:
        """An instant on the problem's clock (Shanghai knows no summer time)."""
        return int((instant - self.start).total_seconds() // 60)

    def instant(self, minute: int) -> datetime:
        return self.start + timedelta(minutes=minute)

    def day(self, day: date | None) -> int | None:
        return None if day is None else (day - self.first).days


@dataclass(frozen=True)
class Loaded:
    """A problem with the words for its ids and the rows it was made from."""

    problem: m.Problem
    span: Span
    lecturers: Mapping[str, str]
    venues: Mapping[str, str]
    own_rooms: frozenset[int]
    settings: Mapping[str, int]

    @cached_property
    def names(self) -> Names:
        return Names(self.lecturers, self.venues)

    def teach_mode(self, mode: Mode, venue_id: int | None) -> TeachMode:
        """讲师上门 when it is in the committee's own room."""
        if mode is Mode.ONLINE:
            return TeachMode.ONLINE
        return TeachMode.ONSITE if venue_id is None or venue_id in self.own_rooms else TeachMode.VENUE

    def spot(self, mode: Mode, venue_id: int | None, order: m.Order) -> tuple[float, float] | None:
        """Where the lecturer is then."""
        if mode is Mode.ONLINE:
            return None
        return order.location if venue_id is None else self.problem.venue_of[str(venue_id)].location


def mode_of(teach_mode: TeachMode, venue_id: int | None) -> Mode:
    """The way of teaching as matching says it: a room that is held is a venue."""
    if teach_mode is TeachMode.ONLINE:
        return Mode.ONLINE
    return Mode.ONSITE if venue_id is None else Mode.VENUE


def whole_orders(ids: Collection[int]) -> list[Order]:
    """Orders with all that a problem and its pages need."""
    found = db.session.scalars(
        sa.select(Order)
        .where(Order.id.in_(ids))
        .options(
            selectinload(Order.windows),
            joinedload(Order.course),
            joinedload(Order.course_version).selectinload(CourseVersion.equipment),
            joinedload(Order.edition_item).joinedload(EditionItem.edition),
            joinedload(Order.organisation).joinedload(Organisation.town),
            joinedload(Order.venue),
            joinedload(Order.preferred_lecturer),
        )
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    )
    return list(found.unique())


def load(
    orders: Sequence[Order], at: datetime, *, without: Collection[int] = (), span: Span | None = None
) -> Loaded:  # fmt: skip
    """The problem of some orders of one district (as whole_orders gives them) at an instant.

    without: holds that do not count (those of the dispatch or lesson that is being changed).
    """
    host = orders[0]
    chain = ordering.chain_of(host.organisation_id)
    settings = settings_of(chain, clock.day_of(at))
    span = span or _span(orders, at)
    wanted = [_order(order, chain_if(order, host, chain), span, at, settings) for order in orders]
    wanted = _with_past(orders, wanted)
    lecturers, names = _lecturers({o.course_id for o in orders}, host.district_id, span, settings)
    venues, venue_names, own = _venues(orders, wanted, span)
    who = {
        HoldKind.LECTURER: [int(one.id) for one in lecturers if one.qualifications],
        HoldKind.VENUE: [int(one.id) for one in venues],
        HoldKind.ORGANISATION: sorted({order.organisation_id for order in orders}),
    }
    return Loaded(
        problem=m.Problem(
            horizon_start=span.first, days=span.days, orders=tuple(wanted), lecturers=lecturers, venues=venues,
            lessons=tuple(_busy(span, who, without)),
            travel=Travel(
                speed_kmh=float(settings["travel_speed"]), setup_min=settings["setup_minutes"], venue_radius_km=float(settings["venue_radius_km"])
            ),
        ),
        span=span, lecturers=names, venues=venue_names, own_rooms=own, settings=settings,
    )  # fmt: skip


def chain_if(order: Order, host: Order, chain: tuple[int, ...]) -> tuple[int, ...]:
    """The chain of an order's committee; the host's is known already."""
    return chain if order.organisation_id == host.organisation_id else ordering.chain_of(order.organisation_id)


def _span(orders: Sequence[Order], at: datetime) -> Span:
    """From the first teaching day of the editions (or today, or the first window) to their last."""
    first, last = clock.day_of(at), clock.day_of(at) + timedelta(days=27)
    for order in orders:
        if order.edition_item is not None:
            first, last = (
                min(first, order.edition_item.edition.teach_from),
                max(last, order.edition_item.edition.teach_until),
            )
        for window in order.windows:
            first, last = min(first, clock.day_of(window.starts_at)), max(last, clock.day_of(window.ends_at))
    return Span.around(
        max(first, clock.day_of(at) - timedelta(days=200)), min(last, clock.day_of(at) + timedelta(days=400))
    )


# ── orders ──────────────────────────────────────────────────────────────────────────────────────


def _order(order: Order, chain: Sequence[int], span: Span, at: datetime, settings: Mapping[str, int]) -> m.Order:
    version = order.course_version
    modes, venues = _modes(order, version)
    since = clock.day_of(order.submitted_at or at)
    overrides = calendar.overrides(since, since + timedelta(days=90))
    now = span.minute(at) + 1 + 60 * settings["least_notice_hours"]

    def earliest(name: str) -> int:
        return max(now, span.minute(clock.at(working_days.add_working_days(since, settings[name], overrides), 0)))

    edition = order.edition_item.edition if order.edition_item is not None else None
    return m.Order(
        id=str(order.id), committee=str(order.organisation_id), course=str(order.course_id), areas=_areas(order, version, chain),
        minutes=version.minutes, attendees=order.expected or version.size_min, windows=_windows(order, span), modes=modes,
        location=_location(order), venues=venues, equipment=frozenset(e.code for e in version.equipment),
        preferred_lecturer=None if order.preferred_lecturer_id is None else str(order.preferred_lecturer_id), priority=order.priority,
        corps=None if order.corps_id is None else str(order.corps_id), not_before=earliest("lead_days"),
        not_before_online=earliest("lead_days_online"), not_after=None if edition is None else span.minute(clock.at(edition.teach_until, 1440)),
        course_modes=_course_modes(version), min_attendees=version.size_min,
    )  # fmt: skip


def _areas(order: Order, version: CourseVersion, chain: Sequence[int]) -> frozenset[str]:
    """The organisations above the committee and itself; its own room too if the course is taught there (讲师上门)."""
    room = {_room_of(order.organisation_id)} if version.onsite else set()
    return frozenset({*map(str, chain), *room})


def _room_of(organisation_id: int) -> str:
    return f"room of {organisation_id}"


def _open_to(venue: Any, named: set[int], committees: set[int]) -> frozenset[str] | None:
    """The areas a venue serves (None: all). An own room serves its committee as the place where lecturers come to."""
    if venue.id in named or (venue.shared and not (venue.own_room and venue.organisation_id in committees)):
        return None
    if not venue.own_room:
        return frozenset({str(venue.organisation_id)})
    others = {str(one) for one in committees - {venue.organisation_id}} if venue.shared else set()
    return frozenset({_room_of(venue.organisation_id), *others})


def _windows(order: Order, span: Span) -> tuple[Window, ...]:
    """Single times are liked in their order (10, 9 …); those of a pattern all alike."""
    return tuple(
        Window(span.minute(w.starts_at), span.minute(w.ends_at), 5 if order.pattern else max(0, 11 - w.rank))
        for w in order.windows
    )


def _location(order: Order) -> tuple[float, float] | None:
    venue = order.venue if order.place is Place.OWN_ROOM else None
    for thing in (venue, order.organisation, order.organisation.town):
        if thing is not None and thing.latitude is not None and thing.longitude is not None:
            return (thing.latitude, thing.longitude)
    return None


def _modes(order: Order, version: CourseVersion) -> tuple[tuple[Mode, ...], tuple[str, ...] | None]:
    """How it may be taught, and in which venues (None: any near enough)."""
    online = (Mode.ONLINE,) if order.online_too and version.online else ()
    match order.place:
        case Place.ONLINE:
            return (Mode.ONLINE,), ()
        case Place.ANY_VENUE:
            return (Mode.VENUE, *online), None
    if order.venue_id is None:
        here = (Mode.ONSITE,) if order.place is Place.OWN_ROOM and _location(order) is not None else (Mode.VENUE,)
        return (*here, *online), ()
    return (Mode.VENUE, *online), (str(order.venue_id),)


def _course_modes(version: CourseVersion) -> tuple[Mode, ...]:
    room = (Mode.VENUE,) if version.venue or version.onsite else ()
    return (*room, *((Mode.ONLINE,) if version.online else ()))


def _with_past(orders: Sequence[Order], wanted: Sequence[m.Order]) -> list[m.Order]:
    """Who was asked before and said no or was withdrawn, and whether it is the committee's first lesson of the edition."""
    gone: dict[int, set[str]] = defaultdict(set)
    for order_id, lecturer_id in db.session.execute(
        sa.select(DispatchOrder.order_id, Offer.lecturer_id)
        .join(Offer, Offer.dispatch_id == DispatchOrder.dispatch_id)
        .where(
            DispatchOrder.order_id.in_([o.id for o in orders]),
            sa.or_(
                Offer.state == OfferState.DECLINED,
                sa.and_(Offer.state == OfferState.WITHDRAWN, Offer.reason_code.not_in(NOT_HELD_AGAINST)),
            ),
        )
    ):
        gone[order_id].add(str(lecturer_id))
    served = {
        (row.organisation_id, row.edition_id)
        for row in db.session.execute(
            sa.select(Order.organisation_id, EditionItem.edition_id)
            .join(EditionItem, EditionItem.id == Order.edition_item_id)
            .where(
                Order.organisation_id.in_({o.organisation_id for o in orders}), Order.state.in_(SERVED),
                Order.id.not_in([o.id for o in orders]),
            )
            .distinct()
        )
    }  # fmt: skip
    return [
        replace(
            one,
            excluded=frozenset(gone[order.id]),
            first_lesson=order.edition_item is not None
            and (order.organisation_id, order.edition_item.edition_id) not in served,
        )
        for order, one in zip(orders, wanted, strict=True)
    ]


# ── lecturers ───────────────────────────────────────────────────────────────────────────────────


def _lecturers(
    courses: set[int], district_id: int, span: Span, settings: Mapping[str, int]
) -> tuple[tuple[m.Lecturer, ...], dict[str, str]]:
    """Every lecturer of the district or appointed for it. Only those who teach one of the courses get their hours."""
    rows = db.session.execute(
        sa.select(
            Lecturer.id, Lecturer.display_name, Lecturer.home_latitude, Lecturer.home_longitude, Lecturer.radius_km, Lecturer.teaches_online,
            Lecturer.max_half_days_per_day, Lecturer.max_per_month, Lecturer.ended_on,
        )
        .where(
            sa.or_(Lecturer.ended_on.is_(None), Lecturer.ended_on >= span.first),
            sa.or_(
                Lecturer.district_id == district_id,
                Lecturer.id.in_(sa.select(Appointment.lecturer_id).where(Appointment.district_id == district_id, Appointment.lecturer_id.is_not(None))),
            ),
        )
        .order_by(Lecturer.sort_key, Lecturer.id)
    ).all()  # fmt: skip
    taught = _qualifications(courses, span)
    teaching = [r.id for r in rows if r.id in taught]
    corps = _memberships(teaching, span)
    terms = _appointments(teaching, corps, span)
    hours, away = _hours(teaching, span)
    found = []
    for row in rows:
        until = span.day(row.ended_on)
        found.append(
            m.Lecturer(
                id=str(row.id), qualifications=tuple(taught.get(row.id, ())), appointments=tuple(_cut(terms.get(row.id, ()), until)),
                available=tuple(hours.get(row.id, ())), absences=tuple(away.get(row.id, ())),
                home=None if row.home_latitude is None else (row.home_latitude, row.home_longitude),
                max_km=None if row.radius_km is None else float(row.radius_km), online=row.teaches_online,
                max_half_days_per_day=row.max_half_days_per_day or settings["half_days_per_day"],
                max_per_month=settings["lessons_per_month"] if row.max_per_month is None else row.max_per_month,
                corps=tuple(membership for membership, _id in corps.get(row.id, ())),
            )
        )  # fmt: skip
    return tuple(found), {str(r.id): r.display_name for r in rows}


def _cut(terms: Iterable[m.Appointment], until: int | None) -> Iterable[m.Appointment]:
    """Nobody is appointed after the day their row ended."""
    for term in terms:
        last = term.days.last if until is None else until if term.days.last is None else min(until, term.days.last)
        if last is None or term.days.first is None or last >= term.days.first:
            yield replace(term, days=Days(term.days.first, last))


def _qualifications(courses: set[int], span: Span) -> dict[int, list[m.Qualification]]:
    found: dict[int, list[m.Qualification]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(Qualification.lecturer_id, Qualification.course_id, Qualification.since, Qualification.until)
        .where(Qualification.course_id.in_(courses))
        .order_by(Qualification.lecturer_id, Qualification.since)
    ):
        found[row.lecturer_id].append(
            m.Qualification(str(row.course_id), Days(span.day(row.since), span.day(row.until)))
        )
    return found


def _memberships(lecturer_ids: Sequence[int], span: Span) -> dict[int, list[tuple[m.Membership, int]]]:
    found: dict[int, list[tuple[m.Membership, int]]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(CorpsMember.lecturer_id, CorpsMember.corps_id, CorpsMember.joined_on, CorpsMember.left_on)
        .where(CorpsMember.lecturer_id.in_(lecturer_ids))
        .order_by(CorpsMember.id)
    ):
        days = Days(span.day(row.joined_on), span.day(row.left_on))
        found[row.lecturer_id].append((m.Membership(str(row.corps_id), days), row.corps_id))
    return found


def _appointments(
    lecturer_ids: Sequence[int], corps: Mapping[int, Sequence[tuple[m.Membership, int]]], span: Span
) -> dict[int, list[m.Appointment]]:
    """Terms of the lecturers themselves, and of their corps as a body while they belong to it."""
    bodies = {corps_id for member in corps.values() for _m, corps_id in member}
    found: dict[int, list[m.Appointment]] = defaultdict(list)
    of_corps: dict[int, list[m.Appointment]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(
            Appointment.lecturer_id, Appointment.corps_id, Appointment.scope_id, Appointment.starts_on, Appointment.ends_on, Appointment.ended_on
        )
        .where(sa.or_(Appointment.lecturer_id.in_(lecturer_ids), Appointment.corps_id.in_(bodies)))
        .order_by(Appointment.id)
    ):  # fmt: skip
        last = row.ends_on if row.ended_on is None else min(row.ends_on, row.ended_on)
        term = m.Appointment(Days(span.day(row.starts_on), span.day(last)), frozenset({str(row.scope_id)}))
        if row.lecturer_id is not None:
            found[row.lecturer_id].append(term)
        else:
            of_corps[row.corps_id].append(term)
    for lecturer_id, members in corps.items():
        for membership, corps_id in members:
            found[lecturer_id] += [
                t for term in of_corps[corps_id] if (t := _within(term, membership.days)) is not None
            ]
    return found


def _within(term: m.Appointment, days: Days) -> m.Appointment | None:
    first = max((d for d in (term.days.first, days.first) if d is not None), default=None)
    last = min((d for d in (term.days.last, days.last) if d is not None), default=None)
    return None if first is not None and last is not None and last < first else replace(term, days=Days(first, last))


Minutes = dict[int, list[tuple[int, int]]]


def _hours(lecturer_ids: Sequence[int], span: Span) -> tuple[Minutes, Minutes]:
    """Weekly hours and dated exceptions as intervals: when they can come, and when they are away."""
    week: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(WeeklyHours.lecturer_id, WeeklyHours.weekday, WeeklyHours.starts, WeeklyHours.ends)
        .where(WeeklyHours.lecturer_id.in_(lecturer_ids))
        .order_by(WeeklyHours.lecturer_id, WeeklyHours.weekday, WeeklyHours.starts)
    ):
        week[row.lecturer_id].append((row.weekday, row.starts, row.ends))
    hours: Minutes = defaultdict(list)
    away: Minutes = defaultdict(list)
    for lecturer_id, rows in week.items():
        for first in range(0, span.days, 7):  # the first day is a Monday
            hours[lecturer_id] += [
                ((first + weekday) * 1440 + starts, (first + weekday) * 1440 + ends) for weekday, starts, ends in rows
            ]
    for said in db.session.execute(
        sa.select(
            AvailabilityException.lecturer_id, AvailabilityException.day, AvailabilityException.half_day, AvailabilityException.free
        )
        .where(AvailabilityException.lecturer_id.in_(lecturer_ids), AvailabilityException.day.between(span.first, span.last))
        .order_by(AvailabilityException.id)
    ):  # fmt: skip
        start, end = EXCEPTION_HOURS[said.half_day]
        day = (said.day - span.first).days * 1440
        (hours if said.free else away)[said.lecturer_id].append((day + start, day + end))
    return hours, away


# ── venues and held time ────────────────────────────────────────────────────────────────────────


_Town = aliased(Organisation)


def _spot_of_venue() -> tuple[sa.Label[float], sa.Label[float]]:
    """Where a venue lies: its own place on the map, else its owner's, else its town's (a room entered without a place is where its committee is)."""
    own = [Venue.latitude, Organisation.latitude, _Town.latitude]
    east = [Venue.longitude, Organisation.longitude, _Town.longitude]
    return sa.func.coalesce(*own).label("latitude"), sa.func.coalesce(*east).label("longitude")


def _venues(
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
            areas=_open_to(r, named, committees),
        )
        for r in rows
    )  # fmt: skip
    own = frozenset(r.id for r in rows if r.own_room and r.organisation_id in committees)
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


def _busy(span: Span, who: Mapping[HoldKind, Sequence[int]], without: Collection[int]) -> Iterable[m.Busy]:
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


def holds_of(dispatch: Dispatch) -> list[Hold]:
    """The active holds of a dispatch and its offers."""
    offers = sa.select(Offer.id).where(Offer.dispatch_id == dispatch.id)
    return list(
        db.session.scalars(
            sa.select(Hold)
            .where(
                Hold.active,
                sa.or_(
                    sa.and_(Hold.held_for == "dispatch", Hold.held_for_id == dispatch.id),
                    sa.and_(Hold.held_for == "offer", Hold.held_for_id.in_(offers)),
                ),
            )
            .order_by(Hold.kind, Hold.resource_id)
        )
    )

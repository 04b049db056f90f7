"""已定的课要改派: coming lessons (and open offers) whose lecturer or venue is not to be had then any more.

Nothing is stored: what is wrong is read from the terms, marks, closures and plaques of today, so it is over when its cause is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from catalogue.core import booked, clock
from catalogue.core.actor import Actor, Role
from catalogue.core.booked import Booking
from catalogue.core.clock import SPANS, HalfDay
from catalogue.core.db import db
from catalogue.core.wording import short_day
from catalogue.core.words import _
from catalogue.courses.models import CourseVersion
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferState
from catalogue.lecturers import queries as lecturers
from catalogue.lecturers.models import Lecturer
from catalogue.lecturers.queries import Term
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.lessons.states import State
from catalogue.organisations.models import OrganisationReach
from catalogue.organisations.queries import in_scope
from catalogue.venues import queries as venues
from catalogue.venues.models import Plaque, Venue

MENDERS = (Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR)


class Why(StrEnum):
    """What is wrong with a booking."""

    APPOINTMENT = "appointment"  # nobody appoints the lecturer for that day and place
    STOPPED = "stopped"  # the lecturer teaches no more
    AWAY = "away"  # the lecturer marked that half-day
    ENDED = "ended"  # the venue is not used any more
    CLOSED = "closed"  # the venue is closed then
    PLAQUE = "plaque"  # the venue's last plaque is withdrawn by then


OF_LECTURERS = frozenset({Why.APPOINTMENT, Why.STOPPED, Why.AWAY})


@dataclass(frozen=True)
class Slot:
    """One lecturer (or none) and one venue (or none) at one time: a seat of a lesson, or an open offer."""

    kind: str  # lesson or offer
    id: int
    organisation_id: int
    starts_at: datetime
    ends_at: datetime
    venue_id: int | None
    lecturer_id: int | None
    title: str


@dataclass(frozen=True)
class Risk:
    """One thing that is wrong with a slot; name: the lecturer or the venue, on: since when or until when."""

    slot: Slot
    why: Why
    name: str
    on: date | None = None

    @property
    def of_lecturer(self) -> bool:
        """Another lecturer would mend it; else another room."""
        return self.why in OF_LECTURERS

    @property
    def words(self) -> str:
        day = short_day(self.on) if self.on is not None else ""
        return {
            Why.APPOINTMENT: _("%(name)s那天没有这里的聘书", name=self.name),
            Why.STOPPED: _("%(name)s 从%(day)s以后停止授课", name=self.name, day=day),
            Why.AWAY: _("%(name)s登记那时不来", name=self.name),
            Why.ENDED: _("%(name)s%(day)s以后停用", name=self.name, day=day),
            Why.CLOSED: _("%(name)s那时不开放", name=self.name),
            Why.PLAQUE: _("%(name)s%(day)s起已摘牌", name=self.name, day=day),
        }[self.why]


# ── what is coming ──────────────────────────────────────────────────────────────────────────────


_COMING = (
    sa.select(
        Lesson.id, Lesson.organisation_id, Lesson.starts_at, Lesson.ends_at, Lesson.venue_id, LessonLecturer.lecturer_id, CourseVersion.title
    )
    .join(CourseVersion, CourseVersion.id == Lesson.course_version_id)
    .outerjoin(LessonLecturer, sa.and_(LessonLecturer.lesson_id == Lesson.id, LessonLecturer.left_at.is_(None)))
    .where(Lesson.state == State.SCHEDULED, Lesson.starts_at > sa.bindparam("at"))
    .order_by(Lesson.starts_at, Lesson.id, LessonLecturer.seat)
)  # fmt: skip
_BY_LECTURER = _COMING.where(LessonLecturer.lecturer_id == sa.bindparam("id"))
_BY_VENUE = _COMING.where(Lesson.venue_id == sa.bindparam("id"))


def _lessons(at: datetime, *ways: sa.ColumnElement[bool]) -> list[Slot]:
    return _slots(_COMING.where(*ways) if ways else _COMING, {"at": at})


def _slots(query: sa.Executable, known: Mapping[str, Any]) -> list[Slot]:
    return [Slot("lesson", *row) for row in db.session.execute(query, known)]


def _offers(at: datetime, *ways: sa.ColumnElement[bool]) -> list[Slot]:
    query = (
        sa.select(
            Offer.id, Offer.organisation_id, Offer.starts_at, Offer.ends_at, Offer.venue_id, Offer.lecturer_id, CourseVersion.title
        )
        .join(Dispatch, Dispatch.id == Offer.dispatch_id)
        .join(CourseVersion, CourseVersion.id == Dispatch.course_version_id)
        .where(Offer.state == OfferState.OPEN, Offer.starts_at > at, *ways)
        .order_by(Offer.starts_at, Offer.id)
    )  # fmt: skip
    return [Slot("offer", *row) for row in db.session.execute(query)]


# ── what is wrong ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Facts:
    """What is known of the lecturers, venues and committees of some slots. Eight statements, however many slots."""

    lecturers: Mapping[int, Any]
    terms: Mapping[int, Sequence[Term]]
    dated: Mapping[int, Mapping[tuple[date, HalfDay], Any]]
    chains: Mapping[int, Collection[int]]
    venues: Mapping[int, Any]
    closures: Mapping[int, Sequence[Any]]
    bookable_until: Mapping[int, date | None]


def _facts(slots: Sequence[Slot]) -> _Facts:
    days = [clock.day_of(s.starts_at) for s in slots]
    who = {s.lecturer_id for s in slots if s.lecturer_id is not None}
    where = {s.venue_id for s in slots if s.venue_id is not None}
    people = sa.select(Lecturer.id, Lecturer.display_name, Lecturer.ended_on).where(Lecturer.id.in_(who))
    rooms = sa.select(Venue.id, Venue.name, Venue.ended_on).where(Venue.id.in_(where))
    chains: dict[int, set[int]] = defaultdict(set)
    above = sa.select(OrganisationReach.descendant_id, OrganisationReach.ancestor_id)
    for below, ancestor in db.session.execute(
        above.where(OrganisationReach.descendant_id.in_({s.organisation_id for s in slots}))
    ):
        chains[below].add(ancestor)
    closures: dict[int, list[Any]] = defaultdict(list)
    for closure in venues.closures(where, min(days), max(days)):
        closures[closure.venue_id].append(closure)
    plaques: dict[int, list[Plaque]] = defaultdict(list)
    for plaque in db.session.scalars(sa.select(Plaque).where(Plaque.venue_id.in_(where))):
        plaques[plaque.venue_id].append(plaque)
    return _Facts(
        {row.id: row for row in db.session.execute(people)}, lecturers.terms(who), lecturers.exceptions(who, min(days), max(days)), chains,
        {row.id: row for row in db.session.execute(rooms)}, closures, {i: venues.bookable_until(found) for i, found in plaques.items()},
    )  # fmt: skip


def _overlaps(slot: Slot, half_day: HalfDay) -> bool:
    starts = clock.minute_of(slot.starts_at)
    ends = starts + int((slot.ends_at - slot.starts_at).total_seconds()) // 60
    return starts < SPANS[half_day][1] and SPANS[half_day][0] < ends


def _of_lecturer(slot: Slot, facts: _Facts) -> Iterable[Risk]:
    if slot.lecturer_id is None:
        return
    day, who = clock.day_of(slot.starts_at), facts.lecturers[slot.lecturer_id]
    if who.ended_on is not None and who.ended_on < day:
        yield Risk(slot, Why.STOPPED, who.display_name, who.ended_on)
    else:
        chain = facts.chains.get(slot.organisation_id, ())
        if lecturers.standing_of(facts.terms.get(slot.lecturer_id, ()), day, chain).term is None:
            yield Risk(slot, Why.APPOINTMENT, who.display_name)
    dated = facts.dated.get(slot.lecturer_id, {})
    said = [dated[day, h] for h in HalfDay if (day, h) in dated and _overlaps(slot, h)]
    if any(not one.free for one in said):
        yield Risk(slot, Why.AWAY, who.display_name)


def _of_venue(slot: Slot, facts: _Facts) -> Iterable[Risk]:
    if slot.venue_id is None:
        return
    day, room = clock.day_of(slot.starts_at), facts.venues[slot.venue_id]
    until = facts.bookable_until.get(slot.venue_id)
    if room.ended_on is not None and room.ended_on < day:
        yield Risk(slot, Why.ENDED, room.name, room.ended_on)
    elif until is not None and until <= day:
        yield Risk(slot, Why.PLAQUE, room.name, until)
    shut = (c for c in facts.closures.get(slot.venue_id, ()) if c.first_day <= day <= c.last_day)
    if any(c.half_day is None or _overlaps(slot, c.half_day) for c in shut):
        yield Risk(slot, Why.CLOSED, room.name)


def risks_of(slots: Sequence[Slot]) -> list[Risk]:
    """What is wrong with these slots, each thing once per lesson or offer, in their order."""
    if not slots:
        return []
    facts = _facts(slots)
    found: dict[tuple[str, int, Why, str], Risk] = {}
    for slot in slots:
        for risk in (*_of_lecturer(slot, facts), *_of_venue(slot, facts)):
            found.setdefault((slot.kind, slot.id, risk.why, risk.name), risk)
    return list(found.values())


# ── for whom ────────────────────────────────────────────────────────────────────────────────────


def _taught_by(lecturer_id: int) -> sa.ColumnElement[bool]:
    return LessonLecturer.lecturer_id == lecturer_id


def of_lecturer(lecturer_id: int, at: datetime) -> list[Risk]:
    """Of a lecturer's coming lessons, whoever asks: for reactions."""
    coming = _slots(_BY_LECTURER, {"at": at, "id": lecturer_id})
    return [r for r in risks_of(coming) if r.why in OF_LECTURERS]


def of_venue(venue_id: int, at: datetime) -> list[Risk]:
    """Of the coming lessons in a venue, whoever asks: for reactions."""
    coming = _slots(_BY_VENUE, {"at": at, "id": venue_id})
    return [r for r in risks_of(coming) if r.why not in OF_LECTURERS]


def of_lesson(lesson_id: int, at: datetime) -> list[Risk]:
    """Of one lesson, whoever asks."""
    return risks_of(_lessons(at, Lesson.id == lesson_id))


def in_sight(by: Actor, at: datetime, *, lecturer_id: int | None = None, venue_id: int | None = None) -> list[Risk]:
    """Everything that is wrong with lessons and open offers where this actor mends it (MENDERS)."""
    lessons = [in_scope(by, Lesson, *MENDERS)]
    offers = [in_scope(by, Offer, *MENDERS)]
    if lecturer_id is not None:
        lessons.append(_taught_by(lecturer_id))
        offers.append(Offer.lecturer_id == lecturer_id)
    if venue_id is not None:
        lessons.append(Lesson.venue_id == venue_id)
        offers.append(Offer.venue_id == venue_id)
    return risks_of([*_lessons(at, *lessons), *_offers(at, *offers)])


def count(by: Actor, at: datetime) -> int:
    """How many lessons this actor has to mend; nobody else's are counted."""
    if not by.has(*MENDERS):
        return 0
    return len({r.slot.id for r in risks_of(_lessons(at, in_scope(by, Lesson, *MENDERS)))})


# ── for the pages to the left ───────────────────────────────────────────────────────────────────


def _bookings(by: Actor, slots: Sequence[Slot], whys: Collection[Why]) -> list[Booking]:
    """Slots as their pages name them, once per lesson or offer; outside the actor's scope only the time is said."""
    wrong: dict[tuple[str, int], list[str]] = defaultdict(list)
    for risk in risks_of(slots):
        if risk.why in whys:
            wrong[risk.slot.kind, risk.slot.id].append(risk.words)
    seen = {
        ("lesson", i): f"/lessons/{number}" for i, number in _in_scope(by, Lesson, slots, "lesson", Lesson.number)
    } | {("offer", i): f"/dispatch/{dispatch_id}" for i, dispatch_id in _in_scope(by, Offer, slots, "offer", Offer.dispatch_id)}  # fmt: skip
    found = {}
    for slot in slots:
        key = (slot.kind, slot.id)
        found[key] = Booking(
            slot.starts_at, slot.ends_at, slot.title if key in seen else "", seen.get(key, ""), slot.kind == "lesson", "；".join(wrong[key])
        )  # fmt: skip
    return sorted(found.values(), key=lambda b: b.starts_at)


def _in_scope(by: Actor, model: Any, slots: Sequence[Slot], kind: str, shown: Any) -> list[Any]:
    ids = sorted({s.id for s in slots if s.kind == kind})
    if not ids or not by.has(*MENDERS):
        return []
    return list(db.session.execute(sa.select(model.id, shown).where(model.id.in_(ids), in_scope(by, model, *MENDERS))))


def with_lecturer(by: Actor, at: datetime, lecturer_id: int) -> list[Booking]:
    """A lecturer's coming lessons and open offers (core.booked)."""
    slots = [*_lessons(at, _taught_by(lecturer_id)), *_offers(at, Offer.lecturer_id == lecturer_id)]
    return _bookings(by, slots, OF_LECTURERS)


def in_venue(by: Actor, at: datetime, venue_id: int) -> list[Booking]:
    """The coming lessons and open offers in a venue (core.booked)."""
    slots = [*_lessons(at, Lesson.venue_id == venue_id), *_offers(at, Offer.venue_id == venue_id)]
    return _bookings(by, slots, set(Why) - OF_LECTURERS)


def wire() -> None:
    """Pages of lecturers and venues ask here what they would leave without a lecturer or a room."""
    booked.WITH_LECTURER, booked.IN_VENUE, booked.COUNTED = with_lecturer, in_venue, count

"""Reads the rows that decide who is free, and says what course_availability and course_soonest should hold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar.models import CalendarDay, Hold, HoldKind
from catalogue.calendar.working_days import Kind, Override, add_working_days
from catalogue.core import clock
from catalogue.core.actor import Level
from catalogue.core.db import db
from catalogue.courses.models import Course, CourseOffer, CourseVersion, Edition, EditionItem
from catalogue.courses.states import State
from catalogue.lecturers.models import (
    Appointment,
    AvailabilityException,
    CorpsMember,
    Lecturer,
    Qualification,
    WeeklyHours,
)
from catalogue.menu.free import HALVES, Free, Horizon, Lesson, Person, appointed, counted, reaches
from catalogue.menu.models import CLOSED, FULL
from catalogue.organisations.models import Organisation, OrganisationReach
from catalogue.organisations.queries import settings_of

DAYS = 120
Key = tuple[int, int, date, str]  # course, town, day, half-day


@dataclass(frozen=True)
class Town:
    id: int
    district_id: int
    spot: tuple[float, float] | None
    above: frozenset[int]


@dataclass(frozen=True)
class Wanted:
    """One published course: what it needs, where it is offered, who is qualified from when to when, and its open editions."""

    id: int
    district_id: int
    lesson: Lesson
    towns: tuple[Town, ...]
    qualified: tuple[tuple[int, date, date | None], ...]
    windows: tuple[tuple[int, date, date], ...]  # edition's organisation, first and last day of teaching


@dataclass(frozen=True)
class Figures:
    """What the two derived tables should hold for some courses."""

    free: dict[Key, int]
    soonest: dict[tuple[int, int], int]


class Reading:
    """Everything the figures of some courses depend on, read in a dozen statements whatever their number."""

    def __init__(self, at: datetime, days: int) -> None:
        self.today = clock.day_of(at)
        self.horizon = Horizon(self.today, days)
        self.towns = _towns()
        self.floors: dict[int, int] = {}
        self.overrides = {
            row.day: Override(Kind(row.kind.value), row.name) for row in db.session.scalars(sa.select(CalendarDay))
        }
        self.persons: dict[int, Person] = {}
        self._free: dict[int, Free] = {}
        self._appointed: dict[tuple[int, int], int] = {}
        self._limits: dict[int, Mapping[str, int]] = {}

    def limits(self, district_id: int) -> Mapping[str, int]:
        """The district's settings in force."""
        if district_id not in self._limits:
            city = db.session.scalar(sa.select(Organisation.parent_id).where(Organisation.id == district_id))
            self._limits[district_id] = settings_of([i for i in (district_id, city) if i is not None], self.today)
        return self._limits[district_id]

    def floor(self, district_id: int) -> int:
        """The half-days late enough for an order made today."""
        if district_id not in self.floors:
            first = add_working_days(self.today, self.limits(district_id)["lead_days"], self.overrides)
            self.floors[district_id] = self.horizon.mask(first, None)
        return self.floors[district_id]

    def add_persons(self, ids: Iterable[int]) -> None:
        """Reads the lecturers not read yet, with terms, hours, exceptions and holds."""
        fresh = sorted(set(ids) - set(self.persons))
        if fresh:
            self.persons |= _persons(fresh, self)

    def free(self, lecturer_id: int, minutes: int) -> int:
        if lecturer_id not in self._free:
            self._free[lecturer_id] = Free(self.persons[lecturer_id], self.horizon)
        return self._free[lecturer_id].mask(minutes)

    def appointed(self, lecturer_id: int, town: Town) -> int:
        where = (lecturer_id, town.id)
        if where not in self._appointed:
            self._appointed[where] = appointed(self.persons[lecturer_id], town.above, self.horizon)
        return self._appointed[where]


def _towns() -> dict[int, Town]:
    above: dict[int, set[int]] = defaultdict(set)
    reach = sa.select(OrganisationReach.descendant_id, OrganisationReach.ancestor_id).join(
        Organisation, Organisation.id == OrganisationReach.descendant_id
    )
    for town_id, ancestor in db.session.execute(reach.where(Organisation.level == Level.TOWN)):
        above[town_id].add(ancestor)
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.district_id, Organisation.latitude, Organisation.longitude)
        .where(Organisation.level == Level.TOWN, Organisation.ended_on.is_(None))
        .order_by(Organisation.id)
    )
    return {
        r.id: Town(
            r.id, r.district_id, None if r.latitude is None else (r.latitude, r.longitude), frozenset(above[r.id])
        )
        for r in rows
    }


def _persons(ids: Sequence[int], reading: Reading) -> dict[int, Person]:
    horizon = reading.horizon
    last = horizon.day(3 * horizon.days)
    found = {}
    for row in db.session.scalars(sa.select(Lecturer).where(Lecturer.id.in_(ids))):
        limits = reading.limits(row.district_id)
        home = None if row.home_latitude is None else (row.home_latitude, row.home_longitude or 0.0)
        found[row.id] = Person(
            home, row.radius_km, row.teaches_online, row.ended_on,
            row.max_half_days_per_day or limits["half_days_per_day"],
            limits["lessons_per_month"] if row.max_per_month is None else row.max_per_month,
        )  # fmt: skip
    for hours in db.session.scalars(sa.select(WeeklyHours).where(WeeklyHours.lecturer_id.in_(ids))):
        found[hours.lecturer_id].weekly[(hours.weekday, hours.half_day)] = (hours.starts, hours.ends)
    exceptions = sa.select(AvailabilityException).where(
        AvailabilityException.lecturer_id.in_(ids),
        AvailabilityException.day >= horizon.first,
        AvailabilityException.day < last,
    )
    for one in db.session.scalars(exceptions):
        found[one.lecturer_id].exceptions[(one.day, one.half_day)] = one.free
    month_start, month_end = horizon.first.replace(day=1), last + timedelta(31)
    holds = sa.select(Hold.resource_id, Hold.busy_from, Hold.busy_until).where(
        Hold.kind == HoldKind.LECTURER, Hold.active, Hold.resource_id.in_(ids), Hold.busy_from >= clock.at(month_start, 0),
        Hold.busy_from < clock.at(month_end, 0),
    )  # fmt: skip
    for lecturer_id, start, end in db.session.execute(holds):
        found[lecturer_id].busy.append((start, end))
    for lecturer_id, scope, first, until in _terms(ids):
        found[lecturer_id].terms.append((scope, first, until))
    return found


def _terms(ids: Sequence[int]) -> Iterable[tuple[int, int, date, date]]:
    """Appointments of lecturers, their own and those of their corps while they are members."""
    own = sa.select(Appointment).where(Appointment.lecturer_id.in_(ids))
    for a in db.session.scalars(own):
        yield a.lecturer_id or 0, a.scope_id, a.starts_on, min(a.ends_on, a.ended_on or a.ends_on)
    corps = sa.select(Appointment, CorpsMember.lecturer_id, CorpsMember.joined_on, CorpsMember.left_on).join(
        CorpsMember, CorpsMember.corps_id == Appointment.corps_id
    )
    for a, lecturer_id, joined, left in db.session.execute(corps.where(CorpsMember.lecturer_id.in_(ids))):
        yield (
            lecturer_id,
            a.scope_id,
            max(a.starts_on, joined),
            min(a.ends_on, a.ended_on or a.ends_on, left or a.ends_on),
        )


def wanted(course_ids: Sequence[int], reading: Reading) -> list[Wanted]:
    """The published ones among these courses, with all that their figures need."""
    rows = db.session.execute(
        sa.select(
            Course.id, Course.district_id, CourseVersion.minutes, CourseVersion.onsite, CourseVersion.venue, CourseVersion.online,
            CourseVersion.lecturers_needed,
        )
        .join(CourseVersion, sa.and_(CourseVersion.course_id == Course.id, CourseVersion.state == State.PUBLISHED))
        .where(Course.id.in_(course_ids))
        .order_by(Course.id)
    ).all()  # fmt: skip
    offers, qualified, windows = (
        _offers(course_ids),
        _qualified(course_ids, reading),
        _windows(course_ids, reading.today),
    )
    reading.add_persons(q[0] for some in qualified.values() for q in some)
    return [
        Wanted(
            r.id, r.district_id, Lesson(r.minutes, r.onsite or r.venue, r.online, r.lecturers_needed),
            _places(r.district_id, offers.get(r.id, ()), reading), tuple(qualified.get(r.id, ())), tuple(windows.get(r.id, ())),
        )
        for r in rows
    ]  # fmt: skip


def _places(district_id: int, offers: Sequence[tuple[int, int | None]], reading: Reading) -> tuple[Town, ...]:
    if not offers:
        return tuple(t for t in reading.towns.values() if t.district_id == district_id)
    whole, parts = {o for o, _ in offers}, {town for _, town in offers}
    return tuple(t for t in reading.towns.values() if t.id in parts or not whole.isdisjoint(t.above))


def _offers(course_ids: Sequence[int]) -> dict[int, list[tuple[int, int | None]]]:
    found: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    query = (
        sa.select(CourseOffer.course_id, CourseOffer.organisation_id, Organisation.town_id)
        .join(Organisation, Organisation.id == CourseOffer.organisation_id)
        .where(CourseOffer.course_id.in_(course_ids))
    )
    for course_id, organisation_id, town_id in db.session.execute(query):
        found[course_id].append((organisation_id, town_id))
    return found


def _qualified(course_ids: Sequence[int], reading: Reading) -> dict[int, list[tuple[int, date, date | None]]]:
    found: dict[int, list[tuple[int, date, date | None]]] = defaultdict(list)
    query = (
        sa.select(Qualification.course_id, Qualification.lecturer_id, Qualification.since, Qualification.until)
        .join(Lecturer, Lecturer.id == Qualification.lecturer_id)
        .where(
            Qualification.course_id.in_(course_ids),
            sa.or_(Lecturer.ended_on.is_(None), Lecturer.ended_on >= reading.today),
        )
    )
    for course_id, lecturer_id, since, until in db.session.execute(query):
        found[course_id].append((lecturer_id, since, until))
    return found


def _windows(course_ids: Sequence[int], today: date) -> dict[int, list[tuple[int, date, date]]]:
    """Teaching windows of the published editions one may still order from; those open today win over coming ones."""
    query = (
        sa.select(EditionItem.course_id, Edition.organisation_id, Edition.teach_from, Edition.teach_until, Edition.order_from)
        .join(Edition, Edition.id == EditionItem.edition_id)
        .where(
            EditionItem.course_id.in_(course_ids), EditionItem.ended_on.is_(None), Edition.ended_on.is_(None),
            Edition.published_on <= today, Edition.order_until >= today,
        )
    )  # fmt: skip
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        rows[row.course_id].append(row)
    return {
        course_id: [(r.organisation_id, r.teach_from, r.teach_until) for r in some if r.order_from <= today or all(o.order_from > today for o in some)]
        for course_id, some in rows.items()
    }  # fmt: skip


def figures(courses: Sequence[Wanted], reading: Reading) -> Figures:
    """The rows both tables should hold for these courses."""
    free: dict[Key, int] = {}
    soonest: dict[tuple[int, int], int] = {}
    horizon = reading.horizon
    for course in courses:
        known: dict[tuple[int, ...], Mapping[int, int]] = {}
        for town in course.towns:
            masks = tuple(sorted(mask for mask in _masks(course, town, reading) if mask))
            if masks not in known:
                known[masks] = counted(masks, course.lesson.needed, horizon)
            for bit, n in known[masks].items():
                free[(course.id, town.id, horizon.day(bit), HALVES[bit % 3].value)] = n
            slot = _soonest(course, town, known[masks], reading)
            soonest[(course.id, town.id)] = slot
            whole = (course.id, town.district_id)
            soonest[whole] = min(slot, soonest.get(whole, CLOSED))
        soonest.setdefault((course.id, course.district_id), CLOSED)
    return Figures(free, soonest)


def _masks(course: Wanted, town: Town, reading: Reading) -> Iterable[int]:
    per_lecturer: dict[int, int] = defaultdict(int)
    for lecturer_id, since, until in course.qualified:
        per_lecturer[lecturer_id] |= reading.horizon.mask(since, until)
    for lecturer_id, days in per_lecturer.items():
        if reaches(reading.persons[lecturer_id], course.lesson, town.spot):
            yield days & reading.appointed(lecturer_id, town) & reading.free(lecturer_id, course.lesson.minutes)


def _soonest(course: Wanted, town: Town, counts: Mapping[int, int], reading: Reading) -> int:
    open_days = 0
    for organisation_id, first, last in course.windows:
        if organisation_id in town.above:
            open_days |= reading.horizon.mask(first, last)
    if not any(organisation_id in town.above for organisation_id, _, _ in course.windows):
        return CLOSED
    open_days &= reading.floor(town.district_id)
    first_bit = min((bit for bit in counts if open_days >> bit & 1), default=None)
    return FULL if first_bit is None else reading.horizon.day(first_bit).toordinal() * 3 + first_bit % 3

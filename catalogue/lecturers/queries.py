"""Which lecturers there are, who may teach what when, and why somebody may not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.accounts.models import Person
from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.core.clock import SPANS, HalfDay
from catalogue.core.db import db
from catalogue.core.wording import short_day
from catalogue.core.words import _
from catalogue.lecturers.models import (
    Appointment,
    AvailabilityException,
    Corps,
    CorpsHistory,
    CorpsMember,
    CorpsRole,
    Lecturer,
    LecturerHistory,
    Qualification,
    WeeklyHours,
)
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import one

Span = tuple[int, int]  # minutes of the local day, half open
SOON = 60  # days before its end an appointment counts as ending
LAST_DAY = sa.case((Appointment.ended_on < Appointment.ends_on, Appointment.ended_on), else_=Appointment.ends_on)
"""The last day in force, as SQL (last_day says the same of a row)."""


# ── who sees which ─────────────────────────────────────────────────────────────────────────────


def visible(by: Actor) -> sa.Select[Lecturer]:
    """The lecturers an actor knows of: those kept by its district and those appointed for some part of it (policy.sight says how much)."""
    if by.kind is Kind.JOB:
        return sa.select(Lecturer)
    held = [m for m in by.memberships if m.role is not Role.SYSTEM_ADMINISTRATOR]
    if any(m.level is Level.CITY for m in held):
        return sa.select(Lecturer)
    districts = sorted({m.district_id for m in held if m.district_id is not None})
    appointed = (
        sa.select(Appointment.lecturer_id)
        .join(Organisation, Organisation.id == Appointment.scope_id)
        .where(Organisation.district_id.in_(districts), Appointment.lecturer_id.is_not(None))
    )
    own = [Lecturer.id == by.lecturer_id] if by.lecturer_id is not None else []
    return sa.select(Lecturer).where(sa.or_(Lecturer.district_id.in_(districts), Lecturer.id.in_(appointed), *own))


def seen(by: Actor, lecturer_id: int, *, to_change: bool = False) -> Lecturer:
    """One lecturer with the person. Raises NotVisible. `to_change` locks the row until the end of the transaction."""
    query = visible(by).where(Lecturer.id == lecturer_id).options(joinedload(Lecturer.person))
    return one(query.with_for_update(of=Lecturer) if to_change else query)


def led_by(by: Actor, day: date) -> frozenset[int]:
    """The lecturers whose corps this actor leads on the day (nobody for everybody who is no lecturer: no statement)."""
    if by.lecturer_id is None:
        return frozenset()
    led = (
        sa.select(CorpsMember.corps_id)
        .join(Corps, Corps.id == CorpsMember.corps_id)
        .where(
            CorpsMember.lecturer_id == by.lecturer_id,
            CorpsMember.role == CorpsRole.LEADER,
            _on(day),
            sa.or_(Corps.ended_on.is_(None), Corps.ended_on >= day),
        )
    )
    return frozenset(
        db.session.scalars(sa.select(CorpsMember.lecturer_id).where(CorpsMember.corps_id.in_(led), _on(day)))
    )


def _on(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(CorpsMember.joined_on <= day, sa.or_(CorpsMember.left_on.is_(None), CorpsMember.left_on >= day))


# ── who may teach what ─────────────────────────────────────────────────────────────────────────


def _qualified(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(Qualification.since <= day, sa.or_(Qualification.until.is_(None), Qualification.until >= day))


def teaching(course_id: int, day: date) -> Sequence[Lecturer]:
    """Lecturers who may teach the course on a day (qualified after their trial lecture, still lecturers), by name."""
    return db.session.scalars(
        sa.select(Lecturer)
        .join(Qualification, Qualification.lecturer_id == Lecturer.id)
        .where(
            Qualification.course_id == course_id,
            _qualified(day),
            sa.or_(Lecturer.ended_on.is_(None), Lecturer.ended_on >= day),
        )
        .order_by(Lecturer.sort_key, Lecturer.id)
        .distinct()
    ).all()


def qualifications(lecturer_ids: Collection[int]) -> dict[int, list[Qualification]]:
    """All qualifications by lecturer, past and future, with their courses."""
    found: dict[int, list[Qualification]] = defaultdict(list)
    query = (
        sa.select(Qualification)
        .where(Qualification.lecturer_id.in_(lecturer_ids))
        .options(joinedload(Qualification.course))
        .order_by(Qualification.since, Qualification.id)
    )
    for row in db.session.scalars(query):
        found[row.lecturer_id].append(row)
    return found


# ── appointments ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Term:
    """Days (inclusive) on which an appointment is in force for a lecturer, own or through a corps."""

    appointment_id: int
    number: str
    starts_on: date
    last_day: date
    scope_id: int


def last_day(appointment: Appointment) -> date:
    """The last day in force: the end of the term, or of the early end."""
    return min(appointment.ends_on, appointment.ended_on or appointment.ends_on)


def terms(lecturer_ids: Collection[int]) -> dict[int, list[Term]]:
    """Every appointment of these lecturers by lecturer, those of their corps cut to the days of membership, in order of start."""
    found: dict[int, list[Term]] = defaultdict(list)
    for a in db.session.scalars(sa.select(Appointment).where(Appointment.lecturer_id.in_(lecturer_ids))):
        found[a.lecturer_id or 0].append(Term(a.id, a.number, a.starts_on, last_day(a), a.scope_id))
    of_corps = (
        sa.select(CorpsMember.lecturer_id, CorpsMember.joined_on, CorpsMember.left_on, Appointment)
        .join(Appointment, Appointment.corps_id == CorpsMember.corps_id)
        .where(CorpsMember.lecturer_id.in_(lecturer_ids))
    )
    for lecturer_id, joined_on, left_on, a in db.session.execute(of_corps):
        starts_on, ends_on = max(a.starts_on, joined_on), min(last_day(a), left_on or date.max)
        if starts_on <= ends_on:
            found[lecturer_id].append(Term(a.id, a.number, starts_on, ends_on, a.scope_id))
    for of_one in found.values():
        of_one.sort(key=lambda t: (t.starts_on, t.appointment_id))
    return found


class Why(StrEnum):
    """Why no appointment is in force."""

    NEVER = "never"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Standing:
    """The appointment in force on a day, or why there is none (`on`: the day it begins, or its last day)."""

    term: Term | None
    why: Why | None = None
    on: date | None = None

    @property
    def words(self) -> str:
        """The reason for people; empty when an appointment is in force."""
        if self.why is None:
            return ""
        if self.why is Why.NOT_YET and self.on is not None:
            return _("聘期 %(day)s才开始", day=short_day(self.on))
        if self.why is Why.EXPIRED and self.on is not None:
            return _("聘期到 %(day)s已经结束", day=short_day(self.on))
        return _("聘书不包括这个地方") if self.why is Why.ELSEWHERE else _("没有聘书")


def standing_of(found: Iterable[Term], day: date, chain: Collection[int] | None = None) -> Standing:
    """The standing on a day from a lecturer's terms; `chain` are the organisations above the place of the lesson (None: anywhere)."""
    all_terms = list(found)
    here = [t for t in all_terms if chain is None or t.scope_id in chain]
    in_force = [t for t in here if t.starts_on <= day <= t.last_day]
    if in_force:
        return Standing(max(in_force, key=lambda t: (t.last_day, t.appointment_id)))
    if not all_terms:
        return Standing(None, Why.NEVER)
    if any(t.starts_on <= day <= t.last_day for t in all_terms):
        return Standing(None, Why.ELSEWHERE)
    coming = [t.starts_on for t in here if t.starts_on > day]
    past = [t.last_day for t in here if t.last_day < day]
    if coming:
        return Standing(None, Why.NOT_YET, min(coming))
    return Standing(None, Why.EXPIRED, max(past)) if past else Standing(None, Why.ELSEWHERE)


def standing(lecturer_id: int, day: date, chain: Collection[int] | None = None) -> Standing:
    """The appointment in force on a day for a place, with the reason when there is none."""
    return standing_of(terms([lecturer_id]).get(lecturer_id, ()), day, chain)


def expiring(district_ids: Collection[int], day: date, within: int = SOON) -> Sequence[tuple[Lecturer, date]]:
    """Lecturers of these districts whose last own appointment ends within so many days, with that day, soonest first."""
    last = (
        sa.select(Appointment.lecturer_id, sa.func.max(LAST_DAY).label("last"))
        .where(Appointment.lecturer_id.is_not(None))
        .group_by(Appointment.lecturer_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Lecturer, last.c.last)
        .join(last, last.c.lecturer_id == Lecturer.id)
        .where(
            Lecturer.district_id.in_(district_ids),
            Lecturer.ended_on.is_(None),
            last.c.last.between(day, day + timedelta(days=within)),
        )
        .order_by(last.c.last, Lecturer.sort_key, Lecturer.id)
    )
    return [(row[0], row[1]) for row in rows]


def appointments_of(lecturer_id: int) -> Sequence[Appointment]:
    """The lecturer's own 聘书, newest first."""
    return db.session.scalars(
        sa.select(Appointment)
        .where(Appointment.lecturer_id == lecturer_id)
        .order_by(Appointment.starts_on.desc(), Appointment.id.desc())
    ).all()


def appointments_of_corps(corps_id: int) -> Sequence[Appointment]:
    return db.session.scalars(
        sa.select(Appointment)
        .where(Appointment.corps_id == corps_id)
        .order_by(Appointment.starts_on.desc(), Appointment.id.desc())
    ).all()


# ── hours ──────────────────────────────────────────────────────────────────────────────────────


def hours_of(lecturer_ids: Collection[int]) -> dict[int, dict[tuple[int, HalfDay], Span]]:
    """The ordinary week by lecturer: (weekday, half-day) → local minutes."""
    found: dict[int, dict[tuple[int, HalfDay], Span]] = defaultdict(dict)
    for row in db.session.scalars(sa.select(WeeklyHours).where(WeeklyHours.lecturer_id.in_(lecturer_ids))):
        found[row.lecturer_id][row.weekday, row.half_day] = (row.starts, row.ends)
    return found


def exceptions(
    lecturer_ids: Collection[int], first: date, last: date
) -> dict[int, dict[tuple[date, HalfDay], AvailabilityException]]:
    """Dated exceptions of these days (inclusive) by lecturer."""
    found: dict[int, dict[tuple[date, HalfDay], AvailabilityException]] = defaultdict(dict)
    query = sa.select(AvailabilityException).where(
        AvailabilityException.lecturer_id.in_(lecturer_ids), AvailabilityException.day.between(first, last)
    )
    for row in db.session.scalars(query):
        found[row.lecturer_id][row.day, row.half_day] = row
    return found


def free_of_day(
    day: date, week: Mapping[tuple[int, HalfDay], Span], dated: Mapping[tuple[date, HalfDay], AvailabilityException]
) -> dict[HalfDay, Span]:
    """What one day leaves of the week and its exceptions; free against the week means the whole half-day."""
    free: dict[HalfDay, Span] = {}
    for half_day in HalfDay:
        said, usual = dated.get((day, half_day)), week.get((day.weekday(), half_day))
        if (said is None and usual is None) or (said is not None and not said.free):
            continue
        free[half_day] = usual or SPANS[half_day]
    return free


def free_half_days(
    lecturer_ids: Collection[int], first: date, last: date
) -> dict[int, dict[date, dict[HalfDay, Span]]]:
    """When lecturers say they can come on these days (inclusive): week and exceptions, lessons not counted. Two statements."""
    week, dated = hours_of(lecturer_ids), exceptions(lecturer_ids, first, last)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    return {
        i: {day: free for day in days if (free := free_of_day(day, week.get(i, {}), dated.get(i, {})))}
        for i in lecturer_ids
    }


def days_away(lecturer_id: int, first: date, last: date) -> dict[date, tuple[HalfDay, ...]]:
    """The half-days (of these days, inclusive) a lecturer marked as away."""
    found: dict[date, list[HalfDay]] = defaultdict(list)
    for day, half_day in (k for k, row in exceptions([lecturer_id], first, last)[lecturer_id].items() if not row.free):
        found[day].append(half_day)
    return {day: tuple(h for h in HalfDay if h in halves) for day, halves in sorted(found.items())}


# ── corps ──────────────────────────────────────────────────────────────────────────────────────


def visible_corps(by: Actor) -> sa.Select[Corps]:
    """The corps of the actor's districts."""
    held = [m for m in by.memberships if m.role is not Role.SYSTEM_ADMINISTRATOR]
    if by.kind is Kind.JOB or any(m.level is Level.CITY for m in held):
        return sa.select(Corps)
    return sa.select(Corps).where(
        Corps.district_id.in_(sorted({m.district_id for m in held if m.district_id is not None}))
    )


def seen_corps(by: Actor, corps_id: int, *, to_change: bool = False) -> Corps:
    query = visible_corps(by).where(Corps.id == corps_id)
    return one(query.with_for_update(of=Corps) if to_change else query)


def corps_in_force(district_id: int) -> dict[int, str]:
    """id → name of the district's corps that have not ended, by name: what a course may be asked of."""
    query = sa.select(Corps.id, Corps.name).where(Corps.district_id == district_id, Corps.ended_on.is_(None))
    return {row.id: row.name for row in db.session.execute(query.order_by(Corps.name))}


def corps_of(lecturer_ids: Collection[int]) -> dict[int, list[CorpsMember]]:
    """Memberships in corps by lecturer, past ones included, with their corps."""
    found: dict[int, list[CorpsMember]] = defaultdict(list)
    query = (
        sa.select(CorpsMember)
        .where(CorpsMember.lecturer_id.in_(lecturer_ids))
        .options(joinedload(CorpsMember.corps))
        .order_by(CorpsMember.joined_on, CorpsMember.id)
    )
    for row in db.session.scalars(query):
        found[row.lecturer_id].append(row)
    return found


def corps_on(lecturer_id: int, day: date) -> Sequence[CorpsMember]:
    """The corps a lecturer belongs to on a day, with the role there."""
    return db.session.scalars(
        sa.select(CorpsMember)
        .where(CorpsMember.lecturer_id == lecturer_id, _on(day))
        .options(joinedload(CorpsMember.corps))
        .order_by(CorpsMember.joined_on, CorpsMember.id)
    ).all()


def members(corps_id: int) -> Sequence[CorpsMember]:
    """Everybody who ever belonged, in force first, the leader before the others, then by name."""
    return db.session.scalars(
        sa.select(CorpsMember)
        .join(Lecturer, Lecturer.id == CorpsMember.lecturer_id)
        .where(CorpsMember.corps_id == corps_id)
        .options(joinedload(CorpsMember.lecturer))
        .order_by(
            CorpsMember.left_on.is_not(None), CorpsMember.role != CorpsRole.LEADER, Lecturer.sort_key, CorpsMember.id
        )
    ).all()


def leads(by: Actor, corps: Corps, day: date) -> bool:
    """Is the actor the leader of this corps on the day?"""
    if by.lecturer_id is None:
        return False
    query = sa.select(CorpsMember.id).where(
        CorpsMember.corps_id == corps.id, CorpsMember.lecturer_id == by.lecturer_id,
        CorpsMember.role == CorpsRole.LEADER, _on(day),
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


# ── for the forms ──────────────────────────────────────────────────────────────────────────────


def person_of(district_id: int, person_id: int) -> Person:
    """A person of the district who may become a lecturer. Raises NotVisible."""
    return one(
        sa.select(Person).where(Person.id == person_id, Person.district_id == district_id, Person.ended_on.is_(None))
    )


def issuing(by: Actor) -> Sequence[Organisation]:
    """Organisations of the actor's districts that may issue or bound a 聘书: the district first, then towns and units."""
    return db.session.scalars(
        sa.select(Organisation)
        .where(
            Organisation.district_id.in_(by.districts(Role.DISTRICT_ADMINISTRATOR)),
            Organisation.level.in_((Level.DISTRICT, Level.UNIT, Level.TOWN)),
            Organisation.ended_on.is_(None),
        )
        .order_by(
            Organisation.level != Level.DISTRICT,
            Organisation.level != Level.UNIT,
            Organisation.sort_key,
            Organisation.id,
        )
    ).all()


# ── histories ──────────────────────────────────────────────────────────────────────────────────


def history_of(lecturer_id: int, limit: int = 50) -> Sequence[LecturerHistory]:
    """The newest acts on a lecturer, oldest first."""
    newest = db.session.scalars(
        sa.select(LecturerHistory)
        .where(LecturerHistory.owner_id == lecturer_id)
        .order_by(LecturerHistory.id.desc())
        .limit(limit)
    ).all()
    return newest[::-1]


def history_of_corps(corps_id: int, limit: int = 50) -> Sequence[CorpsHistory]:
    newest = db.session.scalars(
        sa.select(CorpsHistory).where(CorpsHistory.owner_id == corps_id).order_by(CorpsHistory.id.desc()).limit(limit)
    ).all()
    return newest[::-1]

"""Who may teach, with terms, hours and absences, in a handful of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.dispatch.span import EXCEPTION_HOURS, Span
from catalogue.lecturers.models import (
    Appointment,
    AvailabilityException,
    CorpsMember,
    Lecturer,
    Qualification,
    WeeklyHours,
)
from catalogue.matching import problem as m
from catalogue.matching.terms import Days


def lecturers_of(
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

"""Weeks and months of one lecturer, venue, committee, town or district: its lessons, what else holds its time, and what the days are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar import boards, working_days
from catalogue.calendar import queries as holding
from catalogue.calendar.boards import Slot
from catalogue.calendar.models import HoldKind
from catalogue.core import clock
from catalogue.core.actor import Actor, Level
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.wording import clock_time
from catalogue.core.words import _
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import Lesson, LessonLecturer, LessonParty
from catalogue.lessons.queries import ROW, seen_by
from catalogue.lessons.states import State
from catalogue.organisations.called import name_on_day
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue

TONES = {State.SCHEDULED: "go", State.DELIVERED: "done", State.MISSED: "off"}
EVENING, NOON = 18, 12  # the hours at which half-days part, in Shanghai
MOST = 1500  # lessons of one page


@dataclass(frozen=True)
class Entry:
    """One thing on a day: for the grid as a slot, with its half-day."""

    half: HalfDay
    starts: Any
    slot: Slot


@dataclass(frozen=True)
class Shown:
    """Days with what stands on them; what each day is called (休, 班, 国庆节); the years without a notice of holidays yet."""

    days: Sequence[date]
    entries: Mapping[date, Sequence[Entry]]
    kinds: Mapping[date, working_days.Day]
    unannounced: Sequence[int]
    lessons: int

    def of(self, day: date, half: HalfDay) -> list[Slot]:
        return [entry.slot for entry in self.entries.get(day, ()) if entry.half is half]


def shown(by: Actor, thing: Lecturer | Venue | Organisation, days: Sequence[date], *, full: bool) -> Shown:
    """What these days hold. `full`: the reader may know what offers and dispatches hold the time of a lecturer or venue, else it is 已占用.

    Five statements at most. A lesson out of the reader's sight is 已占用 without a word of whose it is.
    """
    found: dict[date, list[Entry]] = defaultdict(list)
    lessons = _lessons(by, thing, days)
    for lesson, seen in lessons:
        day, slot = (
            clock.day_of(lesson.starts_at),
            _slot(lesson, thing) if seen else _taken(lesson.starts_at, lesson.ends_at),
        )
        found[day].append(Entry(half_of(lesson.starts_at), lesson.starts_at, slot))
    for entry in _other_holds(by, thing, days, full=full):
        found[clock.day_of(entry.starts)].append(entry)
    for entries in found.values():
        entries.sort(key=lambda entry: (entry.starts, entry.slot.title))
    own = holding.overrides(date(days[0].year, 1, 1), date(days[-1].year, 12, 31))
    kinds = {day: working_days.kind_of(day, own) for day in days}
    years = sorted({day.year for day in days if not kinds[day].announced})
    return Shown(days, found, kinds, years, len(lessons))


def half_of(instant: Any) -> HalfDay:
    hour = clock.local(instant).hour
    return HalfDay.MORNING if hour < NOON else HalfDay.AFTERNOON if hour < EVENING else HalfDay.EVENING


def _of(thing: Lecturer | Venue | Organisation) -> sa.ColumnElement[bool]:
    """The lessons that are this thing's."""
    if isinstance(thing, Lecturer):
        taught = sa.select(LessonLecturer.lesson_id).where(
            LessonLecturer.lecturer_id == thing.id, LessonLecturer.left_at.is_(None)
        )
        return Lesson.id.in_(taught)
    if isinstance(thing, Venue):
        return Lesson.venue_id == thing.id
    if thing.level is Level.DISTRICT:
        return Lesson.district_id == thing.id
    comes = sa.select(LessonParty.lesson_id).where(LessonParty.organisation_id == thing.id)
    return sa.or_(Lesson.organisation_id == thing.id, Lesson.town_id == thing.id, Lesson.id.in_(comes))


def _lessons(by: Actor, thing: Lecturer | Venue | Organisation, days: Sequence[date]) -> list[tuple[Lesson, bool]]:
    since, until = clock.at(days[0], 0), clock.at(days[-1] + timedelta(days=1), 0)
    query = (
        sa.select(Lesson, seen_by(by).label("seen"))
        .where(_of(thing), Lesson.starts_at >= since, Lesson.starts_at < until, Lesson.state != State.CALLED_OFF)
        .options(*ROW)
        .order_by(Lesson.starts_at, Lesson.id)
        .limit(MOST)
    )
    if isinstance(thing, Organisation):  # a unit's calendar is what the reader sees of it; there is no time to be taken
        query = query.where(seen_by(by))
    return [(row[0], bool(row[1])) for row in db.session.execute(query).unique()]


def _other_holds(by: Actor, thing: Lecturer | Venue | Organisation, days: Sequence[date], *, full: bool) -> list[Entry]:
    """What is not a lesson yet: offers that wait, dispatches under way, days a lecturer does not come."""
    if isinstance(thing, Organisation):
        return []
    kind = HoldKind.LECTURER if isinstance(thing, Lecturer) else HoldKind.VENUE
    found = []
    for hold in boards.holds_of(kind, [thing.id], days[0], days[-1]):
        if hold.held_for == "lesson":
            continue
        slot = boards.slot_of(hold, by) if full else _taken(hold.busy_from, hold.teach_until)
        found.append(
            Entry(
                half_of(hold.busy_from),
                hold.busy_from,
                Slot(_span(hold.busy_from, hold.teach_until), slot.note, "", slot.url, slot.tone),
            )
        )
    return found


def _span(starts_at: Any, ends_at: Any) -> str:
    return f"{clock_time(starts_at)}–{clock_time(ends_at)}"


def _taken(starts_at: Any, ends_at: Any) -> Slot:
    return Slot(_span(starts_at, ends_at), _("已占用"), tone="off")


def _slot(lesson: Lesson, thing: Lecturer | Venue | Organisation) -> Slot:
    """Title, and whichever of committee, place and lecturer the page is not about."""
    who = "、".join(seat.lecturer.display_name for seat in lesson.lecturers if seat.left_at is None)
    where = lesson.venue.name if lesson.venue is not None else ""
    committee = name_on_day(lesson.organisation, lesson.starts_at)
    notes = {
        Lecturer: (committee, where), Venue: (committee, who),
    }.get(type(thing), (committee if getattr(thing, "level", None) is not Level.COMMITTEE else "", where, who))  # fmt: skip
    note = " · ".join(part for part in notes if part)
    return Slot(
        _span(lesson.starts_at, lesson.ends_at),
        lesson.course_version.title,
        note,
        f"/lessons/{lesson.number}",
        TONES[lesson.state],
    )


def weeks_of(first: date) -> list[date]:
    """The days a month's page shows: whole weeks from the Monday before its first day to the Sunday after its last."""
    last = boards.last_of(first)
    start = first - timedelta(days=first.weekday())
    end = last + timedelta(days=6 - last.weekday())
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]

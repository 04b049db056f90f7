"""Months and weeks as people look at them: who is busy, away or free on which half-day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar import queries, working_days
from catalogue.calendar.models import CalendarDay, Hold, HoldKind
from catalogue.calendar.policy import sees
from catalogue.core import clock
from catalogue.core.actor import Actor
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.models import Audit
from catalogue.core.paging import Page, paged
from catalogue.core.wording import clock_time, half_of
from catalogue.core.words import _
from catalogue.lecturers import queries as lecturers
from catalogue.lecturers.models import Lecturer
from catalogue.venues import queries as venues
from catalogue.venues.models import Venue

PLACES = {"lesson": "/lessons/{}", "offer": "/offers/{}", "dispatch": "/dispatch/{}"}
ROWS = 25


@dataclass(frozen=True)
class Slot:
    """One thing in a day of a board."""

    half: str
    title: str
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass
class Row:
    """One lecturer or venue of a board."""

    label: str
    url: str
    cells: dict[date, list[Slot]] = field(default_factory=lambda: defaultdict(list))


def words_of(hold: Hold) -> tuple[str, str]:
    """What a hold is, and its tone: 有课, 等答复, 拟派."""
    return {"lesson": (_("有课"), "done"), "offer": (_("等答复"), "wait")}.get(hold.held_for, (_("正在派"), "new"))


def url_of(hold: Hold) -> str:
    return PLACES.get(hold.held_for, "").format(hold.held_for_id)


def slot_of(hold: Hold, by: Actor, *, own: bool = False) -> Slot:
    """A hold for a reader: its business with a link in the own district, 已占用 for another's."""
    when = f"{clock_time(hold.busy_from)}–{clock_time(hold.teach_until)}"
    if not (own or sees(by, hold.district_id)):
        return Slot(half_of(hold.busy_from), when, _("已占用"), tone="off")
    word, tone = words_of(hold)
    return Slot(half_of(hold.busy_from), when, word, url_of(hold), tone)


# ── a month of one lecturer ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Month:
    """A month of a lecturer: a cell for each day, what holds the time, what was marked."""

    first: date
    days: dict[date, dict[str, str]]
    holds: Sequence[Hold]
    marks: list[Any]
    clashes: Mapping[date, Sequence[Hold]] = field(default_factory=dict)  # lessons on half-days marked as away


def last_of(first: date) -> date:
    """The last day of the month a day lies in."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_named(said: str, today: date) -> date:
    """The first day of the month a URL names (2026-03), this month for anything else or too far away."""
    try:
        first = date.fromisoformat(f"{said}-01")
    except ValueError:
        return today.replace(day=1)
    return first if abs((first - today).days) < 800 else today.replace(day=1)


def holds_of(kind: HoldKind, ids: Collection[int], first: date, last: date) -> Sequence[Hold]:
    """Active holds of these resources on these days (inclusive)."""
    return queries.held([kind], list(ids), clock.at(first, 0), clock.at(last + timedelta(days=1), 0))


def month_of(lecturer: Lecturer, first: date, today: date, *, taken_only: bool = False) -> Month:
    """Three statements. `taken_only`: what another district may know, 已占用 and nothing else."""
    last = last_of(first)
    holds = holds_of(HoldKind.LECTURER, [lecturer.id], first, last)
    busy = _by_day(holds)
    if taken_only:
        taken = {"word": _("已占用"), "tone": "busy"}
        return Month(first, {day: dict(taken) for day in busy}, (), [])
    week = lecturers.hours_of([lecturer.id])[lecturer.id]
    dated = lecturers.exceptions([lecturer.id], first, last)[lecturer.id]
    days = {}
    for n in range(last.day):
        day = first + timedelta(days=n)
        days[day] = _cell(day, busy.get(day, ()), week, dated, past=day < today)
    marks = [dated[key] for key in sorted(dated, key=lambda k: (k[0], list(HalfDay).index(k[1])))]
    return Month(first, days, holds, marks, _by_day(clashing(holds, dated)))


def _by_day(holds: Iterable[Hold]) -> dict[date, list[Hold]]:
    found: dict[date, list[Hold]] = defaultdict(list)
    for hold in holds:
        found[clock.day_of(hold.busy_from)].append(hold)
    return dict(found)


def clashing(holds: Iterable[Hold], dated: Mapping[tuple[date, HalfDay], Any]) -> list[Hold]:
    """Holds of fixed lessons still to come that touch a half-day marked as away."""
    away = [clock.at(day, m) for (day, h), row in dated.items() if not row.free for m in clock.SPANS[h]]
    spans = list(zip(away[::2], away[1::2], strict=True))
    at = clock.now()
    return [
        hold for hold in holds
        if hold.held_for == "lesson" and hold.busy_from > at and any(hold.busy_from < b and a < hold.teach_until for a, b in spans)
    ]  # fmt: skip


def _cell(
    day: date, busy: Sequence[Hold], week: Mapping[Any, Any], dated: Mapping[Any, Any], *, past: bool
) -> dict[str, str]:
    if busy:
        lesson = any(h.held_for == "lesson" for h in busy)
        return {"word": _("有课") if lesson else _("待答"), "tone": "busy" if lesson else "asked"}
    usual = [h for h in HalfDay if (day.weekday(), h) in week]
    away = [h for h in HalfDay if (day, h) in dated and not dated[day, h].free]
    extra = [h for h in HalfDay if (day, h) in dated and dated[day, h].free and h not in usual]
    if away and set(away) >= set(usual):
        return {"word": _("不来"), "tone": "away"}
    if away:
        return {"word": _short(away), "say": _("%(half)s不来", half=_short(away)), "tone": "away"}
    if extra:
        return {"word": _("能来"), "tone": ""}
    return {"word": "", "tone": "off" if past or not usual else ""}


def _short(halves: Iterable[HalfDay]) -> str:
    words = {HalfDay.MORNING: _("上午"), HalfDay.AFTERNOON: _("下午"), HalfDay.EVENING: _("晚上")}
    named = [words[h] for h in halves]
    return named[0] if len(named) == 1 else _("半天")


def toggled(lecturer: Lecturer, day: date, part: str) -> tuple[list[HalfDay], bool | None]:
    """What tapping a day means: (half-days, away False / back to usual None). A day outside the week's hours becomes free (True)."""
    week = lecturers.hours_of([lecturer.id])[lecturer.id]
    dated = lecturers.exceptions([lecturer.id], day, day)[lecturer.id]
    wanted = [h for h in HalfDay if part in ("", h.value)]
    usual = [h for h in wanted if (day.weekday(), h) in week]
    meant = usual or wanted
    marked = [h for h in meant if (day, h) in dated]
    if len(marked) == len(meant):
        return meant, None
    return meant, not usual


# ── a week of many ─────────────────────────────────────────────────────────────────────────────


def week_named(said: str, today: date) -> list[date]:
    """The seven days of the week that a URL's day lies in, this week for anything else or too far away."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = today
    day = day if abs((day - today).days) < 800 else today
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


@dataclass(frozen=True)
class Board:
    """A page of rows of a week board."""

    rows: list[Row]
    page: Page[Any]


def _fill(rows: Mapping[int, Row], holds: Iterable[Hold], by: Actor) -> None:
    for hold in holds:
        rows[hold.resource_id].cells[clock.day_of(hold.busy_from)].append(slot_of(hold, by))


def of_lecturers(by: Actor, days: Sequence[date], *, q: str = "", after: str = "", before: str = "") -> Board:
    """Lecturers the district may send, by name: three statements."""
    query = lecturers.visible(by).where(sa.or_(Lecturer.ended_on.is_(None), Lecturer.ended_on >= days[0]))
    if q:
        query = query.where(
            sa.or_(
                Lecturer.display_name.contains(q, autoescape=True),
                Lecturer.initials.startswith(q.lower(), autoescape=True),
            )
        )
    page = paged(
        query, [(Lecturer.sort_key, False), (Lecturer.id, False)], after=after, before=before, size=ROWS, key_of=lambda x: (x.sort_key, x.id)
    )  # fmt: skip
    rows = {x.id: Row(x.display_name, f"/lecturers/{x.id}/calendar") for x in page.rows}
    _fill(rows, holds_of(HoldKind.LECTURER, list(rows), days[0], days[-1]), by)
    own = [x.id for x in page.rows if sees(by, x.district_id)]
    halves = list(HalfDay)
    for lecturer_id, dated in lecturers.exceptions(own, days[0], days[-1]).items():
        for (day, half_day), mark in sorted(dated.items(), key=lambda i: halves.index(i[0][1])):
            if not mark.free:
                rows[lecturer_id].cells[day].append(Slot(_short([half_day]), _("不来"), tone="off"))
    return Board(list(rows.values()), page)


def of_venues(by: Actor, days: Sequence[date], *, q: str = "", after: str = "", before: str = "") -> Board:
    """Venues of the district, by name: three statements."""
    query = venues.visible(by).where(sa.or_(Venue.ended_on.is_(None), Venue.ended_on >= days[0]))
    if q:
        query = query.where(
            sa.or_(Venue.name.contains(q, autoescape=True), Venue.initials.startswith(q.lower(), autoescape=True))
        )
    page = paged(
        query, [(Venue.sort_key, False), (Venue.id, False)], after=after, before=before, size=ROWS, key_of=lambda x: (x.sort_key, x.id)
    )  # fmt: skip
    rows = {x.id: Row(x.name, f"/venues/{x.id}/week?day={days[0]}") for x in page.rows}
    _fill(rows, holds_of(HoldKind.VENUE, list(rows), days[0], days[-1]), by)
    for closure in venues.closures(list(rows), days[0], days[-1]):
        for day in days:
            if closure.first_day <= day <= closure.last_day:
                half = _short([closure.half_day]) if closure.half_day is not None else _("全天")
                rows[closure.venue_id].cells[day].append(Slot(half, _("不开放"), tone="off"))
    return Board(list(rows.values()), page)


def week_of_venue(
    venue: Venue, days: Sequence[date], by: Actor, *, full: bool
) -> list[tuple[date, list[Any], list[Slot]]]:
    """Each day of a week: when the venue is open, and what holds it (`full`: also for its owner). Five statements."""
    open_on = venues.open_spans([venue.id], days[0], days[-1])[venue.id]
    slots: dict[date, list[Slot]] = defaultdict(list)
    for hold in holds_of(HoldKind.VENUE, [venue.id], days[0], days[-1]):
        own = full and hold.district_id == venue.district_id
        slots[clock.day_of(hold.busy_from)].append(slot_of(hold, by, own=own))
    return [(day, open_on[day], slots[day]) for day in days]


# ── a year of working days ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Year:
    """A year of working days: cells by month, whether its notice is out, and the installation's own days."""

    year: int
    months: list[tuple[date, dict[date, dict[str, str]]]]
    announced: bool
    own: list[CalendarDay]


def year_of(year: int, *, link: bool) -> Year:
    """One statement. `link`: days lead to their form."""
    own = list(
        db.session.scalars(
            sa.select(CalendarDay)
            .where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
            .order_by(CalendarDay.day)
        )
    )
    said = {d.day: working_days.Override(working_days.Kind(d.kind.value), d.name) for d in own}
    months = []
    for month in range(1, 13):
        first = date(year, month, 1)
        days = {}
        for n in range(last_of(first).day):
            day = first + timedelta(days=n)
            days[day] = _day_cell(day, working_days.kind_of(day, said), link=link)
        months.append((first, days))
    return Year(year, months, working_days.announced(year, said), own)


def _day_cell(day: date, what: working_days.Day, *, link: bool) -> dict[str, str]:
    word, tone = {
        working_days.Kind.HOLIDAY: (_("休"), "off"),
        working_days.Kind.MAKEUP: (_("班"), "asked"),
        working_days.Kind.WEEKEND: ("", "off"),
    }.get(what.kind, ("", ""))
    cell = {"word": word, "tone": tone, "say": what.name}
    return cell | {"url": f"/working-days/{day.isoformat()}"} if link else cell


def day_history(limit: int = 20) -> list[Any]:
    """The newest changes of working days, with their day: newest first."""
    rows = db.session.scalars(
        sa.select(Audit).where(Audit.subject == "calendar_day").order_by(Audit.id.desc()).limit(limit)
    )
    return [(date.fromordinal(row.subject_id), row) for row in rows]

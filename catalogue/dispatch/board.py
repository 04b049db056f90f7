"""这一周 on the desk: what holds the lecturers (or rooms) of the candidates, who is away, and where the candidates would fit."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from catalogue.calendar.models import HoldKind
from catalogue.calendar.policy import sees
from catalogue.core import clock, wording
from catalogue.core.actor import Actor
from catalogue.core.words import _
from catalogue.dispatch import queries
from catalogue.dispatch.candidates import Row
from catalogue.lecturers import queries as lecturers

Words = Mapping[int, tuple[str, str, str]]
LESSON_WORDS: Callable[[Sequence[int]], Words] | None = None
"""Title, committee and URL of lessons by id; set by the application, because lessons stand to the right."""
HALVES = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}
STARTS = {"morning": 0, "afternoon": 12, "evening": 18}  # hours, to stand in order within a day
Cells = dict[int, dict[date, list[dict[str, Any]]]]


def week_of(by: Actor, rows: Sequence[Row], since: date | None, *, venues: bool) -> dict[str, Any] | None:
    """A week for the lecturers of these candidates, or for their rooms. None when nothing is to be shown."""
    if venues:
        rows = [row for row in rows if row.pick.venue_id is not None]
    if not rows:
        return None
    day = since or clock.day_of(rows[0].pick.starts_at)
    try:
        monday = day - timedelta(days=day.weekday())
        before, after = monday - timedelta(days=7), monday + timedelta(days=7)
        span = (clock.at(monday, 0), clock.at(after, 0))
    except (ValueError, OverflowError):
        return None
    names = {_key(row, venues): row.where if venues else row.name for row in rows}
    cells = _held(by, HoldKind.VENUE if venues else HoldKind.LECTURER, list(names), *span)
    for row in rows:
        if span[0] <= row.pick.starts_at < span[1]:
            note = row.name if venues else row.where
            cells[_key(row, venues)][clock.day_of(row.pick.starts_at)].append(_slot(row.pick.starts_at, _("可派"), note, "new"))  # fmt: skip
    if not venues:
        _add_away(cells, list(names), monday)
    for slots in (slots for one in cells.values() for slots in one.values()):
        slots.sort(key=lambda slot: slot["at"])
    shown = [{"label": name, "url": None, "cells": cells[key]} for key, name in names.items()]
    return {
        "days": [monday + timedelta(days=i) for i in range(7)],
        "rows": shown,
        "before": before,
        "after": after,
        "venues": venues,
    }


def _key(row: Row, venues: bool) -> int:
    return (row.pick.venue_id or 0) if venues else row.pick.lecturer_id


def _held(by: Actor, kind: HoldKind, ids: Sequence[int], since: datetime, until: datetime) -> Cells:
    cells: Cells = defaultdict(lambda: defaultdict(list))
    rows = queries.board(kind, ids, since, until)
    lessons = {row.Hold.held_for_id for row in rows if row.Hold.held_for == "lesson"}
    words = LESSON_WORDS(sorted(lessons)) if LESSON_WORDS is not None and lessons else {}
    for row in rows:
        hold = row.Hold
        cells[hold.resource_id][clock.day_of(hold.busy_from)].append(_taken(by, row, words))
    return cells


def _taken(by: Actor, row: Any, lessons: Words) -> dict[str, Any]:
    """Its course and committee in the own district; of another's only that the time is taken."""
    hold = row.Hold
    if not sees(by, hold.district_id):
        return _slot(hold.busy_from, _("已占用"), "", "off")
    if hold.held_for == "lesson":
        title, committee, url = lessons.get(hold.held_for_id, (_("有课"), "", ""))
        return _slot(hold.busy_from, committee or title, title if committee else "", "done", url)
    return _slot(
        hold.busy_from,
        row.committee or _("等答复"),
        row.title or "",
        "wait",
        f"/dispatch/{row.number}" if row.number else "",
    )


def _add_away(cells: Cells, ids: Sequence[int], monday: date) -> None:
    """Half-days marked as away; three of one day are the whole day."""
    away: dict[tuple[int, date], list[str]] = defaultdict(list)
    for lecturer_id, dated in lecturers.exceptions(ids, monday, monday + timedelta(days=6)).items():
        for day, half in sorted(key for key, row in dated.items() if not row.free):
            away[lecturer_id, day].append(half.value)
    for (lecturer_id, day), halves in away.items():
        cells[lecturer_id][day] += _away_slots(halves)


def _away_slots(halves: Sequence[str]) -> Iterable[dict[str, Any]]:
    if len(halves) == len(HALVES):
        return [_off(_("全天"), 0)]
    return [_off(_(HALVES[half]), STARTS[half]) for half in halves]


def _off(half: str, hour: float) -> dict[str, Any]:
    return {"half": half, "title": _("不能来"), "note": "", "url": "", "tone": "off", "at": hour}


def _slot(at: datetime, title: str, note: str, tone: str, url: str = "") -> dict[str, Any]:
    hour = (at - clock.at(clock.day_of(at), 0)).total_seconds() / 3600
    return {"half": wording.half_of(at), "title": title, "note": note, "url": url, "tone": tone, "at": hour}

"""A pattern of times (周二、周四晚上，3月1日至3月31日) in words, and as half-days of a calendar. Pure: no database, no clock.

`orders.spoken` reads one from a sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catalogue.calendar import working_days
from catalogue.calendar.working_days import Kind, Overrides
from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.words import _
from catalogue.orders.periods import WEEKDAYS, Span, say_day

MOST_SINGLE = 10  # windows chosen one by one
MOST = 200  # windows of one order, a pattern included
Slot = tuple[date, HalfDay]
HALVES = tuple(HalfDay)
_HALVES = {HalfDay.MORNING: "上午", HalfDay.AFTERNOON: "下午", HalfDay.EVENING: "晚上"}


@dataclass(frozen=True)
class Pattern:
    """Weekdays (0 = Monday) with their half-days, inside spans of days (inclusive), and half-days of single days.

    Holidays are left out unless asked for.
    """

    slots: frozenset[tuple[int, HalfDay]]
    spans: tuple[Span, ...]
    holidays: bool = False
    dates: frozenset[Slot] = frozenset()


@dataclass(frozen=True)
class Expansion:
    """The half-days of a pattern, and what was left out: holidays, days too near, days beyond the limit."""

    slots: tuple[Slot, ...]
    holidays: tuple[date, ...] = ()
    too_near: int = 0
    cut: int = 0


def instants(slot: Slot) -> tuple[datetime, datetime]:
    """A half-day as a window: two instants, half open."""
    day, half = slot
    starts, ends = clock.SPANS[half]
    return clock.at(day, starts), clock.at(day, ends)


def slot_of(starts_at: datetime) -> Slot:
    """The half-day a window lies in."""
    return clock.day_of(starts_at), clock.half_day_of(starts_at)


# ── saying and expanding ────────────────────────────────────────────────────────────────────────


def say_span(span: Span) -> str:
    """4月1日至6月30日."""
    first, last = (say_day(d) for d in span)
    return first if span[0] == span[1] else _from_to(first, last)


def _from_to(first: str, last: str) -> str:
    return _("%(first)s至%(last)s", first=first, last=last)


def clipped(span: Span, teach: Span) -> Span | None:
    """The part of a span inside the teaching window."""
    first, last = max(span[0], teach[0]), min(span[1], teach[1])
    return (first, last) if first <= last else None


def say(pattern: Pattern) -> str:
    """The pattern in words that `spoken.read` understands again: 周二、周四晚上，4月1日至4月30日."""
    by_halves: dict[tuple[HalfDay, ...], list[int]] = {}
    for day in range(7):
        halves = tuple(h for h in HALVES if (day, h) in pattern.slots)
        if halves:
            by_halves.setdefault(halves, []).append(day)
    parts = [_say_days(days) + _say_halves(halves) for halves, days in by_halves.items()]
    by_dates: dict[tuple[HalfDay, ...], list[date]] = {}
    for date_ in sorted({d for d, _half in pattern.dates}):
        by_dates.setdefault(tuple(h for h in HALVES if (date_, h) in pattern.dates), []).append(date_)
    parts += ["、".join(say_day(d) for d in days) + _say_halves(halves) for halves, days in by_dates.items()]
    parts += [_from_to(say_day(first), say_day(last)) for first, last in pattern.spans]
    return "，".join(parts + (["节假日也可以"] if pattern.holidays else []))


def _say_days(days: Sequence[int]) -> str:
    return "每天" if len(days) == 7 else "、".join(f"周{WEEKDAYS[d]}" for d in days)


def _say_halves(halves: Sequence[HalfDay]) -> str:
    return "全天" if len(halves) == 3 else "、".join(_HALVES[h] for h in halves)


def expand(pattern: Pattern, *, teach: Span, not_before: date, overrides: Overrides = working_days.NONE) -> Expansion:
    """Every half-day of a pattern inside the teaching window, earliest first; what was left out is counted, never silently lost."""
    slots: list[Slot] = []
    holidays: list[date] = []
    near = 0
    for day, in_span in _days_of(pattern, teach):
        halves = [h for h in HALVES if (day, h) in pattern.dates or (in_span and (day.weekday(), h) in pattern.slots)]
        if not halves:
            continue
        if day < not_before:
            near += len(halves)
        elif not pattern.holidays and working_days.only_kind_of(day, overrides) is Kind.HOLIDAY:
            holidays.append(day)
        else:
            slots += [(day, h) for h in halves]
    return Expansion(tuple(slots[:MOST]), tuple(holidays), near, max(0, len(slots) - MOST))


def _days_of(pattern: Pattern, teach: Span) -> list[tuple[date, bool]]:
    """Every day of the pattern, and whether it lies in one of its spans."""
    days = {day: False for day, _half in pattern.dates if teach[0] <= day <= teach[1]}
    for span in pattern.spans:
        inside = clipped(span, teach)
        if inside is not None:
            days.update((inside[0] + timedelta(days=i), True) for i in range((inside[1] - inside[0]).days + 1))
    return sorted(days.items())

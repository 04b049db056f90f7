"""Who is free when, as sets of half-days held in one whole number each: bit 3·d + h is half-day h of day d of the horizon.

Pure: rows come in, counts go out. A year of half-days for a lecturer is a number of 1,100 bits, so a town's lecturers for a
course cost a few ANDs instead of a thousand comparisons.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from catalogue.core.clock import SPANS, HalfDay, day_of, half_day_of, minute_of

HALVES = tuple(HalfDay)
Spot = tuple[float, float] | None
Span = tuple[int, int]


@dataclass(frozen=True)
class Horizon:
    """The days counted: `first` and the days after it."""

    first: date
    days: int

    def mask(self, since: date | None, until: date | None) -> int:
        """The bits of the days from `since` to `until`, both inclusive (None: no bound)."""
        a = 0 if since is None else max(0, (since - self.first).days)
        b = self.days if until is None else min(self.days, (until - self.first).days + 1)
        return ((1 << 3 * (b - a)) - 1) << 3 * a if b > a else 0

    @property
    def all(self) -> int:
        return (1 << 3 * self.days) - 1

    def day(self, bit: int) -> date:
        return self.first + timedelta(bit // 3)


@dataclass
class Person:
    """What is known of one lecturer in the horizon."""

    home: Spot
    radius_km: int | None
    teaches_online: bool
    ended_on: date | None
    per_day: int
    per_month: int
    weekly: dict[tuple[int, HalfDay], Span] = field(default_factory=dict)
    exceptions: dict[tuple[date, HalfDay], bool] = field(default_factory=dict)
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)
    terms: list[tuple[int, date, date]] = field(default_factory=list)  # scope, first and last day


def km(a: Spot, b: Spot) -> float:
    """Kilometres as the crow flies; 0 when one of the places is unknown, which closes no door."""
    if a is None or b is None:
        return 0.0
    north, south = math.radians(a[0]), math.radians(b[0])
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(min(1.0, half)))


def _span(person: Person, day: date, half: HalfDay) -> Span | None:
    """The minutes of a half-day this lecturer would come in, holds aside; exceptions win over the week."""
    said = person.exceptions.get((day, half))
    usual = person.weekly.get((day.weekday(), half))
    if said is None:
        return usual
    return (usual or SPANS[half]) if said else None


def _longest_gap(span: Span, busy: Iterable[Span]) -> int:
    longest, at = 0, span[0]
    for start, end in sorted(busy):
        longest, at = max(longest, min(start, span[1]) - at), max(at, end)
    return max(longest, span[1] - at)


class Free:
    """One lecturer's free half-days: how long the longest free stretch of each is, load limits respected."""

    def __init__(self, person: Person, horizon: Horizon) -> None:
        self.gaps: list[int] = []
        busy: dict[date, list[tuple[int, int, HalfDay]]] = {}
        months: Counter[tuple[int, int]] = Counter()
        for start, end in person.busy:
            day = day_of(start)
            until = minute_of(end) if day_of(end) == day else 1440
            busy.setdefault(day, []).append((minute_of(start), until, half_day_of(start)))
            months[(day.year, day.month)] += 1
        for d in range(horizon.days):
            day = horizon.first + timedelta(d)
            held = busy.get(day, [])
            halves = {h for _, _, h in held}
            gone = (person.ended_on is not None and day > person.ended_on) or months[
                (day.year, day.month)
            ] >= person.per_month
            for half in HALVES:
                span = None if gone or (len(halves | {half}) > person.per_day) else _span(person, day, half)
                self.gaps.append(_longest_gap(span, [(a, b) for a, b, _ in held]) if span else 0)
        self._masks: dict[int, int] = {}

    def mask(self, minutes: int) -> int:
        """The half-days with a free stretch of at least so many minutes."""
        if minutes not in self._masks:
            digits = "".join("1" if gap >= minutes else "0" for gap in reversed(self.gaps))
            self._masks[minutes] = int(digits, 2) if digits else 0
        return self._masks[minutes]


@dataclass(frozen=True)
class Lesson:
    """What a course version needs of a lecturer."""

    minutes: int
    in_person: bool
    online: bool
    needed: int


def reaches(person: Person, lesson: Lesson, town: Spot) -> bool:
    """Would this lecturer come to this town (or teach it from afar)?"""
    near = person.radius_km is None or km(person.home, town) <= person.radius_km
    return (lesson.in_person and near) or (lesson.online and person.teaches_online)


def appointed(person: Person, above: frozenset[int], horizon: Horizon) -> int:
    """The half-days on which an appointment in force covers the place that stands below these organisations."""
    mask = 0
    for scope, first, last in person.terms:
        if scope in above:
            mask |= horizon.mask(first, last)
    return mask


def counted(masks: Sequence[int], needed: int, horizon: Horizon) -> Mapping[int, int]:
    """Bit → how many lecturers are free then, where there are as many as the lesson needs."""
    total: Counter[int] = Counter()
    for mask in masks:
        digits = f"{mask:b}"[::-1]
        at = digits.find("1")
        while at >= 0:
            total[at] += 1
            at = digits.find("1", at + 1)
    return {bit: n for bit, n in total.items() if n >= needed}

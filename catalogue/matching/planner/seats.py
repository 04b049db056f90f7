"""Who could teach at which spot: the rules about lecturers for all spots at once. A row of the answer is a *seat*."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalogue.matching.book import NEAR
from catalogue.matching.planner.intervals import Flag, Intervals, Whole, ranges
from catalogue.matching.planner.places import NOWHERE, Places
from catalogue.matching.planner.spots import ONLINE, Spots
from catalogue.matching.problem import Busy, Lecturer, Order, Problem
from catalogue.matching.terms import DAY, DUSK, NOON, WEEK, Days, Kind
from catalogue.matching.travel import HAIR
from catalogue.matching.valid import FAR, Span


@dataclass(frozen=True)
class Class:
    """Orders of one course that every rule about lecturers sees alike, and their spots."""

    areas: frozenset[str]
    corps: str | None
    example: int
    spots: Whole  # by start
    start: Whole


@dataclass(frozen=True)
class Held:
    """What a lecturer has already: the lessons that count and everything that takes time."""

    counted: tuple[Busy, ...] = ()
    all: tuple[tuple[Busy, int], ...] = ()  # with the number of its place


class Seating:
    """Answers lecturer by lecturer which spots they could take alone, next to what the problem says they hold."""

    def __init__(self, problem: Problem, places: Places, spots: Spots) -> None:
        self.problem, self.places, self.spots = problem, places, spots
        minutes = np.array([one.minutes for one in problem.orders], dtype=np.int64)
        self.end: Whole = spots.start + minutes[spots.order]
        self.last_day: Whole = (self.end - 1) // DAY
        self.hours = Intervals(one.available for one in problem.lecturers)
        self.away = Intervals(one.absences for one in problem.lecturers)
        self.held = held_by(problem, places)
        self._classes: dict[str, list[Class]] = defaultdict(list)
        self._pinned: dict[str, list[int]] = defaultdict(list)
        self._refused: dict[str, list[int]] = defaultdict(list)
        self._sort(problem.orders)

    def _sort(self, orders: Sequence[Order]) -> None:
        """Puts orders that all rules about lecturers see alike into classes, by course; pins and exclusions apart."""
        alike: dict[tuple[str, frozenset[str], str | None], list[int]] = defaultdict(list)
        for number, order in enumerate(orders):
            if order.pinned is None:
                alike[(order.course, order.areas, order.corps)].append(number)
            else:
                self._pinned[order.pinned.lecturer].append(number)
            for name in sorted(order.excluded):
                self._refused[name].append(number)
        for (course, areas, corps), members in alike.items():
            spots = self._spots(members)
            spots = spots[np.argsort(self.spots.start[spots], kind="stable")]
            self._classes[course].append(Class(areas, corps, members[0], spots, self.spots.start[spots]))

    def of(self, number: int) -> Whole:
        """The spots that lecturer `number` could take, by start; those of the pins come in whatever the rules say."""
        lecturer = self.problem.lecturers[number]
        spots = self._teachable(lecturer)
        if not lecturer.online:
            spots = spots[self.spots.mode[spots] != ONLINE]
        if lecturer.id in self._refused:
            spots = spots[~np.isin(self.spots.order[spots], self._refused[lecturer.id])]
        for part in (self._in_hours, self._within_reach, self._beside_held):
            spots = spots[part(number, lecturer, spots)]
        spots = np.concatenate([spots, self._spots(self._pinned[lecturer.id])])
        return spots[np.argsort(self.spots.start[spots], kind="stable")]

    def _teachable(self, lecturer: Lecturer) -> Whole:
        """Spots of the orders that the lecturer is qualified, appointed, willing and of the corps for, on those days."""
        found = [np.zeros(0, dtype=np.int64)]
        begin, end = hull(lecturer.available)
        for course in sorted({one.course for one in lecturer.qualifications if one.trial_given}):
            for one in self._classes.get(course, ()):
                if lecturer.areas is not None and not lecturer.areas & one.areas:
                    continue
                low = np.searchsorted(one.start, begin)
                spots = one.spots[ranges(low, np.searchsorted(one.start, end) - low)[0]]
                for terms in limited_terms(lecturer, self.problem.orders[one.example]):
                    day, last = self.spots.start[spots] // DAY, self.last_day[spots]
                    fine = np.zeros(len(spots), dtype=bool)
                    for term in terms:
                        fine |= _covers(term, day, last)
                    spots = spots[fine]
                found.append(spots)
        return np.concatenate(found)

    def _spots(self, orders: Sequence[int]) -> Whole:
        chosen = np.array(orders, dtype=np.int64)
        first = self.spots.first[chosen]
        return ranges(first, self.spots.first[chosen + 1] - first)[0]

    def _in_hours(self, number: int, _lecturer: Lecturer, spots: Whole) -> Flag:
        """Within the hours, no absence."""
        owner = np.full(len(spots), number, dtype=np.int64)
        start, end = self.spots.start[spots], self.end[spots]
        return self.hours.hold(owner, start, end) & ~self.away.touch(owner, start, end)

    def _within_reach(self, number: int, lecturer: Lecturer, spots: Whole) -> Flag:
        """Within the radius; home legs within the hours."""
        owner = np.full(len(spots), number, dtype=np.int64)
        start, end = self.spots.start[spots], self.end[spots]
        fine = np.ones(len(spots), dtype=bool)
        home = self.places.of_home[number]
        if home != NOWHERE and (lecturer.max_km is not None or self.problem.travel.home_legs):
            km = self.places.km(np.full(len(spots), home), self.spots.place[spots])
            if lecturer.max_km is not None:
                fine &= km <= lecturer.max_km + HAIR
            if self.problem.travel.home_legs:
                leg = np.where(self.spots.place[spots] >= 0, self.places.minutes_of(km), 0)
                fine &= self.hours.hold(owner, start - leg, end + leg)
        return fine

    def _beside_held(self, number: int, lecturer: Lecturer, spots: Whole) -> Flag:
        """Room in every limit, and time for the way to and from everything held."""
        fine = np.ones(len(spots), dtype=bool)
        start, end, place = self.spots.start[spots], self.end[spots], self.spots.place[spots]
        mine = self.held[number]
        for limit, key in ((lecturer.max_per_day, DAY), (lecturer.max_per_week, WEEK)):
            if limit is not None:
                fine &= _counts(start // key, [one.start // key for one in mine.counted]) < limit
        if lecturer.max_per_month is not None:
            months = month_numbers(self.problem, start)
            before = month_numbers(self.problem, np.array([one.start for one in mine.counted], dtype=np.int64))
            fine &= _counts(months, before.tolist()) < lecturer.max_per_month
        if lecturer.max_half_days_per_day is not None:
            fine &= self._half_days_left(lecturer.max_half_days_per_day, mine, start)
        for one, where in mine.all:
            fine &= self._apart(one, where, start, end, place)
        return fine

    def _half_days_left(self, limit: int, mine: Held, start: Whole) -> Flag:
        begun: dict[int, set[int]] = defaultdict(set)
        for one in mine.counted:
            begun[one.start // DAY].add(int(half_days(np.array([one.start]))[0]))
        full = np.ones(len(start), dtype=bool) if limit > 0 else np.zeros(len(start), dtype=bool)
        for day, halves in begun.items():
            there = start // DAY == day
            more = np.where(np.isin(half_days(start), list(halves)), len(halves), len(halves) + 1)
            full &= ~there | (more <= limit)
        return full

    def _apart(self, one: Busy, where: int, start: Whole, end: Whole, place: Whole) -> Flag:
        """Do set-up and way fit between a held time and these spots? Only what is near matters."""
        setup = self.problem.travel.setup_min
        way = self.places.minutes(np.full(len(place), where), place)
        after = start > one.start
        need = np.where(after & one.setup_included, 0, setup) + way
        have = np.where(after, start - one.end, one.start - end)
        near = (one.start < end + NEAR) & (one.end > start - NEAR)
        if self.problem.travel.home_legs:
            near = np.ones(len(start), dtype=bool)
        fine: Flag = ~near | (have >= need)
        return fine


def held_by(problem: Problem, places: Places) -> list[Held]:
    """What each lecturer holds before anything is planned, in order of time."""
    rows: dict[str, list[tuple[Busy, int]]] = defaultdict(list)
    for one, place in zip(problem.lessons, places.of_lesson.tolist(), strict=True):
        if one.kind is Kind.LECTURER:
            rows[one.resource].append((one, place))
    found = []
    for lecturer in problem.lecturers:
        mine = sorted(rows.get(lecturer.id, ()), key=lambda pair: (pair[0].start, pair[0].end))
        found.append(Held(tuple(one for one, _ in mine if one.counts), tuple(mine)))
    return found


def hull(hours: Sequence[Span] | None) -> tuple[Whole, Whole]:
    """Begin and end of disjoint stretches that contain all hours: few spots have to be looked at closely."""
    if hours is None:
        return np.array([-4 * FAR]), np.array([4 * FAR])
    spans = np.array(sorted(hours), dtype=np.int64).reshape(-1, 2)
    reach = np.maximum.accumulate(spans[:, 1])
    apart = spans[1:, 0] >= reach[:-1]
    return spans[np.append(True, apart)[: len(spans)], 0], reach[np.append(apart, True)[: len(spans)]]


def half_days(start: Whole) -> Whole:
    """The half-day of each start, as terms.half_day says: 0 morning, 1 afternoon, 2 evening."""
    minute = start % DAY
    return (minute >= NOON).astype(np.int64) + (minute >= DUSK)


def month_numbers(problem: Problem, start: Whole) -> Whole:
    """A number for the calendar month of each start."""
    days = np.datetime64(problem.horizon_start.isoformat(), "D") + start // DAY
    months: Whole = days.astype("datetime64[M]").astype(np.int64)
    return months


def _counts(keys: Whole, held: list[int]) -> Whole:
    """How often each key is among the held ones."""
    counts = np.zeros(len(keys), dtype=np.int64)
    for key in sorted(set(held)):
        counts[keys == key] = held.count(key)
    return counts


def limited_terms(lecturer: Lecturer, order: Order) -> list[tuple[Days, ...]]:
    """For each of qualification, appointment, corps: the terms of which one must cover the lesson; open ones left out."""
    trained = tuple(one.days for one in lecturer.qualified_for(order.course) if one.trial_given)
    here = tuple(one.days for one in lecturer.appointments if one.areas is None or one.areas & order.areas)
    kinds = [trained, here]
    if order.corps is not None:
        kinds.append(tuple(one.days for one in lecturer.corps if one.corps == order.corps))
    return [terms for terms in kinds if not any(one.first is None and one.last is None for one in terms)]


def _covers(term: Days, day: Whole, last: Whole) -> Flag:
    fine = np.ones(len(day), dtype=bool)
    if term.first is not None:
        fine &= day >= term.first
    if term.last is not None:
        fine &= last <= term.last
    return fine

"""The book of held time: who and what is busy when. Starts from a problem's lessons; a planner adds and removes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from catalogue.matching.problem import Busy, Lecturer, Problem
from catalogue.matching.terms import DAY, Kind
from catalogue.matching.travel import whole_km
from catalogue.matching.valid import Point, Span

NEAR = DAY + 1  # lessons more than a day apart leave time for any journey, so the format does not compare them


def _by_time(one: Busy) -> Span:
    return (one.start, one.end)


class Held:
    """The held times of one resource in order of start; each question looks only at what can matter."""

    __slots__ = ("_longest", "_starts", "entries")

    def __init__(self, entries: Iterable[Busy] = ()) -> None:
        self.entries = sorted(entries, key=_by_time)
        self._starts = [one.start for one in self.entries]
        self._longest = max((one.end - one.start for one in self.entries), default=0)

    def add(self, one: Busy) -> None:
        """Hold one more time."""
        index = bisect_right(self.entries, _by_time(one), key=_by_time)
        self.entries.insert(index, one)
        self._starts.insert(index, one.start)
        self._longest = max(self._longest, one.end - one.start)

    def remove(self, one: Busy) -> None:
        """Give back a held time; ValueError if it is not held."""
        index = self.entries.index(one)
        del self.entries[index], self._starts[index]

    def touching(self, start: int, end: int) -> Iterator[Busy]:
        """Every held time that shares a minute with [start, end), by start."""
        if not self.entries:
            return
        first = bisect_right(self._starts, start - self._longest)
        for index in range(first, bisect_left(self._starts, end)):
            if self.entries[index].end > start:
                yield self.entries[index]

    def free(self, start: int, end: int) -> bool:
        """Is nothing held in [start, end)?"""
        return not self.entries or next(self.touching(start, end), None) is None

    def begun(self, start: int, end: int) -> list[Busy]:
        """The lessons (not mere absences of time) that begin in [start, end), in order of time."""
        if not self.entries:
            return []
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [one for one in self.entries[first:last] if one.counts]


class Shelf:
    """The held times of all resources of one kind; sorted only when somebody asks."""

    __slots__ = ("_ready", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[str, list[Busy]] = {}
        self._ready: dict[str, Held] = {}

    def put(self, one: Busy) -> None:
        """Take one held time in before the first question."""
        waiting = self._waiting.get(one.resource)
        if waiting is None:
            self._waiting[one.resource] = [one]
        else:
            waiting.append(one)

    def of(self, resource: str) -> Held:
        """The held times of one resource."""
        held = self._ready.get(resource)
        if held is None:
            held = self._ready[resource] = Held(self._waiting.pop(resource, ()))
        return held


class Book:
    """Held time of every lecturer, venue and committee, and the distances that follow from it."""

    def __init__(self, problem: Problem, lessons: Iterable[Busy] | None = None) -> None:
        """lessons: what holds time instead of the problem's own lessons."""
        self.problem = problem
        self._lecturers, self._venues, self._committees = Shelf(), Shelf(), Shelf()
        self._months: dict[int, Span] = {}
        for one in problem.lessons if lessons is None else lessons:
            self._shelf(one.kind).put(one)

    def _shelf(self, kind: Kind) -> Shelf:
        if kind is Kind.LECTURER:
            return self._lecturers
        return self._venues if kind is Kind.VENUE else self._committees

    def hold(self, one: Busy) -> None:
        """Write one held time into the book; rules are asked before, not here."""
        self._shelf(one.kind).of(one.resource).add(one)

    def release(self, one: Busy) -> None:
        """Strike one held time; ValueError if it is not in the book."""
        self._shelf(one.kind).of(one.resource).remove(one)

    def lecturer(self, of: str) -> Held:
        """When a lecturer is busy."""
        return self._lecturers.of(of)

    def venue(self, of: str) -> Held:
        """When a venue is busy."""
        return self._venues.of(of)

    def committee(self, of: str) -> Held:
        """When a committee is busy."""
        return self._committees.of(of)

    def neighbours(self, lecturer: str, start: int, end: int) -> Iterator[Busy]:
        """The lessons of a lecturer whose journeys can matter for [start, end)."""
        held = self.lecturer(lecturer)
        if self.problem.travel.home_legs:
            return iter(held.entries)
        return held.touching(start - NEAR, end + NEAR)

    def on_day(self, lecturer: str, day: int) -> list[Busy]:
        """The lessons of a lecturer that begin on a day, in order of time."""
        return self.lecturer(lecturer).begun(day * DAY, (day + 1) * DAY)

    def in_month(self, lecturer: str, day: int) -> int:
        """How many lessons a lecturer has in the calendar month of a day."""
        if day not in self._months:
            self._months[day] = self.problem.month_of(day)
        return len(self.lecturer(lecturer).begun(*self._months[day]))

    def in_horizon(self, lecturer: str) -> int:
        """How many lessons a lecturer has within the problem's days."""
        return len(self.lecturer(lecturer).begun(0, self.problem.end))

    def extra_km(self, lecturer: Lecturer, start: int, end: int, place: Point | None) -> int:
        """By how many whole kilometres one more lesson lengthens the lecturer's tour of that day, home to home."""
        if place is None:
            return 0
        held = self.on_day(lecturer.id, start // DAY)
        if not held:
            return whole_km(self.tour_km(lecturer.home, (place,)))
        stops = [(one.start, one.end, one.place) for one in held]
        before = self.tour_km(lecturer.home, [stop[2] for stop in stops])
        stops.append((start, end, place))
        stops.sort(key=lambda stop: stop[:2])
        return whole_km(max(0.0, self.tour_km(lecturer.home, [stop[2] for stop in stops]) - before))

    def tour_km(self, home: Point | None, places: Iterable[Point | None]) -> float:
        """Kilometres from home through the places in order and home again; online lessons (None) are skipped."""
        stops = [place for place in places if place is not None]
        if not stops:
            return 0.0
        way = [home, *stops, home] if home is not None else stops
        return sum(self.problem.travel.km(a, b) for a, b in pairwise(way))

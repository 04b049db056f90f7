"""A problem as arrays: every possible lesson is a *seat* (order, mode, place, start, lecturer) with what it is worth.

Seats are sorted by lecturer, day and start; a *shift* is one lecturer on one day, its seats lie next to each other.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalogue.matching.check import Assignment
from catalogue.matching.planner.intervals import Whole
from catalogue.matching.planner.places import NOWHERE, Places, Real
from catalogue.matching.planner.seats import Held, Seating, half_days, month_numbers
from catalogue.matching.planner.spots import Spots, spots_of
from catalogue.matching.problem import Problem
from catalogue.matching.ruling import MODES
from catalogue.matching.terms import DAY, WEEK

Short = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Compiled:
    """The arrays. All numbers are positions in the problem's tuples; value is in points, without first lessons,
    kilometres and balance, which depend on what else is planned."""

    problem: Problem
    places: Places
    held: list[Held]
    order: Short  # the columns of seats are narrow: cities have millions of them
    mode: Short
    venue: Short
    place: Short
    start: Short
    end: Short
    lecturer: Short
    shift: Short
    value: Real
    minutes: Whole  # of each order
    committee: Whole  # of each order
    covers: Whole  # of each order: points if it brings its committee the first lesson
    pinned: frozenset[int]  # orders that must be served
    times: Whole  # of each order: how many starts its windows allow
    spots: Whole  # of each order: at how many times and places it could be, whoever teaches
    shift_lecturer: Whole
    shift_day: Whole
    shift_first: Whole  # the seats of shift k are shift_first[k] … shift_first[k + 1] − 1

    @property
    def committees(self) -> int:
        """How many committees there are."""
        return int(self.committee.max(initial=-1)) + 1

    @property
    def seats(self) -> int:
        """How many possible lessons there are."""
        return len(self.order)

    @cached_property
    def by_order(self) -> tuple[Whole, Whole]:
        """Seats sorted by order and falling value, and where each order's begin."""
        seats = np.lexsort((-self.value, self.order))
        return seats, np.searchsorted(self.order[seats], np.arange(len(self.minutes) + 1))

    @cached_property
    def from_home(self) -> Real:
        """Kilometres from the lecturer's home to each seat's place; 0 online."""
        return self.places.km(self.places.of_home[self.lecturer], self.place)

    @cached_property
    def week(self) -> Short:
        """The week in which each seat begins."""
        return self.start // WEEK

    @cached_property
    def month(self) -> Whole:
        """The calendar month in which each seat begins."""
        return month_numbers(self.problem, self.start.astype(np.int64))

    @cached_property
    def half(self) -> Short:
        """The half-day in which each seat begins."""
        return half_days(self.start).astype(np.int8)

    def assignment(self, seat: int) -> Assignment:
        """A seat as people know it."""
        problem = self.problem
        venue = int(self.venue[seat])
        return Assignment(
            problem.orders[int(self.order[seat])].id,
            problem.lecturers[int(self.lecturer[seat])].id,
            None if venue == NOWHERE else problem.venues[venue].id,
            MODES[int(self.mode[seat])],
            int(self.start[seat]),
        )


def compiled(problem: Problem) -> Compiled:
    """Every possible lesson of every order. Deterministic: the same problem gives the same arrays."""
    places = Places(problem)
    number: dict[str, int] = {}
    committee = np.array([number.setdefault(o.committee, len(number)) for o in problem.orders], dtype=np.int64)
    spots = spots_of(problem, places, committee)
    seating = Seating(problem, places, spots)
    chosen = [seating.of(index) for index in range(len(problem.lecturers))]
    lecturer = np.repeat(np.arange(len(chosen)), [len(one) for one in chosen])
    spot = np.concatenate([*chosen, np.zeros(0, dtype=np.int64)])
    day = spots.start[spot] // DAY
    new = np.ones(len(spot), dtype=bool)
    new[1:] = (lecturer[1:] != lecturer[:-1]) | (day[1:] != day[:-1])
    first = np.flatnonzero(new)
    return Compiled(
        problem=problem,
        places=places,
        held=seating.held,
        order=spots.order[spot].astype(np.int32),
        mode=spots.mode[spot].astype(np.int8),
        venue=spots.venue[spot].astype(np.int32),
        place=spots.place[spot].astype(np.int32),
        start=spots.start[spot].astype(np.int32),
        end=seating.end[spot].astype(np.int32),
        lecturer=lecturer.astype(np.int32),
        shift=np.cumsum(new, dtype=np.int32) - np.int32(1),
        value=_values(problem, spots, spot, lecturer),
        minutes=np.array([one.minutes for one in problem.orders], dtype=np.int64),
        committee=committee,
        covers=np.array([problem.weights.cover * one.first_lesson for one in problem.orders], dtype=np.int64),
        pinned=frozenset(index for index, one in enumerate(problem.orders) if one.pinned is not None),
        times=spots.times,
        spots=np.diff(spots.first),
        shift_lecturer=lecturer[first],
        shift_day=day[first],
        shift_first=np.append(first, len(spot)),
    )


def _values(problem: Problem, spots: Spots, spot: Whole, lecturer: Whole) -> Real:
    """Points of each seat that depend on nothing else: priority, window, wished lecturer, kept as before."""
    weights = problem.weights
    number = {one.id: index for index, one in enumerate(problem.lecturers)}
    venues = {one.id: index for index, one in enumerate(problem.venues)}
    order = spots.order[spot]
    priority = np.array([one.priority for one in problem.orders], dtype=np.int64)
    wished = np.array([number.get(one.preferred_lecturer or "", -1) for one in problem.orders], dtype=np.int64)
    value = weights.served * priority[order] + weights.window * spots.preference[spot]
    value = value + weights.lecturer * (wished[order] == lecturer)
    before = np.full((4, len(problem.orders)), -9, dtype=np.int64)
    for index, one in enumerate(problem.orders):
        pin = problem.previous.get(one.id)
        if pin is not None:
            venue = -1 if pin.venue is None else venues.get(pin.venue, -9)
            mode = -9 if pin.mode is None else MODES.index(pin.mode)
            before[:, index] = (number.get(pin.lecturer, -9), venue, pin.start, mode)
    kept = (
        (before[0, order] == lecturer)
        & (before[1, order] == spots.venue[spot])
        & (before[2, order] == spots.start[spot])
    )
    kept &= (before[3, order] < 0) | (before[3, order] == spots.mode[spot])
    found: Real = (value + weights.change * kept).astype(np.float64)
    return found

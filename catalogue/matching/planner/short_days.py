"""Shifts of at most two lessons: every single lesson and every pair is listed once, with its best times and rooms."""

from itertools import pairwise

import numpy as np

from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.intervals import Flag, Whole, ranges
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.places import Real

CHUNK = 200_000  # pairs looked at together: bounds the memory
ALONE = -1


class Days:
    """Lessons of shifts: seat a, then seat b (ALONE: one lesson); km of the tour; base: value of the lessons less km."""

    def __init__(self, model: Compiled, shift: Whole, a: Whole, b: Whole, km: Real) -> None:
        self.model, self.shift, self.a, self.b, self.km = model, shift, a, b, km

    def __len__(self) -> int:
        return len(self.shift)

    def worth(self, of_seat: Real) -> Real:
        """What each is worth if each seat is worth so much, the way paid."""
        found: Real = np.append(of_seat, 0.0)[self.a] + np.append(of_seat, 0.0)[self.b]
        return found - self.model.problem.weights.km * self.km

    def take(self, which: Whole | Flag) -> "Days":
        """Some of them."""
        return Days(self.model, self.shift[which], self.a[which], self.b[which], self.km[which])

    def columns(self) -> Columns:
        """The same for the programme."""
        both = np.stack([self.a, self.b], axis=1).ravel()
        first = np.append(0, np.cumsum(1 + (self.b != ALONE)))
        return Columns(self.shift, self.worth(self.model.value), first, both[both != ALONE])


def together(model: Compiled, parts: list[Days]) -> Days:
    """All of them one after the other."""
    nobody: Whole = np.zeros(0, dtype=np.int64)
    none = Days(model, nobody, nobody, nobody, np.zeros(0))
    every = [none, *parts]
    shift, a, b = (np.concatenate([getattr(one, name) for one in every]) for name in ("shift", "a", "b"))
    return Days(model, shift, a, b, np.concatenate([one.km for one in every]))


def listed(model: Compiled, shifts: Whole, pairs: Flag, of_seat: Real, floor: Real | None = None) -> Days:
    """For each shift the best seat of each order and, where `pairs`, the best two seats of each two orders.

    of_seat: what each seat is worth; decides which times and rooms are best.
    floor: instead of the best, every time and room at which a day is worth at least floor[shift].
    """
    first = model.shift_first[shifts]
    seats, _ = ranges(first, model.shift_first[shifts + 1] - first)
    parts = [_singles(model, seats, of_seat, floor)]
    allowed = np.zeros(len(model.shift_lecturer), dtype=bool)
    allowed[shifts] = pairs
    seats = seats[allowed[model.shift[seats]]]
    if len(seats):
        early, late = (seats, seats) if floor is not None else _candidates(model, seats, of_seat)
        begin = np.searchsorted(model.shift[late], model.shift[early])
        count = np.searchsorted(model.shift[late], model.shift[early], side="right") - begin
        edges = [0, *_cuts(model.shift[early], count), len(early)]
        for low, high in pairwise(edges):
            index, owner = ranges(begin[low:high], count[low:high])
            parts.append(_pairs(model, early[low:high][owner], late[index], of_seat, floor))
    return together(model, parts)


def _cuts(shift: Whole, count: Whole) -> list[int]:
    """Where to cut so that no part has many more than CHUNK pairs and no shift lies in two parts."""
    total = np.cumsum(count)
    last = np.flatnonzero(np.append(shift[1:] != shift[:-1], True))
    cuts, at = [], 0
    for end, reached in zip((last + 1).tolist(), total[last].tolist(), strict=True):
        if reached - at >= CHUNK and end < len(shift):
            cuts.append(end)
            at = reached
    return cuts


def _singles(model: Compiled, seats: Whole, of_seat: Real, floor: Real | None) -> Days:
    km = 2 * model.from_home[seats]
    worth = of_seat[seats] - model.problem.weights.km * km
    if floor is not None:
        by = np.flatnonzero(worth >= floor[model.shift[seats]])
    else:
        by = np.lexsort((-worth, model.order[seats], model.shift[seats]))
        by = by[_new(model.shift[seats[by]], model.order[seats[by]])]
    return Days(model, model.shift[seats[by]], seats[by], np.full(len(by), ALONE), km[by])


def _new(*keys: Whole) -> Flag:
    """Where one of the keys differs from the row before."""
    fresh = np.zeros(len(keys[0]), dtype=bool)
    fresh[:1] = True
    for key in keys:
        fresh[1:] |= key[1:] != key[:-1]
    return fresh


def _candidates(model: Compiled, seats: Whole, of_seat: Real) -> tuple[Whole, Whole]:
    """Seats that can be best as the first, and as the second of two: none of the same order and place is sooner
    (later) and worth as much. Both by shift."""
    rank = np.unique(of_seat[seats], return_inverse=True)[1]
    group = (
        model.order[seats].astype(np.int64) * (len(model.places.points) + 1) + model.place[seats] + 1
    ) * 3 + model.half[seats]
    found = []
    for sign in (1, -1):
        by = np.lexsort((-rank, sign * model.start[seats], group, model.shift[seats]))
        new = _new(model.shift[seats[by]], group[by])
        base = np.cumsum(new) * (len(rank) + 1)
        reach = np.maximum.accumulate(base + rank[by])
        better = np.append(True, (base + rank[by])[1:] > reach[:-1])
        found.append(seats[by[better]])
    return found[0], found[1]


def _pairs(model: Compiled, a: Whole, b: Whole, of_seat: Real, floor: Real | None) -> Days:
    """Of these (first, second) those that are possible, the best of each two orders."""
    setup, lecturers = model.problem.travel.setup_min, model.problem.lecturers
    fine = (model.order[a] != model.order[b]) & (model.start[b] >= model.end[a] + setup)
    a, b = a[fine], b[fine]
    way = model.places.km(model.place[a], model.place[b])
    one_half = np.array([one.max_half_days_per_day == 1 for one in lecturers], dtype=bool)[model.lecturer[a]]
    fine = model.start[b] >= model.end[a] + setup + np.where(
        (model.place[a] < 0) | (model.place[b] < 0), 0, model.places.minutes_of(way)
    )  # fmt: skip
    fine &= ~one_half | (model.half[a] == model.half[b])
    a, b, way = a[fine], b[fine], way[fine]
    out, back = model.from_home[a], model.from_home[b]
    there = (model.place[a] >= 0) & (model.place[b] >= 0)
    km = np.where(there, out + way + back, 2 * (out + back))
    worth = of_seat[a] + of_seat[b] - model.problem.weights.km * km
    if floor is not None:
        by = np.flatnonzero(worth >= floor[model.shift[a]])
        return Days(model, model.shift[a[by]], a[by], b[by], km[by])
    low, high = np.minimum(model.order[a], model.order[b]), np.maximum(model.order[a], model.order[b])
    by = np.lexsort((-worth, high, low, model.shift[a]))
    by = by[_new(model.shift[a[by]], low[by], high[by])]
    return Days(model, model.shift[a[by]], a[by], b[by], km[by])

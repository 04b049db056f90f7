"""Shifts as graphs: their seats in groups (one order at one place), and from each seat the soonest seat of each group next."""

from dataclasses import dataclass

import numpy as np

from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.intervals import Flag, Whole, ranges
from catalogue.matching.planner.places import Real
from catalogue.matching.terms import DAY

NEVER = -1e18
WIDE = 1 << 14  # of a stand's key: group × WIDE + minute of the day
BITS = 62  # orders in one word of a label's memory


@dataclass(frozen=True)
class Chains:
    """Some shifts. A *stand* is a seat in the order of shift, group, start; all arrays are of stands, groups or arcs.

    An arc leads from a stand to the soonest stand of a group that set-up and way leave open, of another order.
    """

    model: Compiled
    shifts: Whole  # numbers in the model, rising
    most: Whole  # of each shift: lessons its lecturer's limit allows
    halves: Whole | None  # of each shift: half-days its lecturer's limit allows; None: nobody has a limit
    seats: Whole  # of each stand: the seat
    shift: Whole  # of each stand: position in `shifts`
    group: Whole
    key: Whole  # of each stand, rising
    bit: Whole  # of each stand: its order in the memory of a label …
    word: Whole  # … and in which word of it
    words: int
    half: Whole  # of each stand: the half-day as a bit
    group_end: Whole  # of each group: one past its last stand
    place: Whole  # of each group
    home: Real  # of each group: points lost on the way from or to home
    first: Whole  # the arcs of stand i are first[i] … first[i + 1] − 1
    to: Whole
    way: Real  # of each arc: points lost on the way
    grid: Whole  # groups × longest: the stands, −1 where a group is shorter

    def best_from(self, worth: Real) -> Real:
        """Of each stand: the most among it and the later ones of its group."""
        table = np.append(worth, NEVER)[self.grid]
        np.maximum.accumulate(table[:, ::-1], axis=1, out=table[:, ::-1])
        found = np.empty(len(worth))
        held = self.grid >= 0
        found[self.grid[held]] = table[held]
        return found

    def next_better(self, net: Real, mite: float) -> Whole:
        """Of each stand: the next later one of its group that nets more, −1: none does."""
        found = np.full(len(net), -1)
        last = self.group_end[self.group]
        open_ = np.flatnonzero(self.best_from(net) > net + mite)
        ahead = 1
        while len(open_):
            better = net[np.minimum(open_ + ahead, len(net) - 1)] > net[open_] + mite
            better &= open_ + ahead < last[open_]
            found[open_[better]] = open_[better] + ahead
            open_ = open_[~better]
            ahead += 1
            open_ = open_[open_ + ahead < last[open_]]
        return found


def chains_of(model: Compiled, shifts: Whole) -> Chains:
    """The graphs of these shifts, on whose days nothing is held."""
    seats, local = ranges(model.shift_first[shifts], np.diff(model.shift_first)[shifts])
    limits = [one.max_half_days_per_day for one in model.problem.lecturers]
    limited = any(limit is not None for limit in limits)
    half = model.half[seats].astype(np.int64)
    kind = half if limited else np.zeros(len(seats), dtype=np.int64)
    order, place, start = (column[seats].astype(np.int64) for column in (model.order, model.place, model.start))
    by = np.lexsort((start, kind, place, order, local))
    seats, local, order, place, start, half, kind = (
        column[by] for column in (seats, local, order, place, start, half, kind)
    )
    new = np.ones(len(seats), dtype=bool)
    new[1:] = (np.diff(local) != 0) | (np.diff(order) != 0) | (np.diff(place) != 0) | (np.diff(kind) != 0)
    group = np.cumsum(new) - 1
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], len(seats))
    longest = int((end - begin).max(initial=1))
    grid = begin[:, None] + np.arange(longest)[None, :]
    grid = np.where(grid < end[:, None], grid, -1)
    key = group * WIDE + start % DAY
    number = _numbers(local, order)
    first, to, way = _arcs(model, seats, local, order, group, begin, end, key)
    per_day = [one.max_per_day for one in model.problem.lecturers]
    lecturer = model.shift_lecturer[shifts]
    orders = np.zeros(len(shifts), dtype=np.int64)
    np.maximum.at(orders, local, number + 1)
    most = np.array([1 << 20 if limit is None else limit for limit in per_day], dtype=np.int64)[lecturer]
    most_halves = np.array([9 if limit is None else limit for limit in limits], dtype=np.int64)[lecturer]
    return Chains(
        model=model,
        shifts=shifts,
        most=np.minimum(most, orders),
        halves=most_halves if limited else None,
        seats=seats,
        shift=local,
        group=group,
        key=key,
        bit=np.left_shift(1, number % BITS),
        word=number // BITS,
        words=int(number.max(initial=0)) // BITS + 1,
        half=np.left_shift(1, half),
        group_end=end,
        place=place[begin],
        home=model.problem.weights.km * model.from_home[seats[begin]],
        first=first,
        to=to,
        way=way,
        grid=grid,
    )


def _numbers(local: Whole, order: Whole) -> Whole:
    """The orders of each shift, counted from 0; sorted by shift and order."""
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(order) != 0) | (np.diff(local) != 0)
    count = np.cumsum(new) - 1
    fresh = np.append(True, np.diff(local) != 0)
    offset = np.maximum.accumulate(np.where(fresh, count, 0))
    found: Whole = count - offset
    return found


def _arcs(
    model: Compiled, seats: Whole, local: Whole, order: Whole, group: Whole, begin: Whole, end: Whole, key: Whole
) -> tuple[Whole, Whole, Real]:
    """first, to and way of the arcs; shift by shift, so that nothing large is made on the way."""
    parts_to, parts_way, counts = [], [], []
    place = model.place[seats].astype(np.int64)
    free = (model.end[seats] - model.start[seats] // DAY * DAY).astype(np.int64) + model.problem.travel.setup_min
    edges = np.append(0, np.cumsum(np.bincount(local)))
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        mine = np.arange(group[low], group[high - 1] + 1)
        there = place[begin[mine]]
        km = model.places.km(there[:, None], there[None, :])
        minutes = np.where((there[:, None] >= 0) & (there[None, :] >= 0), model.places.minutes_of(km), 0)
        at = group[low:high] - group[low]
        ready = np.minimum(free[low:high, None] + minutes[at], WIDE - 1)
        to = np.searchsorted(key, mine[None, :] * WIDE + ready)
        fine: Flag = (to < end[mine][None, :]) & (order[begin[mine]][None, :] != order[low:high, None])
        parts_to.append(to[fine].astype(np.int32))
        parts_way.append((model.problem.weights.km * km[at])[fine])
        counts.append(fine.sum(axis=1))
    first = np.append(0, np.cumsum(np.concatenate([*counts, np.zeros(0, dtype=np.int64)]))).astype(np.int64)
    to = np.concatenate([*parts_to, np.zeros(0, dtype=np.int32)])
    return first, to, np.concatenate([*parts_way, np.zeros(0)])

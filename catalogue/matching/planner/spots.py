"""Where and when each order could be, whoever teaches: the rules about time and venues for all orders at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalogue.matching.planner.intervals import Flag, Intervals, Whole, ranges
from catalogue.matching.planner.places import NOWHERE, Places
from catalogue.matching.problem import Order, Pin, Problem
from catalogue.matching.ruling import MODES
from catalogue.matching.terms import Kind, Mode
from catalogue.matching.travel import HAIR
from catalogue.matching.valid import FAR

ONSITE, VENUE, ONLINE = (MODES.index(mode) for mode in (Mode.ONSITE, Mode.VENUE, Mode.ONLINE))
MOST_STARTS = 2_000_000  # over all orders: bounds the memory on very fine grids
Columns = tuple[Whole, Whole, Whole, Whole, Whole, Whole]


@dataclass(frozen=True)
class Spots:
    """One row a spot, sorted by order and start: order, mode, venue (-1: none), place (-1: online), start, preference."""

    order: Whole
    mode: Whole
    venue: Whole
    place: Whole
    start: Whole
    preference: Whole
    first: Whole  # the spots of order o are first[o] … first[o + 1] − 1
    times: Whole  # of each order: how many starts its windows allow


def spots_of(problem: Problem, places: Places, committee: Whole) -> Spots:
    """All spots that the rules about time and venues accept, held times included; a pinned order has its pin alone.

    committee: the number of each order's committee, in order of first appearance.
    """
    order, start, liked = starts_of(problem)
    starts = np.bincount(order, minlength=len(problem.orders))
    minutes = np.array([one.minutes for one in problem.orders], dtype=np.int64)
    names = list(dict.fromkeys(one.committee for one in problem.orders))
    busy = Intervals(held(problem, Kind.COMMITTEE, names))
    open_ = np.array([one.pinned is None for one in problem.orders], dtype=bool)[order]
    open_ &= ~busy.touch(committee[order], start, start + minutes[order])
    order, start, liked = order[open_], start[open_], liked[open_]
    parts = [_pinned(problem, places)]
    for mode in MODES:
        here = _in_time(problem, mode, order, start, start + minutes[order])
        times = (order[here], start[here], liked[here])
        parts.append(
            _in_venues(problem, minutes, places, *times) if mode is Mode.VENUE else _alone(mode, places, *times)
        )
    rows = np.concatenate([np.stack(part) for part in parts], axis=1)
    rows = rows[:, np.lexsort((rows[2], rows[1], rows[4], rows[0]))]
    first = np.searchsorted(rows[0], np.arange(len(problem.orders) + 1))
    return Spots(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], first, starts)


def starts_of(problem: Problem) -> tuple[Whole, Whole, Whole]:
    """Every (order, start on the grid, best preference) whose lesson lies inside a window; sorted, each once.

    Of more than MOST_STARTS only every second, third … of a window is kept.
    """
    rows = [
        (number, one.start, one.end, one.preference, order.minutes)
        for number, order in enumerate(problem.orders)
        for one in order.windows
    ]
    order, opens, closes, liked, minutes = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    slot = problem.slot_minutes
    first = -(-opens // slot)
    count = np.maximum(0, (closes - minutes) // slot - first + 1)
    skip = max(1, -(-int(count.sum()) // MOST_STARTS))
    within, window = ranges(np.zeros(len(count), dtype=np.int64), -(-count // skip))
    order, start, liked = order[window], (first[window] + skip * within) * slot, liked[window]
    by = np.lexsort((-liked, start, order))
    order, start, liked = order[by], start[by], liked[by]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (order[1:] != order[:-1]) | (start[1:] != start[:-1])
    return order[new], start[new], liked[new]


def is_thinned(problem: Problem) -> bool:
    """Are there more possible starts than are kept?"""
    slot, total = problem.slot_minutes, 0
    for order in problem.orders:
        for one in order.windows:
            total += max(0, (one.end - order.minutes) // slot - -(-one.start // slot) + 1)
    return total > MOST_STARTS


def held(problem: Problem, kind: Kind, names: Sequence[str]) -> list[list[tuple[int, int]]]:
    """The held times of each named resource."""
    number = {name: index for index, name in enumerate(names)}
    found: list[list[tuple[int, int]]] = [[] for _ in names]
    for one in problem.lessons:
        if one.kind is kind and one.resource in number:
            found[number[one.resource]].append((one.start, one.end))
    return found


def mode_of(order: Order, pin: Pin) -> Mode:
    """The way of teaching of a decided lesson: said, or told by the venue, else the first accepted that needs none."""
    if pin.mode is not None:
        return pin.mode
    if pin.venue is not None:
        return Mode.VENUE
    return next((mode for mode in order.modes if mode is not Mode.VENUE), Mode.ONLINE)


def _in_time(problem: Problem, mode: Mode, order: Whole, start: Whole, end: Whole) -> Flag:
    """Which of these times the order accepts for a mode: accepted at all, lead time, edition."""
    accepted = np.array([mode in one.modes for one in problem.orders], dtype=bool)
    earliest = [one.earliest(mode) for one in problem.orders]
    soonest = np.array([-FAR if at is None else at for at in earliest], dtype=np.int64)
    latest = np.array([2 * FAR if o.not_after is None else o.not_after for o in problem.orders], dtype=np.int64)
    fine: Flag = accepted[order] & (start >= soonest[order]) & (end <= latest[order])
    return fine


def _alone(mode: Mode, places: Places, order: Whole, start: Whole, liked: Whole) -> Columns:
    """Spots that need no room: at the order's own place or online."""
    nowhere = np.full(len(order), NOWHERE, dtype=np.int64)
    place = places.of_order[order] if mode is Mode.ONSITE else nowhere
    return order, np.full(len(order), MODES.index(mode), dtype=np.int64), nowhere, place, start, liked


def _in_venues(problem: Problem, minutes: Whole, places: Places, order: Whole, start: Whole, liked: Whole) -> Columns:
    """Spots in every venue that suits the order and is open and free then."""
    fits = Fitting(problem, places)
    count = len(problem.orders)
    begin = np.searchsorted(order, np.arange(count + 1))
    wanted = [number for number in range(count) if begin[number] < begin[number + 1]]
    suiting = {number: fits.of(number) for number in wanted}
    pair_order = np.repeat(np.array(wanted, dtype=np.int64), [len(suiting[number]) for number in wanted])
    pair_venue = np.concatenate([suiting[number] for number in wanted] or [np.zeros(0, dtype=np.int64)])
    row, pair = ranges(begin[pair_order], begin[pair_order + 1] - begin[pair_order])
    venue, end = pair_venue[pair], start[row] + minutes[order[row]]
    names = [one.id for one in problem.venues]
    taken = Intervals(held(problem, Kind.VENUE, names))
    closed = Intervals(one.closures for one in problem.venues)
    fine = Intervals(one.open for one in problem.venues).hold(venue, start[row], end)
    fine &= ~closed.touch(venue, start[row], end) & ~taken.touch(venue, start[row], end)
    row, venue = row[fine], venue[fine]
    return order[row], np.full(len(row), VENUE, dtype=np.int64), venue, places.of_venue[venue], start[row], liked[row]


class Fitting:
    """Which venues suit an order at some time: named, plaque, area, radius, capacity, equipment."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self.problem, self.places = problem, places
        self.number = {one.id: number for number, one in enumerate(problem.venues)}
        limits = [
            one.radius_km if one.radius_km is not None else problem.travel.venue_radius_km for one in problem.venues
        ]
        self.radius = np.array([np.inf if limit is None else limit for limit in limits])
        self.capacity = np.array([one.capacity for one in problem.venues], dtype=np.int64)
        self.usable = np.array([not one.blocked for one in problem.venues], dtype=bool)
        self._areas: dict[frozenset[str], Whole] = {}
        self._equipment: dict[frozenset[str], Flag] = {}

    def of(self, number: int) -> Whole:
        """The numbers of the venues that suit an order, ascending."""
        order = self.problem.orders[number]
        near = self._near(order.areas)
        fine = self.capacity[near] >= order.attendees
        if order.equipment:
            fine &= self._equipped(order.equipment)[near]
        if order.venues is not None:
            named = np.array([self.number[name] for name in order.venues if name in self.number], dtype=np.int64)
            fine &= np.isin(near, named)
        elif order.location is not None:
            here = np.full(len(near), self.places.of_order[number])
            fine &= self.places.km(here, self.places.of_venue[near]) <= self.radius[near] + HAIR
        found: Whole = near[fine]
        return found

    def _near(self, areas: frozenset[str]) -> Whole:
        if areas not in self._areas:
            serves = [one.areas is None or bool(one.areas & areas) for one in self.problem.venues]
            self._areas[areas] = np.flatnonzero(np.array(serves, dtype=bool) & self.usable)
        return self._areas[areas]

    def _equipped(self, equipment: frozenset[str]) -> NDArray[np.bool_]:
        if equipment not in self._equipment:
            has = [equipment <= one.equipment for one in self.problem.venues]
            self._equipment[equipment] = np.array(has, dtype=bool)
        return self._equipment[equipment]


def _pinned(problem: Problem, places: Places) -> Columns:
    """The spots of pinned orders, exactly as decided, whatever the rules say: a decision is a fact."""
    number = {one.id: index for index, one in enumerate(problem.venues)}
    rows = []
    for index, order in enumerate(problem.orders):
        pin = order.pinned
        if pin is None or (pin.venue is not None and pin.venue not in number):
            continue
        mode, venue = mode_of(order, pin), NOWHERE if pin.venue is None else number[pin.venue]
        place = places.of_venue[venue] if venue >= 0 else places.of_order[index] if mode is Mode.ONSITE else NOWHERE
        liked = order.preference(pin.start, pin.start + order.minutes) or 0
        rows.append((index, MODES.index(mode), venue, int(place), pin.start, liked))
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4], table[:, 5]

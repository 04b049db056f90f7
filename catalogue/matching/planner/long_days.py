"""Shifts of any length, and those with something held already: the best days at given prices, exactly.

A chain of seats is priced backwards first (what could follow at most, repeated orders and hidden journeys allowed);
then labels run forwards through the day and only those are followed that this bound still lets earn something.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from catalogue.matching.planner.chains import Chains, chains_of
from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.free_days import FreeDays
from catalogue.matching.planner.intervals import Whole
from catalogue.matching.planner.master import Columns, joined
from catalogue.matching.planner.places import Real
from catalogue.matching.planner.roster import Roster

NEVER = -1e18
CACHED = 4_000_000  # entries of remembered arc matrices: bounds the memory
WIDEST = 3_000  # seats of a shift; more are left to the search without prices
FOLLOWED = 4_000  # labels followed in one shift before its bound is taken as it is
WAITING = 120  # labels that wait at one seat; beyond them the poorest goes, and the bound is taken as it is
BLOCK = 60_000  # seats priced together
BLOCKS = 4  # graphs of so many blocks are remembered; more are made anew in each round
WIDTHS = (24, 240, 2_400, 24_000, 240_000)  # labels of a layer followed in each shift, while fewer find nothing
MANY = 5_000_000  # labels of a layer in all shifts together; more are not followed
MITE = 1e-7  # points that are no difference
ASK_EVERY = 64  # labels followed between two looks at the stop


@dataclass(frozen=True)
class Arcs:
    """One shift: its seats by start; way[i, j]: points lost on the way from i to j next (NEVER: not possible);
    out, back: points lost on the ways from and to home."""

    seats: Whole
    way: Real
    out: Real
    back: Real
    most: int  # lessons that still fit the limit of the day
    halves: int | None  # half-days the limit allows
    begun: int  # half-days already begun by what is held, as bits
    held: bool
    alike: Whole  # equal numbers: the same order at the same place in the same half-day


@dataclass(frozen=True)
class Label:
    """A day so far: points (way paid up to the last place), orders as bits, the seats, half-days as bits."""

    points: float
    orders: int
    chain: tuple[int, ...]
    halves: int


class LongDays:
    """Prices the given shifts."""

    def __init__(
        self, model: Compiled, shifts: Whole, roster: Roster, over: Callable[[], bool] = lambda: False
    ) -> None:
        """roster: without any chosen lesson; it knows what is held. over: is it time to end? Then bounds stay rough."""
        self.over = over
        self.model, self.shifts, self.roster = model, shifts, roster
        self.weight = model.problem.weights.km
        days = zip(model.shift_lecturer[shifts].tolist(), model.shift_day[shifts].tolist(), strict=True)
        held = np.array([bool(roster.held_stops.get(key)) for key in days], dtype=bool)
        self.held, self.free = shifts[held], shifts[~held]
        self._chains: list[Chains] = []
        self._known: dict[int, Arcs] = {}
        self._room = CACHED
        self.work = 0

    def price(self, net: Real, least: Real, many: int) -> tuple[Columns, Whole, Real]:
        """For each shift up to `many` days that net more than least[shift]; shifts and what no day of theirs exceeds."""
        parts = [self._price_held(net, least, many)]
        for chains in self.chains():
            parts.append(self._price_free(chains, net, least, many))
        shifts, most = np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts])
        return joined([part[0] for part in parts]), shifts, most

    # --- shifts on which nothing is held ------------------------------------------------------------------------

    def chains(self) -> Iterator[Chains]:
        """The graphs, a block of shifts after the other, remembered while there is room."""
        if self._chains:
            yield from self._chains
            return
        seats = np.cumsum(np.diff(self.model.shift_first)[self.free])
        lots = np.split(self.free, np.flatnonzero(np.diff(seats // BLOCK)) + 1)
        made = [chains_of(self.model, lot) for lot in lots if len(lot)] if len(lots) <= BLOCKS else None
        if made is None:
            yield from (chains_of(self.model, lot) for lot in lots if len(lot))
        else:
            self._chains = made
            yield from made

    def _price_free(self, chains: Chains, net: Real, least: Real, many: int) -> tuple[Columns, Whole, Real]:
        """The most promising labels first; all that matter only where these find nothing in any shift."""
        days, asked = FreeDays(chains, net), least[chains.shifts]
        most, found = days.top.copy(), []
        for width in WIDTHS:
            if self.over() or width * int((asked < np.inf).sum()) > MANY:
                break
            answer = days.search(asked, width, many)
            self.work += answer.labels
            most = np.minimum(most, answer.most)
            found.append(answer.columns)
            if len(answer.columns) or not answer.more.any():
                break
            asked = np.where(answer.more, asked, np.inf)
        return joined(found), chains.shifts, most

    # --- shifts on which something is held ----------------------------------------------------------------------

    def _price_held(self, net: Real, least: Real, many: int) -> tuple[Columns, Whole, Real]:
        shifts, values, chains, best = [], [], [], []
        for shift in self.held.tolist():
            arcs = self.arcs(shift)
            found, most = self._search(arcs, net[arcs.seats], float(least[shift]), many)
            best.append(most)
            for chain in found:
                seats = arcs.seats[list(chain)]
                shifts.append(shift)
                chains.append(seats)
                values.append(float(self.model.value[seats].sum()) - self.weight * self._detour(shift, seats.tolist()))
        first = np.append(0, np.cumsum([len(chain) for chain in chains])).astype(np.int64)
        flat = np.concatenate([*chains, np.zeros(0, dtype=np.int64)])
        columns = Columns(np.array(shifts, dtype=np.int64), np.array(values, dtype=np.float64), first, flat)
        return columns, self.held, np.array(best, dtype=np.float64)

    # --- the shift as a graph -----------------------------------------------------------------------------------

    def arcs(self, shift: int) -> Arcs:
        """The graph of a shift, remembered while there is room."""
        known = self._known.get(shift)
        if known is None:
            known = self._build(shift)
            if known.way.size <= self._room:
                self._room -= known.way.size
                self._known[shift] = known
        return known

    def _build(self, shift: int) -> Arcs:
        model = self.model
        seats = np.arange(model.shift_first[shift], model.shift_first[shift + 1])
        lecturer, day = int(model.shift_lecturer[shift]), int(model.shift_day[shift])
        held = bool(self.roster.held_stops.get((lecturer, day)))
        place, start, order = model.place[seats], model.start[seats], model.order[seats]
        here, there = place[:, None], place[None, :]
        km = model.places.km(here, there)
        both = (here >= 0) & (there >= 0)
        need = (
            model.end[seats][:, None] + model.problem.travel.setup_min + np.where(both, model.places.minutes_of(km), 0)
        )
        fine = (start[None, :] >= need) & (order[:, None] != order[None, :])
        way = np.where(fine, 0.0 if held else -self.weight * km, NEVER)
        home = np.zeros(len(seats)) if held else self.weight * model.from_home[seats]
        one = model.problem.lecturers[lecturer]
        begun = sum(
            1 << half for half in {self.roster.half(start) for start in self.roster.held_day.get((lecturer, day), ())}
        )
        limit = len(seats) if one.max_per_day is None else one.max_per_day
        _, alike = np.unique(np.stack([order, place, model.half[seats]]), axis=1, return_inverse=True)
        alike = alike.reshape(-1)
        most = max(0, limit - len(self.roster.held_day.get((lecturer, day), ())))
        return Arcs(seats, way, home, home, min(most, len(seats)), one.max_half_days_per_day, begun, held, alike)

    def _detour(self, shift: int, seats: list[int]) -> float:
        """Kilometres of the day beyond the tour of what is held."""
        model, roster = self.model, self.roster
        lecturer, day = int(model.shift_lecturer[shift]), int(model.shift_day[shift])
        before = sorted(roster.held_stops.get((lecturer, day), ()))
        stops = sorted([*before, *((roster.start[seat], roster.end[seat], roster.place[seat]) for seat in seats)])
        return roster.tour(lecturer, stops) - (roster.tour(lecturer, before) if before else 0.0)

    # --- pricing ------------------------------------------------------------------------------------------------

    def _search(self, arcs: Arcs, net: Real, least: float, many: int) -> tuple[list[tuple[int, ...]], float]:
        """The best days above `least` as positions in arcs.seats, and what no day exceeds."""
        if not arcs.most:
            return [], NEVER
        follow = self._completions(arcs, net)
        most = float((follow[-1] - arcs.out).max())
        if most <= least or self.over():
            return [], most
        return self._labels(arcs, net, follow, least, many, most)

    def _completions(self, arcs: Arcs, net: Real) -> list[Real]:
        """follow[k][i]: the most that a chain from i on of at most k + 1 lessons can net, the way home paid."""
        last = net - arcs.back
        follow = [last]
        while len(follow) < arcs.most:
            longer = np.maximum(last, net + (arcs.way + follow[-1][None, :]).max(axis=1))
            if np.array_equal(longer, follow[-1]):
                break
            follow.append(longer)
        return follow

    def _labels(
        self, arcs: Arcs, net: Real, follow: list[Real], least: float, many: int, most: float
    ) -> tuple[list[tuple[int, ...]], float]:
        model = self.model
        shift = int(model.shift[arcs.seats[0]])
        numbers = {order: bit for bit, order in enumerate(dict.fromkeys(model.order[arcs.seats].tolist()))}
        bits = [1 << numbers[order] for order in model.order[arcs.seats].tolist()]
        halves = [1 << half for half in model.half[arcs.seats].tolist()]
        waiting: list[list[Label]] = [[] for _ in bits]
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        floor, followed, whole = least, 0, True
        for seat in self._soonest(arcs, net, np.flatnonzero(follow[-1] - arcs.out > least)).tolist():
            waiting[seat].append(
                Label(float(net[seat] - arcs.out[seat]), bits[seat], (seat,), arcs.begun | halves[seat])
            )
        for seat in range(len(bits)):
            for label in waiting[seat]:
                if arcs.halves is not None and label.halves.bit_count() > arcs.halves:
                    continue
                followed += 1
                if followed > FOLLOWED or (followed % ASK_EVERY == 0 and self.over()):
                    self.work += followed
                    return [chain for _, chain in found.values()], most
                value = self._exact(arcs, net, shift, label)
                if value > floor and value > found.get(label.orders, (floor, ()))[0]:
                    found[label.orders] = (value, label.chain)
                    floor = self._floor(found, least, many)
                left = min(arcs.most - len(label.chain), len(follow)) - 1
                if left < 0:
                    continue
                upper = label.points + arcs.way[seat] + follow[left]
                onward = np.flatnonzero(upper > floor)
                if not self._hidden(arcs, label.chain):
                    onward = self._soonest(arcs, net, onward)
                for other in onward.tolist():
                    if not label.orders & bits[other] and self._apart(arcs, label.chain, other):
                        points = label.points + float(arcs.way[seat, other]) + float(net[other])
                        joined = Label(
                            points, label.orders | bits[other], (*label.chain, other), label.halves | halves[other]
                        )
                        whole &= self._admit(waiting[other], joined, arcs)
        self.work += followed
        best = max((value for value, _ in found.values()), default=NEVER)
        return [chain for _, chain in found.values()], max(best, min(most, least)) if whole else most

    @staticmethod
    def _soonest(arcs: Arcs, net: Real, onward: Whole) -> Whole:
        """Of the seats of one order at one place in one half-day the soonest, and later ones only if they net more.

        Being there sooner for as much never closes a way that being there later leaves open, except past lessons that
        are held and, after an online lesson, past journeys that it hides; there all seats are tried.
        """
        if arcs.held or len(onward) < 2:
            return onward
        _, first, member = np.unique(arcs.alike[onward], return_index=True, return_inverse=True)
        wanted = net[onward] > net[onward[first]][member] + MITE
        wanted[first] = True
        chosen: Whole = onward[wanted]
        return chosen

    @staticmethod
    def _floor(found: dict[int, tuple[float, tuple[int, ...]]], least: float, many: int) -> float:
        """Only days better than this are wanted any more; forgets what is beyond the wanted number."""
        if len(found) <= many:
            return least
        worst = min(found, key=lambda orders: found[orders][0])
        del found[worst]
        return min(value for value, _ in found.values())

    def _admit(self, waiting: list[Label], new: Label, arcs: Arcs) -> bool:
        """Keeps a label unless another at the same seat is as good in every way; False if one had to go for want of place."""
        if not arcs.held and not self._hidden(arcs, new.chain):
            for old in waiting:
                simple = old.orders & ~new.orders == 0 and len(old.chain) <= len(new.chain)
                if simple and old.points >= new.points and (arcs.halves is None or old.halves & ~new.halves == 0):
                    return True
        if len(waiting) < WAITING:
            waiting.append(new)
            return True
        poorest = min(range(len(waiting)), key=lambda place: waiting[place].points)
        if waiting[poorest].points < new.points:
            waiting[poorest] = new
        return False

    def _hidden(self, arcs: Arcs, chain: tuple[int, ...]) -> bool:
        """Does an online lesson at the end hide where the lecturer was?"""
        return bool(self.model.place[arcs.seats[chain[-1]]] < 0)

    def _apart(self, arcs: Arcs, chain: tuple[int, ...], other: int) -> bool:
        """Set-up and way to all lessons before, not only the last."""
        if len(chain) < 2:
            return True
        roster, new = self.roster, int(arcs.seats[other])
        start, end = roster.start[new], roster.end[new]
        for one in chain[:-1]:
            seat = int(arcs.seats[one])
            if not roster.apart(new, start, end, roster.start[seat], roster.end[seat], seat):
                return False
        return True

    def _exact(self, arcs: Arcs, net: Real, shift: int, label: Label) -> float:
        """What the day nets, its whole tour paid."""
        seats = arcs.seats[list(label.chain)]
        if not arcs.held and (self.model.place[seats] >= 0).all():
            return label.points - float(arcs.back[label.chain[-1]])
        return float(net[list(label.chain)].sum()) - self.weight * self._detour(shift, seats.tolist())

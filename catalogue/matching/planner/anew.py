"""Whole days planned anew in a roster: one shift after the other gets its best day, also with lessons of others."""

from dataclasses import replace

import numpy as np

from catalogue.matching.planner.chains import NEVER, Chains, chains_of
from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.free_days import FreeDays
from catalogue.matching.planner.greedy import Choice, fill
from catalogue.matching.planner.intervals import Whole
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.roster import Roster
from catalogue.matching.terms import DAY

WIDTH = 24  # labels followed in a layer
REMEMBERED = 2_000_000  # arcs of graphs kept for the next pass
HAIR = 1e-6


class Anew:
    """Changes rosters day by day, each time for a gain."""

    roster: Roster
    choice: Choice

    def __init__(self, model: Compiled, shifts: Whole, meter: Meter) -> None:
        """shifts: those to plan anew; nothing is held on them."""
        self.model, self.shifts, self.meter = model, shifts, meter
        self.known: dict[int, Chains] = {}
        self.room = REMEMBERED
        self.net = np.full(self.model.seats, NEVER)

    def run(self, roster: Roster, choice: Choice, passes: int) -> None:
        """All shifts in turn, until a pass gains nothing."""
        self.roster, self.choice = roster, choice
        for _ in range(passes):
            gained = 0
            for shift in self.shifts.tolist():
                if self.meter.over():
                    return
                gained += self.one(shift)
            if not gained:
                return

    def one(self, shift: int) -> bool:
        """The best day of a shift, if the plan gains by it. What it turns out may find another place."""
        roster, chains = self.roster, self.chains(shift)
        lecturer, day = int(self.model.shift_lecturer[shift]), int(self.model.shift_day[shift])
        mine = [seat for begin, _, seat in roster.rows[lecturer] if begin // DAY == day]
        if any(roster.order[seat] in self.model.pinned for seat in mine):
            return False
        for seat in mine:
            roster.remove(seat)
        first = int(self.model.shift_first[shift])
        most = self._most(lecturer, first)
        before = self._added(mine)
        for seat in mine:
            roster.remove(seat)
        self._price(chains, lecturer)
        if most < len(mine):
            most = len(mine)
        days = FreeDays(replace(chains, most=np.minimum(chains.most, most)), self.net)
        self.net[chains.seats] = NEVER
        found = days.search(np.array([before + HAIR]), WIDTH, 1)
        self.meter.work(1 + found.labels // 10)
        if not len(found.columns):
            self._added(mine)
            return False
        return self._tried(mine, found.columns.seats.tolist(), before)

    def _tried(self, mine: list[int], seats: list[int], before: float) -> bool:
        """Does the plan gain by these seats instead of `mine`? Then it keeps them."""
        roster = self.roster
        turned_out = [roster.seat_of[roster.order[seat]] for seat in seats]
        turned_out = [seat for seat in turned_out if seat >= 0]
        gain = -before
        for seat in turned_out:
            roster.remove(seat)
            gain -= roster.gain(seat)
        added: list[int] = []
        for seat in sorted(seats, key=lambda one: roster.start[one]):
            if roster.fits(seat):
                gain += roster.gain(seat)
                roster.add(seat)
                added.append(seat)
        if gain <= HAIR:
            for seat in added:
                roster.remove(seat)
            self._added([*turned_out, *mine])
            return False
        free = {roster.order[seat] for seat in (*mine, *seats, *turned_out)}
        fill(roster, self.choice, sorted(order for order in free if roster.seat_of[order] < 0), self.meter)
        return True

    def _added(self, seats: list[int]) -> float:
        """Adds them; what they gain together."""
        total = 0.0
        for seat in seats:
            total += self.roster.gain(seat)
            self.roster.add(seat)
        return total

    def _most(self, lecturer: int, seat: int) -> int:
        """How many lessons week and month still allow."""
        roster, left = self.roster, 1 << 20
        limit = roster.week_limit[lecturer]
        if limit is not None:
            left = limit - roster.week_count[lecturer, roster.week[seat]]
        limit = roster.month_limit[lecturer]
        if roster.month is not None and limit is not None:
            left = min(left, limit - roster.month_count[lecturer, roster.month[seat]])
        return max(0, left)

    def _price(self, chains: Chains, lecturer: int) -> None:
        """What each seat would gain, the loss elsewhere paid; rooms and committees that are taken close it."""
        roster, seats = self.roster, chains.seats.tolist()
        load = roster.weights.balance * (2 * roster.load[lecturer] + 1)
        low = 0
        while low < len(seats):
            order, high = roster.order[seats[low]], low
            while high < len(seats) and roster.order[seats[high]] == order:
                high += 1
            now, loss = roster.seat_of[order], float(load)
            if now >= 0:
                if order in self.model.pinned:
                    low = high
                    continue
                roster.remove(now)
                loss += roster.gain(now)
            if not roster.covered[roster.committee[order]]:
                loss -= roster.covers[order]
            for seat in seats[low:high]:
                net = roster.value[seat] - loss
                if net > 0 and self._open(seat):
                    self.net[seat] = net
            if now >= 0:
                roster.add(now)
            low = high

    def _open(self, seat: int) -> bool:
        """Are the committee and the room free?"""
        roster = self.roster
        start, end, venue = roster.start[seat], roster.end[seat], roster.venue[seat]
        if roster._taken(roster.groups[roster.committee[roster.order[seat]]], start, end):
            return False
        return venue < 0 or not roster._taken(roster.rooms[venue], start, end)

    def chains(self, shift: int) -> Chains:
        """The graph of a shift, remembered while there is room."""
        known = self.known.get(shift)
        if known is None:
            known = chains_of(self.model, np.array([shift]))
            if self.room > 0:
                self.room -= len(known.to)
                self.known[shift] = known
        return known

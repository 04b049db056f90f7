"""Ejection chains (Glover 1996): an order without a lesson turns out at most two others, which find another place."""

import random
from collections.abc import Iterable, Iterator

from catalogue.matching.planner.greedy import Choice
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.roster import Roster, Row
from catalogue.matching.terms import DAY

LOOK = 48  # seats of an order that are tried
TURNED_OUT = 2  # lessons that one seat may turn out
HAIR = 1e-7
SOME = 1_000  # missing orders of a short round


class Ejection:
    """Changes a roster, always for a gain; every change can be undone until it is known to be one."""

    def __init__(self, roster: Roster, choice: Choice, meter: Meter) -> None:
        self.roster, self.choice, self.meter = roster, choice, meter
        self.pinned = roster.model.pinned
        self.journal: list[tuple[bool, int]] = []

    def improve(self, orders: Iterable[int], depth: int) -> int:
        """Tries each order that is not served; returns how many tries gained something."""
        gained = 0
        for order in orders:
            if self.meter.over():
                break
            if self.roster.seat_of[order] < 0 and self.enter(order, depth, frozenset({order})) > HAIR:
                gained += 1
            self.journal.clear()
        return gained

    def reseat(self, orders: Iterable[int]) -> int:
        """Gives each served order the best seat for it now; returns how many moved."""
        moved = 0
        for order in orders:
            seat = self.roster.seat_of[order]
            if seat < 0 or order in self.pinned:
                continue
            if self.meter.over():
                break
            self.meter.work(1)
            self.roster.remove(seat)
            found, most = self.choice.best(order, self.roster.gain(seat) + HAIR)
            self.roster.add(found if found >= 0 else seat)
            moved += found >= 0 and most > 0
        return moved

    # --- one order --------------------------------------------------------------------------------------------------

    def enter(self, order: int, depth: int, busy: frozenset[int]) -> float:
        """Serves an order if the whole chain gains; the gain, or 0 and nothing changed.

        busy: orders of this chain, which must not be turned out again.
        """
        self.meter.work(1)
        seat, gain = self.choice.best(order)
        if seat >= 0 and gain > HAIR:
            self._add(seat)
            return gain
        if depth == 0:
            return 0.0
        first = self.choice.first[order]
        for seat in self.choice.seats[first : min(first + LOOK, self.choice.first[order + 1])]:
            for out in self.ways_in(seat, busy):
                mark = len(self.journal)
                total = self._through(seat, out, depth, busy)
                if total > HAIR:
                    return total
                self._undo(mark)
        return 0.0

    def _through(self, seat: int, out: tuple[int, ...], depth: int, busy: frozenset[int]) -> float:
        """The gain of turning these orders out for a seat, once they found another place or were given up."""
        roster = self.roster
        total = 0.0
        for order in out:
            old = roster.seat_of[order]
            self._remove(old)
            total -= roster.gain(old)
        if not roster.fits(seat):
            return 0.0
        total += roster.gain(seat)
        self._add(seat)
        for order in out:
            other, gain = self.choice.best(order)
            if other >= 0:
                self._add(other)
                total += gain
            elif depth > 1:
                total += self.enter(order, depth - 1, busy | set(out))
        return total

    def ways_in(self, seat: int, busy: frozenset[int]) -> Iterator[tuple[int, ...]]:
        """Sets of orders, at most TURNED_OUT, without which the seat might fit; none of them pinned or busy."""
        roster = self.roster
        start, end, venue, lecturer = roster.start[seat], roster.end[seat], roster.venue[seat], roster.lecturer[seat]
        must = self._overlapping(roster.groups[roster.committee[roster.order[seat]]], start, end)
        if venue >= 0:
            must |= self._overlapping(roster.rooms[venue], start, end)
        rows = roster.near(roster.rows[lecturer], start, end)
        for begin, finish, other in rows:
            if not roster.apart(seat, start, end, begin, finish, other):
                must.add(roster.order[other])
        if len(must) > TURNED_OUT or must & busy or must & self.pinned:
            return
        basis = tuple(sorted(must))
        extra = self._over_limit(seat, lecturer, start, must)
        if extra is None:
            yield basis
            return
        if len(basis) == TURNED_OUT:
            return
        for order in extra:
            if order not in busy and order not in self.pinned:
                yield (*basis, order)

    def _overlapping(self, rows: list[Row], start: int, end: int) -> set[int]:
        return {self.roster.order[seat] for begin, finish, seat in rows if begin < end and start < finish}

    def _over_limit(self, seat: int, lecturer: int, start: int, must: set[int]) -> list[int] | None:
        """The orders of which one more must go because a limit of day, week or month is full; None: none is."""
        roster = self.roster
        mine = [(row[0], roster.order[row[2]]) for row in roster.rows[lecturer] if roster.order[row[2]] not in must]
        day, week = start // DAY, roster.week[seat]
        same = [order for begin, order in mine if begin // DAY == day]
        if not roster.within_day(lecturer, day, start, [begin for begin, _ in mine if begin // DAY == day]):
            return self._cheapest(same)
        limit = roster.week_limit[lecturer]
        out = sum(
            1
            for order in must
            if roster.lecturer[roster.seat_of[order]] == lecturer and roster.week[roster.seat_of[order]] == week
        )
        if limit is not None and roster.week_count[lecturer, week] - out >= limit:
            return self._cheapest([order for begin, order in mine if begin // (7 * DAY) == week])
        if roster.month is not None and roster.month_limit[lecturer] is not None:
            month = roster.month[seat]
            there = [order for _, order in mine if roster.month[roster.seat_of[order]] == month]
            if roster.month_count[lecturer, month] - out >= (roster.month_limit[lecturer] or 0):
                return self._cheapest(there)
        return None

    def _cheapest(self, orders: list[int]) -> list[int]:
        """The three whose lessons are worth least."""
        roster = self.roster
        return sorted(orders, key=lambda order: (roster.value[roster.seat_of[order]], order))[:3]

    # --- changes that can be undone ---------------------------------------------------------------------------------

    def _add(self, seat: int) -> None:
        self.roster.add(seat)
        self.journal.append((True, seat))

    def _remove(self, seat: int) -> None:
        self.roster.remove(seat)
        self.journal.append((False, seat))

    def _undo(self, mark: int) -> None:
        while len(self.journal) > mark:
            added, seat = self.journal.pop()
            if added:
                self.roster.remove(seat)
            else:
                self.roster.add(seat)


def tidied(roster: Roster, choice: Choice, meter: Meter) -> None:
    """The dearest missing orders, then each served one a better seat, then both again: soon done, also in a city."""
    ejection = Ejection(roster, choice, meter)
    priority = [one.priority for one in roster.model.problem.orders]
    for _ in range(2):
        missing = [order for order, seat in enumerate(roster.seat_of) if seat < 0]
        missing.sort(key=lambda order: -priority[order])
        ejection.improve(missing[:SOME], 1)
        ejection.reseat(range(len(roster.seat_of)))


def polished(roster: Roster, choice: Choice, meter: Meter, rng: random.Random, rounds: int) -> None:
    """Chains and reseating in turn until `rounds` in a row found nothing."""
    ejection = Ejection(roster, choice, meter)
    priority = [one.priority for one in roster.model.problem.orders]
    idle, depth = 0, 1
    while idle < rounds and not meter.over():
        missing = [order for order, seat in enumerate(roster.seat_of) if seat < 0]
        rng.shuffle(missing)
        missing.sort(key=lambda order: -priority[order])
        gained = ejection.improve(missing, depth)
        gained += ejection.reseat(range(len(roster.seat_of)))
        idle = 0 if gained else idle + 1
        depth = 1 + idle % 3

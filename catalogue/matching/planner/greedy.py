"""First come, first served: each order in turn takes the lesson that gains most. The first plan, and what fills gaps."""

from collections.abc import Iterable

import numpy as np

from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.roster import Roster


class Choice:
    """The seats of each order, best first, for whoever looks for the best possible one."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        seats, first = roster.model.by_order
        self.order, self.seats, self.first = seats, seats.data, first.tolist()
        self.load, self.used = np.frombuffer(roster.load, dtype=np.int64), np.frombuffer(roster.used, dtype=np.int32)

    def best(self, order: int, least: float = 0.0) -> tuple[int, float]:
        """The seat that gains most, and its gain; -1 if none gains more than `least`.

        Tried from the largest possible gain down: on a free day that is the gain, else the way is left out.
        """
        roster, model, weights, found, most = self.roster, self.roster.model, self.roster.weights, -1, least
        seats = self.order[self.first[order] : self.first[order + 1]]
        upper = model.value[seats] - weights.balance * (2 * self.load[model.lecturer[seats]] + 1)
        upper -= (2 * weights.km) * model.from_home[seats] * (self.used[model.shift[seats]] == 0)
        if not roster.covered[roster.committee[order]]:
            upper += roster.covers[order]
        by = np.argsort(-upper, kind="stable")
        for seat, top in zip(seats[by].tolist(), upper[by].tolist(), strict=True):
            if top <= most:
                break
            if roster.fits(seat):
                gain = roster.gain(seat)
                if gain > most:
                    found, most = seat, gain
        return found, most


def place_pins(roster: Roster) -> None:
    """Every pinned lesson first: they are equalities."""
    seats, first = roster.model.by_order
    for order in sorted(roster.model.pinned):
        if first[order] < first[order + 1] and roster.seat_of[order] < 0:
            roster.add(int(seats[first[order]]))


def fill(roster: Roster, choice: Choice, orders: Iterable[int], meter: Meter) -> int:
    """Serves what still fits, in the given order, whatever the stop says; returns how many lessons were added."""
    added = 0
    for order in orders:
        if roster.seat_of[order] >= 0:
            continue
        meter.work(1)
        seat, _ = choice.best(order)
        if seat >= 0:
            roster.add(seat)
            added += 1
    return added

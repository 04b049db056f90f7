"""First come, first served: each order in turn takes the lesson that gains most. The first plan, and what fills gaps."""

from collections.abc import Iterable

from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.roster import Roster


class Choice:
    """The seats of each order, best first, for whoever looks for the best possible one."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        seats, first = roster.model.by_order
        self.seats, self.first = seats.data, first.tolist()

    def best(self, order: int, least: float = 0.0) -> tuple[int, float]:
        """The seat that gains most, and its gain; -1 if none gains more than `least`."""
        roster, found, most = self.roster, -1, least
        bonus, balance = roster.covers[order], roster.weights.balance
        load, lecturer = roster.load, roster.lecturer
        for seat in self.seats[self.first[order] : self.first[order + 1]]:
            upper = roster.value[seat] + bonus
            if upper <= most:
                break
            if upper - balance * (2 * load[lecturer[seat]] + 1) > most and roster.fits(seat):
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

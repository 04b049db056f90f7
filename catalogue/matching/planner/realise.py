"""From chosen days to a plan that keeps every rule: what clashes moves to another time, room or lecturer."""

import numpy as np

from catalogue.matching.planner.greedy import Choice, fill, place_pins
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.roster import Roster


def realised(roster: Roster, choice: Choice, days: Columns, meter: Meter) -> None:
    """Fills an empty roster: pins, then the chosen days, the worthiest first, then whatever still fits."""
    place_pins(roster)
    moved: list[tuple[int, int]] = []
    for column in np.argsort(-days.value, kind="stable").tolist():
        for seat in days.seats[days.first[column] : days.first[column + 1]].tolist():
            if roster.seat_of[roster.order[seat]] >= 0:
                continue
            if roster.fits(seat):
                roster.add(seat)
            else:
                moved.append((roster.order[seat], seat))
    fill(roster, choice, [order for order, _ in moved], meter)
    fill(roster, choice, by_worth(roster), meter)


def by_worth(roster: Roster) -> list[int]:
    """All orders, the most important first, in order of arrival among equals."""
    orders = roster.model.problem.orders
    return sorted(range(len(orders)), key=lambda number: -orders[number].priority)

"""The score of a whole plan from scratch; what lecturers hold already only shifts it by a constant."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.roster import Roster


def fixed_points(model: Compiled) -> float:
    """Points that every plan has: all of the previous plan changed; kept lessons earn theirs back."""
    return -float(model.problem.weights.change * len(model.problem.previous))


def score_of(model: Compiled, seats: Iterable[int]) -> float:
    """The score of these seats as docs/matching.md defines it."""
    weights = model.problem.weights
    roster = Roster(model)
    before = list(roster.load)
    for seat in seats:
        roster.add(seat)
    total = fixed_points(model) + float(days_of(model, roster.chosen(), roster).value.sum())
    total += weights.cover * sum(count > 0 for count in roster.covered)
    total -= weights.balance * sum(now * now - was * was for now, was in zip(roster.load, before, strict=True))
    return total


def days_of(model: Compiled, seats: Iterable[int], roster: Roster | None = None) -> Columns:
    """A plan as columns: for each shift its lessons, worth their points less the way beyond what is held."""
    if roster is None:
        roster = Roster(model)
        for seat in seats:
            roster.add(seat)
    of_shift: dict[int, list[int]] = defaultdict(list)
    for seat in seats:
        of_shift[int(model.shift[seat])].append(seat)
    shifts = sorted(of_shift)
    value = []
    for shift in shifts:
        lecturer, day = int(model.shift_lecturer[shift]), int(model.shift_day[shift])
        km = roster.tour(lecturer, roster.stops(lecturer, day))
        km -= roster.tour(lecturer, sorted(roster.held_stops.get((lecturer, day), ())))
        value.append(sum(roster.value[seat] for seat in of_shift[shift]) - model.problem.weights.km * km)
    first = np.append(0, np.cumsum([len(of_shift[shift]) for shift in shifts])).astype(np.int64)
    flat = np.array([seat for shift in shifts for seat in of_shift[shift]], dtype=np.int64)
    return Columns(np.array(shifts, dtype=np.int64), np.array(value, dtype=np.float64), first, flat)

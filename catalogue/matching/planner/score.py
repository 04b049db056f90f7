"""The score of a whole plan from scratch; what lecturers hold already only shifts it by a constant."""

from collections.abc import Iterable

from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.roster import Roster
from catalogue.matching.terms import DAY


def fixed_points(model: Compiled) -> float:
    """Points that every plan has: all of the previous plan changed; kept lessons earn theirs back."""
    return -float(model.problem.weights.change * len(model.problem.previous))


def score_of(model: Compiled, seats: Iterable[int]) -> float:
    """The score of these seats as docs/matching.md defines it."""
    weights = model.problem.weights
    roster = Roster(model)
    before = list(roster.load)
    chosen = list(seats)
    for seat in chosen:
        roster.add(seat)
    total = fixed_points(model) + sum(roster.value[seat] for seat in chosen)
    total += weights.cover * sum(count > 0 for count in roster.covered)
    total -= weights.balance * sum(now * now - was * was for now, was in zip(roster.load, before, strict=True))
    km = 0.0
    for lecturer, day in sorted({(roster.lecturer[seat], roster.start[seat] // DAY) for seat in chosen}):
        km += roster.tour(lecturer, roster.stops(lecturer, day))
        km -= roster.tour(lecturer, sorted(roster.held_stops.get((lecturer, day), ())))
    return float(total) - weights.km * km

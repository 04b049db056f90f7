"""The whole planning run: first plan, bound, better plans, answer."""

from catalogue.matching.planner.answer import Params, Result, Stop
from catalogue.matching.planner.compiled import Compiled, compiled
from catalogue.matching.planner.greedy import Choice, fill, place_pins
from catalogue.matching.planner.meter import Meter, Progress
from catalogue.matching.planner.roster import Roster
from catalogue.matching.planner.score import fixed_points, score_of
from catalogue.matching.problem import Problem
from catalogue.matching.ruling import Reason

UNLIMITED, USUAL = Stop(), Params()


def solve(
    problem: Problem,
    stop: Stop = UNLIMITED,
    params: Params = USUAL,
    seed: int = 0,
    progress: Progress | None = None,
    began: float | None = None,
) -> Result:
    """The best plan that can be found before the stop; the same for the same problem, seed and work limit.

    progress is called with each line of the trace; began is time.monotonic() of when the clock of stop.seconds started.
    """
    meter = Meter(stop, progress, began)
    model = compiled(problem)
    roster = Roster(model)
    place_pins(roster)
    fill(roster, Choice(roster), range(len(problem.orders)), meter)
    meter.over()
    seats = roster.chosen()
    score = score_of(model, seats)
    bound = max(score, simple_bound(model))
    meter.note("first come, first served", score, bound, len(seats))
    return Result(
        plan=tuple(model.assignment(seat) for seat in seats),
        score=score,
        bound=bound,
        gap=max(0.0, bound - score) / max(1.0, abs(bound)),
        unserved=reasons(model, seats),
        trace=tuple(meter.trace),
        stopped_by=meter.stopped_by or "finished",
        steps=meter.steps,
    )


def simple_bound(model: Compiled) -> float:
    """No plan has more: every order at its best seat, every committee covered."""
    seats, first = model.by_order
    best = seats[first[:-1][first[:-1] < first[1:]]]
    covered = {int(model.committee[order]) for order in model.order[best] if model.covers[order]}
    return fixed_points(model) + float(model.value[best].sum()) + float(model.problem.weights.cover * len(covered))


def reasons(model: Compiled, seats: list[int]) -> dict[str, Reason]:
    """Why each order without a lesson has none."""
    served = {int(model.order[seat]) for seat in seats}
    _, first = model.by_order
    found = {}
    for number, order in enumerate(model.problem.orders):
        if number not in served:
            ways = int(first[number + 1] - first[number])
            found[order.id] = Reason("busy", {"ways": ways}) if ways else Reason("nobody")
    return found

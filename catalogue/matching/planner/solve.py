"""The whole planning run: first plan, bound, better plans, answer."""

import random
from collections.abc import Iterable

import numpy as np

from catalogue.matching.planner.answer import Params, Result, Stop
from catalogue.matching.planner.choose import chosen_days
from catalogue.matching.planner.compiled import Compiled, compiled
from catalogue.matching.planner.eject import polished
from catalogue.matching.planner.generate import Generation, too_wide
from catalogue.matching.planner.greedy import Choice, fill, place_pins
from catalogue.matching.planner.meter import Meter, Progress
from catalogue.matching.planner.realise import realised
from catalogue.matching.planner.roster import Roster
from catalogue.matching.planner.score import days_of, fixed_points, score_of
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
    return Run(problem, params, seed, Meter(stop, progress, began)).result()


class Run:
    """One call of solve: the best plan and bound so far, and the parts that improve them."""

    def __init__(self, problem: Problem, params: Params, seed: int, meter: Meter) -> None:
        self.params, self.seed, self.meter = params, seed, meter
        self.model = compiled(problem)
        self.bound = simple_bound(self.model)
        self.best: list[int] = []
        self.score = float("-inf")

    def result(self) -> Result:
        """All parts in turn until the stop."""
        self.first_plan()
        if self.model.seats and not self.meter.over() and self.bound - self.score > 1e-6 and not too_wide(self.model):
            self.by_programme()
        self.polish()
        model, score, bound = self.model, self.score, max(self.bound, self.score)
        return Result(
            plan=tuple(model.assignment(seat) for seat in self.best),
            score=score,
            bound=bound,
            gap=(bound - score) / max(1.0, abs(bound)),
            unserved=reasons(model, self.best),
            trace=tuple(self.meter.trace),
            stopped_by=self.meter.stopped_by
            or ("proved" if bound - score <= 1e-6 * max(1.0, abs(bound)) else "finished"),
            steps=self.meter.steps,
        )

    def keep(self, roster: Roster, name: str) -> None:
        """Remember a plan if it is the best so far."""
        seats = roster.chosen()
        score = score_of(self.model, seats)
        if score > self.score:
            self.best, self.score = seats, score
        self.note(name)

    def note(self, name: str) -> None:
        """One line of the trace."""
        self.meter.note(name, self.score, max(self.bound, self.score), len(self.best))

    def first_plan(self) -> None:
        """First come, first served: at once, whatever the stop says."""
        roster = Roster(self.model)
        place_pins(roster)
        fill(roster, Choice(roster), range(len(self.model.minutes)), self.meter)
        self.meter.over()
        self.keep(roster, "first come, first served")

    def by_programme(self) -> None:
        """The linear programme for the bound, whole-number programmes and their realisation for plans."""
        generation = Generation(self.model, self.meter)
        generation.start(days_of(self.model, self.best))
        self.bound = min(self.bound, generation.bound)
        self.note("prices")
        for _ in range(5):
            complete = generation.run()
            self.bound = min(self.bound, generation.bound)
            self.note("linear programme" if complete else "linear programme, unfinished")
            if not len(generation.prices) or self.meter.over():
                return
            slack = 30.0 if generation.large else 300.0
            days, answer = chosen_days(generation, slack, generation.large, self.meter.left(), None)
            self.meter.work(100 + answer.nodes)
            roster = Roster(self.model)
            realised(roster, Choice(roster), days, self.meter)
            self.keep(roster, "whole numbers")
            keys = generation.master.clashes.broken(days.seats, np.ones(len(days.seats)))
            if not len(keys) or self.meter.over():
                return
            generation.master.add_clashes(keys)

    def polish(self) -> None:
        """Ejection chains on the best plan."""
        if not self.params.polish or self.meter.over() or self.bound - self.score <= 1e-6 * abs(self.bound):
            return
        roster = Roster(self.model)
        for seat in self.best:
            roster.add(seat)
        polished(roster, Choice(roster), self.meter, random.Random(self.seed), self.params.polish)
        self.keep(roster, "ejection chains")


def simple_bound(model: Compiled) -> float:
    """No plan has more: every order at its best seat, every committee covered."""
    seats, first = model.by_order
    best = seats[first[:-1][first[:-1] < first[1:]]]
    covered = {int(model.committee[order]) for order in model.order[best] if model.covers[order]}
    return fixed_points(model) + float(model.value[best].sum()) + float(model.problem.weights.cover * len(covered))


def reasons(model: Compiled, seats: Iterable[int]) -> dict[str, Reason]:
    """Why each order without a lesson has none."""
    served = {int(model.order[seat]) for seat in seats}
    _, first = model.by_order
    found = {}
    for number, order in enumerate(model.problem.orders):
        if number not in served:
            ways = int(first[number + 1] - first[number])
            found[order.id] = Reason("busy", {"ways": ways}) if ways else Reason("nobody")
    return found

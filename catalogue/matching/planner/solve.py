"""The whole planning run: first plan, bound, better plans, answer."""

import random

import numpy as np

from catalogue.matching.planner.anew import Anew
from catalogue.matching.planner.answer import Params, Prices, Result, Stop
from catalogue.matching.planner.choose import dived, likely_days, reduced, whole_days
from catalogue.matching.planner.compiled import Compiled, compiled
from catalogue.matching.planner.eject import Ejection, polished, tidied
from catalogue.matching.planner.generate import Generation, long_shifts, too_wide
from catalogue.matching.planner.greedy import Choice, fill, place_pins
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.meter import Meter, Progress
from catalogue.matching.planner.reading import prices_of, reasons
from catalogue.matching.planner.realise import realised
from catalogue.matching.planner.roster import Roster
from catalogue.matching.planner.score import days_of, fixed_points, score_of
from catalogue.matching.planner.spots import is_thinned
from catalogue.matching.planner.tours import is_touring, solve_tours
from catalogue.matching.problem import Problem

UNLIMITED, USUAL = Stop(), Params()
ANEW = 3  # passes over the days of many lessons
POLISH_LONG = 3  # rounds of chains and days anew in turn
FAR_OFF = 0.03  # of the score that bound and programme may be apart when its columns are worth diving into
LARGEST = 4  # times the usual size may be a programme of every day, if smaller ones needed no search
NODES = 2_000  # of a whole-number programme: ends it also without a clock


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
    if is_touring(problem):
        return solve_tours(problem, meter, seed)
    return Run(problem, params, seed, meter).result()


class Run:
    """One call of solve: the best plan and bound so far, and the parts that improve them."""

    def __init__(self, problem: Problem, params: Params, seed: int, meter: Meter) -> None:
        self.params, self.seed, self.meter = params, seed, meter
        self.model = compiled(problem)
        self.thinned = is_thinned(problem)  # then seats are missing, and what they prove is no bound
        self.bound = loosest_bound(problem) if self.thinned else simple_bound(self.model)
        self.best: list[int] = []
        self.score = float("-inf")
        self.prices = Prices()
        self.anew = Anew(self.model, np.zeros(0, dtype=np.int64), meter)

    def result(self) -> Result:
        """All parts in turn until the stop."""
        self.first_plan()
        if (
            self.model.seats
            and not self.meter.over()
            and self.bound - self.score > 1e-6
            and not (self.thinned or too_wide(self.model))
        ):
            self.days_anew()
            self.by_programme()
        self.polish()
        model, score, bound = self.model, self.score, max(self.bound, self.score)
        return Result(
            plan=tuple(model.assignment(seat) for seat in self.best),
            score=score,
            bound=bound,
            gap=(bound - score) / max(1.0, abs(bound)),
            unserved=reasons(model, self.best, self.prices.order),
            trace=tuple(self.meter.trace),
            stopped_by=self.meter.stopped_by
            or ("proved" if bound - score <= 1e-6 * max(1.0, abs(bound)) else "finished"),
            steps=self.meter.steps,
            prices=self.prices,
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

    def days_anew(self) -> None:
        """Days of many lessons, one after the other, and one round of chains: a better plan to begin with."""
        self.anew.shifts = long_shifts(self.model)
        if not len(self.anew.shifts):
            return
        roster = self.as_planned()
        choice = Choice(roster)
        self.anew.run(roster, choice, ANEW)
        missing = [order for order, seat in enumerate(roster.seat_of) if seat < 0]
        missing.sort(key=lambda order: -self.model.problem.orders[order].priority)
        Ejection(roster, choice, self.meter).improve(missing, 1)
        self.anew.run(roster, choice, 1)
        self.keep(roster, "days anew")

    def as_planned(self) -> Roster:
        """The best plan so far, to be changed."""
        roster = Roster(self.model)
        for seat in self.best:
            roster.add(seat)
        return roster

    def by_programme(self) -> None:
        """The linear programme for the bound, whole-number programmes and their realisation for plans."""
        generation = Generation(self.model, self.meter)
        generation.start(days_of(self.model, self.best))
        self.bound = min(self.bound, generation.bound)
        self.note("prices")
        if generation.large and len(generation.guide) and not self.meter.over():
            self.realise(generation.guess(), "at these prices")
            self.tidy()
        for attempt in range(8):
            left = self.meter.left()
            waiting = not attempt and len(self.anew.shifts) > 0  # prices of long days take long; plans meanwhile
            until = None if left is None else self.meter.seconds + (0.3 if waiting else 0.5) * left
            complete = generation.run(1 if generation.large and not attempt else 100, until)
            self.bound = min(self.bound, generation.bound)
            self.note("linear programme" if complete else "linear programme, unfinished")
            if not len(generation.prices):
                return
            self.prices = prices_of(generation.master, generation.prices)
            if waiting and not complete and generation.bound - generation.objective > FAR_OFF * self.score:
                self.polish()
                continue
            more = not self.meter.over() and self.choose(generation, complete)
            if self.meter.over() or self.done() or (complete and (self.prove(generation) or not more)):
                break

    def choose(self, generation: Generation, complete: bool) -> bool:
        """A plan from the programme; True if more may be had: its days clash (rows now forbid it), or it is better."""
        before = self.score
        self.realise(dived(generation), "dive")
        if generation.large and not complete and self.score > before:
            self.tidy()
        if self.meter.over() or self.done() or not complete:
            return not complete
        slack, share = (30.0, 0.5) if generation.large else (60.0, 0.4)
        before = self.score
        left = self.meter.left()
        seconds = None if left is None else left * share
        days, answer = likely_days(generation, slack, generation.large, seconds, self.nodes())
        self.meter.work(100 + 10 * answer.nodes)
        self.realise(days, "whole numbers")
        keys = generation.master.clashes.broken(days.seats, np.ones(len(days.seats)))
        if len(keys):
            generation.master.add_clashes(keys)
        return len(keys) > 0 or self.score > before + 1e-6 or generation.provable

    def realise(self, days: Columns, name: str) -> None:
        """A plan that keeps every rule, from chosen days."""
        roster = Roster(self.model)
        choice = Choice(roster)
        realised(roster, choice, days, self.meter)
        self.anew.run(roster, choice, ANEW)
        self.keep(roster, name)

    def tidy(self) -> None:
        """One short round of chains on the best plan: a city's programme may never end, and its plans fall apart a little."""
        if self.params.polish and not (self.meter.over() or self.done()):
            roster = self.as_planned()
            tidied(roster, Choice(roster), self.meter)
            self.keep(roster, "first chains")

    def prove(self, generation: Generation) -> bool:
        """All days that could be part of a better plan, clashes as rows until none is left: the optimum, if it ends.

        False: longer days are possible, which are not listed.
        """
        most = self.params.exact
        for _ in range(12):
            if self.meter.over() or self.done() or not generation.run(100):
                return True
            self.bound = min(self.bound, generation.bound)
            days = generation.worth_trying(self.score)
            if days is None:
                return False
            columns, beyond = days.columns(), self.score
            if left_out := len(columns) > most:  # the most promising; a plan with any other is no better than `beyond`
                short = reduced(generation, columns)
                kept = np.sort(np.argsort(-short, kind="stable")[:most])
                columns, beyond = columns.take(kept), generation.proved + float(np.delete(short, kept).max())
            nobody = np.zeros(len(columns), dtype=bool)
            chosen, answer = whole_days(generation, columns, nobody, nobody, self.meter.left(), self.nodes())
            self.meter.work(100 + 10 * answer.nodes)
            self.bound = min(self.bound, max(self.score, beyond, answer.bound + fixed_points(self.model)))
            if answer.values is None:
                return True
            self.realise(chosen, "every day that could be better")
            keys = generation.master.clashes.broken(chosen.seats, np.ones(len(chosen.seats)))
            easy = left_out and answer.proved and answer.nodes <= 1 and most < LARGEST * self.params.exact
            if not len(keys) and not easy:
                return True
            most *= 2 if easy else 1
            generation.master.add_clashes(keys)
        return True

    def nodes(self) -> int:
        """How many nodes a whole-number programme may search: a limit without a clock."""
        left = self.meter.work_left()
        return NODES if left is None else max(1, min(NODES, left // 10))

    def done(self) -> bool:
        """Is the plan proved to be best?"""
        return self.bound - self.score <= 1e-6 * max(1.0, abs(self.bound))

    def polish(self) -> None:
        """Ejection chains on the best plan."""
        if not self.params.polish or self.meter.over() or self.done():
            return
        for _ in range(POLISH_LONG if len(self.anew.shifts) else 1):
            before, roster = self.score, self.as_planned()
            choice = Choice(roster)
            polished(roster, choice, self.meter, random.Random(self.seed), self.params.polish)
            self.anew.run(roster, choice, ANEW)
            self.keep(roster, "ejection chains")
            if self.score <= before + 1e-6:
                break


def simple_bound(model: Compiled) -> float:
    """No plan has more: every order at its best seat, every committee covered."""
    seats, first = model.by_order
    best = seats[first[:-1][first[:-1] < first[1:]]]
    covered = {int(model.committee[order]) for order in model.order[best] if model.covers[order]}
    return fixed_points(model) + float(model.value[best].sum()) + float(model.problem.weights.cover * len(covered))


def loosest_bound(problem: Problem) -> float:
    """No plan has more: every order served at its liked time by its wished lecturer, as before, every committee covered."""
    weights, total = problem.weights, 0
    for one in problem.orders:
        liked = max((window.preference for window in one.windows), default=0)
        total += weights.served * one.priority + weights.window * liked
        total += weights.lecturer * (one.preferred_lecturer is not None)
    covered = {one.committee for one in problem.orders if one.first_lesson}
    return float(total + weights.cover * len(covered))

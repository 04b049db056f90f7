"""Lessons of several lecturers and lessons that several orders share, around the planner of single ones.

Teams are formed before the others (they need people at the same minute) and, in a second run, from what the others
leave; the better plan counts. Orders that may share a lesson are planned singly, and again in bundles (bundles.py): those
left over with whomever they can be with, and all that may share. Then orders without a lesson join lessons of others
where that is allowed. The best of these plans counts. The bound is that of the problem in which a team needs one person
only, and a joining order a place in somebody's lesson: never less than the best possible.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count

from catalogue.matching.book import Book
from catalogue.matching.candidates import feasible, recompute
from catalogue.matching.check import Assignment, check
from catalogue.matching.planned import with_plan
from catalogue.matching.planner.answer import Params, Result, Stop
from catalogue.matching.planner.bundles import Bundle, Sharing, bundles, most_guests, planned_together
from catalogue.matching.planner.joining import joined
from catalogue.matching.planner.meter import Progress
from catalogue.matching.planner.solve import UNLIMITED, USUAL
from catalogue.matching.planner.solve import solve as solve_single
from catalogue.matching.problem import Order, Problem
from catalogue.matching.ruling import Reason
from catalogue.matching.scoring import score_of
from catalogue.matching.search import Placement
from catalogue.matching.terms import Mode

Solve = Callable[[Problem], Result]
Over = Callable[[], bool]
FIRST, PLANNED = 0.45, 0.9  # of the time: until then the first run and all of them; the rest is for joining
Plan = tuple[Assignment, ...]


def is_shared(problem: Problem) -> bool:
    """Does any lesson need several lecturers, or may any be shared?"""
    return any(one.lecturers_needed > 1 for one in problem.orders) or (
        problem.joining is not None and sum(one.joins for one in problem.orders) > 1
    )


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
    if not is_shared(problem):
        return solve_single(problem, stop, params, seed, progress, began)
    began, runs, done = time.monotonic() if began is None else began, _runs(problem), count()

    def one_run(single: Problem) -> Result:
        share = FIRST + (PLANNED - FIRST) * min(1.0, next(done) / max(1, runs - 1))
        seconds = None if stop.seconds is None else share * stop.seconds
        work = None if stop.work is None else stop.work // runs
        return solve_single(single, replace(stop, seconds=seconds, work=work), params, seed, progress, began)

    def over() -> bool:
        late = stop.seconds is not None and time.monotonic() - began >= stop.seconds
        return late or (stop.cancelled is not None and stop.cancelled())

    return solve_shared(problem, one_run, over)


def _runs(problem: Problem) -> int:
    """How often the planner of single lessons is asked at most."""
    return 1 + any(one.lecturers_needed > 1 for one in problem.orders) + 2 * (problem.joining is not None)


def solve_shared(problem: Problem, solve: Solve, over: Over = lambda: False) -> Result:
    """The better of two plans: teams formed first, teams formed from what is left; then joining.

    solve plans single lessons; over: is it time to end? Then whoever has not joined yet stays without a lesson.
    """
    relaxed, sharing = solve(_single(problem, problem.orders)), Sharing(problem)
    needing = tuple(one for one in problem.orders if one.lecturers_needed > 1)
    plans = [joined(sharing, _teams_last(problem, relaxed.plan), over)]
    if needing and not over():
        plans.append(joined(sharing, _teams_first(problem, needing, solve), over))
    plans += _bundled(sharing, plans[0], solve, over)
    sound = [plan for plan in plans if not check(problem, plan)]
    best = max(sound, key=lambda plan: score_of(problem, plan).total) if sound else _pins(problem)
    score = score_of(problem, best).total
    bound = max(score, relaxed.bound + _worth_of_joining(sharing) + _worth_of_names(problem))
    return replace(
        relaxed,
        plan=best,
        score=score,
        bound=bound,
        gap=(bound - score) / max(1.0, abs(bound)),
        unserved=_unserved(problem, best, relaxed),
        stopped_by="proved"
        if bound - score < 1e-6
        else "finished"
        if relaxed.stopped_by == "proved"
        else relaxed.stopped_by,
    )


def _single(problem: Problem, orders: Iterable[Order]) -> Problem:
    """The same with one lecturer for every lesson: a pin keeps the first of its lecturers."""
    alone = tuple(
        replace(
            one, lecturers_needed=1, joins=False, pinned=None if one.pinned is None else one.pinned._replace(also=())
        )
        for one in orders
    )
    previous = {name: pin._replace(also=()) for name, pin in problem.previous.items()}
    return replace(problem, joining=None, orders=alone, previous=previous)


def _pins(problem: Problem) -> Plan:
    return tuple(
        Assignment(one.id, name, one.pinned.venue, _mode(one), one.pinned.start)
        for one in problem.orders
        if one.pinned is not None
        for name in (one.pinned.lecturer, *one.pinned.also)
    )


def _mode(order: Order) -> Mode:
    pin = order.pinned
    if pin is None or pin.mode is not None:
        return order.modes[0] if pin is None or pin.mode is None else pin.mode
    if pin.venue is not None:
        return Mode.VENUE
    return next((mode for mode in order.modes if mode is not Mode.VENUE), Mode.VENUE)


# --- several lecturers --------------------------------------------------------------------------------------------


def _teams_first(problem: Problem, needing: Sequence[Order], solve: Solve) -> Plan:
    """Every team where it is worth most, the dearest orders first; then the planner for all others beside them."""
    plan: Plan = _pins(replace(problem, orders=tuple(needing)))
    done = {one.order for one in plan}
    pinned = tuple(one for one in problem.orders if one.pinned is not None and one.lecturers_needed == 1)
    beside = with_plan(problem, _pins(replace(problem, orders=pinned)))
    for order in sorted(needing, key=lambda one: (-one.priority, one.id)):
        if order.id not in done:
            plan += _team(beside, order, plan)
    others = tuple(one for one in problem.orders if one.lecturers_needed == 1)
    rest = with_plan(replace(problem, orders=(*others, *needing)), plan)
    kept = {one.id for one in others}
    single = _single(rest, (one for one in rest.orders if one.id in kept))
    return plan + solve(replace(single, previous={k: v for k, v in problem.previous.items() if k in kept})).plan


def _teams_last(problem: Problem, plan: Plan) -> Plan:
    """The plan in which everybody had one lecturer: the others of each team are looked for at its time, else anywhere."""
    needing = [one for one in problem.orders if one.lecturers_needed > 1]
    kept = tuple(one for one in plan if problem.order_of[one.order].lecturers_needed == 1)
    kept += _pins(replace(problem, orders=tuple(needing)))
    done = {one.order for one in kept}
    at = {one.order: one for one in plan}
    for order in sorted(needing, key=lambda one: (-one.priority, one.id)):
        if order.id not in done:
            kept += _team(problem, order, kept, at.get(order.id)) or _team(problem, order, kept)
    return kept


def _team(problem: Problem, order: Order, plan: Plan, at: Assignment | None = None) -> Plan:
    """The best team for an order beside a plan: at the place and time of `at`, or anywhere; () if there is none that pays."""
    beside = with_plan(problem, plan)
    book, together = Book(beside), defaultdict(list)
    wanted = beside.order_of[order.id]
    for one in feasible(beside, wanted, book):
        if at is None or (one.venue, one.mode, one.start) == (at.venue, at.mode, at.start):
            together[one.start, one.venue or "", one.mode].append(one)
    best: tuple[int, list[Placement]] = (0, [])
    for places in together.values():
        if len(places) >= order.lecturers_needed:
            total, team = _best_of(beside, book, wanted, places)
            if total > best[0]:
                best = (total, team)
    return tuple(Assignment(order.id, one.lecturer, one.venue, one.mode, one.start) for one in best[1])


def _best_of(problem: Problem, book: Book, order: Order, places: list[Placement]) -> tuple[int, list[Placement]]:
    """The people with the most points; what the order itself is worth counts once."""
    weighed = []
    for one in places:
        points = recompute(problem, one, book)
        own = sum(points.amounts[code] * getattr(problem.weights, code) for code in ("served", "cover", "window"))
        weighed.append((own - points.total, one.lecturer, one, own))
    weighed.sort(key=lambda row: row[:2])
    team = weighed[: order.lecturers_needed]
    return team[0][3] - sum(row[0] for row in team), [row[2] for row in team]


# --- shared lessons -----------------------------------------------------------------------------------------------


def _bundled(sharing: Sharing, plan: Plan, solve: Solve, over: Over) -> list[Plan]:
    """Plans in which orders that may share are planned as one: first those without a lesson, then all."""
    problem, served = sharing.problem, {one.order for one in plan}
    found, before = list[Plan](), list[Bundle]()
    dearest = sorted(problem.orders, key=lambda one: (-one.priority, -one.first_lesson, one.id))
    for first in ([one for one in dearest if one.id not in served], dearest):
        chosen = bundles(sharing, first, over)
        if over() or not chosen or chosen == before:
            continue
        together = planned_together(sharing, chosen, lambda made: _single(made, made.orders), solve)
        found.append(joined(sharing, _teams_last(problem, together), over))
        before = chosen
    return found


def _worth_of_joining(sharing: Sharing) -> float:
    """More than all guests together can add to a plan of single lessons: of every lesson at least one is the host."""
    problem, weights, total = sharing.problem, sharing.problem.weights, 0.0
    for group, guests in most_guests(sharing):
        worths = []
        for one in group:
            liked = max((window.preference for window in one.windows), default=0)
            worth = weights.served * one.priority + weights.cover * one.first_lesson + weights.window * liked
            named = weights.lecturer * (one.preferred_lecturer is not None)
            worths.append(float(worth + named + weights.change * (one.id in problem.previous)))
        total += sum(sorted(worths, reverse=True)[:guests])
    return total


def _worth_of_names(problem: Problem) -> float:
    """What the relaxed problem may miss: a team of which the first is as decided before and another the preferred one."""
    teams = [one for one in problem.orders if one.lecturers_needed > 1 and one.preferred_lecturer is not None]
    return float(problem.weights.lecturer * sum(one.pinned is not None or one.id in problem.previous for one in teams))


def _unserved(problem: Problem, plan: Plan, relaxed: Result) -> dict[str, Reason]:
    served = {one.order for one in plan}
    return {one.id: relaxed.unserved.get(one.id, Reason("busy", {})) for one in problem.orders if one.id not in served}

"""Why a plan serves an order as it does, and why it does not serve another."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from catalogue.matching.book import Book
from catalogue.matching.candidates import Fact, Ranking, candidates, feasible, recompute, separation
from catalogue.matching.check import Assignment, Lesson, lessons_of
from catalogue.matching.planned import with_plan
from catalogue.matching.problem import Order, Problem
from catalogue.matching.rules import RULES, TRAVEL
from catalogue.matching.ruling import Rule
from catalogue.matching.scoring import score_of
from catalogue.matching.search import Candidate, Placement
from catalogue.matching.terms import DAY, WEEK, Visit

MOST_TRIED = 2000  # possible lessons looked at for the cheapest exchange; more say the same
MOST_RECKONED = 5  # of these so many are reckoned through exactly
Stage = Literal["impossible", "busy", "unprofitable"]


@dataclass(frozen=True)
class Served:
    """Why this lecturer, place and time: everything else of the plan stays where it is.

    rules: every rule that was asked, all passed; chosen: the lesson with its points by preference; ranking: who else could have
    come, best first, the lesson itself left out of the plan; fact: what separates it from the best other lecturer.
    """

    order: str
    lessons: tuple[Assignment, ...]
    rules: tuple[Rule, ...]
    chosen: Candidate
    ranking: Ranking
    runners_up: tuple[Candidate, ...]
    fact: Fact | None


@dataclass(frozen=True)
class Unserved:
    """Why an order has no lesson.

    stage: `impossible` (nobody could even if nothing else were planned: the funnel of `ranking` says which filter is
    empty first), `busy` (everybody who could is busy with others) or `unprofitable` (it could be held beside the
    plan, but would cost more points than it brings).
    ranking: without the plan for `impossible`, beside the plan otherwise: with verified ways out when nobody is free.
    rivals: for `busy` the orders that would have to go for the cheapest possible lesson, with what each is worth now.
    cost: points the whole plan would lose by serving it (its own points already counted); None for `impossible`.
    """

    order: str
    stage: Stage
    ranking: Ranking
    lesson: Placement | None = None
    rivals: tuple[tuple[str, int], ...] = ()
    cost: int | None = None


def why_served(problem: Problem, plan: Sequence[Assignment], order: str) -> Served:
    """The reasons for the lesson of an order; ValueError if the plan does not serve it."""
    own = tuple(one for one in plan if one.order == order)
    if not own:
        raise ValueError(f"orders[{order}]: the plan does not serve it")
    beside = with_plan(problem, plan, without={order})
    ranking = candidates(beside, order)
    first = own[0]
    wanted = beside.order_of[order]
    placement = Placement(order, first.lecturer, first.venue, first.mode, first.start, first.start + wanted.minutes)
    points = recompute(beside, placement)
    others = tuple(one for one in ranking.candidates if one.placement.lecturer not in {row.lecturer for row in own})[:3]
    mine = Candidate(placement, points)
    return Served(order, own, RULES, mine, ranking, others, separation(mine, others[0]) if others else None)


def why_unserved(problem: Problem, plan: Sequence[Assignment], order: str) -> Unserved:
    """The reasons why an order has no lesson; ValueError if the plan serves it."""
    if any(one.order == order for one in plan):
        raise ValueError(f"orders[{order}]: the plan serves it")
    alone = candidates(problem, order)
    if not alone.candidates:
        return Unserved(order, "impossible", alone)
    beside = with_plan(problem, plan)
    now = candidates(beside, order)
    if now.candidates:
        best = now.candidates[0]
        return Unserved(order, "unprofitable", now, best.placement, (), -best.total)
    placement, rivals, cost = _cheapest_exchange(problem, plan, problem.order_of[order])
    return Unserved(order, "busy", now, placement, rivals, cost)


def _cheapest_exchange(
    problem: Problem, plan: Sequence[Assignment], order: Order
) -> tuple[Placement | None, tuple[tuple[str, int], ...], int | None]:
    """The possible lesson whose rivals are worth least: the lesson, the rivals with their worth, points lost on balance."""
    lessons, _ = lessons_of(problem, plan)
    beside = with_plan(problem, plan)
    fixed = {one.id for lesson in lessons for one in lesson.orders if one.pinned is not None}
    worths: dict[str, int] = {}
    tried: list[tuple[int, Placement, set[str]]] = []
    for one in islice(feasible(problem, order, Book(problem)), MOST_TRIED):
        rivals = _rivals(problem, lessons, order, one)
        if rivals is None or rivals & fixed:
            continue
        for name in rivals - worths.keys():
            worths[name] = _worth(problem, plan, name)
        tried.append((sum(worths[name] for name in rivals) - recompute(beside, one).total, one, rivals))
    tried.sort(key=lambda row: (row[0], row[1].start, row[1].lecturer))
    now, best = score_of(problem, plan).total, None
    for _, one, rivals in tried[:MOST_RECKONED]:
        mine = Assignment(order.id, one.lecturer, one.venue, one.mode, one.start)
        cost = round(now - score_of(problem, [*(row for row in plan if row.order not in rivals), mine]).total)
        if best is None or cost < best[2]:
            best = (one, tuple(sorted((name, worths[name]) for name in rivals)), cost)
    return (None, (), None) if best is None else best


def _rivals(problem: Problem, lessons: Sequence[Lesson], order: Order, one: Placement) -> set[str] | None:
    """The orders whose lessons leave no place for this one; of lessons that only fill a limit, the least of them."""
    lecturer = problem.lecturer_of[one.lecturer]
    where = None if one.venue is None else problem.venue_of[one.venue].location
    here = Visit(
        one.start, one.end, where if one.venue is not None else order.location if one.mode == "onsite" else None
    )
    gone: set[str] = set()
    his = [lesson for lesson in lessons if lecturer in lesson.lecturers]
    for lesson in lessons:
        overlaps = lesson.start < one.end and one.start < lesson.end
        in_room = one.venue is not None and lesson.venue is not None and lesson.venue.id == one.venue
        busy = overlaps and (in_room or any(other.committee == order.committee for other in lesson.orders))
        if not busy and lesson in his and abs(lesson.start - one.start) <= 2 * DAY:
            busy = TRAVEL.between(here, Visit(lesson.start, lesson.end, lesson.place), problem.travel) is not None
        if busy:
            gone |= {other.id for other in lesson.orders}
    staying = [lesson for lesson in his if not gone & {other.id for other in lesson.orders}]
    for limit, length in ((lecturer.max_per_day, DAY), (lecturer.max_per_week, WEEK)):
        same = [lesson for lesson in staying if lesson.start // length == one.start // length]
        if limit is not None and len(same) >= limit > 0:
            least = sorted(same, key=lambda lesson: (sum(x.priority for x in lesson.orders), lesson.orders[0].id))
            for lesson in least[: len(same) - limit + 1]:
                gone |= {other.id for other in lesson.orders}
                staying.remove(lesson)
    return gone or None


def _worth(problem: Problem, plan: Sequence[Assignment], order: str) -> int:
    """What the plan would lose by giving this order up, everything else staying."""
    own = next(one for one in plan if one.order == order)
    beside = with_plan(problem, plan, without={order})
    end = own.start + problem.order_of[order].minutes
    return recompute(beside, Placement(order, own.lecturer, own.venue, own.mode, own.start, end)).total

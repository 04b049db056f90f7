"""The score of a whole plan, written from the format's text alone: the same sum the planner works on, reckoned apart.

It shares the dataclasses, the grouping of assignments into lessons and nothing else with the planner (docs/formats.md).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from catalogue.matching.check import Assignment, Lesson, lessons_of
from catalogue.matching.problem import Problem, Weights
from catalogue.matching.terms import DAY, Kind
from catalogue.matching.valid import Point


@dataclass(frozen=True)
class Score:
    """The amounts of a plan and what they are worth. km is exact (not rounded); all others are whole."""

    weights: Weights
    orders: int
    lessons: int
    served: int
    cover: int
    window: int
    lecturer: int
    km: float
    balance: int
    change: int

    @property
    def total(self) -> float:
        """The weighted sum; larger is better."""
        worth = self.weights
        good = worth.served * self.served + worth.cover * self.cover + worth.window * self.window
        good += worth.lecturer * self.lecturer
        return good - worth.km * self.km - worth.balance * self.balance - worth.change * self.change


def score_of(problem: Problem, plan: Iterable[Assignment]) -> Score:
    """What a plan is worth; meaningful for plans without violations.

    served: sum of the priorities; cover: committees that get their first lesson; window: preference of the best
    window around each order's lesson; lecturer: orders whose preferred lecturer teaches; km: of all tours from home
    and back, beyond what is held already; balance: growth of the sum of squared lessons per lecturer; change:
    entries of the previous plan that are not kept.
    """
    lessons, _ = lessons_of(problem, plan)
    taught = [(order, lesson) for lesson in lessons for order in lesson.orders]
    of_order = {order.id: lesson for order, lesson in taught}
    return Score(
        problem.weights,
        orders=len(taught),
        lessons=len(lessons),
        served=sum(order.priority for order, _ in taught),
        cover=len({order.committee for order, _ in taught if order.first_lesson}),
        window=sum(order.preference(lesson.start, lesson.end) or 0 for order, lesson in taught),
        lecturer=sum(order.preferred_lecturer in {one.id for one in lesson.lecturers} for order, lesson in taught),
        km=_km(problem, lessons),
        balance=_balance(problem, lessons),
        change=sum(
            name not in of_order or not _kept(problem, name, of_order[name]) for name in problem.previous
        ),
    )  # fmt: skip


def _kept(problem: Problem, order: str, lesson: Lesson) -> bool:
    venue = lesson.venue.id if lesson.venue else None
    teachers = [lecturer.id for lecturer in lesson.lecturers]
    return problem.previous[order].keeps(teachers, venue, lesson.start, lesson.mode)


Stop = tuple[int, int, str, Point | None]  # start, end, name, place


def _km(problem: Problem, lessons: list[Lesson]) -> float:
    """Tours of every lecturer and day with the lessons, less the tours of what is held without them."""
    held: dict[tuple[str, int], list[Stop]] = defaultdict(list)
    planned: dict[tuple[str, int], list[Stop]] = defaultdict(list)
    for busy in problem.lessons:
        if busy.kind is Kind.LECTURER:
            held[busy.resource, busy.start // DAY].append((busy.start, busy.end, "", busy.place))
    for lesson in lessons:
        for lecturer in lesson.lecturers:
            stop = (lesson.start, lesson.end, lesson.orders[0].id, lesson.place)
            planned[lecturer.id, lesson.start // DAY].append(stop)
    total = 0.0
    for (name, day), stops in planned.items():
        home, before = problem.lecturer_of[name].home, held.get((name, day), [])
        total += _tour(problem, home, [*before, *stops]) - _tour(problem, home, before)
    return total


def _tour(problem: Problem, home: Point | None, stops: list[Stop]) -> float:
    way = [home, *(place for _, _, _, place in sorted(stops, key=lambda stop: stop[:3])), home]
    places = [place for place in way if place is not None]
    return sum(problem.travel.km(a, b) for a, b in pairwise(places))


def _balance(problem: Problem, lessons: list[Lesson]) -> int:
    held: dict[str, int] = defaultdict(int)
    for busy in problem.lessons:
        if busy.kind is Kind.LECTURER and busy.counts and 0 <= busy.start < problem.end:
            held[busy.resource] += 1
    planned: dict[str, int] = defaultdict(int)
    for lesson in lessons:
        for lecturer in lesson.lecturers:
            planned[lecturer.id] += 1
    return sum((held[name] + n) ** 2 - held[name] ** 2 for name, n in planned.items())

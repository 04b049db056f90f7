"""A plan seen by the rules: its lessons as held time, so that every question about one order can be asked next to it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from catalogue.matching.check import Assignment, Lesson, lessons_of
from catalogue.matching.problem import Busy, Problem
from catalogue.matching.terms import Kind


def held_by(lesson: Lesson) -> Iterator[Busy]:
    """The times that a lesson holds: of its lecturers, its venue, its committees."""
    for lecturer in lesson.lecturers:
        yield Busy(Kind.LECTURER, lecturer.id, lesson.start, lesson.end, lesson.place)
    if lesson.venue is not None:
        yield Busy(Kind.VENUE, lesson.venue.id, lesson.start, lesson.end)
    for order in lesson.orders:
        yield Busy(Kind.COMMITTEE, order.committee, lesson.start, lesson.end)


def with_plan(problem: Problem, plan: Iterable[Assignment], without: Collection[str] = ()) -> Problem:
    """The problem with the plan held, except the orders of `without` (a shared lesson stays while anybody stays in it).

    Orders of committees that the plan serves no longer count as their first lesson.
    """
    staying = [one for one in plan if one.order not in without]
    lessons, _ = lessons_of(problem, staying)
    covered = {order.committee for lesson in lessons for order in lesson.orders if order.first_lesson}
    return replace(
        problem,
        lessons=(*problem.lessons, *(busy for lesson in lessons for busy in held_by(lesson))),
        orders=tuple(
            replace(one, first_lesson=False) if one.first_lesson and one.committee in covered else one
            for one in problem.orders
        ),
    )

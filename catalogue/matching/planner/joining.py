"""Orders without a lesson join one of the same course that is planned already, where that breaks no rule and pays.

Only what can feel the change is asked again: the lessons of the same lecturers, of the same committees and in the room.
"""

from collections.abc import Callable, Iterable

from catalogue.matching.check import Assignment, Lesson, check, lessons_of
from catalogue.matching.planner.bundles import Sharing, joinable
from catalogue.matching.problem import Order, Problem
from catalogue.matching.scoring import score_of
from catalogue.matching.terms import Mode

Plan = tuple[Assignment, ...]


def joined(sharing: Sharing, plan: Plan, over: Callable[[], bool]) -> Plan:
    """The plan with guests, the dearest first; two of a lesson may also need a larger room."""
    problem = sharing.problem
    if problem.joining is None:
        return plan
    served = {one.order for one in plan}
    waiting = [one for one in problem.orders if joinable(one) and one.id not in served]
    for order in sorted(waiting, key=lambda one: (-one.priority, -one.first_lesson, one.id)):
        if over():
            break
        plan = _with_guest(sharing, plan, order)
    return plan


def _with_guest(sharing: Sharing, plan: Plan, order: Order) -> Plan:
    problem, best, found = sharing.problem, 0.0, plan
    lessons, _ = lessons_of(problem, plan)
    for lesson in lessons:
        if not _may_host(sharing, lesson, order):
            continue
        hosts = {host.id for host in lesson.orders}
        for room in _rooms(sharing, lesson, order):
            made = [
                Assignment(guest.id, lecturer.id, room, lesson.mode, lesson.start)
                for guest in (*lesson.orders, order)
                for lecturer in lesson.lecturers
            ]
            near = _touched(problem, plan, (*lesson.orders, order), {one.lecturer for one in made}, room)
            moved = [*(one for one in near if one.order not in hosts), *made]
            gain = score_of(problem, moved).total - score_of(problem, near).total
            if gain > best + 1e-9 and not {one.order for one in check(problem, moved)} & {one.order for one in moved}:
                best, found = gain, (*(one for one in plan if one.order not in hosts), *made)
                break
    return found


def _touched(problem: Problem, plan: Plan, orders: Iterable[Order], lecturers: set[str], room: str | None) -> Plan:
    committees = {one.committee for one in orders}
    return tuple(
        one
        for one in plan
        if one.lecturer in lecturers
        or (room is not None and one.venue == room)
        or problem.order_of[one.order].committee in committees
    )


def _may_host(sharing: Sharing, lesson: Lesson, order: Order) -> bool:
    """Asked before the rules, because it is cheap."""
    host = lesson.orders[0]
    return (
        (host.course, host.minutes, len(lesson.lecturers)) == (order.course, order.minutes, 1)
        and lesson.mode is not Mode.ONSITE
        and lesson.mode in order.modes
        and order.preference(lesson.start, lesson.end) is not None
        and sharing.may((*lesson.orders, order))
    )


def _rooms(sharing: Sharing, lesson: Lesson, order: Order) -> list[str | None]:
    """The room the lesson is in if all find a seat there, then the others that are large enough, smallest first."""
    if lesson.venue is None:
        return [None]
    venues = sharing.problem.venue_of
    fitting = sorted(sharing.rooms((*lesson.orders, order)), key=lambda name: (venues[name].capacity, name))
    own = [lesson.venue.id] if lesson.venue.id in fitting else []
    return [*own, *(name for name in fitting if name != lesson.venue.id)]

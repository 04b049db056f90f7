"""Does an instance contradict itself? Unknown names, and pins that cannot all be kept."""

from collections.abc import Iterator

from catalogue.matching.check import Assignment, check
from catalogue.matching.problem import Order, Pin, Problem
from catalogue.matching.terms import Kind, Mode
from catalogue.matching.valid import refuse


def check_sane(problem: Problem) -> None:
    """ValueError for the first name that nothing has, and for pinned orders that break a rule as they are pinned."""
    for order in problem.orders:
        _check_order(problem, order)
    for name, pin in problem.previous.items():
        if name not in problem.order_of:
            raise refuse(f"previous[{name}]", "there is no such order")
        _check_pin(problem, pin, f"previous[{name}]")
    known = {Kind.LECTURER: problem.lecturer_of.keys(), Kind.VENUE: problem.venue_of.keys()}
    for index, busy in enumerate(problem.lessons):
        if busy.kind in known and busy.resource not in known[busy.kind]:
            raise refuse(f"held[{index}].id", f"there is no {busy.kind} {busy.resource!r}")
    _check_pins_together(problem)


def _check_order(problem: Problem, order: Order) -> None:
    place = f"orders[{order.id}]"
    for name in order.venues or ():
        if name not in problem.venue_of:
            raise refuse(f"{place}.venues", f"there is no venue {name!r}")
    if order.preferred_lecturer is not None and order.preferred_lecturer not in problem.lecturer_of:
        raise refuse(f"{place}.preferred_lecturer", f"there is no lecturer {order.preferred_lecturer!r}")
    for name in sorted(order.excluded):
        if name not in problem.lecturer_of:
            raise refuse(f"{place}.excluded", f"there is no lecturer {name!r}")
    if order.pinned is not None:
        _check_pin(problem, order.pinned, f"{place}.pinned")


def _check_pin(problem: Problem, pin: Pin, place: str) -> None:
    for name in (pin.lecturer, *pin.also):
        if name not in problem.lecturer_of:
            raise refuse(f"{place}.lecturer", f"there is no lecturer {name!r}")
    if pin.venue is not None and pin.venue not in problem.venue_of:
        raise refuse(f"{place}.venue", f"there is no venue {pin.venue!r}")


def _check_pins_together(problem: Problem) -> None:
    """Pinned orders must be a plan without fault by themselves: overlapping pins are a contradiction."""
    pinned = [one for order in problem.orders if order.pinned for one in as_assignments(order, order.pinned)]
    for violation in check(problem, pinned):
        raise refuse(f"orders[{violation.order}].pinned", f"cannot be kept: it breaks the rule {violation.rule}")


def as_assignments(order: Order, pin: Pin) -> Iterator[Assignment]:
    """A pin as the assignments it asks for, one for each of its lecturers."""
    for lecturer in (pin.lecturer, *pin.also):
        yield Assignment(order.id, lecturer, pin.venue, mode_of(order, pin), pin.start)


def mode_of(order: Order, pin: Pin) -> Mode:
    """The way of teaching a pin means: as it says, else with a venue or by the order's first way without one."""
    if pin.mode is not None:
        return pin.mode
    if pin.venue is not None:
        return Mode.VENUE
    without = [mode for mode in order.modes if mode is not Mode.VENUE]
    return without[0] if without else Mode.VENUE

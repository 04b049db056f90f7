"""Every possible lesson of every order, with what it is worth alone: what the rivals choose from."""

from typing import Any

from catalogue.matching.book import Book
from catalogue.matching.candidates import feasible
from catalogue.matching.problem import Problem
from catalogue.matching.search import Placement
from catalogue.matching.terms import Mode


def columns(problem: Problem) -> list[Placement]:
    """Every possible lesson of every order; of a pinned order the one it must have."""
    book, found = Book(problem), []
    for order in problem.orders:
        ways = list(feasible(problem, order, book))
        if order.pinned is not None:
            pin = order.pinned
            ways = [w for w in ways if (w.lecturer, w.venue, w.start) == (pin.lecturer, pin.venue, pin.start)]
        found += ways
    return found


def place_of(problem: Problem, one: Placement) -> Any:
    """Where it is; None for online."""
    if one.mode is Mode.ONLINE:
        return None
    return problem.order_of[one.order].location if one.venue is None else problem.venue_of[one.venue].location


def worth_of(problem: Problem, one: Placement, scale: int) -> int:
    """Its points without first lessons and load, the journey there and back for it alone, times `scale`."""
    order, weights = problem.order_of[one.order], problem.weights
    home, place = problem.lecturer_of[one.lecturer].home, place_of(problem, one)
    km = 0.0 if home is None or place is None else 2 * problem.travel.km(home, place)
    good = weights.served * order.priority + weights.window * (order.preference(one.start, one.end) or 0)
    good += weights.lecturer * (order.preferred_lecturer == one.lecturer)
    before = problem.previous.get(one.order)
    if before is not None and before.keeps((one.lecturer,), one.venue, one.start, one.mode):
        good += weights.change
    return round(scale * (good - weights.km * km))

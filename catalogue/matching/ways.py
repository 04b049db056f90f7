"""Ways out of "nobody can": the cheapest change of the order that the rules accept, one of each kind, at most three.

Each way is a change of some fields of the order. It is offered only with a lesson that passed every rule, and whoever
takes it can ask the rules again (`changed` makes the order to ask with).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from catalogue.matching.book import Book
from catalogue.matching.points import WAY_COSTS
from catalogue.matching.problem import Order
from catalogue.matching.rules import refusals
from catalogue.matching.ruling import Reason, slot_of
from catalogue.matching.search import Candidate, OrderSearch
from catalogue.matching.terms import DAY, Mode, Window
from catalogue.matching.travel import whole_km

WAYS = 3


@dataclass(frozen=True, slots=True)
class WayOut:
    """kind: time, venue, online, fewer or again; change: fields of the order and their new values (JSON);
    cost: how dear the change is to the committee, in points; candidate: a lesson that the changed order can have."""

    kind: str
    change: Mapping[str, Any]
    cost: int
    candidate: Candidate


def changed(order: Order, change: Mapping[str, Any]) -> Order:
    """The order with a way's change applied; ValueError for a field that no way changes."""
    fields: dict[str, Any] = {}
    for name, value in change.items():
        match name:
            case "windows":
                fields[name] = tuple(Window(*one) for one in value)
            case "modes":
                fields[name] = tuple(Mode(one) for one in value)
            case "venues":
                fields[name] = None if value is None else tuple(value)
            case "excluded":
                fields[name] = frozenset(value)
            case "attendees":
                fields[name] = value
            case _:
                raise ValueError(f"change.{name}: no way out changes this")
    return replace(order, **fields)


def ways_out(book: Book, order: Order) -> tuple[WayOut, ...]:
    """Up to three ways, cheapest first; every one passed the rules on this book."""
    found = []
    for find in (_other_time, _other_venue, _online, _fewer_people, _ask_again):
        way = find(book, order)
        if way is not None and stands(book, order, way):
            found.append(way)
    found.sort(key=lambda way: (way.cost, way.kind))
    return tuple(found[:WAYS])


def stands(book: Book, order: Order, way: WayOut) -> bool:
    """Do the rules accept the way's lesson for the changed order, now?"""
    chosen, problem = way.candidate.placement, book.problem
    lecturer = problem.lecturer_of.get(chosen.lecturer)
    venue = None if chosen.venue is None else problem.venue_of.get(chosen.venue)
    if lecturer is None or (chosen.venue is not None and venue is None):
        return False
    return not refusals(slot_of(book, changed(order, way.change), chosen.mode, chosen.start), lecturer, venue)


def _best(book: Book, order: Order) -> Candidate | None:
    """The best lesson of an order, or None."""
    search = OrderSearch(book, order)
    answers = [search.best(lecturer) for lecturer in book.problem.lecturers]
    found = [answer for answer in answers if not isinstance(answer, Reason)]
    return min(found, key=search.rank, default=None)


def _all(book: Book, order: Order) -> Iterator[Candidate]:
    """Every possible lesson of an order."""
    search = OrderSearch(book, order)
    for lecturer in book.problem.lecturers:
        if lecturer.qualified_for(order.course):
            for lesson in search.possible(lecturer):
                yield search.candidate(lesson, lecturer)


def _other_time(book: Book, order: Order) -> WayOut | None:
    """The half-day nearest to the wish, within the edition."""
    if not order.windows:
        return None
    search = OrderSearch(book, order, ())
    if set(order.modes) == {Mode.VENUE} and not search.fitting():
        return None  # a room is missing, whatever the time
    wish = max(order.windows, key=lambda window: (window.preference, -window.start))
    teachers = [one for one in book.problem.lecturers if one.qualified_for(order.course)]
    for day, window in _half_days_around(book, order, wish):
        slots = search.open_slots(_starts(book, order, window))
        if not slots or all(isinstance(search.first(lecturer, slots), Reason) for lecturer in teachers):
            continue
        change = {"windows": [[window.start, window.end, wish.preference]]}
        candidate = _best(book, changed(order, change))
        if candidate is not None:
            moved = abs(day - wish.start // DAY)
            cost = WAY_COSTS.day_moved * moved + (0 if moved else WAY_COSTS.half_day_moved)
            return WayOut("time", change, cost, candidate)
    return None


def _starts(book: Book, order: Order, window: Window) -> range:
    step = book.problem.slot_minutes
    return range(-(-window.start // step) * step, window.end - order.minutes + 1, step)


def _half_days_around(book: Book, order: Order, wish: Window) -> Iterator[tuple[int, Window]]:
    """Half-days of the edition, nearest day to the wish first, the later of two equally near first."""
    problem = book.problem
    first = max(0, order.not_before or 0) // DAY
    last = (min(problem.end, order.not_after or problem.end) - 1) // DAY
    middle = wish.start // DAY
    for away in range(max(abs(middle - first), abs(last - middle)) + 1):
        for day in sorted({middle + away, middle - away}, reverse=True):
            if first <= day <= last and day not in problem.rest_days:
                for half in problem.half_days:
                    end = max(half.end, half.start + order.minutes)
                    yield day, Window(day * DAY + half.start, day * DAY + end, wish.preference)


def _other_venue(book: Book, order: Order) -> WayOut | None:
    """The nearest venue that is free at a wanted time, also beyond the usual radius."""
    if Mode.VENUE not in (*order.modes, *order.course_modes):
        return None
    problem = book.problem

    def away(venue: str) -> float:
        there = problem.venue_of[venue].location
        return 0.0 if order.location is None else problem.travel.km(order.location, there)

    near_first = sorted(problem.venue_of, key=lambda venue: (away(venue), venue))
    search = OrderSearch(book, changed(order, {"modes": [Mode.VENUE.value], "venues": near_first}))
    found = min(_nearest(search), key=lambda one: (near_first.index(one[0]), search.rank(one[1])), default=None)
    if found is None:
        return None
    venue, candidate = found
    change = {"modes": [Mode.VENUE.value], "venues": [venue]}
    return WayOut("venue", change, WAY_COSTS.other_venue + WAY_COSTS.venue_km * whole_km(away(venue)), candidate)


def _nearest(search: OrderSearch) -> Iterator[tuple[str, Candidate]]:
    """For each lecturer and time the best liked venue that is possible: rooms come in the order that was named."""
    for lecturer in search.book.problem.lecturers:
        if not lecturer.qualified_for(search.order.course):
            continue
        for slot in search.slots:
            lessons = (one for one in search.lessons(lecturer, slot) if not isinstance(one, Reason))
            lesson = next(lessons, None)
            if lesson is not None and lesson.venue is not None:
                yield lesson.venue.id, search.candidate(lesson, lecturer)


def _online(book: Book, order: Order) -> WayOut | None:
    """The same time online, if the course can be taught so."""
    if Mode.ONLINE in order.modes or Mode.ONLINE not in order.course_modes:
        return None
    change = {"modes": [Mode.ONLINE.value]}
    candidate = _best(book, changed(order, change))
    return None if candidate is None else WayOut("online", change, WAY_COSTS.online, candidate)


def _fewer_people(book: Book, order: Order) -> WayOut | None:
    """The biggest room that is free at a wanted time, if it holds as many as the course needs."""
    if Mode.VENUE not in order.modes or order.attendees <= order.min_attendees:
        return None
    seats = {venue.id: venue.capacity for venue in book.problem.venues}
    relaxed = changed(order, {"attendees": max(1, order.min_attendees)})
    found = max(
        (one for one in _all(book, relaxed) if one.placement.venue is not None),
        key=lambda one: (seats[one.placement.venue or ""], one.total, -one.placement.start),
        default=None,
    )
    if found is None or found.placement.venue is None or seats[found.placement.venue] >= order.attendees:
        return None
    change = {"attendees": seats[found.placement.venue]}
    lost = order.attendees - change["attendees"]
    return WayOut("fewer", change, WAY_COSTS.person_less * lost, found)


def _ask_again(book: Book, order: Order) -> WayOut | None:
    """A lecturer who was already asked or withdrawn."""
    if not order.excluded:
        return None
    change: dict[str, Any] = {"excluded": []}
    candidate = _best(book, changed(order, change))
    if candidate is None:
        return None
    others = sorted(order.excluded - {candidate.placement.lecturer})
    return WayOut("again", {"excluded": others}, WAY_COSTS.ask_again, candidate)

"""Who can teach one order, where and when: the ranked answer, the runners-up and what separated them, or the ways out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalogue.matching.book import Book
from catalogue.matching.points import PREFERENCES, Points, points_of
from catalogue.matching.problem import Order, Problem
from catalogue.matching.rules import GONE, RANK, RULE_OF, refusals
from catalogue.matching.ruling import Reason, place_of, slot_of
from catalogue.matching.search import Candidate, OrderSearch, Placement
from catalogue.matching.terms import Mode
from catalogue.matching.ways import WayOut, ways_out

RUNNERS_UP = 3


@dataclass(frozen=True, slots=True)
class Sieve:
    """How many of one kind (times, venues, lecturers) each rule removed, in order of evaluation."""

    total: int
    removed: tuple[tuple[str, int], ...]

    @property
    def left(self) -> int:
        """How many passed every rule."""
        return self.total - sum(count for _, count in self.removed)


@dataclass(frozen=True, slots=True)
class Funnel:
    """What is left after each rule. `lecturers` counts each lecturer at the rule that the nearest try failed at."""

    times: Sieve
    venues: Sieve
    lecturers: Sieve
    reasons: Mapping[str, Reason]  # lecturer → why not, for everyone who could teach the course at all
    unqualified: tuple[str, ...] = ()  # the lecturers who could not


@dataclass(frozen=True, slots=True)
class Fact:
    """The one fact that puts the first before another: a preference, or the tie break when points are equal.

    gap: points between the two; points, amount: how much of it this preference gives, in points and in its own unit.
    """

    code: str
    gap: int
    points: int
    amount: int


@dataclass(frozen=True, slots=True)
class Missing:
    """What there is too little of: the rule that nobody got past, and the reasons of those who came that far."""

    code: str
    resource: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer for one order.

    candidates: the best lesson of each lecturer, best first, at most as many as asked for; able: how many there are;
    facts: for the runners-up (places two to four) what put the first before them; without candidates: up to three
    ways out, each checked against the rules, and what is missing.
    """

    order: str
    candidates: tuple[Candidate, ...]
    able: int
    facts: tuple[Fact, ...]
    funnel: Funnel
    ways: tuple[WayOut, ...]
    missing: Missing | None

    @property
    def runners_up(self) -> tuple[Candidate, ...]:
        """The three best after the first."""
        return self.candidates[1 : 1 + RUNNERS_UP]


def candidates(problem: Problem, order: str | Order, limit: int = 20, book: Book | None = None) -> Ranking:
    """The ranked lecturers for an order (by id, or an order that is not in the problem yet).

    book: held time to use instead of the problem's lessons. Raises ValueError if there is no such order.
    """
    book = book or Book(problem)
    wanted = find_order(problem, order)
    search = OrderSearch(book, wanted)
    found: list[Candidate] = []
    refused: dict[str, Reason] = {}
    for lecturer in problem.lecturers:
        answer = search.best(lecturer)
        if isinstance(answer, Reason):
            refused[lecturer.id] = answer
        else:
            found.append(answer)
    found.sort(key=search.rank)
    funnel = _funnel(search, refused)
    return Ranking(
        order=wanted.id,
        candidates=tuple(found[:limit]),
        able=len(found),
        facts=tuple(separation(found[0], other) for other in found[1 : 1 + RUNNERS_UP]),
        funnel=funnel,
        ways=() if found else ways_out(book, wanted),
        missing=None if found else _missing(funnel, refused),
    )


def check_one(
    problem: Problem,
    order: str | Order,
    lecturer: str,
    venue: str | None,
    mode: Mode,
    start: int,
    book: Book | None = None,
) -> list[Reason]:
    """Every reason why this lesson may not be held, in order of evaluation; empty = it may. For a frozen candidate."""
    wanted = find_order(problem, order)
    teacher = problem.lecturer_of.get(lecturer)
    room = None if venue is None else problem.venue_of.get(venue)
    gone = [Reason(GONE, {"kind": "lecturer"})] if teacher is None else []
    if venue is not None and room is None:
        gone.append(Reason(GONE, {"kind": "venue"}))
    if teacher is None or gone:
        return gone
    return refusals(slot_of(book or Book(problem), wanted, mode, start), teacher, room)


def recompute(problem: Problem, placement: Placement, book: Book | None = None) -> Points:
    """The points of a placement by today's problem; raises ValueError if order, lecturer or venue is gone."""
    wanted = find_order(problem, placement.order)
    teacher = problem.lecturer_of.get(placement.lecturer)
    room = None if placement.venue is None else problem.venue_of.get(placement.venue)
    if teacher is None or (placement.venue is not None and room is None):
        raise ValueError(f"placement[{placement.order}]: its lecturer or venue is not in the problem")
    slot = slot_of(book or Book(problem), wanted, placement.mode, placement.start)
    return points_of(slot, teacher, place_of(wanted, placement.mode, room))


def feasible(problem: Problem, order: str | Order, book: Book | None = None) -> Iterator[Placement]:
    """Every possible lesson of an order: lecturer by lecturer, time by time, place by place."""
    search = OrderSearch(book or Book(problem), find_order(problem, order))
    for lecturer in problem.lecturers:
        for lesson in search.possible(lecturer):
            yield search.candidate(lesson, lecturer).placement


def find_order(problem: Problem, order: str | Order) -> Order:
    """The order of an id; ValueError if there is none."""
    if isinstance(order, Order):
        return order
    found = problem.order_of.get(order)
    if found is None:
        raise ValueError(f"orders[{order}]: there is no such order")
    return found


def separation(first: Candidate, other: Candidate) -> Fact:
    """The preference that most put the first before the other; with equal points the tie break that decided."""
    gap = first.total - other.total
    if gap == 0:
        return Fact("start" if first.placement.start != other.placement.start else "tie", 0, 0, 0)
    best = max(PREFERENCES, key=lambda one: first.points.of(one) - other.points.of(one))
    amount = abs(first.points.amounts[best.code] - other.points.amounts[best.code])
    return Fact(best.code, gap, first.points.of(best) - other.points.of(best), amount)


def _sieve(total: int, reasons: Iterable[Reason]) -> Sieve:
    counts = Counter(reason.code for reason in reasons)
    return Sieve(total, tuple(sorted(counts.items(), key=lambda item: RANK[item[0]])))


def _funnel(search: OrderSearch, refused: Mapping[str, Reason]) -> Funnel:
    problem, order = search.book.problem, search.order
    lost = _lost_venues(search) if Mode.VENUE in order.modes else {}
    closed = [reason for reasons in search.time_refusals.values() for reason in reasons]
    return Funnel(
        times=_sieve(len(search.slots) + len(closed), closed),
        venues=_sieve(len(problem.venues) if Mode.VENUE in order.modes else 0, lost.values()),
        lecturers=_sieve(len(problem.lecturers), refused.values()),
        reasons={
            lecturer: reason
            for lecturer, reason in refused.items()
            if problem.lecturer_of[lecturer].qualified_for(order.course)
        },
        unqualified=tuple(one for one in refused if not problem.lecturer_of[one].qualified_for(order.course)),
    )


def _lost_venues(search: OrderSearch) -> dict[str, Reason]:
    """The venues that suit at no time, each with the refusal nearest to a yes."""
    slots = [slot for slot in search.slots if slot.mode is Mode.VENUE]
    usable = {venue.id for slot in slots for venue in search.rooms(slot).options if venue is not None}
    search.fitting()
    return {venue: reason for venue, reason in search.venue_refusals.items() if venue not in usable}


def _missing(funnel: Funnel, refused: Mapping[str, Reason]) -> Missing:
    """The last rule that somebody came to and nobody got past."""
    counts = Counter(reason.code for reason in refused.values())
    if not counts:
        return Missing("qualified", "lecturer", ())
    able = Counter(reason.code for reason in funnel.reasons.values()) or counts
    last = max(able, key=lambda code: RANK[code])
    ordered = tuple(sorted(able.items(), key=lambda item: RANK[item[0]]))
    return Missing(last, RULE_OF[last].resource, ordered)

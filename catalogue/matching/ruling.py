"""What a rule is: the answer it gives, what it is asked about, and the families of rules by what they look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from catalogue.matching.book import Book
from catalogue.matching.problem import Lecturer, Order, Venue
from catalogue.matching.terms import DAY, Mode
from catalogue.matching.travel import Travel
from catalogue.matching.valid import Point

Params = Mapping[str, Any]
Resource = Literal["time", "lecturer", "venue"]
MODES = tuple(Mode)
PASS: Final = None
OK: Final = None  # what a test function of a rule returns when nothing speaks against it
NO: Final[Params] = {}  # what it returns when there is nothing more to say than no


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: the code of the rule and what an explanation needs to know."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slot:
    """An order given in one way at one time: what all rules look at.

    preference: of the best window that contains it, None = no window does; day_key: the same for all slots of an order
    that are alike to every rule about days.
    """

    book: Book
    order: Order
    mode: Mode
    start: int
    end: int
    day: int
    last_day: int
    preference: int | None
    day_key: int

    def date(self, day: int) -> str:
        """A day as an ISO date."""
        return self.book.problem.date_of(day).isoformat()


def slot_of(book: Book, order: Order, mode: Mode, start: int) -> Slot:
    """The slot of an order that begins at a minute."""
    end = start + order.minutes
    day, last_day = start // DAY, (end - 1) // DAY
    day_key = (day * 8 + last_day - day) * 4 + MODES.index(mode)
    return Slot(book, order, mode, start, end, day, last_day, order.preference(start, end), day_key)


def place_of(order: Order, mode: Mode, venue: Venue | None) -> Point | None:
    """Where the lesson is: the venue, the order's own location, or nowhere (online)."""
    if mode is Mode.VENUE:
        return venue.location if venue is not None else None
    return order.location if mode is Mode.ONSITE else None


@dataclass(frozen=True, slots=True)
class Rule:
    """code: stable name; label: what the rule demands, in Chinese; resource: what is missing when it refuses all."""

    code: str
    label: str
    resource: Resource

    def refusal(self, params: Params = NO) -> Reason:
        """This rule's no."""
        return Reason(self.code, params)


@dataclass(frozen=True, slots=True)
class TimeRule(Rule):
    """Looks at the order and the time."""

    test: Callable[[Slot], Params | None]

    def check(self, slot: Slot) -> Reason | None:
        """PASS or why no lesson of this order can be then."""
        params = self.test(slot)
        return PASS if params is None else self.refusal(params)


@dataclass(frozen=True, slots=True)
class LecturerRule(Rule):
    """Looks at the lecturer at that time; `of_day`: the answer is the same for every time of one day and mode."""

    test: Callable[[Slot, Lecturer], Params | None]
    of_day: bool = False

    def check(self, slot: Slot, lecturer: Lecturer) -> Reason | None:
        """PASS or why this lecturer cannot teach this order then."""
        params = self.test(slot, lecturer)
        return PASS if params is None else self.refusal(params)


@dataclass(frozen=True, slots=True)
class VenueRule(Rule):
    """Looks at the venue at that time; `fixed`: the answer is the same at any time."""

    test: Callable[[Slot, Venue], Params | None]
    fixed: bool = False

    def check(self, slot: Slot, venue: Venue | None) -> Reason | None:
        """PASS (always without a venue) or why the lesson cannot be in this venue then."""
        params = OK if venue is None else self.test(slot, venue)
        return PASS if params is None else self.refusal(params)


@dataclass(frozen=True, slots=True)
class PlaceRule(Rule):
    """Looks at whether a venue is given."""

    test: Callable[[Slot, Venue | None], Params | None]

    def check(self, slot: Slot, venue: Venue | None) -> Reason | None:
        """PASS or why the place does not suit the way of teaching."""
        params = self.test(slot, venue)
        return PASS if params is None else self.refusal(params)


@dataclass(frozen=True, slots=True)
class JourneyRule(Rule):
    """Looks at the lecturer at that place and time; place None = online."""

    test: Callable[[Slot, Lecturer, Point | None], Params | None]

    def check(self, slot: Slot, lecturer: Lecturer, place: Point | None) -> Reason | None:
        """PASS or why this lecturer cannot come there then."""
        params = self.test(slot, lecturer, place)
        return PASS if params is None else self.refusal(params)


class Stay(Protocol):
    """A lecturer's time at a place: a Visit, a Busy, or a hold of the caller with the same four attributes."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def place(self) -> Point | None: ...
    @property
    def setup_included(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class TravelRule(Rule):
    """Between any two lessons of a lecturer lies the set-up, and the way if both are at a place."""

    def between(self, one: Stay, other: Stay, travel: Travel) -> Reason | None:
        """PASS if one lecturer can be at both; else the minutes needed and the minutes there are (below 0: overlap)."""
        first, second = (one, other) if one.start <= other.start else (other, one)
        have = second.start - first.end
        need = 0 if first.setup_included else travel.setup_min
        if first.place is not None and second.place is not None:
            need += travel.minutes(first.place, second.place)
        return PASS if have >= need else Reason(self.code, {"need": need, "have": have})

    def check(self, slot: Slot, lecturer: Lecturer, place: Point | None) -> Reason | None:
        """PASS or the first lesson of the lecturer (all, not only the neighbours) that leaves too little time."""
        for held in slot.book.neighbours(lecturer.id, slot.start, slot.end):
            answer = self.between(_Planned(slot.start, slot.end, place), held, slot.book.problem.travel)
            if answer is not PASS and answer.params["have"] >= 0:  # LECTURER_BUSY speaks of overlaps
                return answer
        return PASS


@dataclass(frozen=True, slots=True)
class _Planned:
    start: int
    end: int
    place: Point | None
    setup_included: bool = False

"""One order against the book of held time: every possible lesson, who fails where, and the best of each lecturer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalogue.matching.book import Book
from catalogue.matching.points import BY_JOURNEY, BY_LECTURER, BY_TIME, Points, part_of, points_of
from catalogue.matching.problem import Lecturer, Order, Venue
from catalogue.matching.rules import (
    ALLOWED,
    COMMITTEE_BUSY,
    DAY_RULES,
    EDITION,
    FIXED_RULES,
    HOUR_RULES,
    JOURNEY_RULES,
    LEAD,
    OPENING_RULES,
    QUALIFIED,
    RANK,
    WINDOW,
)
from catalogue.matching.ruling import PASS, LecturerRule, Reason, Slot, place_of, slot_of
from catalogue.matching.terms import Mode, grid_starts
from catalogue.matching.valid import Point

LIVE_TIME_RULES = (LEAD, EDITION, COMMITTEE_BUSY)  # mode, grid and window hold for every start that is built below

Liking = tuple[float, int, str]
Rank = tuple[int, int, int, Liking, str]
NOWHERE: Liking = (0.0, 0, "")


@dataclass(frozen=True, slots=True)
class Placement:
    """One possible lesson of an order."""

    order: str
    lecturer: str
    venue: str | None
    mode: Mode
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible lesson with its points."""

    placement: Placement
    points: Points

    @property
    def total(self) -> int:
        """All points together."""
        return self.points.total


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where an order can be at a time: venues in order of liking (None: no venue needed), or why nowhere."""

    options: tuple[Venue | None, ...]
    refusal: Reason | None


ELSEWHERE = Rooms((None,), None)  # onsite and online need no room


class Lesson(NamedTuple):
    """A time and place that every rule accepts for some lecturer."""

    slot: Slot
    venue: Venue | None
    place: Point | None


def first_refusal(rules: Iterable[Any], *subject: Any) -> Reason | None:
    """The answer of the first rule, in order of evaluation, that refuses; PASS if none does."""
    for rule in rules:
        answer: Reason | None = rule.check(*subject)
        if answer is not None:
            return answer
    return PASS


def first_lecturer_refusal(rules: Iterable[LecturerRule], slot: Slot, lecturer: Lecturer) -> Reason | None:
    """first_refusal for rules about lecturers: the innermost loop of every search saves a call for each rule."""
    for rule in rules:
        params = rule.test(slot, lecturer)
        if params is not None:
            return rule.refusal(params)
    return PASS


def further(one: Reason | None, other: Reason) -> Reason:
    """Of two refusals the one that came later in the order of evaluation: it was nearer to a yes."""
    if one is other:
        return other
    return one if one is not None and RANK[one.code] >= RANK[other.code] else other


def _nearness(refusal: Reason) -> tuple[int, int]:
    """Sort key of refused venues: the later rule, then the larger room, which is the one to speak of."""
    return (RANK[refusal.code], refusal.params.get("capacity", 0))


class OrderSearch:
    """All that is the same for every lecturer is worked out once: times, rooms, likings."""

    def __init__(self, book: Book, order: Order, starts: Sequence[int] | None = None) -> None:
        """starts: the times to look at instead of those inside the order's windows (for a calendar)."""
        self.book, self.order = book, order
        self.time_refusals: dict[int, list[Reason]] = {}
        self._rooms: dict[int, Rooms] = {}
        self._likings: dict[str, Liking] = {}
        self._fitting: list[Venue] | None = None
        self.venue_refusals: dict[str, Reason] = {}
        self._days: dict[str, dict[int, Reason | None]] = {}
        if starts is None:
            starts = grid_starts(order.windows, order.minutes, book.problem.slot_minutes)
        self._asked: tuple[int, Lecturer | None, Reason | None] = (0, None, None)
        self._by_liking: list[tuple[int, Slot]] | None = None
        self.slots = self.open_slots(starts)

    def open_slots(self, starts: Iterable[int]) -> list[Slot]:
        """The slots at these starts, in every mode, that the rules about time accept."""
        slots = []
        for start in starts:
            for mode in self.order.modes:
                slot = slot_of(self.book, self.order, mode, start)
                refusal = first_refusal(LIVE_TIME_RULES, slot)
                if refusal is None:
                    slots.append(slot)
                else:
                    self.time_refusals.setdefault(start, []).append(refusal)
        return slots

    # --- rooms --------------------------------------------------------------------------------------------------

    def fitting(self) -> list[Venue]:
        """The venues that suit the order at some time, best liked first."""
        if self._fitting is None:
            probe = slot_of(self.book, self.order, Mode.VENUE, 0)
            self._fitting = []
            for venue in self.book.problem.venues:
                refusal = first_refusal(FIXED_RULES, probe, venue)
                if refusal is None:
                    self._fitting.append(venue)
                else:
                    self.venue_refusals[venue.id] = refusal
            self._fitting.sort(key=self.liking)
        return self._fitting

    def liking(self, venue: Venue | None) -> Liking:
        """Sort key of places when points are equal: as the order names them, else the nearest, then the smallest."""
        if venue is None:
            return NOWHERE
        liking = self._likings.get(venue.id)
        if liking is None:
            liking = self._likings[venue.id] = self._like(venue)
        return liking

    def _like(self, venue: Venue) -> Liking:
        order = self.order
        if order.venues is not None and venue.id in order.venues:
            return (float(order.venues.index(venue.id)), 0, venue.id)
        far = 0.0 if order.location is None else self.book.problem.travel.km(order.location, venue.location)
        return (far, venue.capacity, venue.id)

    def rooms(self, slot: Slot) -> Rooms:
        """Where the order can be at this time."""
        if slot.mode is not Mode.VENUE:
            return ELSEWHERE
        rooms = self._rooms.get(slot.start)
        if rooms is None:
            rooms = self._rooms[slot.start] = self._find_rooms(slot)
        return rooms

    def _find_rooms(self, slot: Slot) -> Rooms:
        options: list[Venue] = []
        refusal: Reason | None = None
        for venue in self.fitting():
            no = first_refusal(OPENING_RULES, slot, venue)
            if no is None:
                options.append(venue)
            else:
                refusal = further(refusal, no)
                self.venue_refusals[venue.id] = further(self.venue_refusals.get(venue.id), no)
        if not options and refusal is None:
            refusal = max(self.venue_refusals.values(), key=_nearness, default=ALLOWED.refusal())
        return Rooms(tuple(options), refusal)

    # --- lecturers ----------------------------------------------------------------------------------------------

    def refusal(self, slot: Slot, lecturer: Lecturer) -> Reason | None:
        """The first rule about the lecturer alone that refuses. What holds for a whole day or every mode is asked once."""
        days = self._days.get(lecturer.id)
        if days is None:
            days = self._days[lecturer.id] = {}
        if slot.day_key not in days:
            days[slot.day_key] = first_lecturer_refusal(DAY_RULES, slot, lecturer)
        answer = days[slot.day_key]
        if answer is not None:
            return answer
        if slot.start != self._asked[0] or lecturer is not self._asked[1]:
            self._asked = (slot.start, lecturer, first_lecturer_refusal(HOUR_RULES, slot, lecturer))
        return self._asked[2]

    def lessons(self, lecturer: Lecturer, slot: Slot) -> Iterator[Lesson | Reason]:
        """Every place where a lecturer can teach the order at this time, and a Reason for each that is refused."""
        no = self.refusal(slot, lecturer)
        if no is not None:
            yield no
            return
        rooms = self.rooms(slot)
        if rooms.refusal is not None and not rooms.options:
            yield rooms.refusal
        for venue in rooms.options:
            place = place_of(self.order, slot.mode, venue)
            no = first_refusal(JOURNEY_RULES, slot, lecturer, place)
            yield Lesson(slot, venue, place) if no is None else no

    def possible(self, lecturer: Lecturer) -> Iterator[Lesson]:
        """Every possible lesson of a lecturer, time by time, place by place."""
        for slot in self.slots:
            for lesson in self.lessons(lecturer, slot):
                if isinstance(lesson, Lesson):
                    yield lesson

    def first(self, lecturer: Lecturer, slots: Iterable[Slot]) -> Slot | Reason:
        """The first of these times at which the lecturer could come, else the refusal that was nearest to a yes."""
        furthest: Reason | None = None
        for slot in slots:
            no = self.refusal(slot, lecturer)  # as lessons does, without the cost of a generator for each no
            if no is not None:
                furthest = further(furthest, no)
                continue
            for lesson in self.lessons(lecturer, slot):
                if isinstance(lesson, Lesson):
                    return slot
                furthest = further(furthest, lesson)
        return furthest or self.missing_time()

    def best(self, lecturer: Lecturer) -> Candidate | Reason:
        """The best lesson of a lecturer for this order, or the refusal that was nearest to a yes."""
        if not self.slots:
            return self.missing_time()
        if not lecturer.qualified_for(self.order.course):
            return QUALIFIED.check(self.slots[0], lecturer) or QUALIFIED.refusal()
        found: tuple[Rank, Lesson] | None = None
        furthest: Reason | None = None
        steady = part_of(BY_LECTURER, self.slots[0], lecturer, None)
        for liked, slot in self._liked(lecturer):
            reachable = steady + liked
            if found is not None and (-reachable, slot.start) > found[0][:2]:
                break  # the way only costs points, and no later time of this list is liked more or is earlier
            for lesson in self.lessons(lecturer, slot):
                if isinstance(lesson, Reason):
                    furthest = further(furthest, lesson)
                    continue
                total = reachable + part_of(BY_JOURNEY, slot, lecturer, lesson.place)
                rank = self._rank(total, slot.start, slot.mode, lesson.venue, lecturer.id)
                if found is None or rank < found[0]:
                    found = rank, lesson
        if found is None:
            return furthest or self.missing_time()
        return self.candidate(found[1], lecturer)

    def _liked(self, anyone: Lecturer) -> list[tuple[int, Slot]]:
        """The times with the points they give, best and earliest first: most others are then not worth a look.

        Any lecturer will do: these points do not look at who comes.
        """
        if self._by_liking is None:
            rated = [(part_of(BY_TIME, slot, anyone, None), slot) for slot in self.slots]
            self._by_liking = sorted(rated, key=lambda one: (-one[0], one[1].start))
        return self._by_liking

    def missing_time(self, starts: Iterable[int] | None = None) -> Reason:
        """Why none of these times (default: all) is left: the refusal nearest to a yes, or that no lesson fits."""
        asked = self.time_refusals if starts is None else starts
        refusals = [one for start in asked for one in self.time_refusals.get(start, ())]
        return max(refusals, key=lambda one: RANK[one.code], default=WINDOW.refusal())

    def candidate(self, lesson: Lesson, lecturer: Lecturer) -> Candidate:
        """A possible lesson with its points."""
        slot, venue = lesson.slot, lesson.venue
        chosen = Placement(
            self.order.id, lecturer.id, None if venue is None else venue.id, slot.mode, slot.start, slot.end
        )
        return Candidate(chosen, points_of(slot, lecturer, lesson.place))

    def rank(self, candidate: Candidate) -> Rank:
        """Sort key: most points, then earliest, then the dearer mode, then the better liked place, then the id."""
        chosen = candidate.placement
        venue = None if chosen.venue is None else self.book.problem.venue_of[chosen.venue]
        return self._rank(candidate.total, chosen.start, chosen.mode, venue, chosen.lecturer)

    def _rank(self, total: int, start: int, mode: Mode, venue: Venue | None, lecturer: str) -> Rank:
        return (-total, start, self.order.modes.index(mode), self.liking(venue), lecturer)

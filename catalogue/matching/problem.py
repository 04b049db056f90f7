"""What is asked: orders, lecturers, venues and what already holds their time.

All times are whole minutes from 00:00 of the first day, Shanghai local time, half open; day = minute // 1440.
Days of terms (appointments, qualifications) are counted from the first day, both ends inclusive, None = open.
Everything here is frozen and refuses values that cannot be used with a ValueError that names the place.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from catalogue.matching import valid
from catalogue.matching.spans import Spans
from catalogue.matching.terms import ALWAYS, DAY, HALF_DAYS, Days, HalfDay, Kind, Mode, Window
from catalogue.matching.travel import Travel
from catalogue.matching.valid import Point, Span


@dataclass(frozen=True)
class Qualification:
    """May teach a course on these days; `trial_given` is False as long as the trial lecture is to come."""

    course: str
    days: Days = ALWAYS
    trial_given: bool = True


@dataclass(frozen=True)
class Appointment:
    """Is appointed on these days for these areas (None: everywhere)."""

    days: Days = ALWAYS
    areas: frozenset[str] | None = None


@dataclass(frozen=True)
class Membership:
    """Belongs to a lecture corps on these days."""

    corps: str
    days: Days = ALWAYS


class Pin(NamedTuple):
    """A lesson as it was decided before: who, in which venue (None: none), from when.

    mode: said only where the order accepts both ways without a venue; also: further lecturers of the same lesson.
    """

    lecturer: str
    venue: str | None
    start: int
    mode: Mode | None = None
    also: tuple[str, ...] = ()

    def keeps(self, lecturers: Collection[str], venue: str | None, start: int, mode: Mode) -> bool:
        """Is a lesson with these lecturers, there and then, the one that was decided?"""
        same = venue == self.venue and start == self.start and self.mode in (None, mode)
        return same and set(lecturers) == {self.lecturer, *self.also}


@dataclass(frozen=True)
class Order:
    """One requested lesson.

    areas: every area the committee lies in (its town, its district …); one in common is enough.
    modes: accepted ways of teaching, dearest first; course_modes: what the course itself allows (ways out only).
    venues: the venues it may be in, the own room included; None = any within the radius of `location`.
    not_before, not_after: minutes no lesson may start before / end after (lead time, edition); online may differ.
    min_attendees: fewer people than this make no lesson (ways out only).
    excluded: lecturers who declined or were withdrawn for this order.
    first_lesson: the committee has had nothing yet this quarter.
    pinned: a plan must serve the order exactly so.
    lecturers_needed: how many teach the lesson together, all of them suitable, from beginning to end.
    joins: agrees to share its lesson with near-by committees (Problem.joining).
    """

    id: str
    committee: str
    course: str
    areas: frozenset[str]
    minutes: int
    attendees: int
    windows: tuple[Window, ...]
    modes: tuple[Mode, ...]
    location: Point | None
    venues: tuple[str, ...] | None = None
    equipment: frozenset[str] = frozenset()
    preferred_lecturer: str | None = None
    priority: int = 1
    first_lesson: bool = False
    corps: str | None = None
    excluded: frozenset[str] = frozenset()
    not_before: int | None = None
    not_before_online: int | None = None
    not_after: int | None = None
    course_modes: tuple[Mode, ...] = ()
    min_attendees: int = 1
    pinned: Pin | None = None
    lecturers_needed: int = 1
    joins: bool = False

    def __post_init__(self) -> None:
        place = f"orders[{self.id}]"
        for name in ("id", "committee", "course"):
            valid.identity(f"{place}.{name}", getattr(self, name))
        valid.whole(f"{place}.minutes", self.minutes, 1, 7 * DAY)
        for name in ("attendees", "priority", "min_attendees"):
            valid.whole(f"{place}.{name}", getattr(self, name))
        valid.whole(f"{place}.lecturers_needed", self.lecturers_needed, 1, 9)
        if not self.modes or len(set(self.modes)) < len(self.modes):
            raise valid.refuse(f"{place}.modes", "must name each accepted mode once, at least one")
        if self.location is not None:
            valid.point(f"{place}.location", self.location)
        elif Mode.ONSITE in self.modes:
            raise valid.refuse(f"{place}.location", "is missing, but the lesson may be onsite")
        for name in ("not_before", "not_before_online", "not_after"):
            if getattr(self, name) is not None:
                valid.moment(f"{place}.{name}", getattr(self, name))

    def earliest(self, mode: Mode) -> int | None:
        """The first minute at which a lesson may start; None = no limit."""
        online = mode is Mode.ONLINE and self.not_before_online is not None
        return self.not_before_online if online else self.not_before

    def preference(self, start: int, end: int) -> int | None:
        """The preference of the best window that contains [start, end); None = no window does."""
        return max((w.preference for w in self.windows if w.hold(start, end)), default=None)


@dataclass(frozen=True)
class Lecturer:
    """Someone who teaches.

    available: hours in which a whole lesson must lie inside one interval (None = any time); absences cut them.
    max_half_days_per_day counts mornings, afternoons and evenings begun; the other limits count lessons.
    """

    id: str
    qualifications: tuple[Qualification, ...]
    appointments: tuple[Appointment, ...]
    available: tuple[Span, ...] | None
    absences: tuple[Span, ...] = ()
    home: Point | None = None
    areas: frozenset[str] | None = None
    max_km: float | None = None
    max_half_days_per_day: int | None = 2
    max_per_day: int | None = None
    max_per_week: int | None = None
    max_per_month: int | None = None
    corps: tuple[Membership, ...] = ()
    online: bool = True

    def __post_init__(self) -> None:
        place = f"lecturers[{self.id}]"
        valid.identity("lecturers[].id", self.id)
        valid.spans(f"{place}.available", self.available or ())
        valid.spans(f"{place}.absences", self.absences)
        if self.home is not None:
            valid.point(f"{place}.home", self.home)
        if self.max_km is not None:
            valid.measure(f"{place}.max_km", self.max_km)
        for name in ("max_half_days_per_day", "max_per_day", "max_per_week", "max_per_month"):
            if getattr(self, name) is not None:
                valid.whole(f"{place}.{name}", getattr(self, name))

    @cached_property
    def hours(self) -> Spans | None:
        """The availability, ready to be asked."""
        return None if self.available is None else Spans(self.available)

    @cached_property
    def away(self) -> Spans:
        """The absences, ready to be asked."""
        return Spans(self.absences)

    def qualified_for(self, course: str) -> tuple[Qualification, ...]:
        """Every qualification for a course, whatever its days."""
        return self._by_course.get(course, ())

    @cached_property
    def _by_course(self) -> dict[str, tuple[Qualification, ...]]:
        found: dict[str, tuple[Qualification, ...]] = {}
        for one in self.qualifications:
            found[one.course] = (*found.get(one.course, ()), one)
        return found


@dataclass(frozen=True)
class Venue:
    """A place that can be booked.

    open: hours in which a whole lesson must lie inside one interval (None = any time); closures cut them.
    radius_km: how far it serves orders that do not name it (None: the problem's radius); blocked: plaque withdrawn.
    """

    id: str
    capacity: int
    location: Point
    open: tuple[Span, ...] | None
    closures: tuple[Span, ...] = ()
    equipment: frozenset[str] = frozenset()
    areas: frozenset[str] | None = None
    radius_km: float | None = None
    blocked: bool = False

    def __post_init__(self) -> None:
        place = f"venues[{self.id}]"
        valid.identity("venues[].id", self.id)
        valid.whole(f"{place}.capacity", self.capacity)
        valid.point(f"{place}.location", self.location)
        valid.spans(f"{place}.open", self.open or ())
        valid.spans(f"{place}.closures", self.closures)
        if self.radius_km is not None:
            valid.measure(f"{place}.radius_km", self.radius_km)

    @cached_property
    def hours(self) -> Spans | None:
        """The opening hours, ready to be asked."""
        return None if self.open is None else Spans(self.open)

    @cached_property
    def shut(self) -> Spans:
        """The closures, ready to be asked."""
        return Spans(self.closures)


@dataclass(frozen=True)
class Busy:
    """What already holds the time of one lecturer, venue or committee.

    place is where the lecturer is (None: online); setup_included: `end` already contains the set-up;
    counts: it is a lesson and counts towards the limits and the balance of the lecturer.
    """

    kind: Kind
    resource: str
    start: int
    end: int
    place: Point | None = None
    setup_included: bool = False
    counts: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.kind, Kind):
            raise valid.refuse("lessons[].kind", f"must be a Kind, not {self.kind!r}")
        valid.span(f"lessons[{self.kind} {self.resource}]", self.start, self.end)
        if self.place is not None:
            valid.point(f"lessons[{self.kind} {self.resource}].place", self.place)


@dataclass(frozen=True)
class Weights:
    """What each preference is worth, in points; the score of the format."""

    served: int = 1000
    cover: int = 500
    window: int = 10
    lecturer: int = 50
    km: int = 2
    balance: int = 1
    change: int = 200

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            valid.whole(f"weights.{name}", getattr(self, name))


@dataclass(frozen=True)
class Joining:
    """When orders that agree (`joins`) may share one lesson 拼课: one course, one length, different committees.

    radius_km: no two of their locations lie further apart; min_attendees: all together are at least so many;
    max_orders: so many orders share one lesson at most. In a venue that holds all of them, or online.
    """

    radius_km: float
    min_attendees: int = 1
    max_orders: int = 3

    def __post_init__(self) -> None:
        valid.measure("joining.radius_km", self.radius_km)
        valid.whole("joining.min_attendees", self.min_attendees)
        valid.whole("joining.max_orders", self.max_orders, 2, 9)


@dataclass(frozen=True)
class Problem:
    """Orders to be served by lecturers in venues; `lessons` is what already holds time, `previous` the plan before.

    rest_days: holidays, which no way out proposes (who has hours then may still be asked for them).
    """

    horizon_start: date
    days: int
    orders: tuple[Order, ...]
    lecturers: tuple[Lecturer, ...]
    venues: tuple[Venue, ...] = ()
    lessons: tuple[Busy, ...] = ()
    slot_minutes: int = 30
    travel: Travel = field(default_factory=Travel)
    weights: Weights = Weights()
    half_days: tuple[HalfDay, ...] = HALF_DAYS
    previous: Mapping[str, Pin] = field(default_factory=dict)
    rest_days: frozenset[int] = frozenset()
    joining: Joining | None = None
    name: str = ""

    def __post_init__(self) -> None:
        valid.whole("horizon.days", self.days, 1, valid.FAR // DAY)
        valid.whole("slot_minutes", self.slot_minutes, 1, DAY)
        for name, things in (("orders", self.orders), ("lecturers", self.lecturers), ("venues", self.venues)):
            valid.unique(name, (thing.id for thing in things))

    @cached_property
    def order_of(self) -> dict[str, Order]:
        """Orders by id."""
        return {order.id: order for order in self.orders}

    @cached_property
    def lecturer_of(self) -> dict[str, Lecturer]:
        """Lecturers by id."""
        return {lecturer.id: lecturer for lecturer in self.lecturers}

    @cached_property
    def venue_of(self) -> dict[str, Venue]:
        """Venues by id."""
        return {venue.id: venue for venue in self.venues}

    @property
    def end(self) -> int:
        """The first minute after the last day."""
        return self.days * DAY

    def date_of(self, day: int) -> date:
        """The calendar date of a day."""
        return self.horizon_start + timedelta(days=day)

    def month_of(self, day: int) -> Span:
        """The minutes [start, end) of the calendar month that a day lies in."""
        first = self.date_of(day).replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        return ((first - self.horizon_start).days * DAY, (following - self.horizon_start).days * DAY)

"""An independent check of a whole plan: written from the rules' text alone, with loops over raw fields.

It shares the dataclasses of the problem and nothing else with rules, book and search, so that an error in those shows.
It is slow and plain on purpose. The names of violations are the codes of the rules.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalogue.matching.problem import Busy, Lecturer, Order, Pin, Problem, Venue
from catalogue.matching.terms import Days, Kind, Mode

EPSILON = 1e-9
Place = tuple[float, float] | None


class Assignment(NamedTuple):
    """One order and one lecturer of a plan; a lesson of two lecturers, or of two orders, is two of these."""

    order: str
    lecturer: str
    venue: str | None
    mode: Mode
    start: int


class Violation(NamedTuple):
    """A rule that a plan breaks, and the order with which it does."""

    rule: str
    order: str


@dataclass(frozen=True)
class Lesson:
    """What lies at one place and time with the same lecturers: one order, or several that share it."""

    orders: tuple[Order, ...]
    lecturers: tuple[Lecturer, ...]
    venue: Venue | None
    mode: Mode
    start: int

    @property
    def end(self) -> int:
        """The minute it ends."""
        return self.start + self.orders[0].minutes

    @property
    def people(self) -> int:
        """Everybody who comes."""
        return sum(order.attendees for order in self.orders)

    @property
    def place(self) -> Place:
        """Where it is; None = online."""
        if self.mode == "online":
            return None
        if self.mode == "onsite":
            return self.orders[0].location
        return self.venue.location if self.venue else None


def check(problem: Problem, plan: Iterable[Assignment]) -> list[Violation]:
    """Every rule that the plan breaks; empty = it may be held as it is."""
    lessons, found = lessons_of(problem, plan)
    for order in problem.orders:
        if order.pinned is not None and not any(
            order in lesson.orders and _kept(order.pinned, lesson) for lesson in lessons
        ):
            found.append(Violation("pinned", order.id))
    held: dict[tuple[Kind, str], list[tuple[Busy, Lesson | None]]] = defaultdict(list)
    for busy in problem.lessons:
        held[busy.kind, busy.resource].append((busy, None))
    for lesson in lessons:
        for busy in _as_busy(lesson):
            held[busy.kind, busy.resource].append((busy, lesson))
    for lesson in lessons:
        others = {key: [busy for busy, of in held[key] if of is not lesson] for key in _resources(lesson)}
        shared = [*_joint(problem, lesson), *_clashes(problem, lesson, others)]
        for lecturer in lesson.lecturers:
            shared += _limits(problem, lesson, lecturer, others[Kind.LECTURER, lecturer.id])
        for order in lesson.orders:
            broken = [*_time(problem, lesson, order), *_venue(problem, lesson, order), *shared]
            broken += [rule for lecturer in lesson.lecturers for rule in _lecturer(problem, lesson, order, lecturer)]
            found += [Violation(rule, order.id) for rule in broken]
    return found


def lessons_of(problem: Problem, plan: Iterable[Assignment]) -> tuple[list[Lesson], list[Violation]]:
    """The lessons that assignments make, and what keeps some of them from making any.

    Assignments of one order name one lecturer each. Orders that agree to share and have the same lecturers, course,
    length, place and time share a lesson.
    """
    orders = {order.id: order for order in problem.orders}
    lecturers = {lecturer.id: lecturer for lecturer in problem.lecturers}
    venues = {venue.id: venue for venue in problem.venues}
    found: list[Violation] = []
    of_order: dict[str, list[Assignment]] = defaultdict(list)
    for one in plan:
        known = one.order in orders and one.lecturer in lecturers and (one.venue is None or one.venue in venues)
        if not known:
            found.append(Violation("gone", one.order))
        elif any(one.lecturer == other.lecturer or one[2:] != other[2:] for other in of_order[one.order]):
            found.append(Violation("twice", one.order))
        else:
            of_order[one.order].append(one)
    together: dict[tuple[Any, ...], list[Order]] = defaultdict(list)
    for name, parts in of_order.items():
        if not parts:
            continue
        order = orders[name]
        if len(parts) != order.lecturers_needed:
            found.append(Violation("lecturers", name))
        team = tuple(sorted(one.lecturer for one in parts))
        may_share = problem.joining is not None and order.joins and parts[0].mode != "onsite"
        alone = "" if may_share else name
        together[team, order.course, order.minutes, alone, *parts[0][2:]].append(order)
    lessons = [
        Lesson(tuple(members), tuple(lecturers[name] for name in team), venues.get(venue), mode, start)
        for (team, _course, _minutes, _alone, venue, mode, start), members in together.items()
    ]
    return lessons, found


def _kept(pin: Pin, lesson: Lesson) -> bool:
    teachers = {lecturer.id for lecturer in lesson.lecturers}
    where = lesson.venue.id if lesson.venue else None
    as_said = pin.mode is None or pin.mode == lesson.mode
    return teachers == {pin.lecturer, *pin.also} and where == pin.venue and lesson.start == pin.start and as_said


def _as_busy(lesson: Lesson) -> Iterator[Busy]:
    for lecturer in lesson.lecturers:
        yield Busy(Kind.LECTURER, lecturer.id, lesson.start, lesson.end, lesson.place)
    for order in lesson.orders:
        yield Busy(Kind.COMMITTEE, order.committee, lesson.start, lesson.end)
    if lesson.venue:
        yield Busy(Kind.VENUE, lesson.venue.id, lesson.start, lesson.end)


def _joint(problem: Problem, lesson: Lesson) -> Iterator[str]:
    """Orders that share a lesson are as near and as many as the problem says, each of another committee."""
    orders, joining = lesson.orders, problem.joining
    if joining is None or len(orders) == 1:
        return
    if len({order.committee for order in orders}) < len(orders):
        yield "committee_busy"
    if len(orders) > joining.max_orders or lesson.people < joining.min_attendees:
        yield "joint"
    places = [order.location for order in orders if order.location is not None]
    near = all(_km(problem, a, b) <= joining.radius_km + EPSILON for a in places for b in places)
    if len(places) < len(orders) or not near:
        yield "joint_radius"


def _time(problem: Problem, lesson: Lesson, order: Order) -> Iterator[str]:
    if lesson.mode not in order.modes:
        yield "mode"
    if lesson.start % problem.slot_minutes != 0:
        yield "grid"
    if not any(w.start <= lesson.start and lesson.end <= w.end for w in order.windows):
        yield "window"
    earliest = order.not_before
    if lesson.mode == "online" and order.not_before_online is not None:
        earliest = order.not_before_online
    if earliest is not None and lesson.start < earliest:
        yield "lead"
    if order.not_after is not None and lesson.end > order.not_after:
        yield "edition"


def _lecturer(problem: Problem, lesson: Lesson, order: Order, lecturer: Lecturer) -> Iterator[str]:
    days = (lesson.start // 1440, (lesson.end - 1) // 1440)
    trained = [q for q in lecturer.qualifications if q.course == order.course and q.trial_given]
    if not any(_in_force(q.days, days) for q in trained):
        yield "qualified"
    here = [a for a in lecturer.appointments if a.areas is None or a.areas.intersection(order.areas)]
    if not any(_in_force(a.days, days) for a in here):
        yield "appointed"
    if order.corps is not None and not any(m.corps == order.corps and _in_force(m.days, days) for m in lecturer.corps):
        yield "corps"
    if lecturer.areas is not None and not lecturer.areas.intersection(order.areas):
        yield "area"
    if lesson.mode == "online" and not lecturer.online:
        yield "online"
    if lecturer.id in order.excluded:
        yield "excluded"
    if any(start < lesson.end and lesson.start < end for start, end in lecturer.absences):
        yield "absent"
    if not _inside(lecturer.available, lesson.start, lesson.end):
        yield "hours"
    yield from _from_home(problem, lesson, lecturer)


def _from_home(problem: Problem, lesson: Lesson, lecturer: Lecturer) -> Iterator[str]:
    place = lesson.place
    if place is None or lecturer.home is None:
        return
    if lecturer.max_km is not None and _km(problem, lecturer.home, place) > lecturer.max_km + EPSILON:
        yield "radius"
    leg = _minutes(problem, lecturer.home, place)
    if problem.travel.home_legs and not _inside(lecturer.available, lesson.start - leg, lesson.end + leg):
        yield "home_legs"


def _venue(problem: Problem, lesson: Lesson, order: Order) -> Iterator[str]:
    venue = lesson.venue
    if (venue is None) == (lesson.mode == "venue"):
        yield "place"
    if venue is None:
        return
    if order.venues is not None and venue.id not in order.venues:
        yield "allowed"
    if venue.blocked:
        yield "plaque"
    if venue.areas is not None and not venue.areas.intersection(order.areas):
        yield "venue_area"
    radius = venue.radius_km if venue.radius_km is not None else problem.travel.venue_radius_km
    if (
        order.venues is None
        and radius is not None
        and order.location is not None
        and (_km(problem, order.location, venue.location) > radius + EPSILON)
    ):
        yield "venue_radius"
    if venue.capacity < lesson.people:
        yield "capacity"
    if not venue.equipment.issuperset(order.equipment):
        yield "equipment"
    if any(start < lesson.end and lesson.start < end for start, end in venue.closures):
        yield "closed"
    if not _inside(venue.open, lesson.start, lesson.end):
        yield "open"


def _clashes(problem: Problem, lesson: Lesson, others: Mapping[tuple[Kind, str], Sequence[Busy]]) -> Iterator[str]:
    for kind, code in (
        (Kind.COMMITTEE, "committee_busy"),
        (Kind.LECTURER, "lecturer_busy"),
        (Kind.VENUE, "venue_busy"),
    ):
        same = [busy for key, held in others.items() if key[0] == kind for busy in held]
        if any(b.start < lesson.end and lesson.start < b.end for b in same):
            yield code
    mine = [busy for key, held in others.items() if key[0] == Kind.LECTURER for busy in held]
    gaps = [(max(b.start - lesson.end, lesson.start - b.end), b) for b in mine]
    apart = [b for gap, b in gaps if gap >= 0 and (gap <= 1440 or problem.travel.home_legs)]
    if any(not _time_between(problem, lesson, b) for b in apart):
        yield "travel"


def _resources(lesson: Lesson) -> Iterator[tuple[Kind, str]]:
    for lecturer in lesson.lecturers:
        yield Kind.LECTURER, lecturer.id
    for order in lesson.orders:
        yield Kind.COMMITTEE, order.committee
    if lesson.venue:
        yield Kind.VENUE, lesson.venue.id


def _time_between(problem: Problem, lesson: Lesson, busy: Busy) -> bool:
    way = 0 if lesson.place is None or busy.place is None else _minutes(problem, lesson.place, busy.place)
    if busy.start < lesson.start:
        setup = 0 if busy.setup_included else problem.travel.setup_min
        return lesson.start >= busy.end + setup + way
    return busy.start >= lesson.end + problem.travel.setup_min + way


def _limits(problem: Problem, lesson: Lesson, lecturer: Lecturer, held: Sequence[Busy]) -> Iterator[str]:
    starts = [b.start for b in held if b.counts]
    starts.append(lesson.start)

    def over(limit: int | None, key: Callable[[int], object]) -> bool:
        return limit is not None and sum(key(start) == key(lesson.start) for start in starts) > limit

    def month(start: int) -> tuple[int, int]:
        day = problem.date_of(start // 1440)
        return day.year, day.month

    if over(lecturer.max_per_day, lambda start: start // 1440):
        yield "max_per_day"
    if over(lecturer.max_per_week, lambda start: start // 10080):
        yield "max_per_week"
    if over(lecturer.max_per_month, month):
        yield "max_per_month"
    same_day = {_part(start) for start in starts if start // 1440 == lesson.start // 1440}
    if lecturer.max_half_days_per_day is not None and len(same_day) > lecturer.max_half_days_per_day:
        yield "max_half_days_per_day"


def _part(start: int) -> str:
    minute = start % 1440
    if minute < 720:
        return "morning"
    return "afternoon" if minute < 1050 else "evening"


def _in_force(term: Days, days: tuple[int, int]) -> bool:
    after = term.first is None or days[0] >= term.first
    return after and (term.last is None or days[1] <= term.last)


def _inside(spans: Sequence[tuple[int, int]] | None, start: int, end: int) -> bool:
    return spans is None or any(a <= start and end <= b for a, b in spans)


def _km(problem: Problem, a: tuple[float, float], b: tuple[float, float]) -> float:
    if problem.travel.metric == "euclid":
        return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    chord = math.sin((lat_b - lat_a) / 2) ** 2
    chord += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 6371.0 * 2 * math.asin(math.sqrt(chord))


def _minutes(problem: Problem, a: tuple[float, float], b: tuple[float, float]) -> int:
    exact = _km(problem, a, b) / problem.travel.speed_kmh * 60
    return math.ceil(exact - EPSILON) if problem.travel.rounding == "up" else math.floor(exact + EPSILON)

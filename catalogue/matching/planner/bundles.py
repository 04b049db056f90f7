"""Orders that would share one lesson as one order: where they can all be, when they can all come, what they are worth.

A bundle is planned like any other order and taken apart afterwards; what does not hold then (another lesson of a
committee of the bundle, say) is left out. So the planner itself moves lessons to where they can be shared, which joining
guests to lessons that already stand cannot.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from catalogue.matching.book import Book
from catalogue.matching.candidates import feasible
from catalogue.matching.check import Assignment, check
from catalogue.matching.planner.answer import Result
from catalogue.matching.problem import Joining, Order, Problem, Venue
from catalogue.matching.terms import Mode, Window
from catalogue.matching.travel import HAIR

Plan = tuple[Assignment, ...]
Bundle = tuple[Order, ...]


def joinable(order: Order) -> bool:
    """May it share a lesson at all?"""
    return order.joins and order.pinned is None and order.lecturers_needed == 1 and order.location is not None


class Sharing:
    """Who of a problem may share a lesson with whom; the rooms of each order are looked up once."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.book = problem, Book(problem)
        self._rooms: dict[str, frozenset[str]] = {}

    def may(self, bundle: Sequence[Order]) -> bool:
        """Is there a time and, for some way of teaching they all accept, a place for all? Never says no to a lesson
        that would be without fault."""
        joining = self.problem.joining
        if joining is None or len(bundle) > joining.max_orders or not all(joinable(one) for one in bundle):
            return False
        if len({one.committee for one in bundle}) < len(bundle) or len({(o.course, o.minutes) for o in bundle}) > 1:
            return False
        return _near(self.problem, joining, bundle) and bool(shared_windows(bundle)) and self._somewhere(bundle)

    def _somewhere(self, bundle: Sequence[Order]) -> bool:
        modes = _modes(bundle)
        return Mode.ONLINE in modes or (Mode.VENUE in modes and bool(self.rooms(bundle)))

    def rooms(self, bundle: Sequence[Order]) -> tuple[str, ...]:
        """The venues that each may use and that hold them all, by name."""
        people, venues = sum(one.attendees for one in bundle), self.problem.venue_of
        common = frozenset.intersection(*(self._own_rooms(one) for one in bundle))
        return tuple(sorted(name for name in common if venues[name].capacity >= people))

    def taught(self, bundle: Bundle) -> bool:
        """Could somebody teach them all together, if nothing else were planned?"""
        made = as_one(self, bundle)
        return made is not None and next(iter(feasible(self.problem, made, self.book)), None) is not None

    def _own_rooms(self, order: Order) -> frozenset[str]:
        """The venues that one may use, whatever their size."""
        found = self._rooms.get(order.id)
        if found is None:
            found = frozenset(
                one.id
                for one in self.problem.venues
                if not one.blocked
                and one.equipment >= order.equipment
                and (one.areas is None or one.areas & order.areas)
                and _may_use(self.problem, order, one)
            )
            self._rooms[order.id] = found
        return found


def _near(problem: Problem, joining: Joining, bundle: Sequence[Order]) -> bool:
    places = [one.location for one in bundle if one.location is not None]
    return all(problem.travel.km(a, b) <= joining.radius_km + HAIR for a, b in combinations(places, 2))


def _modes(bundle: Sequence[Order]) -> tuple[Mode, ...]:
    return tuple(
        mode for mode in bundle[0].modes if mode is not Mode.ONSITE and all(mode in one.modes for one in bundle)
    )


def shared_windows(bundle: Sequence[Order]) -> tuple[Window, ...]:
    """The times at which all can come, long enough for the lesson; the preferences added up."""
    found = list(bundle[0].windows)
    for order in bundle[1:]:
        found = [
            Window(max(a.start, b.start), min(a.end, b.end), a.preference + b.preference)
            for a in found
            for b in order.windows
            if min(a.end, b.end) - max(a.start, b.start) >= order.minutes
        ]
    return tuple(sorted(set(found), key=lambda one: (one.start, one.end, one.preference)))


def _may_use(problem: Problem, order: Order, venue: Venue) -> bool:
    if order.venues is not None:
        return venue.id in order.venues
    radius = venue.radius_km if venue.radius_km is not None else problem.travel.venue_radius_km
    return order.location is None or problem.travel.within(order.location, venue.location, radius)


def as_one(sharing: Sharing, bundle: Bundle) -> Order | None:
    """The bundle as an order with the id of its first; None if the wishes cannot be said as one (no area in common, two
    corps, numbers that add up to more than any order may have)."""
    weights, joining = sharing.problem.weights, sharing.problem.joining
    areas = frozenset.intersection(*(one.areas for one in bundle))
    corps = {one.corps for one in bundle}
    people = sum(one.attendees for one in bundle)
    if (any(one.areas for one in bundle) and not areas) or len(corps) > 1:
        return None
    if joining is None or people < joining.min_attendees:
        return None
    priority = sum(one.priority for one in bundle)
    if weights.served:
        priority += round(weights.cover * (sum(one.first_lesson for one in bundle) - 1) / weights.served)
    try:
        return _added_up(sharing, bundle, areas, priority)
    except ValueError:
        return None


def _added_up(sharing: Sharing, bundle: Bundle, areas: frozenset[str], priority: int) -> Order:
    online = [one.not_before if one.not_before_online is None else one.not_before_online for one in bundle]
    return replace(
        bundle[0],
        areas=areas,
        attendees=sum(one.attendees for one in bundle),
        windows=shared_windows(bundle),
        modes=_modes(bundle),
        venues=sharing.rooms(bundle),
        equipment=frozenset().union(*(one.equipment for one in bundle)),
        preferred_lecturer=next((one.preferred_lecturer for one in bundle if one.preferred_lecturer), None),
        priority=max(0, priority),
        first_lesson=any(one.first_lesson for one in bundle),
        excluded=frozenset().union(*(one.excluded for one in bundle)),
        not_before=max((one.not_before for one in bundle if one.not_before is not None), default=None),
        not_before_online=max((at for at in online if at is not None), default=None),
        not_after=min((one.not_after for one in bundle if one.not_after is not None), default=None),
        joins=False,
    )


def bundles(sharing: Sharing, first: Iterable[Order], over: Callable[[], bool]) -> list[Bundle]:
    """Bundles without a common order, each begun with one of `first` in turn and filled with whom it costs least.

    Least: whose windows leave the most time in common; of equals those of `first` before the others.
    """
    problem, joining = sharing.problem, sharing.problem.joining
    if joining is None:
        return []
    wanted = [one for one in first if joinable(one)]
    rank, taken, found = {one.id: n for n, one in enumerate(wanted)}, set[str](), []
    alike: dict[tuple[str, int], list[Order]] = defaultdict(list)
    for one in problem.orders:
        if joinable(one):
            alike[one.course, one.minutes].append(one)
    for begun in wanted:
        if begun.id in taken or over():
            continue
        bundle: Bundle = (begun,)
        while len(bundle) < joining.max_orders:
            others = [one for one in alike[begun.course, begun.minutes] if one.id not in taken and one not in bundle]
            fitting = [one for one in others if sharing.may((*bundle, one)) and sharing.taught((*bundle, one))]
            if not fitting:
                break
            bundle = (*bundle, max(fitting, key=lambda one: (one.id in rank, _time(bundle, one), one.priority, one.id)))
        if len(bundle) > 1:
            found.append(bundle)
            taken |= {one.id for one in bundle}
    return found


def _time(bundle: Bundle, order: Order) -> int:
    return sum(one.end - one.start for one in shared_windows((*bundle, order)))


def planned_together(
    sharing: Sharing, chosen: Sequence[Bundle], single: Callable[[Problem], Problem], solve: Callable[[Problem], Result]
) -> Plan:
    """The planner's plan with these bundles as orders, taken apart; without whatever breaks a rule then."""
    problem = sharing.problem
    inside = {one.id for bundle in chosen for one in bundle}
    whole = {made.id: bundle for bundle in chosen if (made := as_one(sharing, bundle)) is not None}
    merged = [made for bundle in chosen if (made := as_one(sharing, bundle)) is not None]
    rest = tuple(one for one in problem.orders if one.id not in inside)
    previous = {name: pin for name, pin in problem.previous.items() if name not in inside}
    result = solve(single(replace(problem, orders=(*rest, *merged), previous=previous)))
    apart = tuple(
        one._replace(order=order) for one in result.plan for order in _members(whole.get(one.order), one.order)
    )
    return without_faults(problem, apart)


def _members(bundle: Bundle | None, name: str) -> Iterator[str]:
    yield from (name,) if bundle is None else (one.id for one in bundle)


def without_faults(problem: Problem, plan: Plan) -> Plan:
    """The plan without the orders that break a rule, taken away until none does (pinned ones stay)."""
    pinned = {one.id for one in problem.orders if one.pinned is not None}
    while True:
        broken = {one.order for one in check(problem, plan)} - pinned
        if not broken & {one.order for one in plan}:
            return plan
        plan = tuple(one for one in plan if one.order not in broken)


def most_guests(sharing: Sharing) -> Iterator[tuple[list[Order], int]]:
    """Groups of orders that could meet in lessons at all, and how many of each group at most are not the host.

    Who could share with nobody is in no group; lessons never reach over two groups.
    """
    problem, joining = sharing.problem, sharing.problem.joining
    alike: dict[tuple[str, int], list[Order]] = defaultdict(list)
    for one in problem.orders:
        if one.joins and one.lecturers_needed == 1:
            alike[one.course, one.minutes].append(one)
    for orders in alike.values():
        for group in _linked(sharing, orders):
            if joining is not None and len(group) > 1:
                yield group, len(group) * (joining.max_orders - 1) // joining.max_orders


def _linked(sharing: Sharing, orders: list[Order]) -> list[list[Order]]:
    groups: list[list[Order]] = []
    for order in orders:
        friends = [group for group in groups if any(_could(sharing, order, one) for one in group)]
        for group in friends:
            groups.remove(group)
        groups.append([order, *(one for group in friends for one in group)])
    return groups


def _could(sharing: Sharing, one: Order, other: Order) -> bool:
    """May both be in one lesson? Pinned orders may as well."""
    return sharing.may((replace(one, pinned=None), replace(other, pinned=None)))

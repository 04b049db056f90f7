"""Where is too little? Courses and areas whose orders stay without a lesson, and what one more lecturer or room would do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from catalogue.matching.planned import with_plan
from catalogue.matching.planner.answer import Result
from catalogue.matching.problem import Order, Problem
from catalogue.matching.terms import DAY, WEEK, Mode, half_day

Lack = Literal["lecturer", "room", "time"]
A_DAY, A_WEEK = 2, 4  # lessons that one more lecturer is thought to hold


@dataclass(frozen=True)
class Shortage:
    """Orders of one course in one area that stay without a lesson.

    lack: what they lack most: a lecturer (nobody qualified, or all busy), a room, or another time (nobody has hours
    at the times they offer). orders: those without a lesson, dearest first. one_more: how many of them one more lecturer
    of the course with ordinary hours (or, for `room`, one more room that fits) would serve.
    price: points that a further lesson of this kind is worth at the margin, by the duals of the linear programme.
    halves: how often each half-day (0 morning, 1 afternoon, 2 evening) is asked for by these orders.
    """

    course: str
    area: str
    lack: Lack
    orders: tuple[str, ...]
    one_more: int
    price: float
    halves: Mapping[int, int]


def shortages(problem: Problem, result: Result) -> list[Shortage]:
    """Every course and area with orders left over, those that one more would help most first."""
    groups: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for name in result.unserved:
        order = problem.order_of[name]
        groups[order.course, min(order.areas, default="")].append(order)
    beside = with_plan(problem, result.plan)
    found = []
    for (course, area), orders in sorted(groups.items()):
        orders.sort(key=lambda one: (-one.priority, one.id))
        lack = _lack(result, orders)
        found.append(
            Shortage(
                course,
                area,
                lack,
                tuple(one.id for one in orders),
                _one_more(beside, orders),
                _price(problem, result, orders),
                _halves(orders),
            )
        )
    return sorted(found, key=lambda one: (-one.one_more, -one.price, one.course, one.area))


def _lack(result: Result, orders: Sequence[Order]) -> Lack:
    """The reason of most of them; of equally many, a lecturer before a room before the time."""
    counts: dict[Lack, int] = {"lecturer": 0, "room": 0, "time": 0}
    names: dict[str, Lack] = {"nobody": "lecturer", "busy": "lecturer", "no_room": "room", "no_time": "time"}
    for one in orders:
        counts[names.get(result.unserved[one.id].code, "lecturer")] += 1
    return max(counts, key=lambda lack: counts[lack])


def _one_more(problem: Problem, orders: Sequence[Order]) -> int:
    """How many of the orders somebody without any lesson could teach, each in a window, a room free if one is needed."""
    taken: dict[int, int] = defaultdict(int)
    rooms: set[tuple[str, int]] = set()
    busy_days: dict[tuple[int, int], bool] = {}
    served = 0
    for order in orders:
        for window in order.windows:
            day, week = window.start // DAY, window.start // WEEK
            part = (day, half_day(window.start))
            if window.end - window.start < order.minutes or busy_days.get(part):
                continue
            if taken[day] >= A_DAY or taken[-1 - week] >= A_WEEK:
                continue
            room = _free_room(problem, order, window.start, rooms)
            if room is None:
                continue
            rooms.add((room, day))
            busy_days[part] = True
            taken[day] += 1
            taken[-1 - week] += 1
            served += 1
            break
    return served


def _free_room(problem: Problem, order: Order, start: int, taken: set[tuple[str, int]]) -> str | None:
    """A venue that fits and is free then ("" where none is needed)."""
    if order.modes != (Mode.VENUE,):
        return ""
    end = start + order.minutes
    held = [busy for busy in problem.lessons if busy.kind == "venue" and busy.start < end and start < busy.end]
    occupied = {busy.resource for busy in held}
    for venue in problem.venues:
        fits = venue.capacity >= order.attendees and venue.equipment >= order.equipment and not venue.blocked
        named = order.venues is None or venue.id in order.venues
        near = (
            order.venues is not None
            or order.location is None
            or problem.travel.within(
                order.location,
                venue.location,
                venue.radius_km if venue.radius_km is not None else problem.travel.venue_radius_km,
            )
        )
        at_hand = (venue.hours is None or venue.hours.hold(start, end)) and not venue.shut.touch(start, end)
        served = venue.areas is None or bool(venue.areas & order.areas)
        if (
            fits
            and named
            and near
            and at_hand
            and served
            and venue.id not in occupied
            and (venue.id, start // DAY) not in taken
        ):
            return venue.id
    return None


def _price(problem: Problem, result: Result, orders: Sequence[Order]) -> float:
    """What the dearest of them would bring beyond what the programme already asks for it."""
    weights, prices = problem.weights, result.prices.order
    return max((weights.served * one.priority - prices.get(one.id, 0.0) for one in orders), default=0.0)


def _halves(orders: Sequence[Order]) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for order in orders:
        for part in {half_day(window.start) for window in order.windows}:
            counts[part] += 1
    return dict(sorted(counts.items()))

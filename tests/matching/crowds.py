"""Small random problems with several orders, in which everything gets in everybody's way; and their best plan by trying all."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from catalogue.matching.candidates import feasible
from catalogue.matching.check import Assignment, check
from catalogue.matching.problem import Appointment, Busy, Lecturer, Order, Pin, Problem, Qualification, Venue, Weights
from catalogue.matching.scoring import score_of
from catalogue.matching.terms import DAY, Kind, Mode, Window
from catalogue.matching.travel import Travel


def a_crowd(seed: int, orders: int = 4, slot: int = 60) -> Problem:
    """Two lecturers, two rooms, two or three committees, three days; every rule between lessons bites now and then."""
    rng = random.Random(seed)

    def place() -> tuple[float, float]:
        return (float(rng.randint(0, 9)), float(rng.randint(0, 9)))

    def span(longest: int) -> tuple[int, int]:
        start = rng.choice([0, 0, DAY, 2 * DAY]) + rng.choice([480, 540, 780, 840, 1080, 1320])
        return (start, start + rng.randrange(120, longest + 1, 60))

    names = ["L1", "L2"]
    lecturers = tuple(
        Lecturer(
            name,
            tuple(Qualification(course) for course in rng.sample(["C1", "C2"], rng.randint(1, 2))),
            (Appointment(),),
            rng.choice([None, tuple(span(900) for _ in range(rng.randint(1, 4)))]),
            home=place(),
            max_km=rng.choice([None, None, 9.0]),
            max_half_days_per_day=rng.choice([None, 1, 2]),
            max_per_day=rng.choice([None, 1, 2, 3]),
            max_per_week=rng.choice([None, 2, 3]),
            max_per_month=rng.choice([None, None, 2]),
        )
        for name in names
    )
    venues = tuple(
        Venue(name, 40, place(), rng.choice([None, tuple(span(600) for _ in range(2))])) for name in ("V1", "V2")
    )
    asked = []
    for number in range(orders):
        windows = tuple(Window(*span(240), rng.randint(0, 10)) for _ in range(rng.randint(1, 2)))
        asked.append(
            Order(
                f"O{number}",
                rng.choice(["K1", "K2", "K3"]),
                rng.choice(["C1", "C2"]),
                frozenset({"A"}),
                rng.choice([60, 60, 120]),
                rng.randint(10, 30),
                windows,
                tuple(rng.sample(list(Mode), rng.choice([1, 1, 2]))),
                place(),
                preferred_lecturer=rng.choice([None, "L1", "L2"]),
                priority=rng.randint(0, 3),
                first_lesson=True,
            )
        )
    lessons = tuple(
        Busy(Kind.LECTURER, rng.choice(names), *span(120), rng.choice([None, place()]), counts=rng.random() < 0.8)
        for _ in range(rng.choice([0, 0, 1, 2]))
    )
    return Problem(
        date(2026, 3, 30),
        4,
        tuple(asked),
        lecturers,
        venues,
        lessons,
        slot_minutes=slot,
        travel=Travel(
            rng.choice(["euclid", "haversine"]), rng.choice([10.0, 30.0, 3000.0]), rng.choice([0, 15]), home_legs=rng.random() < 0.2, venue_radius_km=rng.choice([None, 8.0])
        ),
        weights=Weights(1000, 500, rng.choice([0, 10]), 50, rng.choice([0, 2, 300]), rng.choice([0, 1]), 200),
    )  # fmt: skip


def with_decisions(problem: Problem, seed: int) -> Problem:
    """The same with a previous plan and perhaps a pin, taken from its own possible lessons."""
    rng = random.Random(seed)
    plan: list[Assignment] = []
    for order in problem.orders:
        ways = [Assignment(p.order, p.lecturer, p.venue, p.mode, p.start) for p in feasible(problem, order.id)]
        rng.shuffle(ways)
        plan += next(([way] for way in ways[:3] if not check(problem, [*plan, way])), [])
    pins = {one.order: Pin(one.lecturer, one.venue, one.start) for one in plan}
    exact = {name: pin for name, pin in pins.items() if len(problem.order_of[name].modes) == 1}
    kept = set(rng.sample(sorted(exact), min(1, len(exact))))
    orders = tuple(replace(one, pinned=exact[one.id] if one.id in kept else None) for one in problem.orders)
    return replace(problem, orders=orders, previous=exact)


def points(problem: Problem, plan: Iterable[Assignment]) -> float:
    """The score of a plan, reckoned apart from the planner."""
    return score_of(problem, plan).total


def best_by_trying(problem: Problem) -> float:
    """The score of the best plan, by trying everything that the checker accepts lesson by lesson."""
    ways = [
        [Assignment(p.order, p.lecturer, p.venue, p.mode, p.start) for p in feasible(problem, order.id)]
        for order in problem.orders
    ]

    def plans(number: int, chosen: list[Assignment]) -> Iterator[list[Assignment]]:
        if number == len(ways):
            yield chosen
            return
        if problem.orders[number].pinned is None:
            yield from plans(number + 1, chosen)
        for way in ways[number]:
            pin = problem.orders[number].pinned
            if pin is not None and (way.lecturer, way.venue, way.start) != tuple(pin)[:3]:
                continue
            if all(goes_with(problem, way, other) for other in chosen):
                yield from plans(number + 1, [*chosen, way])

    best = -float("inf")
    for plan in plans(0, []):
        worth = points(problem, plan)
        if worth > best and not _others_missing(problem, plan) and not check(problem, plan):
            best = worth
    return best


def goes_with(problem: Problem, one: Assignment, other: Assignment) -> bool:
    """A quick no for two lessons that share a lecturer, room or committee at the same time."""
    begin, end = one.start, one.start + problem.order_of[one.order].minutes
    apart = other.start >= end or other.start + problem.order_of[other.order].minutes <= begin
    shared = one.lecturer == other.lecturer or (one.venue is not None and one.venue == other.venue)
    same = problem.order_of[one.order].committee == problem.order_of[other.order].committee
    return apart or not (shared or same)


def _others_missing(problem: Problem, plan: list[Assignment]) -> bool:
    served = {one.order for one in plan}
    return any(order.pinned is not None and order.id not in served for order in problem.orders)

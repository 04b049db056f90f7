"""Lessons of several lecturers and lessons that several orders share: valid plans, exact optima, a bound that is one."""

import random
from dataclasses import replace
from itertools import combinations, product

import pytest

from catalogue.matching.check import Assignment, check
from catalogue.matching.planner import Stop, solve
from catalogue.matching.problem import Joining, Pin, Qualification
from catalogue.matching.scoring import score_of
from catalogue.matching.terms import Mode, Window
from tests.matching.small import a_lecturer, a_problem, a_venue, an_order

MORNING = (Window(540, 720, 10),)
WORK = Stop(work=100_000)


def planned(problem):
    result = solve(problem, WORK)

    assert check(problem, result.plan) == []
    assert result.score == pytest.approx(score_of(problem, result.plan).total)
    assert result.bound >= result.score
    return result


def test_two_lecturers_teach_one_lesson_together():
    problem = a_problem(an_order(lecturers_needed=2), a_lecturer("L1"), a_lecturer("L2"), a_lecturer("L3"))
    result = planned(problem)

    assert len(result.plan) == 2
    assert len({(one.venue, one.mode, one.start) for one in result.plan}) == 1


def test_one_lecturer_alone_is_no_team():
    assert planned(a_problem(an_order(lecturers_needed=2), a_lecturer("L1"))).plan == ()


def test_a_pinned_team_is_kept():
    pin = Pin("L2", None, 540, also=("L1",))
    problem = a_problem(an_order(lecturers_needed=2, windows=MORNING, pinned=pin), a_lecturer("L1"), a_lecturer("L2"))

    assert sorted(planned(problem).plan) == [Assignment("O1", n, None, Mode.ONSITE, 540) for n in ("L1", "L2")]


def two_that_join(**values):
    common = {"modes": (Mode.VENUE,), "windows": (Window(540, 660, 10),), "joins": True, "attendees": 20}
    return [an_order(**{**common, "id": f"O{n}", "committee": f"K{n}", **values}) for n in (1, 2)]


def a_shared_problem(*orders, capacity=50, **joining):
    rule = Joining(**{"radius_km": 3, "min_attendees": 1, "max_orders": 2, **joining})
    return replace(a_problem(*orders, a_lecturer("L1"), a_venue("V1", capacity=capacity)), joining=rule)


def test_small_orders_of_near_committees_share_the_only_lecturer():
    result = planned(a_shared_problem(*two_that_join()))

    assert sorted(one.order for one in result.plan) == ["O1", "O2"]
    assert len({(one.lecturer, one.venue, one.start) for one in result.plan}) == 1


@pytest.mark.parametrize(
    ("orders", "rule"),
    [
        ({"joins": False}, {}),
        ({"attendees": 30}, {}),
        ({"committee": "K1"}, {}),
        ({}, {"min_attendees": 41}),
        ({"modes": (Mode.ONSITE,)}, {}),
    ],
    ids=["no consent", "no room for all", "one committee", "too few people", "onsite"],
)
def test_orders_that_may_not_share_do_not(orders, rule):
    assert len(planned(a_shared_problem(*two_that_join(**orders), **rule)).plan) == 1


def test_committees_that_lie_too_far_apart_do_not_share():
    first, second = two_that_join()
    far = replace(second, location=(0.0, 4.0))

    assert len(planned(a_shared_problem(first, far)).plan) == 1
    assert len(planned(a_shared_problem(first, far, radius_km=5)).plan) == 2


def test_joining_ends_with_the_time():
    problem = a_shared_problem(*two_that_join())
    stopped = solve(problem, Stop(cancelled=lambda: True))

    assert check(problem, stopped.plan) == []
    assert len({one.order for one in stopped.plan}) <= 1


def best_of_all(problem):
    """The score of the best plan by trying every combination of orders, lecturers and starts (no rooms)."""
    ways = []
    for order in problem.orders:
        options = [()]
        for start in (540, 600, 660):
            for team in combinations([one.id for one in problem.lecturers], order.lecturers_needed):
                options.append(tuple(Assignment(order.id, name, None, order.modes[0], start) for name in team))
        ways.append(options)
    plans = (tuple(one for part in parts for one in part) for parts in product(*ways))
    return max(score_of(problem, plan).total for plan in plans if not check(problem, plan))


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_is_never_below_the_best_plan_of_small_teams(seed):
    orders = [
        an_order(
            id=f"O{n}", committee=f"K{n}", lecturers_needed=1 + (seed + n) % 2, minutes=60, priority=1 + (seed * n) % 3,
            windows=(Window(540, 660 if n % 2 else 720, n),),
        )
        for n in range(3)
    ]  # fmt: skip
    problem = a_problem(*orders, *(a_lecturer(f"L{n}", max_half_days_per_day=None) for n in range(3)))
    result, best = planned(problem), best_of_all(problem)

    assert result.score <= best + 1e-6 <= result.bound + 1e-6
    assert result.score >= 0.9 * best


def where_greed_fails(liked):
    """Pairs of which one order likes a time best at which the other cannot come; lecturers with one lesson each."""
    early, late = Window(540, 600, liked), Window(840, 900, 1)
    orders, common = [], {"modes": (Mode.VENUE,), "joins": True, "attendees": 20, "minutes": 60}
    for n in range(2):
        orders += [
            an_order(id=f"A{n}", committee=f"KA{n}", course=f"C{n}", windows=(early, late), **common),
            an_order(id=f"B{n}", committee=f"KB{n}", course=f"C{n}", windows=(late,), **common),
        ]
    teachers = [a_lecturer(f"L{n}", qualifications=(Qualification(f"C{n}"),), max_per_day=1) for n in range(2)]
    rule = Joining(radius_km=3, min_attendees=1, max_orders=2)
    return replace(a_problem(*orders, *teachers, a_venue("V0", capacity=50), a_venue("V1", capacity=50)), joining=rule)


@pytest.mark.parametrize("liked", [2, 10])
def test_a_lesson_moves_to_the_time_at_which_another_order_can_share_it(liked):
    problem = where_greed_fails(liked)

    assert {one.order for one in planned(problem).plan} == {"A0", "A1", "B0", "B1"}


def best_joint_plan(problem):
    """The score of the best plan by trying every combination of orders, lecturers, rooms and starts."""
    ways = [
        [(), *((Assignment(one.id, who.id, room.id, Mode.VENUE, start),)
               for who in problem.lecturers for room in problem.venues for start in (540, 600, 660))]
        for one in problem.orders
    ]  # fmt: skip
    plans = (tuple(one for part in parts for one in part) for parts in product(*ways))
    return max(score_of(problem, plan).total for plan in plans if not check(problem, plan))


@pytest.mark.parametrize("seed", range(4))
def test_plans_of_small_orders_that_share_are_near_the_best_and_never_above_the_bound(seed):
    rng = random.Random(seed)
    orders = [
        an_order(
            id=f"O{n}", committee=f"K{n}", modes=(Mode.VENUE,), minutes=60, attendees=rng.choice((15, 20, 30)),
            joins=rng.random() < 0.8, priority=rng.choice((1, 2, 3)), location=(0.0, rng.choice((0.0, 1.0, 4.0))),
            windows=tuple(Window(s, s + 60, rng.randrange(10)) for s in rng.sample((540, 600, 660), rng.choice((1, 2)))),
        )
        for n in range(4)
    ]  # fmt: skip
    rule = Joining(radius_km=3, min_attendees=1, max_orders=rng.choice((2, 3)))
    lecturer, rooms = (
        a_lecturer("L1", max_per_day=1 + seed % 2),
        (a_venue("V1", capacity=50), a_venue("V2", capacity=70)),
    )
    problem = replace(a_problem(*orders, lecturer, *rooms), joining=rule)
    result, best = planned(problem), best_joint_plan(problem)

    assert result.score <= best + 1e-6 <= result.bound + 1e-6
    assert result.score >= 0.97 * best

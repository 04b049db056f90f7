"""The planner: always a valid plan, never a bound below the best plan, the same plan for the same seed and work."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.matching.candidates import feasible
from catalogue.matching.check import Assignment, check
from catalogue.matching.planner import Stop, generate, solve
from catalogue.matching.planner.compiled import compiled
from tests.matching.crowds import a_crowd, best_by_trying, points, with_decisions
from tests.matching.small import a_problem, an_order
from tests.matching.test_check import problems

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
crowds = st.integers(0, 2**32).map(a_crowd)
SLACK = 1e-6


@given(problems)
@QUICK
def test_the_seats_are_exactly_the_lessons_that_the_rules_accept(problem):
    model = compiled(problem)

    seats = [model.assignment(seat) for seat in range(model.seats)]

    listed = [Assignment(p.order, p.lecturer, p.venue, p.mode, p.start) for p in feasible(problem, "O1")]
    assert len(seats) == len(set(seats))
    assert set(seats) == set(listed)


@given(crowds)
@QUICK
def test_the_plan_breaks_no_rule_and_its_score_is_the_sum_of_its_points(problem):
    result = solve(problem)

    assert check(problem, result.plan) == []
    assert abs(result.score - points(problem, result.plan)) < SLACK
    assert set(result.unserved) == {one.id for one in problem.orders} - {one.order for one in result.plan}


@given(st.integers(0, 2**32))
@QUICK
def test_pins_and_the_previous_plan_count(seed):
    problem = with_decisions(a_crowd(seed), seed)

    result = solve(problem)

    assert check(problem, result.plan) == []
    assert abs(result.score - points(problem, result.plan)) < SLACK


@given(crowds)
@QUICK
def test_no_plan_is_better_than_the_bound(problem):
    result = solve(problem)

    assert result.score <= best_by_trying(problem) + SLACK <= result.bound + 2 * SLACK


@given(st.integers(0, 2**32).map(lambda seed: a_crowd(seed, orders=6)))
@QUICK
def test_prices_found_without_the_programme_prove_the_same_bounds(problem):
    """Large instances begin with other prices and few columns; made to do so, small ones end with a bound as good."""
    usual = solve(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "WHOLE_LIST", 0)
        patch.setattr(generate, "TRIFLE", 1e-9)
        large = solve(problem)

    assert check(problem, large.plan) == []
    assert large.score <= usual.bound + SLACK
    assert usual.score <= large.bound + SLACK
    assert large.bound <= usual.bound + 0.01


@given(crowds)
@QUICK
def test_stopped_at_once_there_is_still_a_valid_plan(problem):
    for stop in (Stop(work=0), Stop(seconds=0.0), Stop(cancelled=lambda: True)):
        result = solve(problem, stop)

        assert check(problem, result.plan) == []
        assert result.stopped_by in ("work", "seconds", "cancelled", "proved")


def test_the_same_seed_and_work_give_the_same_plan():
    problem = a_crowd(7, orders=12)

    first, second = (solve(problem, Stop(work=2000), seed=3) for _ in range(2))

    assert (first.plan, first.score, first.bound, first.steps) == (
        second.plan,
        second.score,
        second.bound,
        second.steps,
    )


def test_without_orders_or_anybody_to_teach_the_plan_is_empty_and_best():
    nobody = a_problem(an_order(course="没人会"))

    for problem in (replace(a_problem(), orders=()), replace(a_problem(), lecturers=()), nobody):
        result = solve(problem)

        assert (result.plan, result.score, result.bound, result.gap) == ((), 0.0, 0.0, 0.0)

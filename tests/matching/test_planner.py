"""The planner: always a valid plan, never a bound below the best plan, the same plan for the same seed and work."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from itertools import combinations_with_replacement, count, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.matching.candidates import feasible
from catalogue.matching.check import Assignment, check
from catalogue.matching.formats import load_toptw
from catalogue.matching.planner import Stop, choose, generate, highs, highs_inside, highs_outside, master, solve, spots
from catalogue.matching.planner.compiled import compiled
from catalogue.matching.planner.eject import polished
from catalogue.matching.planner.greedy import Choice, fill
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.roster import Roster
from catalogue.matching.planner.score import score_of
from catalogue.matching.planner.sparse import Sparse
from catalogue.matching.planner.tour_pool import TourPool
from catalogue.matching.planner.tours import is_touring
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


def test_the_plan_does_not_depend_on_the_order_in_which_python_keeps_sets():
    code = (
        "from tests.matching.crowds import a_crowd; from catalogue.matching.planner import Stop, solve;"
        "print([solve(a_crowd(seed, orders=8), Stop(work=900), seed=1).plan for seed in (1, 2)])"
    )
    root = Path(__file__).parents[2]
    said = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(said) == 1


@given(st.integers(0, 2**32).map(lambda seed: a_crowd(seed, orders=9)))
@QUICK
def test_ejection_chains_keep_every_rule_and_never_lose_points(problem):
    model = compiled(problem)
    roster, meter = Roster(model), Meter(Stop(), None)
    choice = Choice(roster)
    fill(roster, choice, range(len(problem.orders)), meter)
    before = score_of(model, roster.chosen())

    polished(roster, choice, meter, random.Random(1), 2)

    assert score_of(model, roster.chosen()) >= before - SLACK
    assert check(problem, [model.assignment(seat) for seat in roster.chosen()]) == []


@given(crowds)
@QUICK
def test_of_a_grid_too_fine_a_part_is_tried_and_the_bound_still_holds(problem):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spots, "MOST_STARTS", 3)
        thin = solve(problem)

    assert check(problem, thin.plan) == []
    assert best_by_trying(problem) <= thin.bound + SLACK


# --- tours on a grid of minutes -----------------------------------------------------------------------------------


def a_tour_problem(folder, seed, visits=5, tours=2):
    rng = random.Random(seed)
    rows = [f"{tours} {tours} {visits} 1", "0 0", "0 10 10 0 0 0 0 0 0 60"]
    for number in range(1, visits + 1):
        opens = rng.randrange(0, 40)
        rows.append(
            f"{number} {rng.randrange(21)} {rng.randrange(21)} 5 {rng.randrange(1, 20)} 0 0 0 {opens} {opens + 15}"
        )
    path = folder / "tours.txt"
    path.write_text("\n".join(rows))
    return load_toptw(path, tours)


def best_tours(problem):
    """The most profit of all orders of visits, each as soon as it can be."""
    home, closes = problem.lecturers[0].home, problem.lecturers[0].available[0][1]

    def possible(sequence):
        at, place = 0, home
        for order in sequence:
            at = max(at + problem.travel.minutes(place, order.location), order.windows[0].start)
            if at + order.minutes > order.windows[0].end:
                return False
            at, place = at + order.minutes, order.location
        return at + problem.travel.minutes(place, home) <= closes

    good = {
        frozenset(sequence)
        for length in range(len(problem.orders) + 1)
        for sequence in permutations(problem.orders, length)
        if possible(sequence)
    }
    worth = {chosen: sum(order.priority for order in chosen) for chosen in good}
    if len(problem.lecturers) == 1:
        return max(worth.values())
    return max(worth[a] + worth[b] for a, b in combinations_with_replacement(good, 2) if not a & b)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tours", [1, 2])
def test_tours_find_the_best_of_all_orders_of_visits(tmp_path, seed, tours):
    problem = a_tour_problem(tmp_path, seed, tours=tours)

    result = solve(problem, Stop(work=4000), seed=1)

    assert is_touring(problem)
    assert check(problem, result.plan) == []
    assert result.score == points(problem, result.plan) == best_tours(problem)
    assert result.bound >= result.score


def test_without_orders_or_anybody_to_teach_the_plan_is_empty_and_best():
    nobody = a_problem(an_order(course="没人会"))

    for problem in (replace(a_problem(), orders=()), replace(a_problem(), lecturers=()), nobody):
        result = solve(problem)

        assert (result.plan, result.score, result.bound, result.gap) == ((), 0.0, 0.0, 0.0)


class Different:
    """An inside that is not what it was: it has other methods."""

    class Linear:
        pass


def test_a_solver_whose_inside_is_another_is_not_used():
    assert highs._works(highs_inside)
    assert not highs._works(Different)


def a_programme_of_many_nodes(cancelled):
    drawn = np.random.default_rng(0)
    cost, weight = drawn.integers(1, 40, 60).astype(float), drawn.integers(1, 40, 720).astype(float)
    matrix = Sparse(12 * np.arange(61), np.tile(np.arange(12), 60), weight)
    none, most = np.full(12, -np.inf), np.full(12, 60.0)
    return highs_inside.whole(
        cost, matrix, none, most, np.ones(60), np.ones(60, dtype=bool), np.zeros(60), cancelled=cancelled
    )


def test_the_wish_to_stop_ends_a_programme_while_it_is_solved():
    asked = count()

    assert not a_programme_of_many_nodes(lambda: next(asked) >= 3).proved
    assert next(asked) < 10


def test_what_the_wish_to_stop_raises_comes_out_of_the_solver():
    def broken():
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        a_programme_of_many_nodes(broken)


@given(crowds)
@settings(QUICK, max_examples=8)
def test_the_public_functions_of_scipy_find_the_same_plans(seed_problem):
    fast = solve(seed_problem, Stop(work=100_000))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(master, "growing", highs_outside.PlainLinear)
        patched.setattr(choose, "whole", highs_outside.plain_whole)
        plain = solve(seed_problem, Stop(work=100_000))

    assert check(seed_problem, plain.plan) == []
    assert plain.score == pytest.approx(fast.score)
    assert plain.bound == pytest.approx(fast.bound, abs=1)


def test_tours_of_different_rounds_are_put_together():
    pool = TourPool([0, 0], np.array([3, 4, 5, 6]))
    pool.keep([[0, 1], [2]])
    pool.keep([[3, 2], [0]])

    assert sorted(map(sorted, pool.best(None))) == [[0, 1], [2, 3]]

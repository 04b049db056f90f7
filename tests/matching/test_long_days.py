"""Days of many lessons: the best day at given prices is found, and where labels are left out the bound still holds."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.matching.check import check
from catalogue.matching.planner import long_days, solve
from catalogue.matching.planner.chains import chains_of
from catalogue.matching.planner.compiled import compiled
from catalogue.matching.planner.free_days import FreeDays
from catalogue.matching.planner.roster import Roster
from tests.matching.crowds import a_crowd, best_by_trying

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
HAIR = 1e-6


def a_full_day(seed, orders=5):
    """A few orders for lecturers who may hold four lessons a day, nothing held already, all the lessons on the first day."""
    problem = a_crowd(seed, orders)
    orders = [
        replace(one, windows=tuple(replace(w, start=w.start % 1440, end=w.end - w.start // 1440 * 1440) for w in one.windows))
        for one in problem.orders
    ]  # fmt: skip
    lecturers = [replace(one, max_per_day=4, available=None) for one in problem.lecturers]
    return replace(problem, orders=tuple(orders), lecturers=tuple(lecturers), lessons=())


full_days = st.integers(0, 2**32).map(a_full_day)


def best_days(model, net):
    """Of each shift the most that a day of at most four lessons nets, by trying all sets of seats."""
    best = np.full(len(model.shift_day), -np.inf)
    for shift in range(len(best)):
        seats = range(model.shift_first[shift], model.shift_first[shift + 1])
        for count in range(1, 5):
            for chosen in combinations(seats, count):
                if len({model.order[seat] for seat in chosen}) == count:
                    best[shift] = max(best[shift], worth(model, net, chosen))
    return best


def worth(model, net, chosen):
    """What a day nets; nothing at all if two lessons do not go together (rooms and committees have prices instead)."""
    roster = Roster(model)
    roster.rooms, roster.groups = [[]] * len(roster.rooms), [[]] * len(roster.groups)
    total = 0.0
    for seat in chosen:
        start, end, lecturer = roster.start[seat], roster.end[seat], roster.lecturer[seat]
        if not roster._beside(lecturer, seat, start, end):
            return -np.inf
        roster.rows[lecturer].append((start, end, seat))
        total += net[seat]
    stops = sorted((roster.start[seat], roster.end[seat], roster.place[seat]) for seat in chosen)
    return total - roster.weights.km * roster.tour(roster.lecturer[chosen[0]], stops)


@given(full_days, st.integers(1, 3))
@settings(QUICK, max_examples=10)
def test_the_best_day_is_found_and_with_few_labels_the_bound_still_holds(problem, width):
    model = compiled(problem)
    rng = np.random.default_rng(model.seats)
    net = model.value - rng.integers(0, 900, model.seats)
    wide = np.flatnonzero(np.diff(model.shift_first) <= 14)
    if not len(wide):
        return
    days, truth = FreeDays(chains_of(model, wide), net), best_days(model, net)[wide]
    least = np.full(len(wide), -1e9)

    everything, little = days.search(least, 10**6, 3), days.search(least, width, 3)

    assert everything.most == pytest.approx(truth)
    assert not everything.more.any()
    assert (little.most >= truth - HAIR).all()
    for found in (everything, little):
        columns = found.columns
        for number in range(len(columns)):
            seats = columns.seats[columns.first[number] : columns.first[number + 1]]
            gained = columns.value[number] - model.value[seats].sum() + net[seats].sum()
            assert gained == pytest.approx(worth(model, net, seats))


@given(st.integers(0, 2**32).map(lambda seed: a_full_day(seed, orders=4)))
@settings(QUICK, max_examples=2)
def test_full_days_are_planned_without_fault_and_the_bound_is_true_with_few_labels_too(problem):
    best = best_by_trying(problem)
    for widths in (long_days.WIDTHS, (1,)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(long_days, "WIDTHS", widths)
            result = solve(problem)

        assert check(problem, result.plan) == []
        assert result.score <= best + HAIR <= result.bound + 2 * HAIR

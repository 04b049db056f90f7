"""The same instance for CP-SAT, as its documentation would have it: one variable per possible lesson. For comparison only.

    python -m bench.rival_cp_sat INSTANCE.json PLAN.json SECONDS

Needs ortools in whichever Python runs it. Journeys are counted from home and back for every lesson (the model cannot
see a day's tour); the plan is scored like any other afterwards.
"""

import json
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from ortools.sat.python import cp_model

from bench.columns import columns, place_of, worth_of
from catalogue.matching.check import Assignment
from catalogue.matching.formats import load, plan_document
from catalogue.matching.problem import Problem
from catalogue.matching.rules import TRAVEL
from catalogue.matching.search import Placement
from catalogue.matching.terms import DAY, WEEK, Visit

TENTHS = 10


def build(problem: Problem, ways: list[Placement]) -> tuple[cp_model.CpModel, list[Any]]:
    """The model: at most one lesson per order, no clash of lecturer, room or committee, limits, and the score."""
    model, weights = cp_model.CpModel(), problem.weights
    chosen = [model.new_bool_var("") for _ in ways]
    of_order, of_lecturer, slots = defaultdict(list), defaultdict(list), defaultdict(list)
    for variable, one in zip(chosen, ways, strict=True):
        order = problem.order_of[one.order]
        of_order[one.order].append((variable, one))
        of_lecturer[one.lecturer].append((variable, one))
        for slot in range(one.start // problem.slot_minutes, -(-one.end // problem.slot_minutes)):
            slots["committee", order.committee, slot].append((one.order, variable))
            if one.venue is not None:
                slots["venue", one.venue, slot].append((one.order, variable))
    for name, those in of_order.items():
        if problem.order_of[name].pinned is not None:
            model.add_exactly_one(v for v, _ in those)
        else:
            model.add_at_most_one(v for v, _ in those)
    for those in slots.values():
        if len({name for name, _ in those}) > 1:
            model.add_at_most_one(v for _, v in those)
    terms: list[Any] = []
    for name, those in of_lecturer.items():
        _limits(model, problem, name, those)
        _no_clash(model, problem, those)
        terms += _balance(model, problem, those)
    for variable, one in zip(chosen, ways, strict=True):
        terms.append(variable * worth_of(problem, one, TENTHS))
    committees = defaultdict(list)
    for name, those in of_order.items():
        committees[problem.order_of[name].committee] += [v for v, _ in those]
    for those in committees.values():
        covered = model.new_bool_var("")
        model.add(sum(those) >= covered)
        terms.append(covered * weights.cover * TENTHS)
    model.maximize(sum(terms))
    return model, chosen


def _limits(model: cp_model.CpModel, problem: Problem, name: str, those: list[Any]) -> None:
    lecturer = problem.lecturer_of[name]
    for limit, length in ((lecturer.max_per_day, DAY), (lecturer.max_per_week, WEEK)):
        groups = defaultdict(list)
        for variable, one in those:
            groups[one.start // length].append(variable)
        for group in groups.values():
            if limit is not None and len(group) > limit:
                model.add(sum(group) <= limit)


def _no_clash(model: cp_model.CpModel, problem: Problem, those: list[Any]) -> None:
    days = defaultdict(list)
    for variable, one in those:
        days[one.start // DAY].append((variable, one, Visit(one.start, one.end, place_of(problem, one))))
    for day in days.values():
        for (a, one, here), (b, two, there) in combinations(day, 2):
            if one.order != two.order and TRAVEL.between(here, there, problem.travel):
                model.add_at_most_one(a, b)


def _balance(model: cp_model.CpModel, problem: Problem, those: list[Any]) -> list[Any]:
    most = len({one.order for _, one in those})
    steps = [model.new_bool_var("") for _ in range(min(most, 60))]
    model.add(sum(v for v, _ in those) == sum(steps))
    return [-step * (2 * n + 1) * problem.weights.balance * TENTHS for n, step in enumerate(steps)]


def main() -> None:
    """Solve and write the plan."""
    problem = load(Path(sys.argv[1]))
    ways = columns(problem)
    model, chosen = build(problem, ways)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = float(sys.argv[3])
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    taken = [one for v, one in zip(chosen, ways, strict=True) if found and solver.value(v)]
    plan = [Assignment(one.order, one.lecturer, one.venue, one.mode, one.start) for one in taken]
    Path(sys.argv[2]).write_text(json.dumps(plan_document(problem, plan)))


if __name__ == "__main__":
    main()

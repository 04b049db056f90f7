"""The same instance for Timefold, as its documentation would have it: one planning variable per order. For comparison only.

    python -m bench.rival_timefold INSTANCE.json PLAN.json SECONDS

Needs timefold and a Java runtime in whichever Python runs it. An order chooses among its possible lessons (lecturer,
place, start) or none; constraint streams with joiners. It begins with a plan of its own: the dearest orders first, each
the best lesson that fits. The kilometres are those of a journey for each lesson alone.
"""

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from timefold.solver import SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import ConstraintCollectors, HardSoftScore, Joiners, constraint_provider

from bench.columns import columns, place_of, worth_of
from catalogue.matching.check import Assignment
from catalogue.matching.formats import load, plan_document
from catalogue.matching.problem import Problem
from catalogue.matching.terms import DAY, WEEK

TENTHS = 10
NO_LIMIT = 10**6


@dataclass
class Column:
    """A possible lesson as numbers; gaps: minutes from its place to every other, set-up included."""

    number: int
    lecturer: int
    lecturer_day: int
    lecturer_week: int
    day_cap: int
    week_cap: int
    venue_day: int
    committee_day: int
    start: int
    end: int
    place: int
    gaps: list[int]
    worth: int


@planning_entity
@dataclass
class Lesson:
    """An order; its column is chosen, or none."""

    id: Annotated[int, PlanningId]
    committee: int
    pinned: bool
    columns: Annotated[list[Column], ValueRangeProvider] = field(default_factory=list)
    column: Annotated[Column | None, PlanningVariable(allows_unassigned=True)] = field(default=None)


@planning_solution
@dataclass
class Plan:
    """All orders."""

    all_columns: Annotated[list[Column], ProblemFactCollectionProperty]
    lessons: Annotated[list[Lesson], PlanningEntityCollectionProperty]
    score: Annotated[HardSoftScore | None, PlanningScore] = field(default=None)


def too_near(one: Lesson, two: Lesson) -> bool:
    a, b = one.column, two.column
    gap = a.gaps[b.place]
    return a.start < b.end + gap and b.start < a.end + gap


def overlap(one: Lesson, two: Lesson) -> bool:
    return one.column.start < two.column.end and two.column.start < one.column.end


@constraint_provider
def rules(factory):  # type: ignore[no-untyped-def]  # the solver reads annotations and knows only its own types
    """The rules that two lessons can break, the limits, the score."""
    return [
        factory.for_each_unique_pair(Lesson, Joiners.equal(lambda one: one.column.lecturer_day))
        .filter(lambda one, two: too_near(one, two))
        .penalize(HardSoftScore.ONE_HARD)
        .as_constraint("lecturer"),
        factory.for_each_unique_pair(Lesson, Joiners.equal(lambda one: one.column.venue_day))
        .filter(lambda one, two: one.column.venue_day >= 0 and overlap(one, two))
        .penalize(HardSoftScore.ONE_HARD)
        .as_constraint("venue"),
        factory.for_each_unique_pair(Lesson, Joiners.equal(lambda one: one.column.committee_day))
        .filter(lambda one, two: overlap(one, two))
        .penalize(HardSoftScore.ONE_HARD)
        .as_constraint("committee"),
        factory.for_each(Lesson)
        .group_by(lambda one: one.column.lecturer_day, lambda one: one.column.day_cap, ConstraintCollectors.count())
        .filter(lambda key, cap, count: count > cap)
        .penalize(HardSoftScore.ONE_HARD, lambda key, cap, count: count - cap)
        .as_constraint("a day"),
        factory.for_each(Lesson)
        .group_by(lambda one: one.column.lecturer_week, lambda one: one.column.week_cap, ConstraintCollectors.count())
        .filter(lambda key, cap, count: count > cap)
        .penalize(HardSoftScore.ONE_HARD, lambda key, cap, count: count - cap)
        .as_constraint("a week"),
        factory.for_each_including_unassigned(Lesson)
        .filter(lambda one: one.pinned and one.column is None)
        .penalize(HardSoftScore.ONE_HARD)
        .as_constraint("pinned"),
        factory.for_each(Lesson).reward(HardSoftScore.ONE_SOFT, lambda one: one.column.worth).as_constraint("served"),
        factory.for_each(Lesson)
        .group_by(lambda one: one.committee)
        .reward(HardSoftScore.of_soft(COVER))
        .as_constraint("cover"),
        factory.for_each(Lesson)
        .group_by(lambda one: one.column.lecturer, ConstraintCollectors.count())
        .penalize(HardSoftScore.of_soft(BALANCE), lambda key, count: count * count)
        .as_constraint("balance"),
    ]


COVER = BALANCE = 0


def model_of(problem: Problem) -> tuple[Plan, list[Any]]:
    """The problem in these terms, and what each column means."""
    ways = columns(problem)
    places: dict[Any, int] = {}
    for one in ways:
        places.setdefault(place_of(problem, one), len(places))
    travel = problem.travel
    gaps = [
        [travel.setup_min + (0 if a is None or b is None else travel.minutes(a, b)) for b in places] for a in places
    ]
    number = {one.id: n for n, one in enumerate(problem.lecturers)}
    venue = {one.id: n for n, one in enumerate(problem.venues)}
    committee = {name: n for n, name in enumerate(sorted({one.committee for one in problem.orders}))}
    own: dict[str, list[Column]] = defaultdict(list)
    made = []
    for index, one in enumerate(ways):
        order, lecturer, day = problem.order_of[one.order], problem.lecturer_of[one.lecturer], one.start // DAY
        place = places[place_of(problem, one)]
        column = Column(
            index, number[one.lecturer], number[one.lecturer] * 10000 + day,
            number[one.lecturer] * 10000 + one.start // WEEK,
            NO_LIMIT if lecturer.max_per_day is None else lecturer.max_per_day,
            NO_LIMIT if lecturer.max_per_week is None else lecturer.max_per_week,
            -1 if one.venue is None else venue[one.venue] * 10000 + day, committee[order.committee] * 10000 + day,
            one.start, one.end, place, gaps[place], worth_of(problem, one, TENTHS),
        )  # fmt: skip
        own[one.order].append(column)
        made.append(column)
    lessons = [
        Lesson(n, committee[one.committee], one.pinned is not None, sorted(own[one.id], key=lambda c: -c.worth))
        for n, one in enumerate(problem.orders)
        if own[one.id]
    ]
    return Plan(made, lessons), ways


def begin(plan: Plan) -> None:
    """Dearest orders first, each the best lesson that fits: what Timefold starts from."""
    days: dict[tuple[str, int], list[Column]] = defaultdict(list)
    for lesson in sorted(plan.lessons, key=lambda one: (not one.pinned, -one.columns[0].worth)):
        for column in lesson.columns:
            held = days["lecturer", column.lecturer_day]
            rooms = days["venue", column.venue_day] if column.venue_day >= 0 else []
            others = days["committee", column.committee_day]
            week = days["week", column.lecturer_week]
            clash = any(
                column.start < one.end + column.gaps[one.place] and one.start < column.end + column.gaps[one.place]
                for one in held
            ) or any(column.start < one.end and one.start < column.end for one in (*rooms, *others))
            if not clash and len(held) < column.day_cap and len(week) < column.week_cap:
                lesson.column = column
                for kept in (held, others, week):
                    kept.append(column)
                if column.venue_day >= 0:
                    rooms.append(column)
                break
    plan.lessons.sort(key=lambda one: -one.columns[0].worth)


def main() -> None:
    """Solve and write the plan."""
    problem = load(Path(sys.argv[1]))
    global COVER, BALANCE
    COVER, BALANCE = problem.weights.cover * TENTHS, problem.weights.balance * TENTHS
    plan, ways = model_of(problem)
    begin(plan)
    config = SolverConfig(
        solution_class=Plan,
        entity_class_list=[Lesson],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
        termination_config=TerminationConfig(spent_limit=Duration(seconds=max(1, int(float(sys.argv[3]))))),
        random_seed=1,
    )
    solved = SolverFactory.create(config).build_solver().solve(plan)
    if solved.score.hard_score < 0:
        raise SystemExit(f"no plan without fault: {solved.score}")
    taken = [ways[one.column.number] for one in solved.lessons if one.column is not None]
    chosen = [Assignment(one.order, one.lecturer, one.venue, one.mode, one.start) for one in taken]
    Path(sys.argv[2]).write_text(json.dumps(plan_document(problem, chosen)))


if __name__ == "__main__":
    main()

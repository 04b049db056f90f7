"""Plans as documents, version 1 and 2 (docs/formats.md)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from catalogue.matching.check import Assignment, lessons_of
from catalogue.matching.formats.careful import read_json
from catalogue.matching.formats.sane import mode_of
from catalogue.matching.formats.values import each, mapping, maybe, mode, take, text, whole
from catalogue.matching.problem import Pin, Problem
from catalogue.matching.valid import refuse


def plan_document(problem: Problem, plan: Iterable[Assignment], version: int = 1) -> dict[str, Any]:
    """A plan ready for JSON: version 1 lists assignments, version 2 lessons. Sorted, so equal plans are equal files."""
    if version == 1:
        rows = sorted(plan)
        listed = [{"order": a.order, "lecturer": a.lecturer, "venue": a.venue, "start": a.start} for a in rows]
        return {"version": 1, "instance": problem.name, "assignments": listed}
    lessons, _ = lessons_of(problem, plan)
    made = [
        {
            "orders": sorted(order.id for order in lesson.orders),
            "lecturers": sorted(lecturer.id for lecturer in lesson.lecturers),
            "venue": lesson.venue.id if lesson.venue else None,
            "mode": str(lesson.mode),
            "start": lesson.start,
        }
        for lesson in lessons
    ]
    return {
        "version": 2,
        "instance": problem.name,
        "lessons": sorted(made, key=lambda row: (row["start"], row["orders"])),
    }


def load_plan(problem: Problem, path: Path) -> list[Assignment]:
    """The plan in a file; ValueError for what is no plan. What a plan breaks is for check() to say."""
    return plan_from(problem, read_json(path))


def plan_from(problem: Problem, document: Any) -> list[Assignment]:
    """The assignments of a plan that is already parsed, of either version."""
    top = mapping(document, "plan")
    version = take(top, "version", "plan", whole)
    if version not in (1, 2):
        raise refuse("plan.version", f"must be 1 or 2, not {version!r}")
    rows = each(top, "assignments" if version == 1 else "lessons", "plan", mapping)
    found: list[Assignment] = []
    for index, row in enumerate(rows):
        place = f"plan.{'assignments' if version == 1 else 'lessons'}[{index}]"
        venue = maybe(row, "venue", place, text)
        start, way = take(row, "start", place, whole), maybe(row, "mode", place, mode)
        if version == 1:
            names, team = [take(row, "order", place, text)], [take(row, "lecturer", place, text)]
        else:
            names, team = each(row, "orders", place, text), each(row, "lecturers", place, text)
        for name in names:
            order = problem.order_of.get(name)
            if order is None:
                raise refuse(f"{place}.order", f"there is no order {name!r}")
            meant = way or mode_of(order, Pin(team[0] if team else "", venue, start))
            found += [Assignment(name, lecturer, venue, meant, start) for lecturer in team]
    return found

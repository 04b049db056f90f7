"""What if: the same orders with somebody away, somebody more, a room closed, other weights; and repair after a loss."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalogue.matching.check import Assignment
from catalogue.matching.planner.answer import Result
from catalogue.matching.problem import Lecturer, Pin, Problem
from catalogue.matching.valid import Span

Solve = Callable[[Problem], Result]


@dataclass(frozen=True)
class Change:
    """What is different.

    away: lecturer → the minutes [start, end) they cannot come; added: further lecturers; closed: venue → minutes it
    is closed; weights: names of weights and their new values; gone: orders that are cancelled.
    """

    away: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    added: Sequence[Lecturer] = ()
    closed: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """One plan against another.

    gained, lost: orders served only after, only before; moved: orders served in both, but otherwise; kept: as before.
    score, bound: after less before; None for the bound if either had none of the same problem.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    moved: tuple[str, ...]
    kept: int
    score: float
    before: Result
    after: Result

    @property
    def served(self) -> int:
        """How many more orders are served (negative: fewer)."""
        return len(self.gained) - len(self.lost)


def changed_problem(problem: Problem, change: Change) -> Problem:
    """The problem with the change; pins that the change makes impossible are lifted. ValueError for a name nobody has."""
    for name in change.away:
        if name not in problem.lecturer_of:
            raise ValueError(f"away[{name}]: there is no such lecturer")
    for name in change.closed:
        if name not in problem.venue_of:
            raise ValueError(f"closed[{name}]: there is no such venue")
    for name in change.gone:
        if name not in problem.order_of:
            raise ValueError(f"gone[{name}]: there is no such order")
    lecturers = tuple(
        replace(one, absences=(*one.absences, *change.away[one.id])) if one.id in change.away else one
        for one in problem.lecturers
    )
    venues = tuple(
        replace(one, closures=(*one.closures, *change.closed[one.id])) if one.id in change.closed else one
        for one in problem.venues
    )
    orders = tuple(
        replace(one, pinned=None) if one.pinned is not None and _hit(one.pinned, one.minutes, change) else one
        for one in problem.orders
        if one.id not in change.gone
    )
    previous = {name: pin for name, pin in problem.previous.items() if name not in change.gone}
    return replace(
        problem,
        orders=orders,
        lecturers=(*lecturers, *change.added),
        venues=venues,
        weights=replace(problem.weights, **dict(change.weights)),
        previous=previous,
    )


def _hit(pin: Pin, minutes: int, change: Change) -> bool:
    end = pin.start + minutes
    spans = [span for name in (pin.lecturer, *pin.also) for span in change.away.get(name, ())]
    spans += change.closed.get(pin.venue, ()) if pin.venue is not None else ()
    return any(start < end and pin.start < until for start, until in spans)


def compare(before: Result, after: Result) -> Difference:
    """What is different between two plans, order by order."""
    old, new = _lessons(before), _lessons(after)
    both = old.keys() & new.keys()
    return Difference(
        gained=tuple(sorted(new.keys() - old.keys())),
        lost=tuple(sorted(old.keys() - new.keys())),
        moved=tuple(sorted(name for name in both if old[name] != new[name])),
        kept=sum(old[name] == new[name] for name in both),
        score=after.score - before.score,
        before=before,
        after=after,
    )


def _lessons(result: Result) -> dict[str, frozenset[Any]]:
    found: dict[str, set[Any]] = {}
    for one in result.plan:
        found.setdefault(one.order, set()).add((one.lecturer, one.venue, one.mode, one.start))
    return {name: frozenset(those) for name, those in found.items()}


def what_if(problem: Problem, before: Result, change: Change, solve: Solve) -> Difference:
    """Plans the changed problem from nothing and compares: how much would it matter?"""
    return compare(before, solve(changed_problem(problem, change)))


def repair(problem: Problem, before: Result, loss: Change, solve: Solve) -> Difference:
    """After a loss: the plan before is the previous plan, so every lesson that need not change stays (weight `change`)."""
    lost = changed_problem(problem, loss)
    previous = as_previous([one for one in before.plan if one.order in lost.order_of])
    return compare(before, solve(replace(lost, previous=previous)))


def as_previous(plan: Sequence[Assignment]) -> dict[str, Pin]:
    """A plan as the previous plan of the next one."""
    teams: dict[str, list[Assignment]] = {}
    for one in sorted(plan):
        teams.setdefault(one.order, []).append(one)
    return {
        name: Pin(
            those[0].lecturer, those[0].venue, those[0].start, those[0].mode, tuple(one.lecturer for one in those[1:])
        )
        for name, those in teams.items()
    }

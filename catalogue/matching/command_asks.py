"""Questions to a plan on the command line: why an order is (not) served, and what would be different if (docs/formats.md)."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from catalogue.matching.check import check
from catalogue.matching.explain import Names
from catalogue.matching.formats import load_plan
from catalogue.matching.planner import Params, Result, Stop, solve
from catalogue.matching.problem import Problem
from catalogue.matching.questions import Change, Difference, what_if, why_served, why_unserved
from catalogue.matching.questions.words import difference_words, served_words, unserved_words
from catalogue.matching.quiet import alone
from catalogue.matching.valid import refuse

Read = Callable[[argparse.Namespace], Problem]


def add_why(parser: argparse.ArgumentParser) -> None:
    """INSTANCE PLAN ORDER."""
    parser.add_argument("instance", type=Path, metavar="INSTANCE")
    parser.add_argument("plan", type=Path, metavar="PLAN")
    parser.add_argument("order", metavar="ORDER", help="点单的编号")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")


def add_what_if(parser: argparse.ArgumentParser, seconds: Callable[[str], float], work: Callable[[str], int]) -> None:
    """INSTANCE and what is different."""
    parser.add_argument("instance", type=Path, metavar="INSTANCE")
    parser.add_argument("--without", nargs="+", default=[], metavar="LECTURER", help="这些讲师都不能来")
    parser.add_argument("--closed", nargs="+", default=[], metavar="VENUE", help="这些场地都不开放")
    parser.add_argument("--gone", nargs="+", default=[], metavar="ORDER", help="这些点单取消")
    parser.add_argument(
        "--seconds", type=seconds, metavar="S", help="两次排课各最多几秒（默认 15；已给 --work 时不限）"
    )
    parser.add_argument("--work", type=work, metavar="N", help="两次排课各最多走几步")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")


def why(given: argparse.Namespace, read: Read) -> int:
    """Says why the plan serves the order as it does, or why not at all."""
    problem = read(given)
    plan = load_plan(problem, given.plan)
    violations = check(problem, plan)
    if violations:
        raise refuse(
            "plan", f"breaks {len(violations)} rules ({violations[0].rule} of {violations[0].order}); see check"
        )
    if given.order not in problem.order_of:
        raise refuse("order", f"there is no order {given.order!r}")
    names = Names({one.id: one.id for one in problem.lecturers}, {one.id: one.id for one in problem.venues})
    served = any(one.order == given.order for one in plan)
    if served:
        said = served_words(problem, why_served(problem, plan, given.order), names)
        stage, cost = "served", None
    else:
        reason = why_unserved(problem, plan, given.order)
        said, stage, cost = unserved_words(problem, reason, names), reason.stage, reason.cost
    document = {"order": given.order, "served": served, "stage": stage, "cost": cost, "said": said}
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n" if given.json else "\n".join(said) + "\n")
    return 0


def if_so(given: argparse.Namespace, read: Read) -> int:
    """Plans as it is and as it would be, and says the difference."""
    problem = read(given)
    always = ((0, problem.end),)
    change = Change(
        away=dict.fromkeys(given.without, always),
        closed=dict.fromkeys(given.closed, always),
        gone=frozenset(given.gone),
    )
    for option, names, known in (
        ("without", given.without, problem.lecturer_of),
        ("closed", given.closed, problem.venue_of),
        ("gone", given.gone, problem.order_of),
    ):
        for name in names:
            if name not in known:
                raise refuse(option, f"there is nothing called {name!r}")
    seconds = given.seconds if given.seconds is not None else None if given.work is not None else 15.0

    def planned(one: Problem) -> Result:
        return solve(one, Stop(seconds=seconds, work=given.work), Params(), 1)

    with alone():
        found = what_if(problem, planned(problem), change, planned)
    said = json.dumps(_as_data(found), ensure_ascii=False) if given.json else difference_words(found)
    sys.stdout.write(f"{said}\n")
    return 0


def _as_data(one: Difference) -> dict[str, object]:
    return {
        "gained": list(one.gained),
        "lost": list(one.lost),
        "moved": list(one.moved),
        "kept": one.kept,
        "score": round(one.score, 1),
        "before": {"score": round(one.before.score, 1), "bound": round(one.before.bound, 1)},
        "after": {"score": round(one.after.score, 1), "bound": round(one.after.bound, 1)},
    }

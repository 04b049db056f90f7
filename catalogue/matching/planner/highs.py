"""Who solves the planner's programmes: HiGHS as it lies inside scipy, or scipy's public functions if that is no longer so.

The inside is tried once with a programme of known answer; whatever is missing or otherwise there puts the public
functions in its place, which give the same answers later.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from catalogue.matching.planner.programme import Growing, Whole
from catalogue.matching.planner.sparse import Sparse


def _works(inside: Any) -> bool:
    """Does it solve max x + 2y, x + y <= 1, then a further column and row, and does it choose in whole numbers?"""
    try:
        both = Sparse(np.arange(3), np.zeros(2, dtype=np.int64), np.ones(2))
        empty = Sparse(np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        row = Sparse(np.array([0, 2]), np.array([1, 2]), np.ones(2))
        linear, never = inside.Linear(), lambda: False
        linear.add_rows(np.full(1, -np.inf), np.ones(1))
        linear.add_columns(np.array([1.0, 2.0]), both)
        first = linear.solve(None, None, never) and linear.answer()
        linear.prefer("simplex")
        linear.add_columns(np.array([1.0]), empty, upper=np.inf)
        linear.add_rows(np.full(1, -np.inf), np.ones(1), row)
        linear.hold(np.array([0]), 1.0)
        second = linear.solve(10.0, 1000, never) and linear.answer()
        answer = inside.whole(
            np.ones(2), both, np.full(1, -np.inf), np.full(1, 1.5), np.ones(2),
            np.ones(2, dtype=bool), np.zeros(2), 10.0, 100, 0.0, never,
        )  # fmt: skip
        return (
            bool(first and second)
            and np.allclose(first[0], [0, 1])
            and np.allclose(first[1], [2])
            and np.allclose(second[0], [1, 0, 1])
            and answer.proved
            and abs(float(answer.values.sum()) - 1) < 1e-6
            and abs(answer.bound - 1) < 1e-6
        )
    except Exception:
        return False


def _solver() -> tuple[Callable[[], Growing], Callable[..., Whole]]:
    """The fast solver, or the public one where the inside is not what it was."""
    try:
        from catalogue.matching.planner import highs_inside  # noqa: PLC0415 -- it may fail

        if _works(highs_inside):
            return highs_inside.Linear, highs_inside.whole
    except Exception:  # noqa: S110 -- whatever it is, the other one serves
        pass
    from catalogue.matching.planner import highs_outside  # noqa: PLC0415 -- slow to load, seldom wanted

    return highs_outside.PlainLinear, highs_outside.plain_whole


growing, whole = _solver()

"""Who solves the planner's programmes: HiGHS as it lies inside scipy, or scipy's public functions if that is no longer so.

The inside is tried once with a programme of known answer; whatever is missing or otherwise there puts the public
functions in its place, which give the same answers later.
"""

from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from catalogue.matching.planner import highs_outside
from catalogue.matching.planner.programme import Growing


def _works(inside: Any) -> bool:
    """Does it solve max x + 2y, x + y <= 1, then a further column and row, and does it choose in whole numbers?"""
    try:
        linear = inside.Linear()
        linear.add_rows(np.full(1, -np.inf), np.ones(1))
        linear.add_columns(np.array([1.0, 2.0]), csc_matrix(np.ones((1, 2))))
        first = linear.solve(None) and linear.answer()
        linear.prefer("simplex")
        linear.add_columns(np.array([1.0]), csc_matrix((1, 1)), upper=np.inf)
        linear.add_rows(np.full(1, -np.inf), np.ones(1), csr_matrix(np.array([[0.0, 1.0, 1.0]])))
        linear.hold(np.array([0]), 1.0)
        second = linear.solve(10.0, 1000) and linear.answer()
        answer = inside.whole(
            np.ones(2), csc_matrix(np.ones((1, 2))), np.full(1, -np.inf), np.full(1, 1.5), np.ones(2),
            np.ones(2, dtype=bool), np.zeros(2), 10.0, 100,
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


def _inside() -> Any | None:
    """The fast solver, or None where it is not what it was."""
    try:
        from catalogue.matching.planner import highs_inside  # noqa: PLC0415 -- it may fail
    except Exception:
        return None
    return highs_inside if _works(highs_inside) else None


FAST = _inside()
whole = highs_outside.plain_whole if FAST is None else FAST.whole


def growing() -> Growing:
    """A programme that can grow."""
    made: Growing = highs_outside.PlainLinear() if FAST is None else FAST.Linear()
    return made

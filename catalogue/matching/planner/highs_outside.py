"""The same programmes by scipy's public functions: each solution starts anew, so they are slower, and nothing else.

For a scipy whose inside is another than the one highs_inside.py knows.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_matrix, csr_matrix, hstack, vstack

from catalogue.matching.planner.places import Real
from catalogue.matching.planner.programme import Cancelled, Method, Whole
from catalogue.matching.planner.sparse import Sparse


def _parts(matrix: Sparse) -> tuple[Real, NDArray[np.int64], NDArray[np.int64]]:
    return matrix.value, matrix.index, matrix.first


class PlainLinear:
    """Maximises a linear programme that grows by rows and columns, by scipy.optimize.linprog."""

    def __init__(self) -> None:
        self.rows = self.columns = self.iterations = 0
        self.method: Method = "simplex"
        self.matrix: Any = csr_matrix((0, 0))
        self.lower, self.upper = np.zeros(0), np.zeros(0)
        self.cost, self.least, self.most = np.zeros(0), np.zeros(0), np.zeros(0)
        self.found: tuple[Real, Real, float] = (np.zeros(0), np.zeros(0), 0.0)

    def prefer(self, method: Method) -> None:
        """By which method the next solutions are found."""
        self.method = method

    def add_rows(self, lower: Real, upper: Real, matrix: Sparse | None = None) -> None:
        """New rows lower <= a·x <= upper; matrix (by rows): what the present columns have in them."""
        new = (
            csr_matrix((len(lower), self.columns))
            if matrix is None
            else csr_matrix(_parts(matrix), (len(lower), self.columns))
        )
        self.matrix = vstack([self.matrix, new]).tocsr()
        self.lower, self.upper = np.append(self.lower, lower), np.append(self.upper, upper)
        self.rows += len(lower)

    def add_columns(self, cost: Real, matrix: Sparse, upper: float = 1.0) -> None:
        """New columns 0 <= x <= upper; matrix: by columns."""
        count = len(cost)
        if count:
            self.matrix = hstack([self.matrix, csc_matrix(_parts(matrix), (self.rows, count))]).tocsr()
            self.cost, self.least = np.append(self.cost, cost), np.append(self.least, np.zeros(count))
            self.most = np.append(self.most, np.full(count, upper))
            self.columns += count

    def solve(self, seconds: float | None, iterations: int | None = None, cancelled: Cancelled = None) -> bool:
        """Optimal? The limits end it early; then nothing may be read but what was before. Not asked within: `cancelled`."""
        if not self.columns:
            self.found = (np.zeros(0), np.zeros(self.rows), 0.0)
            return True
        even = self.lower == self.upper
        above, below = np.isfinite(self.upper) & ~even, np.isfinite(self.lower) & ~even
        options: Any = {} if iterations is None else {"maxiter": max(1, iterations)}
        if seconds is not None:
            options["time_limit"] = max(0.01, seconds)
        bounds: Any = np.column_stack([self.least, self.most])
        method: Any = "highs-ds" if self.method == "simplex" else "highs-ipm"
        done: Any = linprog(
            -self.cost,
            A_ub=vstack([self.matrix[above], -self.matrix[below]]),
            b_ub=np.append(self.upper[above], -self.lower[below]),
            A_eq=self.matrix[even],
            b_eq=self.upper[even],
            bounds=bounds,
            method=method,
            options=options,
        )
        self.iterations = max(0, int(done.nit))
        if done.status != 0:
            return False
        prices = np.zeros(self.rows)
        upper = int(above.sum())
        prices[above] -= done.ineqlin.marginals[:upper]
        prices[below] += done.ineqlin.marginals[upper:]
        prices[even] = -done.eqlin.marginals
        self.found = (np.array(done.x), prices, -float(done.fun))
        return True

    def hold(self, columns: NDArray[np.int64], least: float) -> None:
        """These columns are at least so much from now on."""
        self.least[columns], self.most[columns] = least, np.inf

    def answer(self) -> tuple[Real, Real, float]:
        """Values of the columns, prices of the rows, objective."""
        return self.found


def plain_whole(
    cost: Real,
    matrix: Sparse,
    lower: Real,
    upper: Real,
    limit: Real,
    integral: NDArray[np.bool_],
    least: Real,
    seconds: float | None = None,
    nodes: int | None = None,
    gap: float = 0.0,
    cancelled: Cancelled = None,
) -> Whole:
    """Maximise cost·x, lower <= matrix·x <= upper, least <= x <= limit; x whole where `integral` says so. Not asked within: `cancelled`."""
    if not len(cost):
        return Whole(np.zeros(0), 0.0, True, 0)
    options: Any = {"mip_rel_gap": gap}
    if seconds is not None:
        options["time_limit"] = max(0.05, seconds)
    if nodes is not None:
        options["node_limit"] = nodes
    rows = [LinearConstraint(csc_matrix(_parts(matrix), (len(lower), len(cost))), lower, upper)] if len(lower) else []
    done: Any = milp(
        -cost, integrality=integral.astype(int), bounds=Bounds(least, limit), constraints=rows, options=options
    )
    bound = np.inf if done.mip_dual_bound is None else -float(done.mip_dual_bound)
    values = None if done.x is None else np.array(done.x)
    return Whole(values, bound, done.status == 0, max(0, int(done.mip_node_count or 0)))

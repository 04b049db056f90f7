"""What the planner knows of a linear or whole-number programme, whoever solves it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from catalogue.matching.planner.places import Real
from catalogue.matching.planner.sparse import Sparse

Method = Literal["simplex", "ipx"]
Cancelled = Callable[[], bool] | None  # asked while a programme is solved; True ends it early


class Growing(Protocol):
    """Maximises a linear programme that grows by rows and columns."""

    rows: int
    columns: int
    iterations: int

    def prefer(self, method: Method) -> None:
        """By which method the next solutions are found."""

    def add_rows(self, lower: Real, upper: Real, matrix: Sparse | None = None) -> None:
        """New rows lower <= a·x <= upper; matrix (by rows): what the present columns have in them."""

    def add_columns(self, cost: Real, matrix: Sparse, upper: float = 1.0) -> None:
        """New columns 0 <= x <= upper; matrix: csc, rows × new columns."""

    def solve(self, seconds: float | None, iterations: int | None = None, cancelled: Cancelled = None) -> bool:
        """Optimal? The limits end it early; then nothing may be read but what was before."""

    def hold(self, columns: NDArray[np.int64], least: float) -> None:
        """These columns are at least so much from now on."""

    def answer(self) -> tuple[Real, Real, float]:
        """Values of the columns, prices of the rows, objective."""


@dataclass(frozen=True)
class Whole:
    """The best whole-number solution found (None: none), a bound on all of them, was it proved, nodes searched."""

    values: Real | None
    bound: float
    proved: bool
    nodes: int

"""Linear and whole-number programmes with HiGHS as it comes inside scipy: rows and columns can join a solved one.

scipy.optimize.linprog and milp start anew at each call; column generation must not. The solver object is the one
that scipy itself calls (scipy.optimize._highspy); requirements.txt names the version that was tried. highs.py puts
the public functions in its place where it is missing or behaves otherwise.
"""

import importlib
import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from catalogue.matching.planner.places import Real
from catalogue.matching.planner.programme import Cancelled, Method, Whole
from catalogue.matching.planner.sparse import Sparse


def _highs() -> Any:
    """scipy's HiGHS without the rest of scipy.optimize and scipy.sparse, which take 45 MB and a second to load."""
    name = "scipy.optimize._highspy._core"
    if name not in sys.modules:
        folder = Path(scipy.__file__).parent / "optimize" / "_highspy"
        found = PathFinder.find_spec("_core", [str(folder)])
        spec = found and importlib.util.spec_from_file_location(name, found.origin)
        if spec is None or spec.loader is None:
            return importlib.import_module(name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    return sys.modules[name]


highs = _highs()
ASKS = (
    highs.cb.HighsCallbackType.kCallbackMipInterrupt,
    highs.cb.HighsCallbackType.kCallbackSimplexInterrupt,
    highs.cb.HighsCallbackType.kCallbackIpmInterrupt,
)
PLAIN = {  # no programmes within a programme, few cuts kept: most of the time and memory; the plans are as good without
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_pool_soft_limit": 500,
    "mip_pool_age_limit": 3,
    "mip_lp_age_limit": 3,
}
ENOUGH = (highs.HighsModelStatus.kOptimal, highs.HighsModelStatus.kModelEmpty)


def solver(**options: Any) -> Any:
    """A silent solver on one thread: the same answer on any machine."""
    made = highs._Highs()
    for name, value in {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0, **options}.items():
        made.setOptionValue(name, value)
    return made


def run(made: Any, cancelled: Cancelled) -> None:
    """Solves; `cancelled` is asked from within and ends it early. What it raises is raised when the solver has ended."""
    raised: list[BaseException] = []

    def ask(_kind: int, _text: str, _told: Any, answer: Any, _own: object) -> None:
        try:
            answer.user_interrupt = bool(raised or (cancelled and cancelled()))
        except BaseException as error:
            raised.append(error)
            answer.user_interrupt = True

    if cancelled is not None:
        made.setCallback(ask, None)
        for kind in ASKS:
            made.startCallback(kind)
    made.run()
    if raised:
        raise raised[0]


class Linear:
    """Maximises a linear programme that grows by rows and columns; each solution starts from the last one."""

    def __init__(self) -> None:
        self.solver = solver()
        self.solver.changeObjectiveSense(highs.ObjSense.kMaximize)
        self.rows = self.columns = 0
        self.iterations = 0

    def prefer(self, method: Method) -> None:
        """By which method the next solutions are found."""
        self.solver.setOptionValue("solver", method)

    def add_rows(self, lower: Real, upper: Real, matrix: Sparse | None = None) -> None:
        """New rows lower <= a·x <= upper; matrix (by rows): what the present columns have in them."""
        count = len(lower)
        starts, index, value = np.zeros(count, np.int32), np.zeros(0, np.int32), np.zeros(0)
        if matrix is not None:
            starts, index, value = matrix.first[:-1].astype(np.int32), matrix.index.astype(np.int32), matrix.value
        self.solver.addRows(count, lower, upper, len(value), starts, index, value)
        self.rows += count

    def add_columns(self, cost: Real, matrix: Sparse, upper: float = 1.0) -> None:
        """New columns 0 <= x <= upper; matrix: by columns."""
        count = len(cost)
        if not count:
            return
        begins, index = matrix.first[:-1].astype(np.int32), matrix.index.astype(np.int32)
        limits = np.full(count, upper)
        self.solver.addCols(count, cost, np.zeros(count), limits, len(index), begins, index, matrix.value)
        self.columns += count

    def solve(self, seconds: float | None, iterations: int | None = None, cancelled: Cancelled = None) -> bool:
        """Optimal? The limits end it early; then nothing may be read but what was before."""
        self.solver.setOptionValue(
            "time_limit", float("inf") if seconds is None else self.solver.getRunTime() + seconds
        )
        self.solver.setOptionValue("simplex_iteration_limit", 2**31 - 1 if iterations is None else max(1, iterations))
        run(self.solver, cancelled)
        self.iterations = max(0, int(self.solver.getInfo().simplex_iteration_count))
        return self.solver.getModelStatus() in ENOUGH

    def hold(self, columns: NDArray[np.int64], least: float) -> None:
        """These columns are at least so much from now on."""
        low, high = np.full(len(columns), least), np.full(len(columns), np.inf)
        self.solver.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def answer(self) -> tuple[Real, Real, float]:
        """Values of the columns, prices of the rows, objective."""
        found = self.solver.getSolution()
        return (
            np.array(found.col_value),
            np.array(found.row_dual),
            float(self.solver.getInfo().objective_function_value),
        )


def whole(
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
    """Maximise cost·x, lower <= matrix·x <= upper, least <= x <= limit; x whole where `integral` says so."""
    options = {"mip_rel_gap": gap, "mip_abs_gap": 1e-4, "mip_feasibility_tolerance": 1e-7, **PLAIN}
    if seconds is not None:
        options["time_limit"] = max(0.05, seconds)
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    made = solver(**options)
    made.changeObjectiveSense(highs.ObjSense.kMaximize)
    empty = np.zeros(0, np.int32)
    made.addRows(len(lower), lower, upper, 0, np.zeros(len(lower), np.int32), empty, np.zeros(0))
    begins, index = matrix.first[:-1].astype(np.int32), matrix.index.astype(np.int32)
    made.addCols(len(cost), cost, least, limit, len(index), begins, index, matrix.value)
    which = np.flatnonzero(integral).astype(np.int32)
    made.changeColsIntegrality(len(which), which, np.ones(len(which), np.uint8))
    run(made, cancelled)
    info = made.getInfo()
    found = info.primal_solution_status == highs.kSolutionStatusFeasible
    values = np.array(made.getSolution().col_value) if found else None
    return Whole(values, float(info.mip_dual_bound), made.getModelStatus() in ENOUGH, max(0, int(info.mip_node_count)))

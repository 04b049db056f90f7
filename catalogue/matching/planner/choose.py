"""From the linear programme to a plan: a whole-number programme over the columns that could matter."""

import numpy as np
from scipy.sparse import hstack

from catalogue.matching.planner.generate import Generation
from catalogue.matching.planner.highs import Whole as WholeAnswer
from catalogue.matching.planner.highs import whole
from catalogue.matching.planner.intervals import Whole
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.places import Real


def reduced(generation: Generation) -> Real:
    """By how much each column of the programme falls short of paying for itself at the last prices (0 or below)."""
    master, prices = generation.master, generation.prices
    columns = master.columns
    net = master.net(prices)
    earned = np.bincount(columns.owner(), (net - master.model.value)[columns.seats], len(columns)) + columns.value
    found: Real = earned - prices[master.shift_row + columns.shift]
    return found


def chosen_days(
    generation: Generation, slack: float, start: Whole | None, seconds: float | None, nodes: int | None
) -> tuple[Columns, WholeAnswer, bool]:
    """The best whole choice among the columns that miss at most `slack`; were all columns among them?"""
    master = generation.master
    columns = master.columns
    near = np.flatnonzero(reduced(generation) >= -slack - 1e-6)
    picked = columns.take(near)
    matrix = hstack([master.fixed_matrix(), master.matrix(picked)])
    cost = np.concatenate([master.fixed_cost, picked.value])
    count = len(master.fixed_cost)
    integral = np.arange(len(cost)) >= count
    lower, upper = master.bounds()
    answer = whole(cost, matrix, lower, upper, np.ones(len(cost)), integral, None, seconds, nodes)
    values = answer.values
    kept = (
        picked.take(np.flatnonzero(values[count:] > 0.5)) if values is not None else picked.take(np.zeros(0, np.int64))
    )
    return kept, answer, len(near) == len(columns)

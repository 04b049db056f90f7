"""From the linear programme to a plan: a whole-number programme over the columns that could matter."""

import numpy as np
from scipy.sparse import hstack

from catalogue.matching.planner.generate import Generation
from catalogue.matching.planner.highs import Whole as WholeAnswer
from catalogue.matching.planner.highs import whole
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
    generation: Generation, slack: float, settled: bool, seconds: float | None, nodes: int | None
) -> tuple[Columns, WholeAnswer]:
    """The best whole choice among the columns that miss at most `slack`; settled: what the programme took wholly stays."""
    master = generation.master
    columns = master.columns
    values = generation.values[master.fixed :]
    values = np.append(values, np.zeros(len(columns) - len(values)))  # columns that joined after the last solution
    near = np.flatnonzero((reduced(generation) >= -slack - 1e-6) | (values > 1e-9))
    picked, values = columns.take(near), values[near]
    cost = np.concatenate([master.fixed_cost, picked.value])
    integral = np.arange(len(cost)) >= master.fixed
    least = np.zeros(len(cost))
    if settled:
        least[master.fixed :] = values > 1 - 1e-6
    lower, upper = master.bounds()
    matrix = hstack([master.fixed_matrix(), master.matrix(picked)])
    answer = whole(cost, matrix, lower, upper, np.ones(len(cost)), integral, least, seconds, nodes)
    if answer.values is None:
        return picked.take(np.flatnonzero(values > 0.5)), answer
    return picked.take(np.flatnonzero(answer.values[master.fixed :] > 0.5)), answer

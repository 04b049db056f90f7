"""From the linear programme to a plan: a whole-number programme over the columns that could matter."""

import numpy as np

from catalogue.matching.planner.generate import Generation
from catalogue.matching.planner.highs import whole
from catalogue.matching.planner.intervals import Flag
from catalogue.matching.planner.master import Columns
from catalogue.matching.planner.places import Real
from catalogue.matching.planner.programme import Whole as WholeAnswer
from catalogue.matching.planner.sparse import stacked

ALMOST = 0.7  # two columns of one order, shift or room cannot both be as much
DIVES = 60
LIKELY = 5_000  # columns of a whole-number programme of a small instance: more cost memory and gain next to nothing


def reduced(generation: Generation, columns: Columns) -> Real:
    """By how much each of these columns falls short of paying for itself at the last prices (0 or below)."""
    master, prices = generation.master, generation.prices
    net = master.net(prices)
    earned = np.bincount(columns.owner(), (net - master.model.value)[columns.seats], len(columns)) + columns.value
    found: Real = earned - prices[master.shift_row + columns.shift]
    return found


def dived(generation: Generation) -> Columns:
    """A whole choice by diving: what the programme takes almost wholly is taken, it is solved again, and so on."""
    master, linear, meter = generation.master, generation.master.linear, generation.meter
    linear.prefer("simplex")
    values = generation.values[master.fixed :]
    taken = np.zeros(len(values), dtype=bool)
    for _ in range(DIVES):
        open_ = np.flatnonzero(~taken & (values > 1e-6))
        if meter.over() or not len(open_) or values[open_].min() > 1 - 1e-6:
            break
        sure = open_[values[open_] >= ALMOST]
        more = open_[np.argsort(-values[open_], kind="stable")[: max(1, len(open_) // 20)]]
        next_ = sure if len(sure) else more[:1] if values[more[0]] < 0.5 else more[values[more] >= 0.5]
        linear.hold(master.fixed + next_, 1.0)
        taken[next_] = True
        solved = linear.solve(meter.left(), meter.work_left(), meter.stop.cancelled)
        meter.work(10 + linear.iterations)
        if not solved:
            break
        values = linear.answer()[0][master.fixed :][: len(taken)]
    linear.hold(master.fixed + np.flatnonzero(taken), 0.0)
    columns = master.columns
    return columns.take(np.flatnonzero(values[: len(columns)] > 0.5))


def likely_days(
    generation: Generation, slack: float, settled: bool, seconds: float | None, nodes: int | None
) -> tuple[Columns, WholeAnswer]:
    """The best whole choice among the columns that miss at most `slack`; settled: what the programme took wholly stays
    unless two of it clash."""
    master = generation.master
    columns = master.columns
    values = generation.values[master.fixed :]
    values = np.append(values, np.zeros(len(columns) - len(values)))  # columns that joined after the last solution
    short = np.where(values > 1e-9, 0.0, reduced(generation, columns))
    near = np.flatnonzero(short >= -slack - 1e-6)
    if not settled and len(near) > LIKELY:
        near = np.sort(near[np.argsort(-short[near], kind="stable")[:LIKELY]])
    picked, values = columns.take(near), values[near]
    taken = values > 1 - 1e-6 if settled else np.zeros(len(picked), dtype=bool)
    if settled:
        matrix = master.matrix(picked)
        load = matrix.times(taken.astype(float), master.rows + len(master.clashes))
        crowded = load > 1 + 1e-6
        crowded[: master.rows] = False
        taken &= ~matrix.touching(crowded)
    return whole_days(generation, picked, taken, values > 0.5, seconds, nodes)


def whole_days(
    generation: Generation, picked: Columns, taken: Flag, otherwise: Flag, seconds: float | None, nodes: int | None
) -> tuple[Columns, WholeAnswer]:
    """The best whole choice among some columns, those `taken` for sure; `otherwise`: what to give if none is found."""
    master = generation.master
    cost = np.concatenate([master.fixed_cost, picked.value])
    integral = np.arange(len(cost)) >= master.fixed
    least = np.append(np.zeros(master.fixed), taken.astype(float))
    lower, upper = master.bounds()
    matrix = stacked([master.fixed_matrix(), master.matrix(picked)])
    most, cancelled = np.ones(len(cost)), generation.meter.stop.cancelled
    answer = whole(cost, matrix, lower, upper, most, integral, least, seconds, nodes, cancelled=cancelled)
    chosen = otherwise if answer.values is None else answer.values[master.fixed :] > 0.5
    return picked.take(np.flatnonzero(chosen)), answer

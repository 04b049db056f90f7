"""The linear programme over lecturer-days: every column is one shift's lessons, the rows say what it shares with others.

Rows: order <= 1 (= 1 if pinned), shift <= 1, lessons a week and month, first lesson of a committee (y <= lessons),
lessons of a lecturer (= steps of growing price), and clashes of rooms and committees as they turn up.
"""

from dataclasses import dataclass

import numpy as np

from catalogue.matching.planner.clashes import Clashes
from catalogue.matching.planner.compiled import Compiled, Short
from catalogue.matching.planner.highs import growing
from catalogue.matching.planner.intervals import Whole, ranges
from catalogue.matching.planner.places import Real
from catalogue.matching.planner.seats import month_numbers
from catalogue.matching.planner.sparse import Sparse, sparse
from catalogue.matching.terms import WEEK


@dataclass(frozen=True)
class Columns:
    """Lessons of shifts: column k is shift[k], seats[first[k] … first[k + 1] − 1], worth value[k]."""

    shift: Whole
    value: Real
    first: Whole
    seats: Whole

    def __len__(self) -> int:
        return len(self.shift)

    def owner(self) -> Whole:
        """The column of each entry of `seats`."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def take(self, which: Whole) -> "Columns":
        """Some of the columns, in the given order."""
        count = np.diff(self.first)[which]
        index, _ = ranges(self.first[which], count)
        return Columns(self.shift[which], self.value[which], np.append(0, np.cumsum(count)), self.seats[index])


def joined(parts: list[Columns]) -> Columns:
    """All columns one after the other."""
    shift = np.concatenate([np.zeros(0, np.int64), *(part.shift for part in parts)])
    value = np.concatenate([np.zeros(0), *(part.value for part in parts)])
    count = np.concatenate([np.zeros(0, np.int64), *(np.diff(part.first) for part in parts)])
    seats = np.concatenate([np.zeros(0, np.int64), *(part.seats for part in parts)])
    return Columns(shift, value, np.append(0, np.cumsum(count)), seats)


class Master:
    """The growing programme. `columns` are those of shifts; y and steps come before them."""

    def __init__(self, model: Compiled) -> None:
        self.model, self.linear, self.clashes = model, growing(), Clashes(model)
        self.parts: list[Columns] = []
        self.rows_layout()
        self.linear.add_rows(self.lower, self.upper)
        self.fixed_columns()

    # --- rows ---------------------------------------------------------------------------------------------------

    def rows_layout(self) -> None:
        """Numbers every fixed row: orders, shifts, weeks, months, first lessons, lecturers."""
        model, weights = self.model, self.model.problem.weights
        orders, shifts = len(model.minutes), len(model.shift_lecturer)
        self.shift_row = orders
        self.week_row, weeks = self._limits("max_per_week", model.week, orders + shifts)
        self.month_row, months = self._limits("max_per_month", model.month, orders + shifts + len(weeks))
        count = orders + shifts + len(weeks) + len(months)
        self.cover_row = np.full(model.committees, -1)
        wanting = np.unique(model.committee[np.unique(model.order)][model.covers[np.unique(model.order)] > 0])
        self.cover_row[wanting] = count + np.arange(len(wanting))
        self.load_row = np.full(len(model.problem.lecturers), -1)
        teaching = np.unique(model.lecturer) if weights.balance else np.zeros(0, dtype=np.int64)
        self.load_row[teaching] = count + len(wanting) + np.arange(len(teaching))
        self.rows = count + len(wanting) + len(teaching)
        self.upper = np.ones(self.rows)
        self.upper[orders + shifts : count] = [*weeks, *months]
        self.upper[count:] = 0.0
        self.lower = np.full(self.rows, -np.inf)
        begin = model.by_order[1]
        pinned = [order for order in sorted(model.pinned) if begin[order] < begin[order + 1]]
        self.lower[pinned] = 1.0

    def _limits(self, name: str, period: Short, first: int) -> tuple[Short, list[int]]:
        """The row of each seat's (lecturer, period), −1 where the limit cannot bind; the right sides."""
        model = self.model
        limits = [getattr(one, name) for one in model.problem.lecturers]
        row = np.full(model.seats, -1, dtype=np.int32)
        if all(limit is None for limit in limits) or not model.seats:
            return row, []
        low = int(period.min())
        width = int(period.max()) - low + 1
        key = model.lecturer * width + period - low
        groups, where = np.unique(key, return_inverse=True)
        orders = np.unique(where * len(model.minutes) + model.order) // len(model.minutes)
        possible = np.bincount(orders, minlength=len(groups))
        left = np.full(len(groups), 1 << 40)
        for index, group in enumerate(groups.tolist()):
            limit = limits[group // width]
            if limit is not None:
                left[index] = limit - self._held(group // width, name, group % width + low)
        binding = np.flatnonzero(possible > left)
        rows = np.full(len(groups), -1)
        rows[binding] = first + np.arange(len(binding))
        pinned = np.array(sorted(model.pinned), dtype=np.int64)
        decided = np.bincount(where[np.isin(model.order, pinned)], minlength=len(groups))
        return rows[where].astype(np.int32), np.maximum(left, decided)[binding].tolist()

    def _held(self, lecturer: int, name: str, period: int) -> int:
        """How many lessons the lecturer already has in a week or month."""
        mine = self.model.held[lecturer].counted
        if not mine:
            return 0
        starts = np.array([one.start for one in mine], dtype=np.int64)
        when = starts // WEEK if name == "max_per_week" else month_numbers(self.model.problem, starts)
        return int(np.count_nonzero(when == period))

    def fixed_columns(self) -> None:
        """y of every committee, then the steps of every lecturer's load, cheapest first."""
        model, weights = self.model, self.model.problem.weights
        rows, cost = [], []
        for committee in np.flatnonzero(self.cover_row >= 0).tolist():
            rows.append(self.cover_row[committee])
            cost.append(float(weights.cover))
        shifts = np.bincount(model.shift_lecturer, minlength=len(self.load_row))
        for lecturer in np.flatnonzero(self.load_row >= 0).tolist():
            begun = sum(0 <= one.start < model.problem.end for one in model.held[lecturer].counted)
            for step in range(self._most(lecturer, int(shifts[lecturer]))):
                rows.append(self.load_row[lecturer])
                cost.append(-float(weights.balance * (2 * (begun + step) + 1)))
        self.fixed_cost = np.array(cost)
        self.fixed_row = np.array(rows, dtype=np.int64)
        self.fixed_sign = np.where(self.fixed_cost > 0, 1.0, -1.0)
        self.fixed = len(cost)
        self.linear.add_columns(self.fixed_cost, self.fixed_matrix())

    def _most(self, lecturer: int, shifts: int) -> int:
        """More lessons than this a lecturer can never have: one for each order, or the limits of the days."""
        mine = self.model.order[
            np.searchsorted(self.model.lecturer, lecturer) : np.searchsorted(self.model.lecturer, lecturer + 1)
        ]
        limit = self.model.problem.lecturers[lecturer].max_per_day
        orders = len(np.unique(mine))
        return orders if limit is None else min(orders, max(limit, 1) * shifts + len(self.model.pinned))

    # --- columns ------------------------------------------------------------------------------------------------

    def entries(self, columns: Columns) -> tuple[Whole, Whole, Real]:
        """(row, column, coefficient) of columns; equal places add up."""
        model, seats, owner = self.model, columns.seats, columns.owner()
        ones = np.ones(len(seats))
        cover = np.where(model.covers[model.order[seats]] > 0, self.cover_row[model.committee[model.order[seats]]], -1)
        kinds = [(model.order[seats], ones), (self.week_row[seats], ones), (self.month_row[seats], ones)]
        kinds += [(cover, -ones), (self.load_row[model.lecturer[seats]], ones)]
        rows, cols, values = [self.shift_row + columns.shift], [np.arange(len(columns))], [np.ones(len(columns))]
        for row, value in kinds:
            at = np.flatnonzero(row >= 0)
            rows.append(row[at])
            cols.append(owner[at])
            values.append(value[at])
        where, row = self.clashes.rows_of(seats)
        rows.append(self.rows + row)
        cols.append(owner[where])
        values.append(np.ones(len(row)))
        return np.concatenate(rows), np.concatenate(cols), np.concatenate(values)

    def matrix(self, columns: Columns) -> Sparse:
        """The columns as a sparse matrix over all rows."""
        row, column, value = self.entries(columns)
        return sparse(column, row, value, len(columns), self.rows + len(self.clashes))

    def fixed_matrix(self) -> Sparse:
        """y and steps as a sparse matrix over all rows."""
        return Sparse(np.arange(self.fixed + 1), self.fixed_row, self.fixed_sign)

    def bounds(self) -> tuple[Real, Real]:
        """The least and the most of every row."""
        count = len(self.clashes)
        return np.append(self.lower, np.full(count, -np.inf)), np.append(self.upper, np.ones(count))

    def add(self, columns: Columns) -> None:
        """New columns join the programme."""
        if len(columns):
            self.linear.add_columns(columns.value, self.matrix(columns), upper=np.inf)
            self.parts.append(columns)

    def add_clashes(self, keys: Whole) -> None:
        """New rows join the programme, with what all present columns have in them."""
        before = len(self.clashes)
        self.clashes.add(keys)
        columns = self.columns
        where, row = self.clashes.rows_of(columns.seats)
        new = row >= before
        column, ones = self.fixed + columns.owner()[where[new]], np.ones(int(new.sum()))
        matrix = sparse(row[new] - before, column, ones, len(keys), self.fixed + len(columns))
        self.linear.add_rows(np.full(len(keys), -np.inf), np.ones(len(keys)), matrix)

    @property
    def columns(self) -> Columns:
        """All columns of shifts."""
        if len(self.parts) != 1:
            self.parts = [joined(self.parts)]
        return self.parts[0]

    # --- prices -------------------------------------------------------------------------------------------------

    def net(self, prices: Real) -> Real:
        """What each seat is worth beyond what it takes from all rows but its shift's."""
        model = self.model
        padded = np.append(prices[: self.rows], 0.0)  # row −1 costs nothing
        paid = padded[model.order] + padded[self.week_row] + padded[self.month_row]
        cover = np.where(model.covers[model.order] > 0, self.cover_row[model.committee[model.order]], -1)
        paid += padded[self.load_row[model.lecturer]] - padded[cover]
        net: Real = model.value - paid - self.clashes.price(np.arange(model.seats), prices[self.rows :])
        return net

    def fair(self, prices: Real) -> Real:
        """Prices that are allowed in a proof: none below zero but those of equalities and sums."""
        free = np.zeros(len(prices), dtype=bool)
        free[: self.rows] = self.lower == 1.0
        found: Real = np.where(free, prices, np.maximum(prices, 0.0))
        return found

    def proof(self, prices: Real, best: Real) -> float:
        """No solution has more points: prices (fair) and for each shift the most that any of its columns nets."""
        right = np.concatenate([self.upper, np.ones(len(self.clashes))])
        right[self.shift_row : self.shift_row + len(best)] = 0.0
        left = self.fixed_cost - self.fixed_sign * prices[self.fixed_row]
        return float(prices @ right + np.maximum(best, 0.0).sum() + np.maximum(left, 0.0).sum())

"""Good prices without a linear programme: deflected subgradients (Held, Wolfe and Crowder 1974; Camerini, Fratta and
Maffioli 1975) on the list of short days.

Every row gets a price; each shift takes its best day at these prices; what is asked of a row beyond its right side
makes it dearer, what is left cheaper. Each step proves a bound. For instances too large to start the simplex cold.
"""

from dataclasses import dataclass

import numpy as np

from catalogue.matching.planner.master import Master
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.places import Real
from catalogue.matching.planner.short_days import ALONE, Days

KEPT = 0.8  # of the last direction: steps zigzag less
PATIENCE = 12  # steps without progress before the aim is halved


@dataclass(frozen=True)
class Asked:
    """What the shifts take at some prices: the bound that these prove, and how much of each row is asked."""

    bound: float
    use: Real


class Ascent:
    """The list of days by shift, ready to be priced again and again."""

    def __init__(self, master: Master, days: Days) -> None:
        self.master, self.model = master, master.model
        days = days.take(np.argsort(days.shift, kind="stable"))
        model = self.model
        self.value = days.worth(model.value)
        orders = len(model.minutes)
        self.one = model.order[days.a].astype(np.int32)
        self.two = np.where(days.b == ALONE, orders, model.order[days.b]).astype(np.int32)
        self.first = np.flatnonzero(np.append(True, days.shift[1:] != days.shift[:-1]))
        self.count = np.diff(np.append(self.first, len(days)))
        self.shift = days.shift[self.first]
        seat = model.shift_first[self.shift]
        self.week, self.month = master.week_row[seat], master.month_row[seat]
        self.load = master.load_row[model.lecturer[seat]]
        self.size = np.where(self.two == orders, 1, 2).astype(np.int8)
        self.cover = np.where(model.covers > 0, master.cover_row[model.committee], -1)
        self.right = master.upper.copy()
        self.right[master.shift_row : master.shift_row + len(model.shift_lecturer)] = 0.0

    def worth(self, prices: Real) -> Real:
        """What each day nets at these prices, its shift's own price not paid."""
        padded = np.append(prices, 0.0)
        orders = len(self.model.minutes)
        order = np.append(padded[:orders] - padded[self.cover], 0.0)
        lesson = padded[self.week] + padded[self.month] + padded[self.load]
        net: Real = self.value - order[self.one] - order[self.two] - np.repeat(lesson, self.count) * self.size
        return net

    def ask(self, prices: Real) -> Asked:
        """The best day of every shift at these prices."""
        master, model = self.master, self.model
        net = self.worth(prices)
        best = np.maximum.reduceat(net, self.first)
        top = np.flatnonzero(net == np.repeat(best, self.count))
        owner = np.searchsorted(self.first, top, side="right") - 1
        once = np.append(True, owner[1:] != owner[:-1])
        top, owner = top[once], owner[once]
        good = best[owner] > 0
        top, owner = top[good], owner[good]
        orders = len(model.minutes)
        use = np.zeros(master.rows + 1)
        taken = np.bincount(self.one[top], minlength=orders + 1) + np.bincount(self.two[top], minlength=orders + 1)
        use[:orders] = taken[:orders]
        for row in (self.week, self.month, self.load):
            use[: master.rows + 1] += np.bincount(row[owner] % (master.rows + 1), self.size[top], master.rows + 1)
        use -= np.bincount(self.cover % (master.rows + 1), taken[:orders], master.rows + 1)
        left = master.fixed_cost - master.fixed_sign * prices[master.fixed_row]
        use += np.bincount(master.fixed_row[left > 0], master.fixed_sign[left > 0], master.rows + 1)
        bound = float(prices @ self.right + np.maximum(best, 0.0).sum() + np.maximum(left, 0.0).sum())
        return Asked(bound, use[: master.rows])

    def run(self, prices: Real, steps: int, meter: Meter) -> tuple[Real, float]:
        """Prices after so many steps from some prices on, and the bound that they prove."""
        master = self.master
        free = master.lower == 1.0
        asked = self.ask(prices)
        best, bound = prices, asked.bound
        aim, idle, way = 0.05 * abs(bound), 0, np.zeros(master.rows)
        for step in range(steps):
            if step % 10 == 0 and meter.over():
                break
            over = asked.use - self.right
            over[(prices <= 0) & (over < 0) & ~free] = 0.0
            way = over + KEPT * way
            length = float(way @ way)
            if length <= 1e-9:
                break
            prices = prices + (asked.bound - bound + aim) / length * way
            prices = np.where(free, prices, np.maximum(prices, 0.0))
            asked = self.ask(prices)
            idle += 1
            if asked.bound < bound:
                idle = idle if asked.bound > bound - 0.1 * aim else 0
                best, bound = prices, asked.bound
            if idle > PATIENCE:
                aim, idle, prices, way = aim * 0.5, 0, best, np.zeros(master.rows)
                asked = self.ask(prices)
            meter.work(len(self.shift) // 100)
        return best, bound

    def first_prices(self) -> Real:
        """Where to begin: each order costs half of its best lesson."""
        prices = np.zeros(self.master.rows)
        orders = len(self.model.minutes)
        dear = np.zeros(orders + 1)
        np.maximum.at(dear, self.one, np.where(self.two == orders, self.value, 0.0))
        prices[:orders] = 0.5 * dear[:orders]
        rows = self.master.cover_row[self.master.cover_row >= 0]
        prices[rows] = 0.5 * self.model.problem.weights.cover
        return prices

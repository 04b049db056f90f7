"""Column generation: solve, look where rooms clash, look which days would earn more than they cost, add both, again."""

from collections.abc import Callable

import numpy as np

from catalogue.matching.planner.ascent import Ascent
from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.intervals import Flag, Whole
from catalogue.matching.planner.long_days import WIDEST, LongDays
from catalogue.matching.planner.master import Columns, Master, joined
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.places import Real
from catalogue.matching.planner.roster import Roster
from catalogue.matching.planner.score import fixed_points
from catalogue.matching.planner.short_days import Days, listed, together
from catalogue.matching.terms import DAY

TOLERANCE = 1e-6  # of a column's share in a solution
WHOLE_LIST = 40_000  # so many lecturer-days or fewer go into the programme at once
ROUND = 40_000  # so many new columns a round at most
EACH = 6  # so many new columns of one shift a round
EACH_LONG = 8  # the same of days of many lessons
ASCENT = 250  # steps towards good prices before the first programme of a large instance
NEAR_ENOUGH = 30.0  # points that a day may miss at good prices to be among the first columns
TRIFLE = 1e-4
MUCH = 500  # new rows and columns after which an interior point is sooner there than the simplex from the last solution


class Generation:
    """Keeps the programme and the lists of days it can draw columns from."""

    def __init__(self, model: Compiled, meter: Meter, progress: Callable[["Generation"], None] | None = None) -> None:
        """progress is told after each solution of the programme."""
        self.model, self.meter, self.progress = model, meter, progress
        self.large, self.guide = False, np.zeros(0)
        self.objective, self.proved = 0.0, float("inf")  # of the last round
        self.master = Master(model)
        self.empty = Roster(model)
        caps, held = self._caps()
        longer = held | (caps > 2) & room_for_three(model)
        self.short = np.flatnonzero(~longer)  # their single lessons and pairs can be listed
        self.pairs: Flag = caps >= 2
        self.days = listed(model, self.short, self.pairs[self.short], model.value)
        self.long = LongDays(model, np.flatnonzero(longer), self.empty, self.meter.over)
        self.is_long: Flag = np.zeros(len(caps), dtype=bool)
        self.is_long[self.long.shifts] = True
        self.values = self.prices = np.zeros(0)  # the last solution and what its rows cost; empty: none yet
        self.bound = float("inf")
        self.mite = 1e-6 + 1e-10 * float(np.abs(model.value).max(initial=0.0))  # points that are nothing

    def _caps(self) -> tuple[Whole, Flag]:
        """How many lessons each shift may hold at most by the lecturer's limit a day; is something held that day?"""
        model, empty = self.model, self.empty
        limits = [one.max_per_day for one in model.problem.lecturers]
        most = np.array([1 << 20 if limit is None else limit for limit in limits], dtype=np.int64)
        days = zip(model.shift_lecturer.tolist(), model.shift_day.tolist(), strict=True)
        held = [key in empty.held_stops for key in days] if empty.held_stops else [False] * len(model.shift_day)
        return most[model.shift_lecturer], np.array(held, dtype=bool)

    def start(self, columns: Columns) -> None:
        """The first columns: a plan's, and all days if they are few, else those that pay at good prices."""
        self.master.add(columns)
        self.large = len(self.days) > WHOLE_LIST
        if not self.large:
            self.master.add(self.days.columns())
            return
        ascent = Ascent(self.master, self.days)
        self.guide, bound = ascent.run(ascent.first_prices(), ASCENT, self.meter)
        if not len(self.long.shifts):  # the list knows no longer days, so it proves nothing about them
            self.bound = min(self.bound, bound + fixed_points(self.model))
        worth = self.days.worth(self.master.net(self.guide))
        best = np.zeros(len(self.model.shift_lecturer))
        np.maximum.at(best, self.days.shift, worth)
        pinned = np.zeros(len(self.model.minutes), dtype=bool)
        pinned[sorted(self.model.pinned)] = True
        missing = best[self.days.shift] - worth
        alone = (self.days.b < 0) & pinned[self.model.order[self.days.a]]
        near = np.flatnonzero((missing < NEAR_ENOUGH) | alone)
        near = near[np.argsort(np.where(alone, 0.0, missing)[near], kind="stable")[:ROUND]]
        self.master.add(self.days.take(np.sort(near)).columns())

    def guess(self) -> Columns:
        """The best day of every shift at the first good prices: many share an order, but it is a beginning."""
        worth = self.days.worth(self.master.net(self.guide))
        by = np.lexsort((-worth, self.days.shift))
        by = by[np.append(True, self.days.shift[by][1:] != self.days.shift[by][:-1])]
        return self.days.take(by[worth[by] > 0]).columns()

    def run(self, rounds: int = 200, until: float | None = None) -> bool:
        """Solves until no row is broken and no column is missing (then True), or the stop; until: seconds of the meter."""
        changed = MUCH + 1 if not len(self.prices) else 0
        for _ in range(rounds):
            if self.meter.over() or (until is not None and len(self.prices) and self.meter.seconds > until):
                return False
            anew = not self.large and changed > MUCH
            self.master.linear.prefer("ipx" if anew else "simplex")
            if not self.master.linear.solve(self.meter.left(), self.meter.work_left(), self.meter.stop.cancelled):
                return False
            self.meter.work(100 + self.master.linear.iterations)
            self.values, prices, self.objective = self.master.linear.answer()
            self.prices = self.master.fair(prices)
            if self.progress is not None:
                self.progress(self)
            new = self.price(self.prices)
            broken = self.broken(self.values)
            if not len(new) and not len(broken):
                new = self._price(self.prices, self.prices) if self.large else new
                if not len(new):
                    return True
            if self.large and self.near_enough():
                return True
            broken = self.master.clashes.nearby(broken)
            if len(broken):
                self.master.add_clashes(broken)
            self.master.add(new)
            changed = len(broken) + len(new)
        return False

    def near_enough(self) -> bool:
        """Is what the programme can still gain by further columns a trifle? Only asked of large instances."""
        return self.bound - fixed_points(self.model) - self.objective < TRIFLE * abs(self.objective)

    def broken(self, values: Real) -> Whole:
        """Minutes at which the solution uses a room, committee or lecturer more than once."""
        columns, amount = self.master.columns, values[self.master.fixed :]
        used = columns.take(np.flatnonzero(amount > TOLERANCE))
        weight = amount[amount > TOLERANCE][used.owner()]
        return self.master.clashes.broken(used.seats, weight)

    def price(self, prices: Real) -> Columns:
        """The columns that would earn more than they cost; proves a bound on the way.

        In large instances prices swing from round to round; the bound is proved, and the columns are ranked, halfway
        between them and the best prices so far (Wentges 1997).
        """
        if not self.large:
            return self._price(prices, prices)
        count = len(prices) - len(self.guide)
        guide = np.append(self.guide, prices[len(self.guide) :][:count])
        middle = 0.5 * (guide + prices)
        before = self.bound
        found = self._price(middle, prices)
        if self.bound < before:
            self.guide = middle
        return found

    def _price(self, prices: Real, last: Real) -> Columns:
        """Proves a bound with `prices`; the columns that pay at them, or at the programme's `last` prices."""
        model, master = self.model, self.master
        net = master.net(prices)
        shift_price = prices[master.shift_row : master.shift_row + len(model.shift_lecturer)]
        paid = master.clashes.price(np.arange(model.seats), prices[master.rows :])
        free = self.days.worth(net + paid)  # as if no room were short: more than any choice of times can earn
        touched = np.zeros(len(shift_price), dtype=bool)
        pays = np.append(paid, 0.0) > 0
        hopeful = (free > shift_price[self.days.shift] + self.mite) & (pays[self.days.a] | pays[self.days.b])
        touched[self.days.shift[hopeful]] = True
        best = np.full(len(shift_price), -np.inf)
        touched &= ~self.is_long
        calm = ~touched[self.days.shift] & ~self.is_long[self.days.shift]
        np.maximum.at(best, self.days.shift[calm], free[calm])
        at = shift_price if prices is last else last[master.shift_row : master.shift_row + len(shift_price)]
        earns = free if prices is last else self.days.worth(master.net(last))
        found = [self._choose(self.days, np.where(calm, earns, -np.inf), at)]
        if touched.any():
            shifts = np.flatnonzero(touched)
            again = listed(model, shifts, self.pairs[shifts], net)
            worth = again.worth(net)
            np.maximum.at(best, again.shift, worth)
            found.append(self._choose(again, worth if prices is last else again.worth(master.net(last)), at))
        if len(self.long.shifts):
            columns, shifts, most = self.long.price(net, shift_price + self.mite, EACH_LONG)
            best[shifts] = most
            found.append(columns)
            self.meter.work(self.long.work // 10)
            self.long.work = 0
        self.proved = master.proof(prices, best) + fixed_points(model)
        self.bound = min(self.bound, self.proved)
        return joined(found)

    @property
    def provable(self) -> bool:
        """Can every day be listed that matters?"""
        return not self.large and not len(self.long.shifts)

    def worth_trying(self, score: float) -> Days | None:
        """Every day that a plan better than `score` could contain, by the last prices: at its best times and rooms,
        and in shifts where these have a row of a clash at all others too.

        None: longer days are possible, which are not listed.
        """
        if not self.provable:
            return None
        master, model = self.master, self.model
        missing = self.proved - score + self.mite
        floor = self.prices[master.shift_row : master.shift_row + len(model.shift_lecturer)] - missing
        net = master.net(self.prices)
        paid = master.clashes.price(np.arange(model.seats), self.prices[master.rows :])
        days = self.days.take(self.days.worth(net + paid) >= floor[self.days.shift])
        columns = days.columns()
        shared = np.zeros(len(model.shift_lecturer), dtype=bool)
        shared[model.shift[columns.seats[master.clashes.rows_of(columns.seats)[0]]]] = True
        shifts = np.flatnonzero(shared)
        every = listed(model, shifts, self.pairs[shifts], net, floor)
        return together(model, [days.take(~shared[days.shift]), every])

    def _choose(self, days: Days, worth: Real, shift_price: Real) -> Columns:
        """The most promising days, not too many at once."""
        earns = worth - shift_price[days.shift]
        good = np.flatnonzero(earns > self.mite)
        if self.large:
            good = good[np.lexsort((-earns[good], days.shift[good]))]
            fresh = np.append(True, days.shift[good][1:] != days.shift[good][:-1])
            rank = np.arange(len(good)) - np.maximum.accumulate(np.where(fresh, np.arange(len(good)), 0))
            good = good[rank < EACH]
        if len(good) > ROUND:
            good = good[np.sort(np.argsort(-earns[good], kind="stable")[:ROUND])]
        return days.take(good).columns()


def too_wide(model: Compiled) -> bool:
    """Has a shift of more than two lessons too many possible times to be priced (a grid of single minutes)?"""
    limits = [one.max_per_day for one in model.problem.lecturers]
    long = np.array([limit is None or limit > 2 for limit in limits], dtype=bool)[model.shift_lecturer]
    return bool((np.diff(model.shift_first)[long] > WIDEST).any())


def room_for_three(model: Compiled) -> Flag:
    """Shifts in which three lessons could fit one after the other, whatever the way."""
    setup = model.problem.travel.setup_min
    first, last = model.shift_first[:-1], model.shift_first[1:]
    soonest = np.minimum.reduceat(model.end, first) if len(first) else model.end
    latest = np.maximum.reduceat(model.start, first) if len(first) else model.start
    middle = (model.start >= soonest[model.shift] + setup) & (model.end + setup <= latest[model.shift])
    fits: Flag = np.bincount(model.shift[middle], minlength=len(first)) > 0
    return fits & (last - first > 2)


def long_shifts(model: Compiled) -> Whole:
    """Shifts of more than two lessons on which nothing is held."""
    limits = [one.max_per_day for one in model.problem.lecturers]
    long = np.array([limit is None or limit > 2 for limit in limits], dtype=bool)[model.shift_lecturer]
    busy = {(lecturer, one.start // DAY) for lecturer, held in enumerate(model.held) for one, _ in held.all}
    days = zip(model.shift_lecturer.tolist(), model.shift_day.tolist(), strict=True)
    free = np.array([key not in busy for key in days], dtype=bool)
    found: Whole = np.flatnonzero(long & free & room_for_three(model))
    return found

"""Rows that keep one room, committee or lecturer from two lessons at a minute, added only where a solution breaks them."""

import numpy as np

from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.planner.intervals import SHIFT, STRIDE, Flag, Whole, ranges
from catalogue.matching.planner.places import Real
from catalogue.matching.terms import DAY

Spans = tuple[Whole, Whole, Whole]  # position of the seat in what was asked, key of its first minute, key of its end


class Clashes:
    """The rows so far: one per (owner, minute), by growing key; owners are rooms, then committees, then lecturers.

    Lecturers need rows only where lessons of two days may touch (around midnight): within a day no column clashes.
    """

    def __init__(self, model: Compiled) -> None:
        self.model = model
        self.rooms, self.committees = len(model.problem.venues), model.committees
        self.setup = model.problem.travel.setup_min
        late = (model.end + self.setup - 1) // DAY > model.start // DAY
        self.overnight = bool(late.any())
        self.keys: Whole = np.zeros(0, dtype=np.int64)
        self.number: Whole = np.zeros(0, dtype=np.int64)  # the row of each key, counted in the order they were added
        self._starts: Whole | None = None
        self.touched: Flag = np.zeros(self.rooms + self.committees + len(model.problem.lecturers), dtype=bool)

    def __len__(self) -> int:
        return len(self.keys)

    def spans(self, seats: Whole, only: Flag | None = None) -> Spans:
        """For every owner that a seat occupies: the seat's position and the keys of its span; only: of these owners."""
        model, parts = self.model, []
        kinds = [(model.venue[seats], 0, 0), (self.rooms + model.committee[model.order[seats]], 0, 0)]
        if self.overnight:
            kinds.append((self.rooms + self.committees + model.lecturer[seats], 0, self.setup))
        for owner, _, after in kinds:
            at = np.flatnonzero(owner >= 0) if only is None else np.flatnonzero((owner >= 0) & only[owner])
            base = owner[at].astype(np.int64) * STRIDE + SHIFT
            parts.append((at, base + model.start[seats[at]], base + model.end[seats[at]] + after))
        where, begin, end = (np.concatenate(column) for column in zip(*parts, strict=True))
        return where, begin, end

    def rows_of(self, seats: Whole) -> tuple[Whole, Whole]:
        """(position of the seat, row) for every row that a seat is in."""
        where, begin, end = self.spans(seats, self.touched)
        low = np.searchsorted(self.keys, begin)
        index, source = ranges(low, np.searchsorted(self.keys, end) - low)
        return where[source], self.number[index]

    def price(self, seats: Whole, duals: Real) -> Real:
        """What each seat pays for the rows it is in; duals: one per row, in the order they were added; new rows are free."""
        duals = np.append(duals, np.zeros(len(self.keys) - len(duals)))
        if not len(self.keys):
            return np.zeros(len(seats))
        sums = np.concatenate([[0.0], np.cumsum(duals[self.number])])
        where, begin, end = self.spans(seats, self.touched)
        paid = sums[np.searchsorted(self.keys, end)] - sums[np.searchsorted(self.keys, begin)]
        found: Real = np.bincount(where, paid, len(seats)).astype(np.float64)
        return found

    def broken(self, seats: Whole, amount: Real) -> Whole:
        """Keys of the minutes at which these seats, taken by these amounts, exceed one somewhere, and have no row yet."""
        where, begin, end = self.spans(seats)
        weight = amount[where]
        by_begin, by_end = np.argsort(begin, kind="stable"), np.argsort(end, kind="stable")
        begun = np.concatenate([[0.0], np.cumsum(weight[by_begin])])
        ended = np.concatenate([[0.0], np.cumsum(weight[by_end])])
        minutes = np.unique(begin)
        load = begun[np.searchsorted(begin[by_begin], minutes, side="right")]
        load -= ended[np.searchsorted(end[by_end], minutes, side="right")]
        found: Whole = minutes[(load > 1 + 1e-6) & ~np.isin(minutes, self.keys)]
        return found

    def nearby(self, keys: Whole) -> Whole:
        """These minutes, and every other start of a lesson in the same room on the same day: what is turned out goes there."""
        if not len(keys):
            return keys
        if self._starts is None:
            at = np.flatnonzero(self.model.venue >= 0)
            self._starts = np.unique(self.model.venue[at].astype(np.int64) * STRIDE + SHIFT + self.model.start[at])
        day = (self._starts - SHIFT) // STRIDE * STRIDE + (self._starts - SHIFT) % STRIDE // DAY
        wanted = (keys - SHIFT) // STRIDE * STRIDE + (keys - SHIFT) % STRIDE // DAY
        more = self._starts[np.isin(day, wanted)]
        found: Whole = np.setdiff1d(np.union1d(keys, more), self.keys)
        return found

    def add(self, keys: Whole) -> None:
        """New rows, numbered on from the last."""
        numbers = np.concatenate([self.number, len(self.number) + np.arange(len(keys))])
        merged = np.concatenate([self.keys, keys])
        by = np.argsort(merged, kind="stable")
        self.keys, self.number = merged[by], numbers[by]
        self.touched[(keys - SHIFT) // STRIDE] = True

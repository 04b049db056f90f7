"""Interval questions for many owners at once: is [start, end) inside one interval, does it touch one?"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from catalogue.matching.valid import FAR, Span

Whole = NDArray[np.int64]
Flag = NDArray[np.bool_]

STRIDE = 8 * FAR  # owners lie so far apart on one line that their intervals never meet
SHIFT = 3 * FAR  # every minute of an owner is positive after this shift


class Intervals:
    """Intervals of owners 0 … n − 1 on one line; answers arrays of questions with one binary search each."""

    def __init__(self, owners: Iterable[Sequence[Span] | None]) -> None:
        """One entry per owner: its intervals in any order, or None = every minute belongs to one."""
        starts, ends, always = [], [], []
        for number, spans in enumerate(owners):
            always.append(spans is None)
            for start, end in spans or ():
                starts.append(number * STRIDE + SHIFT + start)
                ends.append(number * STRIDE + SHIFT + end)
        self.always: Flag = np.array(always, dtype=bool)
        order = np.argsort(np.array(starts, dtype=np.int64), kind="stable")
        self._starts: Whole = np.array(starts, dtype=np.int64)[order]
        self._reach: Whole = np.maximum.accumulate(np.array(ends, dtype=np.int64)[order])

    def hold(self, owner: Whole, start: Whole, end: Whole) -> Flag:
        """Does one interval of the owner contain all of [start, end)? Touching intervals are not one."""
        free = self.always[owner]
        if not len(self._starts):
            return free
        base = owner * STRIDE + SHIFT
        index = np.searchsorted(self._starts, base + start, side="right") - 1
        found: Flag = (index >= 0) & (self._reach[np.maximum(index, 0)] >= base + end)
        return found | free

    def touch(self, owner: Whole, start: Whole, end: Whole) -> Flag:
        """Does an interval of the owner share a minute with [start, end)?"""
        if not len(self._starts):
            return np.zeros(len(owner), dtype=bool)
        base = owner * STRIDE + SHIFT
        index = np.searchsorted(self._starts, base + end, side="left") - 1
        found: Flag = (index >= 0) & (self._reach[np.maximum(index, 0)] > base + start)
        return found


def ranges(first: Whole, count: Whole) -> tuple[Whole, Whole]:
    """The numbers first[i], first[i] + 1, … (count[i] of them) one after the other, and for each the i it came from."""
    owner = np.repeat(np.arange(len(first)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return first[owner] + within, owner

"""Sets of half-open intervals, asked a thousand times: is this time inside one of them, does it touch one?"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

from catalogue.matching.valid import Span


class Spans:
    """Intervals sorted by start with the furthest end so far, so that each question is one binary search.

    Touching intervals are not merged: a lesson must lie inside *one* of them, as the format says.
    """

    __slots__ = ("_furthest", "_starts")

    def __init__(self, intervals: Iterable[Span]) -> None:
        ordered = sorted(intervals)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Does one interval contain all of [start, end)?"""
        index = bisect_right(self._starts, start)
        return index > 0 and self._furthest[index - 1] >= end

    def touch(self, start: int, end: int) -> bool:
        """Does any interval share a minute with [start, end)?"""
        index = bisect_left(self._starts, end)
        return index > 0 and self._furthest[index - 1] > start

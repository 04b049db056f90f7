"""Every place of a problem by number, and the ways between them for arrays of numbers."""

import math

import numpy as np
from numpy.typing import NDArray

from catalogue.matching.problem import Problem
from catalogue.matching.travel import EARTH_KM, HAIR
from catalogue.matching.valid import Point

Real = NDArray[np.float64]
Index = NDArray[np.int64]
NOWHERE = -1  # the number of no place: online, or a lecturer without a home


class Places:
    """Places by number (same coordinates, same number); distances and minutes of arrays of numbers."""

    def __init__(self, problem: Problem) -> None:
        self.travel = problem.travel
        self._number: dict[Point, int] = {}
        self.of_order = np.array([self._take(one.location) for one in problem.orders], dtype=np.int64)
        self.of_venue = np.array([self._take(one.location) for one in problem.venues], dtype=np.int64)
        self.of_home = np.array([self._take(one.home) for one in problem.lecturers], dtype=np.int64)
        self.of_lesson = np.array([self._take(one.place) for one in problem.lessons], dtype=np.int64)
        self.points = list(self._number)
        self._first = np.array([point[0] for point in self.points] or [0.0])
        self._second = np.array([point[1] for point in self.points] or [0.0])
        self._known: dict[int, float] = {}
        self._many = len(self.points) + 1

    def _take(self, point: Point | None) -> int:
        if point is None:
            return NOWHERE
        return self._number.setdefault((float(point[0]), float(point[1])), len(self._number))

    def km(self, a: Index, b: Index) -> Real:
        """Kilometres between places; 0 if one of them is NOWHERE. Broadcasts."""
        if self.travel.metric == "euclid":
            way: Real = np.hypot(self._first[a] - self._first[b], self._second[a] - self._second[b])
        else:
            north, south = np.radians(self._first[a]), np.radians(self._first[b])
            half = np.sin((south - north) / 2) ** 2
            turn = np.sin(np.radians(self._second[b] - self._second[a]) / 2) ** 2
            way = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half + np.cos(north) * np.cos(south) * turn)))
        return np.where((a < 0) | (b < 0), 0.0, way)

    def minutes_of(self, km: Real) -> Index:
        """Whole minutes for ways of so many kilometres."""
        exact = km * 60.0 / self.travel.speed_kmh
        rounded = np.ceil(exact - HAIR) if self.travel.rounding == "up" else np.floor(exact + HAIR)
        return rounded.astype(np.int64)

    def minutes(self, a: Index, b: Index) -> Index:
        """Whole minutes for the way between places; 0 if one of them is NOWHERE."""
        return self.minutes_of(self.km(a, b))

    def one_km(self, a: int, b: int) -> float:
        """Kilometres between two places, remembered."""
        if a < 0 or b < 0 or a == b:
            return 0.0
        key = a * self._many + b
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.travel.km(self.points[a], self.points[b])
        return known

    def one_minutes(self, a: int, b: int) -> int:
        """Whole minutes for the way between two places."""
        exact = self.one_km(a, b) * 60.0 / self.travel.speed_kmh
        return math.ceil(exact - HAIR) if self.travel.rounding == "up" else math.floor(exact + HAIR)

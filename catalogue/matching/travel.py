"""How far is it, and how long does the way take?"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from catalogue.matching import valid
from catalogue.matching.valid import Point

EARTH_KM = 6371.0
HAIR = 1e-9  # a rounding error of the machine must not cost a minute or a kilometre


@lru_cache(maxsize=1 << 17)
def haversine_km(a: Point, b: Point) -> float:
    """Kilometres along the surface between two places (latitude, longitude) in degrees: a lower bound of any road."""
    north, south = math.radians(a[0]), math.radians(b[0])
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def euclid_km(a: Point, b: Point) -> float:
    """Kilometres between two places (x, y) of a plane measured in km."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


@dataclass(frozen=True)
class Travel:
    """The journey rules of a problem.

    setup_min: minutes between two lessons of a lecturer besides the way (packing up, setting up).
    home_legs: the way from home and back home must fit into the lecturer's hours too.
    venue_radius_km: how far from the committee a venue may lie that the order does not name; None = any.
    """

    metric: Literal["haversine", "euclid"] = "haversine"
    speed_kmh: float = 20.0
    setup_min: int = 15
    rounding: Literal["up", "down"] = "up"
    home_legs: bool = False
    venue_radius_km: float | None = 5.0

    def __post_init__(self) -> None:
        if self.metric not in ("haversine", "euclid"):
            raise valid.refuse("travel.metric", f"must be haversine or euclid, not {self.metric!r}")
        if self.rounding not in ("up", "down"):
            raise valid.refuse("travel.round", f"must be up or down, not {self.rounding!r}")
        valid.measure("travel.speed_kmh", self.speed_kmh, 0.001, 1e6)
        valid.whole("travel.setup_min", self.setup_min, 0, 1440)
        if self.venue_radius_km is not None:
            valid.measure("travel.venue_radius_km", self.venue_radius_km)

    def km(self, a: Point, b: Point) -> float:
        """Kilometres between two places, straight line."""
        return haversine_km(a, b) if self.metric == "haversine" else euclid_km(a, b)

    def minutes(self, a: Point, b: Point) -> int:
        """Whole minutes for the way between two places, rounded as the problem says."""
        exact = self.km(a, b) * 60.0 / self.speed_kmh
        return math.ceil(exact - HAIR) if self.rounding == "up" else math.floor(exact + HAIR)

    def within(self, a: Point, b: Point, limit_km: float | None) -> bool:
        """Are two places at most `limit_km` apart (None = no limit)?"""
        return limit_km is None or self.km(a, b) <= limit_km + HAIR


def whole_km(km: float) -> int:
    """The kilometres that count in points and words: whole, half up."""
    return math.floor(km + 0.5)

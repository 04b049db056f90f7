"""The preferences: one named object each; the points of a candidate are amount × weight × sign, whole numbers always.

They are the score of docs/matching.md seen from one more lesson: what the sum would gain if this lesson were held.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from catalogue.matching.problem import Lecturer, Weights
from catalogue.matching.ruling import Slot
from catalogue.matching.valid import Point


@dataclass(frozen=True, slots=True)
class Preference:
    """code: stable name; label: in Chinese; weight: the field of Weights; sign: +1 good, −1 bad; measure: whole amount;
    varies: with the lecturer alone, with the time alone, or with lecturer, time and place (the journey)."""

    code: str
    label: str
    weight: str
    sign: int
    measure: Callable[[Slot, Lecturer, Point | None], int]
    varies: Literal["lecturer", "time", "journey"] = "lecturer"

    def points(self, amount: int, weights: Weights) -> int:
        """What an amount is worth."""
        worth: int = getattr(weights, self.weight)
        return self.sign * worth * amount


def _served(slot: Slot, _lecturer: Lecturer, _place: Point | None) -> int:
    return slot.order.priority


def _cover(slot: Slot, _lecturer: Lecturer, _place: Point | None) -> int:
    return int(slot.order.first_lesson)


def _window(slot: Slot, _lecturer: Lecturer, _place: Point | None) -> int:
    return slot.preference or 0


def _lecturer(slot: Slot, lecturer: Lecturer, _place: Point | None) -> int:
    return int(slot.order.preferred_lecturer == lecturer.id)


def _km(slot: Slot, lecturer: Lecturer, place: Point | None) -> int:
    return slot.book.extra_km(lecturer, slot.start, slot.end, place)


def _balance(slot: Slot, lecturer: Lecturer, _place: Point | None) -> int:
    return 2 * slot.book.in_horizon(lecturer.id) + 1  # (n + 1)² − n²


SERVED = Preference("served", "基本分", "served", 1, _served)
COVER = Preference("cover", "本季首课", "cover", 1, _cover)
WISHED_TIME = Preference("window", "时间", "window", 1, _window, "time")
WISHED_LECTURER = Preference("lecturer", "点名的讲师", "lecturer", 1, _lecturer)
KM = Preference("km", "路程", "km", -1, _km, "journey")
BALANCE = Preference("balance", "负荷", "balance", -1, _balance)
PREFERENCES = (SERVED, COVER, WISHED_TIME, WISHED_LECTURER, KM, BALANCE)


@dataclass(frozen=True)
class Points:
    """The amounts of every preference (km: extra kilometres of the day's tour) and what they are worth together."""

    amounts: Mapping[str, int]
    weights: Weights

    def of(self, preference: Preference) -> int:
        """The points of one preference."""
        return preference.points(self.amounts[preference.code], self.weights)

    @cached_property
    def total(self) -> int:
        """The sum of all preferences."""
        return sum(self.of(preference) for preference in PREFERENCES)


BY_LECTURER = tuple(one for one in PREFERENCES if one.varies == "lecturer")
BY_TIME = tuple(one for one in PREFERENCES if one.varies == "time")
BY_JOURNEY = tuple(one for one in PREFERENCES if one.varies == "journey")


def part_of(part: Sequence[Preference], slot: Slot, lecturer: Lecturer, place: Point | None) -> int:
    """The points of some preferences only."""
    weights = slot.book.problem.weights
    return sum(one.points(one.measure(slot, lecturer, place), weights) for one in part)


def points_of(slot: Slot, lecturer: Lecturer, place: Point | None) -> Points:
    """What the score would gain by this lesson; the same for the same problem, always."""
    amounts = {one.code: one.measure(slot, lecturer, place) for one in PREFERENCES}
    return Points(amounts, slot.book.problem.weights)


@dataclass(frozen=True, slots=True)
class WayCosts:
    """How dear a change of the order is to its committee, in points: the cheapest ways out are offered first."""

    day_moved: int = 10
    half_day_moved: int = 5
    other_venue: int = 15
    venue_km: int = 2
    online: int = 60
    person_less: int = 5
    ask_again: int = 80


WAY_COSTS = WayCosts()

"""Is a value of a problem usable? Every refusal is a ValueError that names the place of the value."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

Point = tuple[float, float]
Span = tuple[int, int]

FAR = 10_000_000  # minutes, about 19 years: nothing in a problem lies further from its first day
MANY = 10**9  # the largest count, weight or priority


def refuse(place: str, complaint: str) -> ValueError:
    """The error for a value that cannot be used; `place` is written like orders[O1].minutes."""
    return ValueError(f"{place}: {complaint}")


def whole(place: str, value: Any, low: int = 0, high: int = MANY) -> None:
    """An integer (never a bool) of [low, high]."""
    if type(value) is not int or not low <= value <= high:
        raise refuse(place, f"must be a whole number from {low} to {high}, not {value!r}")


def measure(place: str, value: Any, low: float = 0.0, high: float = float(MANY)) -> None:
    """A finite number of [low, high]."""
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise refuse(place, f"must be a number from {low:g} to {high:g}, not {value!r}")


def identity(place: str, value: Any) -> None:
    """A text that names something."""
    if not isinstance(value, str) or not value:
        raise refuse(place, f"must be a text that is not empty, not {value!r}")


def moment(place: str, value: Any) -> None:
    """Minutes from 00:00 of the first day."""
    whole(place, value, -FAR, FAR)


def span(place: str, start: Any, end: Any) -> None:
    """A half-open interval [start, end) that holds at least one minute."""
    moment(f"{place}.start", start)
    moment(f"{place}.end", end)
    if end <= start:
        raise refuse(place, f"ends at {end}, not after its start {start}")


def spans(place: str, value: Iterable[Sequence[Any]]) -> None:
    """Pairs (start, end), in any order, overlapping or not."""
    for index, pair in enumerate(value):
        if len(pair) != 2:
            raise refuse(f"{place}[{index}]", "must be a pair of start and end")
        span(f"{place}[{index}]", *pair)


def point(place: str, value: Any) -> None:
    """A pair of finite coordinates: degrees (latitude, longitude), or km of a plane."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise refuse(place, f"must be a pair of coordinates, not {value!r}")
    for number in value:
        measure(place, number, -1e6, 1e6)


def unique(place: str, ids: Iterable[str]) -> None:
    """No id twice."""
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise refuse(f"{place}[{one}]", "appears twice")
        seen.add(one)

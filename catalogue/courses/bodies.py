"""The lecture corps (宣讲团) a course may be asked of; they live right of courses, so app.py says who knows them."""

from collections.abc import Callable, Mapping

Known = Callable[[int], Mapping[int, str]]


def _nobody(district_id: int) -> Mapping[int, str]:
    return {}


CORPS: Known = _nobody
"""Corps in force of a district: id → name, by name."""

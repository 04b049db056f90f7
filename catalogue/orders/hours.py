"""Hours as people say them (晚七点, 9点到11点) become half-days. Pure."""

import re

from catalogue.core.clock import SPANS, HalfDay
from catalogue.orders.periods import number

_MORNING, _AFTERNOON = ("上午", "早上", "早晨", "早"), ("中午", "午后", "下午")


def half_of(text: str) -> HalfDay:
    if text in _MORNING:
        return HalfDay.MORNING
    return HalfDay.AFTERNOON if text in _AFTERNOON else HalfDay.EVENING


def _minute(get: dict[str, str | None], n: int, half: HalfDay | None) -> int:
    """Minutes after midnight. Without a word beside it 1 to 7 o'clock are after noon: nobody teaches at night."""
    hour = number(str(get[f"h{n}"]))
    part = get.get(f"part{n}") or ""
    minutes = {"半": 30, "一刻": 15, "三刻": 45}.get(part) or int(get.get(f"min{n}") or re.sub(r"\D", "", part) or 0)
    if hour < 12 and (half in (HalfDay.AFTERNOON, HalfDay.EVENING) or (half is None and 0 < hour < 8)):
        hour += 12
    return hour * 60 + minutes


def of_hour(get: dict[str, str | None]) -> list[HalfDay]:
    said = half_of(str(get["half3"])) if get["half3"] else None
    minute = _minute(get, 3, said)
    return [half for half in HalfDay if SPANS[half][0] <= minute < SPANS[half][1] and said in (None, half)]


def of_hours(get: dict[str, str | None]) -> list[HalfDay]:
    """Every half-day between two times; the second takes its part of the day from the first."""
    said = half_of(str(get["half1"])) if get["half1"] else None
    first = _minute(get, 1, said)
    last = _minute(get, 2, half_of(str(get["half2"])) if get["half2"] else said)
    if last <= first and last < 720:
        last += 720
    if not SPANS[HalfDay.MORNING][0] <= first < last <= SPANS[HalfDay.EVENING][1]:
        return []
    return [half for half in HalfDay if first < SPANS[half][1] and last > SPANS[half][0]]

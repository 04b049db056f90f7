"""Is a day a working day in China, 调休 included, and what is it called?

Pure: the district's own corrections come in as `overrides`. The `holidays` library knows the notice of the State Council
for past years; for a year whose notice is not out it answers with the statutory days alone, which is a guess: ask
`announced` and say 安排尚未公布 beside such a day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from holidays import country_holidays


class Kind(StrEnum):
    """What a day is; the value is stored in the table of overrides."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"  # 调休: a Saturday or Sunday worked for a free weekday


WORKED = frozenset({Kind.WORKDAY, Kind.MAKEUP})


@dataclass(frozen=True)
class Day:
    """A day's kind and Chinese name (国庆节, 国庆节调休上班, 周六); announced: whether its year's notice is out."""

    kind: Kind
    name: str
    announced: bool

    @property
    def works(self) -> bool:
        """Whether offices are open."""
        return self.kind in WORKED


@dataclass(frozen=True)
class Override:
    """The district's own word on a day; it wins over the library."""

    kind: Kind
    name: str


Overrides = Mapping[date, Override]
NONE: Overrides = MappingProxyType({})

_WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
_PLAIN = tuple(Override(Kind.WEEKEND if i >= 5 else Kind.WORKDAY, name) for i, name in enumerate(_WEEKDAYS))
_IN_LIEU = re.compile(r"由\s*(\d{4}-\d{2}-\d{2})\s*调休")
_OBSERVED = re.compile(r"（补假）$")
_ONE_DAY = timedelta(days=1)
_LONGEST_BREAK = 9  # days between a free day and the festival it belongs to


def _feast_near(day: date, names: Mapping[date, str]) -> str:
    """The festival a free day hangs on: the nearest named one, the earlier when two are equally near."""
    for distance in range(1, _LONGEST_BREAK):
        for near in (day - timedelta(distance), day + timedelta(distance)):
            if near in names and not _IN_LIEU.search(names[near]):
                return _OBSERVED.sub("", names[near])
    return "调休"


@cache
def _known(year: int) -> Mapping[date, Override]:
    """Every day of the year that is not just its weekday, from the library."""
    calendar = country_holidays("CN", years=(year - 1, year, year + 1), language="zh_CN", expand=False)
    names = {day: str(name) for day, name in calendar.items()}
    known = {}
    for day, name in names.items():
        worked = _IN_LIEU.search(name)
        feast = _feast_near(day, names) if worked else _OBSERVED.sub("", name)
        known[day] = Override(Kind.HOLIDAY, feast)
        if worked:
            known[date.fromisoformat(worked[1])] = Override(Kind.MAKEUP, f"{feast}调休上班")
    return MappingProxyType({day: what for day, what in known.items() if day.year == year})


def announced(year: int, overrides: Overrides = NONE) -> bool:
    """Whether the year's 调休 notice is known. Every notice since 2001 moved a day, so a year with no moved day has none yet."""
    return _is_out(year) or any(day.year == year and what.kind is Kind.MAKEUP for day, what in overrides.items())


@cache
def _is_out(year: int) -> bool:
    return any(what.kind is Kind.MAKEUP for what in _known(year).values())


def kind_of(day: date, overrides: Overrides = NONE) -> Day:
    """What the day is, with its name for people."""
    weekday = day.weekday()
    what = overrides.get(day) or _known(day.year).get(day) or _PLAIN[weekday]
    return Day(what.kind, what.name, announced(day.year, overrides))


def only_kind_of(day: date, overrides: Overrides = NONE) -> Kind:
    """What the day is, without name and notice: long runs of days ask this."""
    return (overrides.get(day) or _known(day.year).get(day) or _PLAIN[day.weekday()]).kind


def is_working_day(day: date, overrides: Overrides = NONE) -> bool:
    """Whether offices are open on the day."""
    return only_kind_of(day, overrides) in WORKED


def add_working_days(day: date, count: int, overrides: Overrides = NONE) -> date:
    """The working day that is `count` working days after the day (before it when negative); the day itself for 0.

    One working day after a Sunday is the Monday.
    """
    step = _ONE_DAY if count > 0 else -_ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, overrides)
    return day

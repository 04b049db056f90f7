"""The words of a problem: ways of teaching, kinds of time holders, days, windows, half-days."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from catalogue.matching import valid
from catalogue.matching.valid import Point

DAY = 1440
WEEK = 7 * DAY


class Mode(StrEnum):
    """How a lesson is given."""

    ONSITE = "onsite"  # at the order's own location, without a room that can be booked
    VENUE = "venue"  # in a venue, the committee's own room included
    ONLINE = "online"


class Kind(StrEnum):
    """Whose time is held."""

    LECTURER = "lecturer"
    VENUE = "venue"
    COMMITTEE = "committee"


class Visit(NamedTuple):
    """Somebody is at a place (None: online, no journey) from start until end; end may already contain the set-up."""

    start: int
    end: int
    place: Point | None
    setup_included: bool = False


@dataclass(frozen=True)
class Days:
    """Days from `first` to `last`, both inclusive; None = open on that side."""

    first: int | None = None
    last: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("first", self.first), ("last", self.last)):
            if value is not None:
                valid.whole(f"days.{name}", value, -valid.FAR, valid.FAR)
        if self.first is not None and self.last is not None and self.last < self.first:
            raise valid.refuse("days", f"ends on day {self.last}, before its first day {self.first}")

    def cover(self, first: int, last: int) -> bool:
        """Are all days from `first` to `last` inside?"""
        return (self.first is None or self.first <= first) and (self.last is None or last <= self.last)


ALWAYS = Days()


@dataclass(frozen=True)
class Window:
    """A time the committee could; larger preference = liked more (10 first choice ... 0)."""

    start: int
    end: int
    preference: int = 0

    def __post_init__(self) -> None:
        valid.span("window", self.start, self.end)
        valid.whole("window.preference", self.preference)

    def hold(self, start: int, end: int) -> bool:
        """Does the window contain all of [start, end)?"""
        return self.start <= start and end <= self.end


@dataclass(frozen=True)
class HalfDay:
    """A part of the day as people say it; `start` and `end` are minutes of the day between which it is taught."""

    code: str
    label: str
    start: int
    end: int


MORNING = HalfDay("morning", "上午", 9 * 60, 11 * 60 + 30)
AFTERNOON = HalfDay("afternoon", "下午", 13 * 60 + 30, 17 * 60)
EVENING = HalfDay("evening", "晚上", 18 * 60 + 30, 20 * 60 + 30)
HALF_DAYS = (MORNING, AFTERNOON, EVENING)
NOON, DUSK = 12 * 60, 17 * 60 + 30


def half_day(minute: int) -> int:
    """Which part of its day a minute lies in: 0 morning (until 12:00), 1 afternoon (until 17:30), 2 evening."""
    of_day = minute % DAY
    return 0 if of_day < NOON else 1 if of_day < DUSK else 2


def grid_starts(windows: Iterable[Window], minutes: int, slot: int) -> list[int]:
    """Every start on the grid of `slot` minutes at which a lesson of `minutes` lies inside one window, ascending."""
    starts: set[int] = set()
    for window in windows:
        starts.update(range(-(-window.start // slot) * slot, window.end - minutes + 1, slot))
    return sorted(starts)

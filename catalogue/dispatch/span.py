"""Days on the clock of a problem: minutes from 00:00 (Shanghai) of a Monday, so that a week of the rules is a calendar week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catalogue.core import clock
from catalogue.core.clock import HalfDay

EXCEPTION_HOURS = {HalfDay.MORNING: (480, 720), HalfDay.AFTERNOON: (720, 1050), HalfDay.EVENING: (1050, 1290)}


@dataclass(frozen=True)
class Span:
    """Days on the problem's clock."""

    first: date
    last: date

    @classmethod
    def around(cls, first: date, last: date) -> "Span":
        """Whole weeks around some days: the first day is a Monday."""
        return cls(first - timedelta(days=first.weekday()), last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return clock.at(self.first, 0)

    @property
    def end(self) -> datetime:
        return clock.at(self.last + timedelta(days=1), 0)

    def minute(self, instant: datetime) -> int:
        """An instant on the problem's clock (Shanghai knows no summer time)."""
        return int((instant - self.start).total_seconds() // 60)

    def instant(self, minute: int) -> datetime:
        return self.start + timedelta(minutes=minute)

    def day(self, day: date | None) -> int | None:
        return None if day is None else (day - self.first).days

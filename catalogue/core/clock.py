"""The one clock. Everything that needs the time asks here, so tests can set it and naive times cannot creep in."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, UTC, whole seconds (finer parts carry no meaning here and differ between databases)."""
    return datetime.now(UTC).replace(microsecond=0)


def local(instant: datetime) -> datetime:
    """The same instant on Shanghai's clock. Raises ValueError for a naive time."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime")
    return instant.astimezone(SHANGHAI)


def day_of(instant: datetime) -> date:
    """The Shanghai calendar day an instant falls on."""
    return local(instant).date()


def at(day: date, minute: int) -> datetime:
    """The instant `minute` minutes after 00:00 of a Shanghai day, as UTC."""
    start = datetime.combine(day, time.min, SHANGHAI)
    return (start + timedelta(minutes=minute)).astimezone(UTC)


def minute_of(instant: datetime) -> int:
    """Minutes since 00:00 of the instant's own Shanghai day."""
    here = local(instant)
    return here.hour * 60 + here.minute


class HalfDay(StrEnum):
    """The slots of a day, weekends included. What people call them; a lesson belongs to the half-day it starts in."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


SPANS = {HalfDay.MORNING: (480, 720), HalfDay.AFTERNOON: (720, 1050), HalfDay.EVENING: (1050, 1290)}
"""Local minutes of each half-day: 8:00, 12:00, 17:30, 21:30."""


def half_day_of(instant: datetime) -> HalfDay:
    """The half-day an instant falls in; anything before noon is morning, anything from 17:30 on is evening."""
    minute = minute_of(instant)
    if minute < SPANS[HalfDay.MORNING][1]:
        return HalfDay.MORNING
    return HalfDay.AFTERNOON if minute < SPANS[HalfDay.AFTERNOON][1] else HalfDay.EVENING


DAYTIME = (480, 1200)
"""Local minutes between which people are asked and reminded: 8:00 to 20:00."""


def in_daytime(wanted: datetime) -> datetime:
    """The instant itself when it lies between 8:00 and 20:00 in Shanghai (both included), else the next 8:00."""
    minute, (first, last) = minute_of(wanted), DAYTIME
    if first <= minute < last or (minute == last and wanted == at(day_of(wanted), last)):
        return wanted
    return at(day_of(wanted) + timedelta(days=1 if minute >= last else 0), first)


def deadline(wanted: datetime, *, since: datetime, latest: datetime) -> datetime:
    """A deadline in daytime: the next such moment from `wanted` on, not after `latest`; else 20:00 of the evening before.

    What is asked in the night before something early leaves neither: then it is `wanted` or `latest`, the sooner.
    """
    wanted = min(wanted, latest)
    by_day = in_daytime(wanted)
    if by_day <= latest:
        return by_day
    evening = at(day_of(wanted) - timedelta(days=0 if minute_of(wanted) >= DAYTIME[1] else 1), DAYTIME[1])
    return evening if evening >= since + timedelta(hours=1) else wanted

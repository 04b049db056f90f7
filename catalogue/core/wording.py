"""Dates and figures as people read them: 3月12日（周四）下午 14:00–16:00, 1,142, 138****5678.

Every function is pure: an instant is aware and shown on Shanghai's clock; `today` decides whether the year is named and is
this Shanghai day when left out. `*_text` gives plain text for notices, files and labels; the same name
without `_text` gives Markup with `.nb` around the date and around the time, so that a line may break only between them.
"""

from calendar import Calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from catalogue.core.clock import day_of, local, minute_of, now
from catalogue.core.words import _, _l, spoken

WEEKDAYS = (_l("周一"), _l("周二"), _l("周三"), _l("周四"), _l("周五"), _l("周六"), _l("周日"))
NOON, EVENING = 12 * 60, 17 * 60 + 30  # until 12:00 is morning, until 17:30 afternoon (a start at 12:00 is afternoon)
HALVES = (_l("上午"), _l("下午"), _l("晚上"))
_MONTHS = Calendar(0)


def _nb(text: str) -> Markup:
    return Markup(f'<span class="nb">{escape(text)}</span>')  # noqa: S704  # escaped here


def _this_day(today: date | None) -> date:
    return day_of(now()) if today is None else today


def _as_day(when: date | datetime) -> date:
    return day_of(when) if isinstance(when, datetime) else when


def weekday(when: date | datetime) -> str:
    """周四."""
    return str(WEEKDAYS[_as_day(when).weekday()])


def short_day(when: date | datetime, today: date | None = None) -> str:
    """3月12日, or 2027年3月12日 when the year is not this one."""
    day, this = _as_day(when), _this_day(today)
    if day.year == this.year:
        return _("%(month)d月%(day)d日", month=day.month, day=day.day)
    return _("%(year)d年%(month)d月%(day)d日", year=day.year, month=day.month, day=day.day)


@lru_cache(maxsize=2000)
def _day_text(day: date, this: date, _language: str) -> str:
    return _("%(day)s（%(weekday)s）", day=short_day(day, this), weekday=weekday(day))


def day_text(when: date | datetime, today: date | None = None) -> str:
    """3月12日（周四）."""
    return _day_text(_as_day(when), _this_day(today), spoken())


def day(when: date | datetime, today: date | None = None) -> Markup:
    """3月12日（周四）, never broken."""
    return _nb(day_text(when, today))


def days_text(first: date, last: date, today: date | None = None) -> str:
    """3月9日（周一）至3月15日（周日）, one day alone; both ends inclusive as printed."""
    if first == last:
        return day_text(first, today)
    return _("%(first)s至%(last)s", first=day_text(first, today), last=day_text(last, today))


def days(first: date, last: date, today: date | None = None) -> Markup:
    """Inclusive days; may break before 至."""
    if first == last:
        return day(first, today)
    return day(first, today) + _nb(_("至%(last)s", last=day_text(last, today)))


def month(when: date, today: date | None = None) -> str:
    """3月, or 2027年3月 when the year is not this one."""
    if when.year == _this_day(today).year:
        return _("%(month)d月", month=when.month)
    return _("%(year)d年%(month)d月", year=when.year, month=when.month)


def clock_time(instant: datetime) -> str:
    """9:00, without a leading zero."""
    here = local(instant)
    return f"{here.hour}:{here.minute:02d}"


def half_of(instant: datetime) -> str:
    """上午, 下午 or 晚上: in which part of the day something starts."""
    minute = minute_of(instant)
    return str(HALVES[0 if minute < NOON else 1 if minute < EVENING else 2])


def _hours(starts_at: datetime, ends_at: datetime) -> str:
    return f"{half_of(starts_at)} {clock_time(starts_at)}–{clock_time(ends_at)}"


def hours(starts_at: datetime, ends_at: datetime) -> Markup:
    """下午 14:00–16:00, never broken."""
    return _nb(_hours(starts_at, ends_at))


def span_text(starts_at: datetime, ends_at: datetime, today: date | None = None) -> str:
    """3月12日（周四）下午 14:00–16:00; two moments joined by 至 when it ends on another day."""
    if day_of(starts_at) != day_of(ends_at):
        return _("%(first)s 至 %(last)s", first=moment_text(starts_at, today), last=moment_text(ends_at, today))
    return day_text(starts_at, today) + _hours(starts_at, ends_at)


def span(starts_at: datetime, ends_at: datetime, today: date | None = None) -> Markup:
    """3月12日（周四）下午 14:00–16:00, breaking only between date and time."""
    if day_of(starts_at) != day_of(ends_at):
        return moment(starts_at, today) + _nb(_("至 %(last)s", last=moment_text(ends_at, today)))
    return day(starts_at, today) + hours(starts_at, ends_at)


def half_day_text(starts_at: datetime, today: date | None = None) -> str:
    """3月12日（周四）下午."""
    return day_text(starts_at, today) + half_of(starts_at)


def half_day(starts_at: datetime, today: date | None = None) -> Markup:
    """3月12日（周四）下午, never broken."""
    return _nb(half_day_text(starts_at, today))


def moment_text(instant: datetime, today: date | None = None) -> str:
    """3月4日（周三）10:00."""
    return day_text(instant, today) + clock_time(instant)


def moment(instant: datetime, today: date | None = None) -> Markup:
    """3月4日（周三）10:00, never broken."""
    return _nb(moment_text(instant, today))


def minutes(value: int) -> str:
    """120 分钟."""
    return _("%(n)s 分钟", n=figure(value))


def figure(value: int | float | None) -> str:
    """1,142; a true minus sign; – when there is no number."""
    if value is None:
        return "–"
    text = f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"
    return text.replace("-", "−")


def people(least: int | None, most: int | None) -> str:
    """20–40 人, 最多 40 人, 20 人以上."""
    if least and most:
        return _("%(n)s 人", n=figure(most) if least == most else f"{figure(least)}–{figure(most)}")
    if most:
        return _("最多 %(n)s 人", n=figure(most))
    return _("%(n)s 人以上", n=figure(least)) if least else _("人数不限")


def percent(part: float, whole: float, places: int = 0) -> str:
    """83%, – when there is nothing to divide by."""
    return f"{100 * part / whole:.{places}f}%" if whole else "–"


def masked(phone: str | None) -> str:
    """138****5678: first three and last four; a shorter number shows nothing but its last two."""
    digits = (phone or "").strip()
    if len(digits) < 8:
        return "*" * max(len(digits) - 2, 0) + digits[-2:] if digits else "–"
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def _passed(deadline: date | datetime, at: date | datetime) -> bool:
    return isinstance(deadline, datetime) and isinstance(at, datetime) and deadline <= at


def due(deadline: date | datetime, at: date | datetime | None = None) -> str:
    """How far away a deadline is, in days of Shanghai: 今天, 2 天内, 逾期 1 天; a passed instant of today is 已到时间."""
    at = now() if at is None else at
    gap = (_as_day(deadline) - _as_day(at)).days
    if gap < 0:
        return _("逾期 %(n)d 天", n=-gap)
    if gap == 0:
        return _("已到时间") if _passed(deadline, at) else _("今天")
    return _("%(n)d 天内", n=gap)


def due_tone(deadline: date | datetime, at: date | datetime | None = None) -> str:
    """The colour word of a deadline: stop when passed, wait within three days, else none."""
    at = now() if at is None else at
    gap = (_as_day(deadline) - _as_day(at)).days
    if gap < 0 or _passed(deadline, at):
        return "stop"
    return "wait" if gap <= 3 else ""


def left(deadline: datetime, at: datetime | None = None) -> str:
    """还剩 1 天 20 小时, 还剩 40 分钟, 已到时间."""
    rest = deadline - (now() if at is None else at)
    if rest <= timedelta():
        return _("已到时间")
    hours_left, minutes_left = divmod(int(rest.total_seconds()) // 60, 60)
    if hours_left >= 24:
        return _("还剩 %(days)d 天 %(hours)d 小时", days=hours_left // 24, hours=hours_left % 24)
    if hours_left:
        return _("还剩 %(hours)d 小时", hours=hours_left)
    return _("还剩 %(minutes)d 分钟", minutes=max(minutes_left, 1))


def month_weeks(first: date) -> list[list[date | None]]:
    """The weeks of a month, Monday first; None where another month's day would stand."""
    weeks = _MONTHS.monthdatescalendar(first.year, first.month)
    return [[day if day.month == first.month else None for day in week] for week in weeks]


def listed(items: Iterable[Any]) -> str:
    """甲、乙、丙."""
    return "、".join(str(item) for item in items)


def query(args: Any, **changes: Any) -> str:
    """The query string of this page with some values changed, for links: None takes a value away. `?` when nothing is left.

    args is request.args (or any mapping); a list as change gives the name several times.
    """
    old = args.items(multi=True) if hasattr(args, "getlist") else args.items()
    pairs = [(name, value) for name, value in old if name not in changes]
    for name, value in changes.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None:
                pairs.append((name, one))
    return "?" + urlencode(pairs)


FILTERS: dict[str, Any] = {
    f.__name__: f
    for f in (
        weekday, short_day, day_text, day, days_text, days, month, clock_time, half_of, hours, span_text, span, half_day_text,
        half_day, moment_text, moment, minutes, figure, people, percent, masked, due, due_tone, left, month_weeks, listed, query,
    )
}  # fmt: skip

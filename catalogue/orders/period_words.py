"""Words for periods (12月3、10日, 下周三, 月底, 元旦) read into days, each in the light of what was said before it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalogue.orders.periods import WEEKDAYS, Around, Span, month_of, weekday

_NEAR_DAYS = {"今": 0, "明": 1, "后": 2, "大": 3}


@dataclass(frozen=True)
class Period:
    """A period just said, which 前, 后, 起 or 到 may still change; `days` when single days were named."""

    span: Span
    days: tuple[date, ...] = ()
    ends: bool = False  # 月底, 年底: 前 means up to its end
    bare: bool = False  # a festival: it says something only with 前 or 后
    since: date | None = None  # the first day of 3日到元旦前, when span is the 元旦
    turned: bool = False  # 前 or 后 was said
    start: int = 0  # where it stands in the sentence
    end: int = 0


def between(first: str, last: str) -> list[int]:
    """The weekdays from one to the other, over the weekend when the other comes first."""
    start, end = weekday(first), weekday(last)
    return [(start + i) % 7 for i in range((end - start) % 7 + 1)]


class PeriodWords:
    """Reads the words of one sentence that name a period, and remembers the month and the week said last."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.month: date | None = None  # 15号 is its day
        self.week: date | None = None  # the Monday of 下周, for the 周四 in 下周二或周四

    def read(self, kind: str, part: re.Match[str]) -> Period | None:
        """None: no such days."""
        return PERIODS[kind](self, part)

    def _in_month(self, get: dict[str, str | None], n: int) -> date | None:
        """The month said in this word, else None."""
        self.week = None
        if get[f"m{n}"]:
            self.month = self.around.month(str(get[f"m{n}"]), get[f"y{n}"] or "")
        elif get.get(f"near{n}"):
            self.month = self.around.near(str(get[f"near{n}"]))
        else:
            return None
        return self.month

    def _numeric(self, part: re.Match[str]) -> Period | None:
        get = part.groupdict()
        month = self.around.month(get["nm1"] or get["nm2"], get["ny"] or "")
        return self._days_of([get["nd1"] or get["nd2"]], month)

    def _day(self, part: re.Match[str]) -> Period | None:
        return self._days_of([part["day"]], self._in_month(part.groupdict(), 7))

    def _some_days(self, part: re.Match[str]) -> Period | None:
        said = re.findall(r"\d+|[一二三四五六七八九十]+", part["days"])
        return self._days_of(said, self._in_month(part.groupdict(), 6) or self.month)

    def _days_of(self, said: Sequence[str], month: date | None) -> Period | None:
        days = [self.around.day(day, month) for day in said]
        known = tuple(day for day in days if day is not None)
        if not known or len(known) < len(days):
            return None
        self.week, self.month = None, month_of(known[-1])[0]
        return Period((min(known), max(known)), known)

    def _day_span(self, part: re.Match[str]) -> Period | None:
        n, get = (4, part.groupdict()) if part["from4"] else (5, part.groupdict())
        month = self._in_month(get, 4) or self.month
        first = self.around.day(get[f"from{n}"], month)
        last = self.around.day(get[f"until{n}"], month_of(first)[0]) if first else None
        return Period((first, last)) if first and last and first <= last else None

    def _third(self, part: re.Match[str]) -> Period:
        month = self._in_month(part.groupdict(), 8) or self.month or self.around.today.replace(day=1)
        return Period(self.around.third(month, part["third"]), ends=part["third"] in "底末")

    def _months(self, part: re.Match[str]) -> Period | None:
        first = self._in_month(part.groupdict(), 9)
        last = self._in_month(part.groupdict(), 10)
        return Period((first, month_of(last)[1])) if first and last and first <= last else None

    def _whole_month(self, part: re.Match[str]) -> Period | None:
        month = self._in_month(part.groupdict(), 11)
        return Period(month_of(month)) if month else None

    def _year_part(self, part: re.Match[str]) -> Period:
        return Period(self.around.year_part(part.group()), ends=part.group() in ("年底", "年末"))

    def _festival(self, part: re.Match[str]) -> Period | None:
        span = self.around.feast(part["feast"])
        return Period(span, bare=True) if span else None

    def _this_week(self, part: re.Match[str]) -> Period:
        get = part.groupdict()
        monday = self.around.monday(get["week"])
        if get["w_from"]:
            days = between(get["w_from"], get["w_until"])
        else:
            days = [5, 6] if get["w_end"] else [weekday(c) for c in re.findall(f"[{WEEKDAYS}天]", get["w_list"] or "")]
        dates = tuple(monday + timedelta(days=d) for d in days)
        span = (dates[0], dates[-1]) if dates else (monday, monday + timedelta(days=6))
        self.week = monday
        return Period(span, dates)

    def _near_day(self, part: re.Match[str]) -> Period:
        day = self.around.today + timedelta(days=_NEAR_DAYS[part.group()[0]])
        return Period((day, day), (day,))


PERIODS = {
    "numeric": PeriodWords._numeric, "day_span": PeriodWords._day_span, "days": PeriodWords._some_days, "day": PeriodWords._day, "third": PeriodWords._third,
    "months": PeriodWords._months, "month": PeriodWords._whole_month, "year_part": PeriodWords._year_part, "feast": PeriodWords._festival,
    "this_week": PeriodWords._this_week, "near_day": PeriodWords._near_day,
}  # fmt: skip

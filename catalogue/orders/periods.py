"""Which days a word means: a month without a year, a day without a month, 月底, 年底前, 元旦后. Pure: no database, no clock."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from catalogue.calendar import working_days
from catalogue.calendar.working_days import Kind, Overrides
from catalogue.core.words import _

Span = tuple[date, date]
ONE = timedelta(days=1)
NUMERALS = {"两": 2, **{n: i for i, n in enumerate("一二三四五六七八九", 1)}}
WEEKDAYS = "一二三四五六日"
THIRDS = {
    "上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31),
    "上半月": (1, 15), "下半月": (16, 31),
}  # fmt: skip
FEASTS = {"过年": "春节", "年": "春节", "五一": "劳动节", "劳动": "劳动节", "十一": "国庆节", "国庆": "国庆节", "清明": "清明节", "端午": "端午节", "中秋": "中秋节"}  # fmt: skip
_EVE = "除夕"


def number(said: str) -> int:
    """12, 十二, 二十一."""
    if said.isdigit():
        return int(said)
    tens, ten, ones = said.rpartition("十")
    return (NUMERALS.get(tens, 1) * 10 if ten else 0) + NUMERALS.get(ones, 0)


def weekday(char: str) -> int:
    """0 = Monday."""
    return WEEKDAYS.index("日" if char == "天" else char)


def month_of(first: date) -> Span:
    """The whole month of a day."""
    return first.replace(day=1), first.replace(day=calendar.monthrange(first.year, first.month)[1])


def say_day(day: date) -> str:
    """4月1日."""
    return _("%(m)d月%(d)d日", m=day.month, d=day.day)


@dataclass(frozen=True)
class Around:
    """What a sentence is read against: the teaching window, today, and the district's own word on holidays."""

    teach: Span
    today: date
    overrides: Overrides

    @property
    def earliest(self) -> date:
        return min(self.today, self.teach[0])

    def year(self, month: int, said: str = "") -> int:
        """The year said, else the one in which this month lies in the teaching window, else the next such month from today."""
        if said in ("今年", "明年"):
            return self.today.year + (said == "明年")
        if said:
            return int(said[:4])
        first, last = self.teach
        for year in range(first.year, last.year + 1):
            if (first.year, first.month) <= (year, month) <= (last.year, last.month):
                return year
        return self.today.year if month >= self.today.month else self.today.year + 1

    def month(self, said: str, year: str = "") -> date:
        """The first day of a month with a number."""
        return date(self.year(number(said), year), number(said), 1)

    def near(self, said: str) -> date:
        """The first day of 本月 or 下个月."""
        this = self.today.replace(day=1)
        return month_of(this)[1] + ONE if said.startswith("下") else this

    def day(self, said: str, month: date | None) -> date | None:
        """A day of a month, or of the first month in which it is still to come. None when there is no such day."""
        wanted = number(said)
        start = max(self.today, self.teach[0])
        first = month or start.replace(day=1)
        for _month in range(1 if month else 3):
            first, last = month_of(first)
            if 1 <= wanted <= last.day and (month or first.replace(day=wanted) >= start):
                return first.replace(day=wanted)
            first = last + ONE
        return None

    def third(self, month: date, said: str) -> Span:
        """上旬, 月底, 下半月 of a month."""
        since, until = THIRDS[said]
        return month.replace(day=since), month.replace(day=min(until, month_of(month)[1].day))

    def year_part(self, said: str) -> Span:
        """年底 is December, 年初 the next January, 今年 and 明年 whole years."""
        year = self.today.year + (said == "明年" or (said == "年初" and self.today.month > 1))
        months = {"年底": (12, 12), "年末": (12, 12), "年初": (1, 1)}.get(said, (1, 12))
        return date(year, months[0], 1), month_of(date(year, months[1], 1))[1]

    def monday(self, said: str) -> date:
        """The Monday of 本周, 下周, 下下周."""
        return self.today - timedelta(days=self.today.weekday()) + timedelta(days=7 * said.count("下"))

    def feast(self, said: str) -> Span | None:
        """The free days of a festival with the weekend they touch: the first that ends in or after the teaching window's month before."""
        name = FEASTS.get(said, said)
        day = self.earliest - timedelta(days=31)
        while day <= self.teach[1] + timedelta(days=366):
            if self._is(day, name):
                last = day
                while not working_days.is_working_day(last + ONE, self.overrides):
                    last += ONE
                while not working_days.is_working_day(day - ONE, self.overrides):
                    day -= ONE
                if last >= min(self.teach[0] - timedelta(days=31), self.today):
                    return day, last
                day = last
            day += ONE
        return None

    def _is(self, day: date, name: str) -> bool:
        found = working_days.kind_of(day, self.overrides)
        return found.kind is Kind.HOLIDAY and (name in found.name or (name == "春节" and _EVE in found.name))

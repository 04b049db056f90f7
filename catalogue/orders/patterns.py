"""Times as people say them (周二或周四晚上，3月内任意) become half-days of a calendar. Pure: no database, no clock.

A sentence is read only when every word of it is understood, or what was not is shown: nobody's 不要周三 is ever dropped silently.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from catalogue.calendar import working_days
from catalogue.calendar.working_days import Kind, Overrides
from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.words import _

MOST_SINGLE = 10  # windows chosen one by one
MOST = 200  # windows of one order, a pattern included
Slot = tuple[date, HalfDay]
Span = tuple[date, date]
HALVES = tuple(HalfDay)
_DAYS = "一二三四五六日"
_HALVES = {HalfDay.MORNING: "上午", HalfDay.AFTERNOON: "下午", HalfDay.EVENING: "晚上"}
_NUMERALS = {"十二": 12, "十一": 11, "十": 10, **{n: i for i, n in enumerate("一二三四五六七八九", 1)}}


@dataclass(frozen=True)
class Pattern:
    """Weekdays (0 = Monday) with their half-days, inside spans of days (inclusive); holidays are left out unless asked for."""

    slots: frozenset[tuple[int, HalfDay]]
    spans: tuple[Span, ...]
    holidays: bool = False


@dataclass(frozen=True)
class Reading:
    """What a sentence was understood to mean; `unread` are the words nobody could place, `problem` says why there is no pattern."""

    pattern: Pattern | None
    unread: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Expansion:
    """The half-days of a pattern, and what was left out: holidays, days too near, days beyond the limit."""

    slots: tuple[Slot, ...]
    holidays: tuple[date, ...] = ()
    too_near: int = 0
    cut: int = 0


def instants(slot: Slot) -> tuple[datetime, datetime]:
    """A half-day as a window: two instants, half open."""
    day, half = slot
    starts, ends = clock.SPANS[half]
    return clock.at(day, starts), clock.at(day, ends)


def slot_of(starts_at: datetime) -> Slot:
    """The half-day a window lies in."""
    return clock.day_of(starts_at), clock.half_day_of(starts_at)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────

_N = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_D = r"(?:3[01]|[12]\d|0?[1-9])"
_TO = r"\s*(?:到|至|-|–|—|~)\s*"
_WEEK = r"(?:周|星期|礼拜)"
_TOKENS = (
    ("span", rf"(?P<m1>{_N})月(?P<d1>{_D})[日号]?{_TO}(?:(?P<m2>{_N})月)?(?P<d2>{_D})[日号]?"),
    ("months", rf"(?P<m3>{_N})月份?{_TO}(?P<m4>{_N})月份?(?!\d)"),
    ("before", rf"(?P<m5>{_N})月(?P<d5>{_D})[日号]?(?:之前|以前|前)"),
    ("after", rf"(?P<m6>{_N})月(?P<d6>{_D})[日号]?(?:之后|以后|后|起)"),
    ("day", rf"(?P<m7>{_N})月(?P<d7>{_D})[日号]?"),
    ("third", rf"(?P<m8>{_N})月份?(?P<third>上旬|中旬|下旬|上半月|下半月|底|初)"),
    ("month", rf"(?P<m9>{_N})月份?"),
    ("this_month", r"本月|这个月"),
    ("next_month", r"下个?月"),
    ("holidays", r"(?:节假日|放假|假期|假日)(?:也可以|也行|也可|都可以|都行)"),
    ("week_span", rf"{_WEEK}([{_DAYS}天]){_TO}{_WEEK}?([{_DAYS}天])"),
    ("week_list", rf"{_WEEK}([{_DAYS}天](?:\s*[、和或,]?\s*[{_DAYS}天](?![月旬]))*)"),
    ("workdays", r"工作日"),
    ("weekend", r"周末|双休日?"),
    ("every", r"每天|天天|任意一天|任何一天|哪天"),
    ("light", r"白天"),
    ("half", r"上午|早上|早晨|下午|晚上|晚间|傍晚|夜里"),
    ("all_halves", r"全天|整天|任意时间|任何时间|什么时候|不限时间|不限"),
    ("filler", r"[\s,，、。;；/.！!的]+|或者?|和|及|以及|任意|任选|任何|随便|随时|均可|都可以|都行|都可|可以|都|行|每个?|内|里|之内|以内|期间|在|有空|方便|时间|也"),
)  # fmt: skip
_TOKEN = re.compile("|".join(f"(?P<t_{name}>{form})" for name, form in _TOKENS))
_NEGATION = re.compile(r"不(?!限)|除|别|勿|避开|非")
_FIXED = {"workdays": range(5), "weekend": (5, 6), "every": range(7)}
_HALF_WORDS = {"light": (HalfDay.MORNING, HalfDay.AFTERNOON), "all_halves": tuple(HalfDay)}


@dataclass
class _Collected:
    groups: list[tuple[list[int], list[HalfDay]]] = field(default_factory=lambda: [([], [])])
    spans: list[Span] = field(default_factory=list)
    holidays: bool = False
    unread: list[str] = field(default_factory=list)

    def days(self, days: Sequence[int]) -> None:
        if self.groups[-1][1] and self.groups[-1][0]:
            self.groups.append(([], []))
        self.groups[-1][0].extend(days)

    def halves(self, halves: Sequence[HalfDay]) -> None:
        self.groups[-1][1].extend(halves)


def read(sentence: str, *, teach: Span, today: date) -> Reading:
    """What a sentence means inside a teaching window. Dates without a year are those of the window, else the next ones."""
    said = unicodedata.normalize("NFKC", sentence).strip()
    if not said:
        return Reading(None, problem=_("请写出哪些时间可以，例如：周二或周四晚上，4月内任意。"))
    if _NEGATION.search(said):
        return Reading(None, problem=_("请只写可以的时间，不写不行的时间，免得弄错。例如：周二或周四晚上。"))
    found = _Collected()
    for part in _tokens(said, found):
        _take(part, found, teach, today)
    return _made(found, teach)


def _tokens(said: str, found: _Collected) -> Iterator[re.Match[str]]:
    """The words of the sentence that are known; neighbouring unknown characters are collected as one word."""
    at, unread_until = 0, -1
    while at < len(said):
        part = _TOKEN.match(said, at)
        if part is not None:
            yield part
            at = part.end()
            continue
        if unread_until == at:
            found.unread[-1] += said[at]
        else:
            found.unread.append(said[at])
        at += 1
        unread_until = at


def _take(part: re.Match[str], found: _Collected, teach: Span, today: date) -> None:
    kind = next(name for name, _form in _TOKENS if part.group(f"t_{name}") is not None)
    text = part.group()
    if kind in _FIXED:
        found.days(list(_FIXED[kind]))
    elif kind == "week_span":
        found.days(_week_span(text))
    elif kind == "week_list":
        found.days([_weekday(c) for c in re.findall(f"[{_DAYS}天]", text)])
    elif kind in _HALF_WORDS:
        found.halves(_HALF_WORDS[kind])
    elif kind == "half":
        found.halves([_half(text)])
    elif kind == "holidays":
        found.holidays = True
    elif kind != "filler":
        span = _span(kind, part, teach, today)
        if span is None:
            found.unread.append(text)
        else:
            found.spans.append(span)


def _weekday(char: str) -> int:
    return _DAYS.index("日" if char == "天" else char)


def _week_span(text: str) -> list[int]:
    first, last = (_weekday(c) for c in re.findall(rf"[{_DAYS}天]", text))
    return [(first + i) % 7 for i in range((last - first) % 7 + 1)]


def _half(text: str) -> HalfDay:
    if text in ("上午", "早上", "早晨"):
        return HalfDay.MORNING
    return HalfDay.AFTERNOON if text == "下午" else HalfDay.EVENING


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _NUMERALS[said]


def _year(month: int, teach: Span, today: date) -> int:
    """The year in which this month lies in the teaching window, else the next such month from today."""
    for year in range(teach[0].year, teach[1].year + 1):
        if (teach[0].year, teach[0].month) <= (year, month) <= (teach[1].year, teach[1].month):
            return year
    return today.year if month >= today.month else today.year + 1


def _day(month: str, day: str, teach: Span, today: date) -> date | None:
    m = _number(month)
    try:
        return date(_year(m, teach, today), m, int(day))
    except ValueError:
        return None


def _month(first: date) -> Span:
    return first.replace(day=1), first.replace(day=calendar.monthrange(first.year, first.month)[1])


_THIRDS = {
    "上旬": (1, 10),
    "初": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "底": (21, 31),
    "上半月": (1, 15),
    "下半月": (16, 31),
}


def _span(kind: str, part: re.Match[str], teach: Span, today: date) -> Span | None:
    get = part.groupdict()
    if kind == "this_month":
        return _month(today)
    if kind == "next_month":
        return _month(_month(today)[1] + timedelta(days=1))
    if kind in ("month", "third", "months"):
        return _of_months(kind, get, teach, today)
    number = {"span": "1", "before": "5", "after": "6", "day": "7"}[kind]
    first = _day(get[f"m{number}"], get[f"d{number}"], teach, today)
    if first is None:
        return None
    if kind == "before":
        return min(today, teach[0]), first
    if kind == "after":
        return first, max(first, teach[1])
    last = first if kind == "day" else _day(get["m2"] or get["m1"], get["d2"], teach, today)
    return (first, last) if last is not None and first <= last else None


def _of_months(kind: str, get: dict[str, str], teach: Span, today: date) -> Span | None:
    first = _number(get[{"month": "m9", "third": "m8", "months": "m3"}[kind]])
    whole = _month(date(_year(first, teach, today), first, 1))
    if kind == "third":
        since, until = _THIRDS[get["third"]]
        return whole[0].replace(day=since), whole[0].replace(day=min(until, whole[1].day))
    if kind == "months":
        last = _number(get["m4"])
        end = _month(date(_year(last, teach, today), last, 1))[1]
        return (whole[0], end) if whole[0] <= end else None
    return whole


def _made(found: _Collected, teach: Span) -> Reading:
    unread = tuple(found.unread)
    if unread:
        return Reading(None, unread, _("没看懂“%(words)s”。请换个说法，或在下面一项项选。", words="”“".join(unread)))
    groups = [g for g in found.groups if g[0] or g[1]]
    if not groups and not found.spans:
        return Reading(None, problem=_("没看出是哪些时间。例如：周二或周四晚上，4月内任意。"))
    spans = tuple(s for s in (_clipped(s, teach) for s in found.spans or [teach]) if s is not None)
    if not spans:
        return Reading(None, problem=_("这些日子不在本季上课时间里。本季上课时间是 %(days)s。", days=say_span(teach)))
    return Reading(Pattern(_slots(groups), spans, found.holidays))


def _slots(groups: list[tuple[list[int], list[HalfDay]]]) -> frozenset[tuple[int, HalfDay]]:
    every = [h for _days, halves in groups for h in halves]
    slots: set[tuple[int, HalfDay]] = set()
    for days, halves in groups or [([], [])]:
        for day in days or range(7):
            slots.update((day, half) for half in halves or every or HalfDay)
    return frozenset(slots)


def _clipped(span: Span, teach: Span) -> Span | None:
    first, last = max(span[0], teach[0]), min(span[1], teach[1])
    return (first, last) if first <= last else None


# ── saying and expanding ────────────────────────────────────────────────────────────────────────


def say_span(span: Span) -> str:
    """4月1日至6月30日."""
    first, last = (_("%(m)d月%(d)d日", m=d.month, d=d.day) for d in span)
    return first if span[0] == span[1] else _("%(first)s至%(last)s", first=first, last=last)


def say(pattern: Pattern) -> str:
    """The pattern in words that `read` understands again: 周二、周四晚上，4月1日至4月30日."""
    by_halves: dict[tuple[HalfDay, ...], list[int]] = {}
    for day in range(7):
        halves = tuple(h for h in HALVES if (day, h) in pattern.slots)
        if halves:
            by_halves.setdefault(halves, []).append(day)
    parts = [_say_days(days) + _say_halves(halves) for halves, days in by_halves.items()]
    parts += [say_span(span) for span in pattern.spans]
    return "，".join(parts + (["节假日也可以"] if pattern.holidays else []))


def _say_days(days: Sequence[int]) -> str:
    return "每天" if len(days) == 7 else "、".join(f"周{_DAYS[d]}" for d in days)


def _say_halves(halves: Sequence[HalfDay]) -> str:
    return "全天" if len(halves) == 3 else "、".join(_HALVES[h] for h in halves)


def expand(pattern: Pattern, *, teach: Span, not_before: date, overrides: Overrides = working_days.NONE) -> Expansion:
    """Every half-day of a pattern inside the teaching window, earliest first; what was left out is counted, never silently lost."""
    slots: list[Slot] = []
    holidays: list[date] = []
    near = 0
    for day in _days_of(pattern, teach):
        halves = [h for h in HALVES if (day.weekday(), h) in pattern.slots]
        if not halves:
            continue
        if day < not_before:
            near += len(halves)
        elif not pattern.holidays and working_days.only_kind_of(day, overrides) is Kind.HOLIDAY:
            holidays.append(day)
        else:
            slots += [(day, h) for h in halves]
    return Expansion(tuple(slots[:MOST]), tuple(holidays), near, max(0, len(slots) - MOST))


def _days_of(pattern: Pattern, teach: Span) -> list[date]:
    days: set[date] = set()
    for span in pattern.spans:
        inside = _clipped(span, teach)
        if inside is not None:
            days.update(inside[0] + timedelta(days=i) for i in range((inside[1] - inside[0]).days + 1))
    return sorted(days)

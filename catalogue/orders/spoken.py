"""A sentence about times as people say it (下周三上午，12月3日或10日晚上) becomes a pattern. Pure: no database, no clock.

A sentence is read only when every word of it is understood, or what was not is shown: nobody's 不要周三 is ever dropped silently.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from catalogue.calendar import working_days
from catalogue.calendar.working_days import Overrides
from catalogue.core.clock import HalfDay
from catalogue.core.words import _
from catalogue.orders import grammar
from catalogue.orders.hours import half_of, of_hour, of_hours
from catalogue.orders.patterns import Pattern, Slot, clipped, say_span
from catalogue.orders.period_words import PERIODS, Period, PeriodWords, between
from catalogue.orders.periods import ONE, WEEKDAYS, Around, Span, say_day, weekday

_FIXED = {"workdays": range(5), "weekend": (5, 6), "every": range(7)}
_HALF_WORDS = {"light": (HalfDay.MORNING, HalfDay.AFTERNOON), "all_halves": tuple(HalfDay)}


@dataclass(frozen=True)
class Reading:
    """What a sentence was understood to mean; `unread` are the clauses with words nobody could place, `problem` says why there is no pattern."""

    pattern: Pattern | None
    unread: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class _Group:
    """Days that were said together with their half-days."""

    weekdays: list[int] = field(default_factory=list)
    dates: list[date] = field(default_factory=list)
    halves: list[HalfDay] = field(default_factory=list)
    spanned: bool = False


def read(sentence: str, *, teach: Span, today: date, overrides: Overrides = working_days.NONE) -> Reading:
    """What a sentence means inside a teaching window. Dates without a year are those of the window, else the next ones."""
    said = unicodedata.normalize("NFKC", sentence).strip()
    if not said:
        return Reading(None, problem=_("请写出哪些时间可以，例如：周二或周四晚上，4月内任意。"))
    if grammar.NEGATION.search(said):
        return Reading(None, problem=_("请只写可以的时间，不写不行的时间，免得弄错。例如：周二或周四晚上。"))
    return _Reader(said, Around(teach, today, overrides)).read()


class _Reader:
    """Goes through the words of one sentence."""

    def __init__(self, said: str, around: Around) -> None:
        self.said, self.around = said, around
        self.groups, self.spans = [_Group()], list[Span]()
        self.holidays = False
        self.rests: Span | None = None  # free days at the end of the teaching window, after which 元旦后 begins
        self.unread: list[tuple[int, int]] = []
        self.problem = ""
        self.words = PeriodWords(around)
        self.pending: Period | None = None
        self.joining: int | None = None  # where a 到 stands whose end is awaited
        self.day_said: tuple[date, int] | None = None
        self.weekday_said: tuple[int, int] | None = None

    def read(self) -> Reading:
        for kind, part, start, end in grammar.tokens(self.said):
            if part is None:
                self._flush()
                self.unread.append((start, end))
            elif kind == "to":
                self._to(start, end)
            elif kind in ("before", "until", "after", "since"):
                self._turn(kind, start, end)
            elif kind in PERIODS:
                self._period(self.words.read(kind, part), start, end)
            else:
                self._flush()
                self._word(kind, part)
        self._flush()
        return self._made()

    # ── days and half-days ──

    def _word(self, kind: str, part: re.Match[str]) -> None:
        if kind in _FIXED:
            self._weekdays(list(_FIXED[kind]))
        elif kind == "week_span":
            self._weekdays(between(part["from"], part["until"]))
        elif kind == "week_list":
            days = [weekday(c) for c in re.findall(f"[{WEEKDAYS}天]", part["list"])]
            if len(days) == 1 and self._confirms(days[0], part.start()):
                return
            self._weekdays(days)
            self.weekday_said = (days[0], part.end()) if len(days) == 1 and self.words.week is None else None
        elif kind == "every_week":
            self.words.week = None
        elif kind == "half":
            self.groups[-1].halves.append(half_of(part.group()))
        elif kind in _HALF_WORDS:
            self.groups[-1].halves.extend(_HALF_WORDS[kind])
        elif kind in ("hour", "hours"):
            halves = (of_hour if kind == "hour" else of_hours)(part.groupdict())
            self.groups[-1].halves.extend(halves)
            if not halves:
                self.unread.append(part.span())
        elif kind == "holidays":
            self.holidays = True

    def _group(self) -> _Group:
        """The group a day said now belongs to: a new one when the last has its days and half-days."""
        last = self.groups[-1]
        if last.halves and (last.weekdays or last.dates or last.spanned):
            self.groups.append(_Group())
        return self.groups[-1]

    def _weekdays(self, days: Sequence[int]) -> None:
        if self.words.week is not None:
            self._group().dates.extend(self.words.week + timedelta(days=d) for d in days)
        else:
            self._group().weekdays.extend(days)

    def _confirms(self, day: int, start: int) -> bool:
        """12月15日(周二): the weekday only repeats the day, or contradicts it."""
        if self.day_said is None or not re.fullmatch(r"[\s(]*", self.said[self.day_said[1] : start]):
            return False
        self._agree(self.day_said[0], day)
        return True

    def _agree(self, day: date, said: int) -> None:
        if day.weekday() != said:
            self.problem = _("%(day)s是周%(is)s，不是周%(said)s，请改一处。", **{"day": say_day(day), "is": WEEKDAYS[day.weekday()], "said": WEEKDAYS[said]})  # fmt: skip

    # ── periods ──

    def _period(self, found: Period | None, start: int, end: int) -> None:
        joining, self.joining = self.joining, None
        if found is None:
            self._flush()
            self.unread.append((start, end))
        elif joining is None:
            self._flush()
            self.pending = replace(found, start=start, end=end)
        else:
            first = self.pending.span[0] if self.pending else self.around.earliest
            since = self.pending.start if self.pending else joining
            self.pending = replace(found, days=(), since=first, start=since, end=end)

    def _to(self, start: int, end: int) -> None:
        if self.pending is None and not re.search(r"[到至]", self.said[start:end]):
            self.unread.append((start, end))
        else:
            self.joining = start

    def _turn(self, kind: str, start: int, end: int) -> None:
        """前 and 后 leave the period itself out; 起, 及以前 and 月底前 keep it."""
        period, self.joining = self.pending, None
        if period is None or period.end != start or period.turned or (period.since and kind in ("after", "since")):
            self._flush()
            self.unread.append((start, end))
            return
        first, last = period.span
        if kind == "before" and not period.ends:
            last = first - ONE
        elif kind == "after":
            if period.bare and first <= self.around.teach[1] <= last:
                self.rests = clipped((first, last), self.around.teach)
            first = last + ONE
        if kind in ("before", "until"):
            span = (period.since or min(self.around.earliest, last), last)
        else:
            span = (first, max(first, self.around.teach[1]))
        self.pending = Period(span, turned=True, start=period.start, end=end)

    def _flush(self) -> None:
        """Nothing changes the period said last any more."""
        period, self.pending = self.pending, None
        if self.joining is not None:
            self.unread.append((self.joining, self.joining + 1))
            self.joining = None
        if period is None:
            return
        before = self.weekday_said
        self.day_said = self.weekday_said = None
        first, last = period.since or period.span[0], period.span[1]
        if period.bare or first > last:
            self.unread.append((period.start, period.end))
        elif not period.days:
            self.spans.append((first, last))
            self.groups[-1].spanned = True
        else:
            repeats = before and len(period.days) == 1 and not self.said[before[1] : period.start].strip()
            if before and repeats:
                self._agree(period.days[0], before[0])
                self.groups[-1].weekdays.remove(before[0])
            self._group().dates.extend(period.days)
            self.day_said = (period.days[-1], period.end) if len(period.days) == 1 else None

    # ── the whole ──

    def _made(self) -> Reading:
        teach = self.around.teach
        if self.unread:
            return _not_read(tuple(dict.fromkeys(grammar.clause(self.said, *span) for span in self.unread)))
        if self.problem:
            return Reading(None, problem=self.problem)
        groups = [g for g in self.groups if g.weekdays or g.dates or g.halves]
        if not groups and not self.spans:
            return Reading(None, problem=_("没看出是哪些时间。例如：周二或周四晚上，4月内任意。"))
        dates = _dates(groups)
        weekly = any(g.weekdays for g in groups) or bool(self.spans) or not dates
        spans = tuple(s for s in (clipped(s, teach) for s in self.spans or [teach]) if s is not None) if weekly else ()
        outside = sorted({day for day, _half in dates if not teach[0] <= day <= teach[1]})
        if outside:
            days = "、".join(say_day(day) for day in outside)
            return Reading(None, problem=_("%(out)s不在本季上课时间里。本季上课时间是 %(days)s。", out=days, days=say_span(teach)))  # fmt: skip
        if weekly and not spans and self.rests:
            return Reading(None, problem=_("本季上课时间到%(last)s为止，%(days)s都是放假和周末，放完假就没有日子了。请写放假前的时间。", last=say_day(teach[1]), days=say_span(self.rests)))  # fmt: skip
        if weekly and not spans:
            return Reading(
                None, problem=_("这些日子不在本季上课时间里。本季上课时间是 %(days)s。", days=say_span(teach))
            )
        return Reading(Pattern(_weekly(groups) if weekly else frozenset(), spans, self.holidays, dates))


def _not_read(unread: tuple[str, ...]) -> Reading:
    sentence = _("没看懂“%(words)s”。可以这样写：周二或周四晚上，12月内任意；下周三上午；12月3日或10日下午。也可以在下面一项项选。", words="”“".join(unread))  # fmt: skip
    return Reading(None, unread, sentence)


def _weekly(groups: Sequence[_Group]) -> frozenset[tuple[int, HalfDay]]:
    """Weekdays with the half-days said with them, else with all that were said; without weekdays every day."""
    every = [half for g in groups for half in g.halves] or list(HalfDay)
    with_days: list[tuple[Sequence[int], list[HalfDay]]] = [
        (g.weekdays, g.halves or every) for g in groups if g.weekdays
    ]
    bare = [half for g in groups if not g.weekdays and not g.dates for half in g.halves]
    return frozenset((day, half) for days, halves in with_days or [(range(7), bare or every)] for day in days for half in halves)  # fmt: skip


def _dates(groups: Sequence[_Group]) -> frozenset[Slot]:
    every = [half for g in groups for half in g.halves] or list(HalfDay)
    return frozenset((day, half) for g in groups for day in g.dates for half in g.halves or every)

"""A week written in one cell: 周一上午；周三至周五 9:00-17:00."""

import re
import unicodedata
from dataclasses import dataclass

from catalogue.core.clock import SPANS, HalfDay
from catalogue.core.spreadsheets import Cell
from catalogue.core.wording import HALVES
from catalogue.core.words import _
from catalogue.imports.columns import BadCell, said

OPEN = "周一至周五 9:00-17:00；周六 9:00-12:00"
FREE = "周一上午；周三下午"
_DAYS = "一二三四五六日"
_HALF = {str(word): half for word, half in zip(HALVES, HalfDay, strict=True)}
_PART = re.compile(
    r"(?:(?P<daily>每天)|(?:周|星期)(?P<first>[一二三四五六日天])(?:[至到~—–-](?:周|星期)?(?P<last>[一二三四五六日天]))?)\s*"
    r"(?P<half>上午|下午|晚上)?\s*(?:(?P<h1>\d{1,2}):(?P<m1>[0-5]\d)\s*[至到~—–-]\s*(?P<h2>\d{1,2}):(?P<m2>[0-5]\d))?"
)


@dataclass(frozen=True)
class Part:
    """One weekday (0 = Monday) with the half-day and the minutes, as far as they were written."""

    weekday: int
    half: str
    minutes: tuple[int, int] | None


def parts(cell: Cell, example: str) -> list[Part]:
    """Every part of the cell. Raises BadCell for what cannot be understood."""
    found: list[Part] = []
    for part in re.split(r"[;,、\n]+", unicodedata.normalize("NFKC", said(cell))):
        if not part.strip():
            continue
        match = _PART.fullmatch(part.strip())
        days = _weekdays(match) if match else []
        if match is None or not days:
            raise BadCell(_("看不懂“%(part)s”，请写成：%(example)s", part=part.strip()[:20], example=example))
        minutes = None
        if match["h1"]:
            minutes = (int(match["h1"]) * 60 + int(match["m1"]), int(match["h2"]) * 60 + int(match["m2"]))
        found += [Part(day, match["half"] or "", minutes) for day in days]
    return found


def _weekdays(match: re.Match[str]) -> list[int]:
    if match["daily"]:
        return list(range(7))
    first = _DAYS.index(match["first"].replace("天", "日"))
    last = _DAYS.index(match["last"].replace("天", "日")) if match["last"] else first
    return list(range(first, last + 1))


def opening(cell: Cell) -> list[tuple[int, int, int]]:
    """Opening hours: (weekday, opens, closes)."""
    found = []
    for part in parts(cell, OPEN):
        if part.minutes is None or not part.minutes[0] < part.minutes[1] <= 1440:
            raise BadCell(_("要写几点到几点，例如：%(example)s", example=OPEN))
        found.append((part.weekday, *part.minutes))
    return sorted(found)


def free(cell: Cell) -> list[tuple[int, HalfDay, int, int]]:
    """When a lecturer can come: (weekday, half-day, start, end); without times the whole half-day."""
    found = {}
    for part in parts(cell, FREE):
        half = _HALF.get(part.half)
        if half is None:
            raise BadCell(_("要写上午、下午或晚上，例如：%(example)s", example=FREE))
        earliest, latest = SPANS[half]
        starts, ends = part.minutes or (earliest, latest)
        if not earliest <= starts < ends <= latest:
            raise BadCell(_("时间要在那个半天之内：上午 8:00-12:00，下午 12:00-17:30，晚上 17:30-21:30。"))
        if (part.weekday, half) in found:
            raise BadCell(_("同一个半天写了两次，请只留一次。"))
        found[part.weekday, half] = (part.weekday, half, starts, ends)
    return sorted(found.values())

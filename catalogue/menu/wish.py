"""What a visitor wants to see of the menu, read from the URL. Values nobody could choose are left out, never an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from catalogue.core import text
from catalogue.core.clock import HalfDay
from catalogue.core.words import _, _l

MODES = {"onsite": _l("讲师上门"), "venue": _l("到场地上课"), "online": _l("线上")}
SORTS = {"soonest": _l("最近有空"), "near": _l("最相关"), "rating": _l("评分"), "new": _l("新课"), "name": _l("课名")}
HALVES = {
    "": _l("都可以"),
    "morning": _l("上午"),
    "afternoon": _l("下午"),
    "evening": _l("晚上"),
    "weekend": _l("双休日"),
}
PERIODS = 8


@dataclass(frozen=True)
class Wish:
    """Filters of the menu; '' or None where nothing was chosen. `when` is the first day of a half-month."""

    q: str = ""
    category: int | None = None
    sub: int | None = None
    form: str = ""
    audience: str = ""
    mode: str = ""
    town: int | None = None
    when: date | None = None
    half: str = ""
    sort: str = ""

    def chosen(self) -> dict[str, str]:
        """The arguments of a URL that asks for the same."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name)) not in (None, "")}

    def without(self, *names: str) -> "Wish":
        """The same wish with some filters taken away."""
        plain: Any = {f.name: f.default for f in fields(self) if f.name in names}
        return replace(self, **plain)

    def days(self) -> list[date]:
        """The days asked for: a half-month, or its Saturdays and Sundays."""
        if self.when is None:
            return []
        days = [self.when + timedelta(n) for n in range((after(self.when) - self.when).days)]
        return [d for d in days if d.weekday() >= 5] if self.half == "weekend" else days


def after(first: date) -> date:
    """The first day of the next half-month."""
    return first.replace(day=16) if first.day < 16 else (first.replace(day=1) + timedelta(32)).replace(day=1)


def periods(earliest: date, until: date | None) -> list[date]:
    """The half-months one may choose from: the one of the earliest possible day and those after it."""
    first = earliest.replace(day=1 if earliest.day < 16 else 16)
    found = [first]
    while len(found) < PERIODS and (until is None or after(found[-1]) <= until):
        found.append(after(found[-1]))
    return found


def period_words(first: date) -> str:
    return _("%(month)d月上半月", month=first.month) if first.day == 1 else _("%(month)d月下半月", month=first.month)


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def _day(said: str) -> date | None:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return day if day.day in (1, 16) else None


def words(said: str) -> str:
    """A query as it may be searched for and shown again: cleaned, at most 40 characters."""
    try:
        return text.normalised(said[:200], 200)[:40]
    except ValueError:
        return ""


def read(
    args: Mapping[str, str],
    *,
    signed_in: bool,
    towns: Mapping[int, str],
    forms: Mapping[str, str],
    audiences: Mapping[str, str],
) -> Wish:
    """The wish a URL stands for. Free days are for people who are signed in."""
    said = {
        name: args.get(name, "")
        for name in ("q", "form", "audience", "mode", "town", "category", "sub", "when", "half", "sort")
    }
    town, category = _number(said["town"]), _number(said["category"])
    when = _day(said["when"]) if signed_in else None
    half = said["half"] if said["half"] in HALVES and when else ""
    q = words(said["q"])
    default = "near" if q else "soonest" if signed_in else "name"
    sorts = set(SORTS) - (set() if signed_in else {"soonest", "rating"}) - (set() if q else {"near"})
    sort = said["sort"] if said["sort"] in sorts and said["sort"] != default else ""
    return Wish(
        q=q, category=category, sub=_number(said["sub"]) if category else None, form=said["form"] if said["form"] in forms else "",
        audience=said["audience"] if said["audience"] in audiences else "", mode=said["mode"] if said["mode"] in MODES else "",
        town=town if town in towns else None, when=when, half=half, sort=sort,
    )  # fmt: skip


def sort_of(wish: Wish, signed_in: bool) -> str:
    """The order in force: chosen, else nearest for a search, soonest for people, name for strangers."""
    return wish.sort or ("near" if wish.q else "soonest" if signed_in else "name")


def sort_choices(wish: Wish, signed_in: bool) -> list[tuple[str, str]]:
    """The orders one may choose, the one in force without a choice first."""
    names = [n for n in SORTS if (signed_in or n not in ("soonest", "rating")) and (wish.q or n != "near")]
    first = sort_of(wish.without("sort"), signed_in)
    return [(n, str(SORTS[n])) for n in sorted(names, key=lambda n: n != first)]


def link(wish: Wish, more: Sequence[tuple[str, str]] = (), path: str = "/courses/") -> str:
    """A plain URL of a wish (no url_for: forty of these stand on a page)."""
    pairs = [*wish.chosen().items(), *more]
    return path + ("?" + "&".join(f"{name}={quote(value)}" for name, value in pairs) if pairs else "")


HALF_DAYS = {half.value: half for half in HalfDay}

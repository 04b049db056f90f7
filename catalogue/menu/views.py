"""The public menu and the course page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Blueprint, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from catalogue.core import wording
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay, day_of
from catalogue.core.db import transaction
from catalogue.core.errors import NotVisible
from catalogue.core.kept import kept
from catalogue.core.shell import cut, joined
from catalogue.core.web import anyone, now, page, permit, visitor
from catalogue.core.words import _, spoken
from catalogue.courses.policy import READERS
from catalogue.menu import course as courses
from catalogue.menu import queries
from catalogue.menu.models import CLOSED, FULL
from catalogue.menu.queries import Counts, Words
from catalogue.menu.reader import Reader, district_of, reader_of
from catalogue.menu.wish import HALVES, MODES, Wish, link, period_words, periods, read, sort_choices, sort_of

pages = Blueprint("menu", __name__)
ORDERS = (Role.ORDERER, Role.TOWN_ADMINISTRATOR)
_MINUTES = re.compile(r"(\d{1,3})\s*分钟$")
HALF_WORDS = dict(zip(HalfDay, wording.HALVES, strict=True))


def _asked_district() -> int | None:
    said = request.args.get("district", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def _closed(reader: Reader | None) -> ResponseReturnValue | None:
    """What a stranger is told where the district keeps its menu for people who are signed in."""
    if reader is None or reader.signed_in or reader.district.is_open:
        return None
    flash(_("本区的课程菜单登录后才能看。"), "go")
    answer: ResponseReturnValue = current_app.extensions["songxue.gate"].stranger()
    return answer


@pages.get("/courses/")
@permit(anyone)
def menu() -> ResponseReturnValue:
    """What can be ordered: search, facets, cards."""
    by = visitor()
    with transaction():
        reader = reader_of(by, _asked_district(), now())
        shut = _closed(reader)
        if shut is not None:
            return shut
        if reader is None:
            return page("menu/empty.html")
        words = queries.words()
        wish = read(
            request.args,
            signed_in=reader.signed_in,
            towns=reader.district.towns,
            forms=words.forms,
            audiences=words.audiences,
        )
        counts = queries.counts(wish, reader)
        found = queries.listed(wish, reader, after=request.args.get("after", ""), before=request.args.get("before", ""))
        if not found.rows and counts.total and "after" not in request.args and "before" not in request.args:
            found = queries.listed(replace(wish, sort="name"), reader)  # the free days are still being worked out
        near = queries.near(wish, reader) if wish.q and not counts.total else ()
        hot = queries.hot(reader)
        more = _more(reader)
        panel = kept(
            ("panel", reader.key, wish, tuple(more), spoken()), lambda: _panel(wish, counts, words, reader, more)
        )
    today = day_of(now())
    return page(
        "menu/menu.html", reader=reader, wish=wish, total=counts.total, hot=hot, more=more, panel=panel, today=today,
        cards=[_card(row, words, reader, today) for row in found.rows], near=[_card(row, words, reader, today) for row in near],
        next_url=link(wish, [*more, ("after", found.after)]) if found.after else "",
        previous_url=link(wish, [*more, ("before", found.before)]) if found.before else "",
    )  # fmt: skip


def _more(reader: Reader) -> list[tuple[str, str]]:
    """The district in the links, for visitors who may choose one."""
    asked = _asked_district()
    return [("district", str(asked))] if asked is not None and reader.district.others else []


# ── what the template shows ──────────────────────────────────────────────────────────────────────


def _card(row: Any, words: Words, reader: Reader, today: date) -> Markup:
    """One course as its card. Rating and free days only for people who are signed in."""
    category = words.categories[row.category_id]
    shown = (
        row.id,
        row.title,
        category.code or "",
        category.label,
        words.forms.get(row.form, ""),
        row.minutes,
        row.size_min,
        row.size_max,
    )
    if not reader.signed_in:
        return _book(*shown, row.orderable, None, None, None, today, spoken())
    return _book(
        *shown,
        row.orderable,
        row.rating_sum,
        row.rating_count,
        CLOSED if row.slot is None else row.slot,
        today,
        spoken(),
    )


@lru_cache(maxsize=4000)
def _book(
    course_id: int, title: str, code: str, category: str, form: str, minutes: int, least: int, most: int, orderable: bool,
    rating_sum: int | None, n: int | None, slot: int | None, _today: date, _language: str,
) -> Markup:  # fmt: skip
    """The card's HTML, which depends on nothing but these values: twenty cards are half the cost of the page."""
    book: Any = current_app.jinja_env.get_template("_macros/cards.html").module
    parts = (form, wording.minutes(minutes), wording.people(least, most))
    made: Markup = book.book(
        code, category, title, f"/courses/{course_id}", parts, rating_sum / (3 * n) if n and rating_sum else None, n or 0,
        slot_words(slot) if slot is not None and slot < FULL else "", _full(orderable, slot), show_rating=n is not None,
    )  # fmt: skip
    return made


def _full(orderable: bool, slot: int | None) -> str:
    if not orderable:
        return _("成班的课，不单独点")
    if slot is None:
        return ""
    return _("本季不在点单") if slot == CLOSED else _("本季已满")


def slot_words(slot: int) -> Markup:
    """4月7日（周二）下午 of a number of course_soonest."""
    day, half = date.fromordinal(slot // 3), list(HalfDay)[slot % 3]
    return Markup('<span class="nb">%s%s</span>') % (wording.day_text(day), HALF_WORDS[half])


@dataclass(frozen=True)
class Panel:
    """The parts of the page that depend on the counts alone, rendered: tabs, facets, what is chosen, the order."""

    tabs: str
    facets: str
    head: str
    chosen: int


def _panel(wish: Wish, counts: Counts, words: Words, reader: Reader, more: list[tuple[str, str]]) -> Panel:
    tags = _tags(wish, words, reader, more)
    shared = {"wish": wish, "more": more, "total": counts.total, "reader": reader}

    def part(name: str, **context: Any) -> Markup:
        return Markup(current_app.jinja_env.get_template(f"menu/_{name}.html").render(**shared, **context))  # noqa: S704  # our template, escaped there

    return Panel(
        part("tabs", tabs=_tabs(wish, counts, words, more)),
        part("facets", facets=_facets(wish, counts, words, reader, more), periods=_periods(reader), halves=HALVES),
        part("head", tags=tags, sorts=sort_choices(wish, reader.signed_in), sort=sort_of(wish, reader.signed_in)),
        len(tags),
    )


Link = tuple[str, str, int, bool]  # label, URL, number, chosen


def _tabs(wish: Wish, counts: Counts, words: Words, more: list[tuple[str, str]]) -> list[Link]:
    of = counts.of["category"]
    plain = wish.without("category", "sub")
    every = [(_("全部"), link(plain, more), sum(of.values()), wish.category is None)]
    four = [c for c in words.categories.values() if c.parent_id is None and (c.ended_on is None or str(c.id) in of)]
    return every + [
        (c.label, link(plain, [("category", str(c.id)), *more]), of.get(str(c.id), 0), wish.category == c.id)
        for c in four
    ]


def _facets(
    wish: Wish, counts: Counts, words: Words, reader: Reader, more: list[tuple[str, str]]
) -> list[tuple[str, list[Link]]]:
    """Titles with their links; a value without courses is left out unless it is chosen."""
    subs = {
        str(c.id): c.label
        for c in words.categories.values()
        if c.parent_id is not None and c.parent_id == wish.category
    }
    towns = {str(town_id): name for town_id, name in reader.district.towns.items()}
    modes = {mode: str(label) for mode, label in MODES.items()}
    shown: Sequence[tuple[str, str, Mapping[str, str]]] = (
        (_("小类"), "sub", subs), (_("形式"), "form", words.forms), (_("对象"), "audience", words.audiences), (_("方式"), "mode", modes),
        (_("能送到"), "town", towns),
    )  # fmt: skip
    facets = []
    for title, name, labels in shown:
        of, chosen, plain = counts.of[name], str(getattr(wish, name) or ""), wish.without(name)
        links = [
            (label, link(plain, more if value == chosen else [(name, value), *more]), of.get(value, 0), value == chosen)
            for value, label in labels.items()
            if of.get(value) or value == chosen
        ]
        if links:
            facets.append((title, links))
    return facets


def _tags(wish: Wish, words: Words, reader: Reader, more: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is chosen, each with the URL that takes it away."""
    said: dict[str, str] = {
        "q": _("“%(q)s”", q=wish.q) if wish.q else "", "sub": words.categories[wish.sub].label if wish.sub and wish.sub in words.categories else "",
        "form": words.forms.get(wish.form, ""), "audience": words.audiences.get(wish.audience, ""), "mode": str(MODES.get(wish.mode, "")),
        "town": _("能送到%(town)s", town=reader.district.towns[wish.town]) if wish.town else "",
        "when": _("%(when)s有空", when=period_words(wish.when) + (str(HALVES[wish.half]) if wish.half else "")) if wish.when else "",
    }  # fmt: skip
    return [
        (words_, link(wish.without(name, "half") if name == "when" else wish.without(name), more))
        for name, words_ in said.items()
        if words_
    ]


def _periods(reader: Reader) -> dict[str, str]:
    edition = reader.district.edition
    until = edition.teach_until if edition is not None else None
    return {first.isoformat(): period_words(first) for first in periods(reader.district.earliest, until)}


# ── one course ───────────────────────────────────────────────────────────────────────────────────


@pages.get("/courses/<int:course_id>")
@permit(anyone)
def course(course_id: int) -> ResponseReturnValue:
    """What one learns, for whom, how, by whom, where it has been, and the next days it could be had here."""
    by = visitor()
    with transaction():
        reader = reader_of(by, _asked_district() or district_of(course_id), now())
        shut = _closed(reader)
        if shut is not None:
            return shut
        if reader is None:
            raise NotVisible(_("没有这门课。"))
        words = queries.words()
        row = courses.head(course_id, reader, by)
        lecturers = courses.lecturers(course_id, day_of(now()), signed_in=reader.signed_in)
        given = courses.given(course_id) if by is not None else ()
        ordering = courses.ordering(row, reader, by, now()) if by is not None else None
        last = ordering.last if ordering is not None else None
        slots = courses.slots(course_id, reader, ordering.first, last) if ordering is not None and last else []
    may_order, manage = by is not None and by.has(*ORDERS), by is not None and by.has(*READERS)

    def made() -> tuple[str, ...]:
        html = render_template(
            "menu/_course.html", reader=reader, row=row, category=words.categories[row.category_id], sub=words.categories.get(row.subcategory_id),
            form=words.forms.get(row.form, ""), lecturers=lecturers, given=given, given_total=sum(g.n for g in given), ordering=ordering,
            slots=slots, may_order=may_order, summary=row.summary.split("\n"), outline=_outline(row.outline),
            audiences=courses.listed(row.audiences), equipment=courses.listed(row.equipment), problems=courses.listed(row.problems),
            halves=HALF_WORDS, where=_where(row), manage=manage,
        )  # fmt: skip
        return cut(html)

    who = (*reader.key, reader.place_id, by.roles if by is not None else None, may_order, manage)
    facts = (tuple(row), *map(tuple, lecturers), None, *map(tuple, given), ordering, tuple(slots))
    pieces = kept(("course page", who, facts, day_of(now()), spoken()), made)
    return page("menu/course.html", row=row, inside=joined(pieces))


def _outline(outline: str) -> list[tuple[str, str]]:
    """Lines as (step, minutes): 摆问题 25 分钟 → ('摆问题', '25 分钟')."""
    found = []
    for line in outline.split("\n"):
        said = line.strip(" -·•　")
        if said:
            timed = _MINUTES.search(said)
            found.append((said[: timed.start()].rstrip("，,：: ") or said, f"{timed[1]} 分钟") if timed else (said, ""))
    return found


def _where(row: Any) -> str:
    ways = [(row.onsite, _("上门")), (row.venue, _("到场地")), (row.online, _("线上"))]
    return _("或").join(words for on, words in ways if on)

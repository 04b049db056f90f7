"""Every read of the menu's list. Statements are built once per shape (which filters, which order) and then only bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalogue.core import text
from catalogue.core.db import db, run
from catalogue.core.kept import kept
from catalogue.core.paging import SIZE, Page, beyond, decode, encode
from catalogue.courses.models import (
    Audience,
    Category,
    Course,
    CourseForm,
    CourseProblem,
    CourseVersion,
    CourseVersionAudience,
)
from catalogue.courses.search import Answers, Terms, Wanted, answers, wanted
from catalogue.courses.states import State
from catalogue.menu.models import FULL, CourseAvailability, CourseSoonest
from catalogue.menu.reader import Reader
from catalogue.menu.wish import HALF_DAYS, Wish, sort_of

V = CourseVersion
FACETS = ("category", "sub", "form", "audience", "mode", "town")
HOT = 6
NEAR = 200


@dataclass(frozen=True)
class Words:
    """The vocabularies of the menu: categories by id (the city's four have a code), labels of forms and audiences by code."""

    categories: Mapping[int, Category]
    forms: Mapping[str, str]
    audiences: Mapping[str, str]


def words() -> Words:
    """Labels as they are now (at most a few seconds old)."""
    return kept("words", _words)


def _words() -> Words:
    categories = db.session.scalars(sa.select(Category).order_by(Category.position, Category.id)).all()
    for category in categories:
        db.session.expunge(category)
    labels = sa.union_all(
        sa.select(sa.literal("form"), CourseForm.code, CourseForm.label, CourseForm.position),
        sa.select(sa.literal("audience"), Audience.code, Audience.label, Audience.position),
    )
    rows = sorted(db.session.execute(labels), key=lambda row: (row[3], row[1]))
    of = {kind: {code: label for k, code, label, _ in rows if k == kind} for kind in ("form", "audience")}
    return Words({c.id: c for c in categories}, of["form"], of["audience"])


# ── conditions ───────────────────────────────────────────────────────────────────────────────────

_SHOWN = sa.and_(V.course_id == Course.id, V.state == State.PUBLISHED)
_MODES = {"onsite": V.onsite, "venue": V.venue, "online": V.online}


def _offered(hidden: bool, extra: bool) -> list[sa.ColumnElement[bool]]:
    """Courses of the reader's menu. The plain case is two equalities, so the index keeps the order."""
    mine: sa.ColumnElement[bool] = Course.district_id == sa.bindparam("district")
    if hidden:
        mine = sa.and_(mine, Course.id.not_in(sa.bindparam("hidden", expanding=True)))
    if extra:
        mine = sa.or_(mine, Course.id.in_(sa.bindparam("extra", expanding=True)))
    return [sa.and_(Course.on_menu, mine)]


def _free(halves: bool) -> sa.ColumnElement[bool]:
    free = CourseAvailability
    conditions = [
        free.course_id == Course.id,
        free.town_id.in_(sa.bindparam("towns", expanding=True)),
        free.day.in_(sa.bindparam("days", expanding=True)),
    ]
    if halves:
        conditions.append(free.half_day == sa.bindparam("half_day", type_=free.half_day.type))
    return sa.exists().where(*conditions)


def _town() -> sa.ColumnElement[bool]:
    there = aliased(CourseSoonest)
    return sa.exists().where(there.course_id == Course.id, there.place_id == sa.bindparam("town"), there.slot < FULL)


_FILTERS: dict[str, Any] = {
    "q": lambda: answers(Course.id),
    "category": lambda: Course.category_id == sa.bindparam("category"),
    "sub": lambda: Course.subcategory_id == sa.bindparam("sub"),
    "form": lambda: sa.bindparam("form") == V.form,
    "audience": lambda: sa.exists().where(
        CourseVersionAudience.course_version_id == V.id, CourseVersionAudience.audience_code == sa.bindparam("audience")
    ),
    "onsite": lambda: V.onsite,
    "venue": lambda: V.venue,
    "online": lambda: V.online,
    "town": _town,
    "when": lambda: _free(halves=False),
    "half": lambda: _free(halves=True),
}
Shape = tuple[str, ...]


def _shape(wish: Wish) -> Shape:
    """Which filters a wish uses, in a fixed order."""
    names = [n for n in ("q", "category", "sub", "form", "audience", "town") if getattr(wish, n) not in (None, "")]
    if wish.mode:
        names.append(wish.mode)
    if wish.when:
        names.append("half" if wish.half in HALF_DAYS else "when")
    return tuple(names)


def _bound(wish: Wish, reader: Reader, terms: Wanted) -> dict[str, Any]:
    """Values for every parameter the shape may hold."""
    shape = _shape(wish)
    values: dict[str, Any] = {"district": reader.district.id, "place": reader.place_id}
    values |= {n: getattr(wish, n) for n in ("category", "sub", "form", "audience", "town") if n in shape}
    if "q" in shape:
        values["terms"] = terms
    if wish.when:
        values |= {"days": wish.days(), "towns": [wish.town] if wish.town else list(reader.towns)}
        if wish.half in HALF_DAYS:
            values["half_day"] = HALF_DAYS[wish.half]
    if reader.hidden:
        values["hidden"] = list(reader.hidden)
    if reader.extra:
        values["extra"] = list(reader.extra)
    return values


# ── the list ─────────────────────────────────────────────────────────────────────────────────────

_CARD = (
    Course.id, Course.title, Course.category_id, Course.orderable, Course.sort_key, Course.rating_sum, Course.rating_count, Course.premium_on,
    Course.gold_on, V.form, V.minutes, V.size_min, V.size_max,
)  # fmt: skip
_SCORE = sa.case((Course.rating_count > 0, Course.rating_sum * 100 // sa.func.nullif(Course.rating_count, 0)), else_=-1)
_Q: Any = sa.bindparam("q")
SORTED, OF_VERSION = ("near", "rating"), {"form", "audience", *_MODES}
_TITLED = sa.case((Course.title == _Q, 0), (sa.func.replace(Course.title, _Q, "") != Course.title, 1), else_=2)


def _keys(sort: str) -> list[tuple[str, Any, bool]]:
    """(name in the row, column, descending), the last one unique."""
    by_id = ("id", Course.id, False)
    known: dict[str, list[tuple[str, Any, bool]]] = {
        "soonest": [("slot", CourseSoonest.slot, False), ("id", CourseSoonest.course_id, False)],
        "near": [("titled", _TITLED, False), ("sort_key", Course.sort_key, False), by_id],
        "rating": [("score", _SCORE, True), ("rating_count", Course.rating_count, True), by_id],
        "new": [("id", Course.id, True)],
        "name": [("sort_key", Course.sort_key, False), by_id],
    }
    return known[sort]


@lru_cache(maxsize=400)
def _list(shape: Shape, sort: str, free: bool, hidden: bool, extra: bool, turn: str) -> sa.Select[Any]:
    """The statement of one page: turn is '' (first page), 'after' or 'before' a key k0, k1, …"""
    keys = _keys(sort)
    columns: list[Any] = [*_CARD]
    if free:
        columns.append(CourseSoonest.slot)
    columns += [column.label(name) for name, column, _ in keys if name in ("titled", "score")]
    query = sa.select(*columns).select_from(Course).join(V, _SHOWN)
    if free:
        here = sa.and_(CourseSoonest.course_id == Course.id, CourseSoonest.place_id == sa.bindparam("place"))
        query = query.join(CourseSoonest, here, isouter=sort != "soonest")
    wished = [*_offered(hidden, extra), *(_FILTERS[name]() for name in shape)]
    backwards = turn == "before"
    directions = [descending != backwards for _, _, descending in keys]
    marks: list[Any] = [sa.bindparam(f"k{i}") for i in range(len(keys))]
    further = [beyond([column for _, column, _ in keys], directions, marks)] if turn else []
    conditions = [*wished, *further]
    order = [c.desc() if down else c.asc() for (_, c, _), down in zip(keys, directions, strict=True)]
    if (
        sort in SORTED and not set(shape) & OF_VERSION
    ):  # no index has this order: sort ids alone, then read one page of rows
        top = sa.select(Course.id).where(*conditions).order_by(*order).limit(sa.bindparam("size")).subquery()
        return query.join(top, top.c.id == Course.id).order_by(*order)
    if sort == "soonest" and not set(shape) & OF_VERSION:  # along the index of the place; EXISTS keeps SQLite to it
        there = sa.exists().where(Course.id == CourseSoonest.course_id, *wished)
        place = CourseSoonest.place_id == sa.bindparam("place")
        ids = sa.select(CourseSoonest.course_id.label("id")).where(place, there, *further).order_by(*order)
        top = ids.limit(sa.bindparam("size")).subquery()
        return query.join(top, top.c.id == Course.id).order_by(*order)
    query = query.where(*conditions)
    return query.order_by(*order).limit(sa.bindparam("size"))


def listed(
    wish: Wish, reader: Reader, *, after: str = "", before: str = "", terms: Wanted | None = None, size: int = SIZE
) -> Page[Any]:
    """One page of courses: columns of _CARD, and `slot` (the soonest free half-day) for people who are signed in."""
    sort = sort_of(wish, reader.signed_in)
    keys = _keys(sort)
    backwards = bool(before) and not after
    mark = decode(before if backwards else after, len(keys)) if after or before else None
    turn = "" if mark is None else "before" if backwards else "after"
    values = _bound(wish, reader, wanted(wish.q) if terms is None else terms)
    if sort == "near":
        values["q"] = wish.q
    values["size"] = size + 1
    values |= {f"k{i}": part for i, part in enumerate(mark or ())}
    statement = _list(_shape(wish), sort, reader.signed_in, bool(reader.hidden), bool(reader.extra), turn)
    found = list(run(statement, values).all())
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page((), "", "")
    has_next, has_previous = (True, more) if backwards else (more, mark is not None)
    names = [name for name, _, _ in keys]

    def key_of(row: Any) -> str:
        return encode([getattr(row, name) for name in names])

    return Page(found, key_of(found[-1]) if has_next else "", key_of(found[0]) if has_previous else "")


# ── counts ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Counts:
    """How many courses answer, and how many would with one more (or another) choice of a facet."""

    total: int
    of: Mapping[str, Mapping[str, int]]


def counts(wish: Wish, reader: Reader, terms: Wanted | None = None) -> Counts:
    """Total and facets of a wish, at most five seconds old. Each facet counts under all filters but its own."""
    plain = wish.without("sort")
    wish_terms = wanted(wish.q) if terms is None else terms
    same = (
        reader.district.id,
        reader.hidden,
        reader.extra,
        reader.towns if plain.when else (),
    )  # readers with equal counts
    return kept(("counts", same, plain, wish_terms), lambda: _count(plain, reader, wish_terms))


def _count(wish: Wish, reader: Reader, terms: Wanted) -> Counts:
    statement = _counting(_shape(wish), bool(reader.hidden), bool(reader.extra))
    values = _bound(wish, reader, terms) | {"all_towns": list(reader.district.towns) or [0]}
    of: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    total = 0
    for facet, value, n in run(statement, values).all():
        if facet == "total":
            total = n
        elif value is not None:
            of[facet][str(value)] = n
    return Counts(total, of)


_OWN = {
    "category": ("category", "sub"),
    "sub": ("sub",),
    "form": ("form",),
    "audience": ("audience",),
    "mode": tuple(_MODES),
    "town": ("town",),
}


@lru_cache(maxsize=400)
def _counting(shape: Shape, hidden: bool, extra: bool) -> sa.CompoundSelect[Any]:
    """One statement: rows (facet, value, number)."""
    listens, soonest, n = CourseVersionAudience, CourseSoonest, sa.func.count()
    known: dict[Shape, Any] = {}

    def found(facet: str) -> Any:
        """The courses a facet counts, worked out once for all facets with the same conditions."""
        names = tuple(name for name in shape if name not in _OWN.get(facet, ()))
        if names not in known:
            columns = (
                Course.id,
                Course.category_id,
                Course.subcategory_id,
                V.form,
                V.id.label("version_id"),
                V.onsite,
                V.venue,
                V.online,
            )
            query = sa.select(*columns).select_from(Course).join(V, _SHOWN)
            query = query.where(*_offered(hidden, extra), *(_FILTERS[name]() for name in names))
            known[names] = query.cte(f"found{len(known)}")
        return known[names].c

    def part(facet: str, value: Any) -> Any:
        return sa.select(sa.literal(facet), sa.cast(value, sa.String) if value is not None else sa.null(), n)

    heard, there = found("audience"), found("town")
    parts = [
        part("total", None).select_from(found("total").id.table),
        part("category", found("category").category_id).group_by(found("category").category_id),
        part("form", found("form").form).group_by(found("form").form),
        part("audience", listens.audience_code)
        .join_from(heard.id.table, listens, listens.course_version_id == heard.version_id)
        .group_by(listens.audience_code),
        *(
            part("mode", sa.literal(mode)).select_from(found("mode").id.table).where(found("mode")[mode])
            for mode in _MODES
        ),
        part("town", soonest.place_id)
        .join_from(there.id.table, soonest, soonest.course_id == there.id)
        .where(soonest.place_id.in_(sa.bindparam("all_towns", expanding=True)), soonest.slot < FULL)
        .group_by(soonest.place_id),
    ]
    if "category" in shape:
        parts.append(part("sub", found("sub").subcategory_id).group_by(found("sub").subcategory_id))
    return sa.union_all(*parts)


# ── words people look for ────────────────────────────────────────────────────────────────────────


def hot(reader: Reader) -> Sequence[str]:
    """Problem words that lead to most courses of this district's menu."""
    return kept(("hot", reader.district.id), lambda: _hot(reader.district.id), 60)


def _hot(district_id: int) -> Sequence[str]:
    query = (
        sa.select(CourseProblem.words)
        .join(Course, Course.id == CourseProblem.course_id)
        .where(Course.on_menu, Course.district_id == district_id, sa.func.length(CourseProblem.words) <= 6)
        .group_by(CourseProblem.words)
        .order_by(sa.func.count().desc(), sa.func.min(Course.id), CourseProblem.words)
    )
    return db.session.scalars(query.limit(HOT)).all()


def near(wish: Wish, reader: Reader) -> Sequence[Any]:
    """When no course has all the words: courses with the largest share of them in title and problem words, at most a page."""
    terms = text.query_terms(wish.q)
    if not terms:
        return ()
    one = wish.without(
        *(name for name in ("category", "sub", "form", "audience", "mode", "town", "when", "half", "sort"))
    )
    hits = sa.union_all(
        *(sa.select(Course.id).where(*_offered(bool(reader.hidden), bool(reader.extra)), _has(term)) for term in terms)
    ).subquery()
    ranked = (
        sa.select(hits.c.id, sa.func.count().label("n"))
        .group_by(hits.c.id)
        .order_by(sa.func.count().desc(), hits.c.id)
        .limit(NEAR)
    )
    found = [row.id for row in db.session.execute(ranked, _bound(one.without("q"), reader, ()))]
    if not found:
        return ()
    problems: dict[int, list[str]] = {}
    for course_id, said in db.session.execute(
        sa.select(CourseProblem.course_id, CourseProblem.words).where(CourseProblem.course_id.in_(found))
    ):
        problems.setdefault(course_id, []).append(said)
    columns: list[Any] = [*_CARD, CourseSoonest.slot]
    here = sa.and_(CourseSoonest.course_id == Course.id, CourseSoonest.place_id == reader.place_id)
    query = sa.select(*columns).select_from(Course).join(V, _SHOWN).join(CourseSoonest, here, isouter=True)
    rows = list(db.session.execute(query.where(Course.id.in_(found))))
    shares = {r.id: text.share(terms, text.tokens(" ".join((r.title, *problems.get(r.id, ()))))) for r in rows}
    rows.sort(key=lambda r: (-shares[r.id], len(r.title), r.sort_key, r.id))
    return [r for r in rows if shares[r.id] > 0][:SIZE] or rows[:SIZE]


def _has(term: text.Term) -> Answers:
    return Answers(Course.id, sa.bindparam(None, ((term,),), type_=Terms(), unique=True))

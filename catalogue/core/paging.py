"""Keyset paging by URL: a page is 'the rows after this key', so page 400 costs what page 1 costs and rows never repeat."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import g, has_request_context

from catalogue.core.db import db, run
from catalogue.core.errors import Invalid
from catalogue.core.words import _

T = TypeVar("T")
SIZE = 20


def encode(values: Sequence[Any]) -> str:
    plain = [
        ["t", v.isoformat()] if isinstance(v, datetime) else ["d", v.isoformat()] if isinstance(v, date) else ["v", v]
        for v in values
    ]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(mark: str, length: int) -> list[Any] | None:
    """The key values of a mark, or None for anything that is not one (an old or edited link starts at the first page)."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        read: dict[str, Callable[[Any], Any]] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "v": lambda v: v}
        values = [read[kind](value) for kind, value in plain]
    except (ValueError, KeyError, TypeError):
        return None
    plain_types = all(v is None or isinstance(v, str | int | float | datetime | date) for v in values)
    return values if len(values) == length and plain_types else None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of rows with the marks of its neighbours (empty when there is none)."""

    rows: Sequence[T]
    after: str
    before: str


def paged(
    query: sa.Select[*tuple[Any, ...]], keys: Sequence[tuple[Any, bool]], *, after: str = "", before: str = "", size: int = SIZE,
    key_of: Callable[[Any], Sequence[Any]], scalars: bool = True,
) -> Page[Any]:  # fmt: skip
    """One page of a query. keys: (column, descending) in order, the last one unique, none of them NULL; key_of: a row's key values.

    `after`/`before` are marks from the URL. Asks for one row more than it shows, to know whether there is a next page.
    """
    return turned(
        lambda turn: ordered(query, keys, turn), keys, after=after, before=before, size=size, key_of=key_of, scalars=scalars
    )  # fmt: skip


def turned(
    statement: Callable[[str], sa.Select[*tuple[Any, ...]]], keys: Sequence[tuple[Any, bool]], *, after: str = "", before: str = "",
    size: int = SIZE, key_of: Callable[[Any], Sequence[Any]], scalars: bool = False,
) -> Page[Any]:  # fmt: skip
    """One page, by statements that were built once: `statement` gives the `ordered` one of a turn."""
    backwards = bool(before) and not after
    values = decode(before if backwards else after, len(keys)) if (after or before) else None
    if values is not None and not all(_fits(column, v) for (column, _), v in zip(keys, values, strict=True)):
        values = None  # an edited mark: the first page
    if values is None and (after or before) and has_request_context() and g.get("programs"):
        # people with an edited link see the first page; a program would read it again and again
        raise Invalid(
            _("这个翻页标记不对，请原样使用上一次得到的 after 或 before。"), field="before" if backwards else "after"
        )
    built = statement("" if values is None else "before" if backwards else "after")
    bound = {"size": size + 1, **{f"k{i}": value for i, value in enumerate(values or ())}}
    found: list[Any] = list((db.session.scalars(built, bound) if scalars else run(built, bound)).all())
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page((), "", "")
    has_next, has_previous = (True, more) if backwards else (more, values is not None)
    return Page(found, encode(key_of(found[-1])) if has_next else "", encode(key_of(found[0])) if has_previous else "")


def ordered(
    query: sa.Select[*tuple[Any, ...]], keys: Sequence[tuple[Any, bool]], turn: str
) -> sa.Select[*tuple[Any, ...]]:
    """The statement of one page with parameters size, k0, k1 …: turn is '' (the first page), 'after' or 'before' that key."""
    directions = [descending != (turn == "before") for _, descending in keys]
    if turn:
        marks = [sa.bindparam(f"k{i}", type_=column.type) for i, (column, _) in enumerate(keys)]
        query = query.where(beyond([column for column, _ in keys], directions, marks))
    by = (column.desc() if down else column.asc() for (column, _), down in zip(keys, directions, strict=True))
    return query.order_by(None).order_by(*by).limit(sa.bindparam("size", type_=sa.Integer))


def _fits(column: Any, value: Any) -> bool:
    """Could this value of a mark stand in the column?"""
    try:
        kind = column.type.python_type
    except (AttributeError, NotImplementedError):
        return True
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) >= 2**63):
        return bool(kind is bool)
    if isinstance(value, datetime):
        return kind is datetime and value.tzinfo is not None
    return isinstance(value, (int, float) if kind is float or kind.__name__ == "Decimal" else kind)


def beyond(columns: Sequence[Any], directions: Sequence[bool], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """(a, b, c) beyond (x, y, z) with each column's own direction; the bound on the first column lets both databases use the index."""
    alternatives = []
    for i, (column, descending) in enumerate(zip(columns, directions, strict=True)):
        same = [c == v for c, v in zip(columns[:i], values[:i], strict=True)]
        alternatives.append(sa.and_(*same, column < values[i] if descending else column > values[i]))
    bound = columns[0] <= values[0] if directions[0] else columns[0] >= values[0]
    return sa.and_(bound, sa.or_(*alternatives))

"""Keyset paging by URL: a page is 'the rows after this key', so page 400 costs what page 1 costs and rows never repeat."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from catalogue.core.db import db

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
    backwards = bool(before) and not after
    values = decode(before if backwards else after, len(keys)) if (after or before) else None
    if values is not None and not all(_fits(column, v) for (column, _), v in zip(keys, values, strict=True)):
        values = None  # an edited mark: the first page
    directions = [descending != backwards for _, descending in keys]
    if values is not None:
        query = query.where(beyond([column for column, _ in keys], directions, values))
    query = query.order_by(None).order_by(
        *(c.desc() if d else c.asc() for (c, _), d in zip(keys, directions, strict=True))
    )
    result = db.session.scalars(query.limit(size + 1)) if scalars else db.session.execute(query.limit(size + 1))
    rows = list(result.all())
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page((), "", "")
    has_next, has_previous = (True, more) if backwards else (more, values is not None)
    return Page(rows, encode(key_of(rows[-1])) if has_next else "", encode(key_of(rows[0])) if has_previous else "")


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

"""docs/schema.md from the models: what each table is (its docstring) and what each column means (the comment beside it)."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from catalogue.core.db import Base, UtcDateTime

COMMON = {
    "id": "the row's identity",
    "version": "counts changes; the slower of two writers is refused",
    "district_id": "district the row belonged to when it was made",
    "town_id": "town the row belonged to when it was made",
    "organisation_id": "organisation the row belongs to",
    "state": "where it is in its life (states.py of the feature); written by core.changes alone",
    "number": "the number people say",
    "sort_key": "ASCII pinyin, the order people see",
    "initials": "pinyin initials, for search",
    "made_at": "when the row was made",
    "ended_on": "last day in use; empty while in use",
    "valid_from": "first day in force",
    "valid_until": "last day in force; empty while open",
    "owner_id": "the row this history belongs to",
    "label": "the Chinese word people see",
    "position": "order in lists",
    "code": "the stable key of the entry",
    "name": "the name people see",
    "telephone": "telephone people may see",
    "latitude": "degrees, WGS-84",
    "longitude": "degrees, WGS-84",
}
_LINE = re.compile(r"^    (\w+): Mapped\[.*?#\s*(.+)$", re.M)


def _comments(model: type[Base]) -> dict[str, str]:
    """The comment at the end of each column's line, of the class and its mixins."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls.__module__.startswith("catalogue.") and cls is not Base:
            found.update({name: words for name, words in _LINE.findall(inspect.getsource(cls)) if "noqa" not in words})
    return found


def _kind(column: sa.Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return "instant (UTC)"
    if isinstance(kind, sa.Enum):
        return " · ".join(kind.enums)
    if isinstance(kind, sa.String):
        return f"text ≤ {kind.length}" if kind.length else "text"
    plain = {sa.Boolean: "yes/no", sa.Date: "day", sa.JSON: "JSON", sa.Float: "number", sa.Integer: "whole number"}
    return next((word for cls, word in plain.items() if isinstance(kind, cls)), str(kind).lower())


def _column(column: sa.Column[Any], comments: dict[str, str]) -> str:
    target = next((f"→ {key.column.table.name}" for key in column.foreign_keys), "")
    words = comments.get(column.name) or COMMON.get(column.name) or target.replace("→", "the")
    optional = "" if not column.nullable else ", may be empty"
    return f"| {column.name} | {target or _kind(column)}{optional} | {words} |"


def _table(mapper: Any) -> Iterator[str]:
    model = mapper.class_
    said = inspect.cleandoc(model.__doc__ or "") if model.__doc__ else ""
    if not said and model.__name__.endswith("History"):
        said = "People-facing history: who, for whom, when, from, to, reason."
    yield f"### {mapper.local_table.name}\n"
    if said:
        yield f"{said}\n"
    yield "| column | type | meaning |\n|---|---|---|"
    comments = _comments(model)
    yield from (_column(column, comments) for column in mapper.local_table.columns)
    yield ""


def document() -> str:
    """The whole page: features in the order of their modules, tables in the order they are written."""
    lines = [
        "# Tables\n",
        "Written by `flask docs` from the models; a test keeps it up to date. Every foreign key refuses deletion of what it names.",
        "Instants are UTC and half open, days are Shanghai days and inclusive. History tables share one shape (core.models.History).\n",
    ]
    by_module: dict[str, list[Any]] = {}
    for mapper in sorted(
        Base.registry.mappers, key=lambda m: (m.class_.__module__, inspect.getsourcelines(m.class_)[1])
    ):
        by_module.setdefault(mapper.class_.__module__, []).append(mapper)
    for module, mappers in by_module.items():
        lines.append(f"## {module.split('.')[1]}\n")
        for mapper in mappers:
            lines.extend(_table(mapper))
    return "\n".join(lines).rstrip() + "\n"

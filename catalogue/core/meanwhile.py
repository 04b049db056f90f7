"""What others did to a row while a page of it lay open: who, when, what, and which fields of the page differ now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from wtforms import Field
from wtforms.widgets import HiddenInput

from catalogue.core import signs, wording
from catalogue.core.db import db
from catalogue.core.models import Living
from catalogue.core.words import _

MOST = 10
LONG = 60


@dataclass(frozen=True)
class Deed:
    """One thing somebody did to the row: their name as the row's own history tells it, the moment, the words, the columns."""

    who: str
    at: datetime
    words: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed: what stands there now, and what was typed."""

    field_id: str
    label: str
    now: str
    typed: str


def deeds(kind: type[Living], row_id: int, version: int) -> list[Deed]:
    """What changed a row after this version of it, oldest first."""
    history: Any = kind.history
    rows = db.session.execute(
        sa.select(history.at, history.actor, history.action, history.from_state, history.to_state, history.changed)
        .where(history.owner_id == row_id, history.version > version)
        .order_by(history.id)
        .limit(MOST)
    ).all()
    word = "version" if kind.__tablename__ == "course_version" else kind.__tablename__
    return [
        Deed(row.actor, row.at, signs.deed(word, row.action), tuple(row.changed or ()))
        for row in rows
        if row.changed or row.from_state != row.to_state
    ]


def differences(fields: Iterable[Field], done: Sequence[Deed]) -> list[Difference]:
    """The fields of a form that these deeds changed and whose value now is not what was typed. The form shows them to its reader anyway."""
    changed = {_field_of(column) for deed in done for column in deed.columns}
    return [
        Difference(field.id, str(field.label.text), told(field, field.object_data), told(field, field.data))
        for field in fields
        if _field_of(field.name) in changed and not isinstance(field.widget, HiddenInput)
        and told(field, field.object_data) != told(field, field.data)
    ]  # fmt: skip


def choice(one: Any) -> tuple[str, str]:
    """(value, label) of a choice, however it is written."""
    if isinstance(one, tuple | list):
        return str(one[0]), str(one[1])
    return str(getattr(one, "value", one)), str(getattr(one, "label", None) or getattr(one, "value", one))


def _field_of(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_code")


def told(field: Field, value: Any) -> str:
    """A value as its field shows it: the label of a choice, a day in words, yes or no."""
    if value is None or value == "" or value == []:
        return _("（空着）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return wording.moment_text(value) if isinstance(value, datetime) else wording.day_text(value)
    if isinstance(value, list | tuple | set):
        return "、".join(told(field, one) for one in value)
    choices = getattr(field, "choices", None)
    if choices and not isinstance(choices, dict):
        return dict(map(choice, choices)).get(str(value), str(value))
    words = str(value)
    return words if len(words) <= LONG else words[:LONG] + "…"

"""The only writer of state columns, and the one way to record any other change (rule 2 of reliability.md).

A state moves by compare-and-swap on the version, with one history row, one audit row and its outbox rows in the caller's transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import event, orm
from sqlalchemy.orm.attributes import set_committed_value

from catalogue.core import audit
from catalogue.core.actor import Actor
from catalogue.core.db import db, run
from catalogue.core.errors import IllegalAction, Stale
from catalogue.core.models import Living
from catalogue.core.words import _

Transitions = Mapping[tuple[Any, Any], Any]
T = TypeVar("T", bound=Living)


def check_version(thing: Living, version: int) -> None:
    """Raises Stale when the page was made from an older version of the row."""
    if thing.version != version:
        raise stale(thing, version)


def stale(thing: Living, version: int) -> Stale:
    """The refusal of a page made from this version of a row that was changed since."""
    sentence = _("这条记录刚刚被别人改过，请看过新内容再办。您填的内容没有丢。")
    return Stale(sentence, row=(type(thing), thing.id, version))


def legal(table: Transitions, state: Any, action: Any) -> bool:
    """Does the table allow this action in this state? For buttons; operations ask `move` itself."""
    return (state, action) in table


def move(
    thing: Living, table: Transitions, action: StrEnum, *, by: Actor, at: datetime, version: int | None = None,
    code: str = "", words: str = "", acting_for: int | None = None, values: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Moves a row to the state the table names; history and audit are written with it, or nothing is.

    `version` is the page's (None: the row as loaded in this transaction). `code` is a reason of a fixed list, `words` are free;
    `values` are plain columns that this step sets along (who checked it, when).
    Raises Stale when somebody was faster and IllegalAction when the table has no such step.
    """
    if version is not None:
        check_version(thing, version)
    before = thing.state
    after = table.get((before, action))
    if after is None:
        raise IllegalAction(_("现在的状态不能这样办，请刷新后看最新进展。"), state=before.value, action=action.value)
    db.session.flush()
    along = dict(values or {})
    done = run(
        _swap(table_of(thing), tuple(along)),
        {"row_id": thing.id, "row_version": thing.version, "state": after, "version": thing.version + 1, **along},
    )
    if done.rowcount != 1:
        raise stale(thing, thing.version)
    for name, value in {**along, "state": after, "version": thing.version + 1}.items():
        set_committed_value(thing, name, value)
    _note(thing, action.value, before.value, after.value, by=by, at=at, code=code, words=words, acting_for=acting_for)


def table_of(thing: Living) -> sa.Table:
    """The table a row lives in."""
    kind: Any = type(thing)
    table: sa.Table = kind.__table__
    return table


@cache
def _swap(table: sa.Table, along: tuple[str, ...]) -> sa.Update:
    """The compare-and-swap of one table, built once for the same columns."""
    fresh: dict[str, Any] = {name: sa.bindparam(name) for name in ("state", "version", *along)}
    return (
        sa.update(table)
        .where(table.c.id == sa.bindparam("row_id"), table.c.version == sa.bindparam("row_version"))
        .values(**fresh)
    )


def begin(
    thing: Living,
    *,
    by: Actor,
    at: datetime,
    action: str = "create",
    code: str = "",
    words: str = "",
    acting_for: int | None = None,
) -> None:
    """Adds a new row in its first state, with the history and audit rows of its birth."""
    db.session.add(thing)
    db.session.flush()
    state = getattr(thing, "state", None)
    to_state = state.value if state is not None else ""
    _note(thing, action, "", to_state, by=by, at=at, code=code, words=words, acting_for=acting_for)


def edit(
    thing: Living, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None, action: str = "edit", words: str = "",
) -> tuple[str, ...]:  # fmt: skip
    """Sets plain columns (never the state) and records which changed, old and new. Returns their names; nothing changed writes nothing."""
    if version is not None:
        check_version(thing, version)
    changed = {
        name: [_plain(getattr(thing, name)), _plain(value)]
        for name, value in values.items()
        if getattr(thing, name) != value
    }
    if not changed:
        return ()
    for name in changed:
        setattr(thing, name, values[name])
    db.session.flush()
    _note(thing, action, "", "", by=by, at=at, words=words, changed=changed)
    return tuple(changed)


def note(
    thing: Living, action: str, *, by: Actor, at: datetime, subject: str = "", subject_id: int | None = None,
    changed: Mapping[str, Any] | None = None, code: str = "", words: str = "",
) -> None:  # fmt: skip
    """Records an act on a row or on one of its parts (an appointment, an alias, a note) that moves no state."""
    _note(
        thing,
        action,
        "",
        "",
        by=by,
        at=at,
        subject=subject,
        subject_id=subject_id,
        changed=changed,
        code=code,
        words=words,
    )


@dataclass(frozen=True)
class Act:
    """One act of a row's history: what was done, from and to which state, and what it changed (old and new by column)."""

    action: str
    before: str = ""
    after: str = ""
    changed: Mapping[str, Any] = field(default_factory=dict)


def enter(
    kind: type[T], values: Mapping[str, Any], table: Transitions, action: StrEnum, acts: Sequence[Act], *, by: Actor, at: datetime,
    acting_for: int | None = None,
) -> T:  # fmt: skip
    """A new row that was made, written and moved on in one go: one insert, and the acts of its history as if they came one by one.

    `values` are all columns of the row in its first state; it is put in, and stands in the session, in the state the table names.
    `acts` come before the move. Raises IllegalAction when the table has no such step.
    """
    first = values["state"]
    after = table.get((first, action))
    if after is None:
        raise IllegalAction(_("现在的状态不能这样办，请刷新后看最新进展。"), state=first.value, action=action.value)
    known = {**values, "state": after, "version": 1}
    thing = kind()
    known["id"] = run(_insert(table_of(thing)), known).inserted_primary_key[0]
    vars(thing).update(known)  # nothing to tell the session of: the row stands there already, with just these values
    orm.make_transient_to_detached(thing)
    db.session.add(thing)
    _note_all(thing, (*acts, Act(action.value, first.value, after.value)), by=by, at=at, acting_for=acting_for)
    return thing


@cache
def _insert(table: sa.Table) -> sa.Insert:
    """The insert of one table, built once."""
    return sa.insert(table)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    return str(value)


# ── what was touched, for features that keep something true about it ───────────────────────────────

_TOUCHED = "touched"
_WATCHER = "songxue.touched"
Touched = dict[tuple[str, int], tuple[Any, datetime, bool]]


def watch(app: Flask, watcher: Callable[[Touched], None]) -> None:
    """Sets who looks, once at the end of each transaction, at every row that was written through this module in it.

    The watcher gets (table, id) → (the row when it is new, the instant, is it new), and may write.
    """
    app.extensions[_WATCHER] = watcher


def _touch(thing: Living, at: datetime, *, new: bool = False) -> None:
    touched: Touched = db.session().info.setdefault(_TOUCHED, {})
    touched.setdefault((thing.__tablename__, thing.id), (thing, at, new))


@event.listens_for(orm.Session, "before_commit", insert=True)  # first of all: what a watcher writes is audited too
def _before_commit(session: orm.Session) -> None:
    """Before the audit chains its rows; not at the end of a savepoint. What the watcher touches itself is not looked at again."""
    if session.in_nested_transaction():
        return
    touched: Touched | None = session.info.pop(_TOUCHED, None)
    watcher = current_app.extensions.get(_WATCHER) if touched else None
    if touched and watcher is not None:
        watcher(touched)
        session.info.pop(_TOUCHED, None)


@event.listens_for(orm.Session, "after_soft_rollback")
def _after_rollback(session: orm.Session, undone: orm.SessionTransaction) -> None:
    if not undone.nested:
        session.info.pop(_TOUCHED, None)


def _note(
    thing: Living, action: str, before: str, after: str, *, by: Actor, at: datetime, subject: str = "", subject_id: int | None = None,
    changed: Mapping[str, Any] | None = None, code: str = "", words: str = "", acting_for: int | None = None,
) -> None:  # fmt: skip
    _touch(thing, at)
    plain = _plain_pairs(changed)
    row = _row(thing, action, before, after, plain, by=by, at=at, acting_for=acting_for)
    row |= {"subject": subject, "subject_id": subject_id, "code": code, "words": words}
    table: Any = thing.history.__table__
    run(_insert(table), row)
    audit.append(
        action, subject or thing.__tablename__, thing.id if subject_id is None else subject_id, by=by, at=at,
        district_id=getattr(thing, "district_id", None), from_state=before, to_state=after, code=code, fields=tuple(plain),
    )  # fmt: skip


def _note_all(thing: Living, acts: Sequence[Act], *, by: Actor, at: datetime, acting_for: int | None) -> None:
    """Several acts of one row at once: the history by one statement."""
    _touch(thing, at, new=True)
    plain = [_plain_pairs(act.changed) for act in acts]
    rows = [
        _row(thing, a.action, a.before, a.after, p, by=by, at=at, acting_for=acting_for)
        for a, p in zip(acts, plain, strict=True)
    ]
    table: Any = thing.history.__table__
    run(_insert(table), rows)
    for act, changed in zip(acts, plain, strict=True):
        audit.append(
            act.action, thing.__tablename__, thing.id, by=by, at=at, district_id=getattr(thing, "district_id", None),
            from_state=act.before, to_state=act.after, fields=tuple(changed),
        )  # fmt: skip


def _plain_pairs(changed: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: [_plain(v) for v in pair] if isinstance(pair, list) else _plain(pair)
        for name, pair in (changed or {}).items()
    }


def _row(
    thing: Living, action: str, before: str, after: str, changed: Mapping[str, Any], *, by: Actor, at: datetime, acting_for: int | None,
) -> dict[str, Any]:  # fmt: skip
    acting = acting_for if acting_for is not None else by.acting_for
    return {
        "owner_id": thing.id, "at": at, "action": action, "from_state": before, "to_state": after, "kind": by.kind.value, "person_id": by.person_id,
        "actor": by.name[:60], "acting_for_id": acting, "subject": "", "subject_id": None, "code": "", "words": "", "changed": changed,
        "version": thing.version,
    }  # fmt: skip

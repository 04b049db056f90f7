"""The only writer of state columns, and the one way to record any other change (rule 2 of reliability.md).

A state moves by compare-and-swap on the version, with one history row, one audit row and its outbox rows in the caller's transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm.attributes import set_committed_value

from catalogue.core import audit
from catalogue.core.actor import Actor
from catalogue.core.db import Base, db
from catalogue.core.errors import IllegalAction, Stale
from catalogue.core.models import Living
from catalogue.core.words import _

Transitions = Mapping[tuple[Any, Any], Any]


def check_version(thing: Living, version: int) -> None:
    """Raises Stale when the page was made from an older version of the row."""
    if thing.version != version:
        raise Stale(_("这条记录刚刚被别人改过，请看过新内容再办。您填的内容没有丢。"))


def legal(table: Transitions, state: Any, action: Any) -> bool:
    """Does the table allow this action in this state? For buttons; operations ask `move` itself."""
    return (state, action) in table


def move(
    thing: Living, table: Transitions, action: StrEnum, *, by: Actor, at: datetime, version: int | None = None,
    code: str = "", words: str = "", acting_for: int | None = None,
) -> None:  # fmt: skip
    """Moves a row to the state the table names; history and audit are written with it, or nothing is.

    `version` is the page's (None: the row as loaded in this transaction). `code` is a reason of a fixed list, `words` are free.
    Raises Stale when somebody was faster and IllegalAction when the table has no such step.
    """
    if version is not None:
        check_version(thing, version)
    before = thing.state
    after = table.get((before, action))
    if after is None:
        raise IllegalAction(_("现在的状态不能这样办，请刷新后看最新进展。"), state=before.value, action=action.value)
    db.session.flush()
    kind: Any = type(thing)
    done = db.session.execute(
        sa.update(kind)
        .where(kind.id == thing.id, kind.version == thing.version)
        .values(state=after, version=thing.version + 1),
        execution_options={"synchronize_session": False},
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # CursorResult for an UPDATE, typed as Result
        raise Stale(_("这条记录刚刚被别人改过，请看过新内容再办。您填的内容没有丢。"))
    set_committed_value(thing, "state", after)
    set_committed_value(thing, "version", thing.version + 1)
    _note(thing, action.value, before.value, after.value, by=by, at=at, code=code, words=words, acting_for=acting_for)


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


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    return str(value)


def _note(
    thing: Living, action: str, before: str, after: str, *, by: Actor, at: datetime, subject: str = "", subject_id: int | None = None,
    changed: Mapping[str, Any] | None = None, code: str = "", words: str = "", acting_for: int | None = None,
) -> None:  # fmt: skip
    plain = {
        name: [_plain(v) for v in pair] if isinstance(pair, list) else _plain(pair)
        for name, pair in (changed or {}).items()
    }
    acting = acting_for if acting_for is not None else by.acting_for
    row = {
        "owner_id": thing.id, "at": at, "action": action, "from_state": before, "to_state": after, "kind": by.kind.value, "person_id": by.person_id,
        "actor": by.name[:60], "acting_for_id": acting, "subject": subject, "subject_id": subject_id, "code": code, "words": words, "changed": plain,
    }  # fmt: skip
    table: Any = thing.history.__table__
    db.session.execute(table.insert(), row)  # one statement, compiled once: every write of the service passes here
    audit.append(
        action, subject or thing.__tablename__, thing.id if subject_id is None else subject_id, by=by, at=at,
        district_id=getattr(thing, "district_id", None), from_state=before, to_state=after, code=code, fields=tuple(plain),
    )  # fmt: skip


def _refuse(target: Base, value: Any, _old: Any, _initiator: Any) -> None:
    state = sa.inspect(target)
    if state is not None and state.persistent:
        raise RuntimeError("state columns are written by core.changes.move alone")


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _guard(cls: type[Any], name: str, attribute: orm.QueryableAttribute[Any]) -> None:
    if name == "state":
        event.listen(attribute, "set", _refuse, propagate=True)

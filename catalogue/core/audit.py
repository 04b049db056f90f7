"""The tamper-evident audit (rule 15 of reliability.md): one keyed hash chain per district, appended last in the transaction.

Written here, proved in core.proof, sealed with checkpoints and shortened past its retention in core.seals.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction

from catalogue.core import prepared
from catalogue.core.actor import Actor
from catalogue.core.chain import row_hash
from catalogue.core.db import db
from catalogue.core.models import Audit, AuditHead
from catalogue.core.proof import verify as verify

CITY = 0  # the chain of acts that belong to no district
_PENDING = "audit_pending"
_MARKS = "audit_marks"  # how many acts were noted when each open savepoint began


def append(
    action: str,
    subject: str,
    subject_id: int,
    *,
    by: Actor,
    at: datetime,
    district_id: int | None,
    from_state: str = "",
    to_state: str = "",
    code: str = "",
    fields: Sequence[str] = (),
) -> None:
    """Notes an act; the row is written with its hash just before the transaction commits, and never without it."""
    row = {
        "district_id": district_id or CITY, "at": at.astimezone(UTC), "kind": by.kind.value, "person_id": by.person_id,
        "actor": by.name if by.person_id is None else "", "acting_for_id": by.acting_for, "action": action, "subject": subject,
        "subject_id": subject_id, "from_state": from_state, "to_state": to_state, "code": code,
        "fields": ",".join(fields)[:1000], "request_id": by.request_id,
    }  # fmt: skip
    db.session().info.setdefault(_PENDING, []).append(row)


def noted(since: int = 0) -> list[tuple[str, str]]:
    """(action, subject) of the acts this transaction has noted, from one on. A write that changed nothing notes none."""
    return [(row["action"], row["subject"]) for row in db.session().info.get(_PENDING, [])[since:]]


def count() -> int:
    """How many acts this transaction has noted so far."""
    return len(db.session().info.get(_PENDING, ()))


_rows, _heads = cast("sa.Table", Audit.__table__), cast("sa.Table", AuditHead.__table__)
_INSERT, _FIRST = _rows.insert(), _heads.insert()
_HEAD = (
    sa.select(_heads.c.sequence, _heads.c.hash).where(_heads.c.district_id == sa.bindparam("chain")).with_for_update()
)
_FROM_NOTHING = sa.text(
    "INSERT INTO audit_head (district_id, sequence, hash) VALUES (:chain, 0, '') ON CONFLICT DO NOTHING"
)
_NEWEST = (
    _heads.update()
    .where(_heads.c.district_id == sa.bindparam("chain"))
    .values(sequence=sa.bindparam("sequence"), hash=sa.bindparam("hash"))
)


def _head(connection: Connection, district_id: int) -> tuple[int, str]:
    found = prepared.execute(connection, _HEAD, {"chain": district_id}).first()
    if found is not None:
        return found.sequence, found.hash
    if (
        connection.dialect.name == "postgresql"
    ):  # of two first writers one inserts, the other waits and reads what it left
        connection.execute(_FROM_NOTHING, {"chain": district_id})
        return _head(connection, district_id)
    connection.execute(_FIRST, {"district_id": district_id, "sequence": 0, "hash": ""})
    return 0, ""


def _write(session: Session) -> None:
    if not session.info.get(_PENDING):
        return
    session.flush()
    pending: list[dict[str, Any]] = session.info.pop(_PENDING)
    connection, secret = session.connection(), current_app.config["SETTINGS"].secret_key
    chains: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in pending:
        chains[row["district_id"]].append(row)
    for district_id in sorted(chains):
        sequence, last = _head(connection, district_id)
        for row in chains[district_id]:
            sequence += 1
            row["sequence"], row["previous_hash"] = sequence, last
            row["hash"] = last = row_hash(secret, last, row)
        prepared.execute(connection, _INSERT, chains[district_id])
        prepared.execute(connection, _NEWEST, {"chain": district_id, "sequence": sequence, "hash": last})


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    """Not at the end of a savepoint: the head of a chain is locked last, and only once."""
    if not session.in_nested_transaction():
        _write(session)


@event.listens_for(Session, "after_transaction_create")
def _after_begin(session: Session, made: SessionTransaction) -> None:
    if made.nested:
        session.info.setdefault(_MARKS, WeakKeyDictionary())[made] = len(session.info.get(_PENDING, ()))


@event.listens_for(Session, "after_soft_rollback")
def _after_rollback(session: Session, undone: SessionTransaction) -> None:
    """A savepoint takes back what was noted since it began; the whole transaction takes back everything."""
    if undone.nested:
        del session.info.get(_PENDING, [])[session.info.get(_MARKS, {}).get(undone, 0) :]
    else:
        session.info.pop(_PENDING, None)

"""The tamper-evident audit (rule 15 of reliability.md): one hash chain per district, appended last in the transaction."""

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.models import Audit, AuditCheckpoint, AuditHead

CITY = 0  # the chain of acts that belong to no district
_PENDING = "audit_pending"
_MARKS = "audit_marks"  # how many acts were noted when each open savepoint began
_CHAINED = (
    "district_id", "sequence", "at", "kind", "person_id", "actor", "acting_for_id", "action", "subject", "subject_id",
    "from_state", "to_state", "code", "fields", "request_id",
)  # fmt: skip


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


def row_hash(previous: str, row: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the row's canonical JSON (sorted keys, UTC to the second)."""
    plain = {name: row[name] for name in _CHAINED}
    plain["at"] = row["at"].astimezone(UTC).isoformat(timespec="seconds")
    return hashlib.sha256((previous + _canonical(plain)).encode()).hexdigest()


_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
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
    found = connection.execute(_HEAD, {"chain": district_id}).first()
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
    connection = session.connection()
    chains: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in pending:
        chains[row["district_id"]].append(row)
    for district_id in sorted(chains):
        sequence, last = _head(connection, district_id)
        for row in chains[district_id]:
            sequence += 1
            row["sequence"], row["previous_hash"] = sequence, last
            row["hash"] = last = row_hash(last, row)
        connection.execute(_INSERT, chains[district_id])
        connection.execute(_NEWEST, {"chain": district_id, "sequence": sequence, "hash": last})


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


@dataclass(frozen=True)
class Verdict:
    """What verification found: rows read, and the first broken row of each chain (None when whole)."""

    rows: int
    broken: tuple[dict[str, Any], ...]


def _sign(key: str, district_id: int, sequence: int, hash_: str) -> str:
    return hmac.new(key.encode(), f"{district_id}:{sequence}:{hash_}".encode(), hashlib.sha256).hexdigest()


def _chain(district_id: int, after: int) -> Iterator[Audit]:
    while True:
        query = (
            sa.select(Audit).where(Audit.district_id == district_id, Audit.sequence > after).order_by(Audit.sequence)
        )
        rows = db.session.scalars(query.limit(1000)).all()
        if not rows:
            return
        yield from rows
        after = rows[-1].sequence
        db.session.expunge_all()


def _verify_chain(head: Any, signing_key: str) -> tuple[int, dict[str, Any] | None]:
    start = db.session.scalars(
        sa.select(AuditCheckpoint)
        .where(AuditCheckpoint.district_id == head.district_id)
        .order_by(AuditCheckpoint.sequence.desc())
    ).first()
    sequence, last, rows = 0, "", 0
    if start is not None:
        if not hmac.compare_digest(start.signature, _sign(signing_key, head.district_id, start.sequence, start.hash)):
            return 0, {"district_id": head.district_id, "sequence": start.sequence, "why": "checkpoint signature"}
        sequence, last = start.sequence, start.hash
    for row in _chain(head.district_id, sequence):
        rows += 1
        values = {name: getattr(row, name) for name in _CHAINED}
        why = ""
        if row.sequence != sequence + 1:
            why = "missing row"
        elif row.previous_hash != last:
            why = "previous hash"
        elif row.hash != row_hash(last, values):
            why = "changed row"
        if why:
            return rows, {"district_id": head.district_id, "sequence": row.sequence, "id": row.id, "why": why}
        sequence, last = row.sequence, row.hash
    if (sequence, last) != (head.sequence, head.hash):
        return rows, {"district_id": head.district_id, "sequence": sequence + 1, "why": "rows missing at the end"}
    return rows, None


def verify(signing_key: str) -> Verdict:
    """Walks every chain from its newest signed checkpoint and names the first broken row of each."""
    rows, broken = 0, []
    heads = db.session.execute(
        sa.select(AuditHead.district_id, AuditHead.sequence, AuditHead.hash).order_by(AuditHead.district_id)
    )
    for head in heads.all():
        seen, found = _verify_chain(head, signing_key)
        rows += seen
        if found is not None:
            broken.append(found)
    orphans = db.session.execute(
        sa.select(Audit.district_id, Audit.sequence, Audit.id)
        .where(Audit.district_id.not_in(sa.select(AuditHead.district_id)))
        .order_by(Audit.id)
        .limit(1)
    ).first()
    if orphans is not None:
        broken.append(
            {
                "district_id": orphans.district_id,
                "sequence": orphans.sequence,
                "id": orphans.id,
                "why": "chain without a head",
            }
        )
    return Verdict(rows, tuple(broken))

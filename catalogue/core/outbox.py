"""Everything that leaves the process is a row here, written in the business transaction (rule 13 of reliability.md)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from catalogue.core.db import db, is_postgresql, run, transaction
from catalogue.core.models import Outbox

LEASE = timedelta(minutes=5)
GAPS = (1, 5, 30, 120, 720)  # minutes between attempts; after the last one the row stays failed for a person to look at
_HANDLERS = "songxue.outbox"
_WAKE = "songxue.wake"
Handler = Callable[[Outbox, datetime], None]


_PUT: dict[str, Any] = {
    name: insert(cast("sa.Table", Outbox.__table__)).on_conflict_do_nothing(index_elements=["key"])
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}  # built once: every notice passes here


def put(
    kind: str, subject: str, subject_id: int, *, district_id: int, at: datetime, key: str,
    payload: Mapping[str, Any] | None = None, not_before: datetime | None = None,
) -> None:  # fmt: skip
    """Writes one row, once per key however often it is asked. Payload holds ids only: text is rendered when it is sent."""
    row = {
        "kind": kind, "subject": subject, "subject_id": subject_id, "district_id": district_id, "payload": dict(payload or {}), "key": key,
        "made_at": at, "not_before": not_before or at, "attempts": 0, "error": "",
    }  # fmt: skip
    run(_PUT["postgresql" if is_postgresql() else "sqlite"], row)
    db.session().info["outbox_written"] = True


def cancel(subject: str, subject_id: int, *, at: datetime, kinds: tuple[str, ...] = ()) -> None:
    """Takes back what was not sent yet about a thing (an offer withdrawn before sending sends nothing)."""
    query = sa.update(Outbox).where(
        Outbox.subject == subject,
        Outbox.subject_id == subject_id,
        Outbox.done_at.is_(None),
        Outbox.cancelled_at.is_(None),
    )
    if kinds:
        query = query.where(Outbox.kind.in_(kinds))
    db.session.execute(query.values(cancelled_at=at), execution_options={"synchronize_session": False})


def wire(app: Flask, handlers: Mapping[str, Handler], wake: Callable[[], None]) -> None:
    """Sets who delivers which kind, and how a consumer is woken after a commit that wrote a row."""
    app.extensions[_HANDLERS] = dict(handlers)
    app.extensions[_WAKE] = wake


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    if session.info.pop("outbox_written", False) and _WAKE in current_app.extensions:
        current_app.extensions[_WAKE]()


@event.listens_for(Session, "after_soft_rollback")
def _after_rollback(session: Session, undone: SessionTransaction) -> None:
    if not undone.nested:
        session.info.pop("outbox_written", None)


def _due(at: datetime) -> sa.Select[int]:
    return (
        sa.select(Outbox.id)
        .where(
            Outbox.done_at.is_(None), Outbox.cancelled_at.is_(None), Outbox.not_before <= at, Outbox.attempts < len(GAPS) + 1,
            sa.or_(Outbox.lease_until.is_(None), Outbox.lease_until <= at),
        )
        .order_by(Outbox.not_before, Outbox.id)
    )  # fmt: skip


def _claim(at: datetime) -> int | None:
    """Leases the next due row, so that two consumers never hold the same one and a killed one is taken over later."""
    with transaction(writes=True):
        row_id = db.session.scalar(_due(at).limit(1).with_for_update(skip_locked=True))
        if row_id is not None:
            db.session.execute(
                sa.update(Outbox)
                .where(Outbox.id == row_id)
                .values(lease_until=at + LEASE, attempts=Outbox.attempts + 1),
                execution_options={"synchronize_session": False},
            )
        return row_id


def _attempt(row_id: int, at: datetime) -> str:
    """Runs the handler in one transaction with the mark that it is done. Returns the error, empty when it worked."""
    handlers = current_app.extensions.get(_HANDLERS, {})
    try:
        with transaction(writes=True):
            row = db.session.get_one(Outbox, row_id)
            if row.cancelled_at is None:
                handlers[row.kind](row, at)
            row.done_at, row.lease_until = at, None
    except Exception as trouble:  # any failure of one row must not stop the others; it is kept on the row and retried
        current_app.logger.exception("outbox row %s failed", row_id)
        return f"{type(trouble).__name__}: {trouble}"[:500]
    return ""


def _postpone(row_id: int, error: str, at: datetime) -> None:
    with transaction(writes=True):
        row = db.session.get_one(Outbox, row_id)
        gap = GAPS[min(row.attempts, len(GAPS)) - 1]
        row.error, row.lease_until, row.not_before = error, None, at + timedelta(minutes=gap)


def deliver(at: datetime, limit: int = 500) -> int:
    """Delivers what is due, at least once each; handlers are idempotent and re-check the state. Returns how many were done."""
    done = 0
    for _ in range(limit):
        row_id = _claim(at)
        db.session.expunge_all()
        if row_id is None:
            break
        error = _attempt(row_id, at)
        db.session.expunge_all()
        if error:
            _postpone(row_id, error, at)
        else:
            done += 1
    return done

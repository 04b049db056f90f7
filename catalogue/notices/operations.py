"""Every write of messages. They are pointers to live rows, so nothing of them needs a history."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catalogue.core.actor import Actor
from catalogue.core.db import db, is_postgresql
from catalogue.core.models import Outbox
from catalogue.notices.models import Message


def tell(row: Outbox, person_ids: list[int], at: datetime) -> None:
    """One message per person, once however often the row is delivered."""
    if not person_ids:
        return
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    told = {
        "kind": row.kind,
        "subject": row.subject,
        "subject_id": row.subject_id,
        "payload": row.payload,
        "key": row.key,
        "made_at": at,
    }
    db.session.execute(
        insert(Message).on_conflict_do_nothing(index_elements=["person_id", "key"]),
        [{"person_id": person_id, **told} for person_id in person_ids],
    )


def mark_read(message: Message, *, at: datetime) -> None:
    """Seen. Again changes nothing."""
    if message.read_at is None:
        message.read_at = at
        db.session.flush()


def mark_all_read(by: Actor, *, at: datetime) -> int:
    """Everything of this person's inbox is seen; returns how many were not."""
    done = db.session.execute(
        sa.update(Message).where(Message.person_id == by.person_id, Message.read_at.is_(None)).values(read_at=at),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # CursorResult for an UPDATE, typed as Result

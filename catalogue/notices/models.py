"""The inbox: what happened, for whom. Text is rendered from live rows when it is read, so nothing stale or erased is shown."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.core.db import Base, key, reference, text


class Message(Base):
    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "key"),
        sa.Index("ix_message_inbox", "person_id", "id"),
        sa.Index(
            "ix_message_unread",
            "person_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    person_id: Mapped[int] = reference("person", index=False)
    kind: Mapped[str] = text(60)
    subject: Mapped[str] = text(40)
    subject_id: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    key: Mapped[str] = text(200)  # what makes it one message however often the job runs
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

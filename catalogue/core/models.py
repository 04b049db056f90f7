"""Tables every feature shares: numbers, audit chain, outbox, runs of periodic work, idempotency keys."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.core.db import Base, key, reference, text


class RunningNumber(Base):
    """The last number given out, by district, kind and year: numbers are unique, never reused, gaps allowed."""

    __tablename__ = "running_number"

    district_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = text(20, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class AuditHead(Base):
    """The newest row of one chain (district 0 is the city's own): locked last in a transaction, so sequence is order."""

    __tablename__ = "audit_head"

    district_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = text(64, default="")


class Audit(Base):
    """One act, append-only, chained by keyed hash. Ids, states and field names only: never a name, a phone or free words."""

    __tablename__ = "audit"
    __table_args__ = (
        sa.UniqueConstraint("district_id", "sequence"),
        sa.Index("ix_audit_subject", "subject", "subject_id"),
        sa.Index("ix_audit_person_id_at", "person_id", "at"),
    )

    id: Mapped[int] = key()
    district_id: Mapped[int]
    sequence: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = text(20)
    person_id: Mapped[int | None]
    actor: Mapped[str] = text(60)
    acting_for_id: Mapped[int | None]
    action: Mapped[str] = text(40)
    subject: Mapped[str] = text(40)
    subject_id: Mapped[int]
    from_state: Mapped[str] = text(30, default="")
    to_state: Mapped[str] = text(30, default="")
    code: Mapped[str] = text(60, default="")
    fields: Mapped[str] = text(1000, default="")
    request_id: Mapped[str] = text(40, default="")
    previous_hash: Mapped[str] = text(64)
    hash: Mapped[str] = text(64)


class AuditCheckpoint(Base):
    """A signed word of what a chain's row was: every night, every thousand rows, and where rows were purged past their retention.

    Verification starts after the newest purge; every other checkpoint must fit the row it names.
    """

    __tablename__ = "audit_checkpoint"
    __table_args__ = (sa.Index("ix_audit_checkpoint_district_id_sequence", "district_id", "sequence"),)

    id: Mapped[int] = key()
    district_id: Mapped[int]
    sequence: Mapped[int]
    hash: Mapped[str] = text(64)
    at: Mapped[datetime]
    purged: Mapped[bool] = mapped_column(default=False)
    signature: Mapped[str] = text(64)


class Outbox(Base):
    """Work that leaves the transaction: the row is the truth, the queue only wakes somebody up."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index(
            "ix_outbox_due",
            "not_before",
            "id",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
        sa.Index("ix_outbox_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = text(60)
    subject: Mapped[str] = text(40)
    subject_id: Mapped[int]
    district_id: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    key: Mapped[str] = text(200, unique=True)
    made_at: Mapped[datetime]
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    error: Mapped[str] = text(500, default="")


class Run(Base):
    """One run of periodic work: the unique (name, minute) keeps two consumers from doing it twice."""

    __tablename__ = "run"

    name: Mapped[str] = text(40, primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    done_at: Mapped[datetime | None]
    error: Mapped[str] = text(500, default="")


class IdempotencyKey(Base):
    """The first answer to a POST with an Idempotency-Key (or a form's hidden one-time key), given again to every repeat."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.UniqueConstraint("owner", "key"),)

    id: Mapped[int] = key()
    owner: Mapped[str] = text(60)
    key: Mapped[str] = text(80)
    body_hash: Mapped[str] = text(64)
    status: Mapped[int]
    location: Mapped[str] = text(300, default="")
    etag: Mapped[str] = text(40, default="")
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    made_at: Mapped[datetime]


class History:
    """Mixin of the people-facing history tables: who, for whom, when, from, to, reason, words.

    `owner_id` is the row it belongs to; `subject`/`subject_id` name a part of it (an appointment of a lecturer).
    `changed` holds [old, new] per field for rows without states, so a reader sees what was edited.
    """

    id: Mapped[int] = key()
    at: Mapped[datetime]
    action: Mapped[str] = text(40)
    from_state: Mapped[str] = text(30, default="")
    to_state: Mapped[str] = text(30, default="")
    kind: Mapped[str] = text(20)
    actor: Mapped[str] = text(60)
    subject: Mapped[str] = text(40, default="")
    subject_id: Mapped[int | None]
    code: Mapped[str] = text(60, default="")
    words: Mapped[str] = text(1000, default="")
    changed: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    version: Mapped[int | None]  # of the row after the act: what a stale page missed

    person_id: Mapped[int | None] = reference("person", index=False)
    acting_for_id: Mapped[int | None] = reference("organisation", index=False)


class Living:
    """What core.changes needs of a row: identity, version, and the table its history goes to (`state` when it has a life)."""

    history: ClassVar[type[Any]]
    if TYPE_CHECKING:
        __tablename__: str
        id: Mapped[int]
        version: Mapped[int]
        state: Mapped[Any]


class Scoped:
    """Mixin of business rows: where the row belonged when it was made (scope, figures, later partitioning)."""

    district_id: Mapped[int] = reference("organisation")
    town_id: Mapped[int | None] = reference("organisation")
    organisation_id: Mapped[int] = reference("organisation")


def dump(row: Base) -> dict[str, Any]:
    """Every loaded column of a row by name, for tests and the audit verifier."""
    return {a.key: getattr(row, a.key) for a in orm.object_mapper(row).column_attrs}

"""Who is busy when, and which days are working days. The database itself forbids the double booking."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.core.db import Base, key, reference, text


class HoldKind(StrEnum):
    LECTURER = "lecturer"
    VENUE = "venue"
    ORGANISATION = "organisation"


class Hold(Base):
    """One resource is busy for [busy_from, busy_until). No two active rows of one resource overlap: an exclusion constraint
    on PostgreSQL, triggers on SQLite (migration 0001). A lecturer's span ends with the set-up, never includes travel:
    travel is a rule between two lessons, checked under the lecturer's lock by calendar.operations, the only writer.
    """

    __tablename__ = "hold"
    __table_args__ = (
        sa.CheckConstraint("busy_until > busy_from", name="span"),
        sa.Index("ix_hold_resource", "kind", "resource_id", "busy_from", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")),
        sa.Index("ix_hold_for", "held_for", "held_for_id"),
        sa.Index("ix_hold_busy_from", "busy_from", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")),
    )  # fmt: skip

    id: Mapped[int] = key()
    kind: Mapped[HoldKind]
    resource_id: Mapped[int]
    district_id: Mapped[int] = reference("organisation", index=False)
    busy_from: Mapped[datetime]
    busy_until: Mapped[datetime]
    teach_until: Mapped[datetime]  # the lesson's own end, without set-up
    latitude: Mapped[float | None]  # where the lecturer is then; NULL online or unknown: no journey
    longitude: Mapped[float | None]
    held_for: Mapped[str] = text(20)  # dispatch | offer | lesson
    held_for_id: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime]
    freed_at: Mapped[datetime | None]


class DayKind(StrEnum):
    WORKDAY = "workday"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"


class CalendarDay(Base):
    """A day that differs from what the holiday library says, or that it does not know yet; set by the system administrator."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind]
    name: Mapped[str] = text(30)
    set_at: Mapped[datetime]

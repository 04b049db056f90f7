"""Everything that needs a lecturer is an order; its windows are what the planner lives on."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.accounts.models import Person
from catalogue.core.db import Base, key, reference, text, version_column
from catalogue.core.models import History, Living, Scoped
from catalogue.courses.models import Course, CourseVersion, EditionItem
from catalogue.lecturers.models import Lecturer
from catalogue.orders.states import OPEN, State
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue


class Origin(StrEnum):
    COMMITTEE = "committee"
    ON_BEHALF = "on_behalf"
    PUSH = "push"  # 配送, with the committee's consent
    PROGRAMME = "programme"
    TOUR = "tour"
    WAITING_LIST = "waiting_list"


class Place(StrEnum):
    OWN_ROOM = "own_room"
    VENUE = "venue"  # the one named in venue_id
    ANY_VENUE = "any_venue"  # whichever suits, within the radius
    ONLINE = "online"


class Order(Living, Scoped, Base):
    """One wish for one lesson. A draft may be incomplete; from `submitted` on the constraints hold."""

    __tablename__ = "order"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "key"),
        sa.CheckConstraint("expected IS NULL OR expected BETWEEN 1 AND 5000", name="expected"),
        sa.CheckConstraint("state IN ('draft', 'cancelled') OR number IS NOT NULL", name="numbered"),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR (expected IS NOT NULL AND edition_item_id IS NOT NULL)", name="complete"
        ),
        sa.Index("ix_order_mine", "organisation_id", "id"),
        sa.Index("ix_order_queue", "district_id", "state", "id"),
        sa.Index("ix_order_town_queue", "town_id", "state", "id"),
        sa.Index("ix_order_course_organisation", "course_id", "organisation_id"),
    )

    id: Mapped[int] = key()
    number: Mapped[str | None] = text(20, unique=True)
    state: Mapped[State]
    origin: Mapped[Origin]
    key: Mapped[str] = text(64)  # the form's hidden one-time key: a double click is one order
    course_id: Mapped[int] = reference("course", index=False)
    course_version_id: Mapped[int] = reference("course_version", index=False)
    edition_item_id: Mapped[int | None] = reference("edition_item")
    corps_id: Mapped[int | None] = reference("corps", index=False)  # asked of a corps: its leader names the member
    audience_code: Mapped[str | None] = mapped_column(sa.String(30), sa.ForeignKey("audience.code"))
    expected: Mapped[int | None]
    place: Mapped[Place] = mapped_column(default=Place.OWN_ROOM)
    venue_id: Mapped[int | None] = reference("venue")
    online_too: Mapped[bool] = mapped_column(default=False)  # would also take it online
    need: Mapped[str] = text(1000, default="")
    preferred_lecturer_id: Mapped[int | None] = reference("lecturer", index=False)
    contact: Mapped[str] = text(40, default="")
    telephone: Mapped[str] = text(30, default="")
    pattern: Mapped[str] = text(200, default="")  # what was said: 周二或周四晚上，3月内任意
    priority: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int | None] = reference("person", index=False)
    made_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = reference("person", index=False)
    submitted_at: Mapped[datetime | None]
    check_by: Mapped[datetime | None]  # the town's deadline, fixed when it was submitted
    checked_by_id: Mapped[int | None] = reference("person", index=False)
    checked_at: Mapped[datetime | None]
    assigned_to_id: Mapped[int | None] = reference("person")
    call_back_until: Mapped[datetime | None]
    quota_reason: Mapped[str] = text(200, default="")  # why an administrator let it pass the quota
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(foreign_keys="Order.organisation_id", lazy="raise")
    course: Mapped[Course] = relationship(lazy="raise")
    course_version: Mapped[CourseVersion] = relationship(lazy="raise")
    edition_item: Mapped[EditionItem | None] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")
    preferred_lecturer: Mapped[Lecturer | None] = relationship(lazy="raise")
    assigned_to: Mapped[Person | None] = relationship(foreign_keys=[assigned_to_id], lazy="raise")
    windows: Mapped[list["OrderWindow"]] = relationship(
        back_populates="order", order_by="OrderWindow.rank", lazy="raise"
    )

    @property
    def named_at(self) -> datetime | None:
        """The instant whose name of its organisation holds: when it was handed in, or None, today, while one that has merged waits for the lesson."""
        waits = self.state in OPEN and self.organisation.ended_on is not None
        return None if waits else self.submitted_at or self.made_at


class OrderHistory(History, Base):
    __tablename__ = "order_history"
    owner_id: Mapped[int] = reference("order")


Order.history = OrderHistory


class OrderWindow(Base):
    """One possible time, best first: the lesson lies inside [starts_at, ends_at)."""

    __tablename__ = "order_window"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "rank"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("rank BETWEEN 1 AND 200", name="rank"),
    )

    id: Mapped[int] = key()
    order_id: Mapped[int] = reference("order", index=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    rank: Mapped[int]

    order: Mapped[Order] = relationship(back_populates="windows", lazy="raise")


class OrderNote(Base):
    """An internal note: seen by the side that wrote it (level of the writer's role), never by the other."""

    __tablename__ = "order_note"

    id: Mapped[int] = key()
    order_id: Mapped[int] = reference("order")
    side: Mapped[str] = text(10)  # committee | town | district
    words: Mapped[str] = text(1000)
    by_id: Mapped[int] = reference("person", index=False)
    made_at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="raise")

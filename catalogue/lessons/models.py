"""The lesson (场次 once delivered), who comes, who teaches, who was there, and moves (改期)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.accounts.models import Person
from catalogue.core.db import Base, key, reference, text, version_column
from catalogue.core.models import History, Living, Scoped
from catalogue.courses.models import Course, CourseVersion
from catalogue.dispatch.models import Dispatch, TeachMode
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.states import MoveState, State
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue


class MissedBy(StrEnum):
    LECTURER = "lecturer"
    COMMITTEE = "committee"


class Lesson(Living, Scoped, Base):
    """organisation_id is the host committee."""

    __tablename__ = "lesson"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("state <> 'missed' OR missed_by IS NOT NULL", name="missed_by"),
        sa.Index("ix_lesson_district_starts", "district_id", "starts_at", "id"),
        sa.Index("ix_lesson_state_ends", "state", "ends_at"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = text(20, unique=True)
    state: Mapped[State]
    dispatch_id: Mapped[int] = reference("dispatch", unique=True, index=False)
    course_id: Mapped[int] = reference("course")
    course_version_id: Mapped[int] = reference("course_version", index=False)
    venue_id: Mapped[int | None] = reference("venue")
    teach_mode: Mapped[TeachMode]
    online_link: Mapped[str] = text(300, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancel_free_until: Mapped[datetime]
    missed_by: Mapped[MissedBy | None]
    reason: Mapped[str] = text(200, default="")
    delivered_at: Mapped[datetime | None]
    late_cancel: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(foreign_keys="Lesson.organisation_id", lazy="raise")
    dispatch: Mapped[Dispatch] = relationship(lazy="raise")
    course: Mapped[Course] = relationship(lazy="raise")
    course_version: Mapped[CourseVersion] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")
    orders: Mapped[list["LessonOrder"]] = relationship(back_populates="lesson", order_by="LessonOrder.id", lazy="raise")
    lecturers: Mapped[list["LessonLecturer"]] = relationship(
        back_populates="lesson", order_by="LessonLecturer.seat", lazy="raise"
    )
    parties: Mapped[list["LessonParty"]] = relationship(
        back_populates="lesson", order_by="LessonParty.id", lazy="raise"
    )


class LessonHistory(History, Base):
    __tablename__ = "lesson_history"
    owner_id: Mapped[int] = reference("lesson")


Lesson.history = LessonHistory


class LessonOrder(Base):
    __tablename__ = "lesson_order"
    __table_args__ = (sa.UniqueConstraint("lesson_id", "order_id"),)

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    order_id: Mapped[int] = reference("order")

    lesson: Mapped[Lesson] = relationship(back_populates="orders", lazy="raise")
    order: Mapped[Order] = relationship(lazy="raise")


class LessonLecturer(Base):
    """Who teaches which seat. After a move `confirmed_at` is empty until the lecturer says yes to the new time."""

    __tablename__ = "lesson_lecturer"
    __table_args__ = (
        sa.Index("uq_lesson_lecturer_seat", "lesson_id", "seat", unique=True, sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")),
        sa.Index("ix_lesson_lecturer_lecturer", "lecturer_id", "lesson_id"),
    )  # fmt: skip

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    lecturer_id: Mapped[int] = reference("lecturer", index=False)
    offer_id: Mapped[int | None] = reference("offer", index=False)
    seat: Mapped[int] = mapped_column(default=1)
    confirm_by: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    link_hash: Mapped[str | None] = text(64, unique=True)  # answer link for a move
    left_at: Mapped[datetime | None]

    lesson: Mapped[Lesson] = relationship(back_populates="lecturers", lazy="raise")
    lecturer: Mapped[Lecturer] = relationship(lazy="raise")


class LessonParty(Base):
    """One organisation that comes to a lesson: by which order, how many expected, how many counted without names."""

    __tablename__ = "lesson_party"
    __table_args__ = (
        sa.UniqueConstraint("lesson_id", "organisation_id"),
        sa.CheckConstraint("head_count BETWEEN 0 AND 5000 AND online_count BETWEEN 0 AND 5000", name="counts"),
    )

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    organisation_id: Mapped[int] = reference("organisation")
    order_id: Mapped[int | None] = reference("order")
    expected: Mapped[int]
    head_count: Mapped[int] = mapped_column(default=0)
    online_count: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime | None]

    lesson: Mapped[Lesson] = relationship(back_populates="parties", lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


class AttendanceState(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    ON_LEAVE = "on_leave"


class Attendance(Base):
    """One person at one lesson. A correction is a new row naming the one it replaces, with a reason; rows are never edited."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.Index("uq_attendance_current", "lesson_id", "person_id", unique=True, sqlite_where=sa.text("replaced_at IS NULL"), postgresql_where=sa.text("replaced_at IS NULL")),
        sa.CheckConstraint("replaces_id IS NULL OR reason <> ''", name="correction_has_reason"),
    )  # fmt: skip

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    party_id: Mapped[int] = reference("lesson_party")
    person_id: Mapped[int] = reference("person")
    online: Mapped[bool] = mapped_column(default=False)
    presence: Mapped[AttendanceState]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = reference("person", index=False)
    replaces_id: Mapped[int | None] = reference("attendance", unique=True, index=False)
    replaced_at: Mapped[datetime | None]
    reason: Mapped[str] = text(200, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise")


class Move(Living, Scoped, Base):
    """改期: committee or lecturer asks for other times with a reason; done in one transaction, the old time stays in the history."""

    __tablename__ = "move"
    __table_args__ = (
        sa.Index(
            "uq_move_open",
            "lesson_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_move_queue", "district_id", "state", "id"),
    )

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    state: Mapped[MoveState]
    asked_by_side: Mapped[MissedBy]  # committee or lecturer
    reason: Mapped[str] = text(200)
    windows: Mapped[list[Any]] = mapped_column(
        sa.JSON, default=list
    )  # [[starts_at, ends_at], …] in ISO form, best first
    made_at: Mapped[datetime]
    answer: Mapped[str] = text(200, default="")
    old_starts_at: Mapped[datetime]
    new_starts_at: Mapped[datetime | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    lesson: Mapped[Lesson] = relationship(lazy="raise")


class MoveHistory(History, Base):
    __tablename__ = "move_history"
    owner_id: Mapped[int] = reference("move")


Move.history = MoveHistory


class CalendarFeed(Base):
    """An address under which a calendar program reads somebody's lessons; the table holds its hash. One in force per account."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        sa.Index("uq_calendar_feed_in_force", "account_id", unique=True, sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = key()
    account_id: Mapped[int] = reference("account", index=False)
    key_hash: Mapped[str] = text(64, unique=True)
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # the last time a program asked, to the hour
    ended_at: Mapped[datetime | None]

"""评单: one per committee and lesson; and the lecturer's own report of the lesson."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from catalogue.core.db import Base, key, reference, text, version_column
from catalogue.core.models import History, Living, Scoped
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import Lesson
from catalogue.organisations.models import Organisation
from catalogue.ratings.states import State

_SCALE = "{0} IS NULL OR {0} BETWEEN 1 AND 5"


class Rating(Living, Scoped, Base):
    """Three scales of 5 and words. organisation_id is the committee that rates."""

    __tablename__ = "rating"
    __table_args__ = (
        sa.UniqueConstraint("lesson_id", "organisation_id"),
        sa.CheckConstraint(_SCALE.format("content"), name="content"),
        sa.CheckConstraint(_SCALE.format("delivery"), name="delivery"),
        sa.CheckConstraint(_SCALE.format("usefulness"), name="usefulness"),
        sa.CheckConstraint(
            "state <> 'given' OR (content IS NOT NULL AND delivery IS NOT NULL AND usefulness IS NOT NULL AND given_at IS NOT NULL)",
            name="whole_when_given",
        ),
        sa.Index("ix_rating_deadline", "state", "rate_by"),
    )

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    course_id: Mapped[int] = reference("course")
    order_id: Mapped[int | None] = reference("order")
    state: Mapped[State]
    rate_by: Mapped[datetime]
    content: Mapped[int | None]
    delivery: Mapped[int | None]
    usefulness: Mapped[int | None]
    words: Mapped[str] = text(500, default="")
    given_by_id: Mapped[int | None] = reference("person", index=False)
    given_at: Mapped[datetime | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    lesson: Mapped[Lesson] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(foreign_keys="Rating.organisation_id", lazy="raise")


class RatingHistory(History, Base):
    __tablename__ = "rating_history"
    owner_id: Mapped[int] = reference("rating")


Rating.history = RatingHistory


class LecturerReport(Base):
    """The lecturer's own account: what was taught, how it went, what the committee should follow up."""

    __tablename__ = "lecturer_report"
    __table_args__ = (sa.UniqueConstraint("lesson_id", "lecturer_id"),)

    id: Mapped[int] = key()
    lesson_id: Mapped[int] = reference("lesson", index=False)
    lecturer_id: Mapped[int] = reference("lecturer")
    district_id: Mapped[int] = reference("organisation", index=False)
    words: Mapped[str] = text(1000)
    minutes_taught: Mapped[int | None]
    made_at: Mapped[datetime]

    lecturer: Mapped[Lecturer] = relationship(lazy="raise")

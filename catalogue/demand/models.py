"""What committees ask for and the menu cannot give: a gap the academy sees and fills."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.core.db import Base, SortKey, key, reference, text, version_column
from catalogue.core.models import History, Living, Scoped
from catalogue.courses.models import Course
from catalogue.demand.states import GapState
from catalogue.organisations.models import Organisation


class Lack(StrEnum):
    COURSE = "course"
    LECTURER = "lecturer"
    VENUE = "venue"
    TIME = "time"


class Gap(Living, Scoped, Base):
    """One unmet wish: whose, in which words, and which resource was missing."""

    __tablename__ = "gap"
    __table_args__ = (sa.Index("ix_gap_district_state", "district_id", "state", "made_at"),)

    id: Mapped[int] = key()
    state: Mapped[GapState]
    lack: Mapped[Lack]
    course_id: Mapped[int | None] = reference("course")
    order_id: Mapped[int | None] = reference("order")
    words: Mapped[str] = text(500)
    sort_key: Mapped[str] = mapped_column(
        SortKey, default=""
    )  # of the words: the same wish said alike by several committees
    answer: Mapped[str] = text(500, default="")
    answer_course_id: Mapped[int | None] = reference("course", index=False)  # the course that fills it
    made_at: Mapped[datetime]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(foreign_keys="Gap.organisation_id", lazy="raise")
    course: Mapped[Course | None] = relationship(foreign_keys=[course_id], lazy="raise")
    answer_course: Mapped[Course | None] = relationship(foreign_keys=[answer_course_id], lazy="raise")


class GapHistory(History, Base):
    __tablename__ = "gap_history"
    owner_id: Mapped[int] = reference("gap")


Gap.history = GapHistory

"""What committees ask for and the menu cannot give: a gap the academy sees and fills."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from catalogue.core.db import Base, key, reference, text, version_column
from catalogue.core.models import History, Living, Scoped
from catalogue.demand.states import GapState


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
    answer: Mapped[str] = text(500, default="")
    made_at: Mapped[datetime]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}


class GapHistory(History, Base):
    __tablename__ = "gap_history"
    owner_id: Mapped[int] = reference("gap")


Gap.history = GapHistory

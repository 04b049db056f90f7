"""Derived figures the menu reads: who is free when. Rebuilt from holds, hours and appointments at any time (a test does)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.core.clock import HalfDay
from catalogue.core.db import Base, reference


class CourseAvailability(Base):
    """How many qualified, appointed lecturers could come to a town on a half-day for a course."""

    __tablename__ = "course_availability"
    __table_args__ = (sa.Index("ix_course_availability_soonest", "town_id", "day", "half_day", "course_id"),)

    course_id: Mapped[int] = reference("course", index=False, primary_key=True)
    town_id: Mapped[int] = reference("organisation", index=False, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    half_day: Mapped[HalfDay] = mapped_column(primary_key=True)
    lecturers: Mapped[int]

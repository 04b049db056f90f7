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


class CourseSoonest(Base):
    """The first half-day one could really get a course in a place (a town, or a district: the first of its towns), lead time
    and the edition's teaching window respected. `slot` is three times the day's ordinal plus the half-day (0 to 2), so it sorts;
    FULL: nobody is free any more; CLOSED: no edition offers the course now.
    """

    __tablename__ = "course_soonest"
    __table_args__ = (sa.Index("ix_course_soonest_place_slot", "place_id", "slot", "course_id"),)

    course_id: Mapped[int] = reference("course", index=False, primary_key=True)
    place_id: Mapped[int] = reference("organisation", index=False, primary_key=True)
    slot: Mapped[int]


FULL, CLOSED = 9_000_000, 9_000_001

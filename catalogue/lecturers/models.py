"""A lecturer is one row in the city; an appointment binds lecturer × issuing organisation × term × scope."""

from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.accounts.models import Person
from catalogue.core.clock import HalfDay
from catalogue.core.db import Base, SortKey, key, reference, text, version_column
from catalogue.core.models import History, Living
from catalogue.courses.models import Course


class LecturerKind(StrEnum):
    FULL_TIME = "full_time"
    SPECIAL = "special"


class Source(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"


class TitleTier(StrEnum):
    NONE = "none"
    INTERMEDIATE = "intermediate"
    ASSOCIATE = "associate"  # 副高
    FULL = "full"  # 正高
    ACADEMICIAN = "academician"  # 院士/全国知名专家


class Lecturer(Living, Base):
    __tablename__ = "lecturer"
    __table_args__ = (
        sa.CheckConstraint("(home_latitude IS NULL) = (home_longitude IS NULL)", name="whole_home"),
        sa.CheckConstraint(
            "home_latitude IS NULL OR (home_latitude BETWEEN -90 AND 90 AND home_longitude BETWEEN -180 AND 180)",
            name="home",
        ),
        sa.CheckConstraint("radius_km IS NULL OR radius_km BETWEEN 1 AND 200", name="radius_km"),
        sa.CheckConstraint(
            "max_half_days_per_day IS NULL OR max_half_days_per_day BETWEEN 1 AND 3", name="max_half_days_per_day"
        ),
        sa.CheckConstraint("max_per_month IS NULL OR max_per_month BETWEEN 0 AND 93", name="max_per_month"),
        sa.Index("ix_lecturer_district_sort", "district_id", "sort_key", "id"),
    )

    id: Mapped[int] = key()
    person_id: Mapped[int] = reference("person", unique=True, index=False)
    district_id: Mapped[int] = reference("organisation", index=False)  # whose academy keeps the row
    kind: Mapped[LecturerKind]
    source: Mapped[Source]
    title_tier: Mapped[TitleTier]
    title_name: Mapped[str] = text(40, default="")  # the words: 副教授, 高级政工师 …
    display_name: Mapped[str] = text(40)
    sort_key: Mapped[str] = mapped_column(SortKey)
    initials: Mapped[str] = text(40, default="")
    named_in_public: Mapped[bool] = mapped_column(default=False)  # agreed to be named on the public menu
    bio: Mapped[str] = text(500, default="")
    home_place: Mapped[str] = text(60, default="")
    home_latitude: Mapped[float | None]
    home_longitude: Mapped[float | None]
    radius_km: Mapped[int | None]
    teaches_online: Mapped[bool] = mapped_column(default=True)
    max_half_days_per_day: Mapped[int | None]  # None: the district's setting
    max_per_month: Mapped[int | None]
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    person: Mapped[Person] = relationship(lazy="raise")


class LecturerHistory(History, Base):
    __tablename__ = "lecturer_history"
    owner_id: Mapped[int] = reference("lecturer")


Lecturer.history = LecturerHistory


class Qualification(Base):
    """May teach this course from `since` (after the trial lecture 试讲) until `until`, both inclusive."""

    __tablename__ = "qualification"
    __table_args__ = (
        sa.UniqueConstraint("lecturer_id", "course_id", "since"),
        sa.CheckConstraint("until IS NULL OR until >= since", name="span"),
        sa.CheckConstraint("trial_lecture_on IS NULL OR trial_lecture_on <= since", name="after_trial_lecture"),
    )

    id: Mapped[int] = key()
    lecturer_id: Mapped[int] = reference("lecturer", index=False)
    course_id: Mapped[int] = reference("course")
    since: Mapped[date]
    until: Mapped[date | None]
    trial_lecture_on: Mapped[date | None]

    course: Mapped[Course] = relationship(lazy="raise")


class Appointment(Base):
    """聘书: number, issuer, term (days inclusive) and the organisation whose subtree it covers. Of a lecturer or of a corps as a body."""

    __tablename__ = "appointment"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="term"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= starts_on", name="ended"),
        sa.CheckConstraint("(lecturer_id IS NULL) <> (corps_id IS NULL)", name="of_one"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = text(30, unique=True)
    district_id: Mapped[int] = reference("organisation")
    lecturer_id: Mapped[int | None] = reference("lecturer")
    corps_id: Mapped[int | None] = reference("corps")
    issuer_id: Mapped[int] = reference("organisation", index=False)
    scope_id: Mapped[int] = reference("organisation", index=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ended_on: Mapped[date | None]  # ended early, last day in force
    reason: Mapped[str] = text(100, default="")


class WeeklyHours(Base):
    """When a lecturer can come in an ordinary week: weekday (0 = Monday), half-day, local minutes."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        sa.UniqueConstraint("lecturer_id", "weekday", "half_day"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6 AND starts >= 0 AND ends > starts AND ends <= 1440", name="span"),
    )

    id: Mapped[int] = key()
    lecturer_id: Mapped[int] = reference("lecturer", index=False)
    weekday: Mapped[int]
    half_day: Mapped[HalfDay]
    starts: Mapped[int]
    ends: Mapped[int]


class AvailabilityException(Base):
    """A dated exception by half-day: away (free False), or free although the week says otherwise."""

    __tablename__ = "availability_exception"
    __table_args__ = (sa.UniqueConstraint("lecturer_id", "day", "half_day"),)

    id: Mapped[int] = key()
    lecturer_id: Mapped[int] = reference("lecturer", index=False)
    day: Mapped[date]
    half_day: Mapped[HalfDay]
    free: Mapped[bool]
    note: Mapped[str] = text(100, default="")  # private: the lecturer and the district's administrators


class Corps(Living, Base):
    """宣讲团: a body of lecturers under an organisation, with a leader."""

    __tablename__ = "corps"
    __table_args__ = (sa.UniqueConstraint("district_id", "name"),)

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation", index=False)
    organisation_id: Mapped[int] = reference("organisation")
    name: Mapped[str] = text(40)
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}


class CorpsHistory(History, Base):
    __tablename__ = "corps_history"
    owner_id: Mapped[int] = reference("corps")


Corps.history = CorpsHistory


class CorpsRole(StrEnum):
    MEMBER = "member"
    LEADER = "leader"


class CorpsMember(Base):
    __tablename__ = "corps_member"
    __table_args__ = (
        sa.UniqueConstraint("corps_id", "lecturer_id", "joined_on"),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="span"),
        sa.Index(
            "uq_corps_member_in_force",
            "corps_id",
            "lecturer_id",
            unique=True,
            sqlite_where=sa.text("left_on IS NULL"),
            postgresql_where=sa.text("left_on IS NULL"),
        ),
        sa.Index(
            "uq_corps_member_leader",
            "corps_id",
            unique=True,
            sqlite_where=sa.text("role = 'leader' AND left_on IS NULL"),
            postgresql_where=sa.text("role = 'leader' AND left_on IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    corps_id: Mapped[int] = reference("corps", index=False)
    lecturer_id: Mapped[int] = reference("lecturer")
    role: Mapped[CorpsRole] = mapped_column(default=CorpsRole.MEMBER)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]

    lecturer: Mapped[Lecturer] = relationship(lazy="raise")
    corps: Mapped[Corps] = relationship(lazy="raise")

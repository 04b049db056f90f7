"""Courses, their versions and the editions that offer them. What a version says never changes once it was published."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.core.db import Base, SortKey, key, reference, text, version_column
from catalogue.core.models import History, Living
from catalogue.courses.states import OfferMode, State


class Category(Base):
    """The four categories are data (no organisation); a district hangs its own sub-categories below them."""

    __tablename__ = "category"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "label"),)

    id: Mapped[int] = key()
    code: Mapped[str | None] = text(10, unique=True)  # zl sw fg sy: the four
    label: Mapped[str] = text(30)
    parent_id: Mapped[int | None] = reference("category")
    organisation_id: Mapped[int | None] = reference("organisation", index=False)
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]


class CourseForm(Base):
    """Vocabulary: 讲座, 现场教学, 案例教学, 情景党课, 微党课, 研讨, 世界咖啡, 开放空间 …"""

    __tablename__ = "course_form"

    code: Mapped[str] = text(30, primary_key=True)
    label: Mapped[str] = text(30, unique=True)
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]


class Audience(Base):
    """Vocabulary of audience classes: 居村书记、主任, 社区工作者, 党员 …"""

    __tablename__ = "audience"

    code: Mapped[str] = text(30, primary_key=True)
    label: Mapped[str] = text(30, unique=True)
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]


class Equipment(Base):
    """Vocabulary shared by courses (needs) and venues (has): 投影, 音响, 移动桌椅 …"""

    __tablename__ = "equipment"

    code: Mapped[str] = text(30, primary_key=True)
    label: Mapped[str] = text(30, unique=True)
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]


class Series(Base):
    __tablename__ = "series"
    __table_args__ = (sa.UniqueConstraint("district_id", "name"),)

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation", index=False)
    name: Mapped[str] = text(60)
    ended_on: Mapped[date | None]


class Course(Living, Base):
    """One course through all its versions. Search columns are those of the published version (else of the newest)."""

    __tablename__ = "course"
    __table_args__ = (
        sa.Index("ix_course_menu", "on_menu", "district_id", "sort_key", "id"),
        sa.Index("ix_course_soonest", "on_menu", "district_id", "id"),
    )

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation")
    owner_id: Mapped[int] = reference("organisation")
    category_id: Mapped[int] = reference("category")
    subcategory_id: Mapped[int | None] = reference("category", index=False)
    series_id: Mapped[int | None] = reference("series")
    title: Mapped[str] = text(80)
    sort_key: Mapped[str] = mapped_column(SortKey)
    initials: Mapped[str] = text(120, default="")
    tokens: Mapped[str] = mapped_column(
        sa.Text, default=""
    )  # courses.search.tokens_of: title, problem words, tags, summary; initials
    on_menu: Mapped[bool] = mapped_column(default=False)  # published and open to look at: what the menu lists
    orderable: Mapped[bool] = mapped_column(default=True)  # False: classes and programmes shown but not ordered singly
    restricted: Mapped[bool] = mapped_column(default=False)  # absent from the menu, counts and search
    programme_only: Mapped[bool] = mapped_column(default=False)
    premium_on: Mapped[date | None]  # 精品课, by approval
    gold_on: Mapped[date | None]  # 金课, by approval
    offer_mode: Mapped[OfferMode | None]  # how it is offered to lecturers; none: as the district does by default
    corps_id: Mapped[int | None] = reference("corps", index=False)
    source: Mapped[str] = text(60, default="")
    rating_sum: Mapped[int] = mapped_column(
        default=0
    )  # of the given ratings' content+delivery+usefulness, kept by ratings
    rating_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    published: Mapped["CourseVersion | None"] = relationship(
        primaryjoin="and_(Course.id == foreign(CourseVersion.course_id), CourseVersion.state == 'published')",
        viewonly=True, uselist=False, lazy="raise",
    )  # fmt: skip
    category: Mapped[Category] = relationship(foreign_keys=[category_id], lazy="raise")


class CourseHistory(History, Base):
    __tablename__ = "course_history"
    owner_id: Mapped[int] = reference("course")


Course.history = CourseHistory


class CourseVersion(Living, Base):
    """What was promised: title, minutes, outline, audience, size, mode, equipment. Orders keep the version they asked for."""

    __tablename__ = "course_version"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "number"),
        sa.Index("uq_course_version_published", "course_id", unique=True, sqlite_where=sa.text("state = 'published'"), postgresql_where=sa.text("state = 'published'")),
        sa.CheckConstraint("minutes BETWEEN 10 AND 600", name="minutes"),
        sa.CheckConstraint("size_min >= 1 AND size_max >= size_min AND size_max <= 5000", name="size"),
        sa.CheckConstraint("onsite OR venue OR online", name="some_mode"),
        sa.CheckConstraint("lecturers_needed BETWEEN 1 AND 10", name="lecturers_needed"),
    )  # fmt: skip

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation")
    course_id: Mapped[int] = reference("course", index=False)
    number: Mapped[int]
    state: Mapped[State]
    title: Mapped[str] = text(80)
    summary: Mapped[str] = text(500, default="")
    outline: Mapped[str] = text(3000, default="")
    form: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("course_form.code"))
    minutes: Mapped[int]
    size_min: Mapped[int]
    size_max: Mapped[int]
    onsite: Mapped[bool] = mapped_column(default=True)  # 讲师上门: the committee's own place
    venue: Mapped[bool] = mapped_column(default=False)  # 到场地: a teaching point, training room …
    online: Mapped[bool] = mapped_column(default=False)
    lecturers_needed: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int | None] = reference("person", index=False)
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    course: Mapped[Course] = relationship(foreign_keys=[course_id], lazy="raise")
    audiences: Mapped[list[Audience]] = relationship(
        secondary="course_version_audience", order_by="Audience.position", lazy="raise"
    )
    equipment: Mapped[list[Equipment]] = relationship(
        secondary="course_version_equipment", order_by="Equipment.position", lazy="raise"
    )


class CourseVersionHistory(History, Base):
    __tablename__ = "course_version_history"
    owner_id: Mapped[int] = reference("course_version")


CourseVersion.history = CourseVersionHistory


class CourseVersionAudience(Base):
    __tablename__ = "course_version_audience"

    course_version_id: Mapped[int] = reference("course_version", index=False, primary_key=True)
    audience_code: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("audience.code"), primary_key=True)


class CourseVersionEquipment(Base):
    __tablename__ = "course_version_equipment"

    course_version_id: Mapped[int] = reference("course_version", index=False, primary_key=True)
    equipment_code: Mapped[str] = mapped_column(sa.String(30), sa.ForeignKey("equipment.code"), primary_key=True)


class CourseTag(Base):
    __tablename__ = "course_tag"

    course_id: Mapped[int] = reference("course", index=False, primary_key=True)
    tag: Mapped[str] = text(30, primary_key=True)


class CourseProblem(Base):
    """Words a committee would use for the trouble this course helps with: 停车难, 漏水 …"""

    __tablename__ = "course_problem"
    __table_args__ = (sa.Index("ix_course_problem_words", "words"),)

    course_id: Mapped[int] = reference("course", index=False, primary_key=True)
    words: Mapped[str] = text(30, primary_key=True)


class CourseOffer(Base):
    """offered_to: organisations whose subtree may order it; no row means the owner's district."""

    __tablename__ = "course_offer"

    course_id: Mapped[int] = reference("course", index=False, primary_key=True)
    organisation_id: Mapped[int] = reference("organisation", index=True, primary_key=True)


class Edition(Living, Base):
    """A menu for one quarter or season: when one may order from it and when its lessons are taught (days, inclusive)."""

    __tablename__ = "edition"
    __table_args__ = (
        sa.CheckConstraint(
            "order_until >= order_from AND teach_until >= teach_from AND teach_until >= order_from", name="spans"
        ),
        sa.UniqueConstraint("organisation_id", "name"),
    )

    id: Mapped[int] = key()
    district_id: Mapped[int] = reference("organisation")
    organisation_id: Mapped[int] = reference("organisation", index=False)
    name: Mapped[str] = text(40)
    order_from: Mapped[date]
    order_until: Mapped[date]
    teach_from: Mapped[date]
    teach_until: Mapped[date]
    published_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}


class EditionHistory(History, Base):
    __tablename__ = "edition_history"
    owner_id: Mapped[int] = reference("edition")


Edition.history = EditionHistory


class EditionItem(Base):
    """A course version on an edition's menu, with its own limit of lessons (None: no limit)."""

    __tablename__ = "edition_item"
    __table_args__ = (sa.UniqueConstraint("edition_id", "course_version_id"),)

    id: Mapped[int] = key()
    edition_id: Mapped[int] = reference("edition", index=False)
    course_id: Mapped[int] = reference("course")
    course_version_id: Mapped[int] = reference("course_version")
    limit: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]

    edition: Mapped[Edition] = relationship(lazy="raise")
    course_version: Mapped[CourseVersion] = relationship(lazy="raise")

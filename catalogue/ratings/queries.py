"""Ratings to give, ratings given, and averages that never come without their n."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.db import db
from catalogue.core.paging import Page, paged
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.organisations.queries import SEES_ROWS, in_scope, one
from catalogue.ratings.models import LecturerReport, Rating
from catalogue.ratings.states import State

_WHOLE = (
    joinedload(Rating.lesson).joinedload(Lesson.course_version),
    joinedload(Rating.lesson).joinedload(Lesson.venue),
    joinedload(Rating.lesson).joinedload(Lesson.organisation),
    joinedload(Rating.organisation),
    joinedload(Rating.lesson).selectinload(Lesson.lecturers).joinedload(LessonLecturer.lecturer),
)


@dataclass(frozen=True)
class Average:
    """Three means of 1 to 5 and how many ratings they stand on. n = 0: no means."""

    n: int
    content: float | None
    delivery: float | None
    usefulness: float | None

    @property
    def overall(self) -> float | None:
        """The mean of the three scales."""
        if self.content is None or self.delivery is None or self.usefulness is None:
            return None
        return (self.content + self.delivery + self.usefulness) / 3


def seen_by(by: Actor) -> sa.ColumnElement[bool]:
    """Ratings of the actor's scope, and those of lessons they taught themselves."""
    ways: list[sa.ColumnElement[bool]] = []
    if by.kind is Kind.JOB:
        return sa.true()
    if by.lecturer_id is not None:
        ways.append(Rating.lesson_id.in_(_taught(by.lecturer_id)))
    if by.has(*SEES_ROWS):
        ways.append(in_scope(by, Rating))
    return sa.or_(*ways) if ways else sa.false()


def _taught(lecturer_id: int) -> sa.Select[int]:
    seats = sa.select(LessonLecturer.lesson_id)
    return seats.where(LessonLecturer.lecturer_id == lecturer_id, LessonLecturer.left_at.is_(None))


def visible(by: Actor, rating_id: int) -> Rating:
    """One rating in this actor's sight, with its lesson. Raises NotVisible."""
    return one(sa.select(Rating).where(Rating.id == rating_id, seen_by(by)).options(*_WHOLE))


def to_give(by: Actor, at: datetime) -> Sequence[Rating]:
    """Open ratings of the committees this actor writes for, the soonest to lapse first."""
    mine = by.organisations(Role.ORDERER)
    if not mine:
        return ()
    query = sa.select(Rating).where(Rating.state == State.OPEN, Rating.rate_by > at, Rating.organisation_id.in_(mine))
    return db.session.scalars(query.options(*_WHOLE).order_by(Rating.rate_by, Rating.id).limit(50)).all()


def listed(by: Actor, *, state: State | None = None, after: str = "", before: str = "", size: int = 20) -> Page[Rating]:
    """Ratings in sight, newest first; all states unless one is named."""
    query = sa.select(Rating).where(seen_by(by)).options(*_WHOLE)
    if state is not None:
        query = query.where(Rating.state == state)
    return paged(query, [(Rating.id, True)], after=after, before=before, size=size, key_of=lambda rating: (rating.id,))


def average_in_sight(by: Actor) -> Average:
    """The means of what this actor sees, with their n: own lessons for a lecturer, the scope for the others."""
    return _average(seen_by(by))


def of_lesson(lesson_id: int) -> Sequence[Rating]:
    """All ratings of a lesson, for reactions and its page."""
    return db.session.scalars(sa.select(Rating).where(Rating.lesson_id == lesson_id).order_by(Rating.id)).all()


def overdue(at: datetime) -> Sequence[Rating]:
    """Open ratings whose time is over."""
    query = sa.select(Rating).where(Rating.state == State.OPEN, Rating.rate_by <= at).order_by(Rating.id)
    return db.session.scalars(query.options(joinedload(Rating.lesson))).all()


def _average(*conditions: sa.ColumnElement[bool]) -> Average:
    n, content, delivery, usefulness = db.session.execute(
        sa.select(
            sa.func.count(), sa.func.avg(Rating.content), sa.func.avg(Rating.delivery), sa.func.avg(Rating.usefulness)
        ).where(Rating.state == State.GIVEN, *conditions)
    ).one()
    means = [None if mean is None else float(mean) for mean in (content, delivery, usefulness)]
    return Average(n, *means)


def average_of_course(course_id: int) -> Average:
    """What committees said of a course, all its versions."""
    return _average(Rating.course_id == course_id)


def average_of_lecturer(lecturer_id: int) -> Average:
    """What committees said of lessons this lecturer taught."""
    return _average(Rating.lesson_id.in_(_taught(lecturer_id)))


def reports_of(lesson_id: int) -> Sequence[LecturerReport]:
    """The lecturers' own reports of a lesson, with their names."""
    query = (
        sa.select(LecturerReport)
        .where(LecturerReport.lesson_id == lesson_id)
        .options(joinedload(LecturerReport.lecturer))
    )
    return db.session.scalars(query.order_by(LecturerReport.id)).all()

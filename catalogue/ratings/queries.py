"""Ratings to give, ratings given, and averages that never come without their n."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.organisations.queries import SEES_ROWS, in_scope, one
from catalogue.ratings.models import LecturerReport, Rating
from catalogue.ratings.states import State

_WITH_LESSON = joinedload(Rating.lesson).joinedload(Lesson.course_version)


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


def visible(by: Actor, rating_id: int) -> Rating:
    """One rating of the actor's scope, with its lesson. Raises NotVisible."""
    return one(sa.select(Rating).where(Rating.id == rating_id, in_scope(by, Rating)).options(_WITH_LESSON))


def to_give(by: Actor) -> Sequence[Rating]:
    """Open ratings of the actor's committees, the soonest to lapse first."""
    query = sa.select(Rating).where(Rating.state == State.OPEN, Rating.organisation_id.in_(by.organisations(*SEES_ROWS)))
    return db.session.scalars(query.options(_WITH_LESSON).order_by(Rating.rate_by, Rating.id)).all()


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
    taught = sa.select(LessonLecturer.lesson_id).where(
        LessonLecturer.lecturer_id == lecturer_id, LessonLecturer.left_at.is_(None)
    )
    return _average(Rating.lesson_id.in_(taught))


def reports_of(lesson_id: int) -> Sequence[LecturerReport]:
    """The lecturers' own reports of a lesson, with their names."""
    query = sa.select(LecturerReport).where(LecturerReport.lesson_id == lesson_id).options(joinedload(LecturerReport.lecturer))
    return db.session.scalars(query.order_by(LecturerReport.id)).all()

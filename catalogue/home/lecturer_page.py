"""What a lecturer's first page reads: the next lessons, the figures of the year, the own ratings with their n."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from catalogue.core import clock, wording
from catalogue.core.db import db
from catalogue.core.words import _
from catalogue.courses.models import CourseVersion
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.lessons.states import State
from catalogue.organisations.queries import setting
from catalogue.ratings.queries import Average, average_of_lecturer

CREDIT_MINUTES = 45  # 一个学时
COMING = 6


@dataclass(frozen=True)
class Year:
    """Lessons delivered in a calendar year, their credit hours, and what committees said of all lessons so far."""

    lessons: int
    hours: int
    ratings: Average


def _taught(lecturer_id: int) -> sa.Select[int]:
    seats = sa.select(LessonLecturer.lesson_id)
    return seats.where(LessonLecturer.lecturer_id == lecturer_id, LessonLecturer.left_at.is_(None))


def coming(lecturer_id: int, at: datetime) -> Sequence[Lesson]:
    """Lessons of this lecturer still to come, the soonest first."""
    return db.session.scalars(
        sa.select(Lesson)
        .where(Lesson.id.in_(_taught(lecturer_id)), Lesson.state == State.SCHEDULED, Lesson.ends_at > at)
        .options(
            joinedload(Lesson.course_version),
            joinedload(Lesson.organisation),
            joinedload(Lesson.venue),
            selectinload(Lesson.parties),
        )
        .order_by(Lesson.starts_at, Lesson.id)
        .limit(COMING)
    ).all()


def year_of(lecturer_id: int, at: datetime) -> Year:
    """Counted by the day in Shanghai."""
    first = clock.at(date(clock.day_of(at).year, 1, 1), 0)
    n, minutes = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(CourseVersion.minutes), 0))
        .select_from(Lesson)
        .join(CourseVersion, CourseVersion.id == Lesson.course_version_id)
        .where(Lesson.id.in_(_taught(lecturer_id)), Lesson.state == State.DELIVERED, Lesson.starts_at >= first)
    ).one()
    return Year(n, int(minutes) // CREDIT_MINUTES, average_of_lecturer(lecturer_id))


def arrive_at(lesson: Lesson) -> datetime:
    """When to be there: the usual time to set up before it begins."""
    minutes = setting("setup_minutes", lesson.organisation_id, clock.day_of(lesson.starts_at))
    return lesson.starts_at - timedelta(minutes=minutes)


def headline(lesson: Lesson, at: datetime) -> str:
    """后天上午有课"""
    days = (clock.day_of(lesson.starts_at) - clock.day_of(at)).days
    near = {0: _("今天"), 1: _("明天"), 2: _("后天")}.get(days)
    if near is None:
        return _("%(when)s有课", when=wording.half_day_text(lesson.starts_at))
    return _("%(day)s%(half)s有课", day=near, half=wording.half_of(lesson.starts_at))

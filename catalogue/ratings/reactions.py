"""A delivered lesson asks for its ratings."""

from datetime import datetime

import sqlalchemy as sa

from catalogue.core.actor import Actor
from catalogue.lessons import queries as lessons
from catalogue.lessons.events import LessonDelivered
from catalogue.lessons.models import Lesson
from catalogue.organisations.queries import one
from catalogue.ratings import operations


def on_delivered(news: LessonDelivered, *, by: Actor, at: datetime) -> None:
    """Opens one rating per committee of the lesson."""
    lesson = one(sa.select(Lesson).where(Lesson.id == news.lesson_id).options(*lessons.WHOLE))
    operations.open_for(lesson, by=by, at=at)

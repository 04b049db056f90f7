"""The menu hears of courses, editions and lecturers and asks for new figures; the work itself is done by the queue."""

from datetime import datetime

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.courses.events import CourseOffered, CoursePublished, CourseWithdrawn, EditionChanged
from catalogue.courses.models import Course, Edition
from catalogue.lecturers.events import AvailabilityChanged
from catalogue.lecturers.models import Lecturer
from catalogue.menu import operations


def on_course(news: CoursePublished | CourseWithdrawn | CourseOffered, *, by: Actor, at: datetime) -> None:
    course = db.session.get_one(Course, news.course_id)
    operations.appear(course)
    operations.ask("course", course.id, district_id=course.district_id, at=at)


def on_edition(news: EditionChanged, *, by: Actor, at: datetime) -> None:
    edition = db.session.get_one(Edition, news.edition_id)
    operations.ask("edition", edition.id, district_id=edition.district_id, at=at)


def on_lecturer(news: AvailabilityChanged, *, by: Actor, at: datetime) -> None:
    lecturer = db.session.get_one(Lecturer, news.lecturer_id)
    operations.ask("lecturer", lecturer.id, district_id=lecturer.district_id, at=at)

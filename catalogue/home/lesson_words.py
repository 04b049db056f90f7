"""What features to the left show of lessons: on the desk's week, and on a lecturer's first page."""

from collections.abc import Sequence

import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.courses.models import CourseVersion
from catalogue.lessons.models import Lesson
from catalogue.organisations.models import Organisation

_WORDS = (
    sa.select(Lesson.id, Lesson.number, CourseVersion.title, Organisation.name)
    .join(CourseVersion, CourseVersion.id == Lesson.course_version_id)
    .join(Organisation, Organisation.id == Lesson.organisation_id)
    .where(Lesson.id.in_(sa.bindparam("ids", expanding=True)))
)


def words_of(ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Title, committee and URL by id, in one statement."""
    return {
        row.id: (row.title, row.name, f"/lessons/{row.number}")
        for row in db.session.execute(_WORDS, {"ids": list(ids)})
    }

"""Who may rate, and who may see what was said."""

from catalogue.core.actor import Actor, Role
from catalogue.lessons import policy as teaching
from catalogue.lessons.models import Lesson
from catalogue.ratings.models import Rating


def may_give(by: Actor, rating: Rating) -> bool:
    """Staff of the committee that was there. The town may help, but a rating is the committee's own word."""
    return by.holds(Role.ORDERER, organisation_id=rating.organisation_id)


def may_report_for(by: Actor, lesson: Lesson) -> bool:
    """代写: the desk, for a lecturer who told it by telephone."""
    return teaching.runs(by, lesson)


def may_report(by: Actor, lesson: Lesson) -> bool:
    """The lecturers who taught it (lesson.lecturers must be loaded)."""
    return by.lecturer_id is not None and any(
        seat.lecturer_id == by.lecturer_id and seat.left_at is None for seat in lesson.lecturers
    )

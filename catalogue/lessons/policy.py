"""Who may do what with a lesson: (actor, lesson) → bool. The lesson's parties and lecturers must be loaded."""

from catalogue.core.actor import Actor, Kind, Role
from catalogue.lessons.models import Lesson, LessonParty, MissedBy, Move

DESK = (Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)


def runs(by: Actor, lesson: Lesson) -> bool:
    """The district's desk."""
    return by.kind is Kind.JOB or any(
        by.holds(role, organisation_id=None, district_id=lesson.district_id) for role in DESK
    )


def of_committee(by: Actor, lesson: Lesson) -> bool:
    """Staff of a committee that comes to the lesson."""
    return any(by.holds(Role.ORDERER, organisation_id=party.organisation_id) for party in lesson.parties)


def of_town(by: Actor, lesson: Lesson) -> bool:
    return by.holds(Role.TOWN_ADMINISTRATOR, organisation_id=lesson.organisation_id, town_id=lesson.town_id)


def teaches(by: Actor, lesson: Lesson) -> bool:
    """A lecturer of this lesson who has not left it."""
    return by.lecturer_id is not None and any(
        seat.lecturer_id == by.lecturer_id and seat.left_at is None for seat in lesson.lecturers
    )


def may_count(by: Actor, lesson: Lesson) -> bool:
    """Take attendance and say that it was taught: who was there, the town for them, the desk, the lecturer."""
    return of_committee(by, lesson) or of_town(by, lesson) or teaches(by, lesson) or runs(by, lesson)


def may_count_party(by: Actor, lesson: Lesson, party: LessonParty) -> bool:
    """A committee counts its own people; the lecturer, the town and the desk count everybody's."""
    own = by.holds(Role.ORDERER, organisation_id=party.organisation_id)
    return own or of_town(by, lesson) or teaches(by, lesson) or runs(by, lesson)


def may_call_off(by: Actor, lesson: Lesson) -> bool:
    """The host committee (a guest of a joint lesson cancels its own order), its town, the desk."""
    host = by.holds(Role.ORDERER, organisation_id=lesson.organisation_id)
    return host or of_town(by, lesson) or runs(by, lesson)


def may_lose(by: Actor, lesson: Lesson) -> bool:
    """Say that the lecturer cannot come: the lecturer, or the desk for them."""
    return teaches(by, lesson) or runs(by, lesson)


def may_say_missed(by: Actor, lesson: Lesson, who: MissedBy) -> bool:
    """Each side may only say that the other was missing; the town and the desk may say either."""
    other = of_committee if who is MissedBy.LECTURER else teaches
    return other(by, lesson) or of_town(by, lesson) or runs(by, lesson)


def may_ask_move(by: Actor, lesson: Lesson) -> bool:
    return of_committee(by, lesson) or teaches(by, lesson) or of_town(by, lesson) or runs(by, lesson)


def side_of(by: Actor, lesson: Lesson) -> MissedBy | None:
    """The side an actor speaks for; None for town and desk, who say for whom they ask."""
    if teaches(by, lesson):
        return MissedBy.LECTURER
    return MissedBy.COMMITTEE if of_committee(by, lesson) else None


def may_move(by: Actor, lesson: Lesson) -> bool:
    return runs(by, lesson)


def may_withdraw_move(by: Actor, lesson: Lesson, move: Move) -> bool:
    """Who asked may take it back: the same side, or town and desk for it."""
    return side_of(by, lesson) is move.asked_by_side or of_town(by, lesson) or runs(by, lesson)


def may_confirm(by: Actor, lesson: Lesson, lecturer_id: int) -> bool:
    """The lecturer asked; the town and the desk on their behalf (代为)."""
    return by.lecturer_id == lecturer_id or of_town(by, lesson) or runs(by, lesson)


def sees_contacts(by: Actor, lesson: Lesson) -> bool:
    """Telephones of the other side: after acceptance the counterpart, the town and the desk."""
    return may_count(by, lesson)

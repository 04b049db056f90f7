"""Exactly who is told what. A notice that is no longer true is told to nobody: each rule looks at the live row first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from catalogue.core.actor import Role
from catalogue.core.clock import day_of
from catalogue.core.db import db
from catalogue.core.models import Outbox
from catalogue.dispatch import states as dispatches
from catalogue.dispatch.models import CorpsAsk, Dispatch, Offer
from catalogue.duties.models import Duty
from catalogue.lessons import risks
from catalogue.lessons import states as lessons
from catalogue.lessons.models import Lesson, LessonLecturer, MissedBy, Move
from catalogue.lessons.queries import whole
from catalogue.notices.kinds import Kind
from catalogue.notices.queries import holders, leaders, persons_of
from catalogue.orders import states as orders
from catalogue.orders.checkers import checkers
from catalogue.orders.models import Order
from catalogue.ratings import states as ratings
from catalogue.ratings.models import Rating

Persons = set[int]


@dataclass(frozen=True)
class Told:
    """What a rule may look at: the row's payload of ids, and the day whose memberships count."""

    payload: dict[str, Any]
    day: date
    at: datetime


# ── orders ──────────────────────────────────────────────────────────────────────────────────────


def _committee(order: Order, told: Told) -> Persons:
    """The committee's orderers, and whoever handed it in for them."""
    people = holders(Role.ORDERER, [order.organisation_id], told.day)
    return people | ({order.submitted_by_id} if order.submitted_by_id is not None else set())


def _checkers(order: Order, told: Told) -> Persons:
    """Those who may check it: the town's administrators without whoever entered it; when there are none, the district's."""
    return {person.id for person in checkers(order, told.day).people}


def _of_cancelled(order: Order, told: Told) -> Persons:
    """The committee, and whoever was working on it: the town while it checked, the desk after that."""
    if told.payload.get("from_state") in (orders.State.SUBMITTED, orders.State.RETURNED):
        return _committee(order, told) | _checkers(order, told)
    return _committee(order, told) | _desk(order, told)


def _when_order(*states: orders.State, to: Callable[[Order, Told], Persons]) -> Callable[[int, Told], Persons]:
    def rule(order_id: int, told: Told) -> Persons:
        order = db.session.get_one(Order, order_id)
        return to(order, told) if not states or order.state in states else set()

    return rule


# ── dispatches and offers ───────────────────────────────────────────────────────────────────────


def _desk(thing: Any, told: Told) -> Persons:
    return holders(Role.DISPATCHER, [thing.district_id], told.day)


def _proposer(dispatch: Dispatch) -> Persons:
    return {dispatch.proposed_by_id} if dispatch.proposed_by_id is not None else set()


def _approvers(dispatch_id: int, told: Told) -> Persons:
    """Those who may approve: never the one who proposed it."""
    dispatch = db.session.get_one(Dispatch, dispatch_id)
    if dispatch.state is not dispatches.State.PROPOSED:
        return set()
    return holders(Role.APPROVER, [dispatch.district_id], told.day) - _proposer(dispatch)


def _who_proposed(dispatch_id: int, told: Told) -> Persons:
    return _proposer(db.session.get_one(Dispatch, dispatch_id))


def _proposer_and_desk(dispatch_id: int, told: Told) -> Persons:
    dispatch = db.session.get_one(Dispatch, dispatch_id)
    return _proposer(dispatch) | _desk(dispatch, told)


def _asked(*states: dispatches.OfferState) -> Callable[[int, Told], Persons]:
    """The lecturer of an offer, while it stands so."""

    def rule(offer_id: int, told: Told) -> Persons:
        offer = db.session.get_one(Offer, offer_id)
        return persons_of([offer.lecturer_id]) if offer.state in states else set()

    return rule


def _of_withdrawn(offer_id: int, told: Told) -> Persons:
    """The lecturer who had not answered yet; one who had accepted hears of the lesson instead."""
    offer = db.session.get_one(Offer, offer_id)
    gone = offer.state is dispatches.OfferState.WITHDRAWN and offer.answered_at is None
    return persons_of([offer.lecturer_id]) if gone else set()


def _of_unanswered(offer_id: int, told: Told) -> Persons:
    return _proposer_and_desk(db.session.get_one(Offer, offer_id).dispatch_id, told)


def _leader(ask_id: int, told: Told) -> Persons:
    """The leader of the corps on that day, while a member is still to be named."""
    asked = db.session.get_one(CorpsAsk, ask_id)
    return leaders(asked.corps_id, told.day) if asked.state is dispatches.AskState.OPEN else set()


def _desk_of_silence(ask_id: int, told: Told) -> Persons:
    """The desk, while nobody was named after all."""
    asked = db.session.get_one(CorpsAsk, ask_id)
    waits = db.session.get_one(Order, asked.order_id).state is orders.State.APPROVED
    return _desk(asked, told) if waits and asked.state is dispatches.AskState.SILENT else set()


# ── lessons, moves, ratings ─────────────────────────────────────────────────────────────────────


def _sides(lesson: Lesson, told: Told) -> Persons:
    """Both sides: the committees' orderers and the lecturers."""
    return _committees(lesson, told) | _lecturers(lesson)


def _committees(lesson: Lesson, told: Told) -> Persons:
    return holders(Role.ORDERER, [lesson.organisation_id, *(p.organisation_id for p in lesson.parties)], told.day)


def _lecturers(lesson: Lesson) -> Persons:
    return persons_of(seat.lecturer_id for seat in lesson.lecturers if seat.left_at is None)


def _when_lesson(
    *states: lessons.State, desk: bool = False, same_time: bool = False
) -> Callable[[int, Told], Persons]:  # fmt: skip
    """Both sides (and the desk) while the lesson stands so, and at the very time that was meant."""

    def rule(lesson_id: int, told: Told) -> Persons:
        lesson = whole(lesson_id)
        if lesson.state not in states or (same_time and told.payload.get("starts_at") != lesson.starts_at.isoformat()):
            return set()
        return _sides(lesson, told) | (_desk(lesson, told) if desk else set())

    return rule


def _before_lesson(lesson_id: int, told: Told) -> Persons:
    """A reminder that comes too late, or for a time that was moved, says nothing."""
    lesson = whole(lesson_id)
    meant = told.payload.get("starts_at") == lesson.starts_at.isoformat() and told.at < lesson.starts_at
    return _sides(lesson, told) if meant and lesson.state is lessons.State.SCHEDULED else set()


def _of_silence(lesson_id: int, told: Told) -> Persons:
    """Silence after a move is a task for the desk, never a yes."""
    seat = db.session.get(LessonLecturer, told.payload.get("seat"))
    lesson = db.session.get_one(Lesson, lesson_id)
    waits = (
        seat is not None
        and seat.confirmed_at is None
        and seat.left_at is None
        and lesson.state is lessons.State.SCHEDULED
    )
    return _desk(lesson, told) if waits else set()


def _of_risk(lesson_id: int, told: Told) -> Persons:
    """The desk, while it is still so; the lecturer who said it, or whoever closed the room, is not the one to mend it."""
    lesson = db.session.get_one(Lesson, lesson_id)
    still = any(r.why.value == told.payload.get("why") for r in risks.of_lesson(lesson_id, told.at))
    return _desk(lesson, told) if still else set()


def _of_wish(move_id: int, told: Told) -> Persons:
    move = db.session.get_one(Move, move_id)
    return _desk(move, told) if move.state is lessons.MoveState.OPEN else set()


def _who_wished(move_id: int, told: Told) -> Persons:
    move = db.session.get_one(Move, move_id)
    lesson = whole(move.lesson_id)
    return _lecturers(lesson) if move.asked_by_side is MissedBy.LECTURER else _committees(lesson, told)


def _of_rating(rating_id: int, told: Told) -> Persons:
    rating = db.session.get_one(Rating, rating_id)
    return holders(Role.ORDERER, [rating.organisation_id], told.day) if rating.state is ratings.State.OPEN else set()


def _who_taught(rating_id: int, told: Told) -> Persons:
    return _lecturers(whole(db.session.get_one(Rating, rating_id).lesson_id))


def _above(duty_id: int, told: Told) -> Persons:
    """Those to whom a missed duty climbed, while it is still open."""
    duty = db.session.get_one(Duty, duty_id)
    if duty.closed_at is not None or duty.above_role is None or duty.above_place_id is None:
        return set()
    return holders(duty.above_role, [duty.above_place_id], told.day) - {duty.not_person_id}


_OPEN = dispatches.OfferState.OPEN
RULES: dict[Kind, Callable[[int, Told], Persons]] = {
    Kind.ORDER_SUBMITTED: _when_order(orders.State.SUBMITTED, to=_checkers),
    Kind.ORDER_RETURNED: _when_order(orders.State.RETURNED, to=_committee),
    Kind.ORDER_REJECTED: _when_order(orders.State.REJECTED, to=_committee),
    Kind.ORDER_APPROVED: _when_order(to=_committee),
    Kind.ORDER_CANCELLED: _when_order(orders.State.CANCELLED, to=_of_cancelled),
    Kind.ORDER_UNMET: _when_order(orders.State.UNMET, to=_committee),
    Kind.DISPATCH_PROPOSED: _approvers,
    Kind.DISPATCH_APPROVED: _who_proposed,
    Kind.DISPATCH_DISCARDED: _who_proposed,
    Kind.DISPATCH_ENDED: _proposer_and_desk,
    Kind.OFFER_MADE: _asked(_OPEN),
    Kind.OFFER_REMINDER: _asked(_OPEN),
    Kind.OFFER_WITHDRAWN: _of_withdrawn,
    Kind.OFFER_TAKEN: _asked(dispatches.OfferState.TAKEN),
    Kind.OFFER_DECLINED: _of_unanswered,
    Kind.OFFER_EXPIRED: _of_unanswered,
    Kind.CORPS_ASKED: _leader,
    Kind.CORPS_SILENT: _desk_of_silence,
    Kind.LESSON_SCHEDULED: _when_lesson(lessons.State.SCHEDULED),
    Kind.LESSON_REMINDER: _before_lesson,
    Kind.LESSON_MOVED: _when_lesson(lessons.State.SCHEDULED),
    Kind.LESSON_LOST: _when_lesson(lessons.State.CALLED_OFF, desk=True),
    Kind.LESSON_CALLED_OFF: _when_lesson(lessons.State.CALLED_OFF, desk=True),
    Kind.LESSON_MISSED: _when_lesson(lessons.State.MISSED, desk=True),
    Kind.LESSON_UNACCOUNTED: _when_lesson(lessons.State.SCHEDULED, same_time=True),
    Kind.LESSON_AT_RISK: _of_risk,
    Kind.MOVE_ASKED: _of_wish,
    Kind.MOVE_REFUSED: _who_wished,
    Kind.MOVE_UNCONFIRMED: _of_silence,
    Kind.RATING_OPENED: _of_rating,
    Kind.RATING_REMINDER: _of_rating,
    Kind.RATING_GIVEN: _who_taught,
    Kind.DUTY_CLIMBED: _above,
}


def of(row: Outbox, at: datetime) -> list[int]:
    """The persons this row is told to, in order; whoever did it is not told."""
    people = RULES[Kind(row.kind)](row.subject_id, Told(row.payload, day_of(at), at))
    return sorted(people - {row.payload.get("by") or 0})

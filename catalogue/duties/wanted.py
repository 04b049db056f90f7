"""What is owed about a thing as it stands now. Pure of writing: operations compare this with the rows there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar.queries import add_working_days
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.dispatch.models import CorpsAsk, Dispatch, DispatchHistory, DispatchOrder, Offer
from catalogue.dispatch.states import AskState, Mode, OfferState
from catalogue.dispatch.states import State as DispatchState
from catalogue.duties.models import Kind
from catalogue.lecturers.models import CorpsMember, CorpsRole, Lecturer
from catalogue.lessons.models import Lesson, LessonLecturer, Move
from catalogue.lessons.states import MoveState
from catalogue.lessons.states import State as LessonState
from catalogue.orders.checkers import past_town
from catalogue.orders.models import Order, OrderWindow, Origin
from catalogue.orders.states import State as OrderState
from catalogue.organisations.queries import setting
from catalogue.ratings.models import LecturerReport, Rating
from catalogue.ratings.states import State as RatingState

NUDGE = timedelta(days=3)  # before a rating lapses its town sees it too


@dataclass(frozen=True)
class Want:
    """One duty that ought to be there: who owes it, since when, and (asked only when it is new) until when."""

    kind: Kind
    subject_id: int
    district_id: int
    since: datetime
    due: Callable[[], datetime]
    mark: str = ""
    person_id: int | None = None
    role: Role | None = None
    place_id: int | None = None
    not_person_id: int | None = None
    above: tuple[Role, int] | None = None
    climb: timedelta | None = timedelta(0)  # after the deadline (negative: before it); None: it never climbs


def _working_days(name: str, thing: Any, since: datetime) -> Callable[[], datetime]:
    """The end of the office day so many working days (a setting) after `since`."""

    def due() -> datetime:
        days = setting(name, thing.organisation_id, clock.day_of(since))
        return clock.at(add_working_days(clock.day_of(since), days), 18 * 60)

    return due


def _at(instant: datetime) -> Callable[[], datetime]:
    """A deadline that stands already."""
    return lambda: instant


def of_order(order: Order, at: datetime) -> list[Want]:
    """To check it, to answer a question about it, or to send somebody."""
    district = (Role.DISTRICT_ADMINISTRATOR, order.district_id)
    if order.state is OrderState.SUBMITTED:
        own = order.origin is Origin.COMMITTEE  # nobody of the town had a hand in it
        town = order.town_id is not None and (own or order.id not in past_town([order.id], clock.day_of(at)))
        role, place = (Role.TOWN_ADMINISTRATOR, order.town_id) if town else district
        check_by = order.check_by or at
        return [
            Want(
                Kind.CHECK_ORDER, order.id, order.district_id, order.submitted_at or at, _at(check_by), role=role, place_id=place,
                not_person_id=order.submitted_by_id, above=district if town else None,
            )
        ]  # fmt: skip
    if order.state is OrderState.RETURNED:
        above = (Role.TOWN_ADMINISTRATOR, order.town_id) if order.town_id is not None else district
        due = _working_days("returned_days", order, at)
        return [
            Want(
                Kind.ANSWER_RETURN,
                order.id,
                order.district_id,
                at,
                due,
                role=Role.ORDERER,
                place_id=order.organisation_id,
                above=above,
            )
        ]
    if order.state is OrderState.APPROVED and not _is_dispatched(order.id):
        return [_to_send(order, at)]
    return []


def _is_dispatched(order_id: int) -> bool:
    live = sa.select(DispatchOrder.id).where(DispatchOrder.order_id == order_id, DispatchOrder.live)
    return db.session.scalar(live) is not None


def _to_send(order: Order, at: datetime) -> Want:
    desk = (Role.DISPATCHER, order.district_id)
    asked = _asked(order) if order.corps_id is not None else None
    leader = _leader(asked.corps_id, at) if asked is not None else None
    if asked is not None and leader is not None:  # silence goes to the desk by itself, so it does not climb
        due = _at(asked.answer_by)
        return Want(
            Kind.NAME_MEMBER,
            order.id,
            order.district_id,
            asked.asked_at,
            due,
            mark=str(leader),
            person_id=leader,
            climb=None,
        )
    last = (
        sa.select(Dispatch.id, Dispatch.state)
        .join(DispatchOrder, DispatchOrder.dispatch_id == Dispatch.id)
        .where(DispatchOrder.order_id == order.id)
    )
    found = db.session.execute(last.order_by(Dispatch.id.desc()).limit(1)).first()
    again = found is not None and found.state is DispatchState.ENDED and _was_used_up(found.id)
    kind = Kind.DISPATCH_AGAIN if again else Kind.DISPATCH_ORDER
    due = _before_it_is_late(order, at)
    return Want(
        kind,
        order.id,
        order.district_id,
        at,
        due,
        role=desk[0],
        place_id=desk[1],
        above=(Role.DISTRICT_ADMINISTRATOR, order.district_id),
    )


def _was_used_up(dispatch_id: int) -> bool:
    query = sa.select(DispatchHistory.id).where(
        DispatchHistory.owner_id == dispatch_id, DispatchHistory.code == "exhausted"
    )
    return db.session.scalar(query.limit(1)) is not None


BEFORE = -2  # working days before the first time that was asked for


def _before_it_is_late(order: Order, since: datetime) -> Callable[[], datetime]:
    """`dispatch_days`, or two working days before the first possible time when that is sooner; at least until the next working day."""

    def due() -> datetime:
        today = clock.day_of(since)
        first = db.session.scalar(sa.select(sa.func.min(OrderWindow.starts_at)).where(OrderWindow.order_id == order.id))
        days = [add_working_days(today, setting("dispatch_days", order.organisation_id, today))]
        if first is not None:
            days.append(add_working_days(clock.day_of(first), BEFORE))
        return clock.at(max(min(days), add_working_days(today, 1)), 18 * 60)

    return due


def _asked(order: Order) -> Any:
    """The corps' question that is open, if it is."""
    query = sa.select(CorpsAsk.corps_id, CorpsAsk.asked_at, CorpsAsk.answer_by)
    return db.session.execute(query.where(CorpsAsk.order_id == order.id, CorpsAsk.state == AskState.OPEN)).first()


def _leader(corps_id: int, at: datetime) -> int | None:
    day = clock.day_of(at)
    query = (
        sa.select(Lecturer.person_id)
        .join(CorpsMember, CorpsMember.lecturer_id == Lecturer.id)
        .where(
            CorpsMember.corps_id == corps_id, CorpsMember.role == CorpsRole.LEADER, CorpsMember.joined_on <= day,
            sa.or_(CorpsMember.left_on.is_(None), CorpsMember.left_on >= day),
        )
    )  # fmt: skip
    return db.session.scalar(query.limit(1))


def of_dispatch(dispatch: Dispatch, at: datetime) -> list[Want]:
    """A proposal waits for a second person."""
    if dispatch.state is not DispatchState.PROPOSED:
        return []
    due = _working_days("approve_days", dispatch, dispatch.proposed_at)
    above = (Role.DISTRICT_ADMINISTRATOR, dispatch.district_id)
    return [
        Want(
            Kind.APPROVE_DISPATCH, dispatch.id, dispatch.district_id, dispatch.proposed_at, due, role=Role.APPROVER, place_id=dispatch.district_id,
            not_person_id=dispatch.proposed_by_id, above=above,
        )
    ]  # fmt: skip


def of_offer(offer: Offer, at: datetime) -> list[Want]:
    """The lecturer answers; silence is the expiry's business, so it never climbs. An open claim nobody owes an answer."""
    if offer.state is not OfferState.OPEN or db.session.get_one(Dispatch, offer.dispatch_id).mode is Mode.CLAIM:
        return []
    person_id = db.session.scalar(sa.select(Lecturer.person_id).where(Lecturer.id == offer.lecturer_id))
    return [
        Want(
            Kind.ANSWER_OFFER,
            offer.id,
            offer.district_id,
            offer.made_at,
            _at(offer.answer_by),
            person_id=person_id,
            climb=None,
        )
    ]


def of_lesson(lesson: Lesson, at: datetime) -> list[Want]:
    """New times to confirm, how a lesson went, and the lecturers' own accounts."""
    seats = _seats(lesson.id)
    desk = (Role.DISPATCHER, lesson.district_id)
    if lesson.state is LessonState.SCHEDULED:
        unsure = [
            Want(
                Kind.CONFIRM_MOVE, lesson.id, lesson.district_id, at, _at(seat.confirm_by),
                mark=f"{seat.id}:{lesson.starts_at.isoformat()}", person_id=seat.person_id, above=desk,
            )
            for seat in seats
            if seat.confirmed_at is None and seat.confirm_by is not None
        ]  # fmt: skip
        town = (Role.TOWN_ADMINISTRATOR, lesson.town_id) if lesson.town_id is not None else desk
        account = Want(
            Kind.ACCOUNT_LESSON, lesson.id, lesson.district_id, lesson.ends_at, _working_days("account_days", lesson, lesson.ends_at),
            mark=lesson.ends_at.isoformat(), role=Role.ORDERER, place_id=lesson.organisation_id, above=town,
        )  # fmt: skip
        return [*unsure, account]
    if lesson.state is LessonState.DELIVERED:
        written = set(
            db.session.scalars(sa.select(LecturerReport.lecturer_id).where(LecturerReport.lesson_id == lesson.id))
        )
        since = lesson.delivered_at or at
        return [
            Want(
                Kind.WRITE_REPORT, lesson.id, lesson.district_id, since, _working_days("report_days", lesson, since), mark=str(seat.lecturer_id),
                person_id=seat.person_id, above=desk,
            )
            for seat in seats
            if seat.lecturer_id not in written
        ]  # fmt: skip
    return []


def _seats(lesson_id: int) -> Sequence[Any]:
    query = (
        sa.select(
            LessonLecturer.id,
            LessonLecturer.lecturer_id,
            LessonLecturer.confirmed_at,
            LessonLecturer.confirm_by,
            Lecturer.person_id,
        )
        .join(Lecturer, Lecturer.id == LessonLecturer.lecturer_id)
        .where(LessonLecturer.lesson_id == lesson_id, LessonLecturer.left_at.is_(None))
        .order_by(LessonLecturer.seat)
    )
    return db.session.execute(query).all()


def of_move(move: Move, at: datetime) -> list[Want]:
    """The desk decides."""
    if move.state is not MoveState.OPEN:
        return []
    due = _working_days("move_days", move, move.made_at)
    above = (Role.DISTRICT_ADMINISTRATOR, move.district_id)
    return [
        Want(
            Kind.DECIDE_MOVE,
            move.id,
            move.district_id,
            move.made_at,
            due,
            role=Role.DISPATCHER,
            place_id=move.district_id,
            above=above,
        )
    ]


def of_rating(rating: Rating, at: datetime) -> list[Want]:
    """The committee rates; its town sees it in the last three days, after which it lapses."""
    if rating.state is not RatingState.OPEN:
        return []
    above = (Role.TOWN_ADMINISTRATOR, rating.town_id) if rating.town_id is not None else None
    return [
        Want(
            Kind.RATE_LESSON, rating.id, rating.district_id, at, _at(rating.rate_by), role=Role.ORDERER, place_id=rating.organisation_id,
            above=above, climb=-NUDGE,
        )
    ]  # fmt: skip


OF: dict[str, tuple[type[Any], Callable[[Any, datetime], list[Want]]]] = {
    "order": (Order, of_order), "dispatch": (Dispatch, of_dispatch), "offer": (Offer, of_offer), "lesson": (Lesson, of_lesson),
    "move": (Move, of_move), "rating": (Rating, of_rating),
}  # fmt: skip

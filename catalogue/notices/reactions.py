"""News becomes rows of the outbox in the same transaction: ids only. Whoever acted is not told about their own act."""

from datetime import datetime, timedelta
from typing import Any

from catalogue.core import clock, outbox
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db
from catalogue.dispatch import events as dispatching
from catalogue.dispatch.models import CorpsAsk, Dispatch, Offer
from catalogue.dispatch.states import Mode
from catalogue.lessons import events as teaching
from catalogue.lessons.models import Lesson, Move
from catalogue.lessons.queries import whole
from catalogue.notices import queries
from catalogue.notices.kinds import Kind
from catalogue.orders import events as ordering
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.queries import setting
from catalogue.ratings import events as rating
from catalogue.ratings.models import Rating

MORNING = 9 * 60  # reminders of a day arrive at 9:00
RATING_REMINDER = timedelta(days=3)  # before the time for rating is over


def _put(
    kind: Kind, thing: Any, *, by: Actor, at: datetime, mark: object = None, not_before: datetime | None = None, **ids: Any
) -> None:  # fmt: skip
    """One row per thing and version (or `mark`): what happens twice is told twice, what is said twice is told once.

    Who acted is not told now, but is reminded later like everybody else.
    """
    told = thing.version if mark is None else mark
    actor_id = by.person_id if not_before is None else None
    outbox.put(
        kind.value, thing.__tablename__, thing.id, district_id=thing.district_id, at=at,
        key=f"{kind.value}:{thing.id}:{told}", payload={"by": actor_id, **ids}, not_before=not_before,
    )  # fmt: skip


# ── orders ──────────────────────────────────────────────────────────────────────────────────────

_OF_ORDERS: dict[type, Kind] = {
    ordering.OrderSubmitted: Kind.ORDER_SUBMITTED,
    ordering.OrderReturned: Kind.ORDER_RETURNED,
    ordering.OrderRejected: Kind.ORDER_REJECTED,
    ordering.OrderApproved: Kind.ORDER_APPROVED,
    ordering.OrderUnmet: Kind.ORDER_UNMET,
}


def on_order(news: Any, *, by: Actor, at: datetime) -> None:
    _put(_OF_ORDERS[type(news)], db.session.get_one(Order, news.order_id), by=by, at=at)


def on_order_cancelled(news: ordering.OrderCancelled, *, by: Actor, at: datetime) -> None:
    """A draft that is put away concerns nobody; what waited to be checked is not asked for any more."""
    outbox.cancel("order", news.order_id, at=at)
    if news.from_state is not OrderState.DRAFT:
        order = db.session.get_one(Order, news.order_id)
        _put(Kind.ORDER_CANCELLED, order, by=by, at=at, from_state=news.from_state.value)


# ── dispatches and offers ───────────────────────────────────────────────────────────────────────

_OF_DISPATCHES: dict[type, Kind] = {
    dispatching.DispatchProposed: Kind.DISPATCH_PROPOSED,
    dispatching.DispatchApproved: Kind.DISPATCH_APPROVED,
    dispatching.DispatchDiscarded: Kind.DISPATCH_DISCARDED,
}
ENDED_BY_TROUBLE = "exhausted"


def on_dispatch(news: Any, *, by: Actor, at: datetime) -> None:
    _put(_OF_DISPATCHES[type(news)], db.session.get_one(Dispatch, news.dispatch_id), by=by, at=at)


def on_dispatch_ended(news: dispatching.DispatchEnded, *, by: Actor, at: datetime) -> None:
    """Only a list that is used up asks the desk for something; the other ends were somebody's own act or are told as a lesson's."""
    if news.why == ENDED_BY_TROUBLE:
        _put(Kind.DISPATCH_ENDED, db.session.get_one(Dispatch, news.dispatch_id), by=by, at=at)


def on_offer_made(news: dispatching.OfferMade, *, by: Actor, at: datetime) -> None:
    offer = db.session.get_one(Offer, news.offer_id)
    _put(Kind.OFFER_MADE, offer, by=by, at=at)
    _put(Kind.OFFER_REMINDER, offer, by=by, at=at, not_before=offer.remind_at)


def on_offer_withdrawn(news: dispatching.OfferWithdrawn, *, by: Actor, at: datetime) -> None:
    """An offer that was not told yet is never told; else the lecturer hears that it is gone."""
    offer = db.session.get_one(Offer, news.offer_id)
    told = queries.was_told(offer.id, Kind.OFFER_MADE)
    outbox.cancel("offer", offer.id, at=at)
    if told:
        _put(Kind.OFFER_WITHDRAWN, offer, by=by, at=at)


def on_offer_taken(news: dispatching.OfferTaken, *, by: Actor, at: datetime) -> None:
    """Whoever was told of an open claim hears, with thanks, that somebody has it; the others never hear of it."""
    told = queries.was_told(news.offer_id, Kind.OFFER_MADE)
    outbox.cancel("offer", news.offer_id, at=at)
    if told:
        _put(Kind.OFFER_TAKEN, db.session.get_one(Offer, news.offer_id), by=by, at=at)


def on_offer_unanswered(news: Any, *, by: Actor, at: datetime) -> None:
    """A no or silence is news for the desk; of an open claim nobody owes an answer, its end alone is told."""
    offer = db.session.get_one(Offer, news.offer_id)
    kind = Kind.OFFER_DECLINED if isinstance(news, dispatching.OfferDeclined) else Kind.OFFER_EXPIRED
    if db.session.get_one(Dispatch, offer.dispatch_id).mode is not Mode.CLAIM:
        _put(kind, offer, by=by, at=at)


def on_corps_asked(news: dispatching.CorpsAsked, *, by: Actor, at: datetime) -> None:
    _put(Kind.CORPS_ASKED, db.session.get_one(CorpsAsk, news.ask_id), by=by, at=at)


def on_corps_named(news: dispatching.CorpsNamed, *, by: Actor, at: datetime) -> None:
    """What was not told yet need not be told."""
    outbox.cancel("corps_ask", news.ask_id, at=at)


def on_corps_silent(news: dispatching.CorpsSilent, *, by: Actor, at: datetime) -> None:
    _put(Kind.CORPS_SILENT, db.session.get_one(CorpsAsk, news.ask_id), by=by, at=at)


# ── lessons and moves ───────────────────────────────────────────────────────────────────────────


def on_lesson_scheduled(news: teaching.LessonScheduled, *, by: Actor, at: datetime) -> None:
    lesson = db.session.get_one(Lesson, news.lesson_id)
    _put(Kind.LESSON_SCHEDULED, lesson, by=by, at=at)
    _remind(lesson, by=by, at=at)


def _remind(lesson: Lesson, *, by: Actor, at: datetime) -> None:
    """The two reminders before, and the question after, each for this very time: a lesson that moved gets new ones."""
    start = lesson.starts_at.isoformat()
    for name in ("reminder_days", "second_reminder_days"):
        days = setting(name, lesson.organisation_id, clock.day_of(at))
        when = clock.at(clock.day_of(lesson.starts_at) - timedelta(days=days), MORNING)
        if days and when > at:
            _put(Kind.LESSON_REMINDER, lesson, by=by, at=at, mark=f"{start}:{days}", not_before=when, starts_at=start)
    tomorrow = clock.at(clock.day_of(lesson.ends_at) + timedelta(days=1), MORNING)
    _put(Kind.LESSON_UNACCOUNTED, lesson, by=by, at=at, mark=start, not_before=tomorrow, starts_at=start)


def on_lesson_moved(news: teaching.LessonMoved, *, by: Actor, at: datetime) -> None:
    lesson = whole(news.lesson_id)
    outbox.cancel("lesson", lesson.id, at=at, kinds=(Kind.LESSON_REMINDER, Kind.LESSON_UNACCOUNTED))
    _put(Kind.LESSON_MOVED, lesson, by=by, at=at, mark=news.move_id, old=news.old_starts_at.isoformat())
    for seat in lesson.lecturers:
        if seat.confirmed_at is None and seat.left_at is None and seat.confirm_by is not None:
            _put(
                Kind.MOVE_UNCONFIRMED, lesson, by=by, at=at, mark=f"{news.move_id}:{seat.id}", not_before=seat.confirm_by, seat=seat.id,
            )  # fmt: skip
    _remind(lesson, by=by, at=at)


def on_lesson_ended(news: Any, *, by: Actor, at: datetime) -> None:
    """Lost, called off or missed: what was still to be sent about it is taken back, and both sides are told."""
    kinds = {
        teaching.LessonLost: Kind.LESSON_LOST, teaching.LessonCalledOff: Kind.LESSON_CALLED_OFF, teaching.LessonMissed: Kind.LESSON_MISSED,
    }  # fmt: skip
    outbox.cancel("lesson", news.lesson_id, at=at)
    _put(kinds[type(news)], db.session.get_one(Lesson, news.lesson_id), by=by, at=at)


def on_lesson_at_risk(news: teaching.LessonAtRisk, *, by: Actor, at: datetime) -> None:
    """Once per lesson, time and reason: not again while a row waits or somebody was told. A mark that was taken back in between told nobody."""
    lesson = db.session.get_one(Lesson, news.lesson_id)
    mark = f"{news.why}:{lesson.starts_at.isoformat()}"
    desk = queries.holders(Role.DISPATCHER, [lesson.district_id], clock.day_of(at))
    if not queries.said_or_waiting("lesson", lesson.id, f"{Kind.LESSON_AT_RISK.value}:{lesson.id}:{mark}:", desk):
        _put(Kind.LESSON_AT_RISK, lesson, by=by, at=at, mark=f"{mark}:{at.isoformat()}", why=news.why)


def on_move_asked(news: teaching.MoveAsked, *, by: Actor, at: datetime) -> None:
    _put(Kind.MOVE_ASKED, db.session.get_one(Move, news.move_id), by=by, at=at)


def on_move_refused(news: teaching.MoveRefused, *, by: Actor, at: datetime) -> None:
    _put(Kind.MOVE_REFUSED, db.session.get_one(Move, news.move_id), by=by, at=at)


# ── ratings ─────────────────────────────────────────────────────────────────────────────────────


def on_rating_opened(news: rating.RatingOpened, *, by: Actor, at: datetime) -> None:
    opened = db.session.get_one(Rating, news.rating_id)
    _put(Kind.RATING_OPENED, opened, by=by, at=at)
    when = opened.rate_by - RATING_REMINDER
    if when > at:
        _put(Kind.RATING_REMINDER, opened, by=by, at=at, not_before=when)


def on_rating_given(news: rating.RatingGiven, *, by: Actor, at: datetime) -> None:
    _put(Kind.RATING_GIVEN, db.session.get_one(Rating, news.rating_id), by=by, at=at)


LISTENERS: dict[type, Any] = {
    **dict.fromkeys(_OF_ORDERS, on_order),
    ordering.OrderCancelled: on_order_cancelled,
    **dict.fromkeys(_OF_DISPATCHES, on_dispatch),
    dispatching.DispatchEnded: on_dispatch_ended,
    dispatching.OfferMade: on_offer_made,
    dispatching.OfferWithdrawn: on_offer_withdrawn,
    dispatching.OfferTaken: on_offer_taken,
    dispatching.OfferDeclined: on_offer_unanswered,
    dispatching.OfferExpired: on_offer_unanswered,
    dispatching.CorpsAsked: on_corps_asked,
    dispatching.CorpsNamed: on_corps_named,
    dispatching.CorpsSilent: on_corps_silent,
    teaching.LessonScheduled: on_lesson_scheduled,
    teaching.LessonMoved: on_lesson_moved,
    teaching.LessonLost: on_lesson_ended,
    teaching.LessonCalledOff: on_lesson_ended,
    teaching.LessonMissed: on_lesson_ended,
    teaching.LessonAtRisk: on_lesson_at_risk,
    teaching.MoveAsked: on_move_asked,
    teaching.MoveRefused: on_move_refused,
    rating.RatingOpened: on_rating_opened,
    rating.RatingGiven: on_rating_given,
}
"""What notices listen to; app.py puts each after the reactions of the features to the left."""

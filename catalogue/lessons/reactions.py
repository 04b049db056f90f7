"""What lessons do at news from the left: a settled dispatch becomes a lesson, a cancelled order gives it up."""

from dataclasses import replace
from datetime import datetime

from catalogue.core.actor import Actor, Kind
from catalogue.dispatch import states as dispatches
from catalogue.dispatch.events import OfferAccepted
from catalogue.lessons import operations, queries
from catalogue.orders.events import OrderCancelled
from catalogue.orders.states import State as OrderState


def on_offer_accepted(news: OfferAccepted, *, by: Actor, at: datetime) -> None:
    """The last seat of a dispatch is filled (it is settled): its lesson is fixed. Before that nothing happens yet."""
    dispatch = queries.dispatch_of_offer(news.offer_id)
    if dispatch.state is dispatches.State.SETTLED and not queries.has_lesson(dispatch.id):
        operations.schedule(dispatch, queries.accepted_offers(dispatch.id), by=by, at=at)


def on_order_cancelled(news: OrderCancelled, *, by: Actor, at: datetime) -> None:
    """The order of a lesson is cancelled: the lesson is called off when it was the host's or the last one, else the others go on."""
    lesson = queries.of_order(news.order_id)
    if lesson is None:
        return
    mine = next(order for order in queries.orders_of(lesson) if order.id == news.order_id)
    others = [o for o in queries.orders_of(lesson) if o.id != mine.id and o.state is OrderState.SCHEDULED]
    if others:
        operations.leave(lesson, mine.id, by=_allowed(by), at=at)
        if mine.organisation_id != lesson.organisation_id:
            return
        lesson = queries.whole(lesson.id)
    operations.call_off(lesson, by=_allowed(by), at=at, reason="点单已取消", keep=bool(others))


def _allowed(by: Actor) -> Actor:
    """Whoever may cancel the order may end its lesson: the cancellation was judged by orders, so policies see a job with that person's name."""
    return replace(by, kind=Kind.JOB)

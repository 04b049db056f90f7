"""What lessons do at news from the left: a settled dispatch becomes a lesson, a cancelled order gives it up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from catalogue.core import events
from catalogue.core.actor import Actor, Kind
from catalogue.dispatch import states as dispatches
from catalogue.dispatch.events import OfferAccepted
from catalogue.lecturers.events import AvailabilityChanged
from catalogue.lessons import operations, queries, risks
from catalogue.lessons.events import LessonAtRisk
from catalogue.orders.events import OrderCancelled
from catalogue.orders.states import State as OrderState
from catalogue.venues.events import VenueChanged


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


def on_availability(news: AvailabilityChanged, *, by: Actor, at: datetime) -> None:
    """A lecturer stops, is appointed no longer or is away: fixed lessons then are somebody's task."""
    _tell(risks.of_lecturer(news.lecturer_id, at), by, at)


def on_venue(news: VenueChanged, *, by: Actor, at: datetime) -> None:
    """A venue closes, ends or loses its plaque: fixed lessons there are somebody's task."""
    _tell(risks.of_venue(news.venue_id, at), by, at)


def _tell(found: Iterable[risks.Risk], by: Actor, at: datetime) -> None:
    for risk in found:
        events.publish(LessonAtRisk(risk.slot.id, risk.why.value), by=by, at=at)


def _allowed(by: Actor) -> Actor:
    """Whoever may cancel the order may end its lesson: the cancellation was judged by orders, so policies see a job with that person's name."""
    return replace(by, kind=Kind.JOB)

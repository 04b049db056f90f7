"""What lessons do at news from the left: a settled dispatch becomes a lesson, a cancelled order gives it up."""

from datetime import datetime

from catalogue.core.actor import Actor, job
from catalogue.lessons import operations, queries
from catalogue.orders.events import OrderCancelled


def on_order_cancelled(news: OrderCancelled, *, by: Actor, at: datetime) -> None:
    """The only order of a lesson is cancelled: the lesson is called off. In a joint lesson the others stay."""
    lesson = queries.of_order(news.order_id)
    if lesson is None:
        return
    others = [order for order in queries.orders_of(lesson) if order.id != news.order_id and order.state.value == "scheduled"]
    if not others:
        operations.call_off(lesson, by=_allowed(by), at=at, reason="点单已取消", keep=False)


def _allowed(by: Actor) -> Actor:
    """Whoever may cancel the order may end its lesson: the cancellation itself was checked by orders."""
    system = job("order_cancelled")
    return Actor(
        kind=system.kind, name=by.name, person_id=by.person_id, acting_for=by.acting_for, request_id=by.request_id, memberships=by.memberships
    )

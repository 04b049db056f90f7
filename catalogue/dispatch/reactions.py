"""What dispatch does at news from the left."""

from datetime import datetime

from catalogue.core.actor import Actor
from catalogue.dispatch import operations
from catalogue.orders.events import OrderCancelled


def on_order_cancelled(news: OrderCancelled, *, by: Actor, at: datetime) -> None:
    """Offers are withdrawn, the dispatch ends and its holds are freed, in the transaction of the cancellation."""
    operations.cancelled(news.order_id, by=by, at=at)

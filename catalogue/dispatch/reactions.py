"""What dispatch does at news from the left."""

from datetime import datetime

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.dispatch import corps, operations
from catalogue.orders.events import OrderApproved, OrderCancelled, OrderReturned, OrderUnmet
from catalogue.orders.models import Order


def on_order_approved(news: OrderApproved, *, by: Actor, at: datetime) -> None:
    """Of an order asked of a corps its leader is asked who goes."""
    corps.ask(db.session.get_one(Order, news.order_id), by=by, at=at)


def on_order_gone(news: OrderReturned | OrderUnmet, *, by: Actor, at: datetime) -> None:
    """Nobody need be named for it."""
    corps.ended(news.order_id, by=by, at=at)


def on_order_cancelled(news: OrderCancelled, *, by: Actor, at: datetime) -> None:
    """Offers are withdrawn, the dispatch ends and its holds are freed, in the transaction of the cancellation."""
    operations.cancelled(news.order_id, by=by, at=at)
    corps.ended(news.order_id, by=by, at=at)

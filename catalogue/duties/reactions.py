"""After every act on a thing, at the end of its transaction, what is owed about it is compared with the rows: nothing can be forgotten."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.dispatch.models import CorpsAsk
from catalogue.duties import operations
from catalogue.duties.wanted import OF
from catalogue.orders.models import Order
from catalogue.orders.states import State
from catalogue.organisations.events import OrganisationsMerged


def on_touched(touched: dict[tuple[str, int], tuple[Any, datetime, bool]]) -> None:
    """What core.changes wrote in this transaction: (table, id) → (row, when, is it new)."""
    todo = {known: (thing, at, new) for known, (thing, at, new) in touched.items() if known[0] in OF}
    for (table, row_id), (_thing, at, _new) in list(touched.items()):
        if table == "dispatch":
            for order_id in operations.orders_of(row_id):
                todo.setdefault(("order", order_id), (None, at, False))
        elif table == "corps_ask":
            ask = db.session.get(CorpsAsk, row_id)
            if ask is not None:
                todo.setdefault(("order", ask.order_id), (None, at, False))
        elif table == "corps":
            waiting = sa.select(Order.id).where(Order.corps_id == row_id, Order.state == State.APPROVED)
            for order_id in db.session.scalars(waiting).all():
                todo.setdefault(("order", order_id), (None, at, False))
    for (table, row_id), (thing, at, new) in sorted(todo.items(), key=lambda item: item[0]):
        operations.settle(table, row_id, at, thing=thing, fresh=new)


def on_merged(news: OrganisationsMerged, *, by: Actor, at: datetime) -> None:
    operations.follow_merge(news.predecessor_ids, news.successor_id)

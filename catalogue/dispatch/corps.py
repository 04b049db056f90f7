"""An order asked of a corps (宣讲团) waits for its leader to name a member, until a stored deadline; silence is the desk's task.

One row per time of asking: a dispatch that came to nothing asks the leader anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor, job
from catalogue.core.db import db, lock, transaction
from catalogue.dispatch.events import CorpsAsked, CorpsNamed, CorpsSilent
from catalogue.dispatch.models import CorpsAsk
from catalogue.dispatch.states import ASK_NEXT, AskAction, AskState
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.queries import setting


def open_ask(order_id: int) -> CorpsAsk | None:
    """What waits for the leader's word."""
    query = sa.select(CorpsAsk).where(CorpsAsk.order_id == order_id, CorpsAsk.state == AskState.OPEN)
    return db.session.scalars(query).one_or_none()


def latest(order_ids: Sequence[int]) -> CorpsAsk | None:
    """How it stands with the corps of these orders, for the desk."""
    query = sa.select(CorpsAsk).where(CorpsAsk.order_id.in_(order_ids)).order_by(CorpsAsk.id.desc()).limit(1)
    return db.session.scalars(query).one_or_none()


def ask(order: Order, *, by: Actor, at: datetime) -> None:
    """The leader is asked from now on, if the order is a corps' and waits. Again while it waits changes nothing."""
    if order.corps_id is None or order.state is not OrderState.APPROVED or open_ask(order.id) is not None:
        return
    hours = setting("corps_hours", order.organisation_id, clock.day_of(at))
    asked = CorpsAsk(
        state=AskState.OPEN, order_id=order.id, corps_id=order.corps_id, asked_at=at, answer_by=clock.in_daytime(at + timedelta(hours=hours)),
        organisation_id=order.organisation_id, town_id=order.town_id, district_id=order.district_id,
    )  # fmt: skip
    changes.begin(asked, by=by, at=at)
    events.publish(CorpsAsked(asked.id), by=by, at=at)


def named(orders: Sequence[Order], *, by: Actor, at: datetime) -> None:
    """Somebody was proposed, by the leader or by the desk: nobody waits for the leader any more."""
    for order in orders:
        asked = open_ask(order.id) if order.corps_id is not None else None
        if asked is not None:
            changes.move(asked, ASK_NEXT, AskAction.NAME, by=by, at=at)
            events.publish(CorpsNamed(asked.id), by=by, at=at)


def ended(order_id: int, *, by: Actor, at: datetime) -> None:
    """The order waits no longer (returned, cancelled, not met)."""
    asked = open_ask(order_id)
    if asked is not None:
        changes.move(asked, ASK_NEXT, AskAction.END, by=by, at=at)
        events.publish(CorpsNamed(asked.id), by=by, at=at)


def sweep(at: datetime) -> int:
    """Leaders who named nobody in time: the desk is told. Idempotent; returns how many."""
    with transaction(writes=False):
        query = sa.select(CorpsAsk.id, CorpsAsk.order_id).where(
            CorpsAsk.state == AskState.OPEN, CorpsAsk.answer_by <= at
        )
        due = db.session.execute(query.order_by(CorpsAsk.answer_by, CorpsAsk.id).limit(500)).all()
    done = 0
    for ask_id, order_id in due:
        with transaction(writes=True):
            lock(Order, [order_id])
            asked = db.session.get_one(CorpsAsk, ask_id, populate_existing=True)
            if asked.state is AskState.OPEN:
                by = job("dispatch.sweep")
                changes.move(asked, ASK_NEXT, AskAction.LAPSE, by=by, at=at)
                events.publish(CorpsSilent(asked.id), by=by, at=at)
                done += 1
    return done

"""A loop up to a proposal or an offer, for the tests of dispatch and of the features to its right."""

from datetime import date, timedelta
from typing import Any

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses.models import Course
from catalogue.dispatch import candidates, operations
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import Mode
from catalogue.orders.models import Order
from tests.factories import NOON, a_course, a_dispatcher, a_lecturer, a_window, actor_of, an_approver, an_order

AFTERNOON = a_window()
FRIDAY = a_window(date(2026, 4, 10), HalfDay.AFTERNOON)
LATER = NOON + timedelta(hours=1)


def a_case(lecturers: int = 1, **values: Any) -> tuple[Order, Course, list[Any]]:
    """An approved order and lecturers who can teach it."""
    course = a_course(**{k: values.pop(k) for k in ("lecturers_needed", "minutes", "size_max") if k in values})
    teachers = [a_lecturer("", course) for _n in range(lecturers)]
    return an_order(course=course, **values), course, teachers


def picks_of(order: Order, at: Any = NOON) -> list[candidates.Pick]:
    return [row.pick for row in candidates.ranking(order.id, at).rows]


def a_proposal(
    order: Order | None = None, *, lecturers: int = 1, mode: Mode | None = None, by: Any = None, take: int | None = None
) -> Dispatch:  # fmt: skip
    """A proposal with the ranked lecturers (`take` of them, as ranked list when more than one)."""
    if order is None:
        order, _course, _teachers = a_case(lecturers)
    picks = picks_of(order)[: take or lecturers]
    mode = mode or (Mode.DIRECT if len(picks) == 1 else Mode.RANKED)
    return operations.propose([order], picks, mode=mode, by=actor_of(by or a_dispatcher()), at=NOON)


def an_approved(order: Order | None = None, *, lecturers: int = 1, mode: Mode | None = None) -> Dispatch:
    dispatch = a_proposal(order, lecturers=lecturers, mode=mode)
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)
    return dispatch


def offers_of(dispatch: Dispatch) -> list[Offer]:
    db.session.flush()
    return list(db.session.scalars(db.select(Offer).where(Offer.dispatch_id == dispatch.id).order_by(Offer.id)))


def an_open_offer(order: Order | None = None, *, lecturers: int = 1) -> Offer:
    return offers_of(an_approved(order, lecturers=lecturers))[0]

"""Open claims, proposed and approved, for their tests."""

from typing import Any

from catalogue.dispatch import candidates, operations
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import Mode, OfferAction
from catalogue.lecturers.models import Lecturer
from catalogue.orders.models import Order
from tests.dispatch.making import LATER, a_case, offers_of, picks_of
from tests.factories import NOON, a_dispatcher, actor_of, an_approver


def a_claim(order: Order | None = None, *, lecturers: int = 3, **values: Any) -> Dispatch:
    """Proposed at the best candidate's place and time, to everybody who could come."""
    if order is None:
        order, _course, _teachers = a_case(lecturers, **values)
    case = candidates.ranking(order.id, NOON)
    picks = [one.pick for one in case.claimants(picks_of(order)[0])]
    return operations.propose([order], picks, mode=Mode.CLAIM, by=actor_of(a_dispatcher()), at=NOON)


def an_open_claim(order: Order | None = None, *, lecturers: int = 3, **values: Any) -> list[Offer]:
    """The offers of a claim that was approved."""
    dispatch = a_claim(order, lecturers=lecturers, **values)
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)
    return offers_of(dispatch)


def lecturer_of(offer: Offer) -> Lecturer:
    from catalogue.core.db import db

    return db.session.get_one(Lecturer, offer.lecturer_id)


def says(offer: Offer, yes: bool = True, at: Any = LATER, **values: Any) -> None:
    action = OfferAction.ACCEPT if yes else OfferAction.DECLINE
    reason = {} if yes else {"code": "busy"}
    operations.answer(offer, action, by=actor_of(lecturer_of(offer)), at=at, **reason, **values)

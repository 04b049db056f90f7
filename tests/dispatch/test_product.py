"""Every (state, action, role) of a dispatch and its offers: allowed, or refused for the right reason."""

import pytest
import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.core.errors import IllegalAction
from catalogue.dispatch import operations
from catalogue.dispatch.errors import NotYours
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferAction, OfferState, State
from catalogue.lecturers.models import Lecturer
from tests.dispatch.making import LATER, a_proposal, an_open_offer
from tests.factories import (
    a_dispatcher,
    a_district_administrator,
    a_person,
    a_town,
    a_town_administrator,
    actor_of,
    an_approver,
    an_orderer,
)

ANSWERS = {OfferAction.ACCEPT: {}, OfferAction.DECLINE: {"code": "busy"}}


@pytest.mark.parametrize("action", list(ANSWERS))
@pytest.mark.parametrize("state", [s for s in OfferState if s is not OfferState.OPEN])
def test_an_offer_that_is_not_open_is_not_answered(app, state, action):
    offer = an_open_offer()
    db.session.execute(sa.update(Offer).where(Offer.id == offer.id).values(state=state))
    db.session.expire(offer)

    with pytest.raises(IllegalAction):
        operations.answer(
            offer, action, by=actor_of(db.session.get_one(Lecturer, offer.lecturer_id)), at=LATER, **ANSWERS[action]
        )


ACTS = {
    "approve": lambda d, by: operations.approve(d, by=by, at=LATER),
    "discard": lambda d, by: operations.discard(d, by=by, at=LATER, words="x"),
    "withdraw": lambda d, by: operations.withdraw_dispatch(d, by=by, at=LATER, words="x"),
}
LEGAL = {("approve", State.PROPOSED), ("discard", State.PROPOSED), ("withdraw", State.APPROVED)}
ROLES = {
    "approve": {"approver", "district"},
    "discard": {"dispatcher", "approver", "district"},
    "withdraw": {"dispatcher", "district"},
}
PEOPLE = {
    "orderer": an_orderer, "town": a_town_administrator, "dispatcher": a_dispatcher, "approver": an_approver,
    "district": a_district_administrator, "elsewhere": lambda: a_person("", a_town("朱家角镇")),
}  # fmt: skip


@pytest.mark.parametrize("role", list(PEOPLE))
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("act", list(ACTS))
def test_every_state_action_and_role(app, act, state, role):
    dispatch = a_proposal()
    db.session.execute(sa.update(Dispatch).where(Dispatch.id == dispatch.id).values(state=state))
    db.session.expire(dispatch)
    by = actor_of(PEOPLE[role]())

    if role not in ROLES[act]:
        with pytest.raises(NotYours):
            ACTS[act](dispatch, by)
    elif (act, state) not in LEGAL:
        with pytest.raises(IllegalAction):
            ACTS[act](dispatch, by)
    else:
        ACTS[act](dispatch, by)
        db.session.refresh(dispatch, ["state"])
        assert dispatch.state is not state

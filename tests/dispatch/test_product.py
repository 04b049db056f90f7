"""Every (state, action, role) of a dispatch and its offers: allowed, or refused for the right reason."""

import pytest
import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Refusal
from catalogue.dispatch import operations
from catalogue.dispatch.errors import ClaimTaken
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

    with pytest.raises(ClaimTaken if state is OfferState.TAKEN else IllegalAction):
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


@pytest.mark.parametrize("act", list(ACTS))
def test_every_state_action_and_role(app, act):
    """One dispatch is put into every state and tried by everybody; each try is taken back."""
    dispatch = a_proposal()
    actors = {role: actor_of(make()) for role, make in PEOPLE.items()}
    said = {(state, role): outcome(dispatch, state, act, by) for state in State for role, by in actors.items()}

    assert said == {
        (state, role): "NotYours" if role not in ROLES[act] else "moved" if (act, state) in LEGAL else "IllegalAction"
        for state in State
        for role in PEOPLE
    }


def outcome(dispatch, state, act, by):
    """What the act does to a dispatch in this state: "moved", "nothing", or the name of the refusal."""
    with db.session.begin_nested() as point:
        db.session.execute(sa.update(Dispatch).where(Dispatch.id == dispatch.id).values(state=state))
        db.session.expire(dispatch)
        try:
            ACTS[act](dispatch, by)
            db.session.flush()
            db.session.refresh(dispatch, ["state"])
            said = "moved" if dispatch.state is not state else "nothing"
        except Refusal as refused:
            said = type(refused).__name__
        point.rollback()
    db.session.expire_all()
    return said

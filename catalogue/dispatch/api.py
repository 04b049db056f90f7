"""派单 and 邀约 as JSON."""

from typing import Any

from catalogue.core.api import blueprint, expected_version, once, reads, tagged
from catalogue.core.web import actor, now, permit, roles
from catalogue.dispatch import operations, policy, queries
from catalogue.dispatch.candidates import case_of
from catalogue.dispatch.offer_views import ASKED
from catalogue.dispatch.operations import Pick
from catalogue.dispatch.schemas import (
    ClaimOut,
    DispatchAct,
    DispatchActionIn,
    DispatchOut,
    OfferAct,
    OfferActionIn,
    OfferOut,
    ProposeIn,
    RedispatchIn,
)
from catalogue.dispatch.states import Mode, OfferAction

api = blueprint("dispatch", "派单和邀约")


def _version(values: dict[str, Any]) -> int:
    return values["version"] if values["version"] is not None else expected_version()


@api.route("/offers/<int:offer_id>")
@permit(roles(*ASKED))
@reads
@api.response(200, OfferOut)
def offer(offer_id: int) -> Any:
    """One offer."""
    return tagged(queries.offer_of(actor(), offer_id, now()))


@api.route("/offers/<int:offer_id>/actions", methods=["POST"])
@permit(roles(*ASKED))
@once
@api.arguments(OfferActionIn)
@api.response(200, OfferOut)
def act_on_offer(values: dict[str, Any], offer_id: int) -> Any:
    """accept, decline or withdraw. Needs the version: If-Match, or `version` in the body."""
    one = queries.offer_of(actor(), offer_id, now())
    who: Any = {"by": actor(), "at": now(), "version": _version(values)}
    if values["action"] is OfferAct.WITHDRAW:
        operations.withdraw(one, **who, words=values["reason"])
    else:
        action = OfferAction(values["action"].value)
        operations.answer(one, action, **who, code=values["code"], words=values["reason"])
    return tagged(one)


@api.route("/claims")
@permit(roles(*ASKED))
@reads
@api.response(200, ClaimOut(many=True))
def claims() -> Any:
    """Open claims (抢单) I may take, the soonest lesson first, at most 50. The first `accept` wins; the later ones are 409 `claim_taken`."""
    me = actor().lecturer_id
    return queries.claims_of(me, now()) if me else []


@api.route("/dispatches", methods=["POST"])
@permit(roles(*policy.DESK))
@once
@api.arguments(ProposeIn)
@api.response(201, DispatchOut)
def propose(values: dict[str, Any]) -> Any:
    """拟派: a proposal for approved orders (several become one joint lesson), which another person approves."""
    orders = [queries.waiting_order(actor(), i) for i in dict.fromkeys(values["order_ids"])]
    picks = [Pick(**chosen) for chosen in values["picks"]]
    if values["to_all"] and values["mode"] is Mode.CLAIM:
        picks = [one.pick for one in case_of([o.id for o in orders], now()).claimants(picks[0])]
    made = operations.propose(orders, picks, mode=values["mode"], by=actor(), at=now())
    return tagged(made, 201, Location=f"/api/v1/dispatches/{made.id}")


@api.route("/dispatches/<int:dispatch_id>")
@permit(roles(*policy.SEEING))
@reads
@api.response(200, DispatchOut)
def dispatch(dispatch_id: int) -> Any:
    """One dispatch."""
    return tagged(queries.dispatch_of(actor(), dispatch_id))


@api.route("/dispatches/<int:dispatch_id>/actions", methods=["POST"])
@permit(roles(*policy.SEEING))
@once
@api.arguments(DispatchActionIn)
@api.response(200, DispatchOut)
def act_on_dispatch(values: dict[str, Any], dispatch_id: int) -> Any:
    """approve (another person than the proposer), discard or withdraw."""
    one = queries.dispatch_of(actor(), dispatch_id)
    who: Any = {"by": actor(), "at": now(), "version": _version(values)}
    match values["action"]:
        case DispatchAct.APPROVE:
            operations.approve(one, **who)
        case DispatchAct.DISCARD:
            operations.discard(one, **who, words=values["reason"])
        case DispatchAct.WITHDRAW:
            operations.withdraw_dispatch(one, **who, words=values["reason"])
    return tagged(one)


@api.route("/dispatches/<int:dispatch_id>/redispatch", methods=["POST"])
@permit(roles(*policy.SEEING))
@once
@api.arguments(RedispatchIn)
@api.response(201, DispatchOut)
def redispatch(values: dict[str, Any], dispatch_id: int) -> Any:
    """Ends what is under way and proposes anew (改派): the new dispatch, which another person approves. Needs the old one's version."""
    one = queries.dispatch_of(actor(), dispatch_id)
    picks = [Pick(**chosen) for chosen in values["picks"]]
    fresh = operations.redispatch(
        one, by=actor(), at=now(), picks=picks, mode=values["mode"], reason=values["reason"], version=_version(values)
    )
    return tagged(fresh, 201, Location=f"/api/v1/dispatches/{fresh.id}")

"""The lives of a dispatch (the decision) and of an offer (one lecturer asked for one place and time)."""

from enum import StrEnum


class Mode(StrEnum):
    DIRECT = "direct"
    RANKED = "ranked"
    CLAIM = "claim"


class State(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DISCARDED = "discarded"
    SETTLED = "settled"
    ENDED = "ended"


class Action(StrEnum):
    APPROVE = "approve"
    DISCARD = "discard"
    SETTLE = "settle"
    END = "end"


NEXT = {
    (State.PROPOSED, Action.APPROVE): State.APPROVED,
    (State.PROPOSED, Action.DISCARD): State.DISCARDED,
    (State.APPROVED, Action.SETTLE): State.SETTLED,
    (State.APPROVED, Action.END): State.ENDED,
    (State.SETTLED, Action.END): State.ENDED,
}

LIVE = (State.PROPOSED, State.APPROVED, State.SETTLED)


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"


class OfferAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    LOSE = "lose"  # another lecturer won the open claim


OFFER_NEXT = {
    (OfferState.OPEN, OfferAction.ACCEPT): OfferState.ACCEPTED,
    (OfferState.OPEN, OfferAction.DECLINE): OfferState.DECLINED,
    (OfferState.OPEN, OfferAction.EXPIRE): OfferState.EXPIRED,
    (OfferState.OPEN, OfferAction.WITHDRAW): OfferState.WITHDRAWN,
    (OfferState.OPEN, OfferAction.LOSE): OfferState.TAKEN,
    (OfferState.ACCEPTED, OfferAction.WITHDRAW): OfferState.WITHDRAWN,
}

"""The lives of a dispatch (the decision) and of an offer (one lecturer asked for one place and time)."""

from enum import StrEnum

from catalogue.courses.states import OfferMode

Mode = OfferMode


class ModeFrom(StrEnum):
    """Why a dispatch is offered in its way."""

    DESK = "desk"  # chosen by who proposed it
    ORDER = "order"  # the order names a lecturer or a corps
    COURSE = "course"
    DISTRICT = "district"  # the setting of the day


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


class AskState(StrEnum):
    """Of a corps asked to name a member."""

    OPEN = "open"
    NAMED = "named"
    SILENT = "silent"
    ENDED = "ended"


class AskAction(StrEnum):
    NAME = "name"
    LAPSE = "lapse"
    END = "end"


ASK_NEXT = {
    (AskState.OPEN, AskAction.NAME): AskState.NAMED,
    (AskState.OPEN, AskAction.LAPSE): AskState.SILENT,
    (AskState.OPEN, AskAction.END): AskState.ENDED,
}


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

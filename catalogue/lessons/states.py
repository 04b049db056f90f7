"""The life of a lesson, and of a wish to move it (改期)."""

from enum import StrEnum


class State(StrEnum):
    SCHEDULED = "scheduled"
    DELIVERED = "delivered"
    CALLED_OFF = "called_off"
    MISSED = "missed"


class Action(StrEnum):
    DELIVER = "deliver"
    CALL_OFF = "call_off"
    MISS = "miss"


NEXT = {
    (State.SCHEDULED, Action.DELIVER): State.DELIVERED,
    (State.SCHEDULED, Action.CALL_OFF): State.CALLED_OFF,
    (State.SCHEDULED, Action.MISS): State.MISSED,
}


class MoveState(StrEnum):
    OPEN = "open"
    MOVED = "moved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class MoveAction(StrEnum):
    MOVE = "move"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


MOVE_NEXT = {
    (MoveState.OPEN, MoveAction.MOVE): MoveState.MOVED,
    (MoveState.OPEN, MoveAction.REFUSE): MoveState.REFUSED,
    (MoveState.OPEN, MoveAction.WITHDRAW): MoveState.WITHDRAWN,
}

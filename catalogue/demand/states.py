"""The life of a gap: open → filled | declined."""

from enum import StrEnum


class GapState(StrEnum):
    OPEN = "open"
    FILLED = "filled"
    DECLINED = "declined"


class GapAction(StrEnum):
    FILL = "fill"
    DECLINE = "decline"
    REOPEN = "reopen"


NEXT = {
    (GapState.OPEN, GapAction.FILL): GapState.FILLED,
    (GapState.OPEN, GapAction.DECLINE): GapState.DECLINED,
    (GapState.FILLED, GapAction.REOPEN): GapState.OPEN,
    (GapState.DECLINED, GapAction.REOPEN): GapState.OPEN,
}

"""The life of a rating: open (14 days) → given | lapsed. A lapsed rating is "no rating", never full marks."""

from enum import StrEnum


class State(StrEnum):
    OPEN = "open"
    GIVEN = "given"
    LAPSED = "lapsed"


class Action(StrEnum):
    GIVE = "give"
    LAPSE = "lapse"


NEXT = {
    (State.OPEN, Action.GIVE): State.GIVEN,
    (State.OPEN, Action.LAPSE): State.LAPSED,
}

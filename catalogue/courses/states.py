"""The life of a course version: draft → in review → published → withdrawn."""

from enum import StrEnum


class OfferMode(StrEnum):
    """怎么派: one lecturer is asked, a list is asked one after the other, or all who can are asked at once (抢单)."""

    DIRECT = "direct"
    RANKED = "ranked"
    CLAIM = "claim"


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


NEXT = {
    (State.DRAFT, Action.SUBMIT): State.IN_REVIEW,
    (State.IN_REVIEW, Action.RETURN): State.DRAFT,
    (State.IN_REVIEW, Action.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Action.WITHDRAW): State.WITHDRAWN,
}

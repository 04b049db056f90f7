"""The life of an order (product.md, "The loop and its states")."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    PLANNED = "planned"
    SCHEDULED = "scheduled"
    DELIVERED = "delivered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    UNMET = "unmet"
    MISSED = "missed"


class Action(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    REJECT = "reject"
    APPROVE = "approve"
    PLAN = "plan"  # a dispatch was proposed
    UNPLAN = "unplan"  # the dispatch was discarded, withdrawn or its list is exhausted
    SCHEDULE = "schedule"  # a lecturer accepted
    UNSCHEDULE = "unschedule"  # lecturer lost, called off, moved without a match
    DELIVER = "deliver"
    MISS = "miss"
    CLOSE = "close"
    CANCEL = "cancel"
    LAPSE = "lapse"  # its edition ended without a lesson


NEXT = {
    (State.DRAFT, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.RETURN): State.RETURNED,
    (State.SUBMITTED, Action.REJECT): State.REJECTED,
    (State.SUBMITTED, Action.APPROVE): State.APPROVED,
    (State.RETURNED, Action.SUBMIT): State.SUBMITTED,
    (State.APPROVED, Action.PLAN): State.PLANNED,
    (State.APPROVED, Action.RETURN): State.RETURNED,
    (State.PLANNED, Action.UNPLAN): State.APPROVED,
    (State.PLANNED, Action.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Action.UNSCHEDULE): State.APPROVED,
    (State.SCHEDULED, Action.DELIVER): State.DELIVERED,
    (State.SCHEDULED, Action.MISS): State.MISSED,
    (State.DELIVERED, Action.CLOSE): State.CLOSED,
    **{
        (state, Action.CANCEL): State.CANCELLED
        for state in (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED, State.PLANNED, State.SCHEDULED)
    },
    **{(state, Action.LAPSE): State.UNMET for state in (State.SUBMITTED, State.RETURNED, State.APPROVED)},
}

OPEN = (State.SUBMITTED, State.RETURNED, State.APPROVED, State.PLANNED, State.SCHEDULED)
"""Under way: somebody still has something to do before the lesson."""

COUNTED = (
    State.SUBMITTED,
    State.RETURNED,
    State.APPROVED,
    State.PLANNED,
    State.SCHEDULED,
    State.DELIVERED,
    State.CLOSED,
)
"""Counts against the committee's quota."""

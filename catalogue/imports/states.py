"""The life of an import: waiting → checking → ready → confirmed → writing → done; it may be refused, cancelled, or fail, with nothing written."""

from enum import StrEnum


class State(StrEnum):
    WAITING = "waiting"
    CHECKING = "checking"
    READY = "ready"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    WRITING = "writing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Action(StrEnum):
    CHECK = "check"
    PASS = "pass"  # noqa: S105  # the check found nothing wrong
    FIND_SAME = "find_same"
    REFUSE = "refuse"
    CONFIRM = "confirm"
    WRITE = "write"
    FINISH = "finish"
    CANCEL = "cancel"
    FAIL = "fail"


S, A = State, Action
NEXT = {
    (S.WAITING, A.CHECK): S.CHECKING,
    (S.CHECKING, A.CHECK): S.CHECKING,  # taken up again after its worker died
    (S.CHECKING, A.PASS): S.READY,
    (S.CHECKING, A.FIND_SAME): S.UNCHANGED,
    (S.CHECKING, A.REFUSE): S.REFUSED,
    (S.CHECKING, A.FAIL): S.FAILED,
    (S.READY, A.CONFIRM): S.CONFIRMED,
    (S.CONFIRMED, A.WRITE): S.WRITING,
    (S.WRITING, A.WRITE): S.WRITING,
    (S.WRITING, A.FINISH): S.DONE,
    (S.WRITING, A.REFUSE): S.REFUSED,  # what it stands on changed since the check
    (S.WRITING, A.FAIL): S.FAILED,
    (S.WAITING, A.CANCEL): S.CANCELLED,
    (S.CHECKING, A.CANCEL): S.CANCELLED,
    (S.READY, A.CANCEL): S.CANCELLED,
    (S.CONFIRMED, A.CANCEL): S.CANCELLED,
}
WAITS = {S.WAITING: A.CHECK, S.CONFIRMED: A.WRITE}  # for a worker, and what it then does
AT_WORK = {S.CHECKING: A.CHECK, S.WRITING: A.WRITE}
MOVING = (*WAITS, *AT_WORK)  # its page looks again by itself
CANCELLABLE = tuple(state for state, action in NEXT if action is A.CANCEL)
OPEN = (*MOVING, S.READY)  # its table is still kept

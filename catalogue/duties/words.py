"""What a duty says, and where it is done."""

from typing import Any

from catalogue.core.words import later
from catalogue.duties.models import Duty, Kind

WHAT: dict[Kind, Any] = {
    Kind.CHECK_ORDER: later("审核点单"), Kind.ANSWER_RETURN: later("点单退回了，请修改后再交"), Kind.NAME_MEMBER: later("定宣讲团谁去"),
    Kind.DISPATCH_ORDER: later("派单"), Kind.DISPATCH_AGAIN: later("名单问完了，重新派或换办法"), Kind.APPROVE_DISPATCH: later("批准派单"),
    Kind.ANSWER_OFFER: later("答复邀约"), Kind.CONFIRM_MOVE: later("确认改期后的时间"), Kind.DECIDE_MOVE: later("办改期"),
    Kind.ACCOUNT_LESSON: later("登记到了多少人"), Kind.WRITE_REPORT: later("写上课小结"), Kind.RATE_LESSON: later("评单"),
}  # fmt: skip


TO_REMIND: dict[Kind, Any] = {Kind.RATE_LESSON: later("提醒居村评单")}
"""What a duty says to whom it climbed when only the one below may do it."""


def what(duty: Duty, above: bool) -> str:
    """The duty in words, for whoever owes it or, above, for whom it climbed to."""
    return str(TO_REMIND.get(duty.kind, WHAT[duty.kind]) if above else WHAT[duty.kind])


def url_of(duty: Duty, number: str) -> str:
    """The page on which it is done."""
    return {
        Kind.CHECK_ORDER: f"/checks/{duty.subject_id}", Kind.ANSWER_RETURN: f"/orders/{duty.subject_id}", Kind.NAME_MEMBER: f"/offers/corps/{duty.subject_id}",
        Kind.DISPATCH_ORDER: f"/dispatch/?o={duty.subject_id}", Kind.DISPATCH_AGAIN: f"/dispatch/?o={duty.subject_id}",
        Kind.APPROVE_DISPATCH: f"/dispatch/{duty.subject_id}", Kind.ANSWER_OFFER: f"/offers/{duty.subject_id}", Kind.CONFIRM_MOVE: f"/lessons/{number}",
        Kind.DECIDE_MOVE: f"/moves/{duty.subject_id}", Kind.ACCOUNT_LESSON: f"/lessons/{number}/attendance", Kind.WRITE_REPORT: f"/lessons/{number}/report?lecturer={duty.mark}",
        Kind.RATE_LESSON: f"/ratings/{duty.subject_id}",
    }[duty.kind]  # fmt: skip

"""The consumer's work in the words of the operator's page."""

from typing import Any

from catalogue.core.words import _, _l
from catalogue.home.audit_words import SUBJECTS

NIGHT = "audit.night"  # the run that remembers which night the audit was walked in
JOBS: dict[str, Any] = {
    "organisations": _l("到日子的改名、撤并、换上级"), "accounts": _l("清掉过期的登录和存稿"), "orders": _l("季末没满足的点单"),
    "dispatch": _l("过期的邀约，问下一位"), "ratings": _l("到期没评的单"), "duties": _l("到期没办的待办，告诉上一级"), "menu": _l("菜单上能约的时间"), "home": _l("清掉旧的运行记录"),
    "imports": _l("等着导入的表格"), "audit": _l("审计存根"), NIGHT: _l("夜里核对审计链"), "once": _l("清掉用过的表单钥匙"),
}  # fmt: skip
SUBJECTS_BESIDE: dict[str, Any] = {
    "part": _l("一部分课程"),
    "duty": _l("待办"),
    "day": _l("日子"),
    "edition": _l("菜单"),
    "lecturer": _l("讲师"),
}
KINDS: dict[str, Any] = {"menu.availability": _l("更新菜单上能约的时间")}


def job_word(name: str) -> str:
    """What a periodic work does; a name nobody has put into words yet is shown as it is."""
    return str(JOBS.get(name, name))


def kind_word(kind: str) -> str:
    """What an outbox row is for: notices have kinds of their own feature, all of them messages."""
    return str(KINDS.get(kind) or _("发消息"))


def subject_word(subject: str) -> str:
    """What it is about."""
    return str(SUBJECTS.get(subject) or SUBJECTS_BESIDE.get(subject) or subject)

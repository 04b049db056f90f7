"""What a message says: put into words when it is read, from the live row, so nothing stale or erased is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalogue.core.wording import listed, moment_text, span_text
from catalogue.core.words import _
from catalogue.dispatch.states import AskState, Mode
from catalogue.duties.words import WHAT
from catalogue.notices.kinds import Kind
from catalogue.notices.models import Message
from catalogue.organisations.called import called


@dataclass(frozen=True)
class Notice:
    """A message as a person reads it: what happened, the fact that decides, where to go, and how the thing stands now."""

    message: Message
    title: str
    detail: str
    url: str
    kind: str = ""
    state: Any = None


def _title(thing: Any) -> str:
    """The course a row is about."""
    if hasattr(thing, "course_version"):
        return str(thing.course_version.title)
    holder = next(getattr(thing, name) for name in ("dispatch", "order", "lesson") if hasattr(thing, name))
    return str(holder.course_version.title)


def _when(thing: Any) -> str:
    return span_text(thing.starts_at, thing.ends_at)


def _lecturers(lesson: Any) -> str:
    return listed(seat.lecturer.display_name for seat in lesson.lecturers if seat.left_at is None)


def _moved(lesson: Any, payload: dict[str, Any]) -> str:
    old = payload.get("old")
    if not old:
        return _("新时间：%(when)s", when=_when(lesson))
    return _("原来 %(old)s，现在 %(when)s", old=moment_text(datetime.fromisoformat(str(old))), when=_when(lesson))


def _claim(offer: Any) -> bool:
    """Open to all who can come?"""
    return bool(offer.dispatch.mode is Mode.CLAIM)


def _at_risk(payload: dict[str, Any]) -> str:
    """What became of the lecturer or the room of a fixed lesson."""
    return {
        "appointment": _("已定的课，讲师到时没有聘书，请改派"),
        "stopped": _("已定的课，讲师停止授课了，请改派"),
        "away": _("已定的课，讲师登记那天不来，请改派"),
        "ended": _("已定的课，场地停用了，请换场地"),
        "closed": _("已定的课，场地那天不开放，请换场地"),
        "plaque": _("已定的课，场地摘牌了，请换场地"),
    }.get(str(payload.get("why")), _("已定的课要改派"))


Words = Callable[[Any, dict[str, Any]], tuple[str, str]]
WORDS: dict[Kind, Words] = {
    Kind.ORDER_SUBMITTED: lambda o, p: (
        _("%(who)s的点单等您审核", who=called(o.organisation, o.named_at)),
        _title(o),
    ),
    Kind.ORDER_RETURNED: lambda o, p: (_("点单退回来了，请补充后再交"), _title(o)),
    Kind.ORDER_REJECTED: lambda o, p: (_("点单没有通过"), _("%(title)s。原因和办法在点单页上。", title=_title(o))),
    Kind.ORDER_APPROVED: lambda o, p: (_("点单审核通过，等区里派单"), _title(o)),
    Kind.ORDER_CANCELLED: lambda o, p: (
        _("%(who)s的点单取消了", who=called(o.organisation, o.named_at)),
        _title(o),
    ),
    Kind.ORDER_UNMET: lambda o, p: (_("这一季没排上，点单页上有换法"), _title(o)),
    Kind.DISPATCH_PROPOSED: lambda d, p: (_("有一份派单等您批准"), _title(d)),
    Kind.DISPATCH_APPROVED: lambda d, p: (_("您拟的派单已批准，邀约已发出"), _title(d)),
    Kind.DISPATCH_DISCARDED: lambda d, p: (_("您拟的派单没有用"), _title(d)),
    Kind.DISPATCH_ENDED: lambda d, p: (_("名单上的讲师都来不了，请重新派"), _title(d)),
    Kind.OFFER_MADE: lambda o, p: (
        _("有一场课可以抢，谁先接就是谁") if _claim(o) else _("您有一张新派单，请答复"),
        f"{_title(o)} · {_when(o)}",
    ),
    Kind.OFFER_REMINDER: lambda o, p: (
        _("这场课还没人接，%(by)s 截止", by=moment_text(o.answer_by))
        if _claim(o)
        else _("还有一张派单等您答复，%(by)s 截止", by=moment_text(o.answer_by)),
        f"{_title(o)} · {_when(o)}",
    ),
    Kind.OFFER_TAKEN: lambda o, p: (_("谢谢您愿意去，这一场已经有讲师接了"), f"{_title(o)} · {_when(o)}"),
    Kind.OFFER_WITHDRAWN: lambda o, p: (_("这张派单撤回了，不用答复"), f"{_title(o)} · {_when(o)}"),
    Kind.OFFER_DECLINED: lambda o, p: (_("%(who)s婉拒了", who=o.lecturer.display_name), f"{_title(o)} · {_when(o)}"),
    Kind.OFFER_EXPIRED: lambda o, p: (
        _("%(who)s到时没有答复", who=o.lecturer.display_name),
        f"{_title(o)} · {_when(o)}",
    ),
    Kind.CORPS_ASKED: lambda a, p: (
        _("请定谁去讲，%(by)s 截止", by=moment_text(a.answer_by)),
        f"{_title(a)} · {called(a.order.organisation, a.asked_at)}",
    ),
    Kind.CORPS_SILENT: lambda a, p: (
        _("%(corps)s到时没定谁去，请您来派", corps=a.corps.name),
        f"{_title(a)} · {called(a.order.organisation, a.asked_at)}",
    ),
    Kind.LESSON_SCHEDULED: lambda k, p: (_("课定了：%(when)s", when=_when(k)), f"{_title(k)} · {_lecturers(k)}"),
    Kind.LESSON_REMINDER: lambda k, p: (
        _("快上课了：%(when)s", when=_when(k)),
        f"{_title(k)} · {called(k.organisation, k.starts_at)}",
    ),
    Kind.LESSON_MOVED: lambda k, p: (_("《%(title)s》改期了", title=_title(k)), _moved(k, p)),
    Kind.LESSON_LOST: lambda k, p: (_("讲师来不了，派单员正另请讲师"), f"{_title(k)} · {_when(k)}"),
    Kind.LESSON_CALLED_OFF: lambda k, p: (_("停课了"), f"{_title(k)} · {_when(k)}"),
    Kind.LESSON_MISSED: lambda k, p: (_("课没上成，已登记"), f"{_title(k)} · {_when(k)}"),
    Kind.LESSON_UNACCOUNTED: lambda k, p: (_("课上过了吗？请登记到了多少人"), f"{_title(k)} · {_when(k)}"),
    Kind.LESSON_AT_RISK: lambda k, p: (_at_risk(p), f"{_title(k)} · {_when(k)}"),
    Kind.MOVE_ASKED: lambda m, p: (_("有一场课要改期"), _title(m)),
    Kind.MOVE_REFUSED: lambda m, p: (_("改期没改成，还按原来的时间上"), _title(m)),
    Kind.MOVE_UNCONFIRMED: lambda k, p: (_("新时间没人确认，请打电话"), f"{_title(k)} · {_when(k)}"),
    Kind.RATING_OPENED: lambda r, p: (_("课上完了，请评单"), _title(r)),
    Kind.RATING_REMINDER: lambda r, p: (_("评单 %(by)s 截止", by=moment_text(r.rate_by)), _title(r)),
    Kind.RATING_GIVEN: lambda r, p: (_("%(who)s评单了", who=called(r.organisation, r.lesson.starts_at)), _title(r)),
    Kind.DUTY_CLIMBED: lambda d, p: (
        _("到时没有人办，请您过问：%(what)s", what=WHAT[d.kind]),
        _("应在 %(by)s 前办好", by=moment_text(d.due_at)),
    ),
}
URLS: dict[str, Callable[[Any], str]] = {
    "order": lambda o: f"/orders/{o.id}",
    "dispatch": lambda d: f"/dispatch/{d.id}",
    "offer": lambda o: f"/offers/{o.id}",
    "corps_ask": lambda a: f"/offers/corps/{a.order_id}" if a.state is AskState.OPEN else "/offers/corps/",
    "lesson": lambda k: f"/lessons/{k.number}",
    "move": lambda m: f"/moves/{m.id}",
    "rating": lambda r: f"/ratings/{r.id}",
    "duty": lambda d: "/duties/",
}
TO_THE_DESK = {Kind.OFFER_DECLINED, Kind.OFFER_EXPIRED}


def _url(message: Message, thing: Any) -> str:
    if message.kind in TO_THE_DESK:
        return f"/dispatch/{thing.dispatch_id}"
    if message.kind == Kind.CORPS_SILENT:
        return f"/dispatch/?o={thing.order_id}"
    if message.kind == Kind.LESSON_UNACCOUNTED:
        return f"/lessons/{thing.number}/attendance"
    return URLS[message.subject](thing)


def say(message: Message, thing: Any | None) -> Notice:
    """The message in words; one whose row this reader may not see any more says only that."""
    if thing is None or message.kind not in list(Kind):
        return Notice(message, _("这条消息说的事，现在不归您看了"), "", "")
    title, detail = WORDS[Kind(message.kind)](thing, message.payload)
    return Notice(message, title, detail, _url(message, thing), message.subject, getattr(thing, "state", None))

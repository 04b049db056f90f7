"""Where an order stands, in words: the six stamps, and the sentence that says who acts next, until when, and whom to call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalogue.core import wording
from catalogue.core.words import _
from catalogue.orders.operations import CANCELLATIONS, REJECTIONS
from catalogue.orders.states import OPEN, State
from catalogue.organisations.called import Known, name_on_day


@dataclass(frozen=True)
class Line:
    """What a feature to the right knows of an order: stamps 2 to 5 as (who, when), the next sentence, and where it leads."""

    stamps: Mapping[int, tuple[Any, Any]] = field(default_factory=dict)
    next: str = ""
    url: str = ""
    label: str = ""


def committee(row: Any) -> Known:
    """Whose order a row of the list is, for its name on the day it was ordered."""
    return Known(row.organisation_id, row.committee, row.renamed_on, row.ended_on)


def ordered_at(row: Any) -> datetime:
    """The instant whose names hold for a row of the list."""
    instant: datetime = row.submitted_at or row.made_at
    return instant


def named_at(row: Any) -> datetime | None:
    """The instant whose name of the committee holds for a row of the list: None, today, while what has merged still waits for its lesson."""
    return None if row.ended_on is not None and row.state in OPEN else ordered_at(row)


def stamps(row: Any, line: Line | None = None) -> dict[int, tuple[Any, Any]]:
    """The details of the line of stamps for a row of the list (queries.listed)."""
    known: dict[int, tuple[Any, Any]] = {
        0: (name_on_day(committee(row), ordered_at(row)), wording.day(ordered_at(row)))
    }
    if row.checked_at is not None:
        known[1] = (row.town or row.district, wording.day(row.checked_at))
    elif row.state is State.SUBMITTED and row.check_by is not None:
        known[1] = (row.town or row.district, _("%(day)s前", day=wording.day(row.check_by)))
    if row.planned_at is not None:
        known[2] = (_("区派单台"), wording.day(row.planned_at))
    if row.scheduled_at is not None:
        known[3] = ("", wording.day(row.scheduled_at))
    if line is not None:
        known.update(line.stamps)
    return known


def reached(row: Any) -> int | None:
    """Where on the line an order that was cancelled or never planned had got to."""
    if row.state not in (State.CANCELLED, State.UNMET):
        return None
    if row.scheduled_at is not None:
        return 4
    if row.planned_at is not None:
        return 3
    return 2 if row.checked_at is not None else 1 if row.submitted_at is not None else 0


def telephone(row: Any, *, of_town: bool) -> str:
    """Whom to call about it, as a piece of a sentence; empty when no number is known."""
    name, number = (row.town, row.town_telephone) if of_town and row.town else (row.district, row.district_telephone)
    return _("电话 %(number)s（%(name)s）。", number=number, name=name) if number else ""


def next_words(row: Any, at: datetime, line: Line | None = None) -> str:
    """接下来…: who acts, until when, and the telephone."""
    if line is not None and line.next:
        return line.next
    town = row.town or row.district
    call = telephone(row, of_town=row.state in (State.SUBMITTED, State.RETURNED, State.REJECTED))
    if row.state is State.SUBMITTED:
        waits = _waits(row)
        if row.check_by is not None and row.check_by < at:
            return _(
                "%(town)s应在 %(until)s 前审核，已经过了，可以打电话问一问。%(waits)s%(call)s",
                town=town,
                until=wording.moment(row.check_by),
                waits=waits,
                call=call,
            )
        until = wording.moment(row.check_by) if row.check_by is not None else ""
        said = _("%(until)s 前，%(town)s会审核。%(waits)s%(call)s", until=until, town=town, waits=waits, call=call)
        return said if until else _("等%(town)s审核。%(waits)s%(call)s", town=town, waits=waits, call=call)
    return _sentences(row, town, call)


def by_district(row: Any, at: datetime) -> Line:
    """The line of a submitted order that nobody in its town may check: whoever entered it is the town's only administrator."""
    until = _("%(day)s前", day=wording.day(row.check_by)) if row.check_by is not None else ""
    late = row.check_by is not None and row.check_by < at
    said = _(
        "%(town)s没有别的管理员能审核这一张，已直接交给%(district)s审核。", town=row.town or "", district=row.district
    )
    if late:
        said += _("应在 %(until)s 前审核，已经过了。", until=wording.moment(row.check_by))
    return Line({1: (row.district, until)}, f"{said}{_waits(row)}{telephone(row, of_town=False)}")


def _waits(row: Any) -> str:
    return _("正在等回电到 %(when)s。", when=wording.moment(row.call_back_until)) if row.call_back_until else ""


def _sentences(row: Any, town: str, call: str) -> str:
    first = wording.half_day(row.first_at) if row.first_at is not None else ""
    return {
        State.DRAFT: _("草稿还没有提交，别人看不到。"),
        State.RETURNED: _("请按上面的话改好，再提交一次。%(call)s", call=call),
        State.REJECTED: _("这一张不再办了，可以换一门课重新点。%(call)s", call=call),
        State.APPROVED: _(
            "区派单台正在找讲师，最早的时间是 %(first)s。找到了会马上告诉您。%(call)s", first=first, call=call
        ),
        State.PLANNED: _("区派单台已经拟好讲师，等讲师答复，您不用做什么。%(call)s", call=call),
        State.SCHEDULED: _("讲师已经接单，按时上课。%(call)s", call=call),
        State.DELIVERED: _("课上完了，请花一分钟评单。"),
        State.CLOSED: _("都办完了，谢谢您。"),
        State.CANCELLED: _("已经取消，不占名额。"),
        State.UNMET: _("这一季没有排上。可以照这一张再点一次，多选几个时间更容易排上。%(call)s", call=call),
        State.MISSED: _("这一场没有上成。可以照这一张再点一次。%(call)s", call=call),
    }[row.state]


def reasons() -> dict[str, str]:
    """Reason codes of an order's history → words."""
    return {**REJECTIONS, **CANCELLATIONS, "edition_ended": _("本季上课时间已过"), "lecturer": _("讲师没有来"), "committee": _("居村没有来")}  # fmt: skip


def why_first(row: Any, at: datetime) -> str:
    """Why an order stands where it stands in the queue of checks."""
    if row.call_back_until is not None and row.call_back_until > at:
        return _("等回电到 %(when)s", when=wording.moment(row.call_back_until))
    if row.check_by is not None and row.check_by < at:
        return _("该在 %(when)s 前审核，已经过了", when=wording.moment(row.check_by))
    if row.first_at is not None:
        left = (row.first_at - at).days
        return _("首个时间 %(when)s，只剩 %(n)d 天", when=wording.half_day(row.first_at), n=max(left, 0)) if left <= 14 else _("首个时间 %(when)s", when=wording.half_day(row.first_at))  # fmt: skip
    return ""

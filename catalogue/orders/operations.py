"""Every write of orders: drafts and windows, submitting by the rules, checks, notes, and the thin steps other features take."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from catalogue.core import changes, events, numbers
from catalogue.core.actor import Actor, Role, job
from catalogue.core.clock import day_of
from catalogue.core.db import db, is_postgresql, lock, run
from catalogue.core.errors import IllegalAction, Invalid, NotVisible, Refusal, Stale, gathered, refuse_all
from catalogue.core.words import _
from catalogue.courses.models import Course, CourseVersion, EditionItem
from catalogue.orders import policy, queries, rules
from catalogue.orders.errors import NotYours, OwnOrder, ReasonMissing, TooManyWindows, WrongSize
from catalogue.orders.events import (
    OrderApproved,
    OrderCancelled,
    OrderRejected,
    OrderReturned,
    OrderSubmitted,
    OrderUnmet,
)
from catalogue.orders.models import Order, OrderHistory, OrderNote, OrderWindow, Place
from catalogue.orders.patterns import MOST, MOST_SINGLE
from catalogue.orders.rules import Case, Windows
from catalogue.orders.states import NEXT, Action, State
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue

EDITABLE = frozenset(
    {"audience_code", "expected", "place", "venue_id", "online_too", "need", "preferred_lecturer_id", "contact", "telephone"}
)  # fmt: skip
REJECTIONS = {
    "not_suitable": "课程和需要不合适",
    "already_given": "最近已经上过",
    "no_people": "人数凑不齐",
    "other_way": "已另外安排",
    "other": "其他",
}
CANCELLATIONS = {
    "people": "人来不了",
    "place": "场地用不了",
    "time": "时间改了",
    "not_needed": "不需要了",
    "mistake": "点错了",
    "other": "其他",
}
"""Reason codes with their words; `other` must be explained."""


# ── drafts ──────────────────────────────────────────────────────────────────────────────────────


def draft(
    *, by: Actor, at: datetime, committee: Organisation, course: Course, key: str, values: Mapping[str, Any] | None = None,
) -> Order:  # fmt: skip
    """A new draft, or the order that was already made with this one-time key: a double click is one order.

    Raises NotYours when the actor may not order for this committee, NotOffered when the course is not for it.
    """
    if not policy.may_order_for(by, committee):
        raise NotYours(_("您不能替这个单位点单。"))
    found = _made_with(committee.id, key, by)
    if found is not None:
        return found
    if committee.ended_on is not None:
        raise NotYours(_("这个单位已经撤并，请用新的单位点单。"))
    version = queries.course_of(course.id).published
    if version is None or committee.district_id is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    rules.refuse_unless_offered(course, queries.chain_of(committee.id), committee.district_id)
    order = Order(
        organisation_id=committee.id, town_id=committee.town_id, district_id=committee.district_id, state=State.DRAFT,
        origin=policy.origin_of(by, committee), key=key, course_id=course.id, course_version_id=version.id, corps_id=course.corps_id,
        made_by_id=by.person_id, made_at=at,
        **{
            "place": usual_place(version),
            "audience_code": version.audiences[0].code if len(version.audiences) == 1 else None,
            **_plain(values or {}),
        },
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            changes.begin(order, by=by, at=at, acting_for=committee.id)
    except sa.exc.IntegrityError:
        again = _made_with(committee.id, key, by)
        if again is None:
            raise
        return again
    return queries.loaded(order.id)


def _made_with(committee_id: int, key: str, by: Actor) -> Order | None:
    found = db.session.execute(
        sa.select(Order.id, Order.made_by_id).where(Order.organisation_id == committee_id, Order.key == key)
    ).first()
    if found is None:
        return None
    if found.made_by_id != by.person_id:
        raise NotYours(_("这一页是别人打开的，请从课程页重新点单。"))
    return queries.loaded(found.id)


def usual_place(version: CourseVersion | queries.Promise) -> Place:
    """Where a course is usually held: the committee's own room when the lecturer comes there."""
    if version.onsite:
        return Place.OWN_ROOM
    return Place.ANY_VENUE if version.venue else Place.ONLINE


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    return {**values, "venue_id": values.get("venue_id")} if "place" in values else dict(values)


_COLUMNS = [c.key for c in Order.__table__.columns]


def _hold(order: Order) -> None:
    """Makes other writers of this order wait, and reads what they left (SQLite's writer is alone anyway)."""
    if is_postgresql():
        lock(Order, [order.id])
        db.session.refresh(order, [*_COLUMNS, "windows"])


def _check_page(order: Order, version: int | None, by: Actor) -> None:
    """Autosave and a button of the same page may cross on the way, so a draft is stale only when somebody else wrote in it."""
    if version is None or version == order.version:
        return
    last = db.session.scalar(
        sa.select(OrderHistory.person_id)
        .where(OrderHistory.owner_id == order.id)
        .order_by(OrderHistory.id.desc())
        .limit(1)
    )
    if order.state is not State.DRAFT or last != by.person_id or version > order.version:
        raise Stale(_("这张点单刚刚被别人改过，请看过新内容再办。您填的内容没有丢。"), row=(Order, order.id, version))


def save(order: Order, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Keeps what was typed in a draft or returned order. Raises NotYours, Stale; nothing is judged before it is submitted, but that

    the number of people of an order that was handed in is not emptied (WrongSize), and that venue, lecturer and audience are such as
    this committee may choose: else an order would show what is not for it to see (WrongPlace, WrongLecturer, WrongAudience).
    """
    _hold(order)
    _check_editor(by, order)
    _check_page(order, version, by)
    if order.state is not State.DRAFT and values.get("expected", order.expected) is None:
        raise WrongSize(_("请填写大概来多少人。"), field="expected")
    rules.names_only_its_own(order, values)
    changes.edit(order, _plain(values), by=by, at=at, action="save")


def keep(
    order: Order, values: Mapping[str, Any], windows: Windows, *, pattern: str, by: Actor, at: datetime, version: int | None = None,
) -> None:  # fmt: skip
    """Everything a page of the form says at once: words and times, judged against one version of the page."""
    save(order, values, by=by, at=at, version=version)
    set_windows(order, windows, by=by, at=at, pattern=pattern)


def set_windows(
    order: Order, windows: Windows, *, by: Actor, at: datetime, version: int | None = None, pattern: str = ""
) -> None:
    """Replaces the possible times, best first. One to ten single ones, or up to 200 of a pattern, whose words are kept.

    Raises NotYours, Stale, TooManyWindows; an empty list is fine in a draft.
    """
    _hold(order)
    _check_editor(by, order)
    _check_page(order, version, by)
    wanted = list(dict.fromkeys(windows))
    refuse_too_many(wanted, pattern)
    before = [(w.starts_at, w.ends_at) for w in order.windows]
    if wanted == before and pattern == order.pattern:
        return
    _write_windows(order, wanted)
    order.pattern = pattern
    flag_modified(order, "pattern")  # the version follows the windows too
    db.session.flush()
    changed = {"windows": [len(before), len(wanted)], "pattern": [bool(before), bool(pattern)]}
    changes.note(order, "windows", by=by, at=at, changed=changed)


def refuse_too_many(windows: Windows, pattern: str) -> None:
    """Raises TooManyWindows."""
    if len(windows) > (MOST if pattern else MOST_SINGLE):
        raise TooManyWindows(
            _("最多选 %(n)d 个时间。要更多，请写成一句话，例如：周二或周四晚上。", n=MOST_SINGLE), field="windows"
        )


def _write_windows(order: Order, wanted: Windows) -> None:
    """The possible times, replaced whole by one statement; nothing else of the order is touched."""
    if order.windows:
        run(_FORGET_WINDOWS, {"of": order.id})
        for old in order.windows:
            db.session.expunge(old)
    if wanted:
        run(INSERT_WINDOWS, window_rows(order.id, wanted))
    set_committed_value(order, "windows", list(db.session.scalars(_WINDOWS_OF, {"of": order.id})))


_windows = cast("sa.Table", OrderWindow.__table__)
INSERT_WINDOWS = _windows.insert()
_FORGET_WINDOWS = _windows.delete().where(_windows.c.order_id == sa.bindparam("of"))
_WINDOWS_OF = sa.select(OrderWindow).where(OrderWindow.order_id == sa.bindparam("of")).order_by(OrderWindow.rank)


def window_rows(order_id: int, wanted: Windows) -> list[dict[str, Any]]:
    """Rows of order_window, best first."""
    return [
        {"order_id": order_id, "starts_at": starts_at, "ends_at": ends_at, "rank": rank}
        for rank, (starts_at, ends_at) in enumerate(wanted, 1)
    ]


def again(order: Order, *, by: Actor, at: datetime, committee: Organisation, course: Course, key: str) -> Order:
    """A new draft like the last one: everything but its times, which have passed."""
    fresh = draft(by=by, at=at, committee=committee, course=course, key=key)
    if fresh.version == 1 and not fresh.need:
        kept = (
            "audience_code",
            "expected",
            "place",
            "venue_id",
            "online_too",
            "need",
            "preferred_lecturer_id",
            "contact",
            "telephone",
        )
        values = {name: getattr(order, name) for name in kept}
        save(fresh, rules.still_there(fresh, values), by=by, at=at)
    return fresh


# ── submitting ──────────────────────────────────────────────────────────────────────────────────


def submit(
    order: Order, *, by: Actor, at: datetime, version: int | None = None, quota_reason: str = "", terms: rules.Terms | None = None
) -> None:  # fmt: skip
    """Hands an order in: every rule is judged under the committee's lock, the town's deadline is fixed, the number is given.

    `terms`: those of this order, when this transaction has read them already.

    Of a pattern, times that have come too near are dropped; a single time that is too near is refused in words.
    Raises the refusals of rules.py, NotYours, Stale, IllegalAction.
    """
    _hold(order)
    _check_may(policy.may_submit(by, order), order, by, Action.SUBMIT)
    _check_page(order, version, by)
    lock(Organisation, [order.organisation_id])
    case = judged(_case(order, at, terms), by, quota_reason)
    if len(case.windows) < len(order.windows):
        _write_windows(order, case.windows)
    columns = handed_in(case, by, at, quota_reason)
    changes.move(order, NEXT, Action.SUBMIT, by=by, at=at, acting_for=order.organisation_id, values=columns)
    events.publish(OrderSubmitted(order.id), by=by, at=at)


def _case(order: Order, at: datetime, terms: rules.Terms | None) -> Case:
    windows = tuple((w.starts_at, w.ends_at) for w in order.windows)
    terms = rules.for_windows(terms or rules.terms(order.course_id, order.organisation_id, at), windows)
    version = terms.item.course_version if terms.item is not None else order.course_version
    venue = rules.own_room(order.organisation_id) if order.place is Place.OWN_ROOM else None
    if order.place is Place.VENUE and order.venue_id is not None:
        venue = db.session.get(Venue, order.venue_id)
    return Case(order, order.course, version, windows, terms, venue)


def judged(case: Case, by: Actor, quota_reason: str) -> Case:
    """The case without the times of a pattern that came too near, after every rule has let it pass.

    Raises the refusal of rules.py that there is, or all of them at once.
    """
    case = _without_near(case)
    refuse_all(_refusals(case, by, quota_reason))
    return case


def _refusals(case: Case, by: Actor, quota_reason: str) -> Iterator[Refusal]:
    """What every rule says that can be asked: without an edition that takes orders, those about its days and quotas cannot."""
    item = case.terms.item
    asked = [rule for rule in rules.ALWAYS if item is not None or rule not in rules.OF_AN_EDITION]
    if item is not None and item.limit is not None:  # an item without a limit has nothing to guard
        lock(EditionItem, [item.id])
        asked.append(rules.item_has_room)
    if item is not None and not (quota_reason and policy.may_override_quota(by, case.order)):
        asked.append(rules.within_quota)
    for rule in asked:
        try:
            rule(case)
        except Refusal as refused:
            yield refused


def refusals(order: Order, *, by: Actor, at: datetime, quota_reason: str = "") -> list[Refusal]:
    """What handing in would be refused for, for a form that has other mistakes too: everything is said at once. Writes nothing."""
    return gathered(_refusals(_without_near(_case(order, at, None)), by, quota_reason))


def _without_near(case: Case) -> Case:
    """A pattern loses the times that came too near meanwhile; when none is left, the rule says so."""
    earliest = case.terms.earliest(case.order.place)
    far = tuple(w for w in case.windows if day_of(w[0]) >= earliest)
    return replace(case, windows=far) if case.order.pattern and far else case


def handed_in(case: Case, by: Actor, at: datetime, quota_reason: str) -> dict[str, Any]:
    """The columns that handing in sets: the item and version ordered, the room, who and when, the town's deadline, the number."""
    order, item = case.order, case.terms.must_item()
    return {
        "edition_item_id": item.id, "course_version_id": item.course_version_id,
        "venue_id": case.venue.id if case.venue is not None else None,
        "submitted_by_id": by.person_id, "submitted_at": at, "check_by": case.terms.check_by(at),
        "checked_by_id": None, "checked_at": None, "call_back_until": None,
        "quota_reason": quota_reason if quota_reason and policy.may_override_quota(by, order) else order.quota_reason,
        "number": order.number or numbers.next_number(numbers.ORDER, district_id=order.district_id, prefix=case.terms.prefix, at=at),
    }  # fmt: skip


# ── checking ────────────────────────────────────────────────────────────────────────────────────


def approve(order: Order, *, by: Actor, at: datetime, version: int | None = None, words: str = "") -> None:
    """The town lets it pass to the district. Nobody checks an order they entered or submitted, under any role."""
    _check_checker(by, order, Action.APPROVE)
    changes.move(order, NEXT, Action.APPROVE, by=by, at=at, version=version, words=words, values=_checked(by, at))
    events.publish(OrderApproved(order.id), by=by, at=at)


def send_back(order: Order, *, by: Actor, at: datetime, reason: str, version: int | None = None) -> None:
    """Back to the committee with a question: by the town while it checks, by the district's dispatcher once approved."""
    if order.state is State.APPROVED:
        _check_may(policy.may_return(by, order), order, by, Action.RETURN)
    else:
        _check_checker(by, order, Action.RETURN)
    if not reason.strip():
        raise ReasonMissing(_("请写清楚要对方补什么、改什么。"), field="reason")
    changes.move(order, NEXT, Action.RETURN, by=by, at=at, version=version, words=reason, values=_checked(by, at))
    events.publish(OrderReturned(order.id), by=by, at=at)


def reject(order: Order, *, by: Actor, at: datetime, code: str, reason: str = "", version: int | None = None) -> None:
    """Says no for good, with a reason of the list and words."""
    _check_checker(by, order, Action.REJECT)
    _check_reason(code, reason, REJECTIONS)
    changes.move(
        order, NEXT, Action.REJECT, by=by, at=at, version=version, code=code, words=reason, values=_checked(by, at)
    )  # fmt: skip
    events.publish(OrderRejected(order.id), by=by, at=at)


def cancel(
    order: Order, *, by: Actor, at: datetime, code: str = "", reason: str = "", version: int | None = None
) -> None:
    """Calls it off, any time before the lesson was held. A draft is simply put away; anything else needs a reason."""
    before = order.state
    _check_may(policy.may_cancel(by, order), order, by, Action.CANCEL)
    if before is not State.DRAFT:
        _check_reason(code, reason, CANCELLATIONS)
    changes.move(order, NEXT, Action.CANCEL, by=by, at=at, version=version, code=code, words=reason)
    events.publish(OrderCancelled(order.id, before), by=by, at=at)


def _check_may(may: bool, order: Order, by: Actor, action: Action) -> None:
    """Strangers are told it is not theirs; those whose work it could be hear first whether the state allows it at all."""
    if policy.over(by, order, *policy.ROLES[action]):
        if (order.state, action) not in NEXT:
            raise IllegalAction(
                _("现在的状态不能这样办，请刷新后看最新进展。"), state=order.state.value, action=action.value
            )
    else:
        may = False
    if not may:
        raise NotYours(_("这张点单不归您办。需要的话，请联系本街镇管理员。"))


def _check_editor(by: Actor, order: Order) -> None:
    if not policy.may_edit(by, order):
        if policy.over(by, order, *policy.ROLES[Action.SUBMIT]) and order.state is not State.DRAFT:
            raise IllegalAction(_("点单已经提交，现在不能再改。要改请街镇退回，或取消后重新点。"))
        raise NotYours(_("这张点单不归您办。需要的话，请联系本街镇管理员。"))


def _check_checker(by: Actor, order: Order, action: Action) -> None:
    if not policy.over(by, order, *policy.CHECKING):
        raise NotYours(_("这张点单不归您审核。"))
    if (order.state, action) not in NEXT:
        raise IllegalAction(
            _("现在的状态不能这样办，请刷新后看最新进展。"), state=order.state.value, action=action.value
        )
    if policy.entered(by, order) or by.person_id in queries.entered_by(order.id):
        raise OwnOrder(_("这张点单是您填写或提交的，要请另一位管理员审核。"))


def _check_reason(code: str, words: str, reasons: Mapping[str, str]) -> None:
    if code not in reasons:
        raise ReasonMissing(_("请选一个原因。"), field="code")
    if code == "other" and not words.strip():
        raise ReasonMissing(_("请写明是什么原因。"), field="reason")


def _check_steers(by: Actor, order: Order) -> None:
    if not policy.may_steer(by, order):
        raise NotYours(_("这张点单不归您办。需要的话，请联系本街镇管理员。"))


def _checked(by: Actor, at: datetime) -> dict[str, Any]:
    """Columns that every decision of a checker sets."""
    return {"checked_by_id": by.person_id, "checked_at": at, "call_back_until": None}


# ── steering and notes ──────────────────────────────────────────────────────────────────────────


def assign(order: Order, person_id: int | None, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Names the colleague who looks after it (None: nobody in particular). Raises NotYours, Invalid when they are not of the staff."""
    _check_steers(by, order)
    places = [i for i in (order.town_id, order.district_id) if i is not None]
    known = {r.id for r in queries.staff(places, (Role.TOWN_ADMINISTRATOR, *policy.DISTRICT), day_of(at))}
    if person_id is not None and person_id not in known:
        raise Invalid(_("请选一位本街镇或区里的经办人。"), field="person")
    changes.edit(order, {"assigned_to_id": person_id}, by=by, at=at, version=version, action="assign")


def wait_for_call(
    order: Order, until: datetime | None, *, by: Actor, at: datetime, version: int | None = None, words: str = ""
) -> None:
    """等回电到…: somebody was asked by telephone and will call back until then (None: no longer)."""
    _check_steers(by, order)
    if until is not None and until <= at:
        raise Invalid(_("请填一个还没到的时间。"), field="until")
    changes.edit(order, {"call_back_until": until}, by=by, at=at, version=version, action="wait_for_call", words=words)


def note(order: Order, words: str, *, by: Actor, at: datetime) -> OrderNote:
    """An internal note, seen by the writer's own side of the counter and never by the other."""
    side = policy.side_of(by, order)
    if not side or by.person_id is None:
        raise NotYours(_("您不能在这张点单上写备注。"))
    if not words.strip():
        raise Invalid(_("请写备注内容。"), field="words")
    if len(words) > 1000:
        raise Invalid(_("最多写 1000 个字。"), field="words")
    made = OrderNote(order_id=order.id, side=side, words=words, by_id=by.person_id, made_at=at)
    db.session.add(made)
    db.session.flush()
    changes.note(order, "note", by=by, at=at, subject="order_note", subject_id=made.id)
    return made


def reveal(order: Order, *, by: Actor, at: datetime) -> None:
    """Somebody on the handling side looks at the contact's telephone: recorded, and nothing else changes."""
    if not policy.side_of(by, order):
        raise NotYours(_("这张点单不归您办。需要的话，请联系本街镇管理员。"))
    changes.note(order, "reveal_telephone", by=by, at=at)


# ── steps that other features take; their own policy has judged who may ─────────────────────────


def plan(order: Order, *, by: Actor, at: datetime) -> None:
    """A dispatch was proposed."""
    changes.move(order, NEXT, Action.PLAN, by=by, at=at)


def unplan(order: Order, *, by: Actor, at: datetime, code: str = "", words: str = "") -> None:
    """The dispatch was discarded, withdrawn, or nobody on its list is left."""
    changes.move(order, NEXT, Action.UNPLAN, by=by, at=at, code=code, words=words)


def schedule(order: Order, *, by: Actor, at: datetime) -> None:
    """A lecturer accepted: the lesson is fixed."""
    changes.move(order, NEXT, Action.SCHEDULE, by=by, at=at)


def unschedule(order: Order, *, by: Actor, at: datetime, code: str = "", words: str = "") -> None:
    """The lecturer was lost, the lesson called off, or moved without a match."""
    changes.move(order, NEXT, Action.UNSCHEDULE, by=by, at=at, code=code, words=words)


def deliver(order: Order, *, by: Actor, at: datetime) -> None:
    changes.move(order, NEXT, Action.DELIVER, by=by, at=at)


def miss(order: Order, *, by: Actor, at: datetime, code: str, words: str = "") -> None:
    """Nobody came. code is `lecturer` (costs the committee no quota) or `committee` (counts)."""
    if code not in ("lecturer", queries.COMMITTEE):
        raise ValueError(f"missed by whom: {code!r}")
    changes.move(order, NEXT, Action.MISS, by=by, at=at, code=code, words=words)


def close(order: Order, *, by: Actor, at: datetime, code: str = "") -> None:
    """Rated, or the time for rating is over."""
    changes.move(order, NEXT, Action.CLOSE, by=by, at=at, code=code)


def lapse(order: Order, *, by: Actor, at: datetime) -> None:
    """Its edition ended without a lesson: 没排上."""
    policy.require_job(by)
    changes.move(order, NEXT, Action.LAPSE, by=by, at=at, code="edition_ended")
    events.publish(OrderUnmet(order.id), by=by, at=at)


def sweep(at: datetime) -> int:
    """Marks as unmet every order whose edition has ended. Idempotent; returns how many."""
    waiting = queries.unmet_candidates(day_of(at))
    for order_id in waiting:
        lapse(queries.loaded(order_id), by=job("orders.sweep"), at=at)
    return len(waiting)

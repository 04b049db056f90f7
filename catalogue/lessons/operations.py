"""Every write of a lesson but moves (moves.py): it is made, counted, delivered, called off, missed, or loses its lecturer."""

from collections.abc import Sequence
from datetime import datetime

from catalogue.calendar import operations as holds
from catalogue.calendar import queries as calendar
from catalogue.core import changes, clock, events, numbers
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.core.words import _
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.lessons import policy, queries
from catalogue.lessons.errors import Begun, NobodyCounted, NotYours, TooEarly
from catalogue.lessons.events import LessonCalledOff, LessonDelivered, LessonLost, LessonMissed, LessonScheduled
from catalogue.lessons.models import (
    Attendance,
    AttendanceState,
    Lesson,
    LessonLecturer,
    LessonOrder,
    LessonParty,
    MissedBy,
)
from catalogue.lessons.states import NEXT, Action, State
from catalogue.orders import operations as ordering
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import setting

ON_THE_SPOT = "现场改正"


def schedule(dispatch: Dispatch, offers: Sequence[Offer], *, by: Actor, at: datetime) -> Lesson:
    """Makes the lesson of a settled dispatch from its accepted offers: parties, seats, orders, and the holds handed over.

    `dispatch.orders[*].order` must be loaded. Publishes LessonScheduled.
    """
    first = offers[0]
    lesson = Lesson(
        number=_number(dispatch, at), state=State.SCHEDULED, dispatch_id=dispatch.id, district_id=dispatch.district_id, town_id=dispatch.town_id,
        organisation_id=dispatch.organisation_id, course_id=dispatch.course_id, course_version_id=dispatch.course_version_id,
        venue_id=first.venue_id, teach_mode=first.teach_mode, starts_at=first.starts_at, ends_at=first.ends_at,
        cancel_free_until=_cancel_free_until(dispatch.organisation_id, first.starts_at, at),
    )  # fmt: skip
    changes.begin(lesson, by=by, at=at, action="schedule")
    for offer in offers:
        db.session.add(
            LessonLecturer(lesson_id=lesson.id, lecturer_id=offer.lecturer_id, offer_id=offer.id, seat=offer.seat, confirmed_at=at)
        )
    orders = [served.order for served in dispatch.orders]
    _add_parties(lesson, orders)
    taken = [*calendar.held_for("dispatch", dispatch.id), *(h for o in offers for h in calendar.held_for("offer", o.id))]
    holds.hand_over(taken, held_for="lesson", held_for_id=lesson.id)
    for order in orders:
        ordering.schedule(order, by=by, at=at)
    events.publish(LessonScheduled(lesson.id), by=by, at=at)
    return lesson


def _number(dispatch: Dispatch, at: datetime) -> str:
    prefix = db.session.get_one(Organisation, dispatch.district_id).number_prefix
    return numbers.next_number(numbers.LESSON, district_id=dispatch.district_id, prefix=prefix, at=at)


def _cancel_free_until(organisation_id: int, starts_at: datetime, at: datetime) -> datetime:
    """The end of the last day on which calling off is free; stored, so a changed setting never moves the promise."""
    days = setting("free_cancel_days", organisation_id, clock.day_of(at))
    return clock.at(calendar.add_working_days(clock.day_of(starts_at), -days), 24 * 60)


def _add_parties(lesson: Lesson, orders: Sequence[Order]) -> None:
    parties: dict[int, LessonParty] = {}
    for order in orders:
        db.session.add(LessonOrder(lesson_id=lesson.id, order_id=order.id))
        party = parties.get(order.organisation_id)
        if party is None:
            party = LessonParty(lesson_id=lesson.id, organisation_id=order.organisation_id, order_id=order.id, expected=0)
            parties[order.organisation_id] = party
            db.session.add(party)
        party.expected += order.expected or 0
    db.session.flush()


def set_online_link(lesson: Lesson, link: str, *, by: Actor, at: datetime, version: int | None) -> None:
    """Where an online lesson is joined: by the desk or its lecturer."""
    if not (policy.runs(by, lesson) or policy.teaches(by, lesson)):
        raise NotYours(_("线上课的链接由讲师或区派单员填写。"))
    if link and not link.startswith(("https://", "http://")):
        raise Invalid(_("链接要以 https:// 开头。"), field="online_link")
    changes.edit(lesson, {"online_link": link}, by=by, at=at, version=version, action="set_online_link")


def count(lesson: Lesson, party: LessonParty, *, here: int, online: int, by: Actor, at: datetime, reason: str = "") -> None:
    """How many came without being on the roster, on the spot and online. After delivery a change needs a reason."""
    _may_account(lesson, by, at)
    if (party.head_count, party.online_count) == (here, online) and party.counted_at is not None:
        return
    if lesson.state is State.DELIVERED and not reason:
        raise Invalid(_("这场课已经记为上完，改人数请写明原因。"), field="reason")
    changed = {"head_count": [party.head_count, here], "online_count": [party.online_count, online]}
    party.head_count, party.online_count, party.counted_at = here, online, at
    changes.note(lesson, "count", by=by, at=at, subject="lesson_party", subject_id=party.id, changed=changed, words=reason)


def mark(
    lesson: Lesson, party: LessonParty, person_id: int, presence: AttendanceState, *, by: Actor, at: datetime, online: bool = False, reason: str = "",
) -> Attendance:  # fmt: skip
    """One person's attendance. Saying it again changes nothing; saying otherwise is a new row that replaces the old one, with a reason."""
    _may_account(lesson, by, at)
    old = next((row for row in queries.roster(lesson.id) if row.person_id == person_id), None)
    if old is not None and (old.presence, old.online, old.party_id) == (presence, online, party.id):
        return old
    if old is not None and lesson.state is State.DELIVERED and not reason:
        raise Invalid(_("这场课已经记为上完，更正签到请写明原因。"), field="reason")
    if old is not None:
        old.replaced_at = at
        db.session.flush()
    row = Attendance(
        lesson_id=lesson.id, party_id=party.id, person_id=person_id, presence=presence, online=online, made_at=at, made_by_id=by.person_id,
        replaces_id=old.id if old is not None else None, reason=(reason or ON_THE_SPOT) if old is not None else "",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    changes.note(lesson, "mark", by=by, at=at, subject="attendance", subject_id=row.id, code=presence.value, words=reason)
    return row


def _may_account(lesson: Lesson, by: Actor, at: datetime) -> None:
    if not policy.may_count(by, lesson):
        raise NotYours(_("签到由上课的居村、讲师或派单员登记。"))
    opens = setting("check_in_minutes", lesson.organisation_id, clock.day_of(at))
    if (lesson.starts_at - at).total_seconds() > opens * 60:
        raise TooEarly(_("还没到签到时间，开课前 %(minutes)s 分钟开放。", minutes=opens))
    if lesson.state not in (State.SCHEDULED, State.DELIVERED):
        raise TooEarly(_("这场课没有上，不能登记签到。"), code="lesson_not_held")


def deliver(lesson: Lesson, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """It was taught: somebody must have been counted. The orders are delivered with it. Publishes LessonDelivered."""
    if not policy.may_count(by, lesson):
        raise NotYours(_("上完课由上课的居村、讲师或派单员登记。"))
    if at < lesson.starts_at:
        raise TooEarly(_("课还没开始，开始以后再登记上完。"))
    if sum(queries.attendance_counts([lesson.id])[lesson.id]) == 0:
        raise NobodyCounted(_("请先填到了多少人，再登记上完。"), field="head_count")
    lesson.delivered_at = at
    changes.move(lesson, NEXT, Action.DELIVER, by=by, at=at, version=version)
    for order in queries.orders_of(lesson):
        ordering.deliver(order, by=by, at=at)
    events.publish(LessonDelivered(lesson.id), by=by, at=at)


def call_off(lesson: Lesson, *, by: Actor, at: datetime, version: int | None = None, reason: str, keep: bool = True) -> None:
    """The lesson will not be: holds are freed, the dispatch ends; with `keep` the orders wait for a new date.

    Calling off after the free days is counted as late. Raises NotYours, Begun.
    """
    if not policy.may_call_off(by, lesson):
        raise NotYours(_("取消这场课请联系上课的居村或区派单员。"))
    _check_not_begun(lesson, at)
    late = at > lesson.cancel_free_until
    changes.edit(lesson, {"reason": reason, "late_cancel": late}, by=by, at=at, version=version, action="note_call_off")
    changes.move(lesson, NEXT, Action.CALL_OFF, by=by, at=at, code="late" if late else "", words=reason)
    _let_go(lesson, by=by, at=at, reason=reason, keep=keep)
    events.publish(LessonCalledOff(lesson.id, late), by=by, at=at)


def lose_lecturer(lesson: Lesson, *, by: Actor, at: datetime, version: int | None = None, reason: str) -> None:
    """A lecturer cannot come after all (illness, or no to a move): the orders go back to the desk and keep their quota. Publishes LessonLost."""
    if not (policy.teaches(by, lesson) or policy.runs(by, lesson)):
        raise NotYours(_("讲师来不了，由讲师本人或区派单员登记。"))
    _check_not_begun(lesson, at)
    changes.edit(lesson, {"reason": reason}, by=by, at=at, version=version, action="note_lecturer_lost")
    changes.move(lesson, NEXT, Action.CALL_OFF, by=by, at=at, code="lecturer_lost", words=reason)
    _let_go(lesson, by=by, at=at, reason=reason, keep=True)
    events.publish(LessonLost(lesson.id), by=by, at=at)


def miss(lesson: Lesson, who: MissedBy, *, by: Actor, at: datetime, version: int | None = None, reason: str) -> None:
    """Somebody did not come. A missing lecturer costs the committee nothing: its orders wait for a new date. Publishes LessonMissed."""
    may = {MissedBy.LECTURER: policy.of_committee, MissedBy.COMMITTEE: policy.teaches}[who]
    if not (may(by, lesson) or policy.of_town(by, lesson) or policy.runs(by, lesson)):
        raise NotYours(_("谁没来，由另一方、街镇或区派单员登记。"))
    if at < lesson.starts_at:
        raise TooEarly(_("课还没开始，过了开始时间再登记。"))
    changes.edit(lesson, {"missed_by": who, "reason": reason}, by=by, at=at, version=version, action="note_missed")
    changes.move(lesson, NEXT, Action.MISS, by=by, at=at, code=who.value, words=reason)
    if who is MissedBy.LECTURER:
        _let_go(lesson, by=by, at=at, reason=reason, keep=True)
    else:
        for order in queries.orders_of(lesson):
            ordering.miss(order, by=by, at=at)
    events.publish(LessonMissed(lesson.id), by=by, at=at)


def _check_not_begun(lesson: Lesson, at: datetime) -> None:
    if at >= lesson.starts_at:
        raise Begun(_("课已经开始，不能再取消或改期。请登记签到或没来的一方。"))


def _let_go(lesson: Lesson, *, by: Actor, at: datetime, reason: str, keep: bool) -> None:
    """Frees the lesson's holds and ends its dispatch; with `keep` its orders go back to approved."""
    holds.free(calendar.held_for("lesson", lesson.id), at=at)
    dispatching.let_go(lesson.dispatch_id, by=by, at=at, reason=reason)
    if keep:
        for order in queries.orders_of(lesson):
            ordering.unschedule(order, by=by, at=at, reason=reason)

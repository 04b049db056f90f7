"""The life of a lesson: it is made, delivered, called off, missed, or loses its lecturer (moves: moves.py; who came: attendance.py)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from catalogue.calendar import operations as holds
from catalogue.calendar import queries as calendar
from catalogue.calendar.models import HoldKind
from catalogue.core import changes, clock, events, numbers
from catalogue.core.actor import Actor
from catalogue.core.db import Base, db, is_postgresql, lock
from catalogue.core.errors import Invalid
from catalogue.core.words import _
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.lessons import policy, queries
from catalogue.lessons.errors import Begun, NobodyCounted, NotYours, TooEarly
from catalogue.lessons.events import LessonCalledOff, LessonDelivered, LessonLost, LessonMissed, LessonScheduled
from catalogue.lessons.models import Lesson, LessonLecturer, LessonOrder, LessonParty, MissedBy
from catalogue.lessons.states import MOVE_NEXT, NEXT, Action, MoveAction, State
from catalogue.orders import operations as ordering
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import setting


def schedule(dispatch: Dispatch, offers: Sequence[Offer], *, by: Actor, at: datetime) -> Lesson:
    """Makes the lesson of a settled dispatch from its accepted offers: parties, seats, orders, and the holds handed over.

    `dispatch.orders[*].order` must be loaded. Publishes LessonScheduled.
    """
    first = offers[0]
    lesson = Lesson(
        number=_number(dispatch, at), state=State.SCHEDULED, dispatch_id=dispatch.id, district_id=dispatch.district_id, town_id=dispatch.town_id,
        organisation_id=dispatch.organisation_id, course_id=dispatch.course_id, course_version_id=dispatch.course_version_id,
        venue_id=first.venue_id, teach_mode=first.teach_mode, starts_at=first.starts_at, ends_at=first.ends_at,
        cancel_free_until=cancel_free_until(dispatch.organisation_id, first.starts_at, at),
    )  # fmt: skip
    changes.begin(lesson, by=by, at=at, action="schedule")
    for offer in offers:
        db.session.add(
            LessonLecturer(
                lesson_id=lesson.id, lecturer_id=offer.lecturer_id, offer_id=offer.id, seat=offer.seat, confirmed_at=at
            )
        )
    orders = [served.order for served in dispatch.orders]
    _add_parties(lesson, orders)
    taken = [
        *calendar.held_for("dispatch", dispatch.id),
        *(h for o in offers for h in calendar.held_for("offer", o.id)),
    ]
    holds.hand_over(taken, held_for="lesson", held_for_id=lesson.id)
    for order in orders:
        ordering.schedule(order, by=by, at=at)
    events.publish(LessonScheduled(lesson.id), by=by, at=at)
    return lesson


def _number(dispatch: Dispatch, at: datetime) -> str:
    prefix = db.session.get_one(Organisation, dispatch.district_id).number_prefix
    return numbers.next_number(numbers.LESSON, district_id=dispatch.district_id, prefix=prefix, at=at)


def cancel_free_until(organisation_id: int, starts_at: datetime, at: datetime) -> datetime:
    """The end of the last day on which calling off is free; stored, so a changed setting never moves the promise."""
    days = setting("free_cancel_days", organisation_id, clock.day_of(at))
    return clock.at(calendar.add_working_days(clock.day_of(starts_at), -days), 24 * 60)


def _add_parties(lesson: Lesson, orders: Sequence[Order]) -> None:
    parties: dict[int, LessonParty] = {}
    for order in orders:
        db.session.add(LessonOrder(lesson_id=lesson.id, order_id=order.id))
        party = parties.get(order.organisation_id)
        if party is None:
            party = LessonParty(
                lesson_id=lesson.id, organisation_id=order.organisation_id, order_id=order.id, expected=0
            )
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


def deliver(lesson: Lesson, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """It was taught: somebody must have been counted. The orders are delivered with it. Publishes LessonDelivered."""
    if not policy.may_count(by, lesson):
        raise NotYours(_("上完课由上课的居村、讲师或派单员登记。"))
    if at < lesson.starts_at:
        raise TooEarly(_("课还没开始，开始以后再登记上完。"))
    lock_orders(lesson)
    if sum(queries.attendance_counts([lesson.id])[lesson.id]) == 0:
        raise NobodyCounted(_("请先填到了多少人，再登记上完。"), field="here")
    changes.move(lesson, NEXT, Action.DELIVER, by=by, at=at, version=version)
    lesson.delivered_at = at
    _drop_open_move(lesson, by=by, at=at)
    for order in queries.orders_of(lesson):
        ordering.deliver(order, by=by, at=at)
    events.publish(LessonDelivered(lesson.id), by=by, at=at)


def call_off(
    lesson: Lesson, *, by: Actor, at: datetime, version: int | None = None, reason: str, keep: bool = True
) -> None:
    """The lesson will not be: holds are freed, the dispatch ends; with `keep` the orders wait for a new date.

    Calling off after the free days is counted as late. Raises NotYours, Begun.
    """
    if not policy.may_call_off(by, lesson):
        raise NotYours(_("取消这场课请联系上课的居村或区派单员。"))
    if not reason.strip():
        raise Invalid(_("请写明为什么停课，双方都会看到。"), field="reason")
    check_not_begun(lesson, at)
    lock_orders(lesson)
    late = at > lesson.cancel_free_until
    changes.edit(lesson, {"reason": reason, "late_cancel": late}, by=by, at=at, version=version, action="note_call_off")
    changes.move(lesson, NEXT, Action.CALL_OFF, by=by, at=at, code="late" if late else "", words=reason)
    _let_go(lesson, by=by, at=at, code="called_off", reason=reason, keep=keep)
    events.publish(LessonCalledOff(lesson.id, late), by=by, at=at)


def lose_lecturer(
    lesson: Lesson, *, by: Actor, at: datetime, version: int | None = None, reason: str, lecturer_ids: Collection[int] = ()
) -> None:  # fmt: skip
    """A lecturer cannot come after all (illness, or no to a move): the orders go back to the desk and keep their quota. Publishes LessonLost.

    lecturer_ids: which of several, when the desk says it; a lecturer says it of themselves.
    """
    if not policy.may_lose(by, lesson):
        raise NotYours(_("讲师来不了，由讲师本人或区派单员登记。"))
    if not policy.runs(by, lesson) and set(lecturer_ids) - {by.lecturer_id}:
        raise NotYours(_("另一位讲师来不了，由那位讲师本人或区派单员登记。"))
    if by.lecturer_id is not None and policy.teaches(by, lesson):
        lecturer_ids = lecturer_ids or [by.lecturer_id]
    if not reason.strip():
        raise Invalid(_("请说明为什么来不了。"), field="reason")
    lost = _named(lesson, lecturer_ids, _("请选是哪位讲师来不了。"))
    give_up(lesson, lost, by=by, at=at, version=version, reason=reason)


def _named(lesson: Lesson, ids: Collection[int], ask: str) -> list[int]:
    """Which lecturers of a lesson are meant: those named, or the only one. Raises Invalid with `ask` when that is open."""
    teaching = [seat.lecturer_id for seat in lesson.lecturers if seat.left_at is None]
    found = [one for one in teaching if one in ids] if ids else teaching[:2]
    if not found or (not ids and len(found) > 1) or len(found) < len(set(ids)):
        raise Invalid(ask, field="lecturer")
    return found


def give_up(
    lesson: Lesson, lost: Collection[int], *, by: Actor, at: datetime, reason: str, version: int | None = None
) -> None:  # fmt: skip
    """The step itself, when the right to it was judged elsewhere (a no to a move, also by link or on behalf).

    lost: ids of the lecturers who cannot come, not asked again for these orders; who was to teach with them may be.
    """
    check_not_begun(lesson, at)
    lock_orders(lesson)
    said = _said_of(lesson, lost, reason)
    changes.edit(lesson, {"reason": reason}, by=by, at=at, version=version, action="note_lecturer_lost")
    changes.move(lesson, NEXT, Action.CALL_OFF, by=by, at=at, code="lecturer_lost", words=said)
    _let_go(lesson, by=by, at=at, code="lecturer_lost", reason=reason, keep=True, lost=lost)
    events.publish(LessonLost(lesson.id), by=by, at=at)


def _said_of(lesson: Lesson, lecturer_ids: Collection[int], reason: str) -> str:
    """The reason as the history keeps it: of several lecturers it says which."""
    if len(lesson.lecturers) == 1:
        return reason
    names = "、".join(s.lecturer.display_name for s in lesson.lecturers if s.lecturer_id in lecturer_ids)
    return f"{names}：{reason}"[:200]


def miss(
    lesson: Lesson, who: MissedBy, *, by: Actor, at: datetime, version: int | None = None, reason: str, lecturer_ids: Collection[int] = ()
) -> None:  # fmt: skip
    """Somebody did not come. A missing lecturer costs the committee nothing: its orders wait for a new date. Publishes LessonMissed.

    lecturer_ids: which of several lecturers; they alone are not asked again for these orders.
    """
    if not policy.may_say_missed(by, lesson, who):
        raise NotYours(_("谁没来，由另一方、街镇或区派单员登记。"))
    if at < lesson.starts_at:
        raise TooEarly(_("课还没开始，过了开始时间再登记。"))
    missing = _named(lesson, lecturer_ids, _("请选是哪位讲师没有来。")) if who is MissedBy.LECTURER else []
    lock_orders(lesson)
    changes.edit(lesson, {"missed_by": who, "reason": reason}, by=by, at=at, version=version, action="note_missed")
    said = _said_of(lesson, missing, reason) if missing else reason
    changes.move(lesson, NEXT, Action.MISS, by=by, at=at, code=who.value, words=said)
    if who is MissedBy.LECTURER:
        _let_go(lesson, by=by, at=at, code="lecturer_missed", reason=reason, keep=True, lost=missing)
    else:
        holds.free(calendar.held_for("lesson", lesson.id), at=at)
        for order in queries.orders_of(lesson):
            ordering.miss(order, by=by, at=at, code=who.value, words=reason)
    events.publish(LessonMissed(lesson.id), by=by, at=at)


def lock_orders(lesson: Lesson) -> None:
    """Everybody locks the orders before the lesson's row, as a cancellation does, so that no two writers wait for each other."""
    lock(Order, [order.id for order in queries.orders_of(lesson)])


def locked(lesson: Lesson, *parts: Base) -> None:
    """Locks as above and reads the lesson's state anew, and parts of it: whoever waited judges by what the faster one left.

    SQLite had the lock before its first read.
    """
    lock_orders(lesson)
    if is_postgresql():
        db.session.refresh(lesson, ["state", "version", "starts_at", "ends_at"])
        for part in parts:
            db.session.refresh(part)


def check_not_begun(lesson: Lesson, at: datetime) -> None:
    if at >= lesson.starts_at:
        raise Begun(_("课已经开始，不能再取消或改期。请登记签到或没来的一方。"))


def _let_go(
    lesson: Lesson, *, by: Actor, at: datetime, code: str, reason: str, keep: bool, lost: Collection[int] = ()
) -> None:  # fmt: skip
    """Frees the lesson's holds, drops an open wish to move it, ends its dispatch; with `keep` its orders go back to approved."""
    holds.free(calendar.held_for("lesson", lesson.id), at=at)
    _drop_open_move(lesson, by=by, at=at)
    dispatching.let_go(lesson.dispatch_id, by=by, at=at, reason=reason, code=code, lost=lost)
    if keep:
        for order in queries.orders_of(lesson):
            ordering.unschedule(order, by=by, at=at, code=code, words=reason)


def _drop_open_move(lesson: Lesson, *, by: Actor, at: datetime) -> None:
    """A lesson that was held or will not be has no wish to move any more."""
    move = queries.open_move(lesson.id)
    if move is not None:
        changes.move(move, MOVE_NEXT, MoveAction.WITHDRAW, by=by, at=at, code="lesson_over")


def leave(lesson: Lesson, order_id: int, *, by: Actor, at: datetime) -> None:
    """A committee's order drops out of a joint lesson; the others are taught as agreed. Its own time is free again."""
    row = next(one for one in lesson.orders if one.order_id == order_id)
    party = next((p for p in lesson.parties if p.organisation_id == row.order.organisation_id), None)
    db.session.delete(row)
    if party is not None and party.order_id == order_id:
        mine = [h for h in calendar.held_for("lesson", lesson.id) if (h.kind, h.resource_id) == (HoldKind.ORGANISATION, party.organisation_id)]  # fmt: skip
        holds.free(mine, at=at)
        db.session.delete(party)
    db.session.flush()
    changes.note(lesson, "leave", by=by, at=at, subject="order", subject_id=order_id)


def reveal(lesson: Lesson, *, by: Actor, at: datetime) -> None:
    """Somebody looks at the telephones of the other side; the look itself is audited. Raises NotYours."""
    if not policy.sees_contacts(by, lesson):
        raise NotYours(_("电话只给这场课的双方、街镇和区派单员看。"))
    changes.note(lesson, "reveal", by=by, at=at)

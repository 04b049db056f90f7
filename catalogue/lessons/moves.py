"""改期: ask, refuse, withdraw, move, confirm. Nobody loses quota, and the old time stays in the history."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from catalogue.accounts.queries import hashed
from catalogue.calendar import queries as calendar
from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid
from catalogue.core.wording import day_text, span_text
from catalogue.core.words import _
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.operations import MoveOption, Pick
from catalogue.lessons import operations, policy, queries
from catalogue.lessons.errors import LinkDead, NotYours, OpenMove
from catalogue.lessons.events import LessonMoved, MoveAsked, MoveRefused
from catalogue.lessons.models import Lesson, LessonLecturer, MissedBy, Move
from catalogue.lessons.states import MOVE_NEXT, MoveAction, MoveState, State
from catalogue.organisations.queries import setting

Windows = Sequence[tuple[datetime, datetime]]
MOST_WINDOWS = 10
FURTHEST = timedelta(days=400)  # nothing is planned further ahead


def ask_move(
    lesson: Lesson, *, windows: Windows, reason: str, by: Actor, at: datetime, side: MissedBy | None = None, version: int | None = None,
) -> Move:  # fmt: skip
    """A committee or a lecturer asks for other times; town and desk ask for one of them (`side`). Publishes MoveAsked.

    Raises NotYours, Begun, IllegalAction, OpenMove (one wish at a time), Invalid (windows, reason).
    """
    if not policy.may_ask_move(by, lesson):
        raise NotYours(_("改期由上课的居村、讲师、街镇或区派单员提出。"))
    operations.locked(lesson)
    _check_movable(lesson, at)
    if version is not None:
        changes.check_version(lesson, version)
    if queries.open_move(lesson.id) is not None:
        raise OpenMove(_("这场课已经有人提出改期，正等派单员办。要改时间，请先撤回那一次。"))
    if not reason.strip():
        raise Invalid(_("请写一下为什么改期。"), field="reason")
    move = Move(
        lesson=lesson, state=MoveState.OPEN, asked_by_side=policy.side_of(by, lesson) or side or MissedBy.COMMITTEE, reason=reason,
        windows=_checked(lesson, windows, at), made_at=at, old_starts_at=lesson.starts_at, district_id=lesson.district_id,
        town_id=lesson.town_id, organisation_id=lesson.organisation_id,
    )  # fmt: skip
    changes.begin(move, by=by, at=at, words=reason)
    changes.note(lesson, "ask_move", by=by, at=at, subject="move", subject_id=move.id, words=reason)
    events.publish(MoveAsked(move.id), by=by, at=at)
    return move


def _check_movable(lesson: Lesson, at: datetime) -> None:
    if lesson.state is not State.SCHEDULED:
        raise IllegalAction(_("这场课已经办完或停课，不能改期。"), state=lesson.state.value, action="move")
    operations.check_not_begun(lesson, at)


def _checked(lesson: Lesson, windows: Windows, at: datetime) -> list[list[str]]:
    wanted = list(dict.fromkeys(windows))
    if not 1 <= len(wanted) <= MOST_WINDOWS:
        raise Invalid(_("请给 1 到 %(n)s 个可以的时间。", n=MOST_WINDOWS), field="windows")
    length = lesson.ends_at - lesson.starts_at
    for starts_at, ends_at in wanted:
        if starts_at <= at:
            raise Invalid(_("时间已经过了，请选以后的日子。"), field="windows")
        _check_near(lesson, ends_at, at, "windows")
        if ends_at - starts_at < length:
            raise Invalid(_("有一个时间不够上完这门课。"), field="windows")
    return [[starts_at.isoformat(), ends_at.isoformat()] for starts_at, ends_at in wanted]


def _check_near(lesson: Lesson, ends_at: datetime, at: datetime, field: str) -> None:
    """Not after the last teaching day of the edition it was ordered from, nor absurdly far away."""
    last = queries.taught_until(lesson.id)
    if last is not None and clock.day_of(ends_at) > last:
        raise Invalid(_("这一季的课上到 %(day)s 为止，请选那天以前的日子。", day=day_text(last)), field=field)
    if ends_at > at + FURTHEST:
        raise Invalid(_("日子太远了，请选一年以内的。"), field=field)


def windows_of(move: Move) -> list[tuple[datetime, datetime]]:
    """The times that were asked for, best first."""
    return [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in move.windows]


def refuse(move: Move, *, answer: str, by: Actor, at: datetime, version: int | None = None) -> None:
    """The desk cannot move it and says why; the lesson stays when it was. Publishes MoveRefused."""
    if not policy.may_move(by, move.lesson):
        raise NotYours(_("改期由区派单员办理。"))
    if not answer.strip():
        raise Invalid(_("请写明为什么改不了，对方会看到。"), field="answer")
    changes.edit(move, {"answer": answer}, by=by, at=at, version=version, action="answer")
    changes.move(move, MOVE_NEXT, MoveAction.REFUSE, by=by, at=at, words=answer)
    changes.note(move.lesson, "refuse_move", by=by, at=at, subject="move", subject_id=move.id, words=answer)
    events.publish(MoveRefused(move.id), by=by, at=at)


def withdraw(move: Move, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Who asked takes it back."""
    if not policy.may_withdraw_move(by, move.lesson, move):
        raise NotYours(_("只有提出改期的一方可以撤回。"))
    changes.move(move, MOVE_NEXT, MoveAction.WITHDRAW, by=by, at=at, version=version)
    changes.note(move.lesson, "withdraw_move", by=by, at=at, subject="move", subject_id=move.id)


def move_lesson(move: Move, pick: Pick, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Moves the lesson with its lecturers, room and committees to another time (and room), all of them or none. Publishes LessonMoved.

    `move.lesson` must be whole. The lecturer who asked agrees with it; any other must confirm until a stored deadline.
    Raises NotYours, Begun, IllegalAction, Stale, Invalid, and what the rules and the holds refuse (409).
    """
    lesson = move.lesson
    if not policy.may_move(by, lesson):
        raise NotYours(_("改期由区派单员办理。"))
    if version is not None:
        changes.check_version(move, version)
    _check_movable(lesson, at)
    if pick.starts_at <= at:
        raise Invalid(_("这个时间已经过了，请选以后的时间。"), field="starts_at")
    _check_near(lesson, pick.starts_at + (lesson.ends_at - lesson.starts_at), at, "starts_at")
    if pick.starts_at == lesson.starts_at:
        raise Invalid(_("新时间和原来一样，请换一个。"), field="starts_at")
    operations.lock_orders(lesson)
    changes.edit(move, {"new_starts_at": pick.starts_at}, by=by, at=at, action="choose")
    changes.move(move, MOVE_NEXT, MoveAction.MOVE, by=by, at=at)
    length, old_starts_at = lesson.ends_at - lesson.starts_at, lesson.starts_at
    teach_mode, ends_at = dispatching.rehold(
        _orders(lesson), pick, [(pick.starts_at, pick.starts_at + length)], lecturer_ids=[s.lecturer_id for s in _seats(lesson)],
        held_for_id=lesson.id, replacing=calendar.held_for("lesson", lesson.id), at=at,
    )  # fmt: skip
    values = {
        "starts_at": pick.starts_at, "ends_at": ends_at, "venue_id": pick.venue_id, "teach_mode": teach_mode,
        "cancel_free_until": operations.cancel_free_until(lesson.organisation_id, pick.starts_at, at),
    }  # fmt: skip
    before = span_text(old_starts_at, old_starts_at + length)
    words = _("原定%(old)s，改到%(new)s。%(why)s", old=before, new=span_text(pick.starts_at, ends_at), why=move.reason)
    changes.edit(lesson, values, by=by, at=at, action="move", words=words)
    for order in queries.orders_of(lesson):
        changes.note(order, "move", by=by, at=at, words=words)
    _ask_to_confirm(lesson, move, at)
    events.publish(LessonMoved(lesson.id, move.id, old_starts_at), by=by, at=at)


def by_hand(lesson: Lesson, starts_at: datetime) -> Pick:
    """A time agreed by telephone: the same lecturer and the same room at that time."""
    return Pick(_seats(lesson)[0].lecturer_id, lesson.venue_id, lesson.teach_mode, starts_at)


def _orders(lesson: Lesson) -> list[int]:
    """The orders of a lesson, the host's first."""
    host = lesson.organisation_id
    return [o.id for o in sorted(queries.orders_of(lesson), key=lambda o: (o.organisation_id != host, o.id))]


def _seats(lesson: Lesson) -> list[LessonLecturer]:
    return [seat for seat in lesson.lecturers if seat.left_at is None]


def _ask_to_confirm(lesson: Lesson, move: Move, at: datetime) -> None:
    """The lecturer's wish is the lecturer's yes when the new time is one they named; else they have the usual time to answer."""
    start, end = lesson.starts_at, lesson.ends_at
    named = move.asked_by_side is MissedBy.LECTURER and any(a <= start and end <= b for a, b in windows_of(move))
    seats = _seats(lesson)
    hours = setting("answer_hours", lesson.organisation_id, clock.day_of(at))
    for seat in seats:
        agreed = named and len(seats) == 1
        seat.confirmed_at = at if agreed else None
        seat.confirm_by = None if agreed else clock.deadline(at + timedelta(hours=hours), since=at, latest=start)
        seat.link_hash = None
    db.session.flush()


def options(move: Move, at: datetime) -> list[MoveOption]:
    """New times within the windows asked for that pass every rule now: first with the same lecturer and room."""
    lesson = move.lesson
    return dispatching.move_options(
        _orders(lesson), [w for w in windows_of(move) if at < w[1] <= at + FURTHEST], at, lecturer_id=_seats(lesson)[0].lecturer_id,
        venue_id=lesson.venue_id, without=[h.id for h in calendar.held_for("lesson", lesson.id)],
    )  # fmt: skip


# ── the lecturer says yes or no to the new time ─────────────────────────────────────────────────


def answer_link(lesson: Lesson, seat: LessonLecturer, *, by: Actor, at: datetime) -> str:
    """A fresh answer link's secret (256 bits, stored hashed) for a seat that waits; an older link dies. Shown once, by desk or town."""
    if not (policy.runs(by, lesson) or policy.of_town(by, lesson)):
        raise NotYours(_("答复链接由区派单员或街镇管理员取用。"))
    _check_waits(lesson, seat, at)
    secret = secrets.token_urlsafe(32)
    seat.link_hash = hashed(secret)
    db.session.flush()
    changes.note(lesson, "answer_link", by=by, at=at, subject="lesson_lecturer", subject_id=seat.id)
    return secret


def confirm(
    lesson: Lesson, seat: LessonLecturer, yes: bool, *, by: Actor, at: datetime, reason: str = "", said: str = "",
    version: int | None = None,
) -> None:  # fmt: skip
    """Yes to the new time, or no: then the lecturer is lost and the orders wait for another. `said`: who told it, when and how (代为).

    Raises NotYours, IllegalAction when nothing waits for an answer, Begun, Invalid without a reason for no or without `said`.
    """
    if not policy.may_confirm(by, lesson, seat.lecturer_id):
        raise NotYours(_("新时间由讲这场课的讲师答复。"))
    operations.locked(lesson, seat)
    if version is not None:
        changes.check_version(lesson, version)
    _check_waits(lesson, seat, at)
    on_behalf = by.lecturer_id != seat.lecturer_id
    if on_behalf and not said.strip():
        raise Invalid(_("代为答复请写明：谁说的、什么时候、用什么方式。"), field="said")
    if not yes and not reason.strip():
        raise Invalid(_("请说明为什么来不了。"), field="reason")
    seat.link_hash = None
    if yes:
        seat.confirmed_at = at
    db.session.flush()
    changes.note(
        lesson, "confirm" if yes else "decline_move", by=by, at=at, subject="lesson_lecturer", subject_id=seat.id,
        code="on_behalf" if on_behalf else "", words="；".join(w for w in (said, reason) if w.strip()),
    )  # fmt: skip
    if not yes:
        operations.give_up(lesson, [seat.lecturer_id], by=by, at=at, reason=reason)


def _check_waits(lesson: Lesson, seat: LessonLecturer, at: datetime) -> None:
    if lesson.state is not State.SCHEDULED or seat.left_at is not None or seat.confirmed_at is not None:
        raise IllegalAction(_("这场课现在没有要答复的改期。"))
    operations.check_not_begun(lesson, at)


def by_link(secret: str, at: datetime) -> tuple[Lesson, LessonLecturer, Actor]:
    """What an answer link speaks for: its lesson and seat, and the lecturer as actor for this one answer. Raises LinkDead."""
    seat = queries.teaching_by_link(hashed(secret))
    if seat is None:
        raise LinkDead(_("这个链接已经用过或失效了。请打电话给派单员，或请他再发一个。"))
    lesson = queries.whole(seat.lesson_id)
    if lesson.state is not State.SCHEDULED or at >= lesson.starts_at or (seat.confirm_by and at > seat.confirm_by):
        raise LinkDead(_("这个链接过了答复时间。请打电话给派单员。"))
    lecturer = seat.lecturer
    speaking = Actor(
        kind=Kind.TOKEN,
        name=_("%(name)s（答复链接）", name=lecturer.display_name),
        person_id=lecturer.person_id,
        lecturer_id=seat.lecturer_id,
    )
    return lesson, seat, speaking

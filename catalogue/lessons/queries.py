"""Lessons in a scope: one, a calendar of them, and their figures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.lessons.models import Attendance, AttendanceState, Lesson, LessonLecturer, LessonOrder, LessonParty, Move
from catalogue.lessons.states import MoveState, State
from catalogue.orders.models import Order
from catalogue.organisations.queries import SEES_ROWS, in_scope, one

WHOLE = (
    joinedload(Lesson.organisation),
    joinedload(Lesson.course),
    joinedload(Lesson.course_version),
    joinedload(Lesson.venue),
    selectinload(Lesson.parties).joinedload(LessonParty.organisation),
    selectinload(Lesson.lecturers).joinedload(LessonLecturer.lecturer),
    selectinload(Lesson.orders).joinedload(LessonOrder.order),
)


def seen_by(by: Actor) -> sa.ColumnElement[bool]:
    """Lessons of the actor's scope, those a committee of theirs comes to, and those they teach themselves."""
    if by.kind is Kind.JOB:
        return sa.true()
    ways: list[sa.ColumnElement[bool]] = []
    if by.lecturer_id is not None:
        ways.append(Lesson.id.in_(sa.select(LessonLecturer.lesson_id).where(LessonLecturer.lecturer_id == by.lecturer_id)))
    if by.has(*SEES_ROWS):
        mine = by.organisations(*SEES_ROWS)
        ways.append(in_scope(by, Lesson))
        ways.append(Lesson.id.in_(sa.select(LessonParty.lesson_id).where(LessonParty.organisation_id.in_(mine))))
    return sa.or_(*ways) if ways else sa.false()


def visible(by: Actor, lesson_id: int | str) -> Lesson:
    """One lesson by id or number with everything its page shows. Raises NotVisible outside the scope."""
    named = Lesson.number == lesson_id if isinstance(lesson_id, str) else Lesson.id == lesson_id
    return one(sa.select(Lesson).where(named, seen_by(by)).options(*WHOLE))


def of_dispatch(dispatch_id: int) -> Lesson | None:
    """The lesson a dispatch led to, whole, without a scope: for reactions."""
    return db.session.scalars(sa.select(Lesson).where(Lesson.dispatch_id == dispatch_id).options(*WHOLE)).unique().one_or_none()


def of_order(order_id: int) -> Lesson | None:
    """The scheduled lesson of an order, whole, without a scope: for reactions."""
    query = (
        sa.select(Lesson)
        .join(LessonOrder, LessonOrder.lesson_id == Lesson.id)
        .where(LessonOrder.order_id == order_id, Lesson.state == State.SCHEDULED)
    )
    return db.session.scalars(query.options(*WHOLE)).unique().one_or_none()


def between(by: Actor, since: datetime, until: datetime) -> sa.Select[Lesson]:
    """Lessons this actor sees that start in a span, soonest first, with course, place, committee and lecturers."""
    return (
        sa.select(Lesson)
        .where(Lesson.starts_at >= since, Lesson.starts_at < until, seen_by(by))
        .options(
            joinedload(Lesson.organisation), joinedload(Lesson.course_version), joinedload(Lesson.venue),
            selectinload(Lesson.lecturers).joinedload(LessonLecturer.lecturer),
        )
        .order_by(Lesson.starts_at, Lesson.id)
    )  # fmt: skip


def roster(lesson_id: int) -> Sequence[Attendance]:
    """The attendance rows in force (corrections replace what they correct), with their persons, in order of entry."""
    return db.session.scalars(
        sa.select(Attendance)
        .where(Attendance.lesson_id == lesson_id, Attendance.replaced_at.is_(None))
        .options(joinedload(Attendance.person))
        .order_by(Attendance.party_id, Attendance.id)
    ).all()


def attendance_counts(lesson_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """人次 of lessons: (on the spot, online) = present rows + head counts, per lesson."""
    present = (
        sa.select(Attendance.lesson_id, Attendance.online, sa.func.count().label("n"))
        .where(
            Attendance.lesson_id.in_(lesson_ids), Attendance.replaced_at.is_(None), Attendance.presence == AttendanceState.PRESENT
        )
        .group_by(Attendance.lesson_id, Attendance.online)
    )  # fmt: skip
    found: dict[int, list[int]] = {lesson_id: [0, 0] for lesson_id in lesson_ids}
    for lesson_id, online, n in db.session.execute(present):
        found[lesson_id][int(online)] += n
    heads = (
        sa.select(LessonParty.lesson_id, sa.func.sum(LessonParty.head_count), sa.func.sum(LessonParty.online_count))
        .where(LessonParty.lesson_id.in_(lesson_ids))
        .group_by(LessonParty.lesson_id)
    )
    for lesson_id, here, online in db.session.execute(heads):
        found[lesson_id][0] += int(here)
        found[lesson_id][1] += int(online)
    return {lesson_id: (counts[0], counts[1]) for lesson_id, counts in found.items()}


def open_move(lesson_id: int) -> Move | None:
    """The wish to move that waits for the desk's answer."""
    return db.session.scalars(sa.select(Move).where(Move.lesson_id == lesson_id, Move.state == MoveState.OPEN)).one_or_none()


def moves_waiting(by: Actor) -> Sequence[Move]:
    """Wishes to move in the desk's scope, oldest first, with their lessons."""
    query = sa.select(Move).where(in_scope(by, Move), Move.state == MoveState.OPEN).order_by(Move.made_at, Move.id)
    return db.session.scalars(query.options(joinedload(Move.lesson).joinedload(Lesson.course_version))).all()


def move_of(by: Actor, move_id: int) -> Move:
    """One wish to move inside the actor's scope, or of a lesson the actor teaches."""
    return one(sa.select(Move).join(Move.lesson).where(Move.id == move_id, seen_by(by)).options(joinedload(Move.lesson)))


def teaching_by_link(link_hash: str) -> LessonLecturer | None:
    """The seat a move's answer link belongs to, while it waits to be confirmed."""
    query = sa.select(LessonLecturer).where(
        LessonLecturer.link_hash == link_hash, LessonLecturer.confirmed_at.is_(None), LessonLecturer.left_at.is_(None)
    )
    return db.session.scalars(query.options(joinedload(LessonLecturer.lecturer))).one_or_none()


def unconfirmed(at: datetime) -> Sequence[LessonLecturer]:
    """Seats whose lecturer let the time for confirming a move pass."""
    query = sa.select(LessonLecturer).join(LessonLecturer.lesson).where(
        LessonLecturer.confirm_by <= at, LessonLecturer.confirmed_at.is_(None), LessonLecturer.left_at.is_(None),
        Lesson.state == State.SCHEDULED,
    )  # fmt: skip
    return db.session.scalars(query.order_by(LessonLecturer.id)).all()


def unaccounted(by: Actor, at: datetime) -> sa.Select[Any]:
    """Lessons that are over and of which nobody has said yet whether they were taught."""
    return between(by, datetime.min.replace(tzinfo=at.tzinfo, year=2000), at).where(
        Lesson.state == State.SCHEDULED, Lesson.ends_at <= at
    )


def orders_of(lesson: Lesson) -> list[Order]:
    """The orders a lesson serves (loaded with it)."""
    return [row.order for row in lesson.orders]

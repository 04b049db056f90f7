"""Who is to be told, what the inbox shows, and what was told already."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from catalogue.accounts.models import Membership
from catalogue.core import clock
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db
from catalogue.core.models import Outbox
from catalogue.core.paging import Page, paged
from catalogue.dispatch.models import CorpsAsk, Dispatch, Offer
from catalogue.duties.models import Duty
from catalogue.duties.queries import owed_by
from catalogue.lecturers.models import CorpsMember, CorpsRole, Lecturer
from catalogue.lessons import queries as lessons
from catalogue.lessons.models import Lesson, LessonLecturer, Move
from catalogue.notices.models import Message
from catalogue.orders import queries as orders
from catalogue.orders.models import Order
from catalogue.organisations.models import OrganisationLink
from catalogue.organisations.queries import SEES_ROWS, in_scope
from catalogue.ratings import queries as ratings
from catalogue.ratings.models import Rating

# ── who ─────────────────────────────────────────────────────────────────────────────────────────


def holders(role: Role, organisation_ids: Iterable[int | None], day: date) -> set[int]:
    """Persons with a role in force on a day in one of these organisations, or in what they have become by merger or division."""
    ids = [i for i in organisation_ids if i is not None]
    became = sa.select(OrganisationLink.successor_id).where(OrganisationLink.predecessor_id.in_(ids))
    query = sa.select(Membership.person_id).where(
        Membership.role == role, sa.or_(Membership.organisation_id.in_(ids), Membership.organisation_id.in_(became)),
        Membership.starts_on <= day, sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
    )  # fmt: skip
    return set(db.session.scalars(query)) if ids else set()


def persons_of(lecturer_ids: Iterable[int]) -> set[int]:
    """The persons of these lecturers who are still with us."""
    query = sa.select(Lecturer.person_id).where(Lecturer.id.in_(list(lecturer_ids)), Lecturer.ended_on.is_(None))
    return set(db.session.scalars(query))


def leaders(corps_id: int, day: date) -> set[int]:
    """The persons who lead a corps on a day."""
    query = (
        sa.select(Lecturer.person_id)
        .join(CorpsMember, CorpsMember.lecturer_id == Lecturer.id)
        .where(
            CorpsMember.corps_id == corps_id, CorpsMember.role == CorpsRole.LEADER, CorpsMember.joined_on <= day,
            sa.or_(CorpsMember.left_on.is_(None), CorpsMember.left_on >= day),
        )
    )  # fmt: skip
    return set(db.session.scalars(query))


def was_told(offer_id: int, kind: str) -> bool:
    """Has this notice about an offer been delivered?"""
    query = sa.select(Outbox.id).where(
        Outbox.subject == "offer", Outbox.subject_id == offer_id, Outbox.kind == kind, Outbox.done_at.is_not(None), Outbox.cancelled_at.is_(None),
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def said_or_waiting(subject: str, subject_id: int, beginning: str, person_ids: Collection[int]) -> bool:
    """Does a notice on a thing with a key that begins so wait to be delivered, or has one of these persons got one?"""
    rows = db.session.execute(
        sa.select(Outbox.key, Outbox.done_at).where(
            Outbox.subject == subject, Outbox.subject_id == subject_id, Outbox.cancelled_at.is_(None),
            Outbox.key.startswith(beginning, autoescape=True),
        )
    ).all()  # fmt: skip
    if any(row.done_at is None for row in rows):
        return True
    said = sa.select(Message.id).where(Message.person_id.in_(person_ids), Message.key.in_([row.key for row in rows]))
    return bool(rows) and db.session.scalar(said.limit(1)) is not None


# ── the inbox ───────────────────────────────────────────────────────────────────────────────────

_READ = sa.case((Message.read_at.is_(None), 0), else_=1)


def inbox(by: Actor, *, after: str = "", before: str = "", size: int = 20) -> Page[Message]:
    """The actor's own messages, unread first, newest first."""
    query = sa.select(Message).where(Message.person_id == by.person_id)
    keys = [(_READ, False), (Message.id, True)]
    return paged(
        query, keys, after=after, before=before, size=size, key_of=lambda m: (0 if m.read_at is None else 1, m.id)
    )


def own(by: Actor, message_id: int) -> Message | None:
    """One of the actor's own messages."""
    query = sa.select(Message).where(Message.id == message_id, Message.person_id == by.person_id)
    return db.session.scalars(query).one_or_none()


def _orders(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    if not by.has(*SEES_ROWS):
        return None
    shown = (joinedload(Order.course_version), joinedload(Order.organisation))
    return sa.select(Order).where(Order.id.in_(ids), orders.in_sight(by)).options(*shown)


def _dispatches(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    if not by.has(*SEES_ROWS):
        return None
    return (
        sa.select(Dispatch)
        .where(Dispatch.id.in_(ids), in_scope(by, Dispatch))
        .options(joinedload(Dispatch.course_version))
    )


def _offers(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    ways: list[Any] = [Offer.lecturer_id == by.lecturer_id] if by.lecturer_id is not None else []
    if by.has(*SEES_ROWS):
        ways.append(in_scope(by, Offer))
    course = joinedload(Offer.dispatch).joinedload(Dispatch.course_version)
    shown = (course, joinedload(Offer.lecturer))
    return sa.select(Offer).where(Offer.id.in_(ids), sa.or_(*ways)).options(*shown) if ways else None


def _asks(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    led = sa.select(CorpsMember.corps_id).where(
        CorpsMember.lecturer_id == (by.lecturer_id or 0),
        CorpsMember.role == CorpsRole.LEADER,
        CorpsMember.left_on.is_(None),
    )
    ways: list[Any] = [CorpsAsk.corps_id.in_(led)]
    if by.has(*SEES_ROWS):
        ways.append(in_scope(by, CorpsAsk))
    shown = (joinedload(CorpsAsk.order).joinedload(Order.course_version), joinedload(CorpsAsk.order).joinedload(Order.organisation), joinedload(CorpsAsk.corps))  # fmt: skip
    return sa.select(CorpsAsk).where(CorpsAsk.id.in_(ids), sa.or_(*ways)).options(*shown)


def _lessons(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    seats = selectinload(Lesson.lecturers).joinedload(LessonLecturer.lecturer)
    shown = (joinedload(Lesson.course_version), joinedload(Lesson.organisation), seats)
    return sa.select(Lesson).where(Lesson.id.in_(ids), lessons.seen_by(by)).options(*shown)


def _moves(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    course = joinedload(Move.lesson).joinedload(Lesson.course_version)
    return sa.select(Move).join(Move.lesson).where(Move.id.in_(ids), lessons.seen_by(by)).options(course)


def _ratings(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    course = joinedload(Rating.lesson).joinedload(Lesson.course_version)
    return (
        sa.select(Rating)
        .where(Rating.id.in_(ids), ratings.seen_by(by))
        .options(course, joinedload(Rating.organisation))
    )


def _duties(by: Actor, ids: Sequence[int]) -> sa.Select[Any] | None:
    return sa.select(Duty).where(Duty.id.in_(ids), owed_by(by, clock.now()))


_LOADERS: dict[str, Any] = {
    "order": _orders,
    "dispatch": _dispatches,
    "offer": _offers,
    "corps_ask": _asks,
    "lesson": _lessons,
    "move": _moves,
    "rating": _ratings,
    "duty": _duties,
}


def subjects(by: Actor, messages: Iterable[Message]) -> dict[tuple[str, int], Any]:
    """The live rows messages are about, as far as this actor may see them today: one statement per kind of row."""
    wanted: dict[str, set[int]] = {}
    for message in messages:
        wanted.setdefault(message.subject, set()).add(message.subject_id)
    found: dict[tuple[str, int], Any] = {}
    for subject, ids in wanted.items():
        query = _LOADERS[subject](by, sorted(ids)) if subject in _LOADERS else None
        if query is not None:
            found |= {(subject, row.id): row for row in db.session.scalars(query).unique()}
    return found

"""Calendar feeds: one secret address per account, shown once, ended at will; and what stands in it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from catalogue.accounts.models import Account, Person
from catalogue.accounts.queries import actor_for, hashed
from catalogue.core import audit, clock
from catalogue.core.actor import Actor
from catalogue.core.db import db, lock
from catalogue.core.errors import NotVisible
from catalogue.core.words import _
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferState
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import CalendarFeed, Lesson, LessonHistory
from catalogue.lessons.queries import ROW, seen_by
from catalogue.lessons.states import State

BACK, AHEAD = timedelta(days=31), timedelta(days=200)
MOST = 2000  # entries of one feed, soonest first
TOUCH = timedelta(hours=1)


@dataclass(frozen=True)
class Entries:
    """What one reader's calendar holds: lessons (called off ones too, so that they vanish), open offers, and when each last changed."""

    lessons: Sequence[Lesson]
    offers: Sequence[Offer]
    changed: Mapping[int, datetime]
    with_committee: bool  # several committees in it: titles name which


# ── the address ────────────────────────────────────────────────────────────────────────────────


def of_account(account_id: int) -> CalendarFeed | None:
    """The feed in force."""
    query = sa.select(CalendarFeed).where(CalendarFeed.account_id == account_id, CalendarFeed.ended_at.is_(None))
    return db.session.scalars(query).one_or_none()


def make(account_id: int, *, by: Actor, at: datetime) -> str:
    """A new address; the former one is dead. Returns the secret, which is kept nowhere. For the own account only (the view's)."""
    lock(Account, [account_id])
    end(account_id, by=by, at=at)
    secret = secrets.token_urlsafe(32)
    row = CalendarFeed(account_id=account_id, key_hash=hashed(secret), made_at=at, read_at=None, ended_at=None)
    db.session.add(row)
    db.session.flush()
    _audit("open_feed", row, by, at)
    return secret


def end(account_id: int, *, by: Actor, at: datetime) -> bool:
    """The address answers nobody any more. False when there was none."""
    row = of_account(account_id)
    if row is None:
        return False
    row.ended_at = at
    db.session.flush()
    _audit("end_feed", row, by, at)
    return True


def _audit(action: str, row: CalendarFeed, by: Actor, at: datetime) -> None:
    whose = (
        sa.select(Person.district_id).join(Account, Account.person_id == Person.id).where(Account.id == row.account_id)
    )
    audit.append(action, "calendar_feed", row.id, by=by, at=at, district_id=db.session.scalars(whose).one())


# ── what it shows ──────────────────────────────────────────────────────────────────────────────


def reader(secret: str, at: datetime) -> Actor:
    """Whose calendar it is, with the roles in force now. Raises NotVisible: unknown, ended, account disabled or person gone."""
    query = (
        sa.select(CalendarFeed, Account.id, Person.id, Person.name)
        .join(Account, Account.id == CalendarFeed.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(
            CalendarFeed.key_hash == hashed(secret), CalendarFeed.ended_at.is_(None), Account.disabled_at.is_(None),
            sa.or_(Person.ended_on.is_(None), Person.ended_on >= clock.day_of(at)),
        )
    )  # fmt: skip
    found = db.session.execute(query).first()
    if found is None:
        raise NotVisible(_("这个日历地址已经停用。请登录后在“我的账号”里重新生成。"))
    feed, account_id, person_id, name = found
    if feed.read_at is None or at - feed.read_at >= TOUCH:
        feed.read_at = at
    teaches = sa.select(Lecturer.id).where(Lecturer.person_id == person_id, Lecturer.ended_on.is_(None))
    return actor_for(person_id, name, at, lecturer_id=db.session.scalar(teaches), account_id=account_id)


def entries(by: Actor, at: datetime) -> Entries:
    """Lessons from a month ago to half a year ahead in the reader's scope, and the offers a lecturer has not answered. Four statements."""
    query = (
        sa.select(Lesson)
        .where(seen_by(by), Lesson.starts_at >= at - BACK, Lesson.starts_at < at + AHEAD, Lesson.state != State.MISSED)
        .options(*ROW)
        .order_by(Lesson.starts_at, Lesson.id)
    )
    lessons = db.session.scalars(query.limit(MOST)).unique().all()
    committees = {lesson.organisation_id for lesson in lessons}
    return Entries(lessons, _open_offers(by, at), _changed([lesson.id for lesson in lessons]), len(committees) > 1)


def one(lesson: Lesson) -> Entries:
    """A single lesson, for its own file. One statement."""
    return Entries([lesson], [], _changed([lesson.id]), with_committee=True)


def _open_offers(by: Actor, at: datetime) -> Sequence[Offer]:
    if by.lecturer_id is None:
        return []
    query = (
        sa.select(Offer)
        .where(Offer.lecturer_id == by.lecturer_id, Offer.state == OfferState.OPEN, Offer.answer_by >= at)
        .options(joinedload(Offer.dispatch).joinedload(Dispatch.course_version), joinedload(Offer.venue))
        .order_by(Offer.starts_at, Offer.id)
    )
    return db.session.scalars(query).all()


def _changed(lesson_ids: Sequence[int]) -> dict[int, datetime]:
    last = sa.select(LessonHistory.owner_id, sa.func.max(LessonHistory.at)).where(
        LessonHistory.owner_id.in_(lesson_ids)
    )
    rows = db.session.execute(last.group_by(LessonHistory.owner_id))
    return {row[0]: row[1] for row in rows}

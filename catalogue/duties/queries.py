"""Whose duties these are, in the order in which they press, with what they are about."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Account, Membership
from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.db import db
from catalogue.core.paging import Page, paged
from catalogue.courses.models import CourseVersion
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.duties.models import Duty
from catalogue.lessons.models import Lesson, Move
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation, OrganisationLink
from catalogue.ratings.models import Rating

MOST_COUNTED = 100  # the head of a page says 99+


def owed_by(by: Actor, at: datetime) -> sa.ColumnElement[bool]:
    """Open duties of this person, of the roles they hold now, and of those that climbed to them."""
    if by.kind is not Kind.PERSON:
        return sa.false()
    ways: list[sa.ColumnElement[bool]] = [Duty.person_id == by.person_id]
    places: dict[Role, set[int]] = {}
    for held in by.memberships:
        places.setdefault(held.role, set()).update(held.reach)
    for role, ids in places.items():
        wanted = sorted(ids)
        ways.append(sa.and_(Duty.role == role, Duty.place_id.in_(wanted)))
        ways.append(sa.and_(Duty.above_role == role, Duty.above_place_id.in_(wanted), Duty.climbed_at.is_not(None)))
    may = sa.or_(Duty.not_person_id.is_(None), Duty.not_person_id != by.person_id)
    return sa.and_(Duty.closed_at.is_(None), Duty.since <= at, may, sa.or_(*ways))


def climbed_to(by: Actor, duty: Duty) -> bool:
    """Does this reader see the duty only because it was missed below?"""
    own = duty.person_id is not None and duty.person_id == by.person_id
    return not own and not any(held.role is duty.role and duty.place_id in held.reach for held in by.memberships)


def listed(by: Actor, at: datetime, *, after: str = "", before: str = "") -> Page[Duty]:
    """The reader's duties, the most pressing first."""
    query = sa.select(Duty).where(owed_by(by, at))
    return paged(
        query, [(Duty.due_at, False), (Duty.id, False)], after=after, before=before, key_of=lambda d: (d.due_at, d.id)
    )


_HELD = sa.and_(
    Membership.person_id == Account.person_id, Membership.starts_on <= sa.bindparam("day"),
    sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= sa.bindparam("day")),
)  # fmt: skip
_NOW = sa.and_(
    Duty.closed_at.is_(None), Duty.since <= sa.bindparam("at"),
    sa.or_(Duty.not_person_id.is_(None), Duty.not_person_id != Account.person_id),
)  # fmt: skip


def _of_role(role: Any, place: Any, *only: Any) -> Any:
    return (
        sa.select(Duty.id)
        .join(Membership, sa.and_(place == Membership.organisation_id, role == Membership.role))
        .where(_HELD, _NOW, *only)
        .correlate(Account)
    )


def _of_predecessors(role: Any, place: Any, *only: Any) -> Any:
    """What a unit owed that went on in the reader's: listed for them (`reach`), so counted too."""
    became = sa.select(Duty.id).join(OrganisationLink, OrganisationLink.predecessor_id == place)
    joined = became.join(
        Membership, sa.and_(OrganisationLink.successor_id == Membership.organisation_id, role == Membership.role)
    )
    return joined.where(_HELD, _NOW, *only).correlate(Account)


_CLIMBED = Duty.climbed_at.is_not(None)
_ALL = sa.union(  # a union, not a sum: a duty of two of the reader's roles is one duty
    sa.select(Duty.id).where(Duty.person_id == Account.person_id, _NOW).correlate(Account),
    _of_role(Duty.role, Duty.place_id),
    _of_role(Duty.above_role, Duty.above_place_id, _CLIMBED),
    _of_predecessors(Duty.role, Duty.place_id),
    _of_predecessors(Duty.above_role, Duty.above_place_id, _CLIMBED),
)
COUNT = sa.select(sa.func.count()).select_from(_ALL.limit(MOST_COUNTED).subquery()).scalar_subquery()
"""A column for the statement that says who asks: how many duties the account's person has."""


_TABLES: dict[str, Any] = {
    "order": sa.select(Order.id, CourseVersion.title, Order.organisation_id, Order.number.label("said")).join(CourseVersion, CourseVersion.id == Order.course_version_id),
    "dispatch": sa.select(Dispatch.id, CourseVersion.title, Dispatch.organisation_id, Dispatch.number.label("said")).join(CourseVersion, CourseVersion.id == Dispatch.course_version_id),
    "offer": sa.select(Offer.id, CourseVersion.title, Offer.organisation_id, Dispatch.number.label("said")).join(Dispatch, Dispatch.id == Offer.dispatch_id).join(CourseVersion, CourseVersion.id == Dispatch.course_version_id),
    "lesson": sa.select(Lesson.id, CourseVersion.title, Lesson.organisation_id, Lesson.number.label("said")).join(CourseVersion, CourseVersion.id == Lesson.course_version_id),
    "move": sa.select(Move.id, CourseVersion.title, Move.organisation_id, Lesson.number.label("said")).join(Lesson, Lesson.id == Move.lesson_id).join(CourseVersion, CourseVersion.id == Lesson.course_version_id),
    "rating": sa.select(Rating.id, CourseVersion.title, Rating.organisation_id, Lesson.number.label("said")).join(Lesson, Lesson.id == Rating.lesson_id).join(CourseVersion, CourseVersion.id == Lesson.course_version_id),
}  # fmt: skip
_MODELS: dict[str, Any] = {
    "order": Order,
    "dispatch": Dispatch,
    "offer": Offer,
    "lesson": Lesson,
    "move": Move,
    "rating": Rating,
}


def things(duties: Iterable[Duty]) -> dict[tuple[str, int], Any]:
    """Title, committee and number of what duties are about, by (subject, id): a statement per kind of thing and one for the committees."""
    wanted: dict[str, set[int]] = {}
    for duty in duties:
        wanted.setdefault(duty.subject, set()).add(duty.subject_id)
    rows = {
        (subject, row.id): row
        for subject, ids in wanted.items()
        for row in db.session.execute(_TABLES[subject].where(_MODELS[subject].id.in_(sorted(ids))))
    }
    ids = sorted({row.organisation_id for row in rows.values()})
    committees = (
        {o.id: o for o in db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(ids)))} if ids else {}
    )
    return {known: (row.title, committees[row.organisation_id], row.said) for known, row in rows.items()}


def open_of(subject: str, subject_id: int) -> Sequence[Duty]:
    """Open duties about one thing, for its page and for tests."""
    query = sa.select(Duty).where(Duty.subject == subject, Duty.subject_id == subject_id, Duty.closed_at.is_(None))
    return db.session.scalars(query.order_by(Duty.id)).all()

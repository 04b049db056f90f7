"""What the pages of people show: the list with its filters, one person with account, roles and history, one's own sign-ins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalogue.accounts.models import Account, Membership, Person, PersonHistory, SignInThrottle, WebSession
from catalogue.accounts.queries import hashed, kept_by
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db
from catalogue.core.paging import Page, paged
from catalogue.core.text import tokens
from catalogue.organisations.models import Organisation


@dataclass(frozen=True)
class Wanted:
    """What the list of people is filtered by."""

    typed: str = ""
    role: str = ""
    state: str = ""
    organisation_id: int | None = None


STATES = ("active", "waiting", "disabled", "none", "left")


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    id: int
    name: str
    post: str
    phone: str
    sort_key: str
    organisation: str
    username: str | None
    state: str
    roles: tuple[Role, ...]


def _state(day: date) -> sa.ColumnElement[str]:
    return sa.case(
        (sa.and_(Person.ended_on.is_not(None), Person.ended_on < day), "left"), (Account.id.is_(None), "none"),
        (Account.disabled_at.is_not(None), "disabled"), (Account.must_change.is_(True), "waiting"), else_="active",
    )  # fmt: skip


def listed(by: Actor, wanted: Wanted, day: date, *, after: str = "", before: str = "", size: int = 20) -> Page[Line]:
    """One page of the people whose accounts this actor keeps, in the order of their pinyin, with the roles they hold that day."""
    state = _state(day).label("state")
    query = (
        sa.select(
            Person.id, Person.name, Person.post, Person.phone, Person.sort_key, Organisation.name.label("organisation"),
            Account.username, state,
        )
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(kept_by(by), *_conditions(wanted, day))
    )  # fmt: skip
    found = paged(
        query, [(Person.sort_key, False), (Person.id, False)], after=after, before=before, size=size,
        key_of=lambda row: (row.sort_key, row.id), scalars=False,
    )  # fmt: skip
    held = _roles([row.id for row in found.rows], day)
    return Page([Line(**row._mapping, roles=held.get(row.id, ())) for row in found.rows], found.after, found.before)


def _conditions(wanted: Wanted, day: date) -> list[sa.ColumnElement[bool]]:
    ways: list[sa.ColumnElement[bool]] = []
    if wanted.typed.strip() and tokens(wanted.typed):
        word = wanted.typed.strip()
        near = {"autoescape": True}
        either = [Person.name.contains(word, **near), Person.post.contains(word, **near), Account.username.contains(word.casefold(), **near)]  # fmt: skip
        if word.isascii() and word.isalnum():
            either.append(Person.initials.startswith(word.casefold(), autoescape=True))
        ways.append(sa.or_(*either))
    if wanted.role in set(Role):
        holding = sa.select(Membership.person_id).where(Membership.role == Role(wanted.role), _held_on(day))
        ways.append(Person.id.in_(holding))
    if wanted.organisation_id is not None:
        ways.append(Person.organisation_id == wanted.organisation_id)
    gone = sa.and_(Person.ended_on.is_not(None), Person.ended_on < day)
    ways.append(_state(day) == wanted.state if wanted.state in STATES else sa.not_(gone))
    return ways


def _held_on(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(Membership.starts_on <= day, sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= day))


def _roles(ids: Sequence[int], day: date) -> dict[int, tuple[Role, ...]]:
    found: dict[int, list[Role]] = {}
    query = sa.select(Membership.person_id, Membership.role).where(Membership.person_id.in_(ids), _held_on(day))
    for row in db.session.execute(query.order_by(Membership.id)):
        if row.role not in found.setdefault(row.person_id, []):
            found[row.person_id].append(row.role)
    return {i: tuple(roles) for i, roles in found.items()}


def terms_of(person_id: int) -> Sequence[Any]:
    """(membership, organisation) of every role a person has, had or will have, newest first."""
    place = aliased(Organisation)
    query = sa.select(Membership, place).join(place, place.id == Membership.organisation_id)
    rows = db.session.execute(query.where(Membership.person_id == person_id).order_by(Membership.starts_on.desc(), Membership.id.desc()))  # fmt: skip
    return rows.all()


def history(person_id: int, size: int = 50) -> Sequence[PersonHistory]:
    """What was done to a person, their account and roles, newest first."""
    query = sa.select(PersonHistory).where(PersonHistory.owner_id == person_id)
    return db.session.scalars(query.order_by(PersonHistory.id.desc()).limit(size)).all()


def locked_until(account: Account, at: datetime) -> datetime | None:
    """Until when an account takes no password, if it was typed wrong too often."""
    row = db.session.get(SignInThrottle, hashed(account.username))
    return row.locked_until if row is not None and row.locked_until is not None and row.locked_until > at else None


def state_of(person: Person, account: Account | None, day: date) -> str:
    """How an account stands, in the words of signs.py."""
    if person.ended_on is not None and person.ended_on < day:
        return "left"
    if account is None:
        return "none"
    if account.disabled_at is not None:
        return "disabled"
    return "waiting" if account.must_change else "active"


def sign_ins_of(account_id: int, at: datetime, idle: timedelta) -> Sequence[WebSession]:
    """The sign-ins of an account that are open now, the last used first."""
    query = sa.select(WebSession).where(
        WebSession.account_id == account_id, WebSession.ended_at.is_(None), WebSession.ends_at > at, WebSession.seen_at > at - idle
    )  # fmt: skip
    return db.session.scalars(query.order_by(WebSession.seen_at.desc(), WebSession.id.desc())).all()


def successors(by: Actor, person: Person, day: date) -> dict[int, str]:
    """Who could take over from a person: colleagues of the same organisation still in post."""
    query = sa.select(Person.id, Person.name, Person.post).where(
        kept_by(by), Person.organisation_id == person.organisation_id, Person.id != person.id,
        sa.or_(Person.ended_on.is_(None), Person.ended_on >= day),
    )  # fmt: skip
    rows = db.session.execute(query.order_by(Person.sort_key, Person.id).limit(200))
    return {row.id: f"{row.name}（{row.post}）" if row.post else row.name for row in rows}

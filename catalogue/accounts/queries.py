"""Who is signed in, and what a person may do today."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts import policy
from catalogue.accounts.models import Account, ApiToken, Membership, OldPassword, Person, WebSession
from catalogue.core import actor as actors
from catalogue.core import clock
from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.core.db import db, run
from catalogue.core.errors import NotVisible
from catalogue.core.text import login_name
from catalogue.core.words import _
from catalogue.organisations.models import Organisation, OrganisationLink, OrganisationReach
from catalogue.organisations.queries import names_of, one


@dataclass(frozen=True)
class SignIn:
    """A sign-in in force: whose, how it likes to read, and when it was last seen."""

    session_id: int
    account_id: int
    person_id: int
    name: str
    acting_for_id: int | None
    large_type: bool
    must_change: bool
    seen_at: datetime
    extras: tuple[Any, ...] = ()


def hashed(key: str) -> str:
    """How keys, tokens and link secrets stand in the database: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


_IN_FORCE = sa.and_(
    Membership.starts_on <= sa.bindparam("day"), sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= sa.bindparam("day"))
)  # fmt: skip
_HELD = (
    Membership.role,
    Membership.organisation_id,
    Organisation.level,
    Organisation.district_id,
    OrganisationLink.predecessor_id,
)
_HELD_ORDER = (Membership.id, OrganisationLink.predecessor_id)


def _with_roles(query: Any) -> Any:
    """Who asks and what they may do in one statement: a row for each role in force (and predecessor), one of NULLs without any."""
    return (
        query.add_columns(*_HELD)
        .outerjoin(Membership, sa.and_(Membership.person_id == Account.person_id, _IN_FORCE))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(OrganisationLink, OrganisationLink.successor_id == Membership.organisation_id)
        .order_by(*_HELD_ORDER)
    )


_SIGN_IN = _with_roles(
    sa.select(
        WebSession.id, WebSession.account_id, Account.person_id, Person.name, WebSession.acting_for_id, WebSession.large_type,
        Account.must_change, WebSession.seen_at,
    )
    .join(Account, Account.id == WebSession.account_id)
    .join(Person, Person.id == Account.person_id)
    .where(
        WebSession.key_hash == sa.bindparam("key_hash"), WebSession.ended_at.is_(None), WebSession.ends_at > sa.bindparam("at"),
        WebSession.seen_at > sa.bindparam("idle_since"), Account.disabled_at.is_(None),
    )
)  # fmt: skip
_TOKEN = _with_roles(
    sa.select(
        ApiToken.id, ApiToken.account_id, Account.person_id, Person.name, sa.null().label("acting_for_id"), sa.false().label("large"),
        sa.false().label("must_change"), ApiToken.made_at,
    )
    .join(Account, Account.id == ApiToken.account_id)
    .join(Person, Person.id == Account.person_id)
    .where(
        ApiToken.key_hash == sa.bindparam("key_hash"), ApiToken.ended_at.is_(None), ApiToken.ends_at > sa.bindparam("at"),
        Account.disabled_at.is_(None), Account.must_change.is_(False),
    )
)  # fmt: skip
_OWN, _ROLES = 8, len(_HELD)
_MADE: dict[tuple[int, ...], Any] = {}
Held = tuple[actors.Membership, ...]


def _with(query: Any, extras: Sequence[Any]) -> Any:
    """The statement with further columns, built once for the same ones (their modules keep them for good)."""
    key = (id(query), *map(id, extras))
    if key not in _MADE:
        _MADE[key] = query.add_columns(*extras)
    return _MADE[key]


def sign_in_of(key: str, at: datetime, idle: timedelta, extras: Sequence[Any] = ()) -> tuple[SignIn, Held] | None:
    """The sign-in a cookie's key opens with the roles in force, or None when it is unknown, ended, idle too long or of a disabled account.

    `extras` are further columns to read in the same statement (features to the right ask for their counts so).
    """
    return _whose(_SIGN_IN, extras, {"key_hash": hashed(key), "at": at, "idle_since": at - idle})


def token_of(key: str, at: datetime, extras: Sequence[Any] = ()) -> tuple[SignIn, Held] | None:
    """The account a bearer token speaks for, or None when it is unknown, ended, or of an account that may not be used now."""
    return _whose(_TOKEN, extras, {"key_hash": hashed(key), "at": at})


def _whose(query: Any, extras: Sequence[Any], values: dict[str, Any]) -> tuple[SignIn, Held] | None:
    found: Any = run(_with(query, extras), values | {"day": clock.day_of(values["at"])}).all()
    if not found:
        return None
    first: Any = found[0]
    more = _OWN + _ROLES
    held = [row[_OWN:more] for row in found] if first[_OWN] is not None else ()
    return SignIn(*first[:_OWN], extras=tuple(first[more:])), _memberships(held)  # type: ignore[misc]  # they are eight


_MEMBERSHIPS = (
    sa.select(*_HELD)
    .select_from(Membership)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(OrganisationLink, OrganisationLink.successor_id == Membership.organisation_id)
    .where(Membership.person_id == sa.bindparam("person_id"), _IN_FORCE)
    .order_by(*_HELD_ORDER)
)


def memberships_of(person_id: int, day: date) -> Held:
    """The roles in force on a day, each with the organisation and its direct predecessors as reach."""
    return _memberships(db.session.execute(_MEMBERSHIPS, {"person_id": person_id, "day": day}))


def _memberships(held: Iterable[Any]) -> Held:
    found: dict[tuple[Any, int], tuple[Level, int | None, list[int]]] = {}
    for role, organisation_id, level, district_id, predecessor in held:
        reach = found.setdefault((role, organisation_id), (level, district_id, [organisation_id]))[2]
        if predecessor is not None:
            reach.append(predecessor)
    return tuple(
        actors.Membership(role, org, level, district, tuple(reach))
        for (role, org), (level, district, reach) in found.items()
    )


def actor_for(person_id: int, name: str, at: datetime, *, held: Held | None = None, **more: Any) -> Actor:
    """A person as an actor, with the memberships in force at an instant (`held`, when they have been read)."""
    if held is None:
        held = memberships_of(person_id, clock.day_of(at))
    return Actor(kind=Kind.PERSON, name=name, person_id=person_id, memberships=held, **more)


def actor_called(username: str, at: datetime) -> Actor:
    """The person of an account as an actor, for the command line. Raises NotVisible when nobody could sign in with it."""
    query = sa.select(Account, Person).join(Person, Person.id == Account.person_id)
    found = db.session.execute(
        query.where(Account.username == login_name(username[:80]), Account.disabled_at.is_(None))
    )
    row = found.first()
    if row is None:
        raise NotVisible(_("没有账号“%(name)s”，或者已经停用。", name=username[:80]))
    return actor_for(row[1].id, row[1].name, at, account_id=row[0].id)


def actor_again(person_id: int, at: datetime, **more: Any) -> Actor:
    """Somebody whose wish is done later, with the rights they have by then. Raises NotVisible when their account is closed."""
    query = sa.select(Account, Person).join(Person, Person.id == Account.person_id)
    row = db.session.execute(query.where(Person.id == person_id, Account.disabled_at.is_(None))).first()
    if row is None:
        raise NotVisible(_("发起的人的账号已经停用。"))
    return actor_for(row[1].id, row[1].name, at, account_id=row[0].id, **more)


@dataclass(frozen=True)
class Passwords:
    """What a new password is compared with: the present hash and older ones, newest first."""

    username: str
    current: str
    older: tuple[str, ...]


def passwords_of(account_id: int) -> Passwords:
    """The hashes a new password of this account may not equal."""
    account = db.session.get_one(Account, account_id)
    older = db.session.scalars(
        sa.select(OldPassword.password_hash)
        .where(OldPassword.account_id == account_id)
        .order_by(OldPassword.id.desc())
        .limit(5)
    ).all()
    return Passwords(account.username, account.password_hash, tuple(older))


def named_memberships(by: Actor) -> list[dict[str, Any]]:
    """The memberships of an actor with the names of their organisations, for people to read or choose from."""
    names = names_of(m.organisation_id for m in by.memberships)
    return [
        {"role": m.role, "organisation_id": m.organisation_id, "organisation": names[m.organisation_id]}
        for m in by.memberships
    ]


# ── people, for those who keep them ───────────────────────────────────────────────────────────────


def kept_by(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that keeps a query on Person inside the part of the tree whose accounts this actor keeps."""
    if by.kind is Kind.JOB or by.has(Role.SYSTEM_ADMINISTRATOR):
        return sa.true()
    mine = by.organisations(Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR)
    below = sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id.in_(mine))
    return Person.organisation_id.in_(below)


def person(by: Actor, person_id: int) -> Person:
    """One person whose account this actor may keep. Raises NotVisible."""
    return one(sa.select(Person).where(Person.id == person_id, kept_by(by)))


def account_of(person_id: int) -> Account | None:
    """The account of a person, if there is one."""
    return db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).first()


def standing_of(person: Person) -> policy.Standing:
    """A person with everything they hold or will hold, as policies judge it."""
    today = clock.day_of(clock.now())
    rows = db.session.execute(
        sa.select(Membership.role, Organisation)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person.id, sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= today))
    ).all()
    return policy.Standing(
        person, db.session.get_one(Organisation, person.organisation_id), [(row[0], row[1]) for row in rows]
    )


def open_memberships(person_id: int, day: date) -> Sequence[Membership]:
    """The roles of a person that go on after a day."""
    query = sa.select(Membership).where(
        Membership.person_id == person_id, sa.or_(Membership.ends_on.is_(None), Membership.ends_on > day)
    )
    return db.session.scalars(query.order_by(Membership.id)).all()


def overlapping(person_id: int, role: Role, organisation_id: int, starts_on: date, ends_on: date | None) -> bool:
    """Does the person hold this very role there on any of these days?"""
    query = sa.select(Membership.id).where(
        Membership.person_id == person_id, Membership.role == role, Membership.organisation_id == organisation_id,
        sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= starts_on),
    )  # fmt: skip
    if ends_on is not None:
        query = query.where(Membership.starts_on <= ends_on)
    return db.session.scalars(query).first() is not None


def misplaced(organisation_id: int) -> Sequence[Any]:
    """(person, organisation) below an organisation whose town or district is not their organisation's."""
    below = sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id == organisation_id)
    query = (
        sa.select(Person, Organisation)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            Person.organisation_id.in_(below),
            sa.or_(
                sa.func.coalesce(Person.town_id, 0) != sa.func.coalesce(Organisation.town_id, 0),
                sa.func.coalesce(Person.district_id, 0) != sa.func.coalesce(Organisation.district_id, 0),
            ),
        )
    )
    return db.session.execute(query.order_by(Person.id)).all()

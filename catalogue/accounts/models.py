"""person and account are two tables: trainees, property managers and lecturers exist without accounts."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalogue.core.actor import Role
from catalogue.core.db import Base, SortKey, key, reference, text, version_column
from catalogue.core.models import History, Living


class Person(Living, Base):
    """Name, unit, post and phone; no identity numbers. Erasing a person empties these columns and touches nothing else."""

    __tablename__ = "person"
    __table_args__ = (sa.Index("ix_person_organisation_sort", "organisation_id", "sort_key", "id"),)

    id: Mapped[int] = key()
    district_id: Mapped[int | None] = reference("organisation")
    town_id: Mapped[int | None] = reference("organisation")
    organisation_id: Mapped[int] = reference("organisation", index=False)
    name: Mapped[str] = text(40)
    sort_key: Mapped[str] = mapped_column(SortKey)
    initials: Mapped[str] = text(40, default="")
    post: Mapped[str] = text(40, default="")
    phone: Mapped[str] = text(30, default="")
    email: Mapped[str] = text(120, default="")
    in_post_since: Mapped[date | None]
    ended_on: Mapped[date | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}


class PersonHistory(History, Base):
    """History of a person with its account and memberships."""

    __tablename__ = "person_history"
    owner_id: Mapped[int] = reference("person")


Person.history = PersonHistory


class Account(Base):
    """How a person signs in. Belongs to a person, never to an office."""

    __tablename__ = "account"

    id: Mapped[int] = key()
    person_id: Mapped[int] = reference("person", unique=True, index=False)
    username: Mapped[str] = text(60, unique=True)
    password_hash: Mapped[str] = text(200)
    must_change: Mapped[bool] = mapped_column(default=True)
    start_code_until: Mapped[datetime | None]  # the printed one-time code is a password that dies then
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[str] = text(64, default="")
    totp_on: Mapped[bool] = mapped_column(default=False)
    totp_last: Mapped[int] = mapped_column(default=0)  # time step of the last code used: a code works once
    signed_in_at: Mapped[datetime | None]
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}

    person: Mapped[Person] = relationship(lazy="raise")


class OldPassword(Base):
    """Passwords an account has had, so that none of the last five is used again."""

    __tablename__ = "old_password"

    id: Mapped[int] = key()
    account_id: Mapped[int] = reference("account")
    password_hash: Mapped[str] = text(200)
    set_at: Mapped[datetime]


class Membership(Base):
    """Role × organisation × term (days, both inclusive). The end of a term removes the right on the next request."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.Index("ix_membership_organisation_role", "organisation_id", "role"),
    )

    id: Mapped[int] = key()
    person_id: Mapped[int] = reference("person")
    organisation_id: Mapped[int] = reference("organisation", index=False)
    role: Mapped[Role]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class WebSession(Base):
    """A sign-in: the cookie carries a random 256-bit key, the table its hash. Ended rows stay for the list of sign-ins."""

    __tablename__ = "web_session"

    id: Mapped[int] = key()
    key_hash: Mapped[str] = text(64, unique=True)
    account_id: Mapped[int] = reference("account")
    acting_for_id: Mapped[int | None] = reference("organisation", index=False)
    large_type: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = text(120, default="")


class SignInThrottle(Base):
    """Failed sign-ins of one user name, whether anybody has it or not: locking must not say who exists."""

    __tablename__ = "sign_in_throttle"

    name_hash: Mapped[str] = text(64, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token for programs; the table holds its hash."""

    __tablename__ = "api_token"

    id: Mapped[int] = key()
    key_hash: Mapped[str] = text(64, unique=True)
    account_id: Mapped[int] = reference("account")
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class KeptForm(Base):
    """What a person had typed when the sign-in ran out, given back once after signing in again to the same account."""

    __tablename__ = "kept_form"

    id: Mapped[int] = key()
    key_hash: Mapped[str] = text(64, unique=True)
    account_id: Mapped[int | None] = reference("account")
    path: Mapped[str] = text(300)
    fields: Mapped[list[Any]] = mapped_column(sa.JSON)
    made_at: Mapped[datetime]

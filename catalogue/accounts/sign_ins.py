"""Signing in and out: attempts are counted by name, a sign-in is one row of web_session, and what was typed before it ran out is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts import passwords
from catalogue.accounts.errors import CodeRefused, SignInRefused
from catalogue.accounts.models import Account, ApiToken, KeptForm, Person, SignInThrottle, WebSession
from catalogue.accounts.queries import hashed, memberships_of
from catalogue.core import audit, clock
from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.text import login_name

TRIES = 8
LOCKED = timedelta(minutes=15)
TOKEN_LIFE = timedelta(hours=8)
KEPT_LIFE = timedelta(hours=12)
KEPT_PER_ACCOUNT = 10
KEPT_BYTES = 60_000


@dataclass(frozen=True)
class Claim:
    """Who somebody says they are: the account of that name (or none) as it stood before the password was compared."""

    name: str
    account_id: int | None
    password_hash: str


def claim(username: str, at: datetime) -> Claim:
    """Reads what the typed name stands for. Nobody's name gets a hash too, so that comparing takes the same time."""
    try:
        name = login_name(username)
    except ValueError:
        name = ""
    row = db.session.execute(
        sa.select(Account.id, Account.password_hash, Account.start_code_until)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.username == name,
            Account.disabled_at.is_(None),
            sa.or_(Person.ended_on.is_(None), Person.ended_on >= clock.day_of(at)),
        )
    ).first()
    if row is None or (row.start_code_until is not None and row.start_code_until <= at):
        return Claim(name, None, passwords.NOBODY)
    return Claim(name, row.id, row.password_hash)


def admit(claimed: Claim, good: bool, at: datetime) -> Account | None:
    """The account that may now sign in, or None; counts the attempt either way, and refuses a locked name even with the right password.

    Returns instead of raising, because the count must be committed.
    """
    throttle = _throttle(claimed.name, at)
    locked = throttle.locked_until is not None and throttle.locked_until > at
    account = db.session.get(Account, claimed.account_id) if claimed.account_id is not None else None
    same = account is not None and account.password_hash == claimed.password_hash and account.disabled_at is None
    if good and same and not locked:
        return account
    if not locked:
        _count_failure(throttle, at)
    audit.append(
        "sign_in_refused",
        "account",
        claimed.account_id or 0,
        by=Actor(kind=Kind.PERSON, name="?"),
        at=at,
        district_id=None,
        code="locked" if locked else "wrong",
    )
    return None


def _throttle(name: str, at: datetime) -> SignInThrottle:
    key = hashed(name)
    found = db.session.get(SignInThrottle, key, with_for_update=True)
    if found is None:
        found = SignInThrottle(name_hash=key, failures=0, failed_at=at, locked_until=None)
        try:
            with db.session.begin_nested():
                db.session.add(found)
        except sa.exc.IntegrityError:  # two first attempts at once
            found = db.session.get_one(SignInThrottle, key, with_for_update=True)
    return found


def _count_failure(throttle: SignInThrottle, at: datetime) -> None:
    fresh = at - throttle.failed_at >= LOCKED
    throttle.failures = 1 if fresh else throttle.failures + 1
    throttle.failed_at = at
    throttle.locked_until = None
    if throttle.failures >= TRIES:
        throttle.failures, throttle.locked_until = 0, at + LOCKED


def unlock(username: str) -> None:
    """Forgets the failed attempts of a name (after an administrator's reset, or a good sign-in)."""
    db.session.execute(sa.delete(SignInThrottle).where(SignInThrottle.name_hash == hashed(username)))


def use_code(account: Account, code: str, at: datetime) -> bool:
    """Is the one-time code right? Each works once. A wrong one counts as a failed attempt; the count must be committed."""
    throttle = _throttle(account.username, at)
    locked = throttle.locked_until is not None and throttle.locked_until > at
    step = passwords.code_step(account.totp_secret, code, at, account.totp_last)
    if step is None or locked:
        if not locked:
            _count_failure(throttle, at)
        return False
    account.totp_last = step
    return True


def confirm(account_id: int, good: bool, at: datetime) -> bool:
    """Is it the right password of a signed-in person? A wrong one counts as a failed attempt; the count must be committed."""
    account = db.session.get_one(Account, account_id)
    throttle = _throttle(account.username, at)
    locked = throttle.locked_until is not None and throttle.locked_until > at
    if not good and not locked:
        _count_failure(throttle, at)
    return good and not locked


def actor_of(account: Account, at: datetime) -> Actor:
    """The person of an account as an actor, before the gate knows them."""
    return Actor(kind=Kind.PERSON, name=name_of(account), person_id=account.person_id, account_id=account.id)


def name_of(account: Account) -> str:
    """The name of the person an account belongs to."""
    return db.session.scalars(sa.select(Person.name).where(Person.id == account.person_id)).one()


def begin(account: Account, *, at: datetime, hours: int, device: str, large: bool) -> str:
    """Opens a sign-in and returns its key, which only the cookie will know. The failed attempts are forgotten."""
    key = secrets.token_urlsafe(32)
    held = memberships_of(account.person_id, clock.day_of(at))
    person = db.session.get_one(Person, account.person_id)
    last = db.session.scalars(
        sa.select(WebSession.acting_for_id)
        .where(WebSession.account_id == account.id)
        .order_by(WebSession.id.desc())
        .limit(1)
    ).first()
    choices = [m.organisation_id for m in held] or [person.organisation_id]
    row = WebSession(
        key_hash=hashed(key), account_id=account.id, acting_for_id=last if last in choices else choices[0], large_type=large, made_at=at,
        seen_at=at, ends_at=at + timedelta(hours=hours), ended_at=None, device=device[:120],
    )  # fmt: skip
    db.session.add(row)
    account.signed_in_at = at
    unlock(account.username)
    db.session.flush()
    _audit("sign_in", account, row.id, at)
    return key


def _audit(action: str, account: Account, session_id: int, at: datetime) -> None:
    district_id = db.session.scalars(sa.select(Person.district_id).where(Person.id == account.person_id)).one()
    audit.append(action, "web_session", session_id, by=actor_of(account, at), at=at, district_id=district_id)


def end(session_id: int, *, at: datetime) -> None:
    """Closes one sign-in: its key opens nothing any more."""
    row = db.session.get(WebSession, session_id)
    if row is not None and row.ended_at is None:
        row.ended_at = at
        _audit("sign_out", db.session.get_one(Account, row.account_id), row.id, at)


def end_all(account: Account, *, at: datetime, but: int | None = None) -> int:
    """Closes every sign-in and token of an account (but one); returns how many sign-ins were open."""
    open_rows = db.session.scalars(
        sa.select(WebSession).where(WebSession.account_id == account.id, WebSession.ended_at.is_(None))
    ).all()
    closed = [row for row in open_rows if row.id != but]
    for row in closed:
        row.ended_at = at
        _audit("sign_out", account, row.id, at)
    db.session.execute(
        sa.update(ApiToken).where(ApiToken.account_id == account.id, ApiToken.ended_at.is_(None)).values(ended_at=at)
    )
    return len(closed)


def act_for(session_id: int, organisation_id: int) -> None:
    """Whom somebody with several memberships speaks for, for as long as this sign-in lives."""
    db.session.execute(sa.update(WebSession).where(WebSession.id == session_id).values(acting_for_id=organisation_id))


def renew(session_id: int) -> str:
    """Gives a sign-in a new key after its rights or password changed; the old key opens nothing."""
    key = secrets.token_urlsafe(32)
    db.session.execute(sa.update(WebSession).where(WebSession.id == session_id).values(key_hash=hashed(key)))
    return key


def make_token(account: Account, *, at: datetime) -> tuple[str, datetime]:
    """A bearer token for programs, and when it ends."""
    key = secrets.token_urlsafe(32)
    row = ApiToken(key_hash=hashed(key), account_id=account.id, made_at=at, ends_at=at + TOKEN_LIFE, ended_at=None)
    db.session.add(row)
    unlock(account.username)
    db.session.flush()
    district_id = db.session.scalars(sa.select(Person.district_id).where(Person.id == account.person_id)).one()
    audit.append("token", "api_token", row.id, by=actor_of(account, at), at=at, district_id=district_id)
    return key, row.ends_at


# ── what was typed when the sign-in ran out ───────────────────────────────────────────────────────


def keep(key: str | None, path: str, fields: list[list[str]], *, at: datetime) -> str | None:
    """Keeps a form for the account whose sign-in this key was, and returns the key to get it back with; None when it is nobody's.

    Only a sign-in that ran out keeps anything: one that was ended (signed out, password changed) does not.
    """
    if not key or not fields or len(path) > 300 or sum(len(n) + len(v) for n, v in fields) > KEPT_BYTES:
        return None
    account_id = db.session.scalars(
        sa.select(WebSession.account_id)
        .join(Account, Account.id == WebSession.account_id)
        .where(WebSession.key_hash == hashed(key), WebSession.ended_at.is_(None), Account.disabled_at.is_(None))
    ).first()
    if account_id is None:
        return None
    _make_room(account_id)
    back = secrets.token_urlsafe(32)
    db.session.add(KeptForm(key_hash=hashed(back), account_id=account_id, path=path, fields=fields, made_at=at))
    return back


def _make_room(account_id: int) -> None:
    older = (
        sa.select(KeptForm.id)
        .where(KeptForm.account_id == account_id)
        .order_by(KeptForm.id.desc())
        .offset(KEPT_PER_ACCOUNT - 1)
    )
    db.session.execute(
        sa.delete(KeptForm).where(KeptForm.id.in_(db.session.scalars(older).all())),
        execution_options={"synchronize_session": False},
    )


def kept(key: str | None, account_id: int, at: datetime) -> KeptForm | None:
    """What this account had typed, by the key in its cookie."""
    if not key:
        return None
    return db.session.scalars(
        sa.select(KeptForm).where(
            KeptForm.key_hash == hashed(key), KeptForm.account_id == account_id, KeptForm.made_at > at - KEPT_LIFE
        )
    ).first()


def drop(form: KeptForm) -> None:
    """Forgets a kept form."""
    db.session.delete(form)


def sweep(at: datetime) -> None:
    """Forgets kept forms and counts of failed attempts that are too old to matter."""
    db.session.execute(sa.delete(KeptForm).where(KeptForm.made_at <= at - KEPT_LIFE))
    db.session.execute(sa.delete(SignInThrottle).where(SignInThrottle.failed_at <= at - 2 * LOCKED))


def check(account: Account | None, field: str = "password") -> Account:
    """The admitted account. Raises SignInRefused when nobody was admitted."""
    if account is None:
        raise SignInRefused(field)
    return account


def check_code(good: bool) -> None:
    """Raises CodeRefused when the one-time code was not right."""
    if not good:
        raise CodeRefused()


def fields_to_keep(path: str, items: Any) -> list[list[str]]:
    """The typed fields worth keeping: no token, no password, no one-time code of the account's own pages, no file."""
    own = ("code",) if path.startswith(("/account/", "/login/")) else ()  # elsewhere a code is a reason or a number
    hidden = ("csrf_token", "password", "passwd", "secret", *own)
    return [[name[:80], value] for name, value in items if not any(h in name.lower() for h in hidden)][:200]

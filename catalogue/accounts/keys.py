"""Every write on accounts: the start code, one's own password, the second step, disabled and enabled."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts import passwords, policy, queries, sign_ins
from catalogue.accounts.errors import CodeRefused, NoAccount, NotYours, PasswordRefused, UsernameTaken
from catalogue.accounts.models import Account, OldPassword, Person
from catalogue.accounts.passwords import REMEMBERED, Proposal, Start
from catalogue.core import changes
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import Invalid, Stale
from catalogue.core.text import login_name
from catalogue.core.words import _

START_DAYS = timedelta(days=14)


def _note(account: Account, action: str, *, by: Actor, at: datetime, changed: dict[str, Any] | None = None) -> None:
    person = db.session.get_one(Person, account.person_id)
    changes.note(person, action, by=by, at=at, subject="account", subject_id=account.id, changed=changed)


def _require(by: Actor, account: Account) -> None:
    person = db.session.get_one(Person, account.person_id)
    if not policy.may_manage(by, queries.standing_of(person)):
        raise NotYours(_("这个账号不归您管。需要的话，请联系上一级管理员。"))


# ── by whoever keeps the account ──────────────────────────────────────────────────────────────────


def create_account(
    person: Person, username: str, start: Start, *, by: Actor, at: datetime, must_change: bool = True
) -> Account:
    """An account for a person, opened by a one-time start code (14 days). Raises NotYours, UsernameTaken, Invalid, NoAccount."""
    if not policy.may_manage(by, queries.standing_of(person)):
        raise NotYours(_("您不能给这位人员开账号。"))
    if person.ended_on is not None:
        raise NoAccount(_("这位人员已经离岗，不能开账号。"))
    if queries.account_of(person.id) is not None:
        raise UsernameTaken(_("这位人员已经有账号了。忘了密码请重设。"), field="username")
    account = Account(
        person_id=person.id, username=_free_username(username), password_hash=start.password_hash, must_change=must_change,
        start_code_until=at + START_DAYS if must_change else None, disabled_at=None, totp_secret="", totp_on=False, totp_last=0,
        signed_in_at=None,
    )  # fmt: skip
    db.session.add(account)
    db.session.flush()
    sign_ins.unlock(account.username)
    _note(account, "open_account", by=by, at=at, changed={"username": [None, account.username]})
    return account


def check_username(username: str) -> str:
    """The spelling an account name is kept in. Raises Invalid when it cannot be one."""
    try:
        name = login_name(username)
    except ValueError:
        name = ""
    if not (3 <= len(name) <= 40 and all(c.isalnum() or c in "._-" for c in name)):
        raise Invalid(_("账号名 3 到 40 个字，只用字母、数字、汉字和 . _ -"), field="username")
    return name


def _free_username(username: str) -> str:
    name = check_username(username)
    if db.session.scalars(sa.select(Account.id).where(Account.username == name)).first() is not None:
        raise UsernameTaken(_("“%(name)s”已经有人用了，请换一个。", name=name), field="username")
    return name


def reset(account: Account, start: Start, *, by: Actor, at: datetime) -> None:
    """A new start code for somebody who forgot: the old password, every sign-in, the lock and the second step are gone. Raises NotYours."""
    _require(by, account)
    _remember(account, at)
    account.password_hash, account.must_change, account.start_code_until = start.password_hash, True, at + START_DAYS
    account.totp_on, account.totp_secret = False, ""
    sign_ins.end_all(account, at=at)
    sign_ins.unlock(account.username)
    _note(account, "reset", by=by, at=at)


def disable(account: Account, *, by: Actor, at: datetime) -> None:
    """Nobody signs in with it any more, and whoever is signed in no longer is. Raises NotYours."""
    _require(by, account)
    if account.disabled_at is None:
        account.disabled_at = at
        sign_ins.end_all(account, at=at)
        _note(account, "disable", by=by, at=at)


def enable(account: Account, *, by: Actor, at: datetime) -> None:
    """It may be used again, with the password it had. Raises NotYours, NoAccount (the person has left)."""
    _require(by, account)
    if db.session.get_one(Person, account.person_id).ended_on is not None:
        raise NoAccount(_("这位人员已经离岗，不能再启用账号。"))
    if account.disabled_at is not None:
        account.disabled_at = None
        _note(account, "enable", by=by, at=at)


# ── by the person themselves ──────────────────────────────────────────────────────────────────────


def change_password(
    account_id: int, proposal: Proposal, *, again: bool, by: Actor, at: datetime, session_id: int | None = None
) -> str:
    """Sets a person's own new password, ends every other sign-in and token, and returns the new key of this sign-in.

    Raises PasswordRefused for a bad one and Stale when the password was changed elsewhere meanwhile.
    """
    if proposal.trouble:
        raise PasswordRefused(proposal.trouble, field="new_password")
    if not again:
        raise PasswordRefused(_("两次填的不一样，请再填一次。"), field="new_password_again")
    account = db.session.get_one(Account, account_id)
    if account.password_hash != proposal.instead_of:
        raise Stale(_("密码刚刚在别处改过，请重新登录再试。"))
    _remember(account, at)
    account.password_hash = proposal.password_hash
    account.must_change, account.start_code_until = False, None
    sign_ins.end_all(account, at=at, but=session_id)
    _note(account, "password", by=by, at=at)
    return sign_ins.renew(session_id) if session_id is not None else ""


def _remember(account: Account, at: datetime) -> None:
    """Keeps the hash that is being replaced (a start code is no password of theirs), and no more than are compared."""
    if account.start_code_until is None:
        db.session.add(OldPassword(account_id=account.id, password_hash=account.password_hash, set_at=at))
        db.session.flush()
    keep = db.session.scalars(
        sa.select(OldPassword.id)
        .where(OldPassword.account_id == account.id)
        .order_by(OldPassword.id.desc())
        .limit(REMEMBERED)
    ).all()
    db.session.execute(sa.delete(OldPassword).where(OldPassword.account_id == account.id, OldPassword.id.not_in(keep)))


def check_right(right: bool, field: str = "current_password") -> None:
    """Raises PasswordRefused when the password a signed-in person typed to confirm was not theirs."""
    if not right:
        raise PasswordRefused(_("现在的密码不对。"), field=field)


def prepare_second_step(account_id: int) -> Account:
    """The account with a secret to show; one that is not yet confirmed is kept, so that turning the page does not change the picture."""
    account = db.session.get_one(Account, account_id)
    if not account.totp_on and not account.totp_secret:
        account.totp_secret = passwords.new_secret()
    return account


def start_second_step(account_id: int, code: str, *, by: Actor, at: datetime) -> None:
    """From now on a code is asked for, after one right code has proved that the telephone knows the secret. Raises CodeRefused."""
    account = db.session.get_one(Account, account_id)
    if account.totp_on:
        return
    step = passwords.code_step(account.totp_secret, code, at, account.totp_last) if account.totp_secret else None
    if step is None:
        raise CodeRefused()
    account.totp_on, account.totp_last = True, step
    _note(account, "second_step_on", by=by, at=at)


def stop_second_step(account_id: int, *, by: Actor, at: datetime) -> None:
    """No code any more (the person has just given their password)."""
    account = db.session.get_one(Account, account_id)
    if account.totp_on:
        account.totp_on, account.totp_secret = False, ""
        _note(account, "second_step_off", by=by, at=at)

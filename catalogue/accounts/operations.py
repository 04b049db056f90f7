"""Every write on people, accounts and memberships."""

from datetime import datetime

import sqlalchemy as sa

from catalogue.accounts import sign_ins
from catalogue.accounts.errors import PasswordRefused
from catalogue.accounts.models import Account, OldPassword, Person
from catalogue.accounts.passwords import REMEMBERED, Proposal
from catalogue.core import changes
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import Stale
from catalogue.core.words import _


def _note(account: Account, action: str, *, by: Actor, at: datetime, changed: dict[str, object] | None = None) -> None:
    person = db.session.get_one(Person, account.person_id)
    changes.note(person, action, by=by, at=at, subject="account", subject_id=account.id, changed=changed)


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


def check_right(right: bool) -> None:
    """Raises PasswordRefused when the password a signed-in person typed to confirm was not theirs."""
    if not right:
        raise PasswordRefused(_("现在的密码不对。"), field="current_password")

"""Signing in and out. One's own account is account_views.py, other people's people_views.py."""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from catalogue.accounts import passwords, queries, sign_ins
from catalogue.accounts.forms import CodeForm, SignInForm
from catalogue.accounts.models import Account
from catalogue.core.db import db, transaction
from catalogue.core.web import anyone, now, page, permit, visitor
from catalogue.core.words import _

pages = Blueprint("accounts", __name__)

KEY, KEPT, LARGE, PENDING = "key", "kept", "large", "pending"
SECOND_STEP = timedelta(minutes=5)
APPS = (
    ("微信", "MicroMessenger"),
    ("Edge", "Edg/"),
    ("Chrome", "Chrome/"),
    ("Firefox", "Firefox/"),
    ("Safari", "Safari/"),
)


def local_path(wanted: str) -> str:
    """A path of this site, or '/' for anything that could lead elsewhere or straight out again."""
    plain = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    parts = urlsplit(wanted) if plain else None
    if parts is None or parts.scheme or parts.netloc or parts.path in ("/login", "/logout", "/login/code"):
        return "/"
    return wanted


@pages.route("/login", methods=["GET", "POST"])
@permit(anyone)
def sign_in() -> ResponseReturnValue:
    """The sign-in page. The password is compared outside the write, so a slow hash never holds the database."""
    if visitor() is not None:
        return redirect(local_path(request.args.get("next", "")))
    form = SignInForm()
    if not form.is_submitted():
        form.next.data = local_path(request.args.get("next", ""))
    if not form.validate_on_submit():
        return page("accounts/sign_in.html", form=form, kept=KEPT in session)
    with transaction(writes=False):
        claimed = sign_ins.claim(form.username.data, now())
    good = passwords.matches(claimed.password_hash, form.password.data)
    wanted = local_path(form.next.data or "")
    with transaction():
        account = sign_ins.admit(claimed, good, now())
        if account is not None and account.totp_on:
            session[PENDING] = [account.id, queries.hashed(account.password_hash), now().timestamp()]
            return redirect(url_for("accounts.second_step", next=wanted))
        key = _open(account) if account is not None else None
    return _let_in(sign_ins.check(account), key or "", wanted)


@pages.route("/login/code", methods=["GET", "POST"])
@permit(anyone)
def second_step() -> ResponseReturnValue:
    """The one-time code, for accounts that ask for one. The password was right within the last five minutes."""
    pending = session.get(PENDING)
    if not isinstance(pending, list) or len(pending) != 3 or now().timestamp() - pending[2] > SECOND_STEP.seconds:
        session.pop(PENDING, None)
        return redirect(url_for("accounts.sign_in", next=local_path(request.args.get("next", ""))))
    form = CodeForm()
    if not form.is_submitted():
        form.next.data = local_path(request.args.get("next", ""))
    if not form.validate_on_submit():
        return page("accounts/second_step.html", form=form)
    with transaction():
        account = db.session.get(Account, pending[0])
        same = account is not None and account.disabled_at is None and account.totp_on
        same = same and account is not None and queries.hashed(account.password_hash) == pending[1]
        good = account is not None and same and sign_ins.use_code(account, form.code.data, now())
        key = _open(account) if account is not None and good else ""
    sign_ins.check_code(good)
    return _let_in(sign_ins.check(account, "code"), key, local_path(form.next.data or ""))


def _open(account: Account) -> str:
    device = device_of(request.user_agent.string)
    hours = current_app.config["SETTINGS"].sign_in_hours
    return sign_ins.begin(account, at=now(), hours=hours, device=device, large=bool(session.get(LARGE)))


def device_of(user_agent: str) -> str:
    """What a browser calls itself, in a word people know."""
    system = next((w for w in ("Windows", "iPhone", "iPad", "Android", "Mac", "Linux") if w in user_agent), "")
    app = next((w for w, mark in APPS if mark in user_agent), "")
    return " ".join(w for w in (system, app) if w)


def _let_in(account: Account, key: str, wanted: str) -> ResponseReturnValue:
    """A fresh cookie with nothing of the stranger's in it, then on to where they wanted to go or to what they had typed."""
    large, kept = session.get(LARGE), session.get(KEPT)
    session.clear()
    session[KEY] = key
    session["csrf_token"] = secrets.token_hex(
        20
    )  # of this sign-in alone; made here, the next page need not set the cookie again
    if large:
        session[LARGE] = True
    if account.must_change:
        if kept:
            session[KEPT] = kept
        return redirect(url_for("account.change_password"))
    if kept:
        session[KEPT] = kept
        return redirect(url_for("account.kept_form"))
    return redirect(wanted)


@pages.post("/logout")
@permit(anyone)
def sign_out() -> ResponseReturnValue:
    """Ends this sign-in; the cookie's key opens nothing any more, wherever a copy of it may be."""
    if visitor() is not None:
        with transaction():
            sign_ins.end(g.sign_in.session_id, at=now())
    large = session.get(LARGE)
    session.clear()
    if large:
        session[LARGE] = True
    flash(_("您已退出登录。"), "done")
    return redirect(url_for("accounts.sign_in"))

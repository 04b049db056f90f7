"""One's own account: password, second step, sign-ins, whom one acts for, and what was typed before a sign-in ran out."""

import io
from datetime import timedelta

import segno
from flask import Blueprint, Response, current_app, flash, g, redirect, session, url_for
from flask.typing import ResponseReturnValue

from catalogue.accounts import keys, passwords, people, queries, sign_ins
from catalogue.accounts.forms import ActForForm, ConfirmForm, PasswordForm, SecondStepForm
from catalogue.accounts.models import Account, WebSession
from catalogue.accounts.views import KEPT, KEY
from catalogue.accounts.words import ROLE_WORDS
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotVisible
from catalogue.core.typed import labelled
from catalogue.core.web import actor, now, page, permit, signed_in
from catalogue.core.words import _

pages = Blueprint("account", __name__)


@pages.get("/login/kept")
@permit(signed_in)
def kept_form() -> ResponseReturnValue:
    """What was typed when the sign-in ran out, with one button that sends it again to where it was going."""
    with transaction():
        found = sign_ins.kept(session.get(KEPT), g.sign_in.account_id, now())
    if found is None:
        session.pop(KEPT, None)
        return redirect("/")
    return page("accounts/kept_form.html", found=found, typed=labelled([(n, v) for n, v in found.fields], found.path))


@pages.post("/login/kept/drop")
@permit(signed_in)
def drop_kept_form() -> ResponseReturnValue:
    """Forgets what was kept."""
    with transaction():
        found = sign_ins.kept(session.get(KEPT), g.sign_in.account_id, now())
        if found is not None:
            sign_ins.drop(found)
    session.pop(KEPT, None)
    return redirect("/")


@pages.route("/account/password", methods=["GET", "POST"])
@permit(signed_in)
def change_password() -> ResponseReturnValue:
    """A new password; every other sign-in of the account ends with the old one, and this one gets a new key."""
    form = PasswordForm()
    forced = bool(g.sign_in.must_change)
    if not form.validate_on_submit():
        return page("accounts/change_password.html", form=form, forced=forced)
    with transaction(writes=False):
        known = queries.passwords_of(g.sign_in.account_id)
    right = passwords.matches(known.current, form.current_password.data)
    proposal = passwords.propose(
        form.new_password.data, username=known.username, current=known.current, older=known.older
    )
    with transaction():
        right = sign_ins.confirm(g.sign_in.account_id, right, now())
        if right:
            key = keys.change_password(
                g.sign_in.account_id, proposal, again=form.new_password_again.data == form.new_password.data, by=actor(), at=now(),
                session_id=g.sign_in.session_id,
            )  # fmt: skip
    keys.check_right(right)
    kept = session.get(KEPT)
    session.pop("csrf_token", None)
    session[KEY] = key
    flash(_("密码已改好。别处的登录都已退出。"), "done")
    if kept:
        return redirect(url_for("account.kept_form"))
    return redirect("/" if forced else "/account/")


@pages.get("/account/")
@permit(signed_in)
def own() -> ResponseReturnValue:
    """Who I am here, what I may do, where I am signed in."""
    idle = timedelta(minutes=current_app.config["IDLE_MINUTES"])
    with transaction():
        by = actor()
        account = db.session.get_one(Account, g.sign_in.account_id)
        open_now = people.sign_ins_of(account.id, now(), idle)
        places = {m["organisation_id"]: m["organisation"] for m in queries.named_memberships(by)}
        return page(
            "accounts/own.html", account=account, sign_ins=open_now, held=queries.named_memberships(by), places=places, words=ROLE_WORDS,
            here=g.sign_in.session_id, acting_for=by.acting_for
        )  # fmt: skip


@pages.post("/account/sign-ins/<int:session_id>/end")
@permit(signed_in)
def end_sign_in(session_id: int) -> ResponseReturnValue:
    """Closes one of one's own sign-ins."""
    with transaction():
        row = db.session.get(WebSession, session_id)
        if row is None or row.account_id != g.sign_in.account_id:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        sign_ins.end(session_id, at=now())
    flash(_("那边的登录已退出。"), "done")
    return redirect("/account/")


@pages.post("/account/sign-out-everywhere")
@permit(signed_in)
def sign_out_everywhere() -> ResponseReturnValue:
    """Closes every sign-in and token but this one."""
    with transaction():
        account = db.session.get_one(Account, g.sign_in.account_id)
        count = sign_ins.end_all(account, at=now(), but=g.sign_in.session_id)
    flash(_("别处的 %(n)d 个登录都已退出。", n=count), "done")
    return redirect("/account/")


@pages.post("/account/acting-for")
@permit(signed_in)
def act_for() -> ResponseReturnValue:
    """Whom I speak for, when I belong to several organisations."""
    form = ActForForm()
    with transaction():
        chosen = form.organisation_id.data if form.validate_on_submit() else None
        if chosen not in {m.organisation_id for m in actor().memberships}:
            raise NotVisible(_("您在这个单位没有岗位。"))
        sign_ins.act_for(g.sign_in.session_id, chosen)
    flash(_("已换过来。"), "done")
    return redirect("/account/")


# ── the second step ───────────────────────────────────────────────────────────────────────────────


@pages.post("/account/second-step/start")
@permit(signed_in)
def prepare_second_step() -> ResponseReturnValue:
    """Makes the secret that the next page shows."""
    with transaction():
        keys.prepare_second_step(g.sign_in.account_id)
    return redirect("/account/second-step")


@pages.route("/account/second-step", methods=["GET", "POST"])
@permit(signed_in)
def second_step() -> ResponseReturnValue:
    """Switches the second step on: scan, then prove it with a code."""
    form = SecondStepForm()
    with transaction():
        account = db.session.get_one(Account, g.sign_in.account_id)
        if account.totp_on or not account.totp_secret:
            return redirect("/account/")
        if not form.validate_on_submit():
            return page("accounts/second_step_on.html", form=form, secret=account.totp_secret)
        keys.start_second_step(account.id, form.code.data, by=actor(), at=now())
    flash(_("两步登录已打开。下次登录除了密码，还要填动态码。"), "done")
    return redirect("/account/")


@pages.get("/account/second-step.svg")
@permit(signed_in)
def second_step_picture() -> ResponseReturnValue:
    """The QR code of a secret that is not yet confirmed; gone once it is."""
    with transaction():
        account = db.session.get_one(Account, g.sign_in.account_id)
        if account.totp_on or not account.totp_secret:
            raise NotVisible(_("没有找到。"))
        uri = passwords.code_uri(account.totp_secret, account.username)
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(
        drawn, kind="svg", scale=6, border=3, dark="#1f1c18", light="#ffffff", xmldecl=False
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@pages.route("/account/second-step/off", methods=["GET", "POST"])
@permit(signed_in)
def second_step_off() -> ResponseReturnValue:
    """Switches it off, with the password."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return page("accounts/second_step_off.html", form=form)
    with transaction(writes=False):
        known = queries.passwords_of(g.sign_in.account_id)
    right = passwords.matches(known.current, form.password.data)
    with transaction():
        right = sign_ins.confirm(g.sign_in.account_id, right, now())
        if right:
            keys.stop_second_step(g.sign_in.account_id, by=actor(), at=now())
    keys.check_right(right, "password")
    flash(_("两步登录已关掉。"), "done")
    return redirect("/account/")

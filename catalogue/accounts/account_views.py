"""One's own account: password, second step, sign-ins, whom one acts for, and what was typed before a sign-in ran out."""

from flask import Blueprint, flash, g, redirect, session, url_for
from flask.typing import ResponseReturnValue

from catalogue.accounts import keys, passwords, queries, sign_ins
from catalogue.accounts.forms import PasswordForm
from catalogue.accounts.views import KEPT, KEY
from catalogue.core.db import transaction
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
    typed = [value for name, value in found.fields if name not in ("version", "key") and value.strip()]
    return page("accounts/kept_form.html", found=found, typed=typed)


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

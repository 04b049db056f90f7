"""JSON: a token for a program, and who it speaks for."""

from typing import Any

from flask.typing import ResponseReturnValue

from catalogue.accounts import passwords, queries, sign_ins
from catalogue.accounts.errors import TokenRefused
from catalogue.accounts.schemas import MeOut, TokenIn, TokenOut
from catalogue.core.api import blueprint, reads
from catalogue.core.db import transaction
from catalogue.core.web import actor, anyone, now, permit, signed_in

api = blueprint("accounts", "登录与账号")


@api.route("/auth/token", methods=["POST"])
@permit(anyone)
@api.doc(security=[])
@api.arguments(TokenIn)
@api.response(200, TokenOut)
def make_token(values: dict[str, Any]) -> ResponseReturnValue:
    """A bearer token for 8 hours. Wrong passwords count and lock as on the sign-in page."""
    with transaction(writes=False):
        claimed = sign_ins.claim(values["username"], now())
    good = passwords.matches(claimed.password_hash, values["password"])
    with transaction():
        account = sign_ins.admit(claimed, good, now())
        if account is not None and account.totp_on and not sign_ins.use_code(account, values["code"], now()):
            account = None
        made = sign_ins.make_token(account, at=now()) if account is not None and not account.must_change else None
    if account is None or made is None:
        raise TokenRefused(must_change=account is not None)
    answer: Any = {"access_token": made[0], "token_type": "Bearer", "expires_at": made[1]}
    return answer  # type: ignore[no-any-return]  # the schema dumps it


@api.route("/me")
@permit(signed_in)
@reads
@api.response(200, MeOut)
def me() -> ResponseReturnValue:
    """Who this token speaks for, with the roles in force now."""
    by = actor()
    held = queries.named_memberships(by)
    answer: Any = {"person_id": by.person_id, "name": by.name, "lecturer_id": by.lecturer_id, "memberships": held}
    return answer  # type: ignore[no-any-return]  # the schema dumps it

"""Refusals of accounts. Who may not sign in is never told why: unknown, wrong and locked sound the same."""

from catalogue.core.errors import IllegalAction, Invalid, NotAllowed, Refusal
from catalogue.core.words import _


class SignInRefused(Invalid):
    code = "sign_in_refused"

    def __init__(self, field: str = "password") -> None:
        super().__init__(_("账号或密码不对。连着错 8 次要等 15 分钟再试。"), field=field)


class CodeRefused(Invalid):
    code = "code_refused"

    def __init__(self) -> None:
        super().__init__(_("动态码不对，或者已经用过。请等下一个动态码再填。"), field="code")


class PasswordRefused(Invalid):
    code = "password_refused"


class UsernameTaken(Invalid):
    code = "username_taken"


class NoAccount(IllegalAction):
    code = "no_account"


class TokenRefused(Refusal):
    """A program may not have a token; as on the sign-in page nobody is told whether the name or the password was wrong."""

    code = "sign_in_refused"
    status = 401

    def __init__(self, *, must_change: bool) -> None:
        super().__init__(
            _("请先在网页上登录，设一个自己的密码。")
            if must_change
            else _("账号、密码或动态码不对。连着错 8 次要等 15 分钟再试。"),
            code="must_change_password" if must_change else None,
        )


class NotYours(NotAllowed):
    code = "not_your_person"


class WrongRole(Invalid):
    code = "wrong_role"


class WrongTerm(Invalid):
    code = "wrong_term"

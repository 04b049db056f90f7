"""Shapes of the sign-in and of one's own account."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from catalogue.core.forms import Form
from catalogue.core.words import _l

NEEDED = InputRequired(_l("请填写。"))


class SignInForm(Form):
    """Who somebody says they are, and where they wanted to go."""

    username = StringField(
        _l("账号"), [NEEDED, Length(max=80)], render_kw={"autocomplete": "username", "autocapitalize": "none"},
        description=_l("管理员发给您的账号。"),
    )  # fmt: skip
    password = PasswordField(_l("密码"), [NEEDED, Length(max=512)], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class CodeForm(Form):
    """The second step, for those who switched it on."""

    code = StringField(
        _l("动态码"), [NEEDED, Length(max=12)], render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
        description=_l("手机验证器上现在显示的 6 位数字。"),
    )  # fmt: skip
    next = HiddenField()


class PasswordForm(Form):
    """A new password, typed twice, with the old one."""

    current_password = PasswordField(
        _l("现在的密码"), [NEEDED, Length(max=512)], render_kw={"autocomplete": "current-password"}
    )
    new_password = PasswordField(
        _l("新密码"), [NEEDED, Length(max=512)], render_kw={"autocomplete": "new-password"},
        description=_l("至少 10 个字符。可以用一句好记的话，比短而怪的更安全。"),
    )  # fmt: skip
    new_password_again = PasswordField(
        _l("再填一次新密码"), [NEEDED, Length(max=512)], render_kw={"autocomplete": "new-password"}
    )


class SecondStepForm(Form):
    """Proof that the authenticator knows the secret."""

    code = StringField(
        _l("动态码"), [NEEDED, Length(max=12)], render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"}
    )
    password = PasswordField(
        _l("现在的密码"), [NEEDED, Length(max=512)], render_kw={"autocomplete": "current-password"}
    )

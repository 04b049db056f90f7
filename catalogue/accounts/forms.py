"""Shapes of the sign-in, of one's own account, and of the pages of people."""

from datetime import date

from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from catalogue.core import clock
from catalogue.core.forms import DayField, Form
from catalogue.core.once import OnceForm
from catalogue.core.words import _l

NEEDED = InputRequired(_l("请填写。"))
CHOSEN = InputRequired(_l("请选一个。"))


def chosen(value: str | int | None) -> int | None:
    """The id a select sends; nothing chosen is None."""
    return int(value) if value else None


def today() -> date:
    """The day a page proposes."""
    return clock.day_of(clock.now())


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
        _l("动态码"), [NEEDED, Length(max=12)], render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
        description=_l("扫好以后，验证器上会显示 6 位数字，填进来。"),
    )  # fmt: skip


class ConfirmForm(Form):
    """The password again, before something that cannot be undone lightly."""

    password = PasswordField(
        _l("现在的密码"), [NEEDED, Length(max=512)], render_kw={"autocomplete": "current-password"}
    )


class PersonForm(Form):
    """Who somebody is and how to reach them; no identity numbers."""

    name = StringField(_l("姓名"), [NEEDED, Length(max=40)])
    post = StringField(_l("职务"), [Length(max=40)], description=_l("例如“书记”“社工”。"))
    phone = StringField(_l("电话"), [Length(max=30)], render_kw={"inputmode": "tel"})
    email = StringField(_l("邮箱"), [Length(max=120)], render_kw={"inputmode": "email"})
    in_post_since = DayField(_l("任现职从哪天起"), [Optional()])
    version = HiddenField()


class EditPersonForm(PersonForm):
    """The same for somebody who is entered: the number they have is not shown, so an empty field leaves it as it is."""

    drop_phone = BooleanField(_l("去掉现在的电话"), description=_l("以后没有电话可以找到这位人员。"))


class NewPersonForm(PersonForm, OnceForm):
    """The same with the organisation, and an account at once if wanted."""

    organisation_id = SelectField(_l("单位"), [CHOSEN], coerce=chosen)
    username = StringField(
        _l("账号"), [Length(max=40)], render_kw={"autocapitalize": "none"},
        description=_l("现在就开账号时填，例如 dongzhuang。只用字母、数字、汉字和 . _ -"),
    )  # fmt: skip
    role = SelectField(_l("岗位"))


class AccountForm(Form):
    """The name somebody signs in with."""

    username = StringField(
        _l("账号"), [NEEDED, Length(max=40)], render_kw={"autocapitalize": "none"},
        description=_l("好记、好念，例如 dongzhuang。只用字母、数字、汉字和 . _ -"),
    )  # fmt: skip


class GrantForm(OnceForm):
    """A role for a term."""

    role = SelectField(_l("岗位"), [CHOSEN])
    organisation_id = SelectField(_l("在哪个单位"), [CHOSEN], coerce=chosen)
    starts_on = DayField(_l("从哪天起"), [NEEDED], default=today)
    ends_on = DayField(_l("到哪天止"), [Optional()], description=_l("不填就是一直有效。两头的日子都算在内。"))


class HandOverForm(Form):
    """Who takes over, from which day."""

    person_id = SelectField(_l("交给谁"), [CHOSEN], coerce=chosen)
    on = DayField(_l("从哪天起"), [NEEDED], default=today, description=_l("原来的人到前一天为止。"))


class LeaveForm(Form):
    """A person's last day."""

    on = DayField(_l("最后一天"), [NEEDED], default=today)
    reason = StringField(_l("说明"), [Length(max=100)])
    version = HiddenField()


class ActForForm(Form):
    """Whom somebody with several memberships speaks for."""

    organisation_id = IntegerField(validators=[NEEDED])

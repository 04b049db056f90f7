"""Shapes of the pages of the tree, its groupings and settings."""

from datetime import date

from wtforms import (
    FloatField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

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


def on_field(label: object, help_line: object = "") -> DayField:
    """A day of the calendar, today unless another is chosen."""
    return DayField(label, [NEEDED], default=today, description=help_line)


def ticks(label: object) -> SelectMultipleField:
    """Several choices as boxes."""
    return SelectMultipleField(label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())


class OrganisationForm(OnceForm):
    """A new organisation."""

    parent_id = SelectField(_l("上级单位"), [CHOSEN], coerce=chosen)
    kind = SelectField(_l("种类"), [CHOSEN])
    name = StringField(_l("名称"), [NEEDED, Length(max=60)], description=_l("全称，例如“东庄村”“盈浦一居民区”。"))
    short_name = StringField(_l("简称"), [Length(max=30)])
    code = StringField(
        _l("统计用区划代码"), [Length(max=12)], render_kw={"inputmode": "numeric"}, description=_l("12 位数字。")
    )
    number_prefix = StringField(
        _l("编号字母（只有区要填）"), [Length(max=6)], description=_l("印在点单号最前面，例如青浦区是 QP。")
    )
    aliases = TextAreaField(
        _l("别的写法"), [Length(max=600)], description=_l("一行一个，例如“刘二”“刘夏二村居委会”。搜索时都找得到。")
    )
    address = StringField(_l("地址"), [Length(max=120)])
    telephone = StringField(_l("电话"), [Length(max=30)])
    latitude = FloatField(_l("纬度"), [Optional(), NumberRange(-90, 90, _l("纬度在 -90 到 90 之间。"))])
    longitude = FloatField(_l("经度"), [Optional(), NumberRange(-180, 180, _l("经度在 -180 到 180 之间。"))])
    on = on_field(_l("从哪天起"))


class DetailsForm(Form):
    """What a town may change about its committees."""

    address = StringField(_l("地址"), [Length(max=120)])
    telephone = StringField(_l("电话"), [Length(max=30)], description=_l("讲师接单以后会看到。"))
    latitude = FloatField(
        _l("纬度"), [Optional(), NumberRange(-90, 90, _l("纬度在 -90 到 90 之间。"))],
        description=_l("用来估算讲师的路程，例如 31.0125。"),
    )  # fmt: skip
    longitude = FloatField(_l("经度"), [Optional(), NumberRange(-180, 180, _l("经度在 -180 到 180 之间。"))])
    types = ticks(_l("社区类型"))
    on = on_field(_l("社区类型从哪天起"), _l("以前的统计仍按以前的类型。"))
    version = HiddenField()


class CodedDetailsForm(DetailsForm):
    """The same with the code, for those who keep the structure."""

    code = StringField(_l("统计用区划代码"), [Length(max=12)], render_kw={"inputmode": "numeric"})


class RenameForm(Form):
    """Another name from a day on."""

    name = StringField(_l("新名称"), [NEEDED, Length(max=60)])
    short_name = StringField(_l("简称"), [Length(max=30)])
    on = on_field(_l("从哪天起"), _l("那天以前的单子仍写旧名称，旧名称也还找得到。"))
    version = HiddenField()


class KindForm(Form):
    """Another kind of the same level."""

    kind = SelectField(_l("种类"), [CHOSEN])
    on = on_field(_l("从哪天起"))
    version = HiddenField()


class MoveForm(Form):
    """Another parent."""

    parent_id = SelectField(_l("新的上级"), [CHOSEN], coerce=chosen)
    on = on_field(_l("从哪天起"), _l("那天以前的单子和统计仍算原来的上级。"))
    version = HiddenField()


class MergeForm(Form):
    """Several go on as one."""

    others = ticks(_l("和哪些单位合并"))
    name = StringField(_l("合并后的名称"), [NEEDED, Length(max=60)])
    short_name = StringField(
        _l("合并后的简称"), [Length(max=30)], description=_l("原来的名称、简称和别的写法都留作新单位的别名。")
    )
    kind = SelectField(_l("合并后的种类"), [CHOSEN])
    on = on_field(_l("从哪天起"), _l("原来的单位到前一天为止。"))


class SplitForm(Form):
    """One goes on as several."""

    names = TextAreaField(_l("拆成哪些单位"), [NEEDED, Length(max=600)], description=_l("一行一个名称，至少两个。"))
    kind = SelectField(_l("种类"), [CHOSEN])
    on = on_field(_l("从哪天起"), _l("原来的单位到前一天为止。"))


class EndForm(Form):
    """The last day."""

    on = on_field(_l("最后一天"))
    reason = TextAreaField(_l("原因"), [Length(max=200)])
    version = HiddenField()


class AliasForm(OnceForm):
    """Another spelling."""

    alias = StringField(_l("添加一个写法"), [NEEDED, Length(max=60)])


class SettingForm(Form):
    """A new value from a day on."""

    value = IntegerField(_l("新的值"), [InputRequired(_l("请填一个整数。"))])
    on = on_field(_l("从哪天起"), _l("已经发出的邀约、已经定下的期限不变。"))


class GroupingForm(Form):
    """A grouping's name and purpose."""

    name = StringField(_l("名称"), [NEEDED, Length(max=40)], description=_l("例如“青西片区”“1+14+X”。"))
    purpose = StringField(_l("用途"), [Length(max=100)])
    version = HiddenField()


class NewGroupingForm(GroupingForm, OnceForm):
    """The same with the district it belongs to."""

    district_id = SelectField(_l("属于哪个区"), [CHOSEN], coerce=chosen)


class JoinForm(OnceForm):
    """Who joins a grouping."""

    organisation_id = SelectField(_l("单位"), [CHOSEN], coerce=chosen)
    on = on_field(_l("从哪天起"))


class DayForm(Form):
    """A last day."""

    on = on_field(_l("最后一天"))
    version = HiddenField()

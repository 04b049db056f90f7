"""Shapes of the pages on lecturers and corps."""

from typing import Any

from wtforms import (
    BooleanField,
    FloatField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from catalogue.core.clock import SPANS, HalfDay
from catalogue.core.forms import ClockField, DayField, Form, options
from catalogue.core.once import OnceForm
from catalogue.core.text import plain_phone
from catalogue.core.wording import HALVES, WEEKDAYS
from catalogue.core.words import _l
from catalogue.lecturers.labels import KINDS, SOURCES, TIERS

NEEDED = InputRequired(_l("请填写。"))
A_DAY = InputRequired(_l("请选择日期。"))
HALF_DAYS = dict(zip((h.value for h in HalfDay), HALVES, strict=True))


def _choices(labels: dict[Any, Any]) -> dict[str, Any]:
    return {k.value: label for k, label in labels.items()}


class OwnForm(Form):
    """What a lecturer says about themself."""

    version = HiddenField()
    bio = TextAreaField(_l("简介"), [Length(max=500)])
    home_place = StringField(_l("从哪里出发"), [Length(max=60)], description=_l("只写街镇或路名，不用写门牌。"))
    home_latitude = FloatField(_l("出发地纬度"), [Optional(), NumberRange(-90, 90, _l("纬度在 −90 到 90 之间。"))])
    home_longitude = FloatField(
        _l("出发地经度"), [Optional(), NumberRange(-180, 180, _l("经度在 −180 到 180 之间。"))],
        description=_l("两个都填，才能算路上的时间。"),
    )  # fmt: skip
    radius_km = IntegerField(
        _l("最远去多少公里"), [Optional(), NumberRange(1, 200, _l("请填 1 到 200 之间的整数。"))],
        description=_l("不填就是全区都可以。"),
    )  # fmt: skip
    max_half_days_per_day = IntegerField(
        _l("一天最多几个半天"), [Optional(), NumberRange(1, 3, _l("请填 1、2 或 3。"))], description=_l("不填就按区里的规定。")
    )  # fmt: skip
    max_per_month = IntegerField(
        _l("一个月最多几场"), [Optional(), NumberRange(0, 93, _l("请填 0 到 93 之间的整数。"))],
        description=_l("不填就按区里的规定。"),
    )  # fmt: skip
    teaches_online = BooleanField(_l("可以上线上课"))
    named_in_public = BooleanField(_l("同意在公开菜单上写名字"), description=_l("不同意的话，没有登录的人看不到名字。"))


class LecturerForm(OwnForm):
    """All of a lecturer."""

    display_name = StringField(_l("显示的名字"), [NEEDED, Length(max=40)])
    kind = SelectField(_l("类别"), choices=options(_choices(KINDS)))
    source = SelectField(_l("来源"), choices=options(_choices(SOURCES)))
    title_tier = SelectField(_l("职称等级"), choices=options(_choices(TIERS)))
    title_name = StringField(_l("职称全称"), [Length(max=40)], description=_l("例如：副教授、高级政工师"))

    field_order: tuple[str, ...] = (
        "display_name", "kind", "source", "title_tier", "title_name", "bio", "home_place", "home_latitude", "home_longitude", "radius_km",
        "max_half_days_per_day", "max_per_month", "teaches_online", "named_in_public",
    )  # fmt: skip


class NewLecturerForm(LecturerForm, OnceForm):
    """A lecturer who is not known yet as a person."""

    display_name = StringField(_l("姓名"), [NEEDED, Length(max=40)])
    phone = StringField(
        _l("手机"),
        [Length(max=30)],
        render_kw={"type": "tel"},
        description=_l("没有手机也可以不填，由团长或管理员代为答复。"),
    )
    post = StringField(_l("单位和职务"), [Length(max=40)])

    field_order = ("display_name", "phone", "post", *LecturerForm.field_order[1:])

    def validate_phone(self, field: StringField) -> None:
        try:
            field.data = plain_phone(field.data) if field.data else ""
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong


class EndForm(Form):
    """The last day, and why."""

    version = HiddenField()
    on = DayField(_l("最后一天"), [A_DAY])
    reason = StringField(_l("原因"), [Length(max=100)])


class QualificationForm(OnceForm):
    """Which course from when on."""

    course = RadioField(
        _l("哪门课"), [InputRequired(_l("请先找到课程，再选一门。"))], coerce=int, choices=(), validate_choice=False
    )
    trial_lecture_on = DayField(_l("试讲日期"), [Optional()])
    since = DayField(_l("从哪天起可以讲"), [A_DAY])
    until = DayField(_l("到哪天为止"), [Optional()])


class UntilForm(Form):
    """The last day of a part."""

    until = DayField(_l("最后一天"), [A_DAY])


class AppointmentForm(OnceForm):
    """聘书."""

    issuer = SelectField(_l("发聘书的单位"), coerce=int, choices=())
    scope = SelectField(_l("聘用范围"), coerce=int, choices=(), description=_l("只在这个单位和它下面的居村讲课。"))
    starts_on = DayField(_l("聘期第一天"), [A_DAY])
    ends_on = DayField(_l("聘期最后一天"), [A_DAY])
    number = StringField(_l("聘书号"), [Length(max=30)], description=_l("不填就自动编号。"))


class RenewForm(OnceForm):
    """A new term after the old one."""

    starts_on = DayField(_l("新聘期第一天"), [A_DAY])
    ends_on = DayField(_l("新聘期最后一天"), [A_DAY])


class CorpsForm(OnceForm):
    """A corps and where it belongs."""

    version = HiddenField()
    name = StringField(_l("名称"), [NEEDED, Length(max=40)])
    organisation = SelectField(_l("归哪个单位"), coerce=int, choices=())


class MemberForm(OnceForm):
    """Who joins, from when."""

    lecturer = RadioField(
        _l("哪位讲师"), [InputRequired(_l("请先找到讲师，再选一位。"))], coerce=int, choices=(), validate_choice=False
    )
    joined_on = DayField(_l("从哪天起"), [A_DAY])
    leader = BooleanField(_l("担任团长"), description=_l("一个团同时只有一位团长，原来的团长改做成员。"))


class HoursForm(Form):
    """The ordinary week: a tick for each half-day with its times."""

    version = HiddenField()

    def wanted(self) -> list[tuple[int, HalfDay, int, int]]:
        """(weekday, half-day, start, end) of the ticked half-days; times left empty are those of the half-day."""
        found = []
        for weekday in range(7):
            for half_day in HalfDay:
                name = f"{weekday}_{half_day.value}"
                if self[f"on_{name}"].data:
                    starts, ends = self[f"from_{name}"].data, self[f"to_{name}"].data
                    first, last = SPANS[half_day]
                    found.append(
                        (
                            weekday, half_day, first if starts is None else starts,
                            last if ends is None else ends,
                        )
                    )  # fmt: skip
        return found


for _n, _day in enumerate(WEEKDAYS):
    for _half, _word in HALF_DAYS.items():
        setattr(HoursForm, f"on_{_n}_{_half}", BooleanField(_word))
        setattr(HoursForm, f"from_{_n}_{_half}", ClockField(_word))
        setattr(HoursForm, f"to_{_n}_{_half}", ClockField(_word))

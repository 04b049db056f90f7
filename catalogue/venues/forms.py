"""Shapes of the pages on venues."""

from typing import Any

from wtforms import (
    BooleanField,
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

from catalogue.core.clock import HalfDay
from catalogue.core.forms import ClockField, DayField, Form, options
from catalogue.core.once import OnceForm
from catalogue.core.wording import HALVES, WEEKDAYS
from catalogue.core.words import _l
from catalogue.venues.labels import KINDS

NEEDED = InputRequired(_l("请填写。"))
A_DAY = InputRequired(_l("请选择日期。"))
HALF_DAYS = dict(zip((h.value for h in HalfDay), HALVES, strict=True))


def _several(label: Any, **more: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=(),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        **more,
    )


class RoomForm(Form):
    """The details a committee keeps of its own room."""

    version = HiddenField()
    capacity = IntegerField(_l("最多坐多少人"), [NEEDED, NumberRange(1, 5000, _l("请填 1 到 5000 之间的整数。"))])
    equipment = _several(_l("有哪些设备"))
    floor = StringField(_l("楼层"), [Length(max=20)], description=_l("例如：2楼"))
    lift = BooleanField(_l("有电梯"))
    parking = StringField(_l("停车"), [Length(max=100)], description=_l("例如：门前有 5 个车位"))
    way_in = TextAreaField(
        _l("怎么进来"), [Length(max=200)], description=_l("讲师第一次来也能找到：哪个门，向左还是向右。")
    )
    telephone = StringField(_l("场地电话"), [Length(max=30)], render_kw={"type": "tel"})


class VenueForm(RoomForm):
    """All of a venue."""

    name = StringField(_l("名称"), [NEEDED, Length(max=60)])
    kind = SelectField(_l("类别"), choices=options({k.value: label for k, label in KINDS.items()}))
    address = StringField(_l("地址"), [Length(max=120)])
    brand = StringField(_l("品牌名"), [Length(max=60)])
    theme = StringField(_l("教学主题"), [Length(max=100)])
    shared = BooleanField(_l("别的居村也可以来上课"))
    latitude = FloatField(_l("纬度"), [Optional(), NumberRange(-90, 90, _l("纬度在 −90 到 90 之间。"))])
    longitude = FloatField(
        _l("经度"), [Optional(), NumberRange(-180, 180, _l("经度在 −180 到 180 之间。"))],
        description=_l("两个都填，才能算讲师路上的时间。"),
    )  # fmt: skip

    field_order: tuple[str, ...] = (
        "name", "kind", "capacity", "equipment", "shared", "address", "floor", "lift", "parking", "way_in", "telephone", "brand", "theme",
        "latitude", "longitude",
    )  # fmt: skip


class NewVenueForm(VenueForm, OnceForm):
    """A new venue and whose it is."""

    owner = SelectField(_l("归哪个单位"), coerce=int, choices=())
    own_room = BooleanField(_l("这是居村自己的活动室"), description=_l("这个居村的点单默认在这里上课。"))

    field_order = ("owner", *VenueForm.field_order[:5], "own_room", *VenueForm.field_order[5:])


class EndForm(Form):
    """The last day, and why."""

    version = HiddenField()
    on = DayField(_l("最后一天"), [A_DAY])
    reason = StringField(_l("原因"), [Length(max=200)])


class ClosureForm(OnceForm):
    """Days on which nobody can come in."""

    first_day = DayField(_l("从哪天起"), [A_DAY])
    last_day = DayField(_l("到哪天为止"), [A_DAY], description=_l("当天也不开放。"))
    half_day = SelectField(_l("哪些时候"), choices=options({"": _l("全天"), **HALF_DAYS}))
    reason = StringField(_l("原因"), [Length(max=100)], description=_l("例如：装修、活动占用"))


class PlaqueForm(OnceForm):
    """授牌."""

    batch = StringField(_l("批次"), [NEEDED, Length(max=30)], description=_l("例如：第三批"))
    number = StringField(_l("牌号"), [NEEDED, Length(max=30)])
    awarded_on = DayField(_l("授牌日期"), [A_DAY])


class WithdrawForm(Form):
    """摘牌."""

    on = DayField(_l("摘牌日期"), [A_DAY], description=_l("从这一天起不再安排新课；那天以后已定的课要换场地。"))
    reason = StringField(_l("原因"), [Length(max=200)])


class HoursForm(Form):
    """Two spans for each weekday; an empty day is closed, an empty week is 8:30 to 21:00 daily."""

    version = HiddenField()

    def spans(self) -> list[tuple[int, int, int]]:
        """(weekday, opens, closes) of the filled rows."""
        found = []
        for weekday in range(7):
            for part in ("a", "b"):
                opens, closes = self[f"opens_{weekday}{part}"].data, self[f"closes_{weekday}{part}"].data
                if opens is not None and closes is not None:
                    found.append((weekday, opens, closes))
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        for weekday in range(7):
            for part in ("a", "b"):
                opens, closes = self[f"opens_{weekday}{part}"], self[f"closes_{weekday}{part}"]
                if (opens.data is None) != (closes.data is None) and not (opens.errors or closes.errors):
                    closes.errors = [*closes.errors, str(_l("开门和关门时间要一起填。"))]
                    good = False
        return good


for _n, _word in enumerate(WEEKDAYS):
    for _part in ("a", "b"):
        setattr(HoursForm, f"opens_{_n}{_part}", ClockField(_word))
        setattr(HoursForm, f"closes_{_n}{_part}", ClockField(_word))

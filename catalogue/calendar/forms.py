"""Shapes of the pages on days: when a lecturer is away, what a day is."""

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from catalogue.core.clock import HalfDay
from catalogue.core.forms import DayField, Form, options
from catalogue.core.wording import HALVES
from catalogue.core.words import _l

CHOSEN = InputRequired(_l("请选一项。"))
A_DAY = InputRequired(_l("请选择日期。"))
HALF_DAYS = dict(zip((h.value for h in HalfDay), HALVES, strict=True))
KINDS = {"workday": _l("上班"), "holiday": _l("放假"), "makeup": _l("调休上班")}


class AwayForm(Form):
    """Several days at once, with a private note."""

    first_day = DayField(_l("从哪天起"), [A_DAY])
    last_day = DayField(_l("到哪天为止"), [A_DAY])
    part = RadioField(_l("哪些时候"), [CHOSEN], choices=options({"all": _l("全天"), **HALF_DAYS}), default="all")
    what = RadioField(
        _l("怎么记"),
        [CHOSEN],
        choices=options({"away": _l("不来"), "free": _l("能来"), "usual": _l("改回平常时间")}),
        default="away",
    )
    note = StringField(_l("备注"), [Length(max=100)], description=_l("只有您本人和区管理员看得到。"))


class TapForm(Form):
    """A day tapped in the month."""

    day = DayField(_l("日子"), [A_DAY])


class DayForm(Form):
    """What a day is, against the library of holidays."""

    kind = RadioField(_l("这一天"), [CHOSEN], choices=options(KINDS))
    name = StringField(
        _l("名称"),
        [InputRequired(_l("请填写，例如：国庆节。")), Length(max=30)],
        description=_l("例如：国庆节、国庆节调休上班"),
    )

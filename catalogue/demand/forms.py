"""Forms of demand."""

from typing import Any

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from catalogue.core.forms import ActionForm
from catalogue.core.once import OnceForm
from catalogue.core.words import _l
from catalogue.demand.models import Lack

LACKS: dict[str, Any] = {
    Lack.COURSE.value: _l("没有合适的课程"),
    Lack.LECTURER.value: _l("没有讲师能来"),
    Lack.VENUE.value: _l("没有合适的场地"),
    Lack.TIME.value: _l("时间排不上"),
}


class GapForm(OnceForm):
    """缺什么, in words. The organisation is the one the person acts for, or the one named by an administrator."""

    committee = HiddenField()
    lack = SelectField(_l("缺的是什么"), choices=[SelectChoice(v, w) for v, w in LACKS.items()])
    words = TextAreaField(
        _l("想解决什么难处"), [InputRequired("请写几句缺什么。"), Length(max=500, message="最多写 500 个字。")],
        description=_l("例如：想请人讲电动车进楼道怎么劝，菜单上没有找到。"),
    )  # fmt: skip


class AnswerForm(ActionForm):
    course = SelectField(_l("用哪门课来补"), choices=[], validate_choice=False)
    answer = TextAreaField(_l("给居村的话"), [Length(max=500, message="最多写 500 个字。")])

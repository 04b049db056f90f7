"""Shapes of the pages that keep courses, editions and vocabularies."""

import re
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from catalogue.core.forms import Form, options
from catalogue.core.once import OnceForm
from catalogue.core.words import _l
from catalogue.courses.states import OfferMode

MODES = {"onsite": _l("讲师上门（居村自己的场地）"), "venue": _l("到场地（教学点、实训室等）"), "online": _l("线上")}
OFFER_MODES = {
    "": _l("按区里的默认"), "direct": _l("直接派：只问一位讲师"), "ranked": _l("按顺位：婉拒或没答复，自动问下一位"), "claim": _l("抢单：能来的讲师都问，谁先接就是谁"),
}  # fmt: skip
_SEPARATORS = re.compile(r"[、，,；;\n]+")


def number_or_none(said: Any) -> int | None:
    """Of a select whose empty entry means none."""
    return int(said) if said not in (None, "", "None") else None


def words_of(said: str | None) -> list[str]:
    """停车难、漏水 → two words."""
    return [word.strip() for word in _SEPARATORS.split(said or "") if word.strip()]


class _Several(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PromiseForm(Form):
    """What a version promises."""

    version = HiddenField()
    title = StringField(_l("课名"), [InputRequired(_l("请填写课名。")), Length(max=80)])
    summary = TextAreaField(
        _l("学什么"), [Length(max=500)], description=_l("两三句话，说来听课的人能带走什么。"), render_kw={"rows": 3}
    )
    outline = TextAreaField(
        _l("怎么上"),
        [Length(max=3000)],
        description=_l("一行一步，行末可以写时间，例如：摆问题 25 分钟"),
        render_kw={"rows": 5},
    )
    form = SelectField(_l("形式"), [InputRequired(_l("请选形式。"))])
    minutes = IntegerField(
        _l("时长（分钟）"), [InputRequired(_l("请填写时长。")), NumberRange(10, 600, _l("时长请填 10 到 600 分钟。"))]
    )
    size_min = IntegerField(
        _l("最少人数"), [InputRequired(_l("请填写人数。")), NumberRange(1, 5000, _l("人数请填 1 到 5000。"))]
    )
    size_max = IntegerField(
        _l("最多人数"), [InputRequired(_l("请填写人数。")), NumberRange(1, 5000, _l("人数请填 1 到 5000。"))]
    )
    modes = _Several(_l("上课方式"), [InputRequired(_l("至少选一种上课方式。"))], choices=options(MODES))
    lecturers_needed = IntegerField(
        _l("需要几位讲师"),
        [InputRequired(_l("请填写讲师人数。")), NumberRange(1, 10, _l("讲师请填 1 到 10 位。"))],
        default=1,
    )
    audiences = _Several(_l("适合谁"))
    equipment = _Several(_l("场地要有什么"))

    def promise(self) -> dict[str, Any]:
        """The values operations take."""
        plain = {
            n: self[n].data
            for n in ("title", "summary", "outline", "form", "minutes", "size_min", "size_max", "lecturers_needed")
        }
        chosen = {mode: mode in (self.modes.data or []) for mode in MODES}
        return {**plain, **chosen, "audiences": self.audiences.data or [], "equipment": self.equipment.data or []}


class _Filing:
    """Where a course stands in the menu and who finds it; may change at any time."""

    category_id = SelectField(_l("大类"), [InputRequired(_l("请选一个大类。"))])
    subcategory_id = SelectField(_l("小类"), [Optional()])
    series_id = SelectField(_l("系列"), [Optional()])
    tags = StringField(_l("标签"), [Length(max=300)], description=_l("用顿号分开，例如：物业、议事协商"))
    problems = TextAreaField(
        _l("居村会怎么说这个难题"),
        [Length(max=600)],
        description=_l("居村来找课时用的话，用顿号分开，例如：停车难、没地方停车"),
        render_kw={"rows": 2},
    )
    offered_to = _Several(_l("面向哪里（都不选，就是全区都可以点）"))
    closed = BooleanField(_l("成班的课，不单独点单"))
    restricted = BooleanField(_l("不上公开菜单"), description=_l("只有上面选中的单位能看到、能点。"))
    programme_only = BooleanField(_l("只在培训班次里开"))
    offer_mode = SelectField(
        _l("怎么派讲师"),
        [Optional()],
        choices=options(OFFER_MODES),
        description=_l("派单员每次还可以另选。点名请了讲师或宣讲团的点单，总是直接派。"),
    )
    corps_id = SelectField(
        _l("由哪个宣讲团上"),
        [Optional()],
        description=_l("选了以后，新点的单由团长指定团员，也只派这个团的讲师。已经点的单不变。"),
    )

    def filing(self) -> dict[str, Any]:
        """The values operations take."""
        return {
            "category_id": number_or_none(self.category_id.data), "subcategory_id": number_or_none(self.subcategory_id.data),
            "series_id": number_or_none(self.series_id.data), "tags": words_of(self.tags.data), "problems": words_of(self.problems.data),
            "offered_to": [int(i) for i in self.offered_to.data or []], "orderable": not self.closed.data, "restricted": bool(self.restricted.data),
            "programme_only": bool(self.programme_only.data),
            "offer_mode": OfferMode(self.offer_mode.data) if self.offer_mode.data else None,
            "corps_id": number_or_none(self.corps_id.data),
        }  # fmt: skip


class FilingForm(_Filing, Form):
    """Editing what makes no new version."""

    version = HiddenField()


class NewCourseForm(_Filing, PromiseForm, OnceForm):
    """A new course with its first version."""

    owner_id = SelectField(_l("开课单位"), [InputRequired(_l("请选开课单位。"))])
    source = StringField(_l("出处"), [Length(max=60)], description=_l("课从哪里来，例如：市委党校共享课。"))


class CorrectForm(Form):
    """Typing errors of a published version."""

    version = HiddenField()
    title = StringField(_l("课名"), [InputRequired(_l("请填写课名。")), Length(max=80)])
    summary = TextAreaField(_l("学什么"), [Length(max=500)])
    outline = TextAreaField(_l("怎么上"), [Length(max=3000)], render_kw={"rows": 5})


class WordsForm(Form):
    """A reason in words, for a step that needs one."""

    version = HiddenField()
    words = TextAreaField(_l("写明原因"), [InputRequired(_l("请写明原因，对方看得到。")), Length(max=200)])


class EditionForm(Form):
    """One season's menu."""

    version = HiddenField()
    name = StringField(_l("名称"), [InputRequired(_l("请填写名称，例如：2026年第三季度。")), Length(max=40)])
    order_from = DateField(_l("点单开始"), [InputRequired(_l("请填写日期。"))])
    order_until = DateField(_l("点单截止"), [InputRequired(_l("请填写日期。"))], description=_l("当天也可以点。"))
    teach_from = DateField(_l("上课开始"), [InputRequired(_l("请填写日期。"))])
    teach_until = DateField(_l("上课结束"), [InputRequired(_l("请填写日期。"))])


class NewEditionForm(EditionForm, OnceForm):
    organisation_id = SelectField(_l("哪个单位的菜单"), [InputRequired(_l("请选单位。"))])


class ItemForm(Form):
    """One course of an edition: how many lessons at most."""

    limit = IntegerField(_l("最多几场"), [Optional(), NumberRange(1, 1000, _l("场数上限请填 1 到 1000，不限就空着。"))])


class CopyForm(OnceForm):
    """Courses of an earlier edition, by its id."""

    earlier = HiddenField()


class WordForm(OnceForm):
    """A new entry of a vocabulary."""

    label = StringField(_l("名称"), [InputRequired(_l("请填写名称。")), Length(max=30)])
    parent_id = SelectField(_l("大类"), [Optional()])

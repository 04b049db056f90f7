"""What people type about a lesson: head counts, reasons, other times."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.forms import Form
from catalogue.core.once import OnceForm
from catalogue.core.words import _l
from catalogue.lessons.models import AttendanceState, MissedBy

_HALVES = {HalfDay.MORNING.value: _l("上午"), HalfDay.AFTERNOON.value: _l("下午"), HalfDay.EVENING.value: _l("晚上")}


def _choices(labels: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


HALVES = _choices(_HALVES)
ROWS = 5  # times one page asks for


class CountForm(Form):
    """How many came without being on the roster."""

    here = IntegerField(_l("现场到了多少人"), [InputRequired(_l("请填人数，没有人就填 0。")), NumberRange(0, 5000, _l("请填 0 到 5000。"))], description=_l("只数没有在名单上签到的人。"))  # fmt: skip
    online = IntegerField(_l("线上多少人"), [Optional(), NumberRange(0, 5000, _l("请填 0 到 5000。"))], default=0)
    reason = StringField(_l("更正原因"), [Length(max=200)])
    version = HiddenField()
    seen = HiddenField()  # the count this page shows: who counted otherwise meanwhile is not overwritten


class NameForm(OnceForm):
    """Somebody who is not in the address book."""

    name = StringField(_l("姓名"), [InputRequired(_l("请写姓名。")), Length(max=40)])
    party = HiddenField()
    reason = HiddenField()


class MarkForm(Form):
    """One person of the roster: here, not here, excused."""

    person = IntegerField(validators=[InputRequired()])
    party = IntegerField(validators=[InputRequired()])
    presence = SelectField(choices=[s.value for s in AttendanceState])
    way = SelectField(choices=["", "online"], default="", validate_choice=True)
    seen = StringField(validators=[Length(max=20)])  # the presence this page shows
    reason = StringField(validators=[Length(max=200)])


class ReasonForm(Form):
    """A step that both sides will read about."""

    reason = TextAreaField(
        _l("原因"), [InputRequired(_l("请写明原因。")), Length(max=200, message=_l("最多 200 个字。"))]
    )
    version = HiddenField()


def _lecturers(label: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, coerce=int, choices=[], option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False
    )  # fmt: skip


class LostForm(ReasonForm):
    """A lecturer cannot come: which one, when several teach."""

    lecturer = _lecturers(_l("哪位讲师来不了"))


class MissedForm(Form):
    """Who was not there."""

    who = RadioField(_l("谁没有来"), choices=_choices({MissedBy.LECTURER.value: _l("讲师没有来"), MissedBy.COMMITTEE.value: _l("居村没有人来")}), validators=[InputRequired(_l("请选是谁没有来。"))])  # fmt: skip
    lecturer = _lecturers(_l("哪位讲师没有来"))
    reason = TextAreaField(_l("当时的情况"), [InputRequired(_l("请写明当时的情况。")), Length(max=200)])
    version = HiddenField()


class LinkForm(Form):
    """Where an online lesson is joined."""

    online_link = StringField(_l("线上课的链接"), [Length(max=300)], description=_l("以 https:// 开头。"))
    version = HiddenField()


class AskMoveForm(Form):
    """Other times, and why."""

    reason = TextAreaField(_l("为什么改期"), [InputRequired(_l("请写一下为什么改期。")), Length(max=200)])
    side = RadioField(_l("替谁提出"), choices=_choices({MissedBy.COMMITTEE.value: _l("居村"), MissedBy.LECTURER.value: _l("讲师")}), default=MissedBy.COMMITTEE.value, validators=[Optional()])  # fmt: skip
    windows = HiddenField()  # where a refusal about the times lands
    version = HiddenField()

    def typed(self) -> list[tuple[datetime, datetime]]:
        """The rows that were filled in, as windows, best first."""
        found = []
        for n in range(1, ROWS + 1):
            day: date | None = self[f"day{n}"].data
            if day is not None:
                starts, ends = clock.SPANS[HalfDay(self[f"half{n}"].data)]
                found.append((clock.at(day, starts), clock.at(day, ends)))
        return found


def _add_rows(form: type[Any]) -> None:
    for n in range(1, ROWS + 1):
        label = _l("首选日期") if n == 1 else _l("也可以的日期 %(n)s", n=n - 1)
        setattr(form, f"day{n}", DateField(label, [InputRequired(_l("请选一个日期。")) if n == 1 else Optional()]))
        setattr(form, f"half{n}", SelectField(_l("时段"), choices=HALVES, default=HalfDay.AFTERNOON.value))


_add_rows(AskMoveForm)


class MoveForm(Form):
    """The desk chooses the new time: one of those found, or another one by hand."""

    option = RadioField(_l("新时间"), choices=[], validators=[Optional()], validate_choice=False)
    day = DateField(_l("别的日期"), [Optional()])
    start_time = TimeField(_l("几点开始"), [Optional()])
    starts_at = HiddenField()  # where a refusal about the time lands
    version = HiddenField()

    def agreed(self) -> datetime | None:
        """The start typed by hand, which wins over a tick; None when there is none."""
        if not (self.day.data and self.start_time.data):
            return None
        return clock.at(self.day.data, self.start_time.data.hour * 60 + self.start_time.data.minute)


class RefuseMoveForm(Form):
    """Why it cannot be moved."""

    answer = TextAreaField(_l("为什么改不了"), [InputRequired(_l("请写明为什么改不了，对方会看到。")), Length(max=200)])
    version = HiddenField()


class ConfirmForm(Form):
    """The lecturer's yes or no to a new time."""

    say = RadioField(_l("新时间"), choices=_choices({"yes": _l("可以，按新时间来"), "no": _l("来不了")}), validators=[InputRequired(_l("请选一个。"))])  # fmt: skip
    reason = StringField(_l("来不了的原因"), [Length(max=200)])
    said = StringField(_l("谁说的、什么时候、用什么方式"), [Length(max=100)], description=_l("例如：讲师本人 3月5日上午电话答复。"))  # fmt: skip

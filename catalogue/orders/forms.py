"""Forms of orders: shape only. The order form reads what it can of each field, so that a draft is kept whatever is still wrong."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask import g
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from catalogue.core.clock import SHANGHAI, HalfDay
from catalogue.core.forms import ActionForm, Form
from catalogue.core.once import OnceForm
from catalogue.core.text import plain_phone
from catalogue.core.words import _l
from catalogue.orders.models import Place
from catalogue.orders.operations import CANCELLATIONS, REJECTIONS

HALVES = {HalfDay.MORNING: _l("上午"), HalfDay.AFTERNOON: _l("下午"), HalfDay.EVENING: _l("晚上")}
WEEKDAYS = {str(i): _l(f"周{name}") for i, name in enumerate("一二三四五六日")}
_PLACES, _ALL_HALVES = frozenset(Place), tuple(HalfDay)
_DIGITS = re.compile(r"\d{1,6}")


def options(labels: Mapping[Any, Any]) -> list[SelectChoice]:
    """Choices of a field: value → label, which may be a message that is worded when it is shown."""
    return [SelectChoice(str(value), label) for value, label in labels.items()]


def _several(label: Any, choices: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, choices=options(choices), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        validate_choice=True,
    )  # fmt: skip


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said or "")[:10])
    except ValueError:
        return None


class OrderForm(Form):
    """The whole order. The choices of audience, venue and lecturer are filled in by the view from what is possible."""

    version = HiddenField()
    key = HiddenField()
    course = HiddenField()
    committee = HiddenField()
    on_day = HiddenField()  # whose half-days are shown as boxes
    at_month = HiddenField()
    at_step = HiddenField()
    windows = HiddenField(
        _l("时间"), render_kw={"data-at": "s2"}
    )  # carries nothing in: where refusals about the times land
    need = TextAreaField(_l("想解决什么难处"), [Length(max=1000, message="最多写 1000 个字。")], description=_l("写几句就行，讲师会按这个备课。"))  # fmt: skip
    audience = SelectField(_l("给谁听"), choices=[], validate_choice=False)
    preferred_lecturer = SelectField(_l("想请哪位讲师"), choices=[], validate_choice=False)
    half = _several(_l("什么时候"), {h.value: w for h, w in HALVES.items()})
    pattern = StringField(
        _l("用一句话写"),
        [Length(max=200, message="最多写 200 个字。")],
        description=_l("例如：周二或周四晚上，12月内任意；下周三上午；12月3日或10日下午。法定节假日会自动跳过。"),
    )
    weekdays = _several(_l("星期几"), WEEKDAYS)
    half_days = _several(_l("哪些时段"), {h.value: w for h, w in HALVES.items()})
    first = StringField(_l("从哪天起"), [Length(max=10)])
    last = StringField(_l("到哪天止"), [Length(max=10)])
    holidays = BooleanField(_l("节假日也可以"))
    place = RadioField(_l("在哪里上"), choices=options({p.value: p.value for p in Place}), validate_choice=False)
    venue = SelectField(
        _l("其他场地选哪个"), choices=[], validate_choice=False, description=_l("上面选了“其他场地”时才用。")
    )
    online_too = BooleanField(_l("排不上的话，改线上也可以"))
    expected = StringField(_l("来多少人"), [Length(max=20)], render_kw={"inputmode": "numeric", "class": "short"})
    contact = StringField(_l("联系人"), [Length(max=40, message="最多 40 个字。")])
    telephone = TelField(_l("联系电话"), [Length(max=30, message="最多 30 个字。")], description=_l("讲师接单后才看得到。"))  # fmt: skip
    quota_reason = StringField(_l("超过名额的理由"), [Length(max=200, message="最多写 200 个字。")])

    def validate_expected(self, field: Any) -> None:
        if field.data and self.people() is None:
            raise ValidationError("请填一个数字，例如 30。")

    def validate_telephone(self, field: Any) -> None:
        if not field.data or "*" in field.data:  # a number shown masked and left alone stays what it is
            return
        try:
            plain_phone(field.data)
        except ValueError as refused:
            raise ValidationError(str(refused)) from None

    def people(self) -> int | None:
        said = unicodedata.normalize("NFKC", self.expected.data or "").strip().removesuffix("人").strip()
        number = int(said) if said.isascii() and _DIGITS.fullmatch(said) else 0
        return number if 1 <= number <= 5000 else None

    def values(self) -> dict[str, Any]:
        """What can be kept of what was typed: a field that is wrong stays out, the others are saved."""
        found: dict[str, Any] = {"online_too": self.online_too.data}
        if self.place.data in _PLACES:
            found["place"] = Place(self.place.data)
            offered = found["place"] is Place.VENUE and str(self.venue.data or "") in _keys(self.venue)
            found["venue_id"] = _id(self.venue.data) if offered else None
        for name in ("need", "contact", "telephone"):
            if not self[name].errors and not (name == "telephone" and "*" in (self[name].data or "")):
                found[name] = self[name].data or ""
        if not self.expected.errors:
            found["expected"] = self.people()
        if self.audience.data in _keys(self.audience):
            found["audience_code"] = self.audience.data or None
        if str(self.preferred_lecturer.data or "") in _keys(self.preferred_lecturer):
            found["preferred_lecturer_id"] = _id(self.preferred_lecturer.data)
        return found

    def day(self) -> date | None:
        return _day(self.on_day.data)

    def chosen_halves(self) -> list[HalfDay]:
        return [h for h in _ALL_HALVES if h.value in (self.half.data or ())]

    def slots(self) -> frozenset[tuple[int, HalfDay]]:
        """Weekdays × half-days of the boxes; one side left empty means all of it."""
        days = [int(d) for d in self.weekdays.data or () if d in WEEKDAYS] or list(range(7))
        halves = [h for h in _ALL_HALVES if h.value in (self.half_days.data or ())] or list(_ALL_HALVES)
        return frozenset((d, h) for d in days for h in halves)

    def uses_boxes(self) -> bool:
        return bool(self.weekdays.data or self.half_days.data)

    def span(self) -> tuple[date | None, date | None]:
        return _day(self.first.data), _day(self.last.data)


def _keys(field: SelectField) -> set[str]:
    """The values a select offers, as they are sent."""
    offered: Any = field.choices
    return {one.value for one in offered or ()}


def _id(said: Any) -> int | None:
    text = str(said or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


class _DecisionForm(ActionForm):
    def refused(self) -> bool:
        """Is this the second run, which shows a refusal?"""
        return "refusal" in g


class ReasonForm(_DecisionForm):
    """退回: what the other side should add or change."""

    reason = TextAreaField(
        _l("想问什么、请对方改什么"), [InputRequired("请写清楚要对方补什么、改什么。"), Length(max=500, message="最多写 500 个字。")]
    )  # fmt: skip


class CancelForm(_DecisionForm):
    code = SelectField(_l("为什么取消"), choices=options({"": _l("请选择"), **CANCELLATIONS}), validators=[InputRequired("请选一个原因。")])  # fmt: skip
    reason = TextAreaField(_l("补充说明"), [Length(max=500, message="最多写 500 个字。")])


class RejectForm(_DecisionForm):
    code = SelectField(_l("为什么不通过"), choices=options({"": _l("请选择"), **REJECTIONS}), validators=[InputRequired("请选一个原因。")])  # fmt: skip
    reason = TextAreaField(_l("给居村的话"), [Length(max=500, message="最多写 500 个字。")])


class NoteForm(OnceForm):
    words = TextAreaField(_l("备注"), [InputRequired("请写备注内容。"), Length(max=1000, message="最多写 1000 个字。")])


class CallForm(ActionForm):
    until = DateTimeLocalField(_l("等回电到"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def instant(self) -> datetime | None:
        """The time typed, on Shanghai's clock."""
        return None if self.until.data is None else self.until.data.replace(tzinfo=SHANGHAI).astimezone(UTC)

    words = StringField(_l("等谁的电话、问什么"), [Length(max=200, message="最多写 200 个字。")])


class AssignForm(ActionForm):
    person = SelectField(_l("由谁经办"), choices=[], validate_choice=False)

"""The base of every HTML form: CSRF, the page's version, Chinese messages, and refusals shown where they belong."""

import re
from collections.abc import Mapping
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from catalogue.core.errors import Missing, Refusal, Stale, each_of
from catalogue.core.form_words import words_in
from catalogue.core.meanwhile import Deed, Difference, differences
from catalogue.core.text import normalised
from catalogue.core.words import _, spoken

LONG = 100_000


def clean(value: Any) -> Any:
    """Filter of every text field: text is normalised once, on entry (rule 9 of reliability.md)."""
    return normalised(value, LONG, lines=True) if isinstance(value, str) else value


def options(labels: Mapping[Any, Any]) -> list[SelectChoice]:
    """Choices of a select or radio field; labels may be spoken later (_l)."""
    return [SelectChoice(value=value, label=label) for value, label in labels.items()]


class ClockField(StringField):
    """A time of day typed as 9:00 (full-width colon too); data are minutes since midnight, None when empty."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data // 60}:{self.data % 60:02d}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        said = str(valuelist[0]).strip().replace("：", ":")
        if not said:
            return
        found = re.fullmatch(r"(\d{1,2}):([0-5]\d)", said, re.ASCII)
        minute = int(found[1]) * 60 + int(found[2]) if found else -1
        if not 0 <= minute <= 1440:
            raise ValueError(_("请填几点几分，例如 9:00。"))
        self.data = minute


class DayField(DateField):
    """A day between 1950 and 2100: what lies beyond is a slip of the finger, and breaks every sum of days."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not 1950 <= self.data.year <= 2100:
            self.data = None
            raise ValueError(_("请核对年份。"))


class Form(FlaskForm):
    """Only shape, no database. A refusal raised later in the request comes back into the same form (see core.web)."""

    class Meta:
        locales = ("zh_CN", "zh")

        def get_translations(self, form: Any) -> Any:
            return words_in(spoken())

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            options["filters"] = [clean, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, **options)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            if (
                isinstance(field, StringField) and not isinstance(field, ClockField) and field.data is None
            ):  # a text not sent is empty
                field.data = ""
        if g:
            g.form = self
        self.refusal: str = ""
        self.meanwhile: list[Deed] = []
        self.differences: list[Difference] = []

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """A required text of nothing but spaces and invisible characters is empty."""
        good = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field, StringField) and field.flags.required and field.data == "" and not field.errors:
                said = next((v.message for v in field.validators if isinstance(v, InputRequired)), None)
                field.errors = [said or _("请填写这一项。")]
                good = False
        return good

    def validate_on_submit(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """True when sent and well formed. On the second run after a refusal it is False and carries the refusal."""
        good = bool(super().validate_on_submit(extra_validators))
        refused: Refusal | None = g.get("refusal") if g else None
        if refused is not None and self.is_submitted():
            self._show(refused)
            return False
        return good

    def tell(self, refused: Refusal) -> None:
        """Puts a refusal at its field, or at the top of the form when it has none here."""
        if refused.field and refused.field in self:
            self[refused.field].errors = [*self[refused.field].errors, refused.sentence]
        else:
            self.refusal = f"{self.refusal} {refused.sentence}".strip()

    def _show(self, refused: Refusal) -> None:
        for one in each_of(refused):
            self.tell(one)
        if isinstance(refused, Stale):
            self.meanwhile = g.get("meanwhile") or []
            self.differences = differences(self, self.meanwhile)
        for name in (
            ("version", "seen") if isinstance(refused, Stale | Missing) else ()
        ):  # the page now shows what is new
            if name in self:
                self[name].data = self[name].object_data


class ActionForm(Form):
    """A button that posts: nothing but the token and the version of the page it stands on."""

    version = HiddenField()


def version_of(form: Form) -> int:
    """The version the page was made from, as it was sent. Raises Missing (428) for none or nonsense: it never counts as current."""
    sent = form["version"].raw_data or [""]
    said = str(sent[0])
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    raise Missing(_("这次提交没有说明您看到的是哪一版，没有保存。请刷新页面，对照最新内容再提交。您填的内容没有丢。"))


def said_seen(form: Form) -> str | None:
    """What the page said it showed (field `seen`); None when nothing was sent, so nothing is compared."""
    return str(form["seen"].data or "") if "seen" in request.form else None

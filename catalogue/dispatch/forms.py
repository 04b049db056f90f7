"""Forms of the desk, of a dispatch and of an answer: shape only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wtforms import DateTimeLocalField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from catalogue.core.clock import SHANGHAI
from catalogue.core.forms import Form
from catalogue.core.words import _l
from catalogue.dispatch.operations import DECLINES, SAID_WAYS


def options(labels: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


def numbers_of(said: str) -> list[int]:
    """The different ids of a list like 12,15."""
    found = [int(part) for part in said.split(",") if part.isascii() and part.isdigit() and len(part) < 16]
    return list(dict.fromkeys(found))[:10]


class ProposeForm(Form):
    """The desk: which orders, whom. The chosen lecturers come as keys of candidates.Pick in `one` or `place-<key>`."""

    orders = HiddenField()
    one = HiddenField()
    way = HiddenField()
    mode = HiddenField()
    reason = StringField(
        _l("跟谁商量过"), [Length(max=100, message=_l("请写 100 字以内。"))], description=_l("例如：王书记，电话同意")
    )


class ClaimForm(Form):
    """An open claim: which orders, at which place and time; those to be asked are ticked by id as `who`."""

    orders = HiddenField()
    pick = HiddenField()


class ActForm(Form):
    """What is done with a dispatch: approve, discard, withdraw, redispatch; words say why."""

    version = HiddenField()
    words = TextAreaField(_l("原因"), [Length(max=200, message=_l("请写 200 字以内。"))])


class WithdrawForm(ActForm):
    """An open offer is taken back: never without a reason, the lecturer reads it."""

    words = TextAreaField(
        _l("原因"), [InputRequired(_l("请写明为什么撤回。")), Length(max=200, message=_l("请写 200 字以内。"))]
    )


class AnswerForm(Form):
    """接单 or 婉拒 in two taps: `say` is the button pressed."""

    version = HiddenField()
    code = RadioField(_l("说一声原因，好请别人"), [Optional()], choices=options(DECLINES), validate_choice=False)
    words = StringField(_l("还想说一句"), [Length(max=200, message=_l("请写 200 字以内。"))])


class BehalfForm(AnswerForm):
    """代为接单/婉拒: who said so, when, which way."""

    said_by = StringField(_l("谁说的"), [InputRequired(_l("请写明是谁说的。")), Length(max=40, message=_l("请写 40 字以内。"))], description=_l("例如：讲师本人"))  # fmt: skip
    said_at = DateTimeLocalField(_l("什么时候说的"), [InputRequired(_l("请填什么时候说的。"))], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])  # fmt: skip
    said_way = RadioField(_l("怎么说的"), [InputRequired(_l("请选是怎么说的。"))], choices=options(SAID_WAYS))

    def said(self) -> datetime:
        """The typed Shanghai time as an instant."""
        typed: datetime = self.said_at.data
        return typed.replace(tzinfo=SHANGHAI).astimezone(UTC)


class GapForm(Form):
    words = TextAreaField(_l("缺什么"), [InputRequired(_l("请写一句缺什么。")), Length(max=500)])

"""What a committee says of a lesson, and what its lecturer reports."""

from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from catalogue.core.forms import Form
from catalogue.core.words import _l

STEPS = {str(n): str(n) for n in range(1, 6)}
_WANTED = [InputRequired(_l("请打 1 到 5 分。"))]


class RatingForm(Form):
    """Three scales of 5 and words: under a minute."""

    content = RadioField(_l("内容"), choices=STEPS, validators=_WANTED, description=_l("讲的是不是您要的"))
    delivery = RadioField(_l("讲授"), choices=STEPS, validators=_WANTED, description=_l("讲得清不清楚"))
    usefulness = RadioField(_l("有用"), choices=STEPS, validators=_WANTED, description=_l("回去用不用得上"))
    words = TextAreaField(_l("还想说的"), [Length(max=500, message=_l("最多 500 个字。"))])
    version = HiddenField()


class ReportForm(Form):
    """The lecturer's own account of a lesson."""

    words = TextAreaField(
        _l("上得怎么样，哪里要跟进"), [InputRequired(_l("请写几句这场课上得怎么样。")), Length(max=1000)]
    )
    minutes_taught = IntegerField(_l("实际讲了多少分钟"), [Optional(), NumberRange(1, 600, _l("请填 1 到 600。"))])
    said = StringField(
        _l("谁说的、什么时候、用什么方式"),
        [InputRequired(_l("代写请写明：谁说的、什么时候、用什么方式。")), Length(max=200)],
    )  # only when somebody else writes it down
    seen = HiddenField()  # which words this page was opened with

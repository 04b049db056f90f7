"""Shapes of the import pages."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.validators import InputRequired

from catalogue.core.forms import Form
from catalogue.core.words import _l


class UploadForm(Form):
    """A table to check. The one-time key makes a double click one run."""

    key = HiddenField()
    file = FileField(_l("填好的表格"), [FileRequired(_l("请选一个文件。"))], description=_l(".xlsx 或 .csv，最大 5 MB，最多 5000 行。"))  # fmt: skip


class SlipsForm(Form):
    """The start codes of the page that shows them once, sent back to become a file; the service keeps them nowhere."""

    lines = HiddenField(validators=[InputRequired()])

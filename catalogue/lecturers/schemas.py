"""JSON of lecturers: what may be asked, and what is told."""

from marshmallow import fields, validate

from catalogue.core.api import PageIn
from catalogue.core.clock import HalfDay
from catalogue.core.schemas import In, Out
from catalogue.lecturers.models import LecturerKind, Source, TitleTier


class LecturersIn(PageIn):
    """The filters of the list."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    kind = fields.Enum(LecturerKind, by_value=True, load_default=None, allow_none=True)
    source = fields.Enum(Source, by_value=True, load_default=None, allow_none=True)


class LecturerRowOut(Out):
    """What everybody of the district may know: name and title."""

    id = fields.Integer()
    display_name = fields.String()
    kind = fields.Enum(LecturerKind, by_value=True)
    title_tier = fields.Enum(TitleTier, by_value=True)
    title_name = fields.String()


class TermOut(Out):
    """An appointment in force on these days (inclusive), own or through a corps."""

    number = fields.String()
    starts_on = fields.Date()
    last_day = fields.Date()
    scope_id = fields.Integer()


class TaughtOut(Out):
    """A course the lecturer may teach on these days (inclusive)."""

    course_id = fields.Integer()
    since = fields.Date()
    until = fields.Date()


class LecturerOut(LecturerRowOut):
    """One lecturer; to the staff of the keeping district, the corps leader and the lecturer with the working profile."""

    district_id = fields.Integer()
    source = fields.Enum(Source, by_value=True)
    home_place = fields.String()
    radius_km = fields.Integer()
    teaches_online = fields.Boolean()
    ended_on = fields.Date()
    terms = fields.List(fields.Nested(TermOut))
    courses = fields.List(fields.Nested(TaughtOut))


class SpanIn(In):
    """Days, both included; at most 92."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)


class FreeOut(Out):
    """A half-day on which the lecturer says to be free, in local minutes; lessons are not counted."""

    day = fields.Date()
    half_day = fields.Enum(HalfDay, by_value=True)
    starts = fields.Integer()
    ends = fields.Integer()


class FreeListOut(Out):
    rows = fields.List(fields.Nested(FreeOut))

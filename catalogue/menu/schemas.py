"""JSON of the menu. Rating and free days are for callers who are signed in: without it those fields are null."""

from marshmallow import fields, validate

from catalogue.core.api import PageIn
from catalogue.core.clock import HalfDay
from catalogue.core.schemas import Out


class MenuIn(PageIn):
    """What to look for. Values nobody could choose are left out, as on the page."""

    q = fields.String(load_default="", validate=validate.Length(max=40))
    category = fields.String(load_default="", validate=validate.Length(max=12))
    form = fields.String(load_default="", validate=validate.Length(max=30))
    audience = fields.String(load_default="", validate=validate.Length(max=30))
    mode = fields.String(load_default="", validate=validate.Length(max=10))
    town = fields.String(load_default="", validate=validate.Length(max=12))
    sort = fields.String(load_default="", validate=validate.Length(max=10))
    district = fields.Integer(load_default=None, allow_none=True)


class RatingOut(Out):
    mean = fields.Float()
    n = fields.Integer()


class SoonestOut(Out):
    day = fields.Date()
    half_day = fields.Enum(HalfDay, by_value=True)


class CourseRowOut(Out):
    id = fields.Integer()
    title = fields.String()
    category = fields.String()
    form = fields.String()
    minutes = fields.Integer()
    size_min = fields.Integer()
    size_max = fields.Integer()
    orderable = fields.Boolean()
    rating = fields.Nested(RatingOut, allow_none=True)
    soonest = fields.Nested(SoonestOut, allow_none=True)


class TeacherOut(Out):
    name = fields.String()
    title = fields.String()


class CourseOut(CourseRowOut):
    owner = fields.String()
    summary = fields.String()
    outline = fields.List(fields.String())
    audiences = fields.List(fields.String())
    equipment = fields.List(fields.String())
    problems = fields.List(fields.String())
    modes = fields.List(fields.String())
    lecturers = fields.List(fields.Nested(TeacherOut))

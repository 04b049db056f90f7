"""JSON of ratings: what may be sent, and what is told."""

from marshmallow import fields, validate

from catalogue.core.api import PageIn
from catalogue.core.schemas import In, Out
from catalogue.ratings.states import State

_SCALE = validate.Range(1, 5)


class RatingsIn(PageIn):
    state = fields.Enum(State, by_value=True, load_default=None)


class GiveIn(In):
    """Three scales of 1 to 5 and words."""

    version = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 2**31 - 1))
    content = fields.Integer(required=True, strict=True, validate=_SCALE)
    delivery = fields.Integer(required=True, strict=True, validate=_SCALE)
    usefulness = fields.Integer(required=True, strict=True, validate=_SCALE)
    words = fields.String(load_default="", validate=validate.Length(max=500))


class ReportIn(In):
    """The lecturer's own account; sending it again replaces it."""

    words = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    minutes_taught = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 600))


class ReportOut(Out):
    lesson_id = fields.Integer()
    lecturer_id = fields.Integer()
    words = fields.String()
    minutes_taught = fields.Integer(allow_none=True)
    made_at = fields.DateTime()


class LessonRatingOut(Out):
    """One rating. The scales are empty until it is given."""

    id = fields.Integer()
    state = fields.Enum(State, by_value=True)
    version = fields.Integer()
    lesson_id = fields.Integer()
    lesson = fields.String(attribute="lesson.number")
    course_id = fields.Integer()
    title = fields.String(attribute="lesson.course_version.title")
    organisation_id = fields.Integer()
    committee = fields.String(attribute="organisation.name")
    rate_by = fields.DateTime()
    content = fields.Integer(allow_none=True)
    delivery = fields.Integer(allow_none=True)
    usefulness = fields.Integer(allow_none=True)
    words = fields.String()
    given_at = fields.DateTime(allow_none=True)


class AverageOut(Out):
    """Three means that never come without their n; empty when nothing was rated."""

    n = fields.Integer()
    content = fields.Float(allow_none=True)
    delivery = fields.Float(allow_none=True)
    usefulness = fields.Float(allow_none=True)
    overall = fields.Float(allow_none=True)


class ReportsOut(Out):
    rows = fields.List(fields.Nested(ReportOut))

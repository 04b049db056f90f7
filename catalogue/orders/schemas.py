"""JSON of orders: what may be sent, and what is told."""

from datetime import date

from marshmallow import fields, validate

from catalogue.core.api import PageIn
from catalogue.core.clock import HalfDay
from catalogue.core.schemas import In, Out
from catalogue.orders.models import Origin, Place
from catalogue.orders.states import Action, State

_KEY = 2**53


class WindowIn(In):
    """One possible half-day; windows are sent best first."""

    day = fields.Date(required=True, validate=validate.Range(date(2000, 1, 1), date(2100, 12, 31)))
    half_day = fields.Enum(HalfDay, by_value=True, required=True)


class OrderIn(In):
    """A new draft, or with submit an order handed in at once."""

    course_id = fields.Integer(required=True, strict=True, validate=validate.Range(1, _KEY))
    organisation_id = fields.Integer(required=True, strict=True, validate=validate.Range(1, _KEY))
    windows = fields.List(fields.Nested(WindowIn), load_default=list, validate=validate.Length(max=10))
    pattern = fields.String(load_default="", validate=validate.Length(max=200))
    expected = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 5000))
    place = fields.Enum(Place, by_value=True, load_default=None, allow_none=True)
    venue_id = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, _KEY))
    online_too = fields.Boolean(load_default=False)
    audience = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=30))
    preferred_lecturer_id = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, _KEY))  # fmt: skip
    need = fields.String(load_default="", validate=validate.Length(max=1000))
    contact = fields.String(load_default="", validate=validate.Length(max=40))
    telephone = fields.String(load_default="", validate=validate.Length(max=30))
    submit = fields.Boolean(load_default=False)


class OrdersIn(PageIn):
    tab = fields.String(load_default="", validate=validate.OneOf(["", "mine", "open", "done"]))
    q = fields.String(load_default="", validate=validate.Length(max=60))


class ActionIn(In):
    """What to do with an order. `code` is a reason of the fixed list (reject, cancel), `reason` words."""

    action = fields.Enum(Action, by_value=True, required=True)
    version = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 2**31 - 1))
    code = fields.String(load_default="", validate=validate.Length(max=60))
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    quota_reason = fields.String(load_default="", validate=validate.Length(max=200))


class WindowOut(Out):
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    rank = fields.Integer()


class OrderRowOut(Out):
    """A row of the list."""

    id = fields.Integer()
    number = fields.String(allow_none=True)
    state = fields.Enum(State, by_value=True)
    version = fields.Integer()
    course_id = fields.Integer()
    title = fields.String()
    organisation_id = fields.Integer()
    committee = fields.String()
    expected = fields.Integer(allow_none=True)
    submitted_at = fields.DateTime(allow_none=True)
    first_at = fields.DateTime(allow_none=True)


class OrderOut(Out):
    """One order. The contact's telephone is not told here: pages show it, and record who looked."""

    id = fields.Integer()
    number = fields.String(allow_none=True)
    state = fields.Enum(State, by_value=True)
    version = fields.Integer()
    origin = fields.Enum(Origin, by_value=True)
    course_id = fields.Integer()
    course_version_id = fields.Integer()
    edition_item_id = fields.Integer(allow_none=True)
    organisation_id = fields.Integer()
    place = fields.Enum(Place, by_value=True)
    venue_id = fields.Integer(allow_none=True)
    online_too = fields.Boolean()
    audience = fields.String(attribute="audience_code", allow_none=True)
    preferred_lecturer_id = fields.Integer(allow_none=True)
    expected = fields.Integer(allow_none=True)
    need = fields.String()
    pattern = fields.String()
    made_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    check_by = fields.DateTime(allow_none=True)
    checked_at = fields.DateTime(allow_none=True)
    windows = fields.List(fields.Nested(WindowOut))

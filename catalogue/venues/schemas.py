"""JSON of venues: what may be asked, and what is told."""

from marshmallow import fields, validate

from catalogue.core.api import PageIn
from catalogue.core.schemas import Out
from catalogue.venues.models import VenueKind


class VenuesIn(PageIn):
    """The filters of the list."""

    q = fields.String(load_default="", validate=validate.Length(max=60))
    kind = fields.Enum(VenueKind, by_value=True, load_default=None, allow_none=True)
    equipment = fields.String(load_default="", validate=validate.Length(max=30))


class HoursOut(Out):
    """Opening hours of a weekday (0 = Monday) in local minutes; no rows at all: 8:30 to 21:00 daily."""

    weekday = fields.Integer()
    opens = fields.Integer()
    closes = fields.Integer()


class EquipmentOut(Out):
    equipment_code = fields.String()


class VenueRowOut(Out):
    id = fields.Integer()
    name = fields.String()
    kind = fields.Enum(VenueKind, by_value=True)
    organisation_id = fields.Integer()
    capacity = fields.Integer()
    address = fields.String()
    equipment = fields.Pluck(EquipmentOut, "equipment_code", many=True)


class VenueOut(VenueRowOut):
    district_id = fields.Integer()
    town_id = fields.Integer()
    own_room = fields.Boolean()
    shared = fields.Boolean()
    floor = fields.String()
    lift = fields.Boolean()
    parking = fields.String()
    way_in = fields.String()
    brand = fields.String()
    theme = fields.String()
    ended_on = fields.Date()
    hours = fields.List(fields.Nested(HoursOut))

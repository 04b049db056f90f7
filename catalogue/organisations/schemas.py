"""JSON of organisations."""

from marshmallow import fields, validate

from catalogue.core.actor import Level
from catalogue.core.api import PageIn
from catalogue.core.schemas import Out


class OrganisationsIn(PageIn):
    q = fields.String(
        load_default="", validate=validate.Length(max=60), metadata={"description": "名称、别名、拼音首字母或代码"}
    )
    level = fields.Enum(Level, by_value=True, load_default=None)
    kind = fields.String(load_default="", validate=validate.Length(max=30))
    parent_id = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**53))


class OrganisationOut(Out):
    id = fields.Integer()
    name = fields.String()
    short_name = fields.String()
    kind = fields.String()
    level = fields.Enum(Level, by_value=True)
    parent_id = fields.Integer(allow_none=True)
    town_id = fields.Integer(allow_none=True)
    district_id = fields.Integer(allow_none=True)
    code = fields.String(allow_none=True)
    address = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    started_on = fields.Date()
    ended_on = fields.Date(allow_none=True)
    version = fields.Integer()

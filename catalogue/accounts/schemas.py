"""JSON of sign-in and of who one is."""

from marshmallow import fields, validate

from catalogue.core.actor import Role
from catalogue.core.schemas import In, Out


class TokenIn(In):
    username = fields.String(required=True, validate=validate.Length(min=1, max=80))
    password = fields.String(required=True, validate=validate.Length(min=1, max=512))
    code = fields.String(load_default="", validate=validate.Length(max=12), metadata={"description": "一次性动态码"})


class TokenOut(Out):
    access_token = fields.String()
    token_type = fields.String()
    expires_at = fields.AwareDateTime()


class MembershipOut(Out):
    role = fields.Enum(Role, by_value=True)
    organisation_id = fields.Integer()
    organisation = fields.String()


class MeOut(Out):
    person_id = fields.Integer()
    name = fields.String()
    lecturer_id = fields.Integer(allow_none=True)
    memberships = fields.List(fields.Nested(MembershipOut))

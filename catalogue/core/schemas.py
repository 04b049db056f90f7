"""The base of every JSON schema: unknown keys are refused, nothing is dumped that is not named."""

from marshmallow import RAISE, Schema


class In(Schema):
    class Meta:
        unknown = RAISE


class Out(Schema):
    pass

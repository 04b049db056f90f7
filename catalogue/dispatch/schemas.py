"""JSON of dispatches and offers: what may be sent, and what is told."""

from enum import StrEnum

from marshmallow import fields, validate

from catalogue.core.schemas import In, Out
from catalogue.dispatch.models import TeachMode
from catalogue.dispatch.states import Mode, ModeFrom, OfferState, State


class OfferAct(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class DispatchAct(StrEnum):
    APPROVE = "approve"
    DISCARD = "discard"
    WITHDRAW = "withdraw"


class _ActionIn(In):
    version = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 2**31 - 1))
    reason = fields.String(load_default="", validate=validate.Length(max=200))


class OfferActionIn(_ActionIn):
    """accept, decline (with a reason `code`) or withdraw (the desk, with `reason`)."""

    action = fields.Enum(OfferAct, by_value=True, required=True)
    code = fields.String(load_default="", validate=validate.Length(max=30))


class DispatchActionIn(_ActionIn):
    action = fields.Enum(DispatchAct, by_value=True, required=True)


class PickIn(In):
    """One lecturer, place and time of a new list, best first."""

    lecturer_id = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**53))
    venue_id = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 2**53))
    teach_mode = fields.Enum(TeachMode, by_value=True, load_default=TeachMode.ONSITE)
    starts_at = fields.AwareDateTime(required=True)


class RedispatchIn(_ActionIn):
    """Without picks the kept list goes on: those not asked yet whom the rules still accept."""

    picks = fields.List(fields.Nested(PickIn), load_default=list, validate=validate.Length(max=20))
    mode = fields.Enum(Mode, by_value=True, load_default=Mode.RANKED)
    reason = fields.String(load_default="", validate=validate.Length(max=100))


class ProposeIn(In):
    """A proposal. One pick is direct, several are a ranked list (best first); an open claim (mode claim) has one place and time for all its picks,
    or one pick and `to_all`: then everybody who could come there and then is asked."""

    order_ids = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 2**53)), required=True, validate=validate.Length(1, 10)
    )
    picks = fields.List(fields.Nested(PickIn), required=True, validate=validate.Length(1, 200))
    mode = fields.Enum(Mode, by_value=True, load_default=Mode.DIRECT)
    to_all = fields.Boolean(load_default=False)


class ClaimOut(Out):
    """An open claim as the lecturer asked sees it; accept it at /offers/<id>/actions."""

    id = fields.Integer()
    title = fields.String(attribute="dispatch.course_version.title")
    venue_id = fields.Integer(allow_none=True)
    teach_mode = fields.Enum(TeachMode, by_value=True)
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    answer_by = fields.DateTime()
    version = fields.Integer()


class OfferOut(Out):
    id = fields.Integer()
    state = fields.Enum(OfferState, by_value=True)
    dispatch_id = fields.Integer()
    lecturer_id = fields.Integer()
    venue_id = fields.Integer(allow_none=True)
    teach_mode = fields.Enum(TeachMode, by_value=True)
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    answer_by = fields.DateTime()
    version = fields.Integer()


class DispatchOut(Out):
    id = fields.Integer()
    number = fields.String()
    state = fields.Enum(State, by_value=True)
    mode = fields.Enum(Mode, by_value=True)
    mode_from = fields.Enum(ModeFrom, by_value=True)
    course_id = fields.Integer()
    organisation_id = fields.Integer()
    previous_id = fields.Integer(allow_none=True)
    version = fields.Integer()

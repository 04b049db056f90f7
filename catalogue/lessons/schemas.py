"""JSON of lessons: what may be sent, and what is told."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from catalogue.core import clock
from catalogue.core.api import PageIn
from catalogue.core.clock import HalfDay
from catalogue.core.schemas import In, Out
from catalogue.core.web import actor
from catalogue.core.words import _
from catalogue.dispatch.models import TeachMode
from catalogue.lessons import policy
from catalogue.lessons.models import AttendanceState, Lesson, MissedBy
from catalogue.lessons.states import MoveState, State

_ID = validate.Range(1, 2**53)
_REASON = validate.Length(max=200)
_DAYS = validate.Range(date(2000, 1, 1), date(2100, 12, 31))


class Act(StrEnum):
    """What is done with a lesson."""

    DELIVER = "deliver"
    CALL_OFF = "call_off"
    MISS = "miss"
    LOSE_LECTURER = "lose_lecturer"
    SET_ONLINE_LINK = "set_online_link"


class MoveAct(StrEnum):
    """What is done with a wish to move."""

    MOVE = "move"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class LessonsIn(PageIn):
    """tab: empty = still to come, due = over and not accounted for, done. A day shows that day whatever became of it."""

    tab = fields.String(load_default="", validate=validate.OneOf(["", "due", "done"]))
    day = fields.Date(load_default=None, allow_none=True, validate=_DAYS)
    q = fields.String(load_default="", validate=validate.Length(max=40))
    course_id = fields.Integer(load_default=None, validate=_ID)
    lecturer_id = fields.Integer(load_default=None, validate=_ID)
    organisation_id = fields.Integer(load_default=None, validate=_ID)


class _Versioned(In):
    version = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 2**31 - 1))


class LessonActionIn(_Versioned):
    """`reason` for call_off, miss and lose_lecturer; `who` was missing for miss; `online_link` for set_online_link."""

    action = fields.Enum(Act, by_value=True, required=True)
    reason = fields.String(load_default="", validate=_REASON)
    who = fields.Enum(MissedBy, by_value=True, load_default=None)
    online_link = fields.String(load_default="", validate=validate.Length(max=300))

    @validates_schema
    def _who(self, values: dict[str, Any], **_more: Any) -> None:
        if values.get("action") is Act.MISS and values.get("who") is None:
            raise ValidationError(_("请选是谁没有来。"), "who")


class CountIn(_Versioned):
    """How many came without being on the roster. After delivery a change needs its reason."""

    here = fields.Integer(required=True, strict=True, validate=validate.Range(0, 5000))
    online = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 5000))
    reason = fields.String(load_default="", validate=_REASON)


class MarkIn(In):
    """One person of the address book by `person_id`, or somebody who is not in it by `name` (then present)."""

    person_id = fields.Integer(load_default=None, strict=True, validate=_ID)
    name = fields.String(load_default="", validate=validate.Length(max=40))
    presence = fields.Enum(AttendanceState, by_value=True, load_default=AttendanceState.PRESENT)
    online = fields.Boolean(load_default=False)
    reason = fields.String(load_default="", validate=_REASON)

    @validates_schema
    def _one(self, values: dict[str, Any], **_more: Any) -> None:
        if bool(values.get("person_id")) == bool(values.get("name", "").strip()):
            raise ValidationError(_("请给 person_id 或 name 中的一个。"), "person_id")
        if values.get("name") and (values["presence"] is not AttendanceState.PRESENT or values["online"]):
            raise ValidationError(_("只写姓名的人是现场到课的，其他情况请用 person_id。"), "name")


class MarksIn(_Versioned):
    """The roster of a party, as many of its persons as are known now; all of them are taken or none."""

    marks = fields.List(fields.Nested(MarkIn), required=True, validate=validate.Length(min=1, max=100))


class SpanIn(In):
    """A half-day (day and half_day) or a span of two moments."""

    day = fields.Date(load_default=None, validate=_DAYS)
    half_day = fields.Enum(HalfDay, by_value=True, load_default=None)
    starts_at = fields.AwareDateTime(load_default=None)
    ends_at = fields.AwareDateTime(load_default=None)

    @validates_schema
    def _one(self, values: dict[str, Any], **_more: Any) -> None:
        given = {name for name, value in values.items() if value is not None}
        if given not in ({"day", "half_day"}, {"starts_at", "ends_at"}):
            raise ValidationError(_("请给 day 和 half_day，或者 starts_at 和 ends_at。"), "day")

    @post_load
    def _span(self, values: dict[str, Any], **_more: Any) -> tuple[datetime, datetime]:
        if values["day"] is None:
            return values["starts_at"], values["ends_at"]
        starts, ends = clock.SPANS[values["half_day"]]
        return clock.at(values["day"], starts), clock.at(values["day"], ends)


class AskMoveIn(_Versioned):
    """Other times, best first, and why. `side`: for whom town and desk ask."""

    windows = fields.List(fields.Nested(SpanIn), required=True, validate=validate.Length(min=1, max=10))
    reason = fields.String(required=True, validate=_REASON)
    side = fields.Enum(MissedBy, by_value=True, load_default=None)


class MoveActionIn(_Versioned):
    """move (to an `option` of those listed, or to `starts_at` agreed by telephone), refuse (with `answer`), withdraw."""

    action = fields.Enum(MoveAct, by_value=True, required=True)
    option = fields.String(load_default="", validate=validate.Length(max=80))
    starts_at = fields.AwareDateTime(load_default=None)
    answer = fields.String(load_default="", validate=_REASON)

    @validates_schema
    def _time(self, values: dict[str, Any], **_more: Any) -> None:
        if values.get("action") is MoveAct.MOVE and bool(values.get("option")) == bool(values.get("starts_at")):
            raise ValidationError(_("请选一个新时间：option 或 starts_at 中的一个。"), "option")


class ConfirmIn(_Versioned):
    """The lecturer's yes or no to a new time. `said`: who told it, when and how, when somebody answers on their behalf."""

    yes = fields.Boolean(required=True)
    lecturer_id = fields.Integer(load_default=None, strict=True, validate=_ID)
    reason = fields.String(load_default="", validate=_REASON)
    said = fields.String(load_default="", validate=validate.Length(max=100))


class SeatOut(Out):
    """Who teaches. confirmed_at is empty while a move waits for their yes until confirm_by."""

    lecturer_id = fields.Integer()
    name = fields.String(attribute="lecturer.display_name")
    seat = fields.Integer()
    confirmed_at = fields.DateTime(allow_none=True)
    confirm_by = fields.DateTime(allow_none=True)
    left_at = fields.DateTime(allow_none=True)


class PartyOut(Out):
    """A committee that comes: how many are expected, how many were counted without names."""

    id = fields.Integer()
    organisation_id = fields.Integer()
    name = fields.String(attribute="organisation.name")
    order_id = fields.Integer(allow_none=True)
    expected = fields.Integer()
    head_count = fields.Integer()
    online_count = fields.Integer()
    counted_at = fields.DateTime(allow_none=True)


class LessonRowOut(Out):
    """A row of the list."""

    id = fields.Integer()
    number = fields.String()
    state = fields.Enum(State, by_value=True)
    version = fields.Integer()
    course_id = fields.Integer()
    title = fields.String(attribute="course_version.title")
    organisation_id = fields.Integer()
    committee = fields.String(attribute="organisation.name")
    venue_id = fields.Integer(allow_none=True)
    teach_mode = fields.Enum(TeachMode, by_value=True)
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    lecturers = fields.List(fields.Nested(SeatOut))


def _link(lesson: Lesson) -> str:
    """As on the page: the way into an online lesson is told to its two sides, the town and the desk."""
    return lesson.online_link if policy.sees_contacts(actor(), lesson) else ""


class LessonOut(LessonRowOut):
    """One lesson with its parties. Telephones are not told here: pages show them, and record who looked."""

    dispatch_id = fields.Integer()
    cancel_free_until = fields.DateTime()
    online_link = fields.Function(_link, metadata={"type": "string"})
    missed_by = fields.Enum(MissedBy, by_value=True, allow_none=True)
    late_cancel = fields.Boolean()
    reason = fields.String()
    delivered_at = fields.DateTime(allow_none=True)
    parties = fields.List(fields.Nested(PartyOut))


class MarkOut(Out):
    """One person's attendance in force."""

    person_id = fields.Integer()
    name = fields.String(attribute="person.name")
    presence = fields.Enum(AttendanceState, by_value=True)
    online = fields.Boolean()
    made_at = fields.DateTime()
    reason = fields.String()


class PartyRosterOut(PartyOut):
    roster = fields.List(fields.Nested(MarkOut))


class AttendanceOut(Out):
    """What the reader may count of a lesson: here and online are the whole lesson's, rosters those of their own parties."""

    here = fields.Integer()
    online = fields.Integer()
    parties = fields.List(fields.Nested(PartyRosterOut))


class WishedSpanOut(Out):
    starts_at = fields.DateTime()
    ends_at = fields.DateTime()


class _Windows(fields.List[Any]):
    """The kept pairs of moments as spans."""

    def _serialize(self, value: Any, *more: Any, **named: Any) -> Any:
        spans = [{"starts_at": datetime.fromisoformat(a), "ends_at": datetime.fromisoformat(b)} for a, b in value]
        return super()._serialize(spans, *more, **named)


class MoveOut(Out):
    """A wish to move a lesson and what became of it."""

    id = fields.Integer()
    lesson_id = fields.Integer()
    state = fields.Enum(MoveState, by_value=True)
    version = fields.Integer()
    side = fields.Enum(MissedBy, by_value=True, attribute="asked_by_side")
    reason = fields.String()
    made_at = fields.DateTime()
    windows = _Windows(fields.Nested(WishedSpanOut))
    answer = fields.String()
    old_starts_at = fields.DateTime()
    new_starts_at = fields.DateTime(allow_none=True)


class MovesIn(PageIn):
    state = fields.Enum(MoveState, by_value=True, load_default=MoveState.OPEN)


class MoveOptionOut(Out):
    """A new time that passes every rule now; `option` is what the action `move` takes."""

    option = fields.String(attribute="pick.key")
    starts_at = fields.DateTime(attribute="pick.starts_at")
    ends_at = fields.DateTime()
    venue_id = fields.Integer(attribute="pick.venue_id", allow_none=True)
    where = fields.String()
    teach_mode = fields.Enum(TeachMode, by_value=True, attribute="pick.teach_mode")
    same_room = fields.Boolean()


class MoveOptionsOut(Out):
    rows = fields.List(fields.Nested(MoveOptionOut))

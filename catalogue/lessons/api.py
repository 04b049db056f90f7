"""JSON: lessons listed and read, who came, how they end, and moves (改期)."""

from typing import Any

from catalogue.core.api import blueprint, expected_version, listed, once, reads, rows_of, tagged
from catalogue.core.errors import IllegalAction, Invalid, NotVisible
from catalogue.core.web import actor, now, permit, signed_in
from catalogue.core.words import _
from catalogue.dispatch.operations import Pick
from catalogue.lessons import attendance, moves, operations, policy, queries
from catalogue.lessons.errors import NotYours
from catalogue.lessons.models import Lesson, LessonLecturer, LessonParty, Move
from catalogue.lessons.schemas import (
    Act,
    AskMoveIn,
    AttendanceOut,
    ConfirmIn,
    CountIn,
    LessonActionIn,
    LessonOut,
    LessonRowOut,
    LessonsIn,
    MarksIn,
    MoveAct,
    MoveActionIn,
    MoveOptionsOut,
    MoveOut,
    MovesIn,
)
from catalogue.lessons.states import MoveState

api = blueprint("lessons", "上课、签到和改期")


def _version(values: dict[str, Any]) -> int:
    return values["version"] if values["version"] is not None else expected_version()


def _who(values: dict[str, Any]) -> Any:
    return {"by": actor(), "at": now(), "version": _version(values)}


@api.route("/lessons")
@permit(signed_in)
@reads
@api.arguments(LessonsIn, location="query")
@api.response(200, listed(LessonRowOut))
def lessons(values: dict[str, Any]) -> Any:
    """The lessons in sight: still to come (soonest first), over and not accounted for, or done (newest first)."""
    size = values.pop("limit")
    return rows_of(queries.listed(actor(), now(), size=size, **values))


@api.route("/lessons/<int:lesson_id>")
@permit(signed_in)
@reads
@api.response(200, LessonOut)
def lesson(lesson_id: int) -> Any:
    """One lesson with its lecturers and parties."""
    return tagged(queries.visible(actor(), lesson_id))


@api.route("/lessons/<int:lesson_id>/actions", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(LessonActionIn)
@api.response(200, LessonOut)
def act(values: dict[str, Any], lesson_id: int) -> Any:
    """deliver, call_off, miss, lose_lecturer or set_online_link. Needs the version: If-Match, or `version` in the body."""
    found = queries.visible(actor(), lesson_id)
    who, reason = _who(values), values["reason"]
    match values["action"]:
        case Act.DELIVER:
            operations.deliver(found, **who)
        case Act.CALL_OFF:
            operations.call_off(found, **who, reason=reason)
        case Act.MISS:
            if not reason.strip():
                raise Invalid(_("请写明当时的情况。"), field="reason")
            operations.miss(found, values["who"], **who, reason=reason)
        case Act.LOSE_LECTURER:
            operations.lose_lecturer(found, **who, reason=reason)
        case Act.SET_ONLINE_LINK:
            operations.set_online_link(found, values["online_link"].strip(), **who)
    return tagged(found)


# ── who came ────────────────────────────────────────────────────────────────────────────────────


def _mine(found: Lesson) -> list[LessonParty]:
    return [one for one in found.parties if policy.may_count_party(actor(), found, one)]


def _party(found: Lesson, party_id: int) -> LessonParty:
    """A party this actor may count. Raises NotVisible for another committee's."""
    party = next((one for one in _mine(found) if one.id == party_id), None)
    if party is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return party


def _came(found: Lesson) -> dict[str, Any]:
    """How many came to the whole lesson, and the rosters of the parties this actor counts."""
    here, online = queries.attendance_counts([found.id])[found.id]
    roster = queries.roster(found.id)
    parties = [
        {name: getattr(one, name) for name in _PARTY} | {"roster": [r for r in roster if r.party_id == one.id]}
        for one in _mine(found)
    ]
    return {"here": here, "online": online, "parties": parties}


_PARTY = ("id", "organisation_id", "organisation", "order_id", "expected", "head_count", "online_count", "counted_at")


def _counted(found: Lesson) -> Any:
    return _came(found), 200, {"ETag": f'"{found.version}"'}


@api.route("/lessons/<int:lesson_id>/attendance")
@permit(signed_in)
@reads
@api.response(200, AttendanceOut)
def came(lesson_id: int) -> Any:
    """Who came: by head count and by roster. The rosters are those of the parties one may count; ETag is the lesson's version."""
    found = queries.visible(actor(), lesson_id)
    if not policy.may_count(actor(), found):
        raise NotYours(_("签到由上课的居村、讲师、街镇或派单员登记。"))
    return _counted(found)


@api.route("/lessons/<int:lesson_id>/parties/<int:party_id>/count", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(CountIn)
@api.response(200, AttendanceOut)
def count(values: dict[str, Any], lesson_id: int, party_id: int) -> Any:
    """How many came without being on the roster. Needs the lesson's version."""
    found = queries.visible(actor(), lesson_id)
    who = _who(values)
    attendance.count(
        found, _party(found, party_id), here=values["here"], online=values["online"], reason=values["reason"], **who
    )
    return _counted(found)


@api.route("/lessons/<int:lesson_id>/parties/<int:party_id>/marks", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(MarksIn)
@api.response(200, AttendanceOut)
def mark(values: dict[str, Any], lesson_id: int, party_id: int) -> Any:
    """Persons of the roster: present, absent, on_leave, or present by name alone; all or none. Needs the lesson's version."""
    found = queries.visible(actor(), lesson_id)
    who = _who(values)
    party = _party(found, party_id)
    attendance.check_may_account(found, party, **who)
    who.pop("version")
    for one in values["marks"]:
        if one["person_id"] is None:
            attendance.add_person(found, party, one["name"], reason=one["reason"], **who)
        else:
            person = queries.person_of(party.organisation_id, one["person_id"])
            attendance.mark(found, party, person, one["presence"], online=one["online"], reason=one["reason"], **who)
    return _counted(found)


# ── moves ───────────────────────────────────────────────────────────────────────────────────────


@api.route("/lessons/<int:lesson_id>/moves", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(AskMoveIn)
@api.response(201, MoveOut)
def ask_move(values: dict[str, Any], lesson_id: int) -> Any:
    """A wish for other times; the desk is told. Needs the lesson's version."""
    found = queries.visible(actor(), lesson_id)
    move = moves.ask_move(
        found, windows=values["windows"], reason=values["reason"], side=values["side"], **_who(values)
    )
    return tagged(move, 201, Location=f"/api/v1/moves/{move.id}")


@api.route("/lessons/<int:lesson_id>/confirmation", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(ConfirmIn)
@api.response(200, LessonOut)
def confirm(values: dict[str, Any], lesson_id: int) -> Any:
    """The lecturer's yes or no to a new time; town and desk for them with `said`. Needs the lesson's version."""
    found = queries.visible(actor(), lesson_id)
    who = _who(values)
    seat = _seat(found, values["lecturer_id"])
    moves.confirm(found, seat, values["yes"], reason=values["reason"], said=values["said"], **who)
    return tagged(found)


def _seat(found: Lesson, lecturer_id: int | None) -> LessonLecturer:
    """The seat of the lecturer named, else one's own, else the first that waits, else the first: the operation says what it lacks."""
    seats = [one for one in found.lecturers if one.left_at is None]
    if lecturer_id is not None:
        seats = [one for one in seats if one.lecturer_id == lecturer_id]
    own = [one for one in seats if one.lecturer_id == actor().lecturer_id]
    waiting = [one for one in seats if one.confirmed_at is None]
    chosen = next(iter(own or waiting or seats), None)
    if chosen is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return chosen


@api.route("/moves")
@permit(signed_in)
@reads
@api.arguments(MovesIn, location="query")
@api.response(200, listed(MoveOut))
def all_moves(values: dict[str, Any]) -> Any:
    """Wishes to move the lessons in sight, in one state (open unless another is named), oldest first."""
    size = values.pop("limit")
    return rows_of(queries.moves_listed(actor(), size=size, **values))


@api.route("/moves/<int:move_id>")
@permit(signed_in)
@reads
@api.response(200, MoveOut)
def move(move_id: int) -> Any:
    """One wish to move."""
    return tagged(queries.move_of(actor(), move_id))


@api.route("/moves/<int:move_id>/options")
@permit(signed_in)
@reads
@api.response(200, MoveOptionsOut)
def options(move_id: int) -> Any:
    """New times within the windows asked for that pass every rule now, with the same lecturer. The desk's."""
    return {"rows": _options(queries.move_of(actor(), move_id))}


def _options(found: Move) -> list[Any]:
    if not policy.may_move(actor(), found.lesson):
        raise NotYours(_("改期由区派单员办理。"))
    if found.state is not MoveState.OPEN:
        return []
    return [one for one in moves.options(found, now()) if one.same_lecturer]


@api.route("/moves/<int:move_id>/actions", methods=["POST"])
@permit(signed_in)
@once
@api.arguments(MoveActionIn)
@api.response(200, MoveOut)
def act_on_move(values: dict[str, Any], move_id: int) -> Any:
    """move or refuse (the desk), withdraw (who asked). Needs the wish's version: If-Match, or `version` in the body."""
    found = queries.move_of(actor(), move_id)
    who = _who(values)
    match values["action"]:
        case MoveAct.MOVE:
            moves.move_lesson(found, _chosen(found, values), **who)
        case MoveAct.REFUSE:
            moves.refuse(found, answer=values["answer"], **who)
        case MoveAct.WITHDRAW:
            moves.withdraw(found, **who)
    return tagged(found)


def _chosen(found: Move, values: dict[str, Any]) -> Pick:
    """The time agreed by telephone with lecturer and room as they are, or one of the options."""
    if values["starts_at"] is not None:
        return moves.by_hand(found.lesson, values["starts_at"])
    if found.state is not MoveState.OPEN:
        raise IllegalAction(_("这次改期已经办完，请刷新后看。"), state=found.state.value, action="move")
    chosen: Pick | None = next((one.pick for one in _options(found) if one.pick.key == values["option"]), None)
    if chosen is None:
        raise Invalid(_("这个时间现在不行了，请重新看可选的时间。"), field="option")
    return chosen

"""The life of a lesson, its attendance and its moves, on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalogue.calendar.models import Hold, HoldKind
from catalogue.calendar.queries import held_for
from catalogue.core import clock
from catalogue.core.actor import job
from catalogue.core.audit import verify
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid, Stale
from catalogue.dispatch.events import OfferAccepted
from catalogue.dispatch.models import DispatchOrder
from catalogue.dispatch.states import State as DispatchState
from catalogue.lessons import attendance, moves, operations, queries, reactions
from catalogue.lessons.errors import Begun, LinkDead, NobodyCounted, NotYours, OpenMove, TooEarly
from catalogue.lessons.models import Attendance, AttendanceState, Lesson, LessonHistory, MissedBy
from catalogue.lessons.states import MOVE_NEXT, NEXT, Action, MoveAction, MoveState, State
from catalogue.orders.events import OrderCancelled
from catalogue.orders.states import State as OrderState
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    a_committee,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_person,
    a_town,
    a_town_administrator,
    actor_of,
    an_order,
    an_orderer,
    own_room_of,
    save,
)
from tests.lessons.making import APRIL_14, BEGUN, ENDS, OVER, STARTS, a_lesson, settled, whole

MOVED = APRIL_14[0] + timedelta(hours=2)  # Tuesday 14 April 2026, 14:00


def steps_of(lesson: Lesson) -> list[tuple[str, str, str]]:
    rows = sa.select(LessonHistory.action, LessonHistory.to_state, LessonHistory.code).where(
        LessonHistory.owner_id == lesson.id, LessonHistory.to_state != ""
    )
    return [tuple(row) for row in db.session.execute(rows.order_by(LessonHistory.id))]


def delivered(scene):
    lesson = scene.lesson
    attendance.count(lesson, lesson.parties[0], here=25, online=3, by=scene.orderer, at=OVER)
    operations.deliver(lesson, by=scene.orderer, at=OVER)
    return lesson


# ── made ────────────────────────────────────────────────────────────────────────────────────────


def test_an_accepted_offer_that_settles_a_dispatch_becomes_a_lesson(app):
    scene = settled()

    reactions.on_offer_accepted(OfferAccepted(scene.offer.id), by=scene.teacher, at=NOON)

    lesson = scene.lesson
    assert (lesson.number, lesson.state, lesson.starts_at, lesson.ends_at) == (
        "QP26-K-00001",
        State.SCHEDULED,
        STARTS,
        ENDS,
    )
    assert [(s.seat, s.lecturer_id, s.confirmed_at) for s in lesson.lecturers] == [(1, scene.lecturer.id, NOON)]
    assert [(p.organisation_id, p.expected) for p in lesson.parties] == [(scene.committee.id, 30)]
    assert scene.order.state is OrderState.SCHEDULED
    assert sorted(h.kind.value for h in held_for("lesson", lesson.id)) == ["lecturer", "organisation", "venue"]
    assert clock.day_of(lesson.cancel_free_until - timedelta(seconds=1)).isoformat() == "2026-04-07"


def test_a_dispatch_leads_to_one_lesson_however_often_it_is_told(app):
    scene = settled()

    for _again in range(2):
        reactions.on_offer_accepted(OfferAccepted(scene.offer.id), by=scene.teacher, at=NOON)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lesson)) == 1


def test_a_dispatch_with_a_free_seat_is_no_lesson_yet(app):
    scene = settled()
    scene.dispatch.lecturers_needed = 2
    db.session.execute(sa.update(type(scene.dispatch)).values(state=DispatchState.APPROVED))
    db.session.expire_all()

    reactions.on_offer_accepted(OfferAccepted(scene.offer.id), by=scene.teacher, at=NOON)

    assert queries.of_order(scene.order.id) is None


def a_joint_lesson():
    scene = settled()
    guest = a_committee("徐泾社区")
    guest_order = an_order(guest, scene.course, state=OrderState.PLANNED)
    dispatch, offer = scene.dispatch, scene.offer
    save(DispatchOrder(dispatch_id=dispatch.id, order_id=guest_order.id))
    operations.schedule(queries.dispatch_of_offer(offer.id), [offer], by=scene.teacher, at=NOON)
    return scene, guest, guest_order


def test_a_joint_lesson_has_a_party_for_each_committee(app):
    scene, guest, _order = a_joint_lesson()

    assert [p.organisation_id for p in scene.lesson.parties] == [scene.committee.id, guest.id]


def test_a_guest_who_cancels_leaves_a_joint_lesson_and_the_host_is_taught(app):
    scene, guest, guest_order = a_joint_lesson()

    reactions.on_order_cancelled(
        OrderCancelled(guest_order.id, OrderState.SCHEDULED), by=actor_of(an_orderer(guest)), at=NOON
    )

    lesson = whole(scene.lesson)
    assert (lesson.state, [p.organisation_id for p in lesson.parties]) == (State.SCHEDULED, [scene.committee.id])


def test_a_cancelled_order_calls_its_lesson_off_and_frees_everything(app):
    scene = a_lesson()
    lesson = scene.lesson

    reactions.on_order_cancelled(OrderCancelled(scene.order.id, OrderState.SCHEDULED), by=scene.orderer, at=NOON)

    assert (lesson.state, lesson.late_cancel, held_for("lesson", lesson.id)) == (State.CALLED_OFF, False, [])
    assert scene.dispatch.state is DispatchState.ENDED


# ── every state, action and role ────────────────────────────────────────────────────────────────

DO = {
    Action.DELIVER: lambda lesson, by, at: operations.deliver(lesson, by=by, at=at),
    Action.CALL_OFF: lambda lesson, by, at: operations.call_off(lesson, by=by, at=at, reason="下雨"),
    Action.MISS: lambda lesson, by, at: operations.miss(lesson, MissedBy.COMMITTEE, by=by, at=at, reason="没人"),
}
WHEN = {Action.DELIVER: OVER, Action.CALL_OFF: NOON, Action.MISS: BEGUN}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(Action))
def test_the_table_alone_decides_which_step_a_state_allows(app, state, action):
    scene = a_lesson()
    lesson = scene.lesson
    attendance.count(lesson, lesson.parties[0], here=1, online=0, by=scene.orderer, at=OVER)
    db.session.execute(sa.text("UPDATE lesson SET state = :s, missed_by = 'committee'"), {"s": state.value})
    db.session.expire_all()
    lesson = queries.whole(lesson.id)

    if (state, action) in NEXT:
        DO[action](lesson, job("test"), WHEN[action])
        assert lesson.state is NEXT[state, action]
    else:
        with pytest.raises(IllegalAction):
            DO[action](lesson, job("test"), WHEN[action])


@pytest.fixture
def people(app):
    """A lesson and one actor of every kind around it."""
    scene = a_lesson()
    elsewhere = a_committee("外镇居民区", a_town("朱家角镇"))
    return scene, {
        "orderer": scene.orderer,
        "lecturer": scene.teacher,
        "town": actor_of(a_town_administrator()),
        "dispatcher": actor_of(a_dispatcher()),
        "other committee": actor_of(an_orderer(a_committee())),
        "other lecturer": actor_of(a_lecturer()),
        "other town": actor_of(an_orderer(elsewhere)),
        "other district": actor_of(a_dispatcher(a_district())),
        "nobody": actor_of(a_person()),
    }


MAY = {
    "deliver": {"orderer", "lecturer", "town", "dispatcher"},
    "call_off": {"orderer", "town", "dispatcher"},
    "lose": {"lecturer", "dispatcher"},
    "miss_lecturer": {"orderer", "town", "dispatcher"},
    "miss_committee": {"lecturer", "town", "dispatcher"},
    "count": {"orderer", "lecturer", "town", "dispatcher"},
    "ask_move": {"orderer", "lecturer", "town", "dispatcher"},
    "reveal": {"orderer", "lecturer", "town", "dispatcher"},
}
ACTS = {
    "deliver": lambda k, by: operations.deliver(k, by=by, at=OVER),
    "call_off": lambda k, by: operations.call_off(k, by=by, at=NOON, reason="下雨"),
    "lose": lambda k, by: operations.lose_lecturer(k, by=by, at=NOON, reason="病了"),
    "miss_lecturer": lambda k, by: operations.miss(k, MissedBy.LECTURER, by=by, at=BEGUN, reason="没来"),
    "miss_committee": lambda k, by: operations.miss(k, MissedBy.COMMITTEE, by=by, at=BEGUN, reason="没人"),
    "count": lambda k, by: attendance.count(k, k.parties[0], here=9, online=0, by=by, at=OVER),
    "ask_move": lambda k, by: moves.ask_move(k, windows=[APRIL_14], reason="下雨", by=by, at=NOON),
    "reveal": lambda k, by: operations.reveal(k, by=by, at=NOON),
}


@pytest.mark.parametrize("act", list(ACTS))
def test_only_those_around_a_lesson_may_act_on_it(people, act):
    scene, actors = people
    lesson = scene.lesson
    if act == "deliver":
        attendance.count(lesson, lesson.parties[0], here=1, online=0, by=scene.orderer, at=OVER)
    allowed = set()
    for name, by in actors.items():
        point = db.session.begin_nested()
        try:
            ACTS[act](queries.whole(lesson.id), by)
            allowed.add(name)
        except NotYours:
            pass
        point.rollback()
        db.session.expire_all()

    assert allowed == MAY[act]


# ── counted and delivered ───────────────────────────────────────────────────────────────────────


def test_delivered_lessons_deliver_their_orders_and_open_ratings(app):
    scene = a_lesson()

    lesson = delivered(scene)

    assert (lesson.state, lesson.delivered_at, scene.order.state) == (State.DELIVERED, OVER, OrderState.DELIVERED)
    assert queries.attendance_counts([lesson.id]) == {lesson.id: (25, 3)}


def test_nobody_counted_is_not_delivered(app):
    scene = a_lesson()

    with pytest.raises(NobodyCounted):
        operations.deliver(scene.lesson, by=scene.orderer, at=OVER)


def test_attendance_waits_for_its_time(app):
    scene = a_lesson()
    lesson = scene.lesson

    with pytest.raises(TooEarly):
        attendance.count(
            lesson, lesson.parties[0], here=1, online=0, by=scene.orderer, at=STARTS - timedelta(minutes=31)
        )
    attendance.count(lesson, lesson.parties[0], here=1, online=0, by=scene.orderer, at=STARTS - timedelta(minutes=30))
    with pytest.raises(TooEarly):
        operations.deliver(lesson, by=scene.orderer, at=STARTS - timedelta(minutes=1))

    assert lesson.state is State.SCHEDULED


def test_a_correction_after_delivery_is_a_new_row_with_a_reason(app):
    scene = a_lesson()
    lesson, party = scene.lesson, scene.lesson.parties[0]
    person = a_person("王阿姨", scene.committee)
    first = attendance.mark(lesson, party, person, AttendanceState.PRESENT, by=scene.orderer, at=BEGUN)
    operations.deliver(lesson, by=scene.orderer, at=OVER)

    with pytest.raises(Invalid):
        attendance.mark(lesson, party, person, AttendanceState.ABSENT, by=scene.orderer, at=OVER)
    second = attendance.mark(
        lesson, party, person, AttendanceState.ABSENT, by=scene.orderer, at=OVER, reason="记错了人"
    )

    rows = db.session.execute(
        sa.select(Attendance.id, Attendance.replaces_id, Attendance.presence).order_by(Attendance.id)
    ).all()
    assert [tuple(r) for r in rows] == [
        (first.id, None, AttendanceState.PRESENT),
        (second.id, first.id, AttendanceState.ABSENT),
    ]
    assert [r.id for r in queries.roster(lesson.id)] == [second.id]


def test_marking_the_same_twice_changes_nothing(app):
    scene = a_lesson()
    lesson, party = scene.lesson, scene.lesson.parties[0]
    person = a_person("王阿姨", scene.committee)

    rows = {
        attendance.mark(lesson, party, person, AttendanceState.PRESENT, by=scene.orderer, at=BEGUN).id
        for _n in range(2)
    }

    assert len(rows) == 1


def test_a_name_that_is_known_makes_no_twin(app):
    scene = a_lesson()
    lesson, party = scene.lesson, scene.lesson.parties[0]

    first = attendance.add_person(lesson, party, "王阿姨", by=scene.orderer, at=BEGUN)
    again = attendance.add_person(lesson, party, " 王阿姨 ", by=scene.orderer, at=BEGUN)

    assert (first.id, first.presence) == (again.id, AttendanceState.PRESENT)


def test_online_and_on_the_spot_are_counted_apart_and_per_party(app):
    scene, guest, _order = a_joint_lesson()
    lesson = scene.lesson
    host_party, guest_party = lesson.parties
    attendance.mark(
        lesson, host_party, a_person("甲", scene.committee), AttendanceState.PRESENT, by=scene.teacher, at=BEGUN
    )
    attendance.mark(
        lesson, guest_party, a_person("乙", guest), AttendanceState.PRESENT, by=scene.teacher, at=BEGUN, online=True
    )
    attendance.mark(lesson, guest_party, a_person("丙", guest), AttendanceState.ON_LEAVE, by=scene.teacher, at=BEGUN)
    attendance.count(lesson, guest_party, here=10, online=2, by=scene.teacher, at=BEGUN)

    assert queries.attendance_counts([lesson.id])[lesson.id] == (11, 3)


def test_a_guest_may_not_count_the_hosts_people(app):
    scene, guest, _order = a_joint_lesson()
    lesson = scene.lesson

    with pytest.raises(NotYours):
        attendance.count(lesson, lesson.parties[0], here=1, online=0, by=actor_of(an_orderer(guest)), at=OVER)


# ── lost ────────────────────────────────────────────────────────────────────────────────────────


def test_calling_off_late_is_counted_and_the_order_waits_for_a_new_date(app):
    scene = a_lesson()
    lesson = scene.lesson

    operations.call_off(lesson, by=scene.orderer, at=lesson.cancel_free_until + timedelta(seconds=1), reason="停电")

    assert (lesson.state, lesson.late_cancel, lesson.reason) == (State.CALLED_OFF, True, "停电")
    assert steps_of(lesson)[-1] == ("call_off", "called_off", "late")
    assert (scene.order.state, scene.dispatch.state) == (OrderState.APPROVED, DispatchState.ENDED)


def test_calling_off_on_the_last_free_day_is_not_late(app):
    scene = a_lesson()
    lesson = scene.lesson

    operations.call_off(lesson, by=scene.orderer, at=lesson.cancel_free_until, reason="停电")

    assert lesson.late_cancel is False


def test_a_lost_lecturer_gives_the_order_back_to_the_desk(app):
    scene = a_lesson()
    lesson = scene.lesson

    operations.lose_lecturer(lesson, by=scene.teacher, at=NOON, reason="病了")

    assert steps_of(lesson)[-1] == ("call_off", "called_off", "lecturer_lost")
    assert (scene.order.state, held_for("lesson", lesson.id)) == (OrderState.APPROVED, [])


def test_a_missing_lecturer_costs_the_committee_nothing(app):
    scene = a_lesson()

    operations.miss(scene.lesson, MissedBy.LECTURER, by=scene.orderer, at=BEGUN, reason="没来")

    assert scene.order.state is OrderState.APPROVED


def test_a_missing_committee_ends_its_order(app):
    scene = a_lesson()

    operations.miss(scene.lesson, MissedBy.COMMITTEE, by=scene.teacher, at=BEGUN, reason="没人")

    assert scene.order.state is OrderState.MISSED


def test_nothing_is_missed_before_it_begins_and_nothing_called_off_after(app):
    scene = a_lesson()
    lesson = scene.lesson

    with pytest.raises(TooEarly):
        operations.miss(lesson, MissedBy.LECTURER, by=scene.orderer, at=STARTS - timedelta(seconds=1), reason="没来")
    with pytest.raises(Begun):
        operations.call_off(lesson, by=scene.orderer, at=STARTS, reason="下雨")
    with pytest.raises(Begun):
        operations.lose_lecturer(lesson, by=scene.teacher, at=STARTS, reason="病了")


def test_a_page_made_before_a_change_is_stale(app):
    scene = a_lesson()
    lesson = scene.lesson
    old = lesson.version
    operations.set_online_link(lesson, "https://meet.example/1", by=scene.teacher, at=NOON, version=old)

    with pytest.raises(Stale):
        operations.call_off(lesson, by=scene.orderer, at=NOON, version=old, reason="下雨")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://x", "meet.example"])
def test_only_web_addresses_are_links(app, link):
    scene = a_lesson()

    with pytest.raises(Invalid):
        operations.set_online_link(scene.lesson, link, by=scene.teacher, at=NOON, version=None)


# ── moves ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(app):
    return actor_of(a_dispatcher())


def move_to(move, starts_at, **act):
    moves.move_lesson(move, moves.by_hand(move.lesson, starts_at), **act)


def a_move(scene, by=None, **values):
    return moves.ask_move(
        scene.lesson, windows=[APRIL_14], reason="那天停电", by=by or scene.orderer, at=NOON, **values
    )


def test_a_move_takes_lecturer_room_and_committee_along(desk):
    scene = a_lesson()
    lesson = scene.lesson
    old_holds = [h.id for h in held_for("lesson", lesson.id)]
    move = a_move(scene)

    move_to(move, MOVED, by=desk, at=NOON)

    starts = MOVED
    assert (lesson.starts_at, lesson.ends_at, lesson.state) == (starts, starts + timedelta(minutes=90), State.SCHEDULED)
    assert {(h.kind, h.busy_from, h.teach_until) for h in held_for("lesson", lesson.id)} == {
        (k, starts, lesson.ends_at) for k in HoldKind
    }
    assert not any(db.session.get_one(Hold, i).active for i in old_holds)
    assert (move.state, move.old_starts_at, move.new_starts_at) == (MoveState.MOVED, STARTS, starts)
    assert scene.order.state is OrderState.SCHEDULED
    assert lesson.cancel_free_until > starts - timedelta(days=7)


def test_the_old_time_stays_in_the_history(desk):
    scene = a_lesson()
    lesson = scene.lesson
    move_to(a_move(scene), MOVED, by=desk, at=NOON)

    row = db.session.scalars(
        sa.select(LessonHistory).where(LessonHistory.owner_id == lesson.id, LessonHistory.action == "move")
    ).one()

    assert row.changed["starts_at"] == [str(STARTS), str(MOVED)]


def test_a_move_onto_a_taken_lecturer_is_refused_and_nothing_moves(desk):
    scene = a_lesson()
    other = settled(a_committee(), lecturer=scene.lecturer, starts_at=APRIL_14[0] + timedelta(hours=2), title="物业")
    operations.schedule(queries.dispatch_of_offer(other.offer.id), [other.offer], by=other.teacher, at=NOON)
    move = a_move(scene)
    before = {(h.id, h.busy_from) for h in held_for("lesson", scene.lesson.id)}
    point = db.session.begin_nested()

    with pytest.raises(Exception) as refused:
        move_to(move, MOVED, by=desk, at=NOON)
    point.rollback()
    db.session.expire_all()

    assert refused.value.status == 409
    assert {(h.id, h.busy_from) for h in held_for("lesson", scene.lesson.id)} == before
    assert scene.lesson.starts_at == STARTS


def test_a_committees_move_waits_for_the_lecturers_yes(desk):
    scene = a_lesson()
    lesson = scene.lesson
    move_to(a_move(scene), MOVED, by=desk, at=NOON)
    seat = lesson.lecturers[0]
    assert (seat.confirmed_at, seat.confirm_by) == (None, NOON + timedelta(hours=48))

    moves.confirm(lesson, seat, True, by=scene.teacher, at=NOON + timedelta(hours=1))

    assert (seat.confirmed_at, lesson.state) == (NOON + timedelta(hours=1), State.SCHEDULED)


def test_the_lecturers_own_wish_is_their_yes(desk):
    scene = a_lesson()
    move_to(a_move(scene, scene.teacher), MOVED, by=desk, at=NOON)

    assert scene.lesson.lecturers[0].confirmed_at == NOON


def test_a_no_to_the_new_time_loses_the_lecturer_and_keeps_the_order(desk):
    scene = a_lesson()
    lesson = scene.lesson
    move_to(a_move(scene), MOVED, by=desk, at=NOON)

    with pytest.raises(Invalid):
        moves.confirm(lesson, lesson.lecturers[0], False, by=scene.teacher, at=NOON)
    moves.confirm(lesson, lesson.lecturers[0], False, by=scene.teacher, at=NOON, reason="那天有事")

    assert (lesson.state, scene.order.state) == (State.CALLED_OFF, OrderState.APPROVED)


def test_an_answer_link_answers_once_for_its_seat_alone(desk):
    scene = a_lesson()
    lesson = scene.lesson
    move_to(a_move(scene), MOVED, by=desk, at=NOON)
    dead = moves.answer_link(lesson, lesson.lecturers[0], by=desk, at=NOON)
    secret = moves.answer_link(lesson, lesson.lecturers[0], by=desk, at=NOON)
    with pytest.raises(LinkDead):
        moves.by_link(dead, NOON)

    found, seat, speaking = moves.by_link(secret, NOON)
    moves.confirm(found, seat, True, by=speaking, at=NOON)

    assert (found.id, seat.confirmed_at, seat.link_hash) == (lesson.id, NOON, None)
    with pytest.raises(LinkDead):
        moves.by_link(secret, NOON)


def test_an_answer_link_dies_at_its_deadline(desk):
    scene = a_lesson()
    move_to(a_move(scene), MOVED, by=desk, at=NOON)
    secret = moves.answer_link(scene.lesson, scene.lesson.lecturers[0], by=desk, at=NOON)

    with pytest.raises(LinkDead):
        moves.by_link(secret, NOON + timedelta(hours=48, seconds=1))


def test_whoever_answers_for_the_lecturer_says_who_said_so(desk):
    scene = a_lesson()
    lesson = scene.lesson
    move_to(a_move(scene), MOVED, by=desk, at=NOON)

    with pytest.raises(Invalid):
        moves.confirm(lesson, lesson.lecturers[0], True, by=desk, at=NOON)
    with pytest.raises(NotYours):
        moves.confirm(lesson, lesson.lecturers[0], True, by=scene.orderer, at=NOON, said="电话")
    moves.confirm(lesson, lesson.lecturers[0], True, by=desk, at=NOON, said="讲师本人 3月2日 电话")

    row = db.session.scalars(sa.select(LessonHistory).where(LessonHistory.action == "confirm")).one()
    assert (row.code, row.words) == ("on_behalf", "讲师本人 3月2日 电话")


def test_one_wish_to_move_at_a_time_and_only_the_desk_moves(desk):
    scene = a_lesson()
    move = a_move(scene)

    with pytest.raises(OpenMove):
        a_move(scene, scene.teacher)
    for by in (scene.orderer, scene.teacher, actor_of(a_town_administrator())):
        with pytest.raises(NotYours):
            move_to(move, MOVED, by=by, at=NOON)


@pytest.mark.parametrize(
    "windows",
    [[], [(NOON - timedelta(hours=2), NOON)], [(APRIL_14[0] + timedelta(days=36500), APRIL_14[1] + timedelta(days=36500))], [(APRIL_14[0], APRIL_14[0] + timedelta(minutes=30))], [(APRIL_14[0] + timedelta(days=n), APRIL_14[1] + timedelta(days=n)) for n in range(11)]],
    ids=["none", "past", "a century away", "too short", "eleven"],
)  # fmt: skip
def test_windows_of_a_move_are_judged(app, windows):
    scene = a_lesson()

    with pytest.raises(Invalid):
        moves.ask_move(scene.lesson, windows=windows, reason="下雨", by=scene.orderer, at=NOON)


def test_the_desk_cannot_move_a_lesson_a_century_away_either(desk):
    scene = a_lesson()
    move = a_move(scene)

    with pytest.raises(Invalid) as refused:
        moves.move_lesson(move, moves.by_hand(scene.lesson, STARTS + timedelta(days=36500)), by=desk, at=NOON)
    assert refused.value.field == "starts_at"
    assert moves.windows_of(move) == [APRIL_14]


def test_what_became_of_a_wish_to_move_stands_in_the_history_with_both_times(desk):
    scene = a_lesson()
    moves.withdraw(a_move(scene), by=scene.orderer, at=NOON)
    move_to(a_move(scene), MOVED, by=desk, at=NOON)

    told = [(row.action, row.words) for row in queries.history_of(scene.lesson.id)][-4:]
    assert [action for action, _words in told] == ["ask_move", "withdraw_move", "ask_move", "move"]
    assert told[-1][1] == "原定4月9日（周四）下午 14:00–15:30，改到4月14日（周二）下午 14:00–15:30。那天停电"


def test_no_move_after_the_lesson_has_begun(desk):
    scene = a_lesson()
    move = a_move(scene)

    with pytest.raises(Begun):
        move_to(move, MOVED, by=desk, at=STARTS)
    with pytest.raises(Begun):
        moves.ask_move(scene.lesson, windows=[APRIL_14], reason="晚了", by=scene.orderer, at=STARTS)


def act_on(move, action, by):
    if action is MoveAction.MOVE:
        move_to(move, MOVED, by=by, at=NOON)
    elif action is MoveAction.REFUSE:
        moves.refuse(move, answer="排不开", by=by, at=NOON)
    else:
        moves.withdraw(move, by=by, at=NOON)


@pytest.mark.parametrize("state", list(MoveState))
@pytest.mark.parametrize("action", list(MoveAction))
def test_the_table_alone_decides_what_becomes_of_a_wish(desk, state, action):
    move = a_move(a_lesson())
    db.session.execute(sa.text("UPDATE move SET state = :s"), {"s": state.value})
    db.session.expire_all()
    move = queries.move_of(desk, move.id)

    if (state, action) in MOVE_NEXT:
        act_on(move, action, desk)
        assert move.state is MOVE_NEXT[state, action]
    else:
        with pytest.raises(IllegalAction):
            act_on(move, action, desk)


def test_a_wish_is_withdrawn_by_its_own_side(app):
    scene = a_lesson()
    move = a_move(scene)

    with pytest.raises(NotYours):
        moves.withdraw(move, by=scene.teacher, at=NOON)
    moves.withdraw(move, by=scene.orderer, at=NOON)

    assert move.state is MoveState.WITHDRAWN


def test_a_lesson_called_off_takes_its_open_wish_along(app):
    scene = a_lesson()
    move = a_move(scene)

    operations.call_off(scene.lesson, by=scene.orderer, at=NOON, reason="不办了")

    assert move.state is MoveState.WITHDRAWN


def test_the_desk_is_shown_times_that_pass_every_rule_now(desk):
    scene = a_lesson()
    other = settled(a_committee(), lecturer=scene.lecturer, starts_at=APRIL_14[0] + timedelta(hours=2), title="物业")
    operations.schedule(queries.dispatch_of_offer(other.offer.id), [other.offer], by=other.teacher, at=NOON)
    move = moves.ask_move(
        scene.lesson,
        windows=[APRIL_14, (STARTS + timedelta(days=7), ENDS + timedelta(days=7))],
        reason="停电",
        by=scene.orderer,
        at=NOON,
    )

    found = [o for o in moves.options(move, NOON) if o.same_lecturer]

    assert {clock.day_of(o.pick.starts_at) for o in found} == {date(2026, 4, 16)}
    for one in found:
        assert one.pick.lecturer_id == scene.lecturer.id
        assert one.ends_at <= other.lesson.starts_at or one.pick.starts_at >= other.lesson.ends_at


def test_the_chain_is_whole_after_a_lesson_was_made_moved_and_held(desk):
    scene = a_lesson()
    move_to(a_move(scene), MOVED, by=desk, at=NOON)
    moves.confirm(scene.lesson, scene.lesson.lecturers[0], True, by=scene.teacher, at=NOON)
    db.session.commit()

    assert verify(KEY_FOR_AUDIT).broken == ()


def test_rooms_of_two_settled_dispatches_do_not_mix(app):
    first, second = a_lesson(), a_lesson(a_committee(), title="物业")

    assert {h.resource_id for h in held_for("lesson", second.lesson.id) if h.kind is HoldKind.VENUE} == {
        own_room_of(second.committee).id
    }
    assert first.lesson.id != second.lesson.id

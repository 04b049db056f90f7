"""The whole way on both databases: order → check → dispatch → offer → lesson → attendance → rating, and the ways back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.calendar.queries import held_for
from catalogue.core import outbox
from catalogue.core.audit import verify
from catalogue.core.db import db, is_postgresql
from catalogue.core.errors import Invalid
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.models import Offer
from catalogue.dispatch.states import OfferAction, OfferState
from catalogue.dispatch.states import State as DispatchState
from catalogue.lessons import attendance, moves, operations, queries
from catalogue.lessons.errors import NotYours
from catalogue.lessons.models import Lesson, MissedBy
from catalogue.lessons.states import State
from catalogue.notices.models import Message
from catalogue.orders import operations as ordering
from catalogue.orders.states import State as OrderState
from catalogue.ratings import operations as rating
from catalogue.ratings import queries as ratings
from tests.dispatch.making import LATER, a_case, an_approved, offers_of, picks_of
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    a_dispatcher,
    a_lecturer,
    a_town_administrator,
    actor_of,
    an_approver,
    an_orderer,
)
from tests.orders.making import a_scene, submitted


def accept(dispatch, teachers):
    """Every open offer of a dispatch is accepted by its lecturer."""
    for offer in offers_of(dispatch):
        if offer.state is OfferState.OPEN:
            teacher = next(t for t in teachers if t.id == offer.lecturer_id)
            dispatching.answer(offer, OfferAction.ACCEPT, by=actor_of(teacher), at=LATER)


def test_an_order_goes_all_the_way_and_everybody_hears_of_it(app):
    scene, town, approver, desk = a_scene(), a_town_administrator(), an_approver(), a_dispatcher()
    teacher = a_lecturer("讲师07", scene.course)
    order = submitted(scene)
    ordering.approve(order, by=actor_of(town), at=NOON)
    dispatch = dispatching.propose([order], picks_of(order)[:1], by=actor_of(desk), at=NOON)
    dispatching.approve(dispatch, by=actor_of(approver), at=LATER)
    accept(dispatch, [teacher])

    lesson = queries.of_order(order.id)
    assert (lesson.state, order.state, dispatch.state) == (State.SCHEDULED, OrderState.SCHEDULED, DispatchState.SETTLED)
    assert sorted(h.kind.value for h in held_for("lesson", lesson.id)) == ["lecturer", "organisation", "venue"]
    over = lesson.ends_at
    attendance.count(lesson, lesson.parties[0], here=30, online=0, by=scene.orderer, at=over)
    operations.deliver(lesson, by=scene.orderer, at=over)
    opened = ratings.visible(scene.orderer, ratings.of_lesson(lesson.id)[0].id)
    rating.give(opened, content=5, delivery=5, usefulness=4, by=scene.orderer, at=over)
    assert order.state is OrderState.CLOSED
    ids = (scene.orderer.person_id, teacher.person_id, approver.id, town.id)
    db.session.commit()

    outbox.deliver(over)

    heard = {i: set(db.session.scalars(sa.select(Message.kind).where(Message.person_id == i))) for i in ids}
    assert heard[ids[0]] == {"order_approved"}  # what was overtaken by then is not told any more
    assert heard[ids[1]] == {"rating_given"}
    assert (heard[ids[2]], heard[ids[3]]) == (set(), set())
    assert verify(KEY_FOR_AUDIT).broken == ()


def test_two_seats_make_one_lesson_when_both_are_filled(app):
    order, _course, teachers = a_case(2, lecturers_needed=2)
    dispatch = an_approved(order, lecturers=2)
    first, second = offers_of(dispatch)
    by = {t.id: actor_of(t) for t in teachers}

    dispatching.answer(first, OfferAction.ACCEPT, by=by[first.lecturer_id], at=LATER)
    assert queries.of_order(order.id) is None
    dispatching.answer(second, OfferAction.ACCEPT, by=by[second.lecturer_id], at=LATER)

    lesson = queries.of_order(order.id)
    assert sorted(seat.lecturer_id for seat in lesson.lecturers) == sorted(by)
    assert len(held_for("lesson", lesson.id)) == 4


def test_a_lost_lecturer_leaves_the_order_to_be_dispatched_again(app):
    order, _course, teachers = a_case(2)
    dispatch = an_approved(order)
    accept(dispatch, teachers)
    lesson = queries.of_order(order.id)
    lost = next(t for t in teachers if t.id == lesson.lecturers[0].lecturer_id)

    operations.lose_lecturer(lesson, by=actor_of(lost), at=LATER, reason="病了")

    assert (order.state, dispatch.state, held_for("lesson", lesson.id)) == (
        OrderState.APPROVED,
        DispatchState.ENDED,
        [],
    )
    assert [pick.lecturer_id for pick in picks_of(order)] == [t.id for t in teachers if t is not lost]
    again = an_approved(order)
    accept(again, teachers)
    assert queries.of_order(order.id).id != lesson.id


def a_lesson_of_two():
    order, _course, teachers = a_case(2, lecturers_needed=2)
    accept(an_approved(order, lecturers=2), teachers)
    return order, queries.of_order(order.id), teachers


def askable(order) -> set[int]:
    return {pick.lecturer_id for pick in picks_of(order)}


def reasons_of(lesson) -> dict[int, str]:
    return {o.lecturer_id: o.reason_code for o in db.session.scalars(sa.select(Offer).where(Offer.dispatch_id == lesson.dispatch_id))}  # fmt: skip


def test_of_two_lecturers_only_the_one_who_cannot_come_is_not_asked_again(app):
    order, lesson, (ill, well) = a_lesson_of_two()

    operations.lose_lecturer(lesson, by=actor_of(ill), at=LATER, reason="病了")

    assert (order.state, askable(order)) == (OrderState.APPROVED, {well.id})
    assert reasons_of(lesson) == {ill.id: "lecturer_lost", well.id: "called_off"}
    assert queries.history_of(lesson.id)[-1].words == f"{ill.display_name}：病了"


def test_a_lecturer_does_not_say_that_the_other_cannot_come(app):
    _order, lesson, (one, other) = a_lesson_of_two()

    with pytest.raises(NotYours):
        operations.lose_lecturer(lesson, by=actor_of(one), at=LATER, reason="病了", lecturer_ids=[other.id])

    assert lesson.state is State.SCHEDULED


def test_the_desk_says_which_of_two_cannot_come(app):
    order, lesson, (one, other) = a_lesson_of_two()
    desk = actor_of(a_dispatcher())

    for wrong in ((), (10**6,), (one.id, 10**6)):
        with pytest.raises(Invalid) as refused:
            operations.lose_lecturer(lesson, by=desk, at=LATER, reason="病了", lecturer_ids=wrong)
        assert refused.value.field == "lecturer"
    operations.lose_lecturer(lesson, by=desk, at=LATER, reason="病了", lecturer_ids=[other.id])

    assert askable(order) == {one.id}


def test_both_of_two_may_be_lost(app):
    order, lesson, both = a_lesson_of_two()

    operations.lose_lecturer(
        lesson, by=actor_of(a_dispatcher()), at=LATER, reason="停运", lecturer_ids=[t.id for t in both]
    )

    assert askable(order) == set()


def test_a_no_to_a_move_costs_only_who_said_it(app):
    order, lesson, (one, other) = a_lesson_of_two()
    desk, start = actor_of(a_dispatcher()), lesson.starts_at + timedelta(days=7)
    move = moves.ask_move(lesson, windows=[(start, start + timedelta(hours=2))], reason="停电", by=desk, at=LATER)
    moves.move_lesson(move, moves.by_hand(lesson, start), by=desk, at=LATER)
    seats = {seat.lecturer_id: seat for seat in lesson.lecturers}
    moves.confirm(lesson, seats[one.id], True, by=actor_of(one), at=LATER)

    moves.confirm(lesson, seats[other.id], False, by=actor_of(other), at=LATER, reason="那天没空")

    assert (lesson.state, order.state, askable(order)) == (State.CALLED_OFF, OrderState.APPROVED, {one.id})


def test_a_lecturer_who_came_is_not_blamed_for_the_one_who_did_not(app):
    _order, lesson, (came, missing) = a_lesson_of_two()
    begun = lesson.starts_at + timedelta(minutes=20)
    desk = actor_of(a_dispatcher())

    with pytest.raises(Invalid):
        operations.miss(lesson, MissedBy.LECTURER, by=desk, at=begun, reason="没来")
    operations.miss(lesson, MissedBy.LECTURER, by=desk, at=begun, reason="没来", lecturer_ids=[missing.id])

    assert (lesson.state, reasons_of(lesson)) == (
        State.MISSED,
        {came.id: "called_off", missing.id: "lecturer_missed"},
    )
    assert queries.history_of(lesson.id)[-1].words == f"{missing.display_name}：没来"


def test_whoever_ends_a_lesson_locks_its_orders_before_its_row(app, statements):
    order, _course, teachers = a_case(1)
    accept(an_approved(order), teachers)
    lesson = queries.of_order(order.id)
    lost = actor_of(teachers[0])

    with statements() as sent:
        lesson = queries.of_order(order.id)
        sent.clear()
        operations.lose_lecturer(lesson, by=lost, at=LATER, reason="病了")

    locks = [n for n, one in enumerate(sent) if "FOR NO KEY UPDATE" in one]
    writes = [n for n, one in enumerate(sent) if one.startswith("UPDATE lesson ")]
    assert writes
    assert locks[:1] < writes[:1] if is_postgresql() else locks == []


def test_a_cancelled_order_ends_lesson_dispatch_and_holds_at_once(app):
    order, _course, teachers = a_case(1)
    dispatch = an_approved(order)
    accept(dispatch, teachers)
    lesson = queries.of_order(order.id)

    ordering.cancel(
        order,
        by=actor_of(an_orderer(db.session.get_one(type(lesson.organisation), order.organisation_id))),
        at=LATER,
        code="people",
    )

    assert (lesson.state, dispatch.state, held_for("lesson", lesson.id)) == (State.CALLED_OFF, DispatchState.ENDED, [])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lesson)) == 1


def test_a_dispatched_lesson_moves_with_two_lecturers_or_not_at_all(app):
    order, _course, teachers = a_case(2, lecturers_needed=2)
    dispatch = an_approved(order, lecturers=2)
    accept(dispatch, teachers)
    lesson, desk = queries.of_order(order.id), actor_of(a_dispatcher())
    start = lesson.starts_at + timedelta(days=7)
    move = moves.ask_move(lesson, windows=[(start, start + timedelta(hours=2))], reason="停电", by=desk, at=LATER)

    moves.move_lesson(move, moves.by_hand(lesson, start), by=desk, at=LATER)

    assert {h.busy_from for h in held_for("lesson", lesson.id)} == {start}
    assert [seat.confirmed_at for seat in lesson.lecturers] == [None, None]

"""待办: what each person owes since when and until when, and what becomes of it when it is done or missed."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.models import Outbox
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.states import Mode, OfferAction
from catalogue.duties import operations, queries
from catalogue.duties.models import Duty, Kind
from catalogue.lessons import attendance
from catalogue.lessons import operations as lessons
from catalogue.orders import operations as ordering
from catalogue.orders.states import State
from catalogue.ratings.models import Rating
from tests.dispatch.making import LATER, a_case, a_proposal, an_approved, offers_of
from tests.factories import (
    NOON,
    a_dispatcher,
    a_district_administrator,
    a_town_administrator,
    a_window,
    actor_of,
    an_approver,
    an_order,
    an_orderer,
)
from tests.lessons.making import BEGUN, OVER, a_lesson


def owed(person, at=LATER):
    """Kind and thing of each duty of a person."""
    return [(d.kind, d.subject_id) for d in queries.listed(actor_of(person), at).rows]


@pytest.fixture
def settled(app):
    """Ends the transaction, so that duties are settled as after a request."""
    return db.session.commit


def test_a_submitted_order_is_the_towns_to_check_until_the_day_it_was_promised(settled):
    town, desk = a_town_administrator(), a_dispatcher()
    order = an_order(state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON)
    operations.settle("order", order.id, NOON)
    settled()

    (duty,) = queries.open_of("order", order.id)

    assert (duty.kind, duty.role, duty.place_id) == (Kind.CHECK_ORDER, Role.TOWN_ADMINISTRATOR, order.town_id)
    assert (duty.since, duty.due_at) == (NOON, NOON + timedelta(days=2))
    assert owed(town) == [(Kind.CHECK_ORDER, order.id)]
    assert owed(desk) == []
    assert owed(an_orderer()) == []


def test_whoever_handed_it_in_does_not_owe_the_check(settled):
    town, other = a_town_administrator(), a_town_administrator()
    order = an_order(
        state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON, submitted_by_id=town.id
    )
    operations.settle("order", order.id, NOON)
    settled()

    assert (owed(town), owed(other)) == ([], [(Kind.CHECK_ORDER, order.id)])


def test_a_check_hands_the_duty_on_to_the_desk(settled):
    town, desk = a_town_administrator(), a_dispatcher()
    order = an_order(state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON)
    operations.settle("order", order.id, NOON)
    settled()

    ordering.approve(order, by=actor_of(town), at=LATER)
    settled()

    assert (owed(town), owed(desk)) == ([], [(Kind.DISPATCH_ORDER, order.id)])
    first = db.session.scalars(sa.select(Duty).where(Duty.kind == Kind.CHECK_ORDER)).one()
    assert first.closed_at == LATER


def test_a_proposal_is_a_second_persons_to_approve_and_the_lecturers_to_answer_after_that(settled):
    desk, second = a_dispatcher(), an_approver()
    order, _course, (teacher,) = a_case()
    dispatch = a_proposal(order, by=desk)
    settled()
    assert (owed(desk), owed(second)) == ([], [(Kind.APPROVE_DISPATCH, dispatch.id)])

    dispatching.approve(dispatch, by=actor_of(second), at=LATER)
    settled()

    (offer,) = offers_of(dispatch)
    person = db.session.get_one(type(desk), teacher.person_id)
    assert owed(second) == []
    assert owed(person) == [(Kind.ANSWER_OFFER, offer.id)]
    (duty,) = queries.open_of("offer", offer.id)
    assert (duty.due_at, duty.climb_at) == (offer.answer_by, None)


def test_an_open_claim_is_owed_by_nobody(settled):
    order, _course, teachers = a_case(2)
    dispatch = an_approved(order, lecturers=2, mode=Mode.CLAIM)
    settled()

    assert len(offers_of(dispatch)) == 2
    people = [db.session.get_one(Person, teacher.person_id) for teacher in teachers]
    assert [owed(person) for person in people] == [[], []]


def test_a_list_that_is_used_up_asks_the_desk_again(settled):
    desk = a_dispatcher()
    order, _course, (teacher,) = a_case()
    dispatch = an_approved(order)
    (offer,) = offers_of(dispatch)
    settled()

    dispatching.answer(offer, OfferAction.DECLINE, by=actor_of(teacher), at=LATER, code="busy")
    settled()

    assert owed(desk) == [(Kind.DISPATCH_AGAIN, order.id)]


def test_a_lesson_is_owed_an_account_only_once_it_is_over(settled):
    scene = a_lesson()
    settled()

    assert owed(scene.orderer_person, BEGUN) == []
    assert owed(scene.orderer_person, OVER) == [(Kind.ACCOUNT_LESSON, scene.lesson.id)]


def test_a_delivered_lesson_asks_for_rating_and_report_and_no_account_any_more(settled):
    scene = a_lesson()
    lesson = scene.lesson
    attendance.count(lesson, lesson.parties[0], here=30, online=0, by=scene.orderer, at=OVER)
    lessons.deliver(lesson, by=scene.orderer, at=OVER)
    settled()

    rating = db.session.scalars(sa.select(Rating)).one()
    person = db.session.get_one(type(scene.orderer_person), scene.lecturer.person_id)
    assert owed(scene.orderer_person, OVER) == [(Kind.RATE_LESSON, rating.id)]
    assert owed(person, OVER) == [(Kind.WRITE_REPORT, lesson.id)]


def test_a_missed_duty_climbs_one_level_once_and_that_level_is_told_once(settled):
    town, district = a_town_administrator(), a_district_administrator()
    order = an_order(state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON)
    operations.settle("order", order.id, NOON)
    settled()
    missed = NOON + timedelta(days=2)

    operations.sweep(missed - timedelta(minutes=1))
    assert owed(district, missed) == []
    settled()
    operations.sweep(missed)
    operations.sweep(missed + timedelta(minutes=1))

    assert owed(town, missed) == [(Kind.CHECK_ORDER, order.id)]
    assert owed(district, missed) == [(Kind.CHECK_ORDER, order.id)]
    assert db.session.scalars(sa.select(Outbox.kind).where(Outbox.subject == "duty")).all() == ["duty_climbed"]


def test_settling_again_changes_nothing(settled):
    order = an_order(state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON)
    for _n in range(3):
        operations.settle("order", order.id, LATER)
        settled()

    assert len(queries.open_of("order", order.id)) == 1


def test_a_role_that_ended_owes_nothing(settled):
    town = a_town_administrator()
    order = an_order(state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON)
    operations.settle("order", order.id, NOON)
    settled()

    assert owed(town) == [(Kind.CHECK_ORDER, order.id)]
    db.session.execute(sa.text("UPDATE membership SET ends_on = starts_on WHERE person_id = :p"), {"p": town.id})
    settled()
    assert owed(town) == []


@pytest.mark.parametrize(
    ("day", "due"),
    [(date(2026, 4, 9), date(2026, 3, 12)), (date(2026, 3, 9), date(2026, 3, 5)), (date(2026, 3, 3), date(2026, 3, 3))],
)
def test_an_order_is_sent_somebody_before_its_first_time_is_too_near(settled, day, due):
    order = an_order(windows=[a_window(day)])
    operations.settle("order", order.id, NOON)
    settled()

    (duty,) = queries.open_of("order", order.id)

    assert (duty.kind, clock.day_of(duty.due_at)) == (Kind.DISPATCH_ORDER, due)

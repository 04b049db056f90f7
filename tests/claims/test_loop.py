"""More than a week of asking one after the other: silence, no after no, somebody lost in between, and exactly whom it is told."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from catalogue.accounts.models import Person
from catalogue.core import clock, outbox
from catalogue.core.db import db
from catalogue.dispatch import candidates, operations, queries
from catalogue.dispatch.models import CorpsAsk, Dispatch, DispatchHistory, Offer
from catalogue.dispatch.states import AskState, ModeFrom, OfferState, State
from catalogue.lecturers.models import Appointment, AvailabilityException, Corps, CorpsMember, CorpsRole, Lecturer
from catalogue.lessons.models import Lesson
from catalogue.notices.models import Message
from catalogue.orders import operations as ordering
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Organisation
from tests.claims.making import says
from tests.dispatch.making import LATER, a_case, a_proposal
from tests.factories import (
    NOON,
    a_dispatcher,
    a_lecturer,
    a_town_administrator,
    actor_of,
    an_approver,
    an_orderer,
    save,
)

STEP = timedelta(hours=4)
Habit = Callable[[Offer], bool | None]  # what a lecturer says to an offer: yes, no, or nothing


@pytest.fixture
def weeks(app):
    """Lives through weeks: what is due expires, what is told arrives, and each lecturer says what their habit is."""

    def live(dispatch_id: int, habits: dict[int, bool], days: int = 9, on: dict[int, Callable[[], None]] | None = None):
        db.session.commit()
        start = clock.now()
        for turn in range(days * 6):
            at = start + (turn + 1) * STEP
            with time_machine.travel(at, tick=False):
                if on and turn in on:
                    on[turn]()
                    db.session.commit()
                operations.sweep(at)
                outbox.deliver(at)
                for offer in db.session.scalars(sa.select(Offer).where(Offer.state == OfferState.OPEN)).all():
                    if offer.lecturer_id in habits and at >= offer.made_at + STEP:
                        says(offer, habits[offer.lecturer_id], at=at)
                db.session.commit()

    return live


def a_list(lecturers: int) -> tuple[Dispatch, list[int], Order]:
    """An approved ranked list: the dispatch, its lecturers in order, the order."""
    order, _course, _teachers = a_case(lecturers)
    dispatch = a_proposal(order, lecturers=lecturers)
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)
    return dispatch, [c.lecturer_id for c in queries.loaded(dispatch.id).candidates], order


def asked() -> list[tuple[int, OfferState]]:
    return [tuple(row) for row in db.session.execute(sa.select(Offer.lecturer_id, Offer.state).order_by(Offer.id))]


def heard(kind: str) -> Counter:
    """Person → how often they were told this."""
    return Counter(db.session.scalars(sa.select(Message.person_id).where(Message.kind == kind)))


def persons(*lecturer_ids: int) -> Counter:
    return Counter(db.session.scalars(sa.select(Lecturer.person_id).where(Lecturer.id.in_(lecturer_ids))))


def test_when_nobody_ever_answers_each_is_asked_once_and_the_desk_hears_the_end_once(weeks):
    dispatch, listed, order = a_list(3)
    dispatch_id, order_id, proposer = dispatch.id, order.id, dispatch.proposed_by_id

    weeks(dispatch_id, {})

    assert asked() == [(one, OfferState.EXPIRED) for one in listed]
    assert heard("offer_made") == heard("offer_reminder") == persons(*listed)
    assert heard("offer_expired") == {proposer: 3}
    assert heard("dispatch_ended") == {proposer: 1}
    assert db.session.get_one(Dispatch, dispatch_id).state is State.ENDED
    assert db.session.get_one(Order, order_id).state is OrderState.APPROVED


def test_no_after_no_the_third_says_yes_and_nobody_after_is_asked(weeks):
    dispatch, listed, _order = a_list(4)

    weeks(dispatch.id, {listed[0]: False, listed[1]: False, listed[2]: True})

    no, yes = OfferState.DECLINED, OfferState.ACCEPTED
    assert asked() == [(listed[0], no), (listed[1], no), (listed[2], yes)]
    assert heard("offer_made") == persons(*listed[:3])
    assert heard("offer_reminder") == Counter()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lesson)) == 1


def test_whoever_stopped_is_appointed_no_longer_or_is_away_is_passed_over_with_the_reason(weeks):
    dispatch, listed, _order = a_list(5)
    rows = queries.loaded(dispatch.id).candidates
    day, skipped = rows[0].starts_at.date(), [c.id for c in rows[1:4]]

    def trouble() -> None:
        db.session.get_one(Lecturer, listed[1]).ended_on = clock.day_of(NOON)
        db.session.execute(
            sa.update(Appointment).where(Appointment.lecturer_id == listed[2]).values(ends_on=day - timedelta(days=1))
        )
        save(AvailabilityException(lecturer_id=listed[3], day=day, half_day="afternoon", free=False))

    weeks(dispatch.id, {listed[4]: True}, on={3: trouble})

    assert asked() == [(listed[0], OfferState.EXPIRED), (listed[4], OfferState.ACCEPTED)]
    passed = db.session.execute(
        sa.select(DispatchHistory.subject_id, DispatchHistory.words).where(DispatchHistory.action == "pass_over").order_by(DispatchHistory.id)
    ).all()  # fmt: skip
    assert [row.subject_id for row in passed] == skipped
    assert all(row.words for row in passed)
    assert "聘期" in passed[1].words


def test_a_list_whose_last_ones_cannot_come_any_more_ends_at_the_desk(weeks):
    dispatch, listed, _order = a_list(2)
    proposer = dispatch.proposed_by_id

    def trouble() -> None:
        db.session.get_one(Lecturer, listed[1]).ended_on = clock.day_of(NOON)

    weeks(dispatch.id, {listed[0]: False}, on={0: trouble})

    assert asked() == [(listed[0], OfferState.DECLINED)]
    assert heard("dispatch_ended") == {proposer: 1}


def test_who_declined_or_was_withdrawn_is_not_asked_again_for_this_order(weeks):
    dispatch, listed, order = a_list(3)
    by = actor_of(a_dispatcher())
    order_id = order.id

    def take_back() -> None:
        offer = db.session.scalars(sa.select(Offer).where(Offer.state == OfferState.OPEN)).one()
        operations.withdraw(offer, by=by, at=clock.now(), words="换一位")

    weeks(dispatch.id, {listed[0]: False}, on={4: take_back})

    assert [state for _one, state in asked()] == [OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.EXPIRED]
    left = {row.pick.lecturer_id for row in candidates.ranking(order_id, clock.now()).rows}
    assert left == {listed[2]}


def test_a_cancelled_order_asks_nobody_any_more(weeks):
    dispatch, listed, order = a_list(3)
    by, order_id = actor_of(an_orderer(order.organisation)), order.id

    def cancel() -> None:
        ordering.cancel(db.session.get_one(Order, order_id), by=by, at=clock.now(), code="time")

    weeks(dispatch.id, {}, on={13: cancel})

    assert asked() == [(listed[0], OfferState.EXPIRED), (listed[1], OfferState.WITHDRAWN)]
    assert heard("offer_withdrawn") == persons(listed[1])
    assert heard("dispatch_ended") == Counter()


# ── an order asked of a corps ───────────────────────────────────────────────────────────────────


def a_corps_order() -> tuple[Order, Lecturer, Lecturer]:
    """Handed in and not checked yet; its corps' leader and member."""
    order, _course, (member,) = a_case(state=OrderState.SUBMITTED)
    leader = a_lecturer("")
    corps = save(Corps(district_id=order.district_id, organisation_id=order.district_id, name="老兵宣讲团"))
    for lecturer, role in ((member, CorpsRole.MEMBER), (leader, CorpsRole.LEADER)):
        save(CorpsMember(corps_id=corps.id, lecturer_id=lecturer.id, role=role, joined_on=NOON.date()))
    order.corps_id = corps.id
    return order, leader, member


def test_the_leader_names_the_member_and_the_member_accepts(app, client):
    order, leader, member = a_corps_order()
    ordering.approve(order, by=actor_of(a_town_administrator()), at=NOON)
    db.session.commit()
    outbox.deliver(NOON)
    assert heard("corps_asked") == persons(leader.id)

    client.sign_in(db.session.get_one(Person, leader.person_id))
    assert "3月5日" in client.get("/offers/corps/").text
    pick = candidates.ranking(order.id, NOON).rows[0].pick
    done = client.send(f"/offers/corps/{order.id}", {"orders": str(order.id), "one": pick.key})
    dispatch = db.session.scalars(sa.select(Dispatch)).one()
    client.sign_in(an_approver())
    client.send(f"/dispatch/{dispatch.number}", {"act": "approve", "version": str(dispatch.version)})
    offer = db.session.scalars(sa.select(Offer)).one()
    client.sign_in(db.session.get_one(Person, member.person_id))
    client.send(f"/offers/{offer.id}", {"say": "yes", "version": str(offer.version)})

    assert (done.status_code, dispatch.mode_from, offer.lecturer_id) == (302, ModeFrom.ORDER, member.id)
    db.session.commit()
    with time_machine.travel(NOON + timedelta(days=5), tick=False):
        operations.sweep(clock.now())
        outbox.deliver(clock.now())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lesson)) == 1
    assert db.session.scalars(sa.select(CorpsAsk.state)).all() == [AskState.NAMED]
    assert heard("corps_silent") == Counter()


def test_a_leader_who_says_nothing_is_the_desks_task_and_the_desk_sends_somebody(weeks, client):
    order, leader, _member = a_corps_order()
    desk = a_dispatcher()
    order_id, desk_id, leader_id = order.id, desk.id, leader.id
    ordering.approve(order, by=actor_of(a_town_administrator()), at=NOON)

    weeks(0, {}, days=4)

    assert (heard("corps_asked"), heard("corps_silent")) == (persons(leader_id), {desk_id: 1})
    client.sign_in(db.session.get_one(Person, desk_id))
    assert "宣讲团到时没定谁去" in client.get(f"/dispatch/?o={order_id}").text
    pick = candidates.ranking(order_id, NOON).rows[0].pick
    assert client.send("/dispatch/", {"orders": str(order_id), "one": pick.key}).status_code == 302


@pytest.mark.parametrize("gone", ["cancel", "return"])
def test_an_order_that_is_gone_asks_no_leader_any_more(weeks, gone):
    order, _leader, _member = a_corps_order()
    town, desk, committee = (
        actor_of(a_town_administrator()),
        a_dispatcher(),
        an_orderer(db.session.get_one(Organisation, order.organisation_id)),
    )
    ordering.approve(order, by=town, at=NOON)
    if gone == "cancel":
        ordering.cancel(order, by=actor_of(committee), at=NOON, code="time")
    else:
        ordering.send_back(order, by=actor_of(desk), at=NOON, reason="请补一句")

    weeks(0, {}, days=4)

    assert db.session.scalars(sa.select(CorpsAsk.state)).all() == [AskState.ENDED]
    assert heard("corps_asked") == heard("corps_silent") == Counter()


def test_a_dispatch_that_came_to_nothing_asks_the_leader_anew(weeks):
    order, leader, member = a_corps_order()
    order_id = order.id
    ordering.approve(order, by=actor_of(a_town_administrator()), at=NOON)
    dispatch = operations.propose(
        [order], [candidates.ranking(order_id, NOON).rows[0].pick], by=actor_of(leader), at=NOON
    )
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)

    weeks(dispatch.id, {member.id: False}, days=1)

    states = db.session.scalars(sa.select(CorpsAsk.state).order_by(CorpsAsk.id)).all()
    assert states == [AskState.NAMED, AskState.OPEN]

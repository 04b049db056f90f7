"""Exactly the right people are told, once, and nothing that is not true any more."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import outbox
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.models import Outbox
from catalogue.dispatch import states as dispatches
from catalogue.dispatch.events import OfferDeclined, OfferMade, OfferWithdrawn
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.lessons import attendance, moves, operations
from catalogue.lessons import queries as lessons
from catalogue.notices import audience, queries, reactions, tasks
from catalogue.notices.kinds import Kind
from catalogue.notices.models import Message
from catalogue.notices.operations import mark_all_read, tell
from catalogue.notices.sentences import URLS, WORDS, say
from catalogue.orders import operations as ordering
from catalogue.organisations.models import OrganisationLink
from catalogue.ratings import operations as rating
from catalogue.ratings import queries as ratings
from tests.factories import (
    NOON,
    a_committee,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_person,
    a_town,
    a_town_administrator,
    actor_of,
    an_approver,
    an_order,
    an_orderer,
    save,
    the_district,
)
from tests.lessons.making import APRIL_14, OVER, STARTS, a_lesson, settled
from tests.orders.making import a_scene, submitted


def deliver(at=NOON) -> int:
    """Commits what the test did and delivers what is due. Rows of the test are let go: keep ids."""
    db.session.commit()
    return outbox.deliver(at)


def told() -> dict[str, set[int]]:
    """Kind → persons who have a message of it."""
    found: dict[str, set[int]] = {}
    for kind, person in db.session.execute(sa.select(Message.kind, Message.person_id)):
        found.setdefault(kind, set()).add(person)
    db.session.rollback()
    return found


def bystanders() -> None:
    """People of the same roles who have nothing to do with it: something that could leak."""
    far = a_town("朱家角镇")
    an_orderer(a_committee("外镇居民区", far))
    a_town_administrator(far)
    a_dispatcher(a_district())
    a_lecturer()
    a_person("", the_district(), Role.AUDITOR)


def test_every_kind_has_its_audience_its_words_and_its_delivery():
    assert set(audience.RULES) == set(Kind) == set(WORDS)
    assert set(tasks.DELIVERIES) == {kind.value for kind in Kind}


# ── orders ──────────────────────────────────────────────────────────────────────────────────────


def test_a_submitted_order_is_told_to_the_towns_administrators_alone(app):
    scene, town, second = a_scene(), a_town_administrator(), a_town_administrator()
    bystanders()
    submitted(scene)

    deliver()

    assert told() == {"order_submitted": {town.id, second.id}}


def test_an_administrator_who_orders_on_behalf_is_not_asked_to_check_it(app):
    scene, town, second = a_scene(), a_town_administrator(), a_town_administrator()
    submitted(scene, by=actor_of(town))

    deliver()

    assert told() == {"order_submitted": {second.id}}


def test_what_the_town_decides_is_told_to_the_committees_orderers(app):
    scene, town = a_scene(), a_town_administrator()
    colleague = an_orderer(scene.committee)
    bystanders()
    order = submitted(scene)
    ordering.approve(order, by=actor_of(town), at=NOON)

    deliver()

    assert told() == {"order_approved": {scene.orderer.person_id, colleague.id}}


def test_a_merged_committees_people_hear_of_their_predecessors_orders(app):
    scene, town = a_scene(), a_town_administrator()
    successor = a_committee("合并后的居民区")
    save(OrganisationLink(predecessor_id=scene.committee.id, successor_id=successor.id, how="merge", on=NOON.date()))
    new = an_orderer(successor)
    order = submitted(scene)
    ordering.send_back(order, by=actor_of(town), at=NOON, reason="人数？")

    deliver()

    assert new.id in told()["order_returned"]


def test_a_role_that_ended_is_not_told(app):
    scene, town = a_scene(), a_town_administrator()
    db.session.execute(sa.text("UPDATE membership SET ends_on = '2026-03-01' WHERE person_id = :p"), {"p": town.id})
    submitted(scene)

    deliver()

    assert told() == {}


def test_a_cancelled_order_is_not_asked_to_be_checked_any_more(app):
    scene, town = a_scene(), a_town_administrator()
    order = submitted(scene)
    ordering.cancel(order, by=scene.orderer, at=NOON, code="mistake")

    deliver()

    assert told() == {"order_cancelled": {town.id}}


# ── once ────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_delivered_twice_is_one_message(app):
    scene, town = a_scene(), a_town_administrator()
    submitted(scene)
    deliver()
    with transaction(writes=True):
        db.session.execute(sa.update(Outbox).values(done_at=None, lease_until=None))

    outbox.deliver(NOON)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1
    assert told() == {"order_submitted": {town.id}}


def test_two_persons_one_row_two_messages_and_again_none(app):
    row = Outbox(id=1, kind="x", subject="order", subject_id=1, payload={}, key="k")
    people = [a_person().id, a_person().id]

    for _again in range(2):
        tell(row, people, NOON)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


# ── dispatches and offers ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def asked(app):
    """An open offer whose dispatch was proposed by a dispatcher."""
    scene = settled()
    db.session.execute(sa.update(Offer).values(state=dispatches.OfferState.OPEN))
    db.session.expire_all()
    bystanders()
    for row in (scene.offer, scene.lecturer, scene.dispatch):
        db.session.refresh(row)
    return scene


def test_an_offer_is_told_to_its_lecturer_and_a_reminder_comes_while_it_is_open(asked):
    reactions.on_offer_made(OfferMade(asked.offer.id, "secret"), by=actor_of(a_dispatcher()), at=NOON)

    deliver()
    assert told() == {"offer_made": {asked.lecturer.person_id}}
    deliver(asked.offer.remind_at)
    assert told()["offer_reminder"] == {asked.lecturer.person_id}
    assert "secret" not in str(db.session.execute(sa.select(Outbox.payload, Outbox.key)).all())


def test_an_offer_withdrawn_before_it_was_told_says_nothing(asked):
    by = actor_of(a_dispatcher())
    reactions.on_offer_made(OfferMade(asked.offer.id, "secret"), by=by, at=NOON)
    db.session.execute(sa.update(Offer).values(state=dispatches.OfferState.WITHDRAWN))
    db.session.expire_all()
    reactions.on_offer_withdrawn(OfferWithdrawn(asked.offer.id), by=by, at=NOON)

    deliver()
    deliver(asked.offer.remind_at)

    assert told() == {}


def test_an_offer_withdrawn_after_it_was_told_is_taken_back_in_words(asked):
    by, lecturer, offer_id = actor_of(a_dispatcher()), asked.lecturer.person_id, asked.offer.id
    reactions.on_offer_made(OfferMade(offer_id, "secret"), by=by, at=NOON)
    deliver()
    db.session.execute(sa.update(Offer).values(state=dispatches.OfferState.WITHDRAWN))
    db.session.expire_all()
    reactions.on_offer_withdrawn(OfferWithdrawn(offer_id), by=by, at=NOON)

    deliver()

    assert told() == {kind: {lecturer} for kind in ("offer_made", "offer_withdrawn")}


def test_a_declined_offer_is_told_to_the_proposer_and_the_desk(asked):
    other = a_dispatcher()
    db.session.execute(sa.update(Offer).values(state=dispatches.OfferState.DECLINED))
    db.session.expire(asked.offer)
    reactions.on_offer_unanswered(OfferDeclined(asked.offer.id), by=asked.teacher, at=NOON)

    deliver()

    assert {asked.dispatch.proposed_by_id, other.id} <= told()["offer_declined"]
    assert asked.lecturer.person_id not in told()["offer_declined"]


def test_a_proposal_is_told_to_approvers_but_never_to_who_proposed_it(app):
    scene = settled()
    first, second = an_approver(), an_approver()
    db.session.execute(sa.update(Dispatch).values(state=dispatches.State.PROPOSED, proposed_by_id=first.id))
    db.session.expire_all()
    dispatch = db.session.get_one(Dispatch, scene.dispatch.id)

    assert audience.RULES[Kind.DISPATCH_PROPOSED](dispatch.id, audience.Told({}, NOON.date(), NOON)) == {second.id}


# ── lessons ─────────────────────────────────────────────────────────────────────────────────────


def test_a_lesson_is_told_to_both_sides_and_reminded_of_twice(app):
    scene = a_lesson()
    bystanders()
    committee, lecturer = scene.orderer_person.id, scene.lecturer.person_id

    deliver()
    assert told() == {"lesson_scheduled": {committee}}  # the lecturer accepted, so knows it
    deliver(STARTS - timedelta(days=2))
    deliver(STARTS - timedelta(hours=1))

    messages = db.session.scalars(sa.select(Message.person_id).where(Message.kind == "lesson_reminder")).all()
    assert sorted(messages) == sorted([committee, lecturer] * 2)


def test_a_moved_lesson_is_reminded_of_at_its_new_time_only(app):
    scene = a_lesson()
    desk = a_dispatcher()
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    deliver()
    move = lessons.move_of(scene.orderer, move.id)
    moves.move_lesson(move, moves.by_hand(scene.lesson, APRIL_14[0] + timedelta(hours=2)), by=actor_of(desk), at=NOON)
    deliver()
    everybody = {scene.orderer_person.id, scene.lecturer.person_id}
    assert told()["lesson_moved"] == everybody
    assert desk.id in told()["move_asked"]

    deliver(STARTS)
    assert "lesson_reminder" not in told()
    deliver(STARTS + timedelta(days=2))
    assert told()["lesson_reminder"] == everybody


def test_silence_after_a_move_is_a_task_for_the_desk(app):
    scene = a_lesson()
    desk = a_dispatcher()
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    moves.move_lesson(move, moves.by_hand(scene.lesson, APRIL_14[0] + timedelta(hours=2)), by=scene_desk(), at=NOON)

    deliver(NOON + timedelta(hours=47))
    assert "move_unconfirmed" not in told()
    deliver(NOON + timedelta(hours=48))

    assert desk.id in told()["move_unconfirmed"]


def scene_desk():
    return actor_of(a_dispatcher())


def test_an_answered_move_leaves_the_desk_in_peace(app):
    scene = a_lesson()
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    moves.move_lesson(move, moves.by_hand(scene.lesson, APRIL_14[0] + timedelta(hours=2)), by=scene_desk(), at=NOON)
    moves.confirm(scene.lesson, scene.lesson.lecturers[0], True, by=scene.teacher, at=NOON)

    deliver(NOON + timedelta(hours=49))

    assert "move_unconfirmed" not in told()


def test_a_lost_lecturer_is_told_to_the_committee_and_the_desk_and_reminders_stop(app):
    scene = a_lesson()
    desk = a_dispatcher()
    operations.lose_lecturer(scene.lesson, by=scene.teacher, at=NOON, reason="病了")

    deliver(STARTS + timedelta(days=2))

    found = told()
    assert found["lesson_lost"] >= {scene.orderer_person.id, desk.id}
    assert set(found) == {"lesson_lost"}


def test_a_rating_is_asked_of_its_committee_and_told_to_its_lecturer(app):
    scene = a_lesson()
    bystanders()
    lesson = scene.lesson
    attendance.count(lesson, lesson.parties[0], here=20, online=0, by=scene.teacher, at=OVER)
    operations.deliver(lesson, by=scene.teacher, at=OVER)
    deliver(OVER)
    assert told()["rating_opened"] == {scene.orderer_person.id}
    opened = ratings.visible(scene.orderer, ratings.of_lesson(lesson.id)[0].id)
    rating.give(opened, content=5, delivery=4, usefulness=5, by=scene.orderer, at=OVER)

    deliver(OVER)

    assert told()["rating_given"] == {scene.lecturer.person_id}
    assert "lesson_unaccounted" not in told()


def test_a_lesson_nobody_accounted_for_is_asked_about_the_next_morning(app):
    scene = a_lesson()

    deliver(STARTS + timedelta(days=1))

    assert told()["lesson_unaccounted"] == {scene.orderer_person.id, scene.lecturer.person_id}


# ── the inbox ───────────────────────────────────────────────────────────────────────────────────


def test_the_words_come_from_the_live_row_and_only_while_one_may_see_it(app):
    scene = a_lesson()
    person = scene.orderer_person
    tell(
        Outbox(kind="lesson_scheduled", subject="lesson", subject_id=scene.lesson.id, payload={}, key="a"),
        [person.id, an_orderer().id],
        NOON,
    )
    mine, others = db.session.scalars(sa.select(Message).order_by(Message.person_id)).all()

    seen = say(mine, queries.subjects(scene.orderer, [mine]).get(("lesson", scene.lesson.id)))
    stranger = actor_of(an_orderer())
    unseen = say(others, queries.subjects(stranger, [others]).get(("lesson", scene.lesson.id)))

    assert (seen.title, seen.url) == ("课定了：4月9日（周四）下午 14:00–15:30", f"/lessons/{scene.lesson.number}")
    assert (unseen.title, unseen.detail, unseen.url) == ("这条消息说的事，现在不归您看了", "", "")


def test_unread_comes_first_and_all_can_be_read(app):
    scene = a_lesson()
    person = scene.orderer_person
    for n in range(3):
        row = Outbox(kind="lesson_scheduled", subject="lesson", subject_id=scene.lesson.id, payload={}, key=f"k{n}")
        tell(row, [person.id], NOON)
    first, second, third = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
    third.read_at = NOON
    db.session.flush()

    assert [m.id for m in queries.inbox(scene.orderer).rows] == [second.id, first.id, third.id]
    assert mark_all_read(scene.orderer, at=NOON) == 2
    assert queries.own(actor_of(an_orderer()), first.id) is None
    assert set(URLS) == {"order", "dispatch", "offer", "corps_ask", "lesson", "move", "rating", "duty"}


def test_orders_of_others_stay_out_of_what_messages_show(app):
    order = an_order()
    stranger = actor_of(an_orderer())
    message = Message(
        kind="order_approved", subject="order", subject_id=order.id, payload={}, person_id=stranger.person_id
    )

    assert queries.subjects(stranger, [message]) == {}

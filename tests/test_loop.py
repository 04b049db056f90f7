"""The whole loop, by its people, over the pages: 点单 → 审核 → 派单 → 批准 → 接单 → 上课 → 评单; and the audit proves it."""

import re
from datetime import timedelta
from html import unescape

import sqlalchemy as sa
import time_machine

from catalogue.accounts.models import Person
from catalogue.core import audit, clock, outbox
from catalogue.core.db import db
from catalogue.courses.models import Course
from catalogue.dispatch.models import Dispatch
from catalogue.lessons.models import Lesson
from catalogue.notices.models import Message
from catalogue.orders.models import Order, OrderHistory
from catalogue.ratings.models import Rating
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    a_committee,
    a_course,
    a_dispatcher,
    a_lecturer,
    a_town_administrator,
    an_approver,
    an_item,
    an_orderer,
    own_room_of,
)


def hidden_of(html: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html.replace(' id="', '" id="'))
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def held_of(html: str) -> dict[str, str]:
    held = re.search(r'<div class="d-none" id="held">(.*?)</div>', html, re.S)
    assert held is not None
    return {m[1]: unescape(m[2]) for m in re.finditer(r'type="hidden" name="(\w+)" value="([^"]*)"', held[1])}


def the(model):
    return db.session.scalars(sa.select(model)).one()


def deliver() -> None:
    """What the consumer does within a second of each commit."""
    db.session.commit()
    outbox.deliver(clock.now())


def test_one_order_goes_through_all_its_states_and_everybody_hears_of_it(app, client):
    committee = a_committee("下塘居民区")
    room = own_room_of(committee)
    course = a_course("停车难", form="seminar", size_max=40)
    room_id = room.id
    an_item(course)
    lecturer = a_lecturer("讲师07", course)
    orderer, town, dispatcher, approver = (
        p.id for p in (an_orderer(committee), a_town_administrator(), a_dispatcher(), an_approver())
    )
    people = {orderer, town, dispatcher, approver, lecturer.person_id}

    def sign_in(person_id):
        return client.sign_in(db.session.get_one(Person, person_id))

    # the committee orders, one afternoon, in its own room
    html = sign_in(orderer).get(f"/orders/new?course={course.id}").text
    sent = {**held_of(html), "telephone": "021-59250000", "contact": "职员", "expected": "30", "place": "own_room"}
    html = client.send("/orders/new", {**sent, "day": "2026-04-09"}).text
    answer = client.send("/orders/new", {**sent, **held_of(html), "half": "afternoon", "submit": "1"})
    order = the(Order)
    order_id = order.id
    assert (answer.status_code, order.state.value, order.venue_id) == (302, "submitted", room_id)
    deliver()

    # the town checks
    checking = sign_in(town).get(f"/checks/{order_id}")
    assert checking.status_code == 200
    answer = client.send(f"/checks/{order_id}", {"version": str(the(Order).version), "approve": "1"})
    assert (answer.status_code, the(Order).state.value) == (302, "approved")

    # the dispatcher proposes the first candidate; another person approves
    desk = sign_in(dispatcher).get(f"/dispatch/?order={order_id}").text
    key = re.search(r'name="one" value="([^"]+)"', desk)
    assert key is not None
    answer = client.send("/dispatch/", {"orders": str(order_id), "one": unescape(key[1])})
    dispatch = the(Dispatch)
    assert (answer.status_code, dispatch.state.value, the(Order).state.value) == (302, "proposed", "planned")
    deliver()
    answer = sign_in(approver).send(
        f"/dispatch/{the(Dispatch).number}", {"act": "approve", "version": str(the(Dispatch).version)}
    )
    assert (answer.status_code, the(Dispatch).state.value) == (302, "approved")
    deliver()

    # the lecturer answers by a link from the chat group, without signing in
    offer = db.session.execute(sa.text("SELECT id, state FROM offer")).one()
    page = sign_in(dispatcher).send(f"/offers/{offer.id}/link").text
    link = re.search(r"/answer/[\w\-]+", page)
    assert link is not None
    stranger = app.test_client()
    shown = stranger.get(link[0])
    assert (shown.status_code, "停车难" in shown.text, "021-59250000" in shown.text) == (200, True, False)
    answered = stranger.send(link[0], {**hidden_of(shown.text), "say": "yes"})
    lesson = the(Lesson)
    assert (answered.status_code, the(Dispatch).state.value, the(Order).state.value) == (200, "settled", "scheduled")
    assert (lesson.state.value, lesson.venue_id) == ("scheduled", room_id)
    assert stranger.send(link[0], {**hidden_of(shown.text), "say": "yes"}).status_code == 409

    # the lesson is taught, thirty people came
    with time_machine.travel(lesson.ends_at, tick=True):
        answer = sign_in(orderer).send(
            f"/lessons/{lesson.number}/attendance", {"here": "30", "online": "0", "finish": "1"}
        )
        assert (answer.status_code, the(Lesson).state.value, the(Order).state.value) == (302, "delivered", "delivered")
        # and rated
        rating = the(Rating)
        answer = client.send(
            f"/ratings/{rating.id}",
            {"content": "5", "delivery": "4", "usefulness": "5", "words": "听得懂", "version": str(rating.version)},
        )
        assert (answer.status_code, the(Rating).state.value, the(Order).state.value) == (302, "given", "closed")

    states = [
        (row.from_state, row.to_state)
        for row in db.session.scalars(sa.select(OrderHistory).order_by(OrderHistory.id))
        if row.to_state
    ]
    assert states == [
        ("", "draft"),
        ("draft", "submitted"),
        ("submitted", "approved"),
        ("approved", "planned"),
        ("planned", "scheduled"),
        ("scheduled", "delivered"),
        ("delivered", "closed"),
    ]
    assert (the(Course).rating_sum, the(Course).rating_count) == (14, 1)

    db.session.commit()
    assert audit.verify(KEY_FOR_AUDIT).broken == ()
    db.session.commit()
    outbox.deliver(NOON + timedelta(days=60))  # what waited for the days of the lesson
    heard = set(db.session.scalars(sa.select(Message.person_id)))
    assert heard == people

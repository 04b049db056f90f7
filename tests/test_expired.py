"""A sign-in that runs out loses nothing that was typed, whatever the form; and a form pressed twice makes one thing."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from catalogue.accounts.models import KeptForm, Person, WebSession
from catalogue.core import once
from catalogue.core.db import db
from catalogue.core.models import IdempotencyKey
from catalogue.courses.models import Course, Edition
from catalogue.demand.models import Gap
from catalogue.lecturers.models import Corps, Lecturer
from catalogue.lessons.models import LessonParty
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Grouping, Organisation
from catalogue.ratings.models import Rating
from catalogue.venues.models import Venue
from tests.accounts.test_sign_in import typed
from tests.courses.test_views import fields as course_fields
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_district_administrator,
    a_system_administrator,
    a_town_administrator,
    account_of,
    an_item,
    an_orderer,
    the_district,
    the_town,
)
from tests.lessons.making import BEGUN, OVER, a_lesson
from tests.ratings.test_operations import a_delivered, rating_of


@dataclass
class Filled:
    """A form as somebody filled it in, and what is in the database when it arrived."""

    person: Person
    path: str
    fields: dict[str, Any]
    written: sa.Select[Any]
    expected: Any
    at: datetime = NOON
    status: int = 302


def an_order_form() -> Filled:
    committee, course = a_committee(), a_course()
    an_item(course)
    fields = {"course": course.id, "committee": committee.id, "key": "one", "need": "晚上停不下车", "contact": "职员", "telephone": "02159250000", "keep": "1"}  # fmt: skip
    return Filled(
        an_orderer(committee),
        f"/orders/new?course={course.id}",
        fields,
        sa.select(Order.need),
        "晚上停不下车",
        status=200,
    )


def a_cancellation() -> Filled:
    scene = a_lesson()
    fields = {"code": "time", "words": "那天停电", "version": scene.order.version}
    return Filled(scene.orderer_person, f"/orders/{scene.order.id}/cancel", fields, sa.select(Order.state), OrderState.CANCELLED)  # fmt: skip


def a_rating() -> Filled:
    scene = a_delivered()
    rating = rating_of(scene)
    fields = {"content": "5", "delivery": "4", "usefulness": "3", "words": "讲得实在", "version": rating.version}
    return Filled(scene.orderer_person, f"/ratings/{rating.id}", fields, sa.select(Rating.words), "讲得实在", OVER)


def an_attendance() -> Filled:
    scene = a_lesson()
    fields = {"here": "27", "online": "4", "seen": "", "version": scene.lesson.version}
    path = f"/lessons/{scene.lesson.number}/attendance"
    return Filled(scene.orderer_person, path, fields, sa.select(LessonParty.head_count), 27, BEGUN)


def a_course_form() -> Filled:
    fields = {**course_fields(), "key": "one", "source": "自编 “讲义” <一>"}
    return Filled(a_district_administrator(), "/manage/courses/new", fields, sa.select(Course.source), fields["source"])


def a_new_person() -> Filled:
    fields = {
        "organisation_id": a_committee("东庄村").id,
        "name": "曾一",
        "post": "书记",
        "role": "",
        "username": "",
        "key": "one",
    }
    return Filled(
        a_town_administrator(), "/people/new", fields, sa.select(Person.name).where(Person.name == "曾一"), "曾一"
    )


FORMS = [an_order_form, a_cancellation, a_rating, an_attendance, a_course_form, a_new_person]


def hidden(page: str) -> dict[str, list[str]]:
    """The fields of the page that offers to send what was typed."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        if name != "csrf_token":
            found.setdefault(name, []).append(unescape(value))
    return found


@pytest.mark.parametrize("why", ["idle for half an hour", "twelve hours are over"])
@pytest.mark.parametrize("form", FORMS)
def test_what_was_typed_when_a_sign_in_ran_out_arrives_after_signing_in_again(client, form, why):
    filled = form()
    account_of(filled.person, "somebody")
    idle = why.startswith("idle")
    with time_machine.travel(filled.at - (timedelta(minutes=31) if idle else timedelta(hours=12, minutes=1))):
        client.sign_in(filled.person)
    if not idle:  # busy until a moment ago
        db.session.execute(sa.update(WebSession).values(seen_at=filled.at - timedelta(minutes=1)))

    with time_machine.travel(filled.at):
        refused = client.send(filled.path, filled.fields)
        before = db.session.scalars(filled.written).all()
        back = typed(client, "somebody")
        offered = client.get(back.location).text
        action = unescape(re.search(r'<form class="stack" method="post" action="([^"]+)"', offered)[1])
        arrived = client.send(action, hidden(offered))

    assert (refused.status_code, refused.location, back.location, action) == (303, "/login", "/login/kept", filled.path)
    assert (filled.expected in before, arrived.status_code) == (False, filled.status)
    assert db.session.scalars(filled.written).all() == [filled.expected]


def test_a_minute_less_and_the_sign_in_still_stands(client):
    person = an_orderer()
    client.sign_in(person)

    with time_machine.travel(NOON + timedelta(minutes=29)):
        assert client.get("/lessons/").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=60)):
        assert client.get("/lessons/").status_code == 302
    db.session.execute(sa.update(WebSession).values(seen_at=NOON + timedelta(hours=11, minutes=50)))
    with time_machine.travel(NOON + timedelta(hours=11, minutes=59)):
        assert client.get("/lessons/").status_code == 200
    with time_machine.travel(NOON + timedelta(hours=12, minutes=1)):
        assert client.get("/lessons/").status_code == 302


def test_a_one_time_code_and_a_password_are_not_kept(client):
    client.sign_in(an_orderer())

    with time_machine.travel(NOON + timedelta(hours=1)):
        client.send("/account/second-step", {"code": "123456", "password": "CANARY", "words": "停车难"})

    assert db.session.scalars(sa.select(KeptForm.fields)).all() == [[["words", "停车难"]]]


# ── pressed twice ───────────────────────────────────────────────────────────────────────────────

EDITION = {
    "order_from": "2026-02-15",
    "order_until": "2026-03-20",
    "teach_from": "2026-04-01",
    "teach_until": "2026-06-30",
}
CREATES = {
    "/manage/courses/new": (a_district_administrator, course_fields, Course),
    "/editions/new": (a_district_administrator, lambda: {"name": "第三季度", "organisation_id": the_district().id, **EDITION}, Edition),
    "/organisations/new": (a_system_administrator, lambda: {"parent_id": the_town().id, "kind": "village", "name": "东庄村", "on": "2026-03-02"}, Organisation),
    "/groupings/new": (a_system_administrator, lambda: {"district_id": the_district().id, "name": "青西片区", "purpose": "三镇"}, Grouping),
    "/venues/new": (a_town_administrator, lambda: {"owner": the_town().id, "name": "大厅", "kind": "town_hall", "capacity": "90"}, Venue),
    "/lecturers/new": (a_district_administrator, lambda: {"display_name": "单老师", "kind": "special", "source": "external", "title_tier": "none"}, Lecturer),
    "/lecturers/corps/new": (a_district_administrator, lambda: {"name": "金秋宣讲团", "organisation": the_district().id}, Corps),
    "/people/new": (a_town_administrator, lambda: {"organisation_id": a_committee("东庄村").id, "name": "曾一", "role": "", "username": ""}, Person),
    "/gaps/new": (an_orderer, lambda: {"lack": "course", "words": "电梯加装怎么谈"}, Gap),
}  # fmt: skip


@pytest.mark.parametrize("path", CREATES)
def test_a_form_pressed_twice_makes_one_thing_and_leads_to_it_twice(client, path):
    who, what, model = CREATES[path]
    client.sign_in(who())
    fields = what()
    key = re.search(r'name="key"[^>]* value="([^"]+)"', client.get(path).text)[1]
    before = count(model)

    first = client.send(path, {**fields, "key": key})
    second = client.send(path, {**fields, "key": key})

    assert (first.status_code, second.status_code, second.location) == (302, 302, first.location)
    assert count(model) == before + 1


def test_a_page_changed_and_sent_again_asks_whether_a_second_thing_is_meant(client):
    client.sign_in(a_district_administrator())

    def send(name, key):
        return client.send("/lecturers/corps/new", {"name": name, "organisation": the_district().id, "key": key})

    send("金秋宣讲团", "one")

    asked = send("银龄宣讲团", "one")
    again = re.search(r'name="key"[^>]* value="([^"]+)"', asked.text)[1]
    made = send("银龄宣讲团", again)

    assert (asked.status_code, "银龄宣讲团" in asked.text, again != "one", made.status_code) == (409, True, True, 302)
    assert count(Corps) == 2


def test_a_refused_press_does_not_use_the_key_up(client):
    client.sign_in(an_orderer())

    refused = client.send("/gaps/new", {"lack": "course", "words": "", "key": "one"})
    made = client.send("/gaps/new", {"lack": "course", "words": "电梯加装怎么谈", "key": "one"})

    assert (refused.status_code, made.status_code, count(Gap)) == (422, 302, 1)


def test_keys_are_forgotten_after_a_week(client):
    client.sign_in(an_orderer())
    client.send("/gaps/new", {"lack": "course", "words": "电梯加装怎么谈", "key": "one"})
    db.session.rollback()

    once.sweep(NOON + timedelta(days=6))
    kept = count(IdempotencyKey)
    db.session.rollback()
    once.sweep(NOON + timedelta(days=8))

    assert (kept, count(IdempotencyKey)) == (1, 0)


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))

"""Who checks an order that was entered on behalf: another administrator of the town, else the district, never its maker."""

from datetime import timedelta

import pytest

from catalogue.accounts.models import Membership
from catalogue.core import outbox
from catalogue.core.db import db
from catalogue.notices.models import Message
from catalogue.orders.checkers import checkers, past_town
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_district,
    a_district_administrator,
    a_town,
    a_town_administrator,
    actor_of,
)
from tests.orders.making import a_scene, submitted


@pytest.fixture
def maker(app):
    return a_town_administrator()


@pytest.fixture
def order(maker):
    made = submitted(a_scene(), by=actor_of(maker))
    db.session.flush()
    return made


def named(order):
    found = checkers(order, TODAY)
    return found.of_town, {p.id for p in found.people}


def test_the_maker_is_never_named_and_another_of_the_town_is(order, maker):
    other = a_town_administrator()
    a_town_administrator(a_town("朱家角镇"))

    assert named(order) == (True, {other.id})
    assert past_town([order.id], TODAY) == frozenset()


def test_an_administrator_whose_hand_is_in_another_order_still_checks_this_one(order):
    other = a_town_administrator()
    elsewhere = submitted(a_scene(a_committee("下塘社区")), by=actor_of(other))
    db.session.flush()

    assert past_town([order.id], TODAY) == frozenset()
    assert past_town([order.id, elsewhere.id], TODAY) == frozenset()
    assert named(order) == (True, {other.id})


def test_without_another_in_the_town_it_is_the_districts_at_once(order):
    district = a_district_administrator()
    a_district_administrator(a_district())

    assert named(order) == (False, {district.id})
    assert past_town([order.id], TODAY) == {order.id}


def test_another_whose_time_is_over_does_not_count(order):
    gone = a_town_administrator()
    for membership in db.session.query(Membership).filter_by(person_id=gone.id):
        membership.ends_on = TODAY - timedelta(days=1)
    db.session.flush()

    assert named(order) == (False, set())


def test_a_committees_own_order_is_its_towns(maker):
    order = submitted(a_scene(a_committee("下塘社区")))

    assert named(order) == (True, {maker.id})


def test_the_pages_say_who_can_check_it(client, order, maker):
    district = a_district_administrator()
    district.name = "区管理员甲"
    order_id, number = order.id, order.number
    db.session.commit()

    own = client.sign_in(maker).get(f"/orders/{number}").text
    check = client.get(f"/checks/{order_id}").text
    listed = client.get("/orders/").text
    of_district = client.sign_in(district).get("/checks/").text

    assert "区管理员甲" in own
    assert "练塘镇没有别的管理员能审核这一张，已直接交给青浦区审核。" in own
    assert "会审核" not in own
    assert "街镇没有别的管理员，已交给区里：区管理员甲。" in check
    assert "已直接交给青浦区审核" in listed
    assert "街镇没有别的管理员" in of_district
    assert "审核" in client.get(f"/orders/{number}").text


def test_the_district_is_told_when_the_town_cannot_check(order):
    told = a_district_administrator().id
    db.session.commit()
    outbox.deliver(NOON)

    assert [m.person_id for m in db.session.query(Message).filter_by(kind="order_submitted")] == [told]

"""What an empty installation says there is to do, until its first lesson stands."""

import re

import pytest

from catalogue.core.db import db
from catalogue.home.first_days import steps_of
from catalogue.orders.states import State
from catalogue.organisations import operations
from catalogue.organisations.errors import WrongParent
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_system_administrator,
    a_town,
    a_town_administrator,
    actor_of,
    an_approver,
    an_item,
    an_order,
    an_orderer,
    the_city,
    the_district,
    the_town,
)
from tests.lessons.making import a_lesson


def done(by):
    return [step.code for step, done, _may in steps_of(by) if done]


def test_each_step_is_ticked_when_it_is_there_and_the_list_goes_with_the_first_lesson(app):
    the_city()
    by = actor_of(a_system_administrator())
    grown = [done(by)]
    for make in (
        the_district,
        the_town,
        a_committee,
        a_district_administrator,
        lambda: (a_dispatcher(), an_approver(), a_town_administrator(), an_orderer()),
        a_lecturer,
        a_course,
        an_item,
        lambda: an_order(state=State.SUBMITTED),
    ):
        make()
        grown.append(done(by))

    assert [new[-1] if new else "" for new in grown] == [
        "", "district", "town", "committee", "administrator", "people", "lecturer", "course", "edition", "order",
    ]  # fmt: skip
    assert [len(new) for new in grown] == list(range(10))
    a_lesson()
    assert steps_of(by) == []


def test_a_district_sees_its_own_start_though_another_teaches_already(app):
    a_lesson()
    fresh = a_district("宝山区")
    a_town("顾村镇", fresh)

    found = steps_of(actor_of(a_district_administrator(fresh)))

    assert [step.code for step, done, _may in found if done] == ["district", "town", "administrator"]
    assert [step.code for step, _done, may in found if may] == [
        "town",
        "committee",
        "people",
        "lecturer",
        "course",
        "edition",
    ]
    assert steps_of(actor_of(a_district_administrator())) == []


@pytest.mark.parametrize("who", [a_dispatcher, a_town_administrator, an_orderer, an_approver])
def test_nobody_else_is_asked_to_build(app, who):
    assert steps_of(actor_of(who())) == []


def test_the_system_administrator_lands_on_the_list_and_each_link_opens(client):
    the_city()
    client.sign_in(a_system_administrator())

    assert client.get("/").location == "/manage/"
    page = client.get("/manage/").text
    links = re.findall(r'<a href="([^"]+)">(?:建|给)', page)

    assert ("到第一场课，还要办这些" in page, page.count("还没有"), len(links)) == (True, 9, 5)
    assert {client.get(link).status_code for link in links} == {200}
    assert "看还要办什么" in client.get("/courses/").text


def test_after_the_first_lesson_the_page_is_as_ever(client):
    a_lesson()
    db.session.commit()

    assert "还要办这些" not in client.sign_in(a_system_administrator()).get("/manage/").text


@pytest.mark.parametrize(
    ("kind", "above", "where"),
    [
        ("village", the_district, "请把上级选成街道或镇"),
        ("village", the_city, "请把上级选成街道或镇"),
        ("town", the_city, "请把上级选成区"),
        ("town", the_town, "请把上级选成区"),
        ("district", the_district, "请把上级选成市"),
        ("city", the_city, "上面不放别的单位"),
        ("department", lambda: None, "选一个上级单位"),
    ],
)
def test_a_wrong_parent_is_told_where_it_belongs(app, kind, above, where):
    the_town()
    parent = above()
    with pytest.raises(WrongParent) as refused:
        operations.create(
            parent=parent, kind=kind, name="新单位", by=actor_of(a_system_administrator()), at=NOON, number_prefix="XX"
        )

    assert where in refused.value.sentence

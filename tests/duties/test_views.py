"""The page 待办: each line leads to where this very reader does it, and the head counts what the page lists."""

import re
from datetime import timedelta

import pytest
import time_machine

from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.duties import operations
from catalogue.lessons import attendance
from catalogue.lessons import operations as lessons
from catalogue.orders.states import State
from catalogue.ratings import queries as ratings
from tests.dispatch.making import a_case
from tests.factories import (
    NOON,
    a_dispatcher,
    a_district_administrator,
    a_person,
    a_town_administrator,
    an_approver,
    an_order,
    the_district,
)
from tests.lessons.making import OVER, a_lesson


@pytest.fixture(autouse=True)
def still():
    with time_machine.travel(NOON, tick=False):
        yield


def settled(*orders):
    for order in orders:
        operations.settle("order", order.id, NOON)
    db.session.commit()


def lines(page):
    """Address and words of each line."""
    return re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a>', page)


def counted(page):
    found = re.search(r'<a href="/duties/">待办 <b class="tally">([^<]+)</b>', page)
    return found.group(1) if found else ""


def test_each_line_of_the_desk_opens_its_own_order(client, app):
    desk = a_dispatcher()
    first, _course, _teachers = a_case()
    second, _other, _others = a_case()
    settled(first, second)
    client.sign_in(desk)

    page = client.get("/duties/").text

    assert [words for _url, words in lines(page)] == ["派单", "派单"]
    for (url, _words), order in zip(lines(page), (first, second), strict=True):
        opened = client.get(url.replace("&amp;", "&")).text
        assert re.search(
            rf'aria-current="true"[^>]*href="[^"]*o={order.id}\b|href="[^"]*o={order.id}\b[^>]*aria-current="true"',
            opened,
        )


def test_a_check_opens_where_it_is_checked(client, app):
    town = a_town_administrator()
    order = an_order(state=State.SUBMITTED, check_by=NOON + timedelta(days=2), submitted_at=NOON)
    settled(order)

    page = client.sign_in(town).get("/duties/").text

    assert lines(page) == [(f"/checks/{order.id}", "审核点单")]
    assert "通过" in client.get(f"/checks/{order.id}").text


def test_two_roles_that_owe_the_same_count_it_once(client, app):
    both = a_person("", the_district(), Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)
    order, _course, _teachers = a_case()
    settled(order)
    with time_machine.travel(NOON + timedelta(days=40), tick=False):
        operations.sweep(NOON + timedelta(days=40))
        page = client.sign_in(both).get("/duties/").text

    assert (counted(page), len(lines(page))) == ("1", 1)


def test_only_whoever_it_climbed_to_reads_that_it_was_missed_below(client, app):
    desk, above = a_dispatcher(), a_district_administrator()
    order, _course, _teachers = a_case()
    settled(order)
    late = NOON + timedelta(days=40)
    operations.sweep(late)
    with time_machine.travel(late, tick=False):
        own, climbed = (client.sign_in(who).get("/duties/").text for who in (desk, above))

    assert ("已过期" in own, "下级没有按时办" in own) == (True, False)
    assert ("已过期" in climbed, "下级没有按时办" in climbed) == (True, True)


def test_a_person_without_duties_is_told_so_and_the_head_counts_none(client, app):
    person = an_approver()
    db.session.commit()

    page = client.sign_in(person).get("/duties/").text

    assert "没有等您办的事" in page
    assert counted(page) == ""


def test_a_report_that_was_missed_is_written_down_by_the_desk_with_who_said_it(client, app):
    desk = a_dispatcher()
    scene = a_lesson()
    lesson = scene.lesson
    attendance.count(lesson, lesson.parties[0], here=30, online=0, by=scene.orderer, at=OVER)
    lessons.deliver(lesson, by=scene.orderer, at=OVER)
    db.session.commit()
    late = OVER + timedelta(days=20)
    operations.sweep(late)
    with time_machine.travel(late, tick=False):
        client.sign_in(desk)
        (url,) = [url for url, words in lines(client.get("/duties/").text) if words == "写上课小结"]
        assert "请打电话问" in client.get(url).text
        unsaid = client.send(url, {"words": "大家很踊跃", "minutes_taught": "80"})
        done = client.send(url, {"words": "大家很踊跃", "minutes_taught": "80", "said": "讲师，今天上午，电话"})
        left = [words for _url, words in lines(client.get("/duties/").text)]

    assert (unsaid.status_code, done.status_code) == (422, 302)
    (report,) = ratings.reports_of(lesson.id)
    assert (report.lecturer_id, report.words) == (scene.lecturer.id, "大家很踊跃")
    assert "写上课小结" not in left

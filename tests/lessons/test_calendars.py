"""Weeks and months of a lecturer, a venue, a committee and a district: what each reader finds there, and what it costs."""

import pytest

from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.lessons import operations
from tests.dispatch.making import an_open_offer
from tests.factories import NOON, a_committee, a_dispatcher, a_district, a_person, a_town_administrator

WEEK = "?day=2026-04-09"
MONTH = "?view=month&day=2026-04-09"


@pytest.mark.parametrize("when", [WEEK, MONTH])
def test_a_lecturer_finds_the_lesson_in_the_own_week_and_month(client, scene, when):
    page = client.sign_in(scene.teacher_person).get(f"/calendar/lecturers/{scene.lecturer.id}{when}").text

    assert "14:00–15:30" in page
    assert f'href="/lessons/{scene.lesson.number}"' in page
    assert "1 场课" in page


@pytest.mark.parametrize("when", [WEEK, MONTH])
def test_a_committee_finds_it_in_its_own_and_a_neighbour_has_no_such_page(client, scene, when):
    path = f"/calendar/organisations/{scene.committee.id}{when}"
    other = a_person("", a_committee(name="别的居民区"), Role.ORDERER)
    db.session.commit()

    assert f'href="/lessons/{scene.lesson.number}"' in client.sign_in(scene.orderer_person).get(path).text
    assert client.sign_in(other).get(path).status_code == 404


def test_a_neighbour_sees_that_the_room_is_taken_and_not_by_whom(client, scene):
    neighbour = a_person("", a_committee(name="别的居民区"), Role.ORDERER)
    keeper = a_town_administrator()
    db.session.commit()
    path = f"/calendar/venues/{scene.room.id}{WEEK}"

    assert "停车难" in client.sign_in(keeper).get(path).text
    answer = client.sign_in(neighbour).get(path)
    assert (answer.status_code, "停车难" in answer.text, "已占用" in answer.text) == (200, False, True)


def test_who_plans_nothing_does_not_see_a_lecturers_days(client, scene):
    answer = client.sign_in(scene.orderer_person).get(f"/calendar/lecturers/{scene.lecturer.id}")

    assert answer.status_code == 403


def test_a_lesson_called_off_leaves_the_week(client, scene):
    operations.call_off(scene.lesson, by=scene.orderer, at=NOON, reason="停电")
    db.session.commit()

    page = client.sign_in(scene.teacher_person).get(f"/calendar/lecturers/{scene.lecturer.id}{WEEK}").text

    assert "这一周还没有安排" in page


def test_an_offer_that_waits_stands_there_as_waiting(client, app):
    offer = an_open_offer()
    desk = a_dispatcher()
    db.session.commit()
    day = clock.day_of(offer.starts_at)

    page = client.sign_in(desk).get(f"/calendar/lecturers/{offer.lecturer_id}?day={day}").text

    assert "等答复" in page.split("<table")[1]
    assert f'href="/offers/{offer.id}"' in page


def test_holidays_and_worked_weekends_are_named_and_a_year_without_notice_says_so(client, scene):
    client.sign_in(scene.teacher_person)

    april = client.get(f"/calendar/lecturers/{scene.lecturer.id}{MONTH}").text
    far = client.get(f"/calendar/lecturers/{scene.lecturer.id}?view=month&day=2027-05-01").text

    assert "清明" in april
    assert "2026年的放假安排还没有公布" not in april
    assert "2027年的放假安排还没有公布" in far


@pytest.mark.parametrize("said", ["?day=nonsense", "?day=9999-12-31", "?day=2026-13-40&view=month", "?view=<b>"])
def test_a_nonsense_day_is_today(client, scene, said):
    assert client.sign_in(scene.teacher_person).get(f"/calendar/lecturers/{scene.lecturer.id}{said}").status_code == 200


def test_another_districts_desk_has_no_such_page_for_a_lecturer_it_may_not_send(client, scene):
    elsewhere = a_dispatcher(a_district(name="别的区"))
    db.session.commit()

    answer = client.sign_in(elsewhere).get(f"/calendar/lecturers/{scene.lecturer.id}{WEEK}")

    assert answer.status_code == 404

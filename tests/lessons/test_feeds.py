"""Calendar feeds: whose lessons stand in them, what a calendar program reads, and when an address is dead."""

import re
from datetime import timedelta

import sqlalchemy as sa
from icalendar import Calendar

from catalogue.accounts.models import Account, Membership
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.models import Audit
from catalogue.lessons import operations
from tests.factories import NOON, a_committee, a_person
from tests.lessons.making import STARTS


def address_of(client, person):
    page = client.sign_in(person).send("/account/calendar").text
    found = re.search(r"/calendar/feeds/[\w-]{43}\.ics", page)
    assert found is not None
    return found.group()


def events(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def test_a_lecturers_feed_holds_the_lesson_in_shanghai_time_with_its_place_and_nobodys_name(client, scene):
    address = address_of(client, scene.teacher_person)

    answer = client.get(address)
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert (event["SUMMARY"], event["STATUS"], event["DTSTART"].params["TZID"]) == (
        "停车难",
        "CONFIRMED",
        "Asia/Shanghai",
    )
    assert event["DTSTART"].dt == STARTS
    assert event["UID"] == f"lesson-{scene.lesson.id}@127.0.0.1:8000"
    text = answer.text.replace("\r\n ", "")
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai" in text
    assert scene.lecturer.display_name not in text
    assert scene.orderer_person.name not in text
    assert "139" not in text
    assert max(len(line) for line in answer.data.split(b"\r\n")) <= 75


def test_the_committees_feed_holds_it_too_and_a_strangers_does_not(client, scene):
    other = a_person("", a_committee(name="别的居民区"), Role.ORDERER)
    db.session.commit()

    assert [e["SUMMARY"] for e in events(client, address_of(client, scene.orderer_person))] == ["停车难"]
    assert events(client, address_of(client, other)) == []


def test_a_change_of_the_lesson_raises_the_sequence_and_one_called_off_is_cancelled(client, scene):
    address = address_of(client, scene.orderer_person)
    (before,) = events(client, address)
    operations.call_off(scene.lesson, by=scene.orderer, at=NOON, reason="停电")
    db.session.commit()

    (after,) = events(client, address)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert (after["STATUS"], after["SUMMARY"]) == ("CANCELLED", "已停课：停车难")


def test_asking_again_without_a_change_costs_nothing_to_send(client, scene):
    address = address_of(client, scene.orderer_person)
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_a_new_address_kills_the_old_one_and_ending_it_kills_that(client, scene):
    old = address_of(client, scene.orderer_person)
    new = address_of(client, scene.orderer_person)

    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    client.send("/account/calendar/end")
    assert client.get(new).status_code == 404
    acts = db.session.scalars(sa.select(Audit.action).where(Audit.subject == "calendar_feed").order_by(Audit.id)).all()
    assert acts == ["open_feed", "end_feed", "open_feed", "end_feed"]


def test_the_feed_ends_with_the_account_and_empties_with_the_role(client, scene):
    address = address_of(client, scene.orderer_person)
    account = db.session.scalars(sa.select(Account).where(Account.person_id == scene.orderer_person.id)).one()
    for role in db.session.scalars(sa.select(Membership).where(Membership.person_id == account.person_id)):
        role.ends_on = clock.day_of(NOON) - timedelta(days=1)
    db.session.commit()
    assert events(client, address) == []

    account.disabled_at = NOON
    db.session.commit()
    assert client.get(address).status_code == 404


def test_one_lesson_as_a_file_for_whoever_sees_its_page_and_nobody_else(client, scene):
    path = f"/lessons/{scene.lesson.number}/lesson.ics"

    mine = client.sign_in(scene.teacher_person).get(path)
    (event,) = Calendar.from_ical(mine.data).walk("VEVENT")

    assert event["SUMMARY"].startswith("停车难 · ")
    assert mine.headers["Content-Disposition"] == f'attachment; filename="{scene.lesson.number}.ics"'
    other = a_person("", a_committee(name="别的居民区"), Role.ORDERER)
    db.session.commit()
    assert client.sign_in(other).get(path).status_code == 404


def test_a_long_title_with_commas_line_ends_and_semicolons_stays_one_title(client, scene):
    scene.lesson.course_version.title = "听说读写；a,b;c\\d" + "长" * 60
    db.session.commit()

    (event,) = events(client, address_of(client, scene.orderer_person))

    assert event["SUMMARY"] == "听说读写；a,b;c\\d" + "长" * 60

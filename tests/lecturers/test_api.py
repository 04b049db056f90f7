"""Lecturers and venues as JSON."""

from datetime import date

import pytest

from catalogue.accounts import sign_ins
from catalogue.core.clock import HalfDay
from catalogue.venues.models import VenueEquipment
from tests.factories import (
    NOON,
    a_course,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_venue,
    account_of,
    an_orderer,
    save,
)


@pytest.fixture
def ask(client):
    """Reads the API as a person: ask(person, '/lecturers')."""

    def call(person, path):
        token, _until = sign_ins.make_token(account_of(person), at=NOON)
        return client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})

    return call


def test_lecturers_are_listed_by_name_and_searched(ask):
    a_lecturer("曾老师")
    a_lecturer("单老师", kind="full_time")
    by = a_dispatcher()

    assert [r["display_name"] for r in ask(by, "/lecturers").get_json()["rows"]] == ["单老师", "曾老师"]
    assert [r["display_name"] for r in ask(by, "/lecturers?q=zls").get_json()["rows"]] == ["曾老师"]
    assert [r["display_name"] for r in ask(by, "/lecturers?kind=full_time").get_json()["rows"]] == ["单老师"]
    assert ask(by, "/lecturers?kind=nonsense").status_code == 422


def test_a_lecturer_is_a_profile_to_the_staff_and_a_card_to_a_committee(ask):
    course = a_course()
    lecturer = a_lecturer("单老师", course)
    card = {"id": lecturer.id, "display_name": "单老师", "kind": "special", "title_tier": "none", "title_name": ""}

    full = ask(a_dispatcher(), f"/lecturers/{lecturer.id}").get_json()
    short = ask(an_orderer(), f"/lecturers/{lecturer.id}").get_json()

    assert (short, {k: full[k] for k in card}) == (card, card)
    assert (full["courses"][0]["course_id"], full["terms"][0]["last_day"]) == (course.id, "2026-12-31")


def test_another_district_finds_neither_lecturer_nor_venue(ask):
    lecturer, venue = a_lecturer(), a_venue()
    by = a_dispatcher(a_district())

    paths = (
        f"/lecturers/{lecturer.id}",
        f"/lecturers/{lecturer.id}/free?first=2026-04-09&last=2026-04-09",
        f"/venues/{venue.id}",
    )
    assert [ask(by, p).status_code for p in paths] == [404] * 3


def test_the_free_half_days_are_told_to_the_staff_only(ask):
    lecturer = a_lecturer(half_days=[(3, HalfDay.MORNING)])
    path = f"/lecturers/{lecturer.id}/free?first=2026-04-09&last=2026-04-10"

    answer = ask(a_dispatcher(), path)

    assert answer.get_json() == {"rows": [{"day": "2026-04-09", "half_day": "morning", "starts": 540, "ends": 690}]}
    assert ask(an_orderer(), path).status_code == 403
    assert ask(a_dispatcher(), path.replace("2026-04-10", "2027-04-10")).status_code == 422


def test_venues_are_listed_and_read(ask):
    venue = a_venue("大厅", ended_on=date(2026, 12, 31))
    save(VenueEquipment(venue_id=venue.id, equipment_code="sound"))
    by = a_dispatcher()

    rows = ask(by, "/venues?equipment=sound").get_json()["rows"]
    one = ask(by, f"/venues/{venue.id}")

    assert [(r["name"], r["equipment"]) for r in rows] == [("大厅", ["sound"])]
    assert (one.get_json()["ended_on"], one.headers["ETag"]) == ("2026-12-31", f'"{venue.version}"')

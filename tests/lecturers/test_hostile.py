"""Nonsense in addresses and forms of lecturers, venues and days: a clear answer, never a failure of ours."""

import pytest

from catalogue.accounts.models import Person
from catalogue.core.db import db
from tests.factories import (
    a_course,
    a_district_administrator,
    a_lecturer,
    a_system_administrator,
    a_venue,
    the_district,
)

HUGE = "9" * 30


@pytest.mark.parametrize(
    "path",
    [
        f"/lecturers/{HUGE}", f"/venues/{HUGE}", f"/lecturers/corps/{HUGE}", f"/lecturers/{HUGE}/calendar", f"/venues/{HUGE}/week",
        f"/lecturers/from/{HUGE}",
    ],
)  # fmt: skip
def test_an_id_beyond_all_numbers_is_not_found(client, path):
    client.sign_in(a_district_administrator())

    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/lecturers/?after=nonsense", "/lecturers/?after=W1sidiIsMV0sWyJ2IiwyXV0", f"/lecturers/?q={'%25' * 50}", "/lecturers/?q=\x00a",
        "/venues/?after=W1sidiIsMV0sWyJ2IiwyXV0", f"/venues/?town={HUGE}", "/venues/?kind=x&equipment=x&batch=x", "/calendar/?week=0001-01-01",
        "/calendar/?week=9999-12-31", "/calendar/?by=x", "/calendar/?q=%25&after=x", "/working-days/?year=0000", "/working-days/?year=²²²²",
        "/lecturers/corps/?after=W1sidiIsIngiXV0",
    ],
)  # fmt: skip
def test_nonsense_in_a_filter_shows_a_page(client, path):
    a_lecturer()
    a_venue()
    client.sign_in(a_district_administrator())

    assert client.get(path).status_code == 200


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-13", "x", "2026-3"])
def test_a_month_that_is_none_is_this_month(client, month):
    lecturer = a_lecturer()
    client.sign_in(db.session.get_one(Person, lecturer.person_id))

    shown = client.get(f"/calendar/mine?month={month}&part=x").get_data(as_text=True)

    assert "2026年" in shown


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "", "x"])
def test_days_at_the_edges_are_refused_in_the_form(client, day):
    lecturer, venue = a_lecturer(), a_venue()
    district = the_district().id
    client.sign_in(a_district_administrator())
    answers = [
        client.send(
            f"/lecturers/{lecturer.id}/appoint",
            {"issuer": district, "scope": district, "starts_on": "2026-03-02", "ends_on": day},
        ),
        client.send(f"/lecturers/{lecturer.id}/end", {"on": day}),
        client.send(
            f"/lecturers/{lecturer.id}/away", {"first_day": day, "last_day": day, "part": "all", "what": "away"}
        ),
        client.send(f"/lecturers/{lecturer.id}/calendar", {"day": day}),
        client.send(f"/venues/{venue.id}/close", {"first_day": "2026-03-02", "last_day": day}),
    ]

    assert [a.status_code for a in answers] == [422] * 5


@pytest.mark.parametrize("chosen", [HUGE, "-1", "x", "0"])
def test_a_choice_that_was_not_offered_is_refused(client, chosen):
    lecturer, _course = a_lecturer(), a_course("停车难")
    client.sign_in(a_district_administrator())
    answers = [
        client.send(f"/lecturers/{lecturer.id}/qualify?q=停车", {"course": chosen, "since": "2026-03-02"}),
        client.send(
            f"/lecturers/{lecturer.id}/appoint",
            {"issuer": chosen, "scope": chosen, "starts_on": "2026-03-02", "ends_on": "2026-03-03"},
        ),
        client.send("/venues/new", {"owner": chosen, "name": "厅", "kind": "town_hall", "capacity": 10}),
    ]

    assert [a.status_code for a in answers] == [422] * 3


@pytest.mark.parametrize("typed", ["25:00", "9", "９:00", "9:60", "x", "9:00:00", "24:01"])
def test_a_time_that_is_none_is_refused_and_kept(client, typed):
    lecturer = a_lecturer()
    client.sign_in(a_district_administrator())

    answer = client.send(
        f"/lecturers/{lecturer.id}/hours", {"on_0_morning": "y", "from_0_morning": typed, "to_0_morning": "11:00"}
    )

    assert (answer.status_code, f'value="{typed}"' in answer.get_data(as_text=True)) == (422, True)


def test_a_time_outside_its_half_day_is_refused_with_the_reason(client):
    lecturer = a_lecturer()
    client.sign_in(a_district_administrator())

    answer = client.send(
        f"/lecturers/{lecturer.id}/hours", {"on_0_morning": "y", "from_0_morning": "9:00", "to_0_morning": "13:00"}
    )

    assert (answer.status_code, "都在这个半天之内" in answer.get_data(as_text=True)) == (422, True)


def test_script_in_every_field_is_shown_as_text(client):
    client.sign_in(a_district_administrator())
    evil = "<script>alert(1)</script>"

    client.send(
        "/venues/new",
        {
            "owner": the_district().id,
            "name": evil,
            "kind": "town_hall",
            "capacity": 10,
            "way_in": evil,
            "address": evil,
        },
    )
    pages = [client.get(p).get_data(as_text=True) for p in ("/venues/", "/venues/1", "/calendar/?by=venues")]

    assert ["<script>alert" in p for p in pages] == [False] * 3


def test_the_working_days_of_a_system_administrator_take_no_nonsense(client):
    client.sign_in(a_system_administrator())

    assert client.send("/working-days/2026-03-12", {"kind": "weekend", "name": "x" * 31}).status_code == 422

"""Pages of venues: who sees what, what the forms do, and what a list costs."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.venues import queries
from catalogue.venues.models import Plaque, Venue, VenueClosure, VenueEquipment
from tests.factories import (
    a_committee,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_town_administrator,
    a_venue,
    an_orderer,
    own_room_of,
    save,
    the_town,
)


def text_of(answer):
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_rows(client, statements, rows):
    for _ in range(rows):
        save(VenueEquipment(venue_id=a_venue().id, equipment_code="sound"))
    client.sign_in(a_district_administrator())

    with statements() as sent:
        answer = client.get("/venues/")

    assert (answer.status_code, len(sent)) == (200, 7)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("q=东庄", ["东庄教学点"]), ("q=dzjxd", ["东庄教学点"]), ("kind=teaching_point", ["东庄教学点"]), ("equipment=sound", ["叶港大厅"]), ("batch=第三批", ["东庄教学点"]), ("ended=1", ["老礼堂"]), ("town={town}", ["东庄教学点", "叶港大厅"])],
)  # fmt: skip
def test_the_list_is_searched_and_filtered(client, asked, found):
    point = a_venue("东庄教学点", kind="teaching_point")
    save(Plaque(venue_id=point.id, batch="第三批", number="1", awarded_on=date(2025, 1, 1)))
    save(VenueEquipment(venue_id=a_venue("叶港大厅").id, equipment_code="sound"))
    a_venue("老礼堂", ended_on=date(2026, 1, 1))
    client.sign_in(a_dispatcher())

    shown = text_of(client.get(f"/venues/?{asked}".replace("{town}", str(the_town().id))))

    assert [n for n in ("东庄教学点", "叶港大厅", "老礼堂") if n in shown] == found


def test_another_district_finds_no_venue(client):
    venue = a_venue()
    client.sign_in(a_district_administrator(a_district()))

    paths = ("", "/edit", "/hours", "/close", "/end", "/award", "/week")
    assert [client.get(f"/venues/{venue.id}{p}").status_code for p in paths] == [404] * 7


def test_a_town_makes_a_venue(client):
    client.sign_in(a_town_administrator())
    fields = {
        "owner": the_town().id,
        "name": "实训课堂一号",
        "kind": "training_room",
        "capacity": 40,
        "equipment": ["sound"],
        "shared": "y",
    }

    answer = client.send("/venues/new", fields)

    made = db.session.scalars(sa.select(Venue)).one()
    assert (answer.status_code, made.name, made.town_id) == (302, "实训课堂一号", the_town().id)
    assert "音响" in text_of(client.get(f"/venues/{made.id}"))


def test_a_wrong_number_of_seats_keeps_what_was_typed(client):
    client.sign_in(a_town_administrator())

    answer = client.send(
        "/venues/new", {"owner": the_town().id, "name": "大厅", "kind": "town_hall", "capacity": "九千"}
    )

    assert (answer.status_code, 'value="大厅"' in text_of(answer)) == (422, True)


def test_a_committee_changes_its_own_rooms_details_only(client):
    committee = a_committee()
    room = own_room_of(committee)
    other = a_venue()
    name = room.name
    client.sign_in(an_orderer(committee))
    fields = {"capacity": 33, "way_in": "二楼右转", "name": "抢来的名字", "version": room.version}

    own = client.send(f"/venues/{room.id}/edit", fields)
    others = client.send(f"/venues/{other.id}/edit", {**fields, "version": other.version})

    assert (own.status_code, others.status_code) == (302, 403)
    assert (room.capacity, room.way_in, room.name) == (33, "二楼右转", name)


def test_a_town_keeps_hours_closures_and_the_end(client):
    venue = a_venue()
    client.sign_in(a_town_administrator(the_town()))
    base = f"/venues/{venue.id}"

    client.send(f"{base}/hours", {"opens_3a": "09:00", "closes_3a": "11:30", "version": venue.version})
    half = client.send(f"{base}/hours", {"opens_3a": "09:00", "closes_3a": "", "version": venue.version})
    client.send(
        f"{base}/close", {"first_day": "2026-04-16", "last_day": "2026-04-16", "half_day": "", "reason": "装修"}
    )
    shut = queries.open_spans([venue.id], date(2026, 4, 9), date(2026, 4, 16))[venue.id]
    closure = db.session.scalars(sa.select(VenueClosure)).one()
    client.send(f"{base}/closures/{closure.id}/take-back")
    client.send(f"{base}/end", {"on": "2026-05-01", "version": venue.version})

    assert half.status_code == 422
    assert (shut[date(2026, 4, 9)], shut[date(2026, 4, 16)]) == ([(540, 690)], [])
    assert (closure.ended, venue.ended_on) == (True, date(2026, 5, 1))


def test_only_the_district_awards_and_withdraws_plaques(client):
    venue = a_venue()
    fields = {"batch": "第三批", "number": "QP-003", "awarded_on": "2026-01-01"}

    client.sign_in(a_town_administrator(the_town()))
    refused = client.send(f"/venues/{venue.id}/award", fields)
    client.sign_in(a_district_administrator())
    client.send(f"/venues/{venue.id}/award", fields)
    plaque = db.session.scalars(sa.select(Plaque)).one()
    client.send(f"/venues/{venue.id}/plaques/{plaque.id}/withdraw", {"on": "2026-06-01", "reason": "到期"})

    assert (refused.status_code, plaque.withdrawn_on) == (403, date(2026, 6, 1))


def test_a_closure_of_another_venue_is_not_found_under_this_one(client):
    venue, other = a_venue(), a_venue()
    closure = save(VenueClosure(venue_id=other.id, first_day=date(2026, 4, 1), last_day=date(2026, 4, 2)))
    client.sign_in(a_district_administrator())

    assert client.send(f"/venues/{venue.id}/closures/{closure.id}/take-back").status_code == 404

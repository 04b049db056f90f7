"""Venues: each act allowed and refused, on both databases."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core import events
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed, Stale
from catalogue.organisations import reshaping
from catalogue.venues import operations, queries
from catalogue.venues.errors import OwnRoomOfOther, PlaqueWithdrawn, VenueEnded
from catalogue.venues.events import VenueChanged
from catalogue.venues.models import VenueHistory, VenueKind
from tests.factories import (
    LONG_AGO,
    NOON,
    TODAY,
    a_committee,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_town,
    a_town_administrator,
    a_venue,
    actor_of,
    an_orderer,
    own_room_of,
    the_district,
    the_town,
)

VALUES = {"kind": VenueKind.TRAINING_ROOM, "name": "实训课堂一号", "capacity": 40}


@pytest.fixture
def heard(app):
    """The venues that changed."""
    seen: list[int] = []
    before = dict(app.extensions["songxue.listeners"])
    events.wire(app, {VenueChanged: [lambda news, *, by, at: seen.append(news.venue_id)]})
    yield seen
    events.wire(app, before)


def keeper(district=None):
    return actor_of(a_district_administrator(district))


def acts(venue):
    query = sa.select(VenueHistory.action).where(VenueHistory.owner_id == venue.id).order_by(VenueHistory.id)
    return list(db.session.scalars(query))


def test_a_town_makes_a_venue_with_equipment_and_hours(app, heard):
    by = actor_of(a_town_administrator())

    venue = operations.create(
        the_town(), VALUES, equipment=["sound", "projector"], hours=[(0, 540, 1020)], by=by, at=NOON
    )  # fmt: skip

    seen = queries.seen(by, venue.id)
    assert (seen.town_id, seen.sort_key) == (the_town().id, "shi2 xun4 ke4 tang2 yi1 hao4")
    assert [e.equipment_code for e in seen.equipment] == ["projector", "sound"]
    assert [(h.weekday, h.opens, h.closes) for h in seen.hours] == [(0, 540, 1020)]
    assert (acts(venue), heard) == (["create", "equip", "hours"], [venue.id])


@pytest.mark.parametrize(
    "who",
    [a_dispatcher, lambda: a_town_administrator(a_town("朱家角镇")), lambda: a_district_administrator(a_district())],
)
def test_nobody_else_makes_or_changes_a_towns_venue(app, who):
    venue, by = a_venue(), actor_of(who())

    with pytest.raises(NotAllowed):
        operations.create(the_town(), VALUES, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.edit(venue, {"capacity": 10}, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.close(venue, TODAY, TODAY, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.set_hours(venue, [], by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.end(venue, by=by, at=NOON)


def test_a_committee_keeps_the_details_of_its_own_room_and_nothing_else(app):
    committee = a_committee()
    room, other = own_room_of(committee), a_venue("会议室", committee)
    by = actor_of(an_orderer(committee))

    operations.edit(
        room, {"capacity": 33, "way_in": "二楼右转", "name": room.name}, by=by, at=NOON, version=room.version
    )
    operations.set_equipment(room, ["whiteboard"], by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.edit(room, {"name": "新名字"}, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.edit(other, {"capacity": 10}, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.edit(own_room_of(a_committee()), {"capacity": 10}, by=by, at=NOON)

    assert (room.capacity, room.way_in, acts(room)) == (33, "二楼右转", ["edit", "equip"])


def test_another_own_room_takes_the_mark_from_the_one_before(app):
    committee = a_committee()
    old, new = own_room_of(committee), a_venue("新活动室", committee)
    by = actor_of(a_town_administrator())

    operations.set_own_room(new, by=by, at=NOON)

    assert (queries.own_room(committee.id), old.own_room) == (new, False)
    assert (acts(old), acts(new)) == (["own_room_off"], ["own_room"])


def test_only_a_committee_has_an_own_room(app):
    with pytest.raises(OwnRoomOfOther):
        operations.set_own_room(a_venue(), by=keeper(), at=NOON)


def test_equipment_that_does_not_exist_is_refused(app):
    with pytest.raises(Invalid) as refused:
        operations.set_equipment(a_venue(), ["cannon"], by=keeper(), at=NOON)

    assert refused.value.field == "equipment"


@pytest.mark.parametrize("hours", [[(0, 600, 540)], [(0, 540, 700), (0, 690, 800)], [(7, 540, 700)]])
def test_hours_that_make_no_sense_are_refused(app, hours):
    with pytest.raises(Invalid):
        operations.set_hours(a_venue(), hours, by=keeper(), at=NOON)


def test_a_stale_page_changes_no_hours(app):
    venue, by = a_venue(), keeper()
    version = venue.version
    operations.set_hours(venue, [(0, 540, 600)], by=by, at=NOON, version=version)

    with pytest.raises(Stale):
        operations.set_hours(venue, [], by=by, at=NOON, version=version)


def test_a_closure_shuts_days_or_halves_and_is_taken_back(app, heard):
    venue, by = a_venue(), keeper()
    first, last = date(2026, 4, 9), date(2026, 4, 10)

    operations.close(venue, first, first, reason="装修", by=by, at=NOON)
    half = operations.close(venue, last, last, half_day=HalfDay.AFTERNOON, by=by, at=NOON)
    shut = queries.open_spans([venue.id], first, last)[venue.id]
    operations.take_back(venue, half, by=by, at=NOON)

    assert shut == {first: [], last: [(510, 720), (1050, 1260)]}
    assert queries.open_spans([venue.id], last, last)[venue.id] == {last: [(510, 1260)]}
    assert (acts(venue), heard) == (["close_days", "close_days", "open_days"], [venue.id] * 3)


def test_a_withdrawn_plaque_blocks_from_its_day_on(app):
    venue, by = a_venue(kind=VenueKind.TEACHING_POINT), keeper()
    plaque = operations.award(venue, batch="第三批", number="QP-003", awarded_on=date(2025, 1, 1), by=by, at=NOON)

    operations.withdraw(venue, plaque, on=date(2026, 4, 10), by=by, at=NOON)

    assert queries.open_spans([venue.id], date(2026, 4, 9), date(2026, 4, 10))[venue.id] == {
        date(2026, 4, 9): [(510, 1260)],
        date(2026, 4, 10): [],
    }
    assert [len(queries.suitable(the_town(), date(2026, 4, d))) for d in (9, 10)] == [1, 0]
    with pytest.raises(PlaqueWithdrawn):
        operations.withdraw(venue, plaque, on=date(2026, 5, 1), by=by, at=NOON)


def test_a_town_awards_no_plaque_and_a_number_is_used_once(app):
    venue, by = a_venue(), keeper()
    operations.award(venue, batch="第一批", number="QP-001", awarded_on=TODAY, by=by, at=NOON)

    with pytest.raises(Invalid):
        operations.award(venue, batch="第二批", number="QP-001", awarded_on=TODAY, by=by, at=NOON)
    with pytest.raises(NotAllowed):
        operations.award(
            venue, batch="第一批", number="QP-002", awarded_on=TODAY, by=actor_of(a_town_administrator()), at=NOON
        )


def test_an_ended_venue_is_closed_after_its_last_day_and_changes_no_more(app):
    venue, by = a_venue(), keeper()

    operations.end(venue, on=date(2026, 4, 9), by=by, at=NOON)

    assert [
        bool(s) for s in queries.open_spans([venue.id], date(2026, 4, 9), date(2026, 4, 10))[venue.id].values()
    ] == [True, False]
    with pytest.raises(VenueEnded):
        operations.edit(venue, {"capacity": 1}, by=by, at=NOON)


def test_the_district_keeps_every_venue_of_its_towns(app):
    venue = a_venue()

    operations.edit(venue, {"brand": "会客厅"}, by=keeper(the_district()), at=NOON)

    assert venue.brand == "会客厅"


def test_a_merged_committee_has_the_first_own_room_and_the_other_as_a_venue(app):
    town = the_town()
    none, first, second = a_committee("甲村", town), a_committee("乙村", town), a_committee("丙村", town)
    rooms = [own_room_of(second), own_room_of(first)]
    hall, old = a_venue("实训课堂", second), a_venue("旧礼堂", second, ended_on=LONG_AGO)

    made = reshaping.merge(
        [none, first, second], name="大村", kind="village", parent=town, on=TODAY, by=keeper(), at=NOON
    )

    room = queries.own_room(made.id)
    assert (room.id, room.name) == (rooms[1].id, "乙村活动室")
    assert [v.organisation_id for v in (*rooms, hall, old)] == [made.id, made.id, made.id, second.id]
    assert (rooms[0].own_room, acts(rooms[0]), acts(hall)) == (False, ["own_room_off", "take_over"], ["take_over"])

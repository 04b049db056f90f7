"""Which venues are seen, open and suitable, on both databases."""

from datetime import date

import pytest

from catalogue.core.errors import NotVisible
from catalogue.venues import listing, queries
from catalogue.venues.models import Plaque, VenueEquipment, VenueHours, VenueKind
from catalogue.venues.policy import sees_use
from tests.factories import (
    TODAY,
    a_committee,
    a_dispatcher,
    a_district,
    a_town_administrator,
    a_venue,
    actor_of,
    an_orderer,
    own_room_of,
    save,
    the_town,
)

THURSDAY = date(2026, 4, 9)


def test_hours_of_the_weekday_count_and_a_venue_without_any_is_open_daily(app, statements):
    with_hours, without = a_venue().id, a_venue().id
    save(VenueHours(venue_id=with_hours, weekday=3, opens=540, closes=700))
    save(VenueHours(venue_id=with_hours, weekday=3, opens=800, closes=1000))

    with statements() as sent:
        found = queries.open_spans([with_hours, without], THURSDAY, date(2026, 4, 10))

    assert len(sent) == 4
    assert found[with_hours] == {THURSDAY: [(540, 700), (800, 1000)], date(2026, 4, 10): []}
    assert found[without] == {THURSDAY: [(510, 1260)], date(2026, 4, 10): [(510, 1260)]}


def test_suitable_rooms_are_large_and_equipped_enough_the_own_room_first(app):
    committee = a_committee()
    own, small, plain = own_room_of(committee), a_venue(capacity=20), a_venue()
    for venue in (own, small):
        save(VenueEquipment(venue_id=venue.id, equipment_code="projector"))
    a_venue("别人的", a_committee(), shared=False)
    a_venue("外区的", a_district())

    assert queries.suitable(committee, TODAY, people=40) == [own, plain]
    assert queries.suitable(committee, TODAY, people=10, equipment=["projector"]) == [own, small]
    assert queries.suitable(committee, TODAY, equipment=["projector", "stage"]) == []


def test_staff_see_every_venue_of_the_district_committees_what_they_may_use(app):
    theirs = a_venue("别人的", a_committee(), shared=False)
    owner = a_committee()
    own, shared = own_room_of(owner, shared=False), a_venue()
    orderer = actor_of(an_orderer(owner))

    assert [queries.seen(orderer, v.id).id for v in (own, shared)] == [own.id, shared.id]
    assert queries.seen(actor_of(a_dispatcher()), theirs.id) is theirs
    with pytest.raises(NotVisible):
        queries.seen(orderer, theirs.id)
    with pytest.raises(NotVisible):
        queries.seen(actor_of(a_dispatcher(a_district())), shared.id)


def test_what_a_venue_is_used_for_is_the_staffs_and_the_owners_to_see(app):
    owner = a_committee()
    room = own_room_of(owner)

    assert [
        sees_use(actor_of(who), room)
        for who in (a_dispatcher(), a_town_administrator(the_town()), an_orderer(owner), an_orderer())
    ] == [True, True, True, False]


def test_the_list_answers_every_filter_alike_on_both_databases(app):
    point, hall = a_venue("东庄教学点", kind=VenueKind.TEACHING_POINT), a_venue("叶港大厅")
    save(Plaque(venue_id=point.id, batch="第三批", number="1", awarded_on=date(2025, 1, 1)))
    save(VenueEquipment(venue_id=hall.id, equipment_code="sound"))
    by = actor_of(a_dispatcher())
    wanted = {
        listing.Wanted(): [point, hall],
        listing.Wanted(q="东庄"): [point],
        listing.Wanted(kind="teaching_point"): [point],
        listing.Wanted(equipment="sound"): [hall],
        listing.Wanted(batch="第三批"): [point],
        listing.Wanted(town=str(the_town().id)): [point, hall],
        listing.Wanted(ended=True): [],
    }

    assert {w: list(listing.page_of(by, w, TODAY).rows) for w in wanted} == wanted
    assert listing.count(by, listing.Wanted(), TODAY) == 2
    assert (listing.choices(by).batches, listing.choices(by).towns) == (["第三批"], {str(the_town().id): "练塘镇"})

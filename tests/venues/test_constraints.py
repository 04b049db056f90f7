"""What the database refuses about venues, whoever writes."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.venues.models import Plaque, VenueClosure, VenueEquipment, VenueHours
from tests.factories import a_committee, a_venue, own_room_of, save

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def refused(row):
    db.session.add(row)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("values", [{"capacity": 0}, {"capacity": 5001}, {"latitude": None}, {"latitude": 91.0}])
def test_a_venue_has_room_for_somebody_and_a_whole_location(app, values):
    with pytest.raises(sa.exc.IntegrityError):
        a_venue(**values)
    db.session.rollback()


def test_a_committee_has_one_own_room_in_use(app):
    committee = a_committee()
    old = own_room_of(committee)
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        a_venue("第二间", committee, own_room=True)
    old.ended_on = JAN

    assert a_venue("第二间", committee, own_room=True).own_room is True


def test_hours_closures_and_plaques_run_forward(app):
    venue = a_venue()
    save(Plaque(venue_id=venue.id, batch="一", number="1", awarded_on=JAN))
    db.session.commit()

    refused(VenueHours(venue_id=venue.id, weekday=0, opens=600, closes=600))
    refused(VenueHours(venue_id=venue.id, weekday=7, opens=600, closes=700))
    refused(VenueClosure(venue_id=venue.id, first_day=FEB, last_day=JAN))
    refused(Plaque(venue_id=venue.id, batch="一", number="2", awarded_on=FEB, withdrawn_on=JAN))
    refused(Plaque(venue_id=venue.id, batch="一", number="1", awarded_on=FEB))
    refused(VenueEquipment(venue_id=venue.id, equipment_code="cannon"))

"""What the rows say of a place: a room without a point on the map lies where its owner does."""

import pytest

from catalogue.dispatch import candidates
from tests.dispatch.making import a_case
from tests.factories import NOON, a_committee, own_room_of


@pytest.mark.parametrize("committee_known", [True, False])
def test_a_room_without_coordinates_lies_at_its_committee_or_its_town(app, committee_known):
    nowhere = {"latitude": None, "longitude": None}
    committee = a_committee(**({} if committee_known else nowhere))
    own_room_of(committee, **nowhere)
    order, _course, teachers = a_case(committee=committee)

    rows = candidates.ranking(order.id, NOON).rows

    assert [row.pick.lecturer_id for row in rows] == [teachers[0].id]

"""Every query starts from what the actor may see."""

import pytest
import sqlalchemy as sa

from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.errors import NotAllowed
from catalogue.orders.models import Order
from catalogue.organisations.queries import visible_to
from tests import factories as make


def seen(person) -> list[str]:
    orders = db.session.scalars(visible_to(make.actor_of(person), Order)).all()
    return sorted(
        db.session.scalars(
            sa.select(make.Organisation.name).where(make.Organisation.id.in_(o.organisation_id for o in orders))
        )
    )


@pytest.fixture
def two_towns(app):
    """A committee with an order in each of two towns, and one in another district."""
    here, there = make.a_committee("下塘居民区"), make.a_committee("北大街居民区", make.a_town("朱家角镇"))
    far = make.a_committee("友谊居民区", make.a_town("吴淞街道", make.a_district("宝山区")))
    course = make.a_course()
    for committee in (here, there, far):
        make.an_order(committee, course)
    return here, there, far


def test_a_committee_sees_its_own_orders_alone(two_towns):
    assert seen(make.an_orderer(two_towns[0])) == ["下塘居民区"]


def test_a_town_sees_its_committees_and_no_other_towns(two_towns):
    assert seen(make.a_town_administrator()) == ["下塘居民区"]


def test_a_district_sees_its_towns_and_no_other_district(two_towns):
    assert seen(make.a_dispatcher()) == ["下塘居民区", "北大街居民区"]


@pytest.mark.parametrize(
    "role", [Role.LECTURER, Role.AUDITOR, Role.CORPS_LEADER, Role.SYSTEM_ADMINISTRATOR, Role.CITY_VIEWER]
)
def test_a_place_in_the_tree_opens_no_rows_to_roles_that_do_not_work_with_them(two_towns, role):
    with pytest.raises(NotAllowed):
        seen(make.a_person("", make.the_district(), role))


def test_a_town_still_sees_what_a_committee_did_before_it_moved_away(two_towns):
    here, there, _ = two_towns
    here.parent_id = here.town_id = there.town_id
    db.session.execute(sa.delete(make.OrganisationReach).where(make.OrganisationReach.descendant_id == here.id))
    for ancestor in (here.id, there.town_id, make.the_district().id):
        db.session.add(make.OrganisationReach(ancestor_id=ancestor, descendant_id=here.id))
    new_town = db.session.get_one(make.Organisation, there.town_id)

    assert (seen(make.a_town_administrator()), seen(make.a_town_administrator(new_town))) == (
        ["下塘居民区"],
        ["下塘居民区", "北大街居民区"],
    )

"""What can be chosen on the order form: for whom, where, and which lecturer. Statements are built once: the form is a hot page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from catalogue.core.actor import Actor, Level
from catalogue.core.db import db
from catalogue.core.errors import NotVisible
from catalogue.core.words import _
from catalogue.courses.models import Equipment
from catalogue.lecturers.models import Lecturer, Qualification
from catalogue.orders import policy
from catalogue.orders.models import Order
from catalogue.organisations import queries as organisations
from catalogue.organisations.models import Organisation, OrganisationReach
from catalogue.venues.models import Venue, VenueEquipment


def committees_for(by: Actor, q: str = "", limit: int = 200) -> Sequence[Any]:
    """Committees an administrator may order for, by town and name; `q` is a part of the name or its initials."""
    places = [i for role in policy.ON_BEHALF for i in by.organisations(role)]
    town = aliased(Organisation)
    query = (
        sa.select(Organisation.id, Organisation.name, town.name.label("town"))
        .join(OrganisationReach, OrganisationReach.descendant_id == Organisation.id)
        .outerjoin(town, town.id == Organisation.town_id)
        .where(
            OrganisationReach.ancestor_id.in_(places), Organisation.level == Level.COMMITTEE, Organisation.ended_on.is_(None)
        )
        .distinct()
        .add_columns(Organisation.sort_key, town.sort_key.label("town_key"))
        .order_by(town.sort_key.nulls_last(), Organisation.sort_key, Organisation.id)
    )  # fmt: skip
    if q:
        query = query.where(
            sa.or_(Organisation.name.contains(q, autoescape=True), Organisation.initials.startswith(q.lower(), autoescape=True))
        )  # fmt: skip
    return db.session.execute(query.limit(limit)).all()


_OF_HEIRS = Venue.organisation_id.in_(
    organisations.heirs(sa.bindparam("committee_id"))
)  # a merge moved the room to the new one
_VENUES = (
    sa.select(
        Venue.id, Venue.name, Venue.capacity, Venue.own_room,
        sa.case((_OF_HEIRS, sa.bindparam("committee_id", type_=sa.BigInteger)), else_=Venue.organisation_id).label("organisation_id"),
    )
    .where(
        Venue.ended_on.is_(None), Venue.district_id == sa.bindparam("district_id"),
        sa.or_(Venue.shared, Venue.organisation_id == sa.bindparam("committee_id"), _OF_HEIRS),
    )
    .order_by(sa.case((Venue.town_id == sa.bindparam("town_id"), 0), else_=1), Venue.sort_key, Venue.id)
    .limit(200)
)  # fmt: skip
_LECTURERS = (
    sa.select(Lecturer.id, Lecturer.display_name, Lecturer.sort_key)
    .join(Qualification, Qualification.lecturer_id == Lecturer.id)
    .where(
        Qualification.course_id == sa.bindparam("course_id"), Lecturer.ended_on.is_(None), Qualification.since <= sa.bindparam("day"),
        sa.or_(Qualification.until.is_(None), Qualification.until >= sa.bindparam("day")),
    )
    .distinct()
    .order_by(Lecturer.sort_key, Lecturer.id)
    .limit(100)
)  # fmt: skip
_EQUIPMENT = (
    sa.select(Equipment.label)
    .join(VenueEquipment, VenueEquipment.equipment_code == Equipment.code)
    .where(VenueEquipment.venue_id == sa.bindparam("venue_id"))
    .order_by(Equipment.position, Equipment.code)
)
_COMMITTEE = sa.select(Organisation).where(Organisation.id == sa.bindparam("id")).options(joinedload(Organisation.town))


def venues_for(committee: Organisation) -> Sequence[Any]:
    """Places a committee may name: its own, and what others of the district share; those of its own town first.

    Rows of id, name, capacity, own_room, organisation_id.
    """
    known = {"district_id": committee.district_id, "committee_id": committee.id, "town_id": committee.town_id}
    return db.session.execute(_VENUES, known).all()


def lecturers_of(course_id: int, day: date) -> Sequence[Any]:
    """Who teaches a course: id and display name, by name."""
    return db.session.execute(_LECTURERS, {"course_id": course_id, "day": day}).all()


def equipment_of(venue_id: int) -> Sequence[str]:
    """What a room has, in words."""
    return db.session.scalars(_EQUIPMENT, {"venue_id": venue_id}).all()


def committee_of(organisation_id: int) -> Organisation:
    """A committee with its town. Raises NotVisible."""
    found = db.session.scalars(_COMMITTEE, {"id": organisation_id}).one_or_none()
    if found is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return found


def of_key(organisation_id: int, key: str) -> int | None:
    """The order that was made with a form's one-time key."""
    return db.session.scalar(sa.select(Order.id).where(Order.organisation_id == organisation_id, Order.key == key))

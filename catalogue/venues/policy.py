"""Who may do what with a venue."""

from typing import Any

from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue

OWN_ROOM_FIELDS = frozenset({"capacity", "floor", "lift", "parking", "way_in", "telephone"})
STAFF = (Role.DISTRICT_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER, Role.TOWN_ADMINISTRATOR, Role.AUDITOR)


def _over(by: Actor, role: Role, place: Venue | Organisation) -> bool:
    owner = place.organisation_id if isinstance(place, Venue) else place.id
    return by.holds(role, organisation_id=owner, town_id=place.town_id, district_id=place.district_id)


def may_keep(by: Actor, place: Venue | Organisation) -> bool:
    """All of a venue, and new ones of an owner: the town's administrator in the town, the district's in the district."""
    return (
        by.kind is Kind.JOB
        or _over(by, Role.DISTRICT_ADMINISTRATOR, place)
        or _over(by, Role.TOWN_ADMINISTRATOR, place)
    )


def may_award(by: Actor, venue: Venue) -> bool:
    """Plaques are the district's to award and to withdraw."""
    return by.kind is Kind.JOB or _over(by, Role.DISTRICT_ADMINISTRATOR, venue)


def may_edit_own_room(by: Actor, venue: Venue) -> bool:
    """A committee keeps the details of its own room itself (OWN_ROOM_FIELDS and equipment)."""
    return venue.own_room and any(m.role is Role.ORDERER and venue.organisation_id in m.reach for m in by.memberships)


def may_edit(by: Actor, venue: Venue, fields: Any = ()) -> bool:
    """These columns of the venue: all for its keepers, the room's details for its committee."""
    return may_keep(by, venue) or (may_edit_own_room(by, venue) and OWN_ROOM_FIELDS.issuperset(fields))


def sees_use(by: Actor, venue: Venue) -> bool:
    """What a venue is used for: the staff above it and its owner; all others see that it is taken."""
    return any(_over(by, role, venue) for role in STAFF) or any(
        m.level is Level.COMMITTEE and venue.organisation_id in m.reach for m in by.memberships
    )

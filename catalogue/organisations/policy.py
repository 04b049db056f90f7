"""Who may change the tree: details by their town, structure by their district, everything by the installation's administrator."""

from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.organisations.models import Organisation


def _all(by: Actor) -> bool:
    return by.kind is Kind.JOB or by.has(Role.SYSTEM_ADMINISTRATOR)


def _district(by: Actor, organisation: Organisation) -> bool:
    return by.holds(
        Role.DISTRICT_ADMINISTRATOR, organisation_id=organisation.id, town_id=organisation.town_id, district_id=organisation.district_id
    )  # fmt: skip


def may_edit(by: Actor, organisation: Organisation) -> bool:
    """Address, telephone, place on the map, other spellings, types of community."""
    return may_reshape(by, organisation) or by.holds(
        Role.TOWN_ADMINISTRATOR, organisation_id=organisation.id, town_id=organisation.town_id
    )


def may_reshape(by: Actor, organisation: Organisation) -> bool:
    """Name, kind, parent, merge, split, end. A district and the city are the installation's own matter."""
    if _all(by):
        return True
    return organisation.level not in (Level.CITY, Level.DISTRICT) and _district(by, organisation)


def may_create_below(by: Actor, parent: Organisation | None) -> bool:
    """A new organisation under this one; only the installation's administrator adds districts."""
    if _all(by):
        return True
    return parent is not None and parent.level is not Level.CITY and _district(by, parent)


def may_set(by: Actor, organisation: Organisation) -> bool:
    """Settings: a district for itself and below, the installation everywhere. A town may not raise its own limits."""
    return _all(by) or _district(by, organisation)


def may_group(by: Actor, district_id: int) -> bool:
    """Groupings of a district."""
    return _all(by) or by.holds(Role.DISTRICT_ADMINISTRATOR, organisation_id=district_id, district_id=district_id)

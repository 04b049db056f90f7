"""Who may do what with a lecturer or a corps, and how much of a lecturer an actor sees."""

from collections.abc import Collection
from enum import IntEnum

from catalogue.core.actor import Actor, Kind, Role
from catalogue.lecturers.models import Corps, Lecturer
from catalogue.organisations.models import Organisation

OWN_FIELDS = frozenset(
    {"bio", "home_place", "home_latitude", "home_longitude", "radius_km", "teaches_online", "named_in_public", "max_half_days_per_day", "max_per_month"}
)  # fmt: skip
STAFF = (Role.DISTRICT_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER, Role.AUDITOR)


class Sight(IntEnum):
    """How much is shown: name and title, the working profile, or the private notes as well."""

    CARD = 0
    PROFILE = 1
    ALL = 2


def _holds(by: Actor, role: Role, district_id: int | None) -> bool:
    return by.holds(role, organisation_id=None, district_id=district_id)


def may_create(by: Actor, district: Organisation) -> bool:
    return by.kind is Kind.JOB or _holds(by, Role.DISTRICT_ADMINISTRATOR, district.id)


def may_keep(by: Actor, thing: Lecturer | Corps) -> bool:
    """All of a lecturer or a corps: the administrator of the district that keeps the row."""
    return by.kind is Kind.JOB or _holds(by, Role.DISTRICT_ADMINISTRATOR, thing.district_id)


def may_appoint(by: Actor, issuer: Organisation) -> bool:
    """聘书 are issued by the district's administrator, in the name of the district or an organisation of it."""
    return by.kind is Kind.JOB or _holds(by, Role.DISTRICT_ADMINISTRATOR, issuer.district_id)


def is_self(by: Actor, lecturer: Lecturer) -> bool:
    return by.lecturer_id == lecturer.id


def may_edit(by: Actor, lecturer: Lecturer, fields: Collection[str] = ()) -> bool:
    """The row: its keeper everything, the lecturer where they live, how far they go and how much they take on (OWN_FIELDS)."""
    return may_keep(by, lecturer) or (is_self(by, lecturer) and OWN_FIELDS.issuperset(fields))


def may_set_hours(by: Actor, lecturer: Lecturer) -> bool:
    return may_keep(by, lecturer) or is_self(by, lecturer)


def may_set_away(by: Actor, lecturer: Lecturer, led: Collection[int]) -> bool:
    """Dated exceptions: also the leader of a corps the lecturer belongs to. `led`: ids of the lecturers the actor leads today."""
    return may_set_hours(by, lecturer) or lecturer.id in led


def may_read_notes(by: Actor, lecturer: Lecturer) -> bool:
    """Why somebody is away is between them and the district's administrators."""
    return is_self(by, lecturer) or may_keep(by, lecturer)


def sight(by: Actor, lecturer: Lecturer, led: Collection[int]) -> Sight:
    """What this actor is shown of the lecturer."""
    if may_read_notes(by, lecturer):
        return Sight.ALL
    if lecturer.id in led or any(_holds(by, role, lecturer.district_id) for role in STAFF):
        return Sight.PROFILE
    return Sight.CARD


def may_edit_corps(by: Actor, corps: Corps, leads: bool) -> bool:
    """Members of a corps: the district's administrator and its own leader."""
    return may_keep(by, corps) or leads

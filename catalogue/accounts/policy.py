"""Who may keep people, accounts and roles: nobody above their own standing, nobody their own, nobody outside their part of the tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.accounts.models import Person
from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.organisations.models import Organisation

STANDING = {  # how high a role stands; who keeps accounts never touches one above their own
    Role.ORDERER: 0, Role.LECTURER: 0, Role.CORPS_LEADER: 0, Role.TOWN_ADMINISTRATOR: 1, Role.DISPATCHER: 2, Role.APPROVER: 2,
    Role.DISTRICT_ADMINISTRATOR: 2, Role.AUDITOR: 2, Role.CITY_VIEWER: 3, Role.SYSTEM_ADMINISTRATOR: 3,
}  # fmt: skip
KEEPERS = (Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
GRANTS = {  # which roles each keeper may give
    Role.TOWN_ADMINISTRATOR: (Role.ORDERER,),
    Role.DISTRICT_ADMINISTRATOR: (
        Role.ORDERER, Role.LECTURER, Role.CORPS_LEADER, Role.TOWN_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER,
        Role.DISTRICT_ADMINISTRATOR, Role.AUDITOR,
    ),
    Role.SYSTEM_ADMINISTRATOR: tuple(Role),
}  # fmt: skip
HELD_AT = {  # the levels at which a role means something
    Role.ORDERER: (Level.COMMITTEE, Level.UNIT), Role.LECTURER: tuple(Level), Role.CORPS_LEADER: tuple(Level),
    Role.TOWN_ADMINISTRATOR: (Level.TOWN,), Role.DISPATCHER: (Level.DISTRICT,), Role.APPROVER: (Level.DISTRICT,),
    Role.DISTRICT_ADMINISTRATOR: (Level.DISTRICT,), Role.AUDITOR: (Level.DISTRICT, Level.CITY), Role.CITY_VIEWER: (Level.CITY,),
    Role.SYSTEM_ADMINISTRATOR: (Level.CITY,),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A person with the organisation they belong to and the roles they hold or will hold."""

    person: Person
    organisation: Organisation
    held: Sequence[tuple[Role, Organisation]]


def _keeps(by: Actor, role: Role, organisation: Organisation) -> bool:
    if role is Role.SYSTEM_ADMINISTRATOR:
        return by.has(role)
    if role is Role.DISTRICT_ADMINISTRATOR:
        return organisation.district_id is not None and by.holds(
            role, organisation_id=None, district_id=organisation.district_id
        )
    return by.holds(role, organisation_id=organisation.id, town_id=organisation.town_id)


def may_keep_in(by: Actor, organisation: Organisation) -> bool:
    """May this actor enter people of this organisation?"""
    return by.kind is Kind.JOB or any(_keeps(by, role, organisation) for role in KEEPERS)


def may_grant(by: Actor, role: Role, organisation: Organisation, person_id: int | None = None) -> bool:
    """May this actor give this role in this organisation (to this person)? Never to themselves."""
    if organisation.level not in HELD_AT[role]:
        return False
    if by.kind is Kind.JOB:
        return True
    if person_id is not None and person_id == by.person_id:
        return False
    return any(role in GRANTS[keeper] and _keeps(by, keeper, organisation) for keeper in KEEPERS)


def may_manage(by: Actor, standing: Standing) -> bool:
    """May this actor change this person and their account? Everything they hold must lie in the actor's part of the tree, and not above it."""
    if by.kind is Kind.JOB:
        return True
    if standing.person.id == by.person_id:
        return False
    places = [(Role.ORDERER, standing.organisation), *standing.held]
    return any(
        all(STANDING[role] <= STANDING[keeper] and _keeps(by, keeper, place) for role, place in places)
        for keeper in KEEPERS
    )


def grantable(by: Actor, organisation: Organisation) -> list[Role]:
    """The roles this actor may give in this organisation, in the order of their standing."""
    return [role for role in Role if may_grant(by, role, organisation)]

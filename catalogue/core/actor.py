"""Who acts: every operation takes `by: Actor`, never a person row, so that features left of accounts need no account."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    ORDERER = "orderer"
    LECTURER = "lecturer"
    CORPS_LEADER = "corps_leader"
    TOWN_ADMINISTRATOR = "town_administrator"
    DISPATCHER = "dispatcher"
    APPROVER = "approver"
    DISTRICT_ADMINISTRATOR = "district_administrator"
    AUDITOR = "auditor"
    CITY_VIEWER = "city_viewer"
    SYSTEM_ADMINISTRATOR = "system_administrator"


class Kind(StrEnum):
    PERSON = "person"
    JOB = "job"
    TOKEN = "token"  # noqa: S105  # a kind of actor: an answer link: it speaks for one offer, not for a person


class Level(StrEnum):
    """Where an organisation stands for rights and figures; its kind (居民区, 村, 分院 …) is data."""

    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    COMMITTEE = "committee"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Membership:
    """One role in one organisation, in force now. `reach` are the organisation itself and its predecessors."""

    role: Role
    organisation_id: int
    level: Level
    district_id: int | None
    reach: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a job or a token, acting for an organisation, with the memberships in force at this moment."""

    kind: Kind
    name: str
    person_id: int | None = None
    lecturer_id: int | None = None
    memberships: tuple[Membership, ...] = ()
    acting_for: int | None = None
    request_id: str = ""
    account_id: int | None = None
    offer_id: int | None = None
    roles: frozenset[Role] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(m.role for m in self.memberships))

    def has(self, *roles: Role) -> bool:
        """Does any membership carry one of these roles, anywhere?"""
        return not self.roles.isdisjoint(roles)

    def organisations(self, *roles: Role) -> tuple[int, ...]:
        """Organisations (with their predecessors) in which this actor holds one of the roles; all roles if none is named."""
        return tuple(sorted({i for m in self.memberships if not roles or m.role in roles for i in m.reach}))

    def districts(self, *roles: Role) -> tuple[int, ...]:
        """Districts in which this actor holds one of the roles at district level; all roles if none is named."""
        return tuple(
            sorted(
                {
                    i
                    for m in self.memberships
                    if (not roles or m.role in roles) and m.level is Level.DISTRICT
                    for i in m.reach
                }
            )
        )

    def holds(
        self, role: Role, *, organisation_id: int | None, town_id: int | None = None, district_id: int | None = None
    ) -> bool:
        """Does the actor hold the role over a row of this committee, town and district? Rights are inherited downwards."""
        places = {organisation_id, town_id, district_id} - {None}
        return any(
            m.role is role and (m.level is Level.CITY or not places.isdisjoint(m.reach)) for m in self.memberships
        )


def job(name: str) -> Actor:
    """The actor of periodic and queued work; policies let it do what time does (expire, lapse, remind)."""
    return Actor(kind=Kind.JOB, name=name)

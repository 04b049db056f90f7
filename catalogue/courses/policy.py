"""Who may do what with courses and editions. A course belongs to its owner; others see it and ask."""

from catalogue.core.actor import Actor, Kind, Level, Membership, Role
from catalogue.courses.models import Course, Edition
from catalogue.organisations.models import Organisation

KEEPERS = (Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR, Role.CORPS_LEADER)
READERS = (*KEEPERS, Role.DISPATCHER, Role.APPROVER, Role.AUDITOR, Role.CITY_VIEWER)
HOUSE = frozenset({"district", "academy"})  # kinds whose courses the district administrator keeps
NEEDS_DISTRICT = frozenset(
    {"branch", "department", "partner", "corps"}
)  # published only after the district administrator's approval


def _works(by: Actor) -> bool:
    return by.kind is Kind.JOB


def _of_district(m: Membership, district_id: int | None, *roles: Role) -> bool:
    return m.role in roles and m.level is Level.DISTRICT and district_id in m.reach


def keeps(by: Actor, owner: Organisation, *, orphan: bool = False) -> bool:
    """May this actor write courses of this owner? Its own administrators; the district's for the district and its academy,
    and for an owner without any administrator of its own (`orphan`)."""
    if _works(by) or any(m.role in KEEPERS and owner.id in m.reach for m in by.memberships):
        return True
    house = owner.kind in HOUSE or orphan
    return house and any(_of_district(m, owner.district_id, Role.DISTRICT_ADMINISTRATOR) for m in by.memberships)


def approves(by: Actor, owner: Organisation) -> bool:
    """May this actor publish or return versions of this owner's courses? (Never their own submission: operations check.)"""
    roles = [Role.DISTRICT_ADMINISTRATOR]
    if owner.kind not in NEEDS_DISTRICT:
        roles.append(Role.APPROVER)
    return _works(by) or any(_of_district(m, owner.district_id, *roles) for m in by.memberships)


def honours(by: Actor, course: Course) -> bool:
    """May this actor award 精品课 and 金课 in the course's district?"""
    return _works(by) or any(
        _of_district(m, course.district_id, Role.DISTRICT_ADMINISTRATOR, Role.APPROVER) for m in by.memberships
    )


def keeps_words(by: Actor) -> bool:
    """May this actor change the vocabularies (forms, audiences, equipment, sub-categories, series)?"""
    return _works(by) or bool(by.districts(Role.DISTRICT_ADMINISTRATOR))


def keeps_editions(by: Actor, organisation: Organisation) -> bool:
    """May this actor write editions of this district or town?"""
    if _works(by):
        return True
    return any(
        (m.role in (Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR) and organisation.id in m.reach)
        or _of_district(m, organisation.district_id, Role.DISTRICT_ADMINISTRATOR)
        for m in by.memberships
    )


def may_have_edition(organisation: Organisation) -> bool:
    """Editions belong to a district, or to a town for what it offers on its own."""
    return organisation.level in (Level.DISTRICT, Level.TOWN)


def published(edition: Edition) -> bool:
    return edition.published_on is not None and edition.ended_on is None

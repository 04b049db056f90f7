"""Who says that something is missing, and who answers."""

from catalogue.core.actor import Actor, Role
from catalogue.demand.models import Gap
from catalogue.organisations.models import Organisation

REPORTING = (Role.ORDERER, Role.TOWN_ADMINISTRATOR, Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)
ANSWERING = (Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)
SEEING = REPORTING


def may_report(by: Actor, organisation: Organisation) -> bool:
    places = {
        "organisation_id": organisation.id,
        "town_id": organisation.town_id,
        "district_id": organisation.district_id,
    }
    return any(by.holds(role, **places) for role in REPORTING)


def may_answer(by: Actor, gap: Gap) -> bool:
    """The district's academy."""
    return any(
        by.holds(r, organisation_id=gap.organisation_id, town_id=gap.town_id, district_id=gap.district_id)
        for r in ANSWERING
    )

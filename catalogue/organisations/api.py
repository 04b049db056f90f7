"""JSON: the organisations one may see."""

from typing import Any

from catalogue.core import clock
from catalogue.core.api import blueprint, listed, reads, rows_of, tagged
from catalogue.core.web import actor, now, permit, signed_in
from catalogue.organisations import lists, queries
from catalogue.organisations.schemas import OrganisationOut, OrganisationsIn

api = blueprint("organisations", "组织机构")


@api.route("/organisations")
@permit(signed_in)
@reads
@api.arguments(OrganisationsIn, location="query")
@api.response(200, listed(OrganisationOut))
def organisations(values: dict[str, Any]) -> Any:
    """One's own organisations and everything below them, in the order of their pinyin."""
    level = values["level"].value if values["level"] is not None else ""
    wanted = lists.Wanted(values["q"], level, values["kind"], values["parent_id"])
    day = clock.day_of(now())
    found = lists.listed(actor(), wanted, day, after=values["after"], before=values["before"], size=values["limit"])
    return rows_of(found)


@api.route("/organisations/<int:organisation_id>")
@permit(signed_in)
@reads
@api.response(200, OrganisationOut)
def organisation(organisation_id: int) -> Any:
    """One organisation; 404 outside one's scope."""
    return tagged(queries.organisation(actor(), organisation_id))

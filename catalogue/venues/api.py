"""JSON: venues listed and read."""

from typing import Any

from catalogue.core import clock
from catalogue.core.api import blueprint, listed, reads, rows_of, tagged
from catalogue.core.web import actor, now, permit, signed_in
from catalogue.venues import listing, queries
from catalogue.venues.schemas import VenueOut, VenueRowOut, VenuesIn

api = blueprint("venues", "场地")


@api.route("/venues")
@permit(signed_in)
@reads
@api.arguments(VenuesIn, location="query")
@api.response(200, listed(VenueRowOut))
def venues(values: dict[str, Any]) -> Any:
    """The venues in sight, by name."""
    kind = values["kind"].value if values["kind"] is not None else ""
    wanted = listing.Wanted(q=values["q"].strip(), kind=kind, equipment=values["equipment"])
    return rows_of(
        listing.page_of(
            actor(),
            wanted,
            clock.day_of(now()),
            after=values["after"],
            before=values["before"],
            size=values["limit"],
        )
    )


@api.route("/venues/<int:venue_id>")
@permit(signed_in)
@reads
@api.response(200, VenueOut)
def venue(venue_id: int) -> Any:
    """One venue with its equipment and hours."""
    return tagged(queries.seen(actor(), venue_id))

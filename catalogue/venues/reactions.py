"""What happens to venues when the tree changes."""

from datetime import datetime

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.organisations.events import OrganisationsMerged
from catalogue.organisations.models import Organisation
from catalogue.venues import operations


def on_merged(news: OrganisationsMerged, *, by: Actor, at: datetime) -> None:
    """Venues go on in the successor."""
    operations.follow_merge(news.predecessor_ids, db.session.get_one(Organisation, news.successor_id), by=by, at=at)

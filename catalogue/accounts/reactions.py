"""What happens to people and roles when the tree changes."""

from datetime import datetime

from catalogue.accounts import operations
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.organisations.events import OrganisationEnded, OrganisationMoved, OrganisationsMerged
from catalogue.organisations.models import Organisation


def on_moved(news: OrganisationMoved, *, by: Actor, at: datetime) -> None:
    """People follow their organisation to its new town and district."""
    operations.follow_move(db.session.get_one(Organisation, news.organisation_id), by=by, at=at)


def on_merged(news: OrganisationsMerged, *, by: Actor, at: datetime) -> None:
    """People go on in the successor."""
    operations.follow_merge(news.predecessor_ids, db.session.get_one(Organisation, news.successor_id), by=by, at=at)


def on_ended(news: OrganisationEnded, *, by: Actor, at: datetime) -> None:
    """Roles end with the organisation."""
    operations.follow_end(db.session.get_one(Organisation, news.organisation_id), by=by, at=at)

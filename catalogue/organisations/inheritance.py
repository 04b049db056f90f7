"""What a merged organisation takes over from those it came from: spellings, types of community, groupings."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core import changes
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.organisations.models import (
    GroupingMember,
    Organisation,
    OrganisationAlias,
    OrganisationCommunityType,
)

DAY = timedelta(days=1)


def take_over(
    predecessors: Sequence[Organisation], successor: Organisation, on: date, *, by: Actor, at: datetime
) -> None:
    """From a day on everything people know the old ones by leads to the new one, which stands where they stood."""
    ids = [one.id for one in predecessors]
    spellings = _spellings(predecessors, successor)
    for alias in spellings:
        db.session.add(OrganisationAlias(organisation_id=successor.id, alias=alias))
    types = _hand_on(OrganisationCommunityType, "type_code", ids, successor.id, on)
    groupings = _hand_on(GroupingMember, "grouping_id", ids, successor.id, on)
    db.session.flush()
    if spellings or types or groupings:
        changed = {"aliases": [[], spellings], "types": [[], types], "groupings": [[], groupings]}
        changes.note(successor, "take_over", by=by, at=at, changed=changed)


def _spellings(predecessors: Sequence[Organisation], successor: Organisation) -> list[str]:
    """Names, short names and aliases of the old ones that the new one does not have yet."""
    query = sa.select(OrganisationAlias.organisation_id, OrganisationAlias.alias).order_by(OrganisationAlias.id)
    ids = [one.id for one in predecessors]
    written = db.session.execute(query.where(OrganisationAlias.organisation_id.in_([*ids, successor.id]))).all()
    own = {successor.name, successor.short_name, "", *(r.alias for r in written if r.organisation_id == successor.id)}
    old = [word for one in predecessors for word in (one.name, one.short_name)]
    return list(dict.fromkeys(w for w in (*old, *(r.alias for r in written)) if w not in own))


def _hand_on(model: type[Any], what: str, ids: Iterable[int], successor_id: int, on: date) -> list[Any]:
    """Dated rows of the old ones end the day before, and the new one has one of each from that day on. Returns what they say."""
    rows = db.session.scalars(
        sa.select(model).where(model.organisation_id.in_(ids), sa.or_(model.valid_until.is_(None), model.valid_until >= on))
    ).all()  # fmt: skip
    said = sorted({getattr(row, what) for row in rows})
    for row in rows:
        if row.valid_from >= on:
            db.session.delete(row)
        else:
            row.valid_until = on - DAY
    db.session.add_all(
        model(organisation_id=successor_id, valid_from=on, valid_until=None, **{what: value}) for value in said
    )
    return said

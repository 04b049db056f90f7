"""The list of venues: search, filters with their counts, one page of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.paging import SIZE, Page, paged
from catalogue.courses.models import Equipment
from catalogue.organisations.models import Organisation
from catalogue.venues.labels import KINDS
from catalogue.venues.models import Plaque, Venue, VenueEquipment, VenueKind
from catalogue.venues.queries import visible


@dataclass(frozen=True)
class Wanted:
    """What the list is filtered by; empty means all."""

    q: str = ""
    kind: str = ""
    town: str = ""
    equipment: str = ""
    batch: str = ""
    ended: bool = False


def _filtered(by: Actor, wanted: Wanted, today: date) -> sa.Select[Any]:
    query = visible(by)
    ended = sa.and_(Venue.ended_on.is_not(None), Venue.ended_on < today)
    query = query.where(ended if wanted.ended else ~ended)
    if wanted.q:
        word = wanted.q.lower()
        query = query.where(
            sa.or_(
                Venue.name.contains(wanted.q, autoescape=True),
                Venue.address.contains(wanted.q, autoescape=True),
                Venue.brand.contains(wanted.q, autoescape=True),
                Venue.initials.startswith(word, autoescape=True),
                Venue.sort_key.startswith(word, autoescape=True),
            )
        )
    if wanted.kind in set(VenueKind):
        query = query.where(Venue.kind == VenueKind(wanted.kind))
    if wanted.town.isdecimal() and len(wanted.town) < 12:
        query = query.where(Venue.town_id == int(wanted.town))
    if wanted.equipment:
        has = sa.select(VenueEquipment.venue_id).where(VenueEquipment.equipment_code == wanted.equipment)
        query = query.where(Venue.id.in_(has))
    if wanted.batch:
        query = query.where(
            Venue.id.in_(sa.select(Plaque.venue_id).where(Plaque.batch == wanted.batch, Plaque.withdrawn_on.is_(None)))
        )
    return query


def page_of(
    by: Actor, wanted: Wanted, today: date, *, after: str = "", before: str = "", size: int = SIZE
) -> Page[Venue]:
    """One page in the order of names, with owner and equipment: two statements."""
    query = _filtered(by, wanted, today).options(joinedload(Venue.organisation), selectinload(Venue.equipment))
    return paged(
        query,
        [(Venue.sort_key, False), (Venue.id, False)],
        after=after,
        before=before,
        size=size,
        key_of=lambda v: (v.sort_key, v.id),
    )


def count(by: Actor, wanted: Wanted, today: date) -> int:
    found = _filtered(by, wanted, today).with_only_columns(sa.func.count()).order_by(None)
    return db.session.scalar(found) or 0


@dataclass(frozen=True)
class Choices:
    """What can be chosen in the filters."""

    kinds: dict[str, Any]
    towns: dict[str, str]
    equipment: dict[str, str]
    batches: Sequence[str]


def choices(by: Actor) -> Choices:
    """Three statements; kinds are all there are."""
    seen = visible(by).with_only_columns(Venue.id, Venue.town_id).subquery()
    towns = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_(sa.select(seen.c.town_id)))
        .order_by(Organisation.sort_key, Organisation.id)
    )
    batches = db.session.scalars(
        sa.select(Plaque.batch).where(Plaque.venue_id.in_(sa.select(seen.c.id))).distinct().order_by(Plaque.batch)
    )
    return Choices(
        {k.value: label for k, label in KINDS.items()},
        {str(i): name for i, name in towns},
        equipment_words(),
        batches.all(),
    )


def equipment_words() -> dict[str, str]:
    """Equipment in use by code, in its order."""
    rows = db.session.execute(
        sa.select(Equipment.code, Equipment.label)
        .where(Equipment.ended_on.is_(None))
        .order_by(Equipment.position, Equipment.code)
    )
    return {row.code: row.label for row in rows}

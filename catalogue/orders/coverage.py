"""各居村点单情况: what each committee of a town ordered in an edition. A merge or a split loses no order and invents no silence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalogue.core.actor import Level
from catalogue.core.db import db
from catalogue.courses.models import Edition, EditionItem
from catalogue.orders.models import Order
from catalogue.orders.states import COUNTED, State
from catalogue.organisations import queries as organisations
from catalogue.organisations.models import Organisation, OrganisationLink


@dataclass(frozen=True)
class Row:
    """A committee with its counted orders of the edition, those of the ones it came from included; `before` are their names."""

    committee: Organisation
    orders: int
    delivered: int
    before: tuple[str, ...] = ()


def coverage(town_id: int, edition: Edition | None, today: date) -> list[Row]:
    """The committees of a town as they stood on the edition's last day (today while it runs); those with nothing first.

    What ended before that day counts with the one that went on from it. It stands on its own, if it ordered anything, when
    nobody or several went on, and so does a committee that ordered here and has moved to another town since.
    """
    day = min(today, edition.teach_until) if edition is not None else today
    counts = _counts(town_id, edition.id) if edition is not None else {}
    here = _here(town_id)
    found = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.level == Level.COMMITTEE, Organisation.id.in_({*here, *counts}))
        .order_by(Organisation.sort_key, Organisation.id)
    ).all()
    listed = {o.id: [o] for o in found if o.id in here and _stood(o, day)}
    heirs = _heirs([o.id for o in found if o.id not in listed])
    for one in found:
        if one.id in listed or one.id not in counts:
            continue
        living = [i for i in heirs[one.id] if i in listed]
        if len(living) == 1:
            listed[living[0]].append(one)
        else:
            listed[one.id] = [one]
    rows = [_row(group, counts) for group in listed.values()]
    return sorted(rows, key=lambda r: (r.orders, r.committee.sort_key, r.committee.id))


def _here(town_id: int) -> set[int]:
    """Ids of the town's committees and of those they came from."""
    reached = Organisation.id.in_(organisations.below(town_id))
    return set(db.session.scalars(sa.select(Organisation.id).where(reached, Organisation.level == Level.COMMITTEE)))


def _counts(town_id: int, edition_id: int) -> dict[int, tuple[int, int]]:
    """Counted and delivered orders of the edition by committee: the town's committees of today, and what was ordered in the town."""
    delivered = sa.case((Order.state.in_((State.DELIVERED, State.CLOSED)), 1))
    query = (
        sa.select(Order.organisation_id, sa.func.count(Order.id), sa.func.count(delivered))
        .join(EditionItem, EditionItem.id == Order.edition_item_id)
        .where(
            EditionItem.edition_id == edition_id, Order.state.in_(COUNTED),
            sa.or_(Order.town_id == town_id, Order.organisation_id.in_(organisations.below(town_id))),
        )
        .group_by(Order.organisation_id)
    )  # fmt: skip
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}


def _stood(committee: Organisation, day: date) -> bool:
    return committee.started_on <= day and (committee.ended_on is None or committee.ended_on >= day)


def _heirs(ids: Sequence[int]) -> dict[int, list[int]]:
    """Who went on from these, near or far, by id."""
    found: dict[int, list[int]] = defaultdict(list)
    query = sa.select(OrganisationLink.predecessor_id, OrganisationLink.successor_id)
    for before, after in db.session.execute(query.where(OrganisationLink.predecessor_id.in_(ids))):
        found[before].append(after)
    return found


def _row(group: Sequence[Organisation], counts: dict[int, tuple[int, int]]) -> Row:
    told: Any = [counts.get(o.id, (0, 0)) for o in group]
    return Row(group[0], sum(n for n, _d in told), sum(d for _n, d in told), tuple(o.name for o in group[1:]))

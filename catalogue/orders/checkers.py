"""Who can really check an order: never whoever entered it. A town without another administrator leaves it to the district at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Membership, Person
from catalogue.core.actor import Role
from catalogue.core.db import db, run
from catalogue.orders.models import Order, OrderHistory
from catalogue.orders.queries import entered_by
from catalogue.orders.states import Action, State
from catalogue.organisations.models import OrganisationLink

HANDS = ("create", "save", "windows", Action.SUBMIT.value)


@dataclass(frozen=True)
class Checkers:
    """Persons in post (id, name, phone) who may check, by name; of_town: they sit in the town, else in the district."""

    people: Sequence[Any]
    of_town: bool


def _in_post(day: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        Membership.starts_on <= day, sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= day)
    )  # fmt: skip


def _people(role: Role, place_id: int, day: date, without: Collection[int]) -> Sequence[Any]:
    became = sa.select(OrganisationLink.successor_id).where(OrganisationLink.predecessor_id == place_id)
    query = (
        sa.select(Person.id, Person.name, Person.phone)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.role == role, _in_post(day), Person.id.not_in(without),
            sa.or_(Membership.organisation_id == place_id, Membership.organisation_id.in_(became)),
        )
        .distinct()
        .order_by(Person.sort_key, Person.id)
        .add_columns(Person.sort_key)
    )  # fmt: skip
    return db.session.execute(query).all()


def checkers(order: Order, day: date) -> Checkers:
    """The town's administrators without those whose hand is in the order; when there are none, the district's."""
    hands = {i for i in (*entered_by(order.id), order.made_by_id, order.submitted_by_id) if i is not None}
    town = _people(Role.TOWN_ADMINISTRATOR, order.town_id, day, hands) if order.town_id is not None else ()
    if town:
        return Checkers(town, of_town=True)
    return Checkers(_people(Role.DISTRICT_ADMINISTRATOR, order.district_id, day, hands), of_town=False)


def past_town(order_ids: Collection[int], day: date) -> frozenset[int]:
    """Of these orders the submitted ones that nobody in their town may check. One statement, none without orders."""
    if not order_ids:
        return frozenset()
    if len(order_ids) == 1:  # each order that is handed in asks for itself
        return frozenset(row[0] for row in run(_PAST_ITS_TOWN, {"of": next(iter(order_ids)), "day": day}))
    return frozenset(row[0] for row in run(_PAST_TOWN, {"ids": list(order_ids), "day": day}))


def _past_town(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    hands = sa.select(OrderHistory.id).where(
        OrderHistory.owner_id == Order.id, OrderHistory.person_id == Membership.person_id, OrderHistory.action.in_(HANDS)
    ).correlate(Order, Membership)  # fmt: skip
    became = (
        sa.select(OrganisationLink.successor_id)
        .where(OrganisationLink.predecessor_id == Order.town_id)
        .correlate(Order)
    )
    another = sa.select(Membership.id).where(
        Membership.role == Role.TOWN_ADMINISTRATOR, _in_post(sa.bindparam("day")), ~hands.exists(),
        sa.or_(Membership.organisation_id == Order.town_id, Membership.organisation_id.in_(became)),
        sa.or_(Order.made_by_id.is_(None), Order.made_by_id != Membership.person_id),
        sa.or_(Order.submitted_by_id.is_(None), Order.submitted_by_id != Membership.person_id),
    )  # fmt: skip
    return sa.select(Order.id).where(which, Order.state == State.SUBMITTED, ~another.exists())


_IDS: Any = sa.bindparam("ids", expanding=True)
_PAST_TOWN = _past_town(Order.id.in_(_IDS))
_PAST_ITS_TOWN = _past_town(Order.id == sa.bindparam("of"))

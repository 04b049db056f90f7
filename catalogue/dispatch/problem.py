"""Rows → a matching Problem: who may teach, where, when, and what already holds time, in a handful of statements.

Ids are the rows' ids as texts. Minutes count from 00:00 (Shanghai) of a Monday, so a week of the rules is a calendar week.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import clock
from catalogue.core.db import db
from catalogue.courses.models import CourseVersion, EditionItem
from catalogue.dispatch.models import Dispatch, Offer, TeachMode
from catalogue.dispatch.problem_lecturers import lecturers_of
from catalogue.dispatch.problem_orders import order_of, with_past
from catalogue.dispatch.problem_venues import busy_of, venues_of
from catalogue.dispatch.span import Span
from catalogue.matching import problem as m
from catalogue.matching.explain import Names
from catalogue.matching.terms import Mode
from catalogue.matching.travel import Travel
from catalogue.orders import queries as ordering
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import settings_of


@dataclass(frozen=True)
class Loaded:
    """A problem with the words for its ids and the rows it was made from."""

    problem: m.Problem
    span: Span
    lecturers: Mapping[str, str]
    venues: Mapping[str, str]
    own_rooms: frozenset[int]
    settings: Mapping[str, int]

    @cached_property
    def names(self) -> Names:
        return Names(self.lecturers, self.venues)

    def teach_mode(self, mode: Mode, venue_id: int | None) -> TeachMode:
        """讲师上门 when it is in the committee's own room."""
        if mode is Mode.ONLINE:
            return TeachMode.ONLINE
        return TeachMode.ONSITE if venue_id is None or venue_id in self.own_rooms else TeachMode.VENUE

    def spot(self, mode: Mode, venue_id: int | None, order: m.Order) -> tuple[float, float] | None:
        """Where the lecturer is then."""
        if mode is Mode.ONLINE:
            return None
        return order.location if venue_id is None else self.problem.venue_of[str(venue_id)].location


def mode_of(teach_mode: TeachMode, venue_id: int | None) -> Mode:
    """The way of teaching as matching says it: a room that is held is a venue."""
    if teach_mode is TeachMode.ONLINE:
        return Mode.ONLINE
    return Mode.ONSITE if venue_id is None else Mode.VENUE


def whole_orders(ids: Collection[int]) -> list[Order]:
    """Orders with all that a problem and its pages need."""
    found = db.session.scalars(
        sa.select(Order)
        .where(Order.id.in_(ids))
        .options(
            selectinload(Order.windows),
            joinedload(Order.course),
            joinedload(Order.course_version).selectinload(CourseVersion.equipment),
            joinedload(Order.edition_item).joinedload(EditionItem.edition),
            joinedload(Order.organisation).joinedload(Organisation.town),
            joinedload(Order.venue),
            joinedload(Order.preferred_lecturer),
        )
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    )
    return list(found.unique())


def load(
    orders: Sequence[Order], at: datetime, *, without: Collection[int] = (), span: Span | None = None
) -> Loaded:  # fmt: skip
    """The problem of some orders of one district (as whole_orders gives them) at an instant.

    without: holds that do not count (those of the dispatch or lesson that is being changed).
    """
    host = orders[0]
    chain = ordering.chain_of(host.organisation_id)
    settings = settings_of(chain, clock.day_of(at))
    span = span or _span(orders, at)
    wanted = [order_of(order, chain_if(order, host, chain), span, at, settings) for order in orders]
    wanted = with_past(orders, wanted)
    lecturers, names = lecturers_of({o.course_id for o in orders}, host.district_id, span, settings)
    venues, venue_names, own = venues_of(orders, wanted, span)
    who = {
        HoldKind.LECTURER: [int(one.id) for one in lecturers if one.qualifications],
        HoldKind.VENUE: [int(one.id) for one in venues],
        HoldKind.ORGANISATION: sorted({order.organisation_id for order in orders}),
    }
    return Loaded(
        problem=m.Problem(
            horizon_start=span.first, days=span.days, orders=tuple(wanted), lecturers=lecturers, venues=venues,
            lessons=tuple(busy_of(span, who, without)),
            travel=Travel(
                speed_kmh=float(settings["travel_speed"]), setup_min=settings["setup_minutes"], venue_radius_km=float(settings["venue_radius_km"])
            ),
        ),
        span=span, lecturers=names, venues=venue_names, own_rooms=own, settings=settings,
    )  # fmt: skip


def chain_if(order: Order, host: Order, chain: tuple[int, ...]) -> tuple[int, ...]:
    """The chain of an order's committee; the host's is known already."""
    return chain if order.organisation_id == host.organisation_id else ordering.chain_of(order.organisation_id)


def _span(orders: Sequence[Order], at: datetime) -> Span:
    """From the first teaching day of the editions (or today, or the first window) to their last."""
    first, last = clock.day_of(at), clock.day_of(at) + timedelta(days=27)
    for order in orders:
        if order.edition_item is not None:
            first, last = (
                min(first, order.edition_item.edition.teach_from),
                max(last, order.edition_item.edition.teach_until),
            )
        for window in order.windows:
            first, last = min(first, clock.day_of(window.starts_at)), max(last, clock.day_of(window.ends_at))
    return Span.around(
        max(first, clock.day_of(at) - timedelta(days=200)), min(last, clock.day_of(at) + timedelta(days=400))
    )


def holds_of(dispatch: Dispatch) -> list[Hold]:
    """The active holds of a dispatch and its offers."""
    offers = sa.select(Offer.id).where(Offer.dispatch_id == dispatch.id)
    return list(
        db.session.scalars(
            sa.select(Hold)
            .where(
                Hold.active,
                sa.or_(
                    sa.and_(Hold.held_for == "dispatch", Hold.held_for_id == dispatch.id),
                    sa.and_(Hold.held_for == "offer", Hold.held_for_id.in_(offers)),
                ),
            )
            .order_by(Hold.kind, Hold.resource_id)
        )
    )

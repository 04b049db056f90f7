"""Orders as matching reads them: when, how and where each may be taught, and what was tried before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar import queries as calendar
from catalogue.calendar import working_days
from catalogue.core import clock
from catalogue.core.db import db
from catalogue.courses.models import CourseVersion, EditionItem
from catalogue.dispatch.models import DispatchOrder, Offer
from catalogue.dispatch.span import Span
from catalogue.dispatch.states import OfferState
from catalogue.matching import problem as m
from catalogue.matching.terms import Mode, Window
from catalogue.orders.models import Order, Place
from catalogue.orders.states import State
from catalogue.organisations.models import OrganisationReach

SERVED = (State.PLANNED, State.SCHEDULED, State.DELIVERED, State.CLOSED)
NOT_HELD_AGAINST = ("called_off", "order_cancelled", "redispatched", "exhausted")
"""Reason codes of withdrawals that say nothing about the lecturer: they may be asked again."""

HALF_HOUR = 30


def order_of(order: Order, chain: Sequence[int], span: Span, at: datetime, settings: Mapping[str, int]) -> m.Order:
    version = order.course_version
    modes, venues = _modes(order, version)
    since = clock.day_of(order.submitted_at or at)
    overrides = calendar.overrides(since, since + timedelta(days=90))
    soonest = span.minute(at) + 1 + 60 * settings["least_notice_hours"]
    now = -(-soonest // HALF_HOUR) * HALF_HOUR  # lessons begin on half hours, and what is said of it stands still

    def earliest(name: str) -> int:
        return max(now, span.minute(clock.at(working_days.add_working_days(since, settings[name], overrides), 0)))

    edition = order.edition_item.edition if order.edition_item is not None else None
    return m.Order(
        id=str(order.id), committee=str(order.organisation_id), course=str(order.course_id), areas=_areas(order, version, chain),
        minutes=version.minutes, attendees=order.expected or version.size_min, windows=_windows(order, span), modes=modes,
        location=_location(order), venues=venues, equipment=frozenset(e.code for e in version.equipment),
        preferred_lecturer=None if order.preferred_lecturer_id is None else str(order.preferred_lecturer_id), priority=order.priority,
        corps=None if order.corps_id is None else str(order.corps_id), not_before=earliest("lead_days"),
        not_before_online=earliest("lead_days_online"), not_after=None if edition is None else span.minute(clock.at(edition.teach_until, 1440)),
        course_modes=_course_modes(version), min_attendees=version.size_min,
    )  # fmt: skip


def _areas(order: Order, version: CourseVersion, chain: Sequence[int]) -> frozenset[str]:
    """The organisations above the committee and itself; its own room too if the course is taught there (讲师上门)."""
    room = {room_of(order.organisation_id)} if version.onsite else set()
    return frozenset({*map(str, chain), *room})


def room_of(organisation_id: int) -> str:
    return f"room of {organisation_id}"


def open_to(venue: Any, named: set[int], committees: set[int]) -> frozenset[str] | None:
    """The areas a venue serves (None: all). An own room serves its committee as the place where lecturers come to."""
    if venue.id in named or (venue.shared and not (venue.own_room and venue.organisation_id in committees)):
        return None
    if not venue.own_room:
        return frozenset({str(venue.organisation_id)})
    others = {str(one) for one in committees - {venue.organisation_id}} if venue.shared else set()
    return frozenset({room_of(venue.organisation_id), *others})


def _windows(order: Order, span: Span) -> tuple[Window, ...]:
    """Single times are liked in their order (10, 9 …); those of a pattern all alike."""
    return tuple(
        Window(span.minute(w.starts_at), span.minute(w.ends_at), 5 if order.pattern else max(0, 11 - w.rank))
        for w in order.windows
    )


def _location(order: Order) -> tuple[float, float] | None:
    venue = order.venue if order.place is Place.OWN_ROOM else None
    for thing in (venue, order.organisation, order.organisation.town):
        if thing is not None and thing.latitude is not None and thing.longitude is not None:
            return (thing.latitude, thing.longitude)
    return None


def _modes(order: Order, version: CourseVersion) -> tuple[tuple[Mode, ...], tuple[str, ...] | None]:
    """How it may be taught, and in which venues (None: any near enough)."""
    online = (Mode.ONLINE,) if order.online_too and version.online else ()
    match order.place:
        case Place.ONLINE:
            return (Mode.ONLINE,), ()
        case Place.ANY_VENUE:
            return (Mode.VENUE, *online), None
    if order.venue_id is None:
        here = (Mode.ONSITE,) if order.place is Place.OWN_ROOM and _location(order) is not None else (Mode.VENUE,)
        return (*here, *online), ()
    return (Mode.VENUE, *online), (str(order.venue_id),)


def _course_modes(version: CourseVersion) -> tuple[Mode, ...]:
    room = (Mode.VENUE,) if version.venue or version.onsite else ()
    return (*room, *((Mode.ONLINE,) if version.online else ()))


def with_past(orders: Sequence[Order], wanted: Sequence[m.Order]) -> list[m.Order]:
    """Who was asked before and said no or was withdrawn, and whether it is the committee's first lesson of the edition."""
    gone: dict[int, set[str]] = defaultdict(set)
    for order_id, lecturer_id in db.session.execute(
        sa.select(DispatchOrder.order_id, Offer.lecturer_id)
        .join(Offer, Offer.dispatch_id == DispatchOrder.dispatch_id)
        .where(
            DispatchOrder.order_id.in_([o.id for o in orders]),
            sa.or_(
                Offer.state == OfferState.DECLINED,
                sa.and_(Offer.state == OfferState.WITHDRAWN, Offer.reason_code.not_in(NOT_HELD_AGAINST)),
            ),
        )
    ):
        gone[order_id].add(str(lecturer_id))
    served = {
        (row.organisation_id, row.edition_id)
        for row in db.session.execute(
            sa.select(OrganisationReach.ancestor_id.label("organisation_id"), EditionItem.edition_id)
            .join(Order, Order.organisation_id == OrganisationReach.descendant_id)  # what it came from was taught for it
            .join(EditionItem, EditionItem.id == Order.edition_item_id)
            .where(
                OrganisationReach.ancestor_id.in_({o.organisation_id for o in orders}), Order.state.in_(SERVED),
                Order.id.not_in([o.id for o in orders]),
            )
            .distinct()
        )
    }  # fmt: skip
    return [
        replace(
            one,
            excluded=frozenset(gone[order.id]),
            first_lesson=order.edition_item is not None
            and (order.organisation_id, order.edition_item.edition_id) not in served,
        )
        for order, one in zip(orders, wanted, strict=True)
    ]

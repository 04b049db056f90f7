"""The order form asks how many lecturers could come on each half-day: an order as it would be, in memory only."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses.models import CourseVersion
from catalogue.dispatch.problem import load
from catalogue.dispatch.span import Span
from catalogue.matching import explain
from catalogue.matching.presence import who_could_come as presences
from catalogue.orders.models import Order, Place
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue


def who_could_come(asked: Any) -> dict[tuple[date, HalfDay], tuple[int, str]]:
    """For each half-day of the days asked: how many lecturers could come, else why nobody can (orders.sheet.Asked)."""
    at = clock.now()
    span = Span.around(asked.first, asked.last)
    loaded = load([_imagined(asked, at)], at, span=span)
    wanted = loaded.problem.orders[0]
    shown = presences(loaded.problem, wanted, (asked.first - span.first).days, (asked.last - span.first).days)
    return {
        (span.first + timedelta(days=one.day), HalfDay(one.half_day.code)): (one.count, explain.presence_words(one))
        for one in shown
    }


def _imagined(asked: Any, at: datetime) -> Order:
    """An order as it would be, in memory only."""
    version = db.session.scalars(
        sa.select(CourseVersion).where(CourseVersion.id == asked.course_version_id).options(sa.orm.selectinload(CourseVersion.equipment))
    ).one()  # fmt: skip
    committee = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.id == asked.committee_id)
        .options(sa.orm.joinedload(Organisation.town))
    ).one()
    room = db.session.scalars(
        sa.select(Venue).where(Venue.organisation_id == committee.id, Venue.own_room, Venue.ended_on.is_(None))
    ).first()
    own = asked.place is Place.OWN_ROOM
    venue_id = (room.id if room is not None else None) if own else asked.venue_id
    return Order(
        id=asked.order_id or 0, organisation_id=committee.id, district_id=committee.district_id, town_id=committee.town_id, course_id=asked.course_id,
        organisation=committee, course_version=version, course_version_id=version.id, place=asked.place, venue=room if own else None,
        venue_id=venue_id, expected=min(asked.expected or version.size_min, 5000), online_too=False, priority=1, submitted_at=at, pattern="",
    )  # fmt: skip

"""Who is busy when, and which days are worked."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from catalogue.calendar import working_days
from catalogue.calendar.models import CalendarDay, Hold, HoldKind
from catalogue.calendar.working_days import Day, Kind, Override, Overrides
from catalogue.core.db import db, run

NEIGHBOURS = timedelta(hours=24)


_OVERLAPPING = (
    sa.select(Hold)
    .where(
        Hold.kind == sa.bindparam("kind"), Hold.resource_id == sa.bindparam("resource_id"), Hold.active,
        Hold.busy_from < sa.bindparam("until"), Hold.busy_until > sa.bindparam("since"),
    )
    .order_by(Hold.busy_from, Hold.id)
)  # fmt: skip


def overlapping(kind: HoldKind, resource_id: int, busy_from: datetime, busy_until: datetime) -> Sequence[Hold]:
    """Active holds of a resource that overlap the half-open span, in time order."""
    known = {"kind": kind, "resource_id": resource_id, "since": busy_from, "until": busy_until}
    return db.session.scalars(_OVERLAPPING, known).all()


def neighbours(lecturer_id: int, busy_from: datetime, busy_until: datetime) -> Sequence[Hold]:
    """Active holds of a lecturer within a day of a span: all that a journey could matter to."""
    return overlapping(HoldKind.LECTURER, lecturer_id, busy_from - NEIGHBOURS, busy_until + NEIGHBOURS)


def held(kinds: Sequence[HoldKind], ids: Sequence[int] | None, since: datetime, until: datetime) -> Sequence[Hold]:
    """Active holds of these kinds (and resources, when given) that overlap a span, in time order."""
    query = sa.select(Hold).where(Hold.kind.in_(kinds), Hold.active, Hold.busy_from < until, Hold.busy_until > since)
    if ids is not None:
        query = query.where(Hold.resource_id.in_(ids))
    return db.session.scalars(query.order_by(Hold.busy_from, Hold.id)).all()


_HELD_FOR = (
    sa.select(Hold)
    .where(Hold.held_for == sa.bindparam("what"), Hold.held_for_id == sa.bindparam("id"), Hold.active)
    .order_by(Hold.kind, Hold.resource_id)
)


def held_for(held_for: str, held_for_id: int) -> Sequence[Hold]:
    """Active holds made for one dispatch, offer or lesson."""
    return db.session.scalars(_HELD_FOR, {"what": held_for, "id": held_for_id}).all()


# ── working days ───────────────────────────────────────────────────────────────────────────────


_DAYS = sa.select(CalendarDay.day, CalendarDay.kind, CalendarDay.name).where(
    CalendarDay.day.between(sa.bindparam("since"), sa.bindparam("until"))
)


def overrides(since: date, until: date) -> Overrides:
    """The district's own word on days (inclusive) that differ from the holiday library, for calendar.working_days."""
    days = run(_DAYS, {"since": since, "until": until})
    return {day: Override(Kind(kind.value), name) for day, kind, name in days}


def working_day(day: date) -> Day:
    """What a day is, with the installation's own corrections. Its year is read, for whether the notice is out."""
    return working_days.kind_of(day, overrides(date(day.year, 1, 1), date(day.year, 12, 31)))


def add_working_days(day: date, count: int) -> date:
    """The working day `count` working days after a day (before it when negative), with the installation's own corrections."""
    reach = timedelta(days=30 + 3 * abs(count))
    return working_days.add_working_days(day, count, overrides(day - reach, day + reach))

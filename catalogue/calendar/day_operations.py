"""The installation's own word on working days: every write on calendar_day, with its audit row."""

from datetime import date, datetime

from catalogue.calendar.models import CalendarDay, DayKind
from catalogue.calendar.policy import may_set_days
from catalogue.core import audit
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import NotAllowed
from catalogue.core.words import _


def _need(by: Actor) -> None:
    if not may_set_days(by):
        raise NotAllowed(_("工作日由系统管理员统一登记。"))


def set_day(day: date, kind: DayKind, name: str, *, by: Actor, at: datetime) -> None:
    """Says what a day is, whatever the library of holidays knows. Deadlines already promised do not move."""
    _need(by)
    there = db.session.get(CalendarDay, day)
    if there is not None and (there.kind, there.name) == (kind, name):
        return
    before = there.kind.value if there is not None else ""
    if there is None:
        db.session.add(CalendarDay(day=day, kind=kind, name=name, set_at=at))
    else:
        there.kind, there.name, there.set_at = kind, name, at
    db.session.flush()
    audit.append(
        "set_day",
        "calendar_day",
        day.toordinal(),
        by=by,
        at=at,
        district_id=None,
        from_state=before,
        to_state=kind.value,
    )


def unset_day(day: date, *, by: Actor, at: datetime) -> None:
    """Takes the own word back: the library of holidays counts again."""
    _need(by)
    there = db.session.get(CalendarDay, day)
    if there is None:
        return
    before = there.kind.value
    db.session.delete(there)
    db.session.flush()
    audit.append("unset_day", "calendar_day", day.toordinal(), by=by, at=at, district_id=None, from_state=before)

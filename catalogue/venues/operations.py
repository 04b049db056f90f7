"""Every write on venues: the row, equipment, hours, closures and plaques."""

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor, Level
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.text import initials, sort_key
from catalogue.core.words import _
from catalogue.courses.models import Equipment
from catalogue.organisations.models import Organisation
from catalogue.venues import policy
from catalogue.venues.errors import OwnRoomOfOther, PlaqueWithdrawn, VenueEnded
from catalogue.venues.events import VenueChanged
from catalogue.venues.models import Plaque, Venue, VenueClosure, VenueEquipment, VenueHours

Hours = tuple[int, int, int]  # weekday (0 = Monday), opens, closes in minutes of the local day
PLAQUE_NUMBER = re.compile(r"\w[\w\-/〔〕（）() ]*")
COLUMNS = frozenset(
    {
        "kind", "name", "shared", "capacity", "address", "latitude", "longitude", "floor", "lift", "parking", "way_in", "telephone", "brand",
        "theme",
    }
)  # fmt: skip


def _need(may: bool) -> None:
    if not may:
        raise NotAllowed(_("这个场地不归您管理。需要修改的话，请联系本街镇管理员。"))


def _in_use(venue: Venue) -> None:
    if venue.ended_on is not None:
        raise VenueEnded(_("这个场地已经停用，不能再改。"))


def _changed(venue: Venue, by: Actor, at: datetime) -> None:
    db.session.flush()
    events.publish(VenueChanged(venue.id), by=by, at=at)


def _touch(venue: Venue, version: int | None) -> None:
    """A change to a part of the venue makes older pages stale, as a change to the row does."""
    if version is not None:
        changes.check_version(venue, version)
    flag_modified(venue, "name")


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - COLUMNS
    if unknown:
        raise ValueError(f"no columns of a venue for people: {sorted(unknown)}")
    if (values.get("latitude") is None) != (values.get("longitude") is None):
        raise Invalid(_("纬度和经度要么都填，要么都不填。"), field="longitude")
    named = dict(values)
    if "name" in values:
        named |= {"sort_key": sort_key(values["name"]), "initials": initials(values["name"])}
    return named


def create(
    owner: Organisation, values: Mapping[str, Any], *, by: Actor, at: datetime, equipment: Collection[str] = (),
    hours: Iterable[Hours] = (), own_room: bool = False,
) -> Venue:  # fmt: skip
    """A new venue of an organisation, with its equipment and opening hours; as the committee's own room when it says so."""
    _need(policy.may_keep(by, owner))
    if owner.district_id is None:
        raise Invalid(_("请选择区以下的单位。"), field="owner")
    venue = Venue(
        organisation_id=owner.id, town_id=owner.town_id, district_id=owner.district_id, own_room=False, **_named(values)
    )  # fmt: skip
    changes.begin(venue, by=by, at=at)
    if equipment:
        _write_equipment(venue, equipment, by=by, at=at)
    if hours := list(hours):
        _write_hours(venue, hours, by=by, at=at)
    if own_room:
        set_own_room(venue, by=by, at=at)
    _changed(venue, by, at)
    return venue


def edit(venue: Venue, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Changes what the venue is. A committee may change the details of its own room only (policy.OWN_ROOM_FIELDS)."""
    moved = {name for name, value in values.items() if getattr(venue, name) != value}
    _need(policy.may_edit(by, venue, moved))
    _in_use(venue)
    if changes.edit(venue, _named(values), by=by, at=at, version=version):
        _changed(venue, by, at)


def set_equipment(venue: Venue, codes: Collection[str], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """What stands in the room. Also for the committee of an own room."""
    _need(policy.may_edit(by, venue))
    _in_use(venue)
    if version is not None:
        changes.check_version(venue, version)
    if _write_equipment(venue, codes, by=by, at=at):
        _touch(venue, None)
        _changed(venue, by, at)


def _write_equipment(venue: Venue, codes: Collection[str], *, by: Actor, at: datetime) -> bool:
    known = set(db.session.scalars(sa.select(Equipment.code)))
    if not known.issuperset(codes):
        raise Invalid(_("没有这种设备，请从列表中选择。"), field="equipment")
    query = sa.select(VenueEquipment).where(VenueEquipment.venue_id == venue.id)
    there = {row.equipment_code: row for row in db.session.scalars(query)}
    if set(there) == set(codes):
        return False
    for code in set(there) - set(codes):
        db.session.delete(there[code])
    db.session.add_all(
        VenueEquipment(venue_id=venue.id, equipment_code=code) for code in sorted(set(codes) - set(there))
    )
    db.session.flush()
    _forget(venue, "equipment")
    changes.note(venue, "equip", by=by, at=at, changed={"equipment": [sorted(there), sorted(codes)]})
    return True


def _forget(venue: Venue, part: str) -> None:
    """A loaded list of parts is read anew by whoever asks next."""
    if part in venue.__dict__:
        db.session.expire(venue, [part])


def set_hours(venue: Venue, hours: Iterable[Hours], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """The opening hours of an ordinary week; none at all means 8:30 to 21:00 daily."""
    _need(policy.may_keep(by, venue))
    _in_use(venue)
    _touch(venue, version)
    _write_hours(venue, list(hours), by=by, at=at)
    _changed(venue, by, at)


def _write_hours(venue: Venue, hours: list[Hours], *, by: Actor, at: datetime) -> None:
    hours.sort()
    for one, next_one in itertools.pairwise(hours):
        if one[0] == next_one[0] and next_one[1] < one[2]:
            raise Invalid(_("同一天的开放时间不能重叠。"), field="hours")
    if any(not (0 <= day <= 6 and 0 <= opens < closes <= 1440) for day, opens, closes in hours):
        raise Invalid(_("关门时间要晚于开门时间。"), field="hours")
    old = db.session.scalars(sa.select(VenueHours).where(VenueHours.venue_id == venue.id)).all()
    before = sorted((h.weekday, h.opens, h.closes) for h in old)
    for row in old:
        db.session.delete(row)
    db.session.flush()
    db.session.add_all(VenueHours(venue_id=venue.id, weekday=d, opens=o, closes=c) for d, o, c in hours)
    db.session.flush()
    _forget(venue, "hours")
    changes.note(venue, "hours", by=by, at=at, changed={"hours": [[str(h) for h in before], [str(h) for h in hours]]})


def close(
    venue: Venue, first_day: date, last_day: date, *, by: Actor, at: datetime, half_day: HalfDay | None = None,
    reason: str = "",
) -> VenueClosure:  # fmt: skip
    """Closes the venue on these days (inclusive), whole or for one half-day. Lessons already there stay; the dispatcher moves them."""
    _need(policy.may_keep(by, venue))
    _in_use(venue)
    if last_day < first_day:
        raise Invalid(_("最后一天不能早于第一天。"), field="last_day")
    made = VenueClosure(
        venue_id=venue.id, first_day=first_day, last_day=last_day, half_day=half_day, reason=reason, ended=False
    )
    db.session.add(made)
    db.session.flush()
    changes.note(
        venue, "close_days", by=by, at=at, subject="venue_closure", subject_id=made.id, words=reason,
        changed={"first_day": first_day, "last_day": last_day, "half_day": half_day},
    )  # fmt: skip
    _changed(venue, by, at)
    return made


def take_back(venue: Venue, closure: VenueClosure, *, by: Actor, at: datetime) -> None:
    """The venue is open after all."""
    _need(policy.may_keep(by, venue))
    if closure.ended or closure.venue_id != venue.id:
        return
    closure.ended = True
    changes.note(
        venue, "open_days", by=by, at=at, subject="venue_closure", subject_id=closure.id,
        changed={"first_day": closure.first_day, "last_day": closure.last_day},
    )  # fmt: skip
    _changed(venue, by, at)


def set_own_room(venue: Venue, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Makes this the room of its committee; the one before stays a venue but loses the mark."""
    _need(policy.may_keep(by, venue))
    _in_use(venue)
    owner = db.session.get_one(Organisation, venue.organisation_id)
    if owner.level is not Level.COMMITTEE:
        raise OwnRoomOfOther(_("只有居村的场地可以设为自己的活动室。"))
    query = sa.select(Venue).where(
        Venue.organisation_id == owner.id, Venue.own_room, Venue.ended_on.is_(None), Venue.id != venue.id
    )
    for other in db.session.scalars(query):
        changes.edit(other, {"own_room": False}, by=by, at=at, action="own_room_off")
        _changed(other, by, at)
    changes.edit(venue, {"own_room": True}, by=by, at=at, version=version, action="own_room")
    _changed(venue, by, at)


def follow_merge(predecessor_ids: Sequence[int], successor: Organisation, *, by: Actor, at: datetime) -> None:
    """Venues of merged organisations belong to the new one. The first own room stays the own room, the others stay venues.

    First is the first predecessor's. Nobody is asked: whoever merges may reshape both.
    """
    rows = db.session.scalars(
        sa.select(Venue).where(Venue.organisation_id.in_(predecessor_ids), Venue.ended_on.is_(None)).order_by(Venue.id)
    ).all()
    own = sorted((v for v in rows if v.own_room), key=lambda v: predecessor_ids.index(v.organisation_id))
    for other in own[1:]:
        changes.edit(other, {"own_room": False}, by=by, at=at, action="own_room_off")
    place = {"organisation_id": successor.id, "town_id": successor.town_id, "district_id": successor.district_id}
    for venue in rows:
        changes.edit(venue, place, by=by, at=at, action="take_over")
        _changed(venue, by, at)


def award(venue: Venue, *, batch: str, number: str, awarded_on: date, by: Actor, at: datetime) -> Plaque:
    """授牌: a plaque with its batch and number; one at a time is in force."""
    _need(policy.may_award(by, venue))
    _in_use(venue)
    if not PLAQUE_NUMBER.fullmatch(number):
        raise Invalid(_("请照牌子上的号填写，用汉字、字母和数字，例如：QP-03-12。"), field="number")
    there = db.session.scalars(sa.select(Plaque).where(Plaque.venue_id == venue.id, Plaque.withdrawn_on.is_(None)))
    for one in there:
        words = _("这里已经挂着 %(batch)s的牌 %(number)s。要换新牌，请先摘牌。", batch=one.batch, number=one.number)
        raise Invalid(words, field="number")
    if db.session.scalar(sa.select(sa.exists().where(Plaque.number == number))):
        raise Invalid(_("这个牌号已经用过，请核对。"), field="number")
    made = Plaque(venue_id=venue.id, batch=batch, number=number, awarded_on=awarded_on)
    db.session.add(made)
    db.session.flush()
    changes.note(
        venue, "award", by=by, at=at, subject="plaque", subject_id=made.id, changed={"batch": batch, "number": number}
    )
    _changed(venue, by, at)
    return made


def withdraw(venue: Venue, plaque: Plaque, *, on: date, by: Actor, at: datetime, reason: str = "") -> None:
    """摘牌: from this day no new lesson is placed here; what was agreed before stays."""
    _need(policy.may_award(by, venue))
    if plaque.withdrawn_on is not None or plaque.venue_id != venue.id:
        raise PlaqueWithdrawn(_("这块牌已经摘了。"))
    if on < plaque.awarded_on:
        raise Invalid(_("摘牌日期不能早于授牌日期。"), field="on")
    plaque.withdrawn_on = on
    changes.note(
        venue, "withdraw_plaque", by=by, at=at, subject="plaque", subject_id=plaque.id, words=reason,
        changed={"withdrawn_on": [None, on]},
    )  # fmt: skip
    _changed(venue, by, at)


def end(
    venue: Venue, *, by: Actor, at: datetime, on: date | None = None, reason: str = "", version: int | None = None
) -> None:
    """The venue's last day (today unless said); its past stays."""
    _need(policy.may_keep(by, venue))
    _in_use(venue)
    changes.edit(venue, {"ended_on": on or clock.day_of(at)}, by=by, at=at, version=version, action="end", words=reason)
    _changed(venue, by, at)

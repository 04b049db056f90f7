"""Which venues there are, when they are open, and which suit a lesson."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.core.clock import SPANS
from catalogue.core.db import db
from catalogue.organisations.models import Organisation, OrganisationReach
from catalogue.organisations.queries import one
from catalogue.venues.models import Plaque, Venue, VenueClosure, VenueEquipment, VenueHistory, VenueHours
from catalogue.venues.policy import STAFF

Span = tuple[int, int]  # minutes of the local day, half open
OPEN_DAILY: Span = (510, 1260)  # a venue without hours of its own: 8:30 to 21:00
ONE_DAY = timedelta(days=1)


# ── who sees which ─────────────────────────────────────────────────────────────────────────────


def visible(by: Actor) -> sa.Select[Venue]:
    """The venues an actor knows of: staff all of their district, committees those they may use. Others' districts are not shown."""
    if by.kind is Kind.JOB:
        return sa.select(Venue)
    held = [m for m in by.memberships if m.role is not Role.SYSTEM_ADMINISTRATOR]
    if any(m.level is Level.CITY for m in held):
        return sa.select(Venue)
    staffed = {m.district_id for m in held if m.role in STAFF} - {None}
    districts = {m.district_id for m in held} - {None}
    own = sorted({i for m in held if m.level is not Level.DISTRICT for i in m.reach})
    usable = sa.and_(Venue.district_id.in_(districts), Venue.shared)
    return sa.select(Venue).where(sa.or_(Venue.district_id.in_(staffed), usable, Venue.organisation_id.in_(own)))


def seen(by: Actor, venue_id: int, *, to_change: bool = False) -> Venue:
    """One venue with its owner, equipment and hours. Raises NotVisible. `to_change` locks the row until the end of the transaction."""
    query = (
        visible(by)
        .where(Venue.id == venue_id)
        .options(selectinload(Venue.organisation), selectinload(Venue.equipment), selectinload(Venue.hours))
    )
    return one(query.with_for_update(of=Venue) if to_change else query)


# ── when it is open ────────────────────────────────────────────────────────────────────────────


def closures(venue_ids: Collection[int], first: date, last: date) -> Sequence[VenueClosure]:
    """Closures in force that touch these days (inclusive), in order of their first day."""
    return db.session.scalars(
        sa.select(VenueClosure)
        .where(
            VenueClosure.venue_id.in_(venue_ids),
            ~VenueClosure.ended,
            VenueClosure.first_day <= last,
            VenueClosure.last_day >= first,
        )
        .order_by(VenueClosure.first_day, VenueClosure.id)
    ).all()


def _plaques(venue_ids: Collection[int]) -> Mapping[int, list[Plaque]]:
    found: dict[int, list[Plaque]] = defaultdict(list)
    for plaque in db.session.scalars(sa.select(Plaque).where(Plaque.venue_id.in_(venue_ids))):
        found[plaque.venue_id].append(plaque)
    return found


def bookable_until(plaques: Iterable[Plaque]) -> date | None:
    """The first day no new lesson may be held there because every plaque was withdrawn; None: no such day."""
    ends = [p.withdrawn_on for p in plaques]
    return max(e for e in ends if e is not None) if ends and None not in ends else None


def _without(spans: Iterable[Span], gone: Span) -> list[Span]:
    """Spans with one piece cut out."""
    kept = []
    for starts, ends in spans:
        kept += [(a, b) for a, b in ((starts, min(ends, gone[0])), (max(starts, gone[1]), ends)) if a < b]
    return kept


def open_spans(venue_ids: Collection[int], first: date, last: date) -> dict[int, dict[date, list[Span]]]:
    """When each venue is open on each day (inclusive): hours minus closures, nothing after its end or its last plaque's withdrawal.

    Every venue and day asked for is there, closed ones with an empty list. Four statements, whatever is asked.
    """
    ended = {
        row.id: row.ended_on
        for row in db.session.execute(sa.select(Venue.id, Venue.ended_on).where(Venue.id.in_(venue_ids)))
    }
    hours: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    rows = (
        sa.select(VenueHours).where(VenueHours.venue_id.in_(venue_ids)).order_by(VenueHours.weekday, VenueHours.opens)
    )
    for row in db.session.scalars(rows):
        hours[row.venue_id][row.weekday].append((row.opens, row.closes))
    shut = defaultdict(list)
    for closure in closures(venue_ids, first, last):
        shut[closure.venue_id].append(closure)
    plaques = _plaques(venue_ids)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    found: dict[int, dict[date, list[Span]]] = {}
    for venue_id in venue_ids:
        ends, until = ended.get(venue_id), bookable_until(plaques.get(venue_id, ()))
        found[venue_id] = {}
        for day in days:
            week = hours.get(venue_id)
            spans = list(week[day.weekday()]) if week is not None else [OPEN_DAILY]
            if venue_id not in ended or (ends is not None and day > ends) or (until is not None and day >= until):
                spans = []
            for closure in shut[venue_id]:
                if closure.first_day <= day <= closure.last_day:
                    spans = _without(spans, SPANS[closure.half_day]) if closure.half_day is not None else []
            found[venue_id][day] = spans
    return found


# ── which suit ─────────────────────────────────────────────────────────────────────────────────


def own_room(organisation_id: int) -> Venue | None:
    """The room in which a committee's lessons are held unless it says otherwise."""
    return db.session.scalars(
        sa.select(Venue).where(Venue.organisation_id == organisation_id, Venue.own_room, Venue.ended_on.is_(None))
    ).one_or_none()


def suitable(
    organisation: Organisation, day: date, *, people: int = 1, equipment: Collection[str] = ()
) -> Sequence[Venue]:
    """Venues in use on the day that this organisation may use and that are large and equipped enough: its own, and shared ones of its district."""
    has = (
        sa.select(sa.func.count())
        .select_from(VenueEquipment)
        .where(VenueEquipment.venue_id == Venue.id, VenueEquipment.equipment_code.in_(equipment))
        .scalar_subquery()
    )
    query = sa.select(Venue).where(
        sa.or_(Venue.organisation_id == organisation.id, sa.and_(Venue.shared, Venue.district_id == organisation.district_id)),
        sa.or_(Venue.ended_on.is_(None), Venue.ended_on >= day),
        Venue.capacity >= people,
    )  # fmt: skip
    if equipment:
        query = query.where(has == len(set(equipment)))
    found = db.session.scalars(query.order_by(Venue.own_room.desc(), Venue.sort_key, Venue.id)).all()
    plaques = _plaques([v.id for v in found])
    return [v for v in found if (until := bookable_until(plaques.get(v.id, ()))) is None or day < until]


# ── pages ──────────────────────────────────────────────────────────────────────────────────────


def plaques_of(venue_id: int) -> Sequence[Plaque]:
    return db.session.scalars(
        sa.select(Plaque).where(Plaque.venue_id == venue_id).order_by(Plaque.awarded_on.desc(), Plaque.id.desc())
    ).all()


def closures_of(venue_id: int, since: date) -> Sequence[VenueClosure]:
    """Closures that are not over yet, those taken back included."""
    return db.session.scalars(
        sa.select(VenueClosure)
        .where(VenueClosure.venue_id == venue_id, VenueClosure.last_day >= since)
        .order_by(VenueClosure.first_day, VenueClosure.id)
    ).all()


def history_of(venue_id: int, limit: int = 50) -> Sequence[VenueHistory]:
    """The newest acts on a venue, oldest first."""
    newest = db.session.scalars(
        sa.select(VenueHistory).where(VenueHistory.owner_id == venue_id).order_by(VenueHistory.id.desc()).limit(limit)
    ).all()
    return newest[::-1]


def owners(by: Actor) -> Sequence[Organisation]:
    """Organisations for which this actor may make venues."""
    roles = (Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR)
    above = by.organisations(*roles)
    reach = sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id.in_(above))
    return db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.id.in_(reach), Organisation.ended_on.is_(None), Organisation.level != Level.CITY)
        .order_by(Organisation.sort_key, Organisation.id)
    ).all()

"""Every read of dispatches and offers, starting from who may see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from catalogue.accounts.models import Person
from catalogue.accounts.queries import hashed
from catalogue.calendar import queries as calendar
from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import numbers
from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.clock import day_of
from catalogue.core.db import db, lock, run
from catalogue.core.errors import NotVisible
from catalogue.core.words import _
from catalogue.courses.models import Course, CourseVersion
from catalogue.demand.models import Gap
from catalogue.demand.states import GapState
from catalogue.dispatch import policy
from catalogue.dispatch.models import (
    CorpsAsk,
    Dispatch,
    DispatchCandidate,
    DispatchHistory,
    DispatchOrder,
    Offer,
    OfferHistory,
)
from catalogue.dispatch.states import AskState, Mode, OfferState, State
from catalogue.lecturers.models import Corps, CorpsMember, CorpsRole, Lecturer
from catalogue.orders.models import Order, OrderWindow
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import in_scope, one, visible_to
from catalogue.venues.models import Venue

QUEUE = 12  # orders on the desk at a time


@dataclass(frozen=True)
class Wish:
    """A lecturer, a room and a time that a proposal wants or would want."""

    lecturer_id: int
    venue_id: int | None
    starts_at: datetime
    ends_at: datetime


# ── the desk ────────────────────────────────────────────────────────────────────────────────────

_TOWN = aliased(Organisation)
_SOONEST = (
    sa.select(sa.func.min(OrderWindow.starts_at)).where(OrderWindow.order_id == Order.id).correlate(Order).scalar_subquery()
)  # fmt: skip


def _waiting(by: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(Order.state == OrderState.APPROVED, in_scope(by, Order, *policy.DESK))


def _roles_of(by: Actor) -> Actor:
    """The actor without what differs from request to request, as a key of statements built once."""
    return replace(by, request_id="", name="", acting_for=None)


@lru_cache(maxsize=200)
def _queue(by: Actor) -> Any:
    soonest = _SOONEST.label("soonest")
    first = (  # the ids of one page, before anything is joined to them
        sa.select(Order.id, soonest, sa.func.count().over().label("waiting"))
        .where(_waiting(by))
        .order_by(soonest.nulls_last(), Order.id)
        .limit(QUEUE)
        .offset(sa.bindparam("first", type_=sa.Integer))
        .subquery()
    )
    return (
        sa.select(
            Order.id, Order.number, Order.version, Order.origin, Order.expected, Order.course_version_id, CourseVersion.title,
            Organisation.name.label("committee"), _TOWN.name.label("town"), first.c.soonest, first.c.waiting,
            Order.organisation_id, Organisation.renamed_on, Organisation.ended_on,
        )
        .join(first, first.c.id == Order.id)
        .join(CourseVersion, CourseVersion.id == Order.course_version_id)
        .join(Organisation, Organisation.id == Order.organisation_id)
        .outerjoin(_TOWN, _TOWN.id == Order.town_id)
        .order_by(first.c.soonest.nulls_last(), Order.id)
    )  # fmt: skip


def queue(by: Actor, page: int = 1) -> Sequence[Any]:
    """Approved orders that wait for a dispatch, the soonest first possible time first."""
    found: Sequence[Any] = run(_queue(_roles_of(by)), {"first": (page - 1) * QUEUE}).all()
    return found


def waiting_order(by: Actor, said: int | str) -> Order:
    """One order of the desk, by id or number. Raises NotVisible."""
    number = numbers.plain(str(said))
    mine = Order.number == number if number else Order.id == _id(said)
    return one(visible_to(by, Order, *policy.DESK).where(mine))


def pressed_before(by: Actor, order_ids: Sequence[int]) -> str:
    """The number of the dispatch this person has just proposed for these orders and nobody has decided on: a second press of the same button.

    Waits for a first press that is still under way. Empty for a first one.
    """
    lock(Order, list(order_ids))
    query = (
        sa.select(Dispatch.number)
        .join(DispatchOrder, DispatchOrder.dispatch_id == Dispatch.id)
        .where(
            DispatchOrder.order_id.in_(order_ids), DispatchOrder.live, Dispatch.state == State.PROPOSED, Dispatch.proposed_by_id == by.person_id
        )
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) or "" if by.person_id is not None else ""


def _id(said: int | str) -> int:
    """What an address says as an id; 0, which no row has, for anything that no column could hold."""
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@lru_cache(maxsize=200)
def _under_way(by: Actor) -> Any:
    open_ones = Dispatch.state.in_((State.PROPOSED, State.APPROVED))
    return _listed().where(open_ones, in_scope(by, Dispatch, *policy.SEEING)).limit(50)


def under_way(by: Actor) -> Sequence[Any]:
    """Proposed and approved dispatches of the desk, the newest first."""
    found: Sequence[Any] = run(_under_way(_roles_of(by))).all()
    return found


def to_approve(by: Actor) -> Sequence[Any]:
    """Proposals that this actor may approve: those somebody else made."""
    return db.session.execute(
        _listed()
        .where(Dispatch.state == State.PROPOSED, in_scope(by, Dispatch, *policy.APPROVING))
        .order_by(None)
        .order_by(Dispatch.id)
        .limit(100)
    ).all()


def _listed() -> Any:
    first = sa.and_(DispatchCandidate.dispatch_id == Dispatch.id, DispatchCandidate.rank == 1)
    return (
        sa.select(
            Dispatch.id, Dispatch.number, Dispatch.state, Dispatch.mode, Dispatch.proposed_at, Dispatch.proposed_by_id, Dispatch.version,
            CourseVersion.title, Organisation.name.label("committee"), Lecturer.display_name.label("lecturer"), DispatchCandidate.starts_at,
            DispatchCandidate.ends_at, DispatchCandidate.total, Venue.name.label("venue"), Person.name.label("proposer"),
            Dispatch.organisation_id, Organisation.renamed_on, Organisation.ended_on,
        )
        .join(CourseVersion, CourseVersion.id == Dispatch.course_version_id)
        .join(Organisation, Organisation.id == Dispatch.organisation_id)
        .join(DispatchCandidate, first)
        .join(Lecturer, Lecturer.id == DispatchCandidate.lecturer_id)
        .outerjoin(Venue, Venue.id == DispatchCandidate.venue_id)
        .outerjoin(Person, Person.id == Dispatch.proposed_by_id)
        .order_by(Dispatch.id.desc())
    )  # fmt: skip


_WHOLE = (
    joinedload(Dispatch.course_version),
    selectinload(Dispatch.orders).joinedload(DispatchOrder.order).joinedload(Order.organisation),
    selectinload(Dispatch.candidates).options(joinedload(DispatchCandidate.lecturer), joinedload(DispatchCandidate.venue)),
    selectinload(Dispatch.offers).options(joinedload(Offer.lecturer), joinedload(Offer.venue)),
)  # fmt: skip


def visible(by: Actor) -> sa.Select[Dispatch]:
    return visible_to(by, Dispatch, *policy.SEEING)


def dispatch_of(by: Actor, said: int | str) -> Dispatch:
    """One dispatch by id or number with all its page shows. Raises NotVisible outside the scope."""
    number = numbers.plain(str(said))
    mine = Dispatch.number == number if number else Dispatch.id == _id(said)
    return one(visible(by).where(mine).options(*_WHOLE))


def loaded(dispatch_id: int) -> Dispatch:
    """A dispatch with all its parts, for features to the right (their own policy has judged)."""
    return db.session.scalars(sa.select(Dispatch).where(Dispatch.id == dispatch_id).options(*_WHOLE)).unique().one()


def history_of(dispatch_id: int) -> Sequence[DispatchHistory]:
    return db.session.scalars(
        sa.select(DispatchHistory).where(DispatchHistory.owner_id == dispatch_id).order_by(DispatchHistory.id)
    ).all()


def history_of_offers(offer_ids: Sequence[int]) -> Sequence[OfferHistory]:
    return db.session.scalars(
        sa.select(OfferHistory).where(OfferHistory.owner_id.in_(offer_ids)).order_by(OfferHistory.id)
    ).all()


def board(kind: HoldKind, ids: Sequence[int], since: datetime, until: datetime) -> Sequence[Any]:
    """What holds these lecturers or venues in a week: the hold, and for what is being dispatched its course and committee."""
    offer = sa.and_(Hold.held_for == "offer", Offer.id == Hold.held_for_id)
    mine = sa.or_(
        Dispatch.id == Offer.dispatch_id, sa.and_(Hold.held_for == "dispatch", Dispatch.id == Hold.held_for_id)
    )
    return db.session.execute(
        sa.select(Hold, CourseVersion.title, Organisation.name.label("committee"), Dispatch.number)
        .outerjoin(Offer, offer)
        .outerjoin(Dispatch, mine)
        .outerjoin(CourseVersion, CourseVersion.id == Dispatch.course_version_id)
        .outerjoin(Organisation, Organisation.id == Dispatch.organisation_id)
        .where(Hold.kind == kind, Hold.resource_id.in_(ids), Hold.active, Hold.busy_from < until, Hold.busy_until > since)
        .order_by(Hold.busy_from, Hold.id)
    ).all()  # fmt: skip


def wanted_too(by: Actor, wishes: Sequence[Wish], without: Sequence[int] = ()) -> dict[Wish, list[Any]]:
    """For each lecturer, room and time: the other proposed or open dispatches that want the same lecturer or room then.

    A proposal holds nothing, so the rules do not see it. `seen` says whether the actor may know whose it is.
    """
    if not wishes:
        return {}
    rows = db.session.execute(
        sa.select(
            DispatchCandidate.lecturer_id, DispatchCandidate.venue_id, DispatchCandidate.starts_at, DispatchCandidate.ends_at,
            Dispatch.number, Organisation.name.label("committee"), in_scope(by, Dispatch, *policy.SEEING).label("seen"),
        )
        .join(Dispatch, Dispatch.id == DispatchCandidate.dispatch_id)
        .join(Organisation, Organisation.id == Dispatch.organisation_id)
        .where(
            Dispatch.state.in_((State.PROPOSED, State.APPROVED)), Dispatch.id.not_in(without),
            DispatchCandidate.starts_at < max(w.ends_at for w in wishes), DispatchCandidate.ends_at > min(w.starts_at for w in wishes),
            sa.or_(
                DispatchCandidate.lecturer_id.in_({w.lecturer_id for w in wishes}),
                DispatchCandidate.venue_id.in_({w.venue_id for w in wishes if w.venue_id is not None}),
            ),
        )
        .order_by(Dispatch.id, DispatchCandidate.rank)
        .limit(500)
    ).all()  # fmt: skip
    found: dict[Wish, list[Any]] = {}
    for wish in wishes:
        for row in rows:
            same = row.lecturer_id == wish.lecturer_id or (row.venue_id is not None and row.venue_id == wish.venue_id)
            if same and row.starts_at < wish.ends_at and row.ends_at > wish.starts_at:
                found.setdefault(wish, []).append(row)
    return found


# ── orders asked of a corps ─────────────────────────────────────────────────────────────────────


def _corps_led(by: Actor, at: datetime) -> sa.Select[int]:
    day = day_of(at)
    return sa.select(CorpsMember.corps_id).where(
        CorpsMember.lecturer_id == (by.lecturer_id or 0), CorpsMember.role == CorpsRole.LEADER, CorpsMember.joined_on <= day,
        sa.or_(CorpsMember.left_on.is_(None), CorpsMember.left_on >= day),
    )  # fmt: skip


def asked_of_corps(by: Actor, at: datetime) -> Sequence[Any]:
    """Approved orders asked of a corps this actor leads, the soonest first possible time first."""
    return db.session.execute(
        sa.select(
            Order.id, Order.number, Order.expected, CourseVersion.title, Organisation.name.label("committee"), _TOWN.name.label("town"),
            Corps.name.label("corps"), CorpsAsk.answer_by, _SOONEST.label("soonest"),
        )
        .join(Corps, Corps.id == Order.corps_id)
        .outerjoin(CorpsAsk, sa.and_(CorpsAsk.order_id == Order.id, CorpsAsk.state == AskState.OPEN))
        .join(CourseVersion, CourseVersion.id == Order.course_version_id)
        .join(Organisation, Organisation.id == Order.organisation_id)
        .outerjoin(_TOWN, _TOWN.id == Order.town_id)
        .where(Order.state == OrderState.APPROVED, Order.corps_id.in_(_corps_led(by, at)))
        .order_by(_SOONEST.nulls_last(), Order.id)
        .limit(50)
    ).all()  # fmt: skip


def corps_order(by: Actor, order_id: int, at: datetime) -> Order:
    """One of them. Raises NotVisible."""
    mine = Order.corps_id.in_(_corps_led(by, at))
    return one(sa.select(Order).where(Order.id == order_id, Order.state == OrderState.APPROVED, mine))


# ── offers ──────────────────────────────────────────────────────────────────────────────────────

_OFFER = (
    joinedload(Offer.lecturer),
    joinedload(Offer.venue),
    joinedload(Offer.dispatch).options(
        joinedload(Dispatch.course_version),
        selectinload(Dispatch.orders).joinedload(DispatchOrder.order).options(joinedload(Order.organisation), joinedload(Order.venue)),
    ),
)  # fmt: skip


def led_by(by: Actor, at: datetime) -> frozenset[int]:
    """Members today of the corps this actor leads."""
    if by.kind is not Kind.PERSON or by.lecturer_id is None:
        return frozenset()
    day = day_of(at)
    leader, member = aliased(CorpsMember), aliased(CorpsMember)
    rows = db.session.scalars(
        sa.select(member.lecturer_id)
        .join(leader, leader.corps_id == member.corps_id)
        .where(
            leader.lecturer_id == by.lecturer_id, leader.role == CorpsRole.LEADER,
            *(c for who in (leader, member) for c in (who.joined_on <= day, sa.or_(who.left_on.is_(None), who.left_on >= day))),
        )
        .distinct()
    )  # fmt: skip
    return frozenset(rows)


def in_sight(by: Actor, at: datetime) -> sa.ColumnElement[bool]:
    """Which offers an actor sees: a lecturer their own, a leader those of the members, the desk and the town those of their scope."""
    if by.kind is Kind.TOKEN:
        return Offer.id == by.offer_id
    ways: list[sa.ColumnElement[bool]] = []
    if by.lecturer_id is not None:
        ways.append(Offer.lecturer_id.in_({by.lecturer_id, *led_by(by, at)}))
    if by.kind is Kind.JOB or by.has(*policy.ON_BEHALF, Role.APPROVER):
        ways.append(in_scope(by, Offer, *policy.ON_BEHALF, Role.APPROVER))
    return sa.or_(*ways) if ways else sa.false()


def offer_of(by: Actor, offer_id: int, at: datetime) -> Offer:
    """One offer with all its page shows. Raises NotVisible."""
    return one(sa.select(Offer).where(Offer.id == offer_id, in_sight(by, at)).options(*_OFFER))


def by_link(secret: str) -> Offer:
    """The offer of an answer link, whatever its state. Raises NotVisible for an unknown or replaced link."""
    found = (
        db.session.scalars(sa.select(Offer).where(Offer.link_hash == hashed(secret)).options(*_OFFER))
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotVisible(_("这个链接不对，或者已经换了新的。请找派单员要新的链接。"))
    return found


def desk_of(district_id: int) -> Any:
    """Name and telephone of the district whose desk is to be called."""
    query = sa.select(Organisation.name, Organisation.telephone).where(Organisation.id == district_id)
    return db.session.execute(query).one()


def last_try(order_ids: Sequence[int]) -> Any | None:
    """The newest dispatch of these orders that ended without a lesson: its number and why."""
    return db.session.execute(
        sa.select(Dispatch.number, DispatchHistory.code)
        .join(DispatchOrder, DispatchOrder.dispatch_id == Dispatch.id)
        .join(DispatchHistory, sa.and_(DispatchHistory.owner_id == Dispatch.id, DispatchHistory.to_state == State.ENDED.value))
        .where(DispatchOrder.order_id.in_(order_ids), Dispatch.state == State.ENDED)
        .order_by(Dispatch.id.desc(), DispatchHistory.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def open_gap_of(order_id: int) -> Gap | None:
    """What the academy has been told is missing for an order and has not answered yet."""
    query = sa.select(Gap).where(Gap.order_id == order_id, Gap.state == GapState.OPEN).order_by(Gap.id).limit(1)
    return db.session.scalars(query).one_or_none()


def open_offers(dispatch_id: int) -> Sequence[Offer]:
    """The open offers of a dispatch with all that a notice says (the caller has judged who looks)."""
    query = sa.select(Offer).where(Offer.dispatch_id == dispatch_id, Offer.state == OfferState.OPEN)
    return db.session.scalars(query.options(*_OFFER)).unique().all()


_CLAIM = sa.exists().where(Dispatch.id == Offer.dispatch_id, Dispatch.mode == Mode.CLAIM)


def claims_of(lecturer_id: int, at: datetime) -> Sequence[Offer]:
    """Open claims a lecturer may take, the soonest lesson first."""
    return (
        db.session.scalars(
            sa.select(Offer)
            .where(Offer.lecturer_id == lecturer_id, Offer.state == OfferState.OPEN, Offer.answer_by >= at, _CLAIM)
            .options(*_OFFER)
            .order_by(Offer.starts_at, Offer.id)
            .limit(50)
        )
        .unique()
        .all()
    )


def busy_then(lecturer_id: int, offers: Sequence[Offer]) -> set[int]:
    """Those of these offers in whose time the lecturer has something else by now."""
    if not offers:
        return set()
    holds = calendar.held(
        [HoldKind.LECTURER], [lecturer_id], min(o.starts_at for o in offers), max(o.ends_at for o in offers)
    )
    return {o.id for o in offers for h in holds if h.busy_from < o.ends_at and h.busy_until > o.starts_at}


def offers_of(lecturer_ids: Sequence[int], at: datetime) -> Sequence[Offer]:
    """Open offers of some lecturers by deadline; open claims are a list of their own."""
    return (
        db.session.scalars(
            sa.select(Offer)
            .where(Offer.lecturer_id.in_(lecturer_ids), Offer.state == OfferState.OPEN, Offer.answer_by > at, ~_CLAIM)
            .options(*_OFFER)
            .order_by(Offer.answer_by, Offer.id)
            .limit(50)
        )
        .unique()
        .all()
    )


def answered(lecturer_id: int) -> Sequence[Offer]:
    """The newest answered, expired and withdrawn offers of a lecturer."""
    return (
        db.session.scalars(
            sa.select(Offer)
            .where(Offer.lecturer_id == lecturer_id, Offer.state.not_in((OfferState.OPEN, OfferState.ACCEPTED)))
            .options(*_OFFER)
            .order_by(Offer.id.desc())
            .limit(10)
        )
        .unique()
        .all()
    )


def on_behalf(by: Actor, at: datetime) -> Sequence[Offer]:
    """Open offers this actor may answer for somebody else, by deadline; an open claim waits for nobody in particular."""
    return (
        db.session.scalars(
            sa.select(Offer)
            .where(Offer.state == OfferState.OPEN, Offer.answer_by > at, in_sight(by, at), Offer.lecturer_id != (by.lecturer_id or 0), ~_CLAIM)
            .options(*_OFFER)
            .order_by(Offer.answer_by, Offer.id)
            .limit(50)
        )
        .unique()
        .all()
    )  # fmt: skip


def people_named(ids: Sequence[int | None]) -> dict[int, str]:
    """Names of people by id, for histories."""
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_({i for i in ids if i is not None})))
    return {row.id: row.name for row in rows}


def course_named(course_id: int) -> str:
    return db.session.scalars(sa.select(Course.title).where(Course.id == course_id)).one()

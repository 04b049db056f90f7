"""What every way of asking shares: the dispatch read under lock, who was not asked yet, what would be held, and the row of an offer."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from catalogue.accounts.queries import hashed
from catalogue.calendar.errors import LecturerTaken, TravelTooShort
from catalogue.calendar.models import HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor
from catalogue.core.db import db, lock
from catalogue.core.errors import Refusal
from catalogue.core.words import _
from catalogue.dispatch.candidates import Case
from catalogue.dispatch.events import OfferMade
from catalogue.dispatch.models import Dispatch, DispatchCandidate, DispatchOrder, Offer
from catalogue.dispatch.states import OfferState
from catalogue.orders.models import Order

LAST_ANSWER = timedelta(hours=2)  # an offer ends so long before its lesson, or half-way to it when the lesson is nearer
STANDING = (OfferState.OPEN, OfferState.ACCEPTED)

_SERVED = sa.select(DispatchOrder.order_id).where(DispatchOrder.dispatch_id == sa.bindparam("id"))
_WHOLE = (
    sa.select(Dispatch)
    .where(Dispatch.id == sa.bindparam("id"))
    .options(
        selectinload(Dispatch.orders).joinedload(DispatchOrder.order), selectinload(Dispatch.candidates), selectinload(Dispatch.offers)
    )
    .execution_options(populate_existing=True)
)  # fmt: skip


def locked(dispatch_id: int) -> Dispatch:
    """The dispatch with its orders, candidates and offers, its orders locked first and everything read after that."""
    lock(Order, list(db.session.scalars(_SERVED, {"id": dispatch_id})))
    return db.session.scalars(_WHOLE, {"id": dispatch_id}).one()


def live_orders(dispatch: Dispatch) -> list[Order]:
    """The orders it still serves, the host first."""
    return [served.order for served in dispatch.orders if served.live]


def standing(dispatch: Dispatch) -> list[Offer]:
    return [offer for offer in dispatch.offers if offer.state in STANDING]


def untried(dispatch: Dispatch) -> list[DispatchCandidate]:
    """The approved candidates who may still be asked, in their order: never one who declined, was withdrawn or let it expire.

    Whoever was slower in an open claim said neither yes nor no.
    """
    asked = {offer.lecturer_id for offer in dispatch.offers if offer.state is not OfferState.TAKEN}
    return [candidate for candidate in dispatch.candidates if candidate.lecturer_id not in asked]


def resources(dispatch: Dispatch, candidate: DispatchCandidate, orders: Sequence[Order]) -> list[Wanted]:
    """Lecturer, committees and venue of a candidate, for its time: the lecturer first."""
    spot = (
        None if candidate.latitude is None or candidate.longitude is None else (candidate.latitude, candidate.longitude)
    )

    def want(kind: HoldKind, resource_id: int) -> Wanted:
        return Wanted(kind, resource_id, dispatch.district_id, candidate.starts_at, candidate.ends_at, spot=spot)

    committees = sorted({order.organisation_id for order in orders})
    venue = [] if candidate.venue_id is None else [want(HoldKind.VENUE, candidate.venue_id)]
    return [
        want(HoldKind.LECTURER, candidate.lecturer_id),
        *(want(HoldKind.ORGANISATION, i) for i in committees),
        *venue,
    ]


def lecturers_time(dispatch: Dispatch, candidate: DispatchCandidate, case: Case) -> Wanted:
    """The lecturer's own time, with set-up and the way from and to the lessons around it."""
    wanted = resources(dispatch, candidate, ())[0]
    return Wanted(
        HoldKind.LECTURER, candidate.lecturer_id, dispatch.district_id, candidate.starts_at, candidate.ends_at,
        setup_minutes=case.setup_minutes, spot=wanted.spot, gap=case.gap,
    )  # fmt: skip


def make(
    dispatch: Dispatch, candidate: DispatchCandidate, seat: int, case: Case, *, by: Actor, at: datetime
) -> Offer:  # fmt: skip
    """The offer with its deadline, its reminder and its answer link. Publishes OfferMade."""
    settings = case.loaded.settings
    latest = max(candidate.starts_at - LAST_ANSWER, at + (candidate.starts_at - at) / 2)
    answer_by = clock.deadline(at + timedelta(hours=settings["answer_hours"]), since=at, latest=latest)
    remind_at = clock.in_daytime(at + timedelta(hours=settings["answer_reminder_hours"]))
    secret = secrets.token_urlsafe(32)
    offer = Offer(
        state=OfferState.OPEN, dispatch_id=dispatch.id, candidate_id=candidate.id, lecturer_id=candidate.lecturer_id, seat=seat,
        venue_id=candidate.venue_id, teach_mode=candidate.teach_mode, starts_at=candidate.starts_at, ends_at=candidate.ends_at,
        organisation_id=dispatch.organisation_id, town_id=dispatch.town_id, district_id=dispatch.district_id, made_at=at, answer_by=answer_by,
        remind_at=min(remind_at, answer_by), link_hash=hashed(secret),
    )  # fmt: skip
    dispatch.offers.append(offer)
    changes.begin(offer, by=by, at=at)
    events.publish(OfferMade(offer.id, secret), by=by, at=at)
    return offer


def why_not(refused: Refusal) -> str:
    """Why somebody cannot come, in a few words."""
    if isinstance(refused, TravelTooShort):
        return _("前后还有课，路上来不及")
    if isinstance(refused, LecturerTaken):
        return _("这段时间已有课")
    return str(refused.params.get("why") or refused.sentence.rstrip("。"))


def pass_over(
    dispatch: Dispatch, candidate: DispatchCandidate, refused: Refusal, case: Case, *, by: Actor, at: datetime
) -> None:
    """Somebody on the list is not asked because the rules say no now: the history says who and why."""
    name = case.loaded.lecturers.get(str(candidate.lecturer_id), "")
    words = f"{name}：{why_not(refused)}"[:200] if name else why_not(refused)[:200]
    changes.note(
        dispatch, "pass_over", by=by, at=at, subject="dispatch_candidate", subject_id=candidate.id, code=refused.code, words=words
    )  # fmt: skip

"""Offers (邀约) and what hangs on them: made one after the other down the approved list, answered, withdrawn, expired; the end of a dispatch.

Every function here first locks the orders of the dispatch, then reads anew: a cancellation and an answer never cross.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from catalogue.accounts.queries import hashed
from catalogue.calendar import operations as holding
from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import changes, events
from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid, Refusal
from catalogue.core.words import _
from catalogue.dispatch import claims, corps, policy, queries
from catalogue.dispatch.asking import lecturers_time, live_orders, locked, make, pass_over, resources, standing, untried
from catalogue.dispatch.candidates import Case, Pick, case_of
from catalogue.dispatch.errors import NotYours, OfferClosed, ReasonMissing
from catalogue.dispatch.events import (
    DispatchDiscarded,
    DispatchEnded,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
)
from catalogue.dispatch.models import AnswerWay, Dispatch, DispatchCandidate, Offer
from catalogue.dispatch.problem import holds_of
from catalogue.dispatch.states import NEXT, OFFER_NEXT, Action, Mode, OfferAction, OfferState, State
from catalogue.orders import operations as ordering
from catalogue.orders.states import State as OrderState

DECLINES = {
    "busy": "那天有别的安排",
    "far": "路太远",
    "ill": "身体不便",
    "not_my_course": "这门课我不合适",
    "too_many": "最近课太多",
    "other": "其他",
}
"""Reason codes of a no, with their words; `other` must be explained."""
SAID_WAYS = {"telephone": "电话", "in_person": "当面", "chat": "微信"}


# ── making offers ───────────────────────────────────────────────────────────────────────────────


def advance(dispatch: Dispatch, *, by: Actor, at: datetime) -> bool:
    """Asks the next usable candidates until every seat has an offer. True when it has.

    Everything that may be wanted is locked in one order before the rules are asked, so nothing changes in between.
    A candidate whom the rules refuse now is passed over (ranked) or refused with its reason (direct). An open claim asks all at once.
    """
    if claims.is_claim(dispatch):
        return claims.goes_on(dispatch) if dispatch.offers else claims.open_to_all(dispatch, by=by, at=at)
    left = untried(dispatch)
    holds = holds_of(dispatch)
    orders = live_orders(dispatch)
    holding.lock_resources([want for one in left for want in resources(dispatch, one, orders)])
    case = case_of([o.id for o in orders], at, without=[h.id for h in holds], change=dispatch.ranking.get("change"))
    for candidate in left:
        seat = _free_seat(dispatch)
        if seat is None:
            break
        refused = _refusal(dispatch, candidate, case)
        if refused is None:
            _offer(dispatch, candidate, seat, case, by=by, at=at)
        elif dispatch.mode is Mode.DIRECT:
            raise refused
        else:
            pass_over(dispatch, candidate, refused, case, by=by, at=at)
    return _free_seat(dispatch) is None


def _refusal(dispatch: Dispatch, candidate: DispatchCandidate, case: Case) -> Refusal | None:
    """All seats of one lesson are at one time and place; then the rules speak."""
    for offer in standing(dispatch):
        if (offer.starts_at, offer.venue_id, offer.teach_mode) != (
            candidate.starts_at,
            candidate.venue_id,
            candidate.teach_mode,
        ):
            return Refusal(_("同一场课的讲师要在同一时间、同一地点。"), code="other_lesson")
    return case.refusal(Pick.of(candidate))


def _free_seat(dispatch: Dispatch) -> int | None:
    taken = {offer.seat for offer in standing(dispatch)}
    return next((n for n in range(1, dispatch.lecturers_needed + 1) if n not in taken), None)


def _offer(
    dispatch: Dispatch, candidate: DispatchCandidate, seat: int, case: Case, *, by: Actor, at: datetime
) -> Offer:  # fmt: skip
    """Holds the lecturer for the offer and place and committees for the dispatch, and makes the offer with its answer link."""
    held = _hold(dispatch, candidate, case, at)
    offer = make(dispatch, candidate, seat, case, by=by, at=at)
    holding.hand_over([held], held_for="offer", held_for_id=offer.id)
    return offer


def _hold(dispatch: Dispatch, candidate: DispatchCandidate, case: Case, at: datetime) -> Hold:
    """Takes what is not held yet and returns the lecturer's hold. Place and committees of an earlier candidate at another time are freed in the same step."""
    old = [h for h in holds_of(dispatch) if h.held_for == "dispatch"]
    others = resources(dispatch, candidate, live_orders(dispatch))[1:]
    lecturer = lecturers_time(dispatch, candidate, case)
    fits = {
        (h.kind, h.resource_id) for h in old if (h.busy_from, h.busy_until) == (candidate.starts_at, candidate.ends_at)
    }
    if fits == {(w.kind, w.resource_id) for w in others}:
        made = holding.take([lecturer], held_for="dispatch", held_for_id=dispatch.id, at=at)
    else:
        made = holding.take([lecturer, *others], held_for="dispatch", held_for_id=dispatch.id, at=at, replacing=old)
    return next(hold for hold in made if hold.kind is HoldKind.LECTURER)


# ── answers ─────────────────────────────────────────────────────────────────────────────────────


def answer(
    offer: Offer, action: OfferAction, *, by: Actor, at: datetime, version: int | None = None, code: str = "", words: str = ""
) -> None:  # fmt: skip
    """The lecturer accepts or declines, on the page or by the answer link; dispatch and holds follow.

    Raises NotYours, OfferClosed after the deadline, ReasonMissing (a no needs a reason), IllegalAction, Stale.
    """
    if not policy.may_answer(by, offer):
        raise NotYours(_("这份邀约不归您答复。"))
    dispatch = locked(offer.dispatch_id)
    _check_open(offer, at)
    way = AnswerWay.LINK if by.kind is Kind.TOKEN else AnswerWay.PAGE
    _answer(offer, dispatch, action, way, by=by, at=at, version=version, code=code, words=words)


def answer_for(
    offer: Offer, action: OfferAction, *, said_by: str, said_at: datetime, said_way: str, by: Actor, at: datetime, version: int | None = None,
    code: str = "", words: str = "",
) -> None:  # fmt: skip
    """代为接单/婉拒: records what a lecturer without a usable phone said: who, when, by which way."""
    if not policy.may_answer_for(by, offer, queries.led_by(by, at)):
        raise NotYours(_("代为答复由区派单员、街镇管理员或宣讲团团长办理。"))
    dispatch = locked(offer.dispatch_id)
    if not said_by.strip():
        raise Invalid(_("请写明是谁说的。"), field="said_by")
    if said_way not in SAID_WAYS:
        raise Invalid(_("请选是怎么说的。"), field="said_way")
    if not offer.made_at - timedelta(minutes=1) <= said_at <= at:
        raise Invalid(_("说的时间要在发出邀约以后、现在以前。"), field="said_at")
    _check_open(offer, said_at)
    offer.said_by, offer.said_at, offer.said_way = said_by, said_at, said_way
    _answer(offer, dispatch, action, AnswerWay.ON_BEHALF, by=by, at=at, version=version, code=code, words=words)


def _check_open(offer: Offer, said_at: datetime) -> None:
    if offer.state is OfferState.OPEN and said_at > offer.answer_by:
        raise OfferClosed(_("答复时间已过，这份邀约不能再答复。想去的话，请给派单员打电话。"))


def _answer(
    offer: Offer, dispatch: Dispatch, action: OfferAction, way: AnswerWay, *, by: Actor, at: datetime, version: int | None, code: str, words: str
) -> None:  # fmt: skip
    if action not in (OfferAction.ACCEPT, OfferAction.DECLINE):
        raise IllegalAction(_("邀约只能接单或婉拒。"))
    claims.check_open(offer)
    if version is not None:
        changes.check_version(offer, version)
    if not changes.legal(OFFER_NEXT, offer.state, action):
        raise IllegalAction(_("这份邀约已经答复过，或者已经撤回。"), state=offer.state.value, action=action.value)
    if action is OfferAction.DECLINE:
        _check_reason(code, words)
        offer.reason_code, offer.reason = code, words
    elif claims.is_claim(dispatch):
        claims.claim(offer, dispatch, at=at)
    offer.answered_at, offer.answered_way = at, way
    changes.move(offer, OFFER_NEXT, action, by=by, at=at, code=code, words=words)
    if action is OfferAction.ACCEPT:
        _accepted(offer, dispatch, by=by, at=at)
    else:
        _lost(offer, dispatch, OfferDeclined(offer.id), by=by, at=at)


def _check_reason(code: str, words: str) -> None:
    if code not in DECLINES:
        raise ReasonMissing(_("请选一个原因。"), field="code")
    if code == "other" and not words.strip():
        raise ReasonMissing(_("请写明是什么原因。"), field="words")


def _accepted(offer: Offer, dispatch: Dispatch, *, by: Actor, at: datetime) -> None:
    """With the last seat the dispatch is settled; lessons then take the holds over."""
    seats = {o.seat for o in dispatch.offers if o.state is OfferState.ACCEPTED}
    if len(seats) == dispatch.lecturers_needed:
        changes.move(dispatch, NEXT, Action.SETTLE, by=by, at=at)
        claims.settled(dispatch, by=by, at=at)
    events.publish(OfferAccepted(offer.id), by=by, at=at)


def _lost(
    offer: Offer, dispatch: Dispatch, news: OfferDeclined | OfferExpired | OfferWithdrawn, *, by: Actor, at: datetime
) -> None:
    """The seat is free again: the next on the approved list is asked, or the dispatch ends."""
    holding.free([h for h in holds_of(dispatch) if h.held_for == "offer" and h.held_for_id == offer.id], at=at)
    events.publish(news, by=by, at=at)
    if not advance(dispatch, by=by, at=at):
        end(dispatch, "exhausted", by=by, at=at)


# ── withdrawn, expired, ended ───────────────────────────────────────────────────────────────────


def withdraw(offer: Offer, *, by: Actor, at: datetime, version: int | None = None, words: str) -> None:
    """The desk takes an open offer back, with a reason; the next on the list is asked or the dispatch ends."""
    if not policy.runs(by, offer):
        raise NotYours(_("撤回邀约由区派单员办理。"))
    dispatch = locked(offer.dispatch_id)
    if offer.state is OfferState.ACCEPTED:
        raise IllegalAction(_("讲师已经接单。来不了的话，请在课次页登记换讲师或停课。"))
    if not words.strip():
        raise ReasonMissing(_("请写明为什么撤回。"), field="words")
    if version is not None:
        changes.check_version(offer, version)
    offer.reason_code, offer.reason = "withdrawn", words
    changes.move(offer, OFFER_NEXT, OfferAction.WITHDRAW, by=by, at=at, code="withdrawn", words=words)
    _lost(offer, dispatch, OfferWithdrawn(offer.id), by=by, at=at)


def expire(offer_id: int, *, by: Actor, at: datetime) -> bool:
    """Nobody answered in time; an open claim is over for all at once. Idempotent: True when this call did it."""
    offer = db.session.get_one(Offer, offer_id)
    dispatch = locked(offer.dispatch_id)
    if offer.state is not OfferState.OPEN or offer.answer_by > at:
        return False
    for other in [one for one in dispatch.offers if claims.is_claim(dispatch) and one is not offer]:
        if other.state is OfferState.OPEN and other.answer_by <= at:
            changes.move(other, OFFER_NEXT, OfferAction.EXPIRE, by=by, at=at)
            events.publish(OfferExpired(other.id), by=by, at=at)
    changes.move(offer, OFFER_NEXT, OfferAction.EXPIRE, by=by, at=at)
    _lost(offer, dispatch, OfferExpired(offer.id), by=by, at=at)
    return True


def end(
    dispatch: Dispatch, why: str, *, by: Actor, at: datetime, words: str = "", spared: Collection[int] = ()
) -> None:  # fmt: skip
    """A dispatch is over: its offers are withdrawn, its holds freed, its orders wait for another one. `dispatch` as `locked` gives it.

    spared: lecturers of whom the end says nothing (`called_off` on their offers, so they may be asked again).
    """
    for offer in standing(dispatch):
        code = "called_off" if offer.lecturer_id in spared else why
        offer.reason_code, offer.reason = code, words
        changes.move(offer, OFFER_NEXT, OfferAction.WITHDRAW, by=by, at=at, code=code, words=words)
        events.publish(OfferWithdrawn(offer.id), by=by, at=at)
    holding.free(holds_of(dispatch), at=at)
    proposed = dispatch.state is State.PROPOSED
    changes.move(dispatch, NEXT, Action.DISCARD if proposed else Action.END, by=by, at=at, code=why, words=words)
    release(dispatch, why, by=by, at=at, words=words)
    events.publish(DispatchDiscarded(dispatch.id) if proposed else DispatchEnded(dispatch.id, why), by=by, at=at)


def release(dispatch: Dispatch, why: str, *, by: Actor, at: datetime, words: str = "") -> None:
    """Its orders may be dispatched again."""
    for served in dispatch.orders:
        served.live = False
        if served.order.state is OrderState.PLANNED:
            ordering.unplan(served.order, by=by, at=at, code=why, words=words)
            if why != "redispatched":
                corps.ask(served.order, by=by, at=at)
    db.session.flush()


def drop(dispatch: Dispatch, order_id: int, *, by: Actor, at: datetime) -> None:
    """One order of several leaves a joint dispatch (it was cancelled); the others stay."""
    for served in dispatch.orders:
        if served.order_id == order_id:
            served.live = False
    staying = {order.organisation_id for order in live_orders(dispatch)}
    gone: list[Hold] = [
        h for h in holds_of(dispatch) if h.kind is HoldKind.ORGANISATION and h.resource_id not in staying
    ]
    holding.free(gone, at=at)
    changes.note(dispatch, "drop_order", by=by, at=at, subject="order", subject_id=order_id)


def new_link(offer: Offer, *, by: Actor, at: datetime) -> str:
    """A fresh answer link; the old one is dead. Returns the secret, which is kept nowhere."""
    if not (policy.takes_links(by, offer) or policy.may_answer_for(by, offer, queries.led_by(by, at))):
        raise NotYours(_("答复链接由区里办派单的人、街镇管理员或宣讲团团长重发。"))
    if offer.state is not OfferState.OPEN or at > offer.answer_by:
        raise IllegalAction(_("这份邀约已经不能答复，不用再发链接。"))
    secret = secrets.token_urlsafe(32)
    changes.check_version(offer, offer.version)
    offer.link_hash = hashed(secret)
    db.session.flush()
    changes.note(offer, "new_link", by=by, at=at)
    return secret

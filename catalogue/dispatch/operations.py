"""Every write of a dispatch: proposed with its reasons frozen, approved by another person, discarded, redispatched. Offers: offers.py."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.calendar import operations as holding
from catalogue.calendar.models import Hold, HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core import changes, events, numbers
from catalogue.core.actor import Actor, job
from catalogue.core.db import db, lock, transaction
from catalogue.core.errors import IllegalAction, Refusal
from catalogue.core.words import _
from catalogue.demand.models import Gap, Lack
from catalogue.demand.states import GapState
from catalogue.dispatch import claims, corps, policy, queries
from catalogue.dispatch.asking import live_orders, locked, standing, untried
from catalogue.dispatch.candidates import Case, Pick, case_of
from catalogue.dispatch.errors import AlreadyDispatched, BadPick, NothingKept, NotYours, OwnProposal, ReasonMissing
from catalogue.dispatch.events import DispatchApproved, DispatchProposed
from catalogue.dispatch.models import Dispatch, DispatchCandidate, DispatchOrder, Offer, TeachMode
from catalogue.dispatch.modes import mode_from
from catalogue.dispatch.new_times import MoveOption, for_windows, move_options
from catalogue.dispatch.offers import (
    DECLINES,
    SAID_WAYS,
    advance,
    answer,
    answer_for,
    drop,
    end,
    expire,
    new_link,
    withdraw,
)
from catalogue.dispatch.states import NEXT, Action, Mode, OfferState, State
from catalogue.orders import operations as ordering
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Organisation

__all__ = [
    "DECLINES", "SAID_WAYS", "MoveOption", "Pick", "answer", "answer_for", "approve", "discard", "let_go", "move_options", "new_link", "propose",
    "redispatch", "rehold", "report_gap", "sweep", "withdraw", "withdraw_dispatch",
]  # fmt: skip


# ── proposing ───────────────────────────────────────────────────────────────────────────────────


def propose(
    orders: Sequence[Order], picks: Sequence[Pick], *, mode: Mode = Mode.DIRECT, by: Actor, at: datetime, reason: str = "",
    change: Mapping[str, Any] | None = None, previous_id: int | None = None,
) -> Dispatch:  # fmt: skip
    """拟派: freezes the ranking as decided with the chosen lecturers; holds nothing. Several orders become one joint lesson, the first is host.

    change: a way out that was agreed (reason says with whom). Raises NotYours, AlreadyDispatched, NotOneLesson, BadPick,
    and for every pick the rule that refuses it now.
    """
    lock(Order, [order.id for order in orders])
    case = case_of([order.id for order in orders], at, change=change)
    _check_proposal(case, picks, by, at)
    _check_picks(case, picks, mode)
    if change and set(change) != {"excluded"} and not reason.strip():
        raise ReasonMissing(_("改了点单的要求，请写明居村谁同意的。"), field="reason")
    dispatch = _dispatch(case, mode, by=by, at=at, reason=reason, change=change, previous_id=previous_id)
    for rank, pick in enumerate(picks, 1):
        db.session.add(_candidate(dispatch, rank, pick, case))
    for order in case.orders:
        db.session.add(DispatchOrder(dispatch_id=dispatch.id, order_id=order.id, live=True))
        ordering.plan(order, by=by, at=at)
    try:
        with db.session.begin_nested():
            db.session.flush()
    except sa.exc.IntegrityError as refused:
        raise AlreadyDispatched(_("这张点单正在派，请刷新后看。")) from refused
    corps.named(case.orders, by=by, at=at)
    events.publish(DispatchProposed(dispatch.id), by=by, at=at)
    return dispatch


def _check_proposal(case: Case, picks: Sequence[Pick], by: Actor, at: datetime) -> None:
    chosen = [pick.lecturer_id for pick in picks]
    for order in case.orders:
        named = order.corps_id is not None and policy.may_name_member(by, order, queries.led_by(by, at), chosen)
        if not (policy.runs(by, order) or named):
            raise NotYours(_("派单由区派单员办理。"))
        if order.state in (OrderState.PLANNED, OrderState.SCHEDULED):
            raise AlreadyDispatched(_("这张点单正在派，请刷新后看。"))
        if order.state is not OrderState.APPROVED:
            raise IllegalAction(_("审核通过的点单才能派。"), state=order.state.value, action="plan")


def _check_picks(case: Case, picks: Sequence[Pick], mode: Mode) -> None:
    seats = case.orders[0].course_version.lecturers_needed
    if not picks or len({pick.lecturer_id for pick in picks}) < len(picks):
        raise BadPick(_("请至少选一位讲师，每位只选一次。"), field="picks")
    if len(picks) < seats or (mode is Mode.DIRECT and len(picks) != seats):
        raise BadPick(_("这门课要 %(n)d 位讲师，请选够。", n=seats), field="picks")
    if mode is Mode.CLAIM:
        claims.check_picks(picks)
    elif seats > 1 and len({(pick.starts_at, pick.venue_id, pick.teach_mode) for pick in picks}) > 1:
        raise BadPick(_("几位讲师要在同一时间、同一地点。"), field="picks")
    for pick in picks:
        case.check(pick)


def _dispatch(
    case: Case, mode: Mode, *, by: Actor, at: datetime, reason: str, change: Mapping[str, Any] | None, previous_id: int | None
) -> Dispatch:  # fmt: skip
    host = case.orders[0]
    prefix = db.session.get_one(Organisation, host.district_id).number_prefix
    dispatch = Dispatch(
        number=numbers.next_number(numbers.DISPATCH, district_id=host.district_id, prefix=prefix, at=at), state=State.PROPOSED, mode=mode,
        mode_from=mode_from(case, mode), mode_reason=reason, course_id=host.course_id, course_version_id=host.course_version_id, organisation_id=host.organisation_id,
        town_id=host.town_id, district_id=host.district_id, lecturers_needed=host.course_version.lecturers_needed, previous_id=previous_id,
        proposed_by_id=by.person_id, proposed_at=at, ranking=case.freeze() | ({"change": dict(change)} if change else {}),
    )  # fmt: skip
    changes.begin(dispatch, by=by, at=at, code=f"{mode.value}_{dispatch.mode_from.value}", words=reason)
    return dispatch


def _candidate(dispatch: Dispatch, rank: int, pick: Pick, case: Case) -> DispatchCandidate:
    total, points = case.points(pick)
    spot = case.spot(pick)
    return DispatchCandidate(
        dispatch_id=dispatch.id, rank=rank, lecturer_id=pick.lecturer_id, venue_id=pick.venue_id, teach_mode=pick.teach_mode,
        latitude=spot[0] if spot else None, longitude=spot[1] if spot else None, starts_at=pick.starts_at, ends_at=case.ends_at(pick),
        total=total, points=points,
    )  # fmt: skip


def report_gap(order: Order, words: str, *, by: Actor, at: datetime, lack: Lack) -> Gap:
    """Nobody can and no way out is left: the academy sees what is missing."""
    if not policy.runs(by, order):
        raise NotYours(_("报缺由区派单员办理。"))
    known = queries.open_gap_of(order.id)
    if known is not None:
        return known
    gap = Gap(
        state=GapState.OPEN, lack=lack, course_id=order.course_id, order_id=order.id, words=words[:500], made_at=at,
        organisation_id=order.organisation_id, town_id=order.town_id, district_id=order.district_id,
    )  # fmt: skip
    changes.begin(gap, by=by, at=at)
    return gap


# ── approving ───────────────────────────────────────────────────────────────────────────────────


def approve(dispatch: Dispatch, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Another person says yes to the whole list: place, committees and lecturer are held and the first offer goes out.

    Raises NotYours, OwnProposal, IllegalAction, Stale; LecturerTaken, TravelTooShort, VenueTaken, CommitteeTaken or RuleBroken
    when nobody on the list can be asked any more.
    """
    if not policy.may_approve(by, dispatch):
        raise NotYours(_("批准派单由区里另一位负责人办理。"))
    if policy.proposed_it(by, dispatch):
        raise OwnProposal(_("这份派单是您拟的，要请另一位批准。"))
    dispatch = locked(dispatch.id)
    changes.move(dispatch, NEXT, Action.APPROVE, by=by, at=at, version=version)
    dispatch.approved_by_id, dispatch.approved_at = by.person_id, at
    if not advance(dispatch, by=by, at=at):
        raise _nobody(dispatch, at)
    for order in live_orders(dispatch):
        changes.note(order, "approve_dispatch", by=by, at=at)
    events.publish(DispatchApproved(dispatch.id), by=by, at=at)


def _nobody(dispatch: Dispatch, at: datetime) -> Refusal:
    """Why the first of the list cannot be asked: the reason people should see."""
    case = case_of([o.id for o in live_orders(dispatch)], at, change=dispatch.ranking.get("change"))
    reasons = (case.refusal(Pick.of(candidate)) for candidate in dispatch.candidates)
    return next((reason for reason in reasons if reason is not None), None) or NothingKept(
        _("名单上的讲师现在都不能来，请作废后重新选。")
    )


def discard(dispatch: Dispatch, *, by: Actor, at: datetime, version: int | None = None, words: str = "") -> None:
    """作废 a proposal: by the desk, or by the approver with a reason."""
    if not (policy.runs(by, dispatch) or policy.may_approve(by, dispatch)):
        raise NotYours(_("作废派单由区派单员或批准人办理。"))
    dispatch = locked(dispatch.id)
    _check_page(dispatch, version)
    if dispatch.state is not State.PROPOSED:
        raise IllegalAction(_("只有等批准的派单才能作废。"), state=dispatch.state.value, action="discard")
    if not policy.proposed_it(by, dispatch) and not words.strip():
        raise ReasonMissing(_("请写明为什么作废。"), field="words")
    end(dispatch, "discarded", by=by, at=at, words=words)


def withdraw_dispatch(dispatch: Dispatch, *, by: Actor, at: datetime, version: int | None = None, words: str) -> None:
    """The desk ends an approved dispatch that nobody accepted yet; its orders wait again."""
    if not policy.runs(by, dispatch):
        raise NotYours(_("撤回派单由区派单员办理。"))
    dispatch = locked(dispatch.id)
    _check_page(dispatch, version)
    if dispatch.state is not State.APPROVED:
        raise IllegalAction(_("讲师已经接单，或者派单已经结束。"), state=dispatch.state.value, action="end")
    if not words.strip():
        raise ReasonMissing(_("请写明为什么撤回。"), field="words")
    end(dispatch, "withdrawn", by=by, at=at, words=words)


def _check_page(dispatch: Dispatch, version: int | None) -> None:
    if version is not None:
        changes.check_version(dispatch, version)


def redispatch(
    dispatch: Dispatch, *, by: Actor, at: datetime, picks: Sequence[Pick] = (), mode: Mode = Mode.RANKED, reason: str = "",
    version: int | None = None,
) -> Dispatch:  # fmt: skip
    """改派: ends what is under way and proposes anew, by default with the kept list: those not asked yet whom the rules still accept."""
    if not policy.runs(by, dispatch):
        raise NotYours(_("改派由区派单员办理。"))
    dispatch = locked(dispatch.id)
    _check_page(dispatch, version)
    if dispatch.state is State.SETTLED:
        raise IllegalAction(_("讲师已经接单。来不了的话，请在课次页登记换讲师。"), state="settled", action="redispatch")
    kept = [Pick.of(candidate) for candidate in untried(dispatch)]
    orders = live_orders(dispatch) or [served.order for served in dispatch.orders]
    if dispatch.state in (State.PROPOSED, State.APPROVED):
        end(dispatch, "redispatched", by=by, at=at, words=reason)
    change = dispatch.ranking.get("change")
    if not picks:
        case = case_of([o.id for o in orders], at, change=change)
        picks = [pick for pick in kept if case.refusal(pick) is None]
    if not picks:
        raise NothingKept(_("名单上没有可以再问的讲师了，请回派单台重新选。"))
    seats = dispatch.lecturers_needed
    mode = Mode.DIRECT if len(picks) == seats else mode
    return propose(
        orders, picks, mode=mode, by=by, at=at, reason=reason or dispatch.mode_reason, change=change, previous_id=dispatch.id
    )  # fmt: skip


# ── what others need ────────────────────────────────────────────────────────────────────────────


def let_go(
    dispatch_id: int, *, by: Actor, at: datetime, reason: str = "", code: str = "called_off", lost: Collection[int] = ()
) -> None:  # fmt: skip
    """The lesson of a settled dispatch will not be (lessons judged who may): it ends, nothing is held for it. Its orders are the lesson's to move.

    lost: ids of the lecturers who cannot or did not come; they alone are not asked again for these orders.
    """
    dispatch = locked(dispatch_id)
    if dispatch.state in (State.APPROVED, State.SETTLED):
        spared = {offer.lecturer_id for offer in standing(dispatch)} - set(lost)
        end(dispatch, code, by=by, at=at, words=reason, spared=spared)


def cancelled(order_id: int, *, by: Actor, at: datetime) -> None:
    """An order was cancelled: a proposal or dispatch that served it alone ends; a joint one goes on without it unless it was the host.

    A settled dispatch is its lesson's to end: here the order only leaves it.
    """
    dispatch_id = db.session.scalar(
        sa.select(DispatchOrder.dispatch_id).where(DispatchOrder.order_id == order_id, DispatchOrder.live)
    )
    if dispatch_id is None:
        return
    dispatch = locked(dispatch_id)
    others = [order for order in live_orders(dispatch) if order.id != order_id]
    host = dispatch.orders[0].order_id == order_id
    if dispatch.state is State.SETTLED:
        if others:
            drop(dispatch, order_id, by=by, at=at)
    elif others and not host:
        drop(dispatch, order_id, by=by, at=at)
    else:
        end(dispatch, "order_cancelled", by=by, at=at)


def rehold(
    order_ids: Sequence[int], pick: Pick, windows: Sequence[tuple[datetime, datetime]], *, lecturer_ids: Sequence[int], held_for_id: int,
    replacing: Sequence[Hold], at: datetime,
) -> tuple[TeachMode, datetime]:  # fmt: skip
    """Takes a new time and place for a lesson that stands, freeing the old in the same step; every rule is asked for every lecturer.

    Returns how it is taught and when it ends. Raises the rule that refuses, or what is taken. Lessons judge who may.
    """
    district_id = replacing[0].district_id if replacing else _district(order_ids)
    committees = db.session.scalars(
        sa.select(Order.organisation_id).where(Order.id.in_(order_ids)).distinct().order_by(Order.organisation_id)
    ).all()
    probe = [
        *(Wanted(HoldKind.LECTURER, i, district_id, pick.starts_at, pick.starts_at) for i in lecturer_ids),
        *(Wanted(HoldKind.ORGANISATION, i, district_id, pick.starts_at, pick.starts_at) for i in committees),
        *(
            [Wanted(HoldKind.VENUE, pick.venue_id, district_id, pick.starts_at, pick.starts_at)]
            if pick.venue_id
            else []
        ),
    ]
    holding.lock_resources(probe)
    case = for_windows(order_ids, windows, at, without=[h.id for h in replacing])
    for lecturer_id in lecturer_ids:
        case.check(Pick(lecturer_id, pick.venue_id, pick.teach_mode, pick.starts_at))
    ends_at, spot = case.ends_at(pick), case.spot(pick)
    wanted = [
        Wanted(
            w.kind, w.resource_id, district_id, pick.starts_at, ends_at, spot=spot,
            setup_minutes=case.setup_minutes if w.kind is HoldKind.LECTURER else 0, gap=case.gap if w.kind is HoldKind.LECTURER else None,
        )
        for w in probe
    ]  # fmt: skip
    holding.take(wanted, held_for="lesson", held_for_id=held_for_id, at=at, replacing=replacing)
    return pick.teach_mode, ends_at


def _district(order_ids: Sequence[int]) -> int:
    return db.session.scalars(sa.select(Order.district_id).where(Order.id.in_(order_ids)).limit(1)).one()


def sweep(at: datetime) -> int:
    """Expires every open offer whose deadline has passed and asks the next of its list; tells of leaders who named nobody. Idempotent; returns how many."""
    with transaction(writes=False):
        due = db.session.scalars(
            sa.select(Offer.id)
            .where(Offer.state == OfferState.OPEN, Offer.answer_by <= at)
            .order_by(Offer.answer_by, Offer.id)
            .limit(500)
        ).all()
    done = 0
    for offer_id in due:
        with transaction(writes=True):
            done += expire(offer_id, by=job("dispatch.sweep"), at=at)
    return done + corps.sweep(at)

"""抢单, the open claim: one place and time offered to everybody who could come; who says yes first has it.

Place and committees are held from the approval on, a lecturer only by the yes. Callers hold the lock of the orders (asking.locked).
"""

from collections.abc import Sequence
from datetime import datetime

from catalogue.calendar import operations as holding
from catalogue.core import changes, events, wording
from catalogue.core.actor import Actor
from catalogue.core.words import _
from catalogue.dispatch.asking import lecturers_time, live_orders, make, pass_over, resources, untried, why_not
from catalogue.dispatch.candidates import Case, Pick, case_of
from catalogue.dispatch.errors import BadPick, ClaimTaken, NotFree
from catalogue.dispatch.events import OfferTaken
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.problem import holds_of
from catalogue.dispatch.states import OFFER_NEXT, Mode, OfferAction, OfferState

MOST = 200  # lecturers an open claim goes to


def is_claim(dispatch: Dispatch) -> bool:
    return dispatch.mode is Mode.CLAIM


def check_picks(picks: Sequence[Pick]) -> None:
    """One place and one time for all. Raises BadPick."""
    if len({(pick.starts_at, pick.venue_id, pick.teach_mode) for pick in picks}) > 1:
        raise BadPick(_("抢单只有一个时间、一个地点。"), field="picks")
    if len(picks) > MOST:
        raise BadPick(_("抢单最多发给 %(n)d 位讲师。", n=MOST), field="picks")


def open_to_all(dispatch: Dispatch, *, by: Actor, at: datetime) -> bool:
    """Holds place and committees and makes an offer to everybody on the list who can come now. False when too few can."""
    left, orders = untried(dispatch), live_orders(dispatch)
    holding.lock_resources([want for one in left for want in resources(dispatch, one, orders)])
    case = _case(dispatch, at)
    able = []
    for candidate in left:
        refused = case.refusal(Pick.of(candidate))
        if refused is None:
            able.append(candidate)
        else:
            pass_over(dispatch, candidate, refused, case, by=by, at=at)
    if len(able) < dispatch.lecturers_needed:
        return False
    holding.take(resources(dispatch, able[0], orders)[1:], held_for="dispatch", held_for_id=dispatch.id, at=at)
    for candidate in able:
        make(dispatch, candidate, 1, case, by=by, at=at)
    return True


def _case(dispatch: Dispatch, at: datetime) -> Case:
    own = [hold.id for hold in holds_of(dispatch)]
    return case_of([o.id for o in live_orders(dispatch)], at, without=own, change=dispatch.ranking.get("change"))


def goes_on(dispatch: Dispatch) -> bool:
    """Are there enough left who said yes or may still say it?"""
    left = [offer for offer in dispatch.offers if offer.state in (OfferState.OPEN, OfferState.ACCEPTED)]
    return len(left) >= dispatch.lecturers_needed


def check_open(offer: Offer) -> None:
    """Raises ClaimTaken, with thanks, for whoever comes after the winner."""
    if offer.state is OfferState.TAKEN:
        raise ClaimTaken(_("谢谢您愿意去，这一场已经有讲师接了。"))


def claim(offer: Offer, dispatch: Dispatch, *, at: datetime) -> None:
    """Takes the claimant's time and a seat; raises NotFree with the reason when they cannot come any more. The offer's state is the caller's."""
    candidate = next(one for one in dispatch.candidates if one.id == offer.candidate_id)
    holding.lock_resources(resources(dispatch, candidate, live_orders(dispatch)))
    case = _case(dispatch, at)
    refused = case.refusal(Pick.of(candidate))
    if refused is not None:
        until = wording.moment_text(offer.answer_by)
        raise NotFree(
            _("%(why)s，所以这一场您现在接不了。要是腾得出来，%(until)s 前还可以再接。", why=why_not(refused), until=until),
            reason=refused.code,
        )  # fmt: skip
    holding.take([lecturers_time(dispatch, candidate, case)], held_for="offer", held_for_id=offer.id, at=at)
    taken = {one.seat for one in dispatch.offers if one.state is OfferState.ACCEPTED}
    offer.seat = next(n for n in range(1, dispatch.lecturers_needed + 1) if n not in taken)


def settled(dispatch: Dispatch, *, by: Actor, at: datetime) -> None:
    """The last seat is filled: everybody else is thanked."""
    for other in dispatch.offers:
        if other.state is OfferState.OPEN:
            changes.move(other, OFFER_NEXT, OfferAction.LOSE, by=by, at=at)
            events.publish(OfferTaken(other.id), by=by, at=at)

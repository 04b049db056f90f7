"""抢单: the desk opens one place and time to all who could come; lecturers see what they may take."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core.db import transaction
from catalogue.core.errors import Invalid
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _
from catalogue.dispatch import candidates, operations, policy, queries
from catalogue.dispatch.candidates import Claimant, Pick
from catalogue.dispatch.forms import ClaimForm, numbers_of
from catalogue.dispatch.notices import place_words
from catalogue.dispatch.offer_views import ASKED, WORDS
from catalogue.dispatch.states import Mode

pages = Blueprint("claims", __name__)


@pages.route("/dispatch/claim", methods=["GET", "POST"])
@permit(roles(*policy.DESK))
def propose() -> ResponseReturnValue:
    """Who would be asked for the place and time of `pick`: the dispatcher may leave some out and proposes."""
    form = ClaimForm(orders=request.args.get("o", ""), pick=request.args.get("pick", ""))
    with transaction():
        if form.is_submitted() and (before := queries.pressed_before(actor(), numbers_of(form.orders.data or ""))):
            return redirect(f"/dispatch/{before}")
        orders = [queries.waiting_order(actor(), i) for i in numbers_of(form.orders.data or "")]
        if not orders:
            raise Invalid(_("请选要派的点单。"), field="orders")
        case = candidates.case_of([o.id for o in orders], now())
        pick = Pick.parse(form.pick.data or "")
        found = case.claimants(pick)
        if not form.is_submitted() or not form.validate_on_submit():
            return page(
                "dispatch/claim.html", form=form, case=case, pick=pick, found=found, ends_at=case.ends_at(pick), place=place_words(case.venue(pick), pick.teach_mode, case.orders[0]),
                left_out=_left_out(found) if form.is_submitted() else set(),
            )  # fmt: skip
        chosen = [one.pick for one in found if one.pick.lecturer_id not in _left_out(found)]
        number = operations.propose(orders, chosen, mode=Mode.CLAIM, by=actor(), at=now()).number
    flash(_("已拟成抢单，等另一位批准。"), "done")
    return redirect(f"/dispatch/{number}")


def _left_out(found: Sequence[Claimant]) -> set[int]:
    """Those whose tick was taken away."""
    ticked = {int(said) for said in request.form.getlist("who") if said.isascii() and said.isdigit() and len(said) < 16}
    return {one.pick.lecturer_id for one in found} - ticked


@pages.get("/claims/")
@permit(roles(*ASKED))
def claims() -> ResponseReturnValue:
    """Open claims this lecturer may take, the soonest lesson first."""
    lecturer_id = actor().lecturer_id
    with transaction():
        rows = queries.claims_of(lecturer_id, now()) if lecturer_id else []
        return page(
            "dispatch/claims.html", rows=rows, busy=queries.busy_then(lecturer_id or 0, rows), form=None, **WORDS
        )

"""宣讲团派人: a corps' leader names the member who goes to an order that was asked of the corps."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from catalogue.core.actor import Role
from catalogue.core.db import transaction
from catalogue.core.forms import Form
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _
from catalogue.dispatch import candidates, operations, queries
from catalogue.dispatch.candidates import Pick
from catalogue.dispatch.forms import ProposeForm

pages = Blueprint("corps_orders", __name__)
LEADING = (Role.CORPS_LEADER, Role.LECTURER)


@pages.get("/offers/corps/")
@permit(roles(*LEADING))
def orders() -> ResponseReturnValue:
    """Orders asked of the corps this actor leads, the most urgent first."""
    with transaction():
        return page("dispatch/corps.html", rows=queries.asked_of_corps(actor(), now()))


@pages.route("/offers/corps/<int:order_id>", methods=["GET", "POST"])
@permit(roles(*LEADING))
def order(order_id: int) -> ResponseReturnValue:
    """The members who can come, in the order of the rules. A POST names one (`one`); the district then approves."""
    form = ProposeForm()
    with transaction():
        if form.is_submitted() and queries.pressed_before(actor(), [order_id]):
            return redirect("/offers/corps/")
        asked = queries.corps_order(actor(), order_id, now())
        if not form.is_submitted() or not form.validate_on_submit():
            return _order(order_id, form)
        operations.propose([asked], [Pick.parse(form.one.data or "")], by=actor(), at=now())
    flash(_("已报给区里，批准以后给这位讲师发邀约。"), "done")
    return redirect("/offers/corps/")


def _order(order_id: int, form: Form) -> ResponseReturnValue:
    case = candidates.ranking(order_id, now())
    return page("dispatch/corps_order.html", case=case, order=case.orders[0], form=form)

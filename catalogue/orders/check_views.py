"""审核: the town's queue, the page on which one order is checked, and which committees have had nothing."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import booked
from catalogue.core.actor import Level, Role
from catalogue.core.clock import day_of
from catalogue.core.db import transaction
from catalogue.core.errors import NotVisible
from catalogue.core.forms import version_of
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _
from catalogue.orders import operations, policy, progress, queries, rules
from catalogue.orders.checkers import checkers, past_town
from catalogue.orders.coverage import coverage
from catalogue.orders.forms import CallForm, NoteForm, RejectForm
from catalogue.orders.models import Order
from catalogue.orders.states import State
from catalogue.organisations.called import expect

pages = Blueprint("checks", __name__)


@pages.route("/checks/")
@permit(roles(*policy.CHECKING))
def checks() -> ResponseReturnValue:
    """What waits for this town's check, worst first, each with the reason why it is worst."""
    with transaction():
        waiting = queries.queue(actor(), now())
        expect(map(progress.committee, waiting))
        over_towns = actor().has(Role.DISTRICT_ADMINISTRATOR)
        past = past_town([row.id for row in waiting], day_of(now())) if over_towns else frozenset()
        return page(
            "orders/checks.html",
            waiting=waiting,
            progress=progress,
            me_id=actor().person_id,
            past=past,
            at_risk=booked.at_risk(actor(), now()),
        )


@pages.route("/checks/<int:order_id>", methods=["GET", "POST"])
@permit(roles(*policy.CHECKING))
def check(order_id: int) -> ResponseReturnValue:
    """Approve (the button), or open the box to reject; returning has its own page."""
    form = RejectForm()
    with transaction():
        order = queries.one(actor(), order_id)
        if form.is_submitted() and "approve" in request.form and not form.refused():
            operations.approve(order, by=actor(), at=now(), version=version_of(form))
        elif form.validate_on_submit():
            operations.reject(
                order,
                by=actor(),
                at=now(),
                version=version_of(form),
                code=form.code.data,
                reason=form.reason.data or "",
            )
        else:
            return _check_page(order, form)
    flash(_("已通过，交给区派单台。") if order.state is State.APPROVED else _("已回复居村：没有通过。"), "done")
    return redirect("/checks/")


def _check_page(order: Order, form: RejectForm) -> ResponseReturnValue:
    if order.state is State.DRAFT:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    windows = [(w.starts_at, w.ends_at) for w in order.windows]
    terms = rules.terms(order.course_id, order.organisation_id, now(), windows=windows)
    edition = order.edition_item.edition if order.edition_item is not None else None
    used = queries.used(order.organisation_id, edition.id, order.course_id, without=order.id) if edition else None
    own = policy.entered(actor(), order) or actor().person_id in queries.entered_by(order.id)
    form.version.data = form.version.data or str(order.version)
    if "approve" in request.form:
        form.code.errors = []  # belongs to the other button
    return page(
        "orders/check.html", order=order, form=form, row=queries.row_of(order.id), terms=terms, edition=edition, used=used, own=own,
        progress=progress, notes=queries.notes_of(order.id, policy.side_of(actor(), order)), may=policy.may_check(actor(), order) and not own,
        call_form=CallForm(formdata=None), note_form=NoteForm(formdata=None), staff=queries.staff([order.town_id or order.district_id], [Role.TOWN_ADMINISTRATOR], now().date()),
        earlier=queries.others_of(order), asked=checkers(order, day_of(now())) if own else None, reasons=progress.reasons(),
    )  # fmt: skip


@pages.route("/orders/overview")
@permit(roles(*policy.CHECKING, Role.DISPATCHER))
def overview() -> ResponseReturnValue:
    """各居村点单情况: every committee of a town in an edition, those with nothing first."""
    with transaction():
        towns = queries.towns_of(actor())
        if not towns:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        asked = request.args.get("town") or queries.first_with_committees(towns)
        town = next((t for t in towns if str(t.id) == str(asked)), towns[0])
        editions = queries.editions_of(town.district_id, now().date())
        edition = next(
            (e for e in editions if str(e.id) == request.args.get("edition")), editions[0] if editions else None
        )
        today = day_of(now())
        rows = coverage(town.id, edition, today)
        return page(
            "orders/overview.html", towns=towns, town=town, editions=editions, edition=edition, rows=rows, day=min(today, edition.teach_until) if edition is not None else today,
            silent=sum(r.orders == 0 for r in rows), orders=any(m.level is Level.TOWN for m in actor().memberships),
        )  # fmt: skip

"""我的点单: the list, one order with everything about it, and what its people may do with it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from catalogue.core import once
from catalogue.core.actor import Role
from catalogue.core.clock import day_of
from catalogue.core.db import transaction
from catalogue.core.errors import Invalid
from catalogue.core.forms import version_of
from catalogue.core.kept import kept
from catalogue.core.web import actor, kept_page, now, page, permit, require, roles
from catalogue.core.words import _
from catalogue.orders import choices, operations, policy, progress, queries
from catalogue.orders.checkers import Checkers, checkers, past_town
from catalogue.orders.forms import AssignForm, CallForm, CancelForm, NoteForm, ReasonForm
from catalogue.orders.models import Order, Origin
from catalogue.orders.progress import Line
from catalogue.orders.states import Action, State
from catalogue.organisations.called import expect, name_on_day

pages = Blueprint("orders", __name__)

LINES: Callable[[Sequence[int]], Mapping[int, Line]] | None = None
"""What features to the right know of orders (lecturer, lesson, rating), by order id: set by app.py."""


AGAIN = (State.DELIVERED, *queries.TABS["done"])
"""Orders that are over: the next one may be made like them."""


def _lines(ids: Sequence[int]) -> Mapping[int, Line]:
    return LINES(ids) if LINES is not None and ids else {}


def _past_town(rows: Sequence[Any]) -> dict[int, Line]:
    """The lines of orders on behalf that only the district may check (of a committee's own order its page says it)."""
    asked = [r.id for r in rows if r.state is State.SUBMITTED and r.origin is not Origin.COMMITTEE]
    past = past_town(asked, day_of(now()))
    return {row.id: progress.by_district(row, now()) for row in rows if row.id in past}


@pages.route("/orders/")
@permit(roles(*policy.SEEING))
def orders() -> ResponseReturnValue:
    """The orders in sight, newest first, each with its line of stamps and what comes next."""
    tab, q = request.args.get("tab", ""), request.args.get("q", "")[:60].strip()
    after, before = request.args.get("after", ""), request.args.get("before", "")
    with transaction():
        found = queries.listed(actor(), tab=tab, q=q, after=after, before=before)
        counts = queries.tab_counts(actor(), found)
        lines = {**_lines([r.id for r in found.rows]), **_past_town(found.rows)}
        expect(progress.committee(row) for row in found.rows)
    alone, edits = actor().roles == frozenset({Role.ORDERER}), actor().has(*policy.ORDERING)
    facts = tuple(_facts(row, lines.get(row.id), now()) for row in found.rows)

    def made() -> dict[str, Any]:
        day = day_of(now())
        cards = [
            kept(("order card", known, alone, edits, day), lambda r=row: _made(r, lines.get(r.id), alone, edits), 600)  # type: ignore[misc]
            for row, known in zip(found.rows, facts, strict=True)
        ]
        shown = tab if tab in queries.TABS else ""
        return {"found": found, "counts": counts, "tab": shown, "q": q, "alone": alone, "cards": cards}

    said = (request.query_string, found.after, found.before, tuple(counts.items()))
    return kept_page("orders/orders.html", (said, alone, edits, facts), made)


def _facts(row: Any, line: Line | None, at: datetime) -> tuple[Any, ...]:
    """Everything a card shows, besides the day and its reader: equal facts are rendered once."""
    told = None if line is None else (tuple(sorted(line.stamps.items())), line.next, line.url, line.label)
    return (tuple(row)[: queries.COLUMNS], told, row.check_by is not None and row.check_by < at)


def _made(row: Any, line: Line | None, alone: bool, edits: bool) -> Markup:
    card: Any = current_app.jinja_env.get_template("orders/_order_card.html").module
    mine = alone and row.state in queries.TABS["mine"]
    made: Markup = card.order_card(row, line, progress, now(), mine, committee=not alone, edits=edits)
    return made


@pages.route("/orders/<said>")
@permit(roles(*policy.SEEING))
def order(said: str) -> ResponseReturnValue:
    """Everything about one order."""
    with transaction():
        return _order_page(queries.one(actor(), said))


def _order_page(order: Order, *, telephone: str = "") -> ResponseReturnValue:
    row = queries.row_of(order.id)
    by, side = actor(), policy.side_of(actor(), order)
    history = queries.history_of(order.id, inside=policy.may_steer(by, order))
    asked = checkers(order, day_of(now())) if order.state is State.SUBMITTED else None
    past = asked is not None and not asked.of_town
    line = progress.by_district(row, now()) if past else _lines([order.id]).get(order.id)
    steers = policy.may_steer(by, order)
    own = side == "committee" or order.state is State.DRAFT
    return page(
        "orders/order.html", order=order, row=row, line=line, history=history, progress=progress, reasons=progress.reasons(),
        whom={order.organisation_id: name_on_day(order.organisation, order.submitted_at or order.made_at)} if order.origin in (Origin.ON_BEHALF, Origin.PUSH) else {}, notes=queries.notes_of(order.id, side),
        note_form=NoteForm(formdata=None), side=side, allowed={a.value for a in policy.allowed(by, order)}, steers=steers, dispatches=policy.over(by, order, Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR),
        may_edit=policy.may_edit(by, order), may_again=order.state in AGAIN and policy.may_order_for(by, order.organisation), telephone=telephone or (order.telephone if own else ""),
        staff=_staff(order) if steers else [], call_form=CallForm(formdata=None), key=secrets.token_urlsafe(18), keepers=_keepers(order, asked), past_town=past,
    )  # fmt: skip


def _keepers(order: Order, asked: Checkers | None) -> Sequence[Any]:
    """Who handles it now: the colleague it was given to; while it waits for the check those who may check it; else the staff."""
    if order.assigned_to is not None:
        return [order.assigned_to]
    return asked.people if asked is not None else _staff(order)


def _staff(order: Order) -> Sequence[Any]:
    """Who could look after it now: the town's administrators until it is checked, then the district's dispatchers."""
    before = order.state in (State.SUBMITTED, State.RETURNED) and order.town_id is not None
    place, role = (order.town_id, Role.TOWN_ADMINISTRATOR) if before else (order.district_id, Role.DISPATCHER)
    return queries.staff([place or order.district_id], [role], now().date())


@pages.route("/orders/<int:order_id>/telephone", methods=["POST"])
@permit(roles(*policy.SEEING))
def telephone(order_id: int) -> ResponseReturnValue:
    """Shows the contact's number to those who handle the order; each look is audited."""
    with transaction():
        order = queries.one(actor(), order_id)
        operations.reveal(order, by=actor(), at=now())
        return _order_page(order, telephone=order.telephone)


@pages.route("/orders/<int:order_id>/cancel", methods=["GET", "POST"])
@permit(roles(*policy.SEEING))
def cancel(order_id: int) -> ResponseReturnValue:
    form = CancelForm()
    with transaction():
        order = queries.one(actor(), order_id)
        require(policy.may_cancel(actor(), order))
        draft = order.state is State.DRAFT
        if draft and form.is_submitted() and not form.refused():
            operations.cancel(order, by=actor(), at=now(), version=version_of(form))
        elif not form.validate_on_submit():
            form.version.data = form.version.data or str(order.version)
            return page("orders/reason.html", order=order, form=form, action=Action.CANCEL.value)
        else:
            operations.cancel(
                order,
                by=actor(),
                at=now(),
                version=version_of(form),
                code=form.code.data,
                reason=form.reason.data or "",
            )
    flash(_("草稿已经删去。") if draft else _("点单已取消，不占名额。"), "done")
    return redirect("/orders/" if draft else f"/orders/{order.number}")


@pages.route("/orders/<int:order_id>/return", methods=["GET", "POST"])
@permit(roles(*policy.CHECKING, Role.DISPATCHER))
def send_back(order_id: int) -> ResponseReturnValue:
    """Back to the committee with a question."""
    form = ReasonForm()
    with transaction():
        order = queries.one(actor(), order_id)
        require(policy.may_return(actor(), order))
        if not form.validate_on_submit():
            form.version.data = form.version.data or str(order.version)
            return page("orders/reason.html", order=order, form=form, action=Action.RETURN.value)
        operations.send_back(order, by=actor(), at=now(), version=version_of(form), reason=form.reason.data)
    flash(_("已退回，居村会看到您的话。"), "done")
    return redirect(f"/orders/{order.number}")


@pages.route("/orders/<int:order_id>/again", methods=["POST"])
@permit(roles(*policy.ORDERING))
def again(order_id: int) -> ResponseReturnValue:
    """照这一张再点: a draft like the last one, its times open."""
    with transaction():
        old = queries.one(actor(), order_id)
        committee, course = choices.committee_of(old.organisation_id), queries.course_of(old.course_id)
        key = request.form.get("key", "")[:64] or secrets.token_urlsafe(18)
        fresh = operations.again(old, by=actor(), at=now(), committee=committee, course=course, key=key)
    return redirect(f"/orders/{fresh.id}/edit")


@pages.route("/orders/<int:order_id>/notes", methods=["POST"])
@permit(roles(*policy.SEEING))
def add_note(order_id: int) -> ResponseReturnValue:
    form = NoteForm()
    form.validate_on_submit()
    with transaction():
        order = queries.one(actor(), order_id)
        if once.again(form, _back(order)):
            return redirect(_back(order))
        operations.note(order, form.words.data or "", by=actor(), at=now())
    return redirect(_back(order))


@pages.route("/orders/<int:order_id>/assign", methods=["POST"])
@permit(roles(*policy.CHECKING, Role.DISPATCHER))
def assign(order_id: int) -> ResponseReturnValue:
    form = AssignForm()
    said = str(form.person.data or "")
    with transaction():
        order = queries.one(actor(), order_id)
        person_id = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None
        operations.assign(order, person_id, by=actor(), at=now(), version=version_of(form))
    flash(_("经办人已改。"), "done")
    return redirect(_back(order))


@pages.route("/orders/<int:order_id>/call", methods=["POST"])
@permit(roles(*policy.CHECKING, Role.DISPATCHER))
def wait_for_call(order_id: int) -> ResponseReturnValue:
    """等回电到…, or no longer when the time is left empty."""
    form = CallForm()
    with transaction():
        order = queries.one(actor(), order_id)
        if not form.validate_on_submit():
            raise Invalid(_("请填日期和时间，例如 2026-03-05 10:00；不等了就留空。"), field="until")
        operations.wait_for_call(
            order, form.instant(), by=actor(), at=now(), version=version_of(form), words=form.words.data or ""
        )
    flash(_("已记下。") if order.call_back_until else _("不再等回电。"), "done")
    return redirect(_back(order))


def _back(order: Order) -> str:
    """To the check page when one came from there, else to the order."""
    return f"/checks/{order.id}" if request.args.get("from") == "checks" else f"/orders/{order.number or order.id}"

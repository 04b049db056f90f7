"""JSON: orders listed, made, read and moved."""

import secrets
from typing import Any

from flask import request

from catalogue.core.api import blueprint, expected_version, listed, once, reads, rows_of, tagged
from catalogue.core.errors import IllegalAction, Invalid, NotVisible, Refusal, Several, each_of, refuse_all
from catalogue.core.web import actor, now, permit, roles
from catalogue.core.words import _
from catalogue.orders import choices, operations, patterns, policy, queries, rules, spoken
from catalogue.orders.errors import Unreadable
from catalogue.orders.models import Order
from catalogue.orders.schemas import ActionIn, OrderIn, OrderOut, OrderRowOut, OrdersIn
from catalogue.orders.states import Action

api = blueprint("orders", "点单")


@api.route("/orders")
@permit(roles(*policy.SEEING))
@reads
@api.arguments(OrdersIn, location="query")
@api.response(200, listed(OrderRowOut))
def orders(values: dict[str, Any]) -> Any:
    """The orders in sight, newest first."""
    return rows_of(
        queries.listed(
            actor(),
            tab=values["tab"],
            q=values["q"],
            after=values["after"],
            before=values["before"],
            size=values["limit"],
        )
    )


@api.route("/orders", methods=["POST"])
@permit(roles(*policy.ORDERING))
@once
@api.arguments(OrderIn)
@api.response(201, OrderOut)
def make(values: dict[str, Any]) -> Any:
    """A new draft; with `submit` it is handed in at once, or refused whole. The Idempotency-Key is the order's one-time key."""
    committee, course = choices.committee_of(values["organisation_id"]), queries.course_of(values["course_id"])
    if not policy.may_order_for(actor(), committee):
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    key = request.headers.get("Idempotency-Key", "").strip()[:64] or secrets.token_urlsafe(18)
    order = operations.draft(by=actor(), at=now(), committee=committee, course=course, key=key)
    _write(order, values)
    if values["submit"]:
        operations.submit(order, by=actor(), at=now())
    return tagged(queries.loaded(order.id), 201, Location=f"/api/v1/orders/{order.id}")


def _write(order: Order, values: dict[str, Any]) -> None:
    """Keeps what was sent. What cannot be kept is refused; when it was to be handed in, together with all that the rules refuse."""
    typed, windows, told = _typed(values, order), list[Any](), list[Refusal]()
    try:
        windows = _windows(values, order)
    except Unreadable as refused:
        told.append(refused)
    try:
        operations.keep(order, typed, windows, pattern=values["pattern"], by=actor(), at=now())
    except (Invalid, Several) as refused:
        told += each_of(refused)
    if told and values["submit"]:
        told += _the_rest(order, typed, windows, {one.field for one in told})
    refuse_all(told)


def _the_rest(order: Order, typed: dict[str, Any], windows: list[Any], named: set[str]) -> list[Refusal]:
    """What the rules say besides, at fields that are not named yet. Nothing of it stays: the whole request is refused."""
    who: Any = {"by": actor(), "at": now()}
    operations.keep(order, rules.still_there(order, typed), windows[: patterns.MOST_SINGLE], pattern="", **who)
    if named & {"pattern", "windows"}:
        named |= {"pattern", "windows"}
    return [one for one in operations.refusals(order, **who) if one.field not in named]


def _typed(values: dict[str, Any], order: Order) -> dict[str, Any]:
    same = ("expected", "venue_id", "online_too", "need", "contact", "telephone", "preferred_lecturer_id")
    place = values["place"] or order.place
    return {name: values[name] for name in same} | {"place": place, "audience_code": values["audience"]}


def _windows(values: dict[str, Any], order: Order) -> list[Any]:
    """The single half-days, then those of the pattern. Raises Unreadable when it cannot be understood."""
    slots = [(w["day"], w["half_day"]) for w in values["windows"]]
    terms = rules.terms(order.course_id, order.organisation_id, now())
    if values["pattern"] and terms.teach is not None:
        reading = spoken.read(values["pattern"], teach=terms.teach, today=terms.today, overrides=terms.overrides)
        if reading.pattern is None:
            raise Unreadable(reading.problem, field="pattern")
        found = patterns.expand(
            reading.pattern,
            teach=terms.teach,
            not_before=terms.earliest(values["place"] or order.place),
            overrides=terms.overrides,
        )
        slots += found.slots
    return [patterns.instants(s) for s in dict.fromkeys(slots)][: patterns.MOST]


@api.route("/orders/<int:order_id>")
@permit(roles(*policy.SEEING))
@reads
@api.response(200, OrderOut)
def order(order_id: int) -> Any:
    """One order with its possible times."""
    return tagged(queries.one(actor(), order_id))


@api.route("/orders/<int:order_id>/actions", methods=["POST"])
@permit(roles(*policy.SEEING))
@once
@api.arguments(ActionIn)
@api.response(200, OrderOut)
def act(values: dict[str, Any], order_id: int) -> Any:
    """submit, approve, return, reject or cancel. Needs the version: If-Match, or `version` in the body."""
    found = queries.one(actor(), order_id)
    version = values["version"] if values["version"] is not None else expected_version()
    _do(found, values, version)
    return tagged(queries.loaded(order_id))


def _do(order: Order, values: dict[str, Any], version: int) -> None:
    who: Any = {"by": actor(), "at": now(), "version": version}
    match values["action"]:
        case Action.SUBMIT:
            operations.submit(order, **who, quota_reason=values["quota_reason"])
        case Action.APPROVE:
            operations.approve(order, **who, words=values["reason"])
        case Action.RETURN:
            operations.send_back(order, **who, reason=values["reason"])
        case Action.REJECT:
            operations.reject(order, **who, code=values["code"], reason=values["reason"])
        case Action.CANCEL:
            operations.cancel(order, **who, code=values["code"], reason=values["reason"])
        case _:
            raise IllegalAction(_("这一步由派单、上课或系统来办。"), action=values["action"].value)

"""派单台: the queue by urgency, ranked candidates with their reasons, proposals and their approval."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from catalogue.core import booked
from catalogue.core.db import db, transaction
from catalogue.core.errors import Invalid, NotVisible
from catalogue.core.forms import version_of
from catalogue.core.kept import kept
from catalogue.core.shell import cut, joined
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _, spoken
from catalogue.demand.models import Lack
from catalogue.dispatch import board, candidates, corps, operations, policy, problem, queries
from catalogue.dispatch.candidates import Case, Pick
from catalogue.dispatch.forms import ActForm, GapForm, ProposeForm, numbers_of
from catalogue.dispatch.models import Dispatch
from catalogue.dispatch.modes import CODES, FROM, MODES, default_mode
from catalogue.dispatch.notices import candidate_line, offer_notice, place_words
from catalogue.dispatch.states import Mode, State
from catalogue.orders.progress import committee
from catalogue.organisations.called import expect

pages = Blueprint("dispatch", __name__)
REASONS = {
    "exhausted": "名单上的讲师都没能来", "withdrawn": "派单员撤回", "redispatched": "改派", "order_cancelled": "点单已取消", "discarded": "作废",
    **CODES,
    "called_off": "停课", "lecturer_lost": "讲师来不了", "lecturer_missed": "讲师没有来", **operations.DECLINES,
}  # fmt: skip
LACKS = {"lecturer": Lack.LECTURER, "venue": Lack.VENUE, "time": Lack.TIME}


@pages.route("/dispatch/", methods=["GET", "POST"])
@permit(roles(*policy.DESK))
def desk() -> ResponseReturnValue:
    """The desk. A POST proposes: one lecturer (`one`), a ranked list (`place-<key>` = 1, 2 …) or an agreed way out (`way`).

    With `mode` the lecturer of `one` begins a ranked list, or gives the place and time of an open claim (its own page).
    """
    form = ProposeForm()
    with transaction():
        if form.is_submitted() and form.validate_on_submit():
            if form.mode.data == Mode.CLAIM and form.one.data:
                return redirect(f"/dispatch/claim?o={form.orders.data}&pick={Pick.parse(form.one.data).key}")
            if before := queries.pressed_before(actor(), numbers_of(form.orders.data or "")):
                return redirect(f"/dispatch/{before}")
            dispatch = _propose(form)
        else:
            return _desk(form)
        number = dispatch.number
    flash(_("已拟派，等另一位批准。"), "done")
    return redirect(f"/dispatch/{number}")


def _propose(form: ProposeForm) -> Dispatch:
    orders = [queries.waiting_order(actor(), i) for i in numbers_of(form.orders.data or "")]
    if not orders:
        raise Invalid(_("请选要派的点单。"), field="orders")
    if form.way.data:
        way = candidates.case_of([o.id for o in orders], now()).way(form.way.data)
        if way is None:
            raise Invalid(_("这条出路刚刚没有了，请看新的。"), field="way")
        return operations.propose([*orders], [way.pick], by=actor(), at=now(), change=way.change, reason=_agreed(way.title, form))  # fmt: skip
    picks = _from(orders, form) if form.one.data else _ranked()
    seats = _seats(orders[0].id)
    mode = Mode.DIRECT if len(picks) == seats else Mode.RANKED
    return operations.propose(orders, picks, mode=mode, by=actor(), at=now())


def _from(orders: Sequence[Any], form: ProposeForm) -> list[Pick]:
    """The lecturer whose button was pressed; asked one after the other, those below on the page follow."""
    first = Pick.parse(form.one.data or "")
    if form.mode.data != Mode.RANKED:
        return [first]
    case = candidates.case_of([o.id for o in orders], now())
    others = [row.pick for row in case.rows if row.pick.lecturer_id != first.lecturer_id]
    if _seats(orders[0].id) > 1:
        others = [Pick(p.lecturer_id, first.venue_id, first.teach_mode, first.starts_at) for p in others]
    return [first, *(pick for pick in others if case.refusal(pick) is None)]


def _agreed(title: str, form: ProposeForm) -> str:
    said = (form.reason.data or "").strip()
    return f"{title}：{said}"[:100] if said else ""


def _seats(order_id: int) -> int:
    return problem.whole_orders([order_id])[0].course_version.lecturers_needed


def _ranked() -> list[Pick]:
    """The ticked candidates in the order that was chosen for them."""
    chosen = []
    for name, value in request.form.items():
        if name.startswith("place-") and value.isascii() and value.isdigit():
            chosen.append((int(value), Pick.parse(name.removeprefix("place-"))))
    return [pick for _place, pick in sorted(chosen, key=lambda one: (one[0], one[1].key))]


def _desk(form: ProposeForm) -> ResponseReturnValue:
    turn = request.args.get("page", "1")
    number = int(turn) if turn.isascii() and turn.isdigit() and 0 < int(turn[:6]) < 10_000 else 1
    waiting = queries.queue(actor(), number)
    if not waiting and number > 1:  # the queue has grown shorter than the address thinks
        number, waiting = 1, queries.queue(actor())
    asked = numbers_of(form.orders.data or "") or numbers_of(request.args.get("o", ""))
    if not asked and waiting:
        asked = [waiting[0].id]
    case = _case(asked, waiting) if asked else None
    wishes = [_wish(row) for row in case.rows] if case else []
    expect(map(committee, waiting))
    able, under_way, week = candidates.able(waiting, now()), queries.under_way(actor()), _week(case) if case else None
    expect(map(committee, under_way))
    rivals, by_room = queries.wanted_too(actor(), wishes), request.args.get("by") == "v"

    def made() -> tuple[Case | None, tuple[str, ...]]:
        html = render_template(
            "dispatch/_desk.html", form=form, waiting=waiting, able=able, case=case, asked=asked, due=_due, page_number=number,
            pages=-(-waiting[0].waiting // queries.QUEUE) if waiting else 1, under_way=under_way, gap_form=GapForm(formdata=None), committee=committee,
            joint=_joint(case, waiting) if case else [], week=week, by_room=by_room, place_words=place_words, rivals=rivals, wish=_wish,
            asked_corps=corps.latest(asked) if case and case.orders[0].corps_id else None, last=queries.last_try(asked) if case else None, reasons=REASONS, modes=MODES, default=default_mode(case) if case else None, mode_from=FROM,
        )  # fmt: skip
        return case, cut(html)

    if form.is_submitted():
        return page("dispatch/desk.html", form=form, inside=joined(made()[1]), at_risk=booked.at_risk(actor(), now()))
    minute = now().replace(second=0)
    facts = (
        *map(tuple, waiting),
        number,
        "o" in request.args,
        *able.items(),
        *asked,
        *map(tuple, under_way),
        by_room,
        repr((rivals, week)),
    )
    pieces = kept(("desk", id(case), facts, minute, spoken()), made, 60)[
        1
    ]  # the case is kept too: its id stays its own
    return page("dispatch/desk.html", form=form, inside=joined(pieces), at_risk=booked.at_risk(actor(), now()))


def _case_now(ids: Sequence[int]) -> Case:
    case = candidates.case_of(ids, now())
    db.session.expunge_all()
    return case


def _wish(row: candidates.Row) -> queries.Wish:
    return queries.Wish(row.pick.lecturer_id, row.pick.venue_id, row.pick.starts_at, row.ends_at)


def _case(ids: Sequence[int], waiting: Sequence[Any]) -> Case:
    queued = {row.id: row for row in waiting}  # in scope, or they would not be there
    found = [queued.get(i) or queries.waiting_order(actor(), i) for i in ids]  # 404 outside the scope
    case = kept(
        ("case", tuple((o.id, o.version) for o in found)), lambda: _case_now(ids), 10
    )  # seconds old at most: what is proposed is judged anew
    if case.orders[0].state.value not in ("approved", "planned"):
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return case


def _due(soonest: datetime | None) -> datetime | None:
    """Until when an order must be dispatched: a lecturer has two days to answer, the committee three to prepare."""
    return None if soonest is None else soonest - timedelta(days=5)


def _joint(case: Case, waiting: Sequence[Any]) -> list[Any]:
    """Other waiting orders of the same course that could come to the same lesson."""
    chosen, version = {order.id for order in case.orders}, case.orders[0].course_version
    left = version.size_max - sum(order.expected or version.size_min for order in case.orders)
    same = [o for o in waiting if o.course_version_id == version.id and o.id not in chosen]
    return [o for o in same if (o.expected or version.size_min) <= left][:5]


def _week(case: Case) -> dict[str, Any] | None:
    """?w= names a day of the week, ?by=v shows the rooms instead of the lecturers."""
    try:
        day = date.fromisoformat(request.args.get("w", ""))
    except ValueError:
        day = None
    return board.week_of(actor(), case.rows, day, venues=request.args.get("by") == "v")


@pages.route("/dispatch/gap/<int:order_id>", methods=["POST"])
@permit(roles(*policy.DESK))
def gap(order_id: int) -> ResponseReturnValue:
    """Tells the academy what is missing for an order that nobody can serve."""
    form = GapForm()
    with transaction():
        order = queries.waiting_order(actor(), order_id)
        if not form.validate_on_submit():
            raise Invalid(_("请写一句缺什么。"), field="words")
        missing = candidates.ranking(order.id, now()).ranking.missing
        lack = LACKS.get(missing.resource, Lack.LECTURER) if missing is not None else Lack.LECTURER
        operations.report_gap(order, form.words.data, by=actor(), at=now(), lack=lack)
    flash(_("已报给学院。"), "done")
    return redirect(f"/dispatch/?o={order_id}")


@pages.route("/dispatch/approvals")
@permit(roles(*policy.APPROVING))
def approvals() -> ResponseReturnValue:
    """Proposals that wait for another person's yes, the oldest first."""
    with transaction():
        rows = queries.to_approve(actor())
        expect(map(committee, rows))
        return page("dispatch/approvals.html", rows=rows, committee=committee, me_id=actor().person_id)


@pages.route("/dispatch/<said>", methods=["GET", "POST"])
@permit(roles(*policy.SEEING))
def dispatch(said: str) -> ResponseReturnValue:
    """One dispatch: how it stands, the reasons as decided, its offers, its history. `act` is the button pressed."""
    form = ActForm()
    with transaction():
        one = queries.dispatch_of(actor(), said)
        if not form.is_submitted() or not form.validate_on_submit():
            return _dispatch(one, form)
        target = _act(one, form)
    return redirect(target)


def _act(one: Dispatch, form: ActForm) -> str:
    act, words, version = request.form.get("act", ""), form.words.data or "", version_of(form)
    if act == "approve":
        operations.approve(one, by=actor(), at=now(), version=version)
        flash(_("已批准，邀约已发给讲师。"), "done")
    elif act == "discard":
        operations.discard(one, by=actor(), at=now(), version=version, words=words)
        flash(_("已作废，点单回到派单台。"), "done")
    elif act == "withdraw":
        operations.withdraw_dispatch(one, by=actor(), at=now(), version=version, words=words)
        flash(_("已撤回，点单回到派单台。"), "done")
    elif act == "redispatch":
        fresh = operations.redispatch(one, by=actor(), at=now(), version=version, reason=words[:100])
        flash(_("已按留下的名单改派，等另一位批准。"), "done")
        return f"/dispatch/{fresh.number}"
    else:
        raise Invalid(_("请按页面上的按钮办。"))
    return f"/dispatch/{one.number}"


def _dispatch(one: Dispatch, form: ActForm) -> ResponseReturnValue:
    form.version.data = str(one.version)
    kept = candidates.thawed(one.ranking)
    ids = {c.lecturer_id for c in one.candidates}
    ids |= {int(i) for i in (*kept.funnel.reasons, *kept.funnel.unqualified)} if kept else set()
    ids |= {int(c.placement.lecturer) for c in kept.candidates} if kept else set()
    names = candidates.lecturers_named(ids)
    own = policy.proposed_it(actor(), one)
    may = {
        "approve": one.state is State.PROPOSED and policy.may_approve(actor(), one) and not own,
        "discard": one.state is State.PROPOSED and (policy.runs(actor(), one) or policy.may_approve(actor(), one)),
        "withdraw": one.state is State.APPROVED and policy.runs(actor(), one),
        "redispatch": one.state in (State.APPROVED, State.ENDED, State.DISCARDED) and policy.runs(actor(), one)
        and any(served.order.state.value in ("approved", "planned") for served in one.orders),
    }  # fmt: skip
    return page(
        "dispatch/dispatch.html", dispatch=one, form=form, may=may, own=own, names=names, runs=policy.runs(actor(), one),
        decided=candidates.Decided.of(kept, names) if kept else None, history=queries.history_of(one.id), reasons=REASONS, line=candidate_line,
        offers=_offers_of(one), modes=MODES, mode_from=FROM, rivals=_rivals(one), people=queries.people_named([one.proposed_by_id, one.approved_by_id]),
    )  # fmt: skip


def _rivals(one: Dispatch) -> dict[int, list[Any]]:
    """By candidate: who else wants the lecturer or the room then, while it waits for approval."""
    if one.state is not State.PROPOSED:
        return {}
    wishes = {c.id: queries.Wish(c.lecturer_id, c.venue_id, c.starts_at, c.ends_at) for c in one.candidates}
    found = queries.wanted_too(actor(), list(wishes.values()), [one.id])
    return {i: found[wish] for i, wish in wishes.items() if wish in found}


def _offers_of(one: Dispatch) -> list[tuple[Any, str]]:
    """Each offer with its notice for the chat group."""
    open_ones = {offer.id: offer for offer in queries.open_offers(one.id)}
    return [(offer, offer_notice(open_ones[offer.id]) if offer.id in open_ones else "") for offer in one.offers]

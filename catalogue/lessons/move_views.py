"""Pages of moves (改期): ask for one, the desk's queue, choose the new time, answer it also by link."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core.actor import Role
from catalogue.core.db import transaction
from catalogue.core.errors import IllegalAction, Invalid, NotVisible
from catalogue.core.forms import ActionForm, version_of
from catalogue.core.web import actor, anyone, now, page, permit, require, roles, signed_in
from catalogue.core.wording import span_text
from catalogue.core.words import _
from catalogue.dispatch.operations import Pick
from catalogue.lessons import moves, notice, policy, queries, risks
from catalogue.lessons.forms import ROWS, AskMoveForm, ConfirmForm, MoveForm, RefuseMoveForm
from catalogue.lessons.models import Lesson, LessonLecturer, MissedBy
from catalogue.lessons.states import MoveState
from catalogue.lessons.views import _lesson_page

pages = Blueprint("moves", __name__)
desk = roles(Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)


@pages.route("/lessons/<said>/move", methods=["GET", "POST"])
@permit(signed_in)
def ask(said: str) -> ResponseReturnValue:
    """Other times and a reason; the desk is told at once."""
    with transaction():
        lesson = queries.visible(actor(), said)
        require(policy.may_ask_move(actor(), lesson))
        form = AskMoveForm(version=lesson.version)
        if not form.validate_on_submit():
            speaks_for_all = policy.side_of(actor(), lesson) is None
            return page("lessons/ask_move.html", lesson=lesson, form=form, times=ROWS, speaks_for_all=speaks_for_all)
        move = moves.ask_move(
            lesson, windows=form.typed(), reason=form.reason.data, by=actor(), at=now(), version=version_of(form),
            side=MissedBy(form.side.data) if form.side.data else None,
        )  # fmt: skip
    if policy.may_move(actor(), lesson):
        return redirect(f"/moves/{move.id}")
    flash(_("改期已提出，派单员办好以后会通知您。办好之前，原来的时间不变。"), "done")
    return redirect(f"/lessons/{lesson.number}")


@pages.get("/moves/")
@permit(desk)
def index() -> ResponseReturnValue:
    """Wishes to move that wait for the desk, and new times that nobody confirmed."""
    with transaction():
        return page(
            "lessons/moves.html",
            waiting=queries.moves_waiting(actor()),
            silent=queries.unconfirmed_in(actor(), now()),
            notice=notice,
            at_risk=risks.count(actor(), now()),
        )


@pages.route("/moves/<int:move_id>", methods=["GET", "POST"])
@permit(signed_in)
def show(move_id: int) -> ResponseReturnValue:
    """One wish: the desk sees what is possible and chooses; the others see how it stands."""
    with transaction():
        move = queries.move_of(actor(), move_id)
        lesson = move.lesson
        form = MoveForm(version=move.version)
        chooses = move.state is MoveState.OPEN and policy.may_move(actor(), lesson)
        found = moves.options(move, now()) if chooses else []
        form.option.choices = {o.pick.key: span_text(o.pick.starts_at, o.ends_at) for o in found if o.same_lecturer}
        if not form.validate_on_submit():
            return page(
                "lessons/move.html", move=move, lesson=lesson, form=form, found=found, chooses=chooses, moves=moves, notice=notice,
                withdraws=move.state is MoveState.OPEN and policy.may_withdraw_move(actor(), lesson, move),
            )  # fmt: skip
        agreed = form.agreed()
        if agreed is None and form.option.data not in form.option.choices:
            raise Invalid(_("请选一个新时间，或者填日期和几点开始。"), field="option")
        pick = moves.by_hand(lesson, agreed) if agreed is not None else Pick.parse(form.option.data)
        moves.move_lesson(move, pick, by=actor(), at=now(), version=version_of(form))
    flash(_("已改到新时间，双方都会收到通知。讲师还要确认一次。"), "done")
    return redirect(f"/lessons/{lesson.number}")


@pages.route("/moves/<int:move_id>/refuse", methods=["GET", "POST"])
@permit(desk)
def refuse(move_id: int) -> ResponseReturnValue:
    """It cannot be moved, and why."""
    with transaction():
        move = queries.move_of(actor(), move_id)
        form = RefuseMoveForm(version=move.version)
        if not form.validate_on_submit():
            return page("lessons/refuse_move.html", move=move, lesson=move.lesson, form=form, notice=notice)
        moves.refuse(move, answer=form.answer.data, by=actor(), at=now(), version=version_of(form))
    flash(_("已回复。课还按原来的时间上。"), "done")
    return redirect("/moves/")


@pages.post("/moves/<int:move_id>/withdraw")
@permit(signed_in)
def withdraw(move_id: int) -> ResponseReturnValue:
    """Who asked takes it back."""
    form = ActionForm()
    with transaction():
        move = queries.move_of(actor(), move_id)
        moves.withdraw(move, by=actor(), at=now(), version=version_of(form))
    flash(_("改期已撤回，课还按原来的时间上。"), "done")
    return redirect(f"/lessons/{move.lesson.number}")


# ── the lecturer's answer ───────────────────────────────────────────────────────────────────────


def _seat(lesson: Lesson, wanted: int | None) -> LessonLecturer:
    """The seat asked for, else the actor's own, else the first that waits."""
    waiting = [s for s in lesson.lecturers if s.confirmed_at is None and s.left_at is None]
    own = [s for s in waiting if s.lecturer_id == actor().lecturer_id]
    found = (
        next((s for s in waiting if s.id == wanted), None) if wanted is not None else next(iter(own or waiting), None)
    )
    if found is None and request.method == "POST":  # the page was there: somebody answered meanwhile
        raise IllegalAction(_("这次改期刚刚已经有了答复，或者这场课已经停课。请回到课次页看最新进展。"))
    if found is None:
        raise NotVisible(_("这场课现在没有要答复的改期。"))
    return found


@pages.route("/lessons/<said>/confirm", methods=["GET", "POST"])
@permit(signed_in)
def confirm(said: str) -> ResponseReturnValue:
    """The lecturer's yes or no to the new time; town and desk may note it on their behalf."""
    with transaction():
        lesson = queries.visible(actor(), said)
        seat = _seat(lesson, request.args.get("seat", type=int))
        form = ConfirmForm()
        own = seat.lecturer_id == actor().lecturer_id
        if not form.validate_on_submit():
            return page("lessons/confirm.html", lesson=lesson, seat=seat, form=form, own=own, notice=notice)
        yes = form.say.data == "yes"
        moves.confirm(lesson, seat, yes, by=actor(), at=now(), reason=form.reason.data or "", said=form.said.data or "")
    flash(_("已确认新时间，谢谢。") if yes else _("已记下来不了，派单员会另请讲师。"), "done" if yes else "wait")
    return redirect(f"/lessons/{lesson.number}")


@pages.post("/lessons/<said>/answer-link")
@permit(signed_in)
def answer_link(said: str) -> ResponseReturnValue:
    """A fresh link with which a lecturer answers without signing in; shown this once."""
    with transaction():
        lesson = queries.visible(actor(), said)
        secret = moves.answer_link(lesson, _seat(lesson, request.args.get("seat", type=int)), by=actor(), at=now())
        return _lesson_page(lesson, link=f"/confirm/{secret}")


@pages.route("/confirm/<secret>", methods=["GET", "POST"])
@permit(anyone)
def by_link(secret: str) -> ResponseReturnValue:
    """The answer link of a move: GET shows course, place and time and changes nothing; POST answers once."""
    with transaction():
        lesson, seat, speaking = moves.by_link(secret, now())
        form = ConfirmForm()
        if not form.validate_on_submit():
            return page("lessons/by_link.html", lesson=lesson, seat=seat, form=form, notice=notice)
        yes = form.say.data == "yes"
        moves.confirm(lesson, seat, yes, by=speaking, at=now(), reason=form.reason.data or "")
        return page("lessons/answered.html", lesson=lesson, yes=yes, notice=notice)

"""Pages of ratings: those to give, those given with their means, one rating, and the lecturer's own report."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core.db import transaction
from catalogue.core.forms import said_seen, version_of
from catalogue.core.web import actor, now, page, permit, signed_in
from catalogue.core.words import _
from catalogue.lessons import queries as lessons
from catalogue.ratings import operations, policy, queries
from catalogue.ratings.forms import RatingForm, ReportForm
from catalogue.ratings.states import State

pages = Blueprint("ratings", __name__)


def _state() -> State | None:
    said = request.args.get("state", "")
    return State(said) if said in list(State) else None


@pages.get("/ratings/")
@permit(signed_in)
def index() -> ResponseReturnValue:
    """What waits to be rated, and what was said, with means that never come without their n."""
    state = _state()
    with transaction():
        return page(
            "ratings/index.html", waiting=queries.to_give(actor(), now()), found=queries.listed(actor(), state=state, after=request.args.get("after", ""), before=request.args.get("before", "")),
            average=queries.average_in_sight(actor()), state=state,
        )  # fmt: skip


@pages.route("/ratings/<int:rating_id>", methods=["GET", "POST"])
@permit(signed_in)
def give(rating_id: int) -> ResponseReturnValue:
    """One rating: three scales and words for its committee while it is open, else what was said."""
    with transaction():
        rating = queries.visible(actor(), rating_id)
        form = RatingForm(version=rating.version)
        gives = rating.state is State.OPEN and now() <= rating.rate_by and policy.may_give(actor(), rating)
        if not form.validate_on_submit():
            return page(
                "ratings/give.html", rating=rating, form=form, gives=gives, reports=queries.reports_of(rating.lesson_id)
            )
        scales = {name: int(form[name].data) for name in operations.SCALES}
        operations.give(rating, **scales, words=form.words.data or "", by=actor(), at=now(), version=version_of(form))
    flash(_("评单已收到，谢谢您。讲师和区里都会看到。"), "done")
    return redirect(f"/ratings/{rating_id}")


@pages.route("/lessons/<said>/report", methods=["GET", "POST"])
@permit(signed_in)
def report(said: str) -> ResponseReturnValue:
    """The lecturer's own account of a lesson taught; `?lecturer=` names for whom the desk writes it down."""
    with transaction():
        lesson = lessons.visible(actor(), said)
        own = policy.may_report(actor(), lesson)
        whose = actor().lecturer_id if own else request.args.get("lecturer", type=int)
        seat = next((s for s in lesson.lecturers if s.lecturer_id == whose and s.left_at is None), None)
        written = next((r for r in queries.reports_of(lesson.id) if r.lecturer_id == whose), None)
        form = ReportForm(
            words=written.words if written else "", minutes_taught=written.minutes_taught if written else None, seen=operations.shown(written)
        )  # fmt: skip
        for_other = not own and seat is not None and policy.may_report_for(actor(), lesson)
        if not for_other:
            del form.said
        if not form.validate_on_submit():
            return page(
                "ratings/report.html",
                lesson=lesson,
                form=form,
                writes=own or for_other,
                seat=seat if for_other else None,
            )
        operations.report(
            lesson, words=form.words.data, minutes_taught=form.minutes_taught.data, by=actor(), at=now(), seen=said_seen(form),
            lecturer_id=whose, said=form.said.data or "" if for_other else "",
        )  # fmt: skip
    flash(_("上课小结已保存。"), "done")
    return redirect(f"/lessons/{lesson.number}")

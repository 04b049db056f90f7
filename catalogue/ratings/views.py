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
    """The lecturer's own account of a lesson taught."""
    with transaction():
        lesson = lessons.visible(actor(), said)
        own = next((r for r in queries.reports_of(lesson.id) if r.lecturer_id == actor().lecturer_id), None)
        form = ReportForm(
            words=own.words if own else "", minutes_taught=own.minutes_taught if own else None, seen=operations.shown(own)
        )  # fmt: skip
        if not form.validate_on_submit():
            return page("ratings/report.html", lesson=lesson, form=form, writes=policy.may_report(actor(), lesson))
        operations.report(
            lesson, words=form.words.data, minutes_taught=form.minutes_taught.data, by=actor(), at=now(), seen=said_seen(form)
        )  # fmt: skip
    flash(_("上课小结已保存。"), "done")
    return redirect(f"/lessons/{lesson.number}")

"""需求: what committees miss. The academy sees it ranked and answers; a committee sees its own and the answers."""

from flask import Blueprint, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from catalogue.core import once
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotVisible
from catalogue.core.forms import version_of
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.demand import operations, policy, queries
from catalogue.demand.errors import UnknownCourse
from catalogue.demand.forms import LACKS, AnswerForm, GapForm
from catalogue.demand.models import Gap, Lack
from catalogue.demand.states import GapState
from catalogue.organisations.models import Organisation

pages = Blueprint("demand", __name__)


@pages.route("/gaps/")
@permit(roles(*policy.SEEING))
def gaps() -> ResponseReturnValue:
    """The academy's ranked list, or a committee's own."""
    with transaction():
        if actor().has(*policy.ANSWERING):
            return page("demand/ranked.html", rows=queries.ranked(actor()), lacks=LACKS)
        return page("demand/own.html", gaps=queries.own(actor()), lacks=LACKS)


@pages.route("/gaps/new", methods=["GET", "POST"])
@permit(roles(Role.ORDERER, Role.TOWN_ADMINISTRATOR))
def report() -> ResponseReturnValue:
    """Tell the academy what is missing; the words of a search without a result come along as ?q=."""
    form = GapForm()
    if not form.is_submitted():
        form.words.data = request.args.get("q", "")[:500]
    if not form.validate_on_submit():
        return page("demand/new.html", form=form)
    with transaction():
        if there := once.made_before(form):
            return redirect(there)
        organisation = _acting_for()
        operations.report(
            by=actor(), at=now(), organisation=organisation, lack=Lack(form.lack.data), words=form.words.data
        )
        once.led_to(form, "/gaps/")
    flash(_("已告诉区社区治理学院，答复会在这里看到。"), "done")
    return redirect("/gaps/")


def _acting_for() -> Organisation:
    """The organisation the person acts for, when they may report for it."""
    mine = actor().organisations(Role.ORDERER, Role.TOWN_ADMINISTRATOR)
    wanted = actor().acting_for if actor().acting_for in mine else mine[0]
    return db.session.get_one(Organisation, wanted)


@pages.route("/gaps/<int:gap_id>", methods=["GET", "POST"])
@permit(roles(*policy.SEEING))
def gap(gap_id: int) -> ResponseReturnValue:
    """One wish with everybody who shares it; the academy fills it with a course or says why not."""
    form = AnswerForm()
    with transaction():
        found = queries.one(actor(), gap_id)
        answers = policy.may_answer(actor(), found)
        if not form.is_submitted() or not answers or not form.validate_on_submit():
            return _gap_page(found, form, answers)
        same = queries.same_as(found) or [found]
        if "decline" in request.form:
            operations.decline(same, by=actor(), at=now(), answer=form.answer.data or "", version=version_of(form))
        else:
            operations.fill(same, by=actor(), at=now(), course=_course(form), answer=form.answer.data or "", version=version_of(form))  # fmt: skip
    flash(_("已答复 %(n)d 个居村。", n=len(same)), "done")
    return redirect("/gaps/")


def _course(form: AnswerForm) -> Course:
    said = str(form.course.data or "")
    course = db.session.get(Course, int(said)) if said.isascii() and said.isdigit() and len(said) < 16 else None
    if course is None:
        raise UnknownCourse(_("请选一门本区菜单上的课。"), field="course")
    return course


def _gap_page(found: Gap, form: AnswerForm, answers: bool) -> ResponseReturnValue:
    same = queries.same_as(found) if answers else [found]
    if answers and found.state is GapState.OPEN:
        rows = queries.courses_of(found.district_id)
        form.course.choices = [SelectChoice("", _("请选择")), *(SelectChoice(str(r.id), r.title) for r in rows)]
        form.version.data = form.version.data or str(same[0].version)
    elif form.is_submitted() and not answers and "refusal" not in g:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return page(
        "demand/gap.html", gap=found, same=same, form=form, lacks=LACKS, answers=answers and found.state is GapState.OPEN,
        history=queries.history_of(found.id),
    )  # fmt: skip

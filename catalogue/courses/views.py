"""Keeping courses: the list, one course with its versions and history, and every step of a version."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import booked, once
from catalogue.core.clock import day_of
from catalogue.core.db import db, transaction
from catalogue.core.forms import ActionForm, version_of
from catalogue.core.web import actor, now, page, permit, require, roles
from catalogue.core.words import _, _l
from catalogue.courses import bodies, operations, policy, queries
from catalogue.courses.errors import NotYours
from catalogue.courses.forms import MODES, CorrectForm, FilingForm, NewCourseForm, PromiseForm, WordsForm
from catalogue.courses.models import Course, CourseVersion
from catalogue.courses.operations import Honour
from catalogue.courses.policy import KEEPERS, READERS
from catalogue.courses.states import State
from catalogue.organisations.models import Organisation

pages = Blueprint("courses", __name__)
NONE = {"": "——"}


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 16 else None


@pages.get("/manage/courses/")
@permit(roles(*READERS))
def courses() -> ResponseReturnValue:
    """Courses of the actor's districts, by name; search, state and category in the URL."""
    args = request.args
    with transaction():
        found = queries.kept_courses(
            actor(), q=args.get("q", "")[:40], state=args.get("state", ""), category=_number(args.get("category")), after=args.get("after", ""),
            before=args.get("before", ""),
        )  # fmt: skip
        categories = queries.categories()
        owners = queries.owners_for(actor(), day_of(now())) if actor().has(*KEEPERS) else ()
        return page(
            "courses/courses.html",
            found=found,
            categories=categories,
            may_create=bool(owners),
            states=list(State),
            at_risk=booked.at_risk(actor(), now()),
        )


@pages.route("/manage/courses/new", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def new() -> ResponseReturnValue:
    """A new course as a draft."""
    with transaction():
        owners = {str(o.id): o for o in queries.owners_for(actor(), day_of(now()))}
        if not owners:
            raise NotYours(_("您没有可以开课的单位。"))
        form = NewCourseForm()
        form.owner_id.choices = {key: owner.name for key, owner in owners.items()}
        _choices(form, next(iter(owners.values())).district_id or 0)
        if not form.validate_on_submit():
            return page("courses/new.html", form=form)
        if there := once.made_before(form):
            return redirect(there)
        values = {**form.promise(), **form.filing(), "source": form.source.data or ""}
        course = operations.create(values, owner=owners[form.owner_id.data], by=actor(), at=now())
        there = once.led_to(form, f"/manage/courses/{course.id}")
    flash(_("已存成草稿。提交后由别人审批，通过就上架。"), "done")
    return redirect(there)


@pages.get("/manage/courses/<int:course_id>")
@permit(roles(*READERS))
def course(course_id: int) -> ResponseReturnValue:
    """One course: its versions with what changed, what may be done now, and its history."""
    with transaction():
        found = queries.seen(actor(), course_id)
        versions = queries.versions_of(course_id)
        owner = db.session.get_one(Organisation, found.owner_id)
        keeps, approves = operations.may_keep(actor(), owner, now()), policy.approves(actor(), owner)
        offered = queries.names_offered(course_id)
        tags, problems, history = (
            queries.tags_of(course_id),
            queries.problems_of(course_id),
            queries.history_of(course_id),
        )
        corps = bodies.CORPS(found.district_id).get(found.corps_id, "") if found.corps_id else ""
        submitter = queries.submitter_of(versions[0]) if versions[0].state is State.IN_REVIEW else None
        forms = {f.code: f.label for f in queries.words_of("forms", ended=True)}
        sub = queries.label_of(found.subcategory_id)
        return page(
            "courses/course.html", course=found, versions=versions, owner=owner, keeps=keeps, approves=approves, offered=offered, tags=tags,
            problems=problems, history=history, own=submitter is not None and submitter == actor().person_id, forms=forms, sub=sub, corps=corps,
            changes=[_difference(new, old, forms) for new, old in zip(versions, [*versions[1:], None], strict=True)], honours=policy.honours(actor(), found),
        )  # fmt: skip


def _said(version: CourseVersion, forms: Mapping[str, str]) -> dict[str, str]:
    """A version's promise in words, for comparing."""
    return {
        _("课名"): version.title, _("学什么"): version.summary, _("怎么上"): version.outline, _("形式"): forms.get(version.form, version.form),
        _("时长"): _("%(n)d 分钟", n=version.minutes), _("人数"): f"{version.size_min}–{version.size_max}",
        _("方式"): "、".join(str(label) for mode, label in MODES.items() if getattr(version, mode)),
        _("讲师"): _("%(n)d 位", n=version.lecturers_needed), _("适合谁"): "、".join(a.label for a in version.audiences),
        _("场地要有"): "、".join(e.label for e in version.equipment),
    }  # fmt: skip


def _difference(new: CourseVersion, old: CourseVersion | None, forms: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(what, before, now) of a version against the one before it."""
    if old is None:
        return []
    before = _said(old, forms)
    return [(name, before[name], said) for name, said in _said(new, forms).items() if said != before[name]]


@pages.route("/manage/courses/<int:course_id>/edit", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def edit(course_id: int) -> ResponseReturnValue:
    """Category, series, words and who may order: no new version."""
    with transaction():
        course = _kept(course_id)
        offered = [str(i) for i in queries.offered_to(course)]
        corps = course.corps_id if course.corps_id in bodies.CORPS(course.district_id) else None
        form = FilingForm(
            data={
                "version": course.version, "category_id": str(course.category_id), "subcategory_id": str(course.subcategory_id or ""),
                "series_id": str(course.series_id or ""), "tags": "、".join(queries.tags_of(course_id)),
                "problems": "、".join(queries.problems_of(course_id)), "offered_to": offered, "closed": not course.orderable,
                "restricted": course.restricted, "programme_only": course.programme_only,
                "offer_mode": course.offer_mode.value if course.offer_mode else "",
                "corps_id": str(corps or ""),
            }
        )  # fmt: skip
        _choices(form, course.district_id, offered)
        if not form.validate_on_submit():
            return page("courses/edit.html", form=form, course=course)
        operations.edit(course, form.filing(), by=actor(), at=now(), version=version_of(form))
    flash(_("已保存。"), "done")
    return redirect(f"/manage/courses/{course_id}")


def _kept(course_id: int) -> Course:
    """A course the actor may write. Raises NotVisible outside their districts, NotYours for others' courses."""
    course = queries.seen(actor(), course_id)
    if not operations.may_keep(actor(), db.session.get_one(Organisation, course.owner_id), now()):
        raise NotYours(_("这门课归别的单位管，您可以看，不能改。需要改动请联系课程的单位。"))
    return course


def _choices(form: Any, district_id: int, offered: Sequence[str] = ()) -> None:
    """Fills every list of choices a course form has."""
    if "category_id" in form:
        categories = queries.categories(district_id)
        form.category_id.choices = {str(c.id): c.label for c in categories if c.parent_id is None}
        names = {c.id: c.label for c in categories}
        form.subcategory_id.choices = NONE | {
            str(c.id): f"{names.get(c.parent_id)} › {c.label}" for c in categories if c.parent_id is not None
        }
        form.series_id.choices = NONE | {str(s.id): s.name for s in queries.series_of(district_id)}
        form.offered_to.choices = {
            str(i): name for i, name in queries.offerable(district_id, [int(i) for i in offered])
        }
        form.corps_id.choices = NONE | {str(i): name for i, name in bodies.CORPS(district_id).items()}
    if "form" in form:
        form.form.choices = {w.code: w.label for w in queries.words_of("forms")}
        form.audiences.choices = {w.code: w.label for w in queries.words_of("audiences")}
        form.equipment.choices = {w.code: w.label for w in queries.words_of("equipment")}


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def _promise_of(version: CourseVersion) -> dict[str, Any]:
    plain = {n: getattr(version, n) for n in operations.PROMISE}
    return plain | {
        "modes": [mode for mode in MODES if getattr(version, mode)], "audiences": [a.code for a in version.audiences],
        "equipment": [e.code for e in version.equipment],
    }  # fmt: skip


@pages.route("/manage/courses/<int:course_id>/version", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def new_version(course_id: int) -> ResponseReturnValue:
    """A draft of new promises that starts from the newest version."""
    with transaction():
        course = _kept(course_id)
        form = PromiseForm(data=_promise_of(queries.versions_of(course_id)[0]))
        _choices(form, course.district_id)
        if not form.validate_on_submit():
            return page("courses/version.html", form=form, course=course, draft=None)
        operations.new_version(course, form.promise(), by=actor(), at=now())
    flash(_("新版本已存成草稿。上架前，菜单上仍是旧版。"), "done")
    return redirect(f"/manage/courses/{course_id}")


@pages.route("/manage/versions/<int:version_id>/edit", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def revise(version_id: int) -> ResponseReturnValue:
    """Changes a draft."""
    with transaction():
        draft = queries.version_seen(actor(), version_id)
        course = _kept(draft.course_id)
        form = PromiseForm(data=_promise_of(draft) | {"version": draft.version})
        _choices(form, course.district_id)
        if not form.validate_on_submit():
            return page("courses/version.html", form=form, course=course, draft=draft)
        operations.revise(draft, form.promise(), by=actor(), at=now(), version=version_of(form))
    flash(_("草稿已保存。"), "done")
    return redirect(f"/manage/courses/{course.id}")


@pages.route("/manage/versions/<int:version_id>/correct", methods=["GET", "POST"])
@permit(roles(*KEEPERS))
def correct(version_id: int) -> ResponseReturnValue:
    """Mends typing errors of what is published."""
    with transaction():
        published = queries.version_seen(actor(), version_id)
        course = _kept(published.course_id)
        form = CorrectForm(obj=published)
        if not form.validate_on_submit():
            return page("courses/correct.html", form=form, course=course)
        values = {name: form[name].data or "" for name in operations.CORRECTABLE}
        operations.correct(published, values, by=actor(), at=now(), version=version_of(form))
    flash(_("错别字已更正。"), "done")
    return redirect(f"/manage/courses/{course.id}")


@pages.post("/manage/versions/<int:version_id>/submit")
@permit(roles(*KEEPERS))
def submit(version_id: int) -> ResponseReturnValue:
    """Asks for approval."""
    form = ActionForm()
    with transaction():
        draft = queries.version_seen(actor(), version_id)
        operations.submit(draft, by=actor(), at=now(), version=version_of(form))
    flash(_("已提交，等别人审批。"), "done")
    return redirect(f"/manage/courses/{draft.course_id}")


@pages.post("/manage/versions/<int:version_id>/publish")
@permit(roles(*READERS))
def publish(version_id: int) -> ResponseReturnValue:
    """Approves a submitted version: it is on the menu."""
    form = ActionForm()
    with transaction():
        waiting = queries.version_seen(actor(), version_id)
        operations.publish(waiting, by=actor(), at=now(), version=version_of(form))
    flash(_("已上架，菜单上看得到了。"), "done")
    return redirect(f"/manage/courses/{waiting.course_id}")


STEPS: dict[str, Any] = {
    "return": (operations.send_back, _l("退回修改")),
    "withdraw": (operations.withdraw, _l("下架")),
}


@pages.route("/manage/versions/<int:version_id>/<any('return', 'withdraw'):step>", methods=["GET", "POST"])
@permit(roles(*READERS))
def with_words(version_id: int, step: str) -> ResponseReturnValue:
    """Returns a submitted version, or takes a published one off the menu, with the reason."""
    act, title = STEPS[step]
    with transaction():
        version = queries.version_seen(actor(), version_id)
        owner = db.session.get_one(Organisation, version.course.owner_id)
        require(policy.approves(actor(), owner) or (step == "withdraw" and operations.may_keep(actor(), owner, now())))
        form = WordsForm(data={"version": version.version})
        if not form.validate_on_submit():
            return page("courses/words.html", form=form, course=version.course, title=title)
        act(version, form.words.data or "", by=actor(), at=now(), version=version_of(form))
    flash(_("已%(done)s。", done=title), "done")
    return redirect(f"/manage/courses/{version.course_id}")


@pages.post("/manage/courses/<int:course_id>/honour/<any('premium', 'gold'):which>")
@permit(roles(*READERS))
def honour(course_id: int, which: str) -> ResponseReturnValue:
    """Awards 精品课 or 金课, or takes it away when it has it."""
    with transaction():
        course = queries.seen(actor(), course_id)
        kind = Honour(which)
        on = None if getattr(course, f"{which}_on") else day_of(now())
        operations.honour(course, kind, on, by=actor(), at=now())
    flash(_("已保存。"), "done")
    return redirect(f"/manage/courses/{course_id}")

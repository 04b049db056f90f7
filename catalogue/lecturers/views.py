"""Lecturers: the list, one lecturer, and the forms about the row itself."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core import booked, clock, once
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotAllowed
from catalogue.core.forms import version_of
from catalogue.core.web import actor, now, page, permit, roles, signed_in
from catalogue.core.wording import WEEKDAYS, short_day
from catalogue.core.words import _
from catalogue.lecturers import forms, labels, listing, operations, policy, queries
from catalogue.lecturers.models import Lecturer, LecturerKind, Source, TitleTier
from catalogue.lecturers.policy import Sight
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import names_of

pages = Blueprint("lecturers", __name__, url_prefix="/lecturers")
KEEPERS = roles(Role.DISTRICT_ADMINISTRATOR)
KEEPERS_AND_LECTURERS = roles(Role.DISTRICT_ADMINISTRATOR, Role.LECTURER)


def crumbs_of(lecturer: Lecturer | None = None) -> list[tuple[str, str]]:
    found = [(_("讲师"), "/lecturers/")]
    return found if lecturer is None else [*found, (lecturer.display_name, f"/lecturers/{lecturer.id}")]


def form_page(lecturer: Lecturer | None, form: Any, title: str, label: str, **more: Any) -> ResponseReturnValue:
    """A page that is one form about a lecturer."""
    back = "/lecturers/" if lecturer is None else f"/lecturers/{lecturer.id}"
    values = {"crumbs": crumbs_of(lecturer), "back": back, "lead": "", "template": "_layouts/form.html", **more}
    return page(values.pop("template"), form=form, title=title, label=label, lecturer=lecturer, **values)


def done(lecturer: Lecturer, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(f"/lecturers/{lecturer.id}")


def done_or_mend(lecturer: Lecturer, words: str) -> ResponseReturnValue:
    """After an act that may leave lessons without their lecturer: to those, when there are any, else back to the lecturer."""
    hit = booked.lost(booked.WITH_LECTURER(actor(), now(), lecturer.id))
    if not hit:
        return done(lecturer, words)
    flash(words + booked.words_of(hit), "wait")
    return redirect(f"/lessons/at-risk?lecturer={lecturer.id}")


def coming(lecturer: Lecturer) -> dict[str, Any]:
    """What a form that ends something shows before it is sent."""
    title = _("这位讲师后面还有这些课。最后一天以后的不会自动取消，保存后要改派：")
    return {"booked": booked.WITH_LECTURER(actor(), now(), lecturer.id), "booked_title": title}


def kept(lecturer_id: int) -> Lecturer:
    """A lecturer this actor keeps, locked. Raises NotAllowed for one that is only seen."""
    found = queries.seen(actor(), lecturer_id, to_change=True)
    if not policy.may_keep(actor(), found):
        raise NotAllowed(_("这位讲师的资料不归您管理。需要修改的话，请联系区管理员。"))
    return found


def my_district() -> Organisation:
    """The district this administrator acts for."""
    ids = actor().districts(Role.DISTRICT_ADMINISTRATOR)
    if not ids:
        raise NotAllowed(_("请用区管理员的岗位登记讲师。"))
    return db.session.get_one(Organisation, ids[0])


# ── looking ────────────────────────────────────────────────────────────────────────────────────


@pages.get("/")
@permit(signed_in)
def lecturers() -> ResponseReturnValue:
    """The lecturers this person may know of; how they stand only to the staff of their district."""
    asked = request.args
    staff = actor().has(*policy.STAFF)
    term = asked.get("term", "") if staff else ""
    wanted = listing.Wanted(
        asked.get("q", "").strip()[:60], asked.get("kind", ""), asked.get("source", ""), term, asked.get("home", "") if staff else "",
        asked.get("ended") == "1",
    )  # fmt: skip
    today = clock.day_of(now())
    with transaction():
        found = listing.page_of(actor(), wanted, today, after=asked.get("after", ""), before=asked.get("before", ""))
        shown = {x.id: policy.sight(actor(), x, ()) for x in found.page.rows}
        standing = {i: queries.standing_of(found.terms.get(i, ()), today) for i in shown}
        return page(
            "lecturers/lecturers.html", found=found, wanted=wanted, shown=shown, standing=standing, today=today, labels=labels, staff=staff,
            counts=listing.counts(actor(), wanted, today), may_create=bool(actor().districts(Role.DISTRICT_ADMINISTRATOR)), CARD=Sight.CARD,
        )  # fmt: skip


@pages.get("/<int:lecturer_id>")
@permit(signed_in)
def lecturer(lecturer_id: int) -> ResponseReturnValue:
    """One lecturer, as much as this person may see (policy.sight)."""
    today = clock.day_of(now())
    with transaction():
        found = queries.seen(actor(), lecturer_id)
        sight = policy.sight(actor(), found, queries.led_by(actor(), today))
        if sight is Sight.CARD:
            return page("lecturers/card.html", lecturer=found, labels=labels)
        appointments = queries.appointments_of(lecturer_id)
        names = names_of({i for a in appointments for i in (a.issuer_id, a.scope_id)})
        keeps = policy.may_keep(actor(), found)
        return page(
            "lecturers/lecturer.html", lecturer=found, labels=labels, today=today, keeps=keeps, mine=policy.is_self(actor(), found),
            standing=queries.standing(lecturer_id, today), appointments=appointments, names=names, weekdays=WEEKDAYS, halves=forms.HALF_DAYS,
            qualifications=queries.qualifications([lecturer_id]).get(lecturer_id, []), corps=queries.corps_of([lecturer_id]).get(lecturer_id, []),
            week=queries.hours_of([lecturer_id])[lecturer_id], history=queries.history_of(lecturer_id) if keeps else [],
            ended=found.ended_on is not None and found.ended_on < today,
        )  # fmt: skip


# ── the row ────────────────────────────────────────────────────────────────────────────────────

ENUMS = {"kind": LecturerKind, "source": Source, "title_tier": TitleTier}
TEXTS = frozenset({"bio", "home_place", "title_name", "display_name"})


def _values(form: forms.OwnForm) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in form:
        if field.name in operations.COLUMNS:
            given = field.data or "" if field.name in TEXTS else field.data
            values[field.name] = ENUMS[field.name](given) if field.name in ENUMS else given
    return values


def _typed(lecturer: Lecturer) -> dict[str, Any]:
    plain = {name: getattr(lecturer, name) for name in (*operations.COLUMNS, "version")}
    return plain | {name: plain[name].value for name in ENUMS}


@pages.route("/new", methods=["GET", "POST"])
@permit(KEEPERS)
def new_lecturer() -> ResponseReturnValue:
    """A new person as lecturer; somebody who is known already is made one with ?person=."""
    with transaction():
        district = my_district()
        form = forms.NewLecturerForm(data={"kind": "special", "source": "external", "teaches_online": True})
        if not form.validate_on_submit():
            lead = _("先登记人，再发聘书、登记能讲的课和每周时间。不需要账号也可以。")
            return form_page(None, form, _("新增讲师"), _("保存"), lead=lead, template="lecturers/edit.html")
        if there := once.made_before(form):
            return redirect(there)
        person = operations.a_person(
            district,
            name=form.display_name.data,
            phone=form.phone.data or "",
            post=form.post.data or "",
            by=actor(),
            at=now(),
        )
        made = operations.create(person, district, _values(form), by=actor(), at=now())
        once.led_to(form, f"/lecturers/{made.id}")
        return done(made, _("已登记。接下来发聘书，登记能讲的课。"))


@pages.route("/from/<int:person_id>", methods=["GET", "POST"])
@permit(KEEPERS)
def from_person(person_id: int) -> ResponseReturnValue:
    """Makes a person of the district, with or without an account, a lecturer."""
    with transaction():
        district = my_district()
        person = queries.person_of(district.id, person_id)
        form = forms.LecturerForm(
            data={"display_name": person.name, "kind": "special", "source": "external", "teaches_online": True}
        )
        if not form.validate_on_submit():
            title = _("把%(name)s登记为讲师", name=person.name)
            return form_page(None, form, title, _("保存"), template="lecturers/edit.html")
        made = operations.create(person, district, _values(form), by=actor(), at=now())
        return done(made, _("已登记。接下来发聘书，登记能讲的课。"))


@pages.route("/<int:lecturer_id>/edit", methods=["GET", "POST"])
@permit(KEEPERS_AND_LECTURERS)
def edit(lecturer_id: int) -> ResponseReturnValue:
    """All of a lecturer for the keeper; where from, how far and how much for the lecturer."""
    with transaction():
        found = queries.seen(actor(), lecturer_id, to_change=True)
        if not policy.may_edit(actor(), found):
            raise NotAllowed(_("这位讲师的资料不归您管理。需要修改的话，请联系区管理员。"))
        kind = forms.LecturerForm if policy.may_keep(actor(), found) else forms.OwnForm
        form = kind(data=_typed(found))
        if not form.validate_on_submit():
            return form_page(found, form, _("修改资料"), _("保存"), template="lecturers/edit.html")
        operations.edit(found, _values(form), by=actor(), at=now(), version=version_of(form))
        return done(found, _("已保存。"))


@pages.route("/<int:lecturer_id>/end", methods=["GET", "POST"])
@permit(KEEPERS)
def end(lecturer_id: int) -> ResponseReturnValue:
    """The lecturer's last day."""
    with transaction():
        found = kept(lecturer_id)
        form = forms.EndForm(obj=found, data={"on": clock.day_of(now())})
        if not form.validate_on_submit():
            lead = _("以后不再派课，聘书和讲过的课都保留。已经定好的课请派单员改派。")
            return form_page(found, form, _("停止授课"), _("停止授课"), lead=lead, **coming(found))
        operations.end(
            found, on=form.on.data, reason=form.reason.data or "", by=actor(), at=now(), version=version_of(form)
        )
        on = form.on.data
        return done_or_mend(
            found,
            _("已停止授课。") if on < clock.day_of(now()) else _("记下了，%(day)s以后停止授课。", day=short_day(on)),
        )

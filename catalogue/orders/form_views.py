"""The order form: one page on a desk, three steps on a phone, whole without script. Every button posts the form and keeps it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from catalogue.core import wording
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay, day_of
from catalogue.core.db import db, transaction
from catalogue.core.errors import NotVisible, Refusal
from catalogue.core.forms import version_of
from catalogue.core.kept import detached, kept
from catalogue.core.shell import cut, joined
from catalogue.core.web import actor, kept_page, now, page, permit, roles
from catalogue.core.words import _, spoken
from catalogue.courses.models import Course, CourseVersion
from catalogue.orders import choices, operations, patterns, placing, policy, queries, rules, sheet
from catalogue.orders.forms import HALVES, WEEKDAYS, OrderForm, options
from catalogue.orders.models import Order, Origin, Place
from catalogue.orders.sheet import Asked, Availability, Free, Times
from catalogue.orders.states import State
from catalogue.organisations.models import Organisation

pages = Blueprint("order_form", __name__)

AVAILABILITY: Availability | None = None
"""Who could come, by half-day: set by app.py to what dispatch answers; without it the calendar shows days only."""

OPEN = 30.0  # seconds: whoever fills it in looks at it for longer, and a press judges everything anew
HERE = secrets.token_urlsafe(18)  # where the one-time key goes in a form that is kept
STEP_OF = {
    "windows": 2,
    "pattern": 2,
    "weekdays": 2,
    "half": 2,
    "place": 3,
    "venue": 3,
    "expected": 3,
    "contact": 3,
    "telephone": 3,
}


@pages.route("/orders/new", methods=["GET", "POST"])
@permit(roles(*policy.ORDERING))
def new() -> ResponseReturnValue:
    """A form with a fresh one-time key; the first press (or a moment of typing) makes the draft."""
    if request.method == "POST":
        number = _placed() if "submit" in request.form and "refusal" not in g else None
        if number is not None:
            return _thanks(number)
        form = OrderForm()
        with transaction():
            order_id = _begun(form)
        return _written(form, order_id)
    course_id = _number(request.args.get("course"))
    if course_id is None:
        return redirect("/courses/")
    with transaction():
        committee_id = _number(request.args.get("for")) or _own(actor().acting_for)
        if committee_id is None:
            q = request.args.get("q", "")[:40].strip()
            found = choices.committees_for(actor(), q)
            return page("orders/choose.html", course=queries.course_of(course_id), committees=found, q=q)
        return _fresh(course_id, committee_id)


@pages.route("/orders/<int:order_id>/edit", methods=["GET", "POST"])
@permit(roles(*policy.ORDERING))
def write(order_id: int) -> ResponseReturnValue:
    """A draft or returned order."""
    if request.method == "POST":
        return _written(OrderForm(), order_id)
    with transaction():
        order = queries.one(actor(), order_id)
        if not policy.may_edit(actor(), order):
            return redirect(f"/orders/{order.number or order.id}")
        form = OrderForm(data=_data_of(order))
        return _page(form, order, order.course, _version(order), order.organisation, sheet.times_of(order))


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 16 else None


def _own(acting_for: int | None) -> int | None:
    """The committee the person is acting for, when they order for it as its own staff."""
    own = actor().organisations(Role.ORDERER)
    return acting_for if acting_for in own else own[0] if own and acting_for is None else None


def _fresh(course_id: int, committee_id: int) -> ResponseReturnValue:
    """The form as it opens. All but the quota used, the one-time key and the token may be as old as OPEN: a press judges it anew."""
    committee = kept(("ordering", committee_id), lambda: _apart(choices.committee_of(committee_id)))
    if not policy.may_order_for(actor(), committee):
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    origin = policy.origin_of(actor(), committee)
    own = origin is Origin.COMMITTEE
    asked, who = request.args.get("slot", "")[:30], "who" in request.args
    read: list[rules.Terms] = []
    edition_id = kept(("edition", course_id, committee_id), lambda: _edition_of(course_id, committee_id, read))
    used = queries.used(committee_id, edition_id, course_id) if edition_id is not None else None
    may_override = any(actor().has(r) for r in policy.ON_BEHALF)
    depends = (
        course_id,
        committee_id,
        actor().name if own else "",
        origin,
        may_override,
        asked,
        who,
        edition_id,
        used,
        spoken(),
        day_of(now()),
    )
    opened = kept(("order form", *depends), lambda: _opened(course_id, committee, own, asked, used, read), OPEN)

    def made() -> dict[str, Any]:
        return {"order": None, "inside": joined(opened.pieces), "title": opened.title, "course_id": course_id}

    html, status = kept_page("orders/form.html", opened, made)
    return html.replace(HERE, secrets.token_urlsafe(18), 1), status


def _apart(committee: Organisation) -> Organisation:
    return detached(committee, *((committee.town,) if committee.town is not None else ()))


def _edition_of(course_id: int, committee_id: int, read: list[rules.Terms]) -> int | None:
    """The edition one would order from; `read` keeps the terms, when they had to be read, for the form itself."""
    read.append(rules.terms(course_id, committee_id, now()))
    item = read[0].item
    return item.edition_id if item is not None else None


@dataclass(frozen=True, eq=False)
class Opened:
    """A form as it opens: the course's title, and the HTML cut where tokens stand."""

    title: str
    pieces: tuple[str, ...]


def _opened(course_id: int, committee: Organisation, own: bool, asked: str, used: queries.Used | None, read: Sequence[rules.Terms]) -> Opened:  # fmt: skip
    """A fresh form, without its token and its one-time key."""
    course = queries.course_of(course_id)
    if course.published is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    terms = read[0] if read else rules.terms(course.id, committee.id, now())
    rules.refuse_unless_offered(course, terms.chain, committee.district_id or 0)
    form = OrderForm(
        data={
            "key": HERE, "course": course.id, "committee": committee.id, "telephone": committee.telephone,
            "contact": actor().name if own else "", "place": operations.usual_place(course.published).value,
        }
    )  # fmt: skip
    slot = _slot(asked, terms)
    form.on_day.data = slot[0].isoformat() if slot is not None else ""
    shown = _shown(
        form, None, course, course.published, committee, Times([slot] if slot is not None else []), terms, used
    )
    return Opened(course.title, cut(render_template("orders/_form.html", **shown)))


def _slot(said: str, terms: rules.Terms) -> patterns.Slot | None:
    """The half-day picked on the course page (2026-04-09/evening): its box is ticked, and it is kept with the first press."""
    day, _slash, half = said.partition("/")
    try:
        found = (date.fromisoformat(day), HalfDay(half))
    except ValueError:
        return None
    return found if sheet.inside(found[0], terms) is not None else None


def _placed() -> str | None:
    """Writes the order and hands it in at once, in one transaction; gives its number.

    None when that cannot be: the key is used already, something is wrong or refused. Then nothing was written, and what was typed
    is kept as a draft by the way every other button takes.
    """
    form = OrderForm(
        meta={"csrf": False}
    )  # the frame has checked the token; this form is shown to nobody and needs no new one
    committee_id, course_id, key = _number(form.committee.data), _number(form.course.data), (form.key.data or "")[:64]
    if committee_id is None or course_id is None or not key or "X-Autosave" in request.headers:
        return None
    try:
        with transaction():
            known = placing.facts(
                course_id, committee_id, key, venue_id=_number(form.venue.data) if form.place.data == Place.VENUE else None,
                lecturer_id=_number(form.preferred_lecturer.data), by=actor(), at=now(),
            )  # fmt: skip
            if known is None:
                return None
            _offered(form, known)
            times = Times([])
            if not form.validate_on_submit():
                return None
            sheet.pressed(times, form, request.form, known.terms)
            if form.errors:
                return None
            order = placing.place(
                known, form.values(), times.windows(), key=key, pattern=times.pattern, by=actor(), at=now(),
                quota_reason=form.quota_reason.data or "",
            )  # fmt: skip
    except (Refusal, IntegrityError):
        return None
    return order.number


def _offered(form: OrderForm, known: placing.Facts) -> None:
    """What can be chosen, as far as it was chosen."""
    form.audience.choices = options({"": "", **{a.code: a.label for a in known.audiences}})
    form.preferred_lecturer.choices = options({"": "", **({known.lecturer_id: ""} if known.lecturer_id else {})})
    form.venue.choices = options({"": "", **({known.venue.id: known.venue.name} if known.venue is not None else {})})


def _thanks(number: str | None) -> ResponseReturnValue:
    flash(_("点单已提交，点单号 %(number)s。", number=number), "done")
    return redirect(f"/orders/{number}")


def _begun(form: OrderForm) -> int:
    """The draft of this page's one-time key. After a refusal it is only looked up: nothing is written twice."""
    committee_id, course_id = _number(form.committee.data), _number(form.course.data)
    key = (form.key.data or "")[:64]
    if committee_id is None or course_id is None or not key:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    committee = choices.committee_of(committee_id)
    if not policy.may_order_for(actor(), committee):  # as if it were not there: the answer names no committee
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    if "refusal" in g:
        found = choices.of_key(committee_id, key)
        if found is None:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        return found
    course = queries.course_of(course_id)
    return operations.draft(by=actor(), at=now(), committee=committee, course=course, key=key).id


def _version(order: Order) -> CourseVersion:
    return order.course_version


def _written(form: OrderForm, order_id: int) -> ResponseReturnValue:
    """Keeps what was typed, does what the button says, and shows the form again (or the order, once it is handed in)."""
    autosave, submits, refused = "X-Autosave" in request.headers, False, None
    with transaction():
        order = queries.one(actor(), order_id)
        done = order.state not in (State.DRAFT, State.RETURNED)
        if done and not autosave and "submit" in request.form and order.submitted_by_id == actor().person_id:
            return redirect(f"/orders/{order.number}")  # the second click of a double click
        terms = rules.terms(order.course_id, order.organisation_id, now())
        _choices(form, order.course, _version(order), order.organisation)
        good = form.validate_on_submit()
        times = sheet.times_of(order)
        if order.state is State.RETURNED and not form.expected.errors and form.people() is None:
            form.expected.errors = [
                _("请填写大概来多少人。")
            ]  # a draft may lack it, an order that was handed in may not
        if "refusal" not in g:
            sheet.pressed(times, form, request.form, terms)
            operations.keep(
                order, form.values(), times.windows(), pattern=times.pattern, by=actor(), at=now(), version=_version_of(form)
            )  # fmt: skip
            good = good and not form.errors
            submits = good and "submit" in request.form and not autosave
            if "submit" not in request.form:
                _quiet(form)
            if submits:
                refused = _handed_in(order, form, terms)
            elif "submit" in request.form and not autosave:
                _say_the_rest(order, form)
    if autosave:
        return jsonify(version=order.version, url=f"/orders/{order.id}/edit")
    if refused is not None:
        raise refused
    if submits:
        return _thanks(order.number)
    with transaction():
        order = queries.one(actor(), order_id)
        form.version.data = str(order.version)
        times.slots = sheet.times_of(order).slots
        return _page(form, order, order.course, _version(order), order.organisation, times)


def _handed_in(order: Order, form: OrderForm, terms: rules.Terms) -> Refusal | None:
    """Hands it in. What was typed stays kept when a rule refuses it, so the refusal is given back and not raised here."""
    try:
        with db.session.begin_nested():
            operations.submit(order, by=actor(), at=now(), quota_reason=form.quota_reason.data or "", terms=terms)
    except Refusal as refused:
        return refused
    return None


def _say_the_rest(order: Order, form: OrderForm) -> None:
    """A field was wrong by its shape: the rules say in the same answer what else is, at fields that are not named yet."""
    named = set(form.errors)
    windows = {"windows", "pattern"}
    for one in operations.refusals(order, by=actor(), at=now(), quota_reason=form.quota_reason.data or ""):
        if one.field not in named and not (one.field == "windows" and named & windows):
            form.tell(one)


def _quiet(form: OrderForm) -> None:
    """Pressing a day is no handing in: what is still wrong elsewhere is said when it is submitted."""
    for field in form:
        if field.name != "pattern":
            field.errors = []


def _version_of(form: OrderForm) -> int | None:
    """The version of the page of an order; a new order's page has none yet, and its one-time key says which draft it is."""
    return version_of(form) if "order_id" in (request.view_args or {}) else _number(form.version.data)


def _data_of(order: Order) -> dict[str, Any]:
    """The form's fields; the contact's number in full only for its own side, everybody else looks at it on the order (audited)."""
    own = policy.side_of(actor(), order) == "committee" or order.made_by_id == actor().person_id
    return {
        "version": order.version, "key": order.key, "course": order.course_id, "committee": order.organisation_id, "need": order.need,
        "audience": order.audience_code or "", "preferred_lecturer": order.preferred_lecturer_id or "", "place": order.place.value,
        "venue": order.venue_id if order.place is Place.VENUE else "", "online_too": order.online_too,
        "expected": "" if order.expected is None else str(order.expected), "contact": order.contact, "telephone": order.telephone if own or not order.telephone else wording.masked(order.telephone),
        "pattern": order.pattern,
    }  # fmt: skip


def _choices(form: OrderForm, course: Course, version: CourseVersion, committee: Organisation) -> list[Any]:
    """Fills in what can be chosen; returns the venues."""
    form.audience.choices = options({"": _("请选择"), **{a.code: a.label for a in version.audiences}})
    lecturers = choices.lecturers_of(course.id, now().date())
    form.preferred_lecturer.choices = options({"": _("都可以"), **{str(r.id): r.display_name for r in lecturers}})
    venues = list(choices.venues_for(committee))
    shared = [v for v in venues if not (v.own_room and v.organisation_id == committee.id)]
    names = {str(v.id): _("%(name)s（%(n)d 人）", name=v.name, n=v.capacity) for v in shared}
    form.venue.choices = options({"": _("请选择"), **names})
    return venues


def _page(form: OrderForm, order: Order, course: Course, version: CourseVersion, committee: Organisation, times: Times) -> ResponseReturnValue:  # fmt: skip
    shown = _shown(form, order, course, version, committee, times)
    return page("orders/form.html", **shown, title=course.title, course_id=course.id)


def _shown(form: OrderForm, order: Order | None, course: Course, version: CourseVersion, committee: Organisation, times: Times, terms: rules.Terms | None = None, used: queries.Used | None = None) -> dict[str, Any]:  # fmt: skip
    """Everything the form's template asks for."""
    venues = _choices(form, course, version, committee)
    terms = terms or rules.terms(course.id, committee.id, now(), windows=times.windows())
    origin = policy.origin_of(actor(), committee)
    place = Place(form.place.data) if form.place.data in set(Place) else Place.OWN_ROOM
    room = next((v for v in venues if v.own_room and v.organisation_id == committee.id), None)
    month = sheet.month_of(form, request.form.get("month", ""), times.slots, terms)
    asked = Asked(
        course.id, version.id, committee.id, order.id if order is not None else None, place, _number(str(form.venue.data or "")),
        form.people(), month, sheet.last_of(month),
    )  # fmt: skip
    ask = AVAILABILITY is not None and terms.teach is not None
    free = _free(asked) if ask and _counts_now() else None
    day = sheet.inside(_open_day(form), terms)
    form.at_month.data, form.on_day.data = month.isoformat()[:7], day.isoformat() if day is not None else ""
    form.at_step.data = str(_step(form))
    named = next((v for v in venues if str(v.id) == str(form.venue.data)), None)
    if used is None and terms.item is not None:
        used = queries.used(committee.id, terms.item.edition_id, course.id, without=order.id if order else None)  # fmt: skip
    return dict(  # noqa: C408
        form=form, order=order, course=course, version=version, committee=committee, terms=terms, times=times,
        month=month, before=_month_beside(month, -1, terms), after=_month_beside(month, 1, terms),
        days=sheet.month_days(month, place, terms, times.slots, free), day=day,
        boxes=sheet.half_boxes(day, times.slots, free) if day is not None else [], counted=free is not None, ask_later=_ask_later(course.id, committee.id, order) if ask and free is None else "", place=place, room=room,
        place_choices=_places(version, room, terms), help_more=sheet.helps_more(len(times.slots), bool(times.pattern)),
        limits=sheet.limits(version, room if place is Place.OWN_ROOM else named if place is Place.VENUE else None),
        rank_word=sheet.rank_word, weekday_words=WEEKDAYS, half_words=HALVES, say_pattern=patterns.say, instants=patterns.instants, used=used,
        own=origin is Origin.COMMITTEE, pushed=origin is Origin.PUSH, just_opened="day" in request.form, over_quota=_over(used, terms), may_override=any(actor().has(r) for r in policy.ON_BEHALF), step=_step(form), named=named,
        url=f"/orders/{order.id}/edit" if order is not None else "/orders/new", saved_at=now() if order is not None else None,
    )  # fmt: skip


def _free(asked: Asked) -> Mapping[patterns.Slot, Free] | None:
    """Who could come, at most OPEN seconds old."""
    ask = AVAILABILITY
    return None if ask is None else kept(("free", asked), lambda: ask(asked), OPEN)


def _counts_now() -> bool:
    """Counting takes a while, so the first page comes without and asks for it by itself (or by a button)."""
    return request.method == "POST" or "who" in request.args


def _ask_later(course_id: int, committee_id: int, order: Order | None) -> str:
    return (
        f"/orders/{order.id}/edit?who=1"
        if order is not None
        else f"/orders/new?course={course_id}&for={committee_id}&who=1"
    )


def _over(used: queries.Used | None, terms: rules.Terms) -> str:
    """Which quota is used up: of the "edition", of this "course", or none ("")."""
    quota = terms.settings
    if used is None:
        return ""
    if used.edition >= quota["quota_edition"]:
        return "edition"
    return "course" if used.course >= quota["quota_course"] else ""


def _open_day(form: OrderForm) -> date | None:
    """The day whose half-days are open: the one just pressed, else the one open before."""
    said = request.form.get("day", "")
    try:
        return date.fromisoformat(said) if said else form.day()
    except ValueError:
        return form.day()


def _step(form: OrderForm) -> int:
    """Which of the three steps a phone shows: where the first error is, else the one asked for."""
    wrong = [STEP_OF.get(name, 1) for name in form.errors if name]
    if wrong:
        return min(wrong)
    said = request.form.get("step") or form.at_step.data or "1"
    return int(said) if said in ("1", "2", "3") else 1


def _month_beside(month: date, step: int, terms: rules.Terms) -> str:
    """The neighbouring month as the value of its button, empty beyond the edition."""
    teach = terms.teach
    if teach is None:
        return ""
    beside = date(month.year + (month.month - 1 + step) // 12, (month.month - 1 + step) % 12 + 1, 1)
    return beside.isoformat()[:7] if teach[0].replace(day=1) <= beside <= teach[1] else ""


def _places(version: CourseVersion, room: Any, terms: rules.Terms) -> list[dict[str, str]]:
    """The ways to hold it, each with its facts, or closed with the reason."""
    somewhere = "" if version.venue or version.onsite else _("这门课只能上线上课")
    own = _room_words(room) if room is not None else ""
    closed_own = "" if version.onsite else _("这门课要到教学点上")
    return [
        {"value": Place.OWN_ROOM.value, "label": room.name if room is not None else _("本单位活动室"), "help": own,
         "closed": closed_own or ("" if room is not None else _("还没有登记活动室，请本街镇管理员登记"))},
        {"value": Place.VENUE.value, "label": _("其他场地，我来选"), "help": _("党群服务中心、教学点等。"), "closed": somewhere},
        {"value": Place.ANY_VENUE.value, "label": _("附近合适的场地都行"), "help": _("由区里就近安排，更容易排上。"), "closed": somewhere},
        {"value": Place.ONLINE.value, "label": _("线上"), "help": _("%(n)d 个工作日前点单即可。", n=terms.settings["lead_days_online"]),
         "closed": "" if version.online else _("这门课不能上线上课")},
    ]  # fmt: skip


def _room_words(room: Any) -> str:
    """坐得下 45 人，有投影、音响。"""
    has = wording.listed(choices.equipment_of(room.id))
    return (
        _("坐得下 %(n)d 人，有%(has)s。", n=room.capacity, has=has) if has else _("坐得下 %(n)d 人。", n=room.capacity)
    )

"""Pages of lessons: the list and calendar, one lesson, its attendance and sheet, and how it ends."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from catalogue.core import clock, once
from catalogue.core.actor import Actor, Role
from catalogue.core.db import transaction
from catalogue.core.errors import Invalid, NotVisible
from catalogue.core.forms import said_seen, version_of
from catalogue.core.web import actor, now, page, permit, require, roles, signed_in
from catalogue.core.words import _
from catalogue.lessons import attendance, moves, notice, operations, policy, queries, risks
from catalogue.lessons.forms import CountForm, LinkForm, LostForm, MarkForm, MissedForm, NameForm, ReasonForm
from catalogue.lessons.models import AttendanceState, Lesson, LessonParty, MissedBy
from catalogue.lessons.states import State
from catalogue.organisations.called import called
from catalogue.organisations.queries import SEES_ROWS

pages = Blueprint("lessons", __name__)


# ── list and calendar ───────────────────────────────────────────────────────────────────────────


@pages.get("/lessons/")
@permit(signed_in)
def index() -> ResponseReturnValue:
    """Lessons in sight as a list, a week board or a month; filtered and paged by URL."""
    view = request.args.get("view", "")
    with transaction():
        if view == "month":
            return _month()
        if view == "week":
            return _week()
        return _list()


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _list() -> ResponseReturnValue:
    tab, q, day = request.args.get("tab", ""), request.args.get("q", "").strip()[:40], _day("day")
    found = queries.listed(
        actor(),
        now(),
        tab=tab,
        day=day,
        q=q,
        after=request.args.get("after", ""),
        before=request.args.get("before", ""),
    )
    counts = queries.tab_counts(actor(), now())
    return page(
        "lessons/index.html", found=found, counts=counts, tab=tab, q=q, day=day, notice=notice, at_risk=risks.count(actor(), now()),
        sees=actor().has(*SEES_ROWS, Role.LECTURER),
    )  # fmt: skip


@pages.get("/lessons/at-risk")
@permit(roles(*risks.MENDERS))
def at_risk() -> ResponseReturnValue:
    """已定的课要改派: of one lecturer or one venue when the URL names it, else all in sight; what is wrong and what to do."""
    lecturer_id, venue_id = request.args.get("lecturer", type=int), request.args.get("venue", type=int)
    with transaction():
        found = risks.in_sight(actor(), now(), lecturer_id=lecturer_id, venue_id=venue_id)
        whys: dict[int, list[risks.Risk]] = {}
        for risk in found:
            if risk.slot.kind == "lesson":
                whys.setdefault(risk.slot.id, []).append(risk)
        offers = queries.offers_named({r.slot.id: r.words for r in found if r.slot.kind == "offer"})
        lessons = queries.rows_of(whys)
        return page(
            "lessons/at_risk.html", lessons=lessons, whys=whys, offers=offers, notice=notice, narrowed=bool(lecturer_id or venue_id),
            runs={x.id: policy.runs(actor(), x) for x in lessons},
        )  # fmt: skip


def _month() -> ResponseReturnValue:
    today = clock.day_of(now())
    first = (_day("day") or today).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    counts = queries.days_between(actor(), clock.at(first, 0), clock.at(after, 0))
    days = {
        day: {"word": _("%(n)s 场", n=n), "tone": "busy", "url": f"/lessons/?day={day.isoformat()}"}
        for day, n in counts.items()
    }
    turns = [f"/lessons/?view=month&day={d.isoformat()}" for d in ((first - timedelta(days=1)).replace(day=1), after)]
    return page("lessons/month.html", first=first, days=days, turns=turns, today=today, total=sum(counts.values()))


def _week() -> ResponseReturnValue:
    today = clock.day_of(now())
    day = _day("day") or today
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    found = queries.between(actor(), clock.at(monday, 0), clock.at(monday + timedelta(days=7), 0))
    turns = [f"/lessons/?view=week&day={(monday + timedelta(days=n)).isoformat()}" for n in (-7, 7)]
    return page("lessons/week.html", days=days, rows=_board(found), turns=turns, found=found)


def _board(found: Any) -> list[dict[str, Any]]:
    """Lessons by lecturer, for the week board."""
    rows: dict[int, dict[str, Any]] = {}
    for lesson in found:
        for seat in lesson.lecturers:
            if seat.left_at is not None:
                continue
            row = rows.setdefault(
                seat.lecturer_id, {"label": seat.lecturer.display_name, "key": seat.lecturer.sort_key, "cells": {}}
            )
            row["cells"].setdefault(clock.day_of(lesson.starts_at), []).append(_slot(lesson))
    return sorted(rows.values(), key=lambda row: (row["key"], row["label"]))


TONES = {State.SCHEDULED: "go", State.DELIVERED: "done", State.MISSED: "off", State.CALLED_OFF: "off"}


def _slot(lesson: Lesson) -> dict[str, Any]:
    return {
        "half": f"{clock.local(lesson.starts_at):%-H:%M}", "title": lesson.course_version.title, "note": called(lesson.organisation, lesson.starts_at),
        "url": f"/lessons/{lesson.number}", "tone": TONES[lesson.state],
    }  # fmt: skip


# ── one lesson ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class May:
    """The buttons this actor gets on a lesson now."""

    count: bool
    call_off: bool
    lose: bool
    miss: bool
    ask_move: bool
    confirm: bool
    link: bool
    contacts: bool
    online_link: bool
    report: bool


def may(by: Actor, lesson: Lesson) -> May:
    """What the policy grants and the state and the hour allow."""
    at = now()
    coming = lesson.state is State.SCHEDULED and at < lesson.starts_at
    begun = lesson.state is State.SCHEDULED and at >= lesson.starts_at
    opens = lesson.starts_at - at <= timedelta(hours=4) and lesson.state in (State.SCHEDULED, State.DELIVERED)
    waiting = [s for s in lesson.lecturers if s.confirmed_at is None and s.left_at is None]
    return May(
        count=opens and policy.may_count(by, lesson),
        call_off=coming and policy.may_call_off(by, lesson),
        lose=coming and policy.may_lose(by, lesson),
        miss=begun and any(policy.may_say_missed(by, lesson, who) for who in MissedBy),
        ask_move=coming and policy.may_ask_move(by, lesson),
        confirm=coming and any(policy.may_confirm(by, lesson, s.lecturer_id) for s in waiting),
        link=coming and bool(waiting) and (policy.runs(by, lesson) or policy.of_town(by, lesson)),
        contacts=policy.sees_contacts(by, lesson),
        online_link=coming and lesson.teach_mode.value == "online" and (policy.runs(by, lesson) or policy.teaches(by, lesson)),
        report=lesson.state is State.DELIVERED and policy.teaches(by, lesson),
    )  # fmt: skip


def _lesson_page(lesson: Lesson, *, phones: bool = False, link: str = "") -> ResponseReturnValue:
    by = actor()
    mends = lesson.state is State.SCHEDULED and (policy.runs(by, lesson) or policy.of_town(by, lesson))
    return page(
        "lessons/show.html", wrong=risks.of_lesson(lesson.id, now()) if mends else [], lesson=lesson, may=may(by, lesson), phones=phones, link=link, move=queries.open_move(lesson.id),
        equipment=queries.equipment_of(lesson.course_version_id), history=queries.history_of(lesson.id), notice=notice,
        here=queries.attendance_counts([lesson.id])[lesson.id], moves=moves, policy=policy, me_actor=by,
    )  # fmt: skip


@pages.get("/lessons/<said>")
@permit(signed_in)
def show(said: str) -> ResponseReturnValue:
    """One lesson: when, where, who, how to get in, what to do next, what happened."""
    with transaction():
        return _lesson_page(queries.visible(actor(), said))


@pages.post("/lessons/<said>/contacts")
@permit(signed_in)
def contacts(said: str) -> ResponseReturnValue:
    """The same page with the telephones in full; the look is audited."""
    with transaction():
        lesson = queries.visible(actor(), said)
        operations.reveal(lesson, by=actor(), at=now())
        return _lesson_page(lesson, phones=True)


@pages.route("/lessons/<said>/sheet", methods=["GET", "POST"])
@permit(signed_in)
def sheet(said: str) -> ResponseReturnValue:
    """The paper of a lesson: facts, way in, sign-in list with blank lines. By POST with the telephones in full, audited."""
    with transaction():
        lesson = queries.visible(actor(), said)
        phones = request.method == "POST"
        if phones:
            operations.reveal(lesson, by=actor(), at=now())
        roster = queries.roster(lesson.id) if policy.may_count(actor(), lesson) else ()
        blank = min(max(lesson.course_version.size_min, sum(p.expected for p in lesson.parties)) + 5, 80)
        return page(
            "lessons/sheet.html", lesson=lesson, phones=phones, roster=roster, notice=notice, blank=max(blank - len(roster), 5),
            equipment=queries.equipment_of(lesson.course_version_id), sees=policy.sees_contacts(actor(), lesson),
        )  # fmt: skip


# ── attendance ──────────────────────────────────────────────────────────────────────────────────


def _party(lesson: Lesson, wanted: int | None) -> LessonParty:
    """The party asked for, else the first this actor may count."""
    mine = [p for p in lesson.parties if policy.may_count_party(actor(), lesson, p)]
    found = next((p for p in mine if p.id == wanted), None) if wanted is not None else next(iter(mine), None)
    if found is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return found


@pages.route("/lessons/<said>/attendance", methods=["GET", "POST"])
@permit(signed_in)
def count(said: str) -> ResponseReturnValue:
    """Who came: the roster by name, the others by number; one button also says that it was taught."""
    with transaction():
        lesson = queries.visible(actor(), said)
        party = _party(lesson, request.args.get("party", type=int))
        counted = {"here": party.head_count, "online": party.online_count} if party.counted_at else {}
        form = CountForm(version=lesson.version, seen=attendance.shown(party), **counted)
        if not form.validate_on_submit():
            return _attendance_page(lesson, party, form)
        finish = "finish" in request.form
        attendance.count(
            lesson, party, here=form.here.data, online=form.online.data or 0, by=actor(), at=now(), reason=form.reason.data or "", version=version_of(form),
            seen=said_seen(form),
        )  # fmt: skip
        if finish:
            operations.deliver(lesson, by=actor(), at=now())
    flash(_("已登记上完。居村可以评单了。") if finish else _("人数已记下。"), "done")
    return redirect(f"/lessons/{lesson.number}" if finish else f"/lessons/{lesson.number}/attendance?party={party.id}")


def _attendance_page(lesson: Lesson, party: LessonParty, form: CountForm) -> ResponseReturnValue:
    roster = [row for row in queries.roster(lesson.id) if row.party_id == party.id]
    known = {row.person_id for row in roster}
    people = [one for one in queries.people_of(party.organisation_id) if one.id not in known]
    mine = [p for p in lesson.parties if policy.may_count_party(actor(), lesson, p)]
    return page(
        "lessons/attendance.html", lesson=lesson, party=party, mine=mine, form=form, roster=roster, people=people,
        here=queries.attendance_counts([lesson.id])[lesson.id],
    )  # fmt: skip


@pages.post("/lessons/<said>/attendance/mark")
@permit(signed_in)
def mark(said: str) -> ResponseReturnValue:
    """One person: here, not here, excused."""
    form = MarkForm()
    with transaction():
        lesson = queries.visible(actor(), said)
        if not form.validate_on_submit():
            raise Invalid(_("请在签到页上点名。"), field="person")
        party = _party(lesson, form.party.data)
        person = queries.person_of(party.organisation_id, form.person.data)
        attendance.mark(
            lesson, party, person, AttendanceState(form.presence.data), by=actor(), at=now(), online=form.way.data == "online",
            reason=form.reason.data or "", seen=said_seen(form),
        )  # fmt: skip
    return redirect(f"/lessons/{lesson.number}/attendance?party={party.id}#roster")


@pages.route("/lessons/<said>/attendance/add", methods=["GET", "POST"])
@permit(signed_in)
def add_person(said: str) -> ResponseReturnValue:
    """Somebody who is there and not in the address book, by name."""
    with transaction():
        lesson = queries.visible(actor(), said)
        party = _party(lesson, request.args.get("party", type=int))
        form = NameForm()
        if not form.validate_on_submit():
            return page("lessons/add_person.html", lesson=lesson, party=party, form=form)
        there = f"/lessons/{lesson.number}/attendance?party={party.id}#roster"
        if once.again(form, there):
            return redirect(there)
        attendance.add_person(lesson, party, form.name.data, by=actor(), at=now(), reason=form.reason.data or "")
    return redirect(f"/lessons/{lesson.number}/attendance?party={party.id}#roster")


# ── how it ends ─────────────────────────────────────────────────────────────────────────────────


@pages.route("/lessons/<said>/call-off", methods=["GET", "POST"])
@permit(signed_in)
def call_off(said: str) -> ResponseReturnValue:
    """It will not be, with a reason both sides read."""
    with transaction():
        lesson = queries.visible(actor(), said)
        require(policy.may_call_off(actor(), lesson))
        form = ReasonForm(version=lesson.version)
        if not form.validate_on_submit():
            return page("lessons/call_off.html", lesson=lesson, form=form, late=now() > lesson.cancel_free_until)
        operations.call_off(lesson, by=actor(), at=now(), version=version_of(form), reason=form.reason.data)
    flash(_("已停课，双方都会收到通知。点单回到等派单，可以另约时间。"), "wait")
    return redirect(f"/lessons/{lesson.number}")


def _teaching(lesson: Lesson) -> list[SelectChoice]:
    """The lecturers to choose from, when several teach; one alone needs no choice."""
    seats = [seat for seat in lesson.lecturers if seat.left_at is None]
    return [SelectChoice(s.lecturer_id, s.lecturer.display_name) for s in seats] if len(seats) > 1 else []


@pages.route("/lessons/<said>/cannot-come", methods=["GET", "POST"])
@permit(signed_in)
def lose_lecturer(said: str) -> ResponseReturnValue:
    """The lecturer cannot come after all; the desk finds another."""
    with transaction():
        lesson = queries.visible(actor(), said)
        require(policy.may_lose(actor(), lesson))
        form = LostForm(version=lesson.version)
        form.lecturer.choices = _teaching(lesson) if policy.runs(actor(), lesson) else []
        if not form.validate_on_submit():
            return page("lessons/cannot_come.html", lesson=lesson, form=form)
        operations.lose_lecturer(
            lesson, by=actor(), at=now(), version=version_of(form), reason=form.reason.data, lecturer_ids=form.lecturer.data or ()
        )  # fmt: skip
    flash(_("已记下。派单员会马上另请讲师，居村不用重新点单。"), "wait")
    return redirect(f"/lessons/{lesson.number}")


@pages.route("/lessons/<said>/missed", methods=["GET", "POST"])
@permit(signed_in)
def miss(said: str) -> ResponseReturnValue:
    """Somebody was not there: each side says it of the other, town and desk of either."""
    with transaction():
        lesson = queries.visible(actor(), said)
        require(any(policy.may_say_missed(actor(), lesson, who) for who in MissedBy))
        form = MissedForm(version=lesson.version)
        form.lecturer.choices = _teaching(lesson)
        closed = {w.value: _("由对方登记。") for w in MissedBy if not policy.may_say_missed(actor(), lesson, w)}
        if not form.validate_on_submit():
            return page("lessons/missed.html", lesson=lesson, form=form, closed=closed)
        operations.miss(
            lesson, MissedBy(form.who.data), by=actor(), at=now(), version=version_of(form), reason=form.reason.data,
            lecturer_ids=form.lecturer.data or (),
        )  # fmt: skip
    flash(_("已记下。"), "wait")
    return redirect(f"/lessons/{lesson.number}")


@pages.route("/lessons/<said>/online-link", methods=["GET", "POST"])
@permit(signed_in)
def online_link(said: str) -> ResponseReturnValue:
    """Where an online lesson is joined."""
    with transaction():
        lesson = queries.visible(actor(), said)
        require(policy.runs(actor(), lesson) or policy.teaches(actor(), lesson))
        form = LinkForm(online_link=lesson.online_link, version=lesson.version)
        if not form.validate_on_submit():
            return page("lessons/online_link.html", lesson=lesson, form=form)
        operations.set_online_link(
            lesson, (form.online_link.data or "").strip(), by=actor(), at=now(), version=version_of(form)
        )
    flash(_("链接已保存。"), "done")
    return redirect(f"/lessons/{lesson.number}")

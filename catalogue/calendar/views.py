"""Days: a lecturer's month, a venue's week, the week boards of a district, the working days of a year."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.calendar import boards, day_operations, forms, queries, working_days
from catalogue.calendar.models import CalendarDay, DayKind, HoldKind
from catalogue.calendar.policy import BOARDS, may_set_days
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db, transaction
from catalogue.core.errors import Invalid, NotAllowed, NotVisible
from catalogue.core.web import actor, now, page, permit, roles, signed_in
from catalogue.core.words import _
from catalogue.lecturers import operations as lecturer_operations
from catalogue.lecturers import policy as lecturer_policy
from catalogue.lecturers import queries as lecturers
from catalogue.lecturers.models import Lecturer
from catalogue.lecturers.policy import Sight
from catalogue.venues import policy as venue_policy
from catalogue.venues import queries as venues

pages = Blueprint("calendar", __name__)
LONGEST = 92  # days that may be marked in one step


# ── a lecturer's month ─────────────────────────────────────────────────────────────────────────


@pages.route("/calendar/mine", methods=["GET", "POST"])
@permit(roles(Role.LECTURER))
def mine() -> ResponseReturnValue:
    """The lecturer's own month."""
    lecturer_id = actor().lecturer_id
    if lecturer_id is None:
        raise NotVisible(_("您现在没有在任的讲师登记，所以没有日历。以前的课在“上课”里；有疑问请联系区管理员。"))
    return _month(lecturer_id)


def _may_set(lecturer: Lecturer) -> bool:
    today = clock.day_of(now())
    return lecturer.ended_on is None and lecturer_policy.may_set_away(
        actor(), lecturer, lecturers.led_by(actor(), today)
    )


def _sight(lecturer: Lecturer) -> Sight:
    """How much of the month is shown. Raises NotAllowed for those who plan nothing."""
    found = lecturer_policy.sight(actor(), lecturer, lecturers.led_by(actor(), clock.day_of(now())))
    if found is Sight.CARD and not actor().has(*BOARDS):
        raise NotAllowed(_("讲师的日历只有本人、团长和区里的派单人员看得到。"))
    return found


def _part() -> str:
    said = request.args.get("part", "")
    return said if said in set(HalfDay) else ""


@pages.route("/lecturers/<int:lecturer_id>/calendar", methods=["GET", "POST"])
@permit(signed_in)
def month(lecturer_id: int) -> ResponseReturnValue:
    """A month: tapping a day marks it (or the half-day chosen above) as away, tapping again takes it back."""
    return _month(lecturer_id)


def _month(lecturer_id: int) -> ResponseReturnValue:
    today = clock.day_of(now())
    first = boards.month_named(request.args.get("month", ""), today)
    with transaction():
        found = lecturers.seen(actor(), lecturer_id, to_change=request.method == "POST")
        sight = _sight(found)
        form = forms.TapForm()
        if form.validate_on_submit():
            halves, free = boards.toggled(found, form.day.data, _part())
            lecturer_operations.set_exception(found, form.day.data, halves, free, by=actor(), at=now())
            return redirect(f"{request.path}?month={form.day.data:%Y-%m}&part={_part()}")
        shown = boards.month_of(found, first, today, taken_only=sight is Sight.CARD)
        return page(
            "calendar/month.html", lecturer=found, form=form, shown=shown, today=today, part=_part(), may_set=_may_set(found),
            mine=lecturer_policy.is_self(actor(), found), notes=lecturer_policy.may_read_notes(actor(), found), full=sight is not Sight.CARD,
            before=first - timedelta(days=1), after=boards.last_of(first) + timedelta(days=1), halves=forms.HALF_DAYS, words_of=boards.words_of,
            url_of=boards.url_of, linked=sight is Sight.ALL or actor().has(*BOARDS),
        )  # fmt: skip


@pages.route("/lecturers/<int:lecturer_id>/away", methods=["GET", "POST"])
@permit(signed_in)
def away(lecturer_id: int) -> ResponseReturnValue:
    """Several days at once, with a private note."""
    today = clock.day_of(now())
    with transaction():
        found = lecturers.seen(actor(), lecturer_id, to_change=True)
        if not _may_set(found):
            raise NotAllowed(_("这位讲师的时间不归您登记。"))
        form = forms.AwayForm(data={"first_day": today, "last_day": today, "part": "all", "what": "away"})
        if not lecturer_policy.may_read_notes(actor(), found):
            del form.note
        own = lecturer_policy.is_self(actor(), found)
        back = "/calendar/mine" if own else f"/lecturers/{found.id}/calendar"
        if not form.validate_on_submit():
            crumbs = (
                [(_("我的日历"), back)]
                if own
                else [(_("讲师"), "/lecturers/"), (_("%(name)s的日历", name=found.display_name), back)]
            )
            lead = _("一次登记几天。已经定好的课不会自动改，请联系派单员。")
            return page(
                "_layouts/form.html",
                form=form,
                title=_("登记哪几天不来"),
                label=_("保存"),
                back=back,
                crumbs=crumbs,
                lead=lead,
            )
        first, last = form.first_day.data, form.last_day.data
        if not 0 <= (last - first).days < LONGEST:
            raise Invalid(_("最后一天不能早于第一天，一次最多登记三个月。"), field="last_day")
        halves = list(HalfDay) if form.part.data == "all" else [HalfDay(form.part.data)]
        free = {"away": False, "free": True}.get(form.what.data)
        note = form.note.data or "" if "note" in form and free is False else None
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            lecturer_operations.set_exception(found, day, halves, free, by=actor(), at=now(), note=note)
        dated = lecturers.exceptions([found.id], first, last)[found.id]
        clashes = boards.clashing(boards.holds_of(HoldKind.LECTURER, [found.id], first, last), dated)
        if clashes:
            flash(_("已登记。这几天已定 %(n)s 场课，登记不来不会取消它们。", n=len(clashes)), "wait")
            return redirect(f"{back}?month={clock.local(clashes[0].busy_from):%Y-%m}")
        flash(_("已登记。"), "done")
        return redirect(f"{back}?month={first:%Y-%m}")


# ── weeks ──────────────────────────────────────────────────────────────────────────────────────


@pages.get("/calendar/")
@permit(roles(*BOARDS))
def week_board() -> ResponseReturnValue:
    """A week of the district's lecturers or venues."""
    asked, today = request.args, clock.day_of(now())
    days = boards.week_named(asked.get("week", ""), today)
    of_venues = asked.get("by") == "venues"
    build = boards.of_venues if of_venues else boards.of_lecturers
    q = asked.get("q", "").strip()[:40]
    with transaction():
        board = build(actor(), days, q=q, after=asked.get("after", ""), before=asked.get("before", ""))
        return page("calendar/week_board.html", board=board, days=days, of_venues=of_venues, q=q, today=today)


@pages.get("/venues/<int:venue_id>/week")
@permit(signed_in)
def venue_week(venue_id: int) -> ResponseReturnValue:
    """A week of one venue: when it is open, when it is taken."""
    today = clock.day_of(now())
    days = boards.week_named(request.args.get("day", ""), today)
    with transaction():
        found = venues.seen(actor(), venue_id)
        week = boards.week_of_venue(found, days, actor(), full=venue_policy.sees_use(actor(), found))
        return page("calendar/venue_week.html", venue=found, week=week, days=days, today=today)


# ── working days ───────────────────────────────────────────────────────────────────────────────


@pages.get("/working-days/")
@permit(signed_in)
def working_days_of_year() -> ResponseReturnValue:
    """A year with its holidays and worked weekends."""
    today = clock.day_of(now())
    said = request.args.get("year", "")
    year = int(said) if said.isdecimal() and len(said) == 4 and abs(int(said) - today.year) <= 10 else today.year
    may = may_set_days(actor())
    with transaction():
        shown = boards.year_of(year, link=may)
        return page(
            "calendar/working_days.html",
            shown=shown,
            may=may,
            today=today,
            history=boards.day_history() if may else [],
            kinds=forms.KINDS,
        )


@pages.route("/working-days/<day>", methods=["GET", "POST"])
@permit(roles(Role.SYSTEM_ADMINISTRATOR))
def working_day(day: str) -> ResponseReturnValue:
    """What one day is."""
    on = _day_named(day)
    with transaction():
        own = db.session.get(CalendarDay, on)
        what = queries.working_day(on)
        form = forms.DayForm(
            data={"kind": own.kind.value if own else what.kind.value, "name": own.name if own else what.name}
        )
        crumbs = [(_("工作日"), f"/working-days/?year={on.year}")]
        if not form.validate_on_submit():
            return page(
                "calendar/working_day.html",
                form=form,
                on=on,
                own=own,
                what=what,
                usual=working_days.kind_of(on),
                crumbs=crumbs,
            )
        day_operations.set_day(on, DayKind(form.kind.data), form.name.data, by=actor(), at=now())
    flash(_("已登记。已经答应过的期限不会变。"), "done")
    return redirect(f"/working-days/?year={on.year}")


@pages.post("/working-days/<day>/unset")
@permit(roles(Role.SYSTEM_ADMINISTRATOR))
def unset_day(day: str) -> ResponseReturnValue:
    """The library of holidays counts again."""
    on = _day_named(day)
    with transaction():
        day_operations.unset_day(on, by=actor(), at=now())
    flash(_("已改回法定安排。"), "done")
    return redirect(f"/working-days/?year={on.year}")


def _day_named(said: str) -> date:
    try:
        on = date.fromisoformat(said)
    except ValueError:
        raise NotVisible(_("没有这一天。")) from None
    if not 2000 <= on.year <= 2100:
        raise NotVisible(_("没有这一天。"))
    return on

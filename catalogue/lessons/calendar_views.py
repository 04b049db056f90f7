"""周历和月历 of a lecturer, a venue, a committee, a town or a district: one page for all, by URL, printable."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from catalogue.calendar import boards
from catalogue.calendar.policy import BOARDS
from catalogue.core import clock
from catalogue.core.db import transaction
from catalogue.core.errors import NotAllowed
from catalogue.core.web import actor, now, page, permit, signed_in
from catalogue.core.words import _
from catalogue.lecturers import policy as lecturer_policy
from catalogue.lecturers import queries as lecturers
from catalogue.lecturers.policy import Sight
from catalogue.lessons import calendars
from catalogue.organisations import queries as organisations
from catalogue.organisations.queries import SEES_ROWS
from catalogue.venues import policy as venue_policy
from catalogue.venues import queries as venues

pages = Blueprint("calendars", __name__)


@pages.get("/calendar/lecturers/<int:lecturer_id>")
@permit(signed_in)
def of_lecturer(lecturer_id: int) -> ResponseReturnValue:
    """A lecturer's week or month: the lecturer, the corps leader, and who plans; another district sees taken time alone."""
    with transaction(writes=False):
        found = lecturers.seen(actor(), lecturer_id)
        sight = lecturer_policy.sight(actor(), found, lecturers.led_by(actor(), clock.day_of(now())))
        if sight is Sight.CARD and not actor().has(*BOARDS):
            raise NotAllowed(_("讲师的日历只有本人、团长和区里的派单人员看得到。"))
        return _page(found, found.display_name, f"/lecturers/{found.id}", full=sight is not Sight.CARD)


@pages.get("/calendar/venues/<int:venue_id>")
@permit(signed_in)
def of_venue(venue_id: int) -> ResponseReturnValue:
    """A venue's week or month; who does not keep it or plan with it sees taken time."""
    with transaction(writes=False):
        found = venues.seen(actor(), venue_id)
        return _page(found, found.name, f"/venues/{found.id}", full=venue_policy.sees_use(actor(), found))


@pages.get("/calendar/organisations/<int:organisation_id>")
@permit(signed_in)
def of_organisation(organisation_id: int) -> ResponseReturnValue:
    """What a committee, a town or a district has: the lessons its reader may see."""
    with transaction(writes=False):
        found = organisations.organisation(actor(), organisation_id)
        if not actor().has(*SEES_ROWS):
            raise NotAllowed(_("单位的日历由本单位、街镇和区里的人看。"))
        return _page(found, found.name, f"/organisations/{found.id}", full=True)


def _page(thing: Any, name: str, home: str, *, full: bool) -> ResponseReturnValue:
    today = clock.day_of(now())
    monthly = request.args.get("view") == "month"
    week = boards.week_named(request.args.get("day", ""), today)
    chosen = _chosen(today)
    first = chosen.replace(day=1)
    days = calendars.weeks_of(first) if monthly else week
    before, after = (
        (first - timedelta(days=1), boards.last_of(first) + timedelta(days=1))
        if monthly
        else (week[0] - timedelta(days=7), week[0] + timedelta(days=7))
    )
    shown = calendars.shown(actor(), thing, days, full=full)
    return page(
        "lessons/calendar.html", shown=shown, name=name, home=home, monthly=monthly, first=first, days=days, before=before, after=after,
        today=today, chosen=chosen, halves=[(half, word) for half, word in zip(clock.HalfDay, (_("上午"), _("下午"), _("晚上")), strict=True)],
    )  # fmt: skip


def _chosen(today: date) -> date:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if abs((day - today).days) < 800 else today

"""我的课: where a lecturer's day starts. Offers to answer, the next lesson and how to get there, the month, the year's figures."""

from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from catalogue.calendar import boards
from catalogue.core import clock
from catalogue.core.actor import Actor, Role
from catalogue.core.db import transaction
from catalogue.core.web import actor, now, page, permit, roles
from catalogue.dispatch import queries as dispatching
from catalogue.dispatch.offer_views import ASKED, WORDS
from catalogue.home import lecturer_page
from catalogue.lecturers import queries as lecturers

pages = Blueprint("lecturer_page", __name__)
ASKED_FOR_OTHERS = frozenset(ASKED) - {Role.LECTURER}
SOON = timedelta(days=7)  # in a month's last week the next one is of more use


@pages.route("/offers/")
@permit(roles(*ASKED))
def offers() -> ResponseReturnValue:
    """What waits for this lecturer's answer and the lessons to come; for leaders, towns and the desk what they may answer for others."""
    by = actor()
    with transaction():
        mine: dict[str, Any] = _mine(by, by.lecturer_id) if by.lecturer_id else {"waiting": [], "coming": []}
        return page(
            "home/offers.html", others=dispatching.on_behalf(by, now()), mine=by.lecturer_id, answers_for_others=by.has(*ASKED_FOR_OTHERS),
            corps_orders=len(dispatching.asked_of_corps(by, now())) if by.lecturer_id else 0, **mine, **WORDS,
        )  # fmt: skip


def _mine(by: Actor, lecturer_id: int) -> dict[str, Any]:
    today = clock.day_of(now())
    coming = lecturer_page.coming(lecturer_id, now())
    return {
        "waiting": dispatching.offers_of([lecturer_id], now()), "claims": dispatching.claims_of(lecturer_id, now()), "answered": dispatching.answered(lecturer_id), "coming": coming,
        "headline": lecturer_page.headline(coming[0], now()) if coming else "", "arrive": lecturer_page.arrive_at(coming[0]) if coming else None,
        "year": lecturer_page.year_of(lecturer_id, now()), "today": today,
        "shown": boards.month_of(lecturers.seen(by, lecturer_id), (today + SOON).replace(day=1), today),
    }  # fmt: skip

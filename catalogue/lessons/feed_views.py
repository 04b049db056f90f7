"""The calendar feed: its page, the feed itself, and a lesson as a file for a calendar program."""

from flask import Blueprint, Response, current_app, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core.db import transaction
from catalogue.core.web import actor, anyone, now, page, permit, signed_in
from catalogue.core.words import _
from catalogue.lessons import feeds, ics, queries

pages = Blueprint("calendar_feed", __name__)


def _base() -> str:
    return str(current_app.config["SETTINGS"].public_base_url)


@pages.route("/account/calendar", methods=["GET", "POST"])
@permit(signed_in)
def own() -> ResponseReturnValue:
    """My feed: is there one, when was it read; POST makes a new address, shown this once."""
    secret = ""
    with transaction():
        if request.method == "POST":
            secret = feeds.make(g.sign_in.account_id, by=actor(), at=now())
        address = f"{_base()}/calendar/feeds/{secret}.ics" if secret else ""
        return page("lessons/feed.html", feed=feeds.of_account(g.sign_in.account_id), address=address)


@pages.post("/account/calendar/end")
@permit(signed_in)
def end() -> ResponseReturnValue:
    """The address is dead from now on."""
    with transaction():
        ended = feeds.end(g.sign_in.account_id, by=actor(), at=now())
    flash(_("日历地址已停用。") if ended else _("日历地址早已停用。"), "done")
    return redirect("/account/calendar")


@pages.get("/calendar/feeds/<secret>.ics")
@permit(anyone)
def feed(secret: str) -> ResponseReturnValue:
    """The feed of whoever holds the secret; looking changes nothing but when it was last read."""
    with transaction():
        found = feeds.entries(feeds.reader(secret, now()), now())
        text = ics.calendar(found, _base())
    return _ics(text, "inline", "songxue.ics")


@pages.get("/lessons/<said>/lesson.ics")
@permit(signed_in)
def lesson(said: str) -> ResponseReturnValue:
    """One lesson, to be put into a calendar by hand."""
    with transaction(writes=False):
        found = queries.visible(actor(), said)
        text = ics.calendar(feeds.one(found), _base())
    return _ics(text, "attachment", f"{found.number}.ics")


def _ics(text: bytes, disposition: str, name: str) -> Response:
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response

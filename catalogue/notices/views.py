"""The inbox: what happened and what waits, unread first."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from catalogue.core.db import transaction
from catalogue.core.errors import NotVisible
from catalogue.core.web import actor, now, page, permit, signed_in
from catalogue.core.words import _
from catalogue.notices import operations, queries, sentences

pages = Blueprint("notices", __name__)


@pages.get("/inbox/")
@permit(signed_in)
def inbox() -> ResponseReturnValue:
    """The reader's own messages in words, from live rows."""
    with transaction():
        found = queries.inbox(actor(), after=request.args.get("after", ""), before=request.args.get("before", ""))
        things = queries.subjects(actor(), found.rows)
        notices = [sentences.say(m, things.get((m.subject, m.subject_id))) for m in found.rows]
        return page("notices/inbox.html", found=found, notices=notices)


@pages.post("/inbox/<int:message_id>/open")
@permit(signed_in)
def open_message(message_id: int) -> ResponseReturnValue:
    """Marks one message as read and goes to what it is about."""
    with transaction():
        message = queries.own(actor(), message_id)
        if message is None:
            raise NotVisible(_("没有找到，或者不在您的范围内。"))
        operations.mark_read(message, at=now())
        things = queries.subjects(actor(), [message])
        said = sentences.say(message, things.get((message.subject, message.subject_id)))
    return redirect(said.url or "/inbox/", 303)


@pages.post("/inbox/read")
@permit(signed_in)
def read_all() -> ResponseReturnValue:
    """Everything is read."""
    with transaction():
        done = operations.mark_all_read(actor(), at=now())
    if done:
        flash(_("%(n)s 条消息已标为看过。", n=done), "done")
    return redirect("/inbox/", 303)

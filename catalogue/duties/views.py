"""待办: what, since when, until when, and nothing else."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from catalogue.core.db import transaction
from catalogue.core.web import actor, now, page, permit, signed_in
from catalogue.duties import queries, words

pages = Blueprint("duties", __name__)


@pages.get("/duties/")
@permit(signed_in)
def todo() -> ResponseReturnValue:
    """The reader's own duties, the most pressing first."""
    with transaction(writes=False):
        found = queries.listed(
            actor(), now(), after=request.args.get("after", ""), before=request.args.get("before", "")
        )
        things = queries.things(found.rows)
        rows = [
            (duty, things[duty.subject, duty.subject_id])
            for duty in found.rows
            if (duty.subject, duty.subject_id) in things
        ]
        above = {duty.id for duty, _thing in rows if queries.climbed_to(actor(), duty)}
        return page("duties/todo.html", found=found, rows=rows, words=words, above=above)

"""The auditor's page: who did what, when, for whom; and whether the chain is whole."""

from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from catalogue.core import seals
from catalogue.core.actor import Role
from catalogue.core.db import transaction
from catalogue.core.web import actor, page, permit, roles
from catalogue.home import audit_words, queries
from catalogue.organisations.queries import names_of

pages = Blueprint("audit", __name__)
auditors = roles(Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR)


def _wanted() -> queries.Wanted:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = None
    subject = request.args.get("subject", "")
    return queries.Wanted(
        subject=subject if subject in audit_words.SUBJECTS else "", day=day, subject_id=_number("id"), person_id=_number("person"),
    )  # fmt: skip


def _number(name: str) -> int | None:
    said = request.args.get(name, "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


@pages.get("/audit/")
@permit(auditors)
def index() -> ResponseReturnValue:
    """Acts of the auditor's own districts, filtered by thing, person and day."""
    wanted, name = _wanted(), request.args.get("name", "").strip()[:40]
    with transaction():
        found = queries.audited(
            actor(), wanted, after=request.args.get("after", ""), before=request.args.get("before", "")
        )
        people = queries.persons_named([*(row.person_id for row in found.rows), wanted.person_id])
        return page(
            "home/audit.html", found=found, wanted=wanted, people=people, places=queries.subjects_in(found.rows), subjects=audit_words.SUBJECTS,
            name=name, words=audit_words, called=queries.persons_called(actor(), name) if name else (),
        )  # fmt: skip


@pages.get("/audit/verify")
@permit(auditors)
def verify() -> ResponseReturnValue:
    """Walks the chains and says whether they are whole, or names the first broken row."""
    with transaction():
        verdict = seals.prove()
        broken = queries.broken_in_sight(actor(), verdict.broken)
        names = names_of(row["district_id"] for row in broken)
        return page("home/audit_verify.html", verdict=verdict, broken=broken, names=names, words=audit_words)

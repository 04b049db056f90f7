"""What the auditor and the operator read: the audit of their districts, and the outbox with what failed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.actor import Actor, Level, Role
from catalogue.core.audit import CITY
from catalogue.core.db import db
from catalogue.core.models import Audit, Outbox, Run
from catalogue.core.paging import Page, paged
from catalogue.home.job_words import NIGHT
from catalogue.organisations.called import called, expect
from catalogue.organisations.models import Organisation


@dataclass(frozen=True)
class Wanted:
    """How an auditor narrows the list: a kind of thing, one thing, a person, a day."""

    subject: str = ""
    subject_id: int | None = None
    person_id: int | None = None
    day: date | None = None


def chains_of(by: Actor) -> list[int] | None:
    """The chains this actor may read: their districts'; None means every one (city auditor, system administrator)."""
    held = [m for m in by.memberships if m.role in (Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR)]
    if any(m.level is Level.CITY for m in held):
        return None
    return sorted({m.district_id for m in held if m.district_id is not None})


def _in_chains(by: Actor) -> sa.ColumnElement[bool]:
    chains = chains_of(by)
    return sa.true() if chains is None else Audit.district_id.in_(chains)


def audited(by: Actor, wanted: Wanted, *, after: str = "", before: str = "", size: int = 50) -> Page[Audit]:
    """Acts in the actor's chains, newest first. Never a name: those are looked up for display only."""
    query = sa.select(Audit).where(_in_chains(by))
    if wanted.subject:
        query = query.where(Audit.subject == wanted.subject)
    if wanted.subject_id is not None:
        query = query.where(Audit.subject_id == wanted.subject_id)
    if wanted.person_id is not None:
        query = query.where(Audit.person_id == wanted.person_id)
    if wanted.day is not None:
        query = query.where(Audit.at >= clock.at(wanted.day, 0), Audit.at < clock.at(wanted.day, 24 * 60))
    return paged(query, [(Audit.id, True)], after=after, before=before, size=size, key_of=lambda row: (row.id,))


def persons_named(ids: Iterable[int | None]) -> dict[int, str]:
    """Today's names of persons by id; one who was erased has none any more."""
    wanted = {i for i in ids if i is not None}
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def persons_called(by: Actor, name: str) -> Sequence[Any]:
    """Persons of the actor's districts with this name, for the filter."""
    chains = chains_of(by)
    query = sa.select(Person.id, Person.name).where(Person.name == name)
    if chains is not None:
        query = query.where(Person.district_id.in_(chains))
    return db.session.execute(query.order_by(Person.id).limit(20)).all()


def subjects_in(rows: Sequence[Audit]) -> dict[int, str]:
    """Names of the organisations acted for as they were at the time of each row, by the row's id, for display."""
    wanted = {row.acting_for_id for row in rows if row.acting_for_id is not None}
    asked = sa.select(Organisation.id, Organisation.name, Organisation.renamed_on, Organisation.ended_on)
    known = {row.id: row for row in db.session.execute(asked.where(Organisation.id.in_(wanted)))}
    expect(known.values())
    return {row.id: called(known[row.acting_for_id], row.at) for row in rows if row.acting_for_id in known}


def broken_in_sight(by: Actor, broken: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The broken chains an actor may be told about; the city's own chain belongs to whoever sees all."""
    chains = chains_of(by)
    return [row for row in broken if chains is None or row["district_id"] in {*chains, CITY}]


# ── operations ──────────────────────────────────────────────────────────────────────────────────

_UNFINISHED = sa.and_(Outbox.done_at.is_(None), Outbox.cancelled_at.is_(None))


def failing(*, after: str = "", before: str = "") -> Page[Outbox]:
    """Outbox rows that failed and are not done, newest first."""
    query = sa.select(Outbox).where(_UNFINISHED, Outbox.error != "")
    return paged(query, [(Outbox.id, True)], after=after, before=before, key_of=lambda row: (row.id,))


def outbox_figures(at: datetime) -> dict[str, int]:
    """How many rows are due now, wait for later, and failed."""
    due = sa.func.count(sa.case((Outbox.not_before <= at, 1)))
    failed = sa.func.count(sa.case((Outbox.error != "", 1)))
    row = db.session.execute(sa.select(due, sa.func.count(), failed).where(_UNFINISHED)).one()
    return {"due": row[0], "later": row[1] - row[0], "failed": row[2]}


_LATEST = sa.select(
    Run.name, sa.func.max(Run.minute).label("minute"), sa.func.max(Run.done_at).label("done_at")
).group_by(Run.name)
STANDS_STILL = timedelta(minutes=3)  # without any periodic work: nobody does it


def last_runs() -> Sequence[Any]:
    """When each periodic work ran last, when it was last finished, and what went wrong the last time ("": nothing)."""
    latest = _LATEST.subquery()
    newest = sa.and_(Run.name == latest.c.name, Run.minute == latest.c.minute)
    return db.session.execute(
        sa.select(latest.c.name, latest.c.minute, latest.c.done_at, Run.error).join(Run, newest).order_by(latest.c.name)
    ).all()


@dataclass(frozen=True)
class Running:
    """Does the machinery run? `last`: when a consumer last began periodic work; None when none ever did."""

    last: datetime | None
    stands: bool
    failed: tuple[str, ...]  # names of the periodic work that went wrong the last time


def running(runs: Sequence[Any], at: datetime) -> Running:
    """What the last runs tell at an instant. The night's walk of the audit has a row of its own and counts as failed only."""
    last = max((run.minute for run in runs if run.name != NIGHT), default=None)
    failed = tuple(run.name for run in runs if run.error)
    return Running(last, last is None or at - last > STANDS_STILL, failed)


def outbox_row(row_id: int) -> Outbox | None:
    return db.session.get(Outbox, row_id)

"""Runs of imports as their sender sees them, and as a worker looks for them."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import NotVisible
from catalogue.core.paging import Page, paged
from catalogue.core.words import _
from catalogue.imports.models import ImportFile, ImportRun
from catalogue.imports.states import AT_WORK, WAITS, State

STALE = timedelta(minutes=3)  # a worker that was silent for so long is taken for dead
WAITS_FOR_A_WORD = timedelta(days=2)
CODES_WAIT = timedelta(days=14)  # as long as the codes themselves are good for


def own(by: Actor) -> sa.Select[ImportRun]:
    """Somebody's own runs: nobody else sees what a table held or did."""
    return sa.select(ImportRun).where(ImportRun.person_id == (by.person_id or 0))


def listed(by: Actor, *, after: str = "", before: str = "") -> Page[ImportRun]:
    """Own runs, the newest first."""
    return paged(own(by), [(ImportRun.id, True)], after=after, before=before, key_of=lambda run: [run.id])


def seen(run_id: int, by: Actor) -> ImportRun:
    """One of one's own runs. Raises NotVisible."""
    run = db.session.scalars(own(by).where(ImportRun.id == run_id)).first()
    if run is None:
        raise NotVisible(_("没有这次导入。"))
    return run


def of_key(by: Actor, key: str) -> ImportRun | None:
    return db.session.scalars(own(by).where(ImportRun.key == key)).first()


def content_of(run_id: int) -> bytes:
    """The table of a run that has not ended."""
    return db.session.scalars(sa.select(ImportFile.content).where(ImportFile.run_id == run_id)).one()


def _silent(at: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(ImportRun.beat_at.is_(None), ImportRun.beat_at <= at - STALE)


def due(at: datetime) -> sa.Select[ImportRun]:
    """Runs that wait for a worker, and those whose worker was silent too long, oldest first."""
    left = sa.and_(ImportRun.state.in_(AT_WORK), _silent(at))
    return sa.select(ImportRun).where(sa.or_(ImportRun.state.in_(WAITS), left)).order_by(ImportRun.id)


def somebody_works(at: datetime) -> bool:
    """Is a worker at a run already? One at a time: a second would only wait for the first."""
    query = sa.select(ImportRun.id).where(ImportRun.state.in_(AT_WORK), ~_silent(at))
    return db.session.scalars(query.limit(1)).first() is not None


def forgotten(at: datetime) -> list[ImportRun]:
    """Checked runs whose sender never said the word."""
    query = sa.select(ImportRun).where(ImportRun.state == State.READY, ImportRun.settled_at <= at - WAITS_FOR_A_WORD)
    return list(db.session.scalars(query.order_by(ImportRun.id)).all())


def unseen_codes(at: datetime) -> list[ImportRun]:
    """Runs whose start codes nobody has looked at in time."""
    query = sa.select(ImportRun).where(ImportRun.seed != "", ImportRun.state == State.DONE, ImportRun.settled_at <= at - CODES_WAIT)  # fmt: skip
    return list(db.session.scalars(query.order_by(ImportRun.id)).all())

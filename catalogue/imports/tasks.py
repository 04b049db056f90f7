"""The long job of imports: each waiting run is read apart, checked where nobody notices, or written in one transaction."""

import secrets
from collections.abc import Callable
from datetime import datetime
from time import monotonic

import sqlalchemy as sa
from flask import current_app

from catalogue.accounts.queries import actor_again
from catalogue.core import apart, clock, queue
from catalogue.core.actor import Actor
from catalogue.core.db import db, is_postgresql, transaction
from catalogue.core.errors import Refusal
from catalogue.core.spreadsheets import Cell
from catalogue.imports import operations, queries, rehearsal, runs
from catalogue.imports.models import ImportRun
from catalogue.imports.runs import Claim
from catalogue.imports.states import Action

BEAT_SECONDS = 0.7


class Gone(Exception):
    """The run was cancelled, or another worker has it: leave it alone."""


def work(at: datetime) -> None:
    """Does whatever waits, one run after another. Called when a page asks, and each minute while something waits."""
    while True:
        with transaction(writes=True):
            claim = runs.take(at)
        db.session.expunge_all()
        if claim is None:
            return
        do(claim)
        db.session.expunge_all()
        at = clock.now()


def sweep(at: datetime) -> None:
    """Each minute: asks for a worker when a run waits (also one whose worker died), and ends what was forgotten."""
    with transaction(writes=False):
        waits = db.session.scalars(queries.due(at).limit(1)).first() is not None
        old = bool(queries.forgotten(at) or queries.unseen_codes(at))
    if old:
        with transaction(writes=True):
            for run in queries.forgotten(at):
                runs.cancel(run, by=runs.WORKER, at=at, code="forgotten")
            for run in queries.unseen_codes(at):
                runs.forget_codes(run, by=runs.WORKER, at=at)
    if waits:
        queue.ask("imports")


def do(claim: Claim) -> None:
    """One step of one run: its check, or its write. Whatever goes wrong is kept on the run in words."""
    try:
        table = apart.read(claim.content, claim.file_name)
        (_check if claim.action is Action.CHECK else _write)(claim, table)
    except Gone:
        return
    except Refusal as refused:
        sentence = refused.sentence
        _settle(claim, lambda run: runs.refuse(run, at=clock.now(), sentence=sentence))
    except sa.exc.OperationalError:  # the database is away or busy: the run is taken up again a few minutes later
        db.session.rollback()
        current_app.logger.exception("import %s interrupted", claim.run_id)
    except Exception:
        db.session.rollback()
        current_app.logger.exception("import %s failed", claim.run_id)
        _settle(claim, lambda run: runs.fail(run, clock.now()))


def _settle(claim: Claim, ending: Callable[[ImportRun], None]) -> None:
    """Ends a step in one short transaction, unless the run was taken away meanwhile."""
    db.session.expunge_all()
    with transaction(writes=True):
        run = runs.held(claim)
        if run is not None:
            ending(run)


def _actor(claim: Claim) -> Actor:
    return actor_again(claim.person_id, clock.now(), acting_for=claim.acting_for_id, request_id=claim.request_id)


def _check(claim: Claim, table: list[list[Cell]]) -> None:
    began = monotonic()
    with rehearsal.apart():
        report = operations.bring_in(
            claim.kind, table, by=_actor(claim), at=clock.now(), dry_run=True, beat=_beats(claim)
        )
    seconds = monotonic() - began
    _settle(claim, lambda run: runs.checked(run, report, seconds=seconds, at=clock.now()))


def _write(claim: Claim, table: list[list[Cell]]) -> None:
    """All rows and the run's own end in one transaction: a worker that dies leaves nothing, and the run is taken up again."""
    seed = secrets.token_hex(32)
    with transaction(writes=False):
        starts = operations.starts_for(claim.kind, table, secret=current_app.config["SECRET_KEY"], seed=seed)
        beat = _beats(claim) if is_postgresql() else _silence  # the one writer of SQLite is this transaction itself
    with transaction(writes=True):
        run = runs.held(claim)
        if run is None:
            raise Gone
        by, at = _actor(claim), clock.now()
        report = operations.bring_in(claim.kind, table, by=by, at=at, starts=starts, beat=beat)
        run = db.session.get_one(ImportRun, claim.run_id)
        if report.wrong:
            runs.refuse(run, at=clock.now(), report=report)
        else:
            runs.written(run, report, seed=seed, by=by, at=clock.now())


def _silence(_done: int, _total: int) -> None:
    return None


def _beats(claim: Claim) -> operations.Beat:
    """Says on the run how far it is, in a transaction of its own; raises Gone once the run is no longer this worker's."""
    engine = db.engine.execution_options(writes=True)
    last = 0.0

    def beat(done: int, total: int) -> None:
        nonlocal last
        if monotonic() - last < BEAT_SECONDS:
            return
        last = monotonic()
        mine = sa.update(ImportRun).where(ImportRun.id == claim.run_id, ImportRun.version == claim.version)
        try:
            with engine.begin() as connection:
                told = connection.execute(mine.values(rows_done=done, rows_total=total, beat_at=clock.now()))
        except sa.exc.OperationalError:  # somebody writes for long: the next beat says it
            return
        if told.rowcount != 1:
            raise Gone

    return beat

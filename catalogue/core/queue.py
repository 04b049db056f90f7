"""The queue only wakes a consumer: huey over Redis if REDIS_URL is set, else over PostgreSQL when that is the database, else a SQLite file."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event, Lock, Thread
from time import sleep
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask, current_app, has_request_context
from huey import Huey, PriorityRedisHuey, SqliteHuey, crontab
from huey.contrib.sql_huey import SqlHuey

from catalogue.core import clock, outbox
from catalogue.core.db import db, transaction
from catalogue.core.models import Run

Periodic = Mapping[str, Callable[[datetime], object]]
Jobs = Mapping[str, Callable[[datetime], object]]
T = TypeVar("T")
PAUSES = (1, 3, 9)  # seconds between tries while the database is busy; SQLite waits ten more of its own at each
_MAKING = Lock()


def make(app: Flask) -> Huey:
    """The queue this installation is configured for. The business SQLite file is never used for it."""
    url: str = app.config["SETTINGS"].queue_url
    if url.startswith("sqlite:"):
        return SqliteHuey("songxue", filename=url.removeprefix("sqlite:///"))
    if url.startswith("postgresql"):
        return SqlHuey("songxue", database=url.replace("postgresql+psycopg://", "postgresql://"), create_tables=False)
    return PriorityRedisHuey("songxue", url=url)


def make_tables(app: Flask) -> None:
    """In PostgreSQL the queue keeps four tables of its own: whoever needs them first makes them, be it a page or the worker."""
    storage = app.extensions["songxue.queue"].storage
    with _MAKING:
        if "songxue.queue_tables" in app.extensions or not hasattr(storage, "create_tables"):
            return
        try:
            storage.create_tables()
        except Exception:  # two processes made them at the same moment: the second look finds them
            storage.create_tables()
        app.extensions["songxue.queue_tables"] = True


def once_a_minute(name: str, work: Callable[[datetime], object], at: datetime) -> bool:
    """Does periodic work unless another consumer already has this minute. Returns whether it was done here."""
    minute = at.replace(second=0, microsecond=0)
    if not patiently(lambda: _claimed(name, minute)):
        return False
    error = _tried(name, work, at)
    patiently(lambda: _settled(name, minute, at, error))
    return True


def _claimed(name: str, minute: datetime) -> bool:
    with transaction(writes=True):
        if db.session.get(Run, (name, minute)) is not None:
            return False
        db.session.add(Run(name=name, minute=minute, done_at=None, error=""))
        try:
            db.session.flush()
        except sa.exc.IntegrityError:
            db.session.rollback()
            return False
    return True


def _settled(name: str, minute: datetime, at: datetime, error: str) -> None:
    with transaction(writes=True):
        run = db.session.get_one(Run, (name, minute))
        run.done_at, run.error = at, error


def patiently(act: Callable[[], T]) -> T:
    """Does it again, seconds later, while the database is busy or away. Raises sa.exc.OperationalError when it stays so."""
    for pause in PAUSES:
        try:
            return act()
        except sa.exc.OperationalError as trouble:
            db.session.rollback()
            current_app.logger.warning("the database is busy or away, again in %s s: %s", pause, trouble.orig)
        sleep(pause)
    return act()


def each_minute(periodic: Periodic) -> None:
    """The work of one minute. All of it does what is due by now, so what a busy database kept from being done is done a minute later."""
    try:
        for name, work in periodic.items():
            once_a_minute(name, work, clock.now())
        patiently(lambda: outbox.deliver(clock.now()))
    except sa.exc.OperationalError as trouble:
        db.session.rollback()
        current_app.logger.warning("the rest of this minute's work waits for the next: %s", trouble.orig)


def _tried(name: str, work: Callable[[datetime], object], at: datetime) -> str:
    """Does the work; a failure is logged and kept on the run's row, so that the others of this minute go on."""
    try:
        patiently(lambda: work(at))
    except sa.exc.OperationalError as trouble:  # away: the minute's other work would fare no better
        db.session.rollback()
        current_app.logger.warning("periodic work %s waits for the next minute: %s", name, trouble.orig)
        return f"{type(trouble).__name__}: {trouble.orig}"[:500]
    except Exception as trouble:
        db.session.rollback()
        current_app.logger.exception("periodic work %s failed", name)
        return f"{type(trouble).__name__}: {trouble}"[:500]
    finally:
        db.session.expunge_all()
    return ""


def wire(app: Flask, periodic: Periodic, jobs: Jobs) -> Huey:
    """Builds the queue with its tasks: deliver the outbox when woken, do a long job when asked, and what time changes each minute."""
    huey = make(app)

    @huey.task()
    def deliver() -> None:
        with app.app_context():
            patiently(lambda: outbox.deliver(clock.now()))

    @huey.task()
    def long_job(name: str) -> None:
        with app.app_context():
            jobs[name](clock.now())

    @huey.periodic_task(crontab(minute="*"))
    def minute() -> None:
        with app.app_context():
            each_minute(periodic)

    app.extensions["songxue.queue"], app.extensions["songxue.periodic"] = huey, periodic
    app.extensions["songxue.wake_up"], app.extensions["songxue.long_job"] = deliver, long_job
    return huey


def wake(app: Flask) -> Callable[[], None]:
    """A function that asks a consumer to look at the outbox; a queue that is away only delays until the next minute.

    Within a request a thread of its own asks, so that nobody waits for the queue, and commits close together ask once; a command or
    job asks at once. Tests have no consumer: they deliver the outbox themselves, so nothing is asked there.
    """
    if app.config["SETTINGS"].app_env == "test":
        return lambda: None
    bell = Bell(lambda: _tell(app, "songxue.wake_up"))
    return lambda: bell.ring() if has_request_context() else _tell(app, "songxue.wake_up")


def ask(name: str) -> None:
    """Asks a consumer to begin a long job of app.JOBS soon. Its rows are the truth: the sweep of each minute asks again for what waits."""
    _tell(current_app._get_current_object(), "songxue.long_job", name)  # type: ignore[attr-defined]


def _tell(app: Flask, task: str, *arguments: str) -> None:
    if app.config["SETTINGS"].app_env == "test":
        return
    try:
        make_tables(app)
        _twice(app, lambda: app.extensions[task](*arguments))
    except Exception:  # the row is the truth; losing the wake-up must never fail a committed request
        app.logger.exception("queue unreachable")


def _twice(app: Flask, work: Callable[[], object]) -> None:
    """Does it again on a new connection when the first try fails: this thread's may have died with the server since it was used."""
    try:
        work()
    except Exception:
        storage = app.extensions["songxue.queue"].storage
        if hasattr(storage, "database"):  # PostgreSQL; the other two connect anew by themselves
            storage.close()
        work()


class Bell:
    """Does one thing soon after it was rung, in a thread of its own, at most every so many seconds; the last ring is never lost."""

    def __init__(self, answer: Callable[[], None], seconds: float = 0.05) -> None:
        self._answer, self._seconds = answer, seconds
        self._rung = Event()
        self._lock = Lock()
        self._process = 0  # the one whose thread listens: after a fork there is none yet

    def ring(self) -> None:
        """Returns at once."""
        self._rung.set()
        if self._process != os.getpid():
            with self._lock:
                if self._process != os.getpid():
                    self._process = os.getpid()
                    Thread(target=self._listen, name="bell", daemon=True).start()

    def _listen(self) -> None:
        while self._rung.wait():
            self._rung.clear()
            self._answer()
            sleep(self._seconds)


def reachable(app: Flask) -> bool:
    """Can the queue be asked? For /readyz."""
    try:
        make_tables(app)
        _twice(app, app.extensions["songxue.queue"].pending_count)
    except Exception:
        return False
    return True

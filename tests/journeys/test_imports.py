"""A real consumer: a table sent by a page is checked and written by `flask worker`; one that is killed is replaced."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from catalogue.accounts.models import Person
from catalogue.app import create_app
from catalogue.core import clock, queue
from catalogue.core.db import db, transaction
from catalogue.core.spreadsheets import as_csv
from catalogue.imports import runs
from catalogue.imports.models import ImportRun
from catalogue.imports.states import State
from config import ROOT, Config
from tests.factories import a_committee, a_town_administrator, account_of, actor_of

pytestmark = pytest.mark.slow
MANY = 300


@pytest.fixture
def living(tmp_path):
    """An installation outside of tests, with its database and queue in files, and a way to start its consumer."""
    url = f"sqlite:///{tmp_path / 'songxue.db'}"
    started = []

    def worker():
        environment = {**os.environ, "APP_ENV": "development", "DATABASE_URL": url, "UPLOAD_DIR": str(tmp_path / "up")}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--no-periodic"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        started.append(process)
        return process

    app = create_app(Config(app_env="development", database_url=url, upload_dir=tmp_path / "up"))
    with app.app_context():
        upgrade()
        yield worker
        db.session.remove()
        db.engine.dispose()
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()


def until(run_id, *states, seconds=60.0):
    """Waits for a state and returns it; fails with the last one seen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with transaction(writes=False):
            state = db.session.scalar(sa.select(ImportRun.state).where(ImportRun.id == run_id))
        if state in states:
            return state
        time.sleep(0.05)
    raise AssertionError(f"still {state}")


def test_a_killed_consumer_is_replaced_and_every_row_is_written_once(living):
    committee = a_committee("下塘社区")
    person = a_town_administrator()
    account_of(person)
    by = actor_of(person)
    db.session.commit()
    table = as_csv([["姓名", "单位"], *[[f"居民{n}", committee.name] for n in range(MANY)]])
    with transaction(writes=True):
        run_id = runs.send("people", table, "人员.csv", key="k", by=by, at=clock.now()).id
    db.session.expunge_all()

    queue.ask("imports")
    first = living()
    until(run_id, State.CHECKING)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with transaction(writes=True):
        db.session.execute(sa.update(ImportRun).values(beat_at=clock.now() - timedelta(minutes=4)))
    queue.ask("imports")
    living()
    until(run_id, State.READY)
    with transaction(writes=True):
        runs.confirm(db.session.get_one(ImportRun, run_id), by=by, at=clock.now())
    db.session.expunge_all()
    queue.ask("imports")
    until(run_id, State.DONE)

    with transaction(writes=False):
        written = db.session.scalar(sa.select(sa.func.count(Person.id)).where(Person.name.like("居民%")))
        run = db.session.get_one(ImportRun, run_id)
        told = (run.report["new"], run.rows_done, run.rows_total)
    assert (written, told) == (MANY, (MANY, MANY, MANY))

"""32 clients take lecturers and rooms at the same time: is anything ever taken twice, and how much do they get done?

    python -m bench.bookings                    SQLite
    python -m bench.bookings --postgresql       PostgreSQL, started for the run

`wide` spreads over many lecturers and times, `hot` lets everybody want the same few. The answer is not measured in
seconds alone: the exit code is 1 when two active holds of one resource overlap or anything but a refusal went wrong.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench.filled import filled
from bench.web import environment
from catalogue.app import create_app
from catalogue.calendar.models import Hold, HoldKind
from catalogue.calendar.operations import Wanted, take
from catalogue.core import clock
from catalogue.core.db import db, transaction
from catalogue.core.errors import Refusal
from catalogue.lecturers.models import Lecturer
from catalogue.venues.models import Venue
from config import Config
from tests import postgres

CLIENTS = 32
HOURS = 2
FIRST = timedelta(days=2000)  # far beyond what the rows of the bench hold


def main() -> int:
    """Both loads on one database; prints a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="songxue-bookings-"))
    try:
        url = postgres.fresh_database() if options.postgresql else f"sqlite:///{folder / 'songxue.db'}"
        env = environment(folder, url) | {"WEB_THREADS": str(CLIENTS)}
        filled(env, 200, 2000)
        app = create_app(Config.from_environment(env))
        with app.app_context():
            lecturers = list(db.session.scalars(sa.select(Lecturer.id).order_by(Lecturer.id)))
            venues = list(db.session.scalars(sa.select(Venue.id).order_by(Venue.id)))
            district = db.session.scalars(sa.select(Venue.district_id)).first() or 0
            db.session.rollback()
        wrong = 0
        for name, people, days in (("wide", len(lecturers), 400), ("hot", 3, 4)):
            start = clock.at(clock.day_of(clock.now() + FIRST), 8 * 60) + timedelta(days=500 if name == "hot" else 0)
            done, seconds = _load(app, lecturers[:people], venues[:people], district, start, days, options.seconds)
            twice = _twice(app, start)
            wrong += twice + done["error"]
            print(
                f"{name}: {done['taken']} taken, {done['refused']} refused, {done['error']} errors, {twice} taken twice, "
                f"{(done['taken'] + done['refused']) / seconds:.0f} attempts a second with {CLIENTS} clients"
            )
        return 1 if wrong else 0
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _load(app: Flask, lecturers: list[int], venues: list[int], district: int, start: datetime, days: int, seconds: float) -> tuple[Counter[str], float]:  # fmt: skip
    done: Counter[str] = Counter()
    guard, ready = threading.Lock(), threading.Barrier(CLIENTS)
    until = time.monotonic() + seconds

    def client(seed: int) -> None:
        dice = random.Random(seed)
        mine: Counter[str] = Counter()
        ready.wait()
        while time.monotonic() < until:
            at = start + timedelta(days=dice.randrange(days), hours=HOURS * dice.randrange(5))
            with app.app_context():
                mine[_attempt(dice.choice(lecturers), dice.choice(venues), district, at)] += 1
        with guard:
            done.update(mine)

    threads = [threading.Thread(target=client, args=(seed,)) for seed in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, time.monotonic() - began


def _attempt(lecturer: int, venue: int, district: int, at: datetime) -> str:
    span: dict[str, Any] = {"district_id": district, "starts_at": at, "ends_at": at + timedelta(minutes=90)}
    wanted = [Wanted(HoldKind.LECTURER, lecturer, **span), Wanted(HoldKind.VENUE, venue, **span)]
    try:
        with transaction(writes=True):
            take(wanted, held_for="dispatch", held_for_id=1, at=clock.now())
    except Refusal:
        return "refused"
    except Exception as trouble:
        print(f"{type(trouble).__name__}: {str(trouble)[:300]}", file=sys.stderr)
        return "error"
    return "taken"


def _twice(app: Flask, start: datetime) -> int:
    """Pairs of active holds of one resource that overlap."""
    one, other = sa.orm.aliased(Hold), sa.orm.aliased(Hold)
    query = (
        sa.select(sa.func.count())
        .select_from(one)
        .join(other, sa.and_(other.kind == one.kind, other.resource_id == one.resource_id, other.id > one.id))
        .where(one.active, other.active, one.busy_from < other.busy_until, other.busy_from < one.busy_until, one.busy_from >= start)
    )  # fmt: skip
    with app.app_context():
        return int(db.session.scalar(query) or 0)


if __name__ == "__main__":
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "")
    sys.exit(main())

"""Every test speaks to a real database. Files of rules that the database must share run on both SQLite and PostgreSQL."""

import contextvars
import gc
import re
import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event

from catalogue.accounts.models import WebSession
from catalogue.accounts.queries import hashed
from catalogue.app import create_app
from catalogue.core import clock
from catalogue.core.db import Base, db
from config import Config
from tests import factories, postgres

HERE = Path(__file__).parent
BOTH = ("test_operations", "test_constraints", "test_queries", "test_migrations", "test_races", "test_loop")
VOCABULARY = ("organisation_kind", "category", "course_form", "audience", "equipment", "community_type")
KEY = "a key for tests that is long enough for production"
LONG = (  # files that take longer than their number of tests lets one think, the longest first
    "seeds/test_crawl", "core/test_service", "seeds/test_probe", "lessons/test_operations", "core/test_backup", "orders/test_views",
    "dispatch/test_operations", "matching/test_check", "test_architecture", "matching/test_planner", "dispatch/test_races", "core/test_last_words",
    "test_routes", "lessons/test_races", "test_loop", "core/test_languages", "menu/test_queries", "test_postgres",
)  # fmt: skip
OBJECTS_BETWEEN_SWEEPS = 100_000  # Python's 700 are few for a suite that keeps a whole application
_WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.I)


class Installed:
    """An application on a migrated database that is put back to its first state between tests."""

    def __init__(self, url: str, folder: Path) -> None:
        self.app = create_app(Config(app_env="test", database_url=url, secret_key=KEY, upload_dir=folder / "uploads"))
        self.app.test_client_class = Client
        self.dirty: set[str] = set()
        self.file = folder / "songxue.db" if url.startswith("sqlite") else None
        with self.app.app_context():
            upgrade()
            self._engine = db.engine
            self.vocabulary = {
                t: db.session.execute(sa.text(f"SELECT * FROM {t}")).mappings().all() for t in VOCABULARY
            }
            db.session.rollback()
            db.engine.dispose()
        event.listen(self._engine, "before_cursor_execute", self._watch)
        if self.file is not None:
            shutil.copyfile(self.file, folder / "first.db")
            self._first = sqlite3.connect(folder / "first.db")
            event.listen(self._engine, "connect", lambda c, _record: c.execute("PRAGMA synchronous=OFF"))

    def _watch(self, _c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        found = _WRITE.match(statement)
        if found:
            reads = _c.get_execution_options().get("writes") is False  # on PostgreSQL it would stay
            assert not reads, f"written while only reading: {statement[:200]}"
            self.dirty.add(found[1])

    def reset(self) -> None:
        """The database as the migrations left it. Whoever keeps a connection is named here, not by the collector in a later test."""
        kept = self._engine.pool.checkedout()  # type: ignore[attr-defined]
        assert kept == 0, f"{kept} connections were left open"
        if not self.dirty:
            return
        for witness in self.app.config["SETTINGS"].upload_dir.glob("audit-*.json"):
            witness.unlink()
        if self.file is not None:
            connection = self._engine.raw_connection()
            self._first.backup(connection.driver_connection)  # type: ignore[arg-type]
            connection.close()
        else:
            self._delete()
        self.dirty.clear()

    def _delete(self) -> None:
        tables = sorted(self.dirty - {"alembic_version"})
        with self._engine.begin() as connection:
            deletes = "; ".join(f'DELETE FROM "{table}"' for table in tables)
            connection.connection.driver_connection.execute(  # type: ignore[union-attr]
                f"SET LOCAL session_replication_role = replica; {deletes}"
            )
            for table in tables:
                for row in self.vocabulary.get(table, ()):
                    connection.execute(sa.table(table, *map(sa.column, row)).insert().values(**row))


_installed: dict[str, Installed] = {}


def install(kind: str, folder: Path) -> Installed:
    """The one of this kind that all tests of this run share; whoever asks puts it back (reset)."""
    if kind not in _installed:
        folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{folder / 'songxue.db'}" if kind == "sqlite" else postgres.fresh_database()
        _installed[kind] = Installed(url, folder)
    return _installed[kind]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files go first, then those with many tests, so that no core waits for a long one at the end (xdist hands out files in this order)."""
    files = [item.path.relative_to(HERE).with_suffix("").as_posix() for item in items]
    many = Counter(files)
    turns = {file: (LONG.index(file) if file in LONG else len(LONG), -many[file]) for file in many}
    order = sorted(range(len(items)), key=lambda n: turns[files[n]])
    items[:] = [items[n] for n in order]


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector of cycles need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_SWEEPS, 20, 20)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "installed" in metafunc.fixturenames:
        both = Path(str(metafunc.module.__file__)).stem in BOTH
        metafunc.parametrize("installed", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests of the application live on Monday 2 March 2026, 12:00 in Shanghai; the clock goes on from there."""
    if "installed" not in request.fixturenames:
        yield
        return
    with time_machine.travel(factories.NOON, tick=True):
        yield


@pytest.fixture
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    here = install(request.param, tmp_path_factory.getbasetemp() / request.param)
    factories.restart()
    yield here
    here.reset()


@pytest.fixture
def app(installed: Installed) -> Iterator[Flask]:
    """The application with its context pushed: operations and queries can be called directly."""
    context = installed.app.app_context()
    context.push()
    yield installed.app
    db.session.rollback()
    db.session.close()
    context.pop()


@pytest.fixture
def keeping(app: Flask) -> Iterator[Flask]:
    """The application keeps figures for some seconds, as it does in service; other tests see each of them made anew."""
    app.config["KEEP_FIGURES"] = True
    yield app
    app.config.pop("KEEP_FIGURES")
    app.extensions.pop("songxue.kept", None)


class Client(FlaskClient):
    """A browser. What the test made is committed before each request, and read anew after it."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.commit()
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return answer

    def sign_in(self, person: Any, *, acting_for: int | None = None) -> "Client":
        """Signs a person in without the sign-in page (their account is made when there is none)."""
        account = factories.account_of(person)
        key, at = secrets.token_urlsafe(32), clock.now()
        if acting_for is None:
            acting_for = factories.first_organisation_of(person)
        db.session.add(
            WebSession(
                key_hash=hashed(key), account_id=account.id, acting_for_id=acting_for, made_at=at, seen_at=at,
                ends_at=at + timedelta(hours=12), device="", large_type=False,
            )
        )  # fmt: skip
        db.session.commit()
        with self.session_transaction() as cookie:
            cookie["key"] = key
        return self

    def send(self, path: str, fields: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """POSTs a form as a browser does, with the token of this sign-in, and with the version of its page when it needs one."""
        answer = self.post(path, data={"csrf_token": self.token(), **(fields or {})}, **kwargs)
        if answer.status_code == 428 and "version" not in (fields or {}):
            shown = re.search(r'name="version"[^>]* value="(\d+)"', self.get(path).text)
            if shown:
                return self.send(path, {**(fields or {}), "version": shown[1]}, **kwargs)
        return answer

    def token(self) -> str:
        """A CSRF token of this browser's cookie, made as Flask-WTF makes it."""
        from itsdangerous import URLSafeTimedSerializer

        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(KEY, salt="wtf-csrf-token").dumps(raw))


@pytest.fixture
def client(app: Flask) -> Client:
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def race(app: Flask, installed: Installed, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Runs a race of several processes on this database (tests/dispatch/racing.py); what they wrote is wiped afterwards."""
    from tests.dispatch import racing

    racers = racing.racers_of(app)
    module = request.node.getparent(pytest.Module)
    if module not in _stops:
        _stops.add(module)
        module.addfinalizer(racing.stop)

    def run(todo: Any) -> list[tuple[int, str]]:
        db.session.commit()
        said = racers.race(todo)
        assert [words for status, words in said if status >= 500] == []
        db.session.expire_all()
        return said

    yield run
    db.session.rollback()
    installed.dirty |= set(Base.metadata.tables)


_stops: set[Any] = set()


class Statements(list[str]):
    """The SQL of a block, BEGIN and COMMIT aside."""


@pytest.fixture
def statements(installed: Installed) -> Iterator[Any]:
    """Counts statements: `with statements() as sent: …; assert len(sent) == 3`."""
    from contextlib import contextmanager

    @contextmanager
    def watching() -> Iterator[Statements]:
        db.session.commit()
        db.session.expunge_all()
        sent = Statements()

        def note(_c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
            if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT PG_")):
                sent.append(statement)

        engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watching


def pytest_sessionfinish() -> None:
    for here in _installed.values():
        here._engine.dispose()
    postgres.stop()

"""A place where writes are tried and nobody notices."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from catalogue.core.backup import copy_sqlite
from catalogue.core.db import db


@contextmanager
def apart() -> Iterator[None]:
    """Inside, db.session sees every row as it is now, and what it writes is gone afterwards.

    On SQLite it is a copy of the file, so that the one writer stays free for others however long it takes. On PostgreSQL
    it is a transaction that is never committed: others wait for it only where they want the same new account or number.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    source = Path(str(db.engine.url.database))
    if db.engine.dialect.name != "sqlite" or not source.is_file():
        with app.app_context(), _undone():
            yield
        return
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=source.parent) as folder:
        copy = Path(folder) / "rows.db"
        copy_sqlite(source, copy)
        engine = sa.create_engine(f"sqlite:///{copy}", hide_parameters=True)
        sa.event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
        try:
            with app.app_context():
                db.session.registry.set(Session(engine, expire_on_commit=False))  # type: ignore[arg-type]
                with _undone():
                    yield
        finally:
            engine.dispose()


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that writes and is never committed (core.db.transaction commits what it lets write)."""
    db.session.connection(execution_options={"writes": True})
    try:
        yield
    finally:
        db.session.rollback()

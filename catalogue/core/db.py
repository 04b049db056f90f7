"""One way to speak to two databases: SQLite (embedded default) and PostgreSQL. The differences are settled here and nowhere else."""

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from time import monotonic
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event, orm
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import Pool

from catalogue.core import prepared

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware UTC on both sides. SQLite forgets time zones, so the value is stored naive there and made aware again."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a page's mark is compared with (core.paging)."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """SQLite gives text; a page reads hundreds of them, so it is turned into an instant in one step."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _instant(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said + "+00:00")


def _values(kind: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in kind]


# SQLite only gives AUTOINCREMENT behaviour to a column typed INTEGER, which is 64 bits wide there anyway.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# ASCII order on both databases, so keyset pages agree.
SortKey = sa.String(200, collation="C").with_variant(sa.String(200, collation="BINARY"), "sqlite")


class Base(DeclarativeBase):
    """Typed models without Flask-SQLAlchemy's Model, which mypy --strict cannot read."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        int: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        enum.Enum: sa.Enum(enum.Enum, native_enum=False, create_constraint=True, values_callable=_values, length=30),
    }


def _refuse(target: Base, value: Any, _old: Any, _initiator: Any) -> None:
    state = sa.inspect(target)
    if state is not None and state.persistent:
        raise RuntimeError("state columns are written by core.changes.move alone")


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _guard(cls: type[Any], name: str, attribute: orm.QueryableAttribute[Any]) -> None:
    """Here, because it only sees tables that are described after it."""
    if name == "state":
        event.listen(attribute, "set", _refuse, propagate=True)


class WebSession(FlaskSession):
    """While a request only reads, its session (made only if somebody asks for objects) reads from the connection that is open already."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        return self.info.get(_READS) or super().get_bind(*args, **kwargs)


_FRAME = "begun by the frame"
_READS, _WRITES = "the connection that only reads", "the connection that writes"

db = SQLAlchemy(
    metadata=Base.metadata, session_options={"class_": WebSession, "expire_on_commit": False, "autoflush": True}
)


def key() -> Mapped[int]:
    """The primary key of every table with an identity of its own."""
    return mapped_column(BigId, primary_key=True, autoincrement=True)


def reference(target: str, *, index: bool = True, **options: Any) -> Any:
    """A foreign key column to the id of a table, never cascading: nothing that was ever referenced is deleted.

    Whether it may be NULL follows from the annotation (`Mapped[int]` or `Mapped[int | None]`).
    """
    return mapped_column(BigId, sa.ForeignKey(f"{target}.id"), index=index, **options)


def text(limit: int, **options: Any) -> Any:
    """A text column whose length limit both databases enforce (SQLite ignores VARCHAR(n), so a CHECK is added, see below)."""
    return mapped_column(sa.String(limit), **options)


def version_column() -> Mapped[int]:
    """The version of a row: mappers use it to make the slower of two writers fail."""
    return mapped_column(sa.Integer, nullable=False, default=1, server_default="1")


@event.listens_for(sa.Table, "after_parent_attach")
def _limit_lengths(table: sa.Table, parent: sa.MetaData) -> None:
    """SQLite ignores VARCHAR(n): every limited text column gets the same limit as a CHECK on both databases."""
    if parent is not Base.metadata or "length" in table.info:
        return
    table.info["length"] = True
    for column in table.columns:
        limit = (
            column.type.length if isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum) else None
        )
        if limit is not None:
            table.append_constraint(sa.CheckConstraint(sa.func.length(column) <= limit, name=f"{column.name}_length"))


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "busy_timeout=10000",
        "synchronous=NORMAL",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    """SQLite: a WAL read that turns into a write fails at once with SQLITE_BUSY_SNAPSHOT, so writers say IMMEDIATE before their first read.

    PostgreSQL: each statement sees its own moment (READ COMMITTED) with or without BEGIN, so what only reads goes
    without, and without ROLLBACK: two journeys fewer a page.
    """
    writes = connection.get_execution_options().get("writes")
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        if writes is False:
            raw.autocommit = True
    elif writes:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            raise sa.exc.OperationalError("BEGIN IMMEDIATE", {}, busy) from busy
    else:
        raw.execute("BEGIN")


IDLE = 1.0  # seconds after which a connection of the pool is tried before it is used


@event.listens_for(Pool, "checkin")
def _on_checkin(connection: Any, record: Any) -> None:
    record.info["since"] = monotonic()
    if getattr(connection, "autocommit", False) is True:  # read from last; whoever comes next says what it wants
        connection.autocommit = False


@event.listens_for(Pool, "checkout")
def _on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that lay idle may have lost its server; the next one is opened instead, unnoticed by the reader."""
    since = record.info.get("since")
    if since is None or monotonic() - since < IDLE or type(connection).__module__.startswith("sqlite3"):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as lost:
        raise sa.exc.InvalidatePoolError() from lost


def _asks_to_write() -> bool:
    return not has_request_context() or request.method not in ("GET", "HEAD", "OPTIONS")


def reading() -> Session:
    """The session for the frame's own reads (who asks). A page that only reads goes on in the same transaction; one that writes
    begins its own: `transaction()` sees to both.
    """
    session = db.session()
    if not session.in_transaction() and _READS not in session.info:
        _begin_reading(session)
        session.info[_FRAME] = True
    return session


def _begin_reading(session: Session) -> None:
    """Nothing is flushed while one reads: on PostgreSQL it would stay."""
    session.autoflush = False
    session.info[_READS] = db.engine.connect().execution_options(writes=False)


def _end_reading(session: Session) -> None:
    session.autoflush = True
    session.rollback()
    connection: Connection | None = session.info.pop(_READS, None)
    if connection is not None:
        connection.close()


def end_reading(session: Session) -> None:
    """Ends what `reading` began, unless a transaction has taken it over."""
    if session.info.pop(_FRAME, False):
        _end_reading(session)


def end_request(_trouble: BaseException | None = None) -> None:
    """After a request whose page read nothing itself."""
    if db.session.registry.has():
        end_reading(db.session())


@contextmanager
def transaction(*, writes: bool | None = None) -> Iterator[Session]:
    """The one transaction of a request, command or job: commits at the end, rolls back on any exception.

    `writes` defaults to what the HTTP method says (commands and jobs write). A second one inside is a programming error.
    """
    session = db.session()
    writing = _asks_to_write() if writes is None else writes
    if writing:
        end_reading(session)
    goes_on = session.info.pop(_FRAME, False)
    if not goes_on and (session.in_transaction() or _READS in session.info):
        raise RuntimeError("a transaction is already open: one per request")
    try:
        if writing:
            session.info[_WRITES] = session.connection(execution_options={"writes": True})
        elif not goes_on:
            _begin_reading(session)
        yield session
        session.commit() if writing else _end_reading(session)
    except BaseException:
        _end_reading(session)
        raise
    finally:
        session.info.pop(_WRITES, None)


def run(statement: sa.Executable, known: Any = None) -> Any:
    """Runs a statement of tables and columns with its values, on the transaction's own connection: it costs half of what the session does.

    For statements built once (core.prepared); entities go through the session. In a transaction that writes, what is pending is written first, as
    the session would.
    """
    session = db.session()
    reads: Connection | None = session.info.get(_READS)
    if reads is not None:
        return prepared.execute(reads, statement, known)
    session.flush()
    return prepared.execute(session.info.get(_WRITES) or session.connection(), statement, known)


def is_postgresql() -> bool:
    """Is the business database PostgreSQL? Only for the few statements that cannot be said the same way twice."""
    return db.session.get_bind().dialect.name == "postgresql"


def lock(model: type[Base], ids: list[int]) -> None:
    """Locks rows of one table in the order of their ids (a no-op on SQLite, whose writer is alone anyway).

    FOR NO KEY UPDATE: rows that merely refer to a locked one (foreign keys) do not wait for it.
    """
    if ids and is_postgresql():
        run(_locking(model), {"ids": sorted(set(ids))})


@cache
def _locking(model: type[Base]) -> sa.Select[Any]:
    """The statement that locks rows of a table, built once."""
    pk = sa.inspect(model).primary_key[0]
    return sa.select(pk).where(pk.in_(sa.bindparam("ids", expanding=True))).order_by(pk).with_for_update(key_share=True)

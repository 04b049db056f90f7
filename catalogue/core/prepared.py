"""Statements that stay the same, past what the Core does anew for every call: compiled once, bound and read by position.

SQLite only: there the Core costs more than the database. PostgreSQL's driver keeps plans of its own and stays with the Core.
"""

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

Convert = Callable[[Any], Any]
_ABSENT: Any = object()
_known: WeakKeyDictionary[sa.Executable, dict[Any, Any]] = WeakKeyDictionary()


class Rows(IteratorResult[Any]):
    """What a prepared statement gave: rows as the Core gives them, how many were touched, the key of the one put in."""

    rowcount: int
    inserted_primary_key: tuple[Any, ...]


class Prepared:
    """One statement for one set of names: its text, how each value is bound, how each column is read."""

    def __init__(self, compiled: Any, sql: str, binds: list[tuple[str, Convert | None, Any]], *, many: bool) -> None:
        self._sql, self._many, self._binds = sql, many, binds
        columns = compiled._result_columns  # how a column is read can be asked in no public way
        reads = [column.type._cached_result_processor(compiled.dialect, None) for column in columns]
        self._reads = [(at, read) for at, read in enumerate(reads) if read is not None]
        self._kind = SimpleResultMetaData([column.keyname for column in columns])
        self._gives = bool(columns)

    def run(self, connection: Connection, known: Any) -> Rows:
        """Runs it in the transaction of the connection. Raises what the Core raises."""
        values: Any = [self._bound(one) for one in known] if self._many else self._bound(known or {})
        sql, raw = self._sql, connection.connection.dbapi_connection
        cursor: Any = raw.cursor()  # type: ignore[union-attr]  # the connection is open: its transaction runs
        found: list[Any] = []
        try:
            for told in connection.dispatch.before_cursor_execute:
                sql, values = told(connection, cursor, sql, values, None, self._many)
            (cursor.executemany if self._many else cursor.execute)(sql, values)
            if self._gives:
                found = cursor.fetchall()
        except connection.dialect.dbapi.Error as trouble:  # type: ignore[union-attr]  # a dialect in use has its driver
            connection._handle_dbapi_exception(trouble, sql, values, cursor, None)
        rows = Rows(self._kind, iter([self._read(row) for row in found] if self._reads else found))
        rows.rowcount, rows.inserted_primary_key = cursor.rowcount, (cursor.lastrowid,)
        cursor.close()
        return rows

    def _bound(self, known: Mapping[str, Any]) -> tuple[Any, ...]:
        bound = []
        for name, bind, otherwise in self._binds:
            if name in known:
                bound.append(known[name] if bind is None else bind(known[name]))
            elif otherwise is _ABSENT:
                raise sa.exc.InvalidRequestError(f"A value is required for bind parameter {name!r}")
            else:
                bound.append(otherwise)
        return tuple(bound)

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        read = list(row)
        for at, convert in self._reads:
            read[at] = convert(read[at])
        return tuple(read)


def execute(connection: Connection, statement: sa.Executable, known: Any = None) -> Any:
    """Runs a statement on a connection. From its second use on it is prepared, when it is of a kind that can be."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, known)
    many = isinstance(known, list)
    first = known[0] if many and known else known
    names = tuple(first) if getattr(statement, "is_dml", False) and isinstance(first, Mapping) else ()
    ways = _known.get(statement)
    if ways is None:
        _known[statement] = {}
        return connection.execute(statement, known)
    prepared = ways.get((many, names), _ABSENT)
    if prepared is _ABSENT:
        prepared = ways[many, names] = _prepare(connection, statement, names, many=many)
    if prepared is None or (many and not known):
        return connection.execute(statement, known)
    if not connection.in_transaction():
        connection.begin()
    done: Rows = prepared.run(connection, known)
    return done


def _prepare(connection: Connection, statement: Any, names: tuple[str, ...], *, many: bool) -> Prepared | None:
    """The statement for these names; None when its text depends on its values, or its defaults are made by calling something."""
    if isinstance(statement, sa.TextClause):
        return None
    more: dict[str, Any] = {"column_keys": list(names)} if names else {}
    compiled: Any = statement.compile(dialect=connection.dialect, for_executemany=many, **more)
    if compiled.literal_execute_params or compiled.escaped_bind_names or (many and compiled.effective_returning):
        return None
    defaults: dict[str, Any] = {}
    for columns, name in ((compiled.insert_prefetch, "default"), (compiled.update_prefetch, "onupdate")):
        for column in columns:
            default = getattr(column, name)
            if default is None or not default.is_scalar:
                return None
            defaults[column.key] = default.arg
    binds = _binds(compiled, defaults)
    return Prepared(compiled, *binds, many=many) if binds is not None else None


def _binds(compiled: Any, defaults: Mapping[str, Any]) -> tuple[str, list[tuple[str, Convert | None, Any]]] | None:
    """The text, and for each of its places the name of the value, how it is bound, and what it is, bound, when nobody says.

    None when it has a list whose length is only known with its values.
    """
    sql, places, processors = compiled.string, compiled.positiontup or (), dict(compiled._bind_processors)
    said = {n: defaults.get(b.key, _ABSENT if b.required else b.effective_value) for n, b in compiled.binds.items()}
    keys = {name: bind.key for name, bind in compiled.binds.items()}
    if compiled.post_compile_params:
        if any(said[compiled.bind_names[one]] is _ABSENT for one in compiled.post_compile_params):
            return None
        spread = compiled._process_parameters_for_postcompile(said)
        sql, places = spread.statement, spread.positiontup
        processors |= spread.processors
        said |= spread.additional_parameters
    return sql, [
        (
            keys.get(place, place),
            bind := processors.get(place),
            value if value is _ABSENT or bind is None else bind(value),
        )
        for place in places
        for value in (said[place],)
    ]

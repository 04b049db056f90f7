"""Looks at a database after an accident: does every state have its last history row and its audit, does no hold overlap another?

    DATABASE_URL=sqlite:////path/songxue.db python -m bench.consistency

Prints one line per broken rule and ends with 1 when there is one. The chain of the audit itself is `flask audit verify`.
"""

import os
import sys
from collections.abc import Iterator

import sqlalchemy as sa

LIVING = ("order", "dispatch", "offer", "lesson", "move", "rating")


def _state_without_history(connection: sa.Connection, table: str) -> Iterator[str]:
    """Rows whose state is not what their newest history row with a state says."""
    newest = f"SELECT owner_id, MAX(id) AS id FROM \"{table}_history\" WHERE to_state <> '' GROUP BY owner_id"
    query = (
        f'SELECT t.id, t.state, h.to_state FROM "{table}" t LEFT JOIN ({newest}) n ON n.owner_id = t.id '
        f'LEFT JOIN "{table}_history" h ON h.id = n.id WHERE h.to_state IS NULL OR h.to_state <> t.state'
    )
    for row in connection.execute(sa.text(query)):
        yield f"{table} {row.id}: state {row.state}, history says {row.to_state}"


def _history_without_audit(connection: sa.Connection, table: str) -> Iterator[str]:
    """Changes of state that the audit does not know."""
    query = (
        f"SELECT h.owner_id, h.action FROM \"{table}_history\" h WHERE h.to_state <> '' AND h.from_state <> h.to_state "
        "AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject = :name AND a.subject_id = h.owner_id AND a.to_state = h.to_state)"
    )
    for row in connection.execute(sa.text(query), {"name": table}):
        yield f"{table} {row.owner_id}: {row.action} is not in the audit"


def _overlapping_holds(connection: sa.Connection) -> Iterator[str]:
    query = (
        "SELECT a.id AS one, b.id AS other, a.kind, a.resource_id FROM hold a JOIN hold b ON a.kind = b.kind AND a.resource_id = b.resource_id "
        "AND a.id < b.id AND a.active AND b.active AND a.busy_from < b.busy_until AND b.busy_from < a.busy_until"
    )
    for row in connection.execute(sa.text(query)):
        yield f"holds {row.one} and {row.other} of {row.kind} {row.resource_id} overlap"


def broken(connection: sa.Connection) -> list[str]:
    """One sentence per broken rule; empty when all is well."""
    found = list(_overlapping_holds(connection))
    for table in LIVING:
        found += _state_without_history(connection, table)
        found += _history_without_audit(connection, table)
    return found


if __name__ == "__main__":
    with sa.create_engine(os.environ["DATABASE_URL"]).connect() as opened:
        lines = broken(opened)
    print("\n".join(lines) or "consistent")
    sys.exit(1 if lines else 0)

"""A prepared statement says and gives what the Core says and gives."""

import json
from datetime import timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa

from catalogue.core import prepared
from catalogue.core.db import db
from catalogue.core.models import Outbox, RunningNumber
from catalogue.orders.models import Order
from catalogue.orders.states import State
from tests.factories import NOON, an_order

OUTBOX, ORDERS, NUMBERS = (cast("sa.Table", model.__table__) for model in (Outbox, Order, RunningNumber))


def of_both(statement: Any, known: Any = None) -> tuple[list[Any], list[Any]]:
    """The rows of the Core (a statement's first use), and of the prepared statement after it."""
    connection = db.session.connection()
    first = prepared.execute(connection, statement, known)
    second = prepared.execute(connection, statement, known)
    assert (type(first), type(second)) == (sa.CursorResult, prepared.Rows)
    return first.all(), second.all()


def a_row(n: int, **values: Any) -> dict[str, Any]:
    return {
        "kind": "k", "subject": "order", "subject_id": n, "district_id": 1, "payload": {"名": [n, None]}, "key": f"k{n}", "made_at": NOON,
        "not_before": NOON, "attempts": 0, "error": "", **values,
    }  # fmt: skip


def test_instants_lists_of_names_and_empty_columns_are_read_as_the_core_reads_them(app):
    order = an_order(state=State.SUBMITTED, venue_id=None, place="any_venue")
    columns = [ORDERS.c[name] for name in ("state", "place", "made_at", "venue_id", "online_too", "id")]
    other = ORDERS.alias("other")
    query = (
        sa.select(*columns, other.c.id).join(other, other.c.id == ORDERS.c.id).where(columns[-1] == sa.bindparam("of"))
    )

    core, ours = of_both(query, {"of": order.id})

    assert [tuple(row) for row in ours] == [tuple(row) for row in core]
    assert (ours[0].state, ours[0].made_at, ours[0].venue_id, ours[0].id) == (State.SUBMITTED, NOON, None, order.id)
    assert ours[0]._fields == core[0]._fields


def test_what_is_put_in_has_its_defaults_and_gives_its_key_however_many_columns_are_named(app):
    insert, connection = sa.insert(OUTBOX), db.session.connection()
    prepared.execute(connection, insert, a_row(1))
    done = prepared.execute(connection, insert, a_row(2, done_at=NOON + timedelta(days=1)))
    fewer = {name: value for name, value in a_row(3).items() if name not in ("attempts", "error")}
    again = prepared.execute(connection, insert, fewer)
    prepared.execute(connection, insert, [a_row(4), a_row(5)])

    rows = {row.key: row for row in db.session.execute(sa.select(OUTBOX))}

    assert isinstance(done, prepared.Rows)
    assert done.inserted_primary_key == (rows["k2"].id,)
    assert again.inserted_primary_key == (rows["k3"].id,)
    assert (rows["k2"].done_at, rows["k1"].done_at) == (NOON + timedelta(days=1), None)
    assert (rows["k3"].attempts, rows["k3"].error) == (0, "")
    assert [rows[f"k{n}"].payload for n in range(1, 6)] == [{"名": [n, None]} for n in range(1, 6)]
    assert json.loads(db.session.scalar(sa.text("SELECT payload FROM outbox WHERE key = 'k4'"))) == {"名": [4, None]}


def test_an_update_counts_its_rows_and_a_broken_constraint_is_the_core_s_error(app):
    insert, connection = sa.insert(NUMBERS), db.session.connection()
    for year in (2025, 2026):
        prepared.execute(connection, insert, {"district_id": 1, "name": "D", "year": year, "value": 1})
    more = sa.update(NUMBERS).where(NUMBERS.c.year >= sa.bindparam("from")).values(value=NUMBERS.c.value + 1)
    prepared.execute(connection, more, {"from": 2026})

    assert prepared.execute(connection, more, {"from": 2025}).rowcount == 2
    assert prepared.execute(connection, more, {"from": 2027}).rowcount == 0
    with pytest.raises(sa.exc.IntegrityError):
        prepared.execute(connection, insert, {"district_id": 1, "name": "D", "year": 2026, "value": 1})
    with pytest.raises(sa.exc.InvalidRequestError):
        prepared.execute(connection, more, {"since": 2026})


def test_what_a_list_of_values_shapes_stays_with_the_core(app):
    one = sa.select(NUMBERS.c.value).where(NUMBERS.c.year.in_(sa.bindparam("years", expanding=True)))
    connection = db.session.connection()

    for years in ([2025], [2025, 2026], []):
        assert isinstance(prepared.execute(connection, one, {"years": years}), sa.CursorResult)


def test_a_list_that_stands_in_the_statement_is_bound_with_it(app):
    orders = [an_order(state=state) for state in (State.SUBMITTED, State.APPROVED, State.CLOSED)]
    wanted = sa.select(ORDERS.c.id).where(
        ORDERS.c.state.in_([State.CLOSED, State.SUBMITTED]), ORDERS.c.id <= sa.bindparam("last")
    )

    core, ours = of_both(wanted.order_by(ORDERS.c.id), {"last": orders[-1].id})
    nothing = of_both(sa.select(ORDERS.c.id).where(ORDERS.c.state.in_([])))

    assert core == ours == [(orders[0].id,), (orders[2].id,)]
    assert nothing == ([], [])

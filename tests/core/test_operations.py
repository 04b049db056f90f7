"""The one writer of states, the audit chain, the outbox and numbers, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import audit, changes, numbers, outbox, queue
from catalogue.core.actor import job
from catalogue.core.db import db, is_postgresql, transaction
from catalogue.core.errors import IllegalAction, Stale
from catalogue.core.models import Audit, Outbox
from catalogue.orders.models import OrderHistory
from catalogue.orders.states import NEXT, Action, State
from tests.factories import KEY_FOR_AUDIT, NOON, a_dispatcher, actor_of, an_order, the_town


@pytest.fixture
def delivers(app, monkeypatch):
    """Lets one test say who delivers the kind `said`; the application's own table comes back afterwards."""
    return lambda handler: monkeypatch.setitem(app.extensions, "songxue.outbox", {"said": handler})


def test_a_state_moves_with_one_history_row_and_one_audit_row(app):
    by = actor_of(a_dispatcher())
    order = an_order(state=State.SUBMITTED)

    changes.move(order, NEXT, Action.APPROVE, by=by, at=NOON, version=order.version, code="fine", words="可以")
    db.session.commit()

    history = db.session.scalars(sa.select(OrderHistory).where(OrderHistory.owner_id == order.id)).one()
    row = db.session.scalars(sa.select(Audit).where(Audit.subject == "order", Audit.subject_id == order.id)).one()
    assert (order.state, order.version) == (State.APPROVED, 2)
    assert (history.from_state, history.to_state, history.code, history.words, history.person_id) == (
        "submitted", "approved", "fine", "可以", by.person_id,
    )  # fmt: skip
    assert (row.action, row.from_state, row.to_state, row.person_id, row.sequence) == (
        "approve",
        "submitted",
        "approved",
        by.person_id,
        1,
    )


def test_a_stale_page_moves_nothing(app):
    order = an_order(state=State.SUBMITTED)

    with pytest.raises(Stale):
        changes.move(order, NEXT, Action.APPROVE, by=actor_of(a_dispatcher()), at=NOON, version=order.version - 1)

    assert (order.state, order.version) == (State.SUBMITTED, 1)


def test_the_slower_of_two_writers_fails(app):
    order = an_order(state=State.SUBMITTED)
    by = actor_of(a_dispatcher())
    db.session.execute(sa.text('UPDATE "order" SET version = version + 1'))

    with pytest.raises(Stale):
        changes.move(order, NEXT, Action.APPROVE, by=by, at=NOON)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(OrderHistory)) == 0


def test_a_step_the_table_does_not_have_is_refused(app):
    order = an_order(state=State.CLOSED)

    with pytest.raises(IllegalAction):
        changes.move(order, NEXT, Action.APPROVE, by=actor_of(a_dispatcher()), at=NOON)

    assert order.state is State.CLOSED


def test_a_state_column_has_no_second_writer(app):
    order = an_order(state=State.SUBMITTED)

    with pytest.raises(RuntimeError):
        order.state = State.APPROVED


def test_the_audit_chain_verifies_and_names_the_first_changed_row(app):
    by = actor_of(a_dispatcher())
    for _ in range(3):
        changes.move(an_order(state=State.SUBMITTED), NEXT, Action.APPROVE, by=by, at=NOON)
    db.session.commit()
    whole = audit.verify(KEY_FOR_AUDIT)

    second = db.session.scalars(sa.select(Audit).order_by(Audit.sequence)).all()[1]
    _around_the_guard(second.id)
    broken = audit.verify(KEY_FOR_AUDIT)

    assert (whole.rows, whole.broken) == (3, ())
    assert [(b["sequence"], b["id"], b["why"]) for b in broken.broken] == [(2, second.id, "changed row")]


def _around_the_guard(row_id: int) -> None:
    """What an attacker with the database's own password could do."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET session_replication_role = replica"))
        db.session.execute(sa.text("UPDATE audit SET action = 'reject' WHERE id = :i"), {"i": row_id})
        db.session.execute(sa.text("SET session_replication_role = origin"))
    else:
        guard = db.session.execute(
            sa.text("SELECT sql FROM sqlite_master WHERE name = 'audit_append_only_update'")
        ).scalar_one()
        db.session.execute(sa.text("DROP TRIGGER audit_append_only_update"))
        db.session.execute(sa.text("UPDATE audit SET action = 'reject' WHERE id = :i"), {"i": row_id})
        db.session.execute(sa.text(guard))
    db.session.commit()
    db.session.expire_all()


def test_an_audit_row_cannot_be_changed_or_deleted(app):
    changes.move(an_order(state=State.SUBMITTED), NEXT, Action.APPROVE, by=actor_of(a_dispatcher()), at=NOON)
    db.session.commit()

    for statement in ("UPDATE audit SET action = 'x'", "DELETE FROM audit"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(sa.text(statement))
        db.session.rollback()

    assert audit.verify(KEY_FOR_AUDIT).rows == 1


def test_what_is_undone_leaves_no_audit(app):
    order = an_order(state=State.SUBMITTED)
    db.session.commit()

    changes.move(order, NEXT, Action.APPROVE, by=actor_of(a_dispatcher()), at=NOON)
    db.session.rollback()
    db.session.commit()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Audit)) == 0


def test_an_undone_savepoint_takes_back_its_own_audit_and_no_more(app):
    by = actor_of(a_dispatcher())
    kept, undone = an_order(state=State.SUBMITTED), an_order(state=State.SUBMITTED)
    changes.move(kept, NEXT, Action.APPROVE, by=by, at=NOON)

    savepoint = db.session.begin_nested()
    changes.move(undone, NEXT, Action.APPROVE, by=by, at=NOON)
    savepoint.rollback()
    db.session.commit()

    assert db.session.scalars(sa.select(Audit.subject_id)).all() == [kept.id]


def test_a_second_transaction_inside_one_is_an_error(app):
    with transaction(), pytest.raises(RuntimeError), transaction():
        pass


def test_an_outbox_row_is_written_once_per_key_and_delivered_once(app, delivers):
    seen: list[int] = []
    delivers(lambda row, at: seen.append(row.subject_id))
    for _ in range(2):
        outbox.put("said", "order", 7, district_id=1, at=NOON, key="said:7")
    db.session.commit()

    done = [outbox.deliver(NOON), outbox.deliver(NOON + timedelta(hours=1))]

    assert (done, seen) == ([1, 0], [7])


def test_a_failing_row_is_kept_and_tried_again_later(app, delivers):
    def fail(row: Outbox, at: object) -> None:
        raise ValueError("no line")

    delivers(fail)
    outbox.put("said", "order", 7, district_id=1, at=NOON, key="said:7")
    db.session.commit()

    outbox.deliver(NOON)

    row = db.session.scalars(sa.select(Outbox)).one()
    assert (row.attempts, row.error, row.done_at, row.not_before) == (
        1,
        "ValueError: no line",
        None,
        NOON + timedelta(minutes=1),
    )
    db.session.commit()


def test_a_cancelled_row_is_not_delivered(app, delivers):
    seen: list[int] = []
    delivers(lambda row, at: seen.append(row.subject_id))
    outbox.put("said", "offer", 7, district_id=1, at=NOON, key="said:7")
    outbox.cancel("offer", 7, at=NOON)
    db.session.commit()

    outbox.deliver(NOON)

    assert seen == []


def test_numbers_run_by_district_kind_and_year(app):
    given = [numbers.next_number(letter, district_id=1, prefix="QP", at=NOON) for letter in "DDP"]

    assert given == ["QP26-D-00001", "QP26-D-00002", "QP26-P-00001"]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("qp26-d-00123", "QP26-D-00123"),
        ("QP26D123", "QP26-D-00123"),
        ("QP26 D 00123", "QP26-D-00123"),
        ("停车难", None),
    ],
)
def test_a_number_is_read_with_or_without_hyphens(installed, said, number):
    assert numbers.plain(said) == number


def test_whoever_asks_the_queue_first_makes_its_tables(app, caplog):
    huey = app.extensions["songxue.queue"]
    if hasattr(huey.storage, "drop_tables"):  # PostgreSQL, before the first worker
        huey.storage.drop_tables()
    app.extensions.pop("songxue.queue_tables", None)

    ready = app.test_client().get("/readyz").json

    assert (ready["queue"], queue.reachable(app), caplog.records) == (True, True, [])


def test_an_act_noted_in_a_savepoint_is_chained_at_the_end_and_goes_with_it(app):
    by, place = job("test"), the_town()
    db.session.commit()
    with transaction(writes=True):
        with db.session.begin_nested():
            changes.note(place, "first", by=by, at=NOON)
        written = db.session.scalar(sa.select(sa.func.count(Audit.id)).where(Audit.action == "first"))
        undone = db.session.begin_nested()
        changes.note(place, "second", by=by, at=NOON)
        undone.rollback()
        changes.note(place, "third", by=by, at=NOON)

    acts = db.session.scalars(sa.select(Audit.action).where(Audit.action.in_(["first", "second", "third"])).order_by(Audit.sequence)).all()  # fmt: skip
    db.session.rollback()
    assert (written, acts, audit.verify(app.config["SECRET_KEY"]).broken) == (0, ["first", "third"], ())


def test_a_queue_is_reached_again_after_its_connections_died(app):
    assert queue.reachable(app)
    if is_postgresql():  # what a restart of the server leaves behind in every thread
        dead = sa.text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND query LIKE '%\"task\"%'"
        )
        assert db.session.scalar(dead) == 1

    assert queue.reachable(app)
    app.extensions["songxue.queue"].storage.close()

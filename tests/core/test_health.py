"""Whoever runs the service can ask whether it lives, whether it can work, and how long work has waited."""

from datetime import timedelta

import sqlalchemy as sa

from catalogue.core import clock, health, outbox, queue
from catalogue.core.db import db, transaction
from tests.conftest import Client


def test_being_alive_asks_neither_database_nor_sign_in(client: Client, statements) -> None:
    with statements() as sent:
        answer = client.get("/healthz")

    assert (answer.status_code, answer.text, sent) == (200, "ok\n", [])


def test_ready_when_database_level_and_queue_are_right(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {"ready": True, "database": True, "migrations": True, "queue": True}


def test_not_ready_at_another_migration_level(client: Client) -> None:
    client.application.extensions["songxue.level"], right = "9999", client.application.extensions["songxue.level"]
    try:
        answer = client.get("/readyz")
    finally:
        client.application.extensions["songxue.level"] = right

    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "migrations": False, "queue": True}


def test_not_ready_without_database_or_queue(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(health, "_LEVEL", sa.text("SELECT 1 FROM nowhere"))
    monkeypatch.setattr(queue, "reachable", lambda app: False)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": False, "migrations": False, "queue": False}


def test_figures_tell_how_many_outbox_rows_are_due_and_since_when(app) -> None:
    now = clock.now()
    for key, age in (("a", 90), ("b", 30), ("later", -60)):
        outbox.put(
            "test.kind", "order", 1, district_id=1, at=now, key=key, not_before=now - timedelta(seconds=age)
        )  # fmt: skip
    db.session.commit()

    assert (health.outbox_due(), health.outbox_failing()) == (2.0, 0.0)
    assert 90 <= health.outbox_seconds() <= 95


def test_with_no_row_nothing_is_due(app) -> None:
    with transaction(writes=False):
        pass

    assert (health.outbox_due(), health.outbox_seconds(), health.outbox_failing()) == (0.0, 0.0, 0.0)

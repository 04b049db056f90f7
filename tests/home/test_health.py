"""What an operator's probe and a stranger see first."""

import pytest
import sqlalchemy as sa

from catalogue.core import queue
from catalogue.core.db import db
from tests.factories import a_dispatcher, an_orderer


def test_a_living_process_answers_without_any_statement(client, statements):
    with statements() as sent:
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json, sent) == (200, {"ok": True}, [])


def test_a_migrated_installation_is_ready(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"ok": True, "database": True, "migrations": True, "queue": True})


def test_each_visitor_is_sent_to_where_their_day_starts(client):
    seen = [client.get("/").location]
    for person in (an_orderer(), a_dispatcher()):
        seen.append(client.sign_in(person).get("/").location)

    assert seen == ["/courses/", "/orders/", "/dispatch/"]


def test_an_unknown_address_answers_with_our_own_page_and_the_request_id(client):
    answer = client.get("/nothing-here")

    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"] in answer.text


def test_every_answer_carries_the_strict_policy(client):
    headers = client.get("/healthz").headers

    assert (headers["Content-Security-Policy"].split(";")[0], headers["X-Content-Type-Options"]) == (
        "default-src 'none'",
        "nosniff",
    )


def test_another_migration_level_is_not_ready(client, app):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (
        503,
        {"ok": False, "database": True, "migrations": False, "queue": True},
    )


def test_without_a_queue_it_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(queue, "reachable", lambda app: False)

    assert client.get("/readyz").status_code == 503


@pytest.fixture
def away(monkeypatch):
    """The database is away: nothing connects."""

    def connect(engine):
        raise sa.exc.OperationalError("", None, Exception("connection refused"))

    return lambda: monkeypatch.setattr(sa.Engine, "connect", connect)


def test_with_the_database_away_a_signed_in_browser_too_hears_that_the_process_lives(client, away):
    client.sign_in(a_dispatcher())
    client.get("/orders/")
    db.session.commit()
    away()

    alive, ready, figures = (client.get(path) for path in ("/healthz", "/readyz", "/metrics"))

    assert (alive.status_code, alive.json) == (200, {"ok": True})
    assert (ready.status_code, ready.json["database"]) == (503, False)
    assert (figures.status_code, "songxue_database_up 0.0" in figures.text) == (200, True)


def test_people_are_told_that_the_database_is_away_and_not_that_many_are_here(client, away):
    client.sign_in(a_dispatcher())
    db.session.commit()
    away()

    answer = client.get("/orders/")

    assert (answer.status_code, "系统暂时连不上资料库" in answer.text, answer.headers["Retry-After"]) == (
        503,
        True,
        "5",
    )


def test_no_statement_is_sent_for_a_signed_in_browser_that_asks_whether_we_live(client, statements):
    client.sign_in(a_dispatcher())

    with statements() as sent:
        client.get("/healthz")

    assert sent == []

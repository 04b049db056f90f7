"""JSON: tokens, problem documents, one-time keys."""

from datetime import timedelta

import pytest
import time_machine

from catalogue.accounts.models import ApiToken
from catalogue.core.db import db
from tests.factories import NOON, PASSWORD, account_of, an_orderer

PROBLEM = "application/problem+json"


def token(client, username="xiatang", password=PASSWORD, **more):
    return client.post("/api/v1/auth/token", json={"username": username, "password": password, **more})


def test_a_token_opens_the_api_for_eight_hours(client):
    person = an_orderer()
    account_of(person, "xiatang")

    made = token(client).json
    bearer = {"Authorization": f"Bearer {made['access_token']}"}
    me = client.get("/api/v1/me", headers=bearer)

    assert (made["token_type"], made["expires_at"][:16]) == ("Bearer", "2026-03-02T12:00")
    assert (me.status_code, me.json["person_id"], me.json["memberships"][0]["role"]) == (200, person.id, "orderer")
    with time_machine.travel(NOON + timedelta(hours=8, minutes=5)):
        assert client.get("/api/v1/me", headers=bearer).status_code == 401


def test_without_a_token_the_api_says_who_to_ask(client):
    client.sign_in(an_orderer())  # a cookie opens no API

    answer = client.get("/api/v1/me")

    assert (answer.status_code, answer.content_type, answer.headers["WWW-Authenticate"]) == (401, PROBLEM, "Bearer")
    assert answer.json["title"] == "sign_in"


def test_wrong_passwords_lock_the_token_too(client):
    account_of(an_orderer(), "xiatang")
    said = [token(client, password="x").status_code for _ in range(8)]

    locked = token(client)

    assert (said, locked.status_code, locked.json["title"]) == ([401] * 8, 401, "sign_in_refused")
    assert db.session.query(ApiToken).count() == 0


def test_who_has_no_password_of_their_own_gets_no_token(client):
    account_of(an_orderer(), "xiatang").must_change = True

    answer = token(client)

    assert (answer.status_code, answer.json["title"]) == (401, "must_change_password")


def test_a_revoked_token_opens_nothing(client):
    account = account_of(an_orderer(), "xiatang")
    bearer = {"Authorization": f"Bearer {token(client).json['access_token']}"}
    account.disabled_at = NOON
    db.session.commit()

    assert client.get("/api/v1/me", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"username": "a", "password": "b", "role": "x"}}, 422),
        ({"json": {"username": "a"}}, 422),
        ({"json": ["a"]}, 422),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "[" * 100_000, "content_type": "application/json"}, 400),
        ({"data": "username=a", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": "x" * (1024 * 1024 + 1), "content_type": "application/json"}, 413),
        ({"json": {"username": "a\0b", "password": "b"}}, 401),
    ],
)
def test_a_bad_body_is_named_in_a_problem_document(client, sent, status):
    answer = client.post("/api/v1/auth/token", **sent)

    assert (answer.status_code, answer.content_type, answer.json["status"]) == (status, PROBLEM, status)


def test_what_is_not_there_or_not_allowed_is_a_problem_too_and_says_which_methods_are(client):
    missing, method = client.get("/api/v1/nothing"), client.delete("/api/v1/auth/token")

    assert (missing.status_code, missing.content_type) == (404, PROBLEM)
    assert (method.status_code, method.content_type, sorted(method.headers["Allow"].split(", "))) == (
        405,
        PROBLEM,
        ["OPTIONS", "POST"],
    )


def test_errors_of_pages_stay_pages(client):
    answer = client.get("/nothing-here")

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_the_api_describes_itself(client):
    told = client.get("/api/openapi.json").json

    assert told["openapi"] == "3.0.3"
    assert told["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
    assert told["security"] == [{"bearer": []}]
    assert told["paths"]["/api/v1/auth/token"]["post"]["security"] == []

"""One-time keys and versions of rows, without any feature's route."""

import pytest
import sqlalchemy as sa
from flask import Flask, g, jsonify

from catalogue.core import api
from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.errors import Invalid, Taken
from catalogue.core.models import IdempotencyKey

ACTOR = Actor(kind=Kind.PERSON, name="甲", account_id=7)


def ask(app: Flask, view, body, key="k1", account_id=7):
    headers = {"Idempotency-Key": key} if key else {}
    with app.test_request_context("/api/v1/things", method="POST", json=body, headers=headers):
        g.actor = Actor(kind=Kind.PERSON, name="甲", account_id=account_id)
        return api.once(view)()


@pytest.fixture
def made():
    """A view that makes one thing each time it runs, and what it made."""
    things = []

    def view():
        things.append(len(things) + 1)
        answer = jsonify(number=things[-1])
        answer.status_code, answer.headers["ETag"] = 201, '"1"'
        return answer

    view.things = things
    return view


def test_the_same_key_and_body_give_the_same_answer_and_one_thing(app, made):
    answers = [ask(app, made, {"a": 1}) for _ in range(3)]

    assert [(a.status_code, a.json, a.headers["ETag"]) for a in answers] == [(201, {"number": 1}, '"1"')] * 3
    assert [a.headers.get("Idempotent-Replay") for a in answers] == [None, "true", "true"]
    assert made.things == [1]


def test_the_same_key_with_another_body_is_refused(app, made):
    ask(app, made, {"a": 1})

    with pytest.raises(Invalid) as refused:
        ask(app, made, {"a": 2})

    assert (refused.value.code, made.things) == ("key_reused", [1])


def test_another_account_may_use_the_same_key(app, made):
    ask(app, made, {"a": 1})
    ask(app, made, {"a": 1}, account_id=8)

    assert made.things == [1, 2]


def test_without_a_key_every_request_counts(app, made):
    for _ in range(2):
        ask(app, made, {"a": 1}, key="")

    assert made.things == [1, 2]


def test_a_refused_request_keeps_nothing_and_may_be_repeated(app, made):
    def refuse():
        raise Taken("有人占着。")

    with pytest.raises(Taken):
        ask(app, refuse, {"a": 1})
    ask(app, made, {"a": 1})

    assert made.things == [1]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(IdempotencyKey)) == 1
    db.session.rollback()


@pytest.mark.parametrize(("said", "version"), [('"3"', 3), ('"000000012"', 12)])
def test_the_version_a_change_was_made_from_is_read_from_if_match(app, said, version):
    with app.test_request_context("/api/v1/things/1", headers={"If-Match": said}):
        assert api.expected_version() == version


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("", api.Missing),
        *((s, Invalid) for s in ("*", '"³"', '"x"', "4", 'W/"12"', '"3', '""', '"1", "3"', '"1234567890"')),
    ],
)
def test_a_missing_or_strange_if_match_is_refused(app, said, refusal):
    headers = {"If-Match": said} if said else {}
    with app.test_request_context("/api/v1/things/1", headers=headers), pytest.raises(refusal):
        api.expected_version()

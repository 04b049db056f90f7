"""Ratings and lecturers' reports as JSON."""

from datetime import timedelta

import pytest
import time_machine

from catalogue.accounts import sign_ins
from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.db import db
from catalogue.organisations.models import Organisation
from tests.factories import a_dispatcher, a_district, a_lecturer, a_town_administrator, account_of, an_orderer
from tests.lessons.making import OVER, STARTS, a_lesson
from tests.ratings.test_operations import GOOD, a_delivered, rating_of


@pytest.fixture
def ask(client):
    """Calls the API as a person."""

    tokens = {}

    def call(person, method, path, **more):
        if (person, clock.day_of(clock.now())) not in tokens:
            tokens[person, clock.day_of(clock.now())], _until = sign_ins.make_token(account_of(person), at=clock.now())
        token = tokens[person, clock.day_of(clock.now())]
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **more)

    return call


@pytest.fixture
def scene(app):
    made = a_delivered()
    db.session.commit()
    with time_machine.travel(OVER, tick=False):
        yield made


def person_of(lecturer) -> Person:
    return db.session.get_one(Person, lecturer.person_id)


def statuses(answers):
    return [answer.status_code for answer in answers]


def test_a_committee_rates_once_with_the_version_it_read(ask, scene):
    me, path = scene.orderer_person, f"/ratings/{rating_of(scene).id}"
    read = ask(me, "get", path)

    bare = ask(me, "post", f"{path}/give", json=GOOD)
    half = ask(me, "post", f"{path}/give", json={"content": 5, "version": 1})
    six = ask(me, "post", f"{path}/give", json=GOOD | {"content": 6, "version": 1})
    stale = ask(me, "post", f"{path}/give", json=GOOD, headers={"If-Match": '"9"'})
    given = ask(me, "post", f"{path}/give", json=GOOD | {"words": "好"}, headers={"If-Match": read.headers["ETag"]})
    again = ask(me, "post", f"{path}/give", json=GOOD, headers={"If-Match": given.headers["ETag"]})

    assert statuses([bare, half, six, stale, given, again]) == [428, 422, 422, 412, 200, 409]
    assert (given.json["state"], given.json["usefulness"], given.json["words"]) == ("given", 3, "好")
    assert ask(me, "get", "/ratings/average").json == {"n": 1, "content": 5.0, "delivery": 4.0, "usefulness": 3.0, "overall": 4.0}  # fmt: skip


def test_who_sees_a_rating_and_who_gives_it(ask, scene):
    path = f"/ratings/{rating_of(scene).id}"
    seeing = [scene.orderer_person, person_of(scene.lecturer), a_town_administrator(), a_dispatcher()]
    strange = [an_orderer(), person_of(a_lecturer()), a_dispatcher(a_district())]

    assert statuses(ask(p, "get", path) for p in seeing) == [200] * 4
    assert statuses(ask(p, "get", path) for p in strange) == [404] * 3
    refused = [ask(p, "post", f"{path}/give", json=GOOD | {"version": 1}) for p in seeing[1:]]
    assert (statuses(refused), refused[0].json["title"]) == ([403] * 3, "rating_not_yours")
    assert statuses(ask(p, "post", f"{path}/give", json=GOOD | {"version": 1}) for p in strange) == [404] * 3


def test_the_list_keeps_to_the_scope_and_to_the_state_asked_for(ask, statements, scene):
    me, committee_id = scene.orderer_person, scene.committee.id
    ask(me, "get", "/ratings")
    with statements() as one:
        ask(me, "get", "/ratings")
    committee = db.session.get_one(Organisation, committee_id)
    a_delivered(committee=committee, starts_at=STARTS - timedelta(days=1), title="垃圾分类")
    with statements() as two:
        rows = ask(me, "get", "/ratings").json["rows"]

    first = ask(me, "get", "/ratings?limit=1").json
    assert len(one) == len(two)
    assert [row["title"] for row in rows] == ["垃圾分类", "停车难"]
    assert [r["title"] for r in ask(me, "get", f"/ratings?limit=1&after={first['after']}").json["rows"]] == ["停车难"]
    assert ask(me, "get", "/ratings?state=given").json["rows"] == []
    assert ask(an_orderer(), "get", "/ratings").json["rows"] == []


def test_the_lecturer_reports_and_the_committee_reads_it(ask, scene):
    rating, lesson = rating_of(scene).id, scene.taught.id
    words = {"words": "听得认真", "minutes_taught": 85}

    refused = [
        ask(scene.orderer_person, "post", f"/lessons/{lesson}/report", json=words),
        ask(person_of(a_lecturer()), "post", f"/lessons/{lesson}/report", json=words),
        ask(person_of(scene.lecturer), "post", f"/lessons/{lesson}/report", json={"words": ""}),
    ]
    done = ask(person_of(scene.lecturer), "post", f"/lessons/{lesson}/report", json=words)
    ask(person_of(scene.lecturer), "post", f"/lessons/{lesson}/report", json={"words": "听得很认真"})
    read = ask(scene.orderer_person, "get", f"/ratings/{rating}/reports").json["rows"]

    assert (statuses(refused), done.json["minutes_taught"]) == ([403, 404, 422], 85)
    assert [(one["lecturer_id"], one["words"]) for one in read] == [(scene.lecturer.id, "听得很认真")]
    assert ask(an_orderer(), "get", f"/ratings/{rating}/reports").status_code == 404


def test_a_report_waits_for_the_lesson(ask, app):
    scene = a_lesson()

    answer = ask(person_of(scene.lecturer), "post", f"/lessons/{scene.lesson.id}/report", json={"words": "好"})

    assert (answer.status_code, answer.json["title"]) == (409, "lesson_not_delivered")

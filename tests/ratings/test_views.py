"""Pages of ratings: who sees which, what comes back, what the list costs."""

import pytest
import time_machine

from catalogue.core.db import db
from catalogue.ratings import operations, queries
from catalogue.ratings.states import State
from tests.factories import a_dispatcher, a_district, a_lecturer, a_town_administrator, an_auditor, an_orderer
from tests.lessons.making import OVER, STARTS
from tests.ratings.test_operations import GOOD, a_delivered, rating_of


@pytest.fixture
def scene(app):
    made = a_delivered()
    db.session.commit()
    with time_machine.travel(OVER, tick=False):
        yield made


def person_of(scene, lecturer):
    return db.session.get_one(type(scene.orderer_person), lecturer.person_id)


def test_a_committee_rates_in_one_page(client, scene):
    client.sign_in(scene.orderer_person)
    rating = rating_of(scene)
    assert "停车难" in client.get("/ratings/").text

    missing = client.send(f"/ratings/{rating.id}", {"content": "5"})
    done = client.send(f"/ratings/{rating.id}", {"content": "5", "delivery": "4", "usefulness": "5", "words": "好"})
    again = client.send(f"/ratings/{rating.id}", {"content": "1", "delivery": "1", "usefulness": "1", "version": "2"})

    assert (missing.status_code, done.status_code, again.status_code) == (422, 302, 409)
    assert (rating_of(scene).state, rating_of(scene).content) == (State.GIVEN, 5)


def test_who_sees_a_rating_and_who_does_not(client, scene):
    rating = rating_of(scene)
    seen = {
        "own": scene.orderer_person,
        "lecturer": person_of(scene, scene.lecturer),
        "town": a_town_administrator(),
        "desk": a_dispatcher(),
    }
    hidden = [an_orderer(), person_of(scene, a_lecturer()), a_dispatcher(a_district()), an_auditor()]

    for person in seen.values():
        assert client.sign_in(person).get(f"/ratings/{rating.id}").status_code == 200
    for person in hidden:
        assert client.sign_in(person).get(f"/ratings/{rating.id}").status_code == 404
        assert "停车难" not in client.get("/ratings/").text


def test_the_town_sees_but_does_not_rate(client, scene):
    client.sign_in(a_town_administrator())
    rating = rating_of(scene)

    assert 'name="content"' not in client.get(f"/ratings/{rating.id}").text
    assert client.send(f"/ratings/{rating.id}", {**GOOD, "version": "1"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_row_and_with_three(client, scene, statements, rows):
    for n in range(rows):
        a_delivered(committee=scene.committee, starts_at=STARTS.replace(day=6 + n), title=f"第{n}课")
    operations.give(rating_of(scene), **GOOD, by=scene.orderer, at=OVER)
    client.sign_in(scene.orderer_person)

    with statements() as sent:
        page = client.get("/ratings/").text

    assert ("4.0" in page, len(sent)) == (True, 5 + 1)


def test_the_lecturer_writes_a_report_that_the_committee_reads(client, scene):
    client.sign_in(person_of(scene, scene.lecturer))
    assert (
        client.send(
            f"/lessons/{scene.taught.number}/report", {"words": "大家很踊跃", "minutes_taught": "80"}
        ).status_code
        == 302
    )

    client.sign_in(scene.orderer_person)
    assert "大家很踊跃" in client.get(f"/ratings/{queries.of_lesson(scene.taught.id)[0].id}").text
    assert client.send(f"/lessons/{scene.taught.number}/report", {"words": "冒充"}).status_code == 403

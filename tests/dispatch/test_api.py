"""Offers and dispatches as JSON: the same rights and refusals as the pages, as problem documents."""

import pytest

from catalogue.accounts import sign_ins
from catalogue.accounts.models import Person
from catalogue.core.db import db
from catalogue.dispatch import queries
from catalogue.lecturers.models import Lecturer
from tests.dispatch.making import a_proposal, an_approved, an_open_offer, offers_of
from tests.factories import NOON, a_dispatcher, a_district, a_lecturer, account_of, an_approver


@pytest.fixture
def ask(client):
    """Calls the API as a person."""

    def call(person, method, path, **more):
        token, _until = sign_ins.make_token(account_of(person), at=NOON)
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **more)

    return call


def person_of(lecturer: Lecturer) -> Person:
    return db.session.get_one(Person, lecturer.person_id)


def test_a_lecturer_accepts_once_with_the_version_they_read(ask):
    offer = an_open_offer()
    me = person_of(db.session.get_one(Lecturer, offer.lecturer_id))

    read = ask(me, "get", f"/offers/{offer.id}")
    bare = ask(me, "post", f"/offers/{offer.id}/actions", json={"action": "accept"})
    stale = ask(me, "post", f"/offers/{offer.id}/actions", json={"action": "accept"}, headers={"If-Match": '"99"'})
    done = ask(
        me, "post", f"/offers/{offer.id}/actions", json={"action": "accept"}, headers={"If-Match": read.headers["ETag"]}
    )
    again = ask(me, "post", f"/offers/{offer.id}/actions", json={"action": "decline", "code": "far", "version": done.json["version"]})  # fmt: skip

    assert [a.status_code for a in (read, bare, stale, done, again)] == [200, 428, 412, 200, 409]
    assert done.json["state"] == "accepted"


def test_an_offer_of_somebody_else_is_not_there(ask):
    offer = an_open_offer()
    other = person_of(a_lecturer(""))

    answers = [
        ask(other, "get", f"/offers/{offer.id}"),
        ask(other, "post", f"/offers/{offer.id}/actions", json={"action": "accept", "version": 1}),
    ]

    assert [a.status_code for a in answers] == [404, 404]


def test_a_dispatch_is_approved_by_another_person(ask):
    person = a_dispatcher()
    dispatch = a_proposal(by=person)
    act = {"action": "approve", "version": dispatch.version}

    refused = ask(person, "post", f"/dispatches/{dispatch.id}/actions", json=act)
    done = ask(an_approver(), "post", f"/dispatches/{dispatch.id}/actions", json=act)

    assert (refused.status_code, done.status_code, done.json["state"]) == (403, 200, "approved")


def test_a_dispatch_is_redispatched_by_the_desk_with_those_not_asked_yet(ask):
    dispatch, desk = an_approved(lecturers=3), a_dispatcher()
    path, act = f"/dispatches/{dispatch.id}/redispatch", {"reason": "讲师没有回音"}
    asked = offers_of(dispatch)[0].lecturer_id

    bare = ask(desk, "post", path, json=act)
    stale = ask(desk, "post", path, json=act, headers={"If-Match": '"99"'})
    refused = ask(an_approver(), "post", path, json=act | {"version": dispatch.version})
    hidden = ask(a_dispatcher(a_district()), "post", path, json=act | {"version": dispatch.version})
    sent = {"json": act | {"version": dispatch.version}, "headers": {"Idempotency-Key": "k"}}
    done, again = ask(desk, "post", path, **sent), ask(desk, "post", path, **sent)

    assert [a.status_code for a in (bare, stale, refused, hidden, done, again)] == [428, 412, 403, 404, 201, 201]
    assert (done.json["state"], done.json["previous_id"], again.json) == ("proposed", dispatch.id, done.json)
    assert ask(desk, "get", done.headers["Location"].removeprefix("/api/v1")).headers["ETag"] == done.headers["ETag"]
    assert ask(desk, "get", f"/dispatches/{dispatch.id}").json["state"] == "ended"
    assert asked not in [c.lecturer_id for c in queries.loaded(done.json["id"]).candidates]


def test_a_redispatch_names_who_is_asked_and_the_rules_judge_it(ask):
    dispatch, desk = an_approved(lecturers=2), a_dispatcher()
    kept = queries.loaded(dispatch.id).candidates[1]
    one = {"lecturer_id": kept.lecturer_id, "venue_id": kept.venue_id, "teach_mode": kept.teach_mode.value, "starts_at": kept.starts_at.isoformat()}  # fmt: skip
    body = {"version": dispatch.version}
    path = f"/dispatches/{dispatch.id}/redispatch"

    stranger = a_lecturer("")
    refused = [
        ask(desk, "post", path, json=body | {"picks": [one | {"lecturer_id": who}]}) for who in (stranger.id, 10**6)
    ]
    done = ask(desk, "post", path, json=body | {"picks": [one], "mode": "direct"})

    assert [a.status_code for a in (*refused, done)] == [409, 409, 201]
    assert [c.lecturer_id for c in queries.loaded(done.json["id"]).candidates] == [kept.lecturer_id]

"""Offers and dispatches as JSON: the same rights and refusals as the pages, as problem documents."""

import pytest

from catalogue.accounts import sign_ins
from catalogue.accounts.models import Person
from catalogue.core.db import db
from catalogue.lecturers.models import Lecturer
from tests.dispatch.making import a_proposal, an_open_offer
from tests.factories import NOON, a_dispatcher, a_lecturer, account_of, an_approver


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

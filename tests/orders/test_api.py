"""Orders as JSON."""

import pytest
import sqlalchemy as sa

from catalogue.accounts import sign_ins
from catalogue.accounts.models import Person
from catalogue.core.db import db
from catalogue.orders.models import Order
from catalogue.orders.states import State
from tests.factories import (
    NOON,
    a_committee,
    a_district,
    a_lecturer,
    a_town,
    a_town_administrator,
    a_venue,
    account_of,
    an_order,
    an_orderer,
    own_room_of,
)
from tests.orders.making import a_draft, a_scene, submitted


@pytest.fixture
def scene(app):
    return a_scene()


@pytest.fixture
def ask(client):
    """Calls the API as a person: ask(person, 'get', '/orders/1')."""

    def call(person, method, path, **more):
        token, _until = sign_ins.make_token(account_of(person), at=NOON)
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **more)

    return call


def person_of(actor) -> Person:
    return db.session.get_one(Person, actor.person_id)


def body(scene, **more):
    return {
        "course_id": scene.course.id, "organisation_id": scene.committee.id, "expected": 30, "telephone": "021-59250000",
        "windows": [{"day": "2026-04-09", "half_day": "afternoon"}], "submit": True, **more,
    }  # fmt: skip


def test_an_order_is_made_and_the_same_key_gives_the_same_answer(ask, scene):
    orderer = person_of(scene.orderer)

    first = ask(orderer, "post", "/orders", json=body(scene), headers={"Idempotency-Key": "abc"})
    again = ask(orderer, "post", "/orders", json=body(scene), headers={"Idempotency-Key": "abc"})

    assert (first.status_code, again.status_code, again.get_json()) == (201, 201, first.get_json())
    assert (first.get_json()["number"], first.headers["ETag"]) == ("QP26-D-00001", f'"{first.get_json()["version"]}"')
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1


def test_a_refused_order_leaves_nothing(ask, scene):
    answer = ask(person_of(scene.orderer), "post", "/orders", json=body(scene, expected=61))

    assert (answer.status_code, answer.get_json()["title"]) == (422, "too_small_room")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


def test_a_pattern_is_read_or_refused(ask, scene):
    orderer = person_of(scene.orderer)

    good = ask(orderer, "post", "/orders", json=body(scene, windows=[], pattern="周二或周四晚上，4月内任意"))
    bad = ask(orderer, "post", "/orders", json=body(scene, windows=[], pattern="除了周三"))

    assert (len(good.get_json()["windows"]), bad.status_code, sorted(bad.get_json()["errors"])) == (
        9,
        422,
        ["_schema", "pattern"],
    )
    assert "本季最多点" in bad.get_json()["errors"]["_schema"][0]


def test_everything_that_is_wrong_is_told_by_field_in_one_answer(ask, scene):
    orderer = person_of(scene.orderer)
    room = a_venue(owner=a_committee(town=a_town("赵巷镇", a_district())))
    wrong = {"expected": 3, "telephone": "", "windows": [{"day": "2026-03-03", "half_day": "morning"}], "preferred_lecturer_id": a_lecturer().id}  # fmt: skip

    told = ask(orderer, "post", "/orders", json=body(scene, **wrong))
    strange = ask(
        orderer, "post", "/orders", json=body(scene, **wrong, place="venue", venue_id=room.id, pattern="除了周三")
    )

    assert (told.status_code, told.json["title"], strange.status_code) == (422, "several", 422)
    assert sorted(told.json["errors"]) == ["expected", "preferred_lecturer", "telephone", "windows"]
    assert sorted(strange.json["errors"]) == ["expected", "pattern", "preferred_lecturer", "telephone", "venue"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


def test_unknown_fields_and_wrong_types_are_refused(ask, scene):
    orderer = person_of(scene.orderer)
    for wrong in (
        {"state": "approved"},
        {"made_by_id": 1},
        {"expected": "30"},
        {"expected": True},
        {"expected": 10**30},
        {"place": "moon"},
    ):
        assert ask(orderer, "post", "/orders", json=body(scene, **wrong)).status_code == 422, wrong


def test_actions_need_the_version_and_a_stale_one_is_412(ask, scene):
    order = submitted(scene)
    town = a_town_administrator()
    path = f"/orders/{order.id}/actions"

    none = ask(town, "post", path, json={"action": "approve"})
    stale = ask(town, "post", path, json={"action": "approve", "version": order.version - 1})
    old, weak, bare = (
        ask(town, "post", path, json={"action": "approve"}, headers={"If-Match": said})
        for said in (f'"{order.version - 1}"', f'W/"{order.version}"', str(order.version))
    )
    assert [(a.status_code, a.json["title"]) for a in (old, weak, bare)] == [
        (412, "stale"),
        (422, "invalid"),
        (422, "invalid"),
    ]
    done = ask(town, "post", path, json={"action": "approve"}, headers={"If-Match": f'"{order.version}"'})

    assert (none.status_code, stale.status_code, done.status_code, done.get_json()["state"]) == (
        428,
        412,
        200,
        "approved",
    )


def test_what_others_do_is_not_done_here(ask, scene):
    order = an_order(scene.committee, scene.course)
    path = f"/orders/{order.id}/actions"
    for action in ("plan", "schedule", "deliver", "miss", "close", "lapse", "unplan", "unschedule"):
        assert ask(person_of(scene.orderer), "post", path, json={"action": action, "version": 1}).status_code == 409
    assert ask(person_of(scene.orderer), "post", path, json={"action": "approve", "version": 1}).status_code == 403
    assert db.session.get_one(Order, order.id).state is State.APPROVED


def test_foreign_orders_are_not_told(ask, scene):
    order, draft = submitted(scene), a_draft(scene, key="k2", need="CANARY")
    stranger = an_orderer()

    assert ask(stranger, "get", f"/orders/{order.id}").status_code == 404
    assert ask(stranger, "post", f"/orders/{order.id}/actions", json={"action": "cancel", "version": 1, "code": "time"}).status_code == 404  # fmt: skip
    assert ask(stranger, "get", "/orders").get_json()["rows"] == []
    assert ask(stranger, "post", "/orders", json=body(scene)).status_code == 404
    assert ask(a_town_administrator(), "get", f"/orders/{draft.id}").status_code == 404
    assert "CANARY" not in ask(a_town_administrator(), "get", "/orders").get_data(as_text=True)


def test_the_list_is_paged_and_tells_no_telephone(ask, scene):
    for i in range(3):
        submitted(a_scene(scene.committee), key=f"k{i}")
    orderer = person_of(scene.orderer)

    first = ask(orderer, "get", "/orders?limit=2").get_json()
    second = ask(orderer, "get", f"/orders?limit=2&after={first['after']}").get_json()

    assert [r["number"] for r in first["rows"] + second["rows"]] == ["QP26-D-00003", "QP26-D-00002", "QP26-D-00001"]
    assert second["after"] == ""
    assert "59250000" not in str(first) + str(ask(orderer, "get", f"/orders/{first['rows'][0]['id']}").get_json())


def test_a_draft_names_only_what_its_committee_may_choose(ask, scene):
    far = a_district("宝山区")
    strange_room, strange_lecturer = (
        a_venue("CANARY场地", a_town("罗店镇", far)),
        a_lecturer("CANARY讲师", district=far),
    )
    rooms = [strange_room.id, own_room_of(a_committee(), shared=False).id, 999_999]

    def sent(**more):
        return ask(person_of(scene.orderer), "post", "/orders", json=body(scene, **more)).status_code

    assert [sent(place="venue", venue_id=room) for room in rooms] == [422, 422, 422]
    assert [sent(preferred_lecturer_id=one) for one in (strange_lecturer.id, 999_999)] == [422, 422]
    assert sent(audience="nobody") == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0
    assert sent(place="venue", venue_id=a_venue().id) == 201


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x", 5])
def test_impossible_days_are_refused(ask, scene, day):
    sent = body(scene, windows=[{"day": day, "half_day": "evening"}], submit=False)

    assert ask(person_of(scene.orderer), "post", "/orders", json=sent).status_code == 422


def test_text_is_normalised_on_entry_and_nul_is_refused(ask, scene):
    orderer = person_of(scene.orderer)

    refused = ask(orderer, "post", "/orders", json=body(scene, need="a\x00b"))
    ask(orderer, "post", "/orders", json=body(scene, need=" 晚\u202e上\u200b停不下车 \r\n"))

    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["need"])
    assert db.session.scalars(sa.select(Order.need)).all() == ["晚上停不下车"]

"""The pages and the API of an open claim: proposed at the desk, taken on a phone, refused with thanks."""

import re

import sqlalchemy as sa

from catalogue.accounts import sign_ins
from catalogue.accounts.models import Person
from catalogue.core.db import db
from catalogue.dispatch import operations
from catalogue.dispatch.models import Dispatch, DispatchCandidate, Offer
from catalogue.dispatch.states import Mode, ModeFrom, OfferState
from tests.claims.making import a_claim, an_open_claim, lecturer_of, says
from tests.dispatch.making import LATER, a_case, an_open_offer, picks_of
from tests.factories import NOON, a_dispatcher, account_of, actor_of, an_approver, an_orderer


def words(answer) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True))


def person_of(offer: Offer) -> Person:
    return db.session.get_one(Person, lecturer_of(offer).person_id)


def the(model):
    return db.session.scalars(sa.select(model).order_by(model.id.desc())).first()


def asked() -> set[int]:
    return set(db.session.scalars(sa.select(DispatchCandidate.lecturer_id)))


def test_the_desk_says_each_way_in_one_sentence_and_why_one_is_chosen(client):
    order, course, _teachers = a_case(2)
    course.offer_mode = Mode.RANKED
    client.sign_in(a_dispatcher())

    said = words(client.get(f"/dispatch/?o={order.id}"))

    assert "只问选中的这一位" in said
    assert "谁先接就是谁" in said
    assert "这门课定的：按顺位" in said


def test_the_dispatcher_leaves_one_out_and_proposes_a_claim(client):
    order, _course, teachers = a_case(3)
    pick = picks_of(order)[0]
    client.sign_in(a_dispatcher())
    there = client.send("/dispatch/", {"orders": str(order.id), "one": pick.key, "mode": "claim"})
    shown = client.get(there.location)

    kept = [str(t.id) for t in teachers[:2]]
    done = client.send(there.location, {"orders": str(order.id), "pick": pick.key, "who": kept})

    assert (there.status_code, done.status_code) == (302, 302)
    assert all(t.display_name in words(shown) for t in teachers)
    assert (asked(), the(Dispatch).mode) == ({teachers[0].id, teachers[1].id}, Mode.CLAIM)
    assert "怎么派：抢单（派单时选的）" in words(client.get(done.location))


def test_with_nobody_ticked_nothing_is_proposed(client):
    order, _course, _teachers = a_case(2)
    client.sign_in(a_dispatcher())

    answer = client.send(f"/dispatch/claim?o={order.id}", {"orders": str(order.id), "pick": picks_of(order)[0].key})

    assert (answer.status_code, the(Dispatch)) == (422, None)


def test_asked_in_turn_the_others_of_the_page_follow(client):
    order, _course, _teachers = a_case(3)
    second = picks_of(order)[1]
    client.sign_in(a_dispatcher())

    client.send("/dispatch/", {"orders": str(order.id), "one": second.key, "mode": "ranked"})

    made = the(Dispatch)
    ranks = db.session.scalars(sa.select(DispatchCandidate.lecturer_id).order_by(DispatchCandidate.rank)).all()
    assert (made.mode, ranks[0], len(ranks)) == (Mode.RANKED, second.lecturer_id, 3)


def test_only_the_desk_proposes_a_claim(client):
    order, _course, teachers = a_case(1)
    pick = picks_of(order)[0]

    for person in (an_orderer(), an_approver(), db.session.get_one(Person, teachers[0].person_id)):
        client.sign_in(person)
        assert client.get(f"/dispatch/claim?o={order.id}&pick={pick.key}").status_code in (403, 404)


def test_a_lecturer_takes_a_claim_from_the_list(client):
    offer = an_open_claim()[0]
    client.sign_in(person_of(offer))
    assert "有 1 场课可以抢" in words(client.get("/offers/"))
    listed = client.get("/claims/")

    done = client.send(f"/offers/{offer.id}", {"say": "yes", "version": str(offer.version)})

    assert "我去" in words(listed)
    assert (done.status_code, the_state(offer)) == (302, OfferState.ACCEPTED)
    assert "现在没有可以抢的课" in words(client.get("/claims/"))


def the_state(offer):
    return db.session.scalar(sa.select(Offer.state).where(Offer.id == offer.id))


def test_a_ranked_or_direct_offer_is_no_claim_and_others_claims_are_not_listed(client):
    direct = an_open_offer()
    mine, others = an_open_claim(lecturers=2)
    client.sign_in(person_of(direct))
    assert "现在没有可以抢的课" in words(client.get("/claims/"))

    client.sign_in(person_of(mine))
    said = client.get("/claims/").get_data(as_text=True)
    assert (f"/offers/{mine.id}" in said, f"/offers/{others.id}" in said) == (True, False)


def test_the_late_press_is_refused_with_thanks_on_the_page_and_by_the_link(client):
    first, second, _third = an_open_claim()
    secret = operations.new_link(second, by=actor_of(a_dispatcher()), at=LATER)
    seen = str(first.version)
    says(db.session.merge(db.session.scalars(sa.select(Offer).where(Offer.id == _third.id)).one()))

    client.sign_in(person_of(first))
    page = client.send(f"/offers/{first.id}", {"say": "yes", "version": seen})
    link = client.send(f"/answer/{secret}", {"say": "yes", "version": str(second.version)})

    assert (page.status_code, link.status_code) == (409, 409)
    assert "谢谢您愿意去，这一场已经有讲师接了" in words(page)
    assert "谢谢您愿意去" in words(link)
    assert "已经有讲师接了" in words(client.get(f"/answer/{secret}"))
    assert db.session.scalar(sa.select(sa.func.count()).where(Offer.state == OfferState.ACCEPTED)) == 1


def call(client, person, method, path, **more):
    token, _until = sign_ins.make_token(account_of(person), at=NOON)
    return getattr(client, method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, **more)


def test_a_claim_is_proposed_listed_and_taken_by_the_api(client):
    order, _course, _teachers = a_case(3)
    pick = picks_of(order)[0]
    one = {"lecturer_id": pick.lecturer_id, "venue_id": pick.venue_id, "teach_mode": pick.teach_mode.value, "starts_at": pick.starts_at.isoformat()}  # fmt: skip
    sent = {"order_ids": [order.id], "picks": [one], "mode": "claim", "to_all": True}

    made = call(client, a_dispatcher(), "post", "/dispatches", json=sent)
    assert (made.status_code, made.json["mode"], made.json["mode_from"]) == (201, "claim", ModeFrom.DESK.value)
    operations.approve(db.session.get_one(Dispatch, made.json["id"]), by=actor_of(an_approver()), at=NOON)
    first, second, _third = db.session.scalars(sa.select(Offer).order_by(Offer.id)).all()
    people = person_of(first), person_of(second)
    listed = [call(client, p, "get", "/claims").json for p in people]
    assert [len(rows) for rows in listed] == [1, 1]
    answers = [
        call(
            client,
            p,
            "post",
            f"/offers/{rows[0]['id']}/actions",
            json={"action": "accept", "version": rows[0]["version"]},
        )
        for p, rows in zip(people, listed, strict=True)
    ]

    assert [(a.status_code, a.json.get("title")) for a in answers] == [(200, None), (409, "claim_taken")]


def test_who_runs_no_desk_proposes_nothing_by_the_api(client):
    dispatch = a_claim()
    answer = call(client, an_approver(), "post", "/dispatches", json={"order_ids": [1], "picks": []})

    assert (answer.status_code, the(Dispatch).id) == (403, dispatch.id)

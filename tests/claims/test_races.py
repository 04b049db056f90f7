"""抢单 by many at once: exactly one wins, on both databases; time, the desk and the committee against a yes leave one truth."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import outbox
from catalogue.core.db import db
from catalogue.dispatch import operations
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferState, State
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.notices.models import Message
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from tests.claims.making import an_open_claim, lecturer_of
from tests.conftest import Client
from tests.dispatch.making import LATER, an_approved, offers_of
from tests.dispatch.racing import Press, Sweep, signed_in
from tests.factories import a_committee, a_course, a_dispatcher, a_lecturer, actor_of, an_order, an_orderer

MANY = 50
OPEN_DOORS = 8  # requests a server works on at once; the others wait at the door


def link_of(offer: Offer) -> str:
    return operations.new_link(offer, by=actor_of(a_dispatcher()), at=LATER)


def pressing(app, secrets: list[str]) -> list[tuple[int, str]]:
    """Everybody presses 我去 on their own telephone at the same moment."""
    start, doors = threading.Barrier(len(secrets)), threading.Semaphore(OPEN_DOORS)
    versions = dict.fromkeys(secrets, "2")

    def press(secret: str) -> tuple[int, str]:
        browser = FlaskClient(app, app.response_class, use_cookies=True)
        fields = {"csrf_token": Client.token(browser), "say": "yes", "version": versions[secret]}
        start.wait(60)
        with doors:
            answer = browser.post(f"/answer/{secret}", data=fields)
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(len(secrets)) as everybody:
        return list(everybody.map(press, secrets))


def count(model, *where) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


def test_of_fifty_who_press_at_once_one_has_it_and_the_others_are_thanked(app):
    offers = an_open_claim(lecturers=MANY)
    people = [lecturer_of(offer).person_id for offer in offers]
    secrets = [link_of(offer) for offer in offers]
    db.session.commit()
    outbox.deliver(LATER)
    versions = {offer.version for offer in offers}

    said = pressing(app, secrets)

    db.session.expire_all()
    outbox.deliver(LATER + timedelta(minutes=1))
    assert versions == {2}
    assert sorted(status for status, _words in said) == [200, *[409] * (MANY - 1)]
    assert all("谢谢您愿意去" in words and "已经有讲师接了" in words for status, words in said if status == 409)
    assert (count(Offer, Offer.state == OfferState.ACCEPTED), count(Offer, Offer.state == OfferState.TAKEN)) == (1, 49)
    assert (count(Lesson), count(LessonLecturer), count(Hold, Hold.active, Hold.kind == HoldKind.LECTURER)) == (1, 1, 1)
    winner = people[[status for status, _words in said].index(200)]
    heard = db.session.execute(sa.select(Message.kind, Message.person_id).where(Message.person_id.in_(people))).all()
    told = sorted((row.kind, row.person_id) for row in heard)
    thanked = [("offer_taken", p) for p in sorted(people) if p != winner]
    assert told == [("lesson_scheduled", winner), *[("offer_made", p) for p in sorted(people)], *thanked]


def test_cancelling_against_two_claimants_leaves_one_truth(race, client):
    committee, course = a_committee(), a_course()
    for _n in range(2):
        a_lecturer("", course)
    order = an_order(committee, course)
    first, second = an_open_claim(order)
    yes = [Press(f"/answer/{link_of(o)}", {"say": "yes", "version": str(o.version)}, at=LATER) for o in (first, second)]
    no = Press(f"/orders/{order.id}/cancel", {"code": "time", "version": str(order.version)}, signed_in(client, an_orderer(committee)))  # fmt: skip

    race([yes[0], no, yes[1]])

    states = sorted(db.session.scalars(sa.select(Offer.state)))
    held = count(Hold, Hold.active, Hold.kind == HoldKind.LECTURER)
    assert (db.session.scalar(sa.select(Order.state)), states, held) in (
        (OrderState.CANCELLED, [OfferState.WITHDRAWN] * 2, 0),
        (OrderState.SCHEDULED, [OfferState.ACCEPTED, OfferState.TAKEN], 1),
    )


@pytest.mark.parametrize("how", ["claim", "ranked"])
def test_a_yes_at_the_very_deadline_or_the_deadline_wins_never_both(race, how):
    offer = an_open_claim(lecturers=2)[0] if how == "claim" else offers_of(an_approved(lecturers=2))[0]
    secret = link_of(offer)
    due, before = offer.answer_by, offer.answer_by - timedelta(seconds=5)
    yes = Press(f"/answer/{secret}", {"say": "yes", "version": str(offer.version)}, at=before)

    race([yes, Sweep(due), Sweep(due)])

    states = sorted(db.session.scalars(sa.select(Offer.state)))
    ended = (db.session.scalar(sa.select(Dispatch.state)), states, count(Lesson))
    assert ended in (
        (State.SETTLED, [OfferState.ACCEPTED, *([OfferState.TAKEN] if how == "claim" else [])], 1),
        (State.ENDED, [OfferState.EXPIRED] * 2, 0) if how == "claim" else (State.APPROVED, [OfferState.EXPIRED, OfferState.OPEN], 0),
    )  # fmt: skip


def test_taking_an_offer_back_against_the_yes_leaves_one_truth(race, client):
    offer = offers_of(an_approved(lecturers=2))[0]
    yes = Press(f"/answer/{link_of(offer)}", {"say": "yes", "version": str(offer.version)}, at=LATER)
    back = Press(f"/offers/{offer.id}", {"say": "withdraw", "words": "换人", "version": str(offer.version)}, signed_in(client, a_dispatcher()))  # fmt: skip

    said = race([yes, back, yes])

    assert sum(status in (200, 302) for status, _words in said) == 1
    states = sorted(db.session.scalars(sa.select(Offer.state)))
    assert states in ([OfferState.ACCEPTED], [OfferState.OPEN, OfferState.WITHDRAWN])
    assert count(Hold, Hold.active, Hold.kind == HoldKind.LECTURER) == 1

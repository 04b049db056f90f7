"""No double booking, ever: parallel approvals, accepts and moves from several processes, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.calendar import operations as holding
from catalogue.calendar.models import Hold, HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core.db import db
from catalogue.dispatch import operations
from catalogue.dispatch.candidates import Pick
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferState, State
from catalogue.lecturers.models import Lecturer
from catalogue.orders.models import Order, Place
from catalogue.orders.states import State as OrderState
from tests.dispatch.making import AFTERNOON, LATER, an_open_offer, picks_of
from tests.dispatch.racing import RIVALS, Move, Press, signed_in
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_dispatcher,
    a_lecturer,
    a_town,
    a_venue,
    actor_of,
    an_approver,
    an_order,
    an_orderer,
)

OVERLAPS = ("lecturer", "venue", "committee", "travel")
SAID = {"lecturer": "已有课", "venue": "已有人用", "committee": "已经有一场课", "travel": "路上来不及"}


def wishes(overlap: str) -> list[tuple[Order, Pick]]:
    """Rival orders with a lecturer, place and time each, of which only one can be: they overlap in one resource only."""
    course = a_course()
    one = overlap in ("lecturer", "travel")
    teachers = [a_lecturer("", course)] * RIVALS if one else [a_lecturer("", course) for _n in range(RIVALS)]
    found = []
    for n in range(RIVALS):
        match overlap:
            case "venue":
                order = an_order(course=course, place=Place.VENUE, venue_id=the_hall().id)
            case "committee":
                order = an_order(the_committee(), course, place=Place.ONLINE)
            case "travel":
                far = {"latitude": 31.01 + 0.3 * n, "longitude": 121.05}
                order = an_order(a_committee(town=a_town(f"第{n}镇"), **far), course)
            case _:
                order = an_order(course=course)
        found.append((order, pick_of(order, teachers[n], 120 * (n % 2) if overlap == "travel" else 0)))
    return found


def pick_of(order: Order, lecturer: Lecturer, later: int) -> Pick:
    pick = next(p for p in picks_of(order) if p.lecturer_id == lecturer.id)
    return Pick(pick.lecturer_id, pick.venue_id, pick.teach_mode, pick.starts_at + timedelta(minutes=later))


def the_hall():
    from catalogue.venues.models import Venue

    return db.session.scalars(sa.select(Venue).where(Venue.name == "大礼堂")).first() or a_venue("大礼堂")


def the_committee():
    from catalogue.organisations.models import Organisation

    found = db.session.scalars(sa.select(Organisation).where(Organisation.name == "同一居民区")).first()
    return found or a_committee("同一居民区")


def active(kind: HoldKind = HoldKind.LECTURER) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Hold).where(Hold.kind == kind, Hold.active))


def seen(row) -> dict[str, str]:
    """The version that a page of this row carries."""
    return {"version": str(row.version)}


def lecturers_key(client, offer: Offer) -> str:
    return signed_in(client, db.session.get_one(Person, db.session.get_one(Lecturer, offer.lecturer_id).person_id))


@pytest.mark.parametrize("overlap", OVERLAPS)
def test_of_parallel_approvals_that_overlap_exactly_one_wins(race, client, overlap):
    by = actor_of(a_dispatcher())
    proposed = [operations.propose([order], [pick], by=by, at=NOON) for order, pick in wishes(overlap)]
    keys = [signed_in(client, an_approver()) for _one in proposed]

    said = race(
        [Press(f"/dispatch/{d.id}", {"act": "approve", **seen(d)}, key) for d, key in zip(proposed, keys, strict=True)]
    )

    assert sorted(status for status, _words in said) == [302, 409, 409]
    assert all(SAID[overlap] in words or SAID["lecturer"] in words for status, words in said if status == 409)
    states = sorted(db.session.scalars(sa.select(Dispatch.state)))
    assert states == [State.APPROVED, State.PROPOSED, State.PROPOSED]
    assert active() == 1


@pytest.mark.parametrize("overlap", OVERLAPS)
def test_of_parallel_moves_that_overlap_exactly_one_wins(race, overlap):
    moves = []
    for n, (order, pick) in enumerate(wishes(overlap), 1):
        starts_at = pick.starts_at + timedelta(days=7 * n)
        place = [] if pick.venue_id is None else [(HoldKind.VENUE, pick.venue_id)]
        wanted = [
            Wanted(kind, i, order.district_id, starts_at, starts_at + timedelta(minutes=90))
            for kind, i in [
                (HoldKind.LECTURER, pick.lecturer_id),
                (HoldKind.ORGANISATION, order.organisation_id),
                *place,
            ]
        ]
        holding.take(wanted, held_for="lesson", held_for_id=n, at=NOON)
        moves.append(Move(order.id, pick, [AFTERNOON], n))

    said = race(moves)

    assert sorted(status for status, _words in said) == [302, 409, 409]
    moved = db.session.scalars(
        sa.select(Hold.held_for_id).where(
            Hold.active, Hold.kind == HoldKind.LECTURER, Hold.busy_from < AFTERNOON[1], Hold.busy_until > AFTERNOON[0]
        )
    ).all()
    assert moved == [1 + [status for status, _words in said].index(302)]
    assert active() == RIVALS


def test_one_offer_is_accepted_once_however_often_it_is_pressed(race, client):
    offer = an_open_offer()
    secret = operations.new_link(offer, by=actor_of(a_dispatcher()), at=LATER)
    page, link = (
        Press(f"/offers/{offer.id}", {"say": "yes", **seen(offer)}, lecturers_key(client, offer)),
        Press(f"/answer/{secret}", {"say": "yes", **seen(offer)}),
    )

    said = race([page, link, page])

    assert sorted(status for status, _words in said)[1:] == [409, 409]
    assert sorted(status for status, _words in said)[0] in (200, 302)
    assert db.session.scalars(sa.select(Offer.state)).all() == [OfferState.ACCEPTED]
    assert active() == 1


def test_cancelling_against_accepting_leaves_one_truth(race, client):
    committee = a_committee()
    course = a_course()
    a_lecturer("", course)
    order = an_order(committee, course)
    offer = an_open_offer(order)
    accept = Press(f"/offers/{offer.id}", {"say": "yes", **seen(offer)}, lecturers_key(client, offer))
    cancel = Press(
        f"/orders/{order.id}/cancel", {"code": "time", **seen(order)}, signed_in(client, an_orderer(committee))
    )

    said = race([accept, cancel, accept])

    assert {status for status, _words in said} <= {302, 409}
    ended = (db.session.get_one(Order, order.id).state, db.session.get_one(Offer, offer.id).state, active())
    assert ended in (
        (OrderState.CANCELLED, OfferState.WITHDRAWN, 0),
        (OrderState.SCHEDULED, OfferState.ACCEPTED, 1),
    )


def test_one_order_is_proposed_once(race, client):
    course = a_course()
    a_lecturer("", course)
    order = an_order(course=course)
    key = picks_of(order)[0].key
    keys = [signed_in(client, a_dispatcher()) for _n in range(RIVALS)]

    said = race([Press("/dispatch/", {"orders": str(order.id), "one": key}, who) for who in keys])

    assert sum(status == 302 for status, _words in said) == 1
    assert {status for status, _words in said} <= {302, 404, 409, 422}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Dispatch)) == 1

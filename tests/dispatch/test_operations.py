"""The life of a dispatch and its offers, with the holds behind them."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalogue.calendar.errors import CommitteeTaken, LecturerTaken, TravelTooShort, VenueTaken
from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import clock
from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid, Stale
from catalogue.dispatch import candidates, operations, queries
from catalogue.dispatch.errors import (
    AlreadyDispatched,
    BadPick,
    NothingKept,
    NotOneLesson,
    NotYours,
    OfferClosed,
    OwnProposal,
    ReasonMissing,
    RuleBroken,
)
from catalogue.dispatch.events import (
    DispatchApproved,
    DispatchEnded,
    DispatchProposed,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
)
from catalogue.dispatch.models import AnswerWay, Dispatch, Offer
from catalogue.dispatch.states import Mode, OfferAction, OfferState, State
from catalogue.lecturers.models import AvailabilityException, Corps, CorpsMember, CorpsRole, Lecturer
from catalogue.orders import operations as ordering
from catalogue.orders.models import Place
from catalogue.orders.states import State as OrderState
from tests.dispatch.making import (
    LATER,
    a_case,
    a_proposal,
    an_approved,
    an_open_offer,
    offers_of,
    picks_of,
)
from tests.factories import (
    NOON,
    a_committee,
    a_dispatcher,
    a_district_administrator,
    a_lecturer,
    a_person,
    a_town,
    a_town_administrator,
    actor_of,
    an_approver,
    an_order,
    an_orderer,
    save,
)


@pytest.fixture
def news(app):
    """What was published, in order."""
    heard = []
    kinds = (
        DispatchProposed, DispatchApproved, DispatchEnded, OfferMade, OfferAccepted, OfferDeclined, OfferWithdrawn, OfferExpired,
    )  # fmt: skip
    table = app.extensions["songxue.listeners"]
    before = dict(table)
    for kind in kinds:
        table[kind] = [lambda said, *, by, at: heard.append(said)]
    yield heard
    table.clear()
    table.update(before)


def held() -> list[tuple[str, str]]:
    rows = db.session.scalars(sa.select(Hold).where(Hold.active).order_by(Hold.kind, Hold.resource_id))
    return [(h.kind.value, h.held_for) for h in rows]


def lecturer_of(offer: Offer) -> Lecturer:
    return db.session.get_one(Lecturer, offer.lecturer_id)


def state_of(thing):
    db.session.refresh(thing, ["state"])
    return thing.state


# ── proposing ───────────────────────────────────────────────────────────────────────────────────


def test_a_proposal_holds_nothing_and_plans_the_order(app, news):
    order, _course, _teachers = a_case()

    dispatch = a_proposal(order)

    assert (dispatch.state, order.state, held()) == (State.PROPOSED, OrderState.PLANNED, [])
    assert dispatch.number == "QP26-P-00001"
    assert news == [DispatchProposed(dispatch.id)]


def test_the_ranking_is_frozen_and_recomputing_gives_the_same_totals(app):
    order, _course, _teachers = a_case(3)
    dispatch = a_proposal(order, lecturers=3)
    db.session.flush()
    db.session.expire_all()

    dispatch = queries.loaded(dispatch.id)
    kept = candidates.thawed(dispatch.ranking)
    now = candidates.case_of([order.id], NOON)

    assert [c.total for c in kept.candidates] == [c.total for c in dispatch.candidates]
    assert [now.points(candidates.Pick.of(c)) for c in dispatch.candidates] == [
        (c.total, c.points) for c in dispatch.candidates
    ]
    assert [sum(c.points.values()) for c in dispatch.candidates] == [c.total for c in dispatch.candidates]


@pytest.mark.parametrize("person", [an_orderer, a_town_administrator, an_approver])
def test_others_than_the_desk_may_not_propose(app, person):
    order, _course, _teachers = a_case()

    with pytest.raises(NotYours):
        operations.propose([order], picks_of(order), by=actor_of(person()), at=NOON)

    assert order.state is OrderState.APPROVED


def test_an_order_is_in_one_live_dispatch(app):
    order, _course, _teachers = a_case(2)
    a_proposal(order)

    with pytest.raises(AlreadyDispatched):
        operations.propose([order], picks_of(order)[:1], by=actor_of(a_dispatcher()), at=NOON)


def test_only_an_approved_order_is_dispatched(app):
    order, _course, _teachers = a_case(state=OrderState.SUBMITTED)

    with pytest.raises(IllegalAction):
        operations.propose([order], picks_of(order), by=actor_of(a_dispatcher()), at=NOON)


def test_a_pick_that_a_rule_refuses_is_refused_with_its_reason(app):
    order, course, _teachers = a_case()
    stranger = a_lecturer("", course, appointed=None)
    pick = picks_of(order)[0]

    with pytest.raises(RuleBroken, match="没有聘书") as refused:
        operations.propose(
            [order], [candidates.Pick(stranger.id, pick.venue_id, pick.teach_mode, pick.starts_at)], by=actor_of(a_dispatcher()), at=NOON
        )  # fmt: skip

    assert refused.value.params["rule"] == "appointed"


@pytest.mark.parametrize("count", [0, 2])
def test_a_direct_dispatch_names_as_many_as_the_course_needs(app, count):
    order, _course, _teachers = a_case(2)

    with pytest.raises(BadPick):
        operations.propose([order], picks_of(order)[:count], by=actor_of(a_dispatcher()), at=NOON)


@pytest.mark.parametrize(
    "key", ["", "1", "1-2-3-4", "a-0-online-1", "1-0-online-99999999999999", "-1-0-online-5", "1-0-online-²"]
)
def test_a_pick_from_a_form_is_read_strictly(app, key):
    with pytest.raises(BadPick):
        candidates.Pick.parse(key)


def test_a_pick_survives_its_form(app):
    order, _course, _teachers = a_case()
    pick = picks_of(order)[0]

    assert candidates.Pick.parse(pick.key) == pick


def test_two_orders_of_a_course_become_one_lesson(app):
    order, course, _teachers = a_case()
    other = an_order(course=course, expected=20)
    case = candidates.case_of([order.id, other.id], NOON, change=None)

    assert case.wanted.attendees == 50
    with pytest.raises(RuleBroken, match="坐得下"):
        case.check(picks_of(order)[0])


def test_orders_of_two_courses_are_not_one_lesson(app):
    order, _course, _teachers = a_case()

    with pytest.raises(NotOneLesson):
        candidates.case_of([order.id, an_order().id], NOON)


# ── approving ───────────────────────────────────────────────────────────────────────────────────


def test_what_is_approved_at_night_is_answered_and_reminded_in_daytime(app):
    dispatch = a_proposal()
    night = clock.at(date(2026, 3, 3), 2 * 60 + 46)

    operations.approve(dispatch, by=actor_of(an_approver()), at=night)

    offer = offers_of(dispatch)[0]
    assert (offer.answer_by, offer.remind_at) == (clock.at(date(2026, 3, 5), 480), clock.at(date(2026, 3, 4), 480))


def test_another_person_approves_and_everything_is_held(app, news):
    dispatch = a_proposal()

    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)

    offer = offers_of(dispatch)[0]
    assert (state_of(dispatch), offer.state) == (State.APPROVED, OfferState.OPEN)
    assert held() == [("lecturer", "offer"), ("organisation", "dispatch"), ("venue", "dispatch")]
    assert (offer.answer_by, offer.remind_at) == (LATER + timedelta(hours=48), LATER + timedelta(hours=24))
    assert [type(one) for one in news] == [DispatchProposed, OfferMade, DispatchApproved]
    assert len(news[1].link) == 43
    assert news[1].link not in repr(news[1])


def test_nobody_approves_what_they_proposed_under_any_role(app):
    person = a_district_administrator()
    dispatch = a_proposal(by=person)

    with pytest.raises(OwnProposal):
        operations.approve(dispatch, by=actor_of(person), at=LATER)

    assert (state_of(dispatch), held()) == (State.PROPOSED, [])


@pytest.mark.parametrize("person", [a_dispatcher, a_town_administrator, an_orderer])
def test_only_an_approver_approves(app, person):
    dispatch = a_proposal()

    with pytest.raises(NotYours):
        operations.approve(dispatch, by=actor_of(person()), at=LATER)


def test_a_stale_page_approves_nothing(app):
    dispatch = a_proposal()

    with pytest.raises(Stale):
        operations.approve(dispatch, by=actor_of(an_approver()), at=LATER, version=dispatch.version + 1)


def test_two_proposals_of_one_lecturer_only_one_is_approved(app):
    order, course, _teachers = a_case()
    first, second = a_proposal(order), a_proposal(an_order(course=course))
    by = actor_of(an_approver())
    operations.approve(first, by=by, at=LATER)

    with pytest.raises(LecturerTaken):
        operations.approve(second, by=by, at=LATER)


def test_two_proposals_in_one_room_only_one_is_approved(app):
    committee = a_committee()
    order, course, _teachers = a_case(2, committee=committee)
    first = a_proposal(order, take=1)
    room = order.venue_id
    other = an_order(course=course, place=Place.VENUE, venue_id=room)
    second = operations.propose([other], picks_of(other)[1:2], by=actor_of(a_dispatcher()), at=NOON)
    by = actor_of(an_approver())
    operations.approve(first, by=by, at=LATER)

    with pytest.raises(VenueTaken):
        operations.approve(second, by=by, at=LATER)


def test_two_lessons_of_one_committee_only_one_is_approved(app):
    committee = a_committee()
    order, course, _teachers = a_case(2, committee=committee)
    other = an_order(committee, course, place="online")
    first = operations.propose([order], picks_of(order)[:1], by=actor_of(a_dispatcher()), at=NOON)
    second = operations.propose([other], picks_of(other)[1:2], by=actor_of(a_dispatcher()), at=NOON)
    by = actor_of(an_approver())
    operations.approve(first, by=by, at=LATER)

    with pytest.raises(CommitteeTaken):
        operations.approve(second, by=by, at=LATER)


def test_a_journey_that_is_too_long_is_refused_by_the_planners_own_rule(app):
    order, course, _teachers = a_case()
    far = a_committee(town=a_town("金泽镇"), latitude=31.30, longitude=121.40)
    other = an_order(far, course)
    first, second = a_proposal(order), None
    pick = picks_of(other)[0]
    later = candidates.Pick(pick.lecturer_id, pick.venue_id, pick.teach_mode, pick.starts_at + timedelta(minutes=120))
    second = operations.propose([other], [later], by=actor_of(a_dispatcher()), at=NOON)
    by = actor_of(an_approver())
    operations.approve(first, by=by, at=LATER)

    with pytest.raises(TravelTooShort):
        operations.approve(second, by=by, at=LATER)


def test_a_ranked_list_passes_over_who_cannot_come_any_more(app):
    dispatch = a_proposal(lecturers=2)
    best = queries.loaded(dispatch.id).candidates[0]
    save(
        AvailabilityException(lecturer_id=best.lecturer_id, day=best.starts_at.date(), half_day="afternoon", free=False)
    )

    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)

    assert [o.candidate_id for o in offers_of(dispatch)] == [queries.loaded(dispatch.id).candidates[1].id]


# ── answers ─────────────────────────────────────────────────────────────────────────────────────


def test_the_lecturer_accepts_and_the_dispatch_is_settled(app, news):
    offer = an_open_offer()

    operations.answer(offer, OfferAction.ACCEPT, by=actor_of(lecturer_of(offer)), at=LATER, version=offer.version)

    dispatch = db.session.get_one(Dispatch, offer.dispatch_id)
    assert (state_of(offer), state_of(dispatch), offer.answered_way) == (
        OfferState.ACCEPTED,
        State.SETTLED,
        AnswerWay.PAGE,
    )
    assert news[-1] == OfferAccepted(offer.id)
    assert len(held()) == 3


def test_another_lecturer_may_not_answer(app):
    offer = an_open_offer()

    with pytest.raises(NotYours):
        operations.answer(offer, OfferAction.ACCEPT, by=actor_of(a_lecturer("")), at=LATER)

    assert state_of(offer) is OfferState.OPEN


def test_a_link_answers_its_own_offer_only(app):
    offer, other = an_open_offer(), an_open_offer()
    link = Actor(kind=Kind.TOKEN, name="邀约链接", offer_id=offer.id)

    with pytest.raises(NotYours):
        operations.answer(other, OfferAction.ACCEPT, by=link, at=LATER)
    operations.answer(offer, OfferAction.ACCEPT, by=link, at=LATER)

    assert (state_of(offer), state_of(other), offer.answered_way) == (
        OfferState.ACCEPTED,
        OfferState.OPEN,
        AnswerWay.LINK,
    )


def test_after_the_deadline_nobody_answers(app):
    offer = an_open_offer()

    with pytest.raises(OfferClosed):
        operations.answer(
            offer, OfferAction.ACCEPT, by=actor_of(lecturer_of(offer)), at=offer.answer_by + timedelta(seconds=1)
        )


@pytest.mark.parametrize(("code", "words"), [("", ""), ("nonsense", "x"), ("other", "  ")])
def test_a_no_needs_a_reason(app, code, words):
    offer = an_open_offer()

    with pytest.raises(ReasonMissing):
        operations.answer(offer, OfferAction.DECLINE, by=actor_of(lecturer_of(offer)), at=LATER, code=code, words=words)


def test_a_declined_direct_dispatch_ends_and_frees_everything(app, news):
    order, _course, _teachers = a_case()
    offer = an_open_offer(order)

    operations.answer(offer, OfferAction.DECLINE, by=actor_of(lecturer_of(offer)), at=LATER, code="far")

    dispatch = db.session.get_one(Dispatch, offer.dispatch_id)
    assert (state_of(offer), state_of(dispatch), state_of(order), held()) == (
        OfferState.DECLINED,
        State.ENDED,
        OrderState.APPROVED,
        [],
    )
    assert news[-2:] == [OfferDeclined(offer.id), DispatchEnded(dispatch.id, "exhausted")]
    assert picks_of(order, LATER) == []


def test_after_a_no_the_next_of_the_ranked_list_is_asked(app):
    offer = an_open_offer(lecturers=2)

    operations.answer(offer, OfferAction.DECLINE, by=actor_of(lecturer_of(offer)), at=LATER, code="busy")

    offers = offers_of(db.session.get_one(Dispatch, offer.dispatch_id))
    assert [o.state for o in offers] == [OfferState.DECLINED, OfferState.OPEN]
    assert held() == [("lecturer", "offer"), ("organisation", "dispatch"), ("venue", "dispatch")]
    assert offers[1].answer_by == LATER + timedelta(hours=48)


def test_the_sweep_expires_and_asks_the_next_once(app):
    offer = an_open_offer(lecturers=2)
    due = offer.answer_by
    db.session.commit()

    done = [operations.sweep(due - timedelta(seconds=1)), operations.sweep(due), operations.sweep(due)]

    offers = offers_of(db.session.get_one(Dispatch, offer.dispatch_id))
    assert (done, [state_of(o) for o in offers]) == ([0, 1, 0], [OfferState.EXPIRED, OfferState.OPEN])


@pytest.mark.parametrize("person", [a_dispatcher, a_town_administrator, a_district_administrator])
def test_what_somebody_said_is_recorded_for_them(app, person):
    offer = an_open_offer()

    operations.answer_for(
        offer,
        OfferAction.ACCEPT,
        said_by="讲师本人",
        said_at=LATER,
        said_way="telephone",
        by=actor_of(person()),
        at=LATER,
    )

    assert (state_of(offer), offer.answered_way, offer.said_by, offer.said_way) == (
        OfferState.ACCEPTED,
        AnswerWay.ON_BEHALF,
        "讲师本人",
        "telephone",
    )


@pytest.mark.parametrize("person", [an_orderer, an_approver, lambda: a_town_administrator(a_town("金泽镇"))])
def test_others_do_not_answer_for_a_lecturer(app, person):
    offer = an_open_offer()

    with pytest.raises(NotYours):
        operations.answer_for(
            offer,
            OfferAction.ACCEPT,
            said_by="讲师本人",
            said_at=LATER,
            said_way="telephone",
            by=actor_of(person()),
            at=LATER,
        )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("said_by", {"said_by": " "}),
        ("said_way", {"said_way": "smoke"}),
        ("said_at", {"said_at": LATER + timedelta(hours=2)}),
        ("said_at", {"said_at": NOON - timedelta(days=2)}),
    ],
)
def test_who_said_so_when_and_how_must_be_told(app, field, values):
    offer = an_open_offer()
    said = {"said_by": "讲师本人", "said_at": LATER, "said_way": "chat", **values}

    with pytest.raises(Invalid) as refused:
        operations.answer_for(offer, OfferAction.ACCEPT, by=actor_of(a_dispatcher()), at=LATER, **said)

    assert refused.value.field == field


def test_a_corps_leader_answers_for_a_member_and_names_who_goes(app):
    order, _course, (member,) = a_case()
    leader = a_lecturer("")
    corps = save(Corps(district_id=order.district_id, organisation_id=order.district_id, name="老兵宣讲团"))
    for lecturer, role in ((member, CorpsRole.MEMBER), (leader, CorpsRole.LEADER)):
        save(CorpsMember(corps_id=corps.id, lecturer_id=lecturer.id, role=role, joined_on=NOON.date()))
    order.corps_id = corps.id

    dispatch = operations.propose([order], picks_of(order), by=actor_of(leader), at=NOON)
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)
    offer = offers_of(dispatch)[0]
    operations.answer_for(
        offer, OfferAction.ACCEPT, said_by="队员", said_at=LATER, said_way="in_person", by=actor_of(leader), at=LATER
    )

    assert (offer.lecturer_id, state_of(offer)) == (member.id, OfferState.ACCEPTED)


def test_two_seats_need_two_yes(app, news):
    order, _course, _teachers = a_case(2, lecturers_needed=2)
    picks = picks_of(order)
    same = [candidates.Pick(p.lecturer_id, picks[0].venue_id, picks[0].teach_mode, picks[0].starts_at) for p in picks]
    dispatch = operations.propose([order], same, by=actor_of(a_dispatcher()), at=NOON)
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)
    first, second = offers_of(dispatch)

    operations.answer(first, OfferAction.ACCEPT, by=actor_of(lecturer_of(first)), at=LATER)
    assert state_of(dispatch) is State.APPROVED
    operations.answer(second, OfferAction.ACCEPT, by=actor_of(lecturer_of(second)), at=LATER)

    assert (state_of(dispatch), [o.seat for o in offers_of(dispatch)]) == (State.SETTLED, [1, 2])


# ── taking back ─────────────────────────────────────────────────────────────────────────────────


def test_a_cancelled_order_takes_its_offer_with_it(app, news):
    committee = a_committee()
    order, _course, _teachers = a_case(committee=committee)
    offer = an_open_offer(order)

    ordering.cancel(order, by=actor_of(an_orderer(committee)), at=LATER, code="time")

    dispatch = db.session.get_one(Dispatch, offer.dispatch_id)
    assert (state_of(offer), state_of(dispatch), state_of(order), held()) == (
        OfferState.WITHDRAWN,
        State.ENDED,
        OrderState.CANCELLED,
        [],
    )
    with pytest.raises(IllegalAction):
        operations.answer(offer, OfferAction.ACCEPT, by=actor_of(lecturer_of(offer)), at=LATER)


def test_a_cancelled_order_discards_its_proposal(app):
    committee = a_committee()
    order, _course, _teachers = a_case(committee=committee)
    dispatch = a_proposal(order)

    ordering.cancel(order, by=actor_of(an_orderer(committee)), at=LATER, code="time")

    assert state_of(dispatch) is State.DISCARDED


def test_a_joint_lesson_goes_on_without_the_order_that_left(app):
    order, course, _teachers = a_case(size_max=100)
    other = an_order(course=course, expected=10)
    dispatch = operations.propose([order, other], picks_of(order), by=actor_of(a_dispatcher()), at=NOON)
    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)
    assert [kind for kind, _for in held()] == ["lecturer", "organisation", "organisation", "venue"]

    ordering.cancel(other, by=actor_of(a_dispatcher()), at=LATER, code="time")

    assert (state_of(dispatch), [kind for kind, _for in held()]) == (
        State.APPROVED,
        ["lecturer", "organisation", "venue"],
    )


def test_a_withdrawn_offer_is_never_made_again(app):
    order, _course, _teachers = a_case(2)
    offer = an_open_offer(order)

    operations.withdraw(offer, by=actor_of(a_dispatcher()), at=LATER, words="讲师生病")

    assert (state_of(offer), state_of(order)) == (OfferState.WITHDRAWN, OrderState.APPROVED)
    assert offer.lecturer_id not in [pick.lecturer_id for pick in picks_of(order, LATER)]


def test_a_withdrawal_needs_a_reason_and_the_desk(app):
    offer = an_open_offer()

    with pytest.raises(ReasonMissing):
        operations.withdraw(offer, by=actor_of(a_dispatcher()), at=LATER, words="")
    with pytest.raises(NotYours):
        operations.withdraw(offer, by=actor_of(an_approver()), at=LATER, words="x")


def test_discarding_frees_the_order_for_another_dispatch(app):
    order, _course, _teachers = a_case()
    person = a_dispatcher()
    dispatch = a_proposal(order, by=person)

    operations.discard(dispatch, by=actor_of(person), at=LATER)

    assert (state_of(dispatch), state_of(order)) == (State.DISCARDED, OrderState.APPROVED)
    assert a_proposal(order).state is State.PROPOSED


def test_an_approver_discards_with_a_reason(app):
    dispatch = a_proposal()

    with pytest.raises(ReasonMissing):
        operations.discard(dispatch, by=actor_of(an_approver()), at=LATER)
    operations.discard(dispatch, by=actor_of(an_approver()), at=LATER, words="先派专职")

    assert state_of(dispatch) is State.DISCARDED


def test_redispatch_goes_on_with_the_kept_list(app):
    order, _course, _teachers = a_case(3)
    dispatch = an_approved(order, lecturers=3)
    asked = offers_of(dispatch)[0].lecturer_id

    fresh = operations.redispatch(dispatch, by=actor_of(a_dispatcher()), at=LATER)

    kept = [c.lecturer_id for c in queries.loaded(fresh.id).candidates]
    assert (state_of(dispatch), fresh.state, fresh.previous_id, len(kept)) == (
        State.ENDED,
        State.PROPOSED,
        dispatch.id,
        2,
    )
    assert asked not in kept


def test_redispatch_with_nobody_left_says_so(app):
    dispatch = an_approved()

    with pytest.raises(NothingKept):
        operations.redispatch(dispatch, by=actor_of(a_dispatcher()), at=LATER)


def test_a_new_link_kills_the_old_one(app, news):
    offer = an_open_offer()
    old = next(one.link for one in news if isinstance(one, OfferMade))

    fresh = operations.new_link(offer, by=actor_of(a_dispatcher()), at=LATER)

    assert queries.by_link(fresh).id == offer.id
    with pytest.raises(Exception, match="链接"):
        queries.by_link(old)


def test_nothing_is_open_to_a_lecturer_of_another_offer_or_another_district(app):
    offer = an_open_offer()
    mine = actor_of(lecturer_of(offer))
    others = [actor_of(a_lecturer("")), actor_of(a_person("", a_town("赵巷镇"))), actor_of(an_orderer())]

    assert queries.offer_of(mine, offer.id, LATER).id == offer.id
    for by in others:
        with pytest.raises(Exception, match="没有找到"):
            queries.offer_of(by, offer.id, LATER)


def test_a_hold_kind_is_locked_in_one_order(app):
    assert [k.value for k in sorted(HoldKind, key=lambda k: k.value)] == ["lecturer", "organisation", "venue"]
    assert Mode("ranked") is Mode.RANKED

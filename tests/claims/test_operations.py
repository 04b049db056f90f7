"""抢单: one place and time for all who could come; one yes wins, everybody else is thanked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.calendar import operations as holding
from catalogue.calendar.models import Hold, HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core import outbox
from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.errors import Stale
from catalogue.dispatch import candidates, operations, queries
from catalogue.dispatch.errors import BadPick, ClaimTaken, NotFree, OfferClosed, RuleBroken
from catalogue.dispatch.models import Dispatch, DispatchHistory, Offer
from catalogue.dispatch.states import Mode, ModeFrom, OfferAction, OfferState, State
from catalogue.lecturers.models import AvailabilityException, Lecturer
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.notices.models import Message
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Setting
from tests.claims.making import a_claim, an_open_claim, lecturer_of, says
from tests.dispatch.making import LATER, a_case, an_approved, offers_of, picks_of
from tests.factories import NOON, a_dispatcher, a_venue, actor_of, an_approver, save, the_district

TAKEN, OPEN = OfferState.TAKEN, OfferState.OPEN


def held() -> list[tuple[str, str]]:
    rows = db.session.scalars(sa.select(Hold).where(Hold.active).order_by(Hold.kind, Hold.resource_id))
    return [(h.kind.value, h.held_for) for h in rows]


def states() -> list[OfferState]:
    return sorted(db.session.scalars(sa.select(Offer.state)))


def dispatch_of(offer: Offer) -> Dispatch:
    return db.session.get_one(Dispatch, offer.dispatch_id)


def busy(offer: Offer) -> list[Hold]:
    """The lecturer has a lesson elsewhere at that time."""
    wanted = Wanted(HoldKind.LECTURER, offer.lecturer_id, offer.district_id, offer.starts_at, offer.ends_at)
    return holding.take([wanted], held_for="lesson", held_for_id=999, at=LATER)


# ── proposed and opened ─────────────────────────────────────────────────────────────────────────


def test_a_claim_goes_to_everybody_who_could_come_at_that_time_and_to_nobody_else(app):
    order, _course, teachers = a_case(3)
    pick = picks_of(order)[0]
    save(AvailabilityException(lecturer_id=teachers[1].id, day=pick.starts_at.date(), half_day="afternoon", free=False))

    found = candidates.ranking(order.id, NOON).claimants(pick)

    assert {one.pick.lecturer_id for one in found} == {teachers[0].id, teachers[2].id}
    assert {(one.pick.starts_at, one.pick.venue_id) for one in found} == {(pick.starts_at, pick.venue_id)}


def test_a_claim_has_one_place_and_one_time(app):
    order, _course, _teachers = a_case(2)
    first, second = picks_of(order)
    later = candidates.Pick(second.lecturer_id, None, second.teach_mode, second.starts_at + timedelta(minutes=30))

    with pytest.raises(BadPick, match="一个时间"):
        operations.propose([order], [first, later], mode=Mode.CLAIM, by=actor_of(a_dispatcher()), at=NOON)


def test_approval_asks_all_at_once_and_holds_place_and_committee_but_no_lecturer(app):
    hall = a_venue("大礼堂")
    offers = an_open_claim(a_case(3, place="venue", venue_id=hall.id)[0])

    assert [(o.state, o.starts_at, o.venue_id) for o in offers] == [(OPEN, offers[0].starts_at, hall.id)] * 3
    assert len({o.link_hash for o in offers}) == 3
    assert held() == [("organisation", "dispatch"), ("venue", "dispatch")]


def test_a_lecturer_may_be_asked_for_two_claims_at_once_and_have_one(app):
    order, course, teachers = a_case(2)
    an_open_claim(order)
    second = an_open_claim(a_case_of(course))
    mine = db.session.scalars(sa.select(Offer).where(Offer.lecturer_id == teachers[0].id).order_by(Offer.id)).all()
    says(mine[0])

    with pytest.raises(NotFree, match="您现在接不了"):
        says(mine[1])
    assert {o.state for o in second} == {OPEN}


def a_case_of(course):
    from tests.factories import an_order

    return an_order(course=course)


def test_who_cannot_come_any_more_at_the_approval_is_passed_over_with_the_reason(app):
    dispatch = a_claim()
    one = queries.loaded(dispatch.id).candidates[1]
    save(AvailabilityException(lecturer_id=one.lecturer_id, day=one.starts_at.date(), half_day="afternoon", free=False))

    operations.approve(dispatch, by=actor_of(an_approver()), at=LATER)

    assert one.lecturer_id not in {o.lecturer_id for o in offers_of(dispatch)}
    row = db.session.scalars(sa.select(DispatchHistory).where(DispatchHistory.action == "pass_over")).one()
    assert (row.subject_id, row.words[:3]) == (one.id, db.session.get_one(Lecturer, one.lecturer_id).display_name[:3])


# ── won, lost, refused ──────────────────────────────────────────────────────────────────────────


def test_the_first_yes_wins_and_the_others_are_taken(app):
    first, second, third = an_open_claim()

    says(second, version=second.version)

    assert [first.state, second.state, third.state] == [TAKEN, OfferState.ACCEPTED, TAKEN]
    assert dispatch_of(first).state is State.SETTLED
    seats = db.session.execute(sa.select(LessonLecturer.lecturer_id, LessonLecturer.seat)).all()
    assert [tuple(seat) for seat in seats] == [(second.lecturer_id, 1)]
    assert held() == [("lecturer", "lesson"), ("organisation", "lesson"), ("venue", "lesson")]


@pytest.mark.parametrize("yes", [True, False])
def test_whoever_comes_after_is_thanked_even_from_an_old_page_or_link(app, yes):
    first, second, _third = an_open_claim()
    seen = first.version
    says(second)
    link = Actor(kind=Kind.TOKEN, name="答复链接", offer_id=first.id)

    with pytest.raises(ClaimTaken, match="谢谢您愿意去，这一场已经有讲师接了"):
        says(first, yes, version=seen)
    with pytest.raises(ClaimTaken):
        operations.answer(first, OfferAction.ACCEPT, by=link, at=LATER, version=seen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lesson)) == 1


def test_an_old_page_of_an_open_claim_is_still_refused(app):
    first, *_others = an_open_claim()
    old = first.version
    operations.new_link(first, by=actor_of(a_dispatcher()), at=LATER)

    with pytest.raises(Stale):
        says(first, version=old)


def test_a_claimant_who_is_not_free_hears_why_and_may_answer_later(app):
    first, second, _third = an_open_claim()
    elsewhere = busy(first)

    with pytest.raises(NotFree, match=r"这段时间已有课.*还可以再接"):
        says(first)
    assert (first.state, second.state) == (OPEN, OPEN)

    holding.free(elsewhere, at=LATER)
    says(first)
    assert first.state is OfferState.ACCEPTED


def test_a_no_leaves_the_others_and_the_last_no_ends_the_claim(app):
    first, second, third = an_open_claim()

    says(first, False)
    assert (second.state, dispatch_of(first).state) == (OPEN, State.APPROVED)
    says(second, False)
    says(third, False)

    assert dispatch_of(first).state is State.ENDED
    assert held() == []
    order = queries.loaded(first.dispatch_id).orders[0].order
    assert order.state is OrderState.APPROVED


def test_at_the_deadline_nobody_is_left_and_silence_is_not_held_against_anybody(app):
    offers = an_open_claim()
    order_id = queries.loaded(offers[0].dispatch_id).orders[0].order_id
    deadline = offers[0].answer_by
    db.session.commit()

    assert operations.sweep(deadline) == 1  # one sweep ends it for all
    db.session.expire_all()

    assert states() == [OfferState.EXPIRED] * 3
    assert db.session.scalar(sa.select(Dispatch.state)) is State.ENDED
    assert held() == []
    assert len(candidates.ranking(order_id, deadline).rows) == 3


def test_after_the_deadline_an_open_claim_is_not_answered(app):
    first, *_others = an_open_claim()

    with pytest.raises(OfferClosed):
        says(first, at=first.answer_by + timedelta(seconds=1))


def test_two_seats_have_two_winners_and_the_third_is_thanked(app):
    first, second, third = an_open_claim(lecturers=3, lecturers_needed=2)

    says(third)
    assert (first.state, dispatch_of(first).state) == (OPEN, State.APPROVED)
    says(first)

    assert (second.state, {first.seat, third.seat}) == (TAKEN, {1, 2})
    assert dispatch_of(first).state is State.SETTLED


def test_two_seats_with_one_yes_end_when_the_others_say_no(app):
    first, second = an_open_claim(lecturers=2, lecturers_needed=2)
    says(first)

    says(second, False)

    assert (first.state, dispatch_of(first).state, held()) == (OfferState.WITHDRAWN, State.ENDED, [])


def test_when_the_winner_falls_ill_those_who_were_slower_may_be_asked_again(app):
    first, second, third = an_open_claim()
    says(first)
    operations.let_go(
        first.dispatch_id, by=actor_of(a_dispatcher()), at=LATER, code="lecturer_lost", lost=[first.lecturer_id]
    )

    kept = {c.lecturer_id for c in operations.untried(queries.loaded(first.dispatch_id))}

    assert kept == {second.lecturer_id, third.lecturer_id}


# ── exactly whom it is told ─────────────────────────────────────────────────────────────────────


def told() -> list[tuple[str, int]]:
    return sorted((kind, person) for kind, person in db.session.execute(sa.select(Message.kind, Message.person_id)))


def test_everybody_asked_is_told_once_and_the_slower_are_thanked_once(app):
    offers = an_open_claim()
    people = {o.id: lecturer_of(o).person_id for o in offers}
    ids = [o.id for o in offers]
    db.session.commit()
    outbox.deliver(LATER)
    says(db.session.get_one(Offer, ids[0]), at=LATER + timedelta(hours=1))
    db.session.commit()
    outbox.deliver(LATER + timedelta(hours=1))
    outbox.deliver(LATER + timedelta(days=3))  # no reminder of what is over

    about = [(kind, person) for kind, person in told() if kind.startswith("offer")]
    assert about == sorted([("offer_made", p) for p in people.values()] + [("offer_taken", people[i]) for i in ids[1:]])


def test_who_was_not_told_of_the_claim_yet_never_hears_of_it(app):
    first, *_others = an_open_claim()

    says(first)
    db.session.commit()
    outbox.deliver(LATER)

    assert [kind for kind, _person in told() if kind.startswith("offer")] == []


# ── which way, and why ──────────────────────────────────────────────────────────────────────────


def test_the_way_of_asking_and_its_reason_stand_in_the_history(app):
    order, course, _teachers = a_case(1)
    course.offer_mode = Mode.DIRECT
    db.session.flush()

    dispatch = an_approved(order)

    first = db.session.scalars(sa.select(DispatchHistory).order_by(DispatchHistory.id).limit(1)).one()
    assert (dispatch.mode_from, first.code) == (ModeFrom.COURSE, "direct_course")


@pytest.mark.parametrize(
    ("mode", "setting", "named", "expected"),
    [
        (None, None, False, (Mode.DIRECT, ModeFrom.DISTRICT)),
        (None, 3, False, (Mode.CLAIM, ModeFrom.DISTRICT)),
        (Mode.RANKED, 3, False, (Mode.RANKED, ModeFrom.COURSE)),
        (Mode.CLAIM, 3, True, (Mode.DIRECT, ModeFrom.ORDER)),
    ],
)
def test_the_order_speaks_before_the_course_and_the_course_before_the_district(app, mode, setting, named, expected):
    from catalogue.dispatch.modes import default_mode

    order, course, teachers = a_case(1)
    course.offer_mode = mode
    if named:
        order.preferred_lecturer_id = teachers[0].id
    if setting:
        save(
            Setting(
                organisation_id=the_district().id,
                name="offer_mode",
                value=str(setting),
                valid_from=NOON.date(),
                set_at=NOON,
            )
        )
    db.session.flush()

    assert default_mode(candidates.ranking(order.id, NOON)) == expected


def test_a_way_other_than_the_default_is_the_desks(app):
    assert a_claim().mode_from is ModeFrom.DESK


def test_a_rule_refuses_a_claimant_in_the_proposal(app):
    order, _course, _teachers = a_case(1)
    stranger = a_case(1)[2][0]
    pick = picks_of(order)[0]

    with pytest.raises(RuleBroken):
        operations.propose(
            [order],
            [pick, candidates.Pick(stranger.id, pick.venue_id, pick.teach_mode, pick.starts_at)],
            mode=Mode.CLAIM, by=actor_of(a_dispatcher()), at=NOON,
        )  # fmt: skip

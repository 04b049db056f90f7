"""The pages of the desk, of a dispatch and of offers: what they show, to whom, and in how many statements."""

import re
from collections import namedtuple
from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.calendar import operations as holding
from catalogue.calendar.models import HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core.actor import job
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.demand.models import Gap
from catalogue.dispatch import candidates, operations
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferState, State
from catalogue.lecturers.models import AvailabilityException, Corps, CorpsMember, CorpsRole, Lecturer
from catalogue.orders.models import Place
from catalogue.orders.states import State as OrderState
from catalogue.organisations import reshaping
from catalogue.venues.models import VenueKind
from tests.dispatch.making import FRIDAY, LATER, a_case, a_proposal, an_open_offer, picks_of
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_course,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_town,
    a_town_administrator,
    a_venue,
    actor_of,
    an_approver,
    an_order,
    an_orderer,
    save,
    the_town,
)

DESK, CANDIDATES = (
    6,
    27,
)  # statements of the desk when all is kept; when the chosen order's candidates are looked for as well
Row = namedtuple("Row", "id version")


def person_of(offer):
    return db.session.get_one(Person, db.session.get_one(Lecturer, offer.lecturer_id).person_id)


def words(answer) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True))


def the(model):
    return db.session.scalars(sa.select(model).order_by(model.id.desc())).first()


# ── the desk ────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_shows_the_queue_and_the_candidates_with_their_points(client):
    order, _course, (first, second) = a_case(2, need="晚上停不下车")

    shown = client.sign_in(a_dispatcher()).get("/dispatch/")

    assert shown.status_code == 200
    assert order.number in words(shown)
    assert first.display_name in words(shown)
    assert second.display_name in words(shown)
    assert "晚上停不下车" in words(shown)
    assert "2 位人选" in words(shown)


def test_each_line_of_the_funnel_opens_to_the_names_it_stands_for_now_and_as_decided(client):
    order, *_rest = a_case(1)
    unable = [a_lecturer("甲讲师", a_course()), a_lecturer("乙讲师", a_course())]

    desk = client.sign_in(a_dispatcher()).get("/dispatch/")
    dispatch = a_proposal(order)
    decided = client.sign_in(an_approver()).get(f"/dispatch/{dispatch.number}")

    for page in (desk, decided):
        opened = re.search(r"<details><summary>没有资格讲这门课 2 位</summary><p[^>]*>(.*?)</p>", page.text)
        assert opened
        assert {one.display_name for one in unable} == set(opened[1].split("、"))


def test_on_a_phone_the_queue_and_the_chosen_order_take_turns(client):
    order, *_rest = a_case(1)
    client.sign_in(a_dispatcher())
    queue = 'class="card-x p-0{}" aria-label="等派的点单"'

    first, chosen = client.get("/dispatch/").text, client.get(f"/dispatch/?o={order.id}").text

    assert queue.format("") in first
    assert '<div class="stack gap-3 only-desk">' in first
    assert queue.format(" only-desk") in chosen
    assert '<a class="crumb only-phone" href="/dispatch/">' in chosen
    assert '<div class="stack gap-3">' in chosen


@pytest.mark.parametrize("said", ["²", "٣", "9" * 30, "0", "-1", "QP26-P-99999", "null"])
def test_nonsense_instead_of_a_dispatch_is_not_found(client, said):
    assert client.sign_in(a_dispatcher()).get(f"/dispatch/{said}").status_code == 404


@pytest.mark.parametrize("said", ["²", "9" * 30, "x"])
def test_nonsense_instead_of_a_waiting_order_opens_the_desk_and_proposes_nothing(client, said):
    client.sign_in(a_dispatcher())

    opened, sent = client.get(f"/dispatch/?o={said}"), client.send("/dispatch/", {"orders": said, "one": said})

    assert (opened.status_code, sent.status_code, the(Dispatch)) == (200, 422, None)


def test_an_empty_desk_says_what_will_come(client):
    assert "没有等派的点单" in words(client.sign_in(a_dispatcher()).get("/dispatch/"))


def test_one_press_proposes(client):
    order, _course, _teachers = a_case(2)
    key = picks_of(order)[1].key

    sent = client.sign_in(a_dispatcher()).send("/dispatch/", {"orders": str(order.id), "one": key})

    made = the(Dispatch)
    assert (sent.status_code, sent.location, made.state) == (302, f"/dispatch/{made.number}", State.PROPOSED)


def test_a_ranked_list_keeps_the_chosen_order(client):
    order, _course, _teachers = a_case(3)
    picks = picks_of(order)
    chosen = {f"place-{picks[2].key}": "1", f"place-{picks[0].key}": "2", f"place-{picks[1].key}": ""}

    client.sign_in(a_dispatcher()).send("/dispatch/", {"orders": str(order.id), "list": "1", **chosen})

    from catalogue.dispatch import queries

    made = queries.loaded(the(Dispatch).id)
    assert [c.lecturer_id for c in made.candidates] == [picks[2].lecturer_id, picks[0].lecturer_id]
    assert made.mode.value == "ranked"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"one": "nonsense"}, 422), ({"list": "1"}, 422), ({"one": "999999-0-online-1775000000"}, 409)],
)
def test_a_wrong_press_comes_back_with_words_and_changes_nothing(client, fields, status):
    order, _course, _teachers = a_case()

    sent = client.sign_in(a_dispatcher()).send("/dispatch/", {"orders": str(order.id), **fields})

    assert (sent.status_code, 'role="alert"' in sent.text, the(Dispatch)) == (status, True, None)


def test_without_candidates_the_desk_shows_why_and_a_way_out_that_works(client):
    from tests.factories import a_course

    course = a_course()
    a_lecturer("", course, half_days=[(0, "morning")])
    order = an_order(course=course)
    client.sign_in(a_dispatcher())

    shown = client.get("/dispatch/")
    refused = client.send("/dispatch/", {"orders": str(order.id), "way": "time"})
    sent = client.send("/dispatch/", {"orders": str(order.id), "way": "time", "reason": "王书记，电话同意"})

    assert "排不上" in words(shown)
    assert "换时间" in words(shown)
    assert refused.status_code == 422
    assert (sent.status_code, the(Dispatch).mode_reason) == (302, "换时间：王书记，电话同意")
    operations.approve(the(Dispatch), by=actor_of(an_approver()), at=LATER)
    assert the(Offer).state is OfferState.OPEN


def test_an_order_named_twice_is_one_and_a_page_beyond_the_end_is_the_first(client):
    order, _course, _teachers = a_case()
    client.sign_in(a_dispatcher())

    assert order.number in client.get(f"/dispatch/?o={order.id},{order.id}").text
    assert order.number in client.get("/dispatch/?page=9999").text


def test_a_gap_is_told_to_the_academy_once(client):
    order, _course, _teachers = a_case(lecturers=0)
    client.sign_in(a_dispatcher())
    for _n in range(2):
        client.send(f"/dispatch/gap/{order.id}", {"words": "没有人讲加装电梯"})

    assert db.session.scalar(db.select(db.func.count()).select_from(Gap).where(Gap.order_id == order.id)) == 1


def test_a_gap_goes_to_the_academy(client):
    from catalogue.demand.models import Gap

    order = an_order()

    sent = client.sign_in(a_dispatcher()).send(f"/dispatch/gap/{order.id}", {"words": "没有人讲加装电梯"})

    assert (sent.status_code, the(Gap).order_id, the(Gap).words) == (302, order.id, "没有人讲加装电梯")


def test_another_district_sees_nothing_of_the_desk(client):
    order, _course, _teachers = a_case()
    dispatch = a_proposal(order)
    stranger = a_dispatcher(a_district())
    client.sign_in(stranger)

    answers = [
        client.get("/dispatch/"), client.get(f"/dispatch/?o={order.id}"), client.get(f"/dispatch/{dispatch.number}"),
        client.send("/dispatch/", {"orders": str(order.id), "one": "1-0-online-1"}),
        client.send(f"/dispatch/{dispatch.number}", {"act": "discard", "words": "x"}),
        client.send(f"/dispatch/gap/{order.id}", {"words": "x"}),
    ]  # fmt: skip

    assert [a.status_code for a in answers] == [200, 404, 404, 404, 404, 404]
    assert order.number not in words(answers[0])


@pytest.mark.parametrize("person", [an_orderer, a_town_administrator])
def test_the_desk_is_the_districts(client, person):
    assert client.sign_in(person()).get("/dispatch/").status_code == 403


def test_the_desk_costs_the_same_statements_for_one_and_for_three(client, statements):
    a_case()
    client.sign_in(a_dispatcher())
    with statements() as one:
        client.get("/dispatch/")
    for _n in range(2):
        a_case(2)
    with statements() as three:
        client.get("/dispatch/")

    assert len(three) - len(one) <= 4  # each order of another committee asks for its chain and calendar


# ── one dispatch ────────────────────────────────────────────────────────────────────────────────


def test_the_approver_reads_the_reasons_and_approves(client):
    dispatch = a_proposal(lecturers=2)
    client.sign_in(an_approver())

    listed = client.get("/dispatch/approvals")
    shown = client.get(f"/dispatch/{dispatch.number}")
    sent = client.send(f"/dispatch/{dispatch.number}", {"act": "approve", "version": str(dispatch.version)})

    assert dispatch.number in words(listed)
    assert "批准，发出邀约" in words(shown)
    assert "同分" in words(shown)
    assert (sent.status_code, the(Dispatch).state, the(Offer).state) == (302, State.APPROVED, OfferState.OPEN)


def test_the_proposer_gets_no_button_and_a_403(client):
    from tests.factories import a_district_administrator

    person = a_district_administrator()
    dispatch = a_proposal(by=person)
    client.sign_in(person)

    shown = client.get(f"/dispatch/{dispatch.number}")
    sent = client.send(f"/dispatch/{dispatch.number}", {"act": "approve"})

    assert "批准，发出邀约" not in words(shown)
    assert (sent.status_code, the(Dispatch).state) == (403, State.PROPOSED)


def test_a_conflict_comes_back_as_409_naming_what_is_taken(client):
    order, course, _teachers = a_case()
    first, second = a_proposal(order), a_proposal(an_order(course=course, committee=a_committee("绝密居民区")))
    operations.approve(second, by=actor_of(an_approver()), at=LATER)
    client.sign_in(an_approver())

    sent = client.send(f"/dispatch/{first.number}", {"act": "approve"})

    assert sent.status_code == 409
    assert "已有课" in words(sent)
    refusal = re.search(r'id="errors".*?</div></div>', sent.get_data(as_text=True), re.S)
    assert "绝密" not in refusal[0]


def test_a_stale_page_is_told_so(client):
    dispatch = a_proposal()
    client.sign_in(an_approver())

    sent = client.send(f"/dispatch/{dispatch.number}", {"act": "approve", "version": "99"})

    assert (sent.status_code, the(Dispatch).state) == (409, State.PROPOSED)


@pytest.mark.parametrize(
    ("act", "status", "left"),
    [("discard", 422, "proposed"), ("withdraw", 409, "proposed"), ("redispatch", 302, "discarded"), ("nonsense", 422, "proposed")],
)  # fmt: skip
def test_an_act_without_its_reason_or_state_is_refused_in_place(client, act, status, left):
    dispatch = a_proposal()
    client.sign_in(a_dispatcher())

    sent = client.send(f"/dispatch/{dispatch.number}", {"act": act})

    assert (sent.status_code, db.session.get_one(Dispatch, dispatch.id).state.value) == (status, left)


# ── offers ──────────────────────────────────────────────────────────────────────────────────────


def test_a_lecturer_accepts_in_two_taps_and_then_sees_whom_to_call(client):
    offer = an_open_offer()
    client.sign_in(person_of(offer))

    listed = client.get("/offers/")
    sent = client.send(f"/offers/{offer.id}", {"say": "yes", "version": str(offer.version)})
    after = client.get(f"/offers/{offer.id}")
    called = client.send(f"/offers/{offer.id}/telephone")

    assert "接这节课" in words(listed)
    assert "13900005678" not in words(listed)
    assert (sent.status_code, the(Offer).state) == (302, OfferState.ACCEPTED)
    assert "13900005678" not in words(after)
    assert "13900005678" in words(called)


def test_before_the_yes_no_telephone_is_shown(client):
    offer = an_open_offer()

    assert client.sign_in(person_of(offer)).send(f"/offers/{offer.id}/telephone").status_code == 404


def test_a_no_needs_a_reason_and_keeps_the_page(client):
    offer = an_open_offer()
    client.sign_in(person_of(offer))

    bare = client.send(f"/offers/{offer.id}", {"say": "no"})
    sent = client.send(f"/offers/{offer.id}", {"say": "no", "code": "far"})

    assert (bare.status_code, sent.status_code) == (422, 302)
    assert the(Offer).state is OfferState.DECLINED


def test_an_offer_is_nobody_elses(client):
    offer = an_open_offer()
    others = [
        db.session.get_one(Person, a_lecturer("").person_id), a_town_administrator(a_town("金泽镇")), a_dispatcher(a_district()),
    ]  # fmt: skip

    for person in others:
        client.sign_in(person)
        answers = [
            client.get(f"/offers/{offer.id}"), client.send(f"/offers/{offer.id}", {"say": "yes"}),
            client.send(f"/offers/{offer.id}/link"), client.send(f"/offers/{offer.id}/telephone"),
        ]  # fmt: skip
        assert [a.status_code for a in answers] == [404, 404, 404, 404]
    assert the(Offer).state is OfferState.OPEN


def test_the_town_answers_for_a_lecturer(client):
    offer = an_open_offer()
    client.sign_in(a_town_administrator())
    fields = {"say": "yes", "said_by": "讲师本人", "said_at": "2026-03-02T12:00", "said_way": "telephone"}

    bare = client.send(f"/offers/{offer.id}", {"say": "yes"})
    early = client.send(f"/offers/{offer.id}", {**fields, "said_at": "2026-01-01T12:00"})
    db.session.execute(sa.update(Offer).values(made_at=LATER.replace(hour=3)))
    sent = client.send(f"/offers/{offer.id}", fields)

    assert (bare.status_code, early.status_code, sent.status_code) == (422, 422, 302)
    assert (the(Offer).state, the(Offer).said_by) == (OfferState.ACCEPTED, "讲师本人")


def test_the_desk_takes_an_offer_back(client):
    offer = an_open_offer()
    client.sign_in(a_dispatcher())

    bare = client.send(f"/offers/{offer.id}", {"say": "withdraw"})
    sent = client.send(f"/offers/{offer.id}", {"say": "withdraw", "words": "讲师生病"})

    assert (bare.status_code, sent.status_code, the(Offer).state) == (422, 302, OfferState.WITHDRAWN)


# ── the answer link ─────────────────────────────────────────────────────────────────────────────


def a_link(client, offer) -> str:
    client.sign_in(a_dispatcher())
    shown = client.send(f"/offers/{offer.id}/link").get_data(as_text=True)
    return re.search(r"/answer/[\w-]{43}", shown)[0]


def test_looking_at_a_link_changes_nothing_and_shows_no_telephone(client, app):
    offer = an_open_offer()
    link = a_link(client, offer)
    before = the(Offer).version
    stranger = app.test_client()

    looks = [stranger.get(link), stranger.head(link), stranger.get(link)]

    assert [a.status_code for a in looks] == [200, 200, 200]
    assert "接这节课" in words(looks[0])
    assert "13900005678" not in words(looks[0])
    assert (the(Offer).version, the(Offer).state) == (before, OfferState.OPEN)


def test_a_link_answers_once_and_then_is_dead(client, app):
    offer = an_open_offer()
    link = a_link(client, offer)
    stranger = app.test_client()

    sent = stranger.send(link, {"say": "yes"})
    again = stranger.send(link, {"say": "no", "code": "far", "version": "1"})
    look = stranger.get(link)

    assert sent.status_code == 200
    assert "13900005678" in words(sent)
    assert (again.status_code, the(Offer).state) == (409, OfferState.ACCEPTED)
    assert "不能再答复" in words(look)
    assert "13900005678" not in words(look)


def test_a_link_without_the_token_of_its_page_answers_nothing(client, app):
    offer = an_open_offer()
    link = a_link(client, offer)

    sent = app.test_client().post(link, data={"say": "yes"})

    assert (sent.status_code, the(Offer).state) == (400, OfferState.OPEN)


def test_a_new_link_and_a_guessed_one_open_nothing(client, app):
    offer = an_open_offer()
    old, fresh = a_link(client, offer), a_link(client, offer)
    stranger = app.test_client()

    assert [stranger.get(p).status_code for p in (old, fresh, "/answer/" + "x" * 43, "/answer/…")] == [
        404,
        200,
        404,
        404,
    ]
    assert fresh != old


def test_after_the_deadline_a_link_says_so(client, app):
    offer = an_open_offer()
    link = a_link(client, offer)
    db.session.execute(sa.update(Offer).values(answer_by=LATER.replace(hour=1)))

    shown = app.test_client().get(link)
    sent = app.test_client().send(link, {"say": "yes", "version": "1"})

    assert "不能再答复" in words(shown)
    assert sent.status_code == 409


# ── what the desk costs ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rows", [1, 4])
def test_the_desk_costs_the_same_however_long_the_queue_is(app, client, statements, rows):
    course = a_course()
    a_lecturer("", course)
    for _n in range(rows):
        an_order(course=course)
    client.sign_in(a_dispatcher())
    app.config["KEEP_FIGURES"] = True
    try:
        client.get("/dispatch/")  # the numbers of candidates are kept from here on

        with statements() as sent:
            shown = client.get("/dispatch/")
        shelf = app.extensions["songxue.kept"]
        for key in [one for one in shelf if one[0] == "case"]:
            del shelf[key]
        with statements() as looked:
            client.get("/dispatch/")
    finally:
        app.config["KEEP_FIGURES"] = False
        app.extensions.pop("songxue.kept", None)

    assert words(shown).count("1 位人选") == rows
    assert len([one for one in sent if "count(orders.id) OVER" in one or "OVER ()" in one]) == 1
    assert (len(sent), len(looked)) == (DESK, CANDIDATES)


def test_the_number_of_candidates_is_counted_anew_when_the_order_changes(app):
    course = a_course()
    a_lecturer("", course)
    order = an_order(course=course)
    rows = [Row(order.id, 1)]
    app.config["KEEP_FIGURES"] = True
    try:
        first = candidates.able(rows, NOON)
        a_lecturer("", course)
        kept, anew = candidates.able(rows, NOON), candidates.able([Row(order.id, 2)], NOON)
    finally:
        app.config["KEEP_FIGURES"] = False
        app.extensions.pop("songxue.kept", None)

    assert (first, kept, anew) == ({order.id: 1}, {order.id: 1}, {order.id: 2})


# ── two proposals that want the same ────────────────────────────────────────────────────────────


def test_a_candidate_another_proposal_wants_is_marked_on_the_desk_and_for_the_approver(client):
    first, course, _teachers = a_case()
    second = an_order(a_committee("同想要居民区"), course)
    a_proposal(second)

    shown = client.sign_in(a_dispatcher()).get(f"/dispatch/?o={first.id}")
    ours = a_proposal(first)
    asked = client.sign_in(an_approver()).get(f"/dispatch/{ours.number}")

    assert "讲师还有人要" in words(shown)
    assert "同想要居民区" in words(shown)
    assert "讲师还有人要" in words(asked)
    assert "同想要居民区" in words(asked)


def test_a_proposal_nobody_else_wants_is_not_marked(client):
    ours = a_proposal()

    asked = client.sign_in(an_approver()).get(f"/dispatch/{ours.number}")

    assert "还有人要" not in words(asked)


# ── the week ────────────────────────────────────────────────────────────────────────────────────


def test_the_week_names_what_is_taken_and_who_is_away(client):
    order, course, (_teacher, second) = a_case(2)
    other = an_order(a_committee("周板居民区"), course, windows=[FRIDAY])
    an_open_offer(other)
    save(AvailabilityException(lecturer_id=second.id, day=date(2026, 4, 8), half_day=HalfDay.MORNING, free=False))

    shown = client.sign_in(a_dispatcher()).get(f"/dispatch/?o={order.id}&w=2026-04-10")
    rooms = client.get(f"/dispatch/?o={order.id}&w=2026-04-10&by=v")

    assert re.search(r"下午\s+周板居民区\s", words(shown))
    assert re.search(r"上午\s+不能来", words(shown))
    assert "可派" in words(shown)
    assert f'href="/dispatch/?o={order.id}&amp;by=v' in shown.get_data(as_text=True)
    assert rooms.status_code == 200


def test_another_districts_lesson_is_only_taken_time_on_the_week(client):
    order, _course, (teacher,) = a_case()
    hold = Wanted(HoldKind.LECTURER, teacher.id, a_district().id, *FRIDAY)
    holding.take([hold], held_for="lesson", held_for_id=77, at=LATER)

    shown = client.sign_in(a_dispatcher()).get(f"/dispatch/?o={order.id}&w=2026-04-10")

    assert "已占用" in words(shown)
    assert "有课</b>" not in shown.get_data(as_text=True)


def test_the_first_candidate_answers_to_p_and_to_1(client):
    a_case(2)

    shown = client.sign_in(a_dispatcher()).get("/dispatch/").get_data(as_text=True)

    assert 'data-key="p 1"' in shown
    assert 'data-key="2"' in shown


# ── a corps names its member ────────────────────────────────────────────────────────────────────


def a_corps_order(others: int = 1):
    """An order asked of a corps; its leader and members can all teach it, one stranger as well."""
    order, course, (leader, *members) = a_case(1 + others)
    stranger = a_lecturer("外人", course)
    corps = save(Corps(district_id=order.district_id, organisation_id=order.district_id, name="老兵宣讲团"))
    for lecturer, role in [(leader, CorpsRole.LEADER), *((m, CorpsRole.MEMBER) for m in members)]:
        save(CorpsMember(corps_id=corps.id, lecturer_id=lecturer.id, role=role, joined_on=NOON.date()))
    order.corps_id = corps.id
    return order, leader, members, stranger


def test_a_corps_leader_sees_the_orders_of_the_corps_and_names_a_member(client):
    order, leader, (member,), stranger = a_corps_order()
    client.sign_in(db.session.get_one(Person, leader.person_id))

    listed, shown = client.get("/offers/corps/"), client.get(f"/offers/corps/{order.id}")
    key = next(p for p in picks_of(order) if p.lecturer_id == member.id).key
    sent = client.send(f"/offers/corps/{order.id}", {"orders": str(order.id), "one": key})

    from catalogue.dispatch import queries

    assert "老兵宣讲团" in words(listed)
    assert member.display_name in words(shown)
    assert stranger.display_name not in words(shown)
    assert (sent.status_code, sent.location) == (302, "/offers/corps/")
    assert [c.lecturer_id for c in queries.loaded(the(Dispatch).id).candidates] == [member.id]


def test_a_member_who_does_not_lead_sees_no_orders_of_the_corps(client):
    order, _leader, (member,), _stranger = a_corps_order()
    client.sign_in(db.session.get_one(Person, member.person_id))

    assert "没有等您定人的点单" in words(client.get("/offers/corps/"))
    assert client.get(f"/offers/corps/{order.id}").status_code == 404


def test_a_leader_cannot_name_somebody_outside_the_corps(client):
    order, leader, _members, stranger = a_corps_order()
    pick = picks_of(order)[0]
    key = candidates.Pick(stranger.id, pick.venue_id, pick.teach_mode, pick.starts_at).key
    client.sign_in(db.session.get_one(Person, leader.person_id))

    sent = client.send(f"/offers/corps/{order.id}", {"orders": str(order.id), "one": key})

    assert (sent.status_code, the(Dispatch)) == (403, None)


def test_any_venue_for_a_course_that_does_not_come_to_people_leaves_rooms_of_committees_out(app):
    course, committee = a_course(onsite=False, venue=True), a_committee()
    a_lecturer("", course)
    a_venue("活动室", committee, own_room=True, kind=VenueKind.COMMITTEE_ROOM)
    place = a_venue("教学点")

    picks = picks_of(an_order(committee, course, place=Place.ANY_VENUE))

    assert [pick.venue_id for pick in picks] == [place.id]


def test_the_desk_the_approver_and_the_check_name_the_successor_of_a_committee_that_merged(client):
    one, two = a_committee("下塘社区"), a_committee("湾塘社区")
    waiting, proposed = (a_case(committee=who)[0] for who in (one, two))
    an_order(one, state=OrderState.SUBMITTED, submitted_at=NOON)
    a_proposal(proposed)
    reshaping.merge([one, two], name="塘湾社区", kind=one.kind, parent=the_town(), on=TODAY, by=job("test"), at=NOON)
    db.session.commit()

    desk = words(client.sign_in(a_dispatcher()).get(f"/dispatch/?o={waiting.id}"))
    approvals = words(client.sign_in(an_approver()).get("/dispatch/approvals"))
    checks = words(client.sign_in(a_town_administrator()).get("/checks/"))

    assert [name in desk for name in ("塘湾社区（原下塘社区）", "塘湾社区（原湾塘社区）：")] == [True, True]
    assert ("塘湾社区（原湾塘社区）" in approvals, "塘湾社区（原下塘社区）" in checks) == (True, True)

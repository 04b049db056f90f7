"""Pages of lessons and moves: what each reader sees, what is refused, and what a list costs."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.states import OfferAction
from catalogue.lessons import moves, queries
from catalogue.lessons.models import LessonHistory
from catalogue.lessons.states import State
from catalogue.orders.states import State as OrderState
from tests.dispatch.making import LATER, a_case, an_approved, offers_of, picks_of
from tests.factories import (
    NOON,
    a_committee,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_person,
    a_town,
    a_town_administrator,
    a_window,
    actor_of,
    an_auditor,
    an_orderer,
)
from tests.lessons.making import APRIL_14, BEGUN, OVER, STARTS, a_lesson

PAGES = [
    "",
    "/sheet",
    "/attendance",
    "/call-off",
    "/cannot-come",
    "/missed",
    "/online-link",
    "/move",
    "/attendance/add",
]


def test_the_page_of_a_lesson_shows_both_sides_everything_but_whole_telephones(client, scene):
    page = client.sign_in(scene.orderer_person).get(f"/lessons/{scene.lesson.number}").text

    assert "停车难" in page
    assert "139****5678" in page
    assert "13900005678" not in page
    assert "【上课通知】《停车难》" in page


def test_telephones_are_shown_on_asking_and_the_look_is_kept(client, scene):
    client.sign_in(scene.teacher_person)

    page = client.send(f"/lessons/{scene.lesson.number}/contacts").text

    assert 'href="tel:13900005678"' in page
    assert db.session.query(LessonHistory).filter_by(action="reveal").count() == 1


def test_a_number_without_hyphens_and_an_id_lead_to_the_same_lesson(client, scene):
    client.sign_in(scene.orderer_person)

    assert [client.get(f"/lessons/{said}").status_code for said in ("QP26K00001", "qp26-k-1", scene.lesson.id, "QP26-K-00009", "x", "9" * 30)] == [
        200, 200, 200, 404, 404, 404,
    ]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_nobody_outside_sees_any_page_of_a_lesson(client, scene, path):
    far = a_town("朱家角镇")
    for person in (
        an_orderer(),
        an_orderer(a_committee("外镇", far)),
        a_town_administrator(far),
        a_dispatcher(a_district()),
        an_auditor(),
        a_person(),
    ):
        client.sign_in(person)
        assert client.get(f"/lessons/{scene.lesson.number}{path}").status_code == 404
    stranger = client.application.test_client().get(f"/lessons/{scene.lesson.number}{path}")
    assert (stranger.status_code, stranger.location.startswith("/login")) == (302, True)


ALL, THEIRS = [200, 200, 200, 200], [403, 200, 403, 200]  # committee, lecturer, town, desk


@pytest.mark.parametrize("path", PAGES)
def test_everybody_around_a_lesson_can_open_its_pages(client, scene, path):
    people = (scene.orderer_person, scene.teacher_person, a_town_administrator(), a_dispatcher())

    seen = [client.sign_in(person).get(f"/lessons/{scene.lesson.number}{path}").status_code for person in people]

    assert seen == {"/call-off": [200, 403, 200, 200]}.get(
        path, THEIRS if path in ("/cannot-come", "/online-link") else ALL
    )


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/call-off", {"reason": "下雨"}), ("/cannot-come", {"reason": "病了"}), ("/missed", {"who": "lecturer", "reason": "没来"}),
        ("/attendance", {"here": "3"}), ("/move", {"reason": "停电", "day1": "2026-04-14", "half1": "afternoon"}), ("/contacts", {}),
        ("/attendance/mark", {"person": "1", "party": "1", "presence": "present"}), ("/answer-link", {}), ("/online-link", {"online_link": "https://a.b"}),
        ("/confirm", {"say": "yes"}), ("/sheet", {}),
    ],
)  # fmt: skip
def test_no_stranger_can_post_to_a_lesson(client, scene, path, fields):
    client.sign_in(an_orderer())

    answer = client.send(f"/lessons/{scene.lesson.number}{path}", fields)

    assert (answer.status_code, scene.lesson.state) == (404, State.SCHEDULED)


def test_a_committee_cannot_say_that_the_lecturer_is_ill(client, scene):
    client.sign_in(scene.orderer_person)

    assert client.send(f"/lessons/{scene.lesson.number}/cannot-come", {"reason": "病了"}).status_code == 403


def test_the_desk_is_asked_which_of_two_lecturers_cannot_come(client, app):
    order, _course, (one, other) = a_case(2, lecturers_needed=2)
    for offer in offers_of(an_approved(order, lecturers=2)):
        teacher = next(t for t in (one, other) if t.id == offer.lecturer_id)
        dispatching.answer(offer, OfferAction.ACCEPT, by=actor_of(teacher), at=LATER)
    path = f"/lessons/{queries.of_order(order.id).number}/cannot-come"
    client.sign_in(a_dispatcher())

    asked = client.get(path).text
    unsaid = client.send(path, {"reason": "病了"})
    said = client.send(path, {"reason": "病了", "lecturer": str(other.id)})

    assert (one.display_name in asked, other.display_name in asked) == (True, True)
    assert (unsaid.status_code, "请选是哪位讲师来不了。" in unsaid.text, "病了" in unsaid.text) == (422, True, True)
    assert (said.status_code, {pick.lecturer_id for pick in picks_of(order)}) == (302, {one.id})


def test_a_reason_that_is_missing_comes_back_in_the_form(client, scene):
    client.sign_in(scene.orderer_person)

    answer = client.send(f"/lessons/{scene.lesson.number}/call-off", {"reason": ""})

    assert (answer.status_code, "请写明原因" in answer.text, scene.lesson.state) == (422, True, State.SCHEDULED)


def test_a_stale_page_is_told_so_with_what_was_typed(client, scene):
    client.sign_in(scene.orderer_person)

    answer = client.send(f"/lessons/{scene.lesson.number}/call-off", {"reason": "下雨了", "version": "77"})

    assert (answer.status_code, "下雨了" in answer.text) == (409, True)


def test_one_form_counts_and_delivers(client, scene):
    with time_machine.travel(OVER, tick=False):
        client.sign_in(scene.orderer_person)
        empty = client.send(f"/lessons/{scene.lesson.number}/attendance", {"here": "0", "online": "0", "finish": "1"})
        done = client.send(f"/lessons/{scene.lesson.number}/attendance", {"here": "28", "online": "2", "finish": "1"})

    db.session.expire_all()
    lesson = queries.visible(scene.orderer, "QP26-K-00001")
    assert (empty.status_code, done.status_code, lesson.state) == (422, 302, State.DELIVERED)
    assert scene.order.state is OrderState.DELIVERED


def test_the_roster_takes_people_of_the_committee_only(client, scene):
    mine, other = a_person("王阿姨", scene.committee), a_person("外人")
    party = scene.lesson.parties[0].id
    with time_machine.travel(BEGUN, tick=False):
        client.sign_in(scene.orderer_person)
        url = f"/lessons/{scene.lesson.number}/attendance"
        fields = {"party": party, "presence": "present"}
        answers = [client.send(f"{url}/mark", {**fields, "person": p.id}).status_code for p in (mine, other)]
        page = client.get(url).text

    assert answers == [302, 404]
    assert "王阿姨" in page
    assert "外人" not in page


def test_the_sheet_is_paper_with_blank_lines_and_without_whole_telephones(client, scene):
    client.sign_in(scene.orderer_person)

    page = client.get(f"/lessons/{scene.lesson.number}/sheet").text
    full = client.send(f"/lessons/{scene.lesson.number}/sheet").text

    assert page.count("<td></td><td></td><td></td></tr>") == 35
    assert ("13900005678" in page, "13900005678" in full) == (False, True)


# ── the list ────────────────────────────────────────────────────────────────────────────────────


def more_lessons(scene, number):
    for n in range(number):
        a_lesson(scene.committee, starts_at=STARTS + timedelta(days=n + 1), title=f"第{n}课")
    db.session.commit()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("url", "cost", "said"),
    [
        ("/lessons/", 3, "停车难"),
        ("/lessons/?view=week&day=2026-04-09", 2, "停车难"),
        ("/lessons/?view=month&day=2026-04-09", 1, "1 场"),
    ],
)
def test_a_list_costs_the_same_with_one_row_and_with_three(client, scene, statements, rows, url, cost, said):
    more_lessons(scene, rows - 1)
    client.sign_in(scene.orderer_person)

    with statements() as sent:
        page = client.get(url).text

    assert (said in page, len(sent)) == (True, cost + 1)


def test_the_list_pages_by_key_and_finds_by_words(client, scene):
    more_lessons(scene, 22)
    client.sign_in(scene.orderer_person)

    first = client.get("/lessons/").text
    found = client.get("/lessons/?q=停车").text

    assert (first.count('href="/lessons/QP26'), 'rel="next"' in first) == (20, True)
    assert found.count('href="/lessons/QP26') == 1
    assert client.get("/lessons/?q=没有这门课").text.count('href="/lessons/QP26') == 0


def test_a_lecturer_sees_own_lessons_alone(client, scene):
    client.sign_in(scene.teacher_person)
    assert "停车难" in client.get("/lessons/").text

    other = a_lecturer()
    client.sign_in(db.session.get_one(type(scene.orderer_person), other.person_id))
    assert "停车难" not in client.get("/lessons/").text


def test_over_and_unaccounted_lessons_stand_under_their_own_tab(client, scene):
    with time_machine.travel(OVER, tick=False):
        client.sign_in(scene.orderer_person)
        assert ("停车难" in client.get("/lessons/").text, "停车难" in client.get("/lessons/?tab=due").text) == (
            False,
            True,
        )


# ── moves ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(app):
    return a_dispatcher()


def ask(client, scene, **more):
    fields = {"reason": "那天停电", "day1": "2026-04-14", "half1": HalfDay.AFTERNOON.value, **more}
    return client.send(f"/lessons/{scene.lesson.number}/move", fields)


def test_a_committee_asks_the_desk_chooses_the_lecturer_answers_by_link(client, scene, desk):
    client.sign_in(scene.orderer_person)
    assert ask(client, scene).status_code == 302

    client.sign_in(desk)
    assert "那天停电" in client.get("/moves/").text
    move = queries.open_move(scene.lesson.id)
    options = client.get(f"/moves/{move.id}").text
    key = options.split('name="option" value="')[1].split('"')[0]
    assert client.send(f"/moves/{move.id}", {"option": key}).status_code == 302
    page = client.send(f"/lessons/{scene.lesson.number}/answer-link").text
    link = page.split("/confirm/")[1].split("<")[0].split('"')[0]

    phone = client.application.test_client()
    seen = phone.get(f"/confirm/{link}")
    assert (seen.status_code, "停车难" in seen.text, "13900005678" in seen.text) == (200, True, False)
    assert scene.lesson.lecturers[0].confirmed_at is None  # a look changes nothing
    assert phone.send(f"/confirm/{link}", {"say": "yes"}).status_code == 200
    assert phone.get(f"/confirm/{link}").status_code == 410
    assert queries.whole(scene.lesson.id).lecturers[0].confirmed_at is not None


def test_a_link_needs_the_token_of_its_page(client, scene, desk):
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    moves.move_lesson(move, moves.by_hand(scene.lesson, APRIL_14[0] + timedelta(hours=2)), by=actor_of(desk), at=NOON)
    secret = moves.answer_link(scene.lesson, scene.lesson.lecturers[0], by=actor_of(desk), at=NOON)

    assert client.post(f"/confirm/{secret}", data={"say": "yes"}).status_code == 400


def test_a_link_that_nobody_gave_is_gone(client, app):
    assert client.get("/confirm/no-such-link").status_code == 410


def test_only_the_desk_opens_its_queue(client, scene):
    for person, status in ((scene.orderer_person, 403), (a_dispatcher(), 200), (a_person(), 403)):
        client.sign_in(person)
        assert client.get("/moves/").status_code == status


def test_a_wish_is_seen_by_both_sides_and_by_nobody_else(client, scene):
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    for person, status in (
        (scene.orderer_person, 200),
        (scene.teacher_person, 200),
        (an_orderer(), 404),
        (a_dispatcher(a_district()), 404),
    ):
        client.sign_in(person)
        assert client.get(f"/moves/{move.id}").status_code == status


def test_a_committee_cannot_choose_the_time_itself(client, scene):
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    client.sign_in(scene.orderer_person)

    answer = client.send(f"/moves/{move.id}", {"day": "2026-04-14", "start_time": "14:00"})

    assert answer.status_code == 403


def test_times_agreed_by_telephone_are_taken_or_refused_with_the_reason(client, scene, desk):
    move = moves.ask_move(scene.lesson, windows=[APRIL_14], reason="停电", by=scene.orderer, at=NOON)
    client.sign_in(desk)

    nothing = client.send(f"/moves/{move.id}", {})
    night = client.send(f"/moves/{move.id}", {"day": "2026-04-14", "start_time": "03:00"})
    good = client.send(f"/moves/{move.id}", {"day": "2026-04-15", "start_time": "14:00"})

    assert (nothing.status_code, night.status_code, good.status_code) == (422, 409, 302)
    assert queries.whole(scene.lesson.id).starts_at == a_window(date(2026, 4, 15))[0] + timedelta(hours=2)


def test_the_second_page_of_the_list_goes_on_after_the_first(client):
    for n in range(22):
        a_lesson(starts_at=STARTS + timedelta(days=n))
    client.sign_in(a_dispatcher())

    after = re.search(r"[?&](?:amp;)?after=([\w-]+)", client.get("/lessons/").text)
    second = client.get(f"/lessons/?after={after[1]}").text

    assert [n for n in range(1, 23) if f"QP26-K-{n:05d}" in second] == [21, 22]


def test_who_sees_no_single_lesson_reads_that(client, scene):
    auditor = an_auditor()
    db.session.commit()

    assert "您的岗位看不到单场课的安排" in client.sign_in(auditor).get("/lessons/").text
    assert "您的岗位看不到" not in client.sign_in(scene.orderer_person).get("/lessons/").text

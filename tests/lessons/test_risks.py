"""Fixed lessons that lose their lecturer or room: who sees them, who is told, and what the forms say before and after."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import outbox
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.models import Outbox
from catalogue.dispatch import candidates
from catalogue.lecturers import appointing
from catalogue.lecturers import operations as lecturing
from catalogue.lecturers.models import Appointment
from catalogue.lessons import operations as teaching
from catalogue.lessons import risks
from catalogue.lessons.risks import Why
from catalogue.notices.models import Message
from catalogue.orders.states import State as OrderState
from catalogue.venues import operations as venues
from catalogue.venues.models import Plaque
from tests.factories import (
    NOON,
    a_committee,
    a_dispatcher,
    a_district,
    a_person,
    a_town,
    a_town_administrator,
    a_venue,
    actor_of,
    an_approver,
    an_orderer,
    the_district,
    the_town,
)
from tests.lessons.making import STARTS

DAY = date(2026, 4, 9)  # of the lesson
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def keeper(app):
    return a_person("区管理员", the_district(), Role.DISTRICT_ADMINISTRATOR)


def whys(scene, at=NOON):
    return {r.why for r in risks.of_lesson(scene.lesson.id, at)}


def appointment_of(scene):
    return db.session.scalars(sa.select(Appointment).where(Appointment.lecturer_id == scene.lecturer.id)).one()


def messages():
    db.session.commit()
    outbox.deliver(NOON)
    found = [(m.person_id, m.payload["why"]) for m in db.session.scalars(sa.select(Message).where(Message.kind == "lesson_at_risk"))]  # fmt: skip
    db.session.rollback()
    return sorted(found)


# ── what is wrong ───────────────────────────────────────────────────────────────────────────────


def test_a_lesson_as_agreed_is_at_no_risk(scene):
    assert whys(scene) == set()


@pytest.mark.parametrize(("last", "expected"), [(BEFORE, {Why.STOPPED}), (DAY, set())])
def test_a_lecturer_who_stops_before_the_day_leaves_the_lesson(scene, keeper, last, expected):
    lecturing.end(scene.lecturer, on=last, reason="", by=actor_of(keeper), at=NOON)

    assert whys(scene) == expected


@pytest.mark.parametrize(("last", "expected"), [(BEFORE, {Why.APPOINTMENT}), (DAY, set())])
def test_an_appointment_that_ends_before_the_day_leaves_the_lesson(scene, keeper, last, expected):
    appointing.end_early(scene.lecturer, appointment_of(scene), on=last, reason="调走", by=actor_of(keeper), at=NOON)

    assert whys(scene) == expected


@pytest.mark.parametrize(("half", "expected"), [(HalfDay.AFTERNOON, {Why.AWAY}), (HalfDay.MORNING, set())])
def test_away_in_the_half_day_of_the_lesson_leaves_it_and_another_half_day_does_not(scene, half, expected):
    lecturing.set_exception(scene.lecturer, DAY, [half], False, by=scene.teacher, at=NOON)

    assert whys(scene) == expected


@pytest.mark.parametrize(
    ("first", "last", "half", "expected"),
    [
        (BEFORE, DAY, None, {Why.CLOSED}),
        (DAY, DAY, HalfDay.AFTERNOON, {Why.CLOSED}),
        (DAY, DAY, HalfDay.EVENING, set()),
        (BEFORE, BEFORE, None, set()),
    ],
)
def test_a_closure_over_the_lesson_leaves_it_without_a_room(scene, keeper, first, last, half, expected):
    venues.close(scene.room, first, last, half_day=half, by=actor_of(keeper), at=NOON)

    assert whys(scene) == expected


def test_a_closure_taken_back_is_over(scene, keeper):
    closure = venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)
    venues.take_back(scene.room, closure, by=actor_of(keeper), at=NOON)

    assert whys(scene) == set()


@pytest.mark.parametrize(("last", "expected"), [(BEFORE, {Why.ENDED}), (DAY, set())])
def test_a_venue_that_ends_before_the_day_leaves_the_lesson(scene, keeper, last, expected):
    venues.end(scene.room, on=last, by=actor_of(keeper), at=NOON)

    assert whys(scene) == expected


@pytest.mark.parametrize(("on", "expected"), [(DAY, {Why.PLAQUE}), (DAY + timedelta(days=1), set())])
def test_the_last_plaque_withdrawn_by_the_day_leaves_the_lesson(scene, keeper, on, expected):
    by = actor_of(keeper)
    plaque = venues.award(scene.room, batch="第一批", number="QP-1", awarded_on=date(2025, 1, 1), by=by, at=NOON)
    venues.withdraw(scene.room, plaque, on=on, by=by, at=NOON)

    assert whys(scene) == expected


def test_a_lesson_that_is_over_is_nobodys_task(scene, keeper):
    venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)

    assert whys(scene, STARTS) == set()


# ── who sees it ─────────────────────────────────────────────────────────────────────────────────


def test_it_is_counted_for_desk_district_and_town_and_for_nobody_else(scene, keeper):
    venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)
    others = [a_dispatcher(a_district()), a_town_administrator(a_town("朱家角镇")), scene.orderer_person]

    assert [risks.count(actor_of(p), NOON) for p in (a_dispatcher(), keeper, a_town_administrator(the_town()))] == [1, 1, 1]  # fmt: skip
    assert [risks.count(actor_of(p), NOON) for p in others] == [0, 0, 0]


def test_the_list_leads_to_what_can_be_done(client, scene, keeper):
    venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)
    number, room = scene.lesson.number, scene.room.name
    desk, town, stranger = a_dispatcher(), a_town_administrator(the_town()), a_dispatcher(a_district())
    orderer = an_orderer(a_committee())
    db.session.commit()

    of_desk = client.sign_in(desk).get("/lessons/at-risk").text
    of_town = client.sign_in(town).get("/lessons/at-risk").text
    of_stranger = client.sign_in(stranger).get("/lessons/at-risk").text

    assert f"{room}那时不开放" in of_desk
    assert f"/lessons/{number}/cannot-come" not in of_desk  # another lecturer mends no room
    assert (f"/lessons/{number}/move" in of_town, f"/lessons/{number}/call-off" in of_town) == (True, True)
    assert number not in of_stranger
    assert "没有要改派的课" in of_stranger
    assert client.sign_in(orderer).get("/lessons/at-risk").status_code == 403


@pytest.mark.parametrize("path", ["/lessons/", "/moves/", "/lessons/QP26-K-00001"])
def test_the_desks_pages_say_it(client, scene, keeper, path):
    desk = a_dispatcher()
    db.session.commit()
    before = client.sign_in(desk).get(path).text
    venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)
    db.session.commit()

    assert "要改派" not in before
    assert "要改派" in client.get(path).text


def test_the_page_a_working_day_starts_on_says_it_to_whoever_mends_it_and_to_nobody_else(client, scene, keeper):
    venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)
    starts = {
        a_dispatcher(): "/dispatch/", a_town_administrator(the_town()): "/checks/", keeper: "/manage/courses/",
        a_dispatcher(a_district()): "/dispatch/", a_town_administrator(a_town("朱家角镇")): "/checks/", an_approver(): "/manage/courses/",
    }  # fmt: skip
    db.session.commit()

    said = ["1 场已定的课要改派" in client.sign_in(who).get(path).text for who, path in starts.items()]

    assert said == [True] * 3 + [False] * 3


def test_another_lecturer_is_the_desks_to_find_and_not_the_towns(client, scene):
    lecturing.set_exception(scene.lecturer, DAY, [HalfDay.AFTERNOON], False, by=scene.teacher, at=NOON)
    number = scene.lesson.number
    desk, town = a_dispatcher(), a_town_administrator(the_town())
    db.session.commit()

    assert f"/lessons/{number}/cannot-come" in client.sign_in(desk).get("/lessons/at-risk").text
    assert f"/lessons/{number}/cannot-come" not in client.sign_in(town).get("/lessons/at-risk").text


def test_a_lesson_without_its_room_goes_back_to_the_desk_which_finds_another(app, scene, keeper):
    other = a_venue("镇文化中心", the_town(), capacity=60, shared=True)
    venues.close(scene.room, DAY, DAY, by=actor_of(keeper), at=NOON)
    desk = actor_of(a_dispatcher())

    teaching.call_off(scene.lesson, by=desk, at=NOON, reason="活动室装修")

    case = candidates.case_of([scene.order.id], NOON)
    assert scene.order.state is OrderState.APPROVED
    assert [other.name in way.words for way in case.ways if way.kind == "venue"] == [True]
    assert risks.count(desk, NOON) == 0


# ── who is told ─────────────────────────────────────────────────────────────────────────────────


def test_the_desk_is_told_once_per_lesson_and_reason(scene, keeper):
    desk, by = a_dispatcher(), actor_of(keeper)
    desk_id = desk.id
    a_dispatcher(a_district())
    lecturing.set_exception(scene.lecturer, DAY, list(HalfDay), False, by=scene.teacher, at=NOON)
    lecturing.set_exception(scene.lecturer, BEFORE, list(HalfDay), False, by=scene.teacher, at=NOON)
    first = messages()
    lecturing.set_exception(db.session.merge(scene.lecturer), DAY + timedelta(days=1), list(HalfDay), False, by=scene.teacher, at=NOON)  # fmt: skip
    venues.close(db.session.merge(scene.room), DAY, DAY, by=by, at=NOON)
    second = messages()

    proposer = {p for p, why in first} - {desk_id}
    assert {why for _, why in first} == {"away"}
    assert desk_id in {p for p, _ in first}
    assert len(proposer) == len(first) - 1
    assert sorted(why for p, why in second if p == desk_id) == ["away", "closed"]


def test_a_mark_taken_back_before_anybody_was_told_says_nothing_and_is_told_when_it_comes_again(scene):
    desk_id = a_dispatcher().id
    lecturing.set_exception(scene.lecturer, DAY, list(HalfDay), False, by=scene.teacher, at=NOON)
    lecturing.set_exception(scene.lecturer, DAY, list(HalfDay), None, by=scene.teacher, at=NOON)

    assert messages() == []
    again = NOON + timedelta(minutes=5)
    lecturing.set_exception(db.session.merge(scene.lecturer), DAY, list(HalfDay), False, by=scene.teacher, at=again)
    db.session.commit()
    outbox.deliver(again)
    assert [m.person_id for m in db.session.scalars(sa.select(Message).where(Message.kind == "lesson_at_risk", Message.person_id == desk_id))] == [desk_id]  # fmt: skip


def test_a_change_that_hits_no_lesson_writes_no_row(scene, keeper):
    venues.close(scene.room, BEFORE, BEFORE, by=actor_of(keeper), at=NOON)
    lecturing.set_exception(scene.lecturer, BEFORE, list(HalfDay), False, by=scene.teacher, at=NOON)

    assert db.session.scalar(sa.select(sa.func.count()).where(Outbox.kind == "lesson_at_risk")) == 0


# ── the forms ───────────────────────────────────────────────────────────────────────────────────


def test_ending_a_lecturer_lists_the_lessons_before_and_leads_to_them_after(client, scene, keeper):
    number, url = scene.lesson.number, f"/lecturers/{scene.lecturer.id}/end"
    db.session.commit()
    form = client.sign_in(keeper).get(url).text
    answer = client.send(url, {"on": BEFORE.isoformat(), "reason": "", "version": "1"})

    assert f'href="/lessons/{number}"' in form
    assert answer.status_code == 302
    assert answer.location == url.replace("/end", "").replace("/lecturers/", "/lessons/at-risk?lecturer=")
    assert "1 场已定的课要改派，已通知派单员。" in client.get(answer.location).text


def test_closing_a_venue_on_another_day_goes_back_to_the_venue(client, scene, keeper):
    url = f"/venues/{scene.room.id}/close"
    db.session.commit()
    client.sign_in(keeper)
    free = client.send(url, {"first_day": BEFORE.isoformat(), "last_day": BEFORE.isoformat(), "half_day": "", "reason": ""})  # fmt: skip
    hit = client.send(url, {"first_day": DAY.isoformat(), "last_day": DAY.isoformat(), "half_day": "", "reason": ""})  # fmt: skip

    assert free.location == url.removesuffix("/close")
    assert hit.location == f"/lessons/at-risk?venue={url.split('/')[2]}"


def test_a_lecturer_who_is_away_on_a_day_with_a_lesson_reads_that_it_stands(client, scene):
    lesson_id, person = scene.lesson.id, db.session.get_one(type(scene.orderer_person), scene.lecturer.person_id)
    url = f"/lecturers/{scene.lecturer.id}/away"
    db.session.commit()
    client.sign_in(person)
    answer = client.send(
        url, {"first_day": "2026-03-30", "last_day": DAY.isoformat(), "part": "all", "what": "away", "note": ""}
    )  # fmt: skip
    month = client.get(answer.location).text

    assert answer.location == "/calendar/mine?month=2026-04"
    assert "这几天已定 1 场课，登记不来不会取消它们。" in month
    assert "4月9日（周四）已定 1 场课，登记不来不会取消它" in month
    assert f"/lessons/{lesson_id}/cannot-come" in month
    assert client.get(f"/lessons/{lesson_id}/cannot-come").status_code == 200


def test_a_second_plaque_and_a_number_that_is_none_are_refused(client, scene, keeper):
    room_id, url = scene.room.id, f"/venues/{scene.room.id}/award"
    db.session.commit()
    client.sign_in(keeper)
    said = [
        client.send(url, {"batch": "第一批", "number": number, "awarded_on": "2026-03-01"}).status_code
        for number in ("-1", "<b>", "QP-03-12", "QP-03-13")
    ]

    assert said == [422, 422, 302, 422]
    assert [p.number for p in db.session.scalars(sa.select(Plaque).where(Plaque.venue_id == room_id))] == ["QP-03-12"]

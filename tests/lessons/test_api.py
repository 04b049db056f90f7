"""Lessons, attendance and moves as JSON: the same rights and refusals as the pages, as problem documents."""

from datetime import timedelta

import pytest
import time_machine

from catalogue.accounts import sign_ins
from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.db import db
from catalogue.lessons import queries
from catalogue.lessons.models import Attendance
from catalogue.lessons.states import MoveState, State
from tests.factories import (
    a_committee,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_person,
    a_town_administrator,
    account_of,
    an_approver,
    an_auditor,
    an_orderer,
)
from tests.lessons.making import BEGUN, OVER, STARTS, a_lesson, whole

MOVED = {"day": "2026-04-14", "half_day": "afternoon"}


@pytest.fixture
def ask(client):
    """Calls the API as a person: ask(person, 'get', '/lessons/1')."""

    tokens = {}

    def call(person, method, path, **more):
        if (person, clock.day_of(clock.now())) not in tokens:
            tokens[person, clock.day_of(clock.now())], _until = sign_ins.make_token(account_of(person), at=clock.now())
        token = tokens[person, clock.day_of(clock.now())]
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **more)

    return call


def statuses(answers):
    return [answer.status_code for answer in answers]


# ── reading ─────────────────────────────────────────────────────────────────────────────────────


def test_a_lesson_is_read_with_its_version_by_those_around_it_and_by_nobody_else(ask, scene):
    path = f"/lessons/{scene.lesson.id}"
    seeing = [scene.orderer_person, scene.teacher_person, a_town_administrator(), a_dispatcher()]
    strange = [an_orderer(), a_person(""), a_dispatcher(a_district()), an_auditor()]

    seen = [ask(person, "get", path) for person in seeing]
    hidden = [ask(person, "get", path) for person in strange]

    assert (statuses(seen), statuses(hidden)) == ([200] * 4, [404] * 4)
    assert hidden[0].json["title"] == "not_found"
    one = seen[0].json
    assert (one["number"], one["state"], one["title"], seen[0].headers["ETag"]) == (
        "QP26-K-00001", "scheduled", "停车难", f'"{one["version"]}"',
    )  # fmt: skip
    assert [(p["organisation_id"], p["head_count"]) for p in one["parties"]] == [(scene.committee.id, 0)]
    assert "13900005678" not in seen[0].text


def test_the_list_is_filtered_paged_and_costs_the_same_with_three_rows(ask, statements, scene):
    desk, own, course = a_dispatcher(), scene.lesson.id, scene.course.id
    mine = scene.orderer_person
    for person in (desk, mine):
        ask(person, "get", "/lessons")
    with statements() as one:
        ask(desk, "get", "/lessons")
    others = [a_lesson(starts_at=STARTS + timedelta(days=n), title="垃圾分类") for n in (1, 4)]
    more = [(o.lesson.id, o.lecturer.id, o.committee.id) for o in others]
    with statements() as three:
        everything = ask(desk, "get", "/lessons").json

    first = ask(desk, "get", "/lessons?limit=2").json
    rest = ask(desk, "get", f"/lessons?limit=2&after={first['after']}").json
    ids = [own, *(lesson for lesson, _who, _where in more)]
    assert len(one) == len(three)
    assert [row["id"] for row in everything["rows"]] == ids
    assert [[r["id"] for r in page["rows"]] for page in (first, rest)] == [ids[:2], ids[2:]]
    for query, wanted in (
        (f"course_id={course}", ids[:1]), (f"lecturer_id={more[0][1]}", ids[1:2]),
        (f"organisation_id={more[1][2]}", ids[2:]), ("day=2026-04-09", ids[:1]), ("q=垃圾", ids[1:]), ("tab=done", []),
        ("tab=due", []),
    ):  # fmt: skip
        assert [row["id"] for row in ask(desk, "get", f"/lessons?{query}").json["rows"]] == wanted
    assert [r["id"] for r in ask(mine, "get", "/lessons").json["rows"]] == ids[:1]
    assert ask(desk, "get", "/lessons?tab=nonsense").status_code == 422


# ── how it ends ─────────────────────────────────────────────────────────────────────────────────


def test_an_action_needs_the_version_it_was_made_from(ask, scene):
    path, me = f"/lessons/{scene.lesson.id}/actions", scene.orderer_person
    off = {"action": "call_off", "reason": "停电"}

    bare = ask(me, "post", path, json=off)
    stale = ask(me, "post", path, json=off, headers={"If-Match": '"99"'})
    done = ask(me, "post", path, json=off, headers={"If-Match": f'"{scene.lesson.version}"'})
    again = ask(me, "post", path, json=off | {"version": done.json["version"]})

    assert statuses([bare, stale, done, again]) == [428, 412, 200, 409]
    assert (done.json["state"], done.json["reason"], again.json["title"]) == ("called_off", "停电", "illegal_action")


@pytest.mark.parametrize(
    ("action", "more", "may", "may_not"),
    [
        ("call_off", {"reason": "停电"}, "orderer", "teacher"),
        ("call_off", {"reason": "停电"}, "town", "approver"),
        ("lose_lecturer", {"reason": "生病"}, "teacher", "orderer"),
        ("set_online_link", {"online_link": "https://example.com/x"}, "teacher", "orderer"),
    ],
)
def test_who_may_act_before_a_lesson_and_who_may_not(ask, scene, action, more, may, may_not):
    people = {
        "orderer": scene.orderer_person, "teacher": scene.teacher_person, "town": a_town_administrator(), "approver": an_approver(),
        "stranger": an_orderer(),
    }  # fmt: skip
    body = {"action": action, "version": scene.lesson.version, **more}
    path = f"/lessons/{scene.lesson.id}/actions"

    refused = [ask(people[who], "post", path, json=body) for who in (may_not, "stranger")]
    done = ask(people[may], "post", path, json=body)

    assert (statuses(refused), done.status_code) == ([403, 404], 200)
    assert (refused[0].json["title"], refused[0].json["detail"].endswith("。")) == ("lesson_not_yours", True)


def test_the_link_of_a_lesson_is_told_to_its_sides_alone(ask, scene):
    body = {"action": "set_online_link", "online_link": "https://example.com/x", "version": scene.lesson.version}
    path = f"/lessons/{scene.lesson.id}"

    bad = ask(a_dispatcher(), "post", f"{path}/actions", json=body | {"online_link": "ftp://x"})
    ask(a_dispatcher(), "post", f"{path}/actions", json=body)

    told = [ask(person, "get", path).json["online_link"] for person in (scene.orderer_person, an_approver())]
    assert (bad.status_code, list(bad.json["errors"])) == (422, ["online_link"])
    assert told == ["https://example.com/x", ""]


def test_the_same_key_calls_a_lesson_off_once(ask, scene):
    path, me = f"/lessons/{scene.lesson.id}/actions", scene.orderer_person
    sent = {"json": {"action": "call_off", "reason": "停电", "version": scene.lesson.version}, "headers": {"Idempotency-Key": "k"}}  # fmt: skip

    first, again = ask(me, "post", path, **sent), ask(me, "post", path, **sent)

    assert (statuses([first, again]), again.headers["Idempotent-Replay"], first.json) == (
        [200, 200],
        "true",
        again.json,
    )


@pytest.mark.parametrize(("who", "missed_by", "status"), [("teacher", "committee", 200), ("teacher", "lecturer", 403)])
def test_each_side_says_that_the_other_was_missing(ask, scene, who, missed_by, status):
    body = {"action": "miss", "who": missed_by, "reason": "等了半小时"}
    path, person = f"/lessons/{scene.lesson.id}/actions", scene.teacher_person
    early = ask(person, "post", path, json={**body, "version": scene.lesson.version})

    with time_machine.travel(BEGUN, tick=False):
        unsaid = [ask(person, "post", path, json={**body, **gap, "version": 1}).status_code for gap in ({"who": None}, {"reason": " "})]  # fmt: skip
        answer = ask(person, "post", path, json={**body, "version": scene.lesson.version})

    assert (early.status_code, unsaid, answer.status_code) == (409 if status == 200 else 403, [422, 422], status)
    assert whole(queries.whole(1)).state is (State.MISSED if status == 200 else State.SCHEDULED)


# ── who came ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def over(scene):
    with time_machine.travel(OVER, tick=False):
        yield scene


def test_a_lesson_is_counted_and_delivered(ask, over):
    lesson, me = over.lesson, over.orderer_person
    path, party = f"/lessons/{lesson.id}", lesson.parties[0].id
    version = {"version": lesson.version}

    nobody = ask(me, "post", f"{path}/actions", json={"action": "deliver", **version})
    counted = ask(me, "post", f"{path}/parties/{party}/count", json={"here": 25, "online": 3, **version})
    done = ask(me, "post", f"{path}/actions", json={"action": "deliver", **version})
    late = ask(me, "post", f"{path}/parties/{party}/count", json={"here": 26, "version": done.json["version"]})
    stale = ask(me, "post", f"{path}/parties/{party}/count", json={"here": 26, "reason": "漏数", **version})

    assert statuses([nobody, counted, done, late, stale]) == [422, 200, 200, 422, 412]
    assert (nobody.json["title"], list(nobody.json["errors"]), list(late.json["errors"])) == ("nobody_counted", ["here"], ["reason"])  # fmt: skip
    assert (counted.json["here"], counted.json["online"], done.json["state"]) == (25, 3, "delivered")


def test_the_roster_is_taken_whole_or_not_at_all(ask, over):
    lesson, me = over.lesson, over.orderer_person
    path, version = f"/lessons/{lesson.id}/parties/{lesson.parties[0].id}/marks", {"version": lesson.version}
    mine, strange = a_person("张三", over.committee), a_person("李四", a_committee())
    good = {"person_id": mine.id, "presence": "on_leave"}

    refused = ask(me, "post", path, json={"marks": [good, {"person_id": strange.id}], **version})
    none = db.session.query(Attendance).count()
    both = ask(me, "post", path, json={"marks": [{"person_id": mine.id, "name": "张三"}], **version})
    done = ask(me, "post", path, json={"marks": [good, {"name": "王五"}], **version})

    assert (statuses([refused, both, done]), none) == ([404, 422, 200], 0)
    roster = done.json["parties"][0]["roster"]
    assert [(one["name"], one["presence"]) for one in roster] == [("张三", "on_leave"), ("王五", "present")]
    assert ask(me, "get", f"/lessons/{lesson.id}/attendance").json == done.json


def test_attendance_is_seen_and_taken_by_those_who_count_and_by_nobody_else(ask, over):
    lesson = over.lesson
    path, version = f"/lessons/{lesson.id}", {"version": lesson.version}
    party = lesson.parties[0].id
    may = [over.orderer_person, over.teacher_person, a_town_administrator(), a_dispatcher()]

    seen = statuses(ask(p, "get", f"{path}/attendance") for p in may)
    taken = statuses(
        ask(p, "post", f"{path}/parties/{party}/count", json={"here": n, **version}) for n, p in enumerate(may)
    )
    approver = ask(an_approver(), "get", f"{path}/attendance")
    strange = [
        ask(an_approver(), "post", f"{path}/parties/{party}/count", json={"here": 1, **version}),
        ask(over.orderer_person, "post", f"{path}/parties/{party + 99}/count", json={"here": 1, **version}),
        ask(an_orderer(), "get", f"{path}/attendance"),
        ask(an_orderer(), "post", f"{path}/parties/{party}/marks", json={"marks": [{"name": "甲"}], **version}),
    ]

    assert (seen, taken) == ([200] * 4, [200] * 4)
    assert (approver.status_code, approver.json["title"], statuses(strange)) == (403, "lesson_not_yours", [404] * 4)


def test_attendance_waits_for_its_time(ask, scene):
    lesson = scene.lesson
    answer = ask(
        scene.orderer_person, "post", f"/lessons/{lesson.id}/parties/{lesson.parties[0].id}/count", json={"here": 1, "version": lesson.version},
    )  # fmt: skip

    assert (answer.status_code, answer.json["title"]) == (409, "lesson_not_begun")


# ── moves ───────────────────────────────────────────────────────────────────────────────────────


def asked(ask, scene, person=None, **more):
    body = {"windows": [MOVED], "reason": "下雨", "version": scene.lesson.version, **more}
    return ask(person or scene.orderer_person, "post", f"/lessons/{scene.lesson.id}/moves", json=body)


def test_a_committee_asks_the_desk_moves_and_the_lecturer_confirms(ask, scene):
    desk = a_dispatcher()
    wish = asked(ask, scene)
    path = wish.headers["Location"].removeprefix("/api/v1")
    options = ask(desk, "get", f"{path}/options").json["rows"]

    bare = ask(desk, "post", f"{path}/actions", json={"action": "move", "option": options[0]["option"]})
    moved = ask(desk, "post", f"{path}/actions", json={"action": "move", "option": options[0]["option"], "version": 1})
    again = ask(desk, "post", f"{path}/actions", json={"action": "move", "option": options[0]["option"], "version": moved.json["version"]})  # fmt: skip
    now = ask(scene.teacher_person, "get", f"/lessons/{scene.lesson.id}")
    strange = ask(scene.orderer_person, "post", f"/lessons/{scene.lesson.id}/confirmation", json={"yes": True, "version": now.json["version"]})  # fmt: skip
    yes = ask(scene.teacher_person, "post", f"/lessons/{scene.lesson.id}/confirmation", json={"yes": True}, headers={"If-Match": now.headers["ETag"]})  # fmt: skip
    twice = ask(scene.teacher_person, "post", f"/lessons/{scene.lesson.id}/confirmation", json={"yes": True, "version": now.json["version"]})  # fmt: skip

    assert statuses([wish, bare, moved, again, strange, yes, twice]) == [201, 428, 200, 409, 403, 200, 409]
    assert (moved.json["state"], moved.json["new_starts_at"], now.json["starts_at"]) == ("moved", options[0]["starts_at"], options[0]["starts_at"])  # fmt: skip
    assert [now.json["lecturers"][0]["confirmed_at"], yes.json["lecturers"][0]["confirmed_at"] is None] == [None, False]


def test_a_no_to_the_new_time_loses_the_lecturer(ask, scene):
    desk, path = a_dispatcher(), asked(ask, scene).headers["Location"].removeprefix("/api/v1")
    ask(desk, "post", f"{path}/actions", json={"action": "move", "starts_at": "2026-04-14T14:00:00+08:00", "version": 1})  # fmt: skip
    version, here = scene.lesson.version, f"/lessons/{scene.lesson.id}/confirmation"

    unsaid = ask(desk, "post", here, json={"yes": False, "reason": "有事", "version": version})
    mute = ask(scene.teacher_person, "post", here, json={"yes": False, "version": version})
    no = ask(scene.teacher_person, "post", here, json={"yes": False, "reason": "有事", "version": version})

    assert statuses([unsaid, mute, no]) == [422, 422, 200]
    assert ([list(a.json["errors"]) for a in (unsaid, mute)], no.json["state"]) == ([["said"], ["reason"]], "called_off")  # fmt: skip


def test_who_moves_refuses_and_withdraws_and_who_does_not(ask, scene):
    path = asked(ask, scene).headers["Location"].removeprefix("/api/v1")
    refuse = {"action": "refuse", "answer": "排不开", "version": 1}

    forbidden = [
        ask(scene.orderer_person, "post", f"{path}/actions", json=refuse),
        ask(scene.orderer_person, "post", f"{path}/actions", json={"action": "move", "starts_at": "2026-04-14T14:00:00+08:00", "version": 1}),
        ask(scene.teacher_person, "post", f"{path}/actions", json={"action": "withdraw", "version": 1}),
        ask(scene.orderer_person, "get", f"{path}/options"),
    ]  # fmt: skip
    hidden = [ask(an_orderer(), "get", path), ask(an_orderer(), "post", f"{path}/actions", json=refuse)]
    open_already = asked(ask, scene, scene.teacher_person)
    withdrawn = ask(scene.orderer_person, "post", f"{path}/actions", json={"action": "withdraw", "version": 1})

    assert (statuses(forbidden), statuses(hidden)) == ([403] * 4, [404] * 2)
    assert (open_already.json["title"], withdrawn.json["state"]) == ("move_open", "withdrawn")
    assert asked(ask, scene, an_approver()).status_code == 403
    second = asked(ask, scene).headers["Location"].removeprefix("/api/v1")
    refused = ask(a_dispatcher(), "post", f"{second}/actions", json=refuse)
    assert (refused.json["state"], refused.json["answer"]) == (MoveState.REFUSED.value, "排不开")


def test_wishes_to_move_are_listed_by_state_to_those_who_see_the_lesson(ask, scene):
    wish = asked(ask, scene).json

    seen = [ask(person, "get", "/moves").json["rows"] for person in (a_dispatcher(), scene.orderer_person, scene.teacher_person)]  # fmt: skip
    others = [ask(person, "get", "/moves").json["rows"] for person in (an_orderer(), a_dispatcher(a_district()), a_person("", None))]  # fmt: skip

    assert ([[m["id"] for m in rows] for rows in seen], others) == ([[wish["id"]]] * 3, [[], [], []])
    assert ask(a_dispatcher(), "get", "/moves?state=moved").json["rows"] == []


@pytest.mark.parametrize(
    "window",
    [{}, {"day": "2026-04-14"}, {"day": "2026-04-14", "half_day": "noon"}, {"starts_at": "2026-04-14T14:00:00"}, {"day": "2026-02-01", "half_day": "morning"}],
)  # fmt: skip
def test_windows_of_a_move_are_judged(ask, scene, window):
    answer = asked(ask, scene, windows=[window])

    assert (answer.status_code, {field.partition(".")[0] for field in answer.json["errors"]}) == (422, {"windows"})


def test_a_lecturer_who_does_not_teach_it_is_nobody_here(ask, scene):
    other = db.session.get_one(Person, a_lecturer("").person_id)

    assert statuses([ask(other, "get", f"/lessons/{scene.lesson.id}"), asked(ask, scene, other)]) == [404, 404]

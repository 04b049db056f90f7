"""The pages of orders, as a browser without script sees them."""

import re
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core import audit
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.models import Audit, dump
from catalogue.lecturers.models import Corps
from catalogue.orders import form_views, operations
from catalogue.orders.models import Order, OrderHistory, OrderWindow
from catalogue.orders.states import State
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    a_committee,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_town,
    a_town_administrator,
    a_venue,
    actor_of,
    an_approver,
    an_auditor,
    an_order,
    an_orderer,
    own_room_of,
    save,
    the_town,
)
from tests.orders.making import APRIL_9, a_draft, a_scene, submitted

HOSTILE = "<script>alert(1)</script>\"'>&amp;{{7*7}}%(n)s\u202e停车难"


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of the order form."""
    held = re.search(r'<div class="d-none" id="held">(.*?)</div>', html, re.S)[1]
    return {m[1]: m[2] for m in re.finditer(r'type="hidden" name="(\w+)" value="([^"]*)"', held)}


@pytest.fixture
def scene(app):
    made = a_scene()
    made.person = db.session.get_one(Person, made.orderer.person_id)
    return made


def opened(client, scene, **more):
    html = client.sign_in(scene.person).get(f"/orders/new?course={scene.course.id}").get_data(as_text=True)
    return {**fields_of(html), "telephone": "021-59250000", "expected": "30", "place": "own_room", **more}


def only_order() -> Order:
    return db.session.scalars(sa.select(Order)).one()


def test_opening_the_form_writes_nothing(client, scene):
    client.sign_in(scene.person).get(f"/orders/new?course={scene.course.id}")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


def test_the_whole_form_without_script_day_box_and_submit(client, scene):
    sent = opened(client, scene)

    html = client.send("/orders/new", {**sent, "day": "2026-04-09"}).get_data(as_text=True)
    assert "4月9日（周四）" in html
    html = client.send("/orders/new", {**sent, **fields_of(html), "half": "afternoon", "keep": "1"}).get_data(
        as_text=True
    )
    assert '<b class="tag">首选</b><span><span class="nb">4月9日（周四）下午</span></span>' in html
    answer = client.send("/orders/new", {**sent, **fields_of(html), "half": "afternoon", "submit": "1"})

    order = only_order()
    assert (answer.status_code, answer.location, order.state) == (302, f"/orders/{order.number}", State.SUBMITTED)
    assert "点单已提交，点单号 QP26-D-00001。" in client.get(answer.location).get_data(as_text=True)


def test_a_double_click_is_one_order(client, scene):
    sent = {**opened(client, scene), "on_day": "2026-04-09", "half": "afternoon", "submit": "1"}

    first, second = client.send("/orders/new", sent), client.send("/orders/new", sent)

    assert (first.status_code, second.status_code, second.location) == (302, 302, first.location)
    assert only_order().number == "QP26-D-00001"


def test_a_refusal_keeps_everything_and_stands_at_its_field(client, scene):
    sent = {
        **opened(client, scene),
        "expected": "46",
        "need": "停车难",
        "on_day": "2026-04-09",
        "half": "afternoon",
        "submit": "1",
    }

    answer = client.send("/orders/new", sent)

    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="expected-why"' in html
    assert "坐得下 45 人，本课最多 60 人。请填 45 以内，换个大点的场地，或分两场点。" in html
    assert ('value="46"' in html, "停车难</textarea>" in html, "4月9日（周四）下午" in html) == (True, True, True)
    assert "one-step show-3" in html
    order = only_order()
    assert (order.state, order.expected, order.need) == (State.DRAFT, 46, "停车难")


def test_what_cannot_be_a_number_stays_on_the_page_and_out_of_the_table(client, scene):
    sent = {**opened(client, scene), "expected": "三十来个", "on_day": "2026-04-09", "half": "afternoon"}

    quiet = client.send("/orders/new", {**sent, "keep": "1"})
    loud = client.send("/orders/new", {**sent, "submit": "1"})

    assert (quiet.status_code, loud.status_code) == (200, 422)
    assert "请填一个数字，例如 30。" in loud.get_data(as_text=True)
    assert 'value="三十来个"' in loud.get_data(as_text=True)
    assert only_order().expected is None


def test_a_sentence_is_shown_as_understood_before_it_counts(client, scene):
    sent = {**opened(client, scene), "pattern": "周二或周四晚上，4月内任意"}

    preview = client.send("/orders/new", {**sent, "read": "1"}).get_data(as_text=True)
    assert "我们理解成：周二、周四晚上，4月1日至4月30日。" in preview
    assert "一共 9 个时间" in preview
    assert operations.queries.loaded(only_order().id).windows == []
    client.send("/orders/new", {**sent, **fields_of(preview), "use": "1"})

    order = operations.queries.loaded(only_order().id)
    assert (len(order.windows), order.pattern) == (9, "周二或周四晚上，4月内任意")


def test_the_boxes_say_the_same_as_a_sentence(client, scene):
    sent = {
        **opened(client, scene),
        "weekdays": ["1", "3"],
        "half_days": ["evening"],
        "first": "2026-04-01",
        "last": "2026-04-30",
    }

    client.send("/orders/new", {**sent, "use": "1"})

    order = operations.queries.loaded(only_order().id)
    assert (len(order.windows), order.pattern) == (9, "周二、周四晚上，4月1日至4月30日")


def test_an_unread_sentence_is_an_error_at_its_field(client, scene):
    answer = client.send("/orders/new", {**opened(client, scene), "pattern": "除了周三都行", "read": "1"})

    assert (answer.status_code, "请只写可以的时间" in answer.get_data(as_text=True)) == (422, True)


def test_autosave_answers_with_version_and_address(client, scene):
    sent = opened(client, scene, need="第一句")

    answer = client.send("/orders/new", sent, headers={"X-Autosave": "1"})
    order = only_order()
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"version": order.version, "url": f"/orders/{order.id}/edit"},
    )
    again = client.send(
        f"/orders/{order.id}/edit", {**sent, "need": "第二句", "version": "1"}, headers={"X-Autosave": "1"}
    )

    assert (again.status_code, only_order().need) == (200, "第二句")


def test_times_are_dropped_and_put_first(client, scene):
    order = a_draft(scene)
    sent = {**opened(client, scene), "version": str(order.version), "on_day": "2026-04-14", "half": "evening"}
    client.send(f"/orders/{order.id}/edit", {**sent, "keep": "1"})
    client.send(f"/orders/{order.id}/edit", {**sent, "top": "2"})

    windows = operations.queries.loaded(order.id).windows
    assert [w.starts_at.day for w in windows] == [14, 9]
    client.send(f"/orders/{order.id}/edit", {**sent, "on_day": "", "drop": "1"})
    assert [w.starts_at.day for w in operations.queries.loaded(order.id).windows] == [9]


def test_hostile_words_are_shown_as_words(client, scene):
    sent = {
        **opened(client, scene),
        "need": HOSTILE,
        "contact": HOSTILE[:40],
        "on_day": "2026-04-09",
        "half": "afternoon",
        "submit": "1",
    }

    answer = client.send("/orders/new", sent)

    html = client.get(answer.location).get_data(as_text=True)
    assert ("<script>alert" in html, "&lt;script&gt;alert(1)" in html) == (False, True)
    client.sign_in(a_town_administrator())
    html = client.get(f"/checks/{only_order().id}").get_data(as_text=True)
    assert ("<script>alert" in html, "&lt;script&gt;alert(1)" in html) == (False, True)


ODD = [
    "",
    "x",
    "-1",
    "9" * 30,
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    '\'; DROP TABLE "order"; --',
    "\x00",
    "２０２６-04-09",
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_in_every_place_are_no_server_error(keeping, client, scene, odd):
    sent = opened(client, scene)
    for name in ("day", "month", "on_day", "at_month", "drop", "top", "step", "version", "venue", "place", "audience",
                 "preferred_lecturer", "half", "weekdays", "first", "last", "expected"):  # fmt: skip
        answer = client.send(
            "/orders/new", {**sent, name: odd, **({"use": "1"} if name in ("first", "last", "weekdays") else {})}
        )
        assert answer.status_code in (200, 409, 422), name
    for name in ("course", "committee", "key"):
        assert client.send("/orders/new", {**sent, name: odd}).status_code in (200, 404, 409, 422), name
    for url in ("/orders/new?course=", "/orders/?q=", "/orders/?tab=", "/orders/?after=", "/orders/?before="):
        assert client.get(url + odd.replace("\x00", "%00").replace(";", "%3B")).status_code in (200, 302, 404), url


def test_with_the_counts_of_dispatch_the_calendar_shows_who_could_come(client, scene, monkeypatch):
    asked = []

    def counts(what):
        asked.append(what)
        return {
            (date(2026, 4, 9), HalfDay.EVENING): (4, ""),
            (date(2026, 4, 9), HalfDay.MORNING): (0, "排满：6 位讲师都有课"),
        }

    monkeypatch.setattr(form_views, "AVAILABILITY", counts)
    html = client.send("/orders/new", {**opened(client, scene), "day": "2026-04-09"}).get_data(as_text=True)

    assert ("4 位讲师能来" in html, "排满：6 位讲师都有课" in html) == (True, True)
    assert (asked[-1].course_id, asked[-1].committee_id, asked[-1].first, asked[-1].last) == (
        scene.course.id, scene.committee.id, date(2026, 4, 1), date(2026, 4, 30))  # fmt: skip


@pytest.mark.parametrize(
    ("why", "word", "other"),
    [
        ("排满：6 位讲师都有课", "排满", "不开课"),
        ("没有讲师能来：6 位那时不讲课", "不开课", "排满"),
        ("场地坐不下：40 人", "排不了", "排满"),
    ],
)
def test_a_day_on_which_nobody_teaches_is_not_called_full(client, scene, monkeypatch, why, word, other):
    days = [date(2026, 4, n) for n in range(1, 31)]
    monkeypatch.setattr(form_views, "AVAILABILITY", lambda what: {(day, half): (0, why) for day in days for half in HalfDay})  # fmt: skip
    html = client.send("/orders/new", opened(client, scene)).get_data(as_text=True)

    assert (word in html, other in html) == (True, False)


def test_the_calendar_stands_when_the_room_is_too_small_for_everybody(client, scene):
    """Every lecturer is kept away by the room alone: the counts say so, and the form is shown."""
    a_lecturer("", scene.course)
    answer = client.send("/orders/new", {**opened(client, scene), "expected": "46", "day": "2026-04-09"})

    assert (answer.status_code, "场地坐不下" in answer.get_data(as_text=True)) == (200, True)


def test_a_time_picked_on_the_course_page_is_chosen_already(client, scene):
    html = (
        client.sign_in(scene.person)
        .get(f"/orders/new?course={scene.course.id}&slot=2026-04-09/evening")
        .get_data(as_text=True)
    )
    assert ('value="evening" checked' in html, '<b class="tag">首选</b>' in html) == (True, True)
    sent = {
        **fields_of(html),
        "telephone": "021-59250000",
        "expected": "30",
        "place": "own_room",
        "half": "evening",
        "submit": "1",
    }

    client.send("/orders/new", sent)

    order = operations.queries.loaded(only_order().id)
    assert (order.state, [w.starts_at.day for w in order.windows]) == (State.SUBMITTED, [9])
    for odd in ("x", "2026-04-09/", "/evening", "2026-13-01/evening", "0001-01-01/evening"):
        assert client.get(f"/orders/new?course={scene.course.id}&slot={odd}").status_code == 200


def test_an_administrator_chooses_for_whom(client, scene):
    client.sign_in(a_town_administrator())
    a_committee("朱家角一居", a_town("朱家角镇"))

    html = client.get(f"/orders/new?course={scene.course.id}").get_data(as_text=True)
    assert (scene.committee.name in html, "朱家角一居" in html) == (True, False)
    form = client.get(f"/orders/new?course={scene.course.id}&for={scene.committee.id}")

    assert (form.status_code, f"替{scene.committee.name}点。" in form.get_data(as_text=True)) == (200, True)


def test_nobody_opens_a_form_for_a_strange_committee(client, scene):
    client.sign_in(an_orderer())

    assert client.get(f"/orders/new?course={scene.course.id}&for={scene.committee.id}").status_code == 404
    sent = {"course": scene.course.id, "committee": scene.committee.id, "key": "k", "keep": "1"}
    assert client.send("/orders/new", sent).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


# ── lists and one order ─────────────────────────────────────────────────────────────────────────


def test_the_list_tells_where_each_order_stands_and_whom_to_call(client, scene):
    the_town().telephone = "021-59257777"
    submitted(scene)
    html = client.sign_in(scene.person).get("/orders/").get_data(as_text=True)

    assert ("QP26-D-00001" in html, "练塘镇会审核。" in html, "电话 021-59257777（练塘镇）。" in html) == (
        True,
        True,
        True,
    )


def test_an_empty_list_starts_the_work(client, scene):
    html = client.sign_in(scene.person).get("/orders/").get_data(as_text=True)

    assert ("还没有点过单" in html, 'action="/courses/"' in html) == (True, True)


def test_tabs_and_search(client, scene):
    an_order(scene.committee, scene.course, state=State.CANCELLED)
    waiting = submitted(scene)
    client.sign_in(scene.person)

    def shown(query):
        return re.findall(r"点单号 (QP26-D-\d+)", client.get("/orders/" + query).get_data(as_text=True))

    assert shown("?tab=open") == [waiting.number]
    assert len(shown("?tab=done")) == 1
    assert shown("?q=qp26d1") == [waiting.number]
    assert shown("?q=QP26-D-00001") == [waiting.number]
    assert len(shown("?q=" + scene.course.title[2:6])) == 2
    assert shown("?q=100%25_") == []


def test_foreign_orders_answer_404_everywhere(client, scene):
    order = submitted(scene)
    draft = a_draft(scene, key="k2")
    desk = a_dispatcher(a_district())

    def refused(who, path):
        return 403 if (who, path) == (desk, "again") else 404  # the desk orders nothing anywhere

    for stranger in (an_orderer(), a_town_administrator(a_town("朱家角镇")), desk):
        client.sign_in(stranger)
        for path in (
            f"/orders/{order.id}",
            f"/orders/{order.number}",
            f"/orders/{order.id}/cancel",
            f"/orders/{draft.id}",
        ):
            assert client.get(path).status_code == 404, path
        for path in ("cancel", "again", "notes", "telephone"):
            assert client.send(f"/orders/{order.id}/{path}", {"words": "x"}).status_code == refused(stranger, path)
    assert client.sign_in(an_auditor()).get(f"/orders/{order.id}").status_code == 403


def test_a_draft_answers_404_to_the_town_and_the_district(client, scene):
    draft = a_draft(scene, need="CANARY")
    for one in (a_town_administrator(), a_district_administrator(), a_dispatcher()):
        client.sign_in(one)
        assert client.get(f"/orders/{draft.id}").status_code == 404
        assert "CANARY" not in client.get("/orders/").get_data(as_text=True)


def test_the_telephone_is_masked_for_the_handling_side_and_each_look_is_recorded(client, scene):
    order = submitted(scene, telephone="13911112222")
    client.sign_in(a_town_administrator())

    before = client.get(f"/orders/{order.id}").get_data(as_text=True)
    after = client.send(f"/orders/{order.id}/telephone").get_data(as_text=True)

    assert ("13911112222" in before, "139****2222" in before, "13911112222" in after) == (False, True, True)
    assert [r.action for r in operations.queries.history_of(order.id, inside=True)][-1] == "reveal_telephone"
    own = client.sign_in(scene.person).get(f"/orders/{order.id}").get_data(as_text=True)
    assert "13911112222" in own


def test_notes_of_one_side_are_not_on_the_page_of_the_other(client, scene):
    order = submitted(scene)
    client.sign_in(a_town_administrator())
    assert (
        client.send(f"/orders/{order.id}/notes?from=checks", {"words": "去年没来人"}).location == f"/checks/{order.id}"
    )
    assert "去年没来人" in client.get(f"/orders/{order.id}").get_data(as_text=True)

    for other in (scene.person, a_dispatcher(), an_approver()):
        assert "去年没来人" not in client.sign_in(other).get(f"/orders/{order.id}").get_data(as_text=True)


def test_cancelling_needs_a_reason_and_frees_the_quota(client, scene):
    order = submitted(scene)
    client.sign_in(scene.person)

    empty = client.send(f"/orders/{order.id}/cancel", {"version": order.version})
    done = client.send(f"/orders/{order.id}/cancel", {"version": order.version, "code": "time", "reason": ""})

    assert (empty.status_code, done.location) == (422, f"/orders/{order.number}")
    assert only_order().state is State.CANCELLED


def test_a_stale_page_is_a_409_with_the_words_kept(client, scene):
    order = submitted(scene)
    seen = order.version
    operations.note(order, "x", by=scene.orderer, at=NOON)
    operations.wait_for_call(order, NOON.replace(hour=9), by=actor_of(a_town_administrator()), at=NOON)
    client.sign_in(scene.person)

    answer = client.send(f"/orders/{order.id}/cancel", {"version": seen, "code": "other", "reason": "写了很久的话"})

    assert (answer.status_code, "写了很久的话" in answer.get_data(as_text=True)) == (409, True)


def test_ordering_again_opens_a_draft_once(client, scene):
    old = an_order(scene.committee, scene.course, state=State.UNMET, need="停车难")
    client.sign_in(scene.person)

    first = client.send(f"/orders/{old.id}/again", {"key": "once"})
    second = client.send(f"/orders/{old.id}/again", {"key": "once"})

    assert first.location == second.location
    assert "停车难</textarea>" in client.get(first.location).get_data(as_text=True)


# ── checking ────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_puts_the_late_one_first_and_says_why(client, scene):
    june, may = [tuple(t.replace(month=m) for t in APRIL_9) for m in (6, 5)]
    late, soon, far = (
        submitted(a_scene(), key=k, windows=[w]) for k, w in (("late", june), ("soon", APRIL_9), ("far", may))
    )
    late.check_by = NOON.replace(day=1)
    html = client.sign_in(a_town_administrator()).get("/checks/").get_data(as_text=True)

    assert re.findall(r'href="/checks/(\d+)"', html) == [str(late.id), str(soon.id), str(far.id)]
    assert "前审核，已经过了" in html


def test_approving_returning_and_rejecting_from_the_page(client, scene):
    one, two, three = (submitted(a_scene(), key=k) for k in "abc")
    client.sign_in(a_town_administrator())

    assert client.send(f"/checks/{one.id}", {"version": one.version, "approve": "1"}).location == "/checks/"
    assert (
        client.send(f"/orders/{two.id}/return", {"version": two.version, "reason": "几点？"}).location
        == f"/orders/{two.number}"
    )
    bare = client.send(f"/checks/{three.id}", {"version": three.version, "reject": "1"})
    client.send(f"/checks/{three.id}", {"version": three.version, "reject": "1", "code": "already_given"})

    states = [db.session.get_one(Order, o.id).state for o in (one, two, three)]
    assert (bare.status_code, states) == (422, [State.APPROVED, State.RETURNED, State.REJECTED])
    assert f"/checks/{one.id}" not in client.get("/checks/").get_data(as_text=True)


@pytest.mark.parametrize("button", ["submit", "save"])
def test_an_order_that_came_back_keeps_its_number_of_people_when_the_field_is_emptied(client, scene, button):
    order = submitted(scene)
    operations.send_back(order, by=actor_of(a_town_administrator()), at=NOON, reason="几点方便？")
    client.sign_in(scene.person)
    held = fields_of(client.get(f"/orders/{order.id}/edit").get_data(as_text=True))
    typed = {
        **held,
        "need": "晚上停不下车",
        "telephone": "02159250000",
        "expected": "",
        "place": "own_room",
        button: "1",
    }

    answer = client.send(f"/orders/{order.id}/edit", typed)

    assert answer.status_code == (422 if button == "submit" else 200)
    assert ("请填写大概来多少人" in answer.get_data(as_text=True)) == (button == "submit")
    assert (only_order().state, only_order().expected) == (State.RETURNED, 30)


def test_the_checker_sees_no_button_on_an_order_of_their_own(client, scene):
    person = a_town_administrator()
    order = submitted(scene, by=actor_of(person))
    client.sign_in(person)

    html = client.get(f"/checks/{order.id}").get_data(as_text=True)
    answer = client.send(f"/checks/{order.id}", {"version": order.version, "approve": "1"})

    assert ('name="approve"' in html, answer.status_code, only_order().state) == (False, 403, State.SUBMITTED)


def test_the_overview_puts_committees_without_an_order_first(client, scene):
    own_room_of(scene.committee)
    quiet = a_committee("安静居民区")
    an_order(scene.committee, scene.course)
    elsewhere = a_committee("别镇居民区", a_town("朱家角镇"))

    html = client.sign_in(a_town_administrator()).get("/orders/overview").get_data(as_text=True)

    assert html.index(quiet.name) < html.index(scene.committee.name)
    assert ("1 个居村还没有点过单，一共 2 个。" in html, elsewhere.name in html) == (True, False)


# ── statements ──────────────────────────────────────────────────────────────────────────────────

SIGN_IN = 1


@pytest.mark.parametrize("rows", [1, 3])
def test_my_orders_cost_one_statement_and_its_counts(client, scene, statements, rows):
    for i in range(rows):
        submitted(a_scene(scene.committee), key=f"k{i}")
    client.sign_in(scene.person)

    with statements() as sent:
        client.get("/orders/")

    assert len(sent) == SIGN_IN + 2  # the list with the counts of its tabs, and what dispatch and lessons know


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_one_statement_beside_the_lessons_at_risk(client, scene, statements, rows):
    for i in range(rows):
        submitted(a_scene(), key=f"k{i}")
    client.sign_in(a_town_administrator())

    with statements() as sent:
        client.get("/checks/")

    assert len(sent) == SIGN_IN + 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_costs_a_handful(client, scene, statements, rows):
    for i in range(rows):
        own_room_of(a_committee(f"居{i}"))
    client.sign_in(scene.person)

    with statements() as sent:
        client.get(f"/orders/new?course={scene.course.id}")

    assert len(sent) == SIGN_IN + 11


PLACING = 15
"""The terms in three, course with room and lecturer, duplicates, quota, number; order, history, windows, notice; the chain in three."""


@contextmanager
def commits():
    """Counts transactions that were committed."""
    found = []
    note = found.append
    sa.event.listen(db.engine, "commit", note)
    try:
        yield found
    finally:
        sa.event.remove(db.engine, "commit", note)


def test_placing_an_order_costs_these_statements_and_one_transaction(client, scene, statements):
    a_draft(a_scene())  # the district's chain has begun
    sent = {**opened(client, scene), "pattern": "周二或周四晚上，4月内任意", "submit": "1"}

    with statements() as placed, commits() as written:
        answer = client.send("/orders/new", sent)

    assert (answer.status_code, len(placed), len(written)) == (302, SIGN_IN + PLACING, 1)
    placed_order = db.session.scalars(sa.select(Order).where(Order.number == "QP26-D-00001")).one()
    assert (placed_order.state, db.session.scalar(sa.select(sa.func.count()).select_from(OrderWindow))) == (
        State.SUBMITTED,
        10,
    )


def test_an_order_placed_at_once_has_the_history_and_audit_of_one_written_step_by_step(client, scene):
    corps = save(
        Corps(district_id=scene.committee.district_id, organisation_id=scene.committee.district_id, name="宣讲团")
    )
    corps_id = scene.course.corps_id = corps.id
    once = {**opened(client, scene), "on_day": "2026-04-09", "half": "afternoon", "need": "停车难"}
    client.send("/orders/new", {**once, "submit": "1"})
    at_once = only_order()
    db.session.commit()
    other = a_scene(scene.committee)
    other.course.corps_id = corps_id
    steps = {**once, "course": other.course.id, "key": "another"}
    client.send("/orders/new", {**steps, "keep": "1"})
    client.send("/orders/new", {**steps, "version": "", "submit": "1"})

    def told(order_id: int) -> list[Any]:
        rows = db.session.scalars(
            sa.select(OrderHistory).where(OrderHistory.owner_id == order_id).order_by(OrderHistory.id)
        )
        return [(r.action, r.from_state, r.to_state, r.person_id, r.acting_for_id, r.changed) for r in rows]

    def audited(order_id: int) -> list[Any]:
        rows = db.session.scalars(
            sa.select(Audit).where(Audit.subject == "order", Audit.subject_id == order_id).order_by(Audit.id)
        )
        return [(r.action, r.from_state, r.to_state, r.person_id, r.fields) for r in rows]

    stepwise = db.session.scalars(sa.select(Order).where(Order.key == "another")).one()
    assert [row[0] for row in told(at_once.id)] == ["create", "save", "windows", "submit"]
    assert (told(at_once.id), audited(at_once.id)) == (told(stepwise.id), audited(stepwise.id))
    assert {k: v for k, v in dump(at_once).items() if k in SAME} == {
        k: v for k, v in dump(stepwise).items() if k in SAME
    }
    assert (at_once.corps_id, audit.verify(KEY_FOR_AUDIT).broken) == (corps_id, ())


SAME = (
    "state", "origin", "organisation_id", "town_id", "district_id", "audience_code", "expected", "place", "venue_id", "online_too", "need",
    "preferred_lecturer_id", "contact", "telephone", "pattern", "priority", "made_by_id", "submitted_by_id", "check_by", "checked_by_id",
    "quota_reason", "corps_id", "assigned_to_id", "call_back_until",
)  # fmt: skip


def test_a_draft_that_is_handed_in_is_kept_and_judged_in_one_transaction(client, scene):
    sent = {**opened(client, scene), "on_day": "2026-04-09", "half": "afternoon"}
    client.send("/orders/new", {**sent, "keep": "1"})
    order = only_order()
    db.session.commit()

    with commits() as written:
        answer = client.send(
            f"/orders/{order.id}/edit", {**sent, "version": str(order.version), "need": "停车难", "submit": "1"}
        )

    db.session.expire_all()
    assert (answer.status_code, len(written), order.state, order.need) == (302, 1, State.SUBMITTED, "停车难")


def test_a_draft_does_not_name_a_venue_of_another_district(client, scene):
    strange = a_venue("CANARY场地", a_town("罗店镇", a_district("宝山区")))
    sent = opened(client, scene, place="venue", venue=str(strange.id), save="1")

    client.send("/orders/new", sent)
    order = only_order()

    assert order.venue_id is None
    assert "CANARY" not in client.get(f"/orders/{order.id}").get_data(as_text=True)


def test_ordering_again_leaves_out_a_venue_that_is_no_longer_shared(client, scene):
    room = a_venue("会客厅")
    old = an_order(scene.committee, scene.course, state=State.CLOSED, place="venue", venue_id=room.id)
    room.shared = False

    client.sign_in(scene.person).send(f"/orders/{old.id}/again", {"key": "again"})

    drafts = db.session.scalars(sa.select(Order).where(Order.state == State.DRAFT)).all()
    assert [(d.expected, d.venue_id) for d in drafts] == [(30, None)]


@pytest.mark.parametrize("typed", ["12", "停车难", "1e999", "<script>", "9" * 60, "A\x00B"])
def test_a_wrong_telephone_is_said_beside_its_field_and_the_rest_is_kept(client, scene, typed):
    answer = client.send("/orders/new", opened(client, scene, telephone=typed, need="晚上停不下车", submit="1"))

    assert (answer.status_code, only_order().need, only_order().telephone) == (422, "晚上停不下车", "")


def test_a_note_has_an_end(client, scene):
    order = submitted(scene)

    long = client.sign_in(scene.person).send(f"/orders/{order.id}/notes", {"words": "长" * 1001})

    assert long.status_code == 422
    assert client.send(f"/orders/{order.id}/notes", {"words": "长" * 1000}).status_code == 302


def test_every_mistake_is_said_at_once_each_at_its_field_with_a_link_at_the_top(client, scene):
    wrong = {
        "expected": "3",
        "telephone": "12",
        "on_day": "2026-08-03",
        "half": "morning",
        "need": "晚上停不下车",
        "submit": "1",
    }

    answer = client.send("/orders/new", opened(client, scene, **wrong))

    page = answer.get_data(as_text=True)
    top = page[page.index('id="errors"') : page.index("<form", page.index('id="errors"'))]
    assert (answer.status_code, only_order().state) == (422, State.DRAFT)
    assert [link for link in ("#telephone", "#expected", "#s2") if f'href="{link}"' in top] == [
        "#telephone",
        "#expected",
        "#s2",
    ]
    assert "这门课至少" in top
    assert 'id="expected-why"' in page
    assert 'id="telephone-why"' in page
    assert "晚上停不下车" in page


def test_the_rules_alone_say_everything_at_once_too(client, scene):
    answer = client.send("/orders/new", opened(client, scene, expected="3", telephone="", submit="1"))

    page = answer.get_data(as_text=True)
    assert (answer.status_code, only_order().number) == (422, None)
    assert [said in page for said in ("这门课至少", "请留一个联系电话", "请至少选一个时间")] == [True] * 3
    assert [f'href="{link}"' in page for link in ("#telephone", "#expected", "#s2")] == [True] * 3


def test_a_keyboard_press_that_keeps_says_nothing_of_what_is_missing(client, scene):
    answer = client.send("/orders/new", opened(client, scene, expected="3", telephone="", keep="1"))

    assert (answer.status_code, 'id="errors"' in answer.get_data(as_text=True)) == (200, False)

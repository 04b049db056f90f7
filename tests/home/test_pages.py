"""The inbox, the audit, the management and operations pages over HTTP: who may, what is shown, what a list costs."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.models import Outbox, Run
from catalogue.home import job_words
from catalogue.notices.models import Message
from catalogue.notices.operations import tell
from tests.factories import (
    NOON,
    TODAY,
    a_dispatcher,
    a_district_administrator,
    a_lecturer,
    a_person,
    a_system_administrator,
    a_town_administrator,
    an_approver,
    an_auditor,
    an_orderer,
    the_district,
)
from tests.home.test_operations import a_failed_row
from tests.lessons.making import a_lesson
from tests.orders.making import a_scene, submitted


def messages(scene, number, person=None):
    for n in range(number):
        row = Outbox(kind="lesson_scheduled", subject="lesson", subject_id=scene.lesson.id, payload={}, key=f"k{n}")
        tell(row, [(person or scene.orderer_person).id], NOON)
    db.session.commit()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_costs_the_same_with_one_row_and_with_three(client, statements, rows):
    scene = a_lesson()
    messages(scene, rows)
    client.sign_in(scene.orderer_person)

    with statements() as sent:
        page = client.get("/inbox/").text

    assert (page.count("课定了"), len(sent)) == (rows, 3 + 1)


def test_opening_a_message_reads_it_and_leads_to_its_thing(client):
    scene = a_lesson()
    messages(scene, 2)
    client.sign_in(scene.orderer_person)
    first = db.session.scalars(sa.select(Message.id).order_by(Message.id)).first()
    assert '<b class="tally">2</b>' in client.get("/inbox/").text

    answer = client.send(f"/inbox/{first}/open")

    assert (answer.status_code, answer.location) == (303, f"/lessons/{scene.lesson.number}")
    assert '<b class="tally">1</b>' in client.get("/inbox/").text
    client.send("/inbox/read")
    assert '<b class="tally">' not in client.get("/inbox/").text


def test_nobody_opens_or_reads_anothers_message(client):
    scene = a_lesson()
    messages(scene, 1)
    client.sign_in(an_orderer())
    message = db.session.scalars(sa.select(Message)).one()

    assert client.send(f"/inbox/{message.id}/open").status_code == 404
    client.send("/inbox/read")
    assert db.session.scalars(sa.select(Message.read_at)).all() == [None]
    assert client.get(f"/inbox/{message.id}/open").status_code == 405


def test_the_audit_page_names_people_and_is_closed_to_the_others(client):
    scene = a_scene()
    submitted(scene)
    name = scene.orderer.name
    page = client.sign_in(an_auditor()).get("/audit/").text
    assert name in page
    assert "提交点单" in page
    assert "想解决的问题" in page
    assert "audience_code" not in page
    assert (
        client.get(f"/audit/?name={name}").status_code
        == client.get("/audit/?id=x&day=x&person=-1&subject=x").status_code
        == 200
    )
    assert "链条完整" in client.get("/audit/verify").text

    for person in (an_orderer(), a_town_administrator(), a_dispatcher(), a_district_administrator()):
        assert client.sign_in(person).get("/audit/").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_audit_costs_the_same_with_one_order_and_with_three(client, statements, rows):
    for n in range(rows):
        submitted(a_scene(), key=f"k{n}")
    client.sign_in(an_auditor())

    with statements() as sent:
        client.get("/audit/?subject=order")

    assert len(sent) == 3 + 1


def test_a_broken_chain_is_said_aloud(client):
    submitted(a_scene())
    db.session.commit()
    db.session.execute(sa.text("DROP TRIGGER IF EXISTS audit_no_update"))
    triggers = db.session.scalars(
        sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
    ).all()
    kept = [db.session.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": n}) for n in triggers]
    for name in triggers:
        db.session.execute(sa.text(f'DROP TRIGGER "{name}"'))
    db.session.execute(sa.text("UPDATE audit SET action = 'nothing' WHERE sequence = 2"))

    page = client.sign_in(an_auditor()).get("/audit/verify").text

    for sql in kept:
        db.session.execute(sa.text(sql))
    db.session.commit()
    assert ("链条断了" in page, "这一条被改过" in page) == (True, True)


def test_only_the_system_administrator_runs_the_machinery(client):
    row = a_failed_row()
    for person in (an_auditor(), a_district_administrator(), an_orderer()):
        client.sign_in(person)
        assert client.get("/operations/").status_code == client.send(f"/operations/{row.id}/retry").status_code == 403

    client.sign_in(a_system_administrator())
    assert "no_such_kind" in client.get("/operations/").text
    assert client.send(f"/operations/{row.id}/retry").status_code == 303
    assert client.send("/operations/987654/retry").status_code == 404


def _heading(client) -> str:
    return re.search(r"<h1>(.*?)</h1>", client.get("/operations/").text)[1]


def test_the_operations_page_says_whether_a_worker_runs(client):
    client.sign_in(a_system_administrator())
    never = _heading(client)
    db.session.add(Run(name="audit.night", minute=NOON, done_at=NOON, error=""))  # of a night, not of a minute
    night_alone = _heading(client)
    run = Run(name="orders", minute=NOON - timedelta(minutes=4), done_at=NOON, error="")
    db.session.add(run)
    long_ago = _heading(client)
    db.session.add(Run(name="orders", minute=NOON - timedelta(minutes=1), done_at=NOON, error=""))
    now = _heading(client)
    db.session.add(Run(name="menu", minute=NOON, done_at=NOON, error="ValueError: no"))
    failed = _heading(client)

    assert (never, night_alone, long_ago) == ("后台进程没有在跑",) * 3
    assert (now, failed) == ("一切在正常走", "有定时工作没办成")


def test_periodic_work_is_named_in_chinese(client):
    for name in client.application.extensions["songxue.periodic"]:
        assert name in job_words.JOBS, name
    client.sign_in(a_system_administrator())
    db.session.add(Run(name="dispatch", minute=NOON, done_at=NOON, error=""))

    page = client.get("/operations/").text

    assert ("过期的邀约，问下一位" in page, ">dispatch<" in page) == (True, False)


def test_who_stopped_teaching_is_not_led_to_a_calendar(client):
    lecturer = a_lecturer()
    person = db.session.get_one(Person, lecturer.person_id)
    client.sign_in(person)
    teaches = client.get("/courses/").text
    lecturer.ended_on = TODAY - timedelta(days=1)
    db.session.commit()

    stopped, offers, calendar = client.get("/courses/").text, client.get("/offers/").text, client.get("/calendar/mine")

    assert ("/calendar/mine" in teaches, "/calendar/mine" in stopped) == (True, False)
    assert ("没有手机的讲师" in offers, "不会收到新的邀约" in offers) == (False, True)
    assert (calendar.status_code, "没有在任的讲师登记" in calendar.text) == (404, True)


SHELVES = {
    "town": {"/imports/", "/offers/", "/venues/", "/lessons/", "/ratings/", "/organisations/", "/people/"},
    "orderer": set(),
    "auditor": {"/audit/"},
}


def test_each_role_finds_what_it_looks_after(client):
    people = {"town": a_town_administrator(), "orderer": an_orderer(), "auditor": an_auditor()}
    for role, person in people.items():
        page = client.sign_in(person).get("/manage/").text
        assert {part.split('"')[0] for part in page.split('class="way text-decoration-none" href="')[1:]} == SHELVES[
            role
        ]


def test_no_role_has_more_than_six_entries_at_the_top(app):
    nav = app.extensions["songxue.nav"]

    assert {role: n for role in Role if (n := sum(not w or role in w for w, _label, _path in nav)) > 6} == {}


def test_every_entry_at_the_top_leads_somewhere(client):
    for person in (
        an_orderer(),
        a_town_administrator(),
        a_dispatcher(),
        an_approver(),
        a_district_administrator(),
        an_auditor(),
        a_system_administrator(),
    ):
        client.sign_in(person)
        held = {r for r in Role if _holds(person, r)}
        for wanted, _label, path in client.application.extensions["songxue.nav"]:
            if not wanted or wanted & held:
                assert client.get(path).status_code == 200, (path, held)
    lecturer = a_lecturer()
    client.sign_in(db.session.get_one(type(an_orderer()), lecturer.person_id))
    assert client.get("/lessons/").status_code == 200
    assert a_person("", the_district()) is not None


def _holds(person, role):
    found = sa.text("SELECT 1 FROM membership WHERE person_id = :p AND role = :r")
    return db.session.scalar(found, {"p": person.id, "r": role.value}) is not None

"""The pages of demand."""

import pytest

from catalogue.core.db import db
from catalogue.demand.models import Gap
from catalogue.demand.states import GapState
from tests.demand.test_operations import reported
from tests.factories import a_committee, a_course, a_dispatcher, a_town_administrator, an_auditor, an_orderer


def test_a_search_without_a_result_becomes_a_gap(client, app):
    person = an_orderer()
    client.sign_in(person)

    form = client.get("/gaps/new?q=电动车进楼道").get_data(as_text=True)
    answer = client.send("/gaps/new", {"words": "电动车进楼道", "lack": "course"})

    assert ("电动车进楼道</textarea>" in form, answer.location) == (True, "/gaps/")
    assert "电动车进楼道" in client.get("/gaps/").get_data(as_text=True)
    assert client.send("/gaps/new", {"words": "", "lack": "course"}).status_code == 422
    assert client.send("/gaps/new", {"words": "x", "lack": "moon"}).status_code == 422


def test_the_academy_answers_and_the_committee_reads_it(client, app):
    committee = a_committee()
    person = an_orderer(committee)
    gap = reported("停车难", committee)
    course = a_course("停车难怎么议")
    client.sign_in(a_dispatcher())

    assert "停车难" in client.get("/gaps/").get_data(as_text=True)
    bare = client.send(f"/gaps/{gap.id}", {"version": gap.version, "fill": "1", "course": "", "answer": "留着的话"})
    done = client.send(
        f"/gaps/{gap.id}", {"version": gap.version, "fill": "1", "course": course.id, "answer": "四月起可点"}
    )

    assert (bare.status_code, "留着的话" in bare.get_data(as_text=True), done.location) == (422, True, "/gaps/")
    html = client.sign_in(person).get("/gaps/").get_data(as_text=True)
    assert ("四月起可点" in html, f'href="/courses/{course.id}"' in html) == (True, True)


def test_others_may_neither_look_nor_answer(client, app):
    gap = reported("停车难")
    for person, status in ((an_orderer(), 404), (an_auditor(), 403)):
        client.sign_in(person)
        assert client.get(f"/gaps/{gap.id}").status_code == status
        assert client.send(f"/gaps/{gap.id}", {"decline": "1", "answer": "不"}).status_code == status
    client.sign_in(a_town_administrator())
    assert client.get(f"/gaps/{gap.id}").status_code == 200
    assert client.send(f"/gaps/{gap.id}", {"decline": "1", "answer": "不"}).status_code == 404
    assert db.session.get_one(Gap, gap.id).state is GapState.OPEN


@pytest.mark.parametrize("rows", [1, 3])
def test_the_ranked_list_costs_one_statement(client, app, statements, rows):
    for i in range(rows):
        reported(f"难处{i}")
    client.sign_in(a_dispatcher())

    with statements() as sent:
        client.get("/gaps/")

    assert len(sent) == 1 + 1


def test_a_menu_search_without_a_result_leads_to_the_academy(client, app):
    a_course("垃圾分类再出发")
    client.sign_in(an_orderer())

    html = client.get("/courses/?q=量子力学").get_data(as_text=True)

    assert "告诉学院缺什么" in html
    assert "/gaps/new?q=" in html
    stranger = client.sign_in(an_auditor()).get("/courses/?q=量子力学").get_data(as_text=True)
    assert "告诉学院缺什么" not in stranger

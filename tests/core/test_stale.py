"""A page that lay open while somebody else worked: who did what, which fields differ, and what was typed with its labels."""

import re

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import WebSession
from catalogue.core.db import db
from catalogue.courses import editions
from catalogue.dispatch import operations as dispatch
from catalogue.venues import operations as venues
from tests.dispatch.making import an_open_offer
from tests.factories import (
    NOON,
    a_dispatcher,
    a_district_administrator,
    a_venue,
    actor_of,
    an_edition,
    an_item,
    an_orderer,
)
from tests.lessons.making import a_lesson


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def sent(client, path, fields):
    """As the browser sends the page that lies open: with the version it was made from."""
    return client.post(path, data={"csrf_token": client.token(), **fields})


@pytest.fixture
def venue(client):
    """A venue whose page lies open while a colleague renames it."""
    venue, colleague = a_venue("老活动室", capacity=40), a_district_administrator()
    client.sign_in(a_district_administrator())
    page = client.get(f"/venues/{venue.id}/edit").text
    fields = dict(re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', page))
    venues.edit(venue, {"name": "新活动室", "capacity": 60}, by=actor_of(colleague), at=NOON)
    venue.colleague, venue.fields = colleague.name, {k: v for k, v in fields.items() if k != "csrf_token"}
    return venue


def test_a_stale_page_says_who_changed_which_field_and_both_values(client, venue):
    fields = {**venue.fields, "kind": venue.kind.value, "name": "我的活动室", "address": "公园路一号"}

    answer = sent(client, f"/venues/{venue.id}/edit", fields)

    said = words(answer)
    assert answer.status_code == 409
    assert f"{venue.colleague}，3月2日（周一）12:00：" in said
    assert "现在是“新活动室”，您填的是“我的活动室”" in said
    assert "现在是“60”，您填的是“40”" in said
    assert "公园路一号" in answer.text
    assert 'value="我的活动室"' in answer.text


def test_what_nobody_else_changed_is_not_called_different(client, venue):
    said = words(
        sent(client, f"/venues/{venue.id}/edit", {**venue.fields, "name": "新活动室", "address": "公园路一号"})
    )

    assert ("“新活动室”" in said, "您填的是“公园路一号”" in said) == (False, False)


def test_a_button_of_a_stale_page_says_who_was_faster_and_leads_on(client):
    edition, keeper = an_edition("春天", published_on=None), a_district_administrator()
    an_item(edition=edition)
    editions.edit(edition, {"name": "春季"}, by=actor_of(keeper), at=NOON)
    client.sign_in(a_district_administrator())
    answer = sent(client, f"/editions/{edition.id}/publish", {"version": "1"})

    assert (answer.status_code, f"{keeper.name}，3月2日（周一）12:00" in words(answer)) == (409, True)
    assert f'href="/editions/{edition.id}"' in answer.text


def test_the_answer_link_of_a_stranger_names_nobody(client, app):
    offer, desk = an_open_offer(), a_dispatcher()
    secret = dispatch.new_link(offer, by=actor_of(desk), at=NOON)
    stranger = app.test_client()

    answer = sent(stranger, f"/answer/{secret}", {"say": "yes", "version": "99"})

    assert (answer.status_code, desk.name in answer.text) == (409, False)


def test_history_knows_the_version_each_act_left(app):
    venue = a_venue("活动室")
    by = actor_of(a_district_administrator())

    venues.edit(venue, {"name": "一"}, by=by, at=NOON)
    venues.edit(venue, {"name": "二"}, by=by, at=NOON)

    found = db.session.execute(sa.select(venue.history.version).where(venue.history.action == "edit")).scalars().all()
    assert found == [2, 3]


# ── what was typed ──────────────────────────────────────────────────────────────────────────────


def test_a_token_that_ran_out_shows_what_was_typed_with_its_labels(client):
    lesson = a_lesson().lesson
    client.sign_in(a_dispatcher())

    answer = client.post(
        f"/lessons/{lesson.number}/missed", data={"csrf_token": "old", "who": "lecturer", "reason": "没有来"}
    )

    assert answer.status_code == 400
    assert "谁没有来 讲师没有来 当时的情况 没有来" in words(answer)


def test_what_was_typed_before_a_sign_in_ran_out_comes_back_with_its_labels(client):
    lesson = a_lesson().lesson
    person = an_orderer(lesson.organisation)
    client.sign_in(person)
    db.session.execute(sa.update(WebSession).values(ends_at=NOON))

    sent(client, f"/lessons/{lesson.number}/call-off", {"reason": "停电了", "version": "1"})
    client.sign_in(person)
    page = client.get("/login/kept")

    assert "原因 停电了" in words(page)
    assert 'name="version" value="1"' in page.text


# ── a way on ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "status", "back"),
    [
        ("/lessons/QP26-K-99999", 404, "/lessons/"), ("/lessons/QP26-K-99999/call-off", 404, "/lessons/"), ("/nowhere", 404, "/"),
        ("/orders/999999", 404, "/orders/"), ("/system/queue", 404, "/"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_there_leads_to_the_nearest_that_is(client, path, status, back):
    client.sign_in(a_dispatcher())

    answer = client.get(path)

    main = answer.text[answer.text.index("<main") :]
    assert (answer.status_code, f'class="btn btn-primary btn-big" href="{back}"' in main) == (status, True)


def test_a_refusal_leads_back_to_the_page_one_came_from_and_never_to_another_site(client):
    lesson = a_lesson().lesson
    client.sign_in(an_orderer(lesson.organisation))
    path = f"/lessons/{lesson.number}/cannot-come"

    own = client.get(path, headers={"Referer": f"http://localhost/lessons/{lesson.number}?a=1"}).text
    other = client.get(path, headers={"Referer": "http://elsewhere.example/lessons/"}).text

    assert f'btn-big" href="/lessons/{lesson.number}?a=1"' in own
    assert "elsewhere" not in other
    assert f'btn-big" href="/lessons/{lesson.number}"' in other

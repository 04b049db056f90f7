"""What must not be reachable from the wrong side of a fence, whatever the page: forms, numbers, other districts, the tongue of errors."""

import pytest
import sqlalchemy as sa

from bench.consistency import broken
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.lecturers import operations as lecturers
from catalogue.venues import operations as venues
from tests.factories import (
    NOON,
    a_course,
    a_dispatcher,
    a_district_administrator,
    a_lecturer,
    a_town_administrator,
    a_venue,
    actor_of,
    an_approver,
    an_auditor,
    an_edition,
    an_item,
    an_order,
    an_orderer,
    the_town,
    version_of,
)
from tests.lessons.making import a_lesson


def the_orderer_of(lesson):
    return an_orderer(lesson.organisation)


# ── a form that its reader could only send in vain is not shown ──────────────────────────────────


@pytest.mark.parametrize(
    ("page", "who", "status"),
    [
        ("call-off", an_approver, 403),
        ("call-off", a_dispatcher, 200),
        ("cannot-come", an_approver, 403),
        ("cannot-come", the_orderer_of, 403),
        ("cannot-come", a_dispatcher, 200),
        ("move", an_approver, 403),
        ("move", the_orderer_of, 200),
        ("missed", an_approver, 403),
        ("online-link", the_orderer_of, 403),
        ("online-link", a_dispatcher, 200),
    ],
)
def test_who_may_not_change_a_lesson_is_refused_before_the_form(client, page, who, status):
    lesson = a_lesson().lesson
    person = who(lesson) if who is the_orderer_of else who()

    assert client.sign_in(person).get(f"/lessons/{lesson.number}/{page}").status_code == status


def test_who_may_not_take_a_course_off_the_menu_is_refused_before_the_form(client):
    version = version_of(a_course())

    seen = [
        client.sign_in(who()).get(f"/manage/versions/{version.id}/withdraw").status_code
        for who in (an_auditor, a_dispatcher, a_town_administrator, an_approver)
    ]

    assert seen == [403, 403, 403, 200]


def test_a_town_is_refused_before_the_form_of_its_districts_edition(client):
    edition = an_edition()
    item = an_item(edition=edition)
    client.sign_in(a_town_administrator())

    seen = [client.get(f"/editions/{edition.id}/{page}").status_code for page in ("edit", f"items/{item.id}")]

    assert (seen, client.get(f"/editions/{edition.id}").status_code) == ([403, 403], 200)


def test_who_may_not_cancel_or_return_an_order_is_refused_before_the_form(client):
    order = an_order()
    the_town()

    cancel = [
        client.sign_in(who()).get(f"/orders/{order.id}/cancel").status_code for who in (an_approver, a_dispatcher)
    ]
    back = [
        client.sign_in(who()).get(f"/orders/{order.id}/return").status_code
        for who in (a_town_administrator, a_dispatcher)
    ]

    assert (cancel, back) == ([403, 200], [403, 200])


# ── what no column could hold ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["mark", "add"])
def test_a_number_that_no_column_could_hold_is_refused_in_words(client, path):
    lesson = a_lesson().lesson
    client.sign_in(the_orderer_of(lesson))
    huge = "9" * 20

    sent = {"person": huge, "party": huge, "presence": "present", "name": "居民"}
    answer = client.send(f"/lessons/{lesson.number}/attendance/{path}?party={huge}", sent)

    assert answer.status_code == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_half_a_place_on_the_map_is_refused_in_words(app):
    by = actor_of(a_district_administrator())

    with pytest.raises(Invalid):
        lecturers.edit(a_lecturer(), {"home_latitude": 31.0, "home_longitude": None}, by=by, at=NOON)
    with pytest.raises(Invalid):
        venues.edit(a_venue(), {"latitude": None, "longitude": 121.0}, by=by, at=NOON)


def test_a_subcategory_without_its_category_is_refused_in_words(client):
    client.sign_in(a_district_administrator())

    assert client.send("/manage/words/subcategories", {"label": "楼组", "parent_id": ""}).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x"])
def test_a_person_does_not_end_on_an_impossible_day(client, day):
    person = an_orderer()
    client.sign_in(a_town_administrator())

    assert client.send(f"/people/{person.id}/end", {"on": day, "reason": "调走", "version": "1"}).status_code == 422


# ── after an accident ────────────────────────────────────────────────────────────────────────────


def test_the_look_after_an_accident_finds_a_state_without_history(app):
    lesson = a_lesson().lesson

    db.session.commit()

    clean = [line for line in broken(db.session.connection()) if line.startswith("lesson ")]
    db.session.execute(sa.text("UPDATE lesson SET state = 'delivered'"))

    assert clean == []
    assert f"lesson {lesson.id}: state delivered, history says scheduled" in broken(db.session.connection())


# ── bodies that are too large, texts that are not there ─────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_giant_body_is_413_on_our_own_page(client, kind):
    answer = client.post("/login", data=b"x" * (11 * 2**20), content_type=kind)

    assert (answer.status_code, answer.headers["X-Request-ID"] in answer.get_data(as_text=True)) == (413, True)


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u202e", "\u3000"])
def test_a_name_of_nothing_visible_is_no_name(client, typed):
    client.sign_in(a_district_administrator())

    answer = client.send(
        "/lecturers/new", {"display_name": typed, "kind": "special", "source": "external", "title_tier": "none"}
    )

    assert answer.status_code == 422
    assert db.session.scalar(sa.text("SELECT count(*) FROM lecturer")) == 0

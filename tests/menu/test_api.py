"""JSON of the menu: the same rows as the page, and no more than the caller may see."""

import pytest

from catalogue.core.clock import HalfDay
from catalogue.menu import operations
from catalogue.organisations.models import Setting
from tests.factories import (
    LONG_AGO,
    NOON,
    PASSWORD,
    a_course,
    a_lecturer,
    account_of,
    an_item,
    an_orderer,
    save,
    the_district,
    the_town,
)


@pytest.fixture
def course(app):
    the_town()
    course = a_course("停车难", rating_sum=42, rating_count=3, form="seminar", outline="摆问题\n演角色")
    an_item(course)
    a_lecturer("讲师01", course, half_days=[(3, HalfDay.AFTERNOON)], named_in_public=False)
    a_course("加装电梯")
    operations.rebuild(at=NOON)
    return course


def token(client):
    account = account_of(an_orderer())
    answer = client.post("/api/v1/auth/token", json={"username": account.username, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def test_a_stranger_gets_the_menu_without_ratings_free_days_and_unnamed_lecturers(course, client):
    answer = client.get("/api/v1/courses?q=停车").json
    one = client.get(f"/api/v1/courses/{course.id}").json

    assert answer == {
        "rows": [
            {
                "id": course.id, "title": "停车难", "category": "实务实训", "form": "研讨", "minutes": 90, "size_min": 10, "size_max": 60,
                "orderable": True, "rating": None, "soonest": None,
            }
        ],
        "after": "", "before": "",
    }  # fmt: skip
    assert (one["outline"], one["modes"], one["lecturers"], one["rating"]) == (
        ["摆问题", "演角色"],
        ["onsite", "venue", "online"],
        [],
        None,
    )


def test_a_token_sees_ratings_with_their_n_and_the_soonest_day(course, client):
    bearer = token(client)

    row = client.get("/api/v1/courses?sort=soonest&limit=1", headers=bearer).json["rows"][0]
    one = client.get(f"/api/v1/courses/{course.id}", headers=bearer).json

    assert (row["rating"], row["soonest"]) == ({"mean": 4.67, "n": 3}, {"day": "2026-04-02", "half_day": "afternoon"})
    assert (one["soonest"], one["lecturers"]) == (row["soonest"], [{"name": "讲师01", "title": ""}])


def test_pages_follow_each_other_by_their_marks(course, client):
    first = client.get("/api/v1/courses?limit=1").json
    second = client.get(f"/api/v1/courses?limit=1&after={first['after']}").json

    assert ([r["title"] for r in first["rows"] + second["rows"]], second["after"]) == (["加装电梯", "停车难"], "")


def test_wrong_limits_closed_menus_and_missing_courses_are_refused(course, client):
    assert client.get("/api/v1/courses?limit=0").status_code == 422
    assert client.get("/api/v1/courses/999999").status_code == 404
    save(Setting(organisation_id=the_district().id, name="menu_open", value="0", valid_from=LONG_AGO, set_at=NOON))

    answers = [client.get(p) for p in ("/api/v1/courses", f"/api/v1/courses/{course.id}")]

    assert [(a.status_code, a.json["title"]) for a in answers] == [(401, "sign_in")] * 2

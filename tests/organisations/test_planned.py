"""Changes dated for a day to come, as a district's administrator sees and takes them back."""

import pytest
import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.lessons.models import Lesson
from catalogue.organisations import lists, operations, queries, reshaping
from catalogue.organisations.models import Organisation
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_district_administrator,
    a_town,
    a_town_administrator,
    actor_of,
    an_order,
    the_town,
)
from tests.lessons.making import a_lesson


@pytest.fixture
def boss(client):
    return client.sign_in(a_district_administrator())


@pytest.mark.parametrize(
    ("path", "fields", "word"),
    [("rename", {"name": "东庄新村"}, "东庄新村"), ("kind", {"kind": "village"}, "村"), ("move", {}, "朱家角镇")],
)
def test_a_change_for_later_says_so_and_is_taken_back_on_the_page(boss, path, fields, word):
    village, other = a_committee("东庄村"), a_town("朱家角镇")
    here = f"/organisations/{village.id}"
    fields = fields or {"parent_id": other.id}

    boss.send(f"{here}/{path}", {**fields, "on": "2027-03-02", "version": village.version})
    page = boss.get(here).text
    again = boss.send(f"{here}/{path}", {**fields, "on": "2026-03-02", "version": village.version}).text
    what = "name" if path == "rename" else "place"
    off = boss.send(f"{here}/planned/{what}/cancel", {"version": village.version})
    after = boss.get(here).text

    assert "定好了，2027年3月2日（周二）起用。" in page
    assert ("取消这次变动" in page, word in page) == (True, True)
    assert "已经定好 2027年3月2日（周二）起改一次。请先在单位页上取消那一次，再定新的。" in again
    assert (off.location, "已取消，照现在的不变。" in after, "取消这次变动" in after) == (here, True, False)
    assert boss.send(f"{here}/{path}", {**fields, "on": "2026-03-02", "version": village.version}).location == here


@pytest.mark.parametrize(("on", "code"), [("2028-03-02", 302), ("2028-03-03", 422), ("2100-01-01", 422)])
def test_nothing_is_dated_more_than_two_years_ahead(boss, on, code):
    village = a_committee("东庄村")

    answer = boss.send(
        f"/organisations/{village.id}/rename", {"name": "东庄新村", "on": on, "version": village.version}
    )

    assert answer.status_code == code
    assert ("最多提前两年定，请核对年份。" in answer.text) == (code == 422)


def test_what_is_in_force_already_cannot_be_called_off(boss):
    village = a_committee("东庄村")
    reshaping.rename(village, "东庄新村", on=TODAY, by=actor_of(a_district_administrator()), at=NOON)
    db.session.commit()

    answer = boss.send(f"/organisations/{village.id}/planned/name/cancel", {"version": village.version})

    assert (answer.status_code, queries.name_on(village.id, TODAY)) == (422, "东庄新村")


def test_a_town_calls_nothing_off(client):
    village = a_committee("东庄村")
    boss = actor_of(a_district_administrator())
    reshaping.rename(village, "东庄新村", on=TODAY.replace(day=9), by=boss, at=NOON)
    db.session.commit()
    clerk = client.sign_in(a_town_administrator())

    page = clerk.get(f"/organisations/{village.id}").text
    answer = clerk.send(f"/organisations/{village.id}/planned/name/cancel", {"version": village.version})

    assert ("取消这次变动" in page, answer.status_code) == (False, 403)
    assert len(lists.names_over_time(village.id)) == 2


def test_merged_and_split_ones_are_called_so(boss):
    town = the_town()
    first, second, third, fourth = (a_committee(f"{n}村", town) for n in "一二三四")
    by = actor_of(a_district_administrator())
    reshaping.merge([first, second], name="一二村", kind="village", parent=town, on=TODAY, by=by, at=NOON)
    reshaping.split(third, [reshaping.Part(n, "village") for n in ("东村", "西村")], on=TODAY, by=by, at=NOON)
    reshaping.end(fourth, on=TODAY.replace(day=1), by=by, at=NOON)
    db.session.commit()

    page = boss.get("/organisations/?ended=1").text
    said = [next(w for w in ("已合并", "已拆分", "已撤销") if w in boss.get(f"/organisations/{o.id}").text) for o in (first, third, fourth)]  # fmt: skip

    assert said == ["已合并", "已拆分", "已撤销"]
    assert [page.count(word) for word in ("已合并 3月1日", "已拆分 3月1日", "已撤销 3月1日")] == [2, 1, 1]


def test_the_search_for_an_old_name_finds_the_living_one(boss):
    town = the_town()
    first, second = a_committee("下塘社区", town, short_name="下塘"), a_committee("湾塘", town)
    by = actor_of(a_district_administrator())
    operations.add_alias(first, "老下塘居委会", by=by, at=NOON)
    made = reshaping.merge(
        [first, second], name="塘湾社区", kind="neighbourhood", parent=town, on=TODAY, by=by, at=NOON, short_name="塘湾"
    )
    db.session.commit()

    for typed in ("老下塘居委会", "下塘社区", "湾塘", "下塘"):
        assert f'href="/organisations/{made.id}"' in boss.get(f"/organisations/?q={typed}").text
    assert made.short_name == "塘湾"


# ── the past on the pages of a row ───────────────────────────────────────────────────────────────


def test_pages_of_a_past_row_keep_the_name_of_its_day(client, app):
    scene = a_lesson()
    lesson, order, village = scene.lesson, scene.order, scene.committee
    order.submitted_at = NOON.replace(day=1)
    db.session.flush()
    day = NOON.replace(month=2, day=5)
    db.session.execute(
        sa.update(Lesson).where(Lesson.id == lesson.id).values(starts_at=day, ends_at=day.replace(hour=6))
    )
    old = village.name
    reshaping.rename(village, "湾塘改名村", on=TODAY, by=actor_of(a_district_administrator()), at=NOON)
    number, order_number, order_id = lesson.number, order.number, order.id
    db.session.commit()
    said = f"{old}（现 湾塘改名村）"
    client.sign_in(a_town_administrator())

    pages = (f"/lessons/{number}", f"/lessons/{number}/sheet", f"/orders/{order_number}", f"/checks/{order_id}", "/orders/", "/lessons/?tab=due")  # fmt: skip
    for path in pages:
        text = client.get(path).text
        assert (path, said in text, text.count("湾塘改名村") == text.count(said)) == (path, True, True)


def test_a_row_of_after_the_change_has_the_new_name_alone(client, app):
    village = a_committee("湾塘")
    reshaping.rename(village, "湾塘改名村", on=TODAY, by=actor_of(a_district_administrator()), at=NOON)
    order = an_order(village)
    db.session.commit()

    text = client.sign_in(a_town_administrator()).get(f"/orders/{order.id}").text

    assert ("湾塘改名村" in text, "（现" in text) == (True, False)


def test_a_page_of_a_list_costs_one_statement_more_only_when_somebody_was_renamed(client, app, statements):
    order = an_order(a_committee("湾塘"))
    order.submitted_at = NOON.replace(day=1)
    boss = actor_of(a_district_administrator())
    db.session.commit()
    client.sign_in(a_town_administrator())
    with statements() as before:
        client.get("/orders/")
    village = db.session.get_one(Organisation, order.organisation_id)
    reshaping.rename(village, "湾塘改名村", on=TODAY, by=boss, at=NOON)
    with statements() as after:
        text = client.get("/orders/").text

    assert ("湾塘（现 湾塘改名村）" in text, len(after) - len(before)) == (True, 1)

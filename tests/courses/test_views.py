"""The pages that keep courses, editions and vocabularies: a course's whole way to the menu in the browser, and who may not."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.actor import Level, Role
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.courses import operations, queries
from catalogue.courses.models import Category, Course, CourseForm, Edition, EditionItem, Series
from catalogue.courses.states import State
from catalogue.lecturers.models import Corps
from tests.factories import (
    NOON,
    TODAY,
    a_course,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_person,
    a_town_administrator,
    actor_of,
    an_approver,
    an_auditor,
    an_edition,
    an_item,
    an_orderer,
    an_organisation,
    category,
    save,
    the_district,
    version_of,
)


def fields(**more):
    plain = {
        "owner_id": the_district().id, "title": "停车难", "summary": "把没地方停拆成三类问题。", "outline": "摆问题 25 分钟", "form": "seminar", "minutes": "120",
        "size_min": "20", "size_max": "40", "modes": ["onsite", "venue"], "lecturers_needed": "1", "audiences": ["residents"], "equipment": [],
        "category_id": category("sw").id, "subcategory_id": "", "series_id": "", "tags": "物业、议事", "problems": "没地方停车，抢车位", "offered_to": [],
    }  # fmt: skip
    return {**plain, **more}


def only(model):
    return db.session.scalars(sa.select(model)).one()


def test_a_course_goes_from_an_empty_district_to_the_menu_and_an_edition_in_the_browser(client):
    keeper, approver = a_district_administrator(), an_approver()
    client.sign_in(keeper)
    assert "还没有课" in client.get("/manage/courses/").text
    made = client.send("/manage/courses/new", fields())
    course = only(Course)
    version = version_of(course)
    assert (made.status_code, made.location, version.state) == (302, f"/manage/courses/{course.id}", State.DRAFT)
    assert (queries.tags_of(course.id), queries.problems_of(course.id)) == (["物业", "议事"], ["抢车位", "没地方停车"])
    client.send(f"/manage/versions/{version.id}/submit", {"version": version.version})
    assert client.send(f"/manage/versions/{version.id}/publish", {"version": "2"}).status_code == 403

    other = client.application.test_client().sign_in(approver)
    page = other.get(f"/manage/courses/{course.id}").text
    assert ">批准上架</button>" in page
    assert (page.count("新建课程"), "起草新版本" in page) == (1, False)
    other.send(f"/manage/versions/{version.id}/publish", {"version": version_of(course).version})
    days = {
        "order_from": "2026-02-15",
        "order_until": "2026-03-20",
        "teach_from": "2026-04-01",
        "teach_until": "2026-06-30",
    }
    client.send("/editions/new", {"name": "2026年第二季度", "organisation_id": the_district().id, **days})
    edition = only(Edition)
    client.send(f"/editions/{edition.id}/add", {"course": course.id})
    client.send(f"/editions/{edition.id}/publish", {"version": edition.version})

    assert (version_of(course).state, only(EditionItem).course_version_id, only(Edition).published_on) == (
        State.PUBLISHED,
        version.id,
        TODAY,
    )
    assert "停车难" in client.application.test_client().get("/courses/?q=抢车位").text


def test_a_form_with_errors_comes_back_with_what_was_typed(client):
    client.sign_in(a_district_administrator())

    answer = client.send("/manage/courses/new", fields(size_max="10", title="停车难怎么办"))

    assert (answer.status_code, "最多人数不能少于最少人数" in answer.text, 'value="停车难怎么办"' in answer.text) == (
        422,
        True,
        True,
    )
    assert db.session.scalars(sa.select(Course)).all() == []


def test_editing_words_and_places_makes_no_version(client):
    course = a_course("停车难")
    client.sign_in(a_district_administrator())
    assert "不产生新版本" in client.get(f"/manage/courses/{course.id}/edit").text

    client.send(
        f"/manage/courses/{course.id}/edit",
        fields(version=course.version, problems="充电桩", offered_to=[the_district().id]),
    )

    assert (queries.problems_of(course.id), queries.offered_to(course), version_of(course).number) == (
        ["充电桩"],
        [the_district().id],
        1,
    )


def test_a_course_is_asked_of_a_corps_of_the_district_and_of_no_other(client):
    course, other = a_course("停车难"), a_district()
    corps = save(Corps(district_id=the_district().id, organisation_id=the_district().id, name="老兵宣讲团"))
    foreign = save(Corps(district_id=other.id, organisation_id=other.id, name="宝山宣讲团"))
    ended = save(
        Corps(district_id=the_district().id, organisation_id=the_district().id, name="散了的团", ended_on=TODAY)
    )
    client.sign_in(a_district_administrator())
    path = f"/manage/courses/{course.id}/edit"
    page = client.get(path).text
    assert [name in page for name in ("老兵宣讲团", "宝山宣讲团", "散了的团")] == [True, False, False]

    for wrong in (foreign.id, ended.id):
        client.send(path, fields(version=course.version, corps_id=wrong))
        with pytest.raises(Invalid, match="请重选"):
            operations.edit(course, {"corps_id": wrong}, by=actor_of(a_district_administrator()), at=NOON)
    assert course.corps_id is None
    client.send(path, fields(version=course.version, corps_id=corps.id))
    assert (course.corps_id, "老兵宣讲团" in client.get(f"/manage/courses/{course.id}").text) == (corps.id, True)
    client.send(path, fields(version=course.version, corps_id=""))
    assert (course.corps_id, "老兵宣讲团" in client.get(f"/manage/courses/{course.id}").text) == (None, False)


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(client):
    course = a_course("停车难")
    client.sign_in(a_district_administrator())

    answer = client.send(f"/manage/courses/{course.id}/edit", fields(version=course.version - 1, problems="充电桩"))

    assert (answer.status_code, "充电桩" in answer.text, queries.problems_of(course.id)) == (409, True, [])


def test_a_new_version_shows_what_changed_and_replaces_the_old_when_approved(client):
    course = a_course("停车难", minutes=90)
    keeper = client.sign_in(a_district_administrator())
    keeper.send(f"/manage/courses/{course.id}/version", fields(minutes="150"))
    draft = version_of(course)
    keeper.send(f"/manage/versions/{draft.id}/edit", fields(minutes="120", version=draft.version))
    page = keeper.get(f"/manage/courses/{course.id}").text
    keeper.send(f"/manage/versions/{draft.id}/submit", {"version": draft.version})
    approver = client.application.test_client().sign_in(an_approver())
    approver.send(f"/manage/versions/{draft.id}/publish", {"version": draft.version})

    assert re.search(r"时长</th><td[^>]*><del>90 分钟</del></td><td[^>]*>120 分钟", page)
    assert [(v.number, v.state, v.minutes) for v in queries.versions_of(course.id)] == [
        (2, State.PUBLISHED, 120),
        (1, State.WITHDRAWN, 90),
    ]


def test_returning_correcting_withdrawing_and_honours_have_their_pages(client):
    course, waiting = a_course("停车难怎么办法"), a_course("加装电梯", state=State.IN_REVIEW)
    approver, keeper = (
        client.application.test_client().sign_in(an_approver()),
        client.sign_in(a_district_administrator()),
    )
    version = version_of(course)

    approver.send(f"/manage/versions/{version_of(waiting).id}/return", {"words": "请补提纲"})
    refused = keeper.send(f"/manage/versions/{version.id}/withdraw", {"words": ""})
    keeper.send(
        f"/manage/versions/{version.id}/correct",
        {"title": "停车难怎么办", "summary": "", "outline": "", "version": version.version},
    )
    approver.send(f"/manage/courses/{course.id}/honour/gold")
    keeper.send(f"/manage/versions/{version.id}/withdraw", {"words": "讲师退休"})

    assert (version_of(waiting).state, refused.status_code) == (State.DRAFT, 422)
    db.session.refresh(course)
    assert (course.title, course.gold_on, version_of(course).state) == ("停车难怎么办", TODAY, State.WITHDRAWN)


def test_others_see_a_visible_course_but_may_not_write_it(client):
    branch = an_organisation(the_district(), "branch", Level.UNIT, "徐泾分院")
    a_person("", branch, Role.DISTRICT_ADMINISTRATOR)
    course = a_course("分院的课", owner=branch)
    for person in (a_district_administrator(), a_town_administrator()):
        browser = client.application.test_client().sign_in(person)
        assert "您可以看，不能改" in browser.get(f"/manage/courses/{course.id}").text
        assert [browser.get(f"/manage/courses/{course.id}/{p}").status_code for p in ("edit", "version")] == [403, 403]
        assert browser.send(f"/manage/courses/{course.id}/edit", fields(title="改")).status_code == 403


@pytest.mark.parametrize("path", ["/manage/courses/", "/editions/", "/manage/courses/new", "/manage/words/forms"])
def test_lecturers_orderers_and_strangers_keep_nothing(client, path):
    codes = [client.application.test_client().sign_in(p).get(path).status_code for p in (an_orderer(), a_lecturer())]

    assert (codes, client.get(path).status_code) == ([403, 403], 302)


def test_auditors_read_and_write_nothing(client):
    course = a_course("停车难")
    client.sign_in(an_auditor())

    codes = [
        client.get(p).status_code
        for p in ("/manage/courses/", f"/manage/courses/{course.id}", "/editions/", "/manage/courses/new")
    ]

    assert codes == [200, 200, 200, 403]
    assert client.send(f"/manage/versions/{version_of(course).id}/withdraw", {"words": "x"}).status_code == 403


def test_another_districts_course_and_edition_are_not_there(client):
    keeper, elsewhere = a_district_administrator(), a_district()
    course, edition = a_course("外区的课", owner=elsewhere), an_edition("外区", elsewhere)
    client.sign_in(keeper)

    paths = (
        f"/manage/courses/{course.id}",
        f"/manage/courses/{course.id}/edit",
        f"/editions/{edition.id}",
        f"/editions/{edition.id}/edit",
    )
    assert [client.get(p).status_code for p in paths] == [404] * 4
    assert "外区" not in client.get("/editions/").text


def test_an_edition_is_filled_limited_copied_and_ended(client):
    first, second = a_course("停车难"), a_course("加装电梯")
    spring = an_edition("2026年第一季度", published_on=None)
    client.sign_in(a_district_administrator())
    assert client.send(f"/editions/{spring.id}/publish", {"version": "1"}).status_code == 409
    client.send(f"/editions/{spring.id}/add-all")
    items = db.session.scalars(sa.select(EditionItem).order_by(EditionItem.id)).all()
    client.send(f"/editions/{spring.id}/items/{items[0].id}", {"limit": "6"})
    client.send(f"/editions/{spring.id}/items/{items[1].id}/end")
    days = {
        "order_from": "2026-05-01",
        "order_until": "2026-06-20",
        "teach_from": "2026-07-01",
        "teach_until": "2026-09-30",
    }
    client.send("/editions/new", {"name": "2026年第三季度", "organisation_id": the_district().id, **days})
    autumn = db.session.scalars(sa.select(Edition).order_by(Edition.id.desc())).first()
    client.send(f"/editions/{autumn.id}/copy", {"earlier": spring.id})
    client.send(f"/editions/{spring.id}/end", {"version": spring.version})

    copied = db.session.scalars(sa.select(EditionItem).where(EditionItem.edition_id == autumn.id)).all()
    assert [(i.course_id, i.limit) for i in copied] == [(first.id, 6)]
    assert (second.id not in [i.course_id for i in copied], db.session.get(Edition, spring.id).ended_on) == (
        True,
        TODAY,
    )
    assert client.send(f"/editions/{spring.id}/add-all").status_code == 409


def test_an_edition_with_days_in_the_wrong_order_is_refused_at_its_field(client):
    client.sign_in(a_district_administrator())
    days = {
        "order_from": "2026-05-01",
        "order_until": "2026-04-20",
        "teach_from": "2026-07-01",
        "teach_until": "2026-09-30",
    }

    answer = client.send("/editions/new", {"name": "第三季度", "organisation_id": the_district().id, **days})

    assert (answer.status_code, "点单截止不能早于点单开始" in answer.text) == (422, True)


def test_a_town_keeps_its_own_edition_and_not_the_districts(client):
    whole = an_edition()
    town = a_town_administrator()
    client.sign_in(town)
    days = {
        "order_from": "2026-05-01",
        "order_until": "2026-06-20",
        "teach_from": "2026-07-01",
        "teach_until": "2026-09-30",
    }

    made = client.send("/editions/new", {"name": "镇里的菜单", "organisation_id": town.organisation_id, **days})

    assert (made.status_code, client.send(f"/editions/{whole.id}/end", {"version": "1"}).status_code) == (302, 403)


def test_vocabularies_are_added_renamed_ended_and_brought_back(client):
    client.sign_in(a_district_administrator())
    client.send("/manage/words/forms", {"label": "圆桌会"})
    client.send("/manage/words/subcategories", {"label": "物业", "parent_id": category("sw").id})
    client.send("/manage/words/series", {"label": "加油站"})
    form = db.session.scalars(sa.select(CourseForm).where(CourseForm.label == "圆桌会")).one()
    sub = db.session.scalars(sa.select(Category).where(Category.label == "物业")).one()
    client.send(f"/manage/words/forms/{form.code}", {"label": "圆桌"})
    client.send(f"/manage/words/subcategories/{sub.id}", {"label": "物业治理"})
    client.send(f"/manage/words/forms/{form.code}/end")
    twice = client.send("/manage/words/forms", {"label": "讲座"})

    assert (twice.status_code, "已有这个词" in twice.text) == (422, True)
    db.session.refresh(form)
    db.session.refresh(sub)
    assert (form.label, form.ended_on, sub.label, only(Series).name) == ("圆桌", TODAY, "物业治理", "加油站")
    client.send(f"/manage/words/forms/{form.code}/restore")
    db.session.refresh(form)
    assert form.ended_on is None


@pytest.mark.parametrize("more", [0, 2])
def test_lists_cost_the_same_statements_for_one_and_three_rows(client, statements, more):
    for n in range(1 + more):
        an_item(a_course(), an_edition(f"第{n}季"))
    client.sign_in(a_district_administrator())

    counted = []
    for path in ("/manage/courses/", "/editions/", "/editions/1", "/manage/courses/1"):
        with statements() as sent:
            client.get(path)
        counted.append(len(sent))

    assert counted == [5, 3, 8, 13]


def test_an_edition_that_overlaps_another_is_published_only_when_that_was_read(client):
    course = a_course()
    an_edition("2026年第二季度")
    other = an_edition("重叠季", published_on=None)
    apart = an_edition("夏季", published_on=None, teach_from=date(2026, 7, 1), teach_until=date(2026, 8, 31))
    for edition in (other, apart):
        an_item(course, edition)
    ids = other.id, apart.id
    client.sign_in(a_district_administrator())
    db.session.commit()

    page = client.get(f"/editions/{ids[0]}").text
    said = [
        client.send(f"/editions/{ids[0]}/publish", {"version": "1"}).status_code,
        client.send(f"/editions/{ids[0]}/publish", {"version": "1", "overlap": "known"}).status_code,
        client.send(f"/editions/{ids[1]}/publish", {"version": "1"}).status_code,
    ]

    assert "和已发布的“2026年第二季度”点单、上课的日期都有重叠。" in page
    assert 'name="overlap" value="known"' in page
    assert "算在“2026年第二季度”" in page
    assert said == [409, 302, 302]
    assert "有重叠" in client.get(f"/editions/{ids[0]}").text
    assert "有重叠" not in client.get(f"/editions/{ids[1]}").text

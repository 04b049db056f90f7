"""Tables as districts keep them: their own headers, hours in words, rows in any order, namesakes, and only their own town."""

import pytest
import sqlalchemy as sa

from catalogue.accounts import passwords
from catalogue.accounts.models import Account, Person
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses.models import Course, CourseVersion
from catalogue.courses.states import State
from catalogue.imports.columns import BadCell
from catalogue.imports.operations import SORTS
from catalogue.imports.week import free, opening
from catalogue.lecturers.models import Appointment, Corps, Lecturer, WeeklyHours
from catalogue.organisations.models import Organisation, OrganisationCommunityType
from catalogue.venues.models import Venue, VenueHours
from tests.factories import (
    a_committee,
    a_course,
    a_district_administrator,
    a_person,
    a_town,
    a_town_administrator,
    account_of,
    actor_of,
    save,
    the_district,
    the_town,
)
from tests.imports.test_operations import bring_in, figures

TREE = [
    ["单位名称", "类别", "上级单位", "统计用区划代码", "社区类型"],
    ["东庄村", "村", "新镇", "310118109207", "农村、保护村落"],
    ["新镇", "镇", "青浦区", "310118109", ""],
]


def said(report):
    return [str(w) for w in report.wrong]


def test_rows_may_stand_before_their_parents_under_the_districts_own_headers(app):
    the_district()

    report = bring_in("organisations", TREE)

    assert (said(report), figures(report)) == ([], (2, 0, 0))
    types = db.session.scalars(sa.select(OrganisationCommunityType.type_code))
    assert sorted(types) == ["protected_village", "rural"]
    assert figures(bring_in("organisations", TREE)) == (0, 0, 2)


def test_one_bad_last_row_and_nothing_of_the_table_is_kept(app):
    the_district()
    before = db.session.scalar(sa.select(sa.func.count(Organisation.id)))

    report = bring_in("organisations", [*TREE, ["西庄村", "村", "没有的镇", "", ""]])

    assert said(report) == ["第 4 行 C 列（上级）：没有找到“没有的镇”，或者不在您的范围内。"]
    assert db.session.scalar(sa.select(sa.func.count(Organisation.id))) == before


def test_an_organisation_with_a_code_takes_its_new_name_and_kind_from_today(app):
    the_district()
    bring_in("organisations", TREE)

    report = bring_in("organisations", [TREE[0][:4], ["东庄社区", "居民区", "新镇", "310118109207"]])

    row = db.session.scalars(sa.select(Organisation).where(Organisation.code == "310118109207")).one()
    assert (said(report), figures(report), row.name, row.kind) == ([], (0, 1, 0), "东庄社区", "neighbourhood")


def test_the_same_thing_twice_in_a_table_is_named(app):
    a_committee("东庄村")
    rows = [["名称", "单位", "类别", "容量"], ["厅", "东庄村", "居村活动室", 60], ["厅", "东庄村", "居村活动室", 70]]

    assert said(bring_in("venues", rows)) == ["第 3 行：和第 2 行重复，请只留一行。"]


def test_a_town_brings_in_its_venues_with_hours_and_no_other_towns(app):
    a_committee("东庄村")
    a_committee("城南村", a_town("夏阳街道"))
    by = actor_of(a_town_administrator(the_town()))
    head = ["名称", "单位", "类别", "人数上限", "开放时间"]
    own = ["东庄厅", "东庄村", "居村活动室", "60", "周一至周二 9：00－17：00；周六 9:00-12:00"]

    other = bring_in("venues", [head, own, ["城南厅", "城南村", "居村活动室", "60", ""]], by=by)
    wrong = bring_in("venues", [head, [*own[:3], "六十", "周八"]], by=by)
    good = bring_in("venues", [head, own], by=by)
    again = bring_in("venues", [head, own], by=by)

    assert said(other) == ["第 3 行 B 列（归属单位）：没有找到“城南村”，或者不在您的范围内。"]
    assert said(wrong) == [
        "第 2 行 D 列（容纳人数）：请填 1 到 5000 之间的整数。",
        "第 2 行 E 列（开放时间）：看不懂“周八”，请写成：周一至周五 9:00-17:00；周六 9:00-12:00",
    ]
    assert (figures(good), figures(again)) == ((1, 0, 0), (0, 0, 1))
    hours = db.session.execute(sa.select(VenueHours.weekday, VenueHours.opens, VenueHours.closes).order_by(VenueHours.weekday))  # fmt: skip
    assert [tuple(h) for h in hours] == [(0, 540, 1020), (1, 540, 1020), (5, 540, 720)]


def test_a_course_that_asks_for_the_menu_is_submitted_and_waits_for_another_person(app):
    the_district()
    head = ["课程名称", "开课单位", "大类", "形式", "时长", "人数下限", "人数上限", "上课方式", "适合谁", "状态"]
    rows = [head, ["垃圾分类", "青浦区", "政策法规", "研讨", 60, 10, 40, "讲师上门", "居民、村民；党员", "上架"]]
    by = actor_of(a_district_administrator())

    report, again = bring_in("courses", rows, by=by), bring_in("courses", rows, by=by)

    version = db.session.scalars(sa.select(CourseVersion)).one()
    assert (said(report), figures(report), figures(again), version.state) == ([], (1, 0, 0), (0, 0, 1), State.IN_REVIEW)


def test_a_course_names_a_corps_of_its_district(app):
    home = the_district()
    corps = save(Corps(district_id=home.id, organisation_id=home.id, name="老兵宣讲团"))
    head = ["课程名称", "开课单位", "大类", "形式", "时长", "人数下限", "人数上限", "上课方式", "宣讲团"]
    rows = [
        ["老兵讲传统", "青浦区", "政策法规", "研讨", 60, 10, 40, "讲师上门", name]
        for name in ("老兵宣讲团", "没有的团")
    ]

    wrong, right = bring_in("courses", [head, rows[1]]), bring_in("courses", [head, rows[0]])

    assert said(wrong) == ["第 2 行 I 列（宣讲团）：区里没有“没有的团”这个宣讲团。"]
    assert (figures(right), db.session.scalars(sa.select(Course.corps_id)).all()) == ((1, 0, 0), [corps.id])


LECTURERS = [
    ["姓名", "区", "电话", "类别", "来源", "课程", "每周时间", "聘书号", "聘期开始", "聘期结束"],
    ["李老师", "青浦区", "13900000000", "专职", "学院内部", "停车，怎么谈", "周一上午;周三下午", "聘1", "2026-01-01", "2027-12-31"],
]  # fmt: skip


def test_a_lecturer_comes_with_courses_week_and_numbered_appointment(app):
    a_course("停车，怎么谈")
    by = actor_of(a_district_administrator())

    report, again = bring_in("lecturers", LECTURERS, by=by), bring_in("lecturers", LECTURERS, by=by)

    assert (said(report), figures(report), figures(again)) == ([], (1, 0, 0), (0, 0, 1))
    week = db.session.execute(sa.select(WeeklyHours.weekday, WeeklyHours.half_day, WeeklyHours.starts).order_by(WeeklyHours.weekday))  # fmt: skip
    assert [tuple(h) for h in week] == [(0, HalfDay.MORNING, 480), (2, HalfDay.AFTERNOON, 720)]
    assert db.session.scalars(sa.select(Appointment.number)).all() == ["聘1"]


def test_a_namesake_with_another_telephone_is_another_lecturer(app):
    a_course("停车，怎么谈")
    bring_in("lecturers", LECTURERS)

    report = bring_in("lecturers", [LECTURERS[0][:5], ["李老师", "青浦区", "13900000001", "特约", "外部聘请"]])

    assert (figures(report), db.session.scalar(sa.select(sa.func.count(Lecturer.id)))) == ((1, 0, 0), 2)


def test_people_of_one_name_are_told_apart_by_telephone(app):
    village = a_committee("东庄村")
    a_person("张三", village, phone="13800000001")
    second = a_person("张三", village, phone="13800000002")
    by = actor_of(a_town_administrator())

    unclear = bring_in("people", [["姓名", "单位", "职务"], ["张三", "东庄村", "书记"]], by=by)
    clear = bring_in("people", [["姓名", "单位", "职务", "手机"], ["张三", "东庄村", "书记", "138 0000 0002"]], by=by)

    assert (len(unclear.wrong), figures(clear), db.session.get(Person, second.id).post) == (1, (0, 1, 0), "书记")


def test_the_start_code_of_a_new_account_opens_it_and_a_foreign_account_is_not_named(app):
    a_committee("东庄村")
    account_of(a_person("别人", a_committee("城南村", a_town("夏阳街道"))), "taken")
    by = actor_of(a_town_administrator())

    refused = bring_in("people", [["姓名", "单位", "账号"], ["张三", "东庄村", "taken"]], by=by)
    report = bring_in("people", [["姓名", "单位", "账号"], ["张三", "东庄村", "Dongzhuang"]], by=by)

    account = db.session.scalars(sa.select(Account).where(Account.username == "dongzhuang")).one()
    assert said(refused) == ["第 2 行 C 列（账号）：这个账号已经有人用了，请换一个。"]
    assert passwords.matches(account.password_hash, report.codes[0][1])


@pytest.mark.parametrize("kind", SORTS)
def test_every_example_of_a_template_can_be_read(app, kind):
    for column in SORTS[kind].columns():
        if column.example not in ("", None):
            column.read(column.example)
    heads = [word for column in SORTS[kind].columns() for word in (column.header, *column.also)]
    assert len(heads) == len(set(heads))


@pytest.mark.parametrize(
    "words",
    ["周八上午", "9:00-12:00", "周一 25:00-26:00", "周一上午 13:00-14:00", "周五至周一上午", "周一上午，周一上午"],
)
def test_a_week_that_is_none_is_refused(words):
    with pytest.raises(BadCell):
        free(words)


def test_opening_hours_need_their_times():
    assert opening("每天 8:30-21:00")[6] == (6, 510, 1260)
    with pytest.raises(BadCell):
        opening("周一上午")


def test_an_empty_cell_leaves_what_is_there(app):
    a_committee("东庄村")
    bring_in("venues", [["名称", "单位", "类别", "容量", "停车"], ["厅", "东庄村", "居村活动室", 60, "五个车位"]])

    report = bring_in("venues", [["名称", "单位", "类别", "容量", "停车"], ["厅", "东庄村", "居村活动室", 80, ""]])

    room = db.session.scalars(sa.select(Venue)).one()
    assert (figures(report), room.capacity, room.parking) == ((0, 1, 0), 80, "五个车位")

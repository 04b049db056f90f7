"""Tables brought in through the operations of the pages: all or nothing, wrong cells by name, and nothing changes twice."""

from typing import Any

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Account, Membership, Person
from catalogue.core.actor import Role, job
from catalogue.core.db import db
from catalogue.core.errors import NotAllowed
from catalogue.core.models import Audit
from catalogue.courses.models import Course, CourseVersion
from catalogue.imports import operations, rehearsal
from catalogue.lecturers.models import Appointment, Lecturer, Qualification
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_district,
    a_district_administrator,
    a_town,
    a_town_administrator,
    actor_of,
    the_district,
    the_town,
)

ORGANISATIONS = [
    ["名称*", "种类*", "上级*", "电话", "别名"],
    ["下塘社区", "居民区", "练塘镇", "021-00100001", "下塘、下塘居委会"],
    ["东庄村", "村", "青浦区/练塘镇", "", ""],
]
PEOPLE = [
    ["姓名", "单位", "电话", "账号", "岗位"],
    ["职员甲", "下塘社区", 13800000001, "xiatang01", "点单员"],
    ["职员乙", "下塘社区", "", "", ""],
]
VENUES = [
    ["名称", "归属单位", "类别", "容纳人数", "设备", "本单位活动室"],
    ["下塘活动室", "下塘社区", "居村活动室", 45, "投影、话筒", "是"],
]
COURSES = [
    ["课名", "归属单位", "大类", "形式", "分钟", "最少人数", "最多人数", "上课方式", "问题词"],
    ["停车难怎么办", "青浦区", "实务实训", "讲座", 90, 10, 60, "上门、线上", "停车难"],
]
LECTURERS = [
    ["姓名", "区", "手机", "类别", "来源", "能讲的课", "聘期开始", "聘期结束"],
    ["讲师一", "青浦区", "13800000009", "特约", "外部聘请", "停车难怎么办", "2026-01-01", "2026-12-31"],
]
EVERY = {"organisations": ORGANISATIONS, "people": PEOPLE, "venues": VENUES, "courses": COURSES, "lecturers": LECTURERS}


def bring_in(kind: str, table: Any = None, by: Any = None, **options: Any) -> operations.Report:
    table = table or EVERY[kind]
    starts = operations.starts_for(kind, table)
    return operations.bring_in(kind, table, by=by or job("import"), at=NOON, starts=starts, **options)


def figures(report: operations.Report) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_district_comes_in_from_five_tables_and_a_second_run_changes_nothing(app):
    the_town()
    by = actor_of(a_district_administrator())

    first = {kind: bring_in(kind, by=by) for kind in EVERY}
    noted = count(Audit)
    again = {kind: bring_in(kind, by=by) for kind in EVERY}

    assert [str(w) for report in (*first.values(), *again.values()) for w in report.wrong] == []
    assert {kind: figures(r) for kind, r in first.items()} == {
        "organisations": (2, 0, 0), "people": (2, 0, 0), "venues": (1, 0, 0), "courses": (1, 0, 0), "lecturers": (1, 0, 0),
    }  # fmt: skip
    assert {kind: figures(r)[2] for kind, r in again.items()} == {
        "organisations": 2, "people": 2, "venues": 1, "courses": 1, "lecturers": 1,
    }  # fmt: skip
    assert ([name for name, _code in first["people"].codes], again["people"].codes, count(Audit)) == (
        ["xiatang01"],
        [],
        noted,
    )
    assert db.session.scalars(sa.select(Membership.role).join(Account, Account.person_id == Membership.person_id).where(Account.username == "xiatang01")).all() == [Role.ORDERER]  # fmt: skip
    assert (count(Qualification), count(Appointment)) == (1, 1)


def test_a_changed_cell_changes_its_row_and_no_other(app):
    the_town()
    for kind in EVERY:
        bring_in(kind)

    report = bring_in("venues", [*VENUES[:1], [*VENUES[1][:3], 60, *VENUES[1][4:]]])
    course = bring_in("courses", [COURSES[0], [*COURSES[1][:4], 120, *COURSES[1][5:]]])

    assert (figures(report), db.session.scalars(sa.select(Venue.capacity)).all()) == ((0, 1, 0), [60])
    assert (figures(course), db.session.scalars(sa.select(CourseVersion.minutes)).all()) == ((0, 1, 0), [120])


def test_a_published_course_that_differs_gets_a_new_draft(app):
    a_course("停车难怎么办", minutes=60)

    report = bring_in("courses")

    assert figures(report) == (0, 1, 0)
    assert db.session.execute(sa.select(CourseVersion.number, CourseVersion.minutes).order_by(CourseVersion.number)).all() == [(1, 60), (2, 90)]  # fmt: skip


def test_every_wrong_cell_is_named_and_nothing_comes_in(app):
    the_town()
    table = [
        ["名称", "种类", "上级", "纬度", "代码"],
        ["下塘社区", "居民区", "练塘镇", "", ""],
        ["", "小区", "练塘镇", "北纬", ""],
        ["湾塘社区", "居民区", "没有的镇", "", ""],
        ["蒸淀社区", "居民区", "练塘镇", "", "12345"],
    ]

    report = bring_in("organisations", table)

    assert [(w.row, w.place) for w in report.wrong] == [
        (3, "第 3 行 A 列（名称）"), (3, "第 3 行 B 列（种类）"), (3, "第 3 行 D 列（纬度）"), (4, "第 4 行 C 列（上级）"), (5, "第 5 行 E 列（代码）"),
    ]  # fmt: skip
    assert (count(Organisation), count(Audit)) == (3, 0)


def test_a_dry_run_says_what_would_happen_and_does_nothing(app):
    the_town()

    report = bring_in("organisations", dry_run=True)

    assert (figures(report), count(Organisation), count(Audit)) == ((2, 0, 0), 3, 0)


def test_wrong_headers_are_named_before_any_row_is_read(app):
    report = bring_in("venues", [["名称", "谁的", "名称"], ["一", "二", "三"]])

    assert [str(w) for w in report.wrong] == [
        "第 1 行：少了“归属单位”这一列。", "第 1 行：少了“类别”这一列。", "第 1 行：少了“容纳人数”这一列。",
        "第 1 行 B 列（谁的）：不认识这个列名，请用模板里的。", "第 1 行 C 列（名称）：这个列名出现了两次。",
    ]  # fmt: skip


def test_a_town_administrator_brings_in_people_of_the_own_town_only(app):
    a_committee("下塘社区")
    a_committee("淀湖社区", a_town("朱家角镇"))
    by = actor_of(a_town_administrator())

    own = bring_in("people", by=by)
    other = bring_in("people", [PEOPLE[0], ["职员丙", "淀湖社区", "", "", ""]], by=by)

    assert (figures(own), [w.place for w in other.wrong]) == ((2, 0, 0), ["第 2 行 B 列（单位）"])
    with pytest.raises(NotAllowed):
        bring_in("courses", by=by)


def test_a_role_above_ones_own_is_refused_at_its_cell(app):
    a_committee("下塘社区")
    by = actor_of(a_town_administrator())

    report = bring_in("people", [PEOPLE[0], ["职员甲", "下塘社区", "", "", "区管理员"]], by=by)

    assert ([w.place for w in report.wrong], count(Membership)) == (["第 2 行 E 列（岗位）"], 1)


def test_another_districts_rows_are_out_of_reach(app):
    the_district()
    other = a_district("宝山区")
    by = actor_of(a_district_administrator(other))

    report = bring_in("lecturers", by=by)

    assert ([w.place for w in report.wrong], count(Lecturer), count(Person)) == (
        ["第 2 行 B 列（区）", "第 2 行 F 列（能讲的课）"],
        0,
        1,
    )


def test_the_account_of_somebody_elsewhere_is_not_taken_over(app):
    a_committee("下塘社区")
    bring_in("people")
    a_committee("湾塘社区")

    report = bring_in("people", [PEOPLE[0], ["职员丁", "湾塘社区", "", "xiatang01", ""]])

    assert [w.place for w in report.wrong] == ["第 2 行 D 列（账号）"]
    assert count(Course) == 0


def test_a_rehearsal_sees_every_row_and_leaves_none(app):
    the_town()
    db.session.commit()

    with rehearsal.apart():
        seen = count(Organisation)
        report = bring_in("organisations")
        inside = count(Organisation)

    assert (seen, figures(report), inside, count(Organisation), count(Audit)) == (3, (2, 0, 0), 5, 3, 0)

"""Whoever mends a table mends it once: every wrong cell of a file is named at the first try."""

import pytest

from catalogue.core.actor import job
from catalogue.core.db import db
from catalogue.imports import rows
from catalogue.imports.operations import bring_in
from catalogue.organisations import reshaping
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_district_administrator,
    a_town_administrator,
    actor_of,
    the_district,
    the_town,
)


def wrong(kind, *table, by=None):
    return [str(w) for w in bring_in(kind, table, by=by or job("import"), at=NOON, dry_run=True).wrong]


def test_a_row_of_people_names_shape_unit_account_and_role_together(app):
    by = actor_of(a_town_administrator(the_town()))
    a_committee("蒸淀社区", the_town())

    found = wrong(
        "people",
        ["姓名", "单位", "电话", "到岗日期", "账号", "岗位", "邮箱"],
        ["王", "蒸淀社区", "abc", "2026-13-01", "a b", "系统管理员", "x"],
        ["张三", "不存在", "1380000000", "2026-12-01", "ab cd", "系统管理员", ""],
        ["李四", "蒸淀社区", "13800000001", "2026-12-01", "lisi", "点单员", "l@example.cn"],
        by=by,
    )

    phone = "请填写手机号码（11 位）或带区号的座机，例如 021-12345678。"
    account = "账号名 3 到 40 个字，只用字母、数字、汉字和 . _ -"
    role = "您不能给这个岗位。只能给本范围内、不高于自己的岗位，也不能给自己。"
    assert [w.partition("：")[0] for w in found] == [
        "第 2 行 C 列（电话）", "第 2 行 D 列（到岗日期）", "第 2 行 E 列（账号）", "第 2 行 F 列（岗位）", "第 2 行 G 列（邮箱）",
        "第 3 行 B 列（单位）", "第 3 行 C 列（电话）", "第 3 行 E 列（账号）", "第 3 行 F 列（岗位）",
    ]  # fmt: skip
    assert [w.partition("：")[2] for w in found if "第 3 行" in w] == ["没有找到“不存在”，或者不在您的范围内。", phone, account, role]  # fmt: skip


@pytest.mark.parametrize("kind", rows.SORTS)
def test_a_row_of_nonsense_has_every_cell_named_that_can_be_wrong(app, kind):
    the_town()
    columns = rows.SORTS[kind].columns()

    found = wrong(kind, [c.header for c in columns], ["@@坏" for _ in columns])

    free = {  # whatever stands in these can be meant
        "organisations": {"名称", "简称", "地址", "别名", "电话", "编号字母"}, "people": {"姓名", "职务", "账号"},
        "venues": {"名称", "地址", "楼层", "停车", "怎么进来", "电话", "品牌名", "教学主题"},
        "courses": {"课名", "标签", "问题词", "简介", "提纲", "系列", "宣讲团"},
        "lecturers": {"姓名", "单位和职务", "职称全称", "从哪里出发", "简介", "聘书号"},
    }[kind]  # fmt: skip
    named = [c.header for c in columns if any(f"（{c.header}）" in w for w in found)]
    assert {c.header for c in columns} - set(named) <= free
    assert len(found) == len(set(found)) == len(named)


def test_a_refused_operation_does_not_hide_the_next_one(app):
    a_committee("下塘社区", the_town())
    by = actor_of(a_district_administrator())

    found = wrong(
        "lecturers",
        ["姓名", "区", "手机", "类别", "来源", "能讲的课", "聘期开始", "聘期结束", "聘用范围"],
        ["讲师一", "青浦区", "138", "特约", "外部聘请", "没有的课", "2026-12-31", "2026-01-01", "没有的镇"],
        by=by,
    )

    assert [w.partition("：")[0] for w in found] == [
        "第 2 行 C 列（手机）", "第 2 行 F 列（能讲的课）", "第 2 行 H 列（聘期结束）", "第 2 行 I 列（聘用范围）",
    ]  # fmt: skip


def test_a_wrong_header_does_not_hide_the_cells(app):
    the_town()

    found = wrong("people", ["姓名", "单位", "手机好"], ["", "不存在", "x"])

    assert found == [
        "第 1 行 C 列（手机好）：不认识这个列名，请用模板里的。",
        "第 2 行 A 列（姓名）：这一格必填。",
        "第 2 行 B 列（单位）：没有找到“不存在”，或者不在您的范围内。",
    ]


def test_what_stands_below_a_refused_row_is_not_blamed_for_it(app):
    the_district()

    found = wrong(
        "organisations", ["名称", "种类", "上级", "代码"], ["新镇", "镇", "青浦区", "12"], ["新村", "村", "新镇", ""]
    )

    assert [w.partition("：")[0] for w in found] == ["第 2 行 D 列（代码）"]


def test_a_unit_that_was_merged_is_named_with_its_successor(app):
    one, two = a_committee("下塘社区", the_town()), a_committee("湾塘社区", the_town())
    reshaping.merge([one, two], name="塘湾社区", kind=one.kind, parent=the_town(), on=TODAY, by=job("test"), at=NOON)
    db.session.flush()

    assert wrong("people", ["姓名", "单位"], ["张三", "下塘社区"]) == [
        "第 2 行 B 列（单位）：“下塘社区”已经并入或改为“塘湾社区”，请写现在的名称。"
    ]


def test_cells_are_not_named_for_what_another_wrong_cell_leaves_open(app):
    the_town()

    assert wrong(
        "organisations", ["名称", "种类", "上级", "纬度", "经度"], ["新社区", "居民区", "练塘镇", "北纬", 121.0]
    ) == ["第 2 行 D 列（纬度）：请填 -90 到 90 之间的度数，例如 31.15。"]

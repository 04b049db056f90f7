"""The whole loop by its people: 点单 → 审核 → 派单 → 批准 → 接单 → 上课 → 评单, at a desk and on phones."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import look, press
from tests.journeys.conftest import OpenPage, Server
from tests.journeys.steps import (
    answer_link,
    check,
    expect_state,
    just_after,
    order_by_a_pattern,
    path_of_lesson,
    propose_by_keys,
)


@pytest.mark.parametrize(
    ("width", "who", "sentence"),
    [(1280, "committee1", "周二或周四晚上"), (390, "committee5", "周二到周四下午")],
    ids=["as README tells it", "on telephones"],
)
def test_one_order_goes_the_whole_way_and_every_side_sees_each_step(
    open_page: OpenPage, server: Server, width: int, who: str, sentence: str
) -> None:
    committee = open_page(who, width=width)
    committee.goto("/courses/")
    committee.fill("#q", "停车")
    press(committee.locator("form.search button"))
    expect(committee.locator("#list")).to_contain_text("停车难")

    number = order_by_a_pattern(committee, sentence)
    town, desk, approver = (open_page(one, width=width) for one in ("street1", "dispatcher1", "approver1"))
    expect_state([committee], number, "等街镇审核")
    expect_state([town], number, "等您审核")

    check(town, number)
    expect_state([committee, town, desk], number, "等区里派单")

    dispatch = propose_by_keys(desk, number)
    expect_state([committee, town, desk, approver], number, "正在派单")

    approver.goto("/dispatch/approvals")
    press(approver.locator(f"a[href*='{dispatch}']").first)
    look(approver)
    press(approver.locator("button", has_text="批准，发出邀约"))

    link = answer_link(desk, dispatch)
    lecturer = open_page(width=390)
    lecturer.goto(link)
    expect(lecturer.locator("h1")).to_contain_text("请您讲一课")
    expect(lecturer.locator("main")).not_to_contain_text("021-59250001")
    look(lecturer)
    press(lecturer.locator("button[value=yes]"))
    expect(lecturer.locator("h1")).to_contain_text("已接单")
    expect(lecturer.locator("main")).to_contain_text("021-59250001")
    look(lecturer)
    expect_state([committee, town, desk, approver], number, "已定课")
    lecturer.goto(link)
    expect(lecturer.locator("h1")).to_contain_text("不能再答复")

    lesson = path_of_lesson(committee, number)
    with server.at(just_after(server, lesson)) as then:
        held = open_page(who, width=width, at=then)
        held.goto(lesson)
        look(held)
        press(held.locator("a", has_text="登记签到"))
        look(held)
        held.fill("[name=here]", "28")
        press(held.locator("[name=finish]"))
        sides = [held, *(open_page(one, width=width, at=then) for one in ("street1", "dispatcher1"))]
        expect_state(sides[:1], number, "等您评单")
        expect_state(sides[1:], number, "等居村评单")

        held.goto("/ratings/")
        look(held)
        held.goto("/orders/")
        press(held.locator("article, section, li", has_text=number).last.locator("a", has_text="去评单"))
        look(held)
        for scale in ("content", "delivery", "usefulness"):
            held.locator(f"[name={scale}][value='5']").check(force=True)
        held.fill("[name=words]", "讲得明白，回去就能用。")
        press(held.locator("button", has_text="交评单"))
        expect_state(sides, number, "已办完")
    server.flask("audit", "verify")

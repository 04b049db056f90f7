"""The whole loop by its people: 点单 → 审核 → 派单 → 批准 → 接单 → 上课 → 评单, at a desk and on phones."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import look, press
from tests.journeys.conftest import OpenPage, Server


def order_by_a_pattern(page: Page, sentence: str = "周二到周四下午") -> str:
    """From the stated problem to a submitted order; gives its number."""
    desk = page.viewport_size["width"] > 992  # type: ignore[index]
    page.goto("/courses/")
    page.fill("#q", "停车难")
    page.locator("form.search button").click()
    expect(page.locator("#list")).to_contain_text("停车难")
    look(page)
    page.locator("#list article a").first.click()
    expect(page.locator("h2", has_text="谁来讲")).to_be_visible()
    expect(page.locator("main")).to_contain_text("位能来")
    expect(page.locator("main")).to_contain_text("讲师0")
    look(page)
    page.locator("aside button", has_text="点单").click()
    page.wait_for_url("**/orders/new*")
    look(page)
    page.fill("[name=need]", "地面停车位只有 60 个，晚上常为停车争吵。")
    page.select_option("[name=audience]", index=1)
    if not desk:
        page.locator(".do-bar button", has_text="下一步").click()
    page.locator("summary", has_text="时间很宽").click()
    page.fill("[name=pattern]", sentence)
    page.locator("button[name=use]").click()
    expect(page.locator("#s2")).to_contain_text("个时间")
    expect(page.locator("#s2 .chosen li").first).to_be_visible()
    look(page)
    if not desk:
        page.locator(".do-bar button", has_text="下一步").click()
    page.fill("[name=expected]", "30")
    page.fill("[name=contact]", "王干事")
    page.fill("[name=telephone]", "021-59250001")
    look(page)
    page.locator("aside button[name=submit]" if desk else ".do-bar button[name=submit]").click()
    page.wait_for_url(lambda url: "/orders/new" not in url)
    look(page)
    found = re.search(r"QP\d\d-D-\d+", page.locator("main").inner_text())
    assert found
    return found[0]


def expect_state(pages: list[Page], number: str, words: str) -> None:
    """Every side reads the same word about an order."""
    for page in pages:
        page.goto(f"/orders/{number}")
        expect(page.locator(".lead-in .chip").first).to_have_text(words)


def check(town: Page, number: str) -> None:
    town.goto("/checks/")
    town.locator("tr", has_text=number).locator("a").first.click()
    expect(town.locator("main")).to_contain_text("通过，交区里派单")
    look(town)
    press(town.locator("[name=approve]"))


@pytest.mark.parametrize(("width", "who"), [(1280, "committee2"), (390, "committee5")])
def test_one_order_goes_the_whole_way_and_every_side_sees_each_step(
    open_page: OpenPage, server: Server, width: int, who: str
) -> None:
    committee = open_page(who, width=width)
    committee.goto("/courses/")
    committee.fill("#q", "停车")
    committee.locator("form.search button").click()
    expect(committee.locator("#list")).to_contain_text("停车难")

    number = order_by_a_pattern(committee)
    town, desk, approver = (open_page(one, width=width) for one in ("street1", "dispatcher1", "approver1"))
    expect_state([committee], number, "等街镇审核")
    expect_state([town], number, "等您审核")

    check(town, number)
    expect_state([committee, town, desk], number, "等区里派单")

    dispatch = propose_by_keys(desk, number)
    expect_state([committee, town, desk, approver], number, "正在派单")

    approver.goto("/dispatch/approvals")
    approver.locator(f"a[href*='{dispatch}']").first.click()
    look(approver)
    press(approver.locator("button", has_text="批准，发出邀约"))

    link = answer_link(desk, dispatch)
    lecturer = open_page(width=390)
    lecturer.goto(link)
    expect(lecturer.locator("h1")).to_contain_text("请您讲一课")
    expect(lecturer.locator("main")).not_to_contain_text("021-59250001")
    look(lecturer)
    lecturer.locator("button[value=yes]").click()
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
        held.locator("a", has_text="登记签到").click()
        look(held)
        held.fill("[name=here]", "28")
        press(held.locator("[name=finish]"))
        sides = [held, *(open_page(one, width=width, at=then) for one in ("street1", "dispatcher1"))]
        expect_state(sides[:1], number, "等您评单")
        expect_state(sides[1:], number, "等居村评单")

        held.goto("/ratings/")
        look(held)
        held.goto("/orders/")
        held.locator("article, section, li", has_text=number).last.locator("a", has_text="去评单").click()
        look(held)
        for scale in ("content", "delivery", "usefulness"):
            held.locator(f"[name={scale}][value='5']").check(force=True)
        held.fill("[name=words]", "讲得明白，回去就能用。")
        press(held.locator("button", has_text="交评单"))
        expect_state(sides, number, "已办完")
    server.flask("audit", "verify")


def propose_by_keys(desk: Page, number: str) -> str:
    """The dispatcher walks to the order with J, reads the reasons and proposes with P; gives the dispatch's path."""
    desk.goto("/dispatch/")
    look(desk)
    for _ in range(12):
        desk.keyboard.press("j")
        with desk.expect_navigation():
            desk.keyboard.press("Enter")
        if desk.locator(f"header a[href='/orders/{number}']").count():
            break
    first = desk.locator("tr.best")
    expect(first).to_contain_text("讲师")
    expect(desk.locator("main")).to_contain_text("比第二名")
    look(desk)
    with desk.expect_navigation():
        desk.keyboard.press("p")
    look(desk)
    return urlsplit(desk.url).path


def answer_link(desk: Page, dispatch: str) -> str:
    """The link the dispatcher copies into the chat group."""
    desk.goto(dispatch)
    desk.locator("a[href^='/offers/']").first.click()
    press(desk.locator("button", has_text="带答复链接的通知"))
    look(desk)
    words = desk.locator("[data-copy]").first.get_attribute("data-copy") or ""
    return urlsplit("http" + words.split("http", 1)[1].split()[0]).path


def path_of_lesson(page: Page, number: str) -> str:
    page.goto(f"/orders/{number}")
    path = page.locator("main a[href^='/lessons/']").first.get_attribute("href")
    assert path
    return path


def just_after(server: Server, lesson: str) -> datetime:
    """Ten minutes after the end of a lesson."""
    with closing(sqlite3.connect(server.database)) as db:
        (ends,) = db.execute("SELECT ends_at FROM lesson WHERE number = ?", (lesson.rsplit("/", 1)[1],)).fetchone()
    return datetime.fromisoformat(ends).replace(tzinfo=UTC) + timedelta(minutes=10)

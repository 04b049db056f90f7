"""A browser that runs no script orders, checks, proposes and answers on the same pages."""

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.journeys.browser import fits, press
from tests.journeys.conftest import OpenPage, Server
from tests.journeys.steps import answer_link, check, expect_state

PROFILE = "probe"


def order(page: Page) -> str:
    page.goto("/courses/?q=宪法")
    press(page.locator("#list article a").first)
    press(page.locator("aside button", has_text="点单"))
    page.fill("[name=need]", "想请讲师来讲一讲。")
    page.select_option("[name=audience]", index=1)
    page.locator("summary", has_text="时间很宽").click()
    page.fill("[name=pattern]", "周五晚上")
    press(page.locator("button[name=use]"))
    expect(page.locator("#s2")).to_contain_text("个时间")
    press(page.locator("#s2 button[name=day]:not([disabled])").last)
    page.locator("[name=half]:not([disabled])").last.check(force=True)
    press(page.get_by_role("button", name="加上这个时间"))
    page.fill("[name=expected]", "30")
    page.fill("[name=contact]", "王干事")
    page.fill("[name=telephone]", "021-59250001")
    fits(page)
    press(page.locator("aside button[name=submit]"))
    expect(page.locator(".lead-in .chip").first).to_have_text("等街镇审核")
    found = re.search(r"QP\d\d-D-\d+", page.locator("main").inner_text())
    assert found
    return found[0]


def offered(open_page: OpenPage, number: str) -> str:
    """From a submitted order to the answer link, by form posts alone."""
    town, desk, approver = (open_page(who, javascript=False) for who in ("street1", "dispatcher1", "approver1"))
    check(town, number)
    desk.goto("/dispatch/")
    rows = desk.locator("a[data-row]", has_text="宪法宣传进社区")
    for n in range(rows.count()):
        press(rows.nth(n))
        if desk.locator("header.card-x", has_text=number).count():
            break
    expect(desk.locator("header.card-x")).to_contain_text(number)
    press(desk.get_by_role("button", name="拟派", exact=True))
    path = re.sub(r"^https?://[^/]+", "", desk.url)
    approver.goto(path)
    press(approver.get_by_role("button", name="批准，发出邀约"))
    return answer_link(desk, path)


def test_ordering_and_saying_yes_need_no_script(open_page: OpenPage) -> None:
    committee = open_page("committee1", javascript=False)
    number = order(committee)
    link = offered(open_page, number)
    lecturer = open_page(width=390, javascript=False)
    lecturer.goto(link)
    lecturer.goto(link)  # a chat application fetches it first: nothing changes
    expect(lecturer.locator("h1")).to_contain_text("请您讲一课")
    fits(lecturer)
    press(lecturer.get_by_role("button", name="接这节课"))
    expect(lecturer.locator("h1")).to_contain_text("已接单")
    expect_state([committee], number, "已定课")

    lecturer.goto(link)
    expect(lecturer.locator("h1")).to_contain_text("不能再答复")
    expect(lecturer.get_by_role("button", name="接这节课")).to_have_count(0)


def test_saying_no_by_the_link_asks_why_and_the_order_waits_again(open_page: OpenPage, server: Server) -> None:
    committee = open_page("committee2", javascript=False)
    number = order(committee)
    link = offered(open_page, number)
    lecturer = open_page(width=390, javascript=False)
    lecturer.goto(link)
    lecturer.locator("summary", has_text="去不了").click()
    press(lecturer.get_by_role("button", name="确定去不了"))
    expect(lecturer.locator("main")).to_contain_text("原因")
    lecturer.locator("[name=code]").first.check(force=True)
    press(lecturer.get_by_role("button", name="确定去不了"))
    expect(lecturer.locator("h1")).to_contain_text("这次不来")
    fits(lecturer)
    expect_state([committee], number, "等区里派单")


def test_a_link_after_its_deadline_or_of_nobody_opens_nothing(open_page: OpenPage, server: Server) -> None:
    with closing(sqlite3.connect(server.database)) as db:
        (offer,) = db.execute("SELECT id FROM offer WHERE state = 'open' ORDER BY id DESC").fetchone()
    desk = open_page("dispatcher1")
    desk.goto(f"/offers/{offer}")
    press(desk.get_by_role("button", name="带答复链接的通知"))
    words = desk.locator("[data-copy]").first.get_attribute("data-copy") or ""
    link = "/answer/" + words.split("/answer/")[1].split()[0]
    with closing(sqlite3.connect(server.database)) as db:
        db.execute("UPDATE offer SET answer_by = '2020-01-01 00:00:00.000000' WHERE id = ?", (offer,))
        db.commit()
    late = open_page(width=390)
    late.goto(link)
    expect(late.locator("h1")).to_contain_text("不能再答复")
    expect(late.locator("main")).to_contain_text("请给青浦区派单员打电话")
    expect(late.locator("main a[href^='tel:']")).to_be_visible()
    stranger = open_page(width=390)
    said = stranger.goto("/answer/" + "x" * 43)

    assert said is not None
    assert said.status == 404
    expect(stranger.locator("h1")).to_be_visible()

"""The steps of the loop as a person takes them in the browser; journeys put them together."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.journeys.browser import look, press
from tests.journeys.conftest import Server


def order_by_a_pattern(page: Page, sentence: str = "周二到周四下午", lecturer: str = "讲师0") -> str:
    """From the stated problem to a submitted order; gives its number."""
    desk = page.viewport_size["width"] > 992  # type: ignore[index]
    page.goto("/courses/")
    page.fill("#q", "停车难")
    press(page.locator("form.search button"))
    expect(page.locator("#list")).to_contain_text("停车难")
    look(page)
    press(page.locator("#list article a").first)
    expect(page.locator("h2", has_text="谁来讲")).to_be_visible()
    expect(page.locator("main")).to_contain_text("位能来")
    expect(page.locator("main")).to_contain_text(lecturer)
    look(page)
    press(page.locator("aside button", has_text="点单"))
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
    press(town.locator("tr", has_text=number).locator("a").first)
    expect(town.locator("main")).to_contain_text("通过，交区里派单")
    look(town)
    press(town.locator("[name=approve]"))


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
    expect(desk.locator(".say.c-done").first).to_contain_text("讲师")
    look(desk)
    with desk.expect_navigation():
        desk.keyboard.press("p")
    look(desk)
    return urlsplit(desk.url).path


def answer_link(desk: Page, dispatch: str) -> str:
    """The link the dispatcher copies into the chat group."""
    desk.goto(dispatch)
    press(desk.locator("a[href^='/offers/']").first)
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

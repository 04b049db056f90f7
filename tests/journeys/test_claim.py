"""抢单 on a phone: the list, one press, and thanks for whoever was slower."""

from playwright.sync_api import expect

from tests.journeys.browser import PHONE, look, press, shoot
from tests.journeys.conftest import OpenPage
from tests.journeys.steps import answer_link

PROFILE = "demo"


def test_a_lecturer_takes_an_open_claim_with_two_presses(open_page: OpenPage) -> None:
    mine = open_page("lecturer1", width=PHONE)
    desk = open_page("dispatcher1")
    desk.goto("/dispatch/")
    claim = desk.locator("li", has_text="养宠有").filter(has_text="抢单").locator("a").first.get_attribute("href")
    slower = answer_link(desk, claim or "")

    mine.goto("/offers/")
    press(mine.get_by_role("link", name="去看看"))
    expect(mine.locator("h1")).to_have_text("可以抢的课")
    look(mine)
    shoot(mine, "claims", widths=(PHONE,))
    press(mine.get_by_role("button", name="我去"))
    expect(mine.locator(".lead-in .chip").first).to_have_text("已接单")
    look(mine)

    late = open_page(width=PHONE)
    late.goto(slower)
    expect(late.locator("main")).to_contain_text("这一场已经有讲师接了")
    look(late)
    shoot(late, "claim-taken", widths=(PHONE,))

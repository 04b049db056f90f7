"""An empty installation: every page says what to do next, and the browser alone brings it to its first lesson."""

from datetime import timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from catalogue.core import clock
from tests.journeys.browser import look, press, sign_in
from tests.journeys.conftest import OpenPage, Server
from tests.journeys.steps import answer_link, check, expect_state, order_by_a_pattern, propose_by_keys

PROFILE = "empty"
OWN = "这是我自己的一句好记的话"


def enter(page: Page, username: str, code: str) -> Page:
    """The first sign-in with a one-time code: nothing is open before one's own password is set."""
    sign_in(page, username, code)
    assert urlsplit(page.url).path == "/account/password"
    page.goto("/courses/")
    assert urlsplit(page.url).path == "/account/password"
    page.fill("[name=current_password]", code)
    page.fill("[name=new_password]", OWN)
    page.fill("[name=new_password_again]", OWN)
    press(page.locator("main form button"))
    return page


def choose(page: Page, name: str, begins: str) -> None:
    """Choose the first entry of a select whose words begin so."""
    words = page.locator(f"[name={name}] option").all_inner_texts()
    page.select_option(f"[name={name}]", label=next(word for word in words if word.strip().startswith(begins)))


def save(page: Page) -> None:
    press(page.locator("main form .btn-primary").last)


def organisation(page: Page, parent: str, kind: str, name: str, spot: tuple[str, str], prefix: str = "") -> None:
    page.goto("/organisations/new")
    choose(page, "parent_id", parent)
    page.select_option("[name=kind]", kind)
    page.fill("[name=name]", name)
    page.locator("main details summary").first.click()
    page.fill("[name=latitude]", spot[0])
    page.fill("[name=longitude]", spot[1])
    page.fill("[name=number_prefix]", prefix)
    page.fill("[name=telephone]", "021-59250000")
    save(page)
    expect(page.locator("h1")).to_contain_text(name)


def person(page: Page, where: str, name: str, role: str, username: str) -> str:
    """Enter somebody with a role and an account; gives the one-time code on the sheet."""
    page.goto("/people/new")
    choose(page, "organisation_id", where)
    page.fill("[name=name]", name)
    page.select_option("[name=role]", role)
    page.fill("[name=username]", username)
    save(page)
    expect(page.locator("main")).to_contain_text("一次性密码")
    return page.locator("dl.facts dd b").last.inner_text()


def course(writer: Page, judge: Page) -> None:
    """A course is written by one and put on the menu by another."""
    writer.goto("/manage/courses/new")
    for name, value in {
        "title": "停车难怎么办",
        "minutes": "90",
        "size_min": "10",
        "size_max": "60",
        "problems": "停车难",
    }.items():
        writer.fill(f"[name={name}]", value)
    writer.locator("[name=modes]").first.check(force=True)
    writer.locator("[name=audiences]").nth(3).check(force=True)
    save(writer)
    path = urlsplit(writer.url).path
    press(writer.get_by_role("button", name="提交审批"))
    expect(writer.get_by_role("button", name="批准上架")).to_have_count(0)
    judge.goto(path)
    press(judge.get_by_role("button", name="批准上架"))
    expect(judge.locator("main")).to_contain_text("已上架")


def edition(page: Page) -> None:
    page.goto("/editions/new")
    page.fill("[name=name]", "第一季菜单")
    today = clock.day_of(clock.now())
    for name, days in (("order_from", -1), ("order_until", 60), ("teach_from", 0), ("teach_until", 90)):
        page.fill(f"[name={name}]", (today + timedelta(days=days)).isoformat())
    save(page)
    press(page.get_by_role("button", name="把上架的课全部放进来"))
    press(page.get_by_role("button", name="发布这一季"))
    expect(page.locator("main")).to_contain_text("可以点单")


def lecturer(page: Page) -> None:
    page.goto("/lecturers/new")
    for name, value in {"display_name": "讲师07", "home_latitude": "31.05", "home_longitude": "121.06"}.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=kind]", "special")
    save(page)
    path = urlsplit(page.url).path
    page.goto(f"{path}/appoint")
    save(page)
    page.goto(f"{path}/hours")
    for day in range(5):
        for half in ("morning", "afternoon"):
            page.locator(f"[name=on_{day}_{half}]").check(force=True)
    save(page)
    page.goto(f"{path}/qualify")
    page.fill("main [name=q]", "停车")
    press(page.get_by_role("button", name="找课程"))
    page.locator("main [type=radio]").first.check(force=True)
    save(page)
    expect(page.locator("main")).to_contain_text("停车难怎么办")


def room(page: Page) -> None:
    page.goto("/venues/new")
    choose(page, "owner", "下塘社区")
    page.fill("[name=name]", "下塘社区活动室")
    page.fill("[name=capacity]", "60")
    page.fill("[name=latitude]", "31.01")
    page.fill("[name=longitude]", "121.05")
    page.locator("[name=own_room]").check(force=True)
    save(page)
    expect(page.locator("main")).to_contain_text("场地已经建好")


def test_the_browser_alone_brings_an_empty_installation_to_its_first_lesson(
    open_page: OpenPage, server: Server
) -> None:
    system = enter(open_page(), "sysadmin1", server.password("sysadmin1"))
    organisation(system, "上海市", "district", "青浦区", ("31.15", "121.12"), "QP")
    district = enter(open_page(), "quguan", person(system, "青浦区", "区管理员", "district_administrator", "quguan"))
    organisation(district, "青浦区", "town", "练塘镇", ("31.01", "121.04"))
    organisation(district, "练塘镇", "neighbourhood", "下塘社区", ("31.01", "121.05"))
    dispatcher = enter(open_page(), "paidan", person(district, "青浦区", "派单员", "dispatcher", "paidan"))
    approver = enter(open_page(), "shenpi", person(district, "青浦区", "审批员", "approver", "shenpi"))
    town = enter(open_page(), "zhen", person(district, "练塘镇", "镇管理员", "town_administrator", "zhen"))
    committee = enter(open_page(), "xiatang", person(town, "下塘社区", "干事", "orderer", "xiatang"))
    says_what_to_do = {
        committee: ["/orders/", "/courses/", "/lessons/", "/ratings/", "/inbox/"],
        town: ["/checks/", "/venues/"],
        dispatcher: ["/dispatch/", "/offers/", "/moves/", "/lessons/"],
        approver: ["/dispatch/approvals"],
        district: ["/manage/courses/", "/editions/", "/lecturers/", "/venues/", "/gaps/", "/lecturers/corps/"],
    }
    for page, paths in says_what_to_do.items():
        for path in paths:
            page.goto(path)
            expect(page.locator(".empty").first, path).to_be_visible()
            assert page.locator(".empty p").first.inner_text(), path
            look(page)

    course(district, approver)
    edition(district)
    lecturer(district)
    room(district)
    server.flask("sweep")

    number = order_by_a_pattern(committee, lecturer="讲师07")
    check(town, number)
    dispatch = propose_by_keys(dispatcher, number)
    approver.goto(dispatch)
    press(approver.locator("button", has_text="批准，发出邀约"))
    phone = open_page(width=390)
    phone.goto(answer_link(dispatcher, dispatch))
    press(phone.locator("button[value=yes]"))
    expect(phone.locator("h1")).to_contain_text("已接单")
    expect_state([committee, town, dispatcher, approver, district], number, "已定课")
    committee.goto("/lessons/")
    expect(committee.locator("main")).to_contain_text("停车难怎么办")
    server.flask("audit", "verify")

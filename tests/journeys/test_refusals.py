"""Every refusal says what happened, keeps what was typed and what to do now; on a page, not only as a number."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from playwright.sync_api import Page, expect

from catalogue.core import clock
from tests.journeys.browser import look, press, sign_in
from tests.journeys.conftest import OpenPage, Server

PROFILE = "probe"


def number_of(server: Server, dispatch: int) -> str:
    with closing(sqlite3.connect(server.database)) as db:
        return str(db.execute("SELECT number FROM dispatch WHERE id = ?", (dispatch,)).fetchone()[0])


def answer(page: Page, status: int, path: str) -> None:
    """Go there and be told `status` on a finished page."""
    said = page.goto(path)
    assert said is not None
    assert said.status == status, path
    expect(page.locator("h1")).to_be_visible()
    look(page)


def order_form(page: Page) -> None:
    page.goto("/orders/new?course=4")
    page.select_option("[name=audience]", index=1)
    page.fill("[name=contact]", "王干事")
    page.fill("[name=telephone]", "021-59250001")
    page.fill("[name=need]", "这句话不能丢。")


def submit(page: Page) -> None:
    press(page.locator("aside button[name=submit]"))


def use_times(page: Page, words: str) -> None:
    if not page.locator("[name=pattern]").is_visible():
        page.locator("summary", has_text="时间很宽").click()
    page.fill("[name=pattern]", words)
    page.locator("button[name=use]").click()


def test_nobody_approves_what_they_proposed(open_page: OpenPage, server: Server) -> None:
    path = f"/dispatch/{number_of(server, server.objects('dispatch')[-1])}"
    proposer = open_page("dispatcher1")
    proposer.goto(path)
    expect(proposer.locator("main")).to_contain_text("要请另一位批准")
    expect(proposer.get_by_role("button", name="批准，发出邀约")).to_have_count(0)
    look(proposer)
    answered = proposer.request.post(
        path,
        form={
            "csrf_token": proposer.locator("[name=csrf_token]").first.input_value(),
            "act": "approve",
            "version": "1",
        },
        headers={"Referer": proposer.url},
    )

    assert answered.status == 403


def test_who_comes_second_reads_what_is_taken_and_nothing_of_the_others(open_page: OpenPage, server: Server) -> None:
    for kind, word in (
        ("race_lecturer", "讲师"),
        ("race_venue", "场地"),
        ("race_committee", "居村"),
        ("race_travel", ""),
    ):
        first, second = (f"/dispatch/{number_of(server, one)}" for one in server.objects(kind))
        approver = open_page("approver2")
        approver.goto(second)
        late = approver.get_by_role("button", name="批准，发出邀约")
        expect(late).to_be_visible()
        other = open_page("approver1")
        other.goto(first)
        press(other.get_by_role("button", name="批准，发出邀约"))
        with approver.expect_navigation() as gone:
            late.click()

        assert gone.value.status == 409, kind
        expect(approver.locator("main")).to_contain_text(word)
        expect(approver.locator("main")).not_to_contain_text("CANARY")
        look(approver)


def test_a_page_that_is_out_of_date_overwrites_nothing_and_keeps_the_words(open_page: OpenPage, server: Server) -> None:
    first, second = open_page("district1"), open_page("district1")
    for page in (first, second):
        page.goto(f"/lecturers/{server.objects('lecturer')[0]}/edit")
    first.fill("[name=bio]", "先保存的简介")
    press(first.get_by_role("button", name="保存"))
    second.fill("[name=bio]", "后写的简介，不能丢")
    with second.expect_navigation() as gone:
        second.get_by_role("button", name="保存").click()

    assert gone.value.status == 409
    assert "后写的简介，不能丢" in second.content()
    look(second)
    first.goto(first.url)
    expect(first.locator("main")).to_contain_text("先保存的简介")


def test_an_order_too_soon_or_for_too_many_is_told_at_its_field_and_keeps_every_word(open_page: OpenPage) -> None:
    page = open_page("committee1")
    order_form(page)
    submit(page)
    expect(page.locator(".why").first).to_be_visible()
    use_times(page, "周一到周五上午")
    expect(page.locator("#s2 .chosen li").first).to_be_visible()
    page.fill("[name=expected]", "5000")
    submit(page)

    expect(page.locator("main")).to_contain_text("这句话不能丢。")
    expect(page.locator("#expected-why")).to_be_visible()
    assert page.locator("[name=expected]").get_attribute("aria-invalid") == "true"
    look(page)
    page.fill("[name=expected]", "90")  # the course takes a hundred, the room sixty
    submit(page)
    expect(page.locator("#expected-why")).to_contain_text("60")
    look(page)


def test_a_day_too_near_is_not_taken_from_a_sentence(open_page: OpenPage) -> None:
    page = open_page("committee1")
    order_form(page)
    page.fill("[name=expected]", "30")
    tomorrow = clock.day_of(clock.now()) + timedelta(days=1)
    use_times(page, f"{tomorrow.month}月{tomorrow.day}日上午")

    expect(page.locator("#s2")).to_contain_text("太近")


def test_a_used_up_quota_is_said_before_anything_is_typed_and_again_with_what_to_do(
    open_page: OpenPage, server: Server
) -> None:
    district = open_page("district1")
    district.goto(f"/settings/?organisation={server.objects('organisation')[1]}")
    district.goto(f"/settings/{server.objects('organisation')[1]}/quota_edition")
    district.fill("main [name=value]", "1")
    press(district.locator("main form .btn-primary"))
    page = open_page("committee2")
    order_form(page)
    expect(page.locator("main")).to_contain_text("名额已经用完")
    page.fill("[name=expected]", "30")
    use_times(page, "周二到周四下午")
    expect(page.locator("#s2 .chosen li").first).to_be_visible()
    submit(page)

    expect(page.locator("#errors")).to_contain_text("本季最多点 1 场")
    expect(page.locator("#errors")).to_contain_text("可以取消一场再点；确有需要，请街镇管理员写明理由代点。")
    expect(page.locator("[name=need]")).to_have_value("这句话不能丢。")
    look(page)


def test_after_eight_wrong_passwords_the_account_waits_and_nobody_learns_who_exists(page: Page) -> None:
    said = {}
    for username in ("lockme", "nobody-of-this-name"):
        for _ in range(9):
            page.goto("/login")
            page.fill("[name=username]", username)
            page.fill("[name=password]", "not the password")
            press(page.locator("form:has([name=password]) [type=submit]"))
        expect(page.locator(".why, .say").first).to_be_visible()
        said[username] = page.locator("main").inner_text().replace(username, "")
        assert page.locator("[name=username]").input_value() == username
    look(page)

    assert said["lockme"] == said["nobody-of-this-name"]


def test_a_page_of_another_role_says_whose_it_is(open_page: OpenPage) -> None:
    page = open_page("committee1")
    for path in ("/dispatch/", "/audit/", "/people/", "/manage/courses/new", "/calendar/"):
        answer(page, 403, path)


def test_what_lies_outside_ones_scope_is_simply_not_there(open_page: OpenPage, server: Server) -> None:
    with closing(sqlite3.connect(server.database)) as db:
        (number,) = db.execute(
            'SELECT number FROM "order" JOIN organisation o ON o.id = "order".organisation_id '
            "WHERE number IS NOT NULL AND o.name = '淀湖社区'"
        ).fetchone()
    for who in ("committee1", "street1"):
        answer(open_page(who), 404, f"/orders/{number}")
    answer(open_page("committee1"), 404, "/orders/QP26-D-99999")


def test_a_form_whose_time_ran_out_keeps_what_was_typed(open_page: OpenPage) -> None:
    page = open_page("committee1", javascript=False)
    page.goto("/gaps/new")
    page.fill("main textarea >> nth=0", "这句话不能丢。")
    page.locator("main form input[name=csrf_token]").first.evaluate("e => { e.value = 'old'; }")
    with page.expect_navigation() as gone:
        page.locator("main form .btn-primary").last.click()

    assert gone.value.status == 400
    expect(page.locator("main")).to_contain_text("这句话不能丢。")


def test_when_the_sign_in_ends_meanwhile_nothing_typed_is_lost(open_page: OpenPage, server: Server) -> None:
    page = open_page("committee1", javascript=False)
    page.goto("/gaps/new")
    page.fill("main textarea >> nth=0", "登录过期也不能丢。")
    with closing(sqlite3.connect(server.database)) as db:
        db.execute("UPDATE web_session SET seen_at = '2020-01-01 00:00:00.000000'")
        db.commit()
    press(page.locator("main form .btn-primary").last)
    expect(page.locator("[name=password]")).to_be_visible()
    page.fill("[name=username]", "committee1")
    page.fill("[name=password]", server.password("committee1"))
    press(page.locator("form:has([name=password]) [type=submit]"))

    expect(page.locator("main")).to_contain_text("登录过期也不能丢。")


def test_large_type_chosen_before_the_sign_in_is_still_large_after_it(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/login")
    page.locator("form[action='/type-size'] button").first.click()
    expect(page.locator("html")).to_have_attribute("data-type", "large")
    sign_in(page, "committee1")

    expect(page.locator("html")).to_have_attribute("data-type", "large")
    for path in ("/courses/", "/orders/", "/orders/new?course=4"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("data-type", "large")
        look(page)

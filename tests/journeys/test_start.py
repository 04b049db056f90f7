"""The first minute: the sign-in page stands on a phone and at a desk, and the district's people come in."""

from playwright.sync_api import Page

from tests.journeys.browser import axe, shoot

PROFILE = "probe"


def test_the_sign_in_page_is_finished(page: Page) -> None:
    page.goto("/login")

    axe(page)
    shoot(page, "login")


def test_people_of_every_role_come_in_with_and_without_javascript(open_page, server) -> None:
    for username in ("district1", "dispatcher1", "approver1", "street1", "committee1", "lecturer1", "auditor1"):
        for javascript in (False, True):
            page = open_page(username, javascript=javascript)

            assert "/login" not in page.url
        axe(page)

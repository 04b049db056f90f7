"""Every page that each kind of person is led to: it opens, is headed and titled, fits three widths and shuts nobody out.

A page's shape (its address without numbers) is opened in the browser once, by whoever reaches it first; the pages that
look different for each role are opened by all of them.
"""

import pytest
from playwright.sync_api import Page

from tests.journeys.browser import axe, fits
from tests.journeys.walk import Walk, shape

PEOPLE = (
    "", "committee1", "street1", "dispatcher1", "approver1", "district1", "auditor1", "system1", "lecturer1", "lecturer4", "city1",
)  # fmt: skip
WIDTHS = (1280, 390, 320)
FOR_ALL = {
    "/",
    "/inbox/",
    "/manage/",
    "/orders/",
    "/orders/NO",
    "/lessons/",
    "/lessons/NO",
    "/courses/N",
    "/lecturers/N",
}
looked_at: set[str] = set()


def _to_look_at(walk: Walk) -> list[str]:
    """One address of each shape without arguments that nobody has looked at yet, and of those that differ for everybody."""
    pages = {kind: urls[0] for kind, urls in walk.opened.items() if "?" not in kind and "." not in kind}
    return [url for kind, url in pages.items() if kind not in looked_at or kind in FOR_ALL]


def _look_at(page: Page, url: str) -> None:
    page.goto(url)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        fits(page)
    if shape(url) not in looked_at:
        axe(page)
    looked_at.add(shape(url))


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "stranger")
def test_every_page_a_person_is_led_to_opens_fits_and_shuts_nobody_out(open_page, who):  # type: ignore[no-untyped-def]
    page = open_page(who or None)

    walk = Walk(page.context.request).go()
    for url in _to_look_at(walk):
        _look_at(page, url)

    assert walk.faults == []

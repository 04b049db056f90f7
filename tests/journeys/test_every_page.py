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
    "/duties/",
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


FOCUSED = """() => {
    const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
    if (here === document.body) return null;
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 24));  // a tall field shows its first line
    const ring = e => e && (getComputedStyle(e).outlineStyle !== "none" || getComputedStyle(e).boxShadow !== "none");
    const over = at && !here.contains(at) && !at.contains(here) && !here.closest("label")?.contains(at);
    return {what: (here.textContent || here.name).trim().slice(0, 20), ringed: ring(here) || ring(here.closest(".pick")), covered: !!over};
}"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("who", "url"),
    [("committee2", "/orders/new?course=18"), ("dispatcher1", "/dispatch/?o=59"), ("lecturer1", "/offers/")],
)
def test_the_keyboard_reaches_everything_visibly_in_large_type_too(open_page, who, url, width):  # type: ignore[no-untyped-def]
    page = open_page(who, width=width)
    page.evaluate("document.querySelector('form[data-type-size] button').click()")
    page.wait_for_load_state()
    page.goto(url)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"  # the skip link
    fits(page)
    unseen = []
    for _turn in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here is None:
            break
        if not here["ringed"] or here["covered"]:
            unseen.append(here)
    assert unseen == []

"""Pictures of the six main pages into docs/pictures, from the demonstration district: make pictures."""

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.browser import DESK, HEIGHTS, PHONE

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST = 250_000
PAGES = {
    "menu": ("committee1", "/courses/"),
    "course": ("committee2", "/courses/?q=停车难"),
    "order": ("committee2", "/orders/new?course=18"),
    "orders": ("committee1", "/orders/"),
    "desk": ("dispatcher1", "/dispatch/"),
    "lecturer": ("lecturer1", "/offers/"),
}


def settle(page: Page, name: str) -> None:
    """Bring the page into the state that is worth a picture."""
    if name == "course":
        page.locator("#list article a").first.click()
        page.wait_for_url(re.compile(r"/courses/\d+"))
    if name == "desk":
        page.locator("a[data-row]", has_text=re.compile(r"\d 位人选")).first.click()
        page.wait_for_load_state("networkidle")
    if name == "order":
        page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", PAGES)
def test_picture(open_page, name: str) -> None:  # type: ignore[no-untyped-def]
    FOLDER.mkdir(parents=True, exist_ok=True)
    who, path = PAGES[name]
    page = open_page(who)
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 1000 if width == DESK else HEIGHTS[PHONE]})
        page.goto(path)
        settle(page, name)
        file = FOLDER / f"{name}-{width}.png"
        page.screenshot(path=file, animations="disabled")
        assert file.stat().st_size < LARGEST, f"{file}: {file.stat().st_size} bytes"


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-o", "addopts=--import-mode=importlib", __file__]))

"""What journeys do with a page: sign in and out, take pictures, ask for accessibility findings."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

from tests.journeys.walk import shape

PHONE, DESK = 390, 1280
HEIGHTS = {PHONE: 844, DESK: 800}
SCREENSHOTS = Path(__file__).parent / "screenshots"

# An answer of 4xx is part of many journeys and is looked at by them; chromium also writes it to the console.
_ANSWERED_4XX = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

# Runs in every page before its own scripts; what it finds arrives as a console error.
TELL_OF_SCROLLING = """
addEventListener("load", () => requestAnimationFrame(() => {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide > room) console.error(`${location.pathname} is ${wide} px wide in ${room} px`);
}));
"""

# A name, classes and attributes' names for every element of a page; large type counts.
KINDS_OF_ELEMENTS = """() => [...document.querySelectorAll("*")].map(e =>
  [e.localName, e.getAttribute("class") || "", e.dataset.type || "", ...e.getAttributeNames().sort()].join(" "))
"""
_searched: dict[tuple[str, int], set[str]] = {}


def sign_in(page: Page, username: str, password: str | None = None) -> None:
    """Sign in on the sign-in page; the password is the one the seed printed unless given."""
    page.goto("/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password or page.server.password(username))  # type: ignore[attr-defined]
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path != "/login")


def sign_out(page: Page) -> None:
    """Sign out by the form that every page carries."""
    page.evaluate("document.querySelector('form[action=\"/logout\"]').submit()")
    page.wait_for_load_state()


def shoot(page: Page, name: str, *, widths: tuple[int, ...] = (PHONE, DESK)) -> None:
    """Save pictures of the whole page at phone and desk width; the page must fit both."""
    SCREENSHOTS.mkdir(exist_ok=True)
    before = page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True, animations="disabled")
        fits(page)
    if before:
        page.set_viewport_size(before)


def fits(page: Page) -> None:
    """The page needs no scrolling to the side, and if it does, this says which elements stick out."""
    too_wide = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > room + 1)
                .slice(0, 5).map(e => e.tagName.toLowerCase() + "." + e.className);
        }"""
    )
    assert too_wide == [], f"{page.url} sticks out at {page.viewport_size}: {too_wide}"


def axe(page: Page) -> None:
    """No serious or critical accessibility finding on the page as it is now."""
    findings: list[dict[str, Any]] = Axe().run(page).response["violations"]
    bad = [
        f"{finding['id']}: {finding['help']} at {[node['target'] for node in finding['nodes'][:3]]}"
        for finding in findings
        if finding["impact"] in ("serious", "critical")
    ]
    assert bad == [], f"{page.url}: {bad}"


def look(page: Page) -> None:
    """What is asked of every page of a journey; barriers once per kind of page, and again when it shows something new.

    (The finder of barriers is itself a script, so who runs none is spared it.)
    """
    fits(page)
    if page.runs_script:  # type: ignore[attr-defined]
        kinds = set(page.evaluate(KINDS_OF_ELEMENTS))
        seen = _searched.setdefault((shape(page.url), page.evaluate("innerWidth")), set())
        if kinds - seen:
            axe(page)
        seen |= kinds


def press(button: Locator) -> None:
    """Press what leads to another page, and wait for it."""
    with button.page.expect_navigation():
        button.click()


def watch(page: Page, own: str, problems: list[str]) -> None:
    """Note what must never happen: console errors, foreign hosts, 5xx, a missing style, script or picture."""
    host = urlsplit(own).netloc

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not _ANSWERED_4XX.match(message.text):
            problems.append(f"console on {page.url}: {message.text}")

    def asked(request: Request) -> None:
        if request.url.startswith(("http", "ws")) and urlsplit(request.url).netloc != host:
            problems.append(f"foreign host: {request.url}")

    def answered(response: Response) -> None:
        part_of_page = response.request.resource_type in ("stylesheet", "script", "image", "font", "manifest")
        if response.status >= 500 or (response.status >= 400 and part_of_page):
            problems.append(f"{response.status} for {response.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"script error on {page.url}: {error}"))
    page.on("request", asked)
    page.on("response", answered)

"""Walks the pages one person can reach, by the links they are shown, and judges what needs no browser."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.sync_api import APIRequestContext

NO_PAGES = ("/logout", "/assets/", "/api/", "/metrics", "/healthz", "/readyz")
NUMBER = re.compile(r"[A-Z]{2,4}\d{2}-[A-Z]-\d{5}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WORDS = re.compile(r"(/manage/words/)\w+(/\w+)?$|(/settings/N/)\w+$")
RAW = re.compile(r"\b(None|True|False|null|undefined|[A-Z]\w+\.[A-Z_]{3,})\b|\b[a-z]+_[a-z_]+\b|\{\{|%\(\w")


def shape(url: str) -> str:
    """What kind of page an address is: numbers, days and the values of arguments do not count."""
    parts = urlsplit(url)
    path = DAY.sub("DAY", NUMBER.sub("NO", parts.path))
    path = re.sub(r"(?<=/)\d+(?=/|$)", "N", path)
    path = WORDS.sub(
        lambda found: f"{found[1]}KIND{'/KEY' if found[2] else ''}" if found[1] else f"{found[3]}NAME", path
    )
    names = sorted({name for name, _value in parse_qsl(parts.query)})
    return path + ("?" + "&".join(names) if names else "")


class Reader(HTMLParser):
    """The links, headings, title and visible words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self.headings, self.title, self._silent, self._titled = 0, "", 0, False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.links.append(href)
        self.headings += tag == "h1"
        self._silent += tag in ("script", "style")
        self._titled = tag == "title" or (self._titled and tag == "span")  # markup in a title would be shown as it is
        if self._titled and tag != "title":
            self.title += f"<{tag}>"

    def handle_endtag(self, tag: str) -> None:
        self._titled = self._titled and tag != "title"
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self._titled:
            self.title += data
        elif not self._silent and data.strip():
            self.words.append(data.strip())


class Walk:
    """One person's walk from the first page, breadth first; `each`: how many addresses of one shape are opened."""

    def __init__(self, ask: APIRequestContext, each: int = 2) -> None:
        self.ask, self.each = ask, each
        self.opened: dict[str, list[str]] = {}
        self.faults: list[str] = []

    def go(self, start: str = "/") -> "Walk":
        """Opens the pages; `faults` then names those that did not open, and what is wrong with the others."""
        waiting, seen = [(start, "")], {start}
        while waiting:
            url, shown_on = waiting.pop(0)
            alike = self.opened.setdefault(shape(url), [])
            if len(alike) >= (1 if "?" in url else self.each):
                continue
            alike.append(url)
            for link in self._open(url, shown_on):
                if link not in seen:
                    seen.add(link)
                    waiting.append((link, url))
        return self

    def _open(self, url: str, shown_on: str) -> Iterator[str]:
        answer = self.ask.get(url)
        if answer.status != 200:
            self.faults.append(f"{answer.status} for {url}, shown on {shown_on}")
        elif "text/html" in answer.headers.get("content-type", ""):
            page = Reader(answer.text())
            self.faults += [f"{fault} on {url}" for fault in judged(page, urlsplit(url).path)]
            yield from self._links(url, page)

    def _links(self, url: str, page: Reader) -> Iterator[str]:
        for href in page.links:
            whole = urljoin(url, href).split("#")[0]
            parts = urlsplit(whole)
            if (
                not parts.scheme
                and not parts.netloc
                and not parts.path.startswith(NO_PAGES)
                and parts.query.count("&") < 1
            ):
                yield whole


def judged(page: Reader, path: str) -> Iterator[str]:
    """What no page may have: no heading or two, a title without words, names that only programmers know."""
    if page.headings != 1:
        yield f"{page.headings} first headings"
    name = page.title.removesuffix(" · 送学").strip()
    if not name or "<" in name:
        yield f"the title {page.title!r}"
    if path != "/operations/":  # its reader is one who knows the names of the programme
        yield from (f"the raw word {word[:60]!r}" for word in page.words if RAW.search(word))

"""Journeys meet the real thing: gunicorn, a seeded SQLite file per module, and Debian's chromium.

A module chooses its district with PROFILE = "probe" (or "demo", the default). `open_page()` gives a fresh visitor,
`open_page(username)` one who is signed in. Whatever journey it is, no page may log an error, ask a foreign host,
answer 5xx or need scrolling to the side.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.browser import DESK, HEIGHTS, TELL_OF_SCROLLING, sign_in, watch

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 120
PATIENCE = 30_000  # milliseconds; only a journey that fails waits so long, a busy machine must not fail one
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Server:
    """One running copy of the service with a database of its own."""

    url: str
    database: Path
    seeded: dict[str, Any]
    env: dict[str, str]

    def password(self, username: str) -> str:
        """What the seed printed for this account."""
        return next(a["password"] for a in self.seeded["accounts"] if a["username"] == username)

    def objects(self, kind: str) -> list[int]:
        """Ids of the seeded rows of one kind, in the order of the seed."""
        return list(self.seeded["objects"][kind])

    def flask(self, *arguments: str) -> str:
        """Run a command such as `sweep` on this database and give what it printed."""
        return _flask(self.env, *arguments)

    @contextmanager
    def at(self, instant: datetime) -> Iterator["Server"]:
        """The same installation on another day: a second server over the same database whose clock reads `instant`."""
        port = _free_port()
        with _running([sys.executable, "-m", "tests.journeys.another_day", instant.isoformat()], _on(self.env, port)):
            yield replace(self, url=f"http://127.0.0.1:{port}", env=_on(self.env, port))


def _flask(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"flask {' '.join(arguments)}: {done.stderr[-3000:]}"
    return done.stdout


def _env(folder: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "APP_ENV": "development",
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'songxue.db'}",
        "UPLOAD_DIR": str(folder / "uploads"),
        "LOG_LEVEL": "WARNING",
        "WEB_WORKERS": "1",
    }


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, dict[str, Any]]]:
    """The template database of a profile and what its seed printed; made once per run.

    Whoever writes a journey sets JOURNEY_SEEDS to a folder, and the templates are kept there from run to run.
    """
    made: dict[str, tuple[Path, dict[str, Any]]] = {}
    kept = os.environ.get("JOURNEY_SEEDS")

    def template(profile: str) -> tuple[Path, dict[str, Any]]:
        if profile not in made:
            folder = Path(kept) / profile if kept else tmp_path_factory.mktemp(profile)
            folder.mkdir(parents=True, exist_ok=True)
            printed = folder / "printed.json"
            if not printed.exists():
                env = _env(folder, 8000)
                _flask(env, "db", "upgrade")
                printed.write_text(_flask(env, "seed", "--profile", profile, "--json"))
            made[profile] = (folder / "songxue.db", json.loads(printed.read_text()))
        return made[profile]

    return template


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest,
    seeded: Callable[[str], tuple[Path, dict[str, Any]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """The service on a free port, with a copy of the district the module asks for."""
    template, printed = seeded(getattr(request.module, "PROFILE", "demo"))
    folder = tmp_path_factory.mktemp("server")
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(folder / "songxue.db")) as copy:
        source.backup(copy)
    port = _free_port()
    env = _env(folder, port)
    with _running([sys.executable, "-m", "gunicorn", "wsgi:app"], env):
        yield Server(f"http://127.0.0.1:{port}", folder / "songxue.db", printed, env)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _on(env: dict[str, str], port: int) -> dict[str, str]:
    return env | {"PORT": str(port)}


@contextmanager
def _running(command: list[str], env: dict[str, str]) -> Iterator[None]:
    """A server on the port of `env` that answers, until the block ends."""
    path = Path(env["UPLOAD_DIR"]).parent / f"log-{env['PORT']}"
    with path.open("w") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        _wait_for(int(env["PORT"]), running, path)
        yield
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and running.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (HTTPException, OSError):
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(f"The service did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium; Playwright's own download is never used."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "Chromium is missing: apt-get install chromium fonts-noto-cjk"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def problems() -> list[str]:
    """What went wrong on any page of this test; a journey that provokes one takes it out itself."""
    return []


@pytest.fixture
def open_page(browser: Browser, server: Server, problems: list[str]) -> Iterator[OpenPage]:
    """open_page(username=None, *, width=1280, javascript=True, at=server): a visitor of their own, with own cookies."""
    contexts = []

    def open_one(
        username: str | None = None, *, width: int = DESK, javascript: bool = True, at: Server | None = None
    ) -> Page:
        place = at or server
        context = browser.new_context(
            base_url=place.url,
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_OF_SCROLLING)
        page = context.new_page()
        page.server = place  # type: ignore[attr-defined]  # so that sign_in knows the passwords
        page.runs_script = javascript  # type: ignore[attr-defined]
        watch(page, place.url, problems)
        if username:
            sign_in(page, username)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A visitor at a desk."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A visitor with a phone."""
    return open_page(width=390)


@pytest.fixture
def page_without_javascript(open_page: OpenPage) -> Page:
    """A visitor whose browser runs no script."""
    return open_page(javascript=False)

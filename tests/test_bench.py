"""The bench measures what it says: whole answers, forms as a browser fills them, processor time of a tree."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load import load
from bench.visitor import Visitor
from bench.web import PAGES, Page, cpu_seconds, dearer_on_postgresql, verdict

FORM = """
<form action="/search"><input name="q"></form>
<form method="post"><input type="hidden" name="csrf_token" value="a&amp;b"><input name="expected" value="30">
<input type="checkbox" name="off" value="1"><input type="checkbox" name="on" value="1" checked>
<input type="radio" name="mode" value="onsite"><input type="radio" name="mode" value="venue" checked>
<select name="place"><option value="1">甲</option><option value="2" selected>乙</option></select>
<textarea name="need">
停车难</textarea><button name="save" value="1">存</button><input type="submit" name="send"></form>
"""


class Small(BaseHTTPRequestHandler):
    """Answers 200 with a long body, and 404 on every third request."""

    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self) -> None:
        type(self).count += 1
        body = b"x" * 100_000
        self.send_response(404 if self.count % 3 == 0 else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Small)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_answer_is_counted_once_by_its_status(port: int) -> None:
    request = Visitor(port).request("/")
    Small.count = 0

    outcome = load(port, lambda: request, seconds=0.2, connections=3)

    assert outcome.answers == Small.count == sum(outcome.statuses.values()) > 3
    assert set(outcome.statuses) == {200, 404}
    assert 0.2 <= outcome.seconds < 5


def test_a_form_is_filled_as_a_browser_would() -> None:
    assert Visitor(1).fields(FORM) == {
        "csrf_token": "a&b", "expected": "30", "on": "1", "mode": "venue", "place": "2", "need": "停车难",
    }  # fmt: skip


def test_processor_time_is_that_of_the_whole_tree() -> None:
    burn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'for _ in range(10**7): pass']); print(1, flush=True); input()"
    program = subprocess.Popen(
        [sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert program.stdout is not None

    program.stdout.readline()
    spent = cpu_seconds([program.pid])
    program.communicate("\n")

    assert spent > 0.05
    assert cpu_seconds([program.pid]) == 0


@pytest.mark.parametrize(
    ("ratio", "cpu_x", "said"),
    [(0.2, 6, "target"), (0.2, 6.1, "floor"), (0.08, 12, "floor"), (0.07, 1, "BELOW"), (0.9, 13, "BELOW")],
)
def test_both_figures_must_reach_the_mark(ratio: float, cpu_x: float, said: str) -> None:
    menu = Page("menu", lambda place: lambda: b"", floor=(0.08, 12), target=(0.20, 6))

    assert verdict(ratio, cpu_x, menu) == said


def test_postgresql_is_compared_page_by_page() -> None:
    rows = [
        {"database": "sqlite", "page": "a", "cpu_x": 2.0},
        {"database": "sqlite", "page": "b", "cpu_x": 2.0},
        {"database": "postgresql", "page": "a", "cpu_x": 3.0},
        {"database": "postgresql", "page": "b", "verdict": "BROKEN"},
    ]

    assert dearer_on_postgresql(rows) == {"a": 1.5}


def test_targets_are_harder_than_floors() -> None:
    assert all(p.target[0] > p.floor[0] and p.target[1] < p.floor[1] for p in PAGES)

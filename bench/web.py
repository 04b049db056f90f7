"""What does each page cost, next to a bare Flask page under the same gunicorn, in the same interleaved rounds?

    make bench                                 SQLite, 10,000 courses and 100,000 orders
    make bench ARGS="--postgresql --json"      both databases, as JSON
    make bench ARGS="--only menu --rounds 5"   one page, longer

Two figures, because absolute speed swings with the machine: `ratio` is requests per second over those of the bare
page; `cpu x` is processor time per request of the whole server tree (PostgreSQL's included) over that of the bare
page, the steadier one. Floors and targets are those of docs/performance.md; below a floor the exit code is 1.
"""

import argparse
import html
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.filled import filled
from bench.load import load
from bench.visitor import Visitor
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Place:
    """The running service with its visitors and what the seed printed."""

    port: int
    seeded: dict[str, Any]
    known: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, username: str) -> Visitor:
        """This person, signed in once."""
        if username not in self.known:
            account = next(a for a in self.seeded["accounts"] if a["username"] == username)
            self.known[username] = Visitor(self.port).sign_in(username, account["password"])
        return self.known[username]

    def courses(self, many: int = 1) -> list[int]:
        """Ids of courses that stand on the menu, from as many of its pages as are needed."""
        found: list[int] = []
        address: str | None = "/courses/"
        while address is not None and len(found) < many:
            page = Visitor(self.port).get(address)
            found += [int(i) for i in dict.fromkeys(re.findall(r'href="/courses/(\d+)', page)) if int(i) not in found]
            onward = re.search(r'rel="next" href="([^"]+)"', page)
            address = html.unescape(onward[1]) if onward else None
        return found

    def course(self) -> int:
        """One of them."""
        return self.courses()[0]


Ask = Callable[[], bytes]
FORMS = 100  # courses that orders are placed for, times the committees of a town


@dataclass(frozen=True)
class Page:
    """One measured page: how to ask for it, and the ratio and cpu x it is held to (floor) and aims at (target)."""

    name: str
    prepare: Callable[[Place], Ask]
    floor: tuple[float, float]
    target: tuple[float, float]
    good: tuple[int, ...] = (200,)


def by(username: str | None, path: str | Callable[[Place], str]) -> Callable[[Place], Ask]:
    """The same GET again and again, by one person or by a stranger."""

    def prepare(place: Place) -> Ask:
        visitor = place.visitor(username) if username else Visitor(place.port)
        request = visitor.request(path if isinstance(path, str) else path(place))
        return lambda: request

    return prepare


def placing_an_order(place: Place) -> Ask:
    """The order form filled in and handed in by a town for its committees: every time another pair of committee and course."""
    visitor = place.visitor("street1")
    courses = place.courses(FORMS)[:FORMS]
    committees = re.findall(r"[?&;]for=(\d+)", visitor.get(f"/orders/new?course={courses[0]}"))
    forms = {
        course: visitor.fields(visitor.get(f"/orders/new?course={course}&for={committees[0]}"), containing="key")
        for course in courses
    }
    pairs = iter([(course, committee) for course in courses for committee in committees])

    def ask() -> bytes:
        course, committee = next(pairs)
        fields = forms[course] | order_typed() | {"committee": committee, "key": secrets.token_urlsafe(16)}
        return visitor.request("/orders/new", fields)

    return ask


def order_typed() -> dict[str, str]:
    """What a person types into the order form besides what the page fills in itself."""
    month = (date.today() + timedelta(days=40)).month  # noqa: DTZ011  (only a month to name)
    return {
        "need": "小区停车难，想请老师来讲一讲。",
        "pattern": f"周二或周四下午，{month}月内任意",
        "expected": "30",
        "contact": "王某",
        "telephone": "021-00000000",
        "quota_reason": "测量",
        "submit": "1",
    }


def api_list(place: Place) -> Ask:
    """The menu as JSON, with a bearer token."""
    account = next(a for a in place.seeded["accounts"] if a["username"] == "committee1")
    stranger = Visitor(place.port)
    _, text, _ = stranger.send_json("/api/v1/auth/token", {k: account[k] for k in ("username", "password")})
    request = stranger.request(
        "/api/v1/courses", headers={"Authorization": f"Bearer {json.loads(text)['access_token']}"}
    )
    return lambda: request


PAGES = (
    Page("app hello", by(None, "/healthz"), (0.50, 1.8), (0.70, 1.4)),
    Page("menu, 20 rows with facets", by("committee1", "/courses/"), (0.08, 12), (0.20, 6)),
    Page("search 停车 with facets", by("committee1", f"/courses/?q={quote('停车')}"), (0.04, 25), (0.10, 12)),
    Page("course", by("committee1", lambda p: f"/courses/{p.course()}"), (0.07, 14), (0.15, 7)),
    Page("my orders", by("committee1", "/orders/"), (0.08, 10), (0.15, 6)),
    Page("queue with state counts", by("dispatcher1", "/dispatch/"), (0.06, 15), (0.12, 8)),
    Page("order form", by("committee1", lambda p: f"/orders/new?course={p.course()}"), (0.20, 5), (0.30, 3.5)),
    Page("placing an order", placing_an_order, (0.05, 13), (0.10, 8), good=(302, 303)),
    Page("JSON list, 20 rows", api_list, (0.10, 10), (0.20, 5)),
)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(roots: list[int]) -> float:
    """Processor time spent so far by these processes, their living descendants and their dead children."""
    spent: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            spent[int(entry.name)] = (int(stat[1]), sum(map(int, stat[11:15])))
    wanted = set(roots)
    while grown := {pid for pid, (parent, _) in spent.items() if parent in wanted} - wanted:
        wanted |= grown
    return sum(spent[pid][1] for pid in wanted if pid in spent) / TICKS


@contextmanager
def serving(module: str, env: dict[str, str]) -> Iterator[int]:
    """A gunicorn of that module with the project's own options; gives its process id."""
    with open(os.devnull, "w") as nowhere:
        server = subprocess.Popen([sys.executable, "-m", "gunicorn", module], cwd=ROOT, env=env, stderr=nowhere)
    try:
        wait_for(int(env["PORT"]), server)
        yield server.pid
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return when something listens on the port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start; run it by hand to see why.")


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """The variables of one server."""
    return os.environ | {
        "APP_ENV": "development",
        "PORT": str(free_port()),
        "DATABASE_URL": database_url,
        "UPLOAD_DIR": str(folder / "uploads"),
    }


def postmaster_pid(url: str) -> int:
    """The process that owns the PostgreSQL of this run."""
    folder = url.partition("host=")[2].replace("%2F", "/")
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])


@dataclass
class Sums:
    """Answers, seconds and processor seconds of one side over all rounds."""

    answers: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, port: int, ask: Ask, roots: list[int], seconds: float, good: tuple[int, ...]) -> None:
        """One round of load."""
        before = cpu_seconds(roots)
        outcome = load(port, ask, seconds=seconds)
        self.cpu += cpu_seconds(roots) - before
        self.answers += outcome.answers
        self.seconds += outcome.seconds
        if wrong := {status: n for status, n in outcome.statuses.items() if status not in good}:
            raise RuntimeError(f"unexpected answers: {wrong}")


def measured(
    page: Page, place: Place, hello: tuple[int, Ask, int], roots: list[int], options: argparse.Namespace
) -> dict[str, Any]:
    """One page against the bare one, in alternating rounds after a short warm-up of both."""
    hello_port, hello_ask, hello_pid = hello
    ask = page.prepare(place)
    ours, bare = Sums(), Sums()
    Sums().add(place.port, ask, roots, 0.5, page.good)
    for _ in range(options.rounds):
        bare.add(hello_port, hello_ask, [hello_pid], options.seconds, (200,))
        ours.add(place.port, ask, roots, options.seconds, page.good)
    ratio = (ours.answers / ours.seconds) / (bare.answers / bare.seconds)
    cpu_x = (ours.cpu / ours.answers) / (bare.cpu / bare.answers)
    return {
        "page": page.name,
        "ratio": round(ratio, 3),
        "cpu_x": round(cpu_x, 2),
        "cpu_ms": round(ours.cpu / ours.answers * 1000, 2),
        "per_second": round(ours.answers / ours.seconds, 1),
        "floor": page.floor,
        "target": page.target,
        "verdict": verdict(ratio, cpu_x, page),
    }


def verdict(ratio: float, cpu_x: float, page: Page) -> str:
    """target, floor, or BELOW. cpu x decides; the ratio, which other programs on the machine disturb, must agree."""
    if ratio >= page.target[0] and cpu_x <= page.target[1]:
        return "target"
    return "floor" if ratio >= page.floor[0] and cpu_x <= page.floor[1] else "BELOW"


def bench(kind: str, folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every chosen page on one database."""
    url = f"sqlite:///{folder / 'songxue.db'}" if kind == "sqlite" else postgres.fresh_database()
    env = environment(folder, url)
    note(f"{kind}: filling {options.courses} courses and {options.orders} orders …")
    printed = filled(env, options.courses, options.orders)
    hello_env = environment(folder / "hello", url)
    rows = []
    with serving("bench.hello:app", hello_env) as hello_pid, serving("wsgi:app", env) as pid:
        hello_port = int(hello_env["PORT"])
        hello_request = Visitor(hello_port).request("/")
        place = Place(int(env["PORT"]), printed)
        roots = [pid] + ([postmaster_pid(url)] if kind == "postgresql" else [])
        for page in PAGES:
            if options.only and options.only not in page.name:
                continue
            try:
                row = measured(page, place, (hello_port, lambda: hello_request, hello_pid), roots, options)
            except (RuntimeError, OSError, KeyError, StopIteration, ValueError) as trouble:
                row = {"page": page.name, "verdict": "BROKEN", "why": repr(trouble)}
            rows.append({"database": kind, **row})
            note(line(rows[-1]))
    return rows


def line(row: dict[str, Any]) -> str:
    """One row of the table."""
    if row["verdict"] == "BROKEN":
        return f"{row['database']:<11}{row['page']:<28}BROKEN: {row['why']}"
    return (
        f"{row['database']:<11}{row['page']:<28}ratio {row['ratio']:<6} (floor {row['floor'][0]}, target {row['target'][0]})  "
        f"cpu x {row['cpu_x']:<6} (floor {row['floor'][1]}, target {row['target'][1]})  {row['cpu_ms']} ms  {row['verdict']}"
    )


def note(words: str) -> None:
    """Progress goes to standard error, so that --json stays clean."""
    print(words, file=sys.stderr, flush=True)


def dearer_on_postgresql(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Processor time on PostgreSQL over that on SQLite, by page (at most 1.8)."""
    cost = {(row["database"], row["page"]): row["cpu_x"] for row in rows if "cpu_x" in row}
    return {
        page: round(cost["postgresql", page] / cost["sqlite", page], 2)
        for kind, page in cost
        if kind == "sqlite" and ("postgresql", page) in cost
    }


def main() -> int:
    """Measure and print; 1 when a page is below its floor or broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", action="store_true", help="measure on PostgreSQL as well")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", help="only pages whose name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one side in one round")
    parser.add_argument("--courses", type=int, default=10_000)
    parser.add_argument("--orders", type=int, default=100_000)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="songxue-bench-"))
    rows: list[dict[str, Any]] = []
    try:
        for kind in ("sqlite", "postgresql") if options.postgresql else ("sqlite",):
            (folder / kind / "hello").mkdir(parents=True)
            rows += bench(kind, folder / kind, options)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    dearer = dearer_on_postgresql(rows)
    if options.json:
        print(json.dumps({"rows": rows, "postgresql_over_sqlite": dearer}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(line(row) for row in rows))
        for page, factor in dearer.items():
            print(f"PostgreSQL / SQLite  {page:<28}{factor} (at most 1.8)")
    return (
        1 if any(row["verdict"] in ("BELOW", "BROKEN") for row in rows) or any(f > 1.8 for f in dearer.values()) else 0
    )


if __name__ == "__main__":
    sys.exit(main())

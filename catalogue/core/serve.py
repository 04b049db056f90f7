"""`make run`: the whole service in the foreground, from an empty folder to a page in the browser.

Brings the database up to date, loads the demonstration district once (development only), then keeps two programs
going: one gunicorn for pages and one worker for jobs. Ctrl-C or SIGTERM stops both; nothing stays behind, however
this program ends.
"""

import ctypes
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import IO, Any

import sqlalchemy as sa

from config import ROOT, Config, SettingRefused

FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
WEB = [sys.executable, "-m", "gunicorn", "wsgi:app"]
WORKER = [*FLASK, "worker"]
SECONDS_TO_START = 60
SECONDS_TO_STOP = 25
LEAST_LIFE = 5.0
MOST_SHORT_LIVES = 3
MOST_LOG_BYTES = 20_000_000
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


class CannotStart(Exception):
    """The service cannot run here; the message tells the operator what to do."""


class Kept:
    """One program that is kept going: started again when it ends, unless it keeps ending at once."""

    def __init__(self, name: str, command: Sequence[str], stop: signal.Signals, output: IO[str] | None) -> None:
        self.name, self.command, self.stop_signal, self.output = name, command, stop, output
        self.short_lives = 0
        self.start()

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches only us and we stop it in good order."""
        self.began = time.monotonic()
        self.running = subprocess.Popen(
            self.command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            process_group=0,
            preexec_fn=die_with_parent,
        )

    def look_after(self) -> None:
        """Start it again if it has ended. Raises CannotStart when it ended several times at once."""
        code = self.running.poll()
        if code is None:
            return
        self.short_lives = self.short_lives + 1 if time.monotonic() - self.began < LEAST_LIFE else 0
        if self.short_lives >= MOST_SHORT_LIVES:
            raise CannotStart(f"{self.name}一启动就退出（代码 {code}）。原因见日志。")
        self.start()

    def ask_to_stop(self) -> None:
        """Let it finish what it does."""
        if self.running.poll() is None:
            self.running.send_signal(self.stop_signal)

    def end(self, until: float) -> None:
        """Wait for its end, but not for ever; its whole group goes with it."""
        with suppress(subprocess.TimeoutExpired):
            self.running.wait(max(0.1, until - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


def die_with_parent() -> None:
    """Ask the kernel for a SIGTERM when our parent dies, so that a kill -9 leaves no orphan either (Linux)."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def refuse_taken_port(port: int) -> None:
    """Raises CannotStart when another program already listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"端口 {port} 用不了（{error.strerror}），多半已被别的程序占用。请换一个端口，例如：make run PORT={port + 1}"
            ) from error


def is_empty(database_url: str) -> bool:
    """Whether no person has been entered yet."""
    engine = sa.create_engine(database_url)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text("SELECT 1 FROM person LIMIT 1")).first() is None
    finally:
        engine.dispose()


def run_once(arguments: Sequence[str], output: IO[str] | None) -> str:
    """Run one `flask` command to its end and give what it printed. Raises CannotStart when it fails."""
    done = subprocess.run([*FLASK, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=output, text=True, check=False)
    if done.returncode != 0:
        raise CannotStart(f"flask {' '.join(arguments)} 没有成功（代码 {done.returncode}）。原因见日志。")
    return done.stdout


def accounts_file(config: Config) -> Path:
    """Where the demonstration accounts of this very database are written down."""
    mark = hashlib.sha256(config.database_url.encode()).hexdigest()[:12]
    return ROOT / "var" / f"demo-accounts-{mark}.json"


def prepare(config: Config, output: IO[str] | None) -> None:
    """Bring tables up to date; in development fill an empty database with the demonstration district."""
    config.make_folders()
    say("正在准备数据库……")
    run_once(["db", "upgrade"], output)
    if config.app_env == "development" and is_empty(config.database_url):
        say("数据库是空的，正在装入演示区（只做这一次）……")
        printed = run_once(["seed", "--profile", "demo", "--json"], output)
        file = accounts_file(config)
        file.parent.mkdir(exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(printed, encoding="utf-8")


def account_lines(seeded: dict[str, Any]) -> list[str]:
    """The first account of each set of roles, as lines to print."""
    first: dict[tuple[str, ...], dict[str, Any]] = {}
    for account in seeded["accounts"]:
        first.setdefault(tuple(account["roles"]), account)
    return [f"  {a['username']:<14}{a['password']:<18}{'、'.join(a['roles'])}" for a in first.values()]


def wait_until_it_answers(config: Config, kept: Sequence[Kept]) -> None:
    """Return when the first page can be asked for. Raises CannotStart."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        for program in kept:
            program.look_after()
        if answers(config.port):
            return
        time.sleep(0.1)
    raise CannotStart(f"服务在 {SECONDS_TO_START} 秒内没有应答。原因见日志。")


def answers(port: int) -> bool:
    """Whether the web server on this port says that it lives."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def begin_log(log: Path) -> None:
    """A long log makes room for a new one; the one before it is kept."""
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > MOST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def say(words: str) -> None:
    """Print for the operator at once, also into a pipe."""
    print(words, flush=True)


def greet(config: Config, log: Path | None) -> None:
    """Tell the address, the accounts and how to stop."""
    say(f"\n送学已启动：{config.public_base_url}")
    file = accounts_file(config)
    if config.app_env == "development" and file.exists():
        say("演示账号（用户名、密码、角色）：")
        say("\n".join(account_lines(json.loads(file.read_text(encoding="utf-8")))))
    if log:
        say(f"日志：{log.relative_to(ROOT)}")
    say("按 Ctrl-C 停止。")


def serve(config: Config, output: IO[str] | None, log: Path | None) -> None:
    """Start both programs and keep them going until somebody stops us (KeyboardInterrupt)."""
    refuse_taken_port(config.port)  # a program that took it meanwhile would answer in our place
    kept: list[Kept] = []
    try:
        kept.append(Kept("网页服务", WEB, signal.SIGTERM, output))
        kept.append(Kept("后台任务", WORKER, signal.SIGINT, output))
        wait_until_it_answers(config, kept)
        greet(config, log)
        while True:
            time.sleep(0.5)
            for program in kept:
                program.look_after()
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        for program in kept:
            program.ask_to_stop()
        until = time.monotonic() + SECONDS_TO_STOP
        for program in kept:
            program.end(until)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """A stop signal ends us like Ctrl-C does."""
    raise KeyboardInterrupt


def main() -> int:
    """The command's exit code: 0 after being stopped, 1 with words when it cannot run."""
    if "--with-parent" in sys.argv:
        die_with_parent()
    for number in STOPPING:  # Ctrl-C too: a shell that started us in the background made us deaf to it
        signal.signal(number, interrupt)
    log: Path | None = None
    try:
        config = Config.from_environment(os.environ)
        refuse_taken_port(config.port)
        if config.app_env == "development":
            log = ROOT / "var" / "songxue.log"
            begin_log(log)
        with log.open("a", encoding="utf-8") if log else nullcontext() as output:
            prepare(config, output)
            serve(config, output, log)
    except (CannotStart, SettingRefused) as refusal:
        print(f"没有启动：{refusal}", file=sys.stderr)
        if log:
            print(f"日志：{log}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\n已停止。")
    return 0


if __name__ == "__main__":
    sys.exit(main())

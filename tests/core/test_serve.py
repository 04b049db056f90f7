"""`make run` keeps its programs going, stops them without a trace, and says in words why it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalogue.core import serve
from config import Config

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
ENDS = [sys.executable, "-c", "raise SystemExit(3)"]


def test_a_taken_port_is_refused_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(serve.CannotStart, match=f"端口 {port} 用不了.*make run PORT={port + 1}"):
            serve.refuse_taken_port(port)

    serve.refuse_taken_port(port)


def test_a_port_taken_while_the_district_was_loaded_is_refused_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(serve.CannotStart, match=f"端口 {port} 用不了"):
            serve.serve(Config(app_env="test", port=port), None, None)


def test_a_program_that_was_killed_is_started_again_and_stops_when_asked() -> None:
    program = serve.Kept("网页服务", SLEEP, signal.SIGTERM, None)
    first = program.running.pid
    os.kill(first, signal.SIGKILL)
    program.running.wait()

    program.look_after()
    second = program.running.pid
    program.ask_to_stop()
    program.end(time.monotonic() + 10)

    assert second != first
    assert program.running.returncode == -signal.SIGTERM


def test_a_program_that_keeps_ending_at_once_is_given_up_with_its_code() -> None:
    program = serve.Kept("后台任务", ENDS, signal.SIGINT, None)

    for _ in range(serve.MOST_SHORT_LIVES - 1):
        program.running.wait()
        program.look_after()
    program.running.wait()

    with pytest.raises(serve.CannotStart, match="后台任务一启动就退出（代码 3）"):
        program.look_after()


def test_a_program_that_will_not_stop_is_ended_with_its_children() -> None:
    deaf = "import signal, subprocess, sys, time; signal.signal(15, signal.SIG_IGN); print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as output:
        program = serve.Kept("网页服务", [sys.executable, "-c", deaf], signal.SIGTERM, output)
    with os.fdopen(reading) as said:
        child = int(said.readline())

    program.ask_to_stop()
    program.end(time.monotonic() + 0.2)

    assert program.running.returncode == -signal.SIGKILL
    until = time.monotonic() + 5
    while _alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_first_account_of_each_role_is_printed() -> None:
    accounts = [
        {"username": "street1", "password": "p1", "roles": ["town"], "organisation_id": 2},
        {"username": "street2", "password": "p2", "roles": ["town"], "organisation_id": 3},
        {"username": "district1", "password": "p3", "roles": ["district", "auditor"], "organisation_id": 1},
    ]

    assert [line.split() for line in serve.account_lines({"accounts": accounts})] == [
        ["street1", "p1", "town"],
        ["district1", "p3", "district、auditor"],
    ]


def test_a_wrong_setting_ends_the_start_with_words_and_code_1() -> None:
    env = {**os.environ, "APP_ENV": "development", "PORT": "none"}

    done = subprocess.run(
        [sys.executable, "-m", "catalogue.core.serve"],
        cwd=Path(__file__).parents[2],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "没有启动：PORT must be a whole number from 1 to 65535, not 'none'.\n"


def test_a_long_log_makes_room_for_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "MOST_LOG_BYTES", 3)
    log = tmp_path / "var" / "songxue.log"

    serve.begin_log(log)
    log.write_text("old lines")
    serve.begin_log(log)

    assert [(p.name, p.read_text()) for p in log.parent.iterdir()] == [("songxue.log.1", "old lines")]

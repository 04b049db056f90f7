"""The real thing in the foreground: both programs come up, come back when killed, and are gone after a stop."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from catalogue.core.serve import answers
from tests import postgres

ROOT = Path(__file__).parents[2]
PATIENCE = 60


def wait(until_true, seconds: float = PATIENCE) -> bool:
    until = time.monotonic() + seconds
    while not until_true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def runs(word: str, pid: int) -> bool:
    return word in Path(f"/proc/{pid}/cmdline").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_service_starts_recovers_from_kills_and_leaves_nothing_behind(kind: str, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"sqlite:///{tmp_path / 'songxue.db'}" if kind == "sqlite" else postgres.fresh_database()
    env = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "SECRET_KEY": "k" * 32,
        "DATABASE_URL": url,
        "UPLOAD_DIR": str(tmp_path / "uploads"),
        "WEB_WORKERS": "1",
    }
    with (tmp_path / "log").open("w") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "catalogue.core.serve"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert service.stdout is not None
        said = [service.stdout.readline() for _ in range(4)]
        assert answers(port), (tmp_path / "log").read_text()[-3000:]
        with urlopen(f"http://127.0.0.1:{port}/metrics") as page:  # added up over the processes
            assert 'songxue_requests_total{endpoint="home.healthz",status="2xx"}' in page.read().decode()
        master = next(pid for pid in children(service.pid) if runs("gunicorn", pid))
        worker = next(pid for pid in children(service.pid) if runs("worker", pid))
        web = children(master)
        os.kill(web[0], signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        assert wait(lambda: children(master) not in ([], web) and answers(port))
        os.kill(master, signal.SIGKILL)
        assert wait(lambda: len(children(service.pid)) == 2 and not {master, worker} & set(children(service.pid)))
        assert wait(lambda: answers(port))
        family = [service.pid, *children(service.pid)]
        family += [pid for parent in family[1:] for pid in children(parent)]
    finally:
        service.send_signal(signal.SIGTERM)
        rest, _ = service.communicate(timeout=PATIENCE)

    assert service.returncode == 0
    assert [line.strip() for line in [*said, *rest.splitlines()] if line.strip()] == [
        "正在准备数据库……",
        f"送学已启动：http://127.0.0.1:{port}",
        "按 Ctrl-C 停止。",
        "已停止。",
    ]
    assert wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), 10)
    assert not answers(port)

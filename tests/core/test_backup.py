"""A backup brings everything back on both databases, and a bad one changes nothing."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from catalogue.app import create_app
from catalogue.core import audit, backup, seals
from catalogue.core.actor import job
from catalogue.core.db import Base, db
from config import Config
from tests import postgres
from tests.factories import NOON, an_order

Install = Callable[[str], Flask]


@pytest.fixture(params=["sqlite", "postgresql"])
def install(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Install]:
    """install(name): a new installation without any table."""
    apps = []

    def one(name: str) -> Flask:
        folder = tmp_path / name
        url = f"sqlite:///{folder / 'songxue.db'}" if request.param == "sqlite" else postgres.fresh_database()
        app = create_app(Config(app_env="test", database_url=url, upload_dir=folder / "uploads"))
        apps.append(app)
        return app

    yield one
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def rows(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def a_lived_in(app: Flask) -> None:
    with app.app_context():
        upgrade()
        an_order()
        db.session.commit()
        (app.config["SETTINGS"].upload_dir / "a.pdf").write_bytes(b"%PDF")


def test_what_was_backed_up_comes_back_into_an_empty_place_and_life_goes_on(install: Install, tmp_path: Path) -> None:
    old, new = install("old"), install("new")
    a_lived_in(old)

    wrote = old.test_cli_runner().invoke(args=["backup", str(tmp_path / "b.tar.gz")])
    read = new.test_cli_runner().invoke(args=["restore", "--yes", str(tmp_path / "b.tar.gz")])

    assert (wrote.exit_code, read.exit_code) == (0, 0), (wrote.output, read.output)
    assert rows(new) == rows(old)
    assert (new.config["SETTINGS"].upload_dir / "a.pdf").read_bytes() == b"%PDF"
    with new.app_context():
        an_order()
        db.session.commit()


def test_restoring_takes_back_what_came_after_the_backup(install: Install, tmp_path: Path) -> None:
    app = install("one")
    a_lived_in(app)
    before = rows(app)
    with app.app_context():
        backup.write(tmp_path / "b.tar.gz")
        an_order()
        db.session.commit()
    after = rows(app)

    with app.app_context():
        backup.read(tmp_path / "b.tar.gz")

    assert rows(app) == before != after


def test_a_bad_file_is_refused_in_words_and_changes_nothing(install: Install, tmp_path: Path) -> None:
    app = install("one")
    a_lived_in(app)
    with app.app_context():
        backup.write(tmp_path / "whole")
    before = rows(app)

    for harm in ("cut", "other kind", "outside", "no backup", "missing"):
        file = Path(shutil.copy(tmp_path / "whole", tmp_path / harm))
        spoil(file, harm)
        done = app.test_cli_runner().invoke(args=["restore", "--yes", str(file)])

        assert (harm, done.exit_code) == (harm, 1)
        assert "没有恢复，原有内容未动。" in done.output
        assert rows(app) == before


def spoil(file: Path, harm: str) -> None:
    whole = file.read_bytes()
    if harm == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif harm == "other kind":
        with tarfile.open(file, "w:gz") as tar:
            note = json.dumps({"format": backup.FORMAT, "kind": "oracle"}).encode()
            member = tarfile.TarInfo("note.json")
            member.size = len(note)
            tar.addfile(member, io.BytesIO(note))
    elif harm == "outside":
        with tarfile.open(file, "w:gz") as tar:
            tar.addfile(tarfile.TarInfo("../outside"))
    elif harm == "no backup":
        file.write_bytes(b"rows, rows, rows")
    else:
        file.unlink()


def test_a_backup_is_for_its_owner_only_and_replaces_an_older_one_whole(install: Install, tmp_path: Path) -> None:
    app = install("one")
    a_lived_in(app)
    file = tmp_path / "b.tar.gz"
    file.write_bytes(b"older")

    with app.app_context():
        size = backup.write(file)

    assert file.stat().st_size == size > 1000
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".songxue")] == []


def test_a_backup_older_than_the_last_checkpoints_comes_back_without_a_false_alarm(
    install: Install, tmp_path: Path
) -> None:
    app = install("one")
    a_lived_in(app)
    file = str(tmp_path / "b.tar.gz")
    with app.app_context():
        for kept in (1, 2):
            audit.append("edit", "order", kept, by=job("test"), at=NOON, district_id=1)
            db.session.commit()
            seals.seal(NOON)
            if kept == 1:
                backup.write(Path(file))

    read = app.test_cli_runner().invoke(args=["restore", "--yes", file])
    proved = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (read.exit_code, proved.exit_code, proved.output) == (0, 0, "审计链完整，共 1 条，签名存根 1 份。\n"), (
        read.output
    )

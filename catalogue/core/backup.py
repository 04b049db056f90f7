"""One file that holds a whole installation at one moment: every row, every uploaded file, and what they belong to.

A tar.gz with note.json, the rows (a SQLite file, or one COPY text per PostgreSQL table) and uploads/. It is made while
the service runs and needs no client programs. Restoring is one transaction; a broken file is refused before anything
is touched.
"""

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_migrate import upgrade

from catalogue.core import clock, seals
from catalogue.core.db import Base, db
from config import Config

FORMAT = 1


class BackupRefused(Exception):
    """The file cannot be restored here; the message says why."""


def write(file: Path) -> int:
    """Write the backup, replacing an older file of that name only when complete. Returns its size in bytes."""
    with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".songxue-backup-") as scratch:
        folder = Path(scratch)
        note: dict[str, Any] = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "kind": _kind(),
            "level": _level(),
        }
        if _kind() == "sqlite":
            copy_sqlite(_sqlite_file(), folder / "rows.db")
        else:
            note["tables"] = _dump(folder)
        (folder / "note.json").write_text(json.dumps(note), encoding="utf-8")
        part = folder / "backup.part"
        with tarfile.open(part, "w:gz", compresslevel=6) as tar:
            for name in ("note.json", *sorted(p.name for p in folder.iterdir() if p.name.startswith("rows."))):
                tar.add(folder / name, name)
            if _settings().upload_dir.is_dir():
                tar.add(_settings().upload_dir, "uploads", filter=_but_the_witness)
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    return file.stat().st_size


def read(file: Path) -> dict[str, Any]:
    """Put the rows and files of a backup in the place of what is here, and return its note. Raises BackupRefused."""
    with tempfile.TemporaryDirectory(prefix="songxue-restore-") as scratch:
        folder = Path(scratch)
        note = _unpacked(file, folder)
        if note["kind"] != _kind():
            raise BackupRefused(f"备份来自 {note['kind']}，这里是 {_kind()}，不能互换。")
        if note["kind"] == "sqlite":
            _check_sqlite(folder / "rows.db")
            db.engine.dispose()
            copy_sqlite(folder / "rows.db", _sqlite_file())
        else:
            _load(folder, note)
        seals.forget_witness()  # it tells of rows that came after the backup
        if (folder / "uploads").is_dir():
            shutil.copytree(folder / "uploads", _settings().upload_dir, dirs_exist_ok=True)
    return note


def _but_the_witness(file: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """The audit's newest checkpoints may be newer than the rows copied a moment before."""
    return None if file.name.startswith("uploads/audit-") else file


def _settings() -> Config:
    settings: Config = current_app.config["SETTINGS"]
    return settings


def _kind() -> str:
    return db.engine.dialect.name


def _sqlite_file() -> Path:
    return Path(str(db.engine.url.database))


def _level() -> str:
    """The migration the database stands at, "" when it has no table yet."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or "")


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """Everything in the file, laid into the folder, and its note."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            # Python knows filter= from 3.11.4 on, Debian 12 has 3.11.2: _plain refuses what it would
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(folder, members=_plain(tar))  # noqa: S202
        note: dict[str, Any] = json.loads((folder / "note.json").read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise BackupRefused(f"找不到文件，或它不是本系统的备份：{missing.filename}") from missing
    except (tarfile.TarError, EOFError, OSError, ValueError) as broken:
        raise BackupRefused(f"备份文件已损坏或不完整：{broken}") from broken
    if note.get("format") != FORMAT:
        raise BackupRefused("备份的格式不是本版本认识的。")
    return note


def _plain(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """What a backup holds: files and folders inside itself. Raises TarError for anything else."""
    members = tar.getmembers()
    for member in members:
        path = PurePosixPath(member.name)
        if not (member.isreg() or member.isdir()) or path.is_absolute() or ".." in path.parts:
            raise tarfile.TarError(member.name)
    return members


# ── SQLite ─────────────────────────────────────────────────────────────────────────────────────


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy by SQLite itself: writers of the source go on, readers of the target see old or new."""
    with closing(sqlite3.connect(source, timeout=30)) as rows, closing(sqlite3.connect(target, timeout=30)) as copy:
        rows.backup(copy)


def _check_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as rows:
            sound = rows.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise BackupRefused("备份里的数据库文件已损坏。")


# ── PostgreSQL ─────────────────────────────────────────────────────────────────────────────────


def _dump(folder: Path) -> dict[str, list[str]]:
    """Each table as a COPY text, all of one snapshot. Returns the columns of each, in the order of the text."""
    tables: dict[str, list[str]] = {}
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        cursor = connection.connection.cursor()
        for name in [*Base.metadata.tables, "alembic_version"]:
            tables[name] = _columns(connection, name)
            with (
                (folder / f"rows.{name}").open("wb") as out,
                cursor.copy(f"COPY {_quoted(name)} ({_list(tables[name])}) TO STDOUT") as copy,
            ):
                for block in copy:
                    out.write(block)
    return tables


def _load(folder: Path, note: dict[str, Any]) -> None:
    """All tables emptied and filled in one transaction; foreign keys are made anew, so they are checked again."""
    level = _level()
    if not level:
        upgrade(revision=note["level"])
    elif level != note["level"]:
        raise BackupRefused(f"备份的数据库版本是 {note['level']}，这里是 {level}。请恢复到空库，或先升降到同一版本。")
    names = list(note["tables"])
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        keys = connection.execute(_FOREIGN_KEYS, {"names": names}).all()
        for table, key, _ in keys:
            connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{key}"')
        connection.exec_driver_sql(f"TRUNCATE {_list(names)}")
        cursor = connection.connection.cursor()
        for name in names:
            connection.exec_driver_sql(f"ALTER TABLE {_quoted(name)} DISABLE TRIGGER USER")
            with cursor.copy(f"COPY {_quoted(name)} ({_list(note['tables'][name])}) FROM STDIN") as copy:
                copy.write((folder / f"rows.{name}").read_bytes())
            connection.exec_driver_sql(f"ALTER TABLE {_quoted(name)} ENABLE TRIGGER USER")
        for table, key, definition in keys:
            connection.exec_driver_sql(f'ALTER TABLE {table} ADD CONSTRAINT "{key}" {definition}')
        for name in names:
            if "id" in note["tables"][name]:
                connection.execute(_next_id(name))


_FOREIGN_KEYS = sa.text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND conrelid::regclass::text = ANY(:names)"
)
_COLUMNS = sa.text(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    " AND table_name = :name AND is_generated = 'NEVER' ORDER BY ordinal_position"
)


def _columns(connection: sa.Connection, table: str) -> list[str]:
    """What COPY writes and reads: not the columns that the database computes itself."""
    return list(connection.scalars(_COLUMNS, {"name": table}))


def _next_id(table: str) -> sa.Select[Any]:
    """Let the table's own numbers go on after the highest restored one (a table without a sequence answers NULL)."""
    target = sa.table(table, sa.column("id"))
    sequence = sa.func.pg_get_serial_sequence(table, "id")
    return sa.select(sa.func.setval(sequence, sa.func.greatest(sa.func.max(target.c.id), 1))).where(
        sequence.is_not(None)
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: list[str]) -> str:
    return ", ".join(map(_quoted, names))

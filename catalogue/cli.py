"""The commands of an operator: flask seed, import, audit, sweep, worker, backup, restore."""

import json
import signal
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from catalogue.core import audit, backup, clock, codes, outbox, schema
from catalogue.core.db import transaction
from config import ROOT

audit_commands = AppGroup("audit", help="The tamper-evident audit.")


@audit_commands.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def audit_verify(as_json: bool) -> None:
    """Walk every hash chain; exit 1 and name the first broken row of each."""
    with transaction(writes=False):
        verdict = audit.verify(current_app.config["SECRET_KEY"])
    if as_json:
        click.echo(
            json.dumps(
                {"ok": not verdict.broken, "rows": verdict.rows, "broken": list(verdict.broken)}, ensure_ascii=False
            )
        )
    elif verdict.broken:
        for row in verdict.broken:
            click.echo(f"审计链断在：区 {row['district_id']} 第 {row['sequence']} 条（{row['why']}）")
    else:
        click.echo(f"审计链完整，共 {verdict.rows} 条。")
    sys.exit(1 if verdict.broken else 0)


@click.command("sweep")
@with_appcontext
def sweep() -> None:
    """Do once what time changes (each minute's work), and deliver what waits in the outbox."""
    at = clock.now()
    for name, work in current_app.extensions["songxue.periodic"].items():
        work(at)
        click.echo(name)
    click.echo(f"outbox: {outbox.deliver(at)}")


@click.command("worker")
@click.option("--no-periodic", is_flag=True, help="Leave the work of each minute to another consumer.")
@with_appcontext
def worker(no_periodic: bool) -> None:
    """Run the queue's consumer until it is told to stop."""
    from huey.consumer import Consumer

    huey = current_app.extensions["songxue.queue"]
    if hasattr(huey.storage, "create_tables"):  # in PostgreSQL the queue keeps four tables of its own
        huey.storage.create_tables()
    workers = current_app.config["SETTINGS"].queue_workers
    consumer = Consumer(huey, workers=workers, periodic=not no_periodic, worker_type="thread", check_worker_health=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    consumer.run()


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def write_backup(file: Path) -> None:
    """Write every row and uploaded file into FILE (tar.gz), while the service runs."""
    try:
        size = backup.write(file)
    except OSError as error:
        raise click.ClickException(f"备份没有写成：{error}") from error
    click.echo(f"已备份到 {file}（{size / 1024:.0f} KB）。")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def read_backup(file: Path) -> None:
    """Put the rows and files of a backup in the place of what is here. Stop web and worker first."""
    try:
        note = backup.read(file)
    except backup.BackupRefused as refusal:
        raise click.ClickException(f"没有恢复，原有内容未动。{refusal}") from refusal
    with transaction(writes=False):
        verdict = audit.verify(current_app.config["SECRET_KEY"])
    click.echo(f"已恢复 {note['made_at']} 的备份，数据库版本 {note['level']}。审计记录 {verdict.rows} 条。")
    if verdict.broken:
        raise click.ClickException("恢复的审计链不完整，请运行 flask audit verify 查看。")


@click.command("docs")
def write_docs() -> None:
    """Write the pages that follow from the code: docs/schema.md and docs/errors.md."""
    (ROOT / "docs" / "schema.md").write_text(schema.document())
    (ROOT / "docs" / "errors.md").write_text(codes.document())


def init_app(app: Flask) -> None:
    """Adds the commands to `flask`."""
    for command in (audit_commands, sweep, worker, write_docs, write_backup, read_backup):
        app.cli.add_command(command)

"""The commands of an operator: flask seed, import, audit, sweep, worker, backup, restore."""

import json
import signal
import sys
from pathlib import Path
from types import TracebackType

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import DBAPIError

from catalogue.accounts import queries as accounts
from catalogue.core import backup, clock, codes, outbox, queue, schema, seals, spreadsheets
from catalogue.core.actor import job
from catalogue.core.db import transaction
from catalogue.core.errors import Refusal
from catalogue.home import audit_words
from catalogue.home.tasks import AuditBroken
from catalogue.imports import operations as imports
from catalogue.imports import policy as import_policy
from catalogue.organisations import queries as organisations
from catalogue.seeds import profiles
from config import ROOT

audit_commands = AppGroup("audit", help="The tamper-evident audit.")


@audit_commands.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
@click.option(
    "--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Checkpoints kept elsewhere (flask audit checkpoint)."
)  # fmt: skip
def audit_verify(as_json: bool, against: Path | None) -> None:
    """Walk every hash chain; exit 1 and name the first broken row of each."""
    try:
        verdict = seals.prove(seals.read(against) if against else ())
    except ValueError as broken:
        raise click.ClickException(f"存根文件读不出：{broken}") from broken
    with transaction(writes=False):
        names = organisations.names_of(row["district_id"] for row in verdict.broken)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "ok": not verdict.broken, "rows": verdict.rows, "checkpoints": verdict.checkpoints, "broken": list(verdict.broken),
                },
                ensure_ascii=False,
            )
        )  # fmt: skip
    elif verdict.broken:
        click.echo(audit_words.broken_line(verdict.broken, names))
    else:
        click.echo(f"审计链完整，共 {verdict.rows} 条，签名存根 {verdict.checkpoints} 份。")
    sys.exit(1 if verdict.broken else 0)


@audit_commands.command("checkpoint")
def audit_checkpoint() -> None:
    """Sign the end of every chain now and print the newest checkpoints, to be kept where the database's writers cannot reach."""
    broken = seals.seal(clock.now())
    click.echo(json.dumps([mark.as_json() for mark in seals.newest()]))
    if broken:
        raise click.ClickException(audit_words.broken_line(broken))


@click.command("sweep")
@with_appcontext
def sweep() -> None:
    """Do once what time changes (each minute's work), and deliver what waits in the outbox."""
    at, broken = clock.now(), ""
    for name, work in current_app.extensions["songxue.periodic"].items():
        try:
            work(at)
        except AuditBroken as found:
            broken = str(found)
        click.echo(name)
    click.echo(f"outbox: {outbox.deliver(at)}")
    if broken:
        raise click.ClickException(broken)


@click.command("worker")
@click.option("--no-periodic", is_flag=True, help="Leave the work of each minute to another consumer.")
@with_appcontext
def worker(no_periodic: bool) -> None:
    """Run the queue's consumer until it is told to stop."""
    from huey.consumer import Consumer

    huey = current_app.extensions["songxue.queue"]
    queue.make_tables(current_app._get_current_object())  # type: ignore[attr-defined]
    workers = current_app.config["SETTINGS"].queue_workers
    consumer = Consumer(huey, workers=workers, periodic=not no_periodic, worker_type="thread", check_worker_health=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    consumer.run()


@click.command("match", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def match(arguments: tuple[str, ...]) -> None:
    """Make a plan for an instance file, or check one: lecturer, venue and time for all orders at once (docs/formats.md)."""
    from catalogue.matching import command

    sys.exit(command.run(arguments, "flask match", command.process_began()))


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
@click.option("--yes", is_flag=True, help="Do not ask before what is here is replaced.")
@with_appcontext
def read_backup(file: Path, yes: bool) -> None:
    """Put the rows and files of a backup in the place of what is here. Stop web and worker first."""
    if not yes and not click.confirm("现在库里的内容会全部换成备份里的。网站和后台都停了吗？要继续吗？", default=False):
        raise click.ClickException("没有恢复，原有内容未动。")
    try:
        note = backup.read(file)
    except backup.BackupRefused as refusal:
        raise click.ClickException(f"没有恢复，原有内容未动。{refusal}") from refusal
    verdict = seals.prove()
    click.echo(f"已恢复 {note['made_at']} 的备份，数据库版本 {note['level']}。审计记录 {verdict.rows} 条。")
    if verdict.broken:
        raise click.ClickException("恢复的审计链不完整，请运行 flask audit verify 查看。")


@click.command("docs")
def write_docs() -> None:
    """Write the pages that follow from the code: docs/schema.md and docs/errors.md."""
    (ROOT / "docs" / "schema.md").write_text(schema.document())
    (ROOT / "docs" / "errors.md").write_text(codes.document())


@click.command("seed")
@click.option("--profile", type=click.Choice(profiles.PROFILES), default="demo", show_default=True)
@click.option(
    "--seed", "number", default=1, show_default=True, help="The same number on the same day makes the same rows."
)
@click.option("--courses", default=10000, show_default=True, help="How many, with --profile load.")
@click.option("--orders", default=100000, show_default=True, help="How many, with --profile load.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
@with_appcontext
def seed(profile: str, number: int, courses: int, orders: int, as_json: bool) -> None:
    """Fill an empty database: demo (a district to look at), probe (a small cast), load (for measuring), empty (a new installation)."""
    app_env = current_app.config["SETTINGS"].app_env
    try:
        seeded = profiles.run(profile, seed=number, courses=courses, orders=orders, app_env=app_env, at=clock.now())
    except profiles.SeedRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    seals.forget_witness()  # of a database that stood here before
    click.echo(json.dumps(seeded, ensure_ascii=False) if as_json else "\n".join(profiles.lines(seeded)))


@click.command("import")
@click.argument("kind", type=click.Choice(list(import_policy.KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--as", "username", help="With the rights and the scope of this account (unless said: the operator, everywhere)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
@with_appcontext
def import_table(kind: str, file: Path, dry_run: bool, username: str | None, as_json: bool) -> None:
    """Bring in a table (.xlsx or .csv) as the page /imports/ does: all of it, or nothing with every wrong cell named."""
    try:
        table = spreadsheets.read(file.read_bytes()[: spreadsheets.MOST_BYTES + 1], file.name)
        with transaction(writes=False):
            by = job("import") if username is None else accounts.actor_called(username, clock.now())
            starts = [] if dry_run else imports.starts_for(kind, table)
        with transaction(writes=True):
            report = imports.bring_in(kind, table, by=by, at=clock.now(), dry_run=dry_run, starts=starts)
    except Refusal as refusal:
        raise click.ClickException(f"没有导入。{refusal.sentence}") from refusal
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for wrong in report.wrong:
            click.echo(str(wrong))
        for username, code in report.codes:
            click.echo(f"{username}  {code}")
        figures = f"新增 {report.new}，修改 {report.changed}，没有变化 {report.unchanged}。"
        if report.wrong:
            click.echo(f"有 {len(report.wrong)} 处要改，什么都没有导入。请照上面改好表格，再来一次。")
        elif dry_run:
            click.echo(f"只试了一遍，什么都没有写入。真正导入会是：{figures}")
        else:
            click.echo(f"已导入：{figures}")
    sys.exit(1 if report.wrong else 0)


_AWAY = "连不上数据库，什么都没有做。请核对 DATABASE_URL，看数据库是否在运行。"
_AWAY_ERRORS = {"psycopg.OperationalError", "peewee.OperationalError"}
_NO_QUEUE = "连不上 Redis。请核对 REDIS_URL，看它是否在运行。"
_NO_TABLES = "数据库里还没有表。请先运行 flask --app wsgi db upgrade。"


def last_words(kind: type[BaseException], trouble: BaseException, trace: TracebackType | None) -> None:
    """How a command ends that nobody caught: one sentence where a setting or a forgotten step explains it, else its traceback."""
    driver = trouble.orig if isinstance(trouble, DBAPIError) and trouble.orig is not None else trouble
    said = " ".join(str(driver).split())[:300]
    names = {f"{one.__module__.partition('.')[0]}.{one.__name__}" for one in type(driver).__mro__}
    state = getattr(driver, "sqlstate", None)
    if "no such table" in said or state == "42P01":
        click.echo(_NO_TABLES, err=True)
    elif "unable to open" in said or (names & _AWAY_ERRORS and state is None):
        click.echo(f"{_AWAY}（{said}）", err=True)
    elif names & {"redis.ConnectionError", "redis.TimeoutError"}:
        click.echo(f"{_NO_QUEUE}（{said}）", err=True)
    else:
        sys.__excepthook__(kind, trouble, trace)


def init_app(app: Flask) -> None:
    """Adds the commands to `flask`."""
    for command in (audit_commands, sweep, worker, match, write_docs, write_backup, read_backup, seed, import_table):
        app.cli.add_command(command)

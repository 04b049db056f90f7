"""A command with a wrong setting ends with one sentence that names it, not with a traceback."""

import os
import subprocess
import sys

import psycopg
import pytest
import sqlalchemy as sa
from redis.exceptions import ConnectionError as NoRedis

from catalogue import cli
from config import ROOT, Config, SettingRefused

FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
GUNICORN = [sys.executable, "-m", "gunicorn", "wsgi:app"]
ENDS = {
    "a number beyond its range": ([*FLASK, "sweep"], {"TRUSTED_PROXIES": "9"}, "没有启动：TRUSTED_PROXIES must be a whole number from 0 to 5, not '9'."),
    "gunicorn's start": (GUNICORN, {"PORT": "abc"}, "没有启动：PORT must be a whole number from 1 to 65535, not 'abc'."),
    "a database that is away": ([*FLASK, "db", "upgrade"], {"DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/x"}, "连不上数据库，什么都没有做。请核对 DATABASE_URL，看数据库是否在运行。"),
}  # fmt: skip


@pytest.mark.parametrize("case", ENDS)
def test_a_command_ends_with_one_sentence(case, tmp_path):
    command, wrong, sentence = ENDS[case]
    env = os.environ | {"APP_ENV": "test", "DATABASE_URL": f"sqlite:///{tmp_path}/rows.db", "UPLOAD_DIR": str(tmp_path)} | wrong  # fmt: skip

    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.strip().startswith(sentence)
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr


def test_a_database_address_that_cannot_be_read_is_refused_by_name():
    with pytest.raises(SettingRefused, match=r"^DATABASE_URL is not a URL\. Example: "):
        Config(app_env="test", database_url="postgresql://a:b@db:port/x")


def test_a_folder_that_cannot_be_made_is_named_with_its_setting(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(SettingRefused, match=r"^UPLOAD_DIR needs the folder .*/file/uploads, which cannot be made"):
        Config(app_env="test", upload_dir=tmp_path / "file" / "uploads").make_folders()


def refused(engine, statement):
    with pytest.raises(sa.exc.DBAPIError) as caught, engine.connect() as connection:
        connection.execute(sa.text(statement))
    return caught.value


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (lambda: refused(sa.create_engine("sqlite://"), "SELECT 1 FROM organisation"), "数据库里还没有表。请先运行 flask --app wsgi db upgrade。\n"),
        (lambda: refused(sa.create_engine("sqlite:////nowhere/at/all.db"), "SELECT 1"), "连不上数据库，什么都没有做。请核对 DATABASE_URL，看数据库是否在运行。（unable to open database file）\n"),
        (lambda: psycopg.OperationalError("connection refused"), "连不上数据库，什么都没有做。请核对 DATABASE_URL，看数据库是否在运行。（connection refused）\n"),
        (lambda: NoRedis("refused"), "连不上 Redis。请核对 REDIS_URL，看它是否在运行。（refused）\n"),
    ],
)  # fmt: skip
def test_what_a_setting_or_a_forgotten_step_explains_is_said_in_a_sentence(capsys, trouble, words):
    found = trouble()

    cli.last_words(type(found), found, None)

    assert capsys.readouterr().err == words


def test_anything_else_keeps_its_traceback(capsys):
    cli.last_words(ValueError, ValueError("ours"), None)

    assert capsys.readouterr().err == "ValueError: ours\n"

"""What docs/operations.md tells an operator to type, and the files in deploy/ it copies, fit each other."""

import re
import subprocess

import pytest

from config import ROOT, SETTINGS

GUIDE = (ROOT / "docs" / "operations.md").read_text().partition("## Installing it for real")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```\n(.*?)```", GUIDE, re.DOTALL)
UNITS = ("songxue-web.service", "songxue-worker.service")


def unit(name):
    lines = (ROOT / "deploy" / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_runs_as_the_user_and_in_the_folders_the_guide_makes(name):
    found = unit(name)

    assert f"useradd --system --user-group --home-dir {found['WorkingDirectory']}" in GUIDE
    assert (found["User"], found["Group"], found["EnvironmentFile"]) == ("songxue", "songxue", "/etc/songxue.env")
    assert found["ReadWritePaths"] == f"{found['WorkingDirectory']}/var"
    assert "install -d -o songxue -g songxue -m 700 var var/uploads" in GUIDE
    assert f"deploy/{name}" in GUIDE


def test_the_units_differ_in_what_they_run_alone():
    web, worker = (unit(name) for name in UNITS)

    assert {key for key in web if web[key] != worker[key]} == {"Description", "ExecStart"}
    assert (web["ExecStart"], worker["ExecStart"]) == (
        "/srv/songxue/.venv/bin/gunicorn wsgi:app",
        "/srv/songxue/.venv/bin/flask --app wsgi worker",
    )


def test_every_command_of_the_guide_is_shell_and_every_file_it_copies_is_there():
    for block in BLOCKS:
        checked = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, ""), block
    copied = set(re.findall(r"deploy/[\w.-]+\w", GUIDE))
    assert copied == {f"deploy/{file.name}" for file in (ROOT / "deploy").iterdir()}


def test_the_settings_of_the_guide_are_settings_and_mean_the_same_to_systemd_and_a_shell():
    block = next(b for b in BLOCKS if "SECRET_KEY=" in b)
    lines = block.partition("<<END\n")[2].partition("END")[0].splitlines()

    assert {line.split("=", 1)[0].lower() for line in lines} <= set(SETTINGS)
    assert [line for line in lines if " #" in line or " = " in line] == []


def test_the_tables_come_before_the_first_account_and_both_before_the_start():
    order = [GUIDE.index(said) for said in ("songxue db upgrade", "songxue seed --profile empty", "systemctl enable --now")]  # fmt: skip

    assert order == sorted(order)

"""The planner on the command line: what it writes, prints and refuses, without web or database."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from catalogue.matching import command
from catalogue.matching.check import check
from catalogue.matching.formats import load, load_plan
from catalogue.matching.quiet import alone
from tests.matching.test_formats import FOUR_VISITS, INSTANCE, ROOT, changed, in_version_2

KEYS = ["served", "score", "bound", "gap", "seconds", "cpu_seconds", "memory_mb", "stopped_by"]


@pytest.fixture
def instance(tmp_path):
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(INSTANCE), encoding="utf-8")
    return path


def run(*arguments):
    return command.run([str(one) for one in arguments], program="flask match")


def test_a_plan_is_written_and_described_by_one_object(instance, capsys):
    out = instance.with_name("plan.json")

    assert run(instance, "--out", out, "--seconds", 5, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    written = json.loads(out.read_text())
    assert (list(said), said["served"], said["gap"] < 0.01) == (KEYS, 2, True)
    assert (written["version"], written["instance"]) == (1, "two")
    assert written["assignments"] == [
        {"order": "O1", "lecturer": "L1", "venue": "V1", "start": 540},
        {"order": "O2", "lecturer": "L1", "venue": None, "start": 810},
    ]
    assert said["score"] == pytest.approx(3980.3, abs=0.1)
    assert [p.name for p in instance.parent.iterdir() if p.name.startswith(".")] == []


def test_without_json_the_same_is_said_in_words(instance, capsys):
    assert run(instance, "--out", instance.with_name("plan.json"), "--work", 1000) == 0

    assert capsys.readouterr().out.startswith("2 份点单排上 2 份，得分 3,980.3，与最优方案的差距不超过 0.")


def test_the_same_work_and_seed_write_the_same_file(instance):
    plans = []
    for name in ("a", "b"):
        run(instance, "--out", instance.with_name(name), "--work", 500, "--seed", 7)
        plans.append(instance.with_name(name).read_bytes())

    assert plans[0] == plans[1]


def test_a_plan_is_checked(instance, capsys):
    good, bad = instance.with_name("good.json"), instance.with_name("bad.json")
    run(instance, "--out", good, "--work", 1000)
    bad.write_text(
        json.dumps({"version": 1, "assignments": [{"order": "O1", "lecturer": "L1", "venue": "V1", "start": 585}]})
    )
    capsys.readouterr()

    assert run("check", instance, good) == 0
    assert capsys.readouterr().out == "2 份点单排上 2 份，得分 3,980.3。\n没有违反规则。\n"
    assert run("check", instance, bad, "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["valid"], said["violations"]) == (False, {"grid": 1, "pinned": 1, "window": 1})


def test_an_instance_of_version_2_gets_a_plan_of_version_2(instance):
    instance.write_text(json.dumps(in_version_2()))
    out = instance.with_name("plan.json")
    run(instance, "--out", out, "--work", 1000)
    problem = load(instance)

    assert [row["lecturers"] for row in json.loads(out.read_text())["lessons"]] == [["L1", "L2"], ["L1"]]
    assert check(problem, load_plan(problem, out)) == []


def test_team_orienteering_texts_are_planned_too(instance, capsys):
    text = instance.with_name("four.txt")
    text.write_text(FOUR_VISITS)

    assert run(text, "--format", "toptw", "--out", instance.with_name("p"), "--work", 1000, "--json") == 0
    assert json.loads(capsys.readouterr().out)["score"] == 22


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (changed(("orders", 0, "windows"), ...), "error: orders[O1].windows: is missing"),
        (
            changed(("orders", 1, "pinned", "lecturer"), "L9"),
            "error: orders[O2].pinned.lecturer: there is no lecturer 'L9'",
        ),
        (changed(("orders", 0, "attendees"), -3), "error: orders[O1].attendees: must be a whole number"),
    ],
)
def test_a_faulty_instance_is_one_line_and_no_plan(instance, capsys, document, said):
    instance.write_text(json.dumps(document))
    out = instance.with_name("plan.json")

    assert run(instance, "--out", out) == 2
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[0][: len(said)], out.exists()) == (1, said, False)


def test_a_place_that_cannot_be_written_is_told_before_the_work(instance, capsys):
    assert run(instance, "--out", instance.parent) == 2
    assert run(instance, "--out", instance.parent / "missing" / "plan.json") == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: {instance.parent}: is a directory",
        f"error: {instance.parent / 'missing' / 'plan.json'}: its folder does not exist",
    ]


def test_it_runs_where_neither_flask_nor_sqlalchemy_is_installed(instance):
    hidden = (
        "import sys, runpy\n"
        "for name in ('flask', 'sqlalchemy', 'werkzeug', 'click', 'marshmallow'): sys.modules[name] = None\n"
        f"sys.argv = ['match', {str(instance)!r}, '--out', {str(instance.with_name('p'))!r}, '--work', '100', '--json']\n"
        "runpy.run_module('catalogue.matching', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", hidden], cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["served"] == 2


def test_an_interrupt_writes_the_best_plan_so_far(tmp_path):
    size = {"version": 1, "name": "many"}
    made = json.loads(json.dumps(INSTANCE)) | size
    orders = [
        made["orders"][0] | {"id": f"O{n}", "committee": f"K{n}", "windows": [[540 + 30 * (n % 4), 1080, n % 10]]}
        for n in range(60)
    ]
    people = [made["lecturers"][0] | {"id": f"L{n}"} for n in range(1, 25)]
    path, out = tmp_path / "many.json", tmp_path / "plan.json"
    path.write_text(json.dumps(made | {"orders": orders, "lecturers": people, "previous": None}))
    begun = subprocess.Popen(
        [sys.executable, "-m", "catalogue.matching", str(path), "--out", str(out), "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _n in range(200):
        if any(tmp_path.glob(".plan.json.*")) or begun.poll() is not None:
            break
        time.sleep(0.05)
    begun.send_signal(signal.SIGTERM)
    said, _ = begun.communicate(timeout=60)

    assert begun.returncode in (0, -signal.SIGTERM)
    if begun.returncode == 0:
        assert json.loads(said)["served"] == len(json.loads(out.read_text())["assignments"])
    else:  # the signal came before the engine: then there is no plan at all
        assert not out.exists()


def test_a_tour_without_visits_is_an_empty_plan(instance, capsys):
    text = instance.with_name("depot.txt")
    text.write_text("1 2 0\n0 0\n0 0 0 0 0 0 0 0 100\n")

    assert run(text, "--format", "toptw", "--out", instance.with_name("p"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["served"] == 0


@pytest.mark.parametrize(
    "arguments",
    [["--seed", "1.5"], ["--work", "many"], ["--seconds", "-1"], ["--format", "xml"], []],
    ids=["seed", "work", "seconds", "format", "no out"],
)
def test_arguments_that_cannot_be_are_one_line_too(instance, capsys, arguments):
    out = ["--out", instance.with_name("p")] if arguments else []

    assert run(instance, *out, *arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_is_no_regular_file_is_not_read(instance, capsys):
    pipe = instance.with_name("pipe")
    os.mkfifo(pipe)

    assert run(pipe, "--out", instance.with_name("p")) == 2
    assert run("/dev/zero", "--out", instance.with_name("p")) == 2
    assert [line.rsplit(": ", 1)[1] for line in capsys.readouterr().err.splitlines()] == [
        "is no file that can be read from its beginning to its end"
    ] * 2


def test_half_a_character_is_named_by_its_place(instance, capsys):
    instance.write_text(json.dumps(changed(("orders", 0, "committee"), "\ud800")))

    assert run(instance, "--out", instance.with_name("p")) == 2
    assert capsys.readouterr().err == "error: orders[O1].committee: holds half a character: \\ud800\n"


def test_a_plan_can_be_asked_why_and_what_if(instance, capsys):
    plan = instance.with_name("plan.json")
    run(instance, "--out", plan, "--work", 1000)
    capsys.readouterr()

    assert run("why", instance, plan, "O1", "--json") == 0
    why = json.loads(capsys.readouterr().out)
    assert (why["served"], why["stage"], len(why["said"]) > 1) == (True, "served", True)
    assert run("whatif", instance, "--gone", "O2", "--without", "L1", "--work", 1000, "--json") == 0
    other = json.loads(capsys.readouterr().out)
    assert (other["gained"], other["lost"], other["after"]["score"]) == ([], ["O1", "O2"], 0.0)


@pytest.mark.parametrize(
    ("question", "complaint"),
    [(("why", "PLAN", "O9"), "order: there is no order 'O9'"), (("why", "BROKEN", "O1"), "plan: breaks"),
     (("whatif", "--without", "L9"), "without: there is nothing called 'L9'"), (("whatif", "--work", "nan"), "--work")],
)  # fmt: skip
def test_a_question_about_what_is_not_there_is_one_line(instance, capsys, question, complaint):
    plan, broken = instance.with_name("plan.json"), instance.with_name("broken.json")
    run(instance, "--out", plan, "--work", 1000)
    broken.write_text(plan.read_text().replace('"L1"', '"L9"'))
    capsys.readouterr()

    names = {"PLAN": plan, "BROKEN": broken}
    first, *rest = question
    assert run(first, instance, *(names.get(one, one) for one in rest)) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert complaint in said.err


def test_what_the_solver_prints_by_itself_is_not_part_of_the_answer(capfd):
    with alone():
        os.write(1, b"HighsMipSolverData::run();")
    os.write(1, b"{}")

    assert capfd.readouterr().out == "{}"

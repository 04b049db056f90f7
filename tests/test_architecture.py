"""The order of the house: a feature imports only features to its left, a file only files of lower rank, and two writers stand alone."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "catalogue"
LADDER = (
    "core", "organisations", "accounts", "courses", "venues", "lecturers", "calendar", "demand", "orders", "dispatch", "lessons",
    "ratings", "duties", "notices", "menu", "home", "imports", "seeds",
)  # fmt: skip
RANKS = {
    "states": 0, "events": 0, "errors": 1, "models": 2, "queries": 3, "policy": 3, "operations": 4, "planning": 4, "candidates": 3,
    "forms": 5, "schemas": 5, "views": 6, "api": 6, "tasks": 6, "reactions": 6,
}  # fmt: skip
ACROSS = {"models", "states", "errors", "events", "queries", "operations", "policy"}
KNOWN_TO_ALL = {"app", "cli"}  # the two modules that may see every feature
# The problem of matching is built in parts by what its rows are about; candidates and planning ask it.
ASKS_MATCHING = {
    "cli.py", "dispatch/candidates.py", "dispatch/planning.py", "dispatch/problem.py", "dispatch/problem_orders.py",
    "dispatch/problem_lecturers.py", "dispatch/problem_venues.py", "dispatch/new_times.py", "dispatch/order_calendar.py",
}  # fmt: skip


Nodes = list[ast.AST]


@pytest.fixture(scope="module")
def modules() -> list[tuple[Path, Nodes]]:
    """Every file with all its nodes: read and walked once for all tests."""
    files = sorted(CATALOGUE.rglob("*.py"))
    return [(path.relative_to(CATALOGUE), list(ast.walk(ast.parse(path.read_text())))) for path in files]


@pytest.fixture(scope="module")
def imports(modules) -> list[tuple[Path, tuple[str, ...]]]:
    """Every file with each catalogue module it imports."""
    return [(path, target) for path, nodes in modules for target in imported(nodes)]


@pytest.fixture(scope="module")
def assigned(modules) -> dict[Path, set[str]]:
    """Every file with the attributes it assigns."""
    return {path: set(assigned_attributes(nodes)) for path, nodes in modules}


def imported(nodes: Nodes) -> Iterator[tuple[str, ...]]:
    """Every catalogue module a file imports, as its parts without `catalogue`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (tuple(a.name.split(".")[1:]) for a in node.names if a.name.startswith("catalogue."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "catalogue":
            parts = tuple(node.module.split(".")[1:])
            for name in node.names:
                inside = (
                    CATALOGUE.joinpath(*parts, f"{name.name}.py").exists()
                    or CATALOGUE.joinpath(*parts, name.name).is_dir()
                )
                yield (*parts, name.name) if inside else parts


def test_a_feature_imports_only_features_to_its_left(imports):
    wrong = [
        f"{path}: {'.'.join(target)}"
        for path, target in imports
        if path.parts[0] in LADDER
        and target
        and target[0] in LADDER
        and LADDER.index(target[0]) > LADDER.index(path.parts[0])
    ]

    assert wrong == []


def test_every_folder_stands_on_the_ladder():
    folders = {p.name for p in CATALOGUE.iterdir() if (p / "__init__.py").exists()}

    assert folders - set(LADDER) == {"matching"}


def test_only_the_application_and_its_commands_know_every_feature(imports):
    wrong = [
        f"{path}: {t}" for path, t in imports if t and t[0] in KNOWN_TO_ALL and str(path) not in ("app.py", "cli.py")
    ]

    assert wrong == []


def test_a_file_imports_only_files_of_lower_rank_in_its_own_feature(imports):
    wrong = [
        f"{path}: {'.'.join(target)}"
        for path, target in imports
        if path.parts[0] in LADDER
        and path.parts[0] != "core"
        and path.stem in RANKS
        and len(target) == 2
        and target[0] == path.parts[0]
        and target[1] in RANKS
        and RANKS[target[1]] > RANKS[path.stem]
    ]

    assert wrong == []


def test_across_features_only_what_is_meant_for_others_is_imported(imports):
    wrong = [
        f"{path}: {'.'.join(target)}"
        for path, target in imports
        if path.parts[0] in LADDER and len(target) == 2 and target[0] in LADDER and target[0] not in ("core", path.parts[0]) and target[1] in RANKS
        and target[1] not in ACROSS and path.parts[0] != "seeds"
    ]  # fmt: skip

    assert [w for w in wrong if "candidates" not in w] == []


def test_matching_stands_alone_and_is_asked_in_few_places(imports):
    asking = {str(path) for path, t in imports if t and t[0] == "matching" and path.parts[0] != "matching"}
    outward = [f"{path}: {t}" for path, t in imports if path.parts[0] == "matching" and t and t[0] != "matching"]

    assert (asking <= ASKS_MATCHING, outward) == (True, [])


def test_matching_loads_neither_flask_nor_sqlalchemy():
    code = "import sys, catalogue.matching.candidates; print([m for m in ('flask', 'sqlalchemy', 'werkzeug') if m in sys.modules])"

    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[]"


def test_the_package_itself_is_a_docstring():
    assert [type(node) for node in ast.parse((CATALOGUE / "__init__.py").read_text()).body] == [ast.Expr]


def assigned_attributes(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign | ast.AnnAssign)
            else []
        )
        yield from (t.attr for t in targets if isinstance(t, ast.Attribute))


def written_keywords(nodes: Nodes) -> Iterator[str]:
    """Names given to `.values(...)`: the columns of Core statements."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            yield from (k.arg for k in node.keywords if k.arg)


def test_states_have_one_writer(modules, assigned):
    wrong = [
        str(path)
        for path, nodes in modules
        if str(path) != "core/changes.py" and path.parts[0] not in ("seeds", "matching") and "state" in {*assigned[path], *written_keywords(nodes)}
    ]  # fmt: skip

    assert wrong == []


def test_holds_have_one_writer(modules, assigned):
    made = [
        str(path)
        for path, nodes in modules
        for node in nodes
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") == "Hold" or (
            getattr(node.func, "attr", "") in ("insert", "update", "delete") and any(getattr(a, "id", "") == "Hold" for a in node.args)))
    ]  # fmt: skip
    freed = [str(path) for path, names in assigned.items() if {"busy_from", "busy_until", "freed_at"} & names]

    assert set(made) | set(freed) <= {"calendar/operations.py", "seeds/load.py"}


def test_no_import_hides_in_a_function(modules):
    allowed = {
        "cli.py",
        "core/text.py",
        "core/spreadsheets.py",
        "lessons/ics.py",
        "matching/planner/highs.py",
    }  # slow to load: what only commands need, pypinyin, openpyxl, icalendar; and what may be missing inside scipy
    hidden = {
        str(path)
        for path, nodes in modules
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    }

    assert hidden <= allowed

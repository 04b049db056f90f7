"""docs/errors.md from the code: every refusal's stable code, its HTTP status, what it means and where it is raised."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalogue.core.errors import Refusal

CATALOGUE = Path(__file__).parent.parent


@dataclass(frozen=True, order=True)
class Code:
    """One documented code."""

    code: str
    status: int
    feature: str
    meaning: str


def _every(base: type[Refusal]) -> Iterator[type[Refusal]]:
    yield base
    for below in base.__subclasses__():
        yield from _every(below)


def _of_classes() -> Iterator[Code]:
    for cls in _every(Refusal):
        if not cls.__module__.startswith("catalogue."):
            continue
        said = inspect.cleandoc(cls.__doc__).splitlines()[0] if "__doc__" in vars(cls) and cls.__doc__ else ""
        yield Code(cls.code, cls.status, cls.__module__.split(".")[1], said)


def _sentence(call: ast.Call) -> str:
    """The Chinese sentence a refusal is raised with: the first text inside the call."""
    texts = (n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return next(texts, "")


def _raised_with_code(path: Path, statuses: dict[str, int]) -> Iterator[Code]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in statuses):
            continue
        for word in node.keywords:
            if word.arg == "code" and isinstance(word.value, ast.Constant):
                feature = path.relative_to(CATALOGUE).parts[0]
                yield Code(str(word.value.value), statuses[node.func.id], feature, _sentence(node))


def codes() -> list[Code]:
    """Every code once per feature, sorted."""
    statuses = {cls.__name__: cls.status for cls in _every(Refusal)}
    found = {(c.code, c.feature): c for c in _of_classes()}
    for path in sorted(CATALOGUE.rglob("*.py")):
        for one in _raised_with_code(path, statuses):
            found.setdefault((one.code, one.feature), one)
    return sorted(found.values())


def document() -> str:
    """The whole page."""
    rows = [f"| {c.code} | {c.status} | {c.feature} | {c.meaning} |" for c in codes()]
    head = [
        "# Error codes\n",
        "Written by `flask docs` from the code; a test keeps it up to date. Programs find the code in `title` of application/problem+json,",
        "people read the sentence. Stale is 409 on pages and 412 in the API.\n",
        "| code | HTTP | feature | meaning |\n|---|---|---|---|",
    ]
    return "\n".join(head + rows) + "\n"

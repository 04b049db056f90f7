"""Whatever the code writes into history and audit has a Chinese word: nobody reads an English code."""

import ast
from pathlib import Path

import pytest

from catalogue.core.signs import COMMON, DEEDS, deed

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue"


def written_actions() -> set[str]:
    """The literal actions of changes.note, changes.begin and changes.edit in every feature."""
    found: set[str] = set()
    for path in sorted(CATALOGUE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "changes.note",
                "changes.begin",
                "changes.edit",
            ):
                second = node.args[1:2] if ast.unparse(node.func) == "changes.note" else []
                named = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
                found |= {
                    leaf.value
                    for value in (*second, *named)
                    for leaf in ast.walk(value)
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                }
    return found


@pytest.mark.parametrize("action", sorted(written_actions()))
def test_every_action_that_is_written_down_has_a_word(action):
    known = {*COMMON, *(name for deeds in DEEDS.values() for name in deeds)}

    assert action in known or action.startswith(("honour_", "_")) or not action.isascii(), action


def test_an_action_without_a_word_would_be_seen(app):
    assert deed("order", "no_such_deed") == "no_such_deed"
    assert deed("web_session", "sign_in") == "登录"

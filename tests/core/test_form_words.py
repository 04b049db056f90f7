"""Whatever WTForms says itself reaches people in Chinese, without words of programs."""

import ast
import re
from pathlib import Path

import pytest
import wtforms
from werkzeug.datastructures import MultiDict
from wtforms import DateTimeLocalField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Length, NumberRange

from catalogue.core.form_words import words_in
from catalogue.core.forms import Form

NAMES = re.compile(r"%\(\w+\)[sd]|%s|name@example\.cn|Email|IP|MAC|URL|UUID|CSRF")


def said():
    """Every call in the source of WTForms that would have a sentence translated: (name of the function, its sentences)."""
    found = set()
    for path in Path(wtforms.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("gettext", "ngettext"):
                words = tuple(a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
                found |= {(node.func.attr, words)} if words else set()
    return sorted(found)


def test_the_source_was_read():
    assert ("gettext", ("Not a valid choice.",)) in said()
    assert len(said()) > 25


@pytest.mark.parametrize(("asked", "sentences"), said())
def test_every_sentence_of_wtforms_is_chinese(asked, sentences):
    words = words_in("zh_CN")
    told = [words.gettext(*sentences)] if asked == "gettext" else [words.ngettext(*sentences, n) for n in (1, 2)]

    for one in told:
        assert re.search(r"[A-Za-z]", NAMES.sub("", one)) is None
        assert set(re.findall(r"%\((\w+)\)", one)) <= set(re.findall(r"%\((\w+)\)", sentences[0]))


class Everything(Form):
    several = SelectMultipleField("several", choices={"1": "一"})
    numbers = SelectMultipleField("numbers", choices={1: "一"}, coerce=int)
    one = SelectField("one", choices={"1": "一"}, coerce=int)
    radio = RadioField("radio", choices={"1": "一"})
    whole = IntegerField("whole", [NumberRange(1, 5)])
    least = IntegerField("least", [NumberRange(min=1)])
    when = DateTimeLocalField("when")
    short = wtforms.StringField("short", [Length(max=3)])


@pytest.mark.parametrize(
    ("field", "sent", "told"),
    [
        ("several", ["2"], "请从列表里选。"),
        ("several", ["2", "3"], "请从列表里选。"),
        ("numbers", ["x"], "请从列表里选。"),
        ("numbers", ["2"], "请从列表里选。"),
        ("one", ["x"], "请从列表里选。"),
        ("one", ["2"], "请从列表里选。"),
        ("radio", ["2"], "请从列表里选。"),
        ("whole", ["x"], "请填一个整数，例如 30。"),
        ("whole", ["9"], "请填 1 到 5 之间的数。"),
        ("least", ["0"], "最小填 1。"),
        ("when", ["x"], "请填日期和时间，例如 2026-03-05 10:00。"),
        ("short", ["四个字了"], "最多写 3 个字。"),
    ],
)
def test_what_a_strange_value_is_answered_with(app, field, sent, told):
    with app.test_request_context("/", method="POST", data=MultiDict([(field, one) for one in sent])):
        form = Everything(meta={"csrf": False})
        form.validate()

        assert form[field].errors == [told] or told in form[field].errors
        assert not any(re.search(r"[A-Za-z]{4}", error) for error in form[field].errors)


def test_another_language_keeps_the_words_of_wtforms():
    assert words_in("en").gettext("Not a valid choice.") == "Not a valid choice."

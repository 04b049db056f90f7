"""What a person typed, told with the labels of its form, also where no form was built (a token or a sign-in ran out)."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from wtforms import HiddenField
from wtforms.fields.core import UnboundField

from catalogue.core.forms import Form
from catalogue.core.meanwhile import choice

UNTOLD = ("csrf_token", "version", "key", "password", "code", "next")
MOST = 30


def labelled(items: Iterable[tuple[str, str]], path: str) -> list[tuple[str, str]]:
    """(label, value) of what was posted to a path; an empty label where nobody knows one. Never passwords, tokens or hidden marks."""
    said = [(name, value) for name, value in items if value.strip() and not any(word in name for word in UNTOLD)]
    known = _fields(_feature(path), [name for name, _value in said])
    return [_told(known.get(name), value) for name, value in said if not _is_hidden(known.get(name))][:MOST]


def _is_hidden(field: Any) -> bool:
    return field is not None and issubclass(field.field_class, HiddenField)


def _told(field: Any, value: str) -> tuple[str, str]:
    if field is None:
        return "", value
    label = field.kwargs.get("label") or (field.args[0] if field.args and not callable(field.args[0]) else "")
    choices = field.kwargs.get("choices") or ()
    words = {} if callable(choices) else dict(map(choice, choices))
    return str(label if not isinstance(label, list) else ""), words.get(value, value)


def _feature(path: str) -> str:
    """The package of the view that a POST to this path would reach, empty when there is none."""
    address = path.partition("?")[0]
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(address, method="POST")
    except (HTTPException, RequestRedirect):
        return ""
    module = str(getattr(current_app.view_functions[str(endpoint)], "__module__", ""))
    return module.rpartition(".")[0]


def _fields(feature: str, names: Sequence[str]) -> dict[str, Any]:
    """The fields of that form of the feature which knows most of these names, the shorter of two."""
    forms = [_own(form) for form in _every(Form) if feature and form.__module__.startswith(feature + ".")]
    fits = [(len(own.keys() & set(names)), -len(own), n) for n, own in enumerate(forms)]
    best = max(fits, default=(0, 0, 0))
    return forms[best[2]] if best[0] else {}


def _every(kind: type[Form]) -> Iterable[type[Form]]:
    for one in kind.__subclasses__():
        yield one
        yield from _every(one)


def _own(form: type[Form]) -> dict[str, Any]:
    found = {name: getattr(form, name, None) for name in dir(form)}
    return {name: field for name, field in found.items() if isinstance(field, UnboundField)}

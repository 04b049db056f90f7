"""The words people read. Message ids are Chinese, so the default language costs one dictionary-free call.

Pages are measured: `_` must stay under a microsecond in zh_CN, and Flask-Babel's gettext does not. It is
asked only when a request has chosen another language (`speak`). Extraction: `_`, `_l` and `later` in Python and Jinja (babel.cfg, `make messages`).
"""

from contextvars import ContextVar
from typing import Any

from flask import has_request_context
from flask_babel import gettext
from markupsafe import Markup, escape

DEFAULT = "zh_CN"
_spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)


def speak(locale: str) -> None:
    """Fix the language of the request being answered. Call it for every request: threads are reused."""
    _spoken.set(locale)


def spoken() -> str:
    """The language of this request (Flask-Babel's locale selector); outside a request always the default."""
    found = _spoken.get()
    return found if found == DEFAULT or has_request_context() else DEFAULT


def _(message: str, **params: Any) -> str:
    """The message in the reader's language, with %(name)s filled in.

    A parameter that is Markup (a date in its `.nb` span) makes the answer Markup; the others are then escaped.
    """
    if _spoken.get() != DEFAULT and has_request_context():
        message = gettext(message)
    return _filled(message, params) if params else message


def _filled(message: str, params: dict[str, Any]) -> str:
    for value in params.values():
        if hasattr(value, "__html__") and not isinstance(value, Lazy):
            marked: str = Markup(message) % params  # noqa: S704  # message ids are literals of ours
            return marked
    return message % params


class Lazy:
    """A message that is put into words when it is shown, for labels and tables built at import time."""

    __slots__ = ("message", "params")

    def __init__(self, message: str, params: dict[str, Any]) -> None:
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return _(self.message, **self.params)

    def __html__(self) -> str:
        return escape(str(self))

    def __repr__(self) -> str:
        return f"_l({self.message!r})"

    def __mod__(self, other: Any) -> str:
        filled: str = str(self) % other
        return filled

    def __add__(self, other: Any) -> str:
        return str(self) + str(other)

    def __radd__(self, other: Any) -> str:
        return str(other) + str(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Lazy | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(str(self), name)


def _l(message: str, **params: Any) -> Any:
    """`_` for import time. Typed Any because WTForms and tables want a str there and get one when it is shown."""
    return Lazy(message, params)


def later(message: str) -> str:
    """The message itself, marked for the catalogue: somebody says it by `_` when it is shown."""
    return message


def language() -> str:
    """The language of the page as HTML names it: zh-CN."""
    return spoken().replace("_", "-")


GLOBALS: dict[str, Any] = {"_": _, "_l": _l, "language": language}

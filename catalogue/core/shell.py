"""The frame of a page, rendered once: it depends on who reads, where they are and how, and on nothing else but the token of forms.

A part is kept by everything that goes into it (the facts), so that no reader can get another's; the token is cut out
and put in anew each time. Also the application class, without what only asynchronous views would need.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from time import time
from types import FunctionType
from typing import Any

from flask import Flask, Request, current_app, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.templating import Environment
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Template
from jinja2.runtime import Context
from markupsafe import Markup

from catalogue.core.words import GLOBALS as WORDS
from catalogue.core.words import spoken

FRAME = "_layouts/_frame.html"
PLAIN: set[Callable[..., Any]] = set()  # functions of templates that want nothing but what they are given


class Quick(Context):
    """Jinja asks of everything a template calls whether it wants the context; of our own functions and macros that is known."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # named as in Jinja: both are positional
        if type(__obj) is FunctionType and __obj in PLAIN:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


class Ours(Template):
    """No template of ours is given globals of its own: what one imports is the same module every time."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        return super()._get_default_module()


class Templates(Environment):
    """Flask's templates with the two above."""

    context_class = Quick
    template_class = Ours


PLAIN_VALUES = (str, bool, int, float, type(None))


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie. Whether a cookie is signed and young enough is looked at once a minute, not at every request it comes with."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        value = request.cookies.get(self.get_cookie_name(app))
        if not value:
            return self.session_class()
        found = self._read(app, app.secret_key, value, int(time() // 60))
        if found is None:
            return self.session_class()
        return (
            self.session_class(found)
            if all(isinstance(v, PLAIN_VALUES) for v in found.values())
            else super().open_session(app, request)
        )

    @lru_cache(maxsize=2000)  # noqa: B019  # one for the life of the application
    def _read(self, app: Flask, _secret: str, value: str, _minute: int) -> dict[str, Any] | None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            read: dict[str, Any] = serializer.loads(value, max_age=int(app.permanent_session_lifetime.total_seconds()))
        except BadSignature:
            return None
        return read


class Application(Flask):
    """Every view and handler of ours is a plain function, so none has to be asked whether it is asynchronous."""

    jinja_environment = Templates
    session_interface = Cookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def framed(part: str, *facts: Hashable) -> Markup:
    """A part of _frame.html for these facts, in the reader's language."""
    templates = current_app.jinja_env
    return joined(_made(templates, part, facts) if current_app.debug else _pieces(templates, part, facts, spoken()))


@lru_cache(maxsize=4000)
def _pieces(templates: Environment, part: str, facts: tuple[Hashable, ...], _language: str) -> tuple[str, ...]:
    return _made(templates, part, facts)


def _made(templates: Environment, part: str, facts: Sequence[Hashable]) -> tuple[str, ...]:
    """The HTML without its tokens, cut where they stood."""
    return cut(str(getattr(templates.get_template(FRAME).module, part)(*facts)))


def cut(html: str) -> tuple[str, ...]:
    """HTML just rendered for this request, without its tokens: it may be kept."""
    return tuple(html.split(token())) if "csrf_token" in html else (html,)


def joined(pieces: Sequence[str]) -> Markup:
    """What was cut, with this request's token."""
    return Markup(pieces[0] if len(pieces) == 1 else token().join(pieces))  # noqa: S704  # rendered by our templates


def token() -> str:
    """This request's token. Signing costs as much as a statement, so within a minute the same cookie gets the same one."""
    made: str | None = g.get("csrf_token")
    if made is None:
        raw = session.get("csrf_token")
        if raw:
            made = g.csrf_token = _signed(current_app.secret_key, raw, int(time() // 60))
        else:
            made = generate_csrf()
    return made


@lru_cache(maxsize=2000)
def _signed(secret: str, raw: str, _minute: int) -> str:
    """As Flask-WTF signs it (and checks it)."""
    signed: str | bytes = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw)
    return str(signed)


def crumbs(entries: Sequence[tuple[str, str]]) -> Markup:
    """The way back, if there is one."""
    return _fresh("crumbs", entries) if entries else Markup()


def flashes() -> Markup:
    """What the last request has to say; usually nothing."""
    return _fresh("flashes") if "_flashes" in session else Markup()


def _fresh(part: str, *facts: Any) -> Markup:
    html: Markup = getattr(current_app.jinja_env.get_template(FRAME).module, part)(*facts)
    return html


def init(app: Flask) -> None:
    """Give every template the parts of the frame."""
    ours = {"framed": framed, "crumbs_of": crumbs, "flashes": flashes}
    app.jinja_env.globals.update(ours)
    PLAIN.update(
        f
        for f in (*app.jinja_env.globals.values(), *WORDS.values())
        if type(f) is FunctionType and not hasattr(f, "jinja_pass_arg")
    )

"""Logs: one JSON object a line, with the request's id, and never a password, token or telephone number.

What libraries say through the standard library's logging comes out in the same form. Addresses are logged as the
route's pattern (/offers/<token>), since a path may itself be a secret.
"""

import json
import logging
import logging.config
import re
import secrets
import sys
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog
from flask import Flask, Response, g, request

SECRET_WORDS = ("password", "token", "secret", "cookie", "authorization", "totp", "phone", "dsn")
HIDDEN = "***"
CHATTY = ("alembic", "huey", "huey.consumer.Scheduler", "fontTools")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_CREDENTIALS = re.compile(
    r"(://[^:/@\s]*:)[^@/\s]+@|(Bearer\s+)\S+|((?:password|token|secret)\w*['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;]+", re.I
)
_SUSPECT = re.compile(r"\d{11}|://|Bearer|password|token|secret", re.I)
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

Event = MutableMapping[str, Any]
log = structlog.get_logger("songxue.web")


def configure(level: str = "INFO") -> None:
    """Send everything of this process to standard error as JSON lines. Calling it again only changes the level."""
    structlog.configure(
        processors=[*_SHARED, structlog.processors.format_exc_info, hide_secrets, _RENDER],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: _LINES,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(stdlib(level))


def stdlib(level: str = "INFO") -> dict[str, Any]:
    """The same form as a dictConfig for the standard library's loggers; gunicorn takes it as well."""
    lines = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*_SHARED, structlog.stdlib.add_logger_name],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_secrets,
            _RENDER,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": lines},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level, "propagate": True, "handlers": []},
            **{chatty: {"level": "WARNING"} for chatty in CHATTY},
        },
    }


def hide_secrets(_logger: object, _method: str, event: Event) -> Event:
    """Blank what is secret by its name, and what looks like a secret or a telephone number inside any text."""
    for key, value in event.items():
        if _is_secret(key):
            event[key] = HIDDEN
        elif isinstance(value, str):
            event[key] = _without_secrets(value)
    return event


def init_app(app: Flask, *, behind_proxy: bool = False) -> None:
    """Give each request an id, answer it in X-Request-ID, and write one line per request.

    An id that comes in is only kept when a trusted proxy stands in front.
    """

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "") if behind_proxy else ""
        g.request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        g.request_began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-ID"] = g.request_id
            if not app.testing:
                _write_line(response)
        return response


def request_id() -> str:
    """The id of the request being answered, for pages and problem documents; empty outside a request."""
    return str(g.get("request_id", "")) if g else ""


class _Lines:
    """Writes finished lines to whatever standard error is now (a file kept from start would outlive its closing)."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = exception = msg


_LINES = _Lines()


def _write_line(response: Response) -> None:
    """The line of a request holds no text of people, so it is written straight, in the form of all others."""
    if not log.is_enabled_for(logging.INFO):
        return
    route = json.dumps(request.url_rule.rule) if request.url_rule else "null"
    ms = round((time.perf_counter() - g.request_began) * 1000, 1)
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    _LINES.msg(
        f'{{"method": {json.dumps(request.method)}, "route": {route}, "status": {response.status_code}, "ms": {ms}, '
        f'"event": "request", "request_id": "{g.request_id}", "level": "info", "at": "{at}"}}'
    )


@lru_cache(maxsize=1000)
def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in SECRET_WORDS)


def _without_secrets(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    text = _PHONE.sub(rf"\1{HIDDEN}\2", text)
    return _CREDENTIALS.sub(
        lambda found: (found[1] or found[2] or found[3] or "") + HIDDEN + ("@" if found[1] else ""), text
    )


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
_RENDER = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)

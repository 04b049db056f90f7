"""The frame of the JSON API: its description, problem documents, versions of rows (ETag), one-time keys, and lists by pages.

How a feature adds its own api.py stands in docs/api.md.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import flask_smorest
import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from catalogue.core import web
from catalogue.core.db import db, transaction
from catalogue.core.errors import Invalid, Missing, refuse_all
from catalogue.core.models import IdempotencyKey
from catalogue.core.paging import Page
from catalogue.core.schemas import In, Out
from catalogue.core.words import _

PREFIX = "/api/v1"
MOST_ROWS = 100
MOST_BYTES = 1024 * 1024
_STRONG = re.compile(
    r'"([0-9]{1,9})"', re.ASCII
)  # RFC 9110: If-Match compares strongly, a weak or bare mark never matches
View = TypeVar("View", bound=Callable[..., Any])


class Api(flask_smorest.Api):
    """flask-smorest without its error answers: core.web answers errors once, as problem+json here and as pages elsewhere."""

    def _register_error_handlers(self) -> None:
        """Nothing: one handler for the whole application keeps Allow and Retry-After, and leaves HTML errors HTML."""

    @web.permit(web.anyone)
    def _openapi_json(self) -> Response:
        """The description, for anyone: it names no row."""
        found: Response = super()._openapi_json()
        return found


class ProblemOut(Out):
    """RFC 9457: what went wrong, in a stable code (title) and a sentence (detail)."""

    type = fields.String()
    status = fields.Integer()
    title = fields.String()
    detail = fields.String()
    request_id = fields.String()
    errors = fields.Dict()


class PageIn(In):
    """Where in a list, and how many rows of it."""

    after = fields.String(load_default="", validate=validate.Length(max=500))
    before = fields.String(load_default="", validate=validate.Length(max=500))
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=MOST_ROWS))


class _Parser(FlaskParser):
    """Refuses unknown parameters of a query as it does unknown fields of a body."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "querystring": RAISE,
    }  # fmt: skip


class _Blueprint(SmorestBlueprint):
    ARGUMENTS_PARSER = _Parser()


def blueprint(name: str, description: str) -> SmorestBlueprint:
    """The API blueprint of a feature: its routes stand under /api/v1."""
    return _Blueprint(f"{name}_api", f"catalogue.{name}.api", url_prefix=PREFIX, description=description)


def listed(one: type[Schema]) -> type[Schema]:
    """The shape of one page of such rows, with the marks of its neighbours (empty when there is none)."""
    shape = {"rows": fields.List(fields.Nested(one)), "after": fields.String(), "before": fields.String()}
    made: type[Schema] = type(f"{one.__name__}List", (Out,), shape)  # a name of its own in the description
    return made


def rows_of(page: Page[Any]) -> Mapping[str, Any]:
    """A core.paging page as `listed` dumps it."""
    return {"rows": page.rows, "after": page.after, "before": page.before}


# ── versions of rows ──────────────────────────────────────────────────────────────────────────────


def tagged(row: Any, status: int = 200, **headers: str) -> tuple[Any, int, dict[str, str]]:
    """A row as an answer with its version as ETag, for the next If-Match."""
    return row, status, {"ETag": f'"{row.version}"', **headers}


def expected_version() -> int:
    """The version the caller's change was made from (If-Match: "3"). Raises Missing (428) and Invalid (422); stale answers 412 by itself."""
    said = request.headers.get("If-Match", "").strip()
    if not said:
        raise Missing(_('请带上 If-Match，值为上次读到的 ETag，例如 If-Match: "3"。'))
    told = _STRONG.fullmatch(said)
    if told is None:
        raise Invalid(_('If-Match 应当是读取时得到的 ETag，连引号照抄，例如 If-Match: "3"。'), field="If-Match")
    return int(told[1])


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def reads(view: View) -> View:
    """Reads and tells rows in one transaction, so that nothing is asked again while the answer is written. The view opens none.

    Stands above `arguments` and `response`, as `once` does for writes.
    """

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with transaction():
            return view(*args, **kwargs)

    return wrapper  # type: ignore[return-value]  # the wrapper takes and gives what the view does


# ── one-time keys ─────────────────────────────────────────────────────────────────────────────────


def once(view: View) -> View:
    """Makes a POST safe to repeat: the same Idempotency-Key and body give the first answer again, another body 422.

    Opens the transaction itself (the view must not), so that the answer is kept exactly when its effect is. Stands above
    `arguments` and `response`. Without the header the view simply runs. A refused request keeps nothing: it may be repeated.
    """

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "").strip()
        with transaction():
            if not key:
                return view(*args, **kwargs)
            known, row = _claim(key)
            if known is not None:
                return _again(known)
            answer: Response = current_app.make_response(view(*args, **kwargs))
            row.status, row.answer = answer.status_code, answer.get_data(as_text=True)
            row.location, row.etag = answer.headers.get("Location", ""), answer.headers.get("ETag", "")
            return answer

    return wrapper  # type: ignore[return-value]  # the wrapper takes and gives what the view does


def _claim(key: str) -> tuple[IdempotencyKey | None, IdempotencyKey]:
    """(the row of the first request, -) or (None, a new row). A second request at the same time waits here for the first."""
    if len(key) > 80:
        raise Invalid(_("Idempotency-Key 最多 80 个字符。"), field="Idempotency-Key")
    said = f"{request.method} {request.path} ".encode() + request.get_data(cache=True)
    owner, body = f"account:{web.actor().account_id}", hashlib.sha256(said).hexdigest()
    row = IdempotencyKey(
        owner=owner, key=key, body_hash=body, status=0, location="", etag="", answer="", made_at=web.now()
    )
    query = sa.select(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
    known = db.session.scalars(query).first()
    if known is None:
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except sa.exc.IntegrityError:
            known = db.session.scalars(query).one()
    if known is not None and known.body_hash != body:
        raise Invalid(_("这个 Idempotency-Key 已经用在另一个请求上。"), field="Idempotency-Key", code="key_reused")
    return known, row


def _again(known: IdempotencyKey) -> Response:
    answer = Response(known.answer, known.status, mimetype="application/json")
    answer.headers["Idempotent-Replay"] = "true"
    for name, value in (("Location", known.location), ("ETag", known.etag)):
        if value:
            answer.headers[name] = value
    return answer


# ── every request and answer ──────────────────────────────────────────────────────────────────────


def _check_body() -> None:
    """JSON bodies only, of a sane size and depth, before anything reads them."""
    if not web.is_api() or request.method not in ("POST", "PUT", "PATCH"):
        return
    request.max_content_length = MOST_BYTES
    if request.get_data(cache=True) and not request.is_json:
        raise UnsupportedMediaType()
    try:
        request.get_json(silent=True, cache=True)
    except RecursionError:
        raise BadRequest() from None


def _check_query() -> None:
    """A route that reads no query takes none: what a program misspelt is never ignored."""
    g.programs = web.is_api()  # core.paging tells them of a broken mark
    if not web.is_api() or not request.args or not request.endpoint:
        return
    told = getattr(current_app.view_functions[request.endpoint], "_apidoc", {}).get("arguments", {})
    if not any(one["in"] == "query" for one in told.get("parameters", ())):
        refuse_all(Invalid(_("没有这一项，请去掉。"), field=name) for name in request.args)


def _finish(response: Response) -> Response:
    if web.is_api() and response.status_code == 200 and request.method == "GET" and "ETag" in response.headers:
        response.make_conditional(request)
    return response


def init(app: Flask, blueprints: tuple[SmorestBlueprint, ...]) -> Api:
    """Mounts the API and serves its description at /api/openapi.json."""
    app.config.update(
        API_TITLE="送学 Songxue", API_VERSION="v1", OPENAPI_VERSION="3.0.3", OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )  # fmt: skip
    app.before_request(_check_body)
    app.before_request(_check_query)
    app.after_request(_finish)
    made = Api(app)
    made.ERROR_SCHEMA = ProblemOut
    made.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    made.spec.options["security"] = [{"bearer": []}]
    for one in blueprints:
        made.register_blueprint(one)
    return made

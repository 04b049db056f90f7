"""The frame around every request: who asks, may they, what a page is, what a refusal looks like. Features hold only screens."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from flask import Flask, Response, current_app, g, jsonify, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.routing import IntegerConverter, ValidationError

from catalogue.core import api_words, assets, clock, meanwhile, shell, typed, ways
from catalogue.core.actor import Actor, Role
from catalogue.core.db import db, end_request, transaction
from catalogue.core.errors import NotAllowed, Refusal, Several, Stale, each_of
from catalogue.core.forms import Form
from catalogue.core.kept import kept
from catalogue.core.words import _

API = "/api/"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
Permission = Callable[[Actor | None], bool]
View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()


class Gate(Protocol):
    """What accounts gives the frame: who this request is, what to answer a stranger, and the head of the page."""

    def actor(self) -> Actor | None: ...
    def stranger(self) -> ResponseReturnValue: ...
    def detour(self) -> ResponseReturnValue | None: ...
    def me(self, actor: Actor) -> Any: ...


# ── permissions: every route declares one; tests/test_routes.py walks the URL map ──────────────


def anyone(actor: Actor | None) -> bool:
    """Public: also without sign-in. The few such routes stand in one list in tests/test_routes.py."""
    return True


def machines(actor: Actor | None) -> bool:
    """Public like `anyone`, and nobody asks who it is: such a route answers while the database is away."""
    return True


def signed_in(actor: Actor | None) -> bool:
    return actor is not None


def roles(*wanted: Role) -> Permission:
    """Somebody who holds one of these roles anywhere; the queries then keep them inside their own scope."""

    def may(actor: Actor | None) -> bool:
        return actor is not None and actor.has(*wanted)

    may.__name__ = "roles:" + ",".join(sorted(wanted))
    return may


def permit(permission: Permission) -> Callable[[View], View]:
    """Declares who may call a route at all. Without it a route answers nobody."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> Permission | None:
    found: Permission | None = getattr(view, "permission", None)
    return found


# ── the request ────────────────────────────────────────────────────────────────────────────────


def actor() -> Actor:
    """Who asks. Raises NotAllowed for a stranger (routes that strangers may call use `visitor`)."""
    found = visitor()
    if found is None:
        raise NotAllowed(_("请先登录。"), code="sign_in")
    return found


def require(allowed: bool) -> None:
    """Raises NotAllowed: no page shows a form that its reader could only send in vain."""
    if not allowed:
        raise NotAllowed(_("您的岗位不能办这件事。需要的话，请联系本街镇管理员。"))


def visitor() -> Actor | None:
    """Who asks, or None without sign-in. Read once a request, in a short transaction of its own."""
    if "actor" not in g:
        g.actor = current_app.extensions["songxue.gate"].actor()
    found: Actor | None = g.actor
    return found


def now() -> Any:
    """One instant for the whole request."""
    if "now" not in g:
        g.now = clock.now()
    return g.now


def is_api() -> bool:
    return request.path.startswith(API)


def _check_permission() -> ResponseReturnValue | None:
    if request.endpoint and permission_of(current_app.view_functions[request.endpoint]) is machines:
        return None
    asking = visitor()  # also for a public or missing page: its head shows who is signed in
    gate: Gate = current_app.extensions["songxue.gate"]
    if asking is not None and request.endpoint and (elsewhere := gate.detour()) is not None:
        return elsewhere
    may = permission_of(current_app.view_functions[request.endpoint]) if request.endpoint else anyone
    if may is anyone:
        return None
    if may is None:
        raise Forbidden()
    if may(asking):
        return None
    if asking is None:
        return gate.stranger()
    require(False)
    return None


def _check_csrf() -> None:
    if (
        request.method not in ("GET", "HEAD", "OPTIONS")
        and not is_api()
        and current_app.config.get("WTF_CSRF_ENABLED", True)
    ):
        csrf.protect()


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CSP
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers.setdefault(
        "Cache-Control", "no-store" if g.get("actor") is not None or request.method != "GET" else "no-cache"
    )
    if current_app.config["HTTPS"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


# ── pages ──────────────────────────────────────────────────────────────────────────────────────


def page(template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A page."""
    return rendered(template, status, **context)


def rendered(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """The HTML of a page and its status. A form with errors makes it 422, a refusal shown in a form keeps the refusal's own status."""
    refused: Refusal | None = g.get("refusal")
    if refused is not None:
        status = refused.status
    elif status == 200 and any(isinstance(f, Form) and (f.errors or f.refusal) for f in context.values()):
        status = 422
    return render_template(template, refusal=refused, **context), status


def kept_page(template: str, facts: Hashable, make: Callable[[], dict[str, Any]]) -> tuple[str, int]:
    """A page whose inner part depends on these facts alone: its HTML is kept by them and by everything its frame shows.

    `make` gives what the template needs, only when it is rendered.
    """
    head = _context()
    if "_flashes" in session or g.get("refusal") is not None or current_app.debug:
        return rendered(template, **make())
    frame = (request.path, head["me"], head["large"], head["district_name"], clock.day_of(now()))
    pieces = kept(
        ("page", template, frame, facts), lambda: shell.cut(render_template(template, refusal=None, **make())), 60
    )
    return shell.joined(pieces), 200


def _context() -> dict[str, Any]:
    asking = g.get("actor")
    gate: Gate = current_app.extensions["songxue.gate"]
    me = gate.me(asking) if asking is not None else None
    return {
        "me": me, "large": bool(g.get("large", False)), "request_id": g.get("request_id", ""), "now": now(),
        "district_name": g.get("district_name", ""), "idle_minutes": current_app.config["IDLE_MINUTES"],
    }  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """An error as both worlds need it: a page for people, application/problem+json for programs."""

    status: int
    code: str
    sentence: str
    errors: Any = None  # which fields, for programs
    more: Any = None  # ways on that the refusal offers, for people

    def answer(self, headers: Any = None) -> ResponseReturnValue:
        if is_api():
            body: dict[str, Any] = {
                "type": "about:blank",
                "status": self.status,
                "title": self.code,
                "detail": self.sentence or api_words.detail(self.status, self.errors),
                "request_id": g.get("request_id", ""),
            }
            if self.errors:
                body["errors"] = self.errors
            reply = jsonify(body)
            reply.content_type = "application/problem+json"
            reply.status_code = self.status
        else:
            names: list[Any] = [f"errors/{self.status}.html", f"errors/{self.status // 100}00.html", "errors/500.html"]
            html = current_app.jinja_env.get_or_select_template(names)
            values = _context_for_errors() | {
                "sentence": self.sentence,
                "code": self.code,
                "status": self.status,
                "typed": _typed(),
                "back": ways.back(g.get("actor"), self.status),
                "meanwhile": g.get("meanwhile"),
                **(self.more or {}),
            }
            reply = Response(html.render(**values), self.status, mimetype="text/html")
        for name, value in headers or ():
            if name.lower() in ("allow", "retry-after", "location", "www-authenticate"):
                reply.headers[name] = value
        return reply


def _context_for_errors() -> dict[str, Any]:
    """The page head of an error must not itself need what just failed."""
    context: dict[str, Any] = {
        "me": None,
        "large": False,
        "now": now(),
        "district_name": "",
        "request_id": g.get("request_id", ""),
        "idle_minutes": 0,
    }
    try:
        found: dict[str, Any] = {}
        current_app.update_template_context(found)  # fills only what is not there yet
        context |= found
    except Exception:  # the database may be what failed
        current_app.logger.exception("head of the error page")
    return context


def _typed() -> list[tuple[str, str]]:
    """What the person typed, with its labels, so an error page can show that nothing was lost (never passwords or tokens)."""
    if request.method != "POST" or request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return []
    try:
        items = list(request.form.items(multi=True))
    except HTTPException:  # too large to be read
        return []
    return typed.labelled(items, request.path)


def _on_refusal(refused: Refusal) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(refused, Stale) and not is_api():
        g.meanwhile = _meanwhile(refused)
    again = g.get("form") is not None and "refusal" not in g and not is_api()
    rule = request.url_rule
    if (
        again
        and rule is not None
        and "GET" in (rule.methods or ())
        and request.endpoint
        and refused.status in (409, 422, 428, 429)
    ):
        g.refusal = refused
        try:
            answer: ResponseReturnValue = current_app.ensure_sync(current_app.view_functions[request.endpoint])(
                **request.view_args or {}
            )
        except Refusal as second:
            refused = second
        else:
            return answer
    status = 412 if is_api() and isinstance(refused, Stale) else refused.status
    return Problem(status, refused.code, refused.sentence, _by_field(refused), ways.offered(refused)).answer()


def _by_field(refused: Refusal) -> dict[str, list[str]] | None:
    """Which fields are wrong, for programs; of several refusals, what belongs to no field stands under `_schema`."""
    found: dict[str, list[str]] = {}
    for one in each_of(refused):
        if one.field or isinstance(refused, Several):
            found.setdefault(one.field or "_schema", []).append(one.sentence)
    return found or None


def _meanwhile(refused: Stale) -> list[meanwhile.Deed]:
    """What others did to the row since the page was made, when the refusal names the row. A stranger with a link is told no names."""
    if refused.row is None or visitor() is None:
        return []
    with transaction(writes=False):
        return meanwhile.deeds(*refused.row)


def _on_http(trouble: HTTPException) -> ResponseReturnValue:
    if isinstance(trouble, CSRFError):
        return Problem(
            400, "csrf", _("这一页放得太久了，为了安全没有提交。请返回上一页刷新后再试，填过的内容还在下面。")
        ).answer()
    code = trouble.code or 500
    if code < 400:
        return trouble.get_response()
    said = getattr(trouble, "data", None) or {}  # what a schema of the API refused
    name = (trouble.name or "error").lower().replace(" ", "_")
    errors = api_words.by_field(said["messages"]) if "messages" in said else None
    return Problem(code, name, "", errors).answer(trouble.get_headers())


def _on_crash(trouble: Exception) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(
        trouble, StaleDataError
    ):  # two writers of one row met at the database: the slower is told, as by its version
        return _on_refusal(Stale(_("这条记录刚刚被别人改过，请看过新内容再办。您填的内容没有丢。")))
    if isinstance(
        trouble, OverflowError | DataError
    ):  # a number or text that no column could hold: nonsense that came in
        current_app.logger.warning("unstorable", exc_info=True)
        return Problem(422, "unstorable", _("填的内容里有数字或文字存不下，请核对。什么都没有保存。")).answer()
    current_app.logger.exception("unhandled")
    busy = "database is locked" in str(trouble) or type(trouble).__name__ in ("OperationalError", "TimeoutError")
    if busy:
        away = isinstance(trouble, OperationalError) and "database is locked" not in str(trouble) and not _answers()
        return Problem(503, "away" if away else "busy", "").answer([("Retry-After", "5")])
    return Problem(500, "server_error", "").answer()


def _answers() -> bool:
    """Does the database answer at all, or was it merely too busy for this request?"""
    try:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        return False
    return True


class IdConverter(IntegerConverter):
    """Ids of a URL: what no column could hold is not found, before any database is asked."""

    def to_python(self, value: str) -> int:
        found = int(super().to_python(value))
        if found >= 2**63:
            raise ValidationError()
        return found


def init(app: Flask, gate: Gate) -> None:
    """Puts the frame around every request of the application."""
    app.url_map.converters["int"] = IdConverter
    app.extensions["songxue.gate"] = gate
    csrf.init_app(app)
    assets.init(app)
    shell.init(app)
    permit(machines)(assets.serve)
    app.before_request(_check_csrf)
    app.before_request(_check_permission)
    app.after_request(_finish)
    app.teardown_request(end_request)
    app.context_processor(_context)
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_crash)

"""The first page of each role, help and type size, and the two questions an operator's probe asks."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from catalogue.core import languages, queue
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.web import anyone, machines, page, permit, visitor
from catalogue.home.gate import keep_type_size
from config import ROOT

pages = Blueprint("home", __name__)

# the first that fits: where a person's working day starts
FIRST_PAGE = (
    (Role.DISPATCHER, "/dispatch/"),
    (Role.APPROVER, "/dispatch/approvals"),
    (Role.TOWN_ADMINISTRATOR, "/checks/"),
    (Role.DISTRICT_ADMINISTRATOR, "/manage/courses/"),
    (Role.LECTURER, "/offers/"),
    (Role.ORDERER, "/orders/"),
    (Role.AUDITOR, "/audit/"),
    (Role.SYSTEM_ADMINISTRATOR, "/manage/"),
)


@pages.get("/")
@permit(anyone)
def first() -> ResponseReturnValue:
    """Where this visitor's day starts; strangers see the menu."""
    asking = visitor()
    held = asking.roles if asking is not None else frozenset()
    return redirect(next((path for role, path in FIRST_PAGE if role in held), "/courses/"))


@pages.get("/help")
@permit(anyone)
def instructions() -> ResponseReturnValue:
    """How each kind of person does their part, in a few steps."""
    return page("home/help.html")


@pages.post("/type-size")
@permit(anyone)
def type_size() -> ResponseReturnValue:
    """Large or normal type, kept with the sign-in (a stranger's in the cookie); back to the page it was asked on."""
    visitor()
    keep_type_size(request.form.get("type") == "large")
    if "X-Autosave" in request.headers:
        return "", 204
    return redirect(_where_from())


@pages.post("/language")
@permit(anyone)
def language() -> ResponseReturnValue:
    """The language this reader wants, kept in this browser; back to the page it was asked on."""
    languages.keep(request.form.get("language", ""), current_app.config["SETTINGS"].offered_languages)
    return redirect(_where_from())


def _where_from() -> str:
    """Path of the page the button stood on, if it is one of ours; else the first page."""
    came = urlsplit(request.referrer or "")
    path = came.path if came.netloc == request.host else ""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return url_for("home.first")
    return f"{path}?{came.query}" if came.query else path


@pages.get("/healthz")
@permit(machines)
def healthz() -> ResponseReturnValue:
    """The process is alive. No I/O."""
    return jsonify(ok=True)


@pages.get("/readyz")
@permit(machines)
def readyz() -> ResponseReturnValue:
    """Database reachable, migrated to the newest level, queue reachable; 503 otherwise."""
    found = {"database": _database(), "migrations": _migrated(), "queue": queue.reachable(current_app)}
    return jsonify(ok=all(found.values()), **found), 200 if all(found.values()) else 503


def _database() -> bool:
    try:
        with transaction(writes=False):
            db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _migrated() -> bool:
    try:
        with db.engine.connect() as connection:
            level = MigrationContext.configure(connection).get_current_heads()
    except sa.exc.SQLAlchemyError:
        return False
    return set(level) == set(ScriptDirectory(str(ROOT / "migrations")).get_heads())

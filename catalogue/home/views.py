"""The first page of each role, and the two questions an operator's probe asks."""

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify, redirect
from flask.typing import ResponseReturnValue

from catalogue.core import queue
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.core.web import anyone, permit, visitor
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
    (Role.SYSTEM_ADMINISTRATOR, "/people/"),
)


@pages.get("/")
@permit(anyone)
def first() -> ResponseReturnValue:
    """Where this visitor's day starts; strangers see the menu."""
    asking = visitor()
    held = asking.roles if asking is not None else frozenset()
    return redirect(next((path for role, path in FIRST_PAGE if role in held), "/courses/"))


@pages.get("/healthz")
@permit(anyone)
def healthz() -> ResponseReturnValue:
    """The process is alive. No I/O."""
    return jsonify(ok=True)


@pages.get("/readyz")
@permit(anyone)
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

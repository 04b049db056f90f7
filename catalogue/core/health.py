"""Is it alive, and can it work? Two answers for whoever runs it, and the figures of the outbox for Prometheus."""

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify

from catalogue.core import clock, queue
from catalogue.core.db import db, transaction
from catalogue.core.metrics import Reading
from catalogue.core.models import Outbox
from catalogue.core.web import anyone, permit
from config import ROOT

pages = Blueprint("health", __name__)

_LEVEL = sa.text("SELECT version_num FROM alembic_version")
_UNFINISHED = sa.and_(Outbox.done_at.is_(None), Outbox.cancelled_at.is_(None))
_IS_DUE = sa.and_(_UNFINISHED, Outbox.not_before <= sa.bindparam("at"))
_DUE = sa.select(sa.func.count()).where(_IS_DUE)
_OLDEST = sa.select(sa.func.min(Outbox.not_before)).where(_IS_DUE)
_FAILING = sa.select(sa.func.count()).where(_UNFINISHED, Outbox.error != "")


def init_app(app: Flask) -> None:
    """Serve /healthz and /readyz."""
    app.extensions["songxue.level"] = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    app.register_blueprint(pages)


@pages.get("/healthz")
@permit(anyone)
def healthz() -> Response:
    """The process answers. It asks nobody else."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@pages.get("/readyz")
@permit(anyone)
def readyz() -> tuple[Response, int]:
    """503 unless the database answers, its tables are those of this version, and the queue can be asked."""
    level = _level()
    checks = {
        "database": level is not None,
        "migrations": level == current_app.extensions["songxue.level"],
        "queue": queue.reachable(current_app),
    }
    return jsonify(ready=all(checks.values()), **checks), 200 if all(checks.values()) else 503


def _level() -> str | None:
    """The migration level of the database: "" before the first migration, None when it does not answer."""
    try:
        with db.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return ""
            return connection.execute(_LEVEL).scalar() or ""
    except sa.exc.SQLAlchemyError:
        current_app.logger.exception("database not ready")
        return None


def outbox_due() -> float:
    """How many outbox rows wait though their time has come."""
    with transaction(writes=False) as session:
        return float(session.scalar(_DUE, {"at": clock.now()}) or 0)


def outbox_seconds() -> float:
    """How long the oldest of them has waited. Minutes here mean that no worker runs."""
    with transaction(writes=False) as session:
        oldest = session.scalar(_OLDEST, {"at": clock.now()})
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def outbox_failing() -> float:
    """How many unfinished outbox rows failed at least once."""
    with transaction(writes=False) as session:
        return float(session.scalar(_FAILING) or 0)


READINGS: tuple[Reading, ...] = (
    ("songxue_outbox_due", "Outbox rows whose time has come.", outbox_due),
    ("songxue_outbox_oldest_seconds", "How long the oldest due outbox row has waited.", outbox_seconds),
    ("songxue_outbox_failing", "Unfinished outbox rows that failed at least once.", outbox_failing),
)

"""Figures of the outbox, read at each scrape of /metrics."""

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.db import transaction
from catalogue.core.metrics import Reading
from catalogue.core.models import Outbox

_UNFINISHED = sa.and_(Outbox.done_at.is_(None), Outbox.cancelled_at.is_(None))
_IS_DUE = sa.and_(_UNFINISHED, Outbox.not_before <= sa.bindparam("at"))
_DUE = sa.select(sa.func.count()).where(_IS_DUE)
_OLDEST = sa.select(sa.func.min(Outbox.not_before)).where(_IS_DUE)
_FAILING = sa.select(sa.func.count()).where(_UNFINISHED, Outbox.error != "")


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

"""What an operator may do to the outbox, and forgetting of runs long done."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from catalogue.core import audit
from catalogue.core.actor import Actor
from catalogue.core.db import db, transaction
from catalogue.core.errors import IllegalAction
from catalogue.core.models import Outbox, Run
from catalogue.core.words import _

KEPT = timedelta(days=2)


def retry(row: Outbox, *, by: Actor, at: datetime) -> None:
    """A failed row is tried again at once; its error stays until it works. Audited in its district's chain."""
    if row.done_at is not None or row.cancelled_at is not None:
        raise IllegalAction(_("这一条已经办好或撤回，不用再试。"))
    row.not_before, row.lease_until, row.attempts = at, None, 0
    db.session.flush()
    db.session().info["outbox_written"] = True  # wakes the consumer after the commit
    audit.append("retry", "outbox", row.id, by=by, at=at, district_id=row.district_id)


def sweep(at: datetime) -> None:
    """Forgets runs of periodic work that are two days old: one row a minute and name would never end."""
    with transaction(writes=True):
        db.session.execute(
            sa.delete(Run).where(Run.minute < at - KEPT), execution_options={"synchronize_session": False}
        )

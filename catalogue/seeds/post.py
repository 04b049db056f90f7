"""The outbox of a lived history: what was due is delivered at the moment it was due, so that inboxes tell the quarter as it was."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from catalogue.core.db import db
from catalogue.core.models import Outbox
from catalogue.notices.models import Message

FIGURES = "menu.availability"  # the menu's figures are rebuilt once, at the end
SEEN_AFTER = timedelta(days=2)


class Post:
    """Delivers notices inside the seed's own transaction, with the handlers of the service."""

    def __init__(self) -> None:
        self._handlers = current_app.extensions["songxue.outbox"]
        self._reached = 0

    def deliver(self, until: datetime) -> None:
        """Everything due up to a moment, earliest first."""
        due = sa.select(Outbox).where(
            Outbox.done_at.is_(None), Outbox.cancelled_at.is_(None), Outbox.kind != FIGURES, Outbox.not_before <= until
        )  # fmt: skip
        for row in db.session.scalars(due.order_by(Outbox.not_before, Outbox.id)).all():
            self._handlers[row.kind](row, row.not_before)
            row.done_at, row.attempts = row.not_before, 1
        db.session.flush()

    def close(self, at: datetime) -> None:
        """The rest of the history, figures left to the rebuild, and what is older than two days has been seen."""
        self.deliver(at)
        figures = sa.update(Outbox).where(Outbox.kind == FIGURES, Outbox.done_at.is_(None))
        db.session.execute(figures.values(cancelled_at=at), execution_options={"synchronize_session": False})
        old = sa.select(Message).where(Message.read_at.is_(None), Message.made_at < at - SEEN_AFTER)
        for message in db.session.scalars(old):
            message.read_at = message.made_at + timedelta(hours=3)

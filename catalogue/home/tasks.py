"""What the consumer does for the whole house once a night."""

from datetime import datetime

from flask import current_app

from catalogue.core import audit, clock
from catalogue.core.db import transaction

AT_NIGHT = 3 * 60  # 3:00 in Shanghai, when nobody writes


class AuditBroken(Exception):
    """The nightly walk found a changed or missing row; the message names the first of each chain."""


def verify_audit(at: datetime) -> None:
    """Walks every audit chain once a night. Raises AuditBroken, which stays on the run's row and in the log."""
    if clock.minute_of(at) != AT_NIGHT:
        return
    with transaction(writes=False):
        verdict = audit.verify(current_app.config["SECRET_KEY"])
    if verdict.broken:
        raise AuditBroken("; ".join(f"{row['district_id']}:{row['sequence']} {row['why']}" for row in verdict.broken))

"""What each minute does for accounts."""

from datetime import datetime

from catalogue.accounts import sign_ins
from catalogue.core.db import transaction


def sweep(at: datetime) -> None:
    """Forgets what was kept for sign-ins that ran out, and old counts of failed attempts."""
    with transaction(writes=True):
        sign_ins.sweep(at)

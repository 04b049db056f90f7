"""What each minute does for orders."""

from datetime import datetime

from catalogue.core.db import transaction
from catalogue.orders import operations


def sweep(at: datetime) -> None:
    """Marks the orders of ended editions as unmet."""
    with transaction(writes=True):
        operations.sweep(at)

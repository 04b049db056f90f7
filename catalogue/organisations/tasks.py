"""What each minute does for the tree."""

from datetime import datetime

from catalogue.core import actor, clock
from catalogue.core.db import transaction
from catalogue.organisations import reshaping


def sweep(at: datetime) -> None:
    """Puts in force the names, kinds and parents that were dated for today."""
    with transaction(writes=True):
        reshaping.settle(clock.day_of(at), by=actor.job("organisations"), at=at)

"""What the outbox delivers for notices: messages in the inbox of exactly the right people."""

from datetime import datetime

from catalogue.core import outbox
from catalogue.core.models import Outbox
from catalogue.notices import audience, operations
from catalogue.notices.kinds import Kind


def deliver(row: Outbox, at: datetime) -> None:
    """One row becomes one message per person; a second delivery adds none."""
    operations.tell(row, audience.of(row, at), at)


DELIVERIES: dict[str, outbox.Handler] = {kind.value: deliver for kind in Kind}

"""What the queue does for the menu: brings the derived figures up to date."""

from datetime import datetime

from catalogue.core.db import transaction
from catalogue.core.models import Outbox
from catalogue.menu import operations


def availability(row: Outbox, at: datetime) -> None:
    """Delivers `menu.availability`: subject is a lecturer, course or edition whose figures changed, a part of
    all courses, or a day that began (which makes the parts)."""
    if row.subject == "lecturer":
        operations.merge_waiting(row, at=at)
        operations.refresh_lecturer(row.subject_id, at=at)
    elif row.subject == "course":
        operations.merge_waiting(row, at=at)
        operations.refresh([row.subject_id], at=at)
    elif row.subject == "edition":
        operations.merge_waiting(row, at=at)
        operations.refresh_edition(row.subject_id, at=at)
    elif row.subject == "part":
        operations.refresh(row.payload["courses"], at=at)
    else:
        operations.rebuild_by_parts(district_id=row.district_id, at=at)


def sweep(at: datetime) -> None:
    """Each minute: sees that the day's figures are asked for once."""
    with transaction(writes=True):
        operations.daily(at)

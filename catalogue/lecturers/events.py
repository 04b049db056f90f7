"""News of lecturers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AvailabilityChanged:
    """Who may teach, or when, changed for this lecturer: terms, qualifications, hours, exceptions, the end."""

    lecturer_id: int

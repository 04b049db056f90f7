"""News of venues."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VenueChanged:
    """What a venue offers, or when it is open, changed."""

    venue_id: int

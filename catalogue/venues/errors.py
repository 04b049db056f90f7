"""Refusals about venues.

Refusal
├── VenueEnded           409  no longer in use
├── OwnRoomOfOther       409  only a committee has an own room
└── PlaqueWithdrawn      409  the plaque is gone already
"""

from catalogue.core.errors import Refusal


class VenueEnded(Refusal):
    code = "venue_ended"


class OwnRoomOfOther(Refusal):
    code = "own_room_of_other"


class PlaqueWithdrawn(Refusal):
    code = "plaque_withdrawn"

"""Why an order was not taken. Each has a stable code; the sentence says what to change, and most land at their field.

Invalid (422)                     Refusal (409)                 NotAllowed (403)
├── NoWindow, TooManyWindows      ├── QuotaUsed                 ├── NotYours
├── TooSoon, OutsideEdition       ├── ItemFull                  └── OwnOrder
├── Unreadable (a pattern)        ├── Duplicate
├── WrongSize, TooSmallRoom       ├── OrderingClosed
├── WrongPlace, WrongAudience     └── NotOffered
├── WrongLecturer, NoContact
└── ReasonMissing
"""

from catalogue.core.errors import Invalid, NotAllowed, Refusal


class NotYours(NotAllowed):
    code = "not_yours"


class OwnOrder(NotAllowed):
    """Nobody checks an order they entered or submitted, under any role."""

    code = "own_order"


class NoWindow(Invalid):
    code = "no_window"


class TooManyWindows(Invalid):
    code = "too_many_windows"


class TooSoon(Invalid):
    code = "too_soon"


class OutsideEdition(Invalid):
    code = "outside_edition"


class Unreadable(Invalid):
    """A sentence about times that could not be read safely."""

    code = "unreadable"


class WrongSize(Invalid):
    code = "wrong_size"


class TooSmallRoom(Invalid):
    code = "too_small_room"


class WrongPlace(Invalid):
    code = "wrong_place"


class WrongAudience(Invalid):
    code = "wrong_audience"


class WrongLecturer(Invalid):
    code = "wrong_lecturer"


class NoContact(Invalid):
    code = "no_contact"


class ReasonMissing(Invalid):
    code = "reason_missing"


class QuotaUsed(Refusal):
    code = "quota_used"


class ItemFull(Refusal):
    code = "item_full"


class Duplicate(Refusal):
    code = "duplicate"
    field = "windows"


class OrderingClosed(Refusal):
    code = "ordering_closed"


class NotOffered(Refusal):
    code = "not_offered"

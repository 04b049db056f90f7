"""What stands fixed with a lecturer or in a venue, for pages of features to the left of lessons; app.py says who knows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalogue.core.actor import Actor
from catalogue.core.words import _


@dataclass(frozen=True)
class Booking:
    """A coming lesson or an open offer. Title and url are empty for one outside the reader's scope; why: what is wrong with it now."""

    starts_at: datetime
    ends_at: datetime
    title: str
    url: str
    fixed: bool  # a lesson; else an offer that waits for its answer
    why: str = ""


Known = Callable[[Actor, datetime, int], Sequence[Booking]]


def _nothing(by: Actor, at: datetime, thing_id: int) -> Sequence[Booking]:
    return ()


WITH_LECTURER: Known = _nothing
"""Everything coming of a lecturer by id, soonest first."""
IN_VENUE: Known = _nothing
"""Everything coming in a venue by id, soonest first."""


def lost(bookings: Sequence[Booking]) -> list[Booking]:
    """Those that cannot be held as agreed."""
    return [one for one in bookings if one.why]


def words_of(hit: Sequence[Booking]) -> str:
    """How many lessons and offers somebody has to mend now, and that the desk knows."""
    lessons, offers = sum(b.fixed for b in hit), sum(not b.fixed for b in hit)
    said = [_("%(n)s 场已定的课要改派，已通知派单员。", n=lessons)] if lessons else []
    return "".join(said + ([_("%(n)s 份邀约要撤回重派。", n=offers)] if offers else []))

"""What stands fixed with a lecturer or in a venue, for pages of features to the left of lessons; app.py says who knows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalogue.core.actor import Actor
from catalogue.core.kept import kept
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


def _none(by: Actor, at: datetime) -> int:
    return 0


WITH_LECTURER: Known = _nothing
"""Everything coming of a lecturer by id, soonest first."""
IN_VENUE: Known = _nothing
"""Everything coming in a venue by id, soonest first."""


COUNTED: Callable[[Actor, datetime], int] = _none
"""How many lessons this actor has to mend."""


def at_risk(by: Actor, at: datetime) -> int:
    """The same for the page a working day starts on: at most a minute old."""
    scope = replace(by, request_id="", name="", acting_for=None)
    return kept(("at risk", scope), lambda: COUNTED(by, at), 60.0)


def lost(bookings: Sequence[Booking]) -> list[Booking]:
    """Those that cannot be held as agreed."""
    return [one for one in bookings if one.why]


def words_of(hit: Sequence[Booking]) -> str:
    """How many lessons and offers somebody has to mend now, and that the desk knows."""
    lessons, offers = sum(b.fixed for b in hit), sum(not b.fixed for b in hit)
    said = [_("%(n)s 场已定的课要改派，已通知派单员。", n=lessons)] if lessons else []
    return "".join(said + ([_("%(n)s 份邀约要撤回重派。", n=offers)] if offers else []))

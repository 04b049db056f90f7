"""News of dispatches and offers: ids only (and, in memory, the secret of a fresh answer link)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DispatchProposed:
    dispatch_id: int


@dataclass(frozen=True)
class DispatchApproved:
    dispatch_id: int


@dataclass(frozen=True)
class DispatchDiscarded:
    dispatch_id: int


@dataclass(frozen=True)
class DispatchEnded:
    """why: exhausted (nobody on the list is left), withdrawn, redispatched, cancelled, or what lessons said."""

    dispatch_id: int
    why: str


@dataclass(frozen=True)
class OfferMade:
    """link is the secret of the answer link: it exists in memory only, the row keeps its hash."""

    offer_id: int
    link: str = field(repr=False)


@dataclass(frozen=True)
class OfferAccepted:
    """A lecturer said yes. The dispatch is settled when this was the last free seat (ask its state)."""

    offer_id: int


@dataclass(frozen=True)
class OfferDeclined:
    offer_id: int


@dataclass(frozen=True)
class OfferTaken:
    """Another lecturer was faster in an open claim."""

    offer_id: int


@dataclass(frozen=True)
class OfferWithdrawn:
    offer_id: int


@dataclass(frozen=True)
class OfferExpired:
    offer_id: int


@dataclass(frozen=True)
class CorpsAsked:
    """The leader of a corps is to name a member, until the row's answer_by."""

    ask_id: int


@dataclass(frozen=True)
class CorpsNamed:
    """Nobody waits for the leader any more: somebody was proposed, or the order waits no longer (ask its state)."""

    ask_id: int


@dataclass(frozen=True)
class CorpsSilent:
    """The leader named nobody in time: the desk's task."""

    ask_id: int

"""Why a dispatch or an answer was refused.

NotAllowed (403)          Refusal (409)                        Invalid (422)
├── NotYours              ├── RuleBroken (a rule says no now)  ├── ReasonMissing
└── OwnProposal           ├── OfferClosed (deadline passed)    ├── BadPick
                          ├── AlreadyDispatched (Taken)        └── NotOneLesson
                          ├── ClaimTaken (Taken)
                          ├── NotFree (for this claimant)
                          └── NothingKept
"""

from catalogue.core.errors import Invalid, NotAllowed, Refusal, Taken


class NotYours(NotAllowed):
    code = "not_yours"


class OwnProposal(NotAllowed):
    """Nobody approves a dispatch they proposed, under any role."""

    code = "own_proposal"


class RuleBroken(Refusal):
    """A rule of matching says no at this moment; `params` names it."""

    code = "rule_broken"


class OfferClosed(Refusal):
    code = "offer_closed"


class AlreadyDispatched(Taken):
    code = "already_dispatched"


class ClaimTaken(Taken):
    """Another lecturer was faster in an open claim."""

    code = "claim_taken"


class NotFree(Refusal):
    """The claimant cannot come to an open claim at this moment; the offer stays open."""

    code = "not_free"


class NothingKept(Refusal):
    """There is nobody left on the kept list."""

    code = "nothing_kept"


class ReasonMissing(Invalid):
    code = "reason_missing"


class BadPick(Invalid):
    code = "bad_pick"


class NotOneLesson(Invalid):
    """These orders cannot be one joint lesson."""

    code = "not_one_lesson"

"""Who may do what with a dispatch and an offer. Rights are inherited down the tree."""

from collections.abc import Collection
from typing import Any

from catalogue.core.actor import Actor, Kind, Role
from catalogue.dispatch.models import Dispatch, Offer

DESK = (Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)
APPROVING = (Role.APPROVER, Role.DISTRICT_ADMINISTRATOR)
SEEING = (*DESK, Role.APPROVER)
ON_BEHALF = (*DESK, Role.TOWN_ADMINISTRATOR)


def over(by: Actor, thing: Any, *roles: Role) -> bool:
    """Does the actor hold one of these roles over the committee, town or district of a scoped row?"""
    return any(
        by.holds(r, organisation_id=thing.organisation_id, town_id=thing.town_id, district_id=thing.district_id)
        for r in roles
    )


def runs(by: Actor, thing: Any) -> bool:
    """The dispatcher's work: propose, discard, withdraw, redispatch, new links. Jobs do what time does."""
    return by.kind is Kind.JOB or over(by, thing, *DESK)


def takes_links(by: Actor, thing: Any) -> bool:
    """Hands the lecturer the answer link: the desk, and the approver whose yes made the offer."""
    return runs(by, thing) or over(by, thing, Role.APPROVER)


def may_approve(by: Actor, dispatch: Dispatch) -> bool:
    """By role; that it is another person than the proposer is asked apart, so that the refusal can say so."""
    return over(by, dispatch, *APPROVING)


def proposed_it(by: Actor, dispatch: Dispatch) -> bool:
    return by.person_id is not None and by.person_id == dispatch.proposed_by_id


def may_answer(by: Actor, offer: Offer) -> bool:
    """The lecturer asked, or whoever holds the answer link of this very offer."""
    if by.kind is Kind.TOKEN:
        return by.offer_id == offer.id
    return by.lecturer_id is not None and by.lecturer_id == offer.lecturer_id


def may_answer_for(by: Actor, offer: Offer, led: Collection[int] = ()) -> bool:
    """代为接单/婉拒: dispatcher, town administrator, or the leader of a corps the lecturer belongs to (led: its members)."""
    if by.kind is not Kind.PERSON:
        return False
    return over(by, offer, *ON_BEHALF) or (offer.lecturer_id in led and not may_answer(by, offer))


def may_name_member(by: Actor, thing: Any, led: Collection[int], lecturer_ids: Collection[int]) -> bool:
    """A corps' leader names the member who goes to an order asked of the corps."""
    return (
        bool(lecturer_ids) and by.kind is Kind.PERSON and set(lecturer_ids) <= set(led) and thing.corps_id is not None
    )

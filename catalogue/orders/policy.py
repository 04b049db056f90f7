"""Who may do what with an order. Rights are inherited down the tree; nobody checks an order they entered or submitted."""

from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.errors import NotAllowed
from catalogue.core.words import _
from catalogue.orders.models import Order, Origin
from catalogue.orders.states import NEXT, Action, State
from catalogue.organisations.models import Organisation

ON_BEHALF = (Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR)
ORDERING = (Role.ORDERER, *ON_BEHALF)
SEEING = (Role.ORDERER, Role.TOWN_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER, Role.DISTRICT_ADMINISTRATOR)
CHECKING = (Role.TOWN_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR)
DISTRICT = (Role.DISPATCHER, Role.DISTRICT_ADMINISTRATOR)
ROLES = {
    Action.SUBMIT: (Role.ORDERER, *ON_BEHALF),
    Action.APPROVE: CHECKING,
    Action.REJECT: CHECKING,
    Action.RETURN: (*CHECKING, Role.DISPATCHER),
    Action.CANCEL: (Role.ORDERER, *ON_BEHALF, Role.DISPATCHER),
}
"""Whose work an action can be at all; MAY below says for which order."""
SIDES = {
    "committee": (Role.ORDERER,),
    "town": (Role.TOWN_ADMINISTRATOR,),
    "district": (Role.DISPATCHER, Role.APPROVER, Role.DISTRICT_ADMINISTRATOR),
}


def over(by: Actor, order: Order, *roles: Role) -> bool:
    """Does the actor hold one of these roles over the order's committee, town or district?"""
    return any(
        by.holds(r, organisation_id=order.organisation_id, town_id=order.town_id, district_id=order.district_id)
        for r in roles
    )


def may_order_for(by: Actor, committee: Organisation) -> bool:
    """Committee staff for their committee; administrators on behalf of those below them."""
    places = {"organisation_id": committee.id, "town_id": committee.town_id, "district_id": committee.district_id}
    return any(by.holds(r, **places) for r in (Role.ORDERER, *ON_BEHALF))


def origin_of(by: Actor, committee: Organisation) -> Origin:
    """The committee's own; else its town's on behalf of it; what only the district may enter is sent down to it (配送)."""
    if by.holds(Role.ORDERER, organisation_id=committee.id):
        return Origin.COMMITTEE
    town = by.holds(Role.TOWN_ADMINISTRATOR, organisation_id=committee.id, town_id=committee.town_id)
    return Origin.ON_BEHALF if town else Origin.PUSH


def entered(by: Actor, order: Order) -> bool:
    """Did this person enter or submit it? Operations also look into the history for earlier hands."""
    return by.person_id is not None and by.person_id in (order.made_by_id, order.submitted_by_id)


def may_edit(by: Actor, order: Order) -> bool:
    """A draft is its maker's (or, when the committee made it, the committee's own); a returned order is the committee's side."""
    if order.state is State.DRAFT:
        own = order.origin is Origin.COMMITTEE and over(by, order, Role.ORDERER)
        return own or (by.person_id is not None and by.person_id == order.made_by_id)
    return order.state is State.RETURNED and over(by, order, Role.ORDERER, *ON_BEHALF)


def may_submit(by: Actor, order: Order) -> bool:
    return may_edit(by, order) and over(by, order, Role.ORDERER, *ON_BEHALF)


def may_check(by: Actor, order: Order) -> bool:
    return over(by, order, *CHECKING) and not entered(by, order)


def may_return(by: Actor, order: Order) -> bool:
    """The town returns what it checks; the district's dispatcher may return an approved order with a question."""
    return over(by, order, *DISTRICT) if order.state is State.APPROVED else may_check(by, order)


def may_cancel(by: Actor, order: Order) -> bool:
    if order.state is State.DRAFT:
        return may_edit(by, order)
    return over(by, order, Role.ORDERER, *ON_BEHALF, Role.DISPATCHER)


def may_override_quota(by: Actor, order: Order) -> bool:
    return over(by, order, *ON_BEHALF)


def may_steer(by: Actor, order: Order) -> bool:
    """Assign it to a colleague, or wait for a call back: the town before the check, the district after it."""
    return over(by, order, Role.TOWN_ADMINISTRATOR, *DISTRICT)


def may_note(by: Actor, order: Order) -> bool:
    return side_of(by, order) != ""


def side_of(by: Actor, order: Order) -> str:
    """On which side of the counter the actor stands: district, town, committee, or '' for none. The nearest to the order wins."""
    return next((side for side, roles in SIDES.items() if over(by, order, *roles)), "")


MAY = {
    Action.SUBMIT: may_submit,
    Action.APPROVE: may_check,
    Action.RETURN: may_return,
    Action.REJECT: may_check,
    Action.CANCEL: may_cancel,
}
"""People's own actions. The others follow from dispatches, lessons, ratings and time, whose features judge who may."""


def allowed(by: Actor, order: Order) -> set[Action]:
    """The buttons this actor gets: what the table allows and the policy grants."""
    return {a for a, may in MAY.items() if (order.state, a) in NEXT and may(by, order)}


def require_job(by: Actor) -> None:
    """Raises NotAllowed unless time itself acts."""
    if by.kind is not Kind.JOB:
        raise NotAllowed(_("这件事由系统到时自动办理。"))

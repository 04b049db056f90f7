"""Every state × action × role: exactly the listed people may, and everybody else is refused with nothing changed."""

import pytest
import sqlalchemy as sa

from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, NotAllowed, Refusal
from catalogue.orders import operations, policy
from catalogue.orders.models import Order
from catalogue.orders.states import NEXT, Action, State
from tests.factories import (
    NOON,
    a_district,
    a_person,
    a_town,
    actor_of,
    an_order,
    an_orderer,
    save,
    the_city,
    the_district,
    the_town,
)
from tests.orders.making import a_scene

D, R = State, Role
CHECKERS = {R.TOWN_ADMINISTRATOR, R.DISTRICT_ADMINISTRATOR}
OWNERS = {R.ORDERER, *CHECKERS}
CANCELLERS = {*OWNERS, R.DISPATCHER}
MAY: dict[tuple[State, Action], set[Role]] = {
    (D.DRAFT, Action.SUBMIT): {R.ORDERER},  # the committee's own draft: not even the town's
    (D.RETURNED, Action.SUBMIT): OWNERS,
    (D.SUBMITTED, Action.APPROVE): CHECKERS,
    (D.SUBMITTED, Action.RETURN): CHECKERS,
    (D.SUBMITTED, Action.REJECT): CHECKERS,
    (D.APPROVED, Action.RETURN): {R.DISPATCHER, R.DISTRICT_ADMINISTRATOR},
    (D.DRAFT, Action.CANCEL): {R.ORDERER},
    **{(s, Action.CANCEL): CANCELLERS for s in (D.SUBMITTED, D.RETURNED, D.APPROVED, D.PLANNED, D.SCHEDULED)},
}
"""Written by hand, not derived from the code under test."""

DO = {
    Action.SUBMIT: lambda o, by: operations.submit(o, by=by, at=NOON),
    Action.APPROVE: lambda o, by: operations.approve(o, by=by, at=NOON),
    Action.RETURN: lambda o, by: operations.send_back(o, by=by, at=NOON, reason="请补充"),
    Action.REJECT: lambda o, by: operations.reject(o, by=by, at=NOON, code="already_given"),
    Action.CANCEL: lambda o, by: operations.cancel(o, by=by, at=NOON, code="time"),
}
HOME = {
    R.ORDERER: lambda scene: scene.committee, R.TOWN_ADMINISTRATOR: lambda _s: the_town(), R.CITY_VIEWER: lambda _s: the_city(),
    R.SYSTEM_ADMINISTRATOR: lambda _s: the_city(),
}  # fmt: skip


def an_actor(role, scene):
    place = HOME.get(role, lambda _s: the_district())(scene)
    return actor_of(a_person("", place, role))


def test_every_state_action_and_role(app):
    scene = a_scene()
    actors = {role: an_actor(role, scene) for role in Role}
    wrong = []
    for state in State:
        made = an_order(scene.committee, scene.course, state=state, telephone="02159250000")
        order = operations.queries.loaded(made.id)
        for action, do in DO.items():
            for role, by in actors.items():
                with db.session.begin_nested() as point:
                    before = order.state
                    try:
                        do(order, by)
                        ended = NEXT.get((state, action))
                    except (NotAllowed, IllegalAction):
                        ended = None
                    if ended is not None and order.state is not ended:
                        wrong.append((state, action, role, "wrong end"))
                    point.rollback()
                db.session.refresh(order)
                order = operations.queries.loaded(order.id)
                if (ended is not None) is not (role in MAY.get((state, action), set())):
                    wrong.append((state.value, action.value, role.value, "may" if ended else "may not"))
                assert order.state is before
        db.session.execute(
            sa.update(Order).where(Order.id == order.id).values(organisation_id=save(an_order()).organisation_id)
        )
    assert wrong == []


@pytest.mark.parametrize("action", DO)
def test_the_same_roles_elsewhere_may_nothing(app, action):
    scene = a_scene()
    order = an_order(scene.committee, scene.course, state=State.SUBMITTED)
    elsewhere = a_town("朱家角镇")
    far = a_district()
    strangers = [an_orderer(), a_person("", elsewhere, R.TOWN_ADMINISTRATOR)]
    strangers += [a_person("", far, role) for role in Role if role not in (R.CITY_VIEWER, R.SYSTEM_ADMINISTRATOR)]
    for person in strangers:
        with pytest.raises(Refusal):
            DO[action](order, actor_of(person))
    assert order.state is State.SUBMITTED


def test_the_buttons_of_a_page_are_what_the_operations_allow(app):
    scene = a_scene()
    for (state, action), allowed in MAY.items():
        order = an_order(scene.committee, scene.course, state=state)
        for role in Role:
            shown = action in policy.allowed(an_actor(role, scene), order)
            assert shown is (role in allowed), (state, action, role)


def test_a_right_that_has_ended_is_gone(app):
    from datetime import date, timedelta

    from catalogue.accounts.models import Membership

    scene = a_scene()
    order = an_order(scene.committee, scene.course, state=State.SUBMITTED)
    person = a_person("", the_town(), R.TOWN_ADMINISTRATOR)
    membership = db.session.scalars(sa.select(Membership).where(Membership.person_id == person.id)).one()
    membership.ends_on = date(2026, 3, 1)

    with pytest.raises(NotAllowed):
        operations.approve(order, by=actor_of(person), at=NOON)
    membership.ends_on = date(2026, 3, 1) + timedelta(days=1)
    operations.approve(order, by=actor_of(person), at=NOON)

    assert order.state is State.APPROVED

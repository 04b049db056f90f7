"""Two at the same moment: one wins, the other is told, and nothing is counted twice. On both databases, with real threads."""

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from catalogue.core import audit
from catalogue.core.db import db, transaction
from catalogue.core.errors import Refusal
from catalogue.orders import operations, placing, queries
from catalogue.orders.errors import QuotaUsed
from catalogue.orders.models import Order, OrderHistory
from catalogue.orders.states import State
from tests.factories import NOON, a_course, a_town_administrator, actor_of, an_item
from tests.orders.making import APRIL_9, APRIL_14, WHOLE, Scene, a_draft, a_scene, submitted


def at_once(app: Any, *works: Callable[[], Any]) -> list[Any]:
    """Runs each work in its own thread, context and transaction, all started together; results or refusals in order.

    Works load what they need by id: a row of this thread's session would read through its one connection from several threads.
    A work's own fault is raised here, not lost with its thread.
    """
    results: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(i: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait(30)
            try:
                with transaction(writes=True):
                    results[i] = work()
            except Exception as trouble:
                results[i] = trouble
            finally:
                db.session.remove()

    db.session.commit()
    db.session.expunge_all()  # whoever shares a row by mistake hears of it
    threads = [threading.Thread(target=run, args=(i, w)) for i, w in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    assert ([t.is_alive() for t in threads], db.engine.pool.checkedout()) == ([False] * len(works), 0)
    db.engine.dispose()  # the threads' connections are closed, not left to the collector
    for trouble in results:
        if isinstance(trouble, Exception) and not isinstance(trouble, Refusal):
            raise trouble
    return results


def test_a_double_click_at_the_same_moment_is_one_order(app):
    scene = a_scene()
    committee, course, by = scene.committee, scene.course, scene.orderer

    def click():
        return operations.draft(by=by, at=NOON, committee=committee, course=course, key="same").id

    ids = at_once(app, click, click, click)

    assert (len(set(ids)), db.session.scalar(sa.select(sa.func.count()).select_from(Order))) == (1, 1)


def test_of_two_checkers_one_decides(app):
    order = submitted(a_scene())
    first, second = actor_of(a_town_administrator()), actor_of(a_town_administrator())
    version, order_id = order.version, order.id

    def approve():
        operations.approve(queries.loaded(order_id), by=first, at=NOON, version=version)
        return "approved"

    def reject():
        operations.reject(queries.loaded(order_id), by=second, at=NOON, version=version, code="already_given")
        return "rejected"

    results = at_once(app, approve, reject)

    said = [r for r in results if isinstance(r, str)]
    refused = [r for r in results if isinstance(r, Refusal)]
    moves = db.session.scalars(sa.select(OrderHistory.to_state).where(OrderHistory.owner_id == order_id, OrderHistory.to_state.in_(("approved", "rejected")))).all()  # fmt: skip
    assert (len(said), len(refused), list(moves)) == (1, 1, said)
    assert [r.status for r in refused] == [409]
    assert db.session.get_one(Order, order_id).state.value == said[0]


def test_submitted_twice_at_once_gives_one_number(app):
    order = a_draft(a_scene())
    order_id, by = order.id, actor_of_maker(order)

    def submit():
        operations.submit(queries.loaded(order_id), by=by, at=NOON)
        return "submitted"

    results = at_once(app, submit, submit)

    assert sorted(type(r).__name__ for r in results) in (["IllegalAction", "str"], ["Stale", "str"])
    assert db.session.get_one(Order, order_id).number == "QP26-D-00001"


def actor_of_maker(order):
    from catalogue.accounts.models import Person

    return actor_of(db.session.get_one(Person, order.made_by_id))


def test_the_last_place_of_the_quota_is_given_once(app):
    """Two colleagues of one committee hand in the same course at once; the quota of the course is one."""
    scene = a_scene()
    first, second = a_draft(scene, key="a"), a_draft(scene, key="b", windows=[APRIL_14])
    by = scene.orderer

    def submit(order_id):
        return lambda: operations.submit(queries.loaded(order_id), by=by, at=NOON) or "submitted"

    results = at_once(app, submit(first.id), submit(second.id))

    assert sorted(type(r).__name__ for r in results) == ["QuotaUsed", "str"]
    assert [type(r) for r in results if isinstance(r, Refusal)] == [QuotaUsed]
    states = sorted(db.session.get_one(Order, i).state.value for i in (first.id, second.id))
    assert states == [State.DRAFT.value, State.SUBMITTED.value]


def test_the_last_lesson_of_an_item_is_given_to_one_committee(app):
    course = a_course()
    an_item(course).limit = 1
    one, two = a_scene(), a_scene()
    drafts = [(a_draft(Scene(s.committee, course, s.orderer), key=k), s.orderer) for s, k in ((one, "a"), (two, "b"))]
    works = [
        (lambda i=o.id, by=by: operations.submit(queries.loaded(i), by=by, at=NOON) or "submitted") for o, by in drafts
    ]

    results = at_once(app, *works)

    assert sorted(type(r).__name__ for r in results) == ["ItemFull", "str"]


def test_cancel_against_approve_ends_in_one_state(app):
    scene = a_scene()
    order = submitted(scene)
    order_id, by, town = order.id, scene.orderer, actor_of(a_town_administrator())

    def cancel():
        operations.cancel(queries.loaded(order_id), by=by, at=NOON, code="time", version=order.version)
        return "cancelled"

    def approve():
        operations.approve(queries.loaded(order_id), by=town, at=NOON, version=order.version)
        return "approved"

    results = at_once(app, cancel, approve)

    said = [r for r in results if isinstance(r, str)]
    assert (len(said), db.session.get_one(Order, order_id).state.value) == (1, said[0])


def placing_of(scene: Scene, key: str, windows: Any) -> Callable[[], Any]:
    """A press that makes an order and hands it in at once."""
    ids, by = (scene.course.id, scene.committee.id), scene.orderer

    def press() -> str | None:
        known = placing.facts(*ids, key, venue_id=None, lecturer_id=None, by=by, at=NOON)
        if known is None:
            return None
        return placing.place(known, dict(WHOLE), windows, key=key, pattern="", by=by, at=NOON).number

    return press


def test_an_order_placed_by_two_presses_at_the_same_moment_is_one(app):
    scene = a_scene()

    results = at_once(app, *[placing_of(scene, "same", [APRIL_14])] * 3)

    assert sorted(results, key=str) == [None, None, "QP26-D-00001"]
    order = db.session.scalars(sa.select(Order)).one()
    told = db.session.scalars(
        sa.select(OrderHistory.action).where(OrderHistory.owner_id == order.id).order_by(OrderHistory.id)
    ).all()
    assert (order.state, told, audit.verify(app.config["SECRET_KEY"]).broken) == (
        State.SUBMITTED,
        ["create", "save", "windows", "submit"],
        (),
    )


def test_of_two_orders_placed_at_once_the_quota_takes_one(app):
    scene = a_scene()

    results = at_once(app, placing_of(scene, "a", [APRIL_9]), placing_of(scene, "b", [APRIL_14]))

    assert sorted(type(r).__name__ for r in results) == ["QuotaUsed", "str"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1

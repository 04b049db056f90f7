"""What the tests of orders share: a committee with a room, an orderer, a course on the open edition, and a whole draft."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from catalogue.core.actor import Actor
from catalogue.core.clock import HalfDay
from catalogue.courses.models import Course
from catalogue.orders import operations, queries
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_window,
    actor_of,
    an_item,
    an_orderer,
    own_room_of,
)

WHOLE = {"expected": 30, "telephone": "02159250000", "contact": "职员", "need": "晚上停不下车"}
APRIL_9 = a_window(date(2026, 4, 9), HalfDay.AFTERNOON)
APRIL_14 = a_window(date(2026, 4, 14), HalfDay.EVENING)


@dataclass
class Scene:
    committee: Organisation
    course: Course
    orderer: Actor


def a_scene(committee: Organisation | None = None, **course: Any) -> Scene:
    committee = committee or a_committee()
    own_room_of(committee)
    made = a_course(**course)
    an_item(made)
    return Scene(committee, made, actor_of(an_orderer(committee)))


def a_draft(scene: Scene, *, windows: Any = (APRIL_9,), by: Actor | None = None, at: datetime = NOON, key: str = "k1", **values: Any) -> Order:  # fmt: skip
    """A draft that could be submitted as it is."""
    by = by or scene.orderer
    order = operations.draft(by=by, at=at, committee=scene.committee, course=scene.course, key=key)
    operations.save(order, {**WHOLE, **values}, by=by, at=at)
    operations.set_windows(order, windows, by=by, at=at, pattern="" if len(windows) <= 10 else "每天")
    return order


def submitted(scene: Scene, **more: Any) -> Order:
    by = more.get("by") or scene.orderer
    order = a_draft(scene, **more)
    operations.submit(order, by=by, at=more.get("at", NOON))
    return order


def fresh(order: Order) -> Order:
    return queries.loaded(order.id)

"""What the tests of lessons share: a dispatch that was settled and the lesson it led to, with everybody around it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from catalogue.accounts.models import Person
from catalogue.calendar import operations as holds
from catalogue.calendar.models import HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core.actor import Actor
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses.models import Course
from catalogue.dispatch.models import Dispatch, DispatchCandidate, DispatchOrder, Offer, TeachMode
from catalogue.dispatch.states import Mode, OfferState
from catalogue.dispatch.states import State as DispatchState
from catalogue.lecturers.models import Lecturer
from catalogue.lessons import operations, queries
from catalogue.lessons.models import Lesson
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue
from tests import factories
from tests.factories import NOON, a_committee, a_course, a_lecturer, a_window, actor_of, an_order, an_orderer, save

STARTS = a_window(date(2026, 4, 9), HalfDay.AFTERNOON)[0] + timedelta(hours=2)  # Thursday 9 April 2026, 14:00
ENDS = STARTS + timedelta(minutes=90)
BEGUN = STARTS + timedelta(minutes=10)
OVER = ENDS + timedelta(minutes=10)
APRIL_14 = a_window(date(2026, 4, 14), HalfDay.AFTERNOON)


@dataclass
class Scene:
    """One lesson with both sides. Names are persons (to sign in) or actors (to act)."""

    committee: Organisation
    course: Course
    lecturer: Lecturer
    orderer_person: Person
    orderer: Actor
    teacher: Actor
    order: Order
    dispatch: Dispatch
    offer: Offer
    room: Venue

    @property
    def teacher_person(self) -> Person:
        return db.session.get_one(Person, self.lecturer.person_id)

    @property
    def lesson(self) -> Lesson:
        found = queries.of_order(self.order.id)
        assert found is not None
        return found


def settled(
    committee: Organisation | None = None,
    *,
    lecturer: Lecturer | None = None,
    starts_at: datetime = STARTS,
    **values: Any,
) -> Scene:
    """A settled dispatch: its one order is planned, its one offer accepted, and the holds are taken."""
    committee = committee or a_committee()
    orderer = an_orderer(committee)
    course = a_course(title=values.pop("title", "停车难"))
    lecturer = lecturer or a_lecturer("", course)
    order = an_order(committee, course, state=OrderState.PLANNED, submitted_by_id=orderer.id)
    room = factories.own_room_of(committee)
    dispatch, offer = a_settled_dispatch([order], lecturer, room, starts_at)
    return Scene(
        committee, course, lecturer, orderer, actor_of(orderer), actor_of(lecturer), order, dispatch, offer, room
    )


def a_settled_dispatch(
    orders: list[Order], lecturer: Lecturer, room: Venue, starts_at: datetime = STARTS
) -> tuple[Dispatch, Offer]:
    """The rows a dispatcher's work leaves behind once the last seat is filled."""
    host, ends_at = orders[0], starts_at + timedelta(minutes=90)
    scope = {"district_id": host.district_id, "town_id": host.town_id, "organisation_id": host.organisation_id}
    dispatcher = factories.a_dispatcher()
    dispatch: Dispatch = save(
        Dispatch(
            number=f"QP26-P-{host.id:05d}", state=DispatchState.SETTLED, mode=Mode.DIRECT, course_id=host.course_id,
            course_version_id=host.course_version_id, proposed_at=NOON, proposed_by_id=dispatcher.id, **scope,
        )
    )  # fmt: skip
    for order in orders:
        save(DispatchOrder(dispatch_id=dispatch.id, order_id=order.id))
    where = {"venue_id": room.id, "teach_mode": TeachMode.ONSITE, "starts_at": starts_at, "ends_at": ends_at}
    spot = {"latitude": room.latitude, "longitude": room.longitude}
    candidate = save(
        DispatchCandidate(dispatch_id=dispatch.id, rank=1, lecturer_id=lecturer.id, total=100, **where, **spot)
    )
    offer: Offer = save(
        Offer(
            state=OfferState.ACCEPTED, dispatch_id=dispatch.id, candidate_id=candidate.id, lecturer_id=lecturer.id, made_at=NOON,
            answer_by=NOON + timedelta(hours=48), remind_at=NOON + timedelta(hours=24), **where, **scope,
        )
    )  # fmt: skip
    district = host.district_id
    places = [Wanted(HoldKind.VENUE, room.id, district, starts_at, ends_at)]
    places += [Wanted(HoldKind.ORGANISATION, o.organisation_id, district, starts_at, ends_at) for o in orders]
    holds.take(places, held_for="dispatch", held_for_id=dispatch.id, at=NOON)
    person = Wanted(HoldKind.LECTURER, lecturer.id, district, starts_at, ends_at, 15, (room.latitude, room.longitude))
    holds.take([person], held_for="offer", held_for_id=offer.id, at=NOON)
    return dispatch, offer


def a_lesson(committee: Organisation | None = None, **values: Any) -> Scene:
    """A scheduled lesson on Thursday 9 April 2026, 14:00 to 15:30."""
    scene = settled(committee, **values)
    dispatch = queries.dispatch_of_offer(scene.offer.id)
    operations.schedule(dispatch, [scene.offer], by=scene.teacher, at=NOON)
    db.session.flush()
    return scene


def whole(lesson: Lesson) -> Lesson:
    """The lesson read anew."""
    db.session.expire_all()
    return queries.whole(lesson.id)

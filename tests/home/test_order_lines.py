"""The list of orders says whom it waits for, until when, when the lesson is, and what is left to rate."""

from datetime import timedelta

import sqlalchemy as sa

from catalogue.core.db import db
from catalogue.dispatch.models import DispatchOrder
from catalogue.home.order_lines import lines
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import Lesson, LessonParty
from catalogue.lessons.states import State as LessonState
from catalogue.ratings.models import Rating
from catalogue.ratings.states import State as RatingState
from tests.dispatch.making import an_open_offer
from tests.factories import NOON, an_order, save


def order_of(offer) -> int:
    return db.session.scalars(
        sa.select(DispatchOrder.order_id).where(DispatchOrder.dispatch_id == offer.dispatch_id)
    ).one()


def a_lesson(offer, **values) -> Lesson:
    return save(
        Lesson(
            number="QP26-K-00001", dispatch_id=offer.dispatch_id, course_id=offer.dispatch.course_id, course_version_id=offer.dispatch.course_version_id,
            organisation_id=offer.organisation_id, town_id=offer.town_id, district_id=offer.district_id, venue_id=offer.venue_id,
            teach_mode=offer.teach_mode, starts_at=offer.starts_at, ends_at=offer.ends_at, cancel_free_until=NOON, **values,
        )
    )  # fmt: skip


def test_an_open_offer_names_the_lecturer_and_the_deadline(app):
    offer = an_open_offer()
    name = db.session.get_one(Lecturer, offer.lecturer_id).display_name

    line = lines([order_of(offer), an_order().id])[order_of(offer)]

    assert f"{name}会答复。不来就问下一位，您不用做什么。" in line.next
    assert (line.stamps[3][0], line.url) == (name, "")


def test_a_lesson_names_time_and_place_and_leads_there(app):
    offer = an_open_offer()
    a_lesson(offer, state=LessonState.SCHEDULED)

    line = lines([order_of(offer)])[order_of(offer)]

    assert (line.url, line.label, "来讲。" in line.next) == ("/lessons/QP26-K-00001", "看这一场", True)


def test_a_held_lesson_asks_for_its_rating(app):
    offer = an_open_offer()
    lesson = a_lesson(offer, state=LessonState.DELIVERED, delivered_at=NOON)
    order_id = order_of(offer)
    save(
        LessonParty(
            lesson_id=lesson.id,
            organisation_id=offer.organisation_id,
            order_id=order_id,
            expected=30,
            head_count=32,
            counted_at=NOON,
        )
    )
    rating = save(
        Rating(
            lesson_id=lesson.id, course_id=lesson.course_id, order_id=order_id, state=RatingState.OPEN, rate_by=NOON + timedelta(days=9),
            organisation_id=offer.organisation_id, town_id=offer.town_id, district_id=offer.district_id,
        )
    )  # fmt: skip

    line = lines([order_id])[order_id]

    assert (line.stamps[4][0], line.url, line.label) == ("到了 32 人", f"/ratings/{rating.id}", "去评单")
    assert "三道题，一分钟。还剩 9 天" in line.next

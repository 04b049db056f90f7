"""Ratings: given once by the committee, lapsed by time, averaged with their n; and the lecturer's own report."""

from datetime import timedelta

import pytest

from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid, Stale
from catalogue.courses.models import Course
from catalogue.lessons import attendance
from catalogue.lessons import operations as teaching
from catalogue.orders.states import State as OrderState
from catalogue.ratings import operations, queries
from catalogue.ratings.errors import NotYours, TooLate
from catalogue.ratings.models import Rating
from catalogue.ratings.states import NEXT, Action, State
from tests.factories import (
    a_committee,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_town_administrator,
    actor_of,
    an_orderer,
    save,
)
from tests.lessons.making import OVER, a_lesson

GOOD = {"content": 5, "delivery": 4, "usefulness": 3}


def a_delivered(**values):
    scene = a_lesson(**values)
    lesson = scene.lesson
    attendance.count(lesson, lesson.parties[0], here=20, online=0, by=scene.orderer, at=OVER)
    teaching.deliver(lesson, by=scene.orderer, at=OVER)
    scene.taught = lesson
    return scene


def rating_of(scene) -> Rating:
    return queries.visible(scene.orderer, queries.of_lesson(scene.taught.id)[0].id)


def test_a_delivered_lesson_asks_its_committee_for_fourteen_days(app):
    scene = a_delivered()

    rating = rating_of(scene)

    assert (rating.state, rating.organisation_id, rating.rate_by) == (
        State.OPEN,
        scene.committee.id,
        OVER + timedelta(days=14),
    )
    operations.open_for(scene.taught, by=scene.orderer, at=OVER)
    assert len(queries.of_lesson(scene.taught.id)) == 1


def test_a_rating_closes_its_order_and_counts_for_the_course(app):
    scene = a_delivered()
    rating = rating_of(scene)

    operations.give(rating, **GOOD, words="很实在", by=scene.orderer, at=OVER)

    course = db.session.get_one(Course, scene.course.id)
    db.session.refresh(course)
    assert (rating.state, rating.words, rating.given_by_id) == (State.GIVEN, "很实在", scene.orderer.person_id)
    assert (course.rating_sum, course.rating_count, scene.order.state) == (12, 1, OrderState.CLOSED)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(Action))
def test_the_table_alone_decides(app, state, action):
    scene = a_delivered()
    values = dict.fromkeys(operations.SCALES, 5) | {"given_at": OVER} if state is State.GIVEN else {}
    made = save(Rating(lesson_id=scene.taught.id, course_id=scene.course.id, state=state, rate_by=OVER + timedelta(days=1), organisation_id=a_committee().id, district_id=scene.order.district_id, **values))  # fmt: skip
    by = actor_of(a_dispatcher())

    def act():
        if action is Action.LAPSE:
            operations.lapse(made, by=by, at=OVER)
        else:
            orderer = an_orderer(db.session.get_one(type(scene.committee), made.organisation_id))
            operations.give(made, **GOOD, by=actor_of(orderer), at=OVER)

    if (state, action) in NEXT:
        act()
        assert made.state is NEXT[state, action]
    else:
        with pytest.raises(IllegalAction):
            act()


def test_only_the_committee_itself_rates(app):
    scene = a_delivered()
    rating = rating_of(scene)

    for other in (scene.teacher, actor_of(a_town_administrator()), actor_of(a_dispatcher()), actor_of(an_orderer())):
        with pytest.raises(NotYours):
            operations.give(rating, **GOOD, by=other, at=OVER)

    assert rating.state is State.OPEN


@pytest.mark.parametrize("scale", operations.SCALES)
@pytest.mark.parametrize("value", [0, 6, -1])
def test_scales_go_from_one_to_five(app, scale, value):
    scene = a_delivered()

    with pytest.raises(Invalid) as refused:
        operations.give(rating_of(scene), **{**GOOD, scale: value}, by=scene.orderer, at=OVER)

    assert refused.value.field == scale


def test_after_its_time_a_rating_lapses_and_is_never_full_marks(app):
    scene = a_delivered()
    rating = rating_of(scene)
    with pytest.raises(TooLate):
        operations.give(rating, **GOOD, by=scene.orderer, at=rating.rate_by + timedelta(seconds=1))
    db.session.commit()

    assert operations.sweep(rating.rate_by - timedelta(seconds=1)) == 0
    assert operations.sweep(rating.rate_by) == 1
    assert operations.sweep(rating.rate_by) == 0

    db.session.expire_all()
    again = rating_of(scene)
    assert (again.state, again.content, queries.average_of_course(scene.course.id).n) == (State.LAPSED, None, 0)
    assert again.lesson.state.value == "delivered"


def test_means_come_with_their_n(app):
    scene = a_delivered()
    assert queries.average_of_lecturer(scene.lecturer.id) == queries.Average(0, None, None, None)
    operations.give(rating_of(scene), **GOOD, by=scene.orderer, at=OVER)

    average = queries.average_of_lecturer(scene.lecturer.id)

    assert (average, average.overall) == (queries.Average(1, 5.0, 4.0, 3.0), 4.0)
    assert queries.average_of_lecturer(a_lecturer().id).n == 0
    assert queries.average_in_sight(actor_of(a_dispatcher(a_district()))).n == 0


def test_two_pages_do_not_rate_twice(app):
    scene = a_delivered()
    rating = rating_of(scene)
    old = rating.version
    operations.give(rating, **GOOD, by=scene.orderer, at=OVER, version=old)

    with pytest.raises(Stale):
        operations.give(rating, **GOOD, by=scene.orderer, at=OVER, version=old)


def test_a_lecturer_reports_on_own_lessons_and_may_say_it_better(app):
    scene = a_delivered()

    for words in ("大家很踊跃", "大家很踊跃，下次讲投票"):
        operations.report(scene.taught, words=words, minutes_taught=80, by=scene.teacher, at=OVER)
    with pytest.raises(NotYours):
        operations.report(scene.taught, words="我也讲了", minutes_taught=1, by=actor_of(a_lecturer()), at=OVER)

    assert [(r.words, r.minutes_taught) for r in queries.reports_of(scene.taught.id)] == [
        ("大家很踊跃，下次讲投票", 80)
    ]


def test_no_report_before_the_lesson_was_held(app):
    scene = a_lesson()

    with pytest.raises(TooLate):
        operations.report(scene.lesson, words="讲完了", minutes_taught=90, by=scene.teacher, at=OVER)

"""Every write of ratings and of lecturers' reports."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor, job
from catalogue.core.db import db, lock, transaction
from catalogue.core.errors import Invalid, Stale
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.lessons.models import Lesson
from catalogue.lessons.states import State as LessonState
from catalogue.orders import operations as ordering
from catalogue.orders import states as order_states
from catalogue.orders.models import Order
from catalogue.organisations.queries import setting
from catalogue.ratings import policy, queries
from catalogue.ratings.errors import NotYours, TooLate
from catalogue.ratings.events import RatingGiven, RatingLapsed, RatingOpened
from catalogue.ratings.models import LecturerReport, Rating
from catalogue.ratings.states import NEXT, Action, State

SCALES = ("content", "delivery", "usefulness")


def open_for(lesson: Lesson, *, by: Actor, at: datetime) -> None:
    """Asks each committee that was there for its rating, once; open for the days set, stored as rate_by."""
    asked = {rating.organisation_id for rating in queries.of_lesson(lesson.id)}
    for party in lesson.parties:
        if party.organisation_id in asked:
            continue
        days = setting("rating_days", party.organisation_id, clock.day_of(at))
        rating = Rating(
            lesson_id=lesson.id, course_id=lesson.course_id, order_id=party.order_id, state=State.OPEN, rate_by=at + timedelta(days=days),
            district_id=lesson.district_id, town_id=lesson.town_id, organisation_id=party.organisation_id,
        )  # fmt: skip
        changes.begin(rating, by=by, at=at, action="open")
        events.publish(RatingOpened(rating.id), by=by, at=at)


def give(
    rating: Rating, *, content: int, delivery: int, usefulness: int, words: str = "", by: Actor, at: datetime, version: int | None = None,
) -> None:  # fmt: skip
    """A committee rates a lesson on three scales of 1 to 5, with words. Raises NotYours, TooLate, Invalid. Closes its order."""
    if not policy.may_give(by, rating):
        raise NotYours(_("评单由上课的居村填写。"))
    scales = dict(zip(SCALES, (content, delivery, usefulness), strict=True))
    for name, value in scales.items():
        if not 1 <= value <= 5:
            raise Invalid(_("请打 1 到 5 分。"), field=name)
    if rating.state is State.OPEN and at > rating.rate_by:
        raise TooLate(_("评单时间已过，谢谢您。有话要说可以打电话给区里。"))
    changes.edit(
        rating,
        {**scales, "words": words, "given_by_id": by.person_id, "given_at": at},
        by=by,
        at=at,
        version=version,
        action="fill_in",
    )
    changes.move(rating, NEXT, Action.GIVE, by=by, at=at)
    db.session.execute(
        sa.update(Course)
        .where(Course.id == rating.course_id)
        .values(rating_sum=Course.rating_sum + content + delivery + usefulness, rating_count=Course.rating_count + 1),
        execution_options={"synchronize_session": False},
    )
    _close_order(rating, by=by, at=at)
    events.publish(RatingGiven(rating.id), by=by, at=at)


def sweep(at: datetime) -> int:
    """Lets ratings lapse whose time is over: "no rating", never full marks. Returns how many. Idempotent."""
    with transaction(writes=True):
        overdue = queries.overdue(at)
        for rating in overdue:
            lapse(rating, by=job("ratings.sweep"), at=at)
    return len(overdue)


def lapse(rating: Rating, *, by: Actor, at: datetime) -> None:
    """Nobody rated in time; its order is closed all the same. Publishes RatingLapsed."""
    changes.move(rating, NEXT, Action.LAPSE, by=by, at=at)
    _close_order(rating, by=by, at=at)
    events.publish(RatingLapsed(rating.id), by=by, at=at)


def _close_order(rating: Rating, *, by: Actor, at: datetime) -> None:
    order = db.session.get(Order, rating.order_id) if rating.order_id is not None else None
    if order is not None and order.state is order_states.State.DELIVERED:
        ordering.close(order, by=by, at=at)


def report(
    lesson: Lesson, *, words: str, minutes_taught: int | None, by: Actor, at: datetime, seen: str | None = None,
    lecturer_id: int | None = None, said: str = "",
) -> LecturerReport:  # fmt: skip
    """The lecturer's own account of a delivered lesson; sending it again replaces the words.

    lecturer_id: for whom the desk writes down what was told; `said` then says who told it, when and how (代写).
    seen: what the page showed (`shown`). Raises Stale when other words came in since, from another page of the lecturer's.
    """
    whose = _reports(lesson, by, lecturer_id)
    on_behalf = whose != by.lecturer_id
    if on_behalf and not said.strip():
        raise Invalid(_("代写请写明：谁说的、什么时候、用什么方式。"), field="said")
    if not words.strip():
        raise Invalid(_("请写几句这场课上得怎么样。"), field="words")
    if lesson.state is not LessonState.DELIVERED:
        raise TooLate(_("课上完以后再写小结。"), code="lesson_not_delivered")
    lock(Lesson, [lesson.id])
    found = next((r for r in queries.reports_of(lesson.id) if r.lecturer_id == whose), None)
    if found is not None:
        db.session.refresh(found)
        if (found.words, found.minutes_taught) == (words.strip(), minutes_taught):
            return found
    if seen is not None and seen != shown(found):
        raise Stale(_("您刚刚在另一个页面交过小结，没有覆盖它。这里填的还在，请核对后再保存。"))
    if found is None:
        found = LecturerReport(
            lesson_id=lesson.id, lecturer_id=whose, district_id=lesson.district_id, words=words, made_at=at
        )
        db.session.add(found)
    found.words, found.minutes_taught = words.strip(), minutes_taught
    db.session.flush()
    changes.note(
        lesson, "report", by=by, at=at, subject="lecturer_report", subject_id=found.id, code="on_behalf" if on_behalf else "", words=said.strip(),
    )  # fmt: skip
    return found


def _reports(lesson: Lesson, by: Actor, lecturer_id: int | None) -> int:
    """Whose account it is. Raises NotYours for anybody but the lecturer and, for one who teaches the lesson, the desk."""
    if by.lecturer_id is not None and lecturer_id in (None, by.lecturer_id) and policy.may_report(by, lesson):
        return by.lecturer_id
    taught = {seat.lecturer_id for seat in lesson.lecturers if seat.left_at is None}
    if lecturer_id is None or lecturer_id not in taught or not policy.may_report_for(by, lesson):
        raise NotYours(_("上课小结由讲这场课的讲师填写，或由派单员问过后代写。"))
    return lecturer_id


def shown(report: LecturerReport | None) -> str:
    """Which words a page shows, in a few letters; empty when none were written yet."""
    if report is None:
        return ""
    return hashlib.sha256(f"{report.minutes_taught} {report.words}".encode()).hexdigest()[:16]

"""course_availability and course_soonest: what they say in plain cases, and that refreshing by parts equals building from nothing."""

import random
from datetime import date, timedelta

import sqlalchemy as sa

from catalogue.calendar import operations as calendar
from catalogue.calendar.models import HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core import clock, outbox
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses import editions
from catalogue.lecturers.models import Appointment, AvailabilityException, Qualification, WeeklyHours
from catalogue.menu import operations
from catalogue.menu.models import CLOSED, FULL, CourseAvailability, CourseSoonest
from tests.factories import (
    NOON,
    TODAY,
    a_course,
    a_district_administrator,
    a_lecturer,
    a_town,
    actor_of,
    an_edition,
    an_item,
    save,
    the_district,
    the_town,
    version_of,
)

THURSDAY = date(2026, 4, 9)
ON_THURSDAY = [(3, HalfDay.AFTERNOON)]


def free():
    """{(course, town, day, half-day): lecturers}"""
    table = CourseAvailability
    rows = db.session.execute(sa.select(table.course_id, table.town_id, table.day, table.half_day, table.lecturers))
    return {(c, t, d, h): n for c, t, d, h, n in rows}


def soonest():
    """{(course, place): (day, half-day) or FULL or CLOSED}"""
    rows = db.session.execute(sa.select(CourseSoonest.course_id, CourseSoonest.place_id, CourseSoonest.slot))
    return {(c, p): s if s >= FULL else (date.fromordinal(s // 3), list(HalfDay)[s % 3]) for c, p, s in rows}


def hold(lecturer, day, starts, ends):
    wanted = Wanted(
        HoldKind.LECTURER,
        lecturer.id,
        lecturer.district_id,
        clock.at(day, starts),
        clock.at(day, ends),
        setup_minutes=15,
    )
    calendar.take([wanted], held_for="offer", held_for_id=1, at=NOON)


def on(day, course, town=None):
    return free().get((course.id, (town or the_town()).id, day, HalfDay.AFTERNOON), 0)


def test_a_half_day_counts_the_lecturers_who_could_come(app):
    course = a_course()
    for _ in range(2):
        a_lecturer("", course, half_days=ON_THURSDAY)
    a_lecturer("", a_course(), half_days=ON_THURSDAY)
    the_town()

    operations.rebuild(60, at=NOON)

    thursdays = [TODAY + timedelta(days) for days in range(60) if (TODAY + timedelta(days)).weekday() == 3]
    mine = {key: n for key, n in free().items() if key[0] == course.id}
    assert mine == {(course.id, the_town().id, day, HalfDay.AFTERNOON): 2 for day in thursdays}


def test_without_a_term_a_qualification_or_a_scope_nobody_could_come(app):
    the_town()
    course, other = a_course(), a_town("夏阳街道")
    a_lecturer("", course, half_days=ON_THURSDAY, appointed=(date(2025, 1, 1), THURSDAY - timedelta(1)))
    scoped = a_lecturer("", course, half_days=ON_THURSDAY, appointed=None)
    save(
        Appointment(
            number="QP26-S-00001", district_id=the_district().id, lecturer_id=scoped.id, issuer_id=the_district().id, scope_id=other.id,
            starts_on=TODAY, ends_on=date(2026, 12, 31),
        )
    )  # fmt: skip
    later = a_lecturer("", half_days=ON_THURSDAY)
    save(Qualification(lecturer_id=later.id, course_id=course.id, since=THURSDAY + timedelta(1)))

    operations.rebuild(60, at=NOON)

    assert [on(day, course) for day in (date(2026, 4, 2), THURSDAY, date(2026, 4, 16))] == [1, 0, 1]
    assert [on(day, course, other) for day in (date(2026, 4, 2), THURSDAY, date(2026, 4, 16))] == [2, 1, 2]


def test_holds_exceptions_load_limits_and_distance_take_half_days_away(app):
    the_town()
    course, far = a_course(online=False), a_town("金泽镇")
    far.latitude, far.longitude = 31.05, 120.5
    lecturer = a_lecturer(
        "", course, half_days=[(3, h) for h in HalfDay], radius_km=10, max_per_month=2, max_half_days_per_day=2
    )
    save(AvailabilityException(lecturer_id=lecturer.id, day=THURSDAY, half_day=HalfDay.AFTERNOON, free=False))
    save(AvailabilityException(lecturer_id=lecturer.id, day=date(2026, 4, 10), half_day=HalfDay.AFTERNOON, free=True))

    operations.rebuild(60, at=NOON)
    before = [on(day, course) for day in (date(2026, 4, 2), THURSDAY, date(2026, 4, 10), date(2026, 4, 16))]
    hold(lecturer, date(2026, 4, 2), 14 * 60, 16 * 60)
    operations.refresh_lecturer(lecturer.id, at=NOON)
    one = [on(day, course) for day in (date(2026, 4, 2), THURSDAY, date(2026, 4, 10), date(2026, 4, 16))]
    hold(lecturer, date(2026, 4, 16), 9 * 60, 10 * 60)
    operations.refresh_lecturer(lecturer.id, at=NOON)
    two = [on(day, course) for day in (date(2026, 4, 2), date(2026, 4, 10), date(2026, 4, 23))]

    assert (before, one, two) == ([1, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0])
    assert [key for key in free() if key[1] == far.id] == []


def test_the_soonest_day_respects_lead_time_and_the_teaching_window(app):
    course, full, closed = a_course(), a_course(), a_course()
    an_item(course), an_item(full)
    a_lecturer("", course, half_days=ON_THURSDAY)
    town, district = the_town().id, the_district().id

    operations.rebuild(60, at=NOON)

    thursday = (date(2026, 4, 2), HalfDay.AFTERNOON)
    assert soonest() == {
        (course.id, town): thursday, (course.id, district): thursday, (full.id, town): FULL, (full.id, district): FULL,
        (closed.id, town): CLOSED, (closed.id, district): CLOSED,
    }  # fmt: skip


def test_a_course_that_needs_two_lecturers_is_free_only_when_two_are(app):
    course = a_course(lecturers_needed=2)
    a_lecturer("", course, half_days=[(3, HalfDay.AFTERNOON), (4, HalfDay.AFTERNOON)])
    a_lecturer("", course, half_days=ON_THURSDAY)
    the_town()

    operations.rebuild(60, at=NOON)

    assert (on(THURSDAY, course), on(date(2026, 4, 10), course)) == (2, 0)


def test_refreshing_by_parts_equals_building_from_nothing_after_random_changes(app):
    chance = random.Random(7)
    towns = [the_town(), a_town("夏阳街道"), a_town("金泽镇")]
    towns[2].latitude, towns[2].longitude = 31.05, 120.9
    taught = [a_course(minutes=m) for m in (60, 90, 120, 150)]
    for course in taught[:3]:
        an_item(course)
    weeks = [[(d, h) for d in range(7) for h in HalfDay if chance.random() < 0.3] for _ in range(5)]
    people = [
        a_lecturer("", *chance.sample(taught, 2), half_days=week, radius_km=chance.choice([None, 12])) for week in weeks
    ]
    operations.rebuild(60, at=NOON)

    for _ in range(25):
        _change(chance, chance.choice(people), taught)
    by_parts = free(), soonest()
    db.session.execute(sa.delete(CourseAvailability))
    db.session.execute(sa.delete(CourseSoonest))
    operations.rebuild(60, at=NOON)

    assert len(by_parts[0]) > 300
    assert by_parts == (free(), soonest())


def _change(chance, lecturer, taught):
    day = TODAY + timedelta(chance.randrange(1, 59))
    kind = chance.choice(["hold", "away", "term", "hours", "qualify"])
    if kind == "hold":
        try:
            hold(lecturer, day, chance.choice([540, 840, 1110]), chance.choice([1140, 1200]))
        except Exception:
            return
    elif kind == "away":
        half = chance.choice(list(HalfDay))
        query = sa.select(AvailabilityException).where(
            AvailabilityException.lecturer_id == lecturer.id, AvailabilityException.day == day, AvailabilityException.half_day == half
        )  # fmt: skip
        if db.session.scalars(query).first() is None:
            save(AvailabilityException(lecturer_id=lecturer.id, day=day, half_day=half, free=chance.random() < 0.5))
    elif kind == "term":
        term = db.session.scalars(sa.select(Appointment).where(Appointment.lecturer_id == lecturer.id)).one()
        term.ended_on = day
    elif kind == "hours":
        hours = db.session.scalars(sa.select(WeeklyHours).where(WeeklyHours.lecturer_id == lecturer.id)).first()
        if hours is not None:
            db.session.delete(hours)
    else:
        course = chance.choice(taught)
        query = sa.select(Qualification).where(
            Qualification.lecturer_id == lecturer.id, Qualification.course_id == course.id
        )
        if db.session.scalars(query).first() is None:
            save(Qualification(lecturer_id=lecturer.id, course_id=course.id, since=day))
    db.session.flush()
    operations.refresh(sorted(c.id for c in taught), at=NOON, days=60) if kind == "qualify" else _refresh(lecturer)


def _refresh(lecturer):
    ids = db.session.scalars(sa.select(Qualification.course_id).where(Qualification.lecturer_id == lecturer.id)).all()
    operations.refresh(ids, at=NOON, days=60)


def test_a_published_edition_asks_the_queue_for_new_figures(app):
    course = a_course()
    a_lecturer("", course, half_days=ON_THURSDAY)
    the_town()
    by = actor_of(a_district_administrator())
    edition = an_edition()
    operations.rebuild(60, at=NOON)
    before = soonest()[(course.id, the_town().id)]

    editions.add_item(edition, version_of(course), by=by, at=NOON)
    db.session.commit()
    done = outbox.deliver(NOON)

    assert (before, done, soonest()[(course.id, the_town().id)]) == (CLOSED, 1, (date(2026, 4, 2), HalfDay.AFTERNOON))


def test_the_day_is_begun_once(app):
    course = a_course()
    the_town()

    for _ in range(2):
        operations.daily(NOON)
        db.session.commit()
    done = outbox.deliver(NOON)  # the day, which makes one part

    assert (done, soonest()) == (2, {(course.id, the_town().id): CLOSED, (course.id, the_district().id): CLOSED})


def test_a_hold_asks_the_queue_for_new_figures(app):
    the_town()
    course = a_course()
    lecturer = a_lecturer("", course, half_days=ON_THURSDAY)
    operations.rebuild(at=NOON)

    hold(lecturer, THURSDAY, 840, 960)
    hold(lecturer, date(2026, 4, 16), 840, 960)
    db.session.commit()
    done = outbox.deliver(NOON)

    assert (done, [on(day, course) for day in (date(2026, 4, 2), THURSDAY, date(2026, 4, 16))]) == (1, [1, 0, 0])

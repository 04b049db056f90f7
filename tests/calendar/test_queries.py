"""Boards and working days, on both databases."""

from datetime import date, timedelta

from catalogue.calendar import boards, day_operations, queries
from catalogue.calendar.boards import Slot
from catalogue.calendar.models import DayKind, Hold, HoldKind
from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.lecturers.models import AvailabilityException
from catalogue.venues.models import VenueClosure
from tests.factories import (
    NOON,
    TODAY,
    a_dispatcher,
    a_lecturer,
    a_system_administrator,
    a_venue,
    actor_of,
    save,
    the_district,
)

THURSDAY = date(2026, 3, 12)
WEEK = boards.week_named("2026-03-12", TODAY)


def a_hold(kind, resource_id):
    starts = clock.at(THURSDAY, 840)
    return save(
        Hold(
            kind=kind, resource_id=resource_id, district_id=the_district().id, busy_from=starts, busy_until=starts + timedelta(minutes=105),
            teach_until=starts + timedelta(minutes=90), held_for="lesson", held_for_id=7, active=True, made_at=NOON,
        )
    )  # fmt: skip


LESSON = Slot("下午", "14:00–15:30", "有课", "/lessons/7", "done")


def test_a_week_of_lecturers_and_of_venues(app):
    lecturer, venue = a_lecturer("单老师"), a_venue("大厅")
    a_hold(HoldKind.LECTURER, lecturer.id)
    a_hold(HoldKind.VENUE, venue.id)
    save(AvailabilityException(lecturer_id=lecturer.id, day=WEEK[0], half_day=HalfDay.MORNING, free=False))
    save(VenueClosure(venue_id=venue.id, first_day=WEEK[4], last_day=WEEK[6], half_day=HalfDay.EVENING))
    by = actor_of(a_dispatcher())

    people, rooms = boards.of_lecturers(by, WEEK).rows, boards.of_venues(by, WEEK).rows

    assert [(r.label, dict(r.cells)) for r in people] == [
        ("单老师", {THURSDAY: [LESSON], WEEK[0]: [Slot("上午", "不来", tone="off")]})
    ]
    assert [(r.label, dict(r.cells)) for r in rooms] == [
        ("大厅", {THURSDAY: [LESSON], **{d: [Slot("晚上", "不开放", tone="off")] for d in WEEK[4:]}})
    ]
    assert boards.of_lecturers(by, WEEK, q="王").rows == []


def test_a_month_says_busy_before_away_and_away_before_free(app):
    lecturer = a_lecturer(half_days=[(d, h) for d in range(5) for h in (HalfDay.MORNING, HalfDay.AFTERNOON)])
    a_hold(HoldKind.LECTURER, lecturer.id)
    for day, halves in (
        (THURSDAY, [HalfDay.MORNING]),
        (date(2026, 3, 13), [HalfDay.MORNING]),
        (date(2026, 3, 16), list(HalfDay)),
    ):
        for half_day in halves:
            save(AvailabilityException(lecturer_id=lecturer.id, day=day, half_day=half_day, free=False))
    save(AvailabilityException(lecturer_id=lecturer.id, day=date(2026, 3, 14), half_day=HalfDay.MORNING, free=True))

    days = boards.month_of(lecturer, date(2026, 3, 1), TODAY).days

    shown = {d.day: (c["word"], c["tone"]) for d, c in days.items() if d.day in (1, 11, 12, 13, 14, 15, 16)}
    assert shown == {
        1: ("", "off"), 11: ("", ""), 12: ("有课", "busy"), 13: ("上午", "away"), 14: ("能来", ""), 15: ("", "off"), 16: ("不来", "away"),
    }  # fmt: skip


def test_a_day_of_ones_own_wins_over_the_library_until_it_is_taken_back(app):
    by = actor_of(a_system_administrator())

    day_operations.set_day(THURSDAY, DayKind.HOLIDAY, "停电", by=by, at=NOON)
    during = (queries.working_day(THURSDAY).works, queries.add_working_days(date(2026, 3, 10), 2))
    day_operations.unset_day(THURSDAY, by=by, at=NOON)

    assert during == (False, date(2026, 3, 13))
    assert (queries.working_day(THURSDAY).works, queries.add_working_days(date(2026, 3, 10), 2)) == (True, THURSDAY)


def test_a_makeup_day_entered_by_hand_means_the_notice_is_out(app):
    day_operations.set_day(
        date(2030, 2, 2), DayKind.MAKEUP, "春节调休上班", by=actor_of(a_system_administrator()), at=NOON
    )

    db.session.commit()
    assert [boards.year_of(y, link=False).announced for y in (2026, 2030, 2031)] == [True, True, False]
    assert boards.day_history()[0][0] == date(2030, 2, 2)

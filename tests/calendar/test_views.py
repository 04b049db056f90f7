"""Months, weeks and years as pages: what each reader is shown, and what tapping a day does."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.calendar import queries
from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.models import Audit
from catalogue.lecturers.models import Appointment, AvailabilityException
from catalogue.lecturers.queries import days_away
from tests.factories import (
    NOON,
    a_committee,
    a_dispatcher,
    a_district,
    a_lecturer,
    a_system_administrator,
    a_venue,
    an_orderer,
    own_room_of,
    save,
    the_district,
)

THURSDAY = date(2026, 3, 12)
MORNING, AFTERNOON, EVENING = HalfDay


def of(lecturer):
    return db.session.get_one(Person, lecturer.person_id)


def text_of(answer):
    return answer.get_data(as_text=True)


def a_hold(kind, resource_id, day=THURSDAY, district=None, held_for="lesson", held_for_id=77):
    starts = clock.at(day, 840)
    return save(
        Hold(
            kind=kind, resource_id=resource_id, district_id=(district or the_district()).id, busy_from=starts,
            busy_until=starts + timedelta(minutes=105), teach_until=starts + timedelta(minutes=90), held_for=held_for, held_for_id=held_for_id,
            active=True, made_at=NOON,
        )
    )  # fmt: skip


# ── a lecturer's month ─────────────────────────────────────────────────────────────────────────


def test_tapping_a_day_marks_it_away_and_tapping_again_takes_it_back(client):
    lecturer = a_lecturer(half_days=[(3, MORNING), (3, AFTERNOON)])
    client.sign_in(of(lecturer))
    path = f"/lecturers/{lecturer.id}/calendar"

    first = client.send(path, {"day": "2026-03-12"})
    away = days_away(lecturer.id, THURSDAY, THURSDAY)
    client.send(path, {"day": "2026-03-12"})

    assert (first.status_code, away) == (302, {THURSDAY: (MORNING, AFTERNOON)})
    assert days_away(lecturer.id, THURSDAY, THURSDAY) == {}


def test_one_half_day_is_tapped_with_its_part_chosen(client):
    lecturer = a_lecturer()
    client.sign_in(of(lecturer))

    client.send(f"/lecturers/{lecturer.id}/calendar?part=evening", {"day": "2026-03-12"})

    assert days_away(lecturer.id, THURSDAY, THURSDAY) == {THURSDAY: (EVENING,)}


def test_the_past_is_refused_in_place(client):
    lecturer = a_lecturer()
    client.sign_in(of(lecturer))

    answer = client.send(f"/lecturers/{lecturer.id}/calendar", {"day": "2026-03-01"})

    assert (answer.status_code, "过去的日子不用再改" in text_of(answer)) == (422, True)


def test_a_dispatcher_looks_at_a_month_but_marks_nothing_and_an_orderer_sees_none(client):
    lecturer = a_lecturer()
    save(AvailabilityException(lecturer_id=lecturer.id, day=THURSDAY, half_day=MORNING, free=False, note="看病住院"))
    path = f"/lecturers/{lecturer.id}/calendar?month=2026-03"

    client.sign_in(a_dispatcher())
    seen, refused = client.get(path), client.send(path, {"day": "2026-03-13"})
    client.sign_in(an_orderer())
    hidden = client.get(path)

    assert (seen.status_code, "不来" in text_of(seen), "看病住院" in text_of(seen)) == (200, True, False)
    assert (refused.status_code, hidden.status_code) == (403, 403)


def test_another_district_sees_taken_days_and_nothing_else(client):
    lecturer, other = a_lecturer(), a_district()
    a_hold(HoldKind.LECTURER, lecturer.id)
    save(
        AvailabilityException(
            lecturer_id=lecturer.id, day=date(2026, 3, 13), half_day=MORNING, free=False, note="看病住院"
        )
    )
    save(
        Appointment(
            number="BS26-S-90000", district_id=other.id, lecturer_id=lecturer.id, issuer_id=other.id, scope_id=other.id,
            starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
        )
    )  # fmt: skip
    client.sign_in(a_dispatcher(other))

    shown = text_of(client.get(f"/lecturers/{lecturer.id}/calendar?month=2026-03"))

    assert ["已占用" in shown, "/lessons/77" in shown, "不来" in shown, "看病" in shown] == [True, False, False, False]


def test_several_days_are_marked_at_once_with_a_note_only_the_lecturer_reads_back(client):
    lecturer = a_lecturer()
    client.sign_in(of(lecturer))
    fields = {
        "first_day": "2026-03-12",
        "last_day": "2026-03-13",
        "part": "morning",
        "what": "away",
        "note": "看病住院",
    }

    answer = client.send(f"/lecturers/{lecturer.id}/away", fields)
    too_long = client.send(f"/lecturers/{lecturer.id}/away", {**fields, "last_day": "2026-09-13"})

    assert (answer.status_code, too_long.status_code) == (302, 422)
    assert days_away(lecturer.id, THURSDAY, date(2026, 9, 1)) == {THURSDAY: (MORNING,), date(2026, 3, 13): (MORNING,)}
    assert "看病住院" in text_of(client.get(f"/lecturers/{lecturer.id}/calendar?month=2026-03"))


def test_another_lecturer_marks_nothing(client):
    lecturer, other = a_lecturer(), a_lecturer()
    client.sign_in(of(other))

    paths = ("calendar", "away")
    assert [client.send(f"/lecturers/{lecturer.id}/{p}", {"day": "2026-03-12"}).status_code for p in paths] == [
        403,
        403,
    ]


def test_the_own_month_is_one_click_away(client):
    lecturer = a_lecturer()
    client.sign_in(of(lecturer))

    answer = client.send("/calendar/mine", {"day": "2026-03-12"})

    assert (answer.status_code, answer.location) == (302, "/calendar/mine?month=2026-03&part=")
    assert list(days_away(lecturer.id, THURSDAY, THURSDAY)) == [THURSDAY]


# ── weeks ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("by", ["lecturers", "venues"])
def test_a_week_board_costs_the_same_with_one_and_three_rows(client, statements, by, rows):
    for _ in range(rows):
        if by == "lecturers":
            a_hold(HoldKind.LECTURER, a_lecturer().id)
        else:
            a_hold(HoldKind.VENUE, a_venue().id)
    client.sign_in(a_dispatcher())

    with statements() as sent:
        answer = client.get(f"/calendar/?by={by}&week=2026-03-12")

    assert (answer.status_code, len(sent)) == (200, 4)
    assert text_of(answer).count('href="/lessons/77"') == rows


def test_a_week_board_links_the_own_lessons_and_calls_others_taken(client):
    lecturer = a_lecturer()
    a_hold(HoldKind.LECTURER, lecturer.id)
    a_hold(HoldKind.LECTURER, lecturer.id, day=date(2026, 3, 13), district=a_district(), held_for_id=99)
    client.sign_in(a_dispatcher(the_district()))

    shown = text_of(client.get("/calendar/?week=2026-03-12"))

    assert ["/lessons/77" in shown, "/lessons/99" in shown, "<em>已占用</em>" in shown] == [True, False, True]


def test_a_committee_has_no_week_board(client):
    client.sign_in(an_orderer())

    assert client.get("/calendar/").status_code == 403


def test_a_venues_week_shows_its_owner_what_it_is_used_for_and_others_that_it_is_taken(client):
    committee = a_committee()
    room = own_room_of(committee)
    a_hold(HoldKind.VENUE, room.id)
    path = f"/venues/{room.id}/week?day=2026-03-12"

    client.sign_in(an_orderer(committee))
    owner = text_of(client.get(path))
    client.sign_in(an_orderer())
    other = text_of(client.get(path))

    assert ["/lessons/77" in owner, "/lessons/77" in other, "已占用" in other] == [True, False, True]


# ── working days ───────────────────────────────────────────────────────────────────────────────


def test_a_year_shows_holidays_makeup_days_and_whether_the_notice_is_out(client):
    client.sign_in(an_orderer())

    known, coming = text_of(client.get("/working-days/?year=2026")), text_of(client.get("/working-days/?year=2030"))

    assert ["尚未公布" in known, "尚未公布" in coming, "<small>班</small>" in known] == [False, True, True]


def test_the_system_administrator_sets_a_day_and_takes_it_back(client):
    client.sign_in(a_system_administrator())

    answer = client.send("/working-days/2026-03-12", {"kind": "holiday", "name": "停电"})
    during = queries.working_day(THURSDAY)
    shown = text_of(client.get("/working-days/"))
    client.send("/working-days/2026-03-12/unset")

    acts = db.session.scalars(sa.select(Audit).where(Audit.subject == "calendar_day").order_by(Audit.id)).all()
    assert (answer.status_code, during.works, during.name, "停电" in shown) == (302, False, "停电", True)
    assert queries.working_day(THURSDAY).works is True
    assert [(a.action, a.from_state, a.to_state) for a in acts] == [
        ("set_day", "", "holiday"),
        ("unset_day", "holiday", ""),
    ]


def test_nobody_else_sets_days(client):
    client.sign_in(a_dispatcher())

    assert client.send("/working-days/2026-03-12", {"kind": "holiday", "name": "停电"}).status_code == 403


@pytest.mark.parametrize("day", ["2026-02-30", "abc", "1066-01-01"])
def test_a_day_that_is_none_is_not_found(client, day):
    client.sign_in(a_system_administrator())

    assert client.get(f"/working-days/{day}").status_code == 404


def test_working_days_are_counted_with_the_installations_own_days(app):
    before = queries.add_working_days(date(2026, 3, 10), 2)
    from catalogue.calendar.models import CalendarDay, DayKind

    save(CalendarDay(day=THURSDAY, kind=DayKind.HOLIDAY, name="停电", set_at=NOON))

    assert (before, queries.add_working_days(date(2026, 3, 10), 2)) == (THURSDAY, date(2026, 3, 13))

"""Working days against the notices of the State Council for 2025 and 2026, and a year whose notice is not out."""

from datetime import date, timedelta

import pytest

from catalogue.calendar import working_days as days

MAKEUP = {
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
FREE_WEEKDAYS = {
    2025: "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07",
}


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(n) for n in range(366) if (date(year, 1, 1) + timedelta(n)).year == year]


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_whole_year_works_as_announced(year):
    makeup = {date.fromisoformat(f"{year}-{day}") for day in MAKEUP[year]}
    free = {date.fromisoformat(f"{year}-{day}") for day in FREE_WEEKDAYS[year].split()}

    worked = {day for day in days_of(year) if days.is_working_day(day)}

    assert worked == {day for day in days_of(year) if day.weekday() < 5} - free | makeup
    assert {day for day in days_of(year) if days.kind_of(day).kind is days.Kind.MAKEUP} == makeup


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 9, 30), days.Kind.WORKDAY, "周三"),
        (date(2026, 10, 1), days.Kind.HOLIDAY, "国庆节"),
        (date(2026, 10, 4), days.Kind.WEEKEND, "周日"),
        (date(2026, 10, 5), days.Kind.HOLIDAY, "国庆节"),
        (date(2026, 10, 7), days.Kind.HOLIDAY, "国庆节"),
        (date(2026, 10, 10), days.Kind.MAKEUP, "国庆节调休上班"),
        (date(2026, 9, 20), days.Kind.MAKEUP, "国庆节调休上班"),
        (date(2026, 2, 16), days.Kind.HOLIDAY, "农历除夕"),
        (date(2026, 2, 23), days.Kind.HOLIDAY, "春节"),
        (date(2026, 2, 14), days.Kind.MAKEUP, "春节调休上班"),
        (date(2026, 6, 19), days.Kind.HOLIDAY, "端午节"),
        (date(2025, 10, 6), days.Kind.HOLIDAY, "中秋节"),
        (date(2025, 1, 26), days.Kind.MAKEUP, "春节调休上班"),
        (date(2025, 5, 31), days.Kind.HOLIDAY, "端午节"),
    ],
)
def test_a_day_has_a_kind_and_a_name(day, kind, name):
    assert days.kind_of(day) == days.Day(kind, name, announced=True)


def test_a_year_without_a_notice_says_so_and_still_knows_the_statutory_days():
    assert [days.announced(year) for year in (2025, 2026, 2027)] == [True, True, False]
    assert days.kind_of(date(2027, 10, 1)) == days.Day(days.Kind.HOLIDAY, "国庆节", announced=False)
    assert days.kind_of(date(2027, 3, 1)) == days.Day(days.Kind.WORKDAY, "周一", announced=False)


def test_entering_the_notice_by_hand_announces_that_year_only():
    entered = {date(2027, 2, 14): days.Override(days.Kind.MAKEUP, "春节调休上班")}

    assert days.announced(2027, entered) is True
    assert days.announced(2028, entered) is False
    assert days.announced(2027, {date(2027, 3, 1): days.Override(days.Kind.HOLIDAY, "学院校庆")}) is False
    assert days.kind_of(date(2027, 2, 14), entered) == days.Day(days.Kind.MAKEUP, "春节调休上班", announced=True)


def test_an_override_wins_both_ways():
    overrides = {
        date(2026, 10, 10): days.Override(days.Kind.HOLIDAY, "台风停工"),
        date(2026, 10, 1): days.Override(days.Kind.WORKDAY, "值班日"),
    }

    assert [days.is_working_day(day) for day in overrides] == [True, False]
    assert [days.is_working_day(day, overrides) for day in overrides] == [False, True]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        (date(2026, 10, 12), -1, date(2026, 10, 10)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 12, 28), 5, date(2027, 1, 5)),
    ],
)
def test_working_days_are_counted_over_holidays_and_makeup_days(day, count, expected):
    assert days.add_working_days(day, count) == expected


def test_counting_minds_overrides():
    assert days.add_working_days(
        date(2026, 11, 25), 1, {date(2026, 11, 26): days.Override(days.Kind.HOLIDAY, "校庆")}
    ) == date(2026, 11, 27)

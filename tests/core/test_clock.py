"""Deadlines and reminders land in daytime, and never after the lesson's own limit."""

from datetime import date

import pytest

from catalogue.core import clock


def shanghai(day, hour, minute=0):
    return clock.at(date(2026, 3, day), hour * 60 + minute)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (shanghai(5, 12), shanghai(5, 12)),
        (shanghai(5, 8), shanghai(5, 8)),
        (shanghai(5, 20), shanghai(5, 20)),
        (shanghai(5, 20, 1), shanghai(6, 8)),
        (shanghai(5, 2, 46), shanghai(5, 8)),
        (shanghai(5, 23, 59), shanghai(6, 8)),
    ],
)
def test_a_moment_at_night_waits_for_the_morning(wanted, expected):
    assert clock.in_daytime(wanted) == expected


@pytest.mark.parametrize(
    ("since", "wanted", "latest", "expected"),
    [
        (shanghai(3, 12), shanghai(5, 12), shanghai(9, 12), shanghai(5, 12)),
        (shanghai(3, 2, 46), shanghai(5, 2, 46), shanghai(9, 12), shanghai(5, 8)),
        (shanghai(3, 12), shanghai(5, 12), shanghai(4, 15), shanghai(4, 15)),
        (shanghai(3, 12), shanghai(5, 12), shanghai(4, 7), shanghai(3, 20)),  # early lesson: the evening before
        (shanghai(3, 12), shanghai(5, 12), shanghai(3, 22), shanghai(3, 20)),  # late lesson of the same day
        (shanghai(3, 21), shanghai(5, 21), shanghai(4, 7), shanghai(4, 7)),  # asked at night for an early lesson
        (shanghai(3, 19, 30), shanghai(5, 19), shanghai(4, 7), shanghai(4, 7)),  # half an hour is no time to answer
    ],
)
def test_a_deadline_lands_in_daytime_and_never_after_the_latest(since, wanted, latest, expected):
    found = clock.deadline(wanted, since=since, latest=latest)

    assert found == expected
    assert since < found <= latest

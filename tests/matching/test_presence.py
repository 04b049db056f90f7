"""The calendar of the order form: how many could come in each half-day, and why nobody can."""

from catalogue.matching.explain import presence_words
from catalogue.matching.presence import who_could_come
from catalogue.matching.problem import Busy, Qualification
from catalogue.matching.terms import AFTERNOON, EVENING, MORNING, Kind, Mode
from tests.matching.small import NINE, NOON, TEN, TWO, a_lecturer, a_problem, a_venue, an_order, at, busy


def told(problem, **change):
    """The words of the first day's three half-days."""
    return [presence_words(one) for one in who_could_come(problem, an_order(**change), 0, 0)]


def test_every_half_day_says_who_could_come_and_from_when():
    early = a_lecturer("L1", available=((NINE, NOON),))
    late = a_lecturer("L2", available=((NINE + 30, at(0, 1230)),))

    found = who_could_come(a_problem(early, late), an_order(), 0, 0)

    assert [(one.half_day, one.lecturers, one.start) for one in found] == [
        (MORNING, ("L1", "L2"), NINE),
        (AFTERNOON, ("L2",), 810),
        (EVENING, ("L2",), 1110),
    ]
    assert [presence_words(one) for one in found] == ["2 位能来", "1 位能来", "1 位能来"]


def test_a_half_day_in_which_all_are_teaching_is_full():
    held = [Busy(Kind.LECTURER, name, NINE, NOON, None) for name in ("L1", "L2")]

    assert told(a_problem(a_lecturer("L1"), a_lecturer("L2"), *held))[0] == "排满：2 位讲师都有课"


def test_a_journey_that_does_not_fit_is_told_as_a_lesson():
    """Whoever orders must not learn where a lecturer is."""
    far_away = busy(TWO, TWO + 60, (0.0, 600.0))

    assert told(a_problem(far_away))[0] == "排满：1 位讲师都有课"


def test_different_reasons_are_counted_most_frequent_first():
    away = {"absences": ((0, at(1, 0)),)}
    problem = a_problem(a_lecturer("L1"), a_lecturer("L2", **away), a_lecturer("L3", **away), busy(NINE, NOON))

    assert told(problem)[0] == "没有讲师能来：2 位请假，1 位已有课"


def test_times_that_the_order_cannot_have_are_closed_with_the_reason():
    problem = a_problem(Busy(Kind.COMMITTEE, "K1", NINE, NOON))

    assert told(problem, not_before=at(0, 1110), not_after=at(0, 1200)) == [
        "太早，3月2日 18:30 起才来得及安排",
        "太早，3月2日 18:30 起才来得及安排",
        "本期只排到 3月2日",
    ]
    assert told(problem)[0] == "居村那时已有课"


def test_lecturers_who_do_not_teach_the_course_are_not_spoken_of():
    problem = a_problem(a_lecturer(qualifications=(Qualification("民法典"),)))

    assert told(problem) == ["还没有讲师能讲这门课"] * 3


def test_a_venue_lesson_needs_a_free_room_in_the_half_day():
    order = {"modes": (Mode.VENUE,)}
    problem = a_problem(a_venue("V1"), Busy(Kind.VENUE, "V1", TEN, NOON))

    found = who_could_come(problem, an_order(**order), 0, 0)

    assert [one.count for one in found] == [0, 1, 1]
    assert found[0].reasons == (("venue_busy", 1),)
    assert presence_words(found[0]) == "没有讲师能来：1 位能来但场地已有课"


def test_a_lesson_longer_than_the_half_day_begins_with_it():
    found = who_could_come(a_problem(), an_order(minutes=240), 0, 0)

    assert [one.start for one in found] == [NINE, 810, 1110]


def test_the_windows_of_the_order_play_no_part():
    assert [one.count for one in who_could_come(a_problem(), an_order(windows=()), 1, 2)] == [1] * 6


def test_the_calendar_agrees_with_the_candidates():
    problem = a_problem(a_lecturer("L1", max_half_days_per_day=1), a_lecturer("L2", max_km=1.0), busy(TWO, TWO + 60))

    found = who_could_come(problem, an_order(), 0, 0)[0]

    assert (found.lecturers, found.reasons) == ((), (("max_half_days_per_day", 1), ("radius", 1)))
    assert found.closed is None

"""Problems refuse what cannot be used and name the place; spans, distances and the book answer exactly."""

import math

import pytest

from catalogue.matching.book import Book
from catalogue.matching.problem import Busy, Weights
from catalogue.matching.spans import Spans
from catalogue.matching.terms import Days, Kind, Mode, Window, grid_starts, half_day
from catalogue.matching.travel import Travel, haversine_km, whole_km
from tests.matching.small import NINE, NOON, TEN, TWO, a_lecturer, a_problem, a_venue, an_order, at, busy


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: an_order(id=""), r"orders\[\]\.id"),
        (lambda: an_order(minutes=0), r"orders\[O1\]\.minutes"),
        (lambda: an_order(minutes=True), r"orders\[O1\]\.minutes"),
        (lambda: an_order(attendees=10**12), r"orders\[O1\]\.attendees"),
        (lambda: an_order(modes=()), r"orders\[O1\]\.modes"),
        (lambda: an_order(modes=(Mode.ONLINE, Mode.ONLINE)), r"orders\[O1\]\.modes"),
        (lambda: an_order(location=None), r"orders\[O1\]\.location"),
        (lambda: an_order(location=(math.nan, 0.0)), r"orders\[O1\]\.location"),
        (lambda: an_order(not_after=10**9), r"orders\[O1\]\.not_after"),
        (lambda: Window(NINE, NINE), "window"),
        (lambda: Window(NINE, TEN, -1), r"window\.preference"),
        (lambda: a_lecturer(home=(1.0,)), r"lecturers\[L1\]\.home"),
        (lambda: a_lecturer(max_km=math.inf), r"lecturers\[L1\]\.max_km"),
        (lambda: a_lecturer(available=((TEN, NINE),)), r"lecturers\[L1\]\.available\[0\]"),
        (lambda: a_lecturer(max_per_day=-1), r"lecturers\[L1\]\.max_per_day"),
        (lambda: a_venue(capacity=-1), r"venues\[V1\]\.capacity"),
        (lambda: a_venue(open=((1, 2, 3),)), r"venues\[V1\]\.open\[0\]"),
        (lambda: busy(TEN, NINE), r"lessons\[lecturer L1\]"),
        (lambda: Busy("lecturer", "L1", NINE, TEN), r"lessons\[\]\.kind"),
        (lambda: Days(3, 2), "days"),
        (lambda: Weights(km=-1), r"weights\.km"),
        (lambda: Travel(speed_kmh=0), r"travel\.speed_kmh"),
        (lambda: Travel(metric="road"), r"travel\.metric"),
        (lambda: a_problem(slot_minutes=0), "slot_minutes"),
        (lambda: a_problem(a_lecturer(), a_lecturer()), r"lecturers\[L1\]"),
        (lambda: a_problem(an_order(), an_order()), r"orders\[O1\]"),
        (lambda: a_problem(days=0), r"horizon\.days"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(make, place):
    with pytest.raises(ValueError, match=f"^{place}"):
        make()


def test_starts_lie_on_the_grid_inside_one_window_and_appear_once():
    windows = (Window(NINE + 10, TEN + 40), Window(TEN, TEN + 60), Window(-70, 5))

    assert grid_starts(windows, 60, 30) == [-60, 570, 600]


def test_intervals_that_touch_are_not_one():
    spans = Spans([(10, 20), (20, 30), (5, 12)])

    assert (spans.hold(10, 20), spans.hold(15, 25), spans.hold(5, 12), spans.hold(4, 6)) == (True, False, True, False)
    assert (spans.touch(29, 40), spans.touch(30, 40), spans.touch(0, 5), spans.touch(0, 6)) == (
        True,
        False,
        False,
        True,
    )
    assert Spans([]).hold(1, 2) is Spans([]).touch(1, 2) is False


def test_distances_and_minutes_are_rounded_as_the_format_says():
    up, down = Travel("euclid", 20.0), Travel("euclid", 20.0, rounding="down")

    assert (up.minutes((0.0, 0.0), (0.0, 1.0)), up.minutes((0.0, 0.0), (0.0, 1.1))) == (3, 4)
    assert down.minutes((0.0, 0.0), (0.0, 1.1)) == 3
    assert round(haversine_km((31.15, 121.11), (31.23, 121.47)), 2) == 35.38
    assert (whole_km(0.5), whole_km(1.49)) == (1, 1)


def test_halves_of_the_day_change_at_noon_and_at_half_past_five():
    assert [half_day(minute) for minute in (0, NOON - 1, NOON, 1049, 1050, 1439, at(3, NINE), at(-1, TWO))] == [
        0,
        0,
        1,
        1,
        2,
        2,
        0,
        1,
    ]


def test_months_end_where_the_calendar_says():
    assert a_problem().month_of(0) == (at(-1, 0), at(30, 0))


def test_the_book_finds_long_and_short_holds_after_adding_and_removing():
    long, short = busy(0, at(3, 0), None), busy(at(2, NINE), at(2, TEN))
    book = Book(a_problem(long))
    book.hold(short)

    assert list(book.lecturer("L1").touching(at(2, NINE), at(2, TEN))) == [long, short]
    book.release(long)
    assert list(book.lecturer("L1").touching(0, at(9, 0))) == [short]
    assert book.lecturer("L1").free(at(2, TEN), at(2, NOON))
    with pytest.raises(ValueError, match="not in list"):
        book.release(long)
    assert book.lecturer("L2").free(0, at(9, 0))


def test_holds_of_lecturer_venue_and_committee_with_one_id_are_apart():
    book = Book(a_problem(Busy(Kind.VENUE, "1", NINE, TEN)))

    assert (
        book.venue("1").free(NINE, TEN),
        book.lecturer("1").free(NINE, TEN),
        book.committee("1").free(NINE, TEN),
    ) == (False, True, True)


def test_a_tour_skips_online_lessons_and_counts_the_way_home():
    book = Book(a_problem())

    assert book.tour_km((0.0, 0.0), [(3.0, 0.0), None, (3.0, 4.0)]) == 12.0
    assert book.tour_km(None, [(3.0, 0.0), (3.0, 4.0)]) == 4.0
    assert book.tour_km((0.0, 0.0), [None]) == 0.0


def test_the_package_imports_neither_web_nor_database():
    import subprocess
    import sys

    code = "import sys, catalogue.matching.explain, catalogue.matching.frozen, catalogue.matching.check as c; print(sorted({'flask', 'sqlalchemy', 'numpy', 'scipy'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"

"""A sentence about times is understood whole, or not at all."""

from datetime import date

import pytest

from catalogue.calendar.working_days import Kind, Override
from catalogue.core.clock import HalfDay
from catalogue.orders.patterns import MOST, Pattern, expand, say
from catalogue.orders.spoken import read

TEACH = (date(2026, 4, 1), date(2026, 6, 30))
TODAY = date(2026, 3, 2)
UNDERSTOOD = {
    "周二或周四晚上，4月内任意": "周二、周四晚上，4月1日至4月30日",
    "周二、四晚上": "周二、周四晚上，4月1日至6月30日",
    "周二上午、周四晚上": "周二上午，周四晚上，4月1日至6月30日",
    "晚上，周二周四都行": "周二、周四晚上，4月1日至6月30日",
    "工作日下午 4月9日到4月20日": "周一、周二、周三、周四、周五下午，4月9日至4月20日",
    "四月下旬 周末白天": "周六、周日上午、下午，4月21日至4月30日",
    "礼拜三下午或者礼拜五": "周三、周五下午，4月1日至6月30日",
    "周五到周一晚上": "周一、周五、周六、周日晚上，4月1日至6月30日",
    "下个月每天晚上": "每天晚上，4月1日至4月30日",
    "５月１日－１５日，节假日也可以": "每天全天，5月1日至5月15日，节假日也可以",
    "6月20号以后周六": "周六全天，6月21日至6月30日",
}


def reading(said: str):
    return read(said, teach=TEACH, today=TODAY)


@pytest.mark.parametrize(("said", "meant"), UNDERSTOOD.items())
def test_a_sentence_is_understood(said, meant):
    found = reading(said)

    assert (found.problem, found.pattern and say(found.pattern)) == ("", meant)


@pytest.mark.parametrize("said", UNDERSTOOD)
def test_what_is_said_back_means_the_same(said):
    pattern = reading(said).pattern

    assert reading(say(pattern)).pattern == pattern


@pytest.mark.parametrize(
    ("said", "unread"),
    [("晚上12点", ("晚上12点",)), ("4月31日", ("4月31日",)), ("<script>周二", ("<script>周二",)), ("周二🎉", ("周二🎉",)), ("4月20日到4月9日", ("4月20日到4月9日",))],
)  # fmt: skip
def test_words_that_cannot_be_placed_are_named_and_nothing_is_guessed(said, unread):
    found = reading(said)

    assert (found.pattern, found.unread) == (None, unread)


@pytest.mark.parametrize("said", ["不要周三", "除了周三都行", "避开周末", "周二勿排"])
def test_a_negation_is_never_read(said):
    found = reading(said)

    assert (found.pattern, found.problem) == (
        None,
        "请只写可以的时间，不写不行的时间，免得弄错。例如：周二或周四晚上。",
    )


@pytest.mark.parametrize("said", ["", "   ", "都可以", "\u3000"])
def test_a_sentence_without_times_asks_for_them(said):
    found = reading(said)

    assert found.pattern is None
    assert found.problem.endswith("例如：周二或周四晚上，4月内任意。")


def test_days_outside_the_teaching_window_are_named_with_the_window():
    assert reading("3月内任意").problem == "这些日子不在本季上课时间里。本季上课时间是 4月1日至6月30日。"


def test_a_window_over_new_year_takes_the_right_year():
    winter = (date(2026, 12, 1), date(2027, 2, 28))

    pattern = read("1月周二", teach=winter, today=date(2026, 11, 25)).pattern

    assert pattern.spans == ((date(2027, 1, 1), date(2027, 1, 31)),)


def test_a_pattern_expands_to_its_half_days_without_holidays_and_days_too_near():
    pattern = Pattern(frozenset({(5, HalfDay.MORNING)}), (TEACH,))

    found = expand(pattern, teach=TEACH, not_before=date(2026, 4, 11))

    # Saturday 4 April is 清明 but also too near; 2 May is 劳动节
    assert [d for d, _h in found.slots] == [
        date(2026, 4, 11), date(2026, 4, 18), date(2026, 4, 25), date(2026, 5, 9), date(2026, 5, 16), date(2026, 5, 23),
        date(2026, 5, 30), date(2026, 6, 6), date(2026, 6, 13), date(2026, 6, 20), date(2026, 6, 27),
    ]  # fmt: skip
    assert (found.too_near, found.holidays, found.cut) == (1, (date(2026, 5, 2),), 0)


def test_holidays_are_kept_when_asked_for():
    asked = Pattern(frozenset({(5, HalfDay.MORNING)}), ((date(2026, 5, 2), date(2026, 5, 2)),), holidays=True)

    assert expand(asked, teach=TEACH, not_before=TODAY).slots == ((date(2026, 5, 2), HalfDay.MORNING),)


def test_the_districts_own_word_on_a_day_counts():
    pattern = Pattern(frozenset({(1, HalfDay.EVENING)}), ((date(2026, 4, 7), date(2026, 4, 14)),))

    found = expand(
        pattern, teach=TEACH, not_before=TODAY, overrides={date(2026, 4, 7): Override(Kind.HOLIDAY, "区停课日")}
    )

    assert (found.slots, found.holidays) == (((date(2026, 4, 14), HalfDay.EVENING),), (date(2026, 4, 7),))


def test_no_pattern_gives_more_than_two_hundred_times():
    every = Pattern(frozenset((d, h) for d in range(7) for h in HalfDay), (TEACH,))

    found = expand(every, teach=TEACH, not_before=TODAY)

    assert (len(found.slots), found.cut > 0) == (MOST, True)

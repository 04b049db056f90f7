"""Times as people say them on the telephone: each sentence with the exact half-days it means, or the exact complaint."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.calendar.working_days import Kind, Override
from catalogue.core.clock import HalfDay
from catalogue.orders.patterns import expand, say
from catalogue.orders.spoken import read

TEACH = (date(2026, 11, 30), date(2027, 1, 31))
TODAY = date(2026, 11, 25)  # a Wednesday
HALVES = dict(zip(HalfDay, "早午晚", strict=True))
WINDOWS = {  # every half-day of them
    "下周三上午": "12-02早",
    "下周二或周四晚上": "12-01晚 12-03晚",
    "下周二、四晚上，12月20日下午": "12-01晚 12-03晚 12-20午",
    "下周一到周三早上": "11-30早 12-01早 12-02早",
    "下周末白天": "12-05早 12-05午 12-06早 12-06午",
    "下下周五晚": "12-11晚",
    "本月30日": "11-30早 11-30午 11-30晚",
    "12月3日或10日晚上": "12-03晚 12-10晚",
    "12月3、10日": "12-03早 12-03午 12-03晚 12-10早 12-10午 12-10晚",
    "12月3日、5日、7日下午": "12-03午 12-05午 12-07午",
    "15号下午": "12-15午",
    "12月15号上午，17号下午": "12-15早 12-17午",
    "12/15 晚": "12-15晚",
    "12.15晚": "12-15晚",
    "2026-12-15晚": "12-15晚",
    "2027/1/5早": "01-05早",
    "１２月１５日　晚上七点": "12-15晚",
    "十二月十五日下午": "12-15午",
    "明年1月5日上午9点半": "01-05早",
    "12月15日（周二）晚上": "12-15晚",
    "周二12月15日晚上": "12-15晚",
    "12月31日晚上或1月5日上午": "12-31晚 01-05早",
    "12月3日到5日晚上": "12-03晚 12-04晚 12-05晚",
    "3-5日晚上": "12-03晚 12-04晚 12-05晚",
    "12/3-12/5 晚上": "12-03晚 12-04晚 12-05晚",
    "12月3日前晚上": "11-30晚 12-01晚 12-02晚",
    "12月3日之前晚上": "11-30晚 12-01晚 12-02晚",
    "12月3日及以前晚上": "11-30晚 12-01晚 12-02晚 12-03晚",
    "到12月2日晚上": "11-30晚 12-01晚 12-02晚",
    "12月2日为止，晚": "11-30晚 12-01晚 12-02晚",
    "1月29日起晚上": "01-29晚 01-30晚 01-31晚",
    "1月29日以后晚上": "01-30晚 01-31晚",
    "月底晚上": "11-30晚",
    "月底前晚上": "11-30晚",
    "下月初周四晚": "12-03晚 12-10晚",
    "12月底周三早": "12-23早 12-30早",
    "年底前周四晚": "12-03晚 12-10晚 12-17晚 12-24晚 12-31晚",
    "元旦后周一早": "01-04早 01-11早 01-18早 01-25早",
    "元旦前周一晚": "11-30晚 12-07晚 12-14晚 12-21晚 12-28晚",
    "1月20日到春节前周一晚": "01-25晚",
    "元旦后到1月10日周二下午2点": "01-05午",
    "1月周三晚七点": "01-06晚 01-13晚 01-20晚 01-27晚",
    "1月周二早上9点到11点": "01-05早 01-12早 01-19早 01-26早",
    "12月5日10:00-15:00": "12-05早 12-05午",
    "12月5日9-11点": "12-05早",
    "12月5日七点": "12-05晚",
    "12月5日中午": "12-05午",
    "12月5日5点半": "12-05晚",
    "元旦前后都可以": None,
    "1月1日晚，节假日也可以": "01-01晚",
}
EXAMPLES = "可以这样写：周二或周四晚上，12月内任意；下周三上午；12月3日或10日下午。也可以在下面一项项选。"
COMPLAINTS = {
    "隔周三晚上": f"没看懂“隔周三晚上”。{EXAMPLES}",
    "周二晚上，越早越好": f"没看懂“越早越好”。{EXAMPLES}",
    "上上周五、12月15日左右": f"没看懂“上上周五、12月15日左右”。{EXAMPLES}",
    "上午3点": f"没看懂“上午3点”。{EXAMPLES}",
    "晚上12点": f"没看懂“晚上12点”。{EXAMPLES}",
    "周三以后": f"没看懂“周三以后”。{EXAMPLES}",
    "元旦": f"没看懂“元旦”。{EXAMPLES}",
    "2月30日": f"没看懂“2月30日”。{EXAMPLES}",
    "13/15": f"没看懂“13/15”。{EXAMPLES}",
    "12月10日到12月3日": f"没看懂“12月10日到12月3日”。{EXAMPLES}",
    "12月16日（周二）晚上": "12月16日是周三，不是周二，请改一处。",
    "明天": "11月26日不在本季上课时间里。本季上课时间是 11月30日至1月31日。",
    "本周五或下周五": "11月27日不在本季上课时间里。本季上课时间是 11月30日至1月31日。",
    "没空周二": "请只写可以的时间，不写不行的时间，免得弄错。例如：周二或周四晚上。",
    "不晚于12月3日": "请只写可以的时间，不写不行的时间，免得弄错。例如：周二或周四晚上。",
    "春节后": "这些日子不在本季上课时间里。本季上课时间是 11月30日至1月31日。",
}


def reading(said, **options):
    return read(said, teach=TEACH, today=TODAY, **options)


def windows(said):
    pattern = reading(said).pattern
    return pattern and " ".join(
        f"{d:%m-%d}{HALVES[h]}" for d, h in expand(pattern, teach=TEACH, not_before=TODAY).slots
    )


@pytest.mark.parametrize(("said", "meant"), WINDOWS.items())
def test_a_sentence_means_these_half_days_and_no_other(said, meant):
    assert windows(said) == meant


@pytest.mark.parametrize("said", [said for said, meant in WINDOWS.items() if meant])
def test_what_is_said_back_means_the_same(said):
    pattern = reading(said).pattern

    assert reading(say(pattern)).pattern == pattern


@pytest.mark.parametrize(("said", "complaint"), COMPLAINTS.items())
def test_what_is_not_understood_is_quoted_whole_with_examples_of_what_is(said, complaint):
    assert reading(said).problem == complaint


@pytest.mark.parametrize("example", ["周二或周四晚上，12月内任意", "下周三上午", "12月3日或10日下午"])
def test_the_examples_of_the_complaint_are_understood_themselves(example):
    assert reading(example).problem == ""


def test_a_day_without_a_month_is_the_next_one_to_come():
    assert windows("26号晚") == "12-26晚"


def test_a_festival_is_as_long_as_the_district_says():
    longer = {date(2027, 1, day): Override(Kind.HOLIDAY, "元旦") for day in (4, 5)}

    pattern = reading("元旦后到1月7日上午", overrides=longer).pattern

    assert pattern.spans == ((date(2027, 1, 6), date(2027, 1, 7)),)


def test_after_a_festival_that_lasts_to_the_end_of_the_season_the_free_days_are_named():
    short = (date(2026, 11, 26), date(2027, 1, 3))

    found = read("元旦后", teach=short, today=TODAY).problem

    assert found == "本季上课时间到1月3日为止，1月1日至1月3日都是放假和周末，放完假就没有日子了。请写放假前的时间。"
    assert read("1月3日后", teach=short, today=TODAY).problem.startswith("这些日子不在本季上课时间里。")


def test_a_festival_named_alone_would_only_mean_days_off():
    assert reading("国庆").unread == ("国庆",)


@given(
    st.text(
        alphabet="0123456789年月日号周星期一二三四五六日天上下午晚早前后到至、，或和-/.:点半底初元旦春节本这个每",
        max_size=24,
    )
)
def test_any_heap_of_such_words_is_read_or_refused(said):
    found = reading(said)

    assert (found.pattern is None) == bool(found.problem)
    if found.pattern is not None:
        assert reading(say(found.pattern)).pattern == found.pattern

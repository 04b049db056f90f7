"""What people read: whole sentences, exact, in the tone of the house."""

import pytest

from catalogue.matching.candidates import candidates
from catalogue.matching.explain import (
    SHORT,
    WAY_LABELS,
    Names,
    Reader,
    fact_words,
    funnel_words,
    missing_words,
    point_words,
    reason_words,
    signed,
    time_words,
    unmet_words,
    way_words,
)
from catalogue.matching.problem import Appointment, Busy
from catalogue.matching.rules import RULES
from catalogue.matching.ruling import Reason
from catalogue.matching.terms import Days, Kind, Mode, Window
from tests.matching.small import (
    ELEVEN,
    NINE,
    NOON,
    TWO,
    a_lecturer,
    a_problem,
    a_venue,
    an_order,
    at,
    busy,
)

NAMES = Names({"L1": "讲师07", "L2": "讲师12", "L3": "讲师23"}, {"V2": "青浦区委党校"})
SATURDAY = 26


def ranked(*things):
    problem = a_problem(*things, days=60)
    return problem, candidates(problem, "O1")


def test_the_first_is_explained_by_the_one_fact_against_each_other():
    _, ranking = ranked(
        a_lecturer("L1"),
        a_lecturer("L2", home=(12.0, 0.0)),
        a_lecturer("L3"),
        busy(at(5, NINE), at(5, NOON), resource="L3"),
    )

    assert fact_words(ranking, 0, NAMES) == "讲师07 比第二名高 2 分，主要是本季少讲 1 场。"
    assert fact_words(ranking, 1, NAMES) == "讲师07 比第三名高 24 分，主要是少跑 12 公里。"


def test_liked_times_wished_lecturers_and_ties_have_their_words():
    order = an_order(windows=(Window(NINE, ELEVEN, 10), Window(TWO, TWO + 120, 4)), preferred_lecturer="L1")
    _, ranking = ranked(order, a_lecturer("L1"), a_lecturer("L2"), a_lecturer("L3", available=((TWO, TWO + 120),)))

    assert fact_words(ranking, 0, NAMES) == "讲师07 比第二名高 50 分，主要是居村点名请的。"
    assert fact_words(ranking, 1, NAMES) == "讲师07 比第三名高 110 分，主要是时间更合居村的意。"

    _, equal = ranked(a_lecturer("L1"), a_lecturer("L2"))
    assert fact_words(equal, 0, NAMES) == "讲师07 和第二名同分，按编号排在前。"


def test_points_are_told_one_row_a_preference():
    _, ranking = ranked(an_order(first_lesson=True))

    assert [(label, words, signed(points)) for label, words, points in point_words(ranking.candidates[0])] == [
        ("基本分", "优先级 1", "+1,000"),
        ("本季首课", "本季第一课", "+500"),
        ("时间", "合意程度 10", "+100"),
        ("点名的讲师", "没有点名", "0"),
        ("路程", "多跑 6 公里", "−12"),
        ("负荷", "本季已有 0 场", "−1"),
    ]


def test_an_order_that_nobody_can_take_is_told_with_the_day_and_who_is_kept_away_by_what():
    order = an_order(windows=(Window(at(SATURDAY, NINE), at(SATURDAY, ELEVEN), 10),))
    problem, ranking = ranked(
        order,
        a_lecturer("L1"),
        a_lecturer("L2"),
        a_lecturer("L3", absences=((0, at(30, 0)),)),
        a_lecturer("L4", appointments=(Appointment(Days(None, 18)),)),
        a_lecturer("L5", qualifications=()),
        busy(at(SATURDAY, NINE), at(SATURDAY, NOON)),
        busy(at(SATURDAY, TWO), at(SATURDAY, TWO + 60), (0.0, 500.0), resource="L2"),
    )

    assert unmet_words(problem, order, ranking) == (
        "3月28日（周六）上午排不上。能讲这门课的 4 位讲师，那天上午 2 位已有课，1 位请假，1 位聘期 3月20日到期。"
    )
    assert unmet_words(problem, order, ranking, Reader.DISPATCHER) == (
        "3月28日（周六）上午排不上。能讲这门课的 4 位讲师，那天上午 "
        "1 位路程不够时间（要 516 分钟，只有 180 分钟），1 位已有课，1 位请假，1 位聘期 3月20日到期。"
    )
    assert (
        funnel_words(ranking) == "其余 5 位不能来：已有课 1，没有资格讲这门课 1，聘期不合 1，请假 1，路程不够时间 1。"
    )


def test_a_missing_room_time_or_teacher_is_called_by_its_name():
    at_room = an_order(modes=(Mode.VENUE,), not_after=ELEVEN, min_attendees=30)
    problem, small = ranked(at_room, a_venue("V1", capacity=20))
    _, nobody = ranked(a_lecturer(qualifications=()))
    _, late = ranked(an_order(not_after=NINE))

    assert unmet_words(problem, at_room, small) == "3月2日（周一）上午排不上。1 位讲师能来，但场地只坐得下 20 人。"
    assert missing_words(small) == "缺的是坐得下的场地。"
    assert unmet_words(problem, an_order(), nobody) == "3月2日（周一）上午排不上。目前没有讲师能讲这门课。"
    assert missing_words(nobody) == "缺的是能讲这门课的讲师。"
    assert unmet_words(problem, an_order(), late) == "3月2日（周一）上午排不上：本期只排到 3月2日。"


def test_several_windows_are_counted():
    order = an_order(windows=(Window(NINE, ELEVEN, 10), Window(TWO, TWO + 120, 5)))
    problem, ranking = ranked(order, a_lecturer(absences=((0, at(1, 0)),)))

    assert unmet_words(problem, order, ranking) == "给出的 2 个时间都排不上。能讲这门课的 1 位讲师，那些时间 1 位请假。"


def test_each_way_out_says_what_who_and_when():
    order = an_order(
        modes=(Mode.VENUE,),
        venues=("V1",),
        course_modes=(Mode.ONLINE,),
        excluded=frozenset({"L3"}),
        windows=(Window(NINE, ELEVEN, 10),),
    )
    problem, ranking = ranked(
        order, a_venue("V1", closures=((0, at(3, 0)),)), a_venue("V2", location=(3.0, 8.0)), a_lecturer("L1")
    )

    told = {WAY_LABELS[way.kind]: way_words(problem, way, NAMES) for way in ranking.ways}

    assert told == {
        "换时间": "3月5日（周四）上午 9:00–11:00，讲师07 能来。",
        "换地方": "3月2日（周一）上午 9:00–11:00 到青浦区委党校，讲师07 在那里能讲。",
        "改线上": "3月2日（周一）上午 9:00–11:00，讲师07 能在线上讲。",
    }


def test_every_rule_has_a_few_words():
    assert set(SHORT) == {rule.code for rule in RULES} | {"gone"}


@pytest.mark.parametrize("code", ["lecturer_busy", "travel"])
def test_who_is_outside_learns_of_a_busy_lecturer_only_that_there_is_a_lesson(code):
    assert reason_words(Reason(code, {"need": 45, "have": 20}), Reader.OUTSIDE) == "已有课"


def test_only_the_dispatcher_learns_how_far_a_lecturer_lives():
    reason = Reason("radius", {"km": 22, "limit": 15.0})

    assert reason_words(reason) == "离家太远"
    assert reason_words(reason, Reader.DISPATCHER) == "离家 22 公里，最远走 15 公里"


def test_times_are_written_as_people_say_them():
    problem = a_problem()

    assert time_words(problem, at(10, 840), at(10, 960)) == "3月12日（周四）下午 14:00–16:00"
    assert time_words(problem, at(0, 1110), at(0, 1230)) == "3月2日（周一）晚上 18:30–20:30"


def test_a_busy_committee_is_told_as_the_reason_of_the_time():
    problem, ranking = ranked(Busy(Kind.COMMITTEE, "K1", NINE, NOON))

    assert unmet_words(problem, an_order(), ranking) == "3月2日（周一）上午排不上：居村那时已有课。"

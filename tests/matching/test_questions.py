"""What a plan can be asked: why so, why not and at what cost, where is too little, what if, and the smallest repair."""

from dataclasses import replace

import pytest

from catalogue.matching.check import check
from catalogue.matching.explain import Names
from catalogue.matching.planner import Stop, solve
from catalogue.matching.problem import Pin, Qualification
from catalogue.matching.questions import Change, repair, shortages, what_if, why_served, why_unserved
from catalogue.matching.questions.words import difference_words, served_words, shortage_words, unserved_words
from catalogue.matching.scoring import score_of
from catalogue.matching.terms import DAY, Mode, Window
from tests.matching.small import a_lecturer, a_problem, a_venue, an_order, at

NAMES = Names({"L1": "讲师01", "L2": "讲师02"}, {"V1": "党群中心"})


def planned(problem):
    return solve(problem, Stop(work=100_000))


def two_for_one_morning():
    """Two committees want the only lecturer on the same morning; the second weighs more."""
    return a_problem(an_order(), an_order(id="O2", committee="K2", priority=3), a_lecturer("L1"))


# --- why ----------------------------------------------------------------------------------------------------------


def test_a_lesson_is_explained_by_its_points_and_the_next_best():
    problem = a_problem(an_order(), a_lecturer("L1"), a_lecturer("L2", home=(9.0, 0.0)))
    served = why_served(problem, planned(problem).plan, "O1")

    assert served.chosen.placement.lecturer == "L1"
    assert [one.placement.lecturer for one in served.runners_up] == ["L2"]
    assert (served.fact.code, served.fact.gap) == ("km", 12)
    assert served_words(problem, served, NAMES) == [
        "讲师01，3月2日（周一）上午 9:00–11:00，居村现场。",
        "32 条规则全部符合。",
        "合计 1,087 分：基本分 +1,000（优先级 1），时间 +100（合意程度 10），路程 −12（多跑 6 公里），负荷 −1（本季已有 0 场）。",
        "其余能来的讲师里最好的是 讲师02，低 12 分，主要差在路程。",
    ]


def test_the_only_lecturer_is_said_to_be_the_only_one():
    problem = a_problem()

    assert (
        served_words(problem, why_served(problem, planned(problem).plan, "O1"), NAMES)[-1]
        == "除此之外没有别的讲师能来。"
    )


def test_an_order_is_asked_by_the_question_that_fits():
    problem = two_for_one_morning()
    plan = planned(problem).plan

    with pytest.raises(ValueError, match=r"orders\[O1\]: the plan does not serve it"):
        why_served(problem, plan, "O1")
    with pytest.raises(ValueError, match=r"orders\[O2\]: the plan serves it"):
        why_unserved(problem, plan, "O2")


def test_who_is_left_out_learns_for_whom_and_what_it_would_cost():
    problem = two_for_one_morning()
    plan = planned(problem).plan
    unserved = why_unserved(problem, plan, "O1")

    assert (unserved.stage, unserved.rivals) == ("busy", (("O2", 3087),))
    without = score_of(problem, plan).total
    instead = score_of(problem, [one._replace(order="O1") for one in plan]).total
    assert unserved.cost == without - instead == 2000
    assert unserved_words(problem, unserved, NAMES)[0] == (
        "能讲的讲师都排给了更要紧的点单。要排上它，至少让出 O2（3,087 分），整个方案会少 2,000 分。"
    )


def test_the_ways_out_of_who_is_left_out_stand_beside_the_plan():
    problem = two_for_one_morning()
    plan = planned(problem).plan
    way = why_unserved(problem, plan, "O1").ranking.ways[0]
    chosen = way.candidate.placement

    assert way.kind == "time"
    moved = replace(
        problem, orders=(replace(problem.orders[0], windows=(Window(*way.change["windows"][0]),)), problem.orders[1])
    )
    more = [*plan, type(plan[0])("O1", chosen.lecturer, chosen.venue, chosen.mode, chosen.start)]
    assert check(moved, more) == []


def test_whom_nobody_could_teach_learns_which_filter_is_empty():
    problem = a_problem(an_order(course="加装电梯"), a_lecturer("L1"))
    unserved = why_unserved(problem, planned(problem).plan, "O1")

    assert (unserved.stage, unserved.cost) == ("impossible", None)
    assert unserved_words(problem, unserved, NAMES)[0] == "3月2日（周一）上午排不上。目前没有讲师能讲这门课。"


def test_a_lone_far_visit_that_does_not_pay_says_so():
    problem = a_problem(an_order(location=(900.0, 0.0), priority=1), a_lecturer("L1"))
    result = planned(problem)
    unserved = why_unserved(problem, result.plan, "O1")

    assert (result.plan, unserved.stage, unserved.cost) == ((), "unprofitable", 2501)
    assert unserved_words(problem, unserved, NAMES)[0] == "排得下，但得不偿失：路程等扣的分比它带来的多 2,501 分。"


def test_a_limit_of_the_week_names_the_least_of_its_lessons():
    orders = [
        an_order(id=f"O{n}", committee=f"K{n}", priority=3 - n, windows=(Window(at(n, 540), at(n, 660), 10),))
        for n in range(3)
    ]
    problem = a_problem(*orders, a_lecturer("L1", max_per_week=2))
    unserved = why_unserved(problem, planned(problem).plan, "O2")

    assert [name for name, _worth in unserved.rivals] == ["O1"]


# --- where is too little ------------------------------------------------------------------------------------------


def test_a_shortage_says_what_one_more_would_do():
    orders = [
        an_order(id=f"O{n}", committee=f"K{n}", windows=(Window(at(n // 2, 540), at(n // 2, 660), 5),))
        for n in range(6)
    ]
    problem = a_problem(*orders, a_lecturer("L1"))
    found = shortages(problem, planned(problem))

    assert [(one.course, one.lack, len(one.orders), one.one_more) for one in found] == [("停车难", "lecturer", 3, 3)]
    assert (
        shortage_words(found[0])
        == "停车难（夏阳）：3 份点单没有排上，缺讲师。再有一位能讲这门课的讲师，可多排 3 份。上午要的最多。"
    )


def test_where_all_are_served_nothing_is_short():
    problem = a_problem()

    assert shortages(problem, planned(problem)) == []


def test_one_more_lecturer_serves_as_many_as_was_said():
    orders = [
        an_order(id=f"O{n}", committee=f"K{n}", windows=(Window(at(n // 2, 540), at(n // 2, 660), 5),))
        for n in range(6)
    ]
    problem = a_problem(*orders, a_lecturer("L1"))
    before = planned(problem)
    more = what_if(problem, before, Change(added=[a_lecturer("L9")]), planned)

    assert more.served == shortages(problem, before)[0].one_more == 3


# --- what if, and repair ------------------------------------------------------------------------------------------


def a_week():
    orders = [an_order(id=f"O{n}", committee=f"K{n}", windows=(Window(at(n, 540), at(n, 660), 5),)) for n in range(4)]
    return a_problem(*orders, a_lecturer("L1"), a_lecturer("L2", home=(20.0, 0.0)))


def test_somebody_away_is_compared_order_by_order():
    problem = a_week()
    before = planned(problem)
    difference = what_if(problem, before, Change(away={"L1": [(0, DAY)], "L2": [(0, DAY)]}), planned)

    assert (difference.gained, difference.lost, difference.served) == ((), ("O0",), -1)
    assert difference.score < 0
    assert difference_words(difference).startswith("少排 1 份；")


def test_a_repair_keeps_what_it_can():
    problem = a_week()
    before = planned(problem)
    teacher = next(one.lecturer for one in before.plan if one.order == "O0")
    mended = repair(problem, before, Change(away={teacher: [(0, DAY)]}), planned)

    assert (mended.gained, mended.lost, mended.moved, mended.kept) == ((), (), ("O0",), 3)


def test_a_closed_room_lifts_only_the_pins_it_hits():
    order = an_order(modes=(Mode.VENUE,), pinned=Pin("L1", "V1", 540))
    problem = a_problem(order, a_lecturer("L1"), a_venue("V1"))
    before = planned(problem)

    closed = what_if(problem, before, Change(closed={"V1": [(540, 600)]}), planned)
    later = what_if(problem, before, Change(closed={"V1": [(700, 800)]}), planned)
    assert (closed.lost, later.lost) == (("O1",), ())


def test_other_weights_and_cancelled_orders_make_another_plan():
    problem = two_for_one_morning()
    before = planned(problem)
    gone = what_if(problem, before, Change(gone=frozenset({"O2"})), planned)
    plain = what_if(problem, before, Change(weights={"served": 0, "cover": 0, "window": 0}), planned)

    assert (gone.gained, gone.lost) == (("O1",), ("O2",))
    assert plain.lost == ("O2",)


@pytest.mark.parametrize("change", [{"away": {"L9": []}}, {"closed": {"V9": []}}, {"gone": frozenset({"O9"})}])
def test_a_change_of_something_unknown_is_refused(change):
    problem = a_problem()

    with pytest.raises(ValueError, match="there is no such"):
        what_if(problem, planned(problem), Change(**change), planned)


def test_a_qualification_added_is_somebody_more():
    problem = a_problem(an_order(course="加装电梯"), a_lecturer("L1"))
    before = planned(problem)
    more = what_if(
        problem, before, Change(added=[a_lecturer("L3", qualifications=(Qualification("加装电梯"),))]), planned
    )

    assert more.gained == ("O1",)

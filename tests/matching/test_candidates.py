"""The ranked answer for one order: order, points, separating facts, funnel, ways out, freezing."""

import json
from dataclasses import replace

import pytest

from catalogue.matching.book import Book
from catalogue.matching.candidates import Fact, Missing, candidates, check_one, feasible, recompute
from catalogue.matching.frozen import as_data, from_data
from catalogue.matching.problem import Busy, Qualification
from catalogue.matching.ruling import Reason
from catalogue.matching.search import Placement
from catalogue.matching.terms import Kind, Mode, Window
from catalogue.matching.ways import changed, stands
from tests.matching.small import (
    ELEVEN,
    NINE,
    NOON,
    TEN,
    TWO,
    a_lecturer,
    a_problem,
    a_venue,
    an_order,
    at,
    busy,
)

AT_ROOM = (Mode.VENUE,)


def names(ranking):
    return [one.placement.lecturer for one in ranking.candidates]


def test_a_candidate_has_the_points_of_every_preference():
    order = an_order(priority=2, first_lesson=True, preferred_lecturer="L1")
    ranking = candidates(a_problem(order, busy(at(1, NINE), at(1, TEN))), "O1")

    only = ranking.candidates[0]

    assert only.placement == Placement("O1", "L1", None, Mode.ONSITE, NINE, ELEVEN)
    assert only.points.amounts == {"served": 2, "cover": 1, "window": 10, "lecturer": 1, "km": 6, "balance": 3}
    assert only.total == 2000 + 500 + 100 + 50 - 12 - 3
    assert (ranking.able, ranking.facts, ranking.ways, ranking.missing) == (1, (), (), None)


def test_only_the_kilometres_that_lengthen_the_day_count():
    already_there = busy(TWO, TWO + 60, (3.0, 0.0))
    ranking = candidates(a_problem(already_there), "O1")

    assert ranking.candidates[0].points.amounts["km"] == 0


def test_the_first_is_before_the_others_by_one_named_fact_each():
    near, far = a_lecturer("L1"), a_lecturer("L2", home=(12.0, 0.0))
    loaded = a_lecturer("L3")
    held = [Busy(Kind.LECTURER, "L3", at(day, NINE), at(day, TEN)) for day in range(1, 6)]
    ranking = candidates(a_problem(near, far, loaded, *held), "O1")

    assert names(ranking) == ["L1", "L3", "L2"]
    assert ranking.facts == (Fact("balance", 10, 10, 10), Fact("km", 24, 24, 12))


def test_equal_points_are_ordered_by_start_then_by_id():
    late = Window(TWO, TWO + 120, 10)
    order = an_order(windows=(Window(NINE, ELEVEN, 10), late))
    afternoons = a_lecturer("L1", available=((TWO, TWO + 120),))
    ranking = candidates(a_problem(order, a_lecturer("L3"), a_lecturer("L2"), afternoons), "O1")

    assert names(ranking) == ["L2", "L3", "L1"]
    assert [fact.code for fact in ranking.facts] == ["tie", "start"]


def test_each_lecturer_comes_once_with_the_liked_time_and_the_nearest_room():
    order = an_order(modes=AT_ROOM, windows=(Window(NINE, ELEVEN, 4), Window(at(1, NINE), at(1, ELEVEN), 8)))
    rooms = [a_venue("V1", location=(3.0, 2.0)), a_venue("V2", location=(3.0, 1.0)), a_venue("V3", location=(9.0, 0.0))]
    ranking = candidates(a_problem(order, *rooms), "O1")

    assert [one.placement for one in ranking.candidates] == [
        Placement("O1", "L1", "V2", Mode.VENUE, at(1, NINE), at(1, ELEVEN))
    ]


def test_the_limit_cuts_the_list_but_not_the_count():
    ranking = candidates(a_problem(*(a_lecturer(f"L{i}") for i in range(9))), "O1", limit=4)

    assert (names(ranking), ranking.able) == (["L0", "L1", "L2", "L3"], 9)
    assert len(ranking.runners_up) == len(ranking.facts) == 3


def test_the_funnel_counts_each_lecturer_at_the_rule_its_nearest_try_failed_at():
    order = an_order(windows=(Window(NINE, ELEVEN, 1), Window(at(1, NINE), at(1, ELEVEN), 1)))
    problem = a_problem(
        order,
        a_lecturer("L1"),
        a_lecturer("L2", qualifications=()),
        a_lecturer("L3", absences=((0, at(1, 0)),), available=((0, at(1, 0)),)),
        a_lecturer("L4", absences=((0, at(2, 0)),)),
        Busy(Kind.COMMITTEE, "K1", at(1, NINE), at(1, TEN)),
    )
    ranking = candidates(problem, "O1")

    assert (ranking.funnel.times.total, ranking.funnel.times.removed) == (2, (("committee_busy", 1),))
    assert ranking.funnel.lecturers.removed == (("qualified", 1), ("absent", 2))
    assert ranking.funnel.lecturers.left == 1
    assert ranking.funnel.reasons == {"L3": Reason("absent"), "L4": Reason("absent")}
    assert ranking.funnel.unqualified == ("L2",)


def test_the_funnel_of_rooms_counts_those_that_suit_at_no_time():
    order = an_order(modes=AT_ROOM)
    rooms = [a_venue("V1", capacity=10), a_venue("V2", open=()), a_venue("V3"), a_venue("V4", blocked=True)]
    ranking = candidates(a_problem(order, *rooms), "O1")

    assert ranking.funnel.venues.removed == (("plaque", 1), ("capacity", 1), ("open", 1))
    assert ranking.funnel.venues.left == 1


def test_an_unknown_order_is_refused_by_name():
    with pytest.raises(ValueError, match=r"orders\[O9\]"):
        candidates(a_problem(), "O9")


def test_an_order_that_is_not_in_the_problem_yet_can_be_asked_about():
    ranking = candidates(a_problem(), an_order(id="new", windows=(Window(at(3, NINE), at(3, NOON), 5),)))

    assert ranking.candidates[0].placement.start == at(3, NINE)


# --- ways out -----------------------------------------------------------------------------------------------------


def test_the_nearest_half_day_is_a_way_out():
    ranking = candidates(a_problem(a_lecturer(absences=((0, at(2, NOON)),))), "O1")

    way = ranking.ways[0]

    assert ranking.candidates == ()
    assert (way.kind, way.change) == ("time", {"windows": [[at(2, 810), at(2, 1020), 10]]})
    assert way.candidate.placement.start == at(2, 810)
    assert ranking.missing == Missing("absent", "lecturer", (("absent", 1),))


def test_no_way_leads_out_of_the_edition():
    order = an_order(not_after=at(2, 0))
    ranking = candidates(a_problem(order, a_lecturer(absences=((0, at(2, 0)),))), "O1")

    assert ranking.ways == ()


def test_a_farther_room_online_and_asking_again_are_ways_out():
    order = an_order(
        modes=AT_ROOM,
        venues=("V1",),
        windows=(Window(NINE, ELEVEN, 10),),
        course_modes=(Mode.ONLINE,),
        not_after=ELEVEN,
    )
    ranking = candidates(a_problem(order, a_venue("V1", blocked=True), a_venue("V2", location=(3.0, 9.0))), "O1")

    assert [(way.kind, way.change) for way in ranking.ways] == [
        ("venue", {"modes": ["venue"], "venues": ["V2"]}),
        ("online", {"modes": ["online"]}),
    ]
    assert ranking.missing == Missing("plaque", "venue", (("plaque", 1),))


def test_fewer_people_is_a_way_out_down_to_the_least_the_course_needs():
    order = an_order(modes=AT_ROOM, attendees=60, min_attendees=20, not_after=ELEVEN)
    problem = a_problem(order, a_venue("V1", capacity=50), a_venue("V2", capacity=40))

    ways = candidates(problem, "O1").ways

    assert [(way.kind, way.change, way.cost) for way in ways] == [("fewer", {"attendees": 50}, 50)]
    assert candidates(problem, replace(order, min_attendees=51)).ways == ()


def test_a_lecturer_who_declined_may_be_asked_again():
    order = an_order(excluded=frozenset({"L1", "L2"}), not_after=ELEVEN)
    problem = a_problem(order, a_lecturer("L1"), a_lecturer("L2", absences=((0, NOON),)))

    way = candidates(problem, "O1").ways[0]

    assert (way.kind, way.change) == ("again", {"excluded": ["L2"]})
    assert changed(order, way.change).excluded == frozenset({"L2"})


def test_a_way_out_stands_only_as_long_as_the_rules_accept_it():
    problem = a_problem(a_lecturer(absences=((0, at(2, NOON)),)))
    way = candidates(problem, "O1").ways[0]
    book = Book(problem)

    assert stands(book, problem.orders[0], way)
    book.hold(busy(at(2, 830), at(2, 900)))
    assert not stands(book, problem.orders[0], way)


def test_no_field_but_those_of_ways_can_be_changed():
    with pytest.raises(ValueError, match=r"change\.committee"):
        changed(an_order(), {"committee": "K2"})


def test_without_anyone_who_teaches_the_course_the_lecturer_is_missing_and_no_way_is_offered():
    ranking = candidates(a_problem(a_lecturer(qualifications=(Qualification("民法典"),))), "O1")

    assert ranking.missing == Missing("qualified", "lecturer", (("qualified", 1),))
    assert (ranking.ways, ranking.funnel.reasons) == ((), {})


# --- freezing -----------------------------------------------------------------------------------------------------


def test_a_frozen_ranking_comes_back_the_same_with_the_same_totals():
    problem = a_problem(a_lecturer("L1"), a_lecturer("L2", home=(9.0, 9.0)), a_lecturer("L3", qualifications=()))
    ranking = candidates(problem, "O1")

    thawed = from_data(json.loads(json.dumps(as_data(ranking))))

    assert thawed == ranking
    assert [one.total for one in thawed.candidates] == [one.total for one in ranking.candidates]
    assert [recompute(problem, one.placement) for one in thawed.candidates] == [one.points for one in thawed.candidates]


def test_a_frozen_ranking_without_candidates_keeps_its_ways_and_what_is_missing():
    ranking = candidates(a_problem(a_lecturer(absences=((0, at(2, NOON)),))), "O1")

    assert from_data(json.loads(json.dumps(as_data(ranking)))) == ranking


def test_a_frozen_total_that_is_not_the_sum_of_its_points_is_refused():
    frozen = as_data(candidates(a_problem(), "O1"))
    frozen["candidates"][0]["total"] += 1

    with pytest.raises(ValueError, match=r"candidates\[L1\].total"):
        from_data(frozen)


@pytest.mark.parametrize("frozen", [{}, {"version": 2}, {"version": 1, "order": "O1"}])
def test_what_is_no_frozen_ranking_is_refused(frozen):
    with pytest.raises(ValueError, match="ranking"):
        from_data(frozen)


def test_a_frozen_candidate_is_asked_again_with_todays_held_times():
    problem = a_problem()
    chosen = candidates(problem, "O1").candidates[0].placement
    later = replace(problem, lessons=(busy(TEN, ELEVEN),))

    ask = (chosen.order, chosen.lecturer, chosen.venue, chosen.mode, chosen.start)

    assert check_one(problem, *ask) == []
    assert check_one(later, *ask) == [Reason("lecturer_busy")]


def test_every_possible_lesson_is_listed_with_every_room_and_time():
    order = an_order(minutes=60, modes=(Mode.VENUE, Mode.ONLINE), windows=(Window(NINE, TEN + 30, 1),))
    found = list(feasible(a_problem(order, a_venue("V1"), a_venue("V2")), "O1"))

    assert {(one.venue, one.mode.value, one.start) for one in found} == {
        ("V1", "venue", NINE),
        ("V2", "venue", NINE),
        (None, "online", NINE),
        ("V1", "venue", NINE + 30),
        ("V2", "venue", NINE + 30),
        (None, "online", NINE + 30),
    }


def test_no_way_out_proposes_a_holiday():
    problem = a_problem(a_lecturer(absences=((0, at(2, 0)),)), rest_days=frozenset({2, 3}))

    assert candidates(problem, "O1").ways[0].candidate.placement.start == at(4, NINE)


def test_of_rooms_that_are_too_small_the_largest_is_spoken_of():
    order = an_order(modes=AT_ROOM, attendees=60, min_attendees=60, not_after=ELEVEN)
    ranking = candidates(a_problem(order, a_venue("V1", capacity=20), a_venue("V2", capacity=50)), "O1")

    assert ranking.funnel.reasons == {"L1": Reason("capacity", {"capacity": 50, "attendees": 60})}

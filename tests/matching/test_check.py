"""The search against the independent checker on small random problems: nothing wrong is listed, nothing right is missed."""

from datetime import date
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.matching.candidates import candidates, check_one, feasible
from catalogue.matching.check import Assignment, check
from catalogue.matching.problem import (
    DAY,
    Appointment,
    Busy,
    Days,
    Kind,
    Lecturer,
    Membership,
    Mode,
    Order,
    Problem,
    Qualification,
    Travel,
    Venue,
    Window,
)
from tests.matching.small import a_lecturer, a_problem, a_venue, an_order

GRID = 60
SPAN = 3 * DAY  # days 0 to 2; held times may lie on both sides of them


def starts(low=0, high=SPAN):
    return st.integers(low // GRID, high // GRID).map(lambda n: n * GRID)


@st.composite
def spans(draw, longest=12 * 60, low=0):
    start = draw(starts(low))
    return (start, start + draw(st.integers(1, longest // 30)) * 30)


places = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda xy: (float(xy[0]), float(xy[1])))
areas = st.none() | st.frozensets(st.sampled_from("AB"))
terms = st.builds(
    lambda a, b: Days(a, None if b is None else (a or 0) + b),
    st.none() | st.integers(0, 1),
    st.none() | st.integers(0, 2),
)
limits = st.none() | st.integers(0, 2)
hours = st.none() | st.lists(spans(2 * DAY), min_size=1, max_size=3).map(tuple)
absences = st.lists(spans(6 * 60), max_size=1).map(tuple)
equipment = st.frozensets(st.sampled_from(["投影", "音响"]), max_size=1)


@st.composite
def lecturers(draw, name):
    return Lecturer(
        name,
        tuple(
            draw(
                st.lists(
                    st.builds(
                        Qualification, st.sampled_from(["C1", "C1", "C2"]), terms, st.sampled_from([True, True, False])
                    ),
                    max_size=2,
                )
            )
        ),
        tuple(draw(st.lists(st.builds(Appointment, terms, areas), min_size=1, max_size=2))),
        draw(hours),
        draw(absences),
        draw(st.none() | places),
        draw(areas),
        draw(st.none() | st.integers(3, 15)),
        draw(limits),
        draw(limits),
        draw(limits),
        draw(limits),
        tuple(draw(st.lists(st.builds(Membership, st.just("G"), terms), max_size=1))),
        draw(st.booleans()),
    )


@st.composite
def venues(draw, name):
    return Venue(
        name,
        draw(st.integers(10, 40)),
        draw(places),
        draw(hours),
        draw(absences),
        draw(equipment),
        draw(areas),
        draw(st.none() | st.integers(3, 15)),
        draw(st.sampled_from([False, False, True])),
    )


@st.composite
def orders(draw):
    windows = draw(
        st.lists(st.builds(lambda s, p: Window(*s, p), spans(5 * 60), st.integers(0, 10)), min_size=1, max_size=3)
    )
    return Order(
        "O1",
        "K1",
        "C1",
        frozenset(draw(st.sampled_from(["A", "AB"]))),
        draw(st.sampled_from([30, 60, 90])),
        draw(st.integers(5, 30)),
        tuple(windows),
        tuple(draw(st.lists(st.sampled_from(list(Mode)), unique=True, min_size=1))),
        draw(places),
        draw(st.none() | st.lists(st.sampled_from(["V1", "V2"]), unique=True).map(tuple)),
        draw(equipment),
        draw(st.sampled_from([None, "L1", "L2"])),
        corps=draw(st.sampled_from([None, None, None, "G"])),
        excluded=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"L1"})])),
        not_before=draw(st.none() | starts(0, DAY)),
        not_before_online=draw(st.none() | starts(0, DAY)),
        not_after=draw(st.none() | starts(DAY, SPAN)),
    )


@st.composite
def problems(draw):
    held = st.one_of(
        st.builds(
            lambda name, s, place, setup, counts: Busy(Kind.LECTURER, name, *s, place, setup, counts),
            st.sampled_from(["L1", "L2"]),
            spans(3 * 60, low=-DAY),
            st.none() | places,
            st.booleans(),
            st.booleans(),
        ),
        st.builds(lambda name, s: Busy(Kind.VENUE, name, *s), st.sampled_from(["V1", "V2"]), spans(4 * 60)),
        st.builds(lambda s: Busy(Kind.COMMITTEE, "K1", *s), spans(3 * 60)),
    )
    return Problem(
        date(2026, 3, 30),  # the month ends within the horizon
        4,
        (draw(orders()),),
        (draw(lecturers("L1")), draw(lecturers("L2"))),
        (draw(venues("V1")), draw(venues("V2"))),
        tuple(draw(st.lists(held, max_size=4))),
        slot_minutes=30,
        travel=Travel(
            draw(st.sampled_from(["euclid", "haversine"])),
            draw(st.sampled_from([10.0, 60.0, 3000.0])),
            draw(st.sampled_from([0, 15])),
            draw(st.sampled_from(["up", "down"])),
            draw(st.booleans()),
            draw(st.none() | st.just(8.0)),
        ),
    )


def everything(problem):
    """Every lecturer, place and mode at every grid time of the days, whatever the rules say."""
    order = problem.orders[0]
    rooms = [(None, Mode.ONSITE), (None, Mode.ONLINE), ("V1", Mode.VENUE), ("V2", Mode.VENUE)]
    times = range(0, SPAN + 5 * 60, problem.slot_minutes)
    for lecturer, (venue, mode), start in product(problem.lecturers, rooms, times):
        yield Assignment(order.id, lecturer.id, venue, mode, start)


@given(problems())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_search_lists_exactly_what_the_checker_accepts(problem):
    listed = {Assignment(p.order, p.lecturer, p.venue, p.mode, p.start) for p in feasible(problem, "O1")}

    accepted = {one for one in everything(problem) if check(problem, [one]) == []}

    assert listed == accepted
    ranking = candidates(problem, "O1")
    assert {one.placement.lecturer for one in ranking.candidates} == {one.lecturer for one in accepted}
    assert ranking.funnel.lecturers.left == ranking.able


@given(problems(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_one_lesson_is_refused_for_the_same_rules_by_both(problem, random):
    for one in random.sample(list(everything(problem)), 40):
        by_rules = {reason.code for reason in check_one(problem, *one)}

        assert by_rules == {violation.rule for violation in check(problem, [one])}


@given(problems())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_best_of_each_lecturer_has_the_most_points_of_all_its_lessons(problem):
    from catalogue.matching.candidates import recompute

    most = {}
    for one in feasible(problem, "O1"):
        most[one.lecturer] = max(most.get(one.lecturer, -(10**9)), recompute(problem, one).total)

    ranking = candidates(problem, "O1")

    assert {one.placement.lecturer: one.total for one in ranking.candidates} == most
    assert [one.total for one in ranking.candidates] == sorted(most.values(), reverse=True)


@given(problems())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_way_out_is_a_lesson_that_the_checker_accepts_for_the_changed_order(problem):
    from dataclasses import replace

    from catalogue.matching.book import Book
    from catalogue.matching.ways import changed, ways_out

    order = replace(problem.orders[0], course_modes=tuple(Mode), attendees=30)
    for way in ways_out(Book(problem), order):
        chosen = way.candidate.placement
        asked = replace(problem, orders=(changed(order, way.change),))

        assert check(asked, [Assignment("O1", chosen.lecturer, chosen.venue, chosen.mode, chosen.start)]) == []


# --- whole plans --------------------------------------------------------------------------------------------------


def two_orders(**second):
    return an_order(), an_order(**({"id": "O2", "committee": "K2"} | second))


def test_two_lessons_of_a_plan_may_not_share_lecturer_room_or_committee():
    _, second = two_orders(modes=(Mode.VENUE,), committee="K1")
    problem = a_problem(an_order(modes=(Mode.VENUE,)), second, a_lecturer("L1"), a_venue("V1"))
    plan = [Assignment(o, "L1", "V1", Mode.VENUE, 540) for o in ("O1", "O2")]

    assert {v.rule for v in check(problem, plan)} == {"lecturer_busy", "venue_busy", "committee_busy"}
    assert {v.order for v in check(problem, plan)} == {"O1", "O2"}


def test_two_lessons_apart_are_a_plan_without_fault():
    first, second = two_orders(windows=(Window(840, 960, 1),))
    problem = a_problem(first, second)

    assert (
        check(problem, [Assignment("O1", "L1", None, Mode.ONSITE, 540), Assignment("O2", "L1", None, Mode.ONSITE, 840)])
        == []
    )


def test_an_order_twice_or_an_unknown_name_is_named():
    problem = a_problem()
    good = Assignment("O1", "L1", None, Mode.ONSITE, 540)

    found = check(problem, [good, good, good._replace(order="O9"), good._replace(lecturer="L9")])

    assert [(v.rule, v.order) for v in found] == [("twice", "O1"), ("gone", "O9"), ("gone", "O1")]

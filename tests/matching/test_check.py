"""The search against the independent checker on small random problems: nothing wrong is listed, nothing right is missed."""

import random
from dataclasses import replace
from datetime import date
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.matching.book import Book
from catalogue.matching.candidates import candidates, check_one, feasible, recompute
from catalogue.matching.check import Assignment, check
from catalogue.matching.presence import who_could_come
from catalogue.matching.problem import Appointment, Busy, Lecturer, Membership, Order, Problem, Qualification, Venue
from catalogue.matching.rules import RANK
from catalogue.matching.terms import DAY, Days, Kind, Mode, Window
from catalogue.matching.travel import Travel
from catalogue.matching.ways import changed, ways_out
from tests.matching.small import a_lecturer, a_problem, a_venue, an_order

SPAN = 3 * DAY  # days 0 to 2; held times may lie on both sides of them


class Dice:
    """Draws a small problem in which every rule refuses now and then, but seldom all of them at once."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def rare(self, value, otherwise=None, chance=0.15):
        """A restriction one time in seven, else none."""
        return value() if self.rng.random() < chance else otherwise

    def span(self, longest, low=0):
        start = self.rng.randrange(low, SPAN, 60)
        return (start, start + self.rng.randrange(30, longest + 1, 30))

    def place(self):
        return (float(self.rng.randint(0, 9)), float(self.rng.randint(0, 9)))

    def areas(self):
        return frozenset(self.rng.choice(["A", "B", "AB", ""]))

    def term(self):
        first = self.rare(lambda: self.rng.randint(0, 1), chance=0.3)
        return Days(first, self.rare(lambda: (first or 0) + self.rng.randint(0, 1), chance=0.3))

    def hours(self):
        return tuple(self.span(2 * DAY) for _ in range(self.rng.randint(1, 3)))

    def away(self):
        return tuple(self.span(DAY) for _ in range(1))

    def limit(self):
        return self.rng.randint(0, 2)

    def lecturer(self, name):
        rng, rare = self.rng, self.rare
        courses = ["C1", *rare(lambda: ["C1"], [])] if rng.random() < 0.9 else ["C2"]
        return Lecturer(
            name,
            tuple(Qualification(c, rare(self.term, Days(), 0.3), rng.random() < 0.9) for c in courses),
            tuple(Appointment(rare(self.term, Days(), 0.3), rare(self.areas)) for _ in range(rng.randint(1, 2))),
            rare(self.hours, None, 0.4),
            rare(self.away, (), 0.3),
            rare(self.place, None, 0.8),
            rare(self.areas),
            rare(lambda: rng.randint(3, 10), None, 0.3),
            rare(self.limit, 2),
            rare(self.limit),
            rare(self.limit),
            rare(self.limit),
            (Membership("G", rare(self.term, Days())),) if rng.random() < 0.5 else (),
            rng.random() < 0.8,
        )

    def venue(self, name):
        rng, rare = self.rng, self.rare
        return Venue(
            name,
            rng.randint(20, 40),
            self.place(),
            rare(self.hours, None, 0.4),
            rare(self.away, (), 0.3),
            frozenset(rng.sample(["投影", "音响"], rng.randint(1, 2))),
            rare(self.areas),
            rare(lambda: rng.randint(3, 10)),
            rng.random() < 0.1,
        )

    def order(self):
        rng, rare = self.rng, self.rare
        windows = tuple(Window(*self.span(8 * 60), rng.randint(0, 10)) for _ in range(rng.randint(1, 4)))
        return Order(
            "O1",
            "K1",
            "C1",
            frozenset(rng.choice(["A", "AB"])),
            rng.choice([30, 60, 90]),
            rng.randint(15, 30),
            windows,
            tuple(rng.sample(list(Mode), rng.randint(1, 3))),
            self.place(),
            rare(lambda: tuple(rng.sample(["V1", "V2"], rng.randint(0, 2)))),
            rare(lambda: frozenset({"投影"}), frozenset(), 0.3),
            rng.choice([None, "L1", "L2"]),
            corps=rare(lambda: "G"),
            excluded=rare(lambda: frozenset({"L1"}), frozenset()),
            not_before=rare(lambda: rng.randrange(0, DAY, 60)),
            not_before_online=rare(lambda: rng.randrange(0, DAY, 60)),
            not_after=rare(lambda: rng.randrange(DAY, SPAN, 60)),
        )

    def held(self):
        rng = self.rng
        match rng.randrange(4):
            case 0:
                return Busy(Kind.VENUE, rng.choice(["V1", "V2"]), *self.span(4 * 60))
            case 1:
                return Busy(Kind.COMMITTEE, "K1", *self.span(3 * 60))
        place = self.rare(self.place, None, 0.8)
        name, counts = rng.choice(["L1", "L2"]), rng.random() < 0.8
        return Busy(Kind.LECTURER, name, *self.span(3 * 60, -DAY), place, rng.random() < 0.5, counts)


def a_random_problem(seed):
    dice = Dice(seed)
    rng = dice.rng
    return Problem(
        date(2026, 3, 30),  # the month ends within the horizon
        4,
        (dice.order(),),
        (dice.lecturer("L1"), dice.lecturer("L2")),
        (dice.venue("V1"), dice.venue("V2")),
        tuple(dice.held() for _ in range(rng.randint(0, 6))),
        slot_minutes=30,
        travel=Travel(
            rng.choice(["euclid", "euclid", "haversine"]),
            rng.choice([5.0, 60.0, 3000.0]),
            rng.choice([0, 15]),
            rng.choice(["up", "down"]),
            rng.random() < 0.3,
            dice.rare(lambda: 8.0, None, 0.5),
        ),
    )


problems = st.integers(0, 2**32).map(a_random_problem)


def test_the_random_problems_are_worth_asking():
    """Many of them have a possible lesson, and every rule about a place and time refuses something."""
    drawn = [a_random_problem(seed) for seed in range(60)]
    broken = {violation.rule for problem in drawn for one in everything(problem) for violation in check(problem, [one])}

    assert sum(1 for problem in drawn if next(feasible(problem, "O1"), None)) > 24
    assert broken == set(RANK) - {"grid"}


def everything(problem):
    """Every lecturer, place and mode at every grid time of the days, whatever the rules say."""
    order = problem.orders[0]
    rooms = [(None, mode) for mode in Mode] + [("V1", Mode.VENUE), ("V2", Mode.VENUE), ("V1", Mode.ONSITE)]
    times = range(0, SPAN + 8 * 60, problem.slot_minutes)
    for lecturer, (venue, mode), start in product(problem.lecturers, rooms, times):
        yield Assignment(order.id, lecturer.id, venue, mode, start)


@given(problems)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_search_lists_exactly_what_the_checker_accepts(problem):
    listed = {Assignment(p.order, p.lecturer, p.venue, p.mode, p.start) for p in feasible(problem, "O1")}

    accepted = {one for one in everything(problem) if check(problem, [one]) == []}

    assert listed == accepted
    ranking = candidates(problem, "O1")
    assert {one.placement.lecturer for one in ranking.candidates} == {one.lecturer for one in accepted}
    assert ranking.funnel.lecturers.left == ranking.able


@given(problems, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_one_lesson_is_refused_for_the_same_rules_by_both(problem, dice):
    for one in dice.sample(list(everything(problem)), 40):
        by_rules = {reason.code for reason in check_one(problem, *one)}

        assert by_rules == {violation.rule for violation in check(problem, [one])}


@given(problems)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_best_of_each_lecturer_has_the_most_points_of_all_its_lessons(problem):
    most = {}
    for one in feasible(problem, "O1"):
        most[one.lecturer] = max(most.get(one.lecturer, -(10**9)), recompute(problem, one).total)

    ranking = candidates(problem, "O1")

    assert {one.placement.lecturer: one.total for one in ranking.candidates} == most
    assert [one.total for one in ranking.candidates] == sorted(most.values(), reverse=True)


@given(problems)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_way_out_is_a_lesson_that_the_checker_accepts_for_the_changed_order(problem):

    order = replace(problem.orders[0], course_modes=tuple(Mode), attendees=30)
    for way in ways_out(Book(problem), order):
        chosen = way.candidate.placement
        asked = replace(problem, orders=(changed(order, way.change),))

        assert check(asked, [Assignment("O1", chosen.lecturer, chosen.venue, chosen.mode, chosen.start)]) == []


@given(problems)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_calendar_names_exactly_those_who_have_a_lesson_in_the_half_day(problem):
    for found in who_could_come(problem, problem.orders[0], 0, 2):
        half, day = found.half_day, found.day
        window = Window(day * DAY + half.start, day * DAY + half.end)
        there = list(feasible(problem, replace(problem.orders[0], windows=(window,))))

        assert set(found.lecturers) == {one.lecturer for one in there}
        assert found.start == min((one.start for one in there), default=None)


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

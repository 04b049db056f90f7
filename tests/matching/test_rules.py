"""Each rule both ways: the nearest case that passes and the nearest that does not, with its parameters."""

import json

import pytest

from catalogue.matching.book import Book
from catalogue.matching.candidates import check_one
from catalogue.matching.problem import Appointment, Busy, Membership, Qualification
from catalogue.matching.rules import RANK, RULES, TRAVEL, refusals
from catalogue.matching.ruling import Reason, slot_of
from catalogue.matching.terms import Days, Kind, Mode, Visit, Window
from catalogue.matching.travel import Travel
from tests.matching.small import (
    ELEVEN,
    FOUR,
    NINE,
    NOON,
    PLANE,
    TEN,
    TWO,
    a_lecturer,
    a_problem,
    a_venue,
    an_order,
    at,
    busy,
)

WHOLE_DAY = (Window(0, 1440, 10),)
AT_ROOM = {"modes": (Mode.VENUE,)}
ONLINE = {"modes": (Mode.ONLINE,)}


def answers(*things, venue=None, mode=None, start=NINE, **change):
    problem = a_problem(*things, **change)
    order = problem.orders[0]
    return check_one(problem, order.id, problem.lecturers[0].id, venue, mode or order.modes[0], start)


def room_answers(venue, *things, **change):
    return answers(an_order(**AT_ROOM), venue, *things, venue=venue.id, **change)


CASES = [
    # (rule, what passes, what does not, parameters of the refusal)
    ("mode", lambda: answers(mode=Mode.ONSITE), lambda: answers(mode=Mode.ONLINE), {"mode": "online"}),
    (
        "grid",
        lambda: answers(an_order(windows=WHOLE_DAY), start=NINE + 30),
        lambda: answers(an_order(windows=WHOLE_DAY), start=NINE + 15),
        {"step": 30},
    ),
    ("window", lambda: answers(start=NINE), lambda: answers(start=NINE + 30), {}),
    (
        "lead",
        lambda: answers(an_order(not_before=NINE)),
        lambda: answers(an_order(not_before=at(1, 0))),
        {"from": "2026-03-03"},
    ),
    (
        "edition",
        lambda: answers(an_order(not_after=ELEVEN)),
        lambda: answers(an_order(not_after=ELEVEN - 1)),
        {"until": "2026-03-02"},
    ),
    (
        "committee_busy",
        lambda: answers(Busy(Kind.COMMITTEE, "K1", ELEVEN, NOON)),
        lambda: answers(Busy(Kind.COMMITTEE, "K1", ELEVEN - 1, NOON)),
        {},
    ),
    ("qualified", lambda: answers(), lambda: answers(an_order(course="民法典")), {}),
    (
        "qualified",
        lambda: answers(a_lecturer(qualifications=(Qualification("停车难", Days(0, 0)),))),
        lambda: answers(a_lecturer(qualifications=(Qualification("停车难", Days(1, None)),))),
        {"since": "2026-03-03"},
    ),
    (
        "qualified",
        lambda: answers(a_lecturer(qualifications=(Qualification("停车难", Days(None, 0)),))),
        lambda: answers(a_lecturer(qualifications=(Qualification("停车难", Days(None, -1)),))),
        {"until": "2026-03-01"},
    ),
    (
        "qualified",
        lambda: answers(a_lecturer(qualifications=(Qualification("停车难", trial_given=True),))),
        lambda: answers(a_lecturer(qualifications=(Qualification("停车难", trial_given=False),))),
        {"trial": True},
    ),
    ("appointed", lambda: answers(), lambda: answers(a_lecturer(appointments=())), {}),
    (
        "appointed",
        lambda: answers(a_lecturer(appointments=(Appointment(Days(None, 0)),))),
        lambda: answers(a_lecturer(appointments=(Appointment(Days(None, -1)),))),
        {"until": "2026-03-01"},
    ),
    (
        "appointed",
        lambda: answers(a_lecturer(appointments=(Appointment(areas=frozenset({"夏阳", "练塘"})),))),
        lambda: answers(a_lecturer(appointments=(Appointment(areas=frozenset({"练塘"})),))),
        {"elsewhere": True},
    ),
    (
        "corps",
        lambda: answers(an_order(corps="G1"), a_lecturer(corps=(Membership("G1", Days(0, None)),))),
        lambda: answers(an_order(corps="G1"), a_lecturer(corps=(Membership("G1", Days(1, None)),))),
        {"since": "2026-03-03"},
    ),
    (
        "area",
        lambda: answers(a_lecturer(areas=frozenset({"夏阳"}))),
        lambda: answers(a_lecturer(areas=frozenset({"练塘"}))),
        {},
    ),
    (
        "online",
        lambda: answers(an_order(**ONLINE), a_lecturer(online=True)),
        lambda: answers(an_order(**ONLINE), a_lecturer(online=False)),
        {},
    ),
    (
        "excluded",
        lambda: answers(an_order(excluded=frozenset({"L2"}))),
        lambda: answers(an_order(excluded=frozenset({"L1"}))),
        {},
    ),
    (
        "max_per_month",
        lambda: answers(a_lecturer(max_per_month=1), busy(at(-2, NINE), at(-2, TEN))),
        lambda: answers(a_lecturer(max_per_month=1), busy(at(29, NINE), at(29, TEN))),
        {"limit": 1},
    ),
    (
        "max_per_week",
        lambda: answers(a_lecturer(max_per_week=1), busy(at(7, NINE), at(7, TEN))),
        lambda: answers(a_lecturer(max_per_week=1), busy(at(6, NINE), at(6, TEN))),
        {"limit": 1},
    ),
    (
        "max_per_day",
        lambda: answers(a_lecturer(max_per_day=1), busy(at(1, NINE), at(1, TEN))),
        lambda: answers(a_lecturer(max_per_day=1), busy(TWO, FOUR)),
        {"limit": 1},
    ),
    (
        "max_half_days_per_day",
        lambda: answers(a_lecturer(max_half_days_per_day=1), busy(ELEVEN + 30, NOON + 30)),
        lambda: answers(a_lecturer(max_half_days_per_day=1), busy(NOON, NOON + 60)),
        {"limit": 1},
    ),
    (
        "absent",
        lambda: answers(a_lecturer(absences=((0, NINE), (ELEVEN, NOON)))),
        lambda: answers(a_lecturer(absences=((0, NINE + 1),))),
        {},
    ),
    (
        "hours",
        lambda: answers(a_lecturer(available=((0, NINE), (NINE, ELEVEN)))),
        lambda: answers(a_lecturer(available=((NINE, TEN), (TEN, ELEVEN)))),
        {},
    ),
    ("lecturer_busy", lambda: answers(busy(ELEVEN + 15, NOON, None)), lambda: answers(busy(NINE, TEN, None)), {}),
    ("place", lambda: room_answers(a_venue()), lambda: answers(an_order(**AT_ROOM)), {"mode": "venue"}),
    (
        "place",
        lambda: answers(a_venue()),
        lambda: answers(a_venue(), venue="V1"),
        {"mode": "onsite"},
    ),
    (
        "allowed",
        lambda: answers(an_order(venues=("V1",), **AT_ROOM), a_venue(), venue="V1"),
        lambda: answers(an_order(venues=("V2",), **AT_ROOM), a_venue(), venue="V1"),
        {},
    ),
    ("plaque", lambda: room_answers(a_venue(blocked=False)), lambda: room_answers(a_venue(blocked=True)), {}),
    (
        "venue_area",
        lambda: room_answers(a_venue(areas=frozenset({"夏阳"}))),
        lambda: room_answers(a_venue(areas=frozenset({"练塘"}))),
        {},
    ),
    (
        "venue_radius",
        lambda: room_answers(a_venue(location=(3.0, 5.0))),
        lambda: room_answers(a_venue(location=(3.0, 5.6))),
        {"km": 6, "limit": 5.0},
    ),
    (
        "venue_radius",
        lambda: room_answers(a_venue(location=(3.0, 9.0), radius_km=9.0)),
        lambda: room_answers(a_venue(location=(3.0, 2.0), radius_km=1.5)),
        {"km": 2, "limit": 1.5},
    ),
    (
        "capacity",
        lambda: room_answers(a_venue(capacity=30)),
        lambda: room_answers(a_venue(capacity=29)),
        {"capacity": 29, "attendees": 30},
    ),
    (
        "equipment",
        lambda: answers(
            an_order(equipment=frozenset({"投影"}), **AT_ROOM),
            a_venue(equipment=frozenset({"投影", "音响"})),
            venue="V1",
        ),
        lambda: answers(an_order(equipment=frozenset({"投影"}), **AT_ROOM), a_venue(), venue="V1"),
        {"missing": ["投影"]},
    ),
    (
        "closed",
        lambda: room_answers(a_venue(closures=((ELEVEN, NOON),))),
        lambda: room_answers(a_venue(closures=((ELEVEN - 1, NOON),))),
        {},
    ),
    (
        "open",
        lambda: room_answers(a_venue(open=((NINE, ELEVEN),))),
        lambda: room_answers(a_venue(open=((NINE, ELEVEN - 1),))),
        {},
    ),
    (
        "venue_busy",
        lambda: room_answers(a_venue(), Busy(Kind.VENUE, "V1", 0, NINE)),
        lambda: room_answers(a_venue(), Busy(Kind.VENUE, "V1", 0, NINE + 1)),
        {},
    ),
    (
        "radius",
        lambda: answers(a_lecturer(max_km=3.0)),
        lambda: answers(a_lecturer(max_km=2.0)),
        {"km": 3, "limit": 2.0},
    ),
    (
        "home_legs",
        lambda: answers(
            a_lecturer(available=((NINE - 3, ELEVEN + 3),)),
            travel=Travel("euclid", 60.0, home_legs=True),
        ),
        lambda: answers(
            a_lecturer(available=((NINE - 3, ELEVEN + 2),)),
            travel=Travel("euclid", 60.0, home_legs=True),
        ),
        {"minutes": 3},
    ),
    (
        "travel",
        lambda: answers(busy(ELEVEN + 15 + 3, NOON)),
        lambda: answers(busy(ELEVEN + 15 + 2, NOON)),
        {"need": 18, "have": 17},
    ),
]


@pytest.mark.parametrize(
    ("rule", "passing", "failing", "params"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)
def test_each_rule_passes_the_nearest_good_case_and_refuses_the_nearest_bad_one(rule, passing, failing, params):
    assert passing() == []
    assert failing() == [Reason(rule, params)]


def test_every_rule_has_a_case():
    assert {case[0] for case in CASES} == set(RANK)


def test_rules_have_different_codes_and_a_label_each():
    assert len({rule.code for rule in RULES}) == len({rule.label for rule in RULES}) == len(RULES)


def test_reasons_hold_nothing_that_json_cannot():
    found = [reason for case in CASES for reason in case[2]()]

    assert json.loads(json.dumps([reason.params for reason in found])) == [dict(reason.params) for reason in found]


def test_a_lesson_that_may_not_be_for_many_reasons_names_them_all_in_order():
    problem = a_problem(an_order(excluded=frozenset({"L1"})), busy(NINE, TEN), Busy(Kind.COMMITTEE, "K1", NINE, TEN))
    slot = slot_of(Book(problem), problem.orders[0], Mode.ONSITE, NINE + 15)

    codes = [reason.code for reason in refusals(slot, problem.lecturers[0], None)]

    assert codes == ["grid", "window", "committee_busy", "excluded", "lecturer_busy"]


# --- the travel rule between two lessons -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "answer"),
    [
        (Visit(TEN + 25, NOON, (0.0, 10.0)), None),
        (Visit(TEN + 24, NOON, (0.0, 10.0)), Reason("travel", {"need": 25, "have": 24})),
        (Visit(TEN + 15, NOON, (0.0, 0.0)), None),
        (Visit(TEN + 15, NOON, None), None),
        (Visit(TEN + 14, NOON, None), Reason("travel", {"need": 15, "have": 14})),
        (Visit(TEN - 30, NOON, None), Reason("travel", {"need": 15, "have": -30})),
    ],
    ids=["on time", "a minute late", "same place", "online", "online too soon", "overlap"],
)
def test_two_lessons_need_set_up_and_the_way_between_them_in_either_order(second, answer):
    first = Visit(NINE, TEN, (0.0, 0.0))

    assert TRAVEL.between(first, second, PLANE) == answer
    assert TRAVEL.between(second, first, PLANE) == answer


def test_a_hold_that_contains_the_set_up_needs_only_the_way_after_it():
    first = Visit(NINE, TEN + 15, (0.0, 0.0), setup_included=True)

    assert TRAVEL.between(first, Visit(TEN + 25, NOON, (0.0, 10.0)), PLANE) is None
    assert TRAVEL.between(first, Visit(TEN + 24, NOON, (0.0, 10.0)), PLANE) == Reason("travel", {"need": 10, "have": 9})


def test_an_online_lesson_between_two_on_site_ones_hides_no_journey():
    far = busy(NINE, TEN, (0.0, 200.0))
    online = busy(TEN + 15, ELEVEN, None)

    found = answers(an_order(windows=WHOLE_DAY, minutes=60), far, online, start=NOON)

    assert [reason.code for reason in found] == ["travel"]


def test_the_lesson_of_the_evening_before_counts_for_the_journey():
    late = busy(at(0, 1320), at(0, 1439), (0.0, 500.0))

    found = answers(an_order(windows=(Window(at(1, 0), at(1, 1440), 1),), minutes=60), late, start=at(1, 120))

    assert [reason.code for reason in found] == ["travel"]


def test_a_lecturer_or_venue_that_is_gone_is_the_only_reason():
    problem = a_problem()

    assert check_one(problem, "O1", "L9", None, Mode.ONSITE, NINE) == [Reason("gone", {"kind": "lecturer"})]
    assert check_one(problem, "O1", "L1", "V9", Mode.VENUE, NINE) == [Reason("gone", {"kind": "venue"})]

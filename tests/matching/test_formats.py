"""Instances, plans and team orienteering texts become problems and plans; whatever is wrong in them is named by its place."""

import copy
import json
from pathlib import Path

import pytest

from catalogue.matching.candidates import candidates
from catalogue.matching.check import Assignment, check
from catalogue.matching.formats import document_of, load, load_toptw, plan_document, plan_from, problem_from
from catalogue.matching.problem import Pin
from catalogue.matching.scoring import score_of
from catalogue.matching.terms import Mode, Window

ROOT = Path(__file__).resolve().parents[2]

INSTANCE = {
    "version": 1,
    "name": "two",
    "slot_minutes": 30,
    "horizon": {"start": "2026-03-02", "days": 7},
    "travel": {
        "metric": "euclid",
        "speed_kmh": 60,
        "setup_min": 15,
        "round": "up",
        "home_legs": False,
        "venue_radius_km": 5,
    },
    "orders": [
        {
            "id": "O1",
            "area": "A",
            "course": "C1",
            "committee": "K1",
            "attendees": 30,
            "windows": [[540, 690, 10], [540, 690, 10]],
            "duration_min": 120,
            "priority": 2,
            "mode": "venue",
            "location": [0, 0],
            "equipment": ["projector"],
            "preferred_lecturer": "L1",
            "pinned": None,
        },
        {
            "id": "O2",
            "area": "A",
            "course": "C1",
            "committee": "K2",
            "attendees": 30,
            "windows": [[810, 1020, 4]],
            "duration_min": 60,
            "priority": 1,
            "mode": "online",
            "location": [0, 0],
            "equipment": [],
            "preferred_lecturer": None,
            "pinned": {"lecturer": "L1", "venue": None, "start": 810},
        },
    ],
    "lecturers": [
        {
            "id": "L1",
            "courses": ["C1"],
            "availability": [[480, 720], [720, 1080]],
            "home": [1, 0],
            "areas": ["A"],
            "max_km": 15,
            "max_per_day": 2,
            "max_per_week": 3,
            "employment": "special",
            "rating": 4.5,
            "fee_per_hour": 300,
        }
    ],
    "venues": [
        {
            "id": "V1",
            "capacity": 40,
            "equipment": ["projector"],
            "open": [[480, 720]],
            "areas": None,
            "location": [0, 1],
        }
    ],
    "previous": [{"order": "O2", "lecturer": "L1", "venue": None, "start": 840}],
    "weights": {"served": 1000, "cover": 500, "window": 10, "lecturer": 50, "km": 2, "balance": 1, "change": 200},
}


def changed(path, value):
    """The instance with one value replaced, or removed if the value is `...`."""
    document = copy.deepcopy(INSTANCE)
    spot = document
    for step in path[:-1]:
        spot = spot[step]
    if value is ...:
        del spot[path[-1]]
    else:
        spot[path[-1]] = value
    return document


def test_an_instance_becomes_the_same_problem():
    problem = problem_from(INSTANCE)
    first, second = problem.orders

    assert first.windows == (Window(540, 690, 10), Window(540, 690, 10))
    assert (first.modes, first.areas, first.priority) == ((Mode.VENUE,), frozenset({"A"}), 2)
    assert second.pinned == Pin("L1", None, 810)
    assert problem.previous == {"O2": Pin("L1", None, 840)}
    assert (problem.lecturers[0].max_per_week, problem.lecturers[0].max_half_days_per_day) == (3, None)
    assert problem.travel.venue_radius_km == 5


def test_its_orders_have_the_candidates_of_the_format():
    ranking = candidates(problem_from(INSTANCE), "O1")
    only = ranking.candidates[0]

    assert (only.placement.venue, only.placement.start) == ("V1", 540)
    assert only.total == 2000 + 500 + 100 + 50 - 2 * 3 - 1


def test_a_plan_must_keep_the_pins():
    problem = problem_from(INSTANCE)
    kept = Assignment("O2", "L1", None, Mode.ONLINE, 810)

    assert check(problem, [kept]) == []
    assert [(v.rule, v.order) for v in check(problem, [kept._replace(start=840)])] == [("pinned", "O2")]
    assert [(v.rule, v.order) for v in check(problem, [])] == [("pinned", "O2")]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("version",), 3, "instance.version"),
        (("orders",), ..., "instance.orders"),
        (("orders",), {}, "instance.orders"),
        (("orders", 0), [], r"instance.orders\[0\]"),
        (("orders", 0, "id"), 7, r"instance.orders\[0\].id"),
        (("orders", 1, "id"), "O1", r"orders\[O1\]"),
        (("orders", 0, "windows", 0), [540, 690], r"orders\[O1\].windows\[0\]"),
        (("orders", 0, "windows", 0), [690, 540, 1], r"orders\[O1\].windows\[0\]"),
        (("orders", 0, "duration_min"), "120", r"orders\[O1\].duration_min"),
        (("orders", 0, "mode"), "radio", r"orders\[O1\].mode"),
        (("orders", 0, "location"), [float("nan"), 0], r"orders\[O1\].location"),
        (("orders", 1, "pinned", "lecturer"), "L9", r"orders\[O2\].pinned.lecturer"),
        (("orders", 1, "pinned", "venue"), "V9", r"orders\[O2\].pinned.venue"),
        (("previous", 0, "order"), "O9", r"previous\[O9\]"),
        (("lecturers", 0, "max_km"), -1, r"lecturers\[L1\].max_km"),
        (("lecturers", 0, "courses"), "C1", r"lecturers\[L1\].courses"),
        (("lecturers", 0, "availability", 0), [1], r"lecturers\[L1\].availability\[0\]"),
        (("venues", 0, "capacity"), 10**13, r"venues\[V1\].capacity"),
        (("horizon", "start"), "Monday", "horizon.start"),
        (("travel", "round"), "near", "travel.round"),
        (("weights", "km"), 0.5, "weights.km"),
    ],
)
def test_a_fault_is_named_by_its_place(path, value, place):
    with pytest.raises(ValueError, match=f"^{place}"):
        problem_from(changed(path, value))


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b'{"version": NaN}', b"[" * 100_000, b"[]", b"null"])
def test_a_file_that_is_no_instance_is_refused(tmp_path, text):
    path = tmp_path / "instance.json"
    path.write_bytes(text)

    with pytest.raises(ValueError, match=r"^(instance|version)"):
        load(path)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(INSTANCE), encoding="utf-8")

    assert load(path) == problem_from(INSTANCE)


# --- contradictions and hostile files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("orders", 0, "preferred_lecturer"), "L9", r"orders\[O1\].preferred_lecturer: there is no lecturer"),
        (("orders", 1, "pinned", "start"), 825, r"orders\[O2\].pinned: cannot be kept: it breaks the rule grid"),
        (("orders", 1, "pinned", "start"), 1080, r"orders\[O2\].pinned: cannot be kept: it breaks the rule window"),
        (
            ("orders", 0, "pinned"),
            {"lecturer": "L1", "venue": None, "start": 540},
            r"orders\[O1\].pinned: .* rule place",
        ),
        (("travel", "home_legs"), "no", "travel.home_legs"),
        (("travel", "speed_kmh"), 0, "travel.speed_kmh"),
        (("horizon", "days"), 0, "horizon.days"),
        (("horizon", "start"), "9999-12-31", "horizon.start"),
        (("slot_minutes",), 0, "slot_minutes"),
        (("orders", 0, "attendees"), True, r"orders\[O1\].attendees"),
        (("previous",), [INSTANCE["previous"][0]] * 2, r"previous\[O2\]: appears twice"),
    ],
)
def test_a_contradiction_is_named_by_its_place(path, value, place):
    with pytest.raises(ValueError, match=f"^{place}"):
        problem_from(changed(path, value))


def test_pins_that_overlap_are_refused_and_pins_that_do_not_are_kept():
    document = copy.deepcopy(INSTANCE)
    twin = {**document["orders"][1], "id": "O3", "committee": "K3"}
    document["orders"].append(twin)
    with pytest.raises(ValueError, match=r"^orders\[O2\].pinned: cannot be kept: it breaks the rule lecturer_busy"):
        problem_from(document)

    twin["pinned"] = {"lecturer": "L1", "venue": None, "start": 900}
    assert [order.pinned.start for order in problem_from(document).orders if order.pinned] == [810, 900]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"version": 1, "version": 1}', "version: stands twice"),
        ('{"version": 1, "rating": NaN}', "rating: is not finite"),
        ('{"version": 1, "orders": [{"fee": -1e400}]}', r"orders\[0\].fee: is not finite"),
        ('{"version": 1, "fee": 1000000000001}', "fee: is beyond"),
        ('{"version": 1, "fee": ' + "9" * 5000 + "}", "fee: is beyond"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", r"a\[0\].*: is nested deeper than 50 levels"),
        ("[" * 100_000, "instance.json: is nested deeper than 50 levels"),
        ('{"version": 1,}', "instance.json: is not JSON .line 1, column 15"),
    ],
)
def test_a_hostile_file_is_refused_at_its_place(tmp_path, text, complaint):
    path = tmp_path / "instance.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=f"^{complaint}"):
        load(path)


def test_a_file_over_200_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "instance.json"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024 + 1)

    with pytest.raises(ValueError, match=r"^instance.json: is larger than 200 MB"):
        load(path)


# --- version 2 ----------------------------------------------------------------------------------------------------


def in_version_2():
    document = copy.deepcopy(INSTANCE)
    document |= {"version": 2, "joining": {"radius_km": 3, "min_attendees": 20, "max_orders": 2}, "rest_days": [5]}
    document["held"] = [{"kind": "lecturer", "id": "L1", "start": 3000, "end": 3090, "location": [1, 1]}]
    document["orders"][0] |= {"modes": ["venue", "online"], "venues": ["V1"], "lecturers_needed": 2, "joins": True}
    document["lecturers"].append(
        {
            "id": "L2",
            "courses": [{"course": "C1", "from": 0, "until": 90}],
            "appointments": [{"from": 0, "areas": ["A"]}],
            "availability": None,
            "max_half_days_per_day": 2,
            "max_per_month": 8,
        }
    )
    return document


def test_version_2_says_more_and_needs_less():
    problem = problem_from(in_version_2())
    order, lecturer = problem.orders[0], problem.lecturers[1]

    assert (order.modes, order.venues, order.lecturers_needed, order.joins) == (
        (Mode.VENUE, Mode.ONLINE),
        ("V1",),
        2,
        True,
    )
    assert (lecturer.max_half_days_per_day, lecturer.max_per_month, lecturer.max_per_day) == (2, 8, None)
    assert (lecturer.available, lecturer.home) == (None, None)
    assert (problem.joining.radius_km, problem.joining.max_orders, problem.rest_days) == (3, 2, {5})
    assert problem.lessons[0].place == (1, 1)


def test_a_problem_written_and_read_again_is_the_same():
    for document in (INSTANCE, in_version_2()):
        problem = problem_from(document)

        assert problem_from(json.loads(json.dumps(document_of(problem)))) == problem


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("orders", 0, "venues"), ["V9"], r"orders\[O1\].venues: there is no venue"),
        (("orders", 0, "lecturers_needed"), 0, r"orders\[O1\].lecturers_needed"),
        (("orders", 0, "modes"), [], r"orders\[O1\].modes"),
        (("orders", 0, "joins"), 1, r"orders\[O1\].joins"),
        (("joining", "radius_km"), -1, "joining.radius_km"),
        (("held", 0, "id"), "L9", r"held\[0\].id"),
        (("held", 0, "end"), 3000, r"lessons\[lecturer L1\]: ends at"),
        (("lecturers", 1, "appointments", 0, "until"), -5, r"lecturers\[L2\].appointments\[0\]"),
    ],
)
def test_a_fault_of_version_2_is_named_by_its_place(path, value, place):
    document = in_version_2()
    spot = document
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value

    with pytest.raises(ValueError, match=f"^{place}"):
        problem_from(document)


# --- plans --------------------------------------------------------------------------------------------------------


def test_a_plan_is_written_and_read_in_both_versions():
    problem = problem_from(in_version_2())
    plan = [
        Assignment("O1", "L1", "V1", Mode.VENUE, 540),
        Assignment("O1", "L2", "V1", Mode.VENUE, 540),
        Assignment("O2", "L1", None, Mode.ONLINE, 810),
    ]

    assert plan_document(problem, plan, version=2)["lessons"] == [
        {"orders": ["O1"], "lecturers": ["L1", "L2"], "venue": "V1", "mode": "venue", "start": 540},
        {"orders": ["O2"], "lecturers": ["L1"], "venue": None, "mode": "online", "start": 810},
    ]
    for version in (1, 2):
        assert sorted(plan_from(problem, plan_document(problem, plan, version))) == plan


def test_a_plan_for_an_order_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"^plan.assignments\[0\].order: there is no order 'O9'"):
        plan_from(
            problem_from(INSTANCE),
            {"version": 1, "assignments": [{"order": "O9", "lecturer": "L1", "venue": None, "start": 0}]},
        )


def test_the_score_of_a_plan_is_the_sum_of_the_format():
    problem = problem_from(INSTANCE)
    plan = [Assignment("O1", "L1", "V1", Mode.VENUE, 540), Assignment("O2", "L1", None, Mode.ONLINE, 810)]
    score = score_of(problem, plan)

    assert (score.served, score.cover, score.window, score.lecturer, score.balance, score.change) == (3, 2, 14, 1, 4, 1)
    assert score.km == pytest.approx(2 * 2**0.5)
    assert score.total == pytest.approx(3000 + 1000 + 140 + 50 - 4 * 2**0.5 - 4 - 200)


# --- team orienteering --------------------------------------------------------------------------------------------

FOUR_VISITS = """\
3 2 4 0
0 0
0 0.00 0.00 0.00 0.00 0 0 0 100
1 3.00 4.00 1.00 10.00 1 0 0 50
2 0.00 2.55 1.50 7.00 1 1 1 20.55 60
3 9.00 0.00 1.00 5.00 1 2 1 3 0 90
"""


def test_a_team_orienteering_text_becomes_a_problem_without_loss(tmp_path):
    path = tmp_path / "four.txt"
    path.write_text(FOUR_VISITS)
    problem = load_toptw(path)
    visit = problem.orders[1]

    assert [lecturer.available for lecturer in problem.lecturers] == [((0, 1000),)] * 2
    assert (visit.location, visit.minutes, visit.priority) == ((0.0, 25.5), 15, 7)
    assert visit.windows == (Window(205, 600 + 15),)
    assert (problem.slot_minutes, problem.travel.home_legs, problem.travel.rounding) == (1, True, "down")
    assert problem.travel.minutes((0.0, 0.0), (30.0, 40.0)) == 50
    assert len(load_toptw(path, tours=3).lecturers) == 3
    assert load_toptw(path, scale=100).orders[1].windows == (Window(2055, 6000 + 150),)


def test_the_name_of_a_file_tells_its_scale(tmp_path):
    path = tmp_path / "pr07.txt"
    path.write_text(FOUR_VISITS)

    assert load_toptw(path).lecturers[0].available == ((0, 10_000),)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "x.txt"),
        ("3 2 1 0\n0 0\n0 0 0 0\n", "line 3: has 4 numbers"),
        (FOUR_VISITS.replace("9.00", "nine"), "line 6: must hold numbers only"),
        (FOUR_VISITS.replace("9.00", "inf"), "line 6: must hold numbers only"),
        (FOUR_VISITS.replace("50\n", "-50\n"), "line 4: has a negative number or closes before"),
        (FOUR_VISITS.replace("3 2 4 0", "3 0 4 0"), "tours: must be"),
    ],
)
def test_a_text_that_is_no_team_orienteering_is_refused(tmp_path, text, place):
    path = tmp_path / "x.txt"
    path.write_text(text)

    with pytest.raises(ValueError, match=f"^{place}"):
        load_toptw(path)

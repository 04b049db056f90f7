"""Instances of version 1 become problems; whatever is wrong in them is named by its place."""

import copy
import json

import pytest

from catalogue.matching.candidates import candidates
from catalogue.matching.check import Assignment, check
from catalogue.matching.formats import load, problem_from
from catalogue.matching.problem import Pin
from catalogue.matching.terms import Mode, Window

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
        (("version",), 2, "instance.version"),
        (("orders",), ..., "instance.orders"),
        (("orders",), {}, "instance.orders"),
        (("orders", 0), [], r"instance.orders\[0\]"),
        (("orders", 0, "id"), 7, r"instance.orders\[0\].id"),
        (("orders", 1, "id"), "O1", r"orders\[O1\]"),
        (("orders", 0, "windows", 0), [540, 690], r"orders\[O1\].windows\[0\]"),
        (("orders", 0, "windows", 0), [690, 540, 1], "window"),
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

    with pytest.raises(ValueError, match="instance"):
        load(path)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(INSTANCE), encoding="utf-8")

    assert load(path) == problem_from(INSTANCE)

"""A Problem as an instance of version 2: what a district's rows became can be kept, sent and solved elsewhere."""

from typing import Any

from catalogue.matching.problem import Busy, Lecturer, Order, Pin, Problem, Venue
from catalogue.matching.terms import Days
from catalogue.matching.valid import Span


def document_of(problem: Problem) -> dict[str, Any]:
    """The problem ready for JSON; `problem_from` of it is the same problem (half-days aside, which are words)."""
    travel, joining = problem.travel, problem.joining
    return {
        "version": 2,
        **({"name": problem.name} if problem.name else {}),
        "slot_minutes": problem.slot_minutes,
        "horizon": {"start": problem.horizon_start.isoformat(), "days": problem.days},
        "travel": {
            "metric": travel.metric,
            "speed_kmh": travel.speed_kmh,
            "setup_min": travel.setup_min,
            "round": travel.rounding,
            "home_legs": travel.home_legs,
            "venue_radius_km": travel.venue_radius_km,
        },
        "joining": None
        if joining is None
        else {name: getattr(joining, name) for name in ("radius_km", "min_attendees", "max_orders")},
        "rest_days": sorted(problem.rest_days),
        "orders": [_order(order) for order in problem.orders],
        "lecturers": [_lecturer(lecturer) for lecturer in problem.lecturers],
        "venues": [_venue(venue) for venue in problem.venues],
        "held": [_held(busy) for busy in problem.lessons],
        "previous": [{"order": name, **_pin(pin)} for name, pin in problem.previous.items()],
        "weights": {name: getattr(problem.weights, name) for name in problem.weights.__dataclass_fields__},
    }


def _order(order: Order) -> dict[str, Any]:
    same = ("id", "committee", "course", "attendees", "min_attendees", "preferred_lecturer", "priority", "first_lesson")
    more = ("corps", "not_before", "not_before_online", "not_after", "lecturers_needed", "joins")
    return {
        **{name: getattr(order, name) for name in (*same, *more)},
        "areas": sorted(order.areas),
        "duration_min": order.minutes,
        "windows": [[one.start, one.end, one.preference] for one in order.windows],
        "modes": [str(mode) for mode in order.modes],
        "course_modes": [str(mode) for mode in order.course_modes],
        "location": None if order.location is None else list(order.location),
        "venues": None if order.venues is None else list(order.venues),
        "equipment": sorted(order.equipment),
        "excluded": sorted(order.excluded),
        "pinned": None if order.pinned is None else _pin(order.pinned),
    }


def _lecturer(lecturer: Lecturer) -> dict[str, Any]:
    limits = ("max_half_days_per_day", "max_per_day", "max_per_week", "max_per_month")
    return {
        **{name: getattr(lecturer, name) for name in ("id", "max_km", "online", *limits)},
        "courses": [
            {"course": one.course, **_days(one.days), "trial_given": one.trial_given} for one in lecturer.qualifications
        ],
        "appointments": [{**_days(one.days), "areas": _names(one.areas)} for one in lecturer.appointments],
        "availability": None if lecturer.available is None else _spans(lecturer.available),
        "absences": _spans(lecturer.absences),
        "home": None if lecturer.home is None else list(lecturer.home),
        "areas": _names(lecturer.areas),
        "corps": [{"corps": one.corps, **_days(one.days)} for one in lecturer.corps],
    }


def _venue(venue: Venue) -> dict[str, Any]:
    return {
        **{name: getattr(venue, name) for name in ("id", "capacity", "radius_km", "blocked")},
        "location": list(venue.location),
        "open": None if venue.open is None else _spans(venue.open),
        "closures": _spans(venue.closures),
        "equipment": sorted(venue.equipment),
        "areas": _names(venue.areas),
    }


def _held(busy: Busy) -> dict[str, Any]:
    return {
        "kind": str(busy.kind),
        "id": busy.resource,
        "start": busy.start,
        "end": busy.end,
        "location": None if busy.place is None else list(busy.place),
        "setup_included": busy.setup_included,
        "counts": busy.counts,
    }


def _pin(pin: Pin) -> dict[str, Any]:
    mode = None if pin.mode is None else str(pin.mode)
    return {"lecturer": pin.lecturer, "venue": pin.venue, "start": pin.start, "mode": mode, "also": list(pin.also)}


def _days(term: Days) -> dict[str, int | None]:
    return {"from": term.first, "until": term.last}


def _spans(spans: tuple[Span, ...]) -> list[list[int]]:
    return [list(one) for one in spans]


def _names(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)

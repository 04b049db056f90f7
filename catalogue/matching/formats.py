"""Reading planning instances (docs/matching.md: format, version 1) into a Problem; every fault names its place."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from catalogue.matching.problem import Appointment, Lecturer, Order, Pin, Problem, Qualification, Venue, Weights
from catalogue.matching.terms import Mode, Window
from catalogue.matching.travel import Travel
from catalogue.matching.valid import Point, Span, refuse

T = TypeVar("T")
Read = Callable[[Any, str], T]


def load(path: Path) -> Problem:
    """The problem in a file. ValueError for anything that is not an instance of version 1."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise refuse(path.name, f"is not JSON in UTF-8 ({error})") from error
    return problem_from(document)


def problem_from(document: Any) -> Problem:
    """The problem of an instance that is already parsed."""
    top = _object(document, "instance")
    version = _take(top, "version", "instance", _number)
    if version != 1:
        raise refuse("instance.version", f"must be 1, not {version!r}")
    horizon = _take(top, "horizon", "instance", _object)
    problem = Problem(
        horizon_start=_take(horizon, "start", "horizon", _date),
        days=_take(horizon, "days", "horizon", _number),
        orders=tuple(_each(top, "orders", "instance", _order)),
        lecturers=tuple(_each(top, "lecturers", "instance", _lecturer)),
        venues=tuple(_each(top, "venues", "instance", _venue)),
        slot_minutes=_take(top, "slot_minutes", "instance", _number),
        travel=_take(top, "travel", "instance", _travel),
        weights=_take(top, "weights", "instance", _weights),
        previous=dict(_each(top, "previous", "instance", _kept)) if top.get("previous") is not None else {},
    )
    _check_names(problem)
    return problem


def _check_names(problem: Problem) -> None:
    """Pins and the previous plan speak only of orders, lecturers and venues that exist."""
    for order in problem.orders:
        if order.pinned is not None:
            _check_pin(problem, order.pinned, f"orders[{order.id}].pinned")
    for name, pin in problem.previous.items():
        if name not in problem.order_of:
            raise refuse(f"previous[{name}]", "there is no such order")
        _check_pin(problem, pin, f"previous[{name}]")


def _check_pin(problem: Problem, pin: Pin, place: str) -> None:
    if pin.lecturer not in problem.lecturer_of:
        raise refuse(f"{place}.lecturer", f"there is no lecturer {pin.lecturer!r}")
    if pin.venue is not None and pin.venue not in problem.venue_of:
        raise refuse(f"{place}.venue", f"there is no venue {pin.venue!r}")


# --- things -------------------------------------------------------------------------------------------------------


def _order(value: Any, place: str) -> Order:
    row, place = _named(value, place, "orders")
    area = row.get("area")
    preferred = row.get("preferred_lecturer")
    return Order(
        id=row["id"],
        committee=_take(row, "committee", place, _text),
        course=_take(row, "course", place, _text),
        areas=frozenset() if area is None else frozenset({_text(area, f"{place}.area")}),
        minutes=_take(row, "duration_min", place, _number),
        attendees=_take(row, "attendees", place, _number),
        windows=tuple(_each(row, "windows", place, _window)),
        modes=(_take(row, "mode", place, _mode),),
        location=_take(row, "location", place, _point),
        equipment=frozenset(_each(row, "equipment", place, _text)),
        preferred_lecturer=None if preferred is None else _text(preferred, f"{place}.preferred_lecturer"),
        priority=_take(row, "priority", place, _number),
        first_lesson=True,
        pinned=None if row.get("pinned") is None else _pin(row["pinned"], f"{place}.pinned"),
    )


def _lecturer(value: Any, place: str) -> Lecturer:
    row, place = _named(value, place, "lecturers")
    return Lecturer(
        id=row["id"],
        qualifications=tuple(Qualification(course) for course in _each(row, "courses", place, _text)),
        appointments=(Appointment(),),
        available=tuple(_each(row, "availability", place, _span)),
        home=_take(row, "home", place, _point),
        areas=_areas(row, place),
        max_km=row.get("max_km"),
        max_half_days_per_day=None,
        max_per_day=_take(row, "max_per_day", place, _number),
        max_per_week=_take(row, "max_per_week", place, _number),
    )


def _venue(value: Any, place: str) -> Venue:
    row, place = _named(value, place, "venues")
    return Venue(
        id=row["id"],
        capacity=_take(row, "capacity", place, _number),
        location=_take(row, "location", place, _point),
        open=tuple(_each(row, "open", place, _span)),
        equipment=frozenset(_each(row, "equipment", place, _text)),
        areas=_areas(row, place),
    )


def _areas(row: Mapping[str, Any], place: str) -> frozenset[str] | None:
    return None if row.get("areas") is None else frozenset(_each(row, "areas", place, _text))


def _travel(value: Any, place: str) -> Travel:
    row = _object(value, place)
    return Travel(
        metric=row.get("metric", "haversine"),
        speed_kmh=_take(row, "speed_kmh", "travel", lambda number, _: number),
        setup_min=_take(row, "setup_min", "travel", _number),
        rounding=row.get("round", "up"),
        home_legs=bool(row.get("home_legs", False)),
        venue_radius_km=row.get("venue_radius_km"),
    )


def _weights(value: Any, place: str) -> Weights:
    row = _object(value, place)
    known = Weights.__dataclass_fields__
    return Weights(**{name: _take(row, name, "weights", _number) for name in known})


def _kept(value: Any, place: str) -> tuple[str, Pin]:
    row = _object(value, place)
    return _take(row, "order", place, _text), _pin(row, place)


def _pin(value: Any, place: str) -> Pin:
    row = _object(value, place)
    venue = row.get("venue")
    return Pin(
        _take(row, "lecturer", place, _text),
        None if venue is None else _text(venue, f"{place}.venue"),
        _take(row, "start", place, _number),
    )


# --- values -------------------------------------------------------------------------------------------------------


def _take(row: Mapping[str, Any], key: str, place: str, read: Read[T]) -> T:
    """A value that must be there."""
    if key not in row:
        raise refuse(f"{place}.{key}", "is missing")
    return read(row[key], f"{place}.{key}")


def _each(row: Mapping[str, Any], key: str, place: str, read: Read[T]) -> list[T]:
    """A list that must be there, each of its members read."""
    members = _take(row, key, place, lambda value, _: value)
    if not isinstance(members, list):
        raise refuse(f"{place}.{key}", "must be a list")
    return [read(member, f"{place}.{key}[{index}]") for index, member in enumerate(members)]


def _named(value: Any, place: str, kind: str) -> tuple[Mapping[str, Any], str]:
    """An object with an id, and the place that its id gives to what is in it."""
    row = _object(value, place)
    return row, f"{kind}[{_take(row, 'id', place, _text)}]"


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise refuse(place, "must be an object")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise refuse(place, f"must be a text that is not empty, not {value!r}")
    return value


def _number(value: Any, place: str) -> int:
    if type(value) is not int:
        raise refuse(place, f"must be a whole number, not {value!r}")
    return value


def _mode(value: Any, place: str) -> Mode:
    if value not in tuple(Mode):
        raise refuse(place, f"must be one of {', '.join(Mode)}, not {value!r}")
    return Mode(value)


def _date(value: Any, place: str) -> date:
    try:
        return date.fromisoformat(_text(value, place))
    except ValueError as error:
        raise refuse(place, f"must be a date like 2026-03-02, not {value!r}") from error


def _point(value: Any, place: str) -> Point:
    if not isinstance(value, list) or len(value) != 2:
        raise refuse(place, "must be a pair of coordinates")
    return (value[0], value[1])


def _span(value: Any, place: str) -> Span:
    if not isinstance(value, list) or len(value) != 2:
        raise refuse(place, "must be a pair of start and end")
    return (value[0], value[1])


def _window(value: Any, place: str) -> Window:
    if not isinstance(value, list) or len(value) != 3:
        raise refuse(place, "must be start, end and preference")
    return Window(value[0], value[1], value[2])


def _no_constant(name: str) -> float:
    raise ValueError(f"instance: {name} is no number")

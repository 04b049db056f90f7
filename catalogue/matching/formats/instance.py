"""Instances of version 1 and 2 into a Problem (docs/formats.md)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalogue.matching.formats.careful import read_json
from catalogue.matching.formats.sane import check_sane
from catalogue.matching.formats.values import (
    calendar_day,
    days,
    default,
    each,
    listed,
    mapping,
    maybe,
    mode,
    named,
    number,
    point,
    some,
    span,
    take,
    text,
    whole,
    window,
    yes_or_no,
)
from catalogue.matching.problem import (
    Appointment,
    Busy,
    Joining,
    Lecturer,
    Membership,
    Order,
    Pin,
    Problem,
    Qualification,
    Venue,
    Weights,
)
from catalogue.matching.terms import DAY, Kind, Mode
from catalogue.matching.travel import Travel
from catalogue.matching.valid import FAR, refuse


def load(path: Path) -> Problem:
    """The problem in a file. ValueError for anything that is not an instance of version 1 or 2."""
    return problem_from(read_json(path))


def problem_from(document: Any) -> Problem:
    """The problem of an instance that is already parsed."""
    top = mapping(document, "instance")
    version = take(top, "version", "instance", whole)
    if version not in (1, 2):
        raise refuse("instance.version", f"must be 1 or 2, not {version!r}")
    horizon = take(top, "horizon", "instance", mapping)
    first, second = (_order_1, _lecturer_1) if version == 1 else (_order_2, _lecturer_2)
    problem = Problem(
        horizon_start=take(horizon, "start", "horizon", calendar_day),
        days=take(horizon, "days", "horizon", _some_days),
        orders=tuple(each(top, "orders", "instance", first)),
        lecturers=tuple(each(top, "lecturers", "instance", second)),
        venues=tuple(each(top, "venues", "instance", _venue_1 if version == 1 else _venue_2)),
        lessons=() if version == 1 else tuple(some(top, "held", "instance", _held)),
        slot_minutes=take(top, "slot_minutes", "instance", whole),
        travel=take(top, "travel", "instance", _travel),
        weights=take(top, "weights", "instance", _weights),
        previous=_previous(top),
        rest_days=frozenset() if version == 1 else frozenset(some(top, "rest_days", "instance", whole)),
        joining=None if version == 1 else maybe(top, "joining", "instance", _joining),
        name=maybe(top, "name", "instance", text) or "",
    )
    check_sane(problem)
    return problem


def _previous(top: Mapping[str, Any]) -> dict[str, Pin]:
    kept: dict[str, Pin] = {}
    for order, pin in some(top, "previous", "instance", _kept):
        if order in kept:
            raise refuse(f"previous[{order}]", "appears twice")
        kept[order] = pin
    return kept


# --- version 1 ----------------------------------------------------------------------------------------------------


def _order_1(value: Any, place: str) -> Order:
    row, place = named(value, place, "orders")
    area = maybe(row, "area", place, text)
    return Order(
        id=row["id"],
        committee=take(row, "committee", place, text),
        course=take(row, "course", place, text),
        areas=frozenset() if area is None else frozenset({area}),
        minutes=take(row, "duration_min", place, whole),
        attendees=take(row, "attendees", place, whole),
        windows=tuple(each(row, "windows", place, window)),
        modes=(take(row, "mode", place, mode),),
        location=take(row, "location", place, point),
        equipment=frozenset(each(row, "equipment", place, text)),
        preferred_lecturer=maybe(row, "preferred_lecturer", place, text),
        priority=take(row, "priority", place, whole),
        first_lesson=True,
        pinned=maybe(row, "pinned", place, _pin),
    )


def _lecturer_1(value: Any, place: str) -> Lecturer:
    row, place = named(value, place, "lecturers")
    return Lecturer(
        id=row["id"],
        qualifications=tuple(Qualification(course) for course in each(row, "courses", place, text)),
        appointments=(Appointment(),),
        available=tuple(each(row, "availability", place, span)),
        home=take(row, "home", place, point),
        areas=_areas(row, place),
        max_km=maybe(row, "max_km", place, number),
        max_half_days_per_day=None,
        max_per_day=take(row, "max_per_day", place, whole),
        max_per_week=take(row, "max_per_week", place, whole),
    )


def _venue_1(value: Any, place: str) -> Venue:
    row, place = named(value, place, "venues")
    return Venue(
        id=row["id"],
        capacity=take(row, "capacity", place, whole),
        location=take(row, "location", place, point),
        open=tuple(each(row, "open", place, span)),
        equipment=frozenset(each(row, "equipment", place, text)),
        areas=_areas(row, place),
    )


# --- version 2 ----------------------------------------------------------------------------------------------------


def _order_2(value: Any, place: str) -> Order:
    row, place = named(value, place, "orders")
    venues = maybe(row, "venues", place, listed(text))
    areas = frozenset(some(row, "areas", place, text))
    area = maybe(row, "area", place, text)
    modes = each(row, "modes", place, mode) if "modes" in row else [take(row, "mode", place, mode)]
    return Order(
        id=row["id"],
        committee=take(row, "committee", place, text),
        course=take(row, "course", place, text),
        areas=areas if area is None else areas | {area},
        minutes=take(row, "duration_min", place, whole),
        attendees=take(row, "attendees", place, whole),
        windows=tuple(each(row, "windows", place, window)),
        modes=tuple(modes),
        location=maybe(row, "location", place, point),
        venues=None if venues is None else tuple(venues),
        equipment=frozenset(some(row, "equipment", place, text)),
        preferred_lecturer=maybe(row, "preferred_lecturer", place, text),
        priority=take(row, "priority", place, whole),
        first_lesson=default(row, "first_lesson", place, yes_or_no, otherwise=True),
        corps=maybe(row, "corps", place, text),
        excluded=frozenset(some(row, "excluded", place, text)),
        not_before=maybe(row, "not_before", place, whole),
        not_before_online=maybe(row, "not_before_online", place, whole),
        not_after=maybe(row, "not_after", place, whole),
        course_modes=tuple(some(row, "course_modes", place, mode)),
        min_attendees=default(row, "min_attendees", place, whole, 1),
        pinned=maybe(row, "pinned", place, _pin),
        lecturers_needed=default(row, "lecturers_needed", place, whole, 1),
        joins=default(row, "joins", place, yes_or_no, otherwise=False),
    )


def _lecturer_2(value: Any, place: str) -> Lecturer:
    row, place = named(value, place, "lecturers")
    available = maybe(row, "availability", place, listed(span))
    terms = maybe(row, "appointments", place, listed(_appointment))
    return Lecturer(
        id=row["id"],
        qualifications=tuple(each(row, "courses", place, _qualification)),
        appointments=(Appointment(),) if terms is None else tuple(terms),
        available=None if available is None else tuple(available),
        absences=tuple(some(row, "absences", place, span)),
        home=maybe(row, "home", place, point),
        areas=_areas(row, place),
        max_km=maybe(row, "max_km", place, number),
        max_half_days_per_day=maybe(row, "max_half_days_per_day", place, whole),
        max_per_day=maybe(row, "max_per_day", place, whole),
        max_per_week=maybe(row, "max_per_week", place, whole),
        max_per_month=maybe(row, "max_per_month", place, whole),
        corps=tuple(some(row, "corps", place, _membership)),
        online=default(row, "online", place, yes_or_no, otherwise=True),
    )


def _venue_2(value: Any, place: str) -> Venue:
    row, place = named(value, place, "venues")
    hours = maybe(row, "open", place, listed(span))
    return Venue(
        id=row["id"],
        capacity=take(row, "capacity", place, whole),
        location=take(row, "location", place, point),
        open=None if hours is None else tuple(hours),
        closures=tuple(some(row, "closures", place, span)),
        equipment=frozenset(some(row, "equipment", place, text)),
        areas=_areas(row, place),
        radius_km=maybe(row, "radius_km", place, number),
        blocked=default(row, "blocked", place, yes_or_no, otherwise=False),
    )


def _qualification(value: Any, place: str) -> Qualification:
    if isinstance(value, str):
        return Qualification(text(value, place))
    row = mapping(value, place)
    given = default(row, "trial_given", place, yes_or_no, otherwise=True)
    return Qualification(take(row, "course", place, text), days(row, place), given)


def _appointment(value: Any, place: str) -> Appointment:
    row = mapping(value, place)
    return Appointment(days(row, place), _areas(row, place))


def _membership(value: Any, place: str) -> Membership:
    row = mapping(value, place)
    return Membership(take(row, "corps", place, text), days(row, place))


def _held(value: Any, place: str) -> Busy:
    row = mapping(value, place)
    kind = take(row, "kind", place, text)
    if kind not in tuple(Kind):
        raise refuse(f"{place}.kind", f"must be one of {', '.join(Kind)}, not {kind!r}")
    return Busy(
        Kind(kind),
        take(row, "id", place, text),
        take(row, "start", place, whole),
        take(row, "end", place, whole),
        maybe(row, "location", place, point),
        default(row, "setup_included", place, yes_or_no, otherwise=False),
        default(row, "counts", place, yes_or_no, otherwise=True),
    )


def _joining(value: Any, place: str) -> Joining:
    row = mapping(value, place)
    return Joining(
        take(row, "radius_km", place, number),
        default(row, "min_attendees", place, whole, 1),
        default(row, "max_orders", place, whole, 3),
    )


# --- both ---------------------------------------------------------------------------------------------------------


def _some_days(value: Any, place: str) -> int:
    found = whole(value, place)
    if not 1 <= found <= FAR // DAY:
        raise refuse(place, f"must be a whole number from 1 to {FAR // DAY}, not {found}")
    return found


def _areas(row: Mapping[str, Any], place: str) -> frozenset[str] | None:
    found = maybe(row, "areas", place, listed(text))
    return None if found is None else frozenset(found)


def _travel(value: Any, place: str) -> Travel:
    row = mapping(value, place)
    return Travel(
        metric=row.get("metric", "haversine"),
        speed_kmh=take(row, "speed_kmh", "travel", number),
        setup_min=take(row, "setup_min", "travel", whole),
        rounding=row.get("round", "up"),
        home_legs=default(row, "home_legs", "travel", yes_or_no, otherwise=False),
        venue_radius_km=maybe(row, "venue_radius_km", "travel", number),
    )


def _weights(value: Any, place: str) -> Weights:
    row = mapping(value, place)
    return Weights(**{name: take(row, name, "weights", whole) for name in Weights.__dataclass_fields__})


def _kept(value: Any, place: str) -> tuple[str, Pin]:
    row = mapping(value, place)
    return take(row, "order", place, text), _pin(row, place)


def _pin(value: Any, place: str) -> Pin:
    row = mapping(value, place)
    way: Mode | None = maybe(row, "mode", place, mode)
    return Pin(
        take(row, "lecturer", place, text),
        maybe(row, "venue", place, text),
        take(row, "start", place, whole),
        way,
        tuple(some(row, "also", place, text)),
    )

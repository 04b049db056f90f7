"""Team orienteering with time windows, the text form of the public instances, as a planning problem without loss.

Each visit is an order taught onsite, each tour a lecturer at the depot; only the profit weighs (docs/formats.md).
"""

import math
from datetime import date
from pathlib import Path
from typing import NamedTuple

from catalogue.matching.formats.careful import LARGEST, read_text
from catalogue.matching.problem import Appointment, Lecturer, Order, Problem, Qualification, Weights
from catalogue.matching.terms import DAY, Mode, Window
from catalogue.matching.travel import Travel
from catalogue.matching.valid import FAR, refuse

PROFIT_ALONE = Weights(served=1, cover=0, window=0, lecturer=0, km=0, balance=0, change=0)
MOST_TOURS = 1000


class Visit(NamedTuple):
    """One row: where, how long, for what profit, between which times (scaled, whole)."""

    place: tuple[float, float]
    minutes: int
    profit: int
    opens: int
    closes: int


def load_toptw(path: Path, tours: int | None = None, scale: int | None = None) -> Problem:
    """The problem in a TOPTW file. ValueError that names the line for anything else.

    tours: how many tours (default: the second number of the first line); scale: units per unit of the file
    (default: 100 for files called pr…, 10 for others, as in the literature), times are cut off after scaling.
    """
    lines = [line.split() for line in read_text(path).splitlines()]
    rows = [(number, fields) for number, fields in enumerate(lines, start=1) if fields]
    if len(rows) < 3:
        raise refuse(path.name, "must have two header lines and a depot")
    factor = scale if scale is not None else 100 if path.name.lower().startswith("pr") else 10
    if not 1 <= factor <= 1000:
        raise refuse("scale", f"must be a whole number from 1 to 1000, not {factor}")
    count = tours if tours is not None else _tours(rows[0])
    if not 1 <= count <= MOST_TOURS:
        raise refuse("tours", f"must be a whole number from 1 to {MOST_TOURS}, not {count}")
    depot, *visits = [_visit(number, fields, factor) for number, fields in rows[2:]]
    return _problem(path.stem, depot, visits, count)


def _tours(row: tuple[int, list[str]]) -> int:
    number, fields = row
    if len(fields) < 2:
        raise refuse(f"line {number}", "must name the number of tours as its second number")
    return int(_number(fields[1], number))


def _visit(line: int, fields: list[str], factor: int) -> Visit:
    if len(fields) < 7:
        raise refuse(f"line {line}", f"has {len(fields)} numbers, fewer than 7")
    numbers = [_number(field, line) for field in fields]
    opens, closes = numbers[-2:]
    made = Visit(
        (numbers[1] * factor, numbers[2] * factor),
        _cut(numbers[3], factor),
        _cut(numbers[4], 1),
        _cut(opens, factor),
        _cut(closes, factor),
    )
    if min(made.minutes, made.profit, made.opens) < 0 or made.closes < made.opens:
        raise refuse(f"line {line}", "has a negative number or closes before it opens")
    if made.closes + made.minutes > FAR:
        raise refuse(f"line {line}", "lies too far in time")
    return made


def _number(field: str, line: int) -> float:
    try:
        number = float(field)
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST:
        raise refuse(f"line {line}", f"must hold numbers only, not {field[:40]!r}")
    return number


def _cut(number: float, factor: int) -> int:
    return math.floor(number * factor + 1e-6)


def _problem(name: str, depot: Visit, visits: list[Visit], count: int) -> Problem:
    orders = tuple(
        Order(
            id=f"V{index}",
            committee=f"V{index}",
            course="visit",
            areas=frozenset(),
            minutes=max(1, visit.minutes),
            attendees=1,
            windows=(Window(visit.opens, visit.closes + max(1, visit.minutes)),),
            modes=(Mode.ONSITE,),
            location=visit.place,
            priority=visit.profit,
            first_lesson=True,
        )
        for index, visit in enumerate(visits, start=1)
    )
    lecturers = tuple(
        Lecturer(
            id=f"T{index}",
            qualifications=(Qualification("visit"),),
            appointments=(Appointment(),),
            available=((depot.opens, depot.closes),),
            home=depot.place,
            max_half_days_per_day=None,
            max_per_day=max(1, len(orders)),
            max_per_week=max(1, len(orders)),
        )
        for index in range(1, count + 1)
    )
    return Problem(
        horizon_start=date(2026, 3, 2),
        days=max(1, -(-depot.closes // DAY)),
        orders=orders,
        lecturers=lecturers,
        slot_minutes=1,
        travel=Travel("euclid", 60.0, 0, "down", home_legs=True, venue_radius_km=None),
        weights=PROFIT_ALONE,
        name=name,
    )

"""Small problems with dull defaults: one committee, one lecturer who can do everything, one room, Monday 2 March 2026."""

from dataclasses import replace
from datetime import date
from typing import Any

from catalogue.matching.problem import Appointment, Busy, Lecturer, Order, Problem, Qualification, Venue
from catalogue.matching.terms import DAY, Kind, Mode, Window
from catalogue.matching.travel import Travel

MONDAY = date(2026, 3, 2)
HOME = (0.0, 0.0)
NINE, TEN, ELEVEN, NOON, TWO, FOUR = 540, 600, 660, 720, 840, 960
PLANE = Travel(metric="euclid", speed_kmh=60.0, setup_min=15, venue_radius_km=5.0)  # one km is one minute


def at(day: int, minute: int) -> int:
    """The minute of a time of day on a day."""
    return day * DAY + minute


def an_order(**change: Any) -> Order:
    """停车难 for 30 people on the first day, 9:00 to 11:00 on the spot."""
    order = Order(
        id="O1",
        committee="K1",
        course="停车难",
        areas=frozenset({"夏阳"}),
        minutes=120,
        attendees=30,
        windows=(Window(NINE, ELEVEN, 10),),
        modes=(Mode.ONSITE,),
        location=(3.0, 0.0),
    )
    return replace(order, **change)


def a_lecturer(name: str = "L1", **change: Any) -> Lecturer:
    """Qualified, appointed and free at any time."""
    lecturer = Lecturer(name, (Qualification("停车难"),), (Appointment(),), None, home=HOME)
    return replace(lecturer, **change)


def a_venue(name: str = "V1", **change: Any) -> Venue:
    """A room for 50, open at any time, one km from the committee."""
    return replace(Venue(name, 50, (3.0, 1.0), None), **change)


def a_problem(*things: Order | Lecturer | Venue | Busy, **change: Any) -> Problem:
    """A fortnight with these things; an order, a lecturer and no venue if there are none of them."""
    orders = tuple(one for one in things if isinstance(one, Order)) or (an_order(),)
    lecturers = tuple(one for one in things if isinstance(one, Lecturer)) or (a_lecturer(),)
    venues = tuple(one for one in things if isinstance(one, Venue))
    lessons = tuple(one for one in things if isinstance(one, Busy))
    problem = Problem(MONDAY, 14, orders, lecturers, venues, lessons, travel=PLANE)
    return replace(problem, **change)


def busy(start: int, end: int, place: tuple[float, float] | None = HOME, **change: Any) -> Busy:
    """The lecturer L1 is busy."""
    return replace(Busy(Kind.LECTURER, "L1", start, end, place), **change)

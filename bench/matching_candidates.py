"""How long do candidates and the calendar of one order take at district size? Prints milliseconds.

    python bench/matching_candidates.py [SEED]

The district: 120 lecturers, 80 venues, 1,200 booked lessons, a quarter. Building the book of held time is part of every
figure, as it is for a request; building the problem from its rows is not.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from catalogue.matching.candidates import candidates
from catalogue.matching.presence import who_could_come
from catalogue.matching.problem import Appointment, Busy, Lecturer, Order, Problem, Qualification, Venue
from catalogue.matching.terms import DAY, HALF_DAYS, Kind, Mode, Window

DAYS, COURSES, LECTURERS, VENUES, LESSONS, ORDERS = 91, 115, 120, 80, 1200, 120
CENTRE = (31.14, 121.10)


def district(seed: int) -> Problem:
    """An invented district of the size of the goal."""
    rng = random.Random(seed)

    def somewhere() -> tuple[float, float]:
        return (round(rng.gauss(CENTRE[0], 0.06), 5), round(rng.gauss(CENTRE[1], 0.07), 5))

    def half_days(share: float) -> tuple[tuple[int, int], ...]:
        all_of = [(day, half) for day in range(DAYS) for half in HALF_DAYS]
        return tuple((day * DAY + half.start, day * DAY + half.end) for day, half in all_of if rng.random() < share)

    liked = [1 / (c + 1) ** 0.8 for c in range(COURSES)]  # a few courses are taught by many and ordered by many

    places = [somewhere() for _ in range(215)]
    lecturers = tuple(
        Lecturer(
            id=f"L{i:03d}",
            qualifications=tuple(
                Qualification(f"C{c:03d}")
                for c in sorted({i % COURSES, *rng.choices(range(COURSES), liked, k=rng.randint(2, 7))})
            ),
            appointments=(Appointment(),),
            available=half_days(0.5),
            home=somewhere(),
            max_km=rng.choice([None, None, 15.0, 25.0]),
            max_per_month=6,
        )
        for i in range(LECTURERS)
    )
    venues = tuple(
        Venue(
            f"V{i:03d}",
            rng.choice([30, 40, 60, 80, 120, 200]),
            somewhere(),
            half_days(0.7),
            equipment=frozenset({"projector"}),
        )
        for i in range(VENUES)
    )
    lessons: list[Busy] = []
    for _ in range(LESSONS):
        lecturer, place, venue = rng.choice(lecturers), rng.choice(places), rng.choice(venues)
        day, half = rng.randrange(DAYS), rng.choice(HALF_DAYS)
        start = day * DAY + half.start
        lessons.append(Busy(Kind.LECTURER, lecturer.id, start, start + 90, place))
        lessons.append(Busy(Kind.VENUE, venue.id, start, start + 90))
        lessons.append(Busy(Kind.COMMITTEE, f"K{rng.randrange(215):03d}", start, start + 90))
    orders = tuple(_order(rng, i, places, liked) for i in range(ORDERS))
    return Problem(date(2026, 3, 2), DAYS, orders, lecturers, venues, tuple(lessons))


def _order(rng: random.Random, i: int, places: list[tuple[float, float]], liked: list[float]) -> Order:
    committee = rng.randrange(215)
    half_days = [(rng.randrange(DAYS), rng.choice(HALF_DAYS)) for _ in range(rng.choice([1, 2, 3, 4, 6, 10]))]
    return Order(
        id=f"O{i:03d}",
        committee=f"K{committee:03d}",
        course=f"C{rng.choices(range(COURSES), liked)[0]:03d}",
        areas=frozenset({"district"}),
        minutes=rng.choice([60, 90, 120]),
        attendees=rng.randint(10, 60),
        windows=tuple(
            Window(day * DAY + half.start, day * DAY + half.end, rng.choice([10, 8, 6])) for day, half in half_days
        ),
        modes=rng.choice([(Mode.ONSITE,), (Mode.VENUE,), (Mode.VENUE, Mode.ONSITE, Mode.ONLINE), (Mode.ONLINE,)]),
        location=places[committee],
        course_modes=(Mode.VENUE, Mode.ONLINE),
    )


def measured(name: str, calls: list[Callable[[], object]]) -> None:
    """One line: median, 95th percentile and worst milliseconds of processor time, the better of two runs each."""
    taken = []
    for call in calls:
        best = float("inf")
        for _ in range(2):
            begun = time.process_time()
            call()
            best = min(best, time.process_time() - begun)
        taken.append(best * 1000)
    taken.sort()
    print(
        f"{name:<42} median {statistics.median(taken):6.2f}   95 % {taken[int(len(taken) * 0.95)]:6.2f}   worst {taken[-1]:6.2f} ms"
    )


def main() -> None:
    """Measure every order once."""
    problem = district(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    candidates(problem, problem.orders[0].id)
    rankings = {order.id: candidates(problem, order.id) for order in problem.orders}
    served = [order for order in problem.orders if rankings[order.id].candidates]
    unmet = [order for order in problem.orders if not rankings[order.id].candidates]
    print(
        f"{len(served)} orders with candidates, {len(unmet)} without; up to {max(r.able for r in rankings.values())} able lecturers"
    )
    measured("candidates", [lambda o=order: candidates(problem, o.id) for order in served])
    if unmet:
        measured("candidates, none, with ways out", [lambda o=order: candidates(problem, o.id) for order in unmet])
    measured(
        "who could come, a month", [lambda o=order: who_could_come(problem, o, 20, 50) for order in problem.orders]
    )
    measured("who could come, the quarter", [lambda o=order: who_could_come(problem, o) for order in problem.orders])


if __name__ == "__main__":
    main()

"""Invented planning instances of version 1: sizes town, district, city; shapes of trouble. The same seed, the same instance.

    python -m bench.instances district tight 7 OUT.json

A quarter of a district as it goes: committees crowd into towns, some courses everybody wants, external lecturers have
a few half-days, committees offer times at which somebody they know is free. Shapes change one thing each.
"""

import argparse
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DAY = 1440
MORNING, AFTERNOON, EVENING = (540, 690), (810, 1020), (1110, 1230)
HALVES = (MORNING, AFTERNOON, EVENING)
LIKED = (3, 5, 1)  # how often each half-day is offered
THINGS = ("projector", "screen", "sound", "vr")
KM_OF_DEGREE = 111.2
SOUTH_WEST = (30.85, 121.05)


@dataclass(frozen=True)
class Shape:
    """supply: lecturer half-days per order wanted; room_supply: open half-days of rooms per order in a room."""

    supply: float = 0.7
    room_supply: float = 1.6
    in_rooms: float = 0.3
    online: float = 0.1
    per_day: int = 2
    per_week: tuple[int, ...] = (1, 2, 3, 4, 5)
    whole_days: bool = False
    minutes: tuple[int, ...] = (60, 90, 90, 120)
    windows: tuple[int, ...] = (2, 3, 3, 4, 4, 6, 10)
    tiny_windows: bool = False
    home_legs: bool = False


SHAPES = {
    "tight": Shape(),
    "easy": Shape(supply=2.2, room_supply=6.0),
    "rooms": Shape(supply=1.6, room_supply=0.35, in_rooms=0.8),
    "days": Shape(supply=0.5, per_day=6, per_week=(6, 9, 12), whole_days=True, minutes=(45, 60, 60, 90)),
    "online": Shape(in_rooms=0.05, online=0.85),
    "corps": Shape(supply=0.9, tiny_windows=True, home_legs=True, per_day=4, per_week=(4, 6, 8), whole_days=True),
    "odd": Shape(supply=1.0),
}
SHAPES["pins"] = SHAPES["joint"] = SHAPES["tight"]

SIZES = {  # districts, towns, committees, orders, lecturers, rooms of each district; days; courses
    "sixty": (1, 2, 20, 60, 12, 8, 28, 20),
    "town": (1, 1, 24, 60, 12, 8, 28, 24),
    "district": (1, 11, 300, 1200, 120, 80, 91, 100),
    "city": (16, 11, 300, 1200, 120, 80, 91, 100),
}


@dataclass(frozen=True)
class Size:
    """Numbers of one district, and what all districts share."""

    districts: int
    towns: int
    committees: int
    orders: int
    lecturers: int
    rooms: int
    days: int
    courses: int


class Maker:
    """Draws one instance."""

    def __init__(self, size: str, shape: str, seed: int) -> None:
        self.rng = random.Random(f"{size} {shape} {seed}")
        self.size, self.shape, self.kind = Size(*SIZES[size]), SHAPES[shape], shape
        self.name = f"{size}-{shape}-{seed}"
        self.courses = [f"C{number:03d}" for number in range(self.size.courses)]
        self.weights = [1.0 / (rank + 2) ** 0.9 for rank in range(self.size.courses)]
        self.minutes = {course: self.rng.choice(self.shape.minutes) for course in self.courses}

    def instance(self) -> dict[str, Any]:
        """The whole document."""
        lecturers, rooms, orders = [], [], []
        for district in range(self.size.districts):
            towns = [self.spot(self.centre(district), 8.0) for _ in range(self.size.towns)]
            committees = [
                (f"K{district:02d}-{number:03d}", self.spot(self.rng.choice(towns), 1.6))
                for number in range(self.size.committees)
            ]
            own = list(self.lecturers(district, towns))
            lecturers += own
            rooms += self.rooms(district, towns)
            orders += self.orders(district, committees, own)
        document = {
            "version": 1,
            "name": self.name,
            "slot_minutes": 30,
            "horizon": {"start": "2026-03-02", "days": self.size.days},
            "travel": {
                "metric": "haversine",
                "speed_kmh": 20,
                "setup_min": 15,
                "round": "up",
                "home_legs": self.shape.home_legs,
                "venue_radius_km": 6,
            },
            "orders": orders,
            "lecturers": lecturers,
            "venues": rooms,
            "previous": None,
            "weights": {
                "served": 1000, "cover": 500, "window": 10, "lecturer": 50, "km": 2, "balance": 1, "change": 200,
            },
        }  # fmt: skip
        if self.kind == "odd":
            self.make_odd(document)
        if self.kind == "joint":
            self.make_joint(document)
        return document

    # --- places and times -----------------------------------------------------------------------------------------

    def centre(self, district: int) -> tuple[float, float]:
        row, column = divmod(district, 4)
        return SOUTH_WEST[0] + 0.2 * row, SOUTH_WEST[1] + 0.22 * column

    def spot(self, around: tuple[float, float], km: float) -> tuple[float, float]:
        distance, angle = abs(self.rng.gauss(0, km)), self.rng.uniform(0, 2 * math.pi)
        north = distance * math.sin(angle) / KM_OF_DEGREE
        east = distance * math.cos(angle) / (KM_OF_DEGREE * math.cos(math.radians(around[0])))
        return round(around[0] + north, 5), round(around[1] + east, 5)

    def half_day(self) -> tuple[int, int]:
        """A half-day of the quarter, weekdays more often."""
        week = self.rng.randrange(self.size.days // 7)
        day = 7 * week + self.rng.choices(range(7), (6, 6, 6, 6, 6, 2, 1))[0]
        start, end = self.rng.choices(HALVES, LIKED)[0]
        return day * DAY + start, day * DAY + end

    def hours(self, wanted: int) -> list[list[int]]:
        """So many different half-days, or whole days if lessons fill days."""
        found: set[tuple[int, int]] = set()
        for _ in range(20 * wanted):
            if len(found) >= wanted:
                break
            start, end = self.half_day()
            if self.shape.whole_days:
                start, end = start // DAY * DAY + 510, start // DAY * DAY + 1110
            found.add((start, end))
        return [list(one) for one in sorted(found)]

    # --- who, where, what -----------------------------------------------------------------------------------------

    def lecturers(self, district: int, towns: list[tuple[float, float]]) -> Iterator[dict[str, Any]]:
        per_head = self.shape.supply * self.size.orders / self.size.lecturers
        if self.shape.whole_days:
            per_head /= 3
        for number in range(self.size.lecturers):
            tenured, everywhere = self.rng.random() < 0.4, self.rng.random() < 0.08
            taught = {self.courses[(number + district) % self.size.courses]}
            taught |= set(self.rng.choices(self.courses, self.weights, k=self.rng.randint(1, 4)))
            taught |= set(self.rng.sample(self.courses, 2))
            wanted = max(1, round(per_head * (1.6 if tenured else 0.6) * self.rng.uniform(0.6, 1.4)))
            yield {
                "id": f"L{district:02d}-{number:03d}",
                "courses": sorted(taught),
                "availability": self.hours(wanted),
                "home": list(self.spot(self.rng.choice(towns), 5.0)),
                "areas": None if everywhere else [f"A{district:02d}"],
                "max_km": 40 if everywhere else self.rng.choice([None, None, 12, 20]),
                "max_per_day": self.shape.per_day,
                "max_per_week": self.rng.choice(self.shape.per_week[2:] if tenured else self.shape.per_week[:3]),
                "employment": "full_time" if tenured else "special",
                "rating": round(self.rng.uniform(3.6, 5.0), 1),
                "fee_per_hour": 0 if tenured else self.rng.choice([200, 300, 500]),
            }

    def rooms(self, district: int, towns: list[tuple[float, float]]) -> Iterator[dict[str, Any]]:
        per_room = self.shape.room_supply * self.shape.in_rooms * self.size.orders / self.size.rooms
        for number in range(self.size.rooms):
            yield {
                "id": f"V{district:02d}-{number:03d}",
                "capacity": self.rng.choice([25, 40, 40, 60, 80, 120, 200, 300]),
                "equipment": [thing for thing in THINGS if self.rng.random() < 0.8],
                "open": [
                    list(one)
                    for one in sorted(
                        {self.half_day() for _ in range(max(1, round(per_room * self.rng.uniform(0.5, 1.5))))}
                    )
                ],
                "areas": [f"A{district:02d}"],
                "location": list(self.spot(self.rng.choice(towns), 1.5)),
            }

    def orders(
        self, district: int, committees: list[tuple[str, tuple[float, float]]], lecturers: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        shape, rng = self.shape, self.rng
        by_course = {course: [one for one in lecturers if course in one["courses"]] for course in self.courses}
        ways = (1 - shape.in_rooms - shape.online, shape.in_rooms, shape.online)
        for number in range(self.size.orders):
            course = rng.choices(self.courses, self.weights)[0]
            teachers = by_course[course] or lecturers
            committee, location = rng.choice(committees)
            mode = rng.choices(("onsite", "venue", "online"), ways)[0]
            yield {
                "id": f"O{district:02d}-{number:04d}",
                "area": f"A{district:02d}",
                "course": course,
                "committee": committee,
                "attendees": min(280, max(8, round(rng.lognormvariate(3.5, 0.5)))),
                "windows": self.windows(teachers, self.minutes[course]),
                "duration_min": self.minutes[course],
                "priority": rng.choices((1, 2, 3, 5), (10, 6, 3, 1))[0],
                "mode": mode,
                "location": list(location),
                "equipment": [thing for thing in THINGS if mode == "venue" and rng.random() < 0.15],
                "preferred_lecturer": rng.choice(teachers)["id"] if rng.random() < 0.2 else None,
                "pinned": None,
            }

    def windows(self, teachers: list[dict[str, Any]], minutes: int) -> list[list[int]]:
        """Times a committee offers: most of them when somebody who teaches the course has hours."""
        found: dict[tuple[int, int], int] = {}
        for _ in range(self.rng.choice(self.shape.windows)):
            start, end = self.half_day()
            hours = self.rng.choice(teachers)["availability"]
            if hours and self.rng.random() < 0.65:
                start, end = self.rng.choice(hours)
            if self.shape.tiny_windows:
                latest = max(start, end - minutes)
                start = self.rng.randrange(start, latest + 1, 30)
                end = start + minutes
            found[start, end] = self.rng.choice((10, 10, 8, 6, 4, 2, 0))
        return [[start, end, liked] for (start, end), liked in sorted(found.items())]

    # --- odd but valid --------------------------------------------------------------------------------------------

    def make_odd(self, document: dict[str, Any]) -> None:
        """What no one draws but somebody has: weights of nothing, the same window twice, nights, several days at once."""
        document["weights"] |= {"window": 0, "lecturer": 0, "cover": 0}
        for order in document["orders"][::7]:
            order["windows"] += order["windows"][:1]
        for order in document["orders"][3::40]:
            day = self.rng.randrange(self.size.days - 1) * DAY
            order["windows"] = [[day + 1380, day + DAY + 300, 10]]
            order["mode"], order["equipment"] = "onsite", []
        for lecturer in document["lecturers"][::9]:
            day = self.rng.randrange(self.size.days - 3) * DAY
            lecturer["availability"] = [[day, day + 3 * DAY], [day + 3 * DAY, day + 3 * DAY + 600]]
        for order in document["orders"][5::25]:
            order["location"] = list(self.spot((order["location"][0], order["location"][1]), 4.0))
        for order in document["orders"][11::60]:
            order["location"] = [order["location"][0] + 3.0, order["location"][1]]
            order["priority"] = 0

    def make_joint(self, document: dict[str, Any]) -> None:
        """Version 2: small committees agree to share lessons with near-by ones, in a room or online: one of the few
        courses that everybody wants, on one of the half-days that it is known for or their own."""
        usual = {course: [self.half_day() for _ in range(3)] for course in self.courses}
        document |= {"version": 2, "joining": {"radius_km": 5, "min_attendees": 10, "max_orders": 3}}
        for order in document["orders"]:
            if order["attendees"] <= 40 and self.rng.random() < 0.7:
                order["joins"] = True
                order["modes"] = ["venue"] if self.rng.random() < 0.7 else ["venue", "online"]
                order["equipment"] = []
                course = self.rng.choice(self.courses[: max(3, len(self.courses) // 8)])
                order["course"], order["duration_min"] = course, self.minutes[course]
                order["windows"] = sorted(order["windows"] + [[*self.rng.choice(usual[course]), 1]])
                del order["mode"]


def instance(size: str, shape: str, seed: int) -> dict[str, Any]:
    """A document of version 1 (`joint`: 2). `pins` needs a plan first: see with_pins."""
    return Maker(size, shape, seed).instance()


def with_pins(document: dict[str, Any], plan: list[dict[str, Any]], seed: int, share: float = 0.4) -> dict[str, Any]:
    """The instance in the middle of its quarter: a share of the plan is fixed, the rest is the previous plan."""
    rng = random.Random(f"pins {seed}")
    fixed = {row["order"]: row for row in rng.sample(plan, round(share * len(plan)))}
    for order in document["orders"]:
        row = fixed.get(order["id"])
        if row is not None:
            order["pinned"] = {"lecturer": row["lecturer"], "venue": row["venue"], "start": row["start"]}
    return {**document, "previous": plan}


def disturbed(document: dict[str, Any], plan: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """After the plan: one lecturer in twenty is ill for a week, one order in fifty is gone, one in thirty comes late."""
    rng = random.Random(f"disturbed {seed}")
    weeks = document["horizon"]["days"] // 7
    ill = {
        one["id"]: rng.randrange(weeks)
        for one in rng.sample(document["lecturers"], max(1, len(document["lecturers"]) // 20))
    }
    lecturers = [
        one | {"availability": [span for span in one["availability"] if ill.get(one["id"]) != span[0] // (7 * DAY)]}
        for one in document["lecturers"]
    ]
    gone = {one["id"] for one in rng.sample(document["orders"], len(document["orders"]) // 50)}
    kept = []
    for order in document["orders"]:
        pin = order["pinned"]
        lost = pin is not None and ill.get(pin["lecturer"]) == pin["start"] // (7 * DAY)
        if order["id"] not in gone:
            kept.append(order | {"pinned": None} if lost else order)
    late = [
        order | {"id": f"late-{number}", "pinned": None}
        for number, order in enumerate(rng.sample(kept, max(1, len(kept) // 30)))
    ]
    previous = [row for row in plan if row["order"] not in gone]
    return {
        **document,
        "name": f"{document['name']}-again",
        "lecturers": lecturers,
        "orders": kept + late,
        "previous": previous,
    }


def main() -> None:
    """Write one instance."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", choices=tuple(SIZES))
    parser.add_argument("shape", choices=tuple(name for name in SHAPES if name != "pins"))
    parser.add_argument("seed", type=int)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    document = instance(given.size, given.shape, given.seed)
    given.out.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
    print(
        document["name"],
        len(document["orders"]),
        "orders,",
        len(document["lecturers"]),
        "lecturers,",
        len(document["venues"]),
        "venues",
    )


if __name__ == "__main__":
    main()

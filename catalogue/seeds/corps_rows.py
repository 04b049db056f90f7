"""The demonstration lecturers: 40 with hours, terms, skills and absences, and the corps some of them belong to."""

from datetime import date, datetime, timedelta
from typing import Any

from catalogue.accounts import operations as people
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.clock import HalfDay
from catalogue.courses import operations as keeping
from catalogue.courses.models import Course
from catalogue.lecturers import appointing, corps, operations
from catalogue.lecturers.models import CorpsRole, Lecturer, TitleTier
from catalogue.organisations.models import Organisation
from catalogue.seeds import reading
from catalogue.seeds.cast import LONG_AGO, SEEDER

Row = dict[str, Any]
HALVES = {"am": HalfDay.MORNING, "pm": HalfDay.AFTERNOON, "eve": HalfDay.EVENING}
HOURS = {"am": (540, 720), "pm": (810, 1020), "eve": (1110, 1260)}  # README of the files
TIERS = {"正高": TitleTier.FULL, "副高": TitleTier.ASSOCIATE, "中级": TitleTier.INTERMEDIATE}


class Faculty:
    """Lecturers by the keys of the files."""

    def __init__(
        self, organisations: dict[str, Organisation], district: Organisation, courses: dict[str, Course], at: datetime
    ) -> None:
        self.organisations, self.district, self.courses, self.at = organisations, district, courses, at
        self.lecturers: dict[str, Lecturer] = {}

    def appoint(self, monday: date) -> None:
        held = reading.file("lecturers")
        for row in held["lecturers"]:
            self.lecturers[row["key"]] = self._lecturer(row, held["weeks"], monday)
        for row in held["corps"]:
            self._corps(row, monday)

    def _lecturer(self, row: Row, weeks: Row, monday: date) -> Lecturer:
        academy = self.organisations[row["appointment"]["issuer"]]
        person = people.create_person(
            academy, row["name"], by=SEEDER, at=self.at, post=row["post"][:40], phone=row["phone"]
        )
        people.grant(person, Role.LECTURER, self.district, starts_on=LONG_AGO, by=SEEDER, at=self.at)
        values = {
            "kind": row["kind"], "source": row["source"], "title_tier": TIERS.get(row["title_tier"], TitleTier.NONE),
            "title_name": row["title_tier"] if row["title_tier"] != "无" else "", "display_name": row["name"],
            "named_in_public": row["public_name"], "bio": row["post"], "home_place": row["home"], "home_latitude": row["lat"],
            "home_longitude": row["lon"], "radius_km": row["radius_km"], "max_half_days_per_day": row["max_per_day"],
            "max_per_month": row["max_per_month"],
        }  # fmt: skip
        lecturer = operations.create(person, self.district, values, by=SEEDER, at=self.at)
        operations.set_hours(lecturer, week(weeks[row["week"]]), by=SEEDER, at=self.at)
        self._skills(lecturer, row, monday)
        term = row["appointment"]
        appointing.appoint(
            lecturer, issuer=academy, scope=self.organisations[term["scope"]], starts_on=monday + timedelta(days=term["from_days"]),
            ends_on=monday + timedelta(days=term["until_days"]), by=SEEDER, at=self.at,
        )  # fmt: skip
        for absence in row["absences"]:
            self._absence(lecturer, absence, monday)
        return lecturer

    def _skills(self, lecturer: Lecturer, row: Row, monday: date) -> None:
        for skill in row["courses"]:
            since = monday + timedelta(days=skill["since_days"])
            trial = since - timedelta(days=14) if skill["trial"] else None
            operations.qualify(
                lecturer, self.courses[skill["course"]], since=since, trial_lecture_on=trial, by=SEEDER, at=self.at
            )

    def _absence(self, lecturer: Lecturer, row: Row, monday: date) -> None:
        first = monday + timedelta(weeks=row["from_week"], days=row["from_weekday"] - 1)
        last = monday + timedelta(weeks=row["until_week"], days=row["until_weekday"] - 1)
        day, at = first, min(self.at, clock.at(first, 540))
        while day <= last:
            operations.set_exception(
                lecturer, day, [HALVES[h] for h in row["halves"]], False, note=row["reason"], by=SEEDER, at=at
            )
            day += timedelta(days=1)

    def _corps(self, row: Row, monday: date) -> None:
        organisation = self.organisations[row["organisation"]]
        made = corps.create(organisation, organisation.name.removesuffix("（示例）"), by=SEEDER, at=self.at)
        for member in row["members"]:
            role = CorpsRole.LEADER if member["role"] == "leader" else CorpsRole.MEMBER
            joined = monday + timedelta(days=member["from_days"])
            corps.join(made, self.lecturers[member["lecturer"]], joined_on=joined, role=role, by=SEEDER, at=self.at)
        for course in self.courses.values():
            if course.owner_id == organisation.id:  # whoever orders these asks the corps: its leader names the member
                keeping.edit(course, {"corps_id": made.id}, by=SEEDER, at=self.at)


def week(named: Row) -> list[tuple[int, HalfDay, int, int]]:
    """{'1': ['am']} (ISO weekdays) → rows of weekday (0 = Monday), half-day, start and end in minutes."""
    return [(int(day) - 1, HALVES[half], *HOURS[half]) for day, halves in named.items() for half in halves]

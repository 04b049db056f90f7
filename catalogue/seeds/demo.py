"""The demonstration district: a real menu, invented people, and a quarter that was lived through the operations of the pages."""

from datetime import datetime, timedelta
from typing import Any

from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.actor import Role
from catalogue.core.db import db, transaction
from catalogue.menu import operations as menu_figures
from catalogue.organisations import operations as organisations
from catalogue.seeds import reading
from catalogue.seeds.cast import Cast, Seeded
from catalogue.seeds.corps_rows import Faculty
from catalogue.seeds.menu_rows import Menu
from catalogue.seeds.places import Places
from catalogue.seeds.quarter import Quarter

Row = dict[str, Any]
BEFORE = timedelta(weeks=30)  # when the district was set up
FIRST_DAYS = 21  # free days shown at once
ROLES = {
    "orderer": Role.ORDERER, "lecturer": Role.LECTURER, "corps_leader": Role.CORPS_LEADER, "town_admin": Role.TOWN_ADMINISTRATOR,
    "dispatcher": Role.DISPATCHER, "approver": Role.APPROVER, "district_admin": Role.DISTRICT_ADMINISTRATOR, "auditor": Role.AUDITOR,
    "city_viewer": Role.CITY_VIEWER, "system_admin": Role.SYSTEM_ADMINISTRATOR,
}  # fmt: skip


def fill(*, seed: int, at: datetime) -> Seeded:
    """Fills an empty database; `at` is the start of the day of seeding. One transaction a phase."""
    start = clock.at(clock.day_of(at - BEFORE), 540)
    monday = clock.day_of(at) - timedelta(days=clock.day_of(at).weekday())
    with transaction(writes=True):
        places = Places(start)
        places.settle()
        places.build()
    with transaction(writes=True):
        cast = Cast(seed, start)
        _staff(cast, places)
        organisations.set_setting(
            places.district, "quota_edition", 8, on=clock.day_of(start), by=cast.actor("district1"), at=start
        )
        menu = Menu(places.organisations, places.district, cast.actor("district1"), start)
        menu.write()
        menu.open_editions(monday)
        faculty = Faculty(places.organisations, places.district, menu.courses, start)
        faculty.appoint(monday)
        _lecturers(cast, places, faculty)
    with transaction(writes=True):
        Quarter(cast, places, menu, faculty, at).live()
    with transaction(writes=True):
        menu_figures.rebuild(FIRST_DAYS, at=at)  # the worker's first minute does the whole horizon
    for kind, rows in (("course", menu.courses), ("lecturer", faculty.lecturers), ("venue", places.venues)):
        cast.seeded.objects[kind] = [row.id for row in rows.values()]
    return cast.seeded


def _staff(cast: Cast, places: Places) -> None:
    for row in reading.file("staff")["accounts"]:
        if "lecturer" not in row:
            place = places.organisations[row.get("covers") or row["organisation"]]
            roles = [(ROLES[r], place) for r in row["roles"]]
            home = places.organisations[row["organisation"]]
            cast.enters(row["username"], row["name"], home, roles, phone=row.get("phone", ""))


def _lecturers(cast: Cast, places: Places, faculty: Faculty) -> None:
    for row in reading.file("staff")["accounts"]:
        if "lecturer" in row:
            person = db.session.get_one(Person, faculty.lecturers[row["lecturer"]].person_id)
            cast.opens(row["username"], person, [ROLES[r] for r in row["roles"]], places.district)

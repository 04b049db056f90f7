"""The demonstration city: its districts, the towns and committees that are known by name, units, and every venue."""

from datetime import datetime
from typing import Any

from catalogue.core.actor import Level
from catalogue.core.db import db
from catalogue.core.text import sort_key
from catalogue.courses.models import Equipment
from catalogue.organisations import operations as organisations
from catalogue.organisations.models import CommunityType, Organisation
from catalogue.seeds import reading
from catalogue.seeds.cast import LONG_AGO, SEEDER
from catalogue.venues import operations as venues
from catalogue.venues.models import Venue

Row = dict[str, Any]
KINDS = {  # words of the files → the vocabulary
    "lecture_corps": "corps", "academy_branch": "branch", "lead_department": "department", "branch_centre": "unit", "training_base": "unit",
    "block_branch": "block_unit", "host": "department", "organiser": "department", "co_organiser": "partner",
}  # fmt: skip
CITY = "上海市"


class Places:
    """Organisations and venues by the keys of the files."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.organisations: dict[str, Organisation] = {}
        self.venues: dict[str, Venue] = {}
        self._prefixes: set[str] = set()
        self._types = {t.label: t.code for t in db.session.query(CommunityType)}
        self._equipment = {e.label: e.code for e in db.session.query(Equipment)}

    @property
    def district(self) -> Organisation:
        return self.organisations[reading.file("organisations")["demonstration_district"]]

    def settle(self) -> None:
        """Every organisation of the files, parents first; committees of the demonstration district with their own rooms."""
        held = reading.file("organisations")
        for row in (*held["organisations"], *held["units"], *held["sample_units"]):
            self._organisation(row)

    def _organisation(self, row: Row) -> None:
        level = row["level"]
        made = organisations.create(
            parent=self.organisations[row["parent"]] if row["parent"] else None, kind=self._kind(row), name=row["name"], code=row.get("code"),
            number_prefix=self._prefix(row["name"]) if level == "district" else "", address=row.get("address", ""),
            telephone=row.get("phone", ""), latitude=row.get("lat"), longitude=row.get("lon"), aliases=self._aliases(row), on=LONG_AGO,
            by=SEEDER, at=self.at,
        )  # fmt: skip
        self.organisations[row["key"]] = made
        types = [self._types[t] for t in row.get("communities", ()) if t in self._types]
        if types:
            organisations.set_types(made, types, on=LONG_AGO, by=SEEDER, at=self.at)

    def _aliases(self, row: Row) -> list[str]:
        """Other spellings matter where people search: in the demonstration district."""
        home = reading.file("organisations")["demonstration_district"]
        parent = self.organisations.get(row["parent"] or "")
        inside = row["parent"] == home or (
            parent is not None and home in self.organisations and parent.parent_id == self.district.id
        )
        return row.get("aliases", []) if inside else []

    @staticmethod
    def _kind(row: Row) -> str:
        kind = str(row.get("kind") or row["level"])
        found = KINDS.get(kind, kind)
        return "unit" if found == "block_unit" else found

    def _prefix(self, district: str) -> str:
        """Two letters for the numbers of a district, three where two are taken: 青浦 QP, 浦东 PD."""
        syllables = sort_key(district.removesuffix("新区").removesuffix("区")).split()
        letters = "".join(s[0] for s in syllables).upper()
        tries = (letters, (syllables[0][:2] + syllables[-1][0]).upper(), (syllables[0][0] + syllables[-1][:2]).upper())
        prefix = next(p for p in tries if p not in self._prefixes)
        self._prefixes.add(prefix)
        return prefix

    def build(self) -> None:
        """Every venue of the files, and a room for every committee of the demonstration district."""
        held = reading.file("venues")
        for row in (*held["venues"], *held["sample_venues"]):
            self._venue(row, held["hours"])
        towns = {o.id for o in self.organisations.values() if o.parent_id == self.district.id and o.level is Level.TOWN}
        for row in reading.file("organisations")["organisations"]:
            if row["level"] == "committee" and self.organisations[row["key"]].parent_id in towns:
                self._venue(reading.committee_room(row, held["committee_room"]), held["hours"], own_room=True)

    def _venue(self, row: Row, hours: Row, *, own_room: bool = False) -> None:
        owner = self._owner(row)
        if owner is None:
            return
        place = row.get("lat") is not None
        values = {
            "kind": row["kind"], "name": row["name"], "capacity": row["capacity"], "latitude": row["lat"] if place else None,
            "longitude": row["lon"] if place else None, "floor": row.get("floor") or "", "lift": bool(row.get("lift")),
            "parking": row.get("parking") or "", "address": row.get("place") or "", "brand": row.get("brand") or "",
            "theme": row.get("theme") or "", "shared": not own_room,
        }  # fmt: skip
        made = venues.create(
            owner, values, equipment=[self._equipment[e] for e in row["equipment"]], hours=opening(hours[row["hours"]]), own_room=own_room,
            by=SEEDER, at=self.at,
        )  # fmt: skip
        self.venues[row["key"]] = made
        if plaque := row.get("plaque"):
            given = venues.award(
                made, batch=plaque["batch"], number=plaque["number"], awarded_on=LONG_AGO.replace(year=2023), by=SEEDER, at=self.at
            )  # fmt: skip
            if plaque["state"] == "withdrawn":
                venues.withdraw(made, given, on=LONG_AGO.replace(year=2025), reason="复评未通过（示例）", by=SEEDER, at=self.at)  # fmt: skip

    def _owner(self, row: Row) -> Organisation | None:
        """Who keeps it: the owner named, else the town, else the district; a place of no known district is kept by ours."""
        for key in (row.get("owner"), row.get("town"), row.get("district")):
            if key and key in self.organisations:
                return self.organisations[key]
        return self.district


def minutes(clock_time: str) -> int:
    """'08:30' → 510."""
    hours, rest = clock_time.split(":")
    return int(hours) * 60 + int(rest)


def opening(named: Row) -> list[tuple[int, int, int]]:
    """Named openings ('1-5': [['08:30', '17:00']], ISO weekdays) as rows of weekday (0 = Monday), opens, closes."""
    made = []
    for days, spans in named.items():
        first, _dash, last = days.partition("-")
        for day in range(int(first), int(last or first) + 1):
            made += [(day - 1, minutes(opens), minutes(closes)) for opens, closes in spans]
    return made

"""What does the demonstration district hold? The files of catalogue/seeds/district, whose keys its README explains."""

import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
DISTRICT = Path(__file__).parent / "district"


@cache
def file(name: str) -> Row:
    """One file as it stands ('courses', 'organisations', 'venues', 'lecturers', 'staff', 'quarter'). Read only."""
    read: Row = json.loads((DISTRICT / f"{name}.json").read_text(encoding="utf-8"))
    return read


def _spread(*words: str) -> int:
    """A number that is always the same for the same words, so that invented facts do not change from run to run."""
    return zlib.crc32("/".join(words).encode())


def committee_room(committee: Row, rule: Row) -> Row:
    """A committee's own room as a venue row, invented by the rule of venues.json (示例)."""
    key = committee["key"]
    steps = (rule["capacity_to"] - rule["capacity_from"]) // rule["capacity_step"] + 1
    some = [thing for thing, n in rule["equipment_some"].items() if _spread(key, thing) % n == 0]
    return {
        "key": f"{key}/活动室",
        "name": rule["name"].format(committee=committee["name"]),
        "kind": rule["kind"],
        "town": committee["parent"],
        "owner": key,
        "capacity": rule["capacity_from"] + _spread(key) % steps * rule["capacity_step"],
        "equipment": [*rule["equipment"], *some],
        "hours": rule["hours"],
        "floor": rule["floors"][_spread(key, "floor") % len(rule["floors"])],
        "lift": rule["lift"],
        "parking": rule["parking"][_spread(key, "parking") % len(rule["parking"])],
        "lat": committee["lat"],
        "lon": committee["lon"],
        "sample": True,
    }

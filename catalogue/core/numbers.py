"""Numbers people can say: QP26-D-00123 = district, year, kind, running number."""

import re
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catalogue.core import clock
from catalogue.core.db import is_postgresql, run
from catalogue.core.models import RunningNumber

ORDER, DISPATCH, LESSON, APPOINTMENT = "D", "P", "K", "S"  # 点单, 派单, 课, 聘书
_FORM = re.compile(r"([A-Z]{2,6})(\d{2})([A-Z])(\d{1,6})")


_numbers = cast("sa.Table", RunningNumber.__table__)
_UPSERT: dict[str, Any] = {
    name: insert(_numbers)
    .on_conflict_do_update(index_elements=["district_id", "name", "year"], set_={"value": _numbers.c.value + 1})
    .returning(_numbers.c.value)
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def next_number(letter: str, *, district_id: int, prefix: str, at: datetime) -> str:
    """The next number of this kind, district and year; the counter row is the lock. Gaps appear when a transaction is undone."""
    year = clock.day_of(at).year
    upsert = _UPSERT["postgresql" if is_postgresql() else "sqlite"]
    known = {"district_id": district_id, "name": letter, "year": year, "value": 1}
    value = run(upsert, known).scalar_one()
    return f"{prefix}{year % 100:02d}-{letter}-{value:05d}"


def plain(said: str) -> str | None:
    """The canonical number for what somebody typed, with or without hyphens, in any case; None if it is no number."""
    squeezed = re.sub(r"[\s\-–—]", "", said).upper()
    found = _FORM.fullmatch(squeezed)
    return f"{found[1]}{found[2]}-{found[3]}-{int(found[4]):05d}" if found else None

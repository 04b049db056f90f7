"""Numbers people can say: QP26-D-00123 = district, year, kind, running number."""

import re
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from catalogue.core import clock
from catalogue.core.db import db, is_postgresql
from catalogue.core.models import RunningNumber

ORDER, DISPATCH, LESSON, APPOINTMENT = "D", "P", "K", "S"  # 点单, 派单, 课, 聘书
_FORM = re.compile(r"([A-Z]{2,6})(\d{2})([A-Z])(\d{1,6})")


def next_number(letter: str, *, district_id: int, prefix: str, at: datetime) -> str:
    """The next number of this kind, district and year; the counter row is the lock. Gaps appear when a transaction is undone."""
    year = clock.day_of(at).year
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    upsert = (
        insert(RunningNumber)
        .values(district_id=district_id, name=letter, year=year, value=1)
        .on_conflict_do_update(index_elements=["district_id", "name", "year"], set_={"value": RunningNumber.value + 1})
        .returning(RunningNumber.value)
    )
    value = db.session.execute(upsert).scalar_one()
    return f"{prefix}{year % 100:02d}-{letter}-{value:05d}"


def plain(said: str) -> str | None:
    """The canonical number for what somebody typed, with or without hyphens, in any case; None if it is no number."""
    squeezed = re.sub(r"[\s\-–—]", "", said).upper()
    found = _FORM.fullmatch(squeezed)
    return f"{found[1]}{found[2]}-{found[3]}-{int(found[4]):05d}" if found else None

"""The only writer of course_availability and course_soonest: says what they should hold and writes the difference."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.core import clock, outbox
from catalogue.core.actor import Level
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.models import Outbox
from catalogue.courses.models import Course, CourseVersion, EditionItem
from catalogue.courses.states import State
from catalogue.lecturers.models import Qualification
from catalogue.menu.figures import DAYS, Reading, figures, wanted
from catalogue.menu.models import CLOSED, CourseAvailability, CourseSoonest
from catalogue.organisations.models import Organisation

KIND = "menu.availability"
CHUNK = 100
PART = 50
ROWS = 2000


def rebuild(days: int = DAYS, *, at: datetime) -> int:
    """Makes both tables hold what they should for every published course, from nothing or from anything. Returns the number of courses."""
    ids = _published()
    _forget_others()
    refresh(ids, at=at, days=days)
    return len(ids)


def rebuild_by_parts(*, district_id: int, at: datetime) -> int:
    """The same as work for the queue, some courses at a time, so that no transaction is long. Returns the number of parts."""
    ids = _published()
    _forget_others()
    parts = [ids[i : i + PART] for i in range(0, len(ids), PART)]
    day = clock.day_of(at).isoformat()
    for part in parts:
        key = f"{KIND}:part:{day}:{part[0]}"
        outbox.put(KIND, "part", part[0], district_id=district_id, at=at, key=key, payload={"courses": part})
    return len(parts)


def _published() -> list[int]:
    query = sa.select(CourseVersion.course_id).where(CourseVersion.state == State.PUBLISHED)
    return list(db.session.scalars(query.order_by(CourseVersion.course_id)))


def _forget_others() -> None:
    """Courses that are not published any more have no figures."""
    published: Any = sa.select(CourseVersion.course_id).where(CourseVersion.state == State.PUBLISHED)
    for model in (CourseAvailability, CourseSoonest):
        db.session.execute(
            sa.delete(model).where(model.course_id.not_in(published)), execution_options={"synchronize_session": False}
        )


def refresh(course_ids: Sequence[int], *, at: datetime, days: int = DAYS) -> None:
    """Brings the rows of these courses up to date (those not published lose theirs)."""
    reading = Reading(at, days)
    for i in range(0, len(course_ids), CHUNK):
        some = sorted(course_ids)[i : i + CHUNK]
        should = figures(wanted(some, reading), reading)
        _write_free(some, should.free)
        _write_soonest(some, should.soonest)


def refresh_lecturer(lecturer_id: int, *, at: datetime) -> None:
    """After a lecturer's hours, terms, qualifications or holds changed: every course they were ever qualified for."""
    query = sa.select(Qualification.course_id).where(Qualification.lecturer_id == lecturer_id).distinct()
    refresh(list(db.session.scalars(query.order_by(Qualification.course_id))), at=at)


def refresh_edition(edition_id: int, *, at: datetime) -> None:
    """After an edition's days or items changed: its courses, those taken off included."""
    query = sa.select(EditionItem.course_id).where(EditionItem.edition_id == edition_id).distinct()
    refresh(list(db.session.scalars(query.order_by(EditionItem.course_id))), at=at)


def appear(course: Course) -> None:
    """A course just published stands on the menu at once, its free days still unknown."""
    there = sa.exists().where(CourseSoonest.course_id == course.id, CourseSoonest.place_id == Organisation.id)
    places = sa.select(sa.literal(course.id), Organisation.id, sa.literal(CLOSED)).where(
        sa.or_(
            Organisation.id == course.district_id,
            sa.and_(
                Organisation.district_id == course.district_id,
                Organisation.level == Level.TOWN,
                Organisation.ended_on.is_(None),
            ),
        ),
        sa.not_(there),
    )
    db.session.execute(sa.insert(CourseSoonest).from_select(["course_id", "place_id", "slot"], places))


def ask(subject: str, subject_id: int, *, district_id: int, at: datetime) -> None:
    """Puts a refresh into the outbox; several that wait for one thing are run as one."""
    key = f"{KIND}:{subject}:{subject_id}:{secrets.token_hex(8)}"
    outbox.put(KIND, subject, subject_id, district_id=district_id, at=at, key=key)


def merge_waiting(row: Outbox, *, at: datetime) -> None:
    """Other refreshes waiting for the same thing are done with this one: what they were about is already visible here."""
    db.session.execute(
        sa.update(Outbox)
        .where(
            Outbox.kind == KIND, Outbox.subject == row.subject, Outbox.subject_id == row.subject_id, Outbox.id != row.id,
            Outbox.done_at.is_(None), Outbox.lease_until.is_(None),
        )
        .values(cancelled_at=at),
        execution_options={"synchronize_session": False},
    )  # fmt: skip


def daily(at: datetime) -> None:
    """Once a day, with the first minute after midnight (or after a pause): everything anew, since the horizon moved on."""
    day = clock.day_of(at)
    district = db.session.scalar(sa.select(sa.func.min(Course.district_id)))
    if district is not None:
        outbox.put(KIND, "day", day.toordinal(), district_id=district, at=at, key=f"{KIND}:day:{day.isoformat()}")


# ── writing differences ──────────────────────────────────────────────────────────────────────────


def _write_free(course_ids: Sequence[int], should: Mapping[Any, int]) -> None:
    table: Any = CourseAvailability.__table__
    rows = db.session.execute(
        sa.select(table.c.course_id, table.c.town_id, table.c.day, table.c.half_day, table.c.lecturers).where(
            table.c.course_id.in_(course_ids)
        )
    )
    there = {(course, town, day, half.value): n for course, town, day, half, n in rows}
    names = ("course_id", "town_id", "day", "half_day")
    read = {half.value: half for half in HalfDay}
    _write(table, names, "lecturers", there, should, lambda key: (key[0], key[1], key[2], read[key[3]]))


def _write_soonest(course_ids: Sequence[int], should: Mapping[Any, int]) -> None:
    table: Any = CourseSoonest.__table__
    rows = db.session.execute(
        sa.select(table.c.course_id, table.c.place_id, table.c.slot).where(table.c.course_id.in_(course_ids))
    )
    there = {(course, place): slot for course, place, slot in rows}
    _write(table, ("course_id", "place_id"), "slot", there, should, lambda key: key)


def _write(
    table: Any, names: Sequence[str], value: str, there: Mapping[Any, int], should: Mapping[Any, int], typed: Any
) -> None:
    """Deletes, changes and inserts what differs between two mappings of key → value, in chunks."""
    gone = [key for key in there if key not in should]
    moved = [(key, n) for key, n in should.items() if key in there and there[key] != n]
    new = [(key, n) for key, n in should.items() if key not in there]
    here = sa.and_(*(table.c[name] == sa.bindparam(f"k_{name}") for name in names))

    def keyed(key: Any) -> dict[str, Any]:
        return {f"k_{name}": part for name, part in zip(names, typed(key), strict=True)}

    for i in range(0, len(gone), ROWS):
        db.session.execute(sa.delete(table).where(here), [keyed(key) for key in gone[i : i + ROWS]])
    for i in range(0, len(moved), ROWS):
        change = sa.update(table).where(here).values({value: sa.bindparam("n")})
        db.session.execute(change, [{**keyed(key), "n": n} for key, n in moved[i : i + ROWS]])
    for i in range(0, len(new), ROWS):
        rows = [{**dict(zip(names, typed(key), strict=True)), value: n} for key, n in new[i : i + ROWS]]
        db.session.execute(sa.insert(table), rows)

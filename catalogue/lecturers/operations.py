"""Every write on a lecturer: the row, qualifications, weekly hours, dated exceptions, the end."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from catalogue.accounts.models import Membership, Person
from catalogue.core import changes, clock, events
from catalogue.core.actor import Actor, Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed
from catalogue.core.text import initials, sort_key
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.lecturers import policy, queries
from catalogue.lecturers.errors import AlreadyLecturer, LecturerEnded
from catalogue.lecturers.events import AvailabilityChanged
from catalogue.lecturers.models import AvailabilityException, Lecturer, Qualification, WeeklyHours
from catalogue.organisations.models import Organisation

Hours = tuple[int, HalfDay, int, int]  # weekday (0 = Monday), half-day, start and end in minutes of the local day
COLUMNS = frozenset(
    {
        "kind", "source", "title_tier", "title_name", "display_name", "named_in_public", "bio", "home_place", "home_latitude", "home_longitude",
        "radius_km", "teaches_online", "max_half_days_per_day", "max_per_month",
    }
)  # fmt: skip


def _need(may: bool) -> None:
    if not may:
        raise NotAllowed(_("这位讲师的资料不归您管理。需要修改的话，请联系区管理员。"))


def teaches_still(lecturer: Lecturer) -> None:
    """Raises LecturerEnded for somebody who is no lecturer any more."""
    if lecturer.ended_on is not None:
        raise LecturerEnded(_("这位讲师已经停止授课，不能再改。"))


def changed(lecturer_id: int, by: Actor, at: datetime) -> None:
    """Tells everybody who keeps a list of who can come when."""
    db.session.flush()
    events.publish(AvailabilityChanged(lecturer_id), by=by, at=at)


def _touch(lecturer: Lecturer, version: int | None) -> None:
    """A change to a part of the lecturer makes older pages stale, as a change to the row does."""
    if version is not None:
        changes.check_version(lecturer, version)
    flag_modified(lecturer, "display_name")


# ── the row ────────────────────────────────────────────────────────────────────────────────────


def a_person(
    organisation: Organisation, *, name: str, phone: str = "", post: str = "", email: str = "", by: Actor, at: datetime
) -> Person:
    """A person of the district without an account, for a lecturer who is not known yet."""
    _need(policy.may_create(by, organisation))
    person = Person(
        organisation_id=organisation.id, district_id=organisation.district_id, town_id=organisation.town_id, name=name, phone=phone, post=post,
        email=email, sort_key=sort_key(name, person=True), initials=initials(name, person=True),
    )  # fmt: skip
    changes.begin(person, by=by, at=at)
    return person


def create(person: Person, district: Organisation, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Lecturer:
    """Makes a person (with or without an account) a lecturer kept by the district, with the role that goes with it.

    Raises AlreadyLecturer: a lecturer is one row in the city, others appoint that row.
    """
    _need(policy.may_create(by, district))
    if db.session.scalar(sa.select(sa.exists().where(Lecturer.person_id == person.id))):
        raise AlreadyLecturer(_("这个人已经是讲师了，请在讲师列表中查找。"))
    named = _named({"display_name": person.name, **values})
    lecturer = Lecturer(person_id=person.id, district_id=district.id, **named)
    changes.begin(lecturer, by=by, at=at)
    _give_role(person, district, by=by, at=at)
    changed(lecturer.id, by, at)
    return lecturer


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - COLUMNS
    if unknown:
        raise ValueError(f"no columns of a lecturer for people: {sorted(unknown)}")
    if (values.get("home_latitude") is None) != (values.get("home_longitude") is None):
        raise Invalid(_("纬度和经度要么都填，要么都不填。"), field="home_longitude")
    named = dict(values)
    if "display_name" in values:
        name = values["display_name"]
        named |= {"sort_key": sort_key(name, person=True), "initials": initials(name, person=True)}
    return named


def _give_role(person: Person, district: Organisation, *, by: Actor, at: datetime) -> None:
    today = clock.day_of(at)
    held = sa.select(Membership.id).where(
        Membership.person_id == person.id, Membership.role == Role.LECTURER, Membership.starts_on <= today,
        sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )  # fmt: skip
    if db.session.scalar(held.limit(1)) is not None:
        return
    made = Membership(person_id=person.id, organisation_id=district.id, role=Role.LECTURER, starts_on=today)
    db.session.add(made)
    db.session.flush()
    changes.note(
        person, "give_role", by=by, at=at, subject="membership", subject_id=made.id,
        changed={"role": Role.LECTURER, "organisation_id": district.id},
    )  # fmt: skip


def edit(lecturer: Lecturer, values: Mapping[str, Any], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Changes the row. A lecturer changes policy.OWN_FIELDS of the own row only."""
    moved = {name for name, value in values.items() if getattr(lecturer, name) != value}
    _need(policy.may_edit(by, lecturer, moved))
    teaches_still(lecturer)
    if changes.edit(lecturer, _named(values), by=by, at=at, version=version):
        changed(lecturer.id, by, at)


def end(
    lecturer: Lecturer, *, by: Actor, at: datetime, on: date | None = None, reason: str = "", version: int | None = None
) -> None:
    """The lecturer's last day (today unless said). Appointments and the past stay as they are; the role ends with the day."""
    _need(policy.may_keep(by, lecturer))
    teaches_still(lecturer)
    last = on or clock.day_of(at)
    changes.edit(lecturer, {"ended_on": last}, by=by, at=at, version=version, action="end", words=reason)
    held = sa.select(Membership).where(
        Membership.person_id == lecturer.person_id, Membership.role.in_((Role.LECTURER, Role.CORPS_LEADER)),
        Membership.starts_on <= last, sa.or_(Membership.ends_on.is_(None), Membership.ends_on > last),
    )  # fmt: skip
    person = db.session.get_one(Person, lecturer.person_id)
    for membership in db.session.scalars(held):
        membership.ends_on = last
        changes.note(person, "end_role", by=by, at=at, subject="membership", subject_id=membership.id)
    changed(lecturer.id, by, at)


# ── qualifications ─────────────────────────────────────────────────────────────────────────────


def qualify(
    lecturer: Lecturer, course: Course, *, since: date, by: Actor, at: datetime, until: date | None = None,
    trial_lecture_on: date | None = None,
) -> Qualification:  # fmt: skip
    """May teach this course from a day on, after the trial lecture (试讲)."""
    _need(policy.may_keep(by, lecturer))
    teaches_still(lecturer)
    if until is not None and until < since:
        raise Invalid(_("结束日期不能早于开始日期。"), field="until")
    if trial_lecture_on is not None and trial_lecture_on > since:
        raise Invalid(_("要先试讲，再开始授课。请核对两个日期。"), field="trial_lecture_on")
    for other in queries.qualifications([lecturer.id]).get(lecturer.id, ()):
        apart = (other.until is not None and other.until < since) or (until is not None and until < other.since)
        if other.course_id == course.id and not apart:
            raise Invalid(_("这位讲师这段时间已经可以讲这门课。"), field="course")
    made = Qualification(
        lecturer_id=lecturer.id, course_id=course.id, since=since, until=until, trial_lecture_on=trial_lecture_on
    )
    db.session.add(made)
    db.session.flush()
    changes.note(
        lecturer, "qualify", by=by, at=at, subject="qualification", subject_id=made.id, words=course.title,
        changed={"course_id": course.id, "since": since, "until": until, "trial_lecture_on": trial_lecture_on},
    )  # fmt: skip
    changed(lecturer.id, by, at)
    return made


def end_qualification(
    lecturer: Lecturer, qualification: Qualification, *, until: date, by: Actor, at: datetime
) -> None:
    """The last day the lecturer may teach the course."""
    _need(policy.may_keep(by, lecturer))
    if until < qualification.since or qualification.lecturer_id != lecturer.id:
        raise Invalid(_("结束日期不能早于开始日期。"), field="until")
    before, qualification.until = qualification.until, until
    changes.note(
        lecturer, "end_qualification", by=by, at=at, subject="qualification", subject_id=qualification.id,
        changed={"until": [before, until]},
    )  # fmt: skip
    changed(lecturer.id, by, at)


# ── hours ──────────────────────────────────────────────────────────────────────────────────────


def set_hours(
    lecturer: Lecturer, hours: Iterable[Hours], *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """The ordinary week, whole: what is not in it is not free."""
    _need(policy.may_set_hours(by, lecturer))
    teaches_still(lecturer)
    wanted = sorted(hours)
    for weekday, half_day, starts, ends in wanted:
        earliest, latest = clock.SPANS[half_day]
        if not (0 <= weekday <= 6 and earliest <= starts < ends <= latest):
            raise Invalid(_("结束时间要晚于开始时间，并且都在这个半天之内。"), field="hours")
    _touch(lecturer, version)
    query = sa.select(WeeklyHours).where(WeeklyHours.lecturer_id == lecturer.id)
    old = db.session.scalars(query).all()
    before = sorted((h.weekday, h.half_day, h.starts, h.ends) for h in old)
    for row in old:
        db.session.delete(row)
    db.session.flush()
    db.session.add_all(
        WeeklyHours(lecturer_id=lecturer.id, weekday=d, half_day=h, starts=s, ends=e) for d, h, s, e in wanted
    )
    changes.note(lecturer, "hours", by=by, at=at, changed={"hours": [_said(before), _said(wanted)]})
    changed(lecturer.id, by, at)


def _said(hours: Iterable[Hours]) -> list[str]:
    return [f"{d} {h.value} {s}-{e}" for d, h, s, e in hours]


def set_exception(
    lecturer: Lecturer, day: date, half_days: Iterable[HalfDay], free: bool | None, *, by: Actor, at: datetime, note: str | None = None
) -> None:  # fmt: skip
    """Marks half-days of a day as away (free False) or free against the week (True); None takes the mark back.

    By the lecturer, their corps leader or the district's administrator. The note is private: it stays out of history and audit.
    """
    _need(policy.may_set_away(by, lecturer, queries.led_by(by, clock.day_of(at))))
    teaches_still(lecturer)
    if day < clock.day_of(at):
        raise Invalid(_("过去的日子不用再改。"), field="day")
    if note and not policy.may_read_notes(by, lecturer):
        raise NotAllowed(_("备注只有讲师本人和区管理员可以填写。"))
    there = queries.exceptions([lecturer.id], day, day)[lecturer.id]
    for half_day in half_days:
        _set_one(lecturer, day, half_day, free, there.get((day, half_day)), note=note, by=by, at=at)
    changed(lecturer.id, by, at)


def _set_one(
    lecturer: Lecturer, day: date, half_day: HalfDay, free: bool | None, there: AvailabilityException | None, *, note: str | None,
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    before = there.free if there is not None else None
    noted = there.note if there is not None else ""
    if before is free and (note is None or note == noted):
        return
    if free is None:
        db.session.delete(there)
    elif there is None:
        db.session.add(
            AvailabilityException(lecturer_id=lecturer.id, day=day, half_day=half_day, free=free, note=note or "")
        )
    else:
        there.free, there.note = free, noted if note is None else note
    action = {True: "free", False: "away", None: "as_usual"}[free]
    changes.note(lecturer, action, by=by, at=at, changed={"day": day, "half_day": half_day})

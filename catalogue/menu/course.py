"""Every read of the course page: the course itself, who teaches it, when it could be had here, where it has been given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.actor import Actor, Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db, run
from catalogue.core.errors import NotVisible
from catalogue.core.kept import detached, kept
from catalogue.core.words import _
from catalogue.courses import queries as courses
from catalogue.courses.models import (
    Audience,
    Course,
    CourseOffer,
    CourseProblem,
    CourseVersion,
    CourseVersionAudience,
    CourseVersionEquipment,
    Equipment,
    Series,
)
from catalogue.courses.policy import READERS
from catalogue.courses.queries import Verdict
from catalogue.courses.states import State
from catalogue.lecturers.models import Appointment, CorpsMember, Lecturer, Qualification
from catalogue.lessons.models import Lesson, LessonLecturer
from catalogue.lessons.states import State as LessonState
from catalogue.menu.models import CourseAvailability, CourseSoonest
from catalogue.menu.reader import Reader
from catalogue.orders import queries as orders
from catalogue.organisations.models import Organisation
from catalogue.ratings.models import Rating
from catalogue.ratings.states import State as RatingState

V = CourseVersion
BREAK = "\n"
SLOTS = 5
_COURSE: Any = sa.bindparam("course")


def _joined(column: Any, *conditions: Any) -> Any:
    """A small list as one text, so the head of the page is one statement."""
    return sa.select(sa.func.aggregate_strings(column, BREAK)).where(*conditions).correlate(Course, V).scalar_subquery()


_HEAD = (
    sa.select(
        Course.id, Course.district_id, Course.owner_id, Course.category_id, Course.subcategory_id, Course.on_menu, Course.orderable, Course.restricted,
        Course.programme_only, Course.premium_on, Course.gold_on, Course.rating_sum, Course.rating_count, V.id.label("version_id"), V.title, V.summary,
        V.outline, V.form, V.minutes, V.size_min, V.size_max, V.onsite, V.venue, V.online, V.lecturers_needed, Organisation.name.label("owner"),
        sa.select(Series.name).where(Series.id == Course.series_id).correlate(Course).scalar_subquery().label("series"),
        _joined(Audience.label, CourseVersionAudience.course_version_id == V.id, CourseVersionAudience.audience_code == Audience.code).label("audiences"),
        _joined(Equipment.label, CourseVersionEquipment.course_version_id == V.id, CourseVersionEquipment.equipment_code == Equipment.code).label("equipment"),
        _joined(CourseProblem.words, CourseProblem.course_id == Course.id).label("problems"),
        _joined(sa.cast(CourseOffer.organisation_id, sa.String), CourseOffer.course_id == Course.id).label("offered"),
    )
    .select_from(Course)
    .join(V, sa.and_(V.course_id == Course.id, V.state == State.PUBLISHED))
    .join(Organisation, Organisation.id == Course.owner_id)
    .where(Course.id == _COURSE)
)  # fmt: skip


def listed(joined: str | None) -> list[str]:
    """The parts of a joined list, in a fixed order."""
    return sorted(joined.split(BREAK)) if joined else []


def head(course_id: int, reader: Reader, by: Actor | None) -> Any:
    """The course as published. Raises NotVisible unless it is on the reader's menu, or the reader keeps or may order it."""
    row = run(_HEAD, {"course": course_id}).first()
    if row is not None and _visible(row, reader, by):
        return row
    raise NotVisible(_("没有这门课，或者它已经下架。请在课程菜单里另选一门。"))


def _visible(row: Any, reader: Reader, by: Actor | None) -> bool:
    here = (row.district_id == reader.district.id and row.id not in reader.hidden) or row.id in reader.extra
    if row.on_menu and here:
        return True
    offered = {int(i) for i in listed(row.offered)}
    keeps = by is not None and by.has(*READERS) and row.district_id in {m.district_id for m in by.memberships}
    return keeps or (by is not None and not offered.isdisjoint(reader.chain))


# ── who teaches it ───────────────────────────────────────────────────────────────────────────────

_DAY: Any = sa.bindparam("day")
_IN_FORCE = sa.and_(Appointment.starts_on <= _DAY, sa.func.coalesce(Appointment.ended_on, Appointment.ends_on) >= _DAY)
_OWN = sa.select(sa.func.max(sa.func.coalesce(Appointment.ended_on, Appointment.ends_on))).where(
    Appointment.lecturer_id == Lecturer.id, _IN_FORCE
)
_CORPS = (
    sa.select(sa.func.max(sa.func.coalesce(Appointment.ended_on, Appointment.ends_on)))
    .join(CorpsMember, CorpsMember.corps_id == Appointment.corps_id)
    .where(
        CorpsMember.lecturer_id == Lecturer.id, CorpsMember.joined_on <= _DAY, sa.or_(CorpsMember.left_on.is_(None), CorpsMember.left_on >= _DAY), _IN_FORCE
    )
)  # fmt: skip
_TERM = sa.func.coalesce(_OWN.correlate(Lecturer).scalar_subquery(), _CORPS.correlate(Lecturer).scalar_subquery())
_QUALIFIED = sa.exists().where(
    Qualification.lecturer_id == Lecturer.id, Qualification.course_id == _COURSE, Qualification.since <= _DAY,
    sa.or_(Qualification.until.is_(None), Qualification.until >= _DAY),
)  # fmt: skip
_TAUGHT = (
    sa.select(
        LessonLecturer.lecturer_id, sa.func.count(sa.distinct(Lesson.id)).label("taught"),
        sa.func.sum(Rating.content + Rating.delivery + Rating.usefulness).label("rating_sum"), sa.func.count(Rating.id).label("rating_count"),
    )
    .join(Lesson, Lesson.id == LessonLecturer.lesson_id)
    .outerjoin(Rating, sa.and_(Rating.lesson_id == Lesson.id, Rating.state == RatingState.GIVEN))
    .where(Lesson.course_id == _COURSE, Lesson.state == LessonState.DELIVERED, LessonLecturer.left_at.is_(None))
    .group_by(LessonLecturer.lecturer_id)
    .subquery()
)  # fmt: skip
_LECTURERS = (
    sa.select(
        Lecturer.id, Lecturer.display_name, Lecturer.title_name, Lecturer.kind, Lecturer.named_in_public, _TERM.label("term"),
        sa.func.coalesce(_TAUGHT.c.taught, 0).label("taught"), sa.func.coalesce(_TAUGHT.c.rating_sum, 0).label("rating_sum"),
        sa.func.coalesce(_TAUGHT.c.rating_count, 0).label("rating_count"),
    )
    .outerjoin(_TAUGHT, _TAUGHT.c.lecturer_id == Lecturer.id)
    .where(_QUALIFIED, sa.or_(Lecturer.ended_on.is_(None), Lecturer.ended_on >= _DAY), _TERM.is_not(None))
    .order_by(sa.func.coalesce(_TAUGHT.c.taught, 0).desc(), Lecturer.sort_key, Lecturer.id)
    .limit(30)
)  # fmt: skip


_NAMED = (
    sa.select(Lecturer.id, Lecturer.display_name, Lecturer.title_name, Lecturer.kind)
    .where(
        _QUALIFIED,
        sa.or_(Lecturer.ended_on.is_(None), Lecturer.ended_on >= _DAY),
        _TERM.is_not(None),
        Lecturer.named_in_public,
    )
    .order_by(Lecturer.sort_key, Lecturer.id)
    .limit(30)
)


def lecturers(course_id: int, day: date, *, signed_in: bool) -> Sequence[Any]:
    """Lecturers qualified and appointed on the day. Strangers get those who agreed to be named, by name and title alone."""
    values = {"course": course_id, "day": day}
    statement = _LECTURERS if signed_in else _NAMED
    return kept(("lecturers", course_id, day, signed_in), lambda: run(statement, values).all())


# ── when it could be had, and where it has been ──────────────────────────────────────────────────


@dataclass(frozen=True)
class Slot:
    """A half-day on which some lecturers could come."""

    day: date
    half: HalfDay
    lecturers: int


_A = CourseAvailability
_SLOTS = (
    sa.select(_A.day, _A.half_day, sa.func.max(_A.lecturers).label("n"))
    .where(_A.course_id == _COURSE, _A.town_id.in_(sa.bindparam("towns", expanding=True)), _A.day >= sa.bindparam("first"), _A.day <= sa.bindparam("last"))
    .group_by(_A.day, _A.half_day)
    .order_by(_A.day)
    .limit(3 * SLOTS)
)  # fmt: skip


def slots(course_id: int, reader: Reader, first: date, last: date) -> list[Slot]:
    """The next free half-days for the reader's town (or anywhere in the district), at most one a day, soonest first."""
    found = run(_SLOTS, {"course": course_id, "towns": list(reader.towns) or [0], "first": first, "last": last})
    order = list(HalfDay)
    best: dict[date, Slot] = {}
    for row in sorted(found, key=lambda r: (r.day, -r.n, order.index(r.half_day))):
        best.setdefault(row.day, Slot(row.day, row.half_day, row.n))
    return sorted(best.values(), key=lambda s: s.day)[:SLOTS]


_SOONEST = sa.select(CourseSoonest.slot).where(
    CourseSoonest.course_id == _COURSE, CourseSoonest.place_id == sa.bindparam("place")
)


def soonest(course_id: int, reader: Reader) -> int | None:
    """The slot of course_soonest for the reader's place."""
    return db.session.scalar(_SOONEST, {"course": course_id, "place": reader.place_id})


_GIVEN = (
    sa.select(Organisation.id, Organisation.name, sa.func.count().label("n"))
    .join(Lesson, Lesson.town_id == Organisation.id)
    .where(Lesson.course_id == _COURSE, Lesson.state == LessonState.DELIVERED)
    .group_by(Organisation.id, Organisation.name)
    .order_by(sa.func.count().desc(), Organisation.id)
)


def given(course_id: int) -> Sequence[Any]:
    """Delivered lessons (场次) of the course by town, most first."""
    return kept(("given", course_id), lambda: run(_GIVEN, {"course": course_id}).all())


# ── may this visitor order it ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Ordering:
    """What stands at the button: whether there is one, why not, how many lessons are left, and the days to choose from."""

    verdict: Verdict
    first: date
    last: date | None
    left: int | None = None
    quota: int | None = None


def _edition(course_id: int, chain: Sequence[int], day: date) -> Verdict:
    """Which edition offers it, a few seconds old at most: an order asks anew."""
    found = courses.edition_in(course_id, chain, day)
    return found if found.item is None else replace(found, item=detached(found.item, found.item.edition))


def ordering(row: Any, reader: Reader, by: Actor, at: datetime) -> Ordering:
    """May this person order the course now, for their committee (or their town's), and from which edition?"""
    day = clock.day_of(at)
    offered = [int(i) for i in listed(row.offered)]
    verdict = courses.judged(row, offered, reader.chain, published=True)
    if verdict:
        verdict = kept(("edition for", row.id, reader.chain, day), lambda: _edition(row.id, reader.chain, day))
    if not verdict or verdict.item is None:
        return Ordering(verdict, reader.district.earliest, None)
    edition = verdict.item.edition
    found = Ordering(verdict, max(reader.district.earliest, edition.teach_from), edition.teach_until)
    if not by.has(Role.ORDERER) or reader.organisation_id is None:
        return found
    used = orders.used(reader.organisation_id, edition.id, row.id)
    quota, of_course = reader.district.settings["quota_edition"], reader.district.settings["quota_course"]
    if used.course >= of_course:
        return Ordering(
            Verdict("quota_course", _("贵单位本季已经点过这门课。还想再点，请联系街镇管理员。")),
            found.first,
            found.last,
        )
    if used.edition >= quota:
        return Ordering(
            Verdict("quota_edition", _("贵单位本季的场次已经点满。还想再点，请联系街镇管理员。")),
            found.first,
            found.last,
        )
    return Ordering(verdict, found.first, found.last, quota - used.edition, quota)

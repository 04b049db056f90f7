"""The list of lecturers: search, filters with their counts, one page of rows with how each stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.paging import SIZE, Page, paged
from catalogue.courses.models import Course
from catalogue.lecturers import queries
from catalogue.lecturers.models import (
    Appointment,
    Corps,
    CorpsMember,
    Lecturer,
    LecturerKind,
    Qualification,
    Source,
)
from catalogue.lecturers.queries import LAST_DAY, SOON, Term, visible
from catalogue.organisations.models import Organisation


@dataclass(frozen=True)
class Wanted:
    """What the list is filtered by; empty means all."""

    q: str = ""
    kind: str = ""
    source: str = ""
    term: str = ""  # in_force, ending, none
    home: str = ""
    ended: bool = False


def in_force(day: date) -> sa.ColumnElement[bool]:
    """Has the lecturer an appointment in force on the day, own or through a corps?"""
    valid = sa.and_(Appointment.starts_on <= day, day <= LAST_DAY)
    own = sa.exists().where(Appointment.lecturer_id == Lecturer.id, valid)
    through = sa.exists().where(
        CorpsMember.lecturer_id == Lecturer.id, CorpsMember.corps_id == Appointment.corps_id, valid,
        CorpsMember.joined_on <= day, sa.or_(CorpsMember.left_on.is_(None), CorpsMember.left_on >= day),
    )  # fmt: skip
    return sa.or_(own, through)


def _named(q: str) -> sa.ColumnElement[bool]:
    word = q.lower()
    teaches = (
        sa.select(Qualification.lecturer_id)
        .join(Course, Course.id == Qualification.course_id)
        .where(sa.or_(Course.title.contains(q, autoescape=True), Course.initials.startswith(word, autoescape=True)))
    )
    return sa.or_(
        Lecturer.display_name.contains(q, autoescape=True),
        Lecturer.initials.startswith(word, autoescape=True),
        Lecturer.sort_key.startswith(word, autoescape=True),
        Lecturer.id.in_(teaches),
    )


def _filtered(by: Actor, wanted: Wanted, today: date) -> sa.Select[Any]:
    ended = sa.and_(Lecturer.ended_on.is_not(None), Lecturer.ended_on < today)
    query = visible(by).where(ended if wanted.ended else ~ended)
    if wanted.q:
        query = query.where(_named(wanted.q))
    if wanted.kind in set(LecturerKind):
        query = query.where(Lecturer.kind == LecturerKind(wanted.kind))
    if wanted.source in set(Source):
        query = query.where(Lecturer.source == Source(wanted.source))
    if wanted.home:
        query = query.where(Lecturer.home_place == wanted.home)
    if wanted.term == "in_force":
        query = query.where(in_force(today))
    elif wanted.term == "ending":
        query = query.where(in_force(today), ~in_force(today + timedelta(days=SOON)))
    elif wanted.term == "none":
        query = query.where(~in_force(today))
    return query


@dataclass(frozen=True)
class Listed:
    """One page: the rows, their terms, and how many courses each may teach today."""

    page: Page[Lecturer]
    terms: dict[int, list[Term]]
    courses: dict[int, int]


def page_of(by: Actor, wanted: Wanted, today: date, *, after: str = "", before: str = "", size: int = SIZE) -> Listed:
    """One page in the order of names: four statements."""
    found = paged(
        _filtered(by, wanted, today), [(Lecturer.sort_key, False), (Lecturer.id, False)], after=after, before=before, size=size,
        key_of=lambda x: (x.sort_key, x.id),
    )  # fmt: skip
    ids = [x.id for x in found.rows]
    taught = db.session.execute(
        sa.select(Qualification.lecturer_id, sa.func.count())
        .where(
            Qualification.lecturer_id.in_(ids), Qualification.since <= today,
            sa.or_(Qualification.until.is_(None), Qualification.until >= today),
        )
        .group_by(Qualification.lecturer_id)
    )  # fmt: skip
    return Listed(found, queries.terms(ids), {row[0]: row[1] for row in taught})


@dataclass(frozen=True)
class Counts:
    """How many lecturers each choice of a filter would show, under the search and whether they still teach."""

    kinds: Counter[str]
    sources: Counter[str]
    homes: Counter[str]
    total: int


def counts(by: Actor, wanted: Wanted, today: date) -> Counts:
    """One statement for all of them."""
    wide = Wanted(q=wanted.q, ended=wanted.ended)
    rows = db.session.execute(
        _filtered(by, wide, today)
        .with_only_columns(Lecturer.kind, Lecturer.source, Lecturer.home_place, sa.func.count())
        .group_by(Lecturer.kind, Lecturer.source, Lecturer.home_place)
    )
    kinds, sources, homes = Counter[str](), Counter[str](), Counter[str]()
    for kind, source, home, n in rows:
        kinds[kind.value] += n
        sources[source.value] += n
        homes[home] += n
    return Counts(kinds, sources, homes, kinds.total())


def corps_rows(by: Actor, *, after: str = "", before: str = "") -> Page[Any]:
    """Corps with their organisation, leader and number of members, in the order they were made: one statement."""
    here = sa.and_(CorpsMember.corps_id == Corps.id, CorpsMember.left_on.is_(None))
    members = sa.select(sa.func.count()).select_from(CorpsMember).where(here).correlate(Corps).scalar_subquery()
    leader = (
        sa.select(Lecturer.display_name)
        .join(CorpsMember, CorpsMember.lecturer_id == Lecturer.id)
        .where(here, CorpsMember.role == "leader")
        .correlate(Corps)
        .scalar_subquery()
    )
    query = (
        queries.visible_corps(by)
        .join(Organisation, Organisation.id == Corps.organisation_id)
        .with_only_columns(
            Corps.id,
            Corps.name,
            Corps.ended_on,
            Organisation.name.label("unit"),
            members.label("members"),
            leader.label("leader"),
        )
    )
    return paged(query, [(Corps.id, False)], after=after, before=before, key_of=lambda r: (r.id,), scalars=False)


def courses_like(district_id: int, q: str, limit: int = 20) -> Sequence[Course]:
    """Courses of the district whose title or initials answer a search, for the choice of a qualification."""
    if not q:
        return ()
    return db.session.scalars(
        sa.select(Course)
        .where(
            Course.district_id == district_id,
            sa.or_(Course.title.contains(q, autoescape=True), Course.initials.startswith(q.lower(), autoescape=True)),
        )
        .order_by(Course.sort_key, Course.id)
        .limit(limit)
    ).all()


def lecturers_like(by: Actor, district_id: int, q: str, limit: int = 20) -> Sequence[Lecturer]:
    """Lecturers of the district whose name answers a search, for the choice of a member."""
    if not q:
        return ()
    word = q.lower()
    return db.session.scalars(
        visible(by)
        .where(
            Lecturer.district_id == district_id, Lecturer.ended_on.is_(None),
            sa.or_(
                Lecturer.display_name.contains(q, autoescape=True), Lecturer.initials.startswith(word, autoescape=True)
            ),
        )
        .order_by(Lecturer.sort_key, Lecturer.id)
        .limit(limit)
    ).all()  # fmt: skip

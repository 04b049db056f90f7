"""Lessons in a scope: one, a calendar of them, and their figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from catalogue.accounts.models import Person
from catalogue.core import clock, numbers
from catalogue.core.actor import Actor, Kind, Level
from catalogue.core.db import db
from catalogue.core.paging import Page, paged
from catalogue.courses.models import CourseVersion, CourseVersionEquipment, Edition, EditionItem, Equipment
from catalogue.dispatch.models import Dispatch, DispatchOrder, Offer
from catalogue.dispatch.states import OfferState
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import (
    Attendance,
    AttendanceState,
    Lesson,
    LessonHistory,
    LessonLecturer,
    LessonOrder,
    LessonParty,
    Move,
)
from catalogue.lessons.states import MoveState, State
from catalogue.orders.models import Order
from catalogue.organisations.models import Organisation, OrganisationReach
from catalogue.organisations.queries import SEES_ROWS, in_scope, one

WHOLE = (
    joinedload(Lesson.organisation),
    joinedload(Lesson.course),
    joinedload(Lesson.course_version),
    joinedload(Lesson.venue),
    selectinload(Lesson.parties).joinedload(LessonParty.organisation),
    selectinload(Lesson.lecturers).joinedload(LessonLecturer.lecturer).joinedload(Lecturer.person),
    selectinload(Lesson.orders).joinedload(LessonOrder.order),
)

ROW = (
    joinedload(Lesson.organisation),
    joinedload(Lesson.course_version),
    joinedload(Lesson.venue),
    selectinload(Lesson.lecturers).joinedload(LessonLecturer.lecturer),
)


def seen_by(by: Actor) -> sa.ColumnElement[bool]:
    """Lessons of the actor's scope, those a committee of theirs comes to, and those they teach themselves."""
    if by.kind is Kind.JOB:
        return sa.true()
    ways: list[sa.ColumnElement[bool]] = []
    if by.lecturer_id is not None:
        ways.append(
            Lesson.id.in_(sa.select(LessonLecturer.lesson_id).where(LessonLecturer.lecturer_id == by.lecturer_id))
        )
    if by.has(*SEES_ROWS):
        ways.append(in_scope(by, Lesson))
        ways.append(Lesson.id.in_(sa.select(LessonParty.lesson_id).where(_party_of(by))))
    return sa.or_(*ways) if ways else sa.false()


def _party_of(by: Actor) -> sa.ColumnElement[bool]:
    """Parties of the actor's committees, and for a town's people of the committees below it."""
    held = [m for m in by.memberships if m.role in SEES_ROWS and m.level not in (Level.CITY, Level.DISTRICT)]
    own = sorted({i for m in held for i in m.reach})
    towns = sorted({i for m in held if m.level is not Level.COMMITTEE for i in m.reach})
    ways = [LessonParty.organisation_id.in_(own)]
    if towns:
        below = sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id.in_(towns))
        ways.append(LessonParty.organisation_id.in_(below))
    return sa.or_(*ways)


def visible(by: Actor, said: int | str) -> Lesson:
    """One lesson by id or number with everything its page shows. Raises NotVisible outside the scope."""
    number = numbers.plain(said) if isinstance(said, str) else None
    named = Lesson.number == number if number is not None else Lesson.id == _id(said)
    return one(sa.select(Lesson).where(named, seen_by(by)).options(*WHOLE))


def _id(said: int | str) -> int:
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


_WHOLE = sa.select(Lesson).where(Lesson.id == sa.bindparam("id")).options(*WHOLE)


def whole(lesson_id: int) -> Lesson:
    """One lesson with everything, without a scope: for reactions and answer links."""
    return one(_WHOLE, {"id": lesson_id})


def has_lesson(dispatch_id: int) -> bool:
    """Did this dispatch lead to a lesson already?"""
    return db.session.scalar(sa.select(Lesson.id).where(Lesson.dispatch_id == dispatch_id)) is not None


def dispatch_of_offer(offer_id: int) -> Dispatch:
    """The dispatch an offer belongs to, with its orders."""
    query = sa.select(Dispatch).join(Offer, Offer.dispatch_id == Dispatch.id).where(Offer.id == offer_id)
    return one(query.options(selectinload(Dispatch.orders).joinedload(DispatchOrder.order)))


def accepted_offers(dispatch_id: int) -> Sequence[Offer]:
    """The accepted offers of a dispatch, one per seat."""
    query = sa.select(Offer).where(Offer.dispatch_id == dispatch_id, Offer.state == OfferState.ACCEPTED)
    return db.session.scalars(query.order_by(Offer.seat)).all()


_OF_ORDER = (
    sa.select(Lesson)
    .join(LessonOrder, LessonOrder.lesson_id == Lesson.id)
    .where(LessonOrder.order_id == sa.bindparam("id"), Lesson.state == State.SCHEDULED)
    .options(*WHOLE)
)


def of_order(order_id: int) -> Lesson | None:
    """The scheduled lesson of an order, whole, without a scope: for reactions."""
    return db.session.scalars(_OF_ORDER, {"id": order_id}).unique().one_or_none()


def between(by: Actor, since: datetime, until: datetime) -> Sequence[Lesson]:
    """Lessons this actor sees that start in a span and were not called off, soonest first, as rows."""
    spanned = (Lesson.starts_at >= since, Lesson.starts_at < until, Lesson.state != State.CALLED_OFF)
    query = sa.select(Lesson).where(*spanned, seen_by(by)).options(*ROW)
    return db.session.scalars(query.order_by(Lesson.starts_at, Lesson.id).limit(1000)).all()


def rows_of(ids: Iterable[int]) -> Sequence[Lesson]:
    """Lessons by id as rows, with who comes, soonest first, without a scope."""
    query = sa.select(Lesson).where(Lesson.id.in_(list(ids))).options(*ROW, selectinload(Lesson.parties))
    return db.session.scalars(query.order_by(Lesson.starts_at, Lesson.id)).all()


def offers_named(words: Mapping[int, str]) -> list[tuple[Offer, str]]:
    """Offers by id with what is said of each, soonest first, without a scope."""
    course = joinedload(Offer.dispatch).joinedload(Dispatch.course_version)
    query = sa.select(Offer).where(Offer.id.in_(words)).options(course, joinedload(Offer.lecturer))
    found = db.session.scalars(query.order_by(Offer.starts_at, Offer.id)) if words else ()
    return [(offer, words[offer.id]) for offer in found]


def roster(lesson_id: int) -> Sequence[Attendance]:
    """The attendance rows in force (corrections replace what they correct), with their persons, in order of entry."""
    return db.session.scalars(
        sa.select(Attendance)
        .where(Attendance.lesson_id == lesson_id, Attendance.replaced_at.is_(None))
        .options(joinedload(Attendance.person))
        .order_by(Attendance.party_id, Attendance.id)
    ).all()


def attendance_counts(lesson_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """人次 of lessons: (on the spot, online) = present rows + head counts, per lesson."""
    present = (
        sa.select(Attendance.lesson_id, Attendance.online, sa.func.count().label("n"))
        .where(
            Attendance.lesson_id.in_(lesson_ids), Attendance.replaced_at.is_(None), Attendance.presence == AttendanceState.PRESENT
        )
        .group_by(Attendance.lesson_id, Attendance.online)
    )  # fmt: skip
    found: dict[int, list[int]] = {lesson_id: [0, 0] for lesson_id in lesson_ids}
    for lesson_id, at_home, n in db.session.execute(present):
        found[lesson_id][int(at_home)] += n
    heads = (
        sa.select(LessonParty.lesson_id, sa.func.sum(LessonParty.head_count), sa.func.sum(LessonParty.online_count))
        .where(LessonParty.lesson_id.in_(lesson_ids))
        .group_by(LessonParty.lesson_id)
    )
    for lesson_id, here, online in db.session.execute(heads):
        found[lesson_id][0] += int(here)
        found[lesson_id][1] += int(online)
    return {lesson_id: (counts[0], counts[1]) for lesson_id, counts in found.items()}


def open_move(lesson_id: int) -> Move | None:
    """The wish to move that waits for the desk's answer."""
    return db.session.scalars(
        sa.select(Move).where(Move.lesson_id == lesson_id, Move.state == MoveState.OPEN)
    ).one_or_none()


def moves_waiting(by: Actor) -> Sequence[Move]:
    """Wishes to move in the desk's scope, oldest first, with their lessons."""
    query = sa.select(Move).where(in_scope(by, Move), Move.state == MoveState.OPEN).order_by(Move.made_at, Move.id)
    lesson = joinedload(Move.lesson)
    return db.session.scalars(
        query.options(lesson.joinedload(Lesson.course_version), lesson.joinedload(Lesson.organisation))
    ).all()


def moves_listed(by: Actor, state: MoveState, *, after: str = "", before: str = "", size: int = 20) -> Page[Move]:
    """Wishes to move lessons this actor sees, in one state, oldest first."""
    query = sa.select(Move).join(Move.lesson).where(seen_by(by), Move.state == state)
    return paged(query, [(Move.id, False)], after=after, before=before, size=size, key_of=lambda move: (move.id,))


def move_of(by: Actor, move_id: int) -> Move:
    """One wish to move of a lesson the actor sees, with the whole lesson. Raises NotVisible."""
    move = one(
        sa.select(Move).join(Move.lesson).where(Move.id == move_id, seen_by(by)).options(joinedload(Move.lesson))
    )
    whole(move.lesson_id)  # the same object, now with its parts
    return move


def person_called(organisation_id: int, name: str) -> Person | None:
    """A person of this organisation by name, if there is one."""
    query = sa.select(Person).where(
        Person.organisation_id == organisation_id, Person.name == name, Person.ended_on.is_(None)
    )
    return db.session.scalars(query.order_by(Person.id).limit(1)).first()


def person_of(organisation_id: int, person_id: int | None) -> Person:
    """One person of this organisation. Raises NotVisible for anybody else, so that no stranger can be put on a roster."""
    return one(sa.select(Person).where(Person.id == person_id, Person.organisation_id == organisation_id))


def people_of(organisation_id: int) -> Sequence[Any]:
    """The address book of a committee, for its roster: id and name, in the order of their names."""
    query = sa.select(Person.id, Person.name).where(
        Person.organisation_id == organisation_id, Person.ended_on.is_(None)
    )
    return db.session.execute(query.order_by(Person.sort_key, Person.id).limit(300)).all()


def teaching_by_link(link_hash: str) -> LessonLecturer | None:
    """The seat a move's answer link belongs to, while it waits to be confirmed."""
    query = sa.select(LessonLecturer).where(
        LessonLecturer.link_hash == link_hash, LessonLecturer.confirmed_at.is_(None), LessonLecturer.left_at.is_(None)
    )
    return db.session.scalars(query.options(joinedload(LessonLecturer.lecturer))).one_or_none()


def unconfirmed(at: datetime) -> sa.Select[LessonLecturer]:
    """Seats whose lecturer let the time for confirming a move pass, with their lessons."""
    return (
        sa.select(LessonLecturer)
        .join(LessonLecturer.lesson)
        .where(
            LessonLecturer.confirm_by <= at, LessonLecturer.confirmed_at.is_(None), LessonLecturer.left_at.is_(None),
            Lesson.state == State.SCHEDULED, Lesson.starts_at > at,
        )
        .options(joinedload(LessonLecturer.lesson).joinedload(Lesson.course_version), joinedload(LessonLecturer.lecturer))
        .order_by(LessonLecturer.confirm_by, LessonLecturer.id)
    )  # fmt: skip


def silent(at: datetime) -> Sequence[LessonLecturer]:
    """All of them, for the sweep."""
    return db.session.scalars(unconfirmed(at)).all()


def unconfirmed_in(by: Actor, at: datetime) -> Sequence[LessonLecturer]:
    """Those in this actor's sight, for the desk."""
    return db.session.scalars(unconfirmed(at).where(seen_by(by))).all()


def _tab(tab: str, at: datetime) -> sa.ColumnElement[bool]:
    if tab == "due":
        return sa.and_(Lesson.state == State.SCHEDULED, Lesson.ends_at <= at)
    if tab == "done":
        return Lesson.state != State.SCHEDULED
    return sa.and_(Lesson.state == State.SCHEDULED, Lesson.ends_at > at)


def listed(
    by: Actor, at: datetime, *, tab: str = "", day: date | None = None, q: str = "", after: str = "", before: str = "", size: int = 20,
    course_id: int | None = None, lecturer_id: int | None = None, organisation_id: int | None = None,
) -> Page[Lesson]:  # fmt: skip
    """Lessons this actor sees: still to come (soonest first), over but not accounted for (`due`), or finished (`done`, newest first).

    A `day` shows that day whatever became of it. q: a number, or part of a course title, committee or lecturer's name.
    Of a course, of a lecturer (also one who left it), or of a committee that comes: only these.
    """
    query = sa.select(Lesson).where(seen_by(by)).options(*ROW)
    if course_id is not None:
        query = query.where(Lesson.course_id == course_id)
    if lecturer_id is not None:
        taught = sa.select(LessonLecturer.lesson_id).where(LessonLecturer.lecturer_id == lecturer_id)
        query = query.where(Lesson.id.in_(taught))
    if organisation_id is not None:
        coming = sa.select(LessonParty.lesson_id).where(LessonParty.organisation_id == organisation_id)
        query = query.where(Lesson.id.in_(coming))
    if day is not None:
        query = query.where(Lesson.starts_at >= clock.at(day, 0), Lesson.starts_at < clock.at(day, 24 * 60))
    else:
        query = query.where(_tab(tab, at))
    if q:
        query = query.where(_found(q))
    back = tab == "done" and day is None
    keys = [(Lesson.starts_at, back), (Lesson.id, back)]
    return paged(
        query, keys, after=after, before=before, size=size, key_of=lambda lesson: (lesson.starts_at, lesson.id)
    )


def _found(q: str) -> sa.ColumnElement[bool]:
    number = numbers.plain(q)
    if number is not None:
        return Lesson.number == number
    titles = sa.select(CourseVersion.id).where(CourseVersion.title.contains(q, autoescape=True))
    places = sa.select(Organisation.id).where(Organisation.name.contains(q, autoescape=True))
    taught = (
        sa.select(LessonLecturer.lesson_id)
        .join(Lecturer, Lecturer.id == LessonLecturer.lecturer_id)
        .where(Lecturer.display_name.contains(q, autoescape=True))
    )
    return sa.or_(Lesson.course_version_id.in_(titles), Lesson.organisation_id.in_(places), Lesson.id.in_(taught))


def tab_counts(by: Actor, at: datetime) -> dict[str, int | None]:
    """How many lessons are still to come and how many wait for somebody to say how they went."""
    due = sa.func.count(sa.case((Lesson.ends_at <= at, 1)))
    row = db.session.execute(sa.select(due, sa.func.count()).where(Lesson.state == State.SCHEDULED, seen_by(by))).one()
    return {"": row[1] - row[0], "due": row[0], "done": None}


def days_between(by: Actor, since: datetime, until: datetime) -> dict[date, int]:
    """How many lessons that were not called off each Shanghai day of a span has, in this actor's sight."""
    starts = sa.select(Lesson.starts_at).where(
        Lesson.starts_at >= since, Lesson.starts_at < until, Lesson.state != State.CALLED_OFF, seen_by(by)
    )
    return dict(Counter(clock.day_of(moment) for moment in db.session.scalars(starts)))


def history_of(lesson_id: int) -> Sequence[LessonHistory]:
    """Who did what to a lesson, oldest first; single marks, counts and looks at telephones are left out."""
    quiet = ("mark", "count", "reveal", "answer_link", "note_call_off", "note_missed", "note_lecturer_lost")
    query = sa.select(LessonHistory).where(LessonHistory.owner_id == lesson_id, LessonHistory.action.not_in(quiet))
    return db.session.scalars(query.order_by(LessonHistory.at, LessonHistory.id)).all()


def equipment_of(course_version_id: int) -> list[str]:
    """What the course needs in the room, in words."""
    query = (
        sa.select(Equipment.label)
        .join(CourseVersionEquipment, CourseVersionEquipment.equipment_code == Equipment.code)
        .where(CourseVersionEquipment.course_version_id == course_version_id)
    )
    return list(db.session.scalars(query.order_by(Equipment.position, Equipment.code)))


def taught_until(lesson_id: int) -> date | None:
    """The last teaching day of the editions its orders came from (the earliest of them); None = ordered outside any."""
    return db.session.scalar(
        sa.select(sa.func.min(Edition.teach_until))
        .join(EditionItem, EditionItem.edition_id == Edition.id)
        .join(Order, Order.edition_item_id == EditionItem.id)
        .join(LessonOrder, LessonOrder.order_id == Order.id)
        .where(LessonOrder.lesson_id == lesson_id)
    )


def orders_of(lesson: Lesson) -> list[Order]:
    """The orders a lesson serves (loaded with it)."""
    return [row.order for row in lesson.orders]

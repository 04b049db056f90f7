"""An order made and handed in by one press: all it is judged by is read once, then each table is written by one statement.

What is refused is left to the long way (a draft that is kept, then judged): so nothing here writes before the last rule has passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from catalogue.core import changes, events
from catalogue.core.actor import Actor
from catalogue.core.changes import Act
from catalogue.core.clock import day_of
from catalogue.core.db import lock, run
from catalogue.core.errors import NotVisible
from catalogue.core.words import _
from catalogue.courses.models import Audience, Course, CourseOffer, CourseVersion, CourseVersionAudience
from catalogue.courses.states import State as CourseState
from catalogue.lecturers.models import Lecturer, Qualification
from catalogue.orders import operations, policy, rules
from catalogue.orders.events import OrderSubmitted
from catalogue.orders.models import Order, Place
from catalogue.orders.queries import PROMISE, Promise
from catalogue.orders.rules import Case, Terms, Windows
from catalogue.orders.states import NEXT, Action, State
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue

_c, _offer, _order, _a, _va = (
    cast("sa.Table", m.__table__).c for m in (Course, CourseOffer, Order, Audience, CourseVersionAudience)
)
_own = cast("sa.Table", Venue.__table__).alias("own")
_named = cast("sa.Table", Venue.__table__).alias("named")
_ROOM = ("id", "name", "capacity", "organisation_id", "district_id", "shared", "ended_on")
_MADE = (
    sa.select(_order.id).where(_order.organisation_id == sa.bindparam("committee_id"), _order.key == sa.bindparam("key")).scalar_subquery()
)  # fmt: skip
_TEACHES = (
    sa.select(Lecturer.id)
    .join(Qualification, Qualification.lecturer_id == Lecturer.id)
    .where(
        Lecturer.id == sa.bindparam("lecturer_id"), Lecturer.ended_on.is_(None), Qualification.course_id == sa.bindparam("course_id"),
        Qualification.since <= sa.bindparam("day"),
        sa.or_(Qualification.until.is_(None), Qualification.until >= sa.bindparam("day")),
    )
    .limit(1).scalar_subquery()
)  # fmt: skip
_ASKED = (
    sa.select(
        *PROMISE, *(_named.c[name] for name in _ROOM), *(_own.c[name] for name in _ROOM),
        _MADE.label("made"), _TEACHES.label("lecturer_id"), _c.id.label("course_id"), _c.district_id.label("course_district_id"),
        _c.programme_only, _c.orderable, _c.restricted, _c.corps_id, _offer.organisation_id.label("offered_to"), _a.code, _a.label, _a.position,
    )
    .select_from(
        sa.outerjoin(
            Course.__table__, CourseVersion.__table__,
            sa.and_(PROMISE[0].table.c.course_id == _c.id, PROMISE[0].table.c.state == CourseState.PUBLISHED),
        )
        .outerjoin(CourseOffer.__table__, _offer.course_id == _c.id)
        .outerjoin(CourseVersionAudience.__table__, _va.course_version_id == PROMISE[0])
        .outerjoin(Audience.__table__, _a.code == _va.audience_code)
        .outerjoin(_own, sa.and_(_own.c.organisation_id == sa.bindparam("committee_id"), _own.c.own_room, _own.c.ended_on.is_(None)))
        .outerjoin(
            _named,
            sa.and_(
                _named.c.id == sa.bindparam("venue_id"), _named.c.ended_on.is_(None), _named.c.district_id == sa.bindparam("district_id"),
                sa.or_(_named.c.shared, _named.c.organisation_id == sa.bindparam("committee_id")),
                sa.not_(sa.and_(_named.c.own_room, _named.c.organisation_id == sa.bindparam("committee_id"))),
            ),
        )
    )
    .where(_c.id == sa.bindparam("course_id"))
)  # fmt: skip


@dataclass(frozen=True)
class Ordered:
    """The course, as far as rules look at it."""

    id: int
    district_id: int
    programme_only: bool
    orderable: bool
    restricted: bool
    corps_id: int | None


@dataclass(frozen=True)
class Room:
    """A venue, as far as rules look at it."""

    id: int
    name: str
    capacity: int
    organisation_id: int
    district_id: int
    shared: bool
    ended_on: date | None


@dataclass(frozen=True)
class Facts:
    """What a form that is handed in is read and judged by: course, version and audiences, the terms, what was named and is there."""

    course: Ordered
    version: Promise
    audiences: tuple[Any, ...]  # with code and label
    offered_to: frozenset[int]
    terms: Terms
    own_room: Room | None
    venue: Room | None  # the one named, when the committee may use it
    lecturer_id: int | None  # the one named, when they teach the course today


def facts(
    course_id: int, committee_id: int, key: str, *, venue_id: int | None, lecturer_id: int | None, by: Actor, at: datetime,
) -> Facts | None:  # fmt: skip
    """Everything at once, the committee locked; None when an order was already made with this key or the course is gone.

    Raises NotVisible for a committee the actor may not order for.
    """
    lock(Organisation, [committee_id])
    terms = rules.terms(course_id, committee_id, at)
    committee = terms.committee
    if not policy.may_order_for(by, committee):  # as if it were not there: the answer names no committee
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    asked = {
        "course_id": course_id, "committee_id": committee_id, "district_id": committee.district_id, "key": key, "venue_id": venue_id,
        "lecturer_id": lecturer_id, "day": day_of(at),
    }  # fmt: skip
    rows = run(_ASKED, asked).all()
    if not rows or rows[0].made is not None or rows[0][0] is None or committee.ended_on is not None:
        return None
    first = rows[0]
    return Facts(
        Ordered(
            first.course_id,
            first.course_district_id,
            first.programme_only,
            first.orderable,
            first.restricted,
            first.corps_id,
        ),
        Promise(*first[:7]),
        _audiences(rows),
        frozenset(row.offered_to for row in rows if row.offered_to is not None),
        terms,
        Room(*first[14:21]) if first[14] is not None else None,
        Room(*first[7:14]) if first[7] is not None else None,
        first.lecturer_id,
    )


def _audiences(rows: Sequence[Any]) -> tuple[Any, ...]:
    """Every audience once, in the order of the vocabulary."""
    found = {row.code: row for row in rows if row.code is not None}
    return tuple(sorted(found.values(), key=lambda row: (row.position, row.code)))


def place(
    known: Facts, values: Mapping[str, Any], windows: Windows, *, key: str, pattern: str, by: Actor, at: datetime, quota_reason: str = "",
) -> Order:  # fmt: skip
    """A new order, written and handed in. Its history says what drafting, writing and handing in would have said one by one.

    Raises the refusals of rules.py and TooManyWindows, before anything is written.
    """
    wanted = tuple(dict.fromkeys(windows))
    operations.refuse_too_many(wanted, pattern)
    row, acts = _written(known, values, wanted, key=key, pattern=pattern, by=by, at=at)
    case = operations.judged(_case(known, row, wanted), by, quota_reason)
    row |= operations.handed_in(case, by, at, quota_reason)
    order = changes.enter(Order, row, NEXT, Action.SUBMIT, acts, by=by, at=at, acting_for=row["organisation_id"])
    run(operations.INSERT_WINDOWS, operations.window_rows(order.id, case.windows))
    events.publish(OrderSubmitted(order.id), by=by, at=at)
    return order


def _written(known: Facts, values: Mapping[str, Any], windows: Windows, *, key: str, pattern: str, by: Actor, at: datetime) -> tuple[dict[str, Any], list[Act]]:  # fmt: skip
    """The row as it would stand as a draft, and the acts that led there."""
    committee, only = known.terms.committee, known.audiences[0].code if len(known.audiences) == 1 else None
    blank = {
        "audience_code": only, "expected": None, "place": operations.usual_place(known.version), "venue_id": None, "online_too": False,
        "need": "", "preferred_lecturer_id": None, "contact": "", "telephone": "",
    }  # fmt: skip
    row = {
        "organisation_id": committee.id, "town_id": committee.town_id, "district_id": committee.district_id, "state": State.DRAFT,
        "origin": policy.origin_of(by, committee), "key": key, "course_id": known.course.id, "course_version_id": known.version.id,
        "corps_id": known.course.corps_id, "made_by_id": by.person_id, "made_at": at, "pattern": pattern, "priority": 1, "assigned_to_id": None,
        "quota_reason": "", "number": None, **blank, **values,
    }  # fmt: skip
    changed = {name: [blank[name], value] for name, value in values.items() if value != blank[name]}
    acts = [Act("create", "", State.DRAFT.value)]
    if changed:
        acts.append(Act("save", changed=changed))
    if windows or pattern:
        acts.append(Act("windows", changed={"windows": [0, len(windows)], "pattern": [False, bool(pattern)]}))
    return row, acts


def _case(known: Facts, row: Mapping[str, Any], windows: Windows) -> Case:
    """What the rules look at: the row that is not there yet, under the names of an order."""
    order: Any = SimpleNamespace(id=None, submitted_by_id=None, **row)
    terms = rules.for_windows(known.terms, windows)
    version = terms.item.course_version if terms.item is not None else known.version
    return Case(
        order, known.course, version, tuple(windows), terms,
        known.own_room if order.place is Place.OWN_ROOM else known.venue if order.place is Place.VENUE else None,
        known.offered_to,
        teaches=known.lecturer_id is not None and known.lecturer_id == order.preferred_lecturer_id,
        audiences=known.audiences if version.id == known.version.id else None,
    )  # fmt: skip

"""Every read of orders: who sees which, the lists, and the facts the rules judge by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from catalogue.accounts.models import Membership, Person
from catalogue.core import numbers
from catalogue.core.actor import Actor, Level, Role
from catalogue.core.db import db, run
from catalogue.core.errors import NotVisible
from catalogue.core.paging import Page, ordered, paged, turned
from catalogue.core.words import _
from catalogue.courses.models import (
    Audience,
    Category,
    Course,
    CourseVersion,
    CourseVersionAudience,
    Edition,
    EditionItem,
)
from catalogue.courses.states import State as CourseState
from catalogue.orders import policy
from catalogue.orders.models import Order, OrderHistory, OrderNote, OrderWindow, Origin
from catalogue.orders.states import COUNTED, OPEN, Action, State
from catalogue.organisations import queries as organisations
from catalogue.organisations.models import Organisation, OrganisationReach

COMMITTEE = "committee"  # code of a miss that costs the committee its quota
TABS = {
    "mine": (State.DRAFT, State.RETURNED, State.DELIVERED),
    "open": (State.SUBMITTED, State.APPROVED, State.PLANNED, State.SCHEDULED),
    "done": (State.CLOSED, State.CANCELLED, State.REJECTED, State.UNMET, State.MISSED),
}
"""等您办 (a delivered order waits for its rating), 在办, 办完."""


# ── scope ───────────────────────────────────────────────────────────────────────────────────────


def in_sight(by: Actor) -> sa.ColumnElement[bool]:
    """Orders this actor may see. A draft is private: its maker's, or its committee's when the committee made it."""
    return _in_sight(replace(by, request_id="", name="", acting_for=None))


@lru_cache(maxsize=500)
def _in_sight(by: Actor) -> sa.ColumnElement[bool]:
    scope = organisations.in_scope(by, Order, *policy.SEEING)
    own = by.organisations(Role.ORDERER)
    private = [Order.made_by_id == by.person_id]
    if own:
        private.append(
            sa.and_(
                Order.origin == Origin.COMMITTEE,
                Order.organisation_id == own[0] if len(own) == 1 else Order.organisation_id.in_(own),
            )
        )
    return sa.and_(scope, sa.or_(Order.state != State.DRAFT, *private))


def visible(by: Actor) -> sa.Select[Order]:
    return sa.select(Order).where(in_sight(by))


_PAGE = (
    joinedload(Order.organisation).joinedload(Organisation.town),
    joinedload(Order.course).joinedload(Course.category),
    joinedload(Order.course_version).selectinload(CourseVersion.audiences),
    joinedload(Order.edition_item).joinedload(EditionItem.edition),
    joinedload(Order.venue),
    joinedload(Order.preferred_lecturer),
    joinedload(Order.assigned_to),
    selectinload(Order.windows),
)


def one(by: Actor, said: int | str) -> Order:
    """One order by its id or number, with everything its page shows. Raises NotVisible."""
    number = None if isinstance(said, int) else numbers.plain(said)
    query = _one(replace(by, request_id="", name="", acting_for=None), number is not None)
    return organisations.one(query, {"said": _id(said) if number is None else number})


@lru_cache(maxsize=500)
def _one(by: Actor, by_number: bool) -> sa.Select[Order]:
    """The statement for one set of roles, built once."""
    return visible(by).where((Order.number if by_number else Order.id) == sa.bindparam("said")).options(*_PAGE)


_LOADED = sa.select(Order).where(Order.id == sa.bindparam("id")).options(*_PAGE)


def _id(said: int | str) -> int:
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def loaded(order_id: int) -> Order:
    """An order for operations (no scope), with its windows, course version and edition."""
    return organisations.one(_LOADED, {"id": order_id})


QUIET = ("save", "windows", "note")


def history_of(order_id: int, *, inside: bool) -> Sequence[OrderHistory]:
    """Who did what to an order, oldest first; the saving of drafts is left out, and outside also the call backs of those who check."""
    quiet = QUIET if inside else (*QUIET, "wait_for_call")
    query = sa.select(OrderHistory).where(OrderHistory.owner_id == order_id, OrderHistory.action.not_in(quiet))
    return db.session.scalars(query.order_by(OrderHistory.at, OrderHistory.id)).all()


_HANDS = (
    sa.select(OrderHistory.person_id)
    .where(
        OrderHistory.owner_id == sa.bindparam("id"), OrderHistory.person_id.is_not(None),
        OrderHistory.action.in_(("create", "save", "windows", Action.SUBMIT.value)),
    )
    .distinct()
)  # fmt: skip


def entered_by(order_id: int) -> frozenset[int]:
    """Everybody whose hand is in what the order says: made it, wrote in it, or submitted it at any time."""
    return frozenset(row[0] for row in run(_HANDS, {"id": order_id}))


def notes_of(order_id: int, side: str) -> Sequence[OrderNote]:
    """The internal notes of one side, oldest first."""
    query = sa.select(OrderNote).where(OrderNote.order_id == order_id, OrderNote.side == side)
    return db.session.scalars(query.options(joinedload(OrderNote.by)).order_by(OrderNote.made_at, OrderNote.id)).all()


# ── lists ───────────────────────────────────────────────────────────────────────────────────────


def _when(state: State) -> sa.ScalarSelect[Any]:
    """When an order last came into a state, from its history."""
    return (
        sa.select(sa.func.max(OrderHistory.at))
        .where(OrderHistory.owner_id == Order.id, OrderHistory.to_state == state.value)
        .correlate(Order)
        .scalar_subquery()
    )


def _first_window() -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.min(OrderWindow.starts_at))
        .where(OrderWindow.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )


def _last_window() -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.max(OrderWindow.starts_at))
        .where(OrderWindow.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )


_TOWN, _DISTRICT = aliased(Organisation), aliased(Organisation)
_LIST: Any = (
    sa.select(
        Order.id, Order.number, Order.state, Order.origin, Order.version, Order.course_id, Order.expected, Order.made_at, Order.submitted_at,
        Order.check_by, Order.checked_at, Order.call_back_until, CourseVersion.title, Organisation.name.label("committee"),
        Order.organisation_id, _TOWN.name.label("town"), _TOWN.telephone.label("town_telephone"),
        Organisation.renamed_on, Organisation.ended_on, _DISTRICT.name.label("district"), _DISTRICT.telephone.label("district_telephone"),
        _when(State.PLANNED).label("planned_at"), _when(State.SCHEDULED).label("scheduled_at"),
        _first_window().label("first_at"), _last_window().label("last_at"),
        sa.select(OrderHistory.words).where(OrderHistory.owner_id == Order.id, OrderHistory.to_state == Order.state)
        .order_by(OrderHistory.id.desc()).limit(1).correlate(Order).scalar_subquery().label("said"),
    )
    .join(CourseVersion, CourseVersion.id == Order.course_version_id)
    .join(Organisation, Organisation.id == Order.organisation_id)
    .join(_DISTRICT, _DISTRICT.id == Order.district_id)
    .outerjoin(_TOWN, _TOWN.id == Order.town_id)
)  # fmt: skip


@lru_cache(maxsize=500)
def _tab(by: Actor, tab: str) -> Any:
    """The list of one tab for one set of roles, built once."""
    query = _LIST.where(in_sight(by))
    return query.where(Order.state.in_(TABS[tab])) if tab in TABS else query


_NEWEST = ((Order.id, True),)
COLUMNS = len(_LIST.selected_columns)


@lru_cache(maxsize=1000)
def _turn(by: Actor, tab: str, turn: str) -> Any:
    """The list with one column more: the numbers of the tabs as draft:1,closed:20, worked out once for all rows."""
    of = _counting(by, _is_small(by)).subquery()
    told = sa.type_coerce(of.c[0], sa.String) + ":" + sa.cast(of.c[1], sa.String)
    numbers_ = sa.select(sa.func.aggregate_strings(told, ",")).select_from(of).scalar_subquery().label("numbers")
    return ordered(_tab(by, tab).add_columns(numbers_), _NEWEST, turn)


def _id_of(row: Any) -> tuple[int]:
    return (row.id,)


def listed(by: Actor, *, tab: str = "", q: str = "", after: str = "", before: str = "", size: int = 20) -> Page[Any]:
    """The orders in sight, newest first, as rows of the list; `q` is a number (with or without hyphens), a course or a committee."""
    who = replace(by, request_id="", name="", acting_for=None)
    if not q:
        return turned(lambda turn: _turn(who, tab, turn), _NEWEST, after=after, before=before, size=size, key_of=_id_of)
    query = _tab(who, tab)
    number = numbers.plain(q)
    if number is not None:
        query = query.where(Order.number == number)
    else:
        query = query.where(
            sa.or_(
                CourseVersion.title.contains(q, autoescape=True),
                Organisation.name.contains(q, autoescape=True),
                Organisation.id.in_(_committees_called(q)),
            )
        )
    return paged(query, _NEWEST, after=after, before=before, size=size, key_of=_id_of, scalars=False)


def _committees_called(q: str) -> sa.Select[Any]:
    """Ids of the organisations so called today, and of those they came from."""
    heir = aliased(Organisation)
    return (
        sa.select(OrganisationReach.descendant_id)
        .join(heir, heir.id == OrganisationReach.ancestor_id)
        .where(heir.name.contains(q, autoescape=True), heir.level.in_((Level.COMMITTEE, Level.UNIT)))
    )


def row_of(order_id: int) -> Any:
    """One order as a row of the list, for its stamps and the next sentence (no scope: the order itself was scoped)."""
    return db.session.execute(_LIST.where(Order.id == order_id)).one()


def others_of(order: Order, limit: int = 10) -> Sequence[Any]:
    """The committee's other orders, newest first, for whoever checks this one."""
    theirs = organisations.below(order.organisation_id)
    mine = _LIST.where(Order.organisation_id.in_(theirs), Order.id != order.id, Order.state != State.DRAFT)
    return db.session.execute(mine.order_by(Order.id.desc()).limit(limit)).all()


@lru_cache(maxsize=500)
def _counting(by: Actor, small: bool) -> Any:
    query = sa.select(Order.state, sa.func.count()).where(in_sight(by)).group_by(Order.state)
    return query if small else query.where(Order.state.in_((*OPEN, State.DRAFT)))


def _is_small(by: Actor) -> bool:
    return all(m.level is Level.COMMITTEE for m in by.memberships if m.role in policy.SEEING)


def tab_counts(by: Actor, page: Page[Any] | None = None) -> dict[str, int | None]:
    """How many orders stand under each tab. Whole counts for a committee; towns and districts get the open ones only (None: not counted).

    A page of the list brings them along, unless it was searched for or is empty.
    """
    small = _is_small(by)
    numbers_ = getattr(page.rows[0], "numbers", None) if page is not None and page.rows else None
    if numbers_ is not None:
        found = {State(state): int(n) for state, _colon, n in (one.partition(":") for one in numbers_.split(","))}
    else:
        query = _counting(replace(by, request_id="", name="", acting_for=None), small)
        found = {row[0]: row[1] for row in run(query).all()}
    counts: dict[str, int | None] = {tab: sum(found.get(s, 0) for s in states) for tab, states in TABS.items()}
    if not small:
        return {"": None, "mine": None, "open": counts["open"], "done": None}
    return {"": sum(found.values()), **counts}


def queue(by: Actor, at: datetime, limit: int = 200) -> Sequence[Any]:
    """Orders that wait for this actor's check: those past their deadline first, then those whose first time is nearest."""
    late = sa.case((Order.check_by < at, 0), else_=1)
    scope = organisations.in_scope(by, Order, *policy.CHECKING)
    query = _LIST.where(scope, Order.state == State.SUBMITTED).add_columns(Order.made_by_id, Order.submitted_by_id)
    order = (late, sa.case((Order.check_by < at, Order.check_by)).nulls_last(), _first_window(), Order.id)
    return db.session.execute(query.order_by(*order).limit(limit)).all()


def towns_of(by: Actor) -> Sequence[Organisation]:
    """The towns this actor looks after: their own, or all of their district."""
    own = by.organisations(Role.TOWN_ADMINISTRATOR)
    districts = [i for r in policy.DISTRICT for i in by.organisations(r)]
    return db.session.scalars(
        sa.select(Organisation)
        .where(
            Organisation.level == Level.TOWN, Organisation.ended_on.is_(None),
            sa.or_(Organisation.id.in_(own), Organisation.district_id.in_(districts)),
        )
        .order_by(Organisation.sort_key, Organisation.id)
    ).all()  # fmt: skip


def first_with_committees(towns: Sequence[Organisation]) -> int | None:
    """The first of these towns that has a committee; None when none has."""
    ids = [town.id for town in towns]
    query = sa.select(Organisation.town_id).where(
        Organisation.level == Level.COMMITTEE, Organisation.ended_on.is_(None), Organisation.town_id.in_(ids)
    )
    having = set(db.session.scalars(query.distinct()))
    return next((i for i in ids if i in having), None)


def editions_of(district_id: int | None, day: date, limit: int = 8) -> Sequence[Edition]:
    """Published editions of a district: the one that is taught now first, then what can be ordered now, then newest first."""
    taught = sa.and_(Edition.teach_from <= day, Edition.teach_until >= day)
    current = sa.case((taught, 0), (sa.and_(Edition.order_from <= day, Edition.order_until >= day), 1), else_=2)
    return db.session.scalars(
        sa.select(Edition)
        .where(Edition.district_id == district_id, Edition.published_on.is_not(None))
        .order_by(current, Edition.teach_from.desc(), Edition.id)
        .limit(limit)
    ).all()


# ── facts for the rules and the form ────────────────────────────────────────────────────────────

_LEVELS = [Level.UNIT, Level.COMMITTEE, Level.TOWN, Level.DISTRICT, Level.CITY]
_CHAIN = (
    sa.select(Organisation.id, Organisation.level)
    .join(OrganisationReach, OrganisationReach.ancestor_id == Organisation.id)
    .where(OrganisationReach.descendant_id == sa.bindparam("id"))
)


def chain_of(organisation_id: int) -> tuple[int, ...]:
    """The organisation and everything above it today, nearest first, in one statement."""
    rows = db.session.execute(_CHAIN, {"id": organisation_id}).all()
    above = sorted((r for r in rows if r.id != organisation_id), key=lambda r: _LEVELS.index(r.level))
    return (organisation_id, *(r.id for r in above))


@dataclass(frozen=True)
class Season:
    """An edition: when one may order from it and when its lessons are taught (days, inclusive)."""

    id: int
    name: str
    order_from: date
    order_until: date
    teach_from: date
    teach_until: date


@dataclass(frozen=True)
class Promise:
    """What a version of a course says of itself, as far as orders are judged by it."""

    id: int
    state: CourseState
    onsite: bool
    venue: bool
    online: bool
    size_min: int
    size_max: int


@dataclass(frozen=True)
class Item:
    """A course on an edition: the version that is ordered, and how many lessons there are at most (None: no limit)."""

    id: int
    edition_id: int
    course_version_id: int
    limit: int | None
    edition: Season
    course_version: Promise


_i, _e, _v, _reach = (cast("sa.Table", m.__table__).c for m in (EditionItem, Edition, CourseVersion, OrganisationReach))
_SEASON = (_e.id, _e.name, _e.order_from, _e.order_until, _e.teach_from, _e.teach_until)
PROMISE = (_v.id, _v.state, _v.onsite, _v.venue, _v.online, _v.size_min, _v.size_max)
_ITEMS = (
    sa.select(_i.id, _i.edition_id, _i.course_version_id, _i.limit, *_SEASON, *PROMISE)
    .select_from(
        sa.join(EditionItem.__table__, Edition.__table__, _e.id == _i.edition_id)
        .join(CourseVersion.__table__, _v.id == _i.course_version_id)
    )
    .where(
        _i.course_id == sa.bindparam("course_id"), _i.ended_on.is_(None), _e.published_on.is_not(None), _e.ended_on.is_(None),
        _e.organisation_id.in_(sa.select(_reach.ancestor_id).where(_reach.descendant_id == sa.bindparam("committee_id"))),
    )
    .order_by(_e.teach_from, _e.id, _i.id)
)  # fmt: skip


def items_of(course_id: int, committee_id: int) -> list[Item]:
    """The course on the published editions of a committee and all above it, earliest lessons first."""
    rows: Any = run(_ITEMS, {"course_id": course_id, "committee_id": committee_id})
    return [
        Item(row[0], row[1], row[2], row[3], edition=Season(*row[4:10]), course_version=Promise(*row[10:]))
        for row in rows
    ]


def audiences_of(course_version_id: int) -> Sequence[Audience]:
    """Whom a version of a course was made for, in the order of the vocabulary."""
    return db.session.scalars(_AUDIENCES, {"id": course_version_id}).all()


_AUDIENCES = (
    sa.select(Audience)
    .join(CourseVersionAudience, CourseVersionAudience.audience_code == Audience.code)
    .where(CourseVersionAudience.course_version_id == sa.bindparam("id"))
    .order_by(Audience.position, Audience.code)
)


def _counts() -> sa.ColumnElement[bool]:
    """Orders that count against a quota: under way, held, or missed by the committee itself (a lecturer's absence costs none)."""
    own_fault = sa.exists().where(
        OrderHistory.owner_id == Order.id,
        OrderHistory.action == Action.MISS.value,
        OrderHistory.code == COMMITTEE,
    )
    return sa.or_(Order.state.in_(COUNTED), sa.and_(Order.state == State.MISSED, own_fault))


_THEIRS = sa.select(OrganisationReach.descendant_id).where(
    OrganisationReach.ancestor_id == sa.bindparam("organisation_id")
)
"""A committee and those it came from: what they ordered counts on after a merge or a split."""
_USED = (
    sa.select(sa.func.count(), sa.func.count(sa.case((Order.course_id == sa.bindparam("course_id"), 1))))
    .join(EditionItem, EditionItem.id == Order.edition_item_id)
    .where(
        Order.organisation_id.in_(_THEIRS), EditionItem.edition_id == sa.bindparam("edition_id"),
        Order.id != sa.bindparam("without"), _counts(),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Used:
    """How many counted orders a committee has in an edition, and how many of them of one course."""

    edition: int
    course: int


def used(organisation_id: int, edition_id: int, course_id: int, *, without: int | None = None) -> Used:
    """The quota a committee has used in an edition, one order left out (the one being judged)."""
    known = {
        "organisation_id": organisation_id,
        "edition_id": edition_id,
        "course_id": course_id,
        "without": without or 0,
    }
    row = run(_USED, known).one()
    return Used(row[0], row[1])


_USED_OF_ITEM = (
    sa.select(sa.func.count())
    .select_from(Order)
    .where(Order.edition_item_id == sa.bindparam("item_id"), Order.id != sa.bindparam("without"), _counts())
)


def used_of_item(item_id: int, *, without: int | None = None) -> int:
    """How many counted orders stand on an edition's item, everybody's."""
    known = {"item_id": item_id, "without": without or 0}
    return int(run(_USED_OF_ITEM, known).scalar_one())


_DUPLICATES = (
    sa.select(Order.number, OrderWindow.starts_at, OrderWindow.ends_at)
    .join(OrderWindow, OrderWindow.order_id == Order.id)
    .where(
        Order.organisation_id.in_(_THEIRS), Order.course_id == sa.bindparam("course_id"),
        Order.id != sa.bindparam("without"), Order.state.in_(OPEN),
        OrderWindow.starts_at < sa.bindparam("until"), OrderWindow.ends_at > sa.bindparam("since"),
    )
    .order_by(Order.id)
)  # fmt: skip


def duplicate_of(order: Order, windows: Sequence[tuple[datetime, datetime]]) -> str | None:
    """The number of another open order of the committee for the same course at an overlapping time, if there is one."""
    if not windows:
        return None
    known = {
        "organisation_id": order.organisation_id, "course_id": order.course_id, "without": order.id or 0,
        "since": min(start for start, _end in windows), "until": max(end for _start, end in windows),
    }  # fmt: skip
    for number, starts_at, ends_at in run(_DUPLICATES, known):
        if any(starts_at < end and ends_at > start for start, end in windows):
            return str(number)
    return None


def unmet_candidates(day: date, limit: int = 500) -> Sequence[int]:
    """Orders whose edition has ended without anybody having planned them."""
    return db.session.scalars(
        sa.select(Order.id)
        .join(EditionItem, EditionItem.id == Order.edition_item_id)
        .join(Edition, Edition.id == EditionItem.edition_id)
        .where(Order.state.in_((State.SUBMITTED, State.RETURNED, State.APPROVED)), Edition.teach_until < day)
        .order_by(Order.id)
        .limit(limit)
    ).all()


def staff(organisation_ids: Sequence[int], roles: Sequence[Role], day: date) -> Sequence[Any]:
    """People in post at these organisations in these roles: id, name, phone, organisation, role; by name."""
    return db.session.execute(
        sa.select(Person.id, Person.name, Person.phone, Membership.organisation_id, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id.in_(organisation_ids), Membership.role.in_(roles), Membership.starts_on <= day,
            sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
        )
        .order_by(Person.sort_key, Person.id)
    ).all()  # fmt: skip


_COURSE = (
    sa.select(Course)
    .where(Course.id == sa.bindparam("id"))
    .options(
        joinedload(Course.category).load_only(Category.code, Category.label),
        joinedload(Course.published).selectinload(CourseVersion.audiences),
    )
)


def course_of(course_id: int) -> Course:
    """A course to be ordered, with category and published version (its audiences). Raises NotVisible."""
    found = db.session.scalars(_COURSE, {"id": course_id}).unique().one_or_none()
    if found is None:
        raise NotVisible(_("没有找到，或者不在您的范围内。"))
    return found

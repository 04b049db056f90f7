"""Rows with dull defaults. A test names only what it is about; everything else is plausible and the same each time.

All tests live on Monday 2 March 2026, 12:00 in Shanghai (conftest travels there).
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher

from catalogue.accounts import queries as accounts
from catalogue.accounts.models import Account, Membership, Person
from catalogue.core import clock
from catalogue.core.actor import Actor, Level, Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.text import initials, sort_key
from catalogue.courses import states as courses
from catalogue.courses.models import Category, Course, CourseVersion, Edition, EditionItem
from catalogue.courses.search import tokens_of
from catalogue.lecturers.models import (
    Appointment,
    Lecturer,
    LecturerKind,
    Qualification,
    Source,
    TitleTier,
    WeeklyHours,
)
from catalogue.orders.models import Order, OrderWindow, Origin, Place
from catalogue.orders.states import State
from catalogue.organisations.models import Organisation, OrganisationName, OrganisationPlace, OrganisationReach
from catalogue.venues.models import Venue, VenueKind

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
KEY_FOR_AUDIT = "a key for tests that is long enough for production"
PASSWORD = "correct horse battery staple"
_count = itertools.count(1)
_first: dict[
    tuple[Level, int | None], int
] = {}  # ids of the first organisation of a level (below another), found in this test


def restart() -> None:
    """Numbers in invented names start again with each test, and nothing of the test before is remembered."""
    global _count
    _count = itertools.count(1)
    _first.clear()


def save(row: Any) -> Any:
    """Adds a row and gives it its id."""
    db.session.add(row)
    db.session.flush()
    return row


def save_all(rows: Iterable[Any]) -> None:
    """Adds rows nobody needs the ids of, in one go."""
    db.session.add_all(rows)
    db.session.flush()


# ── organisations and people ─────────────────────────────────────────────────────────────────────


_ID, _PARENT = sa.bindparam("own", type_=sa.BigInteger), sa.bindparam("above", type_=sa.BigInteger)
_NAME, _PLACE = (model.__table__.insert() for model in (OrganisationName, OrganisationPlace))  # type: ignore[attr-defined]
_REACH = OrganisationReach.__table__.insert().from_select(  # type: ignore[attr-defined]
    ["ancestor_id", "descendant_id"],
    sa.select(OrganisationReach.ancestor_id, _ID)
    .where(OrganisationReach.descendant_id == _PARENT)
    .union_all(sa.select(_ID, _ID)),
)


def an_organisation(parent: Organisation | None, kind: str, level: Level, name: str, **values: Any) -> Organisation:
    """An organisation with the dated rows and reach that its operations would have made."""
    values.setdefault("number_prefix", "QP" if level is Level.DISTRICT else "")
    district_id = parent.district_id if parent is not None else None
    town_id = parent.town_id if parent is not None else None
    row = save(
        Organisation(
            parent_id=parent.id if parent is not None else None, name=name, kind=kind, level=level, sort_key=sort_key(name),
            initials=initials(name), started_on=LONG_AGO, district_id=district_id, town_id=town_id, **values,
        )
    )  # fmt: skip
    if level is Level.DISTRICT:
        row.district_id = row.id
    if level is Level.TOWN:
        row.town_id = row.id
    db.session.flush()
    own = {"organisation_id": row.id, "valid_from": LONG_AGO}
    connection = db.session.connection()
    connection.execute(_NAME, {**own, "name": name, "short_name": row.short_name})
    connection.execute(_PLACE, {**own, "parent_id": row.parent_id, "kind": kind})
    connection.execute(_REACH, {"own": row.id, "above": row.parent_id})
    return row


def _first_of(level: Level, parent_id: int | None, make: Callable[[], Organisation]) -> Organisation:
    """The first organisation of a level, made when there is none. The session knows it when a test asks again, as most do several times."""
    known = _first.get((level, parent_id))
    found = db.session.get(Organisation, known) if known is not None else None
    if found is None or found.level is not level or parent_id not in (None, found.parent_id):
        asked = _OF_A_LEVEL if parent_id is None else _BELOW
        found = db.session.scalars(asked, {"level": level, "above": parent_id}).first() or make()
        _first[level, parent_id] = found.id
    return found


_OF_A_LEVEL = (
    sa.select(Organisation).where(Organisation.level == sa.bindparam("level")).order_by(Organisation.id).limit(1)
)
_BELOW = _OF_A_LEVEL.where(Organisation.parent_id == sa.bindparam("above"))


def the_city() -> Organisation:
    return _first_of(Level.CITY, None, lambda: an_organisation(None, "city", Level.CITY, "上海市"))


def the_district() -> Organisation:
    """青浦区: the district of every test that does not ask for a second one."""
    return _first_of(Level.DISTRICT, None, lambda: a_district("青浦区"))


def a_district(name: str = "宝山区", prefix: str = "") -> Organisation:
    prefix = prefix or sort_key(name)[:2].upper()
    return an_organisation(
        the_city(), "district", Level.DISTRICT, name, number_prefix="QP" if name == "青浦区" else prefix
    )


def a_town(name: str = "练塘镇", district: Organisation | None = None) -> Organisation:
    return an_organisation(district or the_district(), "town", Level.TOWN, name, latitude=31.01, longitude=121.04)


def the_town() -> Organisation:
    """练塘镇, the first town of 青浦区."""
    district = the_district()
    return _first_of(Level.TOWN, district.id, lambda: a_town(district=district))


def a_committee(name: str = "", town: Organisation | None = None, **values: Any) -> Organisation:
    name = name or f"第{next(_count)}居民区"
    values = {"latitude": 31.01, "longitude": 121.05, "telephone": "021-59250000", **values}
    return an_organisation(town or the_town(), "neighbourhood", Level.COMMITTEE, name, **values)


def a_person(name: str = "", organisation: Organisation | None = None, *roles: Role, **values: Any) -> Person:
    """A person with these roles in their organisation, since long ago."""
    organisation = organisation or the_district()
    name = name or f"职员{next(_count):02d}"
    person: Person = save(
        Person(
            organisation_id=organisation.id, district_id=organisation.district_id, town_id=organisation.town_id, name=name,
            sort_key=sort_key(name, person=True), initials=initials(name), phone=values.pop("phone", "13800001234"), **values,
        )
    )  # fmt: skip
    save_all(
        Membership(person_id=person.id, organisation_id=organisation.id, role=role, starts_on=LONG_AGO)
        for role in roles
    )
    return person


def an_orderer(committee: Organisation | None = None, name: str = "") -> Person:
    return a_person(name, committee or a_committee(), Role.ORDERER)


def a_town_administrator(town: Organisation | None = None, name: str = "") -> Person:
    return a_person(name, town or the_town(), Role.TOWN_ADMINISTRATOR)


def a_dispatcher(district: Organisation | None = None) -> Person:
    return a_person("", district or the_district(), Role.DISPATCHER)


def an_approver(district: Organisation | None = None) -> Person:
    return a_person("", district or the_district(), Role.APPROVER)


def a_district_administrator(district: Organisation | None = None) -> Person:
    return a_person("", district or the_district(), Role.DISTRICT_ADMINISTRATOR)


def an_auditor(district: Organisation | None = None) -> Person:
    return a_person("", district or the_district(), Role.AUDITOR)


def a_system_administrator() -> Person:
    return a_person("", the_city(), Role.SYSTEM_ADMINISTRATOR)


@cache
def _password_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def account_of(person: Person, username: str = "") -> Account:
    """The person's account (made with PASSWORD when there is none)."""
    found = db.session.scalars(sa.select(Account).where(Account.person_id == person.id)).first()
    if found is not None:
        return found
    made: Account = save(
        Account(
            person_id=person.id,
            username=username or f"user{person.id}",
            password_hash=_password_hash(),
            must_change=False,
        )
    )
    return made


def first_organisation_of(person: Person) -> int:
    query = sa.select(Membership.organisation_id).where(Membership.person_id == person.id).order_by(Membership.id)
    return db.session.scalars(query).first() or person.organisation_id


def actor_of(thing: Person | Lecturer, at: datetime = NOON) -> Actor:
    """A person (or the person of a lecturer) as the actor of an operation, acting for their first organisation."""
    lecturer_id = thing.id if isinstance(thing, Lecturer) else None
    person = db.session.get_one(Person, thing.person_id) if isinstance(thing, Lecturer) else thing
    acting_for = first_organisation_of(person)
    return accounts.actor_for(person.id, person.name, at, lecturer_id=lecturer_id, acting_for=acting_for)


# ── courses and editions ─────────────────────────────────────────────────────────────────────────


def category(code: str = "sw") -> Category:
    return db.session.scalars(sa.select(Category).where(Category.code == code)).one()


def a_course(
    title: str = "", *, state: courses.State = courses.State.PUBLISHED, owner: Organisation | None = None, **values: Any
) -> Course:
    """A course with one version (published and on the menu unless told otherwise)."""
    owner = owner or the_district()
    title = title or f"社区治理第{next(_count)}讲"
    version = {
        name: values.pop(name)
        for name in list(values)
        if name in CourseVersion.__table__.columns and name not in ("district_id",)
    }
    published = state is courses.State.PUBLISHED
    course: Course = save(
        Course(
            **{
                "district_id": owner.district_id or owner.id, "owner_id": owner.id, "category_id": category().id, "title": title,
                "sort_key": sort_key(title), "initials": initials(title), "tokens": tokens_of(title, ()), "on_menu": published, **values,
            }
        )
    )  # fmt: skip
    defaults = {
        "number": 1, "form": "lecture", "minutes": 90, "size_min": 10, "size_max": 60, "onsite": True, "venue": True, "online": True,
        "made_at": NOON, "published_at": NOON if published else None,
    }  # fmt: skip
    save(
        CourseVersion(
            course_id=course.id, district_id=course.district_id, state=state, title=title, **{**defaults, **version}
        )
    )
    return course


def version_of(course: Course) -> CourseVersion:
    """The newest version of a course."""
    query = sa.select(CourseVersion).where(CourseVersion.course_id == course.id).order_by(CourseVersion.number.desc())
    return db.session.scalars(query).first()  # type: ignore[return-value]


def an_edition(name: str = "2026年第二季度", organisation: Organisation | None = None, **values: Any) -> Edition:
    """Orders from 15 February to 20 March 2026, lessons from 1 April to 30 June 2026."""
    organisation = organisation or the_district()
    spans = {
        "order_from": date(2026, 2, 15), "order_until": date(2026, 3, 20), "teach_from": date(2026, 4, 1), "teach_until": date(2026, 6, 30),
        "published_on": date(2026, 2, 10),
    }  # fmt: skip
    made: Edition = save(
        Edition(
            organisation_id=organisation.id,
            district_id=organisation.district_id or organisation.id,
            name=name,
            **{**spans, **values},
        )
    )
    return made


def the_edition() -> Edition:
    return db.session.scalars(_EDITION).first() or an_edition()


_EDITION = sa.select(Edition).order_by(Edition.id).limit(1)


def an_item(course: Course | None = None, edition: Edition | None = None, **values: Any) -> EditionItem:
    """The course's newest version on the edition's menu."""
    course, edition = course or a_course(), edition or the_edition()
    found = db.session.scalars(
        sa.select(EditionItem).where(EditionItem.course_id == course.id, EditionItem.edition_id == edition.id)
    ).first()
    return found or save(
        EditionItem(edition_id=edition.id, course_id=course.id, course_version_id=version_of(course).id, **values)
    )


# ── lecturers and venues ─────────────────────────────────────────────────────────────────────────

HOURS = {HalfDay.MORNING: (540, 690), HalfDay.AFTERNOON: (810, 1020), HalfDay.EVENING: (1080, 1230)}


def a_lecturer(
    name: str = "", *courses_taught: Course, appointed: tuple[date, date] | None = (date(2025, 1, 1), date(2026, 12, 31)),
    half_days: Sequence[tuple[int, HalfDay]] | None = None, district: Organisation | None = None, **values: Any,
) -> Lecturer:  # fmt: skip
    """A lecturer with account-less person, free every half-day of the week, appointed and qualified for these courses."""
    district = district or the_district()
    number = next(_count)
    name = name or f"讲师{number:02d}"
    person = a_person(name, district, Role.LECTURER)
    defaults = {
        "kind": LecturerKind.SPECIAL, "source": Source.EXTERNAL, "title_tier": TitleTier.NONE, "home_latitude": 31.02, "home_longitude": 121.06,
        "home_place": "练塘镇", "named_in_public": True,
    }  # fmt: skip
    lecturer: Lecturer = save(
        Lecturer(
            person_id=person.id, district_id=district.id, display_name=name, sort_key=sort_key(name, person=True),
            initials=initials(name, person=True), **{**defaults, **values},
        )
    )  # fmt: skip
    rows: list[Any] = [Qualification(lecturer_id=lecturer.id, course_id=c.id, since=LONG_AGO) for c in courses_taught]
    if appointed is not None:
        rows.append(
            Appointment(
                number=f"QP25-S-{lecturer.id:05d}", district_id=district.id, lecturer_id=lecturer.id, issuer_id=district.id,
                scope_id=district.id, starts_on=appointed[0], ends_on=appointed[1],
            )
        )  # fmt: skip
    for weekday, half_day in half_days if half_days is not None else [(d, h) for d in range(7) for h in HalfDay]:
        starts, ends = HOURS[half_day]
        rows.append(WeeklyHours(lecturer_id=lecturer.id, weekday=weekday, half_day=half_day, starts=starts, ends=ends))
    save_all(rows)
    return lecturer


def a_venue(name: str = "", owner: Organisation | None = None, **values: Any) -> Venue:
    owner = owner or the_town()
    name = name or f"党群服务中心{next(_count)}"
    defaults = {
        "kind": VenueKind.PARTY_SERVICE_CENTRE, "capacity": 80, "latitude": 31.02, "longitude": 121.05, "shared": True, "own_room": False,
    }  # fmt: skip
    made: Venue = save(
        Venue(
            organisation_id=owner.id, town_id=owner.town_id, district_id=owner.district_id, name=name, sort_key=sort_key(name),
            initials=initials(name), **{**defaults, **values},
        )
    )  # fmt: skip
    return made


def own_room_of(committee: Organisation, **values: Any) -> Venue:
    """The committee's own room (made when there is none)."""
    found = db.session.scalars(sa.select(Venue).where(Venue.organisation_id == committee.id, Venue.own_room)).first()
    place = {"latitude": committee.latitude, "longitude": committee.longitude}
    return found or a_venue(
        f"{committee.name}活动室",
        committee,
        **{"kind": VenueKind.COMMITTEE_ROOM, "own_room": True, "capacity": 45, **place, **values},
    )


# ── orders ───────────────────────────────────────────────────────────────────────────────────────


def a_window(day: date = date(2026, 4, 9), half_day: HalfDay = HalfDay.AFTERNOON) -> tuple[datetime, datetime]:
    """One half-day as a window (two instants): Thursday 9 April 2026, afternoon, unless told otherwise."""
    starts, ends = clock.SPANS[half_day]
    return clock.at(day, starts), clock.at(day, ends)


def an_order(
    committee: Organisation | None = None, course: Course | None = None, *, state: State = State.APPROVED,
    windows: Sequence[tuple[datetime, datetime]] | None = None, **values: Any,
) -> Order:  # fmt: skip
    """An order of 30 people for the committee's own room, on Thursday 9 April 2026 in the afternoon."""
    committee, course = committee or a_committee(), course or a_course()
    item = an_item(course)
    number = next(_count)
    defaults = {
        "number": None if state is State.DRAFT else f"QP26-D-{90000 + number}", "origin": Origin.COMMITTEE, "key": f"key-{number}", "expected": 30,
        "place": Place.OWN_ROOM, "made_at": NOON, "submitted_at": NOON, "contact": "职员", "telephone": "13900005678", "edition_item_id": item.id,
        "course_version_id": item.course_version_id,
    }  # fmt: skip
    if values.get("place", Place.OWN_ROOM) is Place.OWN_ROOM:
        values.setdefault("venue_id", own_room_of(committee).id)
    order: Order = save(
        Order(
            organisation_id=committee.id, town_id=committee.town_id, district_id=committee.district_id, course_id=course.id, state=state,
            **{**defaults, **values},
        )
    )  # fmt: skip
    spans = enumerate(windows if windows is not None else [a_window()], 1)
    save_all(OrderWindow(order_id=order.id, starts_at=s, ends_at=e, rank=rank) for rank, (s, e) in spans)
    return order


def in_days(days: int, hour: int = 4) -> datetime:
    """An instant some days after NOON, at an hour of UTC."""
    return NOON.replace(hour=hour) + timedelta(days=days)

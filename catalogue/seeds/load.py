"""The load profile: tables filled in bulk for measuring. Rows are plausible but were not made by the operations; never for people.

16 districts, 6,000 committees; the courses all hang on one district's menu, because that is what makes a menu large.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Account, Membership, Person
from catalogue.core import clock
from catalogue.core.actor import Level, Role
from catalogue.core.clock import HalfDay
from catalogue.core.db import Base, db, is_postgresql
from catalogue.core.models import Outbox, RunningNumber
from catalogue.core.text import initials, sort_key
from catalogue.courses import states as courses
from catalogue.courses.models import (
    Category,
    Course,
    CourseProblem,
    CourseVersion,
    CourseVersionAudience,
    Edition,
    EditionItem,
)
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
from catalogue.menu.models import CourseAvailability, CourseSoonest
from catalogue.menu.operations import KIND
from catalogue.orders.models import Order, OrderHistory, OrderWindow, Origin, Place
from catalogue.orders.states import State
from catalogue.organisations.models import Organisation, OrganisationName, OrganisationPlace, OrganisationReach
from catalogue.seeds import reading
from catalogue.venues.models import Venue, VenueKind

Row = dict[str, Any]
LONG_AGO = date(2020, 1, 1)
COMMITTEES, TOWNS_A_DISTRICT, SHARED_A_TOWN, LECTURERS = 6000, 14, 5, 400
CHUNK = 5000
# How a grown installation looks: nearly everything is done, a few per cent are under way.
MIX = (
    (State.CLOSED, 82), (State.CANCELLED, 5), (State.UNMET, 2), (State.REJECTED, 1), (State.DELIVERED, 2), (State.SCHEDULED, 3),
    (State.PLANNED, 1), (State.APPROVED, 2), (State.SUBMITTED, 2),
)  # fmt: skip
LIFE = {  # the steps that led to each state, for its history
    State.SUBMITTED: ("submit",), State.REJECTED: ("submit", "reject"), State.APPROVED: ("submit", "approve"),
    State.CANCELLED: ("submit", "cancel"), State.UNMET: ("submit", "approve", "lapse"), State.PLANNED: ("submit", "approve", "plan"),
    State.SCHEDULED: ("submit", "approve", "plan", "schedule"), State.DELIVERED: ("submit", "approve", "plan", "schedule", "deliver"),
    State.CLOSED: ("submit", "approve", "plan", "schedule", "deliver", "close"),
}  # fmt: skip


class Ids:
    """Ids given out by us, so that rows of different tables can name each other before they are written."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, model: type[Base]) -> int:
        name = model.__tablename__
        if name not in self._last:
            self._last[name] = (
                db.session.scalar(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(name))) or 0
            )
        self._last[name] += 1
        return self._last[name]

    def settle(self, model: type[Base]) -> None:
        """Tells PostgreSQL's sequence which ids are taken."""
        name = model.__tablename__
        if name in self._last and is_postgresql():
            db.session.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(name, "id"), self._last[name])))


def _write(model: type[Base], rows: Sequence[Row]) -> None:
    table: Any = model.__table__
    for start in range(0, len(rows), CHUNK):
        db.session.execute(sa.insert(table), list(rows[start : start + CHUNK]))


def _defaults(model: type[Base], row: Row) -> Row:
    """The row with every column: Core inserts take the columns of the first row for all."""
    table: Any = model.__table__
    full: Row = {}
    for column in table.columns:
        if column.name in row:
            full[column.name] = row[column.name]
        elif column.default is not None and column.default.is_scalar:
            full[column.name] = column.default.arg
        elif column.default is not None:
            full[column.name] = column.default.arg(None)
        else:
            full[column.name] = 1 if column.name == "version" else None
    return full


class Loader:
    """One run: the same seed and sizes make the same rows."""

    def __init__(self, *, seed: int, courses: int, orders: int, at: datetime) -> None:
        self.random = random.Random(seed)
        self.course_count, self.order_count, self.at = courses, orders, at
        self.today = clock.day_of(at)
        self.ids = Ids()
        self.district: Row = {}
        self.rows: dict[type[Base], list[Row]] = {}
        self.committees: list[Row] = []
        self.items: list[Row] = []

    def add(self, model: type[Base], **values: Any) -> Row:
        """Queues one row, with an id of ours when the table has one."""
        table: Any = model.__table__
        if "id" in table.columns:
            values.setdefault("id", self.ids.next(model))
        row = _defaults(model, values)
        self.rows.setdefault(model, []).append(row)
        return row

    def write(self) -> None:
        for model, rows in self.rows.items():
            _write(model, rows)
            self.ids.settle(model)
        self.rows.clear()

    # ── places and people ───────────────────────────────────────────────────────────────────────

    def organisation(self, parent: Row | None, name: str, kind: str, level: Level, **values: Any) -> Row:
        new_id = self.ids.next(Organisation)
        above: tuple[int, ...] = parent["_above"] if parent else ()
        row = self.add(
            Organisation, id=new_id, parent_id=parent["id"] if parent else None, name=name, kind=kind, level=level, sort_key=sort_key(name),
            initials=initials(name), started_on=LONG_AGO, district_id=new_id if level is Level.DISTRICT else parent["district_id"] if parent else None,
            town_id=new_id if level is Level.TOWN else parent["town_id"] if parent else None, **values,
        )  # fmt: skip
        self.add(OrganisationName, organisation_id=new_id, name=name, short_name="", valid_from=LONG_AGO)
        self.add(OrganisationPlace, organisation_id=new_id, parent_id=row["parent_id"], kind=kind, valid_from=LONG_AGO)
        for ancestor in (*above, new_id):
            self.add(OrganisationReach, ancestor_id=ancestor, descendant_id=new_id)
        row["_above"] = (*above, new_id)
        return row

    def person(self, organisation: Row, name: str, role: Role, username: str = "", password_hash: str = "") -> Row:
        row = self.add(
            Person, organisation_id=organisation["id"], district_id=organisation["district_id"], town_id=organisation["town_id"], name=name,
            sort_key=sort_key(name, person=True), initials=initials(name), phone="14200000000",
        )  # fmt: skip
        self.add(Membership, person_id=row["id"], organisation_id=organisation["id"], role=role, starts_on=LONG_AGO)
        if username:
            self.add(Account, person_id=row["id"], username=username, password_hash=password_hash, must_change=False)
        return row

    def places(self, password_hash: str) -> None:
        """The city, its districts, towns and committees with their rooms; one account of each kind in the first district."""
        names = [o for o in reading.file("organisations")["organisations"] if o["level"] == "district"]
        names.sort(key=lambda o: o["name"] != reading.file("organisations")["demonstration_district"])
        city = self.organisation(None, "上海市", "city", Level.CITY)
        for number, district in enumerate(names):
            prefix = f"{sort_key(district['name'])[:2].upper()}{number}"[:4]
            made = self.organisation(city, district["name"], "district", Level.DISTRICT, number_prefix=prefix)
            self._towns(made, number, len(names))
            self.district = self.district or made
        first = self.committees[0]
        town = next(r for r in self.rows[Organisation] if r["id"] == first["town_id"])
        for organisation, role, username in (
            (first, Role.ORDERER, "committee1"), (town, Role.TOWN_ADMINISTRATOR, "street1"), (self.district, Role.DISPATCHER, "dispatcher1"),
            (self.district, Role.APPROVER, "approver1"), (self.district, Role.DISTRICT_ADMINISTRATOR, "district1"),
        ):  # fmt: skip
            self.person(organisation, username, role, username, password_hash)

    def _towns(self, district: Row, number: int, districts: int) -> None:
        per_town = COMMITTEES // (districts * TOWNS_A_DISTRICT)
        for t in range(TOWNS_A_DISTRICT):
            where = {"latitude": 31.0 + number * 0.02 + t * 0.01, "longitude": 121.0 + number * 0.02 + t * 0.01}
            town = self.organisation(district, f"{district['name'][:-1]}第{t + 1}镇", "town", Level.TOWN, **where)
            for c in range(per_town):
                committee = self.organisation(
                    town, f"{town['name']}{c + 1}居民区", "neighbourhood", Level.COMMITTEE, **where
                )
                room = self.add(
                    Venue, organisation_id=committee["id"], town_id=committee["town_id"], district_id=committee["district_id"], own_room=True, shared=False,
                    kind=VenueKind.COMMITTEE_ROOM, name=f"{committee['name']}活动室", sort_key=committee["sort_key"], capacity=45, **where,
                )  # fmt: skip
                committee["_room"] = room["id"]
                self.committees.append(committee)
            for c in range(SHARED_A_TOWN):
                name = f"{town['name']}党群服务站{c + 1}"
                self.add(
                    Venue, organisation_id=town["id"], town_id=town["id"], district_id=town["district_id"], own_room=False, shared=True,
                    kind=VenueKind.PARTY_SERVICE_STATION, name=name, sort_key=sort_key(name), capacity=80, **where,
                )  # fmt: skip

    # ── the menu ────────────────────────────────────────────────────────────────────────────────

    def menu(self) -> None:
        """Courses with a published version each, all on the current edition of the first district."""
        categories = {c.label: c.id for c in db.session.scalars(sa.select(Category).where(Category.code.is_not(None)))}
        forms: Row = {r.label: r.code for r in db.session.execute(sa.text("SELECT label, code FROM course_form"))}
        audiences: Row = {r.label: r.code for r in db.session.execute(sa.text("SELECT label, code FROM audience"))}
        edition = self.add(
            Edition, organisation_id=self.district["id"], district_id=self.district["id"], name="本季", order_from=self.today - timedelta(days=60),
            order_until=self.today + timedelta(days=60), teach_from=self.today - timedelta(days=30), teach_until=self.today + timedelta(days=90),
            published_on=self.today - timedelta(days=61),
        )  # fmt: skip
        real = reading.file("courses")["courses"]
        for n in range(self.course_count):
            known = real[n % len(real)]
            title = known["title"] if n < len(real) else f"{known['title'][:60]}（第{n // len(real) + 1}讲）"
            self._course(known, title, categories, forms, audiences, edition)

    def _course(self, known: Row, title: str, categories: Row, forms: Row, audiences: Row, edition: Row) -> None:
        searched = [*known["problems"], *known["tags"], known["summary"]]
        rating_count = self.random.randrange(60)
        course = self.add(
            Course, district_id=self.district["id"], owner_id=self.district["id"], category_id=categories[known["category"]], title=title,
            sort_key=sort_key(title)[:200], initials=initials(title)[:120], tokens=tokens_of(title, searched), on_menu=True, rating_count=rating_count,
            rating_sum=rating_count * self.random.randrange(11, 15), source=known["source"],
        )  # fmt: skip
        version = self.add(
            CourseVersion, course_id=course["id"], district_id=self.district["id"], number=1, state=courses.State.PUBLISHED, title=title,
            summary=known["summary"], outline="\n".join(known["outline"]), form=forms[known["form"]], minutes=known["minutes"],
            size_min=known["size_min"], size_max=known["size_max"], onsite="onsite" in known["modes"], venue="venue" in known["modes"],
            online="online" in known["modes"], made_at=self.at, published_at=self.at,
        )  # fmt: skip
        for audience in known["audience"]:
            self.add(CourseVersionAudience, course_version_id=version["id"], audience_code=audiences[audience])
        for words in known["problems"]:
            self.add(CourseProblem, course_id=course["id"], words=words)
        item = self.add(EditionItem, edition_id=edition["id"], course_id=course["id"], course_version_id=version["id"])
        self.items.append({**item, "_minutes": known["minutes"]})

    def lecturers(self) -> None:
        """Lecturers with hours and terms, each course taught by one to three of them, and what is free when for some days."""
        made = []
        for n in range(LECTURERS):
            person = self.person(self.district, f"讲师{n + 1:03d}", Role.LECTURER)
            lecturer = self.add(
                Lecturer, person_id=person["id"], district_id=self.district["id"], kind=LecturerKind.SPECIAL, source=Source.EXTERNAL,
                title_tier=TitleTier.NONE, display_name=person["name"], sort_key=person["sort_key"], home_latitude=31.1, home_longitude=121.1,
            )  # fmt: skip
            self.add(
                Appointment, number=f"LOAD-S-{n + 1:05d}", district_id=self.district["id"], lecturer_id=lecturer["id"], issuer_id=self.district["id"],
                scope_id=self.district["id"], starts_on=LONG_AGO, ends_on=self.today + timedelta(days=365),
            )  # fmt: skip
            for weekday in range(5):
                self.add(
                    WeeklyHours,
                    lecturer_id=lecturer["id"],
                    weekday=weekday,
                    half_day=HalfDay.AFTERNOON,
                    starts=810,
                    ends=1020,
                )
            made.append(lecturer)
        towns = sorted({c["town_id"] for c in self.committees if c["district_id"] == self.district["id"]})
        for item in self.items:
            teachers = self.random.sample(made, self.random.choice((1, 1, 2, 3)))
            for lecturer in teachers:
                self.add(Qualification, lecturer_id=lecturer["id"], course_id=item["course_id"], since=LONG_AGO)
            days = sorted(self.random.sample(range(7, 60), 3))
            first = (self.today + timedelta(days=days[0])).toordinal() * 3 + 1  # an afternoon
            for place in (self.district["id"], *towns):
                self.add(CourseSoonest, course_id=item["course_id"], place_id=place, slot=first)
            for town in towns:
                for day in days:
                    self.add(
                        CourseAvailability, course_id=item["course_id"], town_id=town, day=self.today + timedelta(days=day),
                        half_day=HalfDay.AFTERNOON, lecturers=len(teachers),
                    )  # fmt: skip
        self.add(  # today's figures are these: the consumer leaves them alone while pages are measured
            Outbox, kind=KIND, subject="day", subject_id=self.today.toordinal(), district_id=self.district["id"], payload={},
            key=f"{KIND}:day:{self.today.isoformat()}", made_at=self.at, not_before=self.at, done_at=self.at, attempts=1, error="",
        )  # fmt: skip

    # ── orders ──────────────────────────────────────────────────────────────────────────────────

    def orders(self) -> None:
        """Orders over all committees and two years, with windows and history; the first committee has more than one page of them."""
        states = [state for state, share in MIX for _ in range(share)]
        prefix = {r["id"]: r["number_prefix"] for r in self.rows.get(Organisation, ())} or {
            r.id: r.number_prefix for r in db.session.execute(sa.select(Organisation.id, Organisation.number_prefix))
        }
        given: dict[tuple[int, int], int] = {}
        for n in range(self.order_count):
            committee = (
                self.committees[0] if n % 2500 < 2 else self.committees[self.random.randrange(len(self.committees))]
            )
            made_at = self.at - timedelta(days=self.random.randrange(1, 700), minutes=self.random.randrange(1440))
            district, year = committee["district_id"], clock.day_of(made_at).year
            given[district, year] = given.get((district, year), 0) + 1
            number = f"{prefix[district]}{year % 100:02d}-D-{given[district, year]:05d}"
            self._order(n, committee, states[self.random.randrange(len(states))], made_at, number)
            if n % 20000 == 19999:
                self.write()
        for (district, year), value in given.items():
            self.add(RunningNumber, district_id=district, name="D", year=year, value=value)

    def _order(self, n: int, committee: Row, state: State, made_at: datetime, number: str) -> None:
        item = self.items[self.random.randrange(len(self.items))]
        order = self.add(
            Order, organisation_id=committee["id"], town_id=committee["town_id"], district_id=committee["district_id"], number=number, state=state,
            origin=Origin.COMMITTEE, key=f"load-{n}", course_id=item["course_id"], course_version_id=item["course_version_id"],
            edition_item_id=item["id"], expected=30, place=Place.OWN_ROOM, venue_id=committee["_room"], made_at=made_at, submitted_at=made_at,
            contact="职员", telephone="14200000000", need="晚上停不下车，想请讲师带大家议一议。",
        )  # fmt: skip
        day = clock.day_of(made_at) + timedelta(days=20)
        for rank in (1, 2):
            starts_at = clock.at(day + timedelta(days=rank), 720)
            self.add(
                OrderWindow,
                order_id=order["id"],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=330),
                rank=rank,
            )
        for row in _life(state, made_at):
            self.add(OrderHistory, owner_id=order["id"], kind="person", actor="职员", **row)


def _life(state: State, made_at: datetime) -> Iterator[Row]:
    before = "draft"
    for step, action in enumerate(LIFE[state]):
        after = _AFTER[action]
        yield {"at": made_at + timedelta(days=step), "action": action, "from_state": before, "to_state": after}
        before = after


_AFTER = {
    "submit": "submitted", "approve": "approved", "reject": "rejected", "cancel": "cancelled", "lapse": "unmet", "plan": "planned",
    "schedule": "scheduled", "deliver": "delivered", "close": "closed",
}  # fmt: skip


def fill(*, seed: int, courses: int, orders: int, at: datetime, password_hash: str) -> dict[str, int]:
    """Fills an empty migrated database; the caller opens and commits the transaction. Returns how many rows of what."""
    loader = Loader(seed=seed, courses=courses, orders=orders, at=at)
    loader.places(password_hash)
    loader.write()
    loader.menu()
    loader.write()
    loader.lecturers()
    loader.write()
    loader.orders()
    loader.write()
    return {"committees": len(loader.committees), "courses": courses, "lecturers": LECTURERS, "orders": orders}

"""Who looks at the menu, and from where: decides which courses are there and whose free days are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalogue.calendar.models import CalendarDay
from catalogue.calendar.working_days import Kind, Override, add_working_days
from catalogue.core import clock
from catalogue.core.actor import Actor, Level
from catalogue.core.db import db
from catalogue.core.errors import NotVisible
from catalogue.core.kept import kept
from catalogue.core.words import _
from catalogue.courses.models import Course, CourseOffer, Edition
from catalogue.organisations.models import Organisation, OrganisationReach
from catalogue.organisations.queries import settings_of


@dataclass(frozen=True)
class District:
    """A district with a menu: its towns, settings, the edition one orders from now, and the first day an order of today could get."""

    id: int
    name: str
    towns: Mapping[int, str]
    settings: Mapping[str, int]
    edition: Edition | None
    earliest: date
    others: tuple[tuple[int, str], ...]  # further districts whose menus may be looked at

    @property
    def is_open(self) -> bool:
        return bool(self.settings["menu_open"])


@dataclass(frozen=True)
class Reader:
    """district's menu, seen from `place` (a town, or the district); `hidden` and `extra` are courses offered elsewhere, or from elsewhere to here."""

    district: District
    signed_in: bool
    place_id: int
    place_name: str
    organisation_id: int | None
    organisation_name: str
    chain: tuple[int, ...]
    hidden: tuple[int, ...]
    extra: tuple[int, ...]

    @property
    def towns(self) -> tuple[int, ...]:
        """The towns whose free days matter: the reader's own, or all of the district."""
        return (self.place_id,) if self.place_id in self.district.towns else tuple(self.district.towns)

    @property
    def key(self) -> tuple[int, int, bool]:
        """What two readers who see the same menu have in common."""
        return (self.district.id, self.organisation_id or 0, self.signed_in)


_HERE = sa.select(
    Organisation.id, Organisation.name, Organisation.level, Organisation.town_id, Organisation.district_id
).where(Organisation.id == sa.bindparam("id"))


def reader_of(by: Actor | None, wish: int | None, at: datetime) -> Reader | None:
    """How this visitor sees the menu; `wish` is a district they asked for. None when there is no district yet.

    People of a district see theirs. Strangers and the city choose; strangers only among open menus, else the first is answered
    with `is_open` False and the page asks them to sign in.
    """
    today = clock.day_of(at)
    acting = by.acting_for if by is not None else None
    return kept(("reader", acting, by is not None, wish, today), lambda: _reader(acting, by is not None, wish, today))


def _reader(acting: int | None, signed_in: bool, wish: int | None, today: date) -> Reader | None:
    here = db.session.execute(_HERE, {"id": acting}).first() if acting is not None else None
    district_id = here.district_id if here is not None else None
    if district_id is None:
        district_id = _choose(signed_in, wish, today)
        if district_id is None:
            return None
    district = _district(district_id, today, choosing=here is None or here.district_id is None)
    place_id = here.town_id if here is not None and here.town_id in district.towns else district_id
    place_name = district.towns.get(place_id, district.name)
    below = sa.select(OrganisationReach.descendant_id).where(OrganisationReach.ancestor_id == (acting or district_id))
    chain = _chain(acting or district_id)
    hidden, extra = _offers(district_id, chain, below)
    return Reader(
        district, signed_in, place_id, place_name, acting, here.name if here is not None else "", chain, hidden, extra
    )


def _choose(signed_in: bool, wish: int | None, today: date) -> int | None:
    """The district whose menu a visitor without one sees. Raises NotVisible for a wish that is no district with a menu."""
    ids = db.session.scalars(
        sa.select(Course.district_id).where(Course.on_menu).distinct().order_by(Course.district_id)
    ).all()
    if wish is not None:
        if wish not in ids:
            raise NotVisible(_("没有这个区的菜单。"))
        return wish
    if signed_in or not ids:
        return ids[0] if ids else None
    return next((i for i in ids if settings_of((i,), today)["menu_open"]), ids[0])


def district_of(course_id: int) -> int | None:
    """The district whose menu a course stands on, for visitors who have none of their own."""
    return kept(("district", course_id), lambda: db.session.scalar(_DISTRICT_OF, {"course": course_id}))


_DISTRICT_OF = sa.select(Course.district_id).where(Course.id == sa.bindparam("course"), Course.on_menu)


def _district(district_id: int, today: date, *, choosing: bool) -> District:
    row = db.session.get_one(Organisation, district_id)
    towns = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(
            Organisation.district_id == district_id, Organisation.level == Level.TOWN, Organisation.ended_on.is_(None)
        )
        .order_by(Organisation.sort_key, Organisation.id)
    )
    settings = settings_of([i for i in (district_id, row.parent_id) if i is not None], today)
    overrides = {d.day: Override(Kind(d.kind.value), d.name) for d in db.session.scalars(sa.select(CalendarDay))}
    edition = _edition(district_id, today)
    earliest = add_working_days(today, settings["lead_days"], overrides)
    if edition is not None:
        earliest = max(earliest, edition.teach_from)
    others: tuple[tuple[int, str], ...] = ()
    if choosing:
        having = sa.select(Course.district_id).where(Course.on_menu)
        query = sa.select(Organisation.id, Organisation.name).where(
            Organisation.id.in_(having), Organisation.id != district_id
        )
        others = tuple(
            (r.id, r.name) for r in db.session.execute(query.order_by(Organisation.sort_key, Organisation.id))
        )
    return District(district_id, row.name, {r.id: r.name for r in towns}, settings, edition, earliest, others)


def _edition(district_id: int, today: date) -> Edition | None:
    """The published edition one orders from today, else the next one."""
    query = (
        sa.select(Edition)
        .where(
            Edition.organisation_id == district_id, Edition.ended_on.is_(None), Edition.published_on <= today, Edition.order_until >= today
        )
        .order_by(Edition.order_from > today, Edition.teach_from, Edition.id)
    )  # fmt: skip
    found = db.session.scalars(query.limit(1)).first()
    if found is not None:
        db.session.expunge(found)  # it is kept for a few seconds, longer than this request
    return found


def _chain(organisation_id: int) -> tuple[int, ...]:
    query = sa.select(OrganisationReach.ancestor_id).where(OrganisationReach.descendant_id == organisation_id)
    return tuple(sorted({organisation_id, *db.session.scalars(query)}))


def _offers(district_id: int, chain: Sequence[int], below: sa.Select[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Courses of the district that are offered only elsewhere, and courses of others that are offered here."""
    here = sa.or_(CourseOffer.organisation_id.in_(chain), CourseOffer.organisation_id.in_(below))
    query = (
        sa.select(Course.id, Course.district_id, sa.func.max(sa.case((here, 1), else_=0)).label("here"))
        .join(CourseOffer, CourseOffer.course_id == Course.id)
        .where(Course.on_menu)
        .group_by(Course.id, Course.district_id)
        .order_by(Course.id)
    )
    rows = db.session.execute(query).all()
    hidden = tuple(r.id for r in rows if r.district_id == district_id and not r.here)
    return hidden, tuple(r.id for r in rows if r.district_id != district_id and r.here)

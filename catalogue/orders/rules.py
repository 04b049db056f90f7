"""What an order must satisfy when it is submitted. Each rule is one function that raises a refusal with a sentence at its field.

The facts (settings, edition, calendar, quota) are read once into `Terms`, which the form shows as live limits too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar import queries as calendar
from catalogue.calendar import working_days
from catalogue.calendar.working_days import Overrides
from catalogue.core import clock, wording
from catalogue.core.db import db
from catalogue.core.errors import Refusal, refuse_all
from catalogue.core.text import plain_phone
from catalogue.core.words import _
from catalogue.courses.models import Audience, Course, CourseOffer, CourseVersion
from catalogue.courses.states import State as CourseState
from catalogue.lecturers.models import Lecturer, Qualification
from catalogue.orders import queries
from catalogue.orders.errors import (
    Duplicate,
    ItemFull,
    NoContact,
    NotOffered,
    NoWindow,
    OrderingClosed,
    OutsideEdition,
    QuotaUsed,
    TooSmallRoom,
    TooSoon,
    WrongAudience,
    WrongLecturer,
    WrongPlace,
    WrongSize,
)
from catalogue.orders.models import Order, Place
from catalogue.orders.periods import Span
from catalogue.orders.queries import Item, Promise, Season
from catalogue.organisations import queries as organisations
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue

Windows = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Terms:
    """What binds an order of this committee for this course today. `item` is None while no edition takes orders."""

    today: date
    chain: tuple[int, ...]
    settings: dict[str, int]
    overrides: Overrides
    items: tuple[Item, ...]  # of every published edition, earliest lessons first
    item: Item | None
    committee: Any = None  # id, town_id, district_id, ended_on, name
    prefix: str = ""  # of the district's numbers

    @property
    def edition(self) -> Season | None:
        return self.item.edition if self.item is not None else None

    @property
    def teach(self) -> Span | None:
        return (self.edition.teach_from, self.edition.teach_until) if self.edition is not None else None

    def must_item(self) -> Item:
        """The item ordered from. Raises OrderingClosed, with the date of the next edition, when none takes orders today."""
        if self.item is not None:
            return self.item
        ahead = [i.edition for i in self.items if i.edition.order_from > self.today]
        if ahead:
            opens = min(ahead, key=lambda e: (e.order_from, e.id))
            raise OrderingClosed(
                _("这一季的点单已经截止。下一季（%(name)s）%(day)s开始点单，草稿给您留着。", name=opens.name, day=wording.day_text(opens.order_from))
            )  # fmt: skip
        raise OrderingClosed(_("这门课现在不在点单时间里，草稿给您留着。请联系本街镇管理员问下一季的点单时间。"))

    def lead(self, place: Place) -> int:
        """Working days an order must come before its lesson."""
        return self.settings["lead_days_online" if place is Place.ONLINE else "lead_days"]

    def earliest(self, place: Place) -> date:
        """The first day that is far enough away, today counted as day 0."""
        return working_days.add_working_days(self.today, self.lead(place), self.overrides)

    def check_by(self, at: datetime) -> datetime:
        """Until when the town should have checked what is submitted now: the end of its last working day, 17:30."""
        day = working_days.add_working_days(clock.day_of(at), self.settings["check_days"], self.overrides)
        return clock.at(day, 1050)


def terms(course_id: int, committee_id: int, at: datetime, *, windows: Windows = ()) -> Terms:
    """The terms for a committee and a course. The edition is the open one that holds most of the windows, else the first open one."""
    today = clock.day_of(at)
    standing = organisations.standing_of(committee_id, today)
    items = tuple(queries.items_of(course_id, committee_id))
    item = _ordered_from(items, today, windows)
    until = max((i.edition.teach_until for i in items), default=today) + timedelta(days=31)
    overrides = calendar.overrides(today - timedelta(days=31), until)
    return Terms(today, standing.chain, standing.settings, overrides, items, item, standing.of, standing.prefix)


def for_windows(known: Terms, windows: Windows) -> Terms:
    """The same terms, with the edition that holds most of these windows."""
    return replace(known, item=_ordered_from(known.items, known.today, windows))


def _ordered_from(items: Sequence[Item], today: date, windows: Windows) -> Item | None:
    open_now = [i for i in items if i.edition.order_from <= today <= i.edition.order_until]
    if len(open_now) < 2:
        return open_now[0] if open_now else None
    return max(open_now, key=lambda i: _inside(i.edition, windows))


def _inside(edition: Season, windows: Windows) -> int:
    return sum(edition.teach_from <= clock.day_of(start) <= edition.teach_until for start, _end in windows)


@dataclass(frozen=True)
class Case:
    """One order under judgement: the row, its windows, the terms, the version it would keep, the room it asks for."""

    order: Order
    course: Any  # a Course, or what rules look at of one
    version: CourseVersion | Promise
    windows: tuple[tuple[datetime, datetime], ...]
    terms: Terms
    venue: Any  # a Venue, or what rules look at of one
    offered_to: frozenset[int] | None = None  # None: not read yet
    teaches: bool | None = None  # does the preferred lecturer teach it? None: not read yet
    audiences: Sequence[Any] | None = None  # code and label; None: not read yet


# ── the rules ───────────────────────────────────────────────────────────────────────────────────


def offered(case: Case) -> None:
    """Is the course published, ordered singly, and offered to this committee?"""
    refuse_unless_offered(case.course, case.terms.chain, case.order.district_id, case.offered_to)
    if case.version.state is not CourseState.PUBLISHED:
        raise NotOffered(_("这门课已经下架，请换一门课。"), code="withdrawn")


_OFFERED_TO = sa.select(CourseOffer.organisation_id).where(CourseOffer.course_id == sa.bindparam("course_id"))


def refuse_unless_offered(
    course: Course, chain: Sequence[int], district_id: int, to: frozenset[int] | None = None
) -> None:
    if course.programme_only or not course.orderable:
        raise NotOffered(_("这门课是成班的课，不能单独点。请换一门课，或联系区社区治理学院。"))
    if to is None:
        to = frozenset(db.session.scalars(_OFFERED_TO, {"course_id": course.id}))
    meant = bool(to.intersection(chain)) if to else course.district_id == district_id and not course.restricted
    if not meant:
        raise NotOffered(_("这门课不对您单位开放，请换一门课。"))


def ordering_open(case: Case) -> None:
    """Does an edition take orders for this course today? Says when the next one does."""
    case.terms.must_item()


def has_windows(case: Case) -> None:
    if not case.windows:
        raise NoWindow(_("请至少选一个时间。多选几个，更容易排上。"), field="windows")


def inside_edition(case: Case) -> None:
    """Every window lies in the edition's teaching days."""
    edition = case.terms.must_item().edition
    teach = (edition.teach_from, edition.teach_until)
    for start, end in case.windows:
        if not (teach[0] <= clock.day_of(start) and clock.day_of(end) <= teach[1]):
            raise OutsideEdition(
                _("%(when)s不在本季上课时间里。本季上课时间是 %(days)s，请换一个时间。", when=wording.half_day_text(start), days=wording.days_text(*teach)),
                field="windows",
            )  # fmt: skip


def in_time(case: Case) -> None:
    """Every window is far enough away, in working days."""
    place = case.order.place
    earliest = case.terms.earliest(place)
    for start, _end in case.windows:
        if clock.day_of(start) < earliest:
            raise TooSoon(
                _(
                    "%(when)s太近了：要提前 %(n)d 个工作日点单，最早可以选 %(day)s。",
                    when=wording.half_day_text(start),
                    n=case.terms.lead(place),
                    day=wording.day_text(earliest),
                ),
                field="windows",
            )


def place_fits(case: Case) -> None:
    """The chosen place exists, may be used, and the course is taught there."""
    order, version, venue = case.order, case.version, case.venue
    if order.place is Place.ONLINE and not version.online:
        raise WrongPlace(_("这门课不能上线上课，请选一个地点。"), field="place")
    if order.place is Place.OWN_ROOM:
        if not version.onsite:
            raise WrongPlace(_("这门课要到教学点上，请选“其他场地”。"), field="place")
        if venue is None:
            raise WrongPlace(_("还没有登记您单位的活动室。请选其他场地，或请本街镇管理员登记。"), field="place")
    if order.place in (Place.VENUE, Place.ANY_VENUE) and not (version.venue or version.onsite):
        raise WrongPlace(_("这门课只能上线上课，请选“线上”。"), field="place")
    if order.place is Place.VENUE:
        usable = venue is not None and venue.ended_on is None and _may_use(venue, order)
        if not usable:
            raise WrongPlace(_("请选一个还在用的场地。"), field="venue")


def names_only_its_own(order: Order, values: Mapping[str, Any]) -> None:
    """What an order newly names (venue, lecturer, audience) is there and open to its committee, also in a draft."""
    gone = {name for name in values if name in NAMED} - set(still_there(order, values))
    told: dict[str, Refusal] = (
        {
            "venue_id": WrongPlace(_("请选一个还在用的场地。"), field="venue"),
            "preferred_lecturer_id": WrongLecturer(
                _("这位讲师不讲这门课，请另选，或选“都可以”。"), field="preferred_lecturer"
            ),
            "audience_code": WrongAudience(_("请选一下给谁听。"), field="audience"),
        }
        if gone
        else {}
    )
    refuse_all(told[name] for name in NAMED if name in gone)


def still_there(order: Order, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without a venue, lecturer or audience that this order could not name newly."""
    checks: dict[str, Callable[[Order, Any], bool]] = {
        "venue_id": _is_usable,
        "preferred_lecturer_id": _teaches,
        "audience_code": _is_audience,
    }
    return {
        name: value
        for name, value in values.items()
        if name not in checks or value is None or value == getattr(order, name) or checks[name](order, value)
    }


NAMED = ("venue_id", "preferred_lecturer_id", "audience_code")


def _is_usable(order: Order, venue_id: int) -> bool:
    venue = db.session.get(Venue, venue_id)
    return venue is not None and venue.ended_on is None and _may_use(venue, order)


def _is_audience(_order: Order, code: str) -> bool:
    return db.session.get(Audience, code) is not None


def _teaches(order: Order, lecturer_id: int) -> bool:
    known = {"lecturer_id": lecturer_id, "course_id": order.course_id}
    return db.session.scalar(_TEACHES, known) is not None


_TEACHES = (
    sa.select(Lecturer.id)
    .join(Qualification, Qualification.lecturer_id == Lecturer.id)
    .where(
        Lecturer.id == sa.bindparam("lecturer_id"), Lecturer.ended_on.is_(None), Qualification.course_id == sa.bindparam("course_id")
    )
    .limit(1)
)  # fmt: skip


def _may_use(venue: Venue, order: Order) -> bool:
    return venue.organisation_id == order.organisation_id or (venue.shared and venue.district_id == order.district_id)


def size_fits(case: Case) -> None:
    """As many people as the course is made for and the room holds; the sentence names both limits."""
    n, version, venue = case.order.expected, case.version, case.venue
    if n is None:
        raise WrongSize(_("请填写大概来多少人。"), field="expected")
    room = venue.capacity if venue is not None and case.order.place in (Place.OWN_ROOM, Place.VENUE) else None
    most = min(version.size_max, room) if room is not None else version.size_max
    if n < version.size_min:
        raise WrongSize(
            _("这门课至少 %(n)d 人才开。可以和邻近居村一起上，或换一门课。", n=version.size_min), field="expected"
        )
    if n > most and room is not None and venue is not None and room < n:
        raise TooSmallRoom(
            _("%(room)s坐得下 %(seats)d 人，本课最多 %(most)d 人。请填 %(n)d 以内，换个大点的场地，或分两场点。",
              room=venue.name, seats=room, most=version.size_max, n=most), field="expected",
        )  # fmt: skip
    if n > most:
        raise WrongSize(_("本课最多 %(most)d 人。请填 %(most)d 以内，或分两场点。", most=most), field="expected")


def audience_fits(case: Case) -> None:
    """The people it is for are among those the course was made for."""
    audiences: Sequence[Any] = queries.audiences_of(case.version.id) if case.audiences is None else case.audiences
    codes = [a.code for a in audiences]
    if codes and case.order.audience_code is None and len(codes) > 1:
        raise WrongAudience(_("请选一下给谁听。"), field="audience")
    if codes and case.order.audience_code is not None and case.order.audience_code not in codes:
        words = wording.listed(a.label for a in audiences)
        raise WrongAudience(_("这门课是给%(who)s讲的，请在里面选，或换一门课。", who=words), field="audience")


def lecturer_fits(case: Case) -> None:
    """A preferred lecturer teaches this course."""
    wanted = case.order.preferred_lecturer_id
    if wanted is None:
        return
    if not (_teaches(case.order, wanted) if case.teaches is None else case.teaches):
        raise WrongLecturer(_("这位讲师不讲这门课，请另选，或选“都可以”。"), field="preferred_lecturer")


def contact_given(case: Case) -> None:
    if not case.order.telephone:
        raise NoContact(_("请留一个联系电话，讲师接单后才看得到。"), field="telephone")
    try:
        plain_phone(case.order.telephone)
    except ValueError as wrong:
        raise NoContact(str(wrong), field="telephone") from wrong


def not_twice(case: Case) -> None:
    """No other open order of the same course at an overlapping time."""
    other = queries.duplicate_of(case.order, case.windows)
    if other is not None:
        raise Duplicate(
            _("同一门课、同样的时间已经点过了，点单号 %(number)s，还在办。要改时间，请改那一张。", number=other),
            number=other,
        )


ALWAYS: tuple[Callable[[Case], None], ...] = (
    offered, ordering_open, has_windows, inside_edition, in_time, place_fits, size_fits, audience_fits, lecturer_fits, contact_given,
    not_twice,
)  # fmt: skip


OF_AN_EDITION: tuple[Callable[[Case], None], ...] = (inside_edition,)


def within_quota(case: Case) -> None:
    """The committee's quota of the edition and of the course, and the item's own limit. An administrator may let it pass with a reason."""
    item = case.terms.must_item()
    order, settings = case.order, case.terms.settings
    used = queries.used(order.organisation_id, item.edition_id, order.course_id, without=order.id)
    if used.course >= settings["quota_course"]:
        raise QuotaUsed(
            _("这门课本季最多点 %(n)d 场，已经点了 %(used)d 场。可以换一门课；确有需要，请街镇管理员写明理由代点。",
              n=settings["quota_course"], used=used.course), code="quota_course",
        )  # fmt: skip
    if used.edition >= settings["quota_edition"]:
        raise QuotaUsed(
            _("本季最多点 %(n)d 场，已经点了 %(used)d 场。可以取消一场再点；确有需要，请街镇管理员写明理由代点。",
              n=settings["quota_edition"], used=used.edition), code="quota_edition",
        )  # fmt: skip


def item_has_room(case: Case) -> None:
    """The edition's own limit for this course, whoever orders."""
    item = case.terms.must_item()
    if item.limit is not None and queries.used_of_item(item.id, without=case.order.id) >= item.limit:
        raise ItemFull(_("这门课本季的 %(n)d 场已经点满了。请换一门课，或下一季再点。", n=item.limit))


def own_room(committee: Organisation | int) -> Venue | None:
    """The room of the committee itself; of the one that went on from it, once it merged."""
    owner = committee if isinstance(committee, int) else committee.id
    return db.session.scalars(_OWN_ROOM, {"owner": owner}).first()


_OWN_ROOM = sa.select(Venue).where(
    sa.or_(
        Venue.organisation_id == sa.bindparam("owner"),
        Venue.organisation_id.in_(organisations.heirs(sa.bindparam("owner"))),
    ),
    Venue.own_room,
    Venue.ended_on.is_(None),
)

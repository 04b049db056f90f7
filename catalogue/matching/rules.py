"""The rules: one named object each, in order of evaluation, asked by everybody who must know whether a lesson may be.

A rule answers PASS (None) or a Reason: its code and parameters that JSON can hold. Four families differ in what they
look at: the time alone, the lecturer at that time, the venue at that time, the lecturer at that place and time.
A Reason never says where or with whom somebody is busy. Words for people are in explain.py.
"""

from collections.abc import Mapping

from catalogue.matching.problem import Lecturer, Venue
from catalogue.matching.ruling import (
    NO,
    OK,
    PASS,
    JourneyRule,
    LecturerRule,
    Params,
    PlaceRule,
    Reason,
    Rule,
    Slot,
    TimeRule,
    TravelRule,
    VenueRule,
    place_of,
)
from catalogue.matching.terms import DAY, WEEK, Days, Mode, half_day
from catalogue.matching.travel import HAIR, whole_km
from catalogue.matching.valid import Point

# --- the time -----------------------------------------------------------------------------------------------------


def _mode(slot: Slot) -> Params | None:
    return OK if slot.mode in slot.order.modes else {"mode": slot.mode.value}


def _grid(slot: Slot) -> Params | None:
    step = slot.book.problem.slot_minutes
    return OK if slot.start % step == 0 else {"step": step}


def _window(slot: Slot) -> Params | None:
    return NO if slot.preference is None else OK


def _lead(slot: Slot) -> Params | None:
    earliest = slot.order.earliest(slot.mode)
    if earliest is None or slot.start >= earliest:
        return OK
    day, minute = divmod(earliest, DAY)
    return {"from": slot.date(day), "minute": minute} if minute else {"from": slot.date(day)}


def _edition(slot: Slot) -> Params | None:
    latest = slot.order.not_after
    return OK if latest is None or slot.end <= latest else {"until": slot.date((latest - 1) // DAY)}


def _committee_busy(slot: Slot) -> Params | None:
    return OK if slot.book.committee(slot.order.committee).free(slot.start, slot.end) else NO


# --- the lecturer -------------------------------------------------------------------------------------------------


def _term(slot: Slot, terms: list[Days]) -> Params | None:
    """OK if one of the terms covers the lesson's days, else the date that is nearest to doing so."""
    if any(term.cover(slot.day, slot.last_day) for term in terms):
        return OK
    begins = [term.first for term in terms if term.first is not None and term.first > slot.day]
    ended = [term.last for term in terms if term.last is not None and term.last < slot.last_day]
    if ended:
        return {"until": slot.date(max(ended))}
    return {"since": slot.date(min(begins))} if begins else NO


def _qualified(slot: Slot, lecturer: Lecturer) -> Params | None:
    found = lecturer.qualified_for(slot.order.course)
    if not found:
        return NO
    given = [one.days for one in found if one.trial_given]
    return _term(slot, given) if given else {"trial": True}


def _appointed(slot: Slot, lecturer: Lecturer) -> Params | None:
    here = [one.days for one in lecturer.appointments if one.areas is None or one.areas & slot.order.areas]
    if here:
        return _term(slot, here)
    return {"elsewhere": True} if lecturer.appointments else NO


def _excluded(slot: Slot, lecturer: Lecturer) -> Params | None:
    return NO if lecturer.id in slot.order.excluded else OK


def _corps(slot: Slot, lecturer: Lecturer) -> Params | None:
    if slot.order.corps is None:
        return OK
    return _term(slot, [one.days for one in lecturer.corps if one.corps == slot.order.corps])


def _area(slot: Slot, lecturer: Lecturer) -> Params | None:
    return OK if lecturer.areas is None or lecturer.areas & slot.order.areas else NO


def _online(slot: Slot, lecturer: Lecturer) -> Params | None:
    return OK if lecturer.online or slot.mode is not Mode.ONLINE else NO


def _max_per_week(slot: Slot, lecturer: Lecturer) -> Params | None:
    limit = lecturer.max_per_week
    if limit is None:
        return OK
    week = slot.start // WEEK
    given = len(slot.book.lecturer(lecturer.id).begun(week * WEEK, (week + 1) * WEEK))
    return OK if given < limit else {"limit": limit}


def _max_per_month(slot: Slot, lecturer: Lecturer) -> Params | None:
    limit = lecturer.max_per_month
    return OK if limit is None or slot.book.in_month(lecturer.id, slot.day) < limit else {"limit": limit}


def _max_per_day(slot: Slot, lecturer: Lecturer) -> Params | None:
    limit = lecturer.max_per_day
    return OK if limit is None or len(slot.book.on_day(lecturer.id, slot.day)) < limit else {"limit": limit}


def _max_half_days(slot: Slot, lecturer: Lecturer) -> Params | None:
    limit = lecturer.max_half_days_per_day
    if limit is None:
        return OK
    begun = {half_day(one.start) for one in slot.book.on_day(lecturer.id, slot.day)} | {half_day(slot.start)}
    return OK if len(begun) <= limit else {"limit": limit}


def _absent(slot: Slot, lecturer: Lecturer) -> Params | None:
    return NO if lecturer.absences and lecturer.away.touch(slot.start, slot.end) else OK


def _hours(slot: Slot, lecturer: Lecturer) -> Params | None:
    return OK if lecturer.hours is None or lecturer.hours.hold(slot.start, slot.end) else NO


def _lecturer_busy(slot: Slot, lecturer: Lecturer) -> Params | None:
    return OK if slot.book.lecturer(lecturer.id).free(slot.start, slot.end) else NO


# --- the venue ----------------------------------------------------------------------------------------------------


def _place(slot: Slot, venue: Venue | None) -> Params | None:
    return OK if (venue is not None) is (slot.mode is Mode.VENUE) else {"mode": slot.mode.value}


def _allowed(slot: Slot, venue: Venue) -> Params | None:
    return OK if slot.order.venues is None or venue.id in slot.order.venues else NO


def _plaque(_slot: Slot, venue: Venue) -> Params | None:
    return NO if venue.blocked else OK


def _venue_area(slot: Slot, venue: Venue) -> Params | None:
    return OK if venue.areas is None or venue.areas & slot.order.areas else NO


def _venue_radius(slot: Slot, venue: Venue) -> Params | None:
    order, travel = slot.order, slot.book.problem.travel
    limit = travel.venue_radius_km if venue.radius_km is None else venue.radius_km
    if order.venues is not None or order.location is None or travel.within(order.location, venue.location, limit):
        return OK
    return {"km": whole_km(travel.km(order.location, venue.location)), "limit": limit}


def _capacity(slot: Slot, venue: Venue) -> Params | None:
    wanted = slot.order.attendees
    return OK if venue.capacity >= wanted else {"capacity": venue.capacity, "attendees": wanted}


def _equipment(slot: Slot, venue: Venue) -> Params | None:
    missing = slot.order.equipment - venue.equipment
    return {"missing": sorted(missing)} if missing else OK


def _closed(slot: Slot, venue: Venue) -> Params | None:
    return NO if venue.shut.touch(slot.start, slot.end) else OK


def _open(slot: Slot, venue: Venue) -> Params | None:
    return OK if venue.hours is None or venue.hours.hold(slot.start, slot.end) else NO


def _venue_busy(slot: Slot, venue: Venue) -> Params | None:
    return OK if slot.book.venue(venue.id).free(slot.start, slot.end) else NO


# --- the journey --------------------------------------------------------------------------------------------------


def _radius(slot: Slot, lecturer: Lecturer, place: Point | None) -> Params | None:
    limit, home, travel = lecturer.max_km, lecturer.home, slot.book.problem.travel
    if limit is None or home is None or place is None or travel.km(home, place) <= limit + HAIR:
        return OK
    return {"km": whole_km(travel.km(home, place)), "limit": limit}


def _home_legs(slot: Slot, lecturer: Lecturer, place: Point | None) -> Params | None:
    travel, hours = slot.book.problem.travel, lecturer.hours
    if not travel.home_legs or hours is None or place is None or lecturer.home is None:
        return OK
    way = travel.minutes(lecturer.home, place)
    return OK if hours.hold(slot.start - way, slot.end + way) else {"minutes": way}


MODE = TimeRule("mode", "授课方式是点单接受的", "time", _mode)
GRID = TimeRule("grid", "在整点的格子上开始", "time", _grid)
WINDOW = TimeRule("window", "在点单给出的时间里", "time", _window)
LEAD = TimeRule("lead", "不早于最早可排的日子", "time", _lead)
EDITION = TimeRule("edition", "不晚于本期授课的最后一天", "time", _edition)
COMMITTEE_BUSY = TimeRule("committee_busy", "居村那时没有别的课", "time", _committee_busy)

QUALIFIED = LecturerRule("qualified", "那天有资格讲这门课", "lecturer", _qualified, of_day=True)
APPOINTED = LecturerRule("appointed", "那天聘期有效，范围包含本居村", "lecturer", _appointed, of_day=True)
CORPS = LecturerRule("corps", "那天是指定宣讲团的成员", "lecturer", _corps, of_day=True)
AREA = LecturerRule("area", "愿意去本居村所在的地方", "lecturer", _area, of_day=True)
ONLINE = LecturerRule("online", "愿意讲线上课", "lecturer", _online, of_day=True)
EXCLUDED = LecturerRule("excluded", "没有婉拒过这张点单", "lecturer", _excluded, of_day=True)
MAX_PER_MONTH = LecturerRule("max_per_month", "不超过每月场次上限", "lecturer", _max_per_month, of_day=True)
MAX_PER_WEEK = LecturerRule("max_per_week", "不超过每周场次上限", "lecturer", _max_per_week, of_day=True)
ABSENT = LecturerRule("absent", "没有请假", "lecturer", _absent)
HOURS = LecturerRule("hours", "在讲师可讲的时间里", "lecturer", _hours)
LECTURER_BUSY = LecturerRule("lecturer_busy", "讲师那时没有别的课", "lecturer", _lecturer_busy)
MAX_PER_DAY = LecturerRule("max_per_day", "不超过每天场次上限", "lecturer", _max_per_day)
MAX_HALF_DAYS = LecturerRule("max_half_days_per_day", "不超过每天半天数上限", "lecturer", _max_half_days)

PLACE = PlaceRule("place", "有场地当且仅当在场地上课", "venue", _place)
ALLOWED = VenueRule("allowed", "是点单接受的场地", "venue", _allowed, fixed=True)
PLAQUE = VenueRule("plaque", "没有摘牌", "venue", _plaque, fixed=True)
VENUE_AREA = VenueRule("venue_area", "接待本居村所在的地方", "venue", _venue_area, fixed=True)
VENUE_RADIUS = VenueRule("venue_radius", "离居村不太远", "venue", _venue_radius, fixed=True)
CAPACITY = VenueRule("capacity", "坐得下", "venue", _capacity, fixed=True)
EQUIPMENT = VenueRule("equipment", "有要用的设备", "venue", _equipment, fixed=True)
CLOSED = VenueRule("closed", "没有停用", "venue", _closed)
OPEN = VenueRule("open", "在场地开放的时间里", "venue", _open)
VENUE_BUSY = VenueRule("venue_busy", "场地那时没有别的课", "venue", _venue_busy)

RADIUS = JourneyRule("radius", "离讲师家不超过愿走的路", "lecturer", _radius)
HOME_LEGS = JourneyRule("home_legs", "来回路程也在可讲的时间里", "lecturer", _home_legs)
TRAVEL = TravelRule("travel", "与当天别的课之间来得及赶路和准备", "lecturer")

TIME_RULES = (MODE, GRID, WINDOW, LEAD, EDITION, COMMITTEE_BUSY)
LECTURER_RULES = (
    QUALIFIED, APPOINTED, CORPS, AREA, ONLINE, EXCLUDED, MAX_PER_MONTH, MAX_PER_WEEK,
    ABSENT, HOURS, LECTURER_BUSY, MAX_PER_DAY, MAX_HALF_DAYS,
)  # fmt: skip
DAY_RULES = tuple(rule for rule in LECTURER_RULES if rule.of_day)
HOUR_RULES = tuple(rule for rule in LECTURER_RULES if not rule.of_day)
VENUE_RULES = (ALLOWED, PLAQUE, VENUE_AREA, VENUE_RADIUS, CAPACITY, EQUIPMENT, CLOSED, OPEN, VENUE_BUSY)
FIXED_RULES = tuple(rule for rule in VENUE_RULES if rule.fixed)
OPENING_RULES = tuple(rule for rule in VENUE_RULES if not rule.fixed)
JOURNEY_RULES: tuple[JourneyRule | TravelRule, ...] = (RADIUS, HOME_LEGS, TRAVEL)

RULES: tuple[Rule, ...] = (*TIME_RULES, *LECTURER_RULES, PLACE, *VENUE_RULES, *JOURNEY_RULES)
RULE_OF: Mapping[str, Rule] = {rule.code: rule for rule in RULES}
RANK: Mapping[str, int] = {rule.code: rank for rank, rule in enumerate(RULES)}
GONE = "gone"  # the code of a reason that is no rule: the lecturer or venue is not in the problem any more


def refusals(slot: Slot, lecturer: Lecturer, venue: Venue | None) -> list[Reason]:
    """Every reason, in order of evaluation, why this lesson may not be; empty = it may."""
    place = place_of(slot.order, slot.mode, venue)
    answers = [rule.check(slot) for rule in TIME_RULES]
    answers += [rule.check(slot, lecturer) for rule in LECTURER_RULES]
    answers.append(PLACE.check(slot, venue))
    answers += [rule.check(slot, venue) for rule in VENUE_RULES]
    answers += [rule.check(slot, lecturer, place) for rule in JOURNEY_RULES]
    return [answer for answer in answers if answer is not PASS]

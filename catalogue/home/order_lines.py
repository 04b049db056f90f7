"""What the list of orders says beyond the orders themselves: which lecturer is asked until when, the lesson, the rating."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.core import clock, wording
from catalogue.core.db import run
from catalogue.core.words import _
from catalogue.dispatch.models import Dispatch, DispatchOrder, Offer
from catalogue.dispatch.states import Mode, OfferState
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import Attendance, AttendanceState, Lesson, LessonParty
from catalogue.lessons.states import State as LessonState
from catalogue.orders.progress import Line
from catalogue.ratings.models import Rating
from catalogue.ratings.states import State as RatingState
from catalogue.venues.models import Venue

_PRESENT = (
    sa.select(sa.func.count())
    .select_from(Attendance)
    .where(
        Attendance.party_id == LessonParty.id, Attendance.replaced_at.is_(None), Attendance.presence == AttendanceState.PRESENT
    )
    .correlate(LessonParty)
    .scalar_subquery()
)  # fmt: skip
_LINES = (
    sa.select(
        DispatchOrder.order_id, Dispatch.mode, Offer.state.label("offer"), Offer.answer_by, Offer.answered_at, Lecturer.display_name.label("lecturer"),
        Lesson.number, Lesson.state.label("lesson"), Lesson.starts_at, Lesson.ends_at, Venue.name.label("venue"),
        (LessonParty.head_count + LessonParty.online_count + _PRESENT).label("heads"), Rating.id.label("rating_id"),
        Rating.state.label("rating"), Rating.rate_by, Rating.given_at,
    )
    .join(Dispatch, Dispatch.id == DispatchOrder.dispatch_id)
    .outerjoin(Offer, sa.and_(Offer.dispatch_id == DispatchOrder.dispatch_id, Offer.state.in_((OfferState.OPEN, OfferState.ACCEPTED))))
    .outerjoin(Lecturer, Lecturer.id == Offer.lecturer_id)
    .outerjoin(Lesson, Lesson.dispatch_id == DispatchOrder.dispatch_id)
    .outerjoin(Venue, Venue.id == Lesson.venue_id)
    .outerjoin(LessonParty, sa.and_(LessonParty.lesson_id == Lesson.id, LessonParty.order_id == DispatchOrder.order_id))
    .outerjoin(Rating, sa.and_(Rating.lesson_id == Lesson.id, Rating.order_id == DispatchOrder.order_id))
    .where(DispatchOrder.order_id.in_(sa.bindparam("ids", expanding=True)), DispatchOrder.live)
    .order_by(DispatchOrder.order_id, Offer.seat, Offer.id)
)  # fmt: skip


def lines(ids: Sequence[int]) -> Mapping[int, Line]:
    """By order id, in one statement: the lecturers of one dispatch stand together in one line."""
    of: dict[int, list[Any]] = {}
    for row in run(_LINES, {"ids": list(ids)}).all():
        of.setdefault(row.order_id, []).append(row)
    return {order_id: _line(found, clock.now()) for order_id, found in of.items()}


def _line(rows: Sequence[Any], at: datetime) -> Line:
    row = rows[0]
    who = wording.listed(dict.fromkeys(r.lecturer for r in rows if r.lecturer))
    if row.lesson is LessonState.DELIVERED:
        return _delivered(row, who, at)
    if row.lesson is LessonState.SCHEDULED:
        place = row.venue or _("线上")
        when = wording.span(row.starts_at, row.ends_at)
        stamps = {
            3: (who, wording.day(row.answered_at) if row.answered_at else ""),
            4: (place, wording.half_day(row.starts_at)),
        }
        said = _("%(when)s上课，%(place)s，%(who)s来讲。", when=when, place=place, who=who)
        return Line(stamps, said, f"/lessons/{row.number}", _("看这一场"))
    waiting = [r for r in rows if r.offer is OfferState.OPEN]
    if waiting and row.lesson is None:
        until = min(r.answer_by for r in waiting)
        if row.mode is Mode.CLAIM:
            said = _(
                "问了 %(n)d 位讲师，%(when)s 前谁先接就是谁，您不用做什么。", n=len(waiting), when=wording.moment(until)
            )
            return Line({3: ("", _("%(day)s前", day=wording.day(until)))}, said)
        said = _("%(when)s 前，%(who)s会答复。不来就问下一位，您不用做什么。", when=wording.moment(until), who=who)
        return Line({3: (who, _("%(day)s前", day=wording.day(until)))}, said)
    return Line()


def _delivered(row: Any, who: str, at: datetime) -> Line:
    came = _("到了 %(n)d 人", n=row.heads) if row.heads else row.venue or ""
    stamps: dict[int, tuple[Any, Any]] = {3: (who, ""), 4: (came, wording.half_day(row.starts_at))}
    if row.rating is RatingState.OPEN:
        stamps[5] = ("", _("%(day)s前", day=wording.day(row.rate_by)))
        said = _("三道题，一分钟。%(left)s可评。", left=wording.left(row.rate_by, at))
        return Line(stamps, said, f"/ratings/{row.rating_id}", _("去评单"))
    if row.rating is RatingState.GIVEN:
        stamps[5] = ("", wording.day(row.given_at))
    return Line(stamps, "", f"/lessons/{row.number}", _("看这一场"))

"""New times for a lesson that stands (改期): those that pass every rule now, its own lecturer and room first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalogue.dispatch.candidates import Case, Pick, Row
from catalogue.dispatch.problem import load, whole_orders
from catalogue.matching import problem as m
from catalogue.matching.search import Candidate as Found
from catalogue.matching.search import OrderSearch
from catalogue.matching.terms import DAY
from catalogue.matching.ways import changed


@dataclass(frozen=True)
class MoveOption:
    """A new time for a lesson; first those that keep lecturer and room."""

    pick: Pick
    ends_at: datetime
    name: str
    where: str
    same_lecturer: bool
    same_room: bool


def move_options(
    order_ids: Sequence[int], windows: Sequence[tuple[datetime, datetime]], at: datetime, *, lecturer_id: int, venue_id: int | None,
    without: Collection[int] = (), limit: int = 6,
) -> list[MoveOption]:  # fmt: skip
    """New times for a lesson that stands, within the windows said: first its own lecturer and room, then others.

    without: the lesson's own holds. Every option passed every rule now; taking one asks them again.
    """
    case = for_windows(order_ids, windows, at, without=without)
    own = case.loaded.problem.lecturer_of.get(str(lecturer_id))
    found: list[Found] = []
    if own is not None:
        search = OrderSearch(case.book, replace(case.wanted, preferred_lecturer=own.id))
        lessons = sorted(
            search.possible(own),
            key=lambda one: (
                -(one.slot.preference or 0),
                one.slot.start,
                _id(one.venue) != venue_id,
                _id(one.venue) or 0,
            ),
        )
        days = set()
        for lesson in lessons:
            if (day := lesson.slot.start // (DAY // 2)) not in days:
                days.add(day)
                found.append(search.candidate(lesson, own))
    others = [one for one in case.ranking.candidates if one.placement.lecturer != str(lecturer_id)]
    options = []
    for one in [*found[:limit], *others[: max(2, limit - len(found))]]:
        row = Row.of(one, 1, case.loaded, case.wanted)
        options.append(
            MoveOption(
                row.pick, row.ends_at, row.name, row.where, row.pick.lecturer_id == lecturer_id, row.pick.venue_id == venue_id
            )
        )  # fmt: skip
    return options


def _id(venue: m.Venue | None) -> int | None:
    return None if venue is None else int(venue.id)


def for_windows(
    order_ids: Sequence[int], windows: Sequence[tuple[datetime, datetime]], at: datetime, *, without: Collection[int] = ()
) -> Case:  # fmt: skip
    """The orders of a lesson with other times than they once gave: a move stays within the edition but knows no lead time."""
    case = case_of_any_windows(order_ids, windows, at, without)
    now = case.loaded.span.minute(at) + 1
    return replace(case, wanted=replace(case.wanted, not_before=now, not_before_online=now))


def case_of_any_windows(
    order_ids: Sequence[int], windows: Sequence[tuple[datetime, datetime]], at: datetime, without: Collection[int]
) -> Case:
    rows = {row.id: row for row in whole_orders(order_ids)}
    orders = tuple(rows[i] for i in order_ids if i in rows)
    loaded = load(orders, at, without=without)
    liked = [
        [loaded.span.minute(start), loaded.span.minute(end), max(0, 10 - rank)]
        for rank, (start, end) in enumerate(windows)
        if start < end
    ]
    host = loaded.problem.orders[0]
    people = sum(o.attendees for o in loaded.problem.orders)
    return Case(loaded, orders, changed(replace(host, attendees=people), {"windows": liked}))

"""Who can teach what is asked, where and when: the ranking for people, the checks for operations, the counts for the order form.

Operations never speak to matching themselves: they ask a Case, which knows the orders, the rules and the words.
"""

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.calendar.errors import CommitteeTaken, LecturerTaken, TravelTooShort, VenueTaken
from catalogue.calendar.operations import Lesson
from catalogue.core.db import db
from catalogue.core.errors import Refusal
from catalogue.core.kept import kept
from catalogue.core.words import _, later
from catalogue.dispatch.errors import BadPick, NotOneLesson, RuleBroken
from catalogue.dispatch.models import DispatchCandidate, TeachMode
from catalogue.dispatch.problem import Loaded, load, mode_of, whole_orders
from catalogue.lecturers.models import Lecturer
from catalogue.matching import explain, frozen
from catalogue.matching import problem as m
from catalogue.matching.book import Book
from catalogue.matching.candidates import Ranking, candidates, check_one, recompute
from catalogue.matching.explain import Reader
from catalogue.matching.points import PREFERENCES
from catalogue.matching.rules import TRAVEL
from catalogue.matching.search import Candidate as Found
from catalogue.matching.search import OrderSearch, Placement
from catalogue.matching.terms import Kind, Mode, Visit, Window
from catalogue.matching.ways import WayOut, changed, stands
from catalogue.orders.models import Order
from catalogue.venues.models import Venue

SHOWN = 12  # candidates on a page
KEPT_SECONDS = 120.0  # how old the numbers of candidates beside the queue may be
TAKEN: Mapping[str, type[Refusal]] = {
    "lecturer_busy": LecturerTaken,
    "travel": TravelTooShort,
    "venue_busy": VenueTaken,
    "committee_busy": CommitteeTaken,
}
TAKEN_WORDS = {
    "lecturer_busy": later("这位讲师这段时间已有课，请换一位讲师或换个时间。"),
    "travel": later("这位讲师前后还有课，路上来不及。请换个时间，或换一位讲师。"),
    "venue_busy": later("这个场地这段时间已有人用，请换个场地或换个时间。"),
    "committee_busy": later("这个居村这段时间已经有一场课，请换个时间。"),
}


@dataclass(frozen=True)
class Pick:
    """One lecturer, place and time chosen for a dispatch."""

    lecturer_id: int
    venue_id: int | None
    teach_mode: TeachMode
    starts_at: datetime

    @property
    def key(self) -> str:
        """As a form carries it."""
        return f"{self.lecturer_id}-{self.venue_id or 0}-{self.teach_mode.value}-{int(self.starts_at.timestamp())}"

    @classmethod
    def parse(cls, key: str) -> "Pick":
        """Raises BadPick for anything that `key` did not write."""
        try:
            lecturer, venue, mode, start = key.split("-")
            if not all(part.isascii() and part.isdigit() and len(part) < 12 for part in (lecturer, venue, start)):
                raise ValueError(key)
            return cls(int(lecturer), int(venue) or None, TeachMode(mode), datetime.fromtimestamp(int(start), UTC))
        except (ValueError, OverflowError, OSError) as error:
            raise BadPick(_("请重新选一位讲师。"), field="picks") from error

    @classmethod
    def of(cls, row: DispatchCandidate) -> "Pick":
        return cls(row.lecturer_id, row.venue_id, row.teach_mode, row.starts_at)


@dataclass(frozen=True)
class Claimant:
    """One of those an open claim goes to."""

    pick: Pick
    name: str
    total: int


# ── one question: some orders, at one instant ───────────────────────────────────────────────────


@dataclass(frozen=True)
class Case:
    """Orders that are to be one lesson, with everything the rules need. Made anew whenever the rules must be asked again."""

    loaded: Loaded
    orders: tuple[Order, ...]
    wanted: m.Order  # all of them as one, with the agreed change

    @functools.cached_property
    def book(self) -> Book:
        return Book(self.loaded.problem, [*self.loaded.problem.lessons, *self._others_busy()])

    def _others_busy(self) -> Iterator[m.Busy]:
        """In a joint lesson no committee may have another lesson: the others' time counts as the host's."""
        others = {str(o.organisation_id) for o in self.orders} - {self.wanted.committee}
        for one in self.loaded.problem.lessons:
            if one.kind is Kind.COMMITTEE and one.resource in others:
                yield replace(one, resource=self.wanted.committee)

    @functools.cached_property
    def ranking(self) -> Ranking:
        return candidates(self.loaded.problem, self.wanted, limit=SHOWN, book=self.book)

    def refusal(self, pick: Pick) -> Refusal | None:
        """The first reason why this may not be, as the refusal to raise; None when every rule passes now."""
        start = self.loaded.span.minute(pick.starts_at)
        venue = None if pick.venue_id is None else str(pick.venue_id)
        mode = mode_of(pick.teach_mode, pick.venue_id)
        reasons = check_one(self.loaded.problem, self.wanted, str(pick.lecturer_id), venue, mode, start, self.book)
        if not reasons:
            return None
        first = next((r for r in reasons if r.code in TAKEN), reasons[0])
        if first.code in TAKEN:
            return TAKEN[first.code](_(TAKEN_WORDS[first.code]))
        name = self.loaded.lecturers.get(str(pick.lecturer_id), "")
        why = explain.reason_words(first, Reader.DISPATCHER)
        return RuleBroken(_("%(name)s现在不能派：%(why)s。", name=name, why=why), rule=first.code, why=why)

    def check(self, pick: Pick) -> None:
        """Raises what `refusal` says."""
        refused = self.refusal(pick)
        if refused is not None:
            raise refused

    def points(self, pick: Pick) -> tuple[int, dict[str, int]]:
        """The total of a pick and the points of each preference, by today's problem."""
        start = self.loaded.span.minute(pick.starts_at)
        venue = None if pick.venue_id is None else str(pick.venue_id)
        placement = Placement(
            self.wanted.id, str(pick.lecturer_id), venue, mode_of(pick.teach_mode, pick.venue_id), start, start + self.wanted.minutes
        )  # fmt: skip
        problem = replace(self.loaded.problem, orders=(self.wanted,))
        points = recompute(problem, placement, self.book)
        return points.total, {one.code: points.of(one) for one in PREFERENCES}

    def claimants(self, wanted: Pick) -> list["Claimant"]:
        """Everybody who could come to this very place and time now, best first: to whom an open claim goes."""
        found = []
        for one in self.loaded.problem.lecturers:
            pick = replace(wanted, lecturer_id=int(one.id))
            if one.qualifications and self.refusal(pick) is None:
                total, _each = self.points(pick)
                found.append(Claimant(pick, self.loaded.names.lecturer(one.id), total))
        return sorted(found, key=lambda c: (-c.total, c.pick.lecturer_id))

    def ends_at(self, pick: Pick) -> datetime:
        return pick.starts_at + timedelta(minutes=self.wanted.minutes)

    def venue(self, pick: Pick) -> Venue | None:
        return None if pick.venue_id is None else db.session.get(Venue, pick.venue_id)

    def spot(self, pick: Pick) -> tuple[float, float] | None:
        return self.loaded.spot(mode_of(pick.teach_mode, pick.venue_id), pick.venue_id, self.wanted)

    @property
    def setup_minutes(self) -> int:
        return self.loaded.problem.travel.setup_min

    def gap(self, first: Lesson, second: Lesson) -> int:
        """Minutes that must lie between two lessons of a lecturer: the planner's own travel rule, 0 when it passes."""
        answer = TRAVEL.between(self._visit(first), self._visit(second), self.loaded.problem.travel)
        return 0 if answer is None else int(answer.params["need"])

    def _visit(self, lesson: Lesson) -> Visit:
        return Visit(self.loaded.span.minute(lesson.starts_at), self.loaded.span.minute(lesson.ends_at), lesson.spot)

    def freeze(self) -> dict[str, Any]:
        """The ranking as decided, ids only: points, runners-up, separating facts, funnel, ways out."""
        return {
            "first_day": self.loaded.span.first.isoformat(),
            "days": self.loaded.span.days,
            "ranking": frozen.as_data(self.ranking),
        }

    # ── for pages ──

    @functools.cached_property
    def rows(self) -> list["Row"]:
        return [
            Row.of(found, place, self.loaded, self.wanted) for place, found in enumerate(self.ranking.candidates, 1)
        ]

    @functools.cached_property
    def sentence(self) -> str:
        """The finding in one sentence: what put the first before the second, or why nobody can."""
        ranking = self.ranking
        if not ranking.candidates:
            return explain.unmet_words(self.loaded.problem, self.wanted, ranking, Reader.DISPATCHER)
        if not ranking.facts:
            return _("只有%(name)s能来。", name=self.rows[0].name)
        return explain.fact_words(ranking, 0, self.loaded.names)

    @functools.cached_property
    def missing(self) -> str:
        return explain.missing_words(self.ranking)

    @functools.cached_property
    def funnel(self) -> list[tuple[str, int, list[str]]]:
        """Why the others cannot: words, how many, who."""
        return funnel_of(self.ranking, self.loaded.lecturers)

    @functools.cached_property
    def ways(self) -> list["Way"]:
        return [Way.of(one, self) for one in self.ranking.ways]

    def way(self, kind: str) -> "Way | None":
        """The way of a kind if the rules still accept it now."""
        found = next((one for one in self.ways if one.kind == kind), None)
        return found if found is not None and stands(self.book, self.wanted, found.way) else None


def funnel_of(ranking: Ranking, names: Mapping[str, str]) -> list[tuple[str, int, list[str]]]:
    groups: dict[str, list[str]] = {}
    for lecturer, reason in ranking.funnel.reasons.items():
        words = explain.reason_words(reason, Reader.DISPATCHER)
        groups.setdefault(words, []).append(names.get(lecturer, lecturer))
    unqualified = ranking.funnel.lecturers.total - ranking.able - len(ranking.funnel.reasons)
    listed = [(words, len(who), who) for words, who in groups.items()]
    if unqualified > 0:
        who = [names.get(one, one) for one in ranking.funnel.unqualified]
        listed.append((explain.SHORT["qualified"], unqualified, who))
    return sorted(listed, key=lambda one: (-one[1], one[0]))


@dataclass(frozen=True)
class Row:
    """One candidate as the desk shows it."""

    place: int
    pick: Pick
    name: str
    where: str
    ends_at: datetime
    total: int
    points: tuple[tuple[str, str, str, str], ...]  # code, label, what was measured, signed points
    why: tuple[str, ...]

    @classmethod
    def of(cls, found: Found, place: int, loaded: Loaded, wanted: m.Order) -> "Row":
        chosen = found.placement
        venue_id = None if chosen.venue is None else int(chosen.venue)
        pick = Pick(
            int(chosen.lecturer), venue_id, loaded.teach_mode(chosen.mode, venue_id), loaded.span.instant(chosen.start)
        )
        points = tuple(
            (one.code, label, said, explain.signed(worth))
            for one, (label, said, worth) in zip(PREFERENCES, explain.point_words(found), strict=True)
        )
        return cls(
            place=place, pick=pick, name=loaded.names.lecturer(chosen.lecturer), where=loaded.names.place(chosen),
            ends_at=loaded.span.instant(chosen.end), total=found.total, points=points, why=_why(found, wanted),
        )  # fmt: skip


def _why(found: Found, wanted: m.Order) -> tuple[str, ...]:
    """首选时间；路上 4 公里；本季 2 场."""
    amounts = found.points.amounts
    liked = sorted({w.preference for w in wanted.windows}, reverse=True)
    place = liked.index(amounts["window"]) + 1 if amounts["window"] in liked else 0
    if len(liked) < 2 or not place:
        when = _("居村给出的时间")
    else:
        when = _("首选时间") if place == 1 else _("次选时间") if place == 2 else _("第 %(n)d 选时间", n=place)
    way = _("不用赶路") if found.placement.mode is Mode.ONLINE else _("多跑 %(n)d 公里", n=amounts["km"])
    said = [when, way, _("本季已有 %(n)d 场", n=amounts["balance"] // 2)]
    return (*said, _("居村点名请的")) if amounts["lecturer"] else tuple(said)


@dataclass(frozen=True)
class Way:
    """A way out as a button: what changes, in words, and the lesson it would be."""

    way: WayOut
    pick: Pick
    title: str
    words: str

    @property
    def kind(self) -> str:
        return self.way.kind

    @property
    def change(self) -> dict[str, Any]:
        return dict(self.way.change)

    @classmethod
    def of(cls, one: WayOut, case: Case) -> "Way":
        row = Row.of(one.candidate, 1, case.loaded, case.wanted)
        words = explain.way_words(case.loaded.problem, one, case.loaded.names)
        return cls(one, row.pick, explain.WAY_LABELS[one.kind], words)


def case_of(
    order_ids: Sequence[int], at: datetime, *, without: Collection[int] = (), change: Mapping[str, Any] | None = None
) -> Case:
    """The orders as one lesson, first the host. Raises NotOneLesson when they cannot be one."""
    rows = {row.id: row for row in whole_orders(order_ids)}
    orders = tuple(rows[i] for i in order_ids if i in rows)
    if not orders:
        raise NotOneLesson(_("请选要派的点单。"), field="orders")
    loaded = load(orders, at, without=without)
    return Case(loaded, orders, changed(_together(orders, loaded.problem.orders), change or {}))


def _together(orders: Sequence[Order], wanted: Sequence[m.Order]) -> m.Order:
    """Several orders as one: everybody comes to the host, at a time that suits all."""
    host = wanted[0]
    if len(orders) == 1:
        return host
    if len({o.course_id for o in orders}) > 1 or len({o.course_version_id for o in orders}) > 1:
        raise NotOneLesson(_("只有同一门课的点单才能拼课。"), field="orders")
    if len({o.district_id for o in orders}) > 1:
        raise NotOneLesson(_("只有同一个区的点单才能拼课。"), field="orders")
    people, most = sum(o.attendees for o in wanted), orders[0].course_version.size_max
    if people > most:
        raise NotOneLesson(_("拼在一起有 %(n)d 人，这门课最多 %(most)d 人。", n=people, most=most), field="orders")
    windows = host.windows
    for other in wanted[1:]:
        windows = tuple(_common(windows, other.windows))
    if not windows:
        raise NotOneLesson(_("这几张点单没有共同的时间，不能拼课。"), field="orders")
    return replace(
        host, attendees=people, windows=windows, excluded=frozenset().union(*(o.excluded for o in wanted)),
        priority=sum(o.priority for o in wanted), first_lesson=any(o.first_lesson for o in wanted),
        not_before=max((o.not_before for o in wanted if o.not_before is not None), default=None),
        not_before_online=max((o.not_before_online for o in wanted if o.not_before_online is not None), default=None),
        not_after=min((o.not_after for o in wanted if o.not_after is not None), default=None),
    )  # fmt: skip


def _common(ours: Sequence[Window], theirs: Sequence[Window]) -> Iterator[Window]:
    for one in ours:
        for other in theirs:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                yield Window(start, end, min(one.preference, other.preference))


def ranking(order_id: int, at: datetime) -> Case:
    """The ranked candidates of one order now, or its ways out."""
    return case_of([order_id], at)


def counts(orders: Sequence[Order], at: datetime) -> dict[int, int]:
    """How many lecturers could come, for each order of one district's queue: one problem for all."""
    if not orders:
        return {}
    loaded = load(orders, at)
    book = Book(loaded.problem)
    found = {}
    for order, wanted in zip(orders, loaded.problem.orders, strict=True):
        search = OrderSearch(book, wanted)
        able = (search.first(one, search.slots) for one in loaded.problem.lecturers if one.qualified_for(wanted.course))
        found[order.id] = sum(1 for answer in able if not hasattr(answer, "code"))
    return found


def able(rows: Sequence[Any], at: datetime) -> dict[int, int]:
    """The same for rows of the queue (id, version), kept for two minutes per version of the order: the desk opens often."""
    fresh: dict[int, int] = {}

    def count(order_id: int) -> int:
        if order_id not in fresh:
            fresh.update(_counted([row.id for row in rows], at))
        return fresh.get(order_id, 0)

    return {
        row.id: kept(("able", row.id, row.version), functools.partial(count, row.id), seconds=KEPT_SECONDS)
        for row in rows
    }


def _counted(ids: Sequence[int], at: datetime) -> dict[int, int]:
    districts: dict[int, list[Order]] = {}
    for order in whole_orders(ids):
        districts.setdefault(order.district_id, []).append(order)
    return {order_id: n for orders in districts.values() for order_id, n in counts(orders, at).items()}


def thawed(frozen_ranking: Mapping[str, Any]) -> Ranking | None:
    """The ranking of a dispatch as it was decided; its totals are worked out again on the way. None when none was kept."""
    return frozen.from_data(frozen_ranking["ranking"]) if frozen_ranking.get("ranking") else None


@dataclass(frozen=True)
class Decided:
    """A ranking as it was decided, in words: the finding, what separated the runners-up, the funnel."""

    sentences: tuple[str, ...]
    totals: tuple[tuple[str, int, tuple[tuple[str, str, str], ...]], ...]
    funnel: tuple[tuple[str, int, list[str]], ...]

    @classmethod
    def of(cls, kept: Ranking, names: Mapping[int, str]) -> "Decided":
        said = {str(i): name for i, name in names.items()}
        words = explain.Names(said, {})
        return cls(
            tuple(explain.fact_words(kept, place, words) for place in range(len(kept.facts))),
            tuple(
                (words.lecturer(c.placement.lecturer), c.total, tuple((a, b, explain.signed(p)) for a, b, p in explain.point_words(c)))
                for c in kept.candidates
            ),
            tuple(funnel_of(kept, said)),
        )  # fmt: skip


def lecturers_named(ids: Collection[int]) -> dict[int, str]:
    """Names of lecturers by id."""
    rows = db.session.execute(sa.select(Lecturer.id, Lecturer.display_name).where(Lecturer.id.in_(ids)))
    return {row.id: row.display_name for row in rows}

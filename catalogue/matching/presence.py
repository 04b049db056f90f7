"""Who could come when: for each half-day of some weeks the lecturers who could teach an order, for its calendar."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalogue.matching.book import Book
from catalogue.matching.problem import Lecturer, Order, Problem
from catalogue.matching.rules import RANK
from catalogue.matching.ruling import Reason, Slot
from catalogue.matching.search import OrderSearch
from catalogue.matching.terms import DAY, HalfDay


@dataclass(frozen=True, slots=True)
class Presence:
    """One half-day of the calendar.

    lecturers: who could come, in the problem's order; start: the earliest time one of them could begin;
    reasons: rule → how many of those who teach the course it keeps away (None of them says where they are);
    closed: set when the time itself is impossible for the order (too early, after the edition, committee busy).
    """

    day: int
    half_day: HalfDay
    lecturers: tuple[str, ...]
    start: int | None
    reasons: tuple[tuple[str, int], ...]
    closed: Reason | None

    @property
    def count(self) -> int:
        """How many lecturers could come."""
        return len(self.lecturers)


def who_could_come(
    problem: Problem, order: Order, first_day: int = 0, last_day: int | None = None, book: Book | None = None
) -> tuple[Presence, ...]:
    """Every half-day from `first_day` to `last_day` (both inclusive; default: the problem's days), in order of time.

    The windows of the order are not looked at: this calendar is where they are chosen.
    """
    last = problem.days - 1 if last_day is None else last_day
    halves = [(day, half) for day in range(first_day, last + 1) for half in problem.half_days]
    times = {(day, half.code): tuple(_starts(problem, order, day, half)) for day, half in halves}
    search = OrderSearch(book or Book(problem), order, sorted({start for some in times.values() for start in some}))
    teachers = [lecturer for lecturer in problem.lecturers if lecturer.qualified_for(order.course)]
    by_start: dict[int, list[Slot]] = {}
    for slot in search.slots:
        by_start.setdefault(slot.start, []).append(slot)
    return tuple(_presence(search, teachers, by_start, times[day, half.code], day, half) for day, half in halves)


def _starts(problem: Problem, order: Order, day: int, half: HalfDay) -> Iterator[int]:
    """The grid times at which a lesson fits the half-day; a longer one begins with it."""
    step, first = problem.slot_minutes, day * DAY + half.start
    latest = max(first, day * DAY + half.end - order.minutes)
    yield from range(-(-first // step) * step, latest + 1, step)


def _presence(
    search: OrderSearch,
    teachers: list[Lecturer],
    by_start: Mapping[int, list[Slot]],
    starts: Sequence[int],
    day: int,
    half: HalfDay,
) -> Presence:
    slots = [slot for start in starts for slot in by_start.get(start, ())]
    if not slots:
        return Presence(day, half, (), None, (), search.missing_time(starts))
    able: list[str] = []
    begins: list[int] = []
    reasons: Counter[str] = Counter()
    for lecturer in teachers:
        answer = search.first(lecturer, slots)
        if isinstance(answer, Reason):
            reasons[answer.code] += 1
        else:
            able.append(lecturer.id)
            begins.append(answer.start)
    counts = tuple(sorted(reasons.items(), key=lambda item: RANK[item[0]]))
    return Presence(day, half, tuple(able), min(begins, default=None), counts, None)

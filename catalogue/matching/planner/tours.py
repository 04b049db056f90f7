"""Long tours on a fine grid (team orienteering): iterated local search after Vansteenwegen, Souffriau, Vanden Berghe and
Van Oudheusden, "Iterated local search for the team orienteering problem with time windows" (2009).

On a grid of single minutes there are too many possible lessons to list. Where nothing but profit counts and no room,
limit or decision is shared, a tour needs no list: times follow from the order of the visits.
"""

import random
from collections.abc import Sequence

import numpy as np

from catalogue.matching.check import Assignment
from catalogue.matching.planner.answer import Result, StoppedBy
from catalogue.matching.planner.meter import Meter
from catalogue.matching.planner.places import Real
from catalogue.matching.planner.reading import may_teach
from catalogue.matching.planner.seats import limited_terms
from catalogue.matching.planner.tour_pool import TourPool
from catalogue.matching.problem import Lecturer, Order, Problem
from catalogue.matching.ruling import Reason
from catalogue.matching.terms import Mode
from catalogue.matching.travel import HAIR

RECOMBINE = 60  # rounds until the tours seen are put together anew
SHARE = 0.3  # of the time left that one such choice may take
IDLE = 20  # rounds without a better plan before the search returns to the best one
NEVER = 10**9
NOISES = (0.0, 0.4, 0.0, 0.4, 1.2)  # in turn: the liking of a visit varies by a factor of up to e to this power


def is_touring(problem: Problem) -> bool:
    """Is it a problem of tours alone: onsite, one window each, nothing shared, only what is served weighs?"""
    weights, count = problem.weights, len(problem.orders)
    alone = (
        count > 0
        and bool(problem.lecturers)
        and not problem.lessons
        and not problem.previous
        and not problem.venues
        and problem.joining is None
    )
    only_served = not (weights.km or weights.balance or weights.lecturer or weights.window)
    return (
        alone
        and only_served
        and len({one.committee for one in problem.orders}) == count
        and all(_plain_order(one, problem.slot_minutes) for one in problem.orders)
        and all(_plain_lecturer(one, count) for one in problem.lecturers)
    )


def _plain_order(one: Order, slot: int) -> bool:
    limits = (one.not_before, one.not_after, one.pinned, one.corps)
    plain = one.modes == (Mode.ONSITE,) and len(one.windows) == 1 and one.lecturers_needed == 1
    return plain and slot == 1 and not one.excluded and all(limit is None for limit in limits)


def _plain_lecturer(one: Lecturer, count: int) -> bool:
    limits = (one.max_per_day, one.max_per_week, one.max_per_month)
    free = one.max_half_days_per_day is None and all(limit is None or limit >= count for limit in limits)
    return free and not one.absences and one.available is not None and len(one.available) == 1 and one.home is not None


class Touring:
    """Tours as lists of visits; `begin` is the soonest start of each visit, `latest` the latest that keeps the rest."""

    def __init__(self, problem: Problem, meter: Meter, seed: int) -> None:
        self.problem, self.meter, self.rng = problem, meter, random.Random(seed)
        orders, lecturers, travel = problem.orders, problem.lecturers, problem.travel
        self.profit = np.array([_profit(problem, one) for one in orders], dtype=np.int64)
        self.liking: Real = self.profit.astype(np.float64) ** 2
        self.minutes = np.array([one.minutes for one in orders], dtype=np.int64)
        points = [one.location or (0.0, 0.0) for one in orders]
        self.way = np.array([[travel.setup_min + travel.minutes(a, b) for b in points] for a in points], dtype=np.int64)
        self.soonest = np.full((len(lecturers), len(orders)), NEVER, dtype=np.int64)
        self.last = np.full((len(lecturers), len(orders)), -NEVER, dtype=np.int64)
        for tour, lecturer in enumerate(lecturers):
            for visit, order in enumerate(orders):
                self._times(tour, lecturer, visit, order)
        self.tours: list[list[int]] = [[] for _ in lecturers]
        self.begin: list[list[int]] = [[] for _ in lecturers]
        self.latest: list[list[int]] = [[] for _ in lecturers]

    def _times(self, tour: int, lecturer: Lecturer, visit: int, order: Order) -> None:
        travel, home, place = self.problem.travel, lecturer.home, order.location
        if home is None or place is None or not may_teach(lecturer, order) or limited_terms(lecturer, order):
            return
        if lecturer.max_km is not None and travel.km(home, place) > lecturer.max_km + HAIR:
            return
        leg = travel.minutes(home, place) if travel.home_legs else 0
        opens, closes = (lecturer.available or ((0, 0),))[0]
        window = order.windows[0]
        self.soonest[tour, visit] = max(window.start, opens + leg)
        self.last[tour, visit] = min(window.end, closes - leg) - order.minutes

    # --- one tour ---------------------------------------------------------------------------------------------------

    def retime(self, tour: int) -> None:
        """Soonest and latest starts of a tour's visits."""
        visits, soonest, last = self.tours[tour], self.soonest[tour], self.last[tour]
        begin: list[int] = []
        for index, visit in enumerate(visits):
            at = int(soonest[visit])
            if index:
                before = visits[index - 1]
                at = max(at, begin[-1] + int(self.minutes[before] + self.way[before, visit]))
            begin.append(at)
        latest = [0] * len(visits)
        for index in range(len(visits) - 1, -1, -1):
            visit, at = visits[index], int(last[visits[index]])
            if index + 1 < len(visits):
                after = visits[index + 1]
                at = min(at, latest[index + 1] - int(self.minutes[visit] + self.way[visit, after]))
            latest[index] = at
        self.begin[tour], self.latest[tour] = begin, latest

    def insert_best(self, missing: list[int]) -> bool:
        """Puts the visit with the most profit (squared) for its time where it delays least; False if none fits."""
        free = np.array(missing, dtype=np.int64)
        best = (0.0, 0, 0, 0)
        for tour, visits in enumerate(self.tours):
            count = len(visits)
            seq = np.array(visits, dtype=np.int64)
            begin, latest = np.array(self.begin[tour], dtype=np.int64), np.array(self.latest[tour], dtype=np.int64)
            at = np.tile(self.soonest[tour][free], (count + 1, 1))
            ended = begin + self.minutes[seq]
            at[1:] = np.maximum(at[1:], ended[:, None] + self.way[np.ix_(seq, free)])
            fine = at <= self.last[tour][free]
            left = at + self.minutes[free]
            onward = left[:-1] + self.way[np.ix_(free, seq)].T
            fine[:-1] &= onward <= latest[:, None]
            time = left - np.append(int(self.soonest[tour][free].min(initial=0)), ended)[:, None]
            time[:-1] = np.maximum(onward - begin[:, None], 0) + 0.1 * self.minutes[free]
            ratio = np.where(fine, self.liking[free] / np.maximum(time, 1), -1.0)
            if ratio.size:
                index = int(ratio.argmax())
                if ratio.flat[index] > best[0]:
                    best = (float(ratio.flat[index]), tour, index // len(free), index % len(free))
        worth, tour, position, which = best
        if worth <= 0.0:
            return False
        self.tours[tour].insert(position, missing.pop(which))
        self.retime(tour)
        return True

    def like(self, noise: float) -> None:
        """How much each visit is wanted in the next round: its profit squared, more or less."""
        drawn = np.exp(np.array([noise * (2 * self.rng.random() - 1) for _ in self.profit]))
        self.liking = drawn * self.profit**2

    def shake(self, first: int, count: int) -> list[int]:
        """Takes `count` visits from each tour, from position `first` on, around the end."""
        out: list[int] = []
        for tour, visits in enumerate(self.tours):
            if visits:
                start = first % len(visits)
                gone = {(start + step) % len(visits) for step in range(min(count, len(visits)))}
                out += [visit for index, visit in enumerate(visits) if index in gone]
                self.tours[tour] = [visit for index, visit in enumerate(visits) if index not in gone]
                self.retime(tour)
        return out

    def search(self, idle_rounds: int) -> list[list[int]]:
        """The best tours until the stop, or until so many rounds in a row brought nothing."""
        missing = [visit for visit in range(len(self.profit)) if self.profit[visit] > 0]
        best, most, idle, first, count = [list(one) for one in self.tours], -1, 0, 0, 1
        widest = max(3, len(missing) // (3 * max(1, len(self.tours))))
        pool, rounds = TourPool(self._kinds(), self.profit), 0
        while True:
            while self.insert_best(missing):
                pass
            rounds += 1
            pool.keep(self.tours)
            self.meter.work(len(missing) + 1)
            if rounds % RECOMBINE == 0 and len(self.tours) > 1 and not self.meter.over():
                missing = self._recombined(pool, missing)
            total = self._total(self.tours)
            if total > most:
                best, most, idle, count = [list(one) for one in self.tours], total, 0, 1
                self.meter.note("tours", float(most), None, sum(len(one) for one in best))
            else:
                idle += 1
            if not missing or idle > idle_rounds or self.meter.over():
                break
            if idle % IDLE == IDLE - 1:
                missing = self._take(best)
                first, count = self.rng.randrange(1 + len(missing)), 1 + self.rng.randrange(widest)
            missing += self.shake(first, count)
            self.like(NOISES[idle % len(NOISES)])
            first, count = first + count, count % widest + 1
        self._take(best)
        return best

    def _total(self, tours: Sequence[Sequence[int]]) -> int:
        return sum(int(self.profit[visit]) for visits in tours for visit in visits)

    def _kinds(self) -> list[int]:
        """Of which kind is each tour: those with the same possible times are alike."""
        seen: dict[bytes, int] = {}
        rows = zip(self.soonest, self.last, strict=True)
        return [seen.setdefault(soonest.tobytes() + last.tobytes(), len(seen)) for soonest, last in rows]

    def _take(self, tours: Sequence[Sequence[int]]) -> list[int]:
        """Goes on from these tours; what they do not visit."""
        self.tours = [list(one) for one in tours]
        for tour in range(len(self.tours)):
            self.retime(tour)
        served = {visit for one in tours for visit in one}
        return [visit for visit in range(len(self.profit)) if visit not in served and self.profit[visit] > 0]

    def _recombined(self, pool: TourPool, missing: list[int]) -> list[int]:
        """The best choice of all tours seen, if it is better than the present one, filled up; what is missing then."""
        left = self.meter.left()
        self.meter.work(len(pool.seen))
        tours = pool.best(None if left is None else SHARE * left, self.meter.stop.cancelled)
        if tours is None or self._total(tours) <= self._total(self.tours):
            return missing
        missing = self._take(tours)
        while self.insert_best(missing):
            pass
        pool.keep(self.tours)
        return missing

    def bound(self) -> float:
        """No plan has more: the visits with the most profit for the least time that each must take, while the tours last."""
        budget, served = 0.0, self.soonest.min(axis=0, initial=NEVER) <= self.last.max(axis=0, initial=-NEVER)
        for lecturer in self.problem.lecturers:
            opens, closes = (lecturer.available or ((0, 0),))[0]
            budget += closes - opens + int(self.way.max(initial=0))
        least = self.way + np.where(np.eye(len(self.way), dtype=bool), NEVER, 0)
        need = self.minutes + np.minimum(least.min(axis=0, initial=NEVER), self.way.max(initial=0))
        total = 0.0
        for visit in sorted(np.flatnonzero(served).tolist(), key=lambda one: -self.profit[one] / need[one]):
            share = min(1.0, max(0.0, budget) / float(need[visit]))
            total += share * float(self.profit[visit])
            budget -= share * float(need[visit])
        return total


def _profit(problem: Problem, order: Order) -> int:
    return problem.weights.served * order.priority + problem.weights.cover * order.first_lesson


def solve_tours(problem: Problem, meter: Meter, seed: int, idle_rounds: int = 4000) -> Result:
    """A plan for a problem of tours alone (is_touring)."""
    search = Touring(problem, meter, seed)
    plan = _plan(problem, search, search.search(idle_rounds))
    served = {one.order for one in plan}
    score = float(sum(_profit(problem, problem.order_of[name]) for name in served))
    bound = max(score, search.bound())
    proved: StoppedBy = "proved" if bound - score < 1e-6 else "finished"
    return Result(
        plan=tuple(plan),
        score=score,
        bound=bound,
        gap=(bound - score) / max(1.0, abs(bound)),
        unserved={one.id: Reason("busy", {}) for one in problem.orders if one.id not in served},
        trace=tuple(meter.trace),
        stopped_by=meter.stopped_by or proved,
        steps=meter.steps,
    )


def _plan(problem: Problem, search: Touring, tours: Sequence[Sequence[int]]) -> list[Assignment]:
    return [
        Assignment(problem.orders[visit].id, problem.lecturers[tour].id, None, Mode.ONSITE, start)
        for tour, visits in enumerate(tours)
        for visit, start in zip(visits, search.begin[tour], strict=True)
    ]

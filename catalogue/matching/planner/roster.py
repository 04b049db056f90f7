"""A plan that can be changed lesson by lesson: who, which room and which committee is taken when, what a lesson gains."""

from array import array
from bisect import bisect_left, insort
from collections import defaultdict

from catalogue.matching.book import NEAR
from catalogue.matching.planner.compiled import Compiled
from catalogue.matching.terms import DAY, half_day

Row = tuple[int, int, int]  # start, end, seat


class Roster:
    """The chosen seats. `fits` asks the rules between lessons; those about one lesson alone made the seats."""

    def __init__(self, model: Compiled) -> None:
        self.model = model
        self.weights = model.problem.weights
        self.seat_of = [-1] * len(model.minutes)
        self.order, self.lecturer, self.venue = model.order.data, model.lecturer.data, model.venue.data
        self.place, self.start, self.end = model.place.data, model.start.data, model.end.data
        self.value, self.week = model.value.data, model.week.data
        self.committee = model.committee.tolist()
        self.covers = model.covers.tolist()
        self.home = model.places.of_home.tolist()
        self.rows: list[list[Row]] = [[] for _ in model.problem.lecturers]
        self.rooms: list[list[Row]] = [[] for _ in model.problem.venues]
        self.groups: list[list[Row]] = [[] for _ in range(model.committees)]
        self.covered = [0] * model.committees
        self.week_count: dict[tuple[int, int], int] = defaultdict(int)
        self.month_count: dict[tuple[int, int], int] = defaultdict(int)
        self.shift = model.shift.data
        self.load = array("q", bytes(8 * len(self.rows)))  # lessons of each lecturer
        self.used = array(
            "i", bytes(4 * len(model.shift_lecturer))
        )  # lessons of each shift, and one more if something is held
        self.longest = int(model.minutes.max(initial=1))
        self.everything_near = model.problem.travel.home_legs
        self.setup = model.problem.travel.setup_min
        limits = model.problem.lecturers
        self.day_limit = [one.max_per_day for one in limits]
        self.half_limit = [one.max_half_days_per_day for one in limits]
        self.week_limit = [one.max_per_week for one in limits]
        self.month_limit = [one.max_per_month for one in limits]
        self.month = model.month.data if any(limit is not None for limit in self.month_limit) else None
        self.held_day: dict[tuple[int, int], list[int]] = defaultdict(list)  # starts of lessons that count
        self.held_stops: dict[tuple[int, int], list[Row]] = defaultdict(list)  # start, end, place of everything held
        self._take_held()

    def _take_held(self) -> None:
        """What lecturers hold already counts for their limits, tours and balance."""
        month_of, end = self.model.problem.month_of, self.model.problem.end
        for lecturer, held in enumerate(self.model.held):
            for one, place in held.all:
                day = one.start // DAY
                self.held_stops[lecturer, day].append((one.start, one.end, place))
                if not one.counts:
                    continue
                self.held_day[lecturer, day].append(one.start)
                self.week_count[lecturer, one.start // (7 * DAY)] += 1
                if self.month is not None:
                    date = self.model.problem.date_of(month_of(day)[0] // DAY)
                    self.month_count[lecturer, (date.year - 1970) * 12 + date.month - 1] += 1
                self.load[lecturer] += 0 <= one.start < end
        if self.held_stops:
            days = zip(self.model.shift_lecturer.tolist(), self.model.shift_day.tolist(), strict=True)
            self.used = array("i", [day in self.held_stops for day in days])

    @staticmethod
    def half(start: int) -> int:
        """The half-day of a start."""
        return half_day(start)

    # --- may it be? -------------------------------------------------------------------------------------------------

    def fits(self, seat: int) -> bool:
        """May this lesson join the others? (Its order must not be served yet.)"""
        lecturer = self.lecturer[seat]
        limit = self.week_limit[lecturer]
        if limit is not None and self.week_count[lecturer, self.week[seat]] >= limit:
            return False
        start, end, venue = self.start[seat], self.end[seat], self.venue[seat]
        if self._taken(self.groups[self.committee[self.order[seat]]], start, end):
            return False
        if venue >= 0 and self._taken(self.rooms[venue], start, end):
            return False
        if self.month is not None:
            limit = self.month_limit[lecturer]
            if limit is not None and self.month_count[lecturer, self.month[seat]] >= limit:
                return False
        return self._beside(lecturer, seat, start, end)

    def _taken(self, rows: list[Row], start: int, end: int) -> bool:
        """Does a row share a minute with [start, end)?"""
        if not rows:
            return False
        index = bisect_left(rows, (end,)) - 1
        while index >= 0 and rows[index][0] > start - self.longest:
            if rows[index][1] > start:
                return True
            index -= 1
        return False

    def near(self, rows: list[Row], start: int, end: int) -> list[Row]:
        """The lessons of a lecturer whose journeys can matter for [start, end)."""
        if self.everything_near or len(rows) < 4:
            return rows
        return rows[bisect_left(rows, (start - NEAR - self.longest,)) : bisect_left(rows, (end + NEAR,))]

    def _beside(self, lecturer: int, seat: int, start: int, end: int) -> bool:
        """Travel to every other lesson, lessons and half-days of the day."""
        rows = self.rows[lecturer]
        day = start // DAY
        same: list[int] = []
        for begin, finish, other in self.near(rows, start, end):
            if begin // DAY == day:
                same.append(begin)
            if not self.apart(seat, start, end, begin, finish, other):
                return False
        return self.within_day(lecturer, day, start, same)

    def within_day(self, lecturer: int, day: int, start: int, same: list[int]) -> bool:
        """Do the limits of the day allow a lesson at `start` besides lessons at `same`?"""
        limit, halves = self.day_limit[lecturer], self.half_limit[lecturer]
        if limit is None and halves is None:
            return True
        same = [*same, *self.held_day.get((lecturer, day), ())]
        if limit is not None and len(same) >= limit:
            return False
        return halves is None or len({half_day(begin) for begin in same} | {half_day(start)}) <= halves

    def apart(self, seat: int, start: int, end: int, begin: int, finish: int, other: int) -> bool:
        """Do set-up and way fit between two lessons of one lecturer?"""
        have = begin - end if start <= begin else start - finish
        if have < self.setup:
            return False
        if have > NEAR and not self.everything_near:
            return True
        return have >= self.setup + self.model.places.one_minutes(self.place[seat], self.place[other])

    # --- what is it worth? ------------------------------------------------------------------------------------------

    def gain(self, seat: int) -> float:
        """By how much the score grows if this lesson joins the others."""
        lecturer, committee = self.lecturer[seat], self.committee[self.order[seat]]
        gain = self.value[seat] - self.weights.balance * (2 * self.load[lecturer] + 1)
        if not self.covered[committee]:
            gain += self.covers[self.order[seat]]
        return float(gain) - self.weights.km * self.detour(seat)

    def detour(self, seat: int) -> float:
        """Kilometres by which the lecturer's tour of the day grows."""
        place = self.place[seat]
        if place < 0 or not self.weights.km:
            return 0.0
        lecturer, start = self.lecturer[seat], self.start[seat]
        stops = self.stops(lecturer, start // DAY)
        if not stops:
            return 2 * self.model.places.one_km(self.home[lecturer], place)
        before = self.tour(lecturer, stops)
        insort(stops, (start, self.end[seat], place))
        return self.tour(lecturer, stops) - before

    def stops(self, lecturer: int, day: int) -> list[Row]:
        """Start, end and place of a lecturer's lessons of a day in order of time, held ones included."""
        rows = self.rows[lecturer]
        found = [
            (begin, finish, self.place[seat])
            for begin, finish, seat in rows[bisect_left(rows, (day * DAY,)) : bisect_left(rows, ((day + 1) * DAY,))]
        ]
        held = self.held_stops.get((lecturer, day)) if self.held_stops else None
        return sorted(found + held) if held else found

    def tour(self, lecturer: int, stops: list[Row]) -> float:
        """Kilometres from home through the stops and home again; online is skipped."""
        at = home = self.home[lecturer]
        km = 0.0
        for _, _, place in stops:
            if place >= 0:
                km += self.model.places.one_km(at, place)
                at = place
        return km + self.model.places.one_km(at, home)

    # --- changes ----------------------------------------------------------------------------------------------------

    def add(self, seat: int) -> None:
        """Hold this lesson; `fits` is asked before, not here."""
        order, lecturer, venue = self.order[seat], self.lecturer[seat], self.venue[seat]
        row = (self.start[seat], self.end[seat], seat)
        self.seat_of[order] = seat
        insort(self.rows[lecturer], row)
        insort(self.groups[self.committee[order]], row)
        if venue >= 0:
            insort(self.rooms[venue], row)
        self._count(seat, lecturer, 1)

    def remove(self, seat: int) -> None:
        """Give this lesson up."""
        order, lecturer, venue = self.order[seat], self.lecturer[seat], self.venue[seat]
        row = (self.start[seat], self.end[seat], seat)
        self.seat_of[order] = -1
        self.rows[lecturer].remove(row)
        self.groups[self.committee[order]].remove(row)
        if venue >= 0:
            self.rooms[venue].remove(row)
        self._count(seat, lecturer, -1)

    def _count(self, seat: int, lecturer: int, by: int) -> None:
        self.week_count[lecturer, self.week[seat]] += by
        if self.month is not None:
            self.month_count[lecturer, self.month[seat]] += by
        self.load[lecturer] += by
        self.used[self.shift[seat]] += by
        order = self.order[seat]
        self.covered[self.committee[order]] += by * (self.covers[order] > 0)

    def chosen(self) -> list[int]:
        """The seats of the plan in the order of the orders."""
        return [seat for seat in self.seat_of if seat >= 0]

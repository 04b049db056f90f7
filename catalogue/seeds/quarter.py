"""A quarter of lived history: the steps of quarter.json taken through the operations of the pages, each at its own moment."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core import clock
from catalogue.core.actor import Actor, job
from catalogue.core.db import db
from catalogue.courses.models import Audience
from catalogue.demand.models import Lack
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.models import Dispatch, DispatchOrder, Offer, TeachMode
from catalogue.dispatch.offers import expire
from catalogue.dispatch.operations import Pick
from catalogue.dispatch.states import Mode, OfferAction, OfferState
from catalogue.lessons import attendance, moves
from catalogue.lessons import operations as teaching
from catalogue.lessons import queries as lessons
from catalogue.lessons.models import Lesson, LessonOrder, MissedBy
from catalogue.orders import operations as ordering
from catalogue.orders import queries as orders
from catalogue.orders.models import Order, Place
from catalogue.ratings import operations as rating
from catalogue.ratings.models import Rating
from catalogue.seeds import reading
from catalogue.seeds.cast import Cast
from catalogue.seeds.corps_rows import HALVES, Faculty
from catalogue.seeds.menu_rows import Menu, labelled
from catalogue.seeds.places import Places, minutes
from catalogue.seeds.post import Post

Row = dict[str, Any]
REJECTIONS = {"covered_elsewhere": "other_way", "not_enough_people": "no_people"}  # words of the file → codes of orders
CANCELLATIONS = {"clash": "time", "not_enough_people": "people"}
DECLINES = {"too_far": "far"}
WAYS = {"电话": "telephone", "当面": "in_person", "微信": "chat"}
PLACES = {"onsite": Place.OWN_ROOM, "online": Place.ONLINE}
MOST_NAMED = 5  # people of a sign-in list who are entered by name; the others are counted
DAYS = "一二三四五六日"
HALF_WORDS = {"am": "上午", "pm": "下午", "eve": "晚上"}


def _code(codes: dict[str, str], step: Row) -> str:
    said = str(step["reason"])
    return codes.get(said, said)


class Calendar:
    """The days and moments of the file, counted from the week of seeding."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        today = clock.day_of(at)
        self.monday = today - timedelta(days=today.weekday())

    def day(self, row: Row) -> date:
        return self.monday + timedelta(weeks=row["week"], days=row["weekday"] - 1)

    def half_day(self, row: Row) -> tuple[datetime, datetime]:
        starts, ends = clock.SPANS[HALVES[row["half"]]]
        return clock.at(self.day(row), starts), clock.at(self.day(row), ends)

    def ago(self, hours: float) -> datetime:
        """The file's 40 hours are pressed into the last 20, so that what waits for an answer still does at the end of this day."""
        return self.at - timedelta(hours=hours / 2)

    def windows(self, rows: Sequence[Row]) -> tuple[list[tuple[datetime, datetime]], str]:
        """The windows of an order, and the sentence of its pattern (empty for single ones)."""
        pattern = rows[0].get("pattern") if len(rows) == 1 else None
        if pattern is None:
            return [self.half_day(row) for row in rows], ""
        spans = [
            self.half_day({"week": week, "weekday": weekday, "half": half})
            for week in range(pattern["from_week"], pattern["until_week"] + 1)
            for weekday in pattern["weekdays"]
            for half in pattern["halves"]
        ]
        days = "、".join(f"周{DAYS[weekday - 1]}" for weekday in pattern["weekdays"])
        first, last = clock.local(spans[0][0]), clock.local(spans[-1][0])
        said = f"{days}{HALF_WORDS[pattern['halves'][0]]}，{first.month}月{first.day}日到{last.month}月{last.day}日"
        return spans, said


class Quarter:
    """Takes every step of every order in the order of their moments."""

    def __init__(self, cast: Cast, places: Places, menu: Menu, faculty: Faculty, at: datetime) -> None:
        self.cast, self.places, self.menu, self.faculty = cast, places, menu, faculty
        self.calendar = Calendar(at)
        self.rows: dict[str, Row] = {row["key"]: row for row in reading.file("quarter")["orders"]}
        self.orders: dict[str, int] = {}
        self.post = Post()
        self._audiences = labelled(Audience)
        self.steps: dict[str, Callable[[Row, Row, datetime], None]] = {
            "draft": self.draft, "submit": self.submit, "return": self.send_back, "approve": self.approve, "reject": self.reject,
            "propose": self.propose, "approve_dispatch": self.approve_dispatch, "discard": self.discard, "accept": self.accept,
            "decline": self.decline, "expire": self.expire, "withdraw": self.withdraw, "move": self.move, "ask_move": self.ask_move,
            "confirm_move": self.confirm_move, "deliver": self.deliver, "miss": self.miss, "rate": self.rate, "report": self.report,
            "lapse": self.lapse, "cancel": self.cancel, "unmet": self.unmet, "gap": self.gap,
        }  # fmt: skip

    def live(self) -> None:
        """Every step, earliest first."""
        planned: list[tuple[datetime, int, Row, Row]] = []
        for row in self.rows.values():
            last, delivered = None, None
            for step in self._steps_of(row):
                moment = self._moment(step["at"], row, delivered)
                last = moment if last is None or moment > last else last
                delivered = moment if step["do"] == "deliver" else delivered
                planned.append((moment, len(planned), row, step))
        for moment, _n, row, step in sorted(planned, key=lambda p: p[:2]):
            self.steps[step["do"]](row, step, moment)
            self.post.deliver(moment)
        self.post.close(self.calendar.at)

    @staticmethod
    def _steps_of(row: Row) -> list[Row]:
        more = [{"do": "gap", "by": "dispatcher1", "at": {"hours_ago": 6}}] if row.get("gap") else []
        return [*row["steps"], *more]

    def _moment(self, said: Row, row: Row, delivered: datetime | None) -> datetime:
        if "hours_ago" in said:
            return self.calendar.ago(said["hours_ago"])
        if "after" in said:
            return (delivered or self.calendar.at) + timedelta(days=said["days"])
        if "after_lesson_hours" in said:
            return self._lesson_starts(row) + timedelta(hours=said["after_lesson_hours"])
        if "end_of" in said:
            edition = self.menu.editions[row["edition"]]
            return clock.at(edition.teach_until + timedelta(days=1), 10)
        return clock.at(self.calendar.day(said), minutes(said["time"]))

    def _lesson_starts(self, row: Row) -> datetime:
        lesson = [s for s in row["steps"] if s["do"] in ("propose", "move")][-1]["lesson"]
        return clock.at(self.calendar.day(lesson), minutes(lesson["start"]))

    # ── what a step speaks of ───────────────────────────────────────────────────────────────────

    def actor(self, name: str) -> Actor:
        """A user name, or the key of a lecturer with or without an account."""
        if name in self.faculty.lecturers:
            return self.cast.actor_of(db.session.get_one(Person, self.faculty.lecturers[name].person_id))
        return self.cast.actor(name)

    def order(self, row: Row) -> Order:
        return orders.loaded(self.orders[row["key"]])

    def dispatch(self, row: Row) -> Dispatch:
        query = (
            sa.select(Dispatch)
            .join(DispatchOrder, DispatchOrder.dispatch_id == Dispatch.id)
            .where(DispatchOrder.order_id == self.orders[row["key"]])
            .order_by(Dispatch.id.desc())
        )
        return db.session.scalars(query.limit(1)).one()

    def offer(self, row: Row, lecturer: str) -> Offer:
        query = sa.select(Offer).where(
            Offer.dispatch_id == self.dispatch(row).id, Offer.lecturer_id == self.faculty.lecturers[lecturer].id
        )
        return db.session.scalars(query.order_by(Offer.id.desc()).limit(1)).one()

    def lesson(self, row: Row) -> Lesson:
        query = sa.select(LessonOrder.lesson_id).where(LessonOrder.order_id == self.orders[row["key"]])
        return lessons.whole(db.session.scalars(query.order_by(LessonOrder.lesson_id.desc()).limit(1)).one())

    def pick(self, lecturer: str, place: str, lesson: Row, row: Row) -> Pick:
        order = self.order(row)
        starts_at = clock.at(self.calendar.day(lesson), minutes(lesson["start"]))
        if place == "online":
            return Pick(self.faculty.lecturers[lecturer].id, None, TeachMode.ONLINE, starts_at)
        if place == "own":
            return Pick(self.faculty.lecturers[lecturer].id, order.venue_id, TeachMode.ONSITE, starts_at)
        return Pick(self.faculty.lecturers[lecturer].id, self.places.venues[place].id, TeachMode.VENUE, starts_at)

    # ── the order ───────────────────────────────────────────────────────────────────────────────

    def draft(self, row: Row, step: Row, at: datetime) -> None:
        by = self.actor(step["by"])
        committee, course = self.places.organisations[row["committee"]], self.menu.courses[row["course"]]
        made = ordering.draft(by=by, at=at, committee=committee, course=course, key=f"seed-{row['key']}")
        ordering.save(made, self._values(row, by), by=by, at=at)
        spans, said = self.calendar.windows(row["windows"])
        ordering.set_windows(made, spans, by=by, at=at, pattern=said)
        self.orders[row["key"]] = made.id
        self.cast.seeded.note("order", made.id)

    def _values(self, row: Row, by: Actor) -> Row:
        staged = next((s["place"] for s in row["steps"] if s["do"] == "propose"), "")
        venue = self.places.venues.get(staged)
        place = PLACES.get(row["mode"], Place.VENUE if venue is not None else Place.ANY_VENUE)
        preferred = self.faculty.lecturers[row["preferred"]].id if row["preferred"] else None
        return {
            "audience_code": self._audiences[row["audience"]], "expected": row["expected"], "need": row["need"], "place": place,
            "venue_id": venue.id if place is Place.VENUE and venue is not None else None, "preferred_lecturer_id": preferred,
            "contact": by.name[:40], "telephone": "14290000000",
        }  # fmt: skip

    def submit(self, row: Row, step: Row, at: datetime) -> None:
        if row["key"] not in self.orders:
            self.draft(row, step, at - timedelta(minutes=3))
        ordering.submit(self.order(row), by=self.actor(step["by"]), at=at)

    def send_back(self, row: Row, step: Row, at: datetime) -> None:
        ordering.send_back(self.order(row), by=self.actor(step["by"]), at=at, reason=step["words"])

    def approve(self, row: Row, step: Row, at: datetime) -> None:
        ordering.approve(self.order(row), by=self.actor(step["by"]), at=at)

    def reject(self, row: Row, step: Row, at: datetime) -> None:
        code = _code(REJECTIONS, step)
        ordering.reject(self.order(row), by=self.actor(step["by"]), at=at, code=code, reason=step["words"])

    def cancel(self, row: Row, step: Row, at: datetime) -> None:
        code = _code(CANCELLATIONS, step)
        ordering.cancel(self.order(row), by=self.actor(step["by"]), at=at, code=code, reason=step["words"])

    def unmet(self, row: Row, _step: Row, at: datetime) -> None:
        ordering.lapse(self.order(row), by=job("orders.sweep"), at=at)

    # ── dispatch and offers ─────────────────────────────────────────────────────────────────────

    def propose(self, row: Row, step: Row, at: datetime) -> None:
        served = [row, *(r for r in self.rows.values() if r.get("joins") == row["key"])]
        picks = [self.pick(lecturer, step["place"], step["lesson"], row) for lecturer in step["candidates"]]
        mode = Mode(step.get("offer_mode") or (Mode.DIRECT if len(picks) == 1 else Mode.RANKED))
        made = dispatching.propose(
            [self.order(r) for r in served], picks, mode=mode, by=self.actor(step["by"]), at=at
        )  # fmt: skip
        self.cast.seeded.note("dispatch", made.id)

    def approve_dispatch(self, row: Row, step: Row, at: datetime) -> None:
        dispatching.approve(self.dispatch(row), by=self.actor(step["by"]), at=at)

    def discard(self, row: Row, step: Row, at: datetime) -> None:
        dispatching.discard(self.dispatch(row), by=self.actor(step["by"]), at=at, words=step["words"])

    def accept(self, row: Row, step: Row, at: datetime) -> None:
        offer = self.offer(row, step["lecturer"])
        if step.get("on_behalf"):
            dispatching.answer_for(
                offer, OfferAction.ACCEPT, said_by=step["said_by"], said_at=at - timedelta(minutes=20), said_way=WAYS[step["way"]],
                by=self.actor(step["by"]), at=at,
            )  # fmt: skip
        else:
            dispatching.answer(offer, OfferAction.ACCEPT, by=self.actor(step["lecturer"]), at=at)

    def decline(self, row: Row, step: Row, at: datetime) -> None:
        code = _code(DECLINES, step)
        offer = self.offer(row, step["lecturer"])
        dispatching.answer(
            offer, OfferAction.DECLINE, by=self.actor(step["lecturer"]), at=at, code=code, words=step["words"]
        )

    def expire(self, row: Row, step: Row, at: datetime) -> None:
        expire(self.offer(row, step["lecturer"]).id, by=job("dispatch.sweep"), at=at)

    def withdraw(self, row: Row, step: Row, at: datetime) -> None:
        offer, by = self.offer(row, step["lecturer"]), self.actor(step["by"])
        if offer.state is OfferState.ACCEPTED:
            teaching.lose_lecturer(
                self.lesson(row), by=by, at=at, reason=step["words"], lecturer_ids=[offer.lecturer_id]
            )
        else:
            dispatching.withdraw(offer, by=by, at=at, words=step["words"])

    def gap(self, row: Row, step: Row, at: datetime) -> None:
        dispatching.report_gap(
            self.order(row), "这门课现在没有讲师（示例）。", by=self.actor(step["by"]), at=at, lack=Lack.LECTURER
        )

    # ── the lesson and what is said of it ───────────────────────────────────────────────────────

    def ask_move(self, row: Row, step: Row, at: datetime) -> None:
        windows = [self.calendar.half_day(w) for w in step["windows"]]
        moves.ask_move(self.lesson(row), windows=windows, reason=step["words"], by=self.actor(step["by"]), at=at)

    def move(self, row: Row, step: Row, at: datetime) -> None:
        lesson, spot = self.lesson(row), step["lesson"]
        asked = at - timedelta(hours=1)
        wish = moves.ask_move(
            lesson,
            windows=[self.calendar.half_day(spot)],
            reason=step["words"],
            by=self.actor(step["asked_by"]),
            at=asked,
        )
        moves.move_lesson(
            wish, self.pick(row["lecturer"], step["place"], spot, row), by=self.actor(step["by"]), at=at
        )  # fmt: skip

    def confirm_move(self, row: Row, step: Row, at: datetime) -> None:
        lesson = self.lesson(row)
        moves.confirm(lesson, lesson.lecturers[0], True, by=self.actor(step["lecturer"]), at=at)

    def deliver(self, row: Row, step: Row, at: datetime) -> None:
        by, lesson = self.actor(step["by"]), self.lesson(row)
        at = max(at, lesson.starts_at)
        party = next(p for p in lesson.parties if p.organisation_id == self.order(row).organisation_id)
        named = min(step["roster"], MOST_NAMED)
        for n in range(1, named + 1):
            attendance.add_person(lesson, party, f"居民{n:02d}（示例）", by=by, at=at)
        rest = step["head_count"] + step["roster"] - named
        online = lesson.teach_mode is TeachMode.ONLINE
        attendance.count(lesson, party, here=0 if online else rest, online=rest if online else 0, by=by, at=at)
        teaching.deliver(lesson, by=by, at=max(at, lesson.ends_at - timedelta(minutes=5)))

    def miss(self, row: Row, step: Row, at: datetime) -> None:
        teaching.miss(
            self.lesson(row), MissedBy(step["missed_by"]), by=self.actor(step["by"]), at=at, reason=step["words"]
        )

    def _rating(self, row: Row) -> Rating:
        query = sa.select(Rating).where(
            Rating.lesson_id == self.lesson(row).id, Rating.organisation_id == self.order(row).organisation_id
        )
        return db.session.scalars(query).one()

    def rate(self, row: Row, step: Row, at: datetime) -> None:
        rating.give(
            self._rating(row), content=step["content"], delivery=step["delivery"], usefulness=step["usefulness"], words=step["words"],
            by=self.actor(step["by"]), at=at,
        )  # fmt: skip

    def report(self, row: Row, step: Row, at: datetime) -> None:
        rating.report(self.lesson(row), words=step["words"], minutes_taught=None, by=self.actor(step["by"]), at=at)

    def lapse(self, row: Row, _step: Row, at: datetime) -> None:
        rating.lapse(self._rating(row), by=job("ratings.sweep"), at=at)

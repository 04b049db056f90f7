"""The work of the probe: orders, dispatches, offers, lessons and ratings in states to act on, and pairs to race."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalogue.core import clock
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.models import Dispatch, Offer, TeachMode
from catalogue.dispatch.operations import Pick
from catalogue.dispatch.states import Mode, OfferAction, OfferState
from catalogue.lessons import attendance
from catalogue.lessons import operations as teaching
from catalogue.lessons import queries as lessons
from catalogue.lessons.models import Lesson
from catalogue.orders import operations as ordering
from catalogue.orders import queries as orders
from catalogue.orders.models import Order, Place
from catalogue.ratings import operations as ratings
from catalogue.ratings import queries as given
from catalogue.seeds.post import Post

Stage = Any  # catalogue.seeds.probe.Stage, which imports this file
TOWN_OF = {"committee1": "street1", "committee2": "street1", "committee3": "street2"}
NINE, TEN = 9 * 60, 10 * 60
RACES = {  # pairs of (committee, room, lecturer, minute of the day); each pair on a day of its own
    "race_lecturer": (("committee1", "committee1", 1, NINE), ("committee2", "committee2", 1, NINE)),
    "race_venue": (("committee1", "centre1", 1, NINE), ("committee2", "centre1", 2, NINE)),
    "race_travel": (("committee1", "committee1", 1, 510), ("committee3", "committee3", 1, TEN)),
    "race_committee": (("committee1", "committee1", 1, NINE), ("committee1", "centre1", 2, NINE)),
}


class Work:
    """Each method takes one thing as far as its name says, through the operations of the pages."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.cast = stage, stage.cast
        self.post = Post()
        self._count = 0

    def run(self) -> None:
        self._past()
        self._future()
        for first_day, (name, pair) in enumerate(RACES.items()):
            self._race(name, pair, 21 + first_day)
        self._canaries()
        self.post.close(self.stage.now)

    # ── orders ──────────────────────────────────────────────────────────────────────────────────

    def draft(self, who: str, committee: str, days: int, *, need: str = "", room: str = "", at: datetime | None = None) -> Order:  # fmt: skip
        """A draft of the next course of the menu, for a morning and an afternoon so many days from today."""
        stage, by, at = self.stage, self.cast.actor(who), at or self.stage.now
        self._count += 1
        course = stage.courses[self._count % len(stage.courses)]
        order = ordering.draft(
            by=by, at=at, committee=stage.places[committee], course=course, key=f"seed-{self._count}"
        )
        own = room in ("", committee)
        values = {
            "audience_code": "residents", "expected": 30, "need": need or "想请讲师来讲一讲。", "contact": by.name[:40], "telephone": "14200000200",
            "place": Place.OWN_ROOM if own else Place.VENUE, "venue_id": None if own else stage.rooms[room].id,
        }  # fmt: skip
        ordering.save(order, values, by=by, at=at)
        spans = [
            tuple(clock.at(stage.day(days), m) for m in clock.SPANS[half])
            for half in (HalfDay.MORNING, HalfDay.AFTERNOON)
        ]
        ordering.set_windows(order, [(a, b) for a, b in spans], by=by, at=at)
        self.cast.seeded.note("order", order.id)
        return order

    def submitted(self, committee: str, days: int, *, room: str = "", at: datetime | None = None) -> Order:
        order = self.draft(committee, committee, days, room=room, at=at)
        ordering.submit(order, by=self.cast.actor(committee), at=at or self.stage.now)
        return orders.loaded(order.id)

    def approved(self, committee: str, days: int, *, room: str = "", at: datetime | None = None) -> Order:
        order = self.submitted(committee, days, room=room, at=at)
        ordering.approve(order, by=self.cast.actor(TOWN_OF[committee]), at=at or self.stage.now)
        return orders.loaded(order.id)

    # ── dispatches, offers, lessons ─────────────────────────────────────────────────────────────

    def proposed(
        self,
        committee: str,
        days: int,
        lecturer: int,
        *,
        room: str = "",
        minute: int = NINE,
        at: datetime | None = None,
    ) -> Dispatch:
        order = self.approved(committee, days, room=room, at=at)
        starts_at = clock.at(self.stage.day(days), minute)
        own = room in ("", committee)
        venue = self.stage.rooms[room or committee]
        pick = Pick(
            self.stage.lecturers[lecturer - 1].id, venue.id, TeachMode.ONSITE if own else TeachMode.VENUE, starts_at
        )
        made = dispatching.propose(
            [order], [pick], mode=Mode.DIRECT, by=self.cast.actor("dispatcher1"), at=at or self.stage.now
        )
        self.cast.seeded.note("dispatch", made.id)
        return made

    def offered(self, committee: str, days: int, lecturer: int, *, minute: int = NINE, at: datetime | None = None) -> Offer:  # fmt: skip
        dispatch = self.proposed(committee, days, lecturer, minute=minute, at=at)
        dispatching.approve(dispatch, by=self.cast.actor("approver1"), at=at or self.stage.now)
        made = db.session.scalars(
            sa.select(Offer).where(Offer.dispatch_id == dispatch.id, Offer.state == OfferState.OPEN)
        ).one()
        self.cast.seeded.note("offer", made.id)
        return made

    def scheduled(self, committee: str, days: int, lecturer: int, *, at: datetime | None = None) -> Lesson:
        offer = self.offered(committee, days, lecturer, at=at)
        dispatching.answer(
            offer, OfferAction.ACCEPT, by=self.cast.actor(f"lecturer{lecturer}"), at=at or self.stage.now
        )
        made = db.session.scalars(sa.select(Lesson.id).where(Lesson.dispatch_id == offer.dispatch_id)).one()
        self.cast.seeded.note("lesson", made)
        return lessons.whole(made)

    def delivered(self, committee: str, days: int, lecturer: int) -> Lesson:
        """A lesson of the past, counted and held; its rating is open."""
        at = self.stage.at + timedelta(hours=2)
        lesson = self.scheduled(committee, days, lecturer, at=at)
        by, after = self.cast.actor(committee), lesson.ends_at - timedelta(minutes=5)
        attendance.count(lesson, lesson.parties[0], here=26, online=0, by=by, at=after)
        teaching.deliver(lesson, by=by, at=after)
        for rating in given.of_lesson(lesson.id):
            self.cast.seeded.note("rating", rating.id)
        return lesson

    # ── what there is ───────────────────────────────────────────────────────────────────────────

    def _past(self) -> None:
        for n, committee in enumerate(TOWN_OF, 1):
            self.delivered(committee, -7 - n, n)
            rated = self.delivered(committee, -3 - n, n)
            after = rated.ends_at + timedelta(hours=1)
            ratings.give(
                given.of_lesson(rated.id)[0], content=5, delivery=4, usefulness=5, words="讲得明白。", by=self.cast.actor(committee), at=after
            )  # fmt: skip
        self.scheduled("committee1", -2, 2, at=self.stage.at + timedelta(hours=3))  # held, not yet accounted for

    def _future(self) -> None:
        for n, committee in enumerate(TOWN_OF, 1):
            self.submitted(committee, 30)
            self.approved(committee, 31)
            self.proposed(committee, 32 + n, n)
            self.offered(committee, 36 + n, n)
            self.offered(committee, 36 + n, n % 3 + 1, minute=14 * 60)
            self.scheduled(committee, 40 + n, n)
            returned = self.submitted(committee, 44)
            town = self.cast.actor(TOWN_OF[committee])
            ordering.send_back(returned, by=town, at=self.stage.now, reason="请写明听众是谁。")
            rejected = self.submitted(committee, 45)
            ordering.reject(rejected, by=town, at=self.stage.now, code="already_given")
            cancelled = self.approved(committee, 46)
            ordering.cancel(cancelled, by=self.cast.actor(committee), at=self.stage.now, code="people")

    def _race(self, name: str, pair: tuple[tuple[str, str, int, int], ...], days: int) -> None:
        """Two proposals that cannot both be approved: exactly one wins when both are tried at once."""
        for committee, room, lecturer, minute in pair:
            made = self.proposed(committee, days, lecturer, room=room, minute=minute)
            self.cast.seeded.note(name, made.id)

    def _canaries(self) -> None:
        """One private text each: the need of a draft for who may order, an internal note for the district's desk."""
        owners = {c: c for c in TOWN_OF} | {"lockme": "committee1", "street1": "committee2", "street2": "committee3"}
        for days, (who, committee) in enumerate({**owners, "district1": "committee1"}.items(), 60):
            self.draft(who, committee, days, need=f"CANARY-{who}")
        order = self.approved("committee2", 70)
        for who in ("dispatcher1", "approver1", "approver2"):
            ordering.note(order, f"CANARY-{who}", by=self.cast.actor(who), at=self.stage.now)

"""Two sides press at the same moment on the pages of a lesson: one wins, the others are told, and everything still agrees."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from bench.consistency import broken
from catalogue.accounts.models import Person
from catalogue.calendar.models import Hold
from catalogue.core import clock
from catalogue.core.db import db
from catalogue.courses.models import Course
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.states import OfferAction
from catalogue.lecturers.models import Lecturer
from catalogue.lessons import attendance, moves, operations, queries
from catalogue.lessons.models import Attendance, Lesson, LessonParty, Move
from catalogue.lessons.states import MoveState, State
from catalogue.orders.models import Order
from catalogue.orders.states import State as OrderState
from catalogue.organisations.models import Organisation
from catalogue.ratings.models import LecturerReport, Rating
from catalogue.ratings.states import State as RatingState
from tests.dispatch.making import LATER, a_case, an_approved, offers_of
from tests.dispatch.racing import Press, signed_in
from tests.factories import a_committee, a_dispatcher, actor_of, an_orderer


@dataclass
class Scene:
    """A lesson that came the whole way, and keys of people signed in around its hour."""

    place: Organisation
    order: Order
    lesson: Lesson
    lecturer: Lecturer
    orderer: Person
    client: Any

    @property
    def url(self) -> str:
        return f"/lessons/{self.lesson.number}"

    def desk(self, at: datetime = LATER) -> str:
        return self.key(a_dispatcher(), at)

    def committee(self, at: datetime = LATER) -> str:
        return self.key(self.orderer, at)

    def teacher(self, at: datetime = LATER) -> str:
        return self.key(db.session.get_one(Person, self.lecturer.person_id), at)

    def key(self, person: Person, at: datetime) -> str:
        with time_machine.travel(at):
            return signed_in(self.client, person)

    def ended(self) -> tuple[State, OrderState]:
        return db.session.get_one(Lesson, self.lesson.id).state, db.session.get_one(Order, self.order.id).state


@pytest.fixture
def scene(app, client) -> Scene:
    committee = a_committee()
    order, _course, (lecturer,) = a_case(1, committee=committee)
    (offer,) = offers_of(an_approved(order))
    dispatching.answer(offer, OfferAction.ACCEPT, by=actor_of(lecturer), at=LATER)
    return Scene(committee, order, queries.of_order(order.id), lecturer, an_orderer(committee), client)


def a_delivered(scene: Scene) -> datetime:
    """The lesson was taught; when that was said."""
    over = scene.lesson.ends_at
    by = actor_of(scene.lecturer)
    attendance.count(scene.lesson, scene.lesson.parties[0], here=20, online=0, by=by, at=over)
    operations.deliver(scene.lesson, by=by, at=over)
    return over


def a_wish(scene: Scene) -> tuple[Move, datetime]:
    """The committee asks for the same hour a week later."""
    start = scene.lesson.starts_at + timedelta(days=7)
    windows = [(start, start + timedelta(hours=2))]
    return moves.ask_move(scene.lesson, windows=windows, reason="停电", by=actor_of(scene.orderer), at=LATER), start


def chosen(start: datetime) -> dict[str, str]:
    local = clock.local(start)
    return {"day": f"{local:%Y-%m-%d}", "start_time": f"{local:%H:%M}"}


def as_of(row: Any) -> dict[str, str]:
    """The version that a page of this row carries."""
    return {"version": str(row.version)}


def one_wins(said: list[tuple[int, str]], won: int = 302) -> int:
    """Who: exactly one; the others are refused as overtaken, on a page that says so in words."""
    assert sorted(status for status, _words in said) == [won, 409, 409]
    assert all('role="alert"' in words or "<h1" in words for status, words in said if status == 409)
    return [status for status, _words in said].index(won)


def all_agrees() -> None:
    with db.engine.connect() as connection:
        assert broken(connection) == []


def active() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Hold).where(Hold.active))


def test_of_three_marks_of_one_person_one_stands(race, scene):
    at = scene.lesson.starts_at
    party, person = scene.lesson.parties[0], an_orderer(scene.place)
    said_by_each = ("present", "absent", "on_leave")
    keys = (scene.committee(at), scene.teacher(at), scene.desk(at))
    fields = {"party": str(party.id), "person": str(person.id), "seen": ""}

    said = race(
        [Press(f"{scene.url}/attendance/mark", {**fields, "presence": p}, k, at) for p, k in zip(said_by_each, keys, strict=True)]
    )  # fmt: skip

    winner = said_by_each[one_wins(said)]
    assert [row.presence.value for row in db.session.scalars(sa.select(Attendance))] == [winner]
    all_agrees()


def test_of_three_counts_one_stands_and_the_others_see_it(race, scene):
    at = scene.lesson.starts_at
    keys = (scene.committee(at), scene.teacher(at), scene.desk(at))
    page = as_of(scene.lesson)

    said = race(
        [Press(f"{scene.url}/attendance", {"here": str(n), "online": "0", "seen": "", **page}, k, at) for n, k in zip((11, 22, 33), keys, strict=True)]
    )  # fmt: skip

    counted = (11, 22, 33)[one_wins(said)]
    assert db.session.scalars(sa.select(LessonParty.head_count)).all() == [counted]
    assert [f"现场 {counted} 人" in words for status, words in said if status == 409] == [True, True]
    all_agrees()


def test_taught_or_called_off_but_never_both(race, scene):
    before, after = scene.lesson.starts_at - timedelta(seconds=30), scene.lesson.starts_at + timedelta(seconds=30)
    page = as_of(scene.lesson)
    taught = {"here": "20", "online": "0", "finish": "1", **page}

    said = race(
        [
            Press(f"{scene.url}/attendance", taught, scene.teacher(after), after),
            Press(f"{scene.url}/call-off", {"reason": "下雨", **page}, scene.committee(before), before),
            Press(f"{scene.url}/cannot-come", {"reason": "病了", **page}, scene.desk(before), before),
        ]
    )

    winner = one_wins(said)
    assert (*scene.ended(), active() > 0) == (
        (State.DELIVERED, OrderState.DELIVERED, True) if winner == 0 else (State.CALLED_OFF, OrderState.APPROVED, False)
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rating)) == (1 if winner == 0 else 0)
    all_agrees()


def test_a_cancelled_order_takes_its_lesson_along_moved_or_not(race, scene):
    move, start = a_wish(scene)
    choose = Press(f"/moves/{move.id}", {**chosen(start), **as_of(move)}, scene.desk())
    cancel = Press(f"/orders/{scene.order.id}/cancel", {"code": "time", **as_of(scene.order)}, scene.committee())

    said = race([choose, cancel, choose])

    statuses = [status for status, _words in said]
    moved = statuses.count(302) == 2
    assert sorted(statuses) in ([302, 302, 409], [302, 409, 409])
    assert statuses[1] == 302
    assert (*scene.ended(), active()) == (State.CALLED_OFF, OrderState.CANCELLED, 0)
    assert db.session.get_one(Move, move.id).state is (MoveState.MOVED if moved else MoveState.WITHDRAWN)
    all_agrees()


def test_a_wish_to_move_is_granted_refused_or_taken_back(race, scene):
    move, start = a_wish(scene)

    said = race(
        [
            Press(f"/moves/{move.id}", {**chosen(start), **as_of(move)}, scene.desk()),
            Press(f"/moves/{move.id}/refuse", {"answer": "场地没空", **as_of(move)}, scene.desk()),
            Press(f"/moves/{move.id}/withdraw", as_of(move), scene.committee()),
        ]
    )

    winner = one_wins(said)
    assert db.session.get_one(Move, move.id).state is (MoveState.MOVED, MoveState.REFUSED, MoveState.WITHDRAWN)[winner]
    there = db.session.get_one(Lesson, scene.lesson.id).starts_at
    assert there == (start if winner == 0 else start - timedelta(days=7))
    assert set(db.session.scalars(sa.select(Hold.busy_from).where(Hold.active, Hold.kind == "venue"))) == {there}
    all_agrees()


def test_one_answer_to_a_move_counts_page_link_or_telephone(race, scene):
    desk = a_dispatcher()
    move, start = a_wish(scene)
    moves.move_lesson(move, moves.by_hand(scene.lesson, start), by=actor_of(desk), at=LATER)
    secret = moves.answer_link(scene.lesson, scene.lesson.lecturers[0], by=actor_of(desk), at=LATER)

    said = race(
        [
            Press(f"{scene.url}/confirm", {"say": "no", "reason": "没空"}, scene.teacher()),
            Press(f"{scene.url}/confirm", {"say": "yes", "said": "本人电话"}, scene.key(desk, LATER)),
            Press(f"/confirm/{secret}", {"say": "yes"}),
        ]
    )

    statuses = [status for status, _words in said]
    won = next(n for n, status in enumerate(statuses) if status in (200, 302))
    assert sorted(statuses) in ([statuses[won], 409, 409], [statuses[won], 409, 410])  # a link that came late is dead
    lesson = queries.whole(scene.lesson.id)
    assert (scene.ended(), lesson.lecturers[0].confirmed_at is None, active() == 0) == (
        ((State.CALLED_OFF, OrderState.APPROVED), True, True)
        if won == 0
        else ((State.SCHEDULED, OrderState.SCHEDULED), False, False)
    )
    all_agrees()


def test_of_three_wishes_to_move_one_is_open(race, scene):
    fields = {"reason": "停电", "day1": "2026-04-14", "half1": "afternoon", "side": "committee", **as_of(scene.lesson)}

    said = race([Press(f"{scene.url}/move", fields, k) for k in (scene.committee(), scene.teacher(), scene.desk())])

    one_wins(said)
    assert db.session.scalars(sa.select(Move.state)).all() == [MoveState.OPEN]
    all_agrees()


def test_a_committee_rates_a_lesson_once_with_whoever_was_faster(race, scene):
    over = a_delivered(scene)
    rating = db.session.scalars(sa.select(Rating)).one()
    colleague = an_orderer(scene.place)
    keys = (scene.committee(over), scene.key(colleague, over), scene.committee(over))
    scales = ("1", "3", "5")

    said = race(
        [Press(f"/ratings/{rating.id}", {"content": n, "delivery": n, "usefulness": n, **as_of(rating)}, k, over) for n, k in zip(scales, keys, strict=True)]
    )  # fmt: skip

    given = int(scales[one_wins(said)])
    found = db.session.get_one(Rating, rating.id)
    course = db.session.get_one(Course, rating.course_id)
    assert (found.state, found.content, course.rating_count, course.rating_sum) == (
        RatingState.GIVEN,
        given,
        1,
        3 * given,
    )
    assert scene.ended() == (State.DELIVERED, OrderState.CLOSED)
    all_agrees()


def test_a_lecturer_on_two_devices_reports_once_and_overwrites_nothing(race, scene):
    over = a_delivered(scene)
    words = ("讲得顺利", "人来得少", "要跟进")
    key = scene.teacher(over)

    said = race([Press(f"{scene.url}/report", {"words": w, "seen": ""}, key, over) for w in words])

    assert db.session.scalars(sa.select(LecturerReport.words)).all() == [words[one_wins(said)]]
    all_agrees()

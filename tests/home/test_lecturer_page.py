"""A lecturer's first page: the next lesson, offers, month and figures; and what others find there."""

import re
from datetime import timedelta

import sqlalchemy as sa

from catalogue.accounts.models import Person
from catalogue.core.db import db
from catalogue.home import lecturer_page
from catalogue.lecturers.models import Lecturer
from catalogue.lessons.models import Lesson
from catalogue.lessons.states import State
from tests.dispatch.making import an_open_offer
from tests.factories import NOON, a_dispatcher, a_lecturer, an_orderer
from tests.lessons.making import STARTS, a_lesson


def words(answer) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True))


def person(lecturer_id: int) -> Person:
    return db.session.get_one(Person, db.session.get_one(Lecturer, lecturer_id).person_id)


def test_the_next_lesson_stands_first_with_when_to_be_there(client):
    scene = a_lesson()

    shown = client.sign_in(person(scene.lecturer.id)).get("/offers/")

    assert "4月9日（周四）下午有课" in words(shown)
    assert "停车难" in words(shown)
    assert "13:45" in words(shown)
    assert f"/lessons/{scene.lesson.number}/sheet" in shown.get_data(as_text=True)


def test_an_open_offer_is_answered_from_the_page(client):
    offer = an_open_offer()

    shown = client.sign_in(person(offer.lecturer_id)).get("/offers/").get_data(as_text=True)

    assert f'action="/offers/{offer.id}"' in shown
    assert "接这节课" in shown


def test_without_anything_the_page_says_what_will_come(client):
    shown = client.sign_in(person(a_lecturer().id)).get("/offers/")

    assert "现在没有课，也没有新邀约" in words(shown)
    assert "– 0 份" in re.sub(" +", " ", words(shown))


def test_a_committee_has_no_such_page(client):
    assert client.sign_in(an_orderer()).get("/offers/").status_code == 403


def test_the_desk_finds_whom_it_may_answer_for(client):
    offer = an_open_offer()

    assert db.session.get_one(Lecturer, offer.lecturer_id).display_name in words(
        client.sign_in(a_dispatcher()).get("/offers/")
    )


def test_the_year_counts_delivered_lessons_of_this_year_alone(app):
    scene = a_lesson()
    lecturer_id = scene.lecturer.id
    before = lecturer_page.year_of(lecturer_id, NOON)
    taught = sa.update(Lesson).where(Lesson.id == scene.lesson.id)  # set directly: only the counting is looked at here
    db.session.execute(taught.values(state=State.DELIVERED))

    this, next_year = (
        lecturer_page.year_of(lecturer_id, NOON),
        lecturer_page.year_of(lecturer_id, NOON + timedelta(days=366)),
    )

    assert (before.lessons, this.lessons, this.hours, next_year.lessons) == (0, 1, 2, 0)
    assert (this.ratings.n, this.ratings.overall) == (0, None)


def test_near_days_are_called_by_their_names(app):
    lesson = a_lesson().lesson

    said = [lecturer_page.headline(lesson, STARTS - timedelta(days=days)) for days in (0, 1, 2, 3)]

    assert said == ["今天下午有课", "明天下午有课", "后天下午有课", "4月9日（周四）下午有课"]

"""The menu answers alike on both databases: every filter, order and count over the 115 real courses, and its pages in full."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.text import sort_key
from catalogue.courses.models import (
    Audience,
    Course,
    CourseForm,
    CourseProblem,
    CourseVersion,
    CourseVersionAudience,
    EditionItem,
)
from catalogue.courses.search import tokens_of
from catalogue.courses.states import State
from catalogue.lecturers.models import Qualification
from catalogue.menu import course as course_page
from catalogue.menu import operations, queries
from catalogue.menu.reader import reader_of
from catalogue.menu.wish import Wish, periods
from catalogue.seeds import reading
from tests.factories import (
    LONG_AGO,
    NOON,
    TODAY,
    a_lecturer,
    a_town,
    actor_of,
    an_edition,
    an_orderer,
    category,
    the_district,
    the_town,
)

CODES = {"政治理论": "zl", "实务实训": "sw", "政策法规": "fg", "市民素养": "sy"}


@pytest.fixture
def reader(app):
    """A committee's view of the 115 real courses; two lecturers teach every third and every fifth of them."""
    forms = {f.label: f.code for f in db.session.scalars(sa.select(CourseForm))}
    audiences = {a.label: a.code for a in db.session.scalars(sa.select(Audience))}
    the_town(), a_town("夏阳街道")
    monday, friday = (a_lecturer("", half_days=[(day, HalfDay.AFTERNOON)]) for day in (0, 4))
    rows = reading.file("courses")["courses"]
    district, edition = the_district(), an_edition()
    courses = [
        Course(
            district_id=district.id, owner_id=district.id, category_id=category(CODES[row["category"]]).id, title=row["title"],
            sort_key=sort_key(row["title"])[:200], initials="", tokens=tokens_of(row["title"], row["problems"]), on_menu=True, rating_count=n % 4,
            rating_sum=(n % 4) * (9 + n % 6),
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    db.session.add_all(courses)
    db.session.flush()
    versions = [
        CourseVersion(
            course_id=course.id, district_id=district.id, number=1, state=State.PUBLISHED, title=course.title, form=forms[row["form"]],
            minutes=row["minutes"], size_min=10, size_max=60, made_at=NOON, published_at=NOON, onsite="onsite" in row["modes"],
            venue="venue" in row["modes"], online="online" in row["modes"],
        )
        for course, row in zip(courses, rows, strict=True)
    ]  # fmt: skip
    db.session.add_all(versions)
    db.session.flush()
    for n, (course, version, row) in enumerate(zip(courses, versions, rows, strict=True)):
        db.session.add(EditionItem(edition_id=edition.id, course_id=course.id, course_version_id=version.id))
        db.session.add_all(CourseProblem(course_id=course.id, words=words) for words in row["problems"])
        codes = [audiences[label] for label in row["audience"]]
        db.session.add_all(CourseVersionAudience(course_version_id=version.id, audience_code=code) for code in codes)
        teaching = [lecturer for lecturer, every in ((monday, 3), (friday, 5)) if n % every == 0]
        db.session.add_all(Qualification(lecturer_id=one.id, course_id=course.id, since=LONG_AGO) for one in teaching)
    db.session.flush()
    operations.rebuild(60, at=NOON)
    found = reader_of(actor_of(an_orderer()), None, NOON)
    assert found is not None
    return found


def every_page(wish, reader):
    pages, after = [], ""
    while True:
        page = queries.listed(wish, reader, after=after)
        pages.append(page)
        after = page.after
        if not after:
            return pages


def titles(wish, reader):
    return [row.title for page in every_page(wish, reader) for row in page.rows]


def test_pages_in_every_order_hold_every_course_once_lead_back_and_are_what_they_say(reader):
    for sort in ("soonest", "name", "rating", "new"):
        pages = every_page(Wish(sort=sort), reader)
        back = queries.listed(Wish(sort=sort), reader, before=pages[2].before)
        assert [len(p.rows) for p in pages] == [20, 20, 20, 20, 20, 15]
        assert len({row.id for p in pages for row in p.rows}) == 115
        assert [row.id for row in back.rows] == [row.id for row in pages[1].rows]

    rows = {
        sort: [r for p in every_page(Wish(sort=sort), reader) for r in p.rows]
        for sort in ("soonest", "name", "rating", "new")
    }

    assert [r.slot for r in rows["soonest"]] == sorted(r.slot for r in rows["soonest"])
    assert [r.sort_key for r in rows["name"]] == sorted(r.sort_key for r in rows["name"])
    scores = [r.rating_sum * 100 // r.rating_count if r.rating_count else -1 for r in rows["rating"]]
    assert scores == sorted(scores, reverse=True)
    assert [r.id for r in rows["new"]] == sorted((r.id for r in rows["new"]), reverse=True)


def test_counts_equal_the_lists_they_lead_to(reader):
    for base in (
        Wish(),
        Wish(q="社区"),
        Wish(mode="venue"),
        Wish(audience="residents"),
        Wish(when=date(2026, 4, 1), half="afternoon"),
    ):
        counts = queries.counts(base, reader)
        assert counts.total == len(titles(base, reader))
        for name in ("form", "audience", "mode"):
            for value, n in counts.of[name].items():
                wish = Wish(**{**base.__dict__, name: value})
                assert len(titles(wish, reader)) == n, (base, name, value)
        for name in ("category", "town"):
            for value, n in counts.of[name].items():
                assert len(titles(Wish(**{**base.__dict__, name: int(value)}), reader)) == n, (base, name, value)

    afternoon = titles(Wish(when=date(2026, 4, 1), half="afternoon"), reader)

    assert len(afternoon) == len([n for n in range(115) if n % 3 == 0 or n % 5 == 0])
    assert titles(Wish(when=date(2026, 4, 1), half="morning"), reader) == []
    assert titles(Wish(when=date(2026, 4, 1), half="weekend"), reader) == []


def test_a_search_puts_titles_first_and_when_no_course_has_all_the_words_the_nearest(reader):
    found = titles(Wish(q="停车难"), reader)

    assert found[0] == "停车难"
    assert "停车难" in titles(Wish(q="tcn"), reader)
    assert titles(Wish(q="停车难", category=category("sy").id), reader) == []

    near = [row.title for row in queries.near(Wish(q="停车难收费"), reader)]

    assert near[0] == "停车难"
    assert len(near) <= 20
    assert queries.near(Wish(q="龘龘龘"), reader) == ()


def test_the_course_page_reads_what_it_shows(reader):
    course = db.session.scalars(sa.select(Course).where(Course.title == "停车难")).one()
    person = actor_of(an_orderer())

    head = course_page.head(course.id, reader, person)
    ordering = course_page.ordering(head, reader, person, NOON)
    taught = db.session.scalars(sa.select(Course.id).order_by(Course.id)).first()
    slots = course_page.slots(taught, reader, ordering.first, ordering.last)

    assert (head.title, bool(ordering.verdict), ordering.left, ordering.last) == ("停车难", True, 4, date(2026, 6, 30))
    assert (course_page.listed(head.problems)[:2], len(course_page.listed(head.problems))) == (
        ["乱停车", "停车位不够"],
        6,
    )
    assert [s.day.day for s in slots] == [3, 6, 10, 13, 17]  # the Fridays and Mondays of April
    assert {(s.half, s.lecturers) for s in slots} == {(HalfDay.AFTERNOON, 1)}
    assert course_page.slots(course.id, reader, ordering.first, ordering.last) == []  # nobody teaches it yet
    assert [len(course_page.lecturers(i, TODAY, signed_in=True)) for i in (taught, course.id)] == [2, 0]


def test_half_months_begin_with_the_first_possible_day():
    assert periods(date(2026, 4, 20), date(2026, 5, 20)) == [date(2026, 4, 16), date(2026, 5, 1), date(2026, 5, 16)]
    assert periods(date(2026, 12, 3), date(2026, 12, 31)) == [date(2026, 12, 1), date(2026, 12, 16)]

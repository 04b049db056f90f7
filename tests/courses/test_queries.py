"""Search answers like a substring search over titles, on both databases; lists stay inside their districts."""

import pytest
import sqlalchemy as sa

from catalogue.core.actor import job
from catalogue.core.db import db
from catalogue.core.errors import NotVisible
from catalogue.core.text import initials, sort_key
from catalogue.courses import queries
from catalogue.courses.models import Course
from catalogue.courses.search import answers, tokens_of, wanted
from catalogue.seeds import reading
from tests.factories import (
    TODAY,
    a_course,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_town_administrator,
    actor_of,
    category,
    the_district,
)


@pytest.fixture
def menu(app):
    """The 115 real courses, their search columns filled by the one function."""
    district, sw = the_district(), category("sw")
    for row in reading.file("courses")["courses"]:
        title = row["title"]
        db.session.add(
            Course(
                district_id=district.id, owner_id=district.id, category_id=sw.id, title=title, sort_key=sort_key(title)[:200],
                initials=initials(title)[:120], tokens=tokens_of(title, row["problems"]), on_menu=True,
            )
        )  # fmt: skip
    db.session.flush()
    return reading.file("courses")["courses"]


def found_by(said):
    return set(db.session.scalars(sa.select(Course.title).where(answers(Course.id, wanted(said)))))


def meant_by(said, rows):
    return {row["title"] for row in rows if any(said in text for text in (row["title"], *row["problems"]))}


def test_all_115_titles_are_found_by_each_of_their_words_of_one_to_four_characters(menu):
    titles = [row["title"] for row in menu]
    words = {t[i : i + n] for t in titles for n in (1, 2, 3, 4) for i in range(0, len(t) - n + 1, 5)}
    words = sorted(w for w in words if all("\u4e00" <= c <= "\u9fff" for c in w))

    wrong = [w for w in words if not found_by(w) >= meant_by(w, menu)]
    more = [w for w in words if len(w) <= 2 and found_by(w) != meant_by(w, menu)]

    assert (len(words) > 300, wrong, more) == (True, [], [])


def test_words_of_five_and_six_characters_miss_nothing_and_hardly_find_too_much(menu):
    said = [text for row in menu for text in (row["title"], *row["problems"])]
    words = {t[i : i + n] for t in said for n in (3, 4, 5, 6) for i in range(0, len(t) - n + 1, 4)}
    words = sorted(w for w in words if all("\u4e00" <= c <= "\u9fff" for c in w))
    pairs = [(found_by(w), meant_by(w, menu)) for w in words]

    assert [w for w, (found, meant) in zip(words, pairs, strict=True) if not found >= meant] == []
    right, shown = sum(len(f & m) for f, m in pairs), sum(len(f) for f, _ in pairs)
    assert (len(words) > 300, right / shown >= 0.99) == (True, True)


def test_a_stated_problem_pinyin_initials_and_two_words_find_the_course(menu):
    parking = found_by("停车难")

    assert "停车难" in parking
    assert parking >= found_by("tcn") & {t for t in parking if "停车难" in t}
    assert found_by("TCN") == found_by("tcn")
    assert found_by("停车 难") >= {"停车难"}
    assert found_by("，。！") == set(db.session.scalars(sa.select(Course.title).where(sa.false())))


def test_what_looks_like_syntax_is_only_text(menu):
    for said in ('" OR tokens:*', "'; DROP TABLE course; --", "a & b | !c", "停车:*", "(((", "ª", "NOT NEAR", "*"):
        found_by(said)

    assert len(db.session.scalars(sa.select(Course.id)).all()) == len(menu)


def test_the_list_of_kept_courses_stays_in_the_actors_districts(app):
    mine = a_course("停车难")
    other = a_course("停车难", owner=a_district())
    keeper = actor_of(a_district_administrator())

    page = queries.kept_courses(keeper, q="停车")

    assert [row.id for row in page.rows] == [mine.id]
    assert [row.id for row in queries.kept_courses(job("seed"), q="停车").rows] == [mine.id, other.id]
    with pytest.raises(NotVisible):
        queries.seen(keeper, other.id)


def test_owners_one_may_write_for(app):
    district = the_district()

    assert [o.id for o in queries.owners_for(actor_of(a_district_administrator()), TODAY)] == [district.id]
    assert queries.owners_for(actor_of(a_lecturer()), TODAY) == []
    town = a_town_administrator()
    assert [o.id for o in queries.owners_for(actor_of(town), TODAY)] == [town.organisation_id]

"""The menu and the course page: who sees what, filters by URL, paging, and how many statements each page costs."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.courses.models import CourseOffer, CourseProblem, CourseVersionAudience
from catalogue.courses.search import tokens_of
from catalogue.lecturers.models import Qualification
from catalogue.menu import operations
from catalogue.organisations.models import Setting
from tests.factories import (
    LONG_AGO,
    NOON,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_town,
    a_town_administrator,
    an_item,
    an_order,
    an_orderer,
    category,
    save,
    the_district,
    the_town,
    version_of,
)


def titles(answer):
    return re.findall(r'<h3 class="title"><a[^>]*>([^<]+)</a>', answer.text)


def on_menu(title, *, problems=(), **values):
    """A course that can be ordered this season, taught on Thursday afternoons."""
    course = a_course(title, **values)
    for words in problems:
        save(CourseProblem(course_id=course.id, words=words))
    course.tokens = tokens_of(title, problems)
    an_item(course)
    return course


@pytest.fixture
def menu(app):
    """停车难 (seminar, for residents), 加装电梯, 反诈防骗 of another category; two towns, one lecturer for each of the first two."""
    the_town(), a_town("夏阳街道")
    parking = on_menu("停车难", problems=("没地方停车",), form="seminar", online=False, rating_sum=42, rating_count=3)
    lift = on_menu("加装电梯", venue=False)
    fraud = on_menu("反诈防骗", category_id=category("sy").id)
    save(CourseVersionAudience(course_version_id=version_of(parking).id, audience_code="residents"))
    a_lecturer("讲师01", parking, half_days=[(3, HalfDay.AFTERNOON)], title_name="高级讲师")
    a_lecturer("讲师02", lift, half_days=[(2, HalfDay.MORNING)], named_in_public=False)
    operations.rebuild(at=NOON)
    return parking, lift, fraud


def test_strangers_see_titles_but_neither_ratings_nor_free_days(menu, client):
    answer = client.get("/courses/")

    assert titles(answer) == ["反诈防骗", "加装电梯", "停车难"]
    assert ("4.7 分" in answer.text, "最近有空" in answer.text, "我方便的日子" in answer.text) == (False, False, False)


def test_people_see_ratings_with_their_n_and_the_soonest_free_day_first(menu, client):
    answer = client.sign_in(an_orderer()).get("/courses/")

    assert titles(answer) == ["加装电梯", "停车难", "反诈防骗"]
    assert "4.7 分（3 份评单）" in answer.text
    assert re.findall(r'最近有空 <span class="nb">([^<]+)', answer.text) == ["4月1日（周三）上午", "4月2日（周四）下午"]
    assert "本季已满" in answer.text


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("?q=停车", ["停车难"]),
        ("?q=没地方停", ["停车难"]),
        ("?q=tcn", ["停车难"]),
        ("?q=梯", ["加装电梯"]),
        ("?form=seminar", ["停车难"]),
        ("?audience=residents", ["停车难"]),
        ("?mode=venue", ["反诈防骗", "停车难"]),
        ("?mode=online", ["反诈防骗", "加装电梯"]),
        (
            "?form=nonsense&audience=x&mode=y&town=0&category=abc&when=2026-13-40&sort=zz&after=zz",
            ["反诈防骗", "加装电梯", "停车难"],
        ),
        ("?category=999999999", []),
        ("?sort=new", ["反诈防骗", "加装电梯", "停车难"]),
    ],
)
def test_filters_stand_in_the_url(menu, client, url, found):
    assert titles(client.get(f"/courses/{url}")) == found


def test_free_days_filter_for_people_only(menu, client):
    wanted = "/courses/?when=2026-04-01&half=afternoon"

    stranger = titles(client.get(wanted))
    client.sign_in(an_orderer())
    answers = [
        titles(client.get(f"/courses/?when=2026-04-{day}&half={half}"))
        for day, half in (("01", "afternoon"), ("16", ""), ("01", "weekend"))
    ]

    assert (stranger, answers) == (["反诈防骗", "加装电梯", "停车难"], [["停车难"], ["加装电梯", "停车难"], []])


def test_each_facet_counts_under_all_filters_but_its_own(menu, client):
    text = client.get("/courses/?form=seminar").text
    counted = dict(re.findall(r'<span class="box m-0">(?:<svg.*?</svg>)?</span>([^<]+)<span>(\d+)</span>', text))
    tabs = re.findall(r'<li><a href="[^"]*"(?: aria-current="page")?>([^<]+) <span>(\d+)</span>', text)

    assert {name: counted.get(name) for name in ("研讨", "讲座", "居民、村民", "讲师上门", "线上")} == {
        "研讨": "1", "讲座": "2", "居民、村民": "1", "讲师上门": "1", "线上": None,
    }  # fmt: skip
    assert tabs == [("全部", "1"), ("政治理论", "0"), ("实务实训", "1"), ("政策法规", "0"), ("市民素养", "0")]


def test_when_no_course_has_all_the_words_the_nearest_are_shown_and_it_is_said(menu, client):
    answer = client.get("/courses/?q=停车收费乱")

    assert (titles(answer), "没有一门课同时写着这几个字" in answer.text) == (["停车难"], True)
    assert "没有这样的课" in client.get("/courses/?q=区块链").text


def test_restricted_programme_and_unpublished_courses_are_absent_from_list_counts_and_search(menu, client):
    parking, lift, fraud = menu
    for course, values in ((parking, {"restricted": True}), (lift, {"programme_only": True})):
        course.on_menu = False
        for name, value in values.items():
            setattr(course, name, value)
    db.session.flush()

    answers = [
        client.get(url)
        for url in (
            "/courses/",
            "/courses/?q=停车",
            f"/courses/{parking.id}",
            f"/courses/{lift.id}",
            f"/courses/{fraud.id}",
        )
    ]

    assert [titles(a) for a in answers[:2]] == [["反诈防骗"], []]
    assert [a.status_code for a in answers[2:]] == [404, 404, 200]


def test_a_course_offered_to_one_town_is_on_the_menu_of_that_town_only(menu, client):
    parking = menu[0]
    other = db.session.scalars(
        sa.select(sa.column("id")).select_from(sa.table("organisation")).where(sa.column("name") == "夏阳街道")
    ).one()
    save(CourseOffer(course_id=parking.id, organisation_id=other))

    here = client.sign_in(an_orderer())
    mine = titles(here.get("/courses/?sort=name"))
    page = here.get(f"/courses/{parking.id}").status_code
    stranger = titles(client.application.test_client().get("/courses/?sort=name"))

    assert (mine, page, stranger) == (["反诈防骗", "加装电梯"], 404, ["反诈防骗", "加装电梯", "停车难"])


def test_another_districts_courses_are_seen_only_when_offered_here(menu, client):
    elsewhere = a_district()
    foreign, offered = a_course("外区的课", owner=elsewhere), a_course("外区送来的课", owner=elsewhere)
    save(CourseOffer(course_id=offered.id, organisation_id=the_district().id))
    operations.rebuild(at=NOON)

    here = client.sign_in(an_orderer())

    assert titles(here.get("/courses/?sort=name")) == ["反诈防骗", "加装电梯", "停车难", "外区送来的课"]
    assert [here.get(f"/courses/{c.id}").status_code for c in (foreign, offered)] == [404, 200]


def test_a_district_may_close_its_menu_to_strangers(menu, client):
    save(Setting(organisation_id=the_district().id, name="menu_open", value="0", valid_from=LONG_AGO, set_at=NOON))

    list_, course = client.get("/courses/"), client.get(f"/courses/{menu[0].id}")
    inside = client.sign_in(an_orderer()).get("/courses/")

    assert [(a.status_code, a.location.split("?")[0]) for a in (list_, course)] == [(302, "/login")] * 2
    assert inside.status_code == 200


def test_paging_by_key_shows_every_course_once_in_every_order(menu, client):
    for n in range(45):
        on_menu(f"社区治理第{n:02d}讲")
    operations.rebuild(at=NOON)
    client.sign_in(an_orderer())

    for sort in ("soonest", "name", "new", "rating"):
        url, seen = f"/courses/?sort={sort}", []
        while url:
            answer = client.get(url)
            seen.append(titles(answer))
            found = re.search(r'rel="next" href="([^"]+)"', answer.text)
            url = found[1].replace("&amp;", "&") if found else ""
        flat = [t for page in seen for t in page]
        assert ([len(page) for page in seen], len(set(flat))) == ([20, 20, 8], 48)
    back = re.search(r'rel="prev" href="([^"]+)"', answer.text)[1].replace("&amp;", "&")
    assert titles(client.get(back)) == seen[1]


@pytest.mark.parametrize("more", [0, 2])
def test_the_menu_costs_the_same_statements_for_one_and_three_courses(app, client, statements, more):
    the_town()
    for n in range(1 + more):
        a_lecturer("", on_menu(f"社区治理第{n}讲"))
    operations.rebuild(at=NOON)
    person = an_orderer()
    with statements() as stranger:
        client.get("/courses/")
    client.sign_in(person)
    with statements() as list_:
        client.get("/courses/")
    with statements() as search:
        client.get("/courses/?q=社区")

    # list and counts, 1 of the sign-in; the rest is kept for five seconds: where the reader stands, vocabularies, hot words
    assert (len(stranger), len(list_), len(search)) == (15, 14, 14)


def test_within_five_seconds_only_the_list_itself_is_asked(menu, client, statements, app):
    app.config["KEEP_FIGURES"] = True
    client.sign_in(an_orderer())
    client.get("/courses/?q=停车")
    try:
        with statements() as sent:
            client.get("/courses/?q=停车")
    finally:
        app.config.pop("KEEP_FIGURES")
        app.extensions.pop("songxue.kept")

    assert len(sent) == 2


@pytest.mark.parametrize("more", [0, 2])
def test_the_course_page_costs_the_same_statements_for_one_and_three_lecturers(app, client, statements, more):
    course = on_menu("停车难")
    for _ in range(1 + more):
        a_lecturer("", course)
    operations.rebuild(at=NOON)
    person = an_orderer()
    with statements() as stranger:
        client.get(f"/courses/{course.id}")
    client.sign_in(person)
    app.config["KEEP_FIGURES"] = True
    client.get(f"/courses/{course.id}")
    try:
        with statements() as sent:
            client.get(f"/courses/{course.id}")
    finally:
        app.config.pop("KEEP_FIGURES")
        app.extensions.pop("songxue.kept")

    # nothing kept; then course, quota, free days, and 1 of the sign-in (edition, lecturers and towns are kept for five seconds)
    assert (len(stranger), len(sent)) == (14, 4)


def test_the_course_page_names_to_strangers_only_lecturers_who_agreed(menu, client):
    parking, lift, _ = menu

    pages = [client.get(f"/courses/{c.id}").text for c in (parking, lift)]

    assert [("讲师01 高级讲师" in pages[0]), ("讲师02" in pages[1]), ("聘期" in pages[0]), ("能来" in pages[0])] == [
        True,
        False,
        False,
        False,
    ]
    assert "登录后点单" in pages[0]


def test_the_course_page_shows_an_orderer_free_days_lecturers_and_the_button(menu, client):
    parking = menu[0]

    text = client.sign_in(an_orderer()).get(f"/courses/{parking.id}").text

    assert re.findall(r'value="(2026-[^"]+)"', text) == [
        f"2026-04-{d}/afternoon" for d in ("02", "09", "16", "23", "30")
    ]
    assert ("讲师01" in text, "特约，聘期至 12月31日" in text, "本季还可点 4 场（每季 4 场）" in text) == (
        True,
        True,
        True,
    )
    assert 'action="/orders/new"' in text


def test_the_course_page_says_why_one_cannot_order(menu, client):
    _, lift, fraud = menu
    closed = a_course("没进菜单的课")
    lift.orderable = False
    person = an_orderer()
    committee = person.organisation_id
    an_order(committee=db.session.get(type(the_town()), committee), course=fraud)
    client.sign_in(person)

    said = {c.title: client.get(f"/courses/{c.id}").text for c in (closed, lift, fraud)}

    assert [
        w in said[t]
        for t, w in (("没进菜单的课", "不在本季菜单里"), ("加装电梯", "成班的课"), ("反诈防骗", "本季已经点过这门课"))
    ] == [True] * 3
    assert all('action="/orders/new"' not in text for text in said.values())


def test_people_who_do_not_order_see_no_order_button_and_a_town_does(menu, client):
    parking = menu[0]

    pages = [
        client.application.test_client().sign_in(person).get(f"/courses/{parking.id}").text
        for person in (a_dispatcher(), a_district_administrator(), a_lecturer(), a_town_administrator())
    ]

    assert [">点单</button>" in text for text in pages] == [False, False, False, True]


def test_a_lecturer_who_is_no_longer_qualified_is_not_listed(menu, client):
    parking = menu[0]
    gone = a_lecturer("讲师09")
    save(Qualification(lecturer_id=gone.id, course_id=parking.id, since=LONG_AGO, until=date(2026, 3, 1)))

    assert "讲师09" not in client.get(f"/courses/{parking.id}").text


def test_an_empty_installation_says_what_to_do(app, client):
    assert "菜单上还没有课" in client.get("/courses/").text
    assert client.get("/courses/1").status_code == 404


def test_before_the_free_days_are_worked_out_people_see_the_courses_by_name(app, client):
    on_menu("停车难"), on_menu("加装电梯")

    assert titles(client.sign_in(an_orderer()).get("/courses/")) == ["加装电梯", "停车难"]

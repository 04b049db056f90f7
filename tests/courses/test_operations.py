"""Courses: drafts, approval by another, versions, owners; the search columns; editions and who may order."""

from datetime import date

import pytest
import sqlalchemy as sa

from catalogue.core.actor import Level, Role
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, Invalid, Stale
from catalogue.courses import editions, operations, queries
from catalogue.courses.errors import DraftExists, NotYours, SamePerson, TooDifferent
from catalogue.courses.models import Course, CourseVersionHistory, EditionItem
from catalogue.courses.operations import Honour
from catalogue.courses.search import answers, wanted
from catalogue.courses.states import NEXT, Action, State
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_course,
    a_district,
    a_district_administrator,
    a_person,
    a_town,
    a_town_administrator,
    actor_of,
    an_approver,
    an_edition,
    an_organisation,
    category,
    the_district,
    version_of,
)


def values(**more):
    plain = {
        "category_id": category("sw").id, "title": "停车难", "summary": "把没地方停拆成三类问题。", "outline": "摆问题\n演角色", "form": "seminar",
        "minutes": 120, "size_min": 20, "size_max": 40, "onsite": True, "venue": True, "online": False, "tags": ["物业"],
        "problems": ["没地方停车", "抢车位"], "audiences": ["secretaries"], "equipment": ["projector"],
    }  # fmt: skip
    return {**plain, **more}


def a_draft(owner=None, by=None, **more):
    owner = owner or the_district()
    by = by or actor_of(a_district_administrator())
    return operations.create(values(**more), owner=owner, by=by, at=NOON)


def submitted(owner=None, by=None, **more):
    by = by or actor_of(a_district_administrator())
    course = a_draft(owner, by, **more)
    operations.submit(version_of(course), by=by, at=NOON)
    return version_of(course)


def a_branch(name="徐泾分院"):
    return an_organisation(the_district(), "branch", Level.UNIT, name)


def acts(version):
    query = sa.select(CourseVersionHistory.action).where(CourseVersionHistory.owner_id == version.id)
    return list(db.session.scalars(query.order_by(CourseVersionHistory.id)))


def found_by(said):
    return list(db.session.scalars(sa.select(Course.title).where(answers(Course.id, wanted(said))).order_by(Course.id)))


def test_a_new_course_is_a_draft_with_its_lists_and_search_columns(app):
    course = a_draft()

    version = queries.versions_of(course.id)[0]
    assert (version.state, version.number, [a.code for a in version.audiences], [e.code for e in version.equipment]) == (
        State.DRAFT, 1, ["secretaries"], ["projector"],
    )  # fmt: skip
    assert (course.sort_key, course.initials, course.on_menu) == ("ting2 che1 nan2", "tcn", False)
    assert (queries.tags_of(course.id), queries.problems_of(course.id)) == (["物业"], ["抢车位", "没地方停车"])
    assert [found_by(q) for q in ("停车", "抢车", "tcn", "cn", "物业", "停", "电梯")] == [["停车难"]] * 6 + [[]]


def test_another_person_approves_and_the_course_is_on_the_menu(app):
    waiting = submitted()

    operations.publish(waiting, by=actor_of(an_approver()), at=NOON)

    course = db.session.get_one(Course, waiting.course_id)
    assert (waiting.state, waiting.published_at, course.on_menu) == (State.PUBLISHED, NOON, True)
    assert acts(waiting) == ["create", "submit", "publish"]


def test_nobody_approves_what_they_submitted(app):
    by = actor_of(a_person("", the_district(), Role.DISTRICT_ADMINISTRATOR, Role.APPROVER))
    waiting = submitted(by=by)

    with pytest.raises(SamePerson):
        operations.publish(waiting, by=by, at=NOON)

    assert waiting.state is State.IN_REVIEW


def test_a_returned_version_says_what_to_change_and_can_be_revised(app):
    keeper = actor_of(a_district_administrator())
    waiting = submitted(by=keeper)

    operations.send_back(waiting, "请补上提纲。", by=actor_of(an_approver()), at=NOON)
    operations.revise(waiting, {"outline": "一\n二\n三", "audiences": ["residents"]}, by=keeper, at=NOON)

    version = queries.versions_of(waiting.course_id)[0]
    assert (version.state, version.outline, [a.code for a in version.audiences]) == (
        State.DRAFT,
        "一\n二\n三",
        ["residents"],
    )


def test_returning_without_words_is_refused(app):
    waiting = submitted()

    with pytest.raises(Invalid):
        operations.send_back(waiting, " ", by=actor_of(an_approver()), at=NOON)


def test_a_branch_keeps_its_own_courses_and_the_district_administrator_approves_them(app):
    branch = a_branch()
    keeper = actor_of(a_person("", branch, Role.DISTRICT_ADMINISTRATOR))
    waiting = submitted(branch, keeper)

    with pytest.raises(NotYours):
        operations.publish(waiting, by=actor_of(an_approver()), at=NOON)
    with pytest.raises(NotYours):
        operations.edit(
            db.session.get_one(Course, waiting.course_id),
            {"tags": ["改"]},
            by=actor_of(a_district_administrator()),
            at=NOON,
        )
    operations.publish(waiting, by=actor_of(a_district_administrator()), at=NOON)

    assert waiting.state is State.PUBLISHED


def test_the_district_keeps_courses_of_an_owner_without_administrators(app):
    branch = a_branch()

    course = a_draft(branch, actor_of(a_district_administrator()))

    assert course.owner_id == branch.id


def test_others_may_not_write_a_course(app):
    town = a_town()
    course = a_draft()
    for person in (a_town_administrator(town), an_approver(), a_district_administrator(a_district())):
        with pytest.raises(NotYours):
            operations.edit(course, {"tags": []}, by=actor_of(person), at=NOON)
    with pytest.raises(NotYours):
        operations.create(values(), owner=the_district(), by=actor_of(a_town_administrator(town)), at=NOON)


def test_every_state_and_action_pair_follows_the_table(app):
    legal = {(s, a) for s in State for a in Action if (s, a) in NEXT}

    assert legal == {
        (State.DRAFT, Action.SUBMIT), (State.IN_REVIEW, Action.RETURN), (State.IN_REVIEW, Action.PUBLISH), (State.PUBLISHED, Action.WITHDRAW),
    }  # fmt: skip
    for state in State:
        version = version_of(a_course(state=state))
        keeper, approver = actor_of(a_district_administrator()), actor_of(an_approver())
        for action, act in {
            Action.SUBMIT: lambda v, k=keeper: operations.submit(v, by=k, at=NOON),
            Action.PUBLISH: lambda v, a=approver: operations.publish(v, by=a, at=NOON),
            Action.RETURN: lambda v, a=approver: operations.send_back(v, "改", by=a, at=NOON),
            Action.WITHDRAW: lambda v, k=keeper: operations.withdraw(v, "停", by=k, at=NOON),
        }.items():
            if (state, action) not in legal:
                with pytest.raises(IllegalAction):
                    act(version)


def test_tags_and_problem_words_make_no_version_but_change_what_finds_the_course(app):
    by = actor_of(a_district_administrator())
    course = a_draft(by=by)
    was = course.version

    operations.edit(course, {"problems": ["充电桩"], "tags": ["物业"]}, by=by, at=NOON)

    assert (len(queries.versions_of(course.id)), found_by("充电"), found_by("抢车"), course.version > was) == (
        1,
        ["停车难"],
        [],
        True,
    )


def test_a_stale_page_changes_nothing(app):
    by = actor_of(a_district_administrator())
    course = a_draft(by=by)
    page = course.version
    operations.edit(course, {"offered_to": [the_district().id]}, by=by, at=NOON, version=page)

    with pytest.raises(Stale):
        operations.edit(course, {"restricted": True}, by=by, at=NOON, version=page)

    assert course.restricted is False


def test_a_typing_error_is_mended_in_place_and_more_is_refused(app):
    course = a_course("停车难怎么办法")
    by = actor_of(a_district_administrator())
    published = version_of(course)

    operations.correct(published, {"title": "停车难怎么办"}, by=by, at=NOON)
    with pytest.raises(TooDifferent):
        operations.correct(published, {"title": "加装电梯"}, by=by, at=NOON)

    assert (course.title, published.title, len(queries.versions_of(course.id))) == ("停车难怎么办", "停车难怎么办", 1)


def test_a_newer_version_withdraws_the_older_and_open_editions_offer_the_newer(app):
    course = a_course("停车难", minutes=90)
    keeper, approver = actor_of(a_district_administrator()), actor_of(an_approver())
    edition, past = an_edition(), an_edition("去年", order_until=date(2026, 3, 1))
    first = version_of(course)
    open_item = editions.add_item(edition, first, by=keeper, at=NOON, limit=5)
    past_item = editions.add_item(past, first, by=keeper, at=NOON)

    second = operations.new_version(course, {"minutes": 120}, by=keeper, at=NOON)
    with pytest.raises(DraftExists):
        operations.new_version(course, {"minutes": 60}, by=keeper, at=NOON)
    operations.submit(second, by=keeper, at=NOON)
    operations.publish(second, by=approver, at=NOON)

    assert (first.state, first.minutes, second.state, second.minutes) == (State.WITHDRAWN, 90, State.PUBLISHED, 120)
    items = db.session.scalars(
        sa.select(EditionItem).where(EditionItem.ended_on.is_(None)).order_by(EditionItem.id)
    ).all()
    assert [(i.edition_id, i.course_version_id, i.limit) for i in items] == [
        (past.id, first.id, None),
        (edition.id, second.id, 5),
    ]
    assert (open_item.ended_on, past_item.ended_on) == (TODAY, None)


def test_a_withdrawn_course_leaves_the_menu(app):
    course = a_course("停车难")

    operations.withdraw(version_of(course), "讲师退休", by=actor_of(a_district_administrator()), at=NOON)

    assert (course.on_menu, version_of(course).state) == (False, State.WITHDRAWN)
    assert queries.orderable(course, a_committee()).code == "not_published"


def test_restricted_and_programme_courses_are_never_on_the_menu(app):
    by = actor_of(a_district_administrator())
    course = a_course("停车难")

    operations.edit(course, {"restricted": True}, by=by, at=NOON)
    restricted = course.on_menu
    operations.edit(course, {"restricted": False, "programme_only": True}, by=by, at=NOON)

    assert (restricted, course.on_menu) == (False, False)


def test_honours_are_awarded_by_another_person(app):
    keeper = a_person("", the_district(), Role.DISTRICT_ADMINISTRATOR, Role.APPROVER)
    waiting = submitted(by=actor_of(keeper))
    operations.publish(waiting, by=actor_of(an_approver()), at=NOON)
    course = db.session.get_one(Course, waiting.course_id)

    with pytest.raises(SamePerson):
        operations.honour(course, Honour.GOLD, TODAY, by=actor_of(keeper), at=NOON)
    with pytest.raises(NotYours):
        operations.honour(course, Honour.GOLD, TODAY, by=actor_of(a_town_administrator()), at=NOON)
    operations.honour(course, Honour.PREMIUM, TODAY, by=actor_of(an_approver()), at=NOON)

    assert (course.premium_on, course.gold_on) == (TODAY, None)


def test_wrong_sizes_modes_and_categories_are_refused_at_their_field(app):
    by = actor_of(a_district_administrator())
    wrong = (
        ({"size_max": 10}, "size_max"), ({"onsite": False, "venue": False}, "modes"), ({"category_id": None}, "category_id"), ({"title": " "}, "title"),
        ({"subcategory_id": category("zl").id}, "subcategory_id"),
    )  # fmt: skip
    for changed, field in wrong:
        with pytest.raises(Invalid) as refused:
            operations.create(values(**changed), owner=the_district(), by=by, at=NOON)
        assert refused.value.field == field


def test_who_may_order_follows_offered_to_and_the_flags(app):
    by = actor_of(a_district_administrator())
    here, elsewhere = a_committee(), a_committee(town=a_town("夏阳街道"))
    foreign = a_committee(town=a_town("大场镇", a_district()))
    course = a_course()

    plain = [bool(queries.orderable(course, o)) for o in (here, elsewhere, foreign)]
    operations.edit(course, {"offered_to": [here.town_id, foreign.district_id]}, by=by, at=NOON)
    offered = [queries.orderable(course, o).code for o in (here, elsewhere, foreign)]
    operations.edit(course, {"offered_to": [], "restricted": True}, by=by, at=NOON)
    restricted = queries.orderable(course, here).code
    operations.edit(course, {"restricted": False, "orderable": False}, by=by, at=NOON)

    assert (plain, offered, restricted, queries.orderable(course, here).code) == (
        [True, True, False], ["", "not_offered", ""], "restricted", "not_singly",
    )  # fmt: skip


def test_an_order_belongs_to_the_open_edition_else_to_the_next_else_is_refused_with_its_date(app):
    course, committee = a_course(), a_committee()
    by = actor_of(a_district_administrator())
    summer = an_edition()
    autumn = an_edition(
        "2026年第三季度", order_from=date(2026, 3, 10), order_until=date(2026, 6, 20), teach_from=date(2026, 7, 1), teach_until=date(2026, 9, 30)
    )  # fmt: skip
    nowhere = queries.edition_for(course, committee, TODAY)
    first, second = (editions.add_item(e, version_of(course), by=by, at=NOON) for e in (summer, autumn))

    def on(day):
        verdict = queries.edition_for(course, committee, day)
        return verdict.item.id if verdict else (verdict.code, verdict.opens_on)

    assert nowhere.code == "not_in_edition"
    assert [on(date(2026, 2, 12)), on(date(2026, 3, 15)), on(date(2026, 3, 21)), on(date(2026, 6, 21))] == [
        ("not_yet_open", date(2026, 2, 15)), first.id, second.id, ("window_closed", None),
    ]  # fmt: skip


def test_between_two_windows_the_refusal_names_the_day_the_next_opens(app):
    course, committee = a_course(), a_committee()
    by = actor_of(a_district_administrator())
    autumn = an_edition(
        "2026年第三季度", order_from=date(2026, 5, 10), order_until=date(2026, 6, 20), teach_from=date(2026, 7, 1), teach_until=date(2026, 9, 30)
    )  # fmt: skip
    for edition in (an_edition(), autumn):
        editions.add_item(edition, version_of(course), by=by, at=NOON)

    verdict = queries.edition_for(course, committee, date(2026, 4, 1))

    assert (verdict.code, verdict.opens_on) == ("not_yet_open", date(2026, 5, 10))
    assert verdict.sentence == "本季点单已经截止，2026年第三季度从5月10日（周日）起可以点。"

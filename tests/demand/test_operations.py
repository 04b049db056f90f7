"""What committees miss: reported once, ranked by committees, answered for everybody who asked the same."""

import pytest

from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, NotVisible, Stale
from catalogue.demand import errors, operations, queries
from catalogue.demand.models import Gap, Lack
from catalogue.demand.states import NEXT, GapAction, GapState
from tests.factories import (
    NOON,
    a_committee,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_town,
    a_town_administrator,
    actor_of,
    an_orderer,
)


def reported(words: str, committee=None, **more) -> Gap:
    committee = committee or a_committee()
    by = actor_of(an_orderer(committee))
    return operations.report(by=by, at=NOON, organisation=committee, lack=Lack.COURSE, words=words, **more)


def test_the_same_wish_of_the_same_committee_is_one_gap(app):
    committee = a_committee()

    first, again, other = reported("停车难", committee), reported(" 停车难 ", committee), reported("漏水", committee)

    assert (first.id == again.id, first.id == other.id, first.state) == (True, False, GapState.OPEN)


def test_nobody_reports_for_a_strange_committee_or_without_words(app):
    committee = a_committee()
    with pytest.raises(errors.NotYours):
        operations.report(by=actor_of(an_orderer()), at=NOON, organisation=committee, lack=Lack.COURSE, words="停车难")
    with pytest.raises(errors.NoWords):
        reported("  ", committee)


def test_gaps_are_ranked_by_how_many_committees_ask_the_same(app):
    course = a_course()
    reported("漏水")
    for _i in range(3):
        reported("停车难")
    for _i in range(2):
        reported(f"想上第 {_i} 次", course_id=course.id)
    elsewhere = a_committee("宝山一村", a_town("庙行镇", a_district()))
    reported("停车难", elsewhere)

    rows = queries.ranked(actor_of(a_dispatcher()))

    assert [(r.title or r.words, r.committees) for r in rows] == [("停车难", 3), (course.title, 2), ("漏水", 1)]


def test_filling_answers_everybody_who_asked_the_same(app):
    course = a_course("停车难怎么议")
    same, other = [reported("停车难"), reported("停车难")], reported("漏水")
    by = actor_of(a_district_administrator())

    operations.fill(
        queries.same_as(same[0]), by=by, at=NOON, course=course, answer="四月起可点", version=same[0].version
    )

    assert [(g.state, g.answer_course_id, g.answer) for g in same] == [(GapState.FILLED, course.id, "四月起可点")] * 2
    assert other.state is GapState.OPEN


def test_declining_needs_an_answer(app):
    gap = reported("停车难")
    by = actor_of(a_dispatcher())
    with pytest.raises(errors.NoAnswer):
        operations.decline([gap], by=by, at=NOON, answer=" ")

    operations.decline([gap], by=by, at=NOON, answer="今年没有讲师")

    assert (gap.state, gap.answer) == (GapState.DECLINED, "今年没有讲师")


def test_only_the_academy_of_the_district_answers_and_only_with_its_own_menu(app):
    gap, course = reported("停车难"), a_course()
    for stranger in (an_orderer(), a_town_administrator(), a_dispatcher(a_district())):
        with pytest.raises(errors.NotYours):
            operations.fill([gap], by=actor_of(stranger), at=NOON, course=course)
    foreign = a_course(owner=a_district("嘉定区"))
    with pytest.raises(errors.UnknownCourse):
        operations.fill([gap], by=actor_of(a_dispatcher()), at=NOON, course=foreign)
    with pytest.raises(Stale):
        operations.fill([gap], by=actor_of(a_dispatcher()), at=NOON, course=course, version=gap.version + 1)

    assert gap.state is GapState.OPEN


@pytest.mark.parametrize("state", GapState)
@pytest.mark.parametrize("action", GapAction)
def test_every_state_and_action(app, state, action):
    gap = reported("停车难")
    by = actor_of(a_dispatcher())
    course = a_course()
    if state is GapState.FILLED:
        operations.fill([gap], by=by, at=NOON, course=course)
    elif state is GapState.DECLINED:
        operations.decline([gap], by=by, at=NOON, answer="不开")
    do = {
        GapAction.FILL: lambda: operations.fill([gap], by=by, at=NOON, course=course),
        GapAction.DECLINE: lambda: operations.decline([gap], by=by, at=NOON, answer="不开"),
        GapAction.REOPEN: lambda: operations.reopen(gap, by=by, at=NOON),
    }[action]
    if (state, action) in NEXT:
        do()
        assert gap.state is NEXT[state, action]
    else:
        with pytest.raises(IllegalAction):
            do()


def test_a_committee_sees_its_own_gaps_and_nobody_elses(app):
    mine, theirs = reported("停车难"), reported("漏水")
    by = actor_of(an_orderer(db.session.get_one(type(a_committee()), mine.organisation_id)))

    assert [g.id for g in queries.own(by)] == [mine.id]
    assert queries.one(by, mine.id).id == mine.id
    with pytest.raises(NotVisible):
        queries.one(by, theirs.id)

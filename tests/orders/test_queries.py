"""What was ordered counts on when committees merge, split, move or end."""

from datetime import date, timedelta

from catalogue.accounts.models import Person
from catalogue.core import actor
from catalogue.core.db import db
from catalogue.orders import choices, operations, queries
from catalogue.orders.coverage import coverage
from catalogue.orders.queries import loaded
from catalogue.orders.states import State
from catalogue.organisations import reshaping
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_course,
    a_town,
    a_town_administrator,
    actor_of,
    an_edition,
    an_item,
    an_order,
    own_room_of,
    the_district,
    the_edition,
    the_town,
)
from tests.orders.making import a_scene, submitted

JOB = actor.job("test")
DAY = timedelta(days=1)


def merged(*committees, name="塘湾社区", on=TODAY):
    made = reshaping.merge(committees, name=name, kind="neighbourhood", parent=the_town(), on=on, by=JOB, at=NOON)
    db.session.flush()
    return made


def told(edition, town=None, today=TODAY):
    rows = coverage((town or the_town()).id, edition, today)
    return [(r.committee.name, r.orders, r.delivered, r.before) for r in rows]


def ordered(committee, course, n, state=State.SUBMITTED):
    for _n in range(n):
        an_order(committee, course, state=state)


def test_the_one_that_goes_on_counts_those_it_came_from(app):
    course, edition = a_course(), the_edition()
    first, second, quiet = a_committee("下塘社区"), a_committee("湾塘"), a_committee("安静")
    ordered(first, course, 2)
    ordered(first, course, 1, State.DELIVERED)
    ordered(second, course, 1, State.CANCELLED)
    both = merged(first, second)
    ordered(both, course, 1)

    assert told(edition) == [(quiet.name, 0, 0, ()), ("塘湾社区", 4, 1, ("下塘社区",))]


def test_a_merge_of_a_merge_loses_nothing(app):
    course, edition = a_course(), the_edition()
    first, second, third = (a_committee(f"{n}村") for n in "甲乙丙")
    ordered(first, course, 2)
    both = merged(first, second, on=TODAY - 9 * DAY)
    ordered(both, course, 3)
    merged(both, third, name="大村")

    assert told(edition) == [("大村", 5, 0, ("甲村", "塘湾社区"))]


def test_an_edition_of_before_the_merge_lists_the_committees_of_that_time(app):
    course = a_course()
    past = an_edition(
        "2026年第一季度", order_from=date(2025, 12, 1), order_until=date(2026, 1, 1), teach_from=date(2026, 1, 5),
        teach_until=date(2026, 2, 20),
    )  # fmt: skip
    item = an_item(course, past)
    first, second = a_committee("甲村"), a_committee("乙村")
    an_order(first, course, edition_item_id=item.id)
    merged(first, second)

    assert told(past) == [("乙村", 0, 0, ()), ("甲村", 1, 0, ())]


def test_a_split_or_ended_committee_keeps_its_own_line_when_it_ordered(app):
    course, edition = a_course(), the_edition()
    whole, silent, gone = a_committee("大村"), a_committee("静村"), a_committee("旧村")
    ordered(whole, course, 2)
    ordered(gone, course, 1)
    for one, names in ((whole, "东西"), (silent, "南北")):
        reshaping.split(one, [reshaping.Part(f"{n}村", "village") for n in names], on=TODAY, by=JOB, at=NOON)
    reshaping.end(gone, on=TODAY - DAY, by=JOB, at=NOON)

    found = told(edition)

    assert {name: n for name, n, _d, _b in found} == {"东村": 0, "西村": 0, "南村": 0, "北村": 0, "大村": 2, "旧村": 1}
    assert sum(n for _name, n, _d, _b in found) == 3


def test_what_was_ordered_in_a_town_stays_in_its_table_when_the_committee_moves_away(app):
    course, edition = a_course(), the_edition()
    village, other = a_committee("甲村"), a_town("朱家角镇")
    ordered(village, course, 2)
    reshaping.move(village, other, on=TODAY, by=JOB, at=NOON)

    assert told(edition) == [("甲村", 2, 0, ())]
    assert told(edition, other) == [("甲村", 2, 0, ())]


def test_a_town_that_came_from_two_counts_the_ended_committees_of_both(app):
    course, edition = a_course(), the_edition()
    town, other = the_town(), a_town("朱家角镇")
    first, second = a_committee("甲村", town), a_committee("乙村", other)
    ordered(first, course, 2)
    ordered(second, course, 1)
    reshaping.end(first, on=TODAY - DAY, by=JOB, at=NOON)
    both = reshaping.merge([town, other], name="大镇", kind="town", parent=the_district(), on=TODAY, by=JOB, at=NOON)

    assert told(edition, both) == [("乙村", 1, 0, ()), ("甲村", 2, 0, ())]


def test_a_merge_resets_no_quota(app):
    course, other, edition = a_course(), a_course(), the_edition()
    first, second = a_committee("甲村"), a_committee("乙村")
    ordered(first, course, 2)
    ordered(second, other, 1)
    before = queries.used(first.id, edition.id, course.id)
    both = merged(first, second)

    assert (before.edition, before.course) == (2, 2)
    after = queries.used(both.id, edition.id, course.id)
    assert (after.edition, after.course) == (3, 2)
    assert (
        queries.used(second.id, edition.id, course.id).edition == 1
    )  # what it came from does not count what came after


def test_orders_are_found_by_the_name_of_what_went_on(app):
    course = a_course()
    first, second, else_ = a_committee("甲村"), a_committee("乙村"), a_committee("丙村")
    mine, theirs = an_order(first, course), an_order(else_, course)
    merged(first, second)
    by = actor_of(a_town_administrator())

    found = [{row.id for row in queries.listed(by, q=q).rows} for q in ("塘湾", "甲村", "丙村", "练塘")]

    assert found == [{mine.id}, {mine.id}, {theirs.id}, set()]


def test_an_order_sent_back_to_a_merged_committee_goes_on_in_the_room_of_the_new_one(app):
    scene, other = a_scene(a_committee("甲村")), a_committee("乙村")
    order = submitted(scene)
    operations.send_back(order, by=actor_of(a_town_administrator()), at=NOON, reason="几点方便？")
    both = merged(scene.committee, other)
    room = own_room_of(both)
    person = db.session.get_one(Person, scene.orderer.person_id)

    again = loaded(order.id)
    operations.submit(again, by=actor_of(person), at=NOON)

    assert (again.state, again.venue_id, room.name) == (State.SUBMITTED, room.id, "甲村活动室")
    listed = {v.id: v.organisation_id for v in choices.venues_for(scene.committee)}
    assert listed[room.id] == scene.committee.id
    assert {v.id: v.organisation_id for v in choices.venues_for(both)}[room.id] == both.id

"""Drafts, windows, submitting and checking, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import events
from catalogue.core.actor import Role, job
from catalogue.core.audit import verify
from catalogue.core.clock import HalfDay
from catalogue.core.db import db
from catalogue.core.errors import IllegalAction, NotVisible, Several, Stale
from catalogue.courses.models import Audience, CourseOffer, CourseVersionAudience
from catalogue.lecturers.models import Corps
from catalogue.orders import errors, operations, queries
from catalogue.orders.events import OrderCancelled, OrderSubmitted, OrderUnmet
from catalogue.orders.models import Order, OrderHistory, OrderWindow, Origin, Place
from catalogue.orders.states import State
from catalogue.organisations.models import Setting
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    a_committee,
    a_course,
    a_dispatcher,
    a_district,
    a_district_administrator,
    a_lecturer,
    a_person,
    a_town,
    a_town_administrator,
    a_venue,
    a_window,
    actor_of,
    an_edition,
    an_item,
    an_order,
    an_orderer,
    own_room_of,
    save,
    the_district,
    the_edition,
    the_town,
    version_of,
)
from tests.orders.making import APRIL_9, APRIL_14, a_draft, a_scene, fresh, submitted


def history_of(order: Order) -> list[tuple[str, str, str]]:
    rows = db.session.execute(
        sa.select(OrderHistory.action, OrderHistory.from_state, OrderHistory.to_state)
        .where(OrderHistory.owner_id == order.id, OrderHistory.to_state != "")
        .order_by(OrderHistory.id)
    )
    return [tuple(r) for r in rows]


@pytest.fixture
def heard(app):
    """Events published during the test, in order."""
    said: list[object] = []
    kinds = (OrderSubmitted, OrderCancelled, OrderUnmet)
    before = app.extensions["songxue.listeners"]
    events.wire(app, {k: [lambda news, *, by, at: said.append(news)] for k in kinds})
    yield said
    app.extensions["songxue.listeners"] = before


# ── drafts ──────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_again_is_the_same_order(app):
    scene = a_scene()

    first = operations.draft(by=scene.orderer, at=NOON, committee=scene.committee, course=scene.course, key="once")
    second = operations.draft(by=scene.orderer, at=NOON, committee=scene.committee, course=scene.course, key="once")

    assert (second.id, db.session.scalar(sa.select(sa.func.count()).select_from(Order))) == (first.id, 1)


def test_another_persons_key_opens_nothing(app):
    scene = a_scene()
    a_draft(scene, key="once")
    colleague = actor_of(an_orderer(scene.committee))

    with pytest.raises(errors.NotYours):
        operations.draft(by=colleague, at=NOON, committee=scene.committee, course=scene.course, key="once")


def test_nobody_orders_for_a_committee_that_is_not_theirs(app):
    scene = a_scene()
    for stranger in (an_orderer(), a_town_administrator(a_town("朱家角镇")), a_dispatcher()):
        with pytest.raises(errors.NotYours):
            operations.draft(by=actor_of(stranger), at=NOON, committee=scene.committee, course=scene.course, key="k")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


def test_an_administrator_orders_on_behalf(app):
    scene = a_scene()

    order = submitted(scene, by=actor_of(a_town_administrator()))

    assert (order.origin, order.state, order.organisation_id) == (
        Origin.ON_BEHALF,
        State.SUBMITTED,
        scene.committee.id,
    )


def test_what_the_district_orders_for_a_committee_is_sent_down_to_it(app):
    scene = a_scene()

    assert submitted(scene, by=actor_of(a_district_administrator())).origin is Origin.PUSH


def test_an_order_of_a_corps_course_is_asked_of_the_corps(app):
    scene = a_scene()
    corps = save(Corps(district_id=scene.committee.district_id, organisation_id=scene.committee.id, name="宣讲团"))
    scene.course.corps_id = corps.id

    assert submitted(scene).corps_id == corps.id


def test_a_draft_may_be_saved_across_by_its_own_page_but_not_over_somebody_elses_words(app):
    scene = a_scene()
    order = a_draft(scene)
    seen = order.version
    operations.save(order, {"need": "一"}, by=scene.orderer, at=NOON)

    operations.save(order, {"need": "二"}, by=scene.orderer, at=NOON, version=seen)
    colleague = actor_of(an_orderer(scene.committee))
    with pytest.raises(Stale):
        operations.save(order, {"need": "三"}, by=colleague, at=NOON, version=seen)

    assert order.need == "二"


def test_a_submitted_order_can_no_longer_be_written_in(app):
    scene = a_scene()
    order = submitted(scene)

    with pytest.raises(IllegalAction):
        operations.save(order, {"need": "改"}, by=scene.orderer, at=NOON)
    with pytest.raises(errors.NotYours):
        operations.save(order, {"need": "改"}, by=actor_of(an_orderer()), at=NOON)


def test_windows_keep_their_order_and_repeat_nothing(app):
    scene = a_scene()
    order = a_draft(scene, windows=[APRIL_14, APRIL_9, APRIL_14])

    rows = db.session.scalars(sa.select(OrderWindow).order_by(OrderWindow.rank)).all()
    assert [(w.starts_at, w.rank) for w in rows] == [(APRIL_14[0], 1), (APRIL_9[0], 2)]
    assert [w.id for w in order.windows] == [w.id for w in rows]


def test_at_most_ten_single_windows_but_two_hundred_of_a_pattern(app):
    scene = a_scene()
    many = [a_window(date(2026, 4, 1) + timedelta(days=i), HalfDay.MORNING) for i in range(11)]
    order = a_draft(scene)

    with pytest.raises(errors.TooManyWindows) as refused:
        operations.set_windows(order, many, by=scene.orderer, at=NOON)
    operations.set_windows(order, many, by=scene.orderer, at=NOON, pattern="每天上午")

    assert (refused.value.field, len(order.windows), order.pattern) == ("windows", 11, "每天上午")


# ── submitting ──────────────────────────────────────────────────────────────────────────────────


def test_submitting_gives_number_edition_deadline_and_news(app, heard):
    scene = a_scene()
    order = a_draft(scene)

    operations.submit(order, by=scene.orderer, at=NOON)

    assert (order.state, order.number, order.edition_item_id) == (
        State.SUBMITTED,
        "QP26-D-00001",
        an_item(scene.course).id,
    )
    assert order.check_by == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)  # two working days, 17:30
    assert order.venue_id == own_room_of(scene.committee).id
    assert heard == [OrderSubmitted(order.id)]
    assert history_of(order) == [("create", "", "draft"), ("submit", "draft", "submitted")]
    assert not verify(KEY_FOR_AUDIT).broken


def test_submitting_twice_is_refused_and_gives_no_second_number(app):
    scene = a_scene()
    order = submitted(scene)

    with pytest.raises(IllegalAction):
        operations.submit(order, by=scene.orderer, at=NOON)

    assert order.number == "QP26-D-00001"


def test_a_draft_of_the_committee_is_not_submitted_by_its_neighbour(app):
    scene = a_scene()
    order = a_draft(scene)

    for stranger in (an_orderer(), a_dispatcher(), a_town_administrator()):
        with pytest.raises(errors.NotYours):
            operations.submit(order, by=actor_of(stranger), at=NOON)


LEAD = [  # an edition that teaches from tomorrow; today is Monday 2 March, lead 5 (online 3)
    (Place.OWN_ROOM, date(2026, 3, 9), True),
    (Place.OWN_ROOM, date(2026, 3, 8), False),
    (Place.ONLINE, date(2026, 3, 5), True),
    (Place.ONLINE, date(2026, 3, 4), False),
]


@pytest.mark.parametrize(("place", "day", "may"), LEAD)
def test_lead_time_is_counted_in_working_days(app, place, day, may):
    an_edition(teach_from=date(2026, 3, 3))
    scene = a_scene()
    order = a_draft(scene, windows=[a_window(day)], place=place)

    if may:
        operations.submit(order, by=scene.orderer, at=NOON)
        assert order.state is State.SUBMITTED
        return
    with pytest.raises(errors.TooSoon) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)
    assert (refused.value.field, order.state) == ("windows", State.DRAFT)
    assert "最早可以选" in refused.value.sentence


def test_lead_time_passes_over_a_holiday_and_counts_a_makeup_day(app):
    """Tuesday 28 April + 5: Wed, Thu, (劳动节 1 to 5 May), Wed 6, Thu 7, Fri 8 = 8 May, a Friday."""
    scene = a_scene()
    at = datetime(2026, 4, 28, 4, tzinfo=UTC)
    the_edition().order_until = date(2026, 4, 30)
    early, late = a_window(date(2026, 5, 7)), a_window(date(2026, 5, 8))
    order = a_draft(scene, windows=[early], at=at)

    with pytest.raises(errors.TooSoon):
        operations.submit(order, by=scene.orderer, at=at)
    operations.set_windows(order, [late], by=scene.orderer, at=at)
    operations.submit(order, by=scene.orderer, at=at)

    assert order.state is State.SUBMITTED


def test_a_dated_setting_of_the_town_moves_the_lead_time(app):
    an_edition(teach_from=date(2026, 3, 3))
    scene = a_scene()
    save(Setting(organisation_id=the_town().id, name="lead_days", value="1", valid_from=date(2026, 3, 1), set_at=NOON))
    order = a_draft(scene, windows=[a_window(date(2026, 3, 3))])

    operations.submit(order, by=scene.orderer, at=NOON)

    assert order.state is State.SUBMITTED


def test_a_pattern_drops_the_times_that_came_too_near_and_keeps_the_rest(app):
    an_edition(teach_from=date(2026, 3, 3))
    scene = a_scene()
    order = a_draft(scene)
    near, far = a_window(date(2026, 3, 4)), a_window(date(2026, 4, 8))
    operations.set_windows(order, [near, far], by=scene.orderer, at=NOON, pattern="周三下午")

    operations.submit(order, by=scene.orderer, at=NOON)

    assert [w.starts_at for w in fresh(order).windows] == [far[0]]


def test_windows_outside_the_edition_are_refused_at_their_field(app):
    scene = a_scene()
    order = a_draft(scene, windows=[APRIL_9, a_window(date(2026, 7, 1))])

    with pytest.raises(errors.OutsideEdition) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert refused.value.sentence == (
        "7月1日（周三）下午不在本季上课时间里。本季上课时间是 4月1日（周三）至6月30日（周二），请换一个时间。"
    )


def test_both_edges_of_the_edition_are_inside(app):
    scene = a_scene()

    order = submitted(scene, windows=[a_window(date(2026, 4, 1)), a_window(date(2026, 6, 30), HalfDay.EVENING)])

    assert order.state is State.SUBMITTED


def test_without_windows_nothing_is_submitted(app):
    scene = a_scene()
    order = a_draft(scene, windows=[])

    with pytest.raises(errors.NoWindow):
        operations.submit(order, by=scene.orderer, at=NOON)


def test_after_the_ordering_days_the_next_edition_takes_it_when_open_else_its_date_is_said(app):
    scene = a_scene()
    late = datetime(2026, 3, 23, 4, tzinfo=UTC)
    third = an_edition(
        "2026年第三季度", order_from=date(2026, 5, 15), order_until=date(2026, 6, 20), teach_from=date(2026, 7, 1), teach_until=date(2026, 9, 30),
    )  # fmt: skip
    an_item(scene.course, third)
    order = a_draft(scene, at=late, windows=[a_window(date(2026, 7, 2))])

    with pytest.raises(errors.OrderingClosed) as refused:
        operations.submit(order, by=scene.orderer, at=late)
    third.order_from = date(2026, 3, 21)
    operations.submit(order, by=scene.orderer, at=late)

    assert "2026年第三季度" in refused.value.sentence
    assert "5月15日（周五）" in refused.value.sentence
    assert order.edition_item_id == an_item(scene.course, third).id


def test_of_two_open_editions_the_one_with_the_times_is_taken(app):
    scene = a_scene()
    third = an_edition("第三季度", teach_from=date(2026, 7, 1), teach_until=date(2026, 9, 30))
    item = an_item(scene.course, third)

    order = submitted(scene, windows=[a_window(date(2026, 7, 2))])

    assert order.edition_item_id == item.id


def test_the_quota_of_the_course_is_one_and_an_administrator_may_let_more_pass_with_a_reason(app):
    scene = a_scene()
    submitted(scene)
    second = a_draft(scene, windows=[APRIL_14], key="k2")
    with pytest.raises(errors.QuotaUsed) as refused:
        operations.submit(second, by=scene.orderer, at=NOON, quota_reason="我想要")

    administrator = actor_of(a_town_administrator())
    third = a_draft(scene, windows=[APRIL_14], key="k3", by=administrator)
    with pytest.raises(errors.QuotaUsed):
        operations.submit(third, by=administrator, at=NOON)
    operations.submit(third, by=administrator, at=NOON, quota_reason="小区改造，矛盾集中")

    assert (refused.value.code, second.state, third.state, third.quota_reason) == (
        "quota_course",
        State.DRAFT,
        State.SUBMITTED,
        "小区改造，矛盾集中",
    )


def test_the_quota_of_the_edition_is_four_and_other_committees_do_not_count(app):
    scene = a_scene()
    for i in range(4):
        an_order(scene.committee, windows=[a_window(date(2026, 5, 4 + i))], state=State.SUBMITTED)
    an_order(a_committee(), scene.course)
    order = a_draft(scene)

    with pytest.raises(errors.QuotaUsed) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert refused.value.code == "quota_edition"
    assert submitted(a_scene(), key="other").state is State.SUBMITTED


@pytest.mark.parametrize(("code", "counts"), [("lecturer", False), ("committee", True)])
def test_a_lecturers_absence_costs_no_quota_and_the_committees_own_does(app, code, counts):
    scene = a_scene()
    missed = an_order(scene.committee, scene.course, state=State.SCHEDULED)
    operations.miss(missed, by=job("lessons"), at=NOON, code=code)

    used = queries.used(scene.committee.id, the_edition().id, scene.course.id)

    assert (used.edition, used.course) == ((1, 1) if counts else (0, 0))


def test_cancelled_rejected_and_unmet_orders_count_nothing(app):
    scene = a_scene()
    for state in (State.CANCELLED, State.REJECTED, State.UNMET, State.DRAFT):
        an_order(scene.committee, scene.course, state=state)

    assert queries.used(scene.committee.id, the_edition().id, scene.course.id) == queries.Used(0, 0)


def test_an_items_own_limit_holds_for_everybody(app):
    scene = a_scene()
    an_item(scene.course).limit = 1
    an_order(a_committee(), scene.course)
    administrator = actor_of(a_town_administrator())
    order = a_draft(scene, by=administrator)

    with pytest.raises(errors.ItemFull):
        operations.submit(order, by=administrator, at=NOON, quota_reason="急需")


def test_the_same_course_at_an_overlapping_time_is_named(app):
    scene = a_scene()
    first = an_order(scene.committee, scene.course, state=State.PLANNED)
    order = a_draft(scene, windows=[APRIL_14, APRIL_9])

    with pytest.raises(Several) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert codes_of(refused) == ["duplicate", "quota_course"]
    assert first.number in refused.value.each[0].sentence


def codes_of(refused):
    return [one.code for one in refused.value.each]


def test_everything_that_can_be_told_is_told_at_once(app):
    scene = a_scene()
    soon = a_window(date(2026, 3, 3), HalfDay.MORNING)
    late = a_window(date(2026, 8, 3), HalfDay.MORNING)
    order = a_draft(scene, windows=[soon, late], expected=3, telephone="", place=Place.VENUE)

    with pytest.raises(Several) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert codes_of(refused) == ["outside_edition", "too_soon", "wrong_place", "wrong_size", "no_contact"]
    assert [one.field for one in refused.value.each] == ["windows", "windows", "venue", "expected", "telephone"]
    assert (refused.value.status, order.state, order.number) == (422, State.DRAFT, None)


def test_without_an_open_edition_the_rest_is_told_all_the_same(app):
    scene = a_scene()
    order = a_draft(scene, expected=None, telephone="")

    with pytest.raises(Several) as refused:
        operations.submit(order, by=scene.orderer, at=NOON + timedelta(days=200))

    assert {"ordering_closed", "wrong_size", "no_contact"} <= set(codes_of(refused))
    assert "outside_edition" not in codes_of(refused)


def test_refusals_of_which_no_field_is_wrong_are_no_422(app):
    assert (Several([errors.QuotaUsed("一"), errors.Duplicate("二")]).status, Several([errors.QuotaUsed("一"), errors.NoContact("二")]).status) == (409, 422)  # fmt: skip


def test_what_touches_but_does_not_overlap_is_no_duplicate(app):
    scene = a_scene()
    save(
        Setting(organisation_id=the_town().id, name="quota_course", value="2", valid_from=date(2026, 1, 1), set_at=NOON)
    )
    an_order(scene.committee, scene.course, windows=[APRIL_9])

    order = submitted(scene, windows=[a_window(date(2026, 4, 9), HalfDay.EVENING)])

    assert order.state is State.SUBMITTED


@pytest.mark.parametrize(
    ("expected", "code", "sentence"),
    [
        (None, "wrong_size", "请填写大概来多少人。"),
        (9, "wrong_size", "这门课至少 10 人才开。可以和邻近居村一起上，或换一门课。"),
        (46, "too_small_room", "坐得下 45 人，本课最多 60 人。请填 45 以内，换个大点的场地，或分两场点。"),
    ],
)
def test_numbers_are_held_against_course_and_room(app, expected, code, sentence):
    scene = a_scene()
    order = a_draft(scene, expected=expected)

    with pytest.raises((errors.WrongSize, errors.TooSmallRoom)) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert (refused.value.code, refused.value.field) == (code, "expected")
    assert refused.value.sentence.endswith(sentence)


def test_the_edges_of_the_size_are_inside(app):
    assert submitted(a_scene(), expected=10, key="a").state is State.SUBMITTED
    assert submitted(a_scene(), expected=45, key="b").state is State.SUBMITTED
    assert submitted(a_scene(), expected=60, key="c", place=Place.ANY_VENUE).state is State.SUBMITTED


@pytest.mark.parametrize("which", ["of another district", "of a neighbour, not shared", "ended", "of nobody"])
def test_a_venue_that_is_not_the_committees_to_choose_is_refused_when_it_is_named(app, which):
    scene = a_scene(online=False, venue=True)
    venue = {
        "of another district": lambda: a_venue("宝山礼堂", a_committee("宝山一村", a_town("庙行镇", a_district()))).id,
        "of a neighbour, not shared": lambda: a_venue("邻居活动室", a_committee(), shared=False).id,
        "ended": lambda: a_venue(ended_on=date(2026, 2, 1)).id,
        "of nobody": lambda: 10**6,
    }[which]()
    order = a_draft(scene)
    before = (order.state, order.place, order.venue_id, order.version)

    with pytest.raises(errors.WrongPlace) as refused:
        operations.save(order, {"place": Place.VENUE, "venue_id": venue}, by=scene.orderer, at=NOON)

    assert (refused.value.code, refused.value.field, refused.value.status) == ("wrong_place", "venue", 422)
    assert (order.state, order.place, order.venue_id, order.version) == before


@pytest.mark.parametrize(("values", "field"), [({"place": Place.ONLINE}, "place"), ({"place": Place.VENUE}, "venue")])
def test_a_place_that_the_course_or_the_form_lacks_is_kept_in_a_draft_and_refused_when_handed_in(app, values, field):
    scene = a_scene(online=False, venue=True)
    order = a_draft(scene, **values)

    with pytest.raises(errors.WrongPlace) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert (refused.value.code, refused.value.field, order.state) == ("wrong_place", field, State.DRAFT)


def test_a_shared_venue_may_be_chosen(app):
    good = a_venue()

    order = submitted(a_scene(online=False, venue=True), place=Place.VENUE, venue_id=good.id)

    assert (order.state, order.venue_id) == (State.SUBMITTED, good.id)


def test_a_committee_without_a_room_is_told_so(app):
    scene = a_scene()
    own_room_of(scene.committee).ended_on = date(2026, 2, 1)
    order = a_draft(scene)

    with pytest.raises(errors.WrongPlace) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert refused.value.sentence == "还没有登记您单位的活动室。请选其他场地，或请本街镇管理员登记。"


def test_the_audience_is_one_of_the_courses(app):
    scene = a_scene()
    codes = db.session.scalars(sa.select(Audience.code).order_by(Audience.position).limit(3)).all()
    for code in codes[:2]:
        save(CourseVersionAudience(course_version_id=version_of(scene.course).id, audience_code=code))
    db.session.expire_all()
    for i, wrong in enumerate((None, codes[2])):
        order = a_draft(scene, key=f"w{i}", audience_code=wrong)
        with pytest.raises(errors.WrongAudience):
            operations.submit(order, by=scene.orderer, at=NOON)

    assert submitted(scene, key="good", audience_code=codes[1]).state is State.SUBMITTED


def test_a_preferred_lecturer_teaches_this_course(app):
    scene = a_scene()
    other, own = a_lecturer("", a_course()), a_lecturer("", scene.course)
    order = a_draft(scene)

    with pytest.raises(errors.WrongLecturer):
        operations.save(order, {"preferred_lecturer_id": other.id}, by=scene.orderer, at=NOON)
    operations.save(order, {"preferred_lecturer_id": own.id}, by=scene.orderer, at=NOON)
    operations.submit(order, by=scene.orderer, at=NOON)

    assert order.state is State.SUBMITTED


@pytest.mark.parametrize("typed", ["", "abc"])
def test_a_telephone_that_can_be_called_is_needed(app, typed):
    scene = a_scene()
    order = a_draft(scene, telephone=typed)

    with pytest.raises(errors.NoContact) as refused:
        operations.submit(order, by=scene.orderer, at=NOON)

    assert refused.value.field == "telephone"


def test_courses_are_ordered_only_by_those_they_are_offered_to(app):
    town, other = the_town(), a_town("朱家角镇")
    scene = a_scene(a_committee(town=town), restricted=True)
    with pytest.raises(errors.NotOffered):
        a_draft(scene)
    save(CourseOffer(course_id=scene.course.id, organisation_id=other.id))
    with pytest.raises(errors.NotOffered):
        a_draft(scene)
    save(CourseOffer(course_id=scene.course.id, organisation_id=town.id))

    assert submitted(scene).state is State.SUBMITTED


def test_another_districts_course_and_classes_are_not_ordered(app):
    mine = a_scene()
    theirs = a_course(owner=a_district())
    a_class = a_course(orderable=False)
    hidden = a_course(programme_only=True)

    for i, course in enumerate((theirs, a_class, hidden)):
        with pytest.raises(errors.NotOffered):
            operations.draft(by=mine.orderer, at=NOON, committee=mine.committee, course=course, key=f"k{i}")


# ── checking ────────────────────────────────────────────────────────────────────────────────────


def test_the_town_approves(app):
    order = submitted(a_scene())
    checker = actor_of(a_town_administrator())

    operations.approve(order, by=checker, at=NOON, version=order.version)

    assert (order.state, order.checked_by_id, order.checked_at) == (State.APPROVED, checker.person_id, NOON)


def test_the_slower_of_two_checkers_is_told(app):
    order = submitted(a_scene())
    seen = order.version
    operations.approve(order, by=actor_of(a_town_administrator()), at=NOON, version=seen)

    with pytest.raises((Stale, IllegalAction)):
        operations.reject(
            order, by=actor_of(a_town_administrator()), at=NOON, version=seen, code="other", reason="晚了"
        )
    with pytest.raises(Stale):
        operations.send_back(order, by=actor_of(a_dispatcher()), at=NOON, version=seen, reason="人数？")

    assert order.state is State.APPROVED


def test_nobody_checks_an_order_they_entered_or_submitted_under_any_role(app):
    scene = a_scene()
    both = a_person("", scene.committee, Role.ORDERER)
    from catalogue.accounts.models import Membership

    for place, role in ((the_town(), Role.TOWN_ADMINISTRATOR), (the_district(), Role.DISTRICT_ADMINISTRATOR)):
        save(Membership(person_id=both.id, organisation_id=place.id, role=role, starts_on=date(2020, 1, 1)))
    maker = actor_of(both)
    order = a_draft(scene, by=maker)
    colleague = scene.orderer
    operations.save(order, {"need": "补充"}, by=colleague, at=NOON)
    operations.submit(order, by=colleague, at=NOON)
    for act in (operations.approve, operations.send_back, operations.reject):
        more = {"reason": "x"} if act is not operations.approve else {}
        if act is operations.reject:
            more["code"] = "other"
        with pytest.raises(errors.OwnOrder):
            act(order, by=maker, at=NOON, **more)

    operations.approve(order, by=actor_of(a_town_administrator()), at=NOON)

    assert order.state is State.APPROVED


def test_whoever_only_wrote_in_it_does_not_check_it_either(app):
    scene = a_scene()
    order = submitted(scene)
    operations.send_back(order, by=actor_of(a_town_administrator()), at=NOON, reason="请补人数")
    helping = actor_of(a_town_administrator())
    operations.save(order, {"expected": 31}, by=helping, at=NOON)
    operations.submit(order, by=scene.orderer, at=NOON)

    with pytest.raises(errors.OwnOrder):
        operations.approve(order, by=helping, at=NOON)


def test_a_returned_order_is_mended_and_comes_back_under_its_number(app):
    scene = a_scene()
    order = submitted(scene)
    operations.send_back(order, by=actor_of(a_town_administrator()), at=NOON, reason="几点方便？")
    assert (order.state, order.number) == (State.RETURNED, "QP26-D-00001")

    operations.set_windows(order, [APRIL_14], by=scene.orderer, at=NOON, version=order.version)
    operations.submit(order, by=scene.orderer, at=NOON, version=order.version)

    assert (order.state, order.number, order.checked_at) == (State.SUBMITTED, "QP26-D-00001", None)


def test_an_order_that_was_handed_in_does_not_lose_its_number_of_people(app):
    scene = a_scene()
    order = submitted(scene)
    operations.send_back(order, by=actor_of(a_town_administrator()), at=NOON, reason="几点方便？")

    with pytest.raises(errors.WrongSize):
        operations.save(order, {"expected": None}, by=scene.orderer, at=NOON)

    operations.save(order, {"expected": 25}, by=scene.orderer, at=NOON)
    assert order.expected == 25


def test_the_dispatcher_returns_an_approved_order_and_nothing_else(app):
    scene = a_scene()
    order = submitted(scene)
    dispatcher = actor_of(a_dispatcher())
    with pytest.raises(errors.NotYours):
        operations.send_back(order, by=dispatcher, at=NOON, reason="？")
    with pytest.raises(errors.NotYours):
        operations.approve(order, by=dispatcher, at=NOON)
    operations.approve(order, by=actor_of(a_town_administrator()), at=NOON)
    with pytest.raises(errors.NotYours):
        operations.send_back(order, by=actor_of(a_town_administrator()), at=NOON, reason="？")

    operations.send_back(order, by=dispatcher, at=NOON, reason="活动室有投影吗？")

    assert order.state is State.RETURNED


def test_a_return_and_a_rejection_say_why(app):
    order = submitted(a_scene())
    checker = actor_of(a_town_administrator())
    for act, more in (
        (operations.send_back, {"reason": "  "}),
        (operations.reject, {"code": "nonsense"}),
        (operations.reject, {"code": "other", "reason": " "}),
    ):
        with pytest.raises(errors.ReasonMissing):
            act(order, by=checker, at=NOON, **more)

    operations.reject(order, by=checker, at=NOON, code="already_given")

    row = queries.history_of(order.id, inside=True)[-1]
    assert (order.state, row.code, row.actor) == (State.REJECTED, "already_given", checker.name)


# ── cancelling, notes, steering ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED, State.APPROVED, State.PLANNED, State.SCHEDULED])
def test_the_committee_cancels_before_the_lesson_with_a_reason(app, heard, state):
    scene = a_scene()
    order = an_order(scene.committee, scene.course, state=state)
    with pytest.raises(errors.ReasonMissing):
        operations.cancel(order, by=scene.orderer, at=NOON)
    with pytest.raises(errors.NotYours):
        operations.cancel(order, by=actor_of(an_orderer()), at=NOON, code="time")

    operations.cancel(order, by=scene.orderer, at=NOON, code="time")

    assert (order.state, heard) == (State.CANCELLED, [OrderCancelled(order.id, state)])


@pytest.mark.parametrize("state", [State.DELIVERED, State.CLOSED, State.CANCELLED, State.REJECTED, State.UNMET, State.MISSED])  # fmt: skip
def test_nothing_is_cancelled_after_its_end(app, state):
    scene = a_scene()
    order = an_order(scene.committee, scene.course, state=state)

    with pytest.raises(IllegalAction):
        operations.cancel(order, by=scene.orderer, at=NOON, code="time")


def test_notes_are_seen_by_the_writers_side_alone(app):
    scene = a_scene()
    order = submitted(scene)
    town = actor_of(a_town_administrator())
    operations.note(order, "这家去年放过鸽子", by=town, at=NOON)
    operations.note(order, "书记出差，找小李", by=scene.orderer, at=NOON)

    seen = {side: [n.words for n in queries.notes_of(order.id, side)] for side in ("committee", "town", "district")}

    assert seen == {"committee": ["书记出差，找小李"], "town": ["这家去年放过鸽子"], "district": []}
    assert not verify(KEY_FOR_AUDIT).broken
    with pytest.raises(errors.NotYours):
        operations.note(order, "看看", by=actor_of(an_orderer()), at=NOON)


def test_an_order_is_assigned_to_staff_only(app):
    scene = a_scene()
    order = submitted(scene)
    town = a_town_administrator()
    with pytest.raises(Exception, match="经办人"):
        operations.assign(order, a_town_administrator(a_town("朱家角镇")).id, by=actor_of(town), at=NOON)
    with pytest.raises(errors.NotYours):
        operations.assign(order, town.id, by=scene.orderer, at=NOON)

    operations.assign(order, town.id, by=actor_of(town), at=NOON)
    operations.wait_for_call(order, NOON + timedelta(days=1), by=actor_of(town), at=NOON, words="书记下午回电")

    assert (order.assigned_to_id, order.call_back_until) == (town.id, NOON + timedelta(days=1))


def test_ordering_again_copies_everything_but_the_times(app):
    scene = a_scene()
    old = an_order(
        scene.committee, scene.course, state=State.CLOSED, need="停车难", expected=25, telephone="021-59250000"
    )

    fresh_one = operations.again(
        old, by=scene.orderer, at=NOON, committee=scene.committee, course=scene.course, key="again"
    )
    same = operations.again(old, by=scene.orderer, at=NOON, committee=scene.committee, course=scene.course, key="again")

    assert (fresh_one.need, fresh_one.expected, fresh_one.windows, fresh_one.state, same.id) == (
        "停车难",
        25,
        [],
        State.DRAFT,
        fresh_one.id,
    )


# ── time ────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_unmet_when_its_edition_has_ended_and_not_a_day_earlier(app, heard):
    waiting, planned = an_order(), an_order(state=State.PLANNED)
    draft = an_order(state=State.DRAFT)
    db.session.commit()

    early = operations.sweep(datetime(2026, 6, 30, 15, 59, tzinfo=UTC))  # 23:59 of its last day in Shanghai
    done = operations.sweep(datetime(2026, 6, 30, 16, 0, tzinfo=UTC))
    again = operations.sweep(datetime(2026, 6, 30, 16, 1, tzinfo=UTC))

    db.session.expire_all()
    assert (early, done, again) == (0, 1, 0)
    states = [db.session.get_one(Order, o.id).state for o in (waiting, planned, draft)]
    assert states == [State.UNMET, State.PLANNED, State.DRAFT]
    assert heard == [OrderUnmet(waiting.id)]


def test_people_do_not_let_orders_lapse(app):
    order = an_order()

    with pytest.raises(Exception, match="系统"):
        operations.lapse(order, by=actor_of(a_district_administrator()), at=NOON)


# ── scope ───────────────────────────────────────────────────────────────────────────────────────


def test_who_sees_an_order(app):
    scene = a_scene()
    order = submitted(scene)
    near = [scene.orderer, *map(actor_of, (a_town_administrator(), a_dispatcher(), a_district_administrator()))]
    far = [
        an_orderer(),
        a_town_administrator(a_town("朱家角镇")),
        a_dispatcher(a_district()),
    ]

    assert [queries.one(by, order.id).id for by in near] == [order.id] * 4
    assert queries.one(scene.orderer, order.number.replace("-", "").lower()).id == order.id
    for stranger in far:
        with pytest.raises(NotVisible):
            queries.one(actor_of(stranger), order.id)


def test_a_draft_is_private_to_its_maker_and_their_committee(app):
    scene = a_scene()
    own = a_draft(scene)
    administrator = actor_of(a_town_administrator())
    on_behalf = a_draft(scene, by=administrator, key="k2")
    colleague = actor_of(an_orderer(scene.committee))

    def seen(by):
        return {r.id for r in queries.listed(by).rows}

    assert (seen(scene.orderer), seen(colleague), seen(administrator)) == ({own.id}, {own.id}, {on_behalf.id})
    assert seen(actor_of(a_town_administrator())) == set()
    with pytest.raises(NotVisible):
        queries.one(actor_of(a_district_administrator()), own.id)


def test_numbers_that_are_no_numbers_find_nothing(app):
    order = submitted(a_scene())
    by = actor_of(a_district_administrator())

    for said in ("0", "-1", "9" * 40, "QP26-D-99999", "' OR 1=1 --", "１", str(order.id) + "x"):
        with pytest.raises(NotVisible):
            queries.one(by, said)


def test_a_submitted_order_needs_its_number_by_the_database_itself(app):
    order = submitted(a_scene())

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Order).where(Order.id == order.id).values(number=None))


def test_the_key_of_a_form_is_unique_per_committee_by_the_database_itself(app):
    first = an_order(key="same")
    save(Order(**{c: getattr(an_order(), c) for c in ("district_id", "town_id", "course_id", "course_version_id", "made_at")}, organisation_id=a_committee().id, key="same", state=State.DRAFT, origin=Origin.COMMITTEE))  # fmt: skip

    with pytest.raises(sa.exc.IntegrityError):
        save(Order(**{c: getattr(first, c) for c in ("district_id", "town_id", "organisation_id", "course_id", "course_version_id", "made_at")}, key="same", state=State.DRAFT, origin=Origin.COMMITTEE))  # fmt: skip

"""The tree: what was true on a past day stays true, and reach always equals the tree."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.accounts.queries import actor_for, memberships_of
from catalogue.core import actor
from catalogue.core.actor import Level, Role
from catalogue.core.db import db
from catalogue.core.errors import Invalid, Stale
from catalogue.organisations import lists, operations, queries, reach, reshaping
from catalogue.organisations.errors import Ended, NameTaken, NotYours, OutOfBounds, StillInUse, WrongDay, WrongParent
from catalogue.organisations.models import Organisation, OrganisationHistory, OrganisationReach
from tests.factories import (
    NOON,
    TODAY,
    a_committee,
    a_district,
    a_district_administrator,
    a_person,
    a_system_administrator,
    a_town,
    a_town_administrator,
    the_city,
    the_district,
    the_town,
)

JOB = actor.job("test")


def by(person):
    return actor_for(person.id, person.name, NOON)


def the_boss():
    return by(a_district_administrator())


def reached():
    return set(
        map(tuple, db.session.execute(sa.select(OrganisationReach.ancestor_id, OrganisationReach.descendant_id)))
    )


def rebuilt():
    up = reach.arrows()
    return {(a, d) for d in up for a in reach.above(d, up)}


# ── create ───────────────────────────────────────────────────────────────────────────────────────


def test_a_new_committee_belongs_to_its_town_and_district_and_is_found_by_pinyin(app):
    town = the_town()

    made = operations.create(
        parent=town, kind="village", name="东庄村", by=the_boss(), at=NOON, code="310118109201", aliases=["东庄"]
    )

    assert (made.district_id, made.town_id, made.level, made.sort_key, made.initials) == (
        town.district_id, town.id, Level.COMMITTEE, "dong1 zhuang1 cun1", "dzc",
    )  # fmt: skip
    assert (queries.name_on(made.id, TODAY), queries.name_on(made.id, TODAY - timedelta(days=1))) == ("东庄村", None)
    assert [a.alias for a in lists.aliases(made.id)] == ["东庄"]
    assert reached() == rebuilt()


def test_an_installation_starts_with_its_city_and_districts(app):
    city = operations.create(parent=None, kind="city", name="上海市", by=JOB, at=NOON)
    district = operations.create(parent=city, kind="district", name="青浦区", number_prefix="qp", by=JOB, at=NOON)

    assert (city.district_id, district.district_id, district.number_prefix) == (None, district.id, "QP")
    assert reached() == rebuilt()


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({"kind": "nothing"}, Invalid, "kind"),
        ({"kind": "town"}, WrongParent, "parent"),
        ({"name": ""}, Invalid, "name"),
        ({"name": "字" * 61}, Invalid, "name"),
        ({"name": "东庄村"}, NameTaken, "name"),
        ({"code": "12"}, Invalid, "code"),
        ({"code": "310118109201"}, Invalid, "code"),
        ({"latitude": 31.0}, Invalid, "longitude"),
        ({"latitude": 91.0, "longitude": 0.0}, Invalid, "latitude"),
    ],
)
def test_a_bad_new_organisation_is_refused_at_its_field(app, values, refusal, field):
    town, boss = the_town(), the_boss()
    operations.create(parent=town, kind="village", name="东庄村", by=boss, at=NOON, code="310118109201")

    with pytest.raises(refusal) as refused:
        operations.create(**{"parent": town, "kind": "village", "name": "新村", "by": boss, "at": NOON, **values})

    assert refused.value.field == field


@pytest.mark.parametrize("who", ["town", "other district", "auditor", "orderer"])
def test_only_the_district_adds_to_its_tree(app, who):
    town = the_town()
    person = {
        "town": lambda: a_town_administrator(town),
        "other district": lambda: a_district_administrator(a_district()),
        "auditor": lambda: a_person("", the_district(), Role.AUDITOR),
        "orderer": lambda: a_person("", a_committee(), Role.ORDERER),
    }[who]()

    with pytest.raises(NotYours):
        operations.create(parent=town, kind="village", name="新村", by=by(person), at=NOON)


def test_only_the_installation_adds_districts(app):
    with pytest.raises(NotYours):
        operations.create(parent=the_city(), kind="district", name="宝山区", number_prefix="BS", by=the_boss(), at=NOON)

    made = operations.create(
        parent=the_city(), kind="district", name="宝山区", number_prefix="BS", by=by(a_system_administrator()), at=NOON
    )

    assert made.district_id == made.id


# ── rename, kind, move ───────────────────────────────────────────────────────────────────────────


def test_a_rename_leaves_the_past_as_it_was_and_keeps_the_old_name_as_alias(app):
    village = a_committee("东庄村")

    reshaping.rename(village, "东庄新村", on=TODAY, by=the_boss(), at=NOON, version=village.version)

    assert (village.name, queries.name_on(village.id, TODAY - timedelta(days=1))) == ("东庄新村", "东庄村")
    assert [a.alias for a in lists.aliases(village.id)] == ["东庄村"]
    assert [h.action for h in lists.history(village.id)] == ["rename"]


def test_a_name_dated_for_later_comes_into_force_on_its_day_and_once(app):
    village, day = a_committee("东庄村"), TODAY + timedelta(days=7)
    reshaping.rename(village, "东庄新村", on=day, by=the_boss(), at=NOON)

    early = reshaping.settle(day - timedelta(days=1), by=JOB, at=NOON)
    done = [reshaping.settle(day, by=JOB, at=NOON) for _ in range(2)]

    assert (early, done, village.name) == (0, [1, 0], "东庄新村")


def test_a_rename_before_the_last_one_is_refused(app):
    village = a_committee("东庄村")
    reshaping.rename(village, "甲村", on=TODAY, by=the_boss(), at=NOON)

    with pytest.raises(WrongDay):
        reshaping.rename(village, "乙村", on=TODAY - timedelta(days=1), by=the_boss(), at=NOON)


def test_a_planned_name_is_called_off_and_the_one_before_goes_on(app):
    village, boss, soon = a_committee("东庄村"), the_boss(), TODAY + timedelta(days=30)
    reshaping.rename(village, "东庄新村", on=soon, by=boss, at=NOON)
    reshaping.rename(village, "东庄大村", on=soon + timedelta(days=30), by=boss, at=NOON)

    with pytest.raises(WrongDay):
        reshaping.rename(village, "东庄好村", on=TODAY, by=boss, at=NOON)
    for _last_first in range(2):
        reshaping.call_off(village, "name", by=boss, at=NOON)
    with pytest.raises(Invalid):
        reshaping.call_off(village, "name", by=boss, at=NOON)

    assert [(n.name, n.valid_until) for n in lists.names_over_time(village.id)] == [("东庄村", None)]
    assert reshaping.settle(soon, by=JOB, at=NOON + timedelta(days=30)) == 0
    reshaping.rename(village, "东庄好村", on=TODAY, by=boss, at=NOON)
    assert (village.name, village.renamed_on) == ("东庄好村", TODAY)


def test_only_those_who_reshape_call_a_change_off(app):
    village = a_committee("东庄村")
    reshaping.set_kind(village, "village", on=TODAY + timedelta(days=30), by=the_boss(), at=NOON)

    with pytest.raises(NotYours):
        reshaping.call_off(village, "place", by=by(a_town_administrator(the_town())), at=NOON)

    reshaping.call_off(village, "place", by=the_boss(), at=NOON)
    assert queries.place_on(village.id, TODAY + timedelta(days=40)) == ("neighbourhood", village.parent_id)


def test_a_stale_page_renames_nothing(app):
    village = a_committee("东庄村")

    with pytest.raises(Stale):
        reshaping.rename(village, "甲村", on=TODAY, by=the_boss(), at=NOON, version=village.version + 1)

    assert queries.name_on(village.id, TODAY) == "东庄村"


def test_a_kind_changes_within_its_level_only(app):
    village = a_committee("东庄村")

    reshaping.set_kind(village, "block", on=TODAY, by=the_boss(), at=NOON)
    with pytest.raises(Invalid):
        reshaping.set_kind(village, "town", on=TODAY, by=the_boss(), at=NOON)

    assert queries.place_on(village.id, TODAY) == ("block", village.parent_id)
    assert queries.place_on(village.id, date(2025, 1, 1)) == ("neighbourhood", village.parent_id)


def test_a_moved_town_takes_its_committees_to_the_other_district(app):
    town, other = the_town(), a_district()
    village = a_committee("东庄村", town)

    reshaping.move(town, other, on=TODAY, by=JOB, at=NOON)

    assert (town.district_id, village.district_id, village.town_id) == (other.id, other.id, town.id)
    assert queries.place_on(town.id, TODAY - timedelta(days=1)) == ("town", the_district().id)
    assert reached() == rebuilt()
    assert village.id in db.session.scalars(queries.below(other.id)).all()


def test_a_district_may_not_move_a_town_to_a_district_that_is_not_its_own(app):
    with pytest.raises(NotYours):
        reshaping.move(the_town(), a_district(), on=TODAY, by=the_boss(), at=NOON)


def test_nothing_moves_below_itself(app):
    district = the_district()
    academy = operations.create(parent=district, kind="academy", name="学院", by=JOB, at=NOON)
    branch = operations.create(parent=academy, kind="branch", name="分院", by=JOB, at=NOON)

    with pytest.raises(WrongParent):
        reshaping.move(academy, branch, on=TODAY, by=JOB, at=NOON)


# ── merge, split, end ────────────────────────────────────────────────────────────────────────────


def test_members_of_a_merged_committee_see_what_both_had_and_their_predecessors_too(app):
    town, boss = the_town(), the_boss()
    first, second = a_committee("一村", town), a_committee("二村", town)
    both = reshaping.merge([first, second], name="一二村", kind="village", parent=town, on=TODAY, by=boss, at=NOON)
    third = a_committee("三村", town)
    db.session.flush()
    every = reshaping.merge(
        [both, third],
        name="大村",
        kind="village",
        parent=town,
        on=TODAY + timedelta(days=1),
        by=boss,
        at=NOON + timedelta(days=1),
    )
    person = a_person("", every, Role.ORDERER)

    held = memberships_of(person.id, TODAY)

    assert set(held[0].reach) == {first.id, second.id, both.id, third.id, every.id}
    assert (first.ended_on, both.ended_on) == (TODAY - timedelta(days=1), TODAY)
    assert reached() == rebuilt()
    assert [o.name for o in lists.links(every.id)[0]] == ["一二村", "三村"]


def test_a_merged_committee_takes_over_spellings_types_and_groupings(app):
    town, boss = the_town(), the_boss()
    first, second = a_committee("下塘社区", town, short_name="下塘"), a_committee("湾塘", town)
    operations.add_alias(first, "下塘居委会", by=boss, at=NOON)
    operations.add_alias(second, "塘湾", by=boss, at=NOON)
    long_ago = TODAY - timedelta(days=90)
    operations.set_types(first, ["old_public"], on=long_ago, by=boss, at=NOON)
    operations.set_types(second, ["old_public", "commercial"], on=long_ago, by=boss, at=NOON)
    west = operations.create_grouping(the_district(), "青西片区", by=boss, at=NOON)
    operations.join(west, first, on=long_ago, by=boss, at=NOON)
    reshaping.rename(second, "湾塘新村", on=TODAY + timedelta(days=30), by=boss, at=NOON)

    made = reshaping.merge(
        [first, second],
        name="塘湾社区",
        kind="neighbourhood",
        parent=town,
        on=TODAY,
        by=boss,
        at=NOON,
        short_name="塘湾",
    )

    assert sorted(a.alias for a in lists.aliases(made.id)) == ["下塘", "下塘居委会", "下塘社区", "湾塘"]
    yesterday = TODAY - timedelta(days=1)
    assert [set(lists.types_on(o.id, d)) for o, d in ((made, TODAY), (second, yesterday), (second, TODAY))] == [
        {"old_public", "commercial"}, {"old_public", "commercial"}, set(),
    ]  # fmt: skip
    assert [[o.id for o, _since in lists.members_of(west.id, d)] for d in (yesterday, TODAY)] == [[first.id], [made.id]]
    assert [(n.name, n.valid_until) for n in lists.names_over_time(second.id)] == [("湾塘", yesterday)]
    assert lists.went_on([first.id, made.id]) == {first.id: "merge"}


def test_what_is_planned_for_a_child_of_merged_towns_stays_planned(app):
    district, boss, soon = the_district(), the_boss(), TODAY + timedelta(days=30)
    first, second, third = a_town("甲镇"), a_town("乙镇"), a_town("丙镇")
    village, guest = a_committee("东庄村", first), a_committee("西庄村", third)
    reshaping.set_kind(village, "village", on=soon, by=boss, at=NOON)
    reshaping.move(guest, second, on=soon, by=boss, at=NOON)

    made = reshaping.merge([first, second], name="甲乙镇", kind="town", parent=district, on=TODAY, by=boss, at=NOON)

    assert [queries.place_on(village.id, d) for d in (TODAY - timedelta(days=1), TODAY, soon)] == [
        ("neighbourhood", first.id), ("neighbourhood", made.id), ("village", made.id),
    ]  # fmt: skip
    assert queries.place_on(guest.id, soon) == ("neighbourhood", made.id)


def test_merged_towns_hand_their_committees_over(app):
    district, boss = the_district(), the_boss()
    first, second = a_town("甲镇"), a_town("乙镇")
    village = a_committee("东庄村", first)

    made = reshaping.merge([first, second], name="甲乙镇", kind="town", parent=district, on=TODAY, by=boss, at=NOON)

    assert (village.parent_id, village.town_id) == (made.id, made.id)
    assert queries.place_on(village.id, TODAY - timedelta(days=1)) == ("neighbourhood", first.id)
    assert reached() == rebuilt()


def test_each_part_of_a_split_sees_the_past_of_the_whole(app):
    town, boss = the_town(), the_boss()
    whole = a_committee("大村", town)

    east, west = reshaping.split(
        whole, [reshaping.Part("东村", "village"), reshaping.Part("西村", "village")], on=TODAY, by=boss, at=NOON
    )

    assert [(whole.id in db.session.scalars(queries.below(p.id)).all()) for p in (east, west)] == [True, True]
    assert (queries.name_on(whole.id, TODAY), queries.name_on(whole.id, TODAY - timedelta(days=1))) == (None, "大村")
    assert reached() == rebuilt()


def test_an_ended_identity_is_never_changed_or_used_again(app):
    boss, village = the_boss(), a_committee("东庄村")
    reshaping.end(village, on=TODAY - timedelta(days=1), by=boss, at=NOON)

    for act in (
        lambda: reshaping.rename(village, "甲村", on=TODAY, by=boss, at=NOON),
        lambda: reshaping.end(village, on=TODAY, by=boss, at=NOON),
        lambda: reshaping.merge(
            [village, a_committee()], name="x", kind="village", parent=the_town(), on=TODAY, by=boss, at=NOON
        ),
        lambda: operations.edit(village, {"address": "x"}, by=boss, at=NOON),
    ):
        with pytest.raises(Ended):
            act()
    again = operations.create(parent=the_town(), kind="village", name="东庄村", by=boss, at=NOON)
    assert again.id != village.id


def test_a_town_with_committees_cannot_end(app):
    a_committee("东庄村")

    with pytest.raises(StillInUse):
        reshaping.end(the_town(), on=TODAY, by=the_boss(), at=NOON)


def test_a_town_changes_details_of_its_committees_but_not_their_shape(app):
    town = the_town()
    village, clerk = a_committee("东庄村", town), by(a_town_administrator(town))

    changed = operations.edit(
        village,
        {"address": "老街 1 号", "latitude": 31.0, "longitude": 121.0},
        by=clerk,
        at=NOON,
        version=village.version,
    )

    assert changed == ("address", "latitude", "longitude")
    for act in (
        lambda: reshaping.rename(village, "甲村", on=TODAY, by=clerk, at=NOON),
        lambda: reshaping.end(village, on=TODAY, by=clerk, at=NOON),
        lambda: operations.edit(village, {"code": "310118109201"}, by=clerk, at=NOON),
        lambda: operations.edit(a_committee("别镇村", a_town("别镇")), {"address": "x"}, by=clerk, at=NOON),
    ):
        with pytest.raises(NotYours):
            act()


def test_types_of_community_change_from_a_day_on(app):
    village, boss = a_committee("东庄村"), the_boss()
    operations.set_types(village, ["rural", "resettlement"], on=date(2026, 1, 1), by=boss, at=NOON)
    operations.set_types(village, ["commercial", "resettlement"], on=TODAY, by=boss, at=NOON)

    assert sorted(lists.types_on(village.id, date(2026, 2, 1))) == ["resettlement", "rural"]
    assert sorted(lists.types_on(village.id, TODAY)) == ["commercial", "resettlement"]


def test_an_alias_is_added_once_and_forgotten_on_demand(app):
    village, boss = a_committee("刘夏二村"), the_boss()
    for _ in range(2):
        operations.add_alias(village, " 刘二 ", by=boss, at=NOON)
    row = lists.aliases(village.id)[0]
    operations.remove_alias(village, row.id, by=boss, at=NOON)

    assert (row.alias, lists.aliases(village.id)) == ("刘二", [])
    assert [h.action for h in lists.history(village.id)] == ["remove_alias", "add_alias"]


# ── settings and groupings ───────────────────────────────────────────────────────────────────────


def test_a_setting_is_inherited_from_its_day_on_and_the_nearest_wins(app):
    district, town, boss = the_district(), the_town(), the_boss()
    village = a_committee("东庄村", town)
    operations.set_setting(district, "quota_edition", 6, on=TODAY, by=boss, at=NOON)
    operations.set_setting(town, "quota_edition", 3, on=TODAY + timedelta(days=2), by=boss, at=NOON)

    found = [queries.setting("quota_edition", village.id, TODAY + timedelta(days=n)) for n in (-1, 0, 1, 2)]

    assert found == [4, 6, 6, 3]
    shown = {s.name: s for s in lists.settings_in_force(village, TODAY)}["quota_edition"]
    assert (shown.value, shown.said_by, shown.since) == (6, "青浦区", TODAY)


def test_a_setting_out_of_bounds_of_the_past_or_by_a_town_is_refused(app):
    town, boss = the_town(), the_boss()
    for value, on, refusal in (
        (0, TODAY, OutOfBounds),
        (400, TODAY, OutOfBounds),
        (5, TODAY - timedelta(days=1), WrongDay),
    ):
        with pytest.raises(refusal):
            operations.set_setting(town, "answer_hours", value, on=on, by=boss, at=NOON)
    with pytest.raises(NotYours):
        operations.set_setting(town, "answer_hours", 5, on=TODAY, by=by(a_town_administrator(town)), at=NOON)


def test_groupings_have_members_by_day_and_give_no_right(app):
    district, boss = the_district(), the_boss()
    cluster = operations.create_grouping(district, "青西片区", by=boss, at=NOON)
    town = the_town()
    operations.join(cluster, town, on=date(2026, 1, 1), by=boss, at=NOON)
    operations.leave(cluster, town, on=TODAY, by=boss, at=NOON)

    assert [o.name for o, _ in lists.members_of(cluster.id, TODAY)] == ["练塘镇"]
    assert lists.members_of(cluster.id, TODAY + timedelta(days=1)) == []
    with pytest.raises(Invalid):
        operations.join(cluster, a_town("顾村镇", a_district()), on=TODAY, by=boss, at=NOON)
    with pytest.raises(NotYours):
        operations.create_grouping(district, "别的", by=by(a_town_administrator()), at=NOON)
    with pytest.raises(NameTaken):
        operations.create_grouping(district, "青西片区", by=boss, at=NOON)


# ── search ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["刘夏", "刘二", "lxec", "xec", "3101181092", "夏二"])
def test_a_place_is_found_however_people_write_it(app, typed):
    village = a_committee("刘夏二村", code="310118109201")
    a_committee("东庄村")
    operations.add_alias(village, "刘二", by=the_boss(), at=NOON)

    found = lists.listed(the_boss(), lists.Wanted(typed=typed), TODAY).rows

    assert [o.name for o in found] == ["刘夏二村"]


@pytest.mark.parametrize("typed", ["100%", "_", "\\", "刘夏二村%", "' OR 1=1 --"])
def test_signs_of_the_database_are_only_signs(app, typed):
    a_committee("刘夏二村")

    found = lists.listed(the_boss(), lists.Wanted(typed=typed), TODAY).rows

    assert "刘夏二村" not in [o.name for o in found] or not queries.tokens(typed)


def test_a_town_sees_its_own_and_not_its_neighbour(app):
    town, other = the_town(), a_town("朱家角镇")
    a_committee("东庄村", town)
    a_committee("西庄村", other)

    found = lists.listed(by(a_town_administrator(town)), lists.Wanted(), TODAY).rows

    assert [o.name for o in found] == ["东庄村", "练塘镇"]


# ── reach against the tree, after anything ───────────────────────────────────────────────────────

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "move", "merge", "split", "end", "town"]), st.integers(0, 99), st.integers(0, 99)
    ),
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_reach_equals_the_tree_rebuilt_from_nothing_after_any_steps(app, steps):
    with db.session.begin_nested() as undo:
        district, other = (
            the_district(),
            db.session.scalars(sa.select(Organisation).where(Organisation.name == "宝山区")).first() or a_district(),
        )
        first = a_town("甲镇")
        for name in ("一村", "二村", "三村"):
            a_committee(name, first)
        for n, (what, one, two) in enumerate(steps):
            try:
                with db.session.begin_nested():
                    _step(what, one, two, n, district, other)
            except (Ended, WrongDay, WrongParent, StillInUse, NameTaken, Invalid):
                continue
        db.session.flush()
        assert reached() == rebuilt()
        undo.rollback()


def _step(what, one, two, n, district, other):
    towns = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.level == Level.TOWN, Organisation.ended_on.is_(None))
        .order_by(Organisation.id)
    ).all()
    villages = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.level == Level.COMMITTEE, Organisation.ended_on.is_(None))
        .order_by(Organisation.id)
    ).all()
    if not villages:
        return
    town, village, village2 = towns[one % len(towns)], villages[one % len(villages)], villages[two % len(villages)]
    on, at = TODAY + timedelta(days=n), NOON + timedelta(days=n)
    if what == "create":
        operations.create(parent=town, kind="village", name=f"新{n}村", by=JOB, at=at, on=on)
    elif what == "town":
        reshaping.move(town, other if two % 2 else district, on=on, by=JOB, at=at)
    elif what == "move":
        reshaping.move(village, towns[two % len(towns)], on=on, by=JOB, at=at)
    elif what == "merge" and two % 3 == 0 and len(towns) > 1:
        reshaping.merge(towns[:2], name=f"合{n}镇", kind="town", parent=district, on=on, by=JOB, at=at)
    elif what == "merge":
        reshaping.merge([village, village2], name=f"合{n}村", kind="village", parent=town, on=on, by=JOB, at=at)
    elif what == "split":
        reshaping.split(
            village,
            [reshaping.Part(f"东{n}村", "village"), reshaping.Part(f"西{n}村", "village")],
            on=on,
            by=JOB,
            at=at,
        )
    else:
        reshaping.end(village, on=on, by=JOB, at=at)


def test_every_write_on_the_tree_leaves_history(app):
    village, boss = a_committee("东庄村"), the_boss()
    operations.edit(village, {"address": "老街 1 号"}, by=boss, at=NOON)
    reshaping.rename(village, "甲村", on=TODAY, by=boss, at=NOON)
    operations.set_setting(village, "rating_days", 10, on=TODAY, by=boss, at=NOON)

    rows = db.session.execute(
        sa.select(OrganisationHistory.action, OrganisationHistory.person_id).order_by(OrganisationHistory.id)
    ).all()

    assert [tuple(r) for r in rows] == [(a, boss.person_id) for a in ("edit", "rename", "set_setting")]

"""People, roles and accounts: who may keep whom, and what follows when the tree changes."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from catalogue.accounts import keys, operations, passwords, policy, queries
from catalogue.accounts.errors import NoAccount, NotYours, UsernameTaken, WrongRole, WrongTerm
from catalogue.accounts.models import Account, Membership, OldPassword, PersonHistory
from catalogue.accounts.queries import actor_for, memberships_of
from catalogue.core import actor
from catalogue.core.actor import Role
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.core.models import Audit
from catalogue.organisations import operations as organisations
from catalogue.organisations import reshaping
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
    account_of,
    an_orderer,
    the_city,
    the_district,
    the_town,
)

START = passwords.Start("abcd-efgh-jkmn", "$argon2id$not-a-real-hash")
YESTERDAY = TODAY - timedelta(days=1)


def by(person):
    return actor_for(person.id, person.name, NOON)


def deeds(person):
    return list(
        db.session.scalars(
            sa.select(PersonHistory.action).where(PersonHistory.owner_id == person.id).order_by(PersonHistory.id)
        )
    )


def roles(person, day=TODAY):
    return sorted((m.role.value, m.organisation_id) for m in memberships_of(person.id, day))


# ── a town keeps its own ─────────────────────────────────────────────────────────────────────────


def test_a_town_brings_a_new_committee_member_to_their_first_sign_in(app):
    town = the_town()
    village, clerk = a_committee("东庄村", town), by(a_town_administrator(town))

    person = operations.create_person(village, "曾一", by=clerk, at=NOON, post="书记", phone="138 0000 1234")
    operations.grant(person, Role.ORDERER, village, starts_on=TODAY, by=clerk, at=NOON)
    account = keys.create_account(person, "DongZhuang", START, by=clerk, at=NOON)
    db.session.commit()

    assert (person.phone, person.sort_key, person.town_id) == ("13800001234", "zeng1 yi1", town.id)
    assert (account.username, account.must_change, account.start_code_until) == (
        "dongzhuang",
        True,
        NOON + timedelta(days=14),
    )
    assert roles(person) == [("orderer", village.id)]
    assert deeds(person) == ["create", "grant", "open_account"]
    audited = db.session.scalars(sa.select(Audit.fields).where(Audit.action == "open_account")).one()
    assert audited == "username"


@pytest.mark.parametrize("act", ["create", "grant", "reset", "disable", "end", "edit", "hand over", "reveal"])
def test_a_town_does_nothing_to_another_towns_people(app, act):
    clerk = by(a_town_administrator(the_town()))
    village = a_committee("西庄村", a_town("朱家角镇"))
    theirs, other = an_orderer(village), an_orderer(village)
    account = account_of(theirs)

    with pytest.raises(NotYours):
        {
            "create": lambda: operations.create_person(village, "甲", by=clerk, at=NOON),
            "grant": lambda: operations.grant(
                theirs, Role.ORDERER, village, starts_on=date(2030, 1, 1), by=clerk, at=NOON
            ),
            "reset": lambda: keys.reset(account, START, by=clerk, at=NOON),
            "disable": lambda: keys.disable(account, by=clerk, at=NOON),
            "end": lambda: operations.end_person(theirs, on=TODAY, by=clerk, at=NOON),
            "edit": lambda: operations.edit_person(theirs, {"name": "乙"}, by=clerk, at=NOON),
            "hand over": lambda: operations.hand_over(theirs, other, on=TODAY, by=clerk, at=NOON),
            "reveal": lambda: operations.reveal_phone(theirs, by=clerk, at=NOON),
        }[act]()

    assert deeds(theirs) == []


def test_a_town_may_not_reset_somebody_who_also_works_for_another_town(app):
    town = the_town()
    person = an_orderer(a_committee("东庄村", town))
    organisations_elsewhere = a_committee("西庄村", a_town("朱家角镇"))
    db.session.add(
        Membership(person_id=person.id, organisation_id=organisations_elsewhere.id, role=Role.ORDERER, starts_on=TODAY)
    )
    db.session.flush()

    with pytest.raises(NotYours):
        keys.reset(account_of(person), START, by=by(a_town_administrator(town)), at=NOON)


ALLOWED = {  # who may give what at its own place
    "town": {"orderer"},
    "district": {
        "orderer",
        "lecturer",
        "corps_leader",
        "town_administrator",
        "dispatcher",
        "approver",
        "district_administrator",
        "auditor",
    },
    "system": {r.value for r in Role},
}


@pytest.mark.parametrize("keeper", ["town", "district", "system"])
@pytest.mark.parametrize("role", list(Role))
def test_nobody_gives_a_role_above_their_own(app, keeper, role):
    who = {"town": a_town_administrator, "district": a_district_administrator, "system": a_system_administrator}[
        keeper
    ]()
    village = a_committee("东庄村")
    places = {p.level: p for p in (village, the_town(), the_district(), the_city())}
    place = places[policy.HELD_AT[role][0]] if role not in (Role.LECTURER, Role.CORPS_LEADER) else village
    person = a_person("", village)

    if role.value in ALLOWED[keeper]:
        operations.grant(person, role, place, starts_on=TODAY, by=by(who), at=NOON)
        assert roles(person) == [(role.value, place.id)]
    else:
        with pytest.raises(NotYours):
            operations.grant(person, role, place, starts_on=TODAY, by=by(who), at=NOON)
        assert roles(person) == []


def test_nobody_gives_themselves_anything_or_resets_themselves(app):
    boss = a_district_administrator()
    account = account_of(boss)

    with pytest.raises(NotYours):
        operations.grant(boss, Role.DISPATCHER, the_district(), starts_on=TODAY, by=by(boss), at=NOON)
    with pytest.raises(NotYours):
        keys.reset(account, START, by=by(boss), at=NOON)


def test_a_town_may_not_touch_its_district_administrator(app):
    town = the_town()
    boss = a_person("", town, Role.TOWN_ADMINISTRATOR)
    db.session.add(
        Membership(
            person_id=boss.id, organisation_id=the_district().id, role=Role.DISTRICT_ADMINISTRATOR, starts_on=TODAY
        )
    )
    db.session.flush()

    with pytest.raises(NotYours):
        keys.reset(account_of(boss), START, by=by(a_town_administrator(town)), at=NOON)


def test_a_district_may_not_touch_another_district_or_the_installations_administrator(app):
    boss = by(a_district_administrator())
    for person in (a_district_administrator(a_district()), a_system_administrator()):
        with pytest.raises(NotYours):
            keys.reset(account_of(person), START, by=boss, at=NOON)


def test_a_role_means_nothing_at_the_wrong_level(app):
    with pytest.raises(WrongRole):
        operations.grant(
            a_person(), Role.DISPATCHER, the_town(), starts_on=TODAY, by=by(a_district_administrator()), at=NOON
        )


# ── terms ────────────────────────────────────────────────────────────────────────────────────────


def test_a_term_holds_on_both_its_days_and_not_beside_them(app):
    village, boss = a_committee(), by(a_district_administrator())
    person = a_person("", village)

    operations.grant(
        person, Role.ORDERER, village, starts_on=TODAY, ends_on=TODAY + timedelta(days=3), by=boss, at=NOON
    )

    assert [len(roles(person, TODAY + timedelta(days=n))) for n in (-1, 0, 3, 4)] == [0, 1, 1, 0]


def test_the_same_role_is_not_given_twice_for_the_same_days(app):
    village, boss = a_committee(), by(a_district_administrator())
    person = an_orderer(village)

    with pytest.raises(WrongTerm):
        operations.grant(person, Role.ORDERER, village, starts_on=TODAY, by=boss, at=NOON)
    with pytest.raises(WrongTerm):
        operations.grant(person, Role.LECTURER, village, starts_on=TODAY, ends_on=YESTERDAY, by=boss, at=NOON)


def test_a_role_taken_away_is_gone_at_once(app):
    village, boss = a_committee(), by(a_district_administrator())
    person = an_orderer(village)
    row = queries.open_memberships(person.id, TODAY)[0]

    operations.end_membership(row, on=YESTERDAY, by=boss, at=NOON)

    assert (roles(person), roles(person, YESTERDAY)) == ([], [("orderer", village.id)])


def test_a_hand_over_moves_every_role_and_closes_the_old_account(app):
    village, clerk = a_committee("东庄村"), by(a_town_administrator())
    old, new = an_orderer(village), a_person("", village)
    account = account_of(old)

    operations.hand_over(old, new, on=TODAY, by=clerk, at=NOON)

    assert (roles(old), roles(new), roles(old, YESTERDAY)) == ([], [("orderer", village.id)], [("orderer", village.id)])
    assert (account.disabled_at, deeds(old)) == (NOON, ["end_role", "hand_over", "disable"])


def test_who_leaves_holds_nothing_and_signs_in_no_more(app):
    village, clerk = a_committee("东庄村"), by(a_town_administrator())
    person = an_orderer(village)
    account = account_of(person)

    operations.end_person(person, on=TODAY, by=clerk, at=NOON)

    assert (roles(person, TODAY + timedelta(days=1)), account.disabled_at) == ([], NOON)
    with pytest.raises(NoAccount):
        keys.enable(account, by=clerk, at=NOON)


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────


def test_a_reset_takes_the_second_step_and_the_password_away(app):
    clerk = by(a_town_administrator())
    account = account_of(an_orderer(a_committee()))
    account.totp_on, account.totp_secret, before = True, "JBSWY3DPEHPK3PXP", account.password_hash

    keys.reset(account, START, by=clerk, at=NOON)

    assert (account.totp_on, account.totp_secret, account.must_change, account.password_hash) == (
        False,
        "",
        True,
        START.password_hash,
    )
    assert db.session.scalars(sa.select(OldPassword.password_hash)).all() == [before]


@pytest.mark.parametrize("name", ["ab", "x" * 41, "a b", "<b>", ""])
def test_a_bad_user_name_is_refused(app, name):
    with pytest.raises(Invalid):
        keys.create_account(a_person("", a_committee()), name, START, by=by(a_town_administrator()), at=NOON)


def test_a_taken_user_name_is_refused_in_any_spelling(app):
    account_of(an_orderer(), "dongzhuang")

    with pytest.raises(UsernameTaken):
        keys.create_account(a_person("", a_committee()), "ＤongZhuang", START, by=by(a_town_administrator()), at=NOON)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"email": "x"}, "email"), ({"name": "字" * 41}, "name")],
)
def test_bad_details_are_refused_at_their_field(app, values, field):
    with pytest.raises(Invalid) as refused:
        operations.create_person(a_committee(), **{"name": "甲", **values}, by=by(a_town_administrator()), at=NOON)

    assert refused.value.field == field


def test_each_look_at_a_phone_is_recorded(app):
    clerk = by(a_town_administrator())
    person = an_orderer(a_committee())

    assert operations.reveal_phone(person, by=clerk, at=NOON) == "13800001234"
    assert deeds(person) == ["reveal_phone"]


# ── when the tree changes ────────────────────────────────────────────────────────────────────────


def test_members_of_merged_committees_go_on_in_the_new_one(app):
    town, boss = the_town(), by(a_district_administrator())
    first, second = a_committee("一村", town), a_committee("二村", town)
    person = an_orderer(first)

    both = reshaping.merge([first, second], name="一二村", kind="village", parent=town, on=TODAY, by=boss, at=NOON)

    assert (person.organisation_id, roles(person), roles(person, YESTERDAY)) == (
        both.id,
        [("orderer", both.id)],
        [("orderer", first.id)],
    )
    assert set(memberships_of(person.id, TODAY)[0].reach) == {both.id, first.id, second.id}


def test_people_of_a_moved_committee_belong_to_its_new_town(app):
    old, new = the_town(), a_town("朱家角镇")
    village = a_committee("东庄村", old)
    person = an_orderer(village)

    reshaping.move(village, new, on=TODAY, by=by(a_district_administrator()), at=NOON)

    assert person.town_id == new.id
    with pytest.raises(NotYours):
        operations.edit_person(person, {"name": "甲"}, by=by(a_town_administrator(old)), at=NOON)
    assert operations.edit_person(person, {"post": "主任"}, by=by(a_town_administrator(new)), at=NOON) == ("post",)


def test_roles_end_with_the_organisation(app):
    village = a_committee("东庄村")
    person = an_orderer(village)

    reshaping.end(village, on=YESTERDAY, by=by(a_district_administrator()), at=NOON)

    assert roles(person) == []


def test_an_empty_installation_gets_its_first_people_from_a_job(app):
    job = actor.job("seed")
    city = organisations.create(parent=None, kind="city", name="上海市", by=job, at=NOON)
    person = operations.create_person(city, "系统管理员甲", by=job, at=NOON)
    operations.grant(person, Role.SYSTEM_ADMINISTRATOR, city, starts_on=TODAY, by=job, at=NOON)
    account = keys.create_account(person, "system1", START, by=job, at=NOON, must_change=False)

    assert (account.must_change, roles(person)) == (False, [("system_administrator", city.id)])

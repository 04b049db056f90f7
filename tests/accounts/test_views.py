"""The pages of people and of one's own account."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
import time_machine

from catalogue.accounts.models import Account, Membership, Person
from catalogue.core.actor import Role
from catalogue.core.db import db
from tests.factories import (
    LONG_AGO,
    NOON,
    PASSWORD,
    a_committee,
    a_district,
    a_district_administrator,
    a_person,
    a_system_administrator,
    a_town,
    a_town_administrator,
    account_of,
    an_auditor,
    an_orderer,
    the_town,
)


@pytest.fixture
def clerk(client):
    """A browser of the town's administrator."""
    return client.sign_in(a_town_administrator(the_town()))


def code_in(answer):
    return re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", answer.text)[0]


def test_a_town_adds_a_person_prints_the_slip_and_they_sign_in_with_it(clerk, app):
    village = a_committee("东庄村")

    slip = clerk.send(
        "/people/new",
        {
            "organisation_id": village.id,
            "name": "曾一",
            "post": "书记",
            "phone": "13800001234",
            "role": "orderer",
            "username": "dongzhuang",
        },
    )
    code = code_in(slip)
    person = db.session.scalars(sa.select(Person).where(Person.name == "曾一")).one()
    theirs = app.test_client()
    first = theirs.send("/login", {"username": "dongzhuang", "password": code})

    assert (slip.status_code, slip.headers["Cache-Control"], first.location) == (200, "no-store", "/account/password")
    again = clerk.get(f"/people/{person.id}").text
    assert ("等首次登录" in again, code in again, "138****1234" in again, "13800001234" in again) == (
        True,
        False,
        True,
        False,
    )
    new = {
        "current_password": code,
        "new_password": "一句好记的话要够长才行",
        "new_password_again": "一句好记的话要够长才行",
    }
    assert theirs.send("/account/password", new).location == "/"


def test_a_refused_new_person_keeps_what_was_typed(clerk):
    village = a_committee("东庄村")
    account_of(an_orderer(), "taken")

    answer = clerk.send(
        "/people/new",
        {"organisation_id": village.id, "name": "曾一", "phone": "12", "role": "orderer", "username": "taken"},
    )
    second = clerk.send(
        "/people/new",
        {"organisation_id": village.id, "name": "曾一", "phone": "", "role": "orderer", "username": "taken"},
    )

    assert (answer.status_code, second.status_code) == (422, 422)
    assert ('value="曾一"' in answer.text, "请填写手机号码" in answer.text, "已经有人用了" in second.text) == (
        True,
        True,
        True,
    )
    assert db.session.scalars(sa.select(Person).where(Person.name == "曾一")).all() == []


@pytest.mark.parametrize("path", ["", "/edit", "/end", "/hand-over", "/roles/new", "/account", "/account/reset"])
def test_another_towns_people_are_not_there(clerk, path):
    theirs = an_orderer(a_committee("西庄村", a_town("朱家角镇")))
    account_of(theirs)

    assert clerk.get(f"/people/{theirs.id}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/phone", "/account/disable", "/account/enable", "/account/reset", "/roles/1/end"])
def test_another_towns_people_cannot_be_touched(clerk, path):
    theirs = an_orderer(a_committee("西庄村", a_town("朱家角镇")))
    account = account_of(theirs)

    assert clerk.send(f"/people/{theirs.id}{path}").status_code == 404
    assert (account.disabled_at, account.must_change) == (None, False)


def test_search_counts_and_lists_show_nothing_of_another_town(clerk):
    an_orderer(a_committee("东庄村"), "曾一")
    an_orderer(a_committee("西庄村", a_town("朱家角镇")), "曾二")

    assert [n in clerk.get(f"/people/?q={q}").text for q, n in (("曾", "曾一"), ("曾", "曾二"), ("cy", "曾一"))] == [
        True,
        False,
        True,
    ]


def test_a_role_above_ones_own_is_refused_even_by_a_forged_form(clerk):
    person = an_orderer(a_committee("东庄村"))

    answer = clerk.send(
        f"/people/{person.id}/roles/new",
        {"role": "town_administrator", "organisation_id": the_town().id, "starts_on": "2026-03-02"},
    )

    assert answer.status_code == 422
    assert (
        db.session.scalar(sa.select(sa.func.count()).select_from(Membership).where(Membership.person_id == person.id))
        == 1
    )


def test_a_stopped_role_is_gone_on_the_next_request(clerk, app):
    person = a_person("", the_town(), Role.ORDERER)
    village = a_committee("东庄村")
    person = an_orderer(village)
    theirs = app.test_client().sign_in(person)
    membership = db.session.scalars(sa.select(Membership).where(Membership.person_id == person.id)).one()
    before = "点单员" in theirs.get("/account/").text

    clerk.send(f"/people/{person.id}/roles/{membership.id}/end")

    assert (before, "您还没有岗位" in theirs.get("/account/").text) == (True, True)


def test_a_disabled_account_is_out_on_the_next_request(clerk, app):
    person = an_orderer(a_committee("东庄村"))
    theirs = app.test_client().sign_in(person)

    clerk.send(f"/people/{person.id}/account/disable")

    assert theirs.get("/account/").status_code == 302


def test_a_reset_shows_a_new_code_once_and_takes_the_second_step_away(clerk):
    account = account_of(an_orderer(a_committee("东庄村")))
    account.totp_on, account.totp_secret = True, pyotp.random_base32()

    slip = clerk.send(f"/people/{account.person_id}/account/reset")

    assert len(code_in(slip)) == 14
    account = db.session.get(Account, account.id)
    assert (account.totp_on, account.must_change, account.start_code_until) == (False, True, account.start_code_until)


def test_looking_at_a_phone_is_a_post_and_leaves_a_trace(clerk):
    person = an_orderer(a_committee("东庄村"))

    assert clerk.get(f"/people/{person.id}/phone").status_code == 405
    assert "13800001234" in clerk.send(f"/people/{person.id}/phone").text
    assert "查看电话" in clerk.get(f"/people/{person.id}").text


def test_a_hand_over_leads_to_the_new_person(clerk):
    village = a_committee("东庄村")
    old, new = an_orderer(village), a_person("曾一", village)

    answer = clerk.send(f"/people/{old.id}/hand-over", {"person_id": new.id, "on": "2026-03-02"})

    assert (answer.status_code, answer.location) == (302, f"/people/{new.id}")


def test_a_stale_page_changes_nothing_and_keeps_what_was_typed(clerk):
    person = an_orderer(a_committee("东庄村"))

    answer = clerk.send(f"/people/{person.id}/edit", {"name": "曾二", "version": person.version + 1})

    assert (answer.status_code, 'value="曾二"' in answer.text) == (409, True)
    assert db.session.get(Person, person.id).name != "曾二"


def test_a_number_is_changed_or_taken_away_without_being_shown(clerk):
    person = an_orderer(a_committee("东庄村"))
    person.phone = "13800001234"
    db.session.commit()
    address, same = f"/people/{person.id}/edit", {"name": person.name, "post": "书记"}

    def number_after(**typed):
        sent = clerk.send(address, {**same, "version": db.session.get(Person, person.id).version, **typed})
        db.session.expire_all()
        return sent.status_code, db.session.get(Person, person.id).phone

    shown = clerk.get(address).text
    assert ("13800001234" in shown, 'placeholder="138****1234"' in shown) == (False, True)
    assert f'action="/people/{person.id}/phone"' in shown
    assert number_after(phone="") == (302, "13800001234")
    assert number_after(phone="13900005678") == (302, "13900005678")
    assert number_after(phone="", drop_phone="y") == (302, "")
    assert "看全号" not in clerk.get(address).text


@pytest.mark.parametrize("who", [an_orderer, an_auditor])
def test_who_keeps_nobody_has_no_such_pages(client, who):
    client.sign_in(who())

    assert [client.get(p).status_code for p in ("/people/", "/people/new", "/people/1")] == [403, 403, 403]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_costs_the_same_statements_with_1_and_with_3_rows(client, statements, count):
    client.sign_in(a_district_administrator())
    for _ in range(count):
        an_orderer(a_committee())

    client.get("/people/")
    with statements() as sent:
        assert client.get("/people/").status_code == 200

    assert len(sent) == 3  # one for the sign-in, the page's rows, their roles


# ── one's own account ────────────────────────────────────────────────────────────────────────────


def test_my_sign_ins_are_listed_and_ended_and_nobody_elses(client, app):
    person, other = an_orderer(), an_orderer()
    client.sign_in(person)
    second, stranger = app.test_client().sign_in(person), app.test_client().sign_in(other)
    rows = list(db.session.execute(sa.text("SELECT id FROM web_session ORDER BY id")).scalars())

    foreign = client.send(f"/account/sign-ins/{rows[2]}/end")
    mine = client.send(f"/account/sign-ins/{rows[1]}/end")

    assert (foreign.status_code, mine.status_code) == (404, 302)
    assert [b.get("/account/").status_code for b in (client, second, stranger)] == [200, 302, 200]


def test_signing_out_everywhere_leaves_only_this_one(client, app):
    person = an_orderer()
    client.sign_in(person)
    others = [app.test_client().sign_in(person) for _ in range(2)]

    client.send("/account/sign-out-everywhere")

    assert [b.get("/account/").status_code for b in (client, *others)] == [200, 302, 302]


def test_the_second_step_is_switched_on_by_a_right_code_and_off_by_the_password(client):
    person = a_town_administrator()
    account = account_of(person)
    client.sign_in(person)

    client.send("/account/second-step/start")
    picture = client.get("/account/second-step.svg")
    secret = db.session.get(Account, account.id).totp_secret
    shown = secret in client.get("/account/second-step").text
    wrong = client.send("/account/second-step", {"code": "12345"})
    right = client.send("/account/second-step", {"code": pyotp.TOTP(secret).at(NOON)})

    assert (picture.mimetype, shown, wrong.status_code, right.location) == ("image/svg+xml", True, 422, "/account/")
    assert (db.session.get(Account, account.id).totp_on, client.get("/account/second-step.svg").status_code) == (
        True,
        404,
    )
    refused = client.send("/account/second-step/off", {"password": "wrong"})
    client.send("/account/second-step/off", {"password": PASSWORD})
    assert (refused.status_code, db.session.get(Account, account.id).totp_on) == (422, False)


def test_looking_at_the_account_page_makes_no_secret(client):
    person = an_orderer()
    account = account_of(person)
    client.sign_in(person)

    client.get("/account/")

    assert (client.get("/account/second-step").location, db.session.get(Account, account.id).totp_secret) == (
        "/account/",
        "",
    )


def test_somebody_of_two_committees_chooses_whom_they_speak_for(client):
    person, other = an_orderer(a_committee("东庄村")), a_committee("西庄村")
    db.session.add(Membership(person_id=person.id, organisation_id=other.id, role=Role.ORDERER, starts_on=LONG_AGO))
    client.sign_in(person)
    foreign = a_committee("别村")

    assert client.send("/account/acting-for", {"organisation_id": foreign.id}).status_code == 404
    assert client.send("/account/acting-for", {"organisation_id": other.id}).status_code == 302
    assert "现在代表</dt><dd>西庄村" in client.get("/account/").text


def test_whom_one_speaks_for_changes_when_the_term_there_ends(client):
    person, other = an_orderer(a_committee("东庄村")), a_committee("西庄村")
    row = Membership(
        person_id=person.id, organisation_id=other.id, role=Role.ORDERER, starts_on=LONG_AGO, ends_on=NOON.date()
    )
    db.session.add(row)
    db.session.flush()
    client.sign_in(person, acting_for=other.id)
    before = "现在代表</dt><dd>西庄村" in client.get("/account/").text

    row.ends_on = NOON.date() - timedelta(days=1)

    assert (before, "现在代表</dt><dd>东庄村" in client.get("/account/").text) == (True, True)


def test_a_wrong_present_password_counts_as_a_failed_sign_in(client):
    person = an_orderer()
    account_of(person, "xiatang")
    client.sign_in(person)
    fields = {"current_password": "x", "new_password": "a new sentence", "new_password_again": "a new sentence"}
    for _ in range(8):
        client.send("/account/password", fields)

    assert client.send("/account/password", {**fields, "current_password": PASSWORD}).status_code == 422


def test_a_districts_administrator_sees_no_other_district(client):
    client.sign_in(a_district_administrator())
    theirs = an_orderer(a_committee("顾村", a_town("顾村镇", a_district())), "曾二")

    assert (client.get(f"/people/{theirs.id}").status_code, "曾二" in client.get("/people/").text) == (404, False)


def test_the_installations_administrator_opens_the_first_district_account(client):
    client.sign_in(a_system_administrator())
    district = a_district()

    slip = client.send(
        "/people/new",
        {"organisation_id": district.id, "name": "甲", "role": "district_administrator", "username": "district1"},
    )

    assert slip.status_code == 200
    with time_machine.travel(NOON + timedelta(days=13)):
        client.send("/logout")
        assert (
            client.send("/login", {"username": "district1", "password": code_in(slip)}).location == "/account/password"
        )

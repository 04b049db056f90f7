"""Signing in and out in a browser."""

from datetime import timedelta
from itertools import pairwise

import pyotp
import sqlalchemy as sa
import time_machine

from catalogue.accounts.models import Account, KeptForm, SignInThrottle, WebSession
from catalogue.core.db import db
from tests.factories import NOON, PASSWORD, a_town_administrator, account_of, an_orderer

WRONG = "账号或密码不对。连着错 8 次要等 15 分钟再试。"


def typed(client, username, password=PASSWORD, **more):
    return client.send("/login", {"username": username, "password": password, **more})


def key_of(client):
    with client.session_transaction() as cookie:
        return cookie.get("key")


def test_somebody_with_the_right_password_goes_where_they_wanted(client):
    account_of(an_orderer(), "xiatang")

    answer = typed(client, "xiatang", next="/account/")

    assert (answer.status_code, answer.location) == (302, "/account/")
    assert client.get("/account/password").status_code == 200


def test_full_width_and_capital_letters_are_the_same_name(client):
    account_of(an_orderer(), "xiatang")

    assert typed(client, "ＸiaTang").status_code == 302


def test_wrong_password_and_unknown_name_answer_alike(client):
    account_of(an_orderer(), "xiatang")

    wrong, unknown = typed(client, "xiatang", "not this one"), typed(client, "nobody-here", "not this one")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert [WRONG in a.text for a in (wrong, unknown)] == [True, True]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WebSession)) == 0


def test_after_eight_failures_the_right_password_is_refused_for_a_quarter_of_an_hour(client):
    account_of(an_orderer(), "xiatang")
    for _ in range(8):
        typed(client, "xiatang", "not this one")

    locked = typed(client, "xiatang")

    assert (locked.status_code, WRONG in locked.text, key_of(client)) == (422, True, None)
    with time_machine.travel(NOON + timedelta(minutes=20)):
        assert typed(client, "xiatang").status_code == 302


def test_seven_failures_lock_nothing_and_are_forgotten_by_a_good_sign_in(client):
    account_of(an_orderer(), "xiatang")
    for _ in range(7):
        typed(client, "xiatang", "not this one")

    assert typed(client, "xiatang").status_code == 302
    assert db.session.scalars(sa.select(SignInThrottle)).all() == []


def test_failures_of_an_unknown_name_are_counted_too(client):
    for _ in range(3):
        typed(client, "nobody-here", "x")

    assert db.session.scalars(sa.select(SignInThrottle.failures)).all() == [3]


def test_another_name_is_not_locked_by_mine(client):
    account_of(an_orderer(), "xiatang")
    account_of(an_orderer(), "dongzhuang")
    for _ in range(8):
        typed(client, "xiatang", "x")

    assert typed(client, "dongzhuang").status_code == 302


def test_a_disabled_account_is_told_what_a_wrong_password_is_told(client):
    account_of(an_orderer(), "xiatang").disabled_at = NOON

    answer = typed(client, "xiatang")

    assert (answer.status_code, WRONG in answer.text) == (422, True)


def test_sign_in_gives_the_browser_a_new_key_and_forgets_the_strangers_cookie(client):
    account_of(an_orderer(), "xiatang")
    with client.session_transaction() as cookie:
        cookie["key"] = "chosen by somebody else"
        cookie["planted"] = "x"

    typed(client, "xiatang")

    with client.session_transaction() as cookie:
        assert (cookie["key"] != "chosen by somebody else", "planted" in cookie) == (True, False)


def test_a_copy_of_the_cookie_opens_nothing_after_sign_out(client):
    account_of(an_orderer(), "xiatang")
    typed(client, "xiatang")
    copy = key_of(client)

    client.send("/logout")
    with client.session_transaction() as cookie:
        cookie["key"] = copy

    assert client.get("/account/password").location == "/login?next=/account/password"


def test_half_an_hour_without_a_click_ends_a_sign_in(client):
    client.sign_in(an_orderer())

    with time_machine.travel(NOON + timedelta(minutes=29)):
        assert client.get("/account/password").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=60)):
        assert client.get("/account/password").status_code == 302


def test_after_twelve_hours_a_busy_sign_in_ends_too(client):
    client.sign_in(an_orderer())
    for turn in range(1, 29):
        with time_machine.travel(NOON + timedelta(minutes=25 * turn)):
            client.get("/account/password")

    with time_machine.travel(NOON + timedelta(hours=12, minutes=5)):
        assert client.get("/account/password").status_code == 302


def test_nobody_is_led_to_another_site(client):
    account_of(an_orderer(), "xiatang")
    wanted = [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/%0a",
        "evil",
        "/logout",
    ]

    found = []
    for path in wanted:
        found.append(typed(client, "xiatang", next=path).location)
        client.send("/logout")

    assert found == ["/", "/", "/", "/", "/", "/%0a", "/", "/"]


def test_a_form_without_the_browsers_token_is_refused(client):
    account_of(an_orderer(), "xiatang")

    answer = client.post("/login", data={"username": "xiatang", "password": PASSWORD})

    assert (answer.status_code, key_of(client)) == (400, None)


def test_what_was_typed_when_the_sign_in_ran_out_is_given_back_and_can_be_sent(client):
    person = an_orderer()
    account_of(person, "xiatang")
    client.sign_in(person)
    fields = {"current_password": "secret words", "new": "停车难", "version": "3"}

    with time_machine.travel(NOON + timedelta(hours=1)):
        answer = client.send("/account/password?a=1", fields)
        shown = client.get(answer.location)
        back = typed(client, "xiatang")
        again = client.get(back.location)

    assert (answer.status_code, answer.location) == (303, "/login")
    assert "登录后可继续提交" in shown.text
    assert (back.location, 'action="/account/password?a=1"' in again.text) == ("/login/kept", True)
    assert ('name="new" value="停车难"' in again.text, 'name="version" value="3"' in again.text) == (True, True)
    assert "secret words" not in again.text
    assert db.session.scalars(sa.select(KeptForm.fields)).one() == [["new", "停车难"], ["version", "3"]]


def test_somebody_else_who_signs_in_does_not_get_what_was_typed(client):
    person = an_orderer()
    account_of(an_orderer(), "other")
    client.sign_in(person)

    with time_machine.travel(NOON + timedelta(hours=1)):
        client.send("/account/password", {"need": "CANARY"})
        typed(client, "other")
        answer = client.get("/login/kept")

    assert (answer.status_code, answer.location) == (302, "/")


def test_a_stranger_or_somebody_who_signed_out_leaves_nothing_behind(client):
    client.send("/account/password", {"need": "x"})
    client.sign_in(an_orderer())
    with client.session_transaction() as cookie:
        key = cookie["key"]
    client.send("/logout")
    with client.session_transaction() as cookie:
        cookie["key"] = key

    client.send("/account/password", {"need": "x"})

    assert db.session.scalars(sa.select(KeptForm)).all() == []


def test_who_was_given_a_start_code_must_choose_a_password_first(client):
    account_of(an_orderer(), "xiatang").must_change = True

    answer = typed(client, "xiatang", next="/account/")

    assert answer.location == "/account/password"
    assert [client.get(p).location for p in ("/", "/help")] == ["/account/password"] * 2
    assert client.get("/account/password").status_code == 200


def test_a_start_code_dies_on_its_day(client):
    account = account_of(an_orderer(), "xiatang")
    account.must_change, account.start_code_until = True, NOON + timedelta(days=14)
    db.session.commit()

    with time_machine.travel(NOON + timedelta(days=14, seconds=1)):
        assert typed(client, "xiatang").status_code == 422
    assert typed(client, "xiatang").status_code == 302


def test_the_second_step_takes_each_code_once(client):
    account = account_of(a_town_administrator(), "street1")
    account.totp_secret, account.totp_on = pyotp.random_base32(), True
    db.session.commit()
    code = pyotp.TOTP(account.totp_secret).at(NOON)

    first = typed(client, "street1", next="/account/")
    before = client.get("/account/password").status_code
    wrong = client.send("/login/code", {"code": "000000" if code != "000000" else "111111", "next": "/account/"})
    right = client.send("/login/code", {"code": code, "next": "/account/"})
    client.send("/logout")
    typed(client, "street1")
    replay = client.send("/login/code", {"code": code})

    assert (first.location, before, wrong.status_code) == ("/login/code?next=/account/", 302, 422)
    assert (right.status_code, right.location, replay.status_code) == (302, "/account/", 422)


def test_the_second_step_alone_lets_nobody_in(client):
    account_of(a_town_administrator(), "street1").totp_on = True

    assert client.get("/login/code").location == "/login?next=/"


def test_a_new_password_ends_the_other_sign_ins_and_changes_this_ones_key(client, app):
    person = an_orderer()
    account = account_of(person, "xiatang")
    client.sign_in(person)
    other = app.test_client().sign_in(person)
    old = key_of(client)

    answer = client.send(
        "/account/password",
        {
            "current_password": PASSWORD,
            "new_password": "一句好记的话要够长",
            "new_password_again": "一句好记的话要够长",
        },
    )
    short = answer
    answer = client.send(
        "/account/password",
        {
            "current_password": PASSWORD,
            "new_password": "一句好记的话要够长才行",
            "new_password_again": "一句好记的话要够长才行",
        },
    )

    assert (short.status_code, answer.status_code) == (422, 302)
    assert (key_of(client) != old, client.get("/account/password").status_code) == (True, 200)
    assert other.get("/account/password").status_code == 302
    assert db.session.get(Account, account.id).must_change is False


def test_none_of_the_last_five_passwords_is_taken_again(client):
    person = an_orderer()
    account_of(person, "xiatang")
    client.sign_in(person)
    words = [PASSWORD, *(f"another sentence {n}" for n in range(1, 6))]
    for old, new in pairwise(words):
        assert (
            client.send(
                "/account/password", {"current_password": old, "new_password": new, "new_password_again": new}
            ).status_code
            == 302
        )

    def change(new):
        return client.send(
            "/account/password", {"current_password": words[-1], "new_password": new, "new_password_again": new}
        ).status_code

    assert [change(w) for w in (words[5], words[4], words[1], "xiatang 12345", words[0])] == [422, 422, 422, 422, 302]

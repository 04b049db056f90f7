"""Passwords, start codes and one-time codes."""

import importlib
from datetime import timedelta

import pyotp
import pytest
from argon2.exceptions import VerifyMismatchError

from catalogue.accounts import passwords
from tests.factories import NOON


def test_passwords_are_kept_by_argon2id_at_the_price_we_decided():
    dear = importlib.reload(passwords).HASHER

    made = dear.hash("x" * 10)

    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")  # comparing with nobody takes the same time
    with pytest.raises(VerifyMismatchError):
        dear.verify(passwords.NOBODY, "x" * 10)


@pytest.mark.parametrize(
    ("new", "good"),
    [
        ("九个字符的密码不行", False),
        ("一句好记的话要够长才行", True),
        ("aaaaaaaaaaaa", False),
        ("xiatang", False),
        ("my xiatang secret", False),
        ("ＸＩＡＴＡＮＧ１２３", False),
        ("x" * 129, False),
        ("nul\0in a password", False),
    ],
)
def test_a_new_password_is_long_enough_and_no_name(new, good):
    proposal = passwords.propose(new, username="xiatang", current=passwords.HASHER.hash("old one, long"), older=())

    assert (proposal.trouble == "", proposal.password_hash != "") == (good, good)


def test_the_same_password_typed_on_another_keyboard_is_the_same():
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait "

    assert passwords.matches(passwords.HASHER.hash(passwords.plain(composed)), decomposed)


def test_a_hash_that_is_none_opens_nothing():
    assert [passwords.matches(h, "x") for h in ("", "x", "$argon2id$not-a-real-hash")] == [False] * 3


def test_start_codes_are_easy_to_read_and_never_the_same():
    codes = {passwords.start_code() for _ in range(100)}

    assert len(codes) == 100
    assert all(len(c) == 14 and not set(c) & set("ilo01") for c in codes)


def test_a_one_time_code_works_within_a_minute_and_never_twice():
    secret = pyotp.random_base32()
    code, step = pyotp.TOTP(secret).at(NOON), int(NOON.timestamp()) // 30

    found = [passwords.code_step(secret, code, NOON + timedelta(seconds=s), 0) for s in (-31, 0, 31, 90)]

    assert found == [None if found[0] is None else step, step, step, None]
    assert passwords.code_step(secret, code, NOON, step) is None
    assert passwords.code_step(secret, "", NOON, 0) is None
    assert passwords.code_step(secret, "１２３４５６", NOON, 0) is None


def test_a_start_code_is_right_however_a_telephone_writes_it():
    start = passwords.new_start()
    letters = start.code.replace("-", "")
    wide = "".join(chr(ord(one) + 0xFEE0) for one in start.code.upper())

    for typed in (start.code, start.code.upper(), letters, f" {letters[:6]} {letters[6:]} ", wide):
        assert passwords.matches(start.password_hash, typed)
    assert not passwords.matches(start.password_hash, letters[:-1])
    assert passwords.as_code("correct-horse") == ""


def test_a_password_of_ones_own_keeps_its_capitals():
    kept = passwords.HASHER.hash("Abcd-efgh-2345")

    assert passwords.matches(kept, "Abcd-efgh-2345")
    assert not passwords.matches(kept, "abcd-efgh-2345")


@pytest.mark.parametrize(
    "typed", ["1234567890", "9876543210", "qwertyuiop", "abcdefghijk", "songxue-demo", "Songxue2026"]
)
def test_what_everybody_tries_first_is_no_password(typed):
    assert passwords.propose(typed, username="orderer1", current="", older=()).trouble.startswith("密码太好猜了")


def test_a_code_in_full_width_digits_or_with_a_space_works():
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).at(NOON)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)

    assert passwords.code_step(secret, wide, NOON, 0) == int(NOON.timestamp()) // 30
    assert passwords.code_step(secret, f"{code[:3]} {code[3:]}", NOON, 0) == int(NOON.timestamp()) // 30

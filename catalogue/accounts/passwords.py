"""Passwords and one-time codes as they are made, kept and compared. No database; argon2 takes its time, so never inside a write."""

import base64
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from catalogue.core.text import login_name, normalised
from catalogue.core.words import _

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # for codes of pure chance only, see new_starts
_CHANCE = [base64.b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, 32)]
NOBODY = f"$argon2id$v=19$m={19 * 1024},t=2,p=1${_CHANCE[0]}${_CHANCE[1]}"  # compared with when there is no such account: the same time, never right
LEAST, MOST = 10, 128
REMEMBERED = 5
CODE_LETTERS = 12
_LINES = "-\u2010\u2011\u2012\u2013\u2014\u2015_·"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like another on paper


def matches(password_hash: str, typed: str) -> bool:
    """Is this the password, or the start code however it was typed? About 30 ms whatever the answer (60 for what looks like a code)."""
    return any(_verified(password_hash, said) for said in dict.fromkeys((typed, as_code(typed) or typed)))


def _verified(password_hash: str, typed: str) -> bool:
    try:
        return HASHER.verify(password_hash, plain(typed))
    except (VerificationError, InvalidHashError, ValueError):
        return False


def as_code(typed: str) -> str:
    """A start code as it is printed: telephones write capitals, people read it aloud without its lines. Empty for anything else."""
    letters = [
        one for one in unicodedata.normalize("NFKC", typed[:60]).casefold() if not (one.isspace() or one in _LINES)
    ]
    if len(letters) != CODE_LETTERS or not set(letters) <= set(_LETTERS):
        return ""
    return "-".join("".join(letters[n : n + 4]) for n in range(0, CODE_LETTERS, 4))


def plain(typed: str) -> str:
    """The one spelling of a password (NFC, nothing invisible, trimmed), so that every keyboard can type it again. Raises ValueError."""
    return normalised(typed, 4 * MOST)


def start_code() -> str:
    """A one-time code to print: three groups of four, about 59 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


@dataclass(frozen=True)
class Start:
    """A start code as it is printed, and as it is kept."""

    code: str
    password_hash: str


def new_start() -> Start:
    """A fresh start code, hashed before the write begins."""
    code = start_code()
    return Start(code, HASHER.hash(code))


def new_starts(many: int) -> list[Start]:
    """Start codes for a whole table of people. 59 random bits that die after two weeks need no slow hash, and thousands could not wait for one."""
    codes = [start_code() for _n in range(many)]
    return [Start(code, _QUICK.hash(code)) for code in codes]


@dataclass(frozen=True)
class Proposal:
    """A new password, judged and hashed before the write begins; `trouble` says what is wrong with it."""

    password_hash: str
    trouble: str
    instead_of: str


def seeded_code(secret: str, seed: str, username: str) -> str:
    """The start code of one account of a table: follows from the installation's secret and the table's seed, so that no code is kept."""
    number = int.from_bytes(hmac.digest(secret.encode(), f"start code:{seed}:{username}".encode(), "sha512"), "big")
    letters = []
    for _n in range(12):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "-".join("".join(letters[n : n + 4]) for n in (0, 4, 8))


def seeded_starts(secret: str, seed: str, usernames: Sequence[str]) -> list[Start]:
    """Start codes for a whole table of people whose codes are shown later, see new_starts."""
    codes = [seeded_code(secret, seed, name) for name in usernames]
    return [Start(code, _QUICK.hash(code)) for code in codes]


def propose(new: str, *, username: str, current: str, older: Sequence[str]) -> Proposal:
    """Judges a new password against the rules and the last five, and hashes it when it is good."""
    trouble = _trouble(new, username)
    if not trouble and any(matches(old, new) for old in (current, *older[: REMEMBERED - 1])):
        trouble = _("这个密码最近用过。请换一个没用过的。")
    return Proposal("" if trouble else HASHER.hash(plain(new)), trouble, current)


def _trouble(new: str, username: str) -> str:
    try:
        typed = plain(new)
    except ValueError:
        return _("密码里有不能用的字符，请换一个。")
    if len(typed) < LEAST:
        return _("密码至少 %(n)d 个字符，可以用一句好记的话。", n=LEAST)
    if len(typed) > MOST:
        return _("密码最多 %(n)d 个字符。", n=MOST)
    if username in login_name(typed[:80]) and (len(username) > 3 or len(typed) < len(username) + 4):
        return _("密码里不能有账号名。")
    if len(set(typed)) < 4 or typed.casefold() in _RUNS or "songxue" in typed.casefold():
        return _("密码太好猜了，请多用几个不同的字。")
    return ""


_ROWS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_RUNS = {row[first:last] for row in _ROWS for first in range(len(row)) for last in range(first + LEAST, len(row) + 1)}
"""What everybody tries first: keys and digits in their order."""


def new_secret() -> str:
    """A secret for one-time codes, 160 bits in base 32."""
    return pyotp.random_base32()


def code_step(secret: str, code: str, at: datetime, last: int) -> int | None:
    """The time step of a right code (30 seconds each, one of grace to either side) that is newer than the last one used, else None."""
    typed = "".join(one for one in unicodedata.normalize("NFKC", code[:40]) if one.isdigit())
    now = int(at.timestamp()) // 30
    made = pyotp.TOTP(secret)
    for step in (now - 1, now, now + 1):
        if step > last and secrets.compare_digest(made.at(step * 30).encode(), typed.encode()):
            return step
    return None


def code_uri(secret: str, username: str) -> str:
    """What the QR code of the secret says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="Songxue")

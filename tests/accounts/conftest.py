"""Passwords of these tests cost little; what they cost in production has a test of its own."""

import pytest
from argon2 import PasswordHasher

from catalogue.accounts import passwords


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "NOBODY", cheap.hash("nobody's"))
    monkeypatch.setattr(passwords, "HASHER", cheap)

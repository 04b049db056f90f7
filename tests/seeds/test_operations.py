"""The small seeds on both databases: who can sign in afterwards, and nothing is put on top of anything."""

from typing import Any

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Account
from catalogue.accounts.passwords import matches
from catalogue.core.db import db
from catalogue.seeds import load, profiles
from tests.factories import NOON


def seeded(profile: str, app_env: str = "test", **sizes: int) -> dict[str, Any]:
    sizes = {"courses": 3, "orders": 20, **sizes}
    made = profiles.run(profile, seed=7, app_env=app_env, at=NOON, **sizes)
    db.session.rollback()
    return made


def test_an_empty_installation_has_one_administrator_with_a_code_for_the_first_sign_in(app):
    made = seeded("empty", app_env="production")

    account = db.session.scalars(sa.select(Account)).one()
    assert (account.username, account.must_change) == ("sysadmin1", True)
    assert matches(account.password_hash, made["accounts"][0]["password"])


def test_nothing_is_seeded_twice_and_no_demonstration_in_production(app):
    with pytest.raises(profiles.SeedRefused):
        seeded("demo", app_env="production")
    seeded("empty")

    with pytest.raises(profiles.SeedRefused):
        seeded("probe")


def test_load_fills_the_tables_in_parts_and_prints_accounts_that_can_sign_in(app, monkeypatch):
    monkeypatch.setattr(load, "COMMITTEES", 16 * 14 * 2)  # two in each town; 6,000 are for measuring
    monkeypatch.setattr(load, "CHUNK", 100)
    made = seeded("load")

    account = next(a for a in made["accounts"] if a["username"] == "committee1")
    kept = db.session.scalars(sa.select(Account).where(Account.username == "committee1")).one()
    assert (matches(kept.password_hash, account["password"]), len(made["objects"]["order"])) == (True, 20)

"""The probe on both databases: the cast is whole, the same number makes the same rows, and of each pair that races one wins."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Account, Person
from catalogue.accounts.passwords import matches
from catalogue.core import audit, clock
from catalogue.core.db import Base, db, is_postgresql, transaction
from catalogue.core.errors import Refusal
from catalogue.dispatch import operations as dispatching
from catalogue.dispatch.models import Dispatch, Offer
from catalogue.dispatch.states import OfferState
from catalogue.lecturers.models import AvailabilityException
from catalogue.orders.models import Order, OrderNote
from catalogue.seeds import profiles
from tests.conftest import KEY, Installed, install
from tests.factories import NOON, actor_of

CAST = {
    "district1", "dispatcher1", "approver1", "approver2", "street1", "street2", "committee1", "committee2", "committee3", "lecturer1",
    "lecturer2", "lecturer3", "auditor1", "sysadmin1", "lockme",
}  # fmt: skip
RACES = {
    "race_lecturer": "lecturer_taken",
    "race_venue": "venue_taken",
    "race_travel": "travel_too_short",
    "race_committee": "committee_taken",
}


def rows() -> dict[str, list[Any]]:
    """Every row but what must be a secret of chance (answer links, keys of outbox rows)."""
    chance = {"link_hash", "key"}
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [c for c in table.columns if c.name not in chance]
        found[table.name] = sorted(repr(tuple(row)) for row in db.session.execute(sa.select(*columns)))
    db.session.rollback()
    return found


@pytest.fixture
def both(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Installed]]:
    """SQLite and PostgreSQL, side by side in one test."""
    other = install("postgresql", tmp_path_factory.getbasetemp() / "postgresql")
    yield [installed, other]
    other.reset()


def test_the_probe_is_the_same_cast_each_time_on_both_databases_with_private_texts_and_pairs_to_race(both):
    kept = []
    for here in both:
        with here.app.app_context():
            count_ids_anew()
            made = profiles.run("probe", seed=7, courses=0, orders=0, app_env="test", at=NOON)
            db.session.rollback()
            kept.append(rows())
            the_cast_is_whole(made)
            for pair, refusal in RACES.items():
                the_second_is_refused(made["objects"][pair], refusal)
            db.session.close()

    once, again = kept
    assert [name for name in once if once[name] != again[name]] == []


def count_ids_anew() -> None:
    """A database that was emptied by DELETE goes on counting; a new one begins at 1."""
    if is_postgresql():
        for table in Base.metadata.sorted_tables:
            if "id" in table.columns:
                name = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                db.session.execute(
                    sa.text(f'SELECT setval({name}, (SELECT coalesce(max(id), 0) + 1 FROM "{table.name}"), false)')
                )
        db.session.commit()


def the_cast_is_whole(made: dict[str, Any]) -> None:
    accounts = {a["username"]: a for a in made["accounts"]}
    assert set(accounts) == CAST
    hashes = {a.username: (a.password_hash, a.must_change) for a in db.session.scalars(sa.select(Account))}
    assert (matches(hashes["lockme"][0], accounts["lockme"]["password"]), {m for _h, m in hashes.values()}) == (
        True,
        {False},
    )
    needs = set(db.session.scalars(sa.select(Order.need).where(Order.need.like("CANARY-%"))))
    assert needs == {
        f"CANARY-{who}"
        for who in ("committee1", "committee2", "committee3", "street1", "street2", "district1", "lockme")
    }
    assert set(db.session.scalars(sa.select(OrderNote.words))) == {
        "CANARY-dispatcher1",
        "CANARY-approver1",
        "CANARY-approver2",
    }
    away = set(db.session.scalars(sa.select(AvailabilityException.note)))
    assert away == {f"CANARY-lecturer{n}" for n in (1, 2, 3)}
    posts = set(db.session.scalars(sa.select(Person.post).where(Person.post.like("CANARY-%"))))
    assert posts == {"CANARY-auditor1", "CANARY-sysadmin1"}
    open_until = db.session.scalars(sa.select(Offer.answer_by).where(Offer.state == OfferState.OPEN)).all()
    assert (len(open_until), min(open_until) > clock.at(clock.day_of(NOON), 1440)) == (6, True)
    db.session.rollback()
    with transaction(writes=False):
        assert audit.verify(KEY).broken == ()


def the_second_is_refused(pair: list[int], code: str) -> None:
    """Of two proposals that share what the pair is named after, only one can be approved."""
    approver = db.session.scalars(sa.select(Person).join(Account).where(Account.username == "approver1")).one()
    by = actor_of(approver)
    dispatching.approve(db.session.get_one(Dispatch, pair[0]), by=by, at=NOON)

    with pytest.raises(Refusal) as refused:
        dispatching.approve(db.session.get_one(Dispatch, pair[1]), by=by, at=NOON)

    assert (refused.value.status, refused.value.code) == (409, code)
    db.session.rollback()

"""The audit against whoever can write the database but does not hold the key: keyed chain, signed checkpoints, witness, retention."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import audit, chain, proof, seals
from catalogue.core.actor import job
from catalogue.core.db import db, is_postgresql
from catalogue.core.models import Audit, AuditCheckpoint, AuditHead
from catalogue.home import audit_words
from tests.factories import KEY_FOR_AUDIT, NOON

DISTRICT = 7


def _acts(count: int, at=NOON) -> None:
    for _ in range(count):
        audit.append("edit", "order", 1, by=job("test"), at=at, district_id=DISTRICT)
        db.session.commit()


@contextmanager
def _around_the_guards():
    """What somebody with the database's own password can do: triggers aside."""
    names = ("update", "delete")
    tables = ("audit", "audit_checkpoint")
    if is_postgresql():
        db.session.execute(sa.text("SET session_replication_role = replica"))
        yield
        db.session.execute(sa.text("SET session_replication_role = origin"))
    else:
        triggers = [f"{table}_append_only_{name}" for table in tables for name in names]
        kept = [db.session.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": n}) for n in triggers]
        for name in triggers:
            db.session.execute(sa.text(f"DROP TRIGGER {name}"))
        yield
        for sql in kept:
            db.session.execute(sa.text(sql))
    db.session.commit()
    db.session.expunge_all()


def _rewrite(secret: str, since: int) -> None:
    """Rows from one on say something else, with all hashes made anew as the program does, and the head too."""
    with _around_the_guards():
        rows = db.session.scalars(sa.select(Audit).order_by(Audit.sequence)).all()
        last = rows[since - 2].hash if since > 1 else ""
        for row in rows[since - 1 :]:
            values = {name: getattr(row, name) for name in chain.CHAINED} | {"action": "approve"}
            new = chain.row_hash(secret, last, values)
            db.session.execute(
                sa.update(Audit).where(Audit.id == row.id).values(action="approve", previous_hash=last, hash=new)
            )
            last = new
        db.session.execute(sa.update(AuditHead).values(hash=last))


def _found() -> list[tuple[int, str]]:
    db.session.rollback()
    return [(row["sequence"], row["why"]) for row in seals.prove().broken]


@pytest.fixture
def keyed(app, monkeypatch):
    """The installation as it is after its key was changed."""

    def change(secret: str, *earlier: str) -> None:
        fresh = replace(app.config["SETTINGS"], secret_key=secret, earlier_secret_keys=",".join(earlier))
        monkeypatch.setitem(app.config, "SETTINGS", fresh)

    return change


def test_a_chain_that_was_rewritten_to_its_end_without_the_key_is_found(app):
    _acts(4)
    whole = _found()

    _rewrite("some other secret", since=2)

    assert (whole, _found()) == ([], [(2, "changed row")])


def test_only_the_witness_outside_tells_of_an_end_that_was_cut_off_with_its_checkpoints(app):
    _acts(3)
    seals.seal(NOON)
    with _around_the_guards():
        third = db.session.scalars(sa.select(Audit).where(Audit.sequence == 3)).one()
        db.session.execute(sa.delete(Audit).where(Audit.sequence == 3))
        db.session.execute(sa.delete(AuditCheckpoint))
        db.session.execute(sa.update(AuditHead).values(sequence=2, hash=third.previous_hash))

    seen = _found()
    seals.forget_witness()

    assert (seen, _found()) == ([(3, "rows missing at the end")], [])


def test_a_cut_end_is_found_by_a_checkpoint_in_the_database_too(app):
    _acts(3)
    seals.seal(NOON)
    seals.forget_witness()
    with _around_the_guards():
        third = db.session.scalars(sa.select(Audit).where(Audit.sequence == 3)).one()
        db.session.execute(sa.delete(Audit).where(Audit.sequence == 3))
        db.session.execute(sa.update(AuditHead).values(sequence=2, hash=third.previous_hash))

    assert _found() == [(3, "rows missing at the end")]


def test_rows_before_the_newest_checkpoint_are_proved_as_well(app):
    _acts(3)
    seals.seal(NOON)
    with _around_the_guards():
        db.session.execute(sa.update(Audit).where(Audit.sequence == 1).values(actor="other"))

    assert _found() == [(1, "changed row")]


def test_a_purge_nobody_signed_is_found(app):
    _acts(3)
    hash_ = db.session.scalar(sa.select(Audit.hash).where(Audit.sequence == 2))
    values = {"district_id": DISTRICT, "sequence": 2, "hash": hash_, "at": NOON, "purged": True, "signature": "0" * 64}
    db.session.execute(sa.insert(AuditCheckpoint).values(values))
    db.session.execute(sa.delete(Audit).where(Audit.sequence <= 2))  # the guard believes it
    db.session.commit()

    assert _found() == [(2, "checkpoint signature")]


def test_people_may_write_while_the_chain_is_proved(app, monkeypatch):
    _acts(3)
    go = proof.Walk.go

    def go_while_others_write(walk, connection, head):
        _acts(2)
        go(walk, connection, head)

    monkeypatch.setattr(proof.Walk, "go", go_while_others_write)

    verdict = audit.verify(KEY_FOR_AUDIT)

    assert (verdict.rows, verdict.broken, db.session.scalar(sa.select(sa.func.count(Audit.id)))) == (3, (), 5)


def test_a_row_put_behind_the_head_is_found(app):
    _acts(2)
    with _around_the_guards():
        db.session.execute(sa.update(AuditHead).values(sequence=1))

    assert _found() == [(2, "rows beyond the head")]


def test_after_a_change_of_key_the_former_one_proves_what_it_signed(app, keyed):
    _acts(2)
    seals.seal(NOON)
    keyed("the second key of this installation", KEY_FOR_AUDIT)
    _acts(2)
    with_it = _found()
    keyed("the second key of this installation")

    assert (with_it, _found()) == ([], [(2, "checkpoint signature")])


def test_whoever_holds_a_former_key_changes_neither_what_it_signed_nor_what_came_after(app, keyed):
    _acts(2)
    keyed("the second key of this installation", KEY_FOR_AUDIT)
    _acts(2)

    _rewrite(KEY_FOR_AUDIT, since=4)
    newer = _found()
    _rewrite(KEY_FOR_AUDIT, since=1)  # all of it now looks as if the key had never been changed
    without_a_seal = _found()

    assert (newer, without_a_seal) == ([(4, "changed row")], [])


def test_a_seal_under_the_new_key_holds_what_the_former_one_signed(app, keyed):
    _acts(2)
    seals.seal(NOON)
    keyed("the second key of this installation", KEY_FOR_AUDIT)
    seals.seal(NOON)  # nothing new was written, but the key is
    seals.forget_witness()

    _rewrite(KEY_FOR_AUDIT, since=1)

    assert db.session.scalar(sa.select(sa.func.count(AuditCheckpoint.id))) == 2
    assert _found() == [(2, "another row than its checkpoint")]


def test_a_chain_is_sealed_when_it_has_grown_and_not_twice(app):
    _acts(3)

    made = []
    for least in (4, 3, 1):
        seals.seal(NOON, least=least)
        made.append([(m.sequence, m.purged) for m in seals.newest()])
    count = db.session.scalar(sa.select(sa.func.count(AuditCheckpoint.id)))

    assert (made, count, seals.witnessed()) == ([[], [(3, False)], [(3, False)]], 1, seals.newest())


def test_a_broken_stretch_is_not_sealed(app):
    _acts(2)
    _rewrite("some other secret", since=2)

    broken = seals.seal(NOON)

    assert ([(row["sequence"], row["why"]) for row in broken], seals.newest()) == ([(2, "changed row")], [])


def test_rows_past_their_retention_go_and_the_rest_still_verifies(app):
    old = NOON - timedelta(days=400)
    _acts(3, at=old)
    seals.seal(old)
    _acts(2)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):  # not without the checkpoint
        db.session.execute(sa.delete(Audit).where(Audit.sequence == 1))
    db.session.rollback()

    gone = [seals.purge(DISTRICT, NOON - timedelta(days=365), by=job("audit"), at=NOON) for _ in range(2)]

    left = db.session.execute(sa.select(Audit.sequence, Audit.action).order_by(Audit.sequence)).all()
    assert (gone, [tuple(row) for row in left]) == ([3, 0], [(4, "edit"), (5, "edit"), (6, "purge")])
    assert _found() == []
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):  # what stayed is still held
        db.session.execute(sa.delete(Audit).where(Audit.sequence == 4))
    db.session.rollback()


def test_a_purge_takes_little_at_once_and_a_whole_chain_may_go(app, monkeypatch):
    monkeypatch.setattr(seals, "PURGED_AT_ONCE", 2)
    _acts(3, at=NOON - timedelta(days=400))

    before = NOON - timedelta(days=365)
    gone = [seals.purge(DISTRICT, before, by=job("audit"), at=NOON) for _ in range(3)]

    assert (gone, _found()) == ([2, 1, 0], [])


def test_a_row_that_stands_where_rows_were_purged_is_found(app):
    _acts(2, at=NOON - timedelta(days=400))
    forged = db.session.execute(sa.select(Audit.__table__).where(Audit.sequence == 2)).one()._mapping
    db.session.rollback()
    seals.purge(DISTRICT, NOON, by=job("audit"), at=NOON)
    db.session.execute(sa.insert(Audit).values(**forged))
    db.session.commit()

    assert _found() == [(2, "missing row")]


def test_checkpoints_of_purged_rows_outlive_their_key(app, keyed):
    _acts(2, at=NOON - timedelta(days=400))
    seals.seal(NOON)
    keyed("the second key of this installation", KEY_FOR_AUDIT)
    _acts(1)
    seals.purge(DISTRICT, NOON - timedelta(days=365), by=job("audit"), at=NOON)
    seals.seal(NOON)
    keyed("the second key of this installation")

    assert _found() == []


def test_a_purge_under_a_former_key_of_which_no_act_tells_is_found(app, keyed):
    _acts(3)
    keyed("the second key of this installation", KEY_FOR_AUDIT)
    _acts(1)
    hash_ = db.session.scalar(sa.select(Audit.hash).where(Audit.sequence == 2))
    mark = chain.Checkpoint(DISTRICT, 2, str(hash_), NOON, purged=True)
    signed = replace(mark, signature=mark.signed(KEY_FOR_AUDIT))
    db.session.execute(sa.insert(AuditCheckpoint).values({**signed.as_json(), "at": NOON}))
    db.session.execute(sa.delete(Audit).where(Audit.sequence <= 2))
    db.session.commit()

    assert _found() == [(2, "rows missing at the beginning")]


def test_every_word_of_the_proof_is_said_in_chinese(app):
    assert set(audit_words.WHYS) == set(proof.WHYS)


def test_the_commands_prove_the_chain_and_compare_it_with_checkpoints_kept_elsewhere(app, tmp_path):
    _acts(2)
    runner, kept = app.test_cli_runner(), tmp_path / "audit.json"
    printed = runner.invoke(args=["audit", "checkpoint"]).output
    kept.write_text(printed.splitlines()[-1])  # the log's line, on standard error, comes before
    seals.forget_witness()
    whole = runner.invoke(args=["audit", "verify", "--against", str(kept)])
    with _around_the_guards():
        for table in (Audit, AuditCheckpoint, AuditHead):
            db.session.execute(sa.delete(table))

    unseen = runner.invoke(args=["audit", "verify"])
    said = runner.invoke(args=["audit", "verify", "--against", str(kept)])
    told = runner.invoke(args=["audit", "verify", "--json", "--against", str(kept)])

    assert (whole.exit_code, whole.output) == (0, "审计链完整，共 2 条，签名存根 1 份。\n")
    assert (unseen.exit_code, said.exit_code, said.output) == (0, 1, "审计链断在：区 7第 1 条（末尾少了记录）\n")
    assert json.loads(told.output)["broken"] == [
        {"district_id": DISTRICT, "sequence": 1, "why": "rows missing at the end"}
    ]


def test_a_spoilt_witness_is_not_passed_over(app):
    _acts(1)
    seals.seal(NOON)
    seals.witness().write_text("[{]")

    assert _found() == [(0, "checkpoint signature")]

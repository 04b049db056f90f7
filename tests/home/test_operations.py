"""The operator's page and the auditor's: retries, own district only, the chain."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import outbox
from catalogue.core.actor import job
from catalogue.core.audit import append, verify
from catalogue.core.db import db, transaction
from catalogue.core.errors import IllegalAction
from catalogue.core.models import Audit, Outbox, Run
from catalogue.home import operations, queries
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    a_district,
    a_system_administrator,
    actor_of,
    an_auditor,
    an_orderer,
    the_district,
)
from tests.orders.making import a_scene, submitted


def a_failed_row() -> Outbox:
    outbox.put("no_such_kind", "order", 1, district_id=the_district().id, at=NOON, key="broken")
    db.session.commit()
    outbox.deliver(NOON)
    return db.session.scalars(sa.select(Outbox)).one()


def test_a_failed_row_is_tried_again_at_once_and_the_retry_is_audited(app):
    row = a_failed_row()
    assert (row.attempts, row.not_before > NOON, "no_such_kind" in row.error) == (1, True, True)

    operations.retry(row, by=actor_of(a_system_administrator()), at=NOON)
    db.session.commit()

    assert (row.attempts, row.not_before) == (0, NOON)
    assert db.session.scalars(sa.select(Audit.action).where(Audit.subject == "outbox")).all() == ["retry"]
    assert verify(KEY_FOR_AUDIT).broken == ()


def test_what_is_done_is_not_tried_again(app):
    row = a_failed_row()
    row.done_at = NOON

    with pytest.raises(IllegalAction):
        operations.retry(row, by=actor_of(a_system_administrator()), at=NOON)


def test_old_runs_are_forgotten_and_young_ones_kept(app):
    for days in (1, 3):
        db.session.add(Run(name="x", minute=NOON - timedelta(days=days), done_at=None, error=""))
    db.session.commit()

    operations.sweep(NOON)

    with transaction(writes=False):
        assert db.session.scalars(sa.select(Run.minute)).all() == [NOON - timedelta(days=1)]


def test_an_auditor_reads_the_chain_of_their_own_district_alone(app):
    submitted(a_scene())
    far = a_district()
    append("edit", "venue", 1, by=job("test"), at=NOON, district_id=far.id)
    db.session.commit()

    own = queries.audited(actor_of(an_auditor()), queries.Wanted()).rows
    other = queries.audited(actor_of(an_auditor(far)), queries.Wanted()).rows

    assert {row.district_id for row in own} == {the_district().id}
    assert {row.district_id for row in other} == {far.id}
    assert {row.district_id for row in queries.audited(actor_of(a_system_administrator()), queries.Wanted()).rows} >= {
        far.id,
        the_district().id,
    }
    assert queries.chains_of(actor_of(an_orderer())) == []


def test_the_audit_is_narrowed_by_thing_person_and_day(app):
    scene = a_scene()
    order = submitted(scene)
    db.session.commit()
    by = actor_of(an_auditor())

    def found(**wanted):
        return len(queries.audited(by, queries.Wanted(**wanted)).rows)

    assert (
        found(subject="order", subject_id=order.id)
        == found(person_id=scene.orderer.person_id)
        == found(day=NOON.date())
        > 0
    )
    assert found(subject="venue") == found(person_id=987654) == found(day=NOON.date() - timedelta(days=1)) == 0

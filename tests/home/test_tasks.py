"""The nightly proof of the audit, and periodic work that goes on when one part fails."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.core import audit, changes, clock, queue, seals
from catalogue.core.db import db
from catalogue.core.models import Audit, Run
from catalogue.home import tasks
from catalogue.orders.states import NEXT, Action, State
from catalogue.organisations.models import Setting
from tests.factories import (
    KEY_FOR_AUDIT,
    NOON,
    TODAY,
    a_dispatcher,
    a_district_administrator,
    actor_of,
    an_order,
    save,
)

NIGHT = clock.at(TODAY, tasks.AT_NIGHT)


def _an_act():
    changes.move(an_order(state=State.SUBMITTED), NEXT, Action.APPROVE, by=actor_of(a_dispatcher()), at=NOON)
    db.session.commit()


def _a_broken_chain():
    _an_act()
    db.session.execute(sa.text("DROP TRIGGER audit_append_only_update"))
    db.session.execute(sa.text("UPDATE audit SET action = 'reject'"))
    db.session.commit()


def _error(at) -> str:
    error = db.session.get_one(Run, ("audit", at)).error
    db.session.commit()
    return error


def test_a_broken_chain_is_found_at_night_and_stays_on_the_run(app):
    _a_broken_chain()

    queue.once_a_minute("audit", tasks.verify_audit, NIGHT)

    assert _error(NIGHT).startswith("AuditBroken: 审计链断在：青浦区第 1 条（这一条被改过）")


def _error_of_the_night(night=NIGHT) -> str | None:
    run = db.session.get(Run, (tasks.NIGHT, night))
    db.session.commit()
    return None if run is None else run.error


def test_a_night_that_was_missed_at_three_is_walked_later_and_only_once(app, monkeypatch):
    walked = []
    prove = seals.prove
    monkeypatch.setattr(seals, "prove", lambda: walked.append(1) or prove())
    _an_act()

    for minutes in (-1, 247, 248, 24 * 60):  # 2:59 is still the night before
        tasks.verify_audit(NIGHT + timedelta(minutes=minutes))

    nights = [_error_of_the_night(NIGHT + timedelta(days=d)) for d in (-1, 0, 1)]
    assert (len(walked), nights) == (3, ["", "", ""])
    assert [(m.sequence, m.genuine((KEY_FOR_AUDIT,))) for m in seals.newest()] == [(1, True)]


def test_by_day_a_chain_is_sealed_when_it_has_grown_long(app, monkeypatch):
    monkeypatch.setattr(seals, "EVERY", 2)
    tasks.verify_audit(NIGHT)
    made = []
    for minute in (1, 2, 3):
        _an_act()
        tasks.verify_audit(NIGHT + timedelta(minutes=minute))
        made.append([mark.sequence for mark in seals.newest()])

    assert made == [[], [2], [2]]


def test_what_is_past_the_years_of_its_district_is_purged_at_night(app):
    by = actor_of(a_district_administrator())
    order = an_order(state=State.SUBMITTED)
    save(Setting(organisation_id=order.district_id, name="audit_years", value="1", valid_from=TODAY, set_at=NOON))
    for days in (800, 370, 364):
        changes.note(order, "edit", by=by, at=NIGHT - timedelta(days=days))
        audit.append("edit", "order", 1, by=by, at=NIGHT - timedelta(days=days), district_id=None)
        db.session.commit()

    tasks.verify_audit(NIGHT)
    tasks.verify_audit(NIGHT + timedelta(days=1))

    left = db.session.execute(sa.select(Audit.district_id, Audit.sequence, Audit.action).order_by(Audit.id)).all()
    mine = order.district_id
    assert [tuple(row) for row in left] == [
        (audit.CITY, 1, "edit"), (audit.CITY, 2, "edit"), (audit.CITY, 3, "edit"), (mine, 3, "edit"), (mine, 4, "purge"),
    ]  # fmt: skip
    assert seals.prove().broken == ()


def test_a_broken_chain_is_neither_sealed_nor_purged_and_is_told_each_night(app):
    _a_broken_chain()

    for at in (NIGHT, NIGHT + timedelta(days=1)):
        with pytest.raises(tasks.AuditBroken, match="青浦区第 1 条（这一条被改过）"):
            tasks.verify_audit(at)

    assert (seals.newest(), _error_of_the_night()) == ([], "审计链断在：青浦区第 1 条（这一条被改过）")


def _busy(times: int, done: list):
    left = [times]

    def work(at):
        if left[0]:
            left[0] -= 1
            raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))
        done.append(at)

    return work


def test_work_that_met_a_busy_database_is_tried_again_seconds_later(app, caplog, monkeypatch):
    slept = []
    monkeypatch.setattr(queue, "sleep", slept.append)
    done: list = []

    queue.once_a_minute("audit", _busy(2, done), NOON)

    assert (len(done), slept, _error(NOON)) == (1, [1, 3], "")
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_a_database_that_stays_busy_costs_a_minute_and_no_alarm(app, caplog, monkeypatch):
    monkeypatch.setattr(queue, "sleep", lambda seconds: None)
    done: list = []
    work = _busy(5, done)

    first = queue.once_a_minute("audit", work, NOON)
    queue.once_a_minute("audit", work, NOON + timedelta(minutes=1))

    assert (first, len(done), _error(NOON)) == (True, 1, "OperationalError: database is locked")
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_a_minute_that_cannot_even_be_claimed_waits_for_the_next(app, caplog, monkeypatch):
    monkeypatch.setattr(queue, "sleep", lambda seconds: None)
    monkeypatch.setattr(queue, "_claimed", _busy_claim)
    done: list = []

    queue.each_minute({"other": done.append})
    monkeypatch.undo()
    queue.each_minute({"other": done.append})

    assert len(done) == 1
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def _busy_claim(name, minute):
    raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))


def test_a_failing_part_does_not_stop_the_others_and_is_not_tried_twice_in_a_minute(app):
    done = []

    def fail(at):
        raise ValueError("no")

    first = [queue.once_a_minute(name, work, NOON) for name, work in (("audit", fail), ("other", done.append))]
    again = queue.once_a_minute("audit", fail, NOON)

    assert (first, again, done, _error(NOON)) == ([True, True], False, [NOON], "ValueError: no")

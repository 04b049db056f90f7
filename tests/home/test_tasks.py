"""The nightly proof of the audit, and periodic work that goes on when one part fails."""

from datetime import timedelta

import sqlalchemy as sa

from catalogue.core import changes, clock, queue
from catalogue.core.db import db
from catalogue.core.models import Run
from catalogue.home import tasks
from catalogue.orders.states import NEXT, Action, State
from tests.factories import NOON, TODAY, a_dispatcher, actor_of, an_order

NIGHT = clock.at(TODAY, tasks.AT_NIGHT)


def _a_broken_chain():
    changes.move(an_order(state=State.SUBMITTED), NEXT, Action.APPROVE, by=actor_of(a_dispatcher()), at=NOON)
    db.session.commit()
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

    assert "changed row" in _error(NIGHT)


def test_by_day_nothing_is_walked(app):
    _a_broken_chain()

    queue.once_a_minute("audit", tasks.verify_audit, NIGHT + timedelta(minutes=1))

    assert _error(NIGHT + timedelta(minutes=1)) == ""


def test_a_failing_part_does_not_stop_the_others_and_is_not_tried_twice_in_a_minute(app):
    done = []

    def fail(at):
        raise ValueError("no")

    first = [queue.once_a_minute(name, work, NOON) for name, work in (("audit", fail), ("other", done.append))]
    again = queue.once_a_minute("audit", fail, NOON)

    assert (first, again, done, _error(NOON)) == ([True, True], False, [NOON], "ValueError: no")

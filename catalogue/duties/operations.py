"""Every write of duties: rows are opened and closed by comparing what is owed now with what stands; time lets them climb."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from catalogue.core import outbox
from catalogue.core.db import db, run, transaction
from catalogue.dispatch.models import DispatchOrder
from catalogue.duties.models import Duty
from catalogue.duties.wanted import OF, Want

CLIMBED = "duty_climbed"
MOST = 500  # duties that climb in one sweep


def settle(subject: str, subject_id: int, at: datetime, *, thing: Any = None, fresh: bool = False) -> None:
    """Opens what is owed about one thing and closes what is not any more. Again changes nothing. fresh: nothing stands yet."""
    model, rule = OF[subject]
    row = thing if thing is not None else db.session.get(model, subject_id)
    wants = {(want.kind, want.mark): want for want in (rule(row, at) if row is not None else ())}
    standing = {} if fresh else {(duty.kind, duty.mark): duty for duty in _open(subject, subject_id)}
    for known, duty in standing.items():
        if known not in wants:
            duty.closed_at = at
    db.session.flush()
    fresh_rows = [_row(subject, want) for known, want in wants.items() if known not in standing]
    if fresh_rows:
        run(_INSERT, fresh_rows)


def _open(subject: str, subject_id: int) -> Iterable[Duty]:
    return db.session.scalars(
        sa.select(Duty).where(Duty.subject == subject, Duty.subject_id == subject_id, Duty.closed_at.is_(None))
    )


_INSERT = sa.insert(cast("sa.Table", Duty.__table__))  # built once: every order that is handed in passes here


def _row(subject: str, want: Want) -> dict[str, Any]:
    due_at = want.due()
    role, place = want.above or (None, None)
    climb_at = due_at + want.climb if want.above is not None and want.climb is not None else None
    return {
        "kind": want.kind, "subject": subject, "subject_id": want.subject_id, "mark": want.mark, "district_id": want.district_id,
        "person_id": want.person_id, "role": want.role, "place_id": want.place_id, "not_person_id": want.not_person_id, "above_role": role,
        "above_place_id": place, "since": want.since, "due_at": due_at, "climb_at": climb_at, "climbed_at": None, "closed_at": None,
    }  # fmt: skip


def orders_of(dispatch_id: int) -> list[int]:
    """The orders a dispatch serves or served: what is owed about them depends on it."""
    return list(db.session.scalars(sa.select(DispatchOrder.order_id).where(DispatchOrder.dispatch_id == dispatch_id)))


def follow_merge(predecessor_ids: Iterable[int], successor_id: int) -> None:
    """What a merged unit owed, its successor owes."""
    ids = list(predecessor_ids)
    for column in (Duty.place_id, Duty.above_place_id):
        db.session.execute(
            sa.update(Duty).where(column.in_(ids), Duty.closed_at.is_(None)).values({column: successor_id}),
            execution_options={"synchronize_session": False},
        )


def sweep(at: datetime) -> None:
    """Lets missed duties climb one level, once, and tells that level (one notice each)."""
    with transaction(writes=True):
        query = sa.select(Duty).where(Duty.climb_at <= at, Duty.climbed_at.is_(None), Duty.closed_at.is_(None))
        for duty in db.session.scalars(query.order_by(Duty.climb_at, Duty.id).limit(MOST)):
            duty.climbed_at = at
            outbox.put(
                CLIMBED,
                "duty",
                duty.id,
                district_id=duty.district_id,
                at=at,
                key=f"{CLIMBED}:{duty.id}",
                payload={"by": None},
            )

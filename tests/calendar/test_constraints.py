"""No double booking: the database refuses what the operations would have refused before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.calendar import operations, queries
from catalogue.calendar.errors import LecturerTaken, TravelTooShort
from catalogue.calendar.models import Hold, HoldKind
from catalogue.calendar.operations import Wanted
from catalogue.core.db import db
from tests.factories import NOON, a_lecturer, a_window, the_district

STARTS, ENDS = a_window()


def a_hold(kind=HoldKind.LECTURER, resource_id=1, busy_from=STARTS, busy_until=ENDS, active=True) -> Hold:
    return Hold(
        kind=kind, resource_id=resource_id, district_id=the_district().id, busy_from=busy_from, busy_until=busy_until, teach_until=busy_until,
        held_for="offer", held_for_id=1, active=active, made_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(HoldKind))
def test_two_active_holds_of_one_resource_may_not_overlap(app, kind):
    db.session.add(a_hold(kind))
    db.session.flush()
    db.session.add(a_hold(kind, busy_from=ENDS - timedelta(minutes=1), busy_until=ENDS + timedelta(hours=1)))

    with pytest.raises(sa.exc.DBAPIError, match="hold_overlap"):
        db.session.flush()


def test_holds_may_touch_differ_in_kind_or_resource_or_be_freed(app):
    db.session.add(a_hold())
    db.session.add(a_hold(busy_from=ENDS, busy_until=ENDS + timedelta(hours=1)))
    db.session.add(a_hold(HoldKind.VENUE))
    db.session.add(a_hold(resource_id=2))
    db.session.add(a_hold(active=False))
    db.session.flush()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Hold)) == 5


def test_a_freed_hold_may_not_come_back_over_another(app):
    db.session.add(a_hold())
    freed = a_hold(active=False)
    db.session.add(freed)
    db.session.flush()
    freed.active = True

    with pytest.raises(sa.exc.DBAPIError, match="hold_overlap"):
        db.session.flush()


def wanted(lecturer, starts_at, spot=(31.0, 121.0), gap=lambda a, b: 45):
    return Wanted(
        HoldKind.LECTURER,
        lecturer.id,
        lecturer.district_id,
        starts_at,
        starts_at + timedelta(minutes=90),
        setup_minutes=15,
        spot=spot,
        gap=gap,
    )


def test_a_taken_lecturer_is_refused_and_nothing_is_held(app):
    lecturer = a_lecturer()
    operations.take([wanted(lecturer, STARTS)], held_for="offer", held_for_id=1, at=NOON)

    with pytest.raises(LecturerTaken):
        operations.take([wanted(lecturer, STARTS + timedelta(minutes=60))], held_for="offer", held_for_id=2, at=NOON)

    assert [h.held_for_id for h in queries.held([HoldKind.LECTURER], [lecturer.id], STARTS, ENDS)] == [1]


@pytest.mark.parametrize(("minutes", "free"), [(134, False), (135, True)])
def test_the_way_between_two_lessons_counts_from_the_end_of_the_first(app, minutes, free):
    lecturer = a_lecturer()
    operations.take([wanted(lecturer, STARTS)], held_for="offer", held_for_id=1, at=NOON)
    later = [wanted(lecturer, STARTS + timedelta(minutes=minutes))]

    if free:
        operations.take(later, held_for="offer", held_for_id=2, at=NOON)
    else:
        with pytest.raises(TravelTooShort):
            operations.take(later, held_for="offer", held_for_id=2, at=NOON)

    assert len(queries.neighbours(lecturer.id, STARTS, ENDS)) == (2 if free else 1)


def test_a_move_may_overlap_its_own_old_time(app):
    lecturer = a_lecturer()
    operations.take([wanted(lecturer, STARTS)], held_for="lesson", held_for_id=1, at=NOON)
    old = queries.held_for("lesson", 1)

    operations.take(
        [wanted(lecturer, STARTS + timedelta(minutes=30))], held_for="lesson", held_for_id=1, at=NOON, replacing=old
    )

    assert [h.busy_from for h in queries.held_for("lesson", 1)] == [STARTS + timedelta(minutes=30)]

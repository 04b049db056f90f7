"""The only writer of holds (rule 1 of reliability.md): locks in one order, reads the neighbours, applies travel, then writes.

The database has the last word: an exclusion constraint (PostgreSQL) or triggers (SQLite) refuse any overlap that slipped through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from catalogue.calendar import queries
from catalogue.calendar.errors import CommitteeTaken, LecturerTaken, TravelTooShort, VenueTaken
from catalogue.calendar.models import Hold, HoldKind
from catalogue.core import events
from catalogue.core.actor import job
from catalogue.core.db import db, lock
from catalogue.core.errors import Taken
from catalogue.core.words import _, later
from catalogue.lecturers.events import AvailabilityChanged
from catalogue.lecturers.models import Lecturer
from catalogue.organisations.models import Organisation
from catalogue.venues.models import Venue

Spot = tuple[float, float] | None


@dataclass(frozen=True)
class Lesson:
    """The part of a lesson that matters for a journey: when it is taught and where (None online)."""

    starts_at: datetime
    ends_at: datetime
    spot: Spot


@dataclass(frozen=True)
class Wanted:
    """One resource wanted for one span. `gap` says how many minutes must lie between two lessons of this lecturer (rules of matching)."""

    kind: HoldKind
    resource_id: int
    district_id: int
    starts_at: datetime
    ends_at: datetime
    setup_minutes: int = 0
    spot: Spot = None
    gap: Callable[[Lesson, Lesson], int] | None = None

    @property
    def busy_until(self) -> datetime:
        """A lecturer is busy until the set-up after the lesson is done; travel is never stored."""
        return self.ends_at + timedelta(minutes=self.setup_minutes if self.kind is HoldKind.LECTURER else 0)


_REFUSALS: dict[HoldKind, tuple[type[Taken], str]] = {
    HoldKind.LECTURER: (LecturerTaken, later("这位讲师这段时间已有课，请换一位讲师或换个时间。")),
    HoldKind.VENUE: (VenueTaken, later("这个场地这段时间已有人用，请换个场地或换个时间。")),
    HoldKind.ORGANISATION: (CommitteeTaken, later("这个居村这段时间已经有一场课，请换个时间。")),
}
_MODELS = {HoldKind.LECTURER: Lecturer, HoldKind.ORGANISATION: Organisation, HoldKind.VENUE: Venue}


def _refusal(kind: HoldKind) -> Taken:
    error, sentence = _REFUSALS[kind]
    return error(_(sentence), kind=kind.value)


def lock_resources(wanted: Sequence[Wanted]) -> None:
    """Locks everything that may be wanted, in one order (kind, id). Whoever tries several lists in one transaction locks all of them first."""
    for kind in sorted(_MODELS, key=lambda k: k.value):
        lock(_MODELS[kind], [w.resource_id for w in wanted if w.kind is kind])


def _check_travel(want: Wanted, taken: Hold) -> None:
    other = Lesson(
        taken.busy_from, taken.teach_until, None if taken.latitude is None else (taken.latitude, taken.longitude or 0.0)
    )
    mine = Lesson(want.starts_at, want.ends_at, want.spot)
    first, second = (mine, other) if mine.starts_at <= other.starts_at else (other, mine)
    minutes = want.gap(first, second) if want.gap is not None else want.setup_minutes
    if second.starts_at < first.ends_at + timedelta(minutes=minutes):
        raise TravelTooShort(_(later("这位讲师前后还有课，路上来不及。请换个时间，或换一位讲师。")), minutes=minutes)


def _check_free(want: Wanted, replacing: frozenset[int]) -> None:
    for taken in queries.overlapping(want.kind, want.resource_id, want.starts_at, want.busy_until):
        if taken.id not in replacing:
            raise _refusal(want.kind)
    if want.kind is HoldKind.LECTURER:
        for taken in queries.neighbours(want.resource_id, want.starts_at, want.busy_until):
            if taken.id not in replacing:
                _check_travel(want, taken)


def take(
    wanted: Sequence[Wanted], *, held_for: str, held_for_id: int, at: datetime, replacing: Sequence[Hold] = ()
) -> list[Hold]:
    """Holds every wanted resource, or none, and returns the holds in order of kind and id. `replacing` are holds of the same business that are freed in the same step.

    Locks lecturers, organisations and venues in one order (kind, id) first, so two such calls never wait for each other crosswise.
    Raises LecturerTaken, TravelTooShort, VenueTaken or CommitteeTaken (409), naming what is taken and nothing else.
    """
    lock_resources(wanted)
    leaving = frozenset(h.id for h in replacing)
    for want in wanted:
        _check_free(want, leaving)
    free(replacing, at=at)
    made = []
    for want in sorted(wanted, key=lambda w: (w.kind.value, w.resource_id)):
        try:
            with db.session.begin_nested():
                made.append(_row(want, held_for, held_for_id, at))
                db.session.add(made[-1])
        except (sa.exc.IntegrityError, sa.exc.OperationalError) as refused:
            if "hold_overlap" not in str(refused):
                raise
            raise _refusal(want.kind) from refused
    _tell([w.resource_id for w in wanted if w.kind is HoldKind.LECTURER], at)
    return made


def _tell(lecturer_ids: Sequence[int], at: datetime) -> None:
    """Who is free when has changed: the menu's figures follow."""
    for lecturer_id in sorted(set(lecturer_ids)):
        events.publish(AvailabilityChanged(lecturer_id), by=job("calendar"), at=at)


def _row(want: Wanted, held_for: str, held_for_id: int, at: datetime) -> Hold:
    return Hold(
        kind=want.kind, resource_id=want.resource_id, district_id=want.district_id, busy_from=want.starts_at, busy_until=want.busy_until,
        teach_until=want.ends_at, latitude=want.spot[0] if want.spot else None, longitude=want.spot[1] if want.spot else None,
        held_for=held_for, held_for_id=held_for_id, active=True, made_at=at,
    )  # fmt: skip


def free(holds: Sequence[Hold], *, at: datetime) -> None:
    """Ends holds; the rows stay as the record of what was held."""
    for hold in holds:
        hold.active = False
        hold.freed_at = at
    db.session.flush()
    _tell([h.resource_id for h in holds if h.kind is HoldKind.LECTURER], at)


def hand_over(holds: Sequence[Hold], *, held_for: str, held_for_id: int) -> None:
    """The same hold goes on for the next stage (offer → lesson) without a moment in which the time is free."""
    for hold in holds:
        hold.held_for, hold.held_for_id = held_for, held_for_id
    db.session.flush()

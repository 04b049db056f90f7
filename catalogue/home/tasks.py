"""What the consumer does for the whole house once a night: the proof of the audit, its checkpoints, its retention."""

from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import sqlalchemy as sa

from catalogue.core import audit, clock, seals
from catalogue.core.actor import Level, job
from catalogue.core.db import db, transaction
from catalogue.core.models import AuditHead, Run
from catalogue.home import audit_words
from catalogue.home.job_words import NIGHT
from catalogue.organisations.models import Organisation
from catalogue.organisations.queries import names_of, setting
from catalogue.organisations.settings import SETTINGS

AT_NIGHT = 3 * 60  # 3:00 in Shanghai, when few write
MOST_PURGES = 20  # transactions a chain and night
_WALKING = Lock()


class AuditBroken(Exception):
    """The walk found a changed or missing row; the message names the first of each chain."""


def verify_audit(at: datetime) -> None:
    """Each minute: due from 3:00 on until it is done, the night's walk over every chain; else seals the chains that grew long.

    A whole chain gets its checkpoint and loses what is past its retention. Raises AuditBroken, which stays on the run's row and in
    the log.
    """
    if not _WALKING.acquire(blocking=False):  # the walk of the minute before goes on
        return
    try:
        night = night_of(at)
        broken = seals.seal(at, least=seals.EVERY) if _was_walked(night) else _walk(night, at)
    finally:
        _WALKING.release()
    if broken:
        raise AuditBroken(_line(broken))


def _line(broken: list[dict[str, Any]]) -> str:
    with transaction(writes=False):
        return audit_words.broken_line(broken, names_of(row["district_id"] for row in broken))[:500]


def night_of(at: datetime) -> datetime:
    """The last 3:00 before this instant."""
    tonight = clock.at(clock.day_of(at), AT_NIGHT)
    return tonight if at >= tonight else clock.at(clock.day_of(at) - timedelta(days=1), AT_NIGHT)


def _was_walked(night: datetime) -> bool:
    with transaction(writes=False):
        return db.session.get(Run, (NIGHT, night)) is not None


def _walk(night: datetime, at: datetime) -> list[dict[str, Any]]:
    broken = list(seals.prove().broken)
    chains = {row["district_id"] for row in broken}
    seals.seal(at, but=chains)
    for chain, before in _retentions(at):
        for _ in range(MOST_PURGES if chain not in chains else 0):
            if not seals.purge(chain, before, by=job("audit"), at=at):
                break
    said = _line(broken)
    with transaction(writes=True):
        if db.session.get(Run, (NIGHT, night)) is None:
            db.session.add(Run(name=NIGHT, minute=night, done_at=at, error=said))
    return broken


def _retentions(at: datetime) -> list[tuple[int, datetime]]:
    """Each chain, and the instant before which its rows are past `audit_years` of its district (the city's for the city's own)."""
    today = clock.day_of(at)
    with transaction(writes=False):
        city = db.session.scalar(sa.select(Organisation.id).where(Organisation.level == Level.CITY).limit(1))
        years = {}
        for chain in db.session.scalars(sa.select(AuditHead.district_id)).all():
            place = city if chain == audit.CITY else chain
            known = place is not None and db.session.get(Organisation, place) is not None
            years[chain] = setting("audit_years", place, today) if known and place else SETTINGS["audit_years"].default
    return [(chain, clock.at(_years_before(today, count), 0)) for chain, count in sorted(years.items())]


def _years_before(day: date, years: int) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap else day.day)

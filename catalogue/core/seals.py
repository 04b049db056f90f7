"""Signed checkpoints of the audit, the witness outside the database, and the purge of rows past their retention.

A checkpoint says what the newest row of a chain was. It is written each night and each thousand rows, only for a stretch that was
just proved whole. The newest ones also stand in a file beside the uploads: whoever can write the database but not that file cannot
cut off the end of a chain unseen.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
import structlog
from flask import current_app

from catalogue.core import audit, proof
from catalogue.core.actor import Actor
from catalogue.core.chain import Checkpoint
from catalogue.core.db import db, transaction
from catalogue.core.models import Audit, AuditCheckpoint, AuditHead
from catalogue.core.proof import Verdict, Walk
from config import Config

EVERY = 1000  # rows of a chain after which it is sealed without waiting for the night
PURGED_AT_ONCE = 5000  # rows that one transaction takes away: SQLite's other writers wait for it

_log = structlog.get_logger("songxue.audit")
_rows, _heads, _marks = (cast("sa.Table", kind.__table__) for kind in (Audit, AuditHead, AuditCheckpoint))
_newest = (
    sa.select(_marks.c.district_id, sa.func.max(_marks.c.id).label("id")).group_by(_marks.c.district_id).subquery()
)
_NEWEST = sa.select(_marks).join(_newest, _newest.c.id == _marks.c.id)
_HEADS = sa.select(_heads).order_by(_heads.c.district_id)


def prove(against: Iterable[Checkpoint] = ()) -> Verdict:
    """Verifies the audit of this installation with its keys, against its witness and further checkpoints.

    A witness that cannot be read counts as broken: nobody but the worker writes it, and only whole.
    """
    settings = _settings()
    spoilt: tuple[dict[str, Any], ...] = ()
    try:
        seen = witnessed()
    except ValueError:
        seen, spoilt = [], ({"district_id": audit.CITY, "sequence": 0, "why": "checkpoint signature"},)
    found = audit.verify(settings.secret_key, settings.earlier_keys, against=[*seen, *against])
    return Verdict(found.rows, (*spoilt, *found.broken), found.checkpoints)


def _settings() -> Config:
    settings: Config = current_app.config["SETTINGS"]
    return settings


def seal(at: datetime, *, least: int = 1, but: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Signs the end of every chain that has grown by `least` rows since its newest checkpoint, or was sealed with a former key.

    `but` names chains known to be broken. Returns what is broken in the stretches looked at, as Verdict.broken; those stay unsealed.
    """
    settings, known = _settings(), set(but)
    secrets = (*reversed(settings.earlier_keys), settings.secret_key)
    made, broken = [], []
    with proof.snapshot() as connection:
        newest = {row.district_id: proof.checkpoint_of(row) for row in connection.execute(_NEWEST)}
        for head in connection.execute(_HEADS).all():
            mark = newest.get(head.district_id)
            if head.district_id in known or not _is_due(head, mark, least, settings.secret_key):
                continue
            walk = Walk(head.district_id, [mark] if mark else [], secrets, since=mark)
            walk.go(connection, head)
            if walk.broken is not None:
                broken.append(walk.broken)
            else:
                made.append(_signed(Checkpoint(head.district_id, head.sequence, head.hash, at)))
    if made:
        _keep(made)
    return broken


def _is_due(head: Any, mark: Checkpoint | None, least: int, secret: str) -> bool:
    if mark is not None and not mark.genuine((secret,)):
        return True
    return bool(head.sequence - (mark.sequence if mark is not None else 0) >= least)


def _signed(mark: Checkpoint) -> Checkpoint:
    signature = mark.signed(_settings().secret_key)
    return Checkpoint(mark.district_id, mark.sequence, mark.hash, mark.at, mark.purged, signature)


def _row(mark: Checkpoint) -> dict[str, Any]:
    return {**mark.as_json(), "at": mark.at}


def _keep(made: Iterable[Checkpoint]) -> None:
    """Into the table, the log and the witness, in this order."""
    with transaction(writes=True):
        db.session.execute(_marks.insert(), [_row(mark) for mark in made])
    for mark in made:
        _log.info("audit checkpoint", **_spoken(mark))
    file = witness()
    part = file.with_suffix(".part")
    part.write_text(json.dumps([mark.as_json() for mark in newest()]), encoding="utf-8")
    part.replace(file)


def _spoken(mark: Checkpoint) -> dict[str, Any]:
    """For the log, which blanks what looks like a telephone number and keeps `at` for itself: hex in groups of eight, another name."""
    said = mark.as_json()
    grouped = {name: " ".join(said[name][i : i + 8] for i in range(0, 64, 8)) for name in ("hash", "signature")}
    return {**{name: said[name] for name in said if name != "at"}, **grouped, "signed_at": said["at"]}


def newest() -> list[Checkpoint]:
    """The newest checkpoint of each chain, to be kept elsewhere."""
    with proof.snapshot() as connection:
        found = [proof.checkpoint_of(row) for row in connection.execute(_NEWEST)]
    return sorted(found, key=lambda mark: mark.district_id)


# ── outside the database ───────────────────────────────────────────────────────────────────────


def witness() -> Path:
    """Where the newest checkpoints of this very database stand outside it."""
    url = db.engine.url
    mark = hashlib.sha256(f"{url.host}:{url.port}/{url.database}".encode()).hexdigest()[:12]
    return _settings().upload_dir / f"audit-{mark}.json"


def witnessed() -> list[Checkpoint]:
    """What the witness says; nothing before the first night."""
    file = witness()
    return read(file) if file.exists() else []


def read(file: Path) -> list[Checkpoint]:
    """Checkpoints of a file that `flask audit checkpoint` or the worker wrote. Raises ValueError when it is none."""
    try:
        return [Checkpoint.of_json(said) for said in json.loads(file.read_text(encoding="utf-8"))]
    except (KeyError, TypeError) as broken:
        raise ValueError(f"{file} holds no checkpoints") from broken


def forget_witness() -> None:
    """A new or restored database begins without one; only whoever may use the machine can ask for it."""
    witness().unlink(missing_ok=True)


# ── retention ──────────────────────────────────────────────────────────────────────────────────


def purge(chain: int, before: datetime, *, by: Actor, at: datetime) -> int:
    """Takes away the first rows of a proved chain that are older than `before`; returns how many, at most PURGED_AT_ONCE.

    In the same transaction a signed checkpoint says where the chain now begins, and an act that rows were purged.
    """
    own = _rows.c.district_id == chain
    with transaction(writes=True):
        first = db.session.scalar(sa.select(sa.func.min(_rows.c.sequence)).where(own))
        if first is None:
            return 0
        stays = sa.select(_rows.c.sequence).where(own, _rows.c.at >= before).order_by(_rows.c.sequence).limit(1)
        kept = db.session.scalar(stays)
        newest = sa.select(sa.func.max(_rows.c.sequence)).where(own, _rows.c.sequence < first + PURGED_AT_ONCE)
        last = db.session.scalar(newest) if kept is None else min(kept - 1, first + PURGED_AT_ONCE - 1)
        if last is None or last < first:
            return 0
        hash_ = db.session.scalar(sa.select(_rows.c.hash).where(own, _rows.c.sequence == last))
        mark = _signed(Checkpoint(chain, last, str(hash_), at, purged=True))
        db.session.execute(_marks.insert(), _row(mark))
        db.session.execute(_rows.delete().where(own, _rows.c.sequence <= last))
        audit.append("purge", "audit", last, by=by, at=at, district_id=chain)
    _log.info("audit purged", rows=last - first + 1, **_spoken(mark))
    return int(last - first + 1)

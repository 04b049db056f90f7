"""The proof of the audit: every chain is walked from its first kept row, and each checkpoint in the database or outside must fit.

All of it is read in one snapshot, so people may go on writing meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from catalogue.core.chain import Checkpoint, row_hash
from catalogue.core.db import db
from catalogue.core.models import Audit, AuditCheckpoint, AuditHead

BATCH = 2000
_rows, _heads, _marks = (cast("sa.Table", kind.__table__) for kind in (Audit, AuditHead, AuditCheckpoint))
_HEADS = sa.select(_heads).order_by(_heads.c.district_id)
_MARKS = sa.select(_marks).order_by(_marks.c.district_id, _marks.c.sequence, _marks.c.id)
_ORPHANS = (
    sa.select(_rows.c.district_id, sa.func.min(_rows.c.sequence).label("sequence"), sa.func.min(_rows.c.id).label("id"))
    .where(_rows.c.district_id.not_in(sa.select(_heads.c.district_id)))
    .group_by(_rows.c.district_id)
    .order_by(_rows.c.district_id)
)
_STRETCH = (
    sa.select(_rows)
    .where(_rows.c.district_id == sa.bindparam("chain"), _rows.c.sequence > sa.bindparam("after"))
    .order_by(_rows.c.sequence)
    .limit(BATCH)
)


@dataclass(frozen=True)
class Verdict:
    """What verification found: rows read, checkpoints that fitted, and the first broken row of each chain.

    A broken one is {"district_id", "sequence", "why"} and the row's "id" when it is there; `why` is a name of WHYS.
    """

    rows: int
    broken: tuple[dict[str, Any], ...]
    checkpoints: int = 0


WHYS = (
    "missing row", "previous hash", "changed row", "rows missing at the beginning", "rows missing at the end", "rows beyond the head", "chain without a head",
    "checkpoint signature", "another row than its checkpoint",
)  # fmt: skip


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection of its own whose statements all see one moment, whatever is written meanwhile."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def checkpoint_of(row: Any) -> Checkpoint:
    """The checkpoint that a row of the table holds."""
    return Checkpoint(row.district_id, row.sequence, row.hash, row.at, row.purged, row.signature)


def verify(secret: str, earlier: Sequence[str] = (), *, against: Iterable[Checkpoint] = ()) -> Verdict:
    """Walks every chain and names the first broken row of each.

    `secret` signs today; `earlier` are former secrets, newest first. `against` are checkpoints kept outside the database: only they
    show that the end of a chain was cut off by somebody who could write every table.
    """
    secrets = (*reversed(earlier), secret)  # in the order of time
    with snapshot() as connection:
        heads = {row.district_id: row for row in connection.execute(_HEADS)}
        marks: dict[int, list[Checkpoint]] = defaultdict(list)
        for mark in [*map(checkpoint_of, connection.execute(_MARKS)), *against]:
            marks[mark.district_id].append(mark)
        orphans = connection.execute(_ORPHANS).all()
        walks = [Walk(chain, marks[chain], secrets) for chain in sorted({*heads, *marks})]
        for walk in walks:
            walk.go(connection, heads.get(walk.chain))
    broken = [walk.broken for walk in walks if walk.broken is not None]
    known = {found["district_id"] for found in broken}
    broken += [{**row._mapping, "why": "chain without a head"} for row in orphans if row.district_id not in known]
    return Verdict(sum(walk.rows for walk in walks), tuple(broken), sum(walk.fitted for walk in walks))


class Walk:
    """One chain, walked from the last row that was purged (or its beginning) to its head; from a checkpoint on when one is given."""

    def __init__(
        self, chain: int, marks: Sequence[Checkpoint], secrets: tuple[str, ...], since: Checkpoint | None = None
    ) -> None:
        self.chain, self._secrets, self._since = chain, secrets, since
        self.rows = self.fitted = 0
        self.broken: dict[str, Any] | None = None
        self._age = 0  # which secret signed the row before: later rows are of the same or a newer one
        self._marks: dict[int, set[str]] = defaultdict(set)
        purged = (mark for mark in marks if mark.purged and mark.genuine(secrets))
        start = since or max(purged, key=lambda mark: mark.sequence, default=None)
        self.sequence, self.last = (start.sequence, start.hash) if start is not None else (0, "")
        for mark in marks:
            if mark.sequence <= self.sequence and since is None:  # of rows that were purged; its key may be forgotten
                continue
            self._marks[mark.sequence].add(mark.hash)
            if self.broken is None and not mark.genuine(secrets):
                self._break(mark.sequence, "checkpoint signature")
        self._purge = (
            start.sequence if start is not None and since is None else None
        )  # an act of the chain must tell of it

    def go(self, connection: Connection, head: Any) -> None:
        """Reads the rows. `head` is the row of audit_head, None when there is none."""
        if self.broken is None:
            self._follow(connection)
        if self.broken is not None:
            return
        self.fitted = len(self._marks)
        end = head.sequence if head is not None else 0
        if self.sequence < max(end, *self._marks, 0):
            self._break(self.sequence + 1, "rows missing at the end")
        elif head is None:
            self._break(self.sequence, "chain without a head")
        elif self.sequence > end:
            self._break(end + 1, "rows beyond the head")
        elif self.last != head.hash:
            self._break(self.sequence + 1, "rows missing at the end")
        elif self._purge is not None:
            self._break(self._purge, "rows missing at the beginning")

    def _follow(self, connection: Connection) -> None:
        after = (
            self._since.sequence if self._since else 0
        )  # nothing may stand where rows were purged, so they are looked for
        while True:
            rows = connection.execute(_STRETCH, {"chain": self.chain, "after": after}).all()
            for row in rows:
                why = self._wrong(row)
                if why:
                    self._break(row.sequence, why, row.id)
                    return
                self.rows, self.sequence, self.last = self.rows + 1, row.sequence, row.hash
            if len(rows) < BATCH:
                return
            after = rows[-1].sequence

    def _wrong(self, row: Any) -> str:
        if row.sequence != self.sequence + 1:
            return "missing row"
        if row.previous_hash != self.last:
            return "previous hash"
        age = self._age
        while row.hash != row_hash(self._secrets[age], self.last, row._mapping):
            age += 1
            if age == len(self._secrets):
                return "changed row"
        self._age = age
        if (row.action, row.subject, row.subject_id) == ("purge", "audit", self._purge):
            self._purge = None
        return "" if self._marks.get(row.sequence, {row.hash}) == {row.hash} else "another row than its checkpoint"

    def _break(self, sequence: int, why: str, row_id: int | None = None) -> None:
        self.broken = {"district_id": self.chain, "sequence": sequence, "why": why}
        if row_id is not None:
            self.broken["id"] = row_id

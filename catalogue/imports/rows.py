"""One row of a table through the operation of its page; a row that is refused has every wrong cell of it named."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.passwords import Start
from catalogue.core import audit
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import Invalid, Refusal
from catalogue.core.words import _
from catalogue.imports import district_rows, tree_rows
from catalogue.imports.columns import Column, Line, Wrong
from catalogue.imports.looks import LOOKS, TOGETHER

REHEARSAL = Start("", "rehearsal")
KEYS = {  # what may stand in a table once, the cell it belongs to first
    "organisations": ("parent", "name"), "people": ("organisation", "name", "phone", "username"), "venues": ("owner", "name"),
    "courses": ("owner", "title"), "lecturers": ("district", "display_name", "phone"),
}  # fmt: skip
_SAME = {"on": "name", "role": "roles", "organisation_id": "organisation", "parent_id": "parent", "modes": "ways", "owner_id": "owner", "course": "teaches"}  # fmt: skip


@dataclass(frozen=True)
class Sort:
    """One kind of table: its columns, and what takes a row."""

    columns: Callable[[], list[Column]]
    take: Callable[..., Any]
    subject: str  # the table a new row of it is noted under


SORTS = {
    "organisations": Sort(tree_rows.organisation_columns, tree_rows.take_organisation, "organisation"),
    "people": Sort(tree_rows.people_columns, tree_rows.take_person, "person"),
    "venues": Sort(district_rows.venue_columns, district_rows.take_venue, "venue"),
    "courses": Sort(district_rows.course_columns, district_rows.take_course, "course"),
    "lecturers": Sort(district_rows.lecturer_columns, district_rows.take_lecturer, "lecturer"),
}


@dataclass(frozen=True)
class Taken:
    """What a good row did: the acts noted in the audit, and whether it opened an account."""

    acts: list[tuple[str, str]]
    opened: bool


@dataclass
class Judge:
    """Takes the rows of one table, each in a savepoint of its own, so that the rows after a wrong one are judged too."""

    kind: str
    columns: Sequence[Column]
    where: Mapping[str, int]  # column name -> its place in the sheet
    by: Actor
    at: datetime
    failed: set[str] = field(
        default_factory=set
    )  # organisations whose row was refused: what stands below them is not to blame

    def take(self, line: Line, start: Start | None) -> Taken | list[Wrong]:
        """What the row did, or its wrong cells that were not named before.

        After a refusal each other cell is looked at alone, and the row is tried again without the cells that are wrong
        (and those that mean nothing without them), as long as what must be filled is good.
        """
        wrong: list[Wrong] = []
        named, row = set(line.wrong), dict(line.values)
        _without(row, named)
        must = {column.name for column in self.columns if column.must}
        looked = False
        while True:
            if named and not looked:
                looked = True
                for name, refused in self._looks(row, named):
                    self._name(name, refused, line, wrong, named)
                _without(row, named)
            if named & must:
                break
            taken = self._try(line, row, start)
            if isinstance(taken, Taken):
                if not named:
                    return taken
                break
            name = self._cell(taken)
            if name in named or (named and name not in row):  # asks for what was left out
                break
            self._name(name, taken, line, wrong, named)
            _without(row, named)
        self.failed.add(str(line.values.get("name", "")))
        return wrong

    def _looks(self, row: Mapping[str, Any], named: set[str]) -> Iterator[tuple[str, Refusal]]:
        for name, look in LOOKS[self.kind].items():
            if name in row and name not in named:
                try:
                    look(row[name], row, self.by)
                except Refusal as refused:
                    yield name, refused

    def _name(self, name: str, refused: Refusal, line: Line, wrong: list[Wrong], named: set[str]) -> None:
        named.add(name)
        if name == "parent" and tree_rows.above(line) in self.failed:
            return
        header = next((c.header for c in self.columns if c.name == name), "")
        column = self.where.get(name)
        wrong.append(Wrong(line.number, column, header if column is not None else "", refused.sentence))

    def _cell(self, refused: Refusal) -> str:
        """The column of a refusal; one that names no field is about whose row it would be."""
        said = refused.field if isinstance(refused, Invalid) else ""
        return said if said in self.where else _SAME.get(said, said or KEYS[self.kind][0])

    def _try(self, line: Line, row: Mapping[str, Any], start: Start | None) -> Taken | Refusal:
        try:
            with db.session.begin_nested():
                noted = audit.count()
                options = {"start": start} if self.kind == "people" else {}
                opened = SORTS[self.kind].take(row, self.by, self.at, **options)
                db.session.flush()
                return Taken(list(audit.noted(noted)), bool(opened))
        except Refusal as refused:
            return refused
        except sa.exc.SQLAlchemyError:
            return Invalid(_("这一行的内容存不进去，请核对每一格。"), field="row")


def _without(row: dict[str, Any], named: set[str]) -> None:
    """Leaves the wrong cells out, and whatever means nothing without them."""
    for pair in TOGETHER:
        if named.intersection(pair):
            named.update(name for name in pair if name not in row)
            for name in pair:
                row.pop(name, None)
    for name in named:
        row.pop(name, None)

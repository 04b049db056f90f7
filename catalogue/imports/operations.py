"""An import: every row through the operation of its page, in one transaction, all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts.passwords import Start, new_starts, seeded_starts
from catalogue.core import audit
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import Invalid, NotAllowed, Refusal
from catalogue.core.spreadsheets import Cell
from catalogue.core.words import _
from catalogue.imports import district_rows, finding, policy, tree_rows
from catalogue.imports.columns import Column, Line, Wrong, parse

MOST_SHOWN = 200
Beat = Callable[[int, int], None]
REHEARSAL = Start("", "rehearsal")


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


@dataclass
class Report:
    """What an import did, or would do. With anything wrong it did nothing."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)  # account, start code: shown once
    holders: list[tuple[str, str]] = field(default_factory=list)  # name and organisation of each of them

    @property
    def slips(self) -> list[list[str]]:
        """Organisation, name, account and start code of every new account, for the list that is shown once."""
        both = zip(self.holders, self.codes, strict=True)
        return [[place, name, username, code] for (name, place), (username, code) in both]

    def as_row(self) -> dict[str, Any]:
        """As a run keeps it: the first wrong cells, and how many there are."""
        wrong = [[w.row, w.column, w.header, w.words] for w in self.wrong[:MOST_SHOWN]]
        return {"new": self.new, "changed": self.changed, "unchanged": self.unchanged, "wrong": wrong, "wrong_total": len(self.wrong)}  # fmt: skip

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Report":
        """What a run kept."""
        wrong = [Wrong(*cells) for cells in row.get("wrong", ())]
        return cls(row.get("new", 0), row.get("changed", 0), row.get("unchanged", 0), wrong)

    @property
    def total(self) -> int:
        return self.new + self.changed + self.unchanged

    def as_json(self) -> dict[str, Any]:
        """For programs and the command line."""
        return {
            "new": self.new, "changed": self.changed, "unchanged": self.unchanged, "wrong": [str(w) for w in self.wrong],
            "accounts": [{"username": name, "start_code": code} for name, code in self.codes],
        }  # fmt: skip


def starts_for(kind: str, table: Sequence[Sequence[Cell]], *, secret: str = "", seed: str = "") -> list[Start]:
    """Start codes for the accounts a table may open, made before the write begins; with a seed they can be said again later."""
    if kind != "people":
        return []
    lines, _wrong, _where = parse(table, SORTS[kind].columns())
    wanted = [line.values["username"] for line in lines if "username" in line.values]
    return seeded_starts(secret, seed, wanted) if seed else new_starts(len(wanted))


def bring_in(
    kind: str, table: Sequence[Sequence[Cell]], *, by: Actor, at: datetime, dry_run: bool = False, starts: Sequence[Start] = (),
    beat: Beat = lambda done, total: None,
) -> Report:  # fmt: skip
    """Takes every row of a table; with anything wrong, or on a dry run, everything is undone. Raises NotAllowed.

    `starts` (people): one start code per row with an account, from starts_for; a dry run needs none. `beat` is told after
    every row how many of how many are done; what it raises ends the import, and the caller's transaction with it.
    """
    if not policy.may_import(by, kind):
        raise NotAllowed(_("这类表格不由您导入。需要的话，请联系区管理员。"))
    columns = SORTS[kind].columns()
    lines, wrong, where = parse(table, columns)
    report = Report(wrong=wrong)
    codes = iter(starts)
    if kind == "organisations":
        lines = tree_rows.parents_first(lines)
    finding.forget()
    whole = db.session.begin_nested()
    for done, line in enumerate(_each_once(kind, lines, report)):
        beat(done, len(lines))
        _take(kind, line, report, _Headers(columns, where, KEYS[kind][0]), codes, dry_run=dry_run, by=by, at=at)
    if report.wrong or dry_run:
        whole.rollback()
        db.session.expire_all()
        finding.forget()
        report.codes, report.holders = [], []
    else:
        whole.commit()
    report.wrong.sort(key=lambda w: (w.row, -1 if w.column is None else w.column))
    return report


KEYS = {  # what may stand in a table once, the cell it belongs to first
    "organisations": ("parent", "name"), "people": ("organisation", "name", "phone", "username"), "venues": ("owner", "name"),
    "courses": ("owner", "title"), "lecturers": ("district", "display_name", "phone"),
}  # fmt: skip


def _each_once(kind: str, lines: Sequence[Line], report: Report) -> list[Line]:
    """The rows without those that say the same thing a second time, which are named."""
    seen: dict[tuple[Any, ...], int] = {}
    once = []
    for line in lines:
        first = seen.setdefault(tuple(line.values.get(name) for name in KEYS[kind]), line.number)
        if first == line.number:
            once.append(line)
        else:
            report.wrong.append(Wrong(line.number, None, "", _("和第 %(row)d 行重复，请只留一行。", row=first)))
    return once


@dataclass(frozen=True)
class _Headers:
    """Where the field of a refusal stands in the sheet."""

    columns: Sequence[Column]
    where: Mapping[str, int]
    main: str  # the cell of a refusal that names no field: whose row it would be

    def wrong(self, line: Line, refused: Refusal) -> Wrong:
        said = refused.field if isinstance(refused, Invalid) else ""
        name = said if said in self.where else _SAME.get(said, said or self.main)
        header = next((c.header for c in self.columns if c.name == name), "")
        column = self.where.get(name)
        return Wrong(line.number, column, header if column is not None else "", refused.sentence)


_SAME = {"on": "name", "role": "roles", "organisation_id": "organisation", "parent_id": "parent", "modes": "ways", "owner_id": "owner", "course": "teaches"}  # fmt: skip


def _take(
    kind: str, line: Line, report: Report, headers: _Headers, codes: Any, *, dry_run: bool, by: Actor, at: datetime
) -> None:
    """One row in a savepoint of its own, so that the rows after a wrong one are judged too."""
    try:
        with db.session.begin_nested():
            noted = audit.count()
            if kind == "people":
                start = None
                if "username" in line.values:
                    start = REHEARSAL if dry_run else next(codes)
                if tree_rows.take_person(line.values, by, at, start) and start is not None and not dry_run:
                    report.codes.append((line.values["username"], start.code))
                    report.holders.append((line.values["name"], line.values["organisation"]))
            else:
                SORTS[kind].take(line.values, by, at)
            db.session.flush()
            acts = audit.noted(noted)
    except Refusal as refused:
        report.wrong.append(headers.wrong(line, refused))
        return
    except sa.exc.SQLAlchemyError:
        report.wrong.append(Wrong(line.number, None, "", _("这一行的内容存不进去，请核对每一格。")))
        return
    if not acts:
        report.unchanged += 1
    elif ("create", SORTS[kind].subject) in acts:
        report.new += 1
    else:
        report.changed += 1


def template(kind: str) -> dict[str, list[list[Cell]]]:
    """The sheets of an empty table: headers with one example row, and what each column means."""
    columns = SORTS[kind].columns()
    heads: list[Cell] = [f"{c.header}{'*' if c.must else ''}" for c in columns]
    example: list[Cell] = [f"（示例）{columns[0].example}", *(c.example for c in columns[1:])]
    note: list[list[Cell]] = [["列名", "必填", "例子", "说明", "可以填的词", "也认得的列名"]]
    note += [
        [c.header, "是" if c.must else "", c.example, c.words, "；".join(c.allowed), "、".join(c.also)] for c in columns
    ]
    note += [
        ["", "", "", "以“（示例）”开头的行不会导入。带 * 的必填；空着的格子不改原有内容。"],
        ["", "", "", "先试一遍，看清楚会新增、修改多少，再确认。有一格不对，整张表都不导入。"],
    ]
    return {policy.KINDS[kind]: [heads, example], "填写说明": note}

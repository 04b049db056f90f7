"""An import: every row through the operation of its page, in one transaction, all of it or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalogue.accounts.passwords import Start, new_starts, seeded_starts
from catalogue.core.actor import Actor
from catalogue.core.db import db
from catalogue.core.errors import NotAllowed
from catalogue.core.spreadsheets import Cell
from catalogue.core.words import _
from catalogue.imports import finding, policy, tree_rows
from catalogue.imports.columns import Line, Wrong, parse
from catalogue.imports.rows import KEYS, REHEARSAL, SORTS, Judge

MOST_SHOWN = 200
Beat = Callable[[int, int], None]


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
    judge = Judge(kind, columns, where, by, at)
    if kind == "organisations":
        lines = tree_rows.parents_first(lines)
    finding.forget()
    whole = db.session.begin_nested()
    for done, line in enumerate(_each_once(kind, lines, report)):
        beat(done, len(lines))
        _take(judge, line, report, codes, dry_run=dry_run)
    if report.wrong or dry_run:
        whole.rollback()
        db.session.expire_all()
        finding.forget()
        report.codes, report.holders = [], []
    else:
        whole.commit()
    report.wrong.sort(key=lambda w: (w.row, -1 if w.column is None else w.column))
    return report


def _each_once(kind: str, lines: Sequence[Line], report: Report) -> list[Line]:
    """The rows without those that say the same thing a second time, which are named."""
    seen: dict[tuple[Any, ...], int] = {}
    once = []
    for line in lines:
        if line.wrong.intersection(KEYS[kind]):
            once.append(line)
            continue
        first = seen.setdefault(tuple(line.values.get(name) for name in KEYS[kind]), line.number)
        if first == line.number:
            once.append(line)
        else:
            report.wrong.append(Wrong(line.number, None, "", _("和第 %(row)d 行重复，请只留一行。", row=first)))
    return once


def _take(judge: Judge, line: Line, report: Report, codes: Iterator[Start], *, dry_run: bool) -> None:
    start = None
    if judge.kind == "people" and "username" in line.values:
        start = REHEARSAL if dry_run else next(codes, REHEARSAL)
    taken = judge.take(line, start)
    if isinstance(taken, list):
        report.wrong += taken
        return
    if taken.opened and start is not None and not dry_run:
        report.codes.append((line.values["username"], start.code))
        report.holders.append((line.values["name"], line.values["organisation"]))
    if not taken.acts:
        report.unchanged += 1
    elif ("create", SORTS[judge.kind].subject) in taken.acts:
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

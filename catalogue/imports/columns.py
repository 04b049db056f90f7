"""What a table to import looks like: its columns, what each cell may hold, and how a row is read into values with every wrong cell named."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from catalogue.core.errors import Refusal
from catalogue.core.spreadsheets import Cell, letter
from catalogue.core.text import normalised
from catalogue.core.words import _

EXAMPLE = "（示例）"  # a row that begins so is the template's own and is passed over
_LIST = re.compile(r"[、，,;；\n]+")
_LINES = re.compile(r"[;；\n]+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
YES, NO = ("是", "有", "对", "y", "yes", "1", "true"), ("否", "无", "没有", "不", "n", "no", "0", "false")


class BadCell(ValueError):
    """What is wrong with one cell, in words."""


@dataclass(frozen=True)
class Wrong:
    """One wrong cell as people find it: row and column of the sheet."""

    row: int
    column: int | None
    header: str
    words: str

    @property
    def place(self) -> str:
        if self.column is None:
            return _("第 %(row)d 行", row=self.row)
        return _(
            "第 %(row)d 行 %(letter)s 列（%(header)s）", row=self.row, letter=letter(self.column), header=self.header
        )

    def __str__(self) -> str:
        return _("%(place)s：%(words)s", place=self.place, words=self.words)


Reader = Callable[[Cell], Any]


def text(limit: int = 60) -> Reader:
    def read(cell: Cell) -> str:
        try:
            return normalised(said(cell), limit, lines=limit > 200)
        except ValueError as trouble:
            raise BadCell(str(trouble)) from None

    return read


def said(cell: Cell) -> str:
    """A cell as its text: 13800000000.0 is '13800000000'."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return YES[0] if cell else NO[0]
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def whole(least: int, most: int) -> Reader:
    def read(cell: Cell) -> int | None:
        words = said(cell)
        if not words:
            return None
        if not re.fullmatch(r"\d{1,9}", words) or not least <= int(words) <= most:
            raise BadCell(_("请填 %(least)d 到 %(most)d 之间的整数。", least=least, most=most))
        return int(words)

    return read


def degree(least: float, most: float) -> Reader:
    def read(cell: Cell) -> float | None:
        words = said(cell)
        if not words:
            return None
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", words) or not least <= float(words) <= most:
            raise BadCell(_("请填 %(least)d 到 %(most)d 之间的度数，例如 31.15。", least=least, most=most))
        return float(words)

    return read


def yes_no(cell: Cell) -> bool | None:
    words = said(cell).lower()
    if not words:
        return None
    if words not in YES and words not in NO:
        raise BadCell(_("请填“是”或“否”。"))
    return words in YES


def day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    words = said(cell)
    if not words:
        return None
    found = _DAY.fullmatch(words)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(words)
    except ValueError:
        raise BadCell(_("请填日期，例如 2026-03-01。")) from None


def several(cell: Cell) -> list[str]:
    words = text(2000)(cell)
    return list(dict.fromkeys(part.strip() for part in _LIST.split(words) if part.strip()))


def titles(cell: Cell) -> list[str]:
    """Several titles, told apart by semicolons or lines only: a title may hold a comma."""
    return list(dict.fromkeys(part.strip() for part in _LINES.split(text(2000)(cell)) if part.strip()))


def one_of(choices: Callable[[], Mapping[str, Any]]) -> Reader:
    """The value behind a word of a list."""

    def read(cell: Cell) -> Any:
        words, known = text()(cell), choices()
        if not words:
            return None
        if words not in known:
            raise BadCell(_("没有“%(words)s”，请填：%(known)s。", words=words[:40], known="、".join(known)))
        return known[words]

    read.__dict__["choices"] = choices
    return read


def some_of(choices: Callable[[], Mapping[str, Any]]) -> Reader:
    def read(cell: Cell) -> list[Any] | None:
        known = choices()
        words = _told_apart(text(2000)(cell), known)
        if not words:
            return None
        strange = [w for w in words if w not in known]
        if strange:
            raise BadCell(_("没有“%(words)s”，请填：%(known)s。", words=strange[0][:40], known="；".join(known)))
        return [known[w] for w in words]

    read.__dict__["choices"] = choices
    return read


def _told_apart(words: str, known: Mapping[str, Any]) -> list[str]:
    """The entries of a cell. A word of the list may itself hold a separator (居民、村民), so the longest that fits goes first."""
    longest = sorted((w for w in known if _LIST.search(w)), key=len, reverse=True)
    found: dict[str, None] = {}
    while words := words.strip("、，,;；\n "):
        fits = (w for w in longest if words.startswith(w) and (words == w or _LIST.match(words[len(w) :].lstrip())))
        word = next(fits, "") or _LIST.split(words, maxsplit=1)[0]
        found[word.strip()] = None
        words = words[len(word) :]
    return list(found)


@dataclass(frozen=True)
class Column:
    """One column: its header, the name of its value, how a cell is read, whether it must be filled, an example and what to say about it."""

    header: str
    name: str
    read: Reader = field(default_factory=text)
    must: bool = False
    example: Cell = ""
    words: str = ""
    also: tuple[str, ...] = ()  # other headers people use

    @property
    def allowed(self) -> list[str]:
        """The words a cell may hold; empty when it is free."""
        choices: Callable[[], Mapping[str, Any]] | None = getattr(self.read, "choices", None)
        return list(choices()) if choices is not None else []


@dataclass(frozen=True)
class Line:
    """One row: its number in the sheet and the values of its good cells. Empty cells are left out: they change nothing.

    `wrong` are the names of the cells that could not be read.
    """

    number: int
    values: dict[str, Any]
    wrong: frozenset[str] = frozenset()


def parse(table: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> tuple[list[Line], list[Wrong], dict[str, int]]:
    """Rows of a table by the headers of its first row. Returns every row, every wrong cell, and where each column stands.

    With a wrong header every row counts as wrong in all columns of which none can be told: it is read, never taken.
    """
    headers = {_spelling(word): column.header for column in columns for word in (*column.also, column.header)}
    heads = [headers.get(_spelling(said(cell)), said(cell)) for cell in table[0]]
    known = {column.header: column for column in columns}
    wrong = [
        Wrong(1, n, head[:20], _("不认识这个列名，请用模板里的。"))
        for n, head in enumerate(heads)
        if head and head not in known
    ]
    wrong += [
        Wrong(1, n, head, _("这个列名出现了两次。")) for n, head in enumerate(heads) if head and head in heads[:n]
    ]
    wrong += [
        Wrong(1, None, "", _("少了“%(head)s”这一列。", head=c.header))
        for c in columns
        if c.must and c.header not in heads
    ]
    where = {known[head].name: n for n, head in enumerate(heads) if head in known}
    missing = frozenset(c.name for c in columns if c.name not in where) if wrong else frozenset()
    lines = []
    for number, row in enumerate(table[1:], 2):
        if all(said(cell) == "" for cell in row) or said(row[0]).startswith(EXAMPLE):
            continue
        line, bad = _line(number, row, heads, known, missing)
        wrong += bad
        lines.append(line)
    return lines, wrong, where


def _spelling(header: str) -> str:
    """A header for comparing: one width, no spaces, no star or 必填 behind it."""
    return re.sub(r"[\s*]|\((?:必填|选填|可不填)\)", "", unicodedata.normalize("NFKC", header)).casefold()


def _line(
    number: int, row: Sequence[Cell], heads: Sequence[str], known: Mapping[str, Column], missing: frozenset[str]
) -> tuple[Line, list[Wrong]]:
    values: dict[str, Any] = {}
    wrong = []
    for n, head in enumerate(heads):
        if head not in known or head in heads[:n]:
            continue
        column, cell = known[head], row[n] if n < len(row) else None
        if said(cell) == "":
            if column.must:
                wrong.append(Wrong(number, n, head, _("这一格必填。")))
            continue
        try:
            values[column.name] = column.read(cell)
        except (BadCell, Refusal) as trouble:
            wrong.append(Wrong(number, n, head, str(trouble)))
    bad = {known[w.header].name for w in wrong}
    return Line(number, values, missing | bad), wrong

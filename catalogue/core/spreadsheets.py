"""Tables in and out of the service: Excel and CSV are read within limits, and written so that no cell ever becomes a formula."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineWorkbook

from catalogue.core.errors import Invalid
from catalogue.core.words import _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_MEMBERS = 200
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 5000, 60, 4000
MOST_TEXT = 10_000_000  # characters of a whole table: one long text may stand in many cells of a small file
MOST_CELLS = 4 * MOST_ROWS * MOST_COLUMNS
Cell = str | int | float | bool | date | datetime | None
_FORMULA = frozenset("=+-@|%\t\r\n")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"']\s*(\d+)")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")


class Unreadable(Invalid):
    """A file that is no table we can read; says what to do."""

    code = "unreadable_file"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="file")


# ── reading ─────────────────────────────────────────────────────────────────────────────────────


def check_outside(content: bytes, name: str) -> None:
    """What can be said of a file without reading it: size and name. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("文件太大，最多 %(n)d MB。请分成几个文件。", n=MOST_BYTES // 1024 // 1024))
    if not content:
        raise Unreadable(_("文件是空的，请选填好的表格。"))
    if not name.lower().endswith((".csv", ".xlsx")):
        raise Unreadable(_("只能读 .xlsx 和 .csv 表格。请在 Excel 里另存为 .xlsx。"))


def read(content: bytes, name: str) -> list[list[Cell]]:
    """The rows of the first sheet of an .xlsx, or of a .csv in UTF-8 or GB18030. Raises Unreadable for anything else or too much.

    For files of strangers use core.apart.read, which does the same in a process with limits.
    """
    check_outside(content, name)
    return _within_limits(_csv(content) if name.lower().endswith(".csv") else _xlsx(content))


def _within_limits(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and all(cell in (None, "") for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise Unreadable(_("表格里没有内容，请填好再传。"))
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(_("表格太长，最多 %(n)d 行。请分成几个文件。", n=MOST_ROWS))
    if max(len(row) for row in rows) > MOST_COLUMNS:
        raise Unreadable(_("表格太宽，最多 %(n)d 列。请用下载的模板。", n=MOST_COLUMNS))
    if any(isinstance(cell, str) and len(cell) > MOST_CELL for row in rows for cell in row):
        raise Unreadable(_("有一格的字太多，最多 %(n)d 个字。", n=MOST_CELL))
    if sum(len(cell) for row in rows for cell in row if isinstance(cell, str)) > MOST_TEXT:
        raise Unreadable(_("表格里的字太多，没有读。请分成几个文件。"))
    return rows


def _csv(content: bytes) -> list[list[Cell]]:
    text = None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or "\x00" in text:
        raise Unreadable(_("读不懂这个 CSV 的文字编码。请在 Excel 里另存为 .xlsx，或存为 UTF-8 的 CSV。"))
    try:
        rows: list[list[Cell]] = []
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(rows) > MOST_ROWS + 1:
                break
            rows.append(list[Cell](row))
        return rows
    except csv.Error:
        raise Unreadable(_("这个 CSV 的引号或换行不完整。请在 Excel 里另存为 .xlsx。")) from None


def _xlsx(content: bytes) -> list[list[Cell]]:
    _check_package(content)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as trouble:  # whatever the parser throws, a panic of its own included, is one clear sentence
        raise Unreadable(_("这个文件读不出来，可能已经损坏。请用 Excel 打开后另存为 .xlsx。")) from trouble
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell if isinstance(cell, str | int | float | bool | date | datetime) else str(cell)


def _check_package(content: bytes) -> None:
    """Looks into the zip before any parser does: size, number of members, macros, and how far the cells reach."""
    broken = Unreadable(_("这不是 Excel 文件，或者已经损坏。请用 Excel 打开后另存为 .xlsx。"))
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        members = package.infolist()
        if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
            raise Unreadable(_("这个文件展开后太大，没有读。请只留要导入的表，另存为 .xlsx。"))
        if "xl/workbook.xml" not in package.namelist():
            raise broken
        if any("vba" in m.filename.lower() or m.filename.lower().endswith(".bin") for m in members):
            raise Unreadable(_("不收带宏的文件。请在 Excel 里另存为 .xlsx（不含宏）。"))
        unpacked = 0
        for member in members:
            with package.open(member) as stream:
                inside = stream.read(MOST_UNPACKED - unpacked + 1)
            unpacked += len(inside)
            if unpacked > MOST_UNPACKED:
                raise Unreadable(_("这个文件展开后太大，没有读。请只留要导入的表，另存为 .xlsx。"))
            if member.filename.endswith((".xml", ".rels")):
                _check_part(inside, broken)
    except Unreadable:
        raise
    except Exception as trouble:  # a zip can be wrong in more ways than zipfile has names for
        raise broken from trouble


def _check_part(xml: bytes, broken: Unreadable) -> None:
    """No document types or entities, no encoding that hides them, and no cell further out than the limits (a range is kept whole)."""
    if b"\x00" in xml or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise broken
    rows = any(int(found[1][:12]) > MOST_ROWS * 4 for found in _ROW.finditer(xml))
    far = any(int(c[2][:12]) > MOST_ROWS * 4 or _column(c[1]) > MOST_COLUMNS * 4 for c in _CELL.finditer(xml))
    if rows or far or xml.count(b"<c ") > MOST_CELLS or xml.count(b":c ") > MOST_CELLS:
        raise Unreadable(_("表格太大：有内容的格子排得太远。请把数据复制到新的空表里再传。"))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:6].upper():
        number = number * 26 + letter - 64
    return number


def letter(column: int) -> str:
    """The letter of a column counted from 0: 0 → A, 26 → AA."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


# ── writing ─────────────────────────────────────────────────────────────────────────────────────


def harmless(value: str) -> str:
    """The text with an apostrophe before it when a spreadsheet could take it for a formula, also full-width or behind the unseen."""
    clean = "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    seen = unicodedata.normalize("NFKC", clean).lstrip(" \u00a0\u3000")
    return f"'{clean}" if seen[:1] in _FORMULA and seen else clean


def _said(value: Cell) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV that Excel opens as UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_said(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]], widths: Sequence[int] = ()) -> bytes:
    """An Excel file: sheets by name, the first row of each bold; texts are text cells, whatever they begin with."""
    from openpyxl import Workbook  # noqa: PLC0415  # twenty megabytes that only whoever writes a table needs

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title[:31])
        for column, width in enumerate(widths):
            sheet.column_dimensions[letter(column)].width = width
        for number, row in enumerate(rows):
            sheet.append([_cell(sheet, value, bold=number == 0) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Cell, *, bold: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    cell = WriteOnlyCell(sheet, value=_said(value))
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell

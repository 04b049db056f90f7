"""Hostile and broken files end in one clear sentence; what is written never becomes a formula."""

import csv
import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from catalogue.core import spreadsheets
from catalogue.core.spreadsheets import MOST_BYTES, Unreadable, as_csv, as_xlsx, harmless, letter, read


def a_book(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, change) -> bytes:
    """The same zip with each member's bytes changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def with_member(name: str, inside: bytes) -> bytes:
    out = io.BytesIO(a_book(["名称"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, inside)
    return out.getvalue()


def far_away(name: str, inside: bytes) -> bytes:
    return inside.replace(b'r="A2"', b'r="XFD1048576"') if name.startswith("xl/worksheets") else inside


def with_entities(name: str, inside: bytes) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>'
    return inside.replace(b"<worksheet", bomb + b"<worksheet") if name.startswith("xl/worksheets") else inside


HOSTILE = {
    "empty.xlsx": b"",
    "not_a_zip.xlsx": "名称,种类".encode(),
    "cut_off.xlsx": a_book(["名称"], ["一"])[:-200],
    "other_zip.xlsx": repacked(a_book(["名称"]), lambda n, i: i).replace(b"xl/workbook.xml", b"xl/otherbook.xml"),
    "bomb.xlsx": with_member("xl/media/zeros.png", b"0" * (41 * 1024 * 1024)),
    "macros.xlsx": with_member("xl/vbaProject.bin", b"MZ"),
    "far.xlsx": repacked(a_book(["名称"], ["一"]), far_away),
    "entities.xlsx": repacked(a_book(["名称"], ["一"]), with_entities),
    "old.xls": b"\xd0\xcf\x11\xe0" + b"0" * 100,
    "nul.csv": b"a,b\n\x00,1",
    "quote.csv": '名称,种类\n"下塘,居民区'.encode(),
    "bytes.csv": b"\xff\xfe\xff\xff\x80",
    "long.csv": ("名称\n" + "一\n" * 6000).encode(),
    "wide.csv": (",".join(["名"] * 100)).encode(),
    "cell.csv": ("名称\n" + "一" * 5000).encode(),
    "blank.csv": b"\n\n",
    "page.html": b"<html>",
    "big.csv": b"a" * (MOST_BYTES + 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name):
    with pytest.raises(Unreadable) as refused:
        read(HOSTILE[name], name)

    assert (refused.value.status, refused.value.field, refused.value.sentence[-1]) == (422, "file", "。")


def test_a_parser_that_panics_is_a_refusal_too(monkeypatch):
    class Panic(BaseException):
        pass

    def panics(_file):
        raise Panic("index out of bounds")

    monkeypatch.setattr(spreadsheets, "CalamineWorkbook", type("Broken", (), {"from_filelike": staticmethod(panics)}))

    with pytest.raises(Unreadable):
        read(a_book(["名称"]), "a.xlsx")


def test_excel_and_both_encodings_of_csv_read_alike():
    text = "名称,人数\n下塘社区,45\n"

    assert read(a_book(["名称", "人数"], ["下塘社区", 45]), "a.xlsx") == [["名称", "人数"], ["下塘社区", 45]]
    assert read(text.encode("utf-8-sig"), "a.csv") == [["名称", "人数"], ["下塘社区", "45"]]
    assert read(text.encode("gb18030"), "a.CSV") == [["名称", "人数"], ["下塘社区", "45"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠a", "\u200b=1", "\ufeff=1", " =1", "\t=1", "\u3000＝1", "\u202e=1"]
)  # fmt: skip
def test_what_could_be_a_formula_begins_with_an_apostrophe(text):
    assert harmless(text).startswith("'")


def test_plain_words_stay_as_they_are():
    assert [harmless(text) for text in ("下塘社区", "3-5 人", "a=b", "")] == ["下塘社区", "3-5 人", "a=b", ""]


def test_written_files_hold_text_cells_and_no_formula():
    rows = [["名称", "说明"], ["=HYPERLINK(1)", "＝1"], [12, None]]

    sheet = load_workbook(io.BytesIO(as_xlsx({"数据": rows})))["数据"]
    lines = list(csv.reader(io.StringIO(as_csv(rows).decode("utf-8-sig"))))

    assert [[c.data_type for c in row] for row in sheet["A2:B2"]] == [["s", "s"]]
    assert sheet["A2"].value == "'=HYPERLINK(1)"
    assert lines == [["名称", "说明"], ["'=HYPERLINK(1)", "'＝1"], ["12", ""]]


def test_columns_have_the_letters_of_the_sheet():
    assert [letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]

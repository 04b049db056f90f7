"""Tables as people and attackers really send them: every wrong cell by row and column, one sentence for what cannot be read, never a formula out."""

import csv
import io
import random
import zipfile
from datetime import date, time

import pytest
from openpyxl import Workbook

from catalogue.core import apart
from catalogue.core.actor import job
from catalogue.core.spreadsheets import Unreadable, read
from catalogue.imports import operations
from tests.factories import NOON, a_committee, the_town
from tests.imports.test_files import a_book, repacked

HEADS = ["名称", "归属单位", "类别", "容纳人数", "纬度", "经度", "电梯"]
GOOD = ["下塘活动室", "下塘社区", "居村活动室", 45, 31.0, 121.0, "是"]


def a_sheet(fill) -> bytes:
    book = Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def tried(content: bytes, name: str = "a.xlsx", kind: str = "venues"):
    return operations.bring_in(kind, read(content, name), by=job("import"), at=NOON, dry_run=True)


def outcome(content: bytes, name: str = "a.xlsx"):
    """The report of a table that could be read, or the sentence of one that could not."""
    try:
        return tried(content, name), ""
    except Unreadable as refused:
        return None, refused.sentence


def places(report):
    return [wrong.place for wrong in report.wrong]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("D", "=1+1"), ("D", "45人"), ("D", 45.5), ("D", 1e300), ("D", 10**18), ("D", -3), ("D", 0), ("D", True),
        ("D", date(2026, 3, 1)), ("D", "４５."), ("D", "0x2D"), ("D", "四十五"), ("E", "31°"), ("E", 3100), ("E", "inf"),
        ("E", "1e1"), ("E", "2026-03-01 09:00:00"), ("E", time(9, 0)), ("G", "maybe"), ("G", 2), ("C", "=HYPERLINK(1)"),
        ("C", "居村活动室<script>"), ("A", "一" * 61), ("B", "没有这个社区"), ("B", "'; DROP TABLE venue; --"), ("A", "a\x01\u202eb" * 40),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_by_row_and_column(app, column, cell):
    a_committee("下塘社区")
    row = ["又一间", *GOOD[1:]]
    row["ABCDEFG".index(column)] = cell
    text = io.StringIO()
    csv.writer(text).writerows([HEADS, GOOD, ["别处", *GOOD[1:]], row])

    report = tried(text.getvalue().encode(), "a.csv")

    assert [place.split("（")[0] for place in places(report)] == [f"第 4 行 {column} 列"]


def test_formulas_merged_cells_dates_and_percents_of_excel_are_what_excel_shows_or_wrong_by_cell(app):
    a_committee("下塘社区")

    def fill(sheet):
        sheet.append(HEADS)
        sheet.append(["合并的", "下塘社区", "居村活动室", 45, 31, 121, "是"])
        sheet.append(["公式的", "下塘社区", "居村活动室", "=40+5", 31, 121, "是"])
        sheet.append(["日期的", "下塘社区", "居村活动室", date(2026, 3, 1), 31, 121, "是"])
        sheet.append(["百分的", "下塘社区", "居村活动室", 0.45, 31, 121, "是"])
        sheet["D5"].number_format = "0%"
        sheet.append(["大数的", "下塘社区", "居村活动室", 13800000000000000000, 31, 121, "是"])
        sheet.append(["被并的", "下塘社区", "居村活动室", 45, 31, 121, "是"])
        sheet.merge_cells("B6:B7")

    report = tried(a_sheet(fill))

    assert places(report) == [
        "第 3 行 D 列（容纳人数）", "第 4 行 D 列（容纳人数）", "第 5 行 D 列（容纳人数）", "第 6 行 D 列（容纳人数）", "第 7 行 B 列（归属单位）",
    ]  # fmt: skip


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_the_codings_of_chinese_tables_read_alike(coding):
    assert read("名称,人数\r\n下塘社区,45\r\n".encode(coding), "a.csv") == [["名称", "人数"], ["下塘社区", "45"]]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-32", "big5", "shift_jis"])
def test_other_codings_are_refused_or_their_headers_are_unknown_never_half_read(app, coding):
    text = (
        "名稱,人數\r\n下塘社區,45\r\n"
        if coding == "big5"
        else "名前,人数\r\n東京,45\r\n"
        if coding == "shift_jis"
        else "名称,人数\r\n下塘社区,45\r\n"
    )

    report, sentence = outcome(text.encode(coding), "a.csv")

    assert sentence.endswith("。") or (report.total, {wrong.row for wrong in report.wrong}) == (0, {1})


def wide() -> bytes:
    return (",".join(["名"] * 100_000) + "\n").encode()


def bomb() -> bytes:
    """Three members of a few kilobytes that unpack to 42 MiB."""
    out = io.BytesIO(a_book(["名称"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        for n in range(3):
            package.writestr(f"xl/media/{n}.png", b"\0" * (14 * 1024 * 1024))
    return out.getvalue()


def lying() -> bytes:
    """A member whose header says it is small."""
    content = bytearray(a_book(["名称"], *[["一" * 30] for _n in range(400)]))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(content)


def with_dtd(name, inside):
    dtd = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return inside.replace(b"<worksheet", dtd + b"<worksheet") if "sheet1" in name else inside


HOSTILE = {
    "wide.csv": wide, "bomb.xlsx": bomb, "lying.xlsx": lying, "dtd.xlsx": lambda: repacked(a_book(["名称"]), with_dtd),
    "renamed.xlsx": lambda: b"MZ\x90\0" + b"\0" * 4000, "renamed.csv": lambda: b"MZ\x90\0\x03\0\0\0" + bytes(range(256)), "empty.csv": lambda: b"",
    "bom.csv": lambda: b"\xef\xbb\xbf", "spaces.csv": lambda: b" , , \n" * 5, "nested.xlsx": lambda: repacked(a_book(["名称"]), lambda n, i: i[:-9] if n.endswith(".xml") else i),
    "html.xlsx": lambda: b"<html><table><tr><td>1</td></tr></table></html>", "pdf.csv": lambda: b"%PDF-1.7\n\x00\xff\xfe\n",
    "path.xlsx": lambda: repacked(a_book(["名称"]), lambda n, i: i).replace(b"xl/workbook.xml", b"../workbook.xml"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_one_sentence_or_wrong_headers(app, name):
    report, sentence = outcome(HOSTILE[name](), name)

    assert sentence.endswith("。") or (report.total, {wrong.row for wrong in report.wrong}) == (0, {1})


def test_a_bomb_read_apart_is_the_same_sentence():
    with pytest.raises(Unreadable) as refused:
        apart.read(bomb(), "a.xlsx")

    assert refused.value.sentence == "这个文件展开后太大，没有读。请只留要导入的表，另存为 .xlsx。"


def test_random_damage_never_does_more_than_refuse(app):
    """Two hundred copies of a good table with bytes turned over: each is read, refused in words, or wrong by cell."""
    the_town()
    chance, good = random.Random(7), a_book(HEADS, GOOD)
    for _n in range(200):
        content = bytearray(good)
        for _m in range(chance.randint(1, 12)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        cut = chance.choice([len(content), chance.randrange(len(content))])
        report, sentence = outcome(bytes(content[:cut]))
        assert sentence.endswith("。") or all(wrong.row >= 1 and wrong.words for wrong in report.wrong)


def test_what_a_report_repeats_of_a_cell_is_shown_as_text(app, client):
    a_committee("下塘社区")
    evil = "<img src=x onerror=alert(1)>"

    report = operations.bring_in(
        "venues", [HEADS, ["甲", evil, "居村活动室", 45, 31, 121, "是"]], by=job("import"), at=NOON
    )

    assert (
        report.wrong[0].words == f"没有找到“{evil}”，或者不在您的范围内。"
    )  # the page escapes it, as it does everything

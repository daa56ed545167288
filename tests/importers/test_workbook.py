"""Sheets of workbooks: cells as texts, several sheets, and workbooks that mean harm."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.table import read_table
from orgtp.importers.table_rows import SourceTable
from tests.conftest import base_env
from tests.importers.reading import deadline, name_parents, read_file, refuse_file
from tests.size import choose_size

HEADER = ["ID", "Name", "Role", "Manager ID"]
ROWS: list[list[Any]] = [[1001, "Ada", "CEO", None], [1002, "Bob", "CTO", 1001]]


def write_book(path: Path, sheets: Mapping[str, list[list[Any]]], change: Callable[[Workbook], object] = id) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    change(book)
    book.save(path)
    return path


def write_people(path: Path, change: Callable[[Workbook], object] = id) -> Path:
    return write_book(path, {"People": [HEADER, *ROWS]}, change)


def change_parts(
    path: Path, change: Callable[[str, bytes], bytes | None], more: Mapping[str, bytes] | None = None
) -> Path:
    """Rewrite the parts of a workbook; None leaves one out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            changed = change(name, raw)
            if changed is not None:
                archive.writestr(name, changed)
        for name, raw in (more or {}).items():
            archive.writestr(name, raw)
    return path


def read_raw(path: Path, mapping: Mapping[str, str] | None = None) -> SourceTable:
    with deadline():
        return read_table(SourceRequest(path, mapping or {}, {}), lambda _: True)


def test_numbers_are_ids_without_decimals(tmp_path: Path) -> None:
    source = read_file(write_people(tmp_path / "people.xlsx"))
    assert [(draft.where, draft.aliases, draft.parent) for draft in source.drafts] == [
        ("people.xlsx:2", ("1001",), ""),
        ("people.xlsx:3", ("1002",), "id:1001"),
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("0042", "", "0042"),
        (42, "0000", "0042"),
        (1001.0, "", "1001"),
        (12.5, "", "12.5"),
        (0.1 + 0.2, "", "0.3"),
        (1e22, "", "10000000000000000000000"),
        (1e-7, "", "0.0000001"),
        (0.57, "0%", "57%"),
        (0.965, "0.00%", "96.5%"),
        (185000, '"$"#,##0', "185000"),
        (True, "", "TRUE"),
        (date(2026, 11, 20), "", "2026-11-20"),
        (datetime(2026, 11, 20, 7, 52), "", "2026-11-20 07:52:00"),  # noqa: DTZ001
        (time(7, 52), "", "07:52"),
        (time(7, 52, 3), "", "07:52:03"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30h5m"),
        ("two\nlines", "", "two\nlines"),
        ("   ", "", ""),
        ("é", "", "é"),
    ],
)  # fmt: skip
def test_a_cell_is_the_text_that_a_person_would_type(value: object, form: str, text: str, tmp_path: Path) -> None:
    def style(book: Workbook) -> None:
        if form:
            book.worksheets[0]["B2"].number_format = form

    path = write_book(tmp_path / "t.xlsx", {"S": [["a", "b"], ["x", value]]}, style)
    (row,) = read_raw(path).rows
    assert row.cells == ("x", text)


def test_several_sheets_are_an_error_whose_options_work(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS]
    path = write_book(tmp_path / "people.xlsx", {"People": rows, "Left 2025": rows, "Empty": []})
    error = refuse_file(path)
    assert 'the workbook has several sheets. Add --map sheet="People" or --map sheet="Left 2025"' in error
    for title in ("People", "left 2025"):
        source = read_file(path, mapping={"sheet": title})
        assert len(source.drafts) == 2
        assert source.mapping == {"sheet": title}
    assert 'there is no sheet "Peple". Did you mean "People"?' in refuse_file(path, mapping={"sheet": "Peple"})


def test_a_hidden_sheet_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    def hide(book: Workbook) -> None:
        book["Salaries"].sheet_state = "hidden"

    path = write_book(tmp_path / "people.xlsx", {"People": [HEADER, *ROWS], "Salaries": [HEADER, *ROWS]}, hide)
    source = read_file(path)
    assert source.notes == ('the hidden sheet "Salaries" was not read',)
    assert len(source.drafts) == 2
    assert not read_file(path, mapping={"sheet": "Salaries"}).notes


def test_a_formula_is_its_saved_result_and_without_one_the_row_is_bad(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADER,
        [1, "Ada", "CEO", None],
        [2, '=CONCATENATE("B","ob")', "CTO", "=A2"],
        [3, "Cy", "Dev", 1],
    ]
    path = write_book(tmp_path / "people.xlsx", {"People": rows})
    source = read_file(path)
    assert [draft.name for draft in source.drafts] == ["Ada", "Cy"]
    assert [(one.where, one.why) for one in source.bad] == [
        (
            "people.xlsx:3",
            "the formula in B3 has no saved result. Open the workbook in a spreadsheet program, and save it",
        )
    ]

    def save_results(name: str, raw: bytes) -> bytes:
        raw = raw.replace(b'<c r="B3"><f>', b'<c r="B3" t="str"><f>').replace(b'"ob")</f><v>', b'"ob")</f><v>Bob')
        return raw.replace(b"<f>A2</f><v>", b"<f>A2</f><v>1")

    assert name_parents(read_file(change_parts(path, save_results))) == {"Ada": "", "Bob": "Ada", "Cy": "Ada"}


def test_an_empty_text_is_a_result_of_a_formula(tmp_path: Path) -> None:
    def save_results(_name: str, raw: bytes) -> bytes:
        return raw.replace(b'<c r="D2"><f>', b'<c r="D2" t="str"><f>')

    path = write_book(tmp_path / "people.xlsx", {"People": [HEADER, [1, "Ada", "CEO", '=""']]})
    assert len(read_file(path).bad) == 1
    assert [draft.parent for draft in read_file(change_parts(path, save_results)).drafts] == [""]


def test_merged_cells_are_bad_rows_and_no_blank_managers(tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        book.worksheets[0].merge_cells("D3:D4")

    rows: list[list[Any]] = [HEADER, [1, "Ada", "CEO", None], [2, "Bob", "CTO", 1], [3, "Cy", "Dev", None]]
    source = read_file(write_book(tmp_path / "people.xlsx", {"People": rows}, merge))
    assert name_parents(source) == {"Ada": "", "Bob": "Ada"}
    assert [(one.where, one.why.partition(",")[0]) for one in source.bad] == [
        ("people.xlsx:4", "the cells D3:D4 are merged")
    ]


def test_a_merged_title_is_a_line_above_the_header(tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        book.worksheets[0].merge_cells("A1:D1")

    path = write_book(tmp_path / "people.xlsx", {"People": [["Everybody"], [], HEADER, *ROWS]}, merge)
    error = refuse_file(path)
    assert "people.xlsx:1: there are lines above the header, which seems to be line 3" in error
    assert len(read_file(path, mapping={"header": "3"}).drafts) == 2


def test_an_error_in_a_cell_makes_its_row_bad(tmp_path: Path) -> None:
    path = write_book(tmp_path / "people.xlsx", {"People": [HEADER, [1, "Ada", "#N/A", None]]})
    assert [one.why for one in read_file(path).bad] == ['the column "Role" has the error #N/A']


def test_without_openpyxl_the_error_says_what_to_install(tmp_path: Path) -> None:
    path = write_people(tmp_path / "people.xlsx")
    code = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from pathlib import Path; from orgtp.importers.read import read_draft_sources\n"
        f"read_draft_sources([Path({str(path)!r})], 'people', {{}}, {{}})\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=base_env(), check=False
    )
    assert "needs openpyxl. Install it: pip install 'orgtp[export]'. Or save the sheet as CSV UTF-8" in ran.stderr


VALUES = (
    st.text(st.characters(min_codepoint=32, exclude_categories=["C"]), min_size=1, max_size=10)
    | st.integers(-(10**12), 10**12)
    | st.decimals(-1000, 1000, places=2).map(float)
    | st.dates(date(1901, 1, 1), date(2099, 1, 1))
    | st.none()
)


@settings(max_examples=choose_size(40, 500), deadline=None)
@given(rows=st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=5))
def test_the_cells_are_those_that_pandas_reads(rows: list[list[Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    # A text that begins with an equals sign is written as a formula, and one of spaces is blank.
    rows = [
        [None if isinstance(cell, str) and (cell[0] in "=#" or not cell.strip()) else cell for cell in row]
        for row in rows
    ]
    rows = [["x", *row] for row in rows]
    path = write_book(tmp_path_factory.getbasetemp() / "pandas.xlsx", {"S": [["a", "b", "c", "d"], *rows]})
    theirs = pd.read_excel(path, dtype=object, keep_default_na=False, na_filter=False)
    ours = read_raw(path)
    assert list(ours.header.cells) == list(theirs.columns)
    expected = [[to_text(cell) for cell in row] for row in theirs.to_numpy().tolist()]
    assert [list(row.cells) for row in ours.rows] == expected


def to_text(cell: object) -> str:
    """A value of pandas as our text."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return str(cell)


# Workbooks that mean harm. Each ends in one error, or in rows, before the deadline.


def bomb(path: Path, size: int, part: str = "xl/worksheets/sheet1.xml") -> Path:
    """A workbook of some kilobytes with a part of `size` bytes."""
    write_people(path)
    zeros = b" " * (1024 * 1024)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(part + ".xml", "w") as file:
        for _ in range(size // len(zeros)):
            file.write(zeros)
    return path


def test_a_zip_of_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    path = bomb(tmp_path / "p.xlsx", choose_size(192 * 1024**2, 1024**3))
    assert path.stat().st_size < 2_000_000
    assert "more than 128 MiB when it is unpacked" in refuse_file(path)


def test_a_part_that_is_larger_than_it_says_is_not_read_further(tmp_path: Path) -> None:
    path = bomb(tmp_path / "p.xlsx", 256 * 1024**2)
    raw = path.read_bytes()
    size = (256 * 1024**2).to_bytes(4, "little")
    assert size in raw
    path.write_bytes(raw.replace(size, (1000).to_bytes(4, "little")))
    refuse_or_read(path)


def refuse_or_read(path: Path) -> None:
    """The file may be read or refused, in one error, before the deadline."""
    with suppress(BadSource):
        read_file(path)


def test_a_zip_within_a_zip_is_no_workbook(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 10_000_000)
    path = tmp_path / "p.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(100):
            archive.writestr(f"{number}.zip", inner.getvalue())
    assert "a zip file without a workbook" in refuse_file(path)


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = write_people(tmp_path / "p.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(3000):
            archive.writestr(f"xl/media/{number}", b"")
    assert "more than 2,000 parts" in refuse_file(path)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (98 + number, b"&%c;" % (97 + number) * 10) for number in range(9)
)
FILE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("entities", [LAUGHS, FILE, b"<!-- " + b"x" * 3_000_000 + b" -->" + LAUGHS, b"<!doctype x>"])
def test_entities_are_refused(part: str, entities: bytes, tmp_path: Path) -> None:
    def add(name: str, raw: bytes) -> bytes:
        head, mark, rest = raw.partition(b"?>") if raw.startswith(b"<?xml") else (b"", b"", raw)
        return head + mark + entities + rest if name == part else raw

    path = change_parts(write_people(tmp_path / "p.xlsx"), add)
    assert f"its part {part} defines entities" in refuse_file(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp037", "utf-7"])
def test_xml_in_another_encoding_is_refused(encoding: str, tmp_path: Path) -> None:
    def encode(name: str, raw: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return raw
        text = raw.decode().removeprefix("<?xml version='1.0' encoding='UTF-8'?>")
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        return head.encode() + text.encode(encoding) if encoding == "cp037" else (head + text).encode(encoding)

    path = change_parts(write_people(tmp_path / "p.xlsx"), encode)
    assert "its part xl/worksheets/sheet1.xml is not XML in UTF-8" in refuse_file(path)


def replace_rows(rows: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, raw: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return raw
        begin, end = raw.index(b"<sheetData>") + len(b"<sheetData>"), raw.index(b"</sheetData>")
        return raw[:begin] + rows + raw[end:]

    return change


TEXT = b'<row r="%d"><c r="%s%d" t="inlineStr"><is><t>x</t></is></c></row>'


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (TEXT % (1, b"A", 1) + TEXT % (2_000_000_000, b"A", 2_000_000_000), "Delete blank ones"),
        (TEXT % (1, b"ZZZ", 1), "more than 1,000 columns"),
        (b"".join(TEXT % (number, b"ZZZ", number) for number in range(1, 2000)), "more than 1,000 columns"),
        (
            b"".join(b'<row r="%d"><c r="ZZZ%d"/></row>' % (number, number) for number in range(1, 3000)),
            "Delete blank ones",
        ),
        (b'<row r="-5"><c r="A1"/></row>', ""),
        (b'<row r="x"><c r="?"><v>1</v></c></row>', ""),
        (b'<row r="1"><c r="A1" t="s"><v>999999</v></c></row>', ""),
        (b'<row r="1"><c r="A1" s="99999"><v>1</v></c></row>', ""),
        (b'<row r="1"><c r="A1" t="d"><v>soon</v></c></row>', ""),
        (b'<row r="1"><c r="A1"><v>' + b"9" * 5000 + b"</v></c></row>", ""),
        (b'<row r="1"><c r="A1"><v>1e999999999</v></c></row>', ""),
        (b"<row>" * 50_000, ""),
        # Where merged cells are looked for again from each of these.
        (b"<mergeCell " * 2_000_000, ""),
        (b"<mergeCell " + b"ref= " * 1_000_000, ""),
        (b"\xff\xfe", ""),
    ],
)
def test_sheets_that_lie_are_one_error_or_rows(rows: bytes, words: str, tmp_path: Path) -> None:
    path = change_parts(write_people(tmp_path / "p.xlsx"), replace_rows(rows))
    if words:
        assert words in refuse_file(path, format_="people")
    else:
        with suppress(BadSource):
            read_file(path, format_="people")


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    def lie(name: str, raw: bytes) -> bytes:
        return raw.replace(b'<dimension ref="A1:D3"', b'<dimension ref="A1:XFD1048576"')

    assert len(read_file(change_parts(write_people(tmp_path / "p.xlsx"), lie)).drafts) == 2


def test_thousands_of_sheets_of_one_part_are_refused(tmp_path: Path) -> None:
    """Each would be read to its end, to see whether it has cells."""

    def repeat(name: str, raw: bytes) -> bytes:
        if name != "xl/workbook.xml":
            return raw
        begin, end = raw.index(b"<sheets>") + len(b"<sheets>"), raw.index(b"</sheets>")
        one = raw[begin:end]
        named = (
            one.replace(b'name="', b'name="%d ' % n).replace(b'sheetId="1"', b'sheetId="%d"' % n)
            for n in range(1, 5000)
        )
        return raw[:begin] + b"".join(named) + raw[end:]

    path = change_parts(write_people(tmp_path / "p.xlsx"), repeat)
    assert "two sheets are the same part" in refuse_file(path, format_="people")


def test_an_error_names_a_few_of_many_sheets(tmp_path: Path) -> None:
    path = write_book(tmp_path / "p.xlsx", {f"S{number}": [["Name"], ["Ada"]] for number in range(200)})
    why = refuse_file(path, format_="people")
    assert 'sheet="S9" (or one of 190 more)' in why
    assert len(why) < 600


def test_many_shared_texts_are_bounded(tmp_path: Path) -> None:
    def grow(name: str, raw: bytes) -> bytes:
        return raw.replace(b"</sst>", b"<si><t>x</t></si>" * 1_000_000 + b"</sst>") if "sharedStrings" in name else raw

    refuse_or_read(change_parts(write_people(tmp_path / "p.xlsx"), grow))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_without_a_part_is_one_error_or_rows(part: str, tmp_path: Path) -> None:
    refuse_or_read(change_parts(write_people(tmp_path / "p.xlsx"), lambda name, raw: None if name == part else raw))


@pytest.mark.parametrize("length", [4, 100, 1000, 3000])
def test_a_workbook_that_is_cut_off_is_one_error(length: int, tmp_path: Path) -> None:
    path = write_people(tmp_path / "p.xlsx")
    path.write_bytes(path.read_bytes()[:length])
    assert "it cannot be read as a workbook" in refuse_file(path)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("xl/workbook.bin", "a binary workbook (.xlsb)"),
        ("content.xml", "an OpenDocument file"),
        ("Index/Document.iwa", "a Numbers file"),
        ("word/document.xml", "a Word document"),
    ],
)
def test_other_files_of_offices_are_named(name: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"<x/>")
    assert f"it is {what}. Save the sheet as .xlsx, or as CSV UTF-8" in refuse_file(path)


def test_old_and_locked_workbooks_say_how_to_save_them(tmp_path: Path) -> None:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    old = refuse_file(tmp_path / "p.xls", magic + b"\0" * 600)
    assert "it is a workbook of an old format (.xls). In a spreadsheet program, save it" in old
    locked = refuse_file(tmp_path / "p.xlsx", magic + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    assert "it is a workbook with a password. Save it without the password" in locked

"""Tables as text: encodings, separators, titles, rows of other lengths, and files that mean harm."""

from __future__ import annotations

import csv
import io
import os
import random
from contextlib import suppress
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.importers.columns import choose_columns, fold_header
from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.table import name_source, read_table
from orgtp.importers.table_rows import MOST_BYTES, MOST_ROWS, SourceTable
from tests.importers.reading import deadline, name_parents, read_file, refuse_file
from tests.size import choose_size

PEOPLE = "ID,Name,Role,Manager\n1,Léna,CEO,\n2,Bob,CTO,1\n"
NAMES = {"Léna": "", "Bob": "Léna"}


def read_raw(path: Path) -> SourceTable:
    return read_table(SourceRequest(path, {}, {}), lambda _: True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_ways_in_which_programs_save_csv_give_the_same(encoding: str, mark: str, end: str, tmp_path: Path) -> None:
    text = PEOPLE.replace(",", mark).replace("\n", end)
    bom = {"utf-16-le-bom": "utf-16-le", "utf-16-be-bom": "utf-16-be"}
    raw = f"\ufeff{text}".encode(bom[encoding]) if encoding in bom else text.encode(encoding)
    assert name_parents(read_file(tmp_path / "p.csv", raw)) == NAMES


def test_the_line_with_the_separator_of_excel_is_no_row(tmp_path: Path) -> None:
    source = read_file(tmp_path / "p.csv", "sep=;\n" + PEOPLE.replace(",", ";"))
    assert name_parents(source) == NAMES
    assert [draft.where for draft in source.drafts] == ["p.csv:3", "p.csv:4"]


def test_text_that_is_not_unicode_is_an_error_that_shows_the_line_and_the_option(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    error = refuse_file(path, PEOPLE.encode("cp1252"))
    assert "p.csv: line 2 is not UTF-8 text" in error
    assert "--map encoding=cp1252: then the line is: 1,Léna,CEO," in error
    source = read_file(path, mapping={"encoding": "cp1252"})
    assert name_parents(source) == NAMES
    assert source.mapping == {"encoding": "cp1252"}
    # What is UTF-8 stays so: the file of the bad rows is, too.
    assert name_parents(read_file(path, PEOPLE, {"encoding": "cp1252"})) == NAMES


@pytest.mark.parametrize("name", ["cp1253x", "zlib", "base64", "rot13", "idna", "\0", "x" * 1000])
def test_an_unknown_encoding_is_an_error(name: str, tmp_path: Path) -> None:
    assert "unknown encoding" in refuse_file(tmp_path / "p.csv", PEOPLE.encode("cp1252"), {"encoding": name})


def test_a_text_that_is_not_of_the_named_encoding_is_an_error_with_its_line(tmp_path: Path) -> None:
    error = refuse_file(tmp_path / "p.csv", b"Name,Role\nAda,CEO\nB\x8fb,CTO\n", {"encoding": "cp1252"})
    assert "line 3 is not text of the encoding cp1252" in error


@pytest.mark.parametrize("title", ["People of Example Ltd.\n", "People\n\n", "People,,,\n,,,\n", "a,b\nc,d\n"])
def test_lines_above_the_header_are_an_error_with_the_option(title: str, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    line = title.count("\n") + 1
    error = refuse_file(path, title + PEOPLE)
    assert f"p.csv:1: there {'is a line' if line == 2 else 'are lines'} above the header" in error
    assert f"add: --map header={line}." in error
    source = read_file(path, mapping={"header": str(line)})
    assert name_parents(source) == NAMES
    assert source.drafts[0].where == f"p.csv:{line + 1}"
    # The rows that are bad are written below a header in the same line, so that the same map reads them.
    assert source.header.count("\n") == line - 1


def test_a_header_in_a_line_that_has_none_is_an_error(tmp_path: Path) -> None:
    error = refuse_file(tmp_path / "p.csv", PEOPLE, {"header": "9"})
    assert 'there is no row in line "9" for the header. Try --map header=1' in error


def test_places_are_lines_whatever_is_in_the_cells(tmp_path: Path) -> None:
    text = 'Name,Role,Manager\n\n"Ada\nExample","CEO\nand\nmore",\n   \n,,\nBob,CTO,Ada Example\n'
    source = read_file(tmp_path / "p.csv", text)
    assert [(draft.where, draft.name) for draft in source.drafts] == [("p.csv:3", "Ada Example"), ("p.csv:9", "Bob")]
    assert name_parents(source) == {"Ada Example": "", "Bob": "Ada Example"}


def test_rows_of_other_lengths_are_bad_unless_the_rest_is_blank(tmp_path: Path) -> None:
    text = "Name,Role,Manager,\nAda,CEO,,\nBob,CTO\nCy,Dev,Ada,,,,\nDi,Dev, Ada,Vienna\nEd,Dev,Ada,,x\n"
    source = read_file(tmp_path / "p.csv", text)
    assert [draft.name for draft in source.drafts] == ["Ada", "Cy"]
    marks = "A text with a comma or a line break needs quotation marks around it"
    assert [(one.where, one.why) for one in source.bad] == [
        ("p.csv:3", f"it has 2 cells, and the header has 3. {marks}"),
        ("p.csv:5", "it has a text in a column without a name. Name the column"),
        ("p.csv:6", f"it has 5 cells, and the header has 3. {marks}"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Name,Role\nAda,"CEO" x\n', "p.csv:2: there is text after a closing quotation mark"),
        ('Name,Role\nAda,CEO\nBob,"CTO\nx,y\n', "p.csv:3: a quotation mark is opened in this row and never closed"),
        ("Name,Role\nAda,C\0O\n", "p.csv:2: it contains NUL characters"),
        ("", "p.csv: the format is not recognised"),
        ("<html><table><tr><td>Name</td></tr></table></html>", "it is HTML or XML"),
    ],
)
def test_what_is_no_csv_is_one_error_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    format_ = "people" if "<" in text or "\0" in text else ""
    assert words in refuse_file(tmp_path / "p.csv", text, format_=format_)


def test_a_file_without_rows_says_so(tmp_path: Path) -> None:
    assert "p.csv: it has no rows" in refuse_file(tmp_path / "p.csv", "\n  \n", format_="people")


def test_a_formula_stays_a_text(tmp_path: Path) -> None:
    text = 'Name,Role,Note\n"=HYPERLINK(""http://example.com"",""Ada"")",=1+1,@SUM(A1)\n'
    (draft,) = read_file(tmp_path / "p.csv", text).drafts
    assert (draft.name, draft.role) == ('=HYPERLINK("http://example.com","Ada")', "=1+1")


def test_a_text_has_no_sheets(tmp_path: Path) -> None:
    assert "it is not a workbook, so it has no sheets" in refuse_file(tmp_path / "p.csv", PEOPLE, {"sheet": "x"})


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("people.csv", "people"),
        ("People_2026-11-30.xlsx", "people"),
        ("2026 people (3).csv", "people"),
        ("hr-export.v2.csv", "hr-export"),
        ("2026.csv", "2026"),
        ("Mitarbeiter Österreich.csv", "mitarbeiter-österreich"),
        (".csv", "csv"),
    ],
)
def test_a_source_is_named_after_its_file_without_digits(file: str, name: str) -> None:
    assert name_source(Path("/x") / file) == name


# Texts of cells: separators, quotation marks, line breaks, and whatever else a person can type.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=12) | st.sampled_from(
    [
        "0042",
        "1001.0",
        "=1+1",
        "N/A",
        "NA",
        "null",
        "-1",
        '"',
        '""',
        "a\nb",
        "a\r\nb",
        ";",
        ",",
        "\t",
        " x ",
        "é",
        "1e5",
    ]
)
HEADERS = st.lists(st.text("abcdefXYZ _#", min_size=1, max_size=6).map(str.strip), min_size=2, max_size=5)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """A header without blank names, and rows that are not blank."""
    header = [f"{name}{number}" for number, name in enumerate(draw(HEADERS))]
    row = st.lists(CELLS, min_size=len(header), max_size=len(header)).filter(
        lambda cells: any(cell.strip() for cell in cells)
    )
    return header, draw(st.lists(row, min_size=1, max_size=6))


@settings(max_examples=choose_size(60, 2000), deadline=None)
@given(table=tables(), mark=st.sampled_from(",;\t"), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_the_rows_and_texts_are_those_that_pandas_reads(
    table: tuple[list[str], list[list[str]]], mark: str, quoting: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    header, rows = table
    out = io.StringIO()
    write = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL if quoting == csv.QUOTE_ALL else csv.QUOTE_MINIMAL)
    write.writerows([header, *rows])
    path = tmp_path_factory.getbasetemp() / "pandas.csv"
    path.write_bytes(out.getvalue().encode())
    theirs = pd.read_csv(path, sep=mark, dtype=str, keep_default_na=False, na_filter=False)
    ours = read_raw(path)
    assert list(ours.header.cells) == list(theirs.columns)
    assert [list(row.cells) for row in ours.rows] == theirs.to_numpy().tolist()
    assert not ours.bad


def test_a_choice_of_columns_does_not_depend_on_the_signs_of_headers() -> None:
    assert {
        fold_header(one) for one in ("Work Email", "work_email", "WORK  EMAIL", "#Work Email", "\ufeffWork Email")
    } == {"workemail"}


# Files that mean harm. Each ends in one error, or in rows, before the deadline of `refuse_file`.


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    with path.open("wb") as file:
        file.write(b"Name,Role\n")
        # Ten gigabytes in one line, that take no room on the disk.
        file.truncate(10 * 1024**3)
    assert f"larger than {MOST_BYTES // 1024 // 1024} MiB" in refuse_file(path, format_="people")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Name,Role\n" + b"x" * choose_size(2_000_000, 20_000_000) + b",y\n", "more than 131,072 characters"),
        (
            b",".join(b"c%d" % number for number in range(choose_size(50_000, 1_000_000))) + b"\n1\n",
            "more than 1,000 columns",
        ),
        (b"Name,Role\n" + b"a,b\n" * (MOST_ROWS + 1), f"more than {MOST_ROWS:,} rows"),
        (b"Name,Role\n" + b'"' * 5_000_001, "Perhaps a quotation mark before it is not closed"),
        (b"\xff\xfe" + b"\x00\xd8" * 1_000_000, "is not text of the encoding utf-16"),
        (b"Name,Role\n" + b"\n" * choose_size(200_000, 5_000_000), ""),
        (b"Name,Role" + b"," * choose_size(2_000_000, 60_000_000), "more than 1,000 columns"),
    ],
    ids=["a cell", "columns", "rows", "quotes", "surrogates", "blank lines", "commas"],
)
def test_too_much_of_anything_is_one_error(content: bytes, words: str, tmp_path: Path) -> None:
    if not words:
        assert not read_file(tmp_path / "p.csv", content, format_="people").drafts
        return
    assert words in refuse_file(tmp_path / "p.csv", content, format_="people")


@pytest.mark.parametrize("format_", ["people", "scorecard", "seats", ""])
def test_a_pipe_a_folder_and_a_broken_link_do_not_hang(format_: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("pipe.csv", "loop.csv", "folder.csv", "gone.csv"):
        assert name in refuse_file(tmp_path / name, format_=format_)


def test_a_link_that_the_user_names_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("real.csv")
    assert name_parents(read_file(tmp_path / "link.csv")) == NAMES


def test_random_bytes_are_an_error_or_a_table(tmp_path: Path) -> None:
    made = random.Random(7)  # noqa: S311  (the same bytes each time)
    for number in range(choose_size(60, 1000)):
        base = PEOPLE.encode() if number % 2 else bytes(made.randrange(256) for _ in range(200))
        raw = bytearray(base)
        for _ in range(made.randrange(8)):
            raw[made.randrange(len(raw))] = made.randrange(256)
        for format_ in ("people", "scorecard", "seats"):
            path = tmp_path / "p.csv"
            path.write_bytes(raw)
            with suppress(BadSource):
                read_file(path, format_=format_)


def test_a_table_of_five_thousand_people_is_read_before_long(tmp_path: Path) -> None:
    rows = "".join(f"{number},Person {number},Role,{number // 10}\n" for number in range(1, 5001))
    source = read_file(tmp_path / "p.csv", f"ID,Name,Role,Manager\n{rows}".replace(",Role,0\n", ",Role,\n"))
    assert len(source.drafts) == 5000
    assert source.drafts[-1].parent == "id:500"


def test_a_deep_chain_of_managers_is_no_recursion(tmp_path: Path) -> None:
    rows = "".join(f"{number},Person {number},Role,{number - 1}\n" for number in range(2, 20_000))
    with deadline():
        source = read_file(tmp_path / "p.csv", f"ID,Name,Role,Manager\n1,Person 1,Role,\n{rows}")
    assert len(source.drafts) == 19_999


def test_a_key_that_may_not_be_mapped_is_refused_before_anything_else(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    with pytest.raises(BadSource, match="unknown key"):
        choose_columns(read_raw(path), path, {"name": ("name",)}, {"nmae": "Name"}, {})

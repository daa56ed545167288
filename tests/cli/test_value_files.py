"""Files of values as people have them: blanks, other separators, decimal commas, wide tables, and wrong rows."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.changes import nothing_written
from tests.conftest import Shell


def values(here: Shell) -> list[tuple[str, str, str | None]]:
    """Metric, period and value of every record, in the order in which they were recorded."""
    return [(one["metric"], one["period"], one["value"]) for one in here("score", "list", "--json").json["scores"]]


def imported(here: Shell, text: str, *words: str) -> dict[str, str | None]:
    here("score", "add", "--from", "-", *words, stdin=text)
    return {metric: value for metric, _, value in values(here)}


def note(here: Shell, metric: str) -> str:
    (one,) = here("score", "list", "bot", metric, "--json").json["scores"]
    return str(one["note"])


class TestUnavailable:
    def test_a_blank_with_a_note_is_unavailable_and_said(self, acme: Shell) -> None:
        acme.write("../in.csv", "seat,metric,value,note\nbot,number,13,\nbot,span,,the log was empty\n")
        ran = acme("score", "add", "--from", "../in.csv", "--json")
        assert values(acme) == [("number", "2026-W47", "13"), ("span", "2026-W47", None)]
        assert note(acme, "span") == "the log was empty"
        assert "unavailable, not a number: 1 value (in.csv:3)" in ran.err
        assert (ran.json["recorded"], ran.json["unavailable"], ran.json["skipped"]) == (1, 1, 0)

    @pytest.mark.parametrize("word", ["unavailable", "n/a", "N/A", " Unavailable "])
    def test_a_word_means_the_same(self, acme: Shell, word: str) -> None:
        acme(
            "score",
            "add",
            "--from",
            "-",
            stdin=f"seat,metric,value,note\nbot,number,{word},CRM down\nbot,span,{word},\n",
        )
        assert [value for *_, value in values(acme)] == [None, None]
        assert note(acme, "number") == "CRM down"
        assert note(acme, "span") == f'"{word.strip()}" in an imported file'

    def test_in_json_lines_too(self, acme: Shell) -> None:
        acme("score", "add", "--from", "-", stdin='{"seat":"bot","metric":"span","value":"n/a","note":"CRM down"}')
        assert values(acme) == [("span", "2026-W47", None)]

    def test_a_blank_without_a_note_is_no_value(self, acme: Shell) -> None:
        with nothing_written(acme):
            err = acme("score", "add", "--from", "-", stdin="seat,metric,value,note\nbot,number,,\n", code=2).err
        assert "-:2: the value is blank. Write the value, or say in the column note why nobody knows it" in err


class TestSeparators:
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    @pytest.mark.parametrize("start", ["", "\ufeff", "SEP"])
    def test_commas_semicolons_and_tabs(self, acme: Shell, mark: str, start: str) -> None:
        rows = [
            ["seat", "metric", "value", "note"],
            ["bot", "number", "13", "one, two; three"],
            ["bot", "percent", "97%", ""],
        ]
        out = io.StringIO()
        csv.writer(out, delimiter=mark).writerows(rows)
        first = f"sep={mark}\r\n" if start == "SEP" else start
        assert imported(acme, first + out.getvalue()) == {"number": "13", "percent": "97"}
        assert note(acme, "number") == "one, two; three"

    def test_the_line_of_a_finding_counts_the_line_that_names_the_separator(self, acme: Shell) -> None:
        err = acme("score", "add", "--from", "-", stdin="sep=;\nseat;metric;value\nbot;number;many\n", code=2).err
        assert "-:3: " in err

    def test_a_cell_that_an_export_neutralised_is_restored(self, acme: Shell) -> None:
        acme("score", "add", "--from", "-", stdin="seat,metric,value,note\nbot,number,13,'=SUM(A1)\n")
        assert note(acme, "number") == "=SUM(A1)"


class TestDecimals:
    @pytest.mark.parametrize(
        ("metric", "text", "stored"),
        [
            ("number", "1,5", "1.5"),
            ("number", "1.234,5", "1234.5"),
            ("number", "1.234.567", "1234567"),
            ("number", "-0,25", "-0.25"),
            ("number", "12", "12"),
            ("percent", "92,5%", "92.5"),
            ("money", "$1.234,50", "1234.5"),
            ("money", "USD 190.000", "190000"),
            ("span", "1,5h", "1h30m"),
            ("clock", "7:52", "07:52"),
            ("done", "yes", "yes"),
        ],
    )
    def test_with_the_option_a_comma_is_before_the_decimals(
        self, acme: Shell, metric: str, text: str, stored: str
    ) -> None:
        assert imported(acme, f"seat;metric;value\nbot;{metric};{text}\n", "--decimal", ",") == {metric: stored}

    @pytest.mark.parametrize("text", ["1.5", "1,234,567", "1,234.5", "12.34", "0.500", "1.23,4", ",5", "1,"])
    def test_with_the_option_what_has_another_form_is_refused(self, acme: Shell, text: str) -> None:
        with nothing_written(acme):
            words = ("score", "add", "--from", "-", "--decimal", ",")
            err = acme(*words, stdin=f"seat;metric;value\nbot;number;{text}\n", code=2).err
        assert f'"{text}" is not a number with a decimal comma' in err

    @pytest.mark.parametrize("mark", [",", ";"])
    def test_without_it_a_decimal_comma_is_an_error_that_names_it(self, acme: Shell, mark: str) -> None:
        with nothing_written(acme):
            text = f'seat{mark}metric{mark}value\nbot{mark}number{mark}"1,5"\n'
            err = acme("score", "add", "--from", "-", stdin=text, code=2).err
        assert 'Did you mean "1.5"? If the file has decimal commas, add: --decimal ,' in err

    def test_in_a_file_with_semicolons_a_comma_that_can_be_either_is_an_error(self, acme: Shell) -> None:
        text = "seat;metric;value\nbot;number;1,234\n"
        with nothing_written(acme):
            err = acme("score", "add", "--from", "-", stdin=text, code=2).err
        assert "--decimal , for the first, or --decimal . for the second" in err
        assert imported(acme, text, "--decimal", ".") == {"number": "1234"}

    def test_a_number_of_json_has_a_point_and_a_text_what_the_option_says(self, acme: Shell) -> None:
        rows = [{"seat": "bot", "metric": "number", "value": 1.5}, {"seat": "bot", "metric": "percent", "value": "1,5"}]
        text = "\n".join(map(json.dumps, rows))
        assert imported(acme, text, "--decimal", ",") == {"number": "1.5", "percent": "1.5"}

    @pytest.mark.parametrize("words", [("--decimal", "x", "--from", "-"), ("--decimal", ",", "bot", "number", "1,5")])
    def test_the_option_is_for_files_and_has_two_values(self, acme: Shell, words: tuple[str, ...]) -> None:
        assert "--decimal" in acme("score", "add", *words, code=2).err


WIDE = """\
seat,metric,2026-W45,2026-w46,2026-W47
bot,number,13,,12
bot,percent,97%,n/a,
"""
WIDE_VALUES = [
    ("number", "2026-W45", "13"),
    ("number", "2026-W47", "12"),
    ("percent", "2026-W45", "97"),
    ("percent", "2026-W46", None),
]


class TestWide:
    @pytest.mark.parametrize(
        "names",
        [
            ("seat,metric", "bot,number", "bot,percent"),
            ("metric", "bot/number", "bot/percent"),
            ("Metric", "number", "percent"),
            ("", "number", "percent"),
            ("name", "Number", "PERCENT"),
            ("seat,name", "Bot,number", "Bot,percent"),
        ],
    )
    def test_a_row_is_a_metric_by_id_or_by_name_and_a_column_a_period(
        self, acme: Shell, names: tuple[str, ...]
    ) -> None:
        head, first, second = names
        text = WIDE.replace("seat,metric", head).replace("bot,number", first).replace("bot,percent", second)
        ran = acme("score", "add", "--from", "-", "--json", stdin=text)
        assert sorted(values(acme), key=lambda one: one[:2]) == WIDE_VALUES
        assert (ran.json["recorded"], ran.json["unavailable"], ran.json["empty"]) == (3, 1, 2)
        assert "nothing is recorded for 2 empty cells" in ran.err
        assert acme.git("rev-list", "--count", "HEAD~1..HEAD").out == "1\n"

    @pytest.mark.parametrize("mark", [";", "\t"])
    def test_with_other_marks(self, acme: Shell, mark: str) -> None:
        text = WIDE.replace(",", mark).replace("13", "13,5")
        acme("score", "add", "--from", "-", "--decimal", ",", stdin=text)
        assert ("number", "2026-W45", "13.5") in values(acme)

    def test_months_and_other_periods(self, acme: Shell) -> None:
        terms = ("name=Sales", "outcome=The firm grows", "target=>= USD 9", "cadence=monthly")
        acme("seat", "set", "bot", *(f"metrics.sales.{term}" for term in terms))
        acme("score", "add", "--from", "-", stdin='seat,metric,2026-10,2026-11\nbot,sales,"1,200",900\n')
        assert values(acme) == [("sales", "2026-10", "1200"), ("sales", "2026-11", "900")]

    def test_a_period_of_another_size_is_one_finding_for_all_its_cells(self, acme: Shell) -> None:
        with nothing_written(acme):
            err = acme("score", "add", "--from", "-", stdin="seat,metric,2026-10,2026-11\nbot,number,1,2\n", code=2).err
        (line,) = err.splitlines()[1:]
        assert line.startswith('-:2 (2026-10), 2 (2026-11): "2026-10" is not a period of number, which is weekly.')

    def test_a_name_that_several_metrics_have_lists_them(self, acme: Shell) -> None:
        terms = ("name=number", "outcome=Clients stay", "target=>= 3", "cadence=weekly")
        acme("seat", "set", "ada", *(f"metrics.calls.{term}" for term in terms))
        acme("seat", "set", "bot", "metrics.number.name=Calls", "metrics.percent.name=number")
        with nothing_written(acme):
            text = "name,2026-W45\nNumber,1\n"
            # An id is found before a name.
            err = acme("score", "add", "--from", "-", stdin=text, code=2).err
        assert '"Number" is a metric of several seats. Write one of: ada/calls and bot/percent' in err

    def test_a_name_that_no_metric_has(self, acme: Shell) -> None:
        with nothing_written(acme):
            err = acme("score", "add", "--from", "-", stdin="name,2026-W45\nnumbr,1\n", code=2).err
        assert 'no seat has a metric "numbr". Did you mean "number"?' in err

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            ("seat,metric,2026-W45,W46", 'the column "w46" is neither a period'),
            ("seat,metric,2026-W45,2026-W45", "occurs twice"),
            ("seat,metric,2026-W45,2026-w45", "occurs twice"),
            ("seat,2026-W45,2026-W46", 'no column "metric"'),
        ],
    )
    def test_a_header_that_is_wrong(self, acme: Shell, header: str, said: str) -> None:
        with nothing_written(acme):
            assert said in acme("score", "add", "--from", "-", stdin=f"{header}\nbot,number,1,2\n", code=2).err


MIXED = """\
seat,metric,value,period,note
bot,number,13,2026-W46,
bot,number,many,2026-W47,
bott,number,13,,
bot,percent,97,2026-W46,
bot,percent,lots,2026-W47,
bot,span
bott,percent,97,,
bot,clock,,,
"""


class TestFindings:
    def test_all_findings_are_reported_at_once_by_cause(self, acme: Shell) -> None:
        acme.write("../in.csv", MIXED)
        with nothing_written(acme):
            err = acme("score", "add", "--from", "../in.csv", code=2).err
        head, *lines = err.splitlines()
        assert head == "orgtp: nothing was written: 6 of 8 values cannot be recorded:"
        assert [line.partition(": ")[0] for line in lines] == [
            "in.csv:3",
            "in.csv:4, 8",
            "in.csv:6",
            "in.csv:7",
            "in.csv:9",
        ]
        assert 'in.csv:4, 8: unknown seat "bott". Did you mean "bot"?' in lines

    def test_a_cause_of_many_rows_is_one_line_with_the_first_and_a_count(self, acme: Shell) -> None:
        rows = "".join(f"bot,number,many{number},2026-W46\n" for number in range(300))
        err = acme("score", "add", "--from", "-", stdin=f"seat,metric,value,period\n{rows}", code=2).err
        (line,) = err.splitlines()[1:]
        assert line.startswith('-:2, 3, 4, 5, 6 and 295 more: "many0" is not a number')
        assert "This is the first; the others are alike." in line


class TestSkipBad:
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_the_good_rows_are_recorded_and_the_others_can_be_corrected_and_read(self, acme: Shell, mark: str) -> None:
        bad = acme.folder.parent / "bad.csv"
        acme.write("../in.csv", MIXED.replace(",", mark))
        ran = acme("score", "add", "--from", "../in.csv", "--skip-bad", "../bad.csv", "--json")
        assert values(acme) == [("number", "2026-W46", "13"), ("percent", "2026-W46", "97")]
        assert (ran.json["recorded"], ran.json["skipped"]) == (2, 6)
        assert "6 values left out:" in ran.err
        assert "orgtp score add --from ../bad.csv" in ran.err
        text = bad.read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=mark))
        assert [row["seat"] for row in rows] == ["bot", "bott", "bot", "bot", "bott", "bot"]
        assert rows[1]["why"] == 'unknown seat "bott". Did you mean "bot"?'
        assert all(row["why"] for row in rows)
        with nothing_written(acme):
            again = acme("score", "add", "--from", "../bad.csv", code=2)
        assert "6 of 6 values cannot be recorded" in again.err
        corrected = text.replace("bott", "bot").replace("many", "14").replace("lots", "98")
        last = mark.join(["bot", "clock", "", ""])
        corrected = corrected.replace(last, mark.join(["bot", "clock", "07:50", ""]))
        corrected = corrected.replace(mark.join(["bot", "span", ""]), mark.join(["bot", "span", "1h"]))
        (acme.folder.parent / "good.csv").write_text(corrected, encoding="utf-8")
        acme("score", "add", "--from", "../good.csv")
        assert len(values(acme)) == 8

    def test_the_command_for_the_corrected_file_has_the_decimal_mark_of_the_first(self, acme: Shell) -> None:
        text = "seat;metric;value\nbott;number;1.234\n"
        ran = acme("score", "add", "--from", "-", "--decimal", ",", "--skip-bad", "../bad.csv", stdin=text, code=1)
        assert "orgtp score add --from ../bad.csv --decimal ,\n" in ran.err
        bad = acme.folder.parent / "bad.csv"
        bad.write_text(bad.read_text(encoding="utf-8").replace("bott;", "bot;"), encoding="utf-8")
        acme("score", "add", "--from", "../bad.csv", "--decimal", ",")
        assert [value for *_, value in values(acme)] == ["1234"]

    def test_of_a_wide_file_only_the_wrong_cells_are_left(self, acme: Shell) -> None:
        text = "seat,metric,2026-W45,2026-W46\nbot,number,13,many\nbot,percent,97,98\nbott,span,1h,2h\n"
        acme("score", "add", "--from", "-", "--skip-bad", "../bad.csv", stdin=text)
        assert [one[:2] for one in values(acme)] == [
            ("number", "2026-W45"),
            ("percent", "2026-W45"),
            ("percent", "2026-W46"),
        ]
        first, second = csv.DictReader(io.StringIO(acme.read("../bad.csv")))
        assert (first["metric"], first["2026-W45"], first["2026-W46"]) == ("number", "", "many")
        assert (second["seat"], second["2026-W45"], second["2026-W46"]) == ("bott", "1h", "2h")
        assert '"many" is not a number' in first["why"]
        corrected = (
            (acme.folder.parent / "bad.csv").read_text(encoding="utf-8").replace("many", "14").replace("bott", "bot")
        )
        acme("score", "add", "--from", "-", stdin=corrected)
        assert len(values(acme)) == 6

    def test_of_json_lines_each_says_why(self, acme: Shell) -> None:
        lines = [
            '{"seat": "bot", "metric": "number", "value": 13}',
            '{"seat": "bott", "metric": "number", "value": 1.50}',
            '{"seat": "bot", "metric": "percent", "value": null}',
        ]
        acme("score", "add", "--from", "-", "--skip-bad", "../bad.jsonl", stdin="\n".join(lines))
        text = (acme.folder.parent / "bad.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.splitlines()]
        assert [row["seat"] for row in rows] == ["bott", "bot"]
        assert all(row["why"] for row in rows)
        assert "1.50" in text
        again = acme("score", "add", "--from", "../bad.jsonl", "--skip-bad", "../worse.jsonl", code=1)
        assert "2 values left out" in again.err
        assert (acme.folder.parent / "worse.jsonl").read_text(encoding="utf-8") == text

    def test_an_existing_file_is_never_overwritten(self, acme: Shell) -> None:
        acme.write("../bad.csv", "mine\n")
        with nothing_written(acme):
            err = acme("score", "add", "--from", "-", "--skip-bad", "../bad.csv", stdin=MIXED, code=2).err
        assert "already exists, and nothing is overwritten" in err
        assert acme.read("../bad.csv") == "mine\n"

    def test_without_a_bad_row_there_is_no_file(self, acme: Shell) -> None:
        acme("score", "add", "--from", "-", "--skip-bad", "../bad.csv", stdin="seat,metric,value\nbot,number,13\n")
        assert len(values(acme)) == 1
        assert not (acme.folder.parent / "bad.csv").exists()

    def test_a_dry_run_says_what_would_be_left_out_and_writes_nothing(self, acme: Shell) -> None:
        with nothing_written(acme):
            words = ("--skip-bad", "../bad.csv", "--dry-run", "--json")
            ran = acme("score", "add", "--from", "-", *words, stdin=MIXED)
        assert "6 values would be left out" in ran.err
        assert (ran.json["commit"], ran.json["skipped"], ran.json["dry_run"]) == (None, 6, True)
        assert not (acme.folder.parent / "bad.csv").exists()

    def test_if_nothing_can_be_recorded_the_exit_code_says_so(self, acme: Shell) -> None:
        with nothing_written(acme):
            text = "seat,metric,value\nbott,number,13\n"
            acme("score", "add", "--from", "-", "--skip-bad", "../bad.csv", stdin=text, code=1)
        assert "bott,number,13," in acme.read("../bad.csv")

    def test_it_goes_with_a_file_of_values_only(self, acme: Shell) -> None:
        assert "--from FILE" in acme("score", "add", "bot", "number", "1", "--skip-bad", "x.csv", code=2).err

    def test_the_command_that_records_them_has_the_same_decimal_mark(self, acme: Shell) -> None:
        text = "seat;metric;value;period\nbot;number;1,5;2026-W46\nbott;number;2,5;2026-W46\n"
        err = acme("score", "add", "--from", "-", "--decimal", ",", "--skip-bad", "../b 1.csv", stdin=text).err
        assert err.splitlines()[-1].endswith("then: orgtp score add --from '../b 1.csv' --decimal ,")
        acme.write("../b 1.csv", acme.read("../b 1.csv").replace("bott", "bot"))
        acme("score", "add", "--from", "../b 1.csv", "--decimal", ",")
        assert ("number", "2026-W46", "2.5") in values(acme)


class TestNotesOfWideFiles:
    def test_a_blank_with_a_note_is_unavailable_if_there_is_one_period(self, acme: Shell) -> None:
        text = "seat,metric,2026-W46,note\nbot,number,,the desk was closed\nbot,percent,97,recounted\nbot,span,,\n"
        ran = acme("score", "add", "--from", "-", "--json", stdin=text)
        assert (ran.json["recorded"], ran.json["unavailable"], ran.json["empty"]) == (1, 1, 1)
        notes = {
            one["metric"]: (one["value"], one["note"]) for one in acme("score", "list", "bot", "--json").json["scores"]
        }
        assert notes == {"number": (None, "the desk was closed"), "percent": ("97", "recounted")}

    def test_with_several_periods_nobody_knows_which_blank_the_note_is_about(self, acme: Shell) -> None:
        text = "seat,metric,2026-W45,2026-W46,note\nbot,number,12,,recounted\n"
        ran = acme("score", "add", "--from", "-", "--json", stdin=text)
        assert (ran.json["recorded"], ran.json["unavailable"], ran.json["empty"]) == (1, 0, 1)

    def test_a_column_that_is_no_period_is_explained(self, acme: Shell) -> None:
        err = acme("score", "add", "--from", "-", stdin="metric,Nov 2026\nbot/number,3\n", code=2).err
        assert "such as 2026-W47 or 2026-11" in err


def test_two_values_for_one_period_in_a_file_are_named(acme: Shell) -> None:
    acme.write("../in.csv", "seat,metric,value,period\nbot,number,13,2026-W46\nbot,number,14,2026-W46\n")
    ran = acme("score", "add", "--from", "../in.csv", "--json")
    said = "in.csv:3: bot number 2026-W46 has two values here, 13 and then 14. The last one counts."
    assert [one for one in ran.json["warnings"] if "two values" in one] == [said]
    assert values(acme)[-1] == ("number", "2026-W46", "14")


def test_a_period_that_is_there_twice_with_one_value_is_not_doubted(acme: Shell) -> None:
    acme.write("../in.csv", "seat,metric,value,period\nbot,number,13,2026-W46\nbot,number,13,2026-W46\n")
    assert not any(
        "two values" in one for one in acme("score", "add", "--from", "../in.csv", "--json").json["warnings"]
    )

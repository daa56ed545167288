"""`orgtp score add --from`: many values in one commit, all or none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.changes import body, nothing_written, subject, trailers
from tests.conftest import Shell

CSV = """\
seat,metric,value,period,note,id
bot,number,13,2026-W46,,a
bot,percent,97%,,"as told, by mail",b
bot,money,"$190,000",2026-W47,,
"""


def _values(here: Shell) -> list[tuple[str, str, str]]:
    lines = here("score", "list", "--json").json["scores"]
    return [(line["metric"], line["period"], line["value"]) for line in lines]


STORED = [("number", "2026-W46", "13"), ("percent", "2026-W47", "97"), ("money", "2026-W47", "190000")]


def test_csv(acme: Shell) -> None:
    acme.write("in.csv", CSV)
    before = acme.head()
    ran = acme("score", "add", "--from", "in.csv", "--by", "ada")
    assert ran.out == f"{acme.head()[:10]} score(bot): 3 values\n"
    assert acme.git("rev-list", "--count", f"{before}..HEAD").out == "1\n"
    assert _values(acme) == STORED
    assert trailers(acme) == ["Orgtp-Action: score", "Orgtp-Seat: bot", "Orgtp-By: ada"]
    assert "bot number 2026-W46 = 13" in body(acme)


def test_json_lines(acme: Shell) -> None:
    rows: list[dict[str, Any]] = [
        {"seat": "bot", "metric": "number", "value": 13, "period": "2026-W46"},
        {"seat": "bot", "metric": "percent", "value": "97%"},
        {"seat": "bot", "metric": "money", "value": "190000", "id": None},
        {"seat": "bot", "metric": "done", "value": True},
        {"seat": "bot", "metric": "span", "value": None, "note": "the log was empty"},
    ]
    text = "\n\n".join(json.dumps(row) for row in rows)
    data = acme("score", "add", "--from", "-", "--json", stdin=text).json
    assert (data["commit"], data["paths"]) == (acme.head(), ["scores/bot/2026-11.jsonl"])
    assert [(value["metric"], value["value"]) for value in data["values"]] == [
        ("number", "13"), ("percent", "97"), ("money", "190000"), ("done", "yes"), ("span", None),
    ]  # fmt: skip


def test_decimals_of_json_are_never_floats(acme: Shell) -> None:
    acme("score", "add", "--from", "-", stdin='{"seat":"bot","metric":"number","value":0.1000000000000000055511}')
    assert _values(acme) == [("number", "2026-W47", "0.1000000000000000055511")]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_line_ends_of_windows(acme: Shell, mark: str, end: str) -> None:
    acme("score", "add", "--from", "-", stdin=mark + CSV.replace("\n", end))
    assert _values(acme) == STORED


def test_the_same_file_again_doubles_nothing_that_has_an_id(acme: Shell) -> None:
    text = "seat,metric,value,id\nbot,number,13,a\nbot,percent,97,b\n"
    acme("score", "add", "--from", "-", stdin=text)
    with nothing_written(acme):
        assert acme("score", "add", "--from", "-", "--json", stdin=text).json["commit"] is None
    acme("score", "add", "--from", "-", stdin=f"{text}bot,span,1h,c\n")
    assert len(_values(acme)) == 3
    assert subject(acme) == "score(bot): span 2026-W47 = 1h"


def test_several_seats(sample: Shell) -> None:
    rows = "seat,metric,value\ndash,variance-before-call,no\njeff,invoices-reconciled,80\nsift,duplicate-records,7\n"
    sample("score", "add", "--from", "-", "--by", "tally", stdin=rows)
    assert subject(sample) == "score: 3 values, 3 seats"
    seats = ["Orgtp-Seat: dash", "Orgtp-Seat: jeff", "Orgtp-Seat: sift"]
    assert trailers(sample) == ["Orgtp-Action: score", *seats, "Orgtp-By: tally"]


BAD_ROWS = """\
seat,metric,value,period,note
bot,number,13,,
bot,number,many,,
bot,numbr,13,,
bott,number,13,,
bot,percent,97,2027-W01,
bot,done,,,
"""


def test_every_bad_row_is_told_and_nothing_is_written(acme: Shell) -> None:
    acme.write("in.csv", BAD_ROWS)
    acme.git("add", ".")
    acme.git("commit", "-qm", "File")
    with nothing_written(acme):
        err = acme("score", "add", "--from", "in.csv", code=2).err
    assert "nothing was written: 5 of 6 values cannot be recorded" in err
    assert [line.split(": ")[0] for line in err.splitlines()[1:]] == [f"in.csv:{number}" for number in range(3, 8)]
    assert 'in.csv:4: bot has no metric "numbr". Did you mean "number"?' in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "-:1: no column"),
        ("seat,metric\nbot,number\n", '-:1: no column "value"'),
        ("seat,metric,value,perod\nbot,number,1,x\n", 'Did you mean "period"?'),
        ("seat,metric,value\nbot,number\n", "-:2: the number of fields differs"),
        ("seat,metric,value\nbot,number,1,2,3\n", "-:2: the number of fields differs"),
        ('seat,metric,value\nbot,number,"1\n', "not CSV"),
        ('{"seat":"bot","metric":"number","value":1}\n{"seat":', "-:2: not JSON"),
        ('{"seat":"bot","metric":"number"}', '-:1: no column "value"'),
        ('{"seat":"bot","metric":"number","value":[1]}', "-:1: value is not text"),
        ('{"seat":"bot","metric":"number","value":1}\n[1]\n', "-:2: a line must be one object"),
        ('{"seat":"bot","metric":"number","value":NaN}', "-:1"),
        ('{"seat":"bot","metric":"number","value":1,"value":2}', "-:1"),
        ("seat,metric,value,value\nbot,number,1,2\n", "-:1"),
    ],
)
def test_a_file_that_is_none(acme: Shell, text: str, said: str) -> None:
    with nothing_written(acme):
        err = acme("score", "add", "--from", "-", code=2, stdin=text).err
    assert said in err


def test_a_file_without_rows_says_so(acme: Shell) -> None:
    with nothing_written(acme):
        ran = acme("score", "add", "--from", "-", stdin="seat,metric,value\n", code=None)
    assert "already recorded" not in ran.err
    assert "no values" in ran.err


@pytest.mark.parametrize("words", [("--from", "gone.csv"), ("--from", "."), ("--from", "-", "bot"), ("--from", "")])
def test_arguments_that_do_not_go_with_it(acme: Shell, words: tuple[str, ...]) -> None:
    with nothing_written(acme):
        assert acme("score", "add", *words, code=2).err


@pytest.mark.parametrize("words", [("--for", "2026-W46"), ("--note", "N"), ("--id", "x")])
def test_options_of_one_value_are_not_ignored(acme: Shell, words: tuple[str, ...]) -> None:
    """What is asked for and would have no effect is refused, not dropped."""
    with nothing_written(acme):
        ran = acme("score", "add", "--from", "-", *words, stdin=CSV, code=2)
    assert words[0] in ran.err


def test_bytes_that_are_no_text(acme: Shell) -> None:
    (acme.folder.parent / "in.csv").write_bytes(b"seat,metric,value\nbot,number,\xff\n")
    with nothing_written(acme):
        assert "UTF-8" in acme("score", "add", "--from", "../in.csv", code=2).err


def test_a_thousand_values_in_one_commit(acme: Shell) -> None:
    rows = "".join(f"bot,number,{n},i{n}\n" for n in range(1000))
    acme("score", "add", "--from", "-", stdin=f"seat,metric,value,id\n{rows}")
    assert subject(acme) == "score(bot): 1000 values"
    assert len(acme.read("scores/bot/2026-11.jsonl").splitlines()) == 1000


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (
            "colour",
            'unknown column "colour". The columns are seat, metric, value, period, note, id, n, separated by commas.',
        ),
        (
            "vaule",
            'unknown column "vaule". Did you mean "value"? The columns are seat, metric, value, period, note, id,',
        ),
    ],
)
def test_an_unknown_column_is_named_in_whole_sentences(acme: Shell, column: str, said: str) -> None:
    for text in (
        f"seat,metric,value,{column}\nbot,number,1,x\n",
        f'{{"seat":"bot","metric":"number","value":1,"{column}":1}}\n',
    ):
        err = acme("score", "add", "--from", "-", "--by", "ada", stdin=text, code=2).err
        assert said in err
        assert ".  " not in err
        assert ". (" not in err

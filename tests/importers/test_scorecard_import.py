"""Scorecards end to end: the metrics that a file describes are added, and its values are recorded once."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from tests.conftest import Shell

LEADS = "Seat,Metric,Goal,Outcome,2026-W45,2026-W46\nada,New leads answered,>= 90%,Leads become clients,91%,92%\n"
TABLE = "Seat,Metric,2026-W45,2026-W46\nbot,number,11,12\n"


@pytest.fixture
def shell(acme: Shell) -> Shell:
    return acme


def import_file(shell: Shell, text: str, *words: str, code: int = 0) -> Any:
    shell.write("score.csv", text)
    return shell("import", "score.csv", "--by", "ada", *words, code=code)


def read_values(shell: Shell, seat: str, metric: str) -> list[tuple[str, str, str]]:
    """The records of a metric, by period and then in the order in which they were recorded."""
    rows = shell("sql", 'select * from "values" order by period', "--json").json["rows"]
    return [
        (row["period"], row["value"], row["standing"]) for row in rows if (row["seat"], row["metric"]) == (seat, metric)
    ]


def test_a_metric_that_the_file_describes_is_added_with_its_values(shell: Shell) -> None:
    import_file(shell, LEADS)
    shown = shell("seat", "show", "ada", "--json").json
    metric = next(one for one in shown["seat"]["metrics"] if one["metric"] == "new-leads-answered")
    assert (metric["name"], metric["outcome"], metric["target"], metric["cadence"]) == (
        "New leads answered",
        "Leads become clients",
        ">= 90%",
        "weekly",
    )
    assert read_values(shell, "ada", "new-leads-answered") == [
        ("2026-W45", "91", "counts"),
        ("2026-W46", "92", "counts"),
    ]
    shell("validate")


def test_the_second_import_records_nothing_twice(shell: Shell) -> None:
    import_file(shell, LEADS)
    head = shell.head()
    import_file(shell, LEADS)
    assert shell.head() == head


def test_a_value_that_the_file_changes_is_followed_and_one_that_people_change_stays(shell: Shell) -> None:
    import_file(shell, TABLE)
    import_file(shell, TABLE.replace("11,12", "11,13"))
    assert read_values(shell, "bot", "number")[1:] == [("2026-W46", "12", "corrected"), ("2026-W46", "13", "counts")]
    # Back to what it was before: that is news, too.
    import_file(shell, TABLE)
    assert read_values(shell, "bot", "number")[-1] == ("2026-W46", "12", "counts")
    shell("score", "add", "bot", "number", "99", "--for", "2026-W45", "--by", "ada")
    head = shell.head()
    import_file(shell, TABLE)
    assert shell.head() == head
    changed = import_file(shell, TABLE.replace("11,12", "10,12"))
    assert "2026-W45 stays 99, and the file has 10" in changed.err + changed.out
    assert shell.head() == head
    shell("score", "add", "bot", "number", "10", "--for", "2026-W45", "--by", "ada")
    import_file(shell, TABLE.replace("11,12", "10,12"))
    assert read_values(shell, "bot", "number")[0:3] == [
        ("2026-W45", "11", "corrected"),
        ("2026-W45", "99", "corrected"),
        ("2026-W45", "10", "counts"),
    ]


def test_a_value_that_people_withdrew_stays_withdrawn(shell: Shell) -> None:
    import_file(shell, TABLE)
    shell("score", "withdraw", "bot", "number", "--for", "2026-W46", "--reason", "Not ours.", "--by", "ada")
    head = shell.head()
    ran = import_file(shell, TABLE.replace("11,12", "11,13"))
    assert "2026-W46 stays withdrawn, and the file has 13" in ran.err + ran.out
    assert shell.head() == head


def test_a_value_that_is_recorded_already_is_not_recorded_again(shell: Shell) -> None:
    shell("score", "add", "bot", "number", "11.0", "--for", "2026-W45", "--by", "ada")
    import_file(shell, TABLE)
    assert read_values(shell, "bot", "number") == [("2026-W45", "11", "counts"), ("2026-W46", "12", "counts")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            LEADS.replace("Outcome", "Note").replace("Leads become clients", ""),
            "the file does not say which business outcome it serves",
        ),
        (LEADS.replace(">= 90%", "90%"), 'target "90%" is not a valid target'),
        (LEADS.replace("ada,", "nobody,"), 'unknown seat "nobody"'),
        (TABLE.replace("number", "numbr"), 'Did you mean "number"?'),
        (TABLE.replace("11,12", "many,12"), "many"),
        (TABLE.replace("2026-W46", "2027-W46"), "2027-W46 has not begun yet"),
        (TABLE.replace("2026-W46", "2026-11"), '"2026-11" is not a period of number'),
        (TABLE + "bot,number,12,12\n", "score.csv:2 (2026-W45) has another value for 2026-W45: 11"),
        (
            LEADS + LEADS.splitlines()[1].replace("90%", "80%") + "\n",
            "score.csv:2 describes the metric new-leads-answered of ada",
        ),
    ],
)
def test_what_cannot_be_recorded_is_a_bad_row_with_its_place(text: str, words: str, shell: Shell) -> None:
    head = shell.head()
    ran = import_file(shell, text, code=1)
    assert words in ran.err
    assert "score.csv:" in ran.err
    assert shell.head() == head


def test_the_command_of_a_metric_without_an_outcome_works_when_it_is_filled_in(shell: Shell) -> None:
    text = LEADS.replace(",Outcome", "").replace(",Leads become clients", "")
    error = import_file(shell, text, code=1).err
    command = error.partition("Or add the metric first: orgtp ")[2].splitlines()[0]
    command = command.replace("'WHAT THE BUSINESS GETS'", "'Leads become clients'").removesuffix(".")
    assert command.startswith("metric add ada new-leads-answered --name 'New leads answered'")
    shell(*shlex.split(command), "--by", "ada")
    import_file(shell, text)
    assert read_values(shell, "ada", "new-leads-answered") == [
        ("2026-W45", "91", "counts"),
        ("2026-W46", "92", "counts"),
    ]


def test_an_outcome_under_another_header_is_mapped(shell: Shell) -> None:
    text = LEADS.replace("Outcome", "Why it matters")
    import_file(shell, text, code=1)
    import_file(shell, text, "--map", "outcome=Why it matters")
    assert "outcome: Leads become clients" in shell.read("seats/ada.yaml")


def test_the_good_rows_are_imported_and_the_bad_cells_are_a_file_to_correct(shell: Shell) -> None:
    text = TABLE.replace("11,12", "many,12") + "nobody,x,1,2\n"
    import_file(shell, text, "--skip-bad", "bad.csv", code=1)
    assert read_values(shell, "bot", "number") == [("2026-W46", "12", "counts")]
    bad = (shell.folder / "bad.csv").read_text(encoding="utf-8")
    assert bad == "Seat,Metric,2026-W45,2026-W46\nbot,number,many,\nnobody,x,1,2\n"


def test_seats_and_their_scorecard_are_imported_at_once(shell: Shell) -> None:
    shell.write("people.csv", "ID,Name,Role,Email,Manager\n7,Gwen Ito,Account lead,gwen@example.com,ada\n")
    shell.write("score.csv", LEADS.replace("ada,", "GWEN@example.com,") + "7,Churn,<= 2%,Clients stay,1%,1%\n")
    shell("import", "people.csv", "score.csv", "--under", "ada", "--by", "ada")
    metrics = shell("seat", "show", "gwen-ito", "--json").json["seat"]["metrics"]
    assert sorted(one["metric"] for one in metrics) == ["churn", "new-leads-answered"]
    assert len(read_values(shell, "gwen-ito", "churn")) == 2
    shell("validate")


def test_a_scorecard_of_many_values_with_ids_of_its_own_is_imported_as_score_add_does(shell: Shell) -> None:
    import_file(shell, TABLE)
    shell("export", "values.csv")
    head = shell.head()
    shell("import", "values.csv", "--by", "ada")
    assert shell.head() == head

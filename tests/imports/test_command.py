"""`orgtp import` as a user runs it: from files to one commit."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.terminal import INTERRUPT, on_terminal
from tests.conftest import Shell

CATALOGS = Path(__file__).parents[1] / "importers" / "catalogs"
# Invented people.
PEOPLE = """\
Employee #,Full Name,Job Title,Supervisor ID,Work Email,Cost Center
1,Ada Lovelace,Chief Analyst,,lovelace@example.com,4711
2,José Ñuñez,Analyst,1,jose@example.com,4711
3,Ada Lovelace,Clerk,1,ada2@example.com,
4,3D Bob,Artist,2,bob@example.com,12
5,Dee,,2,,
"""
BAD = PEOPLE + "6,Eve,Clerk,99,eve@example.com,\n7,Fay,Clerk,6,,\n"


def commits(shell: Shell) -> int:
    return int(shell.git("rev-list", "--count", "HEAD").out)


def test_an_import_is_one_commit_that_is_valid_and_proven(acme: Shell) -> None:
    acme.write("../people.csv", PEOPLE)
    before = commits(acme)
    done = acme("import", "../people.csv", "--under", "ada")
    assert done.out.endswith(" import: 5 seats from people\n")
    assert commits(acme) == before + 1
    message = acme.git("log", "-1", "--format=%B").out
    assert "\npeople: from people.csv, in the format people\n" in message, "the folder of the file is nobody's business"
    assert "Orgtp-Action: import\nOrgtp-Seat: a-3d-bob\nOrgtp-Seat: ada-lovelace\n" in message
    acme("validate", code=None)
    assert "import" in acme("log", "--action", "import").out
    acme("audit", "verify")
    assert acme.read("seats/jose-nunez.yaml") == (
        "# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json\n"
        "seat: jose-nunez\nname: José Ñuñez\nrole: Analyst\nkind: human\nstatus: proposed\nreports_to: ada-lovelace\n"
        'email: jose@example.com\naliases: ["2"]\nx-imported:\n  from: people\n  format: people\n  was:\n'
        "    name: José Ñuñez\n    role: Analyst\n    reports_to: ada-lovelace\n    email: jose@example.com\n"
    )


def test_a_second_import_makes_no_commit(acme: Shell) -> None:
    acme.write("../people.csv", PEOPLE)
    acme("import", "../people.csv", "--under", "ada")
    before = acme.head()
    done = acme("import", "../people.csv")
    assert "nothing to change: nothing new from people" in done.err
    assert acme.head() == before


@pytest.mark.parametrize("width", ["60", "200"])
def test_a_dry_run_of_people(acme: Shell, width: str, matches_snapshot: Callable[[str, str], None]) -> None:
    acme.write("people.csv", BAD)
    done = acme("import", "people.csv", "--dry-run", code=1, COLUMNS=width)
    matches_snapshot(f"dry-people-{width}.txt", done.out + done.err)
    assert max(map(len, done.out.splitlines())) <= int(width)


@pytest.mark.parametrize(
    "name", ["agents", "backstage", "peribolos", "kubernetes", "crewai", "copilot-studio", "a2a", "oasf"]
)
def test_a_dry_run_of_each_format_and_an_import_of_it(
    acme: Shell, name: str, matches_snapshot: Callable[[str, str], None]
) -> None:
    shutil.copytree(CATALOGS / name, acme.folder / name)
    words = ("import", name, "--owner", "ada", "--under", "ada")
    done = acme(*words, "--dry-run", COLUMNS="140")
    matches_snapshot(f"dry-{name}.txt", done.out + done.err)
    acme(*words)
    acme("validate")
    acme("audit", "verify")
    assert "nothing new from" in acme(*words).err
    acme("undo", "--yes")
    assert sorted(path.name for path in (acme.folder / "seats").iterdir()) == ["ada.yaml", "bot.yaml"]


# Invented numbers, and an invented seat.
TABLES = {
    "scorecard.csv": "Seat,Metric,Name,Goal,Outcome,2026-W46,2026-W47,Mood\n"
    "bot,calls,Calls booked,>= 12,Sales grow,11,12,good\nbot,tickets,Tickets closed,,,4,,\nghost,calls,,>= 1,,1,,\n",
    "seats.jsonl": '{"seat": "cy", "name": "Cy", "role": "Clerk", "kind": "human", "reports_to": "ada"}\n'
    '{"seat": "dee", "name": "Dee", "kind": "robot", "role": "Clerk"}\n',
}


@pytest.mark.parametrize("name", TABLES)
def test_a_dry_run_of_other_tables(acme: Shell, name: str, matches_snapshot: Callable[[str, str], None]) -> None:
    acme.write(name, TABLES[name])
    done = acme("import", name, "--by", "ada", "--dry-run", code=1, COLUMNS="140")
    matches_snapshot(f"dry-{Path(name).stem}.txt", done.out + done.err)
    assert acme.git("status", "--porcelain").out == f"?? {name}\n"


def test_thousands_of_rows_are_grouped_and_counted(acme: Shell) -> None:
    rows = [
        f"{number},Person {number},Clerk,{number // 10 or ''},p{number}@example.com,{number}"
        for number in range(1, 601)
    ]
    header = PEOPLE.partition("\n")[0]
    acme.write("people.csv", "\n".join([header, *rows, ""]))
    text = acme("import", "people.csv", "--dry-run", "--under", "ada", COLUMNS="100").out
    assert len(text.splitlines()) < 40
    assert "600 new seats" in text
    assert "and 585 more; --json has all" in text
    assert "600 ids in lower case with hyphens: Person 1 → person-1 and Person 2 → person-2" in text
    assert 'column Cost Center, such as "1": 600 rows (people.csv:2, people.csv:3, people.csv:4 and 597 more)' in text
    assert len(acme("import", "people.csv", "--dry-run", "--under", "ada", "--json").json["rows"]) == 600


def test_bad_rows_refuse_the_import_and_are_listed_by_cause(acme: Shell) -> None:
    acme.write("people.csv", BAD)
    before = acme.head()
    done = acme("import", "people.csv", "--under", "ada", code=1)
    assert done.err == (
        "orgtp: nothing was written: 2 of 7 rows cannot be imported:\n"
        'people.csv:7: it reports to the id "99", but no row and no seat has it\n'
        "people.csv:8: it reports to a row that cannot be imported (people.csv:7)\n"
        "To import the others, and write these to a file: add --skip-bad FILE\n"
    )
    assert acme.head() == before


def test_skipped_rows_are_written_to_a_file_that_can_be_corrected_and_imported(acme: Shell) -> None:
    acme.write("people.csv", BAD)
    done = acme("import", "people.csv", "--under", "ada", "--skip-bad", "bad.csv")
    assert "2 bad rows are in bad.csv. Correct them there, then: orgtp import bad.csv --part-of people" in done.err
    header = PEOPLE.partition("\n")[0]
    assert acme.read("bad.csv") == f"{header}\n6,Eve,Clerk,99,eve@example.com,\n7,Fay,Clerk,6,,\n"
    assert "bad.csv already exists" in acme("import", "people.csv", "--skip-bad", "bad.csv", code=2).err
    acme.write("bad.csv", acme.read("bad.csv").replace("99", "1"))
    done = acme("import", "bad.csv", "--part-of", "people")
    assert "import: 2 seats from people" in done.out
    assert "gone" not in done.err
    # The whole table, corrected in the same way, is known.
    acme.write("people.csv", BAD.replace("99", "1"))
    assert "nothing new from people" in acme("import", "people.csv").err


def test_the_file_of_bad_rows_goes_again_if_nothing_is_imported(acme: Shell) -> None:
    acme.write("people.csv", BAD)
    acme("import", "people.csv", "--skip-bad", "bad.csv", code=2)
    assert not (acme.folder / "bad.csv").exists()
    acme("import", "people.csv", "--under", "ada", "--skip-bad", "bad.csv", "--dry-run")
    assert not (acme.folder / "bad.csv").exists()


def test_a_question_is_asked_once_for_all_rows(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    shutil.copytree(CATALOGS / "agents", acme.folder / "agents")
    answers = [("The seat that they report to", "ada\r"), ("The person who answers for them", "3\r")]
    seen = on_terminal(acme, "import", "people.csv", "agents", answers=answers)
    assert seen.code == 0, seen.text
    assert "Ada Lovelace reports to nobody in the source, and the chart has a top already." in seen.text
    assert "reports_to: ada\n" in acme.read("seats/ada-lovelace.yaml")
    # The answer may be an alias, also of a row: Ada Lovelace, the clerk.
    assert "owner: ada-lovelace-2\nreports_to: ada\n" in acme.read("seats/code-reviewer.yaml")


def test_ctrl_c_at_the_question_writes_nothing(acme: Shell) -> None:
    acme.write("people.csv", BAD)
    before = acme.head()
    words = ("import", "people.csv", "--skip-bad", "bad.csv")
    seen = on_terminal(acme, *words, answers=[("The seat that they report to", INTERRUPT)])
    assert seen.code == 130
    assert acme.head() == before
    assert acme.git("status", "--porcelain").out == "?? people.csv\n"


def test_without_a_terminal_a_question_is_an_error_with_the_option(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    done = acme("import", "people.csv", code=2)
    assert done.err == (
        "orgtp: Ada Lovelace reports to nobody in the source, and the chart has a top already. Which seat does it "
        "report to? Add --under SEAT, such as: --under ada\n"
    )
    acme("import", "people.csv", "--under", "ada")


def test_the_json_has_everything(acme: Shell) -> None:
    acme.write("people.csv", BAD)
    found = acme("import", "people.csv", "--dry-run", "--json", code=1).json
    assert (found["kind"], found["commit"], found["dry_run"]) == ("import", None, True)
    assert found["sources"] == [{"path": "people.csv", "name": "people", "format": "people", "rows": 7, "notes": []}]
    assert [row["seat"] for row in found["rows"]] == ["ada-lovelace", "jose-nunez", "ada-lovelace-2", "a-3d-bob", "dee"]
    assert found["rows"][3] == {
        "where": "people.csv:5",
        "fate": "new",
        "seat": "a-3d-bob",
        "name": "3D Bob",
        "role": "Artist",
        "kind": "human",
        "reports_to": "jose-nunez",
        "also_reports_to": [],
        "owner": "a-3d-bob",
        "named": "3D Bob",
        "known_by": "",
        "fields": [],
        "places": [],
        "lost": [{"what": "column Cost Center", "text": "12"}],
        "unknown": [],
        "notes": [],
        "id_why": "an id begins with a letter",
        "alike": [],
    }
    assert found["rows"][4]["unknown"] == ["role"]
    assert [one["where"] for one in found["bad"]] == ["people.csv:7", "people.csv:8"]
    assert found["questions"][0]["key"] == "under"
    acme.write("people.csv", PEOPLE)
    done = acme("import", "people.csv", "--under", "ada", "--json").json
    assert (done["kind"], len(done["commit"]), len(done["paths"]), done["bad"]) == ("import", 40, 5, [])


def test_what_was_imported_and_edited_is_reported_field_by_field(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    acme("import", "people.csv", "--under", "ada")
    acme("seat", "set", "jose-nunez", "role=Lead")
    acme.write("people.csv", PEOPLE.replace("José Ñuñez,Analyst", "José Nuñez,Senior Analyst"))
    text = acme("import", "people.csv", "--dry-run", COLUMNS="120").out
    assert "jose-nunez.name: José Ñuñez → José Nuñez" in text
    assert "jose-nunez.role: Lead (kept: people and the source changed it); the source says Senior Analyst" in text
    acme("import", "people.csv")
    seat = acme("seat", "show", "jose-nunez", "--json").json["seat"]
    assert (seat["name"], seat["role"]) == ("José Nuñez", "Lead")
    again = acme("import", "people.csv")
    assert "jose-nunez.role: Lead (kept: people changed it); the source says Senior Analyst" in again.err
    assert "nothing new from people" in again.err


def test_the_commands_for_who_is_gone_work(acme: Shell) -> None:
    shutil.copytree(CATALOGS / "agents", acme.folder / "agents")
    acme.write("people.csv", PEOPLE)
    acme("import", "people.csv", "--under", "ada")
    acme("import", "agents", "--owner", "ada", "--part-of", "agents")
    acme("seat", "set", "code-reviewer", "status=active", code=None)
    acme.write("people.csv", "\n".join(PEOPLE.splitlines()[:-1]) + "\n")
    (acme.folder / "agents/.claude/agents/code-reviewer.md").unlink()
    sources = [("people.csv", ()), ("agents", ())]
    commands = []
    for path, more in sources:
        found = acme("import", path, "--dry-run", "--json", *more, code=None).json
        commands += [(one["seat"], one["command"]) for one in found["gone"]]
    assert commands[0] == ("dee", "orgtp leave dee")
    for _, command in commands:
        words = command.removeprefix("orgtp ").replace("'", "").split(" ")
        assert words[0] in {"leave", "retire"}
    acme("leave", "dee")
    assert acme("import", "people.csv", "--dry-run", "--json").json["gone"] == []
    assert acme("audit", "verify").code == 0


def test_a_new_version_is_accepted_with_the_command_that_is_shown(acme: Shell) -> None:
    shutil.copytree(CATALOGS / "agents", acme.folder / "agents")
    acme("import", "agents", "--owner", "ada")
    acme("seat", "set", "release-notes", "status=active", code=None)
    path = "agents/.github/agents/release-notes.agent.md"
    acme.write(path, acme.read(path) + "\nDo it well.\n")
    row = next(one for one in acme("import", "agents", "--json").json["rows"] if one["seat"] == "release-notes")
    (note,) = row["notes"]
    assert "has changed since release-notes was reviewed. When you have read it: " in note
    acme(*note.partition(": orgtp ")[2].replace("'", "").split(" "))
    row = next(one for one in acme("import", "agents", "--json").json["rows"] if one["seat"] == "release-notes")
    assert (row["notes"], [one for one in row["fields"] if "sha256" in one["key"]]) == ([], [])


def test_a_scorecard_gives_seats_their_metrics_in_the_same_commit(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    acme.write(
        "scorecard.csv",
        "Seat,Metric,Outcome,Target,Cadence,2026-W45,2026-W46\n"
        "jose@example.com,Reports on time,Clients can plan,>= 95%,weekly,97%,91%\n",
    )
    before = commits(acme)
    done = acme("import", "people.csv", "scorecard.csv", "--under", "ada", "--by", "ada", "--json").json
    assert done["subject"] == "import: 5 seats, 1 new metric, 2 values from people and scorecard"
    assert commits(acme) == before + 1
    metric = acme("seat", "show", "jose-nunez", "--json").json["seat"]["metrics"][0]
    assert (metric["name"], metric["outcome"]) == ("Reports on time", "Clients can plan")
    acme("audit", "verify")
    assert acme("import", "people.csv", "scorecard.csv", "--by", "ada", "--json").json["commit"] is None


def test_what_is_piped_is_named_as_such_and_not_by_a_file_of_ours(acme: Shell) -> None:
    for text in ("a,b\n1,2\n", "ID,Name,Manager,Boss ID\n1,Ada,2,3\n", "Name,Manager\n\0,\n"):
        done = acme("import", "-", "--format", "people", stdin=text, code=2)
        assert done.err.startswith("orgtp: standard input:"), done.err
        assert tempfile.gettempdir() not in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("people.csv", "--format", "peple"), 'unknown format "peple". Did you mean "people"?'),
        (("nowhere.csv",), "nowhere.csv: it does not exist"),
        (("people.csv", "--map", "parent"), '--map "parent" is not KEY="Column"'),
        (("people.csv", "--under", "adda"), '--under "adda" is no seat, and no row will be one. Did you mean "ada"?'),
        (
            ("people.csv", "--under", "ada", "--owner", "bot"),
            "bot is an agent, and only a person can answer for a seat",
        ),
    ],
)
def test_a_wrong_command_says_what_to_type(acme: Shell, words: tuple[str, ...], said: str) -> None:
    acme.write("people.csv", PEOPLE)
    done = acme("import", *words, code=None)
    assert done.code in {1, 2}
    assert said in done.err


def test_a_map_is_remembered_on_this_machine(acme: Shell) -> None:
    acme.write("staff.csv", "Nr,Wer,Beruf,Chef\n1,Ada Lovelace,Chief,\n2,Bob,Clerk,1\n")
    maps = [word for one in ("id=Nr", "name=Wer", "role=Beruf", "parent=Chef") for word in ("--map", one)]
    acme("import", "staff.csv", "--format", "people", "--under", "ada", *maps)
    assert "nothing new from staff" in acme("import", "staff.csv", "--format", "people").err
    assert "Beruf" in (acme.home / ".config/orgtp/imports.yaml").read_text(encoding="utf-8")


def test_lines_of_seats_give_the_same_org(sample: Shell, shell: Shell) -> None:
    sample("export", "../all.jsonl", "--format", "seats")
    shell("init", "copy", "--name", "Copy", "--timezone", "America/New_York")
    copy = shell.at(shell.folder / "copy")
    done = copy("import", "../all.jsonl", code=None)
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in (shell.folder / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = {line["seat"] for line in lines if line["status"] != "retired"}
    assert {row["seat"] for row in copy("seat", "list", "--json").json["seats"]} == wanted
    copy("export", "../again.jsonl", "--format", "seats")
    again = [json.loads(line) for line in (shell.folder / "again.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if line["seat"] in wanted] == again


def test_a_line_without_a_status_is_a_proposal_that_can_be_undone_and_updated(acme: Shell) -> None:
    line = '{"seat": "cleo", "name": "Cleo", "role": "%s", "kind": "human", "reports_to": "ada"}\n'
    acme("import", "-", "--part-of", "script", stdin=line % "Clerk")
    assert "status: proposed" in acme.read("seats/cleo.yaml")
    acme("import", "-", "--part-of", "script", stdin=line % "Chief")
    assert "role: Chief" in acme.read("seats/cleo.yaml")
    acme("undo", "--yes")
    acme("undo", "--yes")
    assert not (acme.folder / "seats/cleo.yaml").exists()
    assert acme("audit", "verify", "--json").json["verdict"] == "intact"


def test_an_agent_whose_owner_is_asked_for_is_not_at_the_top(acme: Shell) -> None:
    acme.write("agents/tidy.md", "---\nname: tidy\ndescription: Tidies the shelf.\n---\n")
    shown = acme("import", "agents", "--dry-run", code=2).out
    assert "to be answered" in shown.partition("tidy.md")[0]
    assert "the top" not in shown


def test_a_scorecard_fits_a_narrow_screen(acme: Shell) -> None:
    acme.write("wide.csv", "Seat,Metric,Name,Goal,Outcome,2026-W46\nada,renewed,Contracts renewed,>= 10,Work,9\n")
    for width in (60, 80):
        shown = acme("import", "wide.csv", "--dry-run", "--by", "ada", COLUMNS=str(width)).out
        (row,) = [line for line in shown.splitlines() if "ada/renewed" in line]
        assert "the metric, 1 value" in row


def test_an_import_says_what_comes_next(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    told = acme("import", "people.csv", "--under", "ada").err.splitlines()[-1]
    assert told.startswith("next: orgtp chart. ")
    acme(*told.partition("orgtp chart")[2].rpartition("orgtp ")[2].split())
    assert "next:" not in acme("import", "people.csv").err

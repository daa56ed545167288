"""`validate --base` on an org that has many problems already: only what the change adds is shown, and decides."""

from __future__ import annotations

import json
import re

import pytest
from junitparser import JUnitXml

from tests.conftest import Shell

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")
OLD = 240
# One warning more: Ada has no metric of her own.
LINE = f"{OLD + 1} more are in main as well, and not shown: {OLD} errors, 1 warning. To list them: orgtp validate"
AGENT = (
    "seat: {id}\nname: {id}\nrole: Desk\nkind: agent\nstatus: active\nowner: {owner}\nreports_to: ada\n"
    "since: 2026-10-05\nretire_when: Nobody writes for a month.\n"
    "metrics:\n  answered:\n    name: Mails answered in time\n"
    '    outcome: Clients do not wait\n    target: ">= 95%"\n    cadence: weekly\n'
)


@pytest.fixture
def begun(acme: Shell) -> Shell:
    """Acme with hundreds of errors on main, and a branch that is checked out."""
    for number in range(OLD):
        acme.write(f"seats/desk-{number}.yaml", AGENT.format(id=f"desk-{number}", owner="nobody"))
    acme.git("add", ".")
    acme.git("commit", "-qm", "All our agents")
    acme.git("checkout", "-qb", "change")
    return acme


def add_seat(shell: Shell, owner: str) -> None:
    shell.write("seats/new-desk.yaml", AGENT.format(id="new-desk", owner=owner))
    shell.git("add", ".")
    shell.git("commit", "-qm", "A new desk")


def count_listed(format_: str, out: str) -> int:
    """The number of problems that the output lists."""
    if format_ == "json":
        return len(json.loads(out)["problems"])
    if format_ == "gitlab":
        return len(json.loads(out))
    if format_ == "sarif":
        return len(json.loads(out)["runs"][0]["results"])
    if format_ == "junit":
        return sum(not case.is_passed for suite in JUnitXml.fromstring(out.encode()) for case in suite)
    if format_ == "github":
        return len(re.findall(r"(?m)^::", out))
    return len(re.findall(r"(?m)^\S+:\d+:\d+: ", out))


@pytest.mark.parametrize("format_", FORMATS)
def test_only_what_the_change_adds_is_shown_and_fails(begun: Shell, format_: str) -> None:
    add_seat(begun, "adda")
    ran = begun("validate", "--base", "main", "--format", format_, code=1)
    assert count_listed(format_, ran.out) == 1
    assert "seats/new-desk.yaml" in ran.out
    assert "seats/desk-" not in ran.out
    assert (LINE in ran.err) == (format_ != "json")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_change_that_adds_nothing_passes_the_same_day(begun: Shell, format_: str) -> None:
    add_seat(begun, "ada")
    ran = begun("validate", "--base", "main", "--format", format_, "--strict", code=0)
    assert count_listed(format_, ran.out) == 0
    verdict = f"no problems that this change adds, in {OLD + 3} seats\n{LINE}\n"
    assert ran.err == ("" if format_ == "json" else verdict)
    assert begun("validate", "--format", format_, code=1)


def test_the_line_about_the_rest_is_where_each_format_has_room_for_it(begun: Shell) -> None:
    def run(format_: str) -> str:
        return begun("validate", "--base", "main", "--format", format_).out

    assert json.loads(run("json"))["also_in_base"] == {"errors": OLD, "warnings": 1, "notices": 0}
    notes = json.loads(run("sarif"))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notes == [{"level": "note", "message": {"text": LINE}}]
    assert f"<system-out>{LINE}</system-out>" in run("junit")


def test_the_summary_of_github_has_the_line_as_well(begun: Shell) -> None:
    for number in range(20):
        begun.write(f"seats/more-{number}.yaml", AGENT.format(id=f"more-{number}", owner="nobody"))
    begun.git("add", ".")
    begun.git("commit", "-qm", "More desks")
    summary = begun.home / "summary.md"
    ran = begun("validate", "--base", "main", "--format", "github", code=1, GITHUB_STEP_SUMMARY=str(summary))
    assert count_listed("github", ran.out) == 10
    text = summary.read_text(encoding="utf-8")
    assert text.count("| error |") == 20
    assert f"{OLD + 1} more are in main as well" in text


def test_json_without_a_base_is_as_before(begun: Shell) -> None:
    data = begun("validate", "--json", code=1).json
    assert list(data) == ["orgtp", "kind", "org", "revision", "dirty", "problems_total", "problems", "summary"]
    assert len(data["problems"]) == OLD + 1


def test_what_was_there_before_is_told_with_the_moment_that_lists_it(begun: Shell) -> None:
    said = begun("validate", "--base", "main", "--at", "HEAD").err.splitlines()[-1]
    assert said == f"{LINE} --at HEAD"
    listing = said.partition("To list them: orgtp ")[2].split()
    assert f"{OLD} errors" in begun(*listing, code=1).err


def test_a_repeated_mistake_is_one_more(begun: Shell) -> None:
    """The new problem has the rule and the words of those that were there before."""
    add_seat(begun, "nobody")
    ran = begun("validate", "--base", "main", "--json", code=1).json
    assert [problem["path"] for problem in ran["problems"]] == ["seats/new-desk.yaml"]
    assert ran["also_in_base"]["errors"] == OLD


def test_a_change_elsewhere_that_breaks_what_was_right_is_found(begun: Shell) -> None:
    """The problems are in files that the change does not touch."""
    begun.write("seats/ada.yaml", begun.read("seats/ada.yaml").replace("status: active", "status: vacant"))
    rules = {row["rule"] for row in begun("validate", "--base", "main", "--json", code=1).json["problems"]}
    assert "owner-not-active" in rules


def test_a_mended_problem_is_counted_no_more(begun: Shell) -> None:
    begun.write("seats/desk-7.yaml", AGENT.format(id="desk-7", owner="ada"))
    ran = begun("validate", "--base", "main", "--json").json
    assert {row["rule"] for row in ran["problems"]} == {"owner-changed"}
    assert ran["also_in_base"]["errors"] == OLD - 1


def test_without_the_base_everything_counts(begun: Shell) -> None:
    """Nobody can tell what the change adds, so the gate does not pass."""
    ran = begun("validate", "--base", "0123456789", code=1)
    assert f"{OLD + 1} errors, 1 warning in " in ran.err
    assert "not shown" not in ran.err


def test_a_new_org_has_no_problems_of_a_base(begun: Shell) -> None:
    ran = begun("validate", "--base", "0" * 40, "--json", code=1).json
    assert len(ran["problems"]) >= OLD
    assert ran["also_in_base"] == {"errors": 0, "warnings": 0, "notices": 0}


@pytest.mark.parametrize("columns", ["60", "80", ""])
def test_hundreds_of_findings_fit_a_screen(begun: Shell, columns: str) -> None:
    env = {"COLUMNS": columns} if columns else {}
    lines = begun("validate", code=1, **env).out.splitlines()
    assert len(lines) < 30
    assert not columns or max(map(len, lines)) <= int(columns)
    assert f"and {OLD - 3} more of owner-unknown in {OLD - 3} files:" in " ".join(" ".join(lines).split())
    everything = begun("validate", "--full", code=1, **env).out
    assert len(re.findall(r"(?m)^seats/desk-\d+\.yaml:6:8:", everything)) == OLD


def test_a_hint_names_who_is_above_and_not_who_begins_with_a(begun: Shell) -> None:
    for number in range(12):
        begun.write(
            f"seats/aaron-{number}.yaml", f"seat: aaron-{number}\nname: A\nrole: R\nkind: human\nstatus: active\n"
        )
    hints = {row["hint"] for row in begun("validate", "--json", code=1).json["problems"] if "desk-9." in row["path"]}
    assert hints == {"Name a person, such as ada: orgtp seat own desk-9 --owner ada"}


def test_annotations_are_of_every_rule_before_more_of_one(begun: Shell) -> None:
    begun.write("seats/zoe.yaml", "seat: zoe\nname: Zoe\nrole: R\nkind: human\nstatus: gone\nreports_to: ada\n")
    ran = begun("validate", "--format", "github", code=1)
    titles = re.findall(r"(?m)^::error .*?title=([a-z-]+)::", ran.out)
    assert len(titles) == 10
    assert titles.count("owner-unknown") == 8
    assert {"bad-status", "no-metric"} <= {*titles}

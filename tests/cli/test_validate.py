"""`orgtp validate`: every problem in one run, each with its place and the way out."""

from __future__ import annotations

import json
import re

import pytest
from junitparser import JUnitXml

from tests.conftest import Shell

KEYS = ["rule", "severity", "path", "line", "column", "message", "hint"]
HEAD = re.compile(r"([^: ]+):([0-9]+):([0-9]+): ([a-z0-9-]+)(?: \((?:warning|notice)\))?: .+")
FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")
BROKEN = {
    "seats/bad-owner.yaml": "seat: bad-owner\nname: A\nrole: R\nkind: agent\nstatus: active\nowner: adda\n",
    "seats/by-bot.yaml": "seat: by-bot\nname: B\nrole: R\nkind: agent\nstatus: active\nowner: bot\n",
    "seats/nobody.yaml": "seat: nobody\nname: C\nrole: R\nkind: agent\nstatus: active\n",
    "seats/ring-a.yaml": "seat: ring-a\nname: D\nrole: R\nkind: human\nstatus: active\nreports_to: ring-b\n",
    "seats/ring-b.yaml": "seat: ring-b\nname: E\nrole: R\nkind: human\nstatus: active\nreports_to: ring-a\n",
    "seats/lost.yaml": "seat: lost\nname: F\nrole: R\nkind: human\nstatus: active\nreports_to: nowhere\n",
    "seats/misnamed.yaml": "seat: other\nname: G\nrole: R\nkind: human\nstatus: active\n",
    "seats/cap-a.yaml": "seat: cap-a\nname: H\nrole: R\nkind: human\nstatus: active\ncapabilities: {same: Does it.}\n",
    "seats/cap-b.yaml": "seat: cap-b\nname: I\nrole: R\nkind: human\nstatus: active\ncapabilities: {same: Too.}\n",
    "seats/gone.yaml": "seat: gone\nname: J\nrole: R\nkind: human\nstatus: retired\n",
    "seats/left.yaml": "seat: left\nname: K\nrole: R\nkind: agent\nstatus: active\nowner: gone\nreports_to: gone\n",
    "seats/typo.yaml": "seat: typo\nname: L\nrole: R\nkind: humn\nstatus: actve\nownr: ada\nowner: ada\n",
    "seats/target.yaml": (
        "seat: target\nname: M\nrole: R\nkind: human\nstatus: active\nmetrics:\n"
        "  m: {name: N, outcome: O, cadence: wekly, target: about ten}\n"
    ),
    "seats/twice.yaml": "seat: twice\nname: N\nname: O\nrole: R\nkind: human\nstatus: active\n",
    "seats/cut.yaml": "seat: cut\nname: 'N\nrole: R\n",
    "scores/bot/2026-11.jsonl": (
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"number","period":"2026-W46","value":"x"}\n'
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"nmber","period":"2026-W47","value":"1"}\n'
        '{"id":"b","at":"2026-11-20T13:00:02Z","metric":"number","period":"2026-11","value":"1"}\n'
        '{"id":"c","at":"2026-11-20T13:00:02Z","metric":"number","period":"2026-W47","value":null}\n'
        "not json\n"
    ),
}
RULES = {
    "owner-unknown",
    "owner-not-human",
    "owner-missing",
    "owner-retired",
    "reports-to-cycle",
    "reports-to-unknown",
    "reports-to-retired",
    "id-not-file-name",
    "capability-claimed-twice",
    "retired-without-record",
    "unknown-key",
    "bad-kind",
    "bad-status",
    "bad-cadence",
    "bad-target",
    "yaml-duplicate-key",
    "yaml-syntax",
    "score-wrong-value",
    "score-unknown-metric",
    "score-wrong-period",
    "score-blank-without-note",
    "score-duplicate-id",
    "score-malformed",
}


@pytest.fixture
def broken(acme: Shell) -> Shell:
    """Acme with nearly everything wrong at once."""
    for path, text in BROKEN.items():
        acme.write(path, text)
    return acme


def test_the_sample_is_in_order(sample: Shell) -> None:
    ran = sample("validate")
    assert (ran.out, ran.err) == ("", "no problems in 13 seats\n")


def heads(out: str) -> list[tuple[str, ...]]:
    """Of each finding in the text its path, line, column and rule."""
    return [match.groups() for match in map(HEAD.fullmatch, out.splitlines()) if match]


def test_every_problem_in_one_run(broken: Shell) -> None:
    ran = broken("validate", code=1)
    assert {rule for *_, rule in heads(ran.out)} >= RULES
    verdict, more = ran.err.splitlines()
    assert re.fullmatch(r"[0-9]+ errors(, [0-9]+ warnings?)? in [0-9]+ seats", verdict)
    problems = broken("validate", "--json", code=1).json["problems"]
    first, second, third, *_ = dict.fromkeys(each["rule"] for each in problems if each["severity"] == "error")
    assert more == f"what a rule means: orgtp rule {first} (also: {second}, {third})"


def test_each_problem_has_a_remedy(broken: Shell) -> None:
    for problem in broken("validate", "--json", code=1).json["problems"]:
        assert len(problem["hint"]) > 8, problem


def test_json_is_as_the_design_has_it(broken: Shell) -> None:
    ran = broken("validate", "--json", code=1)
    assert ran.err == ""
    data = ran.json
    assert list(data) == ["orgtp", "kind", "org", "revision", "dirty", "problems_total", "problems", "summary"]
    assert (data["orgtp"], data["kind"], data["org"], data["dirty"]) == (1, "validate", "acme", True)
    assert data["revision"] == broken.head()
    assert all(list(problem) == KEYS for problem in data["problems"])
    assert {problem["severity"] for problem in data["problems"]} <= {"error", "warning", "notice"}
    assert list(data["summary"]) == ["errors", "warnings", "notices", "seats"]
    errors = [problem for problem in data["problems"] if problem["severity"] == "error"]
    assert data["summary"]["errors"] == len(errors)


def test_format_json_is_json(broken: Shell) -> None:
    assert broken("validate", "--format", "json", code=1).out == broken("validate", "--json", code=1).out


def test_text_and_json_tell_the_same_in_order_of_place(broken: Shell) -> None:
    problems = broken("validate", "--json", code=1).json["problems"]
    places = [(problem["path"], problem["line"], problem["column"]) for problem in problems]
    assert places == sorted(places)
    told = heads(broken("validate", "--full", code=1).out)
    assert [(path, int(line), int(column)) for path, line, column, _ in told] == places


def test_a_place_is_exact(acme: Shell) -> None:
    acme.git("rm", "-q", "seats/ada.yaml")
    acme.write("seats/ada.yaml", "seat: ada\nname: Ada\n\nrole: R\nkind: human\nstatus: active\nowner:   adda # ?\n")
    assert (
        'seats/ada.yaml:7:10: owner-unknown: owner "adda" is not a seat\n'
        "  7 | owner:   adda # ?\n"
        "    |          ^^^^\n"
        '  Did you mean "ada"?\n'
    ) in acme("validate", code=1).out


def test_a_file_of_copies_is_told_in_short_and_all_are_counted(acme: Shell) -> None:
    row = '{{"id":"n{n}","at":"2026-11-20T13:00:02Z","metric":"number","period":"2026-W46","value":"{n}"}}\n'
    rows = "".join(row.format(n=n) for n in range(1, 32))
    acme.write("scores/bot/2026-11.jsonl", rows)
    before = acme("validate", "--json", code=None).json
    acme.write("scores/bot/2026-11.jsonl", rows * 2)
    ran, after = acme("validate", code=1), acme("validate", "--json", code=1).json
    copies = [problem for problem in after["problems"] if problem["rule"] == "score-duplicate-id"]
    assert len(copies) == after["summary"]["errors"] - before["summary"]["errors"] == 31
    assert ran.out.count(": score-duplicate-id: ") == 3
    assert "  and 28 more of score-duplicate-id in scores/bot/2026-11.jsonl: lines 35–62\n" in ran.out
    assert ran.out.count(copies[0]["hint"]) == 1
    assert ran.err.startswith(f"{after['summary']['errors']} errors")


def test_warnings_alone_are_fine_unless_strict(acme: Shell) -> None:
    acme.write("scores/notes.txt", "x\n")
    ran = acme("validate")
    assert "scores/notes.txt:1:1: unknown-file (warning): " in ran.out
    assert " warning" in ran.err
    assert "error" not in ran.err
    assert acme("validate", "--strict", code=1).out == ran.out
    assert acme("validate", "--json", "--strict", code=1).json["summary"]["warnings"] >= 1


def test_at_a_revision(broken: Shell) -> None:
    data = broken("validate", "--at", "HEAD", "--json").json
    assert (data["summary"]["errors"], data["dirty"]) == (0, False)
    broken.git("add", ".")
    broken.git("commit", "-qm", "Broken")
    assert "seats/typo.yaml" not in broken("validate", "--at", "HEAD~1").out
    assert "seats/typo.yaml" in broken("validate", "--at", "HEAD", code=1).out


def test_a_plain_folder_without_git(shell: Shell) -> None:
    shell.write("plain/org.yaml", "org: plain\ntimezone: UTC\n")
    metric = "  booked: {name: Booked, outcome: Calls that become clients, target: '>= 5', cadence: weekly}\n"
    seat = "seat: ada\nname: Ada\nrole: R\nkind: human\nstatus: active\n"
    shell.write("plain/seats/ada.yaml", f"{seat}metrics:\n{metric}")
    data = shell("validate", "--org", "plain", "--json").json
    assert (data["revision"], data["dirty"], data["summary"]["seats"]) == (None, False, 1)
    assert shell("chart", "--org", "plain").out.startswith("plain  1 seat\n")
    ran = shell("chart", "--org", "plain", "--at", "HEAD", code=2)
    assert "git -C" in ran.err


def test_a_file_that_cannot_be_read_leaves_the_rest(broken: Shell) -> None:
    ran = broken("chart", "--json", code=1)
    seats = {seat["seat"] for seat in ran.json["seats"]}
    assert {"ada", "bot", "lost", "ring-a", "target"} <= seats
    assert not {"twice", "cut"} & seats
    assert "See: orgtp validate" in ran.err


def test_nobody_is_blamed_for_a_file_that_cannot_be_read(acme: Shell) -> None:
    """A seat that reports to one whose file is broken is in order; the broken file is the one problem."""
    acme.write("seats/ada.yaml", "seat: ada\nname: 'Ada\n")
    problems = acme("validate", "--json", code=1).json["problems"]
    assert {problem["path"] for problem in problems if problem["severity"] == "error"} == {"seats/ada.yaml"}


def test_bytes_that_are_no_text(acme: Shell) -> None:
    (acme.folder / "seats/raw.yaml").write_bytes(b"seat: raw\nname: \xff\xfe\n")
    (acme.folder / "scores/bot").mkdir(parents=True)
    (acme.folder / "scores/bot/2026-11.jsonl").write_bytes(b"\xff\xfe\n")
    problems = acme("validate", "--json", code=1).json["problems"]
    rules = {problem["rule"] for problem in problems if problem["severity"] == "error"}
    assert rules == {"yaml-not-utf8", "score-malformed"}


def test_links_and_folders_where_files_belong(acme: Shell) -> None:
    (acme.folder / "seats/link.yaml").symlink_to("/etc/passwd")
    (acme.folder / "seats/dir.yaml").mkdir()
    problems = acme("validate", "--json", code=1).json["problems"]
    assert ("not-a-file", "seats/link.yaml") in {(problem["rule"], problem["path"]) for problem in problems}
    assert "root:" not in str(problems)


def told(format_: str, out: str) -> list[tuple[str, str]]:
    """The rule and the path of every problem, out of any format."""
    if format_ == "text":
        return [(rule, path) for path, _, _, rule in heads(out)]
    if format_ == "github":
        found = re.findall(r"^::\w+ file=(.*?),line=\d+,col=\d+,title=(.*?)::", out, re.M)
        found += re.findall(r"^- \w+: ([^:]+):\d+:\d+: ([a-z0-9-]+): ", out, re.M)
        return [(rule, path) for path, rule in found]
    if format_ == "junit":
        suites = JUnitXml.fromstring(out.encode())
        return [(case.name.split(":")[0], suite.name) for suite in suites for case in suite]
    data = json.loads(out)
    if format_ == "json":
        return [(problem["rule"], problem["path"]) for problem in data["problems"]]
    if format_ == "gitlab":
        return [(entry["check_name"], entry["location"]["path"]) for entry in data]
    places = [(result["ruleId"], result["locations"][0]["physicalLocation"]) for result in data["runs"][0]["results"]]
    return [(rule, place["artifactLocation"]["uri"]) for rule, place in places]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_tells_every_problem(broken: Shell, format_: str) -> None:
    expected = told("json", broken("validate", "--json", code=1).out)
    ran = broken("validate", "--format", format_, "--full", code=1)
    assert sorted(told(format_, ran.out)) == sorted(expected)
    assert len(expected) > 30
    assert ("errors" in ran.err) == (format_ != "json")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_there_when_nothing_is_wrong(sample: Shell, format_: str) -> None:
    ran = sample("validate", "--format", format_)
    empty = {"text": [], "github": [], "junit": [("no problems", "orgtp validate")]}
    assert told(format_, ran.out) == empty.get(format_, [])
    assert ran.err == ("" if format_ == "json" else "no problems in 13 seats\n")


@pytest.mark.parametrize("format_", FORMATS)
def test_strict_is_about_the_exit_code_in_every_format(acme: Shell, format_: str) -> None:
    acme.write("scores/notes.txt", "x\n")
    usual, strict = acme("validate", "--format", format_), acme("validate", "--format", format_, "--strict", code=1)
    assert (usual.out == strict.out) == (format_ != "junit")
    if format_ == "junit":
        assert ("<skipped>" in usual.out, "<skipped>" in strict.out) == (True, False)


@pytest.mark.parametrize(
    ("env", "same"),
    [
        ({}, "text"),
        ({"GITHUB_ACTIONS": "true"}, "github"),
        ({"GITHUB_ACTIONS": "false"}, "text"),
        ({"GITLAB_CI": "true"}, "gitlab"),
        ({"GITLAB_CI": ""}, "text"),
    ],
)
def test_auto_knows_where_it_runs(broken: Shell, env: dict[str, str], same: str) -> None:
    expected = broken("validate", "--format", same, code=1).out
    assert broken("validate", "--format", "auto", code=1, **env).out == expected
    assert broken("validate", code=1, **env).out == broken("validate", "--format", "text", code=1).out


def test_what_github_has_no_room_for_is_in_the_step_summary(broken: Shell) -> None:
    broken.write("../summary.md", "# Mine\n")
    summary = str(broken.folder / "../summary.md")
    ran = broken("validate", "--format", "github", code=1, GITHUB_STEP_SUMMARY=summary)
    assert ran.out.count("::error ") == 10
    assert "\n- " not in ran.out
    text = broken.read("../summary.md")
    assert text.startswith("# Mine\n\n### orgtp validate: ")
    problems = broken("validate", "--json", code=1).json["problems"]
    assert text.count("\n| error | ") == sum(problem["severity"] == "error" for problem in problems)


def test_a_few_problems_leave_the_step_summary_alone(acme: Shell) -> None:
    acme.write("seats/bad.yaml", BROKEN["seats/typo.yaml"])
    acme("validate", "--format", "github", code=1, GITHUB_STEP_SUMMARY=str(acme.folder / "s.md"))
    assert not (acme.folder / "s.md").exists()


def test_a_summary_that_cannot_be_written_goes_to_the_log(broken: Shell) -> None:
    ran = broken("validate", "--format", "github", code=1, GITHUB_STEP_SUMMARY=str(broken.folder))
    assert "cannot write the step summary" in ran.err
    assert ran.out == broken("validate", "--format", "github", code=1).out
    (broken.folder / "full.md").write_bytes(b"x" * (1024 * 1024))
    full = broken("validate", "--format", "github", code=1, GITHUB_STEP_SUMMARY=str(broken.folder / "full.md"))
    assert full.out == ran.out
    assert (broken.folder / "full.md").stat().st_size == 1024 * 1024


def test_a_narrow_terminal_and_a_pipe(broken: Shell) -> None:
    narrow = broken("validate", code=1, COLUMNS="40").out
    wide = [line for line in narrow.splitlines() if len(line) > 40]
    assert wide == []
    assert "\x1b" not in narrow
    assert len(narrow.splitlines()) > len(broken("validate", code=1).out.splitlines())


def test_a_path_with_everything_in_it(acme: Shell) -> None:
    acme.write("scores/README.md", "")
    (acme.folder / b"scores/a\n::error::x,%0A \x1b[31m\xff.txt".decode(errors="surrogateescape")).write_text("x")
    for format_ in FORMATS:
        ran = acme("validate", "--format", format_)
        assert "\x1b" not in ran.out + ran.err
        assert "\n::error::x" not in ran.out
        assert "unknown-file" in ran.out


def test_an_unknown_format_is_refused(acme: Shell) -> None:
    assert "'junit'" in acme("validate", "--format", "xml", code=2).err

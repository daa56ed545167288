"""`orgtp validate`: every problem in one run, each with its place and the way out."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Shell

KEYS = ["rule", "severity", "path", "line", "column", "message", "hint"]
PLACE = re.compile(r"[^:]+:[0-9]+:[0-9]+: .+ \[[a-z0-9-]+\]")
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


def test_every_problem_in_one_run(broken: Shell) -> None:
    ran = broken("validate", code=1)
    lines = ran.out.splitlines()
    assert [line for line in lines if not PLACE.fullmatch(line)] == []
    found = {line.rpartition("[")[2].rstrip("]") for line in lines}
    assert found >= RULES
    assert re.fullmatch(r"[0-9]+ errors in [0-9]+ seats\n", ran.err)


def test_each_problem_has_a_remedy(broken: Shell) -> None:
    for problem in broken("validate", "--json", code=1).json["problems"]:
        assert len(problem["hint"]) > 8, problem


def test_json_is_as_the_design_has_it(broken: Shell) -> None:
    ran = broken("validate", "--json", code=1)
    assert ran.err == ""
    data = ran.json
    assert list(data) == ["orgtp", "kind", "org", "revision", "dirty", "problems", "summary"]
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
    lines = broken("validate", code=1).out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:{line}:{column}" for path, line, column in places]


def test_a_place_is_exact(acme: Shell) -> None:
    acme.git("rm", "-q", "seats/ada.yaml")
    acme.write("seats/ada.yaml", "seat: ada\nname: Ada\n\nrole: R\nkind: human\nstatus: active\nowner:   adda # ?\n")
    (line,) = acme("validate", code=1).out.splitlines()
    assert line == 'seats/ada.yaml:7:10: owner "adda" is not a seat. Did you mean "ada"? [owner-unknown]'


def test_warnings_alone_are_fine_unless_strict(acme: Shell) -> None:
    acme.write("seats/old.yml", "seat: old\n")
    ran = acme("validate")
    assert "warning: " in ran.out
    assert "seats/old.yaml" in ran.out
    assert ran.err == "1 warning in 2 seats\n"
    assert acme("validate", "--strict", code=1).out == ran.out
    assert acme("validate", "--json", "--strict", code=1).json["summary"]["warnings"] == 1


def test_at_a_revision(broken: Shell) -> None:
    data = broken("validate", "--at", "HEAD", "--json").json
    assert (data["problems"], data["dirty"]) == ([], False)
    broken.git("add", ".")
    broken.git("commit", "-qm", "Broken")
    assert broken("validate", "--at", "HEAD~1").out == ""
    assert broken("validate", "--at", "HEAD", code=1).out


def test_a_plain_folder_without_git(shell: Shell) -> None:
    shell.write("plain/org.yaml", "org: plain\ntimezone: UTC\n")
    shell.write("plain/seats/ada.yaml", "seat: ada\nname: Ada\nrole: R\nkind: human\nstatus: active\n")
    data = shell("validate", "--org", "plain", "--json").json
    assert (data["revision"], data["dirty"], data["summary"]["seats"]) == (None, False, 1)
    assert shell("chart", "--org", "plain").out.startswith("plain  1 seat\n")
    ran = shell("chart", "--org", "plain", "--at", "HEAD", code=2)
    assert "git -C" in ran.err


def test_a_file_that_cannot_be_read_leaves_the_rest(broken: Shell) -> None:
    ran = broken("chart", "--json")
    seats = {seat["seat"] for seat in ran.json["seats"]}
    assert {"ada", "bot", "lost", "ring-a", "target"} <= seats
    assert not {"twice", "cut"} & seats
    assert "See: orgtp validate" in ran.err


def test_nobody_is_blamed_for_a_file_that_cannot_be_read(acme: Shell) -> None:
    """A seat that reports to one whose file is broken is in order; the broken file is the one problem."""
    acme.write("seats/ada.yaml", "seat: ada\nname: 'Ada\n")
    problems = acme("validate", "--json", code=1).json["problems"]
    assert {problem["path"] for problem in problems} == {"seats/ada.yaml"}


def test_bytes_that_are_no_text(acme: Shell) -> None:
    (acme.folder / "seats/raw.yaml").write_bytes(b"seat: raw\nname: \xff\xfe\n")
    (acme.folder / "scores/bot").mkdir(parents=True)
    (acme.folder / "scores/bot/2026-11.jsonl").write_bytes(b"\xff\xfe\n")
    rules = {problem["rule"] for problem in acme("validate", "--json", code=1).json["problems"]}
    assert rules == {"yaml-not-utf8", "score-malformed"}


def test_links_and_folders_where_files_belong(acme: Shell) -> None:
    (acme.folder / "seats/link.yaml").symlink_to("/etc/passwd")
    (acme.folder / "seats/dir.yaml").mkdir()
    problems = acme("validate", "--json", code=1).json["problems"]
    assert ("not-a-file", "seats/link.yaml") in {(problem["rule"], problem["path"]) for problem in problems}
    assert "root:" not in str(problems)

"""`orgtp audit export`: what is in the zip, and that an auditor can check it with git and ssh-keygen alone."""

from __future__ import annotations

import zipfile

import pytest

from tests.audit.export.handed import export, unpacked
from tests.audit.keys import sign_with, signers
from tests.conftest import Shell

FILES = ["README.txt", "checkpoint.txt", "ledger.bundle", "report.html", "report.json"]
SILENT = ("--numstat", "while read", "--diff-filter=D")


def test_the_zip_holds_what_it_should(org: Shell) -> None:
    handed = export(org)
    assert sorted(path.name for path in handed.shell.folder.iterdir()) == FILES
    taken = org("audit", "checkpoint", "--key", str(org.home / "key")).out
    assert handed.shell.read("checkpoint.txt") == taken
    with zipfile.ZipFile(handed.shell.folder.with_suffix(".zip")) as archive:
        assert archive.namelist() == FILES
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 20, 23, 0, 0)}


def test_what_is_said(org: Shell) -> None:
    done = org("audit", "export", "../a.zip", "--key", str(org.home / "key"))
    assert done.out.startswith("✓ intact: main up to ")
    assert "The checkpoint is signed with SHA256:" in done.out
    assert "README.txt" in done.out
    plain = org("audit", "export", "../b.zip", "--unsigned", "--json").json
    assert (plain["kind"], plain["verdict"], plain["file"]) == ("audit-export", "intact", "../b.zip")
    assert {key: plain[key] for key in plain if key != "file"} == {**unpacked(org.folder / "../b.zip", org).report}


def test_every_command_of_the_readme_runs(org: Shell) -> None:
    handed = export(org)
    said = {command: handed.run(command) for command in handed.commands}
    assert len(said) >= 8
    told = "\n".join(said.values())
    for words in ("complete history", "the count agrees", "the head agrees", "Good", "✓ intact"):
        assert words in told
    for part in SILENT:
        assert [out for command, out in said.items() if part in command] == [""], part


@pytest.mark.parametrize("how", ["signed", "unlisted", "unsigned"])
def test_the_readme_of_every_kind_of_checkpoint(org: Shell, how: str) -> None:
    if how == "signed":
        sign_with(org, org.home / "key")
        org.write("policy/allowed_signers", signers(ada=org.home / "key"))
        org.git("add", ".")
        org.git("commit", "-qm", "Who may sign")
        org("score", "add", "bot", "number", "12")
    handed = export(org, *(["--unsigned"] if how == "unsigned" else []))
    for command in handed.commands:
        handed.run(command)
    assert (handed.shell.folder / "allowed_signers").exists() is (how == "signed")
    assert ("-Y verify" in handed.readme, "check-novalidate" in handed.readme) == (how == "signed", how != "unsigned")
    checkpoint = handed.report["checkpoint"]
    assert (checkpoint["seat"], checkpoint["signers"]) == (("ada", True) if how == "signed" else (None, False))
    if how == "signed":
        assert "G ada" in handed.said("%G?")
        assert 'Good "orgtp-checkpoint" signature for ada' in handed.said("-Y verify")
    if how == "unsigned":
        assert handed.shell.read("checkpoint.txt").count("\n") == 3
        assert all("nothing outside" in text for text in (handed.readme, handed.html))


def test_the_report_has_every_seat_retirement_and_correction(org: Shell) -> None:
    report = export(org).report
    assert [seat["seat"] for seat in report["seats"]] == ["ada", "bot", "old"]
    old = report["seats"][2]
    assert (old["status"], old["retired_on"], old["owner_name"]) == ("retired", "2026-11-20", "Ada")
    (retired,) = report["retirements"]
    assert (retired["seat"], retired["decided_by"], retired["reason"]) == ("old", "ada", "Nobody sends letters.")
    assert retired["capabilities"][0]["what"] == "mail"
    assert retired["capabilities"][0]["heir_name"] == "Bot"
    assert retired["commit"] == org.head()
    (correction,) = report["corrections"]
    assert (correction["before"], correction["after"], correction["by"]) == ("11", "13", "ada")
    assert (correction["note"], correction["commit"]) == ("two were missed", org.git("rev-parse", "HEAD~2").out.strip())
    assert report["values"] == {"recorded": 3, "unavailable": 1, "corrections": 1}
    assert report["history"]["commits"] == int(org.git("rev-list", "--count", "main").out)
    assert (report["history"]["signed"], report["history"]["unsigned"]) == (0, report["history"]["commits"])
    assert {one["label"] for one in report["guarantees"]} == {"enforced", "advisory"}


def test_targets_are_dated_and_endings_told(sample: Shell) -> None:
    handed = export(sample)
    dash = next(seat for seat in handed.report["seats"] if seat["seat"] == "dash")
    targets = dash["metrics"][0]["targets"]
    assert [one["target"] for one in targets] == [">= 90%", ">= 95%"]
    assert all(one["since"] for one in targets)
    (echo,) = handed.report["retirements"]
    assert echo["metrics"][0]["ended"] == "with the seat; nobody took it over"
    assert (echo["metrics"][0]["last"], echo["metrics"][0]["on_target"], echo["metrics"][0]["known"]) == ("40", 2, 7)
    assert "40% in 2026-W41; 2 of 7 periods on target" in handed.html


def test_the_ledger_is_meant_and_not_the_work_tree(org: Shell) -> None:
    org.write("seats/bot.yaml", org.read("seats/bot.yaml").replace("name: Bot\n", "name: Changed\n"))
    org.git("checkout", "-qb", "other")
    org.write("seats/more.yaml", "seat: more\nname: More\nrole: R\nkind: human\nstatus: active\n")
    org.git("add", ".")
    org.git("commit", "-qm", "Elsewhere")
    handed = export(org).opened()
    assert [seat["name"] for seat in handed.report["seats"]] == ["Ada", "Bot", "Old"]
    assert handed.report["revision"] == org.git("rev-parse", "main").out.strip()
    assert handed.shell.git("-C", "ledger", "symbolic-ref", "HEAD").out == "refs/heads/main\n"
    assert (
        handed.shell.git("-C", "ledger", "branch", "--all", "--format=%(refname)").out.split("\n")[0].endswith("main")
    )


def test_an_odd_branch(org: Shell) -> None:
    name = "le'dger/$(x)-ä"
    org.git("branch", "-m", name)
    org.write("org.yaml", org.read("org.yaml").replace("branch: main", f'branch: "{name}"'))
    org.git("commit", "-qam", "Another branch")
    handed = export(org)
    for command in handed.commands:
        handed.run(command)
    assert handed.shell.git("-C", "ledger", "symbolic-ref", "HEAD").out == f"refs/heads/{name}\n"


def test_a_merge_is_no_violation_to_the_readme(org: Shell) -> None:
    org.git("checkout", "-qb", "side")
    org.write("seats/ada.yaml", org.read("seats/ada.yaml") + "mission: Leads.\n")
    org.git("commit", "-qam", "A mission")
    org.git("checkout", "-q", "main")
    org("score", "add", "bot", "number", "12")
    org.git("merge", "-q", "--no-ff", "-m", "Merged", "side")
    handed = export(org).opened()
    assert [handed.said(part) for part in SILENT] == ["", "", ""]
    assert handed.report["history"]["merges"] == 1


def test_a_violated_ledger_is_handed_over_as_such(org: Shell) -> None:
    path = "scores/bot/2026-11.jsonl"
    org.write(path, org.read(path).replace('"11"', '"14"'))
    org.git("commit", "-qam", "Tidy")
    org.git("rm", "-q", "retirements/old.yaml")
    org.git("commit", "-qm", "Less")
    handed = export(org, code=1).opened()
    assert handed.report["verdict"] == "violated"
    places = [(one["rule"], one["path"], one["line"]) for one in handed.report["violations"]]
    assert places == [("score-rewritten", path, 1), ("retirement-changed", "retirements/old.yaml", 1)]
    assert "Violated" in handed.html
    assert path in handed.said("--numstat")
    assert path in handed.said("while read")
    assert "retirements/old.yaml" in handed.said("--diff-filter=D")
    (ours,) = [block for block in handed.commands if "orgtp" in block and "verify" in block]
    assert "✗ violated" in handed.run(ours.splitlines()[0], code=1)
    assert "exit code 1" in handed.readme.replace("\n", " ")


def test_a_line_put_in_between_is_seen_with_git_alone(org: Shell) -> None:
    path = "scores/bot/2026-11.jsonl"
    first, *rest = org.read(path).splitlines(keepends=True)
    org.write(path, "".join([first, first.replace('"id":"', '"id":"x'), *rest]))
    org.git("commit", "-qam", "One more")
    handed = export(org, code=1).opened()
    assert handed.said("--numstat") == ""
    assert f"M {path}" in handed.said("while read")


def test_violations_are_in_the_order_of_the_history_however_they_were_found(org: Shell) -> None:
    org.git("checkout", "-qb", "side")
    org.git("rm", "-q", "retirements/old.yaml")
    org.git("commit", "-qm", "Less")
    org.git("checkout", "-q", "main")
    path = "scores/bot/2026-11.jsonl"
    org.write(path, org.read(path).replace('"11"', '"14"'))
    org.git("commit", "-qam", "Tidy")
    org("audit", "verify", code=1)
    org.git("merge", "-q", "-m", "Merged", "side")
    bits = [export(org, *words, code=1, name=f"n{n}").report for n, words in enumerate(((), ("--full",)))]
    assert bits[0] == bits[1]
    assert len(bits[0]["violations"]) >= 2


def test_what_cannot_be_read_is_said(org: Shell) -> None:
    org.write("seats/bot.yaml", "seat: [\n")
    org.git("commit", "-qam", "Broken")
    handed = export(org, code=1)
    assert handed.report["unreadable"] == ["seats/bot.yaml"]
    assert "seats/bot.yaml" in handed.html


def test_the_commit_of_a_correction_that_was_merged(org: Shell) -> None:
    """Both sides added a line, so the one of the side stands further down than where its commit put it."""
    org.git("checkout", "-qb", "side")
    org("--org", ".", "score", "add", "bot", "percent", "96", "--by", "ada")
    org.git("checkout", "-q", "side")
    path = "scores/bot/2026-11.jsonl"
    line = (
        '{"id":"by-hand","at":"2026-11-20T23:00:01Z","metric":"number","period":"2026-W46","value":"17","by":"ada"}\n'
    )
    org.write(path, org.git("show", f"side:{path}").out + line)
    org.git("commit", "-qam", "A correction by hand")
    brought = org.head()
    org.git("checkout", "-q", "main")
    org.git("merge", "-q", "-m", "Merged", "side")
    report = export(org).report
    assert [(one["before"], one["after"]) for one in report["corrections"]] == [("11", "13"), ("13", "17")]
    assert report["corrections"][1]["commit"] == brought


def test_a_withdrawn_value_is_told_as_one(org: Shell) -> None:
    row = next(line for line in org("score", "list", "bot", "--json").json["scores"] if line["counts"])
    words = (
        "score",
        "withdraw",
        "bot",
        row["metric"],
        "--for",
        row["period"],
        "--reason",
        "counted twice",
        "--by",
        "ada",
    )
    org(*words)
    handed = export(org)
    (withdrawn,) = [one for one in handed.report["corrections"] if one["withdrawn"]]
    assert (withdrawn["before"], withdrawn["after"], withdrawn["withdrawn"], withdrawn["note"]) == (
        row["value"], None, True, "counted twice",
    )  # fmt: skip
    assert "withdrawn" in handed.html

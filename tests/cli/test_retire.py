"""`orgtp retire`: the plan, one commit with everything in it, and the record that stays."""

from __future__ import annotations

import shlex

from tests.cli.changes import body, nothing_written, refused, subject, touched, trailers
from tests.conftest import Shell

WHY = ("--reason", "Others do it better.")
GOOD = ("retire", "jeff", "--to", "dash,crystal", *WHY, "--by", "david")
REVIEW = """\
worked: Spend stayed within plan for half a year.
failed: |
  Nobody read the alerts.
  They came too late.
lesson: Put checks where the work is.
rehire: never
"""


def test_one_commit_with_everything(sample: Shell) -> None:
    before = sample.head()
    ran = sample(*GOOD)
    assert sample.git("rev-list", "--count", f"{before}..HEAD").out == "1\n"
    assert ran.out.endswith(f"{sample.head()[:10]} retire(jeff): to dash, crystal\n")
    assert touched(sample) == {
        "retirements/jeff.yaml": "31/0",
        "seats/crystal.yaml": "1/0",
        "seats/dash.yaml": "1/0",
        "seats/jeff.yaml": "1/1",
        "seats/sift.yaml": "1/1",
    }
    assert trailers(sample) == [
        "Orgtp-Action: retire",
        *(f"Orgtp-Seat: {seat}" for seat in ("jeff", "dash", "crystal", "sift")),
        "Orgtp-By: david",
        "Orgtp-Approved-By: david",
    ]
    assert "Others do it better." in body(sample)
    assert sample.git("status", "--porcelain").out == ""
    assert sample("validate", "--json").json["problems"] == []


def test_the_plan_comes_first(sample: Shell) -> None:
    out = sample(*GOOD).out
    plan, _, rest = out.partition("retire(jeff)")
    assert rest
    for part in ("ad-pacing-monitoring", "→ Dash", "project-reconciliation", "→ Crystal", "pacing-on-plan"):
        assert part in plan
    assert "Sift" in plan
    assert "→ Radar" in plan


def test_the_record(sample: Shell) -> None:
    (sample.folder.parent / "review.yaml").write_text(REVIEW, encoding="utf-8")
    sample(*GOOD, "--review", "../review.yaml")
    assert (
        sample.read("retirements/jeff.yaml")
        == """\
# yaml-language-server: $schema=../.orgtp/schema/retirement.schema.json
seat: jeff
name: Jeff
role: Data integrity
kind: agent
owner: bogdan
reports_to: radar
since: 2025-05-12
mission: Sees that what we spend, what we do and what we invoice agree.
retired_on: 2026-11-20
reason: Others do it better.
decided_by: david
review:
  worked: Spend stayed within plan for half a year.
  failed: "Nobody read the alerts.\\nThey came too late.\\n"
  lesson: Put checks where the work is.
  rehire: never
capabilities:
  ad-pacing-monitoring: dash
  project-reconciliation: crystal
metrics:
  pacing-on-plan: {ended: with the seat; nobody took it over}
  invoices-reconciled: {ended: with the seat; nobody took it over}
reports:
  sift: radar
results:
  pacing-on-plan:
    last: "73.3"
    period: 2026-11-20
    on_target: 7
    known: 12
  invoices-reconciled:
    last: "82.1"
    period: 2026-W47
    on_target: 7
    known: 13
"""
    )
    assert sample("validate", "--json").json["problems"] == []


def test_after_it(sample: Shell) -> None:
    sample(*GOOD)
    assert "Jeff" not in sample("chart").out
    gone = {seat["seat"]: seat for seat in sample("chart", "--all", "--json").json["seats"]}
    assert (gone["jeff"]["status"], gone["sift"]["reports_to"], gone["radar"]["span"]) == ("retired", "radar", 4)
    assert "ad-pacing-monitoring" in gone["dash"]["capabilities"]
    assert gone["crystal"]["capabilities"]["project-reconciliation"].startswith("Compares the hours")
    page = sample("seat", "show", "jeff").out
    for part in ("retired 2026-11-20", "Others do it better.", "ad-pacing-monitoring to dash"):
        assert part in page
    assert sample("score", "list", "jeff", "--json").json["scores"]
    assert sample("log", "jeff", "--json").json["commits"][0]["approved_by"] == "david"


def test_json(sample: Shell) -> None:
    ran = sample(*GOOD, "--json")
    assert (ran.json["commit"], ran.json["outbox"], len(ran.json["paths"])) == (sample.head(), False, 5)
    assert ran.json["plan"]["capabilities"] == {"ad-pacing-monitoring": "dash", "project-reconciliation": "crystal"}
    assert ran.json["plan"]["reports"] == {"sift": "radar"}


def test_dry_run(sample: Shell) -> None:
    with refused(sample):
        ran = sample(*GOOD, "--dry-run")
        assert "+status: retired" in ran.out
        assert "Orgtp-Approved-By: david" in ran.err


def test_move_decides(sample: Shell) -> None:
    moves = ("--move", "ad-pacing-monitoring=crystal", "--move", "pacing-on-plan=crystal")
    sample("retire", "jeff", "--to", "dash", *moves, *WHY, "--by", "david")
    seats = {seat["seat"]: seat for seat in sample("chart", "--json").json["seats"]}
    assert "ad-pacing-monitoring" in seats["crystal"]["capabilities"]
    assert "project-reconciliation" in seats["dash"]["capabilities"]
    metric = seats["crystal"]["metrics"][-1]
    assert (metric["metric"], metric["target"], metric["cadence"]) == ("pacing-on-plan", ">= 90%", "weekdays")
    assert "pacing-on-plan: {to: crystal}" in sample.read("retirements/jeff.yaml")
    assert sample("validate", "--json").json["problems"] == []


def test_the_printed_command_works(sample: Shell) -> None:
    """Without a terminal an open capability is an error, and what it prints can be run as it stands."""
    with refused(sample):
        err = sample("retire", "jeff", "--by", "bogdan", "--reason", "It's David's wish", code=2).err
    assert "ad-pacing-monitoring and project-reconciliation" in err
    command = shlex.split(err.splitlines()[-1])
    assert command[:3] == ["orgtp", "retire", "jeff"]
    assert command[-2:] == ["--reason", "It's David's wish"]
    sample(*command[1:])
    assert sample("validate", "--json").json["problems"] == []


def test_the_printed_command_keeps_what_was_said(sample: Shell) -> None:
    (sample.folder.parent / "r w.yaml").write_text(REVIEW, encoding="utf-8")
    more = ("--review", "../r w.yaml", "--by", "david")
    move = ("--move", "pacing-on-plan=dash")
    err = sample("retire", "jeff", "--to", "dash", *move, *WHY, *more, code=2).err
    command = shlex.split(err.splitlines()[-1])
    sample(*command[1:])
    record = sample.read("retirements/jeff.yaml")
    assert "rehire: never" in record
    assert "pacing-on-plan: {to: dash}" in record
    assert "Orgtp-By: david" in trailers(sample)


def test_owner_to(sample: Shell) -> None:
    words = ("retire", "kristen", *WHY, "--by", "david")
    with nothing_written(sample):
        err = sample(*words, code=2).err
        assert "kristen owns pixel" in err
        assert "--owner-to" in err
        for unfit in ("kristen", "dash", "echo"):
            assert unfit in sample(*words, "--owner-to", unfit, code=2).err
        assert 'Did you mean "janine"?' in sample(*words, "--owner-to", "janin", code=2).err
    sample(*words, "--owner-to", "janine")
    pixel = sample("seat", "show", "pixel", "--json").json["seat"]
    assert (pixel["owner"], pixel["reports_to"]) == ("janine", "david")
    assert sample("validate", "--json").json["problems"] == []


def test_a_scorekeeper_is_taken_off_the_list(sample: Shell) -> None:
    ran = sample("retire", "tally", "--to", "radar", *WHY, "--by", "david")
    assert "policy.scorekeepers" in ran.out
    assert "scorekeepers: []" in sample.read("org.yaml")
    assert touched(sample)["org.yaml"] == "1/1"
    assert "# may record a value for any seat" in sample.read("org.yaml")
    assert sample("validate", "--json").json["problems"] == []


def test_a_review_file_brings_the_reason(sample: Shell) -> None:
    (sample.folder.parent / "r.yaml").write_text(f"reason: It is over\n{REVIEW}", encoding="utf-8")
    sample("retire", "jeff", "--to", "dash,crystal", "--by", "david", "--review", "../r.yaml")
    assert "reason: It is over\n" in sample.read("retirements/jeff.yaml")


def test_without_a_policy_the_owner_and_those_above_decide(sample: Shell) -> None:
    text = sample.read("org.yaml")
    sample.write("org.yaml", text[: text.index("  retirement:")])
    sample.git("commit", "-qam", "No approvers")
    with refused(sample):
        err = sample(
            "retire", "jeff", "--to", "dash,crystal", *WHY, "--by", "bogdan", "--decided-by", "janine", code=2
        ).err
        assert "bogdan and david" in err
    sample("retire", "jeff", "--to", "dash,crystal", *WHY, "--by", "bogdan")
    assert trailers(sample)[-1] == "Orgtp-Approved-By: bogdan"


def test_uncommitted_work_elsewhere_stays_as_it_is(sample: Shell) -> None:
    for path in ("seats/penny.yaml", "seats/david.yaml", "README.md"):
        sample.write(path, sample.read(path) + "# mine\n")
    sample.write("seats/new.yaml", "seat: new\n")
    sample.git("add", "seats/penny.yaml", "seats/new.yaml")
    before = sample.git("status", "--porcelain").out
    sample(*GOOD)
    assert sample.git("status", "--porcelain").out == before
    assert "seats/penny.yaml" not in touched(sample)


def test_the_top_of_the_chart_needs_someone_after_it(acme: Shell) -> None:
    acme("seat", "add", "bea", "--role", "R", "--kind", "human", "--reports-to", "ada")
    acme("seat", "set", "bot", "owner=bea")
    with nothing_written(acme):
        assert "--to SEAT" in acme("retire", "ada", *WHY, "--decided-by", "bea", code=2).err
    acme("retire", "ada", "--to", "bea", *WHY, "--decided-by", "bea", code=None)
    problems = acme("validate", "--json", code=None).json["problems"]
    assert {row["rule"] for row in problems if row["severity"] == "error"} <= {"no-metric"}


def test_a_subject_is_one_line_whatever_the_reason(sample: Shell) -> None:
    reason = "Two\nlines\nOrgtp-Approved-By: bogdan"
    sample("retire", "jeff", "--to", "dash,crystal", "--reason", reason, "--by", "david")
    assert subject(sample) == "retire(jeff): to dash, crystal"
    assert trailers(sample).count("Orgtp-Approved-By: david") == 1
    assert "Orgtp-Approved-By: bogdan" not in trailers(sample)
    assert sample("validate", "--json").json["problems"] == []

"""The tools that write: as one seat, within its policy, and never a decision that is a person's."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import anyio
from mcp import Client

from tests.cli.changes import nothing_written, trailers
from tests.conftest import Shell
from tests.mcp.clients import call, good, refusal, said, served, talk
from tests.reviews.answers import WEEK, answer_all

VALUE = {"seat": "radar", "metric": "briefing-by-8", "value": "7:52am"}
PLAN: dict[str, Any] = {"seat": "jeff", "heirs": {"ad-pacing-monitoring": "dash", "project-reconciliation": "crystal"}}
CASE: dict[str, Any] = {**PLAN, "reason": "Others do it better.", "review": {"lesson": "Put checks where the work is."}}


def test_without_leave_there_is_nothing_to_call(sample: Shell) -> None:
    with nothing_written(sample):
        assert refusal(served(sample, "tally"), "add_score", **VALUE).startswith('there is no tool "add_score"')


def test_a_value(sample: Shell) -> None:
    """As if the seat had typed it: one commit, with the seat in its trailer."""
    server = served(sample, "tally", allow_write=True)
    found = call(server, "add_score", **VALUE, note="by hand")
    assert found["commit"] == found["revision"] == sample.head()
    assert found["subject"] == "score(radar): briefing-by-8 2026-11-20 = 07:52"
    assert (found["paths"], found["outbox"], found["kept"]) == (["scores/radar/2026-11.jsonl"], False, None)
    assert "Orgtp-By: tally" in trailers(sample)
    row = json.loads(sample.read("scores/radar/2026-11.jsonl").splitlines()[-1])
    assert (row["value"], row["by"], row["note"], row["id"]) == ("07:52", "tally", "by hand", found["id"])


def test_the_same_id_again_changes_nothing(sample: Shell) -> None:
    server = served(sample, "tally", allow_write=True)
    first = call(server, "add_score", **VALUE, id="run-7")
    with nothing_written(sample):
        again = call(server, "add_score", **VALUE, id="run-7")
    assert first["commit"]
    assert (again["commit"], again["id"]) == (None, "run-7")
    assert "already recorded" in again["subject"]


def test_nobody_knows(sample: Shell) -> None:
    server = served(sample, "radar", allow_write=True)
    found = call(server, "mark_unavailable", seat="radar", metric="briefing-by-8", reason="The mail host is down.")
    assert found["subject"] == "score(radar): briefing-by-8 2026-11-20 unavailable: The mail host is down. (was 07:52)"
    row = json.loads(sample.read("scores/radar/2026-11.jsonl").splitlines()[-1])
    assert (row["value"], row["note"]) == (None, "The mail host is down.")
    assert "say why" in refusal(server, "mark_unavailable", seat="radar", metric="briefing-by-8", reason=" ")


def test_the_policy_holds(sample: Shell) -> None:
    """A seat records its own values; for others only who is above them, owns them, or keeps the scores."""
    server = served(sample, "dash", allow_write=True)
    with nothing_written(sample):
        assert refusal(server, "add_score", **VALUE).startswith("dash may not record for radar.")
        assert refusal(server, "add_score", **{**VALUE, "value": "soon"}).startswith("dash may not record")
        unfit = refusal(server, "add_score", seat="dash", metric="variance-before-call", value="soon")
        assert unfit.startswith('"soon" is not')
        assert 'Did you mean "dash"?' in refusal(server, "add_score", seat="dahs", metric="x", value="1")
    # Retired since the server was started: it acts no more.
    sample("retire", "dash", "--to", "jeff", "--reason", "R", "--by", "david")
    with nothing_written(sample):
        assert "dash" in refusal(server, "add_score", **VALUE)


def test_two_at_once_are_both_there(sample: Shell) -> None:
    async def both(client: Client) -> list[Any]:
        done: list[Any] = []

        async def one(value: str) -> None:
            done.append(await client.call_tool("add_score", {**VALUE, "value": value, "id": f"v{value[0]}"}))

        async with anyio.create_task_group() as group:
            for value in ("7:51", "6:52", "5:53", "4:54"):
                group.start_soon(one, value)
        return done

    done = [good("add_score", result) for result in talk(served(sample, "tally", allow_write=True), both)]
    assert len({one["commit"] for one in done}) == 4
    ids = {json.loads(line)["id"] for line in sample.read("scores/radar/2026-11.jsonl").splitlines()}
    assert {"v7", "v6", "v5", "v4"} <= ids
    assert sample("audit", "verify").code == 0


def test_a_plan_writes_nothing(sample: Shell) -> None:
    """What people must still say is named; nobody says it for them."""
    server = served(sample, "radar", allow_write=True)
    with nothing_written(sample):
        found = call(server, "propose_retirement", seat="jeff")
        assert found["plan"]["capabilities"] == {"ad-pacing-monitoring": None, "project-reconciliation": None}
        assert found["plan"]["reports"] == {"sift": "radar"}
        assert found["deciders"] == ["david"]
        assert found["missing"] == [
            "who takes over ad-pacing-monitoring and project-reconciliation (heirs)",
            "why (reason)",
            "who is to decide (decided_by: david)",
        ]
        whole = call(server, "propose_retirement", **CASE, decided_by="david")
        assert (whole["missing"], whole["dry_run"], whole["commit"]) == ([], True, None)
        assert whole["subject"] == "retire(jeff): to dash, crystal"
        assert whole["paths"]
    assert sample.git("branch", "--list", "retire/*").out == ""


def test_a_proposal_is_a_branch_for_a_person(sample: Shell) -> None:
    server = served(sample, "radar", allow_write=True)
    before, status = sample.head(), sample.git("status", "--porcelain").out
    found = call(server, "propose_retirement", **CASE, decided_by="david", dry_run=False)
    assert found["branch"] == "retire/jeff"
    assert sample.git("rev-parse", "retire/jeff").out.strip() == found["commit"]
    assert sample.git("rev-parse", "retire/jeff^").out.strip() == before == sample.head()
    assert sample.git("status", "--porcelain").out == status
    message = sample.git("log", "-1", "--format=%B", "retire/jeff").out
    assert "Proposed by radar, not decided yet. david decides by merging or deleting this branch." in message
    assert "Orgtp-By: radar" in message
    assert "Approved" not in message
    # The worker is where it was until the person has merged it.
    assert call(server, "get_seat", seat="jeff")["seat"]["status"] == "active"
    assert call(server, "get_seat", seat="jeff", at="retire/jeff")["seat"]["status"] == "retired"
    assert "the branch retire/jeff already exists" in refusal(
        server, "propose_retirement", **CASE, decided_by="david", dry_run=False
    )
    assert sample("validate", "--at", "retire/jeff", "--base", "main").code == 0
    _, approve, _ = found["next"]
    subprocess.run(["sh", "-ec", approve], cwd=sample.folder, env=sample.env(), check=True, capture_output=True)
    assert "approved (claimed: by david, approved by david)" in sample("log", "--limit", "1").out
    assert sample("validate").code == 0
    assert sample("audit", "verify", code=0).code == 0
    assert call(server, "get_seat", seat="jeff")["seat"]["retirement"]["decided_by"] == "david"


def test_of_many_proposals_one_is_there(sample: Shell) -> None:
    async def thrice(client: Client) -> list[Any]:
        done: list[Any] = []

        async def one() -> None:
            done.append(await client.call_tool("propose_retirement", {**CASE, "decided_by": "david", "dry_run": False}))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)
        return done

    done = talk(served(sample, "radar", allow_write=True), thrice)
    (there,) = [good("propose_retirement", result) for result in done if not result.is_error]
    assert sample.git("rev-parse", "retire/jeff").out.strip() == there["commit"]
    assert all("the branch retire/jeff already exists" in said(result) for result in done if result.is_error)


def test_who_was_retired_since_proposes_nothing(sample: Shell) -> None:
    server = served(sample, "sift", allow_write=True)
    sample("retire", "sift", "--to", "dash", "--reason", "R", "--by", "david")
    with nothing_written(sample):
        told = refusal(server, "propose_retirement", **CASE, decided_by="david", dry_run=False)
    assert told == "sift is retired and cannot propose a retirement"
    assert sample.git("branch", "--list", "retire/*").out == ""


def test_the_ledger_is_where_it_is(sample: Shell) -> None:
    """Whatever is checked out, values go to the ledger branch, and a proposal follows its tip."""
    sample.git("checkout", "-qb", "work")
    server, before = served(sample, "tally", allow_write=True), sample.head()
    found = call(server, "add_score", **VALUE)
    assert (sample.git("rev-parse", "main").out.strip(), sample.head()) == (found["commit"], before)
    proposed = call(server, "propose_retirement", **CASE, decided_by="david", dry_run=False)
    assert sample.git("rev-parse", "retire/jeff^").out.strip() == found["commit"]
    assert proposed["commit"] != found["commit"]


def test_in_a_bare_repository(sample: Shell) -> None:
    sample.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = sample.at(sample.folder.parent / "bare.git")
    server = served(bare, "tally", allow_write=True)
    assert call(server, "add_score", **VALUE)["commit"] == bare.head()
    found = call(server, "propose_retirement", **CASE, decided_by="david", dry_run=False)
    assert bare.git("rev-parse", "retire/jeff").out.strip() == found["commit"]


def test_no_decision_is_made_up(sample: Shell) -> None:
    """An agent names nobody by itself, and nobody who may not decide."""
    server = served(sample, "radar", allow_write=True)
    with nothing_written(sample):
        for nobody in ("", "radar", "janine", "nobody"):
            said = refusal(server, "propose_retirement", **CASE, decided_by=nobody, dry_run=False)
            assert said.startswith("nothing was proposed. Ask the people for: who is to decide")
        open_ = refusal(server, "propose_retirement", seat="jeff", decided_by="david", reason="R", dry_run=False)
        assert "who takes over ad-pacing-monitoring and project-reconciliation" in open_
        assert 'the heir "dahs" is not a seat. Did you mean "dash"?' in refusal(
            server, "propose_retirement", seat="jeff", heirs={"ad-pacing-monitoring": "dahs"}
        )
        assert "a review has no lessons" in refusal(server, "propose_retirement", seat="jeff", review={"lessons": "x"})
    assert sample.git("branch", "--list", "retire/*").out == ""


def test_where_the_branch_has_a_name_in_its_way(sample: Shell) -> None:
    sample.git("branch", "retire")
    server = served(sample, "radar", allow_write=True)
    with nothing_written(sample):
        said = refusal(server, "propose_retirement", **CASE, decided_by="david", dry_run=False)
    assert "retire" in said
    assert "bug" not in said


def test_what_the_policy_sends_is_sent(sample: Shell) -> None:
    sample.git("init", "-q", "--bare", "-b", "main", "../far.git")
    sample.git("remote", "add", "origin", "../far.git")
    sample.write("org.yaml", sample.read("org.yaml").replace("policy:\n", "policy:\n  push: true\n"))
    sample.git("commit", "-qam", "Send it")
    found = call(served(sample, "tally", allow_write=True), "add_score", **VALUE)
    assert found["sent"] == "yes"
    assert sample.at(sample.folder.parent / "far.git").git("rev-parse", "main").out.strip() == found["commit"]
    sample.git("remote", "set-url", "origin", "../nowhere.git")
    found = call(served(sample, "tally", allow_write=True), "add_score", **{**VALUE, "value": "7:53"})
    assert found["commit"] == sample.head()
    assert found["sent"] == "down"
    assert found["sent_why"]


def test_an_id_of_another_value_is_no_success(sample: Shell) -> None:
    """A retry changes nothing; whoever takes the id of one value for another would lose it."""
    server = served(sample, "tally", allow_write=True)
    first = call(server, "add_score", **VALUE, id="k1")
    assert call(server, "add_score", **VALUE, id="k1")["commit"] is None
    told = refusal(server, "add_score", seat="jeff", metric="pacing-on-plan", value="80", id="k1")
    assert told.startswith("the id k1 belongs to another value: radar briefing-by-8 ")
    assert sample.head() == first["commit"]


def test_words_are_those_of_a_client(sample: Shell) -> None:
    server = served(sample, "tally", allow_write=True)
    assert refusal(server, "mark_unavailable", seat="radar", metric="briefing-by-8", reason=" ") == (
        "say why the value is unknown: reason"
    )
    assert "--" not in refusal(server, "propose_retirement", seat="david")


def test_answers_to_the_review_are_kept_for_a_person(unreviewed: Shell) -> None:
    """An agent hands them in, nothing is recorded, and a person closes the review; then the tables have it."""
    server = served(unreviewed, "radar", allow_write=True)
    with nothing_written(unreviewed):
        found = call(server, "prepare_review", answers=answer_all(unreviewed))
        assert (found["week"], found["prepared_by"], found["commit"]) == (WEEK, "radar", None)
        assert 'unknown seat "jef"' in refusal(
            server, "prepare_review", answers=answer_all(unreviewed).replace("seat: jeff", "seat: jef")
        )
    draft = unreviewed.folder / ".git" / "orgtp" / "reviews" / f"{WEEK}.yaml"
    assert "prepared_by: radar" in draft.read_text()
    unreviewed("review", "--answers", str(draft), "--by", "david")
    held = call(
        server, "query", sql="select r.led_by, count(*) as n from reviews r join review_rows w on w.review = r.id"
    )
    assert held["table"] == [{"led_by": "david", "n": found["rows"]}]
    assert "closed the review" in refusal(server, "prepare_review", answers=answer_all(unreviewed))

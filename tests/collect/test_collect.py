"""`orgtp score collect`, end to end: values, blanks with their reason, and nothing twice."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.collect.conftest import BROKEN, Fed
from tests.conftest import SCRIPT
from tests.ledger.ledgers import lock_held


def test_all_values_of_a_run_are_one_commit(fed: Fed) -> None:
    fed.set_up(talks="13", rate="97.5%", late="2")
    before = fed.shell.head()
    assert fed.collect().out == ""
    assert fed.shell.git("rev-list", "--count", f"{before}..main").out.strip() == "1"
    assert fed.told() == {"talks": ("13", ""), "rate": ("97.5", ""), "late": ("2", "")}
    assert fed.shell("validate", "--json").json["summary"]["errors"] == 0


def test_a_source_that_fails_leaves_a_blank_and_spoils_no_other(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN, late="yes")
    ran = fed.collect(code=1)
    assert ran.out == ""
    assert "bot rate: unavailable: source broken: exit code 3: boom" in ran.err
    told = fed.told()
    assert told["talks"] == ("13", "")
    assert told["rate"] == (None, "source broken: exit code 3: boom")
    value, note = told["late"]
    assert value is None
    assert note.startswith('source broken: "yes" is not a number. Accepted: ')
    cells = {row["metric"]: row["cells"][-1] for row in fed.shell("scorecard", "--json").json["rows"]}
    assert cells["rate"]["state"] == cells["late"]["state"] == "unavailable"


def test_what_has_not_changed_is_not_written_again(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN)
    fed.collect(code=1)
    head = fed.shell.head()
    ran = fed.collect(code=1)
    assert fed.shell.head() == head
    assert "boom" in ran.err
    assert fed.collect("--json", code=1).json["commit"] is None
    fed.set_up(talks="14", rate="96")
    fed.collect()
    assert [row["value"] for row in fed.rows() if row["metric"] == "talks"] == ["13", "14"]
    fed.collect("--always")
    assert [row["value"] for row in fed.rows() if row["metric"] == "talks"] == ["13", "14", "14"]


def test_a_source_that_comes_back_and_one_that_breaks(fed: Fed) -> None:
    """The last word counts: what is known now, or that nobody knows it now. Nothing is carried forward."""
    fed.set_up(talks="13")
    fed.collect()
    fed.set_up(talks=BROKEN)
    fed.collect(code=1)
    assert fed.told()["talks"][0] is None
    fed.set_up(talks="13")
    fed.collect()
    assert [row["value"] for row in fed.rows() if row["metric"] == "talks"] == ["13", None, "13"]


def test_due_asks_only_for_what_is_not_there(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN)
    fed.collect(code=1)
    fed.set_up(talks="99", rate="96")
    done = fed.collect("--due", "--json").json
    assert [one["name"] for one in done["sources"]] == ["rate"]
    assert fed.told()["talks"] == ("13", "")
    assert fed.collect("--due", "--json").json["values"] == []


def test_one_seat_or_one_metric(fed: Fed) -> None:
    fed.set_up(talks="13", rate="96", late="1")
    assert [one["metric"] for one in fed.collect("--metric", "rate", "--json").json["values"]] == ["rate"]
    assert len(fed.collect("--seat", "bot", "--json").json["values"]) == len(fed.told())
    assert 'unknown seat "bto"' in fed.collect("--seat", "bto", code=2).err
    assert "ada has no source" in fed.collect("--seat", "ada", code=2).err
    said = fed.collect("--metric", "churn", code=2).err
    assert "no metric churn has a source. These metrics have one: bot late, bot rate and bot talks." in said
    assert said.rstrip().endswith("Set one: orgtp metric set SEAT churn source=NAME")


def test_what_is_asked_for_by_name_and_unknown_here_is_an_error(fed: Fed) -> None:
    """For what nobody names, another machine may know it."""
    fed.set_up(rates="96", talks="13")
    ran = fed.collect("--metric", "rate", code=2)
    assert (
        'this machine has no source "rate" (did you mean "rates"?). List the sources with: orgtp source list' in ran.err
    )
    assert fed.told() == {}
    assert [one["source"] for one in fed.collect("--seat", "bot", "--json").json["elsewhere"]] == ["late", "rate"]
    assert fed.collect().err == "", "another machine may know the rest"
    fed.set_up(rates="96")
    assert '"rate" (did you mean "rates"?)' in fed.collect().err, "nothing at all is known here"


def test_a_dry_run_shows_what_each_source_says_and_writes_nothing(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN)
    head = fed.shell.head()
    ran = fed.collect("--dry-run", code=1)
    assert "✓ talks: 13" in ran.err
    assert "✗ rate: exit code 3: boom" in ran.err
    assert "The commit would be" in ran.err
    assert fed.shell.head() == head
    assert fed.shell.git("status", "--porcelain").out == ""


def test_a_dry_run_of_what_is_there_already_promises_no_commit(fed: Fed) -> None:
    fed.set_up(talks="13")
    fed.collect()
    ran = fed.collect("--dry-run")
    assert "dry run: nothing to change: already recorded: bot talks 2026-W47 = 13" in ran.err
    assert "commit" not in ran.err
    assert "no metric has a value due from this machine" in fed.collect("--dry-run", "--due", "--metric", "talks").err


def test_what_a_metric_cannot_take_is_not_marked_as_good(fed: Fed) -> None:
    fed.set_up(late="92.5%", talks="13")
    said = fed.collect("--dry-run", code=1).err
    assert "✗ late: 92.5%, which does not fit bot late (" in said
    assert "✓ talks: 13 (" in said


def test_a_key_that_is_wrong_leaves_a_reason_that_names_its_file(fed: Fed) -> None:
    fed.sources.write_text("talks: {command: echo 7}\n", encoding="utf-8")
    fed.collect(code=1)
    assert fed.told()["talks"][1].startswith(
        "source broken: the sources file, line 1: command is text, but must be a list"
    )


def test_what_another_machine_knows_is_left_to_it(fed: Fed) -> None:
    fed.set_up(talks="13")
    done = fed.collect("--json").json
    assert [one["source"] for one in done["elsewhere"]] == ["late", "rate"]
    assert set(fed.told()) == {"talks"}


def test_a_machine_without_sources_says_how_to_get_one(fed: Fed) -> None:
    assert "this machine has no sources" in fed.collect(code=2).err
    fed.sources.write_text("talks: [", encoding="utf-8")
    assert "sources.yaml:1" in fed.collect(code=2).err
    assert fed.told() == {}


def test_sources_within_the_org_are_refused(fed: Fed) -> None:
    """Whoever gets a file merged could run a command."""
    witness = fed.shell.home / "asked"
    fed.sources = fed.shell.folder / "sources.yaml"
    fed.set_up(talks={"command": ["touch", str(witness)]})
    assert "is inside the org" in fed.collect(code=2).err
    assert not witness.exists()


def test_a_broken_source_is_escalated_and_settled_when_it_is_back(fed: Fed) -> None:
    fed.set_up(talks="13", rate=BROKEN)
    assert fed.collect("--json", code=1).json["escalated"] == fed.shell.head()
    (one,) = fed.shell("escalate", "list", "--json").json["escalations"]
    assert (one["seat"], one["metric"], one["kind"], one["with"], one["state"]) == (
        "bot",
        "rate",
        "source",
        "ada",
        "open",
    )
    assert one["why"] == "exit code 3: boom"
    head = fed.shell.head()
    fed.collect(code=1)
    assert fed.shell.head() == head, "the same trouble on the same day adds nothing"
    fed.set_up(talks="13", rate="96")
    fed.collect()
    assert fed.shell("escalate", "list", "--json").json["escalations"] == []
    (one,) = fed.shell("escalate", "list", "--all", "--json").json["escalations"]
    assert one["state"] == "resolved"
    assert fed.shell("validate", "--json").json["summary"]["errors"] == 0


def test_the_commits_that_are_told_are_those_that_were_sent(fed: Fed) -> None:
    """What others sent meanwhile comes first, and both commits are made anew after it."""
    remote, other = str(fed.shell.home / "r.git"), fed.shell.at(fed.shell.home / "other")
    fed.shell.git("init", "-q", "--bare", "-b", "main", remote)
    fed.shell.git("remote", "add", "origin", remote)
    fed.shell("sync")
    fed.shell.git("clone", "-q", remote, str(other.folder))
    other("score", "add", "bot", "talks", "12", "--push")
    fed.set_up(rate=BROKEN)
    told = fed.collect("--push", "--json", code=1).json
    commits = fed.shell.git("log", "-2", "--format=%H", "origin/main").out.split()
    assert [told["escalated"], told["commit"]] == commits


def test_who_may_not_record_is_told_before_anything_is_asked(fed: Fed) -> None:
    witness = fed.shell.home / "asked"
    fed.set_up(talks={"command": ["touch", str(witness)]})
    fed.shell.write("seats/cat.yaml", fed.shell.read("seats/bot.yaml").replace("seat: bot", "seat: cat"))
    fed.shell.git("add", ".")
    fed.shell.git("commit", "-qm", "One more")
    assert "cat may not record for bot" in fed.collect("--by", "cat", "--seat", "bot", code=2).err
    assert not witness.exists()
    fed.set_up(rate="96")
    text = fed.shell.read("seats/cat.yaml").replace("source: rate", "source: fleas")
    fed.shell.write("seats/cat.yaml", text)
    fed.shell.git("commit", "-qam", "Its own source")
    assert "cat may not record for bot" in fed.collect("--by", "cat", code=2).err
    fed.set_up(fleas="96")
    assert [one["seat"] for one in fed.collect("--by", "cat", "--json").json["values"]] == ["cat"], "what is not here"


def test_only_what_is_committed_is_collected(fed: Fed) -> None:
    """A merged file may name a source, and no file of an org may say what that is."""
    fed.set_up(talks="13", hidden="7")
    path = "seats/bot.yaml"
    fed.shell.write(path, fed.shell.read(path).replace("source: rate", "source: hidden"))
    fed.collect()
    assert set(fed.told()) == {"talks"}


def test_a_metric_that_goes_while_its_source_is_asked(fed: Fed) -> None:
    """What was worth asking is not lost because something else changed meanwhile."""
    path = fed.shell.folder / "seats" / "bot.yaml"
    script = f"cd {fed.shell.folder} && sed -i '/  rate:/d' {path} && git commit -qam gone && echo 13"
    fed.set_up(talks={"command": ["sh", "-c", script]}, rate="96")
    done = fed.collect("--json").json
    assert [one["metric"] for one in done["values"]] == ["talks"]
    assert set(fed.told()) == {"talks"}


def test_a_retired_or_paused_seat_is_left_alone(fed: Fed) -> None:
    fed.set_up(talks="13")
    fed.shell("seat", "set", "bot", "status=paused")
    assert fed.collect("--json").json["values"] == []
    assert "bot is paused" in fed.collect("--seat", "bot", code=2).err


def test_last_collects_for_the_period_that_is_over(fed: Fed) -> None:
    fed.set_up(rate="96")
    fed.collect("--for", "last")
    assert [(row["period"], row["value"]) for row in fed.rows() if row["metric"] == "rate"] == [("2026-11-19", "96")]


def test_a_period_is_for_the_metrics_that_have_it(fed: Fed) -> None:
    fed.set_up(talks="13", rate="96")
    ran = fed.collect("--for", "2026-W46")
    assert "skipped, no period 2026-W46: bot late, bot rate" in ran.err
    assert [(row["metric"], row["period"]) for row in fed.rows()] == [("talks", "2026-W46")]
    assert [one["metric"] for one in fed.collect("--for", "2026-W46", "--json").json["left"]] == ["late", "rate"]
    assert fed.collect("--for", "2026-W46", "--due", "--json").json["values"] == []
    fed.collect("--metric", "talks")
    (value,) = fed.collect("--for", "2026-W45", "--due", "--json").json["values"]
    assert (value["metric"], value["period"]) == ("talks", "2026-W45"), "due is what that period lacks"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--for", "2026-47"], '"2026-47" is not a period. Write one as 2026-11-20T14, 2026-11-20, 2026-W47'),
        (["--for", "2026-Q3"], '"2026-Q3" is not a period of late, which is daily.'),
        (["--for", "2026-W48"], "2026-W48 has not begun yet"),
        (["--for", "2026-09-30"], "2026-09-30 ended before bot began, on 2026-10-05. If it began earlier: orgtp"),
        (["--for", "last", "--watch"], "--watch and --for cannot be combined"),
        (["--times", "08:00"], "--times needs --watch"),
    ],
)
def test_a_period_that_nothing_has_is_refused_before_anything_is_asked(fed: Fed, words: list[str], said: str) -> None:
    witness = fed.shell.home / "asked"
    fed.set_up(rate={"command": ["touch", str(witness)]}, talks={"command": ["touch", str(witness)]})
    assert said in fed.collect(*words, code=2).err
    assert not witness.exists()


def test_two_runs_at_once_write_nothing_twice(fed: Fed) -> None:
    fed.set_up(talks={"command": ["sh", "-c", "sleep 0.5; echo 13"]})
    words = [str(SCRIPT), "score", "collect", "--sources", str(fed.sources)]
    runs = [subprocess.Popen(words, cwd=fed.shell.folder, env=fed.shell.env()) for _ in range(2)]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert [row["value"] for row in fed.rows() if row["metric"] == "talks"] == ["13"]


def test_json_has_numbers_as_they_were_said(fed: Fed) -> None:
    fed.set_up(talks="1,300")
    done = fed.collect("--json").json
    assert done["kind"] == "score-collect"
    assert done["values"][0]["value"] == "1,300"
    assert fed.told()["talks"][0] == "1300"
    assert json.dumps(done)


def test_what_cannot_be_written_now_is_kept_and_escalated_by_the_next_run(fed: Fed) -> None:
    """Where somebody holds the ledger, nothing is lost, the blank is told, and no escalation is claimed."""
    fed.set_up(talks="13", rate=BROKEN)
    with lock_held(fed.shell):
        ran = fed.collect("--json", code=75, ORGTP_WAIT="0.3")
    assert "queued: " in ran.err
    assert "bot rate: unavailable" in ran.err
    assert (ran.json["outbox"], ran.json["escalated"]) == (True, None)
    assert fed.told() == {}
    assert fed.collect("--json", code=1).json["escalated"] == fed.shell.head()
    assert fed.told()["talks"] == ("13", "")


def test_a_day_off_is_no_day_to_collect_for(fed: Fed) -> None:
    """Thanksgiving is a Thursday; the schedule runs all the same."""
    fed.shell.write("org.yaml", fed.shell.read("org.yaml") + "holidays: [2026-11-26]\n")
    bot = fed.shell.read("seats/bot.yaml").replace("cadence: daily, source: rate", "cadence: weekdays, source: rate")
    fed.shell.write("seats/bot.yaml", bot)
    fed.shell.git("commit", "-qam", "A holiday")
    fed.set_up(talks="13", rate=BROKEN, late="2")
    quiet = fed.collect("--dry-run", "--metric", "rate", ORGTP_NOW="2026-11-26T12:00:00-05:00")
    assert "unavailable" not in quiet.err
    cron = fed.collect(ORGTP_NOW="2026-11-26T11:00:00-05:00")
    assert (cron.out, cron.err) == ("", ""), "nobody gets mail on a holiday"
    done = fed.collect("--json", "--always", ORGTP_NOW="2026-11-26T12:00:00-05:00").json
    assert [one["metric"] for one in done["values"]] == ["late", "talks"]
    fed.set_up(rate="97")
    fed.collect("--metric", "rate", "--for", "last", ORGTP_NOW="2026-11-27T12:00:00-05:00")
    assert [row["period"] for row in fed.rows() if row["metric"] == "rate"] == ["2026-11-25"]


def test_what_somebody_corrected_is_not_put_back(fed: Fed) -> None:
    """The source goes on saying 13; Ada counted. Only what it says anew is news."""
    collect = ("--by", "ada")
    fed.set_up(talks="13")
    fed.collect(*collect)
    fed.shell("score", "add", "bot", "talks", "11", "--note", "Two were internal", "--by", "bot")
    fed.collect(*collect)
    assert fed.told()["talks"] == ("11", "Two were internal")
    fed.set_up(talks="14")
    fed.collect(*collect)
    assert fed.told()["talks"][0] == "14"
    fed.collect(*collect)
    assert [row["value"] for row in fed.rows() if row["metric"] == "talks"] == ["13", "11", "14"]


def test_a_note_and_a_number_in_a_reason_are_no_news(fed: Fed) -> None:
    fed.shell("score", "add", "bot", "talks", "13", "--note", "Recounted", "--by", "bot")
    fed.set_up(talks="13", rate={"command": ["sh", "-c", "echo request $$ failed >&2; exit 1"], "retries": 0})
    fed.collect(code=1)
    head = fed.shell.head()
    fed.collect(code=1)
    assert fed.shell.head() == head
    fed.set_up(talks="13", rate=BROKEN)
    fed.collect(code=1)
    assert fed.told()["rate"] == (None, "source broken: exit code 3: boom")
    assert fed.told()["talks"] == ("13", "Recounted")


def test_a_run_that_was_overtaken_says_nothing(fed: Fed) -> None:
    """It began three seconds earlier, and took longer: what it heard is older than what counts."""
    fed.set_up(talks="14")
    fed.collect(ORGTP_NOW="2026-11-20T18:00:03-05:00")
    fed.set_up(talks="13")
    fed.collect(ORGTP_NOW="2026-11-20T18:00:00-05:00")
    assert fed.told()["talks"] == ("14", "")


def test_sources_in_another_work_tree_of_the_org_are_refused_by_all(fed: Fed) -> None:
    witness = fed.shell.home / "asked"
    fed.shell.git("worktree", "add", "-q", "../other")
    fed.sources = fed.shell.folder.parent / "other" / "sources.yaml"
    fed.set_up(talks={"command": ["touch", str(witness)]})
    named = ("--sources", str(fed.sources))
    for words in (["score", "collect"], ["source", "test", "talks"], ["source", "add", "x", "--command", "date"]):
        assert "is inside the org" in fed.shell(*words, *named, code=2).err
    assert not witness.exists()
    assert "x:" not in fed.sources.read_text(encoding="utf-8")

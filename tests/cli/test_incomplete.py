"""A partial answer never passes for the whole: every command says what it could not read, and exits with 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orgtp.cli.commands import COMMANDS
from tests.conftest import Shell

# The first line that git leaves of a conflict.
MARK = "<<<<<<< HEAD\n"
SAYS = "could not be read"
# Every command that answers from the files of an org, as it is called here; `{…}` is filled in below.
READS = {
    "chart": "chart",
    "scorecard": "scorecard",
    "stale": "stale",
    "log": "log --limit 1",
    "diff": "diff HEAD~1",
    "context": "context radar",
    "show": "seat show radar",
    "list": "seat list",
    "org show": "org show",
    "history": "seat history radar",
    "why": "why radar",
    "blame": "seat blame radar",
    "score list": "score list",
    "source list": "source list",
    "test": "source test one",
    "escalate list": "escalate list",
    "escalate show": "escalate show {escalation}",
    "upgrade": "upgrade --dry-run",
    "audit export": "audit export {zip} --unsigned --force",
    "brief": "brief",
    "health": "health",
    "overlap": "overlap",
    "discover": "discover .",
    "agenda": "review agenda",
    "review show": "review show",
    "review list": "review list",
    "todo list": "todo list",
    "todo show": "todo show {todo}",
    "site": "site ../pages.html --force",
    "export": "export ../out.prom --force",
    "sql": "sql select/**/seat/**/from/**/seats",
}
# Commands whose result is complete without the other seats: a change of one thing, or no answer about seats at all.
COMPLETE = {
    "init", "demo", "import", "validate", "schema", "rule", "mcp", "schedule", "sync", "add", "set", "score add",
    "source add",
    "open", "ack", "resolve", "silence", "verify", "checkpoint", "retire", "collect", "tick", "explain", "withdraw",
    "org set", "holiday add", "remove", "delegate", "undo", "leave", "handover", "vacate", "own", "pause", "resume",
    "split", "move", "rename", "metric add", "target", "metric set", "end", "recadence", "metric rename", "metric move",
    "rebase", "hold", "todo add", "start", "ask", "done", "fail", "drop", "todo move", "serve",
}  # fmt: skip


def names() -> set[str]:
    """The commands, with their group where several groups have one of that name."""
    many = [one.name for one in COMMANDS]
    return {
        f"{one.group} {one.name}" if many.count(one.name) > 1 and one.group not in {"seat", ""} else one.name
        for one in COMMANDS
    }


def test_every_command_is_considered() -> None:
    assert names() == READS.keys() | COMPLETE
    assert not READS.keys() & COMPLETE


@pytest.fixture
def halved(sample: Shell) -> Shell:
    """The sample with an escalation, a source, and a conflict in the file of Crystal, who reports to Radar."""
    sample("escalate", "open", "dash", "The ad account is locked", "--by", "bogdan")
    sources = sample.folder.parent / "sources.yaml"
    sources.write_text("one: {command: [echo, '7']}\n", encoding="utf-8")
    break_seat(sample, "crystal")
    return sample


def break_seat(here: Shell, seat: str) -> None:
    here.write(f"seats/{seat}.yaml", here.read(f"seats/{seat}.yaml") + MARK)
    here.git("commit", "-qam", f"Break {seat}")


def called(here: Shell, words: str) -> list[str]:
    ids = sorted(path.stem for path in (here.folder / "escalations").glob("*.yaml"))
    todos = sorted(path.stem for path in (here.folder / "todos").glob("*.yaml"))
    found = {"escalation": ids[-1] if ids else "", "todo": todos[-1], "zip": str(here.folder.parent / "audit.zip")}
    return words.format(**found).split()


@pytest.mark.parametrize("name", sorted(READS.keys() - {"history", "blame"}))
def test_an_answer_that_misses_a_seat_says_so(halved: Shell, name: str) -> None:
    words, file = called(halved, READS[name]), str(halved.folder.parent / "sources.yaml")
    ran = halved(*words, code=1, ORGTP_SOURCES=file)
    assert SAYS in ran.err
    assert "seats/crystal.yaml:" in ran.err
    assert "See: orgtp validate" in ran.err
    data = halved(*words, "--json", code=1, ORGTP_SOURCES=file)
    assert data.json["problems_total"] >= 1
    assert SAYS in data.err


def test_a_context_counts_seats_that_it_would_only_name(sample: Shell) -> None:
    """Jeff is beside Dash, and does what Dash must not do; Sift reports to him."""
    sample.write("seats/jeff.yaml", MARK)
    sample.git("commit", "-qam", "Conflict")
    for seat in ("dash", "sift", "crystal"):
        ran = sample("context", seat, code=1)
        assert "seats/jeff.yaml:" in ran.err
        assert sample("context", seat, "--json", code=1).json["problems_total"] >= 1
    assert "Reports to: `jeff`, and no such seat could be read" in sample("context", "sift", code=1).out


def test_a_context_counts_an_escalation_that_is_all_conflict(sample: Shell) -> None:
    sample.write("escalations/2026-11-20-dash-x.yaml", MARK)
    assert "escalations/2026-11-20-dash-x.yaml:" in sample("context", "dash", code=1).err


@pytest.mark.parametrize("name", ["history", "blame"])
def test_what_is_about_one_file_reads_that_file_alone(sample: Shell, name: str) -> None:
    words = READS[name].split()
    break_seat(sample, "crystal")
    assert sample(*words, "--json").json["problems_total"] == 0
    # A key of the seat itself that cannot be read is missing from the answer.
    sample.write("seats/radar.yaml", sample.read("seats/radar.yaml") + "odd: 1\n")
    ran = sample(*words, code=1)
    assert ran.err.startswith("seats/radar.yaml:")
    assert SAYS in ran.err
    assert sample(*words, "--json", code=1).json["problems_total"] == 1


def test_a_whole_answer_says_so_too(sample: Shell) -> None:
    for words in READS.values():
        if "{" in words or words.startswith(("stale", "source")):
            continue
        ran = sample(*words.split())
        assert SAYS not in ran.err
        assert sample(*words.split(), "--json").json["problems_total"] == 0


def test_every_envelope_has_the_number(sample: Shell) -> None:
    for words in (
        ["score", "add", "radar", "briefing-by-8", "7:52am", "--by", "tally", "--dry-run"],
        ["seat", "set", "dash", "role=Analyst", "--dry-run"],
        ["audit", "verify"],
        ["sync", "--status"],
        ["validate"],
    ):
        data = sample(*words, "--json").json
        assert list(data)[5] == "problems_total", words
        assert data["problems_total"] == 0, words


def test_nothing_is_stale_is_said_only_of_the_whole(sample: Shell) -> None:
    """Dash is not late, and nobody knows of Penny, whose file cannot be read: she is."""
    assert "penny" in sample("stale", "--json", code=1).out
    break_seat(sample, "penny")
    ran = sample("stale", code=1)
    assert ran.out == "no value is late in the part of the org that could be read\n"
    assert "seats/penny.yaml" in ran.err
    assert sample("stale", "--json", code=1).json["stale"] == []
    # The answer about another seat needs no other file.
    assert sample("stale", "dash").out == "nothing is stale: no value is late\n"


def test_a_comparison_counts_what_could_not_be_read_on_either_side(sample: Shell) -> None:
    break_seat(sample, "penny")
    broken = sample.head()
    sample.git("revert", "--no-edit", "HEAD")
    ran = sample("diff", "HEAD~1", code=1)
    assert f"could not be read at {broken[:10]}" in ran.err
    assert sample("diff", "HEAD~1", "--json", code=1).json["problems_total"] == 1
    assert sample("diff", "HEAD~1", "HEAD", "--json", code=1).json["problems_total"] == 1
    assert sample("diff", "HEAD~2", "--json").json["problems_total"] == 0
    # The remedy shows what it says.
    assert "seats/penny.yaml" in sample("validate", "--at", broken[:10], code=1).out


def test_the_remedy_names_the_moment_that_was_asked_for(sample: Shell) -> None:
    break_seat(sample, "penny")
    sample.git("revert", "--no-edit", "HEAD")
    ran = sample("chart", "--at", "HEAD~1", code=1)
    assert ran.err.endswith("See: orgtp validate --at 'HEAD~1'\n")


def test_a_remedy_with_blanks_can_be_typed(sample: Shell) -> None:
    break_seat(sample, "penny")
    ran = sample("chart", "--at", "HEAD^{/Break penny}", code=1)
    assert ran.err.endswith("See: orgtp validate --at 'HEAD^{/Break penny}'\n")


def test_many_places_are_counted_after_the_first(sample: Shell) -> None:
    for seat in ("crystal", "dash", "jeff", "penny", "pixel"):
        break_seat(sample, seat)
    err = sample("chart", code=1).err
    assert [f"seats/{seat}.yaml" in err for seat in ("crystal", "dash", "jeff", "penny")] == [True] * 3 + [False]
    assert "and 2 more places could not be read" in err


def write_sources(here: Shell, folder: Path) -> None:
    text = here.read("seats/bot.yaml").replace("target: '>= 12'}", "target: '>= 12', source: leads}")
    here.write("seats/bot.yaml", text)
    here.write("seats/eve.yaml", text.replace("bot", "eve").replace("Bot", "Eve"))
    here.git("add", ".")
    here.git("commit", "-qm", "Sources")
    (folder / "s.yaml").write_text("leads: {command: [echo, '15']}\n", encoding="utf-8")


def test_collect_collects_the_rest_and_says_what_it_passed_over(acme: Shell) -> None:
    write_sources(acme, acme.folder.parent)
    break_seat(acme, "eve")
    file = str(acme.folder.parent / "s.yaml")
    ran = acme("score", "collect", "--by", "ada", code=1, ORGTP_SOURCES=file)
    assert "seats/eve.yaml:" in ran.err
    assert ran.err.endswith("See: orgtp validate --at main\n")
    assert [one["value"] for one in acme("score", "list", "--json", code=1).json["scores"]] == ["15"]
    # A second run has nothing to write, and misses the same.
    for words in ((), ("--due",), ("--dry-run",)):
        data = acme("score", "collect", "--by", "ada", "--json", *words, code=1, ORGTP_SOURCES=file).json
        assert data["problems_total"] == 1, words


def test_collect_reads_the_ledger_and_not_the_work_tree(acme: Shell) -> None:
    """Half an edit in a work tree takes nothing from what is collected, so it is no problem of the run."""
    write_sources(acme, acme.folder.parent)
    acme.write("seats/eve.yaml", acme.read("seats/eve.yaml") + MARK)
    file = str(acme.folder.parent / "s.yaml")
    assert acme("score", "collect", "--by", "ada", "--json", ORGTP_SOURCES=file).json["problems_total"] == 0


def test_a_tick_does_the_rest_and_says_what_it_passed_over(sample: Shell) -> None:
    break_seat(sample, "crystal")
    ran = sample("escalate", "tick", "--by", "tally", "--json", code=1)
    assert ran.json["problems_total"] == 1
    assert ran.json["escalations"] == ["2026-11-20-penny-days-to-pay"]
    assert "seats/crystal.yaml" in ran.err


def test_a_retirement_says_what_its_plan_may_lack(sample: Shell) -> None:
    """A seat that cannot be read may report to the retired one."""
    break_seat(sample, "sift")
    words = (
        "retire",
        "jeff",
        "--to",
        "dash,crystal",
        "--reason",
        "R",
        "--decided-by",
        "david",
        "--by",
        "david",
        "--yes",
    )
    ran = sample(*words, "--dry-run", code=1)
    assert "seats/sift.yaml" in ran.err
    assert ran.err.index("seats/sift.yaml") < ran.err.index("dry run, nothing written")
    data = sample(*words, "--json", code=1).json
    assert data["commit"] == sample.head()
    assert data["problems_total"] == 1


def test_the_outbox_counts_what_it_cannot_read(sample: Shell) -> None:
    assert sample("sync", "--status", "--json").json["unreadable"] == []
    outbox = sample.folder / ".git/orgtp/outbox"
    outbox.mkdir(parents=True, exist_ok=True)
    (outbox / "01KAE3ZK8W9M2VQ4D7RTB6XH0C.json").write_text("{", encoding="utf-8")
    ran = sample("sync", "--status", code=1)
    assert "the file cannot be read" in ran.out
    data = sample("sync", "--status", "--json", code=1).json
    assert [Path(path).name for path in data["unreadable"]] == ["01KAE3ZK8W9M2VQ4D7RTB6XH0C.json"]
    assert data["problems_total"] == 1


def test_an_export_lists_what_it_could_not_read(halved: Shell) -> None:
    ran = halved("audit", "export", str(halved.folder.parent / "a.zip"), "--unsigned", "--json", code=1)
    assert ran.json["unreadable"] == ["seats/crystal.yaml"]
    assert ran.json["problems_total"] == 1


def test_a_schedule_needs_the_head_of_the_org(sample: Shell) -> None:
    """Its times are in the org's time zone, which org.yaml names."""
    assert sample("schedule", "cron", "--by", "tally").code == 0
    sample.write("org.yaml", sample.read("org.yaml").replace("timezone: ", "timezone: Mars/"))
    ran = sample("schedule", "cron", code=1)
    assert "org.yaml:" in ran.err
    assert SAYS in ran.err


class TestUnreadableIsNotAbsent:
    """A tick draws no conclusion from what it could not read."""

    def opened(self, here: Shell) -> str:
        here("escalate", "tick", "--by", "tally")
        return "2026-11-20-penny-days-to-pay"

    def state(self, here: Shell, id_: str) -> dict[str, str]:
        found: dict[str, str] = here("escalate", "show", id_, "--json", code=None).json["escalation"]
        return found

    def test_a_metric_whose_lines_cannot_be_read_is_not_gone(self, sample: Shell) -> None:
        id_ = self.opened(sample)
        text = sample.read("seats/penny.yaml")
        begin = text.index("  days-to-pay:")
        sample.write("seats/penny.yaml", text[:begin] + "  days-to-pay: soon\n")
        sample.git("commit", "-qam", "Half an edit")
        sample("escalate", "tick", "--by", "tally", code=1)
        assert self.state(sample, id_)["state"] == "open"

    def test_a_value_that_cannot_be_read_is_neither_late_nor_back(self, sample: Shell) -> None:
        id_ = self.opened(sample)
        for seat in ("penny", "dash"):
            sample.write(f"scores/{seat}/2026-11.jsonl", "<<<<<<< HEAD\n")
        sample.git("commit", "-qam", "A conflict")
        ran = sample("escalate", "tick", "--by", "tally", "--json", code=1)
        assert ran.json["escalations"] == []
        assert self.state(sample, id_)["state"] == "open"

    def test_whose_turn_it_is_is_not_guessed(self, sample: Shell) -> None:
        id_ = self.opened(sample)
        assert self.state(sample, id_)["with"] == "janine"
        break_seat(sample, "david")
        broken = sample.head()
        later = "2026-11-24T12:00:00-05:00"
        ran = sample("escalate", "tick", "--by", "tally", code=1, ORGTP_NOW=later)
        assert "seats/david.yaml" in ran.err
        assert self.state(sample, id_)["with"] == "janine"
        sample.git("revert", "--no-edit", broken)
        sample("escalate", "tick", "--by", "tally", ORGTP_NOW=later)
        assert self.state(sample, id_)["with"] == "david"


def test_json_stays_json(halved: Shell) -> None:
    """What could not be read is named on standard error; standard output is one document."""
    for words in ("chart", "log", "seat list"):
        ran = halved(*words.split(), "--json", code=1)
        assert json.loads(ran.out)["kind"]

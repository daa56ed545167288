"""The read tools: what the commands say, as of any moment, bounded, and honest about what is not known."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from mcp import Client

from orgtp.mcp.read_tools import BRIEF
from tests.conftest import Shell
from tests.mcp.clients import call, good, refusal, served, talk

HEAD = {"orgtp", "kind", "org", "revision", "dirty", "as_of", "problems", "problems_total", "quoted"}
SIX = ("scorecard", "--weeks", "6")
PAY = ("penny", "days-to-pay")


@pytest.mark.parametrize(
    ("tool", "given", "words", "key"),
    [
        ("org_chart", {}, ("chart",), "seats"),
        ("org_chart", {"root": "bogdan", "depth": 1}, ("chart", "--root", "bogdan", "--depth", "1"), "seats"),
        ("scorecard", {"weeks": 3}, ("scorecard", "--weeks", "3"), "rows"),
        ("scorecard", {"seat": "dash", "at": "2026-10"}, (*SIX, "--seat", "dash", "--at", "2026-10"), "rows"),
        ("metric_history", dict(zip(("seat", "metric"), PAY, strict=True)), ("score", "list", *PAY), "scores"),
        ("get_seat", {"seat": "echo"}, ("seat", "show", "echo"), "seat"),
        ("get_seat", {"seat": "dash"}, ("seat", "history", "dash"), "events"),
        ("seat_context", {"seat": "dash"}, ("context", "dash"), "not_owned"),
        ("seat_context", {"seat": "echo", "at": "2026-10"}, ("context", "echo", "--at", "2026-10"), "metrics"),
        ("validate", {}, ("validate",), "problems"),
        ("what_changed", {"since": "2026-11-14"}, ("diff", "2026-11-13"), "values"),
    ],
)  # fmt: skip
def test_the_same_as_the_command(asked: Shell, tool: str, given: dict[str, Any], words: Any, key: str) -> None:
    """No shape is written twice: what a view's JSON has is what a client gets."""
    found = call(served(asked), tool, **given)
    told = asked(*words, "--json").json
    assert found["history" if key == "events" else key] == told[key]
    assert set(found) >= HEAD
    assert (found["org"], found["revision"], found["dirty"]) == (told["org"], told["revision"], told["dirty"])


def test_the_question_of_the_readme(asked: Shell) -> None:
    """Which seats are agents, what are their business metrics, and where are they relative to the human seats?"""
    found = call(served(asked), "org_chart", kind="agent")
    seats = {seat["seat"]: seat for seat in found["seats"]}
    assert set(seats) == {"radar", "dash", "crystal", "jeff", "sift", "penny", "pixel", "tally"}
    dash = seats["dash"]
    assert (dash["role"], dash["owner"], dash["human_owner"]) == ("Analytics", "bogdan", "Bogdan")
    assert (dash["depth"], dash["span"], dash["reports_to"], dash["reports_to_kind"]) == (2, 0, "radar", "agent")
    assert dash["metrics"][0]["outcome"] == "No client loses a day of spend to a fault nobody saw"
    assert (found["total"], found["truncated"]) == (8, False)
    people = call(served(asked), "org_chart", kind="human")
    assert {seat["kind"] for seat in people["seats"]} == {"human"}
    assert found["total"] + people["total"] == call(served(asked), "org_chart")["total"]


def test_the_chart_by_status(asked: Shell) -> None:
    (echo,) = call(served(asked), "org_chart", status="retired")["seats"]
    assert (echo["seat"], echo["status"]) == ("echo", "retired")
    assert not call(served(asked), "org_chart", status="vacant")["seats"]


def test_one_seat_whole(asked: Shell) -> None:
    found = call(served(asked), "get_seat", seat="echo")
    assert found["seat"]["retirement"]["decided_by"] == "david"
    assert {(one["what"], one["seat"]) for one in found["hands_to"]} >= {
        (capability, heir) for capability, heir in found["seat"]["retirement"]["capabilities"].items()
    }
    jeff = call(served(asked), "get_seat", seat="jeff")
    assert jeff["hands_to"] == [{"what": "escalations it cannot resolve", "seat": "bogdan", "name": "Bogdan"}]
    assert jeff["history"][0]["action"] == "add"
    assert len(jeff["scores"]) == 20
    assert jeff["scores"] == sorted(jeff["scores"], key=lambda line: line["at"])
    assert "retire_when" in jeff["quoted"]


def test_seats_are_found(asked: Shell) -> None:
    found = call(served(asked), "list_seats", find="client SPEND")
    assert {seat["seat"] for seat in found["seats"]} == {"dash", "jeff"}
    assert set(found["seats"][0]) == set(BRIEF)
    assert {seat["seat"] for seat in call(served(asked), "list_seats", owner="kristen")["seats"]} == {
        "echo",
        "kristen",
        "pixel",
    }
    assert "echo" in {seat["seat"] for seat in call(served(asked), "list_seats")["seats"]}
    assert refusal(served(asked), "list_seats", owner="kristn") == 'unknown seat "kristn". Did you mean "kristen"?'


def test_nobody_knows_is_no_number(asked: Shell) -> None:
    """A source that failed is an explicit blank with its reason."""
    found = call(served(asked), "scorecard", seat="penny", weeks=2)
    (row,) = [row for row in found["rows"] if row["metric"] == "days-to-pay"]
    assert {(cell["state"], cell["value"]) for cell in row["cells"]} == {("unavailable", None)}
    assert row["latest"] is None
    assert row["cells"][0]["note"].startswith("source broken")


def test_a_metric_and_its_targets(asked: Shell) -> None:
    found = call(served(asked), "metric_history", seat="dash", metric="anomalies-before-open", limit=3)
    assert (len(found["scores"]), found["truncated"]) == (3, True)
    assert found["scores"][-1]["period"] == "2026-W47"
    assert "limit" in found["narrow"]
    assert found["metric"]["targets"][-1]["target"] == found["metric"]["target"]


def test_what_changed(asked: Shell) -> None:
    """A day, week or month counts from its first moment on; a commit is where it begins."""
    server = served(asked)
    found = call(server, "what_changed", since="2026-11-20", scores=True)
    assert found["headline"] == asked("diff", "2026-11-19", "--json").json["headline"]
    assert [one["commit"] for one in found["commits"]] == [
        one["commit"] for one in asked("log", "--since", found["base"]["revision"], "--json").json["commits"]
    ]
    told = call(server, "what_changed", since="2026-11-01")["commits"]
    log = asked("log", "--since", "2026-11", "--json").json["commits"]
    assert told
    assert told == [one for one in log if one["action"] != "score"], "a decision is not lost among values"
    one = call(server, "what_changed", since=asked.head())
    assert (one["headline"], one["commits"], one["total"]) == ("nothing changed", [], 0)
    about = call(server, "what_changed", since="2026-08", seat="echo")
    assert about["retired"][0]["seat"] == "echo"
    assert all("echo" in commit["seats"] for commit in about["commits"])
    then = call(server, "what_changed", since="2026-09", at="2026-09")
    assert then["as_of"] == "2026-09-30T23:59:59-04:00"
    assert then["head"]["given"] == "2026-09"
    assert all(commit["at"] < "2026-10-01T04" for commit in then["commits"])


def test_since_before_there_was_anything(asked: Shell) -> None:
    """All of it is new, and it is too much to say at once: that is said."""
    found = call(served(asked), "what_changed", since="2001", scores=True)
    assert found["base"] == {"given": "2001", "revision": None}
    assert len(found["added"]) == 12
    assert found["truncated"]
    assert 20 < len(found["commits"]) < 200
    assert "later since" in found["narrow"]


def test_as_it_stood(asked: Shell) -> None:
    then = call(served(asked), "get_seat", seat="echo", at="2026-08-25")
    assert then["seat"]["status"] != "retired"
    assert then["as_of"] == "2026-08-25T23:59:59-04:00"
    assert then["revision"] != asked.head()
    by_commit = call(served(asked), "org_chart", at=then["revision"])
    assert by_commit["revision"] == then["revision"]
    assert "the org did not exist yet in 1999" in refusal(served(asked), "org_chart", at="1999")
    for bad in ("--output=/tmp/x", "nonsense", "HEAD:seats/dash.yaml", "../..", "a..b"):
        assert refusal(served(asked), "org_chart", at=bad)


def test_what_is_asked_wrongly(asked: Shell) -> None:
    server = served(asked)
    assert refusal(server, "get_seat", seat="dahs") == 'unknown seat "dahs". Did you mean "dash"?'
    assert 'Did you mean "days-to-pay"?' in refusal(server, "metric_history", seat="penny", metric="day-to-pay")
    assert refusal(server, "get_seat", seat="../../etc/passwd").startswith('unknown seat "../../etc/passwd".')
    assert refusal(server, "get_seat", seat="dash", date="2026-10").startswith('get_seat has no argument "date".')
    assert refusal(server, "org_chrt") == 'there is no tool "org_chrt". Did you mean "org_chart"?'
    assert refusal(server, "get_seat") == "seat: Field required"
    assert refusal(server, "org_chart", kind="robot").startswith("only: Input should be")
    # Clients that must say every argument say null of those that they do not mean.
    assert call(server, "org_chart", root=None, kind=None, at=None)["total"] == 12


@pytest.mark.parametrize(("limit", "left"), [(1, 1), (5, 5), (0, 0), (-3, 0)])
def test_bounded(asked: Shell, limit: int, left: int) -> None:
    found = call(served(asked), "list_seats", limit=limit)
    assert (len(found["seats"]), found["total"], found["truncated"]) == (left, 13, True)
    assert found["narrow"]


def test_bounded_by_size(sample: Shell) -> None:
    """An org of many seats with much to say fits all the same, and says that there is more."""
    for number in range(300):
        sample.write(
            f"seats/s{number}.yaml",
            f"seat: s{number}\nname: S\nrole: R\nkind: agent\nstatus: active\nowner: david\nreports_to: david\n"
            f"mission: M\ncapabilities:\n  c{number}: {'word ' * 100}\n",
        )
    found = call(served(sample), "org_chart")
    assert found["truncated"]
    assert found["total"] == 312
    assert 50 < len(found["seats"]) < 200
    assert found["dirty"]


def test_two_at_once(asked: Shell) -> None:
    """Each call has an org of its own, in a thread of its own."""

    async def both(client: Client) -> dict[str, Any]:
        found = {}

        async def one(at: str) -> None:
            found[at] = await client.call_tool("org_chart", {"at": at})

        async with anyio.create_task_group() as group:
            for at in ("2026-08-25", "2026-10", "2026-11-20", "HEAD"):
                group.start_soon(one, at)
        return found

    found = talk(served(asked), both)
    for at, result in found.items():
        alone = call(served(asked), "org_chart", at=at)
        assert good("org_chart", result) == alone


def test_another_commits_meanwhile(sample: Shell) -> None:
    """What others do is seen at once, without asking again for anything else."""

    async def around(client: Client) -> list[Any]:
        found = [await client.call_tool("get_seat", {"seat": "radar"}), await client.read_resource("orgtp://chart")]
        await anyio.to_thread.run_sync(lambda: sample("seat", "set", "radar", "role=Chief of everything"))
        return [
            *found,
            await client.call_tool("get_seat", {"seat": "radar"}),
            await client.read_resource("orgtp://chart"),
        ]

    before, chart, after, later = talk(served(sample), around)
    assert good("get_seat", before)["revision"] != good("get_seat", after)["revision"] == sample.head()
    assert good("get_seat", after)["seat"]["role"] == "Chief of everything"
    assert chart.contents[0].text != later.contents[0].text
    sample.write("seats/radar.yaml", sample.read("seats/radar.yaml").replace("Chief of everything", "Chief"))
    found = call(served(sample), "get_seat", seat="radar")
    assert (found["seat"]["role"], found["dirty"]) == ("Chief", True)


def test_a_broken_file_leaves_the_rest(sample: Shell) -> None:
    sample.write("seats/dash.yaml", "seat: dash\n  role: [\n")
    server = served(sample)
    chart = call(server, "org_chart")
    assert "dash" not in {seat["seat"] for seat in chart["seats"]}
    assert chart["total"] == 11
    assert chart["problems_total"] == 1
    assert chart["problems"][0]["path"] == "seats/dash.yaml"
    found = call(server, "validate", severity="error")
    assert (found["problems_total"], found["total"]) == (1, found["summary"]["errors"])
    history = call(server, "what_changed", since="2026-11-19")
    assert (history["unreadable"], history["problems_total"]) == (["seats/dash.yaml"], 1)
    assert call(server, "scorecard")["problems_total"] == 1
    assert call(server, "seat_context", seat="radar")["problems_total"] == 1
    sample.write("org.yaml", "][")
    assert call(server, "org_chart")["problems_total"] == 2
    (sample.folder / "org.yaml").unlink()
    assert "no org.yaml here" in refusal(server, "org_chart")


def test_a_folder_without_git(sample: Shell) -> None:
    import shutil

    shutil.rmtree(sample.folder / ".git")
    server = served(sample)
    assert call(server, "org_chart")["revision"] is None
    assert call(server, "get_seat", seat="dash")["history"] == []
    assert "not the top of a git repository" in refusal(server, "what_changed", since="2026-11")


def test_a_shallow_clone_tells_no_beginning(sample: Shell) -> None:
    """What stands in its first commit was there before: nobody says that it was made then."""
    sample.git("clone", "-q", "--depth", "3", f"file://{sample.folder}", "../shallow")
    found = call(served(sample.at(sample.folder.parent / "shallow")), "get_seat", seat="dash")
    assert (found["history"], found["history_whole"]) == ([], False)
    assert call(served(sample), "get_seat", seat="dash")["history_whole"] is True


def test_a_stretch_that_ends_before_it_begins_is_none(asked: Shell) -> None:
    told = refusal(served(asked), "what_changed", since="2026-11-10", at="2026-11-01")
    assert told == "since 2026-11-10 is after 2026-11-01, the end of the range"


@pytest.mark.parametrize("tool", ["get_seat", "seat_context", "metric_history", "scorecard"])
def test_a_seat_that_cannot_be_read_is_not_unknown(sample: Shell, tool: str) -> None:
    sample.write("seats/dash.yaml", "seat: [")
    more = {"metric": "anomalies-before-open"} if tool == "metric_history" else {}
    assert "cannot be read" in refusal(served(sample), tool, seat="dash", **more)


def test_ids_are_completed_while_there_is_an_org(sample: Shell) -> None:
    server = served(sample)
    (sample.folder / "org.yaml").rename(sample.folder / "gone.yaml")
    assert server._match_seat_ids("da") == []
    (sample.folder / "gone.yaml").rename(sample.folder / "org.yaml")
    assert server._match_seat_ids("das") == ["dash"]


def test_what_ended_who_holds_a_seat_and_who_stands_in_are_read_as_the_commands_say_it(acme: Shell) -> None:
    acme("seat", "add", "eve", "--role", "Sales", "--kind", "human", "--reports-to", "ada", "--by", "ada")
    acme("score", "add", "bot", "number", "15", "--for", "2026-W46", "--by", "ada")
    acme("metric", "rename", "bot", "number", "calls", "--by", "ada")
    acme("seat", "delegate", "ada", "--to", "eve", "--until", "2026-12-24", "--by", "ada")
    acme("seat", "handover", "eve", "--to", "Gwen Ito", "--by", "ada")
    server = served(acme)
    bot, eve, ada = (call(server, "get_seat", seat=seat)["seat"] for seat in ("bot", "eve", "ada"))
    (ended,) = bot["ended"]
    assert (ended["metric"], ended["ends"], ended["continued_by"]) == ("number", "2026-W46", "bot/calls")
    assert eve["holder"] == "Gwen Ito"
    assert ada["delegate"] == {"to": "eve", "until": "2026-12-24"}
    rows = {row["metric"]: row for row in call(server, "scorecard", seat="bot")["rows"]}
    assert {cell["from"] for cell in rows["calls"]["cells"] if cell["value"]} == {"bot/number"}
    assert "number" not in rows

"""`orgtp seat history`: the history of one seat on one page."""

from __future__ import annotations

from typing import Any

from tests.conftest import Shell


def events(here: Shell, seat: str, *words: str) -> list[dict[str, Any]]:
    """What became of a seat, oldest first."""
    found: list[dict[str, Any]] = here("seat", "history", seat, *words, "--json").json["events"]
    return found


def whats(event: dict[str, Any]) -> list[str]:
    """The sorts of what a commit changed."""
    return [change["what"] for change in event["changes"]]


def test_a_whole_life(acme: Shell) -> None:
    """Proposed, at work, handed on, measured otherwise, moved, and retired."""
    words = (
        "--kind",
        "agent",
        "--owner",
        "ada",
        "--reports-to",
        "ada",
        "--status",
        "proposed",
        "--since",
        "2026-10-05",
    )
    acme("seat", "add", "new", "--role", "Greeter", *words, "--capability", "greet=Greets.", "--by", "ada")
    acme("seat", "set", "new", "status=active", "--by", "ada")
    metric = ("name=Guests who came back", "outcome=Guests stay ours", "target=>= 5", "cadence=weekly")
    acme("seat", "set", "new", *(f"metrics.back.{part}" for part in metric), "--by", "ada")
    for value, period in (("7", "2026-W45"), ("3", "2026-W46"), ("4", "2026-W46")):
        acme("score", "add", "new", "back", value, "--for", period, "--by", "ada")
    acme("score", "add", "new", "back", "--unavailable", "closed", "--by", "ada")
    acme("seat", "set", "new", "metrics.back.target.2026-W47=>= 6", "reports_to=bot", "--by", "ada")
    decided = ("--decided-by", "ada", "--reason", "Bot does it.", "--yes")
    acme("retire", "new", "--to", "bot", "--move", "back=bot", *decided)
    told = events(acme, "new")
    assert [whats(event) for event in told] == [
        ["added"], ["statuses"], ["metrics"], ["moved", "targets", "targets"], ["retired"],
    ]  # fmt: skip
    assert told[0]["changes"][0]["status"] == "proposed"
    assert [event["by"] for event in told[:4]] == ["ada"] * 4
    assert told[4]["commit"] == acme.head()
    # What was recorded is recorded at the one moment at which the clock of the tests stands.
    counts = [event["recorded"][0] for event in told if event["recorded"]]
    assert [sum(count[key] for count in counts) for key in ("records", "unavailable", "corrected")] == [4, 1, 1]
    assert [sum(count[key] for count in counts) for key in ("on_target", "known")] == [1, 2]
    out = acme("seat", "history", "new").out
    assert "proposed as New, Greeter\n  owned by Ada, reports to Ada\n  does greet\n" in out
    assert "status: proposed → active" in out
    assert "reports to Bot, previously to Ada" in out
    assert "decided by    ada" in out
    assert whats(events(acme, "bot")[-1]) == ["capabilities", "metrics"]
    assert "does greet now, taken over from New" in acme("seat", "history", "bot").out


def test_the_sample_says_how_echo_lived(sample: Shell) -> None:
    out = sample("seat", "history", "echo", COLUMNS="100").out
    assert out.startswith("Echo (echo), Social listening  (retired)\n\n2026-08-24 10:03  Kristen  ")
    assert "7 values, 2 of 7 on target" in out
    assert out.index("retired 2026-10-14") < out.index("lesson        An alert is worth something")
    assert "agent" not in out


def test_as_it_stood(sample: Shell) -> None:
    before = events(sample, "echo", "--at", "2026-10-13")
    assert [whats(event) for event in before] == [["added"]]
    assert "retired" not in sample("seat", "history", "echo", "--at", "2026-10-13").out
    sample.git("clone", "-q", "--bare", ".", "../bare.git")
    assert sample("--org", "../bare.git", "seat", "history", "echo").out == sample("seat", "history", "echo").out


def test_layout_is_no_event_and_a_merge_is_told_by_its_sides(acme: Shell) -> None:
    acme.git("checkout", "-qb", "side")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("role: Desk", "role: Counter  # at the door"))
    acme.git("commit", "-qam", "Side")
    side = acme.head()
    acme.git("checkout", "-q", "main")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("since: 2026-10-05", "since: '2026-10-05'"))
    acme.git("commit", "-qam", "Layout")
    acme.git("merge", "-q", "-m", "Merge", "side")
    assert [(event["commit"], whats(event)) for event in events(acme, "bot")[1:]] == [(side, ["fields"])]


def test_a_merge_that_decides_otherwise_is_an_event(acme: Shell) -> None:
    text = acme.read("seats/bot.yaml")
    for branch, role in (("side", "Counter"), ("main", "Door")):
        acme.git("checkout", "-q", *(["-b"] if branch == "side" else []), branch)
        acme.write("seats/bot.yaml", text.replace("role: Desk", f"role: {role}"))
        acme.git("commit", "-qam", role)
    acme.git("merge", "-q", "side", code=1)
    acme.write("seats/bot.yaml", text.replace("role: Desk", "role: Lobby"))
    acme.git("commit", "-qam", "Both")
    last = events(acme, "bot")[-1]
    assert (last["commit"], [change["after"] for change in last["changes"]]) == (acme.head(), ["Lobby"])


def test_a_file_that_was_broken_for_a_while(acme: Shell) -> None:
    text = acme.read("seats/bot.yaml")
    for content in ("seat: [\n", text.replace("role: Desk", "role: Counter")):
        acme.write("seats/bot.yaml", content)
        acme.git("commit", "-qam", "X")
    ran = acme("seat", "history", "bot", code=1)
    assert ran.out.startswith("Bot (bot), Counter\n")
    # Neither commit hides that it says less than it should.
    assert ran.out.count("seats/bot.yaml could not be read before or after this commit") == 2
    broken = acme.git("rev-parse", "HEAD~1").out.strip()
    told = f"seats/bot.yaml:2:1 could not be read at {broken[:10]}, so the output is incomplete. "
    assert ran.err == f"{told}See: orgtp validate --at {broken[:10]}\n"
    assert acme("validate", "--at", broken[:10], code=1).out.startswith("seats/bot.yaml:2:1")
    data = acme("seat", "history", "bot", "--json", code=1).json
    assert data["problems_total"] == 1
    assert [one for event in data["events"][1:] for one in event["changes"]] == [
        {"what": "unreadable", "seat": "bot", "path": "seats/bot.yaml"}
    ] * 2


def test_gone_and_back_by_hand(acme: Shell) -> None:
    acme.git("rm", "-q", "seats/bot.yaml")
    acme.git("commit", "-qm", "Gone")
    acme.git("revert", "--no-edit", "HEAD")
    assert [whats(event) for event in events(acme, "bot")] == [["added"], ["removed"], ["added"]]


def test_what_there_is_no_life_of(acme: Shell, shell: Shell) -> None:
    assert 'Did you mean "bot"?' in acme("seat", "history", "bott", code=2).err
    acme.write("seats/new.yaml", "seat: new\nname: New\nrole: R\nkind: human\nstatus: active\n")
    assert "nothing is committed yet" in acme("seat", "history", "new").out
    shell.write("plain/org.yaml", "org: plain\n")
    shell.write("plain/seats/ada.yaml", "seat: ada\nname: A\nrole: R\nkind: human\nstatus: active\n")
    assert "not the top of a git repository" in shell("seat", "history", "ada", "--org", "plain", code=2).err


def test_widths(sample: Shell) -> None:
    for width in ("40", "80", "200"):
        assert max(map(len, sample("seat", "history", "crystal", COLUMNS=width).out.splitlines())) <= int(width)

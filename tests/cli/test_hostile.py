"""Hostile texts: whatever stands in a file, an argument or a commit, nothing of it drives the terminal."""

from __future__ import annotations

import json

import pytest

from tests.cli.terminal import driving, on_terminal
from tests.conftest import Shell

# As YAML's double-quoted escapes: colour, C1, DEL, a newline, an override of direction, a bell, rich's markup.
EVIL = r"\e[31mX\x9b2JY\x7fZ\nnew\u202Eline\a[bold]m[/bold] :smile: \u2028\ufeff"
RAW = "\x1b[31mX\x9b2JY\x7fZ\u202eline\x07[bold]m[/bold]"
SEAT = f"""\
seat: evil
name: "N {EVIL}"
role: "R {EVIL}"
kind: agent
status: active
owner: ada
reports_to: ada
mission: "M {EVIL}"
retire_when: "W Bot {EVIL}"
email: "e{EVIL.split(" ", maxsplit=1)[0]}@example.com"
since: 2026-01-05
capabilities:
  cap: "C {EVIL}"
metrics:
  m: {{name: "K bot {EVIL}", outcome: "O {EVIL}", target: "yes", cadence: weekly}}
x-own:
  "k {EVIL}": "V {EVIL}"
"""
BROKEN = f"""\
seat: "{EVIL}"
name: B
role: R
kind: "{EVIL}"
status: active
owner: "{EVIL}"
reports_to: "{EVIL}"
since: "{EVIL}"
"key {EVIL}": 1
capabilities: {{"{EVIL}": x}}
metrics:
  m: {{name: N, outcome: O, target: "{EVIL}", cadence: "{EVIL}"}}
  "{EVIL}": {{name: N}}
"""
VIEWS = (
    ("chart",),
    ("chart", "--all", "--kind"),
    ("chart", "--format", "mermaid"),
    ("chart", "--format", "dot"),
    ("chart", "--format", "svg"),
    ("chart", "--format", "wall-svg"),
    ("chart", "--format", "term-svg"),
    ("chart", "--json"),
    ("seat", "list"),
    ("seat", "list", "--json"),
    ("seat", "show", "evil"),
    ("seat", "show", "evil", "--kind"),
    ("seat", "show", "evil", "--json"),
    ("score", "list"),
    ("score", "list", "--json"),
    ("scorecard",),
    ("scorecard", "--json"),
    ("log",),
    ("log", "evil"),
    ("log", "--json"),
    ("seat", "history", "evil"),
    ("seat", "history", "evil", "--json"),
    ("why", "evil"),
    ("why", "evil", "--json"),
    ("seat", "blame", "evil"),
    ("seat", "blame", "evil", "--json"),
    ("validate",),
    ("validate", "--json"),
    ("retire", "evil", "--to", "bot", "--reason", RAW, "--decided-by", "ada", "--dry-run"),
    ("retire", "evil", "--to", "bot", "--reason", RAW, "--decided-by", "ada", "--dry-run", "--json"),
    ("retire", "evil", "--reason", RAW),
    ("retire", "bot", "--to", "ada", "--reason", "R", "--decided-by", "ada", "--dry-run"),
    ("seat", "set", "evil", f"mission={RAW}", "--dry-run"),
    ("seat", "set", "evil", f"mission={RAW}", "--dry-run", "--json"),
    ("seat", "set", "evil", f"x-{RAW}.{RAW}=x", "--dry-run"),
    ("seat", "add", "new", "--role", RAW, "--kind", "human", "--name", RAW, "--dry-run"),
    ("score", "add", "evil", "m", "yes", "--note", RAW, "--dry-run"),
    ("score", "add", "evil", "m", "--unavailable", RAW, "--dry-run", "--json"),
)
WRONG = (
    (RAW,),
    (f"--{RAW}",),
    ("seat", RAW),
    ("seat", "show", RAW),
    ("seat", "set", "bot", RAW),
    ("seat", "set", "bot", f"{RAW}=x"),
    ("seat", "add", RAW, "--role", "R", "--kind", "human"),
    ("seat", "add", "new", "--role", "R", "--kind", RAW),
    ("seat", "add", "new", "--role", "R", "--kind", "human", "--email", RAW),
    ("score", "add", "bot", RAW, "1"),
    ("score", "add", "bot", "number", RAW),
    ("score", "add", "bot", "number", "1", "--for", RAW),
    ("score", "add", "bot", "number", "1", "--id", RAW),
    ("score", "add", "bot", "number", "1", "--by", RAW),
    ("score", "add", "--from", RAW),
    ("score", "list", "bot", RAW),
    ("why", "bot", RAW),
    ("why", "bot", "--since", RAW),
    ("chart", "--at", RAW),
    ("chart", "--root", RAW),
    ("chart", "--depth", RAW),
    ("chart", "--format", RAW),
    ("chart", "--org", RAW),
    ("retire", "bot", "--to", RAW),
    ("retire", "bot", "--move", RAW),
    ("retire", "bot", "--review", RAW),
    ("schema", RAW),
    ("init", "new", "--timezone", RAW),
)


@pytest.fixture
def evil(acme: Shell) -> Shell:
    """Acme with a seat, values, a broken file and commits by hand that all mean harm."""
    acme.write("seats/evil.yaml", SEAT)
    note = json.dumps({"note": RAW}, ensure_ascii=True).strip("{}")
    head = '"at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W4'
    acme.write(
        "scores/evil/2026-11.jsonl",
        f'{{"id":"a",{head}6","value":"yes",{note}}}\n{{"id":"b",{head}7","value":null,{note}}}\n',
    )
    acme.git("add", ".")
    subject = f"score(evil): {RAW}\n\nbody {RAW}\n\nOrgtp-Action: {RAW}\nOrgtp-Seat: evil\nOrgtp-By: {RAW}\n"
    acme.git("commit", "-q", "--cleanup=verbatim", "-F", "-", stdin=subject, GIT_AUTHOR_NAME=RAW)
    acme.git("commit", "-q", "--allow-empty", "-m", f"by hand {RAW}", GIT_AUTHOR_NAME=RAW, GIT_AUTHOR_EMAIL=RAW)
    return acme


def _clean(text: str, what: object) -> None:
    found = driving(text)
    assert not found, f"{what}: {found[:5]!r} in {text!r}"


@pytest.mark.parametrize("words", VIEWS, ids=lambda words: " ".join(words[:3]).encode("unicode_escape").decode())
def test_no_text_drives_a_terminal(evil: Shell, words: tuple[str, ...]) -> None:
    ran = evil(*words, code=None, ORGTP_SEAT="ada")
    assert ran.code in {0, 1, 2}, ran.err
    _clean(ran.out, words)
    _clean(ran.err, words)
    if "--json" in words:
        assert ran.json["orgtp"] == 1


def test_problems_of_hostile_files(evil: Shell) -> None:
    evil.write("seats/broken.yaml", BROKEN)
    evil.write("seats/\x1b[31m\u202e.yaml", "seat: x\n")
    evil.write("seats/raw.yaml", "seat: raw\nname: \x1b[31m\n")
    evil.write("scores/evil/\x1b[2J.jsonl", "{}\n")
    evil.write("org.yaml", evil.read("org.yaml").replace('name: "Acme"', f'name: "A {EVIL}"'))
    evil.write("retirements/evil.yaml", f'seat: evil\nreason: "{EVIL}"\ncapabilities: {{cap: "{EVIL}"}}\n')
    for words in (("validate",), ("chart",), ("scorecard",), ("seat", "show", "evil")):
        for more in ((), ("--json",)):
            ran = evil(*words, *more, code=None)
            assert ran.code in {0, 1}
            _clean(ran.out + ran.err, words)


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40])
def test_no_argument_drives_a_terminal(acme: Shell, words: tuple[str, ...]) -> None:
    before = acme.head()
    ran = acme(*words, code=2)
    _clean(ran.out + ran.err, words)
    assert ran.err.strip()
    assert (acme.head(), acme.git("status", "--porcelain").out) == (before, "")


def test_a_message_has_the_lines_that_it_has(evil: Shell) -> None:
    """A newline in a name makes no line of its own, on any page."""
    for words in (("chart",), ("seat", "list"), ("log",), ("score", "list", "evil")):
        lines = evil(*words, code=None).out.splitlines()
        assert not [line for line in lines if line.lstrip().startswith("new")], words


def test_markup_and_emoji_codes_stay_text(evil: Shell) -> None:
    text = evil("chart", code=1).out
    assert "[bold]m[/bold] :smile:" in text
    seen = on_terminal(evil, "seat", "show", "evil").text
    assert "[bold]m[/bold]" in seen


def test_only_our_own_colours_reach_a_terminal(evil: Shell) -> None:
    for words in (("chart",), ("scorecard",), ("log",), ("seat", "show", "evil"), ("validate",)):
        seen = on_terminal(evil, *words, NO_COLOR="1")
        _clean(seen.text, words)


def test_what_is_written_stays_in_its_place(acme: Shell) -> None:
    """A newline in an argument makes no trailer, no second line in the log and no key in a file."""
    evil = "x\nOrgtp-By: david\nOrgtp-Approved-By: david\n\nfoo: bar"
    acme("score", "add", "bot", "number", "13", "--note", evil)
    acme("score", "add", "bot", "done", "--unavailable", evil)
    acme("seat", "set", "bot", f"mission={evil}", f"x-own={evil}")
    acme("seat", "add", "new", "--role", evil, "--kind", "human", "--name", evil)
    for commit in acme.git("rev-list", "HEAD~4..HEAD").out.split():
        message = acme.git("log", "-1", "--format=%B", commit).out
        trailers = acme.git("interpret-trailers", "--parse", stdin=message).out.splitlines()
        assert [line.partition(":")[0] for line in trailers] == ["Orgtp-Action", "Orgtp-Seat"]
    found = acme("validate", "--json", code=1).json["problems"]
    assert {row["rule"] for row in found if row["severity"] == "error"} == {"no-metric"}
    data = acme("seat", "show", "bot", "--json").json["seat"]
    assert data["mission"] == evil
    assert {entry["by"] for entry in acme("log", "--json").json["commits"]} == {None}

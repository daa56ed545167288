"""`orgtp seat show|list|add|set`: an edit changes only the lines it must."""

from __future__ import annotations

import pytest

from tests.cli.changes import nothing_written, subject, touched, trailers
from tests.conftest import Shell

CURLED = """\
# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json
# Kept by hand, please.

seat: "curl"      # the id
name:   'Curl'
role: >-
  Hair
  and more
kind: agent
status: active
owner: ada        # for now

mission: "It's quoted"

capabilities: {cut: "Cuts, and", dry: Dries}
metrics:

  # The one that counts
  happy:
    name: Happy heads
    outcome: People come back
    target: {2026-W01: ">= 90%", 2026-W30: ">= 95%"}   # dated
    cadence: weekly
x-own: {a: [1, 2], b: no}
"""


@pytest.fixture
def curled(acme: Shell) -> Shell:
    """Acme with a seat whose file a person has laid out."""
    acme.write("seats/curl.yaml", CURLED)
    acme.git("add", ".")
    acme.git("commit", "-qm", "Curl")
    return acme


def test_show_tells_all(sample: Shell) -> None:
    text = sample("seat", "show", "jeff").out
    for part in ("Jeff, Data integrity", "Bogdan", "radar", "sift", "2025-05-12", "jeff@example.com"):
        assert part in text
    for part in ("ad-pacing-monitoring", "Compares the hours", "pacing-on-plan", ">= 90%", "80%", "weekdays, per week"):
        assert part in text


def test_show_json(sample: Shell) -> None:
    data = sample("seat", "show", "jeff", "--json").json
    chart = {seat["seat"]: seat for seat in sample("chart", "--json").json["seats"]}
    assert data["kind"] == "seat"
    assert {key: data["seat"][key] for key in chart["jeff"]} == chart["jeff"]
    assert (data["seat"]["reports"], data["seat"]["owns"], data["seat"]["retirement"]) == (["sift"], [], None)
    assert sample("seat", "show", "bogdan", "--json").json["seat"]["owns"] == ["crystal", "dash", "jeff", "tally"]


def test_show_a_retired_seat(sample: Shell) -> None:
    text = sample("seat", "show", "echo").out
    assert "(retired)" in text
    assert "David" in text or "david" in text
    assert "to crystal" in text
    record = sample("seat", "show", "echo", "--json").json["seat"]["retirement"]
    assert record["decided_by"] == "david"


def test_show_at_an_earlier_day(sample: Shell) -> None:
    assert sample("seat", "show", "penny", "--at", "2026-08-24", "--json").json["seat"]["role"] != "Collections"
    assert sample("seat", "show", "penny", "--json").json["seat"]["role"] == "Collections"


def test_list(sample: Shell) -> None:
    rows = [line.split()[0] for line in sample("seat", "list").out.splitlines()]
    assert rows == sorted(rows)
    assert "echo" not in rows
    everyone = sample("seat", "list", "--all", "--json").json["seats"]
    assert len(everyone) == len(rows) + 1 == 13


def test_add_writes_what_was_said(acme: Shell) -> None:
    words = ("--role", "Design", "--kind", "agent", "--owner", "ada", "--reports-to", "ada", "--mission", "Draws: all")
    ran = acme("seat", "add", "pixel", *words, "--capability", "draw=Draws # it", "--email", "p@example.com")
    assert ran.out == f"{acme.head()[:10]} add(pixel): Pixel, Design\n"
    assert acme.read("seats/pixel.yaml").splitlines() == [
        "# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json",
        "seat: pixel",
        "name: Pixel",
        "role: Design",
        "kind: agent",
        "status: active",
        "owner: ada",
        "reports_to: ada",
        'mission: "Draws: all"',
        "email: p@example.com",
        "capabilities:",
        '  draw: "Draws # it"',
    ]
    assert trailers(acme) == ["Orgtp-Action: add", "Orgtp-Seat: pixel"]
    assert list(touched(acme)) == ["seats/pixel.yaml"]
    # What it is measured on comes next; until then, validate asks for it.
    found = acme("validate", "--json", code=1).json["problems"]
    assert {row["rule"] for row in found if row["severity"] == "error"} == {"no-metric"}


def test_add_makes_no_first_day_up(acme: Shell) -> None:
    """Nobody said that the seat began today, and a value from before would contradict it."""
    words = ("--role", "Design", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
    acme("seat", "add", "pixel", *words)
    assert "since" not in acme.read("seats/pixel.yaml")
    assert acme("seat", "show", "pixel", "--json").json["seat"]["since"] is None
    keys = {"name": "Drawn", "outcome": "Clients have pictures", "target": ">= 5", "cadence": "weekly"}
    acme("seat", "set", "pixel", *(f"metrics.drawn.{key}={value}" for key, value in keys.items()))
    acme("score", "add", "pixel", "drawn", "7", "--for", "2026-W40")
    (row,) = acme("scorecard", "--seat", "pixel", "--weeks", "8", "--json").json["rows"]
    assert row["cells"][0]["value"] == "7"
    found = acme("validate", "--json", code=None).json["problems"]
    assert "score-before-since" not in {problem["rule"] for problem in found}


def test_add_writes_the_first_day_that_was_named(acme: Shell) -> None:
    acme("seat", "add", "pixel", "--role", "R", "--kind", "human", "--since", "2026-10-01")
    assert "since: 2026-10-01\n" in acme.read("seats/pixel.yaml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bot", "--kind", "agent", "--owner", "ada"), "is or was a seat, and ids are never reused"),
        (("x", "--kind", "agent", "--owner", "bot"), 'owner "bot" is not a human seat'),
        (("x", "--kind", "agent"), "owner"),
        (("x", "--kind", "agent", "--owner", "adda"), 'Did you mean "ada"?'),
        (("x", "--kind", "human", "--reports-to", "nobody"), 'reports_to "nobody" is not a seat'),
        (("Xa", "--kind", "human"), "is not a valid id"),
        (("x" * 64, "--kind", "human"), "is not a valid id"),
        (("x", "--kind", "human", "--since", "yesterday"), "2026-11-20"),
        (("x", "--kind", "human", "--email", "nobody"), "is not an address"),
        (("x", "--kind", "human", "--capability", "Draws"), "ID=TEXT"),
        (("x", "--kind", "human", "--capability", "B ad=Draws"), "is not an id"),
        (("x", "--kind", "robot"), "human"),
    ],
)
def test_add_refuses(acme: Shell, words: tuple[str, ...], said: str) -> None:
    with nothing_written(acme):
        assert said in acme("seat", "add", *words, "--role", "R", code=2).err


def test_an_id_is_never_used_again(sample: Shell) -> None:
    words = ("--role", "R", "--kind", "agent", "--owner", "david")
    assert "ids are never reused" in sample("seat", "add", "echo", *words, code=2).err
    sample.git("rm", "-q", "seats/echo.yaml", "retirements/echo.yaml")
    sample.git("commit", "-qm", "As if it had not been")
    assert "ids are never reused" in sample("seat", "add", "echo", *words, code=2).err


@pytest.mark.parametrize(
    ("pair", "before", "after"),
    [
        ("owner=ada2", "owner: ada        # for now", "owner: ada2        # for now"),
        ("name=It's", "name:   'Curl'", "name:   'It''s'"),
        ('mission=A "b"', 'mission: "It\'s quoted"', 'mission: "A \\"b\\""'),
        ("metrics.happy.cadence=daily", "    cadence: weekly", "    cadence: daily"),
        ("metrics.happy.name=no", "    name: Happy heads", '    name: "no"'),
        ("capabilities.dry=Dries: all", "dry: Dries}", 'dry: "Dries: all"}'),
    ],
)
def test_set_is_a_one_line_diff(curled: Shell, pair: str, before: str, after: str) -> None:
    curled("seat", "add", "ada2", "--role", "R", "--kind", "human")
    curled("seat", "set", "curl", pair)
    assert touched(curled) == {"seats/curl.yaml": "1/1"}
    assert curled.read("seats/curl.yaml") == CURLED.replace(before, after)
    found = curled("validate", "--json", code=None).json["problems"]
    assert {row["rule"] for row in found if row["severity"] == "error"} <= {"no-metric"}
    assert "seats/curl.yaml" not in {row["path"] for row in found if row["severity"] == "error"}


def test_set_a_new_key_adds_a_line(curled: Shell) -> None:
    curled("seat", "set", "curl", "retire_when=Nobody comes", "metrics.happy.rollup=min", "x-new=1")
    assert touched(curled) == {"seats/curl.yaml": "3/0"}
    kept = [line for line in curled.read("seats/curl.yaml").splitlines() if line in CURLED.splitlines()]
    assert kept == CURLED.splitlines()
    assert curled("seat", "show", "curl", "--json").json["seat"]["retire_when"] == "Nobody comes"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("mission", 'mission: "It\'s quoted"\n'),
        ("role", ""),
        ("x-own", "x-own: {a: [1, 2], b: no}\n"),
    ],
)
def test_an_empty_value_takes_the_key_out(curled: Shell, key: str, line: str) -> None:
    ran = curled("seat", "set", "curl", f"{key}=", code=None)
    if line:
        assert ran.code == 0
        assert curled.read("seats/curl.yaml") == CURLED.replace(line, "")
    else:
        assert ran.code == 2
        assert 'has no "role"' in ran.err


def test_a_capability_is_taken_out_of_a_flow_mapping(curled: Shell) -> None:
    curled("seat", "set", "curl", "capabilities.cut=")
    assert "capabilities: {dry: Dries}\n" in curled.read("seats/curl.yaml")


def test_several_at_once_are_one_commit(curled: Shell) -> None:
    before = curled.head()
    curled("seat", "set", "curl", "mission=Cuts", "since=2026-02-01", "--by", "ada")
    assert curled.git("rev-list", "--count", f"{before}..HEAD").out == "1\n"
    assert trailers(curled) == ["Orgtp-Action: set", "Orgtp-Seat: curl", "Orgtp-By: ada"]
    assert subject(curled).startswith("set(curl): ")


def test_the_subject_tells_old_and_new(sample: Shell) -> None:
    sample("seat", "set", "sift", "owner=bogdan")
    assert subject(sample) == "set(sift): owner janine -> bogdan"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bot", "ownr=ada"), 'Did you mean "owner"?'),
        (("bot", "status=retired"), "Use: orgtp retire bot --to HEIR"),
        (("bot", "seat=x"), "never changes"),
        (("bot", "owner=nobody"), 'owner "nobody" is not a seat'),
        (("bot", "owner="), "has no owner"),
        (("bot", "kind=robot"), "human, agent"),
        (("bot", "mission"), "KEY=VALUE"),
        (("bot", "=x"), "KEY=VALUE"),
        (("bot", "mission="), "has no mission"),
        (("bot", "metrics.nope.target=yes"), "nope"),
        (("bot", "metrics.number.trget=yes"), 'Did you mean "target"?'),
        (("bot", "metrics.number.target=lots"), 'target "lots" is not a valid target'),
        (("bot", "metrics=x"), "metrics"),
        (("bot", "name.first=x"), '"name.first" is not a key'),
        (("bot", "metrics..target=x"), "is not a key"),
        (("bot", "reports_to=bot"), "cycle"),
        (("bot", "since=2026-02-30"), "is not a date"),
        (("bott", "name=x"), 'Did you mean "bot"?'),
        (("bot",), "KEY=VALUE"),
        (("bot", "name=x", "--by", "nobody"), 'unknown seat "nobody"'),
    ],
)
def test_set_refuses(acme: Shell, words: tuple[str, ...], said: str) -> None:
    with nothing_written(acme):
        assert said in acme("seat", "set", *words, code=2).err


def test_set_refuses_a_retired_seat(sample: Shell) -> None:
    with nothing_written(sample):
        assert "echo is retired" in sample("seat", "set", "echo", "name=Back", code=2).err
        assert "echo is retired" in sample("seat", "set", "echo", "status=active", code=2).err


def test_set_refuses_a_file_with_uncommitted_changes(acme: Shell) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("Desk", "Desks"))
    with nothing_written(acme):
        ran = acme("seat", "set", "bot", "name=Botty", code=2)
        assert "seats/bot.yaml has uncommitted changes" in ran.err
    acme("seat", "set", "ada", "role=Chair")
    assert acme.git("status", "--porcelain").out == " M seats/bot.yaml\n"


def test_setting_what_is_set_changes_nothing(acme: Shell) -> None:
    with nothing_written(acme):
        ran = acme("seat", "set", "bot", "owner=ada")
        assert "nothing to change" in ran.err
        assert acme("seat", "set", "bot", "owner=ada", "--json").json["commit"] is None


def test_dry_run_shows_the_diff(acme: Shell) -> None:
    with nothing_written(acme):
        ran = acme("seat", "set", "bot", "role=Front desk", "--dry-run")
        assert "-role: Desk\n+role: Front desk\n" in ran.out
        assert "set(bot): role Desk -> Front desk" in ran.err
        assert acme("seat", "set", "bot", "role=Front desk", "--dry-run", "--json").json["commit"] is None


def test_json_of_a_change(acme: Shell) -> None:
    data = acme("seat", "set", "bot", "role=Front desk", "--json").json
    assert list(data)[:5] == ["orgtp", "kind", "org", "revision", "dirty"]
    assert (data["commit"], data["paths"], data["outbox"]) == (acme.head(), ["seats/bot.yaml"], False)
    assert data["revision"] == acme.head()
    data = acme("seat", "add", "new", "--role", "R", "--kind", "human", "--json").json
    assert (data["commit"], data["paths"], data["outbox"]) == (acme.head(), ["seats/new.yaml"], False)


def test_a_change_without_git_says_what_to_do(shell: Shell) -> None:
    shell.write("org.yaml", "org: plain\ntimezone: UTC\n")
    ran = shell("seat", "add", "ada", "--role", "R", "--kind", "human", code=2)
    assert "git -C" in ran.err
    assert not (shell.folder / "seats").exists()


def test_a_change_in_a_bare_repository(acme: Shell) -> None:
    acme.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = acme.at(acme.folder.parent / "bare.git")
    bare("seat", "set", "bot", "role=Front desk")
    assert subject(bare) == "set(bot): role Desk -> Front desk"
    assert bare("seat", "show", "bot", "--json").json["seat"]["role"] == "Front desk"


def test_a_change_from_another_branch_lands_on_the_ledger(acme: Shell) -> None:
    acme.git("checkout", "-qb", "idea")
    acme("seat", "set", "bot", "role=Front desk")
    assert "role: Desk" in acme.read("seats/bot.yaml")
    assert acme.git("status", "--porcelain").out == ""
    assert acme.git("log", "-1", "--format=%s", "main").out == "set(bot): role Desk -> Front desk\n"


def test_what_a_change_leaves_to_mend_is_said_at_once(acme: Shell) -> None:
    ran = acme("seat", "add", "pixel", "--role", "R", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
    assert "pixel has no metric. Add a metric: orgtp metric add pixel" in ran.err
    assert "pixel has no retire_when" in ran.err
    assert all(line.startswith("note: seats/pixel.yaml:") for line in ran.err.splitlines() if " has no " in line)
    assert acme("seat", "set", "pixel", "mission=Draws").err == ""


def test_many_errors_of_one_rule_are_counted(sample: Shell) -> None:
    said = sample("seat", "set", "janine", "since=2026-10-12", code=2).err.splitlines()
    assert all(line.startswith("  scores/janine/2026-0") for line in said[1:4])
    assert said[4].startswith("  and ")
    assert said[4].endswith(" more of score-before-since")
    assert len(said) == 5

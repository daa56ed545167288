"""`orgtp chart`: its JSON, what of the chart is shown, from where and from when."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import pytest
from rich.cells import cell_len

from tests.conftest import Shell

SEAT_KEYS = [
    "seat",
    "name",
    "role",
    "kind",
    "status",
    "owner",
    "reports_to",
    "reports_to_kind",
    "human_owner",
    "depth",
    "span",
    "capabilities",
    "metrics",
    "stale",
    "holder",
    "also_reports_to",
    "also_holds",
]
METRIC_KEYS = ["metric", "name", "outcome", "target", "unit", "cadence", "per", "latest", "state"]
METRIC_KEYS += ["stale_since", "continues", "ends"]
WIDE = {
    "dash": "名前が広い",
    "crystal": "Zoe\u0301",
    "jeff": "🚀 Rocket",
    "tally": "\uff26\uff55\uff4c\uff4c",
}


def _person(seat: str, more: str = "") -> str:
    return f"seat: {seat}\nname: {seat.title()}\nrole: R\nkind: human\nstatus: active\n{more}"


def _names(text: str) -> list[str]:
    """The first word of each line of the tree."""
    lines = text.split("\n\n")[1].splitlines()
    return [re.sub(r"^[│├└─ ]*", "", line).split()[0] for line in lines]


def test_json_has_the_keys_of_the_design(sample: Shell) -> None:
    data = sample("chart", "--json").json
    assert list(data) == [
        "orgtp",
        "kind",
        "org",
        "revision",
        "dirty",
        "problems_total",
        "seats",
        "left_out",
        "hidden_below",
    ]
    assert (data["kind"], data["org"], data["revision"], data["dirty"]) == ("chart", "sneeze-it", sample.head(), False)
    assert all(list(seat) == SEAT_KEYS for seat in data["seats"])
    assert all(list(metric) == METRIC_KEYS for seat in data["seats"] for metric in seat["metrics"])
    assert sample("chart", "--format", "json").json == data


def test_seats_come_depth_first(sample: Shell) -> None:
    seats = sample("chart", "--json").json["seats"]
    by_id = {seat["seat"]: seat for seat in seats}
    trail: list[str] = []
    for seat in seats:
        trail = trail[: seat["depth"]]
        assert seat["reports_to"] == (trail[-1] if trail else None)
        trail.append(seat["seat"])
        assert seat["span"] == sum(other["reports_to"] == seat["seat"] for other in seats)
        assert seat["human_owner"] == by_id[seat["owner"]]["name"]
        boss = by_id.get(seat["reports_to"])
        assert seat["reports_to_kind"] == (boss["kind"] if boss else None)


def test_values_are_text_and_states_are_known(sample: Shell) -> None:
    metrics = {m["metric"]: m for seat in sample("chart", "--json").json["seats"] for m in seat["metrics"]}
    assert metrics["cash-collected"]["unit"] == "USD"
    assert (metrics["briefing-by-8"]["latest"], metrics["briefing-by-8"]["state"]) == ("5/5", "on")
    assert (metrics["days-to-pay"]["latest"], metrics["days-to-pay"]["state"]) == (None, "unavailable")
    assert (metrics["pacing-on-plan"]["latest"], metrics["pacing-on-plan"]["unit"]) == ("80", "%")
    assert metrics["anomalies-before-open"]["target"] == ">= 95%"


def test_text_shows_what_json_says(sample: Shell) -> None:
    names = [seat["name"] for seat in sample("chart", "--json").json["seats"]]
    assert _names(sample("chart").out) == names
    assert _names(sample("chart", COLUMNS="80").out) == names


def test_root_and_depth(sample: Shell) -> None:
    below = sample("chart", "--root", "radar", "--json").json["seats"]
    assert [seat["seat"] for seat in below] == ["radar", "crystal", "dash", "jeff", "sift", "tally"]
    assert [seat["depth"] for seat in below] == [1, 2, 2, 2, 3, 2]
    assert _names(sample("chart", "--root", "radar").out)[0] == "Radar"
    top = sample("chart", "--depth", "0", "--json").json["seats"]
    assert [(seat["seat"], seat["span"]) for seat in top] == [("david", 4)]
    assert {seat["depth"] for seat in sample("chart", "--depth", "1", "--json").json["seats"]} == {0, 1}


def test_all_shows_the_retired(sample: Shell) -> None:
    assert "Echo" not in sample("chart").out
    text = sample("chart", "--all").out
    assert re.search(r"Echo .*retired", text)
    seats = {seat["seat"]: seat for seat in sample("chart", "--all", "--json").json["seats"]}
    assert seats["echo"]["status"] == "retired"
    assert seats["kristen"]["span"] == 1


@pytest.mark.parametrize("form", ["tree", "mermaid", "dot", "svg", "wall-svg", "term-svg"])
def test_kind_is_said_only_when_asked(sample: Shell, form: str) -> None:
    """A seat is a seat: a view does not label a row as human or agent, unless asked."""
    for width in ("40", "200"):
        plain = sample("chart", "--all", "--format", form, COLUMNS=width).out.lower()
        assert "human" not in plain
        assert "agent" not in plain
    asked = sample("chart", "--kind", "--format", form).out
    # The drawing says it as the pages do.
    assert (">person<" if form == "svg" else "· person ·" if form == "wall-svg" else "human") in asked
    assert "agent" in asked


@pytest.mark.parametrize(
    "words", [("scorecard",), ("seat", "list"), ("seat", "show", "dash"), ("log",), ("score", "list")]
)
def test_no_other_view_says_it_either(sample: Shell, words: tuple[str, ...]) -> None:
    text = sample(*words).out.lower()
    assert not re.search(r"\b(human|agent)s?\b", text)


def test_an_option_with_a_quote_names_no_seat(sample: Shell) -> None:
    assert sample("chart", "--owner", "o'neil", code=2).err.startswith('orgtp: unknown seat "o\'neil".')


def test_at_a_revision_and_at_a_day(sample: Shell) -> None:
    first = sample.git("rev-list", "--max-parents=0", "HEAD").out.strip()
    data = sample("chart", "--at", first, "--json").json
    assert (data["revision"], [seat["seat"] for seat in data["seats"]]) == (first, ["david"])
    assert sample("chart", "--at", "HEAD", "--json").json["revision"] == sample.head()
    day = sample("chart", "--at", "2026-10-13", "--json").json
    states = {seat["seat"]: seat for seat in day["seats"]}
    assert {"echo", "pixel"} <= set(states)
    assert sample("chart", "--at", "2026-W43", "--json").json["seats"] != day["seats"]
    assert "the org did not exist yet on 2020-01-01" in sample("chart", "--at", "2020-01-01", code=2).err


def test_at_a_revision_leaves_the_work_tree_out(sample: Shell) -> None:
    sample.write("seats/new.yaml", _person("new"))
    assert "New" in sample("chart").out
    assert "New" not in sample("chart", "--at", "HEAD").out
    assert sample("chart", "--json").json["dirty"] is True
    assert sample("chart", "--at", "HEAD", "--json").json["dirty"] is False


def test_a_bare_repository(sample: Shell) -> None:
    sample.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = sample.at(sample.folder.parent / "bare.git")
    here, there = sample("chart", "--json").json, bare("chart", "--json").json
    assert here == there
    assert bare.at(bare.folder.parent)("chart", "--org", "bare.git").out == sample("chart").out


def test_a_linked_work_tree(sample: Shell) -> None:
    sample.git("worktree", "add", "-q", "../linked", "HEAD")
    linked = sample.at(sample.folder.parent / "linked")
    assert linked("chart").out == sample("chart").out


def test_where_the_org_is(sample: Shell) -> None:
    expected = sample("chart").out
    up = sample.at(sample.folder.parent)
    assert up("--org", "sneeze-it", "chart").out == expected
    assert up("chart", "--org", "sneeze-it").out == expected
    assert up("--org=sneeze-it", "chart").out == expected
    assert up("chart", "--org=sneeze-it/org.yaml").out == expected
    assert up("chart", ORGTP_ORG="sneeze-it").out == expected
    assert up("chart", "--org", "sneeze-it", ORGTP_ORG="/nowhere").out == expected
    assert sample.at(sample.folder / "scores/radar")("chart").out == expected
    assert "org.yaml" in up("chart", code=2).err


def test_org_before_a_command_of_a_group(sample: Shell) -> None:
    up = sample.at(sample.folder.parent)
    assert up("--org", "sneeze-it", "seat", "show", "dash").out == sample("seat", "show", "dash").out


def _columns(line: str, word: str) -> int:
    """The screen column where `word` begins."""
    return cell_len(line[: line.index(word)])


def test_wide_characters_keep_the_columns(sample: Shell) -> None:
    for seat, name in WIDE.items():
        text = sample.read(f"seats/{seat}.yaml")
        sample.write(f"seats/{seat}.yaml", re.sub(r"(?m)^name: .*$", f"name: {name}", text))
    lines = sample("chart").out.splitlines()
    owners = [line for line in lines if "owner " in line]
    assert all(any(name in line for line in owners) for name in WIDE.values())
    assert len({_columns(line, "owner ") for line in owners}) == 1
    rows = sample("seat", "list").out.splitlines()
    assert len({_columns(line, " active") for line in rows if " active" in line}) == 1
    card = sample("scorecard", COLUMNS="60").out.splitlines()
    assert all(cell_len(line) <= 60 for line in card)
    for width in (40, 50, 63):
        assert all(cell_len(line) <= width for line in sample("chart", COLUMNS=str(width)).out.splitlines())


def _chain(acme: Shell, count: int) -> None:
    for number in range(count):
        boss = f"reports_to: s{number - 1}\n" if number else ""
        acme.write(f"seats/s{number}.yaml", _person(f"s{number}", boss))


@pytest.mark.parametrize("width", ["40", "80", "200", "1"])
def test_a_chain_of_sixty_seats(acme: Shell, width: str) -> None:
    _chain(acme, 60)
    text = acme("chart", COLUMNS=width).out
    assert "S59" in text
    assert int(width) < 40 or all(cell_len(line) <= int(width) for line in text.splitlines())
    assert acme("chart", "--json").json["seats"][-1]["depth"] == 59


def test_a_ring_still_shows_every_seat(acme: Shell) -> None:
    for seat, boss in {"x": "y", "y": "z", "z": "x", "me": "me", "below": "y"}.items():
        acme.write(f"seats/{seat}.yaml", _person(seat, f"reports_to: {boss}\n"))
    seats = acme("chart", "--json").json["seats"]
    assert sorted(seat["seat"] for seat in seats) == ["ada", "below", "bot", "me", "x", "y", "z"]
    assert {seat["seat"]: seat["depth"] for seat in seats}["me"] == 0
    assert sum(seat["depth"] == 0 for seat in seats) == 3
    assert sorted(_names(acme("chart").out)) == ["Ada", "Below", "Bot", "Me", "X", "Y", "Z"]


def test_a_seat_below_a_retired_one_goes_to_the_top(acme: Shell) -> None:
    acme.write("seats/gone.yaml", _person("gone", "reports_to: ada\n").replace("active", "retired"))
    acme.write("seats/left.yaml", _person("left", "reports_to: gone\n"))
    depths = {seat["seat"]: seat["depth"] for seat in acme("chart", "--json").json["seats"]}
    assert depths == {"ada": 0, "bot": 1, "left": 0}
    assert {seat["seat"]: seat["depth"] for seat in acme("chart", "--all", "--json").json["seats"]}["left"] == 2


def test_an_org_without_seats(shell: Shell) -> None:
    shell("init", "empty")
    here = shell.at(shell.folder / "empty")
    assert "orgtp seat add" in here("chart").out
    assert here("chart", "--json").json["seats"] == []


def _rendered(text: str) -> str:
    assert shutil.which("dot"), "this test draws with Graphviz; on Debian: apt-get install graphviz"
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is missing; on Debian: apt-get install graphviz")
def test_graphviz_accepts_the_dot(sample: Shell) -> None:
    sample.write(
        "seats/end.yaml", _person("end", "reports_to: david\nmission: x\n").replace("End", r"'A \"b\" <c> \ \N {d|e}'")
    )
    svg = _rendered(sample("chart", "--all", "--format", "dot").out)
    assert svg.count('class="node"') == 14
    assert svg.count('class="edge"') == 13
    assert "&lt;c&gt;" in svg


def test_mermaid_names_and_labels_are_safe(sample: Shell) -> None:
    sample.write("seats/end.yaml", _person("end", "reports_to: david\n").replace("End", "'A \"b\" <script> ](x) %%'"))
    lines = sample("chart", "--format", "mermaid").out.splitlines()
    assert lines[0] == "flowchart TD"
    node = next(line for line in lines if line.startswith("  seat_end["))
    assert node.count('"') == 2
    assert "<script" not in node
    assert "  seat_david --> seat_end" in lines


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is missing; on Debian: apt-get install graphviz")
def test_many_seats_are_a_column_for_each_level(acme: Shell) -> None:
    """Two hundred seats below three are no ribbon of thousands of points."""
    for boss in ("x", "y", "z"):
        acme.write(f"seats/{boss}.yaml", _person(boss, "reports_to: ada\n"))
        for number in range(66):
            acme.write(f"seats/{boss}{number}.yaml", _person(f"{boss}{number}", f"reports_to: {boss}\n"))
    svg = _rendered(acme("chart", "--format", "dot").out)
    width, height = (int(number) for number in re.findall(r'<svg width="(\d+)pt" height="(\d+)pt"', svg)[0])
    assert width < 800
    assert height < 200 * 40
    assert len({round(float(x)) for x in re.findall(r'<text [^>]*x="([\d.]+)"', svg)}) == 3


def _many(acme: Shell, count: int, below: str = "ada") -> None:
    for number in range(count):
        acme.write(f"seats/s{number}.yaml", _person(f"s{number}", f"reports_to: {below}\n"))


def _told(acme: Shell, *words: str) -> tuple[str, list[str]]:
    """The Mermaid chart, and the commands that standard error names."""
    ran = acme("chart", "--format", "mermaid", *words)
    return ran.out, re.findall(r"orgtp chart [^\n>]*(?:> chart\.svg)?", ran.err)


class TestWhatMermaidRefuses:
    """GitHub and VS Code draw 500 arrows and 50,000 characters, and show an error for more."""

    def test_not_a_word_of_what_is_drawn(self, acme: Shell) -> None:
        _many(acme, 400)
        assert acme("chart", "--format", "mermaid").err == ""

    def test_too_many_arrows_below_one_seat(self, acme: Shell) -> None:
        """No smaller chart shows these seats, so a picture is offered."""
        _many(acme, 520)
        ran = acme("chart", "--format", "mermaid")
        assert ran.out.count("-->") == 521
        assert ran.err.startswith("Mermaid draws at most 500 arrows and 50,000 characters; this chart has 521 and ")
        assert ran.err.endswith("A picture of it all: orgtp chart --format wall-svg > chart.svg\n")

    def test_the_commands_that_are_named_work(self, acme: Shell) -> None:
        acme.write("seats/mid.yaml", _person("mid", "reports_to: ada\n"))
        _many(acme, 520, "mid")
        _, (picture, less) = _told(acme, "--kind", "--all", "--root", "ada")
        assert picture == "orgtp chart --root ada --all --kind --format wall-svg > chart.svg"
        assert less == "orgtp chart --root ada --all --kind --depth 1 --format mermaid"
        ran = acme(*less.split()[1:])
        assert (ran.err, ran.out.count("-->")) == ("", 2)
        assert "+ 520 seats below" in ran.out
        assert acme(*picture.split()[1:-2]).out.count(">S519<") == 1

    def test_too_many_characters(self, acme: Shell) -> None:
        _many(acme, 300)
        for number in range(300):
            text = acme.read(f"seats/s{number}.yaml").replace("role: R", f"role: {'Very long ' * 12}")
            acme.write(f"seats/s{number}.yaml", text)
        assert "this chart has 301 and " in acme("chart", "--format", "mermaid").err

    def test_no_other_format_has_these_limits(self, acme: Shell) -> None:
        _many(acme, 520)
        for form in ("dot", "wall-svg", "term-svg", "tree", "json"):
            assert acme("chart", "--format", form).err == "", form


@pytest.mark.parametrize("words", [(), ("--all", "--kind"), ("--depth", "1"), ("--owner", "bogdan")])
def test_no_blank_of_a_picture_can_vanish(sample: Shell, words: tuple[str, ...]) -> None:
    """Most programs drop the blanks at the ends of a text. So each run of words has its own place in the picture."""
    svg = sample("chart", *words, "--format", "term-svg").out
    texts = re.findall(
        r'<text class="orgtp-r\d+" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]*)</text>', svg
    )
    drawn: dict[float, str] = {}
    for x, y, length, escaped in texts:
        text = html.unescape(escaped)
        assert text == text.strip("\N{NO-BREAK SPACE} \n"), escaped
        assert "\N{NO-BREAK SPACE}" * 2 not in text
        assert float(length) == pytest.approx(cell_len(text) * 12.2, abs=0.1)
        line = drawn.get(float(y), "")
        drawn[float(y)] = line.ljust(round(float(x) / 12.2)) + text.replace("\N{NO-BREAK SPACE}", " ")
    assert [line for _, line in sorted(drawn.items())] == [
        line for line in sample("chart", *words).out.splitlines() if line
    ]


def test_siblings_come_by_name(acme: Shell) -> None:
    """As a reader expects it: not by id, without case or accents, and numbers by their value."""
    names = ["émile", "Desk 10", "Desk 9", "zoe", "Adam", "Emma", "desk 1"]
    for number, name in enumerate(names):
        text = _person(f"s{number}", "reports_to: ada\n").replace(f"name: S{number}", f"name: {name}")
        acme.write(f"seats/s{number}.yaml", text)
    wanted = ["Adam", "Bot", "desk 1", "Desk 9", "Desk 10", "émile", "Emma", "zoe"]
    assert [seat["name"] for seat in acme("chart", "--json").json["seats"]][1:] == wanted
    lines = acme("chart", "--format", "mermaid").out.splitlines()
    assert [re.findall(r'\["(.*?)<br/>', line)[0] for line in lines if "[" in line][1:] == wanted
    # Two seats of one name come by id.
    acme.write("seats/a.yaml", acme.read("seats/s3.yaml").replace("seat: s3", "seat: a"))
    assert [seat["seat"] for seat in acme("chart", "--json").json["seats"]][-2:] == ["a", "s3"]


def test_tops_come_by_name_too(acme: Shell) -> None:
    acme.write("seats/zed.yaml", _person("zed").replace("Zed", "Aaron"))
    assert [seat["seat"] for seat in acme("chart", "--json").json["seats"]] == ["zed", "ada", "bot"]


@pytest.mark.parametrize("width", ["40", "200"])
def test_an_owner_that_is_no_seat_points_to_validate(acme: Shell, width: str) -> None:
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("owner: ada", "owner: adda"))
    out = acme("chart", COLUMNS=width).out
    assert "owner adda (unknown)" in " ".join(out.split())
    assert "unknown: no seat with that id could be read. See: orgtp validate" in " ".join(out.split())
    assert 'owner "adda"' in acme("validate", code=1).out
    assert "unknown" not in acme("chart", "--root", "ada", "--depth", "0").out
    assert "adda (unknown: no seat with that id could be read. See: orgtp validate)" in acme("seat", "show", "bot").out
    assert "adda (unknown)" in acme("seat", "list").out


@pytest.mark.parametrize("width", [30, 40, 60, 80])
def test_the_list_of_seats_fits_the_screen(sample: Shell, width: int) -> None:
    wide = sample("seat", "list").out.splitlines()
    lines = sample("seat", "list", COLUMNS=str(width)).out.splitlines()
    assert all(cell_len(line) <= width for line in lines)
    # On several lines, nothing is cut: all words of the list are still there, in their order.
    assert width > 40 or " ".join(lines).split() == " ".join(wide).split()

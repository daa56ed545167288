"""`orgtp overlap`, and the other commands that name seats that look alike."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Shell

NEW = (
    "seat", "add", "pace", "--name", "Spend watch", "--kind", "agent", "--status", "proposed", "--owner", "kristen",
    "--reports-to", "kristen", "--role", "Analytics", "--by", "david", "--mission",
)  # fmt: skip
MISSION = "Finds what moved in client ad spend and posts it to the channel. Dash tells the people who decide."
SHOWN = """\
0.55  dash (Dash, Analytics) and pace (Spend watch, Analytics, proposed)
  both say    spend, dash, ad, analytics, moved
  owners      dash: Bogdan; pace: Kristen
  report to   dash: radar; pace: kristen
  metrics     dash: Anomalies flagged before market open; Client spend variance surfaced before the weekly call
              pace: none
  differ      only dash does ad-anomaly-detection; says anomalies, flags, google, meta
              only pace says channel, posts
  yields      pace says (mission): “Dash tells the people who decide.”

Seats that look alike may still do different things: the owners decide.
If one can do the work of both, see what would move: orgtp retire pace --to dash --dry-run
"""


@pytest.fixture
def alike(sample: Shell) -> Shell:
    """The sample with a seat that looks like dash."""
    done = sample(*NEW, MISSION)
    assert "pace looks like dash: 0.55. See: orgtp overlap pace\n" in done.err
    return sample


def test_a_pair_and_what_to_do(alike: Shell) -> None:
    assert alike("overlap").out == SHOWN
    first, *rest = alike("overlap", "pace").out.splitlines()
    assert first == "0.55  pace (Spend watch, Analytics, proposed) and dash (Dash, Analytics)"
    assert rest[-1] == SHOWN.splitlines()[-1]
    assert alike("overlap", "--kind").out.startswith("0.55  dash (Dash, Analytics, agent) and")


def test_two_seats_without_a_metric(alike: Shell) -> None:
    alike("seat", "add", "pace3", *NEW[3:], MISSION + " And Bogdan decides.")
    assert "  metrics     neither has one\n" in alike("overlap", "pace3").out


def test_the_advice_can_be_typed(alike: Shell) -> None:
    command = alike("overlap").out.splitlines()[-1].partition("orgtp ")[2].split()
    done = alike(*command, "--by", "david", "--decided-by", "david", "--reason", "R", "--yes")
    assert "retirements/pace.yaml" in done.out


def test_nothing_is_said_with_what_seats_are_not(alike: Shell) -> None:
    """They look alike. Whether one is needed is for people to say, and which are agents is said only when asked."""
    for line in (alike("overlap").out, alike("overlap", "--help").out, alike("overlap", "--min", "0.01").out):
        assert "redundant" not in line.lower()
    assert "agent" not in alike("overlap").out
    assert "human" not in alike("overlap", "--min", "0.01").out


def test_a_dry_run_names_it_too(sample: Shell) -> None:
    done = sample(*NEW, MISSION, "--dry-run")
    assert "pace looks like dash: 0.55. See: orgtp seat show dash\n" in done.err
    data = sample(*NEW, MISSION, "--dry-run", "--json").json
    assert data["alike"] == [
        {
            "seat": "dash",
            "likeness": "0.55",
            "words": ["spend", "dash", "ad", "analytics", "moved"],
            "is_same_text": False,
        }
    ]


def test_a_seat_that_looks_like_none(sample: Shell) -> None:
    done = sample(*NEW, "Waters the plants.")
    assert "looks like" not in done.err
    assert sample("overlap").out == (
        "none of 13 seats looks like another at 0.4 or more. Compare more loosely: --min 0.2\n"
    )
    assert sample("overlap", "pace").out == "nothing looks like pace at 0.4 or more. Compare more loosely: --min 0.2\n"


def test_the_context_names_it(alike: Shell) -> None:
    page = alike("context", "dash").out
    assert (
        "## Others who do something like this\n\nAsk whose work it is before you begin.\n\n"
        "- **Spend watch** (`pace`, “Analytics”, proposed): 0.55, both say “spend, dash, ad, analytics, moved”\n"
    ) in page
    assert "something like this" not in alike("context", "radar").out
    (one,) = alike("context", "dash", "--json").json["alike"]
    assert (one["seat"]["seat"], one["likeness"]) == ("pace", "0.55")


def test_the_review_of_a_seat_names_it(alike: Shell) -> None:
    alike("seat", "set", "dash", "review_by=2026-12-10", "--by", "david")
    agenda = alike("review", "agenda", "--json").json["agenda"]
    (due,) = [one for one in agenda["dates"] if one["seat"] == "dash" and one["kind"] == "review_by"]
    assert due["what"] == "the seat is due for review. It looks like pace: 0.55. See: orgtp overlap dash"
    assert due["what"] in alike("review", "agenda").out


def test_no_briefing_names_it(alike: Shell) -> None:
    assert "looks like" not in alike("brief", "--for", "bogdan").out
    assert "alike" not in alike("health").out


def test_the_same_text_is_an_instance(sample: Shell) -> None:
    mission = sample("seat", "show", "dash", "--json").json["seat"]["mission"]
    sample("seat", "set", "dash", "capabilities.ad-anomaly-detection=", "--by", "david")
    done = sample(*NEW, mission)
    assert "pace looks like dash: the same text. See: orgtp overlap pace\n" in done.err
    assert sample("overlap").out.endswith(
        f"\n\ninstances: the same text, or the same file that defines them\n  dash, pace: the same text, “{mission}”\n"
    )


def test_the_json(alike: Shell) -> None:
    data = alike("overlap", "--json").json
    assert list(data)[6:] == ["least", "compared", "pairs", "more_pairs", "instances", "without_text", "left_out"]
    (pair,) = data["pairs"]
    assert (pair["likeness"], [one["seat"] for one in pair["seats"]]) == ("0.55", ["dash", "pace"])
    assert pair["seats"][1]["mentions"] == [{"key": "mission", "text": "Dash tells the people who decide."}]
    assert alike("overlap", "--format", "csv").out == (
        'likeness,seats,words\n0.55,"dash, pace","spend, dash, ad, analytics, moved"\n'
    )


def test_selections_and_the_past(alike: Shell) -> None:
    assert alike("overlap", "--owner", "kristen").out.startswith("0.55")
    left = alike("overlap", "--owner", "janine").out
    assert left.endswith("\nleft out by --owner janine: 10 seats and 1 pair\n")
    assert alike("overlap", "--at", "HEAD~1").out.startswith("none of 12 seats")
    assert alike("overlap", "--state", "off").out.startswith("no selected seat looks like another")
    assert alike("overlap", "--sort", "name").out == SHOWN
    assert alike("overlap", "echo").out.startswith("0.42  echo (Echo, Social listening, retired) and crystal")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("dsah",), 'Did you mean "dash"?'),
        (("--min", "2"), '--min "2" is not a number from 0.01 to 1. Example: --min 0.4'),
        (("dash", "--seat", "jeff"), "name one seat: dash, or --seat jeff"),
        (("--only", "robot"), "agent, human, group"),
    ],
)
def test_wrong_words(sample: Shell, words: tuple[str, ...], message: str) -> None:
    assert message in sample("overlap", *words, code=2).err


def test_a_narrow_screen(alike: Shell) -> None:
    lines = alike("overlap", COLUMNS="60").out.splitlines()
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines).split()) == " ".join(SHOWN.split())


def test_what_an_import_says_is_what_overlap_says_afterwards(sample: Shell) -> None:
    """`like dash: 0.50` beside the row, and the same number once the agent is a seat."""
    text = "Use proactively. Finds what moved in client ad spend, flags anomalies in Meta and Google spend."
    folder = sample.folder.parent / "agents"
    folder.mkdir()
    (folder / "spend-watch.md").write_text(f"---\nname: spend-watch\ndescription: {text}\n---\nYou are.\n")
    words = ("import", "../agents", "--under", "radar", "--owner", "bogdan", "--by", "david")
    said = re.search(r"\(like dash: (0\.[0-9]{2})", sample(*words, "--dry-run").out)
    assert said
    sample(*words)
    (pair, *_) = sample("overlap", "spend-watch", "--json").json["pairs"]
    assert ([one["seat"] for one in pair["seats"]], pair["likeness"]) == (["spend-watch", "dash"], said[1])


def test_hostile_texts_stay_text(sample: Shell) -> None:
    """Sequences that control a terminal are removed, in names, sentences and words."""
    text = "Finds what moved in client ad spend \\e[31mred\\a \\u202Eevil. Dash \\u009B2J decides."
    path = sample.folder / "seats" / "pace.yaml"
    path.write_text(
        'seat: pace\nname: "Pa\\e[2Jce"\nrole: "Ana\\u202Elytics"\nkind: agent\nstatus: proposed\nowner: bogdan\n'
        f'reports_to: radar\nmission: "{text}"\n',
        encoding="utf-8",
    )
    shown = sample("overlap", "--min", "0.2").out
    assert "pace (Pa [2Jce, Ana lytics, proposed)" in shown
    assert shown.replace("\n", "").isprintable()


def test_an_org_that_cannot_be_read_in_full(sample: Shell) -> None:
    (sample.folder / "seats" / "bad.yaml").write_text("seat: bad\nname: [\n", encoding="utf-8")
    done = sample("overlap", code=1)
    assert "seats/bad.yaml:" in done.err
    assert sample("overlap", "--json", code=1).json["problems_total"] == 1

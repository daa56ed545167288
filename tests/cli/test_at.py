"""`--at`: the org as it stood, on every view, by the ledger's own line and by no clock that was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.cli.changes import nothing_written
from tests.conftest import Shell

VIEWS = (
    ("chart",),
    ("chart", "--json"),
    ("scorecard",),
    ("scorecard", "--json"),
    ("seat", "show", "dash"),
    ("seat", "list"),
    ("score", "list", "dash"),
    ("validate", "--json"),
    ("context", "dash"),
    ("context", "dash", "--json"),
    ("log",),
    ("log", "--json"),
    ("stale", "--json"),
    ("escalate", "list", "--json"),
)


def commit(here: Shell, stamp: str, name: str) -> str:
    """A commit that names the org `name`, made at `stamp`; its id."""
    here.write("org.yaml", f"org: acme\nname: {name}\ntimezone: America/New_York\n")
    here.git("add", "org.yaml")
    here.git("commit", "-qm", name, GIT_COMMITTER_DATE=stamp, GIT_AUTHOR_DATE=stamp)
    return here.head()


@pytest.fixture
def begun(shell: Shell) -> Callable[..., Shell]:
    """An org in New York with commits named A, B, C …, made at the given moments."""

    def make(*stamps: str) -> Shell:
        here = shell.at(shell.folder / "acme")
        here.folder.mkdir()
        here.git("init", "-qb", "main")
        for letter, stamp in zip("ABCDEFGH", stamps, strict=False):
            commit(here, stamp, letter)
        return here

    return make


def name(here: Shell, at: str, *more: str) -> str:
    """Which commit `--at` shows, by the org's name in it."""
    revision = here("chart", "--at", at, "--json", *more, ORGTP_NOW="2028-01-01T12:00:00Z").json["revision"]
    return here.git("log", "-1", "--format=%s", revision).out.strip()


@pytest.mark.parametrize("words", VIEWS, ids=" ".join)
def test_every_view_from_objects_alone(sample: Shell, words: tuple[str, ...]) -> None:
    """A work tree in disorder changes nothing, and is left as it is; a bare clone says the same."""
    # Of a view that finds something, as stale may, the exit code is 1.
    clean = sample(*words, "--at", "2026-10-01", code=None).out
    sample.git("clone", "-q", "--bare", ".", "../bare.git")
    assert sample("--org", "../bare.git", *words, "--at", "2026-10-01", code=None).out == clean
    assert sample(*words, "--at", "2026-W40", code=None).out != clean
    sample.write("seats/dash.yaml", "seat: [\n")
    sample.write("org.yaml", "org: [\n")
    sample.git("rm", "-q", "--cached", "seats/jeff.yaml")
    with nothing_written(sample):
        assert sample(*words, "--at", "2026-10-01", code=None).out == clean


def test_diff_takes_moments_at_both_ends(sample: Shell) -> None:
    data = sample("diff", "2026-W41", "2026-10", "--json").json
    ends = [sample("chart", "--at", at, "--json").json["revision"] for at in ("2026-W41", "2026-10")]
    assert [data["base"]["revision"], data["head"]["revision"]] == ends
    sample.git("clone", "-q", "--bare", ".", "../bare.git")
    assert sample("--org", "../bare.git", "diff", "2026-W41", "2026-10", "--json").json == data


def test_a_branch_a_tag_and_an_id(sample: Shell) -> None:
    old = sample.git("rev-parse", "HEAD~20").out.strip()
    sample.git("branch", "then", old)
    sample.git("tag", "-a", "-m", "T", "v1", old)
    assert {sample("chart", "--at", at, "--json").json["revision"] for at in ("then", "v1", old, old[:12])} == {old}


def test_the_end_of_the_day_is_the_orgs(begun: Callable[..., Shell]) -> None:
    """New York's 1 April ends at four in the morning in UTC; a commit in that very second is of the next day."""
    here = begun("2026-03-31T20:00:00Z", "2026-04-02T03:59:59Z", "2026-04-02T04:00:00Z")
    assert [name(here, at) for at in ("2026-03-31", "2026-04-01", "2026-04-02")] == ["A", "B", "C"]


def test_days_on_which_the_clocks_are_changed(begun: Callable[..., Shell]) -> None:
    """8 March 2026 ends at 04:00 UTC and 1 November at 05:00."""
    spring = ("2026-03-08T04:59:59Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z")
    here = begun(*spring, "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z")
    days = ("2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02")
    assert [name(here, at) for at in days] == ["A", "B", "C", "C", "D", "E"]


def test_a_day_whose_last_hour_comes_twice(begun: Callable[..., Shell]) -> None:
    """In Havana, 1 November 2026 has one o'clock to midnight once and midnight to one twice; the day has both."""
    here = begun("2026-10-31T12:00:00Z")
    text = here.read("org.yaml").replace("America/New_York", "America/Havana")
    for stamp in ("2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z"):
        here.write("org.yaml", text + f"x-at: {stamp}\n")
        here.git("commit", "-qam", stamp, GIT_COMMITTER_DATE=stamp)
    assert name(here, "2026-10-31") == "A"
    assert name(here, "2026-11-01") == "2026-11-02T04:59:59Z"


def test_weeks_months_quarters_and_years(begun: Callable[..., Shell]) -> None:
    """2026 has a week 53, which ends on 3 January 2027."""
    here = begun("2026-09-30T16:00:00Z", "2026-12-31T16:00:00Z", "2027-01-03T16:00:00Z", "2027-01-04T16:00:00Z")
    at = ("2026-Q3", "2026-09", "2026-12", "2026-Q4", "2026", "2026-W53", "2027-W01", "2027")
    assert [name(here, one) for one in at] == ["A", "A", "B", "B", "B", "C", "D", "D"]
    assert 'there is no commit "2025-W53"' in here("chart", "--at", "2025-W53", code=2).err


def test_before_the_first_and_after_the_last(begun: Callable[..., Shell]) -> None:
    here = begun("2026-04-01T12:00:00Z", "2026-04-02T12:00:00Z")
    assert "the org did not exist yet on 2026-03-31" in here("chart", "--at", "2026-03-31", code=2).err
    assert "the org did not exist yet on 1970-01-01" in here("chart", "--at", "1970-01-01", code=2).err
    assert name(here, "2027-12-31") == "B"


def test_what_is_to_come_is_not_shown(begun: Callable[..., Shell]) -> None:
    """A replay of an earlier moment knows no later commit."""
    here = begun("2026-04-01T12:00:00Z", "2026-04-02T12:00:00Z")
    ran = here("chart", "--at", "2026-04", "--json", ORGTP_NOW="2026-04-02T11:59:59Z")
    assert ran.json["revision"] == here.git("rev-parse", "HEAD~1").out.strip()


def test_what_was_merged_counts_from_the_merge_on(begun: Callable[..., Shell]) -> None:
    """A commit of April that came in with a merge in May was not on the ledger in April."""
    here = begun("2026-03-01T12:00:00Z")
    here.git("checkout", "-qb", "side")
    here.write("seats/ada.yaml", "seat: ada\nname: Ada\nrole: R\nkind: human\nstatus: active\n")
    here.git("add", ".")
    here.git("commit", "-qm", "Side", GIT_COMMITTER_DATE="2026-04-20T12:00:00Z")
    here.git("checkout", "-q", "main")
    commit(here, "2026-04-10T12:00:00Z", "B")
    here.git("merge", "-q", "--no-ff", "-m", "Merge", "side", GIT_COMMITTER_DATE="2026-05-05T12:00:00Z")
    assert [name(here, at) for at in ("2026-03", "2026-04", "2026-05")] == ["A", "B", "Merge"]
    assert here("seat", "list", "--at", "2026-04").out == "no seats yet\n"
    here.git("checkout", "-q", "side")
    assert name(here, "2026-04") == "B", "whatever is checked out"


@pytest.mark.parametrize(
    ("stamps", "at", "expected"),
    [
        # B's clock was five days on, and C puts it right.
        (("04-01", "04-07", "04-03", "04-04"), ("04-01", "04-02", "04-03", "04-06"), "AACD"),
        # D's clock was days behind: it was made after C, whatever it says.
        (("04-01", "04-05", "04-06", "04-02", "04-07"), ("04-02", "04-05", "04-06", "04-07"), "ABDE"),
        # Years behind, at the end of the line.
        (("04-01", "04-02", "01-01"), ("04-01", "04-02"), "AC"),
        # Years ahead, at the end of the line: nothing says otherwise.
        (("04-01", "04-02", "12-31"), ("04-02", "12-30", "12-31"), "BBC"),
    ],
)  # fmt: skip
def test_a_wrong_clock_is_outvoted(
    begun: Callable[..., Shell], stamps: tuple[str, ...], at: tuple[str, ...], expected: str
) -> None:
    here = begun(*(f"2026-{day}T16:00:00Z" for day in stamps))
    assert "".join(name(here, f"2026-{day}") for day in at) == expected


def test_a_shallow_clone_does_not_say_that_there_was_nothing(begun: Callable[..., Shell]) -> None:
    here = begun("2026-04-01T12:00:00Z", "2026-04-02T12:00:00Z", "2026-04-03T12:00:00Z")
    here.git("clone", "-q", "--depth", "1", f"file://{here.folder}", "../shallow")
    shallow = here.at(here.folder.parent / "shallow")
    assert name(shallow, "2026-04-03") == "C"
    assert "git fetch --unshallow" in shallow("chart", "--at", "2026-04-02", code=4).err


def test_the_moment_that_is_judged_is_the_end_of_the_day(sample: Shell) -> None:
    """A value that was due on the day is missing at its end, and one that is due tomorrow is not."""
    rows = sample("scorecard", "--at", "2026-10-01", "--json").json["rows"]
    assert {cell["period"] for row in rows for cell in row["cells"]} >= {"2026-W40"}
    assert not any(cell["state"] == "missing" for row in rows for cell in row["cells"] if cell["period"] > "2026-W40")


@pytest.mark.parametrize(
    "words", [*VIEWS, ("seat", "history", "dash"), ("seat", "blame", "dash"), ("why", "dash")], ids=" ".join
)
@pytest.mark.parametrize("at", ["2026-11-21", "2026-W48", "2026-12", "2027-Q1", "2027", "2026-11-20T19"])
def test_the_future_is_not_shown_as_today(sample: Shell, words: tuple[str, ...], at: str) -> None:
    """It is 18:00 on Friday, 20 November. What has not begun is unknown; what has begun is shown so far."""
    ran = sample(*words, "--at", at, code=2)
    assert ran.err.startswith(f'orgtp: "{at}" is in the future: it is 2026-11-20 18:00 in the org\'s time zone.')
    assert ran.out == ""


@pytest.mark.parametrize("at", ["2026-11-20", "2026-W47", "2026-11", "2026-Q4", "2026", "2026-11-20T18"])
def test_a_period_that_is_not_over_is_shown_so_far(sample: Shell, at: str) -> None:
    assert sample("chart", "--at", at, "--json").json["revision"] == sample.head()


def test_neither_end_of_a_comparison_is_in_the_future(sample: Shell) -> None:
    assert '"2026-11-21" is in the future' in sample("diff", "2026-11-21", code=2).err
    assert '"2026-12" is in the future' in sample("diff", "2026-10", "2026-12", code=2).err


def test_tomorrow_begins_in_the_zone_of_the_org(sample: Shell) -> None:
    """At 02:00 UTC on 21 November, it is still the evening before in New York."""
    assert "in the future" in sample("chart", "--at", "2026-11-21", code=2, ORGTP_NOW="2026-11-21T02:00:00Z").err
    assert sample("chart", "--at", "2026-11-21", ORGTP_NOW="2026-11-21T05:00:00Z").out


def test_a_tool_does_not_show_the_future_either(sample: Shell) -> None:
    from orgtp.api import open_org
    from orgtp.model.errors import BadInput

    now = datetime(2026, 11, 20, 18, tzinfo=UTC)
    with pytest.raises(BadInput, match="in the future"):
        open_org(sample.folder, at="2026-11-21", now=now)

"""`orgtp brief`: the fixed order, the first line, quiet days, and text from users that stays text."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
import html5lib
import pytest

import orgtp
from orgtp.api.briefing import parse_deadline
from orgtp.api.sending import BriefingForm, SendRequest
from orgtp.model.org import Org
from orgtp.model.period import Cadence, parse_period
from orgtp.model.records.review import Review
from orgtp.model.seat import Rollup
from orgtp.render.briefing.blocks import BriefedOrg
from orgtp.render.briefing.formats import briefing_html, briefing_markdown, briefing_text
from orgtp.render.briefing.variances import variances_text
from orgtp.render.terminal import Screen
from orgtp.views.briefing.build import build_briefing, read_sections
from orgtp.views.briefing.numbers import find_newest_collect
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.briefing.types import Briefing
from orgtp.views.briefing.variances import VarianceView, list_variances
from orgtp.views.selection import EVERYTHING
from tests.brief.conftest import MONDAY, Office
from tests.conftest import Shell
from tests.model.building import NEW_YORK, row

HEADINGS = [
    "What needs you today",
    "Late and unknown numbers",
    "Off target since ",
    "New flags",
    "Dates of the week",
    "What could not be seen",
]


def moment(text: str) -> datetime:
    """A time in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def brief(org: Org, now: datetime, for_: str = "") -> Briefing:
    scope = BriefingScope(org, now, EVERYTHING, for_)
    return build_briefing(scope, read_sections(scope))


def test_the_order_is_always_the_same(sample: Shell) -> None:
    for when in ("2026-10-05", "2026-11-16", "2026-11-20"):
        lines = sample("brief", "--at", when).out.splitlines()
        assert lines[0].startswith("Briefing of Sneeze It, as of ")
        assert lines[1].startswith("It is valid until ")
        found = [line for line in lines if any(line.startswith(heading) for heading in HEADINGS)]
        assert [next(h for h in HEADINGS if line.startswith(h)) for line in found] == HEADINGS


def test_it_says_as_of_which_commit_and_time_and_until_when_it_is_valid(sample: Shell) -> None:
    first, second = sample("brief", ORGTP_NOW=MONDAY).out.splitlines()[:2]
    assert first == f"Briefing of Sneeze It, as of Mon 2026-11-23 07:45, commit {sample.head()[:10]}."
    valid = sample("brief", "--json", ORGTP_NOW=MONDAY).json["briefing"]["valid_until"]
    local = datetime.fromisoformat(valid).astimezone(NEW_YORK)
    # Some values are due at nine.
    assert (second, f"{local:%d %H:%M}") == ("It is valid until 09:00, when something becomes due.", "23 09:00")
    ten = "2026-11-23T10:00:00-05:00"
    sample("escalate", "open", "dash", "The ad account is locked", "--by", "dash", ORGTP_NOW=ten)
    assert sample("brief", ORGTP_NOW=ten).out.splitlines()[1] == "It is valid until 14:00, when something becomes due."
    evening = sample("brief", ORGTP_NOW="2026-11-23T20:00:00-05:00").out.splitlines()[1]
    assert evening == "It is valid until the end of the day.", "nothing becomes due before the day is over"
    sample.write("seats/dash.yaml", sample.read("seats/dash.yaml") + "x-more: 1\n")
    assert " with uncommitted changes." in sample("brief", ORGTP_NOW=MONDAY).out.splitlines()[0]


def test_it_is_the_same_however_often_it_is_asked_for(sample: Shell) -> None:
    assert len({sample("brief", "--json").out for _ in range(3)}) == 1


def test_a_recipient_sees_what_they_lead_and_what_needs_them(office: Office) -> None:
    office.shell("escalate", "open", "dash", "The ad account is locked", "--by", "dash", ORGTP_NOW=MONDAY)
    office.shell(
        "todo", "add", "Call the bank", "--owner", "janine", "--due", "2026-11-23", "--by", "david", ORGTP_NOW=MONDAY
    )
    bogdan = office("--for", "bogdan").out
    assert "Dash: The ad account is locked (due Mon 2026-11-23 " in bogdan
    assert "orgtp escalate show 2026-11-23-dash-the-ad-account-is-locked" in bogdan
    assert "Call the bank" not in bogdan
    janine = office("--for", "janine", "--json").json["briefing"]
    assert (janine["for"], janine["for_name"]) == ("janine", "Janine")
    (needs,) = janine["needs"]
    assert [one["what"] for one in needs["items"] if one["kind"] == "todo"] == ["Call the bank"]
    whole = office().out
    assert whole.index("  Bogdan\n") < whole.index("The ad account is locked")
    assert "To-do: Call the bank (due Mon 2026-11-23)" in whole
    # Once it is overdue, it says so.
    tuesday = office("--for", "janine", ORGTP_NOW="2026-11-24T07:45:00-05:00").out
    assert "To-do: Call the bank (overdue since Mon 2026-11-23)" in tuesday


def test_every_command_that_it_suggests_works_when_typed(office: Office) -> None:
    office.shell("escalate", "open", "dash", "The ad account is locked", "--by", "dash", ORGTP_NOW=MONDAY)
    found = [need for one in office("--json").json["briefing"]["needs"] for need in one["items"]]
    assert {one["kind"] for one in found} >= {"escalation"}
    for one in found:
        words = one["type"].replace(" VALUE", " 1").split()[1:]
        assert office.shell(*words, "--help", code=None).code == 0
        if one["kind"] == "escalation":
            office.shell(*words, ORGTP_NOW=MONDAY)


def test_selection_and_formats_and_a_file(sample: Shell) -> None:
    found = sample("brief", "--json", "--only", "agent", "--at", "2026-11-20").json["briefing"]
    kinds = {one["seat"]: one["kind"] for one in sample("seat", "list", "--all", "--json").json["seats"]}
    assert {kinds[one["seat"]] for name in ("late", "off", "flags") for one in found[name]} <= {"agent"}
    for form, begin in (("text", "Briefing of"), ("md", "# Briefing of"), ("html", "<!doctype html>"), ("json", "{\n")):
        shown = sample("brief", "--format", form).out
        assert shown.startswith(begin)
        assert sample("brief", "--format", form, "--out", "b.txt").out == ""
        written = sample.read("b.txt")
        assert written.startswith(begin)
        (sample.folder / "b.txt").unlink()
    assert sample("brief", "--json").out == sample("brief", "--format", "json").out


def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(sample: Shell) -> None:
    ran = sample("brief", "--out", "none/here/b.txt", code=2)
    folder = sample.folder / "none/here"
    assert ran.err == (
        f"orgtp: none/here/b.txt cannot be written: No such file or directory. Create its folder: mkdir -p {folder}\n"
    )
    folder.mkdir(parents=True)
    sample("brief", "--out", "none/here/b.txt")
    assert [one.name for one in folder.iterdir()] == ["b.txt"]
    assert sample("brief", "--out", "none/here", code=2).err == "orgtp: none/here cannot be written: Is a directory\n"


def test_a_narrow_screen_cuts_nothing(sample: Shell) -> None:
    wide, narrow = (sample("brief", COLUMNS=columns).out for columns in ("200", "40"))
    assert max(map(len, narrow.splitlines())) <= 40
    assert "".join(wide.split()) == "".join(narrow.split())


def test_an_unknown_value_is_blank_and_has_its_reason(sample: Shell) -> None:
    found = sample("brief", "--json", "--at", "2026-11-20").json["briefing"]["late"]
    (one,) = [row for row in found if row["seat"] == "penny"]
    assert one["state"] == "unavailable"
    assert "the bank feed answered 401" in one["why"]
    assert "value" not in one


def test_what_cannot_be_read_is_said(sample: Shell) -> None:
    sample.write("seats/dash.yaml", "seat: [\n")
    ran = sample("brief", code=1)
    last = ran.out.partition("What could not be seen\n")[2]
    assert last.startswith("    seats/dash.yaml:")
    assert "See: orgtp validate" in last


def test_values_of_others_that_are_not_here_yet(sample: Shell) -> None:
    sample.git("remote", "add", "origin", str(sample.home / "r.git"))
    assert "what others pushed to the remote since the last sync" in sample("brief").out


# A metric from a source, in New York, where Thanksgiving is a Thursday.
THANKSGIVING = (date(2026, 11, 26),)


def recorded(values: Mapping[str, str], at: str, cadence: Cadence = Cadence.WEEKDAYS) -> Org:
    """An org whose only metric has these values from a source, all recorded at one time."""
    built = row(">= 1", values, cadence=cadence, source="crm", holidays=THANKSGIVING)
    when = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK).astimezone(UTC)
    scores = {seat: tuple(replace(one, at=when) for one in some) for seat, some in built.org.scores.items()}
    return replace(built.org, scores=scores)


@pytest.mark.parametrize(
    ("values", "at", "now", "old"),
    [
        ({"2026-11-20": "1"}, "2026-11-20T17:00", "2026-11-23T07:45", False),
        ({"2026-11-20": "1"}, "2026-11-20T17:00", "2026-11-24T07:45", True),
        ({"2026-11-23": "1"}, "2026-11-23T08:00", "2026-11-24T07:45", False),
        # Thanksgiving is no working day.
        ({"2026-11-25": "1"}, "2026-11-25T17:00", "2026-11-27T07:45", False),
        ({"2026-11-24": "1"}, "2026-11-24T17:00", "2026-11-27T07:45", True),
        # On the Mondays after the clocks changed.
        ({"2026-10-30": "1"}, "2026-10-30T17:00", "2026-11-02T07:45", False),
        ({"2026-10-29": "1"}, "2026-10-29T17:00", "2026-11-02T07:45", True),
        ({"2026-03-06": "1"}, "2026-03-06T17:00", "2026-03-09T07:45", False),
        ({"2026-03-05": "1"}, "2026-03-05T17:00", "2026-03-09T07:45", True),
    ],
)
def test_if_the_newest_collect_is_older_than_its_cadence_the_first_line_says_so(
    values: dict[str, str], at: str, now: str, old: bool
) -> None:
    org = recorded(values, at)
    view = brief(org, moment(now))
    first = briefing_text(view, BriefedOrg("O", NEW_YORK, "a" * 40), Screen()).splitlines()[0]
    assert view.collect is not None
    assert view.collect.is_old is old
    newest = (
        f"OLD NUMBERS: for a whole working day, none was collected. The newest came on {moment(at):%a %Y-%m-%d %H:%M}."
    )
    assert first.startswith(newest) is old


def test_without_a_source_nothing_is_collected_and_without_a_value_it_never_was() -> None:
    org = row(">= 1", {"2026-W47": "1"}).org
    assert find_newest_collect(BriefingScope(org, moment("2026-11-23T07:45"), EVERYTHING)) is None
    never = row(">= 1", {}, source="crm").org
    text = briefing_text(brief(never, moment("2026-11-23T07:45")), BriefedOrg("O", NEW_YORK, ""), Screen())
    assert text.startswith("OLD NUMBERS: no weekly value was ever collected.")


def test_off_target_since_yesterday_is_only_what_is_news() -> None:
    """A week of daily hits that was lost on Tuesday is news on Wednesday, and not again on Thursday or Monday."""
    values = {f"2026-11-{day}": "1" if day != 17 else "0" for day in (16, 17, 18, 19, 20)}
    built = row(">= 1", values, cadence=Cadence.WEEKDAYS, rollup=Rollup.HITS)
    at = {score.period: moment(f"{score.period}T17:00").astimezone(UTC) for score in built.org.scores["dash"]}
    for now, news in (("18", True), ("19", False), ("20", False), ("23", False)):
        org = keep(built.org, at, moment(f"2026-11-{now}T07:45"))
        found = brief(org, moment(f"2026-11-{now}T07:45")).off
        assert found is not None
        assert bool(found) is news, now


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"2026-W43": "0", "2026-W44": "0", "2026-W45": "0", "2026-W46": "0", "2026-W47": "0"}, False),
        ({"2026-W45": "0", "2026-W46": "1", "2026-W47": "0"}, True),
        # A blank neither ends a run of misses nor begins a new one.
        ({"2026-W44": "1", "2026-W45": "0", "2026-W47": "0"}, False),
        ({"2026-W44": "0", "2026-W45": "1", "2026-W47": "0"}, True),
        ({"2026-W47": "0"}, True),
    ],
)
def test_a_metric_that_stays_off_target_is_news_once(values: dict[str, str], shown: bool) -> None:
    """The value of 2026-W47 comes on Monday morning, and is another cell than the one that was the newest on Friday."""
    org = row(">= 1", values).org
    at = {text: moment(f"{one.next().start:%Y-%m-%d}T07:00") for text in values if (one := parse_period(text))}
    for now, news in (("2026-11-23T07:45", shown), ("2026-11-24T07:45", False)):
        found = brief(keep(org, at, moment(now)), moment(now)).off
        assert found is not None
        assert bool(found) is news, now


def keep(org: Org, at: Mapping[str, datetime], now: datetime) -> Org:
    """The org with what was recorded by `now`, each value at its time."""
    scores = [replace(one, at=at[one.period]) for one in org.scores["dash"] if at[one.period] <= now.astimezone(UTC)]
    return replace(org, scores={"dash": tuple(scores)})


def test_on_a_monday_yesterday_is_friday() -> None:
    org = row(">= 1", {"2026-W46": "1", "2026-W47": "0"}).org
    text = briefing_text(brief(org, moment("2026-11-23T07:45")), BriefedOrg("O", NEW_YORK, ""), Screen())
    assert "\nOff target since Friday" in text
    text = briefing_text(brief(org, moment("2026-11-24T07:45")), BriefedOrg("O", NEW_YORK, ""), Screen())
    assert "\nOff target since yesterday" in text


def test_a_quiet_day_reads_quietly() -> None:
    org = row(">= 1", {"2026-W46": "1", "2026-W47": "1"}, due="fri 12:00", source="crm").org
    text = briefing_text(brief(org, moment("2026-11-23T07:45")), BriefedOrg("O", NEW_YORK, "a" * 40), Screen())
    lines = [line for line in text.splitlines() if line]
    assert lines[2].startswith("A quiet day: nothing needs you, no number is late or unknown, ")
    assert len(lines) == 5
    assert lines[3] == "What could not be seen"


def test_a_section_that_is_not_known_in_time_is_blank() -> None:
    scope = BriefingScope(row(">= 1", {"2026-W47": "0"}).org, moment("2026-11-23T07:45"), EVERYTHING)
    sections = read_sections(scope)
    del sections["off"], sections["collect"], sections["valid_until"]
    view = build_briefing(scope, sections)
    assert view.off is None
    text = briefing_text(view, BriefedOrg("O", NEW_YORK, ""), Screen())
    assert "\nOff target since Friday: not known, because it could not be read in time\n" in text
    assert "    which numbers are newly off target: it could not be read in time\n" in text
    assert "quiet" not in text, "what is not known is no good news"


def test_an_org_that_is_read_too_slowly_is_blank_and_the_briefing_is_sent(office: Office) -> None:
    """Git answers the second program that asks for content, the one that reads for the briefing, within the half minute
    before the deadline, which is for writing and sending.
    """
    bare, counted = office.shell.home / "bare.git", office.shell.home / "count"
    office.shell.git("clone", "-q", "--bare", str(office.shell.folder), str(bare))
    shim = office.shell.home / "bin" / "git"
    shim.parent.mkdir()
    slow = f'echo x >> {counted}; [ "$(wc -l < {counted})" -eq 2 ] && sleep 30'
    text = f'#!/bin/sh\ncase "$*" in *cat-file*) {slow} ;; esac\nexec {shutil.which("git")} "$@"\n'
    shim.write_text(text, encoding="utf-8")
    shim.chmod(0o755)
    words = ["brief", "--send", "--deadline", "07:45", "--org", str(bare)]
    office.shell.at(office.shell.home).process(
        *words,
        ORGTP_NOTIFY=str(office.people),
        ORGTP_SEAT="tally",
        ORGTP_NOW="2026-11-23T07:44:25-05:00",
        PATH=f"{shim.parent}:{os.environ['PATH']}",
    )
    assert office.mail.recipients == ["david", "janine"]
    said = office.mail.text_to("david")
    assert "What needs you today: not known, because it could not be read in time" in said
    assert "the rest, because the org could not be read before the deadline" in said
    assert not re.search(r"[0-9]+%", said), "no number is made up"
    # It was delivered, and is recorded as it was.
    found = office.shell.git("-C", str(bare), "show", "main:briefings/2026-11.jsonl").out
    assert found.count('"day":"2026-11-23"') == 2


HOSTILE = [
    "<script>alert(1)</script>",
    "[click](http://evil.example)",
    "http://evil.example/x",
    "www.evil.example",
    "mail eve@evil.example",
    "<img src=x onerror=alert(1)>",
    "@everyone **bold** `code` # heading",
    "\x1b[31mred\x1b[0m \u202e reversed",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_users_stays_text_in_every_format(office: Office, text: str) -> None:
    office.shell("escalate", "open", "dash", f"x {text} y", "--by", "dash", ORGTP_NOW=MONDAY)
    page = office("--format", "html").out
    parsed = html5lib.HTMLParser(strict=True).parse(page)
    tags = {element.tag.partition("}")[2] for element in parsed.iter() if isinstance(element.tag, str)}
    assert tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li", "b", "code"}
    assert not {name for element in parsed.iter() for name in element.attrib} - {"charset", "lang"}
    for word in ("http://", "www.e", "@evil", "@every"):
        assert word not in "".join(parsed.itertext()), "no program makes a link of it"
    markdown = office("--format", "md").out
    html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    assert set(re.findall(r"<([a-z0-9]+)", html)) <= {"h1", "h2", "p", "ul", "li", "strong", "code"}
    assert "\x1b" not in office().out + page + markdown


def test_no_language_model_and_no_network_is_used(sample: Shell) -> None:
    """The program makes no connection at all: here it would end with the first one."""
    end = "import os, socket\nsocket.socket.connect = lambda *_: os._exit(9)\n"
    (sample.home / "sitecustomize.py").write_text(end, encoding="utf-8")
    assert sample.process("brief", PYTHONPATH=str(sample.home)).out == sample("brief").out


@pytest.mark.parametrize(
    ("day", "text", "utc"),
    [
        (date(2026, 11, 23), "08:00", "13:00"),
        (date(2026, 7, 20), "08:00", "12:00"),
        # The hour that comes twice means the second one, and the hour that is skipped comes after the gap.
        (date(2026, 11, 1), "01:30", "06:30"),
        (date(2026, 3, 8), "02:30", "07:30"),
    ],
)
def test_the_deadline_is_a_time_on_the_clock_of_the_org(day: date, text: str, utc: str) -> None:
    assert f"{parse_deadline(NEW_YORK, day, text).astimezone(UTC):%H:%M}" == utc


def series(count: int, last: str) -> dict[str, str]:
    """Weekly values around 100 up to the week 2026-W47, the last of which is `last`."""
    found: dict[str, str] = {}
    period = parse_period("2026-W47")
    for number in range(count):
        assert period
        found[period.text] = last if number == 0 else str(100 + (number * 7) % 5)
        period = period.previous()
    return found


def org_with(lasts: Mapping[str, str], source: str = "crm") -> Org:
    """An org with a metric for each name, whose newest value is the one given."""
    built = {name: row(">= 1", series(14, last), source=source) for name, last in lasts.items()}
    first = next(iter(built.values()))
    metrics = {name: replace(one.metric, id=name, name=name.title()) for name, one in built.items()}
    sunday = moment("2026-11-22T12:00").astimezone(UTC)
    scores = [
        replace(score, id=f"{name}-{score.id}", metric=name, at=sunday)
        for name, one in built.items()
        for score in one.org.scores["dash"]
    ]
    seat = replace(first.seat, metrics=metrics)
    return replace(first.org, seats={"dash": seat}, scores={"dash": tuple(scores)})


CALM = {"steady": "102", "calm": "101", "still": "103", "flat": "100"}


def variances(org: Org, now: str = "2026-11-23T07:45") -> VarianceView:
    return list_variances(BriefingScope(org, moment(now), EVERYTHING))


def test_variances_are_ranked_by_distance_with_the_number_expected_by_chance() -> None:
    view = variances(
        org_with(
            {"far": "160", "near": "120", "steady": "102", "calm": "101", "still": "103", "flat": "100", "low": "99"}
        )
    )
    names = [item.variances[0].row.metric for item in view.items]
    assert names == ["far", "near"]
    assert [item.source for item in view.items] == [None, None], "two of seven are less than a third"
    distances = [item.distance for item in view.items]
    assert distances == sorted(distances, reverse=True)
    assert view.counted == 7
    assert view.expected_by_chance > 0
    text = variances_text(view, BriefedOrg("O", NEW_YORK, "a" * 40), moment("2026-11-23T07:45"), Screen())
    assert f"{view.expected_by_chance} flags were to be expected of 7 metrics" in text
    assert f"{distances[0].normalize():f} moving ranges from the mean" in text


def test_a_third_of_one_sources_metrics_that_move_together_are_the_source() -> None:
    view = variances(
        org_with({"far": "160", "near": "120", "steady": "102", "calm": "101", "still": "103", "flat": "100"})
    )
    (item,) = view.items
    assert (item.source, item.of, len(item.variances)) == ("crm", 6, 2)
    text = variances_text(view, BriefedOrg("O", NEW_YORK, ""), moment("2026-11-23T07:45"), Screen())
    assert "The source crm, the source of 6 metrics: these 2 moved together" in text
    # One metric alone is no source.
    (alone,) = variances(org_with({"far": "160"})).items
    assert alone.source is None


def test_only_what_is_new_since_the_last_review_is_shown() -> None:
    org = org_with({"far": "160", "steady": "102", "calm": "101", "flat": "100"})
    for ended, shown in ((moment("2026-11-20T10:00"), 1), (moment("2026-11-23T07:00"), 0)):
        reviewed = replace(org, reviews={"2026-W46": Review("2026-W46", ended, ended)})
        view = variances(reviewed)
        assert (view.week, len(view.items)) == ("2026-W46", shown)
    text = variances_text(view, BriefedOrg("O", NEW_YORK, ""), moment("2026-11-23T07:45"), Screen())
    assert "Nothing is new since the review of 2026-W46, which ended on Mon 2026-11-23 07:00." in text
    assert view.expected_by_chance == 0


def test_variances_in_every_format(sample: Shell) -> None:
    for form, begin in (
        ("text", "Variances of Sneeze It"),
        ("md", "# Variances"),
        ("html", "<!doctype"),
        ("json", "{"),
    ):
        assert sample("brief", "--since", "last-review", "--format", form).out.startswith(begin)


def test_the_api(sample: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", MONDAY)
    found = orgtp.open(sample.folder).briefings
    view = found.build(for_="david")
    of = found.describe_org()
    assert briefing_markdown(view, of).startswith("# Briefing of")
    assert "</html>" in briefing_html(view, of)
    assert SendRequest().form is BriefingForm.TEXT
    assert Path(sample.folder).exists()

"""`orgtp org show|set` and `orgtp holiday add|remove`: the settings of org.yaml by commands, and by hand."""

from __future__ import annotations

import pytest
import yaml

from tests.cli.changes import nothing_written
from tests.conftest import Shell

TUESDAY = "2026-11-24T12:00:00-05:00"


def settings(here: Shell) -> dict[str, str | None]:
    return {one["key"]: one["value"] for one in here("org", "show", "--json").json["settings"]}


def test_every_setting_is_shown_with_its_default(acme: Shell) -> None:
    found = {one["key"]: one for one in acme("org", "show", "--json").json["settings"]}
    assert found["timezone"] == {"key": "timezone", "value": "America/New_York", "is_default": False}
    assert found["policy.due.weekly"] == {"key": "policy.due.weekly", "value": "mon 12:00", "is_default": False}
    assert found["policy.escalation.within"] == {"key": "policy.escalation.within", "value": "4h", "is_default": True}
    assert found["policy.due.daily"]["value"] is None
    lines = [" ".join(line.split()) for line in acme("org", "show").out.splitlines()]
    assert "policy.due.monthly 5 12:00" in lines
    assert "policy.escalation.hours 09:00..17:00 (default)" in lines


def test_a_setting_is_one_line_and_one_commit(acme: Shell) -> None:
    before = acme.read("org.yaml")
    done = acme("org", "set", "policy.grace=2h", "--by", "ada", "--json").json
    assert acme.read("org.yaml") == before.replace("grace: 1h", "grace: 2h")
    assert (done["subject"], done["paths"]) == ("org: policy.grace = 2h", ["org.yaml"])
    message = acme.git("log", "-1", "--format=%B").out
    assert "Orgtp-Action: org\nOrgtp-By: ada\n" in message
    assert settings(acme)["policy.grace"] == "2h"
    (entry,) = acme("log", "--action", "org", "--json").json["commits"]
    assert entry["what"] == "policy.grace = 2h"
    acme("audit", "verify", "--full")
    acme("validate")


@pytest.mark.parametrize(
    ("word", "key", "value"),
    [
        ("name=Acme & Sons", ("name",), "Acme & Sons"),
        ("note=Every number here is invented.", ("note",), "Every number here is invented."),
        ("timezone=Europe/Berlin", ("timezone",), "Europe/Berlin"),
        ("policy.scorekeepers=bot, ada", ("policy", "scorekeepers"), ["bot", "ada"]),
        ("policy.retirement.approvers=ada", ("policy", "retirement", "approvers"), ["ada"]),
        ("policy.push=yes", ("policy", "push"), True),
        ("policy.due.weekdays=10:00", ("policy", "due", "weekdays"), "10:00"),
        ("policy.escalation.within=1d", ("policy", "escalation", "within"), "1d"),
        ("policy.words.outcome=knocks,rings", ("policy", "words", "outcome"), ["knocks", "rings"]),
        ("x-crm=4711", ("x-crm",), "4711"),
    ],
)
def test_each_kind_of_setting(acme: Shell, word: str, key: tuple[str, ...], value: object) -> None:
    acme("org", "set", word)
    data = yaml.safe_load(acme.read("org.yaml"))
    for part in key:
        data = data[part]
    assert data == value
    acme("validate")


def test_a_setting_can_be_removed_so_that_its_default_applies(acme: Shell) -> None:
    acme("org", "set", "policy.due.weekly=", "policy.grace=")
    assert settings(acme)["policy.due.weekly"] is None
    assert settings(acme)["policy.grace"] == "1h"
    assert "weekly" not in acme.read("org.yaml")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("org=other", "The id of an org never changes"),
        ("orgtp=2", "Use: orgtp upgrade"),
        ("branch=other", "Rename it there"),
        ("holidays=2026-12-25", "orgtp holiday add"),
        ("routing=ada", "Edit it in org.yaml"),
        ("policy=1h", "Set one of them, such as policy.grace=VALUE"),
        ("policy.due=mon 12:00", "Set one of them, such as policy.due.weekly=VALUE"),
        ("policy.due.weekly=9am", "Write weekly: mon 09:00"),
        ("policy.due.hourly=09:00", "an hourly value is due at the end of its hour"),
        ("policy.grase=1h", 'Did you mean "grace"?'),
        ("timezone=Berlin", 'Did you mean "Europe/Berlin"?'),
        ("timezone=", "timezone"),
        ("policy.push=maybe", "yes or no"),
        ("policy.scorekeepers=nobody", "nobody"),
        ("policy.forges=", "no policy.forges to remove"),
        ("policy.grace", "is not KEY=VALUE"),
        ("=1h", "is not KEY=VALUE"),
    ],
)
def test_a_setting_that_would_break_the_org_is_refused_with_a_remedy(acme: Shell, word: str, said: str) -> None:
    with nothing_written(acme):
        assert said in acme("org", "set", word, code=2).err


def test_a_change_that_judges_the_past_otherwise_says_so_first(acme: Shell) -> None:
    ran = acme(
        "org", "set", "policy.due.weekly=sat 12:00", "--dry-run", "--json", ORGTP_NOW="2026-11-24T12:00:00-05:00"
    )
    assert "bot number: 0 of 0 past periods on target become 0 of 0: 1 turns from missing to pending" in ran.err
    assert {one["metric"] for one in ran.json["verdicts"]} == {"number", "percent", "money", "span", "clock", "done"}


def test_holidays_are_added_each_on_a_line_of_its_own(acme: Shell) -> None:
    done = acme("holiday", "add", "2026-12-24..2026-12-26", "--name", "Christmas", "--json").json
    assert done["subject"] == "holiday: add 2026-12-24 to 2026-12-26, Christmas"
    acme("holiday", "add", "2027-01-01")
    found = acme("org", "show", "--json").json["holidays"]
    assert [(one["date"], one["name"]) for one in found] == [
        ("2026-12-24", "Christmas"),
        ("2026-12-25", "Christmas"),
        ("2026-12-26", "Christmas"),
        ("2027-01-01", None),
    ]
    assert "{date: 2026-12-25, name: Christmas}" in acme.read("org.yaml")
    assert "Orgtp-Action: holiday\n" in acme.git("log", "-1", "--format=%B").out
    acme("validate")
    acme("audit", "verify", "--full")


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("holidays: [2026-12-25]  # ours\n", "holidays: [2026-12-25, {date: 2026-12-28, name: Day off}]  # ours\n"),
        (
            "holidays:\n  - 2026-12-25  # Christmas\n\n# the end\n",
            "holidays:\n  - 2026-12-25  # Christmas\n  - {date: 2026-12-28, name: Day off}\n\n# the end\n",
        ),
    ],
)
def test_a_list_that_is_there_keeps_its_layout_and_comments(acme: Shell, written: str, after: str) -> None:
    before = acme.read("org.yaml")
    acme.write("org.yaml", before + written)
    acme.git("commit", "-qam", "A holiday")
    acme("holiday", "add", "2026-12-28", "--name", "Day off")
    assert acme.read("org.yaml") == before + after
    acme("holiday", "remove", "2026-12-28")
    assert acme.read("org.yaml") == before + written
    acme("holiday", "remove", "2026-12-25")
    assert yaml.safe_load(acme.read("org.yaml")).get("holidays") is None


def test_a_day_that_is_a_holiday_already_stays_as_it_is(acme: Shell) -> None:
    acme("holiday", "add", "2026-12-25", "--name", "Christmas")
    with nothing_written(acme):
        assert "2026-12-25 is already a holiday" in acme("holiday", "add", "2026-12-25").err
    done = acme("holiday", "add", "2026-12-24..2026-12-26", "--json").json
    assert done["subject"] == "holiday: add 2 days from 2026-12-24 to 2026-12-26"
    assert len(acme("org", "show", "--json").json["holidays"]) == 3


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("Christmas", "is not a date"),
        ("2026-W52", "is not a date"),
        ("2026-02-30", "is not a date"),
        ("2026-12-26..2026-12-24", "Write 2026-12-24..2026-12-26"),
        ("2026-12-24..", "is not a date"),
        ("2026-12-24..2028-12-24", "Add at most 366 at once"),
    ],
)
def test_what_is_no_day_is_refused(acme: Shell, days: str, said: str) -> None:
    with nothing_written(acme):
        assert said in acme("holiday", "add", days, code=2).err
        acme("holiday", "remove", days, code=2)


def test_a_holiday_in_the_past_says_which_verdicts_change(acme: Shell) -> None:
    terms = ("name=Calls", "outcome=Clients stay", "target=>= 3", "cadence=weekdays", "per=day", "rollup=last")
    acme("seat", "set", "bot", *(f"metrics.calls.{term}" for term in terms))
    acme("score", "add", "bot", "calls", "5", "--for", "2026-11-10")
    base = acme.head()
    ran = acme("holiday", "add", "2026-11-11", "--name", "Veterans Day")
    assert "bot calls: 1 of 1 past period on target become 1 of 1: 1 turns from missing to none" in ran.err
    found = {one["rule"]: one["message"] for one in acme("validate", "--base", base, "--json").json["problems"]}
    assert "1 turns from missing to none" in found["past-verdict-changed"]
    (change,) = acme("diff", base, "--json").json["policy"]
    assert (change["key"], change["after"]) == ("holidays", "2026-11-11 (Veterans Day)")


def test_a_name_alone_changes_no_verdict_and_is_described(acme: Shell) -> None:
    acme("holiday", "add", "2026-11-11")
    base = acme.head()
    acme.write("org.yaml", acme.read("org.yaml").replace("2026-11-11", "{date: 2026-11-11, name: Veterans Day}"))
    found = acme("validate", "--base", base, "--json").json
    assert found["summary"]["errors"] == 0
    assert "past-verdict-changed" not in {one["rule"] for one in found["problems"]}
    (change,) = acme("diff", base, "--json").json["policy"]
    assert (change["before"], change["after"]) == ("2026-11-11", "2026-11-11 (Veterans Day)")


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        ("{date: 2026-11-11, nam: x}", "unknown-key"),
        ("{name: x}", "missing-key"),
        ("{date: 2026-13-01}", "bad-date"),
        ('{date: 2026-11-11, name: ""}', "empty-text"),
        ("[2026-11-11]", "wrong-type"),
        ("2026-12-25", "holiday-twice"),
        ("{date: 2026-12-25, name: Christmas}", "holiday-twice"),
    ],
)
def test_what_is_no_holiday_is_an_error_at_its_place(acme: Shell, item: str, rule: str) -> None:
    acme.write("org.yaml", acme.read("org.yaml") + f"holidays:\n  - 2026-12-25\n  - {item}\n")
    found = acme("validate", "--json", code=1).json["problems"]
    assert rule in {one["rule"] for one in found}
    assert {one["path"] for one in found if one["severity"] == "error"} == {"org.yaml"}

"""Things that go wrong around a command: locks, links, clocks, broken files, a misleading environment."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Shell

VALUE = ("score", "add", "dash", "anomalies-before-open", "77", "--by", "tally")


def test_the_tour_is_about_its_own_org_alone(sample: Shell) -> None:
    before = sample.head()
    sample("demo", str(sample.folder.parent / "tour"), ORGTP_ORG=str(sample.folder), ORGTP_SEAT="radar")
    assert (sample.head(), sample.git("status", "--short").out) == (before, "")


def test_another_command_at_the_index_is_waited_for_not_overrun(sample: Shell) -> None:
    before = sample.head()
    sample.write(".git/index.lock", "")
    kept = sample(*VALUE, code=75, ORGTP_WAIT="0.2")
    assert "queued: another git command is running in" in kept.err
    assert "Nothing was written" in sample("seat", "set", "dash", "mission=Less", code=2, ORGTP_WAIT="0.2").err
    assert sample.head() == before
    (sample.folder / ".git/index.lock").unlink()
    sample(*VALUE)
    assert sample.git("rev-list", "--count", f"{before}..HEAD").out == "2\n"
    assert sample.git("status", "--short").out == ""


def test_nothing_is_written_behind_a_link(sample: Shell) -> None:
    outside = sample.folder.parent / "outside"
    outside.mkdir()
    folder = sample.folder / "scores/pixel"
    folder.rename(sample.folder.parent / "kept")
    folder.symlink_to(outside)
    ran = sample("score", "add", "pixel", "brand-review-passed", "81", "--by", "tally", code=2)
    assert "is a link" in ran.err
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("command", ["chart", "scorecard", "seat show dash", "seat list", "score list dash"])
def test_a_target_that_cannot_be_read_takes_no_view_down(sample: Shell, command: str) -> None:
    text = sample.read("seats/dash.yaml").replace('"yes"', '"perhaps"')
    sample.write("seats/dash.yaml", text)
    assert "dash" in sample(*command.split(), code=1).out.lower()


@pytest.mark.parametrize("value", ["95%", "1,200", "abc", "yes\\n\\u001b[31m"])
@pytest.mark.parametrize("command", ["scorecard", "score list dash", "seat show dash"])
def test_a_value_written_by_hand_takes_no_view_down(sample: Shell, command: str, value: str) -> None:
    line = '{"id":"hand-1","at":"2026-11-20T22:50:00Z","metric":"anomalies-before-open","period":"2026-W47","value":"'
    sample.write("scores/dash/2026-11.jsonl", sample.read("scores/dash/2026-11.jsonl") + f'{line}{value}"}}\n')
    assert "\x1b" not in sample(*command.split()).out
    assert "score-wrong-value" in sample("validate", code=1).out


def test_reading_fetches_nothing_from_a_remote_that_names_a_program(sample: Shell) -> None:
    marker = sample.folder.parent / "ran"
    sample.unpack()
    oid = sample.git("rev-parse", "HEAD:seats/jeff.yaml").out.strip()
    sample.git("config", "extensions.partialClone", "evil")
    sample.git("config", "remote.evil.promisor", "true")
    sample.git("config", "remote.evil.url", str(sample.folder))
    sample.git("config", "remote.evil.uploadpack", f"touch {marker};")
    (sample.folder / ".git/objects" / oid[:2] / oid[2:]).unlink()
    assert "git" in sample("chart", "--at", "HEAD", code=2).err
    assert not marker.exists()


def test_a_clock_that_is_behind_corrects_all_the_same(sample: Shell) -> None:
    sample(*VALUE, ORGTP_NOW="2026-11-18T10:00:00Z")
    lines = [line for line in sample("score", "list", "dash", "--json").json["scores"] if line["counts"]]
    assert [line["value"] for line in lines if line["period"] == "2026-W47"][:1] == ["77"]


def test_last_on_a_monday_is_friday(sample: Shell) -> None:
    words = ("score", "add", "tally", "pushes-on-time", "4", "--for", "last", "--by", "tally", "--json")
    ran = sample(*words, ORGTP_NOW="2026-11-23T15:00:00Z")
    assert [value["period"] for value in ran.json["values"]] == ["2026-11-20"]


def test_the_same_id_again_is_a_success_also_after_the_retirement(sample: Shell) -> None:
    words = ("score", "add", "jeff", "invoices-reconciled", "80", "--by", "tally", "--id", "once-1")
    sample(*words)
    sample("retire", "jeff", "--to", "dash,crystal", "--by", "david", "--reason", "Done")
    before = sample.head()
    assert "already recorded" in sample(*words).err
    assert sample.head() == before


def test_two_dates_of_one_target_are_both_set(sample: Shell) -> None:
    key = "metrics.anomalies-before-open.target"
    sample("seat", "set", "dash", f"{key}.2026-W48=>= 96%", f"{key}.2026-W50=>= 97%", "--by", "bogdan")
    assert '2026-W48: ">= 96%", 2026-W50: ">= 97%"' in sample.read("seats/dash.yaml")
    sample("seat", "set", "dash", f"{key}=>= 98%", "--by", "bogdan")
    # A target without a date applies from the current week until the next one that is dated.
    assert '2026-W47: ">= 98%", 2026-W48: ">= 96%", 2026-W50: ">= 97%"' in sample.read("seats/dash.yaml")
    sample("seat", "set", "dash", f"{key}.2026-W50=", "--by", "bogdan")
    assert "2026-W50" not in sample.read("seats/dash.yaml")


def test_a_target_of_another_kind_is_a_new_metric(sample: Shell) -> None:
    ran = sample("seat", "set", "jeff", "metrics.invoices-reconciled.target=>= USD 5", code=2)
    assert "Add a new metric instead" in ran.err


def test_long_ago_there_was_no_org(sample: Shell) -> None:
    assert "the org did not exist yet on 1970-01-01" in sample("chart", "--at", "1970-01-01", code=2).err


def test_a_recorded_day_before_the_first_target_is_in_the_week(acme: Shell) -> None:
    metric = "{name: N, outcome: O, cadence: daily, rollup: sum, target: {2026-11-18: '>= 1'}}"
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml") + f"  calls: {metric}\n")
    acme.git("commit", "-qam", "calls")
    rows = [{"seat": "bot", "metric": "calls", "value": "10", "period": f"2026-11-{day}"} for day in range(16, 21)]
    acme("score", "add", "--from", "-", "--by", "bot", stdin="\n".join(json.dumps(row) for row in rows))
    cells = [
        row["cells"][0] for row in acme("scorecard", "--weeks", "1", "--json").json["rows"] if row["metric"] == "calls"
    ]
    assert [cell["value"] for cell in cells] == ["50"]


def test_pausing_hides_no_miss(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "12", "--for", "2026-W44", "--by", "bot")
    acme("score", "add", "bot", "number", "12", "--for", "2026-W46", "--by", "bot")
    acme("seat", "set", "bot", "status=paused", "--by", "ada")
    (row,) = [row for row in acme("scorecard", "--weeks", "4", "--json").json["rows"] if row["metric"] == "number"]
    assert [cell["state"] for cell in row["cells"]] == ["on", "missing", "on", "none"]


def test_the_only_one_who_may_decide_has_decided_where_nobody_can_be_asked(acme: Shell) -> None:
    """In an org without addresses, where nobody can tell who types it."""
    ran = acme("retire", "bot", "--reason", "Others do it better.")
    assert "recorded as decided by ada" in ran.err
    assert "decided_by: ada" in acme.read("retirements/bot.yaml")
    assert "Orgtp-Approved-By: ada" in acme.git("log", "-1", "--format=%B").out

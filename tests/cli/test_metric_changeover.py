"""A changeover from one metric to another hides nothing: no gap, no alert, no lowered target."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Shell, make_home, make_once

# Two days after the end of 2026-W47.
TUESDAY = "2026-11-24T15:00:00Z"
LATER = "2026-12-01T20:00:00Z"
WHY = ("--reason", "Others do it better.", "--by", "david")
CRYSTAL = "crystal/invoices-reconciled"


@dataclass(frozen=True)
class TuesdayShell(Shell):
    """A shell whose clock stands still on that day."""

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return super().env({"ORGTP_NOW": TUESDAY, **(more or {})})


def _make_week(base: Path) -> None:
    shell = TuesdayShell(base, make_home(base / "home"))
    shell("init", "--sample", "sneeze-it")
    shell.git("-C", "sneeze-it", "gc", "-q")


@pytest.fixture
def week(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The sample of that day: the values of 2026-W47 are there, but for the metrics of which nobody knew one."""
    folder = shell.folder / "sneeze-it"
    shutil.copytree(make_once(tmp_path_factory, "sample-of-tuesday", _make_week) / "sneeze-it", folder, symlinks=True)
    return TuesdayShell(folder, shell.home)


def list_cells(here: Shell, row: str) -> dict[str, tuple[str, str | None]]:
    """The cells of a row of the scorecard by period: the state, and the earlier metric that it is of, if any."""
    shown = {f"{one['seat']}/{one['metric']}": one for one in here("scorecard", "--json").json["rows"]}
    return {cell["period"]: (cell["state"], cell["from"]) for cell in shown[row]["cells"]}


def list_late(here: Shell, seat: str, now: str = TUESDAY) -> dict[str, tuple[str, int]]:
    """The stale metrics of a seat: the newest late period, and how many there are in a row."""
    found = here("stale", "--json", code=None, ORGTP_NOW=now).json["stale"]
    return {one["metric"]: (one["period"], one["in_a_row"]) for one in found if one["seat"] == seat}


def type_suggested(here: Shell, said: str, value: str) -> str:
    """Type the command that a refusal suggests."""
    command = re.search(r"orgtp (score add .* --for [0-9A-Z-]+)", said)
    assert command, said
    return here(*shlex.split(command[1].replace("VALUE", value)), "--by", "tally").out


def retire_jeff(here: Shell, *words: str) -> None:
    moves = ("--move", "ad-pacing-monitoring=crystal", "--move", "project-reconciliation=dash")
    here("retire", "jeff", *moves, "--move", "invoices-reconciled=crystal", *words, *WHY)


def withdraw(here: Shell, seat: str, metric: str, period: str) -> None:
    if any(one["period"] == period for one in here("score", "list", seat, metric, "--json").json["scores"]):
        here("score", "withdraw", seat, metric, "--for", period, "--reason", "Of another team.", "--by", "david")


class TestRetirement:
    def test_a_gap_at_the_end_is_missing_and_the_heir_fills_it(self, week: Shell) -> None:
        withdraw(week, "jeff", "invoices-reconciled", "2026-W47")
        retire_jeff(week)
        record = week.read("retirements/jeff.yaml")
        cells = list_cells(week, CRYSTAL)
        assert (cells["2026-W46"][1], cells["2026-W47"]) == ("jeff/invoices-reconciled", ("missing", None))
        assert list_late(week, "crystal")["invoices-reconciled"] == ("2026-W47", 1)
        said = week("score", "add", "jeff", "invoices-reconciled", "90", "--for", "2026-W47", code=2).err
        assert f"{CRYSTAL} continues it" in said
        assert "2026-W47 = 90" in type_suggested(week, said, "90")
        assert list_cells(week, CRYSTAL)["2026-W47"] == ("off", None)
        assert week.read("retirements/jeff.yaml") == record
        assert week("audit", "verify").code == 0
        assert week("validate", "--base", "HEAD~2").code == 0

    def test_values_of_the_retired_seat_stay_and_no_suggestion_fails(self, week: Shell) -> None:
        retire_jeff(week)
        said = week(
            "score", "add", "crystal", "invoices-reconciled", "90", "--for", "2026-W40", "--by", "tally", code=2
        ).err
        assert "jeff is retired, so the values before stay as they are" in said
        assert "score add" not in said
        said = week("score", "add", "jeff", "invoices-reconciled", "90", "--for", "2026-W40", code=2).err
        assert "stay as they are" in said
        assert "2026-W48 = 90" in type_suggested(week, said, "90")
        said = week("score", "add", "jeff", "pacing-on-plan", "90", code=2).err
        assert "No metric continues pacing-on-plan" in said

    def test_an_end_in_the_future_is_brought_forward_and_kept_by_the_heir(self, week: Shell) -> None:
        week("metric", "set", "jeff", "invoices-reconciled", "ends=2026-W52", "--by", "david")
        retire_jeff(week)
        assert "ends: 2026-W47" in week.read("seats/jeff.yaml")
        assert "ends: 2026-W52" in week.read("seats/crystal.yaml")
        week("score", "add", "crystal", "invoices-reconciled", "96", "--for", "2026-W48", "--by", "tally")
        assert week("validate", "--json").json["problems"] == []

    def test_a_planned_move_takes_effect_when_the_seat_is_retired(self, week: Shell) -> None:
        week("metric", "move", "jeff", "invoices-reconciled", "--to", "crystal", "--after", "2026-W52", "--by", "david")
        week("retire", "jeff", "--to", "crystal,dash", *WHY)
        assert "ends: 2026-W47" in week.read("seats/jeff.yaml")
        assert "after 2026-W47; continued by crystal/invoices-reconciled" in week.read("retirements/jeff.yaml")
        week("score", "add", "crystal", "invoices-reconciled", "96", "--for", "2026-W48", "--by", "tally")

    def test_a_gap_before_a_rename_passes_on_too(self, week: Shell) -> None:
        withdraw(week, "jeff", "invoices-reconciled", "2026-W47")
        week("metric", "rename", "jeff", "invoices-reconciled", "reconciled", "--by", "david")
        week("retire", "jeff", "--to", "crystal,dash", "--move", "reconciled=crystal", *WHY)
        assert list_cells(week, "crystal/reconciled")["2026-W47"] == ("missing", None)
        week("score", "add", "crystal", "reconciled", "96", "--for", "2026-W47", "--by", "tally")
        assert week("validate", "--json").json["problems"] == []

    def test_missing_days_of_a_week_do_not_hide_those_that_are_known(self, week: Shell) -> None:
        for day in ("2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24"):
            withdraw(week, "jeff", "pacing-on-plan", day)
        before = list_cells(week, "jeff/pacing-on-plan")["2026-W47"][0]
        assert before in {"on", "off"}
        week("retire", "jeff", "--to", "crystal,dash", "--move", "pacing-on-plan=dash", *WHY)
        assert list_cells(week, "dash/pacing-on-plan")["2026-W47"] == (before, "jeff/pacing-on-plan")
        week("score", "add", "dash", "pacing-on-plan", "93", "--for", "2026-11-20", "--by", "tally")
        assert list_cells(week, "dash/pacing-on-plan")["2026-W47"][1] is None

    def test_a_seat_in_a_pause_leaves_no_gap(self, week: Shell) -> None:
        withdraw(week, "jeff", "invoices-reconciled", "2026-W47")
        week(
            "seat", "pause", "jeff", "--reason", "The program moves.", "--by", "david", ORGTP_NOW="2026-11-16T15:00:00Z"
        )
        retire_jeff(week)
        assert list_cells(week, CRYSTAL)["2026-W47"][0] == "none"

    def test_the_record_says_what_continued_a_metric_that_had_ended(self, week: Shell) -> None:
        week("metric", "rename", "dash", "anomalies-before-open", "flags", "--by", "david")
        week("metric", "end", "dash", "variance-before-call", "--reason", "Nobody reads it.", "--by", "david")
        said = week("retire", "dash", "--to", "radar", "--move", "anomalies-before-open=radar", *WHY, code=2).err
        assert "dash/flags continues anomalies-before-open already. Move that one: --move flags=radar" in said
        said = week("retire", "dash", "--to", "radar", "--move", "variance-before-call=radar", *WHY, code=2).err
        assert "variance-before-call ended after" in said
        done = week("retire", "dash", "--to", "radar", "--move", "flags=radar", *WHY)
        assert "is continued by dash/flags already" in done.out
        record = week.read("retirements/dash.yaml")
        assert "anomalies-before-open: {ended: after 2026-W47; continued by dash/flags}" in record
        assert "variance-before-call: {ended: after 2026-W47; nobody took it over}" in record
        assert "flags: {to: radar}" in record
        assert "nobody took it over" not in week.git("log", "-1", "--format=%b").out
        assert week("audit", "verify").code == 0


class TestAlert:
    @pytest.fixture
    def late(self, week: Shell) -> Shell:
        """Nobody knew the days to pay for three weeks, and that is escalated."""
        week("escalate", "tick", "--by", "david")
        assert list_late(week, "penny") == {"days-to-pay": ("2026-W47", 3)}
        return week

    def open_about(self, here: Shell, now: str = TUESDAY) -> list[str]:
        found = here("escalate", "list", "--json", ORGTP_NOW=now).json["escalations"]
        return [one["metric"] for one in found if one["metric"] in {"days-to-pay", "dtp"}]

    @pytest.mark.parametrize(
        ("words", "seat", "heir"),
        [
            (("rename", "penny", "days-to-pay", "dtp"), "penny", "dtp"),
            (("move", "penny", "days-to-pay", "--to", "sift"), "sift", "days-to-pay"),
            (("recadence", "penny", "days-to-pay", "daily", "--id", "dtp"), "penny", "dtp"),
        ],
    )
    def test_another_id_seat_or_cadence_ends_no_alert(
        self, late: Shell, words: tuple[str, ...], seat: str, heir: str
    ) -> None:
        late("metric", *words, "--by", "janine")
        assert list_late(late, seat)[heir] == ("2026-W47", 3)
        (row,) = [
            one for one in late("scorecard", "--json").json["rows"] if (one["seat"], one["metric"]) == (seat, heir)
        ]
        assert row["stale_since"]
        late("escalate", "tick", "--by", "david")
        assert self.open_about(late) == ["days-to-pay"]

    def test_the_count_goes_on_until_the_new_metric_has_a_value(self, late: Shell) -> None:
        late("metric", "rename", "penny", "days-to-pay", "dtp", "--by", "janine")
        assert list_late(late, "penny", LATER)["dtp"] == ("2026-W48", 4)
        late("escalate", "tick", "--by", "david", ORGTP_NOW=LATER)
        assert self.open_about(late, LATER) == ["days-to-pay"]
        late("score", "add", "penny", "dtp", "30", "--for", "2026-W48", "--by", "janine", ORGTP_NOW=LATER)
        assert "dtp" not in list_late(late, "penny", LATER)
        late("escalate", "tick", "--by", "david", ORGTP_NOW=LATER)
        assert self.open_about(late, LATER) == []

    def test_a_value_of_the_old_period_ends_it_too(self, late: Shell) -> None:
        late("metric", "rename", "penny", "days-to-pay", "dtp", "--by", "janine")
        late("score", "add", "penny", "days-to-pay", "30", "--for", "2026-W47", "--by", "janine")
        assert list_late(late, "penny") == {}
        late("escalate", "tick", "--by", "david")
        assert self.open_about(late) == []

    def test_a_value_that_is_no_value_ends_nothing(self, late: Shell) -> None:
        late("metric", "rename", "penny", "days-to-pay", "dtp", "--by", "janine")
        late("score", "add", "penny", "dtp", "--unavailable", "the bank feed answered 401", "--by", "janine")
        assert list_late(late, "penny") == {"dtp": ("2026-W47", 3)}

    def test_a_plain_end_ends_it(self, late: Shell) -> None:
        late("metric", "end", "penny", "days-to-pay", "--reason", "The bank reports it.", "--by", "janine")
        assert list_late(late, "penny") == {}
        assert self.open_about(late) == []

    def test_the_heir_of_a_retired_seat_ends_it(self, late: Shell) -> None:
        heirs = ("--to", "sift,sift", "--move", "days-to-pay=sift")
        late("retire", "penny", *heirs, *WHY)
        assert list_late(late, "sift")["days-to-pay"] == ("2026-W47", 3)
        late("escalate", "tick", "--by", "david")
        assert self.open_about(late) == ["days-to-pay"]
        late("score", "add", "sift", "days-to-pay", "30", "--by", "janine")
        late("escalate", "tick", "--by", "david")
        assert self.open_about(late) == []


class TestWhatIsSaid:
    RECADENCE = ("metric", "recadence", "dash", "anomalies-before-open", "monthly", "--target", ">= 60%")

    def test_a_lower_target_is_in_the_commit_the_diff_and_the_histories(self, week: Shell) -> None:
        week(*self.RECADENCE, "--by", "bogdan")
        assert "target >= 60% instead of >= 95%" in week.git("log", "-1", "--format=%s").out
        assert "target >= 60% instead of >= 95%" in week.git("log", "-1", "--format=%b").out
        assert "target >= 60% instead of >= 95%" in week("log", "--limit", "1").out
        for shown in (week("diff", "HEAD~1").out, week("seat", "history", "dash").out):
            assert "(anomalies-before-open-monthly), from 2026-11: >= 95% → >= 60%" in " ".join(shown.split())
        found = week("diff", "HEAD~1", "--json").json
        assert [(one["metric"], one["since"], one["before"], one["after"]) for one in found["targets"]] == [
            ("anomalies-before-open-monthly", "2026-11", ">= 95%", ">= 60%")
        ]
        assert found["metric_fields"] == []
        assert [(one["target"], one["to_target"]) for one in found["ended"]] == [(">= 95%", ">= 60%")]

    def test_every_key_that_changes_is_listed(self, week: Shell) -> None:
        text = week.read("seats/dash.yaml")
        heir = (
            "  flags:\n    name: Flags\n    outcome: Something else\n    target: '>= 50%'\n    cadence: weekly\n"
            "    continues: dash/anomalies-before-open\n    x-crm: '7'\n"
        )
        ended = text.replace("    rollup: last\n", "    rollup: last\n    ends: 2026-W47\n", 1)
        week.write("seats/dash.yaml", ended.replace("  variance-before-call:", f"{heir}  variance-before-call:"))
        found = week("diff", "HEAD", "--json").json
        assert {one["key"]: (one["before"], one["after"]) for one in found["metric_fields"]} == {
            "name": ("Anomalies flagged before market open", "Flags"),
            "outcome": ("No client loses a day of spend to a fault nobody saw", "Something else"),
            "source": ("ad-anomalies", None),
        }
        assert [(one["since"], one["before"], one["after"]) for one in found["targets"]] == [
            ("2026-W48", ">= 95%", ">= 50%")
        ]
        assert [(one["key"], one["after"]) for one in found["fields"]] == [("metrics.flags.x-crm", "7")]

    def test_a_plain_rename_says_nothing_else(self, week: Shell) -> None:
        week("metric", "set", "dash", "variance-before-call", "leads_to=anomalies-before-open", "--by", "bogdan")
        week("metric", "move", "dash", "variance-before-call", "--to", "radar", "--by", "bogdan")
        found = week("diff", "HEAD~1", "--json").json
        assert (found["targets"], found["metric_fields"], found["fields"], found["waivers"]) == ([], [], [], [])
        assert week.git("log", "-1", "--format=%b").out.startswith("Orgtp-Action: metric-move")

    def test_a_key_that_no_longer_fits_is_named(self, week: Shell) -> None:
        week("metric", "set", "radar", "briefing-by-8", "per=day", "--by", "david")
        week("metric", "recadence", "radar", "briefing-by-8", "weekly", "--by", "david")
        assert "per day dropped" in week.git("log", "-1", "--format=%b").out

    def test_a_lower_target_of_a_metric_that_was_there_is_said(self, week: Shell) -> None:
        terms = ("--name", "Flags", "--outcome", "No client loses a day of spend", "--target", ">= 50%")
        week("metric", "add", "dash", "flags", *terms, "--cadence", "weekly", "--by", "bogdan")
        words = ("--reason", "Flags says more.", "--succeeded-by", "dash/flags", "--by", "bogdan")
        week("metric", "end", "dash", "anomalies-before-open", *words)
        assert "is continued by flags after 2026-W47, target >= 95% → >= 50%" in " ".join(
            week("diff", "HEAD~1").out.split()
        )


class TestTarget:
    @pytest.mark.parametrize(
        "words",
        [
            ("metric", "target", "dash", "variance-before-call", "no"),
            ("metric", "target", "dash", "variance-before-call", "no", "--from", "2026-W50"),
            ("metric", "set", "dash", "variance-before-call", "target=no"),
            ("seat", "set", "dash", "metrics.variance-before-call.target=no"),
        ],
    )
    def test_no_target_begins_after_the_end_of_its_metric(self, week: Shell, words: tuple[str, ...]) -> None:
        week("metric", "end", "dash", "variance-before-call", "--reason", "Nobody reads it.", "--by", "bogdan")
        head, said = week.head(), week(*words, "--by", "bogdan", code=2).err
        assert "variance-before-call ends after 2026-W47" in said
        assert week.head() == head
        command = said.partition("To judge its past by it: orgtp ")[2]
        assert "turn from on to off" in week(*shlex.split(command), "--dry-run").err

    def test_the_row_of_an_ended_metric_shows_the_target_at_its_end(self, week: Shell) -> None:
        text = week.read("seats/dash.yaml").replace(
            'target: "yes"', 'target: {2026-W01: "yes", 2026-W48: "no"}\n    ends: 2026-W47'
        )
        week.write("seats/dash.yaml", text)
        rows = week("scorecard", "--json").json["rows"]
        assert [one["target"] for one in rows if one["metric"] == "variance-before-call"] == ["yes"]

    def test_also_past_keeps_the_first_period(self, week: Shell) -> None:
        done = week("metric", "target", "dash", "anomalies-before-open", ">= 99%", "--also-past", "--by", "bogdan")
        assert 'target: {2026-W36: ">= 99%"}' in week.read("seats/dash.yaml")
        assert "to missing" not in done.err
        assert week.git("log", "-1", "--format=%s").out == (
            "metric-target(dash): anomalies-before-open >= 99% from 2026-W36\n"
        )
        week("seat", "set", "dash", "metrics.anomalies-before-open.target=>= 98%", "--also-past", "--by", "bogdan")
        assert 'target: {2026-W36: ">= 98%"}' in week.read("seats/dash.yaml")

    def test_a_later_target_that_stays_is_named(self, week: Shell) -> None:
        words = ("metric", "target", "dash", "anomalies-before-open")
        week(*words, ">= 96%", "--from", "2026-W50", "--by", "bogdan")
        said = week(*words, ">= 98%", "--by", "bogdan").out
        assert "anomalies-before-open >= 98% from 2026-W48 until 2026-W50, then >= 96%" in said


class TestSuggestions:
    @pytest.mark.parametrize(("cadence", "period"), [("daily", "2026-11-24"), ("hourly", "2026-11-24T10")])
    def test_of_shorter_periods_the_current_one_is_suggested(self, week: Shell, cadence: str, period: str) -> None:
        week("metric", "recadence", "bogdan", "concerns-settled", cadence, "--by", "bogdan")
        said = week("score", "add", "bogdan", "concerns-settled", "yes", "--by", "bogdan", code=2).err
        assert said.rstrip().endswith(f"VALUE --for {period}")
        assert f"{period} = yes" in type_suggested(week, said, "yes")

    def test_before_the_first_period_there_is_no_command(self, week: Shell) -> None:
        monday = "2026-11-23T15:00:00Z"
        week("holiday", "add", "2026-11-23", "--by", "david", ORGTP_NOW=monday)
        week("metric", "recadence", "bogdan", "concerns-settled", "weekdays", "--by", "bogdan", ORGTP_NOW=monday)
        words = ("score", "add", "bogdan", "concerns-settled", "yes", "--by", "bogdan")
        said = week(*words, code=2, ORGTP_NOW=monday).err
        assert "bogdan/concerns-settled-weekdays continues it, from 2026-11-24 on" in said
        assert "score add" not in said

    def test_a_metric_with_an_end_can_be_renamed_after_what_is_suggested(self, week: Shell) -> None:
        week("metric", "set", "penny", "days-to-pay", "ends=2026-W52", "--by", "janine")
        rename = ("metric", "rename", "penny", "days-to-pay", "dtp", "--by", "janine")
        command = week(*rename, code=2).err.partition("take its end away first: orgtp ")[2]
        week(*shlex.split(command), "--by", "janine")
        week(*rename)
        again = week(*rename[:-3], "pay", "--by", "janine", code=2).err
        assert "orgtp metric rename penny dtp NEW" in again

    def test_another_unit_is_refused_with_commands_that_work(self, week: Shell) -> None:
        words = ("metric", "recadence", "dash", "anomalies-before-open", "monthly", "--target", "<= 3")
        said = week(*words, "--by", "bogdan", code=2).err
        add, end = re.findall(r"orgtp (metric (?:add|end) .*?)(?:; then|$)", said.strip())
        week(*shlex.split(add), "--by", "bogdan")
        week(*shlex.split(end), "--by", "bogdan")
        assert "<= 3" in week.read("seats/dash.yaml")


def test_the_newest_value_is_that_of_the_present_cadence(week: Shell) -> None:
    text = week.read("seats/dash.yaml").replace("cadence: weekly", "cadence: monthly", 1)
    week.write("seats/dash.yaml", text.replace('{2026-W36: ">= 90%", 2026-W42: ">= 95%"}', '">= 95%"'))
    week.git("commit", "-qam", "Measure it monthly", GIT_AUTHOR_DATE=TUESDAY, GIT_COMMITTER_DATE=TUESDAY)
    week("score", "add", "dash", "anomalies-before-open", "50", "--by", "tally")
    query = "select period, value from latest_values where metric = 'anomalies-before-open'"
    assert week("sql", query, "--csv").out == "period,value\n2026-11,50\n"
    listed = week("score", "list", "dash", "anomalies-before-open", "--json").json["scores"]
    assert [one["period"] for one in listed][-2:] == ["2026-W47", "2026-11"]
    week("retire", "dash", "--to", "radar", *WHY)
    assert 'last: "50"\n    period: 2026-11' in week.read("retirements/dash.yaml")
    assert week("audit", "verify").code == 0

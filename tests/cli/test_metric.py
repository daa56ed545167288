"""`orgtp metric`: metrics that are added, end, are renamed, move, and are measured at another cadence."""

from __future__ import annotations

import json
from typing import Any

import pytest

import orgtp
from tests.cli.terminal import on_terminal
from tests.conftest import NOW, Shell

# The week after `NOW`, which is in 2026-W47.
NEXT = "2026-11-25T12:00:00-05:00"
TERMS = ("--name", "Wasted spend", "--outcome", "No client pays for ads that are off", "--target", "<= 10")


@pytest.fixture
def desk(acme: Shell) -> Shell:
    """The bot has four weeks of a percentage, the last three on target."""
    for week, value in {"2026-W43": "90", "2026-W44": "96", "2026-W45": "97", "2026-W46": "98"}.items():
        acme("score", "add", "bot", "percent", value, "--for", week)
    return acme


def rows(here: Shell, *words: str, now: str = NOW) -> dict[str, dict[str, Any]]:
    """The rows of the scorecard by `SEAT/METRIC`."""
    card = here("scorecard", "--json", *words, ORGTP_NOW=now).json
    return {f"{row['seat']}/{row['metric']}": row for row in card["rows"]}


def cells(row: dict[str, Any]) -> dict[str, tuple[str | None, str, str | None]]:
    """The cells of a row that have something, by period: value, state and `from`."""
    shown = (cell for cell in row["cells"] if cell["state"] not in {"none", "missing", "pending"})
    return {cell["period"]: (cell["value"], cell["state"], cell["from"]) for cell in shown}


PAST = {
    "2026-W43": ("90", "off", "bot/percent"),
    "2026-W44": ("96", "on", "bot/percent"),
    "2026-W45": ("97", "on", "bot/percent"),
    "2026-W46": ("98", "on", "bot/percent"),
}


class TestAdd:
    def test_a_metric_is_added_in_one_commit_of_its_own_action(self, acme: Shell) -> None:
        acme("metric", "add", "bot", "waste", *TERMS, "--cadence", "daily", "--per", "day", "--due", "09:00")
        message = acme.git("log", "-1", "--format=%B").out
        assert message.startswith("metric-add(bot): waste, Wasted spend\n")
        assert "Orgtp-Action: metric-add\nOrgtp-Seat: bot" in message
        assert '    target: "<= 10"\n    cadence: daily\n    per: day\n    due: "09:00"' in acme.read("seats/bot.yaml")

    def test_without_a_terminal_everything_that_is_missing_is_named_at_once(self, acme: Shell) -> None:
        said = acme("metric", "add", "bot", "waste", "--name", "Waste", code=2).err
        assert "a metric needs outcome, target and cadence" in said
        assert "--outcome" in said
        assert "--cadence weekly" in said

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("waste", *TERMS, "--cadence", "weekle"), 'Did you mean "weekly"?'),
            (("Waste", *TERMS, "--cadence", "weekly"), "not a valid id"),
            (("percent", *TERMS, "--cadence", "weekly"), "ids are never reused"),
            (("waste", *TERMS[:4], "--target", "many", "--cadence", "weekly"), "is not a valid target"),
        ],
    )
    def test_what_is_wrong_is_refused_with_what_is_right(self, acme: Shell, words: tuple[str, ...], said: str) -> None:
        head = acme.head()
        assert said in acme("metric", "add", "bot", *words, code=2).err
        assert acme.head() == head

    def test_a_dry_run_writes_nothing(self, acme: Shell) -> None:
        head = acme.head()
        shown = acme("metric", "add", "bot", "waste", *TERMS, "--cadence", "weekly", "--dry-run", "--json").json
        assert (shown["commit"], shown["subject"]) == (None, "metric-add(bot): waste, Wasted spend")
        assert acme.head() == head

    def test_on_a_terminal_a_person_is_asked_and_told_what_the_rules_say(self, acme: Shell) -> None:
        answers = [
            ("Name", "Tokens used\r"),
            ("Outcome", "Cheap\r"),
            ("Target", "<= 10\r"),
            ("How often", "weekly\r"),
            ("Name", "Wasted spend\r"),
            ("Outcome", "No client pays for ads that are off\r"),
            ("Target", "\r"),
            ("How often", "\r"),
        ]
        seen = on_terminal(acme, "metric", "add", "bot", "waste", answers=answers)
        assert seen.code == 0, seen.text
        assert "metric-runtime" in seen.text
        assert "the rules about outcomes accept waste" in seen.text
        assert "name: Wasted spend" in acme.read("seats/bot.yaml")

    def test_a_seat_is_added_with_its_first_metric(self, acme: Shell) -> None:
        words = ("seat", "add", "eve", "--role", "Sales", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
        first = ("--metric", "waste", "--metric-name", *TERMS[1:], "--cadence", "weekly")
        acme(*words, *first)
        assert "waste" in {one["metric"] for one in acme("seat", "show", "eve", "--json").json["seat"]["metrics"]}
        assert acme.git("log", "-1", "--format=%s").out == "add(eve): Eve, Sales\n"

    def test_a_seat_without_a_metric_may_be_proposed_first(self, acme: Shell) -> None:
        words = ("seat", "add", "eve", "--role", "Sales", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
        assert "--status proposed" in acme(*words).err
        assert "--metric ID" in acme("seat", "add", "zoe", *words[3:], "--outcome", "Work", code=2).err


class TestTarget:
    def test_a_target_begins_now_or_later_or_judges_the_past(self, desk: Shell) -> None:
        desk("metric", "target", "bot", "percent", ">= 97%")
        assert '2026-W47: ">= 97%"' in desk.read("seats/bot.yaml")
        desk("metric", "target", "bot", "percent", ">= 99%", "--from", "2026-W50")
        assert '2026-W50: ">= 99%"' in desk.read("seats/bot.yaml")
        assert desk.git("log", "-1", "--format=%s").out == "metric-target(bot): percent >= 99% from 2026-W50\n"
        done = desk("metric", "target", "bot", "percent", ">= 97%", "--also-past", "--json")
        assert "turns from on to off" in done.err
        assert done.json["verdicts"][0]["metric"] == "percent"

    def test_a_period_of_another_cadence_is_refused(self, desk: Shell) -> None:
        assert (
            "which is weekly" in desk("metric", "target", "bot", "percent", ">= 99%", "--from", "2026-12", code=2).err
        )


class TestEnd:
    def test_after_the_end_nothing_is_owed_stale_or_shown_as_current(self, desk: Shell) -> None:
        late = desk("stale", "--json", ORGTP_NOW=NEXT, code=None).json["stale"]
        assert "percent" in {one["metric"] for one in late}
        desk("metric", "end", "bot", "percent", "--reason", "Nobody asks for it", ORGTP_NOW=NEXT)
        assert "ends: 2026-W47" in desk.read("seats/bot.yaml")
        late = desk("stale", "--json", ORGTP_NOW=NEXT, code=None).json["stale"]
        assert "percent" not in {one["metric"] for one in late}
        assert '"metric": "percent"' not in desk("chart", "--json", ORGTP_NOW=NEXT).out
        seat = desk("seat", "show", "bot", "--json", ORGTP_NOW=NEXT).json["seat"]
        assert "percent" not in {one["metric"] for one in seat["metrics"]}
        owed = desk("context", "bot", "--json", ORGTP_NOW=NEXT).json
        assert "percent" not in {one["metric"] for one in (*owed["metrics"], *owed["trouble"]["stale"])}

    def test_old_values_are_shown_for_as_long_as_their_weeks_are(self, desk: Shell) -> None:
        desk("metric", "end", "bot", "percent", "--reason", "Nobody asks for it")
        assert "ends: 2026-W46" in desk.read("seats/bot.yaml")
        shown = cells(rows(desk)["bot/percent"])
        assert shown == {period: (value, state, None) for period, (value, state, _) in PAST.items()}
        assert "bot/percent" in rows(desk, "--weeks", "2")
        assert "bot/percent" not in rows(desk, "--weeks", "1")
        assert "bot/percent" not in rows(desk, now="2027-06-01T12:00:00-04:00")

    def test_the_current_period_is_the_last_one_if_it_has_a_value(self, desk: Shell) -> None:
        desk("score", "add", "bot", "percent", "99")
        desk("metric", "end", "bot", "percent", "--reason", "Nobody asks for it")
        assert "ends: 2026-W47" in desk.read("seats/bot.yaml")

    def test_no_value_is_lost_by_an_earlier_end(self, desk: Shell) -> None:
        said = desk("metric", "end", "bot", "percent", "--after", "2026-W44", "--reason", "Old", code=2).err
        assert "has values after 2026-W44, up to 2026-W46" in said

    def test_a_reason_is_needed(self, desk: Shell) -> None:
        assert "--reason" in desk("metric", "end", "bot", "percent", code=2).err

    def test_a_missed_week_that_is_no_longer_owed_is_reported(self, desk: Shell) -> None:
        words = ("metric", "end", "bot", "percent", "--after", "2026-W46", "--reason", "Old", "--json")
        done = desk(*words, ORGTP_NOW="2026-12-10T12:00:00-05:00")
        assert "turn from missing to none" in done.err
        (change,) = done.json["verdicts"]
        assert [(turn["before"], turn["after"]) for turn in change["turned"]] == [("missing", "none")]

    def test_a_successor_that_was_there_already_continues_it(self, desk: Shell) -> None:
        desk("metric", "add", "ada", "share", *TERMS[:4], "--target", ">= 90%", "--cadence", "weekly")
        words = ("--reason", "Ada watches it", "--succeeded-by", "ada/share")
        desk("metric", "end", "bot", "percent", *words)
        assert "continues: bot/percent" in desk.read("seats/ada.yaml")
        assert cells(rows(desk)["ada/share"]) == PAST
        assert "bot/percent" not in rows(desk)

    def test_an_escalation_of_a_late_value_ends_with_it(self, desk: Shell) -> None:
        desk("escalate", "tick", ORGTP_NOW=NEXT)
        about = [one for one in desk("escalate", "list", "--json").json["escalations"] if one["metric"] == "percent"]
        assert about
        desk("metric", "end", "bot", "percent", "--reason", "Old", ORGTP_NOW=NEXT)
        left = desk("escalate", "list", "--json", ORGTP_NOW=NEXT).json["escalations"]
        assert [one for one in left if one["metric"] == "percent"] == []
        assert desk("audit", "verify", ORGTP_NOW=NEXT).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["metric", "end", "bot", "percent", "--reason", "Nobody reads it."],
        ["metric", "move", "bot", "percent", "--to", "ada"],
        ["metric", "set", "bot", "percent", "ends=2026-W46"],
    ],
)
def test_a_change_that_leaves_a_seat_without_a_metric_says_so(desk: Shell, words: list[str]) -> None:
    for metric in desk("seat", "show", "bot", "--json").json["seat"]["metrics"]:
        if metric["metric"] != "percent":
            desk("metric", "end", "bot", metric["metric"], "--reason", "Nobody reads it.")
    said = desk(*words).err
    assert "bot has no metric any more: all have ended. Add a metric: orgtp metric add bot ID" in said


class TestOneRow:
    @pytest.mark.parametrize(
        ("words", "heir"),
        [
            (("rename", "bot", "percent", "share"), "bot/share"),
            (("move", "bot", "percent", "--to", "ada"), "ada/percent"),
            (("recadence", "bot", "percent", "monthly"), "bot/percent-monthly"),
            (("recadence", "bot", "percent", "daily", "--id", "share"), "bot/share"),
        ],
    )
    def test_one_row_has_the_past_of_the_old_metric(self, desk: Shell, words: tuple[str, ...], heir: str) -> None:
        before = cells(rows(desk)["bot/percent"])
        done = desk("metric", *words, "--json").json
        assert done["continued_by"] == heir
        shown = rows(desk)
        assert "bot/percent" not in shown
        assert cells(shown[heir]) == PAST
        assert {period: cell[:2] for period, cell in PAST.items()} == {p: cell[:2] for p, cell in before.items()}
        row = shown[heir]
        # Runs and counts begin again, and the state is that of the newest cell.
        assert (row["known"], row["on_target"], row["misses_in_a_row"]) == (0, 0, 0)
        assert (row["latest"], row["state"]) == ("98", "on")
        seat, metric = heir.split("/")
        (now,) = [
            one for one in desk("seat", "show", seat, "--json").json["seat"]["metrics"] if one["metric"] == metric
        ]
        assert (now["latest"], now["state"], now["continues"]) == ("98", "on", "bot/percent")
        assert desk("validate").code == 0
        assert desk("audit", "verify").code == 0

    def test_the_text_marks_where_the_metric_changed(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        shown = desk("scorecard").out
        assert "›98% ✓" in shown
        assert "› the metric changes after this" in shown

    def test_context_and_the_list_of_values_begin_with_the_old_ones(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        desk("score", "add", "bot", "share", "99")
        (now,) = [one for one in desk("context", "bot", "--json").json["metrics"] if one["metric"] == "share"]
        assert [(cell["period"], cell["from"]) for cell in now["latest"]] == [
            ("2026-W44", "bot/percent"),
            ("2026-W45", "bot/percent"),
            ("2026-W46", "bot/percent"),
            ("2026-W47", None),
        ]
        listed = desk("score", "list", "bot", "share", "--json").json["scores"]
        assert [line["metric"] for line in listed] == ["percent"] * 4 + ["share"]

    def test_a_chain_of_continuations_is_one_row(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        desk("score", "add", "bot", "share", "99")
        desk("metric", "move", "bot", "share", "--to", "ada")
        shown = rows(desk, now=NEXT)
        assert cells(shown["ada/share"]) == {**PAST, "2026-W47": ("99", "on", "bot/share")}
        assert not {"bot/percent", "bot/share"} & shown.keys()
        part = rows(desk, "--seat", "ada", now=NEXT)
        assert part["ada/share"] == shown["ada/share"]

    def test_renaming_twice_on_one_day_leaves_one_row(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        desk("metric", "rename", "bot", "share", "part")
        assert cells(rows(desk)["bot/part"]) == PAST
        assert desk("validate").code == 0

    def test_old_targets_judge_the_past_and_the_newest_goes_on(self, desk: Shell) -> None:
        desk("metric", "target", "bot", "percent", ">= 99%")
        desk("metric", "rename", "bot", "percent", "share")
        assert cells(rows(desk)["bot/share"]) == PAST
        assert rows(desk)["bot/share"]["target"] == ">= 99%"

    def test_another_unit_makes_two_rows(self, desk: Shell) -> None:
        desk("metric", "add", "bot", "waste", *TERMS, "--cadence", "weekly")
        desk("metric", "end", "bot", "percent", "--reason", "Amounts", "--succeeded-by", "bot/waste")
        shown = rows(desk)
        assert cells(shown["bot/percent"]).keys() == PAST.keys()
        assert cells(shown["bot/waste"]) == {}
        assert "continues-other-unit" in desk("validate").out

    def test_a_person_who_edits_the_files_gets_the_same(self, desk: Shell) -> None:
        text = desk.read("seats/bot.yaml")
        old = "  percent: {name: percent, outcome: Something, cadence: weekly, target: '>= 95%'"
        heir = (
            "  share: {name: percent, outcome: Something, cadence: weekly, target: '>= 95%', continues: bot/percent}\n"
        )
        desk.write("seats/bot.yaml", text.replace(old, f"{heir}{old}, ends: 2026-W46"))
        by_hand = rows(desk)["bot/share"]
        found = desk("validate", "--base", "HEAD", "--json").json["problems"]
        assert {one["severity"] for one in found} == {"notice"}
        assert "is renamed to share after 2026-W46" in desk("diff", "HEAD").out
        desk.git("checkout", "--", "seats/bot.yaml")
        desk("metric", "rename", "bot", "percent", "share")
        assert rows(desk)["bot/share"] == by_hand

    def test_a_continuation_that_is_judged_more_mildly_is_a_notice(self, desk: Shell) -> None:
        text = desk.read("seats/bot.yaml")
        old = "  percent: {name: percent, outcome: Something, cadence: weekly, target: '>= 95%'"
        heir = (
            "  share: {name: percent, outcome: Something, cadence: weekly, target: '>= 60%', continues: bot/percent}\n"
        )
        desk.write("seats/bot.yaml", text.replace(old, f"{heir}{old}, ends: 2026-W46"))
        found = desk("validate", "--base", "HEAD", "--json").json["problems"]
        (target,) = [one["message"] for one in found if one["rule"] == "target-changed"]
        assert target == "the target of bot share changes from >= 95% to >= 60%"

    @pytest.mark.parametrize(
        "words", [("rename", "bot", "percent", "share"), ("move", "bot", "percent", "--to", "ada")]
    )
    def test_a_pull_request_of_a_command_reports_the_end_alone(self, desk: Shell, words: tuple[str, ...]) -> None:
        desk("metric", "target", "bot", "percent", ">= 96%")
        base = desk.head()
        desk("metric", *words)
        found = desk("validate", "--base", base, "--json").json["problems"]
        assert [(one["rule"], one["severity"]) for one in found] == [("metric-changed", "notice")]
        assert "the ends of bot percent changes" in found[0]["message"]

    def test_what_still_names_the_old_metric_is_listed(self, desk: Shell) -> None:
        desk(
            "escalate",
            "silence",
            "bot",
            "percent",
            "--until",
            "2026-12-01",
            "--reason",
            "The desk moves.",
            "--by",
            "ada",
        )
        left = desk("metric", "rename", "bot", "percent", "share", "--json").json["still_named_in"]
        assert [line.split(".")[0] for line in left] == ["percent is silenced until 2026-12-01"]

    def test_leads_to_follows_the_metric(self, desk: Shell) -> None:
        desk(
            "metric",
            "add",
            "bot",
            "mails",
            *("--name", "Mails sent"),
            *TERMS[2:4],
            "--target",
            ">= 9",
            "--cadence",
            "weekly",
            "--leads-to",
            "percent",
        )
        before = desk("validate").out
        desk("metric", "rename", "bot", "percent", "share")
        assert desk("validate").out == before


def add_typed(here: Shell, period: str) -> str:
    return here("score", "add", "bot", "percent", "97", "--for", period, code=2, ORGTP_NOW=NEXT).err


def add_csv(here: Shell, period: str) -> str:
    table = f"seat,metric,value,period\nbot,percent,97,{period}\n"
    return here("score", "add", "--from", "-", stdin=table, code=2, ORGTP_NOW=NEXT).err


def add_lines(here: Shell, period: str) -> str:
    line = json.dumps({"seat": "bot", "metric": "percent", "value": "97", "period": period})
    return here("score", "add", "--from", "-", stdin=f"{line}\n", code=2, ORGTP_NOW=NEXT).err


class TestOldId:
    @pytest.mark.parametrize("add", [add_typed, add_csv, add_lines])
    def test_a_later_value_is_refused_and_the_new_id_named_at_every_entry(self, desk: Shell, add: Any) -> None:
        desk("metric", "move", "bot", "percent", "--to", "ada", "--id", "share")
        head = desk.head()
        said = add(desk, "2026-W47")
        assert "bot percent ended after 2026-W46" in said
        assert "orgtp score add ada share VALUE --for 2026-W47" in said
        assert desk.head() == head

    def test_it_still_takes_values_of_its_own_periods(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        desk("score", "add", "bot", "percent", "91", "--for", "2026-W43")
        assert cells(rows(desk)["bot/share"])["2026-W43"] == ("91", "off", "bot/percent")

    def test_the_new_id_takes_no_values_of_the_old_periods(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        said = desk("score", "add", "bot", "share", "91", "--for", "2026-W46", code=2).err
        assert "orgtp score add bot percent VALUE --for 2026-W46" in said

    @pytest.mark.parametrize("add", [add_typed, add_csv, add_lines])
    def test_in_a_chain_the_metric_that_takes_the_value_is_named(self, desk: Shell, add: Any) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        desk("score", "add", "bot", "share", "96", "--for", "2026-W47", ORGTP_NOW=NEXT)
        desk("metric", "rename", "bot", "share", "rate", ORGTP_NOW=NEXT)
        said = add(desk, "2026-W48")
        assert "bot percent ended after 2026-W46. bot/rate continues it" in said
        assert "orgtp score add bot rate VALUE --for 2026-W48" in said
        desk("score", "add", "bot", "rate", "97", "--for", "2026-W48", ORGTP_NOW=NEXT)
        assert "orgtp score add bot share VALUE --for 2026-W47" in add(desk, "2026-W47")

    @pytest.mark.parametrize(("period", "taker"), [("2026-W46", "percent"), ("2026-W47", "share")])
    def test_in_a_chain_the_metric_of_an_earlier_period_is_named(self, desk: Shell, period: str, taker: str) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        desk("score", "add", "bot", "share", "96", "--for", "2026-W47", ORGTP_NOW=NEXT)
        desk("metric", "rename", "bot", "share", "rate", ORGTP_NOW=NEXT)
        said = desk("score", "add", "bot", "rate", "97", "--for", period, code=2, ORGTP_NOW=NEXT).err
        assert f"orgtp score add bot {taker} VALUE --for {period}" in said
        desk("score", "add", "bot", taker, "97", "--for", period, ORGTP_NOW=NEXT)

    def test_last_is_never_the_last_period_of_an_ended_metric(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share")
        later = "2026-12-10T12:00:00-05:00"
        assert (
            "ended after 2026-W46"
            in desk("score", "add", "bot", "percent", "50", "--for", "last", code=2, ORGTP_NOW=later).err
        )

    def test_a_source_that_still_names_it_is_not_asked(self, desk: Shell) -> None:
        desk("metric", "set", "bot", "percent", "source=share")
        (desk.home / "sources.yaml").write_text('{"share": {"command": ["echo", "99"]}}', encoding="utf-8")
        desk("metric", "rename", "bot", "percent", "share")
        sources = ("--sources", str(desk.home / "sources.yaml"))
        desk("score", "collect", *sources, ORGTP_NOW=NEXT)
        assert desk.git("log", "-1", "--format=%s").out == "score(bot): share 2026-W48 = 99\n"
        said = desk("score", "collect", *sources, "--seat", "bot", "--metric", "percent", code=2, ORGTP_NOW=NEXT).err
        assert "bot/share continues it" in said


class TestSet:
    def test_keys_are_set_and_removed(self, desk: Shell) -> None:
        desk("metric", "set", "bot", "percent", "due=mon 12:00", "x-team=north")
        assert desk.git("log", "-1", "--format=%s").out.startswith("metric-set(bot): percent due = mon 12:00")
        desk("metric", "set", "bot", "percent", "due=")
        assert "due" not in desk.read("seats/bot.yaml")

    def test_the_cadence_of_recorded_values_stays(self, desk: Shell) -> None:
        said = desk("metric", "set", "bot", "percent", "cadence=monthly", code=2).err
        assert "orgtp metric recadence bot percent monthly" in said

    def test_an_unknown_key_is_refused_with_the_nearest(self, desk: Shell) -> None:
        assert 'Did you mean "outcome"?' in desk("metric", "set", "bot", "percent", "outcom=x", code=2).err


class TestRetirement:
    def test_a_metric_goes_to_its_heir_as_one_row(self, desk: Shell) -> None:
        desk("seat", "add", "desk", "--role", "Desk", "--kind", "agent", "--owner", "ada", "--reports-to", "ada")
        desk(
            "retire", "bot", "--move", "percent=desk", "--reason", "One desk is enough", "--decided-by", "ada", "--yes"
        )
        assert "continues: bot/percent" in desk.read("seats/desk.yaml")
        assert "ends: 2026-W46" in desk.read("seats/bot.yaml")
        assert cells(rows(desk)["desk/percent"]) == PAST
        assert desk("validate", "--base", "HEAD~1").code == 0
        assert desk("audit", "verify").code == 0

    def test_the_log_and_the_history_say_what_happened(self, desk: Shell) -> None:
        desk("metric", "move", "bot", "percent", "--to", "ada")
        (entry,) = desk("log", "--action", "metric-move", "--json").json["commits"]
        assert (entry["action"], entry["seats"]) == ("metric-move", ["bot", "ada"])
        for seat in ("bot", "ada"):
            assert "percent" in desk("seat", "history", seat).out.rsplit("\n\n", 1)[-1], seat


def test_an_ended_metric_can_still_be_read_from_python(desk: Shell) -> None:
    desk("metric", "rename", "bot", "percent", "share")
    handle = orgtp.open(desk.folder)
    old, new = handle.metric("bot", "percent"), handle.metric("bot", "share")
    assert (old.ends, old.latest, new.continues, new.ends) == ("2026-W46", "98", "bot/percent", None)


class TestSeatShow:
    def test_what_ended_is_named_in_a_line_with_what_continues_it(self, desk: Shell) -> None:
        desk("metric", "rename", "bot", "percent", "share", "--by", "ada")
        desk("metric", "end", "bot", "clock", "--reason", "Nobody asks.", "--by", "ada")
        seat = desk("seat", "show", "bot", "--json").json["seat"]
        assert seat["ended"] == [
            {"metric": "clock", "name": "clock", "ends": "2026-W46", "continued_by": None},
            {"metric": "percent", "name": "percent", "ends": "2026-W46", "continued_by": "bot/share"},
        ]
        out = desk("seat", "show", "bot").out
        assert "\n  ended: clock after 2026-W46; percent after 2026-W46, continued by bot/share\n" in out
        assert all(len(line) <= 40 for line in desk("seat", "show", "bot", COLUMNS="40").out.splitlines())

    def test_a_metric_that_ends_later_is_no_ended_one(self, desk: Shell) -> None:
        desk("metric", "end", "bot", "clock", "--after", "2026-W52", "--reason", "The year ends.", "--by", "ada")
        assert desk("seat", "show", "bot", "--json").json["seat"]["ended"] == []
        assert "ended:" not in desk("seat", "show", "bot").out

"""`orgtp health`, `orgtp metric rebase` and `score add --n`: what a person sees, and what a script gets."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import Shell

STEADY = (92, 95, 93, 96, 94, 92.5, 95.5, 93.5, 94.5, 92, 96, 94)
# The clock of the tests is in 2026-W47.
LAST = 46


def record(shell: Shell, values: Sequence[float], metric: str = "percent", n: int | None = None) -> None:
    """Record a value for each week; the last is that of the last week that is over."""
    first = LAST - len(values) + 1
    rows = [
        {"seat": "bot", "metric": metric, "value": str(value), "period": f"2026-W{first + number:02}"}
        | ({"n": n} if n else {})
        for number, value in enumerate(values)
    ]
    shell("score", "add", "--from", "-", stdin="".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def young(acme: Shell) -> Shell:
    """The small org, with a seat that is as old as its values."""
    acme("seat", "set", "bot", "since=2026-01-05", "metrics.percent.target=>= 90%")
    return acme


@pytest.fixture
def fallen(young: Shell) -> Shell:
    """A metric that was steady for twelve weeks, and then fell."""
    record(young, [*STEADY, 80, 79, 81])
    return young


class TestText:
    def test_what_needs_a_person_comes_first(self, fallen: Shell) -> None:
        lines = fallen("health").out.splitlines()
        assert lines[0] == "Acme  1 seat: 1 drifting"
        assert lines[2] == "drifting  Bot"
        assert lines[3].split()[:2] == ["percent", "drifting"]
        assert lines[4].strip() == (
            "below the lower limit, since 2026-W44. A steady metric shows a flag in 14.5% of quarters."
        )
        assert "A small number of cases looks the same" in lines[5]
        assert lines[6].strip() == (
            "3 misses in a row. It was on target in 12 of the 12 weeks before; with that record, 0.6% of quarters "
            "have as many in a row."
        )

    def test_odds_are_beside_every_flag_with_what_they_assume(self, fallen: Shell) -> None:
        out = fallen("health").out
        assert "By chance alone, about 0.1 of 1 metric with a baseline will be flagged this quarter" in out
        for figure in ("14.5%", "27%", "34%", "42%", "a baseline of 12", "independent, normal", "one look a week"):
            assert figure in out, figure

    def test_a_narrow_screen(self, fallen: Shell) -> None:
        for width in (40, 60):
            out = fallen("health", COLUMNS=str(width)).out
            assert max(map(len, out.splitlines())) <= width
            assert max(map(len, fallen("health", "bot", "percent", COLUMNS=str(width)).out.splitlines())) <= width

    def test_a_young_org_gets_misses_and_what_is_silent(self, young: Shell) -> None:
        record(young, [92, 80, 81, 82])
        young("score", "add", "bot", "number", "--unavailable", "no answer", "--for", "last")
        out = young("health").out
        assert "watch" in out
        assert "4 of 12 values" in out
        assert "3 misses in a row" in out
        assert "its newest value is unavailable: 2026-W46" in out

    def test_nobody_is_labelled_human_or_agent(self, sample: Shell) -> None:
        out = sample("health").out + sample("health", "--json").out
        assert not {"human", "agent"} & set(out.replace('"', " ").split())

    def test_an_org_without_metrics(self, shell: Shell) -> None:
        shell("init", "new")
        new = shell.at(shell.folder / "new")
        assert new("health").out == "no metrics yet\n"
        assert new("health", "--json").json["metrics"] == []


class TestSelection:
    def test_one_seat_and_its_options(self, sample: Shell) -> None:
        every = sample("health", "--json").json
        seats = [one["seat"] for one in every["seats"]]
        assert seats[0] == "jeff"
        assert {one["seat"] for one in sample("health", "jeff", "--json").json["metrics"]} == {"jeff"}
        found = sample("health", "--owner", "bogdan", "--state", "off", "--json").json
        assert {one["seat"] for one in found["metrics"]} <= set(seats)
        assert found["left_out"]["metrics"] > 0
        assert [one["metric"] for one in sample("health", "--sort", "id", "--json").json["metrics"]] != [
            one["metric"] for one in every["metrics"]
        ]

    @pytest.mark.parametrize(
        ("view", "rows"), [("health", "metrics"), ("scorecard", "rows"), ("chart", "seats"), ("seat list", "seats")]
    )
    def test_drifting_is_a_state_in_every_view(self, fallen: Shell, view: str, rows: str) -> None:
        found = fallen(*view.split(), "--state", "drifting", "--json").json[rows]
        assert [one["seat"] for one in found] == ["bot"]
        shown = found[0].get("metrics", [found[0]])
        assert [one["metric"] for one in shown] == ["percent"]
        assert fallen(*view.split(), "--state", "drifting,off", "--json").json[rows]
        fallen("metric", "rebase", "bot", "percent", "--from", "2026-W44", "--reason", "A new desk.")
        assert fallen(*view.split(), "--state", "drifting", "--json").json[rows] == []

    def test_drifting_in_export_and_stale(self, fallen: Shell) -> None:
        fallen("export", "out", "--state", "drifting", "--format", "jsonl")
        rows = [json.loads(line) for line in fallen.read("out/metrics.jsonl").splitlines()]
        assert [row["metric"] for row in rows] == ["percent"]
        assert fallen("stale", "--state", "drifting", "--json", code=None).json["stale"] == []

    def test_small_odds_are_written_plainly(self, young: Shell) -> None:
        """Never as 8.1E-6."""
        record(young, [95] * 20 + [80] * 8)
        ran = young("health", "--json")
        (one,) = [row for row in ran.json["metrics"] if row["metric"] == "percent"]
        assert re.fullmatch(r"0\.0000[0-9]+", one["odds"]["misses"])
        assert "less than 0.1% of quarters have as many" in young("health").out

    def test_expected_false_does_not_depend_on_the_state(self, fallen: Shell) -> None:
        every, some = (fallen("health", *more, "--json").json for more in ((), ("--state", "on")))
        assert every["expected_false"] == some["expected_false"] == "0.145"
        assert some["metrics"] == []

    def test_as_of_an_earlier_day(self, fallen: Shell) -> None:
        fallen("score", "add", "bot", "percent", "50", "--for", "2026-W46", "--note", "Recounted.")
        (now,) = fallen("health", "--state", "drifting", "--json").json["metrics"]
        (then,) = fallen("health", "--state", "drifting", "--at", "HEAD~1", "--json").json["metrics"]
        assert now["since"] == then["since"] == "2026-W44"


class TestSampleStory:
    """Jeff slips from the eighth of thirteen weeks on, which are 2026-W35 to 2026-W47."""

    @pytest.mark.parametrize(
        ("day", "health", "rule", "since", "misses", "odds"),
        [
            ("2026-10-16", "watch", None, None, 1, "0.4015"),
            ("2026-10-23", "watch", None, None, 2, "0.0811"),
            ("2026-11-06", "watch", None, None, 4, "0.0053"),
            ("2026-11-12", "watch", None, None, 4, "0.0053"),
            ("2026-11-13", "drifting", "beyond-limit", "2026-W45", 5, "0.0017"),
            ("2026-11-20", "drifting", "beyond-limit", "2026-W45", 6, "0.00062"),
        ],
    )
    def test_when_health_finds_that_jeff_drifts(
        self, sample: Shell, day: str, health: str, rule: str | None, since: str | None, misses: int, odds: str
    ) -> None:
        """With the twelfth value. Before, there are misses in a row, with odds that are smaller each week."""
        found = sample("health", "jeff", "--json", "--at", day).json
        (one,) = [row for row in found["metrics"] if row["metric"] == "invoices-reconciled"]
        assert (one["rule"], one["since"], one["misses_in_a_row"], one["odds"]["misses"]) == (rule, since, misses, odds)
        assert found["seats"][0]["health"] == health

    def test_a_change_within_the_baseline_is_called_that(self, sample: Shell, fallen: Shell) -> None:
        said = "It began within the first 12 values."
        assert said in sample("health", "jeff").out
        assert said not in fallen("health").out

    def test_no_other_seat_of_the_sample_drifts(self, sample: Shell) -> None:
        seats = sample("health", "--json").json["seats"]
        assert [one["seat"] for one in seats if one["health"] == "drifting"] == ["jeff"]


class TestJson:
    KEYS = (
        "seat", "metric", "variation", "assurance", "rule", "since", "phase", "mean", "lower", "upper",
        "misses_in_a_row", "odds",
    )  # fmt: skip

    def test_the_contract(self, fallen: Shell) -> None:
        found = fallen("health", "--json").json
        assert found["kind"] == "health"
        one = next(row for row in found["metrics"] if row["metric"] == "percent")
        assert tuple(one) == self.KEYS
        assert one["phase"] == {"from": "2026-W32", "to": "2026-W46", "n": 15}
        assert (one["variation"], one["assurance"], one["rule"]) == ("concern", "hit-or-miss", "beyond-limit")
        assert (one["mean"], one["lower"], one["upper"]) == ("94", "87.7127", "100.2873")
        assert one["odds"]["per_quarter"] == "0.145"
        assert found["seats"] == [
            {"seat": "bot", "health": "drifting", "why": "percent: below the lower limit, since 2026-W44"}
        ]
        assert found["expected_false"] == "0.145"
        trial = next(row for row in found["metrics"] if row["metric"] == "money")
        assert (trial["variation"], trial["phase"], trial["odds"]) == (
            "trial",
            {"from": None, "to": None, "n": 0},
            {"per_quarter": None, "misses": None},
        )

    def test_the_table(self, fallen: Shell) -> None:
        header, first, *_ = fallen("health", "--format", "csv").out.splitlines()
        assert header.split(",")[6:9] == ["phase.from", "phase.to", "phase.n"]
        assert first.startswith("bot,percent,concern,hit-or-miss,beyond-limit,2026-W44,2026-W32,2026-W46,15,94,")


class TestChart:
    def test_on_a_terminal(self, fallen: Shell) -> None:
        out = fallen("health", "bot", "percent").out
        assert out.startswith("Bot: percent  target >= 90%\n")
        assert "mean 94%" in out
        assert "upper 100%" in out
        assert out.count("◆") > 3
        assert "2026-W32" in out
        assert "2026-W46" in out

    def test_with_ascii_alone(self, fallen: Shell) -> None:
        out = fallen.process("health", "bot", "percent", PYTHONIOENCODING="ascii").out
        assert out.isascii()
        assert "# completes a rule" in out

    def test_as_json(self, fallen: Shell) -> None:
        chart = fallen("health", "bot", "percent", "--json").json["chart"]
        assert (chart["method"], chart["begins"], len(chart["points"])) == ("xmr", None, 15)
        assert list(chart["points"][0]) == [
            "period", "value", "state", "mean", "lower", "upper", "range", "rule", "concern", "baseline",
        ]  # fmt: skip
        last = chart["points"][-1]
        assert (last["value"], last["rule"], last["concern"], last["baseline"], last["range"]) == (
            "81",
            "beyond-limit",
            True,
            False,
            "2",
        )

    def test_as_a_picture(self, fallen: Shell) -> None:
        out = fallen("health", "bot", "percent", "--format", "svg").out
        assert out == fallen("health", "bot", "percent", "--format", "svg").out
        picture = ET.fromstring(out)  # noqa: S314  (orgtp wrote it just now)
        space = "{http://www.w3.org/2000/svg}"
        assert picture.findtext(f"{space}title") == "Bot: percent"
        # Fifteen values, and fourteen moving ranges.
        spots = [f"{one.attrib['cx']},{one.attrib['cy']}" for one in picture.findall(f"{space}circle")]
        assert len(spots) == 15 + 14
        lines = [one.attrib["points"].split() for one in picture.findall(f"{space}polyline")]
        assert spots[:15] in lines
        assert spots[15:] in lines
        width, height = map(float, picture.attrib["viewBox"].split()[2:])
        for one in picture.iter():
            assert all(0 <= float(one.attrib.get(name, 0)) <= width for name in ("x", "x1", "x2", "cx"))
            assert all(0 <= float(one.attrib.get(name, 0)) <= height for name in ("y", "y1", "y2", "cy"))
        assert "http" not in out.replace("http://www.w3.org/2000/svg", "")

    def test_of_hits_and_of_nothing(self, fallen: Shell) -> None:
        record(fallen, [1] * 13, "done")
        assert fallen("health", "bot", "done").out.count("✓") == 13
        assert "no values in this phase yet" in fallen("health", "bot", "money").out
        for metric in ("done", "money"):
            ET.fromstring(fallen("health", "bot", metric, "--format", "svg").out)  # noqa: S314  (as above)

    def test_what_cannot_be_drawn(self, fallen: Shell) -> None:
        assert "orgtp health SEAT METRIC --format svg" in fallen("health", "--format", "svg", code=2).err
        assert 'bot has no metric "percnt". Did you mean "percent"?' in fallen("health", "bot", "percnt", code=2).err
        assert "name one seat: bot, or --seat ada" in fallen("health", "bot", "--seat", "ada", code=2).err
        assert "--state" in fallen("health", "bot", "percent", "--state", "off", code=2).err


class TestCases:
    def test_n_is_recorded_and_gives_the_limits_of_a_p_chart(self, young: Shell) -> None:
        record(young, [*STEADY, 80], n=240)
        assert '"value":"92","n":240}' in young.git("grep", "-h", '"n":240', "--", "scores").out
        out = young("health").out
        assert "A steady metric with about 240 cases a value shows a flag in 11% of quarters." in out
        assert "computed from the share and the average number of cases" in " ".join(out.split())
        assert "A small number of cases" not in out
        assert young("health", "bot", "percent", "--json").json["chart"]["method"] == "p-chart"

    def test_one_value(self, young: Shell) -> None:
        done = young("score", "add", "bot", "percent", "96.5%", "--n", "240").out
        assert "percent 2026-W47 = 96.5 (n 240)" in done
        assert "n 240" in young("score", "list", "bot", "percent").out
        (line,) = young("score", "list", "bot", "percent", "--json").json["scores"]
        assert (line["value"], line["n"]) == ("96.5", 240)
        young("export", "out", "--format", "jsonl")
        (row,) = (json.loads(line) for line in young.read("out/values.jsonl").splitlines())
        assert row["n"] == 240
        assert young("validate", code=None).out.count("score") == 0

    def test_a_csv_file(self, young: Shell) -> None:
        text = 'seat,metric,value,period,n\nbot,percent,96.5,2026-W46,"1,240"\nbot,percent,95,2026-W45,\n'
        young("score", "add", "--from", "-", stdin=text)
        lines = young("score", "list", "bot", "percent", "--json").json["scores"]
        assert [line["n"] for line in lines] == [None, 1240]
        wrong = "seat,metric,value,n\nbot,percent,96.5,many\n"
        assert 'n "many" is not a whole number' in young("score", "add", "--from", "-", stdin=wrong, code=2).err

    def test_the_same_id(self, young: Shell) -> None:
        """The number of cases is part of what an id stands for, if the caller names it."""
        add = ("score", "add", "bot", "percent", "96.5", "--id", "my-1")
        young(*add, "--n", "240")
        assert "nothing to change" in young(*add, "--n", "240").err
        assert "nothing to change" in young(*add).err
        err = young(*add, "--n", "241", code=2).err
        assert "= 96.5 (n 240)" in err
        assert "= 96.5 (n 241)" in err

    @pytest.mark.parametrize(
        ("words", "why"),
        [(("96", "--n", "0"), "0"), (("--unavailable", "no answer", "--n", "5"), "it needs a value")],
    )
    def test_what_is_refused(self, young: Shell, words: Sequence[str], why: str) -> None:
        assert why in young("score", "add", "bot", "percent", *words, code=2).err

    @pytest.mark.parametrize("n", ["0", "-1", "1.5", '"240"', "true", "null", "9999999999999"])
    def test_a_line_that_is_wrong(self, young: Shell, n: str) -> None:
        line = f'{{"id":"x","at":"2026-11-20T13:00:02Z","metric":"percent","period":"2026-W46","value":"9","n":{n}}}\n'
        young.write("scores/bot/2026-11.jsonl", line)
        assert '"n" is not a whole number' in young("validate", code=1).out


class TestRebase:
    def test_a_phase_begins_with_a_reason(self, fallen: Shell) -> None:
        done = fallen("metric", "rebase", "bot", "percent", "--from", "2026-w44", "--reason", "A new\nad API.").out
        assert "metric-rebase(bot): percent from 2026-W44: A new ad API." in done
        assert "rebase: {2026-W44: A new ad API.}" in fallen.read("seats/bot.yaml")
        assert "Orgtp-Action: metric-rebase" in fallen.git("log", "-1", "--format=%B").out
        one = fallen("health", "bot", "percent", "--json").json
        assert one["metrics"][0]["phase"] == {"from": "2026-W44", "to": "2026-W46", "n": 3}
        assert (one["chart"]["begins"], one["chart"]["reason"]) == ("2026-W44", "A new ad API.")
        assert "new limits since 2026-W44: A new ad API." in fallen("health", "bot").out
        assert fallen("validate", "--json", code=None).json["summary"]["errors"] == 0
        assert "nothing to change" in (
            fallen("metric", "rebase", "bot", "percent", "--from", "2026-W44", "--reason", "A new ad API.").err
        )

    def test_it_is_in_log_diff_export_and_can_be_undone(self, fallen: Shell) -> None:
        fallen("metric", "rebase", "bot", "percent", "--from", "2026-W44", "--reason", "A new ad API.")
        assert "2026-W44: A new ad API." in fallen("diff", "HEAD~1").out
        assert "metric-rebase" in fallen("log", "bot", "--action", "metric-rebase").out
        fallen("export", "out", "--format", "jsonl")
        rows = [json.loads(line) for line in fallen.read("out/metrics.jsonl").splitlines()]
        assert next(row["rebase"] for row in rows if row["metric"] == "percent") == {"2026-W44": "A new ad API."}
        fallen("audit", "verify")
        fallen("undo")
        assert "rebase" not in fallen.read("seats/bot.yaml")

    def test_nothing_is_written_by_a_dry_run(self, fallen: Shell) -> None:
        before = fallen.git("rev-parse", "HEAD").out
        ran = fallen("metric", "rebase", "bot", "percent", "--from", "2026-W44", "--reason", "R", "--dry-run")
        assert "rebase: {2026-W44: R}" in ran.out
        assert fallen.git("rev-parse", "HEAD").out == before

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (("--from", "2026-W44"), "say why a new phase begins: --reason TEXT"),
            (("--from", "week 44", "--reason", "R"), "Write the week with which the phase begins, such as 2026-W47."),
            (("--from", "2026-10", "--reason", "R"), "such as 2026-W40."),
            (("--from", "2026/10/27", "--reason", "R"), "such as 2026-W44."),
            (
                ("--from", "2026-W01", "--reason", "R"),
                "percent begins with 2026-W02, so no phase can begin with 2026-W01.",
            ),
            (("--from", "2026-W48", "--reason", "R"), "2026-W48 has not begun. A phase can begin with 2026-W47 at"),
        ],
    )
    def test_what_is_refused(self, fallen: Shell, words: Sequence[str], why: str) -> None:
        assert why in fallen("metric", "rebase", "bot", "percent", *words, code=2).err

    @pytest.mark.parametrize(
        "words",
        [
            ("metric", "target", "bot", "percent", ">= 85%"),
            ("metric", "set", "bot", "percent", "source=ad-api"),
            ("metric", "set", "bot", "percent", "rollup=mean"),
            ("metric", "set", "bot", "percent", "name=Answered within the hour"),
            ("metric", "set", "bot", "percent", "outcome=Nobody waits"),
            ("seat", "set", "bot", "metrics.percent.source=ad-api"),
        ],
        ids=" ".join,
    )
    def test_a_change_of_meaning_proposes_a_phase_and_starts_none(self, fallen: Shell, words: Sequence[str]) -> None:
        proposed = "orgtp metric rebase bot percent --from 2026-W47 --reason TEXT"
        ran = fallen(*words, "--json")
        assert proposed in ran.err
        assert any(proposed in one for one in ran.json["proposals"])
        assert "rebase" not in fallen.read("seats/bot.yaml")
        fallen(*proposed.split()[1:])
        assert "2026-W47: TEXT" in fallen.read("seats/bot.yaml")

    def test_other_changes_propose_nothing(self, fallen: Shell) -> None:
        assert "rebase" not in fallen("metric", "set", "bot", "percent", "due=mon 12:00").err
        assert "rebase" not in fallen("metric", "set", "bot", "money", "source=bank").err
        assert "rebase" not in fallen("metric", "target", "bot", "percent", ">= 80%", "--also-past").err

    def test_no_phase_is_proposed_for_a_target_of_the_future(self, fallen: Shell) -> None:
        """The command would be refused. Health proposes it when the target begins."""
        assert "rebase" not in fallen("metric", "target", "bot", "percent", ">= 85%", "--from", "2026-W49").err
        assert fallen("health", "--json").json["proposals"] == []
        later = fallen("health", "--json", ORGTP_NOW="2026-12-02T09:00:00-05:00").json["proposals"]
        assert [one["from"] for one in later] == ["2026-W49"]

    def test_health_proposes_a_phase_for_a_dated_target(self, fallen: Shell) -> None:
        fallen("metric", "target", "bot", "percent", ">= 85%", "--from", "2026-W45")
        proposed = "orgtp metric rebase bot percent --from 2026-W45 --reason TEXT"
        assert proposed in fallen("health").out
        (one,) = fallen("health", "--json").json["proposals"]
        assert one["command"] == proposed
        fallen(*proposed.split()[1:])
        assert fallen("health", "--json").json["proposals"] == []

    def test_a_period_that_is_none_is_a_warning(self, fallen: Shell) -> None:
        fallen("metric", "rebase", "bot", "percent", "--from", "2026-W44", "--reason", "R")
        fallen.write("seats/bot.yaml", fallen.read("seats/bot.yaml").replace("2026-W44: R", "2026-W64: R"))
        assert "bad-rebase" in fallen("validate").out
        assert fallen("health", "bot", "percent", "--json").json["metrics"][0]["phase"]["n"] == 15

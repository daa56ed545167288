"""Selection: one set of options with one meaning in every view that lists seats or metrics."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conftest import Shell

VIEWS = {"chart": "seats", "scorecard": "rows", "seat list": "seats", "stale": "stale"}
OPTIONS = {"--seat", "--root", "--owner", "--only", "--state", "--sort"}


def rows(here: Shell, view: str, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = here(*view.split(), *words, "--json", code=None).json[VIEWS[view]]
    return found


def seats(here: Shell, view: str, *words: str) -> set[str]:
    return {row["seat"] for row in rows(here, view, *words)}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_all_the_options(sample: Shell, view: str) -> None:
    said = sample(*view.split(), "--help").out
    assert set(re.findall(r"--[a-z]+", said)) >= OPTIONS


class TestOneMeaning:
    """What a selection chooses in one view, it chooses in each."""

    @pytest.mark.parametrize(
        ("words", "chosen"),
        [
            (("--seat", "penny"), {"penny"}),
            (("--root", "janine"), {"janine", "penny"}),
            (("--owner", "janine"), {"janine", "penny", "sift"}),
            (("--only", "human"), {"david", "bogdan", "janine", "kristen"}),
            (("--root", "radar", "--owner", "janine"), {"sift"}),
            (("--only", "agent", "--root", "janine"), {"penny"}),
            (("--only", "group"), set()),
            (("--seat", "penny", "--owner", "bogdan"), set()),
        ],
        ids=lambda found: " ".join(sorted(found)),
    )
    def test_of_seats(self, sample: Shell, words: tuple[str, ...], chosen: set[str]) -> None:
        assert seats(sample, "chart", *words) == chosen
        assert seats(sample, "seat list", *words) == chosen
        assert seats(sample, "scorecard", *words) == chosen
        # Of the stale metrics, those of these seats: Penny's is the only one.
        assert seats(sample, "stale", *words) == chosen & {"penny"}

    def test_of_states(self, sample: Shell) -> None:
        card = rows(sample, "scorecard")
        for word in ("on", "off", "unavailable", "missing", "pending"):
            wanted = [(row["seat"], row["metric"]) for row in card if row["state"] == word]
            assert [(row["seat"], row["metric"]) for row in rows(sample, "scorecard", "--state", word)] == wanted
            # A view of seats shows those with such a metric, and counts no others.
            chart = rows(sample, "chart", "--state", word)
            assert sorted((seat["seat"], one["metric"]) for seat in chart for one in seat["metrics"]) == sorted(wanted)
            assert {seat["seat"] for seat in rows(sample, "seat list", "--state", word)} == {s for s, _ in wanted}
        assert "0 of 3 metrics on target" in sample("chart", "--state", "off").out

    def test_late_is_a_state_of_its_own(self, sample: Shell) -> None:
        assert [row["metric"] for row in rows(sample, "scorecard", "--state", "late")] == ["days-to-pay"]
        assert seats(sample, "chart", "--state", "late") == {"penny"}
        assert [row["metric"] for row in rows(sample, "stale", "--state", "late")] == ["days-to-pay"]
        assert rows(sample, "stale", "--state", "off") == []

    @pytest.mark.parametrize("view", VIEWS)
    def test_several_states(self, sample: Shell, view: str) -> None:
        once = rows(sample, view, "--state", "off,late")
        assert rows(sample, view, "--state", "off", "--state", "late") == once
        assert rows(sample, view, "--state", "LATE, off") == once
        assert len(once) == {"chart": 3, "scorecard": 4, "seat list": 3, "stale": 1}[view]


class TestWhatIsLeftOut:
    @pytest.mark.parametrize(
        ("view", "words", "counted", "text"),
        [
            ("chart", ("--owner", "janine"), (9, 18), "left out by --owner janine: 9 seats and 18 metrics"),
            ("seat list", ("--only", "human"), (8, 17), "left out by --only human: 8 seats and 17 metrics"),
            ("scorecard", ("--state", "off"), (10, 21), "left out by --state off: 10 seats and 21 metrics"),
            ("scorecard", ("--root", "jeff"), (10, 20), "left out by --root jeff: 10 seats and 20 metrics"),
            ("scorecard", ("--seat", "jeff"), (11, None), "left out by --seat jeff: 11 other seats"),
            ("stale", ("--owner", "david"), (1, 1), "left out by --owner david: 1 seat and 1 stale metric"),
            ("stale", ("--seat", "jeff"), (11, None), "left out by --seat jeff: 11 other seats"),
            ("chart", ("--seat", "jeff"), (11, 22), "left out by --seat jeff: 11 seats and 22 metrics"),
        ],
    )
    def test_is_counted(
        self, sample: Shell, view: str, words: tuple[str, ...], counted: tuple[int, int | None], text: str
    ) -> None:
        left_out = sample(*view.split(), *words, "--json", code=None).json["left_out"]
        assert (left_out["seats"], left_out["metrics"]) == counted
        assert text in sample(*view.split(), *words, code=None).out.splitlines()

    @pytest.mark.parametrize("view", VIEWS)
    def test_is_nothing_without_a_selection(self, sample: Shell, view: str) -> None:
        assert sample(*view.split(), "--json", code=None).json["left_out"] == {"seats": 0, "metrics": 0}
        assert "left out by" not in sample(*view.split(), code=None).out

    @pytest.mark.parametrize("view", VIEWS)
    def test_an_order_leaves_nothing_out(self, sample: Shell, view: str) -> None:
        assert sample(*view.split(), "--sort", "misses", "--json", code=None).json["left_out"]["seats"] == 0

    def test_nothing_fits(self, sample: Shell) -> None:
        assert sample("chart", "--only", "group").out.startswith("no seat fits\n\nleft out by --only group: 12 seats")
        assert sample("scorecard", "--state", "missing").out.startswith("no metric fits\n\nleft out by")
        assert sample("seat", "list", "--only", "group").out.startswith("no seat fits\n")

    def test_a_retired_seat_is_left_out_only_where_it_would_be_shown(self, sample: Shell) -> None:
        words = ("chart", "--owner", "kristen", "--json")
        assert sample(*words).json["left_out"]["seats"] == 10
        assert sample(*words, "--all").json["left_out"]["seats"] == 10
        assert "echo" in seats(sample, "chart", "--owner", "kristen", "--all")
        # The one that is named is shown, retired or not.
        assert seats(sample, "chart", "--seat", "echo") == {"echo"}
        assert seats(sample, "scorecard", "--seat", "echo") == {"echo"}


class TestOrder:
    def names(self, here: Shell, view: str, *words: str) -> list[str]:
        return [row["seat"] if "cadence" not in row else row["metric"] for row in rows(here, view, *words)]

    def test_misses_come_first(self, sample: Shell) -> None:
        found = rows(sample, "scorecard", "--sort", "misses")
        misses = [row["misses_in_a_row"] for row in found]
        assert misses == sorted(misses, reverse=True)
        assert [row["seat"] for row in found[:2]] == ["jeff", "jeff"]
        assert misses[0] > misses[2]
        assert self.names(sample, "seat list", "--sort", "misses")[0] == "jeff"

    def test_the_worst_state_comes_first(self, sample: Shell) -> None:
        states = [row["state"] for row in rows(sample, "scorecard", "--sort", "state")]
        order = ["off", "missing", "unavailable", "pending", "on", "none"]
        assert states == sorted(states, key=order.index)

    def test_by_name_id_and_owner(self, sample: Shell) -> None:
        assert self.names(sample, "seat list") == sorted(self.names(sample, "chart"))
        found = rows(sample, "scorecard", "--sort", "name")
        assert [row["name"].lower() for row in found] == sorted(row["name"].lower() for row in found)
        owners = [row["human_owner"] for row in rows(sample, "seat list", "--sort", "owner")]
        assert owners == sorted(owners)
        assert self.names(sample, "seat list", "--sort", "chart") == self.names(sample, "chart")

    def test_the_longest_late_comes_first(self, sample: Shell) -> None:
        assert rows(sample, "scorecard", "--sort", "late")[0]["metric"] == "days-to-pay"

    def test_a_tree_stays_a_tree(self, sample: Shell) -> None:
        """On the chart, the seats below the same one are sorted, and those below them stay with them."""
        order = self.names(sample, "chart", "--sort", "misses")
        assert order[0] == "david"
        # Jeff's is the longest run of all, and Kristen missed more lately than Bogdan.
        assert order.index("jeff") == order.index("radar") + 1
        assert order.index("sift") == order.index("jeff") + 1
        assert sorted(order) == sorted(self.names(sample, "chart"))
        text = sample("chart", "--sort", "misses").out
        assert [re.sub(r"^[│├└─ ]*", "", line).split()[0].lower() for line in text.splitlines()[2:14]] == order

    def test_the_same_twice(self, sample: Shell) -> None:
        for order in ("chart", "id", "name", "owner", "state", "misses", "late"):
            for view in VIEWS:
                words = (*view.split(), "--sort", order)
                assert sample(*words, code=None).out == sample(*words, code=None).out


class TestWrongWords:
    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize(
        ("option", "word", "near"), [("state", "of", "off"), ("only", "agnet", "agent"), ("sort", "mises", "misses")]
    )
    def test_a_mistyped_word(self, sample: Shell, view: str, option: str, word: str, near: str) -> None:
        err = sample(*view.split(), f"--{option}", word, code=2).err
        assert err.startswith(f'orgtp: --{option} "{word}" is not known. Did you mean "{near}"? It is one of: ')

    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize("option", ["seat", "root", "owner"])
    def test_an_unknown_seat(self, sample: Shell, view: str, option: str) -> None:
        assert 'Did you mean "dash"?' in sample(*view.split(), f"--{option}", "dahs", code=2).err

    def test_two_names_of_one_seat(self, sample: Shell) -> None:
        assert "name one seat" in sample("stale", "penny", "--seat", "dash", code=2).err
        assert sample("stale", "penny", "--seat", "penny", code=1).out


class TestCutsOfTheChart:
    def test_a_cut_says_how_many_seats_are_below(self, sample: Shell) -> None:
        data = sample("chart", "--depth", "1", "--json").json
        assert data["hidden_below"] == {"janine": 1, "kristen": 1, "radar": 5}
        assert data["left_out"] == {"seats": 7, "metrics": 14}
        assert sum(data["hidden_below"].values()) == data["left_out"]["seats"]
        out = sample("chart", "--depth", "1").out
        assert out.startswith("Sneeze It  5 of 12 seats, ")
        assert re.search(r"Radar .* \+ 5 seats below\n", out)
        assert re.search(r"Janine .* \+ 1 seat below\n", out)
        assert "left out by --depth 1: 7 seats and 14 metrics" in out
        assert "+ 5 seats below" in sample("chart", "--depth", "1", COLUMNS="50").out

    @pytest.mark.parametrize("form", ["mermaid", "dot", "term-svg"])
    def test_in_every_format(self, sample: Shell, form: str) -> None:
        out = sample("chart", "--depth", "1", "--format", form).out.replace("&#160;", " ")
        assert "+ 5 seats below" in out
        assert "left out by --depth 1: 7 seats and 14 metrics" in out

    def test_below_a_root(self, sample: Shell) -> None:
        data = sample("chart", "--root", "radar", "--depth", "0", "--json").json
        assert (data["hidden_below"], data["left_out"]["seats"]) == ({"radar": 5}, 11)
        out = sample("chart", "--root", "radar", "--depth", "0").out
        assert "left out by --root radar --depth 0: 11 seats" in out

    def test_a_line_past_seats_that_are_left_out(self, sample: Shell) -> None:
        """Sift reports to Jeff, who reports to Radar. Without Jeff, the line to Sift is not a direct one."""
        words = ("chart", "--owner", "janine", "--sort", "chart")
        assert "┄" not in sample(*words).out
        sample("seat", "set", "sift", "owner=david")
        out = sample("chart", "--owner", "david").out
        assert "    └┄┄ Sift" in out
        assert "┄┄ below it, by way of seats that are left out" in out
        assert "seat_radar -.-> seat_sift" in sample("chart", "--owner", "david", "--format", "mermaid").out
        assert '"radar" -> "sift" [style=dashed];' in sample("chart", "--owner", "david", "--format", "dot").out

"""Charts of metrics for tests: made from values, drawn, and taken apart again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET

from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.seat import MetricKey
from orgtp.render.drawings.metric.draw import draw_metric_chart
from orgtp.render.drawings.metric.label_space import LabelBox, box_label
from orgtp.render.drawings.metric.plot import ChartSize
from orgtp.views.metric_chart import ChangedInput, MetricChart, build_metric_chart
from orgtp.views.why.types import Evidence, EvidenceKind
from tests.views.orgs import org

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SEAT = """seat: bot
name: Bot
role: Desk
kind: agent
status: active
owner: ada
reports_to: ada
capabilities: {{desk: Answers the desk.}}
metrics:
  calls:
    name: Calls booked
    outcome: Talks
    target: {target}
    cadence: {cadence}
"""


def make_values_org(
    values: Sequence[str | None], target: str = '">= 5"', cadence: str = "weekly", more: str = ""
) -> Org:
    """An org whose bot has these values in the newest weeks; None: nobody knows it; "": nothing was recorded."""
    week = parse_period("2026-W48")
    lines = []
    for number, value in reversed(list(enumerate(values))):
        assert week is not None
        if value != "":
            told = "null" if value is None else f'"{value}"'
            lines.append(
                f'{{"id":"a{number}","at":"2026-11-27T13:00:00Z","metric":"calls","period":"{week.text}",'
                f'"value":{told},"by":"ada"}}'
            )
        week = week.previous()
    text = "".join(f"{line}\n" for line in reversed(lines))
    seat = SEAT.format(target=target, cadence=cadence) + more
    return org({"seats/bot.yaml": seat, "scores/bot/2026-11.jsonl": text})


def build(here: Org, inputs: Sequence[ChangedInput] = ()) -> MetricChart:
    """The chart of the bot's metric."""
    key = MetricKey("bot", "calls")
    return build_metric_chart(MetricRow(here, here.seats["bot"], here.metric(*key), NOW), inputs)


def change(letter: str, day: int, month: int = 11) -> ChangedInput:
    """An input of the bot that changed on a day."""
    at = datetime(2026, month, day, 9, tzinfo=UTC)
    return ChangedInput(letter, Evidence(at, None, EvidenceKind.INPUT, "bot", None, None, "model: a → b"))


class Label(NamedTuple):
    """A text of a drawing: its classes, its words, and the room that it takes at most."""

    names: str
    text: str
    box: LabelBox


class Drawing:
    """A drawing taken apart: its labels, its points, and its line."""

    def __init__(self, chart: MetricChart, size: ChartSize) -> None:
        self.svg = draw_metric_chart(chart, [size])
        self.root = ET.fromstring(self.svg)  # noqa: S314  (our own)
        _, _, width, height = map(float, self.root.attrib["viewBox"].split())
        self.frame = LabelBox(0, 0, width, height)
        self.labels = [self._read_label(one) for one in self.root.iter("text")]

    @staticmethod
    def _read_label(one: ET.Element) -> Label:
        names = one.attrib.get("class", "")
        anchor = one.attrib.get("text-anchor", "middle")
        x, y, text = float(one.attrib["x"]), float(one.attrib["y"]), one.text or ""
        return Label(names, text, box_label(text, x, y, 11 if names == "evt" else 11.5, anchor))

    def find(self, name: str) -> list[ET.Element]:
        """The elements of a class."""
        return [one for one in self.root.iter() if name in one.attrib.get("class", "").split()]

    def words(self, name: str) -> list[str]:
        """The texts of the labels of a class."""
        return [one.text for one in self.labels if name in one.names.split()]

    def points(self) -> list[tuple[float, float]]:
        """The middles of all points."""
        circles = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in self.find("p")]
        squares = [(float(one.attrib["x"]) + 5, float(one.attrib["y"]) + 5) for one in self.find("po")]
        return [*circles, *squares]

    def runs(self) -> list[list[float]]:
        """The horizontal places of each part of the line."""
        path = "".join(one.attrib["d"] for one in self.find("ser"))
        return [[float(point.split()[0]) for point in run.split("L")] for run in re.findall(r"M([^M]+)", path)]

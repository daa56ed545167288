"""What stands below the chart of a metric: what nobody knows, what drifts, with which odds, and how often it was on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from orgtp.model.cell import CellState
from orgtp.model.text import count_noun
from orgtp.model.value import MINUS
from orgtp.render.health.text import ASSURANCE_WORDS, VARIATION_WORDS, list_facts
from orgtp.render.spans import NAME, Line, join_lines, join_spans, user_text
from orgtp.render.wording.figures import format_full_figure
from orgtp.render.wording.odds import format_baseline
from orgtp.render.wording.periods import name_period
from orgtp.views.metric_chart import MetricChart
from orgtp.views.variation.judge import Variation
from orgtp.views.variation.xmr import BASELINE


class MetricNote(NamedTuple):
    """A paragraph, and the sign before it: `late` for a blank, `drift`, or "" for none. A quiet one explains others."""

    sign: str
    line: Line
    is_quiet: bool = False


def list_metric_notes(chart: MetricChart) -> Iterator[MetricNote]:
    """The notes below a chart, what needs a person first."""
    if chart.latest.state.is_gap:
        yield MetricNote("late", _describe_blank(chart))
    facts = [capitalise_line(fact) for fact in list_facts(chart.health, with_blank=False)]
    loud = [fact for fact in facts if fact[0][1] != _DIM]
    if loud:
        yield MetricNote("drift" if chart.health.is_drifting else "", _join_sentences(loud))
    yield MetricNote("", _describe_steadiness(chart))
    quiet = [fact for fact in facts if fact[0][1] == _DIM]
    if quiet:
        yield MetricNote("", _join_sentences(quiet), is_quiet=True)


_DIM = "dim"


def _join_sentences(lines: Sequence[Line]) -> Line:
    """Sentences as one paragraph; what a terminal shows bold is bold."""
    whole = join_lines(lines, " ")
    return [(text, NAME if style.startswith("bold") else style) for text, style in whole]


def capitalise_line(line: Line) -> Line:
    """The line with a capital letter at its beginning, and a full stop at its end."""
    if not line:
        return line
    (first, style), *rest = line
    whole = [(first[:1].upper() + first[1:], style), *rest]
    last, end = whole[-1]
    return whole if last.rstrip().endswith((".", "?", "!")) else [*whole[:-1], (f"{last.rstrip()}.", end)]


def _describe_blank(chart: MetricChart) -> Line:
    """Since when nobody knows the value, why, and the last value, which does not stand for it."""
    known = [one for one in chart.columns if one.cell.state.is_known]
    gaps = list(takewhile(lambda one: not one.cell.state.is_known, reversed(chart.columns)))
    gaps = [one for one in gaps if one.cell.state.is_gap]
    since = f" since {name_period(gaps[-1].period.text)}" if gaps else ""
    line = join_spans((f"Nobody knows{since}.", NAME))
    if chart.latest.note:
        line = join_spans(line, " ", capitalise_line(user_text(chart.latest.note)))
    elif chart.latest.state is CellState.MISSING:
        line = join_spans(line, " A value is due and nothing was recorded.")
    if known:
        last, week = format_full_figure(known[-1].cell.value, chart.measure), name_period(known[-1].period.text)
        line = join_spans(line, f" The last value, {last} in {week}, is not carried forward.")
    return line


def _describe_steadiness(chart: MetricChart) -> Line:
    """Whether it changes and can meet its target, its limits, and how many of the cells were on target."""
    health = chart.health
    known = [one for one in chart.columns if one.cell.state.is_known]
    on_target = sum(one.cell.state is CellState.ON for one in known)
    counted = ""
    if known:
        counted = f"On target in {on_target} of {count_noun(len(known), f'known {chart.grain}')}."
    if health.variation is Variation.TRIAL:
        phase = "phase" if chart.has_phases else "record"
        trial = f"A {phase} with {health.phase.n} of {BASELINE} values is on trial: no limits, no flags."
        return join_spans(f"{counted} {trial}".strip())
    words = [VARIATION_WORDS.get(health.variation, ""), ASSURANCE_WORDS[health.assurance] if health.assurance else ""]
    baseline = [(text.replace("-", MINUS), "") for text, _ in format_baseline(health)]
    parts = ", ".join(filter(None, words))
    line = join_spans(parts[:1].upper() + parts[1:])
    if baseline:
        line = join_spans(line, ": ", baseline)
    return join_spans(line, ".", f" {counted}" if counted else "")

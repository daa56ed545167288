"""Show the health of seats and metrics, those that need a person first, with the odds beside every flag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from orgtp.model.cell import CellState
from orgtp.model.period import Grain
from orgtp.model.text import count_noun, join_with_and
from orgtp.model.value import write_number
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import (
    STALE_STYLE,
    STYLES,
    Screen,
    align_columns,
    indent_lines,
    measure_line,
    render_lines,
    safe_text,
    wrap_hanging,
    wrap_line,
)
from orgtp.render.wording.odds import format_limits, format_share
from orgtp.render.wording.selection import left_out_lines
from orgtp.render.wording.values import format_value
from orgtp.views.health.seats import describe_flag
from orgtp.views.health.types import HealthOfSeat, HealthRow, HealthView, SeatHealth
from orgtp.views.variation.judge import Assurance, Method, Variation
from orgtp.views.variation.odds import CELLS_PER_QUARTER, WORKDAYS_PER_QUARTER, find_flag_odds
from orgtp.views.variation.xmr import BASELINE

HEALTH_STYLES = {
    SeatHealth.DRIFTING: "bold red",
    SeatHealth.SILENT: "bold magenta",
    SeatHealth.WATCH: STALE_STYLE,
    SeatHealth.UNKNOWN: "dim",
    SeatHealth.HEALTHY: "green",
}
VARIATION_WORDS = {
    Variation.COMMON: "steady",
    Variation.CONCERN: "drifting",
    Variation.IMPROVEMENT: "improving",
    Variation.COARSE: "too coarse for limits",
}
ASSURANCE_WORDS = {
    Assurance.PASSES: "meets its target",
    Assurance.FAILS: "cannot meet its target",
    Assurance.HIT_OR_MISS: "hit or miss",
}
_VARIATION_STYLES = {Variation.CONCERN: "bold red", Variation.IMPROVEMENT: "green", Variation.TRIAL: "dim"}
_CELLS = {Grain.DAY: "days", Grain.WEEK: "weeks", Grain.MONTH: "months", Grain.QUARTER: "quarters"}
_LABEL = max(map(len, SeatHealth)) + 2
_MOST_PROPOSED = 3


def health_text(view: HealthView, screen: Screen, name: str = "", *, by: str = "", details: bool = False) -> str:
    """The seats and their metrics. `by` are the options that left something out.

    The metrics of a healthy seat, and of one that is too young to tell, are shown only with `details`.
    """
    return render_lines(health_lines(view, screen, name, by=by, details=details), screen)


def health_lines(
    view: HealthView, screen: Screen, name: str = "", *, by: str = "", details: bool = False
) -> list[Line]:
    """The lines of `health_text`."""
    left_out = left_out_lines(view.left_out, by, screen.width)
    if not view.seats:
        return [join_spans("no metric fits"), *left_out] if left_out else [join_spans("no metrics yet")]
    lines: list[Line] = [*wrap_line(_format_title(view, name), screen.width), []]
    opened = [seat for seat in view.seats if details or seat.health not in {SeatHealth.HEALTHY, SeatHealth.UNKNOWN}]
    for seat in opened:
        rows = [one for one in view.metrics if one.seat == seat.seat]
        lines += [*_format_seat(seat, rows, screen), []]
    for health in (SeatHealth.UNKNOWN, SeatHealth.HEALTHY):
        closed = [seat for seat in view.seats if seat.health is health and seat not in opened]
        lines += [*_format_closed_seats(health, closed, screen), []] if closed else []
    notes = [*_list_notes(view), *_list_proposals(view)]
    return [*lines, *(line for note in notes for line in wrap_line(note, screen.width)), *left_out]


def _format_title(view: HealthView, name: str) -> Line:
    counts = {health: sum(seat.health is health for seat in view.seats) for health in SeatHealth}
    parts = [f"{count} {health}" for health, count in counts.items() if count]
    title = join_spans(safe_text(name, "bold"), "  ") if name else []
    return join_spans(title, f"{count_noun(len(view.seats), 'seat')}: {join_with_and(parts)}")


def _format_seat(seat: HealthOfSeat, rows: Sequence[HealthRow], screen: Screen) -> Iterator[Line]:
    """The seat with its health, its metrics, and below each what stands out and with which odds."""
    head = join_spans((f"{seat.health:<{_LABEL}}", HEALTH_STYLES[seat.health]), safe_text(seat.seat_name, "bold"))
    yield from wrap_line(head, screen.width, "  ")
    if seat.health is SeatHealth.UNKNOWN or not rows:
        yield from wrap_hanging(safe_text(seat.why), 2, screen)
    cells = [_format_metric_cells(one) for one in rows]
    table = align_columns(cells, Screen())
    is_narrow = any(measure_line(line) + 2 > screen.width for line in table)
    for one, line, parts in zip(rows, table, cells, strict=True):
        yield from _format_narrow_metric(parts, screen) if is_narrow else indent_lines([line])
        for fact in list_facts(one):
            yield from wrap_hanging(fact, 4, screen)


def _format_narrow_metric(cells: Sequence[Line], screen: Screen) -> Iterator[Line]:
    name, *rest = (cell for cell in cells if measure_line(cell))
    yield from wrap_hanging(name, 2, screen)
    line: Line = []
    for cell in rest:
        line = join_spans(line, "  ", cell) if line else cell
    yield from wrap_hanging(line, 4, screen)


def _format_metric_cells(one: HealthRow) -> list[Line]:
    """The name, whether it changes, whether it can meet its target, its limits, target and newest value."""
    variation = VARIATION_WORDS.get(one.variation) or f"{one.phase.n} of {BASELINE} values"
    assurance = ASSURANCE_WORDS[one.assurance] if one.assurance else ""
    style = "bold red" if one.assurance is Assurance.FAILS else ""
    return [
        safe_text(one.facts.name),
        [(variation, _VARIATION_STYLES.get(one.variation, ""))],
        [(assurance, style)],
        safe_text(_format_baseline(one)),
        join_spans(("target ", "dim"), safe_text(one.facts.target or "none")),
        _format_latest(one),
    ]


def _format_baseline(one: HealthRow) -> str:
    """The limits; for hits, how many of the baseline were on target."""
    then = one.facts.hits_then
    return f"{then.hits} of {then.total} on target in the baseline" if then else format_limits(one)


def _format_latest(one: HealthRow) -> Line:
    facts, style = one.facts, STYLES[one.facts.state]
    if facts.latest is None:
        return join_spans(("latest ", "dim"), (f"{facts.state}", style)) if facts.state is not CellState.NONE else []
    return join_spans(("latest ", "dim"), safe_text(format_value(facts.latest, facts.measure), style))


# Each value of the baseline needs its number of cases before the limits depend on it.
_FEW_CASES = (
    "A small number of cases looks the same. To tell them apart, record with every value how many cases it covers: "
    "orgtp score add SEAT METRIC VALUE --n N"
)


def list_facts(one: HealthRow, *, with_blank: bool = True) -> Iterator[Line]:
    """What stands out about a metric, each with its odds; without the blank if whatever shows this tells it itself."""
    yield from _list_flag_facts(one)
    if one.is_blank and with_blank:
        yield join_spans((f"its newest value is {one.facts.state}: {one.facts.period}", STYLES[one.facts.state]))
    if one.misses_in_a_row:
        yield join_spans(describe_run(one))
    if one.assurance is Assurance.FAILS:
        fails = (
            "the next one is off target almost surely"
            if one.facts.is_count
            else "no value within its limits is on target"
        )
        yield join_spans((f"{fails}: change what the seat works with, or the target", ""))
    if one.facts.reason:
        yield join_spans((f"new limits since {one.phase.from_}:", "dim"), " ", safe_text(one.facts.reason, "dim"))


def _list_flag_facts(one: HealthRow) -> Iterator[Line]:
    """The change, its odds, and what else can look like one."""
    if one.rule is None:
        return
    if not one.is_drifting:
        yield join_spans((describe_flag(one), "green"))
        return
    yield join_spans((describe_flag(one), "bold red"), f". {describe_odds(one)}")
    if one.facts.is_in_baseline:
        yield join_spans((_IN_BASELINE, "dim"))
    if one.facts.is_percent and one.facts.method is Method.XMR:
        yield join_spans((_FEW_CASES, "dim"))


def describe_odds(one: HealthRow) -> str:
    """How often a steady metric shows such a flag."""
    if one.odds.per_quarter is None:
        return ""
    odds = format_share(one.odds.per_quarter)
    if one.facts.odds_at_most is not None:
        most = format_share(one.facts.odds_at_most)
        return f"A steady metric of hits shows this in about {odds} of quarters, and in {most} at most."
    if one.facts.usual_cases is not None:
        cases = count_noun(one.facts.usual_cases, "case")
        return f"A steady metric with about {cases} a value shows a flag in {odds} of quarters."
    return f"A steady metric shows a flag in {odds} of quarters."


def describe_run(one: HealthRow) -> str:
    """The misses in a row, and how often a seat with this seat's own record has as many."""
    misses, before, cells = one.misses_in_a_row, one.facts.before_run, _CELLS[one.facts.grain]
    what = "1 miss" if misses == 1 else f"{misses} misses in a row"
    if misses == 1:
        return what
    if not before.known:
        phase = " in this phase" if one.facts.reason else ""
        return f"{what}. Nothing is known of the {cells} before{phase}, so there are no odds."
    record = f"{what}. It was on target in {before.hits} of the {before.known} {cells} before"
    if one.odds.misses is None:
        return f"{record}. No quarter has as many {cells}."
    return f"{record}; with that record, {format_share(one.odds.misses)} of quarters have as many in a row."


def _format_closed_seats(health: SeatHealth, seats: Sequence[HealthOfSeat], screen: Screen) -> list[Line]:
    """The seats about which there is nothing to say, on one line."""
    names = safe_text(", ".join(seat.seat_name for seat in seats))
    why = " (too few values yet)" if all(" of " in seat.why for seat in seats) and health is SeatHealth.UNKNOWN else ""
    return wrap_line(join_spans((f"{health:<{_LABEL}}", HEALTH_STYLES[health]), names, why), screen.width, " " * _LABEL)


def describe_chance(view: HealthView) -> str:
    """How many metrics chance alone flags; "" if none has a baseline."""
    if not view.counted:
        return ""
    flags, metrics = write_number(round(view.expected_false, 1)), count_noun(view.counted, "metric")
    return (
        f"By chance alone, about {flags} of {metrics} with a baseline will be flagged this quarter: a flag is a "
        "question, not a verdict."
    )


def _list_notes(view: HealthView) -> Iterator[Line]:
    """How many flags chance makes, and what the odds assume."""
    if chance := describe_chance(view):
        yield join_spans(chance)
        yield from (join_spans((note, "dim")) for note in _list_assumptions(view))
    if view.flags:
        real = format_share(Decimal(view.flags.real) / Decimal(view.flags.judged))
        yield join_spans(f"Of {view.flags.judged} flags judged in reviews, {view.flags.real} were real ({real}).")
    if any(one.facts.method is Method.HITS and one.facts.grain is not Grain.DAY for one in view.metrics):
        yield join_spans((_WEEKLY_HITS, "dim"))


def _list_assumptions(view: HealthView) -> Iterator[str]:
    """What the odds of the metrics assume, for each way to judge them that is among them."""
    rows = [one for one in view.metrics if one.odds.per_quarter is not None]
    if looks := sorted({one.facts.looks for one in rows if one.facts.method is Method.XMR}):
        yield _ASSUMED.format(looks=join_with_and([_describe_looks(cells) for cells in looks]))
    if any(one.facts.method is Method.SHARES for one in rows):
        yield _ASSUMED_OF_SHARES
    if looks := sorted({one.facts.looks for one in rows if one.facts.method is Method.HITS}):
        yield _ASSUMED_OF_HITS.format(looks=join_with_and([f"one look {_LOOKS[cells]}" for cells in looks]))


def _describe_looks(cells: int) -> str:
    """`one look a week (14.5% a quarter; both sides 27%)`."""
    one, both = (format_share(find_flag_odds(cells, both_sides=sides)) for sides in (False, True))
    return f"one look {_LOOKS[cells]} ({one} a quarter; both sides {both})"


_LOOKS = {
    CELLS_PER_QUARTER[Grain.DAY]: "a day",
    WORKDAYS_PER_QUARTER: "a working day",
    CELLS_PER_QUARTER[Grain.WEEK]: "a week",
    CELLS_PER_QUARTER[Grain.MONTH]: "a month",
    CELLS_PER_QUARTER[Grain.QUARTER]: "a quarter",
}
_ASSUMED = (
    f"The odds of limits assume independent, normal values, a baseline of {BASELINE}, the unfavourable side, and "
    "{looks}. They are higher where values are skewed or follow one another: with one look a week, 34%, and 27% to 42%."
)
_IN_BASELINE = (
    f"It began within the first {BASELINE} values. The limits are computed from these, so they are wide, and health "
    "found it late: in a young record, watch the misses in a row."
)
_ASSUMED_OF_SHARES = (
    "The odds of percentages with cases are computed from the share and the average number of cases of the baseline, "
    "and assume that each case is independent."
)
_ASSUMED_OF_HITS = "The odds of hits assume that each one is independent, a steady hit rate of 50% to 99%, and {looks}."
_WEEKLY_HITS = (
    "A weekly yes/no shows a change late, or not at all within a quarter: watch its misses, and measure a number if "
    "you can."
)


def _list_proposals(view: HealthView) -> Iterator[Line]:
    for one in view.proposals[:_MOST_PROPOSED]:
        yield join_spans(safe_text(f"{one.why}. If its work is another one since then:"), " ", (one.command, "cyan"))
    if len(view.proposals) > _MOST_PROPOSED:
        yield join_spans(f"and {count_noun(len(view.proposals) - _MOST_PROPOSED, 'more target')} that changed")

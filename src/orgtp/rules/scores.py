"""Every value belongs to a metric, a period and a kind, is there once, and a blank says why."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.period import EXAMPLES, parse_period
from orgtp.model.problem import Place, Problem
from orgtp.model.score import Score
from orgtp.model.seat import Metric, seat_path
from orgtp.model.words import did_you_mean


def score_unknown_seat(org: Org) -> Iterator[Problem]:
    """A score file of no seat."""
    for seat, scores in org.scores.items():
        if seat not in org.seats and not org.hidden(seat_path(seat)) and scores:
            hint = did_you_mean(seat, org.seats) or f"Bring back {seat_path(seat)}: a seat is retired, never removed."
            yield Problem("score-unknown-seat", Place(scores[0].place.path), f'"{seat}" is not a seat', hint)


def score_unknown_metric(org: Org) -> Iterator[Problem]:
    """A value of a metric that its seat does not have."""
    for score in _known_seats(org):
        metrics = org.seats[score.seat].metrics
        if score.metric not in metrics and not _broken(org, score):
            back = f"Bring the metric back in {seat_path(score.seat)}: values stay."
            hint = f"{did_you_mean(score.metric, metrics)} {back}".strip()
            message = f'{score.seat} has no metric "{score.metric}"'
            yield Problem("score-unknown-metric", score.place, message, hint)


def score_wrong_period(org: Org) -> Iterator[Problem]:
    """A value for a period of another size than its metric's cadence has."""
    for score, metric in _known_metrics(org):
        period = parse_period(score.period)
        grain = metric.cadence.grain
        if period and period.grain is not grain:
            message = f'"{score.period}" is not a period of {metric.id}, which is {metric.cadence}'
            hint = f"Take the line out before it is committed, and record it for a period such as {EXAMPLES[grain]}."
            yield Problem("score-wrong-period", score.place, message, hint)


def score_wrong_value(org: Org) -> Iterator[Problem]:
    """A value that is not of the kind that its metric's target decides, or not in its stored form."""
    for score, metric in _known_metrics(org):
        if score.value is None or not metric.targets.dated or not _counts(org, score):
            continue
        unit = metric.targets.unit
        try:
            stored = unit.stored(unit.read(score.value))
        except BadValue as error:
            message = f"{metric.id}: {error}".removesuffix(".")
            yield Problem("score-wrong-value", score.place, message, f"Record it again: {_again(score, 'VALUE')}")
            continue
        if stored != score.value:
            message = f'{metric.id}: "{score.value}" is not in its stored form, which is "{stored}"'
            yield Problem("score-wrong-value", score.place, message, f"Record it again: {_again(score, stored)}")


def score_blank_without_note(org: Org) -> Iterator[Problem]:
    """A value that is unavailable and does not say why."""
    for score in _all(org):
        if score.value is None and not score.note.strip() and _counts(org, score):
            message = f"{score.metric} {score.period} is unavailable, and no note says why"
            hint = f"Record it again: {_again(score, '--unavailable REASON')}"
            yield Problem("score-blank-without-note", score.place, message, hint)


def score_duplicate_id(org: Org) -> Iterator[Problem]:
    """An id that stands on two records. An id is unique in the org, so that a retry never doubles a value."""
    for score in _all(org):
        first = org.score_ids[score.id]
        if first is not score:
            hint = "Take the copy out before it is committed; the first stays."
            yield Problem(
                "score-duplicate-id", score.place, f'the id "{score.id}" is used at {first.place} already', hint
            )


def score_wrong_file(org: Org) -> Iterator[Problem]:
    """A record in the file of another month than its `at`."""
    for score in _all(org):
        if score.path != score.place.path:
            hint = "Move the line there before it is committed: a file holds one month of at, in UTC."
            yield Problem("score-wrong-file", score.place, f"this record belongs in {score.path}", hint)


def _counts(org: Org, score: Score) -> bool:
    """Whether no newer record of the same period stands: one that was recorded again is mended."""
    return org.in_force(score.seat, score.metric).get(score.period) is score


def _again(score: Score, value: str) -> str:
    return f"orgtp score add {score.seat} {score.metric} {value} --for {score.period}"


def _all(org: Org) -> Iterator[Score]:
    return (score for scores in org.scores.values() for score in scores)


def _known_seats(org: Org) -> Iterator[Score]:
    return (score for score in _all(org) if score.seat in org.seats)


def _known_metrics(org: Org) -> Iterator[tuple[Score, Metric]]:
    for score in _known_seats(org):
        metric = org.seats[score.seat].metrics.get(score.metric)
        if metric:
            yield score, metric


def _broken(org: Org, score: Score) -> bool:
    """Whether the seat's file has the metric, only not in a form that could be read."""
    return ("metrics", score.metric) in org.seats[score.seat].marks.keys

"""Every value belongs to a metric, a period and a kind, is there once, and a blank says why."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.period import PERIOD_EXAMPLES, parse_period
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.seat import Metric, seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def score_unknown_seat(org: Org) -> Iterator[Finding]:
    """A score file of no seat.

    A folder in `scores/` is named for the seat whose values it holds. Values of nobody are counted nowhere: either the
    name is mistyped, or somebody deleted a seat that should have been retired.

    Bad:

        scores/dahs/2026-11.jsonl
        seats/dash.yaml

    Good:

        scores/dash/2026-11.jsonl
        seats/dash.yaml

    Fix: rename the folder, or bring the seat's file back (`git log -- seats/dahs.yaml` finds it).
    """
    for seat, scores in org.scores.items():
        if seat not in org.seats and not org.is_unreadable(seat_path(seat)):
            hint = did_you_mean(seat, org.seats) or f"Bring back {seat_path(seat)}: a seat is retired, never removed."
            path = scores[0].place.path if scores else f"scores/{seat}"
            yield Finding(Place(path), f'"{seat}" is not a seat', hint)


def score_unknown_metric(org: Org) -> Iterator[Finding]:
    """A value of a metric that its seat does not have.

    Values stay for good, so the metric that they belong to stays in the seat's file, too. Otherwise nobody can say what
    the number meant, or whether it was on target.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-bokked","period":"2026-W47","value":"12"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}

    Fix: bring the metric back in the seat's file; a line that is not committed yet can be corrected.
    """
    for score in _known_seats(org):
        metrics = org.seats[score.seat].metrics
        if score.metric not in metrics and not _broken(org, score):
            back = f"Bring the metric back in {seat_path(score.seat)}: values stay."
            hint = f"{did_you_mean(score.metric, metrics)} {back}".strip()
            message = f'{score.seat} has no metric "{score.metric}"'
            yield Finding(score.place, message, hint)


def score_wrong_period(org: Org) -> Iterator[Finding]:
    """A value for a period of another size than its metric's cadence has.

    A weekly metric has one value a week: `2026-W47`. A value for a day or a month has no cell on its row of the
    scorecard, so it would never be seen.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-11","value":"12"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}

    Fix: if the cadence was changed, put it back, and begin a new metric for the new one: values stay as they are. A
    line that is not committed yet is taken out, and recorded again `--for` a period of the metric's cadence.
    """
    for score, metric in _known_metrics(org):
        period = parse_period(score.period)
        grain = metric.cadence.grain
        if period and period.grain is not grain:
            message = f'"{score.period}" is not a period of {metric.id}, which is {metric.cadence}'
            kept = f"Its values stay: a metric of another cadence is a new one, in {seat_path(score.seat)}."
            hint = f"{kept} A line that is not committed yet is recorded for a period such as {PERIOD_EXAMPLES[grain]}."
            yield Finding(score.place, message, hint)


def score_wrong_value(org: Org) -> Iterator[Finding]:
    """A value that is not of the kind that its metric's target decides, or not in its stored form.

    The target `<= 1h` makes a metric a duration; `12` is none. One value has one stored form (`1h30m`, never `90m`), so
    that two lines which say the same look the same. A value that was recorded again is mended and not told.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"time-to-answer","period":"2026-W47","value":"90 minutes"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"time-to-answer","period":"2026-W47","value":"1h30m"}

    Fix: record it again with `orgtp score add`; both lines stay, and the newer counts.
    """
    for score, metric in _known_metrics(org):
        if score.value is None or not metric.targets.dated or not _counts(org, score):
            continue
        unit = metric.targets.unit
        try:
            stored = unit.format_stored(unit.parse_amount(score.value))
        except BadValue as error:
            message = f"{metric.id}: {error}".removesuffix(".")
            yield Finding(score.place, message, f"Record it again: {_again(score, 'VALUE')}")
            continue
        if stored != score.value:
            message = f'{metric.id}: "{score.value}" is not in its stored form, which is "{stored}"'
            yield Finding(score.place, message, f"Record it again: {_again(score, stored)}")


def score_blank_without_note(org: Org) -> Iterator[Finding]:
    """A value that is unavailable and does not say why.

    A blank is honest only with its reason: the source was down, the person was away, nobody counted. Without one it
    cannot be told from a value that somebody forgot.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":null}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":null,"note":"no CRM"}

    Fix: record it again: `orgtp score add SEAT METRIC --unavailable REASON --for PERIOD`.
    """
    for score in _all(org):
        if score.value is None and not score.note.strip() and _counts(org, score):
            message = f"{score.metric} {score.period} is unavailable, and no note says why"
            hint = f"Record it again: {_again(score, '--unavailable REASON')}"
            yield Finding(score.place, message, hint)


def score_duplicate_id(org: Org) -> Iterator[Finding]:
    """An id that stands on two records.

    An id is unique in the org, so that a value that is sent twice, because the first answer was lost, is counted once.
    Of two records with one id nobody can say which was meant.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}
        {"id":"a","at":"2026-11-20T14:00:02Z","metric":"calls-booked","period":"2026-W47","value":"13"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}
        {"id":"b","at":"2026-11-20T14:00:02Z","metric":"calls-booked","period":"2026-W47","value":"13"}

    Fix: take the copy out before it is committed; the first stays.
    """
    for score in _all(org):
        first = org.score_ids[score.id]
        if first is not score:
            hint = "Take the copy out before it is committed; the first stays."
            yield Finding(score.place, f'the id "{score.id}" is used at {first.place} already', hint)


def score_wrong_file(org: Org) -> Iterator[Finding]:
    """A record in the file of another month than its `at`.

    A file holds one calendar month of `at`, in UTC. That keeps files small after ten years, and lets a value be found
    without reading all of them; a record in the wrong file is not found.

    Bad:

        scores/dash/2026-11.jsonl:
        {"id":"a","at":"2026-10-30T13:00:02Z","metric":"calls-booked","period":"2026-W44","value":"12"}

    Good:

        scores/dash/2026-10.jsonl:
        {"id":"a","at":"2026-10-30T13:00:02Z","metric":"calls-booked","period":"2026-W44","value":"12"}

    Fix: move the line to the file that the message names, before it is committed.
    """
    for score in _all(org):
        if score.path != score.place.path:
            hint = "Move the line there before it is committed: a file holds one month of at, in UTC."
            yield Finding(score.place, f"this record belongs in {score.path}", hint)


def _counts(org: Org, score: Score) -> bool:
    """Whether no newer record of the same period stands: one that was recorded again is mended."""
    return org.scores_in_force(score.seat, score.metric).get(score.period) is score


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

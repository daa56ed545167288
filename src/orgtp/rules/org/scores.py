"""Rules on values: the metric exists, the period fits its cadence, the id is unique, and a blank has a note."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.due import explain_not_owed
from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.period import name_matching_periods, parse_period
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.seat import Metric, seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def score_unknown_seat(org: Org) -> Iterator[Finding]:
    """A score file belongs to no seat.

    A folder in `scores/` is named after the seat whose values it holds. Values without a seat count nowhere. Either the
    name is misspelled, or a seat was deleted that should have been retired.

    Bad:

        scores/dahs/2026-11.jsonl
        seats/dash.yaml

    Good:

        scores/dash/2026-11.jsonl
        seats/dash.yaml

    Fix: rename the folder, or restore the seat's file (`git log -- seats/dahs.yaml` finds it).
    """
    for seat, scores in org.scores.items():
        if seat not in org.seats and not org.is_unreadable(seat_path(seat)):
            hint = did_you_mean(seat, org.seats) or f"Restore {seat_path(seat)}: a seat is retired, never deleted."
            path = scores[0].place.path if scores else f"scores/{seat}"
            yield Finding(Place(path), f'"{seat}" is not a seat', hint)


def score_unknown_metric(org: Org) -> Iterator[Finding]:
    """A value belongs to a metric that its seat does not have.

    Values are kept forever, so their metric stays in the seat's file too. Otherwise nobody can tell what the number
    means, or whether it was on target.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-bokked","period":"2026-W47","value":"12"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}

    Fix: restore the metric in the seat's file; a line that is not committed yet can be corrected.
    """
    for score in _scores_of_known_seats(org):
        metrics = org.seats[score.seat].metrics
        if score.metric not in metrics and not _has_broken_metric(org, score):
            back = f"Restore the metric in {seat_path(score.seat)}: recorded values stay."
            hint = f"{did_you_mean(score.metric, metrics)} {back}".strip()
            message = f'{score.seat} has no metric "{score.metric}"'
            yield Finding(score.place, message, hint)


def score_wrong_period(org: Org) -> Iterator[Finding]:
    """The period of a value does not match the cadence of its metric.

    A weekly metric has one value per week, such as `2026-W47`. The scorecard has no cell for a value of a day or a
    month, so nobody would ever see it.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-11","value":"12"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}

    Fix: if the cadence was changed, restore it, and add a new metric with the new cadence; recorded values stay. If the
    line is not committed yet, remove it, and record the value again `--for` a period of the metric's cadence. A value
    that should never have been recorded can be withdrawn: `orgtp score withdraw`.
    """
    for score, metric in _scores_of_known_metrics(org):
        period = parse_period(score.period)
        grain = metric.cadence.grain
        if period and period.grain is not grain and not _is_withdrawn(org, score):
            message = f'"{score.period}" is not a period of {metric.id}, which is {metric.cadence}'
            new = f"Restore the old cadence in {seat_path(score.seat)}, and add a new metric for another one."
            right = name_matching_periods(period, grain)
            hint = f"{new} If the line is not committed, record the value for {right}."
            yield Finding(score.place, message, hint)


def score_not_owed(org: Org) -> Iterator[Finding]:
    """A value belongs to a day off, or to an hour that does not exist.

    A metric with the cadence `weekdays` has no value for a Saturday, a Sunday or a holiday of org.yaml, and no hourly
    metric has one for an hour that the clocks skip. Such a value usually belongs to another day, and yet it counts: in
    the week's sum, or as its last value. orgtp commands refuse it; before version 0.2, they accepted it.

    Bad:

        {"id":"a","at":"2026-11-14T13:00:02Z","metric":"calls-booked","period":"2026-11-14","value":"12"}
        (a Saturday)

    Good:

        {"id":"a","at":"2026-11-13T13:00:02Z","metric":"calls-booked","period":"2026-11-13","value":"12"}

    Fix: withdraw it, and record it for the right day: `orgtp score withdraw SEAT METRIC --for PERIOD --reason TEXT`.
    """
    for score, metric in _scores_of_known_metrics(org):
        period = parse_period(score.period)
        if period and period.grain is metric.cadence.grain and _is_in_force(org, score):
            why = explain_not_owed(org, metric, period)
            if why:
                withdraw = f"orgtp score withdraw {score.seat} {score.metric} --for {score.period} --reason TEXT"
                yield Finding(
                    score.place, f"{metric.id} has a value for {score.period}: {why}", f"Withdraw it: {withdraw}"
                )


def score_wrong_value(org: Org) -> Iterator[Finding]:
    """A value is not of its metric's kind, or not in its stored form.

    The target decides the kind: `<= 1h` makes a metric a duration, and `12` is not one. Every value has one stored form
    (`1h30m`, never `90m`), so that equal values look equal. A value with a later record for its period is not reported.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"time-to-answer","period":"2026-W47","value":"90 minutes"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"time-to-answer","period":"2026-W47","value":"1h30m"}

    Fix: record the value again with `orgtp score add`; both lines stay, and the newer one counts.
    """
    for score, metric in _scores_of_known_metrics(org):
        if score.value is None or not metric.targets.dated or not _is_in_force(org, score):
            continue
        unit = metric.targets.unit
        try:
            stored = unit.format_stored(unit.parse_amount(score.value))
        except BadValue as error:
            message = f"{metric.id}: {error}".removesuffix(".")
            yield Finding(score.place, message, f"Record it again: {_record_again_command(score, 'VALUE')}")
            continue
        if stored != score.value:
            message = f'{metric.id}: "{score.value}" is not in its stored form, which is "{stored}"'
            yield Finding(score.place, message, f"Record it again: {_record_again_command(score, stored)}")


def score_blank_without_note(org: Org) -> Iterator[Finding]:
    """A value is unavailable, but no note says why.

    A blank needs a reason: the source was down, the person was away, or nobody counted. Without one, it looks like a
    value that was forgotten. A record that withdraws a value needs one, too.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":null}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":null,"note":"no CRM"}

    Fix: record it again: `orgtp score add SEAT METRIC --unavailable REASON --for PERIOD`.
    """
    for score in org.each_score():
        if score.value is None and not score.note.strip() and _is_newest(org, score):
            what = "withdrawn" if score.void else "unavailable"
            message = f"{score.metric} {score.period} is {what}, but no note says why"
            hint = f"Record it again: {_record_again_command(score, '--unavailable REASON')}"
            hint = "Add a note to the line before it is committed." if score.void else hint
            yield Finding(score.place, message, hint)


def score_duplicate_id(org: Org) -> Iterator[Finding]:
    """Two records have the same id.

    Ids are unique in the org, so that a value counts once even if it is sent again because the first answer was lost.
    If two records share an id, nobody can tell which one was meant. A copy of a line is the same record, and counts
    once. Where two branches add lines close to each other, git's union merge may write such a copy.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}
        {"id":"a","at":"2026-11-20T14:00:02Z","metric":"calls-booked","period":"2026-W47","value":"13"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}
        {"id":"b","at":"2026-11-20T14:00:02Z","metric":"calls-booked","period":"2026-W47","value":"13"}

    Fix: remove the second record before it is committed, and keep the first.
    """
    for score in org.each_score():
        first = org.score_ids[score.id]
        if first is not score:
            hint = "Remove the second record before it is committed."
            if first == score and first.place.path == score.place.path:
                hint = "It is a copy and counts once. Remove it before it is committed; a committed line stays."
            yield Finding(score.place, f'the id "{score.id}" is already used at {first.place}', hint)


def score_wrong_file(org: Org) -> Iterator[Finding]:
    """A record is in the file of a different month than its `at`.

    A file holds one calendar month of `at`, in UTC. That keeps files small over the years, and lets orgtp find a value
    without reading all of them. It does not find a record in the wrong file.

    Bad:

        scores/dash/2026-11.jsonl:
        {"id":"a","at":"2026-10-30T13:00:02Z","metric":"calls-booked","period":"2026-W44","value":"12"}

    Good:

        scores/dash/2026-10.jsonl:
        {"id":"a","at":"2026-10-30T13:00:02Z","metric":"calls-booked","period":"2026-W44","value":"12"}

    Fix: move the line to the file that the message names, before it is committed.
    """
    for score in org.each_score():
        if score.path != score.place.path:
            hint = "Move the line there before it is committed: a file holds one calendar month of at, in UTC."
            yield Finding(score.place, f"this record belongs in {score.path}", hint)


def _is_in_force(org: Org, score: Score) -> bool:
    """Whether the score is the newest record of its period, and so the one that counts."""
    return org.scores_in_force(score.seat, score.metric).get(score.period) is score


def _is_newest(org: Org, score: Score) -> bool:
    """Whether the score is the newest record of its period, be it one that withdraws the others."""
    return org.newest_scores(score.seat, score.metric).get(score.period) is score


def _is_withdrawn(org: Org, score: Score) -> bool:
    """Whether the newest record of the score's period withdraws it."""
    newest = org.newest_scores(score.seat, score.metric).get(score.period)
    return newest is not None and newest.void


def _record_again_command(score: Score, value: str) -> str:
    return f"orgtp score add {score.seat} {score.metric} {value} --for {score.period}"


def _scores_of_known_seats(org: Org) -> Iterator[Score]:
    return (score for score in org.each_score() if score.seat in org.seats)


def _scores_of_known_metrics(org: Org) -> Iterator[tuple[Score, Metric]]:
    for score in _scores_of_known_seats(org):
        metric = org.seats[score.seat].metrics.get(score.metric)
        if metric:
            yield score, metric


def _has_broken_metric(org: Org, score: Score) -> bool:
    """Whether the seat's file has the metric, but in a form that cannot be read."""
    return ("metrics", score.metric) in org.seats[score.seat].marks.keys

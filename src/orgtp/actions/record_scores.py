"""Record values: check them all against their metrics, and append all or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from orgtp.actions.acting_seat import require_acting_seat
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import AppendScores, Change
from orgtp.model.due import previous_owed_period
from orgtp.model.errors import BadInput, OrgtpError, Refused
from orgtp.model.org import Org
from orgtp.model.period import PERIOD_EXAMPLES, parse_period, period_containing
from orgtp.model.score import SCORE_ID, Score
from orgtp.model.seat import Metric
from orgtp.model.text import count_noun, one_line, remove_digits


@dataclass(frozen=True, slots=True)
class NewScore:
    """A value to record, as entered. `value` None means unavailable, and `note` says why.

    `period` "" means the current one. `where` names the entry in errors (`scores.csv:3`). `has_caller_id`: the caller
    supplied the id, so any file of the org may already have it. `news`: the entry is skipped if it does not differ from
    the value in effect.
    """

    seat: str
    metric: str
    value: str | None
    id: str
    period: str = ""
    note: str = ""
    where: str = ""
    has_caller_id: bool = False
    news: bool = False


class NotAllowedToRecord(Refused):
    """Raised when a seat records for another seat without being allowed to."""

    text = (
        "{by} may not record for {seat}. A seat records its own values; its owner, those above it and the "
        "scorekeepers ({keepers}) may too. See policy.scorekeepers in org.yaml."
    )


def add_scores(org: Org, entries: Sequence[NewScore], now: datetime, by: str = "") -> Change:
    """Append `entries`, all or none. An entry whose id is already recorded is skipped, so you can safely retry.

    Raises the error itself if there is one entry, or else `BadInput` with a line for each entry that is wrong.
    """
    scores, wrong = [], []
    known = [org.score_ids[entry.id] for entry in entries if entry.id in org.score_ids]
    for entry in (entry for entry in entries if entry.id not in org.score_ids):
        try:
            score = _make_score(org, entry, now, by)
            before = org.scores_in_force(score.seat, score.metric).get(score.period)
            if entry.news and before and (_is_superseded(before, now) or not _differs_from_record(org, score, before)):
                known.append(before)
            else:
                scores.append(score)
        except OrgtpError as error:
            wrong.append((entry, error))
    if wrong:
        raise _combine_errors(wrong, len(entries))
    return _make_change(org, _drop_duplicate_ids(scores), known, by)


# No run takes longer. A larger difference means that a clock is wrong.
_LONGEST_RUN = timedelta(minutes=15)


def _is_superseded(before: Score, begun: datetime) -> bool:
    """Return whether the value in effect was recorded while the run that began at `begun` was still collecting."""
    return timedelta() < before.at - begun <= _LONGEST_RUN


def _differs_from_record(org: Org, score: Score, before: Score) -> bool:
    """Return whether a record adds something to the one in effect.

    An unavailable value counts as new if its reason differs, apart from numbers. After a correction by another seat,
    the earlier value does not count as new if the same seat repeats it.
    """
    if score.value is None and before.value is None:
        return remove_digits(score.note) != remove_digits(before.note)
    own = [
        one for one in org.score_records(score.seat, score.metric) if (one.period, one.by) == (score.period, score.by)
    ]
    return score.value not in {before.value, own[-1].value if own and before.value is not None else before.value}


def add_queued_scores(org: Org, queued: Sequence[Score], by: str = "") -> Change:
    """Append records that were accepted and queued, unchanged. Records that are already there are skipped.

    Raises `Refused` or another `OrgtpError` for a record that no longer fits.
    """
    scores = [score for score in queued if score.id not in org.score_ids]
    for score in scores:
        metric = org.metric(score.seat, score.metric)
        _refuse_retired(org, score.seat)
        if by:
            # Without a seat, it was accepted before the first seat of the org had an address.
            check_recorder(org, score.seat, by)
        period = parse_period(score.period)
        if period is None or period.grain is not metric.cadence.grain:
            raise Refused(why=f"{score.period} is no longer a period of {metric.id}, which is now {metric.cadence}.")
        if score.value is not None:
            metric.targets.unit.parse_amount(score.value)
    return _make_change(
        org, _drop_duplicate_ids(scores), [org.score_ids[score.id] for score in queued if score.id in org.score_ids], by
    )


def _refuse_retired(org: Org, seat: str) -> None:
    """Refuse a value for a retired seat."""
    if org.seats[seat].is_retired:
        raise Refused(why=f"{seat} is retired and takes no more values. Record them for its heirs.")


def _combine_errors(wrong: list[tuple[NewScore, OrgtpError]], count: int) -> OrgtpError:
    if count == 1 and not wrong[0][0].where:
        return wrong[0][1]
    lines = "\n".join(f"{entry.where or f'{entry.seat} {entry.metric}'}: {error}" for entry, error in wrong)
    return BadInput(
        what=f"nothing was written: {len(wrong)} of {count_noun(count, 'value')} cannot be recorded:\n{lines}"
    )


def _drop_duplicate_ids(scores: Iterable[Score]) -> list[Score]:
    return list({score.id: score for score in reversed(list(scores))}.values())[::-1]


def _make_score(org: Org, entry: NewScore, now: datetime, by: str) -> Score:
    metric = org.metric(entry.seat, entry.metric)
    _refuse_retired(org, entry.seat)
    check_recorder(org, entry.seat, by)
    if not SCORE_ID.fullmatch(entry.id):
        raise BadInput(
            what=f'"{entry.id}" is not a valid id. Use 1 to 64 of the characters A-Z, a-z, 0-9, ".", "_" and "-".'
        )
    period = parse_metric_period(org, entry.seat, metric, entry.period, now)
    before = org.scores_in_force(entry.seat, metric.id).get(period)
    # If the clock is behind, a correction must still not be older than what it corrects.
    at = max(now.replace(microsecond=0), before.at) if before else now.replace(microsecond=0)
    return Score(
        id=entry.id,
        at=at,
        seat=entry.seat,
        metric=metric.id,
        period=period,
        value=_parse_value(metric, entry),
        by=by,
        note=one_line(entry.note),
    )


def _parse_value(metric: Metric, entry: NewScore) -> str | None:
    if entry.value is None:
        if not one_line(entry.note):
            raise BadInput(what="say why the value is unavailable: --unavailable REASON (in JSON Lines: a note).")
        return None
    if not metric.targets.dated:
        raise Refused(why=f"the target of {entry.seat}'s {metric.id} cannot be read. See: orgtp validate")
    unit = metric.targets.unit
    return unit.format_stored(unit.parse_amount(entry.value))


def parse_metric_period(org: Org, seat: str, metric: Metric, text: str, now: datetime) -> str:
    """Return the period that `text` names: "" is the current one, `last` the one before it. Raises `BadInput`."""
    grain = metric.cadence.grain
    current = period_containing(now, grain, org.zone)
    name = text.strip().upper()
    period = {"": current, "LAST": previous_owed_period(org, metric, current)}.get(name) or parse_period(name)
    if period and not period.exists(org.zone):
        raise BadInput(what=f"{period.text} does not exist: the clocks skipped it when daylight saving time began.")
    if period is None or period.grain is not grain:
        hint = f"Write one as {PERIOD_EXAMPLES[grain]}, or last."
        raise BadInput(what=f'"{text}" is not a period of {metric.id}, which is {metric.cadence}. {hint}')
    if period > current:
        raise BadInput(what=f"{period.text} has not begun yet. The current period of {metric.id} is {current.text}.")
    began = org.seats[seat].since
    if began and period.next().start.date() <= began:
        hint = f"If it began earlier: orgtp seat set {seat} since=DATE"
        raise BadInput(what=f"{period.text} ended before {seat} began, on {began}. {hint}")
    return period.text


def check_recorder(org: Org, seat: str, by: str) -> None:
    """Raise `NotAllowedToRecord` if `by` may not record for `seat`; for an unknown actor, see `require_acting_seat`."""
    require_acting_seat(org, by)
    if by and not org.may_record(seat, org.seat(by).id):
        keepers = ", ".join(org.policy.scorekeepers) or "none"
        raise NotAllowedToRecord(by=by, seat=seat, keepers=keepers)


def _make_change(org: Org, scores: list[Score], known: list[Score], by: str) -> Change:
    by_path = groupby(sorted(scores, key=lambda score: score.path), key=lambda score: score.path)
    seats = tuple(sorted({score.seat for score in scores}))
    lines = [f"{score.seat} {_format_score(org, score)}" for score in scores]
    return Change(
        action="score",
        what=_format_subject(org, scores, seats) if scores else _describe_known(known),
        seats=seats,
        edits=tuple(AppendScores(path, tuple(group)) for path, group in by_path),
        by=by,
        body="\n".join(lines) if len(scores) > 1 else scores[0].note if scores and scores[0].value is not None else "",
    )


def _describe_known(known: list[Score]) -> str:
    """Say why nothing is recorded: list the records that already have these ids. They may differ from the input."""
    first = [f"{score.seat} {score.metric} {score.period} = {score.value or 'unavailable'}" for score in known[:3]]
    more = f" and {len(known) - len(first)} more" if len(known) > len(first) else ""
    return f"already recorded: {', '.join(first)}{more}" if known else "no values were given"


def _format_subject(org: Org, scores: list[Score], seats: tuple[str, ...]) -> str:
    if len(scores) == 1:
        return _format_score(org, scores[0])
    values = count_noun(len(scores), "value")
    return values if len(seats) == 1 else f"{values}, {count_noun(len(seats), 'seat')}"


def _format_score(org: Org, score: Score) -> str:
    """Return `briefing-by-8 2026-11-20 = 07:52`, with the earlier value if it differs."""
    before = org.scores_in_force(score.seat, score.metric).get(score.period)
    value = score.value if score.value is not None else f"unavailable: {score.note}"
    text = f"{score.metric} {score.period}{' = ' if score.value is not None else ' '}{value}"
    changed = before is not None and before.value != score.value
    return f"{text} (was {before.value or 'unavailable'})" if before and changed else text

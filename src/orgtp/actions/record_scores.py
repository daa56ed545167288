"""Record values: check them all against their metrics, and append all or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from orgtp.actions.acting_seat import UnknownActor, require_acting_seat
from orgtp.actions.plausibility import find_doubt
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import AppendScores, Change
from orgtp.model.due import explain_not_owed, is_owed, next_owed_period, previous_owed_period
from orgtp.model.errors import BadInput, OrgtpError, Refused
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import (
    Cadence,
    Grain,
    Period,
    name_matching_periods,
    parse_period,
    period_containing,
    read_misspelled_period,
)
from orgtp.model.score import MAX_CASES, SCORE_ID, Score, format_timestamp
from orgtp.model.seat import Metric, MetricKey
from orgtp.model.text import count_noun, one_line, remove_digits


@dataclass(frozen=True, slots=True)
class NewScore:
    """A value to record, as entered. `value` None means unavailable, and `note` says why.

    `period` "" means the current one. `where` names the entry in errors (`scores.csv:3`). `has_caller_id`: the caller
    supplied the id, so any file of the org may already have it. `news`: the entry is skipped if it does not differ from
    the value in effect. `void`: the entry withdraws the value of `period`; its `value` is None. `n` is the number of
    cases that a ratio covers. `seen` is the id of the newest record of the period that the person who entered it saw,
    "" for none; None if nobody looked.
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
    void: bool = False
    n: int | None = None
    seen: str | None = None


class RejectedValues(BadInput):
    """Raised when some of several values cannot be recorded. `wrong` has each of them with its error."""

    def __init__(self, wrong: Sequence[tuple[NewScore, OrgtpError]], count: int) -> None:
        lines = "\n".join(f"{entry.where or f'{entry.seat} {entry.metric}'}: {error}" for entry, error in wrong)
        values = count_noun(count, "value")
        super().__init__(what=f"nothing was written: {len(wrong)} of {values} cannot be recorded:\n{lines}")
        self.wrong = tuple(wrong)


class ValueChanged(Refused):
    """Raised when a person enters a value, and another one was recorded after the person looked. `before` is that."""

    text = "{known} by {by}, after you opened the page, so yours is not recorded yet. Look at both, then send it again."

    def __init__(self, before: Score) -> None:
        super().__init__(known=describe_score(before), by=before.by or "an unknown seat")
        self.before = before


class NotAllowedToRecord(Refused):
    """Raised when a seat records for another seat without being allowed to."""

    text = (
        "{by} may not record for {seat}. A seat records its own values; its owner, those above it and the "
        "scorekeepers ({keepers}) may too. If it was {allowed}, say so: --by {allowed}. "
        "See policy.scorekeepers in org.yaml."
    )


class NotAllowedToWithdraw(Refused):
    """Raised when a seat withdraws a value without being allowed to."""

    text = (
        "{by} may not withdraw a value of {seat}. Its owner, those above it and the scorekeepers may: {may}. "
        "{remedy}See policy.scorekeepers in org.yaml."
    )


class ScoreIdTaken(Refused):
    """Raised when the id of a new value belongs to a record with other content."""

    text = (
        "the id {id} belongs to another value: {known}. The new one is {new}. If both are right, give the new one an "
        "id of its own."
    )


def add_scores(org: Org, entries: Sequence[NewScore], now: datetime, by: str = "") -> Change:
    """Append `entries`, all or none. An entry that repeats a record with its id is skipped, so you can safely retry.

    Raises the error itself if there is one entry, or else `RejectedValues` with each entry that is wrong; and
    `UnknownActor`.
    """
    made: dict[str, Score] = {}
    newest: dict[tuple[str, str, str], Score] = {}
    known: list[Score] = []
    wrong: list[tuple[NewScore, OrgtpError]] = []
    doubts: list[str] = []
    for entry in entries:
        try:
            if found := org.score_ids.get(entry.id) or made.get(entry.id):
                refuse_other_content(org, entry, found, now)
                known += [found] if entry.id not in made else []
                continue
            score = _make_score(org, entry, now, by, made.values())
            before = org.newest_scores(score.seat, score.metric).get(score.period)
            if before and (_is_sent_twice(entry, score, before) or not _is_needed(org, entry, score, before, now)):
                known.append(before)
                continue
            if before and entry.seen not in {None, before.id}:
                raise ValueChanged(before)
            key = (score.seat, score.metric, score.period)
            doubts += _find_doubts(org, entry, score, newest.get(key))
            made[score.id] = newest[key] = score
        except UnknownActor:
            # It is not about this value.
            raise
        except OrgtpError as error:
            wrong.append((entry, error))
    if wrong:
        raise _combine_errors(wrong, len(entries))
    return _make_change(org, list(made.values()), known, by, doubts)


def _is_needed(org: Org, entry: NewScore, score: Score, before: Score, now: datetime) -> bool:
    """Return whether a new record adds something to `before`, the newest one of its period."""
    if entry.void:
        return not before.void
    if not entry.news or before.void:
        return True
    return not _is_superseded(before, now) and _differs_from_record(org, score, before)


def _is_sent_twice(entry: NewScore, score: Score, before: Score) -> bool:
    """Return whether a form was sent a second time: what it says is already recorded by the same seat."""
    same = (before.value, before.by, before.note, before.n) == (score.value, score.by, score.note, score.n)
    return entry.seen not in {None, before.id} and same and not before.void


def _find_doubts(org: Org, entry: NewScore, score: Score, before: Score | None) -> list[str]:
    """Return why the value may be mistyped, as sentences that name it; empty if it looks plausible.

    `before` is the record of an earlier entry for the same period.
    """
    why = find_doubt(org, org.metric(score.seat, score.metric), score, entry.value or "")
    whys = [why] if why else []
    # Whoever gives each value an id of its own means to record all of them.
    if before and not entry.has_caller_id and not score.void and before.value != score.value:
        values = " and then ".join(one.value or "unavailable" for one in (before, score))
        whys.append(f"{score.seat} {score.metric} {score.period} has two values here, {values}. The last one counts.")
    return [f"{entry.where or f'{score.seat} {score.metric} {score.period}'}: {one}" for one in whys]


def refuse_other_content(org: Org, entry: NewScore, known: Score, now: datetime) -> None:
    """Raise `ScoreIdTaken` unless `entry` repeats the record `known`, which has its id.

    A period and a number of cases count only if the caller named them: a retry after midnight has another current
    period.
    """
    period = entry.period.strip() and _name_period(org, entry, now)
    same = (entry.seat, entry.metric, entry.void) == (known.seat, known.metric, known.void)
    same = same and entry.n in {None, known.n}
    if not same or _normalize_value(org, entry) != known.value or period not in {"", known.period}:
        new = _describe_content(entry.seat, entry.metric, period, entry.value, void=entry.void, n=entry.n)
        raise ScoreIdTaken(id=entry.id, known=describe_score(known), new=new)


def _name_period(org: Org, entry: NewScore, now: datetime) -> str:
    """Return the period that an entry names, even if it could not be recorded any more."""
    try:
        metric = org.metric(entry.seat, entry.metric)
        return parse_metric_period(org, entry.seat, metric, entry.period, now)
    except OrgtpError:
        return entry.period.strip().upper()


def _normalize_value(org: Org, entry: NewScore) -> str | None:
    try:
        metric = org.metric(entry.seat, entry.metric)
        return entry.value if entry.value is None else metric.targets.unit.normalize(entry.value)
    except (OrgtpError, IndexError):
        return entry.value


def describe_score(score: Score) -> str:
    """Return `bot won 2026-W47 = 3, recorded at 2026-11-20T13:00:02Z`."""
    what = _describe_content(score.seat, score.metric, score.period, score.value, void=score.void, n=score.n)
    return f"{what}, recorded at {format_timestamp(score.at)}"


def _describe_content(
    seat: str, metric: str, period: str, value: str | None, *, void: bool, n: int | None = None
) -> str:
    """Return `bot won 2026-W47 = 3`; a period "" is left out, and the number of cases follows it if it is known."""
    cases = f" (n {n})" if n is not None else ""
    named = " ".join(word for word in (seat, metric, period) if word)
    return f"{named} = {value}{cases}" if value is not None else f"{named} {'withdrawn' if void else 'unavailable'}"


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
    if score.n is not None and score.value is not None and (score.value, score.n) != (before.value, before.n):
        return True
    return score.value not in {before.value, own[-1].value if own and before.value is not None else before.value}


def add_queued_scores(org: Org, queued: Sequence[Score], by: str = "") -> Change:
    """Append records that were accepted and queued, unchanged. Records that are already there are skipped.

    Raises `ScoreIdTaken` for a record whose id was meanwhile used for another, and `Refused` or another `OrgtpError`
    for a record that no longer fits.
    """
    scores: dict[str, Score] = {}
    known: list[Score] = []
    for score in queued:
        if found := org.score_ids.get(score.id) or scores.get(score.id):
            if not found.repeats(score):
                raise ScoreIdTaken(id=score.id, known=describe_score(found), new=describe_score(score))
            known.append(found)
            continue
        metric, period = org.metric(score.seat, score.metric), parse_period(score.period)
        _refuse_retired(org, score.seat, metric, period, score.at, void=score.void)
        _check_may_record(org, score.seat, by, void=score.void, queued=True)
        scores[score.id] = score
        if score.void:
            continue
        if period is None or period.grain is not metric.cadence.grain:
            raise Refused(why=f"{score.period} is no longer a period of {metric.id}, which is now {metric.cadence}.")
        _refuse_not_owed(org, score.seat, metric, period, score.at)
        if score.value is not None:
            metric.targets.unit.parse_amount(score.value)
    return _make_change(org, list(scores.values()), known, by)


def _check_may_record(org: Org, seat: str, by: str, *, void: bool = False, queued: bool = False) -> None:
    """Refuse a value that `by` may not record or withdraw.

    A queued value without a seat was accepted before the first seat of the org had an address.
    """
    if queued and not by:
        return
    if not void:
        check_recorder(org, seat, by)
        return
    require_acting_seat(org, by)
    if not org.may_withdraw(seat, org.seat(by).id if by else ""):
        who, remedy = (by, "") if by else ("an unknown seat", "Say who you are: --by SEAT. ")
        may = ", ".join(org.eligible_withdrawers(seat)) or "none"
        raise NotAllowedToWithdraw(by=who, seat=seat, may=may, remedy=remedy)


def _refuse_retired(
    org: Org, seat: str, metric: Metric, period: Period | None, now: datetime, *, void: bool = False
) -> None:
    """Refuse a value of a retired seat. `period` is that of the value; None is the current one of its metric.

    The message has the command for the metric that continues it, which takes the values from its first period on.
    """
    if not org.seats[seat].is_retired:
        return
    no_more, heir = f"{seat} is retired and takes no more values.", org.heir_of(seat, metric.id)
    if void:
        raise Refused(why=f"{no_more} Its record stays as it is.")
    if heir is None:
        see = f"To see who took over its work: orgtp seat show {seat}"
        raise Refused(why=f"{no_more} No metric continues {metric.id}. {see}")
    period = period or period_containing(now, metric.cadence.grain, org.zone)
    taker = _find_taker(org, heir, period)
    if org.seats[taker.seat].is_retired:
        taker = next((key for key in _list_heirs(org, heir) if not org.seats[key.seat].is_retired), heir)
        period = period_containing(now, metric.cadence.grain, org.zone)
        no_more = f"{no_more} Those up to {metric.get_text('ends')} stay as they are."
    raise Refused(why=f"{no_more} {_describe_taker(org, taker, period, now)}")


def _list_heirs(org: Org, key: MetricKey) -> list[MetricKey]:
    """A metric and those that continue it, one after the other."""
    found: list[MetricKey] = []
    at: MetricKey | None = key
    while at is not None and at not in found:
        found.append(at)
        at = org.heir_of(*at)
    return found


def _combine_errors(wrong: list[tuple[NewScore, OrgtpError]], count: int) -> OrgtpError:
    if count == 1 and not wrong[0][0].where:
        return wrong[0][1]
    return RejectedValues(wrong, count)


def _make_score(org: Org, entry: NewScore, now: datetime, by: str, made: Iterable[Score] = ()) -> Score:
    """Return the record of an entry. `made` are those of the entries before it."""
    metric = org.metric(entry.seat, entry.metric)
    _refuse_retired(org, entry.seat, metric, _find_named_period(org, metric, entry.period, now), now, void=entry.void)
    _check_may_record(org, entry.seat, by, void=entry.void)
    if not SCORE_ID.fullmatch(entry.id):
        raise BadInput(
            what=f'"{entry.id}" is not a valid id. Use 1 to 64 of the characters A-Z, a-z, 0-9, ".", "_" and "-".'
        )
    period = _find_period_to_withdraw(org, metric, entry, now, made) if entry.void else ""
    period = period or parse_metric_period(org, entry.seat, metric, entry.period, now)
    before = org.newest_scores(entry.seat, metric.id).get(period)
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
        void=entry.void,
        n=_check_cases(entry),
    )


def _check_cases(entry: NewScore) -> int | None:
    """Return the number of cases of an entry. Raises `BadInput` for one without a value, and for one below 1."""
    if entry.n is not None and entry.value is None:
        raise BadInput(what="n is the number of cases of a value, so it needs a value. Leave it out.")
    if entry.n is not None and not 1 <= entry.n <= MAX_CASES:
        raise BadInput(what=f"n is {entry.n}. It is the number of cases that the value covers, from 1 on.")
    return entry.n


def _find_period_to_withdraw(org: Org, metric: Metric, entry: NewScore, now: datetime, made: Iterable[Score]) -> str:
    """Return the period of the value to withdraw. It need not be one for which a value could be recorded.

    Raises `Refused` if the period has no value.
    """
    added = {score.period for score in made if (score.seat, score.metric) == (entry.seat, metric.id)}
    recorded = {*org.newest_scores(entry.seat, metric.id), *added}
    name = entry.period.strip().upper()
    period = name if name in recorded else parse_metric_period(org, entry.seat, metric, entry.period, now)
    if period not in recorded:
        see = f"To see its values: orgtp score list {entry.seat} {metric.id}"
        raise Refused(why=f"{metric.id} has no value for {period}, so there is nothing to withdraw. {see}")
    return period


def _parse_value(metric: Metric, entry: NewScore) -> str | None:
    if entry.value is None:
        if not one_line(entry.note):
            how = (
                "withdrawn: --reason TEXT"
                if entry.void
                else "unavailable: --unavailable REASON (in JSON Lines: a note)"
            )
            raise BadInput(what=f"say why the value is {how}.")
        return None
    if not metric.targets.dated:
        raise Refused(why=f"the target of {entry.seat}'s {metric.id} cannot be read. See: orgtp validate")
    unit = metric.targets.unit
    return unit.format_stored(unit.parse_amount(entry.value))


def parse_metric_period(org: Org, seat: str, metric: Metric, text: str, now: datetime) -> str:
    """Return the period that `text` names: "" is the current one, `last` the one before it. Raises `BadInput`."""
    grain = metric.cadence.grain
    current = period_containing(now, grain, org.zone)
    name, period = text.strip().upper(), _find_named_period(org, metric, text, now)
    if period is None or period.grain is not grain:
        hint = _suggest_period(org, metric, period or read_misspelled_period(name, current), current)
        raise BadInput(what=f'"{text}" is not a period of {metric.id}, which is {metric.cadence}. {hint}')
    if period > current:
        raise BadInput(what=f"{period.text} has not begun yet. The current period of {metric.id} is {current.text}.")
    began = org.seats[seat].since
    if began and period.next().start.date() <= began:
        hint = f"If it began earlier: orgtp seat set {seat} since=DATE"
        raise BadInput(what=f"{period.text} ended before {seat} began, on {began}. {hint}")
    _refuse_not_owed(org, seat, metric, period, now)
    return period.text


def _find_named_period(org: Org, metric: Metric, text: str, now: datetime) -> Period | None:
    """Return the period that `text` names for a metric, perhaps of another size; None if it is not a period."""
    current, name = period_containing(now, metric.cadence.grain, org.zone), text.strip().upper()
    return {"": current, "LAST": previous_owed_period(org, metric, current)}.get(name) or _parse_hour(org, name)


def _parse_hour(org: Org, name: str) -> Period | None:
    """Parse a period. The offset of an hour is dropped unless it is needed to tell the hour from another one."""
    period = parse_period(name)
    if period is None or not period.offset or period.exists(org.zone):
        return period
    hour = Period(period.start, period.grain)
    return hour if f"{hour.begins(org.zone):%z}" == period.offset else period


def _suggest_period(org: Org, metric: Metric, other: Period | None, current: Period) -> str:
    """Say what to write instead of `other`, a period of another size, or of a text that is not a period (None)."""
    first, last = other.matching(current.grain) if other else (current, current)
    if current.grain is Grain.DAY and first < last:
        owed = [day for day in other.split(Grain.DAY, org.zone) if is_owed(org, metric, day)] if other else []
        first, last = (owed[0], owed[-1]) if owed else (first, last)
    if other and first > current:
        named = name_matching_periods(other, current.grain)
        return f"{named[0].upper()}{named[1:]}, has not begun yet."
    if first == last:
        return f"Write one as {first.text}, or last."
    return f"Write one of its {current.grain}s, {first.text} to {min(last, current).text}, or last."


def _refuse_not_owed(org: Org, seat: str, metric: Metric, period: Period, now: datetime) -> None:
    """Raise `BadInput` for a period that is not the metric's, with what may be meant.

    That is a period after its end or before it began to continue another metric, a day off, and an hour that does not
    exist.
    """
    if outside := explain_outside(org, seat, metric, period, now):
        raise BadInput(what=f"no value can be recorded for {period.text}: {outside}")
    began, why = org.seats[seat].since, explain_not_owed(org, metric, period)
    if not why:
        return
    kind = "working day" if metric.cadence is Cadence.WEEKDAYS else metric.cadence.grain
    before = previous_owed_period(org, metric, period)
    existed = began is None or before.next().start.date() > began
    hint = f" The last {kind} before it is {before.text}." if existed else ""
    raise BadInput(what=f"no value can be recorded for {period.text}: {why}.{hint}")


def explain_outside(org: Org, seat: str, metric: Metric, period: Period, now: datetime) -> str:
    """Why a period is another metric's: this one has ended, or begins later; "" if it is its own.

    The sentences name the metric that takes the value, in the words of the command line.
    """
    if metric.ends is not None and metric.has_end_before(period):
        ended = f"{seat} {metric.id} ended after {metric.ends.text}"
        heir = org.heir_of(seat, metric.id)
        if heir is None:
            return f"{ended}, and no metric continues it. To record it again: {_lift_end(seat, metric)}"
        return f"{ended}. {_describe_taker(org, _find_taker(org, heir, period), period, now)}"
    begin = MetricRow(org, org.seats[seat], metric, _ANY_TIME).changeover
    past = org.predecessor_of(seat, metric.id)
    if begin is None or past is None or period.start >= begin.start:
        return ""
    key = MetricKey(past[0].id, past[1].id)
    before = f"{seat} {metric.id} begins with {begin.text} and continues {key.text}"
    taker = _find_taker(org, key, period)
    if org.seats[taker.seat].is_retired:
        return f"{before}. {taker.seat} is retired, so the values before stay as they are"
    command = suggest_record_command(org, taker, period, now)
    return f"{before}, which takes the values before{f': {command}' if command else ''}"


def _describe_taker(org: Org, taker: MetricKey, period: Period, now: datetime) -> str:
    """Say which metric continues the one that was named, and how to record the value of a period for it."""
    if org.seats[taker.seat].is_retired:
        return f"{taker.text} continued it, and {taker.seat} is retired"
    if command := suggest_record_command(org, taker, period, now):
        return f"{taker.text} continues it: {command}"
    held = org.metric(*taker)
    current = period_containing(now, held.cadence.grain, org.zone)
    begin = MetricRow(org, org.seats[taker.seat], held, now).changeover or current
    return f"{taker.text} continues it, from {next_owed_period(org, held, max(begin, current)).text} on"


def _find_taker(org: Org, key: MetricKey, period: Period) -> MetricKey:
    """The metric that takes the value of a period, in the chain of continuations to which `key` belongs."""
    seen: set[MetricKey] = set()
    while key not in seen and (held := _find_metric(org, key)) is not None:
        seen.add(key)
        begin, past = MetricRow(org, org.seats[key.seat], held, _ANY_TIME).changeover, org.predecessors.get(key)
        # A period of another size belongs where it ends.
        last = period.matching(held.cadence.grain)[1]
        heir = org.heir_of(key.seat, key.metric)
        if held.ends is not None and held.has_end_before(last) and heir is not None:
            key = heir
        elif begin is not None and past is not None and last.start < begin.start:
            key = past
    return key


def _find_metric(org: Org, key: MetricKey) -> Metric | None:
    return org.seats[key.seat].metrics.get(key.metric) if key.seat in org.seats else None


def _lift_end(seat: str, metric: Metric) -> str:
    return f"orgtp metric set {seat} {metric.id} ends="


def suggest_record_command(org: Org, key: MetricKey, period: Period, now: datetime) -> str:
    """The command that records the value of a period for a metric, perhaps of another cadence.

    Of several shorter periods, it names the newest that has begun; "" if the metric has no such period yet.
    """
    held = org.metric(*key)
    begin = MetricRow(org, org.seats[key.seat], held, _ANY_TIME).changeover
    first, last = period.matching(held.cadence.grain)
    last = min(last, period_containing(now, held.cadence.grain, org.zone))
    first = max(first, begin) if begin else first
    while last >= first and explain_not_owed(org, held, last):
        last = last.previous_in(org.zone)
    return f"orgtp score add {key.seat} {key.metric} VALUE --for {last.text}" if last >= first else ""


# The beginning of a metric does not depend on the time.
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


def check_recorder(org: Org, seat: str, by: str) -> None:
    """Raise `NotAllowedToRecord` if `by` may not record for `seat`; for an unknown actor, see `require_acting_seat`."""
    require_acting_seat(org, by)
    if by and not org.may_record(seat, org.seat(by).id):
        keepers = ", ".join(org.policy.scorekeepers) or "none"
        raise NotAllowedToRecord(by=by, seat=seat, keepers=keepers, allowed=seat)


def _make_change(org: Org, scores: list[Score], known: list[Score], by: str, doubts: Sequence[str] = ()) -> Change:
    by_path = groupby(sorted(scores, key=lambda score: score.path), key=lambda score: score.path)
    seats = tuple(sorted({score.seat for score in scores}))
    lines = [f"{score.seat} {_format_score(org, score)}" for score in scores]
    return Change(
        action="withdraw" if scores and all(score.void for score in scores) else "score",
        what=_format_subject(org, scores, seats) if scores else _describe_known(known),
        seats=seats,
        edits=tuple(AppendScores(path, tuple(group)) for path, group in by_path),
        by=by,
        body="\n".join(lines) if len(scores) > 1 else _explain_score(scores[0]) if scores else "",
        doubts=tuple(doubts),
    )


def _explain_score(score: Score) -> str:
    """Return the note of a record, unless the subject of its commit has it."""
    return score.note if score.value is not None or score.void else ""


def _describe_known(known: list[Score]) -> str:
    """Say why nothing is recorded: list the records that say the same already."""
    first = [
        _describe_content(score.seat, score.metric, score.period, score.value, void=score.void) for score in known[:3]
    ]
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
    was = f" (was {before.value or 'unavailable'})" if before and before.outcome != score.outcome else ""
    if score.value is not None:
        cases = f" (n {score.n})" if score.n is not None else ""
        return f"{score.metric} {score.period} = {score.value}{cases}{was}"
    return f"{score.metric} {score.period}{was if score.void else f' unavailable: {score.note}{was}'}"

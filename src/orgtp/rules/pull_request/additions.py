"""What a pull request may not add: values and retirements that no orgtp command would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time

from orgtp.model.explanation import EXPLAINED_PATH
from orgtp.model.org import Retirement
from orgtp.model.org_pair import KeyValues, OrgPair
from orgtp.model.problem import Place, Severity
from orgtp.model.results import (
    Moment,
    explain_later_value,
    explain_wrong_day,
    find_last_known,
    find_wrong_results,
    is_recorded_after,
)
from orgtp.model.score import Score
from orgtp.model.seat import Seat, retirement_path
from orgtp.model.text import count_noun
from orgtp.rules.pull_request.score_rows import list_added_scores
from orgtp.rules.rule import Finding


def score_after_retirement(compared: OrgPair) -> Iterator[Finding]:
    """A value was recorded for a seat after it was retired.

    A retirement ends a seat's metrics, and the retirement record has their last values. Whoever continues the work
    records values for their own seat. A value that was recorded earlier and arrives later with `orgtp sync` is fine.

    Bad:

        +{"id":"z","at":"2026-11-21T09:00:00Z","metric":"talks-booked",…}    (jeff was retired on 2026-11-20)

    Good:

        orgtp score add dash talks-booked 4

    Fix: remove the line, and record the value for the seat that has the metric now.
    """
    for score in list_added_scores(compared):
        seat, record = compared.before.seats.get(score.seat), compared.before.retirements.get(score.seat)
        day = score.at.astimezone(compared.after.zone).date()
        if seat and seat.is_retired and record and record.retired_on and day > record.retired_on:
            message = f"recorded on {day}, but {seat.id} was retired on {record.retired_on}"
            yield Finding(
                score.place, message, "Remove the line, and record the value for the seat that has the metric now."
            )


def score_row_backdated(compared: OrgPair) -> Iterator[Finding]:
    """A new row is older than the existing rows of the file.

    `orgtp sync` and queued values add such rows, which is fine. A backdated row looks the same, so this is reported
    once per file.

    Bad:

        a row dated 1 November, inserted on the 20th above one of 6 November

    Good:

        a row dated 20 November at the end, recorded `--for` its period

    Fix: nothing, if `orgtp sync` added the row.
    """
    newest: dict[str, Score] = {}
    for score in compared.before.each_score():
        known = newest.setdefault(score.place.path, score)
        newest[score.place.path] = max(known, score, key=lambda one: one.at)
    added = [(one, newest.get(one.place.path)) for one in list_added_scores(compared)]
    late = Counter(one.place.path for one, last in added if last and one.at < last.at)
    for path, count in sorted(late.items()):
        are = "is" if count == 1 else "are"
        message = f"{count_noun(count, 'new row')} of {path} {are} older than existing rows"
        yield Finding(Place(path), message, "This is fine if orgtp sync added them; the newest record counts.")


def withdrawal_not_allowed(compared: OrgPair) -> Iterator[Finding]:
    """A value was withdrawn by a seat that may not.

    A withdrawn value counts no more, so the seat that it measures may not withdraw it. The owner of the seat, those
    above it and the scorekeepers may. The policy of the base commit applies.

    Bad:

        +{"id":"z", …, "period":"2026-W47","value":null,"void":true,"by":"jeff","note":"too low"}    (in scores/jeff)

    Good:

        +{"id":"z", …, "period":"2026-W47","value":null,"void":true,"by":"bogdan","note":"counted twice"}

    Fix: remove the line, and ask one of the seats in the message to run `orgtp score withdraw`.
    """
    for score in list_added_scores(compared):
        # A seat that the pull request adds is not in the base.
        org = compared.before if score.seat in compared.before.seats else compared.after
        if score.void and not org.may_withdraw(score.seat, score.by):
            who = f'"{score.by}" may not withdraw' if score.by else "the record does not say who withdraws"
            may = ", ".join(org.eligible_withdrawers(score.seat)) or "nobody"
            yield Finding(score.place, f"{who} {score.metric} {score.period} of {score.seat}", f"Who may: {may}.")


def score_withdrawn(compared: OrgPair) -> Iterator[Finding]:
    """A value was withdrawn.

    The value counts no more, and neither does a miss. The reviewer should see the value and the reason.

    Bad:

        a miss that is withdrawn because it is a miss

    Good:

        a value that was recorded for a Saturday by mistake, and its withdrawal with that reason

    Fix: nothing, if the reason is right. Otherwise remove the line before it is merged.
    """
    for score in list_added_scores(compared):
        was = compared.before.scores_in_force(score.seat, score.metric).get(score.period) if score.void else None
        if was:
            value = "unavailable" if was.value is None else was.value
            message = f"{score.seat} {score.metric} {score.period} = {value} was withdrawn: {score.note}"
            yield Finding(score.place, message, "The value counts no more. Check the reason.")


def decider_not_approver(compared: OrgPair) -> Iterator[Finding]:
    """A retirement was decided by a person who may not decide it.

    The approvers that the policy names decide a retirement; without any, the owner and the seats above do. The policy
    of the base commit applies, so that a pull request cannot make its author an approver.

    Bad:

        decided_by: kristen        (and org.yaml has approvers: [david])

    Good:

        decided_by: david

    Fix: ask one of the people in the message to decide it.
    """
    for record in compared.after.retirements.values():
        is_new = record.seat not in compared.before.retirements and record.seat in compared.before.seats
        if is_new and record.decided_by and record.decided_by not in compared.before.eligible_deciders(record.seat):
            who = ", ".join(compared.before.eligible_deciders(record.seat)) or "nobody"
            message = f'"{record.decided_by}" may not decide the retirement of {record.seat}'
            yield Finding(record.marks.value_place("decided_by"), message, f"Who may decide it: {who}.")


def explainer_not_approver(compared: OrgPair) -> Iterator[Finding]:
    """A violation was explained by a person who is not an approver.

    The approvers of the policy decide whether a violation that the audit finds is settled; without any, the people at
    the top do. The policy of the base commit applies. The audit does not count such a line.

    Bad:

        {"at":"2026-11-20T13:00:02Z",…,"decided_by":"kristen"}        (and org.yaml has approvers: [david])

    Good:

        {"at":"2026-11-20T13:00:02Z",…,"decided_by":"david"}

    Fix: ask one of the people in the message to decide it.
    """
    before = compared.before
    if not before.id or EXPLAINED_PATH not in compared.new:
        return
    for one in compared.after.explanations:
        if one not in before.explanations and one.decided_by not in before.policy_approvers:
            message = f'"{one.decided_by}" may not explain a violation'
            yield Finding(one.place, message, f"Who may: {', '.join(before.policy_approvers) or 'nobody'}.")


def retirement_results_wrong(compared: OrgPair) -> Iterator[Finding]:
    """A new retirement record gives other results than the scores had.

    The record keeps how each metric ended: the last value, and how many periods were on target. It never changes, so it
    must be right from the start. It is checked against the scores as they were where a commit added the record, or on
    the day of the retirement, and by every way of counting that orgtp had. A value that was recorded after that day, in
    the base branch too, shows that the seat was not retired yet.

    Bad:

        results:
          talks-booked: {last: "4", period: 2026-W47, on_target: 40, known: 40}      (it has two values)

    Good:

        results:
          talks-booked: {last: "4", period: 2026-W47, on_target: 2, known: 2}

    Fix: write what the message says, or let `orgtp retire` write the record.
    """
    for record in compared.after.retirements.values():
        if record.seat not in compared.before.retirements and compared.is_new(retirement_path(record.seat)):
            place = record.marks.value_place
            newest = compared.newest.get(record.seat)
            if newest and is_recorded_after(record, newest):
                # The record was right when it was proposed, so this is no error.
                later = explain_later_value(record, newest)
                yield Finding(place("retired_on"), later, _BRING_UP_TO_DATE, severity=Severity.WARNING)
            # The states of the org with which it may agree: where it was added, at the base, and in the change.
            added = compared.moments.get(record.seat, ())
            others = [] if explain_wrong_day(record, added) else _list_moments(compared, record)
            for wrong in find_wrong_results(record, [*added, *others]):
                keys = ("results", wrong.metric) if wrong.metric else ("retired_on",)
                yield Finding(place(*keys), wrong.message, _RETIRE_AGAIN)


def retirement_record_differs(compared: OrgPair) -> Iterator[Finding]:
    """A new retirement record says something else of the seat than its file did, or leaves out its results.

    The record keeps the seat as it was: its name, role, kind, owner, manager, first day and mission, and how each
    metric ended. Who reads it later has no reason to look further. This will be refused from 0.2.

    Bad:

        seat: jeff
        owner: kristen            (jeff was owned by bogdan)

    Good:

        seat: jeff
        owner: bogdan

    Fix: write what the seat's file said before, and the results, or let `orgtp retire` write the record.
    """
    for record in compared.after.retirements.values():
        path = retirement_path(record.seat)
        if record.seat not in compared.before.retirements and compared.is_new(path):
            moments = compared.moments.get(record.seat, ())
            seats = [org.seats.get(record.seat) for org in (*(one.org for one in moments), compared.before)]
            for key, message in _find_differences(record, compared.new_keys.get(path, {}), list(filter(None, seats))):
                hint = "From 0.2 on, this will be refused. Write it as the file of the seat had it."
                yield Finding(record.marks.value_place(key), message, hint)
            for name in _find_missing_results(compared, record):
                message = f"the record leaves out how {name} ended, which has values"
                yield Finding(record.marks.key_place("results"), message, _ADD_RESULTS)


_ADD_RESULTS = "From 0.2 on, this will be refused. Add its last value, and its periods on target."


def _find_differences(record: Retirement, keys: KeyValues, seats: Sequence[Seat]) -> Iterator[tuple[str, str]]:
    """Yield the keys whose values are those of none of `seats`, which are the seat at different times."""
    copies = [_copy_seat(seat) for seat in seats]
    for key in copies[0] if copies else ():
        stated = keys.get((key,), "")
        if all(stated != copy[key] for copy in copies):
            said = f"says {key}: {stated}" if stated else f"has no {key}"
            was = f"{copies[0][key]} before" if copies[0][key] else "none before"
            yield key, f"the record {said}, but {record.seat} had {was}"


def _copy_seat(seat: Seat) -> dict[str, str]:
    """Return what a retirement record copies from the seat."""
    who = {"name": seat.name, "role": seat.role, "kind": str(seat.kind), "owner": seat.owner}
    return {**who, "reports_to": seat.reports_to, "since": str(seat.since or ""), "mission": seat.mission}


def _find_missing_results(compared: OrgPair, record: Retirement) -> list[str]:
    """Find the metrics of a retired seat that have a value, but no result in its record."""
    before = compared.before if record.seat in compared.before.seats else compared.after
    metrics = before.seats[record.seat].metrics if record.seat in before.seats else ()
    left = [name for name in metrics if name not in record.results]
    return [name for name in left if find_last_known(before, record.seat, name)]


_BRING_UP_TO_DATE = "Bring its day and results up to date before it is merged, because a record never changes."
_RETIRE_AGAIN = "Correct it before it is merged, because a record never changes."


def _list_moments(compared: OrgPair, record: Retirement) -> Iterator[Moment]:
    """Yield the org at the base and in the change, as of the day of a record."""
    day = record.retired_on or date.max
    before, after = compared.before, compared.after
    known = before if record.seat in before.seats else after
    for scores in (before.scores, after.scores):
        # The end of that day is as good as any time of it, because a record does not say when it was written.
        now = datetime.combine(day, time.max, known.zone)
        yield Moment(replace(known, scores={record.seat: tuple(scores.get(record.seat, ()))}), now)

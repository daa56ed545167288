"""What a pull request may not add: values and retirements that no orgtp command would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

from orgtp.model.explanation import EXPLAINED_PATH
from orgtp.model.org import Retirement
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.results import Moment, find_wrong_results
from orgtp.model.score import Score
from orgtp.model.seat import retirement_path
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
    the day of the retirement, and by every way of counting that orgtp had.

    Bad:

        results:
          talks-booked: {last: "4", period: 2026-W47, on_target: 40, known: 40}      (it has two values)

    Good:

        results:
          talks-booked: {last: "4", period: 2026-W47, on_target: 2, known: 2}

    Fix: write what the message says, or let `orgtp retire` write the record. `results` may also be left out.
    """
    for record in compared.after.retirements.values():
        if record.seat not in compared.before.retirements and compared.is_new(retirement_path(record.seat)):
            for wrong in find_wrong_results(record, _list_moments(compared, record)):
                hint = "Correct it, or leave it out, before it is merged: a record never changes."
                yield Finding(record.marks.value_place("results", wrong.metric), wrong.message, hint)


def _list_moments(compared: OrgPair, record: Retirement) -> Iterator[Moment]:
    """Yield the states of the org with which a record may agree: where it was added, at the base, and in the change."""
    yield from compared.moments.get(record.seat, ())
    day = record.retired_on or date.max
    before, after = compared.before, compared.after
    known = before if record.seat in before.seats else after
    for scores in (before.scores, after.scores):
        # The end of that day is as good as any time of it, because a record does not say when it was written.
        now = datetime.combine(day, time.max, known.zone)
        yield Moment(replace(known, scores={record.seat: tuple(scores.get(record.seat, ()))}), now)

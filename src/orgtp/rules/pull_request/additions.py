"""What a pull request may not add: values and retirements that no orgtp command would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.score import Score
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

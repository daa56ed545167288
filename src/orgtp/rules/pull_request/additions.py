"""What a pull request adds to the record: rows and retirements that no command of orgtp would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.text import count_noun
from orgtp.rules.rule import Finding


def score_after_retirement(compared: OrgPair) -> Iterator[Finding]:
    """A value was recorded for a seat after it was retired.

    A retirement ends a seat's numbers, and its record says what each metric ended on. Who goes on with the work records
    for a seat of their own. What was recorded before and only arrives now, by `orgtp sync`, is fine.

    Bad:

        +{"id":"z","at":"2026-11-21T09:00:00Z","metric":"talks-booked",…}    (jeff was retired on 2026-11-20)

    Good:

        orgtp score add dash talks-booked 4

    Fix: take the line out, and record the value for the seat that has the metric now.
    """
    for score in _added(compared):
        seat, record = compared.before.seats.get(score.seat), compared.before.retirements.get(score.seat)
        day = score.at.astimezone(compared.after.zone).date()
        if seat and seat.is_retired and record and record.retired_on and day > record.retired_on:
            message = f"recorded on {day}, and {seat.id} was retired on {record.retired_on}"
            yield Finding(score.place, message, "Take the line out; who has the metric now records it.")


def score_row_backdated(compared: OrgPair) -> Iterator[Finding]:
    """A new row is older than rows that the file had already.

    `orgtp sync`, and values that waited in an outbox, bring such rows, and that is fine. A row that somebody dated back
    looks the same, so it is shown, once for each file.

    Bad:

        a row of 1 November, put in above one of 6 November on the 20th

    Good:

        a row of 20 November at the end, `--for` the period that it speaks of

    Fix: nothing, if `orgtp sync` brought it.
    """
    newest: dict[str, Score] = {}
    for score in (score for scores in compared.before.scores.values() for score in scores):
        known = newest.setdefault(score.place.path, score)
        newest[score.place.path] = max(known, score, key=lambda one: one.at)
    added = [(one, newest.get(one.place.path)) for one in _added(compared)]
    late = Counter(one.place.path for one, last in added if last and one.at < last.at)
    for path, count in sorted(late.items()):
        are = "is" if count == 1 else "are"
        message = f"{count_noun(count, 'new row')} of {path} {are} older than rows that were there"
        yield Finding(Place(path), message, "Fine if sync brought it; the newest record counts.")


def decider_not_approver(compared: OrgPair) -> Iterator[Finding]:
    """A seat was retired by a decision of somebody who may not decide it.

    A retirement is decided by the approvers whom the policy names, else by the owner and those above. The policy of the
    base counts, so that nobody lets themselves in.

    Bad:

        decided_by: kristen        (and org.yaml has approvers: [david])

    Good:

        decided_by: david

    Fix: have it decided by one of those whom the message names.
    """
    for record in compared.after.retirements.values():
        is_new = record.seat not in compared.before.retirements and record.seat in compared.before.seats
        if is_new and record.decided_by and record.decided_by not in compared.before.eligible_deciders(record.seat):
            who = ", ".join(compared.before.eligible_deciders(record.seat)) or "nobody, as things are"
            message = f'"{record.decided_by}" may not decide the retirement of {record.seat}'
            yield Finding(record.marks.value_place("decided_by"), message, f"May decide it: {who}.")


def _added(compared: OrgPair) -> Iterator[Score]:
    """The records that were not there before."""
    paths = compared.new.keys()
    for scores in compared.after.scores.values():
        yield from (one for one in scores if one.place.path in paths and one.id not in compared.before.score_ids)

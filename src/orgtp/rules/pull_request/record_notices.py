"""Rules on what a pull request adds to the record that hides a miss, or who answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from orgtp.model.errors import BadValue
from orgtp.model.escalation import Escalation, EscalationEvent, EventType, Silence
from orgtp.model.org import Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.score import Score
from orgtp.model.seat import Rollup
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey
from orgtp.model.text import join_with_and
from orgtp.rules.pull_request.notices import SEEN
from orgtp.rules.pull_request.score_rows import list_added_scores
from orgtp.rules.rule import Finding

# A finding quotes at most so many lines of a file, or so many ids.
_SHOWN = 3


def value_corrected(compared: OrgPair) -> Iterator[Finding]:
    """A value that was known is replaced by another one, or is unavailable now.

    A later row corrects an earlier one, and both stay. But the scorecard shows the newest, so a correction can turn a
    miss into a hit, or into a value that nobody knows.

    Bad:

        +{"id":"z","at":"2026-11-21T09:00:00Z","metric":"talks-booked","period":"2026-W46","value":null,"note":"?"}

    Good:

        the same row, with a note that a reviewer can check

    Fix: nothing, if the note explains it.
    """
    groups: dict[tuple[str, str], set[str]] = {}
    for score in list_added_scores(compared):
        groups.setdefault((score.seat, score.metric), set()).add(score.period)
    for (seat, metric), periods in sorted(groups.items()):
        old, new = (org.scores_in_force(seat, metric) for org in (compared.before, compared.after))
        for period in sorted(periods & old.keys() & new.keys()):
            was, now = old[period], new[period]
            if was.value is not None and was.id != now.id and was.value != now.value:
                why = f": {now.note}" if now.note else ""
                change = f"{_judge_value(compared.before, was)} to {_judge_value(compared.after, now)}{why}"
                yield Finding(now.place, f"the value of {seat} {metric} for {period} changes from {change}", SEEN)


def _judge_value(org: Org, score: Score) -> str:
    """`"2" (off target)`, or `unavailable`."""
    if score.value is None:
        return "unavailable"
    seat, period = org.seats.get(score.seat), score.parsed_period
    metric = seat.metrics.get(score.metric) if seat else None
    target = metric.targets.target_for(period) if metric and period else None
    # A value that only counts together with others has no verdict of its own.
    is_part = metric is not None and metric.is_rolled_up and metric.rollup is not Rollup.HITS
    if target is None or is_part:
        return f'"{score.value}"'
    try:
        met = target.is_met(target.unit.parse_amount(score.value))
    except BadValue:
        return f'"{score.value}"'
    return f'"{score.value}" ({"on" if met else "off"} target)'


def seat_retired(compared: OrgPair) -> Iterator[Finding]:
    """A seat was retired.

    The scorecard no longer shows a retired seat, or what it missed. A metric that ends is measured by nobody.

    Bad:

        # retirements/jeff.yaml: nobody who relies on these numbers has seen it
        metrics:
          talks-booked: {ended: Not needed.}

    Good:

        the same retirement, reviewed by the heirs and by those who read the numbers

    Fix: nothing, if it is intended.
    """
    for seat in compared.after.seats.values():
        old, record = compared.before.seats.get(seat.id), compared.after.retirements.get(seat.id)
        if old and seat.is_retired and not old.is_retired:
            decided = f", decided by {record.decided_by}" if record and record.decided_by else ""
            ended = [name for name, heir in record.metrics.items() if not heir] if record else []
            more = f"; nobody measures {join_with_and(ended)} any more" if ended else ""
            place = record.marks.value_place("metrics" if ended else "seat") if record else None
            yield Finding(place or seat.marks.value_place("status"), f"{seat.id} is retired{decided}{more}", SEEN)


def silence_changed(compared: OrgPair) -> Iterator[Finding]:
    """The alerts for a metric are silenced, or silenced for longer.

    While a metric is silenced, a missing value opens no escalation, and nobody is told. The end of a silence needs no
    notice.

    Bad:

        # escalations/silenced/dash.yaml
        +anomalies-before-open: {until: 2027-11-01, reason: Later.}

    Good:

        # escalations/silenced/dash.yaml
        +anomalies-before-open: {until: 2026-12-01, by: bogdan, reason: The ad API moves until then.}

    Fix: nothing, if the owner agrees.
    """
    for seat, silences in compared.after.silences.items():
        before = compared.before.silences.get(seat)
        for metric, silence in silences.metrics.items():
            old = before.metrics.get(metric) if before else None
            if silence != old:
                until = f"the alerts for {seat} {metric} are silenced until {_format_silence(silence)}"
                was = f", before: until {_format_silence(old)}" if old else ""
                yield Finding(silences.marks.key_place(metric), f"{until}{was}", SEEN)


def _format_silence(silence: Silence) -> str:
    by = f" by {silence.by}" if silence.by else ""
    return f'{silence.until or "an unknown day"}{by} ("{silence.reason}")'


def escalation_changed(compared: OrgPair) -> Iterator[Finding]:
    """An escalation was resolved or handed to somebody else, or is less urgent than before.

    Whoever handles an escalation answers for it. An escalation that moves up the chart because nobody acted in time
    needs no notice.

    Bad:

        -severity: high
        +severity: low

    Good:

        orgtp escalate resolve 2026-11-20-dash-ad-account --note "The account is open again."

    Fix: nothing, if the note explains it.
    """
    for id_, new in compared.after.escalations.items():
        old = compared.before.escalations.get(id_)
        # A rewritten record is an error of its own.
        if old and new.path in compared.new and old.may_become(new):
            fresh = [event for event in new.events if event not in old.events]
            for key, message in (*_list_decisions(old, fresh), *_list_changed_facts(old, new, fresh)):
                yield Finding(new.marks.value_place(key), f"{id_} {message}", SEEN)


def _list_decisions(old: Escalation, fresh: Sequence[EscalationEvent]) -> Iterator[tuple[str, str]]:
    """The new events with which a seat ends the escalation or passes it on, each with the key to point to."""
    for event in fresh:
        by, why = event.by or "an unknown seat", f": {event.note}" if event.note else ""
        if event.what is EventType.RESOLVED:
            yield "state", f"is resolved by {by}{why}"
        elif event.what is EventType.HANDED:
            yield "with", f"passes from {old.with_} to {event.to or 'nobody'}, by {by}{why}"


def _list_changed_facts(
    old: Escalation, new: Escalation, fresh: Sequence[EscalationEvent]
) -> Iterator[tuple[str, str]]:
    if old.severity is not new.severity:
        yield "severity", f"changes from {old.severity} to {new.severity}"
    if old.why != new.why:
        yield "why", f'says another reason; before, it was "{old.why or "none"}"'
    moved = any(event.what in _SETS_DEADLINE for event in fresh)
    if old.due and new.due and new.due > old.due and not moved:
        yield "due", f"may wait until {new.due:%Y-%m-%d %H:%M} UTC; before, until {old.due:%Y-%m-%d %H:%M} UTC"


# The events after which an escalation has another deadline.
_SETS_DEADLINE = {EventType.UP, EventType.TOP, EventType.HANDED, EventType.ACKNOWLEDGED}


def signers_changed(compared: OrgPair) -> Iterator[Finding]:
    """A key that may sign was added, removed or changed.

    A signature proves who made a commit. Whoever adds a key under the id of another seat can sign as that seat.

    Bad:

        # policy/allowed_signers
        +david ssh-ed25519 AAAA…        (added by Jeff)

    Good:

        the same line, in a commit that David signed with his old key

    Fix: nothing, if the seat confirms that the key is its own.
    """
    if compared.after.is_unreadable(ALLOWED_SIGNERS_PATH) or compared.before.is_unreadable(ALLOWED_SIGNERS_PATH):
        return
    old, new = Counter(compared.before.signers), Counter(compared.after.signers)
    added, lost = list((new - old).elements()), list((old - new).elements())
    known = {(key.principal, key.blob) for key in lost}
    kept = {(key.principal, key.blob) for key in added}
    for key in added:
        how = "may sign in other cases than before with the key" if (key.principal, key.blob) in known else _MAY_SIGN
        yield Finding(key.place, f"{key.principal} {how} {_format_key(key)}", SEEN)
    for key in lost:
        if (key.principal, key.blob) not in kept:
            message = f"{key.principal} may no longer sign with the key {_format_key(key)}"
            yield Finding(Place(ALLOWED_SIGNERS_PATH), message, SEEN)
    if compared.old.get(FORGE_KEYS_PATH) != compared.new.get(FORGE_KEYS_PATH):
        yield Finding(Place(FORGE_KEYS_PATH), "the keys with which a forge signs are others than before", SEEN)


_MAY_SIGN = "may sign with the key"


def _format_key(key: SignerKey) -> str:
    return f"{key.fingerprint} ({key.type})"


def attributes_changed(compared: OrgPair) -> Iterator[Finding]:
    """A `.gitattributes` file was changed.

    Attributes decide how git merges, converts and shows files. `-diff` or `linguist-generated` hides a file from the
    reviewers of a pull request, and without `merge=union` two people who record values get a conflict.

    Bad:

        # .gitattributes
        scores/** -text merge=union
        +seats/** linguist-generated

    Good:

        # .gitattributes
        scores/** -text merge=union

    Fix: nothing, if it is intended. `git check-attr -a FILE` shows the attributes of a file.
    """
    for path in sorted({*compared.old_attributes, *compared.new_attributes}):
        old, new = (
            _list_attribute_lines(files.get(path, b"")) for files in (compared.old_attributes, compared.new_attributes)
        )
        lost, added = [line for line in old if line not in new], [line for line in new if line not in old]
        if list(old) != list(new):
            place = Place(path, new[added[0]] if added else 1)
            parts = [_quote_lines("without", lost), _quote_lines("with", added)]
            what = ", ".join(part for part in parts if part) or "the lines have another order"
            yield Finding(place, f"git handles files in another way: {what}", SEEN)


def _quote_lines(word: str, lines: Sequence[str]) -> str:
    """`without "seats/** -diff" and "…"`; "" without lines."""
    shown = [f'"{line}"' for line in lines[:_SHOWN]]
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{word} {join_with_and(shown)}{more}" if lines else ""


def _list_attribute_lines(raw: bytes) -> dict[str, int]:
    """The lines that are not comments, each with its number."""
    lines = enumerate(raw.decode(errors="replace").splitlines(), 1)
    return {text: number for number, line in lines if (text := line.strip()) and not text.startswith("#")}

"""Rules about score files: a commit may append lines, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.audit.rules.merged_lines import MergedLines
from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.score import Score
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import join_with_and

REWRITTEN, DELETED, MODE = "score-rewritten", "score-file-deleted", "score-file-mode"
LOST, NOWHERE = "merge-lost-lines", "merge-added-lines"
TAKEN, MALFORMED, MISFIT = "score-id-taken", "score-malformed", "score-misfit"
WITHDRAWN = "withdrawal-not-allowed"
_KEEP = "Values may only be added. Restore the file; to correct a value, run: orgtp score add"
_MAX_SHOWN = 400
NOT_FILES = {"120000": "a symbolic link", "160000": "a submodule"}


def check_file_kind(changes: CommitChanges, entry: TreeChange, moved_to: str) -> Iterator[Violation]:
    """Find out whether a file was deleted or changed its type or mode. `moved_to`: where its content is now."""
    facts = {"path": entry.path, "hint": _KEEP}
    if entry.new is None:
        where = f"; its content is at {moved_to} now" if moved_to else ""
        how = "renamed" if moved_to else "deleted"
        yield changes.violation(
            DELETED, f"{entry.path} was {how}{where}", before=entry.path, after=moved_to or None, **facts
        )
    elif entry.new_mode in NOT_FILES:
        what = NOT_FILES[str(entry.new_mode)]
        yield changes.violation(
            MODE, f"{entry.path} became {what}", before=entry.old_mode, after=entry.new_mode, **facts
        )
    elif entry.old_mode and entry.old_mode != entry.new_mode:
        message = f"the mode of {entry.path} was changed from {entry.old_mode} to {entry.new_mode}"
        yield changes.violation(MODE, message, before=entry.old_mode, after=entry.new_mode, **facts)


def make_rewrite_violation(changes: CommitChanges, path: str, old: bytes, new: bytes) -> Violation:
    """Make the violation for a file whose old content is not a prefix of the new one, with the first difference."""
    facts = find_first_difference(old, new)
    return changes.violation(
        REWRITTEN, _describe_rewrite(_split_lines(old), _split_lines(new)), path=path, hint=_KEEP, **facts
    )


def find_first_difference(old: bytes, new: bytes) -> dict[str, Any]:
    """Return the number of the first line that differs, and the line before and after."""
    pairs = zip_longest(_split_lines(old), _split_lines(new))
    line, (before, after) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    return {"line": line, "before": decode_line(before), "after": decode_line(after)}


def _describe_rewrite(was: list[bytes], now: list[bytes]) -> str:
    """Describe how the lines were changed."""
    lost, came = Counter(was) - Counter(now), Counter(now) - Counter(was)
    if not lost:
        return "lines were reordered" if not came else "lines were inserted before others"
    if was[: len(now)] == now:
        return f"the file was cut off: the last {sum(lost.values())} of {len(was)} lines are gone"
    return f"{sum(lost.values())} of {len(was)} lines were {'changed' if came else 'removed'}"


def make_withdrawal_violation(changes: CommitChanges, score: Score, line: bytes, may: Sequence[str]) -> Violation:
    """Make the violation for a record that withdraws a value and does not name a seat that may."""
    who = score.by or "nobody"
    message = f"{who} withdrew {score.seat} {score.metric} {score.period}, but may not"
    hint = f"Allowed: {join_with_and(may) or 'nobody'}. If the value was right, record it again: orgtp score add"
    facts = {"path": score.place.path, "line": score.place.line, "after": decode_line(line)}
    return changes.violation(WITHDRAWN, message, hint=hint, **facts)


def check_merged_lines(
    changes: CommitChanges, path: str, parents: Sequence[bytes], result: bytes
) -> Iterator[Violation]:
    """Find lines of a parent that a merge lost or moved, and lines that no parent has."""
    lines = _split_lines(result)
    merged = MergedLines([_split_lines(parent) for parent in parents], lines)
    for number, parent in enumerate(merged.parents, 1):
        line = merged.find_first_lost(parent)
        if line:
            message = f"the merge lost or moved line {line} of its parent {number}"
            text = decode_line(parent[line - 1])
            yield changes.violation(LOST, message, path=path, line=line, before=text, hint=_KEEP)
    for line in merged.find_added():
        text = decode_line(lines[line - 1])
        message = "the merge has a line that no parent has"
        yield changes.violation(NOWHERE, message, path=path, line=line, after=text, hint=_KEEP)


def value_fits(metric: Metric, period_text: str, value: str | None, note: str, *, void: bool = False) -> bool:
    """Whether a value fits its metric. This is the fast check; `explain_misfit` gives the reason.

    A record that withdraws a value needs only a note: the cadence may have changed since the value was recorded.
    """
    if void:
        return bool(note.strip())
    period = parse_period(period_text)
    if period is None or period.grain is not metric.cadence.grain:
        return False
    if value is None:
        return bool(note.strip())
    if not metric.targets.dated:
        return True
    try:
        return metric.targets.unit.format_stored(metric.targets.unit.parse_amount(value)) == value
    except BadValue:
        return False


def explain_misfit(score: Score, seat: Seat | None) -> str:
    """Explain why a record does not fit its seat and metric, with the messages of `validate`."""
    from orgtp.rules.org import scores

    org = Org(seats={seat.id: seat} if seat else {}, scores={score.seat: (score,)})
    checks = (
        scores.score_unknown_seat,
        scores.score_unknown_metric,
        scores.score_wrong_period,
        scores.score_wrong_value,
        scores.score_blank_without_note,
        scores.score_wrong_file,
    )
    return "; ".join(found.message for check in checks for found in check(org))


def _split_lines(raw: bytes) -> list[bytes]:
    """Split a file into lines, each with its newline; the last one may have none."""
    lines = raw.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def decode_line(line: bytes | None) -> str | None:
    """Decode a line for a report, without its newline and cut to 400 characters; None if there is no line."""
    return None if line is None else line.rstrip(b"\n").decode(errors="replace")[:_MAX_SHOWN]

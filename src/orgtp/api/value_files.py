"""Record the values of a file, or the part of it that can be recorded.

import orgtp
org = orgtp.open("sneeze-it")
orgtp.api.import_scores(org.ledger, orgtp.api.read_import_file(raw, "november.csv"))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import count_noun, is_id

if TYPE_CHECKING:
    from orgtp.actions.record_scores import NewScore
    from orgtp.api.ledger import LedgerActions
    from orgtp.files.value_import import BadRow, ImportFile, ImportRow
    from orgtp.ledger.batch import RecordedChange


@dataclass(frozen=True, slots=True)
class ImportedScores:
    """What was recorded of a file: the commit, the places of unavailable values, and the rows that were left out."""

    done: RecordedChange
    unavailable: tuple[str, ...]
    skipped: tuple[BadRow, ...]
    findings: str = ""


def import_scores(
    ledger: LedgerActions,
    file: ImportFile,
    *,
    by: str = "",
    dry_run: bool = False,
    confirm: Callable[[Sequence[str]], None] | None = None,
    skip_bad: Callable[[Sequence[BadRow]], None] | None = None,
) -> ImportedScores:
    """Record the values of a file in one commit.

    Raises `BadInput` with everything that is wrong, grouped by cause, and records nothing then. With `skip_bad`, the
    good values are recorded; it is called with the others before anything is written, so that it can keep them.
    """
    bad = list(file.bad)
    entries = _find_entries(ledger, file.rows, bad)
    # Everything is checked before anything is written, so that all findings are reported at once.
    good = _select_good(ledger, entries, bad, by) if bad or skip_bad else entries
    if bad and not skip_bad:
        raise _reject_all(bad, len(file.rows) + len(file.bad))
    if not skip_bad:
        done = _record_all(ledger, entries, file, by=by, dry_run=dry_run, confirm=confirm)
        return ImportedScores(done, _list_unavailable(entries), ())
    ordered = sorted(bad, key=lambda one: (one.line, one.column))
    if ordered and not dry_run:
        skip_bad(ordered)
    done = ledger.add_scores([entry for entry, _ in good], by=by, dry_run=dry_run, confirm=confirm)
    return ImportedScores(done, _list_unavailable(good), tuple(ordered), _format(ordered))


Entries = list[tuple["NewScore", "ImportRow"]]


def _find_entries(ledger: LedgerActions, rows: Sequence[ImportRow], bad: list[BadRow]) -> Entries:
    """The values to record. Rows whose metric is not found are added to `bad`."""
    from orgtp.actions.import_scores import find_metric
    from orgtp.files.value_import import BadRow

    entries: Entries = []
    found: dict[tuple[str, str], tuple[str, str]] = {}
    wrong: dict[tuple[str, str], str] = {}
    for row in rows:
        named = (row.seat, row.metric)
        if named not in found and named not in wrong:
            try:
                # Most files have ids, and the org need not be read for them.
                plain = all(map(is_id, named)) and not row.column >= 0
                found[named] = named if plain else find_metric(ledger.snapshot.staff.org, *named)
            except OrgtpError as error:
                wrong[named] = str(error)
        if named in wrong:
            bad.append(BadRow(row.where, wrong[named], row.line, row.column))
            continue
        seat, metric = found[named]
        (entry,) = ledger.new_scores([row.at(seat, metric)])
        entries.append((entry, row))
    return entries


def _select_good(ledger: LedgerActions, entries: Entries, bad: list[BadRow], by: str) -> Entries:
    """The values that can be recorded. The others are added to `bad`."""
    from orgtp.actions.record_scores import RejectedValues
    from orgtp.files.value_import import BadRow

    good = entries
    while good:
        try:
            ledger.add_scores([entry for entry, _ in good], by=by, dry_run=True)
        except RejectedValues as error:
            wrong = {entry.where: str(one) for entry, one in error.wrong}
            bad += [BadRow(row.where, wrong[row.where], row.line, row.column) for _, row in good if row.where in wrong]
            good = [(entry, row) for entry, row in good if row.where not in wrong]
        else:
            break
    return good


def _record_all(
    ledger: LedgerActions,
    entries: Entries,
    file: ImportFile,
    *,
    by: str,
    dry_run: bool,
    confirm: Callable[[Sequence[str]], None] | None,
) -> RecordedChange:
    from orgtp.actions.record_scores import RejectedValues
    from orgtp.files.value_import import BadRow

    try:
        return ledger.add_scores([entry for entry, _ in entries], by=by, dry_run=dry_run, confirm=confirm)
    except RejectedValues as error:
        places = {row.where: row for _, row in entries}
        bad = [
            BadRow(entry.where, str(one), places[entry.where].line, places[entry.where].column)
            for entry, one in error.wrong
        ]
        raise _reject_all(bad, len(file.rows)) from error


def _reject_all(bad: Sequence[BadRow], count: int) -> BadInput:
    ordered = sorted(bad, key=lambda one: (one.line, one.column))
    what = f"nothing was written: {len(bad)} of {count_noun(count, 'value')} cannot be recorded:\n{_format(ordered)}"
    return BadInput(what=what)


def _format(bad: Sequence[BadRow]) -> str:
    from orgtp.actions.import_scores import ImportFinding, format_findings

    return format_findings(ImportFinding(one.where, one.why) for one in bad)


def _list_unavailable(entries: Entries) -> tuple[str, ...]:
    return tuple(row.where for entry, row in entries if entry.value is None and not entry.void)

"""What a pull request may not change or remove."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.inventory.imported import is_imported_proposal
from orgtp.model.org import Retirement
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.records.kinds import (
    ESCALATION,
    EXPLANATION,
    RECORD_KINDS,
    RETIREMENT,
    SCORE,
    Growth,
    RecordKind,
    find_kind_of_file,
)
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.model.text import join_with_and
from orgtp.rules.pull_request.score_rows import find_lost_rows, restore_hint
from orgtp.rules.rule import Finding


def score_row_changed(compared: OrgPair) -> Iterator[Finding]:
    """A row of a score file was changed, removed or moved.

    Values are appended and never rewritten: a later row corrects a wrong value, and both stay. If rows could be
    changed, anyone could rewrite history. A merge may insert rows between others if their order stays the same.

    Bad:

        -{"id":"01K…","at":"2026-11-20T13:00:02Z","metric":"talks-booked","period":"2026-W47","value":"2","by":"tally"}
        +{"id":"01K…","at":"2026-11-20T13:00:02Z","metric":"talks-booked","period":"2026-W47","value":"9","by":"tally"}

    Good:

         {"id":"01K…","at":"2026-11-20T13:00:02Z","metric":"talks-booked","period":"2026-W47","value":"2","by":"tally"}
        +{"id":"01M…","at":"2026-11-21T09:00:00Z","metric":"talks-booked","period":"2026-W47","value":"9","by":"tally"}

    Fix: restore the file from the base, `git checkout BASE -- scores/SEAT/2026-11.jsonl`, and record the correct value
    with `orgtp score add`.
    """
    for path, raw in compared.old.items():
        if path.startswith(SCORE.folder) and raw.strip():
            yield from find_lost_rows(compared, path, raw)


def retirement_record_touched(compared: OrgPair) -> Iterator[Finding]:
    """A retirement record was changed or removed.

    The record says who decided, why, and who took over, as of that day. It never changes once it is committed; later
    insights belong in later commits and seats.

    Bad:

        -reason: Missed its target eight weeks in a row.
        +reason: No longer needed.

    Good:

        retirements/jeff.yaml as it was committed

    Fix: restore it from the base: `git checkout BASE -- retirements/SEAT.yaml`.
    """
    yield from _find_touched(compared, RETIREMENT)


def escalation_record_touched(compared: OrgPair) -> Iterator[Finding]:
    """The recorded events of an escalation, or the whole file, were changed or removed.

    An escalation records who was assigned, who was notified, and who did not act in time. New events are appended to
    `events`. What it is about, when and by whom it was opened, and the file itself stay as they are.

    Bad:

        -  - {at: "2026-11-20T18:30:00Z", what: up, to: david, note: bogdan did not acknowledge it in time}

    Good:

        +  - {at: "2026-11-20T19:05:00Z", what: resolved, by: david, note: The mailbox has room again}

    Fix: restore it from the base, `git checkout BASE -- escalations/ID.yaml`, and resolve it:
    `orgtp escalate resolve ID --note TEXT`.
    """
    yield from _find_touched(compared, ESCALATION)


def explanation_touched(compared: OrgPair) -> Iterator[Finding]:
    """A line of audit/explained.jsonl was changed, removed or moved.

    An explained violation stays explained, with its reason and the person who decided it. Lines are only added.

    Bad:

        -{"at":"2026-11-20T13:00:02Z","commit":"4b82…","rule":"seat-deleted","reason":"A mistake.","decided_by":"david"}

    Good:

        a new line below it

    Fix: restore it from the base: `git checkout BASE -- audit/explained.jsonl`.
    """
    yield from _find_touched(compared, EXPLANATION)


def record_touched(compared: OrgPair) -> Iterator[Finding]:
    """Another record, such as a to-do, was changed or removed where it only grows.

    Records say what was agreed and what became of it. New events are appended to `events`, and new lines to a JSON
    Lines file. What is there already stays as it is. A record without events, such as that of a review, never changes.

    Bad:

        -  - {at: "2026-11-30T13:00:02Z", by: bogdan, action: failed}

    Good:

        +  - {at: "2026-12-01T09:00:00Z", by: bogdan, action: done, note: The token works}

    Fix: restore it from the base, `git checkout BASE -- FILE`, and add what happened: `orgtp todo done ID`.
    """
    for kind in RECORD_KINDS:
        if kind.base_rule == "record-touched":
            yield from _find_touched(compared, kind)


def _find_touched(compared: OrgPair, kind: RecordKind) -> Iterator[Finding]:
    """Yield a finding for each file of a kind in which something changed that only grows."""
    for path, raw in compared.old.items():
        if find_kind_of_file(path) is not kind or kind.growth is Growth.KEYS:
            continue
        is_removed = path not in compared.new
        if kind.is_lines and not _keeps_lines(raw, compared.new.get(path, b"")):
            how = "the file was removed" if is_removed else "lines were changed or removed"
            message = f"{how}; lines are only added"
        elif kind.growth is Growth.FIXED and compared.new.get(path) != raw:
            message = f"the record {'was removed' if is_removed else 'was changed'}; it never changes once committed"
        elif kind.growth is Growth.EVENTS and not _keeps_events(compared, kind, path):
            what = "was removed" if is_removed else "was changed; events are only ever appended"
            message = f"the record of {kind.find_key(path)} {what}"
        else:
            continue
        yield Finding(Place(path), message, restore_hint(compared, path))


def _keeps_events(compared: OrgPair, kind: RecordKind, path: str) -> bool:
    """Whether a record only got more events. One that could not be read before may become anything."""
    old, new = (getattr(org, kind.attribute).get(kind.find_key(path)) for org in (compared.before, compared.after))
    return old is None or (new is not None and kind.may_become(old, new))


def _keeps_lines(old: bytes, new: bytes) -> bool:
    """Whether `new` has all lines of `old`, in the same order."""
    rest = iter(new.splitlines())
    return all(line in rest for line in old.splitlines())


def seat_deleted(compared: OrgPair) -> Iterator[Finding]:
    """The file of a seat was removed.

    Seats are retired, not deleted: a retirement moves every capability to an heir and leaves a record. The file stays,
    so that the history and the values of the seat keep their meaning. Renaming the file counts as deleting it too: an
    id never changes. Change `name` instead. Only a seat that an import proposed, and that has no values, may go:
    `orgtp undo` removes it again.

    Bad:

        git rm seats/jeff.yaml

    Good:

        orgtp retire jeff --to dash,crystal --reason "Others do this better."

    Fix: run `git checkout BASE -- seats/SEAT.yaml`, and then `orgtp retire SEAT --to HEIR`.
    """
    for path in compared.old:
        if path.startswith("seats/") and path not in compared.new:
            seat = path.removeprefix("seats/").removesuffix(".yaml")
            before = compared.before.seats.get(seat)
            if before and is_imported_proposal(before) and seat not in compared.before.scores:
                continue
            then = "" if seat in compared.after.retirements else f"; then: orgtp retire {seat} --to HEIR"
            hint = f"{restore_hint(compared, path)}{then}"
            yield Finding(Place(path), f"the seat {seat} was deleted, not retired", hint)


def seat_brought_back(compared: OrgPair) -> Iterator[Finding]:
    """A retired seat was brought back.

    A retirement is final: the work of the seat went to others, and its record says how it ended. To fill the role
    again, add a new seat with a new id, so that nobody takes the old results for those of the new worker.

    Bad:

        -status: retired
        +status: active

    Good:

        orgtp seat add jeff-2 --name Jeff --role "Data integrity" --kind agent --owner bogdan

    Fix: set `status: retired` again, and add a new seat with another id.
    """
    for seat in compared.after.seats.values():
        old = compared.before.seats.get(seat.id)
        if old and old.is_retired and not seat.is_retired:
            hint = f"{restore_hint(compared, seat_path(seat.id))}. {_ANOTHER}"
            message = f"{seat.id} was retired, but this change makes it {seat.status}"
            yield Finding(seat.marks.value_place("status"), message, hint)


def id_used_again(compared: OrgPair) -> Iterator[Finding]:
    """A new seat has an id that another seat had before.

    Values, records and commits refer to a seat by its id. If a second worker gets the same id, nobody can tell whose
    values are whose. So an id is never reused, whether its seat was retired or its file was removed.

    Bad:

        seats/jeff.yaml added, although the history has a retired seat jeff

    Good:

        seats/jeff-2.yaml added

    Fix: rename the file, and `seat:` in it, to an id that was never used.
    """
    for seat in _new_seats(compared):
        when = compared.used.get(seat.id, "")
        if when or seat.id in compared.before.retirements:
            since = f" (commit {when[:10]})" if when else ""
            yield Finding(
                seat.marks.value_place("seat"), f'the id "{seat.id}" was used by an earlier seat{since}', _ANOTHER
            )


def retired_with_work_left(compared: OrgPair) -> Iterator[Finding]:
    """A seat was retired, but nobody takes over some of its work.

    Everything that the seat did before the pull request must have a new place: each capability is in the file of the
    heir that the record names, and each metric has an heir or has ended. Removing a capability from the retired seat's
    own file is not enough.

    Bad:

        # retirements/jeff.yaml
        capabilities: {}

    Good:

        # retirements/jeff.yaml; the capabilities of dash include ad-pacing-monitoring
        capabilities:
          ad-pacing-monitoring: dash

    Fix: undo the change, and retire the seat with `orgtp retire SEAT --to HEIR`, which moves everything.
    """
    for seat in compared.after.seats.values():
        old, record = compared.before.seats.get(seat.id), compared.after.retirements.get(seat.id)
        if record and old and seat.is_retired and not old.is_retired:
            yield from _find_work_left(compared, old, record)


def target_kind_changed(compared: OrgPair) -> Iterator[Finding]:
    """The target of a metric that has values was changed to another kind.

    The target decides what a value means: `7` is seven talks with `>= 3`, seven euros with `>= EUR 3`, and nothing at
    all with `yes`. A target of another kind changes the meaning of every recorded value.

    Bad:

        -target: ">= 3"
        +target: ">= 50%"      (now the values 4, 5 and 7 are percentages)

    Good:

        a new metric next to the old one: share-of-leads-booked, with the target ">= 50%"

    Fix: restore the old kind, and add a new metric with its own id.
    """
    for seat in compared.after.seats.values():
        old = compared.before.seats.get(seat.id)
        for name, metric in old.metrics.items() if old else ():
            was, now = metric.targets, seat.metrics[name].targets if name in seat.metrics else metric.targets
            if was.dated and now.dated and was.unit != now.unit and compared.after.score_records(seat.id, name):
                kinds = f"are {was.unit.kind}, and the new target makes them {now.unit.kind}"
                place = seat.marks.value_place("metrics", name, "target")
                hint = "Restore the old kind, and add a new metric with its own id."
                yield Finding(place, f"the values of {seat.id} {name} {kinds}", hint)


def history_short(compared: OrgPair) -> Iterator[Finding]:
    """The history of this clone is too short to tell whether a new id was used before.

    A shallow clone has only the newest commits. All other rules were checked, but only the full history shows whether a
    seat that was removed long ago had the id of a new one.

    Bad:

        git clone --depth=1 …

    Good:

        git clone …            (in a GitHub workflow: actions/checkout with fetch-depth: 0)

    Fix: `git fetch --unshallow`.
    """
    new = [seat.id for seat in _new_seats(compared) if seat.id not in compared.used]
    if compared.shallow and new:
        ids = join_with_and(new)
        message = f"this clone is shallow, so orgtp cannot tell whether an earlier seat had the id {ids}"
        yield Finding(Place(seat_path(new[0])), message, "Fetch the full history: git fetch --unshallow")


_ANOTHER = "An id is never reused: add a new seat with another id."


def _new_seats(compared: OrgPair) -> Iterator[Seat]:
    """Yield the seats whose files are new."""
    return (seat for seat in compared.after.seats.values() if compared.is_new(seat_path(seat.id)))


def _find_work_left(compared: OrgPair, old: Seat, record: Retirement) -> Iterator[Finding]:
    """Yield a finding for each capability and metric of the retired seat that no current seat has."""
    current = [seat for seat in compared.after.seats.values() if not seat.is_retired]
    for capability in old.capabilities:
        if not any(capability in seat.capabilities for seat in current):
            yield _work_left_finding(compared, record, "capabilities", capability)
    for metric in old.metrics:
        if record.metrics.get(metric) and not any(metric in seat.metrics for seat in current):
            yield _work_left_finding(compared, record, "metrics", metric)


def _work_left_finding(compared: OrgPair, record: Retirement, group: str, name: str) -> Finding:
    what, heirs = {"capabilities": ("capability", record.capabilities), "metrics": ("metric", record.metrics)}[group]
    heir = heirs.get(name, "")
    why = f"neither {heir} nor any other seat has it" if heir else "the record names no heir, and no seat has it"
    message = f"nobody takes over the {what} {name} of {record.seat}: {why}"
    return Finding(record.marks.value_place(group, name), message, _suggest_undo(compared, record.seat))


def _suggest_undo(compared: OrgPair, seat: str) -> str:
    """A hint with the commands that undo a retirement by hand, and retire the seat with everything that it does."""
    undo = (
        f"git checkout {compared.base[:10]} -- {seat_path(seat)} && "
        f"git rm -q -f --ignore-unmatch {retirement_path(seat)} && git commit -m 'Undo the retirement of {seat}'"
    )
    return f"Undo the change: {undo}; then move everything: orgtp retire {seat} --to HEIR"

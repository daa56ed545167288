"""What a pull request may not do to the record: two moments of the org side by side."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Retirement
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Place
from orgtp.model.seat import Seat, seat_path
from orgtp.model.text import join_with_and
from orgtp.rules.pull_request.score_rows import lost_rows, restore
from orgtp.rules.rule import Finding


def score_row_changed(compared: OrgPair) -> Iterator[Finding]:
    """A row of a score file was changed, removed or moved.

    Values are appended and never rewritten: a wrong one is corrected by a later row, and both stay. Whoever may change
    a row may make any history they like. Rows that a merge puts between others are fine, in the order that they had.

    Bad:

        -{"id":"01K…","at":"2026-11-20T13:00:02Z","metric":"talks-booked","period":"2026-W47","value":"2","by":"tally"}
        +{"id":"01K…","at":"2026-11-20T13:00:02Z","metric":"talks-booked","period":"2026-W47","value":"9","by":"tally"}

    Good:

         {"id":"01K…","at":"2026-11-20T13:00:02Z","metric":"talks-booked","period":"2026-W47","value":"2","by":"tally"}
        +{"id":"01M…","at":"2026-11-21T09:00:00Z","metric":"talks-booked","period":"2026-W47","value":"9","by":"tally"}

    Fix: take the file back from the base, `git checkout BASE -- scores/SEAT/2026-11.jsonl`, and record the right value
    with `orgtp score add`.
    """
    for path, raw in compared.old.items():
        if path.startswith("scores/") and raw.strip():
            yield from lost_rows(compared, path, raw)


def retirement_record_touched(compared: OrgPair) -> Iterator[Finding]:
    """A retirement record was changed or removed.

    The record says who decided, why, and who took over, as it was on that day. It never changes once it is committed:
    what was learned later stands in the commits and the seats that came after.

    Bad:

        -reason: Missed its target eight weeks in a row.
        +reason: No longer needed.

    Good:

        retirements/jeff.yaml as it was committed

    Fix: take it back from the base: `git checkout BASE -- retirements/SEAT.yaml`.
    """
    for path, raw in compared.old.items():
        if path.startswith("retirements/") and compared.new.get(path) != raw:
            what = "was changed" if path in compared.new else "was removed"
            yield Finding(Place(path), f"the record {what}; it never changes once committed", restore(compared, path))


def escalation_record_touched(compared: OrgPair) -> Iterator[Finding]:
    """What had happened to an escalation was changed or removed, or the whole of it is gone.

    Whom trouble was with, who was told, and who let it lie is the record of how the organisation acts. What happens is
    added at the end of `events`; what it was opened about, when and by whom stays as it was, and so does the file.

    Bad:

        -  - {at: "2026-11-20T18:30:00Z", what: up, to: david, note: bogdan did not acknowledge it in time}

    Good:

        +  - {at: "2026-11-20T19:05:00Z", what: resolved, by: david, note: The mailbox has room again}

    Fix: take it back from the base, `git checkout BASE -- escalations/ID.yaml`, and settle it:
    `orgtp escalate resolve ID --note TEXT`.
    """
    for id_, old in compared.before.escalations.items():
        new = compared.after.escalations.get(id_)
        if old.path in compared.old and not (new and old.may_become(new)):
            gone = "was removed" if old.path not in compared.new else "was changed, and is only ever added to"
            yield Finding(Place(old.path), f"what happened to {id_} {gone}", restore(compared, old.path))


def seat_deleted(compared: OrgPair) -> Iterator[Finding]:
    """The file of a seat is gone.

    Workers are retired, not deleted: a retirement moves every capability to an heir and leaves a record, and the file
    stays, so that its history and its values keep their name. A file under a new name is a deletion, too: an id is for
    life, while `name` says what people call the seat.

    Bad:

        git rm seats/jeff.yaml

    Good:

        orgtp retire jeff --to dash,crystal --reason "Others do this better."

    Fix: `git checkout BASE -- seats/SEAT.yaml`, and then `orgtp retire SEAT --to HEIR`.
    """
    for path in compared.old:
        if path.startswith("seats/") and path not in compared.new:
            seat = path.removeprefix("seats/").removesuffix(".yaml")
            way = "" if seat in compared.after.retirements else f"; then: orgtp retire {seat} --to HEIR"
            hint = f"{restore(compared, path)}{way}"
            yield Finding(Place(path), f"the seat {seat} was deleted, not retired", hint)


def seat_brought_back(compared: OrgPair) -> Iterator[Finding]:
    """A retired seat is at work again.

    A retirement is the end of a seat's life: its work went to others, and its record says how it ended. Who does such
    work again is a new seat with a number of its own, so that nobody reads the old results for the new worker's.

    Bad:

        -status: retired
        +status: active

    Good:

        orgtp seat add jeff-2 --name Jeff --role "Data integrity" --kind agent --owner bogdan

    Fix: write `status: retired` again, and add a new seat with another id.
    """
    for seat in compared.after.seats.values():
        old = compared.before.seats.get(seat.id)
        if old and old.is_retired and not seat.is_retired:
            message = f"{seat.id} was retired, and is {seat.status} here"
            yield Finding(
                seat.marks.value_place("status"), message, f"{restore(compared, seat_path(seat.id))}. {_ANOTHER}"
            )


def id_used_again(compared: OrgPair) -> Iterator[Finding]:
    """A new seat has an id that another seat had before.

    Values, records and commits name a seat by its id. If a second worker gets it, nobody can tell any more whose the
    numbers were. So an id is never used again, whether its seat was retired or its file was removed.

    Bad:

        seats/jeff.yaml added, and the history has a seat jeff that was let go

    Good:

        seats/jeff-2.yaml added

    Fix: rename the file, and `seat:` in it, to an id that was never used.
    """
    for seat in _new_seats(compared):
        when = compared.used.get(seat.id, "")
        if when or seat.id in compared.before.retirements:
            since = f", as commit {when[:10]} shows" if when else ""
            yield Finding(seat.marks.value_place("seat"), f'the id "{seat.id}" was a seat before{since}', _ANOTHER)


def retired_with_work_left(compared: OrgPair) -> Iterator[Finding]:
    """A seat is retired, and some of its work went to nobody.

    What the seat did before this change has to be somewhere after it: every capability with the heir whom the record
    names, and who has it in the seat's file, and every metric with an heir or an end. Taking a capability out of the
    retired seat's own file does not make it go away.

    Bad:

        # retirements/jeff.yaml
        capabilities: {}

    Good:

        # retirements/jeff.yaml, and dash has ad-pacing-monitoring under its capabilities
        capabilities:
          ad-pacing-monitoring: dash

    Fix: undo the change, and retire the seat with `orgtp retire SEAT --to HEIR`, which moves everything.
    """
    for seat in compared.after.seats.values():
        old, record = compared.before.seats.get(seat.id), compared.after.retirements.get(seat.id)
        if record and old and seat.is_retired and not old.is_retired:
            yield from _left(compared, old, record)


def target_kind_changed(compared: OrgPair) -> Iterator[Finding]:
    """The target of a metric that has values became one of another kind.

    The kind of the target says what its values are: `7` is seven talks below `>= 3`, seven euros below `>= EUR 3` and
    nothing at all below `yes`. A target of another kind makes every value that was ever recorded mean something else.

    Bad:

        -target: ">= 3"
        +target: ">= 50%"      (and the values 4, 5 and 7 are percents now)

    Good:

        a new metric beside the old one: share-of-leads-booked, with the target ">= 50%"

    Fix: put the old kind back, and begin a new metric with an id of its own.
    """
    for seat in compared.after.seats.values():
        old = compared.before.seats.get(seat.id)
        for name, metric in old.metrics.items() if old else ():
            was, now = metric.targets, seat.metrics[name].targets if name in seat.metrics else metric.targets
            if was.dated and now.dated and was.unit != now.unit and compared.after.score_records(seat.id, name):
                kinds = f"are {was.unit.kind}, and would become {now.unit.kind}"
                place = seat.marks.value_place("metrics", name, "target")
                hint = "Put the old kind back, and begin a new metric with an id of its own."
                yield Finding(place, f"the values of {seat.id} {name} {kinds}", hint)


def history_short(compared: OrgPair) -> Iterator[Finding]:
    """The history here does not reach back far enough to say whether a new id was used before.

    A shallow clone has the newest commits only. All else about the change was checked; whether a seat that was removed
    long ago had the id of a new one can only be seen in the whole history.

    Bad:

        git clone --depth=1 …

    Good:

        git clone …            (in a GitHub workflow: actions/checkout with fetch-depth: 0)

    Fix: `git fetch --unshallow`.
    """
    new = [seat.id for seat in _new_seats(compared) if seat.id not in compared.used]
    if compared.shallow and new:
        message = f"the history here is not whole, so nobody can say whether {join_with_and(new)} was ever the id of another seat"
        yield Finding(Place(seat_path(new[0])), message, "Get the whole history: git fetch --unshallow")


_ANOTHER = "An id is never used again: add a new seat with another one."


def _new_seats(compared: OrgPair) -> Iterator[Seat]:
    """The seats that have no file before."""
    return (seat for seat in compared.after.seats.values() if compared.is_new(seat_path(seat.id)))


def _left(compared: OrgPair, old: Seat, record: Retirement) -> Iterator[Finding]:
    """What a seat did before it was retired and nobody does after: no seat that is there has it."""
    living = [seat for seat in compared.after.seats.values() if not seat.is_retired]
    for capability in old.capabilities:
        if not any(capability in seat.capabilities for seat in living):
            yield _dropped(record, old.id, "capabilities", capability)
    for metric in old.metrics:
        if record.metrics.get(metric) and not any(metric in seat.metrics for seat in living):
            yield _dropped(record, old.id, "metrics", metric)


def _dropped(record: Retirement, seat: str, group: str, name: str) -> Finding:
    what, heirs = {"capabilities": ("capability", record.capabilities), "metrics": ("metric", record.metrics)}[group]
    heir = heirs.get(name, "")
    why = f"{heir} does not have it, nor has any other" if heir else "the record names no heir, and no seat has it"
    hint = f"Undo it, and retire the seat with: orgtp retire {seat} --to HEIR, which moves everything."
    return Finding(record.marks.value_place(group, name), f"the {what} {name} of {seat} is left over: {why}", hint)

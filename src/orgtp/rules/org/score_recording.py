"""Rules on how a value was recorded: when, in what order, and with what note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from orgtp.model.org import Org
from orgtp.model.period import parse_period
from orgtp.model.score import format_timestamp
from orgtp.model.text import count_noun
from orgtp.rules.rule import Finding

# The clocks of two machines differ a little.
_SLACK = timedelta(minutes=5)


def score_in_future(org: Org, now: datetime) -> Iterator[Finding]:
    """A value was recorded in the future, or before its period had begun.

    Nobody can know a value in advance. A line with a future date would also override every correction made before that
    date. Five minutes are allowed, because clocks differ. A record in the file of a month before its period counts for
    nothing, because no view of the period reads that file.

    Bad:

        {"id":"a","at":"2027-11-20T13:00:02Z","metric":"calls-booked","period":"2027-W46","value":"12"}
        {"id":"b","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W52","value":"15"}

    Good:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}

    Fix: remove the line before it is committed, and record the value when it is known. Check the machine's clock.
    """
    begins: dict[str, datetime | None] = {}
    latest = now + _SLACK
    for score in org.each_score():
        if score.period not in begins:
            period = parse_period(score.period)
            begins[score.period] = period.begins(org.zone) - _SLACK if period else None
        begin = begins[score.period]
        if score.at > latest:
            yield Finding(score.place, f"recorded at {format_timestamp(score.at)}, which is in the future", _TOO_EARLY)
        elif begin and score.at < begin:
            message = f"recorded at {format_timestamp(score.at)}, before {score.period} began"
            yield Finding(score.place, message, _TOO_EARLY)


def score_out_of_order(org: Org) -> Iterator[Finding]:
    """A line is older than the line above it.

    Lines are appended over time. `orgtp sync` and queued values may append older lines later, which is fine: the newest
    record counts, wherever it is in the file. A line inserted by hand looks the same, so this is reported once per
    file.

    Bad:

        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}
        {"id":"b","at":"2026-11-13T13:00:02Z","metric":"calls-booked","period":"2026-W46","value":"15"}

    Good:

        {"id":"b","at":"2026-11-13T13:00:02Z","metric":"calls-booked","period":"2026-W46","value":"15"}
        {"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}

    Fix: nothing, if `orgtp sync` added the line. Never move a committed line.
    """
    for scores in org.scores.values():
        for path, lines in groupby(scores, key=lambda score: score.place.path):
            late = [later for earlier, later in pairwise(lines) if later.at < earlier.at]
            if late:
                many = "is" if len(late) == 1 else "are"
                message = f"{count_noun(len(late), 'line')} of {path} {many} older than the line above"
                yield Finding(
                    late[0].place, message, "This is fine if orgtp sync added them; the newest record counts."
                )


def score_before_since(org: Org) -> Iterator[Finding]:
    """A value belongs to a period that ended before the seat began.

    `since` is the day on which the seat began. Earlier results are not its own, so they do not count.

    Bad:

        since: 2026-10-05        (in seats/dash.yaml; and in scores/dash/2026-10.jsonl:)
        {"id":"a","at":"2026-10-20T13:00:02Z","metric":"calls-booked","period":"2026-W30","value":"12"}

    Good:

        since: 2026-10-05
        {"id":"a","at":"2026-10-20T13:00:02Z","metric":"calls-booked","period":"2026-W42","value":"12"}

    Fix: correct `since` if the seat began earlier; otherwise remove the line before it is committed.
    """
    ended: dict[str, date | None] = {}
    for seat in org.seats.values():
        for score in org.scores.get(seat.id, ()) if seat.since else ():
            newest = org.newest_scores(score.seat, score.metric).get(score.period)
            if newest and newest.void:
                continue
            if score.period not in ended:
                period = parse_period(score.period)
                ended[score.period] = period.next().start.date() if period else None
            end = ended[score.period]
            if end and seat.since and end <= seat.since:
                message = f"{score.period} ended before {seat.id} began, on {seat.since}"
                yield Finding(score.place, message, _TOO_OLD.format(seat.id))


def score_note_formula(org: Org) -> Iterator[Finding]:
    """A spreadsheet would run a note as a formula.

    Values are exported to spreadsheets, which run a text that begins with `=` or `@`, or with a sign and a function
    call. Such a formula can send a person's data elsewhere. A sign before a number or a word is fine.

    Bad:

        {"id":"a", …, "value":"12","note":"=1+2"}

    Good:

        {"id":"a", …, "value":"12","note":"see the sheet of week 47"}
        {"id":"b", …, "value":"12","note":"-5% on the week before"}

    Fix: begin the note with a word. If the line is committed, record the value again.
    """
    for score in org.each_score():
        if score.note and _FORMULA.match(score.note):
            hint = "Begin the note with a word. If the line is committed, record the value again."
            yield Finding(score.place, "a spreadsheet would run the note as a formula", hint)


# A spreadsheet runs a text that begins with = or @, or with a sign and then a function call or a command.
_FORMULA = re.compile(r"\s*(?:[=@\uff1d\uff20]|[-+\uff0b\uff0d](?:[-+=@(]|[^ ]{0,99}?(?:[A-Za-z]\(|\|.{0,99}!)))")
_TOO_EARLY = "Remove the line before it is committed, and record the value when it is known."
_TOO_OLD = "Remove the line before it is committed, or correct since in seats/{}.yaml."

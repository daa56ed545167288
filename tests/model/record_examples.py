"""An example of every kind of record, in an org of Ada and her bots: the tests of all kinds use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RecordExample:
    """A file of a kind: as it is added, what may become of it, and what may not.

    `later` and `theirs` are valid later versions, by two people at the same time. `forbidden` loses or changes
    something (None for a kind of which everything may change). `actor` is the seat that `later` names as the one that
    acted, and `outsider` a seat that may not write it. After a merge, the file has all of `kept`. `undo` is part of the
    answer to `orgtp undo` of the commit that added it. `with_` has further files that it needs.
    """

    path: str
    first: str
    later: str
    theirs: str
    forbidden: str | None
    outsider: str
    kept: tuple[str, ...]
    undo: str
    actor: str = ""
    with_: Mapping[str, str] = field(default_factory=dict)


def _line(id_: str, value: str) -> str:
    what = f'"metric":"number","period":"2026-W4{id_[-1]}","value":"{value}","by":"ada"'
    return f'{{"id":"{id_}","at":"2026-11-1{id_[-1]}T13:00:02Z",{what}}}\n'


def _explained(day: int, reason: str) -> str:
    what = f'"commit":"{"4b82" * 10}","rule":"seat-deleted","reason":"{reason}","decided_by":"ada","by":"ada"'
    return f'{{"at":"2026-11-1{day}T13:00:02Z",{what}}}\n'


_ESCALATION = """\
what: The mailbox is full
opened_at: "2026-11-18T13:00:02Z"
by: ada
seat: bot
kind: issue
severity: normal
with: ada
due: "2026-11-18T18:00:02Z"
state: {}
events:
  - {{at: "2026-11-18T13:00:02Z", what: opened, by: ada, to: ada}}
"""
_AGAIN = '  - {at: "2026-11-19T13:00:02Z", what: again, by: ada, note: Again}\n'
_TAKEN = '  - {at: "2026-11-19T14:00:00Z", what: acknowledged, by: ada}\n'
_REVIEW = """\
week: 2026-W46
began: "2026-11-18T13:00:00Z"
ended: "2026-11-18T13:26:00Z"
led_by: ada
present: [ada]
rows:
  - {{seat: bot, metric: number, state: "off", changed: {}, fix: Move it back., decision: fix}}
rating: 8
"""
_PAUSED = "seat: clerk\nname: Clerk\nrole: R\nkind: agent\nstatus: paused\nowner: ada\nreports_to: ada\n"
_TODO = """\
todo: 2026-11-18-empty-the-mailbox
what: Empty the mailbox
owner: bot
due: 2026-11-27
state: {}
events:
  - {{at: "2026-11-18T13:00:02Z", by: ada, action: added, to: bot, due: "2026-11-27"}}
"""
_STARTED = '  - {at: "2026-11-19T13:00:02Z", by: bot, action: started}\n'
_ASKED = '  - {at: "2026-11-19T14:00:00Z", by: ada, action: asked, note: Which mails?}\n'
_RETIREMENT = """\
seat: cat
name: Cat
role: Desk
kind: agent
owner: ada
reports_to: ada
retired_on: 2026-11-19
reason: {}
decided_by: ada
capabilities:
  cat-things: bot
metrics:
  number: {{ended: Nobody needs it}}
"""


def _delivered(day: int, to: str) -> str:
    return f'{{"id":"d{day}{to}","at":"2026-11-1{day}T12:46:00Z","to":"{to}","day":"2026-11-1{day}","by":"ada"}}\n'


_SILENCE = "number:\n  until: {}\n  by: ada\n  reason: Holidays\n"

RECORD_EXAMPLES: Mapping[str, RecordExample] = {
    "score": RecordExample(
        path="scores/bot/2026-11.jsonl",
        first=_line("s1", "13"),
        later=_line("s1", "13") + _line("s2", "14"),
        theirs=_line("s1", "13") + _line("s3", "15"),
        forbidden=_line("s1", "19"),
        actor="ada",
        outsider="clerk",
        kept=('"s1"', '"s2"', '"s3"'),
        undo="orgtp score withdraw bot number",
    ),
    "retirement": RecordExample(
        path="retirements/cat.yaml",
        first=_RETIREMENT.format("Nobody asks for it"),
        later=_RETIREMENT.format("Nobody asks for it"),
        theirs=_RETIREMENT.format("Nobody asks for it"),
        forbidden=_RETIREMENT.format("Too dear"),
        outsider="clerk",
        kept=("Nobody asks for it",),
        undo="orgtp seat add cat-2",
    ),
    "silenced": RecordExample(
        path="escalations/silenced/bot.yaml",
        first=_SILENCE.format("2026-11-20"),
        later=_SILENCE.format("2026-11-27"),
        theirs=_SILENCE.format("2026-11-20") + "x-why: Nobody is there\n",
        forbidden=None,
        actor="ada",
        outsider="bot",
        kept=("2026-11-27", "x-why"),
        undo="orgtp escalate silence bot number",
    ),
    "escalation": RecordExample(
        path="escalations/2026-11-18-bot-the-mailbox-is-full.yaml",
        first=_ESCALATION.format("open"),
        later=_ESCALATION.format("open") + _AGAIN,
        theirs=_ESCALATION.format("acknowledged") + _TAKEN,
        forbidden=_ESCALATION.format("resolved"),
        actor="ada",
        outsider="clerk",
        kept=("what: opened", "what: again", "what: acknowledged", "state: acknowledged"),
        undo="orgtp escalate resolve 2026-11-18-bot-the-mailbox-is-full",
    ),
    "explained": RecordExample(
        path="audit/explained.jsonl",
        first=_explained(1, "A mistake."),
        later=_explained(1, "A mistake.") + _explained(2, "Again."),
        theirs=_explained(1, "A mistake.") + _explained(3, "Once more."),
        forbidden=_explained(1, "On purpose."),
        actor="ada",
        outsider="clerk",
        kept=("A mistake.", "Again.", "Once more."),
        undo="an explanation of a violation stands",
    ),
    "briefing": RecordExample(
        path="briefings/2026-11.jsonl",
        first=_delivered(1, "ada"),
        later=_delivered(1, "ada") + _delivered(2, "ada"),
        theirs=_delivered(1, "ada") + _delivered(2, "bot"),
        forbidden=_delivered(1, "bot"),
        actor="ada",
        # Every active seat may send briefings.
        outsider="clerk",
        with_={"seats/clerk.yaml": _PAUSED},
        kept=('"d1ada"', '"d2ada"', '"d2bot"'),
        undo="a delivery stands",
    ),
    "todo": RecordExample(
        path="todos/2026-11-18-empty-the-mailbox.yaml",
        first=_TODO.format("open"),
        later=_TODO.format("working") + _STARTED,
        theirs=_TODO.format("waiting") + _ASKED,
        forbidden=_TODO.format("done"),
        actor="bot",
        outsider="clerk",
        kept=("action: added", "action: started", "action: asked", "state: waiting"),
        undo="2026-11-18-empty-the-mailbox dropped",
    ),
    "review": RecordExample(
        path="reviews/2026-W46.yaml",
        first=_REVIEW.format("The mailbox moved."),
        later=_REVIEW.format("The mailbox moved."),
        theirs=_REVIEW.format("The mailbox moved."),
        forbidden=_REVIEW.format("Nothing changed."),
        actor="ada",
        outsider="bot",
        kept=("The mailbox moved.",),
        undo="a review that was held is a fact",
    ),
}

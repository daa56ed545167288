"""An org with a unique word in every text that people can write, so that a page can be searched for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from orgtp.views.redaction.parts import Part
from tests.conftest import Shell

# The words that may not be found without a part. Each has a beginning that occurs nowhere else.
PEOPLE = ("Amarantha", "AMARANTHA", "Quillfeather", "Bartolomeus", "Zweistein", "amarantha", "bartolomeus", "addrmark")
GONE: Mapping[Part, tuple[str, ...]] = {
    Part.PEOPLE: (*PEOPLE, "李雷"),
    Part.NOTES: ("notemark",),
    Part.VALUES: ("7361.25", "7362.25", "7363", "valuemark"),
    Part.RECORD: ("Subjectmark",),
    Part.REVIEWS: ("reviewmark",),
    Part.TODOS: ("todomark",),
    Part.ESCALATIONS: ("escalationmark",),
    Part.BRIEFINGS: ("briefmark",),
}
# What nobody sees who is an outsider, whatever is left out: the words of commits, and the user's own keys.
ALWAYS_GONE = ("Subjectmark", "ownmark", "wordsmark", "sourcemark")
ORG = """\
org: marked
name: Marked
note: This label stays, says Amarantha.
timezone: UTC
policy:
  scorekeepers: [bot]
  retirement: {approvers: [amarantha]}
  words: {outcome: [wordsmark]}
  x-own: ownmark
holidays: [{date: 2026-12-24, name: Birthday of Amarantha}]
"""
AMARANTHA = """\
seat: amarantha
name: Amarantha Quillfeather
role: Founder
kind: human
status: active
since: 2026-01-05
email: addrmark1@example.com
mission: Keeps what Amarantha promised, and what AMARANTHA-led teams owe.
x-own: ownmark
metrics:
  kept: {name: valuemark kept, outcome: Clients stay, cadence: monthly, target: ">= 7363"}
"""
BARTOLOMEUS = """\
seat: bartolomeus
name: Keeper of books
role: Accounting for Amarantha
kind: human
status: active
since: 2026-01-05
owner: amarantha
reports_to: amarantha
delegate: {to: amarantha, until: 2027-01-01}
holders:
  2026-01-05: {name: 李雷, email: addrmark2@example.com}
  2026-06-01: {name: Bartolomeus Zweistein, email: [addrmark3@example.com]}
pauses:
  2026-02-01: {until: 2026-02-03, reason: notemark1 of Zweistein}
"""
BOT = """\
seat: bot
name: Bot
role: Desk of Amarantha
kind: agent
status: active
owner: bartolomeus
reports_to: bartolomeus
since: 2026-10-05
retire_when: notemark2
mission: Answers 李雷说的话 and mail to addrmark4@example.com.
inputs: {model: {is: as Zweistein chose}}
capabilities: {desk-of-amarantha: Answers what amarantha is asked.}
x-own: ownmark
metrics:
  mail-of-bartolomeus:
    name: valuemark of Zweistein
    outcome: Clients get an answer, valuemark
    cadence: weekly
    target: ">= 7363"
    source: sourcemark
  calls:
    name: valuemark
    outcome: Clients are called, valuemark
    cadence: weekly
    target: "<= 9"
    rebase: {2026-W46: notemark3 valuemark}
    waive: {metric-wish: notemark}
"""
GONE_SEAT = """\
seat: old-bot
name: Old bot
role: Desk
kind: agent
status: retired
owner: amarantha
reports_to: amarantha
since: 2026-10-05
"""
RETIREMENT = """\
seat: old-bot
name: Old bot
role: Desk
kind: agent
owner: amarantha
reports_to: amarantha
since: 2026-10-05
retired_on: 2026-11-10
reason: notemark4
decided_by: amarantha
review: {worked: notemark5, failed: notemark6, lesson: notemark7, rehire: notemark8}
capabilities: {}
metrics: {calls: {ended: notemark9 valuemark}}
results: {calls: {last: "7362.25", period: 2026-W45, on_target: 1, known: 2}}
"""
SCORES = "".join(
    f'{{"id":"{id_}","at":"2026-11-17T13:00:00Z","metric":"{metric}","period":"2026-W46","value":{rest}}}\n'
    for id_, metric, rest in (
        ("one-amarantha", "mail-of-bartolomeus", '"7361.25","by":"bot"'),
        ("two", "calls", 'null,"by":"bartolomeus","note":"notemark10 of Amarantha"'),
    )
)
ESCALATION = """\
what: escalationmark for Amarantha
why: notemark11
opened_at: 2026-11-18T10:00:00Z
by: bot
seat: bot
metric: mail-of-bartolomeus
kind: issue
severity: normal
with: amarantha
due: 2026-11-23T17:00:00Z
state: acknowledged
events:
  - {at: 2026-11-18T10:00:00Z, what: opened, by: bot, to: amarantha}
  - {at: 2026-11-18T12:00:00Z, what: acknowledged, by: amarantha, note: notemark12 of Zweistein}
"""
SILENCED = "calls: {until: 2026-12-20, by: bartolomeus, reason: notemark13 escalationmark}\n"
TODO = """\
todo: 2026-11-18-ask-amarantha
what: todomark, ask Amarantha
owner: bartolomeus
due: 2026-11-25
from: escalation 2026-11-18-bot-call-amarantha
state: waiting
events:
  - {at: 2026-11-18T10:00:00Z, by: amarantha, action: added, to: bartolomeus, due: 2026-11-25}
  - {at: 2026-11-19T10:00:00Z, by: bartolomeus, action: asked, note: notemark14 from Quillfeather}
"""
REVIEW = """\
week: 2026-W46
began: 2026-11-16T14:00:00Z
ended: 2026-11-16T14:20:00Z
led_by: amarantha
present: [amarantha, bartolomeus]
rows:
  - seat: bot
    metric: calls
    state: unavailable
    changed: reviewmark notemark15
    fix: reviewmark notemark16
    decision: watch
rating: 8
skipped:
  - {seat: old-bot, why: reviewmark notemark17}
"""
DELIVERY = (
    '{"id":"briefmark","at":"2026-11-18T08:00:00Z","to":"amarantha","day":"2026-11-18","by":"bot",'
    '"note":"notemark18"}\n'
)
FILES = {
    "org.yaml": ORG,
    "seats/amarantha.yaml": AMARANTHA,
    "seats/bartolomeus.yaml": BARTOLOMEUS,
    "seats/bot.yaml": BOT,
    "seats/old-bot.yaml": GONE_SEAT,
    "retirements/old-bot.yaml": RETIREMENT,
    "scores/bot/2026-11.jsonl": SCORES,
    "escalations/2026-11-18-bot-call-amarantha.yaml": ESCALATION,
    "escalations/silenced/bot.yaml": SILENCED,
    "todos/2026-11-18-ask-amarantha.yaml": TODO,
    "reviews/2026-W46.yaml": REVIEW,
    "briefings/2026-11.jsonl": DELIVERY,
}


def make_marked_org(shell: Shell) -> Shell:
    """The org with the marks, whose commits have them, too."""
    here = shell.at(shell.folder / "marked")
    for path, text in FILES.items():
        here.write(path, text)
    here.git("init", "-qb", "main")
    here.git("add", ".")
    here.git("commit", "-qm", "Subjectmark1\n\nSubjectmark2 of Amarantha, 7361.25\n\nOrgtp-By: amarantha")
    return here


def find_words(folder: Path, words: Mapping[str, object] | tuple[str, ...]) -> Iterator[str]:
    """Which of the words a site has, in the content or the name of a file, as `FILE: WORD`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
    for path in files:
        name = str(path.relative_to(folder.parent))
        text = f"{name}\n{path.read_bytes().decode()}"
        yield from (f"{name}: {word}" for word in words if word in text)

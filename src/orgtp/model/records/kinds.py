"""The registry of the kinds of records: one entry for each, which every part of orgtp reads.

An entry says where the records are, what may change in them, who may write them, whom they name, how two versions are
merged, and how orgtp shows and exports them. A new kind is an entry here, its reader in `files/record_readers.py`, and
an example in `tests/model/record_examples.py`. The tests of tests/model/test_record_kinds.py then run for it. A kind
that does not take part in a step gives its reason in `left_out`. CONTRIBUTING.md says what else a kind may need.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from functools import lru_cache
from itertools import count
from typing import Any, TypeAlias

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import YamlData
from orgtp.model.escalation import ESCALATION_ID, ESCALATIONS_FOLDER, SILENCED_FOLDER, Escalation, Silences
from orgtp.model.explanation import EXPLAINED_PATH, Explanation
from orgtp.model.records.briefing import BRIEFING_TABLES, BRIEFINGS_FOLDER, Delivery
from orgtp.model.records.chart import SeatChart, list_seat_and_above, select_current
from orgtp.model.records.escalation_merge import escalation_data, list_allowed_resolvers, merge_escalations
from orgtp.model.records.review import REVIEW_ID, REVIEW_TABLES, REVIEWS_FOLDER, Review
from orgtp.model.records.steps import RecordStep
from orgtp.model.records.table import RecordTable
from orgtp.model.records.todo import TODO_ID, TODO_TABLES, TODOS_FOLDER, Todo, list_todo_editors, merge_todos, todo_data
from orgtp.model.score import Score

_SEAT_ID = r"[a-z][a-z0-9-]{0,62}"
_MONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"


class Growth(StrEnum):
    """What may change in a file of a kind once it is committed."""

    LINES = "lines"  # JSON Lines: lines are only added at the end, and git merges by union
    EVENTS = "events"  # YAML: one record, whose events are only added
    FIXED = "fixed"  # YAML: one record, which never changes
    KEYS = "keys"  # YAML: one record, whose keys may change


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """A file of a kind that a commit writes: its key, and the record before and after.

    `old` is None if the file is new (`is_new`) or could not be read. For JSON Lines, both are None.
    """

    key: str
    is_new: bool
    old: Any = None
    new: Any = None


# A seat that a new record names as the one that acted: the seat, what in the record names it, and the line (0: none).
Actor = tuple[str, str, int]


# What `orgtp undo` says: given the org, the key of the record, and the files of the commit (path to `A`, `M` or `D`).
FindUndoAnswer: TypeAlias = Callable[[Any, str, Mapping[str, str]], str]


def _allow_anyone(_org: SeatChart, _write: RecordWrite) -> Collection[str] | None:
    return None


def _find_no_actors(_before: Sequence[Any], _after: Any) -> Iterator[Actor]:
    yield from ()


def _find_no_subjects(_record: Any) -> Collection[str]:
    return ()


def _never(old: Any, new: Any) -> bool:
    return bool(old == new)


@dataclass(frozen=True)
class RecordKind:
    """A kind of record.

    - Where: `folder`, then `key`, a pattern, and `suffix`. A kind with a single file has its `path` instead. `example`
      is a path, as shown to people. With `seat_in_key`, the key begins with the id of the seat of the records.
    - `attribute` is where `Org` has them: by key, or one tuple of all lines.
    - `schema` is the JSON Schema of a file, or of a line. `title` is what people call one record.
    - What may change: `growth`; for `EVENTS`, `may_become` compares two versions. A forbidden change violates the rule
      `base_rule` of `validate --base`, and `audit_rule` of the audit.
    - Who may write: `find_writers` returns the seats, or None for everyone whose key the policy knows. The audit asks
      the org before the change. `find_actors` finds whom a record names as the one that acted, given the versions of
      all parents. In a signed commit, it must be the signer. For lines, it gets each one that is new.
    - `find_subjects` returns the seats that a record is about: the commit names one of them (`Orgtp-Seat`).
    - How two versions merge: `merge` gets the common version (None: both added it) and both later ones, and returns
      None if a person has to decide; `write` returns the content of a file. Lines are merged by union. With
      `name_beside`, two different records that were added with the same key both stay: it returns the key of the second
      (from a number, 2 or more).
    - `actions` are the commits (`Orgtp-Action`) that always write the kind, each with what it adds; `also_in` those
      that may write it.
    - `tables` are the tables of `export` and `sql`, each with how a record becomes rows of it. The tables of kinds
      whose rows need more than the record are in `views/tables/columns.py`.
    - `undo` is what `orgtp undo` says of a commit that writes it, with `{key}`; or how to find that, for an answer that
      depends on the org or on the other files of the commit. Without it, the answer is that the record stays. Kinds
      with an inverse, or an answer that depends on what exactly changed, are in `actions/undo.py`.
    - `left_out` gives the reason for each step without an answer. tests/model/test_record_kinds.py asks for it.
    """

    name: str
    title: str
    example: str
    attribute: str
    growth: Growth
    folder: str = ""
    key: str = ""
    suffix: str = ".yaml"
    path: str = ""
    seat_in_key: bool = False
    schema: str = ""
    base_rule: str = "record-touched"
    audit_rule: str = "record-changed"
    may_become: Callable[[Any, Any], bool] = _never
    find_writers: Callable[[SeatChart, RecordWrite], Collection[str] | None] = _allow_anyone
    find_actors: Callable[[Sequence[Any], Any], Iterator[Actor]] = _find_no_actors
    find_subjects: Callable[[Any], Collection[str]] = _find_no_subjects
    merge: Callable[[Any, Any, Any], Any] | None = None
    write: Callable[[Any], Mapping[str, YamlData]] | None = None
    name_beside: Callable[[str, int], str] | None = None
    actions: Mapping[str, str] = field(default_factory=dict)
    also_in: tuple[str, ...] = ()
    tables: tuple[RecordTable, ...] = ()
    undo: str | FindUndoAnswer = ""
    left_out: Mapping[RecordStep, str] = field(default_factory=dict)

    @property
    def has_subjects(self) -> bool:
        """Whether its records are about seats that a commit has to name."""
        return self.find_subjects is not _find_no_subjects

    @property
    def place(self) -> str:
        """The folder, or the path of the only file: where every path of the kind begins."""
        return self.path or self.folder

    @property
    def is_lines(self) -> bool:
        """Whether its files are JSON Lines, to which lines are only added."""
        return self.growth is Growth.LINES

    def find_key(self, path: str) -> str | None:
        """The key of a file of this kind; None if the path is not one."""
        if self.path:
            return "" if path == self.path else None
        name = path.removeprefix(self.folder).removesuffix(self.suffix)
        return name if path == self.path_of(name) and _match_key(self.key, name) else None

    def list_keys(self, paths: Iterable[str]) -> list[str]:
        """The keys of those of the files that are of this kind."""
        return [key for path in paths if (key := self.find_key(path)) is not None]

    def path_of(self, key: str) -> str:
        """The path of the file with a key."""
        return self.path or f"{self.folder}{key}{self.suffix}"

    def explain_undo(self, org: Any, path: str, files: Mapping[str, str]) -> str:
        """Why a commit that wrote a file of this kind cannot be undone, and what to do instead."""
        key = self.find_key(path) or ""
        if callable(self.undo):
            return self.undo(org, key, files)
        return self.undo.format(key=key) or f"a {self.title} that was recorded stays in the record."

    def find_seat(self, path: str) -> str:
        """The seat that the path names as the one that the records are of; "" if it names none."""
        return path.removeprefix(self.folder).removesuffix(self.suffix).partition("/")[0] if self.seat_in_key else ""


@lru_cache(maxsize=1 << 14)
def _match_key(pattern: str, name: str) -> bool:
    return re.fullmatch(pattern, name) is not None


def _list_score_writers(org: SeatChart, write: RecordWrite) -> Collection[str]:
    return select_current(org, org.eligible_recorders(write.key.partition("/")[0]))


def _list_retirement_writers(org: SeatChart, write: RecordWrite) -> Collection[str]:
    return org.eligible_deciders(write.key) if write.key in org.seats else org.policy_approvers


def _list_escalation_writers(org: SeatChart, write: RecordWrite) -> Collection[str] | None:
    """Anyone may open an escalation. Those it was assigned to may write to it."""
    if write.is_new:
        return None
    old: Escalation | None = write.old
    return select_current(org, list_allowed_resolvers(org, old)) if old else org.policy_approvers


def _find_escalation_actors(before: Sequence[Escalation], after: Escalation) -> Iterator[Actor]:
    if after.by and not before:
        yield after.by, "it says who opened it, and", 0
    known = [event for one in before for event in one.events]
    for number, event in enumerate(after.events):
        if event.by and event not in known:
            yield event.by, f"event {number + 1} ({event.what})", 0


def _list_silence_writers(org: SeatChart, write: RecordWrite) -> Collection[str]:
    """The people accountable for a seat may mute a metric of it. The seat itself may not."""
    seat = org.seats.get(write.key)
    above = [*list_seat_and_above(org, seat.owner), *org.leaders_above(write.key)] if seat else org.policy_approvers
    return select_current(org, [held for held in above if held in org.seats and org.seats[held].is_human])


def _find_silence_actors(before: Sequence[Silences], after: Silences) -> Iterator[Actor]:
    for metric, silence in after.metrics.items():
        known = [one.metrics[metric] for one in before if metric in one.metrics]
        if silence.by and silence not in known:
            yield silence.by, f"the silence of {metric}", 0


def _list_approvers(org: SeatChart, _write: RecordWrite) -> Collection[str]:
    return org.policy_approvers


def _find_explanation_actors(_before: Sequence[Any], after: Explanation) -> Iterator[Actor]:
    for seat in dict.fromkeys((after.decided_by, after.by)):
        if seat:
            yield seat, f"the explanation of {after.commit[:10]}", after.place.line


def _find_score_actors(_before: Sequence[Any], after: Score) -> Iterator[Actor]:
    if after.by:
        yield after.by, f"the value of {after.metric}", after.place.line


def _list_todo_writers(org: SeatChart, write: RecordWrite) -> Collection[str] | None:
    """Anyone may add a to-do. Its owner, everyone above and the one who added it may write to it."""
    if write.is_new:
        return None
    old: Todo | None = write.old
    return list_todo_editors(org, old) if old else org.policy_approvers


def _find_todo_actors(before: Sequence[Todo], after: Todo) -> Iterator[Actor]:
    known = [event for one in before for event in one.events]
    for number, event in enumerate(after.events):
        if event.by and event not in known:
            yield event.by, f"event {number + 1} ({event.action})", 0


def _find_todo_subjects(one: Todo) -> Collection[str]:
    """The owner, and everyone who was: after a sync, what somebody did then may come after the to-do was passed on."""
    return tuple(dict.fromkeys([one.owner, *(event.to for event in one.events if event.to)]))


def _list_senders(org: SeatChart, _write: RecordWrite) -> Collection[str]:
    """Every active seat may send briefings: it may be the whole work of an agent that records no values."""
    return [seat.id for seat in org.seats.values() if seat.is_active]


def _find_delivery_actors(_before: Sequence[Any], after: Delivery) -> Iterator[Actor]:
    if after.by:
        yield after.by, f"the delivery to {after.to}", after.place.line


def _list_review_writers(org: SeatChart, _write: RecordWrite) -> Collection[str]:
    """A person closes a review; an agent may only prepare one."""
    return [seat.id for seat in org.seats.values() if seat.is_human and seat.is_active]


def _find_review_actors(before: Sequence[Review], after: Review) -> Iterator[Actor]:
    if after.led_by and not before:
        yield after.led_by, "it says who led it, and", 0


def _name_review_beside(key: str, number: int) -> str:
    found = REVIEW_ID.fullmatch(key)
    return f"{found[1] if found else key}-{number}"


def _find_review_subjects(one: Review) -> Collection[str]:
    return tuple(dict.fromkeys(row.seat for row in one.rows))


def _answer_retirement_undo(org: Any, seat: str, _files: Mapping[str, str]) -> str:
    held = org.seats.get(seat)
    if held is None:
        return "a retirement stands, and its record never changes."
    new = next(id_ for number in count(2) if (id_ := f"{seat}-{number}") not in org.seats)
    words = ["orgtp", "seat", "add", new, "--role", held.role, "--kind", held.kind.value, "--name", held.name]
    words += ["--owner", held.owner] if held.owner and held.owner != seat else []
    words += ["--reports-to", held.reports_to] if held.reports_to else []
    return f"a retirement stands, and an id is never used again. To fill the position again: {shlex.join(words)}"


def _answer_review_undo(org: Any, id_: str, files: Mapping[str, str]) -> str:
    """A review that was held is a fact. What it asked for can be dropped, and another review may say something else."""
    found = REVIEW_ID.fullmatch(id_)
    week = found[1] if found else id_
    open_ = [key for path in files if (key := TODO.find_key(path)) in org.todos and not org.todos[key].is_closed]
    drop = f" To drop its to-do: orgtp todo drop {open_[0]} --note 'Asked for by mistake'." if open_ else ""
    return f"a review that was held is a fact.{drop} To record another one of {week} beside it: orgtp review --again"


# The actions of seats that hand open records over, or follow a name.
_SEAT_ACTIONS = ("metric-end", "metric-rename", "metric-move", "metric-recadence", "vacate", "leave", "retire")

SCORE = RecordKind(
    name="score",
    title="value",
    example="scores/SEAT/2026-11.jsonl",
    attribute="scores",
    growth=Growth.LINES,
    folder="scores/",
    key=rf"[^/]+/{_MONTH}",
    suffix=".jsonl",
    seat_in_key=True,
    schema="score",
    base_rule="score-row-changed",
    audit_rule="score-rewritten",
    find_writers=_list_score_writers,
    find_actors=_find_score_actors,
    actions={"score": "value", "withdraw": "withdrawal"},
    also_in=("import",),
)
RETIREMENT = RecordKind(
    name="retirement",
    title="retirement record",
    example="retirements/SEAT.yaml",
    attribute="retirements",
    growth=Growth.FIXED,
    folder="retirements/",
    key=_SEAT_ID,
    seat_in_key=True,
    schema="retirement",
    base_rule="retirement-record-touched",
    audit_rule="retirement-changed",
    find_writers=_list_retirement_writers,
    actions={"retire": "retirement record"},
    undo=_answer_retirement_undo,
    left_out={RecordStep.OUTBOX: "A person decides a retirement, and sees at once whether it is recorded."},
)
SILENCE = RecordKind(
    name="silenced",
    title="silence",
    example="escalations/silenced/SEAT.yaml",
    attribute="silences",
    growth=Growth.KEYS,
    folder=SILENCED_FOLDER,
    key=_SEAT_ID,
    seat_in_key=True,
    schema="silenced",
    find_writers=_list_silence_writers,
    find_actors=_find_silence_actors,
    also_in=("escalate", *_SEAT_ACTIONS),
    left_out={
        RecordStep.BASE: "A silence ends with its last day, and may be changed until then.",
        RecordStep.AUDIT: "A silence may be changed; the commits say who did.",
        RecordStep.OUTBOX: "A person asks for a silence, and sees at once whether it is recorded.",
        RecordStep.EXPORT: "The table metrics has the last day of the silence.",
    },
)
ESCALATION = RecordKind(
    name="escalation",
    title="escalation",
    example="escalations/2026-11-20-SEAT-WHAT.yaml",
    attribute="escalations",
    growth=Growth.EVENTS,
    folder=ESCALATIONS_FOLDER,
    key=ESCALATION_ID.pattern,
    schema="escalation",
    base_rule="escalation-record-touched",
    audit_rule="escalation-rewritten",
    may_become=Escalation.may_become,
    find_writers=_list_escalation_writers,
    find_actors=_find_escalation_actors,
    find_subjects=lambda one: [one.seat],
    merge=merge_escalations,
    write=escalation_data,
    actions={"escalate": "escalation"},
    also_in=_SEAT_ACTIONS,
    left_out={RecordStep.OUTBOX: "The run that opens one tries again at its next time, with what is true then."},
)
EXPLANATION = RecordKind(
    name="explained",
    title="explanation",
    example=EXPLAINED_PATH,
    attribute="explanations",
    growth=Growth.LINES,
    path=EXPLAINED_PATH,
    schema="explained",
    base_rule="explanation-touched",
    audit_rule="explanation-changed",
    find_writers=_list_approvers,
    find_actors=_find_explanation_actors,
    actions={"explain": "explanation"},
    undo="an explanation of a violation stands.",
    left_out={
        RecordStep.OUTBOX: "An approver explains a violation that the audit has just found, and sees the result.",
        RecordStep.EXPORT: "The explanations are in `audit export`, next to the violations.",
        RecordStep.DIFF: "The explanations are in `audit verify`, next to the violations.",
    },
)
TODO = RecordKind(
    name="todo",
    title="to-do",
    example="todos/2026-11-30-WHAT.yaml",
    attribute="todos",
    growth=Growth.EVENTS,
    folder=TODOS_FOLDER,
    key=TODO_ID.pattern,
    schema="todo",
    may_become=Todo.may_become,
    find_writers=_list_todo_writers,
    find_actors=_find_todo_actors,
    find_subjects=_find_todo_subjects,
    merge=merge_todos,
    write=todo_data,
    actions={"todo": "to-do"},
    also_in=("undo", "review", *_SEAT_ACTIONS),
    tables=TODO_TABLES,
    left_out={RecordStep.OUTBOX: "What may happen to a to-do depends on its state, so a change is written or refused."},
)
REVIEW = RecordKind(
    name="review",
    title="review",
    example="reviews/2026-W48.yaml",
    attribute="reviews",
    growth=Growth.FIXED,
    folder=REVIEWS_FOLDER,
    key=REVIEW_ID.pattern,
    schema="review",
    find_writers=_list_review_writers,
    find_actors=_find_review_actors,
    find_subjects=_find_review_subjects,
    name_beside=_name_review_beside,
    actions={"review": "review"},
    undo=_answer_review_undo,
    tables=REVIEW_TABLES,
    left_out={RecordStep.OUTBOX: "The answers are kept in a draft until they are recorded."},
)

BRIEFING = RecordKind(
    name="briefing",
    title="delivery of a briefing",
    example="briefings/2026-11.jsonl",
    attribute="deliveries",
    growth=Growth.LINES,
    folder=BRIEFINGS_FOLDER,
    key=_MONTH,
    suffix=".jsonl",
    schema="briefing",
    find_writers=_list_senders,
    find_actors=_find_delivery_actors,
    find_subjects=lambda one: [one.to],
    actions={"brief": "delivery"},
    undo="a delivery stands: what was sent cannot be taken back. To see them: orgtp log --action brief",
    tables=BRIEFING_TABLES,
    left_out={
        RecordStep.DIFF: "A delivery changes nothing about the org. `log --action brief` lists the deliveries.",
        RecordStep.OUTBOX: "A delivery that cannot be recorded stays in the journal of the clone that sent it.",
    },
)

# Every kind. Where one folder is inside another, the inner one comes first.
RECORD_KINDS: tuple[RecordKind, ...] = (SCORE, RETIREMENT, SILENCE, ESCALATION, EXPLANATION, TODO, REVIEW, BRIEFING)
KINDS_BY_NAME: Mapping[str, RecordKind] = {kind.name: kind for kind in RECORD_KINDS}
# The folders at the top of an org that have records, in the order of the registry; without those with a single file.
RECORD_FOLDERS = tuple(dict.fromkeys(kind.folder.partition("/")[0] for kind in RECORD_KINDS if kind.folder))
# The files that are the only one of their kind.
RECORD_FILES = tuple(kind.path for kind in RECORD_KINDS if kind.path)
_KINDS_BY_TOP: Mapping[str, tuple[RecordKind, ...]] = {
    top: tuple(kind for kind in RECORD_KINDS if kind.place.partition("/")[0] == top)
    for top in dict.fromkeys(kind.place.partition("/")[0] for kind in RECORD_KINDS)
}


def find_kind(path: str) -> RecordKind | None:
    """The kind of a file whose place is right, whatever its name; None if no kind is there."""
    kinds = _KINDS_BY_TOP.get(path.partition("/")[0], ())
    return next((kind for kind in kinds if path == kind.path or (kind.folder and path.startswith(kind.folder))), None)


def find_kind_of_file(path: str) -> RecordKind | None:
    """The kind that a file is a record of; None if it has none, or another name than its kind has."""
    kind = find_kind(path)
    return kind if kind and kind.find_key(path) is not None else None


def is_append_only(path: str) -> bool:
    """Whether lines of a file are only ever added at its end."""
    kind = find_kind(path)
    return kind is not None and kind.is_lines


def list_attribute_lines() -> dict[str, str]:
    """What git does with the files to which lines are only added: the pattern of each kind, and its attributes."""
    return {kind.path or f"{kind.folder}**": "-text merge=union" for kind in RECORD_KINDS if kind.is_lines}

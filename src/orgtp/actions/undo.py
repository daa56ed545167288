"""Undo an action: set the keys that its commit changed back to what they were, as a new action.

Keys of seats and of org.yaml have an inverse, and so have to-dos, by an event. Seats that an import proposed are
removed again, as long as nobody has built on them. Other records have none: a value, a retirement or an escalation
stays.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from orgtp.actions.todo import TodoEdits
from orgtp.actions.undo_todos import explain_todo_conflict, list_todo_paths, undo_todos
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import MAX_SUBJECT, Change, DropKey, Edit, RemoveFile, SetKey, YamlData
from orgtp.model.errors import Refused
from orgtp.model.escalation import ESCALATIONS_FOLDER, SILENCED_FOLDER
from orgtp.model.inventory.imported import IMPORTED_KEY
from orgtp.model.org import Org
from orgtp.model.problem import Keys
from orgtp.model.records.kinds import SCORE, Growth, find_kind_of_file
from orgtp.model.text import count_noun, join_with_and, one_line

ORG_PATH = "org.yaml"
_GROUPS = frozenset({"metrics", "capabilities", "inputs"})
_SHORT = 10
# How the body of a commit names the commit that it undoes.
UNDOES = "Undoes commit "
_END = "metric end"


@dataclass(frozen=True, slots=True)
class CommittedKey:
    """A key of a YAML file that a commit changed. `existed` and `exists`: whether the file had it before and after.

    `had_group`: whether the group that the key belongs to existed before.
    """

    path: str
    keys: Keys
    before: YamlData
    after: YamlData
    existed: bool
    exists: bool
    had_group: bool = True

    @property
    def name(self) -> str:
        """The key with its parents: `metrics.won.target`."""
        return ".".join(self.keys)

    def is_related(self, other: CommittedKey) -> bool:
        """Whether both are about the same key, or one is part of the other."""
        shared = min(len(self.keys), len(other.keys))
        return self.path == other.path and self.keys[:shared] == other.keys[:shared]


@dataclass(frozen=True, slots=True)
class AddedRecord:
    """A record that a commit appended to a score file."""

    seat: str
    metric: str
    period: str
    is_withdrawal: bool


@dataclass(frozen=True, slots=True)
class UndoTarget:
    """The commit to undo: what it is, which files it touched (`A`, `M` or `D`), and which keys and records it wrote."""

    commit: str
    subject: str
    parents: int
    files: Mapping[str, str]
    changes: tuple[CommittedKey, ...]
    records: tuple[AddedRecord, ...] = ()

    @property
    def name(self) -> str:
        """The commit as people know it: `4b825dc642 set(dash): role = Analyst`."""
        return f"{self.commit[:_SHORT]} {one_line(self.subject)}"


class NoInverse(Refused):
    """Raised for an action that cannot be undone, with what to do instead."""

    text = "{commit} cannot be undone: {why}"


class ChangedSince(Refused):
    """Raised if a later commit changed the same key again."""

    text = "{key} was changed again by {later}, so {commit} cannot be undone by itself. {hint}"


def find_key_changes(path: str, before: YamlData, after: YamlData) -> Iterator[CommittedKey]:
    """Find the keys that differ between two versions of a file, each as far down as both have it."""
    old, new = (data if isinstance(data, Mapping) else {} for data in (before, after))
    return _compare_keys(path, (), old, new, had_group=True)


def _compare_keys(
    path: str, above: Keys, before: Mapping[str, YamlData], after: Mapping[str, YamlData], *, had_group: bool
) -> Iterator[CommittedKey]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        keys, is_group = (*above, key), not above and key in _GROUPS
        sides = [side if isinstance(side, Mapping) else {} for side in (old, new)]
        both = isinstance(old, Mapping) and isinstance(new, Mapping)
        if both or (is_group and (isinstance(old, Mapping) or isinstance(new, Mapping))):
            yield from _compare_keys(path, keys, sides[0], sides[1], had_group=key in before)
        elif (key in before, old) != (key in after, new):
            yield CommittedKey(path, keys, old, new, key in before, key in after, had_group)


def check_undoable(org: Org, target: UndoTarget, now: datetime) -> None:
    """Raise `NoInverse` if the action has no inverse, with the reason and a command to use instead."""
    why = next((why for explain in _REASONS if (why := explain(org, target, now))), "")
    if why:
        raise NoInverse(commit=target.name, why=why)


def undo_action(
    org: Org,
    target: UndoTarget,
    current: Mapping[str, YamlData],
    find_later: Callable[[CommittedKey], str],
    select_mere: Callable[[Sequence[str]], frozenset[str]],
    now: datetime,
    by: str = "",
) -> Change:
    """Set every key of a seat or of org.yaml that the commit changed back to what it was.

    An escalation that it passed on stays with whoever has it now, and the body says so.
    `current` has the data of the files as they are now, and `find_later` names the last commit that changed a key.
    `select_mere` selects the seats that the whole history knows only as proposed by an import.
    Raises `NoInverse`, and `ChangedSince` if a later commit changed a key again.
    """
    check_undoable(org, target, now)
    passed_on, todos, proposed = _list_passed_on(target), list_todo_paths(target.files), _list_proposed(target)
    written: dict[str, list[CommittedKey]] = {path: [] for path in proposed}
    for change in target.changes:
        if change.path in written:
            written[change.path].append(change)
    for path in proposed:
        _refuse_used_proposal(org, target, written[path], current.get(path), find_later)
    _refuse_seats_once_in_force(target, [_name_seat(path) for path in proposed], select_mere)
    apart = {*passed_on, *todos, *proposed}
    wanted = [change for change in target.changes if change.path not in apart]
    changes = []
    for change in wanted:
        exists, value = _look_up(current.get(change.path), change.keys)
        rest = None if (exists, value) == (change.exists, change.after) else _restore_items(change, value)
        if rest is None and (exists, value) != (change.exists, change.after):
            raise _explain_conflict(target, change, find_later(change))
        changes.append(change if rest is None else replace(change, before=rest, existed=change.existed or bool(rest)))
        _refuse_lost_values(org, target, change)
    seats = tuple(dict.fromkeys(_name_seat(path) for path in sorted(target.files) if _name_seat(path)))
    for seat in seats:
        if seat in org.seats and org.seats[seat].is_retired:
            raise NoInverse(commit=target.name, why=f"{seat} is retired, so its file cannot be changed.")
    undone = _undo_todos(org, target, todos, now, by)
    seats = tuple(dict.fromkeys([*seats, *undone.list_seats()])) if undone else seats
    words = [*(_describe_inverse(change) for change in wanted), *(undone.lines if undone else ())]
    stay = [_describe_passed_on(org, path) for path in passed_on]
    gone = [f"{_name_seat(path)} removed: it was only proposed" for path in proposed]
    lines = [*words, *gone, *stay, "", f"{UNDOES}{target.commit}: {one_line(target.subject)}"]
    edits = (*map(RemoveFile, proposed), *_list_edits(changes, current), *(undone.list_edits() if undone else ()))
    removed = [f"{count_noun(len(proposed), 'proposed seat')} removed"] if proposed else []
    return Change("undo", _summarize([*removed, *words], seats), seats, edits, by=by, body="\n".join(lines))


def _list_proposed(target: UndoTarget) -> list[str]:
    """The files of the seats that the commit proposed as an import. Nothing is lost if they go again."""
    marked = {change.path for change in target.changes if change.keys[:1] == (IMPORTED_KEY,) and not change.existed}
    return sorted(path for path in marked if target.files.get(path) == "A" and _name_seat(path))


def _refuse_used_proposal(
    org: Org,
    target: UndoTarget,
    written: Sequence[CommittedKey],
    current: YamlData,
    find_later: Callable[[CommittedKey], str],
) -> None:
    """Refuse to remove a seat that has changed since it was proposed, or that has a value.

    `written` are the keys with which the commit created its file.
    """
    path = written[0].path
    seat = _name_seat(path)
    if seat in org.scores:
        words = shlex.join(["orgtp", "retire", seat, "--reason", "Added by mistake"])
        raise NoInverse(
            commit=target.name, why=f"{seat} has values, and values are never lost. Retire it instead: {words}"
        )
    if not isinstance(current, Mapping):
        raise NoInverse(commit=target.name, why=f"{path} is not there any more, or cannot be read.")
    changed = [change for change in written if _look_up(current, change.keys) != (change.exists, change.after)]
    tops = {change.keys[0] for change in written}
    new = [CommittedKey(path, (key,), None, current[key], False, True) for key in current if key not in tops]
    for change in (*changed, *new):
        raise _explain_conflict(target, change, find_later(change))


def _refuse_seats_once_in_force(
    target: UndoTarget, seats: Sequence[str], select_mere: Callable[[Sequence[str]], frozenset[str]]
) -> None:
    """Refuse to remove a seat that was more than a proposal in between: the audit would call it deleted."""
    used = sorted({*seats} - select_mere(seats)) if seats else []
    if used:
        words = shlex.join(["orgtp", "retire", used[0], "--reason", "Added by mistake"])
        why = f"{join_with_and(used)} was more than a proposal since, so it is retired, not removed: {words}"
        raise NoInverse(commit=target.name, why=why)


def _undo_todos(org: Org, target: UndoTarget, paths: Sequence[str], now: datetime, by: str) -> TodoEdits | None:
    """What the inverse does to the to-dos that the commit wrote. Raises `NoInverse` if they have changed since."""
    if not paths:
        return None
    changed = {
        path: {one.keys[0]: (one.before, one.after) for one in target.changes if one.path == path and one.keys}
        for path in paths
    }
    for path, facts in changed.items():
        if why := explain_todo_conflict(org, path, facts):
            raise NoInverse(commit=target.name, why=why)
    return undo_todos(org, changed, {path: target.files[path] == "A" for path in paths}, now, by)


def _look_up(data: YamlData, keys: Keys) -> tuple[bool, YamlData]:
    """Whether the data has the key, and its value."""
    for key in keys:
        if not isinstance(data, Mapping) or key not in data:
            return False, None
        data = data[key]
    return True, data


def _restore_items(change: CommittedKey, value: YamlData) -> list[YamlData] | None:
    """A list as it is now, without the items that the commit added and with those that it removed.

    None if it is no list, or if later commits changed the same items.
    """
    if not isinstance(value, (list, tuple)) or not isinstance(change.after, (list, tuple)):
        return None
    added, removed = _compare_items(change)
    if any(one not in value for one in added) or any(one in value for one in removed):
        return None
    return [*(one for one in value if one not in added), *removed]


def _compare_items(change: CommittedKey) -> tuple[list[YamlData], list[YamlData]]:
    """The items that a commit added to a list, and those that it removed; none if it is no list."""
    before, after = (side if isinstance(side, (list, tuple)) else [] for side in (change.before, change.after))
    return [one for one in after if one not in before], [one for one in before if one not in after]


def _explain_conflict(target: UndoTarget, change: CommittedKey, later: str) -> Refused:
    key = f"{change.name} in {change.path}"
    if not later:
        return NoInverse(commit=target.name, why=f"{key} is no longer what it set.")
    hint = f"Undo that first: orgtp undo {later.partition(' ')[0]}"
    return ChangedSince(key=key, later=later, commit=target.name, hint=hint)


def _refuse_lost_values(org: Org, target: UndoTarget, change: CommittedKey) -> None:
    """Refuse to remove a metric that has values."""
    seat = _name_seat(change.path)
    if change.existed or len(change.keys) != len(("metrics", "m")) or change.keys[0] != "metrics":
        return
    if org.score_records(seat, change.keys[1]):
        what, words = _find_way_on(org, seat, change.keys[1])
        why = f"{change.keys[1]} of {seat} has values, and values are never lost. {what}: {words}"
        raise NoInverse(commit=target.name, why=why)


def _find_way_on(org: Org, seat: str, metric: str) -> tuple[str, str]:
    """What to do about a metric that has values: end it, or let one continue it where the metric before it was."""
    held = org.seats[seat].metrics.get(metric) if seat in org.seats else None
    before = held.predecessor if held else None
    old = org.seats[before.seat].metrics.get(before.metric) if before and before.seat in org.seats else None
    if held is None or before is None or old is None or org.seats[before.seat].is_retired or held.ends is not None:
        return "End it instead", shlex.join(["orgtp", *_END.split(), seat, metric, "--reason", "Added by mistake"])
    known = org.seats[before.seat].metrics
    new = next(id_ for number in count(2) if (id_ := f"{before.metric}-{number}") not in known)
    if before.seat != seat:
        words = ["move", seat, metric, "--to", before.seat, "--id", new]
    elif old.cadence is not held.cadence:
        words = ["recadence", seat, metric, str(old.cadence), "--id", new]
    else:
        words = ["rename", seat, metric, new]
    what = f"An id is never used again, so let {before.seat}/{new} continue it"
    return what, shlex.join(["orgtp", "metric", *words])


def _list_edits(changes: Sequence[CommittedKey], current: Mapping[str, YamlData]) -> Iterator[Edit]:
    dropped: dict[tuple[str, str], set[str]] = {}
    for change in changes:
        if not change.existed and not change.had_group and len(change.keys) > 1:
            dropped.setdefault((change.path, change.keys[0]), set()).add(change.keys[1])
    # A group that the commit began, and of which nothing is left.
    emptied = {
        (path, group)
        for (path, group), keys in dropped.items()
        if isinstance(held := _look_up(current.get(path), (group,))[1], Mapping) and held.keys() <= keys
    }
    yield from (DropKey(path, (group,)) for path, group in sorted(emptied))
    for change in changes:
        if (change.path, change.keys[0]) in emptied:
            continue
        edit: Edit = DropKey(change.path, change.keys)
        yield SetKey(change.path, change.keys, change.before) if change.existed else edit


def _describe_inverse(change: CommittedKey) -> str:
    """What the inverse does to a key: `owner back to bogdan`, `metrics.won removed`."""
    name = change.name if change.path != ORG_PATH else f"org.yaml {change.name}"
    if isinstance(change.after, (list, tuple)) and all(
        isinstance(one, str) for items in _compare_items(change) for one in items
    ):
        added, removed = (join_with_and(map(str, items)) for items in _compare_items(change))
        parts = [f"without {added}" if added else "", f"with {removed} again" if removed else ""]
        return one_line(f"{name} {' and '.join(part for part in parts if part) or 'back as it was'}")
    if not change.existed:
        return one_line(f"{name} removed")
    if isinstance(change.before, (Mapping, list, tuple)) or change.before is None:
        return one_line(f"{name} back as it was")
    return one_line(f"{name} back to {change.before}")


def _summarize(words: list[str], seats: tuple[str, ...]) -> str:
    room = MAX_SUBJECT - len(f"undo({seats[0] if len(seats) == 1 else ''}): ")
    whole = ", ".join(words)
    if len(whole) <= room:
        return whole
    return words[0] if len(words) == 1 else f"{count_noun(len(words), 'key')} back as they were"


def _name_seat(path: str) -> str:
    folder, _, name = path.partition("/")
    return name.removesuffix(".yaml") if folder == "seats" and name.endswith(".yaml") else ""


def _explain_merge(_org: Org, target: UndoTarget, _now: datetime) -> str:
    if target.parents <= 1:
        return ""
    return "it merges several commits. Undo those that it merges, one by one; to see them: orgtp log"


def _explain_first(_org: Org, target: UndoTarget, _now: datetime) -> str:
    if target.parents and target.files.get(ORG_PATH) != "A":
        return ""
    return "it is the beginning of the org, so there is nothing before it."


def _explain_records(org: Org, target: UndoTarget, _now: datetime) -> str:
    """A value is corrected or withdrawn; a withdrawn value is recorded again."""
    if not any(path.startswith(SCORE.folder) for path in target.files):
        return ""
    if not target.records:
        return "a value is corrected or withdrawn, never removed. To see the values: orgtp score list"
    one = target.records[0]
    more = f" It has {len(target.records)} values; this is the first." if len(target.records) > 1 else ""
    if not one.is_withdrawal:
        return (
            f"a value is corrected or withdrawn, never removed. To withdraw it: orgtp score withdraw {one.seat} "
            f"{one.metric} --for {one.period} --reason 'Recorded by mistake'. To correct it, record the right one: "
            f"orgtp score add {one.seat} {one.metric} VALUE --for {one.period}{more and f'.{more}'}"
        )
    known = [
        score for score in org.score_records(one.seat, one.metric) if score.period == one.period and not score.void
    ]
    last = known[-1] if known else None
    what = ["VALUE"] if last is None else [last.value] if last.value is not None else ["--unavailable", last.note]
    words = shlex.join(["orgtp", "score", "add", one.seat, one.metric, *what, "--for", one.period])
    return f"a withdrawal stays in the record. To record the value again: {words}{more and f'.{more}'}"


def _explain_fixed_records(org: Org, target: UndoTarget, _now: datetime) -> str:
    """A record that never changes, such as a retirement, says more about the commit than what else it wrote."""
    found = ((path, find_kind_of_file(path)) for path in target.files)
    fixed = ((path, kind) for path, kind in found if kind and kind.growth is Growth.FIXED)
    return next((kind.explain_undo(org, path, target.files) for path, kind in fixed), "")


def _explain_escalation(org: Org, target: UndoTarget, now: datetime) -> str:
    paths = [path for path in target.files if path.startswith(ESCALATIONS_FOLDER)]
    if not paths or _list_passed_on(target):
        return ""
    path, today = paths[0], now.astimezone(org.zone).date()
    if path.startswith(SILENCED_FOLDER):
        seat = path.removeprefix(SILENCED_FOLDER).removesuffix(".yaml")
        metric = next((change.keys[0] for change in target.changes if change.path == path), "")
        metric = metric or next(iter(org.silences[seat].metrics if seat in org.silences else ()), "METRIC")
        return (
            f"a silence ends with its last day. To end it today: orgtp escalate silence {seat} {metric} "
            f"--until {today} --reason 'No longer needed'"
        )
    id_ = path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml")
    one = org.escalations.get(id_)
    if one is not None and one.is_resolved:
        words = shlex.join(["orgtp", "escalate", "open", one.seat, one.what])
        return f"what happened to an escalation is a fact. To open the problem again: {words}"
    return (
        f"what happened to an escalation is a fact. To settle it: orgtp escalate resolve {id_} --note 'Not a problem'"
    )


def _list_passed_on(target: UndoTarget) -> list[str]:
    """The open escalations that a change of seats passed on to somebody else, such as when a seat becomes vacant."""
    paths = [path for path in target.files if path.startswith(ESCALATIONS_FOLDER)]
    if any(path.startswith(SILENCED_FOLDER) or target.files[path] != "M" for path in paths):
        return []
    return paths if any(_name_seat(path) for path in target.files) else []


def _explain_other_files(org: Org, target: UndoTarget, _now: datetime) -> str:
    """What is left are seats and org.yaml; a seat that was added is retired, and other files are git's matter."""
    proposed = frozenset(_list_proposed(target))
    gone = [path for path, how in target.files.items() if how == "D" and _name_seat(path)]
    if gone:
        return (
            f"it removed {count_noun(len(gone), 'proposed seat')}. To have them again, import them: orgtp import PATH"
        )
    files = (path for path, how in target.files.items() if how == "A" and path not in proposed)
    added = [_name_seat(path) for path in files if _name_seat(path)]
    if added:
        words = ["orgtp", "retire", added[0], *_list_heirs(org, target, added[0]), "--reason", "Added by mistake"]
        return f"a seat is retired, not removed, and its id is never used again: {shlex.join(words)}"
    kept = [*_list_passed_on(target), *list_todo_paths(target.files)]
    for path in target.files:
        kind = find_kind_of_file(path)
        if kind and path not in kept:
            return kind.explain_undo(org, path, target.files)
    others = [
        path
        for path, how in target.files.items()
        if path not in kept and path not in proposed and (how != "M" or not (_name_seat(path) or path == ORG_PATH))
    ]
    revert = f"To revert the files: git revert {target.commit[:_SHORT]}"
    if others:
        return f"it also changes {others[0]}, which is no setting of a seat or of the org. {revert}"
    return "" if target.changes else f"it changes no key, only how files are written. {revert}"


def _describe_passed_on(org: Org, path: str) -> str:
    """Where an escalation stays that the commit passed on."""
    id_ = path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml")
    one = org.escalations.get(id_)
    if one is None or one.is_resolved:
        return f"the escalation {id_} stays as it is"
    return f"the escalation {id_} stays with {one.with_}"


def _list_heirs(org: Org, target: UndoTarget, added: str) -> list[str]:
    """The options by which what an added seat has goes back to where it came from, or else up the chart."""
    seat = org.seats.get(added)
    if seat is None:
        return []
    came = {
        change.keys[1]: _name_seat(change.path)
        for change in target.changes
        if change.existed and not change.exists and len(change.keys) > 1 and change.keys[0] in _GROUPS
    }
    up = seat.reports_to or seat.owner
    heirs = {name: came.get(name, up) for name in seat.capabilities}
    heirs |= {name: came[name] for name in seat.metrics if name in came and name not in org.seats[came[name]].metrics}
    if len(set(heirs.values())) == 1 == len(seat.capabilities) and len(heirs) == 1:
        return ["--to", *heirs.values()] if all(heirs.values()) else []
    return [word for name, heir in heirs.items() if heir for word in ("--move", f"{name}={heir}")]


_REASONS: tuple[Callable[[Org, UndoTarget, datetime], str], ...] = (
    _explain_merge,
    _explain_first,
    _explain_records,
    _explain_fixed_records,
    _explain_escalation,
    _explain_other_files,
)

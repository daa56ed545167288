"""Three-way merges in memory: records by id, YAML by keys, other text by lines."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.actions.retire import describe_result
from orgtp.files.record_readers import read_record
from orgtp.files.yaml.editor import edit_yaml
from orgtp.files.yaml.loader import NotStrict, decode_yaml, read_document
from orgtp.git.repo import Repo
from orgtp.model.change import DropKey, SetKey, YamlData
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Retirement
from orgtp.model.problem import Keys
from orgtp.model.records.kinds import RecordKind, find_kind_of_file
from orgtp.model.results import Moment, is_recorded_after, is_result_right


def merge_records(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge two versions of a record by its events. `base` is empty if both sides added it.

    Returns None if its kind has no such merge, if one of the files is not valid, or if they are different records.
    """
    kind = find_kind_of_file(path)
    if kind is None or kind.merge is None or kind.write is None:
        return None
    old, mine, other = (_read_valid(kind, path, raw) for raw in (base, ours, theirs))
    if mine is None or other is None or (base and old is None):
        return None
    merged = kind.merge(old, mine, other)
    return _edit_record(path, ours, kind.write(mine), kind.write(merged)) if merged else None


def _read_valid(kind: RecordKind, path: str, raw: bytes) -> Any:
    one, problems = read_record(kind, path, raw)
    return None if problems else one


def _edit_record(path: str, text: bytes, old: Mapping[str, YamlData], new: Mapping[str, YamlData]) -> bytes:
    """Write the changed keys into the text of the file, and keep the rest of it."""
    found = text.decode()
    for key, value in new.items():
        if old.get(key) != value:
            found = edit_yaml(path, found, SetKey(path, (key,), value))
    return found.encode()


_REMOVED = object()
_MAX_QUOTED = 60


class MergeClash(Exception):
    """Both sides changed the same thing. `what` is its dotted YAML key, or "" for the whole file.

    `values` quotes the values of both sides if they are short.
    """

    def __init__(self, what: str = "", values: str = "") -> None:
        super().__init__(what)
        self.what, self.values = what, values


def find_new_records(base: bytes, theirs: bytes) -> bytes:
    """Return the lines that `theirs` adds to `base`. Raises `MergeClash` if a line of `base` is missing in it."""
    if not theirs.startswith(base) or (base and not base.endswith(b"\n")):
        before, after = base.splitlines(), theirs.splitlines()
        if not set(before) <= set(after):
            raise MergeClash("existing records")
        return b"".join(line + b"\n" for line in after if line not in set(before))
    return theirs[len(base) :]


def read_record_id(line: bytes) -> str:
    """Return the id in a line of a score file; "" if the line is not a record."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    return str(data.get("id", "")) if isinstance(data, dict) else ""


def update_results(path: str, raw: bytes, record: Retirement, moment: Moment) -> bytes:
    """Return a retirement record with the results of its metrics as the scores are at `moment`.

    Only the metrics that it gives a result for are updated, and the day, if values are newer. A record that is right
    stays as it is, byte for byte.
    """
    seat = moment.org.seats.get(record.seat)
    newest = max((score.at for score in moment.org.scores.get(record.seat, ())), default=None)
    if newest and is_recorded_after(record, newest):
        edit = SetKey(path, ("retired_on",), f"{newest.astimezone(moment.org.zone):%Y-%m-%d}")
        raw = edit_yaml(path, decode_yaml(path, raw), edit).encode()
    for metric, stated in record.results.items() if seat else ():
        held = seat.metrics.get(metric) if seat else None
        if seat and held and not is_result_right(moment, record.seat, metric, stated):
            edit = SetKey(path, ("results", metric), describe_result(moment.org, seat, held, moment.now))
            raw = edit_yaml(path, decode_yaml(path, raw), edit).encode()
    return raw


def merge_files(repo: Repo, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Apply the changes from `base` to `theirs` to `ours`. Raises `MergeClash` if both sides changed the same thing."""
    record = merge_records(path, base, ours, theirs)
    if record is not None:
        return record
    by_keys = _merge_by_keys(path, base, ours, theirs) if path.endswith(".yaml") else None
    lines = _merge_by_lines(repo, base, ours, theirs)
    if by_keys is not None:
        # If a merge by lines gives the same data, prefer it: it keeps the comments of both sides.
        return lines if lines is not None and _read_data(path, lines) == _read_data(path, by_keys) else by_keys
    if lines is None:
        raise MergeClash
    return lines


def _merge_by_keys(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge two edits of a YAML file by keys. Returns None if one of the three files is not strict YAML."""
    datas = [_read_data(path, raw) for raw in (base, ours, theirs)]
    if not all(isinstance(data, dict) for data in datas):
        return None
    mine = dict(_list_changes(datas[0], datas[1]))
    text = decode_yaml(path, ours)
    for keys, value in _list_changes(datas[0], datas[2]):
        if _is_same_change(mine, keys, value):
            continue
        try:
            after = edit_yaml(path, text, DropKey(path, keys) if value is _REMOVED else SetKey(path, keys, value))
        except OrgtpError as error:
            raise MergeClash(".".join(keys)) from error
        if after == text:
            raise MergeClash(".".join(keys))
        text = after
    return text.encode()


def _is_same_change(mine: dict[Keys, Any], keys: Keys, value: Any) -> bool:
    """Whether our side made the same change.

    Raises `MergeClash` if it changed this key, a key above it or a key below it differently.
    """
    if keys in mine and _is_same_value(mine[keys], value):
        return True
    if any(keys[: len(other)] == other or other[: len(keys)] == keys for other in mine):
        raise MergeClash(".".join(keys), _format_both_values(mine.get(keys), value))
    return False


def _format_both_values(remote: Any, local: Any) -> str:
    """Quote the values of both sides; "" if one is not a single value or too long."""
    texts = [str(value) for value in (local, remote) if isinstance(value, str | int | Decimal)]
    short = len(texts) == 2 and max(map(len, texts)) < _MAX_QUOTED  # noqa: PLR2004
    return f' ("{texts[0]}" locally, "{texts[1]}" on the remote)' if short else ""


def _is_same_value(one: Any, other: Any) -> bool:
    """Whether two values are the same in YAML: in Python, 1 and true are equal."""
    return repr(one) == repr(other)


def _list_changes(old: Any, new: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """List the changed keys and their new values. Descends where both sides have mappings."""
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key, _REMOVED), new.get(key, _REMOVED)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _list_changes(before, after, (*keys, key))
        elif not _is_same_value(before, after):
            yield (*keys, key), after


def _read_data(path: str, raw: bytes) -> Any:
    try:
        return read_document(path, raw).data
    except NotStrict:
        return None


def _merge_by_lines(repo: Repo, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge lines with git. Returns None on a conflict, or if a file is binary."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for name, raw in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(raw)
        code, out, _ = repo.attempt("merge-file", "-p", "-q", "--", *map(str, names))
    return None if code else out

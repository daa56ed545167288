"""Which column of a table has what: by `--map`, by what this machine remembers, or by its header."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from orgtp.importers.formats import BadSource
from orgtp.importers.table_rows import SourceTable
from orgtp.lazy_dataclass import dataclass
from orgtp.model.text import did_you_mean, fold_spelling, join_sentences, join_with_and

# The keys of `--map` that say how to read a table. All others name what a column has.
TABLE_KEYS = ("sheet", "header", "encoding")


@lru_cache(maxsize=4096)
def fold_header(text: str) -> str:
    """The name of a column without what does not count in it: case, spaces, `_`, `-`, `.` and `#`."""
    return re.sub(r"[\s_#.\ufeff-]+", "", text.casefold())


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Which columns have what: the number of a column by key, and the mapping that was used."""

    columns: Mapping[str, int]
    used: Mapping[str, str]
    notes: tuple[str, ...] = ()


def choose_columns(
    table: SourceTable,
    where: Path,
    headers: Mapping[str, Sequence[str]],
    typed: Mapping[str, str],
    remembered: Mapping[str, str],
    alternatives: Sequence[frozenset[str]] = (),
    literals: Sequence[str] = (),
    fold: Callable[[str], str] = fold_header,
) -> ColumnChoice:
    """Find the column of each key of `headers`: the one that `--map` names, else the one with a header of the key.

    `headers` has the names of the columns of each key, as `fold` makes them. Keys of one of the `alternatives` say the
    same thing in different ways: if `--map` names one of them, the others are not looked for. `literals` are keys whose
    text is no column. What this machine remembers counts as if it were typed, as far as the table has the columns.
    Raises `BadSource` for a column that does not exist, for an unknown key, and for a key with several columns.
    """
    notes: list[str] = []
    plain = {*TABLE_KEYS, *literals}
    mapped = _merge_mappings(table, typed, remembered, alternatives, plain, notes)
    known = list(dict.fromkeys([*headers, *TABLE_KEYS, *literals]))
    for key in typed:
        if key not in known:
            hint = join_sentences(did_you_mean(key, known), f"There are: {', '.join(known)}")
            raise BadSource(where=where, what=f'--map has an unknown key "{key}". {hint}')
    columns = {key: _find_mapped(table, where, key, name) for key, name in mapped.items() if key not in plain}
    closed = {other for group in alternatives if group & columns.keys() for other in group}
    for key, names in headers.items():
        if key in mapped or key in closed:
            continue
        found = [number for number, name in enumerate(table.header.cells) if fold(name) in names]
        found = [number for number in found if number not in columns.values()]
        if len(found) > 1:
            _refuse_several(table, where, key, found)
        if found:
            columns[key] = found[0]
    return ColumnChoice(columns, mapped, tuple(notes))


def _merge_mappings(
    table: SourceTable,
    typed: Mapping[str, str],
    remembered: Mapping[str, str],
    alternatives: Sequence[frozenset[str]],
    plain: Collection[str],
    notes: list[str],
) -> dict[str, str]:
    """What counts: what was typed, and what is remembered and not typed otherwise.

    A blank name takes away what is remembered, and the header counts again.
    """
    merged = {key: name for key, name in typed.items() if name}
    replaced = {other for group in alternatives if group & typed.keys() for other in group} | typed.keys()
    for key, name in remembered.items():
        if key in replaced:
            continue
        if key not in plain and len(_list_columns(table, name)) != 1:
            notes.append(f'this machine remembers --map {key}="{name}", and the table has no such column')
            continue
        merged[key] = name
    return merged


def _find_mapped(table: SourceTable, where: Path, key: str, name: str) -> int:
    found = _list_columns(table, name)
    if len(found) == 1:
        return found[0]
    if found:
        _refuse_several(table, where, key, found)
    names = [one for one in table.header.cells if one]
    hint = join_sentences(did_you_mean(name, names), f"Its columns are: {', '.join(names)}")
    raise BadSource(where=where, what=f'there is no column "{name}" for --map {key}. {hint}')


_UNNAMED = re.compile(r"column ([0-9]{1,4})")
_NUMBERED = re.compile(r"(.+)#([0-9]{1,3})", re.DOTALL)


def _list_columns(table: SourceTable, name: str) -> list[int]:
    """The columns with a name: exactly, else apart from its spelling. `Name#2` is the second one with a name."""
    names = table.header.cells
    exact = [number for number, one in enumerate(names) if one == name.strip()]
    exact = exact or [number for number, one in enumerate(names) if fold_spelling(one) == fold_spelling(name)]
    exact = exact or [number for number, one in enumerate(names) if one and fold_header(one) == fold_header(name)]
    # A column without a name is named by its number.
    unnamed = _UNNAMED.fullmatch(name.strip().lower())
    if not exact and unnamed and 0 < int(unnamed[1]) <= len(names):
        return [int(unnamed[1]) - 1]
    counted = _NUMBERED.fullmatch(name)
    if exact or not counted:
        return exact
    alike, wanted = _list_columns(table, counted[1]), int(counted[2])
    return alike[wanted - 1 : wanted] if wanted else []


def name_column(table: SourceTable, number: int) -> str:
    """The name by which `--map` finds a column: with a number, if several have the name, and if it has none."""
    name = table.header.cells[number]
    if not name:
        return f"column {number + 1}"
    same = [other for other, one in enumerate(table.header.cells) if fold_header(one) == fold_header(name)]
    return f"{name}#{same.index(number) + 1}" if len(same) > 1 else name


def format_map(key: str, column: str) -> str:
    """The option that names a column, to type it: `--map parent="Manager ID"`."""
    needs_quotes = not column.isprintable() or set(column) & set('"$`\\\\!')
    return f"--map {shlex.quote(f'{key}={column}')}" if needs_quotes else f'--map {key}="{column}"'


def _refuse_several(table: SourceTable, where: Path, key: str, found: Sequence[int]) -> NoReturn:
    raise_ambiguous(where, table, key, [(key, number) for number in found])


def raise_ambiguous(where: Path, table: SourceTable, what: str, choices: Sequence[tuple[str, int]]) -> NoReturn:
    """Raise `BadSource` for columns that could all be one thing, with the option for each: `--map parent="Manager"`."""
    numbers = dict.fromkeys(number for _, number in choices)
    names = join_with_and(f'"{table.header.cells[number]}"' for number in numbers)
    options = " or ".join(format_map(key, name_column(table, number)) for key, number in choices)
    raise BadSource(where=where, what=f"the columns {names} could each be the {what}. Add {options}")

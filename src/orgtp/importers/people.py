"""A table of people, as programs for personnel export it: CSV or a workbook, with a row for each person.

A column is known by its header, apart from case, spaces, `_`, `-`, `.` and `#`. What could mean two things is an
error with the `--map` to type: two columns of the parent, or a manager whose name two people have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import NoReturn

from orgtp.importers.columns import ColumnChoice, choose_columns, fold_header, format_map, name_column
from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.table import name_source, peek_headers, read_table
from orgtp.importers.table_rows import ERROR_VALUES, SourceTable, TableRow
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import BadDraft, DraftSource, LostText, SeatDraft
from orgtp.model.period import parse_period
from orgtp.model.seat import SeatKind
from orgtp.model.text import fold_name, fold_spelling, join_with_and, one_line, plain_lines

# The headers of columns that name another person, by the way in which they name it; "" if the values decide.
_PARENTS: Mapping[str, str] = {
    "supervisorid": "id",
    "managerid": "id",
    "bossid": "id",
    "manageremail": "email",
    "supervisoremail": "email",
    "managername": "name",
    "supervisorname": "name",
    "manager": "",
    "supervisor": "",
    "linemanager": "",
    "reportsto": "",
    "reportingto": "",
}
# The folded headers of each key of `--map`.
HEADERS: Mapping[str, Sequence[str]] = {
    "id": (
        "personid",
        "employeeid",
        "employeenumber",
        "employeeno",
        "employee",
        "id",
        "personnelid",
        "personnelnumber",
        "personnelno",
        "staffid",
        "staffnumber",
        "staffno",
    ),
    "email": ("workemail", "email", "emailaddress", "mail"),
    "name": ("name", "fullname", "displayname"),
    "first-name": ("firstname", "forename"),
    "last-name": ("lastname", "surname", "familyname"),
    "role": ("title", "jobtitle", "position", "role", "businesstitle", "employeetitle"),
    "parent": tuple(_PARENTS),
    "parent-id": (),
    "parent-name": (),
    "parent-email": (),
    "dotted": ("altreportsto", "dottedline"),
    "owner": ("owner",),
    "kind": ("kind",),
    "mission": ("mission", "description"),
    "description": (),
}
_NAMES, _FULL_NAME = frozenset({"name"}), frozenset({"first-name", "last-name"})
_PARENT_KEYS = frozenset({"parent", "parent-id", "parent-name", "parent-email"})
# A text before the ids of a table, so that they are no other table's.
_PREFIX = "id-prefix"
_ALTERNATIVES = (_PARENT_KEYS, frozenset({"mission", "description"}))
_ROOTS = frozenset({"", "-1", "*"})
_KINDS = ("id", "email", "name")
_LONGEST = 300
_MOST_PLACES = 4
_SCORECARD = frozenset({"metric", "measurable", "kpi", "measure", "value", "goal", "target"})


def recognise(path: Path, start: bytes) -> bool:
    """Whether the path is a table with the columns of people."""
    return any(map(_is_header, peek_headers(path, start)))


def _is_header(names: Sequence[str]) -> bool:
    """Whether a row has the names of at least two columns of people, and is not the header of a scorecard."""
    folded = {_fold(name) for name in names}
    if folded & _SCORECARD or any(parse_period(name.strip().upper()) for name in names):
        return False
    found = {key for key, known in HEADERS.items() if folded & {*known}}
    has_name = "name" in found or found >= _FULL_NAME
    return (has_name and len(found) > 1) or (len(found) > 2) or {"role", "parent"} <= found  # noqa: PLR2004


def _fold(name: str) -> str:
    """The name of a column without the mark of an upload form. `Employee` alone may be a name or a number."""
    folded = fold_header(re.sub(r"\[required\]\s*$", "", name.strip(), flags=re.IGNORECASE))
    return folded if folded != "employee" or "#" in name else ""


def read(request: SourceRequest) -> DraftSource:
    """Read the table. Raises `BadSource`."""
    table = read_table(request, _is_header)
    name = name_source(request.path)
    remembered = request.remembered.get(name, {})
    chosen = choose_columns(
        table, request.path, HEADERS, request.mapping, remembered, _ALTERNATIVES, literals=(_PREFIX,), fold=_fold
    )
    reader = _PeopleReader(request.path, table, chosen)
    drafts, bad = reader.read()
    ordered = sorted([*table.bad, *bad], key=lambda one: int(one.where.rpartition(":")[2]))
    return DraftSource(
        path=str(request.path),
        name=name,
        format="people",
        drafts=tuple(drafts),
        bad=tuple(ordered),
        header=table.write_header(),
        notes=(*table.notes, *chosen.notes),
        mapping=chosen.used,
    )


@dataclass(slots=True)
class _PersonRow:
    """A row, with the texts of its columns and what they mean. `why` says why the row is bad, "" if it is not."""

    row: TableRow
    name: str = ""
    id: str = ""
    emails: tuple[str, ...] = ()
    why: str = ""
    above: _PersonRow | None = None
    parent: str = ""


@dataclass(slots=True)
class _Index:
    """The people by one of the ways in which a row names another: all of those that a text may mean."""

    prefix: str = ""
    people: dict[str, dict[str, list[_PersonRow]]] = field(default_factory=lambda: {kind: {} for kind in _KINDS})

    def add(self, person: _PersonRow) -> None:
        for kind, text in self.list_texts(person):
            self.people[kind].setdefault(text, []).append(person)

    def list_texts(self, person: _PersonRow) -> Iterator[tuple[str, str]]:
        if person.id:
            yield "id", person.id
        for email in person.emails:
            yield "email", email.lower()
        if person.name:
            yield "name", fold_name(person.name)

    def find(self, text: str, kind: str) -> list[_PersonRow]:
        """The people whom a text may mean, in one way."""
        return self.people[kind].get(self.fold(text, kind), [])

    def fold(self, text: str, kind: str) -> str:
        """The text under which people are found in one way."""
        return {"id": f"{self.prefix}{text}", "email": text.lower(), "name": fold_name(text)}[kind]


class _PeopleReader:
    """Reads the rows of one table: each alone first, then whom they report to."""

    def __init__(self, path: Path, table: SourceTable, chosen: ColumnChoice) -> None:
        self.path, self.table = path, table
        self.columns = dict(chosen.columns)
        if "description" in self.columns:
            self.columns["mission"] = self.columns.pop("description")
        self.is_mapped = frozenset(chosen.used)
        self.index = _Index(chosen.used.get(_PREFIX, ""))
        self.people: list[_PersonRow] = []
        self.column, self.kinds = self._find_parent_column()
        self._check_name_columns()
        used = {*self.columns.values()}
        unused = [number for number in range(len(table.header.cells)) if number not in used]
        # Named once, and not for each row: to name a column, all of them are compared.
        self.unused = {number: f"column {name_column(table, number).removeprefix('column ')}" for number in unused}

    def read(self) -> tuple[list[SeatDraft], list[BadDraft]]:
        self.people = [self._read_person(row) for row in self.table.rows]
        self._refuse_repeated()
        # A bad row counts too: a name that it shares with another row is still the name of two people.
        for person in self.people:
            self.index.add(person)
        for person in self.people:
            if not person.why and self.column >= 0:
                self._find_parent(person)
        self._refuse_cycles()
        drafts = [self._make_draft(person) for person in self.people if not person.why]
        # Making a draft may find that its row is bad.
        bad = [
            BadDraft(
                self.table.locate(person.row),
                person.why,
                self.table.write_row(person.row),
                keys=tuple(f"{kind}:{text}" for kind, text in self.index.list_texts(person)),
            )
            for person in self.people
            if person.why
        ]
        return [draft for draft in drafts if draft], bad

    def _find_parent_column(self) -> tuple[int, tuple[str, ...]]:
        """The column of the parent, and the ways in which its values may name a person; -1 if there is none."""
        for kind in _KINDS:
            if f"parent-{kind}" in self.columns:
                return self.columns[f"parent-{kind}"], (kind,)
        number = self.columns.get("parent", -1)
        told = _PARENTS.get(_fold(self.table.header.cells[number]), "") if number >= 0 else ""
        # A table without ids, whose ids are the addresses.
        is_known = told and (told != "id" or "id" in self.columns)
        return number, ((told,) if is_known else _KINDS)

    def _check_name_columns(self) -> None:
        """Refuse a table without names, and one with two columns of names that differ."""
        found = self.columns.keys() & {"name", *_FULL_NAME}
        if not found & _NAMES and not found >= _FULL_NAME and not found & self.is_mapped:
            options = format_map("name", name_column(self.table, self.columns[min(found)])) if found else ""
            names = ", ".join(name for name in self.table.header.cells if name)
            how = f"Add {options}" if options else f'Add --map name="COLUMN". Its columns are: {names}'
            raise BadSource(
                where=self.path, what=f"it has no column Name, and not both First Name and Last Name. {how}"
            )
        if not (found & _NAMES and found >= _FULL_NAME):
            return
        if found & self.is_mapped:
            keep = _NAMES if "name" in self.is_mapped else _FULL_NAME
            self.columns = {key: at for key, at in self.columns.items() if key not in (_NAMES | _FULL_NAME) - keep}
            return
        name, first, last = (self.columns[key] for key in ("name", "first-name", "last-name"))
        for row in self.table.rows:
            if fold_spelling(row.cells[name]) != fold_spelling(f"{row.cells[first]} {row.cells[last]}"):
                both = format_map("first-name", name_column(self.table, first))
                both += f" {format_map('last-name', name_column(self.table, last))}"
                what = (
                    f'the name is both in "{self.table.header.cells[name]}" and in two other columns, and in line '
                    f"{row.line} they differ. Add {format_map('name', name_column(self.table, name))}, or {both}"
                )
                raise BadSource(where=self.path, what=what)

    def _get(self, row: TableRow, key: str) -> str:
        """The text of a column in a row, on one line; "" if the table has no such column."""
        number = self.columns.get(key)
        return one_line(row.cells[number]) if number is not None else ""

    def _read_person(self, row: TableRow) -> _PersonRow:
        name = self._get(row, "name") or one_line(f"{self._get(row, 'first-name')} {self._get(row, 'last-name')}")
        emails = tuple(dict.fromkeys(re.split(r"[\s,;]+", self._get(row, "email").strip(" ,;"))))
        number = self._get(row, "id")
        person = _PersonRow(row, name, number and f"{self.index.prefix}{number}", tuple(filter(None, emails)))
        person.why = self._find_fault(person)
        return person

    def _find_fault(self, person: _PersonRow) -> str:
        """Why a row cannot be a person, as far as it alone says."""
        for key, number in self.columns.items():
            text = person.row.cells[number].strip()
            if text in ERROR_VALUES:
                return f'the column "{self.table.header.cells[number]}" has the error {text}'
            if len(text) > _LONGEST and key not in {"mission", "dotted"}:
                return f'the text in "{self.table.header.cells[number]}" has more than {_LONGEST} characters'
        if not person.name:
            return "it has no name"
        for email in person.emails:
            if email.count("@") != 1 or "" in email.split("@"):
                return f'"{email}" is not an address'
        kind = self._get(person.row, "kind").lower()
        if kind and kind not in {*SeatKind}:
            return f'the kind "{kind}" is not one of: {", ".join(SeatKind)}'
        return ""

    def _refuse_repeated(self) -> None:
        """Make rows bad that have the same id or address, and those that nothing tells from each other but their place.

        Nobody knows which of them is right, so all of them are.
        """
        holders: dict[tuple[str, str], list[_PersonRow]] = {}
        for person in self.people:
            keys = [("ID", person.id)] if person.id else []
            keys += [("address", email.lower()) for email in person.emails]
            for key in keys or [("name", fold_name(person.name))]:
                holders.setdefault(key, []).append(person)
        for (what, text), people in holders.items():
            for person in people if len(people) > 1 else ():
                others = join_with_and(str(one.row.line) for one in people[:_MOST_PLACES] if one is not person)
                more = ". Add a column ID, with another one for each" if what == "name" else ""
                person.why = person.why or f'it has the {what} "{text}", as has line {others}{more}'

    def _find_parent(self, person: _PersonRow) -> None:
        """Find whom a row reports to: another row, somebody whom the table does not have, or nobody."""
        text = one_line(person.row.cells[self.column])
        if text in _ROOTS:
            return
        above, person.parent, person.why = self._resolve(text, self.kinds, self.column, "parent")
        if above is person:
            person.parent = ""
            return
        person.above = above

    def _resolve(self, text: str, kinds: Sequence[str], column: int, key: str) -> tuple[_PersonRow | None, str, str]:
        """The row that a text names, its key, and why it cannot be told. A text that names no row has a key, too."""
        found = {kind: people for kind in kinds if (people := self.index.find(text, kind))}
        every = {id(one): one for some in found.values() for one in some}
        if len(every) == 1:
            (person,) = every.values()
            return person, self._make_key(person), ""
        if not every:
            kind = _guess_kind(text, kinds)
            return None, f"{kind}:{self.index.fold(text, kind)}", ""
        if len(found) > 1:
            self._refuse_kinds(text, found, column, key)
        return None, "", self._explain_two(text, next(iter(found)), list(every.values()), column, key)

    def _make_key(self, person: _PersonRow) -> str:
        """The first of the keys of a row, by which it alone is known."""
        return next(f"{kind}:{text}" for kind, text in self.index.list_texts(person))

    def _refuse_kinds(self, text: str, found: Mapping[str, Sequence[_PersonRow]], column: int, key: str) -> NoReturn:
        """Raise `BadSource` for a text that is the id of one person, and the name of another."""
        words = join_with_and(
            f"the {'address' if kind == 'email' else kind} of line {people[0].row.line}"
            for kind, people in found.items()
        )
        header = name_column(self.table, column)
        options = [(f"{key}-{kind}", column) for kind in found] if key == "parent" else []
        how = " or ".join(format_map(option, header) for option, _ in options)
        what = f'"{text}" in the column "{self.table.header.cells[column]}" is {words}'
        raise BadSource(where=self.path, what=f"{what}. Add {how}" if how else what)

    def _explain_two(self, text: str, kind: str, people: Sequence[_PersonRow], column: int, key: str) -> str:
        """Why a text that two people share names nobody. Raises `BadSource` if another column says whom it means."""
        other = self._find_other_column(column) if key == "parent" else -1
        lines = [str(one.row.line) for one in people[:_MOST_PLACES]]
        said = f'"{text}" in the column "{self.table.header.cells[column]}" is the {kind} of {len(people)} people'
        said += f", in lines {join_with_and(lines)}"
        if other >= 0:
            raise BadSource(where=self.path, what=f"{said}. Add {format_map('parent', name_column(self.table, other))}")
        has_ids = "id" in self.columns or "email" in self.columns
        instead = "ID or the address" if has_ids else "ID, in a column ID that you add,"
        return f"{said}. Write the {instead} of the one instead"

    def _find_other_column(self, column: int) -> int:
        """Another column whose texts are all ids or addresses of rows, which may be the one of the parent; else -1."""
        for number in self.unused:
            texts = {one_line(row.cells[number]) for row in self.table.rows} - _ROOTS
            if number != column and texts and all(self._is_unique(text) for text in texts):
                return number
        return -1

    def _is_unique(self, text: str) -> bool:
        return any(len(self.index.find(text, kind)) == 1 for kind in ("id", "email"))

    def _refuse_cycles(self) -> None:
        """Make all rows bad that report to themselves through others."""
        done: set[int] = set()
        for person in self.people:
            way: list[_PersonRow] = []
            at: _PersonRow | None = person
            while at is not None and id(at) not in done:
                done.add(id(at))
                way.append(at)
                at = at.above
            if at is None or all(at is not one for one in way):
                continue
            circle = way[next(number for number, one in enumerate(way) if one is at) :]
            for number, one in enumerate(circle):
                others = [*circle[number + 1 :], *circle[:number]][:_MOST_PLACES]
                lines = join_with_and(str(other.row.line) for other in others)
                noun = "line" if len(others) == 1 else "lines"
                one.why = f"{one.name} reports to themselves, through {noun} {lines}. Correct one of the rows"

    def _make_draft(self, person: _PersonRow) -> SeatDraft | None:
        row = person.row
        dotted = self._find_dotted(person)
        owner = self._find_owner(person)
        if person.why:
            return None
        kind = SeatKind(self._get(row, "kind").lower() or SeatKind.HUMAN)
        role = self._get(row, "role")
        mission = plain_lines(row.cells[self.columns["mission"]]).strip() if "mission" in self.columns else ""
        lost = tuple(
            LostText(what, one_line(row.cells[number]))
            for number, what in self.unused.items()
            if row.cells[number] and not row.cells[number].isspace()
        )
        return SeatDraft(
            where=self.table.locate(row),
            kind=kind,
            name=person.name,
            role=role,
            keys=tuple(self._list_keys(person)),
            aliases=(person.id,) if person.id else (),
            parent=person.parent,
            dotted=dotted,
            owner=owner,
            mission=mission,
            emails=person.emails,
            lost=lost,
            unknown=() if role else ("role",),
            text=self.table.write_row(row),
        )

    def _list_keys(self, person: _PersonRow) -> Iterator[str]:
        """The keys that name this row and no other."""
        for kind, text in self.index.list_texts(person):
            if len(self.index.people[kind][text]) == 1:
                yield f"{kind}:{text}"

    def _find_dotted(self, person: _PersonRow) -> tuple[str, ...]:
        """The keys of the people to whom a row has a dotted line: one, or several with semicolons or commas between."""
        text = self._get(person.row, "dotted")
        if text in _ROOTS:
            return ()
        is_one = any(self.index.find(text, kind) for kind in _KINDS)
        mark = ";" if ";" in text else ","
        texts = [text] if is_one else [part.strip() for part in text.split(mark)]
        keys = [self._find_key(person, one, "dotted") for one in texts if one not in _ROOTS]
        return tuple(key for key in dict.fromkeys(keys) if key)

    def _find_owner(self, person: _PersonRow) -> str:
        text = self._get(person.row, "owner")
        return self._find_key(person, text, "owner") if text not in _ROOTS else ""

    def _find_key(self, person: _PersonRow, text: str, key: str) -> str:
        _, found, why = self._resolve(text, _KINDS, self.columns[key], key)
        person.why = person.why or why
        return found


def _guess_kind(text: str, kinds: Sequence[str]) -> str:
    """The way in which a text names somebody whom the table does not have: its form says it."""
    if len(kinds) == 1:
        return kinds[0]
    if "@" in text:
        return "email"
    return "id" if text.isdecimal() else "name"

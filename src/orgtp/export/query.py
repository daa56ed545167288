"""Query the tables with SQL: one statement that only reads, within limits of time, rows and memory.

The tables are in a SQLite database in memory, filled with those that the query reads. An authorizer allows reading them
and a list of functions, and nothing else, so a query reaches no file, no setting and no other database
(https://www.sqlite.org/c3ref/set_authorizer.html).
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC

from orgtp.export.database import VIEWS, create_schema, fill_tables, list_columns
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import did_you_mean, join_sentences
from orgtp.views.tables.build import TableSet
from orgtp.views.tables.columns import TABLES, TABLES_BY_NAME

DEFAULT_LIMIT, MOST_ROWS = 1000, 100_000
DEFAULT_SECONDS, MOST_SECONDS = 10.0, 600.0
SqlValue = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The rows of a query. `is_cut`: there are more than the limit allows, or than fit into memory."""

    columns: tuple[str, ...]
    rows: tuple[tuple[SqlValue, ...], ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column that a query can read; a view's have no type and description."""

    name: str
    type: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table or view that a query can read."""

    table: str
    description: str
    columns: tuple[ColumnInfo, ...]
    is_view: bool = False


class BadQuery(OrgtpError):
    """A query that SQLite cannot run."""

    text = "query{place}: {what}"


class QueryRefused(OrgtpError):
    """A query that does something else than read the tables."""

    text = "a query may only read the tables: {what}. To see them: orgtp sql --tables"


class QueryTooLong(OrgtpError):
    """A query that took longer than allowed."""

    text = "the query was stopped after {seconds:g} seconds. Read less, or allow more time: --timeout {more:g}"


def list_tables() -> list[TableInfo]:
    """The tables and views that a query can read, with their columns."""
    columns = list_columns()
    tables = [
        TableInfo(
            table.name,
            table.description,
            tuple(ColumnInfo(one.name, one.type.value, one.description) for one in table.columns),
        )
        for table in TABLES
    ]
    views = [
        TableInfo(name, description, tuple(ColumnInfo(column) for column in columns[name]), is_view=True)
        for name, (description, _) in VIEWS.items()
    ]
    return [*tables, *views]


def run_query(
    tables: TableSet, query: str, *, limit: int = DEFAULT_LIMIT, seconds: float = DEFAULT_SECONDS
) -> QueryResult:
    """Run one query. At most `limit` rows are read, and it may take `seconds`; filling the tables does not count.

    Raises `BadInput` for an invalid limit, `BadQuery`, `QueryRefused` and `QueryTooLong`.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise BadInput(what=f"the limit of rows must be from 1 to {MOST_ROWS}")
    if not 0 < seconds <= MOST_SECONDS:
        raise BadInput(what=f"the limit of time must be more than 0 and at most {MOST_SECONDS:g} seconds")
    _refuse_other_statements(query)
    _refuse_endless_parts(query)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        return _Query(connection, query).run(tables, limit, seconds)
    finally:
        connection.close()


_FIRST_WORDS = {"select", "with", "values", "explain"}
# A string or quoted name, a comment, a word, or any other mark.
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|$)|\w+|.""", re.DOTALL)


def _list_words(query: str) -> Iterator[str]:
    for match in _TOKEN.finditer(query):
        if match[0].strip() and not match[0].startswith(("--", "/*")):
            yield match[0]


def _refuse_other_statements(query: str) -> None:
    """Refuse an empty query, and a statement that is no query, with words that say so."""
    first = next(_list_words(query), "")
    if not first:
        raise BadInput(what="the query is empty. Example: orgtp sql 'select seat, name from seats'")
    if "\0" in query:
        raise BadQuery(place="", what="it contains a NUL character")
    if first.isalpha() and first.lower() not in _FIRST_WORDS and first.upper() in _OTHER_STATEMENTS:
        raise QueryRefused(what=f"{first.upper()} is not allowed")


def _refuse_endless_parts(query: str) -> None:
    """Refuse a query that uses its `with` tables so often that preparing it would never end.

    SQLite prepares a table of `with` once for each use. If each one uses the one before it twice, their number doubles
    at every step, and no limit of the run applies yet.
    """
    words = [word.strip('"`[]').lower() for word in _list_words(query)]
    bodies = {words[start]: words[begin:end] for start, begin, end in _list_table_expressions(words)}
    sizes: dict[str, int] = {}

    def measure(name: str) -> int:
        if name not in sizes:
            # One that uses itself is recursive, and is compiled once.
            sizes[name] = 0
            sizes[name] = min(_MOST_PARTS, 1 + sum(measure(word) for word in bodies[name] if word in bodies))
        return sizes[name]

    if sum(measure(word) for word in words if word in bodies) >= _MOST_PARTS:
        raise BadQuery(place="", what="its `with` tables use each other too often. Use each of them fewer times")


_MOST_PARTS = 5000


def _list_table_expressions(words: list[str]) -> Iterator[tuple[int, int, int]]:
    """Yield where each `NAME [(COLUMNS)] AS [NOT] [MATERIALIZED] (BODY)` starts, and where its body does and ends."""
    for here, word in enumerate(words):
        begin = here
        while word == "as" and words[begin + 1 : begin + 2] in (["not"], ["materialized"]):
            begin += 1
        if word != "as" or words[begin + 1 : begin + 2] != ["("] or not here:
            continue
        start = here - 1
        if words[start] == ")":
            while start > 0 and words[start] != "(":
                start -= 1
            start -= 1
        depth, end = 1, begin + 2
        while end < len(words) and depth:
            depth += {"(": 1, ")": -1}.get(words[end], 0)
            end += 1
        if start >= 0:
            yield start, begin + 2, end - 1


_OTHER_STATEMENTS = {
    "ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "CREATE", "DELETE", "DETACH", "DROP", "END", "INSERT", "PRAGMA",
    "REINDEX", "RELEASE", "REPLACE", "ROLLBACK", "SAVEPOINT", "UPDATE", "VACUUM",
}  # fmt: skip
# What else SQLite asks the authorizer for, in words.
_REFUSED = {
    sqlite3.SQLITE_ATTACH: "ATTACH",
    sqlite3.SQLITE_DETACH: "DETACH",
    sqlite3.SQLITE_PRAGMA: "PRAGMA",
    sqlite3.SQLITE_INSERT: "INSERT",
    sqlite3.SQLITE_UPDATE: "UPDATE",
    sqlite3.SQLITE_DELETE: "DELETE",
    sqlite3.SQLITE_TRANSACTION: "a transaction",
    sqlite3.SQLITE_SAVEPOINT: "SAVEPOINT",
    sqlite3.SQLITE_CREATE_VTABLE: "a table of SQLite itself",
    sqlite3.SQLITE_FUNCTION: "the function",
    sqlite3.SQLITE_READ: "reading",
}
# Functions that compute a result from their arguments, and do nothing else. None makes a text of any size at once.
_FUNCTION_NAMES = """
abs avg ceil ceiling char coalesce concat concat_ws count cume_dist current_date current_time current_timestamp date
datetime dense_rank exp first_value floor format glob group_concat hex if ifnull iif instr json json_array
json_array_length json_each json_extract json_object json_quote json_tree json_type
json_valid julianday lag last_value lead length like ln log log10 log2 lower ltrim max min mod nth_value ntile nullif
octet_length percent_rank pi pow power printf quote rank replace round row_number rtrim sign sqlite_version sqrt
strftime string_agg substr substring sum time total trim trunc typeof unicode unixepoch upper -> ->>
"""
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
# Tables of SQLite itself that are safe to read: the schema, and JSON as rows.
_SAFE_TABLES = frozenset({"sqlite_master", "sqlite_schema", "json_each", "json_tree"})
# Larger than the longest text of an org, whose files have at most 256 KiB.
_MOST_BYTES = 1_000_000
_MOST_COLUMNS = 200
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _MOST_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: _MOST_COLUMNS,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 10,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
# For all databases of the process: SQLite has no limit for one of them.
_MOST_MEMORY = 1 << 30
# How much text a result may have, and how often the time is checked (in steps of SQLite's machine).
_MOST_RESULT, _STEPS = 50_000_000, 5_000


class _Query:
    """A query on a database of its own."""

    def __init__(self, connection: sqlite3.Connection, query: str) -> None:
        self.connection = connection
        self.query = query
        self.text, self.quoted = _quote_values(query)
        self.read: set[str] = set()
        self.refused = ""

    def run(self, tables: TableSet, limit: int, seconds: float) -> QueryResult:
        create_schema(self.connection)
        # SQLite makes the tables of these functions on their first use, which the authorizer would refuse.
        self.connection.execute("select count(*) from json_each('[]'), json_tree('[]')").close()
        # Before the query is compiled, which takes time and memory, too. What is sorted stays in memory.
        for name, most in _LIMITS.items():
            self.connection.setlimit(name, most)
        variables = self.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, _MOST_COLUMNS)
        self.connection.execute("pragma temp_store = memory")
        self.connection.execute(f"pragma hard_heap_limit = {_MOST_MEMORY}")
        self._find_tables()
        fill_tables(self.connection, tables, [name for name in TABLES_BY_NAME if name in self.read])
        self.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, variables)
        self.connection.execute("pragma query_only = on")
        _set_clock(self.connection, tables)
        self.connection.set_authorizer(self._authorize)
        return self._fetch(limit, seconds)

    def _find_tables(self) -> None:
        """Compile the query without running it: this finds mistakes, and which tables it reads."""
        self.connection.set_authorizer(self._authorize)
        first = next(_list_words(self.text), "").lower()
        self._execute(self.text if first == "explain" else f"explain {self.text}").close()
        self.connection.set_authorizer(None)

    def _fetch(self, limit: int, seconds: float) -> QueryResult:
        deadline = time.monotonic() + seconds
        self.connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
        rows: list[tuple[SqlValue, ...]] = []
        size = 0
        try:
            cursor = self._execute(self.text)
            for row in cursor:
                size += sum(len(cell) if isinstance(cell, (str, bytes)) else 8 for cell in row)
                if len(rows) == limit or (size > _MOST_RESULT and rows):
                    break
                rows.append(row)
            else:
                return QueryResult(_name_columns(cursor), tuple(rows), is_cut=False)
        except MemoryError as error:
            raise BadQuery(place="", what="it needs more memory than there is") from error
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise QueryTooLong(seconds=seconds, more=min(seconds * 6, MOST_SECONDS)) from error
            raise self._explain(error) from error
        return QueryResult(_name_columns(cursor), tuple(rows), is_cut=True)

    def _execute(self, text: str) -> sqlite3.Cursor:
        try:
            return self.connection.execute(text)
        except (sqlite3.Error, sqlite3.Warning) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise
            raise self._explain(error) from error

    def _authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        """Allow to read our tables and to call safe functions."""
        name = ((second if action == sqlite3.SQLITE_FUNCTION else first) or "").lower()
        if action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (name in TABLES_BY_NAME or name in VIEWS or name in _SAFE_TABLES):
            self.read.add(name)
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and second == "":
            # Only the rows are counted. SQLite gives the name of a common table expression, too.
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and name in _FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_UPDATE and name == "sqlite_master":
            # SQLite makes the table of a table-valued function when it is first used.
            action = sqlite3.SQLITE_CREATE_VTABLE
        word = _REFUSED.get(action, "changing the database")
        is_named = action in {sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_READ}
        self.refused = self.refused or f"{word} {name} is not allowed" if is_named else f"{word} is not allowed"
        return sqlite3.SQLITE_DENY

    def _explain(self, error: Exception) -> OrgtpError:
        """The error in words, with the place in the query and a similar name."""
        if self.refused:
            return QueryRefused(what=self.refused)
        text = str(error)
        if "one statement at a time" in text:
            return BadQuery(place="", what="there are several statements. Ask one thing at a time")
        for pattern, explain in _EXPLANATIONS:
            if match := re.search(pattern, text):
                return explain(self, match[1] if match.groups() else "")
        return BadQuery(place="", what=text)

    def _explain_table(self, name: str) -> OrgtpError:
        names = [*TABLES_BY_NAME, *VIEWS]
        hint = join_sentences(did_you_mean(name, names), f"There are: {', '.join(names)}")
        return BadQuery(place=self._find_name(name), what=f'there is no table "{name}". {hint}')

    def _explain_column(self, name: str) -> OrgtpError:
        mentioned = {word.strip('"').lower() for word in _list_words(self.text)}
        columns = {table: names for table, names in list_columns().items() if table in mentioned}
        plain = name.rpartition(".")[2]
        known = list(dict.fromkeys(column for names in columns.values() for column in names))
        lists = [f"{table} has: {', '.join(names)}" for table, names in columns.items()]
        hint = join_sentences(did_you_mean(plain, known), *lists)
        return BadQuery(place=self._find_name(plain), what=f'there is no column "{name}". {hint}'.rstrip())

    def _explain_ambiguous(self, name: str) -> OrgtpError:
        what = f'several tables have the column "{name}". Name the table, too: seats.{name}'
        return BadQuery(place=self._find_name(name.rpartition(".")[2]), what=what)

    def _explain_function(self, name: str) -> OrgtpError:
        hint = did_you_mean(name.lower(), _FUNCTIONS)
        return BadQuery(place=self._find_name(name), what=f'there is no function "{name}". {hint}'.rstrip())

    def _explain_syntax(self, near: str) -> OrgtpError:
        hint = did_you_mean(near.lower(), _FIRST_WORDS) if near == next(_list_words(self.text)) else ""
        return BadQuery(place=self._find_syntax_error(near), what=f'the syntax is wrong near "{near}". {hint}'.rstrip())

    def _explain_end(self, _: str) -> OrgtpError:
        return BadQuery(place=self._format_place(len(self.text)), what="the end is missing")

    def _explain_size(self, _: str) -> OrgtpError:
        return BadQuery(place="", what=f"a text would have more than {_MOST_BYTES:,} bytes")

    def _explain_placeholder(self, _: str) -> OrgtpError:
        return BadQuery(place="", what="it has a placeholder, such as ? or :name. Write the value itself")

    def _find_name(self, name: str) -> str:
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.text, re.IGNORECASE)
        return self._format_place(found.start()) if found else ""

    def _find_syntax_error(self, near: str) -> str:
        """The first place of the word up to which SQLite reads the query without an error."""
        for found in re.finditer(re.escape(near), self.text):
            before, after = (self._compile(self.text[:end]) for end in (found.start(), found.end()))
            if "syntax error" not in before and f'near "{near}"' in after:
                return self._format_place(found.start())
        return ""

    def _compile(self, text: str) -> str:
        """What SQLite says of the beginning of a query."""
        try:
            self.connection.execute(f"explain {text}").close()
        except (sqlite3.Error, sqlite3.Warning) as error:
            return str(error)
        return ""

    def _format_place(self, offset: int) -> str:
        """A place in the query as it was typed: `:LINE:COLUMN`."""
        offset -= sum(2 for place in self.quoted if place < offset)
        before = self.query[:offset]
        return f":{before.count(chr(10)) + 1}:{offset - (before.rfind(chr(10)) + 1) + 1}"


_EXPLANATIONS: tuple[tuple[str, Callable[[_Query, str], OrgtpError]], ...] = (
    (r"^no such table: (?:main\.)?(.+)", _Query._explain_table),  # noqa: SLF001
    (r"^no such column: (.+)", _Query._explain_column),  # noqa: SLF001
    (r"^ambiguous column name: (.+)", _Query._explain_ambiguous),  # noqa: SLF001
    (r"^no such function: (.+)", _Query._explain_function),  # noqa: SLF001
    (r'^near "(.+)": syntax error', _Query._explain_syntax),  # noqa: SLF001
    (r"^incomplete input", _Query._explain_end),  # noqa: SLF001
    (r"number of bindings|binding parameter", _Query._explain_placeholder),  # noqa: SLF001
    (r"too big", _Query._explain_size),  # noqa: SLF001
)


def _quote_values(query: str) -> tuple[str, list[int]]:
    """Quote the name of the table `values`, which is a word of SQL; returns the places (in the result) of the quotes.

    The word before a parenthesis is SQL's.
    """
    out, quoted = "", list[int]()
    for match in _TOKEN.finditer(query):
        is_name = match[0].lower() == "values" and not query[match.end() :].lstrip().startswith("(")
        if is_name:
            quoted.append(len(out))
        out += f'"{match[0].lower()}"' if is_name else match[0]
    return out, quoted


# SQLite's functions of time, and how many arguments come before the time: https://www.sqlite.org/lang_datefunc.html
_TIME_FUNCTIONS = {"date": 0, "time": 0, "datetime": 0, "julianday": 0, "unixepoch": 0, "strftime": 1}
_CURRENT_TIMES = {"current_date": "date", "current_time": "time", "current_timestamp": "datetime"}


def _set_clock(connection: sqlite3.Connection, tables: TableSet) -> None:
    """Let `now` mean the time of the tables: in UTC, like the column `at`, but for a date the org's day."""
    utc = tables.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    today = tables.org.day_of(tables.now).isoformat()
    sqlite = sqlite3.connect(":memory:")

    def define(name: str, sqlite_name: str, leading: int) -> None:
        now = today if sqlite_name == "date" else utc

        def compute(*args: SqlValue) -> SqlValue:
            given = [now if isinstance(one, str) and one.strip().lower() == "now" else one for one in args]
            given += [now] if len(given) == leading else []
            marks = ", ".join("?" * len(given))
            found: SqlValue = sqlite.execute(f"select {sqlite_name}({marks})", given).fetchone()[0]
            return found

        connection.create_function(name, -1, compute, deterministic=True)

    for name, leading in _TIME_FUNCTIONS.items():
        define(name, name, leading)
    for name, sqlite_name in _CURRENT_TIMES.items():
        define(name, sqlite_name, 0)


def _name_columns(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    """The names of the columns; a name that occurs again has a number."""
    names: dict[str, int] = {}
    found = []
    for name, *_ in cursor.description or ():
        names[name] = names.get(name, 0) + 1
        found.append(name if names[name] == 1 else f"{name}_{names[name]}")
    return tuple(found)


def name_row(columns: tuple[str, ...], row: tuple[SqlValue, ...]) -> Mapping[str, SqlValue]:
    """A row of a result by the names of its columns, for JSON: what JSON cannot contain is text."""
    return dict(zip(columns, map(_to_json_safe, row), strict=True))


def _to_json_safe(cell: SqlValue) -> SqlValue:
    if isinstance(cell, bytes):
        return cell.hex()
    return str(cell) if isinstance(cell, float) and abs(cell) == float("inf") else cell

"""A source that runs a query: one row with one column, in a transaction that is never committed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from orgtp.sources.kind import EXTRA, Fault, Key, Kind, SourceFailed
from orgtp.sources.value import format_raw_value

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine
    from sqlalchemy.engine import URL

# As SQLAlchemy parses an address: the password is everything up to the @.
PASSWORD = r"^[A-Za-z][A-Za-z0-9+._-]*://[^:/@]*:[^@]*@|[?&]pass(word|wd)?="  # noqa: S105  (a pattern)
_WITHIN = re.compile(PASSWORD)
ADDRESS = r"^(?:[A-Za-z][A-Za-z0-9+._-]*://|env:|file:)"
_LIKE = "sqlite:////home/ada/books.db, or sqlite:///books.db in the folder of the sources file"
_HINT = 'Put the whole address into the environment, and write url: "env:BOOKS_URL".'


class Sql(Kind):
    """`sql: {url: "env:BOOKS_URL", query: "select count(*) from invoices"}`, in any database that SQLAlchemy knows."""

    keys: ClassVar[Mapping[str, Key]] = {"url": Key(required=True), "query": Key(required=True)}

    needs: ClassVar[Mapping[str, str]] = {"sqlalchemy": EXTRA}

    def faults(self, settings: Mapping[str, Any]) -> Iterator[Fault]:
        """Check that the url is a database address without a password."""
        if _WITHIN.search(settings.get("url", "")):
            yield Fault("url", "the address contains a password", _HINT)
        elif not re.match(ADDRESS, settings.get("url", "")):
            yield Fault("url", "the url is not a database address", f"Write it as {_LIKE}.")

    def ask(self, settings: Mapping[str, Any]) -> str:
        """Run the query and return its one field."""
        try:
            from sqlalchemy.exc import SQLAlchemyError
        except ImportError as error:
            raise SourceFailed(self.without("sqlalchemy"), again=False) from error
        try:
            with _open_engine(settings["url"]).connect() as connection:
                return format_raw_value(_read_single_field(_run_query(connection, settings["query"])), "the field")
        except SQLAlchemyError as error:
            raise _describe_database_error(error) from error


def _open_engine(address: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.pool import NullPool

    try:
        return create_engine(_choose_driver(_make_read_only(make_url(address))), poolclass=NullPool)
    except ArgumentError as error:
        # The library's message contains the address.
        raise SourceFailed(f"the url is not a database address, such as {_LIKE}", again=False) from error
    except ImportError as error:
        how = name_driver_package(error.name or "", address)
        raise SourceFailed(
            f"the driver of the database is not installed. Install it: pip install {how}", again=False
        ) from error


def name_driver_package(driver: str, address: str) -> str:
    """Return the package of a missing driver. For PostgreSQL without a named driver it is psycopg 3."""
    return "'psycopg[binary]'" if address.startswith("postgresql:") else driver


# The default driver differs between versions of SQLAlchemy.
_DRIVERS = {"postgresql": ("psycopg", "psycopg2")}


def _choose_driver(url: URL) -> URL:
    """Return the address with an installed driver, if it names none."""
    installed = [driver for driver in _DRIVERS.get(url.drivername, ()) if find_spec(driver)]
    return url.set(drivername=f"{url.drivername}+{installed[0]}") if installed else url


def _make_read_only(url: URL) -> URL:
    """Open an SQLite file read-only, and never create one. Raises `SourceFailed`."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in {"", ":memory:"} or name.startswith("file:"):
        return url
    file = Path(name).expanduser() if name.startswith("~/") else Path(name)
    if not file.is_file():
        where = "" if file.is_absolute() else ", looked for in the folder of the sources file"
        raise SourceFailed(f"there is no database file {name}{where}", again=False)
    path = quote(str(file.absolute()))
    return url.set(database=f"file:{path}").update_query_dict({"mode": "ro", "uri": "true"})


def _run_query(connection: Connection, query: str) -> CursorResult[Any]:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    # No parameters: a % or a colon in the query is taken literally.
    return connection.execution_options(no_parameters=True).exec_driver_sql(query)


def _read_single_field(result: CursorResult[Any]) -> object:
    """Return the one field of a result. Raises `SourceFailed`."""
    if not result.returns_rows:
        raise SourceFailed("the query returns no rows. Use a SELECT", again=False)
    columns = len(result.keys())
    rows = result.fetchmany(2)
    if columns != 1:
        raise SourceFailed(f"the query returns {columns} columns instead of one", again=False)
    if len(rows) != 1:
        raise SourceFailed(f"the query returned {'more than one row' if rows else 'no row'} instead of one")
    if rows[0][0] is None:
        raise SourceFailed("the query returned NULL, so the value is unknown")
    return rows[0][0]


def _describe_database_error(error: Exception) -> SourceFailed:
    """Return the database's own message; SQLAlchemy's contains the query. A retry does not help a wrong query."""
    why = str(getattr(error, "orig", None) or type(error).__name__)
    wrong = type(error).__name__ == "ProgrammingError" or any(words in why for words in _OF_SQLITE)
    return SourceFailed(why, again=not wrong)


_OF_SQLITE = ("syntax error", "no such table", "no such column", "readonly database", "not a database")

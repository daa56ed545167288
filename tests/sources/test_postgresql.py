"""A real server of PostgreSQL, where it is installed: on a socket of its own, as another user where we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import pytest

from orgtp.sources.config import parse_sources
from orgtp.sources.run import ask_sources
from orgtp.sources.source import SourceResult

PASSWORD = "hush/hush %"  # noqa: S105  (of nobody)
_FOLDERS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), Path(shutil.which("initdb") or "/none/initdb").parent]
BIN = next((folder for folder in _FOLDERS if (folder / "pg_ctl").exists()), None)
pytestmark = pytest.mark.skipif(BIN is None, reason="PostgreSQL (initdb, pg_ctl) is not installed")


class Server:
    """A server in a folder of its own, reached by a socket there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        # It refuses to run as root.
        self.user = "nobody" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)

    def run(self, program: str, *words: str) -> None:
        assert BIN is not None
        home = {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        group = pwd.getpwnam(self.user).pw_gid if self.user else None
        done = subprocess.run(
            [str(BIN / program), *words],
            user=self.user,
            group=group,
            extra_groups=[] if self.user else None,
            cwd=self.folder,
            env=home,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout.decode()

    def start(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        self.run("initdb", "-D", str(self.data), "-U", "ada", "-A", "scram-sha-256", "--pwfile", str(secret), "-N")
        # Nothing is kept, and nobody comes over the network.
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self.run("pg_ctl", "-D", str(self.data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def address(self, password: str = PASSWORD, database: str = "postgres") -> str:
        return f"postgresql://ada:{quote(password, safe='')}@/{database}?host={self.folder}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # The path of a socket is short.
    folder = Path(mkdtemp(prefix="pg-", dir="/tmp"))
    found = Server(folder)
    try:
        found.start()
        yield found
    finally:
        found.run("pg_ctl", "-D", str(found.data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


QUERIES = {
    "counted": ("select count(*) from generate_series(1, 12)", "12", ""),
    "decimal": ("select sum(n) from (values (0.1::numeric), (0.2)) as t(n)", "0.3", ""),
    "flag": ("select true", "yes", ""),
    "clock": ("select '07:52'::time", "07:52:00", ""),
    "sign": ("select count(*) from (values ('a%s:b')) as t(a) where a like 'a%'", "1", ""),
    "span": ("select interval '90 minutes'", "5400s", ""),
    "no-row": ("select 1 where false", None, "no row"),
    "two-rows": ("select generate_series(1, 2)", None, "more than one row"),
    "no-value": ("select sum(n) from (values (1)) as t(n) where n > 1", None, "NULL"),
    "syntax": ("selct 1", None, "syntax error"),
    "no-table": ("select 1 from invoices", None, 'relation "invoices" does not exist'),
    "writes": ("create table leak (n int)", None, "read-only transaction"),
    "inserts": ("with x as (insert into kept values (2) returning n) select n from x", None, "read-only transaction"),
    "hangs": ("select count(*) from pg_sleep(60)", None, "no answer within 3s"),
}


@pytest.fixture(scope="module")
def said(server: Server) -> dict[str, SourceResult]:
    import psycopg

    with psycopg.connect(server.address()) as books:
        books.execute("create table kept (n int)")
    lines = [
        f"{name}: {{sql: {{url: 'env:BOOKS_URL', query: {_quoted(query)}}}, retries: 0, timeout: {_time(name)}}}"
        for name, (query, _, _) in QUERIES.items()
    ]
    for name, url in (("refused", "env:WRONG_URL"), ("no-database", "env:NO_URL")):
        lines.append(f"{name}: {{sql: {{url: '{url}', query: select 1}}, retries: 0}}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOKS_URL", server.address())
        patch.setenv("WRONG_URL", server.address("not-it-at-all"))
        patch.setenv("NO_URL", server.address(database="nowhere"))
        read = parse_sources(server.folder / "sources.yaml", "\n".join(lines).encode())
        assert read.problems == ()
        return {one.name: one for one in ask_sources(read.named.values())}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _time(name: str) -> str:
    return "3s" if name == "hangs" else "30s"


@pytest.mark.parametrize("name", QUERIES)
def test_a_server_says_its_value_or_why_there_is_none(said: dict[str, SourceResult], name: str) -> None:
    _, value, why = QUERIES[name]
    assert (said[name].value, why in said[name].why, bool(said[name].why)) == (value, True, bool(why))


def test_who_is_not_let_in_says_so_without_the_password(said: dict[str, SourceResult]) -> None:
    assert "authentication failed" in said["refused"].why
    assert '"nowhere" does not exist' in said["no-database"].why
    words = " ".join(map(str, said.values()))
    assert not [secret for secret in (PASSWORD, quote(PASSWORD, safe=""), "not-it-at-all") if secret in words]


def test_nothing_is_written(said: dict[str, SourceResult], server: Server) -> None:
    import psycopg

    assert said
    with psycopg.connect(server.address()) as books:
        assert books.execute("select count(*) from kept").fetchone() == (0,)
